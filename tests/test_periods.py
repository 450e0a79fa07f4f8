"""Periods: their ids, their words, and the windows that figures show."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.periods import Frequency, Period, window

PERIODS = st.builds(
    lambda frequency, year, number: Period(
        frequency, year * frequency.per_year + number % frequency.per_year
    ),
    st.sampled_from(Frequency),
    st.integers(1990, 2099),
    st.integers(0, 11),
)


@given(PERIODS)
def test_a_period_is_read_back_from_its_id(period):
    assert Period.parse(period.id) == period
    assert Period.parse(f" {period.id}\n") == period


@pytest.mark.parametrize(
    "text", ["", "2023", "2023M13", "2023M00", "2023Q05", "2023MM1", "23M11", "november 2023"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match="is no period"):
        Period.parse(text)


@given(PERIODS, st.integers(-200, 200))
def test_shifting_there_and_back_is_no_shift_and_keeps_the_order(period, steps):
    shifted = period.shift(steps)
    assert shifted.shift(-steps) == period
    assert (shifted > period) == (steps > 0)


@given(PERIODS)
def test_a_window_is_a_full_grid_without_holes_that_ends_in_its_newest_period(newest):
    grid = window(newest)
    assert grid[-1] == newest
    assert len(grid) == newest.frequency.window == len(set(grid))
    assert all(later == earlier.shift(1) for earlier, later in pairwise(grid))


@given(st.integers(1990, 2099), st.sampled_from([2, 4]))
def test_a_window_of_what_comes_twice_a_year_has_no_holes_between(year, quarter):
    grid = window(Period(Frequency.ROLLING_YEAR, year * 4 + quarter - 1), numbers=(2, 4))
    assert len(grid) == 5 and {period.number for period in grid} == {2, 4}
    assert all(later == earlier.shift(2) for earlier, later in pairwise(grid))
    assert grid[-1].ordinal - grid[0].ordinal == 8  # as the nine quarters of every other figure


@given(st.integers(1990, 2099), st.integers(1, 12))
def test_the_newest_month_of_a_window_stands_beside_the_same_month_of_two_years_before(year, number):
    grid = window(Period.month(year, number))
    assert [p.year for p in grid if p.number == number] == [year - 2, year - 1, year]


@given(st.integers(1990, 2099), st.integers(1, 4))
def test_nine_quarters_span_the_twenty_five_months_that_end_in_the_same_quarter(year, quarter):
    quarters = window(Period.parse(f"{year}Q{quarter}"))
    months = window(Period.month(year, quarter * 3))
    assert {(m.year, (m.number - 1) // 3 + 1) for m in months} == {(q.year, q.number) for q in quarters}


@given(PERIODS, PERIODS)
def test_a_period_lies_within_a_bound_exactly_when_it_ends_no_later(period, bound):
    def end(p: Period) -> tuple[int, int]:
        return p.year, p.number * (12 // p.frequency.per_year)

    assert period.within(bound) == (end(period) <= end(bound))


@given(PERIODS)
def test_the_first_day_lies_in_the_period(period):
    day = period.first_day
    assert isinstance(day, date) and day.day == 1
    assert Period.month(day.year, day.month).within(period)


@pytest.mark.parametrize(
    ("text", "danish"),
    [
        ("2023M11", "november 2023"),
        ("2023Q2", "2. kvartal 2023"),
        ("2024QMAT03", "4 kvartaler til og med 3. kvartal 2024"),
        ("2025Y01", "2025"),
    ],
)
def test_periods_are_told_as_the_status_table_prints_them(text, danish):
    assert Period.parse(text).danish == danish
