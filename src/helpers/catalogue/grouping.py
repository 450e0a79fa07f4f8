"""Whom an area can be compared with: what ``catalogue/groups.yml`` and the lists in ``areas/`` say.

In: ``groups.yml``, ``areas/kommunegrupper.csv``, ``areas/clusters/<kind>.csv``. Out: one frozen :class:`Grouping`.
The groups are made of it by :func:`helpers.analysis.groups.comparison_group`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from helpers.catalogue.areas import JobCentre, codes_by_name, fold_area
from helpers.catalogue.documents import Document, unknown
from helpers.catalogue.explain import read_entry
from helpers.catalogue.models import Indicator, Key, Model, Municipality
from helpers.catalogue.tables import read_rows
from helpers.errors import Problem
from helpers.project import Project

_CLUSTERS = ("cluster", "municipality")

FIXED = ("group", "kommunegruppe", "region", "computed", "country")
"""What a group can be called whatever the files hold; ``group`` is the first of ``order`` that there is."""


class ClusterKind(Model):
    """A kind of clusters: what its benefits are called, and the indicators that it is the group of."""

    title: str
    indicators: tuple[Key, ...] = ()


class FrameworkVariable(Model):
    """A framework condition that computed groups are made by."""

    label: str
    indicator: str
    series: str
    not_for: tuple[str, ...] = ()
    """Kinds of clusters it is left out for, because their figures show the same."""
    size: bool = False
    """Whether it is the area's size: its logarithm counts, since ratios matter, and no group is made without it."""


class NamedList(Model):
    """Areas that compare themselves by agreement; names, codes or slugs of municipalities."""

    title: str
    members: tuple[str, ...] = Field(min_length=2)


class GroupRules(Model):
    """``catalogue/groups.yml`` as written."""

    order: tuple[Literal["cluster", "kommunegruppe", "computed", "region"], ...] = ("kommunegruppe", "region")
    """What is tried first for a group; an area for which none serves has no group, and no place."""
    least: int = Field(default=5, ge=1)
    """Fewer other areas than these are nobody to have a place among; supplied clusters and lists are taken as they are.
    """
    # Of computed groups: members, oldest months of the window that conditions are the mean of, the fewest variables,
    # and how far off (in standard deviations) an area still resembles another.
    size: int = Field(default=10, ge=1)
    months: int = Field(default=12, ge=1)
    variables: int = Field(default=3, ge=3)
    farthest: float = Field(default=1.0, gt=0)
    framework: tuple[FrameworkVariable, ...] = ()
    clusters: dict[str, ClusterKind] = Field(default_factory=dict)
    lists: dict[str, NamedList] = Field(default_factory=dict)


class Grouping(Model):
    """The rules, with the lists they speak of."""

    rules: GroupRules = GroupRules()
    official: dict[str, str] = Field(default_factory=dict)
    """Municipality's code → its group in ``areas/kommunegrupper.csv``; empty without that file."""
    clusters: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Kind → municipality's code → name of its cluster; only kinds with a file in ``areas/clusters/``."""
    lists: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Name of a list of ``groups.yml`` → codes of its municipalities."""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that a group can be called."""
        return (*FIXED, *self.rules.clusters, *self.lists)

    def kind_of(self, indicator: str) -> str:
        """The kind of clusters that an indicator is compared in; empty for none."""
        kinds = self.rules.clusters.items()
        return next((name for name, kind in kinds if indicator in kind.indicators), "")


