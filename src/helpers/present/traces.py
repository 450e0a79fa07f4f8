"""What a figure draws: from catalogue entries and their windows to named traces on one grid of periods.

Nothing is known of pixels here. A point without a value is a gap: it is neither bridged nor worked out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

import pandas as pd

from helpers.analysis.chance import Interval
from helpers.analysis.targets import Course
from helpers.catalogue import catalogue
from helpers.catalogue.models import (
    NATIONAL,
    NATIONAL_NAME,
    Break,
    Goal,
    Indicator,
    Municipality,
    Series,
    Unit,
)
from helpers.data.frames import WINDOW_COLUMNS, Grounds, State
from helpers.errors import PlanError
from helpers.periods import Period, window
from helpers.present.words import as_decimal, capital, exact, listed, unit_word

TARGET = "target"
"""Area of the line that shows a target where it is another number from period to period."""


@dataclass(frozen=True)
class Point:
    """One value of a trace; `value` is none unless `state` is ``ok``."""

    period: Period
    value: Decimal | None
    state: State
    published: bool = False
    source: str = ""

    @property
    def grounds(self) -> Grounds | None:
        """What the value stands on; none without one."""
        return None if self.value is None else Grounds.of(self.source, published=self.published)

    @property
    def real(self) -> bool:
        """Whether a document printed it, or somebody typed it in."""
        return self.value is not None and (self.published or self.grounds is Grounds.TYPED_IN)


@dataclass(frozen=True)
class Trace:
    """One line or one set of bars."""

    label: str
    """Its name in the legend, with the area filled in."""
    area: str
    """``dk``, the municipality's code, :data:`TARGET`, or the word of another group."""
    unit: Unit
    decimals: int
    points: tuple[Point, ...]
    """One per period of the figure, oldest first."""
    indicator: str = ""
    series: str = ""
    mark: str = "line"
    group: int = 0
    """Which series it belongs to, counted from 0 on its axis; the areas of a series share it."""
    stack: str | None = None
    """Bars with the same word stand on each other."""
    name: str = ""
    """What tells it apart where all lines are of one series: its area. Empty where that is not enough."""

    @property
    def called(self) -> str:
        """Its name, or its label where that alone tells it apart."""
        return self.name or self.label

    @property
    def headed(self) -> str:
        """Its label, with the unit where the label does not say it."""
        word = unit_word(self.unit)
        return f"{self.label} ({word})" if word and word not in self.label else self.label

    @cached_property
    def known(self) -> tuple[tuple[Point, Decimal], ...]:
        """The points that have a value, with it."""
        return tuple((point, point.value) for point in self.points if point.value is not None)

    @property
    def absence(self) -> State:
        """Why a trace has no value at all: where one is hidden, all may be."""
        hidden = any(point.state is State.SUPPRESSED for point in self.points)
        return State.SUPPRESSED if hidden else State.MISSING

    @property
    def national(self) -> bool:
        return self.area == NATIONAL

    @property
    def made_up(self) -> bool:
        """Whether any of its values, on example data, is neither typed in nor printed."""
        return any(not point.real for point, _ in self.known)

    def gaps(self) -> tuple[Point, ...]:
        """Points without a value, but not those after its newest one that are simply not published yet."""
        return tuple(p for p in self.points if p.value is None and p.state is not State.NOT_PUBLISHED)


@dataclass(frozen=True)
class Picture:
    """All that one figure says."""

    key: str
    title: str
    municipality: str
    periods: tuple[Period, ...]
    traces: tuple[Trace, ...]
    subtitle: str | None = None
    share_axis: str | None = None
    count_axis: str | None = None
    breaks: tuple[Break, ...] = ()
    empty: tuple[tuple[str, State], ...] = ()
    """Names of traces that have no value at all, and why; they are not drawn, only named."""
    goal: Goal | None = None
    """Whose figure it is, where it is a goal's."""
    band: tuple[tuple[Period, Interval], ...] = ()
    """Periods with what chance alone may make of the municipality's value, oldest first; most figures have none."""
    example: bool = False
    """Whether it shows made-up numbers, and has to say so."""
    provisional: Mapping[str, Collection[Period]] = field(default_factory=dict)
    """Indicator → the periods whose numbers its source is likely to correct."""

    @property
    def lines(self) -> tuple[Trace, ...]:
        return tuple(trace for trace in self.traces if trace.mark == "line")

    @property
    def bars(self) -> tuple[Trace, ...]:
        return tuple(trace for trace in self.traces if trace.mark == "bar")

    def is_provisional(self, trace: Trace, point: Point) -> bool:
        """Whether a point's number is likely to be corrected."""
        return point.value is not None and point.period in self.provisional.get(trace.indicator, ())

    def comparable(self, trace: Trace) -> tuple[tuple[Point, Decimal], ...]:
        """The known points of a trace that its newest one may be compared with: those since the last break."""
        newest = trace.known[-1][0].period
        crossed = [broken for broken in self.breaks if broken.period <= newest]
        return tuple(
            (point, value)
            for point, value in trace.known
            if point.period == newest or all(point.period >= broken.over for broken in crossed)
        )


