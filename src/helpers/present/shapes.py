"""A figure of this house as Typst's own shapes and letters.

Typst draws an SVG into a picture of its own, letter for letter as outlines, and then copies that pixel for pixel onto the
page; what it knows as shapes and text it draws at once, sharper and in two thirds of the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree import ElementTree

from helpers.present.fonts import FAMILY
from helpers.present.typesetting import quoted

_KNOWN: Final = {
    "g": {"font-family", "font-size", "stroke-miterlimit", "stroke-dasharray", "transform"},
    "rect": {"x", "y", "width", "height"},
    "path": {"d", "transform"},
    "text": {"x", "y", "font-family", "font-size", "font-weight", "text-anchor"},
    "style": set(),
    "metadata": set(),
}
"""What :mod:`helpers.present.placed` and :func:`helpers.present.still.with_source` write within ``svg``, beside fill and stroke."""

_LOOKS: Final = {"fill", "fill-opacity", "stroke", "stroke-width"}
_MOVED: Final = re.compile(r"translate\(([-\d.]+),([-\d.]+)\)")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_CIRCLE: Final = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0")
_STEP: Final = re.compile(r"([ML])([-\d.]+),([-\d.]+)|(H)([-\d.]+)|(V)([-\d.]+)|(Z)")
_SIDES: Final = {"start": "left", "middle": "center", "end": "right"}
_MITRE: Final = 10


class _ForeignError(Exception):
    """The drawing holds what is not of this house."""


def as_typst(svg: str, width: float) -> str | None:
    """A Typst document of one page that looks as the SVG does; none where it holds anything that this house does not draw.

    Parameters
    ----------
    width
        Of the page, in millimetres.
    """
    root = ElementTree.fromstring(svg)
    try:
        left, top, across, down = map(float, root.attrib["viewBox"].split())
        scale = width / across
        pen = _Pen(scale, across)
        drawn = "\n".join(line for one in root for line in pen.drawn(one, {}, -left, -top))
    except (_ForeignError, KeyError, ValueError):
        return None
    return (
        f"#set page(width: {width:g}mm, height: {down * scale:.4f}mm, margin: 0pt)\n"
        f'#set text(font: "{FAMILY}", lang: "da", hyphenate: false, top-edge: "baseline", bottom-edge: "baseline")\n'
        f"{drawn}"
    )


class _Pen:
    """Draws on a page that is `across` units of the SVG wide, each of `scale` millimetres."""

    def __init__(self, scale: float, across: float) -> None:
        self._scale, self._across = scale, across

    def drawn(
        self, element: ElementTree.Element, looks: Mapping[str, str], x: float, y: float
    ) -> Iterator[str]:
        """An element and all in it; `looks` are the attributes it is given from outside, `x` and `y` its origin."""
        tag, own = element.tag.rpartition("}")[2], element.attrib
        if tag not in _KNOWN or not own.keys() <= _KNOWN[tag] | _LOOKS or (len(element) and tag != "g"):
            raise _ForeignError
        looks = {**looks, **own}
        if "transform" in own:
            if (moved := _MOVED.fullmatch(own["transform"])) is None:
                raise _ForeignError
            x, y = x + float(moved[1]), y + float(moved[2])
        match tag:
            case "g":
                for one in element:
                    yield from self.drawn(one, looks, x, y)
            case "rect":
                size = f"width: {self._long(own['width'])}, height: {self._long(own['height'])}"
                x, y = x + float(own.get("x", 0)), y + float(own.get("y", 0))
                yield self._put(f"rect({size}, {self._painted(looks)})", x, y)
            case "path":
                yield self._path(own["d"], self._painted(looks), x, y)
            case "text":
                yield self._text(element.text or "", looks, x + float(own["x"]), y + float(own["y"]))

    def _long(self, length: str | float) -> str:
        return f"{float(length) * self._scale:.4f}mm"

    def _put(self, what: str, x: float, y: float, corner: str = "top + left") -> str:
        return f"#place({corner}, dx: {self._long(x)}, dy: {self._long(y)}, {what})"

    def _painted(self, looks: Mapping[str, str]) -> str:
        stroke = _colour(looks.get("stroke", "none"))
        if stroke != "none":
            dashes = looks.get("stroke-dasharray", "1,0")
            dash = f", dash: ({', '.join(map(self._long, dashes.split(',')))})" if dashes != "1,0" else ""
            thick = self._long(looks.get("stroke-width", "1"))
            stroke = f"(paint: {stroke}, thickness: {thick}, miter-limit: {_MITRE}{dash})"
        return (
            f"fill: {_colour(looks.get('fill', '#000000'), looks.get('fill-opacity', '1'))}, stroke: {stroke}"
        )

    def _path(self, steps: str, painted: str, x: float, y: float) -> str:
        if circle := _CIRCLE.fullmatch(steps):
            radius = float(circle[1])
            return self._put(f"circle(radius: {self._long(radius)}, {painted})", x - radius, y - radius)
        if _STEP.sub("", steps):
            raise _ForeignError
        at_x = at_y = 0.0
        told = []
        for step in _STEP.finditer(steps):
            if step[8]:
                told.append("curve.close()")
                continue
            at_x, at_y = float(step[2] or step[5] or at_x), float(step[3] or step[7] or at_y)
            to = f"({self._long(at_x)}, {self._long(at_y)})"
            told.append(f"curve.{'move' if step[1] == 'M' else 'line'}({to})")
        return self._put(f"curve({painted}, {', '.join(told)})", x, y)

    def _text(self, text: str, looks: Mapping[str, str], x: float, y: float) -> str:
        side = _SIDES[looks.get("text-anchor", "start")]
        # Typst places from that edge of the page, or from its middle.
        x -= {"left": 0.0, "center": self._across / 2, "right": self._across}[side]
        size, weight = looks.get("font-size", "16"), looks.get("font-weight", "400")
        look = f"size: {self._long(size)}, weight: {weight}, fill: {_colour(looks.get('fill', '#000000'))}"
        return self._put(f'text({look}, "{quoted(text)}")', x, y, f"top + {side}")


def _colour(colour: str, opacity: str = "1") -> str:
    if colour == "none":
        return colour
    if not _COLOUR.fullmatch(colour):
        raise _ForeignError
    return f'rgb("{colour}")' + (
        f".transparentize({100 - 100 * float(opacity):g}%)" if opacity != "1" else ""
    )
