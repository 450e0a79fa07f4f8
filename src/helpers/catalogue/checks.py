"""What one catalogue entry says of another: does it exist, and can it be so?

Models check an entry by itself; the functions here check it against the rest. What they find goes into the
entry's own document, or comes back as problems for the rows of a CSV file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError

from helpers.catalogue.catalogue import INDICATORS_ARE, PLACEHOLDER
from helpers.catalogue.documents import Document, Loc, unknown
from helpers.catalogue.explain import NEEDED
from helpers.catalogue.models import (
    JOBINDSATS,
    NATIONAL,
    Indicator,
    Municipality,
    Plan,
    PublishedPoint,
    PublishedRow,
    Survey,
    Unit,
)
from helpers.catalogue.targets import Against, JudgeOn, OneOrSeveral, Several, Target
from helpers.errors import Problem
from helpers.letters import did_you_mean, fold_name
from helpers.periods import Frequency, Period

PLACEHOLDERS = ("area", "kommune", "i_kommune", "jobcenter", "jobcenteret", "periode", "value")
"""Words in braces that a text may hold; each is filled in when the text is shown."""

_ORDINARY_WORDS = frozenset({"Greve", "Odder", "Skive", "Vejen"})
"""Municipalities whose names also begin ordinary Danish sentences ("Vejen til job …")."""

_TARGETS: TypeAdapter[Target | Several | None] = TypeAdapter(OneOrSeveral)


@dataclass(frozen=True)
class Known:
    """What the catalogue has, by key; what could not be read is None, so that it is not missed twice."""

    indicators: Mapping[str, Indicator | None]
    surveys: Mapping[str, Survey | None]
    plans: Mapping[str, Plan | None]
    municipalities: tuple[Municipality, ...]
    groups: tuple[str, ...] = ()
    """What a group of municipalities can be called."""
    complete: bool = True
    """Whether every file of indicators and surveys could be read; if not, none is missed."""

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(municipality.slug for municipality in self.municipalities)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(municipality.name for municipality in self.municipalities)

    def counts(self, cells: Mapping[str, str]) -> bool:
        """Whether the printed point in a row's cells is of a series of whole numbers."""
        indicator, series = self.indicators.get(cells.get("indicator", "")), cells.get("series", "")
        return indicator is not None and series in indicator.series and indicator.decimals_of(series) == 0

    @property
    def plans_are(self) -> str:
        return f"Plans are the files of catalogue/plans: {', '.join(self.plans)}."


def check_texts(document: Document, names: Iterable[str], why: str) -> None:
    """Braces hold a known word, and no text names one of the municipalities it must not name.

    A plan's `source` and what is marked `owner_only` may name whom it will.
    """
    words = "|".join(re.escape(name) for name in names if name not in _ORDINARY_WORDS)
    named = re.compile(rf"(?<!\w)({words})s?(?!\w)") if words else None
    allowed = ", ".join(f"{{{word}}}" for word in PLACEHOLDERS)
    for loc, text, own in _texts(document.data):
        for word in PLACEHOLDER.findall(text):
            if word not in PLACEHOLDERS:
                hint = f"{{{word}}} is not filled in by anything. {did_you_mean(word, PLACEHOLDERS)}".strip()
                document.problem(loc, hint, f"Allowed: {allowed}.")
        if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
            document.problem(loc, "A brace stands alone.", f"Braces are for words to fill in: {allowed}.")
        found = named.search(text) if named and not own else None
        if found:
            document.problem(
                loc, f'The text names "{found[1]}". {why}', "Write {kommune} or {jobcenter} instead."
            )


def _texts(data: Any, loc: Loc = (), own: bool = False) -> Iterator[tuple[Loc, str, bool]]:
    if isinstance(data, str):
        yield loc, data, own or loc[-1:] == ("source",)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key == "area" and loc[-2:-1] == ("target",):
                continue  # whom a goal is compared with may be anybody
            marked = data.get("note_owner_only" if key == "note" else "owner_only") == "true"
            yield from _texts(value, (*loc, key), own or marked)
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from _texts(value, (*loc, position), own)


