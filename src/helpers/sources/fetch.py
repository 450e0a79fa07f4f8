"""What ``plan fetch`` and ``report.fetch()`` do: bring in what has moved, and put nothing worse in force.

In: the catalogue's terms and a client. Out: snapshots in ``data/raw/jobindsats``, and a report on each table.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from helpers.catalogue import Catalogue
from helpers.catalogue.models import NATIONAL_NAME, Certainty
from helpers.data.raw import AnswerColumn, RawStore, Sidecar, joined, snapshot_day, snapshot_id
from helpers.data.text import fold
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.project import Project, is_rendering
from helpers.sources.answers import Answer
from helpers.sources.checks import (
    Difference,
    Misfit,
    Place,
    columns_of,
    difference,
    doubts,
    misfit,
    newest_period,
    periods_of,
    stored_values,
    values_of,
)
from helpers.sources.faults import Fault, JobindsatsError
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
from helpers.sources.metadata import NoMunicipalities, TableInfo
from helpers.sources.metadata_store import Listing, MetadataStore
from helpers.sources.queries import Call, Places, QueryPlan, Wanted, plan_queries, wanted_by_table
from helpers.sources.settings import KEY_VARIABLE, read_settings

SOURCE: Final = "jobindsats"

RELOAD_WAITS: Final = (60.0, 240.0)
"""Seconds before tables that were being reloaded are tried again, after all others are done."""

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
        Only these tables, or those that the indicators use; None: all of the catalogue.
    force
        Fetch again what has not been updated.
    accept
        Tables whose answer is put in force though much of the one before is gone from it.
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
    with contextlib.ExitStack() as stack:
        if client is None:
            client = stack.enter_context(Client(read_settings(project)))
        run = _Run(
            project=project,
            wanted=wanted,
            names=tuple(municipality.name for municipality in catalogue.municipalities),
            client=client,
            force=force,
            accept=frozenset(table.lower() for table in accept),
            progress=progress,
            now=(now or datetime.now(UTC)).replace(microsecond=0),
        )
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


def report_table(report: FetchReport) -> RenderableType:
    """The end of ``plan fetch``: one row for each table, and what is worth knowing below."""
    table = RichTable(box=None, pad_edge=False, header_style="bold")
    for heading in ("Table", "State", "Newest", "Next update", "Cells", "Since the snapshot before"):
        table.add_column(heading, justify="right" if heading == "Cells" else "left", overflow="fold")
    for row in report.rows:
        table.add_row(
            row.table,
            row.outcome.value if row.ok or row.outcome is not FetchOutcome.FETCHED else "in part",
            row.newest or "",
            row.update_next.isoformat() if row.update_next else "",
            f"{row.cells:,}" if row.cells is not None else "",
            _changes(row),
            style=None if row.ok else "red",
        )
    remarks = [Text(remark, style="dim") for row in report.rows for remark in row.remarks]
    return Group(table, *(Text() for _ in remarks[:1]), *remarks)


def _changes(row: FetchRow) -> str:
    if row.outcome is not FetchOutcome.FETCHED:
        return ""
    if row.changed is None:
        return "first snapshot"
    counts = ((row.changed, "changed"), (row.new, "new"), (row.vanished, "vanished"))
    return ", ".join(f"{count:,} {word}" for count, word in counts if count) or "nothing"


@dataclass(frozen=True)
class _Previous:
    """The snapshot in force before a fetch.

    Attributes
    ----------
    told
        Newest period as an earlier run told it; else it is looked for in the values.
    """

    sidecar: Sidecar
    content: bytes
    told: str | None

    @functools.cached_property
    def values(self) -> dict[Place, int | float | None]:
        try:
            return stored_values(self.content, self.sidecar)
        except Misfit:  # whole, but not to be understood any more: nothing to compare with
            return {}

    @functools.cached_property
    def newest(self) -> Period | None:
        return Period.parse(self.told) if self.told else newest_period(self.values)

    @property
    def words(self) -> str:
        newest = self.newest
        upto = f" (newest {newest.frequency.value.replace('_', ' ')} {newest})" if newest else ""
        return f"the snapshot of {snapshot_day(self.sidecar.snapshot)}{upto} stays in force"


@dataclass(frozen=True)
class _Table:
    """What is known of a table before its numbers are asked for."""

    info: TableInfo
    plan: QueryPlan
    previous: _Previous | None

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
        return min(found, key=lambda period: period.last_month.ordinal, default=None)

    @property
    def promised(self) -> Period | None:
        """The newest period that the metadata announce."""
        found = (self.info.period_type(call.periods.frequency).newest for call in self.plan.calls)
        return max((period for period in found if period), key=_end, default=None)


@dataclass
class _Gathered:
    """The answers to all calls of a table, and what they say together."""

    answers: list[Answer] = field(default_factory=list)
    columns: dict[AnswerColumn, None] = field(default_factory=dict)
    values: dict[Place, int | float | None] = field(default_factory=dict)
    cells: int = 0


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
    stopped: str = ""
    asked: bool = False
    table: str = ""

    def __post_init__(self) -> None:
        self.store = RawStore(self.project.raw)
        self.places = Places(self.project)
        self.before = fetch_status(self.project)
        self.metadata = MetadataStore(self.project, self.client, self.now)
        self.client.waiting = lambda seconds, why: self._tell(f"waiting {seconds:g} s ({why})")

    def go(self, reload_waits: Sequence[float]) -> FetchReport:
        try:
            listing = self._listing()
            self._each(self.wanted, listing)
            for wait in reload_waits:
                reloading = [row.table for row in self.rows.values() if row.fault is Fault.RELOADING]
                if not reloading or self.stopped:
                    break
                self.table = reloading[0]
                self._tell(f"waiting {wait:g} s for tables that are being reloaded ({', '.join(reloading)})")
                self.client.sleep(wait)
                self._each(reloading, listing)
        except KeyboardInterrupt:
            self._keep(interrupted=True)
            raise
        return self._keep(interrupted=False)

    def _keep(self, *, interrupted: bool) -> FetchReport:
        report = FetchReport(
            started=self.now,
            rows=tuple(self.rows[table] for table in self.wanted if table in self.rows),
            stopped=self.stopped,
            interrupted=interrupted,
        )
        # A run that asked nothing and found nothing has nothing to add to the ones before.
        told = any(row.outcome is not FetchOutcome.UNCHANGED for row in report.rows)
        mended = any(row.table in self.before and not self.before[row.table].ok for row in report.rows)
        if self.asked or told or mended:
            keep_report(self.project, report)
        return report

    def _listing(self) -> Listing | None:
        """The list of tables; none when it cannot be had, and each table has to speak for itself."""
        self._tell("reading the list of tables")
        try:
            listing = self.metadata.listing(self.wanted, fresh=self.force)
        except JobindsatsError as error:
            if error.fault.ends_the_run:
                self._stop(error)
            return None
        self.asked = listing.asked
        return listing

    def _stop(self, error: JobindsatsError) -> None:
        self.stopped = str(error)
        for table in self.wanted:
            if table not in self.rows:
                self.rows[table] = self._failure(table, "", error)

    def _each(self, tables: Iterable[str], listing: Listing | None) -> None:
        for table in tables:
            if self.stopped:
                return
            self.table = table
            self._tell("asking")
            title = listing.tables[table].title if listing and table in listing.tables else ""
            try:
                self.rows[table] = self._one(table, listing)
            except JobindsatsError as error:
                self.rows[table] = self._failure(table, title, error)
                if error.fault.ends_the_run:
                    self._stop(error)
            except NoMunicipalities as error:
                problem = error.problems[0]
                told = JobindsatsError(f"{table}: {problem.what}", fault=Fault.AREAS, do=problem.do)
                self.rows[table] = self._failure(table, title, told)
            except PlanError as error:  # the disk, or a snapshot that was edited
                self.rows[table] = self._failure(table, title, JobindsatsError(str(error), fault=Fault.STORE))

    def _one(self, name: str, listing: Listing | None) -> FetchRow:
        listed = listing.table(name) if listing else TableInfo.model_validate({"table_id": name})
        info = self.metadata.table(listed, fresh=self.force)
        plan = plan_queries(info, self.wanted[name], self.names, self.client.settings, self.places)
        table = _Table(info, plan, self._previous(name))
        if not plan.calls:
            problems = plan.problems or plan.remarks
            raise JobindsatsError(
                f"{name}: {' '.join(dict.fromkeys(problem.what for problem in problems))}",
                fault=Fault.CATALOGUE,
                do="\n".join(dict.fromkeys(problem.do for problem in problems)),
            )
        if table.previous and not self.force and self._in_force_still(table, table.previous):
            return self._row(table, FetchOutcome.UNCHANGED, table.previous.sidecar, table.previous.newest)
        new = self._ask(plan)
        self._doubt(table, new)
        return self._put_in_force(table, new)

    def _previous(self, table: str) -> _Previous | None:
        snapshot = self.store.newest(SOURCE, table)
        if snapshot is None:
            return None
        told = self.before.get(table)
        newest = told.newest if told and told.snapshot == snapshot else None
        content = self.store.read(SOURCE, table, snapshot)
        return _Previous(self.store.sidecar(SOURCE, table, snapshot), content, newest)

    def _in_force_still(self, table: _Table, previous: _Previous) -> bool:
        before = previous.sidecar
        if table.info.update_latest is None or before.update_latest != table.info.update_latest:
            return False
        words = {column.id for column in before.columns if column.role == "measure"}
        asked = _periods_asked(_query(call) for call in table.plan.calls)
        had = _periods_asked(before.query)
        return {m.word for call in table.plan.calls for m in call.measures} <= words and all(
            had.get(what, 0) >= periods for what, periods in asked.items()
        )

    def _ask(self, plan: QueryPlan) -> _Gathered:
        gathered = _Gathered()
        for number, call in enumerate(plan.calls, start=1):
            part = f" (part {number} of {len(plan.calls)})" if len(plan.calls) > 1 else ""
            self._tell(f"asking for {call.periods}{part}")
            self.asked = True
            answer = self.client.data(call.table.id, call.measure_query, call.periods, call.hierarchy_query)
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
                    raise JobindsatsError(
                        f"{call.table.id}: two parts of the answer disagree "
                        f"({place.measure}, {place.period}): the table changed between them.",
                        fault=Fault.RELOADING,
                        do="try again in some minutes",
                    )
            gathered.answers.append(answer)
            gathered.columns.update(dict.fromkeys(columns))
            gathered.values |= values
            gathered.cells += len(answer.rows) * sum(column.role == "measure" for column in columns)
        return gathered

    def _doubt(self, table: _Table, new: _Gathered) -> None:
        name = table.info.id
        total = table.plan.calls[0].areas.total
        old = table.previous.values if table.previous and name not in self.accept else {}
        found = doubts(new.values, old, fold(total.label if total else NATIONAL_NAME), table.oldest)
        if found:
            look = "look at the table on jobindsats.dk"
            accept = f"{look}; if it is right, `plan fetch --table {name} --accept {name}` puts it in force"
            raise JobindsatsError(
                f"{name}: the new answer is not put in force: {'; '.join(found)}.",
                fault=Fault.IMPLAUSIBLE,
                asked="; ".join(str(call.periods) for call in table.plan.calls),
                do=accept if old else f"{look}, and try again later",
            )

    def _put_in_force(self, table: _Table, new: _Gathered) -> FetchRow:
        info, previous = table.info, table.previous
        update_latest, remarks = info.update_latest, []
        promised = table.promised
        reached = max(periods_of(new.values), key=_end, default=None)
        if promised and reached and _end(reached) < _end(promised):
            # Not marked as being of this release, so that the next run asks again.
            update_latest = None
            remarks.append(
                f"{info.id}: ends at {reached} though {promised} is announced; the next fetch asks again"
            )
        known = {fold(name) for name in self.names}
        spoken_of = len({place.area for place in new.values} & known)
        if spoken_of < len(known):
            remarks.append(f"{info.id}: {spoken_of} of {len(known)} municipalities")
        if all(value is None for value in new.values.values()):
            remarks.append(f"{info.id}: every value is empty")
        newest = newest_period(new.values)
        content = joined([answer.content for answer in new.answers])
        sidecar = Sidecar(
            source=SOURCE,
            table=info.id,
            title=info.title or info.id,
            snapshot=snapshot_id(self.now),
            fetched_at=self.now,
            query=tuple(answer.query for answer in new.answers),
            columns=tuple(new.columns),
            update_latest=update_latest,
            update_next=info.update_next,
            cells=new.cells,
        )
        told = ("query", "columns", "update_latest", "update_next")
        if (
            previous
            and previous.content == content
            and all(getattr(previous.sidecar, name) == getattr(sidecar, name) for name in told)
        ):
            return self._row(table, FetchOutcome.UNCHANGED, previous.sidecar, newest, remarks=remarks)
        kept = self.store.write(SOURCE, info.id, sidecar.snapshot, content, sidecar)
        changes = difference(new.values, previous.values, table.oldest) if previous else None
        return self._row(table, FetchOutcome.FETCHED, kept, newest, changes=changes, remarks=remarks)

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
            remarks=(*remarks, *(f"{problem.where}: {problem.what}" for problem in expected)),
        )

    def _failure(self, table: str, title: str, error: JobindsatsError) -> FetchRow:
        wanted = self.wanted[table]
        # What in the catalogue led to the call; the fault of a refused query lies there.
        in_the_catalogue = error.fault in (Fault.REFUSED, Fault.NOT_FOUND, Fault.AREAS, Fault.CATALOGUE)
        places = dict.fromkeys(self.places.of(item) for item in wanted) if in_the_catalogue else ()
        led_here = "\n".join(f"for {place}" for place in places)
        previous = None
        try:
            previous = self._previous(table)
            kept = previous.words if previous else "nothing; there is no snapshot of this table yet"
        except PlanError as damage:
            kept = str(damage)
        sure = any(item.certainty is Certainty.CONFIRMED for item in wanted)
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

    def _tell(self, words: str) -> None:
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
    newest = max(filter(None, (store.newest(SOURCE, table) for table in store.tables(SOURCE))), default=None)
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
