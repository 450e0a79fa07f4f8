"""A figure in words and numbers: its alternative text, its caption, its table and its CSV file.

Whoever cannot see the figure gets the same from here: kind, period, newest values, development and gaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import shorten

from helpers.analysis.readings import as_published
from helpers.analysis.targets import ResolvedTarget
from helpers.catalogue.models import NATIONAL_NAME
from helpers.data import csv_files
from helpers.data.frames import Grounds, State
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
    listed,
    number,
    sentence,
    trend,
    unit_word,
)

GOAL_COLUMNS = ("maal", "ordlyd", "kommune")
"""Before `_CSV_COLUMNS` in the file of a goal's figure."""

_CSV_COLUMNS = (
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


def span(picture: Picture) -> str:
    """``november 2021 til november 2023``"""
    return f"{picture.periods[0].danish} til {picture.periods[-1].danish}"


def titled(picture: Picture) -> str:
    """The title and the span of periods, for whoever does not have the figure before him."""
    return f"{picture.title}, {span(picture)}"


def caption(picture: Picture) -> str:
    """The span of periods; the title stands in the figure."""
    return capital(span(picture))


def nothing_to_draw(picture: Picture) -> str:
    """What stands where a figure would, when there is not one number for it."""
    return f"Der er ingen tal til figuren »{picture.title}« for {picture.municipality}."


def provisional_note(picture: Picture) -> str | None:
    """``Tallene for juli 2026 er foreløbige``; none when all of the figure's numbers are settled."""
    known = [(trace, point) for trace in picture.traces for point, _ in trace.known]
    found = [point.period for trace, point in known if picture.is_provisional(trace, point)]
    if not found:
        return None
    if len(found) == len(known):
        return "Alle tallene er foreløbige"
    return f"Tallene for {listed(period.danish for period in sorted(set(found)))} er foreløbige"


ALT_LETTERS = 250
"""Most of an alternative text; the table of numbers says the rest."""


def fitted(what: str, said: Iterable[str], more: Iterable[str] = ()) -> str:
    """An alternative text: what it is of, cut to the room that is left; all of `said`; and of `more` what still fits."""
    told = [sentence(text) for text in said if text]
    room = ALT_LETTERS - sum(len(text) + 1 for text in told)
    text = " ".join([sentence(shorten(what, max(room, 20) - 1, placeholder=" …")), *told])
    for further in map(sentence, filter(None, more)):
        if len(text) + 1 + len(further) <= ALT_LETTERS:
            text += f" {further}"
    return text


def alt_text(picture: Picture, *, verdict: str = "", target: ResolvedTarget | None = None) -> str:
    """The figure for those who do not see it: what it shows, the newest values, the verdict; and more, as there is room."""
    first = (picture.lines or picture.bars)[0]
    measured = [trace for trace in picture.lines or picture.bars if trace.area != TARGET]
    own = next((trace for trace in measured if not trace.national), first)
    more = [
        f"Målet er {target_phrase(target, first.decimals, first.unit)}" if target else "",
        *(trace.label for trace in picture.lines if trace.area == TARGET),
        _development(own, picture),
        provisional_note(picture) or "",
        *gap_notes(picture),
    ]
    if picture.band:
        _, newest = picture.band[-1]
        low, high = (number(end, first.decimals) for end in (newest.low, newest.high))
        more.append(f"{BAND_NOTE[:-1]}, nu mellem {low} og {high}")
    ends = "Tallene er eksempeldata" if picture.example else ""
    # Of several breaks the newest: only what comes after it may be compared with today.
    broken = f"Databrud fra {picture.breaks[-1].period.danish}" if picture.breaks else ""
    return fitted(picture.title, [_newest(measured), verdict, broken, ends], more)


def _newest(traces: Sequence[Trace]) -> str:
    """``November 2023: Frederikssund 83,8 pct. og hele landet 87,3 pct.``, of as many as there is room for."""
    last = max(trace.known[-1][0].period for trace in traces)
    told = []
    for trace in sorted(traces, key=lambda trace: trace.national):
        point, value = trace.known[-1]
        when = "" if point.period == last else f" ({point.period.short})"
        name = trace.called.replace(NATIONAL_NAME, NATIONAL_NAME.lower())
        told.append(f"{name} {number(value, trace.decimals, trace.unit)}{when}")
    while len(told) > 1 and sum(map(len, told)) > ALT_LETTERS / 2:
        told.pop()
    return f"{capital(last.danish)}: {listed(told)}"


def _development(trace: Trace, picture: Picture) -> str:
    """Where a trace's newest value came from; empty for one without a past."""
    (first, then), (_, now) = (known := picture.comparable(trace))[0], known[-1]
    if len(known) == 1:
        return ""
    word = trend(then, now, trace.decimals)
    since = first.period.danish
    if word == "uændret":
        return f"{trace.called}: uændret siden {since}"
    return f"{trace.called}: {word} fra {number(then, trace.decimals, trace.unit)} i {since}"


def cell(trace: Trace, point: Point) -> str:
    """One value for a table: a number, or the words for why there is none."""
    if point.value is not None:
        return number(point.value, trace.decimals)
    return STATE_WORDS[point.state] or UNKNOWN


def numbers_table(picture: Picture, *, caption: str) -> str:
    """The figure's numbers as an HTML table: one row per period, newest first, one column per trace."""
    rows: list[tuple[Cell, ...]] = []
    for index in range(len(picture.periods) - 1, -1, -1):
        period = capital(picture.periods[index].danish)
        if any(picture.is_provisional(trace, trace.points[index]) for trace in picture.traces):
            period += f" ({PROVISIONAL})"
        rows.append((period, *(_table_cell(trace, trace.points[index]) for trace in picture.traces)))
    columns = [Column("Periode", row_head=True), *(Column(t.headed, number=True) for t in picture.traces)]
    table = build(
        columns, [Group(rows)], id=f"tal-{picture.key}", caption=caption, classes="numbers", html_only=True
    )
    return scrolling(table, caption)


def _table_cell(trace: Trace, point: Point) -> Cell:
    text = cell(trace, point)
    if point.value is None:
        return tagged(text, "state-note")
    return tagged(text, "published") if point.published else text


def numbers_csv(picture: Picture) -> str:
    """The figure's numbers for a spreadsheet: `GOAL_COLUMNS` if it has a goal, `_CSV_COLUMNS`; periods oldest first.

    ``offentliggjort`` says ``ja`` for a figure that a source published and ``nej`` for an invented example;
    ``grundlag`` says where each comes from;
    ``status`` says ``ok``, ``foreløbig`` or why there is no figure.
    """
    goal = picture.goal

    def named(trace: Trace) -> Sequence[csv_files.CsvCell]:
        area = NATIONAL_NAME if trace.national else picture.municipality
        return (goal.number, goal.text, area, picture.title) if goal else (picture.title,)

    return csv_files.for_people(
        (*(GOAL_COLUMNS if goal else ()), *_CSV_COLUMNS),
        (
            (
                *named(trace),
                *_csv_row(picture, trace, point),
            )
            for trace in picture.traces
            for point in trace.points
            if point.value is not None or trace.area != TARGET
        ),
    )


def _csv_row(picture: Picture, trace: Trace, point: Point) -> Sequence[csv_files.CsvCell]:
    value = None if point.value is None else as_published(point.value, trace.decimals)
    known = PROVISIONAL if picture.is_provisional(trace, point) else "ok"
    state = known if point.state is State.OK else STATE_WORDS[point.state]
    published = "" if point.value is None else "ja" if point.real or not picture.example else "nej"
    if trace.area == TARGET:
        return (point.period.id, point.period.danish, trace.label, value, unit_word(trace.unit), "", "", "")
    told = point.grounds or (Grounds.EXAMPLE if picture.example else Grounds.FETCHED)
    grounds = GROUNDS_WORDS[None if point.value is None else told]
    return (
        point.period.id, point.period.danish, trace.label, value, unit_word(trace.unit), state, published, grounds,
    )  # fmt: skip
