"""Specifications with fixed places: each shape where Vega draws it, in its colours, in its order."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
import vl_convert

from helpers.analysis.chance import Interval
from helpers.catalogue.models import Unit
from helpers.periods import Period
from helpers.present import figures, layout, theme
from helpers.present.placed import _CORNERS, WORDS, drawing
from helpers.present.traces import picture
from helpers.reports.jobcenteroverblik import dotplot
from present_frames import TOWN
from test_present_figures import GAPS, KINDS, counted, lay, level, part

Shape = tuple[tuple[str, ...], list[float]]
_PAINT = ("fill", "stroke", "stroke-width", "stroke-dasharray", "fill-opacity")
_STEP = re.compile(r"([MLHVAhvZ])([^MLHVAhvZ]*)")


def corners(path: str) -> Iterator[tuple[float, float]]:
    """The points a path leads through; of arcs their ends."""
    x = y = 0.0
    for letter, told in _STEP.findall(path):
        numbers = [float(number) for number in told.split(",") if number]
        match letter:
            case "M" | "L" | "A":
                x, y = numbers[-2:]
            case "H":
                (x,) = numbers
            case "V":
                (y,) = numbers
            case "h":
                x += numbers[0]
            case "v":
                y += numbers[0]
            case _:
                continue
        yield x, y


def shapes(svg: str) -> list[Shape]:
    """What is painted besides texts, from back to front: its paint, and its points on the whole picture."""
    found: list[Shape] = []

    def walk(node: ET.Element, x: float, y: float, paint: Mapping[str, str]) -> None:
        if shift := re.match(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)", node.get("transform", "")):
            x, y = x + float(shift[1]), y + float(shift[2])
        paint = {**paint, **{name: str(node.get(name)) for name in _PAINT if node.get(name)}}
        paint = {**paint, "stroke": "none"} if paint.get("stroke-width") == "0" else paint
        tag, points = node.tag.rpartition("}")[2], list[tuple[float, float]]()
        if tag == "line":
            points = [(0, 0), (float(node.get("x2", 0)), float(node.get("y2", 0)))]
        elif tag == "path":
            points = list(corners(node.get("d", "")))
        if points and {paint.get("fill", "none"), paint.get("stroke", "none")} != {"none"}:
            found.append(
                (
                    tuple(paint.get(name, "") for name in _PAINT),
                    [p for px, py in points for p in (x + px, y + py)],
                )
            )
        for child in node:
            walk(child, x, y, paint)

    walk(ET.fromstring(svg), 0, 0, {})
    return found


def hold_to_vega(spec: dict[str, Any]) -> list[Shape]:
    """Compare the two drawings of a specification; returns ours."""
    silent = {**spec, "datasets": {**spec["datasets"], WORDS: []}}
    ours, vegas = shapes(drawing(spec)), shapes(vl_convert.vegalite_to_svg(silent))
    assert [paint for paint, _ in ours] == [paint for paint, _ in vegas]
    for (paint, mine), (_, theirs) in zip(ours, vegas, strict=True):
        assert mine == pytest.approx(theirs, abs=0.11), paint
    return ours


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("panels", [False, True])
@pytest.mark.parametrize("width", [layout.WIDTH, layout.NARROW])
def test_a_figure_is_what_vega_draws_of_it(kind: str, panels: bool, width: float) -> None:
    entries, frames = KINDS[kind]()
    many = (entries, frames) if isinstance(entries, list) else ([entries], [frames])
    drawn = picture("x", *many, TOWN)
    more = {"target": 60.0, "target_text": "Mål: mindst 60 pct.", "published_text": "Trykt tal"}
    places = lay(drawn, panels=panels, width=width, example=True, **more)
    assert len(hold_to_vega(figures.figure_spec(drawn, places, theme.palette()))) > 10


def test_gaps_a_band_and_a_course_are_what_vega_draws_of_them() -> None:
    entry, window = counted(states=GAPS)
    band = {
        month: Interval(Decimal(20), Decimal(40))
        for month in map(Period.parse, ("2023M10", "2023M11", "2022M03"))
    }
    made = part(figures.trend_figure(entry, window, TOWN, courses=[level(25)], band=band))
    painted = [paint for paint, _ in hold_to_vega(dict(made.spec))]
    assert sum(paint[-1] == "0.16" for paint in painted) == 2


def test_symbols_are_what_vega_draws_of_them() -> None:
    dots = tuple(
        dotplot.AreaDot(name, Decimal(value), mark)
        for name, value, mark in (("A", "1.5", "own"), ("B", "1.5", "group"), ("C", "7", "other"))
    )
    plot = dotplot.DotPlot("Andel", "marts 2024", dots, "A", "Klyngen", Decimal(3), Unit.PERCENT, 1, 0)
    spec = dotplot.dot_plot_spec(plot, theme.palette())
    assert len(hold_to_vega(spec)) == 3 + 3 + len(spec["datasets"]["rules"])
    marks = [*_CORNERS, "circle"]
    for channel, values in (
        ("shape", marks),
        *((paint, ["#123456"] * len(marks)) for paint in ("fill", "stroke")),
    ):
        spec["layer"][1]["encoding"][channel]["scale"] = {"domain": marks, "range": values}
    spec["datasets"]["symbols"] = [{"x": 10 * x, "y": x, "mark": mark} for x, mark in enumerate(marks)]
    hold_to_vega(spec)
