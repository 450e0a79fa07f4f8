"""Which plan each municipality shows where none is named, and the line in which the user is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from helpers.catalogue import Catalogue
from helpers.catalogue.models import Municipality
from helpers.project import Project
from helpers.reports.base.request import RenderRequest, chosen_municipalities

_FEW = 3
"""So many municipalities are named in a line."""

_ANOTHER = "Another: --plan."

Asked = Mapping[str, Sequence[Municipality]]
"""Key of a plan → the municipalities it is asked for."""


def plans_asked(request: RenderRequest, catalogue: Catalogue) -> Asked:
    """The plans of a request, in the order in which they are shown.

    Without a municipality, a plan is its owner's; without either, it is the project's own. A region or the whole country is
    compared on the plan for all, and those that have a plan of their own show that beside it.

    Raises
    ------
    PlanError
        When something named is unknown, or nobody is named and the plan is nobody's.
    """
    if not request.municipalities and not request.many:
        plan = catalogue.plan(request.plan or request.project.plan)
        if plan.municipality:
            return {plan.key: [catalogue.municipality(plan.municipality)]}
    areas = chosen_municipalities(request, catalogue)
    if request.plan:
        return {catalogue.plan(request.plan).key: areas}
    shared = catalogue.shared_plan if request.many else None
    asked = {shared.key: list(areas)} if shared else {}
    for area in areas:
        plan = catalogue.plan_for(area)
        if plan != shared:
            asked.setdefault(plan.key, []).append(area)
    return asked


def told_plans(catalogue: Catalogue, asked: Asked) -> Iterator[str]:
    """Which plan was taken for whom, a line each."""
    for key, areas in asked.items():
        names = [area.name for area in areas]
        whom = ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
        own = [plan.key for area in areas for plan in catalogue.own_plans(area)]
        if key in own:
            others = ", ".join(plan for plan in own if plan != key)
            why = f"the own plan of {whom}" + (f" (besides {others})" if others else "")
        else:
            why = f"the one for all: {whom}" if own else f"the one for all; {whom} has none of its own"
        yield f"Plan: {key}, {why}. {_ANOTHER}"


def chosen_plan(
    project: Project, catalogue: Catalogue, kommune: str = "", *, everyone: bool = False
) -> tuple[str, str]:
    """Key of the plan of a municipality, or of the one for all (else the project's own), and the line that says so."""
    if kommune:
        area = catalogue.municipality(kommune)
        plan = catalogue.plan_for(area)
        return plan.key, next(told_plans(catalogue, {plan.key: [area]}))
    if everyone and (shared := catalogue.shared_plan):
        return shared.key, f"Plan: {shared.key}, the one for all. {_ANOTHER}"
    return project.plan, f"Plan: {project.plan}, which _quarto.yml names. {_ANOTHER}"
