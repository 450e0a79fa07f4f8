"""All municipalities on one plan: the rows of the status table, and the page of a goal that is made of them."""

from __future__ import annotations

import csv
import io
import random
import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pandas as pd
import pytest

from data_support import write_example
from helpers.analysis.gaps import Verdict
from helpers.analysis.targets import ResolvedTarget
from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.models import Plan
from helpers.catalogue.targets import Target
from helpers.data.basis import choose_basis
from helpers.data.frames import State
from helpers.data.processed import load_observations
from helpers.periods import Period
from helpers.present.theme import palette_from
from helpers.project import Project
from helpers.reports.base.goals import ComparedIndicator, GoalPage
from helpers.reports.plan.comparison import CountryComparison, alphabetical, compared
from helpers.reports.plan.status import goal_verdicts, rows_of_all, status_rows
from hub_support import SUPPRESSED, country, hub_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return hub_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def catalogue(project: Project) -> Catalogue:
    return load_catalogue(project)


@pytest.fixture(scope="module")
def plan(catalogue: Catalogue) -> Plan:
    return catalogue.plan("frederikssund-2023")


@pytest.fixture(scope="module")
def observations(project: Project, catalogue: Catalogue, plan: Plan) -> pd.DataFrame:
    write_example(project, catalogue, plan)
    return load_observations(project, catalogue, choose_basis(project, catalogue, plan))


def some(catalogue: Catalogue) -> list[str]:
    """Ten municipalities, the plan's own and the one with most suppressed figures among them."""
    codes = [area.code for area in catalogue.municipalities]
    return ["250", SUPPRESSED, *random.Random(7).sample(sorted(set(codes) - {"250", SUPPRESSED}), 8)]


@pytest.mark.parametrize("bound", [None, Period.parse("2023M06"), Period.parse("2020M01")], ids=str)
def test_the_country_in_one_pass_says_what_each_municipality_s_own_table_says(
    catalogue: Catalogue, plan: Plan, observations: pd.DataFrame, bound: Period | None
):
    found = rows_of_all(catalogue, plan, observations, catalogue.municipalities, bound)
    assert list(found) == [area.code for area in catalogue.municipalities]
    for code in some(catalogue):
        area = catalogue.municipality(code)
        assert found[code] == status_rows(catalogue, plan, observations, area, bound), area.name


def test_they_agree_also_where_figures_are_suppressed_missing_or_newer_for_one_alone(
    catalogue: Catalogue, plan: Plan, observations: pd.DataFrame
):
    codes = some(catalogue)
    changed = observations[observations["area"].isin([*codes, "dk"])].copy()
    chance = random.Random(11)
    doubtful = pd.Series([chance.random() for _ in range(len(changed))], index=changed.index)
    for state, low, high in ((State.SUPPRESSED, 0.0, 0.15), (State.MISSING, 0.15, 0.3)):
        hit = doubtful.between(low, high)
        changed.loc[hit, "state"], changed.loc[hit, "value"] = state.value, float("nan")
    # One municipality types in a month that nobody else has; another indicator loses the country.
    key, other = plan.goal("6a").indicators[0], plan.goal("1a").indicators[0]
    newest = changed[(changed["indicator"] == key) & (changed["area"] == codes[3])].iloc[-1:].copy()
    newest["period"], newest["value"], newest["state"] = "2023M12", 1.5, "ok"
    changed = pd.concat([changed[~((changed["indicator"] == other) & (changed["area"] == "dk"))], newest])
    found = rows_of_all(catalogue, plan, changed, catalogue.municipalities)
    verdicts = set()
    for code in codes:
        expected = status_rows(catalogue, plan, changed, catalogue.municipality(code))
        assert found[code] == expected
        verdicts |= {row.verdict for row in expected}
    assert verdicts == {Verdict.MET, Verdict.NOT_MET, Verdict.CANNOT_BE_JUDGED}


@pytest.fixture(scope="module")
def comparison(catalogue: Catalogue) -> CountryComparison:
    return country(catalogue)


@pytest.fixture(scope="module")
def pages(catalogue: Catalogue, comparison: CountryComparison) -> dict[str, GoalPage]:
    return {page.number: page for page in compared(catalogue, comparison, palette_from({})).pages}


def part(pages: dict[str, GoalPage], number: str) -> ComparedIndicator:
    return pages[number].parts[0]


