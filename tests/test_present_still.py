"""A figure that stands alone: its source inside, its letters the same everywhere, equal bytes for equal figures."""

from __future__ import annotations

import io
import re
import struct
from typing import Any

import pytest

from helpers.present.still import drawn, with_source

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="100" viewBox="0 0 720 100"><style>x</style>'
    '<text x="0" y="20" font-family="Source Sans Pro" font-weight="600">Æbler</text></svg>'
)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def read(pdf: bytes) -> Any:
    return pytest.importorskip("pypdf").PdfReader(io.BytesIO(pdf))


def fonts_of(resources: Any) -> set[str]:
    """Names of the fonts of a page and of the pictures on it; an embedded subset has a tag before its name."""
    found = {str(font.get_object()["/BaseFont"]) for font in (resources.get("/Font") or {}).values()}
    for item in (resources.get("/XObject") or {}).values():
        if "/Resources" in item.get_object():
            found |= fonts_of(item.get_object()["/Resources"].get_object())
    return found


def test_the_source_stands_below_the_figure_in_as_many_lines_as_it_takes() -> None:
    short = with_source(SVG, "Kilde: A & B.")
    assert "Kilde: A &amp; B." in short
    heights = [
        float(re.findall(r' height="([\d.]+)" viewBox', text)[0])
        for text in (with_source(SVG, ""), short, with_source(SVG, "Kilde: " + "lang tekst " * 40))
    ]
    assert heights[0] < heights[1] < heights[2]
    assert short.count("</svg>") == 1 and "Æbler" in short


def test_what_is_no_figure_is_refused() -> None:
    with pytest.raises(ValueError, match="no SVG"):
        with_source("<svg></svg>", "Kilde")


@pytest.mark.parametrize(("width", "dots", "across"), [(160, 200, 1260), (127, 300, 1500), (254, 96, 960)])
def test_a_png_is_as_wide_as_asked(width: float, dots: float, across: int) -> None:
    assert size(drawn(with_source(SVG, ""), "png", width=width, dots=dots))[0] == pytest.approx(across, abs=1)


def test_a_pdf_is_one_page_of_that_width_with_its_fonts_inside() -> None:
    found = read(drawn(with_source(SVG, "Kilde: Jobindsats."), "pdf", width=160))
    (page,) = found.pages
    assert float(page.mediabox.width) == pytest.approx(160 / 25.4 * 72, abs=0.1)
    assert "Kilde: Jobindsats." in page.extract_text()
    names = fonts_of(page["/Resources"].get_object())
    assert names and all(re.match(r"/[A-Z]{6}\+SourceSansPro", name) for name in names)


def test_equal_figures_give_equal_bytes_and_text_that_looks_like_typst_is_text() -> None:
    text = with_source(SVG.replace("Æbler", '"#panic() \\'), "x")
    assert drawn(text, "png") == drawn(f"{text} ".strip(), "png")
    assert '"#panic() \\' in read(drawn(text, "pdf")).pages[0].extract_text()
