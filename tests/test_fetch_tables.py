"""What a fetch does to the store, to its report and to what pages say, on real HTTP over loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from helpers.commands.fetching import report_table
from helpers.data.raw import RawStore, Sidecar
from helpers.errors import PlanError
from helpers.project import RENDERING_VARIABLE, Project
from helpers.sources.faults import Fault
from helpers.sources.fetch import FetchProgress, fetch_for_notebook, fetch_tables
from helpers.sources.fetch_status import FetchOutcome, FetchReport, FetchRow, failures_in_danish, fetch_status
from helpers.sources.settings import ApiKey
from jobindsats_server import (
    FORBIDDEN,
    TOKEN,
    Assumptions,
    JobindsatsServer,
    Request,
    Shape,
    cause,
    changed,
    cut_off,
    echo,
    hang_up,
    page,
    raw,
    refusal,
)
from jobindsats_server import Fault as ServerFault
from jobindsats_support import (
    ENTRIES,
    ON_BENEFIT,
    SURVIVING,
    UNEMPLOYED,
    Sleeps,
    entry,
    files_below,
    in_force,
    new_catalogue,
    new_client,
    new_project,
    serving,
)
from jobindsats_tables import BENEFITS, COUNTRY, NAMES, NOWHERE, OFFERS, Table, made_up, made_up_value

MORNING = datetime(2026, 7, 20, 6, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody pulls the plug here, and flushing every small file would be most of the time.
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def server() -> Iterator[JobindsatsServer]:
    with serving(made_up()) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return new_project(tmp_path, ENTRIES)


def fetch(project: Project, server: JobindsatsServer, *, days: float = 0, **options: Any) -> FetchReport:
    entries = options.pop("entries", ENTRIES)
    names = options.pop("names", NAMES)
    settings = options.pop("settings", {})
    options.setdefault("client", new_client(server, **settings))
    now = MORNING + timedelta(days=days)
    return fetch_tables(project, new_catalogue(entries, names), now=now, **options)


def rows(report: FetchReport) -> dict[str, FetchRow]:
    return {row.table: row for row in report.rows}


def outcomes(report: FetchReport) -> dict[str, str]:
    return {row.table: row.outcome.value for row in report.rows}


def next_release(
    day: str = "2026-08-19", *, touched: tuple[str, ...] = ("y25i01",), **options: Any
) -> list[Table]:
    """The made-up tables with a month more and another release day, in the tables that are `touched`."""
    later = {table.id: table for table in made_up(newest="2026M07", **options)}
    return [
        replace(later[table.id], update_latest=day, update_next="2099-01-01")
        if table.id in touched
        else table
        for table in made_up(**options)
    ]


def snapshots(project: Project, table: str) -> tuple[str, ...]:
    return RawStore(project.raw).snapshots("jobindsats", table)


# ---------------------------------------------------------------------------------------- what is kept


def test_one_call_for_each_table_brings_every_area_and_period(
    project: Project, server: JobindsatsServer
) -> None:
    report = fetch(project, server)
    assert report.ok
    assert outcomes(report) == dict.fromkeys(("y25i01", "y60a02", "y01b01"), "fetched")
    assert [call.path.split("/")[-1] for call in server.calls("data")] == ["y25i01", "y60a02", "y01b01"]
    kept = in_force(project, "y25i01")
    areas = (COUNTRY, *NAMES, NOWHERE)
    total = ("Ydelsesgrupper i alt", "I alt")
    for period in made_up()[0].periods["M"]:
        for area in areas:
            found = [
                v
                for p, v in kept.items()
                if p.area == area.replace(" ", "").casefold() and p.period == period
            ]
            assert found == [made_up_value("y25i01", 1, total, area, period)]
    assert rows(report)["y25i01"].cells == len(kept) == 36 * len(areas)
    assert rows(report)["y25i01"].newest == "2026M06"
    assert rows(report)["y01b01"].newest == "2025Q02"


def test_a_snapshot_is_the_answer_byte_for_byte_and_its_sidecar_tells_what_was_asked(
    project: Project, server: JobindsatsServer
) -> None:
    sent: list[bytes] = []

    def overheard(request: Request, reply: Any) -> Any:
        sent.append(reply.body)
        return reply

    server.fail("data/y25i01", overheard)
    fetch(project, server)
    store = RawStore(project.raw)
    (snapshot,) = store.snapshots("jobindsats", "y25i01")
    assert snapshot == "2026-07-20T061500Z"
    assert store.read("jobindsats", "y25i01", snapshot) == sent[0]
    sidecar = store.sidecar("jobindsats", "y25i01", snapshot)
    assert sidecar.query == (
        {
            "path": "data/y25i01",
            "mgroup.mgrpy25i01_2": "measy25i01_2",
            "hierarchy._nykom": "*",
            "period.M": "latest:36",
            "format": "json",
        },
    )
    assert (sidecar.update_latest, sidecar.update_next) == (date(2026, 7, 20), date(2026, 8, 19))


def test_answers_of_several_calls_are_kept_together_each_word_for_word(
    project: Project, server: JobindsatsServer
) -> None:
    sent: list[bytes] = []

    def overheard(request: Request, reply: Any) -> Any:
        sent.append(reply.body)
        return reply

    server.fail("data", overheard, times=99)
    server.shape = Shape(json_bom=True)
    entries = {"ledige": entry(share=UNEMPLOYED, dagpenge={**UNEMPLOYED, "where": {"_ygrpi09": BENEFITS[0]}})}
    report = fetch(project, server, entries=entries, settings={"cell_limit": 150})
    assert report.ok
    assert len(sent) == 4
    store = RawStore(project.raw)
    (snapshot,) = store.snapshots("jobindsats", "y25i01")
    content = store.read("jobindsats", "y25i01", snapshot)
    for answer in sent:
        assert answer.removeprefix(b"\xef\xbb\xbf") in content
    assert len(json.loads(content)["answers"]) == 4
    assert len(store.sidecar("jobindsats", "y25i01", snapshot).query) == 4
    whole = fetch(new_project(project.root / "other", entries), server, entries=entries)
    assert in_force(project, "y25i01") == in_force(Project(project.root / "other"), "y25i01")
    assert rows(whole)["y25i01"].cells == rows(report)["y25i01"].cells


@pytest.mark.parametrize(
    "shape",
    [
        Shape(json_bom=True),
        Shape(text_numbers=True),
        Shape(stray_blanks=True, old_area_label=True),
        Shape(absent_rows=True),
        Shape(periods_as_object=True, measures_in_list=False),
    ],
    ids=["byte order mark", "Danish text", "stray blanks", "absent rows", "other metadata"],
)
def test_every_form_of_answer_gives_the_same_values(project: Project, shape: Shape, tmp_path: Path) -> None:
    entries = {
        "tilbud": entry(
            count={"table": "y60c02", "measure": "mgrpc02_1", "where": {"_tilb_2ptv": list(OFFERS)}}
        )
    }
    with serving(made_up()) as plain:
        fetch(project, plain, entries=entries)
    other = new_project(tmp_path / "other", entries)
    with serving(made_up(), shape=shape) as server:
        assert fetch(other, server, entries=entries).ok

    def told(project: Project) -> dict[Any, Any]:
        return {place: value for place, value in in_force(project, "y60c02").items() if value is not None}

    assert told(other) == told(project)
    assert any(value is None for value in in_force(project, "y60c02").values())


def test_the_cell_limit_of_the_server_is_kept_by_asking_for_fewer_periods_at_a_time(
    project: Project, server: JobindsatsServer
) -> None:
    server.assumptions = Assumptions(cell_limit=100)
    assert not fetch(project, server).ok
    assert fetch(project, server, days=1, settings={"cell_limit": 100}).ok


def test_when_all_measures_are_asked_for_at_once_the_wanted_ones_are_the_same(
    project: Project, server: JobindsatsServer, tmp_path: Path
) -> None:
    fetch(project, server)
    other = new_project(tmp_path / "other", ENTRIES)
    assert fetch(other, server, settings={"all_measures": True}).ok
    assert {call.query.get("mgroup.*") for call in server.calls("data")[3:]} == {"*"}
    for table in ("y25i01", "y60a02", "y01b01"):
        wanted = in_force(project, table)
        assert {p: v for p, v in in_force(other, table).items() if p in wanted} == wanted


def test_months_and_quarters_of_one_table_are_asked_for_apart_and_kept_together(
    project: Project, server: JobindsatsServer
) -> None:
    table = server.tables["y25i01"]
    quarters = ("2026Q02", "2026Q01")
    total = ("Ydelsesgrupper i alt", "I alt")
    more = {(quarter, area, *total): (1, 2, 3, 4) for quarter in quarters for area in (COUNTRY, *NAMES)}
    both = replace(table, periods={**table.periods, "Q": quarters}, values={**table.values, **more})
    server.put([both])
    entries = {"maaned": entry(share=UNEMPLOYED), "kvartal": entry("quarter", share=UNEMPLOYED)}
    report = fetch(project, server, entries=entries)
    assert report.ok
    kept = in_force(project, "y25i01")
    assert {place.period for place in kept} == {*table.periods["M"], *quarters}
    assert {value for place, value in kept.items() if "Q" in place.period} == {2}
    assert report.rows[0].newest == "2026M06"
    assert outcomes(fetch(project, server, days=1, entries=entries)) == {"y25i01": "unchanged"}


# ------------------------------------------------------------------------------------ what is asked for


def test_a_table_that_has_not_been_updated_is_not_fetched_again(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    before = files_below(project.raw)
    server.requests.clear()
    report = fetch(project, server, days=3)
    assert outcomes(report) == dict.fromkeys(("y25i01", "y60a02", "y01b01"), "unchanged")
    assert [call.path for call in server.requests] == ["/v3/tables"]
    assert report.ok
    assert rows(report)["y25i01"].newest == "2026M06"
    after = files_below(project.raw)
    assert {name: after[name] for name in before} == before
    assert {name.split("/")[1] for name in after.keys() - before.keys()} == {"_runs"}


def test_only_what_was_updated_is_fetched_and_what_changed_is_counted(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    old = in_force(project, "y25i01")
    server.put(next_release())
    table = server.tables["y25i01"]
    revised = ("2026M06", "Aarhus", "Ydelsesgrupper i alt", "I alt")
    server.put(
        [
            replace(table, values={**table.values, revised: (1, 99_999, 1, 1)}),
            *list(server.tables.values())[1:],
        ]
    )
    server.requests.clear()
    report = fetch(project, server, days=30)
    assert outcomes(report) == {"y25i01": "fetched", "y60a02": "unchanged", "y01b01": "unchanged"}
    assert [call.path for call in server.calls("data")] == ["/v3/data/y25i01"]
    row, new = rows(report)["y25i01"], in_force(project, "y25i01")
    assert row.newest == "2026M07"
    assert row.changed == sum(new[place] != old[place] for place in new.keys() & old.keys()) == 1
    assert row.new == len(new.keys() - old.keys()) == len(NAMES) + 2
    # The 36 months moved on by one: the oldest fell out of the window and has not vanished.
    assert row.vanished == 0
    assert len(snapshots(project, "y25i01")) == 2


def test_force_fetches_what_has_not_been_updated_and_keeps_no_second_copy_of_the_same(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    server.requests.clear()
    report = fetch(project, server, days=1, force=True)
    assert len(server.calls("data")) == 3
    assert set(outcomes(report).values()) == {"unchanged"}
    assert len(snapshots(project, "y25i01")) == 1


def test_the_list_is_read_once_a_day_and_again_when_a_table_is_due(
    project: Project, server: JobindsatsServer
) -> None:
    far = [replace(table, update_next="2026-08-19") for table in made_up()]
    server.put(far)
    fetch(project, server)
    server.requests.clear()
    fetch(project, server, days=0.5)
    assert not server.requests
    fetch(project, server, days=1.1)
    assert [call.path for call in server.requests] == ["/v3/tables"]
    server.requests.clear()
    fetch(project, server, days=30)
    fetch(project, server, days=30.1)
    assert len(server.calls("tables")) == 2


def test_new_wishes_of_the_catalogue_are_fetched_though_the_table_was_not_updated(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    more = {**ENTRIES, "dagpenge": entry(share={**UNEMPLOYED, "where": {"_ygrpi09": BENEFITS[0]}})}
    report = fetch(project, server, days=1, entries=more)
    assert outcomes(report)["y25i01"] == "fetched"
    assert outcomes(fetch(project, server, days=2, entries=more))["y25i01"] == "unchanged"
    # Fewer wishes are met by what is there.
    assert outcomes(fetch(project, server, days=3))["y25i01"] == "unchanged"


def test_more_months_than_before_are_fetched_though_the_table_was_not_updated(
    project: Project, server: JobindsatsServer
) -> None:
    from helpers.periods import Frequency

    few = {"periods": dict.fromkeys(Frequency, 5)}
    fetch(project, server, settings=few)
    assert len({place.period for place in in_force(project, "y25i01")}) == 5
    assert outcomes(fetch(project, server, days=1))["y25i01"] == "fetched"
    assert len({place.period for place in in_force(project, "y25i01")}) == 36


def test_only_the_tables_of_an_indicator_can_be_asked_for(project: Project, server: JobindsatsServer) -> None:
    assert outcomes(fetch(project, server, indicators=["afgang"])) == {"y01b01": "fetched"}
    assert outcomes(fetch(project, server, days=1, tables=["y60a02"])) == {"y60a02": "fetched"}


def test_a_fetch_for_one_indicator_keeps_what_others_need_of_the_same_table(
    project: Project, server: JobindsatsServer
) -> None:
    entries = {**ENTRIES, "dagpenge": entry(share={**UNEMPLOYED, "where": {"_ygrpi09": BENEFITS[0]}})}
    fetch(project, server, entries=entries)
    server.put(next_release())
    report = fetch(project, server, days=30, entries=entries, indicators=["ledige"])
    assert outcomes(report) == {"y25i01": "fetched"}
    assert {place.members for place in in_force(project, "y25i01")} == {"", "_ygrpi09=a-dagpenge"}
    assert outcomes(fetch(project, server, days=31, entries=entries))["y25i01"] == "unchanged"


def of_others(request: Request, reply: Any) -> Any:
    """Refuse whatever asks for the members that only another indicator wants."""
    asks = "_ygrpi09" in request.line
    return cause("Unknown hierarchies: ['_ygrpi09']")(request, reply) if asks else reply


def test_a_query_refused_for_what_another_plan_wants_is_asked_again_without_it(
    project: Project, server: JobindsatsServer
) -> None:
    entries = {**ENTRIES, "dagpenge": entry(share={**UNEMPLOYED, "where": {"_ygrpi09": BENEFITS[0]}})}
    server.fail("data/y25i01", of_others, times=99)
    report = fetch(project, server, entries=entries, indicators=["ledige"])
    assert (outcomes(report), report.ok) == ({"y25i01": "fetched"}, True)
    assert {place.members for place in in_force(project, "y25i01")} == {""}
    (said,) = (remark for remark in report.remarks if "Asked again" in remark)
    assert "Unknown hierarchies: ['_ygrpi09']" in said
    assert "(dagpenge)" in said
    # Who wants all of it is told, and what is in force stays.
    everything = fetch(project, server, days=1, entries=entries, force=True)
    assert rows(everything)["y25i01"].fault is Fault.REFUSED
    assert outcomes(everything)["y25i01"] == "kept"


def test_figures_of_another_plan_are_not_given_up_for_a_refused_query(
    project: Project, server: JobindsatsServer
) -> None:
    entries = {**ENTRIES, "dagpenge": entry(share={**UNEMPLOYED, "where": {"_ygrpi09": BENEFITS[0]}})}
    fetch(project, server, entries=entries)
    before = in_force(project, "y25i01")
    server.put(next_release())
    server.fail("data/y25i01", of_others, times=99)
    report = fetch(project, server, days=30, entries=entries, indicators=["ledige"])
    assert (outcomes(report), rows(report)["y25i01"].fault) == ({"y25i01": "kept"}, Fault.REFUSED)
    assert in_force(project, "y25i01") == before


def test_an_answer_that_lags_behind_its_metadata_is_kept_and_asked_for_again(
    project: Project, server: JobindsatsServer
) -> None:
    def late(found: dict[str, Any]) -> None:
        found["rows"] = [row for row in found["rows"] if row[0] != "2026M06"]

    server.fail("data/y25i01", changed(late))
    report = fetch(project, server, tables=["y25i01"])
    assert rows(report)["y25i01"].newest == "2026M05"
    assert "asks again" in rows(report)["y25i01"].remarks[0]
    report = fetch(project, server, days=1, tables=["y25i01"])
    assert (outcomes(report), rows(report)["y25i01"].newest) == ({"y25i01": "fetched"}, "2026M06")


# -------------------------------------------------------------------------------------- what goes wrong


FAULTS: dict[str, tuple[ServerFault, Fault]] = {
    "403": (refusal(403, FORBIDDEN), Fault.FORBIDDEN),
    "404": (refusal(404), Fault.NOT_FOUND),
    "422": (cause("Unknown hierarchies: ['_nykom']"), Fault.REFUSED),
    "429": (refusal(429, Retry_After="1"), Fault.BUSY),
    "500": (refusal(500, "oops"), Fault.BUSY),
    "503": (refusal(503), Fault.BUSY),
    "lost": (hang_up, Fault.LOST),
    "cut off": (cut_off(), Fault.LOST),
    "cut off unannounced": (cut_off(announced=False), Fault.LOST),
    "web page": (page("<html>Vedligeholdelse</html>"), Fault.CONTENT),
    "broken JSON": (raw(b'{"columns": [}'), Fault.LOST),
    "another object": (raw(b'{"error": "x"}'), Fault.CONTENT),
    "echo": (echo(200), Fault.CONTENT),
    "empty": (changed(lambda found: found["rows"].clear()), Fault.IMPLAUSIBLE),
    "no country": (
        changed(lambda found: found.update(rows=[r for r in found["rows"] if r[1] != COUNTRY])),
        Fault.IMPLAUSIBLE,
    ),
    "country only": (
        changed(lambda found: found.update(rows=[r for r in found["rows"] if r[1] == COUNTRY])),
        Fault.IMPLAUSIBLE,
    ),
    "all null": (
        changed(lambda found: found.update(rows=[[*r[:2], None] for r in found["rows"]])),
        Fault.IMPLAUSIBLE,
    ),
    "half": (
        changed(lambda found: found.update(rows=[r for r in found["rows"] if r[0] < "2026M01"])),
        Fault.IMPLAUSIBLE,
    ),
    "other columns": (changed(lambda found: found["columns"].__setitem__(2, "Antal")), Fault.CONTENT),
    "odd number": (changed(lambda found: found["rows"][0].__setitem__(2, "12 stk")), Fault.CONTENT),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_leaves_the_last_good_answer_in_force_and_stops_no_other_table(
    project: Project, server: JobindsatsServer, name: str
) -> None:
    fault, kind = FAULTS[name]
    fetch(project, server)
    before = in_force(project, "y25i01"), snapshots(project, "y25i01")
    server.put(next_release(touched=("y25i01", "y60a02")))
    server.fail("data/y25i01", fault, times=99)
    report = fetch(project, server, days=30)
    assert outcomes(report) == {"y25i01": "kept", "y60a02": "fetched", "y01b01": "unchanged"}
    assert not report.ok
    row = rows(report)["y25i01"]
    assert (row.fault, row.newest, row.snapshot) == (kind, "2026M06", "2026-07-20T061500Z")
    assert "the snapshot of 2026-07-20 (newest month 2026M06) stays in force" in row.problem
    assert row.problem.startswith("y25i01: ")
    assert (in_force(project, "y25i01"), snapshots(project, "y25i01")) == before
    (told,) = failures_in_danish([fetch_status(project)["y25i01"]])
    assert "19. august 2026 mislykkedes" in told
    assert "Tallene er fra den 20. juli 2026." in told


@pytest.mark.parametrize(
    "name", [name for name in FAULTS if name not in ("country only", "all null", "half")]
)
def test_a_fault_on_the_first_day_leaves_nothing_and_says_so(
    project: Project, server: JobindsatsServer, name: str
) -> None:
    server.fail("data/y25i01", FAULTS[name][0], times=99)
    report = fetch(project, server)
    assert outcomes(report) == {"y25i01": "failed", "y60a02": "fetched", "y01b01": "fetched"}
    assert "nothing; there is no snapshot" in rows(report)["y25i01"].problem
    assert snapshots(project, "y25i01") == ()
    (told,) = failures_in_danish([rows(report)["y25i01"]])
    assert told.endswith("Der er endnu ingen tal derfra.")


@pytest.mark.parametrize("path", ["table/y25i01", "data/y25i01"])
@pytest.mark.parametrize("name", FAULTS)
def test_the_next_run_mends_it(project: Project, server: JobindsatsServer, name: str, path: str) -> None:
    server.fail(path, FAULTS[name][0], times=2)
    fetch(project, server)
    fetch(project, server, days=1)
    report = fetch(project, server, days=2)
    assert report.ok
    assert in_force(project, "y25i01")
    assert not failures_in_danish([fetch_status(project)["y25i01"]])


def test_a_table_that_is_being_reloaded_is_asked_again_after_all_others(
    project: Project, server: JobindsatsServer
) -> None:
    server.fail("data/y25i01", cause("Unknown period type: M"), times=2)
    sleep = Sleeps()
    report = fetch(project, server, client=new_client(server, sleep=sleep), reload_waits=(60, 240))
    assert report.ok
    assert sleep == [60, 240]
    asked = [call.path.split("/")[-1] for call in server.calls("data")]
    assert asked == ["y25i01", "y60a02", "y01b01", "y25i01", "y25i01"]


def test_a_table_that_stays_in_reload_is_told_with_the_period_type(
    project: Project, server: JobindsatsServer
) -> None:
    server.fail("data/y25i01", cause("Unknown period type: M"), times=9)
    report = fetch(project, server)
    row = rows(report)["y25i01"]
    assert row.fault is Fault.RELOADING
    assert 'Jobindsats answered 422 "Unknown period type: M"' in row.problem
    assert len(server.calls("data/y25i01")) == 3


def test_a_422_names_what_in_the_catalogue_led_to_it(project: Project, server: JobindsatsServer) -> None:
    server.fail("data/y60a02", cause("Unknown hierarchies: ['_nykom']"))
    problem = rows(fetch(project, server))["y60a02"].problem
    lines = (project.catalogue / "indicators.yml").read_text(encoding="utf-8").splitlines()
    indicator = lines.index("kontanthjaelp:")
    series = next(n for n, line in enumerate(lines) if n > indicator and line.strip() == "share:")
    assert f"for catalogue/indicators.yml:{series + 1}: kontanthjaelp.series.share" in problem


def test_an_unknown_table_names_the_nearest_ids(project: Project, server: JobindsatsServer) -> None:
    entries = {**ENTRIES, "taste": entry(share={"table": "y25i10", "measure": "mgrpy25i01_2"})}
    report = fetch(project, server, entries=entries)
    assert outcomes(report)["y25i10"] == "failed"
    assert "y25i01 (Ledighed" in rows(report)["y25i10"].problem
    assert not server.calls("y25i10")


@pytest.mark.parametrize(
    "origin",
    [
        {"table": "y60b01", "measure": "x"},
        {"table": "jo01", "measure": "mgrpjo01_1"},
        {"table": "y25i01", "measure": "mgrp_of_another_world"},
    ],
    ids=["no such table", "job centres only", "no such measure"],
)
def test_what_only_probable_series_ask_for_and_is_not_there_is_skipped_not_failed(
    project: Project, server: JobindsatsServer, origin: dict[str, Any]
) -> None:
    report = fetch(project, server, entries={"gaet": entry(share=(origin, "probable"))})
    (row,) = report.rows
    assert (row.outcome, report.ok) == (FetchOutcome.SKIPPED, True)
    assert row.remarks
    assert failures_in_danish([row])
    sure = fetch(project, server, days=1, entries={"gaet": entry(share=origin)})
    assert (sure.rows[0].outcome, sure.ok) == (FetchOutcome.FAILED, False)


def test_job_centre_areas_are_named(project: Project, server: JobindsatsServer) -> None:
    report = fetch(project, server, entries={"job": entry(share={"table": "jo01", "measure": "mgrpjo01_1"})})
    assert report.rows[0].fault is Fault.AREAS
    assert "Jobcenter (jobcent)" in report.rows[0].problem


def test_a_confirmed_term_that_is_gone_costs_the_exit_code_but_not_the_rest_of_its_table(
    project: Project, server: JobindsatsServer
) -> None:
    entries = {"ledige": entry(share=UNEMPLOYED, gone={**UNEMPLOYED, "measure": "mgrpy25i01_9"})}
    report = fetch(project, server, entries=entries)
    (row,) = report.rows
    assert (row.outcome, row.fault, report.ok) == (FetchOutcome.FETCHED, Fault.CATALOGUE, False)
    assert "mgrpy25i01_9" in report.problems[0]
    assert in_force(project, "y25i01")
    (told,) = failures_in_danish([row])
    assert "delvis" in told


def test_parts_that_disagree_are_not_put_together(project: Project, server: JobindsatsServer) -> None:
    total = {**UNEMPLOYED, "where": {"_ygrpi09": "Ydelsesgrupper i alt"}}

    def revised(found: dict[str, Any]) -> None:
        found["rows"][0][-1] = 123_456

    server.fail("data/y25i01", lambda request, reply: reply, changed(revised))
    entries = {"ledige": entry(share=UNEMPLOYED, i_alt=total)}
    report = fetch(project, server, entries=entries, reload_waits=())
    assert "two parts of the answer disagree" in report.rows[0].problem
    assert snapshots(project, "y25i01") == ()
    assert fetch(project, server, days=1, entries=entries).ok


def test_accept_puts_an_answer_in_force_that_lost_much(project: Project, server: JobindsatsServer) -> None:
    fetch(project, server)
    short = [replace(t, update_latest="2026-08-20") for t in made_up(names=("Aarhus", "Læsø", "Hedensted"))]
    server.put(short)
    # The hierarchy of municipalities has shrunk with it, as after a merger.
    merged = ("Aarhus", "Læsø", "Hedensted")
    report = fetch(project, server, days=31, names=merged, tables=["y25i01"])
    assert rows(report)["y25i01"].fault is Fault.IMPLAUSIBLE
    assert "--accept y25i01" in rows(report)["y25i01"].problem
    report = fetch(project, server, days=32, names=merged, tables=["y25i01"], accept=["Y25I01"])
    assert outcomes(report) == {"y25i01": "fetched"}
    assert len({place.area for place in in_force(project, "y25i01")}) == 5


@pytest.mark.parametrize(
    ("left", "outcome"), [(1, "failed"), (len(NAMES) // 2 + 1, "fetched"), (0, "fetched")]
)
def test_a_first_answer_that_speaks_of_few_municipalities_is_held_until_it_is_accepted(
    project: Project, server: JobindsatsServer, left: int, outcome: str
) -> None:
    def thinned(found: dict[str, Any]) -> None:
        kept = {COUNTRY, *NAMES[:left]}
        found["rows"][:] = [row for row in found["rows"] if kept & {str(cell).strip() for cell in row}]

    server.fail("data/y25i01", changed(thinned), times=99)
    report = fetch(project, server, tables=["y25i01"])
    assert outcomes(report) == {"y25i01": outcome}
    if outcome == "failed":
        problem = rows(report)["y25i01"].problem
        assert f"{left} of {len(NAMES)} municipalities" in problem
        assert "--accept y25i01" in problem
        report = fetch(project, server, days=1, tables=["y25i01"], accept=["y25i01"])
        assert outcomes(report) == {"y25i01": "fetched"}
    assert any(f"{left} of {len(NAMES)} municipalities" in said for said in rows(report)["y25i01"].remarks)


def test_a_refused_key_ends_the_run_with_one_message(project: Project, server: JobindsatsServer) -> None:
    fetch(project, server)
    server.requests.clear()
    report = fetch(project, server, days=30, client=new_client(server, key=ApiKey("another-key-altogether")))
    assert set(outcomes(report).values()) == {"kept"}
    assert len(server.requests) == 1
    assert len(report.problems) == 1
    assert "401" in report.problems[0]
    assert {row.fault for row in fetch_status(project).values()} == {Fault.KEY}


def test_a_network_that_is_gone_ends_the_run_with_one_message(project: Project) -> None:
    with serving(made_up()) as server:
        fetch(project, server)
    report = fetch(project, server, days=30)
    assert set(outcomes(report).values()) == {"kept"}
    assert len(report.problems) == 1
    assert "cannot be reached" in report.problems[0]


@pytest.mark.parametrize("name", ["500", "web page", "cut off"])
def test_without_the_list_each_table_speaks_for_itself(
    project: Project, server: JobindsatsServer, name: str
) -> None:
    server.fail("tables", FAULTS[name][0], times=99)
    assert fetch(project, server).ok
    server.requests.clear()
    assert set(outcomes(fetch(project, server, days=2)).values()) == {"unchanged"}
    assert not server.calls("data")
    server.put(next_release())
    assert outcomes(fetch(project, server, days=30))["y25i01"] == "fetched"


def test_a_disk_that_refuses_is_told_and_stops_no_other_table(
    project: Project, server: JobindsatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = RawStore.write

    def full(self: RawStore, content: bytes, sidecar: Sidecar) -> Any:
        if (sidecar.source, sidecar.table) == ("jobindsats", "y25i01"):
            raise PlanError.of(
                "data/raw/jobindsats/y25i01", "It could not be written: No space left on device."
            )
        return write(self, content, sidecar)

    monkeypatch.setattr(RawStore, "write", full)
    report = fetch(project, server)
    assert outcomes(report) == {"y25i01": "failed", "y60a02": "fetched", "y01b01": "fetched"}
    assert "No space left" in rows(report)["y25i01"].problem


def test_an_edited_snapshot_is_passed_over_and_the_table_fetched_anew(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    store = RawStore(project.raw)
    (snapshot,) = snapshots(project, "y25i01")
    path = store.path("jobindsats", "y25i01", snapshot)
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    assert outcomes(fetch(project, server, days=1)) == {
        "y25i01": "fetched",
        "y60a02": "unchanged",
        "y01b01": "unchanged",
    }
    assert store.newest("jobindsats", "y25i01") == "2026-07-21T061500Z"


def test_stopping_leaves_whole_snapshots_and_a_note_of_what_was_done(
    project: Project, server: JobindsatsServer
) -> None:
    def stop(progress: FetchProgress) -> None:
        if progress.table == "y01b01":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(project, server, progress=stop)
    assert snapshots(project, "y25i01")
    assert snapshots(project, "y01b01") == ()
    assert set(fetch_status(project)) == {"y25i01", "y60a02"}
    assert RawStore(project.raw).problems("jobindsats") == ()
    report = fetch(project, server, days=1)
    assert outcomes(report) == {"y25i01": "unchanged", "y60a02": "unchanged", "y01b01": "fetched"}


# -------------------------------------------------------------------------------- what is told of it


def test_progress_tells_every_table_every_call_and_every_wait(
    project: Project, server: JobindsatsServer
) -> None:
    server.fail("data/y60a02", refusal(503, "busy"))
    told: list[FetchProgress] = []
    fetch(project, server, progress=told.append)
    assert {progress.table for progress in told} >= {"y25i01", "y60a02", "y01b01"}
    assert all(progress.total == 3 for progress in told)
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert any(progress.words.startswith("waiting 1 s") and "503" in progress.words for progress in told)
    assert any("36 months" in progress.words for progress in told)


def test_the_closing_table_shows_state_newest_period_next_update_cells_and_changes(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    server.put(next_release(touched=("y25i01", "y60a02")))
    server.fail("data/y60a02", refusal(403, FORBIDDEN))
    console = Console(width=120, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(report_table(fetch(project, server, days=30)))
    lines = {line.split()[0]: line.split() for line in capture.get().splitlines() if line.strip()}
    assert lines["y25i01"][1:5] == ["fetched", "2026M07", "2099-01-01", "252"]
    assert lines["y25i01"][5:] == ["7", "new"]
    assert lines["y60a02"][1:3] == ["kept", "2026M06"]
    assert lines["y01b01"][1:3] == ["unchanged", "2025Q02"]


def test_the_state_of_a_day_is_the_one_that_later_runs_do_not_change(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    server.put(next_release())
    server.fail("data/y25i01", refusal(403, FORBIDDEN))
    fetch(project, server, days=30)
    fetch(project, server, days=31)
    then = fetch_status(project, as_of=MORNING.date() + timedelta(days=30))
    assert then["y25i01"].outcome is FetchOutcome.KEPT
    assert fetch_status(project)["y25i01"].outcome is FetchOutcome.FETCHED
    assert fetch_status(project, as_of=MORNING.date() - timedelta(days=1)) == {}


def test_a_file_of_a_run_that_cannot_be_read_is_passed_over(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    folder = project.raw / "jobindsats" / "_runs"
    (folder / "2026-07-21T000000Z-abc.json").write_text("{", encoding="utf-8")
    (folder / "notes.json").write_text("{}", encoding="utf-8")
    assert set(fetch_status(project)) == {"y25i01", "y60a02", "y01b01"}


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_has_danish_words(fault: Fault) -> None:
    row = FetchRow(
        table="y1", outcome=FetchOutcome.KEPT, at=MORNING, snapshot="2026-06-19T060000Z", fault=fault
    )
    (told,) = failures_in_danish([row])
    assert "årsagen er ikke kendt" not in told
    assert "19. juni 2026" in told


# ------------------------------------------------------------------------------------- the key again


@pytest.mark.parametrize("name", FAULTS)
def test_the_key_is_in_no_file_and_no_message(
    project: Project, server: JobindsatsServer, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = FAULTS[name][0]
    server.fail("data/y25i01", fault, times=4)
    server.fail("table/y60a02", fault, times=4)
    server.fail("data/y01b01", echo(500), echo(422), echo(503), echo(200), times=1)
    reports = [fetch(project, server), fetch(project, server, days=1), fetch(project, server, days=2)]
    Console().print(*(report_table(report) for report in reports), *reports)
    shown = "".join(report.model_dump_json() for report in reports) + "".join(capsys.readouterr())
    assert TOKEN not in shown
    for found, content in files_below(project.root).items():
        assert TOKEN.encode() not in content, found


# ----------------------------------------------------------------------------------------- notebooks


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (RENDERING_VARIABLE, "QUARTO_BIN_PATH", "JOBINDSATS_API_TOKEN", "JOBINDSATS_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_a_notebook_without_a_key_says_that_it_shows_example_data(
    project: Project, environment: pytest.MonkeyPatch
) -> None:
    told = fetch_for_notebook(project, new_catalogue(), ["ledige"])
    assert told.report is None
    assert "ingen nøgle" in told.text
    assert "eksempeldata" in told.text


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        (".env", "# nøgle\nJOBINDSATS_API_TOKEN=\n", ".env:2"),
        (".env", 'export JOBINDSATS_API_TOKEN=""  # mangler\n', ".env:1"),
        (".env", "JOBINDSATS_MONTHS=12\n\nJOBINDSATS_API_TOKEN:\n", ".env:3"),
        (".env.txt", "JOBINDSATS_API_TOKEN = ''", ".env.txt:1"),
        ("", " ", "the environment"),
    ],
)
def test_a_key_left_empty_is_named_where_it_stands(
    project: Project, environment: pytest.MonkeyPatch, name: str, text: str, where: str
) -> None:
    if name:
        (project.root / name).write_text(text, encoding="utf-8")
    else:
        environment.setenv("JOBINDSATS_API_TOKEN", text)
    with pytest.raises(PlanError) as caught:
        fetch_tables(project, new_catalogue())
    assert str(caught.value).startswith(f"{where}: JOBINDSATS_API_TOKEN is empty")
    assert f"er tom: {where}" in fetch_for_notebook(project, new_catalogue(), ["ledige"]).text


def test_a_notebook_without_a_key_says_from_when_its_figures_are(
    project: Project, server: JobindsatsServer, environment: pytest.MonkeyPatch
) -> None:
    fetch(project, server)
    server.requests.clear()
    told = fetch_for_notebook(project, new_catalogue(), ["ledige"])
    assert "20. juli 2026" in told.text
    assert "eksempeldata" not in told.text
    assert not server.requests


@pytest.mark.parametrize("variable", [RENDERING_VARIABLE, "QUARTO_BIN_PATH"])
def test_nothing_is_fetched_while_a_report_is_rendered(
    project: Project, server: JobindsatsServer, environment: pytest.MonkeyPatch, variable: str
) -> None:
    environment.setenv(variable, "1")
    told = fetch_for_notebook(project, new_catalogue(), ["ledige"], client=new_client(server))
    assert (told.text, told.report) == ("", None)
    assert not server.requests


def test_a_notebook_with_a_key_fetches_its_own_tables_that_have_moved(
    project: Project, server: JobindsatsServer, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("JOBINDSATS_API_URL", server.url)
    environment.setenv("JOBINDSATS_API_TOKEN", TOKEN)
    told = fetch_for_notebook(project, new_catalogue(), ["ledige"])
    assert "y25i01 (til og med juni 2026)" in told.text
    assert {call.path for call in server.calls("data")} == {"/v3/data/y25i01"}
    again = fetch_for_notebook(project, new_catalogue(), ["ledige"])
    assert "ikke nyere tal" in again.text
    assert len(server.calls("data")) == 1


def test_a_notebook_goes_on_with_what_there_is_when_the_fetch_fails(
    project: Project, server: JobindsatsServer, environment: pytest.MonkeyPatch
) -> None:
    fetch(project, server)
    server.put(next_release())
    server.fail("data/y25i01", cause("Unknown period type: M"), times=9)
    told = fetch_for_notebook(project, new_catalogue(), ["ledige"], client=new_client(server))
    assert "mislykkedes: tabellen var ved at blive indlæst på ny" in told.text
    assert len(server.calls("data/y25i01")) == 2  # one each: the notebook does not wait for a reload
    environment.setenv("JOBINDSATS_API_URL", "http://example.org/v3")
    refused = fetch_for_notebook(project, new_catalogue(), ["ledige"])
    assert "Der blev ikke hentet nye tal" in refused.text
    assert TOKEN not in refused.text


def test_a_series_with_a_complement_asks_for_the_measure_as_it_is(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(
        project, server, entries={"afgang": entry("quarter", share=SURVIVING), "kth": entry(share=ON_BENEFIT)}
    )
    assert server.calls("data")[0].query["mgroup.mgrpb01_1"] == "measb01_13"


def test_a_second_fetch_waits_for_the_first_and_says_so(project: Project, server: JobindsatsServer) -> None:
    lock = project.raw / "jobindsats" / ".fetch.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    script = (
        "import sys, filelock\nwith filelock.FileLock(sys.argv[1]):\n    print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", script, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        told: list[str] = []

        def progress(now: FetchProgress) -> None:
            if "another fetch" in now.words:
                told.append(now.words)
                first.stdin.close()

        report = fetch(project, server, progress=progress)
    assert report.ok
    assert told == ["waiting for another fetch to end"]
