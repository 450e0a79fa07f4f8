"""The Jobcenteroverblik's pieces: tiles, figures with three lines, the table of figure 2, all municipalities.

In: standings and tables of :mod:`helpers.reports.jobcenteroverblik.standings`. Out: :class:`~helpers.present.output.Shown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from helpers.analysis.ranks import Third, third_of
from helpers.catalogue.areas import Area
from helpers.catalogue.models import NATIONAL, NATIONAL_NAME, Indicator, Unit
from helpers.catalogue.names import Noun
from helpers.data import csv_files
from helpers.data.frames import State
from helpers.periods import Period
from helpers.present import describe, layout, output, tables
from helpers.present.figures import drawings
from helpers.present.group_words import quality_words, scope
from helpers.present.output import (
    FIGURE_FOLDER,
    FigurePart,
    Shown,
    TablePart,
    TextPart,
    check_key,
    escape_markdown,
)
from helpers.present.theme import palette
from helpers.present.traces import Picture, Point, Trace
from helpers.present.words import FEW_MARK, STATE_WORDS, UNKNOWN, capital, lowered, number, rounded, sentence
from helpers.reports.jobcenteroverblik import dotplot, ranking
from helpers.reports.jobcenteroverblik.models import PrintedReport, PrintedTile
from helpers.reports.jobcenteroverblik.standings import AreaCell, AreaLine, AreaTable, FigureStanding

# -------------------------------------------------------------------------------- tiles


@dataclass(frozen=True)
class FigureTile:
    """One tile of the front page."""

    # What is ranked, and where its section lies (a notebook with an anchor).
    heading: str
    link: str
    place: str
    """The place in words, or why there is none."""
    third: Third | None = None
    notes: tuple[str, ...] = ()
    """Move, shared places, how many are without a value; the newest value."""

    @property
    def classes(self) -> tuple[str, ...]:
        return ("tile", "verdict", ranking.THIRD_CLASSES[self.third])


def standing_tile(heading: str, link: str, standing: FigureStanding | None, area: Area) -> FigureTile:
    """The tile of a figure as it stands."""
    if standing is None or standing.newest is None:
        return FigureTile(heading, link, ranking.NO_FIGURES)
    group = standing.group
    if standing.all_hidden:
        where = scope(group)
        return FigureTile(
            heading, link, f"Ingen placering: alle tal i {where} er diskretioneret eller ikke opgjort"
        )
    if standing.apart:
        notes = [*ranking.parts_words(standing), *_basis_notes(standing, area)]
        return FigureTile(heading, link, "Ingen fælles placering", None, tuple(notes))
    notes = [
        *ranking.rank_notes(standing),
        ranking.value_words(standing, area),
        *_basis_notes(standing, area),
    ]
    place = ranking.rank_words(standing.rank, group, standing.office)
    if area in standing.few and standing.rank.place is not None:
        place += FEW_MARK
    return FigureTile(heading, link, place, standing.rank.third, tuple(note for note in notes if note))


def _basis_notes(standing: FigureStanding, area: Area) -> list[str]:
    """What a place rests on: few persons, the group's quality, a measure that is only the nearest."""
    nearest = f"Nærmeste måling i dag: {shown_title(standing)}" if standing.figure.nearest else ""
    said = (ranking.few_words(standing, area), quality_words(standing.group), nearest)
    return [text for text in said if text]


def printed_tile(heading: str, link: str, printed: PrintedTile, office: Noun) -> FigureTile:
    """A tile as it was printed: place, scope word and move are those of the document."""
    if printed.place is None or printed.of is None:
        return FigureTile(heading, link, ranking.UNDER_PREPARATION)
    place = ranking.place_words(printed.place, printed.of, printed.printed_scope or "klyngen", office)
    notes = [ranking.printed_moved_words(printed.change)]
    if printed.scope == "landet" and printed.printed_scope != "landet":
        notes.append(f"Trykt »i klyngen«; {printed.of} er alle landets {office.many}")
    elif printed.scope == "uvis":
        notes.append(f"Trykt »i {printed.printed_scope}«, men {printed.of} er en klynges størrelse")
    return FigureTile(heading, link, place, third_of(printed.place, printed.of), tuple(notes))


