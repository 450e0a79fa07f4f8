"""A figure that stands alone: its source inside, its letters the same everywhere, equal bytes for equal figures."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.cli import main
from helpers.commands.exporting import width_of
from helpers.present import still
from helpers.present.shapes import as_typst
from helpers.present.still import drawn, with_source
from helpers.project import Project
from report_support import copy_project
from test_drawings import drawn as figure_of
from test_present_figures import KINDS

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


def pixels(png: bytes) -> NDArray[np.int16]:
    """What a PNG of eight bits a channel shows: rows, columns, and red, green, blue."""
    (across, down), data, at = size(png), b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    assert png[24:26] == b"\x08\x06"
    plain, stride = zlib.decompress(data), 4 * across
    above, rows = bytes(stride), bytearray()
    for start in range(0, len(plain), stride + 1):
        kind, row = plain[start], bytearray(plain[start + 1 : start + 1 + stride])
        for place in range(stride if kind else 0):
            left, corner = (row[place - 4], above[place - 4]) if place > 3 else (0, 0)
            up = above[place]
            match kind:
                case 1:
                    guess = left
                case 2:
                    guess = up
                case 3:
                    guess = (left + up) // 2
                case _:
                    guess = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
            row[place] = (row[place] + guess) & 255
        above = bytes(row)
        rows += row
    return np.frombuffer(bytes(rows), np.uint8).reshape(down, across, 4)[..., :3].astype(np.int16)


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_of_this_house_looks_as_its_svg_does(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    svg = with_source(figure_of(kind)[0], 'Kilde: "A" & B \\ C.')
    here = pixels(drawn(svg, "png", dots=80))
    monkeypatch.setattr(still, "as_typst", lambda svg, width: None)
    image = pixels(drawn(f"{svg} ", "png", dots=80))
    assert here.shape == image.shape
    # Letters are smoothed in another way; a text a few pixels off, a text or a dash too few makes 28 and more of 255.
    squares = (here - image)[: len(here) // 4 * 4, : len(here[0]) // 4 * 4].mean(axis=2)
    off = abs(squares.reshape(len(here) // 4, 4, -1, 4).mean(axis=(1, 3))).max()
    assert off < 25


@pytest.mark.parametrize(
    "foreign",
    [
        '<g opacity="0.5"/>',
        '<text x="1" y="2">a<tspan>b</tspan></text>',
        '<path d="M0,0C1,1,2,2,3,3"/>',
        '<path d="M0,0L1,1,2,2"/>',
        '<g transform="rotate(90)"/>',
        '<rect width="1" height="1" fill="url(#a)"/>',
        '<rect width="10%" height="1"/>',
        "<circle r='1'/>",
    ],
)
def test_what_an_analysts_chart_may_hold_is_drawn_as_a_picture(foreign: str) -> None:
    svg = SVG.replace("<text", f"{foreign}<text", 1)
    assert as_typst(SVG, 160) is not None and as_typst(svg, 160) is None
    assert size(drawn(svg, "png"))[0] == 1440


# ---------------------------------------------------------------------------------- plan figure


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def plan(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[int | str | None, list[Path]]]:
    """Runs `plan figure`: its exit code, and the files it wrote."""

    def run(*words: str) -> tuple[int | str | None, list[Path]]:
        monkeypatch.chdir(project.root)
        monkeypatch.setattr("sys.argv", ["plan", "figure", *words, "-o", str(tmp_path / "out")])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code, sorted((tmp_path / "out").glob("*"))

    return run


def test_a_figure_leaves_in_every_form_with_title_source_and_mark_inside(plan: Callable[..., Any]) -> None:
    code, files = plan("Frederikssund", "1a", "--to", "png,svg,pdf", "--width", "16cm", "--dpi", "200")
    assert code == 0
    name = "EKSEMPEL-frederikssund-beskaeftigelsesplan-2023-1a"
    assert [file.name for file in files] == [f"{name}.{form}" for form in ("pdf", "png", "svg")]
    pdf, png, svg = (file.read_bytes() for file in files)
    printed = " ".join(read(pdf).pages[0].extract_text().split())
    for words in ("Andelen af A-dagpengemodtagere", "Eksempeldata", "Kilde: eksempeldata"):
        assert words in printed
    assert size(png)[0] == pytest.approx(1260, abs=1)
    assert b' width="160mm" ' in svg and b"@font-face" in svg and b"Kilde: eksempeldata" in svg


def test_all_figures_leave_in_one_file_and_equal_ones_are_equal(plan: Callable[..., Any]) -> None:
    code, (file,) = plan("Frederikssund", "--to", "pdf")
    first = file.read_bytes()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        names = archive.namelist()
        assert all(archive.read(name).startswith(b"%PDF") for name in names)
    assert code == 0 and file.name.endswith("-figurer.zip")
    assert names[:2] == ["1a.pdf", "1b.pdf"] and len(names) == 18
    assert plan("Frederikssund", "--to", "pdf") == (0, [file]) and file.read_bytes() == first


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (("Hedensted", "flere-i-job", "--report", "investeringer"), 10),
        (("Vallensbæk/Ishøj", "1", "--report", "jobcenteroverblik"), 1),
        (("Frederikssund", "5b"), 1),
    ],
)
def test_every_report_has_figures_to_take_along(
    plan: Callable[..., Any], words: tuple[str, ...], files: int
) -> None:
    code, found = plan(*words)
    assert code == 0 and len(found) == files
    assert all(size(file.read_bytes())[0] > 1000 for file in found)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Frederikssund", "1z"), '"1z" is no figure of this report.'),
        (("Frederikssund", "5a"), '"5a" is no figure of this report.'),
        (("Frederikssund", "1a", "--to", "gif"), '"gif" is none of png, svg, pdf'),
        (("Frederikssund", "1a", "--width", "bred"), '"bred" is no width of a figure.'),
        (("Frederikssund", "1a", "--width", "2cm"), "From 3cm to 100cm"),
        (("Frederikssund", "1a", "--width", "100cm", "--dpi", "1200"), "10,000 are the most"),
        (("Frederiksund", "1a"), 'Did you mean "Frederikssund"?'),
    ],
)
def test_what_cannot_be_drawn_is_told_and_nothing_is_written(
    plan: Callable[..., Any], capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert plan(*words) == (1, [])
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("text", "width"),
    [("16cm", 160), ("160 mm", 160), ("6,3in", 160.02), ("6.3 IN", 160.02), ("100cm", 1000)],
)
def test_widths_are_read_as_people_write_them(text: str, width: float) -> None:
    assert width_of(text) == pytest.approx(width)
