"""Status, path and trend of investment projects, against values worked out by hand from the document."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.paths import path_value
from helpers.catalogue.models import Direction
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.investeringer import words
from helpers.reports.investeringer.loader import load_investment_set
from helpers.reports.investeringer.models import Cost, InvestmentRow
from helpers.reports.investeringer.months import Measurement
from helpers.reports.investeringer.status import (
    Move,
    RowStanding,
    business_case,
    effects,
    path,
    project_status,
    row_status,
)

ROOT = Path(__file__).parents[1]
START = Period.month(2024, 1)
FEB, MAR, APR, AUG = (Period.month(2024, number) for number in (2, 3, 4, 8))


@pytest.fixture(scope="module")
def hedensted():
    return load_investment_set(Project(ROOT), "hedensted-2024-2025")


def months(row, *figures, shares=(), first=FEB):
    """Figures typed in for one row, month by month."""
    padded = [*shares, *[None] * (len(figures) - len(shares))]
    return [
        Measurement(
            row, first.shift(i), None if f is None else Decimal(str(f)), None if s is None else Decimal(s)
        )
        for i, (f, s) in enumerate(zip(figures, padded, strict=True))
    ]


def rows_of(hedensted, project, measured, bound=None):
    status = project_status(hedensted.projects[project], measured, bound)
    return {row.row.key: row for row in status.rows}, status


def test_three_months_typed_in_by_hand(hedensted):
    """Flere i job, February to April 2024. Path of the first row: from 103 in January to 100 in August, 3
    less in 7 months; April is 3 months on, so 103 − 9/7 = 101.71. Of the second: 74 − 4·3/7 = 72.29."""
    measured = [
        *months("maalgruppe-aktivitetsparate", 103, 102, 101),
        *months("maalgruppe-ressourceforloeb", 74, 75, 73),
        *months("loentimer-ressourceforloeb", 4, 5, 6, shares=("5", "7", "8")),
        *months("delaftale-aktivitetsparate", "85.0", "84.2", "72.5"),
        *months("afsluttet-aktivitetsparate", 47, 48),  # nothing typed for April
    ]
    rows, status = rows_of(hedensted, "flere-i-job", measured)
    assert status.newest == APR

    first = rows["maalgruppe-aktivitetsparate"]
    assert (first.newest.month, first.newest.value) == (APR, 101)
    assert first.change == -2
    assert first.change_before == -1
    assert first.path_now == 103 - Fraction(9, 7)
    assert (first.standing, first.move) == (RowStanding.ON_TRACK, Move.BETTER)
    assert first.next_target == (AUG, 100)

    second = rows["maalgruppe-ressourceforloeb"]
    assert second.path_now == 74 - Fraction(12, 7)
    assert (second.change, second.standing, second.move) == (-1, RowStanding.BEHIND, Move.BETTER)

    # 8 per cent is above the last minimum of January 2026, 7 per cent
    third = rows["loentimer-ressourceforloeb"]
    assert (third.change, third.count_change, third.standing) == (3, 2, RowStanding.REACHED)

    # 87,9 per cent at the start, a minimum of 70 throughout: to be held, not to be fallen back to
    fourth = rows["delaftale-aktivitetsparate"]
    assert (fourth.path_now, fourth.standing, fourth.move) == (70, RowStanding.ON_TRACK, Move.WORSE)
    assert fourth.change == Decimal("-15.4")

    # from 47 to 50 in seven months; March is two months on: 47.857 > 48 is on track
    fifth = rows["afsluttet-aktivitetsparate"]
    assert (fifth.newest.month, fifth.path_now) == (MAR, 47 + Fraction(6, 7))
    assert fifth.standing is RowStanding.ON_TRACK

    rest = [row for row in status.judged if row.row.key not in {one.row for one in measured}]
    assert {row.standing for row in rest} == {RowStanding.NO_DATA}
    assert [status.count(standing) for standing in RowStanding] == [1, 3, 1, 5, 0]


def test_months_after_the_bound_are_not_used(hedensted):
    measured = months("maalgruppe-aktivitetsparate", 103, 102, 95)
    rows, status = rows_of(hedensted, "flere-i-job", measured, bound=MAR)
    assert status.newest == MAR
    assert rows["maalgruppe-aktivitetsparate"].newest.value == 102


def test_with_start_figures_only_nothing_is_judged(hedensted):
    for key in hedensted.projects:
        rows, status = rows_of(hedensted, key, [])
        assert status.newest is None
        assert {row.standing for row in status.judged} <= {RowStanding.NO_DATA}
        assert all(row.change is None for row in rows.values())


def test_a_project_without_a_start_measurement_is_not_said_to_have_one(hedensted):
    with_start, without = (
        project_status(hedensted.projects[key], []) for key in ("flere-i-job", "kompetenceporten")
    )
    assert (words.before_any(with_start), words.before_any(without)) == ("kun startmåling", "ingen tal endnu")
    assert words.project_line(with_start).endswith("Der er ingen målinger efter startmålingen.")
    assert words.project_line(without).endswith("Der er ingen målinger endnu.")


def test_the_path_goes_straight_to_each_target_in_turn(hedensted):
    row = hedensted.projects["flere-i-job"].status.measures["maalgruppe-aktivitetsparate"]
    points = path(row, START, Decimal(103))
    assert [point.period for point in points] == [START.shift(step) for step in range(25)]
    assert [(p.period.id, p.value) for p in points if p.is_target] == [
        ("2024M08", 100),
        ("2025M01", 98),
        ("2026M01", 92),
    ]
    assert path_value(points, Period.month(2024, 10)) == 100 - Fraction(
        4, 5
    )  # 2 of the 5 months from 100 to 98
    assert path_value(points, Period.month(2025, 7)) == 95  # half way from 98 to 92
    assert path_value(points, Period.month(2027, 1)) == 92
    assert path_value(points, Period.month(2023, 12)) is None


def test_a_cumulative_row_starts_from_zero(hedensted):
    measured = months("virksomheder-i-droeftelser", 1, 4, 5)
    rows, _ = rows_of(hedensted, "kompetenceporten", measured)
    row = rows["virksomheder-i-droeftelser"]
    assert row.path_now == Fraction(12 * 3, 7)  # 12 companies in the 7 months to August
    assert row.standing is RowStanding.BEHIND
    assert row.change == 5


def test_a_row_without_a_start_has_no_path_before_its_first_target(hedensted):
    rows, _ = rows_of(hedensted, "kompetenceporten", months("ledige-i-projektet", 3))
    row = rows["ledige-i-projektet"]
    assert (row.standing, row.path_now) == (RowStanding.NOT_JUDGED, None)
    assert "august 2024" in row.reason
    # as soon as the figure meets the first minimum there is no doubt
    rows, _ = rows_of(hedensted, "kompetenceporten", months("ledige-i-projektet", 11))
    assert rows["ledige-i-projektet"].standing is RowStanding.ON_TRACK
    # a start measurement that is typed in gives it a path
    typed = [*months("ledige-i-projektet", 0, first=START), *months("ledige-i-projektet", 3)]
    rows, _ = rows_of(hedensted, "kompetenceporten", typed)
    assert rows["ledige-i-projektet"].path_now == Fraction(10, 7)
    assert rows["ledige-i-projektet"].standing is RowStanding.ON_TRACK


def test_a_row_without_targets_is_not_judged(hedensted):
    rows, status = rows_of(hedensted, "klar-parat-i-job", months("a-dagpenge-i-alt", 660))
    row = rows["a-dagpenge-i-alt"]
    assert (row.standing, row.change, row.move) == (RowStanding.NOT_JUDGED, 16, Move.WORSE)
    assert "intet minimumsmål" in row.reason
    assert row not in status.judged


def test_a_level_is_held_until_the_last_target_month_and_reached_then(hedensted):
    at_level = rows_of(hedensted, "klar-parat-i-job", months("varighed", "18.8"))[0]["varighed"]
    assert at_level.standing is RowStanding.ON_TRACK
    above = rows_of(hedensted, "klar-parat-i-job", months("varighed", "18.9"))[0]["varighed"]
    assert above.standing is RowStanding.BEHIND
    at_end = rows_of(hedensted, "klar-parat-i-job", months("varighed", "18.8", first=Period.month(2026, 1)))[
        0
    ]
    assert at_end["varighed"].standing is RowStanding.REACHED


def test_a_count_without_its_share_cannot_be_judged(hedensted):
    rows, _ = rows_of(hedensted, "flere-i-job", months("loentimer-aktivitetsparate", 18))
    row = rows["loentimer-aktivitetsparate"]
    assert (row.standing, row.reason) == (RowStanding.NOT_JUDGED, "andelen er ikke tastet ind")
    assert row.count_change == 1


def test_a_target_reached_after_its_month_counts_and_one_missed_is_behind(hedensted):
    last = Period.month(2026, 3)
    rows, _ = rows_of(hedensted, "haandholdt-indsats", months("jobparate-over-30", 48, first=last))
    assert rows["jobparate-over-30"].standing is RowStanding.REACHED
    rows, _ = rows_of(hedensted, "haandholdt-indsats", months("jobparate-over-30", 49, first=last))
    assert rows["jobparate-over-30"].standing is RowStanding.BEHIND


LEVELS = st.integers(min_value=0, max_value=100).map(Decimal)


def a_row(direction, start, targets):
    return InvestmentRow.model_validate(
        {
            "key": "x",
            "label": "X",
            "unit": "persons",
            "direction": direction,
            "start": start,
            "targets": targets,
        }
    )


@given(
    start=LEVELS, one=LEVELS, two=LEVELS, gap=st.integers(1, 24), more=st.integers(1, 24),
    direction=st.sampled_from(Direction),
)  # fmt: skip
def test_the_path_meets_every_target_and_never_leaves_the_levels_between(
    *, start, one, two, gap, more, direction
):
    targets = {str(START.shift(gap)): one, str(START.shift(gap + more)): two}
    points = path(a_row(direction, start, targets), START, start)
    values = {point.period: point.value for point in points}
    assert len(values) == gap + more + 1
    assert values[START.shift(gap)] == one
    assert values[START.shift(gap + more)] == two
    assert min(start, one, two) <= min(values.values()) <= max(values.values()) <= max(start, one, two)


@given(
    start=LEVELS, target=LEVELS, figure=LEVELS, better_by=LEVELS, step=st.integers(1, 30),
    direction=st.sampled_from(Direction),
)  # fmt: skip
def test_a_better_figure_never_stands_worse(*, start, target, figure, better_by, step, direction):
    order = [RowStanding.BEHIND, RowStanding.ON_TRACK, RowStanding.REACHED]
    row = a_row(direction, start, {"2025M01": target})
    one, other = (
        row_status(row, START, [Measurement("x", START.shift(step), value)]).standing
        for value in (figure, figure + direction.sign * better_by)
    )
    assert order.index(one) <= order.index(other)


def test_target_numbers_add_up_to_the_documents_totals(hedensted):
    tables = hedensted.target_numbers.tables
    assert [(table.sum, table.total.value) for table in tables] == [
        (total, total) for total in (649, 433, 385, 1212, 58)
    ]


def test_a_projects_effect_is_what_the_target_numbers_say(hedensted):
    found = effects(hedensted)
    assert found["flere-i-job"] == {"kontanthjaelp": -2, "uddannelseshjaelp": -2, "ressourceforloeb": -2}
    assert found["kompetenceporten"] == {"sygedagpenge": -1, "kontanthjaelp": -1, "a-dagpenge": -3}
    assert found["haandholdt-indsats"] == {"kontanthjaelp": -15}
    assert found["unge-socialt-frikort"] == {"uddannelseshjaelp": 10, "fleksjob": -10}
    assert found["klar-parat-i-job"] == {"a-dagpenge": 0}


def test_without_costs_only_persons_are_known(hedensted):
    case = business_case(hedensted, "flere-i-job")
    assert (case.persons, case.saved, case.balance) == (6, None, None)
    assert case.missing == ("kontanthjaelp", "uddannelseshjaelp", "ressourceforloeb")


def test_costs_that_the_user_gives_are_multiplied_by_the_persons(hedensted):
    costs = {
        "uddannelseshjaelp": Cost(amount=100_000, source="Regnskab 2023"),
        "fleksjob": Cost(amount=150_000, source="Regnskab 2023"),
    }
    given_costs = hedensted.model_copy(update={"yearly_costs": costs})
    case = business_case(given_costs, "unge-socialt-frikort")
    assert case.persons == 0
    assert case.saved == -10 * 100_000 + 10 * 150_000
    assert case.balance is None
    partly = business_case(given_costs, "flere-i-job")
    assert (partly.saved, partly.missing) == (None, ("kontanthjaelp", "ressourceforloeb"))
    project = given_costs.projects["unge-socialt-frikort"].model_copy(
        update={"investment": Cost(amount=600_000, source="Budget 2024")}
    )
    paid = given_costs.model_copy(update={"projects": {**given_costs.projects, project.key: project}})
    assert business_case(paid, "unge-socialt-frikort").balance == -100_000
