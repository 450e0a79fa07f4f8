"""Notebooks and ``_quarto.yml`` of a book as files: what all reports' books are written with."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.project import Project

OWN_BOOKS = ".plan/books"
"""Where books without notebooks of their own are written, to be rendered and thrown away."""

UNNUMBERED = "<!-- kapitel uden nummer -->\n\n"
"""Before a heading with ``{.unnumbered}``: Quarto drops the mark from a heading that opens a notebook."""

OPENING = "from helpers import open_report\n\nreport = open_report(kommune, plan, periode)"
"""The cell that opens the report, after the parameters."""

CellText = tuple[str, str, str]
"""A cell's id, its kind (``markdown`` or ``code``) and its text."""


def make_notebook(cells: Iterable[CellText], *, parameters: str, opening: str) -> NotebookNode:
    """A notebook without outputs.

    Parameters
    ----------
    parameters
        The cell that `plan render` and papermill put values after; it gets the tag ``parameters``.
    opening
        The cell that opens the report; both stand after the first cell, which holds the title.
    """
    made = [
        nbformat.v4.new_markdown_cell(text, id=identifier)
        if kind == "markdown"
        else nbformat.v4.new_code_cell(text, id=identifier)
        for identifier, kind, text in cells
    ]
    tagged = nbformat.v4.new_code_cell(parameters, id="parameters")
    tagged.metadata["tags"] = ["parameters"]
    opened = nbformat.v4.new_code_cell(opening, id="open-report")
    notebook = nbformat.v4.new_notebook(cells=[made[0], tagged, opened, *made[1:]])
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def book_settings(
    project: Project, folder: Path, *, plan: str, title: str, author: str, chapters: Sequence[str]
) -> str:
    """A book's ``_quarto.yml``: the project's own with another title and chapters, paths seen from `folder`.

    Raises
    ------
    PlanError
        When the project's own is not there.
    """
    own = project.root / "_quarto.yml"
    if not own.is_file():
        raise PlanError.of(
            own.name,
            "The file is missing; every book takes its settings from it.",
            "Take it back from version control: git checkout _quarto.yml",
        )
    text = own.read_text(encoding="utf-8")
    up = Path(*[".."] * len(folder.relative_to(project.root).parts)).as_posix()
    if up != ".":
        text = re.sub(r"(?<![\w./-])(styles/|_brand\.yml)", rf"{up}/\1", text)
    settings = yaml.safe_load(text)
    settings["plan"] = plan
    settings["book"].update(title=title, author=author, chapters=list(chapters))
    return yaml.safe_dump(settings, allow_unicode=True, sort_keys=False, width=110)


def write_new(project: Project, files: Mapping[Path, str], *, of: str) -> list[Path]:
    """Write files of a book; returns their paths.

    Raises
    ------
    PlanError
        When one of them is there already: an analyst's own text is never overwritten.
    """
    there = [path for path in files if path.exists()]
    if there:
        raise PlanError.of(
            project.relative(there[0]),
            f"The notebooks of {of} are there already ({len(there)} of {len(files)} files), and your own text "
            "in them is not overwritten.",
            "Edit them as they are, or move them away first.",
        )
    written: list[Path] = []
    try:
        for path, text in files.items():
            write_whole(path, text.encode())
            written.append(path)
    except PlanError:
        # All or none: half a book would be in the way of the next try.
        for path in written:
            path.unlink()
        raise
    return written


def fresh_folder(project: Project, name: str) -> Path:
    """An empty folder for a book that is rendered once.

    It lies below the project folder, so that the book's relative paths to styles and brand hold.
    """
    folder = project.root / OWN_BOOKS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
