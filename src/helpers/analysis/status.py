"""How each goal of a plan stands: one row per goal and indicator, as in a published status table (seed 000).

In: observations and answers to surveys. Out: rows with decimals as published, and a verdict for each goal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from helpers.analysis.gaps import Verdict, gap, target_value, verdict
from helpers.catalogue.models import (
    NATIONAL,
    Direction,
    Goal,
    Indicator,
    Municipality,
    Plan,
    Survey,
    Target,
    Unit,
)
from helpers.data.frames import State
from helpers.data.windows import newest_period
from helpers.periods import Period

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue
    from helpers.sources.manual import SurveyAnswers


@dataclass(frozen=True)
class StatusRow:
    """One row of the status table.

    Attributes
    ----------
    goal, indicator
        Number of the goal and key of the indicator (or survey).
    period
        The newest period published for the country or the municipality; none when nothing is.
    national, municipality, target, gap
        In the indicator's unit, as published; none where unknown. The gap is in percentage points for shares.
    published_gap
        What the municipality's own document printed for the same figures; none where it printed none.
    note
        What the reader must know of the row, in Danish.
    reason
        Why it cannot be judged, in Danish; none when it can.
    sources
        Where the two values come from: ``jobindsats:y01b01``.
    published
        Whether both values are figures that a document printed (in example data).
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
    direction: Direction
    verdict: Verdict
    published_gap: Decimal | None = None
    note: str | None = None
    reason: str | None = None
    sources: tuple[str, ...] = ()
    published: bool = False


@dataclass(frozen=True)
class GoalVerdict:
    """What a goal came to, all its rows together: met only when every one of them is."""

    goal: str
    verdict: Verdict
    rows: tuple[StatusRow, ...]


@dataclass(frozen=True)
class _Value:
    value: Decimal | None
    state: State
    source: str
    published: bool


_NOTHING = _Value(None, State.MISSING, "", False)


def status_rows(
    catalogue: Catalogue,
    plan: Plan,
    observations: pd.DataFrame,
    municipality: Municipality,
    bound: Period | None = None,
) -> tuple[StatusRow, ...]:
    """The rows of the status table, in the plan's order; goals that are followed by surveys have none.

    Parameters
    ----------
    observations
        Frame *Observations*; rows of other areas are passed over.
    bound
        Periods that end after it do not count.

    Notes
    -----
    Both values are of one period. Where the newest period has a value for only one of the two, the goal
    cannot be judged; an older pair is not put in its place.
    """
    rows: list[StatusRow] = []
    for goal in plan.goals:
        for key in goal.indicators:
            if key in catalogue.indicators:
                indicator = catalogue.indicators[key]
                rows.append(_row(catalogue, plan, goal, indicator, observations, municipality, bound))
    return tuple(rows)


def _row(
    catalogue: Catalogue,
    plan: Plan,
    goal: Goal,
    indicator: Indicator,
    observations: pd.DataFrame,
    municipality: Municipality,
    bound: Period | None,
) -> StatusRow:
    period = newest_period(observations, indicator, municipality.code, bound)
    own, country = _NOTHING, _NOTHING
    if period is not None:
        found = _values(observations, indicator, period)
        own, country = found.get(municipality.code, _NOTHING), found.get(NATIONAL, _NOTHING)
    target = target_value(goal.target, country.value)
    direction = goal.target.direction if goal.target.is_set else indicator.direction
    difference = None if own.value is None or target is None else gap(own.value, target, direction)
    judged = verdict(difference, goal.target)
    printed = next(
        (
            row
            for row in catalogue.published_rows(plan)
            if municipality.slug == plan.municipality
            and (row.goal, row.indicator, row.period) == (goal.number, indicator.key, period)
            and (row.national, row.municipality) == (country.value, own.value)
        ),
        None,
    )
    return StatusRow(
        goal=goal.number,
        indicator=indicator.key,
        period=period,
        national=country.value,
        municipality=own.value,
        target=target,
        gap=difference,
        unit=indicator.unit,
        decimals=indicator.decimals,
        direction=direction,
        verdict=judged,
        published_gap=printed.gap if printed else None,
        note=printed.note if printed else None,
        reason=_reason(goal.target, period, own, country, municipality)
        if judged is Verdict.CANNOT_BE_JUDGED
        else None,
        sources=tuple(dict.fromkeys(value.source for value in (own, country) if value.source)),
        published=own.published and country.published,
    )


