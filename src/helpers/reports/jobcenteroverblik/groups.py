"""Whom an area is compared with: a cluster that someone supplied, its region, or the nearest job centres.

In: framework conditions of all job centres, or a file's membership. Out: a :class:`ComparisonGroup` that never contains
the area itself. The computed group is deterministic: same data, same members, in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from helpers.periods import Period, window
from helpers.reports.jobcenteroverblik.models import Area, FrameworkVariable, Jobcenteroverblik

LEAST_KNOWN = 0.5
"""A job centre is near or far only when at least this share of the variables is known for it."""


class GroupKind(StrEnum):
    """How a group came about; every page that shows one says which."""

    CLUSTER = "cluster"
    COMPUTED = "computed"
    REGION = "region"
    OFFICIAL = "kommunegruppe"
    COUNTRY = "country"


@dataclass(frozen=True)
class ComparisonGroup:
    """Areas that one area is compared with, itself not among them.

    Attributes
    ----------
    members
        Nearest first for a computed group, otherwise in the catalogue's order.
    name
        The cluster's or region's name.
    variables
        Labels of the variables that a computed group was made by.
    left_out
        Label → why a variable does not count: ``own`` (none for the area itself), ``none`` (for nobody),
        ``equal`` (the same for all) or ``same`` (it is what the figure shows).
    """

    kind: GroupKind
    members: tuple[Area, ...]
    name: str = ""
    variables: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


def group_for(
    jobcenteroverblik: Jobcenteroverblik, area: Area, cluster: str, conditions: pd.DataFrame | None = None
) -> ComparisonGroup:
    """The group an area is compared with in figures of one kind.

    A file in ``catalogue/areas/clusters/`` goes first; without one, the template's default.

    Parameters
    ----------
    cluster
        Kind of cluster, ``kontanthjaelp``.
    conditions
        Frame of :func:`framework_conditions`; needed for a computed group.
    """
    membership = jobcenteroverblik.memberships.get(cluster)
    if membership is not None:
        return _cluster(jobcenteroverblik, area, membership)
    if jobcenteroverblik.official:
        return _official(jobcenteroverblik, area)
    if jobcenteroverblik.template.default_group == "region" or conditions is None:
        return _region(jobcenteroverblik, area)
    return computed_group(jobcenteroverblik, area, conditions, cluster)


def country(jobcenteroverblik: Jobcenteroverblik, area: Area) -> ComparisonGroup:
    """All job centres but the area itself (and but a joint one it is part of)."""
    return ComparisonGroup(GroupKind.COUNTRY, jobcenteroverblik.competitors(area), "hele landet")


def _cluster(
    jobcenteroverblik: Jobcenteroverblik, area: Area, membership: Mapping[str, str]
) -> ComparisonGroup:
    name = membership[area.codes[0]]
    members = [
        centre for centre in jobcenteroverblik.competitors(area) if membership[centre.codes[0]] == name
    ]
    return ComparisonGroup(GroupKind.CLUSTER, tuple(members), name)


def _official(jobcenteroverblik: Jobcenteroverblik, area: Area) -> ComparisonGroup:
    """Statistics Denmark's group; a joint job centre is in each that its municipalities are in."""
    groups = jobcenteroverblik.official
    own = dict.fromkeys(groups[code] for code in area.codes)
    members = [
        centre
        for centre in jobcenteroverblik.competitors(area)
        if any(groups[code] in own for code in centre.codes)
    ]
    return ComparisonGroup(GroupKind.OFFICIAL, tuple(members), " og ".join(own))


def _region(jobcenteroverblik: Jobcenteroverblik, area: Area) -> ComparisonGroup:
    regions = {m.code: m.region for m in jobcenteroverblik.municipalities}
    name = regions[area.codes[0]]
    members = [centre for centre in jobcenteroverblik.competitors(area) if regions[centre.codes[0]] == name]
    return ComparisonGroup(GroupKind.REGION, tuple(members), name)


