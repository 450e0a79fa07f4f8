"""Example data: answers in the shape of Jobindsats' own, made up, and pinned to every figure a document printed.

In: the catalogue and a day. Out: a snapshot of every table under ``data/raw/example``, that goes through the same
code as real answers. The same catalogue and day always give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from helpers.catalogue import Catalogue
from helpers.catalogue.models import NATIONAL, NATIONAL_NAME, FromShare, Indicator
from helpers.data.basis import tables_of
from helpers.data.raw import (
    AnswerColumn,
    Mark,
    RawStore,
    Sidecar,
    joined_answers,
    snapshot_id,
    snapshot_moment,
)
from helpers.periods import Frequency, Period
from helpers.project import EXAMPLE_SOURCE
from helpers.sources.example_layers import (
    SMALLEST_SHOWN,
    TOPS,
    Layer,
    Pin,
    Rate,
    cells_of,
    origin_of,
    with_country,
)
from helpers.sources.example_world import SEED, ExampleCell

HISTORY: Final = {
    Frequency.MONTH: 37,
    Frequency.QUARTER: 13,
    Frequency.ROLLING_YEAR: 13,
    Frequency.YEAR: 5,
}
"""A figure's 25 months or nine quarters, and a year before them."""

PUBLICATION_LAGS: Final = {"b01": 380, "b15": 200, "j01": 50, "a27": 50, "h01": 120, "d03": 200}
"""Days from the end of a period until a table has it, by topic, as seen in August 2026 (docs/data.md)."""

MONTHLY_LAG: Final = 20
QUARTERLY_LAG: Final = 120

_TITLES: Final = {
    "a02": "Antal personer og fuldtidspersoner",
    "b01": "Overlevelseskurver",
    "b15": "Arbejdsmarkedsstatus 1, 3, 6 og 12 mdr. efter afsluttede forløb",
    "c02": "Antal aktiverede og forløb",
    "c07": "Aktiveringsgrad og andel aktiveringsberørte",
    "j01": "Antal og andel personer med ordinære timer",
}


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
    pins = []
    for plan in catalogue.plans.values():
        own = next((m.code for m in catalogue.municipalities if m.slug == plan.municipality), None)
        pins += [
            Pin(row.indicator, catalogue.indicators[row.indicator].headline, area, row.period, value)
            for row in catalogue.published_rows(plan)
            for area, value in ((NATIONAL, row.national), (own, row.municipality))
            if area is not None
        ]
        pins += [
            Pin(point.indicator, point.series, point.area, point.period, point.value)
            for point in catalogue.published_points(plan)
            if point.period is not None  # else it can be put nowhere
        ]
    # Of a figure that is printed twice, the first counts.
    return tuple({(p.indicator, p.series, p.area, p.period): p for p in reversed(pins)}.values())


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
    store.write(content, sidecar)
    for name in older[:-1]:  # another process may just be reading the last one
        store.discard_made_up(table, name)


