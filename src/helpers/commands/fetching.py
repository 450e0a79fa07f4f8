"""``plan fetch`` and ``plan find``: the terminal while figures come in, and the tables there are."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.models import FromUnknown
from helpers.data.basis import shown_indicators
from helpers.data.text import tidy
from helpers.errors import PlanError
from helpers.project import Project
from helpers.sources import fetch, find
from helpers.sources.fetch_status import FetchOutcome, FetchReport, FetchRow
from helpers.sources.metadata import AREA_DIMENSION, TableInfo
from helpers.sources.settings import KEY_VARIABLE


def fetch_with_progress(
    project: Project,
    console: Console,
    *,
    plan: str = "",
    tables: Sequence[str] = (),
    force: bool = False,
    accept: Sequence[str] = (),
    sources: Sequence[str] = (),
) -> FetchReport:
    """Fetch with a progress bar on `console` (stderr), then say what went wrong.

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
        task = bar.add_task("asking", total=None)

        def on_progress(progress: fetch.FetchProgress) -> None:
            words = f"{progress.table} {progress.words}".strip()
            bar.update(task, completed=progress.done, total=progress.total, description=escape(words))

        report = fetch.fetch_tables(
            project,
            catalogue,
            tables=tables or None,
            indicators=[i.key for i in shown_indicators(catalogue, catalogue.plan(plan))] if plan else None,
            force=force,
            accept=accept,
            sources=sources or None,
            progress=on_progress,
        )
    for problem in report.problems:
        console.print(f"[bold red]✗[/] {escape(problem)}", soft_wrap=True)
    return report


def found_tables(project: Project, console: Console, words: Sequence[str], *, save: bool) -> RenderableType:
    """The tables of Jobindsats that hold all the words, for the terminal; kept on disk when `save` is set.

    The key of an indicator stands for what the catalogue knows of its table: an old title, words, or its id.
    """
    words = _known_of(load_catalogue(project), words)
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
    return describe(found)


def _known_of(catalogue: Catalogue, words: Sequence[str]) -> Sequence[str]:
    indicator = catalogue.indicators.get(words[0]) if len(words) == 1 else None
    if indicator is None:
        return words
    origin = indicator.series[indicator.headline].origin
    return origin.unknown if isinstance(origin, FromUnknown) else indicator.tables[:1] or words


def report_table(report: FetchReport) -> RenderableType:
    """The end of ``plan fetch``: one row for each table, and what is worth knowing below."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Table", "State", "Newest", "Next update", "Cells", "Since the snapshot before"):
        table.add_column(heading, justify="right" if heading == "Cells" else "left", overflow="fold")
    for row in report.rows:
        table.add_row(
            row.table,
            row.outcome.value if row.ok or row.outcome is not FetchOutcome.FETCHED else "in part",
            row.newest or "",
            row.update_next.isoformat() if row.update_next else "",
            f"{row.cells:,}" if row.cells is not None else "",
            _changes(row),
            style=None if row.ok else "red",
        )
    said = (*report.remarks, *(remark for row in report.rows for remark in row.remarks))
    remarks = [Text(remark, style="dim") for remark in said]
    return Group(table, *(Text() for _ in remarks[:1]), *remarks)


def _changes(row: FetchRow) -> str:
    if row.outcome is not FetchOutcome.FETCHED:
        return ""
    if row.changed is None:
        return "first snapshot"
    counts = ((row.changed, "changed"), (row.new, "new"), (row.vanished, "vanished"))
    return ", ".join(f"{count:,} {word}" for count, word in counts if count) or "nothing"


def describe(found: find.Found) -> RenderableType:
    """The tables for a terminal: id and title, then measures, dimensions and periods."""
    parts: list[RenderableType] = []
    if found.near:
        parts.append(Text("No table holds all the words; these come nearest:\n", style="yellow"))
    parts += [_described(table) for table in found.tables]
    source = f", from the list of {found.from_disk[:10]} in data/raw" if found.from_disk else ""
    parts.append(Text(f"{len(found.tables)} of {found.seen} tables{source}", style="dim"))
    if found.from_disk:
        parts.append(Text(f"With a key ({KEY_VARIABLE}) it is asked for once a day.", style="dim"))
    return Group(*parts)


def _described(table: TableInfo) -> Text:
    text = Text()
    text.append(table.id, style="bold").append(f"  {tidy(table.title)}")
    if table.subject:
        text.append(f"  ({tidy(table.subject)})", style="dim")
    for group in table.groups:
        inside = group.measures if len(group.measures) > 1 else ()
        text.append(f"\n  measure    {group.id}  {tidy(group.label)}")
        for measure in inside:
            text.append(f"\n             {measure.id}  {tidy(measure.label)}")
    for dimension in table.dimensions:
        hierarchies = ", ".join(h.id for h in dimension.hierarchies)
        shown = f" [{hierarchies}]" if hierarchies and hierarchies != dimension.id else ""
        kind = "areas      " if dimension.id == AREA_DIMENSION else "dimension  "
        text.append(f"\n  {kind}{dimension.id}  {tidy(dimension.label)}{shown}")
        for hierarchy in dimension.hierarchies:
            members = [tidy(value.label) for value in hierarchy.values]
            if members and dimension.id != AREA_DIMENSION:
                text.append(f"\n             {'; '.join(members)}")
    for periods in table.period_types:
        first, last = (periods.ids[0], periods.ids[-1]) if periods.ids else (periods.first, periods.last)
        text.append(f"\n  periods    {periods.code}  {first or '?'} to {last or '?'}")
    latest, coming = table.update_latest, table.update_next
    if latest or coming:
        text.append(f"\n  updated    {latest or '?'}, next {coming or '?'}")
    return text.append("\n")
