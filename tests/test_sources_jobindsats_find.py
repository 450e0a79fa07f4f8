"""Searching the list of tables by words, with a key and without, and keeping what was seen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from helpers.catalogue import load_catalogue
from helpers.commands.fetching import _known_of, describe
from helpers.errors import PlanError
from helpers.project import Project
from helpers.sources.find import Found, save, search
from helpers.sources.jobindsats import Client
from helpers.sources.metadata_store import MetadataStore
from helpers.sources.settings import Settings
from jobindsats_server import TOKEN, JobindsatsServer, refusal
from jobindsats_support import ENTRIES, new_client, new_project, serving
from jobindsats_tables import OFFERS, made_up


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def server() -> Iterator[JobindsatsServer]:
    with serving(made_up()) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("JOBINDSATS_API_TOKEN", raising=False)
    monkeypatch.delenv("JOBINDSATS_API_URL", raising=False)
    return new_project(tmp_path, ENTRIES)


def ids(found: Found) -> list[str]:
    return [table.id for table in found.tables]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["overlevelse"], ["y01b01"]),
        (["OVERLEVELSESKURVER"], ["y01b01"]),
        (["efterløn"], ["y28a02"]),
        (["efterlon"], ["y28a02"]),
        (["efterloen"], ["y28a02"]),
        (["EFTERLØN", "udbetalt"], ["y28a02"]),
        (["_tilb_2ptv"], ["y60c02"]),
        (["visitationskategori", "fuldtidspersoner"], ["y60a02"]),
        (["mgrpjo01_1"], ["jo01"]),
        (["jobcent"], ["jo01"]),
        (["y25i14"], ["y25i14"]),
    ],
)
def test_every_word_must_be_in_id_title_measures_or_dimensions_however_it_is_spelled(
    project: Project, server: JobindsatsServer, words: list[str], expected: list[str]
) -> None:
    assert ids(search(project, words, new_client(server))) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["efterløn", "overlevelse"], ["y01b01", "y28a02"]),
        (["Antal og andel personer i aktiveringsforløb"], ["y60c02", "y25i01", "y28a02"]),
        (["Forventede antal fuldtidspersoner"], ["y30r21", "y25i01", "y28a02"]),
        (["flygtninge"], []),
    ],
)
def test_where_no_table_holds_all_words_the_three_nearest_are_shown(
    project: Project, server: JobindsatsServer, words: list[str], expected: list[str]
) -> None:
    found = search(project, words, new_client(server))
    assert (ids(found), found.near) == (expected, True)
    console = Console(width=200)
    with console.capture() as capture:
        console.print(describe(found))
    assert "these come nearest" in capture.get()
    assert all(f"{key}  " in capture.get() for key in expected)
    assert not expected or "dimension  " in capture.get() or "areas      " in capture.get()


def test_an_indicator_s_key_stands_for_what_is_known_of_its_table() -> None:
    catalogue = load_catalogue(Project(Path(__file__).resolve().parents[1]))
    assert _known_of(catalogue, ["sygedagpenge", "samtaler"]) == ["sygedagpenge", "samtaler"]
    assert _known_of(catalogue, ["sygedagpenge-andel"]) == ("y07a02",)
    for key in ("samtaler-12-maaneder", "aktivt-tilbud-12-maaneder"):
        assert any("Antal og andel personer" in title for title in _known_of(catalogue, [key])), key
    assert _known_of(catalogue, ["flygtninge-beskaeftigelse"])[0] == "mm13"
    assert _known_of(catalogue, ["jobordrer-formidlingsgrad"]) == ("jo01",)


def test_what_is_shown_settles_an_id(project: Project, server: JobindsatsServer) -> None:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(describe(search(project, ["y60c02"], new_client(server))))
    shown = capture.get()
    for word in (
        "y60c02  Antal aktiverede og forløb",
        "mgrpc02_2  Antal aktiverede",
        "_tilb_2ptv  Tilbud",
        "_omrade  Område [_nykom]",
        "M  2023M07 to 2026M06",
        "updated    2026-07-20, next 2026-08-19",
        "1 of 9 tables",
    ):
        assert word in shown


def test_members_are_shown_once_they_were_saved(project: Project, server: JobindsatsServer) -> None:
    found = search(project, ["y60c02"], new_client(server))
    (table,) = save(project, found.tables, new_client(server))
    console = Console(width=400)
    with console.capture() as capture:
        console.print(describe(Found((table,), 1, None)))
    assert all(offer in capture.get() for offer in OFFERS)


def test_without_a_key_the_saved_list_is_searched_and_its_day_told(
    project: Project, server: JobindsatsServer
) -> None:
    save(project, search(project, ["overlevelse"], new_client(server)).tables, new_client(server))
    server.requests.clear()
    found = search(project, ["overlevelse"])
    assert ids(found) == ["y01b01"]
    assert found.from_disk is not None
    console = Console(width=200)
    with console.capture() as capture:
        console.print(describe(found))
    assert found.from_disk[:10] in capture.get()
    assert not server.requests


def test_without_a_key_and_without_a_saved_list_it_says_how_to_get_one(project: Project) -> None:
    with pytest.raises(PlanError, match="plan find --save"):
        search(project, ["overlevelse"])


def test_saving_without_a_key_says_how_to_get_one(project: Project) -> None:
    with pytest.raises(PlanError, match="STAR"):
        save(project, ())


def test_the_key_of_the_environment_is_used(
    project: Project, server: JobindsatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBINDSATS_API_URL", server.url)
    monkeypatch.setenv("JOBINDSATS_API_TOKEN", TOKEN)
    found = search(project, ["overlevelse"])
    assert (ids(found), found.from_disk) == (["y01b01"], None)
    assert len(save(project, found.tables)) == 1


def test_saving_keeps_the_list_and_tables_as_received(project: Project, server: JobindsatsServer) -> None:
    client = new_client(server)
    told: list[str] = []
    save(project, search(project, ["antal"], client).tables, client, told.append)
    folder = project.raw / "jobindsats" / "_metadata"
    kept = {path.parent.relative_to(folder).as_posix() for path in folder.rglob("*.meta.json")}
    assert kept == {"tables/all", *(f"table/{name}" for name in told)}
    answers = [path for path in folder.glob("table/y60c02/*.json") if not path.name.endswith(".meta.json")]
    assert answers[0].read_bytes() == client.raw_table("y60c02")


def test_one_table_that_cannot_be_had_does_not_keep_the_others_from_being_saved(
    project: Project, server: JobindsatsServer
) -> None:
    client = new_client(server)
    found = search(project, ["antal"], client)
    server.fail("table/y25i01", refusal(403))
    with pytest.raises(PlanError, match="y25i01"):
        save(project, found.tables, client)
    kept = {path.name for path in (project.raw / "jobindsats" / "_metadata" / "table").glob("[a-z]*")}
    assert kept == set(ids(found)) - {"y25i01"}


def test_metadata_are_asked_for_again_only_when_the_table_was_updated(
    project: Project, server: JobindsatsServer
) -> None:
    moment = datetime(2026, 7, 20, 6, tzinfo=UTC)
    client = new_client(server)
    for hours in (0, 1, 30):
        store = MetadataStore(project, client, moment + timedelta(hours=hours))
        store.table(store.listing().table("y25i01"))
    assert len(server.calls("table/")) == 1
    assert len(server.calls("tables")) == 2
    offline = MetadataStore(project, None, moment + timedelta(days=90))
    assert offline.table(offline.listing().table("y25i01")).period_types[0].ids[-1] == "2026M06"
    with pytest.raises(PlanError, match="y60a02"):
        offline.table(offline.listing().table("y60a02"))


def test_a_client_needs_a_key() -> None:
    with pytest.raises(PlanError, match="JOBINDSATS_API_TOKEN"):
        Client(Settings())
