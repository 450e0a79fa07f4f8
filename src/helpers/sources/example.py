"""Example data: answers in the shape of Jobindsats' own, made up, and pinned to every figure a document printed.

In: the catalogue and a day. Out: a snapshot of every table under ``data/raw/example``, that goes through the same
code as real answers. The same catalogue and day always give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from helpers.catalogue.models import (
    NATIONAL,
    NATIONAL_NAME,
    FromHand,
    FromMeasure,
    FromShare,
    FromSum,
    FromUnknown,
    Indicator,
    Plan,
    Term,
    Unit,
)
from helpers.data.basis import EXAMPLE_SOURCE, tables_of
from helpers.data.raw import Column, Mark, RawStore, Sidecar, joined, snapshot_id, snapshot_moment
from helpers.errors import PlanError
from helpers.periods import Frequency, Period
from helpers.project import Project
from helpers.sources.example_world import SEED, Cell, World

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

MONTHS_OF_HISTORY: Final = 37
"""A figure's 25 months and a year before them."""

HISTORY: Final = {
    Frequency.MONTH: MONTHS_OF_HISTORY,
    Frequency.QUARTER: 13,
    Frequency.ROLLING_YEAR: 13,
    Frequency.YEAR: 5,
}

SMALLEST_SHOWN: Final = 3
"""Jobindsats shows no count below this."""

PUBLICATION_LAGS: Final = {"b01": 380, "b15": 200, "j01": 50, "a27": 50, "h01": 120, "d03": 200}
"""Days from the end of a period until a table has it, by topic, as seen in August 2026 (docs/data.md)."""

MONTHLY_LAG: Final = 20
QUARTERLY_LAG: Final = 120

_NEXT_COUNT: Final = 0.6

_TOPS: Final = {Unit.PERCENT: 100.0, Unit.RATIO: 1.0, Unit.WEEKS: 52.0}

_MEASURE_LABELS: Final = {
    "mgrpa02_1": "Antal personer",
    "mgrpa02_3": "Antal fuldtidspersoner",
    "mgrpa02_4b": "Fuldtidspersoner i pct. af arbejdsstyrken",
    "mgrpa02_5b": "Fuldtidspersoner i pct. af befolkningen",
    "mgrpc02_1": "Antal aktiveringsforløb",
    "mgrpc02_2": "Antal aktiverede",
    "mgrpc07_1": "Aktiveringsgrad",
    "mgrpc07_2": "Andel aktiveringsberørte",
    "mgrpj01_1": "Antal personer med ordinære timer",
    "mgrpj01_2": "Andel personer med ordinære timer",
    "mgrpb15_6": "Status 3 mdr. efter afsluttet forløb, pct.",
    "mgrpb15_7": "Status 6 mdr. efter afsluttet forløb, pct.",
    "mgrpb15_8": "Status 12 mdr. efter afsluttet forløb, pct.",
}
_DIMENSION_LABELS: Final = {
    "_tilb_2ptv": ("Tilbud", "Tilbud i alt"),
    "_viskat_1int": ("Visitationskategori", "Visitationskategori i alt"),
    "_kth_sats": ("Kontanthjælpssatser", "Kontanthjælpssatser i alt"),
    "_ygrpi09": ("Ydelsesgrupper", "Ydelsesgrupper i alt"),
    "_ygrpc02": ("Ydelsesgrupper", "Ydelsesgrupper i alt"),
    "_amstatusb15": ("Arbejdsmarkedsstatus", "Arbejdsmarkedsstatus i alt"),
}
_TITLES: Final = {
    "a02": "Antal personer og fuldtidspersoner",
    "b01": "Overlevelseskurver",
    "b15": "Arbejdsmarkedsstatus 1, 3, 6 og 12 mdr. efter afsluttede forløb",
    "c02": "Antal aktiverede og forløb",
    "c07": "Aktiveringsgrad og andel aktiveringsberørte",
    "j01": "Antal og andel personer med ordinære timer",
}


