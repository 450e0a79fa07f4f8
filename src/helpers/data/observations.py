"""What the catalogue measures, computed from cells: one value for each indicator, series, area and period.

In: the cells of every table in force, what was typed in, and the indicators. Out: the frame *Observations*.
Nothing is ever derived from a term that is suppressed, missing or not published yet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
import pandas as pd

from helpers.catalogue.models import FromHand, FromMeasure, FromShare, FromSum, FromUnknown, Indicator, Term
from helpers.data.frames import OBSERVATION_COLUMNS, OBSERVATION_TEXTS, State
from helpers.data.raw import Sidecar
from helpers.data.text import fold, tidy
from helpers.errors import Problem
from helpers.periods import Frequency, Period

OK: Final = 0
MISSING: Final = 1
SUPPRESSED: Final = 2
NOT_PUBLISHED: Final = 3
"""States as numbers; of several terms the highest is the state of what would be derived from them."""

STATES: Final = (State.OK, State.MISSING, State.SUPPRESSED, State.NOT_PUBLISHED)

_FINEST_DECIMALS: Final = 6
"""Published values have no more decimals than this; they are computed with as whole numbers."""

_LARGEST_WHOLE: Final = 2**62
"""Whole numbers of 64 bits are exact below this, sums included."""


@dataclass(frozen=True)
class Grid:
    """Values and states of one series for every area (rows) and period (columns)."""

    values: np.ndarray
    states: np.ndarray


class CellTable:
    """The cells of one table, found by measure and filter.

    What the source no longer shows is taken from `older`: the snapshots before, newest first.
    """

    def __init__(
        self, sidecar: Sidecar, cells: pd.DataFrame, older: Callable[[], Iterable[CellTable]] = tuple
    ) -> None:
        self.sidecar = sidecar
        self.older = older
        self.period_ids: list[str] = list(cells["period"].cat.categories)
        self._parsed = sorted(map(Period.parse, self.period_ids))
        self.area_ids: list[str] = list(cells["area"].cat.categories)
        self._measures = {name: code for code, name in enumerate(cells["measure"].cat.categories)}
        self._labels = {
            fold(column.label): column.id for column in sidecar.columns if column.role == "measure"
        }
        members = list(cells["members"].cat.categories)
        self._members = {fold(name): code for code, name in enumerate(members)}
        group = _codes(cells, "measure") * len(members) + _codes(cells, "members")
        order = np.argsort(group, kind="stable")
        used, starts = np.unique(group[order], return_index=True)
        ends = [*starts[1:], len(order)]
        self._slices = {
            int(code): slice(int(a), int(b)) for code, a, b in zip(used, starts, ends, strict=True)
        }
        self._areas = _codes(cells, "area")[order]
        self._periods = _codes(cells, "period")[order]
        self._values = cells["value"].to_numpy()[order]
        codes = {state.value: code for code, state in enumerate(STATES)}
        self._states = cells["state"].map(codes).to_numpy(dtype=np.int8)[order]
        self._members_of = {c.id: dict(c.members) for c in sidecar.columns if c.members}

    def periods(self, frequency: Frequency) -> list[Period]:
        """The periods of one kind that the answer speaks of, oldest first."""
        return [period for period in self._parsed if period.frequency is frequency]

    def grid(
        self, measure: str, members: Mapping[str, str], areas: Sequence[str], periods: Sequence[Period]
    ) -> Grid | None:
        """One measure, filtered to one member of each named dimension; none when no rows are such."""
        code = self._measures.get(measure, self._measures.get(self._labels.get(fold(measure), "")))
        inside = {d: self._members_of.get(d, {}).get(m, m) for d, m in sorted(members.items())}
        spelled = ";".join(f"{d}={tidy(m)}" for d, m in inside.items() if m)
        member = self._members.get(fold(spelled))
        if code is None or member is None:
            return None
        rows = self._slices.get(code * len(self._members) + member)
        if rows is None:
            return None
        area_places = _places(self.area_ids, areas)[self._areas[rows]]
        period_places = _places(self.period_ids, [period.id for period in periods])[self._periods[rows]]
        kept = (area_places >= 0) & (period_places >= 0)
        place = area_places[kept], period_places[kept]
        values = np.full((len(areas), len(periods)), np.nan)
        values[place] = self._values[rows][kept]
        states = np.full(values.shape, MISSING, dtype=np.int8)
        states[place] = self._states[rows][kept]
        own = self.periods(periods[0].frequency) if periods else []
        if own:
            states[:, [period > own[-1] for period in periods]] = NOT_PUBLISHED
        return Grid(values, states)


def _codes(cells: pd.DataFrame, column: str) -> np.ndarray:
    return cells[column].cat.codes.to_numpy(dtype=np.int64)


def _places(names: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    place = {name: number for number, name in enumerate(wanted)}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)


class Observed:
    """Observations while they are made; `problems` tells what went wrong on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._names: dict[str, dict[str, int]] = {key: {} for key in OBSERVATION_TEXTS}
        # Of each series, with codes for the names in the text columns.
        self._blocks: dict[tuple[str, str], list[pd.DataFrame]] = {}

    def frame(self) -> pd.DataFrame:
        """The frame *Observations*, its texts as categories; by area, then in the catalogue's order."""
        blocks = [block for found in self._blocks.values() for block in found]
        whole = pd.concat(blocks) if blocks else pd.DataFrame(columns=list(OBSERVATION_COLUMNS), dtype=int)
        whole = whole.sort_values("area", kind="stable", ignore_index=True)
        for key, names in self._names.items():
            whole[key] = pd.Categorical.from_codes(whole[key], pd.Index(list(names), dtype=object))
        return whole.astype({"value": float, "published": bool})

    def knows(self, indicator: str, series: str) -> bool:
        """Whether any value of a series is known."""
        return any(block["value"].notna().any() for block in self._blocks.get((indicator, series), ()))

    def discard(self, indicator: str, series: str, known: Collection[tuple[str, str]] = ()) -> None:
        """Forget all of a series but what a document printed, and of that what is `known` (area, period id)."""
        areas, periods = (
            {code: name for name, code in self._names[key].items()} for key in ("area", "period")
        )
        for block in self._blocks.pop((indicator, series), ()):
            places = zip(block["area"], block["period"], strict=True)
            kept = block["published"] & np.array(
                [(areas[a], periods[p]) not in known for a, p in places], dtype=bool
            )
            self._blocks.setdefault((indicator, series), []).append(block[kept])

    def add(
        self,
        keys: tuple[str, str],
        areas: Sequence[str],
        periods: Sequence[Period],
        grid: Grid,
        *,
        source: str,
        snapshot: str,
        marks: Collection[tuple[str, str]] = (),
    ) -> None:
        """Take in values of one series (`keys`: indicator and series) on their grid.

        `marks` are the (area, period) that a document printed.
        """
        rows, columns = grid.values.shape
        same = {"indicator": keys[0], "series": keys[1], "source": source, "snapshot": snapshot}
        found = {key: np.repeat(self._codes(key, [text]), rows * columns) for key, text in same.items()}
        found["area"] = np.repeat(self._codes("area", areas), columns)
        found["period"] = np.tile(self._codes("period", [period.id for period in periods]), rows)
        found["state"] = self._codes("state", [state.value for state in STATES])[grid.states.ravel()]
        found["value"] = np.where(grid.states == OK, grid.values, np.nan).ravel()
        found["published"] = (
            np.array([(area, period.id) in marks for area in areas for period in periods], dtype=bool)
            if marks
            else np.zeros(rows * columns, dtype=bool)
        )
        block = pd.DataFrame(found, columns=list(OBSERVATION_COLUMNS))
        self._blocks.setdefault(keys, []).append(block)

    def _codes(self, key: str, texts: Iterable[str]) -> np.ndarray:
        names = self._names[key]
        return np.array([names.setdefault(text, len(names)) for text in texts], dtype=np.int32)


