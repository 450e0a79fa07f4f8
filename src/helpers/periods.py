"""Periods as Jobindsats writes them (``2023M11``, ``2023Q02``, ``2024QMAT03``, ``2025Y01``) and windows of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Self

from helpers.errors import PlanError

WINDOW_MONTHS = 25
"""A figure shows 25 months, so that the newest month stands beside the same month of the two years before."""

WINDOW_QUARTERS = 9
"""The nine quarters that 25 months span."""

MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip
SHORT_MONTHS = (
    "jan.", "feb.", "mar.", "apr.", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec.",
)  # fmt: skip


class Frequency(StrEnum):
    """How often a series has a value; the value is Jobindsats' period type spelled out."""

    code: str
    """Jobindsats' period type."""
    per_year: int
    window: int
    """How many periods a figure shows: 25 months, or the quarters or years they span."""

    def __new__(cls, value: str, code: str, per_year: int, window: int) -> Self:
        made = str.__new__(cls, value)
        made._value_, made.code, made.per_year, made.window = value, code, per_year, window
        return made

    MONTH = "month", "M", 12, WINDOW_MONTHS
    QUARTER = "quarter", "Q", 4, WINDOW_QUARTERS
    ROLLING_YEAR = "rolling_year", "QMAT", 4, WINDOW_QUARTERS
    YEAR = "year", "Y", 1, 3


_BY_CODE = {frequency.code: frequency for frequency in Frequency}
_PATTERN = re.compile(r"(\d{4})(QMAT|M|Q|Y)(\d{1,2})")


@dataclass(frozen=True, order=True)
class Period:
    """One month, quarter, rolling four quarters or year."""

    frequency: Frequency
    """What kind of period it is. Periods of different kinds are not to be compared."""
    ordinal: int
    """Periods since year 0, so that ``a.ordinal - b.ordinal`` is the distance in periods."""

    @classmethod
    @lru_cache(maxsize=4096)  # every row of a table asks, and there are few
    def parse(cls, text: str) -> Period:
        """Read ``2023M11``, ``2023Q02`` (or ``2023Q2``), ``2024QMAT03``, ``2025Y01``.

        Raises
        ------
        ValueError
            When `text` is not such a period, or its number is out of range.
        """
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f'"{text}" is no period; write a month as 2023M11 or a quarter as 2023Q02')
        year, code, number = int(match[1]), match[2], int(match[3])
        frequency = _BY_CODE[code]
        if not 1 <= number <= frequency.per_year:
            raise ValueError(
                f'"{text}" is no period: there is no number {number} in {frequency.value}s of a year'
            )
        return cls(frequency, year * frequency.per_year + number - 1)

    @classmethod
    def month(cls, year: int, number: int) -> Period:
        return cls(Frequency.MONTH, year * 12 + number - 1)

    @property
    def year(self) -> int:
        return self.ordinal // self.frequency.per_year

    @property
    def number(self) -> int:
        """The month (1–12), quarter (1–4) or 1 for a year."""
        return self.ordinal % self.frequency.per_year + 1

    @cached_property
    def id(self) -> str:
        return f"{self.year:04d}{self.frequency.code}{self.number:02d}"

    def __str__(self) -> str:
        return self.id

    def shift(self, periods: int) -> Period:
        """The period so many later (or earlier, when negative)."""
        return Period(self.frequency, self.ordinal + periods)

    @property
    def last_month(self) -> Period:
        """The last month of the period; a month is its own."""
        months = 12 // self.frequency.per_year
        return Period(Frequency.MONTH, self.ordinal * months + months - 1)

    @property
    def first_month(self) -> Period:
        """The first month of the period (of its last quarter, for rolling four quarters); a month is its own."""
        return Period(Frequency.MONTH, self.ordinal * (12 // self.frequency.per_year))

    @property
    def first_day(self) -> date:
        first = self.first_month
        return date(first.year, first.number, 1)

    @property
    def end(self) -> int:
        """The last month as a number, to tell periods of any frequency in their order."""
        return self.last_month.ordinal

    def within(self, bound: Period) -> bool:
        """Whether the whole period lies no later than the end of `bound`, of any frequency."""
        return self.end <= bound.end

    @property
    def danish(self) -> str:
        """``november 2023``, ``2. kvartal 2023``, ``4 kvartaler til og med 2. kvartal 2023``, ``2023``."""
        if self.frequency is Frequency.MONTH:
            return f"{MONTHS[self.number - 1]} {self.year}"
        if self.frequency is Frequency.QUARTER:
            return f"{self.number}. kvartal {self.year}"
        if self.frequency is Frequency.ROLLING_YEAR:
            return f"4 kvartaler til og med {self.number}. kvartal {self.year}"
        return str(self.year)

    @property
    def short(self) -> str:
        """For axes and narrow columns: ``nov. 23``, ``2. kvt. 23``, ``2023``."""
        if self.frequency is Frequency.MONTH:
            return f"{SHORT_MONTHS[self.number - 1]} {self.year % 100:02d}"
        if self.frequency is Frequency.YEAR:
            return str(self.year)
        return f"{self.number}. kvt. {self.year % 100:02d}"


def window(newest: Period, length: int | None = None, numbers: Collection[int] = ()) -> tuple[Period, ...]:
    """The full grid of periods a figure shows, oldest first, ending in `newest`.

    Parameters
    ----------
    length
        Number of periods; default is the frequency's own (25 months or 9 quarters), or those of its span that are
        published.
    numbers
        Which periods of a year are published, as ``(2, 4)`` of quarters; default: all.
    """
    kind = newest.frequency
    wanted = numbers or range(1, kind.per_year + 1)
    count = -(-kind.window * len(wanted) // kind.per_year) if length is None else length
    reached = (newest.shift(-step) for step in range(count * kind.per_year))
    return tuple(itertools.islice((p for p in reached if p.number in wanted), count))[::-1]


def danish_day(day: date) -> str:
    """``22. august 2026``."""
    return f"{day.day}. {Period.month(day.year, day.month).danish}"


def require_figures(bound: Period | None, known: Iterable[Period]) -> None:
    """Refuse a newest period to show that lies outside all figures there are.

    Parameters
    ----------
    known
        Periods of the report's figures; none at all is no mistake of the period.

    Raises
    ------
    PlanError
        Naming the newest or the oldest period there is.
    """
    periods = sorted(set(known), key=lambda period: (period.end, period.frequency.per_year))
    if bound is None or not periods:
        return
    oldest, newest = periods[0], periods[-1]
    if bound.first_month.ordinal > newest.end:
        said = f"There are no figures as new as {bound}; the newest are for {newest}."
    elif not any(period.within(bound) for period in periods):
        said = f"There are no figures as old as {bound}; the oldest are for {oldest}."
    else:
        return
    raise PlanError.of("--period", said, f"Name a period from {oldest} to {newest}, or leave it out.")
