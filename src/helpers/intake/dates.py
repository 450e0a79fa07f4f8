"""Periods as people and Excel write them, decided by their whole column: ``2023K3``, ``3. kvt. 23``, ``maj-24``, ``May-24``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from helpers.intake.numbers import Wrong
from helpers.periods import Frequency, Period

EARLIEST_YEAR = 1990
"""No figure of any source is older."""

_MONTHS = (
    ("januar", "jan", "january"), ("februar", "feb", "febr", "february"), ("marts", "mar", "march"), ("april", "apr"),
    ("maj", "may"), ("juni", "jun", "june"), ("juli", "jul", "july"), ("august", "aug"),
    ("september", "sep", "sept"), ("oktober", "okt", "october", "oct"), ("november", "nov"),
    ("december", "dec"),
)  # fmt: skip
_MONTH_BY_NAME = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}

_DAY = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4}|\d{2})")
_YEAR = r"(?P<year>\d{4}|\d{2})"
_QUARTER = r"(?P<quarter>[1-4])"
_WORD = r"\.?\s*(?:kvartal|kvt|kv)\.?\s*"
_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<rolling>4) kvartaler til og med {_QUARTER}{_WORD}{_YEAR}",
        rf"{_QUARTER}{_WORD}{_YEAR}",
        rf"(?:q|k|kv)\.?\s?0?{_QUARTER}[-/\s]*(?P<year>\d{{4}}|\d{{2}})",
        rf"(?P<year>\d{{4}})[-/\s]*(?:q|k|kv|kvt|kvartal)\.?\s?0?{_QUARTER}",
        r"(?P<year>\d{4})\s?m\s?(?P<month>\d{1,2})",
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2})(?:[t ][\d:.]+z?)?)?",
        r"(?P<month>\d{1,2})[-./](?P<year>\d{4})",
        r"(?P<name>[a-zæøå]+)\.?[-/\s]*(?P<year>\d{4}|\d{2})",
        r"(?P<day>\d{1,2})\.?\s+(?P<name>[a-zæøå]+)\.?\s+(?P<year>\d{4})",
        r"(?P<whole>\d{4})",
    )
)


@dataclass(frozen=True)
class PeriodColumn:
    """How the days of one column are written."""

    day_first: bool | None
    """Whether ``2/1/2024`` is the second of January; none when nothing settles it."""
    newest: int
    """The last year a period can be of."""

    @classmethod
    def of(cls, texts: Iterable[str], *, english: bool = False, today: date | None = None) -> PeriodColumn:
        """What the cells of a column prove, all together.

        In an `english` file either order is usual; in a Danish one, the day comes first.
        """
        days = [(int(match[1]), int(match[3])) for text in texts if (match := _DAY.fullmatch(text.strip()))]
        first, second = ({day[place] for day in days} for place in (0, 1))
        day_proved, month_proved = (any(number > 12 for number in numbers) for numbers in (first, second))
        day_first: bool | None = None if english else True
        if day_proved or month_proved:
            day_first = None if day_proved and month_proved else day_proved
        elif min(len(first), len(second)) == 1 < max(len(first), len(second)):
            day_first = len(first) == 1  # months go on from row to row, and their day stands still
        elif all(day == month for day, month in days):
            day_first = True  # either order is the same
        return cls(day_first, (today or date.today()).year + 1)

    def read(self, text: str) -> Period | Wrong:
        """The period in a cell; a day stands for its month."""
        bare = " ".join(text.split()).lower()
        if not bare.isascii() and not bare.isprintable():
            return _no_period(text)
        try:
            found = self._read(bare)
        except ValueError:
            found = None
        if found is None:
            if re.fullmatch(r"[34]\d{4}", bare):
                return Wrong(
                    f'"{text}" is a date as Excel counts days.',
                    "Format the cells as text, and write 2024M02.",
                )
            return _no_period(text)
        if isinstance(found, Period) and not EARLIEST_YEAR <= found.year <= self.newest:
            return Wrong(f'"{text}": the year {found.year:04d} cannot be.', "Mend the year.")
        return found

    def _read(self, bare: str) -> Period | Wrong | None:
        if match := _DAY.fullmatch(bare):
            if self.day_first is None:
                return Wrong(
                    f'"{bare}" can be a day of month {match[1]} and of month {match[3]}; the column does not settle it.',
                    "Write the month as 2024M02.",
                )
            day, month = (match[1], match[3]) if self.day_first else (match[3], match[1])
            return _month(match[4], month, day)
        for form in _FORMS:
            if match := form.fullmatch(bare):
                part = match.groupdict()
                if part.get("whole"):
                    return Period(Frequency.YEAR, int(part["whole"]))
                if part.get("quarter"):
                    kind = Frequency.ROLLING_YEAR if part.get("rolling") else Frequency.QUARTER
                    return Period(kind, _full_year(part["year"]) * 4 + int(part["quarter"]) - 1)
                month = part.get("month") or str(_MONTH_BY_NAME.get(part.get("name") or "", 0))
                return _month(part["year"], month, part.get("day") or "1")
        return Period.parse(bare.upper())


def read_day(text: str) -> date | None:
    """A single day as Danes write it: ``2026-08-15``, ``15-08-2026``, ``15. august 2026``; none when it is no such day."""
    bare = " ".join(text.split()).lower()
    parts: tuple[str, ...] = ()
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", bare):
        parts = match.groups()
    elif match := _DAY.fullmatch(bare):
        parts = (str(_full_year(match[4])), match[3], match[1])
    elif match := re.fullmatch(r"(?:den )?(\d{1,2})\.? ([a-zæøå]+)\.? (\d{4})", bare):
        parts = (match[3], str(_MONTH_BY_NAME.get(match[2], 0)), match[1])
    try:
        return date(*map(int, parts)) if parts else None
    except ValueError:
        return None


def _full_year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _month(year: str, month: str, day: str) -> Period:
    """ValueError when there is no such day."""
    number = _full_year(year)
    typed = date(max(number, 1), int(month), int(day))
    return Period.month(number, typed.month)


def _no_period(text: str) -> Wrong:
    return Wrong(f'"{text}" is no period; write a month as 2024M02 or feb-24, a quarter as 2023Q02.')
