"""A typed-in file as a table: its head checked against the columns that are read, its rows by column.

A head that nobody reads, or a row that does not fit, is named; the file, or the row, is then not used at all, because the
meaning of what stands beside it is not known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helpers.errors import Problem
from helpers.intake.dates import PeriodColumn
from helpers.intake.files import Sheet, Unreadable, filled, fold_head, grids
from helpers.intake.numbers import NumberColumn
from helpers.letters import did_you_mean

ENDINGS: Final = (".csv", ".txt", ".tsv", ".xlsx")
"""How typed-in files may end, in any case."""

_LEFT_ALONE: Final = re.compile(r"(?i)[.~].*|~\$.*|thumbs\.db|desktop\.ini|readme(\..*)?|.*\.md|.*~|.*\.part")
_TITLE_ROWS: Final = 10
_FOOTER: Final = re.compile(
    r"(?i)(kilde|kilder|note|noter|anm|anmærkning|obs|bemærk|source)\b\.?\s*:?.*|[*†].*"
)
"""``Kilde: …``, alone in a row's first cell."""
_SYNONYMS: Final = {
    "kommune": "omraade", "kommunenavn": "omraade", "by": "omraade", "sted": "omraade", "area": "omraade",
    "maaned": "periode", "kvartal": "periode", "tid": "periode", "period": "periode", "aar": "periode",
    "tal": "vaerdi", "antal": "vaerdi", "procent": "vaerdi", "pct": "vaerdi", "value": "vaerdi", "resultat": "svar",
    "series": "serie", "navn": "serie", "source": "kilde", "spoergsmaalet": "spoergsmaal", "tidspunkt": "dato",
    "note": "bemaerkning", "noter": "bemaerkning", "row": "raekke",
}  # fmt: skip
"""What people call columns, folded, for the hint alone."""

_SPELLED: Final = {
    "omraade": "område", "vaerdi": "værdi", "spoergsmaal": "spørgsmål", "raekke": "række", "maaned": "måned",
    "bemaerkning": "bemærkning",
}  # fmt: skip
"""Columns as their heads spell them."""


@dataclass(frozen=True)
class TypedRow:
    """One row: its number as Excel counts (the first is 1), its line in the file, its cells by column."""

    number: int
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class TypedTable:
    """A typed-in file."""

    name: str
    """The path as a user types it, and the sheet of a workbook."""
    columns: tuple[str, ...] = ()
    """The head, folded (``omraade``); also when the file is not used."""
    rows: tuple[TypedRow, ...] = ()
    """Wholly blank ones are left out; none when the file cannot be used."""
    english: bool = False
    """Commas part its cells, as English Excel saves."""
    sheet: str = ""
    """Of a workbook, the sheet's name."""

    def where(self, row: TypedRow, column: str) -> str:
        """``data/raw/manual/hedensted/flere-i-job.csv: row 4, column vaerdi``"""
        return f"{self.name}: row {row.number}, column {column}"

    def numbers(self, *columns: str) -> NumberColumn:
        """How the numbers of some columns are written, all together."""
        return NumberColumn.of((row[name] for row in self.rows for name in columns), english=self.english)

    def periods(self, column: str) -> PeriodColumn:
        """How the days of a column are written."""
        return PeriodColumn.of((row[column] for row in self.rows), english=self.english)


def read_table(
    path: Path,
    name: str,
    required: Collection[str],
    optional: Collection[str] = (),
    *,
    sheets: Collection[str] = (),
) -> tuple[tuple[TypedTable, ...], list[Problem]]:
    """Read a typed-in file.

    Parameters
    ----------
    required, optional
        The columns it must and may have, folded: in the file, case, blanks and the spelling of æ, ø and å do not matter.
    sheets
        Names of a workbook's sheets that are read, each a table; without any of them there, the first sheet is.

    Returns
    -------
    (tables, problems)
        One table, unless several sheets are read. A table without rows cannot be used, and the problems say why.
    """
    known = [*required, *optional]
    try:
        found = grids(path.read_bytes(), set(known), {fold_head(sheet) for sheet in sheets})
    except OSError as error:
        return (TypedTable(name),), [Problem(name, f"The file cannot be read: {error.strerror or error}.")]
    except Unreadable as error:
        return (TypedTable(name),), [Problem(name, error.what, error.do)]
    tables, problems = [], []
    for grid in found:
        called = f"{name}, sheet {grid.sheet}" if grid.sheet else name
        table, wrong = _table(grid, called, tuple(required), known)
        tables.append(table)
        problems += wrong
    return tuple(tables), problems


