"""How Jobindsats is asked: address, key and limits, from the environment and ``.env``.

The key is kept where nothing that prints, logs or stores objects comes across it.
"""

from __future__ import annotations

import codecs
import html
import ipaddress
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.auth import AuthBase

from helpers.errors import PlanError
from helpers.periods import Frequency
from helpers.project import Project

URL_VARIABLE = "JOBINDSATS_API_URL"
STATBANK_URL_VARIABLE = "STATBANK_API_URL"
KEY_VARIABLE = "JOBINDSATS_API_TOKEN"

HOW_TO_GET_A_KEY = (
    "STAR gives one key to each organisation, with a named contact person, within about 14 days.\n"
    "Write to jobindsats@star.dk; a note of 2026 names jobindsats-api@star.dk instead. This project could\n"
    "try neither address, so look at https://jobindsats.dk under API first.\n"
    f"Put the key into the environment variable {KEY_VARIABLE}, or into .env in the project folder:\n"
    f"  {KEY_VARIABLE}=…"
)

_WRAPPING = " \t\r\n\u00a0\u200b\ufeff\"'`“”„‘’‚«»;,"
"""What mail programs, editors and shells leave around a key."""

_BLANK = " \t\r\n\u00a0\ufeff"

_SETTING = re.compile(r"(?:export\s+|set\s+)?'?(\w+)'?(?:\s*[=:]\s*|\s+|$)(.*)", re.IGNORECASE)

_NAME_OF_KEY = re.compile(rf"^(?:export\s+)?(?:{KEY_VARIABLE}|Authorization)\s*[=:]\s*", re.IGNORECASE)

_NEARLY_THE_NAME = re.compile(r"(?:JOBINDSATS|STAR)\w*(?:TOKEN|KEY|N(?:Ø|OE)GLE)\w*", re.IGNORECASE)
"""Names that somebody may have given the key who did not copy ours."""

_SHORTEST_TELLING_KEY = 8
"""A shorter "key" may stand in an answer by chance, so that is no reason to turn the answer down."""


class ApiKey:
    """The key to the API; shows itself to nobody but the server.

    Its text is no attribute that a debugger, a log line or a traceback with local variables would print.
    """

    __slots__ = ("__reveal",)

    def __init__(self, text: str) -> None:
        text = _NAME_OF_KEY.sub("", text.strip(_WRAPPING)).strip(_WRAPPING)
        text = re.sub(r"^bearer(\s+|$)", "", text, flags=re.IGNORECASE).strip(_WRAPPING)
        if not text or not text.isascii() or not text.isprintable() or re.search(r"[\s<>]", text):
            found = (
                'only the word "Bearer" or quotes stand there'
                if not text
                else "it holds blanks or line breaks"
                if re.search(r"\s", text)
                else "it holds other signs"
            )
            raise PlanError.of(
                KEY_VARIABLE,
                f"This is no key: {found}. A key is one word of plain letters, digits and signs.",
                "Copy it again from STAR's letter, whole and on one line.",
            )
        self.__reveal = lambda: text

    def __repr__(self) -> str:
        return "ApiKey(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("the key is not to be stored")

    def header(self) -> str:
        return _Masked(f"Bearer {self.__reveal()}")

    def mask(self, text: str) -> str:
        """`text` without the key, in case a server sends back what it was sent."""
        for form in self._forms():
            text = text.replace(form, "***")
        return text

    def is_in(self, content: bytes) -> bool:
        """Whether an answer holds the key, so that it must not be stored."""
        forms = self._forms()
        return len(forms[-1]) >= _SHORTEST_TELLING_KEY and any(form.encode() in content for form in forms)

    def _forms(self) -> tuple[str, ...]:
        # As it is, and as it looks inside a JSON text, an address or an HTML page.
        plain = self.__reveal()
        in_json, in_url, in_page = json.dumps(plain)[1:-1], quote(plain, safe=""), html.escape(plain)
        forms = {in_json, in_json.replace("/", "\\/"), in_url, in_page} - {plain}
        return (*sorted(forms, key=len, reverse=True), plain)


