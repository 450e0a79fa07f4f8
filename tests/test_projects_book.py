"""The book of Hedensted's investment projects as its readers get it, and one of another municipality from nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from pypdf import PdfReader

from data_support import AREA, PERIOD, measure, store_table
from helpers.catalogue import Catalogue, load_catalogue
from helpers.errors import PlanError
from helpers.present.describe import ALT_LETTERS
from helpers.present.draw import VEGALITE_MIME
from helpers.project import Project
from helpers.render.models import Outcome, Variant
from helpers.render.run import render_variants
from helpers.reports import wing
from helpers.reports.base.request import RenderRequest
from helpers.reports.investeringer.loader import load_investment_set
from paper_support import assert_is_good_paper, figures_apart_in_print
from report_support import copy_project, workshop_texts
from test_render_browser import ARGUMENTS, CHROMIUM, DESKTOP, PHONE, RULES

ROOT = Path(__file__).resolve().parents[1]
KEY = "hedensted-2024-2025"
BOOK = ROOT / "notebooks" / "investeringer"
PAGES = (
    "index", "klar-parat-i-job", "flere-i-job", "kompetenceporten", "haandholdt-indsats",
    "unge-socialt-frikort", "maaltal", "data-og-metode",
)  # fmt: skip

pytestmark = pytest.mark.xdist_group("projects-book")

# The status tables as the document prints them: label, start, then the three target columns.
FORMS = {
    "klar-parat-i-job": """
Antal a-dagpengemodtagere i alt (personer) | 644 | – | – | –
Antal a-dagpengemodtagere med kontaktforløb i jobcentret (personer) | 435 | – | – | –
Antal a-dagpengemodtagere med kontaktforløb i a-kassen | 209 | – | – | –
Antal ledige i a-kasse perioden, som er henvist til Klar, parat – i job | – | – | – | –
Antal henviste til Klar, parat – i job akkumuleret | – | – | – | –
Andel afsluttede i Klar, parat – i job, som er afsluttet til job | – | – | – | –
Gennemsnitlig varighed af afsluttede a-dagpengeforløb seneste 3 måneder (uger) | 18,8 uger* | 18,8 uger | 18,8 uger | 18,8 uger
""",
    "flere-i-job": """
Aktivitetsparate kontanthjælpsmodtagere | 103 | 100 | 98 | 92
Borgere i ressourceforløb | 74 | 70 | 66 | 62
Aktivitetsparate kontanthjælpsmodtagere over 30 år | 17 (17 pct.) | 18 pct. | 19 pct. | 20 pct.
Ressourceforløb – alle | 4 (5 pct.) | 5 pct. | 6 pct. | 7 pct.
Aktivitetsparate kontanthjælpsmodtagere over 30 år | 26 (26 pct.) | 27 pct. | 28 pct. | 30 pct.
Ressourceforløb – alle | 20 (27 pct.) | 28 pct. | 29 pct. | 31 pct.
Aktivitetsparate kontanthjælpsmodtagere over 30 år | 87,9 pct. | 70 pct. | 70 pct. | 70 pct.
Ressourceforløb – alle | 66,1 pct. | 70 pct. | 70 pct. | 70 pct.
Aktivitetsparate kontanthjælpsmodtagere over 30 år | 47 pct.* | 50 pct. | 53 pct. | 57 pct.
Ressourceforløb (fleksjob primært) | 30 pct.* | 32 pct. | 34 pct. | 36 pct.
""",
    "kompetenceporten": """
Behovsafdækning – antal virksomheder | – | 30 | 50 | –
Antal virksomheder, som ønsker at indgå i drøftelser om kompetenceløft (akkumuleret) | – | 12 | 18 | 25
Antal ledige, som indgår i projektet | – | 10 | 18 | 30
Uddannelse | – | – | – | 10
Voksenlære | – | – | – | 5
Antal ledige, som i forbindelse med projektet er blevet opkvalificeret | – | – | – | 30
""",
    "haandholdt-indsats": """
