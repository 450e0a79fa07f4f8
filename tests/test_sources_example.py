"""Example data: in the source's own shape, the same every time, plausible, and exact where a document printed."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from data_support import AREAS, catalogue, indicator, real_catalogue_project, term, write_example
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Municipality
from helpers.data.basis import Basis, choose_basis, plan_indicators
from helpers.data.processed import data_problems, load_observations
from helpers.data.raw import RawStore
from helpers.data.windows import figure_window
from helpers.errors import PlanError
from helpers.periods import Frequency, Period
from helpers.project import Project
from helpers.sources.example import HISTORY, published_pins, write_example_tables
from helpers.sources.example_layers import SMALLEST_SHOWN, Pin

DAY = date(2024, 1, 15)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Example data of plan 2023 with the checkout's catalogue: project, catalogue, plan, all observations."""
    project = real_catalogue_project(tmp_path_factory.mktemp("example"))
    items = load_catalogue(project)
    plan = items.plan("frederikssund-2023")
    write_example(project, items, plan)
    return project, items, plan, load_observations(project, items, choose_basis(project, items, plan))


def answers(project, table, day=DAY):
    """The parts of a made-up answer, and its sidecar."""
    store = RawStore(project.raw)
    snapshot = store.newest("example", table, day)
    assert snapshot is not None
    content = json.loads(store.read("example", table, snapshot))
    return content.get("answers", [content]), store.sidecar("example", table, snapshot)


def test_every_printed_figure_comes_out_exactly_and_is_marked_as_printed(made):
    _, items, plan, frame = made
    rows = frame.set_index(["indicator", "series", "area", "period"])
    printed = set()
    for row in items.published_rows(plan):
        headline = items.indicators[row.indicator].headline
        for area, value in (("dk", row.national), ("250", row.municipality)):
            found = rows.loc[(row.indicator, headline, area, row.period.id)]
            assert Decimal(repr(float(found["value"]))) == value
            printed.add((row.indicator, headline, area, row.period.id))
    # The nine counts of 6d have no period, so that they can be put nowhere.
    assert [point.period for point in items.published_points(plan)] == [None] * 9
    assert set(rows.index[rows["published"]]) == printed


def test_each_printed_period_is_the_newest_of_its_indicator(made):
    _, items, plan, frame = made
    for row in items.published_rows(plan):
        shown = figure_window(frame, items.indicators[row.indicator], "250")
        assert shown["period"].iloc[-1] == row.period.id


def test_the_same_catalogue_and_day_give_the_same_bytes(made, tmp_path):
    project, items, plan, _ = made
    again = real_catalogue_project(tmp_path)
    written = write_example(again, items, plan)
    for table in written:
        mine, theirs = (RawStore(p.raw) for p in (project, again))
        snapshot = mine.newest("example", table)
        assert snapshot == theirs.newest("example", table) is not None
        assert mine.read("example", table, snapshot) == theirs.read("example", table, snapshot)


def test_what_is_there_already_is_not_made_again(made):
    project, items, plan, _ = made
    assert write_example(project, items, plan) == ()


def test_another_text_in_the_catalogue_changes_nothing_but_another_printed_figure_does(tmp_path):
    project = real_catalogue_project(tmp_path)
    items = load_catalogue(project)
    plan = items.plan("frederikssund-2023")
    wanted = [items.indicators["a-dagpenge-afgang-13-uger"]]
    store = RawStore(project.raw)
    write_example_tables(store, items, wanted, plan.example_date)
    first = store.snapshots("example", "y01b01")
    titled = wanted[0].model_copy(update={"title": "En anden titel"})
    renamed = replace(items, indicators={**items.indicators, titled.key: titled})
    assert write_example_tables(store, renamed, wanted, plan.example_date) == ()
    pins = [
        Pin(**{**vars(pin), "value": Decimal("84.0")}) if pin.value == Decimal("83.8") else pin
        for pin in published_pins(items)
    ]
    assert write_example_tables(store, items, wanted, plan.example_date, pins) == ("y01b01",)
    second = store.newest("example", "y01b01", plan.example_date)
    assert second is not None and second > first[-1]
    write_example_tables(store, items, wanted, plan.example_date)
    assert first[0] not in store.snapshots("example", "y01b01"), (
        "what nobody can be reading any more is removed"
    )
    assert store.newest("example", "y01b01", plan.example_date) > second


def test_an_answer_has_the_shape_of_the_source_and_every_area_by_its_name(made):
    project, items, _, _ = made
    for table in ("y01a02", "y60c02", "y01b01", "ankesager-omgjort"):
        parts, sidecar = answers(project, table)
        names = {"Hele landet", *(area.name for area in items.municipalities)}
        for part in parts:
            assert part["columns"][:2] == ["Periode", "Område"]
            assert set(part["columns"]) <= {column.label for column in sidecar.columns}
            assert {row[1] for row in part["rows"]} == names
            assert all(len(row) == len(part["columns"]) for row in part["rows"])
            assert all(Period.parse(row[0]).id == row[0] for row in part["rows"])
        assert sidecar.cells == sum(
            len(part["rows"])
            * sum(c.role == "measure" for c in sidecar.columns if c.label in part["columns"])
            for part in parts
        )


