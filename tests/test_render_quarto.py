"""The Quarto engine: what we ask of Quarto (with a stand-in), and that a real one agrees with the built-in engine."""

from __future__ import annotations

import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pypdf
import pytest
import yaml
from typer.testing import CliRunner

from helpers.cli import app
from helpers.errors import PlanError
from helpers.project import ROOT_VARIABLE
from helpers.render.hub import read_record
from helpers.render.quarto import find_quarto, is_new_enough
from helpers.render.run import choose_engine, render_variants
from render_book import copy_project, plain_notebooks, sample_notebooks, variant, write_book

STAND_IN = """#!{python}
import json, pathlib, shutil, sys
log = pathlib.Path({log!r})
if sys.argv[1:] == ["--version"]:
    print({version!r})
    sys.exit(0)
log.write_text(json.dumps(sys.argv[1:]))
folder = pathlib.Path(sys.argv[2])
shutil.copytree(folder, log.with_name("seen"), dirs_exist_ok=True)
if {fails!r}:
    print("\\x1b[91mERROR: the stand-in was told to fail\\x1b[39m", file=sys.stderr)
    sys.exit(1)
made = folder / "_book"
made.mkdir()
(made / "index.html").write_text("<p>made by the stand-in</p>")
(made / "Plan.pdf").write_bytes(b"%PDF-1.7")
"""


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a stand-in on PATH; returns what it has seen of the copy."""

    def put(version: str = "1.9.38", fails: bool = False) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "quarto"
        log = tmp_path / "arguments.json"
        program.write_text(STAND_IN.format(python=sys.executable, log=str(log), version=version, fails=fails))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        find_quarto.cache_clear()
        return tmp_path / "seen"

    yield put
    find_quarto.cache_clear()


def test_a_version_is_compared_as_numbers():
    assert is_new_enough("1.9.38")
    assert is_new_enough("1.10.2")
    assert is_new_enough("2.0")
    assert not is_new_enough("1.8.27")


def test_auto_takes_quarto_when_it_is_new_enough_and_the_built_in_engine_otherwise(on_path):
    on_path()
    assert choose_engine("auto")[:2] == ("quarto", "1.9.38")
    assert choose_engine("built-in")[0] == "built-in"
    on_path(version="1.4.550")
    assert choose_engine("auto")[0] == "built-in"


def test_one_line_says_which_engine_was_taken_and_why(on_path):
    on_path()
    engine, _, said = choose_engine("built-in")
    assert (engine, said) == ("built-in", "")
    engine, _, said = choose_engine("auto")
    assert engine == "quarto"
    assert "Quarto 1.9.38" in said
    engine, _, said = choose_engine("auto", many=True)
    assert engine == "built-in"
    assert "third of the time" in said
    on_path(version="1.4.550")
    engine, _, said = choose_engine("auto")
    assert engine == "built-in"
    assert "1.4.550" in said


def test_an_old_or_missing_quarto_that_was_asked_for_is_told(
    on_path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    on_path(version="1.4.550")
    with pytest.raises(PlanError, match=r"1\.4\.550"):
        choose_engine("quarto")
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    find_quarto.cache_clear()
    with pytest.raises(PlanError, match="no quarto on PATH"):
        choose_engine("quarto")


def test_quarto_gets_executed_notebooks_and_is_told_to_execute_nothing(tmp_path: Path, on_path):
    seen = on_path()
    project = write_book(tmp_path / "project", sample_notebooks())
    (outcome,) = render_variants(project, [variant(project)], engine="quarto", output=tmp_path / "_site")
    assert outcome.ok, outcome.problems
    assert (outcome.folder / "index.html").read_text() == "<p>made by the stand-in</p>"
    assert outcome.pdf == tmp_path / "_site" / "frederikssund" / "Plan.pdf"
    assert "--no-execute" in (tmp_path / "arguments.json").read_text()
    configuration = yaml.safe_load((seen / "_quarto.yml").read_text())
    assert configuration["execute"]["enabled"] is False
    assert configuration["book"]["title"] == "Beskæftigelsesplan 2023"
    assert configuration["book"]["subtitle"] == "Frederikssund Kommune"
    assert configuration["book"]["date"] == "2024-01-15"
    assert configuration["book"]["chapters"][1] == "notebooks/01-tidlig.ipynb"
    made = nbformat.read(seen / "notebooks" / "01-tidlig.ipynb", as_version=4)
    shown = [
        output["data"]["text/markdown"]
        for cell in made.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    assert any("83,8 pct. havde forladt" in text for text in shown)
    assert (seen / "notebooks" / "figures" / "1a.svg").is_file()


def test_quarto_makes_only_what_is_asked_for(tmp_path: Path, on_path):
    seen = on_path()
    project = write_book(tmp_path / "project", plain_notebooks())
    render_variants(project, [variant(project)], to=("html",), engine="quarto", output=tmp_path / "_site")
    assert list(yaml.safe_load((seen / "_quarto.yml").read_text())["format"]) == ["html"]


def test_all_paths_of_a_nested_book_lead_into_its_copy(tmp_path: Path, on_path):
    seen = on_path()
    project = write_book(tmp_path / "project", plain_notebooks())
    nested = tmp_path / "project" / "notebooks" / "other"
    nested.mkdir()
    text = (tmp_path / "project" / "_quarto.yml").read_text()
    (nested / "_quarto.yml").write_text(
        re.sub(r"(styles/|_brand\.yml)", r"../../\1", text).replace("notebooks/data", "data")
    )
    for name in ("index", "data"):
        source = tmp_path / "project" / ("notebooks" if name == "data" else ".") / f"{name}.ipynb"
        (nested / f"{name}.ipynb").write_text(source.read_text())
    (outcome,) = render_variants(
        project,
        [variant(project, book=nested, slug="other/greve")],
        engine="quarto",
        output=tmp_path / "_site",
    )
    assert outcome.ok, outcome.problems
    written = (seen / "_quarto.yml").read_text()
    assert "../" not in written
    for named in re.findall(r"\bstyles/[\w.-]+", written):
        assert (seen / named).is_file(), named
    assert (seen / "styles" / "plan.typ").is_file()


def test_what_a_failing_quarto_says_is_shown_and_the_previous_site_stays(tmp_path: Path, on_path):
    on_path()
    project = write_book(tmp_path / "project", plain_notebooks())
    render_variants(project, [variant(project)], engine="quarto", output=tmp_path / "_site")
    on_path(fails=True)
    (outcome,) = render_variants(project, [variant(project)], engine="quarto", output=tmp_path / "_site")
    assert outcome.status == "failed"
    assert "ERROR: the stand-in was told to fail" in outcome.problems[0].what
    assert "\x1b" not in outcome.problems[0].what
    assert (tmp_path / "_site" / "frederikssund" / "index.html").is_file()


# With a real Quarto ----------------------------------------------------------------------------------------


def real_quarto() -> bool:
    found = find_quarto()
    return found is not None and is_new_enough(found[1])


needs_quarto = [
    pytest.mark.quarto,
    pytest.mark.skipif("not real_quarto()", reason="no quarto ≥ 1.9 on PATH"),
    pytest.mark.xdist_group("quarto"),
]


BOOKS = {
    "plan": ("Frederikssund",),
    "jobcenteroverblik": ("Vallensbæk/Ishøj", "--report", "jobcenteroverblik"),
    "investeringer": ("Hedensted", "--report", "investeringer"),
}
"""The project's own books, as they are asked for at the command line."""


