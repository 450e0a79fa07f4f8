"""One run at a time where two would be in each other's way; a run that was killed holds up nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

Told = Callable[[str], None]


@contextmanager
def alone(path: Path, busy: str = "", told: Told = lambda words: None) -> Iterator[None]:
    """Hold the lock at `path`; within one process it may be held several times over. The file goes with the lock.

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
        lock.acquire(timeout=0)
    except Timeout:
        told(busy)
        lock.acquire()
    try:
        yield
    finally:
        _let_go(lock, path)


@contextmanager
def if_free(path: Path) -> Iterator[bool]:
    """Hold the lock at `path` if nobody has it, this process included; whether it is held."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        _let_go(lock, path)


def _let_go(lock: FileLock, path: Path) -> None:
    if lock.lock_counter == 1:
        # Windows removes it by itself, and refuses while it is open.
        with suppress(OSError):
            path.unlink(missing_ok=True)
    lock.release()