@dataclass(frozen=True)
class TilesPart(TextPart):
    """Tiles as nested blocks: a grid on pages and in print, a list in JupyterLab."""

    tiles: tuple[FigureTile, ...] = ()

    def markdown(self) -> str:
        return "::::: {.tiles}\n" + "\n\n".join(self._block(tile) for tile in self.tiles) + "\n:::::"

    def _block(self, tile: FigureTile) -> str:
        names = " ".join(f".{name}" for name in tile.classes)
        heading = f"[{escape_markdown(tile.heading)}]({tile.link})"
        return f":::: {{{names}}}\n" + "\n\n".join([heading, *_tile_lines(tile)]) + "\n::::"

    def live(self) -> dict[str, Any]:
        rows = [" \\\n".join([escape_markdown(t.heading), *_tile_lines(t)]) for t in self.tiles]
        text = "\n\n".join(rows)
        return {"text/markdown": text, "text/plain": text}


def _tile_lines(tile: FigureTile) -> list[str]:
    """Place, third and notes of a tile as Markdown."""
    third = ranking.third_words(tile.third)
    rest = [third, *tile.notes] if third else tile.notes
    return [f"**{escape_markdown(tile.place)}**", *map(escape_markdown, rest)]


def tiles(items: Iterable[FigureTile]) -> Shown:
    """The ten tiles of the front page."""
    return Shown([TilesPart((), tiles=tuple(items))])


def thirds_legend(office: Noun) -> Shown:
    """What the words, signs and colours of the tiles mean."""
    said = "; ".join(f"{ranking.THIRD_SIGNS[third]} {ranking.THIRD_WORDS[third].lower()}" for third in Third)
    return Shown(
        [TextPart((f"{said} af klyngen, gruppen eller alle landets {office.many}.",), ("state-note",))]
    )


# -------------------------------------------------------------------------------- figures


@dataclass(frozen=True)
class PrintedFigurePart(FigurePart):
    """A figure that keeps the number it was printed with: the engines give it none of theirs."""

    @property
    def anchor(self) -> str:
        return f"kurve-{self.key}"


def standing_figure(
    standing: FigureStanding, area: Area, counts: Mapping[str, AreaLine], *, example: bool
) -> Shown:
    """A figure with the area, the country and the group's best (or the ten best), over its window.

    Parameters
    ----------
    counts
        Name of the area or municipality → the number behind its share; they stand in the figure's numbers.
    """
    drawn = replace(_picture(standing, area), example=example)
    indicator = standing.indicator
    extra = tuple(
        _trace(f"{name}, antal", name, line, standing.periods, indicator, 0, series="count")
        for name, line in counts.items()
    )
    listed = replace(drawn, traces=(*drawn.traces, *(trace for trace in extra if trace.known)))
    number_ = standing.figure.number
    part = PrintedFigurePart(
        f"figur-{number_}",
        **drawings(drawn),
        title=f"Figur {number_}. {describe.titled(drawn)}",
        caption=f"Figur {number_}. {describe.caption(drawn)}",
        alt=describe.alt_text(drawn, verdict=standing_tile("", "", standing, area).place),
        numbers=describe.numbers_table(listed, caption=f"Tal bag figur {number_}"),
        csv=describe.numbers_csv(listed),
    )
    return Shown([part])


def shown_title(standing: FigureStanding) -> str:
    """What the figure shows: the printed title, or today's measure where that is another one."""
    return (standing.indicator.title if standing.figure.today else standing.figure.title).rstrip(".")


