"""A status row as a figure: the path to its minimum targets and the measured months; and small, for a table.

Comes in: how a row stands. Goes out: a :class:`~helpers.present.output.Shown`, or a small SVG.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from helpers.catalogue.models import NATIONAL, Unit
from helpers.data import csv_files
from helpers.data.frames import State
from helpers.periods import Period
from helpers.present import describe, layout, tables
from helpers.present.describe import fitted
from helpers.present.figures import figure_spec, lazy_chart
from helpers.present.output import FigurePart, Shown
from helpers.present.spark import spark_svg
from helpers.present.tables import Group, build
from helpers.present.theme import Palette, palette
from helpers.present.traces import Picture, Point, Trace
from helpers.present.words import capital, listed
from helpers.reports.investeringer import words
from helpers.reports.investeringer.models import RowUnit
from helpers.reports.investeringer.status import RowStatus

PATH_TEXT = "Forventet udvikling"
HELD_TEXT = "Startmålingen fastholdt"
MEASURED_TEXT = "Målt"
TARGET_TEXT = "Mindste mål"

_CSV_COLUMNS = (
    "kommune",
    "raekke",
    "maaned",
    "maaned_navn",
    "antal_eller_vaerdi",
    "andel",
    "vej",
    "mindste_maal",
    "kilde",
)
"""One row per month; semicolons and decimal commas, because Danish Excel opens such files as they are."""

_UNITS = {RowUnit.PERCENT: Unit.PERCENT, RowUnit.COUNT_AND_SHARE: Unit.PERCENT, RowUnit.WEEKS: Unit.WEEKS}

LABEL_AWAY = 11
"""Pixels from the newest measured point to its label, on the side away from the path."""


def row_figure(status: RowStatus, title: str, municipality: str, *, key: str, example: bool = False) -> Shown:
    """The path and the measured months of a row, with targets ringed, its numbers and its CSV.

    Parameters
    ----------
    title
        The row's label with the headings over it.
    key
        Names the files and the anchor; unique in the book.
    """
    assert status.row.unit is not None
    drawn = replace(_picture(status, title, municipality, key), example=example)
    colour = palette()

    def spec(width: float) -> dict[str, Any]:
        places = layout.lay_out(
            drawn,
            published_text=TARGET_TEXT if status.row.targets else "",
            width=width,
        )
        places = replace(places, ends=tuple(_near_its_end(end, drawn, places) for end in places.ends))
        return _with_square_rings(figure_spec(drawn, places, colour))

    figure = FigurePart(
        key,
        spec(layout.WIDTH),
        narrow=spec(layout.NARROW),
        chart=lazy_chart(drawn, colour),
        title=f"{title}, {describe.span(drawn)}",
        caption=describe.caption(drawn),
        alt=row_alt_text(status, title, example=example),
        numbers=_numbers_table(status, title, key, drawn.periods),
        csv=_numbers_csv(status, title, drawn.municipality, drawn.periods),
    )
    return Shown([figure])


def _near_its_end(end: layout.EndLabel, drawn: Picture, places: layout.Layout) -> layout.EndLabel:
    """The newest figure beside its own point: the measured months end long before the path does."""
    trace = end.trace
    if trace is None or places.share is None or trace.known[-1][0].period == drawn.periods[-1]:
        return end
    point, value = trace.known[-1]
    at = drawn.periods.index(point.period)
    x, y = places.centre(at, len(drawn.periods)), places.share.pixel(float(value))
    path = next((other.points[at:] for other in drawn.traces if other is not trace), ())
    now, later = (path[0].value, path[-1].value) if path else (None, None)
    above = now is None or value >= now
    # Where the path climbs (or falls) into the label's place on the right, the label stands on the left.
    left = now is not None and later is not None and (later > now if above else later < now)
    room = x - end.width - LABEL_AWAY / 2
    if left and room < 0:  # no room on the left of the first month: the other side of the path is free
        left, above = False, not above
    x = room if left else x + LABEL_AWAY
    return replace(end, x=x, y=y + (-LABEL_AWAY if above else LABEL_AWAY))


def _with_square_rings(spec: dict[str, Any]) -> dict[str, Any]:
    """The legend's ring in the shape of those on the path."""
    for layer in spec["layer"]:
        if layer.get("data", {}).get("name") == "rings":
            layer["mark"]["shape"] = "square"
    return spec


