"""Setting up: what is locked, and the one clear line when a machine cannot hold it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from report_support import CHECKOUT

SETUP = CHECKOUT / "tools" / "setup_env.py"
LOCKS = ("requirements.lock", "requirements-uv.lock")
FIXED_PACKAGES = {"jupyter", "pandas", "altair", "great-tables", "requests"}


@pytest.fixture
def setup_env() -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_env", SETUP)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _locked(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=[a-z0-9])", (CHECKOUT / name).read_text(encoding="utf-8")):
        first, *rest = block.splitlines()
        if first:
            found.setdefault(first.split("==")[0], []).extend(rest)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|index-url|find-links| @ ", text)
    for package, lines in _locked(name).items():
        assert any("--hash=sha256:" in line for line in lines), package


def test_the_lock_holds_every_dependency_of_the_package_and_of_its_tests_within_its_bounds() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dask"],
        *project["dependency-groups"]["dev"],
        *project["dependency-groups"]["build"],
    ]
    wanted = {canonicalize_name(item.name): item.specifier for item in map(Requirement, asked)}
    text = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
    locked = re.findall(r"^([a-z0-9.-]+)==([^\s;\\]+)", text, re.MULTILINE)
    assert wanted.keys() <= {name for name, _ in locked}
    assert wanted.keys() >= FIXED_PACKAGES
    outside = [(name, version) for name, version in locked if version not in wanted.get(name, SpecifierSet())]
    assert outside == [], "make lock"


def test_an_old_python_gets_one_clear_line(setup_env: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    setup_env.OLDEST_PYTHON = (99, 0)
    with pytest.raises(SystemExit) as stopped:
        setup_env.check_machine()
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "make PYTHON=" in said


def test_a_full_disk_and_a_read_only_folder_get_one_clear_line(
    setup_env: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(setup_env.shutil, "disk_usage", lambda path: usage(1, 1, 5 * 2**20))
    with pytest.raises(SystemExit):
        setup_env.check_disk()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "5 MB are free" in said
    monkeypatch.setattr(setup_env.os, "access", lambda path, mode: False)
    with pytest.raises(SystemExit):
        setup_env.check_machine()
    assert "cannot be written to" in capsys.readouterr().err


def test_a_failing_step_shows_what_was_said_and_what_was_done(
    setup_env: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        setup_env.run(["sh", "-c", "echo no wheel for this machine; exit 3"], "installing the packages")
    said = capsys.readouterr().err
    assert "no wheel for this machine" in said
    assert "installing the packages failed" in said


# A small project whose environment is made by the real script; only the programs it calls are stood in for: each
# writes a file, may be told to take its time, and kills the run at the step it is told.
STAND_IN = """
import importlib.util, os, signal, sys, time
spec = importlib.util.spec_from_file_location("setup_env", sys.argv[1])
setup = importlib.util.module_from_spec(spec)
spec.loader.exec_module(setup)
setup.ROOT = os.getcwd()
setup.check_disk = lambda: None
number = 0

def step(*_):
    global number
    number += 1
    if number == int(os.environ.get("KILL_AT", "0")):
        os.kill(os.getpid(), getattr(signal, os.environ.get("KILL_WITH", "SIGKILL")))
        time.sleep(5)

def run(command, what):
    step()
    if "venv" in command:
        os.makedirs(os.path.dirname(setup.python_of(command[-1])))
        open(setup.python_of(command[-1]), "w").close()
    with open("steps", "a") as file:
        file.write(what + "\\n")
    time.sleep(float(os.environ.get("SLOW", "0")))

setup.run = run
rename = os.rename
def renamed(*names):
    step()
    rename(*names)
