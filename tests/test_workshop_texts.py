"""What the workshop knows stands in the terminal and on a page that is asked for, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.catalogue import load_catalogue
from helpers.cli import app
from helpers.project import ROOT_VARIABLE, Project
from helpers.reports.base.analyst import UNREAD, to_mend
from helpers.reports.base.bookfiles import BookFiles
from helpers.reports.plan.book import plan_contents
from helpers.reports.plan.report import PlanReport, read_report
from report_support import CHECKOUT, copy_project

PLAN = "frederikssund-2023"


def report_of(project: Project, kommune: str) -> PlanReport:
    catalogue = load_catalogue(project)
    return read_report(
        project, catalogue, catalogue.plan(PLAN), catalogue.municipality(kommune), example=True
    )


def test_a_survey_of_another_municipality_is_said_not_to_exist_and_ones_own_to_be_awaited() -> None:
    rows = {
        kommune: {row.goal: row.reason for row in report_of(Project(CHECKOUT), kommune).survey_rows}
        for kommune in ("Frederikssund", "Læsø")
    }
    assert rows["Læsø"]["4d"] == rows["Læsø"]["5a"] == "Kommunen har ikke en undersøgelse af dette."
    assert rows["Frederikssund"]["4d"] == "Der er ikke oplyst et resultat af undersøgelsen."


def test_what_an_analyst_can_mend_names_files_searches_and_tables() -> None:
    told = "\n".join(to_mend(report_of(Project(CHECKOUT), "Læsø")))
    assert (
        "Mål 4d: undersøgelsens resultat kan indtastes i data/raw/manual/laesoe/vaerdig-sagsbehandling.csv."
        in told
    )
    assert 'Søg med plan find "Ukraine særloven fordrevne"; indtil da kan tallene indtastes i' in told
    assert (
        "jobparate-afgang-13-uger (share): tabel y60b01 er sandsynlig, men ikke bekræftet. Tabelnummeret er udledt"
        in told
    )
    assert "a-dagpenge-afgang-13-uger" not in told, "its source is confirmed"


def test_plan_status_tells_it_when_asked_and_plan_check_counts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(CHECKOUT))
    quiet, asked = (
        CliRunner().invoke(app, ["status", "Læsø", "--plan", PLAN, *more]).output for more in ([], ["-v"])
    )
    assert "plan find" not in quiet and "plan find" in asked
    said = CliRunner().invoke(app, ["check"]).output
    assert f"{PLAN}: sources are probable for 1b, 2a" in said
    assert (
        "jobcenteroverblik: sources are probable for 2, 4, 9, 16, 23, 24 and unknown for 17, 19, 26" in said
    )


@pytest.mark.parametrize(
    ("kommune", "plan", "standing", "to_do"),
    [
        (
            "Vallensbæk/Ishøj",
            "jobcenteroverblik",
            "Kontanthjælpsreformen: Antallet af personer på kontant- og uddannelseshjælp skal reduceres. Nr. ",
            (
                "tabel ptvc02 er sandsynlig, men ikke bekræftet",
                'Søg med plan find "Afholdelse af samtaler.',
                "data/raw/manual/ishoej/su-modtagere.csv og data/raw/manual/vallensbaek/su-modtagere.csv",
            ),
        ),
        (
            "Hedensted",
            "hedensted-2024-2025",
            "Flere i job: Projektet har 10 minimumsmål.",
            (
                "flere-i-job: 10 rækker indtastes i data/raw/manual/hedensted/flere-i-job.csv (kun startmåling)",
                "plan project template flere-i-job skriver en fil til næste måned.",
            ),
        ),
    ],
)
def test_reports_without_goals_tell_how_they_stand_and_what_can_be_mended(
    kommune: str, plan: str, standing: str, to_do: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(CHECKOUT))
    quiet, asked = (
        " ".join(CliRunner().invoke(app, ["status", kommune, "--plan", plan, *more]).output.split())
        for more in ([], ["-v"])
    )
    assert standing in quiet and standing in asked
    for said in to_do:
        assert said not in quiet and said in asked
    refused = CliRunner().invoke(app, ["status", kommune, "--plan", plan, "--format", "csv"])
    assert "has no goals, so there is no csv" in str(refused.exception)


def test_the_analysts_page_is_in_the_book_only_when_the_plan_asks_for_it(tmp_path: Path) -> None:
    project = copy_project(tmp_path)

    def pages() -> dict[str, str]:
        catalogue = load_catalogue(project)
        return dict(BookFiles(plan_contents(project, catalogue, catalogue.plan(PLAN))).laid().pages)

    assert "notebooks/for-analytikeren.ipynb" not in pages()
    path = project.catalogue / "plans" / f"{PLAN}.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\nanalyst_page: true\n", encoding="utf-8")
    assert list(pages())[-1] == "notebooks/for-analytikeren.ipynb"
    assert "plan find" in report_of(project, "Læsø").analyst().markdown
    # What a file's mistakes are is said in English, so in the terminal alone.
    folder = project.raw / "manual" / "laesoe"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "noter.csv").write_text("x\n", encoding="utf-8")
    report = report_of(project, "Læsø")
    (mistake,) = [problem for problem, _ in report.unusable()]
    assert f"{mistake.where}: {mistake.what}" in "\n".join(to_mend(report))
    assert f"{mistake.where}: {UNREAD}" in "\n".join(to_mend(report, page=True))


def test_the_page_of_changes_since_last_time_is_left_out_of_example_data() -> None:
    report = report_of(Project(CHECKOUT), "Læsø")
    laid = BookFiles(plan_contents(report.project, report.catalogue, report.plan)).laid()
    assert "notebooks/siden-sidst.ipynb" in laid.pages
    assert "notebooks/siden-sidst.ipynb" not in report.asked(laid).variant.pages
