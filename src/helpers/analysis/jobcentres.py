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

import numpy as np
import pandas as pd

from helpers.catalogue.models import NATIONAL, Indicator
from helpers.catalogue.overview import Area, Overview
from helpers.data.frames import State
from helpers.periods import Period

BASE_MONTHS = 12
"""A population count stands for so many months after its own: there is one each quarter, or each year."""

_WORST = (State.OK, State.MISSING, State.NOT_PUBLISHED, State.SUPPRESSED)
"""Of several terms the last of these is the state of what would be made from them."""


class Obstacle(StrEnum):
    """Why a joint job centre's share is not made."""

    NO_RULE = "no_rule"
    PART = "part"
    BASE = "base"
    MISMATCH = "mismatch"


@dataclass(frozen=True)
class Board:
    """Values of one series for every area that can be ranked, and for the country.

    Attributes
    ----------
    values, states
        Area's slug (``dk`` for the country) in rows, period ids in columns, oldest first. Values are floats
        whose shortest spelling is the published (or once rounded) decimal, in the series' unit; NaN unless
        the state is ok.
    obstacles
        Joint job centre's slug → period id → why there is no share.
    """

    indicator: Indicator
    series: str
    values: pd.DataFrame
    states: pd.DataFrame
    obstacles: Mapping[str, Mapping[str, Obstacle]]

    @property
    def periods(self) -> tuple[Period, ...]:
        return tuple(Period.parse(text) for text in self.values.columns)

    def value(self, slug: str, period: Period | None) -> Decimal | None:
        """One value as published; none when there is none, whatever the reason."""
        if period is None or period.id not in self.values.columns or slug not in self.values.index:
            return None
        return exact(float(self.values[period.id][slug]))

    def state(self, slug: str, period: Period | None) -> State:
        if period is None or period.id not in self.states.columns or slug not in self.states.index:
            return State.MISSING
        return State(self.states[period.id][slug])

    def column(self, areas: Iterable[Area], period: Period | None) -> dict[str, Decimal | None]:
        """Values of several areas in one period, by slug."""
        return {area.slug: self.value(area.slug, period) for area in areas}

    def newest(self, slugs: Sequence[str], bound: Period | None = None) -> Period | None:
        """The newest period that is published for any of the areas; a suppressed value is published."""
        rows = [slug for slug in slugs if slug in self.states.index]
        shown = self.states.loc[rows].isin([State.OK.value, State.SUPPRESSED.value]).any(axis=0)
        periods = [period for period in self.periods if shown[period.id]]
        return max((p for p in periods if bound is None or p.within(bound)), default=None)


def exact(value: float) -> Decimal | None:
    """The decimal that a float stands for; none for NaN."""
    return None if np.isnan(value) else Decimal(repr(float(value)))


def board(
    observations: pd.DataFrame, overview: Overview, indicator: Indicator, series: str | None = None
) -> Board:
    """One series for the 94 job centres, the municipalities of joint ones, and the country.

    Parameters
    ----------
    observations
        Frame *Observations*, all areas.
    series
        Default: the indicator's headline.
    """
    name = series or indicator.headline
    single = _grid(observations, indicator.key, name)
    rows: dict[str, np.ndarray] = {}
    states: dict[str, np.ndarray] = {}
    obstacles: dict[str, dict[str, Obstacle]] = {}
    for slug, code in [(NATIONAL, NATIONAL), *((m.slug, m.code) for m in overview.municipalities)]:
        rows[slug], states[slug] = single.row(code)
    share = _share(observations, overview, indicator, name, single)
    for centre in overview.centres:
        if not centre.joint:
            continue
        if indicator.series[name].axis == "count":
            rows[centre.slug], states[centre.slug] = single.total(centre.codes)
        else:
            rows[centre.slug], states[centre.slug], obstacles[centre.slug] = share.joint(centre.codes)
    return Board(
        indicator=indicator,
        series=name,
        values=pd.DataFrame.from_dict(rows, orient="index", columns=single.periods, dtype=float),
        states=pd.DataFrame.from_dict(states, orient="index", columns=single.periods, dtype=object),
        obstacles=obstacles,
    )


