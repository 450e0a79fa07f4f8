"""The distance between a municipality and its target, and what it means: the one rule for every goal.

In: values as published, in decimals. Out: the column "Forskel" of the status table, and a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from helpers.catalogue.models import Direction
from helpers.catalogue.targets import Target


class Verdict(StrEnum):
    """Whether a goal is met. What is missing, suppressed or from unequal periods cannot be judged.

    Until the day it is due, a goal is on track or behind by its path, or not due where there is no path. A goal that
    gives a direction only is followed.
    """

    MET = "met"
    NOT_MET = "not_met"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    NOT_DUE = "not_due"
    FOLLOWED = "followed"
    CANNOT_BE_JUDGED = "cannot_be_judged"


def gap(municipality: Decimal, target: Decimal, direction: Direction) -> Decimal:
    """Distance from the target, positive when the municipality is on the better side.

    Parameters
    ----------
    municipality, target
        Values in the indicator's unit, as published (not rounded further).
    direction
        Which way is better; of the goals of plan 2023, ``4a`` and ``6a`` are better when lower.

    Notes
    -----
    Reproduces the column "Forskel" of Frederikssund's status on plan 2023 (seed 000) for every goal but
    ``4b``, which was printed against the country instead of its target of 90 per cent.

    Examples
    --------
    >>> gap(Decimal("83.8"), Decimal("87.3"), Direction.HIGHER)
    Decimal('-3.5')
    >>> gap(Decimal("27.1"), Decimal("23.1"), Direction.LOWER)
    Decimal('-4.0')
    """
    # sign × (municipality − target); turned round rather than multiplied, so that zero has no sign
    return municipality - target if direction.sign > 0 else target - municipality


def interval_gap(municipality: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """Distance from the nearer end of an interval, negative outside of it."""
    return min(municipality - low, high - municipality)


def target_value(target: Target, national: Decimal | None) -> Decimal | None:
    """The number a goal asks for: its own, or the country's plus the margin; none when unknown or not set."""
    if target.value is not None:
        return target.value
    return None if national is None or not target.national else national + target.margin


def verdict(gap: Decimal | None, target: Target) -> Verdict:
    """Whether a gap meets the goal: at 0 "at least" and "at most" do, "over" and "under" do not."""
    if gap is None or not target.is_set:
        return Verdict.CANNOT_BE_JUDGED
    met = gap > 0 if target.strict else gap >= 0
    return Verdict.MET if met else Verdict.NOT_MET


_ALL = (
    Verdict.NOT_MET, Verdict.CANNOT_BE_JUDGED, Verdict.BEHIND, Verdict.NOT_DUE, Verdict.ON_TRACK, Verdict.MET,
    Verdict.FOLLOWED,
)  # fmt: skip
_ANY = (
    Verdict.MET, Verdict.ON_TRACK, Verdict.NOT_DUE, Verdict.BEHIND, Verdict.CANNOT_BE_JUDGED, Verdict.NOT_MET,
    Verdict.FOLLOWED,
)  # fmt: skip


def joint_verdict(verdicts: Iterable[Verdict], *, any_suffices: bool = False) -> Verdict:
    """One verdict over several: met only if all are; one that is not met decides before one without a judgement.

    Where any suffices, one that is met decides, and it is not met only if none is. What is only followed counts for
    nothing beside what is judged.
    """
    found = set(verdicts)
    return next(v for v in (_ANY if any_suffices else _ALL) if v in found)
