"""What a `_quarto.yml` and a `_brand.yml` may say, and how their mistakes are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.catalogue.brand import read_brand
from helpers.errors import PlanError
from helpers.render.book import pdf_name, read_book, unsupported_keys
from render_book import CHECKOUT, write_book


def test_the_project_s_own_book_uses_only_what_the_built_in_engine_supports():
    assert unsupported_keys(CHECKOUT) == []


def test_every_chapter_of_the_project_s_own_book_is_there():
    assert {chapter.path for chapter in read_book(CHECKOUT).chapters} >= {
        "index.ipynb",
        "notebooks/aendringer.ipynb",
    }


def test_a_key_that_one_engine_would_pass_over_is_named_with_its_line(tmp_path: Path):
    project = write_book(tmp_path)
    file = tmp_path / "_quarto.yml"
    text = file.read_text().replace("  html:\n", "  html:\n    code-fold: true\n")
    file.write_text(text)
    line = text.splitlines().index("    code-fold: true") + 1
    (problem,) = unsupported_keys(project.root)
    assert problem.where == f"_quarto.yml:{line}: format.html.code-fold"


@pytest.mark.parametrize("key", ["freeze", "cache"])
def test_freeze_and_cache_are_refused_because_they_would_show_another_municipality(tmp_path: Path, key: str):
    write_book(tmp_path, execute={"enabled": True, key: True})
    (problem,) = unsupported_keys(tmp_path)
    assert f"execute.{key}" in problem.where


def test_all_missing_files_are_told_at_once(tmp_path: Path):
    write_book(tmp_path)
    (tmp_path / "notebooks" / "data.ipynb").unlink()
    (tmp_path / "styles" / "plan.lua").unlink()
    with pytest.raises(PlanError) as caught:
        read_book(tmp_path)
    assert len(caught.value.problems) == 2
    assert "notebooks/data.ipynb" in str(caught.value)
    assert "styles/plan.lua" in str(caught.value)


def test_broken_yaml_is_told_with_its_line(tmp_path: Path):
    (tmp_path / "_quarto.yml").write_text("project:\n  type: book\n bad: [\n")
    with pytest.raises(PlanError, match=r"_quarto\.yml:3"):
        read_book(tmp_path)


def test_the_pdf_is_named_as_quarto_names_it():
    # Quarto 1.9: every one of these characters of the title becomes a hyphen.
    assert pdf_name("Beskæftigelsesplan 2023") == "Beskæftigelsesplan-2023.pdf"
    assert pdf_name("A (b): c/d & e?") == "A-b-c-d-e.pdf"


def test_a_municipality_s_brand_is_laid_over_the_project_s(tmp_path: Path):
    own = tmp_path / "greve.yml"
    own.write_text('color:\n  palette: {blaa: "#003366"}\n  primary: blaa\n')
    ours, theirs = read_brand(CHECKOUT / "_brand.yml"), read_brand(CHECKOUT / "_brand.yml", own)
    assert theirs.colours["primary"] == "#003366"
    assert {**theirs.colours, "primary": ""} == {**ours.colours, "primary": ""}


def test_a_colour_that_is_none_is_named_with_its_file(tmp_path: Path):
    own = tmp_path / "greve.yml"
    own.write_text("color: {primary: bluish}\n")
    with pytest.raises(PlanError, match=r"greve\.yml:1: color\.primary"):
        read_brand(CHECKOUT / "_brand.yml", own)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("role", ["foreground", "primary", "secondary", "success", "danger", "warning"])
def test_the_brand_s_colours_can_be_read_on_white_and_on_the_light_ground(role: str):
    colours = read_brand(CHECKOUT / "_brand.yml").colours
    for ground in ("background", "light"):
        light, dark = sorted((_luminance(colours[ground]), _luminance(colours[role])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_no_style_asks_another_host_for_anything():
    for file in (path for path in (CHECKOUT / "styles").iterdir() if path.is_file()):
        text = re.sub(r'xmlns="[^"]*"', "", file.read_text(encoding="utf-8"))
        assert not re.search(r"https?://|@import\s+url|@preview/", text), file.name