def _picture(standing: FigureStanding, area: Area) -> Picture:
    indicator, periods = standing.indicator, standing.periods
    apart = len(standing.own) > 1
    traces = [
        _trace(own.name, own.slug, line, periods, indicator, place)
        for place, (own, line) in enumerate(standing.own)
    ]
    traces.append(_trace(NATIONAL_NAME, NATIONAL, standing.country, periods, indicator, 0))
    # Beside two municipalities the yardstick takes the second of the country's looks.
    where = NATIONAL if apart else "yardstick"
    yardstick = _trace(ranking.yardstick_name(standing), where, standing.yardstick, periods, indicator, 1)
    traces.append(replace(yardstick, name=ranking.yardstick_short(standing)))
    known = tuple(trace for trace in traces if trace.known)
    return Picture(
        key=f"figur-{standing.figure.number}",
        title=shown_title(standing),
        share_axis=indicator.share_axis,
        municipality=area.name,
        periods=periods,
        traces=known,
        breaks=tuple(broken for broken in indicator.breaks if broken.period in periods[1:]),
        empty=tuple((trace.label, trace.absence) for trace in traces if not trace.known),
    )


def _trace(
    label: str,
    area: str,
    line: AreaLine,
    periods: Sequence[Period],
    indicator: Indicator,
    group: int,
    *,
    series: str | None = None,
) -> Trace:
    name = series or indicator.headline
    decimals = indicator.decimals_of(name)
    points = tuple(
        Point(period, None if value is None else rounded(value, decimals), state)
        for period, value, state in zip(periods, line.values, line.states, strict=True)
    )
    return Trace(
        label=label,
        area=area,
        indicator=indicator.key,
        group=group,
        unit=indicator.unit_of(name),
        decimals=decimals,
        points=points,
        name=label,
    )


def verdict_box(standing: FigureStanding, area: Area) -> Shown:
    """Where the area stands, in a box: place, move, and the newest values."""
    tile = standing_tile("", "", standing, area)
    heading = f"**{escape_markdown(tile.place)}.**"
    third = ranking.third_words(standing.rank.third)
    if third:
        heading = f"{heading} {escape_markdown(third)}."
    said = (
        [
            *ranking.rank_notes(standing),
            ranking.few_words(standing, area),
        ]
        if not standing.apart
        else list(tile.notes)
    )
    lines = [heading + "".join(f" {escape_markdown(sentence(note))}" for note in said if note)]
    values = _values_sentence(standing)
    if values:
        lines.append(escape_markdown(values))
    kind = ranking.THIRD_CLASSES[standing.rank.third if not standing.apart else None]
    return Shown([TextPart(tuple(lines), ("verdict", kind))])


def _values_sentence(standing: FigureStanding) -> str:
    """The newest values of the figure's lines in one sentence."""
    indicator = standing.indicator
    named = [(own.name, line) for own, line in standing.own]
    named.append((lowered(NATIONAL_NAME), standing.country))
    named.append((lowered(ranking.yardstick_name(standing)), standing.yardstick))
    known = [
        f"{name} {number(line.values[-1], indicator.decimals, indicator.unit)}"
        for name, line in named
        if line.values and line.values[-1] is not None
    ]
    if not known or standing.newest is None:
        return ""
    return f"{capital(standing.newest.danish)}: {', '.join(known)}.".replace("..", ".")


# -------------------------------------------------------------------------------- figure 2


def area_table(found: AreaTable, *, group_name: str, footnotes: Sequence[str], caption: str) -> Shown:
    """The table of figure 2 with today's figures.

    Parameters
    ----------
    group_name
        ``øvrige klynge`` as printed, ``den beregnede gruppe``.
    footnotes
        Paragraphs under the table.
    """
    rows = [
        (
            row.row.today or row.row.label,
            _cells(row.count, 0),
            _cells(row.share, 1),
            ranking.in_table(row.group_share, 1),
            _cells(row.change, 1),
            ranking.in_table(row.group_change, 1),
        )
        for row in found.rows
    ]
    return _status_shown(rows, group_name, footnotes, caption)


