"""What Quarto is given, tried without Quarto: template parts, filter, brand and the finish of its pages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile

import pypandoc
import pypdf
import pytest
import typst
import yaml

from helpers.catalogue.brand import read_brand
from helpers.present.fonts import FAMILY, FOLDER
from helpers.present.output import cover
from helpers.render.assets import FACES
from helpers.render.beside import add_search_and_figures
from helpers.render.book import read_book
from helpers.render.copy import make_copy
from helpers.render.quarto import finish_pages
from helpers.reports.base.notebooks import named, with_names
from render_book import CHECKOUT, sample_notebooks, variant, write_book

BOOKS = [CHECKOUT, CHECKOUT / "notebooks" / "jobcenteroverblik", CHECKOUT / "notebooks" / "investeringer"]

TEMPLATE = """#let brand-color = (:)
#let brand-logo = (:)

$page.typ()$

$typst-show.typ()$

$body$
"""
"""Quarto's own, in so far as ours depend on it: parts lie beside it by their bare names."""

CHAPTERS = f"""---
title: Titlen i _quarto.yml
subtitle: Underskriften i _quarto.yml
date: 1. januar 2000
lang: da
---

# Planen kort {{.unnumbered}}

{cover("Plan 2024-2025 & »@ # _x_«", "Jobcenter Vallensbæk/Ishøj", "15. januar 2024").markdown}

::: {{.data-note .example-data}}
**Eksempeldata.** Tallene er ikke rigtige.
:::

![Figur 3. Andelen på ydelse](spark.svg){{#kurve-3 fig-alt="En linje."}}

# Data og metode

Tekst uden tal.
"""

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="24"><path d="M2 20L88 4" stroke="#000"/></svg>'


def _quarto_pdf(book: Path, folder: Path, text: str = CHAPTERS) -> list[str]:
    """The pages of a PDF by the book's own parts and filter, laid beside a template as Quarto lays them."""
    settings = yaml.safe_load((book / "_quarto.yml").read_text(encoding="utf-8"))
    for part in settings["format"]["typst"]["template-partials"]:
        shutil.copyfile(book / part, folder / Path(part).name)
    (folder / "template.typ").write_text(TEMPLATE, encoding="utf-8")
    (folder / "spark.svg").write_text(SVG, encoding="utf-8")
    filters = [(book / item["path"]).read_text(encoding="utf-8") for item in settings["filters"]]
    (folder / "filter.lua").write_text("quarto = {}\n" + "\n".join(filters), encoding="utf-8")
    command = [pypandoc.get_pandoc_path(), "-f", "markdown-implicit_figures", "-t", "typst", "-o", "book.typ"]
    command += ["--template", "template.typ", "-L", "filter.lua"]
    subprocess.run(command, input=text.encode(), cwd=folder, check=True, timeout=60)
    made = folder / "book.pdf"
    typst.compile(str(folder / "book.typ"), output=str(made), font_paths=[str(CHECKOUT / "styles" / "fonts")])
    return [page.extract_text() for page in pypdf.PdfReader(made).pages]


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.name if book != CHECKOUT else "plan")
def test_the_parts_of_the_pdf_work_from_every_book(book: Path, tmp_path: Path) -> None:
    pages = _quarto_pdf(book, tmp_path)
    cover_page, *others = pages
    assert "Jobcenter Vallensbæk/Ishøj" in cover_page
    assert "15. januar 2024" in cover_page
    assert "_quarto.yml" not in " ".join(pages)
    assert all("Eksempeldata" in page for page in pages), "cover and data pages included"
    assert "Figur 3. Andelen på ydelse" in " ".join(others)
    assert "Figur 1" not in " ".join(others)
    about = pypdf.PdfReader(tmp_path / "book.pdf").metadata
    assert about.title == "Plan 2024-2025 & »@ # _x_«, Jobcenter Vallensbæk/Ishøj"
    assert about.author == about.subject == "Jobcenter Vallensbæk/Ishøj"


def test_without_a_word_of_the_notebooks_the_pdf_takes_that_of_the_settings(tmp_path: Path) -> None:
    text = re.sub(r"::: \{\.plan-cover.*?:::|::: \{\.data-note.*?:::", "", CHAPTERS, flags=re.DOTALL)
    pages = _quarto_pdf(CHECKOUT, tmp_path, text)
    assert "Titlen i _quarto.yml" in pages[0]
    assert "Eksempeldata" not in " ".join(pages)