def observe(
    indicators: Iterable[Indicator],
    tables: Mapping[str, CellTable],
    areas: Sequence[str],
    *,
    made_up: bool = False,
) -> Observed:
    """Compute every series of the indicators from the tables there are.

    Parameters
    ----------
    tables
        By table id; tables without a snapshot are absent, and so are the series that need them.
    made_up
        Whether these are example data: a series without a known table is then looked for in the example
        table named after its indicator.
    """
    observed = Observed()
    absent: dict[str, dict[str, list[str]]] = {}
    marks: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for table in tables.values():
        for mark in table.sidecar.published:
            marks.setdefault((mark.indicator, mark.series), set()).add((mark.area, mark.period))
    for indicator in indicators:
        for name, series in indicator.observed.items():
            origin = series.origin
            if isinstance(origin, FromHand | FromUnknown):
                if not made_up:
                    continue
                # The generator answers for such a series as if a table of its own held it.
                origin = FromMeasure(table=indicator.key, measure=name)
            used = [tables.get(table) for table in dict.fromkeys(term.table for term in origin.terms)]
            present = [table for table in used if table is not None]
            if len(present) < len(used) or not present:
                continue
            periods = sorted({p for table in present for p in table.periods(indicator.frequency)})
            evaluation = _Evaluation(tables, areas, periods)
            grid = evaluation.series(origin, indicator.decimals_of(name))
            for lacking, wanted in evaluation.absent:
                absent.setdefault(lacking, {}).setdefault(wanted, []).append(f"{indicator.key}.{name}")
            observed.add(
                (indicator.key, name),
                areas,
                periods,
                grid,
                source=f"{present[0].sidecar.source}:{'+'.join(table.sidecar.table for table in present)}",
                # The oldest: a value is no fresher than the oldest of its terms.
                snapshot=min([*evaluation.taken_from, *(table.sidecar.snapshot for table in present)]),
                marks=marks.get((indicator.key, name), ()),
            )
    observed.problems += [_absent(tables[name].sidecar, wanted) for name, wanted in absent.items()]
    return observed


