"""Calls over the network, one at a time: waits, new tries, limits, and an error for each way a call can fail.

In: where to ask and what for. Out: the whole body of an answer, as received. What is one source's own (its key, its
words for a refusal) its client adds.
"""

from __future__ import annotations

import contextlib
import functools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import ClassVar, Final, Generic, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from urllib3.exceptions import HTTPError, InvalidHeader, NewConnectionError
from urllib3.util import Retry

from helpers.data.answers import AnswerError
from helpers.letters import without_hidden
from helpers.periods import Frequency
from helpers.sources.faults import Fault, SourceError
from helpers.sources.settings import Patience, is_loopback

WORTH_ANOTHER_TRY: Final = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_SHOWN = 200
"""How much of an answer that is not what it should be is shown: its first 200 characters."""
_PIECE: Final = 1 << 14

_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)

Result = TypeVar("Result")
S = TypeVar("S", bound=Patience)


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
class HttpCall:
    """One call: where to, what is sent along (as a body, it is a POST), and how it is spoken of."""

    url: str
    query: Mapping[str, str]
    table: str
    words: str
    body: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Reply:
    """What came back, whole; where it held the key, the key is masked and `held_key` set."""

    status: int
    body: bytes
    held_key: bool
    retry_after: str | None
    location: str | None

    @property
    def text(self) -> str:
        return decoded(self.body)

    def field(self, name: str) -> str:
        """A text in the JSON of a reply; empty where there is none."""
        with contextlib.suppress(ValueError, RecursionError):
            found = json.loads(self.text)
            if isinstance(found, dict) and isinstance(text := found.get(name), str):
                return text
        return ""


class TryAgain(SourceError):
    """Something that may be better in a moment."""

    retry_after: str | None = None


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        # Asked even where redirects are not followed; it would read a body of any size and trip over odd
        # addresses. Redirects are looked at in _send.
        return None


