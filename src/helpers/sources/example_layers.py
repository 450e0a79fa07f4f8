"""Example figures of one frequency: imagined counts and rates, moved to where documents printed a value.

In: what the catalogue asks for, and the printed values. Out: whole counts and published rates for every
municipality, and rates for the country, in which each printed value comes out exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Final

import numpy as np

from helpers.catalogue.models import (
    NATIONAL,
    FromHand,
    FromMeasure,
    FromShare,
    FromSum,
    FromUnknown,
    Indicator,
    Term,
    Unit,
)
from helpers.data.observations import share_steps
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.sources.example_world import LABOUR_FORCE_SHARE, OUTSIDE_BENEFITS, ExampleCell, World, parts_of

SMALLEST_SHOWN: Final = 3
"""Jobindsats shows no count below this."""

TOPS: Final = {Unit.PERCENT: 100.0, Unit.RATIO: 1.0, Unit.WEEKS: 52.0}
"""Units of rates, and the largest value each can have; other units are counts."""

_NEXT_COUNT: Final = 0.6
_LARGEST_FACTOR: Final = 4.0

_REACH: Final = 200
"""How far a base is moved to find whole numbers that give the printed share."""


@dataclass(frozen=True, order=True)
class Pin:
    """A value that comes out exactly: an observation as a document printed it."""

    indicator: str
    series: str
    area: str
    period: Period
    value: Decimal


@dataclass(frozen=True)
class Rate:
    """How a rate is made: between 0 and `top`, with so many decimals."""

    top: float
    decimals: int


class Layer:
    """All cells of one frequency, by municipality (rows) and period (columns); an error if not all pins can come out.

    Parameters
    ----------
    last
        Newest period of any table.
    asked
        The cells that are asked for: how a rate is made, or none for a count.

    Attributes
    ----------
    counts
        True counts, suppressed ones too.
    rates
        Municipalities' rates and, in the last row, the country's, as they will be published.
    """

    def __init__(
        self,
        indicators: Mapping[str, Indicator],
        areas: Sequence[str],
        last: Period,
        asked: Mapping[ExampleCell, Rate | None],
        pins: Sequence[Pin],
    ) -> None:
        self.indicators = indicators
        self.areas = tuple(areas)
        self.pins = tuple(pins)
        self.world = World(areas, last)
        self.counts: dict[ExampleCell, np.ndarray] = {}
        self.rates: dict[ExampleCell, np.ndarray] = {}
        self._levelled: set[tuple[ExampleCell, bool]] = set()
        self._fixed: set[tuple[ExampleCell, str, Period]] = set()
        self._imagine(asked)

    def _imagine(self, asked: Mapping[ExampleCell, Rate | None]) -> None:
        for cell, rate in asked.items():
            if rate is None:
                self.counts[cell] = _round(self.world.count(cell))
            elif cell.kind != "other":
                self.counts.setdefault(cell.counted, _round(self.world.count(cell.counted)))
        plain = {cell: rate for cell, rate in asked.items() if rate is not None and cell.kind == "other"}
        for cell, rate in plain.items():
            self.rates[cell] = self._plain_rate(cell, rate)
        self._pin_rates(plain)
        self._pair_hidden_counts()
        # Municipalities first: what is fixed for the country then leaves them as they are. And shares of few
        # counts before those of many, which have more counts left to be moved.
        for pin in sorted(self.pins, key=lambda pin: (pin.area == NATIONAL, len(self._cells(pin)))):
            self._pin_count(pin)
        self._add_up()
        self._fit_shares()
        for cell, rate in asked.items():
            if rate is not None and cell not in plain:
                above, below = self.counts[cell.counted], self._base(cell)
                self.rates[cell] = _share(above, below, rate.decimals)

    def _cells(self, pin: Pin) -> list[ExampleCell]:
        return cells_of(origin_of(self.indicators[pin.indicator], pin.series).terms)

    def _plain_rate(self, cell: ExampleCell, rate: Rate) -> np.ndarray:
        world = self.world
        values = world.rate(cell, world.level(cell, rate.top), rate.top)
        people = world.rate_base(cell)
        country = (values * people).sum(axis=0) / people.sum(axis=0)
        return np.round(np.vstack([values, country]), rate.decimals)

    def _base(self, cell: ExampleCell) -> np.ndarray:
        if cell.kind == "of_population":
            return self.world.population.astype(np.int64)
        if cell.kind == "of_labour_force":
            return _round(self.world.population * LABOUR_FORCE_SHARE)
        persons = ExampleCell(f"{cell.family}a02", "mgrpa02_1", cell.members)
        return self.counts.get(persons, _round(self.world.count(persons)))

    # --------------------------------------------------------------- parts and wholes

    def _add_up(self) -> None:
        """Totals are made from their parts, and the people of working age from benefits and registers."""
        for total in [cell for cell in self.counts if parts_of(cell)]:
            parts = [
                self.counts.get(cell, _round(self.world.count(ExampleCell(cell.table, cell.measure))))
                for cell in parts_of(total)
            ]
            self.counts[total] = np.sum(parts, axis=0)
            registers = [ExampleCell(name, "count") for name in OUTSIDE_BENEFITS]
            if all(cell in self.counts for cell in registers):
                rest = np.maximum(self.world.population.astype(np.int64) - self.counts[total], 0)
                now = np.sum([self.counts[cell] for cell in registers], axis=0)
                for cell in registers[:-1]:
                    self.counts[cell] = _round(rest * (self.counts[cell] / now))
                self.counts[registers[-1]] = rest - np.sum([self.counts[c] for c in registers[:-1]], axis=0)

    def _fit_shares(self) -> None:
        """Where an indicator without a known table has a count and a share of it: make them of one whole base.

        The share is computed from the count. A printed share stays, and its count moves to where a whole base gives it.
        """
        for indicator in self.indicators.values():
            origin = origin_of(indicator, indicator.headline)
            shares = [] if isinstance(origin, FromShare) else cells_of(origin.terms)
            counts = [
                cell for name in indicator.series if (cell := ExampleCell(indicator.key, name)) in self.counts
            ]
            if (
                indicator.unit is not Unit.PERCENT
                or not counts
                or not all(cell in self.rates for cell in shares)
            ):
                continue
            count, decimals = self.counts[counts[0]], indicator.decimals
            kept, fixed = (self._printed(indicator, name) for name in (indicator.headline, counts[0].measure))
            for (area, place), value in kept.items():
                if area != NATIONAL and (area, place) not in fixed:
                    row = self.areas.index(area)
                    count[row, place] = _nearest_part(int(count[row, place]), value, decimals)
            drawn = np.sum([self.rates[cell] for cell in shares], axis=0)
            people = np.maximum(_round(self.world.rate_base(shares[0])), 1)
            base = np.where(drawn[:-1] > 0, _round(100 * count / np.maximum(drawn[:-1], 0.01)), people)
            base = np.maximum(base, np.maximum(count, 1))
            found = _share(count, base, decimals)
            for (area, place), value in kept.items():
                found[self._row(area), place] = float(value)
            left = found
            for cell in shares[:-1]:
                part = np.round(found * (self.rates[cell] / np.maximum(drawn, 0.01)), decimals)
                self.rates[cell] = np.minimum(part, left)
                left = np.round(left - self.rates[cell], decimals)
            self.rates[shares[-1]] = left

    def _printed(self, indicator: Indicator, series: str) -> dict[tuple[str, int], Decimal]:
        """Area and column → what is printed of a series there."""
        own = [pin for pin in self.pins if (pin.indicator, pin.series) == (indicator.key, series)]
        return {(pin.area, self.world.place(pin.period)): pin.value for pin in own}

    # --------------------------------------------------------------- pinning counts

    def _pin_count(self, pin: Pin) -> None:
        """Bring counts to where a printed share or count comes out; rates are pinned later."""
        indicator = self.indicators[pin.indicator]
        origin = origin_of(indicator, pin.series)
        decimals = indicator.decimals_of(pin.series)
        if isinstance(origin, FromShare):
            below = cells_of(origin.base)
            self._fix_share(pin, cells_of(origin.share_of), below, decimals)
            self._fixed.update((cell, pin.area, pin.period) for cell in below)
            return
        cells = self._cells(pin)
        if all(cell in self.counts for cell in cells):
            self._fix_total(pin, cells, int(pin.value))
        elif len(cells) == 1 and cells[0].kind != "other":
            base = self._base(cells[0])[self._rows(pin.area), self.world.place(pin.period)].sum()
            self._fix_share(pin, [cells[0].counted], [], decimals, int(base))

    def _fix_share(
        self,
        pin: Pin,
        above: Sequence[ExampleCell],
        below: Sequence[ExampleCell],
        decimals: int,
        people: int = 0,
    ) -> None:
        """Find whole numbers that give the printed share: first above the line, then below it as well.

        `people` is a base that cannot be changed, beside the cells `below`; cells may be both above and below.
        """
        others = [cell for cell in below if cell not in above]
        shared = len(others) < len(below)
        rest = people + self._total(pin, others)
        wanted = pin.value / 100
        ideal = wanted * rest / (1 - wanted) if shared else wanted * rest
        self._level(pin, above, float(ideal))
        free = [cell for cell in others if (cell, pin.area, pin.period) not in self._fixed]
        for change in sorted(range(-_REACH, _REACH + 1), key=abs) if free else [0]:
            base = rest + change
            ideal = wanted * base / (1 - wanted) if shared else wanted * base
            nearest = int(ideal.to_integral_value(ROUND_HALF_UP))
            if base <= 0 or nearest < SMALLEST_SHOWN * len(above):
                continue
            if share_steps(nearest, base + nearest * shared, decimals) == pin.value.scaleb(decimals):
                if change:
                    self._fix_total(pin, others, base - people)
                self._fix_total(pin, above, nearest)
                return
        raise _contradiction(pin, f"no whole number out of {rest} gives {pin.value}")

    def _total(self, pin: Pin, cells: Sequence[ExampleCell]) -> int:
        rows, place = self._rows(pin.area), self.world.place(pin.period)
        return sum(int(self.counts[cell][rows, place].sum()) for cell in cells)

    def _level(self, pin: Pin, cells: Sequence[ExampleCell], wanted: float) -> None:
        """Raise or lower whole series, so that the printed value is no jump; each series once."""
        country = pin.area == NATIONAL
        printed = {p.area for p in self.pins if p.indicator == pin.indicator} if country else set()
        rows = np.array([row for row in self._rows(pin.area) if self.areas[row] not in printed])
        place = self.world.place(pin.period)
        moving = [cell for cell in cells if (cell, country) not in self._levelled]
        now = sum(int(self.counts[cell][rows, place].sum()) for cell in moving)
        staying = self._total(pin, cells) - now
        factor = float(np.clip((wanted - staying) / max(now, 1), 1 / _LARGEST_FACTOR, _LARGEST_FACTOR))
        for cell in moving:
            self._levelled.add((cell, country))
            self.counts[cell][rows] = _round(self.counts[cell][rows] * factor)

    def _fix_total(self, pin: Pin, cells: Sequence[ExampleCell], wanted: int) -> None:
        """Make the cells of the area and period add up to `wanted`, none of them suppressed for it."""
        place = self.world.place(pin.period)
        rows = self._rows(pin.area)
        free = [cell for cell in cells if (cell, pin.area, pin.period) not in self._fixed]
        now = self._total(pin, cells)
        if not free and now != wanted:
            raise _contradiction(
                pin, f"its counts are needed for another printed figure ({now}, not {wanted})"
            )
        if pin.area == NATIONAL:
            self._spread(pin, free, wanted - now)
        elif free:
            row = int(rows[0])
            kept = now - sum(int(self.counts[cell][row, place]) for cell in free)
            parts = _divide(wanted - kept, [int(self.counts[cell][row, place]) for cell in free])
            if parts is None:
                raise _contradiction(pin, f"{wanted - kept} is too few to be shown in {len(free)} parts")
            for cell, part in zip(free, parts, strict=True):
                self.counts[cell][row, place] = part
        self._fixed.update((cell, pin.area, pin.period) for cell in cells)

    def _spread(self, pin: Pin, cells: Sequence[ExampleCell], missing: int) -> None:
        """Add `missing` to the municipalities of which nothing is printed, in proportion to their counts."""
        place = self.world.place(pin.period)
        slots = [
            (cell, row)
            for cell in cells
            for row, area in enumerate(self.areas)
            if (cell, area, pin.period) not in self._fixed
        ]
        weights = np.array([self.counts[cell][row, place] for cell, row in slots], dtype=float)
        if missing == 0:
            return
        exact = np.cumsum(missing * weights / weights.sum())
        steps = np.diff(np.rint(exact), prepend=0).astype(np.int64)
        for (cell, row), step in zip(slots, steps, strict=True):
            self.counts[cell][row, place] += step

    def _rows(self, area: str) -> np.ndarray:
        return np.arange(len(self.areas)) if area == NATIONAL else np.array([self.areas.index(area)])

    def _row(self, area: str) -> int:
        """Where an area's rates stand."""
        return len(self.areas) if area == NATIONAL else self.areas.index(area)

    # --------------------------------------------------------------- pinning rates

    def _pin_rates(self, rates: Mapping[ExampleCell, Rate]) -> None:
        """Move rates to where the printed ones come out, the whole series with them."""
        for pin in self.pins:
            origin = origin_of(self.indicators[pin.indicator], pin.series)
            cells = self._cells(pin)
            if isinstance(origin, FromShare) or not all(cell in rates for cell in cells):
                continue
            complement = isinstance(origin, FromMeasure) and origin.complement
            value = 100 - pin.value if complement else pin.value
            row = self._row(pin.area)
            moving = [row]
            if pin.area == NATIONAL:
                printed = {p.area for p in self.pins if p.indicator == pin.indicator}
                moving += [r for r, area in enumerate(self.areas) if area not in printed]
            place = self.world.place(pin.period)
            parts = self._rate_parts(cells, row, place, value)
            for cell, part in zip(cells, parts, strict=True):
                values, rate = self.rates[cell], rates[cell]
                moved = values[moving] + (float(part) - values[row, place])
                values[moving] = np.round(np.clip(moved, 0, rate.top), rate.decimals)
                values[row, place] = float(part)

    def _rate_parts(
        self, cells: Sequence[ExampleCell], row: int, place: int, value: Decimal
    ) -> list[Decimal]:
        """`value` divided over cells whose sum it is, in proportion to what they are."""
        now = [self.rates[cell][row, place] for cell in cells]
        step = Decimal(1).scaleb(int(value.as_tuple().exponent))
        parts = [
            (value * Decimal(repr(float(n / sum(now))))).quantize(step, rounding=ROUND_HALF_UP)
            for n in now[:-1]
        ]
        return [*parts, value - sum(parts)]

    def _pair_hidden_counts(self) -> None:
        """Counts of indicators without a known table go with their rate: per cent of a hidden number."""
        for indicator in self.indicators.values():
            head = ExampleCell(indicator.key, indicator.headline)
            counts = [
                cell for name in indicator.series if (cell := ExampleCell(indicator.key, name)) in self.counts
            ]
            top = TOPS.get(indicator.unit, 1.0)
            for number, cell in enumerate(counts):
                # A second count (positions besides job orders) is the larger one.
                expected = self.world.rate_base(cell) * (1 + _NEXT_COUNT * number)
                if head in self.rates:
                    expected = expected * self.rates[head][:-1] / top
                printed: dict[str, dict[int, Decimal]] = {}
                for (area, place), value in self._printed(indicator, cell.measure).items():
                    printed.setdefault(area, {})[place] = value
                for area, own in printed.items():
                    if area != NATIONAL:
                        row, mean = self.areas.index(area), float(sum(own.values())) / len(own)
                        expected[row] *= mean / max(float(expected[row, list(own)].mean()), 0.1)
                self.counts[cell] = _round(expected)


