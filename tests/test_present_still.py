"""A figure that stands alone: its source inside, its letters the same everywhere, equal bytes for equal figures."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.cli import main
from helpers.commands.exporting import width_of
from helpers.present.still import drawn, with_source
from helpers.project import Project
from report_support import copy_project

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