def _absent(sidecar: Sidecar, wanted: Mapping[str, Sequence[str]]) -> Problem:
    """One problem for all that a snapshot lacks of what the catalogue asks for, and whom it is needed by."""
    lines = [f"- {rows} (for {', '.join(dict.fromkeys(names))})" for rows, names in wanted.items()]
    return Problem(
        f"{sidecar.source}/{sidecar.table}/{sidecar.snapshot}",
        "\n".join(["The snapshot has no rows for", *lines]),
        f"Fetch the table again (plan fetch --table {sidecar.table} --force); when it stays so, correct "
        "catalogue/indicators.yml (plan find shows what the table has).",
    )


class _Evaluation:
    """Evaluates what one series comes from, on the grid of areas and periods."""

    def __init__(
        self, tables: Mapping[str, CellTable], areas: Sequence[str], periods: Sequence[Period]
    ) -> None:
        self.tables = tables
        self.areas = areas
        self.periods = periods
        self.absent: list[tuple[str, str]] = []
        self.taken_from: list[str] = []

    def series(self, origin: FromMeasure | FromShare | FromSum, decimals: int) -> Grid:
        if isinstance(origin, FromMeasure):
            grid = self.sum(origin.terms)
            if origin.complement:  # exact in the decimals the value has
                scale = _scale([grid.values])
                return Grid((100 * scale - _whole(grid.values, scale)) / scale, grid.states)
            return grid
        if isinstance(origin, FromSum):
            return self.sum(origin.sum_of)
        return _share(self.sum(origin.share_of), self.sum(origin.base), decimals)

    def sum(self, terms: Sequence[Term]) -> Grid:
        """Σ of the terms and of the members each names; unknown as soon as one of them is."""
        grids = [grid for term in terms for grid in self.members(term)]
        if len(grids) == 1:
            return grids[0]
        states = joint_states(grid.states for grid in grids)
        scale = _scale([grid.values for grid in grids])
        total = sum(_whole(grid.values, scale) for grid in grids)
        return Grid(np.where(states == OK, total / scale, np.nan), states)

    def members(self, term: Term) -> list[Grid]:
        """The grid of each combination of members that a term names (one, when it names none)."""
        found = []
        for combination in product(*term.where.values()):
            members = dict(zip(term.where, combination, strict=True))
            grid = self._grid(self.tables[term.table], term.measure, members)
            if grid is None:
                wanted = " ".join([term.measure, *(f"{d}={m}" for d, m in members.items())])
                self.absent.append((term.table, wanted))
                shape = (len(self.areas), len(self.periods))
                grid = Grid(np.full(shape, np.nan), np.full(shape, MISSING, dtype=np.int8))
            found.append(grid)
        return found

    def _grid(self, table: CellTable, measure: str, members: Mapping[str, str]) -> Grid | None:
        """The grid as it is, or as it last was where the source has stopped it."""
        grid = table.grid(measure, members, self.areas, self.periods)
        if grid is not None:
            return grid
        for older in table.older():
            grid = older.grid(measure, members, self.areas, self.periods)
            if grid is not None:
                self.taken_from.append(older.sidecar.snapshot)
                return grid
        return None


def joint_states(states: Iterable[np.ndarray]) -> np.ndarray:
    """The state of what is made from several terms, place by place: the last of theirs in :data:`STATES`."""
    return np.maximum.reduce(list(states))


def _share(part: Grid, base: Grid, decimals: int) -> Grid:
    """100 × part / base, rounded once, half up, to `decimals`; a share of nothing is missing."""
    states = joint_states((part.states, base.states))
    scale = _scale([part.values, base.values])
    above, below = _whole(part.values, scale), _whole(base.values, scale)
    states = np.where((states == OK) & (below == 0), MISSING, states).astype(np.int8)
    known = states == OK
    above, below = np.where(known, above, 0), np.where(known, below, 1)
    step = 10**decimals
    if above.max(initial=0) > _LARGEST_WHOLE // (200 * step):
        above, below = above.astype(object), below.astype(object)  # Python's whole numbers have no limit
    return Grid(np.where(known, share_steps(above, below, decimals).astype(float) / step, np.nan), states)


def share_steps(part: Any, base: Any, decimals: int) -> Any:
    """100 × part / base in units of the last decimal, rounded half up; of whole numbers, or arrays of them."""
    # a / b rounded half up is floor((2a + b) / 2b), in whole numbers; counts are never negative.
    return (200 * 10**decimals * part + base) // (2 * base)


def _scale(values: Sequence[np.ndarray]) -> int:
    """What makes all values whole: 1 for counts, otherwise enough for every decimal that is published."""
    whole = all(np.array_equal(v, np.rint(v), equal_nan=True) for v in values)
    return 1 if whole else 10**_FINEST_DECIMALS


def _whole(values: np.ndarray, scale: int) -> np.ndarray:
    """Values × scale as whole numbers, 0 where there is none (the states tell)."""
    return np.rint(np.nan_to_num(values) * scale).astype(np.int64)
