"""Indicators and windows for the tests of what is shown: small, made by hand, of no municipality's real figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.catalogue.models import NATIONAL, Indicator, Municipality
from helpers.data.frames import WINDOW_COLUMNS
from helpers.periods import Period, window

TOWN = Municipality(code="250", name="Frederikssund", slug="frederikssund", region="Hovedstaden")

SECRET = 31.7
"""Stands in cells that are not ``ok``: it must not come out anywhere."""


def indicator(key: str = "proeve", **more: object) -> Indicator:
    """An indicator with a share line for the country and the municipality."""
    series = {"share": {"label": "{area} - andel", "from": {"typed_in": "x"}, "certainty": "confirmed"}}
    fields: dict[str, object] = {
        "key": key,
        "title": "Andelen af prøver",
        "unit": "percent",
        "decimals": 1,
        "frequency": "month",
        "direction": "higher_is_better",
        "series": series,
    }
    return Indicator.model_validate({**fields, **more})


def bars(label: str, **more: object) -> dict[str, object]:
    return {"label": label, "axis": "count", "from": {"typed_in": "x"}, "certainty": "confirmed", **more}


def share(label: str = "{area} - andel", **more: object) -> dict[str, object]:
    return {"label": label, "from": {"typed_in": "x"}, "certainty": "confirmed", **more}


def with_bars(**more: object) -> Indicator:
    """Bars of one count behind the two lines."""
    return indicator(series={"count": bars("{area} - antal"), "share": share()}, **more)


def frame(
    entry: Indicator,
    newest: str,
    values: Mapping[tuple[str, str], Sequence[float | None] | float],
    *,
    states: Mapping[tuple[str, str], Mapping[int, str]] | None = None,
    published: Mapping[tuple[str, str], Sequence[int]] | None = None,
    town: Municipality = TOWN,
) -> pd.DataFrame:
    """A *Window* frame: (series, area) → a value for each period, or one for all of them.

    `area` is ``dk`` or ``own``. Where `states` says anything but ``ok``, the cell holds `SECRET`.
    """
    rows = []
    for (series, area), given in values.items():
        grid = window(Period.parse(newest))
        code = NATIONAL if area == "dk" else town.code
        for index, period in enumerate(grid):
            state = (states or {}).get((series, area), {}).get(index, "ok")
            value = given if isinstance(given, int | float) else given[index]
            is_published = index in (published or {}).get((series, area), ())
            rows.append(
                (series, code, period.id, value if state == "ok" else SECRET, state, is_published, "")
            )
    return pd.DataFrame(rows, columns=list(WINDOW_COLUMNS))
