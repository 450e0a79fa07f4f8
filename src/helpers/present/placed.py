"""Specifications whose every place is fixed, drawn as SVG: what Vega makes of them, in a fortieth of its time.

The figures of this house name the domain and the range of each scale and measure their own texts (:data:`WORDS`). What
is left to draw is rules, lines, bars, symbols and letters; ``tests/test_placed.py`` holds them to Vega's own places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from math import sqrt
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from helpers.present import fonts

DrawnRow = Mapping[str, Any]
Drawn = tuple[str, str]
"""Attributes that neighbours may share, and an element."""

WORDS: Final = "words"
"""Name of the dataset whose rows are texts with a fixed place: ``x, y, text, colour, size, weight, align``.

Places are pixels from the plot's upper left corner. A specification shows the dataset in a text layer of its
own, drawn last.
"""

_ANCHORS: Final = {"left": "start", "center": "middle", "right": "end"}
_H: Final = sqrt(3) / 2
_CORNERS: Final = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": ((-1, 0), (0, -1), (1, 0), (0, 1)),
    "triangle-up": ((0, -_H), (-1, _H), (1, _H)),
    "triangle-down": ((0, _H), (-1, -_H), (1, -_H)),
    "cross": (
        (-1, -0.4), (-1, 0.4), (-0.4, 0.4), (-0.4, 1), (0.4, 1), (0.4, 0.4),
        (1, 0.4), (1, -0.4), (0.4, -0.4), (0.4, -1), (-0.4, -1), (-0.4, -0.4),
    ),
}  # fmt: skip
"""Shapes of Vega's within a circle of radius 1; its own size is the square of the circle's diameter."""


def is_placed(spec: Mapping[str, Any]) -> bool:
    """Whether a specification is one of this house's: it has its texts in place."""
    return WORDS in spec.get("datasets", {})


def drawing(spec: Mapping[str, Any], style: str = "") -> str:
    """The specification as SVG, with `style` at its beginning."""
    padding = spec["padding"]
    width, height = (
        spec[size] + padding[one] + padding[other]
        for size, one, other in (("width", "left", "right"), ("height", "top", "bottom"))
    )
    plot = _Plot(spec)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">{style}'
        f'<rect width="{width:g}" height="{height:g}" fill="{spec["background"]}"/>'
        f'<g fill="none" stroke-miterlimit="10" transform="translate({padding["left"]:g},{padding["top"]:g})">'
        f"{_grouped([*plot.grid(), *plot.marks()])}{_texts(spec['datasets'][WORDS])}</g></svg>"
    )


def _grouped(drawn: Sequence[Drawn]) -> str:
    return "".join(
        f"<g{looks}>{''.join(element for _, element in those)}</g>"
        for looks, those in groupby(drawn, lambda one: one[0])
    )


def _texts(words: Sequence[DrawnRow]) -> str:
    rows = "".join(
        f'<text x="{row["x"]}" y="{row["y"]}" font-size="{row["size"]}" font-weight="{row["weight"]}" '
        f'text-anchor="{_ANCHORS[row["align"]]}" fill={quoteattr(row["colour"])}>{escape(row["text"])}</text>'
        for row in words
    )
    return f'<g font-family="{fonts.STACK}">{rows}</g>' if rows else ""


def _at(*places: float) -> str:
    """Places to a tenth of a pixel."""
    return ",".join(f"{place:.1f}".removesuffix(".0") for place in places)


def _looks(**said: object) -> str:
    """Attributes of those that are said; ``stroke_width`` is ``stroke-width``."""
    return "".join(
        f' {name.replace("_", "-")}="{",".join(map(str, value)) if isinstance(value, list) else value}"'
        for name, value in said.items()
        if value is not None
    )


def _path(points: Sequence[tuple[float, float]], end: str = "") -> str:
    return f"M{'L'.join(_at(*point) for point in points)}{end}"


