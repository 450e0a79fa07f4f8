"""The investment projects, as the rest of the house knows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from helpers.catalogue import Catalogue
from helpers.errors import PlanError, Problem
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.base.analyst import unsure
from helpers.reports.base.notebooks import Contents
from helpers.reports.base.report import Report
from helpers.reports.base.request import RenderRequest, Selection, chosen_municipalities
from helpers.reports.base.wing import Wing
from helpers.reports.investeringer.loader import (
    check_investments,
    investment_files,
    load_investment_set,
    load_investments,
)
from helpers.reports.investeringer.months import check_months, unclaimed, write_project_template
from helpers.reports.investeringer.numbers import InvestmentNumbers, measured_projects


class InvestmentWing(Wing):
    """How a municipality's investment projects stand."""

    key: ClassVar[str] = InvestmentNumbers.kind

    def owns(self, project: Project, plan: str) -> bool:
        return plan in investment_files(project)

    def report(self, selection: Selection, kommune: str) -> Report:
        # Imported where it is shown: every verb asks all wings for files that nobody reads.
        from helpers.reports.investeringer.report import investment_report

        return investment_report(selection, kommune)

    def reports(self, request: RenderRequest, catalogue: Catalogue) -> Sequence[Report]:
        """One for each municipality; of a region or all those that have any, and one named without is an error."""
        areas = chosen_municipalities(request, catalogue)
        if request.many:
            owners = {projects.municipality for projects in load_investments(request.project).values()}
            areas = [area for area in areas if area.slug in owners]
            if not areas:
                raise PlanError.of(
                    f"plan {request.verb}", "None of these municipalities has investment projects."
                )
        selection = request.selection(catalogue)
        return [self.report(selection, area.name) for area in areas]

    def contents(self, project: Project, catalogue: Catalogue, plan: str) -> Contents:
        from helpers.reports.investeringer.book import investment_contents

        projects = load_investment_set(project, plan, catalogue)
        return investment_contents(project, projects, catalogue.municipality(projects.municipality))

    def plans(self, project: Project, catalogue: Catalogue) -> Iterable[str]:
        return investment_files(project)

    def check(self, project: Project, catalogue: Catalogue) -> tuple[list[Problem], list[str]]:
        sets, problems = check_investments(project, catalogue)
        lines = []
        for projects in sets:
            figures, wrong = check_months(project, projects)
            problems += wrong
            lines.append(
                f"{self.key} {projects.key}: {len(projects.projects)} projects, {figures} figures typed in"
            )
            lines += unsure(projects.key, measured_projects(catalogue, projects))
        return problems, lines

    def typed_problems(self, report: Report) -> tuple[Problem, ...]:
        assert isinstance(report, InvestmentNumbers)
        return () if report.example else tuple(check_months(report.project, report.projects)[1])

    def unread(self, project: Project) -> list[Problem]:
        return unclaimed(project, load_investments(project).values())

    def listed(self, project: Project) -> Iterator[str]:
        """One line per project, under one for each set: ``hedensted-2024-2025``, ``  flere-i-job: … (10 rows)``."""
        for projects in load_investments(project).values():
            yield f"{projects.key}: {projects.title}, {projects.municipality}"
            for key, entry in projects.projects.items():
                yield f"  {key}: {entry.title} ({len(entry.status.measures)} rows)"

    def typed_in(self, project: Project) -> Sequence[str]:
        return [key for found in load_investments(project).values() for key in found.projects]

    def template(self, project: Project, key: str, *, plan: str = "", month: str = "") -> Path:
        sets = load_investments(project).values()
        having = [found for found in sets if key in found.projects and plan in ("", found.key)]
        if len(having) != 1:
            names = ", ".join(found.key for found in sets if key in found.projects)
            what = f"More than one set has a project of that name: {names}."
            if not having:
                what = f'Unknown set "{plan}" of that project; it is in {names}.'
            raise PlanError.of(f"project {key}", what, "Name one: --plan.")
        try:
            chosen = Period.parse(month) if month else None
        except ValueError as error:
            raise PlanError.of("--month", f"{error}.") from None
        return write_project_template(project, having[0], key, chosen)


WING = InvestmentWing()
