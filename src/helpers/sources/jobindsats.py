"""The Jobindsats API, version 3: the list of tables, a table's metadata, and its data.

In: settings with a key. Out: answers as received. Every call waits and tries again where that helps, and
otherwise ends in an error that says what to do.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import requests

from helpers.catalogue.models import JOBINDSATS
from helpers.data.answers import Answer, parse_json
from helpers.letters import without_hidden
from helpers.sources.faults import Fault, SourceError
from helpers.sources.metadata import parse_table, parse_tables
from helpers.sources.settings import HOW_TO_GET_A_KEY, KEY_VARIABLE, URL_VARIABLE, Bearer, Settings
from helpers.sources.transport import WORTH_ANOTHER_TRY, HttpCall, Periods, Reply, Transport, decoded, shown

_ONLY_SO_MANY = re.compile(r"only (\d+) periods? (?:is|are) available", re.IGNORECASE)
_UNKNOWN_PERIOD_TYPE = re.compile(r"unknown period type", re.IGNORECASE)

_KEY = (
    r"(?:\b(?:(?:api|access|subscription|your|the|this) ?key|token|(?:api|adgangs)?nøglen?|credentials?"
    r"|authori[sz]ation|authentication)\b)"
)
_BAD = (
    r"(?:invalid|not valid|expired|wrong|missing|reject|revoked|withdrawn|denied|required|inactive|disabled"
    r"|incorrect|unknown|not recogni[sz]ed|ugyldig|udløb|forkert|mangler|afvis|spærret|tilbagekaldt|nægtet"
    r"|ukendt|ikke (?:gyldig|godkendt))"
)
_KEY_TURNED_DOWN = re.compile(
    rf"{_KEY}.{{0,60}}{_BAD}|{_BAD}.{{0,60}}{_KEY}|unauthori[sz]ed|not authenticated"
    r"|\b(?:invalid|expired|wrong|revoked) key\b|\bkey (?:is |has )?(?:invalid|not valid|expired|revoked)",
    re.IGNORECASE | re.DOTALL,
)
"""How servers say that a key is turned down, whatever the status they say it with."""


class Client(Transport[Settings]):
    """Asks the API, one call at a time."""

    source, name = JOBINDSATS, "Jobindsats"
    url_variable, limit_variable = URL_VARIABLE, "JOBINDSATS_CELL_LIMIT"

    def __init__(self, settings: Settings, **more: Any) -> None:
        if settings.key is None:
            raise SourceError(settings.no_key, fault=Fault.KEY, do=HOW_TO_GET_A_KEY)
        super().__init__(settings, **more)
        self._key = settings.key
        self._session.auth = Bearer(settings.key)
        self._session.headers["Accept"] = "application/json"

    def raw_tables(self) -> bytes:
        """The list of tables as received, known to be readable."""
        return self._metadata("tables", "tables", parse_tables)

    def raw_table(self, table: str) -> bytes:
        """All that is known of one table, as received, known to be readable."""
        return self._metadata(f"table/{quote(table, safe='')}", table, parse_table)

    def data(
        self, table: str, measures: Mapping[str, str], periods: Periods, hierarchies: Mapping[str, str]
    ) -> Answer:
        """Ask for numbers.

        Parameters
        ----------
        measures
            Measure group id → measure id (or several, joined by commas, or ``*``).
        periods
            When the table turns out to have fewer than asked for, the number it names is asked for instead.
        hierarchies
            Hierarchy id → ``*`` (all members), ``/`` (the total) or value ids joined by commas. What is not
            named is at its total.

        Raises
        ------
        SourceError
            For everything that the notes on the API list, and for an answer that is none.
        """

        def ask(periods: Periods) -> Answer:
            query = {**query_of(measures, hierarchies, periods), "format": "json"}
            asked = f"data/{table}, {'&'.join(f'{n}={v}' for n, v in query.items())} ({periods})"
            call = HttpCall(f"data/{quote(table, safe='')}", query, table, asked)
            answer = self._ask(call, parse_json)
            return replace(answer, query={"path": f"data/{table}", **query})

        try:
            return ask(periods)
        except SourceError as error:
            fewer = _ONLY_SO_MANY.search(error.cause)
            if fewer is None or periods.ids or not 0 < int(fewer[1]) < periods.latest:
                raise
            available = int(fewer[1])
        return ask(Periods(periods.frequency, latest=available))

    def _metadata(self, path: str, table: str, parse: Callable[[bytes], object]) -> bytes:
        def checked(body: bytes) -> bytes:
            parse(body)
            return body

        return self._ask(HttpCall(path, {"format": "json"}, table, path), checked)

    def _received(self, reply: Reply) -> Reply:
        # Here and not where it is shown, so that no traceback with local variables has it either.
        held_key, body = self._key.is_in(reply.body), reply.body
        if held_key or reply.status != requests.codes.ok:
            body = self._key.mask(decoded(body)).encode()
        location = self._key.mask(reply.location) if reply.location else None
        return replace(reply, body=body, held_key=held_key, location=location)

    def _checked(self, reply: Reply, call: HttpCall) -> None:
        if reply.held_key:
            raise SourceError(
                f"{call.table}: the answer holds the key it was asked with, so it is not kept.",
                fault=Fault.CONTENT,
                asked=call.words,
                do=f"check {URL_VARIABLE}: Jobindsats does not do that",
            )

    def _is_refusal(self, reply: Reply) -> bool:
        return _turns_the_key_down(reply)

    def _refusal(self, reply: Reply, call: HttpCall) -> SourceError:
        table, cause = call.table, reply.field("cause")
        said = f'"{without_hidden(cause)}"' if cause else shown(reply.text)
        fault, do = Fault.REFUSED, "check what was asked; if it is right, tell STAR the words above"
        if _turns_the_key_down(reply):
            fault = Fault.KEY
            do = f"check the key in {KEY_VARIABLE}: it is wrong or withdrawn.\n{HOW_TO_GET_A_KEY}"
        elif reply.status in WORTH_ANOTHER_TRY:
            return self._busy(reply, table, "try again later; jobindsats.dk tells of known trouble")
        elif reply.status == requests.codes.forbidden:
            fault = Fault.FORBIDDEN
            do = (
                "ask STAR whether the key covers this table, and your IT department whether something blocks "
                "the call"
            )
        elif reply.status == requests.codes.not_found:
            fault = Fault.NOT_FOUND
            do = (
                "`plan find <words>` shows the tables there are; check the address too "
                f"({URL_VARIABLE}, {self.settings.url})"
            )
        elif _UNKNOWN_PERIOD_TYPE.search(cause):
            fault = Fault.RELOADING
            do = (
                "try again in some minutes: Jobindsats says this of a table that is just being reloaded.\n"
                f"If it stays so, `plan find {table}` shows which periods the table has"
            )
        elif reply.status == requests.codes.unprocessable:
            do = (
                f"`plan find {table}` shows what the table has; mend the ids in the catalogue.\n"
                f"If the answer is too large, lower JOBINDSATS_CELL_LIMIT (now {self.settings.cell_limit:,}); "
                "if ids of measures\nare turned down, JOBINDSATS_ALL_MEASURES=1 asks for all measures at once"
            )
        return self._answered(reply, call, said, fault, do, cause)


def query_of(measures: Mapping[str, str], hierarchies: Mapping[str, str], periods: Periods) -> dict[str, str]:
    """What :meth:`Client.data` asks for, in the words of the API."""
    name, value = periods.parameter
    return {
        **{f"mgroup.{group}": measure for group, measure in measures.items()},
        **{f"hierarchy.{hierarchy}": members for hierarchy, members in hierarchies.items()},
        name: value,
    }


def _turns_the_key_down(reply: Reply) -> bool:
    if reply.status == requests.codes.unauthorized:
        return True
    text = reply.text
    # A page is a login or a proxy's notice; a server that is too busy says nothing of the key.
    if reply.status == requests.codes.too_many_requests or text.lstrip().startswith("<"):
        return False
    with contextlib.suppress(ValueError, RecursionError):  # letters may be escaped in JSON
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return bool(_KEY_TURNED_DOWN.search(text[:2000].replace("_", " ")))
