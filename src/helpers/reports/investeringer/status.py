"""How investment projects stand: the path of each row, where it is, how it moves, and what it saves.

Comes in: a project's entry and its measurements. Goes out: frozen results in exact numbers; nothing is
rounded here, and nothing is judged without a target.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from helpers.analysis.paths import PathPoint, as_good, path_value, straight_path
from helpers.catalogue.models import Direction
from helpers.periods import Period
from helpers.reports.investeringer.models import (
    Cost,
    InvestmentProject,
    InvestmentRow,
    InvestmentSet,
    RowUnit,
)
from helpers.reports.investeringer.months import Measurement


class RowStanding(StrEnum):
    """Where a row stands in its newest month; before any measurement after the start: no data."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    NO_DATA = "no_data"
    NOT_JUDGED = "not_judged"


class Move(StrEnum):
    """Which way a row moved since its last measurement, by its own direction where it has one."""

    BETTER = "better"
    WORSE = "worse"
    UP = "up"
    DOWN = "down"
    SAME = "same"


@dataclass(frozen=True)
class RowStatus:
    """One row of a status table as it stands."""

    # The catalogue's entry, and how deep it stands below headings (0: top).
    row: InvestmentRow
    level: int
    measured: tuple[Measurement, ...] = ()
    """All its measurements, oldest first, the start month included."""
    newest: Measurement | None = None
    """It may be the start itself."""
    # Newest minus start in the unit of the targets (percentage points for shares); for ``count_and_share`` also of the
    # count.
    change: Decimal | None = None
    count_change: Decimal | None = None
    change_before: Decimal | None = None
    """Newest minus the measurement before it."""
    path: tuple[PathPoint, ...] = ()
    """Month by month from the start to the last target, or the start held; empty without either."""
    path_now: Fraction | None = None
    """The path in the newest month; None before the first target of a row without a start."""
    # The verdict, and in Danish why there is none.
    standing: RowStanding | None = None
    reason: str | None = None
    next_target: tuple[Period, Decimal] | None = None
    """The first target that is not yet due in the newest month (else the last one)."""

    @property
    def move(self) -> Move | None:
        """How the row moved since the measurement before; None when there are not two."""
        if self.change_before is None:
            return None
        if self.change_before == 0:
            return Move.SAME
        up = self.change_before > 0
        if self.row.direction is None:
            return Move.UP if up else Move.DOWN
        return Move.BETTER if up == (self.row.direction is Direction.HIGHER) else Move.WORSE


@dataclass(frozen=True)
class InvestmentStatus:
    """A project's rows as they stand, headings included, and its newest measured month after the start."""

    project: InvestmentProject
    rows: tuple[RowStatus, ...]
    newest: Period | None

    @property
    def judged(self) -> tuple[RowStatus, ...]:
        """The rows with targets."""
        return tuple(row for row in self.rows if row.row.targets)

    @property
    def has_start(self) -> bool:
        """Whether anything was measured by the start."""
        start = self.project.status.start.period
        return any(row.measured and row.measured[0].month <= start for row in self.rows)

    def count(self, standing: RowStanding) -> int:
        """How many rows with targets stand so."""
        return sum(row.standing is standing for row in self.judged)


def start_value(row: InvestmentRow, start: Period, measured: Iterable[Measurement]) -> Decimal | None:
    """The value a row's path starts from, in the unit of its targets.

    The document's start measurement; else what was typed in for the start month; else zero for a cumulative
    row, which counts from the project's start.
    """
    if row.start_judged is not None:
        return row.start_judged
    typed = next((one.judged(row.unit) for one in measured if one.month == start), None)
    if typed is not None:
        return typed
    return Decimal(0) if row.cumulative else None


def path(row: InvestmentRow, start: Period, begin: Decimal | None) -> tuple[PathPoint, ...]:
    """The way a row should go, month by month; empty for a row without targets.

    Parameters
    ----------
    begin
        The start in the unit of the targets. Without one the path begins at the first target.
    """
    return straight_path((start, begin), row.target_values, row.direction)


def row_status(
    row: InvestmentRow,
    start: Period,
    measured: Iterable[Measurement],
    *,
    level: int = 0,
    until: Period | None = None,
) -> RowStatus:
    """How one row stands in its newest month.

    *Reached* when the newest figure meets the last minimum target; a row that met it from the start only has
    to hold it, and is on track until that target's month has come. *On track* when it is on the path or on
    its better side, *behind* otherwise; exact, without rounding. *No data* when nothing was measured after
    the start. *Not judged* where the document has no target, a share is missing, or the path has not begun.

    Parameters
    ----------
    measured
        The row's measurements in any order, up to the month the report shows.
    until
        How far a level that is held (`InvestmentRow.hold`) is drawn; default the newest month.
    """
    if row.is_heading:
        return RowStatus(row, level)
    months = tuple(sorted(measured, key=lambda one: one.month))
    if row.start is not None and row.start.value is not None and not any(m.month == start for m in months):
        assert row.key is not None
        first = Measurement(row.key, start, row.start.value, row.start.share, source="catalogue")
        months = (first, *(one for one in months if one.month > start))
    newest = months[-1] if months else None
    previous = months[-2] if len(months) > 1 else None
    begin = start_value(row, start, months)
    points = path(row, start, begin)
    if row.hold and begin is not None:
        end = max([start, *([until] if until else []), *([newest.month] if newest else [])])
        points = tuple(
            PathPoint(start.shift(step), Fraction(begin)) for step in range(end.ordinal - start.ordinal + 1)
        )
    now = newest.judged(row.unit) if newest else None
    before = previous.judged(row.unit) if previous else None
    standing, reason = _judge(row, start, newest, begin, points)
    due = newest.month if newest else start
    targets = row.target_values
    upcoming = [(month, value) for month, value in targets.items() if month >= due] or list(targets.items())[
        -1:
    ]
    after = newest is not None and newest.month > start
    counted = row.unit is RowUnit.COUNT_AND_SHARE and row.start is not None
    return RowStatus(
        row=row,
        level=level,
        measured=months,
        newest=newest,
        change=_difference(now, begin) if after else None,
        count_change=_difference(newest.value, row.start.value)
        if newest and after and counted and row.start
        else None,
        change_before=_difference(now, before),
        path=points,
        path_now=path_value(points, newest.month) if newest else None,
        standing=standing,
        reason=reason,
        next_target=upcoming[0] if upcoming else None,
    )


