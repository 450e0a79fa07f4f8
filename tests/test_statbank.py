"""StatBank without a key: asked, kept, read and shown, held against what a server on this machine served."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lxml.html
import pytest
from typer.testing import CliRunner

from helpers.catalogue import Catalogue, load_catalogue, models
from helpers.catalogue.loader import check_catalogue
from helpers.catalogue.models import SOURCES, Indicator, Publisher
from helpers.cli import app
from helpers.commands.rendering import keyless_words, unsettled
from helpers.data.answers import Answer, AnswerError, parse_json
from helpers.data.basis import Basis, choose_basis
from helpers.data.csv_answers import as_table
from helpers.data.processed import data_problems, load_observations
from helpers.data.raw import AnswerColumn, RawStore
from helpers.periods import Frequency, Period
from helpers.project import ROOT_VARIABLE, Project
from helpers.reports import wing
from helpers.reports.base.request import RenderRequest
from helpers.reports.plan.report import read_report
from helpers.sources.faults import Fault, SourceError
from helpers.sources.fetch import fetch_tables
from helpers.sources.fetch_status import FetchOutcome, FetchReport, failures_in_danish
from helpers.sources.queries import Lacks
from helpers.sources.settings import KEY_VARIABLE, STATBANK_URL_VARIABLE, URL_VARIABLE, StatbankSettings
from helpers.sources.source import Prepared, Source
from helpers.sources.statbank import StatbankClient
from helpers.sources.transport import Periods, Transport
from jobindsats_server import TOKEN
from jobindsats_support import UNEMPLOYED, entry, serving
from jobindsats_tables import all_names, made_up
from report_support import copy_project
from statbank_server import (
    AGE,
    AREAS,
    SAVED,
    SEX,
    Assumptions,
    StatbankServer,
    Table,
    catalogue_tables,
    info,
    time_of,
)

CHECKOUT = Path(__file__).resolve().parents[1]
PLAN = "arbejdsmarkedet"
NOW = datetime(2026, 8, 22, 7, 0, tzinfo=UTC)
needs_saved = pytest.mark.skipif(not SAVED.is_dir(), reason=f"no saved answers at {SAVED}")


class Sleeps(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def client(server: StatbankServer, **more: Any) -> StatbankClient:
    chosen = {"url": server.url, "waits": (1, 2), "read_timeout": 5, **more}
    return StatbankClient(StatbankSettings(**chosen), sleep=Sleeps())


def new_project(root: Path) -> Project:
    shutil.copytree(CHECKOUT / "catalogue", root / "catalogue")
    return Project(root)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return new_project(tmp_path)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(Project(CHECKOUT))


def fetch(
    project: Project, catalogue: Catalogue, server: StatbankServer, *tables: str, **more: Any
) -> FetchReport:
    options = {key: more.pop(key) for key in ("force", "accept", "now") if key in more}
    return fetch_tables(
        project,
        catalogue,
        tables=tables or None,
        client=client(server, **more),
        **{"now": NOW, "reload_waits": (), **options},
    )


def values(project: Project, catalogue: Catalogue) -> dict[tuple[str, str, str, str], tuple[float, str]]:
    basis = choose_basis(project, catalogue, catalogue.plan(PLAN))
    frame = load_observations(project, catalogue, basis)
    keys = zip(frame["indicator"], frame["series"], frame["area"], frame["period"], strict=True)
    return dict(zip(keys, zip(frame["value"], frame["state"], strict=True), strict=True))


def served(server: StatbankServer, key: str, **at: str) -> str:
    """What the server holds at a place, read without the project's code."""
    table = server.tables[key]
    place = [
        at.get(v["id"]) or ("TOT" if v["id"] != "ALDER" or key != "FOLK1A" else "IALT")
        for v in table.variables
    ]
    return table.value(tuple(place))


# ------------------------------------------------------------------------------------ from end to end


def test_all_goals_of_the_plan_have_real_figures_without_a_key(
    project: Project, catalogue: Catalogue
) -> None:
    with StatbankServer(catalogue_tables()) as server:
        report = fetch(project, catalogue, server)
        assert report.ok, report.problems
        found = values(project, catalogue)
        for code in ("791", "250", "825"):
            share = served(server, "AUP02", OMRÅDE=code, Tid="2025M09")
            assert found["ledighedsprocent", "share", code, "2025M09"] == (float(share), "ok")
            people = sum(
                int(served(server, "FOLK1A", OMRÅDE=code, ALDER=str(age), Tid="2025K4"))
                for age in range(16, 67)
            )
            sick = int(served(server, "AUK01", OMRÅDE=code, YDELSESTYPE="SY", Tid="2025K4"))
            assert found["sygedagpenge-befolkning", "count", code, "2025Q04"] == (sick, "ok")
            ours = found["sygedagpenge-befolkning", "share", code, "2025Q04"][0]
            assert abs(ours - 100 * sick / people) <= 0.005 + 1e-9
    assert not data_problems(project, catalogue, choose_basis(project, catalogue, catalogue.plan(PLAN)))
    shown = read_report(project, catalogue, catalogue.plan(PLAN), catalogue.municipality("Viborg"))
    assert not shown.is_example
    assert [row.goal for row in shown.rows if row.gap is None] == []


