"""Jobindsats as a source of ``plan fetch``: its list of tables, their metadata, and the calls they need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from helpers.catalogue import Catalogue
from helpers.catalogue.models import JOBINDSATS, NATIONAL_NAME, Limits
from helpers.data.answers import Answer
from helpers.data.raw import AnswerColumn, Sidecar
from helpers.data.text import fold, short, tidy
from helpers.periods import Period
from helpers.project import Project
from helpers.sources.checks import Misfit, Place, values_of
from helpers.sources.faults import Fault, SourceError
from helpers.sources.jobindsats import Client
from helpers.sources.keeping import About
from helpers.sources.metadata import NoMunicipalities, TableInfo, labels_of
from helpers.sources.metadata_store import Listing, MetadataStore
from helpers.sources.queries import (
    Call,
    DimensionColumn,
    MeasureColumn,
    Places,
    QueryPlan,
    Wanted,
    plan_queries,
)
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


_LISTED: Final = 30
_PERIOD_LABELS: Final = frozenset({fold("Periode"), fold("Period")})
_AREA_LABELS: Final = frozenset({fold("Område"), fold("Area")})


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
            raise self.misfit(call, answer, str(error)) from None

    @staticmethod
    def misfit(call: Call, answer: Answer, what: str) -> SourceError:
        """The error for an answer that has something else than what was asked for."""
        query = {name: value for name, value in answer.query.items() if name != "path"}
        return SourceError(
            f"{call.table.id}: the answer does not fit what was asked: it has {what}.",
            fault=Fault.CONTENT,
            asked=f"data/{call.table.id}, " + "&".join(f"{name}={value}" for name, value in query.items()),
            do="`plan fetch --force` reads the metadata again; if it stays so, "
            f"`plan find {call.table.id}` shows what the table has now",
        )

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
        announced = [info.period_type(call.periods.frequency).newest for call in plan.calls]
        return About(
            table=info.id,
            title=info.title or info.id,
            country=total.label if total else NATIONAL_NAME,
            names=self.names,
            asked=len(self._asked(plan)),
            limits=limits,
            oldest=min(_oldest(info, plan), key=lambda period: period.end, default=None),
            promised=max(filter(None, announced), key=lambda period: period.end, default=None),
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


# ------------------------------------------------------------------------------- what each column of an answer is


def columns_of(call: Call, answer: Answer) -> tuple[AnswerColumn, ...]:
    """What each column of an answer is.

    Columns are found by their labels, which metadata know; a dimension whose label is another one is found by
    the members that its column holds. No label is matched by a part of it.

    Raises
    ------
    SourceError
        When a column is missing, was not asked for, or cannot be told from another.
    """
    return _Columns(call, answer).found()


class _Columns:
    """Finds the columns of one answer; what is found is taken off the list of what is left."""

    def __init__(self, call: Call, answer: Answer) -> None:
        self.call, self.answer = call, answer
        self.left = {at: fold(label) for at, label in enumerate(answer.columns)}

    def found(self) -> tuple[AnswerColumn, ...]:
        columns: dict[int, dict[str, Any]] = {}
        columns[self._take(_PERIOD_LABELS, "period")] = {"role": "period", "id": "period"}
        columns[self._take(self._area_labels(), "area")] = {"role": "area", "id": "area"}
        for dimension in self.call.dimensions:
            columns[self._dimension(dimension)] = {
                "role": "dimension",
                "id": dimension.word,
                "total": dimension.total,
            }
        for measure in self.call.measures:
            columns[self._measure(measure)] = {
                "role": "measure",
                "id": measure.word,
                "also": measure.other_words,
            }
        if self.left and not self.call.all_measures:
            raise self._wrong(f"columns that were not asked for: {self._shown(self.left)}")
        # When all measures had to be asked for, those that nobody wants are called by their labels.
        for at in self.left:
            columns[at] = {"role": "measure", "id": tidy(self.answer.columns[at])}
        return tuple(
            AnswerColumn.model_validate({"label": label, **columns[at]})
            for at, label in enumerate(self.answer.columns)
        )

    def _area_labels(self) -> set[str]:
        areas = self.call.areas
        dimension = next((d.label for d in self.call.table.dimensions if areas in d.hierarchies), "")
        return {*_AREA_LABELS, fold(areas.label), fold(dimension)} - {""}

    def _take(self, labels: Collection[str], what: str) -> int:
        for at, label in self.left.items():
            if label in labels:
                del self.left[at]
                return at
        raise self._wrong(f"no column with the {what}; its columns are {self._shown()}")

    def _dimension(self, wanted: DimensionColumn) -> int:
        members = {fold(value.label) for value in wanted.hierarchy.values}
        labels = {fold(wanted.dimension.label), fold(wanted.hierarchy.label)}
        # By its label, and where that is another one, by what the column holds.
        for at in sorted(self.left, key=lambda at: self.left[at] not in labels):
            held = {row[at] for row in self.answer.rows}
            fits = all(isinstance(cell, str) and fold(cell) in members for cell in held)
            if fits and (held or self.left[at] in labels):
                del self.left[at]
                return at
        raise self._wrong(f"no column with the members of {wanted.word} ({wanted.dimension.label})")

    def _measure(self, wanted: MeasureColumn) -> int:
        # The fullest label first: "6 m" alone may stand for several measures.
        for label in sorted(labels_of(wanted.group, wanted.measure), key=len, reverse=True):
            places = [at for at, left in self.left.items() if left == label]
            if len(places) == 1:
                del self.left[places[0]]
                return places[0]
        label = tidy((wanted.measure or wanted.group).label)
        raise self._wrong(
            f'no column that is surely "{label}" ({wanted.word}); its columns are {self._shown()}'
        )

    def _shown(self, places: Iterable[int] | None = None) -> str:
        labels = self.answer.columns if places is None else [self.answer.columns[at] for at in places]
        return ", ".join(f'"{short(tidy(label))}"' for label in labels[:_LISTED]) or "none"

    def _wrong(self, what: str) -> SourceError:
        return Jobindsats.misfit(self.call, self.answer, what)
