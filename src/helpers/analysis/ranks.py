"""Where an area stands among others: its place, its third, and how many places it has moved.

In: one value for each area, none where there is none. Out: a :class:`Rank`, which says why there is no place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from helpers.catalogue.models import Direction


class Third(StrEnum):
    """The thirds of a ranking, as in the report of February 2017."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class Standing(StrEnum):
    """Whether there is a place, and if not, why."""

    RANKED = "ranked"
    ALL_EQUAL = "all_equal"
    ALONE = "alone"
    NO_VALUE = "no_value"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class Rank:
    """An area's place among those with a value."""

    standing: Standing
    place: int | None = None
    """1 is best; equal values share the best of their places. None unless ranked or all are equal."""
    of: int = 0
    """How many areas have a value, the area itself included."""
    without: int = 0
    """How many of the others have none."""
    sharing: int = 0
    """How many others have the same value."""

    @property
    def third(self) -> Third | None:
        """The third the place lies in; none where there is no place, or nothing to tell apart."""
        if self.standing is not Standing.RANKED or self.place is None:
            return None
        return third_of(self.place, self.of, self.sharing)


def third_of(place: int, of: int, sharing: int = 0) -> Third:
    """The third in which the middle of the place's share of the ranking lies.

    Of 22, places 1–7 are the top third, 8–15 the middle, 16–22 the bottom; of two, the first is top and the
    second bottom. Turning the ranking round turns the thirds round, also where `sharing` others have the same value:
    they stand together in the middle of the places that they take up.

    Examples
    --------
    >>> third_of(1, 6), third_of(1, 6, sharing=4)
    (<Third.TOP: 'top'>, <Third.MIDDLE: 'middle'>)
    """
    middle = 2 * place - 1 + sharing  # of 2 × `of` half places
    if 3 * middle < 2 * of:
        return Third.TOP
    return Third.BOTTOM if 3 * middle > 4 * of else Third.MIDDLE


def last_of_top_third(of: int) -> int:
    """The last place of so many that lies in the top third: 7 of 22, 33 of 98."""
    return max((place for place in range(1, of + 1) if third_of(place, of) is Third.TOP), default=1)


def rank(values: Mapping[str, Decimal | None], own: str, direction: Direction) -> Rank:
    """The place of `own` among `values`.

    Parameters
    ----------
    values
        Area → value in one unit, as published; the area itself among them. None: suppressed or missing.

    Returns
    -------
    Rank
        Ties share a place, and the next place is left out: 1, 1, 3.
    """
    mine = values.get(own)
    others = [value for area, value in values.items() if area != own]
    known = [value for value in others if value is not None]
    without = len(others) - len(known)
    if mine is None:
        return Rank(Standing.NO_VALUE if known else Standing.NO_DATA, of=len(known), without=without)
    if not known:
        return Rank(Standing.ALONE, of=1, without=without)
    better = sum(direction.sign * (value - mine) > 0 for value in known)
    sharing = sum(value == mine for value in known)
    standing = Standing.ALL_EQUAL if sharing == len(known) else Standing.RANKED
    return Rank(standing, better + 1, len(known) + 1, without, sharing)


def places(values: Mapping[str, Decimal | None], direction: Direction) -> dict[str, int | None]:
    """The place of every area, ties shared; none for an area without a value."""
    known = sorted(-direction.sign * value for value in values.values() if value is not None)
    first = {value: place for place, value in reversed(list(enumerate(known, start=1)))}
    return {area: None if value is None else first[-direction.sign * value] for area, value in values.items()}


FEW = 30
"""Shares of fewer persons move by several percentage points when one person does."""


def on_few(
    share: Decimal | None, count: Decimal | None, base: Decimal | None, *, hidden: bool = False
) -> bool:
    """Whether a share is out of so few that its place has to be marked.

    Parameters
    ----------
    count, base
        The number behind the share, and the one it is out of; without a base it is worked out of the other two.
    hidden
        The number it is out of is suppressed: it may be as small as any.
    """
    if share is None:
        return False
    if hidden:
        return True
    if base is None and count is not None and share:
        base = 100 * count / share
    return base is not None and base < FEW


def moved(now: Rank, before: Rank) -> int | None:
    """Places gained (positive) or lost since the period before; none when one of the two has no place."""
    if now.place is None or before.place is None:
        return None
    return before.place - now.place


def best(values: Mapping[str, Decimal | None], direction: Direction, count: int) -> tuple[str, ...]:
    """The `count` areas with the best values, best first; of equal ones those that come first in `values`."""
    known = [(area, value) for area, value in values.items() if value is not None]
    ordered = sorted(known, key=lambda item: -direction.sign * item[1])
    return tuple(area for area, _ in ordered[:count])
