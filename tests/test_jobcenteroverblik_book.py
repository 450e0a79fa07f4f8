"""The book of the Jobcenteroverblik: its notebooks, its pages on example data, and what a reader can do with them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import nbformat
import pytest
import yaml

from helpers.catalogue import Catalogue, check_catalogue, load_catalogue
from helpers.commands.listing import listing
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.present.describe import ALT_LETTERS
from helpers.project import RENDERING_VARIABLE, Project
from helpers.render.models import Outcome, Variant
from helpers.render.run import render_variants
from helpers.reports import wing
from helpers.reports.base.books import book_folder
from helpers.reports.base.request import RenderRequest, Selection
from helpers.reports.jobcenteroverblik.book import SHARED, jobcenteroverblik_contents
from helpers.reports.jobcenteroverblik.numbers import KEY
from helpers.reports.jobcenteroverblik.report import (
    JobcenteroverblikReport,
    all_path,
    jobcenteroverblik_report,
    measured_figures,
    report_of,
)
from jobcenteroverblik_support import CHECKOUT, area, shipped
from paper_support import assert_is_good_paper, figures_apart_in_print
from report_support import copy_project, workshop_texts

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
BOOK = book_folder(Project(CHECKOUT), KEY)
CHAPTERS = yaml.safe_load((BOOK / "_quarto.yml").read_text(encoding="utf-8"))["book"]["chapters"]


def jobcentre_variants(request: RenderRequest, catalogue: Catalogue) -> list[Variant]:
    return [asked.variant for asked in wing(KEY).asked(request, catalogue)]


def request_for(project: Project, *names: str, **more: Any) -> RenderRequest:
    plain: dict[str, Any] = {
        "report": KEY, "plan": "", "bound": None, "snapshot": None, "to": ("html", "pdf"), "engine": "built-in",
        "output": project.root / "_site", "everyone": False, "region": "", "jobs": 1, "force": False,
        "example": False, "scheduler": "",
    }  # fmt: skip
    return RenderRequest(project=project, municipalities=names, **{**plain, **more})


NOTEBOOKS = sorted({SHARED, *(name for name in CHAPTERS if not name.startswith("alle-kommuner-"))})

# -------------------------------------------------------------------------------- the notebooks as files


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_has_parameters_first_no_outputs_and_one_call_a_cell(name):
    notebook = nbformat.read(BOOK / name, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].metadata["tags"] == ["parameters"]
    given = ["kommune", "plan", "periode", *(["figur"] if name == SHARED else [])]
    assert re.findall(r"^(\w+) =", code[0].source, re.MULTILINE) == given
    assert not any(cell.outputs or cell.execution_count for cell in code)
    ours = [cell.source for cell in code if cell.id.startswith("plan-")]
    assert all(re.fullmatch(r"report\.\w+\([^()]*\)", source) for source in ours)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


# -------------------------------------------------------------------------------- what can be asked for


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("jobcenteroverblik-book"))


def test_municipalities_and_job_centres_are_rendered_once_each_to_folders_of_their_own(project):
    names = ("Frederikssund", "250", "ishøj/vallensbæk", "Læsø")
    *variants, printed = jobcentre_variants(request_for(project, *names), shipped()[0])
    assert printed.slug == f"{KEY}/vallensbaek-ishoej-2017m02"
    assert [v.slug for v in variants] == [
        f"{KEY}/{s}" for s in ("frederikssund", "vallensbaek-ishoej", "laesoe")
    ]
    assert [v.municipality for v in variants] == [
        "Frederikssund Kommune",
        "Jobcenter Vallensbæk/Ishøj",
        "Læsø Kommune",
    ]
    assert {v.dated for v in variants} == {date(2026, 8, 22)}
    assert len({v.inputs for v in variants}) == len({v.slug for v in variants})


def test_all_means_every_job_centre_and_a_region_those_in_it(project):
    catalogue, jobcenteroverblik = shipped()
    everyone = jobcentre_variants(request_for(project, everyone=True), catalogue)
    assert len(everyone) == 94 + 1, "beside today's the one that is kept as printed"
    north = jobcentre_variants(request_for(project, region="Nordjylland"), catalogue)
    assert len(north) == 10 and f"{KEY}/frederikshavn-laesoe" in {v.slug for v in north}
    assert len(jobcenteroverblik.centres) == 94


def test_the_printed_report_is_rendered_beside_todays_which_links_to_it(project):
    name = "Vallensbæk/Ishøj"
    slugs = [v.slug for v in jobcentre_variants(request_for(project, name), shipped()[0])]
    assert slugs == [f"{KEY}/vallensbaek-ishoej", f"{KEY}/vallensbaek-ishoej-2017m02"]
    today = report_of(Selection(project, shipped()[0]), shipped()[1], area(name))
    assert "(../vallensbaek-ishoej-2017m02/index.html)" in today.introduction().markdown
    other = report_of(Selection(project, shipped()[0]), shipped()[1], area("Ishøj"))
    assert "2017m02" not in other.introduction().markdown


def test_another_job_centre_is_refused_for_the_printed_month(project):
    with pytest.raises(PlanError, match=r"printed report of Vallensbæk/Ishøj .* none of Frederikssund"):
        jobcentre_variants(request_for(project, "Frederikssund", bound=Period.parse("2017M02")), shipped()[0])


def test_the_list_of_reports_names_the_printed_one_and_how_to_ask_for_it(project):
    listed = list(listing(project, shipped()[0], "reports", ""))
    assert listed[:2] == ["plan", KEY]
    assert listed[2] == f'{KEY} --period 2017M02  "Vallensbæk/Ishøj" alone, as it was printed'


def test_the_printed_report_has_an_address_of_its_own(project):
    (variant,) = jobcentre_variants(
        request_for(project, "Vallensbæk/Ishøj", bound=Period.parse("2017M02")), shipped()[0]
    )
    assert variant.slug == f"{KEY}/vallensbaek-ishoej-2017m02"
    assert variant.title == "Jobcenteroverblik, februar 2017"


def test_naming_nobody_and_naming_another_plan_are_told(project):
    with pytest.raises(PlanError, match="No municipality or job centre is named"):
        jobcentre_variants(request_for(project), shipped()[0])
    with pytest.raises(PlanError, match="Unknown template"):
        jobcentre_variants(request_for(project, "Vejle", plan="frederikssund-2023"), shipped()[0])


def test_plan_check_tells_what_is_wrong_with_a_cluster_file(tmp_path):
    own = copy_project(tmp_path)
    wrong, (said, unsure) = wing(KEY).check(own, shipped()[0])
    assert wrong == [] and said == f"{KEY}: 26 figures, 94 job centres" and "unknown for 17" in unsure
    (own.catalogue / "areas" / "clusters" / "kontanthjaelp.csv").write_text(
        "cluster,municipality\n1,Atlantis\n", encoding="utf-8"
    )
    assert [problem.where for problem in check_catalogue(own)] == [
        "catalogue/areas/clusters/kontanthjaelp.csv:2"
    ]


# -------------------------------------------------------------------------------- what a job centre is called


def texts_of(report: JobcenteroverblikReport) -> Iterator[str]:
    """Everything that the pages and the workbook of a report say."""
    template = report.jobcenteroverblik
    yield from (report.title, report.whom.long_name)
    for page in jobcenteroverblik_contents(report.project, template).pages:
        yield from (cell.text for cell in page.cells if cell.kind == "markdown")
    shown = [report.tiles(), report.introduction(), report.method(), report.groups(), report.sources()]
    shown += [report.caveats(), report.all_figures()]
    for section in template.template.sections:
        shown += [report.section(section.slug), report.gone(section.slug)]
    for figure in template.figures:
        shown += [] if figure.gone else [report.figure(figure.number)]
        shown += [report.all_municipalities(figure.number)] if figure.indicator else []
    yield from (part for one in shown for part in (one.markdown, *(f.alt for f in one.figures)))
    sheets = report.sheets
    for sheet in (sheets.status_sheet(report), *sheets.number_sheets(report), sheets.sources_sheet(report)):
        yield from (sheet.title, *(head.label for head in sheet.heads), *map(str, sheet.rows), *sheet.notes)


def test_no_text_says_job_centre_by_itself(project, monkeypatch):
    path = project.catalogue / "jobcenteroverblik.yml"
    shipped_text = path.read_text(encoding="utf-8")
    today, printed = (
        shipped_text.split("delay_months:")[0],
        "delay_months:" + shipped_text.split("delay_months:")[1],
    )
    named = today.replace(
        "title: Jobcenteroverblik\noffice: jobcenter", "title: Overblik\noffice: afdeling"
    ).replace(
        "office: afdeling",
        "office: {one: afdeling, many: afdelinger, the: afdelingen, the_many: afdelingerne}",
    )
    monkeypatch.setenv(RENDERING_VARIABLE, "1")
    try:
        path.write_text(named + printed, encoding="utf-8")
        catalogue = shipped()[0]
        selection = Selection(project, catalogue)
        said = []
        for name in ("Vallensbæk/Ishøj", "Ishøj", "Læsø"):
            report = jobcenteroverblik_report(selection, name)
            said += texts_of(report)
        titles = [figure.title for figure in report.jobcenteroverblik.figures]
        printed = jobcenteroverblik_report(
            replace(selection, bound=Period.parse("2017M02")), "Vallensbæk/Ishøj"
        )
        assert printed.title == "Jobcenteroverblik, februar 2017"
        assert printed.whom.long_name == "Jobcenter Vallensbæk/Ishøj"
        assert "22 jobcentre i klyngen" in printed.tiles().markdown.replace("\u00a0", " ")
    finally:
        path.write_text(shipped_text, encoding="utf-8")
    text = "\n".join(said)
    for title in titles:  # as printed in 2017
        text = text.replace(title, "")
    assert not [line for line in text.splitlines() if "jobcent" in line.casefold()]
    assert "Afdeling Vallensbæk/Ishøj" in text and "er en fælles afdeling for Vallensbæk og Ishøj" in text
    assert "En afdeling sammenlignes aldrig med sig selv." in text and not re.search(
        r"\{(titel|en|enhed\w*)\}", text, re.I
    )


# -------------------------------------------------------------------------------- the pages


@pytest.fixture(scope="module")
def outcome(project: Project) -> Outcome:
    request = request_for(project, "Vallensbæk/Ishøj")
    found, *_ = render_variants(
        project, jobcentre_variants(request, shipped()[0]), engine="built-in", output=request.output
    )
    assert found.ok, found.problems
    return found


@pytest.fixture(scope="module")
def pages(outcome: Outcome) -> dict[str, Any]:
    assert outcome.folder is not None
    return {path.name: lxml.html.parse(path).getroot() for path in sorted(outcome.folder.glob("*.html"))}


def select(node: Any, path: str, *classes: str) -> list[Any]:
    """Elements of an XPath that have all these classes."""
    return [found for found in node.xpath(path) if set(classes) <= set((found.get("class") or "").split())]


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def test_every_chapter_has_a_page_and_the_whole_is_a_pdf(outcome, pages):
    found = set(pages) - {"figurer.html", "soeg.html"}  # of any site
    assert found == {name.replace(".ipynb", ".html") for name in CHAPTERS}
    assert outcome.pdf is not None
    assert_is_good_paper(outcome.pdf, outcome.variant.title, outcome.variant.municipality)
    assert outcome.warnings == ()


def test_the_ten_tiles_lead_to_headings_that_exist(pages):
    tiles = select(pages["index.html"], "//div", "tile")
    assert len(tiles) == 10
    for tile in tiles:
        href = tile.xpath(".//a")[0].get("href")
        page, anchor = href.split("#")
        (heading,) = pages[page].xpath(f"//*[@id='{anchor}']")
        assert heading.tag == "h2"


def test_a_tile_says_its_third_by_word_and_sign_besides_colour(pages):
    colours = {"verdict-met": "▲ Øverste", "verdict-partly": "● Midterste", "verdict-not-met": "▼ Nederste"}
    seen = 0
    for tile in select(pages["index.html"], "//div", "tile"):
        for colour, said in colours.items():
            if colour in tile.get("class").split():
                assert f"{said} tredjedel" in words(tile)
                seen += 1
    assert seen >= 3


def test_all_26_figures_have_a_place_and_what_is_gone_is_one_line_in_a_list(pages):
    _, jobcenteroverblik = shipped()
    gone = {figure.number: figure for figure in jobcenteroverblik.figures if figure.gone}
    headings = {
        h.get("id"): page for page in pages.values() for h in page.xpath("//h2[starts-with(@id, 'figur-')]")
    }
    assert set(headings) == {f"figur-{number}" for number in set(range(1, 27)) - gone.keys()}
    lists = [item for page in pages.values() for item in page.xpath("//section[@id='findes-ikke-laengere']//li | "
             "//h2[@id='findes-ikke-laengere']/following-sibling::ul/li")]  # fmt: skip
    told = {words(item) for item in lists}
    assert told == {f"Figur {n}. {figure.title.rstrip('.')}. {figure.gone}" for n, figure in gone.items()}
    for figure in jobcenteroverblik.figures:
        if figure.nearest:
            text = words(headings[f"figur-{figure.number}"])
            assert f"Nærmeste måling i dag. {figure.nearest}" in text


def test_each_drawn_figure_has_its_printed_number_an_alternative_text_and_files(outcome, pages):
    drawn = {
        image.get("data-figure") or Path(image.get("src")).stem: image
        for page in pages.values()
        for image in page.xpath("//figure//img | //figure//svg[contains(@class, 'wide')]")
    }
    names = set(drawn)
    numbers = [figure.number for figure in measured_figures(shipped()[1])]
    assert len(numbers) == 22
    assert names == {f"figur-{n}" for n in numbers} | {f"alle-{n}" for n in numbers}
    for name, image in drawn.items():
        assert 100 < len(image.get("alt") or image.get("aria-label")) <= ALT_LETTERS
        caption = words(image.xpath("ancestor::figure//figcaption")[0])
        assert caption.startswith(f"Figur {name.split('-')[1]}")
    for name in names:
        assert (outcome.folder / "figures" / f"{name}.json").is_file()
        assert (outcome.folder / "figures" / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_page_of_a_figure_lists_all_98_best_first_and_marks_ones_own_and_the_group(pages):
    page = pages[all_path(shipped()[1].figure(1)).replace(".ipynb", ".html")]
    (table,) = select(page, "//table", "sortable")
    rows = table.xpath("./tbody/tr")
    assert len(rows) == 98
    values = [float(text.replace(",", ".")) for row in rows if (text := words(row[2]))[-1:].isdigit()]
    assert values == sorted(values)  # lower is better here
    own = [words(row[1]) for row in select(table, ".//tr", "is-own")]
    assert sorted(own) == ["Ishøj", "Vallensbæk"]
    names = {m.code: m.name for m in shipped()[0].municipalities}
    official = shipped()[0].grouping.official
    group = {names[code] for code in official if official[code] == official["187"]} - {*own}
    assert {words(row[1]) for row in select(table, ".//tr", "is-member")} == group
    assert all(head.get("scope") == "col" for head in table.xpath("./thead//th"))
    assert not table.xpath(".//button")  # without the script it is a plain table


def test_every_page_says_that_the_figures_are_made_up_and_asks_no_other_host(pages):
    for name, page in pages.items():
        assert "Eksempeldata" in words(page), name
        loaded = [node.get(key) or "" for key in ("src", "href") for node in page.xpath(f"//*[@{key}]")
                  if node.tag != "a"]  # fmt: skip
        assert not [url for url in loaded if url.startswith(("http:", "https:", "//"))], name


def test_the_group_is_called_what_it_is_with_its_members(pages):
    text = words(pages["data-og-metode.html"])
    assert "Danmarks Statistiks kommunegrupper" in text and "Kommunegruppen Hovedstadskommuner" in text
    assert "beregnet gruppe" not in text
    names = words(pages["01-overblik.html"])
    assert "de andre jobcentre i Danmarks Statistiks kommunegruppe Hovedstadskommuner: " in names


def test_the_computed_group_is_called_so_with_its_conditions_distances_and_the_reason(project):
    # Statistics Denmark's group of three gives way to it.
    (report,) = wing(KEY).reports(request_for(project, "Odense"), load_catalogue(project))
    text = report.groups().markdown
    assert "beregnet gruppe" in text and "Fuldtidsledige i procent af arbejdsstyrken" in text
    assert "har for få andre" in text and "rammevilkår; medlemmernes afstand er" in text
    assert "Beregnet af fem rammevilkår" in report.tiles().markdown.replace("\n", " ")
    assert "Den beregnede gruppe er ikke en af STARs klynger" in report.figure(11).markdown


# -------------------------------------------------------------------------------- in a browser

in_browser = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox"])
        yield running
        running.close()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=in_browser)
        for name in ("index", "01-overblik", "alle-kommuner-01", "data-og-metode")
    ],
)
def test_axe_finds_no_violation(browser, outcome, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
    for width in (1280, 390):
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.goto((outcome.folder / f"{name}.html").resolve().as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": tags}}).response["violations"]
        assert not found, [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]
        page.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")
def test_a_figure_is_printed_on_the_sheet_of_its_verdict(browser, outcome):
    page = browser.new_page()
    page.goto((outcome.folder / "02-foertidspension-og-fleksjob.html").resolve().as_uri())
    assert figures_apart_in_print(page) == (3, [])
    page.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")
def test_the_table_is_sorted_with_the_keyboard_and_says_so(browser, outcome):
    page = browser.new_page()
    page.goto((outcome.folder / "alle-kommuner-01.html").resolve().as_uri())
    heads = page.locator("table.sortable thead th")

    def names() -> list[str]:
        return page.locator("table.sortable tbody th").all_inner_texts()

    by_value = names()
    button = heads.nth(1).locator("button")
    button.focus()
    page.keyboard.press("Enter")
    assert heads.nth(1).get_attribute("aria-sort") == "ascending"
    assert names()[0] == "Aabenraa" or names()[0] == "Albertslund"
    assert names()[-1] in ("Aarhus", "Ærø")  # Danish: aa, as å, comes last
    assert "Kommune, stigende" in page.locator("[role=status]").inner_text()
    page.keyboard.press("Enter")
    assert heads.nth(1).get_attribute("aria-sort") == "descending"
    heads.nth(2).locator("button").click()
    assert heads.nth(1).get_attribute("aria-sort") is None
    assert sorted(names()) == sorted(by_value)
    page.close()


def test_no_page_says_what_only_its_makers_need(outcome: Outcome) -> None:
    assert outcome.folder
    assert list(workshop_texts(outcome.folder, ids=False)) == []