def fill_area(text: str, area: str, municipality: Municipality) -> str:
    """A catalogue text with ``{area}``, ``{kommune}`` and ``{i_kommune}`` filled in."""
    return catalogue.fill(text, area=area, kommune=municipality.name, i_kommune=municipality.place)


def _without_area(series: Series, unit: Unit) -> str | None:
    """What the lines of a series show, for their axis: ``Andel af befolkningen i pct.``; none where its label does not say."""
    said = capital(series.label.removeprefix("{area}").removesuffix("{area}").strip(" -"))
    word = unit_word(unit)
    if "{" in said or not said or "{area}" not in series.label:
        return None
    if not word or word in said.lower():
        return said
    return f"{said} i pct." if unit is Unit.PERCENT else f"{said} ({word})"


def picture(
    key: str,
    indicators: Sequence[Indicator],
    windows: Sequence[pd.DataFrame],
    municipality: Municipality,
    goal: Goal | None = None,
) -> Picture:
    """One figure of one or several indicators.

    Parameters
    ----------
    windows
        One frame per indicator with the columns ``series, area, period, value, state, published, source``.

    Raises
    ------
    PlanError
        When the indicators cannot share a figure: months beside quarters, or lines of different units.

    Notes
    -----
    Indicators with different newest periods share the grid that ends with the latest of them.
    """
    _check_one_figure(indicators)
    names = {NATIONAL: NATIONAL_NAME, municipality.code: municipality.name}
    tables = [_points(frame) for frame in windows]
    found = [period for table in tables for points in table.values() for period in points]
    # All windows of one frequency are as long as each other.
    longest = max((len(points) for table in tables for points in table.values()), default=0)
    periods = window(max(found), longest, indicators[0].published_in) if found else ()
    traces: list[Trace] = []
    empty: list[tuple[str, State]] = []
    groups = {"line": 0, "bar": 0}
    lines = [one for entry in indicators for one in entry.drawn.values() if one.mark == "line"]
    only = lines[0] if len(lines) == 1 else None
    for indicator, table in zip(indicators, tables, strict=True):
        for name, series in indicator.drawn.items():
            drawn = False
            for area, area_name in names.items():
                points = table.get((name, area))
                if points is None:
                    continue
                own_label = (
                    series.label_national if area == NATIONAL and series.label_national else series.label
                )
                trace = Trace(
                    label=fill_area(own_label, area_name, municipality),
                    area=area,
                    indicator=indicator.key,
                    series=name,
                    mark=series.mark,
                    group=groups[series.mark],
                    unit=indicator.unit_of(name),
                    decimals=indicator.decimals_of(name),
                    points=tuple(points.get(period) or _absent(period, points) for period in periods),
                    stack=series.stack,
                    name=area_name if series is only else "",
                )
                if trace.known:
                    traces.append(trace)
                    drawn = True
                else:
                    empty.append((trace.label, trace.absence))
            groups[series.mark] += drawn
    first = indicators[0]
    return Picture(
        key=key,
        title=fill_area(first.title, municipality.name, municipality),
        subtitle=fill_area(first.subtitle, municipality.name, municipality) if first.subtitle else None,
        share_axis=first.share_axis or (_without_area(only, first.unit) if only else None),
        count_axis=first.count_axis,
        municipality=municipality.name,
        periods=periods,
        traces=tuple(traces),
        breaks=shown_breaks(indicators, periods),
        empty=tuple(empty),
        goal=goal,
    )


