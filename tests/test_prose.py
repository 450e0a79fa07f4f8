"""Own texts are prose: dates stay dates, lists stay lists, and HTML is what an editor would write."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.catalogue import load_catalogue
from helpers.catalogue.brand import read_brand
from helpers.commands.checks import check_everything
from helpers.project import Project
from helpers.prose import clean_html, clean_markdown, without_false_lists
from helpers.render.book import read_book
from helpers.render.builtin.pandoc import convert
from helpers.render.copy import make_copy, settle_prose
from helpers.render.execute import Kernel
from render_book import copy_project, markdown, notebook, variant, write_book
from test_render_builtin import output

PROSE = [
    "1. marts 2023 begyndte indsatsen.\n\n15. juni 2023 blev den udvidet.",
    "15. juni 2023 blev den udvidet.",
    "7. klasse",
    "1. halvår gik godt.",
    "2. kvartal\n\n4. kvartal",
    "1. maj\n\n1. juni",
    "f. eks. nu",
    "d. 15. juni 2023",
    "(3) og så",
    "- 15. juni\n- 7. klasse",
    "> 3. kvartal",
    "::: {.state-note}\n15. juni\n:::",
    "## Afsnit\n\n15. juni",
    "MCM. hedder de",
]

LISTS = [
    "1. først\n2. så",
    "1. først\n\n   mere om det\n\n2. så",
    "3. tredje\n4. fjerde",
    "1. a\n1. b\n1. c",
    "a. x\nb. y\nc. z",
    "i. x\nii. y",
    "(1) x\n(2) y",
    "- a\n    1. x\n    2. y",
    "Tekst:\n\n1. x\n2. y\n\nTekst.",
]


def shown(text: str, form: str = "html") -> str:
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", form, "--wrap=none"],
        input=text, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("text", PROSE)
def test_a_number_that_opens_a_paragraph_is_no_list(text: str) -> None:
    mended = without_false_lists(text)
    assert "<ol" in shown(text)
    assert "<ol" not in shown(mended)
    words = re.sub(r":::.*$|^[>#-]+", "", text, flags=re.MULTILINE).split()
    assert all(word in shown(mended, "plain").split() for word in words)


@pytest.mark.parametrize("text", LISTS)
def test_a_list_stays_a_list(text: str) -> None:
    assert without_false_lists(text) == text
    assert "<ol" in shown(text)


def test_a_date_beside_a_list_does_not_take_it_along() -> None:
    html = shown(without_false_lists("2. kvartal gik godt.\n\n1. x\n2. y\n\n15. juni\n\n1. z\n2. w"))
    assert html.count("<ol") == 2 and html.count("<li>") == 4
    assert "<p>2. kvartal gik godt.</p>" in html and "<p>15. juni</p>" in html


@pytest.mark.parametrize(
    "text", ["```\n15. kode\n```", "    15. kode", "Den\n15. juni kom de.", "| 15. | x |"]
)
def test_code_and_running_text_are_left_alone(text: str) -> None:
    assert without_false_lists(text) == text


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=5), st.sampled_from(["\n", "\n\n"]))
def test_every_number_is_shown_as_it_was_typed(numbers: list[int], between: str) -> None:
    text = between.join(f"{number}. punkt" for number in numbers)
    told = [
        int(number) for number in re.findall(r"(\d+)\.\s+punkt", shown(without_false_lists(text), "plain"))
    ]
    ones = all(
        a == 1 or b != 1 for a, b in zip(numbers[1:], numbers, strict=False)
    )  # no 1. before every item
    if ones and between == "\n\n":
        assert told == numbers
    assert len(told) == len(numbers)


# ------------------------------------------------------------------------------------------------ HTML


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<b onclick='x()'>Fed</b>", "<b>Fed</b>"),
        ("<script>alert(1)</script>x", "x"),
        ("<SCRIPT src=//x.dk/a.js>", ""),
        ("<a href='javascript:x()'>y</a>", "<a>y</a>"),
        ("<a href='jav&#x09;ascript:x()'>y</a>", "<a>y</a>"),
        ("<a href='https://star.dk'>y</a>", '<a href="https://star.dk">y</a>'),
        ("<img src=https://x.dk/a.png>", "<img>"),
        ("<img src=//x.dk/a.png>", "<img>"),
        ("<img src=a.png onerror=x()>", '<img src="a.png">'),
        ("<iframe src=x></iframe>y", "y"),
        ("<svg onload=x()></svg>y", "y"),
        ("<b\nonclick=x()>y</b>", "<b>y</b>"),
        ("a <img src=x onerror=y", "a \\<img src=x onerror=y"),
        ("[z]{.a onmouseover=\"x()\"}", "[z]{.a }"),
        ("<scr<script>ipt>alert(1)", "\\<scr"),
        ("```{=html}\n<b onclick=x()>y</b>\n```", "```{=html}\n<b>y</b>\n```"),
        ("`<b onclick=x()>`{=html}", "<b></b>"),
        ("```{=typst}\n#read(\"/etc/passwd\")\n```", ""),
        ("`#read(x)`{=typst}y", "y"),
        ("<!-- <script> -->y", "y"),
        ("3 < 5 & a > b, <https://star.dk>, <a@b.dk>", "3 < 5 & a > b, <https://star.dk>, <a@b.dk>"),
        ("`<script>` i kode", "`<script>` i kode"),
        ("```\n<script>\n```", "```\n<script>\n```"),
        ("> citat\n\n**fed** [her](x.html)", "> citat\n\n**fed** [her](x.html)"),
    ],
)  # fmt: skip
def test_html_in_a_text_is_cleaned_by_what_is_allowed(text: str, kept: str) -> None:
    assert clean_markdown(text) == kept
    assert clean_markdown(kept) == kept


_BITS = st.sampled_from(
    ["<", ">", "/", "script", "img", " onerror=", "src=", "b", "a", " href=", "javascript:", "`", "```", "\n", '"', "'", "<!--", "-->", "x", "=", "{=html}", "\\", "svg"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(_BITS, max_size=14).map("".join))
def test_no_heap_of_tags_gives_an_element_that_runs(text: str) -> None:
    cleaned = clean_markdown(text)
    for tag in re.findall(r"<\w[^>]*>", re.sub(r"(`+).*?\1|\\<", "", cleaned, flags=re.DOTALL)):
        assert not re.search(r"<\s*(script|svg)|\son\w+\s*=|javascript:", tag, re.IGNORECASE), (text, cleaned)


def test_cleaned_html_holds_nothing_from_elsewhere() -> None:
    told = clean_html(
        '<img src="data:text/html,x"><a href="data:x">y</a><form action=x><input></form><p style="x">z</p>'
    )
    assert told == "<img><a>y</a><p>z</p>"


# ------------------------------------------------------------------------------- both faces of a page


def test_dates_in_cells_and_outputs_are_dates_in_html_and_pdf(tmp_path: Path) -> None:
    notebooks = {
        "index.ipynb": notebook("<!-- -->\n\n# Forord {.unnumbered}", parameters=False),
        "notebooks/01-et.ipynb": notebook(
            "# Et {#sec-et}",
            markdown("15. juni 2023 skrev jeg. \x1b[31m\u202e"),
            output("1. marts 2023 begyndte det.\n\n15. maj 2023 blev det udvidet.\n\n1. x\n2. y"),
            parameters=False,
        ),
    }
    project = write_book(tmp_path / "project", notebooks)
    book = read_book(project.root)
    copy = make_copy(book, read_brand(book.brand), variant(project), tmp_path / "copy")
    settle_prose(copy)
    made = convert(copy, ("html", "pdf"))
    html = made.pages[1].html
    for sentence in (
        "<p>15. juni 2023 skrev jeg.</p>",
        "<p>1. marts 2023 begyndte det.</p>",
        "<p>15. maj 2023 blev",
    ):
        assert sentence in html
    assert html.count("<li>") == 2
    assert "15\\. juni 2023 skrev" in made.typst and "+ x" in made.typst
    assert "\x1b" not in html + made.typst and "\u202e" not in html + made.typst


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Skriv til @jobcenter.", "the reference @jobcenter"),
        ("Se @fig-9z.", "Nothing in the book is called @fig-9z"),
        ("Se [her](#findes-ikke).", "leads to #findes-ikke"),
        ("Se [her](nej.pdf).", "there is no such file"),
        ("Se [her](javascript:x()).", "A link cannot lead to javascript:"),
        ("![Se](https://example.org/x.png)", "lies on another host"),
        ("{{< video x >}}", "the shortcode"),
        ("$x^2$", "a formula"),
        ("# Overskrift", "one heading of level 1"),
    ],
)
def test_plan_check_reads_own_texts_as_the_engine_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    project = copy_project(tmp_path)
    file = project.catalogue / "texts" / "frederikssund.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        f"frederikssund-2023:\n  index: God tekst.\n  goals:\n    1a: {text!r}\n", encoding="utf-8"
    )
    # A check reads, and renders nothing: no process is started for notebooks.
    monkeypatch.setattr(Kernel, "__init__", lambda *_: pytest.fail("a notebook was run"))
    problems, _ = check_everything(project)
    (problem,) = [one for one in problems if said in one.what]
    assert problem.where == "catalogue/texts/frederikssund.yml:4: frederikssund-2023.goals.1a"


def test_what_an_own_text_may_refer_to_is_accepted(tmp_path: Path) -> None:
    project: Project = copy_project(tmp_path)
    file = project.catalogue / "texts" / "frederikssund.yml"
    file.parent.mkdir(exist_ok=True)
    text = "Se @fig-1a, @sec-6 og [unge](notebooks/06-unge.ipynb#maal-6a).\n\n    15. juni 2023 mødes vi."
    file.write_text(f"frederikssund-2023:\n  index: |\n    {text}\n", encoding="utf-8")
    problems, said = check_everything(project)
    assert not problems and "own texts: 1" in said
    assert "15. juni" in str(load_catalogue(project).own_texts["frederikssund", "frederikssund-2023"].index)
