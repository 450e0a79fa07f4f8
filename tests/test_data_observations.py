"""Observations: exact shares, sums and complements, and nothing from a term that is not known."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_support import AREA, AREAS, PERIOD, answer, dimension, indicator, measure, sidecar, term
from helpers.catalogue.models import Indicator
from helpers.data.cells import area_codes, read_cells
from helpers.data.observations import CellTable, observe

CODES = ("dk", *(area.code for area in AREAS))
NAMES = ("Hele landet", *(area.name for area in AREAS))
COUNTS = st.none() | st.integers(0, 5000)


def table(name: str, values: dict[tuple[str, str], object], member: str | None = None) -> CellTable:
    """A table with the measure ``antal``: (period, name of area) → value."""
    split = () if member is None else (dimension("_kat", "Kategori", "Kategori i alt"),)
    columns = (PERIOD, AREA, *split, measure("antal", "Antal personer"))
    rows = [
        [period, area, *([] if member is None else [member]), value]
        for (period, area), value in values.items()
    ]
    kept = sidecar(name, columns)
    return CellTable(kept, read_cells(answer(columns, rows), kept, area_codes(AREAS)).frame)


def observed(indicators: Indicator | list[Indicator], **tables: CellTable) -> pd.DataFrame:
    found = [indicators] if isinstance(indicators, Indicator) else indicators
    return observe(found, tables, CODES).frame()


def at(frame: pd.DataFrame, series: str, area: str, period: str = "2026M07") -> tuple[str, float | None]:
    row = frame[(frame["series"] == series) & (frame["area"] == area) & (frame["period"] == period)]
    assert len(row) == 1
    value = row["value"].iloc[0]
    return row["state"].iloc[0], None if np.isnan(value) else float(value)


def month(**values: object) -> dict[tuple[str, str], object]:
    """Values of July 2026 by code of area, in table form."""
    return {("2026M07", NAMES[CODES.index(code.strip("_"))]): value for code, value in values.items()}


def rounded(share: Fraction, decimals: int) -> Decimal:
    """The oracle: a share rounded once, half up, with nothing but whole numbers."""
    scaled = 100 * share * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-decimals)


@given(st.integers(0, 3_000_000), st.integers(1, 3_000_000), st.integers(0, 3))
def test_a_share_is_the_exact_fraction_rounded_once(part, rest, decimals):
    item = indicator("x", decimals=decimals, share={"share_of": term("ta"), "plus": term("tb")})
    frame = observed(item, ta=table("ta", month(_250=part)), tb=table("tb", month(_250=rest)))
    state, value = at(frame, "share", "250")
    assert state == "ok"
    assert Decimal(repr(value)) == rounded(Fraction(part, part + rest), decimals)


@pytest.mark.parametrize(
    ("part", "base", "decimals", "share"),
    [
        (1, 8, 1, "12.5"),
        (1, 2000, 1, "0.1"),
        (61, 800, 1, "7.6"),
        (1, 400, 0, "0"),
        (1, 200, 0, "1"),
        (2, 3, 2, "66.67"),
    ],
)
def test_a_half_is_rounded_up(part, base, decimals, share):
    exact = (Decimal(100 * part) / base).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    item = indicator("x", decimals=decimals, share={"share_of": term("ta"), "out_of": term("tb")})
    frame = observed(item, ta=table("ta", month(_250=part)), tb=table("tb", month(_250=base)))
    assert Decimal(repr(at(frame, "share", "250")[1])) == exact == Decimal(share)


@given(st.integers(0, 1000))
def test_a_complement_has_no_trace_of_binary_fractions(tenths):
    item = indicator("x", share={**term("ta"), "complement": True})
    frame = observed(item, ta=table("ta", month(_250=tenths / 10)))
    assert Decimal(repr(at(frame, "share", "250")[1])) == 100 - Decimal(tenths) / 10


@given(st.lists(st.integers(0, 999), min_size=2, max_size=6))
def test_a_sum_of_published_decimals_is_exact(tenths):
    names = [f"t{number}" for number in range(len(tenths))]
    item = indicator("x", share={"sum_of": [term(name) for name in names]})
    tables = {name: table(name, month(_250=value / 10)) for name, value in zip(names, tenths, strict=True)}
    assert Decimal(repr(at(observed(item, **tables), "share", "250")[1])) == Decimal(sum(tenths)) / 10


def test_a_measure_comes_out_as_it_was_published():
    item = indicator("x", share=term("ta"))
    frame = observed(item, ta=table("ta", month(dk=2.25, _250=0)))
    assert at(frame, "share", "dk") == ("ok", 2.25)
    assert at(frame, "share", "250") == ("ok", 0.0)


def test_amounts_too_large_for_machine_numbers_are_still_exact():
    item = indicator("x", decimals=3, share={"share_of": term("ta"), "out_of": term("tb")})
    part, base = 123_456_789_012_345, 987_654_321_098_765
    frame = observed(item, ta=table("ta", month(dk=part)), tb=table("tb", month(dk=base)))
    assert Decimal(repr(at(frame, "share", "dk")[1])) == rounded(Fraction(part, base), 3)


def test_a_share_of_nobody_is_missing():
    item = indicator("x", share={"share_of": term("ta"), "out_of": term("tb")})
    frame = observed(item, ta=table("ta", month(_250=0)), tb=table("tb", month(_250=0)))
    assert at(frame, "share", "250") == ("missing", None)


FORMS = indicator(
    "x",
    share={"share_of": term("ta"), "plus": term("tb")},
    out={"share_of": term("ta"), "out_of": term("tb")},
    total={"sum_of": [term("ta"), term("tb")]},
    left={**term("ta"), "complement": True},
    count_a=term("ta"),
    count_b=term("tb"),
)


@pytest.mark.parametrize("series", ["share", "out", "total"])
@pytest.mark.parametrize("which", ["ta", "tb"])
def test_nothing_is_derived_from_a_suppressed_term(series, which):
    tables = {"ta": table("ta", month(_250=10)), "tb": table("tb", month(_250=10))}
    tables[which] = table(which, month(_250=None))
    assert at(observed(FORMS, **tables), series, "250") == ("suppressed", None)


@pytest.mark.parametrize("series", ["share", "out", "total"])
def test_nothing_is_derived_from_a_row_that_the_answer_leaves_out(series):
    frame = observed(FORMS, ta=table("ta", month(_250=10)), tb=table("tb", month(dk=10)))
    assert at(frame, series, "250") == ("missing", None)
    assert at(frame, "count_a", "dk") == ("missing", None)


def test_a_period_after_the_newest_of_a_table_is_not_published_yet():
    ahead = table("ta", {("2026M06", "Læsø"): 5, ("2026M07", "Læsø"): 6})
    frame = observed(FORMS, ta=ahead, tb=table("tb", {("2026M06", "Læsø"): None}))
    assert at(frame, "share", "825", "2026M07") == ("not_published", None)
    assert at(frame, "share", "825", "2026M06") == ("suppressed", None)
    assert at(frame, "count_a", "825", "2026M07") == ("ok", 6)


def test_a_period_before_the_oldest_of_a_table_is_missing():
    longer = table("ta", {("2026M06", "Læsø"): 5, ("2026M07", "Læsø"): 6})
    frame = observed(FORMS, ta=longer, tb=table("tb", {("2026M07", "Læsø"): 5}))
    assert at(frame, "share", "825", "2026M06") == ("missing", None)


def test_only_periods_of_the_indicators_own_frequency_count():
    both = table("ta", {("2026M07", "Læsø"): 5, ("2026Q02", "Læsø"): 8})
    frame = observed(
        [indicator("m", share=term("ta")), indicator("q", frequency="quarter", share=term("ta"))], ta=both
    )
    assert {(row.indicator, row.period) for row in frame.itertuples()} == {("m", "2026M07"), ("q", "2026Q02")}


def test_several_members_are_added_and_one_that_is_suppressed_hides_the_sum():
    columns = (
        PERIOD,
        AREA,
        dimension("_kat", "Kategori", "Kategori i alt"),
        measure("antal", "Antal personer"),
    )
    rows = [
        ["2026M07", name, member, value]
        for name, first, second in (("Frederikssund", 12, 57), ("Læsø", 4, None))
        for member, value in (("Løntilskud", first), ("Praktik ", second), ("Kategori i alt", 100))
    ]
    kept = sidecar("ta", columns)
    one = CellTable(kept, read_cells(answer(columns, rows), kept, area_codes(AREAS)).frame)
    item = indicator("x", share=term("ta", _kat=["løntilskud", "Praktik"]), total=term("ta"))
    frame = observed(item, ta=one)
    assert at(frame, "share", "250") == ("ok", 69)
    assert at(frame, "share", "825") == ("suppressed", None)
    assert at(frame, "total", "825") == ("ok", 100)


def test_a_measure_may_be_asked_for_by_its_label():
    item = indicator("x", share=term("ta", "antal  Personer"))
    assert at(observed(item, ta=table("ta", month(_250=7))), "share", "250") == ("ok", 7)


def test_a_snapshot_without_what_the_catalogue_asks_for_is_told_and_the_rest_is_computed():
    items = [indicator("x", share=term("ta", _kat="Jobparat")), indicator("y", share=term("ta"))]
    found = observe(items, {"ta": table("ta", month(_250=7))}, CODES)
    (problem,) = found.problems
    assert "antal _kat=Jobparat" in problem.what and "x.share" in problem.what
    assert "plan fetch --table ta --force" in problem.do
    frame = found.frame()
    assert at(frame[frame["indicator"] == "x"], "share", "250") == ("missing", None)
    assert at(frame[frame["indicator"] == "y"], "share", "250") == ("ok", 7)


def test_a_series_of_which_a_table_was_never_fetched_has_no_rows():
    frame = observed(FORMS, ta=table("ta", month(_250=7)))
    assert set(frame["series"]) == {"left", "count_a"}


def test_the_source_names_every_table_and_the_snapshot_is_the_oldest_of_theirs():
    columns = (PERIOD, AREA, measure("antal"))
    tables = {}
    for name, snapshot in (("ta", "2026-08-22T061500Z"), ("tb", "2026-08-19T050320Z")):
        kept = sidecar(name, columns, snapshot)
        tables[name] = CellTable(
            kept, read_cells(answer(columns, [["2026M07", "Læsø", 5]]), kept, area_codes(AREAS)).frame
        )
    share = observed(FORMS, **tables).query("series == 'share'")
    assert set(share["source"]) == {"jobindsats:ta+tb"}
    assert set(share["snapshot"]) == {"2026-08-19T050320Z"}


# ------------------------------------------------------------------------------------------ the attack

ATTACKED = [
    indicator(
        "fleksjob",
        share={"share_of": term("ta"), "plus": term("tb")},
        count_in=term("ta"),
        count_on=term("tb"),
    ),
    indicator("part", share={"share_of": term("tc"), "out_of": [term("ta"), term("tb")]}, count_c=term("tc")),
    indicator("sum", share={"sum_of": [term("ta"), term("tb"), term("tc")]}),
    indicator("rest", share={"share_of": term("tb"), "out_of": term("tc")}),
]
TERMS = ("ta", "tb", "tc")


def learnt(frame: pd.DataFrame, area: str) -> set[str]:
    """The counts an attacker works out from what is shown of one area, by the catalogue's own arithmetic.

    Sums give their last unknown part, a share and its base give the part, a share and the part give the base;
    a share within rounding is enough, since it narrows a count down.
    """
    shown = frame[(frame["area"] == area) & (frame["state"] == "ok")]
    seen = {(row.indicator, row.series): row.value for row in shown.itertuples()}
    known = {
        name
        for name, key in (
            ("ta", ("fleksjob", "count_in")),
            ("tb", ("fleksjob", "count_on")),
            ("tc", ("part", "count_c")),
        )
        if key in seen
    }
    equations = []
    if ("sum", "share") in seen:
        equations.append({"ta", "tb", "tc"})
    if ("fleksjob", "share") in seen:
        equations.append({"ta", "tb"})
    if ("part", "share") in seen:
        equations.append({"ta", "tb", "tc"})
    if ("rest", "share") in seen:
        equations.append({"tb", "tc"})
    # Each equation holds for sure, so one unknown in it is no unknown; and of two equations between the same
    # two unknowns, both follow. A solver that counts equations is stronger than any that computes.
    grown = True
    while grown:
        grown = False
        for unknowns in subsets(set(TERMS) - known):
            usable = [e for e in equations if e & unknowns and e - known <= unknowns]
            if len(usable) >= len(unknowns):
                known |= unknowns
                grown = True
                break
    return known


def subsets(names: set[str]) -> Iterator[set[str]]:
    ordered = sorted(names)
    for mask in range(1, 2 ** len(ordered)):
        yield {name for place, name in enumerate(ordered) if mask >> place & 1}


@settings(max_examples=60)
@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=4, max_size=4))
def test_a_suppressed_count_cannot_be_worked_out_from_totals_parts_shares_or_bases(world):
    tables = {
        name: table(name, {("2026M07", NAMES[row]): counts[place] for row, counts in enumerate(world)})
        for place, name in enumerate(TERMS)
    }
    frame = observed(ATTACKED, **tables)
    for row, counts in enumerate(world):
        hidden = {name for name, count in zip(TERMS, counts, strict=True) if count is None}
        assert not learnt(frame, CODES[row]) & hidden


def test_the_attack_finds_a_leak_where_there_is_one():
    tables = {name: table(name, month(_250=count)) for name, count in (("ta", 440), ("tb", None), ("tc", 9))}
    frame = observed(ATTACKED, **tables)
    assert learnt(frame, "250") == {"ta", "tc"}
    leaking = frame.copy()
    share = (leaking["indicator"] == "fleksjob") & (leaking["series"] == "share") & (leaking["area"] == "250")
    leaking["state"] = leaking["state"].astype(str)
    leaking.loc[share, ["state", "value"]] = ["ok", 84.6]
    assert learnt(leaking, "250") == {"ta", "tb", "tc"}
