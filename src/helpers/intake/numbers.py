"""Numbers as people type them, decided by their whole column.

``27,1`` proves a decimal comma and ``0.075`` a decimal point; ``1.017`` proves nothing and is read by what its neighbours
prove, by whether whole numbers are expected, and by what can be true. What two readings are left for is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from helpers.intake.marks import DASHES, ERRORS, BlankMark, mark_of

_PERCENT = re.compile(r"\s*(%|pct\.?|procent)$", re.IGNORECASE)
_SIGN = str.maketrans(dict.fromkeys(DASHES, "-"))
_MANY_DOTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}")
_MANY_COMMAS = re.compile(r"[1-9]\d{0,2}(?:,\d{3}){2,}")
_DANISH = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+),\d+")
_ENGLISH = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)\.\d+")
_UNSURE = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_LONGEST = 15
"""No spreadsheet tells more digits, and no figure has them."""


@dataclass(frozen=True)
class Wrong:
    """Why a cell cannot be used, and what to do."""

    what: str
    do: str = ""


@dataclass(frozen=True)
class Reading:
    """What a cell says: a number, or a mark that stands for none; `percent` when it was written with its sign."""

    value: Decimal | None
    mark: BlankMark | None = None
    percent: bool = False


@dataclass(frozen=True)
class NumberColumn:
    """How the numbers of one column are written."""

    # Whether some cell proves a decimal comma, or a decimal point.
    comma: bool = False
    point: bool = False
    english: bool = False
    """Whether the file is an English one (commas between its cells): what decides where no cell proves anything."""

    @classmethod
    def of(cls, texts: Iterable[str], *, english: bool = False) -> NumberColumn:
        """What the cells of a column prove, all together."""
        comma = point = False
        for text in texts:
            bare = _bare(text)[0].lstrip("+-")
            if _MANY_DOTS.fullmatch(bare):
                comma = True
            elif _MANY_COMMAS.fullmatch(bare):
                point = True
            elif not _UNSURE.fullmatch(bare):
                comma = comma or _DANISH.fullmatch(bare) is not None
                point = point or _ENGLISH.fullmatch(bare) is not None
        return cls(comma, point, english)

    def read(self, text: str, *, whole: bool = False, most: Decimal | None = None) -> Reading | Wrong:
        """The number in a cell.

        Parameters
        ----------
        whole
            Whole numbers are expected, as where people are counted.
        most
            The largest value there can be.
        """
        mark = mark_of(text)
        if mark is not None:
            return Reading(None, mark)
        bare, percent = _bare(text)
        sign, digits = ("-", bare[1:]) if bare.startswith("-") else ("", bare.removeprefix("+"))
        if ERRORS.fullmatch(text.strip()):
            return Wrong(f'"{text}" is the sign of a formula that failed.', "Mend the formula in Excel.")
        if sum(map(str.isdigit, digits)) > _LONGEST:
            return Wrong(f"{text[:40]} is too long a number to be right.", "Round it, or mend it.")
        if not digits.isascii():
            return _no_number(text)
        if _UNSURE.fullmatch(digits):
            found = self._unsure(digits, text, whole=whole, most=most)
            if isinstance(found, Wrong):
                return found
            value = found
        elif digits.isdigit():
            value = Decimal(digits)
        elif _DANISH.fullmatch(digits) or _MANY_DOTS.fullmatch(digits):
            value = Decimal(digits.replace(".", "").replace(",", "."))
        elif _ENGLISH.fullmatch(digits) or _MANY_COMMAS.fullmatch(digits):
            value = Decimal(digits.replace(",", ""))
        else:
            return _no_number(text)
        return Reading(-value if sign else value, percent=percent)

    def _unsure(self, digits: str, text: str, *, whole: bool, most: Decimal | None) -> Decimal | Wrong:
        """``1.017`` and ``1,017``: a thousand and seventeen, or one and seventeen thousandths."""
        thousands = Decimal(re.sub("[.,]", "", digits))
        decimals = Decimal(digits.replace(",", "."))
        mark = "." if "." in digits else ","
        parts_decimals, parts_thousands = (
            (self.point, self.comma) if mark == "." else (self.comma, self.point)
        )
        doubt = Wrong(
            f'"{text}" can be read as {thousands} and as {f"{decimals}".replace(".", ",")}.',
            f"Write {thousands}, or {f'{decimals}0'.replace('.', ',')}.",
        )
        if parts_decimals and parts_thousands:
            return doubt  # the column holds both ways of writing
        if whole:
            danish_fraction = mark == "," and not self.english and not parts_thousands
            return doubt if parts_decimals or danish_fraction else thousands
        if not parts_decimals and not parts_thousands:  # nothing is proved: as the file's language has it
            parts_decimals = (mark == ".") == self.english
        found = decimals if parts_decimals else thousands
        return doubt if most is not None and found > most else found


def _bare(text: str) -> tuple[str, bool]:
    """Without blanks, sign of per cent and odd minus signs; and whether it had the sign of per cent."""
    stripped = text.strip()
    bare = _PERCENT.sub("", stripped)
    percent = bare != stripped
    bare = re.sub(r"(?<=\d)\s(?=\d{3}(?:\D|$))", "", bare)
    return bare.translate(_SIGN), percent


def _no_number(text: str) -> Wrong:
    return Wrong(f'"{text}" is no number; write it as 1.234,5.')
