"""The whole catalogue, read and checked: what one asks it for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers.catalogue.documents import did_you_mean, unknown
from helpers.catalogue.models import (
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


@dataclass(frozen=True)
class Figure:
    """What is drawn together for a goal: one indicator, or several that share a figure (5b).

    Attributes
    ----------
    key
        Name of the figure's files: the indicator's key, or the word its indicators share.
    indicators
        In the order of the goal; the first one's title and axes are the figure's.
    """

    key: str
    indicators: tuple[Indicator, ...]

    @property
    def series(self) -> tuple[tuple[Indicator, str], ...]:
        """Indicator and series key, in the order of the legend."""
        return tuple((indicator, key) for indicator in self.indicators for key in indicator.series)


@dataclass(frozen=True)
class Catalogue:
    """Indicators, surveys, plans, municipalities and what documents printed.

    Attributes
    ----------
    municipalities
        The 98 in the order of Jobindsats: by region, then the Danish alphabet.
    breaks
        Breaks that several indicators share, as months, by name.
    hash
        SHA-256 over names and contents of all the files it was read from; it moves when any of them does.
    """

    indicators: Mapping[str, Indicator]
    surveys: Mapping[str, Survey]
    plans: Mapping[str, Plan]
    municipalities: tuple[Municipality, ...]
    hash: str
    breaks: Mapping[str, Break] = field(default_factory=dict)
    published: Mapping[str, tuple[PublishedRow, ...]] = field(default_factory=dict)
    points: Mapping[str, tuple[PublishedPoint, ...]] = field(default_factory=dict)
    own_texts: Mapping[tuple[str, str], OwnTexts] = field(default_factory=dict)

    def municipality(self, text: str) -> Municipality:
        """The municipality with that name, code or slug, in any case, with or without "Kommune".

        Raises
        ------
        PlanError
            When there is none, with the nearest name.
        """
        wanted = fold_name(text)
        names: dict[str, Municipality] = {}
        for municipality in self.municipalities:
            names[municipality.code] = municipality
            for name in (municipality.name, municipality.slug, municipality.long_name):
                names[fold_name(name)] = municipality
        if wanted in names:
            return names[wanted]
        near = did_you_mean(wanted, [m.name for m in self.municipalities]) or did_you_mean(
            wanted, [m.slug for m in self.municipalities]
        )
        raise PlanError.of(
            "municipality",
            f'"{text}" is none of the {len(self.municipalities)} municipalities. {near}'.strip(),
            "Write a name, a code or a slug of catalogue/areas/municipalities.csv.",
        )

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

    def indicator(self, key: str) -> Indicator:
        """The indicator with that key.

        Raises
        ------
        PlanError
            When there is none, with the nearest key.
        """
        if key in self.indicators:
            return self.indicators[key]
        raise PlanError.of(
            "indicator",
            unknown("indicator", key, self.indicators),
            INDICATORS_ARE,
        )

    def survey(self, goal: Goal) -> Survey | None:
        """The survey that the goal is judged by, if it is one (4d and 5a of plan 2023)."""
        return self.surveys.get(goal.indicators[0])

    def figures(self, goal: Goal) -> tuple[Figure, ...]:
        """The figures of a goal, in order; none for a goal that is judged by a survey."""
        drawn: dict[str, list[Indicator]] = {}
        for key in goal.indicators:
            indicator = self.indicators.get(key)
            if indicator:
                drawn.setdefault(indicator.figure or key, []).append(indicator)
        return tuple(Figure(key, tuple(indicators)) for key, indicators in drawn.items())

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


def fold_name(text: str) -> str:
    """A municipality's name as people may write it, brought to one form."""
    folded = " ".join(text.split()).casefold()
    for tail in (" kommune", " regionskommune"):
        folded = folded.removesuffix(tail)
    return folded
