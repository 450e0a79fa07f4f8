"""Targets of every kind: what each asks for, what it is judged by and when, and what keeps it from being judged."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from data_support import term
from helpers.analysis.gaps import Verdict, joint_verdict
from helpers.analysis.ranks import last_of_top_third
from helpers.analysis.readings import Readings
from helpers.analysis.targets import Judgement, Lacking, Targets, areas_asked
from helpers.catalogue import Catalogue
from helpers.catalogue.grouping import Grouping, GroupRules
from helpers.catalogue.models import Indicator, Municipality, Plan
from helpers.data.frames import OBSERVATION_COLUMNS
from helpers.periods import Period

MET, NOT, TRACK, BEHIND = Verdict.MET, Verdict.NOT_MET, Verdict.ON_TRACK, Verdict.BEHIND
NOT_DUE, UNKNOWN, FOLLOWED = Verdict.NOT_DUE, Verdict.CANNOT_BE_JUDGED, Verdict.FOLLOWED
OWN = "791"
TOWNS = tuple(
    Municipality(code=code, name=name, slug=name.lower(), region="Midtjylland")
    for code, name in ((OWN, "Viborg"), ("661", "Holstebro"), ("657", "Herning"), ("779", "Skive"))
)


def item(direction: str = "higher_is_better", **more: object) -> Indicator:
    entry = {
        "key": "x", "title": "x", "unit": "percent", "decimals": 1, "frequency": "month", "direction": direction,
        "series": {"share": {"label": "{area}", "from": term("ta"), "certainty": "confirmed"}},
    }  # fmt: skip
    return Indicator.model_validate(entry | more)


def plan_of(target: object, **goal: object) -> Plan:
    one = {"number": "1a", "title": "t", "text": "t", "indicator": "x", "target": target} | goal
    area = {"number": 1, "title": "t", "slug": "t", "intro": "t", "goals": [one]}
    return Plan.model_validate(
        {"key": "p", "title": "p", "year": 2026, "example_date": "2026-08-22", "focus_areas": [area]}
    )


def months(first: str, *values: float | None) -> dict[str, float | None]:
    """Consecutive months and their values."""
    begin = Period.parse(first)
    return {begin.shift(step).id: value for step, value in enumerate(values)}


def targets(target: object, figures: dict[str, dict[str, float | None]], of: Indicator) -> Targets:
    frame = pd.DataFrame(
        [
            (
                "x",
                of.headline,
                area,
                period,
                value,
                "suppressed" if value is None else "ok",
                "jobindsats:ta",
                "s",
                False,
            )
            for area, values in figures.items()
            for period, value in values.items()
        ],
        columns=list(OBSERVATION_COLUMNS),
    ).astype({"value": float})
    grouping = Grouping(rules=GroupRules(order=("region",), least=1))
    catalogue = Catalogue({"x": of}, {}, {}, TOWNS, "hash", grouping=grouping)
    return Targets(catalogue, plan_of(target), Readings(frame))


def judged(
    target: object, figures: dict[str, dict[str, float | None]], of: Indicator | None = None, period: str = ""
) -> Judgement:
    """The judgement of the only part of a goal, in the newest period or in the one named."""
    found = targets(target, figures, of or item())
    part = plan_of(target).goals[0].parts[0]
    when = Period.parse(period) if period else found.newest(part, OWN)
    assert when is not None
    return found.judge(part, OWN, when)


def own(first: str, *values: float | None) -> dict[str, dict[str, float | None]]:
    """Figures of the municipality, and of a country that has the same months."""
    return {OWN: months(first, *values), "dk": months(first, *(50.0 for _ in values))}


# ------------------------------------------------------------------------------------ other yardsticks


REGION = {
    OWN: {"2026M07": 40.0}, "661": {"2026M07": 42.0}, "657": {"2026M07": 38.1}, "779": {"2026M07": 41.0},
    "dk": {"2026M07": 50.0},
}  # fmt: skip


def test_a_group_is_the_plain_mean_of_the_others_rounded_as_a_published_share_is() -> None:
    found = judged({"at_least": "region"}, REGION)
    assert (found.asked.yardstick, found.gap, found.verdict) == (Decimal("40.4"), Decimal("-0.4"), NOT)
    assert found.asked.known == 3
    assert found.asked.group is not None and OWN not in found.asked.group.codes


def test_the_best_of_a_group_is_the_best_by_the_indicators_direction() -> None:
    assert judged({"at_least": "region", "of": "best"}, REGION).target == Decimal("42.0")
    assert judged({"at_most": "region", "of": "best"}, REGION, item("lower_is_better")).target == Decimal(
        "38.1"
    )


def test_another_municipality_can_be_the_yardstick_with_a_margin() -> None:
    found = judged({"at_least": {"area": "Skive"}, "margin": 1}, REGION)
    assert (found.target, found.verdict) == (Decimal("42.0"), NOT)


def test_a_group_without_figures_is_nobody_to_be_held_against() -> None:
    alone = {OWN: {"2026M07": 40.0}, "661": {"2026M07": None}, "dk": {"2026M07": 50.0}}
    found = judged({"at_least": "region"}, alone)
    assert (found.verdict, found.lack and found.lack.obstacle) == (UNKNOWN, Lacking.NO_GROUP)


def test_a_rank_is_judged_in_places() -> None:
    best = judged({"rank_at_most": 2, "among": "region"}, REGION)
    assert best.asked.place is not None
    assert (best.asked.place.place, best.asked.known, best.gap, best.verdict) == (3, 4, Decimal(-1), NOT)
    third = judged({"rank": "best_third", "among": "region"}, REGION)
    assert (third.target, third.verdict) == (Decimal(1), NOT)
    assert (
        judged({"rank": "best_third", "among": "region"}, {**REGION, OWN: {"2026M07": 43.0}}).verdict is MET
    )


@pytest.mark.parametrize(("of", "last"), [(1, 1), (2, 1), (3, 1), (11, 4), (22, 7), (98, 33)])
def test_the_last_place_of_the_best_third(of: int, last: int) -> None:
    assert last_of_top_third(of) == last


def test_what_was_expected_is_read_from_its_own_series() -> None:
    series = {
        name: {"label": "{area}", "from": term("ta"), "certainty": "confirmed"}
        for name in ("share", "expected")
    }
    of = item("lower_is_better", series=series)
    found = targets({"at_most": "expected"}, {OWN: {"2026M07": 20.0}}, of)
    assert (
        found.judge(plan_of({"at_most": "expected"}).goals[0].parts[0], OWN, Period.month(2026, 7)).verdict
        is UNKNOWN
    )


# ------------------------------------------------------------------------------------ change and interval


def test_a_change_is_held_against_the_period_it_is_since() -> None:
    lower = item("lower_is_better")
    figures = own("2025M12", 20.0, 19.6, 19.0)
    share = judged({"down_by": "5 %", "since": "2025M12"}, figures, lower)
    assert (share.target, share.asked.since, share.verdict) == (Decimal("19.0"), Period.month(2025, 12), MET)
    points = judged({"down_by": 1.5, "since": "start"}, figures, lower)
    assert (points.target, points.verdict) == (Decimal("18.5"), NOT)


def test_better_than_last_year_moves_with_the_month() -> None:
    figures = own("2025M06", *(float(value) for value in range(30, 44)))
    found = judged({"over": "last_year"}, figures)
    assert (found.period.id, found.asked.since, found.target) == (
        "2026M07",
        Period.month(2025, 7),
        Decimal("31.0"),
    )
    assert found.verdict is MET


def test_a_level_that_is_held_may_not_fall() -> None:
    assert judged({"at_least": "2025M12"}, own("2025M12", 20.0, 20.0)).verdict is MET
    assert judged({"at_least": "2025M12"}, own("2025M12", 20.0, 19.9)).verdict is NOT


@pytest.mark.parametrize(
    ("value", "gap", "verdict"),
    [(42.0, "2.0", MET), (45.0, "0.0", MET), (45.5, "-0.5", NOT), (39.0, "-1.0", NOT)],
)
def test_an_interval_is_met_between_its_ends(value: float, gap: str, verdict: Verdict) -> None:
    found = judged({"between": [40, 45]}, own("2026M07", value))
    assert (found.gap, found.verdict) == (Decimal(gap), verdict)


def test_no_comparison_crosses_a_break() -> None:
    broken = item(breaks=[{"period": "2026M02", "text": "nyt"}])
    found = judged({"at_least": "2025M12"}, own("2025M12", 20.0, 20.0, 21.0), broken)
    assert (found.verdict, found.gap, found.lack and found.lack.obstacle) == (UNKNOWN, None, Lacking.BREAK)
    before = judged({"at_least": "2025M12"}, own("2025M12", 20.0, 20.0, 21.0), broken, "2026M01")
    assert before.verdict is MET


# ------------------------------------------------------------------------------------ when it is judged


DATED = {"at_least": 15, "from": 12, "baseline": "2025M12", "by": "2026M12"}


@pytest.mark.parametrize(("value", "verdict"), [(13.5, TRACK), (13.4, BEHIND), (15.2, TRACK)])
def test_until_its_day_a_goal_is_on_track_or_behind_by_a_straight_path(
    value: float, verdict: Verdict
) -> None:
    found = judged(DATED, own("2026M06", value))
    assert (found.asked.path, found.verdict) == (Fraction(27, 2), verdict)
    assert found.gap == Decimal(str(value)) - 15


def test_on_its_day_it_is_met_or_not_and_later_figures_change_nothing() -> None:
    assert judged(DATED, own("2026M12", 15.0)).verdict is MET
    late = judged(DATED, own("2026M11", 14.0, 14.9, 16.0, 17.0))
    assert (late.period.id, late.verdict) == ("2026M12", NOT)


def test_without_a_start_there_is_no_path_and_so_no_verdict_yet() -> None:
    found = judged({"at_least": 15, "by": "2026M12"}, own("2026M06", 13.0))
    assert (found.verdict, found.asked.path) == (NOT_DUE, None)
    begun = judged({"at_least": 15, "by": "2026M12"}, own("2025M12", 12.0, *[13.0] * 6))
    assert begun.asked.start is not None
    assert (begun.asked.start.value, begun.asked.start.given, begun.verdict) == (
        Decimal("12.0"),
        False,
        BEHIND,
    )


def test_a_given_path_is_followed_as_it_is_and_ends_the_goal() -> None:
    lower = item("lower_is_better", unit="full_time_persons", decimals=0)
    budget = {"at_most": 450, "path": {"2026M03": 500, "2026M06": 470, "2026M12": 450}}
    at = {"2026M03": 500.0, "2026M04": 491.0, "2026M05": 480.0}
    found = judged(budget, {OWN: at}, lower)
    assert (found.asked.due, found.asked.path, found.verdict) == (
        Period.month(2026, 12),
        Fraction(480),
        TRACK,
    )
    assert judged(budget, {OWN: {**at, "2026M05": 481.0}}, lower).verdict is BEHIND


def test_last_years_profile_says_how_far_one_should_be() -> None:
    year = own("2025M01", *[10.0] * 5, 5.0, *[10.0] * 5, 20.0, *[8.0] * 6)
    found = judged({"at_least": 30, "by": "2026M12", "path": "last_year"}, year)
    assert (found.asked.path, found.verdict) == (Fraction(15, 2), TRACK)  # 5 was a quarter of 20


def test_a_years_total_is_reached_once_and_for_all() -> None:
    counted = item(unit="number", decimals=0, cumulative=True)
    reached = judged({"at_least": 60}, {OWN: months("2026M06", 31.0, 61.0)}, counted)
    assert (reached.verdict, reached.asked.due) == (MET, Period.month(2026, 12))
    before = judged({"at_least": 60}, {OWN: months("2026M06", 31.0)}, counted)
    assert (before.asked.path, before.verdict) == (Fraction(30), TRACK)
    summed = judged(
        {"at_least": 60, "judge_on": "year_total"},
        own("2026M01", *[4.0] * 6),
        item(unit="number", decimals=0),
    )
    assert (summed.ours.value, summed.verdict) == (Decimal(24), BEHIND)


def test_the_mean_of_twelve_months_needs_all_of_them() -> None:
    target = {"at_least": 20, "judge_on": "mean_12_months"}
    found = judged(target, own("2025M08", *[19.0] * 6, *[21.0] * 6))
    assert (found.ours.value, found.verdict) == (Decimal("20.0"), MET)
    hole = judged(target, own("2025M08", *[19.0] * 5, None, *[21.0] * 6))
    assert (hole.verdict, hole.lack and hole.lack.period) == (UNKNOWN, Period.month(2026, 1))


def test_the_years_mean_is_judged_when_the_year_is_over() -> None:
    target = {"at_least": 20, "judge_on": "year_mean"}
    assert judged(target, own("2026M01", 19.0, 21.5)).verdict is TRACK
    assert judged(target, own("2026M01", 19.0, 20.5)).verdict is BEHIND
    assert judged(target, own("2026M01", *[20.0] * 12)).verdict is MET


def test_each_year_has_its_own_number_and_the_year_in_force_is_judged() -> None:
    target = {"at_least": {2026: 40, 2027: 45, 2028: 50}}
    for period, asked, verdict in (("2026M12", 40, MET), ("2027M01", 45, NOT), ("2028M05", 50, NOT)):
        found = judged(target, own(period, 42.0))
        assert (found.target, found.asked.year, found.verdict) == (
            Decimal(asked),
            Period.parse(period).year,
            verdict,
        )
    early = judged(target, own("2025M12", 42.0))
    assert (early.verdict, early.lack and early.lack.obstacle) == (UNKNOWN, Lacking.NOT_IN_FORCE)
    assert judged(target, own("2028M12", 51.0, 10.0)).verdict is MET  # 2029 is nobody's year


# ------------------------------------------------------------------------------------ several, and none


def test_a_direction_is_followed_without_a_verdict() -> None:
    found = judged({"direction": "up"}, own("2026M07", 12.0))
    assert (found.verdict, found.gap, found.ours.value) == (FOLLOWED, None, Decimal("12.0"))


@pytest.mark.parametrize(
    ("verdicts", "all_of_them", "any_of_them"),
    [
        ((MET, NOT), NOT, MET),
        ((MET, BEHIND), BEHIND, MET),
        ((TRACK, NOT), NOT, TRACK),
        ((UNKNOWN, MET), UNKNOWN, MET),
        ((UNKNOWN, NOT), NOT, UNKNOWN),
        ((MET, FOLLOWED), MET, MET),
        ((FOLLOWED,), FOLLOWED, FOLLOWED),
    ],
)
def test_one_verdict_over_several(
    verdicts: tuple[Verdict, ...], all_of_them: Verdict, any_of_them: Verdict
) -> None:
    assert joint_verdict(verdicts) is all_of_them
    assert joint_verdict(verdicts, any_suffices=True) is any_of_them


def test_several_targets_are_parts_each_with_its_indicator() -> None:
    goal = plan_of(
        {"any": [{"at_least": 40}, {"indicator": "y", "under": "national"}, {"milestone": "2026-07-01"}]}
    ).goals[0]
    assert [part.indicator for part in goal.parts] == ["x", "y", ""]
    assert goal.any_suffices and goal.indicators == ("x", "y")
    both = plan_of({"at_least": "national"}, indicator=["x", "y"]).goals[0]
    assert [part.indicator for part in both.parts] == ["x", "y"] and not both.any_suffices


# ------------------------------------------------------------------------------------ drawing and loading


def test_a_figure_gets_a_level_a_path_a_stair_or_the_yardstick_as_it_moved() -> None:
    def drawn(
        target: object, figures: dict[str, dict[str, float | None]], periods: list[str]
    ) -> list[object]:
        found = targets(target, figures, item())
        part = plan_of(target).goals[0].parts[0]
        courses = found.courses(part, OWN, [Period.parse(one) for one in periods])
        return [(one.varies, [(at.id, float(value)) for at, value in one.points]) for one in courses]

    two = ["2026M06", "2026M07"]
    assert drawn({"at_least": "national"}, REGION, two) == []
    assert drawn({"at_least": 40}, REGION, two) == [(False, [("2026M06", 40.0), ("2026M07", 40.0)])]
    assert drawn(DATED, own("2026M07", 13.0), two) == [(True, [("2026M06", 13.5), ("2026M07", 13.75)])]
    assert drawn({"at_least": {2026: 40, 2027: 45}}, REGION, ["2026M12", "2027M01"]) == [
        (True, [("2026M12", 40.0), ("2027M01", 45.0)])
    ]
    assert drawn({"at_least": "region"}, REGION, two) == [(True, [("2026M07", 40.4)])]
    assert [varies for varies, _ in drawn({"between": [40, 45]}, REGION, two)] == [False, False]


def test_the_areas_a_plan_asks_for_are_those_its_targets_speak_of() -> None:
    catalogue = targets({"at_least": 1}, {}, item()).catalogue
    assert areas_asked(catalogue, plan_of({"at_least": "national"}), TOWNS[0]) == ("dk", OWN)
    assert areas_asked(catalogue, plan_of({"over": {"area": "Skive"}}), TOWNS[0]) == ("dk", OWN, "779")
    assert set(areas_asked(catalogue, plan_of({"rank": "best_third", "among": "region"}), TOWNS[0])) == {
        "dk", *(town.code for town in TOWNS)
    }  # fmt: skip
