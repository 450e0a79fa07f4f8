"""The Jobcenteroverblik on real figures of all 98 municipalities, its places held against an independent calculation.

The figures come over HTTP from a server on this machine; the oracle is the table they were derived from, ranked by
pandas.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.analysis.groups import GroupKind, PassedOver, comparison_group
from helpers.catalogue import load_catalogue
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.jobcenteroverblik.models import load_jobcenteroverblik
from helpers.reports.jobcenteroverblik.report import JobcenteroverblikReport
from helpers.sources.fetch import fetch_tables
from jobcenteroverblik_support import CHECKOUT
from jobindsats_support import new_client, serving
from jobindsats_tables import REFERENCE, has_reference, reference

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not has_reference(), reason=f"no reference data at {REFERENCE}"),
]

TABLES = ("y25i01", "y60a02", "y60c07")
FIGURES = {
    7: "kth_pct_befolkning",
    15: "ledige_dagpenge_pct_arbejdsstyrke",
    25: "kth_andel_aktiveringsberoerte",
}
"""Figures whose tables are among the real ones → column of the derived table."""

HIGHER_IS_BETTER = {7: False, 15: False, 25: True}
JOINT = {"183", "187", "155", "185", "561", "563", "813", "825"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root: Path = tmp_path_factory.mktemp("jobcenteroverblik")
    shutil.copytree(CHECKOUT / "catalogue", root / "catalogue")
    made = Project(root)
    with serving(reference("2026-08-22")) as server:
        fetch_tables(
            made,
            load_catalogue(made),
            tables=TABLES,
            client=new_client(server),
            now=datetime(2026, 8, 22, 7, 50, tzinfo=UTC),
        )
    return made


def report_for(project: Project, name: str, **more: Any) -> JobcenteroverblikReport:
    catalogue = load_catalogue(project)
    jobcenteroverblik = load_jobcenteroverblik(project, catalogue)
    return JobcenteroverblikReport(
        project, catalogue, jobcenteroverblik, jobcenteroverblik.area(name, catalogue), **more
    )


@pytest.fixture(scope="module")
def wide() -> pd.DataFrame:
    """Municipality's code and month → the real figures."""
    frame = pd.read_csv(
        REFERENCE / "derived" / "jobindsats-monthly-98-kommuner-wide.csv", dtype={"area_code": str}
    )
    return frame.dropna(subset="area_code").set_index(["area_code", "period"])


def ranked(wide: pd.DataFrame, number: int, period: Period, codes: set[str]) -> pd.Series:
    """The place of each municipality in one month, worked out by pandas."""
    values = wide.xs(period.id, level="period")[FIGURES[number]].loc[sorted(codes)]
    return values.rank(method="min", ascending=not HIGHER_IS_BETTER[number])


@pytest.mark.parametrize("name", ["Frederikssund", "København", "Hedensted", "Læsø", "Samsø"])
@pytest.mark.parametrize("number", FIGURES)
def test_the_place_is_that_of_an_independent_calculation(project, wide, name, number):
    report = report_for(project, name)
    found = report.standings.standing(number)
    assert found.newest == Period.parse("2026M06")  # the newest is 2026M07, less the delay
    own = report.area.codes[0]
    # A joint job centre has no share of its own here: no table has its base.
    pool = {code for member in found.group.members for code in member.codes} - JOINT | {own}
    for period, rank in ((found.newest, found.rank), (found.newest.shift(-1), None)):
        places = ranked(wide, number, period, pool)
        known = places.dropna()
        if rank is not None:
            assert rank.place == (None if pd.isna(places[own]) else int(places[own]))
            assert rank.of == len(known)
    if found.rank.place is not None and found.moved is not None:
        before = ranked(wide, number, found.newest.shift(-1), pool)
        assert found.moved == int(before[own]) - found.rank.place


@pytest.mark.parametrize("number", FIGURES)
def test_every_municipality_of_the_country_has_the_place_pandas_gives_it(project, wide, number):
    report = report_for(project, "Frederikssund")
    found = report.standings.standing(number)
    shown = report.all_municipalities(number).parts[1].markup
    places = ranked(wide, number, found.newest, {m.code for m in report.jobcenteroverblik.municipalities})
    for municipality in report.jobcenteroverblik.municipalities:
        place = places[municipality.code]
        if pd.notna(place):
            assert f'">{int(place)}</td>\n<th scope="row">{municipality.name}</th>' in shown
        else:
            assert f'–</td>\n<th scope="row">{municipality.name}</th>' in shown


