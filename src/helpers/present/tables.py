"""Tables, made with Great Tables and stripped to HTML that the pages' own styles can dress.

In: rows of frozen models or of cells. Out: a :class:`~helpers.present.output.Shown` whose table has its own
``id``, a caption, and heads that screen readers can use. Nothing is judged or counted here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
from great_tables import GT

from helpers.analysis.gaps import Verdict
from helpers.catalogue.models import Direction, Unit
from helpers.periods import Period
from helpers.present import output
from helpers.present.output import FIGURE_FOLDER
from helpers.present.spark import Spark
from helpers.present.words import (
    DIRECTION_SIGNS,
    DIRECTION_WORDS,
    PROVISIONAL,
    UNKNOWN,
    VERDICT_CLASSES,
    VERDICT_SIGNS,
    VERDICT_WORDS,
    capital,
    number,
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


# ------------------------------------------------------------------------------ cells of figures


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


def spark_cell(spark: Spark) -> Html:
    """A small trend as a picture with its text."""
    return Html(
        f'<img src="{FIGURE_FOLDER}/{html.escape(spark.name)}" alt="{html.escape(spark.alt)}" '
        f'width="{spark.width}" height="{spark.height}">'
    )