def test_a_table_is_asked_again_only_when_it_was_updated(project: Project, catalogue: Catalogue) -> None:
    tables = {table.info["id"]: table for table in catalogue_tables()}
    with StatbankServer([tables["AUP02"]]) as server:
        assert fetch(project, catalogue, server, "aup02").rows[0].outcome is FetchOutcome.FETCHED
        asked = len(server.asked_for_data)
        assert fetch(project, catalogue, server, "aup02").rows[0].outcome is FetchOutcome.UNCHANGED
        assert len(server.asked_for_data) == asked
        # Later on the same day: the day alone would not tell.
        tables["AUP02"].info["updated"] = "2026-05-26T11:30:00"
        assert fetch(project, catalogue, server, "aup02").ok
        assert len(server.asked_for_data) == asked + 1


def test_a_call_is_at_least_a_second_after_the_one_before(project: Project, catalogue: Catalogue) -> None:
    with StatbankServer(catalogue_tables()) as server:
        asks = client(server)
        assert fetch_tables(project, catalogue, tables=["aup02", "aus08"], client=asks, now=NOW).ok
        assert asks.sleep == [1.0] * (len(server.calls) - 1)
        assert set(server.agents) == {asks._session.headers["User-Agent"]}
        assert server.agents[0].startswith("beskaeftigelsesplan/")


def test_areas_that_are_no_municipality_are_not_asked_for(project: Project, catalogue: Catalogue) -> None:
    with StatbankServer(catalogue_tables()) as server:
        assert fetch(project, catalogue, server, "aup02").ok
        (body,) = server.asked_for_data
    asked = next(item["values"] for item in body["variables"] if item["code"] == "OMRÅDE")
    assert asked[0] == "000" and len(asked) == 99 and "997" not in asked and "084" not in asked


@pytest.mark.parametrize(
    "assumptions",
    [
        Assumptions(presentation="Value"),
        Assumptions(presentation="CodeAndValue"),
        Assumptions(decimal_mark=","),
        Assumptions(quarter="Q"),
        Assumptions(bom=False, line_end="\n"),
        Assumptions(sum_shown="whole"),
        Assumptions(parts_counted=False),
    ],
    ids=str,
)
def test_what_is_not_known_of_the_api_may_be_either_way(
    tmp_path: Path, catalogue: Catalogue, assumptions: Assumptions
) -> None:
    found = []
    for name, chosen in (("usual", Assumptions()), ("other", assumptions)):
        project = new_project(tmp_path / name)
        with StatbankServer(catalogue_tables(), chosen) as server:
            assert fetch(project, catalogue, server, "aup02", "auk01", "folk1a").ok
        found.append({k: str(v) for k, v in values(project, catalogue).items()})
    assert found[0] == found[1]


@pytest.mark.parametrize("more", [{"bulk": True}, {"sums": False}, {"cell_limit": 60_000}], ids=str)
def test_bulk_own_sums_and_parts_give_the_same_figures(
    tmp_path: Path, catalogue: Catalogue, more: dict[str, Any]
) -> None:
    found, few = [], dict.fromkeys(Frequency, 6)
    for name, chosen in (("usual", {}), ("other", more)):
        project = new_project(tmp_path / name)
        with StatbankServer(
            catalogue_tables(), Assumptions(limit=chosen.get("cell_limit", 1_000_000))
        ) as server:
            assert fetch(project, catalogue, server, "aup02", "folk1am", periods=few, **chosen).ok
            calls = len(server.asked_for_data)
        found.append({k: str(v) for k, v in values(project, catalogue).items()})
    assert found[0] == found[1]
    assert calls > 2 or "cell_limit" not in more


# ----------------------------------------------------------------------------------- missing and zero


def counts(cells: dict[tuple[str, str], str]) -> Table:
    """AUK01 with one kind of benefit; what is not given is 0."""
    told = info(
        "AUK01",
        "Offentligt forsørgede",
        [
            AREAS,
            {
                "id": "YDELSESTYPE",
                "text": "ydelse",
                "elimination": True,
                "time": False,
                "values": [
                    {"id": key, "text": key} for key in ("TOT", "KT", "SY", "RES", "JA", "FP", "FL", "LY")
                ],
            },
            SEX,
            AGE,
            time_of(["2025K3", "2025K4"]),
        ],
    )
    return Table(told, lambda place: cells.get((place[0], place[-1]), "98" if place[0] == "000" else "0"))


@pytest.mark.parametrize("bulk", [False, True], ids=["CSV", "BULK"])
def test_zero_missing_and_left_out_are_told_apart(project: Project, catalogue: Catalogue, bulk: bool) -> None:
    table = counts({("825", "2025K4"): "..", ("791", "2025K4"): "2"})
    with StatbankServer([table]) as server:
        report = fetch(project, catalogue, server, "auk01", bulk=bulk)
        assert report.ok, report.problems
    found = values(project, catalogue)
    told = (
        {code: found["sygedagpenge-befolkning", "count", code, "2025Q04"] for code in ("250", "791", "825")}
        if (("sygedagpenge-befolkning", "count", "250", "2025Q04") in found)
        else {}
    )
    assert told["250"] == (0.0, "ok")
    assert told["791"] == (2.0, "ok")
    assert told["825"][1] == "missing"


