"""Made-up figures never go to readers by accident, and whoever asks for them gets pages and files that say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.catalogue import load_catalogue
from helpers.cli import app
from helpers.commands.rendering import _hold_example_back
from helpers.errors import PlanError
from helpers.project import ROOT_VARIABLE, Project
from helpers.reports.base.request import RenderRequest
from render_book import copy_project
from report_support import workshop_texts

PLAN = "noegletal-2026"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("held"))


def plan(project: Project, *words: str) -> str:
    """What ``plan …`` prints; a mistake is raised."""
    done = CliRunner(env={ROOT_VARIABLE: str(project.root)}).invoke(app, words, catch_exceptions=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    "options", [("--base-url", "https://example.org/plan/"), ("--for-publication",), ("--all",)], ids="-".join
)
def test_a_render_for_readers_refuses_example_data(
    project: Project, tmp_path: Path, options: tuple[str, ...]
):
    names = () if "--all" in options else ("Halsnæs",)
    output = tmp_path / "_site"
    with pytest.raises(PlanError, match="example data") as caught:
        plan(project, "render", *names, "--plan", PLAN, "--output", str(output), *options)
    assert f"plan fetch -p {PLAN}" in str(caught.value) and "--example" in str(caught.value)
    assert not list(output.rglob("*.html"))


@pytest.fixture(scope="module")
def asked_for(project: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A site of example data that was asked for, with its address; and what the terminal said."""
    output = tmp_path_factory.mktemp("asked") / "_site"
    said = plan(
        project, "render", "Halsnæs", "--plan", PLAN, "--output", str(output), "--example",
        "--base-url", "https://example.org/plan/", "--engine", "built-in",
    )  # fmt: skip
    return output, said


def test_example_data_that_were_asked_for_say_so_everywhere(asked_for: tuple[Path, str]):
    output, said = asked_for
    assert "Figures: example data" in said
    site = output / "halsnaes"
    pages = [output / "index.html", *site.rglob("*.html")]
    assert len(pages) > 5
    for page in pages:
        text = page.read_text(encoding="utf-8")
        title = text.split("<title>")[1].split("</title>")[0]
        assert '<meta name="robots" content="noindex">' in text and "EKSEMPEL" in title, page
    assert not (output / "sitemap.xml").exists()
    assert [path.name.startswith("EKSEMPEL-") for path in site.glob("*.pdf")] == [True]
    downloads = [*site.rglob("*.csv"), *site.rglob("figures/*.json")]
    assert len(downloads) > 10
    assert all(path.name.startswith("EKSEMPEL-") for path in downloads)
    assert json.loads((site / "site.json").read_text("utf-8"))["basis"].startswith("example")


def test_every_csv_has_a_column_that_says_what_it_stands_on(asked_for: tuple[Path, str]):
    files = list(asked_for[0].rglob("*.csv"))
    for path in files:
        head = path.read_text(encoding="utf-8-sig").splitlines()[0]
        assert {"grundlag", "basis"} & set(head.replace(";", ",").split(",")), path
    assert files


def test_example_data_that_lie_in_the_output_are_not_published_with_real_figures(
    project: Project, asked_for: tuple[Path, str]
):
    request = RenderRequest(
        project, "plan", ("Viborg",), PLAN, None, None, ("html",), "built-in", asked_for[0], False, "", 1, False, False,
        "", for_publication=True,
    )  # fmt: skip
    with pytest.raises(PlanError, match="Pages of example data lie there: halsnaes"):
        _hold_example_back(request, load_catalogue(project), [])


def test_example_data_of_a_day_are_refused(project: Project):
    with pytest.raises(PlanError, match="Example data are of no day"):
        plan(project, "render", "Halsnæs", "--example", "--snapshot", "2026-08-22")


def test_no_page_of_example_data_says_what_only_its_makers_need(asked_for: tuple[Path, str]) -> None:
    output, _ = asked_for
    assert list(workshop_texts(output)) == []
