"""What ``plan find`` does: look through Jobindsats' list of tables by words, so that an id can be settled.

In: words, and a client or the metadata that were kept. Out: the tables that fit, and what they hold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from helpers.data.text import tidy
from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.sources.jobindsats import Client
from helpers.sources.metadata import AREA_DIMENSION, TableInfo
from helpers.sources.metadata_store import MetadataStore
from helpers.sources.settings import KEY_VARIABLE, read_settings

_SPELLINGS: Final = (
    str.maketrans({"æ": "ae", "ø": "o", "å": "a"}),  # as other keyboards leave them
    str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"}),  # as Danes write them without their letters
)


@dataclass(frozen=True)
class Found:
    """What a search came to.

    Attributes
    ----------
    tables
        Those that hold every word, in the order of Jobindsats' list.
    seen
        How many tables there are in all.
    from_disk
        The snapshot of the list when it was not asked for but read from ``data/raw``; else none.
    """

    tables: tuple[TableInfo, ...]
    seen: int
    from_disk: str | None


def search(project: Project, words: Sequence[str], client: Client | None = None) -> Found:
    """Tables whose id, title, subject, measures or dimensions hold every word.

    Case does not count, nor does how æ, ø and å are written: ``besaettelse``, ``besættelse`` and
    ``BESÆTTELSE`` are one word. A word may be a part of a longer one.

    Parameters
    ----------
    client
        None: one made from the environment and ``.env``; where there is no key, the list that was kept.

    Raises
    ------
    PlanError
        When the list can neither be asked for nor was kept.
    """
    if client is None:
        settings = read_settings(project)
        if settings.key is not None:
            with Client(settings) as own:
                return search(project, words, own)
    listing = MetadataStore(project, client).listing()
    fitting = tuple(table for table in listing.tables.values() if _fits(table, words))
    return Found(fitting, len(listing.tables), None if listing.asked else listing.snapshot)


def save(
    project: Project,
    tables: Iterable[TableInfo],
    client: Client | None = None,
    progress: Callable[[str], None] = lambda table: None,
) -> tuple[TableInfo, ...]:
    """Keep the list of tables and the whole metadata of `tables`.

    Parameters
    ----------
    progress
        Told each table's id before it is asked for.

    Returns
    -------
    tuple
        The tables with members and period ids.

    Raises
    ------
    PlanError
        When there is no key, or tables could not be had; the others are kept.
    """
    if client is None:
        with Client(read_settings(project)) as own:
            return save(project, tables, own, progress)
    store = MetadataStore(project, client)
    listing = store.listing(fresh=True)
    kept: list[TableInfo] = []
    problems: list[Problem] = []
    for table in tables:
        progress(table.id)
        try:
            kept.append(store.table(listing.table(table.id), fresh=True))
        except PlanError as error:
            problems.extend(error.problems)
    if problems:
        raise PlanError(problems)
    return tuple(kept)


def describe(found: Found) -> RenderableType:
    """The tables for a terminal: id and title, then measures, dimensions and periods."""
    parts: list[RenderableType] = [_described(table) for table in found.tables]
    source = f", from the list of {found.from_disk[:10]} in data/raw" if found.from_disk else ""
    parts.append(Text(f"{len(found.tables)} of {found.seen} tables{source}", style="dim"))
    if found.from_disk:
        parts.append(Text(f"With a key ({KEY_VARIABLE}) it is asked for once a day.", style="dim"))
    return Group(*parts)


def _described(table: TableInfo) -> Text:
    text = Text()
    text.append(table.id, style="bold").append(f"  {tidy(table.title)}")
    if table.subject:
        text.append(f"  ({tidy(table.subject)})", style="dim")
    for group in table.groups:
        inside = group.measures if len(group.measures) > 1 else ()
        text.append(f"\n  measure    {group.id}  {tidy(group.label)}")
        for measure in inside:
            text.append(f"\n             {measure.id}  {tidy(measure.label)}")
    for dimension in table.dimensions:
        hierarchies = ", ".join(h.id for h in dimension.hierarchies)
        shown = f" [{hierarchies}]" if hierarchies and hierarchies != dimension.id else ""
        kind = "areas      " if dimension.id == AREA_DIMENSION else "dimension  "
        text.append(f"\n  {kind}{dimension.id}  {tidy(dimension.label)}{shown}")
        for hierarchy in dimension.hierarchies:
            members = [tidy(value.label) for value in hierarchy.values]
            if members and dimension.id != AREA_DIMENSION:
                text.append(f"\n             {'; '.join(members)}")
    for periods in table.period_types:
        first, last = (periods.ids[0], periods.ids[-1]) if periods.ids else (periods.first, periods.last)
        text.append(f"\n  periods    {periods.code}  {first or '?'} to {last or '?'}")
    latest, coming = table.update_latest, table.update_next
    if latest or coming:
        text.append(f"\n  updated    {latest or '?'}, next {coming or '?'}")
    return text.append("\n")


def _fits(table: TableInfo, words: Sequence[str]) -> bool:
    text = " ".join(
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
    spelled = [_spelled(text, spelling) for spelling in _SPELLINGS]
    return all(
        any(_spelled(word, spelling) in whole for whole, spelling in zip(spelled, _SPELLINGS, strict=True))
        for word in words
    )


def _spelled(text: str, spelling: dict[int, str]) -> str:
    folded = tidy(unicodedata.normalize("NFC", text)).casefold().translate(spelling)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
