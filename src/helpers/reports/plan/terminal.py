"""The status table of a plan, its forecasts and what changed between two snapshots: for a terminal, and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from helpers.analysis.gaps import Verdict
from helpers.analysis.outlook import Backtest
from helpers.catalogue import Catalogue
from helpers.catalogue.models import Municipality, Plan
from helpers.data import csv_files
from helpers.present import words
from helpers.reports.base.analyst import below
from helpers.reports.plan import assurance
from helpers.reports.plan import words as plan_words
from helpers.reports.plan.backtests import BACKTEST_COLUMNS, Ask, records
from helpers.reports.plan.records import status_records
from helpers.reports.plan.report import PlanReport
from helpers.reports.plan.revisions import PlanRevision, area_names, revision_csv
from helpers.reports.plan.status import StatusRow

_COLOURS = {
    **dict.fromkeys(Verdict, "yellow"),
    **dict.fromkeys((Verdict.MET, Verdict.ON_TRACK), "green"),
    **dict.fromkeys((Verdict.NOT_MET, Verdict.BEHIND), "red"),
}


_WIDE = 120
"""From so many columns on, the status table fits beside the goals' wording."""


def status_screen(report: PlanReport, width: int, *, verbose: bool = False) -> Iterator[RenderableType]:
    """The status table (seed 000) for a terminal, in Danish, with what its reader must know below it."""
    title = f"{report.plan.title} · {report.municipality.long_name}"
    yield Text(title, style="bold")
    if report.is_example:
        own = report.municipality.slug == report.plan.municipality
        besides = ", undtagen dem kommunen selv har offentliggjort" if own else ""
        yield Text(f"Eksempeldata: tallene er opdigtede{besides}.", style="yellow")
    yield from (_wide(report) if width >= _WIDE else _narrow(report))
    for row in report.all_rows:
        for note in filter(None, (row.note, row.reason, report.stopped_words(row))):
            yield Text(f"{row.goal}: {words.sentence(note)}", style="dim")
    for row in report.unmeasured_rows:
        told = plan_words.milestone_words(row)
        verdict = words.VERDICT_WORDS[row.verdict].lower()
        yield Text(f"{row.goal}: {f'{told}, ' if told else ''}{verdict}", style="dim")
    for row in report.survey_rows:
        if row.municipality is not None:
            value = words.number(row.municipality, row.decimals, row.unit)
            yield Text(
                f"{row.goal}: {value}, {words.VERDICT_WORDS[row.verdict].lower()} (undersøgelse)", style="dim"
            )
    yield from below(report, verbose=verbose)
    yield Text(words.goals_met(report.summary_of(report.plan.goals)), style="bold")


def _areas(report: PlanReport) -> Iterator[tuple[str, list[StatusRow]]]:
    for area in report.plan.focus_areas:
        rows = [row for row in report.rows if row.goal in {goal.number for goal in area.goals}]
        if rows:
            yield report.plan.area_title(area), rows


