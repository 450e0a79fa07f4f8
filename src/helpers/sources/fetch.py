"""What ``plan fetch`` and ``report.fetch()`` do: bring in what has moved, and put nothing worse in force.

In: the catalogue's terms and a client. Out: snapshots in ``data/raw/jobindsats``, and a report on each table.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from helpers.catalogue import Catalogue
from helpers.catalogue.models import NATIONAL_NAME, Limits
from helpers.data.answers import Answer
from helpers.data.files import locked
from helpers.data.raw import RawStore, Sidecar, snapshot_day, snapshot_order
from helpers.errors import PlanError, Problem
from helpers.periods import Period
from helpers.project import Project, is_rendering
from helpers.sources.checks import Difference, Misfit, periods_of, values_of
from helpers.sources.columns import columns_of, misfit
from helpers.sources.faults import Fault, SourceError
from helpers.sources.fetch_status import (
    FetchOutcome,
    FetchReport,
    FetchRow,
    danish_day,
    failures_in_danish,
    fetch_status,
    keep_report,
)
from helpers.sources.jobindsats import Client
from helpers.sources.keeping import About, Gathered, Keeper, Previous
from helpers.sources.metadata import NoMunicipalities, TableInfo
from helpers.sources.metadata_store import Listing, MetadataStore
from helpers.sources.queries import Call, Places, QueryPlan, Wanted, plan_queries, wanted_by_table
from helpers.sources.settings import KEY_VARIABLE, read_settings

SOURCE: Final = "jobindsats"

RELOAD_WAITS: Final = (60.0, 240.0)
"""Seconds before tables that were being reloaded are tried again, after all others are done."""

CLOCK_OFF: Final = timedelta(days=1)
"""A clock that differs by more from the server's is told."""

HURRIED_WAITS: Final = (2.0, 5.0)
"""In a notebook somebody is waiting: fewer and shorter waits, and the next run tries again anyway."""


@dataclass(frozen=True)
class Progress:
    """Where a run stands: `done` of `total` tables, and what is going on now."""

    done: int
    total: int
    table: str
    words: str


Told = Callable[[Progress], None]


def fetch_tables(
    project: Project,
    catalogue: Catalogue,
    *,
    tables: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
    force: bool = False,
    accept: Collection[str] = (),
    client: Client | None = None,
    progress: Told = lambda progress: None,
    reload_waits: Sequence[float] = RELOAD_WAITS,
    now: datetime | None = None,
) -> FetchReport:
    """Fetch what the catalogue needs and Jobindsats has updated.

    Parameters
    ----------
    tables, indicators
        Only these tables, or those that the indicators use; None: all of the catalogue. Of a table that others
        use too, what only they need is asked for as well, but its absence is no fault.
    force
        Fetch again what has not been updated.
    accept
        Tables whose answer is put in force though much of the one before is gone from it or has moved.
    client
        None: one made from the environment and ``.env``.
    progress
        Told before each table, each call and each wait.
    reload_waits
        Waits before new tries of tables that were being reloaded; empty: no new try in this run.
    now
        The moment the snapshots are named after (with a time zone).

    Returns
    -------
    FetchReport
        It is also kept under ``data/raw/jobindsats/_runs``.

    Raises
    ------
    PlanError
        When there is no key, or a table or indicator is asked for that the catalogue does not know. What goes
        wrong with a table is told in its row instead, and the others go on.
    KeyboardInterrupt
        When the user stops it; what was fetched until then is whole and kept.
    """
    wanted = wanted_by_table(catalogue, indicators, tables)
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
    with contextlib.ExitStack() as stack:
        if client is None:
            client = stack.enter_context(Client(read_settings(project)))
        run = _Run(
            project=project,
            wanted=wanted,
            names=tuple(municipality.name for municipality in catalogue.municipalities),
            client=client,
            force=force,
            accept=accepted,
            progress=progress,
            now=(now or datetime.now(UTC)).replace(microsecond=0),
        )
        waiting = functools.partial(run.tell, "waiting for another fetch to end")
        stack.enter_context(locked(project.raw / SOURCE, ".fetch.lock", waiting))
        return run.go(reload_waits)


@dataclass(frozen=True)
class Notebook:
    """What ``report.fetch()`` came to.

    Attributes
    ----------
    text
        For the reader, in Danish: which figures are used. Empty while a report is being rendered.
    report
        None when nothing was asked for.
    """

    text: str
    report: FetchReport | None = None


