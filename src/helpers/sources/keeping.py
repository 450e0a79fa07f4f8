"""The last step of every fetch, whatever the source: what may take the place of the answer in force.

In: answers with their values by place. Out: a new snapshot, or the answer in quarantine and an error that says
why; the last good snapshot stays in force.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from helpers.catalogue.models import Limits
from helpers.data.answers import Answer
from helpers.data.csv_answers import AnswerNumber
from helpers.data.raw import (
    ANSWER_SUFFIX,
    AnswerColumn,
    RawStore,
    Sidecar,
    joined_answers,
    snapshot_day,
    snapshot_moment,
)
from helpers.data.text import fold, short
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.sources.checks import (
    Difference,
    Misfit,
    Place,
    Values,
    broken,
    changes_between,
    doubts,
    jumps,
    moved_far,
    newest_with_value,
    periods_of,
    shifts,
    stored_values,
)
from helpers.sources.faults import Fault, SourceError
from helpers.sources.fetch_status import FetchRow

QUARANTINE: Final = "_quarantine"

LEAST_SPOKEN_OF: Final = 0.5
"""A first answer that speaks of fewer of the municipalities asked for is held back until somebody accepts it: ranks
would be told among those few. One that speaks of the country alone (as saved answers do) ranks nobody."""

_SHOWN: Final = 3
"""So many values that cannot be right are named; the rest is counted."""

_LOOKED_BACK: Final = 6
"""So many snapshots tell how far a table's values usually move."""


@dataclass
class Gathered:
    """The answers to all calls of a table, and what they say together."""

    answers: list[Answer] = field(default_factory=list)
    columns: dict[AnswerColumn, None] = field(default_factory=dict)
    values: dict[Place, AnswerNumber] = field(default_factory=dict)
    cells: int = 0


@dataclass(frozen=True)
class About:
    """What is known of a table besides its values."""

    table: str
    title: str
    country: str
    """The country's name in its answers."""
    names: Collection[str]
    """Municipalities it should speak of."""
    asked: int
    """So many of them were asked for; a table may have fewer."""
    limits: Mapping[str | tuple[str, str], Limits]
    """Measure → what it may hold, or measure and members where they differ."""
    # The oldest period that was asked for, and the newest that the source announces.
    oldest: Period | None
    promised: Period | None
    update_latest: date | None
    update_next: date | None
    breaks: Collection[Period] = ()
    """Periods from which on the catalogue expects another level."""


@dataclass(frozen=True)
class Previous:
    """The snapshot in force before a fetch."""

    sidecar: Sidecar
    content: bytes
    told: str | None
    """Newest period as an earlier run told it; else it is looked for in the values."""

    @functools.cached_property
    def values(self) -> Values:
        try:
            return stored_values(self.content, self.sidecar)
        except Misfit:  # whole, but not to be understood any more: nothing to compare with
            return {}

    @functools.cached_property
    def newest(self) -> Period | None:
        return Period.parse(self.told) if self.told else newest_with_value(self.values)

    @property
    def words(self) -> str:
        newest = self.newest
        upto = f" (newest {newest.frequency.value.replace('_', ' ')} {newest})" if newest else ""
        return f"the snapshot of {snapshot_day(self.sidecar.snapshot)}{upto} stays in force"


@dataclass(frozen=True)
class Kept:
    """What came of an answer: the snapshot now in force, whether it is new, and what differs."""

    sidecar: Sidecar
    new: bool
    newest: Period | None
    changes: Difference | None = None
    remarks: tuple[str, ...] = ()
    clock: str = ""


