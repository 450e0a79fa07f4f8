"""What is rendered, what happens meanwhile and what came of it: the words between `plan render` and this room.

A :class:`Variant` goes in, :class:`Event` objects come while it is worked on, an :class:`Outcome` comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from helpers.errors import Problem
from helpers.present.stamp import Stamp

EngineName = Literal["auto", "quarto", "built-in"]
Target = Literal["html", "pdf"]


@dataclass(frozen=True)
class Variant:
    """One book for one municipality: what one folder below the output is made of.

    Attributes
    ----------
    book
        Absolute path of the folder that holds the book's ``_quarto.yml``.
    slug
        Folder below the output, with forward slashes: ``frederikssund``, ``jobcenteroverblik/frederikssund``.
    parameters
        Values for the cell tagged ``parameters`` of every notebook: ``kommune``, ``plan``, ``periode``.
    title
        Title of the plan, ``Beskæftigelsesplan 2023``; empty: the book's own. The PDF is named after it.
    subtitle
        Empty: `municipality`.
    municipality
        The name on the cover: ``Frederikssund Kommune``.
    dated
        The date on the cover and pages; the report layer knows it (day of the data, or of the render).
    environment
        Variables that the notebooks see besides ``PLAN_RENDERING`` and ``PLAN_ROOT``.
    area
        Slug of the municipality, for its own brand (``catalogue/brands/<area>.yml``).
    pages
        The book's chapters in their order: path from its folder → the notebook as JSON; empty for a chapter that is
        taken as its file is. None at all: those that ``_quarto.yml`` names.
    inputs
        A hash of the numbers that the pages show; with the notebooks, styles, code and engine it decides whether
        a variant is unchanged. Empty: unknown, so it is always rendered.
    stamp
        Whose figures its pages show; every output is held against it. None: nothing is held, for a book that is no
        report.
    """

    book: Path
    slug: str
    parameters: Mapping[str, str]
    title: str = ""
    subtitle: str = ""
    municipality: str = ""
    dated: date | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    area: str = ""
    pages: Mapping[str, str] = field(default_factory=dict, repr=False)
    inputs: str = ""
    stamp: Stamp | None = None


class Step(StrEnum):
    """What is being done to a variant, in this order."""

    QUEUED = "queued"
    NOTEBOOKS = "notebooks"
    PAGES = "pages"
    PDF = "pdf"
    PLACED = "placed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class Event:
    """Something happened to a variant.

    Attributes
    ----------
    done, total
        Parts of the whole variant finished, so that one bar can be drawn: `total` is the same in all its events.
    what
        What is being worked on now: ``notebooks/03-flygtninge.ipynb``.
    """

    variant: Variant
    step: Step
    done: int
    total: int
    what: str = ""


Progress = Callable[[Event], None]


@dataclass(frozen=True)
class Outcome:
    """What came of one variant.

    Attributes
    ----------
    status
        ``rendered``, ``unchanged`` (the site in place is the one asked for) or ``failed`` (the previous site,
        if any, is still in place).
    folder, pdf
        Where the site and its PDF lie; none when it failed or was not asked for.
    problems
        Why it failed; empty otherwise.
    warnings
        What the notebooks wrote to stderr, once each; not shown on the pages.
    seconds
        Time spent per step: ``copy``, ``notebooks``, ``pages``, ``pdf``, ``place``.
    """

    variant: Variant
    status: Literal["rendered", "unchanged", "failed"]
    engine: str = ""
    folder: Path | None = None
    pdf: Path | None = None
    pages: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.status != "failed"
