"""From an answer as received to cells: one row per value, whatever order or spelling the answer came in.

In: the bytes of a snapshot, its sidecar and the names of the areas. Out: the frame *Cells*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from helpers.catalogue.models import NATIONAL, NATIONAL_NAME, STATBANK, Municipality
from helpers.data.answers import Answer, AnswerError, as_number, parse_parts
from helpers.data.frames import CELL_COLUMNS, State
from helpers.data.raw import AnswerColumn, Sidecar
from helpers.data.text import fold, tidy
from helpers.errors import PlanError
from helpers.periods import Period

UNSTATED_AREA: Final = "Uoplyst område"
"""The row of people whose municipality is unknown; part of the country, of no municipality."""

COUNTRY_NUMBER: Final = "000"
"""The whole country's number where StatBank gives each municipality's code."""

KNOWN_TOTALS: Final = frozenset(
    fold(label)
    for label in (
        "I alt",
        "Ydelsesgrupper i alt",
        "A-kasse i alt",
        "Køn i alt",
        "Alder i alt",
        "Herkomst i alt",
        "Tilbud i alt",
        "Stillingsbetegnelse i alt",
        "Ledige i alt",
        "Personer i alt",
        "Kontanthjælpssatser i alt",
        "Visitationskategori i alt",
        "Målgruppe i alt",
        "Erhvervsområder i alt",
        "Arbejdsmarkedsstatus i alt",
    )
)
"""Labels of totals, for sidecars that do not name the total of a dimension (docs/data.md)."""

HIDDEN: Final = {STATBANK: State.MISSING}
"""What an empty place of an answer means, where it is not that the source may have suppressed it."""

_KEYS: Final = ("measure", "members", "area", "period")
_NUMBERS: Final = frozenset({"integer", "floating", "mixed-integer-float", "empty"})


@dataclass(frozen=True)
class Cells:
    """The values of one answer."""

    frame: pd.DataFrame
    """Columns of :data:`~helpers.data.frames.CELL_COLUMNS`; all but `value` (float) are categories of text."""
    unknown_areas: tuple[str, ...]
    """Names of areas that are neither the country nor one of the municipalities; their rows are left out."""


def area_codes(municipalities: Iterable[Municipality]) -> dict[str, str]:
    """Folded name of each area, and its number in StatBank → its code, the country included."""
    found = {fold(NATIONAL_NAME): NATIONAL, COUNTRY_NUMBER: NATIONAL}
    for area in municipalities:
        found |= {fold(area.name): area.code, area.code: area.code}
    return found


def read_cells(content: bytes, sidecar: Sidecar, areas: Mapping[str, str]) -> Cells:
    """Take an answer apart.

    Parameters
    ----------
    content
        One answer ``{"columns": […], "rows": […]}`` or several in ``{"answers": […]}``, with or without BOM.
    sidecar
        Says what each column is; columns are found by their label, blanks and case folded.

    Raises
    ------
    PlanError
        When the answer is no such JSON, a column is not in the sidecar, a row has another length, a period or
        a number cannot be read, or the same place has two different values. It names the raw file.
    """
    reader = _Reader(sidecar, areas)
    try:
        answers = parse_parts(content)
    except AnswerError as error:
        raise reader.wrong(str(error)) from error
    for answer in answers:
        reader.add(answer)
    return Cells(reader.frame(), tuple(sorted(reader.unknown_areas)))


class _Reader:
    """Reads the parts of one snapshot and puts them together."""

    def __init__(self, sidecar: Sidecar, areas: Mapping[str, str]) -> None:
        self.sidecar = sidecar
        self.areas = areas
        self.where = f"data/raw/{sidecar.source}/{sidecar.table}/{sidecar.snapshot}.json"
        self.unknown_areas: set[str] = set()
        self._columns: dict[str, list[AnswerColumn]] = {}
        for column in sidecar.columns:
            self._columns.setdefault(fold(column.label), []).append(column)
        # The categories of each column, found part by part: names in the order they first occur.
        self._names: dict[str, dict[str, int]] = {key: {} for key in _KEYS}
        self._keys: list[np.ndarray] = []
        self._values: list[np.ndarray] = []

    def add(self, answer: Answer) -> None:
        """Take in one part."""
        columns = self._match(answer.columns)
        cells = np.array(answer.rows, dtype=object).reshape(len(answer.rows), len(columns))
        by_role: dict[str, list[tuple[AnswerColumn, np.ndarray]]] = {}
        for column, values in zip(columns, cells.T, strict=True):
            by_role.setdefault(column.role, []).append((column, values))
        for role in ("period", "area"):
            if len(by_role.get(role, [])) != 1:
                raise self.wrong(f"The answer has {len(by_role.get(role, []))} columns of the role {role}.")
        if "measure" not in by_role:
            raise self.wrong("The answer has no column with a measure.")
        periods = self._periods(by_role["period"][0][1])
        areas = self._areas(by_role["area"][0][1])
        members = self._members(by_role.get("dimension", []), len(areas))
        kept = areas >= 0
        for column, values in by_role["measure"]:
            numbers = self._numbers(column, values)[kept]
            for word in column.words:
                measure = self._encode("measure", np.zeros(len(areas), dtype=np.int64), [word])
                self._keys.append(np.stack([measure, members, areas, periods])[:, kept])
                self._values.append(numbers)

    def frame(self) -> pd.DataFrame:
        """All parts as *Cells*."""
        keys, values = self._without_repeats(np.concatenate(self._keys, axis=1), np.concatenate(self._values))
        same = np.zeros(len(values), dtype=np.int8)
        hidden = np.isnan(values).astype(np.int8)
        columns: dict[str, Any] = {
            "source": _categorical(same, [self.sidecar.source]),
            "table": _categorical(same, [self.sidecar.table]),
            **{key: _categorical(keys[row], list(self._names[key])) for row, key in enumerate(_KEYS)},
            "value": values,
            "state": _categorical(
                hidden, [State.OK.value, HIDDEN.get(self.sidecar.source, State.SUPPRESSED).value]
            ),
            "snapshot": _categorical(same, [self.sidecar.snapshot]),
        }
        return pd.DataFrame(columns, columns=list(CELL_COLUMNS))

    def _without_repeats(self, keys: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Parts of an answer may overlap; the same place must then have the same value."""
        place = np.ravel_multi_index(tuple(keys), tuple(max(len(self._names[key]), 1) for key in _KEYS))
        _, first, inverse = np.unique(place, return_index=True, return_inverse=True)
        if len(first) == len(place):
            return keys, values
        kept = values[first][inverse]
        clash = np.flatnonzero((kept != values) & ~(np.isnan(kept) & np.isnan(values)))
        if len(clash):
            names = [list(self._names[key])[keys[row, clash[0]]] for row, key in enumerate(_KEYS)]
            raise self.wrong(
                f"The answer gives different values for the same place ({len(clash)} times), first for "
                f"{', '.join(name for name in names if name)}."
            )
        first.sort()
        return keys[:, first], values[first]

    def _match(self, labels: Iterable[str]) -> list[AnswerColumn]:
        """The column each label stands for; labels that repeat are taken in order."""
        waiting = {label: list(columns) for label, columns in self._columns.items()}
        found, unknown = [], []
        for label in labels:
            candidates = waiting.get(fold(label))
            if candidates:
                found.append(candidates.pop(0))
            else:
                unknown.append(label)
        if unknown:
            raise self.wrong(
                f"The sidecar does not say what the columns {', '.join(unknown)} are; it knows "
                + ", ".join(column.label for column in self.sidecar.columns)
                + "."
            )
        return found

    def _periods(self, texts: np.ndarray) -> np.ndarray:
        codes, names = _factorize(texts)
        try:
            ids = [Period.parse(name).id for name in names]
        except ValueError as error:
            raise self.wrong(f"{error}.") from error
        return self._encode("period", codes, ids)

    def _areas(self, texts: np.ndarray) -> np.ndarray:
        codes, names = _factorize(texts)
        found = [self.areas.get(fold(name)) for name in names]
        self.unknown_areas.update(
            tidy(name)
            for name, code in zip(names, found, strict=True)
            if code is None and fold(name) != fold(UNSTATED_AREA)
        )
        return self._encode("area", codes, found)

    def _members(self, dimensions: list[tuple[AnswerColumn, np.ndarray]], length: int) -> np.ndarray:
        combined = np.zeros(length, dtype=np.int64)
        keys: list[dict[str, str]] = [{}]
        for column, texts in dimensions:
            codes, names = _factorize(texts)
            totals = KNOWN_TOTALS if column.total is None else {fold(column.total)}
            combined = combined * max(len(names), 1) + codes
            keys = [
                key if fold(name) in totals else {**key, column.id: name} for key in keys for name in names
            ]
        used, codes = np.unique(combined, return_inverse=True)
        return self._encode(
            "members",
            codes,
            [";".join(f"{d}={tidy(m)}" for d, m in sorted(keys[code].items())) for code in used],
        )

    def _encode(self, key: str, codes: np.ndarray, names: Iterable[str | None]) -> np.ndarray:
        """Codes into the names of one part → codes into all names of a column; none and −1 become −1."""
        known = self._names[key]
        places = [-1 if name is None else known.setdefault(name, len(known)) for name in names]
        return np.array([*places, -1], dtype=np.int32)[codes]

    def _numbers(self, column: AnswerColumn, values: np.ndarray) -> np.ndarray:
        try:
            if pd.api.types.infer_dtype(values, skipna=True) in _NUMBERS:
                numbers = values.astype(float)
            else:
                codes, found = pd.factorize(values)
                numbers = np.array([*map(as_number, found), None], dtype=float)[codes]  # code −1 is null
        except (ValueError, OverflowError) as error:
            raise self.wrong(f'Column "{tidy(column.label)}": {str(error)[:200]}.') from error
        if np.isinf(numbers).any():
            raise self.wrong(f'Column "{tidy(column.label)}" holds a number without end.')
        return numbers

    def wrong(self, what: str) -> PlanError:
        return PlanError.of(
            self.where,
            what,
            "Fetch the table again; when it stays so, the source has changed and the catalogue must follow.",
        )


def _factorize(texts: np.ndarray) -> tuple[np.ndarray, list[str]]:
    codes, names = pd.factorize(texts, use_na_sentinel=False)
    return codes, [str(name) for name in names]


def _categorical(codes: np.ndarray, names: list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, pd.Index(names, dtype=object))
