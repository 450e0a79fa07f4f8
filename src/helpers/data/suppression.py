"""Secondary suppression: the second figure is hidden too, where a hidden count could be worked out from it.

The source hides counts under 3, but shows a total beside all its parts but one, and a share beside the hidden count it
is made from (docs/data.md). A plan with ``suppression: secondary`` shows neither the part nor the share then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from itertools import product
from typing import Final

import pandas as pd

from helpers.catalogue import Catalogue
from helpers.catalogue.models import (
    BASE,
    NATIONAL,
    FromMeasure,
    FromShare,
    FromSum,
    Indicator,
    Plan,
    Term,
    Unit,
)
from helpers.data.basis import Basis, plan_indicators
from helpers.data.frames import State
from helpers.data.printed import with_printed
from helpers.data.processed import load_observations
from helpers.project import Project

HIDDEN_UNDER: Final = 3
"""Jobindsats shows no count of persons under this but 0."""

_SLACK: Final = 0.5
"""A share is rounded, so what is reckoned from it is not whole."""


def plan_observations(
    project: Project, catalogue: Catalogue, plan: Plan, basis: Basis, areas: Collection[str] | None = None
) -> pd.DataFrame:
    """The observations as a plan shows them: all that the source shows, or less (``suppression: secondary``).

    What the plan's document printed stands where no source speaks; example data hold it already.
    """
    frame = as_shown(load_observations(project, catalogue, basis, areas), catalogue, plan)
    return with_printed(frame, catalogue, plan, basis.as_of) if basis.kind == "real" else frame


def as_shown(frame: pd.DataFrame, catalogue: Catalogue, plan: Plan) -> pd.DataFrame:
    """Observations without what the plan's setting hides."""
    return (
        hide_secondary(frame, plan_indicators(catalogue, plan)) if plan.suppression == "secondary" else frame
    )


_Cell = tuple[str, str, frozenset[tuple[str, str]]]
_Key = tuple[str, str]


def gives_away(share: Decimal, base: Decimal) -> bool:
    """Whether a share in per cent and what it is out of tell a count that the source hides, or the rest of the base."""
    count = base * share / 100
    slack = Decimal(str(_SLACK))
    return any(slack < told < HIDDEN_UNDER - slack for told in (count, base - count))


def hide_secondary(frame: pd.DataFrame, indicators: Iterable[Indicator]) -> pd.DataFrame:
    """The observations without the figures that would give a hidden count away."""
    shown = tuple(indicators)
    counts, shares = _counts(shown), _shares(shown)
    keys = {*counts, *shares}
    here = pd.MultiIndex.from_frame(frame[["indicator", "series"]]).isin(list(keys)) & frame["area"].ne(
        NATIONAL
    )
    if not keys or not here.any():
        return frame
    part = frame[here]
    places = pd.MultiIndex.from_frame(part[["area", "period", "indicator", "series"]].astype(str))
    known = part["value"].where(part["state"].eq(State.OK.value))
    values = pd.Series(known.to_numpy(), index=places).unstack([2, 3])
    hidden = pd.Series(part["state"].eq(State.SUPPRESSED.value).to_numpy(), index=places)
    was_hidden = hidden.unstack([2, 3]).fillna(False).astype(bool)
    hide = pd.DataFrame(False, index=values.index, columns=values.columns)
    have = set(values.columns)
    counts = {key: cells for key, cells in counts.items() if key in have}
    for _ in range(2):  # what is hidden first may be told by another pair
        seen = values.mask(hide)
        for total, parts in _pairs(counts):
            rest = seen[total] - seen[list(parts)].sum(axis=1, skipna=False)
            _mark(hide, _small(rest), parts[0], counts)
        for key, (terms, base) in shares.items():
            if key in have:
                gone = was_hidden | hide
                hide[key] |= _told_by_share(key, terms, base, seen, gone, counts)
    flat = hide.stack([0, 1], future_stack=True)
    hit = flat.reindex(places).fillna(False).to_numpy().astype(bool) & known.notna().to_numpy()
    rows = part.index[hit]
    changed = frame.copy()
    changed.loc[rows, "value"] = None
    changed.loc[rows, "state"] = State.SUPPRESSED.value
    return changed


