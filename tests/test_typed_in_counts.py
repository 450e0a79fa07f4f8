"""What a person typed in is real: it is on the page on every basis, and no made-up figure stands in its place."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from data_support import store_table, type_in
from helpers.analysis.gaps import Verdict
from helpers.catalogue import load_catalogue
from helpers.commands.checks import check_everything
from helpers.commands.typed import refuse_typed
from helpers.data.frames import Grounds
from helpers.data.raw import AnswerColumn
from helpers.errors import PlanError
from helpers.project import Project
from helpers.reports.base.report import Report
from helpers.reports.plan.records import status_csv
from helpers.reports.plan.report import read_report, read_reports
from report_support import copy_project

APPRENTICES = """
voksenlaerlinge:
  title: Antal aftaler om voksenlærlinge
  unit: number
  decimals: 0
  frequency: month
  direction: higher_is_better
  headline: count
  series:
    count:
      label: "{area} - Antal aftaler"
      national: false
      from: ORIGIN
      certainty: confirmed
"""
PLAN = """
title: Lille plan 2026
year: 2026
municipality: viborg
example_date: 2026-08-22
focus_areas:
  - number: 1
    title: Lærlinge
    slug: laerlinge
    intro: Flere lærlinge.
    goals:
      - {number: 1a, title: Antal voksenlærlinge, text: Mindst 60 aftaler i 2026., indicator: voksenlaerlinge,
         target: {at_least: 60}}
MORE"""
ANOTHER_GOAL = """
      - {number: 1b, title: Ledighed, text: Højst som landet., indicator: ledighed-andel,
         target: {at_most: national}}
