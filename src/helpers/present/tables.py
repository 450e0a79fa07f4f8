"""Tables of a plan, made with Great Tables and stripped to HTML that the pages' own styles can dress.

In: rows of frozen models or of cells. Out: a :class:`~helpers.present.output.Shown` whose table has its own
``id``, a caption, and heads that screen readers can use. Nothing is judged or counted here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from great_tables import GT

from helpers.analysis.changes import ChangeKind, ChangeRow
from helpers.analysis.gaps import Verdict
from helpers.analysis.status import StatusRow
from helpers.catalogue.models import Direction, Goal, Municipality, Plan, Survey, Unit
from helpers.periods import Period
from helpers.present import output
from helpers.present.output import FIGURE_FOLDER
from helpers.present.spark import Spark
from helpers.present.words import (
    DIRECTION_SIGNS,
    DIRECTION_WORDS,
    GROUNDS_WORDS,
    PROVISIONAL,
    UNKNOWN,
    VERDICT_CLASSES,
    VERDICT_SIGNS,
    VERDICT_WORDS,
    capital,
    number,
    sentence,
    unit_word,
)

Links = Callable[[str], str | None]
"""From a goal's number to the address of its place on a page; none leaves the number unlinked."""


class Html(str):
    """Markup for a cell; every other text is escaped."""

    __slots__ = ()


Cell = str | None
"""None is shown as a dash; zero is a text like any other."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    label
        Its head.
    number
        Aligned right, in figures of one width.
    row_head
        Its cells name their rows (at most one column, the first).
    """

    label: str
    number: bool = False
    row_head: bool = False


@dataclass(frozen=True)
class Group:
    """Rows under a common heading; without a `label` they have none."""

    rows: Sequence[Sequence[Cell]]
    label: Cell = None


def tagged(text: str, css_class: str) -> Html:
    """A cell that is wholly of one class, such as ``verdict-met`` or ``state-note``."""
    return Html(f'<span class="{css_class}">{html.escape(text, quote=False)}</span>')


def linked(text: str, address: str | None) -> Cell:
    """A cell that is a link; plain text without an address."""
    if address is None:
        return text
    return Html(f'<a href="{html.escape(address)}">{html.escape(text, quote=False)}</a>')


def two_lines(first: str, second: str) -> Html:
    """A cell of two lines: ``−3,5`` over ``procentpoint``."""
    return Html(f"{html.escape(first, quote=False)}<br>{html.escape(second, quote=False)}")


def markup_of(cell: Cell) -> str:
    """The cell as HTML."""
    if cell is None:
        return UNKNOWN
    return cell if isinstance(cell, Html) else html.escape(cell, quote=False)


# ------------------------------------------------------------------------------ Great Tables

_TOKEN = "¤{}¤"
"""Stands for a cell's markup while Great Tables, which escapes cells, builds the table around it."""

_TOKENS = re.compile(r"¤(\d+)¤")
_ALIGNED = {"gt_left": "", "gt_right": "num", "gt_center": "mid"}
_HOISTED = re.compile(
    r'<td( class="[^"]*")?><span class="((?:verdict|state)-[a-z-]+)">((?:(?!</?span).)*)</span></td>',
    re.DOTALL,
)


def html_table(table: GT, *, id: str, caption: str, caption_shown: bool = False, classes: str = "") -> str:
    """A Great Tables table as the plan's pages want it.

    Its own style block, wrapper and ``gt_`` classes are left out, so that ``styles/plan.css`` decides; what
    stays are ``table.plan-table``, ``tr.group``, ``td.num``, and ``scope`` on every head.

    Parameters
    ----------
    id
        Of the ``table``; unique on its page.
    caption
        Read aloud before the table; shown over it too when `caption_shown`.
    classes
        More classes for the ``table``.
    """
    output.check_key(id)
    built = table.as_raw_html(inline_css=False)
    body = built[built.index("<table") : built.rindex("</table>") + len("</table>")]
    body = re.sub(r' (?:headers|id|style|rowspan="1" colspan|data-quarto-[a-z-]+)="[^"]*"', "", body)
    body = re.sub(r'<tr class="gt_group_heading_row">', '<tr class="group">', body)
    body = re.sub(r' class="(gt_[^"]*)"', _plain_class, body)
    names = f"plan-table {classes}".strip()
    hidden = "" if caption_shown else ' class="visually-hidden"'
    head = (
        f'<table class="{names}" id="{id}" data-quarto-bootstrap="false">\n'
        f"<caption{hidden}>{html.escape(caption, quote=False)}</caption>"
    )
    body = re.sub(r"^<table[^>]*>", lambda _: head, body)
    return re.sub(r"\n\s*", "\n", body)


