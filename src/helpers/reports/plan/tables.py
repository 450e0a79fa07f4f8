"""The tables of a plan: status, changes between two plans, surveys.

In: rows of frozen models. Out: a :class:`~helpers.present.output.Shown`. Nothing is judged or counted here.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from helpers.analysis.targets import ResolvedTarget, Start
from helpers.catalogue.catalogue import fill
from helpers.catalogue.models import Goal, Municipality, Plan, Survey
from helpers.periods import Period
from helpers.present import output
from helpers.present.spark import Spark
from helpers.present.tables import (
    Cell,
    Column,
    Group,
    Html,
    Links,
    build,
    gap_cell,
    linked,
    noted,
    period_cell,
    simple_table,
    spark_cell,
    target_cell,
    two_lines,
    unit_below,
    verdict_cell,
)
from helpers.present.tables import (
    columns as columns_of,
)
from helpers.present.target_words import target_history, target_note
from helpers.present.words import (
    GROUNDS_WORDS,
    NBSP,
    by_counts,
    capital,
    number,
    sentence,
)
from helpers.reports.plan.assurance import FEW_NOTE, FEW_WORD
from helpers.reports.plan.changes import AreaChangeKind, ChangeKind, ChangeRow, area_changes
from helpers.reports.plan.status import StatusRow
from helpers.reports.plan.words import places_apart

COUNTRY_HEAD = "Landet"
GAP_HEAD = two_lines("Forskel til målet", "(+ er bedre)")
PUBLISHED_NOTE = "* Offentliggjort tal. De øvrige tal er eksempeldata."


def status_table(
    rows: Iterable[StatusRow],
    plan: Plan,
    municipality: Municipality,
    *,
    names: Mapping[str, str] | None = None,
    sparks: Mapping[str, Spark] | None = None,
    goal_links: Links | None = None,
    area_links: Callable[[int], str | None] | None = None,
    published: Collection[str] = (),
    published_note: str = PUBLISHED_NOTE,
    notes: Sequence[str] = (),
    provisional: Collection[str] = (),
    grounds: bool = False,
    persons: Callable[[StatusRow], str] = lambda row: "",
    starts: Mapping[tuple[str, int], Start | None] | None = None,
) -> output.Shown:
    """The status of a plan's goals, as in the municipality's own table (seed 000), with verdict and trend.

    Parameters
    ----------
    names
        Indicator → its short name, for goals that are followed by several (``5b``).
    sparks
        Indicator → the small trend in its row.
    published, published_note
        Indicators whose figures a document printed: they are marked, because the others are example data, or newer.
    grounds
        Each row says what it stands on: for a report in which real and made-up figures stand side by side.
    persons
        What a row's gap comes to in persons, in words.
    starts
        Goal and part → what it set out from: a column with that, and with the change since.
    """
    given = list(rows)
    by_goal: dict[str, list[StatusRow]] = {}
    for row in given:
        by_goal.setdefault(row.goal, []).append(row)
    trends = sparks or {}

    def status_cells(row: StatusRow, goal: Goal, *, first: bool) -> tuple[Cell, ...]:
        star = "*" if row.indicator in published else ""

        def value(figure: Decimal | None) -> Cell:
            return None if figure is None else unit_below(f"{number(figure, row.decimals, row.unit)}{star}")

        # A goal with two indicators is worded once, in the first of its rows.
        name = (names or {}).get(row.indicator) if len(goal.indicators) > 1 else None
        named = f"<strong>{html.escape(name, quote=False)}</strong>" if name else ""
        wording = html.escape(goal.text, quote=False) if first or not name else ""
        said: Cell = Html("<br>".join(filter(None, (wording, named))))
        target = goal.parts[row.part].target
        for note in (
            target_note(row.asked, row.verdict, row.decimals, row.unit),
            row.note,
            row.reason,
            target_history(target, row.decimals, row.unit),
            by_counts(row.finer, row.verdict, row.decimals, row.unit),
            f"Grundlag: {GROUNDS_WORDS[row.grounds]}" if grounds and row.grounds else "",
        ):
            said = noted(said, sentence(note or ""))
        far = row.milestone
        unset = row.target is None and row.indicator
        spark = trends.get(row.indicator)
        return (
            linked(row.goal, goal_links(row.goal) if goal_links else None),
            said,
            period_cell(row.period, provisional=row.indicator in provisional),
            value(row.national),
            noted(far.state.value, f"{far.day:%d-%m-%Y}") if far else value(row.municipality),
            target_cell(row.asked or ResolvedTarget.of(target, row.national), row.decimals, row.unit),
            two_lines(*places_apart(row.gap).split(NBSP))
            if row.is_ranked and row.gap is not None
            else gap_cell(row.gap, row.decimals, row.unit, persons(row)),
            noted(
                verdict_cell(row.verdict, row.direction if unset else None, row.past),
                FEW_WORD if row.few else "",
            ),
            *([since_cell(row, starts.get((row.goal, row.part)))] if starts is not None else []),
            *([spark_cell(spark) if spark else None] if trends else []),
        )

    columns = [
        Column("Mål nr.", row_head=True),
        Column(plan.names.goal.title),
        Column("Måned/år"),
        Column(COUNTRY_HEAD, number=True),
        Column(municipality.name, number=True),
        Column("Mål", number=True),
        Column(GAP_HEAD, number=True),
        Column("Vurdering"),
        *([Column("Siden start", number=True)] if starts is not None else []),
        *([Column("Udvikling")] if trends else []),
    ]
    groups: list[Group] = []
    for area in plan.focus_areas:
        cells = [
            status_cells(row, goal, first=place == 0)
            for goal in area.goals
            for place, row in enumerate(by_goal.get(goal.number, ()))
        ]
        if cells:
            address = area_links(area.number) if area_links else None
            groups.append(Group(cells, linked(plan.area_title(area), address)))
    foot = [
        *([published_note] if any(row.indicator in published for row in given) else []),
        *([FEW_NOTE] if any(row.few for row in given) else []),
        *notes,
    ]
    told = f"Status på {plan.names.goal.the_many} {municipality.place}"
    text = build(columns, groups, id="status", caption=told, classes="status cards", foot=foot)
    used = {trends[row.indicator].name: trends[row.indicator].svg for row in given if row.indicator in trends}
    return output.table(text, text=told, files=used)


def since_cell(row: StatusRow, start: Start | None) -> Cell:
    """``+2,1`` and, below, ``fra 29,1 (dec. 25)``; none without a figure to compare with."""
    if start is None or row.municipality is None:
        return None
    change = gap_cell(row.municipality - start.value, row.decimals, row.unit)
    return noted(change, f"fra {number(start.value, row.decimals)} ({start.period.short})")


def unplaced_table(label: str, values: Sequence[str], *, id: str, notes: Iterable[str]) -> output.Shown:
    """Values that a document printed without saying when they are from, in the printed order."""
    columns = [
        Column("I trykt rækkefølge", row_head=True),
        *(Column(str(place), number=True) for place in range(1, len(values) + 1)),
    ]
    caption = f"{label}: perioderne er ikke trykt"
    return simple_table(columns, [("Antal", *values)], id=id, caption=caption, caption_shown=True, foot=notes)


def change_words(row: ChangeRow, new: Plan) -> tuple[Cell, Cell]:
    """What stands in the two columns of goals, in the annex's words (seed 001)."""
    if row.new_goal is None:
        return "Indgår ikke", _goal_words(row.old_goal)
    if row.old_goal is None:
        return _goal_words(row.new_goal), f"Nyt i {new.year}"
    if row.kind is ChangeKind.IDENTICAL:
        return _goal_words(row.new_goal), "Identisk"
    if row.kind is ChangeKind.RENUMBERED:
        return _goal_words(row.new_goal), f"Identisk med mål {row.old_goal.number.upper()}"
    return _goal_words(row.new_goal), _goal_words(row.old_goal)


