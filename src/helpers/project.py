"""Where things lie: the folders of one checkout, found from where the user stands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from helpers.errors import PlanError

CONFIGURATION = "_quarto.yml"
"""What lays out a book, in its folder."""

ROOT_VARIABLE = "PLAN_ROOT"
"""Environment variable that names the project folder, for notebooks that run in a private copy."""

RENDERING_VARIABLE = "PLAN_RENDERING"
"""Set to ``1`` while `plan render` runs notebooks: outputs are then Markdown, and nothing is fetched."""

MANUAL, EDITIONS = "manual", "typed"
"""Folders of ``data/raw`` that are no source's: what people type in, and the copies that are kept of it."""

EXAMPLE_SOURCE = "example"
"""The folder beside them for answers that are made up."""


@dataclass(frozen=True)
class Project:
    """The folders of the project; all paths are absolute."""

    root: Path
    typed: str = ""
    """A day or an edition (:mod:`helpers.data.editions`) whose typed-in files are read; empty: those there are now."""

    @property
    def catalogue(self) -> Path:
        return self.root / "catalogue"

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        return self.root / "data" / "processed"

    @property
    def made(self) -> tuple[Path, ...]:
        """Folders among the data that renders write themselves."""
        return self.processed, self.raw / EDITIONS, self.raw / EXAMPLE_SOURCE

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def styles(self) -> Path:
        return self.root / "styles"

    @property
    def plan(self) -> str:
        """Key of the plan whose book is the project folder itself: ``plan`` in its ``_quarto.yml``.

        Raises
        ------
        PlanError
            When the file is missing or names none.
        """
        found = book_plan(self.root)
        if not found:
            raise PlanError.of(
                CONFIGURATION,
                "The file does not say which plan this project is about.",
                "Add a line with the key of a plan, plan: …, or name one: --plan (plan list plans shows them).",
            )
        return found

    def relative(self, path: Path) -> str:
        """`path` as a user would type it from the project folder (with forward slashes)."""
        return (path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix()


def book_plan(folder: Path) -> str:
    """Key of what a book's notebooks show: ``plan`` in the folder's ``_quarto.yml``; empty when it names none."""
    try:
        return _plan_named((folder / CONFIGURATION).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""


@lru_cache(maxsize=8)  # the pages of one book ask for it forty times
def _plan_named(text: str) -> str:
    try:
        settings = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (ValueError, yaml.YAMLError):
        return ""
    return str(settings.get("plan") or "") if isinstance(settings, dict) else ""


def holds_project(folder: Path) -> bool:
    """Whether a project's own files lie in a folder, so that no site may."""
    return any((folder / name).exists() for name in ("catalogue", CONFIGURATION))


def is_file(path: Path) -> bool:
    """Whether a path that somebody typed is a file; one that no disk can hold (too long) is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def find_project(start: Path | None = None) -> Project:
    """The project that `start` (default: the working folder) lies in.

    Raises
    ------
    PlanError
        When neither the folder nor any above it holds ``catalogue/indicators.yml``.
    """
    named = os.environ.get(ROOT_VARIABLE)
    if named and start is None:
        root = Path(named).resolve()
        if not (root / "catalogue").is_dir():
            raise PlanError.of(
                f"{ROOT_VARIABLE}={named}",
                "There is no employment plan project in this folder (it has no catalogue/).",
                f"Correct {ROOT_VARIABLE}, or remove it and go to the project's folder.",
            )
        return Project(root)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "catalogue" / "indicators.yml").is_file():
            return Project(folder)
    raise PlanError.of(
        str(here),
        "This folder is not inside an employment plan project (no catalogue/indicators.yml here or above).",
        f"Go to the project's folder, or name it in the environment variable {ROOT_VARIABLE}.",
    )


def is_rendering() -> bool:
    """Whether a report is being rendered (by `plan render` or by Quarto) rather than read in JupyterLab."""
    return os.environ.get(RENDERING_VARIABLE) == "1" or "QUARTO_BIN_PATH" in os.environ
