"""What ``plan fetch`` and ``report.fetch()`` do: bring in what has moved, and put nothing worse in force.

In: the catalogue's terms and a client. Out: snapshots in ``data/raw/jobindsats``, and a report on each table.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from helpers.catalogue import Catalogue
from helpers.catalogue.models import JOBINDSATS, SOURCES
from helpers.data.answers import Answer
from helpers.data.basis import snapshot_days
from helpers.data.editions import keep_typed
from helpers.data.files import locked
from helpers.data.raw import RawStore, Sidecar
from helpers.errors import PlanError, Problem
from helpers.periods import Period, danish_day
from helpers.project import MANUAL, Project, is_rendering
from helpers.sources.checks import Difference, Place, periods_of
from helpers.sources.faults import Fault, SourceError
from helpers.sources.fetch_status import (
    FetchOutcome,
    FetchReport,
    FetchRow,
    failures_in_danish,
    fetch_status,
    keep_report,
)
from helpers.sources.keeping import Gathered, Keeper, Previous
from helpers.sources.queries import Lacks, Places, Wanted, wanted_by_table
from helpers.sources.source import Prepared, Source, source_class
from helpers.sources.transport import Transport

Wants = dict[str, tuple[Wanted, ...]]

RELOAD_WAITS: Final = (60.0, 240.0)
"""Seconds before tables that were being reloaded are tried again, after all others are done."""

CLOCK_OFF: Final = timedelta(days=1)
"""A clock that differs by more from the server's is told."""

HURRIED_WAITS: Final = (2.0, 5.0)
"""In a notebook somebody is waiting: fewer and shorter waits, and the next run tries again anyway."""


@dataclass(frozen=True)
class FetchProgress:
    """Where a run stands: `done` of `total` tables, and what is going on now."""

    done: int
    total: int
    table: str
    words: str


Told = Callable[[FetchProgress], None]


def fetch_tables(
    project: Project,
    catalogue: Catalogue,
    *,
    tables: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
    force: bool = False,
    accept: Collection[str] = (),
    sources: Collection[str] | None = None,
    client: Transport | None = None,
    waits: tuple[float, ...] | None = None,
    progress: Told = lambda progress: None,
    reload_waits: Sequence[float] = RELOAD_WAITS,
    now: datetime | None = None,
) -> FetchReport:
    """Fetch what the catalogue needs and its sources have updated.

    Parameters
    ----------
    tables, indicators
        Only these tables, or those that the indicators use; None: all of the catalogue. Of a table that others
        use too, what only they need is asked for as well, but its absence is no fault.
    accept
        Tables whose answer is put in force though much of the one before is gone from it or has moved.
    sources
        Only tables of these (:data:`~helpers.catalogue.models.SOURCES`); None: of all that are needed, but of
        one that wants a key only when there is one or nothing else is needed.
    client
        Asks its own source only; None: those that are needed, made from the environment and ``.env``.
    waits
        Waits before new tries, where a client is made; None: as set.
    reload_waits
        Waits before new tries of tables that were being reloaded; empty: no new try in this run.
    now
        The moment the snapshots are named after (with a time zone).

    Returns
    -------
    FetchReport
        Each source's part is also kept under ``data/raw/<source>/_runs``.

    Raises
    ------
    PlanError
        When there is no key, or a table or indicator is asked for that the catalogue does not know. What goes
        wrong with a table is told in its row instead, and the others go on.
    KeyboardInterrupt
        When the user stops it; what was fetched until then is whole and kept.
    """
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    wanted, left_out = _chosen(project, wanted_by_table(catalogue, indicators, tables), sources, client)
    accepted = frozenset(table.lower() for table in accept)
    if unknown := sorted(accepted - wanted.keys()):
        raise PlanError(
            Problem(
                table,
                "Nothing is fetched of this table, so nothing of it can be accepted.",
                f"Tables of this run: {', '.join(sorted(wanted))}.",
            )
            for table in unknown
        )
    folders = (project.raw / MANUAL).glob("*/")
    keep_typed(project, sorted(folder.name for folder in folders), now)
    reports = []
    for key in dict.fromkeys(items[0].term.source for items in wanted.values()):
        own = {table: items for table, items in wanted.items() if items[0].term.source == key}
        with contextlib.ExitStack() as stack:
            source = source_class(key)(project, catalogue, now, client, waits)
            if client is None:
                stack.enter_context(source.client)
            run = _Run(
                project=project,
                wanted=own,
                source=source,
                force=force,
                accept=accepted,
                progress=progress,
                now=now,
            )
            waiting = functools.partial(run.tell, "waiting for another fetch to end")
            stack.enter_context(locked(project.raw / key, ".fetch.lock", waiting))
            reports.append(run.go(reload_waits))
    return FetchReport(
        started=now,
        rows=tuple(row for report in reports for row in report.rows),
        stopped="\n\n".join(report.stopped for report in reports if report.stopped),
        remarks=(*left_out, *(remark for report in reports for remark in report.remarks)),
    )