def check_indicators(
    document: Document, own: Mapping[str, Indicator | None], indicators: Mapping[str, Indicator | None]
) -> None:
    """Successors exist, dimensions look like dimensions, and indicators of one figure go together."""
    figures: dict[str, Indicator] = {}
    sources = {
        t: s for found in indicators.values() if found for t, s in reversed(found.table_sources.items())
    }
    for key, indicator in own.items():
        if indicator is None:
            continue
        for successor in indicator.successors:
            document.known((key, "successors"), "indicator", successor, indicators, INDICATORS_ARE)
            if successor == key:
                document.problem((key, "successors"), "An indicator cannot be its own successor.")
        for place, item in enumerate(indicator.beside):
            document.known((key, "beside", place), "indicator", item.indicator, indicators, INDICATORS_ARE)
            if item.indicator == key:
                document.problem((key, "beside", place), "An indicator is not shown beside itself.")
        for name, series in indicator.series.items():
            dimensions = dict.fromkeys(
                word for term in series.origin.terms if term.source == JOBINDSATS for word in term.where
            )
            for dimension in (word for word in dimensions if not word.startswith("_")):
                document.problem(
                    (key, "series", name, "from"),
                    f'"{dimension}" is no dimension.',
                    "Dimension ids begin with an underscore, such as _viskat_1int; `plan find` prints them.",
                )
            for term in series.origin.terms:
                first_source = sources.setdefault(term.table, term.source)
                if first_source != term.source:
                    document.problem(
                        (key, "series", name, "from"),
                        f"The table {term.table} is called one of {first_source} and one of {term.source}.",
                    )
        if indicator.figure:
            first = figures.setdefault(indicator.figure, indicator)
            for field in ("title", "frequency", "unit"):
                if getattr(first, field) != getattr(indicator, field):
                    document.problem(
                        (key, field),
                        f"{key} shares the figure {indicator.figure} with {first.key}, but not its {field}.",
                    )


def check_plan(document: Document, key: str, known: Known) -> None:
    """Everything a plan says of indicators, surveys, municipalities and the plan before it.

    The data are read as they stand in the file, so that one wrong key does not hide another mistake.
    """
    data = document.data
    slug = data.get("municipality")
    if isinstance(slug, str) and known.municipalities:
        do = "Write a slug of catalogue/areas/municipalities.csv, or leave the line out."
        document.known(("municipality",), "municipality", slug, known.slugs, do)
    owner = [m.name for m in known.municipalities if m.slug == slug]
    check_texts(document, owner or known.names, "The plan may be shown for another municipality.")
    _no_doubles(document)
    for at, goal in _goals(document):
        _check_measures(document, at, goal, known)
    _check_before(document, key, known)


def _areas(document: Document) -> Iterator[tuple[Loc, dict[str, Any]]]:
    yield from _dicts(document.data.get("focus_areas"), ("focus_areas",))


def _goals(document: Document) -> Iterator[tuple[Loc, dict[str, Any]]]:
    for at, area in _areas(document):
        yield from _dicts(area.get("goals"), (*at, "goals"))


def _dicts(data: Any, loc: Loc) -> Iterator[tuple[Loc, dict[str, Any]]]:
    for position, entry in enumerate(data if isinstance(data, list) else ()):
        if isinstance(entry, dict):
            yield (*loc, position), entry


def goal_measures(document: Document) -> dict[str, tuple[str, ...]]:
    """Goal → the indicators or survey it names, as far as the plan's file says so."""
    return {
        goal["number"]: tuple(dict.fromkeys([*_named(goal), *_named_within(goal.get("target"))]))
        for _, goal in _goals(document)
        if isinstance(goal.get("number"), str)
    }


def _named(goal: dict[str, Any]) -> list[str]:
    named = goal.get("indicator")
    return [key for key in (named if isinstance(named, list) else [named]) if isinstance(key, str)]


def _named_within(target: Any) -> list[str]:
    """The indicators that the parts of a target name (``all:`` and ``any:``)."""
    lists = [target.get(key) for key in ("all", "any")] if isinstance(target, dict) else []
    parts = [part for found in lists if isinstance(found, list) for part in found]
    return [key for part in parts if isinstance(part, dict) for key in _named(part)]


def _no_doubles(document: Document) -> None:
    places: dict[str, Loc] = {}

    def once(what: str, loc: Loc) -> None:
        first = places.setdefault(what, loc)
        if first != loc:
            document.problem(loc, f"There are two {what}; the first one is in line {document.line(first)}.")

    for at, area in _areas(document):
        for key in ("number", "slug"):
            if isinstance(area.get(key), str):
                once(f"focus areas with the {key} {area[key]}", (*at, key))
        for inside, goal in _dicts(area.get("goals"), (*at, "goals")):
            number, loc = goal.get("number"), (*inside, "number")
            if isinstance(number, str):
                once(f"goals with the number {number}", loc)
                if (
                    isinstance(area.get("number"), str)
                    and number[:-1].isdigit()
                    and number[:-1] != area["number"]
                ):
                    document.problem(loc, f"Goal {number} stands in focus area {area['number']}.")


