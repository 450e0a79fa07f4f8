"""The gap in persons: half away from zero, nothing without a base, and nothing that tells a hidden count."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.persons import gap_in_persons, in_kroner, shown_base
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import BASE, FromShare, Unit
from helpers.data.frames import OBSERVATION_COLUMNS
from helpers.project import Project
from helpers.reports.plan.status import StatusRow, status_rows
from report_support import CHECKOUT

CATALOGUE = load_catalogue(Project(CHECKOUT))
PLAN = CATALOGUE.plan("noegletal-2026")
AREA = CATALOGUE.municipality("Frederikssund")


@pytest.mark.parametrize(
    ("gap", "unit", "base", "persons"),
    [
        ("-2.8", Unit.PERCENT, 641, -18),
        ("3.5", Unit.PERCENT, 100, 4),
        ("-3.5", Unit.PERCENT, 100, -4),
        ("0.0", Unit.PERCENT, 641, 0),
        ("-0.1", Unit.PERCENT, 100, 0),
        ("-2.8", Unit.PERCENT, None, None),
        ("-12", Unit.FULL_TIME, None, -12),
        ("-0.5", Unit.PERSONS, None, -1),
        ("0.05", Unit.RATIO, 500, None),
        (None, Unit.PERCENT, 641, None),
    ],
)
def test_a_gap_is_so_many_persons(gap, unit, base, persons):
    given = None if gap is None else Decimal(gap)
    assert gap_in_persons(given, unit, None if base is None else Decimal(base)) == persons


@pytest.mark.parametrize(
    ("share", "base", "hidden", "shown"),
    [
        ("31.2", 641, False, True),
        ("28.6", 7, False, False),  # 2 of 7: Læsø, July 2026
        ("71.4", 7, False, False),  # 5 of 7, so that 2 are left
        ("42.9", 7, False, True),
        ("0.0", 7, False, True),  # zero is no secret
        ("100.0", 7, False, True),
        ("31.2", 641, True, False),
        ("31.2", 0, False, False),
        ("31.2", None, False, False),
        (None, 641, False, False),
    ],
)
def test_a_base_is_reckoned_with_only_where_that_tells_no_hidden_count(share, base, hidden, shown):
    given = None if base is None else Decimal(base)
    found = shown_base(None if share is None else Decimal(share), given, hidden=hidden)
    assert (found == given and found is not None) == shown


@given(base=st.integers(1, 400), data=st.data())
def test_no_count_under_3_is_ever_told(base, data):
    count = data.draw(st.integers(0, base))
    share = (Decimal(100 * count) / base).quantize(Decimal("0.1"))
    if count in (1, 2) or base - count in (1, 2):
        assert shown_base(share, Decimal(base)) is None


def row(**values: tuple[float | None, float | None]) -> StatusRow:
    """The row of 4a from shares of Frederikssund and the country, and what they are out of."""
    rows = []
    for series, (own, national) in values.items():
        for area, value in ((AREA.code, own), ("dk", national)):
            state = "suppressed" if value is None else "ok"
            rows.append(
                (
                    "kontanthjaelp-aktiveret",
                    series,
                    area,
                    "2026M07",
                    value,
                    state,
                    "jobindsats:y60c07",
                    "",
                    False,
                )
            )
    frame = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS)).astype({"value": float})
    return next(found for found in status_rows(CATALOGUE, PLAN, frame, AREA) if found.goal == "4a")


def test_a_row_has_its_gap_in_persons():
    found = row(share=(31.2, 34.0), base=(641, 71_000))
    assert (found.gap, found.base, found.persons) == (Decimal("-2.8"), Decimal(641), -18)


@pytest.mark.parametrize("base", [None, 7])
def test_a_row_whose_base_is_hidden_or_tells_a_hidden_count_has_none(base):
    found = row(share=(28.6, 34.0), base=(base, 71_000))
    assert (found.gap, found.base, found.persons) == (Decimal("-5.4"), None, None)


def test_a_share_made_here_is_out_of_its_own_terms():
    indicator = CATALOGUE.indicators["fleksjob-andel"]
    origin = indicator.series["share"].origin
    assert isinstance(origin, FromShare)
    assert indicator.observed[BASE].origin.terms == origin.base
    assert BASE not in indicator.series and indicator.has_base


def test_full_time_persons_are_called_so():
    assert CATALOGUE.indicators["langtidsledige-andel"].unit_of(BASE) is Unit.FULL_TIME
    assert CATALOGUE.indicators["kontanthjaelp-virksomhedsrettet"].unit_of(BASE) is Unit.PERSONS


def test_what_a_share_is_out_of_is_not_drawn():
    assert list(CATALOGUE.indicators["kontanthjaelp-aktiveret"].drawn) == ["share"]


@pytest.mark.parametrize(
    ("persons", "amount", "kroner"),
    [(18, "137500", 2_500_000), (-1, "137500", 140_000), (0, "137500", 0), (43, "100000", 4_300_000)],
)
def test_kroner_have_two_figures(persons, amount, kroner):
    assert in_kroner(persons, Decimal(amount)) == kroner
