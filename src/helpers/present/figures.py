"""Figures of an indicator's trend, as in the plan's document.

In: catalogue entries and frames of numbers. Out: a :class:`~helpers.present.output.Shown` with an Altair
chart, its numbers and an alternative text. Positions are worked out in :mod:`helpers.present.layout`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers.analysis.chance import Interval
from helpers.analysis.targets import Course
from helpers.catalogue.models import Goal, Indicator, Municipality
from helpers.data.frames import Grounds
from helpers.periods import Period
from helpers.present import describe, fonts, layout, output
from helpers.present.draw import SCHEMA
from helpers.present.layout import Layout, Words
from helpers.present.placed import WORDS
from helpers.present.target_words import course_words, target_phrase
from helpers.present.theme import Palette, palette
from helpers.present.traces import TARGET, Picture, Trace, areas_picture, picture, with_targets
from helpers.present.words import number

if TYPE_CHECKING:
    from helpers.present.charts import Chart

REAL_TEXTS = {Grounds.PRINTED: "Trykt tal", Grounds.TYPED_IN: "Indtastet tal"}
"""Legend name of the ring around real points among made-up ones."""

_SHAPES = {
    (False, 0): "circle", (True, 0): "square", (False, 1): "triangle-up", (True, 1): "diamond", (False, 2): "diamond",
    (False, 3): "triangle-down", (False, 4): "cross",
}  # fmt: skip
_DASHES = {0: [1, 0], 1: [10, 2], 2: [4, 2], 3: [1, 2], 4: [8, 2, 2, 2]}


def trend_figure(
    indicators: Indicator | Sequence[Indicator],
    windows: pd.DataFrame | Sequence[pd.DataFrame],
    municipality: Municipality,
    *,
    key: str | None = None,
    plan_layout: str = "combined",
    example: bool = False,
    courses: Sequence[Course] = (),
    goal: Goal | None = None,
    verdict: str = "",
    beside: Sequence[str] = (),
    provisional: Mapping[str, Collection[Period]] | None = None,
    band: Mapping[Period, Interval] | None = None,
) -> output.Shown:
    """The figure of an indicator, or of several that share one (goal 5b).

    Parameters
    ----------
    windows
        One *Window* frame per indicator: ``series, area, period, value, state, published``; 25 months or 9
        quarters, missing points included.
    key
        Names the files and the anchor; default is the first indicator's key.
    plan_layout
        ``combined``: bars behind, lines in front, two axes, as in seed 002; ``panels``: shares above counts.
    example
        The report is on example data: a figure with made-up numbers says so, and rings those that a document
        printed or somebody typed in. On real data they are ringed where a document printed any.
    courses
        What is drawn of a goal's targets (:meth:`helpers.analysis.targets.Targets.courses`): a single level as a rule
        across, on the axis of what is judged; a path, a stair or another's figures as a line.
    goal
        Whose figure it is; the file with its numbers says so.
    verdict
        What became of the goal, for those who do not see the figure.
    beside
        What the gap comes to in persons, for JupyterLab's chart: a page says it beside the figure.
    provisional
        Indicator → the periods whose numbers the source is likely to correct: table, CSV and description say so.
    band
        What chance alone may make of the municipality's value; drawn behind its line.
    """
    entries = [indicators] if isinstance(indicators, Indicator) else list(indicators)
    frames = [windows] if isinstance(windows, pd.DataFrame) else list(windows)
    drawn = picture(key or entries[0].key, entries, frames, municipality, goal)
    if not drawn.traces:
        return output.box(describe.nothing_to_draw(drawn), classes=("no-figure",))
    if band and drawn.lines:
        around = tuple((period, band[period]) for period in drawn.periods if period in band)
        drawn = replace(drawn, band=around)
    judged = entries[0].series[entries[0].headline]
    on_bars = judged.mark == "bar" or not drawn.lines
    first = (drawn.bars if on_bars and drawn.bars else drawn.lines or drawn.bars)[0]
    fixed = courses[0] if len(courses) == 1 and (not courses[0].varies or on_bars) else None
    value = float(fixed.points[-1][1]) if fixed else None
    drawn = replace(
        drawn,
        example=example and any(trace.made_up for trace in drawn.traces),
        provisional=provisional or {},
    )
    grounds = {point.grounds for trace in drawn.traces for point in trace.points}
    real = grounds if drawn.example or Grounds.PRINTED in grounds else set()
    if fixed is None:
        drawn = with_targets(
            drawn, [(course_words(course, first.decimals, first.unit), course) for course in courses]
        )
    figure = output.FigurePart(
        drawn.key,
        **drawings(
            drawn,
            panels=plan_layout == "panels",
            target=value,
            target_text=f"Mål: {target_phrase(fixed.asked, first.decimals, first.unit)}" if fixed else "",
            target_on_bars=on_bars,
            published_text=", ".join(text for grounds, text in REAL_TEXTS.items() if grounds in real),
            beside=beside,
        ),
        title=describe.titled(drawn),
        caption=describe.caption(drawn),
        alt=describe.alt_text(drawn, verdict=verdict, target=fixed.asked if fixed else None),
        numbers=describe.numbers_table(drawn, caption=f"Tal bag figuren: {drawn.title}"),
        csv=describe.numbers_csv(drawn),
    )
    return output.Shown([figure])


def areas_figure(
    key: str,
    title: str,
    indicator: Indicator,
    windows: Mapping[Municipality, pd.DataFrame],
    *,
    example: bool = False,
) -> output.Shown:
    """One indicator with a line for each municipality, named at its end, and one for the country.

    Parameters
    ----------
    windows
        Frame *Window* of each; the first is the one that the figure is about, and at most five are told apart.
    """
    drawn = replace(areas_picture(key, title, indicator, windows), example=example)
    if not drawn.traces:
        return output.box(describe.nothing_to_draw(drawn), classes=("no-figure",))
    figure = output.FigurePart(
        key,
        **drawings(drawn),
        title=describe.titled(drawn),
        caption=describe.caption(drawn),
        alt=describe.alt_text(drawn),
        numbers=describe.numbers_table(drawn, caption=f"Tal bag figuren: {title}"),
        csv=describe.numbers_csv(drawn),
    )
    return output.Shown([figure])


def drawings(
    drawn: Picture,
    *,
    target: float | None = None,
    target_on_bars: bool = False,
    beside: Sequence[str] = (),
    **places: Any,
) -> dict[str, Any]:
    """What a picture is drawn as in a :class:`~helpers.present.output.FigurePart`: wide, on a phone, and in JupyterLab.

    Parameters
    ----------
    beside
        See :func:`trend_figure`; everything else is told in :func:`helpers.present.layout.lay_out`.
    """
    colour = palette()
    lay = partial(layout.lay_out, drawn, target=target, target_on_bars=target_on_bars, **places)
    return {
        "spec": figure_spec(drawn, lay(), colour),
        "narrow": figure_spec(drawn, lay(width=layout.NARROW), colour),
        "chart": lazy_chart(drawn, colour, target=None if target_on_bars else target, beside=beside),
    }


def lazy_chart(drawn: Picture, colour: Palette, **more: Any) -> Callable[[], Chart]:
    """What makes the chart of :mod:`helpers.present.charts`: pages need no Altair, which takes a third of a second to import."""

    def made() -> Chart:
        from helpers.present.charts import native_chart

        return native_chart(drawn, colour, **more)

    return made


def colours(trace: Trace, colour: Palette) -> tuple[str, str]:
    """A line's colour twice, or a bar's fill and outline."""
    if trace.mark == "bar":
        return (colour.bar, colour.bar_edge) if trace.group % 2 == 0 else (colour.bar2, colour.bar2_edge)
    if trace.area == TARGET:
        return colour.ink, colour.ink
    pairs = ((colour.accent, colour.country), (colour.second, colour.second_country))
    own, country = pairs[min(trace.group, 1)]
    line = country if trace.national else own
    return line, line


def shape(trace: Trace) -> str:
    """The marker that tells a line apart without its colour."""
    if trace.area == TARGET:
        return "cross"
    return _SHAPES[trace.national, trace.group % (2 if trace.national else len(_DASHES))]


def dash(trace: Trace) -> list[int]:
    """The country is dashed, the municipality solid; the second pair of a figure has shorter dashes."""
    if trace.area == TARGET:
        return [1, 3]
    if trace.national:
        return [6, 3] if trace.group % 2 == 0 else [2, 3]
    return _DASHES[trace.group % len(_DASHES)]


def figure_spec(drawn: Picture, places: Layout, colour: Palette) -> dict[str, Any]:
    """The figure as a Vega-Lite specification, written out: Altair's checks and copies cost more than drawing it does."""
    return {
        "config": {
            "view": {"stroke": None},
            "aria": False,
            "axis": {
                "title": None,
                "domain": False,
                "ticks": False,
                "labels": False,
                "gridColor": colour.grid,
            },
            "font": fonts.STACK,
        },
        "layer": _layers(drawn, places, colour),
        "width": places.width,
        "height": places.height,
        "padding": {"left": places.left, "top": places.top, "right": places.right, "bottom": places.bottom},
        "autosize": {"type": "none"},
        "background": colour.paper,
        "resolve": {
            "scale": dict.fromkeys(("y", "color", "fill", "stroke", "strokeDash", "shape"), "independent")
        },
        "$schema": SCHEMA,
        "datasets": _datasets(drawn, places, colour),
    }


