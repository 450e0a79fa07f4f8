"""What changed from one plan to the next: the table of Frederikssund's annex on plan 2023 (seed 001).

In: two plans. Out: one row per goal of either, with what became of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from helpers.catalogue.models import FocusArea, Goal, Plan
from helpers.catalogue.targets import Target


class ChangeKind(StrEnum):
    """What became of a goal, in the annex's words where it has them."""

    IDENTICAL = "identical"  # "Identisk"
    RENUMBERED = "renumbered"  # "Identisk med mål 7C"
    REWORDED = "reworded"  # same measure and target, other words
    TARGET_CHANGED = "target_changed"  # same measure, another target (4d: 80 → 70; 5b: none → the country)
    MEASURE_CHANGED = "measure_changed"  # measured otherwise (4b: the first 6 months → the latest 12)
    NEW = "new"  # "Nyt i 2023"
    DROPPED = "dropped"  # "Indgår ikke"


class AreaChangeKind(StrEnum):
    """What became of a focus area."""

    KEPT = "kept"
    RETITLED = "retitled"  # another title over goals that go on
    REPLACED = "replaced"  # another in its place
    NEW = "new"
    DROPPED = "dropped"


@dataclass(frozen=True)
class ChangeRow:
    """One row of the table of changes."""

    focus_area: FocusArea
    """The focus area of the new plan it is listed under; for a goal that was dropped together with its whole focus
    area, that one."""
    # One of them is none for a goal that is new or was dropped.
    new_goal: Goal | None
    old_goal: Goal | None
    kind: ChangeKind
    remark: str | None = None
    """The annex's remark, in Danish; none when it has none."""
    owner_only: bool = False
    """Whether the remark concerns the plan's own municipality only."""
    new_target: bool = False
    """Whether the target is another, be the measure another too."""


@dataclass(frozen=True)
class AreaChange:
    """What became of one focus area."""

    new: FocusArea | None
    old: FocusArea | None
    kind: AreaChangeKind


def plan_changes(new: Plan, old: Plan) -> tuple[ChangeRow, ...]:
    """Every goal of either plan, under the focus areas of the new one.

    A goal that was dropped stands first in its focus area if it was the first there, and last otherwise, as
    in the annex (1A and 7B of 2022). Goals whose focus area is gone come last.
    """
    continued = {goal.previous.goal for goal in new.goals if goal.previous and goal.previous.goal}
    remarks = {dropped.goal: dropped for dropped in new.dropped}
    dropped_by_area: dict[int, list[ChangeRow]] = {}
    homeless = []
    pairs = {change.old.number: change.new for change in area_changes(new, old) if change.old is not None}
    for area in old.focus_areas:
        home = pairs.get(area.number)
        for goal in area.goals:
            if goal.number in continued:
                continue
            said = remarks.get(goal.number)
            row = ChangeRow(
                home or area,
                None,
                goal,
                ChangeKind.DROPPED,
                said.remark if said else None,
                said.owner_only if said else False,
            )
            if home is None:
                homeless.append(row)
            else:
                dropped_by_area.setdefault(home.number, []).append(row)
    rows: list[ChangeRow] = []
    for area in new.focus_areas:
        kept = [_row(area, goal, old) for goal in area.goals]
        gone = dropped_by_area.get(area.number, [])
        first = [
            row for row in gone if (its := row.old_goal) and old.focus_area_of(its.number).goals[0] == its
        ]
        rows += [*first, *kept, *(row for row in gone if row not in first)]
    return (*rows, *homeless)


def area_changes(new: Plan, old: Plan) -> tuple[AreaChange, ...]:
    """Every focus area of either plan: kept (the same title), retitled, put in another's place, new or dropped.

    One of another title is retitled where it goes on with goals of one that is gone: of the one that it says it replaces,
    else of the one that it has most from.
    """
    by_title = {area.title: area for area in old.focus_areas}
    kept = {area.title for area in new.focus_areas} & by_title.keys()
    gone = {title: area for title, area in by_title.items() if title not in kept}
    changes = []
    for area in new.focus_areas:
        goes_on = Counter(
            home.title for goal in area.goals if (home := _home(goal, old)) and home.title in gone
        )
        before = (
            area.replaces if area.replaces in gone else next((t for t, _ in goes_on.most_common(1)), None)
        )
        if area.title in kept:
            changes.append(AreaChange(area, by_title[area.title], AreaChangeKind.KEPT))
        elif before is None:
            changes.append(AreaChange(area, None, AreaChangeKind.NEW))
        else:
            kind = AreaChangeKind.RETITLED if goes_on[before] else AreaChangeKind.REPLACED
            changes.append(AreaChange(area, gone.pop(before), kind))
    met = {change.old.number for change in changes if change.old is not None}
    changes += [
        AreaChange(None, area, AreaChangeKind.DROPPED) for area in old.focus_areas if area.number not in met
    ]
    return tuple(changes)


def _home(goal: Goal, old: Plan) -> FocusArea | None:
    """The focus area of the goal that this one continues."""
    number = goal.previous.goal if goal.previous else None
    return old.focus_area_of(number) if number else None


def _row(area: FocusArea, goal: Goal, old: Plan) -> ChangeRow:
    previous = goal.previous
    before = old.goal(previous.goal) if previous is not None and previous.goal else None
    return ChangeRow(
        area,
        goal,
        before,
        ChangeKind.NEW if before is None else _kind(goal, before),
        previous.remark if previous else None,
        previous.owner_only if previous else False,
        before is not None and _new_target(goal, before),
    )


def _kind(goal: Goal, before: Goal) -> ChangeKind:
    if goal.indicators != before.indicators:
        return ChangeKind.MEASURE_CHANGED
    if _new_target(goal, before):
        return ChangeKind.TARGET_CHANGED
    if list(_words(goal.text)) != list(_words(before.text)):
        return ChangeKind.REWORDED
    # A number that no document prints says nothing about a change of number.
    if goal.number != before.number and before.number_printed and goal.number_printed:
        return ChangeKind.RENUMBERED
    return ChangeKind.IDENTICAL


def _new_target(goal: Goal, before: Goal) -> bool:
    """Whether another target was decided; one that was changed back in the year (4c of 2023: 85, then 75) counts too."""
    if goal.any_suffices is not before.any_suffices or len(goal.parts) != len(before.parts):
        return True
    return any(
        _decided_otherwise(now, then) for (_, now), (_, then) in zip(goal.parts, before.parts, strict=True)
    )


def _decided_otherwise(now: Target, before: Target) -> bool:
    changed_back = now.was is not None and now.was not in (before.value, before.was)
    return changed_back or now.promise != before.promise


def _words(text: str) -> Iterator[str]:
    """The words of a goal, without commas and full stops, which the documents set at will."""
    for word in text.split():
        bare = word.strip(".,;:–-()").casefold()
        if bare:
            yield bare
