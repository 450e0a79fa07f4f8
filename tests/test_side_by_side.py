"""Chosen municipalities side by side on a goal: in the notebook, and as a page of its own."""

from __future__ import annotations

import csv
import json
import math
import re
from decimal import Decimal
from pathlib import Path

import lxml.html
import pytest

from helpers.catalogue import load_catalogue
from helpers.cli import app, main
from helpers.errors import PlanError
from helpers.present.describe import ALT_LETTERS
from helpers.present.output import FigurePart, TablePart, TextPart
from helpers.project import Project
from helpers.reports import wing
from helpers.reports.base.request import Selection
from helpers.reports.plan.report import PlanReport, read_report
from report_support import copy_project
from sentence_patterns import SIDE_PATTERNS, kinds, municipalities

OTHERS = ["Halsnæs", "Gribskov", "Læsø"]
NAMES = ["Frederikssund", *OTHERS]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("side-by-side"))


@pytest.fixture(scope="module")
def report(project: Project) -> PlanReport:
    return report_on(project, "Frederikssund")


def report_on(project: Project, name: str) -> PlanReport:
    catalogue = load_catalogue(project)
    return read_report(project, catalogue, catalogue.plan("frederikssund-2023"), catalogue.municipality(name))


def cells(markup: str) -> list[list[str]]:
    table = lxml.html.fromstring(markup)
    return [[" ".join(cell.text_content().split()) for cell in row] for row in table.xpath(".//tbody/tr")]


@pytest.mark.parametrize("goal", ["1a", "4a", "6a", "7a"])
def test_each_line_and_row_is_what_the_municipalitys_own_report_says(
    project: Project, report: PlanReport, goal: str
) -> None:
    figure, table = report.compare(goal, OTHERS).parts
    assert isinstance(figure, FigurePart) and isinstance(table, TablePart)
    numbers = list(csv.DictReader((figure.csv or "").lstrip("\ufeff").splitlines(), delimiter=";"))
    rows = {row[0]: row for row in cells(table.markup)}
    assert list(rows) == [*NAMES, "Hele landet"]
    for name in NAMES:
        own = report_on(project, name)
        (status,) = [row for row in own.rows if row.goal == goal]
        indicator = project_indicator(own, goal)
        window = own.window(indicator)
        line = window[(window["series"] == indicator.headline) & (window["area"] == own.municipality.code)]
        ours = {row["periode"]: row["vaerdi"] for row in numbers if row["serie"] == name}
        theirs = {str(p): v for p, v in zip(line["period"], line["value"], strict=True)}
        for period, value in ours.items():
            known = theirs.get(period)
            assert (value == "") == (known is None or math.isnan(known))
            if value:
                assert Decimal(value.replace(",", ".")) == Decimal(str(known))
        assert rows[name][2] == (
            "–" if status.municipality is None else str(status.municipality).replace(".", ",")
        )
    assert "Halsnæs " in figure.alt and len(figure.alt) <= ALT_LETTERS


def project_indicator(report: PlanReport, goal: str):
    return report.catalogue.indicators[report.plan.goal(goal).indicators[0]]


def test_the_lines_are_named_at_their_ends_and_told_apart_without_colour(report: PlanReport) -> None:
    figure = report.compare("1a", OTHERS).parts[0]
    text = json.dumps(figure.spec, ensure_ascii=False)
    said = {row["text"] for row in figure.spec["datasets"]["words"]}
    # Where two ends meet, the names stand in a legend instead.
    assert all(any(word.startswith(name) for word in said) for name in (*NAMES, "Hele landet"))
    assert "triangle-down" in text and "diamond" in text


def test_a_goal_of_two_indicators_has_a_figure_and_a_table_of_each_and_a_survey_has_none(
    report: PlanReport,
) -> None:
    parts = report.compare("5b", OTHERS).parts
    assert [type(part) for part in parts] == [FigurePart, TablePart] * 2
    assert len({part.key for part in parts if isinstance(part, FigurePart)}) == 2
    assert "ingen andre kommuners tal" in report.compare("5a", OTHERS).markdown


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Halsnes"], 'Did you mean "Halsnæs"?'),
        ([], "Name one to 4 others."),
        (["Frederikssund"], "Name one to 4 others."),
        (["Halsnæs", "Gribskov", "Læsø", "Odense", "Vejle"], "5 to compare Frederikssund with."),
    ],
)
def test_names_that_cannot_be_compared_are_told(report: PlanReport, names: list[str], said: str) -> None:
    with pytest.raises(PlanError) as told:
        report.compare("1a", names)
    assert said in str(told.value)
    with pytest.raises(PlanError, match="has no goal"):
        report.compare("9z", OTHERS)


def test_one_name_may_stand_without_brackets(report: PlanReport) -> None:
    bare, listed = (
        report.compare("1a", "Halsnæs"),
        report.compare("1a", ["Halsnæs", "halsnaes", "Frederikssund"]),
    )
    assert bare.markdown == listed.markdown and len(bare.parts) == 2


def test_the_page_holds_the_same_and_says_that_it_is_example_data(
    project: Project, report: PlanReport, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root)
    monkeypatch.setattr("sys.argv", ["plan", "compare-areas", "1a", *NAMES])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    path = Path("_site/sammenlign/frederikssund-2023-1a-frederikssund-halsnaes-gribskov-laesoe/index.html")
    assert f"wrote {path}" in capsys.readouterr().out
    page = lxml.html.fromstring(path.read_text(encoding="utf-8"))
    assert page.xpath("string(//h1)").endswith("Frederikssund, Halsnæs, Gribskov og Læsø")
    assert "Eksempeldata" in page.text_content() and page.xpath("//meta[@name='robots']/@content") == [
        "noindex"
    ]
    shown = report.compare("1a", OTHERS).parts
    assert cells(lxml.html.tostring(page.xpath("//table")[0], encoding="unicode")) == cells(shown[1].markup)
    assert len(page.xpath("//figure//svg")) == 2
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    (name,) = page.xpath("//p[@class='downloads']/a/@href")
    assert name.startswith("EKSEMPEL-") and (path.parent / name).read_bytes() == shown[0].csv.encode()
    assert all(
        not url.startswith(("http", "//")) for url in page.xpath("//link/@href | //script/@src | //img/@src")
    )


def test_a_report_without_goals_cannot_do_it(project: Project) -> None:
    selection = Selection(project, load_catalogue(project), "jobcenteroverblik", None, None)
    with pytest.raises(PlanError, match="has no goals"):
        wing("jobcenteroverblik").side_by_side(selection, "1a", ["Vejle", "Horsens"])
    assert any(command.name == "compare-areas" for command in app.registered_commands)


def test_what_is_said_beside_the_figures_is_of_kinds_that_were_read(report: PlanReport) -> None:
    titles = tuple((re.escape(goal.title), "<mål>") for goal in report.plan.goals)
    tokens = (*titles, municipalities(report.catalogue), (r"\b[a-z]{1,4}\d\d\w*", "<tabel>"))
    found: set[str] = set()
    for goal, others in (("5b", [*OTHERS, "Ærø"]), ("4d", OTHERS), ("1a", ["Aarhus"])):
        texts: list[str | None] = []
        for part in report.compare(goal, others).parts:
            if isinstance(part, FigurePart):
                texts += [part.caption, part.source]
            elif isinstance(part, TablePart):
                texts.append(part.text)
            elif isinstance(part, TextPart):
                texts += part.paragraphs
        found |= kinds(texts, tokens)
    assert found == SIDE_PATTERNS