_PLACE = {
    "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
    "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
}
"""A place in pixels."""
_PLACES = {**_PLACE, "x2": {"field": "x2"}}
_CORNERS = {**_PLACES, "y2": {"field": "y2"}}


def _layers(drawn: Picture, places: Layout, colour: Palette) -> list[dict[str, Any]]:
    """What is drawn, from the back to the front; each layer names its numbers (:func:`_datasets`)."""
    x = {
        "field": "period",
        "type": "ordinal",
        "axis": None,
        "scale": {
            "type": "band",
            "domain": [period.id for period in drawn.periods],
            "range": [0, places.bands],
            "paddingInner": layout.BAND_PADDING,
            "paddingOuter": layout.BAND_PADDING / 2,
        },
    }
    x_again = {"field": "period", "type": "ordinal", "axis": None}
    layers: list[dict[str, Any]] = []
    if places.count:
        bars = [bar.label for bar in drawn.bars]
        tints = {
            "fill": _by_series(bars, [colours(bar, colour)[0] for bar in drawn.bars]),
            "stroke": _by_series(bars, [colours(bar, colour)[1] for bar in drawn.bars]),
        }
        encoding = {
            "x": x,
            "y": _value_axis("low", places.count, right=places.count_right),
            "y2": {"field": "high"},
            **tints,
        }
        sets = len(layout.stacks(drawn))
        if sets > 1:
            encoding["xOffset"] = {"field": "set", "type": "ordinal", "scale": {"domain": list(range(sets))}}
        layers += [
            _layer("bars", "bar", encoding, strokeWidth=1),
            _layer("legend_bars", "rect", {**_CORNERS, **tints}, strokeWidth=1),
        ]
    rules = {**_CORNERS, "color": _as_it_is("colour"), "strokeDash": _as_it_is("dash")}
    layers.append(_layer("rules", "rule", rules, strokeWidth=1.25))
    if places.share:
        names = [line.label for line in drawn.lines]
        tint = _by_series(names, [colours(line, colour)[0] for line in drawn.lines])
        dashed = _by_series(names, [dash(line) for line in drawn.lines])
        marked = _by_series(names, [shape(line) for line in drawn.lines])
        share_x = x_again if places.count else x
        y, again = (_value_axis("value", places.share, right=False, drawn=first) for first in (True, False))
        point = {"size": 46, "strokeWidth": 2, "opacity": 1}
        casing = {"x": share_x, "y": y, "detail": {"field": "serie", "type": "nominal"}}
        dots = {"x": x_again, "y": again, "shape": marked, "stroke": tint, "fill": _as_it_is("fill")}
        if drawn.band:
            edges = {**_PLACE, "y2": {"field": "y2"}, "detail": {"field": "run", "type": "nominal"}}
            layers.append(_layer("band", "area", edges, fill=colour.accent, fillOpacity=0.16))
        layers += [
            # A casing in the colour of the paper keeps crossing lines and bars apart.
            _layer("lines", "line", casing, stroke=colour.paper, strokeWidth=6),
            _layer(
                "lines",
                "line",
                {"x": x_again, "y": again, "color": tint, "strokeDash": dashed},
                strokeWidth=2.5,
            ),
            _layer("points", "point", dots, **point),
            _layer("legend_lines", "rule", {**_PLACES, "color": tint, "strokeDash": dashed}, strokeWidth=2.5),
            _layer(
                "legend_points", "point", {**_PLACE, "shape": marked, "stroke": tint, "fill": tint}, **point
            ),
        ]
    if places.rings:
        ring = {"size": 46, "strokeWidth": 2, "opacity": 1, "fill": colour.paper}
        layers.append(_layer("rings", "point", {**_PLACE, "color": _as_it_is("colour")}, **ring))
    words = {**_PLACE, "text": {"field": "text", "type": "nominal"}, "color": _as_it_is("colour")}
    of_row = {
        name: {"expr": f"datum.{column}"}
        for name, column in (("align", "align"), ("fontSize", "size"), ("fontWeight", "weight"))
    }
    layers.append(_layer(WORDS, "text", words, baseline="alphabetic", **of_row))
    return layers


