"""What was typed in, and when: a copy of a municipality's files whenever they have changed.

In: ``data/raw/manual/<municipality>/``, which people write over. Out: ``data/raw/typed/<municipality>/<moment>/``, the same
files word for word. An edition is never changed; the newest is the last one written.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from helpers.data.files import TEMPORARY_SUFFIX, locked, write_whole, writing
from helpers.data.raw import next_name, snapshot_day, snapshot_order
from helpers.intake.table import typed_files
from helpers.project import EDITIONS, MANUAL, Project


def editions(project: Project, slug: str) -> tuple[str, ...]:
    """The moments from which a municipality's files were kept, oldest first."""
    folders = (project.raw / EDITIONS / slug).glob("[0-9]*")
    return tuple(sorted((folder.name for folder in folders), key=snapshot_order))


def typed_folder(project: Project, slug: str) -> Path:
    """Where a municipality's typed-in files lie; of an earlier day or edition (`project.typed`), its copies.

    Of a day before the first edition that one is taken, since nothing is known of the files before it.
    """
    kept = editions(project, slug) if project.typed else ()
    if not kept:
        return project.raw / MANUAL / slug
    then = [project.typed] if project.typed in kept else [n for n in kept if n[:10] <= project.typed]
    return project.raw / EDITIONS / slug / (then[-1] if then else kept[0])


def keep_typed(project: Project, slugs: Iterable[str], now: datetime | None = None) -> None:
    """Keep an edition of the files of each municipality in which they differ from the newest one.

    The first is kept of those who typed nothing, too: what they then type in is new.
    """
    moment = now or datetime.now(UTC).replace(microsecond=0)
    for slug in slugs:
        kept = editions(project, slug)
        folder = project.raw / EDITIONS / slug
        files = _contents(project.raw / MANUAL / slug)
        if kept and files == _contents(folder / kept[-1]):
            continue
        with locked(folder), writing(folder):
            part = folder / f".{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"
            part.mkdir(parents=True)
            for name, content in files.items():
                write_whole(part / name, content)
            part.rename(folder / next_name(moment, editions(project, slug)))


def edition_before(project: Project, slug: str) -> str | None:
    """The edition that the files as they are now are compared with; none when there is no earlier one.

    The last of a day before the newest edition's, so that what is mended twice in a day is told once; else the first.
    """
    kept = editions(project, slug)
    if not kept:
        return None
    newest = snapshot_day(kept[-1])
    return next((name for name in reversed(kept) if snapshot_day(name) < newest), kept[0])


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for paths in typed_files(folder).values() for path in paths}
