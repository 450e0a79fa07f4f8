"""Figures as Altair charts that an analyst goes on with: plain layers over one tidy frame.

The pages' figures are laid out by :mod:`helpers.present.figures`, five times faster and with every label in its
place; what JupyterLab shows, and what ``report.chart()`` gives, is made here from the same pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from helpers.errors import PlanError
from helpers.present.draw import screen_bundle
from helpers.present.layout import AXIS_WORDS, BADGE
from helpers.present.theme import Palette
from helpers.present.traces import Picture, Trace
from helpers.present.words import number

Chart = alt.LayerChart | alt.VConcatChart
"""One figure, or several below each other."""

CHART_COLUMNS = ("serie", "mark", "periode", "måned", "værdi", "tal", "tilstand", "grundlag")
"""Of a chart's data: name in the legend, ``line`` or ``bar``, the period in Danish and as its
last month's first day, the value in the series' unit, the same as Danish text, state, and what it stands on (`Grounds`)."""

CHART_WIDTH, CHART_HEIGHT = 620, 300
"""Of a chart's plot, in pixels."""

_LEGEND = alt.Legend(orient="bottom", direction="vertical", title=None, labelLimit=CHART_WIDTH)

RENDERER = "beskaeftigelsesplan"
"""Name under which Altair knows how charts are shown here."""


def chart_frame(drawn: Picture) -> pd.DataFrame:
    """The numbers of a figure, one row per series, area and period, with the columns of `CHART_COLUMNS`."""
    rows = [
        (
            trace.label,
            trace.mark,
            point.period.danish,
            pd.Timestamp(point.period.last_month.first_day),
            None if point.value is None else float(point.value),
            number(point.value, trace.decimals, trace.unit),
            point.state.value,
            point.grounds.value if point.grounds else None,
        )
        for trace in drawn.traces
        for point in trace.points
    ]
    return pd.DataFrame(rows, columns=list(CHART_COLUMNS)).astype({"værdi": float})


def native_chart(
    drawn: Picture,
    colours: Palette,
    *,
    target: float | None = None,
    beside: Sequence[str] = (),
) -> alt.LayerChart:
    """Draw a figure as layers of bars and lines over :func:`chart_frame`, which is the chart's data.

    Parameters
    ----------
    target
        A fixed target in the unit of the lines, drawn as a rule.
    beside
        Lines under the title: what a page says beside the figure.
    """
    frame = chart_frame(drawn)
    order = [period.danish for period in drawn.periods]
    step = max(1, len(order) // 9)
    x = alt.X(
        "periode:O",
        sort=order,
        title=None,
        axis=alt.Axis(values=order[(len(order) - 1) % step :: step], labelAngle=0, labelOverlap=True),
    )
    hint = [
        alt.Tooltip("serie:N", title="Serie"),
        alt.Tooltip("periode:N", title="Periode"),
        alt.Tooltip("tal:N", title="Værdi"),
    ]
    layers: list[Any] = []
    if drawn.bars:
        fills = [(colours.bar, colours.bar_edge), (colours.bar2, colours.bar2_edge)]
        tint = _scale(drawn.bars, [fills[bar.group % 2][0] for bar in drawn.bars])
        edge = _scale(drawn.bars, [fills[bar.group % 2][1] for bar in drawn.bars])
        layers.append(
            alt.Chart()
            .transform_filter(alt.datum.mark == "bar")
            .mark_bar(strokeWidth=1)
            .encode(
                x=x,
                y=alt.Y(
                    "værdi:Q",
                    title=drawn.count_axis or AXIS_WORDS[drawn.bars[0].unit],
                    axis=alt.Axis(orient="right" if drawn.lines else "left", grid=not drawn.lines),
                    scale=alt.Scale(zero=True),
                ),
                fill=alt.Fill("serie:N", scale=tint, legend=_LEGEND),
                stroke=alt.Stroke("serie:N", scale=edge, legend=_LEGEND),
                tooltip=hint,
            )
        )
    if drawn.lines:
        inks = [
            (colours.accent, colours.country),
            (colours.second, colours.second_country),
        ]
        ink = _scale(drawn.lines, [inks[min(line.group, 1)][line.national] for line in drawn.lines])
        dash = _scale(drawn.lines, [[6, 3] if line.national else [1, 0] for line in drawn.lines])
        said, scale = drawn.share_axis or AXIS_WORDS[drawn.lines[0].unit], alt.Scale(zero=bool(drawn.bars))
        y = alt.Y("værdi:Q", title=said, scale=scale)
        shares: list[alt.Chart] = []
        if drawn.band:
            edges = [(period.danish, float(one.low), float(one.high)) for period, one in drawn.band]
            shares.append(
                alt.Chart(pd.DataFrame(edges, columns=["periode", "lavest", "højest"]))
                .mark_area(color=colours.accent, opacity=0.16)
                .encode(x=x, y=alt.Y("lavest:Q", title=said, scale=scale), y2="højest:Q")
            )
        shares.append(
            alt.Chart()
            .transform_filter(alt.datum.mark == "line")
            .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=30))
            .encode(
                x=x,
                y=y,
                color=alt.Color("serie:N", scale=ink, legend=_LEGEND),
                strokeDash=alt.StrokeDash("serie:N", scale=dash, legend=_LEGEND),
                tooltip=hint,
            )
        )
        if target is not None:
            shares.append(
                alt.Chart().mark_rule(color=colours.ink).encode(y=alt.Y(datum=target), size=alt.value(1))
            )
        # Together, or each would have a scale of its own where bars stand behind them.
        layers.append(alt.layer(*shares))
    subtitle = [text for text in (drawn.subtitle, *beside, BADGE if drawn.example else None) if text]
    made = alt.layer(*layers, data=frame).resolve_scale(
        y="independent" if drawn.bars and drawn.lines else "shared",
        color="independent",
        fill="independent",
        stroke="independent",
        strokeDash="independent",
    )
    title = alt.TitleParams(drawn.title, subtitle=subtitle, anchor="start")
    return made.properties(width=CHART_WIDTH, height=CHART_HEIGHT, title=title)


def below_each_other(charts: Sequence[Chart], where: str) -> Chart:
    """One chart as it is, several below each other.

    Raises
    ------
    PlanError
        When there is none; `where` names what was asked for.
    """
    if not charts:
        raise PlanError.of(where, "There is no figure: no number of it is known yet.")
    return charts[0] if len(charts) == 1 else alt.vconcat(*charts)


def numbers_of(charts: Sequence[Chart]) -> pd.DataFrame:
    """The numbers of charts made by :func:`native_chart`, with the columns of `CHART_COLUMNS`."""
    if not charts:
        return pd.DataFrame(columns=list(CHART_COLUMNS))
    return pd.concat([chart.data for chart in charts])


def _scale(traces: Sequence[Trace], values: Sequence[Any]) -> alt.Scale:
    return alt.Scale(domain=[trace.label for trace in traces], range=list(values))


def _render(spec: dict[str, Any], **_: Any) -> dict[str, Any]:
    return screen_bundle(spec)


def use_danish_charts() -> None:
    """Let every Altair chart of this session show Danish numbers and months, and load nothing from elsewhere."""
    if RENDERER not in alt.renderers.names():
        alt.renderers.register(RENDERER, _render)
    alt.renderers.enable(RENDERER)
