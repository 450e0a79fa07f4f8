"""The whole catalogue, read and checked: what one asks it for."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from helpers.catalogue.areas import JobCentre
from helpers.catalogue.documents import unknown
from helpers.catalogue.followups import FollowUp
from helpers.catalogue.grouping import Grouping
from helpers.catalogue.models import (
    Beside,
    Break,
    Goal,
    Indicator,
    Municipality,
    OwnTexts,
    Plan,
    PublishedPoint,
    PublishedRow,
    Survey,
)
from helpers.errors import PlanError
from helpers.letters import did_you_mean, fold_name

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """What is drawn together for a goal: one indicator, or several that share a figure (5b)."""

    key: str
    """Name of the figure's files: the indicator's key, or the word its indicators share."""
    indicators: tuple[Indicator, ...]
    """In the order of the goal; the first one's title and axes are the figure's."""

    @property
    def series(self) -> tuple[tuple[Indicator, str], ...]:
        """Indicator and series key, in the order of the legend."""
        return tuple((indicator, key) for indicator in self.indicators for key in indicator.drawn)


@dataclass(frozen=True)
class Catalogue:
    """Indicators, surveys, plans, municipalities and what documents printed."""

    indicators: Mapping[str, Indicator]
    surveys: Mapping[str, Survey]
    plans: Mapping[str, Plan]
    municipalities: tuple[Municipality, ...]
    """The 98 in the order of Jobindsats: by region, then the Danish alphabet."""
    hash: str
    """SHA-256 over names and contents of all the files it was read from; it moves when any of them does."""
    breaks: Mapping[str, Break] = field(default_factory=dict)
    """Breaks that several indicators share, as months, by name."""
    published: Mapping[str, tuple[PublishedRow, ...]] = field(default_factory=dict)
    points: Mapping[str, tuple[PublishedPoint, ...]] = field(default_factory=dict)
    own_texts: Mapping[tuple[str, str], OwnTexts] = field(default_factory=dict)
    centres: tuple[JobCentre, ...] = ()
    """The job centres, in the order of their file."""
    grouping: Grouping = field(default_factory=Grouping)
    """Whom areas can be compared with (:func:`helpers.analysis.groups.comparison_group`)."""
    follow_ups: Mapping[tuple[str, str, str], tuple[FollowUp, ...]] = field(default_factory=dict)
    """By slug, plan and goal, newest first."""
    _kept: dict[Hashable, tuple[object, Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def kept(self, name: Hashable, key: object, make: Callable[[], T]) -> T:
        """What is made of the catalogue under a name: once, and anew where `key` is another; it goes with the catalogue."""
        if name not in self._kept or self._kept[name][0] != key:
            self._kept[name] = key, make()
        found: T = self._kept[name][1]
        return found

    def municipality(self, text: str) -> Municipality:
        """The municipality with that name, alias, code or slug, as people may write it (:func:`fold_name`).

        Raises
        ------
        PlanError
            When there is none, with the nearest name.
        """
        found = self.find_municipality(text)
        if found is not None:
            return found
        names, slugs = ([getattr(m, key) for m in self.municipalities] for key in ("name", "slug"))
        near = did_you_mean(text.strip(), names) or did_you_mean(text.strip(), slugs)
        raise PlanError.of(
            "municipality",
            f'"{text}" is none of the {len(self.municipalities)} municipalities. {near}'.strip(),
            "Write a name, a code or a slug of catalogue/areas/municipalities.csv.",
        )

    def find_municipality(self, text: str) -> Municipality | None:
        """As :meth:`municipality`; none when there is none, or several can be meant."""
        folded = fold_name(text)
        for wanted in (folded, folded.removesuffix("s")):
            found = self._by_name.get(wanted, ())
            if found:
                return found[0] if len(found) == 1 else None
        return None

    @cached_property
    def _by_name(self) -> dict[str, tuple[Municipality, ...]]:
        names: dict[str, dict[str, Municipality]] = {}
        for municipality in self.municipalities:
            for name in (municipality.code, f"0{municipality.code}", *municipality.names):
                names.setdefault(fold_name(name), {})[municipality.code] = municipality
        return {name: tuple(found.values()) for name, found in names.items()}

    def plan(self, key: str) -> Plan:
        """The plan with that key (the name of its file).

        Raises
        ------
        PlanError
            When there is none, with the nearest key.
        """
        wanted = key.strip().removesuffix(".yml").casefold()
        for name, plan in self.plans.items():
            if name.casefold() == wanted:
                return plan
        raise PlanError.of(
            "plan",
            unknown("plan", key, self.plans),
            f"Plans are the files of catalogue/plans: {', '.join(self.plans)}.",
        )

    def plan_for(self, municipality: Municipality, key: str = "") -> Plan:
        """The plan with that key; without one, the municipality's default.

        Raises
        ------
        PlanError
            When nothing has that key; when the municipality has no plan, and there is none for all.
        """
        found = self.plan(key) if key else self.default_plan(municipality)
        if found is None:
            raise PlanError.of(
                "--plan",
                f"{municipality.name} has no plan of its own, and no plan is for all (it would have no municipality).",
                f"Name one of {', '.join(self.plans)}, or write its own: plan new {municipality.name} --year …",
            )
        return found

    def default_plan(self, municipality: Municipality) -> Plan | None:
        """The plan that a municipality shows where none is named: its newest own one, else the one for all."""
        return next(iter(self.own_plans(municipality)), self.shared_plan)

    def own_plans(self, municipality: Municipality) -> list[Plan]:
        """A municipality's own plans, the newest first: by year, then by the day of the decision, then by key."""
        own = [plan for plan in self.plans.values() if plan.municipality == municipality.slug]
        own.sort(key=lambda plan: plan.key)
        return sorted(own, key=lambda plan: (plan.year, plan.decided or date.min), reverse=True)

    @property
    def shared_plan(self) -> Plan | None:
        """The plan for all: the one that says ``starting_point``, else the newest that is no municipality's own."""
        shared = [plan for plan in self.plans.values() if plan.municipality is None]
        return max(shared, key=lambda plan: (plan.starting_point, plan.year, plan.key), default=None)

    def office(self, municipality: Municipality) -> dict[str, str]:
        """What stands for ``{jobcenter}``, ``{jobcenteret}`` and ``{kommune}`` in the texts of surveys.

        The office is called as the municipality's newest plan has it (``names.unit``), else ``Jobcenter <name>``, and
        in a sentence ``jobcenteret``.
        """
        said = (plan.names.unit for plan in self.own_plans(municipality) if plan.names.unit)
        unit = next((fill(unit, kommune=municipality.name) for unit in said), None)
        named = {"jobcenter": unit or f"Jobcenter {municipality.name}", "jobcenteret": unit or "jobcenteret"}
        return {**named, "kommune": municipality.name}

    def questions(self, survey: Survey, municipality: Municipality) -> dict[str, str]:
        """The questions of a survey as the municipality asked them: key → question."""
        words = self.office(municipality)
        return {key: fill(question, **words) for key, question in survey.questions.items()}

    def indicator(self, key: str) -> Indicator:
        """The indicator with that key.

        Raises
        ------
        PlanError
            When there is none, with the nearest key.
        """
        if key in self.indicators:
            return self.indicators[key]
        raise PlanError.of("indicator", unknown("indicator", key, self.indicators), INDICATORS_ARE)

    def survey(self, goal: Goal) -> Survey | None:
        """The survey that the goal is judged by, if it is one (4d and 5a of plan 2023)."""
        return self.surveys.get(goal.parts[0].indicator)

    def figures(self, goal: Goal) -> tuple[Figure, ...]:
        """The figures of a goal, in order; none for a goal that is judged by a survey."""
        drawn: dict[str, list[Indicator]] = {}
        for key in goal.indicators:
            indicator = self.indicators.get(key)
            if indicator:
                drawn.setdefault(indicator.figure or key, []).append(indicator)
        return tuple(Figure(key, tuple(indicators)) for key, indicators in drawn.items())

    def beside(self, goal: Goal) -> tuple[Beside, ...]:
        """What is shown under the goal's figures, to compare with; each indicator once."""
        found = (
            item for key in goal.indicators if key in self.indicators for item in self.indicators[key].beside
        )
        return tuple(
            {item.indicator: item for item in found if item.indicator not in goal.indicators}.values()
        )

    def published_rows(self, plan: Plan) -> tuple[PublishedRow, ...]:
        """The rows of the status table that was printed for the plan; empty when none was."""
        return self.published.get(plan.published or "", ())

    def published_points(self, plan: Plan) -> tuple[PublishedPoint, ...]:
        """Other values that documents printed for the plan; empty when there are none."""
        return self.points.get(plan.published or "", ())

    def texts(self, municipality: Municipality, plan: Plan) -> OwnTexts:
        """What the municipality adds to the plan in its own words; all empty when it adds nothing."""
        return self.own_texts.get((municipality.slug, plan.key), OwnTexts())


INDICATORS_ARE = "Indicators are the keys of catalogue/indicators.yml; `plan list indicators` prints them."


PLACEHOLDER = re.compile(r"\{(\w+)\}")
"""A word in braces in a catalogue text, such as ``{kommune}``."""


def fill(text: str, **words: str) -> str:
    """A catalogue text with its words in braces filled in; words that are not given stay as they are.

    Examples
    --------
    >>> fill("Hvordan oplevede du servicen fra {jobcenter}?", jobcenter="Jobcenter Frederikssund")
    'Hvordan oplevede du servicen fra Jobcenter Frederikssund?'
    """
    return PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


COUNTRY_NAMES = frozenset(
    {"helelandet", "danmark", "landet", "heledanmark", "landsgennemsnit", "dk", "0", "000"}
)
"""What people write for the whole country, folded."""


def is_country(text: str) -> bool:
    """Whether a cell of data names the whole country."""
    return fold_name(text) in COUNTRY_NAMES