class Transport(Generic[S]):
    """Asks one source, one call at a time.

    Parameters
    ----------
    sleep
        Waits so many seconds; tests give one that does not.
    waiting
        Told before each wait: how many seconds, and why.

    Attributes
    ----------
    server_time
        What the server's clock said with its last answer.
    """

    # One of :data:`~helpers.catalogue.models.SOURCES`, what it is called in messages, and the settings that hold its
    # address and how much is asked for at a time.
    source: ClassVar[str]
    name: ClassVar[str]
    url_variable: ClassVar[str]
    limit_variable: ClassVar[str]

    def __init__(
        self,
        settings: S,
        *,
        sleep: Callable[[float], None] = time.sleep,
        waiting: Callable[[float, str], None] = lambda seconds, why: None,
    ) -> None:
        self.settings = settings
        self._called = False
        self.sleep = sleep
        self.waiting = waiting
        self.server_time: datetime | None = None
        self._session = _Session()
        self._session.headers.update({"Accept": "*/*", "User-Agent": _user_agent()})
        # A proxy has no business between this program and a server on the same machine.
        self._session.trust_env = not is_loopback(urlsplit(settings.url).hostname or "")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.settings.url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._session.close()

    # What is the source's own.

    def _refusal(self, reply: Reply, call: HttpCall) -> SourceError:
        """The error for an answer with another status than 200."""
        raise NotImplementedError

    def _received(self, reply: Reply) -> Reply:
        """What may be kept of a reply."""
        return reply

    def _checked(self, reply: Reply, call: HttpCall) -> None:
        """Raise where a reply of status 200 must not be read."""

    def _is_refusal(self, reply: Reply) -> bool:
        """Whether a reply of status 200 that is no answer is a refusal."""
        return False

    def _ask(
        self,
        path: str,
        query: Mapping[str, str],
        table: str,
        asked: str,
        parse: Callable[[bytes], Result],
        body: Mapping[str, object] | None = None,
    ) -> Result:
        if self._called and self.settings.pause:
            self.sleep(self.settings.pause)
        self._called = True

        def before_wait(state: RetryCallState) -> None:
            assert state.outcome and state.next_action
            trouble = state.outcome.exception()
            assert isinstance(trouble, TryAgain)
            self.waiting(state.next_action.sleep, trouble.headline)

        tries = Retrying(
            retry=retry_if_exception_type(TryAgain),
            stop=stop_after_attempt(len(self.settings.waits) + 1),
            wait=self._wait,
            sleep=self.sleep,
            before_sleep=before_wait,
            reraise=True,
        )
        try:
            return tries(
                self._once, HttpCall(f"{self.settings.url}/{path}", query, table, asked, body), parse
            )
        except TryAgain as trouble:
            count = len(self.settings.waits) + 1
            times = f" ({count} tries)" if count > 1 else ""
            raise SourceError(
                f"{trouble.headline}{times}",
                fault=trouble.fault,
                asked=asked,
                do=trouble.do,
            ) from None

    def _wait(self, state: RetryCallState) -> float:
        """The wait that is due, or what the server asks for instead: neither none at all nor for ever."""
        due = (*self.settings.waits, 0.0)[state.attempt_number - 1]  # asked for after the last try too
        trouble = state.outcome.exception() if state.outcome else None
        if not isinstance(trouble, TryAgain) or not trouble.retry_after:
            return due
        try:
            asked_for = float(Retry().parse_retry_after(trouble.retry_after))
        except (InvalidHeader, ValueError, OverflowError, TypeError):
            return due
        return min(asked_for or due, self.settings.longest_wait)

    def _once(self, call: HttpCall, parse: Callable[[bytes], Result]) -> Result:
        reply = self._send(call)
        if reply.status != requests.codes.ok:
            raise self._refusal(reply, call)
        self._checked(reply, call)
        try:
            return parse(reply.body)
        except AnswerError as error:
            if self._is_refusal(reply):
                raise self._refusal(reply, call) from None
            words = f"{call.table}: {error} It begins: {shown(reply.text)}"
            if error.cut_off:
                raise TryAgain(words, fault=Fault.LOST, do="try again later") from None
            raise SourceError(
                words,
                fault=Fault.CONTENT,
                asked=call.words,
                do=f"try again later; check {self.url_variable} ({self.settings.url}) and whether a web page "
                f"(a login, a notice) stands between this machine and {self.name}",
            ) from None

    def _send(self, call: HttpCall) -> Reply:
        table, host = call.table, urlsplit(call.url).netloc
        try:
            reply = self._get(call)
            for _ in range(_MOST_REDIRECTS):
                if reply.status not in _REDIRECTS or not reply.location:
                    return reply
                target = _target(call.url, reply.location)
                # The key is for the host it was given for, and for no other.
                if target is None or _origin(target) != _origin(call.url):
                    raise SourceError(
                        f"{table}: {host} answered {reply.status} and points to "
                        f"{shown(reply.location.split('?')[0])}.",
                        fault=Fault.REFUSED,
                        asked="nothing there, because the key is not handed on to another host",
                        do=f"if the API has moved, set {self.url_variable} to its new address",
                    )
                call = replace(call, url=target, query={})
                reply = self._get(call)
            raise SourceError(
                f"{table}: {host} sends from one address to the next without end.",
                fault=Fault.CONTENT,
                do=f"check {self.url_variable}",
            )
        except KeyboardInterrupt:
            # A new one, so that no traceback shows the frames in which a key is on its way.
            raise KeyboardInterrupt from None
        except requests.exceptions.SSLError:
            raise SourceError(
                f"{table}: the certificate of {host} is not trusted on this machine.",
                fault=Fault.UNREACHABLE,
                do="if a firewall opens encrypted traffic, name its certificate in REQUESTS_CA_BUNDLE; "
                "your IT department has the file",
            ) from None
        except requests.exceptions.ProxyError:
            raise TryAgain(
                f"{table}: the proxy lets nothing through to {host}.",
                fault=Fault.UNREACHABLE,
                do="check HTTPS_PROXY and NO_PROXY",
            ) from None
        except requests.exceptions.ConnectTimeout:
            raise self._unreachable(table, host, "does not answer") from None
        except requests.exceptions.ReadTimeout:
            raise TryAgain(
                f"{table}: {host} was silent for {self.settings.read_timeout:g} seconds.",
                fault=Fault.LOST,
                do="try again later; if it stays so, " + self._ask_for_less(),
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
                do=f"check {self.url_variable} ({self.settings.url})",
            ) from None

    def _get(self, call: HttpCall) -> Reply:
        timeout = (self.settings.connect_timeout, self.settings.read_timeout)
        ends = time.monotonic() + self.settings.longest_answer
        with self._session.request(
            "GET" if call.body is None else "POST",
            call.url,
            params=dict(call.query),
            json=call.body,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
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
                        call.table, f"the answer was not whole after {self.settings.longest_answer:g} seconds"
                    )
                if len(body) > self.settings.largest_answer:
                    raise SourceError(
                        f"{call.table}: the answer is larger than {self.settings.largest_answer >> 20} MB, "
                        "and was not read to its end.",
                        fault=Fault.CONTENT,
                        do="no table's answer is; try again later. If it stays so, " + self._ask_for_less(),
                    )
            return self._received(
                Reply(
                    response.status_code,
                    bytes(body),
                    False,
                    response.headers.get("Retry-After"),
                    response.headers.get("Location"),
                )
            )

    def _ask_for_less(self) -> str:
        """How to ask for less at a time, as the end of a sentence."""
        return f"ask for less at a time with {self.limit_variable} (now {self.settings.cell_limit:,})"

    def _unreachable(self, table: str, host: str, how: str) -> TryAgain:
        return TryAgain(
            f"{table}: {host} {how}.",
            fault=Fault.UNREACHABLE,
            do=f"check the network, and {self.url_variable} ({self.settings.url})",
        )

    @staticmethod
    def _lost(table: str, how: str) -> TryAgain:
        return TryAgain(f"{table}: {how}.", fault=Fault.LOST, do="try again later")

    def _answered(
        self, reply: Reply, call: HttpCall, said: str, fault: Fault, do: str, cause: str
    ) -> SourceError:
        words = f"{call.table}: {self.name} answered {reply.status} {said}"
        return SourceError(words, fault=fault, asked=call.words, do=do, cause=cause)

    def _busy(self, reply: Reply, table: str, do: str) -> TryAgain:
        trouble = TryAgain(
            f"{table}: {self.name} answered {reply.status}: {shown(reply.text)}",
            fault=Fault.BUSY,
            do=do,
        )
        trouble.retry_after = reply.retry_after
        return trouble


def decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:  # an older server's, or cut in the middle of a letter
        return body.decode("cp1252", errors="replace")


def shown(text: str) -> str:
    text = without_hidden(" ".join(text[: 10 * _SHOWN].split()))
    return f'"{text[:_SHOWN]}{"…" if len(text) > _SHOWN else ""}"' if text else "(nothing)"


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
