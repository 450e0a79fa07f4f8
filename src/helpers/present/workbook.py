"""A workbook for Danish Excel: sheets of typed cells in, the bytes of one ``.xlsx`` file out.

Numbers are numbers, a formula carries its result (so that a preview or a program that does not calculate shows it), and
the same cells always give the same bytes.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from helpers.letters import without_hidden

MADE_UP: Final = "Eksempeldata: Tallene er opdigtede, undtagen dem, der er mærket som offentliggjort eller oplyst af kommunen."
"""On every sheet of a workbook that is made of example data."""

MIME: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_NO_NAME: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_A3: Final = 8
_LINE: Final = 15.0
"""Height of a line, in points."""
_MONTH: Final = "[$-406]mmm yyyy"
_DAY: Final = "[$-406]dd-mm-yyyy"


@dataclass(frozen=True)
class Amount:
    """A number in a cell."""

    value: Decimal | float | None
    decimals: int = 0
    """So many are shown; the cell holds the exact value."""
    signed: bool = False
    """Shown with + or −."""
    formula: str = ""
    """What Excel works it out by, in English function names, ``{r}`` for the row's number; `value` is its result."""


@dataclass(frozen=True)
class Month:
    """A month as a date that Excel can sort and draw, shown as ``nov 2023``."""

    first: date


SheetCell = str | int | date | Amount | Month | None


@dataclass(frozen=True)
class Head:
    """A column: its head and its width in letters."""

    label: str
    width: float = 14


@dataclass(frozen=True)
class WorkSheet:
    """One sheet: a title, what to know, and a table with filters under frozen heads."""

    name: str
    """On its tab; letters Excel does not take there are left out."""
    title: str
    """Over the table."""
    heads: Sequence[Head]
    rows: Sequence[Sequence[SheetCell]]
    notes: Sequence[str] = ()
    """Sentences below the title that hold for any such table."""
    said: Sequence[str] = ()
    """Sentences before them that hold for this one."""


def workbook_bytes(
    sheets: Iterable[WorkSheet], *, title: str, author: str, day: date | None, example: bool
) -> bytes:
    """The sheets as an ``.xlsx`` file.

    Parameters
    ----------
    day
        When the file says it was made: the day of its figures, not of the run.
    example
        Whether each sheet says that its figures are made up.
    """
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    made = day or date(1980, 1, 1)
    book.set_properties(
        {
            "title": title,
            "author": author,
            "comments": MADE_UP if example else "",
            "created": datetime(made.year, made.month, made.day, 12),
        }
    )
    forms = _Formats(book)
    taken: set[str] = set()
    for sheet in sheets:
        _write(book, forms, sheet, _name(sheet.name, taken), example)
    book.close()
    return target.getvalue()


def _name(text: str, taken: set[str]) -> str:
    bare = _NO_NAME.sub(" ", without_hidden(text)).strip()[:_LONGEST_NAME] or "Ark"
    found, number = bare, 2
    while found.casefold() in taken:
        found = f"{bare[: _LONGEST_NAME - 4]} ({number})"
        number += 1
    taken.add(found.casefold())
    return found


class _Formats:
    """Each look once in a file."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._amounts: dict[tuple[int, bool], Any] = {}
        self.text = self(text_wrap=True, indent=1)

    def __call__(self, **said: Any) -> Any:
        key = tuple(sorted(said.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": "Calibri", "valign": "top", **said})
        return self._made[key]

    def amount(self, cell: Amount) -> Any:
        key = cell.decimals, cell.signed
        if key not in self._amounts:
            plain = "#,##0" + (f".{'0' * cell.decimals}" if cell.decimals else "")
            form = f'+{plain};"−"{plain};{plain}' if cell.signed else f'{plain};"−"{plain}'
            self._amounts[key] = self(num_format=form)
        return self._amounts[key]


def _write(book: Any, forms: _Formats, sheet: WorkSheet, name: str, example: bool) -> None:
    page = book.add_worksheet(name)
    page.write_string(0, 0, without_hidden(sheet.title), forms(bold=True, font_size=14))
    row = 1
    if example:
        page.write_string(row, 0, MADE_UP, forms(bold=True, font_color="#8A5A00"))
        row += 1
    for line in (*sheet.said, *sheet.notes):
        page.write_string(row, 0, without_hidden(line), forms())
        row += 1
    row += 1
    head = forms(bold=True, text_wrap=True, indent=1, bg_color="#E8EEF1", bottom=1)
    for column, one in enumerate(sheet.heads):
        page.write_string(row, column, one.label, head)
        page.set_column(column, column, one.width)
    # Not every program makes room for wrapped text by itself.
    room = [int(one.width) - 2 for one in sheet.heads]
    page.set_row(row, _height([one.label for one in sheet.heads], room))
    for at, cells in enumerate(sheet.rows, start=row + 1):
        if (height := _height(cells, room)) > _LINE:
            page.set_row(at, height)
        for column, cell in enumerate(cells):
            _cell(page, forms, at, column, cell)
    page.freeze_panes(row + 1, 1)
    page.autofilter(row, 0, row + max(len(sheet.rows), 1), max(len(sheet.heads) - 1, 0))
    page.repeat_rows(row)
    page.set_landscape()
    page.set_paper(_A3)
    page.fit_to_pages(1, 0)
    page.set_footer("&L&8&A&R&8&P/&N")
    if example:
        page.set_header("&R&8Eksempeldata")


def _height(cells: Sequence[SheetCell], room: Sequence[int]) -> float:
    """Room for the cell with most lines, where text is wrapped at its column's letters."""
    longer = (
        _lines(cell, letters)
        for cell, letters in zip(cells, room, strict=True)
        if isinstance(cell, str) and len(cell) > letters
    )
    return _LINE * max(longer, default=1)


_clean = lru_cache(maxsize=4096)(without_hidden)


@lru_cache(maxsize=4096)
def _lines(text: str, width: int) -> int:
    return len(textwrap.wrap(text, width))


def _cell(page: Any, forms: _Formats, row: int, column: int, cell: SheetCell) -> None:
    match cell:
        case str():  # most are
            page.write_string(row, column, _clean(cell), forms.text)
        case None:
            pass
        case Amount(value=None):
            pass
        case Amount(formula=formula) if formula:
            page.write_formula(
                row, column, formula.replace("{r}", str(row + 1)), forms.amount(cell), float(cell.value or 0)
            )
        case Amount():
            page.write_number(row, column, float(cell.value or 0), forms.amount(cell))
        case Month(first=first):
            page.write_datetime(row, column, first, forms(num_format=_MONTH, align="left", indent=1))
        case date():
            page.write_datetime(row, column, cell, forms(num_format=_DAY, align="left", indent=1))
        case int():
            page.write_number(row, column, cell, forms())
