"""What changed in the figures between two days, for the page "Ændringer siden sidst" and ``plan compare``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from helpers.analysis.targets import areas_asked
from helpers.catalogue.models import BASE, NATIONAL, NATIONAL_NAME, Municipality, Plan
from helpers.data import csv_files
from helpers.data.basis import Basis, plan_indicators
from helpers.data.frames import Grounds
from helpers.data.revisions import CHANGE_COLUMNS, ChangeOfValue, Revision, compare_days
from helpers.data.suppression import as_shown, plan_observations
from helpers.periods import Period
from helpers.present.words import GROUNDS_WORDS
from helpers.project import Project
from helpers.reports.plan.status import (
    StatusRow,
    VerdictChange,
    compare_verdicts,
    status_rows,
    survey_answers,
    survey_rows,
    unmeasured_rows,
)

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue


@dataclass(frozen=True)
class PlanRevision:
    """What differs in a plan's figures between two days."""

    found: Revision
    """The figures that differ: ``area``, ``indicator``, ``series``, ``period``, ``kind``, old and new value."""
    verdicts: dict[Municipality, tuple[VerdictChange, ...]]
    """By municipality: the goals whose verdict is another now."""
    compared: int
    """How many figures both days have a value for, so that the changes can be seen in proportion."""

    @property
    def old(self) -> date:
        return self.found.old

    @property
    def new(self) -> date:
        return self.found.new

    @property
    def corrected(self) -> pd.DataFrame:
        """The figures that were corrected, came or went within the periods that both days have."""
        beside = [ChangeOfValue.NEW_PERIOD.value, ChangeOfValue.OLD_PERIOD.value]
        changes = self.found.changes
        return changes[~changes["kind"].isin(beside)]

    @property
    def new_periods(self) -> int:
        """How many figures are for a period that the earlier day did not have."""
        return int((self.found.changes["kind"] == ChangeOfValue.NEW_PERIOD.value).sum())


def compare_plan(
    project: Project,
    catalogue: Catalogue,
    plan: Plan,
    municipalities: Sequence[Municipality],
    old: date | None = None,
    new: date | None = None,
    bound: Period | None = None,
) -> PlanRevision:
    """Compare a plan's figures for some municipalities and the country as they stood on two days.

    Raises
    ------
    PlanError
        When there are no two days to compare.
    """
    keys = [indicator.key for indicator in plan_indicators(catalogue, plan)]
    areas = [NATIONAL, *(municipality.code for municipality in municipalities)]
    found = compare_days(
        project,
        catalogue,
        old,
        new,
        areas=areas,
        indicators=keys,
        # What shares are out of stands on no page.
        shown=lambda frame: as_shown(frame, catalogue, plan).loc[lambda shown: shown["series"] != BASE],
    )
    # Goals may be held against others' figures, which are not told of.
    asked = dict.fromkeys(code for area in municipalities for code in areas_asked(catalogue, plan, area))
    before, after = (
        plan_observations(project, catalogue, plan, Basis("real", day), list(asked))
        for day in (found.old, found.new)
    )
    verdicts = {}
    for municipality in municipalities:
        rows = [
            every_row(
                replace(project, typed=day.isoformat()), catalogue, plan, frame, municipality, bound, day
            )
            for frame, day in ((before, found.old), (after, found.new))
        ]
        if changes := compare_verdicts(*rows):
            verdicts[municipality] = changes
    known = before[before["area"].isin(areas) & before["indicator"].isin(keys) & before["state"].eq("ok")]
    return PlanRevision(found, verdicts, len(known))


def every_row(
    project: Project,
    catalogue: Catalogue,
    plan: Plan,
    observations: pd.DataFrame,
    municipality: Municipality,
    bound: Period | None,
    day: date,
) -> tuple[StatusRow, ...]:
    """The rows of all goals as they stand on a day: those with figures, those of surveys, milestones."""
    now = bound or Period.month(day.year, day.month)
    answers = survey_answers(project, catalogue, plan, municipality, bound)
    return (
        *status_rows(catalogue, plan, observations, municipality, bound),
        *survey_rows(catalogue, plan, municipality, answers, now),
        *unmeasured_rows(project, plan, municipality, day, until=day),
    )


def area_names(municipalities: Sequence[Municipality]) -> dict[str, str]:
    """Area code → name, the country included."""
    return {NATIONAL: NATIONAL_NAME, **{m.code: m.name for m in municipalities}}


CSV_COLUMNS = {
    "area": "omraadekode",
    "name": "omraade",
    "indicator": "indikator",
    "series": "serie",
    "period": "periode",
    "kind": "art",
    "old_value": "foer",
    "new_value": "nu",
    "difference": "forskel",
    "basis": "grundlag",
}
"""Columns for programs, and for people."""


def withheld(changes: pd.DataFrame) -> pd.DataFrame:
    """The differences as a page may show them: without the old value of a figure that is no longer there.

    The source may have hidden it since, and a new page must not say again what the source has taken back. A
    report rebuilt as it stood then (``plan render --snapshot``) shows what it showed.
    """
    gone = changes["kind"].eq(ChangeOfValue.VANISHED.value)
    return changes.assign(old_value=changes["old_value"].mask(gone))


def revision_csv(
    revision: PlanRevision | None,
    municipalities: Sequence[Municipality],
    *,
    published: bool = False,
    more: Iterable[Sequence[csv_files.CsvCell]] = (),
) -> str:
    """All differences as CSV, one row per figure: for programs, or for a page and so for people.

    Parameters
    ----------
    revision
        None: only `more`.
    published
        For a page: see :func:`withheld`; without what was typed in, which a page compares with its own last edition.
    more
        Further rows of a page's file, in the order of :data:`CSV_COLUMNS`.
    """
    changes = pd.DataFrame(columns=CHANGE_COLUMNS) if revision is None else revision.found.changes
    if published:
        changes = withheld(changes[~changes["typed_in"].astype(bool)])
    fetched = GROUNDS_WORDS[Grounds.FETCHED] if published else "real"
    typed_in = GROUNDS_WORDS[Grounds.TYPED_IN] if published else Grounds.TYPED_IN.value
    named = changes.assign(
        name=changes["area"].map(area_names(municipalities)),
        basis=[typed_in if typed else fetched for typed in changes["typed_in"]],
    )
    rows = named[list(CSV_COLUMNS)].to_numpy().tolist()
    if published:
        return csv_files.for_people(list(CSV_COLUMNS.values()), [*rows, *more])
    return csv_files.for_programs(list(CSV_COLUMNS), rows)
