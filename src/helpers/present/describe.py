"""A figure in words and numbers: its alternative text, its caption, its table and its CSV file.

Whoever cannot see the figure gets the same from here: kind, period, newest values, development and gaps.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from helpers.analysis.targets import ResolvedTarget
from helpers.catalogue.models import NATIONAL_NAME
from helpers.data import csv_files
from helpers.data.frames import Grounds, State
from helpers.periods import Period
from helpers.present.layout import BAND_NOTE, gap_notes
from helpers.present.tables import Cell, Column, Group, build, scrolling, tagged
from helpers.present.target_words import target_phrase
from helpers.present.traces import TARGET, Picture, Point, Trace
from helpers.present.words import (
    GROUNDS_WORDS,
    PROVISIONAL,
    STATE_WORDS,
    UNKNOWN,
    capital,
    count,
    listed,
    number,
    sentence,
    trend,
    unit_word,
)

GOAL_COLUMNS = ("maal", "ordlyd", "kommune")
"""Before `CSV_COLUMNS` in the file of a goal's figure."""

CSV_COLUMNS = (
    "maaling",
    "periode",
    "periode_navn",
    "serie",
    "vaerdi",
    "enhed",
    "status",
    "offentliggjort",
    "grundlag",
)
"""One row per value; semicolons and decimal commas, because Danish Excel opens such files as they are."""


Provisional = Mapping[str, Collection[Period]]
"""Indicator → the periods that its source is likely to correct."""

_SETTLED: Provisional = MappingProxyType({})


def span(picture: Picture) -> str:
    """``november 2021 til november 2023``"""
    return f"{picture.periods[0].danish} til {picture.periods[-1].danish}"


def caption(picture: Picture) -> str:
    """The title and the span of periods."""
    return f"{picture.title}, {span(picture)}"


def nothing_to_draw(picture: Picture) -> str:
    """What stands where a figure would, when there is not one number for it."""
    return f"Der er ingen tal til figuren »{picture.title}« for {picture.municipality}."


def provisional_note(picture: Picture, provisional: Provisional) -> str | None:
    """``Tallene for juli 2026 er foreløbige``; none when all of the figure's numbers are settled."""
    known = {(trace.indicator, point.period) for trace in picture.traces for point, _ in trace.known}
    found = {(indicator, period) for indicator, period in known if period in provisional.get(indicator, ())}
    if not found:
        return None
    if found == known:
        return "Alle tallene er foreløbige"
    return f"Tallene for {listed(p.danish for p in sorted({period for _, period in found}))} er foreløbige"


def alt_text(
    picture: Picture,
    *,
    target: ResolvedTarget | None = None,
    example: bool = False,
    provisional: Provisional = _SETTLED,
) -> str:
    """The figure for those who do not see it, in four to ten sentences."""
    kinds = []
    if picture.lines:
        kinds.append(count(len(picture.lines), "kurve", "kurver"))
    if picture.bars:
        stacked = any(bar.stack for bar in picture.bars) and len(picture.bars) > 1
        kinds.append(f"{count(len(picture.bars), 'sæt', 'sæt')} {'stablede ' if stacked else ''}søjler")
    said = [f"Figur med {listed(kinds)}, {span(picture)}"]
    said += [_development(trace, picture) for trace in picture.traces]
    if target is not None:
        first = (picture.lines or picture.bars)[0]
        said.append(f"Målet er {target_phrase(target, first.decimals, first.unit)}")
    said += [f"Databrud fra {broken.period.danish}: {broken.text}" for broken in picture.breaks]
    said += gap_notes(picture)
    if picture.band:
        _, newest = picture.band[-1]
        low, high = (number(end, picture.lines[0].decimals) for end in (newest.low, newest.high))
        said.append(f"{BAND_NOTE[:-1]}, nu mellem {low} og {high}")
    said += filter(None, [provisional_note(picture, provisional)])
    if example:
        said.append("Tallene er eksempeldata")
    return " ".join(sentence(text) for text in said)