def test_nothing_is_added_up_from_a_part_that_is_missing() -> None:
    asked = {"ALDER": {"16..18": ["16", "17", "18"]}}
    text = (
        "ALDER;TID;INDHOLD\n16;2025K1;1\n17;2025K1;..\n18;2025K1;3\n16;2025K2;1\n17;2025K2;2\n18;2025K2;3\n"
    )
    kept = {"format": "CSV", "time": "Tid", "periods": ["2025K1", "2025K2"], "asked": asked, "text": text}
    assert as_table(kept)["rows"] == [["16..18", "2025Q01", None], ["16..18", "2025Q02", 6]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>Vedligeholdelse</html>",
        "OMRÅDE;TID\n250;2025M01\n",
        "OMRÅDE;ALDER;TID;INDHOLD\n250;TOT;2025M01;1\n",
        "OMRÅDE;TID;INDHOLD\n250;2025M01;1\n250;2025M",
        "OMRÅDE;TID;INDHOLD\n250;2025M01;1\n250;2025M02;1",
        "OMRÅDE;TID;INDHOLD\n999;2025M01;1\n",
        "OMRÅDE;TID;INDHOLD\n250;igår;1\n",
        "OMRÅDE;TID;INDHOLD\n250;2025M01;mange\n",
        "OMRÅDE;TID;INDHOLD\n250;2025M01;1\n250;2025M01;2\n",
    ],
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    kept = {
        "format": "CSV",
        "time": "Tid",
        "periods": ["2025M01", "2025M02"],
        "asked": {"OMRÅDE": {"250": "Frederikssund"}},
        "text": text,
    }
    with pytest.raises(AnswerError):
        as_table(kept)


# -------------------------------------------------------------------------------------------- trouble


def one_row(project: Project, catalogue: Catalogue, server: StatbankServer, **more: Any) -> Any:
    (row,) = fetch(project, catalogue, server, "aup02", **more).rows
    return row


def test_a_table_that_is_no_more_is_told(project: Project, catalogue: Catalogue) -> None:
    with StatbankServer([]) as server:
        row = one_row(project, catalogue, server)
    assert row.fault is Fault.NOT_FOUND and "catalogue/indicators/arbejdsmarkedet.yml" in row.problem
    assert "Statistikbanken har ingen tabel" in failures_in_danish([row])[0]


def test_too_large_a_question_says_what_to_lower(project: Project, catalogue: Catalogue) -> None:
    with StatbankServer(catalogue_tables(), Assumptions(limit=1000)) as server:
        row = one_row(project, catalogue, server)
    assert "celler er over begrænsningen på 1.000 celler" in row.problem
    assert "REQUEST-LIMIT" in row.problem and "STATBANK_CELL_LIMIT" in row.problem


def test_a_value_that_the_table_has_not_is_named_before_asking(
    project: Project, catalogue: Catalogue
) -> None:
    tables = {table.info["id"]: table for table in catalogue_tables()}
    lacking = tables["AUK01"].info["variables"][1]
    lacking["values"] = [value for value in lacking["values"] if value["text"] != "Fleksjob"]
    with StatbankServer([tables["AUK01"]]) as server:
        (row,) = fetch(project, catalogue, server, "auk01").rows
    assert row.outcome is FetchOutcome.FETCHED
    assert any('YDELSESTYPE has no value "Fleksjob"' in remark for remark in row.remarks)


@pytest.mark.parametrize(
    "fault", ["cut", "hang up", 503, b"", b"<html>login</html>", b'{"errorTypeCode":"X","message":"Nej"}']
)
def test_a_broken_answer_keeps_the_last_good_one(
    project: Project, catalogue: Catalogue, fault: int | str | bytes
) -> None:
    with StatbankServer(catalogue_tables()) as server:
        assert fetch(project, catalogue, server, "aup02").ok
        before = RawStore(project.raw).newest("statbank", "aup02")
        server.faults = [None, *[fault] * 3]
        row = one_row(project, catalogue, server, force=True)
        assert row.outcome is FetchOutcome.KEPT and row.snapshot == before
        assert "stays in force" in row.problem
        server.faults = []
        assert fetch(project, catalogue, server, "aup02", force=True).ok


def test_a_slow_answer_is_waited_for_and_an_endless_one_is_not(
    project: Project, catalogue: Catalogue
) -> None:
    with StatbankServer(catalogue_tables()) as server:
        server.faults = [None, "drip"]
        assert fetch(project, catalogue, server, "aup02").ok
        server.faults = [None, *["drip"] * 3]
        row = one_row(project, catalogue, server, force=True, longest_answer=0.3)
    assert row.outcome is FetchOutcome.KEPT and "was not whole after" in row.problem


def test_a_service_out_of_reach_says_so_and_what_was_kept(project: Project, catalogue: Catalogue) -> None:
    with StatbankServer(catalogue_tables()) as server:
        assert fetch(project, catalogue, server, "aup02", "aus08").ok
    report = fetch(project, catalogue, server, "aup02", "aus08", force=True)
    assert not report.ok and "cannot be reached" in report.stopped and "STATBANK_API_URL" in report.stopped
    assert {row.outcome for row in report.rows} == {FetchOutcome.KEPT}


