"""What the tests of the Jobcenteroverblik share: the shipped template, and observations written by hand."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.areas import Area
from helpers.data.frames import OBSERVATION_COLUMNS, State
from helpers.periods import Period, window
from helpers.project import Project
from helpers.reports.jobcenteroverblik.models import Jobcenteroverblik, load_jobcenteroverblik
from helpers.reports.jobcenteroverblik.standings import Boards, Standings

CHECKOUT = Path(__file__).resolve().parents[1]
NEWEST = Period.parse("2026M07")
"""The newest published month of observations written by hand; figures end the month before."""

Value = float | State | Sequence[float | State | None] | None


@cache
def shipped() -> tuple[Catalogue, Jobcenteroverblik]:
    project = Project(CHECKOUT)
    catalogue = load_catalogue(project)
    return catalogue, load_jobcenteroverblik(project, catalogue)


def codes() -> list[str]:
    return [municipality.code for municipality in shipped()[1].municipalities]


def observations(
    figures: Mapping[tuple[str, str], Mapping[str, Value]], *, months: int = 26, newest: Period = NEWEST
) -> pd.DataFrame:
    """The frame *Observations* of some series.

    Parameters
    ----------
    figures
        (indicator, series) → area code → one value for every month, or one for each (oldest first); none or
        ``suppressed`` is a suppressed value, ``missing`` one that is not there.
    """
    periods = window(newest, months)
    rows = []
    for (indicator, series), areas in figures.items():
        for area, given in areas.items():
            listed = list(given) if isinstance(given, list | tuple) else [given] * months
            for period, value in zip(periods, listed, strict=True):
                state = State.SUPPRESSED if value is None else value if isinstance(value, State) else State.OK
                known = float(value) if state is State.OK else None  # type: ignore[arg-type]
                rows.append((indicator, series, area, period.id, known, state.value, "test", "", False))
    frame = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    return frame.astype({"value": float})


def area(name: str) -> Area:
    catalogue, jobcenteroverblik = shipped()
    return jobcenteroverblik.area(name, catalogue)


def boards(
    figures: Mapping[tuple[str, str], Mapping[str, Value]],
    *,
    jobcenteroverblik: Jobcenteroverblik | None = None,
    catalogue: Catalogue | None = None,
) -> Boards:
    shipped_catalogue, own = shipped()
    return Boards(catalogue or shipped_catalogue, jobcenteroverblik or own, observations(figures))


def standings(
    name: str,
    figures: Mapping[tuple[str, str], Mapping[str, Value]],
    *,
    jobcenteroverblik: Jobcenteroverblik | None = None,
    catalogue: Catalogue | None = None,
    bound: Period | None = None,
) -> Standings:
    made = boards(figures, jobcenteroverblik=jobcenteroverblik, catalogue=catalogue)
    return Standings(made, area(name), bound)


def changed(**template: object) -> Jobcenteroverblik:
    """The shipped overview with other settings in its template."""
    own = shipped()[1]
    return own.model_copy(update={"template": own.template.model_copy(update=template)})


def clustered(kind: str, cluster: Sequence[str]) -> Catalogue:
    """The shipped catalogue with a cluster file of one kind: the named areas in one cluster, all others in another."""
    catalogue, _ = shipped()
    inside = {code for name in cluster for code in area(name).codes}
    membership = {code: "A" if code in inside else "B" for code in codes()}
    return replace(catalogue, grouping=catalogue.grouping.model_copy(update={"clusters": {kind: membership}}))


(SIZE,) = (variable.label for variable in shipped()[0].grouping.rules.framework if variable.size)
"""Label of the condition that is the area's size."""


def by_hand(frame: pd.DataFrame, own: Area, areas: list[Area], labels: list[str]) -> list[tuple[str, float]]:
    """The nearest with their distances, worked out without arrays; nothing where the rules give no group."""
    rivals = [one.slug for one in areas if not set(one.codes) & set(own.codes)]
    gaps: dict[str, list[tuple[str, float]]] = {slug: [] for slug in rivals}
    used = 0
    for label in labels:
        values = {slug: float(frame.at[slug, label]) for slug in [own.slug, *rivals]}
        if label == SIZE:
            values = {slug: math.log(value) for slug, value in values.items()}
        known = [value for value in values.values() if not math.isnan(value)]
        if not known or math.isnan(values[own.slug]):
            continue
        used += 1
        spread = statistics.pstdev(known)
        for slug in rivals:
            gap = (values[slug] - values[own.slug]) / spread
            if not math.isnan(gap):
                gaps[slug].append((label, gap**2))
    near = []
    for slug, found in gaps.items():
        if len(found) < 3 or SIZE not in dict(found):
            continue
        distance = round(math.sqrt(sum(gap for _, gap in found) / len(found)), 2)
        if distance <= 1.0:
            near.append((slug, distance))
    if used < 3 or len(near) < 5:
        return []
    near.sort(key=lambda one: one[1])
    last = near[:10][-1][1]
    return [one for one in near if one[1] <= last]
