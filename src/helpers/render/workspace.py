"""Build beside, put in place whole: what a reader sees is the previous site or the new one, never half of one.

Everything is made in ``<output>/.building-…/``; the finished folder is exchanged with the one in place. A folder left
by a render that was killed is recognised by its lock, which the system lets go of when its process ends.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from helpers.errors import PlanError

PREFIX = ".building-"
_LOCK = "lock"
_ASIDE = "aside"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def _try_lock(file: IO[bytes]) -> bool:
    """Take the file's lock if nobody has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _restore(building: Path, output: Path) -> None:
    """Put back what was set aside by a render killed between two renames (only where nothing took its place)."""
    aside = building / _ASIDE
    if not aside.is_dir():
        return
    for marker in aside.glob("*/slug"):
        place = output / marker.read_text(encoding="utf-8")
        site = marker.parent / "site"
        if site.is_dir() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            site.rename(place)


def clean_stale(output: Path) -> None:
    """Remove what killed renders left below `output`; folders of renders that still run are left alone."""
    for building in output.glob(f"{PREFIX}*"):
        lock = building / _LOCK
        try:
            with lock.open("ab") as file:
                if not _try_lock(file):
                    continue
                _restore(building, output)
        except OSError:
            continue
        shutil.rmtree(building, ignore_errors=True)


@contextmanager
def building(output: Path) -> Iterator[Path]:
    """A folder to build in, on the same disk as the output; gone afterwards.

    Raises
    ------
    PlanError
        When the output folder cannot be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=output))
    except OSError as error:
        raise PlanError.of(
            str(output),
            f"The output folder cannot be written: {error.strerror}.",
            "Choose another one with --output, or make room or rights for it.",
        ) from None
    with (folder / _LOCK).open("ab") as file:
        _try_lock(file)
        try:
            yield folder
        finally:
            _restore(folder, output)
            shutil.rmtree(folder, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step, where the system can (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done: int = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0


def put_in_place(site: Path, output: Path, slug: str, building: Path) -> Path:
    """Let the finished folder `site` take its place at ``<output>/<slug>``; the old one goes.

    Parameters
    ----------
    building
        The folder of this render: the old site is set aside in it, and put back should the second rename not come.

    Notes
    -----
    A site may hold other sites (``jobcenteroverblik/frederikssund`` below ``jobcenteroverblik``); folders with a
    ``render.json`` of their own are therefore carried over.
    """
    place = output / slug
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        site.rename(place)
        return place
    for record in place.glob("*/**/render.json"):
        inner = record.parent.relative_to(place)
        if not (site / inner).exists():
            (site / inner.parent).mkdir(parents=True, exist_ok=True)
            shutil.copytree(record.parent, site / inner)
    exchange(site, output, slug, building)
    return place


def exchange(site: Path, output: Path, slug: str, building: Path) -> None:
    """Let the folder `site` take the place of the one at ``<output>/<slug>``, which goes; see :func:`put_in_place`."""
    place = output / slug
    if _exchange(site, place):
        shutil.rmtree(site, ignore_errors=True)
        return
    aside = Path(tempfile.mkdtemp(dir=_made(building / _ASIDE)))
    (aside / "slug").write_text(slug, encoding="utf-8")
    place.rename(aside / "site")
    site.rename(place)
    shutil.rmtree(aside, ignore_errors=True)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