def test_the_three_lines_are_the_real_figures_month_by_month(project, wide):
    report = report_for(project, "Hedensted")
    found = report.standings.standing(25)
    own = wide.loc["766"][FIGURES[25]]
    months = [period.id for period in found.periods]
    assert [float(value) for value in found.own[0][1].values] == own[months].tolist()
    ten = [area.codes[0] for area in found.yardstick.areas]
    singles = sorted({m.code for m in report.jobcenteroverblik.municipalities} - JOINT - {"766"})
    newest = wide.xs(found.newest.id, level="period")[FIGURES[25]]
    assert sorted(newest[ten], reverse=True) == newest[singles].nlargest(10).tolist()
    means = wide[FIGURES[25]].unstack("period").loc[ten, months].mean()
    assert [round(float(value), 6) for value in found.yardstick.values] == means.round(6).tolist()


def test_two_conditions_without_the_population_are_no_group(project):
    report = report_for(project, "Frederikssund")
    conditions = report.boards.conditions(report.standings.newest)
    centres = report.catalogue.centres
    group = comparison_group(report.catalogue, report.area, centres, "computed", conditions=conditions)
    assert group.passed_over == ((GroupKind.COMPUTED, PassedOver.NO_SIZE),)
    assert report.standings.group("sygedagpenge").kind is GroupKind.OFFICIAL


def test_a_joint_job_centre_without_a_base_is_shown_side_by_side_with_the_real_shares(project, wide):
    found = report_for(project, "Vallensbæk/Ishøj").standings.standing(7)
    assert found.apart is not None
    shares = {own.name: float(line.values[-1]) for own, line in found.own}
    assert shares == {
        "Vallensbæk": wide.loc[("187", "2026M06"), FIGURES[7]],
        "Ishøj": wide.loc[("183", "2026M06"), FIGURES[7]],
    }


def test_the_table_has_the_real_kontanthjaelp_and_dashes_where_no_table_was_fetched(project, wide):
    rows = {row.row.key: row for row in report_for(project, "Frederikssund").standings.table().rows}
    row = rows["kontanthjaelp"]
    assert row.count[0].value == wide.loc[("250", "2026M06"), "kth_fuldtidspersoner"]
    assert float(row.share[0].value) == wide.loc[("250", "2026M06"), FIGURES[7]]
    assert row.change[0].value is None  # June 2025 lies before the reform of July 2025
    earlier = report_for(project, "Frederikssund", bound=Period.month(2025, 6)).standings.table()
    row = next(row for row in earlier.rows if row.row.key == "kontanthjaelp")
    now, then = (wide.loc[("250", month), FIGURES[7]] for month in ("2025M06", "2024M06"))
    assert float(row.change[0].value) == pytest.approx(now - then)
    assert rows["sygedagpenge"].count[0].value is None


def test_nothing_on_the_page_of_real_figures_is_called_example_data(project):
    report = report_for(project, "Frederikssund")
    said = "\n".join(report.figure(number).markdown for number in (2, *FIGURES)) + report.fetch().markdown
    assert "ksempeldata" not in said
    assert "hentet den 22. august 2026" in said
    assert "Tal mangler" in report.tiles().markdown  # figures whose tables were not fetched


def test_a_typed_in_population_makes_the_joint_share_at_once(project, wide, tmp_path):
    for part in ("catalogue", "data/raw"):
        shutil.copytree(project.root / part, tmp_path / part)
    own = Project(tmp_path)
    assert report_for(own, "Vallensbæk/Ishøj").standings.standing(7).apart is not None
    people = {"vallensbaek": ("Vallensbæk", 11_900), "ishoej": ("Ishøj", 16_900)}
    for slug, (name, count) in people.items():
        path = own.raw / "manual" / slug / "befolkning-16-66.csv"
        path.parent.mkdir(parents=True)
        path.write_text(
            f"periode;område;serie;værdi;kilde\n2026M01;{name};count;{count};FOLK1A\n", encoding="utf-8"
        )
    found = report_for(own, "Vallensbæk/Ishøj").standings.standing(7)
    assert found.apart is None
    counts = [wide.loc[(code, "2026M06"), "kth_fuldtidspersoner"] for code in ("187", "183")]
    assert float(found.own[0][1].values[-1]) == round(100 * sum(counts) / (11_900 + 16_900), 1)
