"""``plan export``, ``plan figure`` and ``plan brief``: what leaves as files of its own."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from helpers.catalogue import load_catalogue
from helpers.catalogue.brand import brand_of
from helpers.commands.rendering import TARGETS, render_reports
from helpers.commands.typed import refuse_typed
from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.present.output import FigurePart
from helpers.present.stamp import EXAMPLE_MARK
from helpers.present.still import drawn, sized
from helpers.render.brief import FORMS as BRIEF_FORMS
from helpers.render.brief import brief_files
from helpers.render.links import check_links, site_files
from helpers.reports import wing
from helpers.reports.base.report import Report, country_workbook
from helpers.reports.base.request import RenderRequest

XLSX, ZIP = "xlsx", "zip"
"""What ``--to`` may say."""


def export(request: RenderRequest, err: Console) -> Iterator[Path]:
    """Write what is asked for below the output, and say where each file lies.

    Raises
    ------
    PlanError
        For an unknown format, municipality or plan, or a report that has no such file.
    """
    request.check((XLSX, ZIP))
    if ZIP in request.to and request.many:
        raise PlanError.of(
            "--to zip", "A zip file holds one site.", "Name municipalities; plan publish copies all."
        )
    if XLSX in request.to:
        yield from _workbooks(request, err)
    if ZIP in request.to:
        yield from _sites(request, err)


def asked_reports(request: RenderRequest, err: Console) -> Sequence[Report]:
    """The reports that a file is asked of, held against what is typed in."""
    with err.status("reading the figures"):
        catalogue = load_catalogue(request.project)
        refuse_typed(request.project, catalogue)
        reports = wing(request.report).reports(request, catalogue)
        for report in reports:
            report.check_period()
            if problems := wing(request.report).typed_problems(report):
                raise PlanError(problems)
    return reports


def marked_name(report: Report, name: str) -> str:
    """The name of a file that leaves, which says when its figures are made up."""
    return f"{EXAMPLE_MARK}-{name}" if report.is_example else name


def _workbooks(request: RenderRequest, err: Console) -> Iterator[Path]:
    reports = asked_reports(request, err)
    if request.many:
        # Those that have a plan of their own come with that as well; a table holds one plan.
        reports = [report for report in reports if report.key == reports[0].key]
        with err.status(f"writing {len(reports)} municipalities"):
            whole = country_workbook(reports)
        name = f"{'alle' if request.everyone else 'region'}-{reports[0].key}.xlsx"
        yield _written(request.output / marked_name(reports[0], name), whole)
        return
    for report in reports:
        with err.status(f"writing {report.whom.name}"):
            content = report.workbook()
        yield _written(request.output / marked_name(report, report.workbook_name), content)


def _sites(request: RenderRequest, err: Console) -> Iterator[Path]:
    """Each site rendered on its own, with a first page above it, its links checked, in a file."""
    for report in asked_reports(request, err):
        with tempfile.TemporaryDirectory(prefix="plan-export-") as temporary:
            site = Path(temporary) / "site"
            alone = replace(
                request, municipalities=(report.whom.name,), plan=report.key, to=TARGETS, output=site
            )
            if render_reports(alone, Console(quiet=True), err):
                raise PlanError.of(f"plan export {report.whom.slug}", "The site could not be rendered.")
            if problems := check_links(site):
                raise PlanError(problems)
            content = packed((name, (site / name).read_bytes()) for name in sorted(site_files(site)))
        name = report.workbook_name.removesuffix(".xlsx") + ".zip"
        yield _written(request.output / marked_name(report, name), content)


def _written(path: Path, content: bytes) -> Path:
    write_whole(path, content, replace=True)
    return path


# ---------------------------------------------------------------------------------------------- figures

PNG, SVG, PDF = "png", "svg", "pdf"
PICTURE_FORMS = (PNG, SVG, PDF)
"""What ``plan figure --to`` may say."""

_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "in": 25.4}
_WIDTHS = 30.0, 1000.0
"""Of a picture, in millimetres: from what can still be read to a poster."""
_MOST_PIXELS = 10_000
"""Across a PNG; more would fill the memory."""


def width_of(text: str) -> float:
    """A width in millimetres: ``16cm``, ``160 mm``, ``6,3in``.

    Raises
    ------
    PlanError
        When it is none, or none that a figure can have.
    """
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(mm|cm|in)", text.strip().lower())
    width = float(found[1].replace(",", ".")) * _MILLIMETRES[found[2]] if found else 0.0
    if not _WIDTHS[0] <= width <= _WIDTHS[1]:
        raise PlanError.of("--width", f'"{text}" is no width of a figure.', "From 3cm to 100cm: 16cm.")
    return width


def export_figures(
    request: RenderRequest, names: Sequence[str], *, width: float, dots: int, err: Console
) -> Iterator[Path]:
    """Write single figures of a report, or all of them in one zip file when none is named.

    Parameters
    ----------
    width
        In millimetres.
    dots
        An inch, of PNG.

    Raises
    ------
    PlanError
        For an unknown form or figure, or a picture too large to draw.
    """
    request.check(PICTURE_FORMS)
    if PNG in request.to and width / 25.4 * dots > _MOST_PIXELS:
        what = (
            f"The picture would be {width / 25.4 * dots:,.0f} pixels across; {_MOST_PIXELS:,} are the most."
        )
        raise PlanError.of("--width, --dpi", what, "Take fewer dots, or a PDF.")
    (report,) = asked_reports(request, err)
    whose = marked_name(report, report.workbook_name.removesuffix(".xlsx"))
    if names:
        for name in names:
            for file, content in _pictures(report.drawing(name), request.to, width, dots):
                yield _written(request.output / f"{whose}-{file}", content)
        return
    files: list[tuple[str, bytes]] = []
    for name in report.figure_names:
        with err.status(f"drawing {name}"):
            files += _pictures(report.drawings(name), request.to, width, dots)
    if not files:
        raise PlanError.of(report.key, f"There is nothing to draw for {report.whom.name}.")
    yield _written(request.output / f"{whose}-figurer.zip", packed(files))


def _pictures(
    parts: Sequence[FigurePart], forms: Sequence[str], width: float, dots: int
) -> Iterator[tuple[str, bytes]]:
    for part in parts:
        for form in forms:
            if form == SVG:
                yield f"{part.key}.svg", sized(part.still, width).encode()
            elif form == PDF:
                yield f"{part.key}.pdf", drawn(part.still, "pdf", width=width)
            else:
                yield f"{part.key}.png", drawn(part.still, "png", width=width, dots=dots)


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip file; the same files give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


# -------------------------------------------------------------------------------------------- agenda items

BRIEF = "sagsfremstilling"


def write_briefs(request: RenderRequest, err: Console) -> Iterator[Path]:
    """Write the agenda items below the output, and say where each file lies.

    Raises
    ------
    PlanError
        For an unknown form, municipality or plan, or a report that has no agenda item.
    """
    request.check(BRIEF_FORMS)
    reports = asked_reports(request, err)
    for report in reports:
        with err.status(f"writing {report.whom.name}"):
            brief = report.brief()
            brand = brand_of(request.project, report.whom.slug)
            made = brief_files(
                request.project, brief, brand, request.to, example=report.is_example, day=report.data_day
            )
        name = marked_name(report, f"{BRIEF}-{report.whom.slug}-{report.key}")
        for form, content in made.items():
            yield _written(request.output / f"{name}.{form}", content)
