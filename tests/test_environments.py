"""What a machine gets: the conda environment against the package's own lists, and the jobs on GitHub."""

from __future__ import annotations

import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

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


def _project() -> dict[str, dict[str, object]]:
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