def origin_of(indicator: Indicator, series: str) -> FromMeasure | FromShare | FromSum:
    """What a series is made from in example data: a table of its own where none is known."""
    origin = indicator.series[series].origin
    if isinstance(origin, FromHand | FromUnknown):
        return FromMeasure(table=indicator.key, measure=series)
    return origin


def cells_of(terms: Iterable[Term]) -> list[ExampleCell]:
    """The cells that terms add: one for each combination of the members that each names."""
    return [
        ExampleCell(term.table, term.measure, tuple(zip(sorted(term.where), members, strict=True)))
        for term in terms
        for members in product(*(term.where[dimension] for dimension in sorted(term.where)))
    ]


def _round(values: np.ndarray) -> np.ndarray:
    return np.rint(values).astype(np.int64)


def with_country(values: np.ndarray) -> np.ndarray:
    """The municipalities and, last, the country: their sum."""
    return np.vstack([values, values.sum(axis=0)])


def _share(above: np.ndarray, below: np.ndarray, decimals: int) -> np.ndarray:
    """The municipalities' shares and, last, the country's."""
    part, whole = (with_country(counts).astype(np.int64) for counts in (above, below))
    return np.asarray(share_steps(part, np.maximum(whole, 1), decimals) / 10**decimals)


def _nearest_part(count: int, share: Decimal, decimals: int) -> int:
    """The count nearest to one that is the share of some whole base; `count` itself when none is near."""
    if share == 0:
        return 0
    for change in sorted(range(-_REACH, _REACH + 1), key=abs):
        part = count + change
        base = int(100 * part / share)
        if part >= SMALLEST_SHOWN and any(
            share_steps(part, whole, decimals) == share.scaleb(decimals)
            for whole in range(max(base, part), base + 3)
        ):
            return part
    return count


def _divide(total: int, weights: Sequence[int]) -> list[int] | None:
    """Whole parts of `total` in proportion to the weights, none too small to be shown; none if impossible."""
    if total < SMALLEST_SHOWN * len(weights):
        return None
    parts = [max(SMALLEST_SHOWN, round(total * weight / max(sum(weights), 1))) for weight in weights]
    while sum(parts) != total:
        place = parts.index(max(parts))
        parts[place] += 1 if sum(parts) < total else -1
    return parts


def _contradiction(pin: Pin, what: str) -> PlanError:
    return PlanError.of(
        f"catalogue/published: {pin.indicator}.{pin.series}, {pin.area}, {pin.period}",
        f"Example data cannot be made that show {pin.value} there: {what}.",
        "Correct the printed figure, or how the indicator comes about (catalogue/indicators.yml).",
    )