@dataclass(frozen=True)
class Made:
    folder: Path
    pages: tuple[str, ...]
    pdf: Path


def _sample(root: Path, engine: str) -> Made:
    project = write_book(root)
    (outcome,) = render_variants(
        project, [variant(project)], engine=engine, output=root / f"_site-{engine}", force=True
    )
    assert outcome.ok, outcome.problems
    return Made(outcome.folder, outcome.pages, outcome.pdf)


def _book(root: Path, engine: str, words: tuple[str, ...]) -> Made:
    output = root / f"_site-{engine}"
    command = ["render", *words, "--engine", engine, "--output", str(output)]
    done = CliRunner().invoke(app, command, env={ROOT_VARIABLE: str(root)}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (record,) = output.rglob("render.json")
    told = read_record(record.parent)
    return Made(record.parent, told.pages, record.parent / told.pdf)


@pytest.fixture(scope="module", params=["sample", *BOOKS])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    root = tmp_path_factory.mktemp(request.param)
    if request.param != "sample":
        copy_project(root)
    return {
        engine: _sample(root, engine)
        if request.param == "sample"
        else _book(root, engine, BOOKS[request.param])
        for engine in ("quarto", "built-in")
    }


def _words(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html).replace("&nbsp;", " ").replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text).strip()


