"""Whether values can be right, and whether they may replace those in force.

In: the values of an answer, what each measure may hold, and the values of the snapshots before. Out: values
by place, what differs, and what speaks against them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final, NamedTuple

from helpers.catalogue.models import Limits
from helpers.data.answers import AnswerCell, as_number, parse_parts
from helpers.data.csv_answers import AnswerNumber
from helpers.data.raw import AnswerColumn, Sidecar
from helpers.data.text import fold, short, tidy
from helpers.periods import Period

ACCEPTED_LOSS: Final = 0.1
"""An answer that lacks more than a tenth of the areas or values of the one before is not put in its place."""

ACCEPTED_SHIFT: Final = 0.1
"""A value that differs by more than a tenth from the one before has moved, unless the table always moves so."""

LEAST_COMPARED: Final = 10
"""Of fewer values nothing is said."""

ACCEPTED_JUMP: Final = 10
"""Ten times as much, or a tenth, from one period to the next in half of the areas is no development."""

FIRST_YEAR: Final = 1990

_ANY: Final = Limits(-1e12, 1e12)


class Place(NamedTuple):
    """Where a value stands."""

    measure: str
    """The catalogue's word for it."""
    members: str
    """``dimension=member`` joined by ``;``, folded and without totals."""
    area: str
    """Folded name."""
    period: str
    """Id, as :class:`~helpers.periods.Period` spells it: texts are compared a hundred thousand times."""


Values = Mapping[Place, AnswerNumber]


class Misfit(ValueError):
    """A cell holds something else than its column says."""


def values_of(
    columns: Sequence[AnswerColumn], rows: Iterable[Sequence[AnswerCell]]
) -> dict[Place, AnswerNumber]:
    """The numbers of an answer by place; a Misfit where a cell holds something else, or a place has two values."""
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
    values: dict[Place, AnswerNumber] = {}
    periods: dict[AnswerCell, str] = {}
    folded: dict[AnswerCell, str] = {}
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
                value = as_number(row[at])
            except ValueError:
                where_it_is = f'column "{short(tidy(column.label))}", {short(where)}, {short(when)}'
                raise Misfit(f'"{short(row[at])}" ({where_it_is}) where a number should be') from None
            place = Place(column.id, ";".join(members), folded[where], periods[when])
            if values.setdefault(place, value) != value:
                raise Misfit(f"two values for {column.id}, {short(where)}, {short(when)}")
    return values


def stored_values(content: bytes, sidecar: Sidecar) -> dict[Place, AnswerNumber]:
    """The numbers of a snapshot by place; a Misfit where it cannot be read this way."""
    try:
        by_label = {fold(column.label): column for column in sidecar.columns}
        values: dict[Place, AnswerNumber] = {}
        for answer in parse_parts(content):
            values |= values_of([by_label[fold(label)] for label in answer.columns], answer.rows)
    except (ValueError, KeyError, StopIteration) as error:
        raise Misfit(str(error)) from error
    return values


@dataclass(frozen=True)
class Difference:
    """What differs between a snapshot and the one before it."""

    changed: int = 0
    """Places with another value, or a value where there was none, or none where there was one."""
    # Places that only the newer, or only the older one speaks of. Periods that fell out of the window at its old end do
    # not count as vanished.
    new: int = 0
    vanished: int = 0


def changes_between(new: Values, old: Values, oldest: Period | None) -> Difference:
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

    Notes
    -----
    Rows without figures can be absent from a sound answer, so a first answer need only speak of the country here
    (and of half of the municipalities, see :data:`helpers.sources.keeping.LEAST_SPOKEN_OF`); after that, every
    answer is measured by the one before it.
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


def broken(
    values: Values, limits: Mapping[str | tuple[str, str], Limits], country: str, today: date
) -> Iterator[tuple[Place, AnswerNumber, str]]:
    """Every value that cannot be right, with why.

    Parameters
    ----------
    limits
        Measure, or measure and members, → what it may hold; of another only the order of size is looked at.
    country
        Folded name of the country, which no part of it can exceed in persons.
    """
    why_not: dict[str, str] = {}
    for place, value in values.items():
        if place.period not in why_not:
            period = Period.parse(place.period)
            if period.year < FIRST_YEAR:
                why_not[place.period] = f"a period before {FIRST_YEAR}"
            elif period.first_day > today:
                why_not[place.period] = f"a period after the day of fetching, {today} by this machine's clock"
            else:
                why_not[place.period] = ""
        why = why_not[place.period]
        if not why and value is not None:
            allowed = limits.get((place.measure, place.members)) or limits.get(place.measure, _ANY)
            why = allowed.against(value)
            if not why and allowed.part and place.area != country:
                whole = values.get(place._replace(area=country))
                if whole is not None and value > whole:
                    why = f"more than the {short(whole)} of the whole country"
        if why:
            yield place, value, why


