"""Before a site is placed: every output and file of its copy is held against the municipality it is for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from helpers.errors import PlanError, Problem
from helpers.present.output import FIGURE_FOLDER
from helpers.present.stamp import STAMP_KEY, Stamp
from helpers.render.copy import Copy
from helpers.render.named import missing_files
from helpers.render.notebooks import cell_place
from helpers.reports.base.names import VERDICT_FILE

_ADVICE = (
    "Let the notebook open its report once, with the names of the parameters "
    "(report = open_report(kommune, plan, periode)), and set them in the cell tagged “parameters” only."
)


def hold(copy: Copy) -> None:
    """Hold the executed notebooks of a copy, and the files they wrote, against the variant's stamp.

    Text that a cell prints is the analyst's own and passes; so do the outputs of a variant without a stamp.

    Raises
    ------
    PlanError
        With every output that was made for another municipality, plan or basis, or of which nobody knows for
        which, and every file that a text names and that is not there, by notebook and cell.
    """
    problems = [
        problem
        for path, notebook in copy.notebooks.items()
        for problem in missing_files(notebook, path, copy.folder)
    ]
    if page := copy.variant.stamp:
        problems += _foreign(copy, page)
    if problems:
        raise PlanError(dict.fromkeys(problems))


def _foreign(copy: Copy, page: Stamp) -> list[Problem]:
    """What was made for another page."""
    problems = [
        Problem(cell_place(path, cell), *found)
        for path, notebook in copy.notebooks.items()
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.get("outputs", [])
        for found in _wrong(output, page, (copy.folder / path).parent)
    ]
    return [*problems, *_verdicts(copy, page)]


def _wrong(output: NotebookNode, page: Stamp, folder: Path) -> Iterator[tuple[str, str]]:
    told = output.get("metadata", {}).get(STAMP_KEY)
    if told is None:
        if set(output.get("data", {})) - {"text/plain"}:
            yield (
                "Nothing says whose figures this output shows: no report made it.",
                "A chart or table of your own is shown with report.show(…, caption=…, alt=…); text can be printed.",
            )
        return
    for data in told["stamps"]:
        if data is None:
            yield "Nothing says whose figures a part of this output shows: no report made it.", _ADVICE
        elif not (stamp := Stamp.read(data)).fits(page):
            yield _other(stamp, page), _ADVICE
    for name, digest in told["files"].items():
        path = folder / FIGURE_FOLDER / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield (
                f"The file {FIGURE_FOLDER}/{name} was written again after this cell, with other figures.",
                "Give each figure a name of its own, or take the other cell out.",
            )


def _other(stamp: Stamp, page: Stamp) -> str:
    return f"This shows figures of {stamp.told()}; the page is for {page.told()}."


def _verdicts(copy: Copy, page: Stamp) -> Iterator[Problem]:
    """The verdicts beside the chapters' names."""
    path = copy.folder / VERDICT_FILE
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for notebook, entry in found.items():
        data = entry.get(STAMP_KEY)
        if data is None:
            yield Problem(f"{VERDICT_FILE}: {notebook}", "Nothing says whose verdict this is.", _ADVICE)
        elif not (stamp := Stamp.read(data)).fits(page):
            yield Problem(f"{VERDICT_FILE}: {notebook}", _other(stamp, page), _ADVICE)