def _chosen(
    project: Project, wanted: Wants, sources: Collection[str] | None, client: Transport | None
) -> tuple[Wants, list[str]]:
    """What is asked for in this run, and why some of it is not: there is no key."""
    unknown = sorted(set(sources or ()) - SOURCES.keys())
    if unknown:
        raise PlanError.of("--source", f'"{unknown[0]}" is no source.', f"Sources: {', '.join(SOURCES)}.")
    if client is not None:
        sources = [client.source]
    needed = {items[0].term.source for items in wanted.values()}
    left_out = []
    if sources is None:
        lacking = {source: no for source in needed if (no := source_class(source).missing_key(project))}
        sources = needed - lacking.keys() or needed
        for source in sorted(needed - set(sources)):
            count = sum(items[0].term.source == source for items in wanted.values())
            left_out.append(f"{count} tables of {SOURCES[source].name} were left out. {lacking[source].said}")
    return {table: items for table, items in wanted.items() if items[0].term.source in sources}, left_out


@dataclass(frozen=True)
class Notebook:
    """What ``report.fetch()`` came to."""

    text: str
    """For the reader, in Danish: which figures are used. Empty while a report is being rendered."""
    report: FetchReport | None = None
    """None when nothing was asked for."""


def fetch_for_notebook(
    project: Project, catalogue: Catalogue, indicators: Iterable[str], *, client: Transport | None = None
) -> Notebook:
    """Fetch the tables of some indicators that have moved, and say in Danish which figures are used.

    Without a key nothing is asked for, while a report is being rendered neither; what goes wrong is told and
    stops nothing.
    """
    if is_rendering():
        return Notebook("")
    chosen = tuple(dict.fromkeys(indicators))
    needed = dict.fromkeys(s for key in chosen for s in catalogue.indicator(key).table_sources.values())
    needed = needed or {JOBINDSATS: None}
    names = " og ".join(SOURCES[source].name for source in needed)
    try:
        lacking = [] if client else [source_class(source).missing_key(project) for source in needed]
        if lacking and all(lacking):
            told = " ".join(no.danish for no in lacking if no)
            return Notebook(f"{told} {_in_force(project, names)}")
        with contextlib.nullcontext() if client is None else client:
            report = fetch_tables(
                project, catalogue, indicators=chosen, client=client, waits=HURRIED_WAITS, reload_waits=()
            )
    except PlanError as error:
        return Notebook(f"Der blev ikke hentet nye tal. {_in_force(project, names)}\n\n```\n{error}\n```")
    return Notebook(_told(project, report, names), report)