def _goal_words(goal: Goal | None) -> Cell:
    if goal is None:
        return None
    text = html.escape(goal.text, quote=False)
    return Html(f"<strong>{goal.number.upper()}:</strong> {text}") if goal.number_printed else goal.text


_CHANGE_TAGS = {
    ChangeKind.IDENTICAL: "",  # the column beside it says so
    ChangeKind.RENUMBERED: "Nyt nummer",
    ChangeKind.REWORDED: "Ændret ordlyd",
    ChangeKind.TARGET_CHANGED: "Ændret måltal",
    ChangeKind.MEASURE_CHANGED: "Ændret måling",
    ChangeKind.NEW: "Nyt mål",
    ChangeKind.DROPPED: "Udgår",
}
"""What became of a goal in a word or two, for the column that can be skimmed."""


def changes_table(
    rows: Iterable[ChangeRow],
    new: Plan,
    old: Plan,
    municipality: Municipality,
) -> output.Shown:
    """The two plans' goals side by side, under the new plan's focus areas, as in the annex (seed 001).

    Remarks that concern the plan's own municipality are left out on another's page.
    """
    goals = (f"{plan.names.goal.title} {plan.year}" for plan in (new, old))
    columns = columns_of(*goals, "Ændring", "Bemærkninger", row_head=None)
    was = {change.new.title: change for change in area_changes(new, old) if change.new}
    found: dict[int, tuple[str, list[tuple[Cell, ...]]]] = {}
    for row in rows:
        area = row.focus_area
        title = f"{area.number}. {area.title}"
        change = was.get(area.title)
        if change and change.old and change.kind is not AreaChangeKind.KEPT:
            verb = "hed" if change.kind is AreaChangeKind.RETITLED else "erstatter"
            title += f" ({verb}: {change.old.title})"
        after, before = change_words(row, new)
        remark = row.remark if row.remark and new.shows(row.owner_only, municipality) else ""
        both = row.kind is ChangeKind.MEASURE_CHANGED and row.new_target
        tag = "Ændret måling og måltal" if both else _CHANGE_TAGS[row.kind]
        cells = (after, before, tag, remark)
        found.setdefault(hash((area.number, area.title)), (title, []))[1].append(cells)
    caption = f"{capital(new.names.area.many)} og {new.names.goal.many} {new.year} i forhold til {old.year}"
    text = build(
        columns,
        [Group(cells, title) for title, cells in found.values()],
        id="aendringer",
        caption=caption,
        classes="cards",
    )
    return output.table(text, text=caption)


def survey_table(
    survey: Survey,
    answers: Mapping[str, Decimal],
    *,
    words: Mapping[str, str],
    period: Period | None = None,
) -> output.Shown:
    """The answers to a survey's questions, as in seed 002 (goal 5a).

    Parameters
    ----------
    answers
        Question → share of satisfied answers; a question without one gets a dash.
    words
        What the questions' words in braces stand for (:meth:`Catalogue.office`).
    """

    rows: list[tuple[Cell, ...]] = []
    for key, question in survey.questions.items():
        value = answers.get(key)
        shown = None if value is None else number(value, survey.decimals, survey.unit)
        if shown is not None and key in survey.answers:
            shown = f"{survey.answers[key]}: {shown}"
        rows.append((fill(question, **words), shown))
    caption = fill(survey.title, **words) + (f", {period.danish}" if period else "")
    columns = columns_of("Spørgsmål", survey.answer, numbers=(1,))
    return simple_table(columns, rows, id=survey.key, caption=caption)
