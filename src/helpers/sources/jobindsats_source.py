"""Jobindsats as a source of ``plan fetch``: its list of tables, their metadata, and the calls they need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from helpers.catalogue.models import JOBINDSATS, NATIONAL_NAME, Limits
from helpers.data.answers import Answer
from helpers.data.raw import AnswerColumn, Sidecar
from helpers.data.text import fold, short, tidy
from helpers.periods import Period
from helpers.project import Project
from helpers.sources.checks import Misfit
from helpers.sources.faults import Fault, SourceError
from helpers.sources.jobindsats import Client, query_of
from helpers.sources.metadata import TableInfo, labels_of
from helpers.sources.metadata_store import Listing, MetadataStore
from helpers.sources.queries import (
    Call,
    DimensionColumn,
    Lacks,
    MeasureColumn,
    Wanted,
    plan_queries,
)
from helpers.sources.settings import KEY_VARIABLE, read_settings
from helpers.sources.source import NoKey, Prepared, Source

_LISTED: Final = 30
_PERIOD_LABELS: Final = frozenset({fold("Periode"), fold("Period")})
_AREA_LABELS: Final = frozenset({fold("Område"), fold("Area")})


class Jobindsats(Source):
    """Jobindsats while a run goes on."""

    key, client_type, settings = JOBINDSATS, Client, read_settings

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.names = tuple(municipality.name for municipality in self.municipalities)
        self._metadata = MetadataStore(self.project, self.client, self.now)
        self._listing: Listing | None = None
        self._shut_out = False

    @classmethod
    def missing_key(cls, project: Project) -> NoKey | None:
        settings = read_settings(project)
        if settings.key is not None:
            return None
        where = f"`{KEY_VARIABLE}` er tom: {settings.empty}" if settings.empty else f"`{KEY_VARIABLE}`"
        return NoKey(settings.no_key, f"Der er ingen nøgle til Jobindsats ({where}), så intet er hentet.")

    def begin(self, tables: Iterable[str], *, fresh: bool) -> None:
        try:
            self._listing = self._metadata.listing(tables, fresh=fresh)
        except SourceError as error:
            self._shut_out = error.fault is Fault.FORBIDDEN
            raise
        self.asked = self._listing.asked

    def prepare(self, table: str, wanted: Sequence[Wanted], lacking: Lacks, *, fresh: bool) -> Prepared:
        listing = self._listing
        listed = listing.table(table) if listing else TableInfo.model_validate({"table_id": table})
        try:
            info = self._metadata.table(listed, fresh=fresh)
            calls = plan_queries(info, wanted, self.names, self.client.settings, lacking)
        except SourceError as error:
            raise self._locked_out(error) from None
        limits: dict[str | tuple[str, str], Limits] = {}
        named = {word: m.words[0] for c in calls for m in c.measures for word in m.words}
        for item in wanted:
            word = named.get(item.term.measure, item.term.measure)
            limits[word] = item.indicator.limits_of(item.series).both(limits.get(word))
        total = calls[0].areas.total if calls else None
        announced = [info.period_type(call.periods.frequency).newest for call in calls]
        return Prepared(
            table=info.id,
            title=info.title or info.id,
            country=total.label if total else NATIONAL_NAME,
            names=self.names,
            asked=len(self._asked(calls)),
            limits=limits,
            oldest=min(_oldest(info, calls), key=lambda period: period.end, default=None),
            promised=max(filter(None, announced), key=lambda period: period.end, default=None),
            update_latest=info.update_latest,
            update_next=info.update_next,
            breaks={broken.period for item in wanted for broken in item.indicator.breaks},
            calls=calls,
            unmoved=lambda before: _unmoved(info, calls, before),
            lacking=lacking,
        )

    def ask(self, call: Call) -> Answer:
        try:
            return self.client.data(call.table.id, call.measure_query, call.periods, call.hierarchy_query)
        except SourceError as error:
            raise self._locked_out(error) from None

    def columns(self, call: Call, answer: Answer) -> tuple[AnswerColumn, ...]:
        return columns_of(call, answer)

    def misfit(self, call: Call, answer: Answer, what: str) -> SourceError:
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

    def _asked(self, calls: Iterable[Call]) -> set[str]:
        """The municipalities that the table has; all, where its metadata do not list them."""
        names = {fold(name) for name in self.names}
        listed = {fold(value.label) for call in calls for value in call.areas.values}
        return names & listed if listed else names


def _oldest(info: TableInfo, calls: Iterable[Call]) -> Iterable[Period]:
    """The oldest period that each call asks for, as far as it is known."""
    for call in calls:
        periods = info.period_type(call.periods.frequency).periods
        if call.periods.ids:
            yield Period.parse(call.periods.ids[0])
        elif periods:
            yield periods[-min(call.periods.latest, len(periods))]


def _unmoved(info: TableInfo, calls: Sequence[Call], before: Sidecar) -> bool:
    if info.update_latest is None or before.update_latest != info.update_latest:
        return False
    words = {word for column in before.columns if column.role == "measure" for word in column.words}
    asked = _periods_asked(query_of(c.measure_query, c.hierarchy_query, c.periods) for c in calls)
    had = _periods_asked(before.query)
    asked_words = {word for call in calls for m in call.measures for word in m.words}
    return asked_words <= words and all(had.get(what, 0) >= periods for what, periods in asked.items())


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
    """What each column of an answer is; a Misfit when one is missing, was not asked for, or cannot be told from another.

    Columns are found by their labels, which metadata know; a dimension whose label is another one is found by
    the members that its column holds. No label is matched by a part of it.
    """
    return _Columns(call, answer).found()


class _Columns:
    """Finds the columns of one answer; what is found is taken off the list of what is left."""

    def __init__(self, call: Call, answer: Answer) -> None:
        self.call, self.answer = call, answer
        self.left = {at: fold(label) for at, label in enumerate(answer.columns)}
        self.columns: dict[int, AnswerColumn] = {}

    def found(self) -> tuple[AnswerColumn, ...]:
        self._take(self._labelled(_PERIOD_LABELS, "period"), role="period", id="period")
        self._take(self._labelled(self._area_labels(), "area"), role="area", id="area")
        for dimension in self.call.dimensions:
            self._take(self._dimension(dimension), role="dimension", id=dimension.word, total=dimension.total)
        for measure in self.call.measures:
            self._take(self._measure(measure), role="measure", id=measure.words[0], also=measure.words[1:])
        if self.left and not self.call.all_measures:
            raise Misfit(f"columns that were not asked for: {self._shown(self.left)}")
        # When all measures had to be asked for, those that nobody wants are called by their labels.
        for at in list(self.left):
            self._take(at, role="measure", id=tidy(self.answer.columns[at]))
        return tuple(column for _, column in sorted(self.columns.items()))

    def _take(self, at: int, **meaning: Any) -> None:
        del self.left[at]
        self.columns[at] = AnswerColumn(label=self.answer.columns[at], **meaning)

    def _area_labels(self) -> set[str]:
        areas = self.call.areas
        dimension = next((d.label for d in self.call.table.dimensions if areas in d.hierarchies), "")
        return {*_AREA_LABELS, fold(areas.label), fold(dimension)} - {""}

    def _labelled(self, labels: Collection[str], what: str) -> int:
        for at, label in self.left.items():
            if label in labels:
                return at
        raise Misfit(f"no column with the {what}; its columns are {self._shown()}")

    def _dimension(self, wanted: DimensionColumn) -> int:
        members = {fold(value.label) for value in wanted.hierarchy.values}
        labels = {fold(wanted.dimension.label), fold(wanted.hierarchy.label)}
        # By its label, and where that is another one, by what the column holds.
        for at in sorted(self.left, key=lambda at: self.left[at] not in labels):
            held = {row[at] for row in self.answer.rows}
            fits = all(isinstance(cell, str) and fold(cell) in members for cell in held)
            if fits and (held or self.left[at] in labels):
                return at
        raise Misfit(f"no column with the members of {wanted.word} ({wanted.dimension.label})")

    def _measure(self, wanted: MeasureColumn) -> int:
        # The fullest label first: "6 m" alone may stand for several measures.
        for label in sorted(labels_of(wanted.group, wanted.measure), key=len, reverse=True):
            places = [at for at, left in self.left.items() if left == label]
            if len(places) == 1:
                return places[0]
        label = tidy((wanted.measure or wanted.group).label)
        raise Misfit(
            f'no column that is surely "{label}" ({wanted.words[0]}); its columns are {self._shown()}'
        )

    def _shown(self, places: Iterable[int] | None = None) -> str:
        labels = self.answer.columns if places is None else [self.answer.columns[at] for at in places]
        return ", ".join(f'"{short(tidy(label))}"' for label in labels[:_LISTED]) or "none"