def printed_area_table(
    printed: PrintedReport, labels: Mapping[str, str], *, footnotes: Sequence[str], caption: str
) -> Shown:
    """The table of figure 2 as it was printed."""
    rows = [
        (
            labels[row.row],
            ranking.in_table(row.full_time_persons, 0),
            ranking.in_table(row.share, 1),
            ranking.in_table(row.group_share, 1),
            ranking.change_as_printed(row.change),
            ranking.change_as_printed(row.group_change),
        )
        for row in printed.rows
    ]
    return _status_shown(rows, "øvrige klynge", footnotes, caption)


def _cells(cells: Sequence[AreaCell], decimals: int) -> str:
    """One number, or one for each municipality where the job centre has none of its own."""
    if len(cells) > 1:
        return "; ".join(f"{cell.area.name} {ranking.in_table(cell.value, decimals)}" for cell in cells)
    return ranking.in_table(cells[0].value if cells else None, decimals)


def _status_shown(
    rows: Sequence[Sequence[str]], group_name: str, footnotes: Sequence[str], caption: str
) -> Shown:
    heads = (
        "Antal fuldtidspersoner",
        "Andel af befolkningen, pct.",
        f"Gnsn. andel af befolkningen i {group_name}, pct.",
        "Udvikling i andel af befolkningen ift. året før, procentpoint",
        f"Gnsn. udvikling i andel af befolkningen i {group_name} ift. året før, procentpoint",
    )
    columns = tables.columns("Arbejdsmarkedsstatus", *heads, numbers=range(1, 6))
    shown = tables.simple_table(columns, rows, id="figur-2-tabel", caption=caption, caption_shown=True)
    return shown + notes(footnotes)


# -------------------------------------------------------------------------------- all municipalities


@dataclass(frozen=True)
class Listed:
    """One municipality of the page "Alle kommuner"."""

    name: str
    region: str
    value: Decimal | None
    state: State
    place: int | None
    change: Decimal | None
    """Since the same month of the year before, in the indicator's unit (percentage points for shares)."""
    mark: str
    """``own``, ``group`` or ``other``."""


def all_municipalities(
    standing: FigureStanding,
    rows: Sequence[Listed],
    *,
    period: Period,
    country: Decimal | None,
    own_name: str,
    group_name: str,
    example: bool,
) -> Shown:
    """The dot plot and the sortable table of one figure's newest values.

    Parameters
    ----------
    rows
        Best first, those without a value last.
    period
        The month of the values.
    own_name, group_name
        What the marks mean; no group, no mark.
    """
    indicator = standing.indicator
    dots = tuple(dotplot.AreaDot(row.name, row.value, row.mark) for row in rows if row.value is not None)
    plot = dotplot.DotPlot(
        title=shown_title(standing),
        subtitle=f"{capital(period.danish)}, {'procent' if indicator.unit is Unit.PERCENT else 'antal'}",
        dots=dots,
        own_name=own_name,
        group_name=group_name if any(row.mark == "group" for row in rows) else "",
        country=country,
        unit=indicator.unit,
        decimals=indicator.decimals,
        without=len(rows) - len(dots),
        example=example,
    )
    shown = Shown()
    if dots:
        colour = palette()
        number_ = standing.figure.number
        shown += Shown(
            [
                DotPart(
                    check_key(f"alle-{number_}"),
                    dotplot.dot_plot_spec(plot, colour),
                    caption=f"Figur {number_} i alle kommuner, {period.danish}",
                    alt=dotplot.dot_plot_alt_text(plot),
                    csv=_listed_csv(rows, period),
                    narrow=dotplot.dot_plot_spec(plot, colour, width=layout.NARROW),
                )
            ]
        )
    listed = _listed_table(standing, rows, period, own_name, group_name)
    printed = PrintPart(_print_table(standing, rows))
    return shown + output.table(listed, text="Alle kommuner") + Shown([printed])


