"""What Jobindsats says of its tables: typed, in both shapes it sends, with look-ups that never guess.

In: answers of ``/tables`` and ``/table/<id>``. Out: frozen models; ids and labels are found by
their whole text only (blanks and case do not count), and an error lists what there is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from helpers.data.answers import AnswerError, load_json
from helpers.data.text import fold, shortened, tidy
from helpers.errors import PlanError
from helpers.periods import Frequency, Period
from helpers.sources.faults import Fault, SourceError

AREA_DIMENSION = "_omrade"
MUNICIPALITIES = "_nykom"
"""Hierarchy of the country, its 98 municipalities and "Uoplyst område"."""

TOTAL = "/"
"""Value id of a hierarchy's total."""

_NEARLY_ALL = 0.9
"""A hierarchy that names nine of ten municipalities is the one of municipalities, whatever its id."""


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: Any) -> Any:
    # "2026-07-26", with or without a time behind it; anything else is as good as not told.
    match = re.match(r"\d{4}-\d{2}-\d{2}", value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None


def _list(value: Any) -> Any:
    return value if value is not None else ()


Id = Annotated[str, BeforeValidator(_text)]
Day = Annotated[date | None, BeforeValidator(_day)]
Item = TypeVar("Item")
Many = Annotated[tuple[Item, ...], BeforeValidator(_list)]


class _Model(BaseModel):
    # The API may add keys; what is not known here is left alone.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Measure(_Model):
    """One column of numbers."""

    id: Id = Field(alias="measure_id")
    label: str = Field(alias="measure_name", default="")


class MeasureGroup(_Model):
    """Measures that belong together; most groups have one."""

    id: Id = Field(alias="mgroup_id")
    label: str = Field(alias="mgroup_name", default="")
    measures: Many[Measure] = ()


class MemberValue(_Model):
    """One member of a hierarchy."""

    id: Id = Field(alias="value_id")
    label: str = Field(alias="value_name", default="")


class Level(_Model):
    id: Id = Field(alias="level_id", default="")
    label: str = Field(alias="level_name", default="")
    values: Many[MemberValue] = ()


class Hierarchy(_Model):
    """One way of dividing a dimension; the area has several (municipalities, regions …)."""

    id: Id = Field(alias="hierarchy_id")
    label: str = Field(alias="hierarchy_name", default="")
    levels: Many[Level] = ()

    @property
    def values(self) -> tuple[MemberValue, ...]:
        """Members of all levels, each once, the total among them."""
        return tuple({value.id: value for level in self.levels for value in level.values}.values())

    @property
    def total(self) -> MemberValue | None:
        return next((value for value in self.values if value.id == TOTAL), None)


class Dimension(_Model):
    """What a table can be broken down by."""

    id: Id = Field(alias="dimension_id")
    label: str = Field(alias="dimension_name", default="")
    hierarchies: Many[Hierarchy] = ()


class PeriodValue(_Model):
    id: Id = Field(alias="period_id")


class PeriodType(_Model):
    """One kind of period that a table has, in either shape: a list of ids, or the first and the last."""

    code: Id = Field(alias="periodtype_id")
    first: Id | None = Field(alias="period_first", default=None)
    last: Id | None = Field(alias="period_last", default=None)
    values: Many[PeriodValue] = ()

    @property
    def periods(self) -> tuple[Period, ...]:
        """All periods, oldest first. From a first and a last they are counted, gaps not being known."""
        return tuple(sorted(self._spelled))

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids as the table spells them, oldest first."""
        return tuple(self._spelled[period] for period in self.periods)

    @functools.cached_property
    def _spelled(self) -> dict[Period, str]:
        listed = {period: value.id for value in self.values if (period := _period(value.id)) is not None}
        first, last = (_period(text) if text else None for text in (self.first, self.last))
        if listed or not first or not last or first.frequency is not last.frequency:
            return listed
        counted = (first.shift(step) for step in range(last.ordinal - first.ordinal + 1))
        return {period: period.id for period in counted}

    @property
    def newest(self) -> Period | None:
        return max(self._spelled, default=None)


def _period(text: str) -> Period | None:
    try:
        return Period.parse(text)
    except ValueError:
        return None  # kinds of period this project does not use, such as MYTD


def _period_types(value: Any) -> Any:
    # An object with "periodtypes" in the list of tables, a plain list in a table's own metadata.
    return value.get("periodtypes") or () if isinstance(value, dict) else _list(value)


class TableInfo(_Model):
    """One table as Jobindsats describes it.

    The list of tables leaves out members and period ids; a table's own metadata have them.
    """

    id: Annotated[str, BeforeValidator(lambda value: str(value).lower())] = Field(alias="table_id")
    title: str = Field(alias="table_name", default="")
    subject: str = Field(alias="subject_name", default="")
    update_latest: Day = None
    update_next: Day = None
    groups: Many[MeasureGroup] = Field(alias="mgroups", default=())
    period_types: Annotated[tuple[PeriodType, ...], BeforeValidator(_period_types)] = Field(
        alias="periods", default=()
    )
    dimensions: Many[Dimension] = ()

    def period_type(self, frequency: Frequency) -> PeriodType:
        """The table's periods of one kind; an error names the kinds it has."""
        for found in self.period_types:
            if found.code == frequency.code:
                return found
        raise PlanError.of(
            self.id,
            f'The table has no periods of type "{frequency.code}" ({frequency.value}). '
            f"It has: {shortened(p.code for p in self.period_types)}.",
            "Set the indicator's frequency in the catalogue to one of these.",
        )

    def measure(self, word: str) -> tuple[MeasureGroup, Measure | None]:
        """The measure that the catalogue calls `word`: a group id, a measure id, or a label.

        Parameters
        ----------
        word
            ``mgrpa02_1``; some tables add their subject to it (``mgrpa02_1_y28``), which counts as the same.
            A label is the measure's, its group's when that holds one measure, or both (``Group: measure``).

        Returns
        -------
        tuple
            The group, and the measure, or None where the metadata list none inside the group.

        Raises
        ------
        PlanError
            When there is none, or more than one; lists what there is.
        """
        # "y28a02" → "y28", "ptv_a02" → "ptv"
        subject = re.match(r"[a-z]+\d{0,2}", self.id)
        ids = {word, f"{word}_{subject[0]}"} if subject else {word}
        steps: tuple[Callable[[MeasureGroup, Measure | None], bool], ...] = (
            lambda group, measure: group.id in ids,
            lambda group, measure: measure is not None and measure.id == word,
            lambda group, measure: fold(word) in labels_of(group, measure),
        )
        every = [(group, measure) for group in self.groups for measure in (group.measures or (None,))]
        for fits in steps:
            found = [pair for pair in every if fits(*pair)]
            if len(found) == 1:
                return found[0]
            if found:
                raise PlanError.of(
                    self.id,
                    f'"{word}" stands for {len(found)} measures: {shortened(_named(*p) for p in found)}.',
                    "Name one of them by its id in the catalogue.",
                )
        raise PlanError.of(
            self.id,
            f'The table has no measure "{word}". It has: {shortened((_named(*pair) for pair in every), 40)}.',
            "Set the measure in the catalogue to one of these ids or labels.",
        )

    def members(
        self, key: str, labels: Iterable[str]
    ) -> tuple[Dimension, Hierarchy, tuple[MemberValue, ...]]:
        """The members called `labels` in the dimension (or hierarchy) called `key`; an error lists what there is."""
        inside = [
            (dimension, hierarchy)
            for dimension in self.dimensions
            for hierarchy in dimension.hierarchies
            if key in (dimension.id, hierarchy.id)
        ]
        if not inside:
            raise PlanError.of(
                self.id,
                f'The table has no dimension "{key}". It has: '
                f"{shortened(f'{d.id} ({d.label})' if d.label else d.id for d in self.dimensions)}.",
                "Set the dimension in the catalogue to one of these.",
            )
        # The hierarchy of the dimension's own id comes first; any other must hold every member asked for.
        inside.sort(key=lambda pair: pair[1].id != key)
        wanted = [fold(label) for label in labels]
        for dimension, hierarchy in inside:
            by_label = {fold(value.label): value for value in reversed(hierarchy.values)}
            if all(label in by_label for label in wanted):
                return dimension, hierarchy, tuple(by_label[label] for label in wanted)
        known = [value.label for _, hierarchy in inside for value in hierarchy.values]
        folded = {fold(label) for label in known}
        missing = [label for label in labels if fold(label) not in folded] or list(labels)
        quoted = shortened(f'"{label}"' for label in missing)
        raise PlanError.of(
            self.id,
            f"Dimension {key} has no {quoted}. It has: {shortened(dict.fromkeys(known), 40)}.",
            "Set the member in the catalogue to one of these labels.",
        )

    def areas(self, municipalities: Collection[str]) -> Hierarchy:
        """The hierarchy of municipalities; an error names the areas that the table is divided in instead."""
        dimension = next((d for d in self.dimensions if d.id == AREA_DIMENSION), None)
        hierarchies = dimension.hierarchies if dimension else ()
        folded = {fold(name) for name in municipalities}

        def covers(hierarchy: Hierarchy) -> bool:
            if not hierarchy.values:  # told without members: its id is all there is to go by
                return hierarchy.id == MUNICIPALITIES
            found = folded & {fold(value.label) for value in hierarchy.values}
            return len(found) >= _NEARLY_ALL * len(folded)

        fitting = [h for h in hierarchies if covers(h)]
        if fitting:
            return min(fitting, key=lambda hierarchy: hierarchy.id != MUNICIPALITIES)
        others = shortened(f"{h.label} ({h.id})" if h.label else h.id for h in hierarchies)
        raise SourceError(
            f"{self.id}: The table has no figures for municipalities. Its areas are: {others}.",
            fault=Fault.AREAS,
            do="Goals for one municipality cannot be read from it; type the figures in, or look for another "
            "table with `plan find`.",
        )


class _TableGroup(_Model):
    tables: Many[TableInfo] = ()


class _SubjectWithTables(_Model):
    name: str = Field(alias="subject_name", default="")
    table_groups: Many[_TableGroup] = ()


def labels_of(group: MeasureGroup, measure: Measure | None) -> tuple[str, ...]:
    """Labels (folded) under which a measure may stand over a column.

    Its own; with its group's in front, as several tables have it; the group's when that holds one measure.
    """
    if measure is None:
        return (fold(group.label),)
    alone = (fold(group.label),) if len(group.measures) == 1 else ()
    return (fold(measure.label), fold(f"{group.label}: {measure.label}"), *alone)


def parse_tables(content: bytes) -> tuple[TableInfo, ...]:
    """Every table in the answer of ``/tables``, once, in the order told; an AnswerError when it is no such list."""
    found = load_json(content)
    if not isinstance(found, list):
        raise AnswerError("The list of tables is no list.")
    tables: dict[str, TableInfo] = {}
    for subject in (_validated(_SubjectWithTables, entry) for entry in found):
        for group in subject.table_groups:
            for table in group.tables:
                named = table if table.subject else table.model_copy(update={"subject": subject.name})
                tables.setdefault(table.id, named)
    if not tables:
        raise AnswerError("The list of tables is empty.")
    return tuple(tables.values())


def parse_table(content: bytes) -> TableInfo:
    """The answer of ``/table/<id>``; an AnswerError when it is no metadata of a table."""
    return _validated(TableInfo, load_json(content))


Parsed = TypeVar("Parsed", bound=BaseModel)


def _validated(model: type[Parsed], found: Any) -> Parsed:
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the answer"
        raise AnswerError(f"The metadata have a shape that is not known: {place}: {first['msg']}.") from None


def _named(group: MeasureGroup, measure: Measure | None) -> str:
    if measure is None or len(group.measures) == 1:
        return f'{group.id} "{tidy((measure or group).label)}"'
    return f'{group.id}/{measure.id} "{tidy(measure.label)}"'
