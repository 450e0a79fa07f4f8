"""Figures of joint job centres: added, made anew from what is known, or not made at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data.frames import State
from helpers.periods import Period, window
from helpers.reports.jobcenteroverblik.boards import Obstacle
from jobcenteroverblik_support import NEWEST, boards, shipped

VALLENSBAEK, ISHOEJ, JOINT = "187", "183", "vallensbaek-ishoej"
FLEKSJOB, OTHER = ("fleksjob-andel", "in_fleksjob"), ("fleksjob-andel", "on_ledighedsydelse")
FLEKSJOB_SHARE = ("fleksjob-andel", "share")
BENEFIT, BENEFIT_SHARE = ("kontanthjaelp-andel", "count"), ("kontanthjaelp-andel", "share")
PEOPLE = ("befolkning-16-66", "count")


def both(first: object, second: object) -> dict[str, object]:
    return {VALLENSBAEK: first, ISHOEJ: second}


def test_counts_of_a_joint_job_centre_are_added():
    board = boards({BENEFIT: both(107, 655), BENEFIT_SHARE: both(0.9, 3.0)})("kontanthjaelp-andel", "count")
    assert board.value(JOINT, NEWEST) == Decimal(762)


@pytest.mark.parametrize("hidden", [None, State.SUPPRESSED, State.MISSING, State.NOT_PUBLISHED])
def test_a_count_that_is_not_known_for_one_municipality_is_not_known_for_the_job_centre(hidden):
    board = boards({BENEFIT: both(107, hidden), BENEFIT_SHARE: both(0.9, 3.0)})(
        "kontanthjaelp-andel", "count"
    )
    assert board.value(JOINT, NEWEST) is None
    assert board.state(JOINT, NEWEST) is (hidden or State.SUPPRESSED)


@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 4000))
def test_a_share_out_of_known_counts_is_made_anew_and_rounded_once(a, b, c, d):
    def share(part: int, rest: int) -> float:
        return round(100 * part / (part + rest), 1)

    board = boards({FLEKSJOB: both(a, c), OTHER: both(b, d), FLEKSJOB_SHARE: both(share(a, b), share(c, d))})(
        "fleksjob-andel"
    )
    made = board.value(JOINT, NEWEST)
    exact = Decimal(100 * (a + c)) / Decimal(a + b + c + d)
    assert made is not None and abs(made - exact) <= Decimal("0.05") and made == round(made, 1)
    assert board.obstacle(JOINT, NEWEST) is None


def test_a_share_is_not_made_from_the_mean_of_two_shares():
    board = boards({FLEKSJOB: both(10, 900), OTHER: both(90, 100), FLEKSJOB_SHARE: both(10.0, 90.0)})(
        "fleksjob-andel"
    )
    assert board.value(JOINT, NEWEST) == Decimal("82.7")  # 910 of 1,100; the mean would be 50


@pytest.mark.parametrize("which", [FLEKSJOB, OTHER])
def test_no_share_is_made_from_a_suppressed_term(which):
    figures = {FLEKSJOB: both(10, 900), OTHER: both(90, 100), FLEKSJOB_SHARE: both(10.0, 90.0)}
    figures[which] = both(None, 900)
    board = boards(figures)("fleksjob-andel")
    assert board.value(JOINT, NEWEST) is None
    assert board.obstacle(JOINT, NEWEST) in (Obstacle.PART, Obstacle.BASE)


def test_a_share_of_the_population_is_made_where_the_population_is_typed_in():
    figures = {BENEFIT: both(107, 655), BENEFIT_SHARE: both(0.9, 3.0), PEOPLE: both(11_500, 22_000)}
    board = boards(figures)("kontanthjaelp-andel")
    assert board.value(JOINT, NEWEST) == Decimal("2.3")  # 762 of 33,500


def test_without_a_population_no_share_is_made_and_the_reason_is_kept():
    board = boards({BENEFIT: both(107, 655), BENEFIT_SHARE: both(0.9, 3.0)})("kontanthjaelp-andel")
    assert board.value(JOINT, NEWEST) is None
    assert board.obstacle(JOINT, NEWEST) is Obstacle.BASE
    assert board.value("vallensbaek", NEWEST) == Decimal("0.9")  # each alone is known


def test_a_population_that_does_not_give_the_published_shares_back_is_not_used():
    figures = {BENEFIT: both(107, 655), BENEFIT_SHARE: both(0.9, 3.0), PEOPLE: both(11_500, 30_000)}
    board = boards(figures)("kontanthjaelp-andel")
    assert board.value(JOINT, NEWEST) is None
    assert board.obstacle(JOINT, NEWEST) is Obstacle.MISMATCH


def test_a_population_of_a_year_ago_stands_in_and_an_older_one_does_not():
    months = window(NEWEST, 26)
    typed = [11_500 if period == Period.parse("2025M07") else State.MISSING for period in months]
    others = [22_000 if period == Period.parse("2025M07") else State.MISSING for period in months]
    board = boards({BENEFIT: both(107, 655), BENEFIT_SHARE: both(0.9, 3.0), PEOPLE: both(typed, others)})(
        "kontanthjaelp-andel"
    )
    assert board.value(JOINT, NEWEST) == Decimal("2.3")
    assert board.value(JOINT, Period.parse("2025M06")) is None
    older = boards(
        {
            BENEFIT: both(107, 655),
            BENEFIT_SHARE: both(0.9, 3.0),
            PEOPLE: both([11_500, *[State.MISSING] * 25], [22_000, *[State.MISSING] * 25]),
        }
    )("kontanthjaelp-andel")
    assert older.value(JOINT, NEWEST) is None


def test_a_share_without_counts_is_shown_for_each_municipality_only():
    board = boards({("ledighed-dagpenge", "share"): both(1.5, 3.1)})("ledighed-dagpenge")
    assert board.obstacle(JOINT, NEWEST) is Obstacle.NO_RULE
    assert board.value("ishoej", NEWEST) == Decimal("3.1")


def test_the_country_and_single_job_centres_are_left_as_published():
    board = boards({BENEFIT_SHARE: {"dk": 2.4, "101": 3.3, "825": None}, BENEFIT: {"dk": 90_000}})(
        "kontanthjaelp-andel"
    )
    assert board.value("dk", NEWEST) == Decimal("2.4")
    assert board.value("koebenhavn", NEWEST) == Decimal("3.3")
    assert (board.value("laesoe", NEWEST), board.state("laesoe", NEWEST)) == (None, State.SUPPRESSED)


def test_an_indicator_without_any_figures_has_a_board_without_any():
    board = boards({BENEFIT: both(1, 2)})("fleksjob-andel")
    assert board.periods == () and board.newest(["dk", JOINT]) is None
    assert board.value(JOINT, NEWEST) is None


def test_every_figure_that_can_be_put_together_names_counts_that_exist():
    catalogue, jobcenteroverblik = shipped()
    rules = jobcenteroverblik.template.joint
    ruled = {*rules.of_counts, *rules.of_population}
    # Of these the counts are not known, or are no part of another.
    assert {f.indicator for f in jobcenteroverblik.figures if f.indicator} - ruled == {
        "ledighed-dagpenge", "kontanthjaelp-aktiveret", "uddannelsesparate-aktiveret", "dagpenge-samtaler-a-kasse",
        "samtaler-12-maaneder", "flygtninge-beskaeftigelse", "virksomhedsrettet-alle",
        "kontanthjaelp-uddannelse-job-3-maaneder",
    }  # fmt: skip
    for key in ruled:
        assert "share" in catalogue.indicators[key].series
