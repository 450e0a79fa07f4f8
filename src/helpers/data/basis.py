"""Which figures a report stands on: real ones, as they are or as they stood on a day, or example data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from helpers.catalogue import Catalogue
from helpers.catalogue.models import JOBINDSATS, SOURCES, FromHand, FromUnknown, Indicator, Plan
from helpers.data.raw import RawStore, snapshot_day, snapshot_order
from helpers.errors import PlanError, Problem
from helpers.intake import typed_files
from helpers.project import EXAMPLE_SOURCE, MANUAL, Project


@dataclass(frozen=True)
class Basis:
    """What a report is built from; real and example data never mix."""

    kind: Literal["real", "example"]
    as_of: date | None = None
    """Real: snapshots up to this day count; none for the newest. Example: the day they pretend to be from."""

    @property
    def name(self) -> str:
        """Folder below ``data/processed``: ``real``, ``real-2026-08-22``, ``example-2024-01-15``."""
        return self.kind if self.as_of is None else f"{self.kind}-{self.as_of.isoformat()}"

    def folder(self, source: str) -> str:
        """The folder below ``data/raw`` that holds tables of a source on this basis."""
        return source if self.kind == "real" else EXAMPLE_SOURCE

    def in_force(
        self, store: RawStore, table: str, source: str = JOBINDSATS, *, before: str | None = None
    ) -> tuple[str | None, tuple[Problem, ...]]:
        """The snapshot of a table that counts on this basis, and what is wrong with newer ones."""
        found, problems = store.in_force(self.folder(source), table, self.as_of, before=before)
        if found is not None and self.kind == "example" and snapshot_day(found) != self.as_of:
            return None, problems  # example data of another plan
        return found, problems


def plan_indicators(catalogue: Catalogue, plan: Plan) -> tuple[Indicator, ...]:
    """The indicators of a plan's goals, each once, in the plan's order; surveys are left out."""
    keys = dict.fromkeys(key for goal in plan.goals for key in goal.indicators)
    return tuple(catalogue.indicators[key] for key in keys if key in catalogue.indicators)


def shown_indicators(catalogue: Catalogue, plan: Plan) -> tuple[Indicator, ...]:
    """As :func:`plan_indicators`, and then what is shown under their figures to compare with."""
    more = (catalogue.indicators[item.indicator] for goal in plan.goals for item in catalogue.beside(goal))
    return tuple({item.key: item for item in (*plan_indicators(catalogue, plan), *more)}.values())


def tables_of(indicators: Iterable[Indicator], *, made_up: bool = False) -> dict[str, str]:
    """The tables that indicators come from, each with its source.

    With `made_up`, also those that only example data have.
    """
    tables: dict[str, str] = {}
    for indicator in indicators:
        tables.update(indicator.table_sources)
        if made_up and any(isinstance(s.origin, FromHand | FromUnknown) for s in indicator.series.values()):
            tables[indicator.key] = EXAMPLE_SOURCE
    return tables


def keyless(indicators: Iterable[Indicator]) -> bool:
    """Whether all tables that indicators come from are to be had without a key."""
    sources = set(tables_of(indicators).values())
    return bool(sources) and not any(SOURCES[source].needs_key for source in sources)


def snapshot_days(project: Project) -> tuple[date, ...]:
    """Every day (UTC) from which there is a real snapshot of any table, in the order they were written."""
    store = RawStore(project.raw)
    found = sorted(
        (s for source in SOURCES for t in store.tables(source) for s in store.snapshots(source, t)),
        key=snapshot_order,
    )
    # By its last snapshot: a day from when the clock was wrong may come again.
    return tuple(dict.fromkeys(snapshot_day(snapshot) for snapshot in reversed(found)))[::-1]


def choose_basis(
    project: Project, catalogue: Catalogue, plan: Plan, snapshot: date | None = None, *, example: bool = False
) -> Basis:
    """Real figures when any table of the plan's main source was ever fetched, example data otherwise.

    The main source is the one that most of the plan's tables are from: a few figures from another are no reason to
    show the rest as missing. A plan that needs no table is real as soon as something was typed in for it, or anything was fetched.

    Parameters
    ----------
    snapshot
        A day: the report as the figures stood then.

    Raises
    ------
    PlanError
        When a day is asked for from which there is nothing; it tells the days there are.
    """
    surveys = [key for goal in plan.goals for key in goal.indicators if key in catalogue.surveys]
    indicators = plan_indicators(catalogue, plan)
    return basis_for(project, indicators, plan.example_date, snapshot, surveys, example=example)


def basis_for(
    project: Project,
    indicators: Iterable[Indicator],
    example_date: date,
    snapshot: date | None = None,
    surveys: Iterable[str] = (),
    *,
    example: bool = False,
) -> Basis:
    """As :func:`choose_basis`, for any indicators (reports that are no plan)."""
    if example:
        return Basis("example", example_date)
    store = RawStore(project.raw)
    asked = tuple(indicators)
    tables = tables_of(asked)
    if not tables:
        keys = [*(indicator.key for indicator in asked), *surveys]
        folders = (project.raw / MANUAL).glob("*/")
        typed = any(key in keys for folder in folders for key in typed_files(folder))
        fetched = any(store.tables(source) for source in SOURCES)
        return Basis("real", snapshot) if typed or fetched else Basis("example", example_date)
    main = Counter(tables.values()).most_common(1)[0][0]
    days = {
        snapshot_day(found)
        for table, source in tables.items()
        if source == main
        for found in store.snapshots(source, table)
    }
    if snapshot is None:
        return Basis("real") if days else Basis("example", example_date)
    if any(day <= snapshot for day in days):
        return Basis("real", snapshot)
    known = ", ".join(day.isoformat() for day in sorted(days)[:10])
    raise PlanError.of(
        f"data/raw/{main}",
        f"There is no snapshot of {snapshot.isoformat()} or before.",
        f"The first are of {known}." if known else "Nothing was fetched yet: plan fetch.",
    )