def computed_group(
    jobcenteroverblik: Jobcenteroverblik, area: Area, conditions: pd.DataFrame, cluster: str
) -> ComparisonGroup:
    """The nearest job centres by framework conditions.

    Parameters
    ----------
    conditions
        Area's slug in rows, variable's label in columns, NaN where unknown.

    Notes
    -----
    Each variable is measured in standard deviations among the job centres, so that none weighs more because
    its numbers are larger. The distance of two areas is the root of the mean squared difference over the
    variables known for both; a job centre for which fewer than half are known is left out. Equal distances go
    by slug.
    """
    template = jobcenteroverblik.template
    rivals = jobcenteroverblik.competitors(area)
    used: list[str] = []
    left_out: list[tuple[str, str]] = []
    columns: list[np.ndarray] = []
    slugs = [area.slug, *(rival.slug for rival in rivals)]
    for variable in template.framework:
        values = conditions.reindex(slugs)[variable.label].to_numpy(dtype=float)
        reason = _unusable(variable, cluster, values)
        if reason:
            left_out.append((variable.label, reason))
            continue
        used.append(variable.label)
        columns.append((values - np.nanmean(values)) / np.nanstd(values))
    if not columns:
        return ComparisonGroup(GroupKind.COMPUTED, (), left_out=tuple(left_out))
    scores = np.column_stack(columns)
    gaps = (scores[1:] - scores[0]) ** 2
    known = ~np.isnan(gaps)
    enough = known.mean(axis=1) >= LEAST_KNOWN
    with np.errstate(invalid="ignore"):
        distance = np.sqrt(np.nansum(gaps, axis=1) / known.sum(axis=1))
    # Rounded, so that the order cannot hang on the last bit of a platform's arithmetic.
    order = sorted(
        (round(float(distance[place]), 9), rival.slug, rival)
        for place, rival in enumerate(rivals)
        if enough[place]
    )
    members = tuple(rival for _, _, rival in order[: template.group_size])
    return ComparisonGroup(GroupKind.COMPUTED, members, variables=tuple(used), left_out=tuple(left_out))


def _unusable(variable: FrameworkVariable, cluster: str, values: np.ndarray) -> str | None:
    """Why a variable does not count for one area and kind; `values` are the area's own first."""
    if cluster in variable.not_for:
        return "same"
    if np.isnan(values).all():
        return "none"
    if np.isnan(values[0]):
        return "own"
    if np.nanstd(values) == 0:
        return "equal"
    return None


def framework_conditions(
    jobcenteroverblik: Jobcenteroverblik,
    boards: Mapping[tuple[str, str], pd.DataFrame],
    newest: Period | None,
) -> pd.DataFrame:
    """The framework conditions of every area: means over the first months of the window.

    Parameters
    ----------
    boards
        (indicator, series) → values, area's slug × period id, as a Board has them.
    newest
        Last month of the report's window; none when there are no figures at all.

    Returns
    -------
    DataFrame
        Area's slug × variable's label. A variable that has no figures in those months is NaN for all. Where
        a joint job centre has no figure of its own, the mean of its municipalities' stands in: it decides
        whom it resembles, and is shown nowhere.
    """
    template = jobcenteroverblik.template
    months = [] if newest is None else [p.id for p in window(newest)[: template.group_months]]
    columns = {}
    for variable in template.framework:
        values = boards[variable.indicator, variable.series]
        early = values[[period for period in months if period in values.columns]]
        column = early.mean(axis=1)
        if variable.log:
            column = np.log(column.where(column > 0))
        columns[variable.label] = column
    found = pd.DataFrame(columns)
    slugs = {municipality.code: municipality.slug for municipality in jobcenteroverblik.municipalities}
    for centre in jobcenteroverblik.centres:
        if centre.joint and centre.slug in found.index:
            parts = found.reindex([slugs[code] for code in centre.codes])
            found.loc[centre.slug] = found.loc[centre.slug].fillna(parts.mean(skipna=False))
    return found
