"""StatBank, the table bank of Statistics Denmark: a table's metadata, and its data.

In: settings; there is no key. Out: answers as received. One call at a time and one a second at most; a call waits and
tries again where that helps, and otherwise ends in an error that says what to do. Figures are CC BY 4.0.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

import requests
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from helpers.catalogue.models import STATBANK
from helpers.data.answers import Answer, load_json
from helpers.data.csv_answers import BULK, AnswerError, as_table, period
from helpers.data.text import fold
from helpers.letters import without_hidden
from helpers.periods import Frequency, Period
from helpers.sources.faults import Fault, SourceError
from helpers.sources.settings import STATBANK_URL_VARIABLE, StatbankSettings
from helpers.sources.transport import WORTH_ANOTHER_TRY, HttpCall, Reply, Transport, shown

_LANGUAGE: Final = "da"

_TOO_LARGE: Final = "REQUEST-LIMIT"
_NO_TABLE: Final = re.compile(
    r"tabel\w*\b.*\b(?:findes ikke|eksisterer ikke)|ikke finde tabel|table.*not found", re.I
)
_TOTALS: Final = frozenset({"TOT", "IALT", "MOK"})


AskedValues = Mapping[str, Mapping[str, str | Sequence[str]]]
"""Variable → code → its text, or the codes whose sum it is. What is not named is left out."""


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class StatbankValue(_Read):
    """One value of a variable: its code, and what it is called."""

    id: str
    text: str = ""


class Variable(_Read):
    """One variable of a table."""

    id: str
    text: str = ""
    elimination: bool = False
    """Whether it may be left out of a question; the answer is then its total."""
    time: bool = False
    values: tuple[StatbankValue, ...]

    @cached_property
    def codes(self) -> dict[str, str]:
        return {value.id: value.text for value in self.values}

    @property
    def is_time(self) -> bool:
        return self.time or fold(self.id) == "tid"

    @cached_property
    def total(self) -> str | None:
        """The value of everybody, as far as its code or text tells."""
        by_code = (code for code in self.codes if code in _TOTALS)
        by_text = [code for code, text in self.codes.items() if fold(text).endswith("ialt")]
        return next(by_code, None) or (by_text[0] if len(by_text) == 1 else None)


class StatbankTable(_Read):
    """What ``tableinfo`` tells of a table."""

    id: str
    text: str = ""
    description: str = ""
    footnote: Any = None
    unit: str = ""
    suppressedDataValue: str = ""
    updated: str = ""
    variables: tuple[Variable, ...]

    @field_validator("suppressedDataValue", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return "" if value is None else str(value)

    @property
    def update_latest(self) -> date | None:
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(self.updated).date()
        return None

    @property
    def is_provisional(self) -> bool:
        """Whether Statistics Denmark calls its figures provisional, in its title, description or notes."""
        return "foreløbig" in f"{self.text} {self.description} {self.footnote}".casefold()

    @cached_property
    def time(self) -> Variable:
        return next(variable for variable in self.variables if variable.is_time)

    @cached_property
    def periods(self) -> dict[Period, str]:
        """Period → its code in the table, oldest first."""
        found = {Period.parse(period(code)): code for code in self.time.codes}
        return dict(sorted(found.items()))

    @property
    def frequency(self) -> Frequency:
        return next(iter(self.periods)).frequency


def parse_tableinfo(content: bytes) -> StatbankTable:
    """What ``tableinfo`` tells of a table.

    Raises
    ------
    AnswerError
        When the bytes are no JSON, or tell of no table with a variable of time.
    """
    found = load_json(content)
    try:
        info = StatbankTable.model_validate(found)
    except ValidationError as error:
        at = ".".join(map(str, error.errors()[0]["loc"]))
        raise AnswerError(f"The answer tells of no table ({at}: {error.errors()[0]['msg']}).") from None
    if sum(variable.is_time for variable in info.variables) != 1 or not info.periods:
        raise AnswerError("The answer tells of no periods.")
    return info


class StatbankClient(Transport[StatbankSettings]):
    """Asks StatBank, one call at a time."""

    source, name = STATBANK, "Statistikbanken"
    url_variable = STATBANK_URL_VARIABLE

    def table(self, table: str) -> StatbankTable:
        """All that is known of one table.

        Raises
        ------
        SourceError
            When there is no such table, or no answer.
        """
        name = table.upper()
        return self._ask(
            f"tableinfo/{name}", {"lang": _LANGUAGE}, table, f"tableinfo/{name}", parse_tableinfo
        )

    def data(self, info: StatbankTable, asked: AskedValues, periods: Sequence[str]) -> Answer:
        """Ask for numbers.

        Parameters
        ----------
        periods
            Their codes in the table.

        Returns
        -------
        Answer
            Its content is the text as received beside what was asked
            (:func:`~helpers.data.csv_answers.as_table`).
        """
        bulk, query = self.settings.bulk, self.query(info, asked, periods)
        chosen = self._chosen(info, asked, periods)
        body: dict[str, object] = {
            "table": info.id,
            "format": query["format"],
            "lang": _LANGUAGE,
            "valuePresentation": "Code",
            "variables": [{"code": name, "values": values} for name, values in chosen.items()],
        }
        if not bulk:
            body["timeOrder"] = "Ascending"

        def parse(content: bytes) -> Answer:
            try:
                text = content.decode("utf-8")
            except UnicodeDecodeError as error:
                raise AnswerError(
                    "The answer is not UTF-8 text.", cut_off=error.end >= len(content) - 1
                ) from None
            kept = {
                "format": body["format"],
                "time": info.time.id,
                "periods": list(periods),
                "asked": {name: dict(values) for name, values in asked.items()},
                "absent": info.suppressedDataValue or None,
                "text": text,
            }
            found = as_table(kept)
            return Answer.model_construct(
                columns=tuple(found["columns"]),
                rows=tuple(map(tuple, found["rows"])),
                content=json.dumps(kept, ensure_ascii=False).encode(),
                query=query,
            )

        words = f"data: {info.id}, " + "; ".join(
            f"{name}={','.join(values[:3])}{f' and {len(values) - 3} more' if len(values) > 3 else ''}"
            for name, values in chosen.items()
        )
        return self._ask("data", {}, info.id.lower(), words, parse, body)

    def query(self, info: StatbankTable, asked: AskedValues, periods: Sequence[str]) -> dict[str, str]:
        """What :meth:`data` sends, for the sidecar; with when the table was updated."""
        return {
            "path": "data",
            "table": info.id,
            "format": BULK if self.settings.bulk else "CSV",
            "updated": info.updated,
            **{name: ",".join(values) for name, values in self._chosen(info, asked, periods).items()},
        }

    def _chosen(
        self, info: StatbankTable, asked: AskedValues, periods: Sequence[str]
    ) -> dict[str, list[str]]:
        chosen: dict[str, list[str]] = {name: [] for name in asked}
        for name, values in asked.items():
            for code, text in values.items():
                if isinstance(text, str):
                    chosen[name].append(code)
                elif self.settings.sums and not self.settings.bulk:
                    chosen[name].append(f"sum({code}={';'.join(text)})")
                else:
                    chosen[name] += text
        return chosen | {info.time.id: list(periods)}

    def _ask_for_less(self) -> str:
        return f"ask for less at a time with STATBANK_CELL_LIMIT (now {self.settings.cell_limit:,})"

    def _is_refusal(self, reply: Reply) -> bool:
        return bool(_refused(reply.text)[1])

    def _refusal(self, reply: Reply, call: HttpCall) -> SourceError:
        code, message = _refused(reply.text)
        said = f'"{without_hidden(message)}"' if message else shown(reply.text)
        kind = f" ({without_hidden(code)})" if code else ""
        fault = Fault.REFUSED
        do = "the catalogue asks for something the table does not have: statistikbanken.dk shows what it has now"
        if reply.status in WORTH_ANOTHER_TRY and not message:
            return self._busy(reply, call.table, "try again later; statistikbanken.dk tells of known trouble")
        if code == _TOO_LARGE:
            do = self._ask_for_less()
        elif reply.status == requests.codes.not_found or "NOTFOUND" in code or _NO_TABLE.search(message):
            fault = Fault.NOT_FOUND
            do = (
                "look for the table on statistikbanken.dk; check the address too "
                f"({STATBANK_URL_VARIABLE}, {self.settings.url})"
            )
        elif reply.status == requests.codes.forbidden:
            fault, do = Fault.FORBIDDEN, "ask your IT department whether something blocks the call"
        return self._answered(reply, call, f"{said}{kind}", fault, do, message)


def _refused(text: str) -> tuple[str, str]:
    """Code and message of a refusal; empty where the text is none."""
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(found, dict) or not isinstance(message := found.get("message"), str):
        return "", ""
    return str(found.get("errorTypeCode") or ""), message
