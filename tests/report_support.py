"""A project folder of one's own for tests that build figures and pages: nothing is written into the checkout."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path

from helpers.project import Project

CHECKOUT = Path(__file__).resolve().parent.parent
_PARTS = ("catalogue", "styles", "notebooks", "_quarto.yml", "_brand.yml", "index.ipynb", "data/raw/manual")


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