def _development(trace: Trace, picture: Picture) -> str:
    """Newest value, where it came from, and the highest and lowest on the way."""
    known = picture.comparable(trace)
    first, last = known[0], known[-1]

    def shown(point: Point) -> str:
        return number(point.value, trace.decimals, trace.unit)

    text = f"{trace.label}: {shown(last[0])} i {last[0].period.danish}"
    if len(known) == 1 or trace.area == TARGET:
        return text
    word = trend(first[1], last[1], trace.decimals)
    if word == "uændret":
        text += f", uændret siden {first[0].period.danish}"
    else:
        text += f", {word} fra {shown(first[0])} i {first[0].period.danish}"
    high = max(known, key=lambda pair: pair[1])
    low = min(known, key=lambda pair: pair[1])
    if high[1] == low[1]:
        return text
    top, floor = (f"{shown(point)} i {point.period.danish}" for point, _ in (high, low))
    return f"{text}; højest {top}, lavest {floor}"


def cell(trace: Trace, point: Point) -> str:
    """One value for a table: a number, or the words for why there is none."""
    if point.value is not None:
        return number(point.value, trace.decimals)
    return STATE_WORDS[point.state] or UNKNOWN


def numbers_table(picture: Picture, *, caption: str, provisional: Provisional = _SETTLED) -> str:
    """The figure's numbers as an HTML table: one row per period, newest first, one column per trace."""
    rows: list[tuple[Cell, ...]] = []
    for index in range(len(picture.periods) - 1, -1, -1):
        period = capital(picture.periods[index].danish)
        if any(_provisional(trace, trace.points[index], provisional) for trace in picture.traces):
            period += f" ({PROVISIONAL})"
        rows.append((period, *(_table_cell(trace, trace.points[index]) for trace in picture.traces)))
    columns = [Column("Periode", row_head=True), *(Column(_head(t), number=True) for t in picture.traces)]
    table = build(
        columns, [Group(rows)], id=f"tal-{picture.key}", caption=caption, classes="numbers", html_only=True
    )
    return scrolling(table, caption)


def _head(trace: Trace) -> str:
    word = unit_word(trace.unit)
    return f"{trace.label} ({word})" if word and word not in trace.label else trace.label


def _table_cell(trace: Trace, point: Point) -> Cell:
    text = cell(trace, point)
    if point.value is None:
        return tagged(text, "state-note")
    return tagged(text, "published") if point.published else text


def numbers_csv(picture: Picture, *, example: bool = False, provisional: Provisional = _SETTLED) -> str:
    """The figure's numbers for a spreadsheet: `GOAL_COLUMNS` if it has a goal, `CSV_COLUMNS`; periods oldest first.

    ``offentliggjort`` says ``ja`` for a figure that a source published and ``nej`` for an invented example;
    ``grundlag`` says where each comes from;
    ``status`` says ``ok``, ``foreløbig`` or why there is no figure.
    """
    goal = picture.goal

    def named(trace: Trace) -> Sequence[csv_files.Cell]:
        area = NATIONAL_NAME if trace.national else picture.municipality
        return (goal.number, goal.text, area, picture.title) if goal else (picture.title,)

    return csv_files.for_people(
        (*(GOAL_COLUMNS if goal else ()), *CSV_COLUMNS),
        (
            (
                *named(trace),
                *_csv_row(trace, point, example=example, provisional=_provisional(trace, point, provisional)),
            )
            for trace in picture.traces
            for point in trace.points
            if point.value is not None or trace.area != TARGET
        ),
    )


def _provisional(trace: Trace, point: Point, provisional: Provisional) -> bool:
    return point.value is not None and point.period in provisional.get(trace.indicator, ())


def _spelled(value: Decimal, decimals: int) -> Decimal:
    """The exact value, with as many decimals as the series has where that changes nothing: 16 and not 16,0."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals))
    return rounded if rounded == value else value


def _csv_row(trace: Trace, point: Point, *, example: bool, provisional: bool) -> Sequence[csv_files.Cell]:
    value = None if point.value is None else _spelled(point.value, trace.decimals)
    known = PROVISIONAL if provisional else "ok"
    state = known if point.state is State.OK else STATE_WORDS[point.state]
    published = "" if point.value is None else "ja" if point.real or not example else "nej"
    if trace.area == TARGET:
        return (point.period.id, point.period.danish, trace.label, value, unit_word(trace.unit), "", "", "")
    told = point.grounds or (Grounds.EXAMPLE if example else Grounds.FETCHED)
    grounds = GROUNDS_WORDS[None if point.value is None else told]
    return (
        point.period.id, point.period.danish, trace.label, value, unit_word(trace.unit), state, published, grounds,
    )  # fmt: skip
