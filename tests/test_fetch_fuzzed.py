"""Answers with faults of every kind, drawn by a seeded generator: no traceback, and no nonsense in force."""

from __future__ import annotations

import gzip
import json
import math
import os
import random
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from helpers.commands.fetching import report_table
from helpers.data.cells import area_codes, read_cells
from helpers.data.raw import RawStore
from helpers.sources.fetch import fetch_tables
from helpers.sources.fetch_status import failures_in_danish, fetch_status
from jobindsats_server import FORBIDDEN, TOKEN, JobindsatsServer, Reply, Request
from jobindsats_support import files_below, new_catalogue, new_client, new_project, serving
from jobindsats_tables import COUNTRY, NOWHERE
from test_fetch_values import ENTRIES, MORNING, PLACES, table

SEEDS, CASES = 6, 60
"""So many runs of so many faulty answers each: about half a minute."""

STATUSES = (
    200,
    200,
    200,
    201,
    204,
    301,
    302,
    307,
    400,
    401,
    403,
    404,
    418,
    422,
    429,
    500,
    502,
    503,
    504,
    599,
)

BODIES: tuple[bytes, ...] = (
    b"",
    b"\x00" * 50,
    b"\xff\xfe\x00",
    b"null",
    b"true",
    b"17",
    b'"text"',
    b"[]",
    b"{}",
    b"[" * 200_000,
    b'{"a":' * 200_000,
    b'{"columns": [], "rows": []}',
    b'{"columns": null, "rows": null}',
    b'{"columns": ["a", "a"], "rows": [["x", "x"]]}',
    b'{"columns": {"a": 1}, "rows": "b"}',
    b'{"columns": ["a"], "rows": [[NaN]]}',
    b'{"columns": ["a"], "rows": [[1e999]]}',
    b'{"code": 422, "cause": {"not": "text"}}',
    b'{"code": 422, "cause": "Requested latest:60 for type M, but only 0 periods are available."}',
    b'{"code": 422, "cause": "but only 99999999999999999999 periods are available."}',
    b'{"code": 422, "cause": "Unknown period type: M"}',
    b'{"error": "invalid_token"}',
    '{"fejl": "Nøglen er udløbet"}'.encode(),
    "Nøglen er udløbet".encode("latin-1"),
    FORBIDDEN.encode(),
    b"<html><body>Log ind</body></html>",
    b"<?xml version='1.0'?><error/>",
    b"\x1b[2J\x1b]0;title\x07",
    "\u202ereversed".encode(),
    b'[{"subject_name": 1, "table_groups": [{"tables": [{"table_id": null}]}]}]',
    b'[{"table_groups": [{"tables": [{"table_id": "y1", "periods": [1, 2]}]}]}]',
    b'{"table_id": "y1", "dimensions": [{"dimension_id": "_omrade"}]}',
    b'{"table_id": "y1", "dimensions": 7, "mgroups": 8, "periods": 9}',
)

HEADERS: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (),
    (("Retry-After", "nan"),),
    (("Retry-After", "1e999"),),
    (("Retry-After", "-1"),),
    (("Retry-After", "9" * 5000),),
    (("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"),),
    (("Retry-After", "Mon, 99 Foo 99999 99:99:99 GMT"),),
    (("Location", "http://[::1"),),
    (("Location", "//"),),
    (("Location", "/v3/elsewhere"),),
    (("Location", "https://example.org/?key=1"),),
    (("Location", "\xe6\xf8\xe5"),),
    (("Location", "x" * 20_000),),
    (("Content-Encoding", "gzip"),),
    (("Content-Encoding", "deflate"),),
    (("Content-Encoding", "br"),),
    (("Content-Encoding", "gzip, gzip, gzip, gzip, gzip, gzip, gzip"),),
    (("Date", "yesterday"),),
    (("Date", "Fri, 31 Dec 9999 23:59:59 -9999"),),
    (("Set-Cookie", "a=b; Domain=.dk; Expires=never"),),
    (("Content-Type", "text/html; charset=utf-99"),),
)