def _found(html: str, pattern: str) -> list[str]:
    return [
        _words(match)
        for match in re.findall(pattern, html[html.index("<main") : html.index("</main>")], re.DOTALL)
    ]


class TestBothEngines:
    pytestmark = needs_quarto

    def test_they_make_the_same_files(self, both: dict[str, Made]):
        ours = {
            path.relative_to(both["built-in"].folder).as_posix()
            for path in both["built-in"].folder.rglob("*")
            if path.is_file()
        }
        theirs = {
            path.relative_to(both["quarto"].folder).as_posix()
            for path in both["quarto"].folder.rglob("*")
            if path.is_file()
        }
        assert ours <= theirs

    @pytest.mark.parametrize(
        "pattern",
        [
            r"<h1[^>]*>(.*?)</h1>",
            r"<h2(?! id=\"toc)[^>]*>(.*?)</h2>",
            r"<h3[^>]*>(.*?)</h3>",
            r"<figcaption[^>]*>(.*?)</figcaption>",
            r"<t[dh]\b[^>]*>(.*?)</t[dh]>",
        ],
        ids=["chapters", "sections", "subsections", "captions", "cells of tables"],
    )
    def test_they_number_alike(self, both: dict[str, Made], pattern: str):
        for page in both["built-in"].pages:
            ours, theirs = (
                _found((both[engine].folder / page).read_text(encoding="utf-8"), pattern)
                for engine in ("built-in", "quarto")
            )
            assert ours == theirs, page

    def test_they_show_the_same_pictures_with_the_same_texts(self, both: dict[str, Made]):
        for page in both["built-in"].pages:
            ours, theirs = (
                sorted(
                    re.findall(
                        r'<img[^>]*\salt="([^"]+)"', (both[engine].folder / page).read_text(encoding="utf-8")
                    )
                )
                for engine in ("built-in", "quarto")
            )
            assert ours == theirs, page

    def test_they_print_the_same_pages(self, both: dict[str, Made]):
        ours, theirs = (
            [re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(both[engine].pdf).pages[1:]]
            for engine in ("built-in", "quarto")
        )
        assert [re.sub(r"\W", "", page) for page in ours] == [re.sub(r"\W", "", page) for page in theirs]

    def test_quarto_s_pages_name_the_municipality_and_mark_every_printed_page(self, both: dict[str, Made]):
        ours, theirs = (pypdf.PdfReader(both[engine].pdf) for engine in ("built-in", "quarto"))
        assert (theirs.metadata.title, theirs.metadata.subject) == (
            ours.metadata.title,
            ours.metadata.subject,
        )
        whom = ours.metadata.subject
        if both["quarto"].folder.parent.parent.name.startswith("sample"):
            pytest.skip("the sample's notebooks do not say whose page they are")
        for page in both["quarto"].pages:
            text = (both["quarto"].folder / page).read_text(encoding="utf-8")
            assert whom in re.search(r"<title>(.*?)</title>", text, re.DOTALL)[1], page
            assert 'class="plan-links"' in text, page
        marked = ["Eksempeldata" in page.extract_text() for page in ours.pages]
        assert ["Eksempeldata" in page.extract_text() for page in theirs.pages] == marked
        assert not (both["quarto"].folder / "search.json").exists()

    def test_quarto_s_pages_ask_no_other_host_for_anything(self, both: dict[str, Made]):
        for path in both["quarto"].folder.rglob("*.html"):
            for link in re.findall(
                r'<(?:script|link|img|iframe)[^>]*\s(?:src|href)="(https?:)?//',
                path.read_text(encoding="utf-8"),
            ):
                raise AssertionError(f"{path}: {link}")

    def test_quarto_s_pdf_is_tagged(self, both: dict[str, Made]):
        root = pypdf.PdfReader(both["quarto"].pdf).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "da"
