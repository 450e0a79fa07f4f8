"""Word documents: headings, tables, figures and numbers as on the pages, in Danish, and the same bytes each time."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path

import docx
import pypdf
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from rich.console import Console

from helpers.catalogue.brand import brand_problems
from helpers.commands.rendering import render_reports
from helpers.errors import PlanError
from helpers.project import Project
from helpers.render.models import Outcome
from helpers.render.run import render_variants
from helpers.render.word import SMALL_FROM
from helpers.render.word_reference import LOOKS, MARKED
from helpers.reports.base.request import RenderRequest
from render_book import sample_notebooks, variant, write_book
from report_support import copy_project

WORD = "Beskæftigelsesplan-2023-Frederikssund-Kommune.docx"
SVG = "{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip"


def rendered(project: Project, output: Path, to: tuple[str, ...] = ("html", "docx")) -> Outcome:
    (outcome,) = render_variants(project, [variant(project)], engine="built-in", output=output, to=to)  # type: ignore[arg-type]
    assert outcome.status == "rendered", outcome.problems
    return outcome


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return write_book(tmp_path_factory.mktemp("word"))


@pytest.fixture(scope="module")
def site(project: Project) -> Path:
    rendered(project, project.root / "_site")
    return project.root / "_site" / "frederikssund"


@pytest.fixture(scope="module")
def document(site: Path) -> Document:
    return docx.Document(str(site / WORD))


def levels(document: Document) -> list[int]:
    names = (paragraph.style.name or "" for paragraph in document.paragraphs if paragraph.style)
    return [int(name[-1]) for name in names if re.fullmatch(r"Heading \d", name)]


def heads(document: Document) -> list[bool]:
    """Of each table with a head: whether its first row is repeated on each page."""
    return [
        bool(table._tbl.xpath("w:tr[1]/w:trPr/w:tblHeader"))
        for table in document.tables
        if table._tbl.xpath(".//w:pStyle[@w:val='PlanTabelhoved']")
    ]


def words(text: str) -> str:
    return " ".join(text.split())


def table_texts(document: Document) -> list[list[str]]:
    """The cells of all tables, row by row; a cell over several columns once."""
    found = []
    for row in document.element.body.xpath(".//w:tr"):
        cells = [cell.xpath("w:p") for cell in row.xpath("w:tc")]
        found.append([words(" ".join(Paragraph(p, document).text for p in cell)) for cell in cells])  # type: ignore[arg-type]
    return found


def page_rows(page: Path) -> list[list[str]]:
    """The same of a page, without the tables that are for pages alone."""
    text = re.sub(r"<details.*?</details>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = []
    for row in re.findall(
        r"<tr.*?</tr>", "".join(re.findall(r"<table.*?</table>", text, re.DOTALL)), re.DOTALL
    ):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        found.append(
            [words(html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br ?/?>", " ", cell)))) for cell in cells]
        )
    return found


def test_headings_are_real_and_leave_no_level_out(document: Document) -> None:
    found = levels(document)
    assert found[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(found))
    texts = [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 1"]
    assert [words(text) for text in texts][1].startswith("1 ")


def test_tables_are_real_their_heads_repeated_and_their_rows_whole(document: Document, site: Path) -> None:
    assert heads(document) and all(heads(document))
    assert all(row.xpath("w:trPr/w:cantSplit") for row in document.element.body.xpath(".//w:tr"))
    pages = [
        "index.html",
        *(f"notebooks/{page.name}" for page in sorted((site / "notebooks").glob("*.html"))),
    ]
    assert table_texts(document) == [row for page in pages for row in page_rows(site / page)]


def test_letters_are_small_where_columns_are_many(document: Document) -> None:
    wide = [table for table in document.tables if len(table.columns) >= SMALL_FROM]
    assert wide
    sizes = {
        run.font.size
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        for p in cell.paragraphs
        for run in p.runs
        if table._tbl in [one._tbl for one in wide]
    }
    assert sizes == {Pt(7)}


def test_every_figure_has_its_text_its_svg_and_a_png_that_every_word_opens(
    document: Document, site: Path
) -> None:
    frames = document.element.body.xpath(".//wp:inline")
    assert frames
    for frame in frames:
        (said,) = frame.xpath("wp:docPr/@descr")
        assert said
        (blip,) = frame.xpath(".//a:blip")
        assert document.part.related_parts[blip.get(qn("r:embed"))].blob.startswith(b"\x89PNG")
        (svg,) = blip.iter(SVG)
        assert b"<svg" in document.part.related_parts[svg.get(qn("r:embed"))].blob
    pages = "".join(page.read_text(encoding="utf-8") for page in site.rglob("*.html"))
    alts = {html.unescape(alt) for alt in re.findall(r'<img[^>]*alt="([^"]+)"', pages)}
    assert {str(alt) for alt in document.element.body.xpath(".//wp:docPr/@descr")} == alts


def test_captions_are_numbered_and_references_lead_to_them(document: Document) -> None:
    captions = [words(p.text) for p in document.paragraphs if p.style and p.style.name == "Image Caption"]
    assert captions[0].startswith("Figur 1.1: ")
    marks = {str(name) for name in document.element.body.xpath(".//w:bookmarkStart/@w:name")}
    led = {str(name) for name in document.element.body.xpath(".//w:hyperlink/@w:anchor")}
    assert led
    assert led <= marks
    assert not [
        r for r in document.part.rels.values() if r.is_external and not r.target_ref.startswith("https://")
    ]


def test_the_contents_are_there_before_word_has_made_them(document: Document) -> None:
    entries = [
        words(p.text) for p in document.paragraphs if p.style and (p.style.name or "").startswith("toc ")
    ]
    titles = [
        words(p.text) for p in document.paragraphs if p.style and p.style.name in ("Heading 1", "Heading 2")
    ]
    assert entries == titles
    assert "TOC" in "".join(t.text or "" for t in document.element.body.iter(qn("w:instrText")))


def test_all_text_is_danish_for_the_proofing_of_word(document: Document) -> None:
    (lang,) = document.styles.element.xpath("//w:lang")
    assert lang.get(qn("w:val")) == "da-DK"
    assert not document.element.xpath("//w:lang")
    assert document.core_properties.language == "da-DK"


def test_pages_have_numbers_and_all_of_them_say_that_figures_are_made_up(document: Document) -> None:
    section = document.sections[0]
    for footer in (section.footer, section.first_page_footer):
        assert [str(code).strip() for code in footer._element.xpath(".//w:fldSimple/@w:instr")] == [
            "PAGE",
            "NUMPAGES",
        ]
    for header in (section.header, section.first_page_header):
        assert MARKED in [paragraph.text for paragraph in header.paragraphs]


def test_real_figures_are_not_marked(tmp_path: Path) -> None:
    notebooks = sample_notebooks()
    for notebook in notebooks.values():
        notebook.cells = [cell for cell in notebook.cells if "example-data" not in cell.source]
    project = write_book(tmp_path / "project", notebooks)
    rendered(project, tmp_path / "_site", ("docx",))
    section = docx.Document(str(tmp_path / "_site" / "frederikssund" / WORD)).sections[0]
    assert MARKED not in "".join(
        p.text for p in (*section.header.paragraphs, *section.first_page_header.paragraphs)
    )


def test_the_same_book_gives_the_same_bytes(project: Project, site: Path, tmp_path: Path) -> None:
    rendered(project, tmp_path / "_site")
    assert (tmp_path / "_site" / "frederikssund" / WORD).read_bytes() == (site / WORD).read_bytes()
    with zipfile.ZipFile(site / WORD) as file:
        assert {entry.date_time[:3] for entry in file.infolist()} == {
            (1980, 1, 1)
        }  # the first day a zip can name


def test_pages_link_to_the_document_beside_the_pdf(site: Path, project: Project, tmp_path: Path) -> None:
    page = (site / "notebooks" / "01-tidlig.html").read_text(encoding="utf-8")
    assert f'href="../{WORD}">Hent som Word</a>' in page
    rendered(project, tmp_path / "_site", ("html", "pdf", "docx"))
    page = (tmp_path / "_site" / "frederikssund" / "index.html").read_text(encoding="utf-8")
    assert re.search(
        r'href="Beskæftigelsesplan-2023-Frederikssund-Kommune\.pdf">Hent som PDF</a>\s*<a [^>]*>Word</a>',
        page,
    )


def own_document(path: Path, *, footer: str = "") -> None:
    made = docx.Document()
    made.styles["Heading 1"].font.size = Pt(31)  # type: ignore[attr-defined]
    made.sections[0].header.paragraphs[0].text = "Kommunens brevhoved"
    if footer:
        made.sections[0].footer.paragraphs[0].text = footer
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(str(path))


@pytest.mark.parametrize("footer", ["", "Rådhuset, tlf. 12 34 56 78"])
def test_a_municipality_s_own_document_gives_styles_headers_and_footers(tmp_path: Path, footer: str) -> None:
    project = write_book(tmp_path / "project")
    own_document(project.catalogue / "brands" / "frederikssund.docx", footer=footer)
    rendered(project, tmp_path / "_site", ("docx",))
    made = docx.Document(str(tmp_path / "_site" / "frederikssund" / WORD))
    assert made.styles["Heading 1"].font.size == Pt(31)  # type: ignore[attr-defined]
    section = made.sections[0]
    assert [p.text for p in section.header.paragraphs] == ["Kommunens brevhoved", MARKED]
    assert bool(section.footer._element.xpath(".//w:fldSimple")) is not bool(footer)
    assert footer in section.footer.paragraphs[0].text
    assert set(LOOKS) <= {style.name for style in made.styles}


def test_a_reference_document_that_is_none_or_of_nobody_is_told(tmp_path: Path) -> None:
    project = write_book(tmp_path)
    brands = project.catalogue / "brands"
    brands.mkdir(parents=True)
    (brands / "frederikssund.docx").write_text("Kommunens skabelon")
    (brands / "~$ederikssund.docx").write_text("open")
    own_document(brands / "fredrikssund.docx")
    told = [str(problem) for problem in brand_problems(project, ("frederikssund", "hedensted"))]
    assert len(told) == 2
    assert "frederikssund.docx" in told[0] and "no Word document" in told[0]
    assert "fredrikssund.docx" in told[1] and "frederikssund" in told[1]
    with pytest.raises(PlanError, match="no Word document"):
        render_variants(
            project, [variant(project)], engine="built-in", output=tmp_path / "_site", to=("docx",)
        )


REPORTS = [
    ("plan", "Frederikssund", "frederikssund"),
    ("investeringer", "Hedensted", "investeringer/hedensted"),
    ("jobcenteroverblik", "Vallensbæk/Ishøj", "jobcenteroverblik/vallensbaek-ishoej"),
]


@pytest.mark.parametrize(("report", "place", "slug"), REPORTS)
def test_every_report_comes_out_as_word_with_the_numbers_of_its_pages(
    tmp_path: Path, report: str, place: str, slug: str
) -> None:
    project, output = copy_project(tmp_path), tmp_path / "_site"
    request = RenderRequest(
        project, report, (place,), "", None, None, ("html", "docx"), "built-in", output, False, "", 1, False, False, ""
    )  # fmt: skip
    assert render_reports(request, Console(quiet=True), Console(quiet=True)) == 0
    (file,) = (output / slug).glob("*.docx")
    document = docx.Document(str(file))
    found = levels(document)
    assert found[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(found))
    assert all(heads(document))
    assert all(document.element.body.xpath(".//wp:docPr/@descr"))
    cells = [cell for row in table_texts(document) for cell in row]
    for page in output.joinpath(slug).rglob("*.html"):
        for row in page_rows(page):
            if "alle-kommuner" not in page.name:  # paper has another table there
                assert [cell for cell in row if cell not in cells] == [], page


def test_libreoffice_opens_the_document(site: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-writer)")
    asked = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*asked, "--outdir", str(tmp_path), str(site / WORD)], check=True, capture_output=True, timeout=180
    )
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / WORD.replace(".docx", ".pdf")).pages]
    assert all("Eksempeldata" in page and f"af {len(pages)}" in page for page in pages)
    assert "83,8" in "".join(pages)
