"""Real figures of all 98 municipalities: fetched over HTTP, kept, read, and held against the files they are from.

The oracle is the dashboards as they were saved, not the tables that the server makes from their derived copy.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from helpers.catalogue import Catalogue, load_catalogue
from helpers.data.cells import area_codes, read_cells
from helpers.data.raw import RawStore
from helpers.project import Project
from helpers.sources.fetch import fetch_tables
from helpers.sources.fetch_status import FetchOutcome, FetchReport
from jobindsats_server import JobindsatsServer, Shape
from jobindsats_support import new_client, serving
from jobindsats_tables import DASHBOARDS, FIRST_DAY, REFERENCE, has_reference, reference

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not has_reference(), reason=f"no reference data at {REFERENCE}"),
]

CHECKOUT = Path(__file__).resolve().parents[1]
SECOND_DAY = DASHBOARDS / "dashboard-data_2026-08-22_8c4077d.json"
BEFORE = datetime(2026, 8, 19, 5, 3, tzinfo=UTC)
AFTER = datetime(2026, 8, 22, 7, 50, tzinfo=UTC)

FULL_TIME = "Antal ledige fuldtidspersoner"
RATE = "Ledige fuldtidspersoner i pct. af arbejdsstyrken 16-66 år"
LONG_TERM = "Antal langtidsledige fuldtidspersoner"
FUNDS = "_ygrpi09=A-dagpenge"

MONTHLY = [
    ("y25i01", FULL_TIME, "", "unemployment", "total"),
    ("y25i01", RATE, "", "unemployment", "totalRate"),
    ("y25i01", FULL_TIME, FUNDS, "unemployment", "dagpenge"),
    ("y25i01", RATE, FUNDS, "unemployment", "dagpengeRate"),
    ("y25i09", LONG_TERM, "", "longterm", "total"),
    ("y25i09", LONG_TERM, FUNDS, "longterm", "dagpenge"),
    ("y60a02", "mgrpa02_1", "", "cashAssistance", "persons"),
    ("y60a02", "mgrpa02_3", "", "cashAssistance", "fullTime"),
    ("y60a02", "mgrpa02_5b", "", "cashAssistance", "populationRate"),
    ("y60c07", "mgrpc07_1", "", "activation", "degree"),
    ("y60c07", "mgrpc07_2", "", "activation", "affectedShare"),
    ("y60j01", "mgrpj01_1", "", "ordinaryHours", "persons"),
    ("y60j01", "mgrpj01_2", "", "ordinaryHours", "share"),
]
"""Table, measure, members → section and list of the dashboard."""

TABLES = (*dict.fromkeys(table for table, *_ in MONTHLY), "y60c02", "y01b01")


@cache
def dashboard(path: Path) -> dict[str, Any]:
    """Area name → its sections; the country by its own name."""
    found = json.loads(path.read_text(encoding="utf-8"))
    areas = {entry["name"]: entry for entry in found["municipalities"].values() if "name" in entry}
    return {**areas, "Hele landet": found["national"]}


def monthly(path: Path, catalogue: Catalogue, section: str, key: str) -> dict[tuple[str, str], float | None]:
    """(area code, month) → the value that the dashboard saved."""
    codes = {area.name: area.code for area in catalogue.municipalities} | {"Hele landet": "dk"}
    return {
        (code, period): value
        for name, code in codes.items()
        for period, value in zip(
            dashboard(path)[name][section]["labels"], dashboard(path)[name][section][key], strict=True
        )
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("reference")
    shutil.copytree(CHECKOUT / "catalogue", root / "catalogue")
    return Project(root)


@pytest.fixture(scope="module")
def server() -> Iterator[JobindsatsServer]:
    with serving(reference("2026-08-19"), shape=Shape(absent_rows=True, json_bom=True)) as running:
        yield running


@pytest.fixture(scope="module")
def catalogue(project: Project) -> Catalogue:
    return load_catalogue(project)


@pytest.fixture(scope="module")
def days(project: Project, catalogue: Catalogue, server: JobindsatsServer) -> tuple[FetchReport, FetchReport]:
    """The fetch of 19 August 2026, and that of the 22nd after the release."""
    client = new_client(server)
    first = fetch_tables(project, catalogue, tables=TABLES, client=client, now=BEFORE)
    server.put(reference("2026-08-22"))
    return first, fetch_tables(project, catalogue, tables=TABLES, client=client, now=AFTER)


def cells(project: Project, catalogue: Catalogue, table: str, moment: datetime) -> pd.DataFrame:
    store = RawStore(project.raw)
    snapshot = store.newest("jobindsats", table, moment.date())
    assert snapshot is not None
    found = read_cells(
        store.read("jobindsats", table, snapshot),
        store.sidecar("jobindsats", table, snapshot),
        area_codes(catalogue.municipalities),
    )
    assert found.unknown_areas == ()
    return found.frame


def series(frame: pd.DataFrame, measure: str, members: str) -> dict[tuple[str, str], float | None]:
    chosen = frame[(frame["measure"] == measure) & (frame["members"] == members)]
    assert not chosen.duplicated(["area", "period"]).any()
    values = chosen["value"].astype(object).where(chosen["value"].notna(), None)
    return dict(zip(zip(chosen["area"], chosen["period"], strict=True), values, strict=True))


def test_both_days_are_fetched_and_only_what_moved_the_second_time(
    days: tuple[FetchReport, FetchReport],
) -> None:
    first, second = days
    assert [row.outcome for row in first.rows] == [FetchOutcome.FETCHED] * len(TABLES)
    fetched = {row.table for row in second.rows if row.outcome is FetchOutcome.FETCHED}
    assert fetched == {"y25i01", "y25i09"}
    assert first.ok
    assert second.ok


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize(("table", "measure", "members", "section", "key"), MONTHLY)
def test_every_cell_of_all_98_municipalities_is_the_one_in_the_files(
    project: Project, catalogue: Catalogue, table: str, measure: str, members: str, section: str, key: str
) -> None:
    ours = series(cells(project, catalogue, table, AFTER), measure, members)
    theirs = monthly(SECOND_DAY, catalogue, section, key)
    assert len({area for area, _ in theirs}) == 99
    # Rows without any figure are absent from an answer; what is absent must be empty in the files.
    assert {place: value for place, value in theirs.items() if value is not None} == {
        place: value for place, value in ours.items() if value is not None
    }
    assert all(theirs[place] is None for place in ours if ours[place] is None)


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize(("table", "measure", "members", "section", "key"), MONTHLY[:6])
def test_the_first_day_stays_as_it_was_received(
    project: Project, catalogue: Catalogue, table: str, measure: str, members: str, section: str, key: str
) -> None:
    ours = series(cells(project, catalogue, table, BEFORE), measure, members)
    theirs = monthly(FIRST_DAY, catalogue, section, key)
    assert {p: v for p, v in ours.items() if v is not None} == {
        p: v for p, v in theirs.items() if v is not None
    }


@pytest.mark.usefixtures("days")
def test_the_report_counts_the_real_revision(
    days: tuple[FetchReport, FetchReport], project: Project, catalogue: Catalogue
) -> None:
    old, new = (monthly(day, catalogue, "unemployment", "total") for day in (FIRST_DAY, SECOND_DAY))
    both = [place for place in old.keys() & new.keys() if place[0] != "dk"]
    assert (sum(old[place] != new[place] for place in both), len(both)) == (565, 5782)
    expected = 0
    for table, _, _, section, key in MONTHLY:
        if table == "y25i01":
            old, new = (monthly(day, catalogue, section, key) for day in (FIRST_DAY, SECOND_DAY))
            expected += sum(old[place] != new[place] for place in old.keys() & new.keys())
    row = next(row for row in days[1].rows if row.table == "y25i01")
    assert row.changed == expected
    assert row.newest == "2026M07"


@pytest.mark.usefixtures("days")
def test_offers_of_july_2026_are_the_ones_in_the_files(project: Project, catalogue: Catalogue) -> None:
    frame = cells(project, catalogue, "y60c02", AFTER)
    codes = {area.name: area.code for area in catalogue.municipalities} | {"Hele landet": "dk"}
    for ours, theirs in (("Ansættelse med løntilskud i alt", 1), ("Virksomhedspraktik i alt", 2)):
        found = series(frame, "mgrpc02_2", f"_tilb_2ptv={ours}")
        for name, code in codes.items():
            saved = dashboard(SECOND_DAY)[name]["offers"]["activated"][theirs]
            assert found.get((code, "2026M07")) == saved, name


@pytest.mark.usefixtures("days")
def test_persons_by_visitation_of_july_2026_are_the_ones_in_the_files(
    project: Project, catalogue: Catalogue
) -> None:
    found = series(cells(project, catalogue, "y60a02", AFTER), "mgrpa02_3", "_viskat_1int=Uddannelsesparat")
    for area in catalogue.municipalities:
        saved = dict(
            zip(
                dashboard(SECOND_DAY)[area.name]["cashVisitation"]["labels"],
                dashboard(SECOND_DAY)[area.name]["cashVisitation"]["fullTime"],
                strict=True,
            )
        )
        assert found.get((area.code, "2026M07")) == saved["Uddannelsesparat"], area.name


@pytest.mark.usefixtures("days")
def test_survival_of_the_country_is_the_published_one(project: Project, catalogue: Catalogue) -> None:
    frame = cells(project, catalogue, "y01b01", AFTER)
    label = "Overlevelseskurve u. tilbagefald til den valgte ydelse: 13 uger"
    assert series(frame, label, "") == {("dk", "2025Q02"): 13.8}


def test_a_whole_fetch_of_the_catalogue_ends_well(catalogue: Catalogue, tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "catalogue", tmp_path / "catalogue")
    with serving(reference()) as server:
        report = fetch_tables(Project(tmp_path), catalogue, client=new_client(server), now=AFTER)
    assert report.problems == ()
    assert report.ok
    # One call for all municipalities and the country, and never one for each.
    assert all(call.query["hierarchy._nykom"] == "*" for call in server.calls("data"))
