"""Tables of cells, as HTML that the pages' own styles dress.

In: rows of frozen models or of cells. Out: a :class:`~helpers.present.output.Shown` whose table has its own
``id``, a caption, and heads that screen readers can use. Nothing is judged or counted here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from helpers.analysis.gaps import Verdict
from helpers.analysis.steadiness import Past
from helpers.analysis.targets import ResolvedTarget
from helpers.catalogue.models import Direction, Unit
from helpers.periods import Period
from helpers.present import output
from helpers.present.output import FIGURE_FOLDER, HTML_ONLY
from helpers.present.spark import SPARK_HEIGHT, SPARK_WIDTH, Spark
from helpers.present.target_words import short_target
from helpers.present.words import (
    DIRECTION_SIGNS,
    DIRECTION_WORDS,
    NBSP,
    PROVISIONAL,
    UNKNOWN,
    VERDICT_CLASSES,
    VERDICT_SIGNS,
    VERDICT_WORDS,
    capital,
    number,
    steadiness_words,
    unit_word,
)

Links = Callable[[str], str | None]
"""From a goal's number to the address of its place on a page; none leaves the number unlinked."""


class Html(str):
    """Markup for a cell; every other text is escaped."""

    css: str
    """Classes of the whole cell, such as ``verdict-met``; the PDF knows classes of cells only."""

    def __new__(cls, markup: str, css: str = "") -> Html:
        made = super().__new__(cls, markup)
        made.css = css
        return made


Cell = str | None
"""None is shown as a dash; zero is a text like any other."""


@dataclass(frozen=True)
class Column:
    """One column."""

    label: str
    """Its head."""
    number: bool = False
    """Aligned right, in figures of one width."""
    row_head: bool = False
    """Its cells name their rows (at most one column)."""


def columns(*heads: str, row_head: int | None = 0, numbers: Collection[int] = ()) -> list[Column]:
    """Columns with these heads; by place, the one that names the rows and those that hold numbers."""
    return [Column(head, place in numbers, place == row_head) for place, head in enumerate(heads)]


@dataclass(frozen=True)
class Row:
    """A row that has a class of its own; one without is a plain sequence of cells."""

    cells: Sequence[Cell]
    css: str


@dataclass(frozen=True)
class Group:
    """Rows under a common heading; without a `label` they have none."""

    rows: Sequence[Sequence[Cell] | Row]
    label: Cell = None


def tagged(text: str, css: str) -> Html:
    """A cell that is wholly of one class, such as ``state-note``."""
    return Html(html.escape(text, quote=False), css)


def linked(text: str, address: str | None) -> Cell:
    """A cell that is a link; plain text without an address."""
    if address is None:
        return text
    return Html(f'<a href="{html.escape(address)}">{html.escape(text, quote=False)}</a>')


def two_lines(first: str, second: str) -> Html:
    """A cell of two lines: ``−3,5`` over ``procentpoint``."""
    return Html(f"{html.escape(first, quote=False)} <br>{html.escape(second, quote=False)}")


def markup_of(cell: Cell) -> str:
    """The cell as HTML."""
    if cell is None:
        return UNKNOWN
    return cell if isinstance(cell, Html) else html.escape(cell, quote=False)


_TAG = re.compile(r"<[^>]*>")
_QUOTED, _ESCAPED = re.compile(r"['\\]"), r"\\\g<0>"


def _element(tag: str, content: str, css: str = "", **attributes: object) -> str:
    said = "".join(
        f' {name}="{html.escape(str(value))}"'
        for name, value in (("class", css or None), *attributes.items())
        if value is not None
    )
    return f"<{tag}{said}>{content}</{tag}>"


def _heads(columns: Sequence[Column]) -> str:
    """What a phone shows beside the cells of each column, once a table: plan.css reads it as ``--k2``, ``--k3`` …"""
    told = []
    for place, column in enumerate(columns, start=1):
        if not column.row_head:
            text = " ".join(_TAG.sub(" ", html.unescape(markup_of(column.label))).split())
            told.append(f"--k{place}:'{_QUOTED.sub(_ESCAPED, text)}'")
    return html.escape(";".join(told), quote=False).replace('"', "&quot;")


def _row(row: Sequence[Cell] | Row, columns: Sequence[Column]) -> str:
    cells, css = (row.cells, row.css) if isinstance(row, Row) else (row, "")
    made = []
    for cell, column in zip(cells, columns, strict=True):
        own = cell if isinstance(cell, Html) else Html("")
        classes = " ".join(filter(None, ("num" if column.number else "", own.css)))
        head = {"scope": "row"} if column.row_head else {}
        made.append(_element("th" if head else "td", markup_of(cell), classes, **head))
    return _element("tr", "\n".join(["", *made, ""]), css)