class _Masked(str):
    """A header value that a traceback with local variables shows as stars."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Bearer(AuthBase):
    """Puts the key on a request as its last step, so that no other part of the program holds it."""

    def __init__(self, key: ApiKey) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._key.header()
        return request


def _periods() -> Mapping[Frequency, int]:
    return {Frequency.MONTH: 60, Frequency.QUARTER: 21, Frequency.ROLLING_YEAR: 21, Frequency.YEAR: 6}


@dataclass(frozen=True)
class Patience:
    """Where a source is asked, for how much, and how long an answer may take."""

    url: str
    """Base address with the version, without a slash at its end."""
    cell_limit: int
    periods: Mapping[Frequency, int] = field(default_factory=_periods)
    """How many periods are wanted, by frequency; a table with fewer gives what it has."""
    # In seconds: for the connection, for silence while reading, and for one whole answer.
    connect_timeout: float = 10
    read_timeout: float = 180
    longest_answer: float = 900
    largest_answer: int = 32 << 20
    """Most bytes of one answer after it is inflated; 98,000 cells of Jobindsats take about 8 MB."""
    waits: tuple[float, ...] = (5, 15, 45)
    """Seconds before each new try after a busy server or a lost connection."""
    longest_wait: float = 120
    """Most seconds that a server's ``Retry-After`` is heeded."""
    pause: float = 0.0
    """Seconds from the end of one call to the next."""


@dataclass(frozen=True)
class Settings(Patience):
    """How Jobindsats is asked."""

    url: str = "https://api.jobindsats.dk/v3"
    key: ApiKey | None = None
    """None: nothing can be asked."""
    empty: str = ""
    """Where the key is named and left empty, if it is."""
    cell_limit: int = 50_000
    """Most cells (areas × periods × members × measures) in one answer. The API has a limit whose size is not published;
    answers of 60,000 to 98,000 cells have been seen, so 50,000 is on the safe side."""
    all_measures: bool = False
    """Ask for all measures of a table (``mgroup.*=*``) rather than for each by its id. The form by id was seen in one
    client only; this is the way out should the API turn it down."""

    @property
    def no_key(self) -> str:
        """Why nothing can be asked, where there is no key."""
        if self.empty:
            return f"{self.empty}: {KEY_VARIABLE} is empty, so there is no key to Jobindsats."
        return f"{KEY_VARIABLE}: there is no key to Jobindsats."


@dataclass(frozen=True)
class StatbankSettings(Patience):
    """How StatBank is asked; what is not known for certain of its API can be set (docs/statbank.md)."""

    url: str = "https://api.statbank.dk/v1"
    cell_limit: int = 1_000_000
    """Most cells (rows × columns, time and value counted) in one answer that is not BULK."""
    bulk: bool = False
    """Ask for BULK, which has no limit but leaves out rows, instead of CSV."""
    sums: bool = True
    """Have StatBank add up spans of values (``sum(16-66=16;17;…)``); if not, they are added up here."""
    pause: float = 1.0


def read_settings(project: Project) -> Settings:
    """Settings from the environment, and from ``.env`` in the project folder for what the environment lacks.

    ``JOBINDSATS_API_URL``, ``JOBINDSATS_API_TOKEN``, ``JOBINDSATS_CELL_LIMIT``, ``JOBINDSATS_MONTHS``,
    ``JOBINDSATS_QUARTERS`` and ``JOBINDSATS_ALL_MEASURES``. A variable that is set but empty stands for the
    default, whatever ``.env`` says.

    Raises
    ------
    PlanError
        When the address would send the key in the clear, or a number is none.
    """
    found, places = _found(project)
    key = found.get(KEY_VARIABLE, "").strip(_BLANK)
    return Settings(
        **_common(found, "JOBINDSATS", Settings),
        key=ApiKey(key) if key else None,
        empty="" if key else places.get(KEY_VARIABLE, ""),
        all_measures=_is_set(found, "JOBINDSATS_ALL_MEASURES"),
    )


def read_statbank_settings(project: Project) -> StatbankSettings:
    """Settings of StatBank, from where :func:`read_settings` finds those of Jobindsats, and with its errors.

    ``STATBANK_API_URL``, ``STATBANK_CELL_LIMIT``, ``STATBANK_MONTHS``, ``STATBANK_QUARTERS``, ``STATBANK_BULK`` and
    ``STATBANK_OWN_SUMS``.
    """
    found, _ = _found(project)
    return StatbankSettings(
        **_common(found, "STATBANK", StatbankSettings),
        bulk=_is_set(found, "STATBANK_BULK"),
        sums=not _is_set(found, "STATBANK_OWN_SUMS"),
    )