setup.os.rename = renamed
setup.main()
"""
posix = pytest.mark.skipif(os.name == "nt", reason="make is for Linux and macOS; on Windows conda sets up")
STEPS = ["making the environment", "installing uv", "installing the packages", "installing the plan command"]
RENAMES = 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*LOCKS, "pyproject.toml"):
        shutil.copyfile(CHECKOUT / name, tmp_path / name)
    return tmp_path


def _make(folder: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-S", "-c", STAND_IN, str(SETUP)],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def _steps(folder: Path) -> list[str]:
    return (folder / "steps").read_text(encoding="utf-8").splitlines()


def _is_whole(folder: Path) -> bool:
    return (folder / ".venv" / "beskaeftigelsesplan-setup").is_file() and not (
        folder / ".plan" / "setup"
    ).exists()


@posix
@pytest.mark.parametrize("kill", range(1, len(STEPS) + RENAMES))
@pytest.mark.parametrize("sign", ["SIGKILL", "SIGINT"])
def test_a_first_make_stopped_at_any_step_leaves_nothing_that_the_next_one_stumbles_over(
    folder: Path, kill: int, sign: str
) -> None:
    code, _, said = _finish(_make(folder, KILL_AT=str(kill), KILL_WITH=sign))
    assert code == (130 if sign == "SIGINT" else -getattr(signal, sign))
    assert "Traceback" not in said
    assert not (folder / ".venv").exists()
    assert _finish(_make(folder))[0] == 0
    assert _is_whole(folder)


@posix
@pytest.mark.parametrize("kill", range(1, len(STEPS) + RENAMES + 1))
def test_a_later_make_killed_at_any_step_leaves_the_old_environment_or_a_whole_new_one(
    folder: Path, kill: int
) -> None:
    assert _finish(_make(folder))[0] == 0
    before = (folder / ".venv" / "beskaeftigelsesplan-setup").read_text(encoding="utf-8")
    with (folder / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("# another\n")
    assert _finish(_make(folder, KILL_AT=str(kill)))[0] == -signal.SIGKILL
    killed_between_the_renames = kill == len(STEPS) + RENAMES
    if not killed_between_the_renames:
        assert (folder / ".venv" / "beskaeftigelsesplan-setup").read_text(encoding="utf-8") == before
    done = len(_steps(folder))
    assert _finish(_make(folder))[0] == 0
    assert _is_whole(folder)
    assert (folder / ".venv" / "beskaeftigelsesplan-setup").read_text(encoding="utf-8") != before
    # What was whole already is taken as it is.
    assert (len(_steps(folder)) == done) == (kill > len(STEPS))


@posix
def test_a_half_made_environment_of_an_earlier_version_is_replaced(folder: Path) -> None:
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "half").touch()
    assert _finish(_make(folder))[0] == 0
    assert _is_whole(folder)
    assert not (folder / ".venv" / "half").exists()


@posix
def test_ctrl_c_between_the_renames_puts_the_old_environment_back(folder: Path) -> None:
    assert _finish(_make(folder))[0] == 0
    (folder / ".venv" / "old").touch()
    with (folder / "requirements.lock").open("a", encoding="utf-8") as file:
        file.write("# another\n")
    code, _, said = _finish(_make(folder, KILL_AT=str(len(STEPS) + RENAMES), KILL_WITH="SIGINT"))
    assert code == 130
    assert "nothing was changed" in said
    assert (folder / ".venv" / "old").exists()


@posix
def test_two_makes_at_once_set_up_once_and_the_second_says_that_it_waits(folder: Path) -> None:
    first = _make(folder, SLOW="0.3")
    while not (folder / "steps").exists():
        time.sleep(0.01)
    second = _make(folder)
    assert _finish(first)[0] == 0
    code, said, _ = _finish(second)
    assert code == 0
    assert "waiting" in said
    assert _steps(folder) == STEPS
    assert _is_whole(folder)


@posix
def test_a_make_that_was_killed_while_it_worked_keeps_nobody_waiting(folder: Path) -> None:
    first = _make(folder, SLOW="30")
    while not (folder / "steps").exists():
        time.sleep(0.01)
    first.kill()
    first.communicate()
    code, said, _ = _finish(_make(folder))
    assert code == 0
    assert "waiting" not in said


@posix
def test_nothing_is_made_again_for_the_settings_of_a_tool_and_all_of_it_for_a_new_package(
    folder: Path,
) -> None:
    assert _finish(_make(folder))[0] == 0
    project = folder / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("line-length = 110", "line-length = 111"), encoding="utf-8")
    assert _finish(_make(folder)) == (0, "", "")
    project.write_text(text.replace('"requests>=2.32"', '"requests>=2.33"'), encoding="utf-8")
    assert _finish(_make(folder))[0] == 0
    assert _steps(folder) == STEPS * 2


@posix
def test_the_scripts_of_an_environment_built_beside_run_from_where_it_ends_up(
    setup_env: ModuleType, tmp_path: Path
) -> None:
    beside, place = tmp_path / "a folder" / "venv", tmp_path / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(beside)], check=True)
    script = beside / "bin" / "hello"
    script.write_text(f"#!/bin/sh\nexec '{beside}/bin/python' -c 'import sys; print(sys.prefix)'\n")
    script.chmod(0o755)
    setup_env.rename_inside(str(beside), str(place))
    beside.rename(place)
    said = subprocess.run([place / "bin" / "hello"], capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(place)
    activated = f". '{place}/bin/activate' && command -v hello"
    said = subprocess.run(["sh", "-c", activated], capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(place / "bin" / "hello")
