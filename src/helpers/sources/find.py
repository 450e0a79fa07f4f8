"""What ``plan find`` does: look through Jobindsats' list of tables by words, so that an id can be settled.

In: words, and a client or the metadata that were kept. Out: the tables that fit, and what they hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from helpers.data.text import tidy
from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.sources.jobindsats import Client
from helpers.sources.metadata import TableInfo
from helpers.sources.metadata_store import MetadataStore
from helpers.sources.settings import read_settings

_SPELLINGS: Final = (
    str.maketrans({"æ": "ae", "ø": "o", "å": "a"}),  # as other keyboards leave them
    str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"}),  # as Danes write them without their letters
)


CANDIDATES: Final = 3
"""So many tables are shown where none holds all the words."""

LEAST_LETTERS: Final = 4
"""Shorter words ("og", "af") say nothing."""


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    tables: tuple[TableInfo, ...]
    """Those that hold every word, in the order of Jobindsats' list."""
    seen: int
    """How many tables there are in all."""
    from_disk: str | None
    """The snapshot of the list when it was not asked for but read from ``data/raw``; else none."""
    near: bool = False
    """Whether no table holds all the words, and these are the best candidates, the nearest first."""


def search(project: Project, words: Sequence[str], client: Client | None = None) -> Found:
    """Tables whose id, title, subject, measures or dimensions hold every word; else the three that come nearest.

    Case does not count, nor does how æ, ø and å are written: ``besaettelse``, ``besættelse`` and
    ``BESÆTTELSE`` are one word. A word may be a part of a longer one.

    Parameters
    ----------
    client
        None: one made from the environment and ``.env``; where there is no key, the list that was kept, and an error
        when none was.
    """
    with _store(project, client) as store:
        listing = store.listing()
    fitting = tuple(table for table in listing.tables.values() if _fits(table, words))
    every = tuple(listing.tables.values())
    from_disk = None if listing.asked else listing.snapshot
    return Found(fitting or candidates(every, words), len(every), from_disk, near=not fitting)


@contextmanager
def _store(project: Project, client: Client | None, *, needs_key: bool = False) -> Iterator[MetadataStore]:
    settings = None if client else read_settings(project)
    if settings is None or not (settings.key or needs_key):
        yield MetadataStore(project, client)
    else:
        with Client(settings) as own:
            yield MetadataStore(project, own)


def candidates(tables: Iterable[TableInfo], words: Sequence[str]) -> tuple[TableInfo, ...]:
    """The three tables that have most in common with some words or an old title; none that has nothing.

    Measured by the letters their words share, rare words more than those of many tables ("antal", "andel").
    """
    texts = {table.id: _tokens(_text(table)) for table in tables}
    wanted = _tokens(" ".join(words))
    weight = {
        word: 1 / (1 + sum(any(_alike(word, other) for other in text) for text in texts.values()))
        for word in wanted
    }
    scores = {
        key: sum(weight[word] for word in wanted if any(_alike(word, other) for other in text))
        for key, text in texts.items()
    }
    by_score = sorted((t for t in tables if scores[t.id]), key=lambda t: (-scores[t.id], t.id))
    return tuple(by_score[:CANDIDATES])


def _tokens(text: str) -> frozenset[str]:
    return frozenset(
        word for word in re.findall(r"\w+", _spelled(text, _SPELLINGS[0])) if len(word) >= LEAST_LETTERS
    )


def _alike(word: str, other: str) -> bool:
    """Whether two words are one but for their endings: samtale, samtaler, samtalerne."""
    stem = max(LEAST_LETTERS, min(len(word), len(other)) - 2)
    return word[:stem] == other[:stem]


def metadata_of(project: Project, key: str, client: Client | None = None) -> TableInfo:
    """The whole metadata of one table: asked for where there is a key, else as they were kept.

    An error where there is no table of that id names the nearest.
    """
    with _store(project, client) as store:
        return store.table(store.listing().table(key.strip().casefold()))


def save(
    project: Project,
    tables: Iterable[TableInfo],
    client: Client | None = None,
    progress: Callable[[str], None] = lambda table: None,
) -> tuple[TableInfo, ...]:
    """Keep the list of tables and the whole metadata of `tables`; an error names those that could not be had."""
    kept: list[TableInfo] = []
    problems: list[Problem] = []
    with _store(project, client, needs_key=True) as store:
        listing = store.listing(fresh=True)
        for table in tables:
            progress(table.id)
            try:
                kept.append(store.table(listing.table(table.id), fresh=True))
            except PlanError as error:
                problems.extend(error.problems)
    if problems:
        raise PlanError(problems)
    return tuple(kept)


def _text(table: TableInfo) -> str:
    return " ".join(
        [
            table.id,
            table.title,
            table.subject,
            *(f"{g.id} {g.label} {' '.join(f'{m.id} {m.label}' for m in g.measures)}" for g in table.groups),
            *(
                f"{d.id} {d.label} {' '.join(f'{h.id} {h.label}' for h in d.hierarchies)}"
                for d in table.dimensions
            ),
        ]
    )


def _fits(table: TableInfo, words: Sequence[str]) -> bool:
    text = _text(table)
    spelled = [_spelled(text, spelling) for spelling in _SPELLINGS]
    return all(
        any(_spelled(word, spelling) in whole for whole, spelling in zip(spelled, _SPELLINGS, strict=True))
        for word in words
    )


def _spelled(text: str, spelling: dict[int, str]) -> str:
    folded = tidy(unicodedata.normalize("NFC", text)).casefold().translate(spelling)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
