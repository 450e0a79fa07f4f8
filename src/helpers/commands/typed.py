"""What ``plan check`` refuses of typed-in files, ``plan status`` and ``plan render`` refuse too."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.catalogue import Catalogue
from helpers.catalogue.models import Municipality
from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.reports import wings
from helpers.sources.manual import misplaced, typed_problems


def refuse_typed(project: Project, catalogue: Catalogue, municipalities: Iterable[Municipality] = ()) -> None:
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
    return misplaced(project, catalogue) + [problem for wing in wings() for problem in wing.unread(project)]
