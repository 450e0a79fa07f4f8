"""What changed between two days: every figure that differs, exactly, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_support import (
    AREA,
    PERIOD,
    REFERENCE,
    catalogue,
    dimension,
    indicator,
    measure,
    real_catalogue_project,
    store_counts,
    store_table,
    term,
)
from helpers.catalogue import load_catalogue
from helpers.data.basis import Basis
from helpers.data.frames import OBSERVATION_COLUMNS
from helpers.data.processed import load_observations
from helpers.data.revisions import CHANGE_COLUMNS, changed_values, compare_days, provisional_periods
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.plan.status import compare_verdicts, status_rows

PERIODS = ("2026M04", "2026M05", "2026M06")
VALUES = st.dictionaries(
    st.tuples(st.sampled_from(["dk", "250"]), st.sampled_from(PERIODS)),
    st.none() | st.integers(0, 300).map(lambda tenths: tenths / 10),
)


def frame(values) -> pd.DataFrame:
    rows = [
        (
            "x",
            "share",
            area,
            period,
            number,
            "suppressed" if number is None else "ok",
            "jobindsats:ta",
            "s",
            False,
        )
        for (area, period), number in values.items()
    ]
    found = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS)).astype({"value": float, "published": bool})
    return found.astype(dict.fromkeys(("indicator", "series", "area", "period", "state", "source"), object))


@settings(max_examples=80)
@given(VALUES, VALUES)
def test_exactly_the_figures_that_differ_are_told_with_their_exact_difference(old, new):
    changes = changed_values(frame(old), frame(new), catalogue=catalogue(ITEM))
    assert tuple(changes.columns) == CHANGE_COLUMNS
    told = {(row.area, row.period): row for row in changes.itertuples()}
    assert set(told) == {place for place in old.keys() | new.keys() if old.get(place) != new.get(place)}
    for place, row in told.items():
        before, after = old.get(place), new.get(place)
        if before is not None and after is not None:
            assert row.kind == "changed"
            assert Decimal(repr(row.difference)) == Decimal(repr(after)) - Decimal(repr(before))
        else:
            assert row.kind in (("appeared", "new_period") if before is None else ("vanished", "old_period"))
            assert pd.isna(row.difference)


@given(VALUES)
def test_a_frame_does_not_differ_from_itself(values):
    assert changed_values(frame(values), frame(values), catalogue=catalogue(ITEM)).empty


def test_a_month_that_is_new_or_no_longer_asked_for_is_told_apart_from_a_correction():
    old = frame({("dk", "2026M04"): 1.0, ("dk", "2026M05"): 2.0, ("250", "2026M05"): None})
    new = frame({("dk", "2026M05"): 2.5, ("dk", "2026M06"): 3.0, ("250", "2026M05"): 7.0})
    kinds = {
        (row.area, row.period): row.kind
        for row in changed_values(old, new, catalogue=catalogue(ITEM)).itertuples()
    }
    assert kinds == {
        ("dk", "2026M05"): "changed",
        ("250", "2026M05"): "appeared",
        ("dk", "2026M06"): "new_period",
        ("dk", "2026M04"): "old_period",
    }


def test_the_largest_change_stands_first_and_shares_before_counts():
    items = catalogue(indicator("x", share=term("ta"), count=term("tb")))

    def world(shift: float) -> pd.DataFrame:
        shares = frame({("dk", "2026M04"): 10 + shift / 10, ("dk", "2026M05"): 10 - 4 * shift / 10})
        counts = frame({("dk", "2026M04"): 100 + 50 * shift}).assign(series="count")
        return pd.concat([shares, counts], ignore_index=True)

    changes = changed_values(world(0), world(1), catalogue=items)
    assert [(row.series, row.period) for row in changes.itertuples()] == [
        ("share", "2026M05"),
        ("share", "2026M04"),
        ("count", "2026M04"),
    ]
    assert list(changes["relative"]) == [-4.0, 1.0, 50.0]


ITEM = indicator("x", share=term("ta"))


def test_by_default_the_two_newest_days_are_compared(tmp_path):
    project = Project(tmp_path)
    for snapshot, number in (("2026-08-18T050000Z", 1), ("2026-08-19T050000Z", 2), ("2026-08-22T061500Z", 5)):
        store_counts(project, "ta", {("2026M06", "Læsø"): number}, snapshot=snapshot)
    found = compare_days(project, catalogue(ITEM))
    assert (found.old, found.new) == (date(2026, 8, 19), date(2026, 8, 22))
    assert list(found.changes["difference"]) == [3.0]
    longer = compare_days(project, catalogue(ITEM), date(2026, 8, 18))
    assert (longer.old, longer.new, list(longer.changes["difference"])) == (
        date(2026, 8, 18),
        found.new,
        [4.0],
    )
    assert compare_days(project, catalogue(ITEM), areas=("dk",)).changes.empty


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((None, None), "no snapshots|no snapshot before"),
        ((date(2026, 8, 22), date(2026, 8, 19)), "not before"),
        ((date(2026, 8, 1), None), "no snapshot of 2026-08-01"),
    ],
)
def test_days_that_cannot_be_compared_are_told_with_the_days_there_are(tmp_path, days, words):
    project = Project(tmp_path)
    with pytest.raises(PlanError, match="plan fetch"):
        compare_days(project, catalogue(ITEM))
    store_counts(project, "ta", {("2026M06", "Læsø"): 1}, snapshot="2026-08-22T061500Z")
    with pytest.raises(PlanError, match=words):
        compare_days(project, catalogue(ITEM), *days)


def test_the_newest_month_is_provisional_and_quarters_and_typed_in_figures_are_not():
    values = frame({("dk", "2026M05"): 1.0, ("250", "2026M06"): 2.0})
    june = Period.parse("2026M06")
    assert provisional_periods(values, ITEM) == {june}
    assert provisional_periods(values.assign(source="manual"), ITEM) == frozenset()
    assert provisional_periods(values.assign(source="example:ta"), ITEM) == frozenset()
    quarterly = indicator("x", frequency="quarter", share=term("ta"))
    assert provisional_periods(frame({("dk", "2026Q02"): 1.0}), quarterly) == frozenset()


# ------------------------------------------------------------------------------- the real revision of 2026

FOLDER = REFERENCE / "AI-MichelKlos_kommunal-beskaeftigelsesindsats"
DASHBOARDS = {
    "2026-08-19T050320Z": FOLDER / "dashboard-data_2026-08-19T0503Z_e3859d5.json",
    "2026-08-22T075030Z": FOLDER / "dashboard-data_2026-08-22_8c4077d.json",
}
FULL_TIME = measure("Antal ledige fuldtidspersoner")
PER_CENT = measure("Ledige fuldtidspersoner i pct. af arbejdsstyrken 16-66 år")
GROUPS = {"Ydelsesgrupper i alt": "total", "A-dagpenge": "dagpenge", "Kontanthjælp": "kontanthjaelp"}
needs_reference = [
    pytest.mark.reference,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not beside the checkout"),
]


def published(path) -> dict[tuple[str, str, str], tuple[float | None, float | None]]:
    """(area, group, month) → full-time unemployed and per cent of the labour force, from a saved dashboard."""
    saved = json.loads(path.read_text(encoding="utf-8"))
    places = [
        found
        for key, found in saved["municipalities"].items()
        if key not in ("hele landet", "uoplyst omraade")
    ]
    found = {}
    for place in [*places, saved["national"]]:
        section = place["unemployment"]
        for group, key in GROUPS.items():
            for month, count, share in zip(
                section["labels"], section[key], section[f"{key}Rate"], strict=True
            ):
                found[place["name"], group, month] = (count, share)
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The unemployment of the two days as raw snapshots of y25i01, as the source would have sent them."""
    project = real_catalogue_project(tmp_path_factory.mktemp("revision"))
    columns = (
        PERIOD,
        AREA,
        dimension("_ygrpi09", "Ydelsesgrupper", "Ydelsesgrupper i alt"),
        FULL_TIME,
        PER_CENT,
    )
    days = {snapshot: published(path) for snapshot, path in DASHBOARDS.items()}
    for snapshot, values in days.items():
        rows = [[month, area, group, *pair] for (area, group, month), pair in values.items()]
        store_table(project, "y25i01", columns, rows, snapshot=snapshot)
    return project, load_catalogue(project), list(days.values())


