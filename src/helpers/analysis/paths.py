"""The way to a target, period by period: where something should be now if it is to be there in time.

Used by plans and investment projects alike. Exact: values are fractions, and nothing is rounded here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from helpers.catalogue.models import Direction
from helpers.periods import Period

Exact = Fraction | Decimal


@dataclass(frozen=True)
class PathPoint:
    """Where the path is in one period, in the unit of the targets; exact."""

    period: Period
    value: Fraction
    is_target: bool = False


def as_good(value: Exact, than: Exact, direction: Direction | None) -> bool:
    """Whether `value` is at least as good as `than`; higher is better where no direction is given."""
    sign = direction.sign if direction else 1
    return sign * (Fraction(value) - Fraction(than)) >= 0


def straight_path(
    start: tuple[Period, Exact | None],
    targets: Mapping[Period, Exact],
    direction: Direction | None,
    *,
    held: bool = True,
) -> tuple[PathPoint, ...]:
    """Straight from the start to each target in turn, period by period.

    Parameters
    ----------
    start
        Where and from what value. Without a value the path begins at the first target.
    targets
        Period → value, in the order of time.
    held
        Where the start (or the target before) is already better than a target, the path lies on that target: a minimum
        is a level to hold then, and asks nobody to fall back to it (seed 004: 87,9 pct., minimum 70). Not so for a
        path that is given, as a budget that rises in winter is.

    Returns
    -------
    tuple of PathPoint
        One per period, oldest first; empty without targets.
    """
    points: list[PathPoint] = []
    at, begin = start
    value = None if begin is None else Fraction(begin)
    for period, target in targets.items():
        goal = Fraction(target)
        if value is None:
            points.append(PathPoint(period, goal, is_target=True))
        else:
            stays = held and as_good(value, goal, direction)
            if not points:
                points.append(PathPoint(at, goal if stays else value))
            steps = period.ordinal - at.ordinal
            for step in range(1, steps + 1):
                here = goal if stays else value + (goal - value) * step / steps
                points.append(PathPoint(at.shift(step), here, is_target=step == steps))
        at, value = period, goal
    return tuple(points)


def path_value(points: Iterable[PathPoint], period: Period) -> Fraction | None:
    """Where the path is in `period`: on its last target afterwards, nowhere before it begins."""
    found = None
    for point in points:
        if point.period <= period:
            found = point.value
    return found
