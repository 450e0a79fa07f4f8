"""The gap rule: the column "Forskel", and what "at least", "over", "at most" and "under" mean at 0."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.gaps import Verdict, gap, target_value, verdict
from helpers.catalogue.models import Direction
from helpers.catalogue.targets import Target

VALUES = st.decimals(min_value=-1000, max_value=1000, places=1)
TARGETS = st.builds(
    Target,
    rule=st.sampled_from(["at_least", "over", "at_most", "under"]),
    value=st.none() | VALUES,
    margin=st.just(Decimal(0)),
)


@given(VALUES, VALUES, st.sampled_from(Direction))
def test_a_gap_is_positive_exactly_when_the_municipality_is_on_the_better_side(ours, target, direction):
    better = ours > target if direction is Direction.HIGHER else ours < target
    assert (gap(ours, target, direction) > 0) == better


@given(VALUES, VALUES)
def test_turning_the_direction_turns_the_sign_and_nothing_else(ours, target):
    assert gap(ours, target, Direction.HIGHER) == -gap(ours, target, Direction.LOWER)


@given(VALUES, VALUES, st.decimals(min_value=0, max_value=50, places=1))
def test_a_better_value_never_turns_met_into_not_met(ours, national, step):
    for rule in ("at_least", "over", "at_most", "under"):
        target = Target(rule=rule)
        better = ours + step * target.direction.sign
        before, after = (
            verdict(gap(value, target_value(target, national), target.direction), target)
            for value in (ours, better)
        )
        assert not (before is Verdict.MET and after is Verdict.NOT_MET)


@given(VALUES)
def test_on_the_border_at_least_and_at_most_are_met_but_over_and_under_are_not(value):
    for rule, expected in (
        ("at_least", Verdict.MET),
        ("at_most", Verdict.MET),
        ("over", Verdict.NOT_MET),
        ("under", Verdict.NOT_MET),
    ):
        target = Target(rule=rule)
        assert verdict(gap(value, value, target.direction), target) is expected


@given(TARGETS)
def test_a_goal_against_an_unknown_country_has_no_target_but_a_fixed_number_needs_no_country(target):
    assert target_value(target, None) == target.value


def test_a_margin_moves_the_target_with_the_country():
    target = Target.model_validate({"at_most": "national", "margin": -0.2})
    assert target_value(target, Decimal("0.7")) == Decimal("0.5")
    assert gap(Decimal("0.6"), Decimal("0.5"), target.direction) == Decimal("-0.1")


def test_a_missing_gap_cannot_be_judged():
    assert verdict(None, Target(rule="at_least")) is Verdict.CANNOT_BE_JUDGED


def test_a_goal_without_a_target_has_no_number_and_no_verdict():
    none_set = Target.model_validate({"none_set": "Der fandtes ingen måling."})
    assert target_value(none_set, Decimal("0.82")) is None
    assert verdict(Decimal("0.01"), none_set) is Verdict.CANNOT_BE_JUDGED


@pytest.mark.parametrize(
    ("rule", "national", "ours", "printed"),
    [
        ({"at_least": "national"}, "87.3", "83.8", "-3.5"),
        ({"at_least": 40}, "79", "60", "20"),
        ({"under": "national"}, "23.1", "27.1", "-4.0"),
        ({"at_least": 75}, "80.0", "75.1", "0.1"),
        ({"at_most": "national", "margin": -0.2}, "0.7", "0.6", "-0.1"),
        ({"at_least": 85}, "86.4", "84.6", "-0.4"),
    ],
)
def test_the_rule_gives_the_difference_that_the_status_of_plan_2023_printed(rule, national, ours, printed):
    target = Target.model_validate(rule)
    wanted = target_value(target, Decimal(national))
    assert wanted is not None
    assert gap(Decimal(ours), wanted, target.direction) == Decimal(printed)
