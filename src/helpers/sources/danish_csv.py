"""Typed-in CSV files as Danish Excel saves them: encoding, separator, decimal comma, months in words.

Comes in: the bytes of a file. Goes out: a table of texts with Excel's row numbers, and cells read as numbers
and periods. Everything that is wrong is named by file, row and column; nothing else of the file is lost.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from helpers.errors import Problem
from helpers.periods import Period

DELIMITERS = (";", "\t", ",")
"""What separates cells: Danish Excel writes semicolons, its "Unicode text" tabs, English Excel commas."""

SAVE_AS = 'In Excel: File, Save as, "CSV UTF-8 (semicolon separated)".'

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and xls, whatever the file is called
_MONTHS = (
    ("januar", "jan"), ("februar", "feb", "febr"), ("marts", "mar"), ("april", "apr"), ("maj",),
    ("juni", "jun"), ("juli", "jul"), ("august", "aug"), ("september", "sep", "sept"), ("oktober", "okt"),
    ("november", "nov"), ("december", "dec"),
)  # fmt: skip
_MONTH_BY_NAME = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_ASCII = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
_BLANKS = "\u00a0\u202f\u2007\u2009 "
_DANISH = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_POINT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_DAY = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-./](\d{4})")
_QUARTER = re.compile(r"([1-4])\.?\s*(?:kvartal|kvt\.?)\s*(\d{4})")
_NAMED = re.compile(r"([a-zæøå]+)\.?[-\s]*(\d{4}|\d{2})")


@dataclass(frozen=True)
class TypedRow:
    """One row: its number as Excel counts them (the header is 1) and its cells by column, blanks trimmed."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """A typed-in file. `name` is the path as a user types it; `decimal_point` is set for English Excel."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[TypedRow, ...]
    decimal_point: bool = False

    def where(self, row: TypedRow, column: str) -> str:
        """``data/raw/manual/hedensted/flere-i-job.csv: row 4, column vaerdi``"""
        return f"{self.name}: row {row.number}, column {column}"

    def number(self, row: TypedRow, column: str) -> Decimal | None:
        """The cell as a number; none when it is blank. ValueError as :func:`parse_number`."""
        text = row[column]
        return parse_number(text, decimal_point=self.decimal_point) if text else None