def moved_far(
    new: Values, old: Values, usual: Callable[[], Mapping[tuple[str, str], float]]
) -> tuple[str, ...]:
    """Where more than half of the values of a measure moved more than they ever did; nothing when they did not.

    Parameters
    ----------
    usual
        Gives, for measure and members, how far values moved in the revisions before (:func:`shifts`).
    """
    found = []
    for (measure, members), places in _shared(new, old).items():
        far = [item for item in places if _shift(*item[1:]) > ACCEPTED_SHIFT]
        if len(far) * 2 > len(places) >= LEAST_COMPARED:
            tolerance = max(ACCEPTED_SHIFT, usual().get((measure, members), 0))
            far = [item for item in far if _shift(*item[1:]) > tolerance]
            if len(far) * 2 > len(places):
                place, before, now = max(far, key=lambda item: _shift(*item[1:]))
                name = f"{measure} ({members})" if members else measure
                found.append(
                    f"{len(far):,} of {len(places):,} values of {name} moved by more than {tolerance:.0%}, as "
                    f"{place.area} {place.period} from {short(before)} to {short(now)}"
                )
    return tuple(found)


def shifts(new: Values, old: Values) -> dict[tuple[str, str], float]:
    """Measure and members → half of the values that were revised moved at least so far, as a part of 1."""
    found = {}
    for key, places in _shared(new, old).items():
        changed = [_shift(before, now) for _, before, now in places if before != now]
        if changed:
            found[key] = median(changed)
    return found


def jumps(new: Values, old: Values, breaks: Collection[Period] = ()) -> tuple[str, ...]:
    """Where a period that has come is nothing like the one before it; nothing when there is none such."""
    by_measure: dict[tuple[str, str], dict[Period, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    periods = {period.id: period for period in periods_of(new)}
    for place, value in new.items():
        if value is not None:
            by_measure[place.measure, place.members][periods[place.period]][place.area] = value
    known = {place.period for place in old}
    found = []
    for (measure, members), values in by_measure.items():
        ordered = sorted(values)
        came = [p for p in ordered[1:] if p.id not in known][-3:] if known else ordered[-1:]
        for period in (p for p in came if p not in breaks):
            before = values.get(period.shift(-1), {})
            areas = before.keys() & values[period].keys()
            if len(areas) < LEAST_COMPARED / 2:
                continue
            was, now = (median(abs(of[area]) for area in areas) for of in (before, values[period]))
            if was and not was / ACCEPTED_JUMP < now < was * ACCEPTED_JUMP:
                name = f"{measure} ({members})" if members else measure
                found.append(f"{period} of {name} is nothing like the period before ({now:g} after {was:g})")
    if not old and len(new) >= LEAST_COMPARED and {v for v in new.values() if v is not None} == {0}:
        found.append("every value is 0")
    return tuple(found)


def _shared(new: Values, old: Values) -> dict[tuple[str, str], list[tuple[Place, float, float]]]:
    found: dict[tuple[str, str], list[tuple[Place, float, float]]] = {}
    for place, now in new.items():
        before = old.get(place)
        if before is not None and now is not None:
            found.setdefault((place.measure, place.members), []).append((place, before, now))
    return found


def _shift(before: float, now: float) -> float:
    return abs(now - before) / max(abs(now), abs(before)) if now != before else 0.0


def newest_with_value(values: Values) -> Period | None:
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
            told[place.period] = oldest is None or ends >= oldest.end
        if told[place.period]:
            yield place


def _period(cell: AnswerCell) -> Period:
    try:
        return Period.parse(str(cell))
    except ValueError:
        raise Misfit(f'"{short(cell)}" where a period should be') from None


def _label(cell: AnswerCell, what: str) -> str:
    if not isinstance(cell, str):
        raise Misfit(f'"{short(cell)}" where {what} should be')
    return fold(cell)
