"""What one catalogue entry says of another: does it exist, and can it be so?

Models check an entry by itself; the functions here check it against the rest, and note what they find in
the entry's own document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from helpers.catalogue.catalogue import INDICATORS_ARE
from helpers.catalogue.documents import Document, Loc, did_you_mean
from helpers.catalogue.models import (
    NATIONAL,
    Goal,
    Indicator,
    Municipality,
    Plan,
    PublishedPoint,
    PublishedRow,
    Survey,
)
from helpers.errors import Problem

PLACEHOLDERS = frozenset({"area", "kommune", "jobcenter", "periode", "value"})
"""Words in braces that a text may hold; each is filled in when the text is shown."""


@dataclass(frozen=True)
class Known:
    """What the catalogue has, by key; what could not be read is None, so that it is not missed twice."""

    indicators: Mapping[str, Indicator | None]
    surveys: Mapping[str, Survey | None]
    plans: Mapping[str, Plan | None]
    municipalities: tuple[Municipality, ...] = ()
    slugs: frozenset[str] = field(default_factory=frozenset)


def check_texts(document: Document, names: Iterable[str], why: str) -> None:
    """Placeholders are known ones, and no text holds one of `names` (municipalities it must not name)."""
    pattern = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, names)) + r")(?!\w)") if names else None
    for loc, text in _texts(document.data):
        try:
            words = {word for _, word, _, _ in Formatter().parse(text) if word is not None}
        except ValueError:
            document.problem(loc, "A brace { or } stands alone.", "Write {{ or }} for a brace that is shown.")
            continue
        for word in sorted(words - PLACEHOLDERS):
            allowed = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
            hint = f"{{{word}}} is not filled in by anything. {did_you_mean(word, PLACEHOLDERS)}".strip()
            document.problem(loc, hint, f"Allowed: {allowed}.")
        named = pattern.search(text) if pattern else None
        if named:
            document.problem(
                loc, f'The text names "{named[1]}". {why}', "Write {kommune} or {jobcenter} instead."
            )


def _texts(data: Any, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    if isinstance(data, str):
        yield loc, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*loc, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from _texts(value, (*loc, position))


def check_indicators(document: Document, indicators: Mapping[str, Indicator | None]) -> None:
    """Successors exist, and dimensions look like dimensions."""
    for key, indicator in indicators.items():
        if indicator is None:
            continue
        for successor in indicator.successors:
            if successor not in indicators:
                hint = f'"{successor}" is no indicator. {did_you_mean(successor, indicators)}'.strip()
                document.problem((key, "successors"), hint, INDICATORS_ARE)
            elif successor == key:
                document.problem((key, "successors"), "An indicator cannot be its own successor.")
        for name, series in indicator.series.items():
            for dimension in {
                word for term in series.origin.terms for word in term.where if not word.startswith("_")
            }:
                document.problem(
                    (key, "series", name, "from"),
                    f'"{dimension}" is no dimension.',
                    "Dimension ids begin with an underscore, such as _viskat_1int; `plan find` prints them.",
                )


def check_plan(document: Document, plan: Plan, known: Known) -> None:
    """Everything a plan says of indicators, surveys, municipalities and the plan before it."""
    if plan.municipality is not None and plan.municipality not in known.slugs:
        document.problem(
            ("municipality",),
            f'"{plan.municipality}" is no municipality. {did_you_mean(plan.municipality, known.slugs)}'.strip(),
            "Write a slug of catalogue/areas/municipalities.csv, such as frederikssund, or leave the line out.",
        )
    before = _plan_before(document, plan, known)
    _no_doubles(document, plan)
    for a, area in enumerate(plan.focus_areas):
        for g, goal in enumerate(area.goals):
            at: Loc = ("focus_areas", a, "goals", g)
            if int(goal.number[:-1]) != area.number:
                document.problem(
                    (*at, "number"),
                    f"Goal {goal.number} stands in focus area {area.number}; its number says another.",
                )
            _check_measures(document, at, goal, known)
            if goal.previous and goal.previous.goal:
                if plan.previous is None:
                    document.problem(
                        (*at, "previous"), "The plan names no plan before it (`previous: <plan>`)."
                    )
                elif before:
                    _check_in(document, (*at, "previous", "goal"), goal.previous.goal, before)
    for position, dropped in enumerate(plan.dropped):
        if plan.previous is None:
            document.problem(("dropped", position), "The plan names no plan before it (`previous: <plan>`).")
        elif before:
            _check_in(document, ("dropped", position, "goal"), dropped.goal, before)
            taken = [g.number for g in plan.goals if g.previous and g.previous.goal == dropped.goal.lower()]
            if taken:
                document.problem(
                    ("dropped", position, "goal"),
                    f"Goal {dropped.goal} is not dropped: {taken[0]} continues it.",
                )


def _plan_before(document: Document, plan: Plan, known: Known) -> Plan | None:
    if plan.previous is None:
        return None
    if plan.previous == plan.key:
        document.problem(("previous",), "A plan cannot come before itself.")
        return None
    if plan.previous not in known.plans:
        hint = f'"{plan.previous}" is no plan. {did_you_mean(plan.previous, known.plans)}'.strip()
        document.problem(
            ("previous",), hint, f"Plans are the files of catalogue/plans: {', '.join(known.plans)}."
        )
        return None
    return known.plans[plan.previous]


def _check_in(document: Document, loc: Loc, number: str, before: Plan) -> None:
    numbers = [goal.number for goal in before.goals]
    if number not in numbers:
        document.problem(loc, f'{before.key} has no goal "{number}".', f"It has {', '.join(numbers)}.")


def _no_doubles(document: Document, plan: Plan) -> None:
    seen: dict[str, str] = {}

    def note(kind: str, value: str, loc: Loc) -> None:
        first = seen.setdefault(f"{kind} {value}", str(document.line(loc)))
        if first != str(document.line(loc)):
            document.problem(loc, f"There are two {kind} {value}; the first one is in line {first}.")

    for a, area in enumerate(plan.focus_areas):
        note("focus areas with the number", str(area.number), ("focus_areas", a, "number"))
        note("focus areas with the slug", area.slug, ("focus_areas", a, "slug"))
        for g, goal in enumerate(area.goals):
            note("goals with the number", goal.number, ("focus_areas", a, "goals", g, "number"))


def _check_measures(document: Document, at: Loc, goal: Goal, known: Known) -> None:
    loc = (*at, "indicator")
    listed = isinstance(document.data, dict) and len(goal.indicators) > 1
    for position, key in enumerate(goal.indicators):
        here = (*loc, position) if listed else loc
        here = loc if here not in document.lines else here
        if key in known.indicators:
            indicator = known.indicators[key]
            if indicator:
                _check_target(document, (*at, "target"), goal, indicator)
        elif key in known.surveys:
            _check_survey(document, at, goal)
        else:
            near = did_you_mean(key, [*known.indicators, *known.surveys])
            document.problem(
                loc,
                f'"{key}" is no indicator. {near}'.strip(),
                f"{INDICATORS_ARE}\nSurveys are the keys of catalogue/surveys.yml.",
            )
    if len(set(goal.indicators)) < len(goal.indicators):
        document.problem(loc, "The same indicator is named twice.")


def _check_survey(document: Document, at: Loc, goal: Goal) -> None:
    if len(goal.indicators) > 1:
        document.problem((*at, "indicator"), "A goal that is judged by a survey names that survey alone.")
    if goal.target.national:
        document.problem(
            (*at, "target"),
            "A survey has no figure for the whole country, so it cannot be the target.",
            "Write a number, such as {at_least: 85}.",
        )


def _check_target(document: Document, loc: Loc, goal: Goal, indicator: Indicator) -> None:
    if not goal.target.is_set:
        return
    if goal.target.direction is not indicator.direction:
        document.problem(
            loc,
            f'"{goal.target.rule}" contradicts the indicator {indicator.key}, which is {indicator.direction}.',
            "Use at_least or over when higher is better, at_most or under when lower is better.",
        )
    if goal.target.national and not indicator.series[indicator.headline].national:
        document.problem(
            loc,
            f"The target is national, but the series {indicator.headline} of {indicator.key} has no national series.",
            "Take away `national: false` there, set another `headline`, or give the goal a number.",
        )


def check_published(
    plans: Iterable[Plan], rows: Iterable[tuple[str, PublishedRow]], known: Known
) -> Iterator[Problem]:
    """Each published row is of a goal and an indicator of every plan that names the file, once, and in its period."""
    seen: set[tuple[str, str]] = set()
    plans = tuple(plans)
    for where, row in rows:
        if (row.goal, row.indicator) in seen:
            yield Problem(f"{where}: {row.goal}", f"Goal {row.goal} has two rows for {row.indicator}.")
        seen.add((row.goal, row.indicator))
        for plan in plans:
            goals = {goal.number: goal for goal in plan.goals}
            if row.goal not in goals:
                yield Problem(
                    f"{where}: goal", f'{plan.key} has no goal "{row.goal}".', f"It has {', '.join(goals)}."
                )
            elif row.indicator not in goals[row.goal].indicators:
                allowed = goals[row.goal].indicators
                hint = f'Goal {row.goal} is not judged by "{row.indicator}". {did_you_mean(row.indicator, allowed)}'
                yield Problem(f"{where}: indicator", hint.strip(), f"Allowed: {', '.join(allowed)}.")
        indicator = known.indicators.get(row.indicator)
        if indicator:
            yield from _check_period(where, row.period, indicator)
            if row.unit is not indicator.unit:
                yield Problem(
                    f"{where}: unit", f"The unit of {indicator.key} is {indicator.unit}, not {row.unit}."
                )


def check_points(points: Iterable[tuple[str, PublishedPoint]], known: Known) -> Iterator[Problem]:
    """Each published point is of a known series, area and period."""
    codes = {municipality.code for municipality in known.municipalities} | {NATIONAL}
    seen: set[tuple[str, str, str, str]] = set()
    for where, point in points:
        key = (point.indicator, point.series, point.area, point.period.id)
        if key in seen:
            yield Problem(where, f"{' '.join(key)} is there twice.")
        seen.add(key)
        if known.municipalities and point.area not in codes:
            yield Problem(
                f"{where}: area", f'"{point.area}" is no area.', "Write dk or a municipality's three digits."
            )
        if point.indicator not in known.indicators:
            near = did_you_mean(point.indicator, known.indicators)
            yield Problem(
                f"{where}: indicator", f'"{point.indicator}" is no indicator. {near}'.strip(), INDICATORS_ARE
            )
            continue
        indicator = known.indicators[point.indicator]
        if indicator:
            if point.series not in indicator.series:
                allowed = ", ".join(indicator.series)
                yield Problem(
                    f"{where}: series",
                    f'{indicator.key} has no series "{point.series}".',
                    f"Allowed: {allowed}.",
                )
            yield from _check_period(where, point.period, indicator)


def _check_period(where: str, period: Any, indicator: Indicator) -> Iterator[Problem]:
    if period.frequency is not indicator.frequency:
        yield Problem(
            f"{where}: period",
            f"{period} is a {period.frequency.value}, but {indicator.key} is published by {indicator.frequency.value}.",
        )
