"""The bytes of a typed-in file as rows of texts: encodings, separators and workbooks as people save them."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from helpers.letters import plain

DELIMITERS: Final = (";", "\t", ",", "|")
"""What separates cells: Danish Excel writes semicolons, its "Unicode text" tabs, English Excel commas."""

SAVE_AS: Final = 'In Excel: File, Save as, "CSV UTF-8 (semicolon separated)".'
LARGEST: Final = 20_000_000
"""Bytes of a file, and of what a workbook holds unpacked five times over; figures typed by people are far smaller."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EIGHT_BITS: Final = ("cp1252", "mac_roman", "cp850", "cp865")
"""Windows, old Macs, and DOS; tried in this order when a file is not UTF-8."""

_LETTERS: Final = frozenset("æøåÆØÅéÉüöäÜÖÄ")
_SIGNS: Final = frozenset("\u00a0–—‘’“”…·•§½²³°€£©®´«»¨")


class Unreadable(ValueError):
    """Why a file cannot be read, and what to do."""

    def __init__(self, what: str, do: str = SAVE_AS) -> None:
        super().__init__(what)
        self.what, self.do = what, do


@dataclass(frozen=True)
class Sheet:
    """A file's cells."""

    records: tuple[tuple[int, int, tuple[str, ...]], ...]
    """Number as Excel counts rows, line of the file, and the cells of each row."""
    delimiter: str
    """What parts the cells; a tab for workbooks."""
    sheet: str = ""
    merged: frozenset[int] = frozenset()
    """Rows of the sheet that have merged cells."""


def grids(content: bytes, heads: Collection[str], sheets: Collection[str] = ()) -> tuple[Sheet, ...]:
    """The table of a file; of a workbook, its sheets named in `sheets`, or else its first. Unreadable says why there is none.

    Parameters
    ----------
    heads
        Folded names that columns may have: the separator under which the first row has most of them is taken.
    """
    if len(content) > LARGEST:
        raise Unreadable(f"The file is larger than {LARGEST // 1_000_000} MB; no typed-in file is.", "")
    if content.startswith(b"PK\x03\x04"):
        return tuple(_workbook(content, sheets))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "This is an old or a locked Excel workbook (.xls).",
            "Save it as .xlsx without a password, or as CSV.",
        )
    return (_csv(unicodedata.normalize("NFC", decode(content)), heads),)