def test_every_goal_that_has_an_indicator_has_a_page(
    catalogue: Catalogue, plan: Plan, pages: dict[str, GoalPage]
):
    surveys = {goal.number for goal in plan.goals if catalogue.survey(goal)}
    assert surveys
    assert list(pages) == [goal.number for goal in plan.goals if goal.number not in surveys]
    assert [len(pages[number].parts) for number in ("1a", "5b")] == [1, 2]


def test_all_municipalities_stand_best_first_and_those_without_a_figure_last(
    plan: Plan, pages: dict[str, GoalPage]
):
    for number, page in pages.items():
        for found in page.parts:
            areas = [row for row in found.standings if row.code != "dk"]
            assert len(areas) == 98
            values = [row.value_key for row in areas if row.value_key is not None]
            higher = plan.goal(number).target.direction.sign > 0
            assert values == sorted(values, reverse=higher), number
            assert areas[-1].code == SUPPRESSED
            assert "diskretioneret" in areas[-1].remark
            assert (areas[-1].value, areas[-1].place, areas[-1].verdict) == ("–", "", "Kan ikke vurderes")


def test_the_country_stands_where_it_belongs_among_the_municipalities(pages: dict[str, GoalPage]):
    rows = part(pages, "1a").standings
    at = next(index for index, row in enumerate(rows) if row.code == "dk")
    assert rows[at].place == ""
    assert all(row.value_key > Decimal(50) for row in rows[:at] if row.value_key)
    assert all(row.value_key <= Decimal(50) for row in rows[at + 1 :] if row.value_key)


def test_a_goal_counts_a_municipality_as_meeting_it_only_when_all_its_indicators_do(
    comparison: CountryComparison, pages: dict[str, GoalPage]
):
    for number, page in pages.items():
        verdicts = [goal_verdicts(rows)[number].verdict for rows in comparison.rows.values()]
        assert page.met == verdicts.count(Verdict.MET)
        assert page.unknown == verdicts.count(Verdict.CANNOT_BE_JUDGED)
        assert page.of == 98


def test_the_first_sentence_counts_what_the_table_shows(pages: dict[str, GoalPage]):
    for page in pages.values():
        for found in page.parts:
            words = [row.verdict for row in found.standings if row.code != "dk"]
            met = words.count("Opfyldt")
            assert re.match(
                rf"({met} af 98|Alle 98|Ingen af de 98)\u00a0kommuner opfylder målet",
                found.summary[0].replace("98 ", "98\u00a0"),
            ), found.summary


def test_a_plan_of_one_municipality_says_whose_goals_they_are(
    catalogue: Catalogue, pages: dict[str, GoalPage]
):
    assert "Frederikssund Kommunes egne" in pages["1a"].owner
    free = compared(catalogue, country(catalogue, "noegletal-2026"), palette_from({})).pages
    assert {page.owner for page in free} == {""}


def test_the_picture_has_a_dot_for_each_municipality_with_a_figure_and_names_it(pages: dict[str, GoalPage]):
    for found in (part(pages, "1a"), part(pages, "6a")):
        for svg in (found.wide, found.narrow):
            assert svg.count("<title>") == 97
            assert "<title>Læsø" not in svg
            assert svg.count('<a href="#') == svg.count('tabindex="-1"') + 1 == 97
    assert "Hele landet, målet: 50,0\u00a0pct." in part(pages, "1a").wide


def test_target_and_country_are_both_drawn_where_they_differ(pages: dict[str, GoalPage]):
    svg = part(pages, "6a").wide
    assert "Hele landet: 50,0\u00a0pct." in svg
    assert "Målet: højst 49,8\u00a0pct." in svg


def test_a_filled_dot_is_a_goal_met_and_a_ring_one_that_is_not(pages: dict[str, GoalPage]):
    found = part(pages, "3c")
    groups = ElementTree.fromstring(found.wide).iter("{http://www.w3.org/2000/svg}g")
    dots = [(group.get("fill"), group.iter("{http://www.w3.org/2000/svg}title")) for group in groups]
    colours = [(fill, str(title.text).split(":")[0]) for fill, titles in dots for title in titles]
    met = {row.name for row in found.standings if row.verdict == "Opfyldt"}
    assert 0 < len(met) < 97
    assert {name for colour, name in colours if colour != "#ffffff"} == met


