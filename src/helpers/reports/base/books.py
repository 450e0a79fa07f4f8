"""Where a report's notebooks lie: the project folder for the project's own plan, a folder of ``notebooks/`` else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from helpers.project import Project, book_plan


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


def has_book(project: Project, key: str) -> bool:
    """Whether there are notebooks of its own."""
    folder = book_folder(project, key)
    return (folder / "_quarto.yml").is_file() and (folder / "index.ipynb").is_file()


@dataclass(frozen=True)
class PlacedText:
    """A text that a municipality wrote, the page it stands on (from the book's folder), and where a user finds it."""

    page: str
    where: str
    text: str


@dataclass(frozen=True)
class BookTexts:
    """The own texts of one book, and what its pages hold.

    Attributes
    ----------
    folder
        The book's folder, with notebooks of its own or without.
    made
        The notebooks it is made of where it has none of its own.
    added
        Page → what its cells will show, as Markdown: anchors and figures that a text may refer to.
    """

    folder: Path
    made: Mapping[str, NotebookNode]
    added: Mapping[str, str]
    texts: tuple[PlacedText, ...]
