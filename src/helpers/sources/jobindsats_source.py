"""Jobindsats as a source of ``plan fetch``: its list of tables, their metadata, and the calls they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from helpers.catalogue import Catalogue
from helpers.catalogue.models import JOBINDSATS, NATIONAL_NAME, Limits
from helpers.data.answers import Answer
from helpers.data.raw import AnswerColumn, Sidecar
from helpers.data.text import fold
from helpers.periods import Period
from helpers.project import Project
from helpers.sources.checks import Misfit, Place, values_of
from helpers.sources.columns import columns_of, misfit
from helpers.sources.faults import Fault, SourceError
from helpers.sources.jobindsats import Client
from helpers.sources.keeping import About
from helpers.sources.metadata import NoMunicipalities, TableInfo
from helpers.sources.metadata_store import Listing, MetadataStore
from helpers.sources.queries import Call, Places, QueryPlan, Wanted, plan_queries
from helpers.sources.settings import KEY_VARIABLE, read_settings
from helpers.sources.source import NoKey, Prepared


def missing_key(project: Project) -> NoKey | None:
    settings = read_settings(project)
    if settings.key is not None:
        return None
    where = f"`{KEY_VARIABLE}` er tom: {settings.empty}" if settings.empty else f"`{KEY_VARIABLE}`"
    return NoKey(settings.no_key, f"Der er ingen nøgle til Jobindsats ({where}), så intet er hentet.")


def open_source(
    project: Project,
    catalogue: Catalogue,
    now: datetime,
    client: Client | None = None,
    waits: tuple[float, ...] | None = None,
) -> Jobindsats:
    if client is None:
        settings = read_settings(project)
        client = Client(settings if waits is None else replace(settings, waits=waits))
    return Jobindsats(project, client, tuple(m.name for m in catalogue.municipalities), now)


class Jobindsats:
    """Jobindsats while a run goes on (:class:`~helpers.sources.source.Source`)."""

    key = JOBINDSATS

    def __init__(self, project: Project, client: Client, names: Sequence[str], now: datetime) -> None:
        self.client, self.names = client, names
        self.asked = False
        self._places = Places(project)
        self._metadata = MetadataStore(project, client, now)
        self._listing: Listing | None = None
        self._shut_out = False

    def begin(self, tables: Iterable[str], *, fresh: bool) -> None:
        try:
            self._listing = self._metadata.listing(tables, fresh=fresh)
        except SourceError as error:
            self._shut_out = error.fault is Fault.FORBIDDEN
            raise
        self.asked = self._listing.asked

    def title(self, table: str) -> str:
        listing = self._listing
        return listing.tables[table].title if listing and table in listing.tables else ""

    def prepare(self, table: str, wanted: Sequence[Wanted], *, fresh: bool) -> Prepared:
        listing = self._listing
        listed = listing.table(table) if listing else TableInfo.model_validate({"table_id": table})
        try:
            info = self._metadata.table(listed, fresh=fresh)
            plan = plan_queries(info, wanted, self.names, self.client.settings, self._places)
        except NoMunicipalities as error:
            problem = error.problems[0]
            raise SourceError(f"{table}: {problem.what}", fault=Fault.AREAS, do=problem.do) from None
        except SourceError as error:
            raise self._locked_out(error) from None
        return Prepared(
            self._about(info, plan, wanted),
            plan.calls,
            lambda before: _unmoved(info, plan, before),
            plan.problems,
            plan.remarks,
            plan.concerned,
        )

    def ask(self, call: Call) -> Answer:
        try:
            return self.client.data(call.table.id, call.measure_query, call.periods, call.hierarchy_query)
        except SourceError as error:
            raise self._locked_out(error) from None

    def read(
        self, call: Call, answer: Answer
    ) -> tuple[tuple[AnswerColumn, ...], dict[Place, int | float | None]]:
        columns = columns_of(call, answer)
        try:
            return columns, values_of(columns, answer.rows)
        except Misfit as error:
            raise misfit(call, answer, str(error)) from None

    def misfit(self, call: Call, answer: Answer, what: str) -> SourceError:
        return misfit(call, answer, what)

    def _locked_out(self, error: SourceError) -> SourceError:
        if not (self._shut_out and error.fault is Fault.FORBIDDEN):
            return error
        return SourceError(
            f"{error.headline} The list of tables was refused too: the key opens nothing.",
            fault=Fault.KEY,
            asked=error.asked,
            do=f"check the key in {KEY_VARIABLE}; {error.do}",
        )

    def _asked(self, plan: QueryPlan) -> set[str]:
        """The municipalities that the table has; all, where its metadata do not list them."""
        names = {fold(name) for name in self.names}
        listed = {fold(value.label) for call in plan.calls for value in call.areas.values}
        return names & listed if listed else names

    def _about(self, info: TableInfo, plan: QueryPlan, wanted: Sequence[Wanted]) -> About:
        limits: dict[str | tuple[str, str], Limits] = {}
        named = {word: m.word for c in plan.calls for m in c.measures for word in m.words}
        for item in wanted:
            word = named.get(item.term.measure, item.term.measure)
            limits[word] = item.limits.both(limits.get(word))
        total = plan.calls[0].areas.total if plan.calls else None
        return About(
            table=info.id,
            title=info.title or info.id,
            country=total.label if total else NATIONAL_NAME,
            names=self.names,
            asked=len(self._asked(plan)),
            limits=limits,
            oldest=min(_oldest(info, plan), key=lambda period: period.end, default=None),
            promised=max(_promised(info, plan), key=lambda period: period.end, default=None),
            update_latest=info.update_latest,
            update_next=info.update_next,
            breaks={period for item in wanted for period in item.breaks},
        )


def _oldest(info: TableInfo, plan: QueryPlan) -> Iterable[Period]:
    """The oldest period that each call asks for, as far as it is known."""
    for call in plan.calls:
        periods = info.period_type(call.periods.frequency).periods
        if call.periods.ids:
            yield Period.parse(call.periods.ids[0])
        elif periods:
            yield periods[-min(call.periods.latest, len(periods))]


def _promised(info: TableInfo, plan: QueryPlan) -> Iterable[Period]:
    """The newest period that the metadata announce for each call."""
    found = (info.period_type(call.periods.frequency).newest for call in plan.calls)
    return (period for period in found if period)


def _unmoved(info: TableInfo, plan: QueryPlan, before: Sidecar) -> bool:
    if info.update_latest is None or before.update_latest != info.update_latest:
        return False
    words = {word for column in before.columns if column.role == "measure" for word in column.words}
    asked = _periods_asked(_query(call) for call in plan.calls)
    had = _periods_asked(before.query)
    asked_words = {word for call in plan.calls for m in call.measures for word in m.words}
    return asked_words <= words and all(had.get(what, 0) >= periods for what, periods in asked.items())


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
