"""An analyst's own chart or table on a page: shown as theirs, with the stamp of the report it stands in."""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers.errors import PlanError
from helpers.letters import address_part
from helpers.present import output, tables
from helpers.present.output import Shown
from helpers.present.words import decimals_of, exact, number
from helpers.reports.base.notes import note

NOTE = "Kommunens egen opstilling."
"""Stands below what is not the plan's own figure or table."""


def own_shown(made: Any, caption: str, alt_text: str) -> Shown:
    """A chart of Altair's as a figure, a frame as a table.

    Raises
    ------
    PlanError
        For a chart without a text for those who do not see it, and for what is neither chart nor frame.
    """
    import altair as alt

    key = f"egen-{address_part(caption)}"
    below = note("source-note", NOTE)
    if isinstance(made, pd.DataFrame):
        numeric = [pd.api.types.is_numeric_dtype(made[name]) for name in made.columns]
        columns = [
            tables.Column(str(name), number=kind) for name, kind in zip(made.columns, numeric, strict=True)
        ]
        rows = [[_cell(value) for value in row] for row in made.itertuples(index=False)]
        return tables.simple_table(columns, rows, id=key, caption=caption, caption_shown=True) + below
    if isinstance(made, alt.TopLevelMixin):
        if not alt_text.strip():
            raise PlanError.of(
                "report.show",
                "The chart has no text for those who do not see it.",
                'Say in a sentence or two what it shows: report.show(chart, caption="…", alt="…")',
            )
        return output.Shown([output.FigurePart(key, made.to_dict(), caption, alt_text)]) + below
    raise PlanError.of(
        "report.show",
        f"A page can show a chart of Altair's or a DataFrame; this is a {type(made).__name__}.",
        "For a Great Table, show the frame it was made from.",
    )


def _cell(value: Any) -> str | None:
    if value is None or pd.isna(value):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    told = exact(value)
    return number(told, decimals_of(told.normalize()))
