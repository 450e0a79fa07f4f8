"""Tables of investment projects: status, the document's own form, target numbers, what it saves.

Comes in: results of the analysis. Goes out: a :class:`~helpers.present.output.Shown`; nothing is judged here.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from helpers.periods import Period
from helpers.present import output, tables
from helpers.present.output import Shown
from helpers.present.spark import Spark
from helpers.present.tables import Cell, Column, Group, Html
from helpers.present.theme import palette
from helpers.present.words import NBSP, capital, number
from helpers.reports.investeringer import words
from helpers.reports.investeringer.figures import row_spark
from helpers.reports.investeringer.models import InvestmentSet, TargetTable
from helpers.reports.investeringer.status import (
    BusinessCase,
    InvestmentStatus,
    RowStatus,
)

SHOWN_MONTHS = 3
"""How many of the newest months the document's form shows; the figures' tables hold them all."""

_INDENT = "\u2003"


def _label(status: RowStatus, under: int) -> str:
    """A row's label, set in below a row with figures of its own."""
    return _INDENT * (status.level - under) + status.row.label


def _grouped(rows: Iterable[RowStatus], cells: Callable[[RowStatus, int], tuple[Cell, ...]]) -> list[Group]:
    """Rows under the document's headings; rows without one stand in groups without a label."""
    groups: list[tuple[Cell, int, list[tuple[Cell, ...]]]] = []
    for status in rows:
        if status.row.is_heading:
            groups.append((status.row.label.rstrip(":"), status.level + 1, []))
            continue
        if not groups or status.level < groups[-1][1]:
            groups.append((None, status.level, []))
        groups[-1][2].append(cells(status, groups[-1][1]))
    return [Group(found, label) for label, _, found in groups if found]


def project_status_table(status: InvestmentStatus) -> Shown:
    """Newest figure, change since the start, path, trend and standing of every row of a project."""
    key = status.project.key
    colour = palette()
    pictures: dict[str, str] = {}

    def cells(row: RowStatus, under: int) -> tuple[Cell, ...]:
        shown = _label(row, under), _newest(row), _since_start(row), _way(row)
        return (*shown, _trend(row), standing_cell(row))

    def _trend(row: RowStatus) -> Cell:
        if not row.measured:
            return None
        name = f"udvikling-{key}-{row.row.key}.svg"
        spark = Spark(name, row_spark(row, colour), words.trend_words(row))
        pictures[spark.name] = spark.svg
        return tables.spark_cell(spark)

    heads = ("Række", "Nyeste tal", "Siden start", "Forventet nu", "Udvikling", "Status")
    columns = tables.columns(*heads, numbers=(1, 2, 3))
    caption = f"Status for {status.project.title}"
    text = tables.build(
        columns, _grouped(status.rows, cells), id=f"status-{key}", caption=caption, classes="cards"
    )
    return output.table(text, text=caption, files=pictures)


def _way(status: RowStatus) -> Cell:
    """Where the path is in the newest month, over the next target; its month stands in the form."""
    if status.next_target is None:
        return None
    goal = words.row_value(status.next_target[1], status.row.unit, judged=True)
    return tables.two_lines(words.on_path(status.path_now, status.row), f"mål {goal}")


def _since_start(status: RowStatus) -> Cell:
    """The change since the start; of a count with its share, both, one over the other."""
    if status.count_change is None:
        return None if status.change is None else words.difference(status.change, status.row.unit)
    counted = number(status.count_change, 0, signed=True)
    if status.change is None:
        return counted
    return tables.two_lines(counted, words.difference(status.change, status.row.unit))


def _newest(status: RowStatus) -> Cell:
    if status.newest is None:
        return None
    shown = words.measurement(status.newest, status.row.unit)
    return tables.two_lines(shown, status.newest.month.short)


def standing_cell(status: RowStatus) -> Cell:
    """Sign and word in the class that colours them; below it why it is not judged."""
    if status.standing is None:
        return None
    told = Html(words.standing(status), words.STANDING_CLASSES[status.standing])
    return tables.noted(told, status.reason or "")


def form_table(status: InvestmentStatus) -> Shown:
    """The document's own form: the start, the newest months and the minimum targets at their dates."""
    table = status.project.status
    newest = status.newest
    months = [newest.shift(step) for step in range(1 - SHOWN_MONTHS, 1)] if newest else []
    months = [month for month in months if month > table.start.period]

    def cells(row: RowStatus, under: int) -> tuple[Cell, ...]:
        measured = {one.month: one for one in row.measured}
        shown = [measured.get(month) for month in months]
        return (
            _label(row, under),
            words.start(row.row) or None,
            *(words.measurement(one, row.row.unit) if one else None for one in shown),
            *(words.target(row.row.targets.get(month), row.row) or None for month in table.target_months),
        )

    columns = [
        Column("Række", row_head=True),
        Column(table.start.label, number=True),
        *(Column(capital(month.short).replace(" ", NBSP), number=True) for month in months),
        *(Column(label, number=True) for label in table.target_months.values()),
    ]
    groups = _grouped(status.rows, cells)
    caption = f"Skema: {table.title}"
    return output.table(
        tables.build(columns, groups, id=f"skema-{status.project.key}", caption=caption), text=caption
    )


