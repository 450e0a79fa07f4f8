"""What is known of an indicator's headline in any area and period: figures are selected once, and then looked up.

In: the frame *Observations*. Out: a :class:`StatusReading` for each place, its value as the source published it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from helpers.catalogue.models import Indicator
from helpers.data.frames import OBSERVATION_COLUMNS, Grounds, State
from helpers.data.windows import PUBLISHED
from helpers.periods import Period


@dataclass(frozen=True)
class StatusReading:
    """What is known of one area in one period: the value as published, or why there is none."""

    value: Decimal | None
    state: State
    source: str | None
    published: bool = False

    @property
    def grounds(self) -> Grounds | None:
        """What the value stands on; none without one."""
        return None if self.value is None else Grounds.of(self.source or "", published=self.published)


NOTHING = StatusReading(None, State.MISSING, None)
"""Of a place that no source speaks of."""


class Readings:
    """The figures of a frame *Observations* up to a bound, to be looked up by indicator, area and period."""

    def __init__(self, observations: pd.DataFrame, bound: Period | None = None) -> None:
        self._observations = observations
        self._bound = bound
        self._series: dict[tuple[str, str], _Series] = {}
        self._told: Mapping[tuple[str, str, Period], StatusReading] = {}

    @classmethod
    def none(cls) -> Readings:
        """Of nobody."""
        return cls(pd.DataFrame(columns=list(OBSERVATION_COLUMNS)))

    def instead(self, told: Mapping[tuple[str, str, Period], StatusReading]) -> Readings:
        """The same with other readings of headlines: (indicator, area, period) → what is known there."""
        found = copy(self)
        found._told = told
        return found

    def at(self, indicator: Indicator, area: str, period: Period, series: str = "") -> StatusReading:
        """What is known of an area in a period; `series` is the headline unless another is named."""
        if not series and (told := self._told.get((indicator.key, area, period))) is not None:
            return told
        decimals = indicator.decimals_of(series) if series else indicator.decimals
        return self._of(indicator, series).at(area, period, decimals)

    def newest(self, indicator: Indicator, *areas: str) -> Period | None:
        """The newest period that is published for one of the areas, be its value suppressed."""
        newest = self._of(indicator).newest
        return max((newest[area] for area in areas if area in newest), default=None)

    def newest_known(self, indicator: Indicator, area: str) -> Period | None:
        """The newest period for which the area has a value."""
        return self._of(indicator).newest_known.get(area)

    def asked(self, indicator: Indicator, *areas: str) -> bool:
        """Whether a source was asked for the areas' figures, whatever it answered."""
        return self._of(indicator).asked(areas)

    def _of(self, indicator: Indicator, series: str = "") -> _Series:
        key = (indicator.key, series or indicator.headline)
        if key not in self._series:
            at = self._places.get(key, ())
            self._series[key] = _Series([[column[i] for i in at] for column in self._columns], self._bound)
        return self._series[key]

    @cached_property
    def _columns(self) -> list[list[Any]]:
        return [self._observations[name].tolist() for name in _COLUMNS]

    @cached_property
    def _places(self) -> dict[tuple[str, str], Any]:
        """Where the rows of each series stand: one look at the frame costs as much as choosing a single series."""
        places: dict[Any, Any] = self._observations.groupby(["indicator", "series"]).indices
        return places


_COLUMNS = ("area", "period", "value", "state", "source", "published")


class _Series:
    """One series of all areas, as columns; a place is made a :class:`StatusReading` when it is asked for."""

    def __init__(self, columns: Sequence[list[Any]], bound: Period | None) -> None:
        self._areas, self._ids, self._values, self._states, self._sources, self._printed = columns
        self._periods = {text: Period.parse(text) for text in dict.fromkeys(self._ids)}
        self._bound = bound
        # Of two rows of one place the first counts.
        places = zip(self._areas, self._ids, strict=True)
        self._places = {key: at for at, key in reversed(list(enumerate(places)))}
        self._read: dict[int, StatusReading] = {}

    def at(self, area: str, period: Period, decimals: int) -> StatusReading:
        place = self._places.get((area, period.id))
        if place is None or (self._bound is not None and not period.within(self._bound)):
            return NOTHING
        found = self._read.get(place)
        if found is None:
            state = State(self._states[place])
            value = (
                as_published(Decimal(repr(float(self._values[place]))), decimals)
                if state is State.OK
                else None
            )
            found = StatusReading(value, state, str(self._sources[place]), bool(self._printed[place]))
            self._read[place] = found
        return found

    @cached_property
    def newest(self) -> dict[str, Period]:
        return self._newest(PUBLISHED)

    @cached_property
    def newest_known(self) -> dict[str, Period]:
        return self._newest((State.OK.value,))

    def _newest(self, states: tuple[str, ...]) -> dict[str, Period]:
        bound = self._bound
        counted = {text for text, period in self._periods.items() if bound is None or period.within(bound)}
        found: dict[str, str] = {}
        for area, text, state in zip(self._areas, self._ids, self._states, strict=True):
            # Ids of one frequency sort as time does.
            if state in states and text in counted and text > found.get(area, ""):
                found[area] = text
        return {area: self._periods[text] for area, text in found.items()}

    def asked(self, areas: tuple[str, ...]) -> bool:
        return any(
            area in areas and source != "manual"
            for area, source in zip(self._areas, self._sources, strict=True)
        )


def as_published(value: Decimal, decimals: int) -> Decimal:
    """The same number, with as many decimals as its series has where that changes nothing: 16 and not 16,0."""
    spelled = value.quantize(Decimal(1).scaleb(-decimals))
    return spelled if spelled == value else value
