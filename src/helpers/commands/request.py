"""What was typed after ``plan render``, and what it comes to: variants, and what the hub says of each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from helpers.catalogue import Catalogue
from helpers.catalogue.models import Municipality
from helpers.errors import PlanError, Problem
from helpers.periods import Period
from helpers.project import Project
from helpers.render import Variant
from helpers.render.hub import SiteEntry


@dataclass(frozen=True)
class RenderRequest:
    """What was typed; every field is named as its option.

    Attributes
    ----------
    told
        Says to the user what cannot wait, such as that another run is waited for.
    holding
        What this run holds until it ends: locks.
    """

    project: Project
    report: str
    municipalities: tuple[str, ...]
    plan: str
    bound: Period | None
    snapshot: date | None
    to: tuple[str, ...]
    engine: str
    output: Path
    everyone: bool
    region: str
    jobs: int
    force: bool
    example: bool
    scheduler: str
    base_url: str = ""
    told: Callable[[str], object] = lambda words: None
    holding: ExitStack = field(default_factory=ExitStack, compare=False)

    def check(self) -> None:
        """Refuse names, a region and ``--all`` together: each says whose reports are rendered."""
        region = f"--region {self.region}" if self.region else ""
        given = [" ".join(self.municipalities), region, "--all" if self.everyone else ""]
        if len(said := [text for text in given if text]) > 1:
            raise PlanError.of(
                "plan render",
                f"{' and '.join(said)} contradict each other: each says which municipalities are rendered.",
                "Name municipalities, or a region, or take them all.",
            )


@dataclass(frozen=True)
class Asked:
    """One variant that was asked for, what the hub will say of its site, and what to tell of its notebooks."""

    variant: Variant
    entry: SiteEntry
    notes: tuple[str, ...] = ()
    """What to tell of its notebooks."""
    problems: tuple[Problem, ...] = ()
    """Why it is not rendered beside others that are."""


def chosen_municipalities(request: RenderRequest, catalogue: Catalogue) -> list[Municipality]:
    """The municipalities that were named, those of a region, or all 98; each once.

    Raises
    ------
    PlanError
        When one is unknown, or none is named.
    """
    if request.region:
        wanted = request.region.casefold().removeprefix("region ").strip()
        regions = sorted({m.region for m in catalogue.municipalities})
        found = [m for m in catalogue.municipalities if m.region.casefold() == wanted]
        if not found:
            raise PlanError.of(
                "--region", f'"{request.region}" is no region.', f"Regions: {', '.join(regions)}."
            )
        return found
    if request.everyone:
        return list(catalogue.municipalities)
    if not request.municipalities:
        raise PlanError.of(
            "plan render",
            "No municipality is named.",
            "Name one or more (plan render Frederikssund), or take them all: plan render --all",
        )
    return list({m.code: m for m in map(catalogue.municipality, request.municipalities)}.values())
