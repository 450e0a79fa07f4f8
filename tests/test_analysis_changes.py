"""What changed from plan 2022 to plan 2023: the table of Frederikssund's annex, row by row."""

from __future__ import annotations

import pytest

from data_support import CHECKOUT
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Plan, Replaces
from helpers.catalogue.names import Noun
from helpers.catalogue.targets import Target
from helpers.project import Project
from helpers.reports.plan.changes import AreaChangeKind, ChangeKind, area_changes, plan_changes
from helpers.reports.plan.words import areas_changed

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


# ------------------------------------------------------------------------------- focus areas


def areas(plan: Plan, titles: dict[int, str | None], **update: object) -> Plan:
    """The plan with other titles of its focus areas; none takes one out."""
    made = tuple(
        area.model_copy(update={"title": titles.get(area.number, area.title), **update})
        for area in plan.focus_areas
        if titles.get(area.number, "") is not None
    )
    return plan.model_copy(update={"focus_areas": made})


def told(plan: Plan) -> list[str]:
    return [text.replace("\u00a0", " ") for text in areas_changed(area_changes(plan, NEW), plan.names)]


def test_a_focus_area_with_another_title_over_the_same_goals_is_said_to_be_called_otherwise():
    again = areas(continued(NEW), {2: "Kompetencer"})
    assert told(again) == [
        "6 af de 7 fokusområder er uændrede.",
        f"Fokusområdet »{NEW.focus_areas[1].title}« hedder nu »Kompetencer«.",
    ]
    home = next(row for row in plan_changes(again, NEW) if row.new_goal and row.new_goal.number == "2a")
    assert home.kind is ChangeKind.IDENTICAL and home.focus_area.title == "Kompetencer"


def test_one_that_says_it_replaces_another_but_goes_on_with_its_goals_is_no_replacement():
    again = areas(continued(NEW), {2: "Kompetencer"}, replaces=NEW.focus_areas[1].title)
    (change,) = [change for change in area_changes(again, NEW) if change.kind is not AreaChangeKind.KEPT]
    assert change.kind is AreaChangeKind.RETITLED and change.old == NEW.focus_areas[1]


@pytest.mark.parametrize(
    ("titles", "first", "more"),
    [
        ({}, "Alle 7 fokusområder er uændrede.", 0),
        ({n: f"Nyt {n}" for n in range(1, 8)}, "Ingen af de 7 fokusområder er uændrede.", 7),
        ({n: f"Nyt {n}" for n in range(2, 8)}, "1 af de 7 fokusområder er uændret.", 6),
        (dict.fromkeys(range(2, 8)), "Fokusområdet er uændret.", 6),
    ],
)
def test_how_many_focus_areas_go_on_is_counted(titles, first, more):
    said = told(areas(continued(NEW), titles))
    assert said[0] == first and len(said) == 1 + more
    assert all("er udgået" in text for text in said[1:]) == (None in titles.values() or not more)


def test_a_new_focus_area_is_new_in_the_gender_of_its_name():
    fresh = [goal.model_copy(update={"previous": None}) for goal in NEW.focus_areas[0].goals]
    extra = NEW.focus_areas[0].model_copy(
        update={"number": 8, "title": "Flere hænder", "goals": tuple(fresh)}
    )
    again = continued(NEW)
    more = again.model_copy(update={"focus_areas": (*again.focus_areas, extra)})
    assert told(more) == ["7 af de 8 fokusområder er uændrede.", "Fokusområdet »Flere hænder« er nyt."]
    called = more.model_copy(
        update={"names": more.names.model_copy(update={"area": Noun.model_validate("indsats")})}
    )
    assert told(called)[1] == "Indsatsen »Flere hænder« er ny."


# ------------------------------------------------------------------------------- targets


def test_a_measure_and_a_target_that_changed_together_are_both_told():
    by_goal = {row.new_goal.number: row for row in plan_changes(NEW, OLD) if row.new_goal and row.old_goal}
    changed = {number for number, row in by_goal.items() if row.new_target}
    # 4c was decided at 85, against 75 in 2022, and set back to 75 in the year.
    assert changed == {"4b", "4c", "4d", "5b"}
    assert by_goal["4c"].kind is ChangeKind.MEASURE_CHANGED


def test_only_a_changed_rule_number_or_margin_is_a_changed_target():
    goal = NEW.goal("6a")
    for target, new in (({"at_most": "national", "margin": -0.2, "because": "x"}, False),
                        ({"at_most": "national", "margin": -0.3}, True),
                        ({"under": "national", "margin": -0.2}, True),
                        ({"at_most": 3}, True)):  # fmt: skip
        other = goal.model_copy(
            update={"target": Target.model_validate(target), "previous": Replaces(goal="6a")}
        )
        area = NEW.focus_area_of("6a").model_copy(update={"goals": (other,)})
        (row,) = [r for r in plan_changes(NEW.model_copy(update={"focus_areas": (area,)}), NEW) if r.new_goal]
        assert row.new_target is new and (row.kind is ChangeKind.TARGET_CHANGED) is new
