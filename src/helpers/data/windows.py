"""What one figure shows: the full grid of periods that ends in the newest period of its indicator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from helpers.catalogue.models import NATIONAL, Indicator
from helpers.data.frames import WINDOW_COLUMNS, State
from helpers.periods import Period, window

PUBLISHED = (State.OK.value, State.SUPPRESSED.value)
"""States of what a source has published: it may hold back the value."""


def figure_window(
    observations: pd.DataFrame, indicator: Indicator, municipality_code: str, bound: Period | None = None
) -> pd.DataFrame:
    """The full grid of one indicator's figure; see :func:`figure_windows`."""
    return figure_windows(observations, [indicator], municipality_code, bound)[indicator.key]


def figure_windows(
    observations: pd.DataFrame,
    indicators: Iterable[Indicator],
    municipality_code: str,
    bound: Period | None = None,
) -> dict[str, pd.DataFrame]:
    """The full grid of each indicator's figure: 25 months or 9 quarters, missing points included.

    It ends in the newest period that is published of the headline series for the country or the municipality.

    Parameters
    ----------
    bound
        Periods that end after it do not count.

    Returns
    -------
    dict
        Key of each indicator → columns of :data:`~helpers.data.frames.WINDOW_COLUMNS`, by series in the catalogue's
        order, country before municipality, oldest first. The country is there for series that draw it. A point that
        no source speaks of is ``missing``, or ``not_published`` when it is later than all the series has.
    """
    own = observations[observations["area"].isin([NATIONAL, municipality_code])]
    by_indicator = {str(key): rows for key, rows in own.groupby("indicator", sort=False)}
    return {
        item.key: _window(by_indicator.get(item.key, own.iloc[:0]), item, municipality_code, bound)
        for item in indicators
    }


def _window(
    rows: pd.DataFrame, indicator: Indicator, municipality_code: str, bound: Period | None
) -> pd.DataFrame:
    # Plain columns: a frame of a few hundred rows is merged many times faster by hand.
    columns = {name: rows[name].tolist() for name in WINDOW_COLUMNS}
    places = list(zip(columns["series"], columns["area"], columns["period"], strict=True))
    known = {place: at for at, place in enumerate(places)}
    if len(known) < len(places):
        raise ValueError(f"{indicator.key}: a figure stands twice in the observations")
    newest = max(
        (
            Period.parse(period)
            for (series, _, period), state in zip(places, columns["state"], strict=True)
            if series == indicator.headline
            and state in PUBLISHED
            and (bound is None or Period.parse(period).within(bound))
        ),
        default=None,
    )
    if newest is None:
        return _framed([])
    last: dict[str, str] = {}
    for series, _, period in places:  # ids of one frequency sort as time does
        last[series] = max(period, last.get(series, ""))
    periods = [period.id for period in window(newest, numbers=indicator.published_in)]
    found: list[tuple[object, ...]] = []
    for name, series in indicator.drawn.items():
        for area in (NATIONAL, municipality_code) if series.national else (municipality_code,):
            for period in periods:
                at = known.get((name, area, period))
                if at is None:
                    later = name in last and period > last[name]
                    state = State.NOT_PUBLISHED if later else State.MISSING
                    found.append((name, area, period, None, state.value, False, ""))
                else:
                    told = columns["value"][at], columns["state"][at], bool(columns["published"][at])
                    found.append((name, area, period, *told, columns["source"][at] or ""))
    return _framed(found)


def _framed(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """The rows as a frame; with its types told it is made in a fifth of the time."""
    columns: dict[str, Any] = dict(
        zip(WINDOW_COLUMNS, zip(*rows, strict=True) if rows else repeat(()), strict=False)
    )
    typed = {"value": np.array(columns["value"], float), "published": np.array(columns["published"], bool)}
    return pd.DataFrame({**columns, **typed})