def _difference(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


def _judge(
    row: InvestmentRow,
    start: Period,
    newest: Measurement | None,
    begin: Decimal | None,
    points: tuple[PathPoint, ...],
) -> tuple[RowStanding, str | None]:
    if newest is None:
        return RowStanding.NO_DATA, "ingen tal endnu"
    if newest.month <= start:
        return RowStanding.NO_DATA, "kun startmåling"
    targets = row.target_values
    if not targets:
        return RowStanding.NOT_JUDGED, "intet minimumsmål"
    now = newest.judged(row.unit)
    if now is None:
        return RowStanding.NOT_JUDGED, "andelen er ikke tastet ind"
    last = max(targets)
    holding = begin is not None and as_good(begin, targets[last], row.direction)
    if as_good(now, targets[last], row.direction) and (not holding or newest.month >= last):
        return RowStanding.REACHED, None
    here = path_value(points, newest.month)
    if here is None:
        first = min(targets)
        if as_good(now, targets[first], row.direction):
            return RowStanding.ON_TRACK, None
        return (
            RowStanding.NOT_JUDGED,
            f"der er ingen startmåling, så den forventede udvikling begynder først i {first.danish}",
        )
    return (RowStanding.ON_TRACK if as_good(now, here, row.direction) else RowStanding.BEHIND), None


def project_status(
    project: InvestmentProject, measured: Iterable[Measurement], bound: Period | None = None
) -> InvestmentStatus:
    """How a project's rows stand, headings included, in the order of its table."""
    used = [one for one in measured if bound is None or one.month <= bound]
    start = project.status.start.period
    rows = tuple(
        row_status(
            row,
            start,
            (one for one in used if one.row == row.key),
            level=level,
            until=project.status.last_month,
        )
        for level, row in project.status.walk()
    )
    after = [one.month for one in used if one.month > start]
    return InvestmentStatus(project, rows, max(after, default=None))


# --------------------------------------------------------------------------------- target numbers, money


def effects(projects: InvestmentSet) -> dict[str, dict[str, Decimal]]:
    """Project → benefit → change in full-time persons (target numbers); zero where a level is held."""
    found: dict[str, dict[str, Decimal]] = {key: {} for key in projects.projects}
    for table in projects.target_numbers.tables if projects.target_numbers else ():
        for line in table.lines:
            if line.project and line.benefit:
                per_benefit = found[line.project]
                per_benefit[line.benefit] = per_benefit.get(line.benefit, Decimal(0)) + line.amount
    return found


@dataclass(frozen=True)
class Saving:
    """What a project takes off one benefit in a year."""

    benefit: str
    persons: Decimal
    """Full-time persons fewer on it; negative when there are more."""
    cost: Cost | None
    amount: Decimal | None
    """Kroner a year; None when the user gave no cost."""


@dataclass(frozen=True)
class BusinessCase:
    """Whether a project pays, as far as the user's figures tell."""

    project: InvestmentProject
    savings: tuple[Saving, ...]
    persons: Decimal
    saved: Decimal | None
    """Kroner a year over all benefits; None when a cost is missing for any of them."""
    missing: tuple[str, ...]
    """Benefits without a cost."""
    balance: Decimal | None
    """`saved` minus what the project costs; None when either is not given."""


def business_case(projects: InvestmentSet, key: str) -> BusinessCase:
    """Full-time persons saved a year × the yearly cost per benefit that the user gave; nothing is assumed."""
    project = projects.projects[key]
    savings = []
    for benefit, change in effects(projects)[key].items():
        cost = projects.yearly_costs.get(benefit)
        # 0 − change, because −0 would be shown with a minus sign
        persons = Decimal(0) - change
        amount = persons * cost.amount if cost else None
        savings.append(Saving(benefit, persons, cost, amount))
    missing = tuple(one.benefit for one in savings if one.amount is None and one.persons)
    known = [one.amount for one in savings if one.amount is not None]
    saved = sum(known, Decimal(0)) if known and not missing else None
    balance = saved - project.investment.amount if saved is not None and project.investment else None
    return BusinessCase(
        project, tuple(savings), sum((one.persons for one in savings), Decimal(0)), saved, missing, balance
    )