def fetch_for_notebook(
    project: Project, catalogue: Catalogue, indicators: Iterable[str], *, client: Client | None = None
) -> Notebook:
    """Fetch the tables of some indicators that have moved, and say in Danish which figures are used.

    Without a key nothing is asked for, while a report is being rendered neither; what goes wrong is told and
    stops nothing.
    """
    if is_rendering():
        return Notebook("")
    chosen = tuple(dict.fromkeys(indicators))
    try:
        if client is None:
            settings = read_settings(project)
            if settings.key is None:
                return Notebook(_without_key(project))
            client = Client(replace(settings, waits=HURRIED_WAITS))
        with client:
            report = fetch_tables(project, catalogue, indicators=chosen, client=client, reload_waits=())
    except PlanError as error:
        return Notebook(f"Der blev ikke hentet nye tal. {_in_force(project)}\n\n```\n{error}\n```")
    return Notebook(_told(project, report), report)


@dataclass(frozen=True)
class _Table:
    """What is known of a table before its numbers are asked for."""

    info: TableInfo
    plan: QueryPlan
    previous: Previous | None

    @property
    def oldest(self) -> Period | None:
        """The oldest period of what is asked for."""
        found = []
        for call in self.plan.calls:
            periods = self.info.period_type(call.periods.frequency).periods
            if call.periods.ids:
                found.append(Period.parse(call.periods.ids[0]))
            elif periods:
                found.append(periods[-min(call.periods.latest, len(periods))])
        return min(found, key=_end, default=None)

    @property
    def promised(self) -> Period | None:
        """The newest period that the metadata announce."""
        found = (self.info.period_type(call.periods.frequency).newest for call in self.plan.calls)
        return max((period for period in found if period), key=_end, default=None)

    def about(self, wanted: Iterable[Wanted], names: Collection[str]) -> About:
        """What its values are held against."""
        limits: dict[str, Limits] = {}
        named = {word: m.word for c in self.plan.calls for m in c.measures for word in m.words}
        for item in wanted:
            word = named.get(item.term.measure, item.term.measure)
            limits[word] = item.limits.both(limits.get(word))
        total = self.plan.calls[0].areas.total
        return About(
            table=self.info.id,
            title=self.info.title or self.info.id,
            country=total.label if total else NATIONAL_NAME,
            names=names,
            limits=limits,
            oldest=self.oldest,
            promised=self.promised,
            update_latest=self.info.update_latest,
            update_next=self.info.update_next,
        )


