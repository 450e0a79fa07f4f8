"""The client against a real HTTP server on loopback: keys, waits, faults, and forms of answers."""

from __future__ import annotations

import email.utils
import gzip
import logging
import time
import traceback
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.data.answers import Answer, as_number
from helpers.errors import PlanError
from helpers.periods import Frequency
from helpers.sources import faults
from helpers.sources.faults import SourceError
from helpers.sources.jobindsats import Client, Periods
from helpers.sources.metadata import parse_table, parse_tables
from helpers.sources.settings import ApiKey, Settings, read_settings
from jobindsats_server import (
    FORBIDDEN,
    TOKEN,
    Fault,
    JobindsatsServer,
    Reply,
    Shape,
    cause,
    cut_off,
    dripping,
    echo,
    hang_up,
    page,
    raw,
    redirect,
    refusal,
    slow,
)
from jobindsats_support import Sleeps, new_client, new_project, serving
from jobindsats_tables import COUNTRY, made_up, made_up_value

MONTHS = Frequency.MONTH
UNEMPLOYED = {"mgrpy25i01_2": "measy25i01_2"}


@pytest.fixture
def server() -> Iterator[JobindsatsServer]:
    with serving(made_up()) as running:
        yield running


def ask(client: Client, latest: int = 3) -> Answer:
    return client.data("y25i01", UNEMPLOYED, Periods(MONTHS, latest), {"_nykom": "*"})


def values(answer: Answer) -> dict[tuple[str, str], int | float | None]:
    return {(str(row[0]), str(row[1])): as_number(row[-1]) for row in answer.rows}


def expected(latest: int = 3) -> dict[tuple[str, str], int | float | None]:
    table = made_up()[0]
    total = ("Ydelsesgrupper i alt", "I alt")
    return {
        (period, area): made_up_value("y25i01", 1, total, area, period)
        for period in table.periods["M"][:latest]
        for area in table.area.hierarchies[0].labels.values()
    }


# ------------------------------------------------------------------------------------- what is sent


def test_a_call_carries_the_key_as_bearer_its_own_name_and_the_format(server: JobindsatsServer) -> None:
    with new_client(server) as client:
        client.raw_tables()
        client.raw_table("y25i01")
        ask(client)
    assert [request.path for request in server.requests] == [
        "/v3/tables",
        "/v3/table/y25i01",
        "/v3/data/y25i01",
    ]
    for request in server.requests:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert request.headers["User-Agent"].startswith("beskaeftigelsesplan/")
        assert request.query["format"] == "json"
    assert server.requests[-1].query == {
        "mgroup.mgrpy25i01_2": "measy25i01_2",
        "hierarchy._nykom": "*",
        "period.M": "latest:3",
        "format": "json",
    }


def test_an_answer_holds_the_served_values_and_the_bytes_as_received(server: JobindsatsServer) -> None:
    answer = ask(new_client(server))
    assert values(answer) == expected()
    assert answer.columns == ("Periode", "Område", "Antal ledige fuldtidspersoner")
    assert answer.content.startswith(b'{"columns"')


@pytest.mark.parametrize(
    "shape",
    [
        Shape(json_bom=True),
        Shape(periods_as_object=True, measures_in_list=False),
        Shape(text_numbers=True),
        Shape(compressed=True),
    ],
    ids=["byte order mark", "other shapes of metadata", "numbers as Danish text", "gzip"],
)
def test_every_form_that_was_seen_gives_the_same_values(shape: Shape) -> None:
    with serving(made_up(), shape=shape) as server, new_client(server) as client:
        assert values(ask(client)) == expected()
        months = parse_table(client.raw_table("y25i01")).period_type(MONTHS)
        assert (len(months.periods), months.ids[-1]) == (36, "2026M06")
        listed = {table.id: table for table in parse_tables(client.raw_tables())}
        assert listed["y25i01"].period_type(MONTHS).newest == months.newest
        assert listed["y01b01"].update_latest is not None


def test_more_periods_than_there_are_become_those_there_are(server: JobindsatsServer) -> None:
    answer = ask(new_client(server), latest=60)
    assert [request.query["period.M"] for request in server.requests] == ["latest:60", "latest:36"]
    assert answer.query["period.M"] == "latest:36"
    assert len({row[0] for row in answer.rows}) == 36


