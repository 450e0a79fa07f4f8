"""The CSV files of the catalogue: municipalities and what documents printed. Read strictly, row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.catalogue.documents import did_you_mean, read_text
from helpers.errors import Problem
from helpers.project import Project


@dataclass(frozen=True)
class CatalogueRow:
    """One row of a CSV file: where it stands and what its columns hold (empty ones left out)."""

    where: str
    cells: Mapping[str, str]


def read_rows(
    project: Project, path: Path, columns: tuple[str, ...], optional: tuple[str, ...] = ()
) -> tuple[list[CatalogueRow], list[Problem]]:
    """The rows of a CSV file with these columns in any order, and what is wrong with the file.

    The file is UTF-8 with a comma between columns and a decimal point, or with a semicolon and a decimal
    comma as Danish Excel saves it.
    """
    name = project.relative(path)
    text, problem = read_text(project, path)
    if problem:
        return [], [problem]
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[CatalogueRow] = []
    problems: list[Problem] = []
    header: list[str] | None = None
    try:
        for cells in reader:
            where = f"{name}:{reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                problems += _header_problems(where, header, columns, optional)
                if problems:
                    break
            elif len(cells) != len(header):
                problems.append(
                    Problem(
                        where,
                        f"The row has {len(cells)} columns, the first line has {len(header)}.",
                        f'A text that holds "{delimiter}" must stand in quotation marks.',
                    )
                )
            else:
                found = {key: cell.strip() for key, cell in zip(header, cells, strict=True)}
                rows.append(CatalogueRow(where, {key: cell for key, cell in found.items() if cell}))
    except csv.Error as error:
        problems.append(Problem(f"{name}:{reader.line_num}", f"The row cannot be read: {error}."))
    if header is None:
        problems.append(
            Problem(f"{name}:1", "The file is empty.", f"Its first line must be {','.join(columns)}.")
        )
    return rows, problems


def _header_problems(
    where: str, header: list[str], columns: tuple[str, ...], optional: tuple[str, ...]
) -> list[Problem]:
    known = (*columns, *optional)
    problems = [
        Problem(
            where, f'The column "{column}" is missing.', f"The first line must name: {', '.join(columns)}."
        )
        for column in columns
        if column not in header
    ]
    for position, column in enumerate(header):
        if column not in known:
            hint = f'Unknown column "{column}". {did_you_mean(column, known)}'.strip()
            problems.append(Problem(where, hint, f"Allowed: {', '.join(known)}."))
        elif column in header[:position]:
            problems.append(Problem(where, f'The column "{column}" is there twice.'))
    return problems


def decimal_point(text: str) -> str:
    """``87,3`` as ``87.3``; anything else unchanged. A real minus sign counts as a minus."""
    text = text.replace("−", "-")
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
