"""What changed between two days: which figures were corrected, came or went, and which still may be.

In: two frames *Observations*, or two days. Out: one row per figure that differs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from helpers.catalogue import Catalogue
from helpers.catalogue.models import JOBINDSATS, SOURCES, Indicator
from helpers.data.basis import Basis, snapshot_days
from helpers.data.frames import OBSERVATION_KEYS, State
from helpers.data.processed import load_observations
from helpers.data.windows import PUBLISHED
from helpers.errors import PlanError
from helpers.periods import Frequency, Period
from helpers.project import Project

CHANGE_COLUMNS: Final = (
    *OBSERVATION_KEYS,
    "kind",
    "old_value",
    "new_value",
    "old_state",
    "new_state",
    "difference",
    "relative",
    "typed_in",
)
"""`difference` is new − old in the series' unit, exact; `relative` is it in per cent of the old value; `typed_in` says
whether the figure is, or was, a typed-in one."""

PROVISIONAL_MONTHS: Final = 1
"""How many of the newest months of a monthly series still count as provisional (docs/data.md says why)."""

_FINEST: Final = 10**6


class ChangeOfValue(StrEnum):
    """What happened to a figure between two days, the gravest first."""

    VANISHED = "vanished"
    CHANGED = "changed"
    APPEARED = "appeared"
    NEW_PERIOD = "new_period"
    OLD_PERIOD = "old_period"


@dataclass(frozen=True)
class Revision:
    """The figures that differ between two days."""

    # The days compared.
    old: date
    new: date
    changes: pd.DataFrame
    """Columns of :data:`CHANGE_COLUMNS`."""


def compare_days(
    project: Project,
    catalogue: Catalogue,
    old: date | None = None,
    new: date | None = None,
    *,
    areas: Collection[str] | None = None,
    indicators: Collection[str] | None = None,
    shown: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame,
) -> Revision:
    """Compare real figures as they stood on two days.

    Parameters
    ----------
    old, new
        Default: the two newest days from which there are snapshots; `old` alone is compared with the newest,
        `new` alone with the day before it.
    shown
        What becomes of each day's observations first.

    Raises
    ------
    PlanError
        When there are no two days to compare, or the days are in the wrong order.
    """
    old_day, new_day = _days(project, old, new)
    frames = [load_observations(project, catalogue, Basis("real", day), areas) for day in (old_day, new_day)]
    if indicators is not None:
        frames = [frame[frame["indicator"].isin(list(indicators))] for frame in frames]
    frames = [shown(frame) for frame in frames]
    return Revision(old_day, new_day, changed_values(*frames, catalogue=catalogue))


def changed_values(old: pd.DataFrame, new: pd.DataFrame, *, catalogue: Catalogue) -> pd.DataFrame:
    """The figures that differ between two frames *Observations*.

    Returns
    -------
    DataFrame
        Columns of :data:`CHANGE_COLUMNS`, one row per figure that differs. `kind` is ``changed`` when both days
        have a value; ``appeared`` and ``vanished`` when only one has; ``new_period`` when the period is later
        than all the series had on the old day, and ``old_period`` when it is earlier than all it has on the new
        one (a fetch asks for so many periods). By kind, shares before counts, the largest difference first.
    """
    keys = list(OBSERVATION_KEYS)
    columns = [*keys, "value", "state", "source"]
    both = old[columns].merge(
        new[columns], on=keys, how="outer", suffixes=("_old", "_new"), validate="one_to_one"
    )
    both = both.rename(
        columns={f"{c}_{day}": f"{day}_{c}" for c in ("value", "state") for day in ("old", "new")}
    )
    both["typed_in"] = both["source_new"].fillna(both["source_old"]).eq("manual")
    had, has = (both[name].eq(State.OK.value) for name in ("old_state", "new_state"))
    both = both[(had | has) & ~(had & has & both["old_value"].eq(both["new_value"]))]
    had, has = had.loc[both.index], has.loc[both.index]
    # A series of two tables has rows as far back as the longer of them, without a value.
    told = [frame[frame["state"].isin(PUBLISHED)] for frame in (old, new)]
    newest_before = told[0].groupby(["indicator", "series"])["period"].max().rename("newest_before")
    oldest_now = told[1].groupby(["indicator", "series"])["period"].min().rename("oldest_now")
    both = both.join(newest_before, on=["indicator", "series"]).join(oldest_now, on=["indicator", "series"])
    # Ids of one frequency sort as time does, and a series has one frequency.
    later = ~had & both["newest_before"].notna() & (both["period"] > both["newest_before"].fillna(""))
    earlier = ~has & both["oldest_now"].notna() & (both["period"] < both["oldest_now"].fillna(""))
    kind = ChangeOfValue
    kinds = [one.value for one in (kind.CHANGED, kind.NEW_PERIOD, kind.OLD_PERIOD, kind.APPEARED)]
    both["kind"] = np.select([had & has, later, earlier, has], kinds, kind.VANISHED.value)
    steps = (both["new_value"] * _FINEST).round() - (both["old_value"] * _FINEST).round()
    both["difference"] = steps / _FINEST
    both["relative"] = (100 * both["difference"] / both["old_value"].where(both["old_value"] != 0)).round(1)
    return _sorted(both, catalogue)[list(CHANGE_COLUMNS)].reset_index(drop=True)


def provisional_periods(observations: pd.DataFrame, indicator: Indicator) -> frozenset[Period]:
    """The periods of an indicator whose figures the source is likely to correct.

    All of them where the source calls them provisional itself; otherwise the newest months of a series from Jobindsats,
    and nothing of other frequencies, which are published when they are settled. Typed-in and example figures have no
    later edition.
    """
    if indicator.frequency is not Frequency.MONTH and not indicator.provisional:
        return frozenset()
    sources = tuple(f"{source}:" for source in (SOURCES if indicator.provisional else (JOBINDSATS,)))
    # One condition after the other: most rows are another indicator's.
    rows = observations[observations["indicator"] == indicator.key]
    rows = rows[rows["series"] == indicator.headline]
    rows = rows[rows["state"].isin(PUBLISHED) & rows["source"].str.startswith(sources)]
    if rows.empty:
        return frozenset()
    if indicator.provisional:
        return frozenset(map(Period.parse, rows["period"].unique()))
    newest = Period.parse(rows["period"].max())
    return frozenset(newest.shift(-step) for step in range(PROVISIONAL_MONTHS))


def _days(project: Project, old: date | None, new: date | None) -> tuple[date, date]:
    days = snapshot_days(project)
    if not days:
        raise PlanError.of("data/raw", "There are no snapshots to compare.", "Run plan fetch first.")
    new_day = new or days[-1]
    earlier = [day for day in days if day < new_day]
    old_day = old or (earlier[-1] if earlier else None)
    known = ", ".join(day.isoformat() for day in days[-10:])
    if old_day is None:
        raise PlanError.of(
            "data/raw",
            f"There is no snapshot before {new_day.isoformat()} to compare with.",
            f"The days with snapshots are {known}. Revisions show from the second fetch on.",
        )
    if old_day >= new_day:
        raise PlanError.of(
            "compare",
            f"{old_day.isoformat()} is not before {new_day.isoformat()}.",
            f"Name the earlier day first. The days with snapshots are {known}.",
        )
    if old_day < days[0]:
        raise PlanError.of(
            "data/raw",
            f"There is no snapshot of {old_day.isoformat()} or before.",
            f"The days with snapshots are {known}.",
        )
    return old_day, new_day


def _sorted(changes: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    counts = {
        (indicator.key, name)
        for indicator in catalogue.indicators.values()
        for name, series in indicator.series.items()
        if series.axis == "count"
    }
    order = {kind.value: place for place, kind in enumerate(ChangeOfValue)}
    pairs = zip(changes["indicator"], changes["series"], strict=True)
    return (
        changes.assign(
            _kind=changes["kind"].map(order),
            _count=[pair in counts for pair in pairs],
            _size=-changes["difference"].abs().fillna(0),
        )
        .sort_values(["_kind", "_count", "_size", *OBSERVATION_KEYS])
        .drop(columns=["_kind", "_count", "_size"])
    )
