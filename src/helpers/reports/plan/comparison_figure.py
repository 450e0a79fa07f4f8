"""All municipalities on one goal as a picture: a dot for each, sorted, with the country and the target as lines.

In: the values in their order, best first. Out: SVG for the inside of a page, in a wide and a narrow form, because
words that fit a screen cannot be read on a phone when the whole picture is made smaller.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, groupby, repeat

from helpers.catalogue.models import Unit
from helpers.present.fonts import text_width
from helpers.present.layout import Axis, nice_axis
from helpers.present.theme import Palette
from helpers.present.words import count, number

WIDE_SIZE, NARROW_SIZE = (720, 330), (340, 290)
"""Width and height; the narrow one stands on a phone about as large as it is here."""

_TOP, BOTTOM, RIGHT = 34, 30, 10
TEXT = 13
_DOT = 3.4
CLEAR = 5
"""Least distance in pixels between a label and a dot or another line."""


@dataclass(frozen=True)
class GoalDot:
    """One municipality; `met` is none when the goal cannot be judged although there is a value, `row` the id of its row in the table."""

    name: str
    value: Decimal
    met: bool | None
    row: str = ""


@dataclass(frozen=True)
class GoalLine:
    """A level across the picture: the country, or the target. `dashed` tells them apart without colour."""

    text: str
    value: Decimal
    dashed: bool


@dataclass(frozen=True)
class Ranked:
    """What the picture shows: `dots` best first, `lines` the country and the target."""

    dots: tuple[GoalDot, ...]
    lines: tuple[GoalLine, ...]
    unit: Unit
    decimals: int
    signed: bool = False
    """Whether the values are differences."""


def comparison_svg(
    ranked: Ranked, colour: Palette, size: tuple[int, int], *, classes: str, label: str
) -> str:
    """The picture as SVG; `label` is its text alternative."""
    width, height = size
    axis = _axis(ranked, height, about=5 if size == WIDE_SIZE else 4)
    left = axis.label_width + 10
    step = (width - RIGHT - left) / max(1, len(ranked.dots))
    places = [
        (left + (index + 0.5) * step, axis.pixel(float(dot.value))) for index, dot in enumerate(ranked.dots)
    ]
    parts = [
        f'<svg class="{classes}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="group" '
        f'aria-label="{html.escape(label, quote=True)}" font-size="{TEXT}"><g aria-hidden="true">'
    ]
    parts += _legend(ranked, colour)
    for tick, text in zip(axis.ticks, axis.labels, strict=True):
        y = axis.pixel(tick)
        parts.append(_rule(left, width - RIGHT, y, colour.grid, 1))
        parts.append(_words(left - 6, y + 4, text, colour.quiet, "end"))
    last = len(ranked.dots)
    for index in sorted({0, last - 1}):
        anchor = "middle" if 0 < index < last - 1 else "start" if index == 0 else "end"
        parts.append(_words(places[index][0], height - 10, f"Nr. {index + 1}", colour.quiet, anchor))
    for line in ranked.lines:
        ink = colour.country if line.dashed else colour.ink
        dash = ' stroke-dasharray="6 3"' if line.dashed else ""
        parts.append(_rule(left, width - RIGHT, axis.pixel(float(line.value)), ink, 1.75, dash))
    labels = "".join(_labels(ranked.lines, places, axis, left, width - RIGHT, colour))
    # The names of the lines stand over the dots, and the dots before them in the order of reading.
    parts.append(
        f'</g>{_dots(ranked, places, colour)}<g aria-hidden="true" pointer-events="none">{labels}</g></svg>'
    )
    return "".join(parts)


def _axis(ranked: Ranked, height: int, about: int) -> Axis:
    values = [float(dot.value) for dot in ranked.dots] + [float(line.value) for line in ranked.lines]
    low, high = min(values), max(values)
    least = 10.0**-ranked.decimals
    if low == high:
        low, high = low - least, high + least
    return nice_axis(
        low, high, about=about, least=least, top=_TOP, bottom=height - BOTTOM, title=""
    )  # fmt: skip


def _legend(ranked: Ranked, colour: Palette) -> Iterable[str]:
    entries = [("Opfylder målet", True), ("Opfylder ikke målet", False), ("Kan ikke vurderes", None)]
    x = 6.0
    for text, met in entries:
        if any(dot.met is met for dot in ranked.dots):
            yield _of_kind(met, _dot(x, 10, met), colour)
            yield _words(x + 9, 14, text, colour.ink, "start")
            x += 9 + text_width(text, TEXT) + 22


def _dots(ranked: Ranked, places: Sequence[tuple[float, float]], colour: Palette) -> str:
    """Each dot leads to its row of the table. One of them is a stop of the tab key; from there arrow keys lead on."""
    stops = chain((0,), repeat(-1))
    return "".join(
        _of_kind(
            met,
            "".join(
                f'<a href="#{dot.row}" tabindex="{next(stops)}">{_dot(x, y, met, _hint(ranked, dot))}</a>'
                for dot, (x, y) in those
            ),
            colour,
        )
        for met, those in groupby(zip(ranked.dots, places, strict=True), lambda pair: pair[0].met)
    )


def _hint(ranked: Ranked, dot: GoalDot) -> str:
    return f"<title>{html.escape(dot.name)}: {number(dot.value, ranked.decimals, ranked.unit, signed=ranked.signed)}</title>"


def _of_kind(met: bool | None, dots: str, colour: Palette) -> str:
    if met is None:
        return f'<g fill="{colour.country}">{dots}</g>'
    fill = colour.accent if met else colour.paper
    return f'<g fill="{fill}" stroke="{colour.accent}" stroke-width="1.5">{dots}</g>'


def _dot(x: float, y: float, met: bool | None, hint: str = "") -> str:
    """Filled: met; a ring: not met; a square: cannot be judged."""
    if met is None:
        side = 2 * _DOT
        return f'<rect x="{x - _DOT:.1f}" y="{y - _DOT:.1f}" width="{side:g}" height="{side:g}">{hint}</rect>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_DOT}">{hint}</circle>'


def _rule(x1: float, x2: float, y: float, ink: str, width: float, dash: str = "") -> str:
    return f'<path d="M{x1:.1f} {y:.1f}H{x2:.1f}" stroke="{ink}" stroke-width="{width:g}"{dash} fill="none"/>'


def _words(x: float, y: float, text: str, ink: str, anchor: str, weight: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{ink}" text-anchor="{anchor}"{weight}>{html.escape(text)}</text>'


def _labels(
    lines: Sequence[GoalLine],
    places: Sequence[tuple[float, float]],
    axis: Axis,
    left: float,
    right: float,
    colour: Palette,
) -> Iterable[str]:
    """Each line's name above or below it, right or left: the first place where nothing is in the way."""
    taken: list[tuple[float, float, float, float]] = [
        (x - _DOT, y - _DOT, x + _DOT, y + _DOT) for x, y in places
    ]  # fmt: skip
    levels = [axis.pixel(float(line.value)) for line in lines]
    for line, level in zip(lines, levels, strict=True):
        room = text_width(line.text, TEXT, 600)
        choices = [
            (x, level + lift)
            for x in (right - room, left + 4, left + (right - left - room) / 2)
            for lift in (-TEXT - 5, 4)
        ]
        others = [(left, other - 1, right, other + 1) for other in levels if other != level]

        def crowd(place: tuple[float, float], room: float = room, others: list = others) -> int:
            x, y = place
            box = (x - CLEAR, y, x + room + CLEAR, y + TEXT)
            outside = y < 0 or y + TEXT > axis.bottom + BOTTOM
            return sum(_overlap(box, other) for other in (*taken, *others)) + 1000 * outside

        x, y = min(choices, key=crowd)
        taken.append((x, y, x + room, y + TEXT))
        ink = colour.country if line.dashed else colour.ink
        # A pale edge keeps the words readable where a dot is close.
        halo = f' font-weight="600" paint-order="stroke" stroke="{colour.paper}" stroke-width="4" stroke-linejoin="round"'
        yield _words(x, y + TEXT - 2, line.text, ink, "start", halo)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def alternative(ranked: Ranked) -> str:
    """The picture for those who do not see it."""
    first, last = ranked.dots[0], ranked.dots[-1]

    def shown(value: Decimal) -> str:
        return number(value, ranked.decimals, ranked.unit, signed=ranked.signed)

    said = [f"Prikplot med {count(len(ranked.dots), 'kommune', 'kommuner')}, sorteret med den bedste først."]
    if len(ranked.dots) > 1:
        said.append(
            f"Bedst placeret er {first.name} med {shown(first.value)}, dårligst {last.name} med {shown(last.value)}."
        )
    said += [f"{line.text}." for line in ranked.lines]
    return " ".join(said).replace("..", ".")
