"""The workbook of a report, read back: its numbers, what its formulas come to, and that it says what it stands on."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from helpers.catalogue import load_catalogue
from helpers.cli import main
from helpers.errors import PlanError
from helpers.present.words import VERDICT_WORDS
from helpers.present.workbook import MADE_UP, Amount, Head, Month, WorkSheet, workbook_bytes
from helpers.project import Project
from helpers.reports import wing
from helpers.reports.base.report import Report, country_workbook
from helpers.reports.base.request import Selection
from helpers.reports.plan.report import PlanReport, read_reports
from report_support import copy_project

PLAN = "frederikssund-2023"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("project"))


def made(project: Project, kind: str, kommune: str, **more: Any) -> Report:
    catalogue = load_catalogue(project)
    return wing(kind).report(Selection(project, catalogue, more.pop("plan", ""), **more), kommune)


@pytest.fixture(scope="module")
def report(project: Project) -> PlanReport:
    found = made(project, "plan", "Frederikssund", plan=PLAN)
    assert isinstance(found, PlanReport)
    return found


@pytest.fixture(scope="module")
def content(report: PlanReport) -> bytes:
    return report.workbook()


def opened(content: bytes, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def head_row(sheet: Any) -> int:
    """The row that the frozen part ends with."""
    return int(re.sub(r"\D", "", sheet.freeze_panes)) - 1


def rows(sheet: Any) -> Iterator[dict[str, Any]]:
    heads = [cell.value for cell in sheet[head_row(sheet)]]
    for cells in sheet.iter_rows(min_row=head_row(sheet) + 1):
        yield dict(zip(heads, cells, strict=True))


def worked_out(sheet: Any, formula: str) -> Decimal:
    """What Excel makes of one of our formulas: ROUND over cells, which may hold such formulas themselves."""

    def value(name: str) -> Decimal:
        cell = sheet[name].value
        return worked_out(sheet, cell) if isinstance(cell, str) else Decimal(str(cell or 0))

    found = re.fullmatch(r"=ROUND\((.+),(\d+)\)", formula)
    assert found, formula
    terms = re.sub(r"[A-Z]+\d+", lambda cell: f"value('{cell[0]}')", found[1])
    return round(Decimal(eval(terms, {"value": value})), int(found[2]))


def test_the_status_has_the_pages_numbers_as_numbers_and_gaps_that_can_be_traced(
    report: PlanReport, content: bytes
) -> None:
    sheet, results = opened(content)["Status"], opened(content, values=True)["Status"]
    judged = report.all_rows
    traced = 0
    for row, cells, done in zip(judged, rows(sheet), rows(results), strict=True):
        assert (cells["Mål"].value, cells["Kommune"].value) == (row.goal, "Frederikssund")
        assert cells["Ordlyd"].value == report.plan.goal(row.goal).text
        for head, value in (("Hele landet", row.national), ("Kommunens tal", row.municipality)):
            assert cells[head].value == (None if value is None else float(value))
        assert done["Vurdering"].value == VERDICT_WORDS[row.verdict]
        for head, value in (("Krav", row.target), ("Forskel", row.gap)):
            assert done[head].value == (None if value is None else pytest.approx(float(value)))
            if isinstance(formula := cells[head].value, str):
                assert worked_out(sheet, formula) == value
                traced += 1
        assert isinstance(cells["Forskel"].value, str) is (row.gap is not None)
    assert traced > len(judged)


def test_a_reader_who_changes_a_number_sees_the_gap_change(content: bytes) -> None:
    sheet = opened(content)["Status"]
    first = next(rows(sheet))
    formula = first["Forskel"].value
    before = worked_out(sheet, formula)
    first["Kommunens tal"].value += 2
    assert worked_out(sheet, formula) == before + 2


def test_every_goal_has_a_sheet_with_its_window(report: PlanReport, content: bytes) -> None:
    book = opened(content)
    goals = [goal.number for goal in report.plan.goals]
    assert book.sheetnames == ["Status", *goals, "Observationer", "Kilder og noter"]
    drawn = list(rows(book["1a"]))
    frame = report.frame("1a")
    assert len(drawn) == 9
    own = frame[(frame["area"] == "250")]
    head = next(name for name in drawn[0] if name.startswith("Frederikssund"))
    assert [row[head].value for row in drawn] == own["value"].tolist()
    assert drawn[-1]["Periode"].value == "2. kvartal 2023"
    assert drawn[-1]["Til og med"].value == datetime(2023, 6, 1)
    assert len(list(rows(book["2a"]))) == 25


def test_a_value_that_is_not_known_is_a_word_and_never_a_zero(project: Project) -> None:
    found = made(project, "plan", "Læsø", plan=PLAN)
    assert isinstance(found, PlanReport)
    frame = found.frame()
    hidden = frame[(frame["state"] == "suppressed") & (frame["area"] != "dk")]
    assert len(hidden)
    goal, label, period = hidden.iloc[0][["goal", "label", "period"]]
    sheet = opened(found.workbook())[goal]
    from helpers.periods import Period
    from helpers.present.words import capital

    (row,) = [row for row in rows(sheet) if row["Periode"].value == capital(Period.parse(period).danish)]
    cell = next(cell for head, cell in row.items() if head.startswith(label))
    assert cell.value == "diskretioneret eller ikke opgjort"


def test_all_observations_are_there_named_in_danish(report: PlanReport, content: bytes) -> None:
    found = list(rows(opened(content)["Observationer"]))
    keys = {indicator.key for indicator in report.indicators}
    shown = report.observations[
        report.observations["indicator"].isin(keys) & (report.observations["series"] != "base")
    ]
    assert len(found) == len(shown)
    one = next(row for row in found if row["Mål"].value == "1a" and row["Kommunekode"].value == "250")
    assert one["Kommune"].value == "Frederikssund" and one["Enhed"].value == "pct."
    assert one["Ordlyd"].value == report.plan.goal("1a").text and "kvartal" in one["Periode"].value


@pytest.mark.parametrize("plan", ["noegletal-2026", "arbejdsmarkedet", "frederikssund-2022"])
def test_every_plan_has_a_workbook_with_all_that_its_figures_show(project: Project, plan: str) -> None:
    found = made(project, "plan", "Hedensted", plan=plan)
    assert isinstance(found, PlanReport)
    book = opened(found.workbook())
    told = {row["Mål"].value for row in rows(book["Observationer"])}
    assert told and None not in told
    assert len(list(rows(book["Status"]))) == len(found.all_rows)


def test_every_sheet_has_frozen_heads_filters_widths_and_says_that_it_is_made_up(content: bytes) -> None:
    for sheet in opened(content):
        assert sheet["A2"].value == MADE_UP, sheet.title
        assert sheet.freeze_panes == f"B{head_row(sheet) + 1}"
        assert sheet.auto_filter.ref and sheet.auto_filter.ref.startswith(f"A{head_row(sheet)}:")
        assert sheet.column_dimensions["A"].width >= 6
        assert sheet.row_dimensions[head_row(sheet)].height >= 15
    assert opened(content).properties.creator == "Frederikssund Kommune"


def test_the_same_figures_give_the_same_bytes_and_the_files_date_is_that_of_the_figures(
    report: PlanReport, content: bytes
) -> None:
    assert report.workbook() == content
    assert opened(content).properties.created == datetime(2024, 1, 15, 12)


def test_a_text_is_never_run_as_a_formula_and_odd_names_of_sheets_are_taken() -> None:
    sheet = WorkSheet("a/b: [c]", "=1+1", (Head("x"),), [("=HYPERLINK(1)",), (Amount(None, formula="=1/0"),)])
    content = workbook_bytes(
        [sheet, sheet, WorkSheet("x" * 40, "t", (Head("x"),), [])],
        title="t", author="", day=None, example=False,
    )  # fmt: skip
    book = opened(content)
    assert len(set(book.sheetnames)) == 3 and all(len(name) <= 31 for name in book.sheetnames)
    first = book.worksheets[0]
    assert first["A1"].value == "=1+1" and first["A1"].data_type == "s"
    assert first["A4"].data_type == "s" and first["A5"].value is None


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        (Amount(Decimal("83.8"), 1), '#,##0.0;"−"#,##0.0'),
        (Amount(Decimal("-3"), 0, signed=True), '+#,##0;"−"#,##0;#,##0'),
        (Month(date(2023, 11, 1)), "[$-406]mmm yyyy"),
    ],
)
def test_numbers_and_months_are_shown_as_danes_write_them(cell: Any, form: str) -> None:
    content = workbook_bytes(
        [WorkSheet("a", "t", (Head("x"),), [(cell,)])], title="t", author="", day=None, example=False
    )
    assert opened(content).active["A4"].number_format == form


def test_all_municipalities_are_one_table_with_a_row_each_per_goal(project: Project) -> None:
    catalogue = load_catalogue(project)
    plan = catalogue.plan(PLAN)
    reports = read_reports(project, catalogue, plan, catalogue.municipalities)
    book = opened(country_workbook(reports), values=True)
    assert book.sheetnames == ["Status", "Kilder og noter"]
    found = list(rows(book["Status"]))
    assert len(found) == sum(len(one.all_rows) for one in reports)
    assert len({row["Kommune"].value for row in found}) == 98
    own = [row["Forskel"].value for row in found if row["Kommune"].value == "Frederikssund"]
    (ours,) = [one for one in reports if one.municipality.slug == "frederikssund"]
    assert own == [None if row.gap is None else pytest.approx(float(row.gap)) for row in ours.all_rows]


def test_the_projects_have_their_start_newest_and_change(project: Project) -> None:
    report = made(project, "investeringer", "Hedensted", example=True)
    book, results = opened(report.workbook()), opened(report.workbook(), values=True)
    assert book.sheetnames == ["Status", "Måneder", "Kilder og noter"]
    traced = [
        (worked_out(book["Status"], cells["Ændring siden start"].value), done["Ændring siden start"].value)
        for cells, done in zip(rows(book["Status"]), rows(results["Status"]), strict=True)
        if isinstance(cells["Ændring siden start"].value, str)
    ]
    assert len(traced) > 20
    assert all(float(by_hand) == pytest.approx(shown) for by_hand, shown in traced)
    assert len(list(rows(book["Måneder"]))) > 100


def test_the_jobcenteroverblik_has_places_and_distances(project: Project) -> None:
    report: Any = made(project, "jobcenteroverblik", "Vallensbæk/Ishøj")
    found = list(rows(opened(report.workbook(), values=True)["Status"]))
    first = next(row for row in found if row["Figur"].value == "1")
    standing = report.standings.standing(1)
    assert first["Placering"].value == standing.rank.place and first["Ud af"].value == standing.rank.of
    own, country = standing.own[0][1].values[-1], standing.country.values[-1]
    assert first["Forskel til landet"].value == pytest.approx(float(country - own))


def test_a_report_without_a_workbook_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    report = made(project, "jobcenteroverblik", "Vallensbæk/Ishøj")
    monkeypatch.setattr(type(report), "_sheets", None)
    with pytest.raises(PlanError, match="has no workbook"):
        report.workbook()


def test_plan_export_writes_the_file_and_says_where(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root)
    monkeypatch.setattr("sys.argv", ["plan", "export", "Frederikssund", "-o", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    path = tmp_path / "EKSEMPEL-frederikssund-beskaeftigelsesplan-2023.xlsx"
    assert f"wrote {path}" in capsys.readouterr().out.replace("\n", "")
    assert opened(path.read_bytes())["Status"]["A2"].value == MADE_UP


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Frederikssund", "--to", "docx"], '"docx" is none of xlsx, zip'),
        (["--plan", "noegletal-2026"], "No municipality is named."),
        (["Frederikssund", "--all"], "contradict each other"),
        (["Frederiksund"], 'Did you mean "Frederikssund"?'),
        (["Frederikssund", "--plan", "x"], '"x" is no plan'),
    ],
)
def test_what_cannot_be_exported_is_told(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(project.root)
    monkeypatch.setattr("sys.argv", ["plan", "export", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 1
    assert said in " ".join(capsys.readouterr().err.split())
