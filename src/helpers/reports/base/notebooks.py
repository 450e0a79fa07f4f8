"""A report's book: what the catalogue says of its pages, and the cells that are made of that.

:mod:`helpers.reports.base.merge` lays it over what an analyst wrote; :mod:`helpers.reports.base.bookfiles` reads and writes
the files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from helpers.project import Project

if TYPE_CHECKING:
    from nbformat import NotebookNode

OPENING = "from helpers import open_report\n\nreport = open_report(kommune, plan, periode)"
"""The cell that opens the report, after the parameters."""

CELL_PREFIX = "plan-"
"""How the id of a cell begins that comes from the catalogue; every other cell is the analyst's."""

STAMP = "plan"
"""Key in a cell's metadata: a hash of its text as it was written, by which an edit is known."""

_SUBJECT = re.compile(r"^plan-.*?-(\d+[a-z]?)(-title)?$")


def named(heading: str, attributes: str) -> str:
    """A heading with a name, in a remark that JupyterLab does not show: ``## Mål 1a <!-- #maal-1a .unnumbered -->``.

    Quarto would take a remark for a part of a chapter's title, so it stands below that. Whether a chapter has a number Quarto reads
    off the first line that looks like a heading, in a remark as well (``markdownWithExtractedHeading()`` in its
    ``src/core/pandoc/pandoc-partition.ts``, ``isNumberedChapter()`` in ``src/project/types/book/book-shared.ts``), so a title
    without one stands in a remark first.
    """
    if not heading.startswith("# "):
        return f"{heading} <!-- {attributes} -->"
    if ".unnumbered" in attributes:
        return f"<!--\n{heading} {{{attributes}}}\n-->\n\n{heading}"
    return f"{heading}\n\n<!-- {attributes} -->"


_NAMED = re.compile(r"^(#{1,6} .*?)(?: \{([^{}]*)\})?(?: |\n\n)<!-- (#[\w-]+[ .\w-]*?) -->$", re.MULTILINE)
_UNNUMBERED = re.compile(r"^<!--\n# .*(\{[^{}\n]*\})\n-->\n\n(# .*)$", re.MULTILINE)


def with_names(text: str) -> str:
    """A page's Markdown with such remarks as attributes, as both engines read them: ``## Mål 1a {#maal-1a .unnumbered}``."""
    text = _UNNUMBERED.sub(r"\2 \1", text)
    return _NAMED.sub(lambda found: f"{found[1]} {{{' '.join(filter(None, (found[3], found[2])))}}}", text)


class BookCell(NamedTuple):
    """A cell as a report's book has it."""

    id: str
    kind: Literal["markdown", "code"]
    text: str

    @property
    def ours(self) -> bool:
        """Whether it comes from the catalogue."""
        return self.id.startswith(CELL_PREFIX)

    def node(self) -> NotebookNode:
        """As a cell of a notebook."""
        import nbformat

        make = nbformat.v4.new_markdown_cell if self.kind == "markdown" else nbformat.v4.new_code_cell
        made: NotebookNode = make(self.text, id=self.id)
        if self.id == "parameters":
            made.metadata["tags"] = ["parameters"]
        if self.ours:
            made.metadata[STAMP] = stamp(self.text)
        return made


def markdown(identifier: str, text: str) -> BookCell:
    """A cell of text."""
    return BookCell(identifier, "markdown", text)


def code(identifier: str, text: str) -> BookCell:
    """A cell of code."""
    return BookCell(identifier, "code", text)


def stamp(text: str) -> str:
    """A short hash of a cell's text."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:12]


def subject(identifier: str) -> str:
    """The goal or figure that a cell is about: ``3a`` of ``plan-goal-3a-title``; empty for one about its page."""
    found = _SUBJECT.match(identifier)
    return found[1] if found else ""


@dataclass(frozen=True)
class BookPage:
    """A chapter of a book."""

    path: str
    """Its notebook, seen from the book's folder, with forward slashes; its page has the same name."""
    cells: tuple[BookCell, ...]
    """A page with cells of the catalogue is there as long as the catalogue has it; one without is the analyst's to keep
    or to drop."""
    source: str = ""
    """The notebook that it is made from together with others; empty for a notebook of its own."""
    parameter: str = ""
    """What it differs in from those others: ``figur = 7``."""

    @property
    def ours(self) -> bool:
        """Whether the catalogue decides that it is there."""
        return any(cell.ours for cell in self.cells)


@dataclass(frozen=True)
class Contents:
    """A report's book as the catalogue has it now."""

    project: Project
    key: str
    """What ``plan notebooks`` calls it."""
    folder: Path
    """Where its own notebooks lie, or would lie."""
    # For its ``_quarto.yml``; `plan render` puts the municipality's name there.
    title: str
    author: str
    pages: tuple[BookPage, ...] = field(repr=False)
    """In the order of the chapters."""
    # Text of the cell that `plan render` and papermill put values after, and of the one that opens the report.
    parameters: str = field(repr=False)
    opening: str = field(default=OPENING, repr=False)

    def cells(self, page: BookPage, *, source: bool = False) -> tuple[BookCell, ...]:
        """All cells of a page's notebook, or of the one that it shares with others (`source`)."""
        first, *rest = page.cells
        given = f"{self.parameters}\n{page.parameter}" if source else self.parameters
        made = [first, code("parameters", given), code("open-report", self.opening)]
        if page.parameter and not source:
            made.append(code(f"{CELL_PREFIX}page", page.parameter))
        return (*made, *rest)

    @cached_property
    def files(self) -> dict[str, tuple[BookCell, ...]]:
        """Path → cells of the notebooks that an analyst edits: one for each page, or for all that share it."""
        made: dict[str, tuple[BookCell, ...]] = {}
        for page in self.pages:
            path = page.source or page.path
            if path not in made:
                made[path] = self.cells(page, source=bool(page.source))
        return made


def make_notebook(cells: Iterable[NotebookNode]) -> NotebookNode:
    """A notebook without outputs."""
    import nbformat

    made: NotebookNode = nbformat.v4.new_notebook(cells=list(cells))
    made.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made.metadata["language_info"] = {"name": "python"}
    return made
