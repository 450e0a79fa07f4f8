"""Notebooks as editors leave them: read, or refused in a line that says how to save them; what they name comes along."""

from __future__ import annotations

import base64
import json
import random
import warnings
from pathlib import Path

import nbformat
import pypdf
import pytest

from helpers.errors import PlanError
from helpers.render.models import Outcome
from helpers.render.notebooks import parameter_problems, read_chapter
from helpers.render.run import render_variants
from render_book import CHECKOUT, code, markdown, notebook, variant, write_book

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TEXT = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "id": "t", "metadata": {}, "source": "# Økonomi og æbler"},
            {
                "cell_type": "code", "id": "p", "metadata": {"tags": ["parameters"]}, "execution_count": 1, "outputs": [],
                "source": 'kommune = "Ærø"',
            },
        ],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    },
    ensure_ascii=False,
)  # fmt: skip


def read(folder: Path, content: bytes) -> nbformat.NotebookNode:
    path = folder / "x.ipynb"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read_chapter(path, "x.ipynb")


def changed(**cell: object) -> bytes:
    """The notebook with the second cell changed; a value of None takes the key out, NULL puts null."""
    data = json.loads(TEXT)
    for key, value in cell.items():
        if value is None:
            data["cells"][1].pop(key)
        else:
            data["cells"][1][key] = None if value is NULL else value
    return json.dumps(data).encode()


NULL = object()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_any_unicode_encoding_is_read(tmp_path: Path, encoding: str):
    assert read(tmp_path, TEXT.encode(encoding)).cells[0].source == "# Økonomi og æbler"


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "cp850"])
def test_another_encoding_is_refused_in_one_line_that_says_how_to_save_it(tmp_path: Path, encoding: str):
    with pytest.raises(PlanError) as caught:
        read(tmp_path, TEXT.encode(encoding))
    (problem,) = caught.value.problems
    assert "not UTF-8" in problem.what and "save it as UTF-8" in problem.what and not problem.do
    assert "\n" not in problem.what


@pytest.mark.parametrize(
    "content",
    [
        changed(id=None),
        changed(id="t"),
        changed(id="æ ø"),
        changed(metadata={"tags": "parameters"}),
        changed(outputs=None, execution_count=None),
        changed(outputs=NULL),
        TEXT.replace('"nbformat_minor": 5', '"nbformat_minor": 4').encode(),
        TEXT.replace('"source": "# Ø', '"attachments": {}, "source": "# Ø').encode(),
    ],
)
def test_what_editors_leave_out_is_mended_in_silence(
    tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]
):
    made = read(tmp_path, content)
    nbformat.validate(made)
    assert not parameter_problems(made, "x.ipynb")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("tags", [None, [], [None, 3], {"parameters": True}])
