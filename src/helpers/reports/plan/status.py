"""The status of a plan's goals for one municipality: one row per goal and indicator, and what it comes to.

In: the catalogue, a plan, observations, typed-in surveys. Out: the rows of the status table (Frederikssund's
status on plan 2023, seed 000), with verdict and, where there is none, the reason in Danish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import pandas as pd

from helpers.analysis.gaps import Verdict, gap, joint_verdict, target_value, verdict
from helpers.catalogue.models import (
    NATIONAL,
    NATIONAL_NAME,
    Direction,
    Goal,
    Indicator,
    Municipality,
    Plan,
    PublishedRow,
    Survey,
    Unit,
)
from helpers.data.frames import Grounds, State
from helpers.data.printed import for_area, newest_printed, source_of
from helpers.data.windows import PUBLISHED
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.plan import reasons
from helpers.reports.plan.words import overtaken
from helpers.sources.manual import read_survey

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue


@dataclass(frozen=True)
class StatusRow:
    """One row of the status table.

    Attributes
    ----------
    goal
        Number of the goal, ``1a``.
    indicator
        Key of the indicator or, for `kind` ``survey``, of the survey.
    period
        Newest period that is published for the country or the municipality; none when nothing is.
    national, municipality
        Values of `period`, as published; none when unknown.
    target
        What the goal asks for, in `unit`; none when it is the country's unknown value or was never set.
    gap
        Of :func:`helpers.analysis.gaps.gap`; none when a term is unknown.
    decimals
        Of the values in `unit`.
    direction
        Which way is better.
    published_gap
        What the plan's document printed as difference, for the plan's own municipality and the same period.
    note
        What there is to say about the printed difference, in Danish.
    reason
        Why the goal cannot be judged, a Danish sentence; none when it is judged.
    sources
        As in the column `source` of observations; for a survey, where its answers were taken from.
    kind
        ``survey`` for goals that are followed by a survey, which the document's table leaves out.
    grounds
        What the municipality's value stands on, or the country's where there is none; none without a value.
    """

    goal: str
    indicator: str
    period: Period | None
    national: Decimal | None
    municipality: Decimal | None
    target: Decimal | None
    gap: Decimal | None
    unit: Unit
    decimals: int
    verdict: Verdict
    direction: Direction
    published_gap: Decimal | None = None
    note: str | None = None
    reason: str | None = None
    sources: tuple[str, ...] = ()
    kind: Literal["indicator", "survey"] = "indicator"
    grounds: Grounds | None = None


@dataclass(frozen=True)
class GoalVerdict:
    """A goal's verdict over all its rows: met only if every one of them is."""

    goal: str
    verdict: Verdict
    rows: tuple[StatusRow, ...]


@dataclass(frozen=True)
class Summary:
    """How many goals are met, are not, and cannot be judged."""

    met: int
    not_met: int
    cannot_be_judged: int

    @property
    def total(self) -> int:
        return self.met + self.not_met + self.cannot_be_judged


@dataclass(frozen=True)
class VerdictChange:
    """A row whose verdict differs between two sets of figures (two snapshots, say)."""

    old: StatusRow
    new: StatusRow


def status_rows(
    catalogue: Catalogue,
    plan: Plan,
    observations: pd.DataFrame,
    municipality: Municipality,
    bound: Period | None = None,
) -> tuple[StatusRow, ...]:
    """A row for each goal and indicator of the plan, in the plan's order; goals with a survey are left out.

    Parameters
    ----------
    observations
        Frame *Observations* with at least the country and the municipality.
    bound
        Periods that end after it do not count.
    """
    return rows_of_all(catalogue, plan, observations, [municipality], bound)[municipality.code]


def rows_of_all(
    catalogue: Catalogue,
    plan: Plan,
    observations: pd.DataFrame,
    municipalities: Iterable[Municipality],
    bound: Period | None = None,
) -> dict[str, tuple[StatusRow, ...]]:
    """Code of each municipality → its rows as of :func:`status_rows`, found in one pass over the figures.

    What the plan's document printed counts for the plan's own municipality: until a source has a newer figure, and,
    where `bound` goes no further than the document itself, whatever the sources have by now.
    """
    printed = {(row.goal, row.indicator): row for row in catalogue.published_rows(plan)}
    last = newest_printed(catalogue, plan)
    as_printed = bound is not None and last is not None and bound.within(last)
    given = tuple(municipalities)
    others = tuple(area for area in given if area.slug != plan.municipality)
    found: dict[str, list[StatusRow]] = {area.code: [] for area in given}
    for areas in (others, tuple(area for area in given if area not in others)):
        frame = for_area(observations, plan, areas[0]) if areas else observations
        read: dict[str, _Headline] = {}
        for goal, key in _measured(catalogue, plan) if areas else ():
            if key not in read:
                read[key] = _headline(frame, catalogue.indicators[key], bound)
            own = printed.get((goal.number, key)) if areas is not others else None
            for area in areas:
                row = read[key].row(goal, area, own, source_of(plan), as_printed=as_printed)
                found[area.code].append(row)
    return {code: tuple(rows) for code, rows in found.items()}


