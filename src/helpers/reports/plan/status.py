"""The status of a plan's goals for one municipality: one row per goal and indicator, and what it comes to.

In: the catalogue, a plan, observations, typed-in surveys. Out: the rows of the status table (Frederikssund's
status on plan 2023, seed 000), with verdict and, where there is none, the reason in Danish.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import pandas as pd

from helpers.analysis.chance import Interval, around, is_scarce, of_few
from helpers.analysis.gaps import Verdict, gap, joint_verdict, verdict
from helpers.analysis.persons import base_at, from_counts, gap_in_persons
from helpers.analysis.readings import NOTHING, Readings
from helpers.analysis.steadiness import DECIDED, PERIODS, Past, past_of
from helpers.analysis.targets import (
    Judgement,
    Lacking,
    ResolvedTarget,
    Targets,
    areas_asked,
    judge_answer,
    shown_decimals,
)
from helpers.catalogue.models import (
    BASE,
    NATIONAL,
    NATIONAL_NAME,
    Direction,
    Goal,
    Indicator,
    Municipality,
    Part,
    Plan,
    PublishedRow,
    Survey,
    Unit,
)
from helpers.catalogue.targets import RULES, JudgeOn, Target
from helpers.data.frames import Grounds, State
from helpers.data.printed import newest_printed, source_of, without_printed
from helpers.periods import Period, window
from helpers.project import Project
from helpers.reports.plan import reasons
from helpers.sources.manual import SurveyAnswers, read_survey
from helpers.sources.milestones import MilestoneReport, MilestoneState, milestones, read_milestones

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue


@dataclass(frozen=True)
class StatusRow:
    """One row of the status table."""

    goal: str
    """Number of the goal, ``1a``."""
    indicator: str
    """Key of the indicator or, for `kind` ``survey``, of the survey."""
    unit: Unit
    decimals: int
    """Of the values in `unit`."""
    verdict: Verdict
    direction: Direction
    """Which way is better."""
    _: KW_ONLY
    period: Period | None = None
    """Newest period that is published for the country or the municipality; none when nothing is."""
    # Values of `period`, as published; none when unknown.
    national: Decimal | None = None
    municipality: Decimal | None = None
    target: Decimal | None = None
    """What the goal asks for, in `unit`; none when it is the country's unknown value or was never set."""
    gap: Decimal | None = None
    """Of :func:`helpers.analysis.gaps.gap`; none when a term is unknown."""
    published_gap: Decimal | None = None
    """What the plan's document printed as difference, for the plan's own municipality and the same period."""
    note: str | None = None
    """What there is to say about the printed difference, in Danish."""
    reason: str | None = None
    """Why the goal cannot be judged, a Danish sentence; none when it is judged."""
    sources: tuple[str, ...] = ()
    """As in the column `source` of observations; for a survey, where its answers were taken from."""
    kind: Literal["indicator", "survey", "milestone", "words"] = "indicator"
    """``survey`` for goals that are followed by a survey, which the document's table leaves out; ``milestone`` and
    ``words`` for those that nothing measures: their `indicator` is empty."""
    grounds: Grounds | None = None
    """What the municipality's value stands on, or the country's where there is none; none without a value."""
    part: int = 0
    """Its place in the goal's `parts`."""
    base: Decimal | None = None
    """How many the municipality's value is out of (:func:`helpers.analysis.persons.shown_base`); none where that is not
    known, or would tell a hidden number."""
    persons: int | None = None
    """`gap` in whole persons, signed as it is; none where `base` is, unless the goal counts persons."""
    asked: ResolvedTarget | None = None
    """The target as it stands in `period`."""
    milestone: MilestoneReport | None = None
    """What was typed in of a milestone; none when nothing was."""
    chance: Interval | None = None
    """What chance alone may make of the municipality's value (:mod:`helpers.analysis.chance`)."""
    scarce: bool = False
    """The value is out of fewer than 30, or of a number that is hidden."""
    few: bool = False
    """The value is of few persons: the target lies within `chance`, or the value is out of fewer than 30."""
    finer: Decimal | None = None
    """A `gap` that is printed as 0, from the counts and not rounded: what the verdict then goes by; else none."""
    past: Past | None = None
    """What the last twelve periods say of the verdict."""
    before: Verdict | None = None
    """The verdict of the period before, where the two may be compared; else none."""

    @property
    def is_ranked(self) -> bool:
        """Whether `target` and `gap` are places, not values."""
        return self.asked is not None and self.asked.place is not None

    @property
    def turned(self) -> bool:
        """Whether the verdict is another than the period before."""
        return self.before is not None and self.before is not self.verdict


