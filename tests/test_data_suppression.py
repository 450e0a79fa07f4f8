"""Secondary suppression: what gives a hidden count away is hidden too, when a plan asks for it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Indicator
from helpers.data.suppression import as_shown, hide_secondary
from helpers.project import Project
from report_support import CHECKOUT

UNEMPLOYED = {"table": "y25i01", "measure": "Antal"}
INSURED = {**UNEMPLOYED, "where": {"_ygrpi09": "A-dagpenge"}}
OTHERS = {**UNEMPLOYED, "where": {"_ygrpi09": "Kontanthjælp"}}
LONG = {"table": "y25i09", "measure": "Antal"}


def indicator(key: str, **series: object) -> Indicator:
    return Indicator.model_validate(
        {
            "key": key, "title": key, "unit": "percent", "decimals": 1, "frequency": "month",
            "direction": "lower_is_better", "headline": next(iter(series)),
            "series": {
                name: {"label": name, "axis": "share" if name.startswith("share") else "count", "from": origin, "certainty": "confirmed"}
                for name, origin in series.items()
            },
        }
    )  # fmt: skip


def frame(**values: float | None) -> pd.DataFrame:
    """One municipality and month; ``all__count=16`` is the series `count` of the indicator `all`."""
    rows = [
        {"indicator": name.split("__")[0], "series": name.split("__")[1], "area": "825", "period": "2026M07",
         "value": value, "state": "suppressed" if value is None else "ok"}
        for name, value in values.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"value": float})


def hidden(shown: pd.DataFrame, before: pd.DataFrame) -> set[str]:
    gone = shown["value"].isna() & before["value"].notna()
    assert (shown.loc[shown["value"].isna(), "state"] == "suppressed").all()
    return {f"{i}__{s}" for i, s in shown.loc[gone, ["indicator", "series"]].itertuples(index=False)}


ALL = indicator("all", count=UNEMPLOYED)
PART = indicator("part", count=INSURED, share={**INSURED, "measure": "pct"})
REST = indicator("rest", count=OTHERS)
LONG_SHARE = indicator("long", count=LONG, share={"share_of": LONG, "out_of": UNEMPLOYED})
LONG_PART = indicator("longpart", count={**LONG, "where": INSURED["where"]}, share={"share_of": {**LONG, "where": INSURED["where"]}, "out_of": INSURED})  # fmt: skip


@pytest.mark.parametrize(
    ("values", "gone"),
    [
        ({"all__count": 16, "part__count": 14, "part__share": 1.9}, {"part__count", "part__share"}),
        ({"all__count": 16, "part__count": 16, "part__share": 1.9}, set()),
        ({"all__count": 16, "part__count": 13, "part__share": 1.9}, set()),
        ({"all__count": 16, "part__count": None, "part__share": 1.9}, {"part__share"}),
        ({"all__count": 30, "part__count": 14, "part__share": 1.9, "rest__count": 15}, {"part__count", "part__share"}),
        ({"all__count": 30, "long__count": None, "long__share": 6.7}, {"long__share"}),
        ({"all__count": 30, "long__share": 6.7}, {"long__share"}),
        ({"all__count": 30, "long__share": 93.3}, {"long__share"}),
        ({"all__count": 30, "long__count": 9, "long__share": 30.0}, set()),
        ({"all__count": 16, "part__count": 14, "longpart__count": 7, "longpart__share": 50.0}, {"part__count", "longpart__share"}),
        ({"all__count": None, "part__count": 14}, set()),
    ],
)  # fmt: skip
def test_a_figure_that_gives_a_hidden_count_away_is_hidden(
    values: dict[str, float | None], gone: set[str]
) -> None:
    before = frame(**values)
    shown = hide_secondary(before, [ALL, PART, REST, LONG_SHARE, LONG_PART])
    assert hidden(shown, before) == gone
    assert before.equals(frame(**values)), "what came in is left alone"


def test_the_country_and_other_indicators_are_left_alone() -> None:
    before = frame(all__count=16, part__count=14).assign(area="dk")
    assert hide_secondary(before, [ALL, PART]).equals(before)
    before = frame(other__count=16)
    assert hide_secondary(before, [ALL]).equals(before)


def test_only_a_plan_that_asks_for_it_hides_more_than_its_source(tmp_path: Path) -> None:
    catalogue = load_catalogue(Project(CHECKOUT))
    plan = catalogue.plan("noegletal-2026")
    before = frame(
        **{"ledighed-andel__count": 16, "ledighed-dagpenge__count": 14, "ledighed-dagpenge__share": 1.9}
    )
    assert as_shown(before, catalogue, plan).equals(before)
    asked = plan.model_copy(update={"suppression": "secondary"})
    assert hidden(as_shown(before, catalogue, asked), before) == {
        "ledighed-dagpenge__count",
        "ledighed-dagpenge__share",
    }
