"""`plan clean` takes out what runs left, and nothing else; git can do the same with nothing installed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers.project import Project
from helpers.render.clean import clean_sources
from helpers.render.strip import strip
from render_book import CHECKOUT, code, copy_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return copy_project(tmp_path)


def contents(project: Project) -> dict[str, bytes]:
    return {
        project.relative(path): path.read_bytes()
        for path in (*project.root.glob("*"), *project.notebooks.rglob("*"))
        if path.is_file()
    }


def run_over(path: Path) -> None:
    """Leave in a notebook what Quarto and papermill leave."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 3
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="93 pct.")]
            cell.metadata["execution"] = {"iopub.execute_input": "2026"}
    notebook.cells.insert(2, code('kommune = "Hedensted"', "injected-parameters"))
    notebook.metadata["papermill"] = {"duration": 1}
    notebook.metadata["language_info"] |= {"version": "3.12", "mimetype": "text/x-python"}
    nbformat.write(notebook, path)


def test_what_runs_left_is_taken_out_and_told_and_the_rest_is_byte_for_byte_as_before(project: Project):
    before = contents(project)
    pages = [
        project.root / "index.ipynb",
        *project.notebooks.glob("*.ipynb"),
        project.notebooks / "investeringer/index.ipynb",
    ]
    for path in pages:
        run_over(path)
    for left in (
        "verdicts.json",
        "index.typ",
        "notebooks/investeringer/verdicts.json",
        "notebooks/06-unge.quarto_ipynb",
    ):
        (project.root / left).write_text("{}")
    figures = project.notebooks / "figures"
    figures.mkdir()
    (figures / "6a.json").write_text(json.dumps({"usermeta": {"basis": "example"}}))
    (figures / "6a.svg").write_text("<svg/>")
    (project.notebooks / "06-unge_files").mkdir()
    (project.notebooks / "billeder").mkdir()
    (project.notebooks / "billeder" / "figures.svg").write_text("<svg/>")
    (project.root / "figures").mkdir()
    (project.root / "figures" / "eget.svg").write_text("<svg/>")
    said, problems = clean_sources(project)
    assert not problems
    assert any(line.startswith("notebooks/06-unge.ipynb: ") and "1 injected cell" in line for line in said)
    assert "notebooks/figures/6a.svg" in said and "index.typ" in said
    own = {"notebooks/billeder/figures.svg": b"<svg/>"}
    assert contents(project) == before | own
    assert (project.root / "figures" / "eget.svg").is_file()
    assert not figures.exists()
    assert clean_sources(project) == ([], [])


def test_a_notebook_that_cannot_be_read_is_named_and_the_others_are_cleaned(project: Project):
    run_over(project.notebooks / "06-unge.ipynb")
    (project.notebooks / "01-tidlig-indsats.ipynb").write_bytes("# Økonomi".encode("cp1252"))
    said, (problem,) = clean_sources(project)
    assert "06-unge" in said[0] and problem.where == "notebooks/01-tidlig-indsats.ipynb"


def test_the_project_s_own_notebooks_hold_nothing_to_take_out():
    for path in (CHECKOUT / "index.ipynb", *(CHECKOUT / "notebooks").rglob("*.ipynb")):
        assert strip(path.read_text(encoding="utf-8"))[1] == {}, path


def test_git_takes_notebooks_without_outputs_once_the_filter_is_set_and_as_they_are_before(project: Project):
    root = project.root
    shutil.copyfile(CHECKOUT / ".gitattributes", root / ".gitattributes")
    script = root / "src/helpers/render/strip.py"
    script.parent.mkdir(parents=True)
    shutil.copyfile(CHECKOUT / "src/helpers/render/strip.py", script)
    # A neighbour that a script's folder would put before Python's own module of that name.
    (script.parent / "copy.py").write_text("raise SystemExit('taken for the standard library')")

    def git(*words: str) -> str:
        given = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *words]
        done = subprocess.run(given, cwd=root, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout + done.stderr

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "Begin")
    run_over(root / "index.ipynb")
    assert "index.ipynb" in git("status", "--porcelain")
    # As `make git-filter` does it.
    git("config", "filter.plan-notebook.clean", f'"{sys.executable}" -I src/helpers/render/strip.py')
    git("add", ".")
    assert git("status", "--porcelain") == ""
    (root / "index.ipynb").write_bytes(b"no notebook")
    git("add", ".")
    assert git("show", ":index.ipynb") == "no notebook"


def test_stripping_any_text_gives_a_notebook_or_says_it_is_none():
    source = (CHECKOUT / "notebooks" / "06-unge.ipynb").read_text(encoding="utf-8")
    drawn = random.Random(9)
    for _ in range(300):
        place, length = drawn.randrange(len(source)), drawn.randrange(1, 40)
        piece = drawn.choice(["", "null", "[]", "{}", '"', "\\u0000", '"x"', "1e999", source[:length]])
        text = source[:place] + piece + source[place + length :]
        try:
            cleaned, found = strip(text)
        except ValueError:
            continue
        assert cleaned == text if not found else json.loads(cleaned)["cells"] is not None