class TestTheRealRevisionOfAugust2026:
    pytestmark = needs_reference

    def test_it_is_found_value_by_value(self, world):
        project, items, (old, new) = world
        codes = {"Hele landet": "dk", **{area.name: area.code for area in items.municipalities}}
        expected = {}
        for place in old.keys() & new.keys():
            area, group, month = place
            for series, before, after in zip(("count", "share"), old[place], new[place], strict=True):
                if before != after and group == "Ydelsesgrupper i alt":
                    expected["ledighed-andel", series, codes[area], month] = (before, after)
                if before != after and group == "A-dagpenge":
                    expected["ledighed-dagpenge", series, codes[area], month] = (before, after)
        changes = compare_days(project, items, indicators=("ledighed-andel", "ledighed-dagpenge")).changes
        changed = changes[changes["kind"] == "changed"]
        told = {
            (row.indicator, row.series, row.area, row.period): (row.old_value, row.new_value)
            for row in changed.itertuples()
        }
        assert told == expected
        assert set(changes["kind"]) == {"changed", "new_period", "old_period"}

    def test_565_of_5782_municipality_months_of_unemployment_changed_when_july_came(self, world):
        project, items, (old, new) = world
        both = [
            place
            for place in old.keys() & new.keys()
            if place[0] != "Hele landet" and place[1] == "Ydelsesgrupper i alt"
        ]
        assert len(both) == 5782
        changes = compare_days(project, items, indicators=("ledighed-andel",)).changes
        counts = changes[(changes["series"] == "count") & (changes["area"] != "dk")]
        assert (counts["kind"] == "changed").sum() == sum(old[p][0] != new[p][0] for p in both) == 565
        arrived = counts[counts["kind"] == "new_period"]
        assert set(arrived["period"]) == {"2026M07"} and len(arrived) == 98
        assert set(counts[counts["kind"] == "old_period"]["period"]) == {"2021M07"}

    def test_the_newest_month_moves_most_which_is_why_it_alone_is_provisional(self, world):
        project, items, _ = world
        changes = compare_days(project, items, indicators=("ledighed-andel",), areas=("dk",)).changes
        counts = changes[(changes["series"] == "count") & (changes["kind"] == "changed")]
        assert counts.iloc[0]["period"] == "2026M06"
        assert counts.iloc[0]["relative"] > 2.0
        assert counts.iloc[1:]["relative"].abs().max() < 0.1

    def test_a_report_as_of_the_earlier_day_shows_what_was_published_then(self, world):
        project, items, (old, _) = world
        frame = load_observations(project, items, Basis("real", date(2026, 8, 20)), ("250",))
        count = frame[(frame["indicator"] == "ledighed-andel") & (frame["series"] == "count")]
        shown = dict(zip(count["period"], count["value"], strict=True))
        assert shown["2026M06"] == old["Frederikssund", "Ydelsesgrupper i alt", "2026M06"][0] == 613
        assert "2026M07" not in shown

    def test_the_verdicts_that_turn_with_the_revision_are_those_whose_rows_say_so(self, world):
        project, items, (old, new) = world
        plan = items.plan("noegletal-2026")
        plan = plan.model_copy(update={"focus_areas": plan.focus_areas[:1]})
        frames = [load_observations(project, items, Basis("real", date(2026, 8, day))) for day in (20, 22)]
        turned = set()
        for area in items.municipalities:
            rows = [
                status_rows(items, plan, frame[frame["area"].isin(["dk", area.code])], area)
                for frame in frames
            ]
            turned |= {(area.name, change.new.indicator) for change in compare_verdicts(*rows)}
        expected = set()
        for indicator_key, group in (
            ("ledighed-andel", "Ydelsesgrupper i alt"),
            ("ledighed-dagpenge", "A-dagpenge"),
        ):
            for area in items.municipalities:
                met = []
                for values, month in ((old, "2026M06"), (new, "2026M07")):
                    ours, country = values[area.name, group, month][1], values["Hele landet", group, month][1]
                    met.append(None if ours is None or country is None else ours <= country)
                if met[0] != met[1]:
                    expected.add((area.name, indicator_key))
        assert turned == expected != set()
