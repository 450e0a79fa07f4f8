"""An agenda item of one to two pages: what a report knows is filled in, and the rest is marked as blanks.

In: the parts of a :class:`Brief`, plain text where nothing else is said. Out: Markdown for paper and pages, and plain text to
paste into an agenda system.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from helpers.present import output
from helpers.present.output import (
    FIGURE_FOLDER,
    FigurePart,
    Shown,
    TextPart,
    escape_attribute,
    escape_markdown,
)
from helpers.present.tables import Group, Html, Row, build, columns

MOST_FIGURES: Final = 3
"""One less for each :data:`ROWS_OF_A_FIGURE` rows of the table, and one at least, so that the item stays within two pages."""

ROWS_OF_A_FIGURE: Final = 10
FIGURE_WIDTH: Final = 430
"""Pixels, 96 to the inch."""

CASE, BACKGROUND, ECONOMY, ANNEXES = "Sagsfremstilling", "Baggrund", "Økonomi", "Bilag"
"""The headings of a Danish agenda item."""

BLANKS: Final = {
    CASE: "forvaltningens vurdering, og hvad der gøres",
    BACKGROUND: "tidligere behandling og beslutninger, med dato og udvalg",
    ECONOMY: "sagens økonomiske konsekvenser, eller at den ingen har",
    ANNEXES: "sagens bilag",
}
"""What nobody but the writer of the item knows, by the heading it stands under."""

_ESCAPE: Final = re.compile(r"\\([^\w\s])")


@dataclass(frozen=True)
class BriefRow:
    """A row of the short status table; its last cell is the verdict, in the class `css`."""

    cells: tuple[str, ...]
    css: str = ""


@dataclass(frozen=True)
class Brief:
    """What a report knows of an agenda item."""

    title: str
    whom: str
    dated: str
    note: Shown
    """Which figures these are; a box that marks made-up ones."""
    opening: str
    """Sentences that a chair can read aloud."""
    # The status table in short.
    columns: tuple[str, ...]
    rows: tuple[BriefRow, ...]
    numbers: tuple[int, ...]
    """Columns that hold numbers, by place."""
    naming: int = 1
    """How many of the first columns name a row."""
    foot: str = ""
    """Below the table."""
    figures: tuple[FigurePart, ...] = ()
    """At most :data:`MOST_FIGURES` are shown."""
    said: tuple[str, ...] = ()
    """What the municipality says of its goals, as Markdown."""
    background: tuple[str, ...] = ()
    economy: tuple[str, ...] = ()
    annexes: tuple[str, ...] = field(default=())

    @property
    def shown_figures(self) -> tuple[FigurePart, ...]:
        return self.figures[: max(1, MOST_FIGURES - len(self.rows) // ROWS_OF_A_FIGURE)]

    def markdown(self) -> str:
        """The item for paper and pages: one chapter in the Markdown that both engines read."""
        return "\n\n".join(
            [
                f"# {escape_markdown(self.title)} {{.unnumbered}}",
                escape_markdown(f"{self.whom}, {self.dated}"),
                self.note.markdown.strip(),
                output.box(escape_markdown(self.opening), classes=("summary",)).markdown.strip(),
                *self._section(CASE, [output.raw_html(self.table()), *map(_picture, self.shown_figures), *self.said]),
                *self._section(BACKGROUND, map(escape_markdown, self.background)),
                *self._section(ECONOMY, map(escape_markdown, self.economy)),
                *self._section(ANNEXES, _numbered(map(escape_markdown, self.annexes))),
            ]
        )  # fmt: skip

    def _section(self, heading: str, known: Iterable[str]) -> Iterator[str]:
        yield f"## {heading} {{.unnumbered}}"
        yield from known
        yield output.box(escape_markdown(_blank(heading)), classes=("blank",)).markdown.strip()

    def table(self) -> str:
        """The status table in short, as HTML."""
        rows = [Row((*row.cells[:-1], Html(html.escape(row.cells[-1]), row.css)), "") for row in self.rows]
        return build(
            columns(*self.columns, numbers=self.numbers),
            [Group(rows, None)],
            id="status",
            caption=f"Status, {self.whom}",
            classes="cards",
            foot=filter(None, [self.foot]),
        )

    def plain(self) -> str:
        """The item as plain text: headings, paragraphs and lines, and nothing that a page would have to lay out."""
        notes = (text for part in self.note.parts if isinstance(part, TextPart) for text in part.paragraphs)
        parts = [
            self.title,
            f"{self.whom}, {self.dated}",
            *map(_bare, notes),
            self.opening,
            CASE.upper(),
            "\n".join(self._line(row) for row in self.rows),
            self.foot,
            *map(_bare, self.said),
            _blank(CASE),
        ]
        for heading, known in ((BACKGROUND, self.background), (ECONOMY, self.economy)):
            parts += [heading.upper(), *known, _blank(heading)]
        parts += [ANNEXES.upper(), *_numbered(self.annexes), _blank(ANNEXES)]
        return "\n\n".join(filter(None, parts)) + "\n"

    def _line(self, row: BriefRow) -> str:
        """``1a Andelen …: Målet 87,3 pct.; Frederikssund 83,8 pct.; Forskel −3,5 procentpoint; Ikke opfyldt``"""
        told = zip(self.columns[self.naming : -1], row.cells[self.naming : -1], strict=True)
        values = [f"{column} {cell}" for column, cell in told if cell]
        return f"- {' '.join(row.cells[: self.naming])}: {'; '.join([*values, row.cells[-1]])}"


def _bare(markdown: str) -> str:
    """Markdown without what only marks emphasis or keeps a letter from meaning something."""
    return _ESCAPE.sub(r"\1", markdown.replace("**", "").replace("`", ""))


def whole_report(title: str, whom: str) -> str:
    """The annex that every item has."""
    return f"{title}, {whom}: hele opfølgningen med alle figurer og tal"


def _blank(heading: str) -> str:
    return f"[Udfyldes: {BLANKS[heading]}]"


def _numbered(texts: Iterable[str]) -> Iterator[str]:
    listed: Sequence[str] = list(texts)
    if listed:
        yield "\n".join(f"{place}. {text}" for place, text in enumerate(listed, start=1))


def _picture(part: FigurePart) -> str:
    caption = escape_markdown(" ".join(filter(None, [f"{part.caption.rstrip('.')}.", part.source])))
    path = f"{FIGURE_FOLDER}/{part.file}.svg"
    return (
        f'![{caption}]({path}){{#fig-{part.key} fig-alt="{escape_attribute(part.alt)}" width={FIGURE_WIDTH}}}'
    )
