"""What the ``plan`` command does with the Jobcenteroverblik: which areas are rendered, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.commands.request import Asked, RenderRequest, chosen_municipalities
from helpers.commands.typed import refuse_typed
from helpers.errors import PlanError, Problem
from helpers.periods import require_figures
from helpers.render import Variant
from helpers.render.hub import SiteEntry
from helpers.reports.base.bookfiles import Book, Laid
from helpers.reports.jobcenteroverblik.book import overview_contents
from helpers.reports.jobcenteroverblik.models import Area, Overview, load_overview
from helpers.reports.jobcenteroverblik.report import KEY, OverviewReport, read_overview
from helpers.reports.plan.report import SNAPSHOT_VARIABLE

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue
    from helpers.project import Project


OVERVIEW = KEY
"""What ``--report`` calls it."""


def overview_asked(request: RenderRequest, catalogue: Catalogue) -> list[Asked]:
    """The Jobcenteroverblik of the areas that were asked for: municipalities, job centres, a region's, or all 94.

    Raises
    ------
    PlanError
        When an area is unknown, or none is named; when the template has mistakes.
    """
    overview = read_overview(request.project, catalogue)
    if request.plan not in ("", KEY):
        raise PlanError.of("--plan", f'"{request.plan}" is no overview; there is {KEY}.', "Leave --plan out.")
    areas = _areas(request, catalogue, overview)
    codes = {code for area in areas for code in area.codes}
    refuse_typed(request.project, catalogue, [m for m in catalogue.municipalities if m.code in codes])
    book = Book(overview_contents(request.project, overview)).laid()
    return [_asked(request, catalogue, overview, area, book) for area in areas]


def _areas(request: RenderRequest, catalogue: Catalogue, overview: Overview) -> list[Area]:
    if request.everyone:
        return list(overview.centres)
    if request.region:
        codes = {municipality.code for municipality in chosen_municipalities(request, catalogue)}
        return [centre for centre in overview.centres if codes & set(centre.codes)]
    if not request.municipalities:
        raise PlanError.of(
            "plan render",
            "No municipality or job centre is named.",
            f"Name one or more (plan render Vallensbæk/Ishøj --report {KEY}), or take them all: --all",
        )
    found = [overview.area(name, catalogue) for name in request.municipalities]
    return list({area.slug: area for area in found}.values())


def _asked(request: RenderRequest, catalogue: Catalogue, overview: Overview, area: Area, book: Laid) -> Asked:
    report = OverviewReport(request.project, catalogue, overview, area, request.bound, request.snapshot)
    if not report.printed:
        require_figures(request.bound, report.known_periods if request.bound else ())
    printed = f"-{request.bound.id.lower()}" if report.printed and request.bound else ""
    variant = Variant(
        book=book.folder,
        pages=book.pages,
        slug=f"{KEY}/{area.slug}{printed}",
        parameters={"kommune": area.name, "plan": KEY, "periode": request.bound.id if request.bound else ""},
        title=report.title,
        municipality=report.long_name,
        dated=None if report.printed else report.data_day,
        environment={SNAPSHOT_VARIABLE: request.snapshot.isoformat()} if request.snapshot else {},
        area="" if area.joint else area.slug,
        inputs=report.fingerprint,
        stamp=report.stamp,
    )
    return Asked(variant, SiteEntry(OVERVIEW, area.codes, area.name), book.notes)


def check_overview(project: Project, catalogue: Catalogue) -> tuple[list[Problem], list[str]]:
    """What is wrong with the template, the job centres and the cluster files, and one line that sums them up."""
    try:
        overview = load_overview(project, catalogue)
    except PlanError as error:
        return list(error.problems), []
    kinds = f", clusters: {', '.join(overview.memberships)}" if overview.memberships else ""
    many = f"{len(overview.figures)} figures, {len(overview.centres)} job centres"
    return [], [f"overview {overview.template.key}: {many}{kinds}"]
