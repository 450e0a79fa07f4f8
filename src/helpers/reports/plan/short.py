"""The short edition of a plan, four pages: what is met, what turned, the largest gaps in persons, each focus area's trends.

In: a report; its agenda item and first page are asked for what they know. Out: what the cells of the edition show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from helpers.analysis.gaps import Verdict
from helpers.catalogue.models import BASE, FocusArea
from helpers.data.basis import snapshot_days
from helpers.periods import Period, danish_day
from helpers.present import output, tables
from helpers.present.output import Shown, escape_markdown, join
from helpers.present.tables import Group
from helpers.present.words import capital, listed, number
from helpers.reports.base.notes import note
from helpers.reports.plan.assurance import persons_sentence
from helpers.reports.plan.briefing import missing
from helpers.reports.plan.numbers import PlanNumbers
from helpers.reports.plan.opening import opening, turned_since
from helpers.reports.plan.status import StatusRow
from helpers.reports.plan.words import nothing_before, without_persons

EDITION: Final = "kort"
"""What ``--edition`` calls it; also the end of its address."""

MOST_GAPS: Final = 5

_UNDECIDED: Final = (Verdict.CANNOT_BE_JUDGED, Verdict.FOLLOWED, Verdict.NOT_DUE)


def met(report: PlanNumbers) -> Shown:
    """How many goals are met, and each goal in a line."""
    first, _ = opening(report)
    return output.box(f"**{escape_markdown(first)}**", classes=("summary",)) + output.table(
        report.brief().table()
    )


# ---------------------------------------------------------------------------------------------- what turned


def before(report: PlanNumbers) -> tuple[PlanNumbers, str] | None:
    """The plan as it stood at the fetch before this one, or else before its year began, and what that time is called.

    Returns
    -------
    tuple or None
        None when nothing is known from then.
    """
    days = [day for day in snapshot_days(report.project) if day <= (report.snapshot or date.max)]
    if len(days) > 1 and not report.is_example:
        return replace(report, snapshot=days[-2]), f"hentningen den {danish_day(days[-2])}"
    start = Period.month(report.plan.year, 1).shift(-1)
    then = replace(report, bound=start)
    if report.newest_period is None or not start < report.newest_period.last_month or not then.known_periods:
        return None
    return then, f"{report.plan.names.document.the}s begyndelse ({start.danish})"


def turned(report: PlanNumbers) -> Shown:
    """Which goals turned since then, and how far each figure has moved."""
    found = before(report)
    if found is None:
        return output.text(nothing_before(report.plan))
    then, since = found
    judged = {
        goal: (then.verdicts[goal].verdict, now.verdict)
        for goal, now in report.verdicts.items()
        if then.verdicts[goal].verdict not in _UNDECIDED and now.verdict not in _UNDECIDED
    }
    newly_met = [goal for goal, (was, now) in judged.items() if now is Verdict.MET is not was]
    lost = [goal for goal, (was, now) in judged.items() if was is Verdict.MET is not now]
    said = escape_markdown(turned_since(since, newly_met, lost))
    old = {(row.goal, row.part): row for row in then.rows}
    pairs = [
        (row, was)
        for row in report.rows
        if (was := old.get((row.goal, row.part)))
        and row.municipality is not None
        and was.municipality is not None
    ]
    changed = {goal for goal, (was, now) in judged.items() if was is not now}
    parts = (
        ("Ændret vurdering", [pair for pair in pairs if pair[0].goal in changed]),
        ("Samme vurdering", [pair for pair in pairs if pair[0].goal not in changed]),
    )
    goal = report.plan.names.goal
    heads = ("Nr.", capital(goal.one), "Dengang", "Nu", "Ændring", "Vurdering dengang", "Vurdering nu")
    columns = tables.columns(*heads, numbers=(2, 3, 4))
    groups = [Group([_moved(report, row, was) for row, was in rows], label) for label, rows in parts if rows]
    box = output.box(f"**{said}**", classes=("summary",))
    if not groups:
        return box
    caption = f"{report.municipality.name} siden {since}"
    foot = ["Ændringen mellem procenter er i procentpoint."]
    return box + output.table(
        tables.build(columns, groups, id="vendt", caption=caption, classes="cards", foot=foot)
    )


def _moved(report: PlanNumbers, row: StatusRow, was: StatusRow) -> tuple[tables.Cell, ...]:
    assert row.municipality is not None and was.municipality is not None
    apart = number(row.municipality - was.municipality, row.decimals, signed=True)
    return (
        row.goal,
        report.plan.goal(row.goal).title,
        number(was.municipality, row.decimals, row.unit),
        number(row.municipality, row.decimals, row.unit),
        apart,
        tables.verdict_cell(was.verdict),
        tables.verdict_cell(row.verdict),
    )


# ------------------------------------------------------------------------------------- the largest gaps


def gaps(report: PlanNumbers) -> Shown:
    """The goals that most is missing from, in persons, those of which that is not known, and the largest one's figure."""
    rows = missing(report)
    known = [row for row in rows if row.persons][:MOST_GAPS]
    lacking = {row.goal for row in rows if row.persons is None}
    unknown = [goal.number for goal in report.plan.goals if goal.number in lacking]
    said = [output.text(escape_markdown(without_persons(unknown)))] if unknown else []
    if not rows:
        said.append(output.text("Ingen af de mål, der kan vurderes, mangler at blive opfyldt."))
    if not known:
        return join(said)
    goal = report.plan.names.goal
    columns = tables.columns(
        "Nr.", capital(goal.one), "Personer", "Forskel", "Det svarer til", numbers=(2, 3)
    )
    caption = f"{'De fem største afstande' if len(known) == MOST_GAPS else 'De største afstande'} til målet"
    table = tables.simple_table(
        columns,
        [_gap(report, row) for row in known],
        id="afstande",
        caption=caption,
        caption_shown=True,
        classes="cards",
    )
    figures = report.brief().figures[:1]
    sources = (note("source-note", one.source) for one in figures)
    return join([table, *said, Shown(figures), *sources])


