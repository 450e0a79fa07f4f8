"""Example data do not contradict themselves: parts make their total, and a count and its share fit one whole base."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from data_support import real_catalogue_project, write_example
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Unit
from helpers.data.basis import Basis
from helpers.data.processed import load_observations
from helpers.data.raw import RawStore
from helpers.reports.jobcenteroverblik.models import load_jobcenteroverblik
from helpers.sources.example import write_example_tables

NOT_ITS_PART = {("fleksjob-andel", "on_ledighedsydelse")}
"""Counts beside a share that is not theirs."""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return real_catalogue_project(tmp_path_factory.mktemp("adds_up"))


@pytest.fixture(scope="module")
def catalogue(project):
    return load_catalogue(project)


def share(count: int, base: int, decimals: int) -> Decimal:
    return (Decimal(100 * count) / base).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def fits_a_whole_base(count: int, printed: Decimal, decimals: int) -> bool:
    if printed == 0 or count == 0:
        return printed == 0 and count == 0
    half = Decimal(5).scaleb(-decimals - 1)
    bases = range(
        max(int(100 * count / (printed + half)), count), int(100 * count / max(printed - half, half)) + 2
    )
    return any(share(count, base, decimals) == printed for base in bases)


@pytest.mark.parametrize("key", ["frederikssund-2023", "frederikssund-2022", "noegletal-2026"])
def test_every_count_and_its_share_fit_a_whole_base(project, catalogue, key):
    plan = catalogue.plans[key]
    write_example(project, catalogue, plan)
    frame = load_observations(project, catalogue, Basis("example", plan.example_date))
    known = frame[frame["state"] == "ok"].set_index(["indicator", "series"]).sort_index()
    compared, wrong = 0, set()
    for name in {key for goal in plan.goals for key in goal.indicators if key in catalogue.indicators}:
        indicator = catalogue.indicators[name]
        counts = [
            s for s in indicator.drawn if indicator.unit_of(s) is not Unit.PERCENT and s != indicator.headline
        ]
        if indicator.unit is not Unit.PERCENT or not counts or (name, counts[0]) in NOT_ITS_PART:
            continue
        pairs = known.loc[(name, indicator.headline)][["area", "period", "value"]].merge(
            known.loc[(name, counts[0])][["area", "period", "value"]], on=["area", "period"]
        )
        for area, period, value, count in pairs.itertuples(index=False):
            compared += 1
            if not fits_a_whole_base(int(count), Decimal(repr(float(value))), indicator.decimals):
                wrong.add((name, area, period))
    assert compared > 5_000
    assert not wrong


def test_the_parts_of_figure_2_make_their_totals_in_all_municipalities(project, catalogue):
    overview = load_jobcenteroverblik(project, catalogue)
    day = overview.template.example_date
    indicators = [catalogue.indicators[key] for key in overview.indicators]
    write_example_tables(RawStore(project.raw), catalogue, indicators, day)
    frame = load_observations(project, catalogue, Basis("example", day))
    counts = frame[(frame["series"] == "count") & (frame["state"] == "ok")]
    newest = counts.loc[counts["indicator"] == "offentlig-forsoergelse", "period"].max()
    wide = counts[counts["period"] == newest].pivot(index="area", columns="indicator", values="value")
    rows = {row.key: row for row in overview.template.table.rows}
    benefits = [row.indicator for row in rows.values() if row.grouped and not row.today][1:]
    registers = [rows[key].indicator for key in ("beskaeftigede", "su-modtagere", "oevrige")]
    total, people = wide["offentlig-forsoergelse"], wide["befolkning-16-66"]
    assert len(wide) == 99
    known = wide[benefits].notna().all(axis=1)
    assert known.sum() > 90
    assert (wide.loc[known, benefits].sum(axis=1) == total[known]).all()
    assert (wide[benefits].sum(axis=1) <= total).all()  # where a small part is hidden
    assert (wide[registers].sum(axis=1) + total == people).all()
    for key in ("uddannelseshjaelp", "integrationsydelse"):
        part, whole = wide[rows[key].indicator], wide[rows["kontanthjaelp"].indicator]
        assert (part.fillna(0) <= whole).all()