def _measured(catalogue: Catalogue, plan: Plan) -> list[tuple[Goal, str]]:
    """Each goal with each of its indicators, surveys left out."""
    return [(goal, key) for goal in plan.goals for key in goal.indicators if key in catalogue.indicators]


def survey_rows(
    project: Project,
    catalogue: Catalogue,
    plan: Plan,
    municipality: Municipality,
    bound: Period | None = None,
) -> tuple[StatusRow, ...]:
    """A row for each goal of the plan that is followed by a survey, in the plan's order."""
    rows = []
    for goal in plan.goals:
        survey = catalogue.survey(goal)
        if survey is not None:
            rows.append(_survey_row(project, catalogue, goal, survey, municipality, bound))
    return tuple(rows)


def goal_verdicts(rows: Iterable[StatusRow]) -> dict[str, GoalVerdict]:
    """Number of each goal → its verdict, in the order the goals first occur.

    One row that is not met decides; otherwise one that cannot be judged does.
    """
    found: dict[str, list[StatusRow]] = {}
    for row in rows:
        found.setdefault(row.goal, []).append(row)
    return {
        goal: GoalVerdict(goal, joint_verdict(row.verdict for row in of), tuple(of))
        for goal, of in found.items()
    }


def summary(judged: Iterable[GoalVerdict | StatusRow]) -> Summary:
    """How many goals or rows are met, are not, and cannot be judged."""
    found = [one.verdict for one in judged]
    return Summary(*(found.count(v) for v in (Verdict.MET, Verdict.NOT_MET, Verdict.CANNOT_BE_JUDGED)))


def compare_verdicts(old: Iterable[StatusRow], new: Iterable[StatusRow]) -> tuple[VerdictChange, ...]:
    """Rows of the same goal and indicator whose verdict differs, in the order of `new`."""
    before = {(row.goal, row.indicator): row for row in old}
    return tuple(
        VerdictChange(before[key], row)
        for row in new
        if (key := (row.goal, row.indicator)) in before and before[key].verdict is not row.verdict
    )


@dataclass(frozen=True)
class StatusReading:
    """What is known of one area in one period: the value as published, or why there is none."""

    value: Decimal | None
    state: State
    source: str | None
    published: bool = False

    @property
    def grounds(self) -> Grounds | None:
        """What the value stands on; none without one."""
        return None if self.value is None else Grounds.of(self.source or "", published=self.published)


_NOTHING = StatusReading(None, State.MISSING, None)


@dataclass(frozen=True)
class _Headline:
    """An indicator's headline, and what each area has in the periods that count for somebody."""

    indicator: Indicator
    rows: pd.DataFrame
    bound: Period | None
    newest: Mapping[str, Period]
    readings: Mapping[tuple[str, str], StatusReading]

    def row(
        self, goal: Goal, area: Municipality, printed: PublishedRow | None, source: str, *, as_printed: bool
    ) -> StatusRow:
        """The status row of one municipality.

        Parameters
        ----------
        printed, source
            What the municipality's own document printed, and its name in the column `source`.
        as_printed
            Whether the state is asked for that the document tells.
        """
        known = [self.newest[code] for code in (NATIONAL, area.code) if code in self.newest]
        period = max(known, default=None)
        ours, national = (
            self.readings.get((code, period.id), _NOTHING) if period else _NOTHING
            for code in (area.code, NATIONAL)
        )
        if printed is not None and as_printed and self._gives_way(printed, period, ours):
            period = printed.period
            ours, national = (
                StatusReading(value, State.OK, source, published=True)
                for value in (printed.municipality, printed.national)
            )
        return _judged(goal, self.indicator, self.rows, area, self.bound, period, ours, national, printed)

    def _gives_way(self, printed: PublishedRow, period: Period | None, ours: StatusReading) -> bool:
        """Whether a figure stands back for the printed one; what was typed in for the very period corrects it."""
        within = self.bound is None or printed.period.within(self.bound)
        same = period == printed.period and ours.grounds in (Grounds.TYPED_IN, Grounds.PRINTED)
        return within and not same


def _headline(observations: pd.DataFrame, indicator: Indicator, bound: Period | None) -> _Headline:
    rows = observations[
        (observations["indicator"] == indicator.key) & (observations["series"] == indicator.headline)
    ]
    periods = {text: Period.parse(text) for text in rows["period"].unique()}
    within = [text for text, period in periods.items() if bound is None or period.within(bound)]
    published = rows[rows["state"].isin(PUBLISHED) & rows["period"].isin(within)]
    # Ids of one frequency sort as time does.
    newest = {str(area): periods[text] for area, text in published.groupby("area")["period"].max().items()}
    counted = rows[rows["period"].isin({period.id for period in newest.values()})]
    readings: dict[tuple[str, str], StatusReading] = {}
    columns = (counted[name] for name in ("area", "period", "value", "state", "source", "published"))
    for area, period, value, text, source, published in zip(*columns, strict=True):
        state = State(text)
        exact = _as_published(float(value), indicator.decimals) if state is State.OK else None
        readings.setdefault((area, period), StatusReading(exact, state, str(source), bool(published)))
    return _Headline(indicator, rows, bound, newest, readings)


