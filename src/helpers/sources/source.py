"""What a run of ``plan fetch`` needs of a source: what it is to bring, and how the answers are read.

A source is one module, a :class:`Door` to its :class:`Source`, that ``SOURCES`` names; what may be put in force is decided for all of them in
:mod:`helpers.sources.keeping`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from helpers.catalogue import Catalogue
from helpers.catalogue.models import SOURCES
from helpers.data.answers import Answer
from helpers.data.raw import AnswerColumn, Sidecar
from helpers.errors import Problem
from helpers.project import Project
from helpers.sources.checks import Place
from helpers.sources.faults import SourceError
from helpers.sources.keeping import About
from helpers.sources.queries import Wanted
from helpers.sources.transport import Transport


@dataclass(frozen=True)
class Prepared:
    """What is known of a table before its numbers are asked for."""

    about: About
    calls: Sequence[Any]
    """What its source will be asked; :meth:`Source.ask` knows what they are."""
    unmoved: Callable[[Sidecar], bool]
    """Whether a snapshot holds all that would be asked for, and the source has nothing newer."""
    # What the table lacks of what the catalogue is sure of; the same of what is only probable.
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    concerned: tuple[str, ...] = ()
    """Indicators with problems."""


class Source(Protocol):
    """One source while a run goes on."""

    key: str
    """One of :data:`~helpers.catalogue.models.SOURCES`."""
    asked: bool
    """Whether the source was asked for anything yet."""

    @property
    def client(self) -> Transport: ...

    def begin(self, tables: Iterable[str], *, fresh: bool) -> None:
        """What is asked once, before the tables; a SourceError is told, and each table has to speak for itself."""

    def title(self, table: str) -> str:
        """The table's name, as far as it is known before it was asked for."""

    def prepare(self, table: str, wanted: Sequence[Wanted], *, fresh: bool) -> Prepared:
        """Read the table's metadata, and plan the calls."""

    def ask(self, call: Any) -> Answer:
        """Make a call."""

    def read(
        self, call: Any, answer: Answer
    ) -> tuple[tuple[AnswerColumn, ...], dict[Place, int | float | None]]:
        """Columns and values of an answer that fits its call; a SourceError where it does not."""

    def misfit(self, call: Any, answer: Answer, what: str) -> SourceError:
        """The error for an answer that has something else than what was asked for."""


class NoKey(NamedTuple):
    """Why nothing can be asked without a key: for the analyst, and in Danish for a page."""

    said: str
    danish: str


class Door(Protocol):
    """What the module of a source offers."""

    def missing_key(self, project: Project) -> NoKey | None:
        """None where there is a key, or none is needed."""

    def open_source(
        self,
        project: Project,
        catalogue: Catalogue,
        now: datetime,
        client: Any = None,
        waits: tuple[float, ...] | None = None,
    ) -> Source:
        """The source for a run; without a client it makes one from the settings, with other waits if given."""


def door(source: str) -> Door:
    """The module of a source."""
    return cast(Door, import_module(SOURCES[source].module))
