"""A small trend for a table's cell: the municipality's line, the country's beside it, no axes and no text.

It is drawn here and not through Vega-Lite: a few path commands, for every goal of every municipality.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.catalogue.models import NATIONAL, Indicator, Municipality
from helpers.data.frames import State
from helpers.present.output import check_key
from helpers.present.theme import Palette, palette
from helpers.present.traces import Picture, Trace, picture, place_of
from helpers.present.words import count, number, trend_phrase

SPARK_WIDTH, SPARK_HEIGHT = 104, 28
_EDGE = 4
"""Free pixels around the lines, for the marker at the end."""

FLATTEST = 0.05
"""The least that is drawn between lowest and highest, as a part of the highest."""


@dataclass(frozen=True)
class Spark:
    """A small trend: file name below ``figures/``, drawing, and text for those who do not see it."""

    name: str
    svg: str
    alt: str


def spark(
    key: str, indicator: Indicator, window: pd.DataFrame, municipality: Municipality, *, example: bool = False
) -> Spark | None:
    """The trend of an indicator's headline, ``trend-<key>.svg``; none when the municipality has no value in the window."""
    headline = window[window["series"] == indicator.headline]
    drawn = picture(check_key(key), [indicator], [headline], municipality)
    own = next((trace for trace in drawn.traces if not trace.national), None)
    if own is None:
        return None
    country = next((trace for trace in drawn.traces if trace.area == NATIONAL), None)
    return Spark(
        f"trend-{key}.svg",
        _draw(own, country, {place_of(broken, drawn.periods) for broken in drawn.breaks}, palette()),
        _words(own, drawn, example=example and own.made_up),
    )


def _words(own: Trace, drawn: Picture, *, example: bool) -> str:
    known = drawn.comparable(own)
    (first, start), (last, end) = known[0], known[-1]
    if len(known) == 1:
        text = f"Kun ét tal: {number(end, own.decimals, own.unit)} i {last.period.danish}"
    else:
        said = trend_phrase(start, end, own.decimals, own.unit)
        text = f"Udvikling {first.period.danish} til {last.period.danish}: {said}"
    if len(known) < len(own.known):
        text += f"; tal fra før {first.period.danish} kan ikke sammenlignes med dem"
    missing = sum(point.value is None and point.state is not State.NOT_PUBLISHED for point in own.points)
    if missing:
        text += f"; {count(missing, 'tal', 'tal')} mangler"
    return f"{text} (eksempeldata)." if example else f"{text}."


def _draw(own: Trace, country: Trace | None, breaks: Collection[int], colour: Palette) -> str:
    lines: list[list[SparkValue]] = []
    for trace in (own, country):
        if trace is None:
            continue
        places: list[SparkValue] = []
        for at, point in enumerate(trace.points):
            if at in breaks:
                places.append((at, None))  # the line ends before a break and begins anew after it
            places.append((at, None if point.value is None else float(point.value)))
        lines.append(places)
    return spark_svg(lines[0], lines[1] if country else (), colour, least=2 * 10.0**-own.decimals)


SparkValue = tuple[int, float | None]
"""A point of a line: how far to the right, and its value; none ends the line before it."""

Pixel = tuple[int, int]
"""Where it is drawn, in tenths of a pixel."""


def spark_svg(
    own: Sequence[SparkValue], behind: Sequence[SparkValue], colour: Palette, *, least: float = 0.0
) -> str:
    """A line with a dot at its end over a dashed grey one; both may be empty.

    Parameters
    ----------
    least
        The lowest and highest value are drawn at least so far apart: a flat line stays flat, in the middle.
    """
    known = [(at, value) for at, value in (*own, *behind) if value is not None]
    low, high = min(value for _, value in known), max(value for _, value in known)
    span = max(high - low, FLATTEST * abs(high), least) or 1.0
    floor = (low + high - span) / 2
    places = [at for at, _ in (*own, *behind)]
    first, length = min(places), max(max(places) - min(places), 1)

    def point(at: int, value: float) -> Pixel:
        x = _EDGE + (at - first) * (SPARK_WIDTH - 2 * _EDGE) / length
        y = SPARK_HEIGHT - _EDGE - (value - floor) / span * (SPARK_HEIGHT - 2 * _EDGE)
        return round(10 * x), round(10 * y)

    parts = []
    if behind:
        dashes = 'stroke-width="1.25" stroke-dasharray="3 2"'
        parts.append(f'<path d="{_path(behind, point)}" stroke="{colour.country}" {dashes}/>')
    if own:
        parts.append(f'<path d="{_path(own, point)}" stroke="{colour.accent}" stroke-width="2"/>')
        x, y = point(*[(at, value) for at, value in own if value is not None][-1])
        parts.append(f'<circle cx="{x / 10:g}" cy="{y / 10:g}" r="3" fill="{colour.accent}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}" '
        f'viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}"><g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f"{''.join(parts)}</g></svg>"
    )


def _path(line: Sequence[SparkValue], point: Callable[[int, float], Pixel]) -> str:
    """Path commands with a new start after each gap, each step from the last; a lone point is a stroke of no length, so a dot."""
    commands: list[str] = []
    pen: Pixel | None = None
    for index, (at, value) in enumerate(line):
        if value is None:
            pen = None
            continue
        x, y = point(at, value)
        if pen is None:
            alone = index + 1 == len(line) or line[index + 1][1] is None
            commands.append(f"M{x / 10:g},{y / 10:g}{'h0' if alone else ''}")
        elif y == pen[1]:
            commands.append(f"h{_step(x - pen[0])}")
        else:
            down = _step(y - pen[1])
            commands.append(f"l{_step(x - pen[0])}{'' if down.startswith('-') else ','}{down}")
        pen = x, y
    return "".join(commands)


def _step(tenths: int) -> str:
    """``4``, ``-.4``: a step in pixels, as short as a path may have it."""
    text = f"{tenths / 10:g}"
    return text.replace("0.", ".") if abs(tenths) < 10 else text
