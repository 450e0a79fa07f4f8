"""What a plan knows of an agenda item: its sentences, its status in short, the figures of its largest gaps.

In: a report. Out: a :class:`~helpers.reports.base.brief.Brief`. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from helpers.analysis.gaps import Verdict
from helpers.periods import danish_day
from helpers.present.output import FigurePart, Shown
from helpers.present.words import (
    VERDICT_CLASSES,
    VERDICT_SIGNS,
    VERDICT_WORDS,
    capital,
    count,
    number,
    sentence,
    source_names,
)
from helpers.reports.base.brief import MOST_FIGURES, Brief, BriefRow, whole_report
from helpers.reports.plan import assurance
from helpers.reports.plan import words as plan_words
from helpers.reports.plan.numbers import PlanNumbers
from helpers.reports.plan.opening import opening
from helpers.reports.plan.status import StatusRow

GAP_NOTE = "Forskellen mellem procenter er i procentpoint. + er bedre end målet."


def plan_brief(report: PlanNumbers, note: Shown) -> Brief:
    """What is known of the agenda item on a plan's follow-up; `note` says which figures these are."""
    plan, area = report.plan, report.municipality
    rows = (*report.rows, *report.survey_rows)
    order = {goal.number: place for place, goal in enumerate(plan.goals)}
    return Brief(
        title=f"Opfølgning på {plan.title}",
        whom=area.long_name,
        dated=danish_day(report.data_day),
        note=note,
        opening=" ".join(filter(None, opening(report))),
        columns=("Nr.", capital(plan.names.goal.one), "Periode", "Målet", area.name, "Forskel", "Vurdering"),
        rows=tuple(_row(report, row) for row in sorted(rows, key=lambda row: order[row.goal])),
        numbers=(3, 4, 5),
        naming=2,
        foot=GAP_NOTE,
        figures=tuple(_figures(report)),
        said=tuple(_said(report)),
        background=tuple(_background(report)),
        economy=tuple(_economy(report)),
        annexes=(whole_report(plan.title, area.long_name),),
    )


def _row(report: PlanNumbers, row: StatusRow) -> BriefRow:
    name = f": {part}" if (part := report.part_name(row)) else ""

    def value(figure: Decimal | None) -> str:
        return "" if figure is None else number(figure, row.decimals, row.unit)

    return BriefRow(
        (
            row.goal,
            f"{report.plan.goal(row.goal).title}{name}",
            row.period.short if row.period else "",
            value(row.target),
            value(row.municipality),
            "" if row.gap is None else number(row.gap, row.decimals, signed=True),
            f"{VERDICT_SIGNS[row.verdict]} {VERDICT_WORDS[row.verdict]}",
        ),
        VERDICT_CLASSES[row.verdict],
    )


def missing(report: PlanNumbers) -> list[StatusRow]:
    """The rows that do not meet their goal, the largest gap first: in persons, and behind those in their own unit."""
    found = [row for row in report.rows if row.verdict is Verdict.NOT_MET and row.gap is not None]
    return sorted(found, key=lambda row: (-abs(row.persons or 0), -abs(row.gap or Decimal(0)), row.goal))


def _figures(report: PlanNumbers) -> Iterator[FigurePart]:
    goals = list(dict.fromkeys(row.goal for row in missing(report)))
    for goal in goals[:MOST_FIGURES]:
        yield from report.drawings(goal)[:1]


def _said(report: PlanNumbers) -> Iterator[str]:
    """What the municipality says of the goals that are not met, the newest of each."""
    for goal in report.plan.goals:
        told = report.follow_ups(goal.number)
        if told and report.verdicts[goal.number].verdict is Verdict.NOT_MET:
            yield f"**{capital(report.plan.names.goal.one)} {goal.number}.**"
            yield from plan_words.follow_up_paragraphs(told[0])


def _background(report: PlanNumbers) -> Iterator[str]:
    plan, names = report.plan, report.plan.names
    areas = sum(bool(area.goals) for area in plan.focus_areas)
    goals = count(len(plan.goals), names.goal.one, names.goal.many)
    yield f"{plan.title} har {goals} i {count(areas, names.area.one, names.area.many)}."
    newest = report.newest_period
    if newest is not None:
        told = f"Opfølgningen viser de nyeste tal, der er, til og med {newest.danish}."
        yield f"{told} Kilde: {source_names(report.catalogue.indicators[row.indicator] for row in report.rows)}."


def _economy(report: PlanNumbers) -> Iterator[str]:
    """What the gaps come to where the plan gives a price."""
    for row in report.rows:
        price = report.assured(row).price
        if price is not None and row.gap and row.verdict is Verdict.NOT_MET:
            told = assurance.persons_sentence(row, report.catalogue.indicators[row.indicator], price)
            if told:
                yield sentence(f"{report.plan.names.goal.one} {row.goal}: {told}")
