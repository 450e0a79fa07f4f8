"""What somebody typed in otherwise since last: figures, answers to surveys, states of milestones, and verdicts with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from helpers.catalogue.models import Municipality, Plan
from helpers.data.basis import Basis, plan_indicators
from helpers.data.editions import edition_before
from helpers.data.frames import OBSERVATION_KEYS, State
from helpers.data.printed import with_printed
from helpers.data.processed import load_observations
from helpers.data.raw import snapshot_day
from helpers.data.revisions import ChangeOfValue
from helpers.data.suppression import as_shown
from helpers.periods import Period
from helpers.project import Project
from helpers.sources.manual import read_series, read_survey
from helpers.sources.milestones import MilestoneState, read_milestones

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue


class TypedPlace(NamedTuple):
    """What is typed in: a series' figure, a survey's answer (`series` is the question), a plan's milestone."""

    key: str
    series: str
    area: str
    period: str = ""


@dataclass(frozen=True)
class TypedEntry:
    """What was typed in a place; `value` is none where it says that the figure is suppressed."""

    when: Period | date | None
    value: Decimal | MilestoneState | None


@dataclass(frozen=True)
class TypedChange:
    """One place in which something else is typed in than before."""

    place: TypedPlace
    old: TypedEntry | None
    new: TypedEntry | None

    @property
    def kind(self) -> ChangeOfValue:
        """A figure that is hidden now has vanished as one that was taken out has."""
        before, now = (entry is not None and entry.value is not None for entry in (self.old, self.new))
        if before and now:
            return ChangeOfValue.CHANGED
        return ChangeOfValue.APPEARED if now else ChangeOfValue.VANISHED

    @property
    def figures(self) -> tuple[Decimal | None, Decimal | None]:
        """The values before and now, where they are numbers."""
        before, now = (entry.value if entry else None for entry in (self.old, self.new))
        return (before if isinstance(before, Decimal) else None, now if isinstance(now, Decimal) else None)

    @property
    def difference(self) -> Decimal | None:
        before, now = self.figures
        return None if before is None or now is None else now - before


@dataclass(frozen=True)
class TypedRevision:
    """What differs from an earlier edition of a municipality's typed-in files."""

    since: date
    """The day of that edition."""
    changes: tuple[TypedChange, ...]
    before: pd.DataFrame
    """What the plan's goals would be judged by, had nothing been typed in since."""
    then: Project
    """The project with the files of that edition."""


def typed_revision(
    project: Project,
    catalogue: Catalogue,
    plan: Plan,
    municipality: Municipality,
    basis: Basis,
    areas: Sequence[str],
) -> TypedRevision | None:
    """Compare what is typed in for a plan with the edition before; none when there is none, or nothing is typed in.

    Parameters
    ----------
    areas
        Whom the plan's goals are judged by.
    """
    edition = edition_before(project, municipality.slug)
    if edition is None:
        return None
    then = replace(project, typed=edition)
    everything = load_observations(project, catalogue, basis)
    fetched = everything[everything["value"].notna() & everything["source"].ne("manual")]
    known = set(fetched[["indicator", "series"]].drop_duplicates().itertuples(index=False, name=None))
    old, new = (
        {
            place: e
            for place, e in _entries(p, catalogue, plan, municipality).items()
            if place[:2] not in known
        }
        for p in (then, project)
    )
    if not old and not new:
        return None
    changes = tuple(
        TypedChange(place, old.get(place), new.get(place))
        for place in dict.fromkeys((*new, *old))
        if old.get(place) != new.get(place)
    )
    frame = everything[everything["area"].isin(areas)]
    before = _with_entries(frame, [place for place in new if place.period], old)
    before = with_printed(as_shown(before, catalogue, plan), catalogue, plan, basis.as_of)
    return TypedRevision(snapshot_day(edition), changes, before, then)


def _entries(
    project: Project, catalogue: Catalogue, plan: Plan, municipality: Municipality
) -> dict[TypedPlace, TypedEntry]:
    """Everything that is typed in for a plan's goals."""
    keys = {indicator.key for indicator in plan_indicators(catalogue, plan)}
    found: dict[TypedPlace, TypedEntry] = {}
    for value in read_series(project, catalogue, municipality).values:
        if value.indicator in keys:
            place = TypedPlace(value.indicator, value.series, value.area, value.period.id)
            found[place] = TypedEntry(value.period, value.value)
    for goal in plan.goals:
        survey = catalogue.survey(goal)
        if survey and (answers := read_survey(project, catalogue, municipality, survey)):
            for question, answer in answers.answers.items():
                found[TypedPlace(survey.key, question, municipality.code)] = TypedEntry(
                    answers.period, answer
                )
    for name, report in read_milestones(project, municipality, plan).newest.items():
        found[TypedPlace(plan.key, name, municipality.code)] = TypedEntry(report.day, report.state)
    return found


def _with_entries(
    frame: pd.DataFrame, gone: Sequence[TypedPlace], there: dict[TypedPlace, TypedEntry]
) -> pd.DataFrame:
    """Observations with other typed-in figures."""
    places = pd.MultiIndex.from_frame(frame[list(OBSERVATION_KEYS)])
    figures = {place: entry for place, entry in there.items() if place.period}
    kept = frame[~places.isin([tuple(place) for place in (*gone, *figures)])]
    if not figures:
        return kept
    rows = pd.DataFrame(list(figures), columns=["indicator", "series", "area", "period"])
    rows = rows.assign(
        value=pd.array([entry.value for entry in figures.values()], dtype=object),
        state=[State.SUPPRESSED.value if e.value is None else State.OK.value for e in figures.values()],
        source="manual",
        snapshot="",
        published=False,
    ).astype({"value": float})
    return pd.concat([kept, rows], ignore_index=True)