def test_the_pdf_has_the_brand_s_font(tmp_path: Path) -> None:
    _quarto_pdf(CHECKOUT, tmp_path)
    resources = pypdf.PdfReader(tmp_path / "book.pdf").pages[2]["/Resources"]["/Font"]
    names = {str(font.get_object()["/BaseFont"]) for font in resources.values()}
    assert names
    assert all("SourceSansPro" in name for name in names)


def _page_head(text: str) -> tuple[str, str]:
    command = [pypandoc.get_pandoc_path(), "-s", "-t", "html", "-L", str(CHECKOUT / "styles" / "plan.lua")]
    page = subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=60)
    made = page.stdout.decode()
    assert "plan-cover" not in made
    return re.search(r"<title>(.*?)</title>", made, re.DOTALL)[1], made


def test_page_titles_name_the_municipality_and_only_the_first_page_bears_it_as_subtitle() -> None:
    told = cover("Plan", "Hedensted Kommune", "15. januar 2024").markdown
    title, made = _page_head(f"---\ntitle: Unge\n---\n\n{told}\n\nTekst.\n")
    assert title == "Unge · Hedensted Kommune"
    assert "subtitle" not in made.split("<body>")[1]
    title, made = _page_head(f"---\ntitle: Plan\nauthor: Kommunen\n---\n\n{told}\n\nTekst.\n")
    assert title == "Plan · Hedensted Kommune"
    assert '<p class="subtitle">Hedensted Kommune</p>' in made
    assert "15. januar 2024" in made
    assert "Kommunen" not in made


# The brand --------------------------------------------------------------------------------------------------


def test_the_brand_s_font_comes_with_the_project_unchanged_and_with_its_licence() -> None:
    brand = yaml.safe_load((CHECKOUT / "_brand.yml").read_text(encoding="utf-8"))
    (font,) = brand["typography"]["fonts"]
    assert (font["family"], font["source"]) == (FAMILY, "file")
    faces = {(file["path"], file["weight"], file["style"]) for file in font["files"]}
    assert faces == {(f"styles/fonts/{face.file}", face.weight, face.style) for face in FACES}
    for face in FACES:
        # The name is reserved: a changed font could not bear it.
        assert (CHECKOUT / "styles" / "fonts" / face.file).read_bytes() == (FOLDER / face.file).read_bytes()
    assert "SIL OPEN FONT LICENSE" in (CHECKOUT / "styles" / "fonts" / "OFL.txt").read_text(encoding="utf-8")


# The pages ---------------------------------------------------------------------------------------------------

PAGE = """<html><head><title>x</title></head><body>
<nav id="quarto-sidebar" class="sidebar collapse sidebar-navigation floating overflow-auto">
    <div class="pt-lg-2 mt-2 text-left sidebar-header">
    <div class="sidebar-title mb-0 py-0">
      <a href="{up}">Beskæftigelsesplan 2023</a>
    </div>
      </div>
    <div class="sidebar-menu-container">
    <ul class="list-unstyled mt-1">
        <li class="sidebar-item">
  <div class="sidebar-item-container">
  <a href="{up}index.html" class="sidebar-item-text sidebar-link active">
 <span class="menu-text">Planen kort</span></a>
  </div>
</li>
        <li class="sidebar-item">
  <div class="sidebar-item-container">
  <a href="{up}notebooks/01-tidlig.html" class="sidebar-item-text sidebar-link">
 <span class="menu-text"><span class="chapter-number">1</span>&nbsp; <span class="chapter-title">Tidlig indsats</span></span></a>
  </div>
</li>
    </ul>
    </div>
</nav>
<main class="content"><header id="title-block-header"><h1 class="title"><span class="chapter-number">1</span>&nbsp; Tidlig indsats</h1></header>
<section id="maal-1a" class="level2"><h2>Mål 1a</h2><p>Tekst</p></section></main>
<nav class="page-navigation"><a href="{up}notebooks/01-tidlig.html" class="pagination-link">Tidlig indsats</a></nav>
</body></html>"""


