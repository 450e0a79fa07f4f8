"""The Jobcenteroverblik, as the rest of the house knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from helpers.catalogue import Catalogue
from helpers.catalogue.areas import Area
from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.reports.base.analyst import unsure
from helpers.reports.base.notebooks import Contents
from helpers.reports.base.report import Report
from helpers.reports.base.request import Asked, RenderRequest, Selection, chosen_municipalities
from helpers.reports.base.wing import Wing
from helpers.reports.jobcenteroverblik.models import (
    Jobcenteroverblik,
    load_jobcenteroverblik,
    read_jobcenteroverblik,
)
from helpers.reports.jobcenteroverblik.numbers import KEY, measures


class JobcenteroverblikWing(Wing):
    """Where a job centre stands among the others."""

    key: ClassVar[str] = KEY

    def owns(self, project: Project, plan: str) -> bool:
        return plan == KEY

    def report(self, selection: Selection, kommune: str) -> Report:
        # Imported where it is shown: every verb asks all wings for files that nobody reads.
        from helpers.reports.jobcenteroverblik.report import jobcenteroverblik_report

        return jobcenteroverblik_report(selection, kommune)

    def reports(self, request: RenderRequest, catalogue: Catalogue) -> Sequence[Report]:
        """One for each municipality or job centre that is named, for a region's job centres, or for all 94."""
        jobcenteroverblik = read_jobcenteroverblik(request.project, catalogue)
        if request.plan not in ("", KEY):
            raise PlanError.of(
                "--plan", f'Unknown template "{request.plan}"; there is {KEY}.', "Leave --plan out."
            )
        from helpers.reports.jobcenteroverblik.report import report_of

        selection = request.selection(catalogue)
        return [
            report_of(selection, jobcenteroverblik, area)
            for area in _areas(request, catalogue, jobcenteroverblik)
        ]

    def asked(self, request: RenderRequest, catalogue: Catalogue) -> list[Asked]:
        """As for any report; beside today's come those that the catalogue holds as they were printed: it links to them."""
        found = super().asked(request, catalogue)
        if request.bound is None:
            jobcenteroverblik = read_jobcenteroverblik(request.project, catalogue)
            for area in _areas(request, catalogue, jobcenteroverblik):
                one = replace(request, municipalities=(area.name,), everyone=False, region="")
                for printed in jobcenteroverblik.printed_of(area):
                    found += super().asked(replace(one, bound=printed.period), catalogue)
        return found

    def listed_as(self, project: Project, catalogue: Catalogue) -> Iterator[str]:
        yield from super().listed_as(project, catalogue)
        jobcenteroverblik = read_jobcenteroverblik(project, catalogue)
        for printed in jobcenteroverblik.published:
            name = jobcenteroverblik.area(printed.area, catalogue).name
            yield f'{KEY} --period {printed.period}  "{name}" alone, as it was printed'

    def contents(self, project: Project, catalogue: Catalogue, plan: str) -> Contents:
        from helpers.reports.jobcenteroverblik.book import jobcenteroverblik_contents

        return jobcenteroverblik_contents(project, read_jobcenteroverblik(project, catalogue))

    def plans(self, project: Project, catalogue: Catalogue) -> Iterable[str]:
        return (KEY,)

    def check(self, project: Project, catalogue: Catalogue) -> tuple[list[Problem], list[str]]:
        try:
            jobcenteroverblik = load_jobcenteroverblik(project, catalogue)
        except PlanError as error:
            return list(error.problems), []
        kinds = f", clusters: {', '.join(catalogue.grouping.clusters)}" if catalogue.grouping.clusters else ""
        many = f"{len(jobcenteroverblik.figures)} figures, {len(jobcenteroverblik.centres)} job centres"
        sources = unsure(KEY, measures(catalogue, jobcenteroverblik))
        return [], [f"{jobcenteroverblik.template.key}: {many}{kinds}", *sources]


def _areas(request: RenderRequest, catalogue: Catalogue, jobcenteroverblik: Jobcenteroverblik) -> list[Area]:
    if request.everyone:
        return list(jobcenteroverblik.centres)
    if request.region:
        codes = {municipality.code for municipality in chosen_municipalities(request, catalogue)}
        return [centre for centre in jobcenteroverblik.centres if codes & set(centre.codes)]
    if not request.municipalities:
        raise PlanError.of(
            f"plan {request.verb}",
            "No municipality or job centre is named.",
            f"Name one or more (plan {request.verb} Vallensbæk/Ishøj --report {KEY}), or take them all: --all",
        )
    found = [jobcenteroverblik.area(name, catalogue) for name in request.municipalities]
    return list({area.slug: area for area in found}.values())


WING = JobcenteroverblikWing()