Antal jobparate kontanthjælpsmodtagere over 30 år | 80 | 72 | 64 | 48 (−40 pct.)
Antal/andel med løntimer | 0 | 5 pct. | 7 pct. | 10 pct.
Antal/andel med løntilskud eller virksomhedspraktik | 0 | 15 pct. | 20 pct. | 25 pct.
Delaftale 2, 26 uger | ** | 50 pct. | 70 pct. | 85 pct.
Andel afsluttet til job | 55,8 pct.* | 58 pct. | 62 pct. | 68 pct.
Andel afsluttet til uddannelse | 9,1 pct.* | 10 pct. | 11 pct. | 12 pct.
Antal afsluttede, som vender tilbage på ydelsen indenfor et år | 25 pct. | 22 pct. | 20 pct. | 15 pct.
""",
    "unge-socialt-frikort": """
Antal unge med Socialt Frikort | – | – | – | –
Antal/andel med løntimer | 3 | – | – | –
1-5 lønnede timer pr. uge | – | – | – | –
6-10 lønnede timer pr. uge | – | – | – | –
Over 10 lønnede timer pr. uge | – | – | – | –
Antal/andel med virksomhedspraktik eller løntilskud | 69 | – | – | –
Tilfredshed hos virksomheder (målt ved konkrete aktiviteter og samarbejder) | – | – | – | –
Afsluttede til fleksjob | – | – | – | –
Udviklingsfleksjob | – | – | – | –
Fleksjob med over 5 lønnede timer pr. uge | – | – | – | –
""",
}

TARGET_NUMBERS = [
    "650 −1 649",
    "197 −2 −1 −15 238 −2 +10 −5 13 433",
    "393 −3 0 −12 7 385",
    "157 225 840 −10 1.212",
    "75 −2 −15 58",
]


def investment_variants(request: RenderRequest, catalogue: Catalogue) -> list[Variant]:
    return [asked.variant for asked in wing("investeringer").asked(request, catalogue)]


def render(project: Project, municipality: str, *, example: bool = False, pdf: bool = False) -> Outcome:
    request = RenderRequest(
        project=project, report="investeringer", municipalities=(municipality,), plan="", bound=None, snapshot=None,
        to=("html",), engine="built-in", output=project.root / "_site", everyone=False, region="", jobs=1, force=True,
        example=example, scheduler="",
    )  # fmt: skip
    variants = investment_variants(request, load_catalogue(project))
    (outcome,) = render_variants(
        project, variants, to=("html", "pdf") if pdf else ("html",), engine="built-in", output=request.output
    )
    assert outcome.ok, outcome.problems
    return outcome


@pytest.fixture(scope="module")
def hedensted(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The site and PDF of what ships: start figures only."""
    return render(copy_project(tmp_path_factory.mktemp("real")), "Hedensted", pdf=True)


def test_the_pdf_is_good_paper(hedensted: Outcome) -> None:
    assert hedensted.pdf is not None
    assert_is_good_paper(hedensted.pdf, "Investeringsprojekter 2024-2025", "Hedensted Kommune")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The site with example months."""
    return render(copy_project(tmp_path_factory.mktemp("example")), "Hedensted", example=True)


@pytest.fixture(scope="module")
def laesoe(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The worked example of docs/catalogue.md, with a month typed in, in a project that knew nothing of it."""
    project = copy_project(tmp_path_factory.mktemp("laesoe"))
    (project.catalogue / "projects" / "laesoe-2026.yml").write_text(worked_example(), encoding="utf-8")
    folder = project.raw / "manual" / "laesoe"
    folder.mkdir(parents=True)
    typed = "række;måned;værdi;andel\nledige;2026M03;8;\nloentimer;2026M03;2;\nvirksomheder;2026M03;1;\n"
    (folder / "smaajob.csv").write_text(typed, encoding="utf-8")
    columns = (PERIOD, AREA, measure("mgrpa02_5b"))
    rows = [
        ("2025M12", "Læsø", 2.9),
        ("2026M01", "Læsø", 2.5),
        ("2026M02", "Læsø", 2.1),
        ("2026M02", "Hedensted", 9.9),
    ]
    store_table(project, "y60a02", columns, rows)
    return render(project, "Læsø")


def worked_example() -> str:
    manual = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    return re.search(r"<!-- example: projects -->\n```yaml\n(.+?)```", manual, re.DOTALL)[1]


