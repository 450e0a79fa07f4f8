"""Build beside, put in place whole: what a reader sees is the previous site or the new one, never half of one.

Everything is made in ``<output>/.building-…/``; the finished folder is exchanged with the one in place. One render at
a time has an output folder; its lock goes with its process, and the next one clears away what a killed one left.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from helpers.data.files import locked, writing
from helpers.errors import PlanError

PREFIX = ".building-"
LOCK = ".lock"
_ASIDE = "aside"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


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


def output_lock(output: Path, waiting: Callable[[], object] = lambda: None) -> AbstractContextManager[None]:
    """Have the output folder to oneself; a render that finds another at work there waits.

    Raises
    ------
    PlanError
        When the output folder cannot be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlanError.of(
            str(output),
            f"The output folder cannot be written: {error.strerror}.",
            "Choose another one with --output, or make room or rights for it.",
        ) from None
    return locked(output, LOCK, waiting, leave=False)


def clean_stale(output: Path) -> bool:
    """Remove what killed renders left below `output`; false, and nothing is removed, while one is under way."""
    if not (output / LOCK).exists() and not any(output.glob(f"{PREFIX}*")):
        return True  # also where nothing may be written
    try:
        with FileLock(output / LOCK).acquire(timeout=0):
            _clear(output)
    except Timeout:
        return False
    return True


@contextmanager
def building(output: Path) -> Iterator[Path]:
    """A folder to build in, on the same disk as the output; gone afterwards.

    What killed renders left is cleared away first: nobody else builds while this one has the output's lock.

    Raises
    ------
    PlanError
        When the output folder cannot be written.
    """
    with output_lock(output):
        _clear(output)
        with writing(output):
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=output))
        try:
            yield folder
        finally:
            _end(folder, output)


def _clear(output: Path) -> None:
    for left in output.glob(f"{PREFIX}*"):
        _end(left, output)


def _end(building: Path, output: Path) -> None:
    _restore(building, output)
    shutil.rmtree(building, ignore_errors=True)


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
    # Sites in one another's folders are put there one after the other, whoever makes them.
    with locked(output, f".{PurePosixPath(slug).parts[0]}.lock", leave=False):
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


def put_texts(texts: Mapping[str, str], output: Path, slug: str) -> Path:
    """Let a folder of text files take its place at ``<output>/<slug>``, all of them or none."""
    with building(output) as build:
        site = build / "site"
        site.mkdir()
        for name, text in texts.items():
            (site / name).write_text(text, encoding="utf-8", newline="")
        return put_in_place(site, output, slug, build)


def exchange(site: Path, output: Path, slug: str, building: Path) -> None:
    """Let the folder `site` take the place of the one at ``<output>/<slug>``, which goes; see :func:`put_in_place`."""
    place = output / slug
    if _exchange(site, place):
        shutil.rmtree(site, ignore_errors=True)
        return
    (building / _ASIDE).mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=building / _ASIDE))
    (aside / "slug").write_text(slug, encoding="utf-8")
    place.rename(aside / "site")
    site.rename(place)
    shutil.rmtree(aside, ignore_errors=True)
