"""What an analyst goes on with in JupyterLab: the plan's figures and status as frames, the status as a Great Table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from helpers.analysis.gaps import Verdict
from helpers.catalogue.models import NATIONAL, NATIONAL_NAME, Goal, Unit
from helpers.data.frames import WINDOW_COLUMNS, Grounds
from helpers.periods import Period
from helpers.present.theme import palette
from helpers.present.traces import fill_area
from helpers.present.words import UNKNOWN, VERDICT_SIGNS, VERDICT_WORDS, capital, unit_word
from helpers.reports.plan.numbers import PlanNumbers
from helpers.reports.plan.records import RECKONED, told

if TYPE_CHECKING:
    from great_tables import GT

    from helpers.present.charts import Chart


class GoalRow(NamedTuple):
    """A row of :func:`goal_frame`; `month` is its whole period."""

    goal: str
    indicator: str
    series: str
    label: str
    area: str
    area_name: str
    period: str | None
    month: Period | None
    value: float
    unit: str
    state: str
    grounds: Grounds | None


FRAME_COLUMNS = GoalRow._fields
"""Of :func:`goal_frame`, one row per series, area and period.

``area`` is ``dk`` or the municipality's code; ``period`` as Jobindsats writes it (``2023M11``, ``2023Q02``) and ``month``
the first day of its last month; ``value`` a float in ``unit``, missing unless ``state`` is ``ok``; ``grounds`` a value
of :class:`~helpers.data.frames.Grounds`. Of a survey, ``series`` is the question and ``area`` the
municipality.
"""

STATUS_COLUMNS = (
    "goal", "focus_area", "text", "indicator", "period", "national", "municipality", "target", "gap", "unit",
    "decimals", "verdict", "steadiness", "note", *RECKONED,
)  # fmt: skip
"""Of :func:`status_frame`, one row per goal and indicator, in the plan's order.

``national``, ``municipality``, ``target`` and ``gap`` are floats in ``unit`` (a gap of per cents in percentage points),
missing where unknown; ``verdict`` is ``met``, ``not_met`` or ``cannot_be_judged``; ``steadiness`` ``varigt``, ``nyt`` or
``på vippen``, missing where the past is not known. ``base`` is how many the value is out of,
``persons`` the gap in persons and ``kroner`` what they cost in a year, ``chance_low`` and ``chance_high`` what chance alone may
make of the value, and ``few_persons`` whether the target lies within (or the value is out of fewer than 30). ``start`` is the value of
``start_period``, when the plan began, and ``change`` what was added since; ``outlook`` where the value will stand at ``due`` if
nothing changes, ``outlook_verdict`` what the goal is then, and in ``outlook_hits`` per cent of the cases such a forecast was no farther
off than ``outlook_within``.
"""


def _month(period: Period | None) -> pd.Timestamp | None:
    return None if period is None else pd.Timestamp(period.last_month.first_day)


def _float(value: Decimal | None) -> float:
    return float("nan") if value is None else float(value)


def goal_frame(report: PlanNumbers, goals: Iterable[Goal]) -> pd.DataFrame:
    """The windows of the goals' series, 25 months or 9 quarters, missing points included: `FRAME_COLUMNS`."""
    rows = [row._replace(month=_month(row.month)) for row in goal_rows(report, goals)]  # type: ignore[arg-type]
    frame = pd.DataFrame(rows, columns=list(FRAME_COLUMNS))
    return frame.astype({"value": float, "month": "datetime64[ns]"})


def goal_rows(report: PlanNumbers, goals: Iterable[Goal]) -> Iterator[GoalRow]:
    """The rows of :func:`goal_frame`."""
    own = report.municipality
    names = {NATIONAL: NATIONAL_NAME, own.code: own.name}
    for goal in goals:
        survey = report.catalogue.survey(goal)
        if survey is not None:
            found = report.answers[survey.key]
            questions = report.catalogue.questions(survey, own)
            for key in questions if found else ():
                value = found.answers.get(key) if found else None
                period = found.period if found else None
                yield GoalRow(
                    goal.number, survey.key, key, questions[key], own.code, own.name,
                    period.id if period else None, period, _float(value), survey.unit.value,
                    "missing" if value is None else "ok", Grounds.TYPED_IN,
                )  # fmt: skip
            continue
        for indicator in (report.catalogue.indicators[key] for key in goal.indicators):
            grid = report.window(indicator)
            columns = (grid[name].tolist() for name in WINDOW_COLUMNS)
            for name, area, period, value, state, published, source in zip(*columns, strict=True):
                series = indicator.series[name]
                label = series.label_national if area == NATIONAL else None
                yield GoalRow(
                    goal.number, indicator.key, name, fill_area(label or series.label, names[area], own), area,
                    names[area], period, Period.parse(period), value, indicator.unit_of(name).value,
                    state, Grounds.of(source, published=published),
                )  # fmt: skip


