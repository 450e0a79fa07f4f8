"""The CSV files of the catalogue: areas, and what documents printed; read as every file that people type."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from helpers.errors import Problem
from helpers.intake.numbers import Reading, Wrong
from helpers.intake.table import read_table
from helpers.project import Project

MUNICIPALITY_COLUMNS = ("code", "name", "slug", "region")
MUNICIPALITY_OPTIONS = ("aliases", "preposition")
"""Columns of ``areas/municipalities.csv`` that must be there, and that need not."""


@dataclass(frozen=True)
class CatalogueRow:
    """One row of a CSV file: where it stands and what its columns hold (empty ones left out)."""

    where: str
    cells: Mapping[str, str]


def read_rows(
    project: Project,
    path: Path,
    columns: tuple[str, ...],
    optional: tuple[str, ...] = (),
    *,
    numbers: Collection[str] = (),
    periods: Collection[str] = (),
    whole: Callable[[Mapping[str, str]], bool] = lambda _: False,
) -> tuple[list[CatalogueRow], list[Problem]]:
    """The rows of a file with these columns in any order, and what is wrong with the file.

    Parameters
    ----------
    numbers, periods
        Columns whose cells are read by :mod:`helpers.intake`, and handed on with a decimal point and as period ids.
    whole
        Whether the numbers of a row are whole ones.
    """
    name = project.relative(path)
    (table, *_), found_wrong = read_table(path, name, columns, optional)
    problems = [replace(wrong, where=_with_line(wrong.where)) for wrong in found_wrong]
    rows: list[CatalogueRow] = []
    written = {column: table.numbers(column) for column in numbers}
    dated = {column: table.periods(column) for column in periods}
    for row in table.rows:
        where, wrong = f"{name}:{row.line}", list[Problem]()
        cells = {key: cell for key, cell in row.cells.items() if cell}
        for column, text in list(cells.items()):
            found = (
                written[column].read(text, whole=whole(cells))
                if column in written
                else dated[column].read(text)
                if column in dated
                else text
            )
            if isinstance(found, Wrong):
                wrong.append(Problem(f"{where}: {column}", found.what, found.do))
            elif isinstance(found, Reading):
                cells[column] = "" if found.value is None else f"{found.value:f}"
            else:
                cells[column] = str(found)
        problems += wrong
        if not wrong:
            rows.append(CatalogueRow(where, {key: cell for key, cell in cells.items() if cell}))
    return rows, problems


def _with_line(where: str) -> str:
    """``published/x.csv: row 4, column gap`` as the rest of the catalogue tells places: ``published/x.csv:4: gap``."""
    return re.sub(r": row (\d+)(?:, column )?", lambda row: f":{row[1]}: ", where).removesuffix(": ")
