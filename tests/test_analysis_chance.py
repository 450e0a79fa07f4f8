"""Chance: the intervals of the literature, as a library has them, and on the real figures of July 2026."""

from __future__ import annotations

import csv
import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.analysis.chance import Interval, of_count, of_rate, of_share
from jobindsats_tables import WIDE, has_reference


def ends(low: str, high: str) -> Interval:
    return Interval(Decimal(low), Decimal(high))


@settings(deadline=None)  # the library's import takes longer than any example
@given(base=st.integers(1, 100_000), data=st.data())
def test_a_shares_interval_is_the_librarys_wilson_interval(base, data):
    from statsmodels.stats.proportion import proportion_confint

    count = data.draw(st.integers(0, base))
    found = of_share(Decimal(100 * count) / base, Decimal(base), 6)
    low, high = proportion_confint(count, base, method="wilson")
    assert math.isclose(float(found.low), 100 * low, abs_tol=2e-6)
    assert math.isclose(float(found.high), 100 * high, abs_tol=2e-6)


@pytest.mark.skipif(not has_reference(), reason="no reference data beside the checkout")
@pytest.mark.parametrize(
    ("area", "share", "interval"),
    [
        ("Frederikssund", "31.2", ends("27.7", "34.9")),
        ("Hedensted", "48.8", ends("44.7", "53.0")),
        ("Vallensbæk", "42.5", ends("33.8", "51.7")),
        ("Læsø", "28.6", ends("8.2", "64.1")),
    ],
)
def test_the_shares_activated_in_july_2026(area, share, interval):
    with WIDE.open(encoding="utf-8") as file:
        row = next(r for r in csv.DictReader(file) if (r["area"], r["period"]) == (area, "2026M07"))
    assert row["kth_andel_aktiveringsberoerte"] == share
    assert of_share(Decimal(share), Decimal(row["kth_personer"]), 1) == interval


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Exact Poisson limits, as tables of them have it (Breslow & Day 1987, table 2.10); Byar's are near them from 5 on.
    [(5, 1.62, 11.67), (10, 4.80, 18.39), (20, 12.22, 30.89), (50, 37.11, 65.92), (100, 81.36, 121.63)],
)
def test_a_counts_interval_is_near_the_exact_one(count, low, high):
    found = of_count(Decimal(count), 2)
    assert math.isclose(float(found.low), low, abs_tol=0.05)
    assert math.isclose(float(found.high), high, abs_tol=0.05)


def test_none_may_have_been_some_but_some_never_less_than_none():
    assert of_count(Decimal(0), 1) == ends("0.0", "3.7")
    assert of_count(Decimal(1), 1).low >= 0


def test_a_rates_interval_is_its_counts_in_proportion():
    count, rate = of_count(Decimal(623), 4), of_rate(Decimal("2.6"), Decimal(623), 4)
    assert math.isclose(float(rate.low / rate.high), float(count.low / count.high), rel_tol=1e-3)
    assert of_rate(Decimal("2.6"), Decimal(623), 1) == ends("2.4", "2.8")


@pytest.mark.parametrize("share", ["0.0", "100.0"])
def test_at_the_ends_nothing_lies_outside_of_a_share(share):
    found = of_share(Decimal(share), Decimal(12), 1)
    assert found.holds(Decimal(share))
    assert 0 <= found.low < found.high <= 100