@dataclass(frozen=True)
class GoalVerdict:
    """A goal's verdict over all its rows: met only if every one of them is."""

    goal: str
    verdict: Verdict
    rows: tuple[StatusRow, ...]


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
    """A row for each goal and indicator of the plan, in the plan's order; goals with a survey are left out."""
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
    printed = {
        (row.goal, row.indicator): row
        for row in catalogue.published_rows(plan)
        if bound is None or row.period.within(bound)
    }
    last = newest_printed(catalogue, plan)
    document = source_of(plan) if bound is not None and last is not None and bound.within(last) else ""
    others = Judge(catalogue, plan, without_printed(observations, plan), bound)
    found = {}
    for area in municipalities:
        own = area.slug == plan.municipality
        judge = others
        if own and printed:
            known = observations["area"].isin(areas_asked(catalogue, plan, area))
            judge = Judge(catalogue, plan, observations[known], bound)
        found[area.code] = tuple(
            judge.row(
                goal, place, area, printed.get((goal.number, part.indicator)) if own else None, document
            )
            for goal in plan.goals
            for place, part in enumerate(goal.parts)
            if part.indicator in catalogue.indicators
        )
    return found


Answers = dict[str, SurveyAnswers | None]
"""Survey key → the newest round typed in."""


def survey_answers(
    project: Project,
    catalogue: Catalogue,
    plan: Plan,
    municipality: Municipality,
    bound: Period | None = None,
) -> Answers:
    """What was typed in of a plan's surveys."""
    surveys = (survey for goal in plan.goals if (survey := catalogue.survey(goal)))
    return {
        survey.key: read_survey(project, catalogue, municipality, survey, bound=bound) for survey in surveys
    }


def survey_rows(
    catalogue: Catalogue, plan: Plan, municipality: Municipality, answers: Answers, now: Period
) -> tuple[StatusRow, ...]:
    """A row for each goal of the plan that is followed by a survey, in the plan's order; its age is reckoned in the month `now`."""
    return tuple(
        _survey_row(plan, goal, survey, municipality, answers[survey.key], now)
        for goal in plan.goals
        if (survey := catalogue.survey(goal))
    )


def unmeasured_rows(
    project: Project, plan: Plan, municipality: Municipality, day: date, *, until: date | None = None
) -> tuple[StatusRow, ...]:
    """A row for each milestone, and for each goal that gives a direction in words and has no indicator.

    Parameters
    ----------
    day
        The day of the report: a milestone that is not reached is not due until its own has gone by.
    until
        Later reports of milestones do not count.
    """
    typed = read_milestones(project, municipality, plan, until=until).newest
    names = {(goal.number, at): name for name, (goal, at, _) in milestones(plan).items()}
    return tuple(
        _milestone_row(goal, place, part.target, typed.get(names.get((goal.number, place), "")), day)
        for goal in plan.goals
        for place, part in enumerate(goal.parts)
        if not part.indicator
    )


def _milestone_row(
    goal: Goal, place: int, target: Target, told: MilestoneReport | None, day: date
) -> StatusRow:
    """A milestone is met when it was reached by its day; what was said before that day decides nothing after it."""
    deadline = target.milestone
    reason = None
    if deadline is None:
        found = Verdict.FOLLOWED if target.way else Verdict.CANNOT_BE_JUDGED
        reason = None if target.way else target.because or reasons.NO_TARGET
    elif told is not None and told.state is MilestoneState.REACHED:
        found = Verdict.MET if told.day <= deadline else Verdict.NOT_MET
    elif told is not None and told.day > deadline:
        found = Verdict.NOT_MET
    elif day > deadline:
        found, reason = Verdict.CANNOT_BE_JUDGED, reasons.milestone_unknown(deadline, told)
    else:
        found = Verdict.NOT_DUE
    return StatusRow(
        goal.number,
        "",
        Unit.NUMBER,
        0,
        found,
        target.direction or Direction.HIGHER,
        period=Period.month(told.day.year, told.day.month) if told else None,
        reason=reason,
        kind="milestone" if deadline else "words",
        grounds=Grounds.TYPED_IN if told else None,
        part=place,
        asked=ResolvedTarget(target),
        milestone=told,
    )


