"""What a document printed is a source: the plan of 2023 as printed (seed 000), whatever was fetched or typed in."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from data_support import type_in
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import PublishedRow
from helpers.data.frames import Grounds
from helpers.data.printed import newest_printed, with_printed
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.plan.report import PlanReport, read_report, read_reports
from helpers.reports.plan.status import StatusRow
from helpers.sources.fetch import fetch_tables
from jobindsats_support import new_client, serving
from jobindsats_tables import B01, COUNTRY, SURVIVAL_POINTS, Table, areas, run_of
from report_support import CHECKOUT, copy_project
from test_real_plan import plan_command

CATALOGUE = load_catalogue(Project(CHECKOUT))
PLAN = CATALOGUE.plan("frederikssund-2023")
PRINTED = {(row.goal, row.indicator): row for row in CATALOGUE.published_rows(PLAN)}
DOCUMENT = "Frederikssund Kommunes egen status på Beskæftigelsesplan 2023"
NOW = datetime(2026, 8, 22, 7, 50, tzinfo=UTC)
FROM = "2023M11"
"""The newest month that the document speaks of."""


def survival(newest: str) -> Table:
    """y01b01 up to a quarter: 20 per cent are still there after 13 weeks in the country, 30 in municipalities."""
    names = tuple(municipality.name for municipality in CATALOGUE.municipalities)
    quarters = run_of(newest, 8)
    values = {
        (quarter, name): tuple(20 if name == COUNTRY else 30 for _ in SURVIVAL_POINTS)
        for quarter in quarters
        for name in (COUNTRY, *names)
    }
    return Table("y01b01", "Overlevelseskurver", areas(names), B01, {"Q": quarters}, values, frequency="Q")


def fetch(project: Project, newest: str, now: datetime = NOW) -> None:
    table = replace(survival(newest), update_latest=now.date().isoformat())
    with serving((table,)) as server:
        catalogue = load_catalogue(project)
        done = fetch_tables(project, catalogue, tables=("y01b01",), client=new_client(server), now=now)
        assert done.ok, done


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return copy_project(tmp_path)


def report(project: Project, bound: str = "", town: str = "Frederikssund", **more: object) -> PlanReport:
    catalogue = load_catalogue(project)
    area = catalogue.municipality(town)
    period = Period.parse(bound) if bound else None
    return read_report(project, catalogue, catalogue.plan(PLAN.key), area, bound=period, **more)


def as_printed(row: StatusRow, printed: PublishedRow) -> bool:
    shown = (row.period, row.national, row.municipality, row.published_gap)
    # 4b was printed against the country; its goal is 90 per cent.
    gap = Decimal("2.8") if row.goal == "4b" else printed.gap
    return shown == (printed.period, printed.national, printed.municipality, printed.gap) and row.gap == gap


def differing(found: PlanReport) -> list[str]:
    """Goals whose row is not as printed."""
    assert len(found.rows) == len(PRINTED) == 19
    return [row.goal for row in found.rows if not as_printed(row, PRINTED[row.goal, row.indicator])]


# ------------------------------------------------------------------------------- seed 000 on any basis


def test_the_document_stands_before_and_after_a_fetch(project: Project) -> None:
    assert report(project).is_example and not differing(report(project))
    fetch(project, "2023Q01")  # nothing newer than what was printed
    after = report(project)
    assert not after.is_example
    assert not differing(after)
    assert {row.grounds for row in after.rows} == {Grounds.PRINTED}


@pytest.mark.parametrize("newest", ["2023Q01", "2023Q02", "2023Q03", "2025Q01"])
def test_the_state_that_the_document_tells_is_shown_whatever_was_fetched_since(
    project: Project, newest: str
) -> None:
    fetch(project, newest)
    assert not differing(report(project, bound=FROM))


TYPED_LATER = (
    "periode;område;serie;værdi;kilde\n2024Q01;Frederikssund;share;11,1;os\n2024Q01;Hele landet;share;22,2;os\n"
    "2023Q02;Frederikssund;share;33,3;os\n"
)


@pytest.mark.parametrize("fetched", [False, True])
def test_what_was_typed_in_for_another_quarter_leaves_the_document_as_it_was(
    project: Project, fetched: bool
) -> None:
    type_in(project, "frederikssund", "ankesager-omgjort", TYPED_LATER)
    if fetched:
        fetch(project, "2025Q01")
    assert not differing(report(project, bound=FROM))
    newest = next(row for row in report(project).rows if row.goal == "4a")
    assert (newest.period, newest.municipality) == (Period.parse("2024Q01"), Decimal("11.1"))
    assert newest.grounds is Grounds.TYPED_IN


@pytest.mark.parametrize("fetched", [False, True])
def test_what_was_typed_in_for_the_very_quarter_corrects_the_document(
    project: Project, fetched: bool
) -> None:
    typed = "periode;serie;værdi;kilde\n2023Q03;share;20,0;rettet\n"
    type_in(project, "frederikssund", "ankesager-omgjort", typed)
    if fetched:
        fetch(project, "2025Q01")
    for bound in ("", FROM):
        row = next(row for row in report(project, bound=bound).rows if row.goal == "4a")
        assert (row.municipality, row.national) == (Decimal("20.0"), Decimal("23.1"))
        assert "27,1" in (row.note or "")


def test_the_command_gives_the_document_before_and_after_a_fetch(project: Project) -> None:
    def shown(*more: str) -> dict[str, dict[str, str]]:
        done = plan_command(project.root, "status", "Frederikssund", "--format", "csv", *more)
        assert done.exit_code == 0, done.output
        return {row["indicator"]: row for row in csv.DictReader(io.StringIO(done.output))}

    def numbers(rows: dict[str, dict[str, str]]) -> list[tuple[str, ...]]:
        names = ("goal", "period", "national", "municipality", "gap", "published_gap", "verdict")
        return [tuple(rows[key][name] for name in names) for _, key in PRINTED]

    before = shown()
    fetch(project, "2023Q01")
    assert numbers(shown()) == numbers(before)
    fetch(project, "2025Q01", datetime(2026, 8, 23, 7, 50, tzinfo=UTC))
    assert numbers(shown("--period", FROM)) == numbers(before)
    after = shown()
    assert after["a-dagpenge-afgang-13-uger"]["period"] == "2025Q01"
    assert numbers(after)[1:] == numbers(before)[1:]
    assert {row["basis"] for row in after.values()} == {"jobindsats", "printed", "typed_in", ""}
    screen = plan_command(project.root, "status", "Frederikssund").output
    assert screen.count("(trykt)") == 18


# ------------------------------------------------------------------------------- newer figures


def test_a_newer_figure_takes_over_and_the_page_says_so(project: Project) -> None:
    fetch(project, "2025Q01")
    found = report(project)
    assert differing(found) == ["1a"]
    row = found.rows[0]
    assert (row.period, row.municipality, row.national) == (Period.parse("2025Q01"), Decimal(70), Decimal(80))
    assert row.grounds is Grounds.FETCHED and row.published_gap is None
    told = found.goal("1a").markdown.replace("\u00a0", " ")
    assert "I kommunens egen status for 2. kvartal 2023 stod 83,8 pct. (hele landet 87,3 pct.)" in told
    assert "her er et nyere tal" in told
    assert "nyere tal" not in found.goal("1b").markdown


def test_a_figure_that_was_corrected_since_is_told_beside_the_printed_one(project: Project) -> None:
    fetch(project, "2023Q02")
    row = report(project).rows[0]
    assert (row.period, row.municipality) == (Period.parse("2023Q02"), Decimal(70))
    assert row.note == (
        "I kommunens egen status for 2. kvartal 2023 stod 83,8\u00a0pct. (hele landet 87,3\u00a0pct.); tallene er "
        "rettet siden."
    )


def test_a_printed_figure_is_marked_with_its_document_and_its_own_date(project: Project) -> None:
    fetch(project, "2025Q01")
    found = report(project)
    table = found.status_table().markdown
    assert "29,4\u00a0pct.*" in table and "70,0\u00a0pct.*" not in table
    assert f"* Trykt i {DOCUMENT}. Der er ikke hentet nyere tal." in table
    assert f"Kilde: trykt i {DOCUMENT}. Nyeste periode: 2. kvartal 2023." in found.figure("1b").markdown
    assert "Kilde: Jobindsats, hentet den" in found.figure("1a").markdown
    assert f"Trykt i {DOCUMENT}" in found.sources().markdown
    note = found.fetch(1).markdown
    assert f"18 af 19 rækker i statustabellen viser tal, der er trykt i {DOCUMENT}" in note
    assert "ksempeldata" not in note + table
    assert "som de stod dengang" in report(project, bound=FROM).status_table().markdown


def test_another_municipality_has_nothing_of_what_was_printed_for_this_one(project: Project) -> None:
    fetch(project, "2023Q01")
    both = read_reports(
        project,
        load_catalogue(project),
        load_catalogue(project).plan(PLAN.key),
        [CATALOGUE.municipality(name) for name in ("Hedensted", "Frederikssund")],
    )
    assert not differing(both[1])
    alone = report(project, town="Hedensted")
    for other in (alone, both[0]):
        assert [row.grounds for row in other.rows] == [Grounds.FETCHED, *[None] * 18]
        assert not other.observations["published"].any()
    assert alone.fingerprint == both[0].fingerprint
    assert both[1].fingerprint == report(project).fingerprint


def test_a_figure_that_was_printed_later_does_not_stand_on_an_earlier_day(project: Project) -> None:
    fetch(project, "2023Q01", datetime(2023, 10, 10, 7, 50, tzinfo=UTC))
    then = report(project, snapshot=date(2023, 10, 10))
    shown = {row.indicator: row.period for row in then.rows if row.grounds is Grounds.PRINTED}
    assert shown["ankesager-omgjort"] == Period.parse("2023Q03")  # ended before the day
    assert "virksomhedsrettet-dagpenge-jobparate" not in shown  # November


def test_a_place_that_a_source_holds_back_is_not_filled(project: Project) -> None:
    columns = ["indicator", "series", "area", "period", "value", "state", "source", "snapshot", "published"]
    place = ("a-dagpenge-afgang-13-uger", "share", "250", "2023Q02")

    def value(state: str) -> tuple[str, float]:
        frame = pd.DataFrame([(*place, None, state, "jobindsats:y01b01", "s", False)], columns=columns)
        found = with_printed(frame.astype({"value": float}), CATALOGUE, PLAN)
        row = found.set_index(["indicator", "series", "area", "period"]).loc[[place]]
        assert len(row) == 1
        return row["state"].iloc[0], row["value"].iloc[0]

    assert value("suppressed")[0] == "suppressed"
    assert value("missing") == ("ok", 83.8)


def test_a_plan_without_printed_figures_is_left_alone() -> None:
    frame = pd.DataFrame({"indicator": ["x"]})
    assert with_printed(frame, CATALOGUE, CATALOGUE.plan("noegletal-2026")) is frame
    assert newest_printed(CATALOGUE, CATALOGUE.plan("noegletal-2026")) is None
    assert newest_printed(CATALOGUE, PLAN) == Period.parse(FROM)


# ------------------------------------------------------------------------------- counts without their quarters

NINE = ("17", "28", "37", "28", "16", "34", "22", "24", "20")


@pytest.mark.parametrize("fetched", [False, True])
def test_the_nine_counts_of_6d_stand_in_their_printed_order_and_in_no_quarter(
    project: Project, fetched: bool
) -> None:
    if fetched:
        fetch(project, "2025Q01")
    found = report(project)
    shown = unquote(found.figure("6d").markdown)
    panel = shown[shown.index('id="trykt-6d-count"') :]
    assert re.findall(r"<td[^>]*>(\d+)</td>", panel)[:9] == list(NINE)
    assert "perioderne er ikke trykt" in panel and "ikke hvilke ni kvartaler de gælder" in panel
    grid = found.window(found.catalogue.indicators["unge-uddannelse-job-3-maaneder"])
    assert not grid.loc[grid["series"] == "count", "published"].any()
    assert "trykt-6d" not in report(project, town="Hedensted").figure("6d").markdown
    assert "trykt-" not in found.figure("6c").markdown


def test_the_page_says_what_a_goal_that_is_followed_by_a_survey_stands_on(project: Project) -> None:
    found = report(project)
    assert "Mål 4d og 5a følges med kommunens egne undersøgelser" in found.status_table().markdown
    told = found.goal("5a").markdown.replace("\u00a0", " ")
    assert "kan ikke vurderes" in told and "december 2021" in told
    assert "Tallet er fra kommunens egen undersøgelse." in told
    assert "egen undersøgelse" not in found.goal("4d").markdown