def _gap(report: PlanNumbers, row: StatusRow) -> tuple[tables.Cell, ...]:
    assert row.persons is not None
    indicator = report.catalogue.indicators[row.indicator]
    return (
        row.goal,
        report.plan.goal(row.goal).title,
        number(abs(row.persons), 0, indicator.unit_of(BASE)),
        tables.gap_cell(row.gap, row.decimals, row.unit),
        persons_sentence(row, indicator) or None,
    )


# ---------------------------------------------------------------------------------- the focus areas


def areas(report: PlanNumbers) -> Shown:
    """A panel for each focus area: the trend of each of its goals, all drawn alike."""
    panels = [panel for area in report.plan.focus_areas if area.goals for panel in _panel(report, area)]
    return join([output.text("::::: {.panels}"), *panels, output.text(":::::")])


def _panel(report: PlanNumbers, area: FocusArea) -> Iterator[Shown]:
    sign, said, kind = report.standing(area)
    numbers = {goal.number for goal in area.goals}
    sparks = report.sparks
    columns = tables.columns("Mål", "Udvikling", "Nu", "Målet", numbers=(2, 3))
    cells: list[tuple[tables.Cell, ...]] = []
    for row in report.rows:
        if row.goal in numbers:
            drawn = sparks.get(row.indicator)
            cells.append(
                (
                    row.goal,
                    tables.spark_cell(drawn) if drawn else None,
                    None if row.municipality is None else number(row.municipality, row.decimals, row.unit),
                    None if row.target is None else number(row.target, row.decimals, row.unit),
                )
            )
    files = {drawn.name: drawn.svg for row in report.rows if (drawn := sparks.get(row.indicator))}
    yield output.text(f":::: {{.panel .{kind}}}")
    title = f"{area.number}. {area.title}: {sign} {said}"
    if cells:
        markup = tables.build(
            columns,
            [Group(cells)],
            id=f"panel-{area.number}",
            caption=title,
            caption_shown=True,
            classes="trends",
        )
        yield output.table(markup, files=files)
    else:
        yield output.text(f"**{escape_markdown(title)}**", f"Følges uden tal: mål {listed(sorted(numbers))}.")
    yield output.text("::::")


PAGES: Final[Mapping[str, Callable[[PlanNumbers], Shown]]] = {
    "met": met,
    "turned": turned,
    "gaps": gaps,
    "areas": areas,
}
