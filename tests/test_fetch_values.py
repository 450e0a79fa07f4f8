"""Nothing that cannot be right is put in force, and nothing that moved at once in silence."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpers.catalogue.models import Indicator
from helpers.data.cells import area_codes, read_cells
from helpers.data.files import locked
from helpers.data.raw import RawStore
from helpers.errors import PlanError
from helpers.project import Project
from helpers.sources import keeping
from helpers.sources.faults import Fault
from helpers.sources.fetch import FetchProgress, fetch_tables
from helpers.sources.fetch_status import FetchReport, FetchRow, failures_in_danish, fetch_rows, fetch_status
from helpers.sources.settings import ApiKey
from jobindsats_server import FORBIDDEN, JobindsatsServer, Reply, Request, changed, raw, refusal
from jobindsats_support import entry, files_below, in_force, new_catalogue, new_client, new_project, serving
from jobindsats_tables import COUNTRY, NAMES, Table, areas, run_of, single

MORNING = datetime(2026, 7, 20, 6, 15, tzinfo=UTC)
PLACES = (*NAMES, "Viborg", "Odense", "Skive", "Greve", "Vejen", "Ishøj")
SHARE, COUNT = {"table": "y1", "measure": "mgrps_1"}, {"table": "y1", "measure": "mgrpc_1"}
ENTRIES: dict[str, Any] = {
    "andel": {**entry(share=SHARE), "unit": "percent"},
    "antal": {**entry(share=COUNT), "unit": "persons"},
}


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def table(newest: str = "2026M06", day: str = "2026-07-20", months: int = 14) -> Table:
    """A table with a share and a count, for eleven municipalities and the country."""
    periods = run_of(newest, months)
    values = {
        (period, area): (round(20 + (sum(area.encode()) + int(period[-2:])) % 30 + 0.5, 1), count)
        for period in periods
        for area in (COUNTRY, *PLACES)
        for count in [5000 if area == COUNTRY else 40 + sum(area.encode()) % 90 + int(period[-2:])]
    }
    return Table(
        "y1", "Prøve", areas(PLACES), (single("mgrps_1", "Andel"), single("mgrpc_1", "Antal personer")),
        {"M": periods}, values, update_latest=day, update_next="2099-01-01",
    )  # fmt: skip


@pytest.fixture
def server() -> Iterator[JobindsatsServer]:
    with serving([table()]) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return new_project(tmp_path, ENTRIES)


def fetch(project: Project, server: JobindsatsServer, *, days: float = 0, **options: Any) -> FetchReport:
    catalogue = new_catalogue(options.pop("entries", ENTRIES), PLACES)
    client = options.pop("client", None) or new_client(server)
    return fetch_tables(project, catalogue, now=MORNING + timedelta(days=days), client=client, **options)


def quarantined(project: Project) -> list[bytes]:
    store = RawStore(project.raw)
    assert store.problems("jobindsats/_quarantine") == ()
    return [
        store.read("jobindsats/_quarantine", "y1", s) for s in store.snapshots("jobindsats/_quarantine", "y1")
    ]


def cell(value: str, *, column: int = 2, row: int = 3) -> Callable[[Request, Reply], Reply]:
    """The sound answer with one cell written otherwise, digit by digit."""

    def do(request: Request, reply: Reply) -> Reply:
        found = json.loads(reply.body.decode("utf-8-sig"))
        found["rows"][row][column] = "@"
        return Reply(body=json.dumps(found, ensure_ascii=False).replace('"@"', value).encode())

    return do


CANNOT_BE = {
    "1e999": ("1e999", 2, "inf"),
    "30 digits": ("1" + "0" * 30, 3, "1" + "0" * 30),
    "4000 digits": ("9" * 4000, 3, "4,000 signs"),
    "5000 digits": ("9" * 5000, 2, "inf"),
    "as text": ('"' + "9" * 400 + '"', 2, "400 signs"),
    "250 per cent": ("250", 2, "250 (outside 0 to 100)"),
    "below nothing": ("-3", 2, "-3 (outside"),
    "negative persons": ("-1", 3, "-1 (outside"),
    "half a person": ("41.5", 3, "41.5 (a count of persons with a fraction)"),
    "more than there live": ("11000000", 3, "11000000 (outside"),
    "month 12 of 9999": ('"9999M12"', 0, "9999M12"),
    "next month": ('"2026M08"', 0, "2026M08"),
    "last century": ('"1989M12"', 0, "before 1990"),
}


@pytest.mark.parametrize("name", CANNOT_BE)
@pytest.mark.parametrize("first", [False, True], ids=["second fetch", "first fetch"])
def test_a_value_that_cannot_be_right_is_named_kept_aside_and_not_put_in_force(
    project: Project, server: JobindsatsServer, name: str, first: bool
) -> None:
    value, column, told = CANNOT_BE[name]
    if not first:
        assert fetch(project, server).ok
        server.put([table(day="2026-07-21")])
    before = in_force(project, "y1")
    sent: list[bytes] = []
    fault = cell(value, column=column)

    def overheard(request: Request, reply: Reply) -> Reply:
        sent.append(fault(request, reply).body)
        return Reply(body=sent[-1])

    server.fail("data", overheard, times=9)
    report = fetch(project, server, days=1)
    (row,) = report.rows
    assert (row.fault, report.ok) == (Fault.VALUES, False)
    assert told in row.problem
    assert "y1: the new answer has values that cannot be right" in row.problem
    area = json.loads(sent[-1], parse_int=float)["rows"][3][1]
    assert f", {area}, " in row.problem
    assert in_force(project, "y1") == before
    assert quarantined(project) == [sent[-1]]
    assert "data/raw/jobindsats/_quarantine/y1/2026-07-21T061500Z.json" in row.problem
    (said,) = failures_in_danish([fetch_status(project)["y1"]])
    assert "værdier, som ikke kan være rigtige" in said
    # The same answer again is not kept twice, not accepted either, and a sound one is put in force.
    fetch(project, server, days=2, accept=["y1"])
    assert len(quarantined(project)) == 1
    assert in_force(project, "y1") == before
    server._planned.clear()
    assert fetch(project, server, days=3).ok


def test_an_area_has_no_more_persons_than_the_country(project: Project, server: JobindsatsServer) -> None:
    server.fail("data", cell("5001", column=3))
    (row,) = fetch(project, server).rows
    assert "5001 (more than the 5000 of the whole country)" in row.problem


def test_an_indicator_may_say_that_its_values_exceed_their_unit(
    project: Project, server: JobindsatsServer
) -> None:
    server.fail("data", cell("-3"), cell("150"), cell("250"))
    entries = {"andel": {**ENTRIES["andel"], "value_range": [-100, 200]}, "antal": ENTRIES["antal"]}
    assert fetch(project, server, entries=entries).ok
    assert fetch(project, server, days=1, force=True, entries=entries).ok
    assert not fetch(project, server, days=2, force=True, entries=entries).ok
    with pytest.raises(ValueError, match="value_range"):
        Indicator.model_validate({"key": "a", **entries["andel"], "value_range": [5, -5]})


def test_what_is_not_understood_is_kept_aside_too(project: Project, server: JobindsatsServer) -> None:
    server.fail(
        "data", cell('"12 stk"'), cell('"x"', column=0), changed(lambda found: found["columns"].reverse())
    )
    for day in range(3):
        fetch(project, server, days=day)
    assert len(quarantined(project)) >= 2
    assert in_force(project, "y1") == {}


def test_what_an_older_release_let_in_does_not_block_a_sound_answer(
    project: Project, server: JobindsatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(found: dict[str, Any]) -> None:
        for row in found["rows"]:
            row[:] = ["9999M12" if row[0] == "2026M06" else row[0], row[1], row[2] * 1000, row[3]]

    server.fail("data", changed(wrong))
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "broken", lambda *rules: iter(()))
        assert fetch(project, server).rows[0].newest == "9999M12"
    server.put([table(day="2026-07-21")])
    report = fetch(project, server, days=1)
    assert report.ok, report.problems
    assert report.rows[0].newest == "2026M06"


# -------------------------------------------------------------------------------------- much moved


def column_times(
    factor: float, column: int = 2, where: Callable[[list[Any]], bool] = lambda row: True
) -> Any:
    def change(found: dict[str, Any]) -> None:
        for row in found["rows"]:
            if where(row):
                row[column] = round(row[column] * factor, 1)

    return changed(change)


MOVED = {
    "a share of nothing": column_times(0),
    "a thousandth": column_times(0.001, 3),
    "half": column_times(0.5),
    "ten per cent and a bit": column_times(1.2),
}


@pytest.mark.parametrize("name", MOVED)
def test_an_answer_in_which_much_moved_is_held_back_until_it_is_accepted(
    project: Project, server: JobindsatsServer, name: str
) -> None:
    fetch(project, server)
    before = in_force(project, "y1")
    server.put([table(day="2026-07-21")])
    fault = MOVED[name]
    if name == "a thousandth":
        fault = changed(lambda found: [row.__setitem__(3, row[3] // 30) for row in found["rows"]])
    server.fail("data", fault, times=9)
    (row,) = fetch(project, server, days=1).rows
    assert row.fault is Fault.MOVED
    assert "values of mgrp" in row.problem and " from " in row.problem
    assert "plan fetch --table y1 --accept y1" in row.problem
    assert in_force(project, "y1") == before
    assert len(quarantined(project)) == 1
    (said,) = failures_in_danish([fetch_status(project)["y1"]])
    assert "holdt tilbage" in said
    report = fetch(project, server, days=2, accept=["Y1"])
    assert report.ok
    assert in_force(project, "y1") != before


def test_a_period_that_is_nothing_like_the_one_before_is_held_back(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    server.put([table("2026M07", day="2026-08-19")])
    for day, factor in enumerate((0, 0.01)):
        server.fail("data", column_times(factor, where=lambda row: row[0] == "2026M07"))
        (row,) = fetch(project, server, days=30 + day).rows
        assert row.fault is Fault.MOVED
        assert "2026M07 of mgrps_1 is nothing like the period before" in row.problem
    assert fetch(project, server, days=33).ok


def test_a_first_answer_of_nothing_but_zeros_is_held_back(project: Project, server: JobindsatsServer) -> None:
    server.fail("data", changed(lambda found: found.update(rows=[[*r[:2], 0, 0] for r in found["rows"]])))
    assert "every value is 0" in fetch(project, server).rows[0].problem


def test_what_moves_as_the_table_always_moves_is_put_in_force(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    for day, factor in ((1, 1.3), (2, 1.03), (3, 1.25)):
        server.put([table(day=f"2026-07-2{day}")])
        server.fail("data", column_times(factor))
        report = fetch(project, server, days=day, accept=["y1"] if day == 1 else [])
        # Accepted once, a revision of that size is what this table does.
        assert report.ok, report.problems
    server.put([table(day="2026-07-25")])
    server.fail("data", column_times(0.1))
    assert fetch(project, server, days=5).rows[0].fault is Fault.MOVED


def test_accepting_a_table_that_is_not_fetched_is_a_mistake(
    project: Project, server: JobindsatsServer
) -> None:
    with pytest.raises(PlanError, match="y2"):
        fetch(project, server, accept=["y2"])


# ------------------------------------------------------------------------------------------ clocks


def test_a_clock_that_was_ten_years_ahead_once_loses_nothing(
    project: Project, server: JobindsatsServer
) -> None:
    fetch(project, server)
    server.put([table(day="2026-07-21")])
    ahead = fetch(project, server, days=3652)
    assert any("clock" in remark for remark in ahead.remarks)
    newest = RawStore(project.raw).newest("jobindsats", "y1")
    server.put([table("2026M07", day="2026-08-19")])
    back = fetch(project, server, days=30)
    assert [row.outcome.value for row in back.rows] == ["fetched"]
    assert any("it is wrong now or was then" in remark for remark in back.remarks)
    store = RawStore(project.raw)
    assert store.newest("jobindsats", "y1") == "2026-08-19T061500Z_1" != newest
    assert max(place.period for place in in_force(project, "y1")) == "2026M07"
    assert fetch_status(project)["y1"].at == MORNING + timedelta(days=30)
    assert store.newest("jobindsats", "y1", date(2026, 7, 31)) == "2026-07-20T061500Z"
    server.put([table("2026M07", day="2026-08-20")])
    server.fail("data", column_times(1.01))
    again = fetch(project, server, days=31)
    assert again.rows[0].snapshot == "2026-08-20T061500Z_1"
    assert not any("wrong now or was then" in remark for remark in again.remarks)
    assert fetch_status(project)["y1"].snapshot == "2026-08-20T061500Z_1"


def test_a_clock_far_behind_is_named_where_it_makes_periods_come_too_early(
    project: Project, server: JobindsatsServer
) -> None:
    (row,) = fetch(project, server, days=-4000).rows
    assert "by this machine's clock" in row.problem


# ---------------------------------------------------------------------------- keys, lists, two at once


@pytest.mark.parametrize("status", [200, 400, 401, 403, 422, 500])
def test_a_bad_key_costs_one_request_whatever_the_status(
    project: Project, server: JobindsatsServer, status: int
) -> None:
    server.fail("", lambda request, reply: Reply(status, "Ugyldig nøgle".encode("latin-1")), times=99)
    report = fetch(project, server)
    assert len(server.requests) == 1
    assert {row.fault for row in report.rows} == {Fault.KEY}
    assert len(report.problems) == 1
    assert not any("list of tables" in remark for remark in report.remarks)


def test_a_key_that_opens_nothing_is_not_tried_on_every_table(tmp_path: Path) -> None:
    tables = [replace(table(), id=f"y{number}") for number in range(1, 9)]
    entries = {f"i{t.id}": entry(share={"table": t.id, "measure": "mgrpc_1"}) for t in tables}
    with serving(tables) as server:
        server.fail("", refusal(403, FORBIDDEN), times=99)
        report = fetch(new_project(tmp_path, entries), server, entries=entries)
        assert len(server.requests) == 2
        assert len(report.problems) == 1


def test_a_list_that_fails_is_told_once_and_the_tables_go_on(
    project: Project, server: JobindsatsServer
) -> None:
    server.fail("tables", refusal(500, "oops"), raw(b"[" * 200_000), refusal(403, FORBIDDEN), times=4)
    report = fetch(project, server)
    assert report.ok
    assert sum("list of tables could not be had" in remark for remark in report.remarks) == 1


def test_a_second_fetch_waits_for_the_first_and_says_so(project: Project, server: JobindsatsServer) -> None:
    told: list[str] = []
    free = threading.Event()

    def progress(step: FetchProgress) -> None:
        told.append(step.words)
        if "another fetch" in step.words:
            free.set()

    def hold() -> None:
        with locked(project.raw / "jobindsats", ".fetch.lock"):
            held.set()
            free.wait(20)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    assert fetch(project, server, progress=progress).ok
    holder.join()
    assert told[0] == "waiting for another fetch to end"
    assert "reading the list of tables" in told[1]


# ---------------------------------------------------------------------------------- one plan, one measure


def test_id_and_label_of_a_measure_give_the_same_figures(project: Project, server: JobindsatsServer) -> None:
    entries = {
        "med-id": {**entry(share=COUNT), "unit": "persons"},
        "med-navn": {**entry(share={**COUNT, "measure": "Antal personer"}), "unit": "persons"},
    }
    assert fetch(project, server, entries=entries).ok
    store = RawStore(project.raw)
    (snapshot,) = store.snapshots("jobindsats", "y1")
    catalogue = new_catalogue(entries, PLACES)
    frame = read_cells(
        store.read("jobindsats", "y1", snapshot),
        store.sidecar("jobindsats", "y1", snapshot),
        area_codes(catalogue.municipalities),
    ).frame
    by_id, by_label = (
        frame[frame["measure"] == word]["value"].tolist() for word in ("mgrpc_1", "Antal personer")
    )
    assert by_id == by_label != []
    assert fetch(project, server, days=1, entries=entries).rows[0].outcome.value == "unchanged"


def test_a_fetch_for_one_plan_is_judged_by_what_that_plan_uses(
    project: Project, server: JobindsatsServer
) -> None:
    entries = {**ENTRIES, "andres": entry(share={"table": "y1", "measure": "mgrp_gone"})}
    own = fetch(project, server, entries=entries, indicators=["andel"])
    assert own.ok
    assert any("mgrp_gone" in remark for remark in own.rows[0].remarks)
    everyone = fetch(project, server, days=1, entries=entries, force=True)
    assert not everyone.ok
    catalogue = new_catalogue(entries, PLACES)
    shown: dict[str, tuple[FetchRow, ...]] = {
        key: fetch_rows(project, [catalogue.indicators[key]]) for key in entries
    }
    assert {key: len(rows) for key, rows in shown.items()} == {"andel": 0, "antal": 0, "andres": 1}
    (said,) = failures_in_danish([shown["andres"][0]])
    assert "delvis" in said


def test_the_key_is_in_nothing_that_is_kept_aside(project: Project, server: JobindsatsServer) -> None:
    key = "secret-key-0123456789"
    server.token = key
    server.fail("data", cell("250"))
    fetch(project, server, client=new_client(server, key=ApiKey(key)))
    assert quarantined(project)
    assert not [name for name, content in files_below(project.root).items() if key.encode() in content]