def test_history_is_long_enough_for_a_window_and_a_year_before_it(made):
    project, items, plan, _ = made
    for item in plan_indicators(items, plan):
        for table in item.tables or (item.key,):
            parts, _ = answers(project, table)
            periods = {
                row[0]
                for part in parts
                for row in part["rows"]
                if Period.parse(row[0]).frequency is item.frequency
            }
            assert len(periods) == HISTORY[item.frequency]


def test_no_count_below_the_limit_is_shown_and_null_is_shown_instead(made):
    project, _, _, _ = made
    hidden = 0
    for table in ("y01a02", "y60c02", "y09c02", "y35c02"):
        for part in answers(project, table)[0]:
            for row in part["rows"]:
                for value in row[2:]:
                    assert not isinstance(value, int) or value >= SMALLEST_SHOWN
                    hidden += value is None
    assert hidden > 100


def test_small_municipalities_are_partly_suppressed_and_partly_left_out_and_large_ones_are_not(made):
    _, items, plan, frame = made
    keys = [item.key for item in plan_indicators(items, plan)]
    mine = frame[frame["indicator"].isin(keys) & (frame["state"] != "not_published")]
    known = mine.assign(ok=mine["state"] == "ok").groupby("area")["ok"].mean()
    small = [items.municipality(name).code for name in ("Læsø", "Fanø", "Samsø", "Ærø")]
    large = [items.municipality(name).code for name in ("København", "Aarhus", "Aalborg", "Odense")]
    assert known[small].max() < 0.95 < known[large].min()
    states = set(mine[mine["area"].isin(small)]["state"])
    assert {"ok", "suppressed", "missing"} <= states


def test_the_country_is_the_sum_of_what_municipalities_show_and_what_they_hide(made):
    project, _, _, _ = made
    (part,) = answers(project, "y08a02")[0]
    place = part["columns"].index("mgrpa02_1")
    by_period = defaultdict(list)
    country = {}
    for row in part["rows"]:
        if row[1] == "Hele landet":
            country[row[0]] = row[place]
        else:
            by_period[row[0]].append(row[place])
    for period, values in by_period.items():
        shown = sum(value for value in values if value is not None)
        unknown = 98 - sum(value is not None for value in values)
        assert shown <= country[period] <= shown + unknown * (SMALLEST_SHOWN - 1)


def test_shares_are_between_0_and_100_per_cent_since_parts_stay_below_their_totals(made):
    _, items, _, frame = made
    shares = {
        (item.key, name)
        for item in items.indicators.values()
        for name in item.series
        if item.unit_of(name).value == "percent"
    }
    shown = frame[frame["state"] == "ok"].groupby(["indicator", "series"])["value"].agg(["min", "max"])
    shown = shown[shown.index.isin(shares)]
    assert len(shown) > 20
    assert shown["min"].min() >= 0 and shown["max"].max() <= 100


def test_series_move_slowly_and_with_the_seasons_and_small_ones_are_noisier(made):
    _, items, _, frame = made
    rows = frame[
        (frame["indicator"] == "fleksjob-andel")
        & (frame["series"] == "in_fleksjob")
        & (frame["state"] == "ok")
    ]
    wide = rows.pivot(index="period", columns="area", values="value").sort_index()
    changes = wide.pct_change(fill_method=None).abs().mean()
    assert changes["dk"] < 0.03
    small = [items.municipality(name).code for name in ("Læsø", "Fanø", "Samsø", "Ærø")]
    large = [items.municipality(name).code for name in ("København", "Aarhus", "Aalborg", "Odense")]
    assert changes[small].mean() > 1.5 * changes[large].mean()
    middle = wide.drop(columns=["dk"]).dropna(axis=1)
    assert middle.apply(lambda column: column.autocorr()).median() > 0.5


def test_a_report_of_example_data_has_no_problems(made):
    project, items, plan, _ = made
    assert data_problems(project, items, choose_basis(project, items, plan)) == ()


@pytest.mark.parametrize("key", ["noegletal-2026", "frederikssund-2022"])
def test_plans_without_printed_figures_get_examples_up_to_what_is_published_by_their_day(tmp_path, key):
    project = real_catalogue_project(tmp_path)
    items = load_catalogue(project)
    plan = items.plan(key)
    write_example(project, items, plan)
    frame = load_observations(project, items, choose_basis(project, items, plan), ("dk", "766"))
    for item in plan_indicators(items, plan):
        newest = Period.parse(figure_window(frame, item, "766")["period"].iloc[-1])
        assert newest.shift(1).first_day <= plan.example_date
        if item.valid_to is not None:
            assert newest <= item.valid_to