def build(
    columns: Sequence[Column],
    groups: Sequence[Group],
    *,
    id: str,
    caption: str | None,
    caption_shown: bool = False,
    classes: str = "",
    foot: Iterable[str] = (),
    html_only: bool = False,
) -> str:
    """Build a table as HTML that the pages' own styles dress, with heads that screen readers can use.

    Parameters
    ----------
    id
        Of the ``table``; unique on its page.
    caption
        Read aloud before the table; shown over it too when `caption_shown`.
    classes
        More classes for the ``table``; with ``cards`` a phone shows each row as a card, heads beside the cells.
    html_only
        For the web page and not for the PDF.

    Raises
    ------
    ValueError
        When `id` is no anchor.
    """
    output.check_key(id)
    wide = len(columns)
    heads = [_element("th", markup_of(c.label), "num" if c.number else "", scope="col") for c in columns]
    lines = [_element("tr", "\n".join(["", *heads, ""]))]
    body = []
    for group in groups:
        if group.label is not None:
            head = _element("th", markup_of(group.label), colspan=wide, scope="colgroup")
            body.append(_element("tr", f"\n{head}\n", "group"))
        body += [_row(row, columns) for row in group.rows]
    notes = [_element("tr", _element("td", markup_of(note), "state-note", colspan=wide)) for note in foot]
    names = f"plan-table {classes}".strip()
    mark = HTML_ONLY if html_only else 'data-quarto-bootstrap="false"'
    if "cards" in classes.split():
        mark += f' style="{_heads(columns)}"'
    hidden = "" if caption_shown else "visually-hidden"
    parts = [
        f'<table class="{names}" id="{id}" {mark}>',
        *([_element("caption", html.escape(caption, quote=False), hidden)] if caption is not None else []),
        "<thead>", *lines, "</thead>", "<tbody>", *body, "</tbody>",
        *(["<tfoot>", *notes, "</tfoot>"] if notes else []),
        "</table>",
    ]  # fmt: skip
    return "\n".join(parts)


def scrolling(table: str, caption: str) -> str:
    """A wide table in a region of its own that a keyboard reaches."""
    return (
        f'<div class="table-scroll" role="region" tabindex="0" aria-label="{html.escape(caption)}">\n'
        f"{table}\n</div>"
    )


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


def verdict_cell(verdict: Verdict, direction: Direction | None = None, past: Past | None = None) -> Html:
    """Sign and word in the class that colours them, below it how steady that is, and which way is better."""
    said = f"{VERDICT_SIGNS[verdict]} {VERDICT_WORDS[verdict]}"
    if past is not None:
        said += f'<br><small class="steadiness">{steadiness_words(past)}</small>'
    if direction is not None:
        which = f"{DIRECTION_SIGNS[direction]} {DIRECTION_WORDS[direction].lower()}"
        said += f'<br><small class="state-note">{which}</small>'
    return Html(said, VERDICT_CLASSES[verdict])


def period_cell(period: Period | None, *, provisional: bool = False) -> Cell:
    """``November 2023``, as at the start of a cell; below it ``foreløbig`` when the source may correct it yet."""
    if period is None:
        return None
    said = capital(period.danish)
    return Html(f'{said}<br><small class="state-note">{PROVISIONAL}</small>') if provisional else said


def target_cell(asked: ResolvedTarget | None, decimals: int, unit: Unit) -> Cell:
    """``mindst`` over ``87,3 pct.``; none where it is not known what is asked for."""
    said = None if asked is None else short_target(asked, decimals, unit)
    return Html(f"{html.escape(said[0], quote=False)} <br>{markup_of(unit_below(said[1]))}") if said else None


def unit_below(text: str) -> Cell:
    """A number whose unit stands on a line of its own where it is a long word: ``441`` over ``fuldtidspersoner``."""
    figure, _, unit = text.rpartition(NBSP)
    return two_lines(figure, unit) if figure and len(unit) > len("pct.*") else text


def gap_cell(gap: Decimal | None, decimals: int, unit: Unit, persons: str = "") -> Cell:
    """``−3,5`` over ``procentpoint``; a ratio has no unit. Below it what that comes to, ``18 personer``."""
    if gap is None:
        return None
    figure = number(gap, decimals, signed=True)
    word = unit_word(unit, gap, difference=True)
    return noted(two_lines(figure, word) if word else figure, persons)


def noted(cell: Cell, note: str) -> Cell:
    """A cell with something small below it; as it is without a note or a value."""
    if not note or cell is None:
        return cell
    css = cell.css if isinstance(cell, Html) else ""
    small = f'<br><small class="state-note">{html.escape(note, quote=False)}</small>'
    return Html(f"{markup_of(cell)}{small}", css)


def spark_cell(spark: Spark) -> Html:
    """A small trend as a picture with its text."""
    return Html(
        f'<img src="{FIGURE_FOLDER}/{html.escape(spark.name)}" alt="{html.escape(spark.alt)}" '
        f'width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}">'
    )
