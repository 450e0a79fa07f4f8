"""Where a report's notebooks lie: the project folder for the project's own plan, a folder of ``notebooks/`` else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.project import Project, book_plan

if TYPE_CHECKING:
    from helpers.reports.base.bookfiles import Laid


def book_folder(project: Project, key: str) -> Path:
    """The folder with the notebooks of a plan (or of another report), or where they would be written.

    A book says in its ``_quarto.yml`` what it shows (``plan: <key>``); a folder named after the key needs not.
    """
    if book_plan(project.root) == key:
        return project.root
    own = project.notebooks / key
    if own.is_dir():
        return own
    folders = sorted(path.parent for path in project.notebooks.glob("*/_quarto.yml"))
    return next((folder for folder in folders if book_plan(folder) == key), own)


@dataclass(frozen=True)
class PlacedText:
    """A text that a municipality wrote, the page it stands on (from the book's folder), and where a user finds it."""

    page: str
    where: str
    text: str


@dataclass(frozen=True)
class BookTexts:
    """The own texts of one book, and what its pages hold."""

    book: Laid
    """As it is rendered."""
    added: Mapping[str, str]
    """Page → what its cells will show, as Markdown: anchors and figures that a text may refer to."""
    texts: tuple[PlacedText, ...]
