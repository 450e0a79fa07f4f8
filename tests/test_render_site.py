"""A rendered site as its readers get it: files, names, links, the PDF, and nobody else's numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pypdf
import pytest

from helpers.project import Project
from helpers.render.builtin.pages import part_of
from helpers.render.hub import write_hub
from helpers.render.models import Outcome, Step
from helpers.render.run import render_variants
from render_book import code, notebook, plain_notebooks, sample_notebooks, variant, write_book

PAGES = ("index.html", "notebooks/01-tidlig.html", "notebooks/02-unge.html", "notebooks/data.html")
PDF = "Beskæftigelsesplan-2023-{}-Kommune.pdf"


class Page(HTMLParser):
    """Ids, links and headings of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.language = ""
        self.images: list[dict[str, str | None]] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        self.links += [str(given[key]) for key in ("href", "src") if given.get(key)]
        if tag == "html":
            self.language = str(given.get("lang"))
        if tag == "img":
            self.images.append(given)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return write_book(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def site(project: Project) -> Path:
    output = project.root / "_site"
    outcomes = render_variants(
        project, [variant(project), variant(project, "Hedensted")], engine="built-in", output=output
    )
    assert [outcome.status for outcome in outcomes] == ["rendered", "rendered"], outcomes
    write_hub(project, output)
    return output


def pages(site: Path) -> Iterator[Path]:
    return (path for path in site.rglob("*.html"))


def text_of(pdf: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)


def test_pages_and_pdf_have_the_names_that_quarto_gives_them(site: Path):
    for slug in ("frederikssund", "hedensted"):
        for name in (*PAGES, PDF.format(slug.capitalize())):
            assert (site / slug / name).is_file(), name


def test_every_link_leads_somewhere_on_every_page(site: Path):
    ids = {path.resolve(): Page(path).ids for path in pages(site)}
    for path in pages(site):
        for link in Page(path).links:
            assert not re.match(r"(https?:)?//", link), f"{path}: {link}"
            url, anchor = urldefrag(unquote(link))
            target = (path.parent / url).resolve() if url else path.resolve()
            assert target.is_file(), f"{path}: {link}"
            if anchor:
                assert anchor in ids[target], f"{path}: {link}"


def test_an_identifier_is_used_once_on_a_page(site: Path):
    for path in pages(site):
        found = Page(path).ids
        assert len(found) == len(set(found)), path


def test_pages_are_danish_and_every_picture_has_its_text(site: Path):
    for path in pages(site):
        page = Page(path)
        assert page.language == "da"
        assert all("alt" in image for image in page.images), path
    chapter = Page(site / "hedensted" / "notebooks" / "01-tidlig.html")
    assert "Linjefigur: Hedensted ender på 91,2 pct. i 2. kvartal 2023." in [
        image["alt"] for image in chapter.images
    ]


def test_no_page_of_one_municipality_names_another_or_shows_its_numbers(site: Path):
    for slug, other, number in (
        ("frederikssund", "Hedensted", "91,2"),
        ("hedensted", "Frederikssund", "83,8"),
    ):
        files = [path for path in (site / slug).rglob("*") if path.suffix in {".html", ".csv", ".json"}]
        assert len(files) > len(PAGES)
        for path in files:
            text = path.read_text(encoding="utf-8")
            assert other not in text, path
            assert number not in text, path
        text = text_of(site / slug / PDF.format(slug.capitalize()))
        assert other not in text
        assert number not in text


def test_a_chapter_s_verdict_stands_beside_it_in_the_list_of_chapters(site: Path):
    for name in PAGES:
        html = (site / "frederikssund" / name).read_text(encoding="utf-8")
        # Once in the sidebar, once in the menu of small screens.
        assert html.count("0 af 2 mål opfyldt") == 2
        assert html.count("2 af 2 mål opfyldt") == 2


def test_example_data_are_marked_on_every_page_and_on_the_cover(site: Path):
    for name in PAGES:
        assert '<span class="badge">Eksempeldata</span>' in (site / "hedensted" / name).read_text(
            encoding="utf-8"
        )
    assert (
        "Eksempeldata"
        in pypdf.PdfReader(site / "hedensted" / PDF.format("Hedensted")).pages[0].extract_text()
    )


def test_real_data_carry_no_mark(tmp_path: Path):
    made = sample_notebooks()
    made["index.ipynb"].cells = [
        cell for cell in made["index.ipynb"].cells if "example-data" not in cell.source
    ]
    project = write_book(tmp_path, made)
    (outcome,) = render_variants(project, [variant(project)], engine="built-in", output=tmp_path / "_site")
    assert "badge" not in (outcome.folder / "index.html").read_text(encoding="utf-8")
    assert "Eksempeldata" not in text_of(outcome.pdf)


def test_the_pdf_is_tagged_for_screen_readers_and_says_its_language_and_title(site: Path):
    reader = pypdf.PdfReader(site / "frederikssund" / PDF.format("Frederikssund"))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "da"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert reader.metadata["/Title"] == "Beskæftigelsesplan 2023, Frederikssund Kommune"
    assert reader.metadata["/Author"] == "Frederikssund Kommune"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_the_pdf_holds_text_numbers_and_alternative_texts_and_its_figures_are_no_bitmaps(site: Path):
    pdf = site / "frederikssund" / PDF.format("Frederikssund")
    text = text_of(pdf)
    for part in (
        "Frederikssund Kommune",
        "15. januar 2024",
        "Indhold",
        "Figur 1.2:",
        "Tabel 1.1:",
        "83,8 pct.",
        "Side 3 af",
    ):
        assert part in text, part
    reader = pypdf.PdfReader(pdf)
    assert not any(len(page.images) for page in reader.pages)
    objects = (reader.get_object(number) for number in range(1, reader.trailer["/Size"]))
    alternatives = {str(found["/Alt"]) for found in objects if isinstance(found, dict) and "/Alt" in found}
    assert "Linjefigur: Frederikssund ender på 83,8 pct. i 2. kvartal 2023." in alternatives


def test_headings_are_the_same_on_pages_and_in_print(site: Path):
    reader = pypdf.PdfReader(site / "frederikssund" / PDF.format("Frederikssund"))

    def titles(items: list) -> Iterator[str]:
        for item in items:
            if isinstance(item, list):
                yield from titles(item)
            else:
                yield re.sub(r"^[\d.]+\s+", "", item.title)

    printed = list(titles(reader.outline))
    for name in PAGES:
        html = (site / "frederikssund" / name).read_text(encoding="utf-8")
        main = html[html.index("<main") :]
        for heading in re.findall(r'<h[123] [^>]*id="[^"]+"[^>]*>(.*?)</h[123]>', main):
            shown = re.sub(
                r'<span class="(?:chapter-number|header-section-number)">[^<]*</span>|<[^>]+>', "", heading
            ).strip()
            if shown not in ("På denne side", "Hent"):
                assert shown in printed


def test_shared_files_lie_once_above_all_sites(site: Path):
    assert {path.suffix for path in (site / "assets").iterdir()} == {".css", ".woff", ".svg"}
    assert not list((site / "frederikssund").rglob("*.woff"))
    assert not list((site / "frederikssund").rglob("*.css"))


def test_the_first_page_lists_all_sites_also_those_rendered_before(project: Project, site: Path):
    render_variants(project, [variant(project, "Greve")], to=("html",), engine="built-in", output=site)
    write_hub(project, site)
    html = (site / "index.html").read_text(encoding="utf-8")
    for name in ("Frederikssund", "Greve", "Hedensted"):
        assert f"{name} Kommune" in html
    assert not (site / "greve" / PDF.format("Greve")).exists()


def test_events_tell_how_far_a_variant_has_come(tmp_path: Path):
    project = write_book(tmp_path)
    events = []
    render_variants(
        project, [variant(project)], engine="built-in", output=tmp_path / "_site", progress=events.append
    )
    assert [event.step for event in events][:2] == [Step.QUEUED, Step.NOTEBOOKS]
    assert events[-1].step is Step.PLACED
    assert events[-1].done == events[-1].total
    assert [event.done for event in events] == sorted(event.done for event in events)


def test_what_has_not_changed_is_not_rendered_again(tmp_path: Path):
    project = write_book(tmp_path, plain_notebooks())
    output = tmp_path / "_site"

    def render(**changes: object) -> Outcome:
        force = bool(changes.pop("force", False))
        given = variant(project, **{"inputs": "numbers-1", **changes})
        return render_variants(project, [given], to=("html",), engine="built-in", output=output, force=force)[
            0
        ]

    assert render().status == "rendered"
    assert render().status == "unchanged"
    assert render(force=True).status == "rendered"
    assert render(inputs="numbers-2").status == "rendered"
    assert render(inputs="numbers-2", title="En anden titel").status == "rendered"
    (tmp_path / "styles" / "plan.css").write_text("/* other */")
    assert render(inputs="numbers-2", title="En anden titel").status == "rendered"
    path = tmp_path / "notebooks" / "data.ipynb"
    path.write_text(path.read_text().replace("Alle tal", "Tallene"))
    assert render(inputs="numbers-2", title="En anden titel").status == "rendered"
    assert render(inputs="numbers-2", title="En anden titel").status == "unchanged"


def test_a_municipality_s_logo_and_colour_are_on_its_pages_and_in_its_pdf(tmp_path: Path):
    project = write_book(tmp_path, plain_notebooks())
    brands = tmp_path / "catalogue" / "brands"
    brands.mkdir()
    (brands / "vaaben.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" fill="#fff"/></svg>'
    )
    (brands / "greve.yml").write_text(
        'color: {primary: "#442266"}\nlogo: {medium: {path: vaaben.svg, alt: Greves våben}}\n'
    )
    own, other = render_variants(
        project, [variant(project, "Greve"), variant(project)], engine="built-in", output=tmp_path / "_site"
    )
    page = Page(own.folder / "index.html")
    assert "Greves våben" in [image["alt"] for image in page.images]
    assert not any("logo" in link for link in Page(other.folder / "index.html").links)
    sheets = {
        outcome.variant.area: (
            own.folder / next(link for link in Page(outcome.folder / "index.html").links if ".css" in link)
        ).read_text()
        for outcome in (own, other)
    }
    assert "--plan-primary:#442266" in sheets["greve"]
    assert "--plan-primary:#442266" not in sheets["frederikssund"]


def test_a_site_records_what_it_is(site: Path):
    record = json.loads((site / "hedensted" / "render.json").read_text(encoding="utf-8"))
    assert record["pdf"] == PDF.format("Hedensted")
    assert record["municipality"] == "Hedensted Kommune"
    assert tuple(record["pages"]) == PAGES


def test_a_file_that_a_page_names_and_nobody_wrote_is_told(tmp_path: Path):
    made = {"index.ipynb": notebook("# Forord", code('Markdown("[tal](figures/nej.csv)")'))}
    project = write_book(tmp_path, made)
    (outcome,) = render_variants(project, [variant(project)], engine="built-in", output=tmp_path / "_site")
    assert outcome.status == "failed"
    assert "figures/nej.csv" in str(outcome.problems[0])


def test_a_numbered_page_is_listed_below_the_page_it_is_numbered_after() -> None:
    there = ["index.html", "alle.html", "alle-01.html", "notebooks/01-tidlig.html", "unge-2.html"]
    assert [part_of(href, there) for href in there] == ["", "", "alle", "", ""]
