"""What a reader can take along from a page: its figures, its numbers, the whole book; in a block at its foot.

In: the pages and files of a site that is laid out, by whichever engine. Out: the same pages with the block, every file it
names beside them, and ``datapackage.json``, which describes those files to programs.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from helpers.data.csv_files import BOM
from helpers.data.files import PACKAGE
from helpers.present import workbook
from helpers.present.output import FIGURE_FOLDER
from helpers.present.stamp import STAMP_KEY
from helpers.present.words import number
from helpers.render.builtin.pages import relative_url
from helpers.render.copy import Copy

MARK: Final = "<!--plan:hent-->"
"""Where the block goes on a page; a page without it has the block at the end of its text."""

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    ".png": ("PNG", "image/png"),
    ".svg": ("SVG", "image/svg+xml"),
    ".xlsx": ("Excel", workbook.MIME),
    ".csv": ("CSV", "text/csv"),
    ".pdf": ("PDF", "application/pdf"),
    ".docx": ("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".json": ("JSON", "application/json"),
}
"""Ending → how a reader calls such a file, and its media type."""

_NUMBER: Final = re.compile(r"-?\d+(,\d+)?")


@dataclass(frozen=True)
class Offer:
    """Something to take along, in one or more forms."""

    title: str
    files: tuple[str, ...]
    """From the site's folder, with forward slashes."""


def offered(copy: Copy, chapter: str) -> list[Offer]:
    """What the cells of a chapter wrote for readers."""
    folder = PurePosixPath(chapter).parent / FIGURE_FOLDER
    return [
        Offer(title, tuple((folder / name).as_posix() for name in names))
        for cell in copy.notebooks[chapter].cells
        if cell.cell_type == "code"
        for output in cell.get("outputs", [])
        for title, names in output.get("metadata", {}).get(STAMP_KEY, {}).get("offers", [])
    ]


def add_downloads(copy: Copy, site: Path) -> None:
    """Put the block on every page of the site, its files beside them, and their description."""
    by_chapter = {chapter: offered(copy, chapter.path) for chapter in copy.book.chapters}
    for offer in (one for offers in by_chapter.values() for one in offers):
        for name in offer.files:
            if not (site / name).exists():
                (site / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(copy.folder / name, site / name)
    whole = _whole(copy, by_chapter.values(), site)
    every = [*whole, *(one for offers in by_chapter.values() for one in offers)]
    (site / PACKAGE).write_bytes(_package(copy, site, every))
    for chapter, offers in by_chapter.items():
        page = site / chapter.href
        if page.is_file():
            drawn = [one for one in offers if _endings(one) & {".png"}]
            block = _block(drawn, [*whole, Offer("Beskrivelse af filerne", (PACKAGE,))], chapter.href, site)
            page.write_text(_with_block(page.read_text(encoding="utf-8"), block), encoding="utf-8")


def _endings(offer: Offer) -> set[str]:
    return {PurePosixPath(name).suffix for name in offer.files}


def _whole(copy: Copy, offers: Iterable[Sequence[Offer]], site: Path) -> list[Offer]:
    """All numbers, and the whole book."""
    books = sorted(
        name for name in (path.name for path in site.glob("*.*")) if name.endswith((".pdf", ".docx"))
    )
    tables = [one for found in offers for one in found if _endings(one) & {".xlsx"}]
    return [*tables[:1], *([Offer(copy.title, tuple(reversed(books)))] if books else [])]


def _block(drawn: Sequence[Offer], whole: Sequence[Offer], page: str, site: Path) -> str:
    rows = "\n".join(f"<li>{_row(offer, page, site)}</li>" for offer in (*drawn, *whole))
    return (
        '<section class="take-along" aria-labelledby="hent-filer">\n<h2 id="hent-filer">Hent</h2>\n'
        f"<ul>\n{rows}\n</ul>\n</section>\n"
    )


def _row(offer: Offer, page: str, site: Path) -> str:
    title = html.escape(offer.title)
    links = []
    for name in offer.files:
        kind = _KINDS[PurePosixPath(name).suffix][0]
        words = f"{kind} ({size_words((site / name).stat().st_size)})"
        address = html.escape(quote(relative_url(page, name)))
        links.append(f'<a href="{address}" download aria-label="{title}: {words}">{words}</a>')
    return f'<span class="what">{title}</span> {" · ".join(links)}'


def size_words(size: int) -> str:
    """``84 kB``, ``1,2 MB``; a file of less than one kilobyte has one."""
    return f"{number(size / 1e6, 1)} MB" if size >= 999_500 else f"{number(max(round(size / 1000), 1))} kB"


def _with_block(text: str, block: str) -> str:
    if MARK in text:
        return text.replace(MARK, block, 1)
    end = text.rfind("</main>")
    before = text.rfind('<nav class="page-navigation"', 0, end)
    place = before if before >= 0 else end
    return text if place < 0 else f"{text[:place]}{block}{text[place:]}"


# ---------------------------------------------------------------------------------- the data package


def _package(copy: Copy, site: Path, offers: Iterable[Offer]) -> bytes:
    """A Frictionless data package of everything that the pages offer."""
    stamp = copy.variant.stamp
    files = {name: offer.title for offer in offers for name in offer.files}
    told: dict[str, Any] = {
        "profile": "data-package",
        "name": re.sub(
            r"[^a-z0-9]+", "-", f"{copy.variant.parameters.get('plan', '')}-{copy.variant.area}".lower()
        ).strip("-"),
        "title": copy.full_title,
        **({"basis": stamp.kind} if stamp else {}),
        **({"created": f"{copy.variant.dated.isoformat()}T12:00:00Z"} if copy.variant.dated else {}),
        "resources": [_resource(name, title, site / name) for name, title in sorted(files.items())],
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=1)}\n".encode()


def _resource(name: str, title: str, path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    suffix = PurePosixPath(name).suffix
    told = {
        "name": re.sub(r"[^a-z0-9._-]+", "-", name.lower()),
        "path": name,
        "title": title,
        "format": suffix.removeprefix("."),
        "mediatype": _KINDS[suffix][1],
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
    return {**told, **_table(content)} if suffix == ".csv" else told


def _table(content: bytes) -> dict[str, Any]:
    """How a CSV file for people is read: its dialect and its fields."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8").removeprefix(BOM)), delimiter=";"))
    head, body = rows[0], rows[1:]
    return {
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "dialect": {"delimiter": ";", "header": True},
        "schema": {"fields": list(_fields(head, body)), "missingValues": [""]},
    }


def _fields(head: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[dict[str, str]]:
    for name, *column in islice(zip_longest(head, *body, fillvalue=""), len(head)):
        cells = list(filter(None, column))
        counted = bool(cells) and all(map(_NUMBER.fullmatch, cells)) and name != "omraade"
        yield (
            {"name": name, "type": "number", "decimalChar": ","}
            if counted
            else {"name": name, "type": "string"}
        )
