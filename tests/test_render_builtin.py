"""The built-in engine's Markdown: numbers, references, boxes and tables as in Quarto, and nothing passed over."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from helpers.catalogue.brand import read_brand
from helpers.errors import PlanError, Problem
from helpers.render.book import read_book
from helpers.render.builtin.pandoc import Converted, convert
from helpers.render.copy import make_copy
from render_book import markdown, notebook, variant, write_book

FIGURE = '![En figur](figures/x.svg){#fig-x fig-alt="Linjen stiger"}'


def output(text: str, kind: str = "text/markdown") -> NotebookNode:
    """A code cell that has been run and shows `text`."""
    cell = nbformat.v4.new_code_cell("report.figure()")
    cell.outputs = [nbformat.v4.new_output("display_data", {kind: text, "text/plain": "…"})]
    return cell


def converted(
    folder: Path, *first: NotebookNode, second: str = "# To {#sec-to}", **changes: object
) -> Converted:
    """A book of an unnumbered index, a chapter of the cells given, and another chapter."""
    notebooks = {
        "index.ipynb": notebook("<!-- -->\n\n# Forord {.unnumbered}", parameters=False),
        "notebooks/01-et.ipynb": notebook("# Et {#sec-et}", *first, parameters=False),
        "notebooks/02-to.ipynb": notebook(second, parameters=False),
    }
    project = write_book(folder / "project", notebooks, **changes)
    book = read_book(project.root)
    return convert(
        make_copy(book, read_brand(book.brand), variant(project), folder / "copy"), ("html", "pdf")
    )


def problems(folder: Path, *first: NotebookNode, **changes: str) -> tuple[Problem, ...]:
    with pytest.raises(PlanError) as caught:
        converted(folder, *first, **changes)
    return caught.value.problems


def test_chapters_sections_figures_and_tables_are_numbered_as_in_a_quarto_book(tmp_path: Path):
    book = converted(
        tmp_path,
        markdown("## Afsnit a\n\n### Under\n\n## Uden {.unnumbered}\n\n## Afsnit b"),
        output(FIGURE),
        output(FIGURE.replace("fig-x", "fig-y")),
        markdown("| A | B |\n|---|--:|\n| 1 | 2 |\n\n: Tal {#tbl-x}"),
        second=f"# To {{#sec-to}}\n\n{FIGURE.replace('fig-x', 'fig-z')}",
    )
    index, one, two = book.pages
    assert (index.number, one.number, two.number) == (None, "1", "2")
    contents = [(heading.number, heading.html) for heading in one.contents]
    assert contents == [("1.1", "Afsnit a"), (None, "Uden"), ("1.2", "Afsnit b")]
    assert "1.1.1</span> Under" in one.html
    assert re.findall(r"(?:Figur|Tabel)\u00a0[\d.]+", one.html) == [
        "Figur\u00a01.1",
        "Figur\u00a01.2",
        "Tabel\u00a01.1",
    ]
    assert "Figur\u00a02.1" in two.html


def test_a_figure_in_an_unnumbered_chapter_is_numbered_without_the_chapter(tmp_path: Path):
    book = converted(tmp_path, second=f"<!-- -->\n\n# To {{.unnumbered}}\n\n## Afsnit\n\n{FIGURE}")
    assert "Figur\u00a01:" in book.pages[2].html
    assert book.pages[2].contents[0].number is None


def test_references_lead_to_the_right_page_and_say_its_number(tmp_path: Path):
    book = converted(
        tmp_path,
        markdown("## Afsnit {#sec-a}"),
        output(FIGURE),
        second="# To {#sec-to}\n\nSe @fig-x, @sec-a og @sec-et.",
    )
    html = book.pages[2].html
    assert '<a href="01-et.html#fig-x" class="quarto-xref">Figur\u00a01.1</a>' in html
    assert '<a href="01-et.html#sec-a" class="quarto-xref">Afsnit\u00a01.1</a>' in html
    assert '<a href="01-et.html" class="quarto-xref">1\u00a0 Et</a>' in html
    assert "Kapitel~1" in book.typst


def test_links_between_notebooks_become_links_between_pages(tmp_path: Path):
    book = converted(
        tmp_path,
        markdown(
            "[frem](02-to.ipynb#sec-to), [hjem](../index.ipynb), [ud](https://jobindsats.dk), [data](data.csv)"
        ),
    )
    page = book.pages[1]
    assert re.findall(r'href="([^"]+)"', page.html) == [
        "02-to.html",
        "../index.html",
        "https://jobindsats.dk",
        "data.csv",
    ]
    assert page.resources == ("notebooks/data.csv",)


def test_a_raw_html_table_keeps_its_looks_on_the_page_and_becomes_a_typst_table(tmp_path: Path):
    table = (
        '```{=html}\n<table class="plan-table" id="t"><thead><tr><th scope="col">Mål</th><th scope="col" class="num">Landet</th>'
        '</tr></thead><tbody><tr class="group"><th colspan="2" scope="rowgroup">Fokusområde 1</th></tr><tr><th scope="row">1a</th>'
        '<td class="num verdict-met">87,3&nbsp;pct.</td></tr></tbody></table>\n```'
    )
    book = converted(tmp_path, output(table))
    assert table.split("\n")[1] in book.pages[1].html
    assert 'tabindex="0"' in book.pages[1].html
    typst = book.typst
    assert typst.count("table.header(\n") == typst.count("table.header(level: 2") == 1
    assert re.search(r'plan-cell\(colspan: 2, classes: \("group",\)\)\[\s*Fokusområde 1', typst)
    assert re.search(r'plan-cell\(align: right, classes: \("num", "verdict-met",\)\)\[\s*87,3~pct\.', typst)


def test_a_table_that_is_for_the_page_only_is_not_in_print(tmp_path: Path):
    book = converted(
        tmp_path,
        output(
            '```{=html}\n<details><summary>Tal</summary><table data-quarto-disable-processing="true"><tr><td>NUR</td></tr>'
            "</table></details>\n```"
        ),
        markdown(
            '::: {.content-visible when-format="html"}\nKUNSIDE\n:::\n\n::: {.content-hidden when-format="html"}\nKUNTRYK\n:::'
        ),
    )
    assert "NUR" in book.pages[1].html
    assert "NUR" not in book.typst
    assert ("KUNSIDE" in book.pages[1].html, "KUNSIDE" in book.typst) == (True, False)
    assert ("KUNTRYK" in book.pages[1].html, "KUNTRYK" in book.typst) == (False, True)


def test_a_verdict_box_keeps_its_class_on_the_page_and_becomes_a_box_in_print(tmp_path: Path):
    book = converted(tmp_path, output("::: {.verdict .not-met}\n**Mål 1a er ikke opfyldt.**\n:::"))
    assert '<div class="verdict not-met">' in book.pages[1].html
    assert '#verdict-box("not-met")[' in book.typst


def test_a_callout_s_title_is_no_heading_of_the_chapter(tmp_path: Path):
    book = converted(
        tmp_path,
        markdown("::: {.callout-note}\n## Bemærk\nTekst\n:::\n\n::: {.callout-warning}\nPas på\n:::"),
    )
    page = book.pages[1]
    assert page.contents == ()
    assert re.findall(r'callout-title">\s*(\S+)', page.html) == ["Bemærk", "Advarsel"]


def test_text_that_looks_like_typst_or_a_list_is_shown_as_it_is(tmp_path: Path):
    book = converted(tmp_path, markdown("Pris: 5 \\$, \\#1 og \\*stjerne\\*, a_b, <https://x.dk>."))
    assert "\\#1" in book.typst
    assert "\\$" in book.typst


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("Tekst\n\n{{< include x.md >}}", 3, "shortcode"),
        ("::: {.panel-tabset}\n## A\n:::", 1, "panel-tabset"),
        ("Se\n\n$x^2$", 3, "formula"),
        ("Som [@hansen2020] skriver", 1, "@hansen2020"),
        ("a\n\n<iframe src='x'></iframe>", 3, "iframe"),
        ("```{python}\n1\n```", 1, "is to be run"),
        ("::: {layout-ncol=2}\na\n:::", 1, "layout"),
        ("```{=latex}\nx\n```", 1, "latex"),
        ("<table><tr><td>1</td></tr></table>", 1, "raw block"),
        ("![x](y.svg){#fig-q}", 1, "fig-alt"),
        ("[x](02-to.ipynb#nej)", 1, "#nej"),
        ("[x](nej.ipynb)", 1, "no chapter"),
        ("Se @fig-nej", 1, "@fig-nej"),
        ("## A {#sec-et}", 1, "twice"),
    ],
)
def test_what_is_not_supported_is_named_by_notebook_cell_and_line(
    tmp_path: Path, text: str, line: int, what: str
):
    (problem,) = problems(tmp_path, markdown("God tekst"), markdown(text))
    # The heading is the notebook's first cell, the good text its second.
    assert problem.where == f"notebooks/01-et.ipynb, cell 3, line {line}"
    assert what in problem.what


def test_an_output_that_only_a_browser_could_show_is_refused(tmp_path: Path):
    (problem,) = problems(tmp_path, output("<script src='https://cdn'></script>", "text/html"))
    assert problem.where == "notebooks/01-et.ipynb, cell 2"
    assert "text/html" in problem.what


def test_all_problems_of_a_book_are_told_at_once(tmp_path: Path):
    found = problems(tmp_path, markdown("$x$"), markdown("@eq-1"), second="# To\n\n$y$")
    assert [problem.where for problem in found] == [
        "notebooks/01-et.ipynb, cell 2, line 1",
        "notebooks/01-et.ipynb, cell 3, line 1",
        "notebooks/02-to.ipynb, cell 1, line 3",
    ]


def test_a_title_in_yaml_gives_the_same_page_as_a_heading(tmp_path: Path):
    first = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_raw_cell("---\ntitle: Forord {.unnumbered}\n---")]
    )
    project = write_book(tmp_path / "project", {"index.ipynb": first})
    book = read_book(project.root)
    (page,) = convert(
        make_copy(book, read_brand(book.brand), variant(project), tmp_path / "copy"), ("html",)
    ).pages
    assert (page.title, page.number) == ("Forord", None)
