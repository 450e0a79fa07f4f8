"""Made-up months of investment projects, so that the pages can be seen before anything was measured.

Comes in: a project's entry. Goes out: measurements with the source ``example``, the same at every run; they
are never mixed with typed-in ones.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from helpers.reports.investeringer.models import InvestmentProject, InvestmentRow, InvestmentSet, RowUnit
from helpers.reports.investeringer.months import Measurement

EXAMPLE = "example"

EXAMPLE_MONTHS = 8
"""Months after the start: enough to pass the first minimum targets of August 2024 (seed 004)."""

_SLOWEST, _FASTEST = 0.7, 2.0
"""Paces of a row against its path, so that some run ahead and some fall behind."""

_SHARE_OF_NOTHING_KNOWN, _COUNT_OF_NOTHING_KNOWN, _SUM_OF_NOTHING_KNOWN = 40.0, 24.0, 160.0
"""Where a row goes that has neither a start nor a target; the last for a cumulative one."""


def example_months(projects: InvestmentSet, key: str) -> tuple[Measurement, ...]:
    """Eight months after the start; rows that come from Jobindsats are left out.

    Each row wanders around its way to the last target; a row without targets wanders around its start.
    """
    entry = projects.projects[key]
    made: dict[str, list[Measurement]] = {}
    for row_key, row in entry.status.measures.items():
        if row.indicator is None and not row.sum_of:
            made[row_key] = list(_wander(f"{projects.key}/{entry.key}/{row_key}", entry, row))
    for row_key, row in entry.status.measures.items():
        if row.indicator is not None:
            continue
        below = row.sum_of or tuple(part.key for part in row.rows if part.key in made)
        if below:
            parts = [made[part] for part in below if part in made]
            made[row_key] = [
                replace(at[0], row=row_key, value=sum((one.value or Decimal(0) for one in at), Decimal(0)))
                for at in zip(*parts, strict=True)
            ]
        elif row.unit is RowUnit.COUNT_AND_SHARE and row.start_judged is not None:
            whole = {one.month: one.value for one in made.get(row.share_of or "", ()) if one.value}
            made[row_key] = [
                _counted(one, whole.get(one.month) or _whole_at_start(row)) for one in made[row_key]
            ]
    return tuple(one for row_key in entry.status.measures for one in made.get(row_key, ()))


def _wander(seed: str, entry: InvestmentProject, row: InvestmentRow) -> Iterator[Measurement]:
    """The row's figures in the unit of its targets."""
    assert row.key is not None and row.unit is not None
    chance = random.Random(seed)
    start = entry.status.start.period
    is_share = row.unit.judged_as_share
    begin = row.start.value if row.start_judged is None and row.start else row.start_judged
    targets = row.target_values
    level = float(begin or 0)
    goal = float(targets[max(targets)]) if targets else level
    if begin is None and not targets:
        counted = _SUM_OF_NOTHING_KNOWN if row.cumulative else _COUNT_OF_NOTHING_KNOWN
        goal = _SHARE_OF_NOTHING_KNOWN if is_share else counted
    steps = max(entry.status.last_month.ordinal - start.ordinal, EXAMPLE_MONTHS)
    pace = chance.uniform(_SLOWEST, _FASTEST)
    wobble = max(abs(goal - level), 0.06 * max(level, 10.0)) * 0.06
    decimals = 1 if row.unit in (RowUnit.WEEKS, RowUnit.PERCENT) else 0
    before = level if row.cumulative else 0.0
    for step in range(1, EXAMPLE_MONTHS + 1):
        figure = level + (goal - level) * min(1.0, pace * step / steps) + chance.uniform(-wobble, wobble)
        figure = min(max(figure, before), 100.0 if is_share else math.inf)
        before = figure if row.cumulative else 0.0
        yield Measurement(row.key, start.shift(step), Decimal(f"{figure:.{decimals}f}"), source=EXAMPLE)


def _counted(one: Measurement, whole: Decimal) -> Measurement:
    """A share turned into a count of the whole and the count's own share."""
    assert one.value is not None
    count = (one.value * whole / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    share = (100 * count / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return replace(one, value=count, share=share)


def _whole_at_start(row: InvestmentRow) -> Decimal:
    """How many the row's start is a share of; a hundred where a count of zero cannot tell."""
    if row.start is not None and row.start.value and row.start.share:
        return 100 * row.start.value / row.start.share
    return Decimal(100)
