"""The columns of the frames that travel between rooms, and the states of a value and of a table (docs/data.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

CELL_COLUMNS: Final = (
    "source",
    "table",
    "measure",
    "members",
    "area",
    "period",
    "value",
    "state",
    "snapshot",
)
"""*Cells*: one row per value that an answer speaks of."""

OBSERVATION_KEYS: Final = ("indicator", "series", "area", "period")
"""What names one observation."""

OBSERVATION_COLUMNS: Final = (*OBSERVATION_KEYS, "value", "state", "source", "snapshot", "published")
"""*Observations*: one row per indicator, series, area and period that a source speaks of."""

OBSERVATION_TEXTS: Final = tuple(name for name in OBSERVATION_COLUMNS if name not in ("value", "published"))

WINDOW_COLUMNS: Final = ("series", "area", "period", "value", "state", "published", "source")
"""*Window*: the full grid of one figure, missing points included."""


class Grounds(StrEnum):
    """What one figure stands on: fetched, typed in by a person, printed in a document, or made up."""

    FETCHED = "jobindsats"
    STATBANK = "statbank"
    TYPED_IN = "typed_in"
    PRINTED = "printed"
    EXAMPLE = "example"

    @classmethod
    def of(cls, source: str, *, published: bool = False) -> Grounds | None:
        """From an observation's `source` and `published`; none for a place no source speaks of.

        Examples
        --------
        >>> Grounds.of("example:y01b01"), Grounds.of("manual")
        (<Grounds.EXAMPLE: 'example'>, <Grounds.TYPED_IN: 'typed_in'>)
        """
        prefix = source.partition(":")[0]
        found = _BY_PREFIX.get(prefix)
        return cls.PRINTED if published and found is not cls.TYPED_IN else found


_BY_PREFIX: Final = {**{grounds.value: grounds for grounds in Grounds}, "manual": Grounds.TYPED_IN}


class State(StrEnum):
    """What is known of a value. Zero is a value; `value` is null unless the state is ``ok``.

    Jobindsats sends ``null`` for a count below 3 and for a value it does not have, and does not say which:
    every ``null`` is therefore ``suppressed``. StatBank suppresses nothing in the tables that are used: its ``..``
    is ``missing``. A place of a table's grid that the answer leaves out is
    ``missing``; a period after the table's newest is ``not_published``.
    """

    OK = "ok"
    SUPPRESSED = "suppressed"
    MISSING = "missing"
    NOT_PUBLISHED = "not_published"


class Stop(StrEnum):
    """What a source has stopped (:func:`helpers.data.stopped.stopped`)."""

    TABLE = "table"
    DIVISION = "division"
    BENEFIT = "benefit"