def _plain_class(found: re.Match[str]) -> str:
    names = [_ALIGNED[name] for name in found[1].split() if _ALIGNED.get(name)]
    return f' class="{" ".join(names)}"' if names else ""


def build(
    columns: Sequence[Column],
    groups: Sequence[Group],
    *,
    id: str,
    caption: str,
    caption_shown: bool = False,
    classes: str = "",
    foot: Iterable[str] = (),
) -> str:
    """A table from cells.

    Parameters
    ----------
    foot
        Notes under the table, one row each.
    """
    markup: list[str] = []

    def token(cell: Cell) -> str | None:
        if cell is None:
            return None
        markup.append(markup_of(cell))
        return _TOKEN.format(len(markup) - 1)

    names = [f"c{index}" for index in range(len(columns))]
    grouped = any(group.label is not None for group in groups)
    labels = [token(group.label or "") for group in groups]
    records = [
        {**dict(zip(names, map(token, row), strict=True)), "group": label}
        for group, label in zip(groups, labels, strict=True)
        for row in group.rows
    ]
    frame = pd.DataFrame(records, columns=[*names, "group"], dtype=object)
    head = next((name for name, column in zip(names, columns, strict=True) if column.row_head), None)
    table = GT(
        frame if grouped else frame.drop(columns="group"),
        rowname_col=head,
        groupname_col="group" if grouped else None,
        id=id,
        locale="da",
    )
    by_name = dict(zip(names, columns, strict=True))
    table = table.cols_label({name: column.label for name, column in by_name.items() if name != head})
    if head is not None:
        table = table.tab_stubhead(label=by_name[head].label)
    table = table.cols_align("left", columns=names)
    numbers = [name for name, column in by_name.items() if column.number]
    if numbers:
        table = table.cols_align("right", columns=numbers)
    table = table.sub_missing(missing_text=UNKNOWN)
    text = html_table(table, id=id, caption=caption, caption_shown=caption_shown, classes=classes)
    text = _TOKENS.sub(lambda found: markup[int(found[1])], text)
    # A cell that is wholly of one class carries it itself: the PDF knows classes of cells only.
    text = _HOISTED.sub(_hoist, text)
    notes = "".join(
        f'<tr><td colspan="{len(columns)}" class="state-note">{html.escape(note, quote=False)}</td></tr>'
        for note in foot
    )
    return text.replace("</table>", f"<tfoot>{notes}</tfoot>\n</table>") if notes else text


def _hoist(found: re.Match[str]) -> str:
    own = found[1][len(' class="') : -1] if found[1] else ""
    return f'<td class="{f"{own} {found[2]}".strip()}">{found[3]}</td>'


def simple_table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    id: str,
    caption: str,
    caption_shown: bool = False,
    classes: str = "",
    foot: Iterable[str] = (),
) -> output.Shown:
    """Any table of cells: the sources of the data page, a list of remarks, a ranking."""
    group = Group([tuple(row) for row in rows])
    text = build(
        columns, [group], id=id, caption=caption, caption_shown=caption_shown, classes=classes, foot=foot
    )
    return output.table(text, text=caption)


# ------------------------------------------------------------------------------ the plan's tables


def verdict_cell(verdict: Verdict, direction: Direction | None = None) -> Html:
    """Sign and word in the class that colours them, and below it which way is better."""
    said = f"{VERDICT_SIGNS[verdict]} {VERDICT_WORDS[verdict]}"
    if direction is not None:
        said += f'<br><small class="state-note">{direction_words(direction)}</small>'
    return Html(f'<span class="{VERDICT_CLASSES[verdict]}">{said}</span>')


def direction_words(direction: Direction) -> str:
    """``↑ højere er bedre``"""
    return f"{DIRECTION_SIGNS[direction]} {DIRECTION_WORDS[direction].lower()}"


