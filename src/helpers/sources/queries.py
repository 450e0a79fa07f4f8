"""Which calls a table needs: what the catalogue asks for, turned into ids with the help of metadata.

In: the terms of the catalogue's series, and a table's metadata. Out: calls, each under the limit of cells.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Final

from helpers.catalogue import Catalogue
from helpers.catalogue.documents import Document, read_document
from helpers.catalogue.models import Certainty, Indicator, Term
from helpers.errors import PlanError, Problem
from helpers.periods import Frequency
from helpers.project import Project
from helpers.sources.metadata import Dimension, Hierarchy, Measure, MeasureGroup, MemberValue, TableInfo
from helpers.sources.settings import Settings
from helpers.sources.transport import Periods

USUAL_AREAS: Final = 100
"""98 municipalities, the country and "Uoplyst område": for a hierarchy that is told without its members."""


@dataclass(frozen=True)
class Wanted:
    """One term that a series of the catalogue needs, and where it says so."""

    term: Term
    indicator: Indicator
    series: str
    own: bool
    """Whether the run is about it at all."""

    @property
    def judged(self) -> bool:
        """Whether its absence is a fault: the catalogue is sure of it, and the run is about it."""
        return self.own and self.indicator.series[self.series].certainty is Certainty.CONFIRMED


class Places:
    """Where the catalogue's files say what is wanted; they are read when somebody asks for the first time."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @functools.cached_property
    def _documents(self) -> list[Document]:
        folder = self._project.catalogue
        files = (folder / "indicators.yml", *sorted(folder.glob("indicators/*.yml")))
        return [read_document(self._project, path) for path in files]

    def of(self, wanted: Wanted) -> str:
        """``catalogue/indicators.yml:48: fleksjob-andel.series.share``."""
        place = (wanted.indicator.key, "series", wanted.series)
        for document in self._documents:
            if place[0] in document.data:
                return document.where(place)
        return f"catalogue: {'.'.join(place)}"


@dataclass
class Lacks:
    """What a table does not have of what is wanted of it."""

    places: Places
    # Of what is judged; of what is only probable, so that it was to be expected, or what the run is not about.
    problems: dict[Problem, None] = field(default_factory=dict)
    remarks: dict[Problem, None] = field(default_factory=dict)
    concerned: set[str] = field(default_factory=set)
    """Indicators with problems."""

    @contextlib.contextmanager
    def noted(self, item: Wanted) -> Iterator[None]:
        """Note what is found inside to be lacking, by its place in the catalogue."""
        try:
            yield
        except PlanError as error:
            found = self.problems if item.judged else self.remarks
            for problem in error.problems:
                found[replace(problem, where=f"{self.places.of(item)}: {problem.where}")] = None
            self.concerned |= {item.indicator.key} if item.judged else set()


def wanted_by_table(
    catalogue: Catalogue, indicators: Iterable[str] | None = None, tables: Iterable[str] | None = None
) -> dict[str, tuple[Wanted, ...]]:
    """What the catalogue asks of each table, tables in the order they are first named.

    A table is always asked for everything that any series needs of it: its snapshot is one, and another
    notebook or plan must find its own figures in it too. What only others need is asked for and not judged.
    An indicator that is none of the catalogue's, or a table that no series uses, is an error.
    """
    about = catalogue.indicators.keys() if indicators is None else frozenset(indicators)
    used = {table for key in about for table in catalogue.indicator(key).tables}
    found: dict[str, list[Wanted]] = {}
    for indicator in catalogue.indicators.values():
        for key, series in indicator.series.items():
            for term in series.origin.terms:
                if term.table in used:
                    wanted = Wanted(term, indicator, key, indicator.key in about)
                    found.setdefault(term.table, []).append(wanted)
    if tables is not None:
        asked = [table.lower() for table in dict.fromkeys(tables)]
        unknown = [table for table in asked if table not in found]
        if unknown:
            raise PlanError(
                Problem(
                    table,
                    "No series of the catalogue uses this table.",
                    f"Tables in use: {', '.join(sorted(found)) or 'none'}. To use another, name it in "
                    "an indicator of the catalogue.",
                )
                for table in unknown
            )
        found = {table: found[table] for table in asked}
    return {table: tuple(wanted) for table, wanted in found.items()}


@dataclass(frozen=True)
class MeasureColumn:
    """A measure that is asked for: the catalogue's words for it (id, label), and what metadata know."""

    words: tuple[str, ...]
    group: MeasureGroup
    measure: Measure | None

    @property
    def key(self) -> tuple[str, str]:
        return self.group.id, self.measure.id if self.measure else "*"


