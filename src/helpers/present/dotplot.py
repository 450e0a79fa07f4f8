"""All municipalities in one picture: a dot for each along the value axis, stacked where they meet.

In: names and values, one's own and the group's marked. Out: a Vega-Lite specification and a text for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.catalogue.models import Direction, Unit
from helpers.present import fonts, layout
from helpers.present.draw import WORDS
from helpers.present.theme import Palette
from helpers.present.words import count, listed, number

DOT = 11
"""Pixels from one dot to the next, across and up."""

LABEL_ROOM = 24
"""Pixels above the highest dot for the names of one's own dots and of the country."""


@dataclass(frozen=True)
class Dot:
    """One municipality. `mark` is ``own``, ``group`` or ``other``."""

    name: str
    value: Decimal
    mark: str


@dataclass(frozen=True)
class DotPlot:
    """What the picture shows.

    Attributes
    ----------
    title, subtitle
        Over the picture.
    own_name, group_name
        Legend names; no group, no entry.
    country
        The country's value; none when there is none.
    without
        How many municipalities have no value.
    """

    title: str
    subtitle: str
    dots: tuple[Dot, ...]
    own_name: str
    group_name: str
    country: Decimal | None
    unit: Unit
    decimals: int
    direction: Direction
    without: int
    example: bool = False


_LOOKS = {
    "other": ("circle", "country", 0.0),
    "group": ("diamond", "second", 1.0),
    "own": ("circle", "accent", 1.0),
}
"""Shape, colour and whether it is filled, so that colour is never the only sign."""


def _places(plot: DotPlot, axis: layout.Axis) -> list[tuple[Dot, float, int]]:
    """Each dot's place: pixels along the axis, and how many dots lie under it."""
    heights: dict[int, int] = {}
    found = []
    # One's own and the group's lie lowest, where they are found at once.
    order = {"own": 0, "group": 1, "other": 2}
    for dot in sorted(plot.dots, key=lambda dot: (order[dot.mark], dot.value, dot.name)):
        column = round(axis.pixel(float(dot.value)) / DOT)
        height = heights.get(column, 0)
        heights[column] = height + 1
        found.append((dot, float(column * DOT), height))
    return found


def chart(plot: DotPlot, colour: Palette, *, live: bool = False) -> dict[str, Any]:
    """The picture as a Vega-Lite specification; with tooltips when `live`."""
    width = float(layout.WIDTH - 2 * DOT)
    values = [float(dot.value) for dot in plot.dots] + (
        [float(plot.country)] if plot.country is not None else []
    )
    low, high = min(values), max(values)
    if low == high:
        low, high = low - 1, high + 1
    step = layout.nice_step(high - low, 7, 10.0**-plot.decimals)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(round(place * step, 6) for place in range(first, last + 1))
    axis = layout.Axis(ticks[0], ticks[-1], ticks, plot.decimals, width, 0.0, "")
    placed = _places(plot, axis)
    height = float(max(level for _, _, level in placed) * DOT + DOT + LABEL_ROOM)

    words: list[dict[str, Any]] = []

    def word(x: float, y: float, text: str, ink: str, **more: Any) -> None:
        row = {"x": round(x, 1), "y": round(y, 1), "text": text, "colour": ink}
        words.append(row | {"size": layout.TEXT_SIZE, "weight": 400, "align": "left"} | more)

    y = 0.0
    header: list[tuple[float, str, dict[str, Any], str]] = []
    room = layout.WIDTH - (110 if plot.example else 0)
    for line in fonts.wrap(plot.title, room, layout.TITLE_SIZE, 600):
        y += layout.TITLE_SIZE * layout.LINE
        header.append((y - 6, line, {"size": layout.TITLE_SIZE, "weight": 600}, colour.ink))
    for line in fonts.wrap(plot.subtitle, room, layout.TEXT_SIZE):
        y += layout.TEXT_SIZE * layout.LINE
        header.append((y - 4, line, {}, colour.quiet))
    names = [("own", plot.own_name)] + ([("group", plot.group_name)] if plot.group_name else [])
    names.append(("other", "Øvrige kommuner"))
    legend = []
    y += 8
    row_height = layout.TEXT_SIZE * layout.LINE + 2
    rows = 1
    flowed = layout.flow([name for _, name in names], layout.WIDTH)
    for (mark, _), (x, row, lines) in zip(names, flowed, strict=True):
        for down, line in enumerate(lines):
            header.append(
                (y + (row + down + 1) * row_height - 5, line, {"x": x + layout.SYMBOL + 6}, colour.ink)
            )
        legend.append((mark, x + layout.SYMBOL / 2, y + (row + 1) * row_height - 9.5))
        rows = max(rows, row + len(lines))
    top = math.ceil(y + rows * row_height + 10)
    for at, text, more, ink in header:
        x = float(more.pop("x", 0.0))
        word(x - DOT, at - top, text, ink, **more)
    if plot.example:
        word(width + DOT, layout.TITLE_SIZE - top, layout.BADGE, colour.unknown, size=layout.SMALL_SIZE,
             weight=600, align="right")  # fmt: skip
    for tick, text in zip(axis.ticks, axis.labels, strict=True):
        word(axis.pixel(tick), height + 19, text, colour.quiet, size=layout.SMALL_SIZE, align="center")
    _label_ends(plot, placed, axis, height, width, colour, word)

    symbols = [
        {"x": x, "y": height - DOT / 2 - level * DOT, "mark": dot.mark} | (_hint(plot, dot) if live else {})
        for dot, x, level in placed
    ]
    symbols += [{"x": x - DOT, "y": at - top, "mark": mark} for mark, x, at in legend]
    rules = [{"x": 0.0, "x2": width, "y": height, "y2": height, "colour": colour.quiet, "dash": [1, 0]}]
    for x in map(axis.pixel, axis.ticks):
        rules.append({"x": x, "x2": x, "y": height, "y2": height + 5, "colour": colour.quiet, "dash": [1, 0]})
    if plot.country is not None:
        x = axis.pixel(float(plot.country))
        rules.append({"x": x, "x2": x, "y": 4.0, "y2": height, "colour": colour.country, "dash": [6, 3]})
    fixed = {"scale": None, "axis": None, "type": "quantitative"}
    inks = {mark: getattr(colour, ink) for mark, (_, ink, _) in _LOOKS.items()}
    marks = {"type": "nominal", "field": "mark", "legend": None}
    domain = list(_LOOKS)
    symbol_layer: dict[str, Any] = {
        "data": {"name": "symbols"},
        "mark": {"type": "point", "size": 64, "strokeWidth": 1.6, "opacity": 1},
        "encoding": {
            "x": {"field": "x", **fixed},
            "y": {"field": "y", **fixed},
            "shape": {**marks, "scale": {"domain": domain, "range": [_LOOKS[m][0] for m in domain]}},
            "stroke": {**marks, "scale": {"domain": domain, "range": [inks[m] for m in domain]}},
            "fill": {
                **marks,
                "scale": {
                    "domain": domain,
                    "range": [inks[m] if _LOOKS[m][2] else colour.paper for m in domain],
                },
            },
        },
    }
    if live:
        symbol_layer["encoding"]["tooltip"] = [
            {"field": "kommune", "type": "nominal", "title": "Kommune"},
            {"field": "tal", "type": "nominal", "title": "Værdi"},
        ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": height,
        "padding": {"left": DOT, "top": top, "right": DOT, "bottom": 30},
        "autosize": {"type": "none"},
        "background": colour.paper,
        "config": {"font": fonts.FAMILY, "aria": False, "view": {"stroke": None}},
        "layer": [
            {
                "data": {"name": "rules"},
                "mark": {"type": "rule", "strokeWidth": 1.25},
                "encoding": {
                    "x": {"field": "x", **fixed},
                    "x2": {"field": "x2"},
                    "y": {"field": "y", **fixed},
                    "y2": {"field": "y2"},
                    "color": {"field": "colour", "type": "nominal", "scale": None},
                    "strokeDash": {"field": "dash", "type": "nominal", "scale": None},
                },
            },
            symbol_layer,
            {
                "data": {"name": WORDS},
                "mark": {
                    "type": "text",
                    "align": {"expr": "datum.align"},
                    "fontSize": {"expr": "datum.size"},
                    "fontWeight": {"expr": "datum.weight"},
                    "baseline": "alphabetic",
                },
                "encoding": {
                    "x": {"field": "x", **fixed},
                    "y": {"field": "y", **fixed},
                    "text": {"field": "text", "type": "nominal"},
                    "color": {"field": "colour", "type": "nominal", "scale": None},
                },
            },
        ],
        "datasets": {"rules": rules, "symbols": symbols, WORDS: words},
    }