@dataclass
class _Run:
    """One run over some tables."""

    project: Project
    wanted: dict[str, tuple[Wanted, ...]]
    names: tuple[str, ...]
    client: Client
    force: bool
    accept: frozenset[str]
    progress: Told
    now: datetime
    rows: dict[str, FetchRow] = field(default_factory=dict)
    remarks: dict[str, None] = field(default_factory=dict)
    shut_out: bool = False
    stopped: str = ""
    asked: bool = False
    table: str = ""

    def __post_init__(self) -> None:
        self.places = Places(self.project)
        self.before = fetch_status(self.project)
        self.keeper = Keeper(RawStore(self.project.raw), SOURCE, self.now, self.before)
        self.metadata = MetadataStore(self.project, self.client, self.now)
        self.client.waiting = lambda seconds, why: self.tell(f"waiting {seconds:g} s ({why})")

    def go(self, reload_waits: Sequence[float]) -> FetchReport:
        try:
            listing = self._listing()
            self._each(self.wanted, listing)
            for wait in reload_waits:
                reloading = [row.table for row in self.rows.values() if row.fault is Fault.RELOADING]
                if not reloading or self.stopped:
                    break
                self.table = reloading[0]
                self.tell(f"waiting {wait:g} s for tables that are being reloaded ({', '.join(reloading)})")
                self.client.sleep(wait)
                self._each(reloading, listing)
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
            source=SOURCE,
            rows=tuple(self.rows[table] for table in self.wanted if table in self.rows),
            stopped=self.stopped,
            interrupted=interrupted,
            remarks=tuple(self.remarks),
        )
        # A run that asked nothing and found nothing has nothing to add to the ones before.
        told = any(row.outcome is not FetchOutcome.UNCHANGED for row in report.rows)
        mended = any(row.table in self.before and not self.before[row.table].ok for row in report.rows)
        if self.asked or told or mended:
            keep_report(self.project, report)
        return report

    def _listing(self) -> Listing | None:
        """The list of tables; none when it cannot be had, and each table has to speak for itself."""
        self.tell("reading the list of tables")
        try:
            listing = self.metadata.listing(self.wanted, fresh=self.force)
        except SourceError as error:
            if error.fault.ends_the_run:
                self._stop(error)
            self.shut_out = error.fault is Fault.FORBIDDEN
            said = "The list of tables could not be had; each table was asked by itself."
            self.remarks[f"{error.headline} {said}"] = None
            return None
        except PlanError as error:  # the disk
            self._stop(SourceError(str(error), fault=Fault.STORE))
            return None
        self.asked = listing.asked
        return listing

    def _stop(self, error: SourceError) -> None:
        self.stopped = str(error)
        for table in self.wanted:
            if table not in self.rows:
                self.rows[table] = self._failure(table, "", error)

    def _each(self, tables: Iterable[str], listing: Listing | None) -> None:
        for table in tables:
            if self.stopped:
                return
            self.table = table
            self.tell("asking")
            title = listing.tables[table].title if listing and table in listing.tables else ""
            try:
                self.rows[table] = self._one(table, listing)
            except SourceError as error:
                if self.shut_out and error.fault is Fault.FORBIDDEN:
                    self._stop(
                        SourceError(
                            f"{error.headline} The list of tables was refused too: the key opens nothing.",
                            fault=Fault.KEY,
                            asked=error.asked,
                            do=f"check the key in {KEY_VARIABLE}; {error.do}",
                        )
                    )
                    return
                self.rows[table] = self._failure(table, title, error)
                if error.fault.ends_the_run:
                    self._stop(error)
            except NoMunicipalities as error:
                problem = error.problems[0]
                told = SourceError(f"{table}: {problem.what}", fault=Fault.AREAS, do=problem.do)
                self.rows[table] = self._failure(table, title, told)
            except PlanError as error:  # the disk, or a snapshot that was edited
                self.rows[table] = self._failure(table, title, SourceError(str(error), fault=Fault.STORE))

    def _one(self, name: str, listing: Listing | None) -> FetchRow:
        listed = listing.table(name) if listing else TableInfo.model_validate({"table_id": name})
        info = self.metadata.table(listed, fresh=self.force)
        plan = plan_queries(info, self.wanted[name], self.names, self.client.settings, self.places)
        table = _Table(info, plan, self.keeper.previous(name))
        if not plan.calls:
            problems = plan.problems or plan.remarks
            raise SourceError(
                f"{name}: {' '.join(dict.fromkeys(problem.what for problem in problems))}",
                fault=Fault.CATALOGUE,
                do="\n".join(dict.fromkeys(problem.do for problem in problems)),
            )
        asked_for = self.force or name in self.accept
        if table.previous and not asked_for and self._in_force_still(table, table.previous):
            return self._row(table, FetchOutcome.UNCHANGED, table.previous.sidecar, table.previous.newest)
        about = table.about(self.wanted[name], self.names)
        new = self._ask(plan, about)
        kept = self.keeper.keep(about, new, table.previous, accept=name in self.accept)
        if kept.clock:
            self.remarks[kept.clock] = None
        outcome = FetchOutcome.FETCHED if kept.new else FetchOutcome.UNCHANGED
        return self._row(
            table, outcome, kept.sidecar, kept.newest, changes=kept.changes, remarks=kept.remarks
        )

    def _in_force_still(self, table: _Table, previous: Previous) -> bool:
        before = previous.sidecar
        if table.info.update_latest is None or before.update_latest != table.info.update_latest:
            return False
        words = {word for column in before.columns if column.role == "measure" for word in column.words}
        asked = _periods_asked(_query(call) for call in table.plan.calls)
        had = _periods_asked(before.query)
        asked_words = {word for call in table.plan.calls for m in call.measures for word in m.words}
        return asked_words <= words and all(had.get(what, 0) >= periods for what, periods in asked.items())

    def _ask(self, plan: QueryPlan, about: About) -> Gathered:
        gathered = Gathered()
        for number, call in enumerate(plan.calls, start=1):
            part = f" (part {number} of {len(plan.calls)})" if len(plan.calls) > 1 else ""
            self.tell(f"asking for {call.periods}{part}")
            self.asked = True
            answer = self.client.data(call.table.id, call.measure_query, call.periods, call.hierarchy_query)
            gathered.answers.append(answer)
            try:
                self._take(gathered, call, answer)
            except SourceError as error:
                if error.fault is not Fault.CONTENT:
                    raise
                raise error.received(self.keeper.quarantine(about, gathered.answers, (), error)) from None
        return gathered

    @staticmethod
    def _take(gathered: Gathered, call: Call, answer: Answer) -> None:
        """Add one part of a table's answer, held against its call and the parts before it."""
        columns = columns_of(call, answer)
        try:
            values = values_of(columns, answer.rows)
        except Misfit as error:
            raise misfit(call, answer, str(error)) from None
        for period in periods_of(values):
            if period.frequency is not call.periods.frequency:
                raise misfit(call, answer, f'"{period}" where a {call.periods.frequency} should be')
        for place in gathered.values.keys() & values.keys():
            if gathered.values[place] != values[place]:
                raise SourceError(
                    f"{call.table.id}: two parts of the answer disagree "
                    f"({place.measure}, {place.period}): the table changed between them.",
                    fault=Fault.RELOADING,
                    do="try again in some minutes",
                )
        gathered.columns.update(dict.fromkeys(columns))
        gathered.values |= values
        gathered.cells += len(answer.rows) * sum(column.role == "measure" for column in columns)

    def _row(
        self,
        table: _Table,
        outcome: FetchOutcome,
        sidecar: Sidecar,
        newest: Period | None,
        *,
        changes: Difference | None = None,
        remarks: Sequence[str] = (),
    ) -> FetchRow:
        problems, expected = table.plan.problems, table.plan.remarks
        return FetchRow(
            table=table.info.id,
            title=table.info.title,
            outcome=outcome,
            at=self.now,
            snapshot=sidecar.snapshot,
            newest=newest.id if newest else None,
            update_latest=table.info.update_latest,
            update_next=table.info.update_next,
            cells=sidecar.cells,
            changed=changes.changed if changes else None,
            new=changes.new if changes else None,
            vanished=changes.vanished if changes else None,
            fault=Fault.CATALOGUE if problems else None,
            problem="\n".join(str(problem) for problem in problems),
            concerned=table.plan.concerned,
            remarks=(*remarks, *(f"{problem.where}: {problem.what}" for problem in expected)),
        )

    def _failure(self, table: str, title: str, error: SourceError) -> FetchRow:
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
            title=title or (previous.sidecar.title if previous else ""),
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
        self.progress(Progress(len(self.rows), len(self.wanted), self.table, words))