def period_cell(period: Period | None, *, provisional: bool = False) -> Cell:
    """``November 2023``, as at the start of a cell; below it ``foreløbig`` when the source may correct it yet."""
    if period is None:
        return None
    said = capital(period.danish)
    return Html(f'{said}<br><small class="state-note">{PROVISIONAL}</small>') if provisional else said


def gap_cell(gap: Decimal | None, decimals: int, unit: Unit) -> Cell:
    """``−3,5`` over ``procentpoint``; a ratio has no unit."""
    if gap is None:
        return None
    figure = number(gap, decimals, signed=True)
    word = unit_word(unit, gap, difference=True)
    return two_lines(figure, word) if word else figure


COUNTRY_HEAD = "Landet"
PUBLISHED_NOTE = "* Offentliggjort tal. De øvrige tal er eksempeldata."


def status_table(
    rows: Iterable[StatusRow],
    plan: Plan,
    municipality: Municipality,
    *,
    id: str = "status",
    caption: str | None = None,
    names: Mapping[str, str] | None = None,
    sparks: Mapping[str, Spark] | None = None,
    goal_links: Links | None = None,
    area_links: Callable[[int], str | None] | None = None,
    published: Collection[str] = (),
    provisional: Collection[str] = (),
    grounds: bool = False,
    grouped: bool = True,
) -> output.Shown:
    """The status of a plan's goals, as in the municipality's own table (seed 000), with verdict and trend.

    Parameters
    ----------
    names
        Indicator → its short name, for goals that are followed by several (``5b``).
    sparks
        Indicator → the small trend in its row.
    goal_links, area_links
        From a goal's or focus area's number to its place on a page.
    published
        Indicators whose figures a document printed: they are marked, because the others are example data.
    provisional
        Indicators whose period the source is likely to correct.
    grounds
        Each row says what it stands on: for a report in which real and made-up figures stand side by side.
    grouped
        Under the headings of the focus areas; a single focus area's own table needs none.
    """
    given = list(rows)
    by_goal: dict[str, list[StatusRow]] = {}
    for row in given:
        by_goal.setdefault(row.goal, []).append(row)
    trends = sparks or {}
    columns = [
        Column("Mål nr.", row_head=True),
        Column("Resultatmål"),
        Column("Måned/år"),
        Column(COUNTRY_HEAD, number=True),
        Column(municipality.name, number=True),
        Column("Forskel", number=True),
        Column("Vurdering"),
        *([Column("Udvikling")] if trends else []),
    ]
    groups: list[Group] = []
    for area in plan.focus_areas:
        cells = [
            _status_cells(
                row, goal, names or {}, trends, goal_links, published, provisional, grounds, first=place == 0
            )
            for goal in area.goals
            for place, row in enumerate(by_goal.get(goal.number, ()))
        ]
        if cells:
            title = f"Fokusområde {area.number} - {area.title}"
            address = area_links(area.number) if area_links else None
            groups.append(Group(cells, linked(title, address) if grouped else None))
    marked = any(row.indicator in published for row in given)
    text = build(
        columns,
        groups,
        id=id,
        caption=caption or f"Status på resultatmålene i {municipality.name}",
        classes="status",
        foot=[PUBLISHED_NOTE] if marked else (),
    )
    used = {trends[row.indicator].name: trends[row.indicator].svg for row in given if row.indicator in trends}
    return output.table(text, text=f"Status på resultatmålene i {municipality.name}", files=used)


def _status_cells(
    row: StatusRow,
    goal: Goal,
    names: Mapping[str, str],
    sparks: Mapping[str, Spark],
    links: Links | None,
    published: Collection[str],
    provisional: Collection[str],
    grounds: bool,
    *,
    first: bool,
) -> tuple[Cell, ...]:
    star = "*" if row.indicator in published else ""

    def value(figure: Decimal | None) -> Cell:
        return None if figure is None else f"{number(figure, row.decimals, row.unit)}{star}"

    # A goal with two indicators is worded once, in the first of its rows.
    name = names.get(row.indicator) if len(goal.indicators) > 1 else None
    named = f"<strong>{html.escape(name, quote=False)}</strong>" if name else ""
    wording = html.escape(goal.text, quote=False) if first or not name else ""
    said = "<br>".join(part for part in (wording, named) if part)
    told = GROUNDS_WORDS[row.grounds] if grounds else ""
    for note in (row.note, row.reason, told and f"Grundlag: {told}"):
        if note:
            said += f'<br><small class="state-note">{html.escape(sentence(note), quote=False)}</small>'
    cells: tuple[Cell, ...] = (
        linked(row.goal, links(row.goal) if links else None),
        Html(said),
        period_cell(row.period, provisional=row.indicator in provisional),
        value(row.national),
        value(row.municipality),
        gap_cell(row.gap, row.decimals, row.unit),
        verdict_cell(row.verdict, row.direction),
    )
    if not sparks:
        return cells
    spark = sparks.get(row.indicator)
    return (*cells, spark_cell(spark) if spark else None)


