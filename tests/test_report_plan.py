"""The plan of a municipality, from the catalogue to what its notebooks and the terminal show."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import nbformat
import openpyxl
import pytest
from typer.testing import CliRunner

from helpers.analysis.gaps import Verdict
from helpers.catalogue import load_catalogue
from helpers.cli import app
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.present.describe import ALT_LETTERS
from helpers.project import RENDERING_VARIABLE, ROOT_VARIABLE, Project
from helpers.reports import open_report
from helpers.reports.plan.records import COLUMNS, status_csv
from helpers.reports.plan.report import PlanReport, read_report
from helpers.reports.plan.tables import PUBLISHED_NOTE
from report_support import CHECKOUT, copy_project

PLAN = "frederikssund-2023"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("project"))


def report_on(project: Project, municipality: str, plan: str = PLAN, bound: str = "") -> PlanReport:
    catalogue = load_catalogue(project)
    return read_report(
        project,
        catalogue,
        catalogue.plan(plan),
        catalogue.municipality(municipality),
        bound=Period.parse(bound) if bound else None,
    )


@pytest.fixture(scope="module")
def frederikssund(project: Project) -> PlanReport:
    return report_on(project, "Frederikssund")


@pytest.fixture(scope="module")
def hedensted(project: Project) -> PlanReport:
    return report_on(project, "Hedensted")


@pytest.fixture
def rendering(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(RENDERING_VARIABLE, "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_row_of_the_published_status_table_comes_out_as_printed(frederikssund: PlanReport) -> None:
    printed = frederikssund.catalogue.published_rows(frederikssund.plan)
    ours = {(row.goal, row.indicator): row for row in frederikssund.rows}
    assert len(printed) == len(ours) == 19
    for row in printed:
        found = ours[row.goal, row.indicator]
        assert (found.period, found.national, found.municipality) == (
            row.period,
            row.national,
            row.municipality,
        )
        # 4b was printed against the country; its goal is 90 per cent.
        assert found.gap == (Decimal("2.8") if row.goal == "4b" else row.gap)


def test_the_page_says_what_the_document_printed_for_4b_and_only_in_the_plans_own_municipality(
    frederikssund: PlanReport, hedensted: PlanReport
) -> None:
    assert "+2,0" in frederikssund.goal("4b").markdown
    assert "+2,0" in frederikssund.remarks().markdown
    assert "+2,0" not in hedensted.goal("4b").markdown + hedensted.remarks().markdown


def test_a_figure_that_is_no_better_than_the_rule_is_not_called_met(frederikssund: PlanReport) -> None:
    for row in frederikssund.rows:
        expected = Verdict.MET if row.gap is not None and row.gap >= 0 else Verdict.NOT_MET
        assert row.verdict is expected


def test_printed_figures_are_starred_only_where_a_document_printed_the_shown_pair(
    frederikssund: PlanReport, hedensted: PlanReport
) -> None:
    shown = frederikssund.status_table().markdown
    assert "83,8\u00a0pct.*" in shown  # 1a, as printed
    assert PUBLISHED_NOTE in shown
    other = hedensted.status_table().markdown
    assert "pct.*" not in other
    assert PUBLISHED_NOTE not in other


def test_the_example_is_told_on_every_page_and_names_no_real_fetch(
    frederikssund: PlanReport, rendering: Path
) -> None:
    for area in frederikssund.plan.focus_areas:
        shown = frederikssund.fetch(area.number).markdown
        assert "Eksempeldata" in shown
        assert "hentet" not in shown


def _all_markdown(report: PlanReport) -> str:
    shown = [
        report.fetch(),
        report.summary(),
        report.status_table(),
        report.survey_status(),
        report.changes_summary(),
        report.changes_table(),
        report.revisions(),
        report.basis_note(),
        report.remarks(),
        report.sources(),
        report.caveats(),
        report.downloads(),
    ]
    shown += [report.focus_area(area.number) for area in report.plan.focus_areas]
    for goal in report.plan.goals:
        shown += [report.goal(goal.number), report.figure(goal.number)]
    for item in shown:
        item.write()
    written = [path for path in Path("figures").iterdir() if path.suffix != ".png"]
    files = "\n".join(_words_of(path) for path in written)
    return "\n".join(item.markdown for item in shown) + files


def _words_of(path: Path) -> str:
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    sheets = openpyxl.load_workbook(path, read_only=True)
    return "\n".join(
        str(cell) for sheet in sheets for row in sheet.values for cell in row if cell is not None
    )


def test_no_page_of_one_municipality_names_the_other(
    frederikssund: PlanReport, hedensted: PlanReport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(RENDERING_VARIABLE, "1")
    pages = {}
    for report in (frederikssund, hedensted):
        folder = tmp_path / report.municipality.slug
        folder.mkdir()
        monkeypatch.chdir(folder)
        pages[report.municipality.name] = _all_markdown(report)
    assert "Frederikssund" in pages["Frederikssund"]
    whose = "Resultatmålene er Frederikssund Kommunes egne, fra Beskæftigelsesplan 2023."
    assert pages["Hedensted"].count(whose) == 1, "on top of a page"
    assert whose not in pages["Frederikssund"]
    # Beside that, only the plan's key, which files to download carry.
    rest = pages["Hedensted"].replace(whose, "").replace(hedensted.plan.key, "")
    assert "frederikssund" not in rest.casefold()
    assert "hedensted" not in pages["Frederikssund"].casefold()
    # An office of one municipality, named in a remark of its annex.
    assert "Ungekontakten" not in pages["Hedensted"]


def test_all_numbers_change_with_the_municipality(frederikssund: PlanReport, hedensted: PlanReport) -> None:
    def numbers(report: PlanReport) -> list[Decimal | None]:
        return [row.municipality for row in report.rows]

    pairs = list(zip(numbers(frederikssund), numbers(hedensted), strict=True))
    assert sum(one == other for one, other in pairs) <= 2  # two may agree by chance
    assert [row.national for row in frederikssund.rows] == [row.national for row in hedensted.rows]
    assert frederikssund.fingerprint != hedensted.fingerprint


def test_a_bound_moves_every_period_and_the_published_figures_away(project: Project) -> None:
    bounded = report_on(project, "Frederikssund", bound="2022M12")
    limit = Period.parse("2022M12")
    assert all(row.period is not None and row.period.within(limit) for row in bounded.rows)
    assert all(row.published_gap is None for row in bounded.rows)


def test_the_changes_page_counts_what_the_annex_lists(frederikssund: PlanReport) -> None:
    told = frederikssund.changes_summary().markdown.replace("\u00a0", " ")
    # The annex says "Identisk" of 12 (7B is "Identisk med mål 7C"), and leaves 6D's old column empty.
    assert "12 resultatmål er identiske med den forrige plan, 4 er nye, 4 er ændrede, og 2 er udgået." in told
    assert told.startswith("6 af de 7 fokusområder er uændrede.")
    assert (
        "Sygemeldte borgere skal hjælpes hurtigt tilbage på arbejdsmarkedet« er erstattet af »Flere flygtn"
        in told
    )
    table = frederikssund.changes_table().markdown
    for words in ("Identisk", "Nyt i 2023", "Indgår ikke", "Identisk med mål 7C"):
        assert words in table


def test_the_index_leaves_verdicts_for_the_sidebar(frederikssund: PlanReport, rendering: Path) -> None:
    frederikssund.summary()
    verdicts = json.loads((rendering / "verdicts.json").read_text(encoding="utf-8"))
    assert list(verdicts) == [
        f"notebooks/{a.number:02d}-{a.slug}.ipynb" for a in frederikssund.plan.focus_areas
    ]
    assert verdicts["notebooks/03-flygtninge.ipynb"]["word"] == "3 af 3 opfyldt"
    assert verdicts["notebooks/03-flygtninge.ipynb"]["class"] == "met"


def test_an_unknown_goal_or_focus_area_names_those_there_are(frederikssund: PlanReport) -> None:
    with pytest.raises(PlanError, match="1a, 1b"):
        frederikssund.goal("9z")
    with pytest.raises(PlanError, match="1, 2, 3"):
        frederikssund.focus_area(99)


def test_a_municipality_is_found_by_any_of_its_names(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    names = ("Frederikssund", "frederikssund kommune", "250", "FREDERIKSSUND")
    assert {open_report(name).municipality.code for name in names} == {"250"}
    with pytest.raises(PlanError, match="Frederikssund"):
        open_report("Frederiksund")
    with pytest.raises(PlanError, match="2023M11"):
        open_report("Frederikssund", PLAN, "november")


# --------------------------------------------------------------------------------------- the terminal


def run(project: Project, monkeypatch: pytest.MonkeyPatch, *words: str, columns: int = 160) -> str:
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": str(columns)}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_plan_status_gives_machines_the_named_columns_and_exact_figures(
    project: Project, monkeypatch: pytest.MonkeyPatch, frederikssund: PlanReport
) -> None:
    rows = list(csv.DictReader(io.StringIO(run(project, monkeypatch, "status", "250", "--format", "csv"))))
    assert tuple(rows[0]) == COLUMNS
    printed = {(r.goal, r.indicator): r for r in frederikssund.catalogue.published_rows(frederikssund.plan)}
    assert list(dict.fromkeys(r["goal"] for r in rows)) == [g.number for g in frederikssund.plan.goals]
    surveys = {row.indicator for row in frederikssund.survey_rows}
    measured = [row for row in rows if row["indicator"] not in surveys]
    assert [(r["goal"], r["indicator"]) for r in measured] == list(printed)
    for row in measured:
        document = printed[row["goal"], row["indicator"]]
        assert Decimal(row["municipality"]) == document.municipality
        assert Decimal(row["published_gap"]) == document.gap
    by_goal = {row["goal"]: row for row in rows}
    assert (by_goal["5a"]["verdict"], by_goal["5a"]["municipality"]) == ("cannot_be_judged", "87")
    assert by_goal["4d"]["verdict"] == "cannot_be_judged"
    assert by_goal["4b"]["gap"] == "2.8"
    assert "+2,0" in by_goal["4b"]["note"]
    told = json.loads(run(project, monkeypatch, "status", "250", "--format", "json"))
    assert told["rows"] == [{k: v or None for k, v in row.items()} for row in rows]


@pytest.mark.parametrize("columns", [80, 160])
def test_plan_status_shows_every_number_at_any_width(
    project: Project, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    shown = run(project, monkeypatch, "status", "Frederikssund", columns=columns)
    flat = " ".join(shown.replace("\u00a0", " ").split())
    for number in ("87,3 pct.", "83,8 pct.", "−3,5", "−11,2", "79 pct.", "+20", "0,82", "+0,15", "−12,1"):
        assert number in flat
    assert "…" not in shown


def test_the_csv_on_the_data_page_says_in_danish_what_the_status_command_says(
    frederikssund: PlanReport, rendering: Path
) -> None:
    frederikssund.downloads().write()
    page = (rendering / "figures" / "status.csv").read_text(encoding="utf-8-sig")
    people = list(csv.DictReader(io.StringIO(page), delimiter=";"))
    programs = list(csv.DictReader(io.StringIO(status_csv(frederikssund))))
    assert len(people) == len(programs) > 15
    for danish, row in zip(people, programs, strict=True):
        for head, name in (
            ("maal", "goal"),
            ("hele_landet", "national"),
            ("kommunens_tal", "municipality"),
            ("forskel", "gap"),
        ):
            assert danish[head].replace(",", ".") == row[name]


# -------------------------------------------------------------------------------------- the notebooks


def committed() -> list[Path]:
    """All notebooks but those that git ignores: pages that are made from one they share."""
    ignored = {
        path.parent / name
        for path in (CHECKOUT / "notebooks").glob("*/.gitignore")
        for name in path.read_text(encoding="utf-8").splitlines()
    }
    found = [*CHECKOUT.glob("*.ipynb"), *(CHECKOUT / "notebooks").rglob("*.ipynb")]
    return sorted(path for path in found if path not in ignored and ".ipynb_checkpoints" not in path.parts)


@pytest.mark.parametrize("path", committed(), ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_notebooks_are_committed_without_outputs_and_hold_no_logic(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert "parameters" in code[0].metadata.get("tags", [])
    for name in ("kommune", "plan", "periode"):
        assert f"{name} = " in code[0].source
    for cell in code:
        assert not cell.outputs
        assert cell.execution_count is None
    for cell in code[2:]:
        if cell.id.startswith("plan-"):
            assert len(cell.source.strip().splitlines()) == 1, "a cell is one call"


def test_every_figure_says_its_goals_verdict_in_a_short_alternative_text(
    frederikssund: PlanReport, hedensted: PlanReport
) -> None:
    for report in (frederikssund, hedensted):
        for number in report.figure_names:
            for figure in report.figure(number).figures:
                assert 60 < len(figure.alt) <= ALT_LETTERS
                assert f"Mål\u00a0{number} " in figure.alt and figure.title.startswith(figure.alt[:15])
                assert figure.title.endswith(figure.caption[1:])  # which does not say the title again
