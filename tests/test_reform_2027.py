"""The year 2027, played: divisions and a table are gone, new ones are there, and what was known stays known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.analysis.gaps import Verdict
from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.models import Indicator, Plan, Unit
from helpers.data.basis import choose_basis
from helpers.data.frames import Stop
from helpers.data.processed import load_observations
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.plan.report import PlanReport, read_report
from helpers.sources.faults import Fault
from helpers.sources.fetch import fetch_tables
from helpers.sources.fetch_status import FetchReport
from jobindsats_server import JobindsatsServer
from jobindsats_support import entry, new_client
from jobindsats_tables import A02, COUNTRY, VISITATION, Table, all_names, areas, dimension, run_of

CHECKOUT = Path(__file__).resolve().parents[1]
AFTER = ("Målgruppe 1", "Målgruppe 2", "Målgruppe 3", "Målgruppe 4", "Målgruppe 5")
KEYS = ("uddannelsesparate-andel", "kontanthjaelp-andel", "ydelse-ressourceforloeb")
PLAN = Plan.model_validate(
    {
        "key": "reformen", "title": "Året 2027", "year": 2027, "example_date": "2026-08-22",
        "focus_areas": [
            {
                "number": 1, "title": "Alt", "slug": "alt", "intro": "Alt.",
                "goals": [
                    {"number": f"1{letter}", "title": key, "text": "Højst som landet.", "indicator": key,
                     "target": {"at_most": "national"}}
                    for letter, key in zip("abc", KEYS, strict=True)
                ],
            }
        ],
    }
)  # fmt: skip


def benefit(table: str, members: tuple[str, ...], newest: str, *, jump: int = 0) -> Table:
    """A table of persons by visitation, its figures made so that each municipality has some of each."""
    names, periods = all_names(), run_of(newest, 25)
    values = {}
    for period in periods:
        step = Period.parse(period).ordinal % 5 + (jump if period >= "2027M01" else 0)
        for place, member in enumerate(("Visitationskategori i alt", *members)):
            total = 0
            for number, name in enumerate(names):
                count = (40 + number + step) * (len(members) if place == 0 else 1)
                total += count
                values[period, name, member] = (count, count, 2.0, round(1 + number / 100, 1))
            values[period, COUNTRY, member] = (total, total, 2.0, 1.5)
    visitation = dimension("_viskat_1int", "Visitationskategori", "Visitationskategori i alt", members)
    return Table(table, "Personer", areas(names), A02, {"M": periods}, values, (visitation,))


def bare(table: str, newest: str) -> Table:
    whole = benefit(table, ("x",), newest)
    values = {(p, a): v for (p, a, member), v in whole.values.items() if member != "x"}
    return replace(whole, values=values, dimensions=())


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    whole = load_catalogue(Project(CHECKOUT))
    own = {key: whole.indicators[key] for key in KEYS}
    return replace(
        whole, indicators=own, surveys={}, plans={PLAN.key: PLAN}, published={}, points={}, own_texts={}
    )


def fetch(project: Project, catalogue: Catalogue, tables: list[Table], now: datetime) -> FetchReport:
    for number, table in enumerate(tables):
        tables[number] = replace(table, update_latest=now.date().isoformat(), update_next="2027-12-20")
    with JobindsatsServer(tables) as server:
        return fetch_tables(project, catalogue, client=new_client(server), now=now, reload_waits=())


def report_of(project: Project, catalogue: Catalogue) -> PlanReport:
    return read_report(project, catalogue, PLAN, catalogue.municipality("Viborg"))


@pytest.fixture(scope="module")
def played(
    catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, PlanReport, FetchReport]:
    """Fetched in January, when all was as before, and in April, when the reform had come."""
    project = Project(tmp_path_factory.mktemp("reform"))
    (project.root / "catalogue").mkdir()
    before = fetch(
        project, catalogue,
        [benefit("y60a02", VISITATION, "2026M12"), bare("y11a02", "2026M12")],
        datetime(2027, 1, 25, 9, tzinfo=UTC),
    )  # fmt: skip
    assert before.ok, before.problems
    old = report_of(project, catalogue)
    assert [row.period.id for row in old.rows if row.period] == ["2026M12"] * 3 and not old.stopped
    after = fetch(
        project,
        catalogue,
        [benefit("y60a02", AFTER, "2027M03", jump=4000)],
        datetime(2027, 4, 25, 9, tzinfo=UTC),
    )
    return project, old, after


def test_the_fetch_brings_what_there_is_and_names_what_is_gone(
    played: tuple[Project, PlanReport, FetchReport],
) -> None:
    rows = {row.table: row for row in played[2].rows}
    assert rows["y60a02"].newest == "2027M03" and "Uddannelsesparat" in rows["y60a02"].problem
    assert rows["y11a02"].fault is Fault.NOT_FOUND and "stays in force" in rows["y11a02"].problem


def test_the_last_value_and_its_date_stay_and_the_page_says_what_was_stopped(
    played: tuple[Project, PlanReport, FetchReport], catalogue: Catalogue
) -> None:
    project, old, _ = played
    now = report_of(project, catalogue)
    assert now.stopped == {"uddannelsesparate-andel": Stop.DIVISION, "ydelse-ressourceforloeb": Stop.TABLE}
    by_goal = {row.goal: row for row in now.rows}
    before = {row.goal: row for row in old.rows}
    for goal in ("1a", "1c"):
        same = ("period", "municipality", "national", "gap", "verdict")
        assert all(getattr(by_goal[goal], name) == getattr(before[goal], name) for name in same), goal
        assert by_goal[goal].municipality is not None
    division, table = now.goal("1a").markdown, now.goal("1c").markdown
    assert "Jobindsats har stoppet denne opdeling. Det seneste tal er for december 2026." in division
    assert f"Se i stedet »{catalogue.indicator('kontanthjaelp-andel').title}«." in division or (
        "Se i stedet" in division
    )
    assert "Jobindsats har stoppet denne tabel. Det seneste tal er for december 2026." in table
    goes_on = by_goal["1b"]
    assert goes_on.period is not None and goes_on.period.id == "2027M03"
    assert goes_on.verdict is not Verdict.CANNOT_BE_JUDGED and "stoppet" not in now.goal("1b").markdown


def test_every_part_of_the_page_is_made_and_no_trend_crosses_the_break(
    played: tuple[Project, PlanReport, FetchReport], catalogue: Catalogue
) -> None:
    now = report_of(played[0], catalogue)
    for shown in (
        now.summary(),
        now.status_table(),
        now.sources(),
        now.caveats(),
        now.revisions(),
        now.basis_note(),
    ):
        assert shown.markdown
    for goal in ("1a", "1b", "1c"):
        assert "Databrud" in now.figure(goal).markdown or goal == "1b"
    frame = load_observations(played[0], catalogue, choose_basis(played[0], catalogue, PLAN))
    own = frame[(frame["indicator"] == "uddannelsesparate-andel") & (frame["series"] == "share")]
    assert set(own[own["state"] == "ok"]["period"]) == set(run_of("2026M12", 22))
    assert set(own[own["period"] > "2026M12"]["state"]) == {"not_published"}


def test_a_new_division_is_there_for_whoever_names_it(
    played: tuple[Project, PlanReport, FetchReport], catalogue: Catalogue
) -> None:
    term = {"table": "y60a02", "measure": "mgrpa02_3", "where": {"_viskat_1int": "Målgruppe 1"}}
    item = Indicator.model_validate(
        {"key": "maalgruppe-1", **entry(share=term), "unit": Unit.FULL_TIME, "decimals": 0,
         "breaks": [{"period": "2027M01", "text": "Ny opdeling"}]}
    )  # fmt: skip
    more = replace(catalogue, indicators={**catalogue.indicators, item.key: item}, hash="another")
    project = played[0]
    after = fetch(
        project, more, [benefit("y60a02", AFTER, "2027M03", jump=4000)], datetime(2027, 4, 26, 9, tzinfo=UTC)
    )
    assert not any('has no "Målgruppe' in row.problem for row in after.rows)
    frame = load_observations(project, more, choose_basis(project, more, PLAN))
    own = frame[(frame["indicator"] == item.key) & (frame["area"] == "dk")]
    assert own[own["state"] == "ok"]["period"].max() == "2027M03"
    before = frame[(frame["indicator"] == "uddannelsesparate-andel") & (frame["series"] == "share")]
    assert before[before["state"] == "ok"]["period"].max() == "2026M12"  # two snapshots back by now