def _cells(terms: Iterable[Term]) -> frozenset[_Cell]:
    """The single cells of the source's tables that are added up."""
    return frozenset(
        (term.table, term.measure, frozenset(zip(term.where, members, strict=True)))
        for term in terms
        for members in product(*term.where.values())
    )


def _counts(indicators: Iterable[Indicator]) -> dict[_Key, frozenset[_Cell]]:
    found = {}
    for indicator in indicators:
        for name, series in indicator.observed.items():
            origin = series.origin
            plain = isinstance(origin, FromSum) or (isinstance(origin, FromMeasure) and not origin.complement)
            if plain and indicator.unit_of(name) is not Unit.PERCENT:
                found[indicator.key, name] = _cells(origin.terms)
    return found


def _shares(indicators: Iterable[Indicator]) -> dict[_Key, tuple[frozenset[_Cell], frozenset[_Cell]]]:
    """Shares, with the cells of what is shared and of the base; of the source's own, the base that the catalogue names."""
    found = {}
    for indicator in indicators:
        for name, series in indicator.series.items():
            origin = series.origin
            if isinstance(origin, FromShare):
                found[indicator.key, name] = _cells(origin.share_of), _cells(origin.base)
            elif isinstance(origin, FromMeasure) and indicator.unit_of(name) is Unit.PERCENT:
                base = indicator.series.get(BASE) if name == indicator.headline else None
                found[indicator.key, name] = (
                    frozenset[_Cell](),
                    _cells(base.origin.terms) if base else frozenset(),
                )
    return found


def _within(part: frozenset[_Cell], total: frozenset[_Cell]) -> bool:
    """Whether each cell of `part` is one of `total`, or a part of one."""
    return part != total and all(
        any(table == t and measure == m and where >= w for t, m, w in total) for table, measure, where in part
    )


def _pairs(counts: Mapping[_Key, frozenset[_Cell]]) -> list[tuple[_Key, tuple[_Key, ...]]]:
    """Each total with a part of it, and with all its parts that do not overlap, the smallest first."""
    found: list[tuple[_Key, tuple[_Key, ...]]] = []
    for total, cells in counts.items():
        parts = sorted(
            (key for key, other in counts.items() if _within(other, cells)), key=lambda key: len(counts[key])
        )
        found += [(total, (part,)) for part in parts]
        apart: list[_Key] = []
        for part in parts:
            mine = counts[part]
            others = [counts[key] for key in apart]
            if not any(
                mine == other or _within(mine, other) or _within(other, mine) or mine & other
                for other in others
            ):
                apart.append(part)
        if len(apart) > 1:
            found.append((total, tuple(apart)))
    return found


def _small(count: pd.Series, slack: float = 0.0) -> pd.Series:
    """Where a count that was reckoned is one the source hides."""
    return count.gt(slack) & count.lt(HIDDEN_UNDER - slack)


def _mark(hide: pd.DataFrame, where: pd.Series, key: _Key, counts: Mapping[_Key, frozenset[_Cell]]) -> None:
    for other, cells in counts.items():
        if cells == counts[key]:
            hide[other] |= where


def _told_by_share(
    key: _Key,
    terms: frozenset[_Cell],
    base: frozenset[_Cell],
    seen: pd.DataFrame,
    gone: pd.DataFrame,
    counts: Mapping[_Key, frozenset[_Cell]],
) -> pd.Series:
    """Where a share tells a hidden count: its own, or what is left of its base."""
    share = seen[key]
    told = pd.Series(False, index=seen.index)
    for other, cells in counts.items():
        if cells == terms or (other[0] == key[0] and not terms):
            told |= gone[other]
        if base and cells == base:
            told |= gone[other]  # the share and what it is a share of tell the base
            reckoned = seen[other] * share / 100
            told |= _small(reckoned, _SLACK) | _small(seen[other] - reckoned, _SLACK)
        if terms and cells == terms:
            told |= _small(seen[other] * (100 / share.where(share.gt(0)) - 1), _SLACK)
    return told & share.notna()