@dataclass(frozen=True)
class DimensionColumn:
    """A dimension that is asked for, with the members wanted of it."""

    word: str
    dimension: Dimension
    hierarchy: Hierarchy
    members: tuple[MemberValue, ...]

    @property
    def total(self) -> str | None:
        return self.hierarchy.total.label if self.hierarchy.total else None


@dataclass(frozen=True)
class Call:
    """One call of ``/data``."""

    table: TableInfo
    areas: Hierarchy
    dimensions: tuple[DimensionColumn, ...]
    measures: tuple[MeasureColumn, ...]
    periods: Periods
    all_measures: bool

    @property
    def measure_query(self) -> dict[str, str]:
        if self.all_measures:
            return {"*": "*"}
        by_group: dict[str, list[str]] = {}
        for column in self.measures:
            by_group.setdefault(column.group.id, []).append(column.key[1])
        return {group: ",".join(ids) for group, ids in by_group.items()}

    @property
    def hierarchy_query(self) -> dict[str, str]:
        return {
            self.areas.id: "*",
            **{d.hierarchy.id: ",".join(value.id for value in d.members) for d in self.dimensions},
        }


def plan_queries(
    table: TableInfo,
    wanted: Sequence[Wanted],
    municipalities: Collection[str],
    settings: Settings,
    lacking: Lacks,
) -> tuple[Call, ...]:
    """The calls that bring everything that is wanted of a table.

    Terms with the same dimensions and the same kind of period share a call, and a call asks for all
    municipalities and the country at once. A call of more cells than the limit is split by period. A table that is not
    divided by municipality at all is a SourceError.

    Parameters
    ----------
    lacking
        Takes in what cannot be asked for: an id or label that the metadata do not have.
    """
    areas = table.areas(municipalities)
    groups: dict[tuple[Frequency, tuple[str, ...]], list[tuple[MeasureColumn, list[DimensionColumn]]]] = {}
    words: dict[tuple[str, str], dict[str, None]] = {}
    for item in wanted:
        frequency = item.indicator.frequency
        with lacking.noted(item):
            table.period_type(frequency)
            measure = MeasureColumn((item.term.measure,), *table.measure(item.term.measure))
            words.setdefault(measure.key, {})[item.term.measure] = None
            dimensions = [
                DimensionColumn(key, *table.members(key, labels))
                for key, labels in sorted(item.term.where.items())
            ]
            key = (frequency, tuple(d.word for d in dimensions))
            groups.setdefault(key, []).append((measure, dimensions))
    return tuple(
        call
        for (frequency, _), terms in groups.items()
        for call in _split(_joined(table, areas, frequency, terms, words, settings), settings)
    )


def _joined(
    table: TableInfo,
    areas: Hierarchy,
    frequency: Frequency,
    terms: list[tuple[MeasureColumn, list[DimensionColumn]]],
    words: dict[tuple[str, str], dict[str, None]],
    settings: Settings,
) -> Call:
    measures = {measure.key: replace(measure, words=tuple(words[measure.key])) for measure, _ in terms}
    dimensions: dict[str, DimensionColumn] = {}
    for dimension in itertools.chain.from_iterable(dimensions for _, dimensions in terms):
        known = dimensions.get(dimension.word)
        members = {value.id: value for value in (known.members if known else ()) + dimension.members}
        dimensions[dimension.word] = replace(dimension, members=tuple(members.values()))
    available = len(table.period_type(frequency).periods)
    wanted = settings.periods[frequency]
    return Call(
        table=table,
        areas=areas,
        dimensions=tuple(dimensions.values()),
        measures=tuple(measures.values()),
        # Metadata without period ids leave the number to the answer 422, which names it.
        periods=Periods(frequency, latest=min(wanted, available) if available else wanted),
        all_measures=settings.all_measures,
    )


def _split(call: Call, settings: Settings) -> list[Call]:
    measures = (
        sum(len(group.measures) or 1 for group in call.table.groups)
        if call.all_measures
        else len(call.measures)
    )
    members = prod(len(d.members) for d in call.dimensions)
    per_period = (len(call.areas.values) or USUAL_AREAS) * members * measures
    at_once = max(settings.cell_limit // per_period, 1)
    ids = call.table.period_type(call.periods.frequency).ids
    if len(call.periods) <= at_once or not ids:
        return [call]
    newest = ids[-len(call.periods) :]
    pieces = (newest[start : start + at_once] for start in range(0, len(newest), at_once))
    return [replace(call, periods=Periods(call.periods.frequency, ids=piece)) for piece in pieces]
