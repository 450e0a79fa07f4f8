"""Who publishes the pages, and what the law wants said of them: ``site.yml`` in the project folder. Its only reader.

The accessibility statement has the parts of the Commission's model (implementing decision (EU) 2018/1523), which
webtilgængelighedsloven § 4 asks for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from helpers.catalogue.documents import Document, read_document
from helpers.catalogue.explain import read_entry
from helpers.catalogue.models import Model
from helpers.errors import PlanError, Problem
from helpers.project import Project

FILE = "site.yml"

_OVERRIDES = "municipalities"
"""Key of ``site.yml`` under which a municipality's slug has values that replace single ones of the file."""

Address = Annotated[str, Field(pattern=r'^https?://[^\s"<>]+$')]


def _line(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _day_or_text(value: Any) -> Any:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value


class Line(Model):
    """A line at the foot of each page: a text, and where it leads."""

    text: str
    address: Address | None = None


class Contact(Model):
    """Whom a reader can turn to: an office, by telephone and in writing."""

    name: str | None = None
    phone: str | None = Field(default=None, pattern=r"^\+?[\d ]{5,20}$")
    email: str | None = Field(default=None, pattern=r'^[^\s@"<>]+@[^\s@"<>]+$')


class Accessibility(Model):
    """The accessibility statement: the address it lies at, or what a page of it is filled from."""

    address: Address | None = None
    status: Literal["fully", "partly", "not"] | None = None
    """How far the pages hold EN 301 549: fully, partly or not."""
    method: str | None = None
    """How that was found out, in Danish."""
    # When the statement was made, and last gone through (the law: at least once a year).
    made: date | None = None
    reviewed: date | None = None
    exceptions: tuple[str, ...] = ()
    """What is not accessible, and why, in Danish."""

    @model_validator(mode="after")
    def _one_way(self) -> Accessibility:
        parts = (self.status, self.method, self.made)
        if self.address and any((*parts, self.reviewed, self.exceptions)):
            raise ValueError("either the address of a statement, or what a page of it is filled from")
        if not self.address and not all(parts):
            raise ValueError("give the address of the statement, or status, method and made for a page of it")
        if self.status and self.status != "fully" and not self.exceptions:
            raise ValueError("say under exceptions what is not accessible, and why")
        return self


class Imprint(Model):
    """What ``site.yml`` says, for one municipality or for all; all of it may be left out."""

    key: str = ""
    """Slug of the municipality whose own values are among these; empty for those of all."""
    address: Address | None = None
    """Where the first page of the whole site is read."""
    publisher: str | None = None
    contact: Contact = Contact()
    accessibility: Accessibility | None = None
    privacy: Annotated[Line | None, BeforeValidator(_line)] = None
    next_update: Annotated[date | str | None, BeforeValidator(_day_or_text)] = None
    """A day, or words such as ``medio december``."""
    licence: Annotated[Line | None, BeforeValidator(_line)] = None

    @property
    def lacking(self) -> tuple[str, ...]:
        """What a public body's pages need and the file does not give, by key."""
        needed = {
            "publisher": self.publisher,
            "contact.phone": self.contact.phone,
            "contact.email": self.contact.email,
            "accessibility": self.accessibility,
            "privacy": self.privacy,
            "next_update": self.next_update,
            "licence": self.licence,
        }
        return tuple(key for key, value in needed.items() if not value)


def read_imprint(project: Project, slug: str = "") -> Imprint:
    """What ``site.yml`` says, with the municipality's own values over it; nothing where there is no file.

    Raises
    ------
    PlanError
        With everything that is wrong, by file, line and key.
    """
    document = _document(project)
    found = _imprint(document, slug) if document else Imprint()
    if document and document.problems:
        raise PlanError(document.problems)
    assert found is not None
    return found


def own_imprints(project: Project) -> tuple[str, ...]:
    """Slugs of the municipalities that have values of their own in ``site.yml``."""
    document = _document(project)
    own = document.data.get(_OVERRIDES) if document else None
    return tuple(own) if isinstance(own, dict) else ()


def imprint_problems(project: Project, slugs: Collection[str]) -> list[Problem]:
    """Everything that is wrong with ``site.yml``."""
    document = _document(project)
    if document is None:
        return []
    own = document.data.get(_OVERRIDES) or {}
    if not isinstance(own, dict):
        document.problem((_OVERRIDES,), "Here must be slugs of municipalities, each with its own values.")
        own = {}
    for slug in own:
        document.known((_OVERRIDES, slug), "municipality", slug, slugs)
    if not document.problems:
        _imprint(document, "")
    if not document.problems:
        for slug in own:
            _imprint(document, slug)
    return list(dict.fromkeys(document.problems))


def _document(project: Project) -> Document | None:
    path = project.root / FILE
    return read_document(project, path) if path.is_file() else None


def _imprint(document: Document, slug: str) -> Imprint | None:
    """The file's values, a municipality's laid over them; what is wrong is noted in the document."""
    if document.problems:
        return None
    data = {key: value for key, value in document.data.items() if key != _OVERRIDES}
    own = document.data.get(_OVERRIDES)
    values = own.get(slug) if isinstance(own, dict) else None
    if slug and isinstance(values, dict):
        part = Document(
            document.name,
            {**data, **values},
            {
                **document.lines,
                **{loc[2:]: n for loc, n in document.lines.items() if loc[:2] == (_OVERRIDES, slug)},
            },
        )
        found = read_entry(Imprint, part.data, part, given={"key": slug})
        document.problems += part.problems
        return found
    return read_entry(Imprint, data, document)
