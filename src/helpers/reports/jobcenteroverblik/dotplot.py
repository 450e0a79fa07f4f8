"""All municipalities in one picture: a dot for each along the value axis, stacked where they meet.

In: names and values, one's own and the group's marked. Out: a Vega-Lite specification and a text for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from helpers.catalogue.models import Unit
from helpers.present import fonts, layout
from helpers.present.describe import fitted
from helpers.present.figures import as_row, text_row
from helpers.present.placed import WORDS
from helpers.present.theme import Palette
from helpers.present.words import count, number

_DOT = 12
"""Pixels from one dot to the next, across and up."""

LABEL_ROW = 19
"""Pixels from one row of names over the dots to the next."""

_MARGIN = 14
"""Pixels left and right of the axis, so that its end ticks have room for their numbers."""

BADGE_ROOM = 110
"""Pixels beside the title that are kept for the word that the figures are example data."""

_LOOKS = {
    "other": ("circle", "country", False),
    "group": ("diamond", "second", True),
    "own": ("circle", "accent", True),
}
"""Shape, colour and whether it is filled, so that colour is never the only sign."""

_LOW_FIRST = ("own", "group", "other")
"""One's own dots lie lowest in a column, then the group's: there they are found at once."""


@dataclass(frozen=True)
class AreaDot:
    """One municipality. `mark` is ``own``, ``group`` or ``other``."""

    name: str
    value: Decimal
    mark: str


@dataclass(frozen=True)
class DotPlot:
    """What the picture shows."""

    title: str
    subtitle: str
    dots: tuple[AreaDot, ...]
    """At least one."""
    # Legend names; no group, no entry.
    own_name: str
    group_name: str
    country: Decimal | None
    """The country's value; none when there is none."""
    unit: Unit
    decimals: int
    without: int
    """How many municipalities have no value."""
    example: bool = False


@dataclass(frozen=True)
class _Placed:
    """A dot's place: pixels along the axis, and how many dots lie under it."""

    dot: AreaDot
    x: float
    level: int


@dataclass(frozen=True)
class _Label:
    """A name over the dots, and the place it points to."""

    text: str
    left: float
    row: int
    x: float
    colour: str


def _axis(plot: DotPlot, width: float) -> layout.Axis:
    values = [float(dot.value) for dot in plot.dots]
    values += [float(plot.country)] if plot.country is not None else []
    low, high = min(values), max(values)
    if low == high:
        low, high = low - 1, high + 1
    step = layout.nice_step(high - low, round(width / 80), 10.0**-plot.decimals)
    ticks = [round(n * step, 6) for n in range(math.floor(low / step), math.ceil(high / step) + 1)]
    return layout.Axis(ticks[0], ticks[-1], tuple(ticks), plot.decimals, width - 2 * _MARGIN, 0.0, "")


def _stacked(plot: DotPlot, axis: layout.Axis) -> list[_Placed]:
    heights: dict[int, int] = {}
    found = []
    for dot in sorted(plot.dots, key=lambda dot: (_LOW_FIRST.index(dot.mark), dot.value, dot.name)):
        column = round(axis.pixel(float(dot.value)) / _DOT)
        found.append(_Placed(dot, float(column * _DOT), heights.get(column, 0)))
        heights[column] = heights.get(column, 0) + 1
    return found


def _labels(plot: DotPlot, placed: Sequence[_Placed], axis: layout.Axis, colour: Palette) -> list[_Label]:
    """Names of one's own dots and of the country, in as many rows as they need to keep apart."""
    wanted = [
        (p.x, f"{p.dot.name} {number(p.dot.value, plot.decimals)}", colour.accent)
        for p in placed
        if p.dot.mark == "own"
    ]
    if plot.country is not None:
        text = f"Hele landet {number(plot.country, plot.decimals)}"
        wanted.append((axis.pixel(float(plot.country)), text, colour.country))
    rows: list[list[tuple[float, float]]] = []
    found = []
    for x, text, ink in sorted(wanted):
        room = fonts.text_width(text, layout.TEXT_SIZE, 600)
        left = min(max(x - room / 2, -_MARGIN), axis.top + _MARGIN - room)
        row = 0
        while row < len(rows) and any(a < left + room + 10 and left < b + 10 for a, b in rows[row]):
            row += 1
        if row == len(rows):
            rows.append([])
        rows[row].append((left, left + room))
        found.append(_Label(text, left, row, x, ink))
    return found


