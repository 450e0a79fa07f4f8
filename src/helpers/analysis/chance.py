"""How far chance alone moves a share or a count: small numbers go up and down though nothing has changed.

In: a figure as published, and how many it is out of, or counts. Out: an :class:`Interval` in the figure's unit.

Notes
-----
Shares have the Wilson interval (E. B. Wilson, "Probable inference", JASA 22, 1927), counts and rates Byar's approximation
to the exact Poisson limits (N. E. Breslow & N. E. Day, Statistical Methods in Cancer Research II, 1987, p. 69), as
England's public health profiles use them (OHID, Fingertips, "Public health data: methods"). Statsmodels has the first of them
(`proportion_confint`), and the tests hold this one to it; it is not used on pages, because its import takes a second
and a half of a render and it brings some 130 MB for five lines of arithmetic.

It is said as "tilfældige udsving", not as sampling error: nobody drew a sample. The figure is one outcome of what might have
happened to about as many people, each by himself. The same persons recur from month to month, so that two months differ
by less than the interval says; full-time persons are not persons, so that an interval of theirs is a rough one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from helpers.analysis.persons import COUNTED, base_at
from helpers.analysis.ranks import FEW
from helpers.analysis.readings import Readings
from helpers.catalogue.models import BASE, FromMeasure, Indicator, Unit
from helpers.data.frames import State
from helpers.periods import Period

_Z = 1.959963984540054
"""Of 95 in 100 outcomes."""


@dataclass(frozen=True)
class Interval:
    """What chance alone may make of a figure, 95 times in 100; in its unit, both ends included."""

    low: Decimal
    high: Decimal

    def holds(self, value: Decimal) -> bool:
        """Whether a value lies within."""
        return self.low <= value <= self.high


def around(readings: Readings, indicator: Indicator, area: str, period: Period) -> Interval | None:
    """What chance alone may make of an area's figure in a period.

    Returns
    -------
    Interval or None
        None where it is not known how many the figure is out of, or where the interval would tell a hidden number. A
        measure in per cent that has a count beside it and no base is a rate of a population.
    """
    value = readings.at(indicator, area, period).value
    if value is None:
        return None
    if indicator.unit in COUNTED:
        return of_count(value, indicator.decimals)
    if indicator.has_base:
        base = base_at(readings, indicator, area, period)
        # Of more than the whole, which differently counted terms can give, no part is drawn by chance.
        return None if base is None or value > 100 else of_share(value, base, indicator.decimals)
    origin = indicator.series[indicator.headline].origin
    if indicator.unit is Unit.PERCENT and isinstance(origin, FromMeasure) and not origin.complement:
        counted = (readings.at(indicator, area, period, name).value for name in indicator.counts[:1])
        return next((of_rate(value, count, indicator.decimals) for count in counted if count), None)
    return None


def of_few(readings: Readings, indicator: Indicator, area: str, period: Period) -> bool:
    """Whether a share is known to be one of fewer than :data:`FEW`; no word of how many they are."""
    if not indicator.has_base or readings.at(indicator, area, period).value is None:
        return False
    out_of = readings.at(indicator, area, period, BASE).value
    return out_of is not None and out_of < FEW


def is_scarce(readings: Readings, indicator: Indicator, area: str, period: Period) -> bool:
    """Whether a share is one of fewer than :data:`FEW`, or of a number that is hidden."""
    if not indicator.has_base or readings.at(indicator, area, period).value is None:
        return False
    terms = (readings.at(indicator, area, period, name) for name in (BASE, *indicator.counts))
    return of_few(readings, indicator, area, period) or any(t.state is State.SUPPRESSED for t in terms)


def of_share(share: Decimal, base: Decimal, decimals: int) -> Interval:
    """The Wilson interval of a share in per cent.

    Parameters
    ----------
    base
        How many the share is out of; more than 0.

    Examples
    --------
    >>> of_share(Decimal("31.2"), Decimal(641), 1)
    Interval(low=Decimal('27.7'), high=Decimal('34.9'))
    """
    part, n = min(float(share) / 100, 1.0), float(base)  # what is not part of its base can exceed it
    square = _Z * _Z / n
    centre = (part + square / 2) / (1 + square)
    half = _Z / (1 + square) * math.sqrt(part * (1 - part) / n + square / (4 * n))
    # At 0 and 100 per cent an end is exact, and sums of floats are not.
    low, high = max(centre - half, 0.0), min(centre + half, 1.0)
    return _interval(100 * low, 100 * high, decimals)


def of_count(count: Decimal, decimals: int = 0) -> Interval:
    """Byar's interval of a count.

    Examples
    --------
    >>> of_count(Decimal(20))
    Interval(low=Decimal('12'), high=Decimal('31'))
    """
    return _interval(*_byar(float(count)), decimals)


def of_rate(rate: Decimal, count: Decimal, decimals: int) -> Interval:
    """Byar's interval of a rate: the count's, in proportion."""
    low, high = _byar(float(count))
    per_one = float(rate) / float(count)
    return _interval(low * per_one, high * per_one, decimals)


def _byar(count: float) -> tuple[float, float]:
    more = count + 1
    low = count * (1 - 1 / (9 * count) - _Z / (3 * math.sqrt(count))) ** 3 if count > 0 else 0.0
    return max(low, 0.0), more * (1 - 1 / (9 * more) + _Z / (3 * math.sqrt(more))) ** 3


def _interval(low: float, high: float, decimals: int) -> Interval:
    step = Decimal(1).scaleb(-decimals)
    ends = (Decimal(repr(round(end, 9))).quantize(step, ROUND_HALF_UP) for end in (low, high))
    return Interval(*ends)