# ------------------------------------------------------------------------------------------ waiting


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_after_growing_waits(server: JobindsatsServer, status: int) -> None:
    server.fail("data", refusal(status, "busy"), times=2)
    sleep = Sleeps()
    assert values(ask(new_client(server, sleep=sleep))) == expected()
    assert sleep == [1, 2]
    assert len(server.calls("data")) == 3


def test_retry_after_is_heeded_in_seconds_as_a_date_and_up_to_a_limit(server: JobindsatsServer) -> None:
    soon = email.utils.formatdate(time.time() + 30, usegmt=True)
    server.fail(
        "data",
        refusal(429, Retry_After="7"),
        refusal(503, Retry_After=soon),
        refusal(429, Retry_After="86400"),
    )
    sleep = Sleeps()
    ask(new_client(server, sleep=sleep, longest_wait=120))
    assert sleep[0] == 7
    assert 25 <= sleep[1] <= 30
    assert sleep[2] == 120


def test_a_retry_after_that_is_neither_counts_as_none(server: JobindsatsServer) -> None:
    server.fail("data", refusal(429, Retry_After="soon"))
    sleep = Sleeps()
    ask(new_client(server, sleep=sleep))
    assert sleep == [1]


@pytest.mark.parametrize(
    "fault",
    [hang_up, cut_off(), cut_off(announced=False)],
    ids=["closed without a word", "cut off", "cut off and its length not told"],
)
def test_a_lost_connection_is_tried_again(server: JobindsatsServer, fault: Fault) -> None:
    server.fail("data", fault)
    sleep = Sleeps()
    assert values(ask(new_client(server, sleep=sleep))) == expected()
    assert sleep == [1]


@pytest.mark.parametrize(
    ("fault", "word"),
    [(refusal(503, "closed for lunch"), "closed for lunch"), (hang_up, "lost"), (cut_off(), "before")],
    ids=["busy", "lost", "cut off"],
)
def test_it_gives_up_after_the_last_wait_and_says_how_often_it_tried(
    server: JobindsatsServer, fault: Fault, word: str
) -> None:
    server.fail("data", fault, times=9)
    with pytest.raises(SourceError, match=r"\(4 tries\)") as caught:
        ask(new_client(server))
    assert word in str(caught.value)
    assert len(server.calls("data")) == 4
    assert str(caught.value).startswith("y25i01: ")


def test_a_silent_server_is_given_up(server: JobindsatsServer) -> None:
    server.fail("data", slow(2), times=2)
    with pytest.raises(SourceError, match=r"silent for 0\.1 seconds") as caught:
        ask(new_client(server, read_timeout=0.1, waits=(0,)))
    assert caught.value.fault is faults.Fault.LOST


def test_a_server_that_drips_is_given_up(server: JobindsatsServer) -> None:
    server.fail("data", dripping(0.05))
    with pytest.raises(SourceError, match=r"not whole after 0\.1 seconds"):
        ask(new_client(server, longest_answer=0.1, waits=()))


def test_nobody_at_the_address_is_told_apart_from_a_lost_connection() -> None:
    with serving(made_up()) as server:
        url = server.url
    with pytest.raises(SourceError, match="cannot be reached") as caught:
        new_client(server, url=url).raw_tables()
    assert caught.value.fault is faults.Fault.UNREACHABLE
    assert "JOBINDSATS_API_URL" in str(caught.value)


# ------------------------------------------------------------------------------------------ refusals


def test_a_wrong_key_is_told_with_how_to_get_one(server: JobindsatsServer) -> None:
    with pytest.raises(SourceError) as caught:
        new_client(server, key=ApiKey("another-key-altogether")).raw_tables()
    told = str(caught.value)
    assert "401" in told
    assert "STAR" in told
    assert "jobindsats@star.dk" in told
    assert "JOBINDSATS_API_TOKEN" in told
    assert len(server.requests) == 1