def _check_before(document: Document, key: str, known: Known) -> None:
    previous = document.data.get("previous")
    before = known.plans.get(previous) if isinstance(previous, str) else None
    if previous == key:
        document.problem(("previous",), "A plan cannot come before itself.")
    elif isinstance(previous, str):
        document.known(("previous",), "plan", previous, known.plans, known.plans_are)
    taken: dict[str, str] = {}
    said: list[tuple[Loc, str]] = []
    for at, goal in _goals(document):
        number = goal["previous"].get("goal") if isinstance(goal.get("previous"), dict) else None
        if isinstance(number, str):
            if number in taken:
                what = f"Goal {number} is continued by {taken[number]} already."
                do = "One goal goes on as one; leave `goal` out here, and say in `remark` where it came from."
                document.problem((*at, "previous", "goal"), what, do)
            taken.setdefault(number, str(goal.get("number")))
            said.append(((*at, "previous", "goal"), number))
    for at, dropped in _dicts(document.data.get("dropped"), ("dropped",)):
        number = dropped.get("goal")
        if isinstance(number, str):
            said.append(((*at, "goal"), number))
            if number in taken:
                what = f"Goal {number} is not dropped: {taken[number]} continues it."
                document.problem((*at, "goal"), what)
    for loc, number in said:
        if previous is None:
            what = "The plan does not say which plan came before it."
            document.problem(loc, what, "Write `previous: <plan>` at the top.")
        elif before and number not in (numbers := [goal.number for goal in before.goals]):
            document.problem(loc, f'{before.key} has no goal "{number}".', f"It has {', '.join(numbers)}.")
    for at, area in _areas(document):
        title = area.get("replaces")
        if (
            before
            and isinstance(title, str)
            and title not in (titles := [old.title for old in before.focus_areas])
        ):
            what = f"{before.key} has no focus area of that title. {did_you_mean(title, titles)}".strip()
            document.problem((*at, "replaces"), what)


def _check_measures(document: Document, at: Loc, data: dict[str, Any], known: Known) -> None:
    loc = (*at, "indicator")
    keys = _named(data)
    if len(set(keys)) < len(keys):
        document.problem(loc, "The same indicator is named twice.")
    if "valid_for" in data and known.complete and not known.surveys.keys() & set(keys):
        document.problem(
            (*at, "valid_for"), "Only a goal that is followed by a survey has it.", "Leave the line out."
        )
    of_persons = [known.indicators.get(key) for key in keys]
    if "price" in data and keys and not any(one is None or one.of_full_time for one in of_persons):
        document.problem(
            (*at, "price"),
            "The price is that of a full-time person, and this goal is not about full-time persons.",
            "Leave it out; docs/catalogue.md says of which goals kroner can be told.",
        )
    try:
        wanted = _TARGETS.validate_python(data.get("target"))
    except ValidationError:
        wanted = None  # told already, where the plan was read
    for place, target in _targets(wanted, (*at, "target")):
        own = [target.indicator] if target.indicator else keys
        if target.indicator and target.indicator not in keys:
            _known_measure(document, (*place, "indicator"), target.indicator, known)
        if target.milestone:
            continue
        if not own and target.way != "words":
            document.problem(loc if place == (*at, "target") else place, *NEEDED["indicator"])
        for key in dict.fromkeys(own):
            if (indicator := known.indicators.get(key)) is not None:
                _check_numbers(document, place, target, indicator)
                _check_target(document, place, target, indicator, known)
            elif (survey := known.surveys.get(key)) is not None:
                _check_numbers(document, place, target, survey)
                _check_survey(document, place, target)
    for key in dict.fromkeys(keys):
        _known_measure(document, loc, key, known)
        if key in known.surveys and (len(keys) > 1 or isinstance(wanted, Several)):
            what = "A goal that is judged by a survey names that survey alone, and one target."
            document.problem(loc, what)
    if keys and isinstance(wanted, Target) and wanted.milestone:
        what = "A milestone is not measured, so it has no indicator."
        document.problem(loc, what, "Take the line away, or write the two under all: in target.")


def _targets(wanted: Target | Several | None, loc: Loc) -> Iterator[tuple[Loc, Target]]:
    """Each target of a goal, with its place in the file."""
    if isinstance(wanted, Several):
        joint = "all" if wanted.all_of else "any"
        for place, target in enumerate(wanted.targets):
            yield (*loc, joint, place), target
    elif wanted is not None:
        yield loc, wanted


def _known_measure(document: Document, loc: Loc, key: str, known: Known) -> None:
    if known.complete:
        do = f"{INDICATORS_ARE}\nSurveys are the keys of catalogue/surveys.yml."
        document.known(loc, "indicator", key, [*known.indicators, *known.surveys], do)


