"""What changed from plan 2022 to plan 2023: the table of Frederikssund's annex, row by row."""

from __future__ import annotations

import pytest

from data_support import CHECKOUT
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Plan, Replaces
from helpers.project import Project
from helpers.reports.plan.changes import AreaChangeKind, ChangeKind, area_changes, plan_changes

CATALOGUE = load_catalogue(Project(CHECKOUT))
NEW, OLD = CATALOGUE.plan("frederikssund-2023"), CATALOGUE.plan("frederikssund-2022")

# As printed (seed 001): focus area, goal of 2023, goal of 2022 where its number is printed, what became of it.
PRINTED = [
    (1, None, "1a", ChangeKind.DROPPED),
    (1, "1a", None, ChangeKind.IDENTICAL),
    (1, "1b", None, ChangeKind.IDENTICAL),
    (2, "2a", None, ChangeKind.IDENTICAL),
    (2, "2b", None, ChangeKind.IDENTICAL),
    (3, "3a", None, ChangeKind.NEW),
    (3, "3b", None, ChangeKind.NEW),
    (3, "3c", None, ChangeKind.NEW),
    (4, "4a", None, ChangeKind.IDENTICAL),
    (4, "4b", "4b", ChangeKind.MEASURE_CHANGED),
    (4, "4c", "4c", ChangeKind.MEASURE_CHANGED),
    (4, "4d", "4d", ChangeKind.TARGET_CHANGED),
    (5, "5a", None, ChangeKind.IDENTICAL),
    (5, "5b", "5b", ChangeKind.TARGET_CHANGED),
    (5, "5c", None, ChangeKind.IDENTICAL),
    (6, "6a", None, ChangeKind.IDENTICAL),
    (6, "6b", None, ChangeKind.IDENTICAL),
    (6, "6c", None, ChangeKind.IDENTICAL),
    (6, "6d", None, ChangeKind.NEW),
    (7, "7a", None, ChangeKind.IDENTICAL),
    (7, "7b", "7c", ChangeKind.RENUMBERED),
    (7, None, "7b", ChangeKind.DROPPED),
]


def test_the_table_is_the_annexs_in_its_order():
    rows = plan_changes(NEW, OLD)
    told = [
        (
            row.focus_area.number,
            row.new_goal.number if row.new_goal else None,
            row.old_goal.number if row.old_goal and row.old_goal.number_printed else None,
            row.kind,
        )
        for row in rows
    ]
    assert told == PRINTED


REMARKS = {
    "1a": "Fokus er fremover udelukkende på",
    "4b": "får 4 samtaler",
    "4c": "får et aktivt tilbud",
    "4d": "sænket fra 80 pct. til 70 pct.",
    "5b": "ikke fandtes nogen måling",
    "6d": "Ungekontakten",
    "7b": "et spørgsmål om kategorisering",
}


def test_each_remark_of_the_annex_stands_at_its_goal_and_at_no_other():
    found = {}
    for row in plan_changes(NEW, OLD):
        if row.remark:
            goal = row.new_goal or row.old_goal
            assert goal is not None
            found[goal.number] = row.remark
    assert found.keys() == REMARKS.keys()
    assert all(words in found[goal] for goal, words in REMARKS.items())


def test_a_remark_that_concerns_the_plans_owner_only_says_so():
    owners = {row.new_goal.number for row in plan_changes(NEW, OLD) if row.owner_only and row.new_goal}
    assert owners == {"4d", "6d"}


def test_the_focus_area_that_took_anothers_place_is_told():
    changes = area_changes(NEW, OLD)
    assert [change.kind for change in changes].count(AreaChangeKind.KEPT) == 6
    (replaced,) = [change for change in changes if change.kind is AreaChangeKind.REPLACED]
    assert replaced.new is not None and "flygtninge" in replaced.new.title
    assert replaced.old is not None and replaced.old.title.startswith("Sygemeldte")


def continued(plan: Plan) -> Plan:
    """The plan of a year later: the same, every goal continuing the one of its number."""
    areas = tuple(
        area.model_copy(
            update={
                "goals": tuple(g.model_copy(update={"previous": Replaces(goal=g.number)}) for g in area.goals)
            }
        )
        for area in plan.focus_areas
    )
    return plan.model_copy(update={"focus_areas": areas, "dropped": ()})


def test_a_plan_that_goes_on_unchanged_is_identical_throughout():
    again = continued(NEW)
    assert {row.kind for row in plan_changes(again, NEW)} == {ChangeKind.IDENTICAL}
    assert {change.kind for change in area_changes(again, NEW)} == {AreaChangeKind.KEPT}


@pytest.mark.parametrize("gone", [1, 3, 7])
def test_goals_of_a_focus_area_that_is_gone_come_last_under_its_own_name(gone):
    again = continued(NEW)
    fewer = again.model_copy(update={"focus_areas": tuple(a for a in again.focus_areas if a.number != gone)})
    rows = plan_changes(fewer, NEW)
    lost = [goal for area in NEW.focus_areas if area.number == gone for goal in area.goals]
    assert [row.old_goal for row in rows[-len(lost) :]] == lost
    assert {row.focus_area.number for row in rows[-len(lost) :]} == {gone}
    assert (None, AreaChangeKind.DROPPED) in {
        (change.new, change.kind) for change in area_changes(fewer, NEW)
    }


def test_a_goal_with_other_words_but_the_same_measure_and_target_is_reworded():
    goal = NEW.goal("2a")
    other = goal.model_copy(update={"text": goal.text.replace("mindst", "som det mindste")})
    area = NEW.focus_area_of("2a")
    changed = NEW.model_copy(update={"focus_areas": (area.model_copy(update={"goals": (other,)}),)})
    (kind,) = [row.kind for row in plan_changes(changed, OLD) if row.new_goal is not None]
    assert kind is ChangeKind.REWORDED
