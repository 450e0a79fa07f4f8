"""What a gap comes to in persons, and in kroner: only where that gives no hidden number away.

In: a gap and a share as published, and how many the share is out of. Out: whole persons, signed as the gap is.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from helpers.analysis.readings import Readings
from helpers.catalogue.models import BASE, Indicator, Unit
from helpers.data.frames import State
from helpers.data.suppression import gives_away
from helpers.periods import Period

COUNTED = (Unit.PERSONS, Unit.FULL_TIME)
"""Units of which a gap is so many persons."""


def shown_base(share: Decimal | None, base: Decimal | None, *, hidden: bool = False) -> Decimal | None:
    """How many a share is out of, where a page may reckon with it.

    Parameters
    ----------
    hidden
        Whether the count behind the share is suppressed, though the share itself is published.

    Returns
    -------
    Decimal or None
        None also where share and base together tell a count that the source hides (or the rest of the base): a
        number of persons reckoned from them would tell it too (docs/data.md).
    """
    if share is None or base is None or base <= 0 or hidden or gives_away(share, base):
        return None
    return base


def from_counts(
    count: Decimal | None, base: Decimal | None, share: Decimal | None, decimals: int
) -> Decimal | None:
    """The share in per cent that two counts come to, not rounded; none unless that is the printed `share` when rounded.

    Counts that come to another share are not what the source made its own of.

    Examples
    --------
    >>> from_counts(Decimal(200), Decimal(641), Decimal("31.2"), 1)
    Decimal('31.20124804992199687987519501')
    """
    if count is None or share is None or not base:
        return None
    exact = 100 * count / base
    return exact if exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) == share else None


def base_at(readings: Readings, indicator: Indicator, area: str, period: Period) -> Decimal | None:
    """:func:`shown_base` of an area and period; none for an indicator that does not say what it is a share of."""
    if not indicator.has_base:
        return None
    share = readings.at(indicator, area, period).value
    hidden = any(
        readings.at(indicator, area, period, name).state is State.SUPPRESSED for name in indicator.counts
    )
    return shown_base(share, readings.at(indicator, area, period, BASE).value, hidden=hidden)


def gap_in_persons(gap: Decimal | None, unit: Unit, base: Decimal | None) -> int | None:
    """A gap in whole persons, half a person rounded away from zero; none where the base is not known.

    Parameters
    ----------
    unit
        Of the gap. A count of persons is what it is, whatever the base.
    base
        Of :func:`shown_base`; for shares in per cent.

    Examples
    --------
    >>> gap_in_persons(Decimal("-2.8"), Unit.PERCENT, Decimal(641))
    -18
    """
    if gap is None:
        return None
    if unit in COUNTED:
        persons = gap
    elif unit is Unit.PERCENT and base is not None:
        persons = gap * base / 100
    else:
        return None
    return int(persons.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def in_kroner(persons: int, amount: Decimal) -> Decimal:
    """What so many full-time persons cost in a year, to two figures: the price is an estimate, and so is this."""
    exact = Decimal(abs(persons)) * amount
    return exact if exact == 0 else exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), ROUND_HALF_UP)
