"""What the Jobcenteroverblik says of one area: each figure's standing, and the rows of the table in figure 2.

In: the template, observations of all municipalities, and the area. Out: :class:`FigureStanding` and
:class:`TableRow`. Nothing is drawn here, and no number is rounded but a recomputed share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from helpers.analysis.groups import ComparisonGroup, comparison_group, framework_conditions
from helpers.analysis.ranks import Rank, best, moved, on_few, rank
from helpers.catalogue import Catalogue
from helpers.catalogue.areas import Area
from helpers.catalogue.models import BASE, NATIONAL, Comparison, Indicator, Unit
from helpers.catalogue.names import Noun
from helpers.data.frames import State
from helpers.periods import Frequency, Period, window
from helpers.reports.base.report import frame_hash
from helpers.reports.jobcenteroverblik.boards import BASE_MONTHS, AreaGrids, Board, Obstacle, board, share_of
from helpers.reports.jobcenteroverblik.models import Jobcenteroverblik, TemplateFigure, TemplateRow

MONTHS_A_YEAR = 12


class Boards:
    """The boards of one set of observations, each made once; all areas of a country can share them."""

    def __init__(
        self, catalogue: Catalogue, jobcenteroverblik: Jobcenteroverblik, observations: pd.DataFrame
    ) -> None:
        self.catalogue = catalogue
        self.jobcenteroverblik = jobcenteroverblik
        self._shown = observations[observations["indicator"].isin(jobcenteroverblik.indicators)]
        self._grids = AreaGrids(self._shown)
        self.typed_in = frozenset(observations.loc[observations["source"] == "manual", "indicator"])
        self._made: dict[tuple[str, str], Board] = {}
        self._conditions: dict[Period | None, pd.DataFrame] = {}

    @cached_property
    def periods(self) -> set[Period]:
        """Every period of which any area has a figure."""
        return {Period.parse(text) for text in self._shown["period"][self._shown["value"].notna()].unique()}

    @cached_property
    def digest(self) -> str:
        """A hash over the template and the figures of all areas."""
        return hashlib.sha256(repr((self.jobcenteroverblik, frame_hash(self._shown))).encode()).hexdigest()

    def __call__(self, indicator: str, series: str | None = None) -> Board:
        entry = self.catalogue.indicators[indicator]
        name = series or entry.headline
        if (indicator, name) not in self._made:
            self._made[indicator, name] = board(self._grids, self.jobcenteroverblik, entry, name)
        return self._made[indicator, name]

    def conditions(self, newest: Period | None) -> pd.DataFrame:
        """Framework conditions of every area, for windows that end in `newest`."""
        if newest not in self._conditions:
            self._conditions[newest] = framework_conditions(self.catalogue, self._shown, newest)
        return self._conditions[newest]


@dataclass(frozen=True)
class AreaLine:
    """One line of a figure."""

    values: tuple[Decimal | None, ...]
    """In the indicator's unit, one for each period of the window; none where there is none. A mean is not rounded."""
    states: tuple[State, ...]
    areas: tuple[Area, ...] = ()
    """Whose values they are the mean of; empty for the country."""

    @property
    def known(self) -> bool:
        return any(value is not None for value in self.values)


@dataclass(frozen=True)
class FigureStanding:
    """Everything a figure and its tile say of one area."""

    figure: TemplateFigure
    indicator: Indicator
    newest: Period | None
    """Last month shown; none when there is nothing to show."""
    periods: tuple[Period, ...]
    own: tuple[tuple[Area, AreaLine], ...]
    """The area's line; of a joint job centre whose share cannot be made, one for each municipality."""
    apart: Obstacle | None
    """Why a joint job centre's municipalities are shown side by side; none otherwise."""
    country: AreaLine
    # Whom it is compared with.
    rule: Comparison
    group: ComparisonGroup
    yardstick: AreaLine
    """The third line: the group's best, or the mean of the ten best."""
    # The area's place, and places gained since the period before. `ranks` holds those of the municipalities shown side
    # by side.
    rank: Rank
    moved: int | None
    ranks: tuple[tuple[Area, Rank], ...]
    all_hidden: bool
    """Whether the newest values of the area and of all it is compared with are suppressed."""
    office: Noun
    """What those that are ranked are called."""
    few: tuple[Area, ...] = ()
    """Those of the area and of all it is compared with whose newest share is out of few persons."""

    @property
    def has_data(self) -> bool:
        """Whether there is anything to draw: of the area, the country or those it is compared with."""
        return any(line.known for line in (*(line for _, line in self.own), self.country, self.yardstick))