@dataclass
class _Run:
    """One run over some tables."""

    project: Project
    wanted: dict[str, tuple[Wanted, ...]]
    source: Source
    force: bool
    accept: frozenset[str]
    progress: Told
    now: datetime
    rows: dict[str, FetchRow] = field(default_factory=dict)
    remarks: dict[str, None] = field(default_factory=dict)
    stopped: str = ""
    asked: bool = False
    table: str = ""

    def __post_init__(self) -> None:
        self.client = self.source.client
        self.places = Places(self.project)
        self.before = fetch_status(self.project)
        self.keeper = Keeper(RawStore(self.project.raw), self.source.key, self.now, self.before)
        self.client.waiting = lambda seconds, why: self.tell(f"waiting {seconds:g} s ({why})")

    def go(self, reload_waits: Sequence[float]) -> FetchReport:
        try:
            self._begin()
            self._each(self.wanted)
            for wait in reload_waits:
                reloading = [row.table for row in self.rows.values() if row.fault is Fault.RELOADING]
                if not reloading or self.stopped:
                    break
                self.table = reloading[0]
                self.tell(f"waiting {wait:g} s for tables that are being reloaded ({', '.join(reloading)})")
                self.client.sleep(wait)
                self._each(reloading)
        except KeyboardInterrupt:
            self._keep(interrupted=True)
            raise
        return self._keep(interrupted=False)

    def _keep(self, *, interrupted: bool) -> FetchReport:
        off = self.client.server_time and self.client.server_time - self.now
        if off and abs(off) > CLOCK_OFF:
            said = f"{self.now:%Y-%m-%d %H:%M} UTC, and the server's says {self.client.server_time:%Y-%m-%d %H:%M}"
            self.remarks[f"This machine's clock says {said}: set the clock."] = None
        report = FetchReport(
            started=self.now,
            source=self.source.key,
            rows=tuple(self.rows[table] for table in self.wanted if table in self.rows),
            stopped=self.stopped,
            interrupted=interrupted,
            remarks=tuple(self.remarks),
        )
        # A run that asked nothing and found nothing has nothing to add to the ones before.
        told = any(row.outcome is not FetchOutcome.UNCHANGED for row in report.rows)
        mended = any(row.table in self.before and not self.before[row.table].ok for row in report.rows)
        if self.asked or self.source.asked or told or mended:
            keep_report(self.project, report)
        return report

    def _begin(self) -> None:
        self.tell("reading the list of tables")
        try:
            self.source.begin(self.wanted, fresh=self.force)
        except SourceError as error:
            if error.fault.ends_the_run:
                self._stop(error)
            else:
                said = "The list of tables could not be had; each table was asked by itself."
                self.remarks[f"{error.headline} {said}"] = None
        except PlanError as error:  # the disk
            self._stop(SourceError(str(error), fault=Fault.STORE))

    def _stop(self, error: SourceError) -> None:
        self.stopped = str(error)
        for table in self.wanted:
            if table not in self.rows:
                self.rows[table] = self._failure(table, error)

    def _each(self, tables: Iterable[str]) -> None:
        for table in tables:
            if self.stopped:
                return
            self.table = table
            self.tell("asking")
            try:
                self.rows[table] = self._one(table)
            except SourceError as error:
                self.rows[table] = self._failure(table, error)
                if error.fault.ends_the_run:
                    self._stop(error)
            except PlanError as error:  # the disk, or a snapshot that was edited
                self.rows[table] = self._failure(table, SourceError(str(error), fault=Fault.STORE))

    def _one(self, name: str) -> FetchRow:
        table = self._prepare(name, self.wanted[name], fresh=self.force)
        previous = self.keeper.previous(name)
        if not table.calls:
            problems = table.lacking.problems or table.lacking.remarks
            raise SourceError(
                f"{name}: {' '.join(dict.fromkeys(problem.what for problem in problems))}",
                fault=Fault.CATALOGUE,
                do="\n".join(dict.fromkeys(problem.do for problem in problems)),
            )
        asked_for = self.force or name in self.accept
        if previous and not asked_for and table.unmoved(previous.sidecar):
            return self._row(table, FetchOutcome.UNCHANGED, previous.sidecar, previous.newest)
        try:
            new = self._ask(table)
        except SourceError as error:
            if error.fault is not Fault.REFUSED:
                raise
            table, new = self._without_others(table, previous, error)
        kept = self.keeper.keep(table, new, previous, accept=name in self.accept)
        if kept.clock:
            self.remarks[kept.clock] = None
        outcome = FetchOutcome.FETCHED if kept.new else FetchOutcome.UNCHANGED
        return self._row(
            table, outcome, kept.sidecar, kept.newest, changes=kept.changes, remarks=kept.remarks
        )

    def _without_others(
        self, refused: Prepared, previous: Previous | None, error: SourceError
    ) -> tuple[Prepared, Gathered]:
        """Ask once more for what the run is about alone, unless figures of others would be lost by it."""
        name = refused.table
        own = [item for item in self.wanted[name] if item.own]
        others = dict.fromkeys(item.indicator.key for item in self.wanted[name] if not item.own)
        if not own or not others:
            raise error
        table = self._prepare(name, own, fresh=False)
        if not table.calls or table.calls == refused.calls:
            raise error
        new = self._ask(table)
        if previous and not _kinds(previous.values) <= _kinds(new.values):
            raise error
        said = f"Asked again without what only other indicators use ({', '.join(others)})."
        self.remarks[f"{error.headline} {said}"] = None
        return table, new

    def _prepare(self, name: str, wanted: Sequence[Wanted], *, fresh: bool) -> Prepared:
        return self.source.prepare(name, wanted, Lacks(self.places), fresh=fresh)

    def _ask(self, table: Prepared) -> Gathered:
        gathered = Gathered()
        for number, call in enumerate(table.calls, start=1):
            part = f" (part {number} of {len(table.calls)})" if len(table.calls) > 1 else ""
            self.tell(f"asking for {call.periods}{part}")
            self.asked = True
            answer = self.source.ask(call)
            gathered.answers.append(answer)
            try:
                self._take(gathered, call, answer)
            except SourceError as error:
                if error.fault is not Fault.CONTENT:
                    raise
                raise error.received(self.keeper.quarantine(table, gathered.answers, (), error)) from None
        return gathered

    def _take(self, gathered: Gathered, call: Any, answer: Answer) -> None:
        """Add one part of a table's answer, held against its call and the parts before it."""
        columns, values = self.source.read(call, answer)
        for period in periods_of(values):
            if period.frequency is not call.periods.frequency:
                raise self.source.misfit(
                    call, answer, f'"{period}" where a {call.periods.frequency} should be'
                )
        for place in gathered.values.keys() & values.keys():
            if gathered.values[place] != values[place]:
                raise SourceError(
                    f"{self.table}: two parts of the answer disagree "
                    f"({place.measure}, {place.period}): the table changed between them.",
                    fault=Fault.RELOADING,
                    do="try again in some minutes",
                )
        gathered.columns.update(dict.fromkeys(columns))
        gathered.values |= values
        gathered.cells += len(answer.rows) * sum(column.role == "measure" for column in columns)

    def _row(
        self,
        table: Prepared,
        outcome: FetchOutcome,
        sidecar: Sidecar,
        newest: Period | None,
        *,
        changes: Difference | None = None,
        remarks: Sequence[str] = (),
    ) -> FetchRow:
        problems, expected = table.lacking.problems, table.lacking.remarks
        return FetchRow(
            table=table.table,
            source=self.source.key,
            outcome=outcome,
            at=self.now,
            snapshot=sidecar.snapshot,
            newest=newest.id if newest else None,
            update_next=table.update_next,
            cells=sidecar.cells,
            **(asdict(changes) if changes else {}),
            fault=Fault.CATALOGUE if problems else None,
            problem="\n".join(str(problem) for problem in problems),
            concerned=tuple(sorted(table.lacking.concerned)),
            remarks=(*remarks, *(f"{problem.where}: {problem.what}" for problem in expected)),
        )

    def _failure(self, table: str, error: SourceError) -> FetchRow:
        wanted = self.wanted[table]
        # What in the catalogue led to the call; the fault of a refused query lies there.
        in_the_catalogue = error.fault in (Fault.REFUSED, Fault.NOT_FOUND, Fault.AREAS, Fault.CATALOGUE)
        places = dict.fromkeys(self.places.of(item) for item in wanted) if in_the_catalogue else ()
        led_here = "\n".join(f"for {place}" for place in places)
        previous = None
        try:
            previous = self.keeper.previous(table)
            kept = previous.words if previous else "nothing; there is no snapshot of this table yet"
        except PlanError as damage:
            kept = str(damage)
        if error.lies:
            kept += f"\nThe answer is kept as received, out of use: {error.lies}"
        sure = any(item.judged for item in wanted)
        if previous is not None:
            outcome = FetchOutcome.KEPT
        elif not sure and error.fault in (Fault.NOT_FOUND, Fault.CATALOGUE, Fault.AREAS):
            outcome = FetchOutcome.SKIPPED
        else:
            outcome = FetchOutcome.FAILED
        expected = (f"{error.headline} Only series that are called probable ask for it.",)
        newest = previous.newest if previous else None
        return FetchRow(
            table=table,
            source=self.source.key,
            outcome=outcome,
            at=self.now,
            snapshot=previous.sidecar.snapshot if previous else None,
            newest=newest.id if newest else None,
            update_next=previous.sidecar.update_next if previous else None,
            cells=previous.sidecar.cells if previous else None,
            fault=error.fault,
            problem=str(error.keeping(kept, led_here)),
            remarks=expected if outcome is FetchOutcome.SKIPPED else (),
        )

    def tell(self, words: str) -> None:
        self.progress(FetchProgress(len(self.rows), len(self.wanted), self.table, words))


def _kinds(values: Iterable[Place]) -> set[tuple[str, str]]:
    return {(place.measure, place.members) for place in values}


def _in_force(project: Project, names: str) -> str:
    days = snapshot_days(project)
    if not days:
        return f"Der er endnu ingen tal fra {names}, så siden viser eksempeldata."
    return f"Siden viser tallene fra den seneste hentning, den {danish_day(days[-1])}."


def _told(project: Project, report: FetchReport, names: str) -> str:
    fetched = [row for row in report.rows if row.outcome is FetchOutcome.FETCHED]
    if fetched:
        tables = ", ".join(
            f"{row.table} (til og med {Period.parse(row.newest).danish})" if row.newest else row.table
            for row in fetched
        )
        told = f"Nye tal er hentet fra {names}: {tables}."
    else:
        in_force = _in_force(project, names)
        told = f"{names} har ikke nyere tal. {in_force}" if report.ok else in_force
    failures = "\n".join(f"- {sentence}" for sentence in failures_in_danish(report.rows))
    stopped = f"```\n{report.stopped}\n```" if report.stopped else ""
    return "\n\n".join(filter(None, (told, failures, stopped)))