def dot_plot_spec(plot: DotPlot, colour: Palette, *, width: float = layout.WIDTH) -> dict[str, Any]:
    """The picture as a Vega-Lite specification, with a tooltip for each municipality."""
    axis = _axis(plot, width)
    placed = _stacked(plot, axis)
    labels = _labels(plot, placed, axis, colour)
    stack = (max(p.level for p in placed) + 1) * _DOT
    height = float(stack + (max((label.row for label in labels), default=-1) + 1) * LABEL_ROW + 8)
    names = {"own": plot.own_name, "group": plot.group_name, "other": "Øvrige kommuner"}
    shown = {mark: name for mark, name in names.items() if name}
    badge = BADGE_ROOM if plot.example else 0
    heads, legend, high = layout.header(
        plot.title, plot.subtitle, list(shown.values()), width, badge=badge, indent=layout.SYMBOL
    )
    top = float(math.ceil(high + 10))
    words = [as_row(replace(word, x=word.x - _MARGIN), colour) for word in heads]
    for word in words:
        word["y"] = round(word["y"] - top, 1)
    for tick, text in zip(axis.ticks, axis.labels, strict=True):
        x = axis.pixel(tick)
        words.append(text_row(x, height + 20, text, colour.quiet, size=layout.SMALL_SIZE, align="center"))
    rules = [_rule(0.0, height, axis.top, height, colour.quiet)]
    rules += [_rule(x, height, x, height + 5, colour.quiet) for x in map(axis.pixel, axis.ticks)]
    for label in labels:
        y = height - stack - 8 - label.row * LABEL_ROW
        words.append(text_row(label.left, y, label.text, label.colour, weight=600))
        country = label.colour == colour.country
        own = [p.level for p in placed if p.dot.mark == "own" and p.x == label.x]
        foot = height if country else height - (max(own, default=0) + 1) * _DOT
        rules.append(_rule(label.x, y + 4, label.x, foot, label.colour, [6, 3] if country else [1, 2]))
    symbols: list[dict[str, Any]] = [
        {"x": p.x, "y": height - _DOT / 2 - p.level * _DOT, "mark": p.dot.mark}
        | {"kommune": p.dot.name, "tal": number(p.dot.value, plot.decimals, plot.unit)}
        for p in placed
    ]
    symbols += [
        {"x": x + layout.SYMBOL / 2 - _MARGIN, "y": y - top, "mark": mark}
        for mark, (x, y, _) in zip(shown, legend, strict=True)
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": axis.top,
        "height": height,
        "padding": {"left": _MARGIN, "top": top, "right": _MARGIN, "bottom": 30},
        "autosize": {"type": "none"},
        "background": colour.paper,
        "config": {"font": fonts.FAMILY, "aria": False, "view": {"stroke": None}},
        "layer": [_RULES, _symbols(colour), _WORDS],
        "datasets": {"rules": rules, "symbols": symbols, WORDS: words},
    }


def _rule(
    x: float, y: float, x2: float, y2: float, ink: str, dash: Sequence[int] = (1, 0)
) -> dict[str, Any]:  # fmt: skip
    places = {"x": x, "y": y, "x2": x2, "y2": y2}
    return {**{name: round(place, 1) for name, place in places.items()}, "colour": ink, "dash": list(dash)}


_FIXED = {"scale": None, "axis": None, "type": "quantitative"}
_RULES = {
    "data": {"name": "rules"},
    "mark": {"type": "rule", "strokeWidth": 1.25},
    "encoding": {
        "x": {"field": "x", **_FIXED},
        "x2": {"field": "x2"},
        "y": {"field": "y", **_FIXED},
        "y2": {"field": "y2"},
        "color": {"field": "colour", "type": "nominal", "scale": None},
        "strokeDash": {"field": "dash", "type": "nominal", "scale": None},
    },
}
_WORDS = {
    "data": {"name": WORDS},
    "mark": {
        "type": "text",
        "align": {"expr": "datum.align"},
        "fontSize": {"expr": "datum.size"},
        "fontWeight": {"expr": "datum.weight"},
        "baseline": "alphabetic",
    },
    "encoding": {
        "x": {"field": "x", **_FIXED},
        "y": {"field": "y", **_FIXED},
        "text": {"field": "text", "type": "nominal"},
        "color": {"field": "colour", "type": "nominal", "scale": None},
    },
}


def _symbols(colour: Palette) -> dict[str, Any]:
    marks = list(_LOOKS)
    inks = [str(getattr(colour, _LOOKS[mark][1])) for mark in marks]
    fills = [ink if _LOOKS[mark][2] else colour.paper for mark, ink in zip(marks, inks, strict=True)]

    def by_mark(values: Sequence[str]) -> dict[str, Any]:
        scale = {"domain": marks, "range": list(values)}
        return {"field": "mark", "type": "nominal", "legend": None, "scale": scale}

    encoding: dict[str, Any] = {
        "x": {"field": "x", **_FIXED},
        "y": {"field": "y", **_FIXED},
        "shape": by_mark([_LOOKS[mark][0] for mark in marks]),
        "stroke": by_mark(inks),
        "fill": by_mark(fills),
        "tooltip": [
            {"field": "kommune", "type": "nominal", "title": "Kommune"},
            {"field": "tal", "type": "nominal", "title": "Værdi"},
        ],
    }
    mark = {"type": "point", "size": 72, "strokeWidth": 1.6, "opacity": 1}
    return {"data": {"name": "symbols"}, "mark": mark, "encoding": encoding}


def dot_plot_alt_text(plot: DotPlot) -> str:
    """The picture for those who do not see it."""
    dots = sorted(plot.dots, key=lambda dot: dot.value)

    def shown(value: Decimal) -> str:
        return number(value, plot.decimals, plot.unit)

    own = []
    for dot in dots:
        if dot.mark == "own":
            below = sum(other.value < dot.value for other in dots)
            above = sum(other.value > dot.value for other in dots)
            own.append(
                f"{dot.name} har {shown(dot.value)}; {number(below)} kommuner ligger lavere og {number(above)} højere"
            )
    said = [*own, "Tallene er eksempeldata" if plot.example else ""]
    low, high = dots[0], dots[-1]
    more = [
        f"Hele landet: {shown(plot.country)}" if plot.country is not None else "",
        f"Lavest er {low.name} med {shown(low.value)}, højest {high.name} med {shown(high.value)}",
        f"{count(plot.without, 'kommune', 'kommuner')} er uden tal" if plot.without else "",
    ]
    return fitted(f"Prikplot med {count(len(dots), 'kommune', 'kommuner')}: {plot.title}", said, more)