def _check_numbers(document: Document, loc: Loc, target: Target, measured: Indicator | Survey) -> None:
    numbers = [
        (target.rule, target.value),
        ("was", target.was),
        ("margin", target.margin),
        ("from", target.given),
    ]
    numbers += [(target.rule, value) for value in (target.upper, *target.years.values())]
    if isinstance(target.path, dict):
        numbers += [("path", value) for value in target.path.values()]
    if target.rule == "rank":
        numbers = []
    for key, value in numbers:
        if value is not None and not possible(value, measured.unit, difference=key == "margin"):
            what = f"{value} cannot be: {measured.key} is counted in {measured.unit}."
            document.problem((*loc, key), what)
    if target.value is not None and target.upper is not None and target.value >= target.upper:
        document.problem((*loc, "between"), "The first number of an interval is the least.")


def _check_survey(document: Document, loc: Loc, target: Target) -> None:
    if target.national:
        document.problem(
            loc,
            "A survey has no figure for the whole country, so the country cannot be the target.",
            "Write a number, such as {at_least: 85}.",
        )
    elif (
        target.against
        or target.rule == "rank"
        or target.judge_on is not JudgeOn.NEWEST
        or target.given is not None
        or target.baseline
        or target.path != "straight"
    ):
        document.problem(
            loc,
            "A survey has one answer and no others to be held against.",
            "Write a number, one for each year, or an interval; by: says when it is judged.",
        )


def _check_target(document: Document, loc: Loc, target: Target, indicator: Indicator, known: Known) -> None:
    if not target.is_set:
        return
    if target.direction and target.direction is not indicator.direction:
        document.problem(
            loc,
            f'"{target.rule}" contradicts {indicator.key}, which is {indicator.direction}.',
            "Use at_least or over when higher is better, at_most or under when lower is better.",
        )
    if target.national and not indicator.is_compared:
        document.problem(
            loc,
            f"The target is national, but {indicator.key} has no national series: "
            f"its series {indicator.headline} is the municipality's alone.",
            "Take `national: false` away there, name another `headline`, or give the goal a number.",
        )
    against = target.against
    name = target.among if target.rule == "rank" else against.name if against else ""
    if name and against and against.against is Against.AREA:
        if known.names and not any(fold_name(name) == fold_name(one) for one in known.names):
            document.problem(loc, unknown("municipality", name, known.names))
    elif name == "computed":
        document.problem(
            (*loc, "among" if target.rule == "rank" else target.rule),
            "No goal is held against a computed group: who is in it follows from other municipalities' figures, and may be "
            "others next month.",
            f"Name one of {', '.join(group for group in known.groups if group != name)}, or a municipality.",
        )
    elif name and known.groups and name not in known.groups:
        if target.rule == "rank":
            there = f"Groups are {', '.join(known.groups)}."
            document.known((*loc, "among"), "group", name, known.groups, there)
        else:
            words = ("national", "expected", "last_year", "start", *known.groups)
            document.problem(
                (*loc, target.rule),
                f'"{name}" is neither national nor a number, a period or a group. {did_you_mean(name, words)}'.strip(),
                f"Write a number with a decimal point, a period such as 2025M12, or one of {', '.join(words)}.",
            )
    if name and indicator.unit in (Unit.PERSONS, Unit.FULL_TIME):
        document.problem(
            loc,
            f"{indicator.key} counts persons, which says nothing beside a municipality of another size.",
            "Take an indicator that is a share.",
        )
    if against and against.against is Against.EXPECTED and "expected" not in indicator.series:
        document.problem(
            loc,
            f"{indicator.key} has no series `expected`.",
            "Only the indicators of expected persons on benefits (y30r21) have it.",
        )
    _check_dates(document, loc, target, indicator)