def areas_picture(
    key: str, title: str, indicator: Indicator, windows: Mapping[Municipality, pd.DataFrame]
) -> Picture:
    """The headline of one indicator with a line for each municipality and one for the country.

    Parameters
    ----------
    windows
        Frame of each municipality, as for :func:`picture`; the first is the one that the figure is about.
    """
    single = [picture(key, [indicator], [frame], area) for area, frame in windows.items()]
    newest = max((one.periods[-1] for one in single if one.periods), default=None)
    periods = window(newest, numbers=indicator.published_in) if newest else ()
    areas = list(windows)
    traces = [
        replace(
            trace,
            label=(name := NATIONAL_NAME if trace.national else areas[place].name),
            name=name,
            group=0 if trace.national else place,
            mark="line",
            points=_on(trace.points, periods),
        )
        for place, one in enumerate(single)
        for trace in one.traces
        if trace.series == indicator.headline and (place == 0 or not trace.national)
    ]
    lines = tuple(sorted((trace for trace in traces if trace.known), key=lambda trace: trace.national))
    drawn = {trace.label for trace in lines}
    absent = {
        area.name: next((s for label, s in one.empty), State.MISSING)
        for area, one in zip(areas, single, strict=True)
    }
    return Picture(
        key=key,
        title=title,
        share_axis=indicator.share_axis,
        municipality=areas[0].name,
        periods=periods,
        traces=lines,
        breaks=shown_breaks([indicator], periods),
        empty=tuple((name, state) for name, state in absent.items() if name not in drawn),
    )


def _on(points: Sequence[Point], periods: Sequence[Period]) -> tuple[Point, ...]:
    """The points on another grid of periods; missing where there is none."""
    known = {point.period: point for point in points}
    return tuple(known.get(period) or _absent(period, known) for period in periods)


def shown_breaks(indicators: Iterable[Indicator], periods: Sequence[Period]) -> tuple[Break, ...]:
    """The breaks that a figure of these periods spans, oldest first."""
    breaks = {broken.period: broken for indicator in indicators for broken in indicator.breaks}
    return tuple(b for at, b in sorted(breaks.items()) if periods and periods[0] < at <= periods[-1])


def place_of(broken: Break, periods: Sequence[Period]) -> int:
    """Which of a figure's periods is the first after a break."""
    return next(place for place, period in enumerate(periods) if period >= broken.period)


def _check_one_figure(indicators: Sequence[Indicator]) -> None:
    where = f"catalogue/indicators: {', '.join(indicator.key for indicator in indicators)}"
    frequencies = {indicator.frequency for indicator in indicators}
    if len(frequencies) > 1:
        raise PlanError.of(
            where, f"One figure cannot show {listed(sorted(frequencies), 'and')}s side by side."
        )
    for mark in ("line", "bar"):
        units = {
            indicator.unit_of(name)
            for indicator in indicators
            for name, series in indicator.drawn.items()
            if series.mark == mark
        }
        if len(units) > 1:
            raise PlanError.of(
                where,
                f"The {mark}s of one figure share an axis, but these are in {listed(sorted(units), 'and')}.",
                "Give them one unit, or indicators (and figures) of their own.",
            )


def _points(frame: pd.DataFrame) -> dict[tuple[str, str], dict[Period, Point]]:
    """The frame by series and area. What is not ``ok`` has no value here, whatever its cell holds."""
    table: dict[tuple[str, str], dict[Period, Point]] = {}
    columns = (frame[name].tolist() for name in WINDOW_COLUMNS)
    for series, area, period, value, state, published, source in zip(*columns, strict=True):
        known = State(state) is State.OK and not pd.isna(value)
        when = Period.parse(period)
        figure = exact(float(value)) if known else None
        point = Point(when, figure, State(state), known and bool(published), source)
        table.setdefault((series, area), {})[when] = point
    return table


def _absent(period: Period, points: Mapping[Period, Point]) -> Point:
    """A period outside a trace's own window: later than it, not published yet; earlier, not in the window."""
    return Point(period, None, State.NOT_PUBLISHED if period > max(points) else State.MISSING)


def with_targets(drawn: Picture, courses: Sequence[tuple[str, Course]]) -> Picture:
    """A figure with a line for each course of its targets, named as given, on the axis of its lines."""
    if not courses or not drawn.lines:
        return drawn
    first = drawn.lines[0]
    lines = []
    for label, course in courses:
        values = dict(course.points)
        points = tuple(
            Point(period, as_decimal(values[period]), State.OK)
            if period in values
            else Point(period, None, State.NOT_PUBLISHED)
            for period in drawn.periods
        )
        decimals = _decimals(points, first)
        lines.append(Trace(label, TARGET, first.unit, decimals, points, name=label.split(":")[0]))
    return replace(drawn, traces=(*drawn.traces, *lines))


def _decimals(points: Iterable[Point], measured: Trace) -> int:
    """One more than the measured line has, where a whole number would hide how a path moves."""
    fractions = any(
        point.value is not None and point.value != point.value.to_integral_value() for point in points
    )
    return max(measured.decimals, int(fractions))
