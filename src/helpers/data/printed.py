"""What a plan's own document printed, beside what was fetched and typed in: a source with a date (docs/data.md).

In: *Observations* and what `catalogue/published` holds for a plan. Out: the same frame with the printed figures in
the places of which no source speaks.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers.catalogue import Catalogue
from helpers.catalogue.models import NATIONAL, Municipality, Plan
from helpers.data.frames import OBSERVATION_KEYS, Grounds, State
from helpers.data.windows import PUBLISHED
from helpers.periods import Period


def source_of(plan: Plan) -> str:
    """``printed:frederikssund-2023``, as in the column `source`."""
    return f"{Grounds.PRINTED.value}:{plan.published}"


def with_printed(
    frame: pd.DataFrame, catalogue: Catalogue, plan: Plan, as_of: date | None = None
) -> pd.DataFrame:
    """The observations with what the plan's document printed for its own municipality and the country.

    Parameters
    ----------
    as_of
        The day the figures stand as of: of a later period nothing was printed then.
    """
    printed = _printed(catalogue, plan, as_of)
    if printed.empty:
        return frame
    places = pd.MultiIndex.from_frame(printed[list(OBSERVATION_KEYS)])
    same = frame[frame["indicator"].isin(printed["indicator"]) & frame["area"].isin(printed["area"])]
    same = same[pd.MultiIndex.from_frame(same[list(OBSERVATION_KEYS)]).isin(places)]
    # What a source itself shows or holds back, a document does not overrule.
    spoken = pd.MultiIndex.from_frame(same.loc[same["state"].isin(PUBLISHED), list(OBSERVATION_KEYS)])
    left = printed[~places.isin(spoken)]
    if left.empty:
        return frame
    silent = same.index[~same["state"].isin(PUBLISHED)]
    together = pd.concat([frame.drop(index=silent), left], ignore_index=True)
    # Each area's figures stay together, so that a report read alone and one among all are the same.
    order = {area: place for place, area in enumerate(together["area"].unique())}
    return together.sort_values("area", key=lambda areas: areas.map(order), kind="stable", ignore_index=True)


def for_area(frame: pd.DataFrame, plan: Plan, area: Municipality) -> pd.DataFrame:
    """The observations as they hold for one municipality: what another's document printed is not for it."""
    return frame if area.slug == plan.municipality else without_printed(frame, plan)


def without_printed(frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The observations without what the plan's document printed."""
    return frame[frame["source"].ne(source_of(plan))] if plan.published else frame


def _printed(catalogue: Catalogue, plan: Plan, as_of: date | None) -> pd.DataFrame:
    """The printed figures as observations of the headline series; none for a plan that is nobody's."""
    own = next((m.code for m in catalogue.municipalities if m.slug == plan.municipality), None)
    rows: dict[tuple[str, str, str, str], float] = {}
    for row in catalogue.published_rows(plan) if own else ():
        if as_of is None or row.period.shift(1).first_day <= as_of:
            series = catalogue.indicators[row.indicator].headline
            for area, value in ((own, row.municipality), (NATIONAL, row.national)):
                rows[row.indicator, series, area or "", row.period.id] = float(value)
    frame = pd.DataFrame(list(rows), columns=list(OBSERVATION_KEYS))
    return frame.assign(
        value=list(rows.values()), state=State.OK.value, source=source_of(plan), snapshot="", published=True
    )


def newest_printed(catalogue: Catalogue, plan: Plan) -> Period | None:
    """The last month that the plan's document speaks of: how things stood when it was printed."""
    return max((row.period.last_month for row in catalogue.published_rows(plan)), default=None)
