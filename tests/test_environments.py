"""What a machine gets: the conda environment against the package's own lists, and the jobs on GitHub."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from docs_support import unknown_words
from helpers.render.quarto import OLDEST
from report_support import CHECKOUT

CONDA_NAMES = {
    "great-tables": "great_tables",
    "typst": "typst-py",
    "playwright": "playwright-python",
    "quarto-cli": "quarto",
}
"""Package on PyPI → the name conda-forge has it under, where that is another (looked up in its list of outputs)."""

NOT_ON_CONDA_FORGE = {"pypandoc-binary", "font-source-sans-pro", "axe-playwright-python"}
"""Installed by pip there, too."""

ONLY_FOR_THE_SOURCE = {"ruff", "mypy", "pandas-stubs", "types-requests", "types-pyyaml", "types-openpyxl"}
"""Needed by `make lint` and not by `make test`."""

ONLY_CONDA = {"python", "pip"}
"""What the environment names and the package does not."""


def _project() -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))


def _asked() -> dict[str, SpecifierSet]:
    """What the package, its extras and its tests ask for: name on PyPI → bounds."""
    project = _project()
    extras = project["project"]["optional-dependencies"]
    lists = [project["project"]["dependencies"], *extras.values(), project["dependency-groups"]["dev"]]
    found = [Requirement(text) for texts in lists for text in texts]
    return {canonicalize_name(item.name): item.specifier for item in found}


def _environment() -> tuple[dict[str, SpecifierSet], list[str]]:
    """What conda installs (name → bounds), and the lines of the part that pip installs."""
    parts = yaml.safe_load((CHECKOUT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    conda = [Requirement(part) for part in parts if isinstance(part, str)]
    (pip,) = [part["pip"] for part in parts if isinstance(part, dict)]
    return {item.name: item.specifier for item in conda}, pip


def test_conda_installs_what_the_package_and_its_tests_ask_for_in_the_same_bounds() -> None:
    conda, lines = _environment()
    pip = {canonicalize_name(item.name): item.specifier for item in map(Requirement, lines[:-1])}
    asked = {name: bounds for name, bounds in _asked().items() if name not in ONLY_FOR_THE_SOURCE}
    assert pip == {name: bounds for name, bounds in asked.items() if name in NOT_ON_CONDA_FORGE}
    expected = {
        CONDA_NAMES.get(name, name): bounds
        for name, bounds in asked.items()
        if name not in NOT_ON_CONDA_FORGE
    }
    assert {name: bounds for name, bounds in conda.items() if name not in ONLY_CONDA} == expected, (
        "pyproject.toml and environment.yml ask for different things; what conda-forge calls by another name, or "
        "has not, stands at the top of this file"
    )


def test_the_conda_environment_brings_the_plan_command_and_a_python_that_the_package_takes() -> None:
    conda, lines = _environment()
    assert lines[-1] == "-e ."
    oldest = SpecifierSet(_project()["project"]["requires-python"])
    assert {str(bound) for bound in oldest} <= {str(bound) for bound in conda["python"]}


def test_quarto_is_bounded_alike_everywhere() -> None:
    bounds = _asked()["quarto-cli"]
    assert "1.9.38" in bounds and "1.10.18" in bounds, "made with the one, tried with the other"
    (lowest,) = [bound.version for bound in bounds if bound.operator == ">="]
    assert tuple(map(int, lowest.split(".")[:2])) == OLDEST
    assert "--extra quarto" in (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    said = (CHECKOUT / "docs" / "rendering.md").read_text(encoding="utf-8")
    assert f"Quarto ≥ {'.'.join(map(str, OLDEST))} on PATH" in said
    assert "made with 1.9.38" in said and "tried with 1.10.18" in said


def test_typst_knows_the_standard_that_the_pdf_is_written_in() -> None:
    bounds = _asked()["typst"]
    assert "0.14.2" not in bounds, "it knows no ua-1"
    assert "0.14.9" in bounds, "the newest seen on conda-forge"


WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))


def _jobs(path: Path) -> dict[str, dict[str, Any]]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]


def _steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in _jobs(path).values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_names_its_actions_with_a_version_and_every_job_ends(path: Path) -> None:
    assert all(job["timeout-minutes"] <= 90 for job in _jobs(path).values())
    for step in _steps(path):
        assert ("uses" in step) != ("run" in step), step
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w/-]+@(v\d+|[0-9a-f]{40})", step["uses"]), step


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_workflow_runs_is_there(path: Path) -> None:
    commands = [line for step in _steps(path) for line in step.get("run", "").splitlines()]
    assert unknown_words("\n".join(commands)) == []


def test_the_conda_environment_and_both_commands_are_tried_on_every_system() -> None:
    jobs = _jobs(CHECKOUT / ".github" / "workflows" / "test.yml")
    assert {name.split("-")[0] for name in jobs["conda"]["strategy"]["matrix"]["os"]} == {
        "ubuntu",
        "macos",
        "windows",
    }
    runs = [step["run"] for step in jobs["conda"]["steps"] if "run" in step]
    assert any(run.startswith("plan render") for run in runs)
    assert any("pytest" in run for run in runs)
    assert {step.get("run") for step in jobs["make"]["steps"]} >= {"make", "make test"}
    quarto = [step for step in jobs["quarto"]["steps"] if step.get("uses", "").startswith("quarto-dev/")]
    assert quarto[0]["with"]["version"] == "${{ matrix.quarto }}"
    bounds = _asked()["quarto-cli"]
    assert all(version in bounds for version in jobs["quarto"]["strategy"]["matrix"]["quarto"])


# What the publishing workflow does with git, done here with a repository of one's own in place of GitHub's.
posix = pytest.mark.skipif(os.name == "nt", reason="the publishing workflow runs on Linux")


def _run_step(name: str, folder: Path, fetch: str = "exit 0") -> subprocess.CompletedProcess[str]:
    (step,) = [
        step for step in _steps(CHECKOUT / ".github" / "workflows" / "publish.yml") if step.get("id") == name
    ]
    plan = folder / ".venv" / "bin" / "plan"
    plan.parent.mkdir(parents=True, exist_ok=True)
    plan.write_text(f"#!/bin/sh\n{fetch}\n", encoding="utf-8")
    plan.chmod(0o755)
    environment = {
        **os.environ,
        "PLAN": "en-plan",
        "SNAPSHOTS": "snapshots",
        "KEPT": str(folder / ".plan" / "kept"),
    }
    return subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "En Analytiker")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "analytiker@example.org")
    bare, first = tmp_path / "origin.git", tmp_path / "first"
    _git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    _git(tmp_path, "clone", "--quiet", str(bare), str(first))
    (first / ".gitignore").write_text("/data/raw/jobindsats/\n.plan/\n.venv/\n", encoding="utf-8")
    _git(first, "add", ".")
    _git(first, "commit", "--quiet", "-m", "Begin")
    _git(first, "push", "--quiet", "origin", "HEAD:main")
    return bare


def _machine(origin: Path, name: str) -> Path:
    """A new machine, as every run has one."""
    folder = origin.parent / name
    _git(origin.parent, "clone", "--quiet", "--branch", "main", str(origin), str(folder))
    return folder


def _fetching(name: str, code: int = 0) -> str:
    return (
        f"mkdir -p data/raw/jobindsats/y01 && echo {name} > data/raw/jobindsats/y01/{name}.json; exit {code}"
    )


@posix
def test_the_workflow_keeps_its_snapshots_in_a_branch_and_finds_them_on_the_next_machine(
    origin: Path,
) -> None:
    first = _machine(origin, "one")
    for name, fetch in (("bring", ""), ("fetch", _fetching("a")), ("keep", "")):
        assert (done := _run_step(name, first, fetch)).returncode == 0, done.stderr
    second = _machine(origin, "two")
    assert _run_step("bring", second).returncode == 0
    assert (second / "data/raw/jobindsats/y01/a.json").is_file()
    done = _run_step("fetch", second, _fetching("b", 3))
    assert done.returncode == 0
    assert "::warning::" in done.stdout
    assert _run_step("keep", second).returncode == 0
    kept = _git(origin, "ls-tree", "-r", "--name-only", "snapshots").split()
    assert kept == ["jobindsats/y01/a.json", "jobindsats/y01/b.json"]
    assert (
        _git(origin, "log", "--format=%s", "snapshots").splitlines()
        == ["Keep what was fetched for en-plan"] * 2
    )
    assert _git(origin, "ls-tree", "--name-only", "main").split() == [".gitignore"]


@posix
def test_the_workflow_fails_when_no_table_came_and_keeps_how_it_went(origin: Path) -> None:
    folder = _machine(origin, "one")
    assert _run_step("bring", folder).returncode == 0
    done = _run_step("fetch", folder, _fetching("run", 1))
    assert done.returncode == 1
    assert "nothing is published" in done.stdout
    assert _run_step("keep", folder).returncode == 0
    assert _git(origin, "ls-tree", "-r", "--name-only", "snapshots").split() == ["jobindsats/y01/run.json"]


@posix
def test_the_workflow_takes_an_unreachable_repository_for_no_empty_one(origin: Path) -> None:
    folder = _machine(origin, "one")
    _git(folder, "remote", "set-url", "origin", str(origin.parent / "gone.git"))
    done = _run_step("bring", folder)
    assert done.returncode not in (0, 2)
    assert "::error::" in done.stdout


@posix
def test_a_run_that_fetched_nothing_new_commits_nothing(origin: Path) -> None:
    folder = _machine(origin, "one")
    for name in ("bring", "keep"):
        assert _run_step(name, folder).returncode == 0
    assert "snapshots" not in _git(origin, "branch", "--list")