@dataclass(frozen=True)
class DotPart(PrintedFigurePart):
    """A dot plot; its numbers are the table that follows it, and its files."""

    def markdown(self) -> str:
        image = super().markdown().split("\n\n", 1)[0]
        path = f"{FIGURE_FOLDER}/{self.file}"
        links = f"[Tal (CSV)]({path}.csv) · [Figur (JSON)]({path}.json)"
        return f'{image}\n\n::: {{.content-visible when-format="html"}}\nHent: {links}\n:::'


def _listed_csv(rows: Sequence[Listed], period: Period) -> str:
    """All municipalities for a spreadsheet, best first."""
    return csv_files.for_people(
        ("periode", "nr", "kommune", "region", "vaerdi", "status"),
        (
            (period.id, row.place or None, row.name, row.region, row.value,
             "ok" if row.value is not None else STATE_WORDS.get(row.state, ""))
            for row in rows
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class PrintPart(TablePart):
    """A table for paper only: pages have a longer one that can be sorted."""

    def markdown(self) -> str:
        return f'::: {{.content-hidden when-format="html"}}\n{super().markdown()}\n:::'

    def live(self) -> dict[str, Any]:
        return {"text/plain": ""}


PRINT_COLUMNS = 3
"""Side by side, so that all municipalities and the dot plot fill one sheet."""


def _print_table(standing: FigureStanding, rows: Sequence[Listed]) -> str:
    """Place, name and value of all municipalities, read down the columns."""
    deep = -(-len(rows) // PRINT_COLUMNS)
    columns = [
        tables.Column("Nr.", number=True),
        tables.Column("Kommune"),
        tables.Column("Værdi", number=True),
    ] * PRINT_COLUMNS
    lines = []
    for line in range(deep):
        cells: list[tables.Cell] = []
        for row in rows[line::deep]:
            place = None if row.place is None else number(row.place)
            mark = {"own": " ◄", "group": " *", "other": ""}[row.mark]
            cells += [place, f"{row.name}{mark}", number(row.value, standing.indicator.decimals)]
        lines.append(cells + [""] * (len(columns) - len(cells)))
    identifier = f"tryk-alle-{standing.figure.number}"
    return tables.build(columns, [tables.Group(lines)], id=identifier, caption=None, classes="tight")


def _listed_table(
    standing: FigureStanding, rows: Sequence[Listed], period: Period, own: str, group: str
) -> str:
    indicator = standing.indicator
    words = {"own": own, "group": group, "other": ""}
    body = []
    for row in rows:
        known = row.value is not None
        value = number(row.value, indicator.decimals) if known else STATE_WORDS.get(row.state)
        cells: list[tables.Cell] = [
            UNKNOWN if row.place is None else number(row.place),
            row.name,
            tables.tagged(value or UNKNOWN, "" if known else "state-note"),
            UNKNOWN if row.change is None else number(row.change, indicator.decimals, signed=True),
            row.region,
            words[row.mark],
        ]
        body.append(tables.Row(cells, {"own": "is-own", "group": "is-member", "other": ""}[row.mark]))
    unit = "pct." if indicator.unit is Unit.PERCENT else "antal"
    change = "Ændring på et år, procentpoint"
    heads = ("Nr.", "Kommune", f"Værdi, {unit}", change, "Region", "Bemærkning")
    return tables.build(
        tables.columns(*heads, row_head=1, numbers=(0, 2, 3)),
        [tables.Group(body)],
        id=f"tabel-alle-{standing.figure.number}",
        caption=f"Figur {standing.figure.number}: alle kommuner, {period.danish}",
        caption_shown=True,
        classes="sortable",
        html_only=True,
    )


# -------------------------------------------------------------------------------- notes


def notes(sentences: Iterable[str], link: str = "") -> Shown:
    """The note under a figure, one paragraph; `link` is Markdown that closes it."""
    kept = [escape_markdown(sentence(text)) for text in sentences if text]
    told = " ".join((*kept, *([link] if link else ())))
    return Shown([TextPart((told,), ("state-note",))]) if told else Shown()