def test_no_key_is_told_before_anything_is_asked(server: JobindsatsServer) -> None:
    with pytest.raises(SourceError, match="STAR"):
        new_client(server, key=None)
    assert not server.requests


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (refusal(403, FORBIDDEN), faults.Fault.FORBIDDEN, "You do not have permission"),
        (refusal(404, ""), faults.Fault.NOT_FOUND, "plan find"),
        (cause("Unknown period type: M"), faults.Fault.RELOADING, "being reloaded"),
        (
            cause("Unknown hierarchies: ['_omrade']"),
            faults.Fault.REFUSED,
            "Unknown hierarchies: ['_omrade']",
        ),
        (page("<html><body>Log ind</body></html>"), faults.Fault.CONTENT, "Log ind"),
        (raw(b'{"message": "hello"}'), faults.Fault.CONTENT, '"columns"'),
        (raw(b'["Periode"]'), faults.Fault.CONTENT, '"columns"'),
        (raw(b'{"columns": ["a", "b"], "rows": [[1]]}'), faults.Fault.CONTENT, "Row 1"),
        (raw(b'{"columns": ["a"], "rows": [[{"b": 1}]]}'), faults.Fault.CONTENT, "Row 1"),
        (raw(b"nothing to see"), faults.Fault.CONTENT, "nothing to see"),
    ],
    ids=["403", "404", "reload", "422", "web page", "object", "list", "short row", "odd cell", "text"],
)
def test_what_cannot_get_better_is_not_asked_again(
    server: JobindsatsServer, fault: Fault, kind: faults.Fault, words: str
) -> None:
    server.fail("data", fault, times=9)
    with pytest.raises(SourceError) as caught:
        ask(new_client(server))
    assert caught.value.fault is kind
    assert words in str(caught.value)
    assert "asked: data/y25i01, mgroup.mgrpy25i01_2=measy25i01_2" in str(caught.value)
    assert len(server.calls("data")) == 1


def test_only_the_first_200_characters_of_a_page_are_shown(server: JobindsatsServer) -> None:
    server.fail("data", page(f"<html>{'x' * 500}TAIL</html>"))
    with pytest.raises(SourceError) as caught:
        ask(new_client(server))
    assert f"<html>{'x' * 194}…" in str(caught.value)
    assert "TAIL" not in str(caught.value)


def test_broken_json_that_stays_broken_is_shown(server: JobindsatsServer) -> None:
    server.fail("data", raw(b'{"columns": ["Periode", "Omr'), times=9)
    with pytest.raises(SourceError, match="breaks off") as caught:
        ask(new_client(server))
    assert '{"columns": ["Periode", "Omr' in str(caught.value)


# ----------------------------------------------------------------------------------------- redirects


def test_the_key_is_not_handed_to_another_host(server: JobindsatsServer) -> None:
    with serving(made_up()) as other:
        server.fail("tables", redirect(f"{other.url}/tables?format=json"))
        with pytest.raises(SourceError, match="JOBINDSATS_API_URL"):
            new_client(server).raw_tables()
        assert not other.requests


def test_a_redirect_on_the_same_host_is_followed(server: JobindsatsServer) -> None:
    server.fail("tables", redirect("/v3/tables?format=json"))
    assert len(parse_tables(new_client(server).raw_tables())) == len(server.tables)


def test_redirects_in_a_circle_end(server: JobindsatsServer) -> None:
    server.fail("tables", redirect("/v3/tables?format=json"), times=99)
    with pytest.raises(SourceError, match="without end"):
        new_client(server).raw_tables()


# ------------------------------------------------------------------------------- the key shows nowhere


