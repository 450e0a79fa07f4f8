"""The Jobindsats API, version 3: the list of tables, a table's metadata, and its data.

In: settings with a key. Out: answers as received. Every call waits and tries again where that helps, and
otherwise ends in an error that says what to do.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Final, TypeVar
from urllib.parse import quote, urljoin, urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from urllib3.exceptions import HTTPError, InvalidHeader, NewConnectionError
from urllib3.util import Retry

from helpers.data.answers import Answer, AnswerError, parse_json
from helpers.letters import without_hidden
from helpers.periods import Frequency
from helpers.sources.faults import Fault, SourceError
from helpers.sources.metadata import parse_table, parse_tables
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
_PIECE: Final = 1 << 14

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

_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)

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
class _Call:
    """One call: where to, and how it is spoken of."""

    url: str
    query: Mapping[str, str]
    table: str
    words: str


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
        return _decoded(self.body)

    @property
    def turns_the_key_down(self) -> bool:
        if self.status == requests.codes.unauthorized:
            return True
        text = self.text
        # A page is a login or a proxy's notice; a server that is too busy says nothing of the key.
        if self.status == requests.codes.too_many_requests or text.lstrip().startswith("<"):
            return False
        with contextlib.suppress(ValueError, RecursionError):  # letters may be escaped in JSON
            text = json.dumps(json.loads(text), ensure_ascii=False)
        return bool(_KEY_TURNED_DOWN.search(text[:2000].replace("_", " ")))


class _TryAgain(SourceError):
    """Something that may be better in a moment."""

    retry_after: str | None = None


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        # Asked even where redirects are not followed; it would read a body of any size and trip over odd
        # addresses. Redirects are looked at in _send.
        return None


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

    Attributes
    ----------
    server_time
        What the server's clock said with its last answer.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        waiting: Callable[[float, str], None] = lambda seconds, why: None,
    ) -> None:
        if settings.key is None:
            raise SourceError(
                f"{KEY_VARIABLE}: there is no key to Jobindsats.", fault=Fault.KEY, do=HOW_TO_GET_A_KEY
            )
        self.settings = settings
        self.sleep = sleep
        self.waiting = waiting
        self.server_time: datetime | None = None
        self._key = settings.key
        self._session = _Session()
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

    def raw_tables(self) -> bytes:
        """The list of tables as received, known to be readable."""
        return self._metadata("tables", "tables", parse_tables)

    def raw_table(self, table: str) -> bytes:
        """All that is known of one table, as received, known to be readable."""
        return self._metadata(f"table/{quote(table, safe='')}", table, parse_table)

    def data(
        self,
        table: str,
        measures: Mapping[str, str],
        periods: Periods,
        hierarchies: Mapping[str, str],
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

        Returns
        -------
        Answer
            Columns and rows, the bytes as received, and the query as sent.

        Raises
        ------
        SourceError
            For everything that the notes on the API list, and for an answer that is none.
        """
        fixed = {
            **{f"mgroup.{group}": measure for group, measure in measures.items()},
            **{f"hierarchy.{hierarchy}": members for hierarchy, members in hierarchies.items()},
        }

        def ask(periods: Periods) -> Answer:
            name, value = periods.parameter
            query = {**fixed, name: value, "format": "json"}
            asked = f"data/{table}, {_spelled(query)} ({periods})"
            answer = self._ask(f"data/{quote(table, safe='')}", query, table, asked, parse_json)
            return answer.model_copy(update={"query": {"path": f"data/{table}", **query}})

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

        return self._ask(path, {"format": "json"}, table, path, checked)

    def _ask(
        self, path: str, query: Mapping[str, str], table: str, asked: str, parse: Callable[[bytes], Result]
    ) -> Result:
        def told(state: RetryCallState) -> None:
            assert state.outcome and state.next_action
            trouble = state.outcome.exception()
            assert isinstance(trouble, _TryAgain)
            self.waiting(state.next_action.sleep, trouble.headline)

        tries = Retrying(
            retry=retry_if_exception_type(_TryAgain),
            stop=stop_after_attempt(len(self.settings.waits) + 1),
            wait=self._wait,
            sleep=self.sleep,
            before_sleep=told,
            reraise=True,
        )
        try:
            return tries(self._once, _Call(f"{self.settings.url}/{path}", query, table, asked), parse)
        except _TryAgain as trouble:
            count = len(self.settings.waits) + 1
            times = f" ({count} tries)" if count > 1 else ""
            raise SourceError(
                f"{trouble.headline}{times}",
                fault=trouble.fault,
                asked=asked,
                do=trouble.do,
                status=trouble.status,
            ) from None

    def _wait(self, state: RetryCallState) -> float:
        """The wait that is due, or what the server asks for instead: neither none at all nor for ever."""
        due = (*self.settings.waits, 0.0)[state.attempt_number - 1]  # asked for after the last try too
        trouble = state.outcome.exception() if state.outcome else None
        if not isinstance(trouble, _TryAgain) or not trouble.retry_after:
            return due
        try:
            asked_for = float(Retry().parse_retry_after(trouble.retry_after))
        except (InvalidHeader, ValueError, OverflowError, TypeError):
            return due
        return min(asked_for or due, self.settings.longest_wait)

    def _once(self, call: _Call, parse: Callable[[bytes], Result]) -> Result:
        reply = self._send(call)
        if reply.status != requests.codes.ok:
            raise self._refusal(reply, call)
        if reply.held_key:
            raise SourceError(
                f"{call.table}: the answer holds the key it was asked with, so it is not kept.",
                fault=Fault.CONTENT,
                asked=call.words,
                do=f"check {URL_VARIABLE}: Jobindsats does not do that",
            )
        try:
            return parse(reply.body)
        except AnswerError as error:
            if reply.turns_the_key_down:
                raise self._refusal(reply, call) from None
            words = f"{call.table}: {error} It begins: {_shown(reply.text)}"
            if error.cut_off:
                raise _TryAgain(words, fault=Fault.LOST, do="try again later") from None
            raise SourceError(
                words,
                fault=Fault.CONTENT,
                asked=call.words,
                do=f"try again later; check {URL_VARIABLE} ({self.settings.url}) and whether a web page "
                "(a login, a notice) stands between this machine and Jobindsats",
            ) from None

    def _send(self, call: _Call) -> _Reply:
        url, table, host = call.url, call.table, urlsplit(call.url).netloc
        try:
            reply = self._get(url, call.query, table)
            for _ in range(_MOST_REDIRECTS):
                if reply.status not in _REDIRECTS or not reply.location:
                    return reply
                target = _target(url, reply.location)
                # The key is for the host it was given for, and for no other.
                if target is None or _origin(target) != _origin(url):
                    raise SourceError(
                        f"{table}: {host} answered {reply.status} and points to "
                        f"{_shown(reply.location.split('?')[0])}.",
                        fault=Fault.REFUSED,
                        asked="nothing there, because the key is not handed on to another host",
                        do=f"if the API has moved, set {URL_VARIABLE} to its new address",
                        status=reply.status,
                    )
                url = target
                reply = self._get(url, {}, table)
            raise SourceError(
                f"{table}: {host} sends from one address to the next without end.",
                fault=Fault.CONTENT,
                do=f"check {URL_VARIABLE}",
            )
        except KeyboardInterrupt:
            # A new one, so that no traceback shows the frames in which the key is on its way.
            raise KeyboardInterrupt from None
        except requests.exceptions.SSLError:
            raise SourceError(
                f"{table}: the certificate of {host} is not trusted on this machine.",
                fault=Fault.UNREACHABLE,
                do="if a firewall opens encrypted traffic, name its certificate in REQUESTS_CA_BUNDLE; "
                "your IT department has the file",
            ) from None
        except requests.exceptions.ProxyError:
            raise _TryAgain(
                f"{table}: the proxy lets nothing through to {host}.",
                fault=Fault.UNREACHABLE,
                do="check HTTPS_PROXY and NO_PROXY",
            ) from None
        except requests.exceptions.ConnectTimeout:
            raise self._unreachable(table, host, "does not answer") from None
        except requests.exceptions.ReadTimeout:
            raise _TryAgain(
                f"{table}: {host} was silent for {self.settings.read_timeout:g} seconds.",
                fault=Fault.LOST,
                do="try again later; if it stays so, ask for less at a time with JOBINDSATS_CELL_LIMIT "
                f"(now {self.settings.cell_limit:,})",
            ) from None
        except requests.exceptions.ConnectionError as error:
            if _never_connected(error):
                raise self._unreachable(table, host, "cannot be reached") from None
            raise self._lost(
                table, f"the connection to {host} was lost before the answer was whole"
            ) from None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            raise self._lost(table, f"the answer of {host} broke off before it was whole") from None
        except (requests.exceptions.RequestException, HTTPError, ValueError, OverflowError) as error:
            # The last three: headers that the libraries below cannot make sense of.
            raise SourceError(
                f"{table}: the call could not be made ({type(error).__name__}).",
                fault=Fault.UNREACHABLE if isinstance(error, _ADDRESS) else Fault.CONTENT,
                do=f"check {URL_VARIABLE} ({self.settings.url})",
            ) from None

    def _get(self, url: str, query: Mapping[str, str], table: str) -> _Reply:
        timeout = (self.settings.connect_timeout, self.settings.read_timeout)
        ends = time.monotonic() + self.settings.longest_answer
        with self._session.get(
            url, params=dict(query), timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            with contextlib.suppress(KeyError, ValueError, TypeError, OverflowError):
                self.server_time = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
            body = bytearray()
            # Small pieces, since each is inflated as a whole.
            for piece in response.iter_content(_PIECE):
                body += piece
                # The read timeout is for silence only; a server that drips would keep this waiting for ever.
                if time.monotonic() > ends:
                    raise self._lost(
                        table, f"the answer was not whole after {self.settings.longest_answer:g} seconds"
                    )
                if len(body) > self.settings.largest_answer:
                    raise SourceError(
                        f"{table}: the answer is larger than {self.settings.largest_answer >> 20} MB, "
                        "and was not read to its end.",
                        fault=Fault.CONTENT,
                        do="no table's answer is; try again later. If it stays so, lower "
                        f"JOBINDSATS_CELL_LIMIT (now {self.settings.cell_limit:,})",
                    )
            return self._masked(
                response.status_code,
                bytes(body),
                response.headers.get("Retry-After"),
                response.headers.get("Location"),
            )

    def _masked(self, status: int, body: bytes, retry_after: str | None, location: str | None) -> _Reply:
        # Here and not where it is shown, so that no traceback with local variables has it either.
        held_key = self._key.is_in(body)
        if held_key or status != requests.codes.ok:
            body = self._key.mask(_decoded(body)).encode()
        return _Reply(status, body, held_key, retry_after, self._key.mask(location) if location else None)

    def _unreachable(self, table: str, host: str, how: str) -> _TryAgain:
        return _TryAgain(
            f"{table}: {host} {how}.",
            fault=Fault.UNREACHABLE,
            do=f"check the network, and {URL_VARIABLE} ({self.settings.url})",
        )

    @staticmethod
    def _lost(table: str, how: str) -> _TryAgain:
        return _TryAgain(f"{table}: {how}.", fault=Fault.LOST, do="try again later")

    def _refusal(self, reply: _Reply, call: _Call) -> SourceError:
        table, cause = call.table, _cause(reply.text)
        said = f'"{without_hidden(cause)}"' if cause else _shown(reply.text)
        fault, do = Fault.REFUSED, "check what was asked; if it is right, tell STAR the words above"
        if reply.turns_the_key_down:
            fault = Fault.KEY
            do = f"check the key in {KEY_VARIABLE}: it is wrong or withdrawn.\n{HOW_TO_GET_A_KEY}"
        elif reply.status in _WORTH_ANOTHER_TRY:
            trouble = _TryAgain(
                f"{table}: Jobindsats answered {reply.status}: {_shown(reply.text)}",
                fault=Fault.BUSY,
                do="try again later; jobindsats.dk tells of known trouble",
                status=reply.status,
            )
            trouble.retry_after = reply.retry_after
            return trouble
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
        return SourceError(
            f"{table}: Jobindsats answered {reply.status} {said}",
            fault=fault,
            asked=call.words,
            do=do,
            status=reply.status,
            cause=cause,
        )


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:  # an older server's, or cut in the middle of a letter
        return body.decode("cp1252", errors="replace")


def _shown(text: str) -> str:
    text = without_hidden(" ".join(text[: 10 * _SHOWN].split()))
    return f'"{text[:_SHOWN]}{"…" if len(text) > _SHOWN else ""}"' if text else "(nothing)"


def _spelled(query: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in query.items())


def _cause(text: str) -> str:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    cause = answer.get("cause") if isinstance(answer, dict) else None
    return cause if isinstance(cause, str) else ""


def _target(url: str, location: str) -> str | None:
    """The address a redirect leads to; none when nobody can read it."""
    try:
        target = urljoin(url, location)
        _origin(target)
    except ValueError:
        return None
    return target


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
