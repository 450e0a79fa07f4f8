"""What changed from one plan to the next, computed from the two plans: the table of the annex (seed 001)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from helpers.catalogue.models import FocusArea, Goal, Plan


class Change(StrEnum):
    """How a goal stands to the plan before.

    ``identical``: same wording and target, perhaps under another number. ``target_changed``: the same
    indicator with another target. ``changed``: continued with other words or another measure. ``new``: the
    plan before has no such goal. ``dropped``: this plan has no such goal.
    """

    IDENTICAL = "identical"
    TARGET_CHANGED = "target_changed"
    CHANGED = "changed"
    NEW = "new"
    DROPPED = "dropped"


@dataclass(frozen=True)
class ChangeRow:
    """One row of the table of changes.

    Attributes
    ----------
    focus_area
        The focus area of the new plan; of the old plan for a dropped goal without a counterpart.
    new, old
        The goal in the new and in the old plan; one of them is none for a new or dropped goal.
    renumbered
        Whether the goal had another number before, and the documents print both numbers.
    remark
        Of the annex, in Danish; none where it has none.
    owner_only
        Whether the remark concerns the plan's own municipality only.
    """

    focus_area: FocusArea
    new: Goal | None
    old: Goal | None
    change: Change
    renumbered: bool = False
    remark: str | None = None
    owner_only: bool = False


@dataclass(frozen=True)
class AreaChange:
    """A focus area that took the place of another: titles of the new and the old one."""

    new: FocusArea
    old: str
    goals_missing: str | None = None


def plan_changes(new: Plan, old: Plan) -> tuple[ChangeRow, ...]:
    """Every goal of the new plan beside the one it continues, and the goals of the old plan that are dropped.

    Returns
    -------
    tuple of ChangeRow
        By focus area of the new plan; dropped goals stand where their focus area does, in the order of their
        numbers in the old plan, before the goals of the new plan that follow them (as seed 001 has them).
    """
    rows: list[ChangeRow] = []
    dropped = {item.goal: item for item in new.dropped}
    for area in new.focus_areas:
        not_continued = [
            ChangeRow(area, None, goal, Change.DROPPED, remark=gone.remark, owner_only=gone.owner_only)
            for number, gone in dropped.items()
            if (goal := _goal(old, number)) is not None and old.focus_area_of(number).number == area.number
        ]
        continued = [_continued(area, goal, old) for goal in area.goals]
        rows.extend(sorted((*not_continued, *continued), key=_place))
    return tuple(rows)


def _place(row: ChangeRow) -> tuple[str, bool]:
    # A dropped goal stands before the goal that has its number now.
    goal = row.new or row.old
    return goal.number if goal else "", row.new is not None


def _goal(plan: Plan, number: str) -> Goal | None:
    return next((goal for goal in plan.goals if goal.number == number), None)


def _continued(area: FocusArea, goal: Goal, old: Plan) -> ChangeRow:
    before = _goal(old, goal.previous.goal) if goal.previous and goal.previous.goal else None
    remark = goal.previous.remark if goal.previous else None
    owner_only = goal.previous.owner_only if goal.previous else False
    if before is None:
        return ChangeRow(area, goal, None, Change.NEW, remark=remark, owner_only=owner_only)
    return ChangeRow(
        area,
        goal,
        before,
        _kind(goal, before),
        renumbered=goal.number != before.number and before.number_printed,
        remark=remark,
        owner_only=owner_only,
    )


def _kind(goal: Goal, before: Goal) -> Change:
    same_measure = goal.indicators == before.indicators
    same_target = (goal.target.rule, goal.target.value, goal.target.margin) == (
        before.target.rule,
        before.target.value,
        before.target.margin,
    )
    if same_measure and same_target and _words(goal) == _words(before):
        return Change.IDENTICAL
    if same_measure and not same_target:
        return Change.TARGET_CHANGED
    return Change.CHANGED


def _words(goal: Goal) -> str:
    return " ".join(goal.text.split()).casefold()


def area_changes(new: Plan, old: Plan) -> tuple[AreaChange, ...]:
    """The focus areas that took the place of others."""
    return tuple(
        AreaChange(
            area,
            area.replaces,
            next((o.goals_missing for o in old.focus_areas if o.title == area.replaces), None),
        )
        for area in new.focus_areas
        if area.replaces
    )