@dataclass(frozen=True, order=True)
class Pin:
    """A value that comes out exactly: an observation as a document printed it."""

    indicator: str
    series: str
    area: str
    period: Period
    value: Decimal


def write_example(project: Project, catalogue: Catalogue, plan: Plan) -> tuple[str, ...]:
    """Make the example data that the plan needs on its `example_date`; nothing is done when they are there.

    Returns
    -------
    tuple of str
        The tables that were written.

    Raises
    ------
    PlanError
        When printed figures contradict each other, or ``data/raw`` cannot be written.
    """
    keys = {key for goal in plan.goals for key in goal.indicators}
    indicators = [indicator for key, indicator in catalogue.indicators.items() if key in keys]
    return write_example_tables(RawStore(project.raw), catalogue, indicators, plan.example_date)


def write_example_tables(
    store: RawStore,
    catalogue: Catalogue,
    indicators: Iterable[Indicator],
    snapshot_date: date,
    rows: Iterable[Pin] | None = None,
) -> tuple[str, ...]:
    """Make the example tables that some indicators need, as of a day.

    A table holds everything that the whole catalogue asks of it, so that reports of the same day share it.

    Parameters
    ----------
    rows
        Values to be pinned; default all that the catalogue's documents printed (:func:`published_pins`).

    Returns
    -------
    tuple of str
        The tables that were written; those that were right already are left alone.
    """
    pins = tuple(sorted(published_pins(catalogue) if rows is None else rows))
    made_from = _fingerprint(catalogue, snapshot_date, pins)
    wanted = tables_of(indicators, made_up=True)
    stale = [table for table in wanted if not _is_right(store, table, snapshot_date, made_from)]
    if not stale:
        return ()
    maker = _Maker(catalogue, snapshot_date, pins)
    for table in stale:
        _write(store, maker, table, made_from)
    return tuple(stale)


def published_pins(catalogue: Catalogue) -> tuple[Pin, ...]:
    """Every value that documents printed: status rows of plans with an own municipality, and single points."""
    pins: dict[tuple[str, str, str, Period], Pin] = {}
    for plan in catalogue.plans.values():
        own = next((m.code for m in catalogue.municipalities if m.slug == plan.municipality), None)
        for row in catalogue.published_rows(plan):
            series = catalogue.indicators[row.indicator].headline
            for area, value in ((NATIONAL, row.national), (own, row.municipality)):
                if area is not None:
                    pin = Pin(row.indicator, series, area, row.period, value)
                    pins.setdefault((pin.indicator, pin.series, pin.area, pin.period), pin)
        for point in catalogue.published_points(plan):
            pin = Pin(point.indicator, point.series, point.area, point.period, point.value)
            pins.setdefault((pin.indicator, pin.series, pin.area, pin.period), pin)
    return tuple(pins.values())


# -------------------------------------------------------------------------------------------- the store


def _is_right(store: RawStore, table: str, day: date, made_from: str) -> bool:
    newest = store.newest(EXAMPLE_SOURCE, table, day)
    return (
        newest is not None
        and snapshot_moment(newest).date() == day
        and store.sidecar(EXAMPLE_SOURCE, table, newest).made_from == made_from
    )


def _write(store: RawStore, maker: _Maker, table: str, made_from: str) -> None:
    moment = datetime(maker.day.year, maker.day.month, maker.day.day, tzinfo=UTC)
    older = [
        name for name in store.snapshots(EXAMPLE_SOURCE, table) if snapshot_moment(name).date() == maker.day
    ]
    if older:
        # A snapshot is never overwritten; a later second of the same day takes its place.
        moment = snapshot_moment(older[-1]) + timedelta(seconds=1)
    content, sidecar = maker.answer(table, moment, made_from)
    store.write(EXAMPLE_SOURCE, table, sidecar.snapshot, content, sidecar)
    for name in older:
        store.discard_made_up(table, name)