def goal_verdicts(rows: Iterable[StatusRow], plan: Plan | None = None) -> dict[str, GoalVerdict]:
    """Number of each goal → its verdict, in the order the goals first occur.

    One row that is not met decides; otherwise one that cannot be judged does. The plan knows of which goals one part is
    enough.
    """
    enough = {goal.number for goal in plan.goals if goal.any_suffices} if plan else set()
    found: dict[str, list[StatusRow]] = {}
    for row in rows:
        found.setdefault(row.goal, []).append(row)
    return {
        goal: GoalVerdict(
            goal, joint_verdict((row.verdict for row in of), any_suffices=goal in enough), tuple(of)
        )
        for goal, of in found.items()
    }


def summary(judged: Iterable[GoalVerdict | StatusRow]) -> Counter[Verdict]:
    """How many goals or rows have each verdict; those that are only followed count nowhere."""
    return Counter(one.verdict for one in judged if one.verdict is not Verdict.FOLLOWED)


def compare_verdicts(old: Iterable[StatusRow], new: Iterable[StatusRow]) -> tuple[VerdictChange, ...]:
    """Rows of the same goal and indicator whose verdict differs, in the order of `new`."""
    before = {(row.goal, row.indicator, row.part): row for row in old}
    return tuple(
        VerdictChange(before[key], row)
        for row in new
        if (key := (row.goal, row.indicator, row.part)) in before and before[key].verdict is not row.verdict
    )