def _table(
    grid: Sheet, name: str, required: Sequence[str], known: Sequence[str]
) -> tuple[TypedTable, list[Problem]]:
    records = [record for record in grid.records if filled(record[2])]
    shown = (grid.delimiter if grid.delimiter != "\t" else ";").join(known)
    if not records:
        return TypedTable(name, sheet=grid.sheet), [
            Problem(name, "The file is empty.", f"Its first row must be {shown}.")
        ]
    place = _head_place(records, required)
    number, _, head = records[place]
    columns = [fold_head(cell) for cell in head]
    while columns and not columns[-1]:
        columns.pop()
    body = [
        record
        for record in records[place + 1 :]
        if not (filled(record[2]) == [0] and _FOOTER.fullmatch(record[2][0]))
    ]
    used = {at for _, _, cells in body for at in filled(cells)}
    problems = list(_head_problems(name, number, head, columns, required, known, shown, used))
    if grid.merged and not grid.merged.isdisjoint({number, *(record[0] for record in body)}):
        rows = ", ".join(map(str, sorted(grid.merged)[:5]))
        problems.append(
            Problem(f"{name}: row {min(grid.merged)}", f"Cells are merged (rows {rows}), so what they belong to is not sure.",
                    "Unmerge them in Excel, and fill every cell.")
        )  # fmt: skip
    if problems:
        return TypedTable(name, tuple(columns), sheet=grid.sheet), problems
    kept, wrong = _rows(name, body, columns, grid.delimiter)
    return TypedTable(name, tuple(columns), kept, english=grid.delimiter == ",", sheet=grid.sheet), wrong


def _head_place(records: Sequence[tuple[int, int, tuple[str, ...]]], required: Sequence[str]) -> int:
    """The head is the first row; lines of one cell above it are titles."""
    for place, (_, _, cells) in enumerate(records[:_TITLE_ROWS]):
        if {fold_head(cell) for cell in cells} >= set(required):
            return place
        if len(filled(cells)) > 1 or len(required) == 1:
            break
    return 0


def _head_problems(
    name: str,
    row: int,
    head: Sequence[str],
    columns: Sequence[str],
    required: Iterable[str],
    known: Sequence[str],
    shown: str,
    used: Collection[int],
) -> Iterator[Problem]:
    expected = f"Its columns are {shown}. The file is not used until then."
    for place, column in enumerate(columns):
        where = f"{name}: row {row}, column {column or place + 1}"
        if not column:
            if place in used:
                yield Problem(where, "A column without a name is not read.", expected)
        elif column in columns[:place]:
            yield Problem(where, "The column stands there twice.", expected)
        elif column not in known:
            meant = _SYNONYMS.get(column, "")
            shown_names = [_SPELLED.get(name, name) for name in known]
            hint = (
                f'Did you mean "{_SPELLED.get(meant, meant)}"?'
                if meant in known
                else did_you_mean(column, shown_names)
            )
            yield Problem(where, f'"{head[place]}" is not read. {hint}'.strip(), expected)
    for column in required:
        if column not in columns:
            yield Problem(f"{name}: row {row}", f'The column "{column}" is missing.', expected)


def _rows(
    name: str, body: Iterable[tuple[int, int, tuple[str, ...]]], columns: Sequence[str], delimiter: str
) -> tuple[tuple[TypedRow, ...], list[Problem]]:
    rows, problems = [], []
    for number, line, cells in body:
        if any(cells[len(columns) :]):
            problems.append(
                Problem(
                    f"{name}: row {number}",
                    f"The row has {len(cells)} cells, but the file has {len(columns)} columns; it is not used.",
                    f'A text or a number that holds "{delimiter}" must stand in quotes.',
                )
            )
            continue
        found = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        rows.append(TypedRow(number, line, found))
    return tuple(rows), problems


# ------------------------------------------------------------------------------------------------ folders


def typed_ending(path: Path) -> bool:
    """Whether a file is read as a table, by its name."""
    return path.suffix.lower() in ENDINGS and _LEFT_ALONE.fullmatch(path.name) is None


def typed_files(folder: Path) -> dict[str, tuple[Path, ...]]:
    """The tables in a folder by key (the name without its ending, ``.csv.txt`` too), in the order of their names."""
    found: dict[str, tuple[Path, ...]] = {}
    if not folder.is_dir():
        return found
    for path in sorted(folder.iterdir()):
        if path.is_file() and typed_ending(path):
            key = re.sub(r"(?i)(\.(csv|txt|tsv|xlsx))+$", "", path.name)
            found[key] = (*found.get(key, ()), path)
    return found


def typed_file(folder: Path, key: str) -> Path | None:
    """The table of a key, however its name is capitalised; none when there is none."""
    files = typed_files(folder).items()
    return next((paths[0] for name, paths in files if name.casefold() == key.casefold()), None)


def strays(folder: Path, name: str) -> list[Problem]:
    """What lies in a folder of typed-in files and is not read, each with what to do."""
    if not folder.is_dir():
        return []
    return [
        Problem(
            f"{name}/{path.name}",
            "A folder within a municipality's folder is not read."
            if path.is_dir()
            else f'Files that end in "{path.suffix or path.name}" are not read.',
            "Move its files one folder up."
            if path.is_dir()
            else "Save it as CSV or .xlsx, or move it elsewhere.",
        )
        for path in sorted(folder.iterdir())
        if not _LEFT_ALONE.fullmatch(path.name) and (path.is_dir() or path.suffix.lower() not in ENDINGS)
    ]