@lru_cache(maxsize=64)
def _symbol(shape: str, size: float) -> str:
    """The outline of a symbol around 0."""
    r = sqrt(size) / 2
    if shape == "circle":
        half = f"A{_at(r, r)},0,1,1,"
        return f"M{_at(r, 0)}{half}{_at(-r, 0)}{half}{_at(r, 0)}"
    return _path([(x * r, y * r) for x, y in _CORNERS[shape]], "Z")


class _Plot:
    """What stands inside the axes; y points down."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._layers = [layer for layer in spec["layer"] if layer["data"]["name"] != WORDS]
        self._sets = spec["datasets"]
        self._grid = spec["config"].get("axis", {}).get("gridColor")
        channels = [layer["encoding"]["x"] for layer in self._layers]
        bands = (x["scale"] for x in channels if (x.get("scale") or {}).get("type") == "band")
        # All layers share it; only the first of them says it.
        self._band: Mapping[str, Any] = next(bands, {"domain": [], "range": [0, 0]})
        keys, (left, right) = self._band["domain"], self._band["range"]
        inner, outer = self._band.get("paddingInner", 0), self._band.get("paddingOuter", 0)
        step = (right - left) / max(1, len(keys) - inner + 2 * outer)
        first = left + (right - left - step * (len(keys) - inner)) / 2
        self._width = step * (1 - inner)
        self._places = {key: first + step * index for index, key in enumerate(keys)}

    def grid(self) -> Iterator[Drawn]:
        """Lines across at the ticks of each axis, in the middle of a pixel."""
        for layer in self._layers:
            channel = layer["encoding"]["y"]
            if not (axis := channel.get("axis")) or not axis["grid"]:
                continue
            left, right = self._band["range"]
            for tick in axis["values"]:
                y = int(_linear(channel, tick) + 0.5) + 0.5
                line = f'<path d="M{_at(left + 0.5, y)}H{_at(right + 0.5)}"/>'
                yield _looks(stroke=self._grid, stroke_width=1), line

    def marks(self) -> Iterator[Drawn]:
        """All layers, from the back to the front."""
        for layer in self._layers:
            mark, channels = layer["mark"], layer["encoding"]
            draw: Callable[..., Iterator[Drawn]] = getattr(self, f"_{mark['type']}")
            yield from draw(self._sets[layer["data"]["name"]], channels, mark)

    def _place(self, row: DrawnRow, channels: Mapping[str, Any], name: str) -> float | None:
        """Where a row lies along x or y, in pixels (the left edge of a band); none where it has no value."""
        value = row[channels[name]["field"]]
        scaled = channels[name[0]]
        if value is None or scaled.get("scale", "") is None:
            return value
        return self._places[value] if scaled["type"] == "ordinal" else _linear(scaled, value)

    def _middle(
        self, row: DrawnRow, channels: Mapping[str, Any], name: str = "y"
    ) -> tuple[float, float] | None:
        """The point of a row, in the middle of its band."""
        x, y = self._place(row, channels, "x"), self._place(row, channels, name)
        if x is None or y is None:
            return None
        return x + (self._width / 2 if channels["x"]["type"] == "ordinal" else 0), y

    def _rule(self, rows: Sequence[DrawnRow], channels: Mapping[str, Any], mark: DrawnRow) -> Iterator[Drawn]:
        for row in rows:
            x, x2, y, y2 = (
                self._place(row, channels, name if name in channels else name[0])
                for name in ("x", "x2", "y", "y2")
            )
            assert x is not None and x2 is not None and y is not None and y2 is not None
            looks = _looks(
                stroke=_value(row, channels["color"]),
                stroke_width=mark["strokeWidth"],
                stroke_dasharray=_value(row, channels["strokeDash"]),
            )
            yield looks, f'<path d="{_path([(x, y), (x2, y2)])}"/>'

    def _line(self, rows: Sequence[DrawnRow], channels: Mapping[str, Any], mark: DrawnRow) -> Iterator[Drawn]:
        for _, those in groupby(rows, lambda row: row["serie"]):
            line = list(those)
            looks = _looks(
                stroke=mark["stroke"] if "stroke" in mark else _value(line[0], channels["color"]),
                stroke_width=mark["strokeWidth"],
                stroke_dasharray=_value(line[0], channels.get("strokeDash")),
            )
            points = (self._middle(row, channels) for row in line)
            # A value that is not known leaves a gap.
            pieces = [list(piece) for known, piece in groupby(points, bool) if known]
            if pieces:
                yield looks, f'<path d="{"".join(_path(piece) for piece in pieces)}"/>'  # type: ignore[arg-type]

    def _area(self, rows: Sequence[DrawnRow], channels: Mapping[str, Any], mark: DrawnRow) -> Iterator[Drawn]:
        for _, those in groupby(rows, lambda row: row["run"]):
            run = list(those)
            edges = [[self._middle(row, channels, name) for row in run] for name in ("y", "y2")]
            outline = _path([*edges[0], *reversed(edges[1])], "Z")  # type: ignore[list-item]
            yield _looks(fill=mark["fill"], fill_opacity=mark["fillOpacity"]), f'<path d="{outline}"/>'

    def _point(
        self, rows: Sequence[DrawnRow], channels: Mapping[str, Any], mark: DrawnRow
    ) -> Iterator[Drawn]:
        for row in rows:
            if (place := self._middle(row, channels)) is None:
                continue
            shape = _value(row, channels.get("shape")) or mark.get("shape", "circle")
            looks = _looks(
                fill=_value(row, channels.get("fill")) or mark["fill"],
                stroke=_value(row, channels.get("stroke") or channels["color"]),
                stroke_width=mark["strokeWidth"],
            )
            yield looks, f'<path transform="translate({_at(*place)})" d="{_symbol(shape, mark["size"])}"/>'

    def _bar(self, rows: Sequence[DrawnRow], channels: Mapping[str, Any], mark: DrawnRow) -> Iterator[Drawn]:
        offset = channels.get("xOffset")
        beside = offset["scale"]["domain"] if offset else [None]
        width = self._width / len(beside)
        for row in rows:
            x, low, high = (self._place(row, channels, name) for name in ("x", "y", "y2"))
            assert x is not None and low is not None and high is not None
            left = x + width * beside.index(row[offset["field"]] if offset else None)
            yield self._box(row, channels, mark, (left, min(low, high)), (left + width, max(low, high)))

    def _rect(self, rows: Sequence[DrawnRow], channels: Mapping[str, Any], mark: DrawnRow) -> Iterator[Drawn]:
        for row in rows:
            corners = ((row["x"], row["y"]), (row["x2"], row["y2"]))
            yield self._box(row, channels, mark, *corners)

    def _box(
        self,
        row: DrawnRow,
        channels: Mapping[str, Any],
        mark: DrawnRow,
        start: tuple[float, float],
        end: tuple[float, float],
    ) -> Drawn:
        looks = _looks(
            fill=_value(row, channels["fill"]),
            stroke=_value(row, channels["stroke"]),
            stroke_width=mark["strokeWidth"],
        )
        return looks, f'<path d="M{_at(*start)}H{_at(end[0])}V{_at(end[1])}H{_at(start[0])}Z"/>'


def _linear(channel: Mapping[str, Any], value: float) -> float:
    (low, high), (start, end) = channel["scale"]["domain"], channel["scale"]["range"]
    return start + (value - low) / (high - low) * (end - start)


def _value(row: DrawnRow, channel: Mapping[str, Any] | None) -> Any:
    """What a channel says of a row: as it is, or what stands in its place in the scale's range."""
    if channel is None:
        return None
    value, scale = row[channel["field"]], channel["scale"]
    return value if scale is None else scale["range"][scale["domain"].index(value)]
