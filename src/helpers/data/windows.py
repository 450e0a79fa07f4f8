"""What one figure shows: the newest period of an indicator, and the full grid of periods that ends in it."""

from __future__ import annotations

import pandas as pd

from helpers.catalogue.models import NATIONAL, Indicator
from helpers.data.frames import WINDOW_COLUMNS, State
from helpers.periods import Period, window

PUBLISHED = (State.OK.value, State.SUPPRESSED.value)
"""States of what a source has published: it may hold back the value."""


def newest_period(
    observations: pd.DataFrame, indicator: Indicator, municipality_code: str, bound: Period | None = None
) -> Period | None:
    """The newest period of the headline series that is published for the country or the municipality.

    Parameters
    ----------
    observations
        Frame *Observations*.
    bound
        Periods that end after it do not count.

    Returns
    -------
    Period or None
        None when nothing is published. A suppressed value is published; a missing one is not.
    """
    rows = observations[
        (observations["indicator"] == indicator.key)
        & (observations["series"] == indicator.headline)
        & observations["area"].isin([NATIONAL, municipality_code])
        & observations["state"].isin(PUBLISHED)
    ]
    periods = [Period.parse(text) for text in rows["period"].unique()]
    return max((p for p in periods if bound is None or p.within(bound)), default=None)


def figure_window(
    observations: pd.DataFrame, indicator: Indicator, municipality_code: str, bound: Period | None = None
) -> pd.DataFrame:
    """The full grid of an indicator's figure: 25 months or 9 quarters, missing points included.

    Returns
    -------
    DataFrame
        Columns of :data:`~helpers.data.frames.WINDOW_COLUMNS`, by series in the catalogue's order, country
        before municipality, oldest first. The country is there for series that draw it. A point that no
        source speaks of is ``missing``, or ``not_published`` when it is later than all the series has.
    """
    newest = newest_period(observations, indicator, municipality_code, bound)
    if newest is None:
        return _typed(pd.DataFrame(columns=list(WINDOW_COLUMNS)))
    periods = [period.id for period in window(newest, numbers=indicator.published_in)]
    lines = [
        (name, area)
        for name, series in indicator.drawn.items()
        for area in ((NATIONAL, municipality_code) if series.national else (municipality_code,))
    ]
    grid = pd.DataFrame(
        [(name, area, period) for name, area in lines for period in periods],
        columns=["series", "area", "period"],
    )
    own = observations[
        (observations["indicator"] == indicator.key)
        & observations["area"].isin([NATIONAL, municipality_code])
    ]
    found = grid.merge(
        own[list(WINDOW_COLUMNS)],
        on=["series", "area", "period"],
        how="left",
        validate="one_to_one",
    )
    # Ids of one frequency sort as time does.
    last = own.groupby("series")["period"].max()
    later = found["period"] > found["series"].map(last).fillna("")
    unspoken = found["state"].isna()
    found.loc[unspoken, "state"] = State.MISSING.value
    found.loc[unspoken & later & found["series"].isin(last.index), "state"] = State.NOT_PUBLISHED.value
    found["published"] = found["published"].eq(True)
    found["source"] = found["source"].fillna("")
    return _typed(found[list(WINDOW_COLUMNS)])


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({"value": float, "published": bool})
