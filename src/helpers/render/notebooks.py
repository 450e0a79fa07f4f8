"""A book's notebooks as files: read, and what is wrong with them before any cell is run."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.render.strip import INJECTED, tags_of

PARAMETERS = "parameters"
"""Tag of the cell that holds a notebook's parameters."""

NUMBER = "plan-cell"
"""Key in the metadata of a cell that was read: its number in the file, from 1."""

_NEVER_RUN = "skip-execution"
"""Tag of a cell that is not run."""


def read_notebook(path: Path, where: str) -> NotebookNode:
    """A notebook in format 4, or a Markdown file as one of a single cell.

    UTF-8 with a byte order mark and UTF-16 are read too, and missing or doubled ids, empty tags and the like are
    mended in what is given back.

    Raises
    ------
    PlanError
        When the file is no notebook.
    """
    if path.suffix != ".ipynb":
        text = _decoded(path.read_bytes(), where, "utf-8-sig")
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    data = _parsed(notebook_text(path, where), where)
    if data.get("nbformat") == 4:
        _tidied(data, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.convert(nbformat.reader.reads(json.dumps(data)), 4)
            nbformat.validate(notebook)
    except _UNREADABLE as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise _no_notebook(where, said[0][:200]) from None
    for number, cell in enumerate(notebook.cells, start=1):
        cell.metadata[NUMBER] = number
    return notebook


_UNREADABLE = (
    nbformat.ValidationError, nbformat.reader.NotJSONError, AttributeError, KeyError, TypeError, ValueError,
    RecursionError,
)  # fmt: skip
"""What nbformat raises for a file that has not the shape of a notebook."""


def notebook_text(path: Path, where: str) -> str:
    """The text of a notebook's file, in whichever Unicode encoding it is.

    Raises
    ------
    PlanError
        When it is no Unicode text.
    """
    content = path.read_bytes()
    return _decoded(content, where, json.detect_encoding(content))


def _no_notebook(where: str, why: str) -> PlanError:
    return PlanError.of(where, f"This is no readable notebook: {why} Save it again in JupyterLab or VS Code.")


def _decoded(content: bytes, where: str, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PlanError.of(
            where,
            f"The file is not UTF-8 text (line {line}); save it as UTF-8: in VS Code by Save with Encoding, in "
            "Notepad by Save as, Encoding.",
        ) from None


def _parsed(text: str, where: str) -> dict[str, Any]:
    """The JSON of a notebook."""
    try:
        data = json.loads(text)
        text.encode("utf-8")
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        merge = " It holds marks of an unfinished git merge." if "<<<<<<<" in text else ""
        raise _no_notebook(where, f"line {error.lineno} is no JSON ({error.msg}).{merge}") from None
    except (UnicodeEncodeError, RecursionError, ValueError):
        raise _no_notebook(where, "it holds what no text can hold.") from None
    if not isinstance(data, dict) or "nbformat" not in data:
        raise _no_notebook(where, "it is JSON, but says no nbformat.")
    return data


def _tidied(data: dict[str, Any], where: str) -> None:
    """Mend what editors leave out, so that nobody has to: ids, tags, outputs, metadata."""
    cells = data.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise _no_notebook(where, "it has no list of cells.")
    data["metadata"] = data["metadata"] if isinstance(data.get("metadata"), dict) else {}
    minor = data.get("nbformat_minor")
    data["nbformat_minor"] = max(5, minor) if isinstance(minor, int) else 5
    seen: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        own = cell.get("id")
        if not isinstance(own, str) or not re.fullmatch(r"[\w-]{1,64}", own, re.ASCII) or own in seen:
            cell["id"] = f"plan-cell-{number}"
        seen.add(cell["id"])
        metadata = cell["metadata"] if isinstance(cell.get("metadata"), dict) else {}
        kept = dict.fromkeys(tag.strip() for tag in tags_of(cell) if isinstance(tag, str) and tag.strip())
        cell["metadata"] = {**metadata, "tags": list(kept)} if "tags" in metadata else metadata
        cell["source"] = cell.get("source") or ""
        if cell.get("cell_type") == "code":
            cell["outputs"] = cell["outputs"] if isinstance(cell.get("outputs"), list) else []
            cell.setdefault("execution_count", None)


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
            notebook = read_notebook(path, where)
        except PlanError as error:
            problems += error.problems
            continue
        problems += [*leftovers(notebook, where), *copied_outputs(notebook, where)]
        problems += parameter_problems(notebook, where)
    return problems, [f"notebooks: {len(paths)}"]
