"""What is rendered, what happens meanwhile and what came of it: the words between `plan render` and this room.

A :class:`Variant` goes in, :class:`Event` objects come while it is worked on, an :class:`Outcome` comes out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from helpers.errors import Problem
from helpers.reports.base.request import Variant

Format = Literal["html", "pdf", "docx"]


class Step(StrEnum):
    """What is being done to a variant, in this order."""

    QUEUED = "queued"
    NOTEBOOKS = "notebooks"
    PAGES = "pages"
    PDF = "pdf"
    WORD = "docx"
    PLACED = "placed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class Event:
    """Something happened to a variant."""

    variant: Variant
    step: Step
    # Parts of the whole variant finished, so that one bar can be drawn: `total` is the same in all its events.
    done: int
    total: int
    what: str = ""
    """What is being worked on now: ``notebooks/03-flygtninge.ipynb``."""


Progress = Callable[[Event], None]


@dataclass(frozen=True)
class Outcome:
    """What came of one variant."""

    variant: Variant
    status: Literal["rendered", "unchanged", "failed"]
    """``rendered``, ``unchanged`` (the site in place is the one asked for) or ``failed`` (the previous site, if any, is
    still in place)."""
    # Where the site, its PDF and its Word document lie; none when it failed or was not asked for.
    folder: Path | None = None
    pdf: Path | None = None
    docx: Path | None = None
    pages: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Why it failed; empty otherwise."""
    warnings: tuple[str, ...] = ()
    """What the notebooks wrote to stderr, once each; not shown on the pages."""

    @property
    def ok(self) -> bool:
        return self.status != "failed"
