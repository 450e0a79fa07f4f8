"""The block "Hent" at the foot of every page: what it offers is there, as large as it says, and described to programs."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from helpers.catalogue import load_catalogue
from helpers.render.downloads import MARK, _with_block, size_words
from helpers.render.hub import write_hub
from helpers.render.links import check_links
from helpers.render.models import Outcome
from helpers.render.run import render_variants
from helpers.reports import wing
from helpers.reports.base.bookfiles import BookFiles
from helpers.reports.base.request import Selection
from paper_support import assert_is_good_paper
from report_support import copy_project, workshop_texts

KINDS = {
    "PNG": b"\x89PNG",
    "SVG": b"<svg",
    "Excel": b"PK",
    "CSV": b"\xef\xbb\xbf",
    "PDF": b"%PDF",
    "JSON": b"{",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    project = copy_project(tmp_path_factory.mktemp("project"))
    catalogue = load_catalogue(project)
    chosen = wing("plan")
    report = chosen.report(Selection(project, catalogue, "frederikssund-2023"), "Frederikssund")
    variant = report.asked(BookFiles(chosen.contents(project, catalogue, report.key)).laid()).variant
    (outcome,) = render_variants(project, [variant], engine="built-in", output=project.root / "_site")
    assert outcome.ok and outcome.folder, outcome.problems
    write_hub(project, project.root / "_site")
    return outcome


def test_the_pdf_is_good_paper(site: Outcome) -> None:
    assert site.pdf is not None
    assert_is_good_paper(site.pdf, "Beskæftigelsesplan 2023", "Frederikssund Kommune")


def links(page: Path) -> list[tuple[str, str, str]]:
    """Kind, size and address of all that the block of a page offers."""
    (block,) = re.findall(
        r'<section class="take-along".*?</section>', page.read_text(encoding="utf-8"), re.DOTALL
    )
    return re.findall(r'<a href="([^"]+)"[^>]*>(\w+) \(([^)]+)\)</a>', block)


def test_every_page_offers_what_is_there_in_the_size_it_says(site: Outcome) -> None:
    assert site.folder
    for href in site.pages:
        page = site.folder / href
        found = links(page)
        assert {"Excel", "PDF", "JSON"} <= {kind for _, kind, _ in found}, href
        for address, kind, size in found:
            file = page.parent / unquote(address)
            assert file.read_bytes().startswith(KINDS[kind]), address
            assert size == size_words(file.stat().st_size)
        assert MARK not in page.read_text(encoding="utf-8")


def test_a_page_offers_each_of_its_figures_as_picture_and_numbers_and_no_others(site: Outcome) -> None:
    assert site.folder
    found = links(site.folder / "notebooks" / "01-tidlig-indsats.html")
    own = [address for address, _, _ in found if re.fullmatch(r"figures/\d\w\.\w+", address)]
    assert own == [f"figures/{goal}.{form}" for goal in ("1a", "1b") for form in ("png", "svg", "csv")]


def test_no_link_of_the_site_is_dead(site: Outcome) -> None:
    assert site.folder
    assert not check_links(site.folder.parent)


def test_the_data_package_describes_every_file_that_is_offered(site: Outcome) -> None:
    assert site.folder
    package = json.loads((site.folder / "datapackage.json").read_text(encoding="utf-8"))
    told = {one["path"]: one for one in package["resources"]}
    offered = {
        (site.folder / href).parent.joinpath(unquote(address)).resolve().relative_to(site.folder).as_posix()
        for href in site.pages
        for address, kind, _ in links(site.folder / href)
        if kind != "JSON"
    }
    assert offered <= told.keys() and package["basis"] == "example"
    assert {"notebooks/figures/status.csv", "notebooks/figures/observationer.csv"} <= told.keys()
    for path, one in told.items():
        content = (site.folder / path).read_bytes()
        assert (one["bytes"], one["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
    fields = {field["name"]: field["type"] for field in told["notebooks/figures/1a.csv"]["schema"]["fields"]}
    assert list(fields)[:4] == ["maal", "ordlyd", "kommune", "maaling"] and fields["vaerdi"] == "number"
    assert fields["periode"] == "string"


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "1 kB"), (999, "1 kB"), (1499, "1 kB"), (84_300, "84 kB"), (999_499, "999 kB"), (999_500, "1,0 MB"), (1_234_000, "1,2 MB")],
)  # fmt: skip
def test_sizes_are_told_as_danes_write_them(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("page", "done"),
    [
        (f"<main>x{MARK}<nav></nav></main>", "<main>xB<nav></nav></main>"),
        ("<main>x</main><nav></nav>", "<main>xB</main><nav></nav>"),
        (
            '<main>x<nav class="page-navigation"></nav></main>',
            '<main>xB<nav class="page-navigation"></nav></main>',
        ),
        ("<p>x</p>", "<p>x</p>"),
    ],
    ids=["ours", "Quarto's", "Quarto's with its own links", "no page"],
)
def test_the_block_stands_at_the_end_of_the_text_whatever_engine_made_the_page(page: str, done: str) -> None:
    assert _with_block(page, "B") == done


def test_a_pdf_without_a_published_address_links_to_no_file(site: Outcome) -> None:
    pypdf = pytest.importorskip("pypdf")
    notes = [
        note.get_object() for page in pypdf.PdfReader(site.pdf).pages for note in page.get("/Annots", [])
    ]
    assert len(notes) > 20
    assert not [note for note in notes if "/URI" in note.get("/A", {})]
    assert "Statustabellen (CSV)" in " ".join(p.extract_text() for p in pypdf.PdfReader(site.pdf).pages[-3:])


def test_no_page_says_what_only_its_makers_need(site: Outcome) -> None:
    assert site.folder
    assert list(workshop_texts(site.folder.parent)) == []