"""
TYPED = "periode;område;serie;værdi;kilde\n2026M06;Viborg;count;31;x\n2026M07;Viborg;count;61;x\n2026M08;Viborg;count;;\n"


def small(folder: Path, more: str = "", origin: str = "{typed_in: Egen opgørelse}") -> Project:
    project = copy_project(folder)
    catalogue = project.catalogue
    indicators = catalogue / "indicators.yml"
    indicators.write_text(indicators.read_text("utf-8") + APPRENTICES.replace("ORIGIN", origin), "utf-8")
    (catalogue / "plans" / "lille.yml").write_text(PLAN.replace("MORE", more.lstrip("\n")), "utf-8")
    return project


def report_on(project: Project, name: str = "Viborg", plan: str = "lille") -> Report:
    catalogue = load_catalogue(project)
    return read_report(project, catalogue, catalogue.plan(plan), catalogue.municipality(name))


def fetched(project: Project) -> None:
    """Some table was fetched, which the plan does not need."""
    columns = [
        AnswerColumn(role=r, id=i, label=i) for r, i in (("period", "p"), ("area", "a"), ("measure", "m"))
    ]
    store_table(project, "y01a02", columns, [["2026M07", "Hele landet", 1]])


@pytest.mark.parametrize("origin", ["{typed_in: Egen opgørelse}", "{unknown: Ingen tabel fundet}"])
@pytest.mark.parametrize("beside", [lambda project: None, fetched])
def test_the_only_goals_typed_in_figure_is_shown_and_judged_without_a_made_up_country(
    tmp_path, origin, beside
):
    project = small(tmp_path, origin=origin)
    beside(project)
    type_in(project, "viborg", "voksenlaerlinge", TYPED)
    report = report_on(project)
    (row,) = report.rows
    assert (row.municipality, row.national, row.period.id) == (Decimal(61), None, "2026M07")
    assert (row.verdict, row.grounds) == (Verdict.MET, Grounds.TYPED_IN)
    assert not report.is_example
    own = report.observations[report.observations["indicator"] == "voksenlaerlinge"]
    assert set(own["source"]) == {"manual"}


def test_a_municipality_that_typed_in_nothing_has_no_figure_in_a_real_report(tmp_path):
    project = small(tmp_path)
    type_in(project, "viborg", "voksenlaerlinge", TYPED)
    (row,) = report_on(project, "Hedensted").rows
    assert (row.municipality, row.verdict, row.grounds) == (None, Verdict.CANNOT_BE_JUDGED, None)
    assert "kommunen har ikke oplyst dem" in row.reason


def test_once_anything_was_fetched_a_goal_that_nobody_typed_in_has_no_figure(tmp_path):
    project = small(tmp_path)
    assert report_on(project).is_example
    fetched(project)
    (row,) = report_on(project).rows
    assert row.municipality is None


def test_among_example_data_every_row_says_which_it_is(tmp_path):
    project = small(tmp_path, ANOTHER_GOAL)
    type_in(project, "viborg", "voksenlaerlinge", TYPED)
    report = report_on(project)
    assert report.is_example and report.is_mixed
    typed, made_up = report.rows
    assert (typed.municipality, typed.national, typed.grounds) == (Decimal(61), None, Grounds.TYPED_IN)
    assert made_up.municipality is not None and made_up.grounds is Grounds.EXAMPLE
    records = list(csv.DictReader(io.StringIO(status_csv(report))))
    assert [record["basis"] for record in records] == ["typed_in", "example"]
    html = report.status_table().parts[0].markup
    assert "Grundlag: oplyst af kommunen" in html and "Grundlag: eksempeldata" in html


def test_a_figure_of_typed_in_numbers_is_not_marked_as_example_and_a_made_up_one_is(tmp_path):
    project = small(tmp_path, ANOTHER_GOAL)
    type_in(project, "viborg", "voksenlaerlinge", TYPED)
    report = report_on(project)
    (typed, *_), (made_up, *_) = (report.figure(number).parts for number in ("1a", "1b"))
    assert "eksempeldata" not in typed.alt.lower() and "eksempeldata" in made_up.alt.lower()
    rows = list(csv.DictReader(io.StringIO(typed.csv), delimiter=";"))
    assert {row["grundlag"] for row in rows if row["vaerdi"]} == {"oplyst af kommunen"}
    rows = list(csv.DictReader(io.StringIO(made_up.csv), delimiter=";"))
    assert {row["grundlag"] for row in rows if row["vaerdi"]} == {"eksempeldata"}


def test_typed_in_figures_beat_made_up_ones_of_a_known_table_too(tmp_path):
    project = small(tmp_path, ANOTHER_GOAL)
    head = "periode;område;serie;værdi\n"
    type_in(
        project,
        "viborg",
        "ledighed-andel",
        head + "2026M07;Viborg;share;2,2\n2026M07;Hele landet;share;2,6\n",
    )
    row = report_on(project).rows[1]
    assert (row.municipality, row.national, row.grounds) == (Decimal("2.2"), Decimal("2.6"), Grounds.TYPED_IN)


def test_what_a_document_printed_stays_beside_what_was_typed_in(tmp_path):
    project = copy_project(tmp_path)
    head = "periode;område;serie;værdi\n"
    type_in(project, "frederikssund", "ankesager-omgjort", head + "2023Q02;Frederikssund;share;30,0\n")
    report = report_on(project, "Frederikssund", "frederikssund-2023")
    row = next(row for row in report.rows if row.indicator == "ankesager-omgjort")
    assert row.grounds is Grounds.PRINTED and row.published_gap is not None
    shown = report.observations[report.observations["indicator"] == "ankesager-omgjort"]
    assert set(shown.loc[shown["source"] == "manual", "value"]) == {30.0}
    assert shown.loc[shown["source"] != "manual", "published"].all()


def test_all_municipalities_at_once_see_the_same_rows_as_each_alone(tmp_path):
    project = small(tmp_path, ANOTHER_GOAL)
    type_in(project, "viborg", "voksenlaerlinge", TYPED)
    catalogue = load_catalogue(project)
    areas = [catalogue.municipality(name) for name in ("Viborg", "Hedensted")]
    for together in read_reports(project, catalogue, catalogue.plan("lille"), areas):
        assert together.rows == report_on(project, together.municipality.name).rows


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manual/viborg/voksenlaerlinge.csv", TYPED.replace("61", "seksti")),
        ("manual/viborg/noter.ods", "x"),
        ("manual/tal.csv", "x"),
        ("manual/vibborg/voksenlaerlinge.csv", TYPED),
        ("manual/viborg/smaajobb.csv", "række;måned;værdi\nx;2026M01;1\n"),
    ],
)
def test_status_and_render_refuse_what_check_refuses(tmp_path, name, content):
    project = small(tmp_path)
    path = project.raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    catalogue = load_catalogue(project)
    problems, _ = check_everything(project)
    with pytest.raises(PlanError) as refused:
        refuse_typed(project, catalogue, [catalogue.municipality("Viborg")])
    assert {problem.where for problem in refused.value.problems} == {problem.where for problem in problems}
    assert all(str(Path(name).parent) in problem.where for problem in problems)