def test_empty_or_odd_tags_are_no_tags(tmp_path: Path, tags: object):
    made = read(tmp_path, changed(metadata={"tags": tags}))
    assert "no cell tagged" in parameter_problems(made, "x.ipynb")[0].what


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1 is no JSON"),
        (b"# A page", "line 1 is no JSON"),
        (b'{"cells": [', "is no JSON"),
        (TEXT.replace('"cells"', '\n<<<<<<< HEAD\n"cells"').encode(), "unfinished git merge"),
        (b"[]", "says no nbformat"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": {}}', "no list of cells"),
        (b'{"nbformat": "4", "cells": []}', "no readable notebook"),
        (b'{"nbformat": 99, "cells": []}', "no readable notebook"),
        (TEXT.replace('"code"', '"kode"').encode(), "no readable notebook"),
        (TEXT.replace("Ærø", "\\ud800").encode(), "no text can hold"),
        (b'{"nbformat": 4, "cells": ' + b"[" * 200_000, "no readable notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str):
    with pytest.raises(PlanError) as caught:
        read(tmp_path, content)
    (problem,) = caught.value.problems
    assert said in problem.what and "Save it again" in problem.what and "\n" not in problem.what


# ------------------------------------------------------------------------------------ what a text names


def rendered(folder: Path, *cells: nbformat.NotebookNode, files: tuple[str, ...] = ()) -> Outcome:
    notebooks = {"index.ipynb": notebook("# Forord"), "notebooks/et.ipynb": notebook("# Et", *cells)}
    project = write_book(folder / "project", notebooks)
    for name in files:
        path = project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(PNG))
    (outcome,) = render_variants(project, [variant(project)], engine="built-in", output=folder / "_site")
    return outcome


def pasted(source: str, name: str = "image.png", kind: str = "image/png") -> nbformat.NotebookNode:
    cell = markdown(source)
    cell.attachments = {name: {kind: PNG}}
    return cell


@pytest.mark.parametrize(
    "text",
    [
        'Se kortet: ![](billeder/kort.png){fig-alt="Kort"}',
        '<img src="billeder/kort.png" alt="Kort" width="40">',
        '<p align="center"><img src=\'billeder/kort.png\' alt="Kort"/></p>',
        "[Kort](billeder/kort.png)",
        "[Kort][k]\n\n[k]: billeder/kort.png",
    ],
)
def test_a_file_beside_a_notebook_comes_along(tmp_path: Path, text: str):
    outcome = rendered(tmp_path, markdown(text), files=("notebooks/billeder/kort.png",))
    assert outcome.ok, outcome.problems
    assert (outcome.folder / "notebooks/billeder/kort.png").read_bytes() == base64.b64decode(PNG)
    assert "billeder/kort.png" in (outcome.folder / "notebooks/et.html").read_text(encoding="utf-8")
    printed = sum(len(page.images) for page in pypdf.PdfReader(outcome.pdf).pages)
    assert printed == (not text.startswith("["))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('![](attachment:image.png){fig-alt="Kort"}', "image.png"),
        ('![](attachment:mit%20kort.png){fig-alt="Kort"}', "mit kort.png"),
        ('![](<attachment:mit kort.png>){fig-alt="Kort"}', "mit kort.png"),
        ('<img src="attachment:image.png" alt="Kort">', "image.png"),
    ],
)
def test_a_pasted_picture_is_shown_on_the_page_and_in_print(tmp_path: Path, text: str, name: str):
    outcome = rendered(tmp_path, pasted(text, name))
    assert outcome.ok, outcome.problems
    (picture,) = (outcome.folder / "notebooks/vedhaeftet").iterdir()
    assert picture.read_bytes() == base64.b64decode(PNG)
    assert f"vedhaeftet/{picture.name}" in (outcome.folder / "notebooks/et.html").read_text(encoding="utf-8")
    assert sum(len(page.images) for page in pypdf.PdfReader(outcome.pdf).pages) == 1


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (markdown('![](nej.png){fig-alt="x"}'), "names the file nej.png, and there is no such file"),
        (markdown('<img src="nej.png" alt="x">'), "names the file nej.png, and there is no such file"),
        (markdown("[Tal](nej.pdf)"), "names the file nej.pdf, and there is no such file"),
        (pasted('![](attachment:andet.png){fig-alt="x"}'), "the pasted picture andet.png"),
        (markdown('![](../../ude.png){fig-alt="x"}'), "lies outside the book"),
        (markdown("[nøgle](../.env)"), "is hidden"),
    ],
)
def test_what_is_not_there_is_named_by_file_notebook_and_cell(
    tmp_path: Path, cell: nbformat.NotebookNode, said: str
):
    (tmp_path / "ude.png").write_bytes(b"x")
    outcome = rendered(tmp_path, cell, files=(".env",))
    (problem,) = outcome.problems
    assert problem.where.startswith("notebooks/et.ipynb, cell 4") and said in problem.what


def test_a_text_may_speak_of_files_in_code(tmp_path: Path):
    assert rendered(tmp_path, markdown("`![](nej.png)`\n\n```\n<img src='nej.png'>\n```")).ok


def test_a_changed_picture_is_rendered_anew(tmp_path: Path):
    cell = markdown('![](kort.png){fig-alt="x"}')
    project = write_book(tmp_path, {"index.ipynb": notebook("# Forord", cell)})
    path = project.root / "kort.png"
    path.write_bytes(base64.b64decode(PNG))
    given = {"to": ("html",), "engine": "built-in", "output": tmp_path / "_site"}
    made = variant(project, inputs="1")
    statuses = [render_variants(project, [made], **given)[0].status for _ in range(2)]
    path.write_bytes(base64.b64decode(PNG) + b"\0")
    assert [*statuses, render_variants(project, [made], **given)[0].status] == [
        "rendered", "unchanged", "rendered",
    ]  # fmt: skip


def test_no_key_reaches_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("JOBINDSATS_API_TOKEN", "GITHUB_TOKEN", "MY_SECRET", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "hemmeligt")
    monkeypatch.setenv("KEYBOARD", "dk")
    cell = code(
        "import os\nprint([n for n, v in os.environ.items() if v == 'hemmeligt'], os.environ['KEYBOARD'])"
    )
    outcome = rendered(tmp_path, cell)
    assert "[] dk" in (outcome.folder / "notebooks/et.html").read_text(encoding="utf-8")


def test_any_bytes_are_a_notebook_or_refused_by_name(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    source = (CHECKOUT / "notebooks" / "06-unge.ipynb").read_bytes()
    drawn = random.Random(10)
    refused = 0
    for _ in range(300):
        content = bytearray(source)
        for _ in range(drawn.randrange(1, 4)):
            place, length = drawn.randrange(len(content)), drawn.choice([0, 1, 5, 60])
            piece = drawn.choice(
                [b"", b"null", b"[]", b"{}", b'"', b"\xe6", b"\x00", b"1e999", b"\\ud800", b'"id": "t",']
            )
            content[place : place + length] = piece
        try:
            made = read(tmp_path, bytes(content))
        except PlanError as error:
            refused += 1
            assert all(problem.where == "x.ipynb" and problem.what for problem in error.problems)
        else:
            nbformat.validate(made)
    assert 50 < refused < 300
    assert capfd.readouterr() == ("", "")