def _wide(report: PlanReport) -> Iterator[RenderableType]:
    for title, rows in _areas(report):
        table = Table(
            title=title,
            title_justify="left",
            title_style="bold",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            expand=True,
        )
        table.add_column("Mål")
        table.add_column(report.plan.names.goal.title, ratio=1)
        table.add_column("Måned/år", no_wrap=True)
        for name in ("Landet", report.municipality.name, "Forskel"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("Vurdering", no_wrap=True)
        for row in rows:
            table.add_row(*_cells(report, row))
        yield table


def _narrow(report: PlanReport) -> Iterator[RenderableType]:
    """Each goal's wording on lines of its own, and its numbers below."""
    for title, rows in _areas(report):
        yield Text(f"\n{title}", style="bold")
        for row in rows:
            goal, wording, period, country, own, difference, verdict = _cells(report, row)
            yield Text(f"{goal} ", style="bold").append(str(wording), style="not bold")
            told = Text(f"{period} · Landet {country} · {report.municipality.name} {own} · Forskel ")
            yield Padding(told.append_text(Text.assemble(difference, "  ", verdict)), (0, 0, 0, 3))


def _cells(report: PlanReport, row: StatusRow) -> tuple[str | Text, ...]:
    wording, name = report.plan.goal(row.goal).text, report.part_name(row)
    colour = _COLOURS[row.verdict]
    return (
        row.goal,
        f"{wording} [{name}]" if name else wording,
        _period(report, row),
        words.number(row.national, row.decimals, row.unit),
        words.number(row.municipality, row.decimals, row.unit),
        Text(
            plan_words.places_apart(row.gap)
            if row.is_ranked and row.gap is not None
            else words.number(row.gap, row.decimals, row.unit, signed=True),
            style=colour,
        ),
        Text(f"{words.VERDICT_SIGNS[row.verdict]} {words.VERDICT_WORDS[row.verdict]}", style=colour).append(
            f" {words.steadiness_words(row.past)}".rstrip(), style="dim"
        ),
    )


def _period(report: PlanReport, row: StatusRow) -> str:
    if row.period is None:
        return words.UNKNOWN
    said = words.capital(row.period.danish)
    if row.grounds and (report.is_mixed or report.is_printed(row)):
        return f"{said} ({words.GROUNDS_WORDS[row.grounds]})"
    return f"{said} ({words.PROVISIONAL})" if report.is_provisional(row) else said


def status_json(report: PlanReport) -> str:
    """The status table as JSON: municipality, plan, kind of data, and the rows."""
    told = {
        "municipality": report.municipality.name,
        "code": report.municipality.code,
        "plan": report.plan.key,
        "basis": report.basis.kind,
        "rows": status_records(report),
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def backtest_screen(
    catalogue: Catalogue, plan: Plan, found: Mapping[Ask, Backtest | None], *, example: bool
) -> Iterator[RenderableType]:
    """How forecasts for a plan's indicators have turned out, for a terminal, in Danish."""
    yield Text(f"{plan.title} · hvis intet ændrer sig", style="bold")
    if example:
        yield Text("Eksempeldata: tallene er opdigtede.", style="yellow")
    for (key, horizon), one in found.items():
        yield Text(key, style="bold")
        _, *told = assurance.backtest_cells(catalogue.indicators[key], horizon, one)
        heads = assurance.BACKTEST_HEADS[1:]
        said = [f"{head} {cell}" for head, cell in zip(heads, told, strict=True) if cell]
        yield Padding(Text(" · ".join(said)), (0, 0, 0, 3))
    yield Text(assurance.BACKTEST_NOTE, style="dim")


def backtest_text(plan: Plan, found: Mapping[Ask, Backtest | None], form: str, basis: str) -> str:
    """The same for machines, as ``csv`` or ``json``."""
    rows = records(found)
    if form == "csv":
        return csv_files.for_programs(BACKTEST_COLUMNS, [list(row.values()) for row in rows])
    return json.dumps({"plan": plan.key, "basis": basis, "rows": rows}, ensure_ascii=False, indent=2) + "\n"


# ------------------------------------------------------------------------- what changed between two snapshots

_MOST_ROWS = 40
"""So many differences are printed, the largest first; CSV and JSON have all."""


def comparison_text(revision: PlanRevision, municipalities: Sequence[Municipality], form: str) -> str:
    """The comparison for machines, as ``csv`` or ``json``."""
    if form == "csv":
        return revision_csv(revision, municipalities)
    changes = json.loads(revision.found.changes.to_json(orient="records", force_ascii=False))
    verdicts = [
        {
            "municipality": municipality.name,
            "goal": change.new.goal,
            "indicator": change.new.indicator,
            "old": change.old.verdict.value,
            "new": change.new.verdict.value,
        }
        for municipality, found in revision.verdicts.items()
        for change in found
    ]
    told = {
        "old": revision.old.isoformat(),
        "new": revision.new.isoformat(),
        "compared": revision.compared,
        "basis": "real",
        "changes": changes,
        "verdicts": verdicts,
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def comparison_screen(
    revision: PlanRevision, municipalities: Sequence[Municipality]
) -> Iterator[RenderableType]:
    """The comparison for a terminal: counts, the largest corrections, and changed verdicts."""
    corrected = revision.corrected
    yield Text(f"{revision.old} → {revision.new}", style="bold")
    yield (
        f"{len(corrected):,} of {revision.compared:,} figures were corrected, came or went; "
        f"{revision.new_periods:,} are for new periods."
    )
    if len(corrected):
        names = area_names(municipalities)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in ("Area", "Indicator", "Series", "Period"):
            # Folded, because the ends of keys are what tells them apart.
            table.add_column(heading, overflow="fold")
        for heading in ("Before", "Now", "Change"):
            table.add_column(heading, justify="right")
        for row in corrected.head(_MOST_ROWS).to_dict("records"):
            cells = [_number(row[name]) for name in ("old_value", "new_value", "difference")]
            table.add_row(names[row["area"]], row["indicator"], row["series"], row["period"], *cells)
        yield table
        if len(corrected) > _MOST_ROWS:
            yield f"The {_MOST_ROWS} largest are shown; --format csv gives all."
    if not revision.verdicts:
        yield "No verdict changed."
    for municipality, found in revision.verdicts.items():
        for change in found:
            yield Text(
                f"{municipality.name}, goal {change.new.goal}: {change.old.verdict.value} → {change.new.verdict.value}",
                style="yellow",
            )


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:,.10g}"
