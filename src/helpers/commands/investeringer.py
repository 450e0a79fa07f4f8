"""What the ``plan`` command does with investment projects: list them, write files to fill in, render, check."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.catalogue.documents import did_you_mean
from helpers.commands.request import Asked, RenderRequest, chosen_municipalities
from helpers.errors import PlanError, Problem
from helpers.periods import Period, require_figures
from helpers.project import Project
from helpers.render import Variant
from helpers.render.hub import SiteEntry
from helpers.reports.base.bookfiles import Book
from helpers.reports.base.notebooks import Contents
from helpers.reports.investeringer.loader import check_projects, find_projects, load_projects
from helpers.reports.investeringer.models import ProjectSet
from helpers.reports.investeringer.months import check_months, write_project_template

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue
    from helpers.catalogue.models import Municipality

INVESTMENTS = "investeringer"
"""What ``--report`` calls them."""

EXAMPLE = "ja"
"""What the notebooks' parameter ``eksempel`` says when made-up months are shown."""


def list_projects(project: Project) -> Iterator[str]:
    """One line per project, under one for each set: ``hedensted-2024-2025: flere-i-job (10 rows)``."""
    for projects in load_projects(project).values():
        yield f"{projects.key}: {projects.title}, {projects.municipality}"
        for key, entry in projects.projects.items():
            yield f"  {key}: {entry.title} ({len(entry.status.measures)} rows)"


def project_template(project: Project, key: str, *, plan: str = "", month: str = "") -> Path:
    """Write an empty file for a project's next month (or `month`); returns its path.

    Parameters
    ----------
    plan
        Key of the set, where two sets have a project of that name.

    Raises
    ------
    PlanError
        For an unknown project or month, or when the file is there already.
    """
    projects = _set_with(project, key, plan)
    try:
        chosen = Period.parse(month) if month else None
    except ValueError as error:
        raise PlanError.of("--month", f"{error}.") from None
    return write_project_template(project, projects, key, chosen)


def _set_with(project: Project, key: str, plan: str) -> ProjectSet:
    sets = load_projects(project)
    having = [found for found in sets.values() if key in found.projects and plan in ("", found.key)]
    if len(having) == 1:
        return having[0]
    if having:
        names = ", ".join(found.key for found in having)
        raise PlanError.of(
            f"project {key}", f"More than one set has a project of that name: {names}.", "Name one: --plan."
        )
    known = [name for found in sets.values() for name in found.projects]
    raise PlanError.of(
        f"project {key}",
        f'"{key}" is no project. {did_you_mean(key, known)}'.strip(),
        f"Projects are: {', '.join(known) or 'none'}.",
    )


def set_contents(project: Project, catalogue: Catalogue, projects: ProjectSet) -> Contents:
    """The book of a set of projects."""
    from helpers.reports.investeringer.book import investment_contents

    area = catalogue.municipality(projects.municipality)
    return investment_contents(project, projects, area.name, area.long_name)


def check_investments(project: Project, catalogue: Catalogue) -> tuple[list[Problem], list[str]]:
    """What is wrong with the projects' files and with what was typed in, and one line for each set."""
    sets, problems = check_projects(project, catalogue)
    lines = []
    for projects in sets:
        figures, wrong = check_months(project, projects)
        problems += wrong
        lines.append(
            f"projects {projects.key}: {len(projects.projects)} projects, {figures} figures typed in"
        )
    return problems, lines


def investments_asked(request: RenderRequest, catalogue: Catalogue) -> list[Asked]:
    """The investment projects of the municipalities that were asked for.

    With ``--all`` or ``--region`` those that have any; a municipality named without projects is an error.

    Raises
    ------
    PlanError
        When a named municipality has no projects, or nobody has.
    """
    wanted = chosen_municipalities(request, catalogue)
    if request.everyone or request.region:
        owners = {projects.municipality for projects in load_projects(request.project).values()}
        wanted = [area for area in wanted if area.slug in owners]
        if not wanted:
            raise PlanError.of("plan render", "None of these municipalities has investment projects.")
    for projects in load_projects(request.project).values():
        if projects.municipality in {area.slug for area in wanted}:
            _, wrong = check_months(request.project, projects)
            if wrong and not request.example:
                raise PlanError(wrong)
    return [_asked(request, catalogue, area) for area in wanted]


def _asked(request: RenderRequest, catalogue: Catalogue, area: Municipality) -> Asked:
    from helpers.reports.investeringer.report import Investments

    projects = find_projects(request.project, area.slug, request.plan, catalogue)
    report = Investments(request.project, catalogue, projects, area, request.bound, request.example)
    require_figures(request.bound, report.known_periods)
    several = sum(found.municipality == area.slug for found in load_projects(request.project).values()) > 1
    book = Book(set_contents(request.project, catalogue, projects)).laid()
    variant = Variant(
        book=book.folder,
        pages=book.pages,
        slug=f"investeringer/{projects.key if several else area.slug}",
        parameters={
            "kommune": area.name,
            "plan": projects.key,
            "periode": request.bound.id if request.bound else "",
            "eksempel": EXAMPLE if request.example else "",
        },
        title=projects.title,
        municipality=area.long_name,
        dated=report.data_day,
        area=area.slug,
        inputs=report.fingerprint,
        stamp=report.stamp,
    )
    return Asked(variant, SiteEntry(INVESTMENTS, (area.code,), area.name), book.notes)
