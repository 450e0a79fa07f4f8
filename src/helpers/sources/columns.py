"""What each column of an answer is, and whether the answer is the one to what was asked.

In: a call and its answer. Out: a column for each label, or the error that says what does not fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from helpers.data.answers import Answer
from helpers.data.raw import AnswerColumn
from helpers.data.text import fold, short, tidy
from helpers.sources.faults import Fault, SourceError
from helpers.sources.metadata import labels_of
from helpers.sources.queries import Call, DimensionColumn, MeasureColumn

_LISTED: Final = 30
_PERIOD_LABELS: Final = frozenset({fold("Periode"), fold("Period")})
_AREA_LABELS: Final = frozenset({fold("Område"), fold("Area")})


def columns_of(call: Call, answer: Answer) -> tuple[AnswerColumn, ...]:
    """What each column of an answer is.

    Columns are found by their labels, which metadata know; a dimension whose label is another one is found by
    the members that its column holds. No label is matched by a part of it.

    Raises
    ------
    SourceError
        When a column is missing, was not asked for, or cannot be told from another.
    """
    return _Columns(call, answer).found()


class _Columns:
    """Finds the columns of one answer; what is found is taken off the list of what is left."""

    def __init__(self, call: Call, answer: Answer) -> None:
        self.call, self.answer = call, answer
        self.left = {at: fold(label) for at, label in enumerate(answer.columns)}

    def found(self) -> tuple[AnswerColumn, ...]:
        columns: dict[int, dict[str, Any]] = {}
        columns[self._take(_PERIOD_LABELS, "period")] = {"role": "period", "id": "period"}
        columns[self._take(self._area_labels(), "area")] = {"role": "area", "id": "area"}
        for dimension in self.call.dimensions:
            columns[self._dimension(dimension)] = {
                "role": "dimension",
                "id": dimension.word,
                "total": dimension.total,
            }
        for measure in self.call.measures:
            columns[self._measure(measure)] = {
                "role": "measure",
                "id": measure.word,
                "also": measure.other_words,
            }
        if self.left and not self.call.all_measures:
            raise self._wrong(f"columns that were not asked for: {self._shown(self.left)}")
        # When all measures had to be asked for, those that nobody wants are called by their labels.
        for at in self.left:
            columns[at] = {"role": "measure", "id": tidy(self.answer.columns[at])}
        return tuple(
            AnswerColumn.model_validate({"label": label, **columns[at]})
            for at, label in enumerate(self.answer.columns)
        )

    def _area_labels(self) -> set[str]:
        areas = self.call.areas
        dimension = next((d.label for d in self.call.table.dimensions if areas in d.hierarchies), "")
        return {*_AREA_LABELS, fold(areas.label), fold(dimension)} - {""}

    def _take(self, labels: Collection[str], what: str) -> int:
        for at, label in self.left.items():
            if label in labels:
                del self.left[at]
                return at
        raise self._wrong(f"no column with the {what}; its columns are {self._shown()}")

    def _dimension(self, wanted: DimensionColumn) -> int:
        members = {fold(value.label) for value in wanted.hierarchy.values}
        labels = {fold(wanted.dimension.label), fold(wanted.hierarchy.label)}
        # By its label, and where that is another one, by what the column holds.
        for at in sorted(self.left, key=lambda at: self.left[at] not in labels):
            held = {row[at] for row in self.answer.rows}
            fits = all(isinstance(cell, str) and fold(cell) in members for cell in held)
            if fits and (held or self.left[at] in labels):
                del self.left[at]
                return at
        raise self._wrong(f"no column with the members of {wanted.word} ({wanted.dimension.label})")

    def _measure(self, wanted: MeasureColumn) -> int:
        # The fullest label first: "6 m" alone may stand for several measures.
        for label in sorted(labels_of(wanted.group, wanted.measure), key=len, reverse=True):
            places = [at for at, left in self.left.items() if left == label]
            if len(places) == 1:
                del self.left[places[0]]
                return places[0]
        label = tidy((wanted.measure or wanted.group).label)
        raise self._wrong(
            f'no column that is surely "{label}" ({wanted.word}); its columns are {self._shown()}'
        )

    def _shown(self, places: Iterable[int] | None = None) -> str:
        labels = self.answer.columns if places is None else [self.answer.columns[at] for at in places]
        return ", ".join(f'"{short(tidy(label))}"' for label in labels[:_LISTED]) or "none"

    def _wrong(self, what: str) -> SourceError:
        return misfit(self.call, self.answer, what)


def misfit(call: Call, answer: Answer, what: str) -> SourceError:
    """The error for an answer that has something else than what was asked for."""
    query = {name: value for name, value in answer.query.items() if name != "path"}
    return SourceError(
        f"{call.table.id}: the answer does not fit what was asked: it has {what}.",
        fault=Fault.CONTENT,
        asked=f"data/{call.table.id}, " + "&".join(f"{name}={value}" for name, value in query.items()),
        do="`plan fetch --force` reads the metadata again; if it stays so, "
        f"`plan find {call.table.id}` shows what the table has now",
    )
