"""The status of the goals: every row that the document printed, and why some goals cannot be judged."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from data_support import AREAS, CHECKOUT, indicator, real_catalogue_project, term, type_in, write_example
from helpers.analysis.gaps import Verdict
from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.models import Direction, Goal, Plan, Unit
from helpers.data.basis import choose_basis
from helpers.data.frames import OBSERVATION_COLUMNS
from helpers.data.processed import load_observations
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.plan.status import (
    Judge,
    StatusRow,
    compare_verdicts,
    goal_verdicts,
    status_rows,
    summary,
    survey_answers,
    survey_rows,
)

CATALOGUE = load_catalogue(Project(CHECKOUT))
PLAN = CATALOGUE.plan("frederikssund-2023")
PRINTED = CATALOGUE.published_rows(PLAN)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    found = real_catalogue_project(tmp_path_factory.mktemp("status"))
    write_example(found, CATALOGUE, PLAN)
    return found


@pytest.fixture(scope="module")
def status(project):
    """Rows of any municipality, by goal and indicator."""

    def of(name: str, bound: str | None = None) -> dict[tuple[str, str], StatusRow]:
        area = CATALOGUE.municipality(name)
        frame = load_observations(
            project, CATALOGUE, choose_basis(project, CATALOGUE, PLAN), ("dk", area.code)
        )
        rows = status_rows(CATALOGUE, PLAN, frame, area, Period.parse(bound) if bound else None)
        return {(row.goal, row.indicator): row for row in rows}

    return of


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"{row.goal}-{row.indicator}")
def test_the_status_table_equals_the_published_one(row, status):
    ours = status("Frederikssund")[row.goal, row.indicator]
    assert (ours.period, ours.national, ours.municipality) == (row.period, row.national, row.municipality)
    # The goal of 4b is 90 per cent; the document printed the distance to the country.
    assert ours.gap == (Decimal("2.8") if row.goal == "4b" else row.gap)
    assert ours.published_gap == row.gap
    assert (ours.unit, ours.reason) == (row.unit, None)
    assert ours.verdict is (Verdict.MET if row.gap >= 0 else Verdict.NOT_MET)
    assert bool(ours.note) == (row.goal == "4b")


def test_values_are_spelled_with_the_decimals_they_were_published_with(status):
    for row in status("Frederikssund").values():
        assert row.municipality is not None and row.national is not None
        assert {-int(value.as_tuple().exponent) for value in (row.municipality, row.national)} == {
            row.decimals
        }


def test_the_table_has_a_row_for_every_goal_and_indicator_but_the_surveys(status):
    expected = [
        (goal.number, key) for goal in PLAN.goals for key in goal.indicators if key in CATALOGUE.indicators
    ]
    assert list(status("Frederikssund")) == expected
    assert {goal.number for goal in PLAN.goals} - {goal for goal, _ in expected} == {"4d", "5a"}


def test_another_municipality_is_not_told_of_what_the_plans_owner_printed(status):
    for row in status("Hedensted").values():
        assert row.published_gap is None and row.note is None


def test_an_earlier_period_is_not_told_of_what_was_printed_for_a_later_one(status):
    row = status("Frederikssund", bound="2023M08")["4b", "samtaler-12-maaneder"]
    assert row.period == Period.parse("2023M08")
    assert row.published_gap is None and row.note is None


# --------------------------------------------------------------------------------- what cannot be judged

ITEM = indicator("x", share=term("ta"))


def plan_of(target, key: str = "x") -> Plan:
    goal = {"number": "1a", "title": "t", "text": "t", "indicator": key, "target": target}
    area = {"number": 1, "title": "t", "slug": "t", "intro": "t", "goals": [goal]}
    return Plan.model_validate(
        {"key": "p", "title": "p", "year": 2023, "example_date": "2024-01-15", "focus_areas": [area]}
    )


def only_row(target, *values: tuple[str, str, float | None, str], item=ITEM) -> StatusRow:
    """The row of one goal, from (area, period, value, state)."""
    frame = pd.DataFrame(
        [
            ("x", "share", area, period, value, state, "jobindsats:ta", "s", False)
            for area, period, value, state in values
        ],
        columns=list(OBSERVATION_COLUMNS),
    ).astype({"value": float})
    items = Catalogue({"x": item}, {}, {}, AREAS, "hash")
    (row,) = status_rows(items, plan_of(target), frame, AREAS[0])
    return row


NATIONAL, FIXED = {"at_least": "national"}, {"at_least": 80}
OURS, THEIRS = ("250", "2023M11", 83.8, "ok"), ("dk", "2023M11", 87.3, "ok")


def test_a_suppressed_figure_is_not_judged_and_the_reader_is_told_why():
    row = only_row(NATIONAL, ("250", "2023M11", None, "suppressed"), THEIRS)
    assert (row.verdict, row.gap, row.municipality) == (Verdict.CANNOT_BE_JUDGED, None, None)
    assert row.reason == "Tallet for Frederikssund for november 2023 er diskretioneret eller ikke opgjort."
    assert row.national == Decimal("87.3")


def test_figures_of_unequal_periods_are_not_compared():
    row = only_row(NATIONAL, ("250", "2023M11", 83.8, "ok"), ("dk", "2023M10", 87.3, "ok"))
    assert row.verdict is Verdict.CANNOT_BE_JUDGED
    assert row.national is None and row.municipality == Decimal("83.8")
    assert "hele landet er fra oktober 2023" in (row.reason or "") and "november 2023" in (row.reason or "")


def test_a_fixed_target_needs_no_figure_of_the_country():
    row = only_row(FIXED, OURS)
    assert (row.verdict, row.gap, row.national, row.reason) == (Verdict.MET, Decimal("3.8"), None, None)


def test_a_target_against_the_country_needs_the_country():
    row = only_row(NATIONAL, OURS)
    assert row.verdict is Verdict.CANNOT_BE_JUDGED and row.target is None
    assert row.reason == "Der er ingen tal for hele landet for november 2023."


def test_zero_is_judged_as_any_other_value():
    row = only_row({"at_most": "national"}, ("250", "2023M11", 0.0, "ok"), THEIRS)
    assert (row.municipality, row.verdict) == (Decimal("0.0"), Verdict.MET)


def test_a_goal_without_a_target_says_why_it_has_none():
    row = only_row({"none_set": "Der fandtes ingen måling."}, OURS, THEIRS)
    assert (row.verdict, row.reason) == (Verdict.CANNOT_BE_JUDGED, "Der fandtes ingen måling.")
    assert row.municipality == Decimal("83.8")


@pytest.mark.parametrize(
    ("origin", "word"),
    [(term("ta"), "hentet"), ({"typed_in": "kilden"}, "oplyst"), ({"unknown": "ord"}, "finde")],
)
def test_without_any_figures_the_reason_says_where_they_should_come_from(origin, word):
    row = only_row(NATIONAL, item=indicator("x", share=origin))
    assert row.period is None and row.verdict is Verdict.CANNOT_BE_JUDGED
    assert word in (row.reason or "")


def test_a_series_that_the_fetched_table_does_not_hold_is_told_as_such():
    row = only_row(NATIONAL, ("250", "2023M11", None, "missing"), ("dk", "2023M11", None, "missing"))
    assert row.period is None
    assert row.reason == "Tallene er ikke med i det, der er hentet fra Jobindsats."


def test_a_gap_is_exact_though_values_are_stored_in_binary():
    row = only_row(NATIONAL, ("250", "2023M11", 0.3, "ok"), ("dk", "2023M11", 0.1, "ok"))
    assert row.gap == Decimal("0.2")


# ------------------------------------------------------------------------------------------- surveys


@pytest.fixture
def survey_project(tmp_path):
    return real_catalogue_project(tmp_path)


def surveyed(
    project: Project, bound: str | None = None, now: str = "2024M01", plan: Plan = PLAN
) -> dict[str, StatusRow]:
    area = CATALOGUE.municipality("Frederikssund")
    limit = Period.parse(bound) if bound else None
    answers = survey_answers(project, CATALOGUE, plan, area, limit)
    rows = survey_rows(CATALOGUE, plan, area, answers, limit or Period.parse(now))
    return {row.goal: row for row in rows}


def lasting(months: str) -> Plan:
    """The plan, its survey of companies counting for so long."""
    return PLAN.model_copy(
        update={
            "focus_areas": tuple(
                area.model_copy(
                    update={
                        "goals": tuple(
                            Goal.model_validate({**goal.model_dump(by_alias=True), "valid_for": months})
                            if goal.number == "5a"
                            else goal
                            for goal in area.goals
                        )
                    }
                )
                for area in PLAN.focus_areas
            )
        }
    )


def test_a_survey_from_before_the_plans_year_is_shown_with_its_age_and_not_judged():
    rows = surveyed(Project(CHECKOUT))
    assert (rows["5a"].municipality, rows["5a"].target, rows["5a"].gap) == (87, 85, None)
    assert (rows["5a"].verdict, rows["5a"].period) == (Verdict.CANNOT_BE_JUDGED, Period.month(2021, 12))
    assert rows["5a"].reason == "Undersøgelsen er fra december 2021 og tæller ikke med i en plan for 2023."
    assert (rows["4d"].verdict, rows["4d"].municipality) == (Verdict.CANNOT_BE_JUDGED, None)
    assert rows["4d"].reason == "Der er ikke oplyst et resultat af undersøgelsen."
    assert {row.kind for row in rows.values()} == {"survey"}


@pytest.mark.parametrize(
    ("lasts", "now", "met"),
    [
        ("25 months", "2024M01", True),
        ("24 months", "2024M01", False),
        ("2 years", "2023M12", True),
        ("1 month", "2022M01", True),
        ("1 month", "2022M02", False),
    ],
)
def test_a_survey_counts_for_as_long_as_the_plan_says(lasts, now, met):
    row = surveyed(Project(CHECKOUT), now=now, plan=lasting(lasts))["5a"]
    assert row.municipality == 87
    assert row.verdict is (Verdict.MET if met else Verdict.CANNOT_BE_JUDGED)
    assert row.gap == (2 if met else None)
    count = "1\u00a0måned" if lasts == "1 month" else "24\u00a0måneder"
    assert row.reason == (
        None if met else f"Undersøgelsen er fra december 2021 og er mere end {count} gammel."
    )


def test_a_survey_of_the_plans_year_counts_and_one_without_a_date_does_not(survey_project):
    head = "spørgsmål;svar;dato\n"
    type_in(survey_project, "frederikssund", "vaerdig-sagsbehandling", f"{head}forloeb;72;januar 2023\n")
    assert surveyed(survey_project, now="2026M08")["4d"].verdict is Verdict.MET
    type_in(survey_project, "frederikssund", "vaerdig-sagsbehandling", f"{head}forloeb;72;\n")
    row = surveyed(survey_project)["4d"]
    assert (row.verdict, row.municipality) == (Verdict.CANNOT_BE_JUDGED, 72)
    assert row.reason == "Det er ikke oplyst, hvornår undersøgelsen er lavet."


def test_a_survey_made_after_the_reports_period_does_not_count(survey_project):
    type_in(
        survey_project, "frederikssund", "vaerdig-sagsbehandling", "spørgsmål;svar;dato\nforloeb;72;2023-09\n"
    )
    assert surveyed(survey_project)["4d"].verdict is Verdict.MET
    assert surveyed(survey_project, bound="2023M08")["4d"].verdict is Verdict.CANNOT_BE_JUDGED


# ------------------------------------------------------------------------------------------ together


def row(goal: str, verdict: Verdict, key: str = "x") -> StatusRow:
    return StatusRow(goal, key, Unit.PERCENT, 1, verdict, Direction.HIGHER)


MET, NOT, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.CANNOT_BE_JUDGED


@pytest.mark.parametrize(
    ("verdicts", "joint"),
    [
        ((MET, MET), MET),
        ((MET, NOT), NOT),
        ((NOT, UNKNOWN), NOT),
        ((MET, UNKNOWN), UNKNOWN),
        ((UNKNOWN,), UNKNOWN),
    ],
)
def test_a_goal_is_met_only_if_all_its_rows_are(verdicts, joint):
    found = goal_verdicts(row("5b", verdict, str(place)) for place, verdict in enumerate(verdicts))
    assert found["5b"].verdict is joint
    assert len(found["5b"].rows) == len(verdicts)


def test_every_goal_of_the_plan_is_counted_once(project, status):
    rows = [*status("Frederikssund").values(), *surveyed(Project(CHECKOUT)).values()]
    count = summary(goal_verdicts(rows).values())
    met = {r.goal for r in PRINTED} - {r.goal for r in PRINTED if r.gap < 0}
    assert count.total() == len(PLAN.goals) == 20
    assert count[MET] == len(met)
    assert count[UNKNOWN] == len({"4d", "5a"})


def test_verdicts_that_turn_between_two_sets_of_figures_are_told_with_both_rows():
    old = [row("1a", MET), row("1b", NOT), row("2a", UNKNOWN), row("2b", MET), row("3a", MET)]
    new = [row("1a", NOT), row("1b", MET), row("2a", MET), row("2b", UNKNOWN), row("3a", MET), row("3b", MET)]
    changes = compare_verdicts(old, new)
    assert [(change.new.goal, change.old.verdict, change.new.verdict) for change in changes] == [
        ("1a", MET, NOT),
        ("1b", NOT, MET),
        ("2a", UNKNOWN, MET),
        ("2b", MET, UNKNOWN),
    ]


# ------------------------------------------------------------------------------- any area, any period


def test_a_goal_is_judged_in_every_period_as_a_report_of_that_period_judges_it(project, status):
    frame = load_observations(project, CATALOGUE, choose_basis(project, CATALOGUE, PLAN))
    judge = Judge(CATALOGUE, PLAN, frame)
    area = CATALOGUE.municipality("Frederikssund")
    for goal in PLAN.goals:
        for part in goal.parts:
            if part.indicator not in CATALOGUE.indicators:
                continue
            newest = judge.newest(part, area.code)
            assert newest is not None
            for found in judge.history(part, area.code, newest, 6):
                row = status("Frederikssund", bound=found.period.id)[goal.number, part.indicator]
                assert (found.period, found.ours.value, found.target, found.gap, found.verdict) == (
                    row.period, row.municipality, row.target, row.gap, row.verdict,
                )  # fmt: skip


def test_periods_after_the_bound_are_not_known_to_a_judge(project):
    area = CATALOGUE.municipality("Frederikssund")
    frame = load_observations(project, CATALOGUE, choose_basis(project, CATALOGUE, PLAN), ("dk", area.code))
    part = PLAN.goal("6a").parts[0]
    bounded = Judge(CATALOGUE, PLAN, frame, Period.parse("2023M06"))
    later = Period.parse("2023M07")
    assert bounded.newest(part, area.code) == Period.parse("2023M06")
    assert bounded.at(part, area.code, later).verdict is Verdict.CANNOT_BE_JUDGED
    assert Judge(CATALOGUE, PLAN, frame).at(part, area.code, later).verdict is not Verdict.CANNOT_BE_JUDGED
