"""Answers that came as CSV: taken apart into the columns and rows that every answer is read as.

In: an answer of StatBank as it lies in ``data/raw``: its text word for word, and beside it what was asked. Out:
``{"columns": […], "rows": […]}`` with codes, periods as everywhere in the project, and numbers.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from helpers.data.text import fold, tidy
from helpers.intake.marks import MISSING_MARKS

VALUE_COLUMN: Final = "INDHOLD"
BULK: Final = "BULK"

_PERIOD: Final = re.compile(r"(\d{4})(?:([MKQ])(\d{1,2}))?")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")

AnswerNumber = int | float | None


class AnswerError(ValueError):
    """The bytes are no answer; `cut_off` when they began as one and broke off."""

    def __init__(self, words: str, *, cut_off: bool = False) -> None:
        super().__init__(words)
        self.cut_off = cut_off


def as_table(answer: Any) -> Any:
    """An answer as columns and rows; one that came as JSON is given back as it is.

    Parameters
    ----------
    answer
        ``{"format": "CSV" or "BULK", "text": …, "time": …, "periods": […], "asked": {variable: {code: text, or the
        codes of which it is the sum}}, "absent": …}``. In BULK a row that is left out means the value `absent`; a
        value that is ``..`` or empty is missing in either.

    Raises
    ------
    AnswerError
        When the text is no such answer, or speaks of something that was not asked for.
    """
    if not isinstance(answer, dict) or "text" not in answer:
        return answer
    header, lines = _lines(answer["text"])
    asked: Mapping[str, Mapping[str, Any]] = answer["asked"]
    by_name = {fold(name): name for name in (*asked, answer["time"])}
    names = [by_name.get(fold(label)) for label in header[:-1]]
    if None in names or len(set(names)) != len(by_name):
        raise AnswerError(
            f"The columns are {', '.join(map(tidy, header))}; asked for were {', '.join(by_name.values())}."
        )
    variables = [name for name in names if name is not None]
    readers = [_Periods() if n == answer["time"] else _Codes(n, asked[n]) for n in variables]
    values: dict[tuple[str, ...], AnswerNumber] = {}
    for line in lines:
        place = tuple(reader[cell] for reader, cell in zip(readers, line, strict=False))
        value = _number(line[-1])
        if values.setdefault(place, value) != value:
            raise AnswerError(f"There are two values for {', '.join(line[:-1])}.")
    if answer["format"] == BULK:
        grid = [
            [period(p) for p in answer["periods"]] if n == answer["time"] else list(_leaves(asked[n]))
            for n in variables
        ]
        absent = _number(str(answer["absent"])) if answer.get("absent") is not None else None
        values = {place: values.get(place, absent) for place in itertools.product(*grid)}
    for at, name in enumerate(variables):
        for word, parts in asked.get(name, {}).items():
            if not isinstance(parts, str):
                values = _added_up(values, at, word, parts)
    return {
        "columns": [*variables, VALUE_COLUMN],
        "rows": [[*place, value] for place, value in values.items()],
    }


def period(text: str) -> str:
    """``2024K1``, ``2024Q1``, ``2024M01`` or ``2024`` as the project spells it, without the label after it; an AnswerError for another."""
    found = _PERIOD.fullmatch(text.split(maxsplit=1)[0] if text.split() else "")
    if found is None:
        raise AnswerError(f'"{text}" stands where a month, quarter or year should be.')
    kind = {"M": "M", None: "Y"}.get(found[2], "Q")
    return f"{found[1]}{kind}{int(found[3] or 1):02d}"


def _number(text: str) -> AnswerNumber:
    """A number with a comma or a point before its decimals; none where there is none."""
    text = text.strip()
    if text in MISSING_MARKS:
        return None
    if not _NUMBER.fullmatch(text):
        raise AnswerError(f'"{text[:40]}" stands where a number should be.')
    return float(text.replace(",", ".")) if "." in text or "," in text else int(text)


def _lines(text: str) -> tuple[list[str], list[list[str]]]:
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("<", "{", ""):
        raise AnswerError("Something else than CSV came back.", cut_off=not text.strip())
    header, *lines = csv.reader(text.splitlines(), delimiter=";")
    if len(header) < 2 or fold(header[-1]) != fold(VALUE_COLUMN):
        raise AnswerError(f"The answer has no column {VALUE_COLUMN}.")
    lines = [line for line in lines if line]
    for at, line in enumerate(lines, start=2):
        if len(line) != len(header):
            cut = at == len(lines) + 1
            raise AnswerError(f"Line {at} has not the {len(header)} fields of the header.", cut_off=cut)
    if not text.endswith("\n"):
        raise AnswerError("The answer breaks off in its last line.", cut_off=True)
    return header, lines


class _Periods(dict[str, str]):
    def __missing__(self, cell: str) -> str:
        self[cell] = period(cell)
        return self[cell]


class _Codes(dict[str, str]):
    """Cells → codes, whether a cell shows the code, its text, or both."""

    def __init__(self, variable: str, asked: Mapping[str, Any]) -> None:
        self._variable = variable
        self._sums = [word for word, text in asked.items() if not isinstance(text, str)]
        for code in _leaves(asked):
            self[code] = code
        for code, text in asked.items():
            self[code] = code
            if isinstance(text, str):
                self.setdefault(text, code)

    def __missing__(self, cell: str) -> str:
        code = cell.split(" ", 1)[0]
        if code in self:
            found = self[code]
        elif len(self._sums) == 1:  # of a sum only the name is sure that was given to it
            found = self._sums[0]
        else:
            raise AnswerError(
                f'The answer speaks of "{tidy(cell)}" ({self._variable}), which was not asked for.'
            )
        self[cell] = found
        return found


def _leaves(asked: Mapping[str, Any]) -> Iterable[str]:
    for code, text in asked.items():
        if isinstance(text, str):
            yield code
        else:
            yield from text


def _added_up(
    values: Mapping[tuple[str, ...], AnswerNumber], at: int, word: str, parts: Sequence[str]
) -> dict[tuple[str, ...], AnswerNumber]:
    """The parts of a sum put together, where the source has not done so; unknown as soon as one of them is."""
    of, found = set(parts), dict[tuple[str, ...], AnswerNumber]()
    gathered: dict[tuple[str, ...], list[AnswerNumber]] = {}
    for place, value in values.items():
        if place[at] in of:
            gathered.setdefault((*place[:at], word, *place[at + 1 :]), []).append(value)
        else:
            found[place] = value
    for place, several in gathered.items():
        known = [value for value in several if value is not None]
        found[place] = sum(known) if len(known) == len(of) else None
    return found