def status_frame(report: PlanNumbers) -> pd.DataFrame:
    """The status of every goal, those that are followed by surveys included: `STATUS_COLUMNS`."""
    rows = [
        {
            **known,
            "unit": row.unit.value,
            "verdict": row.verdict.value,
            "note": " ".join(filter(None, (row.note, row.reason))) or None,
        }
        for row, known in zip(report.all_rows, told(report), strict=True)
    ]
    return pd.DataFrame(rows, columns=list(STATUS_COLUMNS)).astype(dict.fromkeys(_NUMBERS, float))


_NUMBERS = (
    "national", "municipality", "target", "gap", "base", "persons", "kroner", "chance_low", "chance_high", "start", "change",
    "outlook", "outlook_within", "outlook_hits",
)  # fmt: skip


_VERDICT_COLOURS = {
    **dict.fromkeys(Verdict, "#5b5b5b"),
    **dict.fromkeys((Verdict.MET, Verdict.ON_TRACK), "#1b6e3c"),
    **dict.fromkeys((Verdict.NOT_MET, Verdict.BEHIND), "#a3231c"),
}


def status_gt(report: PlanNumbers) -> GT:
    """The status as a Great Table with typed columns, for an analyst to change, save or export.

    Notes
    -----
    The pages' own status table is built by :mod:`helpers.present.tables`: Great Tables takes some 80 times as long
    for it, and its markup would have to be rewritten for the PDF and for screen readers.
    """
    from great_tables import GT, loc, style

    frame = status_frame(report)
    figures = ["national", "municipality", "gap"]
    verdicts = [Verdict(value) for value in frame["verdict"]]
    said = frame.assign(
        period=[Period.parse(text).danish if isinstance(text, str) else UNKNOWN for text in frame["period"]],
        verdict=[f"{VERDICT_SIGNS[verdict]} {VERDICT_WORDS[verdict]}" for verdict in verdicts],
    )
    shown = ["goal", "focus_area", "text", "period", *figures, "verdict"]
    table = GT(said[shown], rowname_col="goal", groupname_col="focus_area", locale="da").tab_header(
        title=f"{report.plan.title}: status på målene", subtitle=report.municipality.long_name
    )
    kinds: dict[tuple[str, int], list[int]] = {}
    for at, kind in enumerate(zip(frame["unit"], frame["decimals"], strict=True)):
        kinds.setdefault(kind, []).append(at)
    for (unit, decimals), rows in kinds.items():
        pattern = f"{{x}} {unit_word(Unit(unit))}".strip()
        table = table.fmt_number(figures[:2], rows=rows, decimals=decimals, pattern=pattern)
        table = table.fmt_number("gap", rows=rows, decimals=decimals, force_sign=True)
    for verdict, colour in _VERDICT_COLOURS.items():
        rows = [at for at, found in enumerate(verdicts) if found is verdict]
        if rows:
            table = table.tab_style(style.text(color=colour, weight="bold"), loc.body("verdict", rows))
    table = table.sub_missing(missing_text=UNKNOWN).cols_align("right", figures)
    table = table.tab_stubhead(label="Nr.").cols_label(
        text="Mål",
        period="Måned/år",
        national="Landet",
        municipality=report.municipality.name,
        gap="Forskel",
        verdict="Vurdering",
    )
    return table.tab_source_note("Eksempeldata") if report.is_example else table


def survey_charts(report: PlanNumbers, goal: Goal) -> tuple[Chart, ...]:
    """The answers to a goal's survey as bars from zero, one a question; nothing when there are none."""
    import altair as alt

    from helpers.present.charts import CHART_WIDTH

    answers = (
        goal_frame(report, [goal]).dropna(subset="value") if report.catalogue.survey(goal) else pd.DataFrame()
    )
    if answers.empty:
        return ()
    bars = (
        alt.Chart()
        .mark_bar(color=palette().accent)
        .encode(
            alt.X(
                "value:Q",
                title=capital(unit_word(Unit(answers["unit"].iloc[0])) or "Svar"),
                scale=alt.Scale(zero=True),
            ),
            alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=CHART_WIDTH)),
            tooltip=[alt.Tooltip("label:N", title="Spørgsmål"), alt.Tooltip("value:Q", title="Svar")],
        )
    )
    return (
        alt.LayerChart(
            layer=[bars],
            data=answers,
            width=CHART_WIDTH // 2,
            title=alt.TitleParams(goal.title, anchor="start"),
        ),
    )