def _points(status: RowStatus) -> dict[Period, Decimal]:
    """Month → figure in the unit of the targets (a count where the document gives no share)."""
    unit = status.row.unit
    judged = {one.month: one.judged(unit) for one in status.measured}
    if unit is RowUnit.COUNT_AND_SHARE and not any(value is not None for value in judged.values()):
        judged = {one.month: one.value for one in status.measured}
    return {month: value for month, value in judged.items() if value is not None}


def _picture(status: RowStatus, title: str, municipality: str, key: str) -> Picture:
    row = status.row
    assert row.unit is not None
    measured = _points(status)
    path = {point.period: point for point in status.path}
    months = sorted([*measured, *path])
    periods = tuple(months[0].shift(step) for step in range(months[-1].ordinal - months[0].ordinal + 1))
    unit = _UNITS.get(row.unit, Unit.NUMBER)
    shown = max((words.decimals(value) for value in measured.values()), default=0)
    traces = []
    if path:
        traces.append(
            _trace(
                HELD_TEXT if row.hold else PATH_TEXT,
                NATIONAL,
                unit,
                words.decimals(words.path_decimal(path[max(path)].value)),
                (
                    Point(period, words.path_decimal(path[period].value, 3), State.OK, path[period].is_target)
                    if period in path
                    else Point(period, None, State.NOT_PUBLISHED)
                    for period in periods
                ),
            )
        )
    if measured:
        traces.append(
            _trace(
                MEASURED_TEXT,
                municipality,
                unit,
                shown,
                # A month that was not typed in is a break in the line, without a sign: it may still come.
                (
                    Point(
                        period, measured.get(period), State.OK if period in measured else State.NOT_PUBLISHED
                    )
                    for period in periods
                ),
            )
        )
    shown_as = words.ROW_AXIS_WORDS[row.unit]
    return Picture(key, title, municipality, periods, tuple(traces), share_axis=shown_as)


def _trace(label: str, area: str, unit: Unit, decimals: int, points: Iterable[Point]) -> Trace:
    return Trace(label, area, unit, decimals, tuple(points), name=label.split(maxsplit=1)[0])


def row_alt_text(status: RowStatus, title: str, *, example: bool = False) -> str:
    """The figure for those who do not see it."""
    row = status.row
    judged = status.standing is not None and bool(row.targets)
    said = [
        words.trend_words(status),
        f"Status: {words.STANDING_WORDS[status.standing]}" if status.standing and judged else "",
        "De målte måneder er eksempeldata" if example else "",
    ]
    goals = [f"{words.target(goal, row)} i {month.danish}" for month, goal in sorted(row.targets.items())]
    more = [
        f"Forventet er {words.on_path(status.path_now, row)} i {status.newest.month.danish}"
        if status.newest is not None and status.path_now is not None and status.change is not None
        else "",
        "Linjen viser startmålingen holdt uændret" if row.hold else "",
        f"Mindste mål: {listed(goals)}" if goals else "",
    ]
    return fitted(title, said, more)


def _numbers_table(status: RowStatus, title: str, key: str, periods: Iterable[Period]) -> str:
    """The figure's numbers: one row per month that has any, newest first."""
    row = status.row
    measured = {one.month: one for one in status.measured}
    path = {point.period: point.value for point in status.path}
    lines = [
        (
            capital(period.danish),
            words.measurement(measured.get(period), row.unit),
            words.on_path(path.get(period), row),
            words.target(row.targets.get(period), row) or None,
        )
        for period in reversed(tuple(periods))
    ]
    heads = (MEASURED_TEXT, HELD_TEXT if row.hold else PATH_TEXT, TARGET_TEXT)
    columns = tables.columns("Måned", *heads, numbers=(1, 2, 3))
    caption = f"Tal bag figuren: {title}"
    return build(columns, [Group(lines)], id=f"tal-{key}", caption=caption, classes="numbers", html_only=True)


def _numbers_csv(status: RowStatus, title: str, municipality: str, periods: Iterable[Period]) -> str:
    rows = ((municipality, title, *cells) for cells in words.month_cells(status, periods))
    return csv_files.for_people(_CSV_COLUMNS, rows)


def row_spark(status: RowStatus, colour: Palette) -> str:
    """A row's measured months over its path, small enough for a table cell; words say the same."""
    measured = [(month.ordinal, float(value)) for month, value in sorted(_points(status).items())]
    path = [(point.period.ordinal, float(point.value)) for point in status.path]
    return spark_svg(measured, path, colour)