def _query(call: Call) -> dict[str, str]:
    name, value = call.periods.parameter
    return {
        **{f"mgroup.{group}": measure for group, measure in call.measure_query.items()},
        **{f"hierarchy.{hierarchy}": members for hierarchy, members in call.hierarchy_query.items()},
        name: value,
    }


def _periods_asked(queries: Iterable[dict[str, str]]) -> dict[frozenset[tuple[str, str]], int]:
    """What was asked for, but for the periods → how many periods of it."""
    found: dict[frozenset[tuple[str, str]], int] = {}
    for query in queries:
        name, value = next(item for item in query.items() if item[0].startswith("period."))
        latest = value.removeprefix("latest:")
        count = len(value.split(",")) if latest == value else int(latest)
        rest = {item for item in query.items() if item[0] not in (name, "path", "format")}
        what = frozenset({*rest, ("period", name)})
        found[what] = found.get(what, 0) + count
    return found


def _end(period: Period) -> int:
    return period.last_month.ordinal


def _in_force(project: Project) -> str:
    store = RawStore(project.raw)
    found = filter(None, (store.newest(SOURCE, table) for table in store.tables(SOURCE)))
    newest = max(found, key=snapshot_order, default=None)
    if newest is None:
        return "Der er endnu ingen tal fra Jobindsats, så siden viser eksempeldata."
    return f"Siden viser tallene fra den seneste hentning, den {danish_day(snapshot_day(newest))}."


def _without_key(project: Project) -> str:
    return f"Der er ingen nøgle til Jobindsats (`{KEY_VARIABLE}`), så intet er hentet. {_in_force(project)}"


def _told(project: Project, report: FetchReport) -> str:
    fetched = [row for row in report.rows if row.outcome is FetchOutcome.FETCHED]
    if fetched:
        tables = ", ".join(
            f"{row.table} (til og med {Period.parse(row.newest).danish})" if row.newest else row.table
            for row in fetched
        )
        told = f"Nye tal er hentet fra Jobindsats: {tables}."
    else:
        told = f"Jobindsats har ikke nyere tal. {_in_force(project)}" if report.ok else _in_force(project)
    failures = "\n".join(f"- {sentence}" for sentence in failures_in_danish(report.rows))
    stopped = f"```\n{report.stopped}\n```" if report.stopped else ""
    return "\n\n".join(filter(None, (told, failures, stopped)))