@dataclass(frozen=True)
class _Grid:
    """Values and states of one series of single municipalities: area codes × period ids."""

    values: pd.DataFrame
    states: pd.DataFrame

    @property
    def periods(self) -> list[str]:
        return list(self.values.columns)

    def row(self, code: str) -> tuple[np.ndarray, np.ndarray]:
        if code not in self.values.index:
            return _nothing(len(self.periods))
        return self.values.loc[code].to_numpy(), self.states.loc[code].to_numpy()

    def sum_at(self, codes: Sequence[str], place: int) -> Decimal | None:
        """Sum over municipalities in one period (by its place); none as soon as one of them is unknown."""
        found = [exact(self.row(code)[0][place]) for code in codes]
        known = [value for value in found if value is not None]
        return sum(known, Decimal(0)) if len(known) == len(found) else None

    def total(self, codes: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Sum over municipalities; unknown as soon as one of them is."""
        found = [self.row(code) for code in codes]
        state = _worst([states for _, states in found])
        return np.where(state == State.OK.value, sum(values for values, _ in found), np.nan), state

    def at(self, periods: list[str]) -> _Grid:
        """The same on other periods; what is not there is missing."""
        return _Grid(
            self.values.reindex(columns=periods),
            self.states.reindex(columns=periods).fillna(State.MISSING.value),
        )

    def carried(self, periods: list[str]) -> _Grid:
        """The same on other periods, each with the last known value of the `BASE_MONTHS` before it."""
        every = sorted(set(self.periods) | set(periods))
        values = self.values.reindex(columns=every).ffill(axis=1, limit=BASE_MONTHS)[periods]
        known = values.notna()
        states = self.states.reindex(columns=periods).fillna(State.MISSING.value).mask(known, State.OK.value)
        return _Grid(values, states)


def _nothing(length: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(length, np.nan), np.full(length, State.MISSING.value, dtype=object)


def _worst(states: Sequence[np.ndarray]) -> np.ndarray:
    order = {state.value: place for place, state in enumerate(_WORST)}
    ranked = [np.array([order[state] for state in row]) for row in states]
    names = np.array([state.value for state in _WORST], dtype=object)
    return names[np.maximum.reduce(ranked)]


def _grid(observations: pd.DataFrame, indicator: str, series: str) -> _Grid:
    rows = observations[(observations["indicator"] == indicator) & (observations["series"] == series)]
    values = rows.pivot(index="area", columns="period", values="value")
    states = rows.pivot(index="area", columns="period", values="state").fillna(State.MISSING.value)
    order = sorted(values.columns, key=Period.parse)
    return _Grid(values[order], states[order])


@dataclass(frozen=True)
class _Share:
    """A share of single municipalities, and the counts that a joint job centre's is made of.

    Attributes
    ----------
    terms
        Numerator and base; none when no rule says what they are.
    foreign
        Whether the base is from another source than the share.
    """

    published: _Grid
    terms: tuple[_Grid, _Grid] | None
    foreign: bool
    decimals: int

    def joint(self, codes: Sequence[str]) -> tuple[np.ndarray, np.ndarray, dict[str, Obstacle]]:
        """Values and states in every period, and what stood in the way where there is no value."""
        periods = self.published.periods
        values = np.full(len(periods), np.nan)
        obstacles: dict[str, Obstacle] = {}
        for place, period in enumerate(periods):
            made = self._in_period(codes, place)
            if isinstance(made, Obstacle):
                obstacles[period] = made
            else:
                values[place] = float(made)
        # What is known of its municipalities does not become known of the job centre.
        _, states = self.published.total(codes)
        hidden = np.where(states == State.SUPPRESSED.value, State.SUPPRESSED.value, State.MISSING.value)
        return values, np.where(np.isnan(values), hidden, State.OK.value), obstacles

    def _in_period(self, codes: Sequence[str], place: int) -> Decimal | Obstacle:
        if self.terms is None:
            return Obstacle.NO_RULE
        part, base = (grid.sum_at(codes, place) for grid in self.terms)
        if part is None:
            return Obstacle.PART
        if not base:
            return Obstacle.BASE
        if self.foreign and not all(self._reproduces(code, place) for code in codes):
            return Obstacle.MISMATCH
        return share_of(part, base, self.decimals)

    def _reproduces(self, code: str, place: int) -> bool:
        """Whether a base from another source gives a municipality's own published share back.

        One step of the last decimal is allowed: the published share stands on a population of its own day.
        """
        shown = self.published.sum_at([code], place)
        if self.terms is None or shown is None:
            return False
        part, base = (grid.sum_at([code], place) for grid in self.terms)
        if part is None or not base:
            return False
        return abs(share_of(part, base, self.decimals) - shown) <= Decimal(1).scaleb(-self.decimals)


def _share(
    observations: pd.DataFrame, overview: Overview, indicator: Indicator, series: str, published: _Grid
) -> _Share:
    """How a share of joint job centres is made, by the template's rules."""
    rules = overview.template.joint
    own = rules.of_counts.get(indicator.key)
    periods = published.periods
    terms: tuple[_Grid, _Grid] | None = None
    if own is not None and series == indicator.headline:
        part, base = (
            _added([_grid(observations, indicator.key, name).at(periods) for name in names])
            for names in (own.part, own.base)
        )
        terms = part, base
    elif indicator.key in rules.of_population:
        key, _, name = rules.population.partition(".")
        population = _grid(observations, key, name).carried(periods)
        terms = _grid(observations, indicator.key, "count").at(periods), population
    return _Share(published, terms, own is None, indicator.decimals_of(series))


def _added(grids: Sequence[_Grid]) -> _Grid:
    if len(grids) == 1:
        return grids[0]
    codes = sorted(set().union(*(grid.values.index for grid in grids)))
    rows, states = {}, {}
    for code in codes:
        found = [grid.row(code) for grid in grids]
        state = _worst([states for _, states in found])
        rows[code] = np.where(state == State.OK.value, sum(values for values, _ in found), np.nan)
        states[code] = state
    periods = grids[0].periods
    return _Grid(
        pd.DataFrame.from_dict(rows, orient="index", columns=periods, dtype=float),
        pd.DataFrame.from_dict(states, orient="index", columns=periods, dtype=object),
    )


def share_of(part: Decimal, base: Decimal, decimals: int) -> Decimal:
    """``100 × part / base``, rounded once, a half away from zero, as Jobindsats' own shares are."""
    return (100 * part / base).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