class Judge:
    """A plan's goals, judged for any area and any period from figures that are read once.

    Make one of a frame *Observations* that holds the areas to judge and those their targets speak of
    (:func:`helpers.analysis.targets.areas_asked`), and ask it as often as needed: a question is a look-up. ::

        judge = Judge(catalogue, plan, observations)
        part = goal.parts[row.part]
        judge.at(part, area.code, period).verdict
        judge.history(part, area.code, row.period, 12)  # oldest first; the verdict of each of the 12 periods
    """

    def __init__(
        self, catalogue: Catalogue, plan: Plan, observations: pd.DataFrame, bound: Period | None = None
    ) -> None:
        self.catalogue = catalogue
        self.readings = Readings(observations, bound)
        self.targets = Targets(catalogue, plan, self.readings)

    def newest(self, part: Part, area: str) -> Period | None:
        """The newest period that is published for the area or the country, no later than the goal is due."""
        return self.targets.newest(part, area)

    def at(self, part: Part, area: str, period: Period) -> Judgement:
        """How a part of a goal stands for an area (``dk`` or a municipality's code) in a period."""
        found = self.targets.judge(part, area, period)
        finer = self._finer(part, area, period) if found.gap == 0 else None
        return found if finer is None else replace(found, verdict=verdict(finer, part.target), finer=finer)

    def _finer(self, part: Part, area: str, period: Period) -> Decimal | None:
        """The gap as the counts have it, where those of all terms are at hand and come to the printed shares."""
        indicator, target = self.catalogue.indicators[part.indicator], part.target
        level = target.rule in RULES and target.judge_on is JudgeOn.NEWEST and not target.due
        asked = target.value
        if target.national and target.percent is None:
            national = self._share(indicator, NATIONAL, period)
            asked = None if national is None else national + target.margin
        ours = self._share(indicator, area, period)
        if not level or ours is None or asked is None:
            return None
        return gap(ours, asked, target.direction or indicator.direction)

    def _share(self, indicator: Indicator, area: str, period: Period) -> Decimal | None:
        if indicator.counted is None:
            return None
        at = (indicator, area, period)
        count, base = (self.readings.at(*at, name).value for name in (indicator.counted, BASE))
        return from_counts(count, base, self.readings.at(*at).value, indicator.decimals)

    def past(self, part: Part, area: str, newest: Judgement) -> Past | None:
        """What the last twelve periods say of the newest verdict."""
        indicator = self.catalogue.indicators[part.indicator]
        first = newest.period.shift(1 - PERIODS)
        if newest.verdict not in DECIDED or indicator.breaks_between(first, newest.period):
            return None
        earlier = self.history(part, area, newest.period.shift(-1), PERIODS - 1)
        return past_of((*earlier, newest), part.target, indicator)

    def before(self, part: Part, area: str, newest: Judgement) -> Verdict | None:
        """The verdict of the period before, where the two may be compared."""
        earlier = newest.period.shift(-1)
        if self.catalogue.indicators[part.indicator].breaks_between(earlier, newest.period):
            return None
        if newest.verdict not in DECIDED:
            return None
        found = self.at(part, area, earlier).verdict
        return found if found in DECIDED else None

    def history(self, part: Part, area: str, until: Period, count: int) -> tuple[Judgement, ...]:
        """The judgements of `count` periods that end in `until`, oldest first; a period without figures cannot be judged."""
        return tuple(self.at(part, area, period) for period in _up_to(until, count))

    def row(
        self,
        goal: Goal,
        place: int,
        municipality: Municipality,
        printed: PublishedRow | None = None,
        document: str = "",
    ) -> StatusRow:
        """The status row of a part of a goal, in the newest period.

        Parameters
        ----------
        printed
            What the plan's document printed for the goal, when the municipality is the plan's own.
        document
            The document's name in the column `source`, when the state is asked for that it tells.
        """
        part = goal.parts[place]
        indicator = self.catalogue.indicators[part.indicator]
        period = self.newest(part, municipality.code)
        found = self.at(part, municipality.code, period) if period else None
        if printed is not None and document and not _corrected(printed, found):
            period = printed.period
            told = {municipality.code: printed.municipality, NATIONAL: printed.national}
            found = self.targets.as_told(indicator, period, told, document).judge(
                part, municipality.code, period
            )
        ours, national = (found.ours, found.national) if found else (NOTHING, NOTHING)
        same_period = printed is not None and printed.period == period
        difference = found.gap if found else None
        asked = found.asked if found else ResolvedTarget(part.target, part.target.value)
        of_the_period = part.target.judge_on is JudgeOn.NEWEST and part.target.rule != "rank"
        base, chance, few = (
            self._sure(indicator, municipality.code, period, asked.value)
            if period and of_the_period
            else (None, None, False)
        )
        scarce = period is not None and is_scarce(self.readings, indicator, municipality.code, period)
        return StatusRow(
            goal=goal.number,
            indicator=indicator.key,
            period=period,
            national=national.value,
            municipality=ours.value,
            target=asked.value,
            gap=difference,
            unit=indicator.unit,
            decimals=shown_decimals(part.target, indicator.decimals),
            verdict=found.verdict if found else Verdict.CANNOT_BE_JUDGED,
            direction=part.target.direction or indicator.direction,
            published_gap=printed.gap if printed is not None and same_period else None,
            note=_printed_note(printed, indicator, found),
            reason=self._reason(part, indicator, municipality, found),
            sources=tuple(dict.fromkeys(r.source for r in (ours, national) if r.source)),
            grounds=ours.grounds or national.grounds,
            part=place,
            base=base,
            persons=None if asked.place else gap_in_persons(difference, indicator.unit, base),
            asked=asked,
            chance=chance,
            scarce=scarce,
            few=few,
            finer=found.finer if found else None,
            past=self.past(part, municipality.code, found) if found else None,
            before=self.before(part, municipality.code, found) if found else None,
        )

    def _sure(
        self, indicator: Indicator, area: str, period: Period, target: Decimal | None
    ) -> tuple[Decimal | None, Interval | None, bool]:
        """How many a figure is out of, what chance may make of it, and whether it is one of few persons."""
        place = self.readings, indicator, area, period
        chance = around(*place)
        few = of_few(*place) or (chance is not None and target is not None and chance.holds(target))
        return base_at(*place), chance, few

    def _reason(
        self, part: Part, indicator: Indicator, municipality: Municipality, found: Judgement | None
    ) -> str | None:
        """Why a goal cannot be judged, as a Danish sentence; none when it can."""
        if not part.target.is_set:
            return part.target.because or reasons.NO_TARGET
        if part.target.way:
            return None
        if found is None:
            asked = self.readings.asked(indicator, municipality.code, NATIONAL)
            return reasons.no_figures(indicator, asked=asked)
        lack = found.lack
        if lack is None or found.verdict not in (Verdict.CANNOT_BE_JUDGED, Verdict.NOT_DUE):
            return None
        if lack.obstacle is not Lacking.NO_FIGURE:
            return reasons.lacking(lack, found)
        names = {area.code: area.name for area in self.catalogue.municipalities}
        name = NATIONAL_NAME.lower() if lack.area == NATIONAL else names[lack.area]
        if lack.state is State.SUPPRESSED:
            return reasons.hidden(name, lack.period)
        earlier = self.readings.newest_known(indicator, lack.area)
        if earlier is None or lack.period != found.period:
            return reasons.no_figure(name, lack.period)
        other = {NATIONAL: f"tallet for {municipality.name}", municipality.code: "landstallet"}
        return reasons.other_period(name, found.period, earlier, other.get(lack.area, "det nyeste ellers"))


