"""``plan export``: what leaves as one file, a workbook or a packed site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from helpers.catalogue import load_catalogue
from helpers.commands.typed import refuse_typed
from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.present.stamp import EXAMPLE_MARK
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
    request.check()
    unknown = [part for part in request.to if part not in (XLSX, ZIP)]
    if unknown or not request.to:
        raise PlanError.of("--to", f'"{",".join(request.to)}" is none of {XLSX}, {ZIP} or {XLSX},{ZIP}.')
    if XLSX in request.to:
        yield from _workbooks(request, err)


def asked_reports(request: RenderRequest) -> Sequence[Report]:
    """The reports that a file is asked of, held against what is typed in."""
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
    with err.status("reading the figures"):
        reports = asked_reports(request)
    if request.many:
        with err.status(f"writing {len(reports)} municipalities"):
            whole = country_workbook(reports)
        name = f"{'alle' if request.everyone else 'region'}-{reports[0].key}.xlsx"
        yield _written(request.output / marked_name(reports[0], name), whole)
        return
    for report in reports:
        with err.status(f"writing {report.whom.name}"):
            content = report.workbook()
        yield _written(request.output / marked_name(report, report.workbook_name), content)


def _written(path: Path, content: bytes) -> Path:
    write_whole(path, content, replace=True)
    return path