def test_the_lags_are_those_seen_in_august_2026(tmp_path):
    """Newest months and quarters of the tables on 22 August 2026 (docs/data.md, "What the source is like")."""
    project = real_catalogue_project(tmp_path)
    items = load_catalogue(project)
    write_example_tables(RawStore(project.raw), items, items.indicators.values(), date(2026, 8, 22))
    seen = {
        "y25i01": "2026M07",
        "y60a02": "2026M07",
        "y60c02": "2026M07",
        "y60j01": "2026M06",
        "y01b01": "2025Q02",
    }
    for table, newest in seen.items():
        parts, _ = answers(project, table, date(2026, 8, 22))
        assert max(row[0] for part in parts for row in part["rows"]) == newest
    assert (
        max(row[0] for part in answers(project, "y38a02", date(2026, 8, 22))[0] for row in part["rows"])
        == "2025M06"
    )


SMALL = catalogue(
    indicator("x", share={"share_of": term("y08a02", "mgrpa02_1"), "plus": term("y09a02", "mgrpa02_1")}),
    indicator("hidden", frequency="quarter", share={"unknown": "ord"}, count={"unknown": "ord"}),
)


def pinned(tmp_path, value: str, key: str = "x", period: str = "2023M10") -> pd.DataFrame:
    pins = [
        Pin(key, "share", "250", Period.parse(period), Decimal(value)),
        Pin(key, "share", "dk", Period.parse(period), Decimal(value)),
    ]
    store = RawStore(tmp_path / "data" / "raw")
    write_example_tables(store, SMALL, SMALL.indicators.values(), DAY, pins)
    return load_observations(Project(tmp_path), SMALL, Basis("example", DAY))


@pytest.mark.parametrize("value", ["84.6", "50.0", "12.3", "99.5", "3.1"])
@pytest.mark.parametrize(("key", "period"), [("x", "2023M10"), ("hidden", "2023Q02")])
def test_any_share_can_be_pinned_for_a_municipality_and_the_country_at_once(tmp_path, value, key, period):
    frame = pinned(tmp_path, value, key, period)
    rows = frame[(frame["indicator"] == key) & (frame["series"] == "share") & (frame["period"] == period)]
    found = {row.area: row.value for row in rows.itertuples()}
    assert Decimal(repr(found["250"])) == Decimal(repr(found["dk"])) == Decimal(value)


def test_printed_figures_that_contradict_each_other_are_named(tmp_path):
    one, other = (
        indicator(key, share={"share_of": term("y08a02", "mgrpa02_1"), "out_of": term("y10a02", "mgrpa02_1")})
        for key in ("one", "other")
    )
    pins = [
        Pin(key, "share", "250", Period.parse("2023M10"), Decimal(v))
        for key, v in (("one", "40"), ("other", "41"))
    ]
    items = catalogue(one, other)
    with pytest.raises(PlanError, match=r"other\.share, 250, 2023M10"):
        write_example_tables(RawStore(tmp_path), items, items.indicators.values(), DAY, pins)


def test_a_printed_count_that_the_source_would_suppress_is_named(tmp_path):
    items = catalogue(indicator("x", share=term("y08a02", "mgrpa02_5b"), count=term("y08a02", "mgrpa02_1")))
    pin = Pin("x", "count", "250", Period.parse("2023M10"), Decimal(2))
    with pytest.raises(PlanError, match="too few to be shown"):
        write_example_tables(RawStore(tmp_path), items, items.indicators.values(), DAY, [pin])


def test_example_data_are_made_for_any_municipalities_of_the_catalogue(tmp_path):
    areas = (*AREAS, Municipality(code="999", name="Nyby", slug="nyby", region="Sjælland"))
    items = catalogue(indicator("x", share=term("y60c07", "mgrpc07_2")), areas=areas)
    store = RawStore(tmp_path)
    write_example_tables(store, items, items.indicators.values(), DAY, ())
    content = json.loads(store.read("example", "y60c07", "2024-01-15T000000Z"))
    assert {row[1] for row in content["rows"]} == {"Hele landet", *(area.name for area in areas)}


def test_a_month_has_the_same_value_whatever_day_the_examples_are_from(tmp_path):
    items = catalogue(indicator("x", share=term("y60c07", "mgrpc07_2")))
    store = RawStore(tmp_path)
    found = []
    for day in (DAY, DAY + timedelta(days=200)):
        write_example_tables(store, items, items.indicators.values(), day, ())
        content = json.loads(store.read("example", "y60c07", f"{day.isoformat()}T000000Z"))
        found.append({tuple(row[:2]): row[2] for row in content["rows"]})
    both = found[0].keys() & found[1].keys()
    assert len({period for period, _ in both}) > HISTORY[Frequency.MONTH] - 8
    assert all(found[0][place] == found[1][place] for place in both)
