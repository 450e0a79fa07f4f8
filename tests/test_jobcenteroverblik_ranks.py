"""Places, thirds and moves: what a rank says, and what it says when there is nothing to rank."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.ranks import Rank, Standing, Third, best, moved, on_few, places, rank, third_of
from helpers.catalogue.models import Direction

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER


def decimals(*texts: str | None) -> dict[str, Decimal | None]:
    return {f"a{n}": None if text is None else Decimal(text) for n, text in enumerate(texts)}


VALUES = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.none() | st.integers(0, 30).map(lambda tenths: Decimal(tenths) / 10),
    min_size=1,
    max_size=40,
)


@given(VALUES, st.sampled_from([HIGHER, LOWER]))
def test_a_place_is_one_more_than_the_number_of_better_areas(values, direction):
    for area, value in values.items():
        found = rank(values, area, direction)
        if value is None or found.standing is Standing.ALONE:
            assert found.place is None
            continue
        better = [
            v
            for a, v in values.items()
            if v is not None and (v > value if direction is HIGHER else v < value)
        ]
        assert (found.place, found.of) == (len(better) + 1, sum(v is not None for v in values.values()))
        assert found.without == sum(v is None for a, v in values.items() if a != area)
        assert found.place == places(values, direction)[area]


@given(VALUES)
def test_turning_the_direction_round_turns_the_ranking_round(values):
    for area in values:
        up, down = rank(values, area, HIGHER), rank(values, area, LOWER)
        if up.place is not None and down.place is not None:
            assert up.place + up.sharing + down.place == up.of + 1


@pytest.mark.parametrize("of", range(2, 99))
def test_the_thirds_are_the_same_from_either_end_and_differ_by_one_place_at_most(of):
    thirds = [third_of(place, of) for place in range(1, of + 1)]
    mirror = {Third.TOP: Third.BOTTOM, Third.MIDDLE: Third.MIDDLE, Third.BOTTOM: Third.TOP}
    assert [mirror[third] for third in reversed(thirds)] == thirds
    sizes = [thirds.count(third) for third in Third]
    assert max(sizes) - min(sizes) <= 2 and sizes[0] == sizes[2]


@given(VALUES)
def test_thirds_are_the_same_from_either_end_where_places_are_shared(values):
    mirror = {Third.TOP: Third.BOTTOM, Third.MIDDLE: Third.MIDDLE, Third.BOTTOM: Third.TOP, None: None}
    for area in values:
        assert rank(values, area, HIGHER).third is mirror[rank(values, area, LOWER).third]


@pytest.mark.parametrize(
    ("share", "count", "base", "hidden", "few"),
    [
        ("10.0", None, "29", False, True), ("10.0", None, "30", False, False), ("10.0", "3", None, False, False),
        ("15.0", "3", None, False, True), ("0.0", "0", None, False, False), ("10.0", None, None, True, True),
        (None, "3", "5", False, False), ("10.0", None, None, False, False),
    ],
)  # fmt: skip
def test_a_share_of_fewer_than_30_or_of_a_hidden_number_is_out_of_few(share, count, base, hidden, few):
    numbers = [None if text is None else Decimal(text) for text in (share, count, base)]
    assert on_few(*numbers, hidden=hidden) is few


@pytest.mark.parametrize(
    ("place", "of", "third"),
    [
        # The tiles of the report of February 2017 and the thirds they lie in.
        (3, 22, Third.TOP), (2, 22, Third.TOP), (73, 94, Third.BOTTOM), (1, 6, Third.TOP), (1, 22, Third.TOP),
        (5, 11, Third.MIDDLE), (86, 94, Third.BOTTOM), (11, 13, Third.BOTTOM),
    ],
)  # fmt: skip
def test_the_thirds_of_the_printed_tiles(place, of, third):
    assert third_of(place, of) is third
    assert Rank(Standing.RANKED, place, of).third is third


def test_equal_values_share_a_place_and_the_next_place_is_left_out():
    values = decimals("2.0", "2.0", "3.1", "1.9")
    assert places(values, LOWER) == {"a3": 1, "a0": 2, "a1": 2, "a2": 4}
    assert rank(values, "a0", LOWER).sharing == 1


def test_a_suppressed_competitor_is_counted_as_without_a_value_and_not_as_zero():
    found = rank(decimals("1.0", None, "2.0"), "a0", HIGHER)
    assert (found.place, found.of, found.without) == (2, 2, 1)


def test_without_its_own_value_an_area_has_no_place():
    found = rank(decimals(None, "1.0", None), "a0", HIGHER)
    assert (found.standing, found.place, found.of, found.third) == (Standing.NO_VALUE, None, 1, None)


def test_where_nobody_has_a_value_there_is_no_ranking():
    assert rank(decimals(None, None), "a0", HIGHER).standing is Standing.NO_DATA


def test_an_area_without_anyone_to_compare_with_stands_alone():
    assert rank(decimals("1.0"), "a0", HIGHER).standing is Standing.ALONE
    found = rank(decimals("1.0", None, None), "a0", HIGHER)
    assert (found.standing, found.without, found.third) == (Standing.ALONE, 2, None)


def test_when_all_are_equal_nobody_is_in_a_third():
    found = rank(decimals("1.0", "1.0", "1.0"), "a1", LOWER)
    assert (found.standing, found.place, found.third) == (Standing.ALL_EQUAL, 1, None)


def test_a_move_is_positive_when_the_place_is_better_and_unknown_when_a_place_is():
    earlier = rank(decimals("1.0", "2.0", "3.0"), "a0", HIGHER)
    later = rank(decimals("2.5", "2.0", "3.0"), "a0", HIGHER)
    assert (moved(later, earlier), moved(earlier, later), moved(later, later)) == (1, -1, 0)
    assert moved(later, rank(decimals(None, "2.0"), "a0", HIGHER)) is None


@given(VALUES, st.integers(1, 10), st.sampled_from([HIGHER, LOWER]))
def test_the_best_are_at_least_as_good_as_all_the_others(values, count, direction):
    chosen = best(values, direction, count)
    known = {area: value for area, value in values.items() if value is not None}
    assert len(chosen) == min(count, len(known))
    worst = [direction.sign * known[area] for area in chosen]
    assert all(direction.sign * value <= min(worst) for area, value in known.items() if area not in chosen)
