"""Figures as part of the page: wide and narrow, in the page's font, identifiers apart, a picture without one left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from helpers.present import draw, figures, layout, theme
from helpers.present.traces import picture
from helpers.render.drawings import with_drawings
from present_frames import TOWN
from test_present_figures import KINDS

PALETTE = theme.palette_from({})


def drawn(kind: str) -> tuple[str, str]:
    entries, frames = KINDS[kind]()
    many = (entries, frames) if isinstance(entries, list) else ([entries], [frames])
    shown = replace(picture("x", *many, TOWN), example=True)
    places = {
        width: layout.lay_out(
            shown,
            target=60.0,
            target_text="Mål: mindst 60 pct.",
            width=width,
        )
        for width in (layout.WIDTH, layout.NARROW)
    }
    for width, found in places.items():
        assert found.left + found.width + found.right == pytest.approx(width)
    wide, narrow = (figures.figure_spec(shown, found, PALETTE) for found in places.values())
    return draw.svg_of(wide), draw.svg_of(narrow, font=False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_holds_each_figure_wide_and_narrow(kind: str, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    for name, text in zip(("a", "a-smal"), drawn(kind), strict=True):
        (tmp_path / "figures" / f"{name}.svg").write_text(text, encoding="utf-8")
    markup = '<figure><img src="figures/a.svg" class="x" alt="Kurven &quot;stiger&quot; &amp; falder" /></figure><img src="figures/b.svg" alt="b">'
    page = html.fromstring(f"<div>{with_drawings(markup, tmp_path, PALETTE)}</div>")
    wide, narrow = page.xpath("//svg")
    assert [svg.get("class") for svg in (wide, narrow)] == ["drawing wide", "drawing narrow"]
    assert {svg.get("aria-label") for svg in (wide, narrow)} == {'Kurven "stiger" & falder'}
    assert {svg.get("role") for svg in (wide, narrow)} == {"img"}
    assert not page.xpath("//style") and [img.get("src") for img in page.xpath("//img")] == ["figures/b.svg"]
    said = {"".join(text.itertext()) for text in narrow.xpath(".//text")}
    assert "Eksempeldata" in said
    # Letters are as large as on the wide drawing, and all of them lie inside.
    assert min(float(text.get("font-size")) for text in narrow.xpath(".//text")) >= 12
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert "var(--figure-accent,#17506b)" in html.tostring(page, encoding="unicode")


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_of_a_narrow_drawing_lies_inside_it(kind: str) -> None:
    entries, frames = KINDS[kind]()
    many = (entries, frames) if isinstance(entries, list) else ([entries], [frames])
    shown = replace(picture("x", *many, TOWN), example=True)
    found = layout.lay_out(
        shown,
        target=60.0,
        target_text="Mål: mindst 60 pct.",
        width=layout.NARROW,
    )
    for word in found.words:
        size = layout.text_width(word.text, word.size, word.weight)
        start = found.left + word.x - (size if word.align == "right" else 0)
        assert start >= -1 and start + size <= layout.NARROW + 1, word
    for end in found.ends:
        assert found.left + end.x + end.width <= layout.NARROW + 1