CELLS: tuple[Any, ...] = (
    "@1e999",
    "@-1e999",
    "@1" + "0" * 29,
    "@" + "9" * 4000,
    "@" + "9" * 5000,
    "@0.0000001",
    "@NaN",
    "@-0.0",
    250,
    -3,
    100.5,
    10**7 + 1,
    0.5,
    True,
    None,
    "",
    "..",
    "…",
    "12 stk",
    "1.234",
    "12,3",
    "-",
    "−5",
    "<3",
    "9999M12",
    "1989M12",
    "2026M13",
    "2026Q01",
    "0000M01",
    COUNTRY,
    "Atlantis",
    [],
    {},
    "\x1b[31m",
    "x" * 100_000,
)


NUMBERS = CELLS[:13]


def mutated(body: bytes, draw: random.Random) -> bytes:
    """A sound answer with one to three things done to it."""
    found = json.loads(body)
    for _ in range(draw.choice((1, 1, 2, 3))):
        columns, rows = found.get("columns", []), found.get("rows", [])
        if not isinstance(rows, list) or not rows:
            break
        row, at = draw.choice(rows), draw.randrange(4)
        cell = draw.choice(CELLS if draw.random() < 0.5 else NUMBERS)
        if draw.random() < 0.5:
            row[min(at, len(row) - 1)] = cell
            continue
        draw.choice(
            (
                lambda row=row, cell=cell: row.append(cell),
                lambda row=row: row.pop() if len(row) > 1 else None,
                lambda rows=rows: draw.shuffle(rows),
                lambda rows=rows, row=row: rows.append(list(row)),
                lambda rows=rows, row=row, cell=cell: rows.append([*row[:-1], cell]),
                lambda rows=rows: rows.__delitem__(slice(len(rows) // 2, None)),
                lambda rows=rows: rows.clear(),
                lambda columns=columns: columns.reverse(),
                lambda columns=columns, cell=cell: columns.append(cell),
                lambda columns=columns: columns.pop() if columns else None,
                lambda columns=columns: columns.__setitem__(0, columns[-1]) if columns else None,
                lambda rows=rows, at=at: [r.__setitem__(-1, 0) for r in rows],
                lambda rows=rows: [
                    r.__setitem__(-1, (r[-1] or 0) * 1000) for r in rows if type(r[-1]) is int
                ],
                lambda rows=rows: [r.__setitem__(2, None) for r in rows if len(r) > 2],
                lambda: found.pop(draw.choice(list(found))),
            )
        )()
    text = json.dumps(found, ensure_ascii=False)
    for cell in CELLS:
        if isinstance(cell, str) and cell.startswith("@"):
            text = text.replace(f'"{cell}"', cell[1:])
    return text.encode()


def fault(draw: random.Random) -> Callable[[Request, Reply], Reply]:
    """One faulty reply."""
    kind = draw.choice((0, 0, 0, 1, 2, 3, 4, 5))
    seed = draw.random()

    def do(request: Request, reply: Reply) -> Reply:
        own = random.Random(seed)
        headers = own.choice(HEADERS)
        if kind < 2 and "/data/" in request.path:
            return Reply(body=mutated(reply.body, own))
        if kind == 2:
            place = own.randrange(max(len(reply.body), 1))
            flipped = bytes([*reply.body[:place], own.randrange(256), *reply.body[place + 1 :]])
            return Reply(own.choice(STATUSES), flipped, headers)
        if kind == 3:
            packed = own.choice((gzip.compress, zlib.compress))(own.choice(BODIES))
            return Reply(own.choice(STATUSES), packed, headers, announced=own.random() < 0.5)
        if kind == 4:
            spoilt = own.choice(
                (reply.body[: len(reply.body) // 3], reply.body * 2, reply.body.decode().encode("utf-16"),
                 b"\xef\xbb\xbf\xef\xbb\xbf" + reply.body, reply.body.replace(b'"', b"'"))
            )  # fmt: skip
            return Reply(200, spoilt, headers)
        return Reply(
            own.choice(STATUSES), own.choice(BODIES), headers, cut=own.choice((None, None, -1, 0, 5))
        )

    return do


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def server() -> Iterator[JobindsatsServer]:
    with serving([table()]) as running:
        yield running


def nonsense(
    content: bytes, moment: datetime, sound: dict[tuple[str, str], list[Any]], *, complete: bool
) -> list[str]:
    """What no sound answer has, read independently of the program."""
    found = json.loads(content.decode("utf-8-sig"))
    wrong = []
    told = {}
    for row in found["rows"]:
        by_label = dict(zip((label.strip() for label in found["columns"]), row, strict=True))
        period, area = by_label["Periode"], by_label["Område"]
        told[period, area] = row
        if not ("1990M01" <= period <= f"{moment:%YM%m}" and len(period) == 7):
            wrong.append(f"period {period}")
        for label, high in (("Andel", 100), ("Antal personer", 10_000_000)):
            value = by_label[label]
            if isinstance(value, str):
                value = float(value.replace(".", "").replace(",", ".")) if value.strip(".-… ") else None
            if value is not None and not (math.isfinite(value) and 0 <= value <= high):
                wrong.append(f"{label} {value}")
            if value is not None and label != "Andel" and value != int(value):
                wrong.append(f"half a person: {value}")
    missing = sum(place not in told for place in sound)
    # Rows without figures may be absent, so that a first answer cannot be told to lack some.
    if complete and missing > 0.1 * len(sound):
        wrong.append(f"{missing} places are gone")
    if not any(area == COUNTRY for _, area in told):
        wrong.append("no country")
    moved = sum(told[place][3] != sound[place][3] for place in sound.keys() & told.keys())
    if moved > 0.5 * len(sound):
        wrong.append(f"{moved} of {len(sound)} counts are others")
    return wrong


@pytest.mark.parametrize("seed", range(SEEDS))
def test_faulty_answers_end_in_rows_and_put_no_nonsense_in_force(
    tmp_path: Path, server: JobindsatsServer, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(seed)
    project = new_project(tmp_path, ENTRIES)
    catalogue = new_catalogue(ENTRIES, PLACES)
    codes = area_codes(catalogue.municipalities)
    store = RawStore(project.raw)
    client = new_client(server, waits=(0,))
    sound = {
        (period, area): [period, area, *values]
        for (period, area), values in table().values.items()
        if area != NOWHERE
    }
    outcomes: dict[str, int] = {}
    complete = False
    for number in range(CASES):
        moment = MORNING + timedelta(days=number)
        server.put([table(day=f"{moment:%Y-%m-%d}")])
        server._planned.clear()
        path = draw.choice(("data", "data", "data", "table/", "tables", ""))
        server.fail(path, fault(draw), times=draw.choice((1, 2, 9)))
        report = fetch_tables(project, catalogue, client=client, now=moment, reload_waits=())
        (row,) = report.rows
        outcomes[row.outcome.value] = outcomes.get(row.outcome.value, 0) + 1
        assert row.ok or row.problem, (seed, number)
        assert len(row.problem) < 3_000, (seed, number)
        assert "Traceback" not in row.problem and "\x1b" not in row.problem
        Console().print(report_table(report), *failures_in_danish(fetch_status(project).values()))
        snapshot = store.newest("jobindsats", "y1")
        if snapshot is not None:
            content = store.read("jobindsats", "y1", snapshot)
            assert nonsense(content, moment, sound, complete=complete) == [], (seed, number, path)
            complete = complete or sound.keys() <= _in_force(store).keys()
            read_cells(content, store.sidecar("jobindsats", "y1", snapshot), codes)
    assert store.problems("jobindsats") == store.problems("jobindsats/_quarantine") == ()
    # Both happened often: faults were met, and sound answers in between were put in force.
    assert outcomes.get("kept", 0) + outcomes.get("failed", 0) > CASES / 4
    assert outcomes.get("fetched", 0) > CASES / 10
    assert TOKEN not in capsys.readouterr().out
    assert not [name for name, content in files_below(project.root).items() if TOKEN.encode() in content]
    server._planned.clear()
    server.put([table(day="2027-01-01")])
    after = MORNING + timedelta(days=CASES + 1)
    assert fetch_tables(project, catalogue, client=client, now=after, force=True).ok
    assert _in_force(store) == sound


def _in_force(store: RawStore) -> dict[tuple[str, str], list[Any]]:
    snapshot = store.newest("jobindsats", "y1")
    assert snapshot is not None
    rows = json.loads(store.read("jobindsats", "y1", snapshot).decode("utf-8-sig"))["rows"]
    return {(row[0], row[1]): row for row in rows if row[1] != NOWHERE}
