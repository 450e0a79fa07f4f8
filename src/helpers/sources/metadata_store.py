"""Jobindsats' metadata as received, kept so that they are asked for no more often than they change.

In: a client, or none when only what was kept is wanted. Out: the list of tables, and tables' own metadata.
"""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from helpers.data.answers import AnswerError
from helpers.data.raw import RawStore, Sidecar, snapshot_moment
from helpers.errors import PlanError
from helpers.project import Project
from helpers.sources.faults import Fault, SourceError
from helpers.sources.jobindsats import Client
from helpers.sources.metadata import TableInfo, parse_table, parse_tables

KEPT_FOR: Final = timedelta(hours=24)
"""The list of tables is read once a day, and again when a table that is asked for is due."""

_ALL: Final = TableInfo.model_validate({"table_id": "all", "table_name": "Tables"})
"""The list of tables, kept as if it were one."""

_CHECKED = ".checked"
"""Empty file whose time says when the list was last asked for; the list is kept when it changed."""


@dataclass(frozen=True)
class Listing:
    """The list of tables at one moment."""

    tables: dict[str, TableInfo]
    """Table id → what the list says of it (without members and period ids)."""
    snapshot: str
    """When the list was first seen as it is."""
    asked: bool
    """Whether it was asked for just now."""

    def table(self, table: str) -> TableInfo:
        """One table of the list; an error names the nearest ids and titles."""
        if table in self.tables:
            return self.tables[table]
        near = difflib.get_close_matches(table, self.tables, cutoff=0.5)
        names = ", ".join(f"{name} ({self.tables[name].title})" for name in near)
        raise SourceError(
            f"{table}: Jobindsats has no table of that id.",
            fault=Fault.NOT_FOUND,
            asked="tables",
            do=(f"the nearest ids are {names}.\n" if near else "")
            + "`plan find <words>` looks through titles, measures and dimensions; set the id in "
            "the catalogue",
        )


class MetadataStore:
    """The folder ``data/raw/jobindsats/_metadata``: sealed snapshots, as everything under ``data/raw``.

    Without a client, only what was kept is given.
    """

    def __init__(self, project: Project, client: Client | None, now: datetime | None = None) -> None:
        self.client = client
        self.now = now or datetime.now(UTC)
        self._store = RawStore(project.raw / "jobindsats" / "_metadata")
        self._marker = self._store.root / "tables" / _ALL.id / _CHECKED

    def listing(self, due: Iterable[str] = (), *, fresh: bool = False) -> Listing:
        """The list of tables; an error when it can neither be asked for nor was kept.

        Parameters
        ----------
        due
            Tables that are going to be asked for: the list is read again, however young, when one of them
            was to be updated by today.
        """
        kept = self._kept_listing()
        if self.client is None:
            if kept is None:
                raise PlanError.of(
                    "data/raw/jobindsats/_metadata",
                    "No list of tables has been kept yet, and without a key none can be asked for.",
                    "Set the key (see `plan fetch`) and run `plan find --save`.",
                )
            return kept
        if kept is not None and not fresh and self._is_young() and not self._is_due(kept, due):
            return kept
        content = self.client.raw_tables()
        snapshot = self._keep("tables", _ALL, content)
        self._marker.touch()
        os.utime(self._marker, (self.now.timestamp(), self.now.timestamp()))
        return Listing({table.id: table for table in parse_tables(content)}, snapshot, asked=True)

    def table(self, listed: TableInfo, *, fresh: bool = False) -> TableInfo:
        """A table's own metadata, with members and period ids; an error when they can neither be asked for nor were kept.

        They are asked for again when the table has been updated since, or when the list does not say and they
        are older than a day.

        Parameters
        ----------
        listed
            What the list says of the table; its release days are put on the result.
        """
        kept = self._store.newest("table", listed.id)
        found = None
        if kept is not None and (self.client is None or not (fresh or self._has_moved(listed, kept))):
            with contextlib.suppress(AnswerError):
                found = parse_table(self._store.read("table", listed.id, kept))
        if found is None:
            if self.client is None:
                raise PlanError.of(
                    listed.id,
                    "No metadata of this table have been kept, and without a key none can be asked for.",
                    f"Set the key (see `plan fetch`) and run `plan find {listed.id} --save`.",
                )
            content = self.client.raw_table(listed.id)
            self._keep("table", listed, content)
            found = parse_table(content)
        days = {
            name: getattr(listed, name) or getattr(found, name) for name in ("update_latest", "update_next")
        }
        return found.model_copy(update={**days, "id": listed.id, "title": found.title or listed.title})

    def _kept_listing(self) -> Listing | None:
        snapshot = self._store.newest("tables", _ALL.id)
        if snapshot is not None:
            # One of a release of this program that read more than this one is asked for again.
            with contextlib.suppress(AnswerError):
                tables = parse_tables(self._store.read("tables", _ALL.id, snapshot))
                return Listing({table.id: table for table in tables}, snapshot, asked=False)
        return None

    def _is_young(self) -> bool:
        if not self._marker.is_file():
            return False
        age = self.now - datetime.fromtimestamp(self._marker.stat().st_mtime, UTC)
        return timedelta(0) <= age < KEPT_FOR

    def _is_due(self, kept: Listing, tables: Iterable[str]) -> bool:
        today = self.now.astimezone(UTC).date()
        wanted = (kept.tables[name] for name in tables if name in kept.tables)
        return any(table.update_next is not None and table.update_next <= today for table in wanted)

    def _has_moved(self, listed: TableInfo, kept: str) -> bool:
        if listed.update_latest is not None:
            return self._store.sidecar("table", listed.id, kept).update_latest != listed.update_latest
        # A moment to come is one of a wrong clock.
        return not timedelta(0) <= self.now - snapshot_moment(kept) < KEPT_FOR

    def _keep(self, kind: str, listed: TableInfo, content: bytes) -> str:
        name = listed.id
        kept = self._store.newest(kind, name)
        if (
            kept is not None
            and self._store.read(kind, name, kept) == content
            and self._store.sidecar(kind, name, kept).update_latest == listed.update_latest
        ):
            return kept
        path = "tables" if listed is _ALL else f"table/{name}"
        snapshot = self._store.next_snapshot(kind, name, self.now)
        self._store.write(
            content,
            Sidecar(
                source=kind,
                table=name,
                title=listed.title or name,
                snapshot=snapshot,
                fetched_at=self.now,
                query=({"path": path, "format": "json"},),
                columns=(),
                cells=0,
                update_latest=listed.update_latest,
                update_next=listed.update_next,
            ),
        )
        return snapshot