def _fingerprint(catalogue: Catalogue, day: date, pins: Sequence[Pin]) -> str:
    """Of everything the generator looks at, so that other texts in the catalogue change nothing."""
    indicators = [
        (
            i.key,
            i.frequency.value,
            i.decimals,
            str(i.valid_to),
            [
                (n, i.unit_of(n).value, i.decimals_of(n), s.origin.model_dump(mode="json"))
                for n, s in i.series.items()
            ],
        )
        for i in catalogue.indicators.values()
    ]
    areas = [(m.code, m.name) for m in catalogue.municipalities]
    plans = [(p.key, p.example_date.isoformat(), p.published) for p in catalogue.plans.values()]
    looked_at = [_code(), day.isoformat(), indicators, areas, plans, [str(pin) for pin in pins]]
    return hashlib.sha256(json.dumps(looked_at, sort_keys=True).encode()).hexdigest()


@cache
def _code() -> str:
    here = Path(__file__)
    files = (here, here.with_name("example_world.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


# ------------------------------------------------------------------------------------------- the numbers


@dataclass(frozen=True)
class _Rate:
    """How a rate is made: between 0 and `top`, with so many decimals."""

    top: float
    decimals: int


@dataclass
class _Layer:
    """All cells of one frequency: whole numbers by municipality and period, and what was fixed.

    Attributes
    ----------
    counts
        True counts, suppressed ones too.
    rates
        Municipalities' and the country's rates (the country's last), as they will be published.
    """

    world: World
    counts: dict[Cell, np.ndarray] = field(default_factory=dict)
    rates: dict[Cell, np.ndarray] = field(default_factory=dict)
    levelled: set[tuple[Cell, bool]] = field(default_factory=set)
    fixed: set[tuple[Cell, str, Period]] = field(default_factory=set)


class _Maker:
    """Makes the answers of one day: collects what the catalogue asks for, imagines it, and pins it."""

    def __init__(self, catalogue: Catalogue, day: date, pins: Sequence[Pin]) -> None:
        self.catalogue = catalogue
        self.day = day
        self.areas = tuple(m.code for m in catalogue.municipalities)
        self.names = (NATIONAL_NAME, *(m.name for m in catalogue.municipalities))
        self.pins = [pin for pin in pins if pin.indicator in catalogue.indicators]
        self.wanted: dict[str, dict[tuple[Frequency, Cell], _Rate | None]] = {}
        self.users: dict[tuple[str, Frequency], list[Indicator]] = {}
        for indicator in catalogue.indicators.values():
            self._collect(indicator)
        self.newest = {key: self._newest(*key) for key in self.users}
        self.layers = {
            frequency: self._imagine(frequency) for frequency in {frequency for _, frequency in self.users}
        }

    # --------------------------------------------------------------- what is asked for

    def _collect(self, indicator: Indicator) -> None:
        for name in indicator.series:
            unit, decimals = indicator.unit_of(name), indicator.decimals_of(name)
            origin = origin_of(indicator, name)
            is_rate = unit in _TOPS and not isinstance(origin, FromShare)
            rate = _Rate(_TOPS[unit], decimals) if is_rate else None
            for term in origin.terms:
                users = self.users.setdefault((term.table, indicator.frequency), [])
                if indicator not in users:
                    users.append(indicator)
                for cell in cells_of(term):
                    asked = self.wanted.setdefault(term.table, {})
                    asked.setdefault((indicator.frequency, cell), rate)

    def _newest(self, table: str, frequency: Frequency) -> Period:
        """The newest period of a table: what the printed figures need, or what is published by the day."""
        users = self.users[table, frequency]
        printed = [
            pin.period
            for pin in self._current_pins()
            if any(pin.indicator == user.key and pin.series == user.headline for user in users)
        ]
        newest = max(printed, default=None) or self._published_by_the_day(table, frequency)
        ends = [user.valid_to for user in users]
        if all(end is not None for end in ends):
            newest = min(newest, max(end for end in ends if end is not None))
        return newest

    def _current_pins(self) -> list[Pin]:
        """Pins of the plans whose example data are from this very day."""
        plans = [plan for plan in self.catalogue.plans.values() if plan.example_date == self.day]
        printed = {
            (row.indicator, row.period) for plan in plans for row in self.catalogue.published_rows(plan)
        }
        return [pin for pin in self.pins if (pin.indicator, pin.period) in printed]

    def _published_by_the_day(self, table: str, frequency: Frequency) -> Period:
        usual = MONTHLY_LAG if frequency is Frequency.MONTH else QUARTERLY_LAG
        lag = timedelta(days=PUBLICATION_LAGS.get(Cell(table, "").topic, usual))
        newest = Period(frequency, self.day.year * frequency.per_year + frequency.per_year - 1)
        while newest.shift(1).first_day + lag > self.day:
            newest = newest.shift(-1)
        return newest

    # --------------------------------------------------------------- imagining

    def _imagine(self, frequency: Frequency) -> _Layer:
        pins = [pin for pin in self.pins if self.catalogue.indicators[pin.indicator].frequency is frequency]
        last = max(
            [newest for (_, kind), newest in self.newest.items() if kind is frequency]
            + [pin.period for pin in pins]
        )
        layer = _Layer(World(self.areas, last))
        asked = {
            cell: rate
            for cells in self.wanted.values()
            for (kind, cell), rate in cells.items()
            if kind is frequency
        }
        for cell, rate in asked.items():
            if rate is None:
                layer.counts[cell] = _round(layer.world.count(cell))
            elif cell.kind in ("of_population", "of_labour_force", "of_persons"):
                layer.counts.setdefault(cell.counted, _round(layer.world.count(cell.counted)))
        plain = {cell: rate for cell, rate in asked.items() if rate is not None and cell.kind == "other"}
        for cell, rate in plain.items():
            layer.rates[cell] = self._plain_rate(layer, cell, rate)
        self._pin_rates(layer, pins, plain)
        self._pair_hidden_counts(layer, pins)
        # Municipalities first: what is fixed for the country then leaves them as they are. And shares of few
        # counts before those of many, which have more counts left to be moved.
        for pin in sorted(pins, key=lambda pin: (pin.area == NATIONAL, self._cell_count(pin))):
            self._pin_count(layer, pin)
        for cell, rate in asked.items():
            if rate is not None and cell not in plain:
                above, below = layer.counts[cell.counted], self._base(layer, cell)
                layer.rates[cell] = _share(_with_country(above), _with_country(below), rate.decimals)
        return layer

    def _cell_count(self, pin: Pin) -> int:
        terms = origin_of(self.catalogue.indicators[pin.indicator], pin.series).terms
        return sum(len(cells_of(term)) for term in terms)

    def _plain_rate(self, layer: _Layer, cell: Cell, rate: _Rate) -> np.ndarray:
        world = layer.world
        values = world.rate(cell, world.level(cell, rate.top), rate.top)
        people = world.rate_base(cell)
        country = (values * people).sum(axis=0) / people.sum(axis=0)
        return np.round(np.vstack([values, country]), rate.decimals)

    def _base(self, layer: _Layer, cell: Cell) -> np.ndarray:
        if cell.kind == "of_population":
            return layer.world.population.astype(np.int64)
        if cell.kind == "of_labour_force":
            return layer.world.labour_force.astype(np.int64)
        persons = Cell(f"{cell.family}a02", "mgrpa02_1", cell.members)
        return layer.counts.get(persons, _round(layer.world.count(persons)))

    # --------------------------------------------------------------- pinning counts

    def _pin_count(self, layer: _Layer, pin: Pin) -> None:
        """Bring counts to where a printed share or count comes out; rates are pinned later."""
        indicator = self.catalogue.indicators[pin.indicator]
        origin = origin_of(indicator, pin.series)
        decimals = indicator.decimals_of(pin.series)
        if isinstance(origin, FromShare):
            above = [cell for term in origin.share_of for cell in cells_of(term)]
            below = [cell for term in origin.base for cell in cells_of(term)]
            self._fix_share(layer, pin, above, below, decimals)
            layer.fixed.update((cell, pin.area, pin.period) for cell in below)
            return
        cells = [cell for term in origin.terms for cell in cells_of(term)]
        if all(cell in layer.counts for cell in cells):
            self._fix_total(layer, pin, cells, int(pin.value))
        elif len(cells) == 1 and cells[0].kind != "other":
            base = self._base(layer, cells[0])[self._rows(pin.area), layer.world.place(pin.period)].sum()
            self._fix_share(layer, pin, [cells[0].counted], [], decimals, int(base))

    def _fix_share(
        self,
        layer: _Layer,
        pin: Pin,
        above: Sequence[Cell],
        below: Sequence[Cell],
        decimals: int,
        people: int = 0,
    ) -> None:
        """Find whole numbers that give the printed share: first above the line, then below it as well.

        `people` is a base that cannot be changed, beside the cells `below`; cells may be both above and below.
        """
        others = [cell for cell in below if cell not in above]
        shared = len(others) < len(below)
        rest = people + self._total(layer, pin, others)
        wanted = pin.value / 100
        ideal = wanted * rest / (1 - wanted) if shared else wanted * rest
        self._level(layer, pin, above, float(ideal))
        free = [cell for cell in others if (cell, pin.area, pin.period) not in layer.fixed]
        for change in sorted(range(-_REACH, _REACH + 1), key=abs) if free else [0]:
            base = rest + change
            ideal = wanted * base / (1 - wanted) if shared else wanted * base
            nearest = int(ideal.to_integral_value(ROUND_HALF_UP))
            if base <= 0 or (nearest + base * shared) <= 0:
                continue
            if _published_share(nearest, base + nearest * shared, decimals) == pin.value:
                if change:
                    self._fix_total(layer, pin, others, base - people)
                self._fix_total(layer, pin, above, nearest)
                return
        raise _contradiction(pin, f"no whole number out of {rest} gives {pin.value}")

    def _total(self, layer: _Layer, pin: Pin, cells: Sequence[Cell]) -> int:
        rows, place = self._rows(pin.area), layer.world.place(pin.period)
        return sum(int(layer.counts[cell][rows, place].sum()) for cell in cells)

    def _level(self, layer: _Layer, pin: Pin, cells: Sequence[Cell], wanted: float) -> None:
        """Raise or lower whole series, so that the printed value is no jump; each series once."""
        country = pin.area == NATIONAL
        printed = {p.area for p in self.pins if p.indicator == pin.indicator} if country else set()
        rows = np.array([row for row in self._rows(pin.area) if self.areas[row] not in printed])
        place = layer.world.place(pin.period)
        moving = [cell for cell in cells if (cell, country) not in layer.levelled]
        now = sum(int(layer.counts[cell][rows, place].sum()) for cell in moving)
        staying = self._total(layer, pin, cells) - now
        factor = float(np.clip((wanted - staying) / max(now, 1), 1 / _LARGEST_FACTOR, _LARGEST_FACTOR))
        for cell in moving:
            layer.levelled.add((cell, country))
            layer.counts[cell][rows] = _round(layer.counts[cell][rows] * factor)

    def _fix_total(self, layer: _Layer, pin: Pin, cells: Sequence[Cell], wanted: int) -> None:
        """Make the cells of the area and period add up to `wanted`, none of them suppressed for it."""
        place = layer.world.place(pin.period)
        rows = self._rows(pin.area)
        free = [cell for cell in cells if (cell, pin.area, pin.period) not in layer.fixed]
        now = self._total(layer, pin, cells)
        if not free and now != wanted:
            raise _contradiction(
                pin, f"its counts are needed for another printed figure ({now}, not {wanted})"
            )
        if pin.area == NATIONAL:
            self._spread(layer, pin, free, wanted - now)
        elif free:
            row = int(rows[0])
            kept = now - sum(int(layer.counts[cell][row, place]) for cell in free)
            parts = _divide(wanted - kept, [int(layer.counts[cell][row, place]) for cell in free])
            if parts is None:
                raise _contradiction(pin, f"{wanted - kept} is too few to be shown in {len(free)} parts")
            for cell, part in zip(free, parts, strict=True):
                layer.counts[cell][row, place] = part
        layer.fixed.update((cell, pin.area, pin.period) for cell in cells)

    def _spread(self, layer: _Layer, pin: Pin, cells: Sequence[Cell], missing: int) -> None:
        """Add `missing` to the municipalities of which nothing is printed, in proportion to their counts."""
        place = layer.world.place(pin.period)
        fixed = {
            (cell, row)
            for cell in cells
            for row, area in enumerate(self.areas)
            if (cell, area, pin.period) in layer.fixed
        }
        slots = [(cell, row) for cell in cells for row in range(len(self.areas)) if (cell, row) not in fixed]
        weights = np.array([layer.counts[cell][row, place] for cell, row in slots], dtype=float)
        if missing == 0:
            return
        exact = np.cumsum(missing * weights / weights.sum())
        steps = np.diff(np.rint(exact), prepend=0).astype(np.int64)
        for (cell, row), step in zip(slots, steps, strict=True):
            layer.counts[cell][row, place] += step

    def _rows(self, area: str) -> np.ndarray:
        return np.arange(len(self.areas)) if area == NATIONAL else np.array([self.areas.index(area)])

    # --------------------------------------------------------------- pinning rates

    def _pin_rates(self, layer: _Layer, pins: Sequence[Pin], rates: Mapping[Cell, _Rate]) -> None:
        """Move rates to where the printed ones come out, the whole series with them."""
        for pin in pins:
            origin = origin_of(self.catalogue.indicators[pin.indicator], pin.series)
            cells = [cell for term in origin.terms for cell in cells_of(term)]
            if isinstance(origin, FromShare) or not all(cell in rates for cell in cells):
                continue
            complement = isinstance(origin, FromMeasure) and origin.complement
            value = 100 - pin.value if complement else pin.value
            row = len(self.areas) if pin.area == NATIONAL else self.areas.index(pin.area)
            moving = [row]
            if pin.area == NATIONAL:
                printed = {p.area for p in pins if p.indicator == pin.indicator}
                moving += [r for r, area in enumerate(self.areas) if area not in printed]
            place = layer.world.place(pin.period)
            parts = self._rate_parts(layer, cells, row, place, value)
            for cell, part in zip(cells, parts, strict=True):
                values, rate = layer.rates[cell], rates[cell]
                moved = values[moving] + (float(part) - values[row, place])
                values[moving] = np.round(np.clip(moved, 0, rate.top), rate.decimals)
                values[row, place] = float(part)

    def _rate_parts(
        self, layer: _Layer, cells: Sequence[Cell], row: int, place: int, value: Decimal
    ) -> list[Decimal]:
        """`value` divided over cells whose sum it is, in proportion to what they are."""
        if len(cells) == 1:
            return [value]
        now = [layer.rates[cell][row, place] for cell in cells]
        step = Decimal(1).scaleb(int(value.as_tuple().exponent))
        parts = [
            (value * Decimal(repr(float(n / sum(now))))).quantize(step, rounding=ROUND_HALF_UP)
            for n in now[:-1]
        ]
        return [*parts, value - sum(parts)]

    def _pair_hidden_counts(self, layer: _Layer, pins: Sequence[Pin]) -> None:
        """Counts of indicators without a known table go with their rate: per cent of a hidden number."""
        for indicator in self.catalogue.indicators.values():
            head = Cell(indicator.key, indicator.headline)
            counts = [
                cell for name in indicator.series if (cell := Cell(indicator.key, name)) in layer.counts
            ]
            top = _TOPS.get(indicator.unit, 1.0)
            for number, cell in enumerate(counts):
                # A second count (positions besides job orders) is the larger one.
                expected = layer.world.rate_base(cell) * (1 + _NEXT_COUNT * number)
                if head in layer.rates:
                    expected = expected * layer.rates[head][:-1] / top
                printed: dict[str, list[Pin]] = {}
                for pin in pins:
                    if (pin.indicator, pin.series) == (indicator.key, cell.measure) and pin.area != NATIONAL:
                        printed.setdefault(pin.area, []).append(pin)
                for area, own in printed.items():
                    row = self.areas.index(area)
                    places = [layer.world.place(pin.period) for pin in own]
                    mean = float(sum(pin.value for pin in own)) / len(own)
                    expected[row] *= mean / max(float(expected[row, places].mean()), 0.1)
                layer.counts[cell] = _round(expected)

    # --------------------------------------------------------------- answers

    def answer(self, table: str, moment: datetime, made_from: str) -> tuple[bytes, Sidecar]:
        """One table as the source would send it, with its sidecar."""
        groups: dict[tuple[Frequency, tuple[str, ...]], list[Cell]] = {}
        for frequency, cell in self.wanted[table]:
            groups.setdefault((frequency, tuple(d for d, _ in cell.members)), []).append(cell)
        columns: dict[tuple[str, str], Column] = {
            ("period", "period"): Column(role="period", id="period", label="Periode"),
            ("area", "area"): Column(role="area", id="area", label="Område"),
        }
        answers, queries, cell_count = [], [], 0
        for (frequency, dimensions), cells in groups.items():
            measures = list(dict.fromkeys(cell.measure for cell in cells))
            for dimension in dimensions:
                label, total = _DIMENSION_LABELS.get(dimension, (dimension.strip("_"), None))
                columns[("dimension", dimension)] = Column(
                    role="dimension", id=dimension, label=label, total=total
                )
            for measure in measures:
                columns[("measure", measure)] = Column(
                    role="measure", id=measure, label=_MEASURE_LABELS.get(measure, measure)
                )
            rows = self._answer_rows(table, frequency, cells, measures)
            labels = [columns[key].label for key in (("period", "period"), ("area", "area"))]
            labels += [columns[("dimension", dimension)].label for dimension in dimensions]
            labels += [columns[("measure", measure)].label for measure in measures]
            answers.append(json.dumps({"columns": labels, "rows": rows}, ensure_ascii=False).encode())
            queries.append(
                {
                    "made_by": "example",
                    "seed": SEED,
                    "frequency": frequency.code,
                    "dimensions": ",".join(dimensions),
                }
            )
            cell_count += len(rows) * len(measures)
        return joined(answers), Sidecar(
            source=EXAMPLE_SOURCE,
            table=table,
            title=self._title(table),
            snapshot=snapshot_id(moment),
            fetched_at=moment,
            query=tuple(queries),
            columns=tuple(columns.values()),
            cells=cell_count,
            published=self._marks(table),
            made_from=made_from,
        )

    def _answer_rows(
        self, table: str, frequency: Frequency, cells: Sequence[Cell], measures: Sequence[str]
    ) -> list[list[Any]]:
        layer = self.layers[frequency]
        newest = self.newest[table, frequency]
        last = layer.world.place(newest) + 1
        span = slice(max(last - HISTORY[frequency], 0), last)
        periods = [period.id for period in layer.world.periods[span]]
        shown = {cell: self._shown(layer, frequency, cell, span) for cell in cells}
        rows: list[list[Any]] = []
        by_members: dict[tuple[tuple[str, str], ...], dict[str, list[list[Any]]]] = {}
        for cell in cells:
            by_members.setdefault(cell.members, {})[cell.measure] = shown[cell]
        for members, values in by_members.items():
            labels = [member for _, member in members]
            for place, period in enumerate(periods):
                for area, name in enumerate(self.names):
                    row = [values[m][area][place] if m in values else None for m in measures]
                    # Where a small municipality has nothing to show, Jobindsats may leave out the row.
                    if any(v is not None for v in row) or (area + place) % 2:
                        rows.append([period, name, *labels, *row])
        return rows

    def _shown(self, layer: _Layer, frequency: Frequency, cell: Cell, span: slice) -> list[list[Any]]:
        """What the source would show, the country first: null for counts below 3 and rates of hardly anyone."""
        rate = self.wanted[cell.table][frequency, cell]
        if rate is None:
            counts = _with_country(layer.counts[cell])[:, span]
            visible = counts >= SMALLEST_SHOWN
            values = counts.tolist()
        else:
            rates = layer.rates[cell]
            if cell.kind == "other":
                visible = _with_country(layer.world.rate_base(cell))[:, span] >= SMALLEST_SHOWN
            else:  # a share of many people is shown though its count is not; a share of nobody is not
                visible = _with_country(layer.counts[cell.counted])[:, span] > 0
            values = np.round(rates[:, span], rate.decimals).tolist()
        shown = [
            [value if seen else None for value, seen in zip(row, seen_row, strict=True)]
            for row, seen_row in zip(values, visible.tolist(), strict=True)
        ]
        return [shown[-1], *shown[:-1]]

    def _marks(self, table: str) -> tuple[Mark, ...]:
        """The printed values whose indicator has this table as its first."""
        marks = []
        for pin in self.pins:
            origin = origin_of(self.catalogue.indicators[pin.indicator], pin.series)
            if origin.terms[0].table == table:
                marks.append(
                    Mark(indicator=pin.indicator, series=pin.series, area=pin.area, period=pin.period.id)
                )
        return tuple(marks)

    def _title(self, table: str) -> str:
        if table in self.catalogue.indicators:
            return self.catalogue.indicators[table].title
        return _TITLES.get(Cell(table, "").topic, table)


_LARGEST_FACTOR: Final = 4.0

_REACH: Final = 200
"""How far a base is moved to find whole numbers that give the printed share."""


def origin_of(indicator: Indicator, series: str) -> FromMeasure | FromShare | FromSum:
    """What a series is made from in example data: a table of its own where none is known."""
    origin = indicator.series[series].origin
    if isinstance(origin, FromHand | FromUnknown):
        return FromMeasure(table=indicator.key, measure=series)
    return origin


def cells_of(term: Term) -> list[Cell]:
    """The cells that a term adds: one for each combination of the members it names."""
    dimensions = sorted(term.where)
    return [
        Cell(term.table, term.measure, tuple(zip(dimensions, members, strict=True)))
        for members in product(*(term.where[dimension] for dimension in dimensions))
    ]


def _round(values: np.ndarray) -> np.ndarray:
    return np.rint(values).astype(np.int64)


def _with_country(values: np.ndarray) -> np.ndarray:
    """The municipalities and, last, the country: their sum."""
    return np.vstack([values, values.sum(axis=0)])


def _share(above: np.ndarray, below: np.ndarray, decimals: int) -> np.ndarray:
    step = 10**decimals
    safe = np.maximum(below.astype(np.int64), 1)
    return ((200 * step * above.astype(np.int64) + safe) // (2 * safe)) / step


def _published_share(above: int, below: int, decimals: int) -> Decimal:
    return (Decimal(100 * above) / below).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _divide(total: int, weights: Sequence[int]) -> list[int] | None:
    """Whole parts of `total` in proportion to the weights, none too small to be shown; none if impossible."""
    if len(weights) == 1:
        return [total]
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