def test_values_that_cannot_be_right_lie_in_quarantine(project: Project, catalogue: Catalogue) -> None:
    tables = {table.info["id"]: table for table in catalogue_tables()}
    with StatbankServer([Table(tables["AUP02"].info, lambda place: "130.5")]) as server:
        row = one_row(project, catalogue, server)
    assert row.fault is Fault.VALUES and row.snapshot is None
    assert list((project.raw / "statbank" / "_quarantine" / "aup02").glob("*.json"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("after", [0.05, 0.2, 0.5, 0.9])
def test_the_store_is_whole_when_a_fetch_is_killed(
    project: Project, catalogue: Catalogue, after: float
) -> None:
    with StatbankServer(catalogue_tables()) as server:
        child = os.fork()
        if child == 0:
            try:
                fetch(project, catalogue, server, "aup02", "auk01", "aus08")
            finally:
                os._exit(0)
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert RawStore(project.raw).problems("statbank") == ()
        assert fetch(project, catalogue, server, "aup02", "auk01", "aus08").ok
    assert RawStore(project.raw).problems("statbank") == ()


@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without"])
def test_a_fetch_of_everything_asks_both_sources_and_keeps_each_by_itself(
    project: Project, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, keyed: bool
) -> None:
    both = {
        "ledige": Indicator.model_validate({"key": "ledige", **entry(share=UNEMPLOYED)}),
        "procent": Indicator.model_validate({"key": "procent", **entry(share={"statbank": "AUP02"})}),
    }
    mixed = replace(catalogue, indicators=both, plans={}, surveys={})
    with serving(made_up(all_names())) as with_key, StatbankServer(catalogue_tables()) as without:
        monkeypatch.setenv(URL_VARIABLE, with_key.url)
        monkeypatch.setenv(STATBANK_URL_VARIABLE, without.url)
        monkeypatch.setenv(KEY_VARIABLE, TOKEN if keyed else "")
        report = fetch_tables(project, mixed, now=NOW)
    assert report.ok, report.problems
    asked = {("jobindsats", "y25i01"), ("statbank", "aup02")} if keyed else {("statbank", "aup02")}
    assert {(row.source, row.table) for row in report.rows} == asked
    assert {row.outcome for row in report.rows} == {FetchOutcome.FETCHED}
    assert any(KEY_VARIABLE in remark for remark in report.remarks) is not keyed
    assert bool(with_key.calls("/data/")) is keyed
    for source in ("jobindsats", "statbank"):
        kept = sorted(path.name for path in (project.raw / source).glob("[!_.]*"))
        assert kept == [table for of, table in asked if of == source]
        assert (project.raw / source / "_runs").is_dir() is bool(kept)


class Toy(Source):
    """A third source: a class of one table and one figure for each area."""

    key, client_type = "toy", Transport

    @staticmethod
    def settings(project: Project) -> StatbankSettings:
        return StatbankSettings(url="http://127.0.0.1:1")

    def prepare(self, table: str, wanted: Any, lacking: Lacks, *, fresh: bool) -> Prepared:
        period = Period.parse("2025M09")
        self.names = [municipality.code for municipality in self.municipalities]
        return Prepared(
            table=table,
            title="Legetøj",
            country="000",
            names=self.names,
            asked=len(self.names),
            limits={},
            oldest=period,
            promised=period,
            update_latest=None,
            update_next=None,
            calls=[SimpleNamespace(periods=Periods(Frequency.MONTH, ids=(period.id,)))],
            unmoved=lambda _: False,
            lacking=lacking,
        )

    def ask(self, call: Any) -> Answer:
        self.asked = True
        text = "OMRÅDE;TID;INDHOLD\n" + "".join(f"{code};2025M09;7\n" for code in ("000", *self.names))
        kept = {"format": "CSV", "time": "TID", "periods": ["2025M09"], "text": text,
                "asked": {"OMRÅDE": {code: code for code in ("000", *self.names)}}}  # fmt: skip
        return parse_json(json.dumps(kept).encode())

    def columns(self, call: Any, answer: Answer) -> tuple[AnswerColumn, ...]:
        roles = {"OMRÅDE": ("area", "area"), "TID": ("period", "period"), "INDHOLD": ("measure", "INDHOLD")}
        return tuple(AnswerColumn(role=roles[c][0], id=roles[c][1], label=c) for c in answer.columns)

    def misfit(self, call: Any, answer: Answer, what: str) -> SourceError:
        raise AssertionError(what)


def test_a_third_source_is_a_class_and_a_line(
    project: Project, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCES, "toy", Publisher("Legetøj", "Ingen", "", f"{__name__}:Toy", "INDHOLD"))
    monkeypatch.setitem(models.ORIGIN_FORMS, "toy", models.ORIGIN_FORMS["statbank"])
    played = Indicator.model_validate({"key": "leg", **entry(share={"toy": "T1"})})
    report = fetch_tables(
        project,
        replace(catalogue, indicators={"leg": played}, plans={}, surveys={}),
        sources=["toy"],
        now=NOW,
    )
    assert report.ok, report.problems
    (row,) = report.rows
    assert (row.source, row.table, row.newest, row.cells) == ("toy", "t1", "2025M09", 99)
    assert RawStore(project.raw).newest("toy", "t1") and RawStore(project.raw).problems("toy") == ()


# ------------------------------------------------------------------------------------- the catalogue


def test_two_sources_never_share_a_line(project: Project) -> None:
    path = project.catalogue / "indicators" / "arbejdsmarkedet.yml"
    text = path.read_text(encoding="utf-8").replace(
        "share_of: *sygedagpenge, out_of: *befolkning",
        "share_of: {table: y07a02, measure: mgrpa02_3}, out_of: *befolkning",
    )
    path.write_text(text, encoding="utf-8")
    told = check_catalogue(project)
    assert any("Two sources never share a line" in problem.what for problem in told), told


def test_a_few_figures_from_statbank_make_no_plan_on_jobindsats_real(
    project: Project, catalogue: Catalogue
) -> None:
    with StatbankServer(catalogue_tables()) as server:
        assert fetch(project, catalogue, server).ok
    kinds = {key: choose_basis(project, catalogue, plan).kind for key, plan in catalogue.plans.items()}
    assert kinds[PLAN] == "real"
    assert kinds["noegletal-2026"] == "example"


def test_real_figures_without_a_key_are_pointed_to_until_there_are_some(
    project: Project, catalogue: Catalogue
) -> None:
    said = keyless_words(project, catalogue)
    assert "plan fetch --source statbank" in said and f"--plan {PLAN}" in said
    with StatbankServer(catalogue_tables()) as server:
        assert fetch(project, catalogue, server, "aus08").ok
    assert keyless_words(project, catalogue) == ""


def test_each_municipality_is_in_one_of_the_five_groups(catalogue: Catalogue) -> None:
    with (CHECKOUT / "catalogue/areas/kommunegrupper.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert sorted(row["municipality"] for row in rows) == sorted(m.name for m in catalogue.municipalities)
    assert sorted(Counter(row["cluster"] for row in rows).values()) == [3, 16, 24, 24, 31]


def test_what_readers_should_know_is_not_settled_is_named(project: Project, catalogue: Catalogue) -> None:
    with StatbankServer(catalogue_tables()) as server:
        assert fetch(project, catalogue, server, "auk01", "folk1a").ok
    request = RenderRequest(
        project, "plan", ("Viborg",), PLAN, None, None, ("html",), "built-in", project.root / "_site", False, "", 1,
        False, False, "", for_publication=True,
    )  # fmt: skip
    said = list(unsettled(request, catalogue, wing("plan").asked(request, catalogue)))
    goals = catalogue.plan(PLAN).goals
    without = [goal for goal in goals if not {"auk01", "folk1a"} >= tables_of(catalogue, goal.indicators[0])]
    assert f"Missing: Viborg has no verdict for {len(without)} of {len(goals)} goals." in said
    (unconfirmed,) = (line for line in said if line.startswith("Unconfirmed"))
    named = set(unconfirmed.rstrip(".").split(": ")[-1].split(", "))
    used = [catalogue.indicator(key) for goal in goals for key in goal.indicators]
    series = {f"{i.key}.{name}": one.certainty for i in used for name, one in i.series.items()}
    assert named == {name for name, certainty in series.items() if certainty != "confirmed"}


def test_figures_that_the_source_calls_provisional_are_called_so(
    project: Project, catalogue: Catalogue
) -> None:
    with StatbankServer(catalogue_tables()) as server:
        assert fetch(project, catalogue, server, "aup01", "aup02", "auf01", "auf02").ok
    request = RenderRequest(
        project, "plan", ("Viborg",), PLAN, None, None, ("html",), "built-in", project.root / "_site", False, "", 1,
        False, False, "", for_publication=True,
    )  # fmt: skip
    said = list(unsettled(request, catalogue, wing("plan").asked(request, catalogue)))
    (provisional,) = (line for line in said if line.startswith("Provisional"))
    assert "ledighedsprocent-foreloebig" in provisional and "as the source says itself" in provisional
    assert "ledighedsprocent," not in provisional and "newest months" not in provisional
    (unconfirmed,) = (line for line in said if line.startswith("Unconfirmed"))
    assert "ledighedsprocent-foreloebig.share" in unconfirmed

    report = read_report(project, catalogue, catalogue.plan(PLAN), catalogue.municipality("Viborg"))
    assert {i.key: len(periods) for i in report.indicators if (periods := report.provisional[i.key])} == {
        "ledighedsprocent-foreloebig": 60
    }
    shown = report.figure("1a").markdown
    judged, below = shown.split("**Til sammenligning.**")
    assert "foreløbig" not in judged and "Alle tallene er foreløbige." in below
    assert below.count("(foreløbig)") == 25  # each month of the table behind the figure
    for period in ("2024M06", "2026M06"):
        share = served(server, "AUP01", OMRÅDE="791", Tid=period).replace(".", ",")
        assert f"{share}" in below
    assert [row.indicator for row in report.rows if row.goal == "1a"] == ["ledighedsprocent"]


def test_a_table_that_calls_itself_provisional_is_told_when_the_catalogue_does_not(
    project: Project, catalogue: Catalogue
) -> None:
    path = project.catalogue / "indicators" / "arbejdsmarkedet.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("  provisional: true\n", ""), encoding="utf-8")
    for reading, told in ((catalogue, 0), (load_catalogue(project), 1)):
        with StatbankServer(catalogue_tables()) as server:
            (row,) = fetch(project, reading, server, "auf01", force=True).rows
        assert len([remark for remark in row.remarks if "provisional: true" in remark]) == told, row.remarks


def test_the_seasonally_adjusted_line_of_statbank_is_a_figure_beside_the_one_of_jobindsats(
    project: Project, catalogue: Catalogue
) -> None:
    plan = catalogue.plan("noegletal-2026")
    (goal,) = (goal for goal in plan.goals if "ledighed-andel" in goal.indicators)
    (item,) = catalogue.beside(goal)
    assert set(catalogue.indicator(item.indicator).table_sources.values()) == {"statbank"}
    assert set(catalogue.indicator("ledighed-andel").table_sources.values()) == {"jobindsats"}

    viborg = catalogue.municipality("Viborg")
    drawn = read_report(project, catalogue, plan, viborg, example=True).figure(goal.number)
    first, second = (chart for chart in drawn.charts())
    assert drawn.markdown.count(item.difference[:40]) == 1
    before, beside = drawn.markdown.split(item.difference[:40])
    assert "Kilde: eksempeldata." in before and "Kilde: eksempeldata." in beside
    assert ["aus08" in part.source for part in drawn.figures] == [False, True]
    assert first is not second

    with StatbankServer(catalogue_tables()) as server:
        assert fetch(project, catalogue, server, "aup02").ok
    own = read_report(project, catalogue, catalogue.plan(PLAN), viborg)
    assert catalogue.beside(own.plan.goal("1a"))  # and nothing of it was fetched
    assert len(own.figure("1a").charts()) == 1 and "Til sammenligning" not in own.figure("1a").markdown


def tables_of(catalogue: Catalogue, key: str) -> set[str]:
    return set(catalogue.indicator(key).table_sources)


# ------------------------------------------------------------------------------- the saved real answers


def rows_of(name: str) -> list[dict[str, str]]:
    with (SAVED / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def saved_info() -> dict[str, Any]:
    return json.loads((SAVED / "AUP02-tableinfo.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def benefits() -> Iterator[tuple[Table, dict[tuple[str, str], str]]]:
    """AUK01 as it was saved: (code of area, quarter) → cell."""
    areas = saved_info()["variables"][0]
    codes = {value["text"]: value["id"] for value in areas["values"]}
    cells = {
        (codes[row["OMRÅDE"]], row["TID"]): row["INDHOLD"] for row in rows_of("auk01_social_assistance.csv")
    }
    kind = "Net unemployed recipients of social assistance"
    benefit = {"id": "YDELSESTYPE", "text": "type", "elimination": True, "time": False,
               "values": [{"id": "X1", "text": kind}]}  # fmt: skip
    times = sorted({quarter.replace("Q", "K") for _, quarter in cells})
    told = info("AUK01", "Persons receiving public benefits", [areas, benefit, SEX, AGE, time_of(times)])
    yield Table(told, lambda place: cells[place[0], place[-1].replace("K", "Q")]), cells


@needs_saved
@pytest.mark.reference
@pytest.mark.parametrize("bulk", [False, True], ids=["CSV", "BULK"])
def test_saved_counts_come_out_as_they_are(
    project: Project, catalogue: Catalogue, benefits: tuple[Table, dict[tuple[str, str], str]], bulk: bool
) -> None:
    table, cells = benefits
    with StatbankServer([table]) as server:
        (row,) = fetch(project, catalogue, server, "auk01", bulk=bulk).rows
    assert row.outcome is FetchOutcome.FETCHED, row.problem
    found = values(project, catalogue)
    compared = 0
    for (code, quarter), cell in cells.items():
        place = ("dk" if code == "000" else code, f"{quarter[:4]}Q0{quarter[5]}")
        ours = found.get(("kontanthjaelp-ledige-befolkning", "count", *place))
        if ours is not None:
            assert ours == (float(cell), "ok"), (code, quarter)
            compared += 1
    assert compared == 99 * 21  # the country and 98 municipalities, the newest 21 quarters


@needs_saved
@pytest.mark.reference
def test_final_unemployment_agrees_with_jobindsats_to_the_digit(
    project: Project, catalogue: Catalogue
) -> None:
    derived = SAVED.parent / "derived" / "jobindsats-monthly-98-kommuner-wide.csv"
    with derived.open(encoding="utf-8", newline="") as file:
        real = {
            (row["area_code"].zfill(3), row["period"]): row["ledige_total_pct_arbejdsstyrke"]
            for row in csv.DictReader(file)
            if row["ledige_total_pct_arbejdsstyrke"]
        }
    told = saved_info()
    served_periods = {value["id"] for value in told["variables"][-1]["values"]}
    table = Table(told, lambda place: real.get((place[0], place[-1]), ".."))
    with StatbankServer([table]) as server:
        report = fetch(project, catalogue, server, "aup02")
        assert report.ok, report.problems
    found = values(project, catalogue)
    compared = 0
    for (code, period), value in real.items():
        if period in served_periods:
            place = ("dk" if code == "000" else code, period)
            assert found["ledighedsprocent", "share", *place] == (float(value), "ok"), place
            compared += 1
    assert compared > 99 * 45
    assert found["ledighedsprocent", "share", "250", "2021M01"][1] == "missing"
    for name in ("Viborg", "Frederikssund", "Læsø"):
        report_of = read_report(project, catalogue, catalogue.plan(PLAN), catalogue.municipality(name))
        row = next(row for row in report_of.rows if row.goal == "1a")
        code = catalogue.municipality(name).code
        assert (
            row.period is not None
            and str(row.municipality) == real[code, row.period.id].rstrip("0").rstrip(".")
        ) or (float(str(row.municipality)) == float(real[code, row.period.id]))


def saved_population(key: str, name: str) -> tuple[Table, dict[tuple[str, str], str]]:
    """FOLK1A or FOLK1AM as it was saved, which is all ages in one: (code of area, period) → cell."""
    areas = saved_info()["variables"][0]
    codes = {value["text"]: value["id"] for value in areas["values"]}
    rows = [
        row for row in rows_of(name) if row["OMRÅDE"] in codes
    ]  # not Christiansø, which is no municipality
    cells = {(codes[row["OMRÅDE"]], row["TID"].replace("Q", "K")): row["INDHOLD"] for row in rows}
    ages = {"id": "ALDER", "text": "age", "elimination": True, "time": False,
            "values": [{"id": "IALT", "text": "Age, total"}]}  # fmt: skip
    told = info(key, "Population", [areas, SEX, ages, time_of(sorted({period for _, period in cells}))])
    return Table(told, lambda place: cells.get((place[0], place[-1]), "..")), cells


@needs_saved
@pytest.mark.reference
def test_the_saved_population_comes_out_as_it_is_and_divides_the_saved_counts(
    project: Project, catalogue: Catalogue, benefits: tuple[Table, dict[tuple[str, str], str]]
) -> None:
    """The files hold no ages, so they cannot be the population of 16-66; of all ages they can."""
    months, by_month = saved_population("FOLK1AM", "folk1am_population_by_municipality.csv")
    quarters, by_quarter = saved_population("FOLK1A", "folk1a_total_pop.csv")
    assert all(row["ALDER"] == "Age, total" for row in rows_of("folk1a_total_pop.csv"))
    origin = catalogue.indicator("kontanthjaelp-ledige-befolkning").series["count"].origin
    people = {"statbank": "FOLK1A"}
    own = {
        "folketal": Indicator.model_validate(
            {"key": "folketal", **entry(share={"statbank": "FOLK1AM"}), "unit": "persons", "decimals": 0}
        ),
        "andel": Indicator.model_validate(
            {
                "key": "andel",
                **entry(
                    share={"share_of": origin.terms[0].model_dump(), "out_of": people}, frequency="quarter"
                ),
                "decimals": 2,
            }
        ),
    }
    asked = replace(catalogue, indicators=own, plans={}, surveys={}, published={}, points={})
    with StatbankServer([months, quarters, benefits[0]]) as server:
        report = fetch(project, asked, server)
        assert report.ok, report.problems
    frame = load_observations(project, asked, Basis("real"))
    frame = frame[frame["series"] == "share"]
    keys = zip(frame["indicator"], frame["area"], frame["period"], strict=True)
    found = dict(zip(keys, zip(frame["value"], frame["state"], strict=True), strict=True))
    compared = 0
    for (code, month), cell in by_month.items():
        area = "dk" if code == "000" else code
        if (place := ("folketal", area, month)) in found:
            assert found[place] == (float(cell), "ok"), place
            compared += 1
    assert compared == 99 * 53
    for (code, quarter), cell in by_quarter.items():
        area = "dk" if code == "000" else code
        if quarter != "2022K1" or ("andel", area, "2022Q01") not in found:
            continue
        assert cell == by_month[code, "2022M01"]  # the two tables agree on the day that both have
        share = Fraction(100 * int(benefits[1][code, "2022Q1"]), int(cell))
        assert abs(Fraction(str(found["andel", area, "2022Q01"][0])) - share) <= Fraction(1, 200), code
        compared += 1
    assert compared == 99 * 53 + 99
    # A quarter that no population was saved of has no share.
    assert found["andel", "791", "2025Q04"][1] == "not_published"


@needs_saved
@pytest.mark.reference
def test_the_saved_bulk_lines_are_read() -> None:
    text = (SAVED / "AUP02-bulk-sample.csv").read_text(encoding="utf-8")
    rows = rows_of("AUP02-bulk-sample.csv")
    asked = {
        "OMRÅDE": {row["OMRÅDE"][:3]: row["OMRÅDE"][4:] for row in rows},
        "ALDER": {"TOT": "Age, total"},
        "KØN": {"TOT": "Total"},
    }
    periods = sorted({row["TID"].split()[0] for row in rows})
    kept = {"format": "BULK", "time": "Tid", "periods": periods, "asked": asked, "absent": "0", "text": text}
    found = {(row[0], row[3]): row[-1] for row in as_table(kept)["rows"]}
    assert len(found) == len(asked["OMRÅDE"]) * len(periods)
    for row in rows:
        assert found.pop((row["OMRÅDE"][:3], row["TID"].split()[0])) == float(row["INDHOLD"])
    assert set(found.values()) == {0}


# ------------------------------------------------------------------------------------ what a page shows


def number(text: str) -> Fraction:
    """A number as a page spells it: ``1.234,5 pct.``"""
    (spelled,) = text.replace("\N{NO-BREAK SPACE}pct.", "").split()
    return Fraction(spelled.replace(".", "").replace(",", "."))


def test_two_commands_on_a_fresh_clone_give_a_site_of_real_figures_and_a_publication_needs_its_statement(
    tmp_path: Path,
) -> None:
    copy_project(tmp_path)
    site = tmp_path / "_site"

    def plan(*words: str, url: str) -> tuple[int, str]:
        told = {ROOT_VARIABLE: str(tmp_path), STATBANK_URL_VARIABLE: url, KEY_VARIABLE: ""}
        done = CliRunner(env=told).invoke(app, [str(word) for word in words])
        return done.exit_code, f"{done.output}\n{done.exception or ''}"

    render = (
        "render",
        "Viborg",
        "--plan",
        PLAN,
        "--to",
        "html",
        "--engine",
        "built-in",
        "--jobs",
        "1",
        "--output",
        site,
    )
    code, said = plan("fetch", "--source", "statbank", url="http://127.0.0.1:9/v1")
    assert code == 1 and "cannot be reached" in said and STATBANK_URL_VARIABLE in said
    with StatbankServer(catalogue_tables()) as server:
        code, said = plan("fetch", "--source", "statbank", url=server.url)
        assert code == 0, said
    code, said = plan(*render, "--for-publication", url="http://127.0.0.1:9/v1")
    assert code == 1 and "site.yml" in said and "no accessibility statement for viborg" in said
    assert not site.exists() or not list(site.rglob("*.html"))
    (tmp_path / "site.yml").write_text(
        "accessibility: {address: https://was.example/viborg}\n", encoding="utf-8"
    )
    code, said = plan(*render, "--for-publication", url="http://127.0.0.1:9/v1")
    assert code == 0 and "Figures: real figures" in said, said
    assert (
        "Missing: site.yml does not say publisher, contact.phone" in said
        and "Provisional: all figures of" in said
    )
    pages = list((site / "viborg" / PLAN).rglob("*.html"))
    assert len(pages) > 5
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert '<a href="https://was.example/viborg">Tilgængelighedserklæring</a>' in text
        assert "ksempeldata" not in text and ("noindex" in text) == (page.name == "soeg.html")
    hub = (site / "index.html").read_text(encoding="utf-8")
    assert "Kilde: Danmarks Statistik, Statistikbanken" in hub and "Jobindsats.dk" not in hub


@needs_saved
@pytest.mark.reference
def test_each_number_of_a_page_is_in_the_files_that_were_served(
    tmp_path: Path, benefits: tuple[Table, dict[tuple[str, str], str]]
) -> None:
    """The counts are the saved ones. No population by age was saved, so the server makes one up."""
    project = copy_project(tmp_path)
    found = load_catalogue(project)
    people = next(table for table in catalogue_tables() if table.info["id"] == "FOLK1A")
    with StatbankServer([benefits[0], people]) as server:
        assert fetch(project, found, server, "auk01", "folk1a").ok
    names = ("Viborg", "Frederikssund", "Læsø")
    words = f"render {' '.join(names)} --plan {PLAN} --to html --engine built-in --jobs 1 --output {tmp_path}/_site"
    done = CliRunner().invoke(app, words.split(), env={ROOT_VARIABLE: str(tmp_path)})
    assert done.exit_code == 0, done.output

    cells = {(row["OMRÅDE"], row["TID"]): int(row["INDHOLD"]) for row in rows_of("auk01_social_assistance.csv")
             if row["INDHOLD"] != ".."}  # fmt: skip
    codes = {"Viborg": "791", "Frederikssund": "250", "Læsø": "825", "Hele landet": "000"}

    def share(name: str, quarter: str) -> Fraction:
        at = quarter.replace("Q", "K")
        ages = sum(int(people.value((codes[name], "TOT", str(age), "TOT", at))) for age in range(16, 67))
        return Fraction(100 * cells["All Denmark" if name == "Hele landet" else name, quarter], ages)

    half = Fraction(1, 200)  # both are rounded to two decimals
    compared = 0
    for name in names:
        folder = tmp_path / "_site" / {"Læsø": "laesoe"}.get(name, name.lower()) / PLAN
        status = lxml.html.parse(folder / "index.html").xpath('//table[contains(@class, "status")]//tr')
        rows = {
            row[0].text_content().strip(): [c.text_content() for c in row] for row in status if len(row) > 2
        }
        newest = max(quarter for _, quarter in cells)
        goal = rows.pop("2a")
        assert goal[2] == f"{newest[5]}. kvartal {newest[:4]}"
        assert abs(number(goal[3]) - share("Hele landet", newest)) <= half
        assert abs(number(goal[4]) - share(name, newest)) <= half
        below = share("Hele landet", newest) - share(name, newest)
        assert (
            abs(number(goal[6].partition("procentpoint")[0].replace("\N{MINUS SIGN}", "-")) - below)
            <= 2 * half
        )
        assert goal[5].startswith("højst") and goal[3] in goal[5]
        assert ("Ikke opfyldt" not in goal[7] and "Opfyldt" in goal[7]) is (below >= 0)
        # Nothing was served of the others, so nothing is shown.
        assert {cell for key, row in rows.items() if key[0].isdigit() for cell in row[2:7]} == {"–"}

        page = lxml.html.parse(folder / "02-forsoergelse.html")
        (table,) = page.xpath('//table[contains(@class, "numbers")]')
        heads = [cell.text_content() for cell in table.xpath("./thead//th")]
        assert heads[1].startswith(f"{name} - Antal") and heads[2].startswith("Hele landet - Pct.")
        assert heads[3].startswith(f"{name} - Pct.") and len(heads) == 4
        for row in table.xpath("./tbody/tr"):
            period, count, country, ours = (cell.text_content() for cell in row)
            quarter = f"{period[-4:]}Q{period[0]}"
            assert number(count) == cells[name, quarter], (name, quarter)
            assert abs(number(country) - share("Hele landet", quarter)) <= half, quarter
            assert abs(number(ours) - share(name, quarter)) <= half, (name, quarter)
            compared += 3
    assert compared >= 3 * 3 * 8
