"""Which figures a report stands on, the newest period of an indicator, and the grid its figure shows."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_support import AREAS, catalogue, indicator, store_counts, term
from helpers.catalogue.models import Plan
from helpers.data.basis import Basis, choose_basis, snapshot_days
from helpers.data.frames import OBSERVATION_COLUMNS, WINDOW_COLUMNS
from helpers.data.windows import PUBLISHED, figure_window
from helpers.errors import PlanError
from helpers.periods import Period, window
from helpers.project import Project

ITEM = indicator("x", share=term("ta"), count=term("tb"))
STATES = st.sampled_from(["ok", "suppressed", "missing", "not_published"])


def frame(rows) -> pd.DataFrame:
    """Observations from (series, area, period, value, state)."""
    found = pd.DataFrame(
        [("x", *row, "jobindsats:ta", "2026-08-22T061500Z", False) for row in rows],
        columns=list(OBSERVATION_COLUMNS),
    )
    return found.astype({"value": float, "published": bool})


def ok(series: str, area: str, *periods: str):
    return [(series, area, period, 1.0, "ok") for period in periods]


def newest_shown(rows, area, bound=None):
    """The last period of a figure; empty when it has none."""
    return max(figure_window(frame(rows), ITEM, area, bound)["period"], default="")


def test_the_newest_period_is_the_newest_published_for_the_country_or_the_municipality():
    rows = ok("share", "dk", "2023M10") + ok("share", "250", "2023M11") + ok("share", "766", "2023M12")
    assert newest_shown(rows, "250") == "2023M11"
    assert newest_shown(rows, "825") == "2023M10"


@pytest.mark.parametrize(
    ("state", "newest"), [("suppressed", "2023M11"), ("missing", "2023M10"), ("not_published", "2023M10")]
)
def test_a_suppressed_figure_is_published_but_a_missing_one_is_not(state, newest):
    rows = [*ok("share", "dk", "2023M10"), ("share", "250", "2023M11", None, state)]
    assert newest_shown(rows, "250") == newest


def test_only_the_headline_series_sets_the_newest_period():
    rows = ok("share", "250", "2023M10") + ok("count", "250", "2023M12")
    assert newest_shown(rows, "250") == "2023M10"


@pytest.mark.parametrize(
    ("bound", "newest"), [("2023M10", "2023M10"), ("2023Q03", "2023M09"), ("2022Y01", "")]
)
def test_a_bound_of_any_frequency_leaves_out_what_ends_after_it(bound, newest):
    rows = ok("share", "dk", "2023M09", "2023M10", "2023M11")
    assert newest_shown(rows, "250", Period.parse(bound)) == newest


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["share", "count"]), st.sampled_from(["dk", "250", "766"]), st.integers(-40, 3)
        ),
        st.tuples(st.floats(0, 100), STATES),
    )
)
def test_a_window_is_the_full_grid_whatever_is_missing(given_rows):
    newest = Period.parse("2023M11")
    rows = [
        (series, area, newest.shift(step).id, number if state == "ok" else None, state)
        for (series, area, step), (number, state) in given_rows.items()
    ]
    shown = figure_window(frame(rows), ITEM, "250")
    assert tuple(shown.columns) == WINDOW_COLUMNS
    published = [
        Period.parse(period)
        for series, area, period, _, state in rows
        if series == "share" and area != "766" and state in PUBLISHED
    ]
    if not published:
        assert shown.empty
        return
    grid = [period.id for period in window(max(published))]
    lines = [("share", "dk"), ("share", "250"), ("count", "250")]
    assert [(row.series, row.area, row.period) for row in shown.itertuples()] == [
        (*line, period) for line in lines for period in grid
    ]
    known = {(series, area, period): (number, state) for series, area, period, number, state in rows}
    for row in shown.itertuples():
        number, state = known.get((row.series, row.area, row.period), (None, None))
        assert state is None or row.state == state
        if row.state == "ok":
            assert row.value == number
        else:
            assert pd.isna(row.value)


def test_what_no_source_speaks_of_is_missing_or_later_than_a_series_is_published():
    rows = ok("share", "dk", "2023M09", "2023M11") + ok("count", "250", "2023M09")
    shown = figure_window(frame(rows), ITEM, "250").set_index(["series", "area", "period"])["state"]
    assert shown["share", "dk", "2023M10"] == "missing"
    assert shown["share", "250", "2023M11"] == "missing"
    assert shown["count", "250", "2023M10"] == "not_published"
    assert shown["count", "250", "2023M08"] == "missing"


def test_a_quarterly_figure_shows_nine_quarters():
    item = indicator("x", frequency="quarter", share=term("ta"))
    shown = figure_window(frame(ok("share", "dk", "2023Q02")), item, "250")
    assert sorted(set(shown["period"])) == [period.id for period in window(Period.parse("2023Q02"))]


# ---------------------------------------------------------------------------------------------- basis

PLAN = Plan.model_validate(
    {
        "key": "p",
        "title": "p",
        "year": 2023,
        "example_date": "2024-01-15",
        "focus_areas": [
            {
                "number": 1,
                "title": "t",
                "slug": "t",
                "intro": "t",
                "goals": [
                    {
                        "number": "1a",
                        "title": "t",
                        "text": "t",
                        "indicator": "x",
                        "target": {"at_least": "national"},
                    }
                ],
            }
        ],
    }
)
ITEMS = catalogue(ITEM, indicator("elsewhere", share=term("tz")))


def fetch(project: Project, table: str, snapshot: str) -> None:
    store_counts(project, table, {("2026M07", AREAS[0].name): 5}, snapshot=snapshot)


def test_without_any_fetch_the_basis_is_example_data_of_the_plans_day(tmp_path):
    basis = choose_basis(Project(tmp_path), ITEMS, PLAN)
    assert basis == Basis("example", date(2024, 1, 15))
    assert basis.name == "example-2024-01-15"


def test_one_fetched_table_of_the_plan_makes_the_basis_real(tmp_path):
    project = Project(tmp_path)
    fetch(project, "tz", "2026-08-22T061500Z")
    assert choose_basis(project, ITEMS, PLAN).kind == "example"
    fetch(project, "tb", "2026-08-22T061500Z")
    assert choose_basis(project, ITEMS, PLAN) == Basis("real")
    assert Basis("real").name == "real"


def test_a_day_turns_the_basis_back_and_a_day_before_everything_is_an_error_that_tells_the_days(tmp_path):
    project = Project(tmp_path)
    for snapshot in ("2026-08-19T050320Z", "2026-08-22T061500Z"):
        fetch(project, "ta", snapshot)
    assert choose_basis(project, ITEMS, PLAN, date(2026, 8, 20)).name == "real-2026-08-20"
    assert snapshot_days(project) == (date(2026, 8, 19), date(2026, 8, 22))
    with pytest.raises(PlanError, match="2026-08-19, 2026-08-22"):
        choose_basis(project, ITEMS, PLAN, date(2026, 8, 18))


def test_a_day_without_any_fetch_is_an_error_that_says_to_fetch(tmp_path):
    with pytest.raises(PlanError, match="plan fetch"):
        choose_basis(Project(tmp_path), ITEMS, PLAN, date(2026, 8, 18))
