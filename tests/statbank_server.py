"""A server on this machine that behaves as StatBank was seen to behave; what was not seen is a switch.

To try `plan fetch --source statbank` by hand, with made-up figures of every table that the catalogue names:

    python tests/statbank_server.py --port 8766
    STATBANK_API_URL=http://127.0.0.1:8766/v1 plan fetch --source statbank
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import itertools
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import prod
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

CHECKOUT = Path(__file__).resolve().parents[1]
SAVED = CHECKOUT.parent / "shared" / "reference-data" / "statbank"

Cell = str
"""A value as the server writes it: ``2.4``; ``..`` where it is missing or confidential."""


@dataclass
class Assumptions:
    """What is not known for certain of the API.

    Attributes
    ----------
    presentation
        What a cell shows when codes were asked for: Code, Value or CodeAndValue.
    decimal_mark
        With lang=da.
    quarter
        The letter of a quarter with lang=da.
    limit
        Most cells outside BULK.
    parts_counted
        Whether a sum counts as many cells as it has parts.
    sums
        Whether ``sum(…)`` is understood.
    sum_shown
        What stands in a row of a sum: its label, or the whole of what was asked.
    bom
        A byte order mark in front of CSV.
    line_end
        Between rows.
    error_status
        Of a refusal.
    """

    presentation: str = "Code"
    decimal_mark: str = "."
    quarter: str = "K"
    limit: int = 1_000_000
    parts_counted: bool = True
    sums: bool = True
    sum_shown: str = "label"
    bom: bool = True
    line_end: str = "\r\n"
    error_status: int = 400


@dataclass
class Table:
    """One table: its metadata, and the value at each place (codes in the order of its variables)."""

    info: dict[str, Any]
    value: Callable[[tuple[str, ...]], Cell]

    @property
    def variables(self) -> list[dict[str, Any]]:
        return self.info["variables"]


def variable(key: str, text: str, values: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """A variable as ``tableinfo`` tells of it."""
    told = {"id": key, "text": text, "elimination": True, "time": False, **more}
    return told | {"values": [{"id": code, "text": label} for code, label in values.items()]}


def time_of(periods: Iterable[str]) -> dict[str, Any]:
    return variable("Tid", "tid", {p: p for p in periods}, elimination=False, time=True)


def info(key: str, text: str, variables: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "text": text,
        "unit": "Antal",
        "suppressedDataValue": "0",
        "updated": "2026-05-26T08:00:00",
        "active": True,
        "footnote": None,
        "variables": list(variables),
        **more,
    }


def months(first: str, count: int) -> list[str]:
    start = int(first[:4]) * 12 + int(first[5:]) - 1
    return [f"{at // 12}M{at % 12 + 1:02d}" for at in range(start, start + count)]


def quarters(first: str, count: int) -> list[str]:
    start = int(first[:4]) * 4 + int(first[5:]) - 1
    return [f"{at // 4}K{at % 4 + 1}" for at in range(start, start + count)]


class StatbankServer:
    """Serves tables at ``url`` while it is entered.

    Attributes
    ----------
    calls
        Path and body (or query) of each call, in order.
    faults
        What to do instead of answering, one for each of the next calls: a status (with an empty body), ``cut``,
        ``drip``, ``hang up``, or bytes to send with status 200. None answers.
    agents
        The User-Agent of each call.
    """

    def __init__(
        self, tables: Iterable[Table], assumptions: Assumptions | None = None, port: int = 0
    ) -> None:
        self.assumptions = assumptions or Assumptions()
        self.tables: dict[str, Table] = {}
        self.put(tables)
        self.calls: list[tuple[str, Any]] = []
        self.faults: list[int | str | bytes | None] = []
        self.agents: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._answer(self, None)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                server._answer(self, json.loads(self.rfile.read(length)))

            def log_message(self, *words: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True

    def put(self, tables: Iterable[Table]) -> None:
        self.tables |= {table.info["id"]: table for table in tables}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def asked_for_data(self) -> list[dict[str, Any]]:
        return [body for path, body in self.calls if path == "data"]

    def __enter__(self) -> StatbankServer:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, body: Any) -> None:
        parts = urlsplit(handler.path)
        path = unquote(parts.path).removeprefix("/v1/")
        self.calls.append((path, body if body is not None else dict(parse_qsl(parts.query))))
        self.agents.append(handler.headers.get("User-Agent", ""))
        fault = self.faults.pop(0) if self.faults else None
        if fault == "hang up":
            handler.close_connection = True
            handler.connection.close()
            return
        if isinstance(fault, int):
            self._send(handler, fault, b"")
            return
        if isinstance(fault, bytes):
            self._send(handler, 200, fault)
            return
        try:
            content = self._told(path) if path.startswith("tableinfo/") else self.data(body)
            status = 200
        except Refused as refusal:
            told = {"errorTypeCode": refusal.code, "message": refusal.message}
            content, status = json.dumps(told, ensure_ascii=False).encode(), self.assumptions.error_status
        self._send(handler, status, content, str(fault or ""))

    def _send(self, handler: BaseHTTPRequestHandler, status: int, content: bytes, how: str = "") -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        with contextlib.suppress(ConnectionError):  # whoever asked has gone
            self._write(handler, content, how)

    @staticmethod
    def _write(handler: BaseHTTPRequestHandler, content: bytes, how: str) -> None:
        if how == "cut":
            handler.wfile.write(content[: len(content) // 2])
            handler.close_connection = True
        elif how == "drip":
            for at in range(0, len(content), max(len(content) // 40, 1)):
                handler.wfile.write(content[at : at + max(len(content) // 40, 1)])
                handler.wfile.flush()
                time.sleep(0.05)
        else:
            handler.wfile.write(content)

    def _told(self, path: str) -> bytes:
        return json.dumps(self._table(path.partition("/")[2]).info, ensure_ascii=False).encode()

    def _table(self, key: str) -> Table:
        if key not in self.tables:
            raise Refused("EXTRACT-NOTFOUND", f"Tabellen {key} findes ikke.")
        return self.tables[key]

    # ------------------------------------------------------------------------------------- data

    def data(self, body: dict[str, Any]) -> bytes:
        kind = body["format"]
        if kind not in ("CSV", "BULK"):
            raise Refused("REQUEST-FORMAT", f"Formatet {kind} kendes ikke.")
        bulk = kind == "BULK"
        if bulk and "timeOrder" in body:
            raise Refused("REQUEST-FORMAT", "timeOrder kan ikke bruges med dette format.")
        table = self._table(body["table"])
        asked = {item["code"]: item["values"] for item in body["variables"]}
        columns: list[tuple[dict[str, Any], list[tuple[str, tuple[str, ...]]]]] = []
        for var in table.variables:
            if var["id"] in asked:
                columns.append((var, [self._value(var, value, bulk) for value in asked[var["id"]]]))
            elif var["time"]:
                newest = var["values"][-1]["id"]
                columns.append((var, [(newest, (newest,))]))
            elif bulk or not var["elimination"]:
                raise Refused("EXTRACT-VALUES", f"Der skal vælges værdier for variabel: {var['id']}")
        counted = prod(
            sum(len(parts) if self.assumptions.parts_counted else 1 for _, parts in values)
            for _, values in columns
        ) * (len(columns) + 1)
        if not bulk and counted > self.assumptions.limit:
            said = f"{counted:,}".replace(",", ".")
            limit = f"{self.assumptions.limit:,}".replace(",", ".")
            raise Refused(
                "REQUEST-LIMIT",
                f"Forespørgslen på op mod {said} celler er over begrænsningen på {limit} celler for denne filtype.",
            )
        return self._csv(table, columns, bulk)

    def _csv(self, table: Table, columns: Sequence[tuple[dict[str, Any], Any]], bulk: bool) -> bytes:
        lines = []
        chosen = {var["id"]: values for var, values in columns}
        for place in itertools.product(*chosen.values()):
            at = dict(zip(chosen, place, strict=True))
            full = [at[var["id"]][1] if var["id"] in at else (total_of(var),) for var in table.variables]
            value = self._added([table.value(codes) for codes in itertools.product(*full)])
            if bulk and value == table.info["suppressedDataValue"]:
                continue
            shown = [self._shown(var, at[var["id"]][0]) for var, _ in columns]
            if value == "..":
                number = "" if bulk else value
            else:
                number = value.replace(".", self.assumptions.decimal_mark)
            lines.append(";".join([*shown, number]))
        if bulk:
            random.Random(7).shuffle(lines)
        header = ";".join([*(var["id"].upper() for var, _ in columns), "INDHOLD"])
        end = self.assumptions.line_end
        text = end.join([header, *lines]) + end
        return text.encode("utf-8-sig" if self.assumptions.bom and not bulk else "utf-8")

    @staticmethod
    def _added(values: Sequence[Cell]) -> Cell:
        if len(values) == 1:
            return values[0]
        return ".." if ".." in values else str(sum(int(value) for value in values))

    def _shown(self, var: dict[str, Any], code: str) -> str:
        if code.startswith("sum("):
            label = code[4:].partition("=")[0]
            return label if self.assumptions.sum_shown == "label" else code.replace(";", ",")
        if var["time"]:
            return code.replace("K", self.assumptions.quarter)
        text = next(v["text"] for v in var["values"] if v["id"] == code)
        return {"Code": code, "Value": text, "CodeAndValue": f"{code} {text}"}[self.assumptions.presentation]

    def _value(self, var: dict[str, Any], value: str, bulk: bool) -> tuple[str, tuple[str, ...]]:
        found = re.fullmatch(r"sum\(([^=]*)=(.*)\)", value)
        parts = tuple(found[2].split(";")) if found and self.assumptions.sums and not bulk else (value,)
        known = {v["id"] for v in var["values"]}
        for part in parts:
            if part not in known:
                raise Refused("EXTRACT-VALUES", f"Kan ikke finde værdien: {part} ({var['id']})")
        return value, parts


class Refused(Exception):
    """A question that is turned down, as StatBank does."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def total_of(var: dict[str, Any]) -> str:
    ids = [value["id"] for value in var["values"]]
    return next((key for key in ("TOT", "IALT", "000") if key in ids), ids[0])