class AreaCell(NamedTuple):
    """A number of the table for one area or municipality; `value` is none where there is none."""

    area: Area
    value: Decimal | None


@dataclass(frozen=True)
class TableRow:
    """A row of figure 2."""

    row: TemplateRow
    period: Period | None
    """The month of the figures; typed-in ones may be older than the table's."""
    # Of the area; of the municipalities side by side where the share of a joint job centre cannot be made. `change` is
    # in percentage points since the same month of the year before.
    count: tuple[AreaCell, ...]
    share: tuple[AreaCell, ...]
    change: tuple[AreaCell, ...]
    # Unweighted means over the group's members that have them, not rounded; none for rows without a group.
    group_share: Decimal | None
    group_change: Decimal | None


@dataclass(frozen=True)
class AreaTable:
    """Figure 2 for one area and month."""

    period: Period | None
    group: ComparisonGroup
    rows: tuple[TableRow, ...]
    apart: Obstacle | None


class Standings:
    """One area's report."""

    def __init__(self, boards: Boards, area: Area, bound: Period | None = None) -> None:
        self.boards = boards
        self.area = area
        self.bound = bound
        self.jobcenteroverblik = boards.jobcenteroverblik
        self._made: dict[int, FigureStanding | None] = {}
        self._groups: dict[str, ComparisonGroup] = {}

    @cached_property
    def parts(self) -> tuple[Area, ...]:
        """The municipalities of a joint job centre, each as an area of its own."""
        known = {m.code: m for m in self.jobcenteroverblik.municipalities}
        return tuple(Area.of(known[code]) for code in self.area.codes)

    @cached_property
    def municipalities(self) -> tuple[Area, ...]:
        """All municipalities, each as an area of its own, in the catalogue's order."""
        return tuple(map(Area.of, self.jobcenteroverblik.municipalities))

    @cached_property
    def newest(self) -> Period | None:
        """The latest month that any figure of the report shows."""
        shown = [self._newest(self.boards(key)) for key in self._measured]
        known = (period for period in shown if period is not None)
        return max(known, key=lambda period: period.end, default=None)

    @property
    def _measured(self) -> tuple[str, ...]:
        return tuple(figure.indicator for figure in self.jobcenteroverblik.figures if figure.indicator)

    def _newest(self, of: Board) -> Period | None:
        """The newest month shown of a board: the newest published less the delay, within the bound."""
        slugs = [NATIONAL, self.area.slug, *(part.slug for part in self.parts)]
        newest = of.newest(slugs)
        if newest is None:
            return None
        # Quarters and years settle before they are published; the delay is for months.
        delay = self.jobcenteroverblik.template.delay_months
        last = newest.shift(-delay) if newest.frequency is Frequency.MONTH else newest
        if self.bound is not None and not last.within(self.bound):
            last = of.newest(slugs, self.bound) or last
        return last if last in of.periods and (self.bound is None or last.within(self.bound)) else None

    def group(self, cluster: str) -> ComparisonGroup:
        """The group of one kind of cluster."""
        if cluster not in self._groups:
            self._groups[cluster] = comparison_group(
                self.boards.catalogue,
                self.area,
                self.jobcenteroverblik.centres,
                kind=cluster,
                conditions=self.boards.conditions(self.newest),
            )
        return self._groups[cluster]

    def standing(self, number: int) -> FigureStanding | None:
        """A figure's standing; none for the table and for what is gone."""
        if number not in self._made:
            figure = self.jobcenteroverblik.figure(number)
            self._made[number] = self._standing(figure) if figure.indicator else None
        return self._made[number]

    def _standing(self, figure: TemplateFigure) -> FigureStanding:
        assert figure.indicator is not None
        on = self.boards(figure.indicator)
        rule = figure.comparison or on.indicator.comparison
        if rule is Comparison.FRAMEWORK and figure.cluster:
            group = self.group(figure.cluster)
        else:
            centres = self.jobcenteroverblik.centres
            group = comparison_group(self.boards.catalogue, self.area, centres, "country")
        newest = self._newest(on)
        periods = window(newest) if newest else ()
        apart = on.obstacle(self.area.slug, newest)
        shown = self.parts if apart else (self.area,)
        direction = on.indicator.direction
        count = 1 if rule is Comparison.FRAMEWORK else self.jobcenteroverblik.template.ten_best
        by_slug = {member.slug: member for member in group.members}
        chosen = tuple(by_slug[slug] for slug in best(on.column(group.members, newest), direction, count))
        before = _comparable(on.indicator, newest, -1)
        ranks = tuple((area, self._rank(on, group, area, newest)) for area in shown)
        place = ranks[0][1] if not apart else self._rank(on, group, self.area, newest)
        return FigureStanding(
            figure=figure,
            indicator=on.indicator,
            newest=newest,
            periods=periods,
            own=tuple((area, _line(on, (area,), periods)) for area in shown),
            apart=apart,
            country=_line(on, (), periods),
            rule=rule,
            group=group,
            yardstick=_mean_line(on, chosen, periods),
            rank=place,
            moved=moved(place, self._rank(on, group, self.area, before)),
            ranks=ranks if apart else (),
            all_hidden=_all_hidden(on, (self.area, *group.members), newest),
            office=self.jobcenteroverblik.template.office,
            few=tuple(one for one in dict.fromkeys((*shown, *group.members)) if self.on_few(on, one, newest)),
        )

    def on_few(self, on: Board, area: Area, period: Period | None) -> bool:
        """Whether an area's share is out of few persons; never for a share of the population."""
        indicator = on.indicator
        rule = self.jobcenteroverblik.template.joint.of_counts.get(indicator.key)
        share = on.value(area.slug, period)
        if indicator.unit is not Unit.PERCENT or share is None:
            return False
        names = rule.base if rule else (BASE,) if BASE in indicator.series else ()
        if not names:
            counted = "count" in indicator.series
            count = self.boards(indicator.key, "count").value(area.slug, period) if counted else None
            return on_few(share, count, None)
        bases = [self.boards(indicator.key, name) for name in names]
        values = [base.value(area.slug, period) for base in bases]
        hidden = any(base.state(area.slug, period) is State.SUPPRESSED for base in bases)
        known = [value for value in values if value is not None]
        return on_few(
            share, None, sum(known, Decimal(0)) if len(known) == len(values) else None, hidden=hidden
        )

    def _rank(self, on: Board, group: ComparisonGroup, area: Area, period: Period | None) -> Rank:
        values = on.column((area, *group.members), period)
        return rank(values, area.slug, on.indicator.direction)

    # ------------------------------------------------------------------------------------------ figure 2

    def table(self) -> AreaTable:
        """The table of figure 2, in the newest month of its first row that has figures."""
        template = self.jobcenteroverblik.template
        figure = next(figure for figure in self.jobcenteroverblik.figures if figure.table)
        group = self.group(figure.cluster or next(iter(self.boards.catalogue.grouping.rules.clusters)))
        period = next(
            (shown for row in template.table.rows if (shown := self._newest(self._counts(row)))), None
        )
        rows = tuple(self._row(row, period, group) for row in template.table.rows)
        return AreaTable(period, group, rows, self._why_apart(period))

    def _counts(self, row: TemplateRow) -> Board:
        return self.boards(row.indicator, "count")

    def _has_share(self, row: TemplateRow) -> bool:
        return "share" in self.boards.catalogue.indicators[row.indicator].series

    def _why_apart(self, period: Period | None) -> Obstacle | None:
        found = [
            self.boards(row.indicator).obstacle(self.area.slug, period)
            for row in self.jobcenteroverblik.template.table.rows
            if self._has_share(row)
        ]
        return next((obstacle for obstacle in found if obstacle), None)

    def _row(self, row: TemplateRow, period: Period | None, group: ComparisonGroup) -> TableRow:
        counts = self._counts(row)
        typed = not self._has_share(row)
        when = self._typed_period(counts, period) if typed else period
        year_ago = _comparable(counts.indicator, when, -MONTHS_A_YEAR)
        shown: tuple[Area, ...] = (self.area,)
        if self.area.joint and self._share(row, self.area, when) is None:
            shown = (
                self.parts if any(self._share(row, part, when) is not None for part in self.parts) else shown
            )

        def change(area: Area) -> Decimal | None:
            now, then = self._share(row, area, when), self._share(row, area, year_ago)
            return None if now is None or then is None else now - then

        return TableRow(
            row=row,
            period=when,
            count=(AreaCell(self.area, counts.value(self.area.slug, when)),),
            share=tuple(AreaCell(area, self._share(row, area, when)) for area in shown) if row.shared else (),
            change=tuple(AreaCell(area, change(area)) for area in shown) if row.shared else (),
            group_share=_mean([self._share(row, m, when) for m in group.members]) if row.grouped else None,
            group_change=_mean([change(m) for m in group.members]) if row.grouped else None,
        )

    def _typed_period(self, of: Board, period: Period | None) -> Period | None:
        """The newest period up to `period`, at most a year older, that was typed in."""
        if period is None:
            return None
        slugs = [self.area.slug, *(part.slug for part in self.parts)]
        newest = of.newest(slugs, period)
        if newest is None or period.ordinal - newest.ordinal > BASE_MONTHS:
            return None
        return newest

    def _share(self, row: TemplateRow, area: Area, period: Period | None) -> Decimal | None:
        """The published (or recomputed) share; of typed-in counts, theirs of the typed-in population."""
        if self._has_share(row):
            return self.boards(row.indicator).value(area.slug, period)
        part = self._counts(row).value(area.slug, period)
        population = self.boards(*self.jobcenteroverblik.template.joint.population_series)
        base = population.value(area.slug, self._typed_period(population, period))
        return None if part is None or not base else share_of(part, base, 1)


def _comparable(indicator: Indicator, period: Period | None, step: int) -> Period | None:
    """The period so many steps away; none where a break in the data lies between."""
    other = period.shift(step) if period else None
    return None if period is None or other is None or indicator.breaks_between(period, other) else other


def _line(on: Board, areas: Sequence[Area], periods: Sequence[Period]) -> AreaLine:
    slug = areas[0].slug if areas else NATIONAL
    return AreaLine(
        tuple(on.value(slug, period) for period in periods),
        tuple(on.state(slug, period) for period in periods),
        tuple(areas),
    )


def _mean_line(on: Board, areas: Sequence[Area], periods: Sequence[Period]) -> AreaLine:
    """The unweighted mean, in each period of those that have a value then."""
    values = tuple(_mean([on.value(area.slug, period) for area in areas]) for period in periods)
    states = tuple(State.MISSING if value is None else State.OK for value in values)
    return AreaLine(values, states, tuple(areas))


def _mean(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) / len(known) if known else None


def _all_hidden(on: Board, areas: Sequence[Area], period: Period | None) -> bool:
    states = {on.state(area.slug, period) for area in areas}
    return State.SUPPRESSED in states and State.OK not in states