def test_the_text_alternative_names_the_best_the_worst_and_the_levels(pages: dict[str, GoalPage]):
    found = part(pages, "6a")
    ranked = [row for row in found.standings if row.place and row.code != "dk"]
    for words in (
        "Prikplot med 97",
        ranked[0].name,
        ranked[-1].name,
        "Hele landet: 50,0",
        "Målet: højst 49,8",
    ):
        assert words in found.alternative


def test_the_csv_holds_the_same_figures_with_decimal_commas(pages: dict[str, GoalPage]):
    found = part(pages, "6a")
    text = found.csv.removeprefix("\ufeff")
    assert text != found.csv
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    areas = [row for row in found.standings if row.code != "dk"]
    assert [row["kommunekode"] for row in rows] == [row.code for row in areas]
    for row, shown in zip(rows, areas, strict=True):
        assert row["placering"] == shown.place
        assert row["vaerdi"] == ("" if shown.value_key is None else str(shown.value_key).replace(".", ","))
        assert row["krav"] == "49,8"
    assert "diskretioneret" in rows[-1]["begrundelse"]


def test_a_figure_from_another_period_than_the_others_says_so(
    catalogue: Catalogue, comparison: CountryComparison
):
    later = Period.parse("2023M12")
    own = tuple(replace(row, period=later) if row.goal == "6a" else row for row in comparison.rows["766"])
    changed = replace(comparison, rows={**comparison.rows, "766": own})
    found = next(p for p in compared(catalogue, changed, palette_from({})).pages if p.number == "6a").parts[0]
    remarks = {row.name: row.remark for row in found.standings if row.remark}
    assert remarks["Hedensted"] == "Tallet er for december 2023."
    assert set(remarks) == {"Hedensted", "Læsø"}


def test_a_figure_of_few_persons_is_marked_in_the_table_and_the_file(
    catalogue: Catalogue, comparison: CountryComparison
):
    own = tuple(replace(row, scarce=row.goal == "6a") for row in comparison.rows["766"])
    changed = replace(comparison, rows={**comparison.rows, "766": own})
    found = {p.number: p.parts[0] for p in compared(catalogue, changed, palette_from({})).pages}
    marked = {row.name for row in found["6a"].standings if row.value.endswith("°")}
    assert marked == {"Hedensted"} and found["6a"].few and not found["1a"].few
    rows = csv.DictReader(io.StringIO(found["6a"].csv.removeprefix("\ufeff")), delimiter=";")
    assert {row["kommune"] for row in rows if row["faa_personer"]} == {"Hedensted"}


def test_where_each_is_held_against_what_was_expected_the_order_is_by_the_distance_to_it(
    catalogue: Catalogue, comparison: CountryComparison
):
    target = Target.model_validate({"at_most": "expected"})
    rows = {
        code: tuple(
            replace(row, asked=ResolvedTarget(target, Decimal(60)), target=Decimal(60), gap=gap)
            if row.goal == "6a"
            else row
            for row in found
            for gap in (None if row.municipality is None else Decimal(int(code) % 7) - 3,)
        )
        for code, found in comparison.rows.items()
    }
    (page,) = (
        p
        for p in compared(catalogue, replace(comparison, rows=rows), palette_from({})).pages
        if p.number == "6a"
    )
    shown = page.parts[0]
    gaps = [
        Decimal(row.gap.replace(",", ".").replace("−", "-"))
        for row in shown.standings
        if row.gap[-1:].isdigit()
    ]
    assert gaps == sorted(gaps, reverse=True) and gaps[0] == 3
    assert [head.split(",")[0] for head in shown.columns] == ["Værdi", "Forventet", "Forskel"]
    assert {row.expected for row in shown.standings if row.place} == {"60,0"}
    assert "Som forventet" in shown.alternative and "Hele landet" not in shown.alternative
    assert all(row.code != "dk" for row in shown.standings)


def test_names_are_in_the_order_of_the_danish_alphabet():
    names = ["Aabenraa", "Ærø", "Allerød", "Ølstykke", "Vejle", "Aarhus", "Årslev"]
    assert sorted(names, key=alphabetical) == [
        "Allerød",
        "Vejle",
        "Ærø",
        "Ølstykke",
        "Aabenraa",
        "Aarhus",
        "Årslev",
    ]