def _values(observations: pd.DataFrame, indicator: Indicator, period: Period) -> dict[str, _Value]:
    rows = observations[
        (observations["indicator"] == indicator.key)
        & (observations["series"] == indicator.headline)
        & (observations["period"] == period.id)
    ]
    columns = (rows[name] for name in ("area", "value", "state", "source", "published"))
    return {
        area: _Value(
            Decimal(repr(value)) if state == State.OK else None, State(state), source, bool(published)
        )
        for area, value, state, source, published in zip(*columns, strict=True)
    }


def _reason(
    target: Target, period: Period | None, own: _Value, country: _Value, municipality: Municipality
) -> str:
    if not target.is_set:
        return target.because or "der er ikke fastsat et konkret mål"
    if period is None:
        return "der er endnu ingen tal"
    who = municipality.name if own.value is None else "hele landet"
    state = own.state if own.value is None else country.state
    when = period.danish
    if state is State.SUPPRESSED:
        return f"tallet for {who} i {when} er diskretioneret eller ikke opgjort"
    if state is State.NOT_PUBLISHED:
        return f"tallet for {who} i {when} er endnu ikke offentliggjort"
    return f"der er intet tal for {who} i {when}"


def survey_rows(
    catalogue: Catalogue,
    plan: Plan,
    answers: Mapping[str, SurveyAnswers | None],
    municipality: Municipality,
) -> tuple[StatusRow, ...]:
    """The goals that are followed by surveys (4d and 5a of plan 2023): the headline question and the target.

    Parameters
    ----------
    answers
        Survey key → the newest round typed in; none where there is none.
    """
    rows: list[StatusRow] = []
    for goal in plan.goals:
        survey = catalogue.survey(goal)
        if survey is not None:
            rows.append(_survey_row(goal, survey, answers.get(survey.key), municipality))
    return tuple(rows)


def _survey_row(
    goal: Goal, survey: Survey, answers: SurveyAnswers | None, municipality: Municipality
) -> StatusRow:
    value = answers.answers.get(survey.headline) if answers else None
    target = target_value(goal.target, None)
    difference = None if value is None or target is None else gap(value, target, goal.target.direction)
    missing = f"der er ingen resultater af undersøgelsen i {municipality.name}"
    return StatusRow(
        goal=goal.number,
        indicator=survey.key,
        period=answers.period if answers else None,
        national=None,
        municipality=value,
        target=target,
        gap=difference,
        unit=survey.unit,
        decimals=survey.decimals,
        direction=goal.target.direction,
        verdict=verdict(difference, goal.target),
        reason=missing if difference is None else None,
        sources=(answers.source,) if answers and answers.source else (),
    )


def goal_verdicts(rows: Iterable[StatusRow]) -> dict[str, GoalVerdict]:
    """Number of each goal → what it came to.

    A goal with several rows (5b) is met when all of them are, and not met as soon as one of them is not.
    """
    by_goal: dict[str, list[StatusRow]] = {}
    for row in rows:
        by_goal.setdefault(row.goal, []).append(row)
    return {
        number: GoalVerdict(number, _together({row.verdict for row in found}), tuple(found))
        for number, found in by_goal.items()
    }


def _together(verdicts: set[Verdict]) -> Verdict:
    for worst in (Verdict.NOT_MET, Verdict.CANNOT_BE_JUDGED):
        if worst in verdicts:
            return worst
    return Verdict.MET
