"""One run at a time where two would be in each other's way; a run that was killed holds up nobody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from filelock import FileLock, Timeout

Told = Callable[[str], None]


def alone(path: Path, busy: str, told: Told = lambda words: None) -> AbstractContextManager[object]:
    """Hold the lock at `path` until the context ends; within one process it may be held several times over.

    Parameters
    ----------
    busy
        Told once when another process holds it; this one then waits.

    Raises
    ------
    OSError
        When the lock's file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, is_singleton=True)
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        told(busy)
        return lock.acquire()
    except NotImplementedError:
        # A network share without locks: as long as one person renders at a time, nothing is missing.
        return nullcontext()
