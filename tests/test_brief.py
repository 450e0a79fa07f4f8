"""`plan brief`: one to two pages with the report's own numbers, and blanks for what it does not know."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import docx
import pypdf
import pytest
from rich.console import Console

from helpers.catalogue import load_catalogue
from helpers.catalogue.followups import ACTION, WHY
from helpers.commands.exporting import write_briefs
from helpers.errors import PlanError
from helpers.present.fonts import FOLDER
from helpers.present.output import Shown
from helpers.present.words import number
from helpers.project import Project
from helpers.render.word_reference import MARKED
from helpers.reports import wing
from helpers.reports.base.brief import ANNEXES, BACKGROUND, BLANKS, CASE, ECONOMY, MOST_FIGURES
from helpers.reports.base.request import RenderRequest, Selection
from helpers.reports.plan.briefing import plan_brief
from helpers.reports.plan.opening import opening
from helpers.reports.plan.report import PlanReport
from report_support import copy_project
from sentence_patterns import BRIEF_PATTERNS, kinds, municipalities

HEADINGS = [CASE, BACKGROUND, ECONOMY, ANNEXES]


def asked(
    project: Project,
    place: str,
    report: str = "plan",
    to: tuple[str, ...] = ("docx", "html", "md"),
    plan: str = "",
) -> RenderRequest:
    return RenderRequest(
        project, report, (place,), plan, None, None, to, "built-in", project.root / "_export", False, "", 1, False, False, "",
        verb="brief",
    )  # fmt: skip


def written(request: RenderRequest) -> dict[str, Path]:
    return {path.suffix[1:]: path for path in write_briefs(request, Console(quiet=True))}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("brief"))


@pytest.fixture(scope="module")
def files(project: Project) -> dict[str, Path]:
    return written(asked(project, "Frederikssund"))


def plan_report(project: Project, place: str = "Frederikssund") -> PlanReport:
    selection = Selection(project, load_catalogue(project), "frederikssund-2023")
    report = wing("plan").report(selection, place)
    assert isinstance(report, PlanReport)
    return report


def bare(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_all_forms_have_the_headings_of_an_agenda_item_and_a_blank_under_each(files: dict[str, Path]) -> None:
    document = docx.Document(str(files["docx"]))
    by_style = [(p.style.name if p.style else "", p.text) for p in document.paragraphs]
    assert [text for style, text in by_style if style == "Heading 2"] == HEADINGS
    blanks = [f"[Udfyldes: {BLANKS[heading]}]" for heading in HEADINGS]
    assert [text for style, text in by_style if style == "Plan Udfyldes"] == blanks
    page = files["html"].read_text(encoding="utf-8")
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page) == HEADINGS
    assert [bare(text) for text in re.findall(r'<div class="blank">(.*?)</div>', page, re.DOTALL)] == blanks
    plain = files["md"].read_text(encoding="utf-8")
    assert [line for line in plain.splitlines() if line in [heading.upper() for heading in HEADINGS]] == [
        heading.upper() for heading in HEADINGS
    ]
    assert [line for line in plain.splitlines() if line.startswith("[")] == blanks


def test_it_begins_with_the_sentences_of_the_plan_s_first_page(
    project: Project, files: dict[str, Path]
) -> None:
    said = " ".join(filter(None, opening(plan_report(project))))
    assert said.count(".") >= 3
    document = docx.Document(str(files["docx"]))
    assert said in [p.text for p in document.paragraphs if p.style and p.style.name == "Plan Resumé"]
    assert f"\n{said}\n" in files["md"].read_text(encoding="utf-8")
    assert bare(said) in bare(files["html"].read_text(encoding="utf-8"))


def test_the_numbers_are_those_of_the_status_table_in_all_forms(
    project: Project, files: dict[str, Path]
) -> None:
    report = plan_report(project)
    rows = {row.goal: row for row in report.rows}
    document = docx.Document(str(files["docx"]))
    (table,) = document.tables
    by_goal = {row.cells[0].text: [cell.text for cell in row.cells] for row in table.rows}
    page = files["html"].read_text(encoding="utf-8")
    on_page = {
        cells[0]: cells
        for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)
        if (cells := [bare(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)])
    }
    plain = files["md"].read_text(encoding="utf-8")
    assert {goal.number for goal in report.plan.goals} <= set(by_goal)
    for goal, row in rows.items():
        if row.municipality is None or row.gap is None:
            continue
        value, gap = (
            number(row.municipality, row.decimals, row.unit),
            number(row.gap, row.decimals, signed=True),
        )
        lines = [line for line in plain.splitlines() if line.startswith(f"- {goal} ")]
        assert any(f"Frederikssund {value}; Forskel {gap};" in line for line in lines)
        assert by_goal[goal][4:6] == [value, gap]
        assert [" ".join(cell.split()) for cell in on_page[goal][4:6]] == [" ".join(value.split()), gap]


def test_it_is_marked_on_every_page_where_figures_are_made_up(files: dict[str, Path]) -> None:
    assert all(path.name.startswith("EKSEMPEL-sagsfremstilling-frederikssund-") for path in files.values())
    section = docx.Document(str(files["docx"])).sections[0]
    for header in (section.header, section.first_page_header):
        assert MARKED in [paragraph.text for paragraph in header.paragraphs]
    assert "Eksempeldata." in files["html"].read_text(encoding="utf-8")
    plain = files["md"].read_text(encoding="utf-8")
    assert "Eksempeldata." in plain
    assert not re.search(r"\*\*|:::|\\|<|`", plain), "plain text holds no marks of Markdown or HTML"


def test_its_figures_are_those_of_goals_that_are_not_met_and_lie_inside_the_file(
    project: Project, files: dict[str, Path]
) -> None:
    brief = plan_report(project).brief()
    assert 0 < len(brief.shown_figures) <= MOST_FIGURES
    assert {part.key for part in brief.figures} <= {
        number
        for number, judged in plan_report(project).verdicts.items()
        if judged.verdict.value == "not_met"
    }
    page = files["html"].read_text(encoding="utf-8")
    sources = re.findall(r'<img[^>]* src="([^"]{0,40})', page)
    assert len(sources) == len(brief.shown_figures)
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert not re.search(r'(?:href|src)="(?!data:|#)', page), "the file needs nothing beside it"
    document = docx.Document(str(files["docx"]))
    assert all(document.element.body.xpath(".//wp:docPr/@descr"))
    assert len(document.element.body.xpath(".//wp:inline")) == len(brief.shown_figures)


def test_it_fits_two_pages(files: dict[str, Path], tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-writer)")
    # In the font that the document names; a machine's own may be wider.
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<include>/etc/fonts/fonts.conf</include><dir>{FOLDER}</dir></fontconfig>"
    )
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(files["docx"])],
        check=True,
        capture_output=True,
        timeout=180,
        env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
    )
    assert len(pypdf.PdfReader(tmp_path / f"{files['docx'].stem}.pdf").pages) <= 2


def test_the_same_figures_give_the_same_bytes(project: Project, files: dict[str, Path]) -> None:
    before = {form: path.read_bytes() for form, path in files.items()}
    assert {
        form: path.read_bytes() for form, path in written(asked(project, "Frederikssund")).items()
    } == before


def test_projects_have_one_with_what_they_pay(project: Project) -> None:
    files = written(asked(project, "Hedensted", "investeringer"))
    plain = files["md"].read_text(encoding="utf-8")
    assert "- Flere i job: Antal mål 10; " in plain
    assert "Flere i job: Måltallene regner med " in plain.split(ECONOMY.upper())[1]
    document = docx.Document(str(files["docx"]))
    assert [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 2"] == HEADINGS
    assert MARKED not in "".join(p.text for p in document.sections[0].header.paragraphs)


def test_what_the_municipality_says_of_a_goal_that_is_not_met_is_told(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    text = project.catalogue / "texts" / "frederikssund" / "frederikssund-2023" / "1a.md"
    text.parent.mkdir(parents=True)
    said = f"## 2024-01-15\n\n### {WHY}\n\nFærre stillinger.\n\n### {ACTION}\n\nFlere samtaler.\n"
    text.write_text(said, encoding="utf-8")
    files = written(asked(project, "Frederikssund"))
    for told in (
        files["md"].read_text(encoding="utf-8"),
        "\n".join(p.text for p in docx.Document(str(files["docx"])).paragraphs),
    ):
        assert "Resultatmål 1a." in told
        assert "Færre stillinger." in told
        assert "Flere samtaler." in told


@pytest.mark.parametrize(
    ("report", "place", "to", "said"),
    [
        ("jobcenteroverblik", "Vallensbæk/Ishøj", ("docx",), "no agenda item"),
        ("plan", "Frederikssund", ("pdf",), "docx, html, md"),
        ("plan", "Frederikssund", (), "docx, html, md"),
        ("plan", "Fredrikssund", ("md",), "Frederikssund"),
    ],
)
def test_what_cannot_be_is_told(
    project: Project, report: str, place: str, to: tuple[str, ...], said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        written(asked(project, place, report, to))


def test_what_it_says_beside_the_opening_is_of_kinds_that_were_read(project: Project) -> None:
    found: set[str] = set()
    for place in ("Frederikssund", "Aarhus", "Læsø"):
        report = plan_report(project, place)
        told = plan_brief(report, Shown())
        texts = (told.title, told.whom, told.foot, *told.background, *told.economy, *told.annexes)
        found |= kinds(texts, ((re.escape(report.plan.title), "<plan>"), municipalities(report.catalogue)))
    assert found == BRIEF_PATTERNS
