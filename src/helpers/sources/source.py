"""What a run of ``plan fetch`` needs of a source: what it is to bring, and how the answers are read.

A source is a subclass of :class:`Source` that ``SOURCES`` names; what may be put in force is decided for all of them in
:mod:`helpers.sources.keeping`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pkgutil import resolve_name
from typing import Any, ClassVar, NamedTuple, cast

from helpers.catalogue import Catalogue
from helpers.catalogue.models import SOURCES
from helpers.data.answers import Answer
from helpers.data.csv_answers import AnswerNumber
from helpers.data.raw import AnswerColumn, Sidecar
from helpers.project import Project
from helpers.sources.checks import Misfit, Place, values_of
from helpers.sources.faults import SourceError
from helpers.sources.keeping import About
from helpers.sources.queries import Lacks, Wanted
from helpers.sources.settings import Patience
from helpers.sources.transport import Transport


@dataclass(frozen=True, kw_only=True)
class Prepared(About):
    """What is known of a table before its numbers are asked for."""

    calls: Sequence[Any]
    """What its source will be asked; :meth:`Source.ask` knows what they are."""
    unmoved: Callable[[Sidecar], bool]
    """Whether a snapshot holds all that would be asked for, and the source has nothing newer."""
    lacking: Lacks


class NoKey(NamedTuple):
    """Why nothing can be asked without a key: for the analyst, and in Danish for a page."""

    said: str
    danish: str


class Source(ABC):
    """One source while a run goes on; without a client it makes one from the settings, with other waits if given."""

    key: ClassVar[str]
    """One of :data:`~helpers.catalogue.models.SOURCES`."""
    client_type: ClassVar[type[Transport[Any]]]
    settings: ClassVar[Callable[[Project], Patience]]
    asked = False
    """Whether the source was asked for anything yet."""

    def __init__(
        self,
        project: Project,
        catalogue: Catalogue,
        now: datetime,
        client: Any = None,
        waits: tuple[float, ...] | None = None,
    ) -> None:
        if client is None:
            settings = type(self).settings(project)
            client = self.client_type(settings if waits is None else replace(settings, waits=waits))
        self.project, self.now, self.client = project, now, client
        self.municipalities = catalogue.municipalities

    @classmethod
    def missing_key(cls, project: Project) -> NoKey | None:
        """None where there is a key, or none is needed."""
        return None

    def begin(self, tables: Iterable[str], *, fresh: bool) -> None:  # noqa: B027
        """What is asked once, before the tables; a SourceError is told, and each table has to speak for itself."""

    @abstractmethod
    def prepare(self, table: str, wanted: Sequence[Wanted], lacking: Lacks, *, fresh: bool) -> Prepared:
        """Read the table's metadata, and plan the calls."""

    @abstractmethod
    def ask(self, call: Any) -> Answer:
        """Make a call."""

    @abstractmethod
    def columns(self, call: Any, answer: Answer) -> tuple[AnswerColumn, ...]:
        """What each column of an answer is; a Misfit where it does not fit its call."""

    @abstractmethod
    def misfit(self, call: Any, answer: Answer, what: str) -> SourceError:
        """The error for an answer that has something else than what was asked for."""

    def read(self, call: Any, answer: Answer) -> tuple[tuple[AnswerColumn, ...], dict[Place, AnswerNumber]]:
        """Columns and values of an answer that fits its call; a SourceError where it does not."""
        try:
            columns = self.columns(call, answer)
            return columns, values_of(columns, answer.rows)
        except Misfit as error:
            raise self.misfit(call, answer, str(error)) from None


def source_class(source: str) -> type[Source]:
    """What asks a source."""
    return cast(type[Source], resolve_name(SOURCES[source].asked_by))