class Keeper:
    """The snapshots of one source."""

    def __init__(self, store: RawStore, source: str, now: datetime, before: Mapping[str, FetchRow]) -> None:
        self.store, self.source, self.now, self.before = store, source, now, before

    def previous(self, table: str) -> Previous | None:
        """The snapshot in force; an error where it cannot be read."""
        snapshot = self.store.newest(self.source, table)
        if snapshot is None:
            return None
        told = self.before.get(table)
        newest = told.newest if told and told.snapshot == snapshot else None
        content = self.store.read(self.source, table, snapshot)
        return Previous(self.store.sidecar(self.source, table, snapshot), content, newest)

    def keep(self, about: About, new: Gathered, previous: Previous | None, *, accept: bool) -> Kept:
        """Put answers in force.

        Parameters
        ----------
        accept
            Though much is gone or has moved; what cannot be right is never put in force.

        Raises
        ------
        SourceError
            When they may not replace what is in force; they lie in quarantine then.
        PlanError
            When the disk refuses.
        """
        try:
            self._hold_against(about, new, previous, accept=accept)
        except SourceError as error:
            raise error.received(self.quarantine(about, new.answers, tuple(new.columns), error)) from None
        update_latest, remarks = about.update_latest, []
        reached = max(periods_of(new.values), key=lambda period: period.end, default=None)
        if about.promised and reached and reached.end < about.promised.end:
            # Not marked as being of this release, so that the next run asks again.
            update_latest = None
            remarks.append(
                f"{about.table}: ends at {reached} though {about.promised} is announced; "
                "the next fetch asks again"
            )
        spoken_of = _spoken_of(about, new.values)
        if spoken_of < len(about.names):
            remarks.append(f"{about.table}: {spoken_of} of {len(about.names)} municipalities")
        if all(value is None for value in new.values.values()):
            remarks.append(f"{about.table}: every value is empty")
        content, newest = (
            joined_answers([answer.content for answer in new.answers]),
            newest_with_value(new.values),
        )
        sidecar = self._sidecar(about, new.answers, tuple(new.columns), self.source, cells=new.cells)
        sidecar = sidecar.model_copy(update={"update_latest": update_latest})
        told = ("query", "columns", "update_latest", "update_next")
        if (
            previous
            and previous.content == content
            and all(getattr(previous.sidecar, name) == getattr(sidecar, name) for name in told)
        ):
            return Kept(previous.sidecar, False, newest, remarks=tuple(remarks))
        kept = self.store.write(content, sidecar)
        changes = changes_between(new.values, previous.values, about.oldest) if previous else None
        return Kept(kept, True, newest, changes, tuple(remarks), self._clock(previous))

    def quarantine(
        self, about: About, answers: Sequence[Answer], columns: tuple[AnswerColumn, ...], why: PlanError
    ) -> str:
        """Keep answers that are not put in force, as received; returns where they lie.

        The same answer again is not kept twice.
        """
        source, content = (
            f"{self.source}/{QUARANTINE}",
            joined_answers([answer.content for answer in answers]),
        )
        snapshot = self.store.newest(source, about.table)
        if snapshot is None or self.store.read(source, about.table, snapshot) != content:
            sidecar = self._sidecar(about, answers, columns, source, refused=why.problems[0].where)
            snapshot = sidecar.snapshot
            self.store.write(content, sidecar)
        return f"data/raw/{source}/{about.table}/{snapshot}{ANSWER_SUFFIX}"

    def _sidecar(
        self,
        about: About,
        answers: Sequence[Answer],
        columns: tuple[AnswerColumn, ...],
        source: str,
        *,
        cells: int = 0,
        refused: str = "",
    ) -> Sidecar:
        return Sidecar(
            source=source,
            table=about.table,
            title=about.title,
            snapshot=self.store.next_snapshot(source, about.table, self.now),
            fetched_at=self.now,
            query=tuple(answer.query for answer in answers),
            columns=columns,
            update_latest=about.update_latest,
            update_next=about.update_next,
            cells=cells,
            refused=refused,
        )

    def _hold_against(self, about: About, new: Gathered, previous: Previous | None, *, accept: bool) -> None:
        name, country = about.table, fold(about.country)
        wrong = list(broken(new.values, about.limits, country, self.now.date()))
        if wrong:
            shown = {fold(area): area for area in (*about.names, about.country)}
            told = [
                f"{place.measure}{f' ({place.members})' if place.members else ''}, "
                f"{shown.get(place.area, short(place.area))}, {place.period}: {short(value)} ({why})"
                for place, value, why in wrong[:_SHOWN]
            ]
            more = f"; and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
            raise SourceError(
                f"{name}: the new answer has values that cannot be right: {'; '.join(told)}{more}.",
                fault=Fault.VALUES,
                do="look at the table on its source's own page, and try again later. If such values are right, "
                "say so\nwith value_range in the indicators that use the measure (docs/catalogue.md)",
            )
        old = {} if accept or not previous else dict(previous.values)
        # What an older release let in must not stand in the way of what is right.
        for place, _, _ in list(broken(old, about.limits, country, self.now.date())):
            del old[place]
        look = "look at the table on its source's own page"
        do = f"{look}; if it is right, `plan fetch --table {name} --accept {name}` puts it in force"
        found = doubts(new.values, old, country, about.oldest)
        if found:
            raise SourceError(
                f"{name}: the new answer is not put in force: {'; '.join(found)}.",
                fault=Fault.IMPLAUSIBLE,
                do=do if old else f"{look}, and try again later",
            )
        if not accept:
            spoken_of = _spoken_of(about, new.values)
            if previous is None and 0 < spoken_of < LEAST_SPOKEN_OF * about.asked:
                raise SourceError(
                    f"{name}: the first answer is not put in force: it speaks of {spoken_of} of {about.asked} "
                    "municipalities that were asked for.",
                    fault=Fault.IMPLAUSIBLE,
                    do=do,
                )
            far = (
                *moved_far(new.values, old, lambda: self._usual(name)),
                *jumps(new.values, old, about.breaks),
            )
            if far:
                raise SourceError(
                    f"{name}: the new answer is held back, because much moved at once: {'; '.join(far)}.",
                    fault=Fault.MOVED,
                    do=do,
                )

    def _usual(self, table: str) -> dict[tuple[str, str], float]:
        """How far the values of a table moved in the revisions that were put in force before."""
        usual: dict[tuple[str, str], float] = {}
        newer: Values | None = None
        for snapshot in self.store.snapshots(self.source, table)[: -_LOOKED_BACK - 1 : -1]:
            try:
                content = self.store.read(self.source, table, snapshot)
                values = stored_values(content, self.store.sidecar(self.source, table, snapshot))
            except (PlanError, Misfit):
                continue
            for key, shift in (shifts(newer, values) if newer else {}).items():
                usual[key] = max(usual.get(key, 0), shift)
            newer = values
        return usual

    def _clock(self, previous: Previous | None) -> str:
        """What is to be said of the clock when it went backwards since the last snapshot."""
        last = previous.sidecar.snapshot if previous else ""
        if not last or self.now >= snapshot_moment(last):
            return ""
        return (
            f"This machine's clock says {self.now:%Y-%m-%d %H:%M} UTC, but figures are there from "
            f"{last[:10]}: it is wrong now or was then. What is fetched now counts as the newest."
        )


def _spoken_of(about: About, values: Values) -> int:
    """How many of the municipalities have a place in an answer."""
    return len({place.area for place in values} & {fold(name) for name in about.names})