def _fingerprint(catalogue: Catalogue, day: date, pins: Sequence[Pin]) -> str:
    """Of everything the generator looks at, so that other texts in the catalogue change nothing."""
    indicators = [
        (
            i.key,
            i.frequency.value,
            i.decimals,
            str(i.valid_to),
            i.published_in,
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
    files = (here, here.with_name("example_layers.py"), here.with_name("example_world.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


# ------------------------------------------------------------------------------------------- the numbers


class _Maker:
    """Makes the answers of one day: collects what the catalogue asks for, imagines it, and pins it."""

    def __init__(self, catalogue: Catalogue, day: date, pins: Sequence[Pin]) -> None:
        self.catalogue = catalogue
        self.day = day
        self.areas = tuple(m.code for m in catalogue.municipalities)
        self.names = (NATIONAL_NAME, *(m.name for m in catalogue.municipalities))
        self.pins = [pin for pin in pins if pin.indicator in catalogue.indicators]
        self.wanted: dict[str, dict[tuple[Frequency, ExampleCell], Rate | None]] = {}
        self.users: dict[tuple[str, Frequency], list[Indicator]] = {}
        for indicator in catalogue.indicators.values():
            self._collect(indicator)
        self.newest = {key: self._newest(*key) for key in self.users}
        frequencies = dict.fromkeys(frequency for _, frequency in self.users)
        self.layers = {frequency: self._layer(frequency) for frequency in frequencies}

    def _layer(self, frequency: Frequency) -> Layer:
        indicators = self.catalogue.indicators
        pins = [pin for pin in self.pins if indicators[pin.indicator].frequency is frequency]
        newest = [period for (_, kind), period in self.newest.items() if kind is frequency]
        asked = {
            cell: rate
            for cells in self.wanted.values()
            for (kind, cell), rate in cells.items()
            if kind is frequency
        }
        return Layer(indicators, self.areas, max(newest + [pin.period for pin in pins]), asked, pins)

    # --------------------------------------------------------------- what is asked for

    def _collect(self, indicator: Indicator) -> None:
        for name in indicator.series:
            unit, decimals = indicator.unit_of(name), indicator.decimals_of(name)
            origin = origin_of(indicator, name)
            is_rate = unit in TOPS and not isinstance(origin, FromShare)
            rate = Rate(TOPS[unit], decimals) if is_rate else None
            for cell in cells_of(origin.terms):
                users = self.users.setdefault((cell.table, indicator.frequency), [])
                if indicator not in users:
                    users.append(indicator)
                self.wanted.setdefault(cell.table, {}).setdefault((indicator.frequency, cell), rate)

    def _newest(self, table: str, frequency: Frequency) -> Period:
        """The newest period of a table: what the printed figures need, or what is published by the day."""
        users = self.users[table, frequency]
        printed = [
            pin.period
            for pin in self._current_pins()
            if any(pin.indicator == user.key and pin.series == user.headline for user in users)
        ]
        newest = max(printed, default=None) or self._published_by_the_day(table, frequency)
        while newest.number not in self._numbers(table, frequency):
            newest = newest.shift(-1)
        ends = [user.valid_to for user in users]
        if all(end is not None for end in ends):
            newest = min(newest, max(end for end in ends if end is not None))
        return newest

    def _numbers(self, table: str, frequency: Frequency) -> set[int]:
        """Which periods of a year the table is published for."""
        users = self.users[table, frequency]
        every = range(1, frequency.per_year + 1)
        return {number for user in users for number in user.published_in or every}

    def _current_pins(self) -> list[Pin]:
        """Pins of the plans whose example data are from this very day."""
        plans = [plan for plan in self.catalogue.plans.values() if plan.example_date == self.day]
        printed = {
            (row.indicator, row.period) for plan in plans for row in self.catalogue.published_rows(plan)
        }
        return [pin for pin in self.pins if (pin.indicator, pin.period) in printed]

    def _published_by_the_day(self, table: str, frequency: Frequency) -> Period:
        usual = MONTHLY_LAG if frequency is Frequency.MONTH else QUARTERLY_LAG
        lag = timedelta(days=PUBLICATION_LAGS.get(ExampleCell(table, "").topic, usual))
        newest = Period(frequency, self.day.year * frequency.per_year + frequency.per_year - 1)
        while newest.shift(1).first_day + lag > self.day:
            newest = newest.shift(-1)
        return newest

    # --------------------------------------------------------------- answers

    def answer(self, table: str, moment: datetime, made_from: str) -> tuple[bytes, Sidecar]:
        """One table as the source would send it, with its sidecar."""
        groups: dict[tuple[Frequency, tuple[str, ...]], list[ExampleCell]] = {}
        for frequency, cell in self.wanted[table]:
            groups.setdefault((frequency, tuple(d for d, _ in cell.members)), []).append(cell)
        columns = {
            "Periode": AnswerColumn(role="period", id="period", label="Periode"),
            "Område": AnswerColumn(role="area", id="area", label="Område"),
        }
        own = tuple(columns)
        answers, queries, cell_count = [], [], 0
        for (frequency, dimensions), cells in groups.items():
            measures = list(dict.fromkeys(cell.measure for cell in cells))
            columns |= {name: AnswerColumn(role="dimension", id=name, label=name) for name in dimensions}
            columns |= {name: AnswerColumn(role="measure", id=name, label=name) for name in measures}
            rows = self._answer_rows(table, frequency, cells, measures)
            labels = (*own, *dimensions, *measures)
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
        return joined_answers(answers), Sidecar(
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
        self, table: str, frequency: Frequency, cells: Sequence[ExampleCell], measures: Sequence[str]
    ) -> list[list[Any]]:
        layer = self.layers[frequency]
        newest = self.newest[table, frequency]
        last = layer.world.place(newest) + 1
        span = slice(max(last - HISTORY[frequency], 0), last)
        periods = [period.id for period in layer.world.periods[span]]
        numbers = self._numbers(table, frequency)
        published = [period.number in numbers for period in layer.world.periods[span]]
        rows: list[list[Any]] = []
        by_members: dict[tuple[tuple[str, str], ...], dict[str, list[list[Any]]]] = {}
        for cell in cells:
            by_members.setdefault(cell.members, {})[cell.measure] = self._shown(layer, frequency, cell, span)
        for members, values in by_members.items():
            labels = [member for _, member in members]
            for place, period in enumerate(periods):
                if not published[place]:
                    continue
                for area, name in enumerate(self.names):
                    row = [values[m][area][place] if m in values else None for m in measures]
                    # Where a small municipality has nothing to show, Jobindsats may leave out the row.
                    if any(v is not None for v in row) or (area + place) % 2:
                        rows.append([period, name, *labels, *row])
        return rows

    def _shown(self, layer: Layer, frequency: Frequency, cell: ExampleCell, span: slice) -> list[list[Any]]:
        """What the source would show, the country first: null for counts below 3 and rates of hardly anyone."""
        rate = self.wanted[cell.table][frequency, cell]
        if rate is None:
            counts = with_country(layer.counts[cell])[:, span]
            visible = counts >= (1 if cell.kind == "place" else SMALLEST_SHOWN)
            values = counts.tolist()
        else:
            rates = layer.rates[cell]
            if cell.kind == "other":
                visible = with_country(layer.world.rate_base(cell))[:, span] >= SMALLEST_SHOWN
            else:  # a share of many people is shown though its count is not; a share of nobody is not
                visible = with_country(layer.counts[cell.counted])[:, span] > 0
            values = np.round(rates[:, span], rate.decimals).tolist()
        shown = [
            [value if seen else None for value, seen in zip(row, seen_row, strict=True)]
            for row, seen_row in zip(values, visible.tolist(), strict=True)
        ]
        return [shown[-1], *shown[:-1]]

    def _marks(self, table: str) -> tuple[Mark, ...]:
        """The printed values whose indicator has this table as its first."""
        indicators = self.catalogue.indicators
        return tuple(
            Mark(indicator=pin.indicator, series=pin.series, area=pin.area, period=pin.period.id)
            for pin in self.pins
            if origin_of(indicators[pin.indicator], pin.series).terms[0].table == table
        )

    def _title(self, table: str) -> str:
        if table in self.catalogue.indicators:
            return self.catalogue.indicators[table].title
        return _TITLES.get(ExampleCell(table, "").topic, table)