def _found(project: Project) -> tuple[dict[str, str], dict[str, str]]:
    """What is set, by name, and where."""
    said = _dotenv(project) | {name: (value, "the environment") for name, value in os.environ.items()}
    return {name: value for name, (value, _) in said.items()}, {name: at for name, (_, at) in said.items()}


def _is_set(found: Mapping[str, str], variable: str) -> bool:
    return found.get(variable, "").strip() in ("1", "true", "yes")


def _common(
    found: Mapping[str, str], source: str, standard: type[Settings | StatbankSettings]
) -> dict[str, Any]:
    periods, address = _periods(), f"{source}_API_URL"
    quarters = _number(found, f"{source}_QUARTERS", periods[Frequency.QUARTER])
    return {
        "url": _checked_url(found.get(address, "").strip() or standard.url, address, standard.url),
        "cell_limit": _number(found, f"{source}_CELL_LIMIT", standard.cell_limit),
        "periods": {
            **periods,
            Frequency.MONTH: _number(found, f"{source}_MONTHS", periods[Frequency.MONTH]),
            Frequency.QUARTER: quarters,
            Frequency.ROLLING_YEAR: quarters,
        },
    }


def _number(found: Mapping[str, str], variable: str, default: int) -> int:
    text = found.get(variable, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) == 0:
        raise PlanError.of(variable, f'"{text}" is no whole number above 0.', f"The default is {default}.")
    return int(text)


def _dotenv(project: Project) -> dict[str, tuple[str, str]]:
    """What ``.env`` sets and on which line, read as people write it: ``NAME: key``, or nothing but the key itself.

    ``.env.txt`` counts where there is no ``.env``: Windows adds the ending and does not show it.
    """
    path = next((p for p in (project.root / ".env", project.root / ".env.txt") if p.is_file()), None)
    if path is None:
        return {}
    content = path.read_bytes()
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise PlanError.of(
            path.name, "The file is not UTF-8 text.", "Save it again with the encoding UTF-8."
        ) from None
    values: dict[str, tuple[str, str]] = {}
    for number, written in enumerate(text.splitlines(), start=1):
        line = re.sub(r"(^|\s+)#.*", "", written.strip(_BLANK))
        setting = _SETTING.match(line)
        # A key may hold any sign, "$" too: nothing in it is interpreted.
        if _is_bare_key(line):
            name, value = KEY_VARIABLE, line
        else:
            name, value = setting.groups() if setting else ("", "")
        if name:
            values[name.upper()] = value.strip(_WRAPPING), f"{path.name}:{number}"
        if _NEARLY_THE_NAME.fullmatch(name) and name.upper() != KEY_VARIABLE:
            raise PlanError.of(
                path.name,
                f"{name} is not read: the key is called {KEY_VARIABLE}.",
                f"Write {KEY_VARIABLE}= in front of the key.",
            )
    return values


def _is_bare_key(line: str) -> bool:
    """Whether a line is a key without its name: ``3f2a…`` or ``Bearer 3f2a…``."""
    if line.upper().startswith(("JOBINDSATS_", "STATBANK_")):
        return False
    word = re.sub(r"^(?:authorization\s*:\s*)?bearer\s+", "", line, flags=re.IGNORECASE).strip(_WRAPPING)
    return bool(re.fullmatch(r"[\w.+/~-]{8,}={0,2}", word, re.ASCII)) or word.lower() == "bearer"


def _checked_url(url: str, variable: str, default: str) -> str:
    keyed = variable == URL_VARIABLE
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that are none
        is_address = False
    if not is_address:
        raise PlanError.of(variable, "This is no web address.", f"The default is {default}.")
    if parts.username or parts.password or parts.query or parts.fragment:
        put = f"Put the key into {KEY_VARIABLE}; the" if keyed else "The"
        raise PlanError.of(
            variable,
            "The address holds more than host and path, and it is shown in messages.",
            f"{put} address is like {default}.",
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        danger = (
            "the key would cross the network for all to read" if keyed else "anybody could change the figures"
        )
        raise PlanError.of(
            variable,
            f"http://{parts.netloc} is not encrypted: {danger}.",
            "Use https://. Plain http is for a server on this machine (127.0.0.1) only.",
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
