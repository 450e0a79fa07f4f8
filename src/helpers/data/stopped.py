"""What a source has stopped: a table, a division of one, or a benefit that is no more.

In: observations, how the last fetch of each table went, and which snapshots are in force. Out: what of an indicator
has stopped; its last values stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from helpers.catalogue.models import Indicator
from helpers.data.frames import Stop
from helpers.data.package import Input
from helpers.data.windows import PUBLISHED
from helpers.periods import Period


def stopped(
    observations: pd.DataFrame, indicator: Indicator, inputs: Iterable[Input], gone: Iterable[str]
) -> Stop | None:
    """What of an indicator has stopped; none while it goes on, and where there are no figures.

    Parameters
    ----------
    inputs
        The snapshots in force. What they no longer hold is from an older one, and so the division has stopped.
    gone
        Tables that the source did not have any more when they were last asked for.
    """
    rows = observations[
        (observations["indicator"] == indicator.key)
        & (observations["series"] == indicator.headline)
        & observations["state"].isin(PUBLISHED)
        & (observations["snapshot"] != "")
    ]
    if rows.empty:
        return None
    terms = indicator.series[indicator.headline].origin.terms
    tables = {term.table for term in terms}
    if not tables.isdisjoint(gone):
        return Stop.TABLE
    own = [item for item in inputs if item.table in tables]
    if own and rows["snapshot"].min() < min(item.snapshot for item in own):
        return Stop.DIVISION
    newest = Period.parse(rows["period"].max())
    ended = indicator.valid_to is not None and newest <= indicator.valid_to
    if ended and any(
        period > newest for item in own for period in item.newest if period.frequency is newest.frequency
    ):
        return Stop.BENEFIT
    return None