def _label_ends(
    plot: DotPlot, placed: list, axis: layout.Axis, height: float, width: float, colour: Palette, word: Any
) -> None:  # fmt: skip
    """Names above one's own dots and above the country's line, kept apart and inside the picture."""
    tops: dict[float, int] = {}
    for _, x, level in placed:
        tops[x] = max(tops.get(x, 0), level)
    labels: list[tuple[float, str, str]] = []
    if plot.country is not None:
        text = f"Hele landet {number(plot.country, plot.decimals)}"
        labels.append((axis.pixel(float(plot.country)), text, colour.country))
    for dot, x, _ in placed:
        if dot.mark == "own":
            labels.append((x, f"{dot.name} {number(dot.value, plot.decimals)}", colour.accent))
    used: list[tuple[float, float]] = []
    for x, text, ink in sorted(labels):
        room = fonts.text_width(text, layout.TEXT_SIZE, 600)
        left = min(max(x - room / 2, -DOT), width + DOT - room)
        row = 0
        while any(start < left + room + 8 and left < end + 8 for start, end in used if row < 1):
            row += 1
        used.append((left, left + room))
        word(left, 0.0 - row * layout.TEXT_SIZE * layout.LINE, text, ink, weight=600)


def _hint(plot: DotPlot, dot: Dot) -> dict[str, str]:
    return {"kommune": dot.name, "tal": number(dot.value, plot.decimals, plot.unit)}


def alt_text(plot: DotPlot) -> str:
    """The picture for those who do not see it."""
    dots = sorted(plot.dots, key=lambda dot: dot.value)
    low, high = dots[0], dots[-1]

    def shown(value: Decimal) -> str:
        return number(value, plot.decimals, plot.unit)

    said = [f"Prikplot med {count(len(dots), 'kommune', 'kommuner')}."]
    said.append(f"Lavest er {low.name} med {shown(low.value)}, højest {high.name} med {shown(high.value)}.")
    for dot in dots:
        if dot.mark == "own":
            below = sum(other.value < dot.value for other in dots)
            above = sum(other.value > dot.value for other in dots)
            own = f"{dot.name} har {shown(dot.value)}"
            said.append(f"{own}; {number(below)} kommuner ligger lavere og {number(above)} højere.")
    if plot.country is not None:
        said.append(f"Hele landet ligger på {shown(plot.country)}.")
    grouped = [dot.name for dot in dots if dot.mark == "group"]
    if grouped:
        said.append(f"{plot.group_name}: {listed(grouped)}.")
    if plot.without:
        said.append(f"{count(plot.without, 'kommune', 'kommuner')} er uden tal.")
    if plot.example:
        said.append("Tallene er eksempeldata.")
    return " ".join(said).replace("..", ".")
