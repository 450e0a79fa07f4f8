"""A small trend for a table's cell: the municipality's line, the country's beside it, no axes and no text.

It is drawn here and not through Vega-Lite: a few path commands, for every goal of every municipality.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from helpers.catalogue.models import NATIONAL, Indicator, Municipality
from helpers.data.frames import State
from helpers.present.output import check_key
from helpers.present.theme import Palette, palette
from helpers.present.traces import Point, Trace, picture
from helpers.present.words import count, number, trend_phrase

WIDTH, HEIGHT = 104, 28
_EDGE = 4
"""Free pixels around the lines, for the marker at the end."""


@dataclass(frozen=True)
class Spark:
    """A small trend: file name below ``figures/``, drawing, and text for those who do not see it."""

    name: str
    svg: str
    alt: str
    width: int = WIDTH
    height: int = HEIGHT


def spark(
    key: str, indicator: Indicator, window: pd.DataFrame, municipality: Municipality, *, example: bool = False
) -> Spark | None:
    """The trend of an indicator's headline series; none when the municipality has no value in the window.

    Parameters
    ----------
    key
        Becomes ``figures/trend-<key>.svg``.
    window
        Frame *Window* of the indicator.
    """
    headline = window[window["series"] == indicator.headline]
    drawn = picture(check_key(key), [indicator], [headline], municipality)
    own = next((trace for trace in drawn.traces if not trace.national), None)
    if own is None:
        return None
    country = next((trace for trace in drawn.traces if trace.area == NATIONAL), None)
    return Spark(
        f"trend-{key}.svg", _draw(own, country, palette()), _words(own, example=example and own.made_up)
    )


def _words(own: Trace, *, example: bool) -> str:
    (first, start), (last, end) = own.known[0], own.known[-1]
    if len(own.known) == 1:
        text = f"Kun ét tal: {number(end, own.decimals, own.unit)} i {last.period.danish}"
    else:
        said = trend_phrase(start, end, own.decimals, own.unit)
        text = f"Udvikling {first.period.danish} til {last.period.danish}: {said}"
    missing = sum(point.value is None and point.state is not State.NOT_PUBLISHED for point in own.points)
    if missing:
        text += f"; {count(missing, 'tal', 'tal')} mangler"
    return f"{text} (eksempeldata)." if example else f"{text}."


def _draw(own: Trace, country: Trace | None, colour: Palette) -> str:
    values = [float(value) for trace in (own, country) if trace for _, value in trace.known]
    low, high = min(values), max(values)
    # A flat line stays flat, in the middle.
    span = max(high - low, 0.05 * abs(high), 2 * 10.0**-own.decimals)
    middle = (low + high) / 2
    low, high = middle - span / 2, middle + span / 2

    def x(index: int) -> float:
        return _EDGE + index * (WIDTH - 2 * _EDGE) / max(len(own.points) - 1, 1)

    def y(value: Decimal) -> float:
        return HEIGHT - _EDGE - (float(value) - low) / (high - low) * (HEIGHT - 2 * _EDGE)

    parts = []
    if country is not None:
        path = _path(country.points, x, y)
        parts.append(
            f'<path d="{path}" stroke="{colour.country}" stroke-width="1.25" stroke-dasharray="3 2"/>'
        )
    parts.append(f'<path d="{_path(own.points, x, y)}" stroke="{colour.accent}" stroke-width="2"/>')
    last = max(index for index, point in enumerate(own.points) if point.value is not None)
    _, end = own.known[-1]
    parts.append(f'<circle cx="{x(last):.1f}" cy="{y(end):.1f}" r="3" fill="{colour.accent}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}"><g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f"{''.join(parts)}</g></svg>"
    )


def _path(points: tuple[Point, ...], x: Callable[[int], float], y: Callable[[Decimal], float]) -> str:
    """Path commands with a new start after each gap; a lone point is a stroke of no length, so a dot."""
    commands: list[str] = []
    pen_down = False
    for index, point in enumerate(points):
        if point.value is None:
            pen_down = False
            continue
        place = f"{x(index):.1f},{y(point.value):.1f}"
        alone = not pen_down and (index + 1 == len(points) or points[index + 1].value is None)
        commands.append(f"L{place}" if pen_down else f"M{place}h0" if alone else f"M{place}")
        pen_down = True
    return "".join(commands)
