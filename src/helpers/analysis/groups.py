"""Whom an area is compared with, in every report: a cluster someone supplied, an official group, the nearest, the region.

In: the catalogue's rules (``catalogue/groups.yml``) and, for computed groups, framework conditions of all areas. Out: a
:class:`ComparisonGroup` that never contains the area itself and says how it came about. The same data give the same
group; no name and no order of a file decides who is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from helpers.catalogue import Catalogue
from helpers.catalogue.areas import Area
from helpers.catalogue.grouping import FrameworkVariable
from helpers.data.frames import State
from helpers.errors import PlanError
from helpers.letters import did_you_mean
from helpers.periods import Period, window

DISTANCE_DECIMALS = 2
"""Distances are compared as they are shown: who is as near as the last member is a member too."""

TYPICAL = 1.4
"""How far two areas drawn at random lie apart: the root of two, since each condition is measured in standard deviations."""


class GroupKind(StrEnum):
    """How a group came about; every page that shows one says which."""

    CLUSTER = "cluster"
    OFFICIAL = "kommunegruppe"
    COMPUTED = "computed"
    REGION = "region"
    LISTED = "list"
    COUNTRY = "country"


class PassedOver(StrEnum):
    """Why a kind of group that is tried earlier does not serve for an area."""

    FEW_MEMBERS = "few_members"
    NO_SIZE = "no_size"
    FEW_VARIABLES = "few_variables"
    FAR = "far"


@dataclass(frozen=True)
class ComparisonGroup:
    """Areas that one area is compared with, itself not among them."""

    kind: GroupKind | None
    """None where no kind serves: the area has nobody to have a place among."""
    members: tuple[Area, ...] = ()
    """Nearest first for a computed group, otherwise in the order of the areas given."""
    name: str = ""
    """The cluster's, official group's, list's or region's name."""
    variables: tuple[str, ...] = ()
    """Labels of the conditions that a computed group was made by."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Label → why a condition does not count: ``own`` (none for the area itself), ``none`` (for nobody), ``equal`` (the
    same for all) or ``same`` (it is what the figure shows)."""
    distances: tuple[float, ...] = ()
    """Of the members of a computed group, in standard deviations, rounded to :data:`DISTANCE_DECIMALS`."""
    tied: int = 0
    """How many members a computed group has beyond its size, since they are as near as the last one."""
    passed_over: tuple[tuple[GroupKind, PassedOver], ...] = ()
    """Kinds that are tried earlier, with why they do not serve."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the members' municipalities."""
        return tuple(code for member in self.members for code in member.codes)


