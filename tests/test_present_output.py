"""The two faces of a cell's result: live in JupyterLab, Markdown and nothing else while rendering."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.present import output
from helpers.present.output import escape_attribute, escape_markdown

SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.1.json",
    "data": {"values": [{"x": 1, "y": 2}]},
    "mark": "point",
    "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
}
NASTY = "2. kvartal [x](y) *a* _b_ `c` \"d\" 'e' <f> & #g ~h~ ^i^ $j$ |k| @l {m} \\ !n"
TABLE = '<table class="plan-table" id="t"><caption>Tabel</caption><tbody><tr><td>1</td></tr></tbody></table>'


def figure(**more: Any) -> output.Shown:
    texts = {"caption": "En figur", "alt": "Det, der ses"}
    return output.Shown([output.FigurePart("1a", SPEC, **{**texts, **more})])


@pytest.fixture
def rendering(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PLAN_RENDERING", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv("PLAN_RENDERING", raising=False)
    monkeypatch.delenv("QUARTO_BIN_PATH", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pandoc(markdown: str, to: str) -> str:
    """What pandoc makes of it, when it has nothing to warn of."""
    done = subprocess.run(
        [pypandoc.get_pandoc_path(), "--from=markdown", f"--to={to}", "--fail-if-warnings", "--wrap=none"],
        input=markdown, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_while_rendering_a_figure_is_markdown_only_and_its_files_lie_beside_it(rendering: Path) -> None:
    bundle = figure(csv="\ufeffa;b\r\n1;2,5\r\n")._repr_mimebundle_()
    assert list(bundle) == ["text/markdown"]
    assert bundle["text/markdown"].startswith('![En figur](figures/1a.svg){#fig-1a fig-alt="Det, der ses"}\n')
    folder = rendering / "figures"
    assert sorted(path.name for path in folder.iterdir()) == ["1a.csv", "1a.json", "1a.png", "1a.svg"]
    assert json.loads((folder / "1a.json").read_text(encoding="utf-8")) == SPEC
    assert (folder / "1a.csv").read_bytes() == "\ufeffa;b\r\n1;2,5\r\n".encode()
    assert (folder / "1a.svg").read_text(encoding="utf-8").startswith("<svg")


def test_quarto_is_known_to_be_rendering_too(reading: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARTO_BIN_PATH", "/somewhere")
    assert list(figure()._repr_mimebundle_()) == ["text/markdown"]


@pytest.mark.parametrize(
    ("kind", "sign", "colour"),
    [("verdict-met", "✓", "#1c6b3f"), ("not-met", "×", "#9d2b25"), ("unknown", "?", "#51606b")],
)
def test_in_jupyterlab_a_verdict_has_its_colour_and_sign(
    reading: Path, kind: str, sign: str, colour: str
) -> None:
    bundle = output.box("**Mål 1a er opfyldt.** [Se](x.html)", classes=("verdict", kind))._repr_mimebundle_()
    assert bundle["text/markdown"].startswith(f'<div style="border-left: 5px solid {colour};')
    assert f"\n\n{sign} **Mål 1a er opfyldt.** [Se](x.html)\n\n" in bundle["text/markdown"]


def test_in_jupyterlab_what_is_folded_is_one_output_and_a_heading_shows_no_name(reading: Path) -> None:
    told = output.folded("Tidligere", output.text("Først") + output.box("Så", classes=("follow-up",)))
    (part,) = told.parts
    body = part.live()["text/markdown"]
    assert body.startswith("<details>") and body.endswith("> Så\n\n</details>") and "Først" in body
    assert told.markdown.startswith('<details class="older">') and "::: {.follow-up}" in told.markdown
    assert (
        output.text("## Prognoser {#p .unnumbered}", "x").parts[0].live()["text/markdown"]
        == "## Prognoser\n\nx"
    )


def test_in_jupyterlab_a_figure_is_a_live_chart_and_writes_nothing(reading: Path) -> None:
    bundle = figure()._repr_mimebundle_()
    assert sorted(bundle) == ["application/vnd.vegalite.v5+json", "text/plain"]
    assert bundle["application/vnd.vegalite.v5+json"]["usermeta"]["embedOptions"]["actions"] is False
    assert not list(reading.iterdir())


def test_in_jupyterlab_a_table_carries_its_small_pictures(reading: Path) -> None:
    markup = TABLE.replace("1</td>", '<img src="figures/trend-1a.svg" alt="x"></td>')
    shown = output.table(markup, files={"trend-1a.svg": "<svg/>"})
    live = shown._repr_mimebundle_()["text/html"]
    assert 'src="data:image/svg+xml;base64,' in live
    assert "figures/" not in live
    assert not list(reading.iterdir())


def test_while_rendering_a_tables_small_pictures_are_files(rendering: Path) -> None:
    output.table(TABLE, files={"trend-1a.svg": "<svg/>"})._repr_mimebundle_()
    assert (rendering / "figures" / "trend-1a.svg").read_text(encoding="utf-8") == "<svg/>"


def test_several_are_shown_one_after_the_other(reading: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from IPython import display

    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(display, "display", lambda bundle, raw: shown.append(bundle))
    joined = output.join([figure(), output.text("Tekst"), output.table(TABLE)])
    joined._ipython_display_()
    assert [next(iter(bundle)) for bundle in shown] == [
        "application/vnd.vegalite.v5+json",
        "text/markdown",
        "text/html",
    ]


def test_several_are_one_markdown_while_rendering(rendering: Path) -> None:
    joined = figure() + output.box("**Ja.** Nej.", classes=("verdict", "verdict-met"))
    text = joined._repr_mimebundle_()["text/markdown"]
    assert text.index("![En figur]") < text.index("::: {.verdict .verdict-met}\n**Ja.** Nej.\n:::")


def test_a_real_kernel_gives_one_markdown_output_per_cell(rendering: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    import nbformat

    code = (
        "from helpers.present import output\n"
        "output.text('Et') + output.box('To', classes=('verdict',)) + output.table('<table id=\"x\"></table>')"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (result,) = notebook.cells[0].outputs
    assert list(result["data"]) == ["text/markdown"]


def test_an_unchanged_file_is_not_written_again(rendering: Path) -> None:
    figure()._repr_mimebundle_()
    path = rendering / "figures" / "1a.svg"
    before = path.stat().st_mtime_ns, path.stat().st_ino
    figure()._repr_mimebundle_()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    figure_2 = output.Shown([output.FigurePart("1a", {**SPEC, "mark": "bar"}, caption="x", alt="y")])
    figure_2._repr_mimebundle_()
    assert path.stat().st_ino != before[1]


@pytest.mark.parametrize("key", ["1A", "a b", "../x", "", "a--b", "-a", "æ"])
def test_a_key_that_cannot_name_files_and_an_anchor_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        output.FigurePart(key, SPEC, caption="x", alt="y")


def test_the_numbers_of_a_figure_open_on_the_page_and_stay_out_of_the_pdf(rendering: Path) -> None:
    numbers = f"<table {output.HTML_ONLY}><tr><td>1</td></tr></table>"
    text = figure(numbers=numbers, csv="x")._repr_mimebundle_()["text/markdown"]
    page = pandoc(text, "html5")
    assert "<details" in page and "Tal bag figuren" in page
    assert 'href="figures/1a.csv" download' in page and 'href="figures/1a.json" download' in page
    assert "details" not in pandoc(text, "typst")
    # Quarto turns raw HTML tables into tables of the PDF unless they say this of themselves.
    assert 'data-quarto-disable-processing="true"' in text


@pytest.mark.parametrize("to", ["html5", "typst"])
def test_every_form_goes_through_pandoc_without_a_warning(rendering: Path, to: str) -> None:
    shown = output.join(
        [
            figure(caption=NASTY, alt=NASTY, numbers="<table><tr><td>1</td></tr></table>", csv="x"),
            output.text(escape_markdown(NASTY)),
            output.box(f"**{escape_markdown(NASTY)}**", classes=("verdict", "met"), anchor="maal"),
            output.table(TABLE),
        ]
    )
    pandoc(shown.markdown, to)


@settings(max_examples=40)  # each is a pandoc process
@given(
    st.text(
        alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S"]) | st.just(" "), max_size=60
    )
)
def test_escaped_text_is_shown_letter_for_letter(text: str) -> None:
    # Straight quotes are made typographic, a run of dots and hyphens too: that is what Danish print does.
    text = " ".join(re.sub(r"[\"'.]|--+", "", text).split())
    tree = json.loads(pypandoc.convert_text(f"{escape_markdown(text)} slut", "json", "markdown"))
    assert [block["t"] for block in tree["blocks"]] == ["Para"]
    inlines = tree["blocks"][0]["c"]
    assert {inline["t"] for inline in inlines} <= {"Str", "Space"}
    shown = "".join(inline["c"] if inline["t"] == "Str" else " " for inline in inlines)
    assert shown == f"{text} slut".strip()


@pytest.mark.parametrize(
    "text",
    [
        "2. kvartal 2023",
        "- minus",
        "+ plus",
        "# ingen overskrift",
        "> intet citat",
        "1) et",
        ": to",
        "A) et",
        "(iv) fire",
        "i. et",
        "% titel",
    ],
)
def test_a_paragraph_never_becomes_a_list_or_a_heading(text: str) -> None:
    tree = json.loads(pypandoc.convert_text(escape_markdown(text), "json", "markdown"))
    assert [block["t"] for block in tree["blocks"]] == ["Para"]


def test_an_alternative_text_comes_out_whole(rendering: Path) -> None:
    text = pandoc(figure(alt=NASTY).markdown, "json")
    image = json.loads(text)["blocks"][0]
    while image["t"] != "Image":
        image = image["c"][-1][0] if image["t"] == "Figure" else image["c"][0]
    attributes = dict(image["c"][0][2])
    assert attributes["fig-alt"] == NASTY.replace('"', "”")
    assert image["c"][0][0] == "fig-1a" or '"fig-1a"' in text


def test_a_line_break_in_an_alternative_text_is_a_space() -> None:
    assert escape_attribute("et\n  to") == "et to"


def test_a_blank_line_or_backquotes_do_not_end_a_table_too_early() -> None:
    markup = '<table id="t">\n\n\n<tr><td>```\n\nx</td></tr></table>'
    page = pandoc(output.table(markup).markdown + "\n\nEfter", "html5")
    assert page.count("<table") == page.count("</table>") == 1
    assert "&#96;&#96;&#96;" in page
    assert page.rstrip().endswith("<p>Efter</p>")
