"""The last render asked for again: told from what lies there, and looked into after the least change."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.commands.lastrun import LastRun, SaidLine
from helpers.project import Project
from helpers.reports.base.request import RenderRequest

SAID: list[SaidLine] = [(False, "unchanged  _site/greve/index.html"), (True, "[yellow]![/] behind")]


@pytest.fixture
def request_(tmp_path: Path) -> RenderRequest:
    root = tmp_path / "project"
    for name in (
        "catalogue/plans/one.yml", "data/raw/manual/greve/one.csv", "data/raw/jobindsats/y01.json", "notebooks/one.ipynb",
        "data/processed/real/observations.csv", "data/raw/typed/greve/1/one.csv", "_quarto.yml", ".env",
        "_site/greve/index.html", "_site/index.html",
    ):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("before")
    return RenderRequest(Project(root), "plan", ("Greve",), output=root / "_site")


def _edit(name: str) -> Callable[[Path], object]:
    def edit(root: Path) -> None:
        before = (root / name).stat()
        (root / name).write_text("behind")
        os.utime(root / name, ns=(before.st_atime_ns, before.st_mtime_ns))

    return edit


def _write(name: str) -> Callable[[Path], object]:
    def write(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("new")

    return write


def test_the_same_run_is_told_again(request_: RenderRequest) -> None:
    assert LastRun(request_).told() is None
    LastRun(request_).keep(SAID)
    assert LastRun(request_).told() == SAID
    for name in ("_site/.lock", "_site/.building-1/x", "src/__pycache__/x.pyc", ".git/index"):
        _write(name)(request_.project.root)
    assert LastRun(request_).told() == SAID


@pytest.mark.parametrize(
    "change",
    [
        _edit("catalogue/plans/one.yml"),  # of the same size, with its old time
        _edit("data/raw/manual/greve/one.csv"),
        _edit("_site/greve/index.html"),
        _edit("data/raw/typed/greve/1/one.csv"),
        _write("data/raw/jobindsats/y02.json"),
        _write("notebooks/two.ipynb"),
        _write(".env"),
        lambda root: (root / "_site/index.html").unlink(),
        lambda root: (root / "data/processed/real/observations.csv").unlink(),
        lambda root: (root / ".plan/last-render.json").write_text("{"),
    ],
)
def test_any_file_that_moved_is_looked_into(
    request_: RenderRequest, change: Callable[[Path], object]
) -> None:
    LastRun(request_).keep(SAID)
    change(request_.project.root)
    assert LastRun(request_).told() is None


def test_what_is_edited_while_pages_are_made_is_not_taken_for_rendered(request_: RenderRequest) -> None:
    run = LastRun(request_)
    _edit("catalogue/plans/one.yml")(request_.project.root)
    _write("_site/greve/index.html")(request_.project.root)
    run.keep(SAID)
    assert LastRun(request_).told() is None


def test_another_request_or_environment_is_another_run(
    request_: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    LastRun(request_).keep(SAID)
    for other in (
        replace(request_, to=("html",)), replace(request_, plan="one"), replace(request_, base_url="https://x.dk"),
        replace(request_, example=True), replace(request_, municipalities=("Ishøj",)),
    ):  # fmt: skip
        assert LastRun(other).told() is None
    assert LastRun(replace(request_, say=print)).told() == SAID
    monkeypatch.setenv("PLAN_SNAPSHOT", "2026-08-22")
    assert LastRun(request_).told() is None


def test_a_project_with_links_that_go_round_is_gone_through_once(request_: RenderRequest) -> None:
    (request_.project.root / "notebooks" / "up").symlink_to(request_.project.root)
    (request_.project.root / "notebooks" / "nowhere").symlink_to("gone")
    LastRun(request_).keep(SAID)
    assert LastRun(request_).told() == SAID


def test_telling_it_needs_no_catalogue_and_no_figures() -> None:
    script = "import sys, helpers.cli, helpers.commands.lastrun\nprint({'pydantic', 'pandas', 'nbformat'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
