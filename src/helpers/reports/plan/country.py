"""All municipalities on a plan's goals at once: the same rows as the status table's, found in one pass.

In: the catalogue, a plan and the observations of every area. Out: each municipality's status rows, and how many of
them meet a goal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from helpers.analysis.gaps import Verdict
from helpers.catalogue.models import NATIONAL, Goal, Indicator, Municipality, Plan, PublishedRow
from helpers.data.frames import State
from helpers.periods import Period
from helpers.reports.plan.status import StatusReading, StatusRow, as_published, judged_row

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

_PUBLISHED = (State.OK.value, State.SUPPRESSED.value)
_NOTHING = StatusReading(None, State.MISSING, None)


@dataclass(frozen=True)
class CountryComparison:
    """Every municipality's status on a plan, on one basis of figures.

    Attributes
    ----------
    rows
        Code of each municipality → its status rows, in the plan's order; goals with a survey are not among them.
    example
        The figures are example data.
    data_day
        The day of the figures; none when it is not known.
    """

    plan: Plan
    municipalities: tuple[Municipality, ...]
    rows: Mapping[str, tuple[StatusRow, ...]]
    example: bool = False
    data_day: date | None = None

    def of(self, goal: str, indicator: str) -> dict[str, StatusRow]:
        """Code of each municipality → its row for one goal and indicator, in the catalogue's order."""
        return {
            code: row
            for code, rows in self.rows.items()
            for row in rows
            if (row.goal, row.indicator) == (goal, indicator)
        }


def country_status(
    catalogue: Catalogue,
    plan: Plan,
    observations: pd.DataFrame,
    bound: Period | None = None,
) -> dict[str, tuple[StatusRow, ...]]:
    """Each municipality's status rows, equal to those of :func:`helpers.reports.plan.status.status_rows`.

    Parameters
    ----------
    observations
        Frame *Observations* with the country and all areas.
    bound
        Periods that end after it do not count.

    Returns
    -------
    dict
        Code → rows, in the order of the catalogue's municipalities and of the plan.
    """
    printed = {(row.goal, row.indicator): row for row in catalogue.published_rows(plan)}
    found: dict[str, list[StatusRow]] = {area.code: [] for area in catalogue.municipalities}
    pairs = [(goal, key) for goal in plan.goals for key in goal.indicators if key in catalogue.indicators]
    read: dict[str, _Headline] = {}
    for goal, key in pairs:
        indicator = catalogue.indicators[key]
        if key not in read:
            read[key] = _headline(observations, indicator, bound)
        for area in catalogue.municipalities:
            own = printed.get((goal.number, key)) if area.slug == plan.municipality else None
            found[area.code].append(read[key].row(goal, area, own))
    return {code: tuple(rows) for code, rows in found.items()}


@dataclass(frozen=True)
class _Headline:
    """An indicator's headline, and what each area has in the periods that count for somebody."""

    indicator: Indicator
    rows: pd.DataFrame
    bound: Period | None
    newest: Mapping[str, Period]
    readings: Mapping[tuple[str, str], StatusReading]

    def row(self, goal: Goal, area: Municipality, printed: PublishedRow | None) -> StatusRow:
        """The status row of one municipality."""
        known = [self.newest[code] for code in (NATIONAL, area.code) if code in self.newest]
        period = max(known, default=None)
        ours, national = (
            self.readings.get((code, period.id), _NOTHING) if period else _NOTHING
            for code in (area.code, NATIONAL)
        )
        return judged_row(goal, self.indicator, self.rows, area, self.bound, period, ours, national, printed)


def _headline(observations: pd.DataFrame, indicator: Indicator, bound: Period | None) -> _Headline:
    rows = observations[
        (observations["indicator"] == indicator.key) & (observations["series"] == indicator.headline)
    ]
    periods = {text: Period.parse(text) for text in rows["period"].unique()}
    within = [text for text, period in periods.items() if bound is None or period.within(bound)]
    published = rows[rows["state"].isin(_PUBLISHED) & rows["period"].isin(within)]
    # Ids of one frequency sort as time does.
    newest = {str(area): periods[text] for area, text in published.groupby("area")["period"].max().items()}
    counted = rows[rows["period"].isin({period.id for period in newest.values()})]
    readings: dict[tuple[str, str], StatusReading] = {}
    columns = (counted[name] for name in ("area", "period", "value", "state", "source", "published"))
    for area, period, value, text, source, published in zip(*columns, strict=True):
        state = State(text)
        exact = as_published(float(value), indicator.decimals) if state is State.OK else None
        readings.setdefault((area, period), StatusReading(exact, state, str(source), bool(published)))
    return _Headline(indicator, rows, bound, newest, readings)


def met_by(rows: Iterable[StatusRow]) -> tuple[int, int, int]:
    """How many of the rows are met, are not, and cannot be judged."""
    found = [row.verdict for row in rows]
    return found.count(Verdict.MET), found.count(Verdict.NOT_MET), found.count(Verdict.CANNOT_BE_JUDGED)
