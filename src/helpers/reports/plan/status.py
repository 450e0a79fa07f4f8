"""The status of a plan's goals for one municipality: one row per goal and indicator, and what it comes to.

In: the catalogue, a plan, observations, typed-in surveys. Out: the rows of the status table (Frederikssund's
status on plan 2023, seed 000), with verdict and, where there is none, the reason in Danish.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import pandas as pd

from helpers.analysis.gaps import Verdict, gap, joint_verdict, target_value, verdict
from helpers.catalogue.models import (
    NATIONAL,
    Direction,
    FromHand,
    FromUnknown,
    Goal,
    Indicator,
    Municipality,
    Plan,
    PublishedRow,
    Survey,
    Unit,
)
from helpers.data.frames import Grounds, State
from helpers.data.windows import newest_period
from helpers.periods import Period
from helpers.project import Project
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
    printed = {(row.goal, row.indicator): row for row in catalogue.published_rows(plan)}
    own = plan.municipality == municipality.slug
    return tuple(
        _indicator_row(
            goal,
            catalogue.indicators[key],
            observations,
            municipality,
            bound,
            printed.get((goal.number, key)) if own else None,
        )
        for goal in plan.goals
        for key in goal.indicators
        if key in catalogue.indicators
    )


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


def summary(verdicts: Iterable[GoalVerdict]) -> Summary:
    """How many of the goals are met, are not, and cannot be judged."""
    found = [goal.verdict for goal in verdicts]
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


def _indicator_row(
    goal: Goal,
    indicator: Indicator,
    observations: pd.DataFrame,
    municipality: Municipality,
    bound: Period | None,
    printed: PublishedRow | None,
) -> StatusRow:
    rows = observations[
        (observations["indicator"] == indicator.key) & (observations["series"] == indicator.headline)
    ]
    period = newest_period(rows, indicator, municipality.code, bound)
    ours = _reading(rows, municipality.code, period, indicator.decimals)
    national = _reading(rows, NATIONAL, period, indicator.decimals)
    return judged_row(goal, indicator, rows, municipality, bound, period, ours, national, printed)


def judged_row(
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
        note=printed.note if printed is not None and same_period and printed.gap != difference else None,
        reason=_reason(goal, indicator, rows, municipality, period, ours, national, bound),
        sources=tuple(dict.fromkeys(r.source for r in (ours, national) if r.source)),
        grounds=ours.grounds or national.grounds,
    )


def _reading(rows: pd.DataFrame, area: str, period: Period | None, decimals: int) -> StatusReading:
    found = rows[(rows["area"] == area) & (rows["period"] == (period.id if period else ""))]
    if found.empty:
        return StatusReading(None, State.MISSING, None)
    row = found.iloc[0]
    state = State(row["state"])
    value = as_published(float(row["value"]), decimals) if state is State.OK else None
    return StatusReading(value, state, str(row["source"]), bool(row["published"]))


def as_published(value: float, decimals: int) -> Decimal:
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
    """Why a goal cannot be judged; none when it can."""
    if not goal.target.is_set:
        return goal.target.because or "Der er ikke fastsat et mål."
    if period is None:
        asked = rows.loc[rows["area"].isin([NATIONAL, municipality.code]), "source"]
        return _no_figures(indicator, asked=bool(asked.ne("manual").any()))
    if ours.value is not None and (national.value is not None or not goal.target.national):
        return None
    sides = [(municipality.code, f"for {municipality.name}", ours)]
    if goal.target.national:
        sides.append((NATIONAL, "for hele landet", national))
    for area, whose, reading in sides:
        if reading.value is not None:
            continue
        if reading.state is State.SUPPRESSED:
            return f"Tallet {whose} for {period.danish} er diskretioneret eller ikke opgjort."
        earlier = _newest_known(rows, area, bound)
        if earlier is not None:
            return (
                f"Det nyeste tal {whose} er for {earlier.danish}, og det nyeste tal i øvrigt er for "
                f"{period.danish}. Kun tal for samme periode kan sammenlignes."
            )
        return f"Der er intet tal {whose} for {period.danish}."
    return None


def _newest_known(rows: pd.DataFrame, area: str, bound: Period | None) -> Period | None:
    known = rows[(rows["area"] == area) & (rows["state"] == State.OK.value)]["period"]
    periods = [Period.parse(text) for text in known]
    return max((p for p in periods if bound is None or p.within(bound)), default=None)


def _no_figures(indicator: Indicator, *, asked: bool) -> str:
    origin = indicator.series[indicator.headline].origin
    if isinstance(origin, FromHand):
        return "Tallene findes ikke på Jobindsats, og de er ikke indtastet."
    if isinstance(origin, FromUnknown):
        return "Det er ikke bekræftet, hvilken tabel på Jobindsats tallene står i, og de er ikke indtastet."
    if asked:
        return "Tallene er ikke med i det, der er hentet fra Jobindsats."
    return "Der er ikke hentet tal fra Jobindsats."


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
        reason = goal.target.because or "Der er ikke fastsat et mål."
    elif ours is None:
        reason = "Undersøgelsens resultat er ikke indtastet."
    elif target is None:
        reason = "Der er intet landstal for en undersøgelse, som kommunen selv har lavet."
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
