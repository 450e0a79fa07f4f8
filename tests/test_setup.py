"""Setting up: what is locked, and the one clear line when a machine cannot hold it."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections import namedtuple
from types import ModuleType

import pytest
import yaml

from report_support import CHECKOUT

LOCKS = ("requirements.lock", "requirements-uv.lock")
FIXED_PACKAGES = {"jupyter", "pandas", "altair", "great-tables", "requests"}


@pytest.fixture
def setup_env() -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_env", CHECKOUT / "tools" / "setup_env.py")
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


def test_the_lock_holds_every_dependency_of_the_package_and_of_its_tests() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dask"],
        *project["dependency-groups"]["dev"],
        *project["dependency-groups"]["build"],
    ]
    names = {re.split(r"[<>=\[ ]", item)[0].lower().replace("_", "-") for item in asked}
    assert names <= set(_locked("requirements.lock"))
    assert names >= FIXED_PACKAGES


def test_the_conda_environment_brings_quarto_and_the_plan_command() -> None:
    environment = yaml.safe_load((CHECKOUT / "environment.yml").read_text(encoding="utf-8"))
    plain = [item for item in environment["dependencies"] if isinstance(item, str)]
    names = {item.split()[0] for item in plain}
    assert names >= FIXED_PACKAGES | {"quarto", "python"}
    assert {"pip": ["-e ."]} in environment["dependencies"]


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
    monkeypatch.setattr(setup_env, "STAMP", "/nowhere")
    with pytest.raises(SystemExit):
        setup_env.check_machine()
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
