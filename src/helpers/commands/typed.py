"""What ``plan check`` refuses of typed-in files, ``plan status`` and ``plan render`` refuse too."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.catalogue import Catalogue
from helpers.catalogue.models import Municipality
from helpers.errors import PlanError, Problem
from helpers.intake import nearest, read_table, typed_files
from helpers.project import Project
from helpers.reports.investeringer.loader import load_projects
from helpers.reports.investeringer.months import month_files
from helpers.sources.manual import misplaced, typed_problems


def refuse_typed(project: Project, catalogue: Catalogue, municipalities: Iterable[Municipality]) -> None:
    """Refuse reports on typed-in files that are wrong.

    Raises
    ------
    PlanError
        With everything that is wrong with what these municipalities typed in, and with files that nobody reads.
    """
    problems = unread(project, catalogue)
    for municipality in municipalities:
        problems += typed_problems(project, catalogue, municipality)
    if problems:
        raise PlanError(dict.fromkeys(problems))


def unread(project: Project, catalogue: Catalogue) -> list[Problem]:
    """Typed-in files that no reader looks at, for where they lie or what they are called."""
    return misplaced(project, catalogue) + _unclaimed(project)


def _unclaimed(project: Project) -> list[Problem]:
    """Files with the columns of investment projects that are named after no project of their municipality."""
    found = []
    sets = list(load_projects(project).values())
    for folder in sorted((project.raw / "manual").glob("*/")):
        read = {
            path
            for projects in sets
            if projects.municipality == folder.name
            for key in projects.projects
            for path in month_files(project, projects, key)
        }
        known = [
            key for projects in sets if projects.municipality == folder.name for key in projects.projects
        ]
        for key, paths in typed_files(folder).items():
            for path in set(paths) - read:
                name = project.relative(path)
                tables, _ = read_table(path, name, ("raekke", "maaned", "vaerdi"))
                if "raekke" in tables[0].columns:
                    what = f'"{key}" is no investment project of {folder.name}. {nearest(key, known)}'.strip()
                    do = "Name the file after a project: <project>.csv, or <project>-2026M03.csv."
                    found.append(Problem(name, what, do))
    return found
