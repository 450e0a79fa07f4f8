"""What a plan's goals set out from, and where those with a date will stand if nothing changes.

In: status rows, the figures they are judged by, and how forecasts have turned out. Out: :class:`Outlook`; worded in
:mod:`helpers.reports.plan.assurance`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from helpers.analysis.gaps import Verdict, gap, target_value, verdict
from helpers.analysis.outlook import LEAST_PERIODS, Backtest, forecast
from helpers.analysis.readings import Readings
from helpers.analysis.targets import Start
from helpers.catalogue.models import NATIONAL, Break, Indicator, Plan
from helpers.catalogue.targets import JudgeOn
from helpers.periods import Period
from helpers.reports.plan.status import StatusRow

_LONGEST = 120
"""So many periods back a series is looked at."""


class NoOutlook(StrEnum):
    """Why nothing is forecast."""

    BREAK_AHEAD = "break_ahead"
    FEW_PERIODS = "few_periods"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Outlook:
    """Where a figure will stand when its goal is due."""

    due: Period
    # If nothing changes; a verdict only where the target of that day is known or can be forecast alike.
    value: Decimal | None = None
    verdict: Verdict | None = None
    close: bool = False
    """Whether the target is no farther off than the forecasts have been."""
    backtest: Backtest | None = None
    """How forecasts of its kind have turned out."""
    none: NoOutlook | None = None
    """Why there is no value."""
    broken: Break | None = None
    """The break that is the reason."""
    periods: int = 0
    """How many periods there are on this side of the last break."""


def start_reading(
    row: StatusRow, indicator: Indicator, plan: Plan, readings: Readings, area: str
) -> Start | None:
    """What a row's goal set out from: as the goal says it, or the last period before the plan's year.

    Returns
    -------
    Start or None
        None where no figure is known that can be compared with today's.
    """
    if row.period is None or row.municipality is None:
        return None
    if row.asked is not None and row.asked.start is not None:
        found = row.asked.start
        return found if found.period < row.period and _of_newest(row, indicator) else None
    per_year = indicator.frequency.per_year
    before = Period(indicator.frequency, plan.year * per_year - 1)
    value = readings.at(indicator, area, before).value
    if value is None or before >= row.period or indicator.breaks_between(before, row.period):
        return None
    return Start(before, value)


def _of_newest(row: StatusRow, indicator: Indicator) -> bool:
    """Whether the goal is judged by single figures: a mean or a year's total stands still in no such way."""
    judged_on = row.asked.target.judge_on if row.asked else JudgeOn.NEWEST
    return judged_on is JudgeOn.NEWEST and not indicator.cumulative


def outlook_of(
    row: StatusRow,
    indicator: Indicator,
    readings: Readings,
    area: str,
    tried: Callable[[str, int], Backtest | None],
) -> Outlook | None:
    """Where a row's figure will stand when its goal is due; none for a goal without a date ahead.

    Parameters
    ----------
    tried
        Indicator and periods ahead → how such forecasts have turned out.
    """
    due = row.asked.due if row.asked else None
    if due is None or row.period is None or row.municipality is None or due <= row.period:
        return None
    if not _of_newest(row, indicator):
        return None
    ahead = indicator.breaks_between(row.period, due)
    if ahead:
        return Outlook(due, none=NoOutlook.BREAK_AHEAD, broken=ahead[-1])
    own = _this_side(indicator, readings, area, row.period)
    known = sum(value is not None for value in own)
    if known < LEAST_PERIODS:
        before = [broken for broken in indicator.breaks if broken.period <= row.period]
        return Outlook(
            due,
            none=NoOutlook.FEW_PERIODS,
            broken=max(before, key=lambda b: b.period, default=None),
            periods=known,
        )
    horizon = due.ordinal - row.period.ordinal
    found = tried(indicator.key, horizon)
    value = _forecast(indicator, own, horizon, found)
    if found is None or value is None:
        return Outlook(due, none=NoOutlook.UNTRIED, periods=known)
    asked = _asked_then(row, indicator, readings, horizon, found)
    if asked is None or row.asked is None:
        return Outlook(due, value, backtest=found, periods=known)
    away = gap(value, asked, row.direction)
    return Outlook(
        due, value, verdict(away, row.asked.target), abs(away) <= found.within, found, periods=known
    )


def _asked_then(
    row: StatusRow, indicator: Indicator, readings: Readings, horizon: int, found: Backtest
) -> Decimal | None:
    """The target when it is due: a number, or the country's figure forecast alike; none for other yardsticks."""
    assert row.asked is not None and row.period is not None
    target = row.asked.target
    if target.percent is not None or target.upper is not None or row.asked.place is not None:
        return None
    if not target.national:
        return (
            target.value
            if target.value is not None
            else target.years.get(row.asked.due.year)
            if row.asked.due
            else None
        )
    country = _this_side(indicator, readings, NATIONAL, row.period)
    return target_value(target, _forecast(indicator, country, horizon, found))


def _forecast(
    indicator: Indicator, values: list[Decimal | None], horizon: int, found: Backtest | None
) -> Decimal | None:
    if found is None:
        return None
    return forecast(values, found.chosen, indicator.frequency.per_year, horizon, indicator.decimals)


def _this_side(indicator: Indicator, readings: Readings, area: str, newest: Period) -> list[Decimal | None]:
    """An area's figures up to the newest, from the first known one on this side of the last break on."""
    values: list[Decimal | None] = []
    for back in range(_LONGEST):
        period = newest.shift(-back)
        if indicator.breaks_between(period, newest):
            break
        values.append(readings.at(indicator, area, period).value)
    while values and values[-1] is None:
        values.pop()
    return values[::-1]
