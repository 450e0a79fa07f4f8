"""One answer of ``/data``: columns and rows, read from JSON or CSV.

In: bytes as received. Out: an :class:`Answer`; its values are still what the source sent.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from helpers.data.text import parse_number

Cell = str | int | float | None

_CELLS = frozenset({str, int, float, type(None)})


class AnswerError(ValueError):
    """The bytes are no answer; `cut_off` when they began as one and broke off."""

    def __init__(self, words: str, *, cut_off: bool = False) -> None:
        super().__init__(words)
        self.cut_off = cut_off


class Answer(BaseModel):
    """What came back from one call.

    Attributes
    ----------
    columns
        Labels as sent, blanks and all.
    rows
        One tuple for each row, as long as `columns`, in the order they came.
    content
        The bytes as received.
    query
        Path and parameters as sent, without the key.
    """

    model_config = ConfigDict(frozen=True)

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    content: bytes = b""
    query: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Answer({len(self.columns)} columns, {len(self.rows)} rows)"


def load_json(content: bytes) -> Any:
    """JSON with or without a byte order mark.

    Raises
    ------
    AnswerError
        When it is none; a web page is told apart from an answer that broke off.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswerError("The answer is not UTF-8 text.", cut_off=error.end >= len(content) - 1) from None
    start = text.lstrip()[:1]
    if start == "<":
        raise AnswerError("A web page came back instead of JSON.")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError:
        if start in ("{", "["):
            raise AnswerError(
                f"The JSON breaks off or is broken ({len(content):,} bytes came).", cut_off=True
            ) from None
        if not start:
            raise AnswerError("An empty answer came back.", cut_off=True) from None
        raise AnswerError("Something else than JSON came back.") from None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def parse_json(content: bytes) -> Answer:
    """``{"columns": […], "rows": [[…], …]}``.

    Raises
    ------
    AnswerError
        When the bytes are no JSON, or JSON of another shape.
    """
    found = load_json(content)
    columns = found.get("columns") if isinstance(found, dict) else None
    rows = found.get("rows") if isinstance(found, dict) else None
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise AnswerError('The answer has no "columns" and "rows".')
    return _answer(columns, rows, content)


def parse_csv(content: bytes) -> Answer:
    """Semicolons between columns, a header row of labels, with or without a byte order mark.

    Columns of nothing but numbers become numbers, with either decimal mark, because which one version 3
    writes has not been seen.

    Raises
    ------
    AnswerError
        When the bytes are no such table.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AnswerError("The answer is not UTF-8 text.") from None
    if text.lstrip()[:1] == "<":
        raise AnswerError("A web page came back instead of CSV.")
    lines = [line for line in csv.reader(io.StringIO(text), delimiter=";") if line]
    if not lines or len(lines[0]) < 2:
        raise AnswerError("Something else than CSV with semicolons came back.")
    columns, texts = lines[0], lines[1:]
    numeric = [
        position
        for position in range(len(columns))
        if texts and all(position < len(row) and _is_number(row[position]) for row in texts)
    ]
    rows = [
        [number(cell) if position in numeric else cell for position, cell in enumerate(row)] for row in texts
    ]
    return _answer(columns, rows, content)


def _answer(columns: list[Any], rows: list[Any], content: bytes) -> Answer:
    if not all(isinstance(column, str) for column in columns):
        raise AnswerError("A column has no label.")
    for number_of_row, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(columns):
            raise AnswerError(f"Row {number_of_row} does not have the {len(columns)} cells of the header.")
        if not _CELLS.issuperset(map(type, row)):
            raise AnswerError(f"Row {number_of_row} holds something that is neither text nor number.")
    # Checked above by hand: a check of each cell by pydantic would take longer than the call.
    return Answer.model_construct(
        columns=tuple(columns), rows=tuple(map(tuple, rows)), content=content, query={}
    )


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


def number(cell: Cell) -> int | float | None:
    """The number in a cell, or None where it holds none (suppressed or missing, which look alike).

    Raises
    ------
    ValueError
        When it is text that is no number as Danes or machines write it.
    """
    if not isinstance(cell, str):
        return cell
    found = parse_number(cell)
    if found is None:
        return None
    return int(found) if found == found.to_integral_value() else float(found)
