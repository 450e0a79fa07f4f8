"""Forecasts that stand still: what they say, that they cross no break, and how they did on the real figures."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from statistics import fmean

import numpy as np
import pytest

from helpers.analysis.outlook import LEAST_PERIODS, Method, backtest, forecast, forecasts
from jobindsats_tables import WIDE, has_reference

YEAR = [float(n) for n in range(1, 13)]


def grid(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=float)


@pytest.mark.parametrize(("horizon", "last_year"), [(1, 1.0), (6, 6.0), (12, 12.0), (13, 1.0), (24, 12.0)])
def test_each_method_says_what_it_is_called(horizon, last_year):
    said = forecasts(grid(YEAR * 3), 12, horizon)
    newest = {method: found[0, -1] for method, found in said.items()}
    assert newest[Method.LAST] == 12
    assert newest[Method.LAST_YEAR] == last_year
    assert newest[Method.MEAN] == 6.5
    assert newest[Method.TREND] == 12  # as a year before


def test_a_trend_goes_on_as_in_the_last_year():
    rising = [float(n) for n in range(30)]
    assert forecasts(grid(rising), 12, 6)[Method.TREND][0, -1] == 35


def test_what_is_not_known_is_not_filled():
    series = [*YEAR, *YEAR[:-1], float("nan")]
    said = forecasts(grid(series), 12, 3)
    assert np.isnan(said[Method.LAST][0, -1]) and np.isnan(said[Method.MEAN][0, -1])


def seasonal(areas: int, periods: int = 60) -> np.ndarray:
    rng = np.random.default_rng(15)
    season = 3 * np.sin(np.arange(periods) * np.pi / 6)
    return np.round(10 + season + rng.normal(0, 0.2, (areas, periods)), 1)


def noisy(areas: int, periods: int = 60) -> np.ndarray:
    return np.round(np.random.default_rng(15).normal(10, 2, (areas, periods)), 1)


def drifting(areas: int, periods: int = 60) -> np.ndarray:
    return np.round(10 + np.cumsum(np.random.default_rng(15).normal(0, 0.3, (areas, periods)), axis=1), 1)


@pytest.mark.parametrize(
    ("values", "method"),
    [(seasonal(20), Method.LAST_YEAR), (noisy(20), Method.MEAN), (drifting(20), Method.LAST)],
)
def test_the_method_is_the_one_that_would_have_been_right(values, method):
    found = backtest(values, [str(n) for n in range(20)], per_year=12, horizon=3, decimals=1)
    assert found is not None and found.chosen is method


def test_what_is_told_holds_eight_in_ten_and_no_less_does():
    values = noisy(20)
    found = backtest(values, [str(n) for n in range(20)], per_year=12, horizon=3, decimals=1)
    assert found is not None
    assert found.hits / found.forecasts >= 0.8
    means = np.array([[values[row, at - 11 : at + 1].mean() for at in range(12, 57)] for row in range(20)])
    off = np.abs(np.floor(means * 10 + 0.5 + 1e-9) / 10 - values[:, 15:])
    assert found.hits == int((off <= float(found.within) + 1e-6).sum())
    assert (off <= float(found.within) - 0.1 + 1e-6).mean() < 0.8
    assert sum(hits for hits, _ in found.own.values()) == found.hits
    assert sum(made for _, made in found.own.values()) == found.forecasts == 20 * 45


def test_neither_a_forecast_nor_what_it_is_made_of_crosses_a_break():
    values = noisy(20)
    values[:, 30:] += 1000  # what the break did
    found = backtest(values, [str(n) for n in range(20)], per_year=12, horizon=3, decimals=1, breaks=[30])
    assert found is not None
    assert found.errors[Method.LAST] < 10
    # From 12 up to 26 the forecast ends before the break, from 42 on the year lies after it.
    assert found.forecasts == 20 * (15 + 15)


def test_too_few_forecasts_are_no_track_record():
    assert backtest(noisy(2, 40), ["1", "2"], per_year=12, horizon=12, decimals=1) is None
    assert backtest(noisy(98, 24), [str(n) for n in range(98)], per_year=12, horizon=12, decimals=1) is None


@pytest.mark.parametrize(("periods", "known"), [(LEAST_PERIODS, True), (LEAST_PERIODS - 1, False)])
def test_nothing_is_forecast_of_fewer_than_25_periods(periods, known):
    values = [Decimal("10.1")] * periods
    assert (forecast(values, Method.MEAN, 12, 6, 1) == Decimal("10.1")) is known


def test_a_hole_counts_as_no_period():
    values = [Decimal("10.1")] * LEAST_PERIODS
    assert forecast([*values, None, Decimal(9)], Method.LAST, 12, 6, 1) == Decimal("9.0")
    assert forecast([*values[:-2], None, Decimal(9)], Method.LAST, 12, 6, 1) is None


@pytest.mark.skipif(not has_reference(), reason="no reference data beside the checkout")
@pytest.mark.parametrize(
    ("column", "forecasts_made"),
    [
        ("ledige_total_pct_arbejdsstyrke", 3528),
        ("kth_pct_befolkning", 3528),
        ("kth_andel_aktiveringsberoerte", 3528),
        ("kth_ordinaere_timer_andel", 3477),
    ],
)
def test_a_trend_a_year_ahead_is_a_third_worse_than_standing_still(column, forecasts_made):
    """Reckoned twice: here in a few lines of plain Python, and by the backtest."""
    series = defaultdict(list)
    with WIDE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["area"] != "Hele landet":
                series[row["area"]].append(float(row[column]) if row[column] else None)
    still, trend = [], []
    for values in series.values():
        known = values[1:] if column != "kth_ordinaere_timer_andel" else values[:-1]
        for before, now, came in zip(known, known[12:], known[24:], strict=False):
            if None not in (before, now, came):
                still.append(abs(now - came))
                trend.append(abs(2 * now - before - came))
    assert len(still) == forecasts_made
    assert 1.33 <= fmean(trend) / fmean(still) <= 1.58
    values = np.array([[np.nan if v is None else v for v in found] for found in series.values()])
    made = backtest(values, list(series), per_year=12, horizon=12, decimals=1)
    assert made is not None
    assert made.errors[Method.TREND] / made.errors[Method.LAST] == pytest.approx(
        fmean(trend) / fmean(still), abs=0.05
    )
    assert made.errors[made.chosen] < made.errors[Method.TREND]
