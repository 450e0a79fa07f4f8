"""Figures of job centres from figures of municipalities: the same, added up, or made anew from counts.

In: the frame *Observations*. Out: a :class:`Board`, one row for each area that can be ranked. A joint job
centre's counts are sums; its shares are recomputed only where numerator and base are known for every one of
its municipalities. Nothing is made from a suppressed term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property
from math import isnan

import numpy as np
import pandas as pd

from helpers.catalogue.areas import Area
from helpers.catalogue.models import NATIONAL, Indicator
from helpers.data.frames import State
from helpers.data.observations import MISSING, OK, STATES, SUPPRESSED, joint_states
from helpers.periods import Period
from helpers.present.words import exact
from helpers.reports.jobcenteroverblik.models import Jobcenteroverblik

BASE_MONTHS = 12
"""A population count stands for so many months after its own: there is one each quarter, or each year."""

_NUMBER = {state.value: number for number, state in enumerate(STATES)}


class Obstacle(StrEnum):
    """Why a joint job centre's share is not made."""

    NO_RULE = "no_rule"
    PART = "part"
    BASE = "base"
    MISMATCH = "mismatch"


@dataclass(frozen=True)
class AreaGrid:
    """Values and states of one series: areas in rows, periods in columns, oldest first."""

    rows: Mapping[str, int]
    """Code (of single municipalities) or slug (on a board) → row; the country is ``dk`` in both."""
    periods: tuple[Period, ...]
    values: np.ndarray
    """Floats whose shortest spelling is the published (or once rounded) decimal; NaN unless the state is ok."""
    states: np.ndarray

    @cached_property
    def columns(self) -> dict[Period, int]:
        """Period → column."""
        return {period: column for column, period in enumerate(self.periods)}

    def of(self, area: str) -> tuple[np.ndarray, np.ndarray]:
        """Values and states of one area; all missing when there is nothing of it."""
        row = self.rows.get(area)
        if row is None:
            count = len(self.periods)
            return np.full(count, np.nan), np.full(count, MISSING, dtype=np.int8)
        return self.values[row], self.states[row]

    def total(self, areas: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Sum over areas in every period; unknown as soon as one of them is."""
        return _sum([self.of(area) for area in areas])

    def at(self, periods: Sequence[Period], *, carried: bool = False) -> AreaGrid:
        """The same on other periods; what is not there is missing.

        With `carried`, it is the last known value of the `BASE_MONTHS` before, if there is one.
        """
        values = np.full((len(self.values), len(periods)), np.nan)
        states = np.full(values.shape, MISSING, dtype=np.int8)
        for column, period in enumerate(periods):
            for back in range(BASE_MONTHS + 1 if carried else 1):
                known = self.columns.get(period.shift(-back))
                if known is None:
                    continue
                empty = np.isnan(values[:, column])
                values[empty, column] = self.values[empty, known]
                if back == 0:
                    states[:, column] = self.states[:, known]
            states[~np.isnan(values[:, column]), column] = OK
        return AreaGrid(self.rows, tuple(periods), values, states)


def _sum(terms: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    states = joint_states(states for _, states in terms)
    return np.where(states == OK, sum(values for values, _ in terms), np.nan), states


class AreaGrids:
    """The series of a set of observations, each found once."""

    def __init__(self, observations: pd.DataFrame) -> None:
        self._frames = {
            (str(indicator), str(series)): frame
            for (indicator, series), frame in observations.groupby(
                ["indicator", "series"], observed=True, sort=False
            )
        }
        self._made: dict[tuple[str, str], AreaGrid] = {}

    def __call__(self, indicator: str, series: str) -> AreaGrid:
        key = indicator, series
        if key not in self._made:
            self._made[key] = self._make(self._frames.get(key))
        return self._made[key]

    def _make(self, frame: pd.DataFrame | None) -> AreaGrid:
        if frame is None:
            return AreaGrid({}, (), np.empty((0, 0)), np.empty((0, 0), dtype=np.int8))
        area_codes, areas = pd.factorize(frame["area"])
        period_codes, texts = pd.factorize(frame["period"])
        periods = [Period.parse(str(text)) for text in texts]
        order = sorted(range(len(periods)), key=periods.__getitem__)
        column = np.empty(len(order), dtype=int)
        column[order] = range(len(order))
        values = np.full((len(areas), len(order)), np.nan)
        states = np.full(values.shape, MISSING, dtype=np.int8)
        place = area_codes, column[period_codes]
        values[place] = frame["value"].to_numpy(dtype=float)
        states[place] = frame["state"].map(_NUMBER).to_numpy(dtype=np.int8)
        values[states != OK] = np.nan
        rows = {str(area): row for row, area in enumerate(areas)}
        return AreaGrid(rows, tuple(periods[place] for place in order), values, states)


@dataclass(frozen=True)
class Board:
    """Values of one series for every area that can be ranked, and for the country."""

    indicator: Indicator
    series: str
    grid: AreaGrid
    """By slug (``dk`` for the country), in the series' unit."""
    obstacles: Mapping[str, tuple[Obstacle | None, ...]]
    """Joint job centre's slug → why there is no share, one for each period; none where there is one."""

    @property
    def periods(self) -> tuple[Period, ...]:
        return self.grid.periods

    def _column(self, period: Period | None) -> int | None:
        return None if period is None else self.grid.columns.get(period)

    def value(self, slug: str, period: Period | None) -> Decimal | None:
        """One value as published; none when there is none, whatever the reason."""
        row, column = self.grid.rows.get(slug), self._column(period)
        if row is None or column is None:
            return None
        found = float(self.grid.values[row, column])
        return None if isnan(found) else exact(found)

    def state(self, slug: str, period: Period | None) -> State:
        row, column = self.grid.rows.get(slug), self._column(period)
        return State.MISSING if row is None or column is None else STATES[self.grid.states[row, column]]

    def obstacle(self, slug: str, period: Period | None) -> Obstacle | None:
        """Why a joint job centre has no share in a period; none where it has one, or is not joint."""
        column = self._column(period)
        return None if column is None or slug not in self.obstacles else self.obstacles[slug][column]

    def column(self, areas: Iterable[Area], period: Period | None) -> dict[str, Decimal | None]:
        """Values of several areas in one period, by slug."""
        return {area.slug: self.value(area.slug, period) for area in areas}

    def newest(self, slugs: Sequence[str], bound: Period | None = None) -> Period | None:
        """The newest period that is published for any of the areas; a suppressed value is published."""
        rows = [self.grid.rows[slug] for slug in slugs if slug in self.grid.rows]
        shown = np.isin(self.grid.states[rows], (OK, SUPPRESSED))
        found = (period for at, period in enumerate(self.periods) if shown[:, at].any())
        return max((p for p in found if bound is None or p.within(bound)), default=None)


def board(
    grids: AreaGrids, jobcenteroverblik: Jobcenteroverblik, indicator: Indicator, series: str | None = None
) -> Board:
    """One series for the 94 job centres, the municipalities of joint ones, and the country."""
    name = series or indicator.headline
    single = grids(indicator.key, name)
    found = {NATIONAL: single.of(NATIONAL)}
    found |= {m.slug: single.of(m.code) for m in jobcenteroverblik.municipalities}
    obstacles: dict[str, tuple[Obstacle | None, ...]] = {}
    joint = [centre for centre in jobcenteroverblik.centres if centre.joint]
    if indicator.series[name].axis == "count":
        found |= {centre.slug: single.total(centre.codes) for centre in joint}
    else:
        share = _share(grids, jobcenteroverblik, indicator, name)
        for centre in joint:
            *made, obstacles[centre.slug] = share.joint(centre.codes)
            found[centre.slug] = made[0], made[1]
    rows = {slug: row for row, slug in enumerate(found)}
    values, states = (np.vstack([pair[part] for pair in found.values()]) for part in (0, 1))
    return Board(indicator, name, AreaGrid(rows, single.periods, values, states), obstacles)


@dataclass(frozen=True)
class _Share:
    """A share of single municipalities, and the counts that a joint job centre's is made of."""

    published: AreaGrid
    terms: tuple[AreaGrid, AreaGrid] | None
    """Numerator and base, on the share's periods; none when no rule says what they are."""
    foreign: bool
    """Whether the base is from another source than the share."""
    decimals: int

    def joint(self, codes: Sequence[str]) -> tuple[np.ndarray, np.ndarray, tuple[Obstacle | None, ...]]:
        """Values and states in every period, and what stood in the way where there is no value."""
        _, states = self.published.total(codes)
        periods = range(len(self.published.periods))
        if self.terms is None:
            made: list[Decimal | Obstacle] = [Obstacle.NO_RULE for _ in periods]
        else:
            part, base = (grid.total(codes)[0] for grid in self.terms)
            own = [tuple(grid.of(code)[0] for grid in (*self.terms, self.published)) for code in codes]
            made = [
                self._made(part[at], base[at], [[row[at] for row in rows] for rows in own]) for at in periods
            ]
        values = np.array([np.nan if isinstance(one, Obstacle) else float(one) for one in made])
        # What is known of its municipalities does not become known of the job centre.
        hidden = np.where(states == OK, MISSING, states)
        obstacles = tuple(one if isinstance(one, Obstacle) else None for one in made)
        return values, np.where(np.isnan(values), hidden, OK).astype(np.int8), obstacles

    def _made(self, part: float, base: float, own: Sequence[Sequence[float]]) -> Decimal | Obstacle:
        """The share in one period, or why there is none; `own` has part, base and share of each municipality."""
        if np.isnan(part):
            return Obstacle.PART
        if np.isnan(base) or base == 0:
            return Obstacle.BASE
        if self.foreign and not all(self._reproduces(*figures) for figures in own):
            return Obstacle.MISMATCH
        return share_of(exact(float(part)), exact(float(base)), self.decimals)

    def _reproduces(self, part: float, base: float, share: float) -> bool:
        """Whether a base from another source gives a municipality's own published share back.

        One step of the last decimal is allowed: the published share stands on a population of its own day.
        """
        if np.isnan(share) or base == 0:
            return False
        again = share_of(exact(float(part)), exact(float(base)), self.decimals)
        return abs(again - exact(float(share))) <= Decimal(1).scaleb(-self.decimals)


def _share(
    grids: AreaGrids, jobcenteroverblik: Jobcenteroverblik, indicator: Indicator, series: str
) -> _Share:
    """How a share of joint job centres is made, by the template's rules."""
    rules = jobcenteroverblik.template.joint
    own = rules.of_counts.get(indicator.key)
    published = grids(indicator.key, series)
    periods = published.periods
    terms: tuple[AreaGrid, AreaGrid] | None = None
    if own is not None and series == indicator.headline:
        part, base = (
            _added([grids(indicator.key, name).at(periods) for name in names])
            for names in (own.part, own.base)
        )
        terms = part, base
    elif indicator.key in rules.of_population:
        population = grids(*rules.population_series).at(periods, carried=True)
        terms = grids(indicator.key, "count").at(periods), population
    return _Share(published, terms, own is None, indicator.decimals_of(series))


def _added(grids: Sequence[AreaGrid]) -> AreaGrid:
    """Several series as one, added up; unknown where one of them is."""
    areas = list(dict.fromkeys(area for grid in grids for area in grid.rows))
    sums = [_sum([grid.of(area) for grid in grids]) for area in areas]
    shape = len(areas), len(grids[0].periods)
    values = np.array([values for values, _ in sums]).reshape(shape)
    states = np.array([states for _, states in sums], dtype=np.int8).reshape(shape)
    return AreaGrid({area: row for row, area in enumerate(areas)}, grids[0].periods, values, states)


def share_of(part: Decimal, base: Decimal, decimals: int) -> Decimal:
    """``100 × part / base``, rounded once, a half away from zero, as Jobindsats' own shares are."""
    return (100 * part / base).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
