"""A book's notebooks as files: read, and what is wrong with them before any cell is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.render.book import Book
from helpers.render.strip import INJECTED
from helpers.reports.base import reading
from helpers.reports.base.bookfiles import NUMBER, numbered

PARAMETERS = "parameters"
"""Tag of the cell that holds a notebook's parameters."""


_NEVER_RUN = "skip-execution"
"""Tag of a cell that is not run."""

MAY_FAIL = "raises-exception"
"""Tag of a cell whose error is shown, and stops nothing."""


def read_chapter(path: Path, where: str) -> NotebookNode:
    """A notebook in format 4, or a Markdown file as one of a single cell.

    UTF-8 with a byte order mark and UTF-16 are read too, and missing or doubled ids, empty tags and the like are
    mended in what is given back.

    Raises
    ------
    PlanError
        When the file is no notebook.
    """
    if path.suffix != ".ipynb":
        return numbered(reading.read_text(path, where))
    return numbered(reading.read_notebook(path, where))


def chapter_notebook(book: Book, path: str) -> NotebookNode:
    """A chapter's notebook: as it was laid out, else as its file is."""
    if text := book.pages.get(path):
        found: NotebookNode = nbformat.reads(text, as_version=4)
        return found
    return read_chapter(book.folder / path, path)


def strip_outputs(notebook: NotebookNode, where: str) -> None:
    """Take out what earlier runs left: injected cells, outputs and execution counts.

    Raises
    ------
    PlanError
        When a cell holds an output that running it would not make again.
    """
    notebook.cells = [cell for cell in notebook.cells if INJECTED not in cell_tags(cell)]
    if problems := list(copied_outputs(notebook, where)):
        raise PlanError(problems)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def copied_outputs(notebook: NotebookNode, where: str) -> Iterator[Problem]:
    """Outputs in cells that are not run: nothing says whose figures they show."""
    for cell in notebook.cells:
        idle = not cell.source.strip() or _NEVER_RUN in cell_tags(cell)
        if cell.cell_type == "code" and idle and cell.get("outputs"):
            yield Problem(
                cell_place(where, cell),
                "The cell holds an output and no code that is run: nothing says whose figures it shows.",
                "Take the output out (`plan clean`), or write the call that makes it.",
            )


def code_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells that are run."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip() and _NEVER_RUN not in cell_tags(cell):
            yield cell


def cell_tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return list(cell.get("metadata", {}).get("tags") or [])


def is_parameters(cell: NotebookNode) -> bool:
    """Whether it is the cell that holds the notebook's parameters."""
    return PARAMETERS in cell_tags(cell)


def cell_number(cell: NotebookNode) -> int | None:
    """Its number in the file, from 1; none for a cell that was put in."""
    number = cell.metadata.get(NUMBER)
    return int(number) if number else None


def cell_place(path: str, cell: NotebookNode) -> str:
    """``notebooks/06-unge.ipynb, cell 8: report.figure("6a")``."""
    number = cell_number(cell)
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return f"{path}, cell {number or '?'}" + (f": {first[:100]}" if first else "")


def parameter_problems(notebook: NotebookNode, where: str) -> list[Problem]:
    """Why nobody can say which cell's values count: no cell is tagged ``parameters``, or several are."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    tagged = [cell for cell in code if is_parameters(cell)]
    if code and not tagged:
        return [
            Problem(
                where,
                "The notebook has code, but no cell tagged “parameters”: it cannot be rendered for another municipality.",
                'Put kommune, plan, periode = "…", "…", "" into a cell of its own and tag it “parameters” '
                "(in JupyterLab: the gear at the top right, Cell Tags).",
            )
        ]
    first = f"cell {cell_number(tagged[0])}" if tagged else ""
    return [
        Problem(
            cell_place(where, cell),
            f"This cell is tagged “parameters”, and so is {first}: the later one would decide whose figures are shown.",
            "Keep one of them, or take the tag and the values out of this one.",
        )
        for cell in tagged[1:]
    ]


def leftovers(notebook: NotebookNode, where: str) -> Iterator[Problem]:
    """Cells with another run's values, which `plan render` passes over."""
    for cell in notebook.cells:
        if INJECTED in cell_tags(cell):
            yield Problem(
                cell_place(where, cell),
                "The cell holds the values of another run (tag “injected-parameters”). `plan render` passes over "
                "it; JupyterLab and Quarto would use them.",
                "Take it out: plan clean",
            )


def source_notebooks(project: Project) -> Iterator[Path]:
    """Every notebook among the sources of the project's books."""
    yield from sorted(project.root.glob("*.ipynb"))
    yield from (
        path
        for path in sorted(project.notebooks.rglob("*.ipynb"))
        if not any(part.startswith(".") for part in path.relative_to(project.root).parts)
    )


def check_notebooks(project: Project) -> tuple[list[Problem], list[str]]:
    """What is wrong with the notebooks before any is run, and one line that sums them up."""
    problems: list[Problem] = []
    paths = list(source_notebooks(project))
    for path in paths:
        where = project.relative(path)
        try:
            notebook = read_chapter(path, where)
        except PlanError as error:
            problems += error.problems
            continue
        problems += [*leftovers(notebook, where), *copied_outputs(notebook, where)]
        problems += parameter_problems(notebook, where)
    return problems, [f"notebooks: {len(paths)}"]