def test_quarto_s_pages_get_verdicts_beside_the_chapters_and_links_to_pdf_and_hub(tmp_path: Path) -> None:
    project = write_book(tmp_path / "project", sample_notebooks())
    made_for = variant(project, slug="noegletal-2026/frederikssund")
    book = read_book(project.root)
    copy = make_copy(book, read_brand(book.brand), made_for, tmp_path / "copy")
    verdict = {"word": "0 af 2 mål opfyldt", "class": "not-met"}
    (copy.folder / "verdicts.json").write_text(json.dumps({"notebooks/01-tidlig.ipynb": verdict}))
    site = tmp_path / "made"
    (site / "notebooks").mkdir(parents=True)
    (site / "search.json").write_text("[]")
    for page, up in (("index.html", "./"), ("notebooks/01-tidlig.html", "../")):
        (site / page).write_text(PAGE.format(up=up), encoding="utf-8")
    finish_pages(copy, site, files={"Hent som PDF": "Beskæftigelsesplan-2023.pdf"})
    assert not (site / "search.json").exists(), "the index of a search that is off"
    add_search_and_figures(copy, site, project, tmp_path / "out")
    found = (site / "soeg.html").read_text(encoding="utf-8")
    assert (
        '<a href="notebooks/01-tidlig.html#maal-1a">Mål 1a</a> <span class="quiet">Tidlig indsats</span>'
        in found
    )
    assert "../../assets/site-" in found
    for page, up in (("index.html", ""), ("notebooks/01-tidlig.html", "../")):
        text = (site / page).read_text(encoding="utf-8")
        assert f'<a href="{up}Beskæftigelsesplan-2023.pdf">Hent som PDF</a>' in text
        assert text.count('http-equiv="Content-Security-Policy"') == text.count("<head>")
        assert f'<a href="{up}../../index.html">Alle planer</a>' in text
        assert text.count(f'action="{up}soeg.html"') == 1
        assert "<!--plan:" not in text
        assert text.count('<span class="plan-verdict not-met">× 0 af 2 mål opfyldt</span>') == 1
        assert "plan-verdict" not in text.split('class="page-navigation"')[1]


NAMED = "\n\n".join(
    [
        named("# Måltal", "#sec-maaltal .unnumbered"),
        named("## Mål 1a: Andel", "#maal-1a .unnumbered"),
        "<!-- note -->",
    ]
)
NUMBERED = "\n\n".join([named("# Tidlig indsats", "#sec-1"), named("## Mål 1a: Andel", "#maal-1a")])


def _as_quarto_takes(text: str) -> tuple[str, str]:
    """The title line that Quarto takes out of a chapter, and the rest: the first that looks like a heading (docs/rendering.md)."""
    lines = text.split("\n")
    at = next(place for place, line in enumerate(lines) if re.match(r"#+\s", line))
    return lines.pop(at), "\n".join(lines)


@pytest.mark.parametrize(("text", "name"), [(NAMED, "sec-maaltal"), (NUMBERED, "sec-1")])
def test_headings_are_named_alike_by_both_engines_and_show_no_braces_in_jupyterlab(
    text: str, name: str
) -> None:
    assert "{" not in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    lua = f"quarto = {{}}\n{(CHECKOUT / 'styles' / 'plan.lua').read_text(encoding='utf-8')}"
    ours = pypandoc.convert_text(with_names(text), "html", format="markdown")
    theirs = _filtered(text, lua)
    heads = re.compile(r"<h[12][^>]*>")
    assert heads.findall(ours) == heads.findall(theirs)
    assert [re.findall(r'id="([^"]*)"', head) for head in heads.findall(ours)] == [[name], ["maal-1a"]]
    title, page = _as_quarto_takes(text)
    below = _filtered(page, lua)
    assert "<h1" not in below and below.count("<h2") == 1
    # Of a title without a number Quarto reads the name; of another it does not, so the name stands alone.
    assert (f"#{name} .unnumbered" in title) is (f'<span id="{name}"></span>' not in below)


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.name if book != CHECKOUT else "plan")
def test_plain_quarto_numbers_the_chapters_that_we_number(book: Path) -> None:
    settings = yaml.safe_load((book / "_quarto.yml").read_text(encoding="utf-8"))
    paths = [path for path in settings["book"]["chapters"] if (book / path).is_file()]
    assert "index.ipynb" in paths
    for path in paths:
        cells = json.loads((book / path).read_text(encoding="utf-8"))["cells"]
        first = "".join(cells[0]["source"])
        title, _ = _as_quarto_takes(first)
        assert title.endswith(".unnumbered}") is (".unnumbered" in with_names(first).splitlines()[0]), path
        assert "{" not in re.sub(r"<!--.*?-->", "", first, flags=re.DOTALL), path


def _filtered(text: str, lua: str) -> str:
    with NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as file:
        file.write(lua)
        file.flush()
        return pypandoc.convert_text(text, "html", format="markdown", extra_args=["-L", file.name])
