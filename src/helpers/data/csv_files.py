"""The two kinds of CSV that leave this program: for people (Danish Excel) and for programs.

For people: semicolons, decimal commas, CRLF, a byte order mark, Danish heads. For programs: commas, decimal points,
line feeds, English heads. In both, a text that a spreadsheet would run as a formula is marked as text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from math import isnan
from typing import Final

from helpers.letters import without_hidden

BOM: Final = "\ufeff"
"""Tells Danish Excel that a CSV file is UTF-8."""

CsvCell = str | Decimal | float | int | None

_FORMULA: Final = re.compile(r"\s*[=+\-@]|\s")
_NUMBER: Final = re.compile(r"[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?")


@lru_cache(maxsize=8192)
def guarded(text: str) -> str:
    """`text` as it can stand in a spreadsheet: with an apostrophe before it when it looks like a formula.

    Examples
    --------
    >>> guarded("=HYPERLINK(1)"), guarded("-3,5"), guarded("Fleksjob")
    ("'=HYPERLINK(1)", '-3,5', 'Fleksjob')
    """
    clean = without_hidden(text).replace("\r\n", "\n").replace("\r", "\n")
    return f"'{clean}" if _FORMULA.match(clean) and not _NUMBER.fullmatch(clean) else clean


def for_people(head: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> str:
    """CSV that Danish Excel opens in columns, with its letters and numbers right.

    Numbers are spelled exactly, with a decimal comma and an ordinary minus; None is an empty cell.
    """
    return BOM + _written(head, rows, ";", "\r\n", ",")


def for_programs(head: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> str:
    """CSV with commas and decimal points, as ``read_csv`` expects it; None is an empty cell."""
    return _written(head, rows, ",", "\n", ".")


def with_column(text: str, head: str, word: str, *, unless: Collection[str] = ()) -> str:
    """CSV text with a last column that says the same in every row; as it is when a column of `unless` is there."""
    mark = BOM if text.startswith(BOM) else ""
    first = text.removeprefix(BOM).partition("\n")[0]
    delimiter, end = (";" if ";" in first else ","), ("\r\n" if first.endswith("\r") else "\n")
    heads = next(csv.reader([first], delimiter=delimiter), [])
    if not heads or set(unless) & set(heads):
        return text
    # What stands there is spelled already: only where a row ends is looked for, which is not within quotes.
    added, rest = (_joined([cell], (), delimiter, end) for cell in (head, guarded(word)))
    lines, within = [mark], False
    for line in text.removeprefix(BOM).removesuffix(end).split(end):
        within ^= line.count('"') % 2 == 1
        lines.append(f"{line}{end}" if within else f"{line}{delimiter}{added}")
        added = added if within else rest
    return "".join(lines)


def _written(
    head: Sequence[str], rows: Iterable[Sequence[CsvCell]], delimiter: str, line_end: str, point: str
) -> str:
    spelled = ([_spelled(cell, point) for cell in row] for row in rows)
    return _joined(head, spelled, delimiter, line_end)


def _joined(head: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str, line_end: str) -> str:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(head)
    writer.writerows(rows)
    return target.getvalue()


def _spelled(cell: CsvCell, point: str) -> str:
    if isinstance(cell, str):
        return guarded(cell)
    if cell is None or (isinstance(cell, float) and isnan(cell)):
        return ""
    if isinstance(cell, float):
        cell = int(cell) if cell.is_integer() else Decimal(repr(cell))
    return f"{cell:f}".replace(".", point) if isinstance(cell, Decimal) else str(cell)
