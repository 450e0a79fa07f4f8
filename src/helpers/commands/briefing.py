"""``plan brief``: an agenda item for each municipality, in the forms that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from helpers.catalogue.brand import OVERRIDES, read_brand
from helpers.commands.exporting import asked_reports, marked_name
from helpers.data.files import write_whole
from helpers.render.brief import FORMS, brief_files
from helpers.reports.base.request import RenderRequest

NAME = "sagsfremstilling"


def write_briefs(request: RenderRequest, err: Console) -> Iterator[Path]:
    """Write the agenda items below the output, and say where each file lies.

    Raises
    ------
    PlanError
        For an unknown form, municipality or plan, or a report that has no agenda item.
    """
    request.check(FORMS)
    with err.status("reading the figures"):
        reports = asked_reports(request)
    for report in reports:
        with err.status(f"writing {report.whom.name}"):
            brief = report.brief()
            own = request.project.catalogue / OVERRIDES / f"{report.whom.slug}.yml"
            brand = read_brand(request.project.root / "_brand.yml", own)
            made = brief_files(
                request.project, brief, brand, request.to, example=report.is_example, day=report.data_day
            )
        name = marked_name(report, f"{NAME}-{report.whom.slug}-{report.key}")
        for form, content in made.items():
            path = request.output / f"{name}.{form}"
            write_whole(path, content, replace=True)
            yield path
