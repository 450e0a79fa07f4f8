"""What ``plan list`` prints; it loads no figures, nor what draws them."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.catalogue import Catalogue
from helpers.errors import PlanError
from helpers.letters import did_you_mean
from helpers.project import Project
from helpers.reports import wings


def listing(project: Project, catalogue: Catalogue, what: str, plan: str) -> Iterator[str]:
    """One line for each thing of a kind that the catalogue holds.

    Raises
    ------
    PlanError
        When there is no such kind of thing.
    """
    kinds = {
        "plans": lambda: (f"{key}  {item.title}" for key, item in catalogue.plans.items()),
        "indicators": lambda: (
            f"{key}  {item.title}  [{item.certainty.value}]" for key, item in catalogue.indicators.items()
        ),
        "surveys": lambda: (f"{key}  {item.title}" for key, item in catalogue.surveys.items()),
        "goals": lambda: (
            f"{goal.number}  {goal.text}" for goal in catalogue.plan(plan or project.plan).goals
        ),
        "municipalities": lambda: (
            f"{m.code}  {m.slug}  {m.name}  ({m.region})" for m in catalogue.municipalities
        ),
        "projects": lambda: (line for wing in wings() for line in wing.listed(project)),
        "reports": lambda: (line for wing in wings() for line in wing.listed_as(project, catalogue)),
    }
    if what not in kinds:
        said = f'"{what}" is nothing to list. {did_you_mean(what, kinds)}'.strip()
        raise PlanError.of("plan list", said, f"Choose one of {', '.join(kinds)}.")
    return kinds[what]()
