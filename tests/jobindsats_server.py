"""A server on this machine that behaves as Jobindsats version 3 was seen to behave, faults included.

What was not seen is a switch of :class:`Assumptions`. To try `plan fetch` by hand:

    python tests/jobindsats_server.py --port 8765 --reference
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jobindsats_tables as tables_of
from jobindsats_tables import Hierarchy, Key, Number, Table

TOKEN = "loopback-key-0123456789/+="
"""The key of the server; it has signs that look different in JSON, in an address and on a page."""

FORBIDDEN = "You do not have permission to view this directory or page."
LEAST_ROWS_FOR_MIXING = 2


@dataclass
class Assumptions:
    """What is not known of the API, so that a test can try it either way.

    Attributes
    ----------
    body_401, body_404, body_429
        Bodies were not seen.
    cell_limit
        There is a limit; neither its size nor its error text was seen. 0: none.
    several_measures
        Whether a measure group takes several measure ids joined by commas.
    v2_selector
        Whether ``l(m:12)`` is understood, a form of version 2.
    lenient_values
        Whether an unknown value id, measure or period is passed over instead of answered 422.
    """

    body_401: str = ""
    body_404: str = '{"code":404,"cause":"Table not found"}'
    body_429: str = "Too many requests"
    cell_limit: int = 0
    several_measures: bool = True
    v2_selector: bool = False
    lenient_values: bool = False


@dataclass
class Shape:
    """Forms that were seen side by side, so that a reader must take either.

    Attributes
    ----------
    json_bom
        A byte order mark in front of JSON;
    periods_as_object
        ``/tables`` tells periods as an object, ``/table/<id>`` as a list; True here: both as an object.
    measures_in_list
        Whether ``/tables`` lists the measures inside the groups.
    absent_rows
        Leave out rows in which every value is empty.
    text_numbers
        Numbers as Danish text: ``"1.234"``, ``"12,3"``, ``"-"``.
    old_area_label
        ``Area`` instead of ``Område``.
    stray_blanks
        Blanks at the end of labels and doubled inside.
    compressed
        Bodies are gzipped when the client takes that.
    """

    json_bom: bool = False
    periods_as_object: bool = False
    measures_in_list: bool = True
    absent_rows: bool = False
    text_numbers: bool = False
    old_area_label: bool = False
    stray_blanks: bool = False
    compressed: bool = False


@dataclass(frozen=True)
class Reply:
    """What goes over the wire.

    Attributes
    ----------
    cut
        Close the connection after so many bytes; with `announced` the length of the whole is told before.
    pause, drip
        Seconds before the answer, and between its pieces.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json; charset=utf-8"
    cut: int | None = None
    announced: bool = True
    pause: float = 0
    drip: float = 0


@dataclass(frozen=True)
class Request:
    """One call as it came in."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]

    @property
    def line(self) -> str:
        return f"{self.path}?{'&'.join(f'{name}={value}' for name, value in self.query.items())}"


Fault = Callable[[Request, Reply], Reply]
"""Turns the sound reply to a request into what is sent instead."""


def refusal(status: int, body: str = "", **headers: str) -> Fault:
    """Answer with a status, whatever is asked; ``Retry_After`` stands for the header ``Retry-After``."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda request, reply: Reply(
        status, body.encode(), named, content_type="text/plain; charset=utf-8"
    )


def cause(text: str) -> Fault:
    """The 422 of the API with that cause."""
    return lambda request, reply: _unprocessable(text)


def page(html: str, status: int = 200) -> Fault:
    """A web page, as a login or a notice of maintenance would be."""
    return lambda request, reply: Reply(status, html.encode(), content_type="text/html; charset=utf-8")


def raw(body: bytes) -> Fault:
    """These bytes, with status 200."""
    return lambda request, reply: Reply(body=body)