def _judged(
    goal: Goal,
    indicator: Indicator,
    rows: pd.DataFrame,
    municipality: Municipality,
    bound: Period | None,
    period: Period | None,
    ours: StatusReading,
    national: StatusReading,
    printed: PublishedRow | None = None,
) -> StatusRow:
    """The row that follows once it is known what the municipality and the country have in `period`.

    Parameters
    ----------
    rows
        Observations of the indicator's headline; looked at only where the goal cannot be judged.
    printed
        What the plan's document printed for the goal, when the municipality is the plan's own.
    """
    direction = goal.target.direction if goal.target.is_set else indicator.direction
    target = target_value(goal.target, national.value)
    difference = None if ours.value is None or target is None else gap(ours.value, target, direction)
    same_period = printed is not None and printed.period == period
    notes = []
    if printed is not None and period is not None and ours.grounds is not Grounds.PRINTED:
        changed = (printed.municipality, printed.national) != (ours.value, national.value)
        if (same_period and changed) or (not same_period and printed.period.within(period)):
            notes.append(overtaken(printed, indicator.decimals, same_period=same_period))
    if printed is not None and printed.note and same_period and printed.gap != difference:
        notes.append(printed.note)
    return StatusRow(
        goal=goal.number,
        indicator=indicator.key,
        period=period,
        national=national.value,
        municipality=ours.value,
        target=target,
        gap=difference,
        unit=indicator.unit,
        decimals=indicator.decimals,
        verdict=verdict(difference, goal.target),
        direction=direction,
        published_gap=printed.gap if printed is not None and same_period else None,
        note=" ".join(notes) or None,
        reason=_reason(goal, indicator, rows, municipality, period, ours, national, bound),
        sources=tuple(dict.fromkeys(r.source for r in (ours, national) if r.source)),
        grounds=ours.grounds or national.grounds,
    )


def _as_published(value: float, decimals: int) -> Decimal:
    """The published decimal, spelled with the indicator's decimals where that changes nothing."""
    exact = Decimal(repr(value))
    spelled = exact.quantize(Decimal(1).scaleb(-decimals))
    return spelled if spelled == exact else exact


def _reason(
    goal: Goal,
    indicator: Indicator,
    rows: pd.DataFrame,
    municipality: Municipality,
    period: Period | None,
    ours: StatusReading,
    national: StatusReading,
    bound: Period | None,
) -> str | None:
    """Why a goal cannot be judged, as a Danish sentence; none when it can."""
    if not goal.target.is_set:
        return goal.target.because or reasons.NO_TARGET
    if period is None:
        asked = rows.loc[rows["area"].isin([NATIONAL, municipality.code]), "source"].ne("manual").any()
        return reasons.no_figures(indicator, asked=bool(asked))
    if ours.value is not None and (national.value is not None or not goal.target.national):
        return None
    sides = [(municipality.code, municipality.name, ours)]
    if goal.target.national:
        sides.append((NATIONAL, NATIONAL_NAME.lower(), national))
    area, name, reading = next(side for side in sides if side[2].value is None)
    if reading.state is State.SUPPRESSED:
        return reasons.hidden(name, period)
    earlier = _newest_known(rows, area, bound)
    return reasons.other_period(name, period, earlier) if earlier else reasons.no_figure(name, period)


def _newest_known(rows: pd.DataFrame, area: str, bound: Period | None) -> Period | None:
    known = rows[(rows["area"] == area) & (rows["state"] == State.OK.value)]["period"]
    periods = [Period.parse(text) for text in known]
    return max((p for p in periods if bound is None or p.within(bound)), default=None)


def _survey_row(
    project: Project,
    catalogue: Catalogue,
    goal: Goal,
    survey: Survey,
    municipality: Municipality,
    bound: Period | None,
) -> StatusRow:
    answers = read_survey(project, catalogue, municipality, survey, bound=bound)
    ours = None if answers is None else answers.answers.get(survey.headline)
    direction = goal.target.direction if goal.target.is_set else Direction.HIGHER
    target = target_value(goal.target, None)
    difference = None if ours is None or target is None else gap(ours, target, direction)
    reason = None
    if not goal.target.is_set:
        reason = goal.target.because or reasons.NO_TARGET
    elif ours is None:
        reason = reasons.NO_ANSWERS
    elif target is None:
        reason = reasons.NO_COUNTRY
    return StatusRow(
        goal=goal.number,
        indicator=survey.key,
        period=None if answers is None else answers.period,
        national=None,
        municipality=ours,
        target=target,
        gap=difference,
        unit=survey.unit,
        decimals=survey.decimals,
        verdict=verdict(difference, goal.target),
        direction=direction,
        reason=reason,
        sources=() if answers is None or answers.source is None else (answers.source,),
        grounds=None if ours is None else Grounds.TYPED_IN,
        kind="survey",
    )