def page(outcome: Outcome, name: str) -> BeautifulSoup:
    return BeautifulSoup((outcome.folder / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def text_of(node: Any) -> str:
    return " ".join(node.get_text(" ").replace("\u00a0", " ").split())


def body_rows(table: Any) -> list[list[str]]:
    """The rows of a table that hold figures: label and cells, as a reader sees them."""
    rows = [row for row in table.find("tbody").find_all("tr") if "group" not in row.get("class", [])]
    return [[text_of(cell) for cell in row.find_all(["th", "td"])] for row in rows]


# ------------------------------------------------------------------------------ the document on the pages


@pytest.mark.parametrize("project", FORMS)
def test_the_form_on_a_projects_page_is_the_documents_row_by_row(hedensted: Outcome, project: str):
    table = page(hedensted, project).find("table", id=f"skema-{project}")
    assert body_rows(table) == [line.split(" | ") for line in FORMS[project].strip().splitlines()]


@pytest.mark.parametrize("number", range(1, 6))
def test_the_target_numbers_page_holds_the_documents_tables(hedensted: Outcome, number: int):
    table = page(hedensted, "maaltal").find("table", id=f"maaltal-{number}")
    assert " ".join(cells[-1] for cells in body_rows(table)) == TARGET_NUMBERS[number - 1]
    assert "Summen passer" not in text_of(table)


def test_every_text_of_the_projects_is_on_its_page(hedensted: Outcome):
    for key, entry in load_investment_set(Project(ROOT), KEY).projects.items():
        shown = text_of(page(hedensted, key))
        status = entry.status
        texts = [
            entry.title, *entry.background.paragraphs, *entry.purpose, entry.target_group, entry.policy.text,
            *entry.set_up, *entry.activities, *entry.success_first_year, *entry.success_end, *status.remarks,
            *status.footnotes.values(), *status.sources, *status.target_months.values(), status.start.label,
        ]  # fmt: skip
        for text in texts:
            assert " ".join(text.split()).replace('"', "”") in shown, (key, text)


def test_with_start_figures_only_no_row_is_judged_and_nothing_is_example_data(hedensted: Outcome):
    for name in PAGES:
        shown = text_of(page(hedensted, name))
        assert "Eksempeldata" not in shown.replace("Eksempeldata;", "")
    status = page(hedensted, "flere-i-job").find("table", id="status-flere-i-job")
    assert {row[-1] for row in body_rows(status)} == {"– Ingen tal kun startmåling"}


def test_the_pdf_holds_the_same_figures(hedensted: Outcome):
    printed = " ".join(
        " ".join(p.extract_text() for p in PdfReader(hedensted.pdf).pages).replace("\u00a0", " ").split()
    )
    for figure in (
        "644",
        "17 (17 pct.)",
        "87,9 pct.",
        "18,8 uger*",
        "48 (−40 pct.)",
        "1.212",
        "9,1 pct.*",
        "40.000 kr.",
    ):
        assert figure in printed


# ---------------------------------------------------------------------------------------- example months


@pytest.mark.parametrize("name", PAGES)
def test_every_page_with_example_months_says_so(example: Outcome, name: str):
    note = page(example, name).find(class_="example-data")
    assert "Eksempeldata" in text_of(note)


def test_example_figures_and_files_are_marked(example: Outcome):
    figure = (example.folder / "figures" / "EKSEMPEL-flere-i-job-maalgruppe-aktivitetsparate.svg").read_text(
        encoding="utf-8"
    )
    assert "Eksempeldata" in figure
    months = (
        (example.folder / "figures" / "EKSEMPEL-investeringer.csv")
        .read_text(encoding="utf-8-sig")
        .splitlines()
    )
    sources = {tuple(line.split(";")[-2:]) for line in months[1:] if ";2024M04;" in line}
    assert sources == {("example", "eksempeldata")}


# ---------------------------------------------------------------------------------- another municipality


def test_a_new_project_works_from_its_file_alone(laesoe: Outcome):
    status = page(laesoe, "smaajob").find("table", id="status-smaajob")
    rows = {row[0]: row for row in body_rows(status)}
    # From 10 in January to 8 in June; two of the five months on, the path is at 9.2. Half of 10 is the last target.
    assert rows["Antal jobparate"][1:4] == ["8 mar. 26", "−2", "9,2 mål 8"]
    assert rows["Antal jobparate"][-1] == "→ På sporet"
    # 2 of 8 is 25 per cent, more than the 20 of December
    assert rows["Antal/andel med løntimer"][1] == "2 (25 pct.) mar. 26"
    assert rows["Antal/andel med løntimer"][-1] == "✓ Nået"
    # 1 company where 6 in the five months to June make 2.4
    assert rows["Virksomheder besøgt (akkumuleret)"][-1] == "× Bag efter planen"
    assert "Hedensted" not in text_of(page(laesoe, "index"))


def test_a_row_that_jobindsats_has_comes_from_there_and_says_so(laesoe: Outcome):
    status = page(laesoe, "smaajob").find("table", id="status-smaajob")
    row = next(row for row in body_rows(status) if row[0] == "Andel på kontanthjælp")
    # The month before the project's start is left out.
    assert row[1:3] == ["2,1 pct. feb. 26", "−0,4 procentpoint"]
    sources = {
        cells[0]: cells[1] for cells in body_rows(page(laesoe, "data-og-metode").find("table", id="kilder"))
    }
    assert sources["Andel på kontanthjælp"] == "Jobindsats, tabel y60a02"
    assert sources["Målgruppen: Antal jobparate"] == "Indberettet af Læsø Kommune"
    assert "Nogle af dem er fra Jobindsats." in text_of(page(laesoe, "index")), (
        "tables are named on the data page"
    )


def test_a_bad_row_is_refused_by_its_file_row_and_column(tmp_path: Path):
    project = copy_project(tmp_path)
    folder = project.raw / "manual" / "hedensted"
    (folder / "flere-i-job-2024M05.csv").write_text("række;måned;værdi\nledig;2024M05;8\n", encoding="utf-8")
    with pytest.raises(PlanError, match=r"flere-i-job-2024M05.csv: row 2, column raekke"):
        render(project, "Hedensted")


def test_costs_that_were_given_make_a_business_case(laesoe: Outcome):
    shown = text_of(page(laesoe, "smaajob"))
    # 4 persons at 150,000 kroner, less 500,000
    assert (
        "600.000 kr. om året i sparede udgifter. Det er 100.000 kr. mere end projektets egen udgift." in shown
    )
    assert "opdigtet til eksemplet (2026)" in shown


def test_a_municipality_without_projects_is_told_so(tmp_path: Path):
    project = copy_project(tmp_path)
    with pytest.raises(PlanError, match="no investment projects of frederikssund"):
        render(project, "Frederikssund")


# ------------------------------------------------------------------------------------------- notebooks


@pytest.mark.parametrize("name", ["index", "projekt", "maaltal", "data-og-metode"])
def test_a_committed_notebook_has_parameters_one_call_a_cell_and_no_outputs(name: str):
    notebook = nbformat.read(BOOK / f"{name}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].metadata["tags"] == ["parameters"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert all(
        re.fullmatch(r"report\.\w+\((projekt)?\)", cell.source)
        for cell in code
        if cell.id.startswith("plan-")
    )


def test_run_all_shows_live_charts_and_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    project = copy_project(tmp_path)
    monkeypatch.delenv("PLAN_RENDERING", raising=False)
    monkeypatch.delenv("QUARTO_BIN_PATH", raising=False)
    monkeypatch.setenv("PLAN_ROOT", str(project.root))
    notebook = nbformat.read(BOOK / "projekt.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = {
        cell.id: [kind for output in cell.outputs for kind in output.get("data", {})]
        for cell in notebook.cells
        if cell.cell_type == "code"
    }
    assert "text/html" in shown["plan-status"]
    assert VEGALITE_MIME in shown["plan-figurer"]
    assert not (tmp_path / "figures").exists()


# --------------------------------------------------------------------------------------------- browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on PATH")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation_and_no_other_host_is_asked(browser: Any, example: Outcome, name: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(viewport=DESKTOP)
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto((example.folder / f"{name}.html").resolve().as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
    results = axe.run(opened, options=RULES)
    assert not results.response["violations"], results.generate_report()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    opened.set_viewport_size(PHONE)
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not figures_apart_in_print(opened)[1]
    context.close()


def test_no_page_says_what_only_its_makers_need(hedensted: Outcome, example: Outcome) -> None:
    assert hedensted.folder and example.folder
    found = [text for site in (hedensted.folder, example.folder) for text in workshop_texts(site, ids=False)]
    assert found == []


def test_every_figure_has_a_short_alternative_text(hedensted: Outcome, example: Outcome, laesoe: Outcome):
    for outcome in (hedensted, example, laesoe):
        found = [
            drawing.get("aria-label")
            for page in outcome.folder.rglob("*.html")
            for drawing in BeautifulSoup(page.read_bytes(), "lxml").select("svg.drawing.wide")
        ]
        assert found and all(20 < len(text) <= ALT_LETTERS for text in found)