def comparison_group(
    catalogue: Catalogue,
    own: Area,
    areas: Iterable[Area],
    among: str = "group",
    *,
    indicator: str = "",
    kind: str = "",
    conditions: pd.DataFrame | None = None,
) -> ComparisonGroup:
    """Find the areas that one is compared with.

    Parameters
    ----------
    own
        A job centre, or a municipality: ``Area.of(municipality)``.
    areas
        Who can be a member: ``catalogue.centres``, or ``map(Area.of, catalogue.municipalities)``. The area itself, and
        whatever shares a municipality with it, is left out here.
    among
        ``group``
            The first kind of ``order`` in ``catalogue/groups.yml`` that serves.
        ``kommunegruppe``, ``region``, ``computed``, ``country``
            That kind; Statistics Denmark's group, the region, the nearest, or all.
        a key of ``clusters`` (``kontanthjaelp``)
            The cluster that someone supplied for that kind of benefit.
        a key of ``lists`` (``6-byerne``)
            The municipalities of that list.
    indicator
        What is compared: its kind of benefit decides which supplied cluster goes first for ``group``, and which
        conditions are left out of a computed group.
    kind
        That kind itself, where it is known otherwise.
    conditions
        Frame of :func:`framework_conditions`; without it there is no computed group.

    Returns
    -------
    ComparisonGroup
        Without members, and with the reasons, where no kind serves.

    Raises
    ------
    PlanError
        When nothing is called so, with the nearest name; or the file of that kind of clusters is not there.
    """
    grouping = catalogue.grouping
    rivals = [area for area in areas if not set(area.codes) & set(own.codes)]
    benefit = kind or grouping.kind_of(indicator)
    if among == "country":
        return ComparisonGroup(GroupKind.COUNTRY, tuple(rivals), "hele landet")
    if among in grouping.lists:
        name = grouping.rules.lists[among].title
        return _those(GroupKind.LISTED, name, rivals, grouping.lists[among])
    if among in grouping.rules.clusters:
        if among not in grouping.clusters:
            raise PlanError.of(
                f"group {among}",
                f"Nobody has said which clusters there are for {among}.",
                f"Put the list into catalogue/areas/clusters/{among}.csv, or name another group.",
            )
        return _alike(GroupKind.CLUSTER, own, rivals, grouping.clusters[among])
    if among not in grouping.names:
        hint = did_you_mean(among, grouping.names)
        raise PlanError.of(
            f"group {among}",
            f'No group is called "{among}". {hint}'.strip(),
            f"Groups are {', '.join(grouping.names)}.",
        )
    passed: list[tuple[GroupKind, PassedOver]] = []
    for tried in grouping.rules.order if among == "group" else (among,):
        found: ComparisonGroup | PassedOver
        if tried == "cluster":
            if benefit in grouping.clusters:
                return _alike(GroupKind.CLUSTER, own, rivals, grouping.clusters[benefit])
            continue
        if tried == "kommunegruppe":
            if not grouping.official:
                continue
            found = _alike(GroupKind.OFFICIAL, own, rivals, grouping.official)
        elif tried == "region":
            regions = {municipality.code: municipality.region for municipality in catalogue.municipalities}
            found = _alike(GroupKind.REGION, own, rivals, regions)
        else:
            found = computed_group(catalogue, own, rivals, conditions, kind=benefit, indicator=indicator)
        if isinstance(found, ComparisonGroup) and len(found.members) < grouping.rules.least:
            found = PassedOver.FEW_MEMBERS
        if isinstance(found, ComparisonGroup):
            return replace(found, passed_over=tuple(passed))
        passed.append((GroupKind(tried), found))
    return ComparisonGroup(None, passed_over=tuple(passed))


def _those(kind: GroupKind, name: str, rivals: Iterable[Area], codes: Iterable[str]) -> ComparisonGroup:
    wanted = set(codes)
    return ComparisonGroup(kind, tuple(area for area in rivals if wanted & set(area.codes)), name)


def _alike(
    kind: GroupKind, own: Area, rivals: Iterable[Area], membership: Mapping[str, str]
) -> ComparisonGroup:
    """Those in the same part as an area, of a division of all municipalities: code → name of the part.

    A joint job centre is in each part that its municipalities are in; of clusters they share one.
    """
    names = dict.fromkeys(membership[code] for code in own.codes)
    inside = (code for code, name in membership.items() if name in names)
    return _those(kind, " og ".join(names), rivals, inside)


