"""StatBank, the table bank of Statistics Denmark: a table's metadata, and its data.

In: settings; there is no key. Out: answers as received. One call at a time and one a second at most; a call waits and
tries again where that helps, and otherwise ends in an error that says what to do. Figures are CC BY 4.0.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from math import prod
from typing import Any, Final

import requests
from pydantic import BaseModel, ConfigDict, ValidationError

from helpers.catalogue.models import STATBANK
from helpers.data.answers import Answer, AnswerError, load_json, parse_json, text_of
from helpers.data.csv_answers import BULK, period
from helpers.data.raw import AnswerColumn
from helpers.data.text import fold
from helpers.letters import without_hidden
from helpers.periods import Frequency, Period
from helpers.sources.faults import Fault, SourceError
from helpers.sources.settings import STATBANK_URL_VARIABLE, StatbankSettings
from helpers.sources.transport import WORTH_ANOTHER_TRY, HttpCall, Periods, Reply, Transport, shown

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
    suppressedDataValue: Any = None
    updated: str = ""
    variables: tuple[Variable, ...]

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


@dataclass(frozen=True)
class Question:
    """One call of ``data``: a table, the values of its variables, and some of its periods."""

    info: StatbankTable
    asked: AskedValues
    periods: Periods
    codes: tuple[str, ...]
    columns: tuple[AnswerColumn, ...]

    def cells(self, periods: int) -> int:
        """As StatBank counts them: rows × columns, time and value among the columns; a sum counts its parts."""
        members = (
            sum(1 if isinstance(text, str) else len(text) for text in values.values())
            for values in self.asked.values()
        )
        return prod(members) * periods * (len(self.asked) + 2)


def parse_tableinfo(content: bytes) -> StatbankTable:
    """What ``tableinfo`` tells of a table; an AnswerError when it tells of none with a variable of time."""
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
    url_variable, limit_variable = STATBANK_URL_VARIABLE, "STATBANK_CELL_LIMIT"

    def table(self, table: str) -> StatbankTable:
        """All that is known of one table; a SourceError when there is none of that name."""
        name = table.upper()
        return self._ask(
            f"tableinfo/{name}", {"lang": _LANGUAGE}, table, f"tableinfo/{name}", parse_tableinfo
        )

    def data(self, question: Question) -> Answer:
        """Ask for numbers.

        The answer's content is the text as received beside what was asked (:func:`~helpers.data.csv_answers.as_table`).
        """
        info, query, chosen = question.info, self.query(question), self._chosen(question)
        body: dict[str, object] = {
            "table": info.id,
            "format": query["format"],
            "lang": _LANGUAGE,
            "valuePresentation": "Code",
            "variables": [{"code": name, "values": values} for name, values in chosen.items()],
        }
        if not self.settings.bulk:
            body["timeOrder"] = "Ascending"

        def parse(content: bytes) -> Answer:
            kept = {
                "format": body["format"],
                "time": info.time.id,
                "periods": list(question.codes),
                "asked": {name: dict(values) for name, values in question.asked.items()},
                "absent": info.suppressedDataValue,
                "text": text_of(content),
            }
            answer = parse_json(json.dumps(kept, ensure_ascii=False).encode())
            return answer.model_copy(update={"query": query})

        words = f"data: {info.id}, " + "; ".join(
            f"{name}={','.join(values[:3])}{f' and {len(values) - 3} more' if len(values) > 3 else ''}"
            for name, values in chosen.items()
        )
        return self._ask("data", {}, info.id.lower(), words, parse, body)

    def query(self, question: Question) -> dict[str, str]:
        """What :meth:`data` sends, for the sidecar; with when the table was updated."""
        return {
            "path": "data",
            "table": question.info.id,
            "format": BULK if self.settings.bulk else "CSV",
            "updated": question.info.updated,
            **{name: ",".join(values) for name, values in self._chosen(question).items()},
        }

    def _chosen(self, question: Question) -> dict[str, list[str]]:
        chosen: dict[str, list[str]] = {name: [] for name in question.asked}
        for name, values in question.asked.items():
            for code, text in values.items():
                if isinstance(text, str):
                    chosen[name].append(code)
                elif self.settings.sums and not self.settings.bulk:
                    chosen[name].append(f"sum({code}={';'.join(text)})")
                else:
                    chosen[name] += text
        return chosen | {question.info.time.id: list(question.codes)}

    def _is_refusal(self, reply: Reply) -> bool:
        return bool(reply.field("message"))

    def _refusal(self, reply: Reply, call: HttpCall) -> SourceError:
        message = reply.field("message")
        code = reply.field("errorTypeCode") if message else ""
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