# Made once for all goals and areas: each of these periods is looked up a hundred times, by its text.
_up_to = lru_cache(maxsize=64)(window)


def _corrected(printed: PublishedRow, found: Judgement | None) -> bool:
    """Whether there is something in a printed figure's place that counts before it, or is the very same."""
    grounds = found.ours.grounds if found is not None and found.period == printed.period else None
    return grounds in (Grounds.TYPED_IN, Grounds.PRINTED)


def _printed_note(printed: PublishedRow | None, indicator: Indicator, found: Judgement | None) -> str | None:
    """What there is to say beside the row of what the document printed: that it is older, or reckoned otherwise."""
    if printed is None or found is None:
        return None
    same_period = found.period == printed.period
    notes = []
    if found.ours.grounds is not Grounds.PRINTED:
        shown = found.ours.value, found.national.value
        if (
            shown != (printed.municipality, printed.national)
            if same_period
            else printed.period.within(found.period)
        ):
            notes.append(reasons.overtaken(printed, indicator.decimals, same_period=same_period))
    if printed.note and same_period and printed.gap != found.gap:
        notes.append(printed.note)
    return " ".join(notes) or None


def _survey_row(
    plan: Plan,
    goal: Goal,
    survey: Survey,
    municipality: Municipality,
    answers: SurveyAnswers | None,
    now: Period,
) -> StatusRow:
    ours = None if answers is None else answers.answers.get(survey.headline)
    (part,) = goal.parts
    target, period = part.target, None if answers is None else answers.period
    direction = target.direction or Direction.HIGHER
    asked, difference, found = judge_answer(target, ours, period, direction)
    reason = None
    if not target.is_set:
        reason = target.because or reasons.NO_TARGET
    elif ours is None:
        reason = reasons.no_answers(plan, municipality)
    elif asked.lack:
        reason = reasons.not_in_force(target, asked.lack.period)
    elif found in (Verdict.MET, Verdict.NOT_MET) and (reason := _too_old(plan, goal, period, now)):
        difference, found = None, Verdict.CANNOT_BE_JUDGED
    return StatusRow(
        goal.number,
        survey.key,
        survey.unit,
        survey.decimals,
        found,
        direction,
        period=period,
        municipality=ours,
        target=asked.value,
        gap=difference,
        reason=reason,
        sources=() if answers is None or answers.source is None else (answers.source,),
        grounds=None if ours is None else Grounds.TYPED_IN,
        kind="survey",
        asked=asked,
    )


def _too_old(plan: Plan, goal: Goal, made: Period | None, now: Period) -> str | None:
    """Why a survey is too old for its goal, as a Danish sentence; none when it counts."""
    if made is None:
        return reasons.NO_DATE
    if goal.valid_for is None:
        return reasons.before_plan(made, plan.year) if made.year < plan.year else None
    age = now.end - made.end
    return reasons.too_old(made, goal.valid_for) if age > goal.valid_for else None