def spark_cell(spark: Spark) -> Html:
    """A small trend as a picture with its text."""
    return Html(
        f'<img src="{FIGURE_FOLDER}/{html.escape(spark.name)}" alt="{html.escape(spark.alt)}" '
        f'width="{spark.width}" height="{spark.height}">'
    )


def change_words(row: ChangeRow, new: Plan, old: Plan) -> tuple[Cell, Cell]:
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
    ChangeKind.IDENTICAL: "Identisk",
    ChangeKind.RENUMBERED: "Nyt nummer",
    ChangeKind.REWORDED: "Ny ordlyd",
    ChangeKind.TARGET_CHANGED: "Nyt mål",
    ChangeKind.MEASURE_CHANGED: "Ny måling",
    ChangeKind.NEW: "Nyt",
    ChangeKind.DROPPED: "Udgår",
}
"""One word for what became of a goal, for the column that can be skimmed."""


def changes_table(
    rows: Iterable[ChangeRow],
    new: Plan,
    old: Plan,
    municipality: Municipality,
    *,
    id: str = "aendringer",
    goal_links: Links | None = None,
) -> output.Shown:
    """The two plans' goals side by side, under the new plan's focus areas, as in the annex (seed 001).

    Remarks that concern the plan's own municipality are left out on another's page.
    """
    columns = [
        Column(f"Resultatmål {new.year}"),
        Column(f"Resultatmål {old.year}"),
        Column("Ændring"),
        Column("Bemærkninger"),
    ]
    found: dict[int, tuple[str, list[tuple[Cell, ...]]]] = {}
    for row in rows:
        area = row.focus_area
        title = f"{area.number}. {area.title}"
        if area.replaces:
            title += f" (erstatter: {area.replaces})"
        after, before = change_words(row, new, old)
        if row.new_goal is not None and goal_links is not None and isinstance(after, Html):
            address = goal_links(row.new_goal.number)
            if address:
                name = f"<strong>{row.new_goal.number.upper()}:</strong>"
                after = Html(after.replace(name, f'<a href="{html.escape(address)}">{name}</a>'))
        remark = row.remark if row.remark and new.shows(row.owner_only, municipality) else ""
        cells = (after, before, _CHANGE_TAGS[row.kind], remark)
        found.setdefault(hash((area.number, area.title)), (title, []))[1].append(cells)
    caption = f"Fokusområder og resultatmål {new.year} i forhold til {old.year}"
    text = build(columns, [Group(cells, title) for title, cells in found.values()], id=id, caption=caption)
    return output.table(text, text=caption)


def survey_table(
    survey: Survey,
    answers: Mapping[str, Decimal],
    *,
    words: Mapping[str, str],
    id: str | None = None,
    period: Period | None = None,
) -> output.Shown:
    """The answers to a survey's questions, as in seed 002 (goal 5a).

    Parameters
    ----------
    answers
        Question → share of satisfied answers; a question without one gets a dash.
    words
        What the questions' words in braces stand for: ``kommune``, ``jobcenter``.
    """

    def filled(text: str) -> str:
        for name, word in words.items():
            text = text.replace(f"{{{name}}}", word)
        return text

    rows: list[tuple[Cell, ...]] = []
    for key, question in survey.questions.items():
        value = answers.get(key)
        shown = None if value is None else number(value, survey.decimals, survey.unit)
        if shown is not None and key in survey.answers:
            shown = f"{survey.answers[key]}: {shown}"
        rows.append((filled(question), shown))
    caption = filled(survey.title) + (f", {period.danish}" if period else "")
    columns = [Column("Spørgsmål", row_head=True), Column(survey.answer, number=True)]
    return simple_table(columns, rows, id=id or survey.key, caption=caption)
