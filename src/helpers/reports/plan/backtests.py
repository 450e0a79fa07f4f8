"""How forecasts for a plan's indicators have turned out, over all municipalities at hand; kept until the figures change.

In: observations of all areas. Out: a :class:`~helpers.analysis.outlook.Backtest` for each indicator and number of periods ahead,
and the table of them. A render of one municipality reads what an earlier one reckoned (docs/performance.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from helpers.analysis import outlook
from helpers.analysis.outlook import Backtest, Method, backtest
from helpers.catalogue.models import NATIONAL, Indicator, Plan
from helpers.data.basis import Basis
from helpers.data.files import write_whole
from helpers.data.frames import State
from helpers.data.processed import data_fingerprint
from helpers.data.suppression import plan_observations
from helpers.periods import Period
from helpers.project import Project

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

Ask = tuple[str, int]
"""An indicator's key, and how many periods ahead."""


def backtests(
    project: Project,
    catalogue: Catalogue,
    plan: Plan,
    basis: Basis,
    asks: Iterable[Ask],
    bound: Period | None = None,
) -> dict[Ask, Backtest | None]:
    """What became of the forecasts that were asked for; none where too few could be made."""
    wanted = list(dict.fromkeys(asks))
    path = project.processed / basis.name / "backtests.json"
    made_from = f"{data_fingerprint(project, catalogue, basis)} {_code()}"
    kept = _kept(path, made_from)
    # What is hidden beside the source's own depends on the plan.
    whose = [plan.key] if plan.suppression == "secondary" else []
    names = {ask: " ".join(map(str, [*ask, *whose, *([bound] if bound else [])])) for ask in wanted}
    missing = [ask for ask in wanted if names[ask] not in kept]
    if missing:
        everything = plan_observations(project, catalogue, plan, basis)
        # Texts of a few hundred thousand rows are compared once, not once an indicator.
        everything = everything[everything["indicator"].isin({key for key, _ in missing})]
        known = everything[(everything["state"] == State.OK.value) & (everything["area"] != NATIONAL)]
        of = dict(iter(known.groupby(["indicator", "series"], sort=False)))
        for key in dict.fromkeys(key for key, _ in missing):
            indicator = catalogue.indicators[key]
            rows = of.get((key, indicator.headline), known.iloc[:0])
            for horizon, found in _of(indicator, rows, [h for k, h in missing if k == key], bound):
                kept[names[key, horizon]] = found
        told = {"made_from": made_from, "found": _file().dump_python(kept, mode="json")}
        write_whole(path, json.dumps(told).encode(), replace=True)
    return {ask: kept[names[ask]] for ask in wanted}


def _of(
    indicator: Indicator, rows: pd.DataFrame, horizons: Iterable[int], bound: Period | None
) -> Iterator[tuple[int, Backtest | None]]:
    """The backtests of one indicator, from what is known of its headline in all municipalities."""
    periods = {text: Period.parse(text) for text in rows["period"].unique()}
    rows = rows[rows["period"].isin([t for t, p in periods.items() if bound is None or p.within(bound)])]
    if rows.empty:
        yield from ((horizon, None) for horizon in horizons)
        return
    ordinals = rows["period"].map({text: period.ordinal for text, period in periods.items()})
    first = int(ordinals.min())
    codes, areas = pd.factorize(rows["area"])
    values = np.full((len(areas), int(ordinals.max()) - first + 1), np.nan)
    values[codes, (ordinals - first).to_numpy(dtype=int)] = rows["value"].to_numpy(dtype=float)
    for horizon in horizons:
        yield (
            horizon,
            backtest(
                values,
                [str(area) for area in areas],
                per_year=indicator.frequency.per_year,
                horizon=horizon,
                decimals=indicator.decimals,
                breaks=[broken.period.ordinal - first for broken in indicator.breaks],
            ),
        )


@cache
def _file() -> TypeAdapter[dict[str, Backtest | None]]:
    """How backtests stand in the file, by the words of what was asked."""
    return TypeAdapter(dict[str, Backtest | None])


def _kept(path: Path, made_from: str) -> dict[str, Backtest | None]:
    """What was reckoned of the same figures by the same code."""
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return _file().validate_python(found["found"]) if found.get("made_from") == made_from else {}


@cache
def _code() -> str:
    """Fingerprint of what reckons, so that changed code reckons anew."""
    files = (Path(__file__), Path(outlook.__file__))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def year_ahead(indicators: Iterable[Indicator]) -> list[Ask]:
    """Each indicator, a year ahead."""
    return [(indicator.key, indicator.frequency.per_year) for indicator in indicators]


BACKTEST_COLUMNS = (
    "indicator",
    "horizon",
    "forecasts",
    *(f"error_{method.value}" for method in Method),
    "chosen",
    "within",
    "hits",
)
"""Of :func:`records`: periods ahead, forecasts checked, the mean error of each method in the indicator's unit, the method that is
used, the distance that is told, and how many forecasts were no farther off. Empty where too few forecasts could be made."""


def records(found: Mapping[Ask, Backtest | None]) -> list[dict[str, str | int | float | None]]:
    """The backtests for programs: a row each with :data:`BACKTEST_COLUMNS`."""
    return [
        {
            "indicator": key,
            "horizon": horizon,
            "forecasts": one.forecasts if one else 0,
            **{f"error_{m.value}": round(one.errors[m], 4) if one else None for m in Method},
            "chosen": one.chosen.value if one else None,
            "within": str(one.within) if one else None,
            "hits": one.hits if one else None,
        }
        for (key, horizon), one in found.items()
    ]
