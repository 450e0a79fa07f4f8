"""The ``plan`` command: one verb for each thing an analyst does. It holds no logic, only words and progress."""

from __future__ import annotations

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from helpers.errors import PlanError

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue
    from helpers.catalogue.models import Plan
    from helpers.periods import Period
    from helpers.project import Project

DEFAULT_PLAN = "frederikssund-2023"

app = typer.Typer(
    name="plan",
    help="Danish municipal employment plans: fetch the figures, compute each goal's gap, render a site and a PDF.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
project_app = typer.Typer(help="Investment projects: what can be typed in, and empty files to type it into.", no_args_is_help=True)
app.add_typer(project_app, name="project")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Output(StrEnum):
    """How a table is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class EngineName(StrEnum):
    """Which engine lays out the pages."""

    AUTO = "auto"
    QUARTO = "quarto"
    BUILT_IN = "built-in"


class ReportName(StrEnum):
    """Which report is rendered."""

    PLAN = "plan"
    OVERVIEW = "jobcenteroverblik"
    INVESTMENTS = "investeringer"


Municipality = Annotated[
    str, typer.Argument(metavar="KOMMUNE", help="A municipality by name, code or slug: Frederikssund, 250, frederikssund.")
]
PlanKey = Annotated[str, typer.Option("--plan", "-p", help="Key of the plan, one of `plan list plans`.")]
PeriodText = Annotated[
    str, typer.Option("--period", help="Newest period to show, as 2023M11 or 2023Q02; default: the newest there is.")
]
SnapshotDay = Annotated[
    str, typer.Option("--snapshot", metavar="DATE", help="Use the figures as they stood on that day: 2026-08-22.")
]
TableFormat = Annotated[Output, typer.Option("--format", "-f", help="table for people, csv or json for machines.")]


def _project() -> Project:
    from helpers.project import find_project

    return find_project()


def _open(plan_key: str) -> tuple[Project, Catalogue, Plan]:
    from helpers.catalogue import load_catalogue

    project = _project()
    catalogue = load_catalogue(project)
    return project, catalogue, catalogue.plan(plan_key)


def _period(text: str) -> Period | None:
    from helpers.periods import Period

    if not text:
        return None
    try:
        return Period.parse(text)
    except ValueError as error:
        raise PlanError.of("--period", str(error) + ".") from None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PlanError.of("--snapshot", f'"{text}" is no date; write it as 2026-08-22.') from None