# --------------------------------------------------------------------------------------------- tables


def municipalities() -> dict[str, str]:
    """Code → name, the country and what is no municipality among them."""
    with (CHECKOUT / "catalogue/areas/municipalities.csv").open(encoding="utf-8") as file:
        rows = {row["code"]: row["name"] for row in csv.DictReader(file)}
    return {
        "000": "Hele landet",
        "084": "Region Hovedstaden",
        "01": "Landsdel Byen København",
        **rows,
        "997": "Uden for Danmark",
    }


AREAS = variable("OMRÅDE", "område", municipalities())
SEX = variable("KØN", "køn", {"TOT": "I alt", "M": "Mænd", "K": "Kvinder"})
AGE = variable("ALDER", "alder", {"TOT": "Alder i alt", "16-24": "16-24 år"})


def catalogue_tables() -> list[Table]:
    """Every table that the catalogue's plan on StatBank and the Jobcenteroverblik need, with made-up figures."""
    month, quarter, year = months("2020M01", 78), quarters("2020K1", 24), [str(y) for y in range(2015, 2025)]
    benefits = {
        "TOT": "I alt", "KT": "Nettoledige kontanthjælpsmodtagere", "SY": "Sygedagpenge mv.", "RES": "Ressourceforløb",
        "JA": "Jobafklaringsforløb", "FP": "Førtidspension", "FLX": "Fleksjob", "LY": "Ledighedsydelse",
    }  # fmt: skip
    offers = {
        "AKTOT": "Aktivering i alt",
        "AKD": "Aktiverede dagpengeberettigede",
        "AKK": "Kommunal aktivering i alt",
    }
    offers |= {key: f"Tilbud {key}" for key in ("VPD", "LTD", "NYD", "VPK", "LTK", "NYK")}
    ages = {"IALT": "Alder i alt", **{str(age): f"{age} år" for age in range(126)}}
    in_numbers = {"TOT": "I alt", "1": "Mænd", "2": "Kvinder"}

    def table(
        key: str,
        text: str,
        variables: Sequence[dict[str, Any]],
        periods: Sequence[str],
        low: int,
        high: int,
        decimals: int = 0,
        **more: Any,
    ) -> Table:
        told = info(key, text, [*variables, time_of(periods)], **more)
        return Table(told, steady(key, low, high, decimals))

    kinds = {"TOT": "Bruttoledige", "LDP": "Nettoledige dagpengemodtagere"}
    return [
        table("AUP01", "Foreløbig", [AREAS, AGE, SEX], month, 1, 5, 1),
        table("AUP02", "Fuldtidsledige i pct.", [AREAS, AGE, SEX], month[:-9], 1, 5, 1),
        table(
            "AUF01",
            "Fuldtidsledige (foreløbig opgørelse)",
            [
                AREAS,
                variable("YDELSESTYPE", "ydelse", kinds),
                variable("AKASSE", "a-kasse", {"TOT": "I alt"}),
                AGE,
                SEX,
            ],
            month,
            50,
            900,
        ),
        table(
            "AUF02",
            "Fuldtidsledige",
            [
                AREAS,
                variable("YDELSESTYPE", "ydelse", kinds),
                variable("AKASSE", "a-kasse", {"TOT": "I alt"}),
                AGE,
                SEX,
            ],
            month[:-9],
            50,
            900,
        ),
        table(
            "AUS08",
            "Sæsonkorrigeret",
            [
                AREAS,
                variable(
                    "SAESONFAK",
                    "sæson",
                    {"9": "Sæsonkorrigeret i pct. af arbejdsstyrken", "10": "Sæsonkorrigeret"},
                    elimination=False,
                ),
            ],
            month,
            1,
            5,
            1,
        ),
        table(
            "AULK04",
            "Langtidsledige",
            [
                AREAS,
                variable(
                    "ENHED",
                    "enhed",
                    {"1": "Langtidsledige (antal)", "2": "Langtidledige i procent af arbejdsstyrken"},
                    elimination=False,
                ),
                AGE,
                SEX,
            ],
            month[:-9],
            1,
            3,
            0,
        ),
        table(
            "AUK01",
            "Offentligt forsørgede",
            [AREAS, variable("YDELSESTYPE", "ydelse", benefits), SEX, AGE],
            quarter,
            20,
            300,
        ),
        table(
            "AUK03",
            "Aktiverede",
            [AREAS, variable("YDELSESTYPE", "ydelse", offers), SEX, AGE],
            quarter,
            20,
            40,
        ),
        table(
            "FOLK1A",
            "Befolkningen",
            [
                AREAS,
                variable("KØN", "køn", in_numbers),
                variable("ALDER", "alder", ages),
                variable("CIVILSTAND", "civilstand", {"TOT": "I alt"}),
            ],
            quarter,
            300,
            900,
        ),
        table(
            "FOLK1AM",
            "Befolkningen",
            [AREAS, variable("KØN", "køn", in_numbers), variable("ALDER", "alder", ages)],
            month,
            300,
            900,
        ),
        table(
            "LBESK69",
            "Lønmodtagere",
            [
                variable("TAL", "enhed", {"1020": "Lønmodtagere", "1010": "Fuldtid"}, elimination=False),
                variable("BOPKOM", "bopælskommune", municipalities()),
                SEX,
            ],
            quarter,
            9000,
            20000,
        ),
        table(
            "NEET1",
            "Unge",
            [
                variable(
                    "STATUSNEET",
                    "status",
                    {"0": "Aktive og ikke-aktive i alt", "5": "Aktive", "10": "Ikke-aktive (NEET)"},
                ),
                SEX,
                variable("BOPOMR", "bopælsområde", municipalities()),
            ],
            year,
            100,
            130,
        ),
        table(
            "RAS200",
            "Frekvenser",
            [
                AREAS,
                variable("HERKOMST", "herkomst", {"0": "I alt", "25": "Indvandrere fra ikke-vestlige lande"}),
                variable("ALDER", "alder", {"16-64": "16-64 år", "16-17": "16-17 år"}, elimination=False),
                SEX,
                variable(
                    "BEREGNING",
                    "frekvens",
                    {"BFK": "Beskæftigelsesfrekvens", "EFK": "Erhvervsfrekvens"},
                    elimination=False,
                ),
            ],
            year,
            40,
            80,
            1,
        ),
    ]


