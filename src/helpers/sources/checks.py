"""Whether an answer is the one to what was asked, and whether it may replace the one in force.

In: a call and its answer, or the values of two snapshots. Out: what each column is, values by place, and
what differs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from helpers.data.raw import AnswerColumn, Sidecar
from helpers.data.text import fold, tidy
from helpers.periods import Period
from helpers.sources.answers import Answer, Cell, number
from helpers.sources.faults import Fault, JobindsatsError
from helpers.sources.metadata import labels_of
from helpers.sources.queries import Call, DimensionColumn, MeasureColumn

ACCEPTED_LOSS: Final = 0.1
"""An answer that lacks more than a tenth of the areas or values of the one before is not put in its place."""

_PERIOD_LABELS: Final = frozenset({fold("Periode"), fold("Period")})
_AREA_LABELS: Final = frozenset({fold("Område"), fold("Area")})


class Place(NamedTuple):
    """Where a value stands.

    Attributes
    ----------
    measure
        The catalogue's word for it.
    members
        ``dimension=member`` joined by ``;``, folded and without totals.
    area
        Folded name.
    period
        Id, as :class:`~helpers.periods.Period` spells it: texts are compared a hundred thousand times.
    """

    measure: str
    members: str
    area: str
    period: str


Values = Mapping[Place, int | float | None]


class Misfit(ValueError):
    """A cell holds something else than its column says."""


def columns_of(call: Call, answer: Answer) -> tuple[AnswerColumn, ...]:
    """What each column of an answer is.

    Columns are found by their labels, which metadata know; a dimension whose label is another one is found by
    the members that its column holds. No label is matched by a part of it.

    Raises
    ------
    JobindsatsError
        When a column is missing, was not asked for, or cannot be told from another.
    """
    return _Columns(call, answer).found()


def values_of(
    columns: Sequence[AnswerColumn], rows: Iterable[Sequence[Cell]]
) -> dict[Place, int | float | None]:
    """The numbers of an answer by place.

    Raises
    ------
    Misfit
        When a period, an area or a number is none, or a place has two values.
    """
    period, area = (
        next(at for at, column in enumerate(columns) if column.role == role) for role in ("period", "area")
    )
    # In the order of their ids, so that two answers compare whatever the order of their columns.
    dimensions = sorted(
        (column.id, at, fold(column.total) if column.total else None)
        for at, column in enumerate(columns)
        if column.role == "dimension"
    )
    measures = [(at, column) for at, column in enumerate(columns) if column.role == "measure"]
    values: dict[Place, int | float | None] = {}
    periods: dict[Cell, str] = {}
    folded: dict[Cell, str] = {}
    for row in rows:
        when, where = row[period], row[area]
        if when not in periods:
            periods[when] = _period(when).id
        if where not in folded:
            folded[where] = _label(where, "the name of an area")
        members = []
        for dimension, at, total in dimensions:
            if row[at] not in folded:
                folded[row[at]] = _label(row[at], f"a member of {dimension}")
            if folded[row[at]] != total:
                members.append(f"{dimension}={folded[row[at]]}")
        for at, column in measures:
            try:
                value = number(row[at])
            except ValueError:
                where_it_is = f'column "{tidy(column.label)}", {where}, {when}'
                raise Misfit(f'"{row[at]}" ({where_it_is}) where a number should be') from None
            place = Place(column.id, ";".join(members), folded[where], periods[when])
            if values.setdefault(place, value) != value:
                raise Misfit(f"two values for {column.id}, {where}, {when}")
    return values


def stored_values(content: bytes, sidecar: Sidecar) -> dict[Place, int | float | None]:
    """The numbers of a snapshot by place.

    Raises
    ------
    Misfit
        When the snapshot cannot be read this way.
    """
    try:
        found = json.loads(content.decode("utf-8-sig"))
        by_label = {fold(column.label): column for column in sidecar.columns}
        values: dict[Place, int | float | None] = {}
        for answer in found.get("answers", [found]):
            values |= values_of([by_label[fold(label)] for label in answer["columns"]], answer["rows"])
    except (ValueError, KeyError, StopIteration, AttributeError, TypeError) as error:
        raise Misfit(str(error)) from error
    return values


@dataclass(frozen=True)
class Difference:
    """What differs between a snapshot and the one before it.

    Attributes
    ----------
    changed
        Places with another value, or a value where there was none, or none where there was one.
    new, vanished
        Places that only the newer, or only the older one speaks of. Periods that fell out of the window at
        its old end do not count as vanished.
    """

    changed: int = 0
    new: int = 0
    vanished: int = 0


def difference(new: Values, old: Values, oldest: Period | None) -> Difference:
    """Compare two snapshots of a table.

    Parameters
    ----------
    oldest
        The oldest period that was asked for.
    """
    return Difference(
        changed=sum(place in old and old[place] != value for place, value in new.items()),
        new=sum(place not in old for place in new),
        vanished=sum(place not in new for place in _places_asked_for(old, oldest)),
    )


def doubts(new: Values, old: Values, country: str, oldest: Period | None) -> tuple[str, ...]:
    """Why an answer may not replace the one in force; nothing when it may.

    Parameters
    ----------
    new, old
        `old` is empty when there is none yet.
    country
        Folded name of the country.
    oldest
        The oldest period that was asked for.

    Notes
    -----
    Rows without figures can be absent from a sound answer, so a first answer need only speak of the country;
    after that, every answer is measured by the one before it.
    """
    if not new:
        return ("it holds no values",)
    found = []
    if not any(place.area == country for place in new):
        found.append("the country is missing")
    asked = {(place.measure, place.members) for place in new}
    comparable = {
        place: old[place]
        for place in _places_asked_for(old, oldest)
        if (place.measure, place.members) in asked
    }
    if not comparable:
        return tuple(found)
    periods_before, periods_after = periods_of(comparable), periods_of(new)
    for frequency in {period.frequency for period in periods_before}:
        before, after = (
            max((period for period in periods if period.frequency is frequency), default=None)
            for periods in (periods_before, periods_after)
        )
        if before is not None and (after is None or after < before):
            found.append(f"it ends at {after or 'no period'}, and the one before reached {before}")
    areas_before, areas_after = ({place.area for place in places} for places in (comparable, new))
    lost = len(areas_before - areas_after)
    if lost > ACCEPTED_LOSS * len(areas_before):
        found.append(f"{lost} of {len(areas_before)} areas are missing")
    told = [place for place, value in comparable.items() if value is not None]
    silent = sum(new.get(place) is None for place in told)
    if silent > ACCEPTED_LOSS * len(told):
        found.append(f"{silent:,} of {len(told):,} values of the one before are gone")
    return tuple(found)


def newest_period(values: Values) -> Period | None:
    """The newest period that has a value; of several kinds of period, the finest."""
    found = periods_of(place for place, value in values.items() if value is not None)
    return max(found, key=lambda period: (period.frequency.per_year, period.ordinal), default=None)


def periods_of(places: Iterable[Place]) -> tuple[Period, ...]:
    """The periods of some places, each once."""
    return tuple(Period.parse(period) for period in {place.period for place in places})


def _places_asked_for(places: Iterable[Place], oldest: Period | None) -> Iterator[Place]:
    """Places that are not older than what was asked for."""
    told: dict[str, bool] = {}
    for place in places:
        if place.period not in told:
            ends = Period.parse(place.period).last_month.ordinal
            told[place.period] = oldest is None or ends >= oldest.last_month.ordinal
        if told[place.period]:
            yield place


def _period(cell: Cell) -> Period:
    try:
        return Period.parse(str(cell))
    except ValueError:
        raise Misfit(f'"{cell}" where a period should be') from None


def _label(cell: Cell, what: str) -> str:
    if not isinstance(cell, str):
        raise Misfit(f'"{cell}" where {what} should be')
    return fold(cell)


class _Columns:
    """Finds the columns of one answer; what is found is taken off the list of what is left."""

    def __init__(self, call: Call, answer: Answer) -> None:
        self.call, self.answer = call, answer
        self.left = {at: fold(label) for at, label in enumerate(answer.columns)}

    def found(self) -> tuple[AnswerColumn, ...]:
        columns: dict[int, tuple[str, str, str | None]] = {}
        columns[self._take(_PERIOD_LABELS, "period")] = ("period", "period", None)
        columns[self._take(self._area_labels(), "area")] = ("area", "area", None)
        for dimension in self.call.dimensions:
            columns[self._dimension(dimension)] = ("dimension", dimension.word, dimension.total)
        for measure in self.call.measures:
            columns[self._measure(measure)] = ("measure", measure.word, None)
        if self.left and not self.call.all_measures:
            raise self._wrong(f"columns that were not asked for: {self._shown(self.left)}")
        # When all measures had to be asked for, those that nobody wants are called by their labels.
        for at in self.left:
            columns[at] = ("measure", tidy(self.answer.columns[at]), None)
        return tuple(
            AnswerColumn.model_validate({"role": role, "id": word, "label": label, "total": total})
            for label, (role, word, total) in zip(
                self.answer.columns, (columns[at] for at in sorted(columns)), strict=True
            )
        )

    def _area_labels(self) -> set[str]:
        areas = self.call.areas
        dimension = next((d.label for d in self.call.table.dimensions if areas in d.hierarchies), "")
        return {*_AREA_LABELS, fold(areas.label), fold(dimension)} - {""}

    def _take(self, labels: Collection[str], what: str) -> int:
        for at, label in self.left.items():
            if label in labels:
                del self.left[at]
                return at
        raise self._wrong(f"no column with the {what}; its columns are {self._shown()}")

    def _dimension(self, wanted: DimensionColumn) -> int:
        members = {fold(value.label) for value in wanted.hierarchy.values}
        labels = {fold(wanted.dimension.label), fold(wanted.hierarchy.label)}
        # By its label, and where that is another one, by what the column holds.
        for at in sorted(self.left, key=lambda at: self.left[at] not in labels):
            held = {row[at] for row in self.answer.rows}
            fits = all(isinstance(cell, str) and fold(cell) in members for cell in held)
            if fits and (held or self.left[at] in labels):
                del self.left[at]
                return at
        raise self._wrong(f"no column with the members of {wanted.word} ({wanted.dimension.label})")

    def _measure(self, wanted: MeasureColumn) -> int:
        # The fullest label first: "6 m" alone may stand for several measures.
        for label in sorted(labels_of(wanted.group, wanted.measure), key=len, reverse=True):
            places = [at for at, left in self.left.items() if left == label]
            if len(places) == 1:
                del self.left[places[0]]
                return places[0]
        label = tidy((wanted.measure or wanted.group).label)
        raise self._wrong(
            f'no column that is surely "{label}" ({wanted.word}); its columns are {self._shown()}'
        )

    def _shown(self, places: Iterable[int] | None = None) -> str:
        labels = self.answer.columns if places is None else [self.answer.columns[at] for at in places]
        return ", ".join(f'"{tidy(label)}"' for label in labels) or "none"

    def _wrong(self, what: str) -> JobindsatsError:
        return misfit(self.call, self.answer, what)


def misfit(call: Call, answer: Answer, what: str) -> JobindsatsError:
    """The error for an answer that has something else than what was asked for."""
    query = {name: value for name, value in answer.query.items() if name != "path"}
    return JobindsatsError(
        f"{call.table.id}: the answer does not fit what was asked: it has {what}.",
        fault=Fault.CONTENT,
        asked=f"data/{call.table.id}, " + "&".join(f"{name}={value}" for name, value in query.items()),
        do="`plan fetch --force` reads the metadata again; if it stays so, "
        f"`plan find {call.table.id}` shows what the table has now",
    )
