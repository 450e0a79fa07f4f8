"""Files that are either whole or absent: written beside their place, flushed to disk, then moved there."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from helpers.errors import PlanError

TEMPORARY_SUFFIX = ".part"
"""Ending of files that are not whole yet; nothing reads them."""

PACKAGE = "datapackage.json"
"""Describes the files that lie beside it, for programs."""

STALE_SECONDS = 3600
"""A temporary file older than this belongs to a process that is gone: no single write takes an hour."""


@contextlib.contextmanager
def writing(where: Path) -> Iterator[None]:
    """Turn what a disk refuses (it is full, the folder is read-only …) into an error that a user can mend."""
    try:
        yield
    except OSError as error:
        do = _MEND.get(error.errno or 0, f"{KEPT} Run the command again when this is mended.")
        raise PlanError.of(str(where), f"It could not be written: {error.strerror or error}.", do) from error


KEPT = "What was there before is still in place."

_ROOM = f"Free some space on the disk and run the command again. {KEPT}"
_RIGHTS = f"Check who may write in that folder, or close the program that has it open. {KEPT}"
_MEND = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: f"The disk is read-only: run from a copy of the project that you may write in. {KEPT}",
    errno.EISDIR: f"Move it away, or name another one. {KEPT}",
    errno.ENOTDIR: f"Move it away, or name another one. {KEPT}",
}
"""Faults of the disk that the user can mend, wherever they are met."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""Those that are the disk's own, whatever is written."""


def disk_problem(error: OSError, where: str = "") -> PlanError | None:
    """The error as a user can mend it, when it is one of rights or room; otherwise none.

    It names `where`, or what the error names, without the names of temporary files.
    """
    if error.errno not in _MEND:
        return None
    return PlanError.of(
        where or _lasting(str(error.filename or "the disk")),
        f"It cannot be read or written: {error.strerror}.",
        _MEND[error.errno],
    )


def _lasting(name: str) -> str:
    """The path up to the first temporary name in it; of a file that is not whole yet, the file itself."""
    parts: list[str] = []
    for part in Path(name).parts:
        if part.startswith(".building-"):
            break
        whole = re.fullmatch(r"\.(.+)\.\d+-[0-9a-f]+\.part|(.+)\.\d+\.tmp", part)
        parts.append((whole[1] or whole[2]) if whole else part)
    return str(Path(*parts))


@contextlib.contextmanager
def locked(
    folder: Path, name: str = ".lock", waiting: Callable[[], object] = lambda: None, *, leave: bool = True
) -> Iterator[None]:
    """Let one process at a time do what is done inside; the lock of a process that is killed is free again.

    Within one process it may be held several times over. What the disk refuses is a PlanError.

    Parameters
    ----------
    waiting
        Called once when another process is at it.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / name, is_singleton=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire()
    try:
        yield
    finally:
        if not leave and lock.lock_counter == 1:
            with contextlib.suppress(OSError):  # Windows removes it by itself, and refuses while it is open
                (folder / name).unlink(missing_ok=True)
        lock.release()


def write_whole(path: Path, content: bytes | Iterable[bytes], *, replace: bool = False) -> None:
    """Write `content` to `path` so that a reader, or a crash at any moment, finds all of it or none.

    Parameters
    ----------
    content
        All at once, or piece by piece for what is too large to hold.
    replace
        Whether a file that is already there gives way. When not, it is never touched.

    Raises
    ------
    FileExistsError
        When the file exists and `replace` is false, also when another process was faster.
    """
    if not replace and path.exists():
        raise FileExistsError(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with writing(path), temporary.open("xb") as file:
            file.writelines((content,) if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            with writing(path):
                temporary.replace(path)
        else:
            _move_unless_there(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _flush_folder(path.parent)


def remove_stale(folder: Path) -> None:
    """Remove what killed processes left half written in `folder`."""
    for path in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        with contextlib.suppress(OSError):  # another process may clean up at the same time
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink()


def _move_unless_there(temporary: Path, path: Path) -> None:
    # A hard link is refused when the name is taken; a rename on POSIX would overwrite.
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links (FAT, some network shares)
        if path.exists():
            raise FileExistsError(path) from None
        with writing(path):
            temporary.rename(path)


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows neither allows nor needs it
        return
    with contextlib.suppress(OSError):  # some network shares refuse; the file itself is flushed
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
