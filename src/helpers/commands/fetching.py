"""``plan fetch`` and ``plan find``: the terminal while figures come in, and the tables there are."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from helpers.catalogue import Catalogue, load_catalogue
from helpers.data import plan_indicators
from helpers.errors import PlanError
from helpers.project import Project
from helpers.sources import fetch, find
from helpers.sources.fetch_status import FetchReport


def fetch_with_progress(
    project: Project,
    console: Console,
    *,
    plan: str = "",
    tables: Sequence[str] = (),
    force: bool = False,
    accept: Sequence[str] = (),
) -> FetchReport:
    """Fetch with a progress bar on `console` (stderr), then say what went wrong.

    Parameters
    ----------
    plan
        Key of a plan whose tables are fetched; empty for all indicators.

    Raises
    ------
    PlanError
        When there is no key, or the plan or a table is unknown.
    """
    catalogue = load_catalogue(project)
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", table_column=None),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task("asking Jobindsats", total=None)

        def told(progress: fetch.Progress) -> None:
            words = f"{progress.table} {progress.words}".strip()
            bar.update(task, completed=progress.done, total=progress.total, description=escape(words))

        report = fetch.fetch_tables(
            project,
            catalogue,
            tables=tables or None,
            indicators=_indicators(catalogue, plan),
            force=force,
            accept=accept,
            progress=told,
            waiting=lambda words: console.print(escape(words)),
        )
    for problem in report.problems:
        console.print(f"[bold red]✗[/] {escape(problem)}", soft_wrap=True)
    return report


def _indicators(catalogue: Catalogue, plan: str) -> list[str] | None:
    return [i.key for i in plan_indicators(catalogue, catalogue.plan(plan))] if plan else None


def found_tables(project: Project, console: Console, words: Sequence[str], *, save: bool) -> RenderableType:
    """The tables of Jobindsats that hold all the words, for the terminal; kept on disk when `save` is set."""
    found = find.search(project, words)
    if save and found.tables:
        with console.status("asking for the metadata of each table") as status:
            find.save(project, found.tables, progress=lambda table: status.update(f"asking for {table}"))
    elif not found.tables:
        raise PlanError.of(
            "plan find",
            f"None of the {found.seen} tables holds {' and '.join(words)}.",
            "Try fewer words, or a part of one: aktiver, samtal, flygtn.",
        )
    return find.describe(found)