def decode(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or UTF-32, Windows-1252, MacRoman or DOS code page 850.

    The three last have no mark of their own: the one under which the letters outside ASCII are Danish ones is taken.
    It is Unreadable when it is none of them for certain.
    """
    named = next((name for bom, name in _BOMS if content.startswith(bom)), None)
    if named is None and b"\x00" in content:
        even, odd = content[::2].count(0), content[1::2].count(0)
        if min(even, odd) > max(even, odd) / 4 or len(content) % 2:
            raise Unreadable("The file holds null bytes; it is no CSV file.")
        named = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = content.decode(named or "utf-8")
    except UnicodeDecodeError:
        if named is not None:
            raise Unreadable(f"The file begins as {named.upper()} and does not go on so.") from None
        text = _eight_bits(content)
    if "\x00" in text or "\ufffd" in text:
        raise Unreadable("The file holds null bytes or broken letters; it is no CSV file.")
    return text


def _eight_bits(content: bytes) -> str:
    best: tuple[int, str] | None = None
    for name in _EIGHT_BITS:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        odd = [letter for letter in text if not letter.isascii()]
        letters, signs = (sum(letter in known for letter in odd) for known in (_LETTERS, _SIGNS))
        score = letters - 2 * (len(odd) - letters - signs)
        if best is None or score > best[0]:
            best = (score, text)
    if best is None or best[0] < 0:
        raise Unreadable(
            "The file is neither UTF-8, UTF-16, Windows-1252, MacRoman nor DOS 850, as far as its letters tell."
        )
    return best[1]


def fold_head(text: str) -> str:
    """A column's name as it is compared: case, blanks and the spelling of Danish letters folded."""
    return " ".join(plain(text.replace("\ufeff", "")).split())


def _csv(text: str, heads: Collection[str]) -> Sheet:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    delimiter, skipped = "", 0
    if said := re.fullmatch(r'\s*"?sep\s*= *([^\s"]|\t)[;,\t|]*"?\s*', lines[0], re.IGNORECASE):
        delimiter, skipped = said[1], 1  # a line only Excel writes and never shows
    head = next((line for line in lines[skipped:] if line.strip(" ;,\t|")), "")

    def fits(mark: str) -> tuple[int, int]:
        return sum(fold_head(cell.strip('" ')) in heads for cell in head.split(mark)), head.count(mark)

    delimiter = max((delimiter, *DELIMITERS) if delimiter else DELIMITERS, key=fits)
    body = "\n".join(lines[skipped:])
    try:
        records = tuple(_records(body, delimiter, skipped, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise Unreadable(
                "A quotation mark is opened and never closed.", "Close it, or take it out."
            ) from None
        try:
            records = tuple(_records(body, delimiter, skipped, strict=False))
        except csv.Error as worse:
            raise Unreadable(f"The file is no CSV: {worse}.") from None
    return Sheet(records, delimiter)


def _records(
    body: str, delimiter: str, skipped: int, *, strict: bool
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=strict)
    for number, cells in enumerate(reader, start=1):
        yield number, reader.line_num + skipped, tuple(tidied(cell) for cell in cells)


def tidied(cell: str) -> str:
    """A cell without stray blanks and invisible marks around it."""
    return cell.replace("\ufeff", "").strip("\u200b\u200e\u200f \t\r\n\u00a0\u202f\u2007\u2009")


# ---------------------------------------------------------------------------------------------- workbooks


def _workbook(content: bytes, sheets: Collection[str]) -> Iterator[Sheet]:
    # Imported here: only whoever has a workbook waits for it.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    broken = Unreadable(
        "The Excel workbook is damaged, or no .xlsx file.", "Open it in Excel and save it again as .xlsx."
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > 5 * LARGEST:
                raise Unreadable("The workbook is far larger than any typed-in figures.", "")
            if "[Content_Types].xml" not in parts.namelist():
                raise Unreadable("This is no Excel workbook (.xlsx).", "Save it as .xlsx or CSV.")
        shown = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content))
    except (
        zipfile.BadZipFile,
        zlib.error,
        InvalidFileException,
        SyntaxError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        EOFError,
        OSError,
        NotImplementedError,
    ) as error:
        # Whatever the library stumbles over in a damaged file.
        raise broken from error
    tables = list(shown.worksheets)
    if not tables:
        raise Unreadable("The workbook has no sheet with cells.", "")
    visible = [sheet for sheet in tables if sheet.sheet_state == "visible"] or tables
    for sheet in [sheet for sheet in tables if fold_head(sheet.title) in sheets] or visible[:1]:
        yield _sheet(sheet, formulas[sheet.title])


def _sheet(sheet: Any, formulas: Any) -> Sheet:
    merged = {row for block in sheet.merged_cells.ranges for row in range(block.min_row, block.max_row + 1)}
    records = []
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = []
        for cell in row:
            text = _text(cell.value, str(cell.number_format))
            if not text and formulas[cell.coordinate].data_type == "f":
                raise Unreadable(
                    f"Cell {cell.coordinate} of {sheet.title} holds a formula that was never worked out.",
                    "Open the workbook in Excel and save it.",
                )
            cells.append(tidied(text))
        records.append((number, number, tuple(cells)))
    return Sheet(tuple(records), "\t", sheet.title, frozenset(merged))


def _text(value: object, style: str) -> str:
    """A cell as a Danish analyst would type it, exact to the fifteen digits that Excel holds."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "SAND" if value else "FALSK"
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, int | float):
        number = Decimal(f"{value:.15g}")
        percent = "%" in style
        text = f"{number * 100 if percent else number:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace(".", ",") + (" %" if percent else "")
    return str(value)


def filled(cells: Sequence[str]) -> list[int]:
    """Places of the cells that hold something."""
    return [place for place, cell in enumerate(cells) if cell]