def cut_off(*, announced: bool = True) -> Fault:
    """Half of the answer, then the end of the connection."""
    return lambda request, reply: Reply(body=reply.body, cut=len(reply.body) // 2, announced=announced)


def hang_up(request: Request, reply: Reply) -> Reply:
    """Close the connection without a word."""
    return Reply(cut=-1)


def slow(seconds: float) -> Fault:
    """The right answer, too late."""
    return lambda request, reply: Reply(reply.status, reply.body, pause=seconds)


def dripping(seconds: float) -> Fault:
    """The right answer, one piece at a time."""
    return lambda request, reply: Reply(reply.status, reply.body, drip=seconds)


def redirect(location: str, status: int = 302) -> Fault:
    return lambda request, reply: Reply(status, headers=(("Location", location),))


def echo(status: int = 500) -> Fault:
    """A server that sends back what it was sent, key and all."""
    return lambda request, reply: Reply(
        status, json.dumps({"cause": f"bad header: {request.headers.get('Authorization')}"}).encode()
    )


def changed(change: Callable[[dict[str, Any]], None]) -> Fault:
    """The sound JSON answer after `change` was done to it."""

    def do(request: Request, reply: Reply) -> Reply:
        found = json.loads(reply.body.decode("utf-8-sig"))
        change(found)
        return Reply(body=json.dumps(found, ensure_ascii=False).encode())

    return do


@dataclass
class _Planned:
    pattern: re.Pattern[str]
    fault: Fault
    left: int


class JobindsatsServer(ThreadingHTTPServer):
    """Serves tables on 127.0.0.1 while inside ``with``.

    Attributes
    ----------
    requests
        Every call so far.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 32

    def __init__(
        self,
        tables: Iterable[Table],
        *,
        token: str = TOKEN,
        port: int = 0,
        shape: Shape | None = None,
        assumptions: Assumptions | None = None,
    ) -> None:
        self.tables = {table.id: table for table in tables}
        self.token = token
        self.shape = shape or Shape()
        self.assumptions = assumptions or Assumptions()
        self.requests: list[Request] = []
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v3"

    def __enter__(self) -> JobindsatsServer:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has gone away in the middle, as it is made to."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def put(self, tables: Iterable[Table]) -> None:
        """Replace the tables: the next day has come."""
        self.tables = {table.id: table for table in tables}

    def fail(self, pattern: str, *faults: Fault, times: int = 1) -> None:
        """Let calls whose path matches go wrong: each fault `times` times, one after the other."""
        self._planned.extend(_Planned(re.compile(pattern), fault, times) for fault in faults)

    def calls(self, pattern: str = "") -> list[Request]:
        """Calls whose path matches."""
        return [request for request in self.requests if re.search(pattern, request.path)]

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            planned = next((p for p in self._planned if p.left and p.pattern.search(request.path)), None)
            if planned is not None:
                planned.left -= 1
        authorization = request.headers.get("Authorization")
        if authorization != f"Bearer {self.token}":
            return Reply(401, self.assumptions.body_401.encode())
        try:
            sound = self._route(request)
        except _Unprocessable as error:
            sound = _unprocessable(str(error))
        return planned.fault(request, sound) if planned is not None else sound

    def _route(self, request: Request) -> Reply:
        if request.query.get("format") not in ("json", "csv"):
            raise _Unprocessable("Unknown format")
        parts = request.path.removeprefix("/v3/").split("/")
        if parts == ["tables"]:
            return self._json(self._listing())
        if parts[0] in ("table", "data") and len(parts) == 2 and parts[1] in self.tables:
            table = self.tables[parts[1]]
            return self._json(self._description(table)) if parts[0] == "table" else self._data(table, request)
        return Reply(404, self.assumptions.body_404.encode())

    def _json(self, found: Any) -> Reply:
        bom = "\ufeff" if self.shape.json_bom else ""
        return Reply(body=f"{bom}{json.dumps(found, ensure_ascii=False)}".encode())

    def _by_subject(self) -> dict[str, list[Table]]:
        subjects: dict[str, list[Table]] = {}
        for table in self.tables.values():
            subjects.setdefault(table.subject, []).append(table)
        return subjects

    def _listing(self) -> list[dict[str, Any]]:
        return [
            {
                "subject_id": str(number),
                "subject_name": subject,
                "table_groups": [
                    {
                        "table_group_id": 1,
                        "table_group_name": subject,
                        "tables": [self._listed(table) for table in tables],
                    }
                ],
            }
            for number, (subject, tables) in enumerate(self._by_subject().items(), start=1)
        ]

    def _listed(self, table: Table) -> dict[str, Any]:
        return {
            "table_id": table.id,
            "table_name": table.title,
            "link_infopage": None,
            "link_tablepage": f"https://jobindsats.dk/databank/{table.id}",
            "update_freq": table.frequency,
            "update_latest": table.update_latest,
            "update_next": table.update_next,
            "mgroups": self._groups(table, with_measures=self.shape.measures_in_list),
            "periods": self._periods_object(table),
            "dimensions": [
                {
                    "dimension_id": d.id,
                    "dimension_name": d.label,
                    "hierarchies": [{"hierarchy_id": h.id, "hierarchy_name": h.label} for h in d.hierarchies],
                }
                for d in (table.area, *table.dimensions)
            ],
        }

    def _description(self, table: Table) -> dict[str, Any]:
        periods: Any = [
            {"periodtype_id": code, "values": [{"period_id": period} for period in ids]}
            for code, ids in table.periods.items()
        ]
        return {
            "table_id": table.id,
            "table_name": table.title,
            "subject_id": 7,
            "subject_name": table.subject,
            "update_latest": table.update_latest,
            "update_next": table.update_next,
            "periods": self._periods_object(table) if self.shape.periods_as_object else periods,
            "dimensions": [
                {
                    "dimension_id": d.id,
                    "dimension_name": d.label,
                    "hierarchies": [
                        {
                            "hierarchy_id": h.id,
                            "hierarchy_name": h.label,
                            "levels": [
                                {
                                    "level_id": level.id,
                                    "level_name": level.id,
                                    "values": [
                                        {"value_id": v, "value_name": label} for v, label in level.values
                                    ],
                                }
                                for level in h.levels
                            ],
                        }
                        for h in d.hierarchies
                    ],
                }
                for d in (table.area, *table.dimensions)
            ],
            "mgroups": self._groups(table, with_measures=True),
        }

    def _groups(self, table: Table, *, with_measures: bool) -> list[dict[str, Any]]:
        return [
            {
                "mgroup_id": group.id,
                "mgroup_name": group.label,
                **(
                    {"measures": [{"measure_id": m.id, "measure_name": m.label} for m in group.measures]}
                    if with_measures
                    else {}
                ),
            }
            for group in table.groups
        ]

    def _periods_object(self, table: Table) -> dict[str, Any]:
        return {
            "periodtypes": [
                {"periodtype_id": code, "period_first": min(ids), "period_last": max(ids)}
                for code, ids in table.periods.items()
            ]
        }

    def _data(self, table: Table, request: Request) -> Reply:
        query = dict(request.query)
        query.pop("format")
        measures = self._measures_asked(table, query)
        periods = self._periods_asked(table, query)
        members = self._members_asked(table, query)
        cells = len(measures) * len(periods)
        for labels in members.values():
            cells *= len(labels)
        if self.assumptions.cell_limit and cells > self.assumptions.cell_limit:
            raise _Unprocessable(f"Too many cells: {cells}, at most {self.assumptions.cell_limit}")
        columns = self._columns(table, members, [table.measures[at] for at in measures])
        rows = self._rows(table, periods, members, measures)
        return self._json({"columns": columns, "rows": rows})

    def _measures_asked(self, table: Table, query: dict[str, str]) -> list[int]:
        asked: list[int] = []
        for name in [name for name in query if name.startswith("mgroup.")]:
            group, words = name.removeprefix("mgroup."), query.pop(name)
            ids = words.split(",")
            if len(ids) > 1 and not self.assumptions.several_measures:
                raise _Unprocessable(f"Unknown measures: ['{words}']")
            found = [
                at
                for at, (of, measure) in enumerate(table.measures)
                if group in ("*", of.id) and (words == "*" or measure.id in ids)
            ]
            if not found and not self.assumptions.lenient_values:
                raise _Unprocessable(f"Unknown mgroups: ['{group}']")
            asked.extend(found)
        if not asked:
            raise _Unprocessable("No measures")
        return sorted(set(asked))

    def _periods_asked(self, table: Table, query: dict[str, str]) -> list[str]:
        names = [name for name in query if name.startswith("period.")]
        if len(names) != 1:
            raise _Unprocessable("Exactly one period type is needed")
        code, wanted = names[0].removeprefix("period."), query.pop(names[0])
        if code not in table.periods:
            raise _Unprocessable(f"Unknown period type: {code}")
        there = tables_of.newest_first(table.periods[code])
        latest = re.fullmatch(r"latest:(\d+)", wanted)
        if latest is None and self.assumptions.v2_selector:
            latest = re.fullmatch(r"l\([mq]:(\d+)\)", wanted)
        if latest:
            if int(latest[1]) > len(there):
                only = f"but only {len(there)} periods are available."
                raise _Unprocessable(f"Requested latest:{latest[1]} for type {code}, {only}")
            return list(there[: int(latest[1])])
        unknown = [period for period in wanted.split(",") if period not in there]
        if unknown and not self.assumptions.lenient_values:
            raise _Unprocessable(f"Unknown periods: {unknown}")
        return [period for period in wanted.split(",") if period in there]

    def _members_asked(self, table: Table, query: dict[str, str]) -> dict[str, list[str]]:
        """Dimension id → labels asked for; a dimension that is not named is not in it."""
        by_id = {h.id: (d, h) for d in (table.area, *table.dimensions) for h in d.hierarchies}
        asked = {name.removeprefix("hierarchy."): value for name, value in query.items()}
        unknown = [name for name in asked if name not in by_id]
        if unknown or any(not name.startswith("hierarchy.") for name in query):
            raise _Unprocessable(f"Unknown hierarchies: {unknown or list(query)}")
        members = {}
        for name, words in asked.items():
            dimension, hierarchy = by_id[name]
            members[dimension.id] = self._labels_asked(hierarchy, words)
        return members

    def _labels_asked(self, hierarchy: Hierarchy, words: str) -> list[str]:
        labels = hierarchy.labels
        if words == "*":
            return list(labels.values())
        if words.startswith("level:"):
            named = [level for level in hierarchy.levels if level.id == words.removeprefix("level:")]
            if not named:
                raise _Unprocessable(f"Unknown levels: ['{words}']")
            return [label for _, label in named[0].values]
        unknown = [word for word in words.split(",") if word not in labels]
        if unknown and not self.assumptions.lenient_values:
            raise _Unprocessable(f"Unknown values: {unknown}")
        return [labels[word] for word in words.split(",") if word in labels]

    def _columns(self, table: Table, members: dict[str, list[str]], measures: list[Any]) -> list[str]:
        labels = [
            "Periode",
            "Area" if self.shape.old_area_label else table.area.label,
            *(d.label for d in table.dimensions if d.id in members),
            *(group.column(measure) for group, measure in measures),
        ]
        return [f" {label.replace(' ', '  ')} " for label in labels] if self.shape.stray_blanks else labels

    def _rows(
        self, table: Table, periods: list[str], members: dict[str, list[str]], measures: list[int]
    ) -> list[list[Any]]:
        places: list[tuple[tuple[str, ...], tuple[str, ...]]] = [((), ())]
        for dimension in (table.area, *table.dimensions):
            # A dimension that is not asked for is at its total, and has no column.
            total = next((h.labels["/"] for h in dimension.hierarchies if "/" in h.labels), "")
            labels = members.get(dimension.id)
            shown = labels is not None or dimension is table.area
            places = [
                ((*key, label), (*columns, label) if shown else columns)
                for key, columns in places
                for label in (labels if labels is not None else [total])
            ]
        rows = [
            [period, *columns, *values]
            for period in periods
            for key, columns in places
            if (values := self._values(table, (period, *key), measures)) is not None
        ]
        if table.order == "area":
            rows.sort(key=lambda row: row[1])
        elif table.order == "mixed" and len(rows) >= LEAST_ROWS_FOR_MIXING:
            random.Random(table.id).shuffle(rows)
        return rows

    def _values(self, table: Table, key: Key, measures: list[int]) -> list[Any] | None:
        found = (None,) * len(table.measures) if table.empty else table.values.get(key)
        if found is None:
            return None
        values = [found[at] for at in measures]
        if self.shape.absent_rows and all(value is None for value in values):
            return None
        return [_danish(value) for value in values] if self.shape.text_numbers else values


class _Unprocessable(Exception):
    pass


def _unprocessable(text: str) -> Reply:
    return Reply(422, json.dumps({"code": 422, "cause": text, "request_id": str(uuid.uuid4())}).encode())


def _danish(value: Number) -> str:
    if value is None:
        return "-"
    return f"{value:,}".replace(",", "\u00a0").replace(".", ",").replace("\u00a0", ".")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one go: sent apart, each answer would wait for the client's delayed acknowledgement.
    wbufsize = 1 << 20
    disable_nagle_algorithm = True
    server: JobindsatsServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        reply = self.server.answer(Request(unquote(parts.path), query, dict(self.headers.items())))
        try:
            self._send(reply)
        except (BrokenPipeError, ConnectionResetError):  # the client has given up
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        time.sleep(reply.pause)
        if reply.cut is not None and reply.cut < 0:
            self.close_connection = True
            return
        body = reply.body
        headers = [*reply.headers, ("Content-Type", reply.content_type)]
        if self.server.shape.compressed and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=1)
            headers.append(("Content-Encoding", "gzip"))
        self.send_response(reply.status)
        for name, value in headers:
            self.send_header(name, value)
        if reply.announced:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        if reply.cut is not None:
            body = body[: reply.cut]
            self.close_connection = True
        if reply.drip:
            for start in range(0, len(body), 64):
                self.wfile.write(body[start : start + 64])
                self.wfile.flush()
                time.sleep(reply.drip)
        else:
            self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@dataclass
class _Terminal:
    """Says on the terminal what is asked, for people who try it by hand."""

    server: JobindsatsServer
    seen: int = field(default=0)

    def follow(self) -> None:
        while True:
            for request in self.server.requests[self.seen :]:
                print(request.line, flush=True)
                self.seen += 1
            time.sleep(0.2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--reference", action="store_true", help="real figures of all 98 municipalities")
    parser.add_argument("--day", choices=("2026-08-19", "2026-08-22"), default="2026-08-22")
    parser.add_argument("--token", default=TOKEN)
    chosen = parser.parse_args()
    if chosen.reference and not tables_of.has_reference():
        parser.error(f"there are no real figures at {tables_of.REFERENCE}")
    if chosen.reference:
        tables = tables_of.reference(chosen.day)
    else:
        tables = tables_of.made_up(tables_of.all_names(), newest="2026M07", months=60)
    with JobindsatsServer(tables, port=chosen.port, token=chosen.token) as server:
        print(f"{len(server.tables)} tables. In another terminal:\n")
        print(
            f"  JOBINDSATS_API_URL={server.url} JOBINDSATS_API_TOKEN={chosen.token} plan fetch\n", flush=True
        )
        try:
            _Terminal(server).follow()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