def decode(content: bytes) -> str:
    """The text of a CSV file in UTF-8 or UTF-16 (with byte order mark) or Windows-1252.

    Raises
    ------
    ValueError
        When it is none of them: an Excel workbook, say.
    """
    if content.startswith(_WORKBOOK):
        raise ValueError("This is an Excel workbook, not a CSV file.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ValueError("The file is neither UTF-8, UTF-16 nor Windows-1252 text.")


def parse_number(text: str, *, decimal_point: bool = False) -> Decimal:
    """Read a number as a Danish analyst types it: ``1.234,5``, ``83,8 %``, ``17 pct.``, ``−3,5``.

    A full stop that cannot part thousands (``87.9``) is taken as the decimal mark it can only be, and a comma
    likewise where the point is the decimal mark.

    Parameters
    ----------
    decimal_point
        The file comes from an English Excel: ``1,234.5``.

    Raises
    ------
    ValueError
        When it is no number, with the reason.
    """
    bare = text.strip(_BLANKS)
    bare = re.sub(rf"[{_BLANKS}]*(%|pct\.?|procent)$", "", bare, flags=re.IGNORECASE)
    bare = re.sub(rf"(?<=\d)[{_BLANKS}](?=\d{{3}}(\D|$))", "", bare).replace("−", "-").replace("–", "-")
    if decimal_point:
        if _POINT.fullmatch(bare):
            return Decimal(bare.replace(",", ""))
        if re.fullmatch(r"[+-]?\d+,\d{1,2}", bare):
            return Decimal(bare.replace(",", "."))
    elif _DANISH.fullmatch(bare):
        return Decimal(bare.replace(".", "").replace(",", "."))
    elif re.fullmatch(r"[+-]?\d+\.\d{1,2}", bare):
        return Decimal(bare)
    raise ValueError(f'"{text}" is no number; write it as 1.234,5')


def parse_period(text: str) -> Period:
    """Read a period: an id (``2024M02``, ``2023Q02``), ``2. kvartal 2023``, or a month as Excel makes it.

    ``feb-24``, ``februar 2024``, ``02-2024``, ``2024-02`` and any day of it (``10-02-2024``, ``2024-02-10``).

    Raises
    ------
    ValueError
        When it is none of these.
    """
    bare = text.strip(_BLANKS)
    try:
        return Period.parse(bare.upper())
    except ValueError:
        pass
    if match := _QUARTER.fullmatch(bare.lower()):
        return Period.parse(f"{match[2]}Q{match[1]}")
    year, month, day = "", "", "1"
    if match := _ISO.fullmatch(bare):
        year, month, day = match[1], match[2], match[3] or day
    elif match := _DAY.fullmatch(bare):
        day, month, year = match[1], match[2], match[3]
    elif match := _MONTH_YEAR.fullmatch(bare):
        month, year = match[1], match[2]
    elif (match := _NAMED.fullmatch(bare.lower())) and match[1] in _MONTH_BY_NAME:
        month, year = str(_MONTH_BY_NAME[match[1]]), match[2]
    try:
        typed = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
        return Period.month(typed.year, typed.month)
    except ValueError:
        pass
    raise ValueError(f'"{text}" is no period; write a month as 2024M02 or feb-24, a quarter as 2023Q02')


def read_table(
    path: Path, name: str, required: Collection[str], optional: Collection[str] = ()
) -> tuple[Table, list[Problem]]:
    """Read a typed-in file; rows that are wholly blank are left out.

    Parameters
    ----------
    name
        How messages name the file.
    required, optional
        The columns it must and may have, in lower case and ASCII. In the file, case and blanks around names
        do not matter, and ``måned`` is ``maaned``.

    Returns
    -------
    (Table, problems)
        The table holds all that could be read. Without a required column it holds no rows.
    """
    known = [*required, *optional]
    empty = Table(name, (), ())
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        return empty, [Problem(name, f"The file cannot be read: {error.strerror or error}.")]
    except ValueError as error:
        return empty, [Problem(name, str(error), SAVE_AS)]
    lines = text.splitlines(keepends=True)
    delimiter = ""
    if lines and (said := re.fullmatch(r'"?sep=(.)"?\s*', lines[0])):
        delimiter, lines = said[1], lines[1:]  # a line only Excel writes and never shows
    head = next((line for line in lines if line.strip()), "")
    delimiter = delimiter or max(DELIMITERS, key=head.count)
    try:
        records = list(csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter))
    except csv.Error as error:
        return empty, [Problem(name, f"The file is no CSV: {error}.", SAVE_AS)]
    start = next((i for i, record in enumerate(records) if any(cell.strip() for cell in record)), None)
    if start is None:
        return empty, [Problem(name, "The file is empty.", f"Its first row must be {delimiter.join(known)}.")]
    columns = [cell.strip().lower().translate(_ASCII) for cell in records[start]]
    while columns and not columns[-1]:
        columns.pop()
    problems = list(
        _check_header(name, start + 1, columns, required=required, known=known, delimiter=delimiter)
    )
    if any(column not in columns for column in required):
        return Table(name, tuple(columns), ()), problems
    rows = []
    for number, record in enumerate(records[start + 1 :], start=start + 2):
        cells = [cell.strip(_BLANKS + "\t\r\n") for cell in record]
        if not any(cells):
            continue
        if any(cells[len(columns) :]):
            problems.append(
                Problem(
                    f"{name}: row {number}",
                    f"The row has {len(cells)} cells, but the file has {len(columns)} columns.",
                    f'A text that holds "{delimiter}" must stand in quotes.',
                )
            )
        first_of = {column: cells[i] for i, column in reversed(list(enumerate(columns))) if i < len(cells)}
        rows.append(TypedRow(number, first_of))
    return Table(name, tuple(columns), tuple(rows), decimal_point=delimiter == ","), problems


def _check_header(
    name: str,
    row: int,
    columns: Sequence[str],
    *,
    required: Iterable[str],
    known: Sequence[str],
    delimiter: str,
) -> Iterable[Problem]:
    expected = f"Its columns are {delimiter.join(known)}."
    for i, column in enumerate(columns):
        if column in columns[:i]:
            yield Problem(f"{name}: row {row}, column {column}", "The column stands there twice.", expected)
        elif column not in known:
            called = f'"{column}"' if column else "A column without a name"
            yield Problem(f"{name}: row {row}, column {column or i + 1}", f"{called} is not read.", expected)
    for column in required:
        if column not in columns:
            yield Problem(f"{name}: row {row}", f'The column "{column}" is missing.', expected)