OFFERS = ("VP", "LT", "NY")
"""How codes of company-based offers in AUK03 begin."""


def steady(name: str, low: int, high: int, decimals: int) -> Callable[[tuple[str, ...]], Cell]:
    """Values that move little from one period to the next; the country's counts are the largest."""

    def value(place: tuple[str, ...]) -> Cell:
        """What the catalogue makes a share of is a tenth, so that no share is above 100 per cent."""
        is_part = (name, place[0]) == ("NEET1", "10") or (name == "AUK03" and place[1][:2] in OFFERS)
        return str(int(whole(place)) // 10) if is_part else whole(place)

    def whole(place: tuple[str, ...]) -> Cell:
        *rest, period = place
        seed = int(hashlib.sha256(f"{name} {rest}".encode()).hexdigest()[:8], 16)
        step = int(hashlib.sha256(period.encode()).hexdigest()[:2], 16) / 255
        number = low + (seed % 1000) / 1000 * (high - low) * 0.9 + step * (high - low) * 0.1
        if "000" in rest and not decimals and (name, rest[1:2]) != ("AULK04", ["2"]):
            number = high * 98
        return f"{number:.{decimals}f}"

    return value


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8766)
    chosen = parser.parse_args()
    with StatbankServer(catalogue_tables(), port=chosen.port) as server:
        print(f"STATBANK_API_URL={server.url}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
