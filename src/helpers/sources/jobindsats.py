"""The Jobindsats API, version 3: lists of subjects and tables, a table's metadata, and its data.

In: settings with a key. Out: typed metadata and answers as received. Every call waits and tries again where that
helps, and otherwise ends in an error that says what to do.
"""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar
from urllib.parse import quote, urljoin, urlsplit

import requests
from urllib3.exceptions import InvalidHeader, NewConnectionError
from urllib3.util import Retry

from helpers.periods import Frequency
from helpers.sources.answers import Answer, AnswerError, parse_csv, parse_json
from helpers.sources.faults import Fault, JobindsatsError
from helpers.sources.metadata import (
    SubjectGroup,
    TableInfo,
    parse_subjects,
    parse_table,
    parse_tables,
)
from helpers.sources.settings import (
    HOW_TO_GET_A_KEY,
    KEY_VARIABLE,
    URL_VARIABLE,
    Bearer,
    Settings,
    is_loopback,
)

_WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_SHOWN = 200
"""How much of an answer that is not what it should be is shown: its first 200 characters."""
_ONLY_SO_MANY = re.compile(r"only (\d+) periods? (?:is|are) available", re.IGNORECASE)
_UNKNOWN_PERIOD_TYPE = re.compile(r"unknown period type", re.IGNORECASE)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Periods:
    """Which periods are asked for: the newest `latest`, or the `ids` one by one."""

    frequency: Frequency
    latest: int = 0
    ids: tuple[str, ...] = ()

    @property
    def parameter(self) -> tuple[str, str]:
        return f"period.{self.frequency.code}", ",".join(self.ids) if self.ids else f"latest:{self.latest}"

    def __len__(self) -> int:
        return len(self.ids) or self.latest

    def __str__(self) -> str:
        return f"{len(self)} {self.frequency.value.replace('_', ' ')}{'s' if len(self) != 1 else ''}"


@dataclass(frozen=True)
class _Reply:
    """What came back, whole; where it held the key, the key is masked and `held_key` set."""

    status: int
    body: bytes
    held_key: bool
    retry_after: str | None
    location: str | None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8-sig", errors="replace")


class _TryAgain(Exception):
    """Something that may be better in a moment; `fault` and `words` are for the case that it is not."""

    def __init__(self, fault: Fault, words: str, do: str, status: int | None = None) -> None:
        super().__init__(words)
        self.fault, self.words, self.do, self.status = fault, words, do, status
        self.retry_after: str | None = None


