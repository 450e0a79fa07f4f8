"""``plan clean``: what runs left among the sources of all books, taken out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from helpers.data.files import write_whole
from helpers.errors import PlanError, Problem
from helpers.present.output import FIGURE_FOLDER
from helpers.project import Project
from helpers.render.notebooks import source_notebooks
from helpers.render.strip import strip
from helpers.reports.base.names import VERDICT_FILE
from helpers.reports.base.reading import notebook_text

_LEFT = ("*.quarto_ipynb", "index.typ", VERDICT_FILE)
"""Files that Quarto or a report leaves beside notebooks."""


def clean_sources(project: Project) -> tuple[list[str], list[Problem]]:
    """Take outputs, counts, injected cells and leftovers out of the sources; says what went, and what cannot be read."""
    said: list[str] = []
    problems: list[Problem] = []
    for path in source_notebooks(project):
        where = project.relative(path)
        try:
            text, found = strip(notebook_text(path, where))
        except PlanError as error:
            problems += error.problems
            continue
        except (ValueError, RecursionError) as error:
            problems.append(
                Problem(where, f"This is no readable notebook: {error}", "Save it again in JupyterLab.")
            )
            continue
        if found:
            write_whole(path, text.encode("utf-8"), replace=True)
            counted = (f"{count} {name}{'s' * (count > 1)}" for name, count in sorted(found.items()))
            said.append(f"{where}: {', '.join(counted)}")
    folders = sorted({path.parent for path in source_notebooks(project)})
    for path in _leftovers(folders):
        said.append(f"{project.relative(path)}{'/' if path.is_dir() else ''}")
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for folder in folders:
        figures = folder / FIGURE_FOLDER
        if figures.is_dir() and not any(figures.iterdir()):
            figures.rmdir()
    return said, problems


def _leftovers(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for pattern in _LEFT:
            yield from sorted(folder.glob(pattern))
        for notebook in sorted(folder.glob("*.ipynb")):
            if (files := folder / f"{notebook.stem}_files").is_dir():
                yield files
        figures = folder / FIGURE_FOLDER
        made = {path.stem for path in figures.glob("*.json") if _is_ours(path)}
        for path in sorted(figures.glob("*")):
            # Only what a report wrote there: an analyst's own picture stays.
            if path.suffix in (".json", ".svg", ".csv") and (path.stem in made or _is_ours(path)):
                yield path


def _is_ours(path: Path) -> bool:
    """Whether a report wrote that file of a figure: it says what it stands on."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".json":
        try:
            data = json.loads(text)
        except ValueError:
            return False
        return isinstance(data, dict) and "basis" in (data.get("usermeta") or {})
    if path.suffix == ".csv":
        head = text.partition("\n")[0].lstrip("\ufeff").strip().replace(";", ",").split(",")
        return "grundlag" in head or "basis" in head
    return '<metadata>{"basis"' in text or "<metadata>{&quot;basis" in text