def overview_table(found: Iterable[InvestmentStatus], links: Callable[[str], str]) -> Shown:
    """All projects of a set: how many targets, how they stand, and the newest month."""
    columns = tables.columns("Projekt", *words.OVERVIEW_HEADS, numbers=range(1, len(words.OVERVIEW_HEADS)))
    rows: list[tuple[Cell, ...]] = []
    for status in found:
        *counted, newest = words.overview_cells(status)
        title = tables.linked(status.project.title, links(status.project.key))
        rows.append((title, *counted, _month(status.newest) or newest))
    return tables.simple_table(
        columns, rows, id="projekter", caption="Projekterne og deres status", classes="cards"
    )


def policy_table(projects: InvestmentSet, links: Callable[[str], str]) -> Shown:
    """The policy's focus areas and the projects that name them."""
    rows: list[tuple[Cell, ...]] = []
    for area, title in sorted(projects.policy.items()):
        serving = [
            tables.markup_of(tables.linked(project.title, links(project.key)))
            for project in projects.projects.values()
            if area in project.policy.focus_areas
        ]
        rows.append((f"{area}. {title}", Html("<br>".join(serving)) if serving else None))
    return tables.simple_table(
        tables.columns("Fokusområde i beskæftigelsespolitikken", "Projekter, der nævner det"),
        rows,
        id="politik",
        caption="Fokusområder i beskæftigelsespolitikken og de projekter, der understøtter dem",
    )


# ----------------------------------------------------------------------------------------- target numbers


def target_table(table: TargetTable, unit: str, key: str) -> Shown:
    """One table of target numbers with its sum; reading the catalogue has added the lines up."""
    rows: list[tuple[Cell, ...]] = []
    for line in table.lines:
        shown = words.signed_line(line.amount, is_level=line.level is not None or line.hold)
        rows.append((tables.noted(line.label, line.note or ""), shown))
    rows.append((_strong(table.total.label), _strong(number(table.total.value))))
    return tables.simple_table(
        tables.columns(table.title, unit, numbers=(1,)),
        rows,
        id=key,
        caption=f"Måltal: {table.title}",
    )


def effects_table(projects: InvestmentSet, changes: Mapping[str, Mapping[str, Decimal]]) -> Shown:
    """What each project changes on each benefit, in full-time persons; zero where it holds the level."""
    benefits = [key for key in projects.benefits if any(key in per for per in changes.values())]
    rows: list[tuple[Cell, ...]] = [
        (
            project.title,
            *(number(own[benefit], 0, signed=True) if benefit in own else None for benefit in benefits),
        )
        for key, project in projects.projects.items()
        for own in (changes[key],)
    ]
    sums = [
        sum((per[benefit] for per in changes.values() if benefit in per), Decimal(0)) for benefit in benefits
    ]
    rows.append((_strong("I alt"), *(_strong(number(value, 0, signed=True)) for value in sums)))
    heads = [projects.benefits[benefit] for benefit in benefits]
    columns = tables.columns("Projekt", *heads, numbers=range(1, 1 + len(heads)))
    return tables.simple_table(
        columns,
        rows,
        id="bidrag",
        caption="Projekternes bidrag til måltallene i antal fuldtidspersoner",
        classes="cards",
    )


def business_table(case: BusinessCase, benefits: Mapping[str, str]) -> Shown:
    """Full-time persons saved per benefit; with the costs the user gave, where they stand, and the amounts."""
    with_costs = any(one.cost for one in case.savings)
    rows: list[tuple[Cell, ...]] = []
    for one in case.savings:
        cells: tuple[Cell, ...] = (benefits.get(one.benefit, one.benefit), number(one.persons))
        if with_costs:
            cost = one.cost
            source = f"{cost.source} ({cost.year})" if cost and cost.year else cost.source if cost else None
            cells += (
                words.kroner(cost.amount) if cost else None,
                None if one.amount is None else words.kroner(one.amount),
                source or "ikke angivet",
            )
        rows.append(cells)
    if len(rows) > 1 or case.saved is not None:
        total: tuple[Cell, ...] = (_strong("I alt"), _strong(number(case.persons)))
        if with_costs:
            total += ("", _strong(words.kroner(case.saved)) if case.saved is not None else None, "")
        rows.append(total)
    heads = ["Ydelse", "Sparede fuldtidspersoner om året"]
    heads += ["Årlig udgift pr. person", "Sparet om året", "Kilde til udgiften"] if with_costs else []
    columns = tables.columns(*heads, numbers=(1, 2, 3))
    caption = f"Kan det betale sig? {case.project.title}"
    return tables.simple_table(columns, rows, id=f"betaler-sig-{case.project.key}", caption=caption)


def _strong(text: str) -> Html:
    return Html(f"<strong>{html.escape(text, quote=False)}</strong>")


def sources_table(found: Iterable[InvestmentStatus], source_of: Callable[[RowStatus], str]) -> Shown:
    """Every row with where its figures come from and its newest month."""
    groups = []
    for status in found:
        rows = [
            (
                status.project.status.label_of(row.row.key),
                source_of(row),
                _month(row.newest.month if row.newest else None),
            )
            for row in status.rows
            if row.row.key is not None
        ]
        groups.append(Group(rows, status.project.title))
    text = tables.build(
        tables.columns("Række", "Kilde", "Nyeste tal"),
        groups,
        id="kilder",
        caption="Statusrækkerne, deres kilder og nyeste måned",
    )
    return output.table(text, text="Kilder")


def _month(month: Period | None) -> Cell:
    return None if month is None else capital(month.danish).replace(" ", NBSP)