@pytest.mark.parametrize("status", [200, 401, 422, 500, 503])
def test_a_key_that_the_server_sends_back_is_not_shown(
    server: JobindsatsServer,
    status: int,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fail("", echo(status), times=9)
    client = new_client(server)
    with pytest.raises(SourceError) as caught:
        ask(client)
    shown = [
        "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()),
        repr(caught.value.__context__),
        repr(vars(caught.value)),
        repr(client),
        repr(vars(client)),
        repr(client.settings),
        caplog.text,
        *capsys.readouterr(),
    ]
    for text in shown:
        assert TOKEN not in text
    assert "***" in str(caught.value) or status == 200


def test_an_answer_that_holds_the_key_is_turned_down(server: JobindsatsServer) -> None:
    body = f'{{"columns": ["Periode", "{TOKEN}"], "rows": []}}'.encode()
    server.fail("data", raw(body), raw(body.replace(b"/", b"\\/")))
    for _ in range(2):
        with pytest.raises(SourceError, match="holds the key"):
            ask(new_client(server))


def test_a_key_at_the_edge_of_what_is_shown_is_masked_before_the_text_is_cut(
    server: JobindsatsServer,
) -> None:
    server.fail("data", page("<" + "x" * 190 + TOKEN), times=1)
    with pytest.raises(SourceError) as caught:
        ask(new_client(server))
    assert TOKEN[:8] not in str(caught.value)


def test_stopping_by_hand_shows_no_frame_that_holds_the_key(
    server: JobindsatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object, **named: object) -> None:
        header_on_its_way = f"Bearer {TOKEN}"
        raise KeyboardInterrupt(len(header_on_its_way))

    client = new_client(server)
    monkeypatch.setattr(client, "_get", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        client.raw_tables()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert TOKEN not in "".join(shown.format())


def test_a_key_shows_itself_neither_as_text_nor_in_a_file() -> None:
    key = ApiKey(TOKEN)
    assert TOKEN not in f"{key} {key!r} {Settings(key=key)!r}"
    assert not hasattr(key, "__dict__")
    with pytest.raises(TypeError):
        key.__reduce__()


@pytest.mark.parametrize("text", ["two words here", "nøgle-med-ø-123", "a\nb\nc", "tab\there"])
def test_what_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(PlanError) as caught:
        ApiKey(text)
    assert text not in str(caught.value)


# ------------------------------------------------------------------------------------------- settings


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("URL", "TOKEN"):
        monkeypatch.delenv(f"JOBINDSATS_API_{name}", raising=False)
    for name in ("CELL_LIMIT", "MONTHS", "QUARTERS", "ALL_MEASURES"):
        monkeypatch.delenv(f"JOBINDSATS_{name}", raising=False)
    return monkeypatch


def _header(settings: Settings) -> str:
    assert settings.key is not None
    return settings.key.header()


def test_without_anything_set_the_public_address_is_asked_without_a_key(
    clean: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read_settings(new_project(tmp_path))
    assert (settings.url, settings.key) == ("https://api.jobindsats.dk/v3", None)
    assert (settings.connect_timeout, settings.read_timeout) == (10, 180)


def test_a_dotenv_file_gives_what_the_environment_does_not(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project = new_project(tmp_path)
    # As Windows' Notepad saves it, with a sign that must not be interpreted.
    (tmp_path / ".env").write_text(
        "JOBINDSATS_API_TOKEN='from-the-file-$HOME'\nJOBINDSATS_MONTHS=12\n", encoding="utf-8-sig"
    )
    assert _header(read_settings(project)) == "Bearer from-the-file-$HOME"
    assert read_settings(project).periods[MONTHS] == 12
    clean.setenv("JOBINDSATS_API_TOKEN", "Bearer from-the-environment\n")
    assert _header(read_settings(project)) == "Bearer from-the-environment"
    clean.setenv("JOBINDSATS_API_TOKEN", "")
    assert read_settings(project).key is None


def test_a_dotenv_file_in_another_encoding_is_named_and_not_shown(
    clean: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_bytes("JOBINDSATS_API_TOKEN=nøgle".encode("cp1252"))
    with pytest.raises(PlanError, match="UTF-8"):
        read_settings(new_project(tmp_path))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.jobindsats.dk/v3",
        "http://10.0.0.5/v3",
        "ftp://api.jobindsats.dk",
        "api.jobindsats.dk/v3",
        "https://[::1/v3",
        "https://api.jobindsats.dk:many/v3",
        "https://user:secret-word@api.jobindsats.dk/v3",
        "https://api.jobindsats.dk/v3?key=secret-word",
    ],
)
def test_an_address_that_would_show_the_key_is_refused(
    clean: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    clean.setenv("JOBINDSATS_API_URL", url)
    with pytest.raises(PlanError, match="JOBINDSATS_API_URL") as caught:
        read_settings(new_project(tmp_path))
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v3/", "http://localhost:1/v3", "https://mirror.dk/v3"]
)
def test_a_server_on_this_machine_may_be_asked_in_the_clear(
    clean: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    clean.setenv("JOBINDSATS_API_URL", url)
    assert read_settings(new_project(tmp_path)).url == url.rstrip("/")


@pytest.mark.parametrize("value", ["0", "-5", "many", "1.5"])
def test_a_number_that_is_none_is_named(clean: pytest.MonkeyPatch, tmp_path: Path, value: str) -> None:
    clean.setenv("JOBINDSATS_CELL_LIMIT", value)
    with pytest.raises(PlanError, match="JOBINDSATS_CELL_LIMIT"):
        read_settings(new_project(tmp_path))


def test_a_proxy_is_not_asked_for_a_server_on_this_machine(
    clean: pytest.MonkeyPatch, server: JobindsatsServer
) -> None:
    with serving(made_up()) as proxy:
        clean.setenv("HTTP_PROXY", proxy.url.removesuffix("/v3"))
        clean.setenv("http_proxy", proxy.url.removesuffix("/v3"))
        clean.delenv("NO_PROXY", raising=False)
        clean.delenv("no_proxy", raising=False)
        new_client(server).raw_tables()
        assert not proxy.requests


def test_the_country_is_in_the_one_call_for_all_municipalities(server: JobindsatsServer) -> None:
    assert COUNTRY in {area for _, area in values(ask(new_client(server)))}
    assert len(server.calls("data")) == 1


# ---------------------------------------------------------------------------------------- odd transport


@pytest.mark.parametrize(
    "text",
    ["nan", "1e999", "-5", "Mon, 99 Foo 99999 99:99:99 GMT", "9" * 5000, "Fri, 01 Jan 1999 00:00:00 GMT"],
)
def test_a_retry_after_nobody_can_use_gives_way_to_the_own_wait(server: JobindsatsServer, text: str) -> None:
    server.fail("data", refusal(503, Retry_After=text))
    sleep = Sleeps()
    assert values(ask(new_client(server, sleep=sleep))) == expected()
    assert sleep == [1]


def test_a_retry_after_in_the_far_future_is_waited_for_no_longer_than_the_limit(
    server: JobindsatsServer,
) -> None:
    server.fail("data", refusal(503, Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"))
    sleep = Sleeps()
    ask(new_client(server, sleep=sleep, longest_wait=7))
    assert sleep == [7]


@pytest.mark.parametrize(
    "location", ["http://[::1", "//[", "http://host:port/", "\xff\xfe", "http://127.0.0.1:99999/", "x" * 9000]
)
def test_a_location_nobody_can_read_ends_in_one_message(server: JobindsatsServer, location: str) -> None:
    server.fail("tables", redirect(location), times=9)
    with pytest.raises(SourceError, match="tables: "):
        new_client(server).raw_tables()
    assert len(server.requests) <= 2


def test_an_answer_nested_without_end_is_no_answer(server: JobindsatsServer) -> None:
    server.fail(
        "data", raw(b"[" * 200_000 + b"]" * 200_000), raw(b'{"a":' * 200_000), refusal(422, "[" * 200_000)
    )
    for _ in range(3):
        with pytest.raises(SourceError):
            ask(new_client(server))


def test_an_answer_that_inflates_without_end_is_left_unread(server: JobindsatsServer) -> None:
    bomb = gzip.compress(b" " * (256 << 20), 9)
    server.fail("data", lambda request, reply: Reply(body=bomb, headers=(("Content-Encoding", "gzip"),)))
    server.fail(
        "tables", lambda request, reply: Reply(302, bomb, (("Content-Encoding", "gzip"), ("Location", "/x")))
    )
    client = new_client(server, waits=())
    tracemalloc.start()
    try:
        for call in (lambda: ask(client), client.raw_tables):
            with pytest.raises(SourceError, match="larger than 32 MB"):
                call()
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
@pytest.mark.parametrize(
    "body",
    [
        "Invalid API key",
        '{"error": "invalid_token"}',
        '{"message": "Authorization has been denied for this request."}',
        '{"fejl": "Din n\\u00f8gle er udl\\u00f8bet"}',
        "Nøglen er udløbet".encode("latin-1"),
        "Ugyldig nøgle",
    ],
)
def test_a_key_that_is_turned_down_is_known_by_the_words_whatever_the_status(
    server: JobindsatsServer, status: int, body: str | bytes
) -> None:
    content = body if isinstance(body, bytes) else body.encode()
    server.fail("", lambda request, reply: Reply(status, content), times=9)
    with pytest.raises(SourceError) as caught:
        ask(new_client(server))
    assert caught.value.fault is faults.Fault.KEY
    assert "JOBINDSATS_API_TOKEN" in str(caught.value)
    assert "\ufffd" not in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        "The given key was not present in the dictionary.",
        "Unknown measures: ['Nøgletal']",
        "Unknown values: ['key']",
        FORBIDDEN,
        "KeyError: 'rows'",
    ],
)
def test_other_words_about_keys_are_no_verdict_on_the_key(server: JobindsatsServer, body: str) -> None:
    server.fail("", cause(body), times=9)
    with pytest.raises(SourceError) as caught:
        ask(new_client(server))
    assert caught.value.fault is faults.Fault.REFUSED


def test_what_steers_a_terminal_does_not_reach_a_message(server: JobindsatsServer) -> None:
    server.fail("", refusal(422, "\x1b[2Jgone\x07"), cause("\x1b]0;title\x07"))
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            ask(new_client(server))
        assert "\x1b" not in str(caught.value)
        assert "\x07" not in str(caught.value)


# ------------------------------------------------------------------------ the key as people write it

PLAIN = "3f2a-Ab_9.key/=="
NAME = "JOBINDSATS_API_TOKEN"


@pytest.mark.parametrize(
    "written",
    [
        f"{NAME}='{PLAIN}'",
        f'{NAME}="{PLAIN}"',
        f"{NAME} = {PLAIN} ",
        f"\ufeff{NAME}={PLAIN}",
        f"{NAME}: {PLAIN}",
        f"{NAME} {PLAIN}",
        PLAIN,
        f"Bearer {PLAIN}",
        f"{NAME}=Bearer {PLAIN}",
        f"Authorization: Bearer {PLAIN}",
        f"export {NAME}={PLAIN}",
        f"set {NAME}={PLAIN}",
        f"{NAME}=“{PLAIN}”",
        f"{NAME}={NAME}={PLAIN}",
        f"{NAME.lower()}={PLAIN}",
        f"# nøglen\n\n{PLAIN}\n",
        f"{NAME}=\u00a0{PLAIN}",
        f'{NAME}="{PLAIN}',
        f"{NAME}={PLAIN} # min",
        f"{NAME}={PLAIN}".encode("utf-16"),
    ],
)
@pytest.mark.parametrize("file", [".env", ".env.txt"])
def test_a_key_is_read_as_people_write_it(
    clean: pytest.MonkeyPatch, tmp_path: Path, file: str, written: str | bytes
) -> None:
    (tmp_path / file).write_bytes(written if isinstance(written, bytes) else written.encode())
    assert _header(read_settings(new_project(tmp_path))) == f"Bearer {PLAIN}"


@pytest.mark.parametrize(
    "written", [f'"{PLAIN}"', f" {PLAIN}\n", f"\ufeff{PLAIN}", f"Bearer {PLAIN}", f"'{PLAIN}'"]
)
def test_a_key_in_the_environment_is_read_as_shells_leave_it(
    clean: pytest.MonkeyPatch, tmp_path: Path, written: str
) -> None:
    clean.setenv(NAME, written)
    assert _header(read_settings(new_project(tmp_path))) == f"Bearer {PLAIN}"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (f"{NAME}=Bearer", "Bearer"),
        ("Bearer", "Bearer"),
        (f"{NAME}=abc {PLAIN}", "blanks"),
        (f"{NAME}=<{PLAIN}>", "other signs"),
        (f"{NAME}=nøgle-{PLAIN}", "other signs"),
        (f"JOBINDSATS_API_KEY={PLAIN}", f"called {NAME}"),
        (f"jobindsats_nøgle: {PLAIN}", f"called {NAME}"),
    ],
)
def test_what_is_no_key_is_named_for_what_it_is(
    clean: pytest.MonkeyPatch, tmp_path: Path, written: str, told: str
) -> None:
    (tmp_path / ".env").write_text(written, encoding="utf-8")
    with pytest.raises(PlanError, match=told) as caught:
        read_settings(new_project(tmp_path))
    assert PLAIN not in str(caught.value)