class Client:
    """Asks the API, one call at a time.

    Parameters
    ----------
    settings
        See :func:`read_settings`.
    sleep
        Waits so many seconds; tests give one that does not.
    waiting
        Told before each wait: how many seconds, and why.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        waiting: Callable[[float, str], None] = lambda seconds, why: None,
    ) -> None:
        if settings.key is None:
            raise JobindsatsError(
                f"{KEY_VARIABLE}: there is no key to Jobindsats.", fault=Fault.KEY, do=HOW_TO_GET_A_KEY
            )
        self.settings = settings
        self.sleep = sleep
        self.waiting = waiting
        self._key = settings.key
        self._session = requests.Session()
        self._session.auth = Bearer(settings.key)
        self._session.headers.update({"Accept": "application/json", "User-Agent": _user_agent()})
        # A proxy has no business between this program and a server on the same machine.
        self._session.trust_env = not is_loopback(urlsplit(settings.url).hostname or "")

    def __repr__(self) -> str:
        return f"Client({self.settings.url})"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self._session.close()

    def subjects(self) -> tuple[SubjectGroup, ...]:
        """The subjects that tables are sorted under."""
        return parse_subjects(self.raw_subjects())

    def tables(self) -> tuple[TableInfo, ...]:
        """All tables, with their release days, measures and dimensions but without members and values."""
        return parse_tables(self.raw_tables())

    def table(self, table: str) -> TableInfo:
        """All that is known of one table: measures, periods, dimensions and their members."""
        return parse_table(self.raw_table(table))

    def raw_subjects(self) -> bytes:
        return self._metadata("subjects", "subjects", parse_subjects)

    def raw_tables(self) -> bytes:
        return self._metadata("tables", "tables", parse_tables)

    def raw_table(self, table: str) -> bytes:
        return self._metadata(f"table/{quote(table, safe='')}", table, parse_table)

    def data(
        self,
        table: str,
        measures: Mapping[str, str],
        periods: Periods,
        hierarchies: Mapping[str, str],
        *,
        form: str = "json",
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
        form
            ``json`` or ``csv``.

        Returns
        -------
        Answer
            Columns and rows, the bytes as received, and the query as sent.

        Raises
        ------
        JobindsatsError
            For everything that the notes on the API list, and for an answer that is none.
        """
        fixed = {
            **{f"mgroup.{group}": measure for group, measure in measures.items()},
            **{f"hierarchy.{hierarchy}": members for hierarchy, members in hierarchies.items()},
        }
        parse = parse_csv if form == "csv" else parse_json

        def ask(periods: Periods) -> Answer:
            name, value = periods.parameter
            query = {**fixed, name: value, "format": form}
            asked = f"data/{table}, {_spelled(query)} ({periods})"
            answer = self._ask(f"data/{quote(table, safe='')}", query, table, asked, parse)
            return answer.model_copy(update={"query": {"path": f"data/{table}", **query}})

        try:
            return ask(periods)
        except JobindsatsError as error:
            fewer = _ONLY_SO_MANY.search(error.cause)
            if fewer is None or periods.ids or not 0 < int(fewer[1]) < periods.latest:
                raise
            available = int(fewer[1])
        return ask(Periods(periods.frequency, latest=available))

    def _metadata(self, path: str, table: str, parse: Callable[[bytes], object]) -> bytes:
        # Read once here, so that what is kept on disk is known to be readable.
        def checked(body: bytes) -> bytes:
            parse(body)
            return body

        return self._ask(path, {"format": "json"}, table, path, checked)

    def _ask(
        self, path: str, query: Mapping[str, str], table: str, asked: str, parse: Callable[[bytes], Result]
    ) -> Result:
        for tried, wait in enumerate((*self.settings.waits, None), start=1):
            try:
                return self._once(f"{self.settings.url}/{path}", query, table, asked, parse)
            except _TryAgain as trouble:
                if wait is None:
                    times = f" ({tried} tries)" if tried > 1 else ""
                    raise JobindsatsError(
                        f"{table}: {trouble.words}{times}",
                        fault=trouble.fault,
                        asked=asked,
                        do=trouble.do,
                        status=trouble.status,
                    ) from None
                seconds = self._seconds(trouble.retry_after, wait)
                self.waiting(seconds, f"{table}: {trouble.words}")
                self.sleep(seconds)
        raise AssertionError("the last try has no wait and ends above")

    def _seconds(self, retry_after: str | None, wait: float) -> float:
        if not retry_after:
            return wait
        try:
            asked_for = Retry().parse_retry_after(retry_after)
        except InvalidHeader:
            return wait
        return min(asked_for, self.settings.longest_wait)

    def _once(
        self, url: str, query: Mapping[str, str], table: str, asked: str, parse: Callable[[bytes], Result]
    ) -> Result:
        reply = self._send(url, query, table)
        if reply.status in _WORTH_ANOTHER_TRY:
            trouble = _TryAgain(
                Fault.BUSY,
                f"Jobindsats answered {reply.status}: {_shown(reply.text)}",
                "try again later; jobindsats.dk tells of known trouble",
                reply.status,
            )
            trouble.retry_after = reply.retry_after
            raise trouble
        if reply.status != requests.codes.ok:
            raise self._refusal(reply, table, asked)
        if reply.held_key:
            raise JobindsatsError(
                f"{table}: the answer holds the key it was asked with, so it is not kept.",
                fault=Fault.CONTENT,
                asked=asked,
                do=f"check {URL_VARIABLE}: Jobindsats does not do that",
            )
        try:
            return parse(reply.body)
        except AnswerError as error:
            words = f"{error} It begins: {_shown(reply.text)}"
            if error.cut_off:
                raise _TryAgain(Fault.LOST, words, "try again later") from None
            raise JobindsatsError(
                f"{table}: {words}",
                fault=Fault.CONTENT,
                asked=asked,
                do=f"try again later; check {URL_VARIABLE} ({self.settings.url}) and whether a web page "
                "(a login, a notice) stands between this machine and Jobindsats",
            ) from None

    def _send(self, url: str, query: Mapping[str, str], table: str) -> _Reply:
        host = urlsplit(url).netloc
        try:
            reply = self._get(url, query)
            for _ in range(_MOST_REDIRECTS):
                if reply.status not in _REDIRECTS or not reply.location:
                    return reply
                target = urljoin(url, reply.location)
                # The key is for the host it was given for, and for no other.
                if _origin(target) != _origin(url):
                    raise JobindsatsError(
                        f"{table}: {host} answered {reply.status} and points to "
                        f"{_shown(target.split('?')[0])}.",
                        fault=Fault.REFUSED,
                        asked="nothing there, because the key is not handed on to another host",
                        do=f"if the API has moved, set {URL_VARIABLE} to its new address",
                        status=reply.status,
                    )
                url = target
                reply = self._get(url, {})
            raise JobindsatsError(
                f"{table}: {host} sends from one address to the next without end.",
                fault=Fault.CONTENT,
                do=f"check {URL_VARIABLE}",
            )
        except KeyboardInterrupt:
            # A new one, so that no traceback shows the frames in which the key is on its way.
            raise KeyboardInterrupt from None
        except requests.exceptions.SSLError:
            raise JobindsatsError(
                f"{table}: the certificate of {host} is not trusted on this machine.",
                fault=Fault.UNREACHABLE,
                do="if a firewall opens encrypted traffic, name its certificate in REQUESTS_CA_BUNDLE; "
                "your IT department has the file",
            ) from None
        except requests.exceptions.ProxyError:
            raise _TryAgain(
                Fault.UNREACHABLE,
                f"the proxy lets nothing through to {host}.",
                "check HTTPS_PROXY and NO_PROXY",
            ) from None
        except requests.exceptions.ConnectTimeout:
            raise self._unreachable(host, "does not answer") from None
        except requests.exceptions.ReadTimeout:
            raise _TryAgain(
                Fault.LOST,
                f"{host} was silent for {self.settings.read_timeout:g} seconds.",
                "try again later; if it stays so, ask for less at a time with JOBINDSATS_CELL_LIMIT "
                f"(now {self.settings.cell_limit:,})",
            ) from None
        except requests.exceptions.ConnectionError as error:
            if _never_connected(error):
                raise self._unreachable(host, "cannot be reached") from None
            raise _TryAgain(
                Fault.LOST,
                f"the connection to {host} was lost before the answer was whole.",
                "try again later",
            ) from None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            raise _TryAgain(
                Fault.LOST, f"the answer of {host} broke off before it was whole.", "try again later"
            ) from None
        except requests.exceptions.RequestException as error:
            raise JobindsatsError(
                f"{table}: the call could not be made ({type(error).__name__}).",
                fault=Fault.UNREACHABLE,
                do=f"check {URL_VARIABLE} ({self.settings.url})",
            ) from None

    def _get(self, url: str, query: Mapping[str, str]) -> _Reply:
        timeout = (self.settings.connect_timeout, self.settings.read_timeout)
        ends = time.monotonic() + self.settings.longest_answer
        with self._session.get(
            url, params=dict(query), timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            pieces = []
            for piece in response.iter_content(1 << 16):
                pieces.append(piece)
                # The read timeout is for silence only; a server that drips would keep this waiting for ever.
                if time.monotonic() > ends:
                    raise _TryAgain(
                        Fault.LOST,
                        f"the answer was not whole after {self.settings.longest_answer:g} seconds.",
                        "try again later",
                    )
            return self._masked(
                response.status_code,
                b"".join(pieces),
                response.headers.get("Retry-After"),
                response.headers.get("Location"),
            )

    def _masked(self, status: int, body: bytes, retry_after: str | None, location: str | None) -> _Reply:
        # Here and not where it is shown, so that no traceback with local variables has it either.
        held_key = self._key.is_in(body)
        if held_key or status != requests.codes.ok:
            body = self._key.mask(body.decode("utf-8", errors="replace")).encode()
        return _Reply(status, body, held_key, retry_after, self._key.mask(location) if location else None)

    def _unreachable(self, host: str, how: str) -> _TryAgain:
        return _TryAgain(
            Fault.UNREACHABLE,
            f"{host} {how}.",
            f"check the network, and {URL_VARIABLE} ({self.settings.url})",
        )

    def _refusal(self, reply: _Reply, table: str, asked: str) -> JobindsatsError:
        cause = _cause(reply.text)
        said = f'"{cause}"' if cause else _shown(reply.text)
        fault, do = Fault.REFUSED, "check what was asked; if it is right, tell STAR the words above"
        if reply.status == requests.codes.unauthorized:
            fault = Fault.KEY
            do = f"check the key in {KEY_VARIABLE}: it is wrong or withdrawn.\n{HOW_TO_GET_A_KEY}"
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
        return JobindsatsError(
            f"{table}: Jobindsats answered {reply.status} {said}",
            fault=fault,
            asked=asked,
            do=do,
            status=reply.status,
            cause=cause,
        )


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return f'"{text[:_SHOWN]}{"…" if len(text) > _SHOWN else ""}"' if text else "(nothing)"


def _spelled(query: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in query.items())


def _cause(text: str) -> str:
    try:
        answer = json.loads(text)
    except ValueError:
        return ""
    cause = answer.get("cause") if isinstance(answer, dict) else None
    return cause if isinstance(cause, str) else ""


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:  # no number: an address that is no origin of anything
        port = -1
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    # requests wraps urllib3's MaxRetryError, whose reason says at which step it failed.
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


@functools.cache
def _user_agent() -> str:
    try:
        number = version("beskaeftigelsesplan")
    except PackageNotFoundError:
        number = "0"
    return f"beskaeftigelsesplan/{number}"
