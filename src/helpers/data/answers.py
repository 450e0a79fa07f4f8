"""Answers as sources send them and ``data/raw`` keeps them: columns and rows of JSON.

In: bytes as received. Out: an :class:`Answer`; its values are still what the source sent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from helpers.data.csv_answers import AnswerError, as_table
from helpers.data.text import short, tidy
from helpers.intake.marks import MISSING_MARKS
from helpers.intake.numbers import NumberColumn, Wrong

AnswerCell = str | int | float | None

__all__ = ["Answer", "AnswerCell", "AnswerError", "as_number", "load_json", "parse_json", "text_of"]

_CELLS = frozenset({str, int, float, type(None)})
_MOST_DIGITS: Final = 4000
"""Python turns down longer whole numbers with an error of its own; no figure has a hundredth of them."""


@dataclass(frozen=True)
class Answer:
    """What came back from one call."""

    columns: tuple[str, ...]
    """Labels as sent, blanks and all."""
    rows: tuple[tuple[AnswerCell, ...], ...] = field(repr=False)
    """One tuple for each row, as long as `columns`, in the order they came."""
    content: bytes = field(default=b"", repr=False)
    query: dict[str, str] = field(default_factory=dict)
    """Path and parameters as sent, without the key."""


def load_json(content: bytes) -> Any:
    """JSON with or without a byte order mark; an AnswerError tells a web page apart from an answer that broke off."""
    text = text_of(content).removeprefix("\ufeff")
    start = text.lstrip()[:1]
    if start == "<":
        raise AnswerError("A web page came back instead of JSON.")
    try:
        return json.loads(text, parse_constant=_no_constant, parse_int=_whole)
    except RecursionError:
        raise AnswerError("The JSON is nested too deeply to be an answer.") from None
    except ValueError:
        if start in ("{", "["):
            raise AnswerError(
                f"The JSON breaks off or is broken ({len(content):,} bytes came).", cut_off=True
            ) from None
        if not start:
            raise AnswerError("An empty answer came back.", cut_off=True) from None
        raise AnswerError("Something else than JSON came back.") from None


def text_of(content: bytes) -> str:
    """The text of an answer in UTF-8; an AnswerError for another."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise AnswerError("The answer is not UTF-8 text.", cut_off=error.end >= len(content) - 1) from None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def parse_json(content: bytes) -> Answer:
    """``{"columns": […], "rows": [[…], …]}``; an AnswerError when it is no JSON, or JSON of another shape."""
    return _shaped(load_json(content), content)


def parse_parts(content: bytes) -> tuple[Answer, ...]:
    """Every answer of a snapshot: the one, or those in ``{"answers": […]}``; errors as of :func:`parse_json`."""
    found = load_json(content)
    if not isinstance(found, dict) or "answers" not in found:
        return (_shaped(found, content),)
    if not isinstance(found["answers"], list) or not found["answers"]:
        raise AnswerError("There is no answer in it.")
    return tuple(_shaped(part, b"") for part in found["answers"])


def _shaped(found: Any, content: bytes) -> Answer:
    found = as_table(found)
    columns, rows = (found.get(key) if isinstance(found, dict) else None for key in ("columns", "rows"))
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise AnswerError('The answer has no "columns" and "rows".')
    if not all(isinstance(column, str) for column in columns):
        raise AnswerError("A column has no label.")
    for number_of_row, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(columns):
            raise AnswerError(f"Row {number_of_row} does not have the {len(columns)} cells of the header.")
        if not _CELLS.issuperset(map(type, row)):
            wrong = next(
                column for column, cell in zip(columns, row, strict=True) if type(cell) not in _CELLS
            )
            raise AnswerError(
                f'Row {number_of_row} holds under "{short(tidy(wrong))}" what is neither text nor number.'
            )
    return Answer(tuple(columns), tuple(map(tuple, rows)), content)


_AS_SENT = NumberColumn()
"""Danish where nothing is proved: ``1.234`` is a thousand and more."""


def as_number(cell: AnswerCell) -> int | float | None:
    """The number in a cell, or None where it holds none (suppressed or missing, which look alike).

    Text that is no number as Danes or machines write it is a ValueError.
    """
    if not isinstance(cell, str):
        return cell
    packed = "".join(cell.split())
    if packed in MISSING_MARKS:
        return None
    if packed.isdecimal():  # of any length: what it cannot be is told where values are checked
        return int(packed)
    found = _AS_SENT.read(packed)
    if isinstance(found, Wrong) or found.value is None or found.percent:
        raise ValueError(f'"{cell.strip()}" is no number')
    return int(found.value) if found.value == found.value.to_integral_value() else float(found.value)
