"""What stands in a cell where there is no number, and what it means: one list for all readers."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class BlankMark(StrEnum):
    """Why a cell holds no number. None of the marks is zero."""

    MISSING = "missing"
    SUPPRESSED = "suppressed"


DASHES: Final = "-–—−‐‑‒"

MISSING_MARKS: Final = frozenset({"", *DASHES, "--", ".", "..", "...", "…", "‥"})
"""Written by tables and people where they have no number; such a cell counts as not filled in."""

_NOT_KNOWN: Final = frozenset(
    {"#i/t", "#n/a", "#n/a n/a", "n/a", "i/t", "na", "nan", "null", "none", "mangler", "ukendt",
     "ikke oplyst", "ikke opgjort", "uoplyst", "i.o.", "i.a."}
)  # fmt: skip
"""Excel's own "not available", and the words for it."""

_HIDDEN: Final = frozenset({"*", "**", "***", "diskret", "diskretioneret", "skjult", "fortroligt"})
_FEW: Final = re.compile(r"(?:<|≤|under|færre end|mindre end)\s*\d{1,2}|1\s*[-–]\s*[2-9]")

ERRORS: Final = re.compile(r"#(?!i/t$|n/a)[\w/æøå.!? ]+", re.IGNORECASE)
"""What Excel shows for a formula that failed: ``#DIVISION/0!``, ``#VÆRDI!``, ``#REFERENCE!``."""


def mark_of(text: str) -> BlankMark | None:
    """What a cell without a number means; none when it is no known mark.

    Examples
    --------
    >>> mark_of("…"), mark_of("<3"), mark_of("17")
    (<BlankMark.MISSING: 'missing'>, <BlankMark.SUPPRESSED: 'suppressed'>, None)
    """
    bare = " ".join(text.split()).casefold()
    if bare in MISSING_MARKS or bare in _NOT_KNOWN:
        return BlankMark.MISSING
    if bare in _HIDDEN or _FEW.fullmatch(bare):
        return BlankMark.SUPPRESSED
    return None
