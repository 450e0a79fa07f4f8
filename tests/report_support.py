"""A project folder of one's own for tests that build figures and pages: nothing is written into the checkout."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from helpers.project import Project

CHECKOUT = Path(__file__).resolve().parent.parent
_PARTS = ("catalogue", "styles", "notebooks", "_quarto.yml", "_brand.yml", "index.ipynb", "data/raw/manual")


EXAMPLE_PLAN = """\
title: Eksempel på mål
year: 2026
source: Opdigtet eksempel.
example_date: 2026-08-22
focus_areas:
  - number: 1
    title: Eksempler
    slug: eksempler
    intro: Opdigtede mål.
    goals:
"""
"""A plan with one focus area, whose goals a test writes below it, six blanks in."""


def copy_project(folder: Path) -> Project:
    """A copy of what a checkout holds, without figures, in `folder`."""
    for part in _PARTS:
        source, target = CHECKOUT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("figures", ".ipynb_checkpoints"))
        else:
            shutil.copy2(source, target)
    (folder / "data" / "processed").mkdir(parents=True, exist_ok=True)
    return Project(folder)


WORKSHOP = (
    r"\bplan (add|check|compare|fetch|find|new|notebooks|process|render|status|template)\b",
    r"\b(catalogue|data/raw|data/processed|manual|notebooks)/",
    r"\.(ipynb|py|yml|csv)\b",
    r"\bkataloget\b",
    r"indtast(es|et)\b",
    r"[Dd]en, der har en nøgle|API-nøgle",
    r"sandsynlig, men ikke bekræftet",
    r"sluttet ud fra|Tabelnummeret|tabellens nummer",
)
"""What belongs to those who keep the figures, and to no page for readers."""

TABLE_ID = r"\b(y\d\d[a-z]\w*\d|jo\d\d|mm\d\d)\b"
"""A table's id: only "Data og metode" names it."""


class _Texts(HTMLParser):
    """All that a page says: its texts, and what it says for those who do not see."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = tag if tag in ("script", "style") else self.hidden
        self.texts += [value for name, value in attrs if value and name in ("alt", "title", "aria-label")]

    def handle_endtag(self, tag: str) -> None:
        self.hidden = "" if tag == self.hidden else self.hidden

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.texts.append(data)


def workshop_texts(site: Path, *, ids: bool = True) -> Iterator[str]:
    """Where any page of a site says what only its makers need; with `ids`, tables' ids outside the page on data too."""
    for page in sorted(site.rglob("*.html")):
        found = _Texts()
        found.feed(page.read_text(encoding="utf-8"))
        text = " ".join(" ".join(found.texts).split())
        patterns = (*WORKSHOP, TABLE_ID) if ids and page.stem != "data-og-metode" else WORKSHOP
        for hit in re.finditer("|".join(patterns), text):
            yield f"{page.name}: …{text[max(0, hit.start() - 60) : hit.end() + 30]}…"


class _Cells(HTMLParser):
    """The texts of a table's cells."""

    def __init__(self, table: str) -> None:
        super().__init__()
        self.table, self.inside, self.rows = table, False, [[]]
        self.cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.inside = dict(attrs).get("id") == self.table
        elif self.inside and tag == "tr":
            self.rows.append([])
        elif self.inside and tag in ("td", "th"):
            self.cell = []

    def handle_endtag(self, tag: str) -> None:
        if self.inside and tag in ("td", "th") and self.cell is not None:
            self.rows[-1].append("".join(self.cell).strip())
            self.cell = None
        elif tag == "table":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)


def table_cells(page: str, table: str) -> list[list[str]]:
    parser = _Cells(table)
    parser.feed(page)
    return parser.rows