def computed_group(
    catalogue: Catalogue,
    own: Area,
    rivals: Sequence[Area],
    conditions: pd.DataFrame | None,
    *,
    kind: str = "",
    indicator: str = "",
) -> ComparisonGroup | PassedOver:
    """The nearest areas by framework conditions, or why there are none.

    Parameters
    ----------
    conditions
        Area's slug in rows, variable's label in columns, NaN where unknown; sizes as they are.

    Notes
    -----
    Each condition is measured in standard deviations among the areas, so that none weighs more because its
    numbers are larger; of a size the logarithm. The distance of two areas is the root of the mean squared difference over
    the conditions known for both. The size, and as many conditions as ``variables`` says, must be known for both;
    who is farther off than ``farthest`` is no neighbour.
    """
    rules = catalogue.grouping.rules
    used: list[FrameworkVariable] = []
    left_out: list[tuple[str, str]] = []
    columns: list[np.ndarray] = []
    slugs = [own.slug, *(rival.slug for rival in rivals)]
    for variable in rules.framework:
        known = conditions is not None and variable.label in conditions
        values = (
            conditions.reindex(slugs)[variable.label].to_numpy(dtype=float)
            if conditions is not None and known
            else np.full(len(slugs), np.nan)
        )
        if variable.size:
            values = np.log(np.where(values > 0, values, np.nan))
        reason = "same" if variable.indicator == indicator else _unusable(variable, kind, values)
        if reason:
            left_out.append((variable.label, reason))
            continue
        used.append(variable)
        columns.append((values - np.nanmean(values)) / np.nanstd(values))
    sizes = [place for place, variable in enumerate(used) if variable.size]
    if not sizes:
        return PassedOver.NO_SIZE
    if len(used) < rules.variables:
        return PassedOver.FEW_VARIABLES
    scores = np.column_stack(columns)
    gaps = (scores[1:] - scores[0]) ** 2
    there = ~np.isnan(gaps)
    enough = there[:, sizes].all(axis=1) & (there.sum(axis=1) >= rules.variables)
    with np.errstate(invalid="ignore"):
        distance = np.round(np.sqrt(np.nansum(gaps, axis=1) / there.sum(axis=1)), DISTANCE_DECIMALS)
    near = sorted(
        (place for place in range(len(rivals)) if enough[place] and distance[place] <= rules.farthest),
        key=lambda place: distance[place],
    )
    if len(near) < rules.least:
        return PassedOver.FAR
    last = distance[near[: rules.size][-1]]
    chosen = [place for place in near if distance[place] <= last]
    return ComparisonGroup(
        GroupKind.COMPUTED,
        tuple(rivals[place] for place in chosen),
        variables=tuple(variable.label for variable in used),
        left_out=tuple(left_out),
        distances=tuple(float(distance[place]) for place in chosen),
        tied=max(0, len(chosen) - rules.size),
    )


def _unusable(variable: FrameworkVariable, kind: str, values: np.ndarray) -> str | None:
    """Why a condition does not count for one area and kind; `values` are the area's own first."""
    if kind in variable.not_for:
        return "same"
    if np.isnan(values).all():
        return "none"
    if np.isnan(values[0]):
        return "own"
    if np.nanstd(values) == 0:
        return "equal"
    return None


def framework_conditions(
    catalogue: Catalogue, observations: pd.DataFrame, newest: Period | None
) -> pd.DataFrame:
    """The framework conditions of every municipality and job centre: means over the first months of the window.

    Parameters
    ----------
    observations
        Frame *Observations* of all municipalities, with the indicators of ``framework`` in ``catalogue/groups.yml``.
    newest
        Newest period of the report, of any frequency; none when there are no figures at all.

    Returns
    -------
    DataFrame
        Area's slug × variable's label, NaN where nothing is known. A size that nobody counted in those months is
        that of the window's other months. Of a joint job centre a size is the sum, and anything else the mean of its
        municipalities' weighted by size: it decides whom it resembles, and is shown nowhere.
    """
    rules = catalogue.grouping.rules
    slugs = {municipality.code: municipality.slug for municipality in catalogue.municipalities}
    months = () if newest is None else tuple(month.ordinal for month in window(newest.last_month))
    columns = {}
    for variable in rules.framework:
        chosen = (observations["indicator"] == variable.indicator) & (
            observations["series"] == variable.series
        )
        rows = observations[chosen & (observations["state"] == State.OK) & observations["area"].isin(slugs)]
        at = rows["period"].map({p: Period.parse(p).last_month.ordinal for p in rows["period"].unique()})
        early = rows[at.isin(months[: rules.months])].groupby("area", observed=True)["value"].mean()
        if variable.size:
            later = rows[at.isin(months)].groupby("area", observed=True)["value"].mean()
            early = early.combine_first(later)
        early.index = early.index.astype(str)
        columns[variable.label] = early
    by_code = pd.DataFrame(columns, index=list(slugs), dtype=float)
    found = by_code.rename(index=slugs)
    size = next((variable.label for variable in rules.framework if variable.size), None)
    for centre in catalogue.centres:
        if centre.joint and size is not None:
            parts = by_code.loc[list(centre.codes)]
            weights = parts[size] / parts[size].sum(skipna=False)
            found.loc[centre.slug] = parts.mul(weights, axis=0).sum(skipna=False)
            found.loc[centre.slug, size] = parts[size].sum(skipna=False)
    return found