def _check_dates(document: Document, loc: Loc, target: Target, indicator: Indicator) -> None:
    """The periods a target names are of the indicator's frequency, and stand in their order."""
    since = target.against.since if target.against else None
    named = [("baseline", target.baseline), ("since", since if isinstance(since, Period) else None)]
    if isinstance(target.path, dict):
        named += [("path", period) for period in target.path]
    for key, period in named:
        if period is not None and period.frequency is not indicator.frequency:
            kind, needed = period.frequency.value, indicator.frequency.value
            document.problem(
                (*loc, key), f"{period} is a {kind}, but {indicator.key} is published by {needed}."
            )
            return
    due = target.due_in(indicator.frequency)
    begin = target.baseline or (since if isinstance(since, Period) else None)
    if due is not None and begin is not None and begin >= due:
        document.problem((*loc, "by"), f"{due} is not after {begin}, where the goal sets out from.")
    if target.judge_on is JudgeOn.YEAR_TOTAL and indicator.unit in (Unit.PERCENT, Unit.RATIO):
        what = f"{indicator.key} is counted in {indicator.unit}, and a sum of shares says nothing."
        document.problem((*loc, "judge_on"), what, "Take year_mean, or an indicator that counts.")
    is_total = indicator.cumulative or target.judge_on is JudgeOn.YEAR_TOTAL
    if due is None and target.path == "last_year" and not is_total:
        document.problem((*loc, "path"), "A path leads to a day.", "Write by: 2026M12, for instance.")
    if target.judge_on is not JudgeOn.NEWEST and indicator.frequency not in (
        Frequency.MONTH,
        Frequency.QUARTER,
    ):
        what = f"{indicator.key} is published by {indicator.frequency.value}, which needs no mean and no sum."
        document.problem((*loc, "judge_on"), what)


def possible(value: Decimal, unit: Unit, *, difference: bool = False) -> bool:
    """Whether a value, or the difference of two, can be measured in `unit` at all."""
    size = abs(value) if difference else value
    return size >= 0 and (size <= 100 or unit is not Unit.PERCENT)


def check_published(
    plans: Mapping[str, Mapping[str, tuple[str, ...]]], rows: Iterable[tuple[str, PublishedRow]], known: Known
) -> Iterator[Problem]:
    """Each row is of a goal and an indicator of the plans that name the file, in its frequency, once."""
    seen: dict[tuple[str, str], str] = {}
    for where, row in rows:
        first = seen.setdefault((row.goal, row.indicator), where)
        if first != where:
            yield Problem(
                f"{where}: goal", f"Goal {row.goal} and {row.indicator} are already given in {first}."
            )
        for plan, goals in plans.items():
            if row.goal not in goals:
                what = f'{plan} has no goal "{row.goal}".'
                yield Problem(f"{where}: goal", what, f"It has {', '.join(goals)}.")
            elif (allowed := goals[row.goal]) and row.indicator not in allowed:
                near = did_you_mean(row.indicator, allowed)
                what = f'Goal {row.goal} is not judged by "{row.indicator}". {near}'.strip()
                yield Problem(f"{where}: indicator", what, f"Allowed: {', '.join(allowed)}.")
        indicator = known.indicators.get(row.indicator)
        if indicator:
            yield from _check_period(where, row.period, indicator)
            for column in ("national", "municipality"):
                if not possible(value := getattr(row, column), indicator.unit):
                    what = f"{value} cannot be: {indicator.key} is counted in {indicator.unit}."
                    yield Problem(f"{where}: {column}", what)
            if row.unit is not indicator.unit:
                yield Problem(
                    f"{where}: unit", f"The unit of {indicator.key} is {indicator.unit}, not {row.unit}."
                )


def check_points(points: Iterable[tuple[str, PublishedPoint]], known: Known) -> Iterator[Problem]:
    """Each published point is of a known series, area and period, and given once."""
    codes = {municipality.code for municipality in known.municipalities} | {NATIONAL}
    seen: dict[tuple[str, str, str, Period | None], str] = {}
    for where, point in points:
        place = (point.indicator, point.series, point.area, point.period)
        first = seen.setdefault(place, where) if point.period else where
        if first != where:
            yield Problem(f"{where}: period", f"This point is already given in {first}.")
        if point.area not in codes and known.municipalities:
            what = f'"{point.area}" is no area.'
            yield Problem(f"{where}: area", what, "Write dk, or a municipality's three digits such as 250.")
        if point.indicator not in known.indicators and known.complete:
            what = unknown("indicator", point.indicator, known.indicators)
            yield Problem(f"{where}: indicator", what, INDICATORS_ARE)
        indicator = known.indicators.get(point.indicator)
        if indicator and point.series not in indicator.series:
            what = f'{indicator.key} has no series "{point.series}".'
            yield Problem(f"{where}: series", what, f"Allowed: {', '.join(indicator.series)}.")
        if indicator:
            if point.period:
                yield from _check_period(where, point.period, indicator)
            if point.series in indicator.series:
                unit = indicator.unit_of(point.series)
                if not possible(point.value, unit):
                    yield Problem(f"{where}: value", f"{point.value} cannot be: the series is in {unit}.")


def _check_period(where: str, period: Period, indicator: Indicator) -> Iterator[Problem]:
    if period.frequency is not indicator.frequency:
        kind, needed = period.frequency.value, indicator.frequency.value
        yield Problem(
            f"{where}: period", f"{period} is a {kind}, but {indicator.key} is published by {needed}."
        )
