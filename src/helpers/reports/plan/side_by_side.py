"""A goal in chosen municipalities side by side: one figure with a line for each, and a table of the newest values.

In: a plan's report, a goal and the others. Out: what :meth:`PlanReport.compare` shows and ``plan compare-areas`` writes.
"""

from __future__ import annotations

from collections.abc import Sequence

from helpers.catalogue.models import NATIONAL_NAME, Goal, Municipality
from helpers.data.suppression import plan_observations
from helpers.data.windows import figure_window
from helpers.errors import PlanError
from helpers.present import figures, output, tables
from helpers.present.output import Shown, join
from helpers.present.tables import Column
from helpers.present.words import capital, listed, number, unit_word
from helpers.reports.plan.numbers import PlanNumbers
from helpers.reports.plan.status import StatusRow, rows_of_all

_MOST = 5
"""Lines of municipalities in one figure; more cannot be told apart."""


def others_of(report: PlanNumbers, names: Sequence[str]) -> tuple[Municipality, ...]:
    """The municipalities of these names, without the report's own.

    Raises
    ------
    PlanError
        When one is unknown, with the nearest name; or none is left, or more than a figure can show.
    """
    found = dict.fromkeys(report.catalogue.municipality(name) for name in names)
    others = tuple(area for area in found if area.code != report.municipality.code)
    if not 1 <= len(others) < _MOST:
        raise PlanError.of(
            "municipalities",
            f"{len(others)} to compare {report.municipality.name} with.",
            f"Name one to {_MOST - 1} others.",
        )
    return others


def side_by_side(report: PlanNumbers, goal: Goal, others: Sequence[Municipality]) -> Shown:
    """The figure and the table of each indicator of the goal."""
    if report.catalogue.survey(goal) is not None:
        said = "Målet følges af kommunens egen undersøgelse, så der er ingen andre kommuners tal at vise."
        return output.box(said, classes=("no-figure",))
    areas = (report.municipality, *others)
    catalogue, plan = report.catalogue, report.plan
    observations = plan_observations(report.project, catalogue, plan, report.basis)
    rows = rows_of_all(catalogue, plan, observations, areas, report.bound)
    shown = []
    keys = [key for key in goal.indicators if key in catalogue.indicators]
    for key in keys:
        indicator = catalogue.indicators[key]
        several = len(keys) > 1
        title = f"{goal.title}: {(indicator.name or indicator.key).lower()}" if several else goal.title
        name = f"sammenlign-{goal.number}-{key}" if several else f"sammenlign-{goal.number}"
        windows = {area: figure_window(observations, indicator, area.code, report.bound) for area in areas}
        shown.append(
            figures.areas_figure(name, title, indicator, windows, example=report.is_example).sourced(
                report._source_line([indicator])
            )
        )
        found = {
            area: next(row for row in rows[area.code] if (row.goal, row.indicator) == (goal.number, key))
            for area in areas
        }
        shown.append(_table(name, indicator.name or "" if several else "", found))
    return join(shown)


def _table(key: str, part: str, rows: dict[Municipality, StatusRow]) -> Shown:
    first, *_ = rows.values()
    unit, apart = unit_word(first.unit), unit_word(first.unit, difference=True)
    columns = [
        Column("Kommune", row_head=True),
        Column("Periode"),
        Column(f"Værdi, {unit}" if unit else "Værdi", number=True),
        Column(f"Forskel til målet, {apart}" if apart else "Forskel til målet", number=True),
        Column("Vurdering"),
    ]
    cells: list[tuple[tables.Cell, ...]] = [
        (
            area.name,
            tables.period_cell(row.period),
            number(row.municipality, row.decimals),
            number(row.gap, row.decimals, signed=True),
            tables.verdict_cell(row.verdict),
        )
        for area, row in rows.items()
    ]
    if first.national is not None:
        cells.append(
            (
                NATIONAL_NAME,
                tables.period_cell(first.period),
                number(first.national, first.decimals),
                None,
                None,
            )
        )
    caption = f"{capital(part) or 'Nyeste tal'}: {listed(area.name for area in rows)}"
    return tables.simple_table(
        columns, cells, id=f"tabel-{key}", caption=caption, caption_shown=True, classes="cards"
    )