def read_grouping(
    project: Project,
    document: Document,
    indicators: Mapping[str, Indicator | None],
    centres: tuple[JobCentre, ...],
    municipalities: tuple[Municipality, ...],
    problems: list[Problem],
) -> Grouping:
    """What the file and the lists say; mistakes go to the document and to `problems`."""
    rules = read_entry(GroupRules, document.data, document) if document.data else GroupRules()
    if rules is None:
        return Grouping()
    _check(document, rules, indicators)
    areas = project.catalogue / "areas"
    official = _membership(
        project, areas / "kommunegrupper.csv", centres, municipalities, problems, whole=False
    )
    clusters = {
        kind: found
        for kind in rules.clusters
        if (
            found := _membership(
                project, areas / "clusters" / f"{kind}.csv", centres, municipalities, problems
            )
        )
    }
    if document.data:
        for path in sorted((areas / "clusters").glob("*.csv")):
            if path.stem not in rules.clusters:
                what = unknown("kind of cluster", path.stem, rules.clusters)
                kinds = f"Kinds are the keys under clusters of groups.yml: {', '.join(rules.clusters)}."
                problems.append(Problem(project.relative(path), what, kinds))
    names = codes_by_name(centres, municipalities)
    lists: dict[str, tuple[str, ...]] = {}
    for key, named in rules.lists.items():
        if key in (*FIXED, *rules.clusters):
            document.problem(("lists", key), f'"{key}" is already what another group is called.')
        codes: list[str] = []
        for at, text in enumerate(named.members):
            if (found_codes := names.get(fold_area(text))) is None:
                place = ("lists", key, "members", at)
                document.problem(place, unknown("municipality", text, [m.name for m in municipalities]))
            codes += found_codes or ()
        lists[key] = tuple(dict.fromkeys(codes))
    return Grouping(rules=rules, official=official or {}, clusters=clusters, lists=lists)


def _check(document: Document, rules: GroupRules, indicators: Mapping[str, Indicator | None]) -> None:
    for at, variable in enumerate(rules.framework):
        document.known(("framework", at, "indicator"), "indicator", variable.indicator, indicators)
        indicator = indicators.get(variable.indicator)
        if indicator and variable.series not in indicator.series:
            document.problem(
                ("framework", at, "series"),
                f'"{variable.indicator}" has no series "{variable.series}".',
                f"It has: {', '.join(indicator.series)}.",
            )
        for kind in variable.not_for:
            document.known(("framework", at, "not_for"), "kind of cluster", kind, rules.clusters)
    for kind, entry in rules.clusters.items():
        for at, key in enumerate(entry.indicators):
            document.known(("clusters", kind, "indicators", at), "indicator", key, indicators)
    if rules.framework and not any(variable.size for variable in rules.framework):
        document.problem(
            ("framework",),
            "None of the conditions is the size of the area.",
            "Write size: true at one of them.",
        )


def _membership(
    project: Project,
    path: Path,
    centres: tuple[JobCentre, ...],
    municipalities: tuple[Municipality, ...],
    problems: list[Problem],
    *,
    whole: bool = True,
) -> dict[str, str] | None:
    """Cluster of every municipality's code; none when there is no file. Job centres lie in one cluster if `whole`."""
    if not path.is_file():
        return None
    rows, wrong = read_rows(project, path, _CLUSTERS)
    problems.extend(wrong)
    if wrong:
        return None
    names = codes_by_name(centres, municipalities)
    by_code = {municipality.code: municipality.name for municipality in municipalities}
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    before = len(problems)

    def say(where: str, what: str, do: str = "") -> None:
        problems.append(Problem(where, what, do))

    for row in rows:
        cluster, written = row.cells.get("cluster"), row.cells.get("municipality")
        if not cluster or not written:
            say(row.where, "A row needs both a cluster and a municipality.")
            continue
        codes = names.get(fold_area(written))
        if codes is None:
            what = unknown(
                "municipality or job centre",
                written,
                [*by_code.values(), *(c.name for c in centres if c.joint)],
            )
            say(row.where, what, "Names are those of catalogue/areas/municipalities.csv.")
        for code in codes or ():
            if code in places:
                what = f"{by_code[code]} is already in cluster {found[code]} ({places[code]})."
                say(row.where, what, "In one kind, an area belongs to one cluster.")
            else:
                found[code], places[code] = cluster, row.where
    absent = [name for code, name in by_code.items() if code not in found]
    if absent and len(problems) == before:
        where = rows[-1].where if rows else project.relative(path)
        do = "Every municipality belongs to a cluster of each kind."
        say(where, f"Left out: {', '.join(absent)}.", do)
    for centre in centres:
        placed = sorted({found[code] for code in centre.codes if code in found})
        if whole and len(placed) > 1:
            what = f"{centre.name} share a job centre, but lie in the clusters {' and '.join(placed)}."
            do = "Put both into one, or write the job centre's name once."
            say(places[centre.codes[-1]], what, do)
    return found