def _layer(data: str, mark: str, encoding: dict[str, Any], **style: Any) -> dict[str, Any]:
    return {"data": {"name": data}, "mark": {"type": mark, **style}, "encoding": encoding}


def _by_series(names: list[str], values: list[Any]) -> dict[str, Any]:
    return {
        "field": "serie",
        "type": "nominal",
        "scale": {"domain": names, "range": values},
        "legend": None,
    }


def _as_it_is(field: str) -> dict[str, Any]:
    return {"field": field, "type": "nominal", "scale": None}


def _value_axis(field: str, axis: layout.Axis, *, right: bool, drawn: bool = True) -> dict[str, Any]:
    """An axis with everything about it fixed, so that layers agree; only the first of them draws it."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {
            "domain": [axis.low, axis.high],
            "range": [axis.bottom, axis.top],
            "nice": False,
            "zero": False,
        },
        "axis": {"orient": "right" if right else "left", "values": list(axis.ticks), "grid": not right}
        if drawn
        else None,
    }


def _datasets(drawn: Picture, places: Layout, colour: Palette) -> dict[str, list[dict[str, Any]]]:
    """The numbers of every layer. A value that is not known is null here, whatever its cell held."""
    few = len(drawn.periods) <= layout.FEW_PERIODS
    lines: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    for line in drawn.lines:
        for index, point in enumerate(line.points):
            value = None if point.value is None else float(point.value)
            row = {"serie": line.label, "period": point.period.id, "value": value}
            lines.append(row)
            if value is not None and (few or point.real or _stands_alone(line, index)):
                # A real figure among made-up ones is a ring: its marker is filled with paper.
                ring = places.rings and point.real
                points.append({**row, "fill": colour.paper if ring else colours(line, colour)[0]})
    sets: dict[str, list[dict[str, Any]]] = {WORDS: _words(drawn, places, colour)}
    if places.share:
        own = [(e, e.trace.label) for e in places.legend if e.trace and e.trace.mark == "line"]
        sets["lines"] = lines
        sets["points"] = points
        sets["legend_lines"] = [
            {"serie": name, "x": entry.x, "x2": entry.x + layout.SYMBOL, "y": entry.y} for entry, name in own
        ]
        sets["legend_points"] = [
            {"serie": name, "x": entry.x + layout.SYMBOL / 2, "y": entry.y} for entry, name in own
        ]
    if places.share and drawn.band:
        sets["band"] = _band(drawn, places, places.share)
    if places.count:
        sets["bars"] = _bars(drawn)
        sets["legend_bars"] = [
            {"serie": e.trace.label, "x": e.x + 6, "x2": e.x + layout.SYMBOL, "y": e.y - 5.5, "y2": e.y + 5.5}
            for e in places.legend
            if e.trace and e.trace.mark == "bar"
        ]
    if places.rings:
        sets["rings"] = _rings(drawn, places, colour)
    sets["rules"] = [
        {"x": x, "x2": x2, "y": y, "y2": y2, "colour": getattr(colour, ink), "dash": dashes}
        for x, y, x2, y2, ink, dashes in _rules(places)
    ]
    return sets


def _rules(places: Layout) -> list[tuple[float, float, float, float, str, list[int]]]:
    """Straight lines: under the bars, across at the target, and down where the data break."""
    axes = [axis for axis in (places.share, places.count) if axis]
    floors = {axis.bottom for axis in axes if axis.low == 0}
    rules = [(0.0, y, places.bands, y, "quiet", [1, 0]) for y in sorted(floors)]
    for y in (axis.bottom for axis in axes if axis.low != 0):
        rules += [(x, y + up, x2, y + up2, "quiet", [1, 0]) for (x, up), (x2, up2) in pairwise(_BREAK_MARK)]
    rules += [(x, -16.0, x, places.height, "quiet", [2, 3]) for x in places.breaks]
    if places.target is not None:
        rules.append((0.0, places.target, places.bands, places.target, "ink", [1, 0]))
    return rules


_BREAK_MARK = ((0.0, 0.0), (0.0, -4.0), (-4.0, -6.5), (4.0, -11.5), (0.0, -14.0), (0.0, -20.0))
"""The foot of an axis that does not begin at 0, seen from its lower end: a stroke with a bend in it."""


def _stands_alone(line: Trace, index: int) -> bool:
    """The newest known point, or one without neighbours: no line would show it."""
    if line.points[index].period == line.known[-1][0].period:
        return True
    near = line.points[max(index - 1, 0) : index + 2]
    return sum(point.value is not None for point in near) == 1


def _band(drawn: Picture, places: Layout, axis: layout.Axis) -> list[dict[str, Any]]:
    """The edges of the band in pixels; a period without one parts it, and one that stands alone is as wide as a stroke."""
    rows: list[dict[str, Any]] = []
    for period, interval in drawn.band:
        index = drawn.periods.index(period)
        middle = places.centre(index, len(drawn.periods))
        high, low = axis.pixel(float(interval.high)), axis.pixel(float(interval.low))
        # Neighbours have the same distance between their place in the figure and in the band.
        run = index - len(rows) // 2
        rows += [{"x": middle + side, "y": high, "y2": low, "run": run} for side in (-1.5, 1.5)]
    return rows


def _bars(drawn: Picture) -> list[dict[str, Any]]:
    rows = []
    for place, stack in enumerate(layout.stacks(drawn)):
        for index, period in enumerate(drawn.periods):
            tops = layout.stack_tops(stack, index)
            if tops is None:
                continue
            for bar, low, high in zip(stack, (0.0, *tops), tops, strict=False):
                rows.append({"serie": bar.label, "period": period.id, "low": low, "high": high, "set": place})
    return rows


def _rings(drawn: Picture, places: Layout, colour: Palette) -> list[dict[str, Any]]:
    """The ring of the legend, and one on each bar whose number is real."""
    rows = [
        {"x": entry.x + layout.SYMBOL / 2, "y": entry.y, "colour": colour.ink}
        for entry in places.legend
        if entry.trace is None
    ]
    if places.count is None:
        return rows
    bars = layout.stacks(drawn)
    for place, stack in enumerate(bars):
        aside = (place - (len(bars) - 1) / 2) * places.bar_width(len(drawn.periods)) / len(bars)
        for index in range(len(drawn.periods)):
            for bar, top in zip(stack, layout.stack_tops(stack, index) or (), strict=False):
                if bar.points[index].real:
                    x, y = places.centre(index, len(drawn.periods)) + aside, places.count.pixel(top)
                    rows.append({"x": x, "y": y, "colour": colours(bar, colour)[1]})
    return rows


def text_row(
    x: float, y: float, text: str, ink: str, *, size: float = layout.TEXT_SIZE, weight: int = 400,
    align: str = "left",
) -> dict[str, Any]:  # fmt: skip
    """A row of :data:`~helpers.present.placed.WORDS`."""
    return {
        "x": round(x, 1), "y": round(y, 1), "text": text, "colour": ink, "size": size, "weight": weight,
        "align": align,
    }  # fmt: skip


def as_row(word: Words, colour: Palette) -> dict[str, Any]:
    """A text of a layout as such a row."""
    ink = getattr(colour, word.colour)
    return text_row(word.x, word.y, word.text, ink, size=word.size, weight=word.weight, align=word.align)


def _words(drawn: Picture, places: Layout, colour: Palette) -> list[dict[str, Any]]:
    rows = [as_row(word, colour) for word in places.words]
    for end in places.ends:
        ink = colours(end.trace, colour)[0] if end.trace else colour.ink
        lines = end.text.split("\n")
        apart = layout.TEXT_SIZE * 1.15
        first = end.y + 4.5 - (len(lines) - 1) * apart / 2
        rows += [
            text_row(end.x, first + place * apart, text, ink, weight=600) for place, text in enumerate(lines)
        ]
    rows += [text_row(x, y, "×", colour.accent, weight=600, align="center") for x, y in places.gap_signs]
    small = layout.SMALL_SIZE
    for axis, x, side in places.axes():
        for tick, text in zip(axis.ticks, axis.labels, strict=True):
            rows.append(text_row(x, axis.pixel(tick) + 4, text, colour.quiet, size=small, align=side))
    for period, text in places.period_labels:
        x = places.centre(drawn.periods.index(period), len(drawn.periods))
        rows.append(text_row(x, places.height + 19, text, colour.quiet, size=small, align="center"))
    if places.count and len(drawn.periods) <= layout.FEW_PERIODS:
        for bars in layout.stacks(drawn):
            for index in range(len(drawn.periods)):
                tops = layout.stack_tops(bars, index)
                if tops is None or len(bars) > 1:
                    continue
                text = number(bars[0].points[index].value, bars[0].decimals)
                middle = places.centre(index, len(drawn.periods))
                rows.append(text_row(middle, places.count.bottom - 7, text, colour.on_bar, align="center"))
    return rows
