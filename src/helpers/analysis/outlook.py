"""Where a figure will stand if nothing changes, and how often such a forecast has been right.

In: the figures of all areas on one grid of periods. Out: a :class:`Backtest` of the forecasts that could have been made, and
the forecast of the kind that did best.

Notes
-----
A forecast "stands still": it says the newest value again, the same period's of a year ago, or the mean of a year. Which of them
depends on the series and on how far ahead; it is chosen by what would have been right. That a trend goes on is reckoned too,
and never chosen: a year ahead its error is 33–57 % larger than that of the newest value in the four series that were tried
(98 municipalities, August 2021 to July 2026: unemployment, kontanthjælp, activation and ordinary hours, 3,477–3,528
forecasts each; ``tests/test_analysis_outlook.py``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

import numpy as np

LEAST_PERIODS = 25
"""Of fewer periods on one side of every break nothing is forecast."""

LEAST_FORECASTS = 100
"""Of fewer forecasts it is not told how often they were right."""

_OFTEN = 0.8
"""What is told is the distance within which so many forecasts were right."""

_ALIKE = 1e-9


class Method(StrEnum):
    """How the future is taken to be like the past; :data:`STANDING` are those that may be chosen."""

    LAST = "last"
    LAST_YEAR = "last_year"
    MEAN = "mean"
    TREND = "trend"


STANDING = (Method.LAST, Method.LAST_YEAR, Method.MEAN)


@dataclass(frozen=True)
class Backtest:
    """How the forecasts of one series, so many periods ahead, have turned out."""

    horizon: int
    forecasts: int
    """How many could be made and checked, of all areas; every method made each of them."""
    errors: Mapping[Method, float]
    """Mean distance from what came, in the series' unit."""
    chosen: Method
    """Of :data:`STANDING` the one with the least error."""
    # A distance in the series' unit, and how many of the chosen method's forecasts were no farther off.
    within: Decimal
    hits: int
    own: Mapping[str, tuple[int, int]]
    """Area → its hits, and its forecasts."""


def forecasts(values: np.ndarray, per_year: int, horizon: int) -> dict[Method, np.ndarray]:
    """What each method says from every period on.

    Parameters
    ----------
    values
        Areas × consecutive periods, oldest first; NaN where nothing is known.
    horizon
        Periods ahead, at least 1.

    Returns
    -------
    dict
        Method → areas × periods: what is forecast *from* the column's period, for `horizon` later. NaN where one of the
        values it needs is not known; of the first year all are.
    """
    back = horizon - per_year * math.ceil(horizon / per_year)  # of the newest same period that is over
    year = np.lib.stride_tricks.sliding_window_view(values, per_year, axis=1).mean(axis=2)
    return {
        Method.LAST: values,
        Method.LAST_YEAR: _later(values, -back),
        Method.MEAN: np.hstack([np.full((len(values), per_year - 1), np.nan), year]),
        Method.TREND: values + (values - _later(values, per_year)) * horizon / per_year,
    }


def backtest(
    values: np.ndarray,
    areas: Sequence[str],
    *,
    per_year: int,
    horizon: int,
    decimals: int,
    breaks: Iterable[int] = (),
) -> Backtest | None:
    """Make every forecast that could have been made, and check it.

    Parameters
    ----------
    values, per_year, horizon
        As of :func:`forecasts`; the country is no area of its own.
    breaks
        Columns that are the first after a break: neither a forecast nor what it is made of reaches across.

    Returns
    -------
    Backtest or None
        None of fewer than :data:`LEAST_FORECASTS`.
    """
    count = values.shape[1]
    if count <= per_year + horizon:
        return None
    start, end = np.arange(count - horizon), np.arange(horizon, count)
    whole = start >= per_year
    for first in breaks:
        whole &= ~((start - per_year < first) & (first <= end))
    came = values[:, horizon:]
    said = {
        method: made[:, : count - horizon] for method, made in forecasts(values, per_year, horizon).items()
    }
    known = whole & ~np.isnan(came)
    for made in said.values():
        known = known & ~np.isnan(made)
    total = int(known.sum())
    if total < LEAST_FORECASTS:
        return None
    off = {method: np.abs(made - came) for method, made in said.items()}
    errors = {method: float(found[known].mean()) for method, found in off.items()}
    chosen = min(STANDING, key=lambda method: round(errors[method], 9))
    # As the page says it: a forecast is rounded, and so is a distance.
    shown = np.abs(_half_up(said[chosen], decimals) - came)
    within = _distance(shown[known], decimals)
    right = known & (shown <= float(within) + _ALIKE)
    own = {
        area: (int(right[row].sum()), int(known[row].sum()))
        for row, area in enumerate(areas)
        if known[row].any()
    }
    return Backtest(horizon, total, errors, chosen, within, int(right.sum()), own)


def forecast(
    values: Sequence[Decimal | None], method: Method, per_year: int, horizon: int, decimals: int
) -> Decimal | None:
    """One area's forecast from its newest period; none where what it needs is not known.

    Parameters
    ----------
    values
        Consecutive periods on one side of every break, oldest first, the newest last.
    """
    if len(values) < max(LEAST_PERIODS, per_year + 1):
        return None
    known = np.array([[np.nan if value is None else float(value) for value in values]])
    if np.isnan(known).sum() > len(values) - LEAST_PERIODS:
        return None
    found = forecasts(known, per_year, horizon)[method][0, -1]
    if np.isnan(found):
        return None
    return Decimal(repr(round(float(found), 9))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _later(values: np.ndarray, periods: int) -> np.ndarray:
    """Each column where it is `periods` later; unknown before."""
    if periods == 0:
        return values
    return np.hstack([np.full((len(values), periods), np.nan), values[:, :-periods]])


def _half_up(values: np.ndarray, decimals: int) -> np.ndarray:
    step = 10**decimals
    return np.floor(values * step + 0.5 + _ALIKE) / step


def _distance(off: np.ndarray, decimals: int) -> Decimal:
    """The least distance with the series' decimals that holds :data:`_OFTEN` of the errors."""
    steps = np.sort(np.ceil(off * 10**decimals - _ALIKE * 10**decimals))
    return Decimal(int(steps[math.ceil(_OFTEN * len(steps)) - 1])).scaleb(-decimals)
