"""All municipalities on a plan's goals at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from helpers.catalogue.models import Municipality, Plan
from helpers.reports.plan.status import StatusRow


@dataclass(frozen=True)
class CountryComparison:
    """Every municipality's status on a plan, on one basis of figures."""

    plan: Plan
    municipalities: tuple[Municipality, ...]
    rows: Mapping[str, tuple[StatusRow, ...]]
    """Code of each municipality → its status rows, in the plan's order; goals with a survey are not among them."""
    example: bool = False
    """The figures are example data."""
    data_day: date | None = None
    """The day of the figures; none when it is not known."""

    def of(self, goal: str, indicator: str) -> dict[str, StatusRow]:
        """Code of each municipality → its row for one goal and indicator, in the catalogue's order."""
        return {
            code: row
            for code, rows in self.rows.items()
            for row in rows
            if (row.goal, row.indicator) == (goal, indicator)
        }
