"""How far a plan's milestones are, as somebody typed it in: a state, the day it is of, and a remark.

In: ``data/raw/manual/<municipality>/<plan>.csv``, a line for each milestone and day. Out: the newest state of each; what
is wrong is named by file, row and column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from helpers.catalogue.models import Goal, Municipality, Plan
from helpers.catalogue.targets import Target
from helpers.data.editions import typed_folder
from helpers.data.text import fold
from helpers.errors import Problem
from helpers.intake import TypedTable, read_table
from helpers.intake.dates import read_day
from helpers.intake.table import typed_file
from helpers.letters import did_you_mean
from helpers.project import Project

MILESTONE_COLUMNS: Final = ("mål", "status", "dato", "bemærkning")
"""The head of a typed-in file."""


class MilestoneState(StrEnum):
    """How far a milestone is, as it is typed in."""

    NOT_BEGUN = "ikke begyndt"
    IN_PROGRESS = "i gang"
    REACHED = "nået"


@dataclass(frozen=True)
class MilestoneReport:
    """What was said of one milestone on one day; `remark` is the typist's own."""

    milestone: str
    state: MilestoneState
    day: date
    remark: str = ""


@dataclass(frozen=True)
class TypedMilestones:
    """The newest report of each milestone, and what could not be read."""

    newest: Mapping[str, MilestoneReport]
    problems: tuple[Problem, ...] = ()


def milestones(plan: Plan) -> dict[str, tuple[Goal, int, Target]]:
    """What each milestone is called in the file (``3b``; ``3b-2`` for the second of a goal) → goal, part and target."""
    found = {}
    for goal in plan.goals:
        own = [(at, part.target) for at, part in enumerate(goal.parts) if part.target.milestone]
        for count, (at, target) in enumerate(own, start=1):
            found[goal.number if count == 1 else f"{goal.number}-{count}"] = (goal, at, target)
    return found


def read_milestones(
    project: Project, municipality: Municipality, plan: Plan, *, until: date | None = None
) -> TypedMilestones:
    """The newest report of each of a plan's milestones, no later than `until`."""
    path = typed_file(typed_folder(project, municipality.slug), plan.key)
    if path is None:
        return TypedMilestones({})
    tables, problems = read_table(
        path, project.relative(path), ("maal", "status"), ("dato", "bemaerkning"), sheets=[plan.key]
    )
    found: dict[str, MilestoneReport] = {}
    for row in _reports(tables[0], plan, problems):
        if until is not None and row.day > until:
            continue
        if row.milestone not in found or row.day >= found[row.milestone].day:
            found[row.milestone] = row
    return TypedMilestones(found, tuple(problems))


def _reports(table: TypedTable, plan: Plan, problems: list[Problem]) -> list[MilestoneReport]:
    known = {fold(name): name for name in milestones(plan)}
    states = {fold(state.value): state for state in MilestoneState} | {fold("naaet"): MilestoneState.REACHED}
    reports = []
    for row in table.rows:
        if not row["status"]:
            continue  # a row of the template that nobody filled in
        goal, state, day = (
            known.get(fold(row["maal"])),
            states.get(fold(row["status"])),
            read_day(row["dato"]),
        )
        if goal is None:
            what = f'"{row["maal"]}" is no milestone of {plan.key}. {did_you_mean(row["maal"], known.values())}'.strip()
            do = f"Its milestones are {', '.join(known.values())}." if known else "The plan has no milestone."
            problems.append(Problem(table.where(row, "maal"), what, do))
        elif state is None:
            allowed = [one.value for one in MilestoneState]
            what = f'"{row["status"]}" is no state. {did_you_mean(row["status"], allowed)}'.strip()
            problems.append(Problem(table.where(row, "status"), what, f"Write one of: {', '.join(allowed)}."))
        elif day is None:
            what = f'"{row["dato"]}" is no day.' if row["dato"] else "The day is missing."
            do = "Write the day that the state is of, such as 2026-05-12."
            problems.append(Problem(table.where(row, "dato"), what, do))
        elif day > date.today():
            what = f'"{row["dato"]}" is still to come, and nobody knows the state then.'
            problems.append(Problem(table.where(row, "dato"), what, "Mend the day."))
        else:
            reports.append(MilestoneReport(goal, state, day, row["bemaerkning"]))
    return reports
