"""One way only: a room imports from the rooms above it in docs/architecture.md, never from below."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers.catalogue import load_catalogue
from helpers.catalogue.checks import _ORDINARY_WORDS
from helpers.project import Project
from helpers.reports.base.report import Sheets
from report_support import CHECKOUT

HELPERS = CHECKOUT / "src" / "helpers"

ROOMS = (
    "letters",
    "prose",
    "errors",
    "periods",
    "project",
    "intake",
    "catalogue",
    "data",
    "sources",
    "analysis",
    "present",
    "reports",
    "render",
    "commands",
    "cli",
)
"""Lowest first: a room may import from those before it."""

EXCEPTIONS = {"data/processed.py": {"helpers.sources.manual"}}
"""The tidy table takes typed-in figures in; docs/architecture.md says why."""


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """The project's own modules that a file imports, also inside functions and for types only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative imports hide the room"
            if node.module == "helpers":
                yield from ((node.lineno, f"helpers.{name.name}") for name in node.names)
            elif (node.module or "").startswith("helpers."):
                yield node.lineno, str(node.module)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.startswith("helpers."))


def _room(path: Path) -> str:
    return path.relative_to(HELPERS).parts[0].removesuffix(".py")


def _files(room: str) -> list[Path]:
    return [path for path in sorted(HELPERS.rglob("*.py")) if _room(path) == room]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_rooms_before_it(room: str) -> None:
    allowed = ROOMS[: ROOMS.index(room) + 1]
    wrong = [
        f"{path.relative_to(CHECKOUT)}:{line} imports {module}"
        for path in _files(room)
        for line, module in _imports(path)
        if module.split(".")[1] not in allowed
        and module not in EXCEPTIONS.get(path.relative_to(HELPERS).as_posix(), ())
    ]
    assert not wrong, "\n".join(wrong)


def test_every_file_lies_in_a_room() -> None:
    assert {_room(path) for path in HELPERS.rglob("*.py")} - {"__init__"} == set(ROOMS)
    assert all(_files(room) for room in ROOMS)


WINGS = sorted(path.name for path in (HELPERS / "reports").iterdir() if path.is_dir() and path.name[0] != "_")


@pytest.mark.parametrize("wing", WINGS)
def test_a_report_never_imports_another(wing: str) -> None:
    others = tuple(f"helpers.reports.{name}" for name in WINGS if name not in (wing, "base"))
    wrong = [
        f"{path.relative_to(CHECKOUT)}:{line} imports {module}"
        for path in sorted((HELPERS / "reports" / wing).rglob("*.py"))
        for line, module in _imports(path)
        if module.startswith(others)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", ["render", "commands", "cli"])
def test_no_room_after_the_reports_knows_one_by_name(room: str) -> None:
    wrong = [
        f"{path.relative_to(CHECKOUT)}:{line} imports {module}"
        for path in _files(room)
        for line, module in _imports(path)
        if module.startswith("helpers.reports.") and not module.startswith("helpers.reports.base")
    ]
    assert not wrong, "\n".join(wrong)


def _types(module: ast.Module) -> Iterator[tuple[int, str]]:
    """The classes of a module, those in others too, and the names it gives to types: ``Place = tuple[str, str]``."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Assign) and isinstance(name := node.targets[0], ast.Name):
            yield from [(node.lineno, name.id)] if name.id[:1].isupper() and not name.id.isupper() else []


def _functions(module: ast.Module) -> Iterator[tuple[int, str]]:
    """The functions of a module but its verbs, which are called as the terminal calls them, and what a program begins with."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name != "main":
            decorators = [ast.unparse(one) for one in node.decorator_list]
            if not any(re.match(r"\w*app\.command\b", decorator) for decorator in decorators):
                yield node.lineno, node.name


def _constants(module: ast.Module) -> Iterator[tuple[int, str]]:
    """What a module gives to others in capitals; not the report that a wing's module is asked for."""
    for node in module.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            for name in ast.walk(target) if target else ():
                if (
                    isinstance(name, ast.Name)
                    and len(name.id) > 1
                    and name.id.isupper()
                    and name.id != "WING"
                ):
                    yield node.lineno, name.id


@pytest.mark.parametrize("named", [_types, _functions, _constants])
def test_no_name_means_two_things(named: Callable[[ast.Module], Iterator[tuple[int, str]]]) -> None:
    """What a protocol asks of several modules has the same name in each, and is the same thing."""
    found: dict[str, list[str]] = {}
    for path in sorted(HELPERS.rglob("*.py")):
        for line, name in named(ast.parse(path.read_text(encoding="utf-8"))):
            if not name.startswith("_") and not hasattr(Sheets, name):
                found.setdefault(name, []).append(f"{path.relative_to(CHECKOUT)}:{line}")
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_no_municipality_and_no_plan_stands_in_the_code() -> None:
    """Docstrings may give examples; what the program does may not hang on one place or plan."""
    catalogue = load_catalogue(Project(CHECKOUT))
    names = {area.slug for area in catalogue.municipalities} | {
        area.name for area in catalogue.municipalities
    }
    names |= set(catalogue.plans) | {
        path.stem for path in (CHECKOUT / "catalogue" / "projects").glob("*.yml")
    }
    names -= _ORDINARY_WORDS
    wrong = [
        f"{path.relative_to(CHECKOUT)}:{node.lineno}: {node.value}"
        for path in sorted(HELPERS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert not wrong, "\n".join(wrong)


def test_every_exception_is_used() -> None:
    for name, modules in EXCEPTIONS.items():
        assert modules <= {module for _, module in _imports(HELPERS / name)}
