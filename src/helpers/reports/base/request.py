"""What is asked of a report, by a notebook's parameters or by ``plan render``, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.errors import PlanError, Problem
from helpers.periods import Period
from helpers.present.stamp import Stamp
from helpers.project import Project
from helpers.reports.base.names import EngineName

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue
    from helpers.catalogue.models import Municipality

    PlansAsked = Mapping[str, Sequence[Municipality]]
    """Key of a plan → the municipalities it is asked for."""


@dataclass(frozen=True)
class Selection:
    """Which figures a report shall show, and of which plan."""

    project: Project
    catalogue: Catalogue
    plan: str = ""
    """Key of a plan, a set of investment projects or another report's template; empty: the report's own default."""
    bound: Period | None = None
    """Newest period to show; none for all."""
    snapshot: date | None = None
    """The day whose figures are shown; none for the newest."""
    example: bool = False
    """Example data are shown, whatever was fetched or typed in."""

    @property
    def figures(self) -> dict[str, Any]:
        """Which figures, as the options of every report name it."""
        return {"bound": self.bound, "snapshot": self.snapshot, "example": self.example}


@dataclass(frozen=True)
class RenderRequest:
    """What was typed after ``plan render`` or another verb that makes files; every field is named as its option."""

    project: Project
    report: str
    municipalities: tuple[str, ...]
    plan: str = ""
    bound: Period | None = None
    snapshot: date | None = None
    to: tuple[str, ...] = ("html", "pdf")
    engine: EngineName = "auto"
    output: Path = Path("_site")
    everyone: bool = False
    region: str = ""
    jobs: int = 0
    force: bool = False
    example: bool = False
    scheduler: str = ""
    verb: str = "render"
    """What follows ``plan``, for messages."""
    base_url: str = ""
    for_publication: bool = False
    edition: str = ""
    """A shorter form of the report, one of its wing's `editions`; empty for the whole."""
    say: Callable[[str], object] = field(default=lambda words: None, compare=False)
    """Says to the user what cannot wait, such as that another run is waited for."""
    holding: ExitStack = field(default_factory=ExitStack, compare=False)
    """What this run holds until it ends: locks."""

    @property
    def many(self) -> bool:
        """Whether a region or the whole country is asked for."""
        return self.everyone or bool(self.region)

    @property
    def for_readers(self) -> bool:
        """Whether others than the analyst will read the site, so that it may not show example data by accident."""
        return self.for_publication or self.everyone or bool(self.base_url)

    def check(self, forms: Collection[str]) -> None:
        """Refuse unknown forms, and options that contradict: names, a region and ``--all``; example data of a day."""
        if not self.to or not set(self.to) <= set(forms):
            what = f'"{",".join(self.to)}" is none of {", ".join(forms)}; several: {",".join(forms)}.'
            raise PlanError.of("--to", what)
        if self.example and self.snapshot:
            raise PlanError.of(
                "--example, --snapshot",
                "Example data are of no day: they were never fetched.",
                "Leave one of them out.",
            )
        region = f"--region {self.region}" if self.region else ""
        given = [" ".join(self.municipalities), region, "--all" if self.everyone else ""]
        if len(said := [text for text in given if text]) > 1:
            raise PlanError.of(
                f"plan {self.verb}",
                f"{' and '.join(said)} contradict each other: each says which municipalities are rendered.",
                "Name municipalities, or a region, or take them all.",
            )

    def selection(self, catalogue: Catalogue) -> Selection:
        """Which figures, for every municipality of the request."""
        return Selection(self.project, catalogue, self.plan, self.bound, self.snapshot, self.example)


@dataclass(frozen=True)
class Variant:
    """One book for one municipality: what one folder below the output is made of."""

    book: Path
    """Absolute path of the folder that holds the book's ``_quarto.yml``."""
    slug: str
    """Folder below the output, with forward slashes: ``frederikssund``, ``jobcenteroverblik/frederikssund``."""
    parameters: Mapping[str, str]
    """Values for the cell tagged ``parameters`` of every notebook: ``kommune``, ``plan``, ``periode``."""
    title: str = ""
    """Title of the plan, ``Beskæftigelsesplan 2023``; empty: the book's own. The PDF is named after it."""
    subtitle: str = ""
    """Empty: `municipality`."""
    municipality: str = ""
    """The name on the cover: ``Frederikssund Kommune``."""
    dated: date | None = None
    """The date on the cover and pages; the report layer knows it (day of the data, or of the render)."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that the notebooks see besides ``PLAN_RENDERING`` and ``PLAN_ROOT``."""
    area: str = ""
    """Slug of the municipality, for its own brand (``catalogue/brands/<area>.yml``)."""
    document: str = "rapporten"
    """What texts call the whole of it: ``Hele rapporten som PDF``."""
    pages: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The book's chapters in their order: path from its folder → the notebook as JSON; empty for a chapter that is
    taken as its file is. None at all: those that ``_quarto.yml`` names."""
    inputs: str = ""
    """A hash of the numbers that the pages show; with the notebooks, styles, code and engine it decides whether a
    variant is unchanged. Empty: unknown, so it is always rendered."""
    edition: str = ""
    """What a shorter edition is called, ``kort udgave``: printed without cover and contents. Empty: it is the whole."""
    stamp: Stamp | None = None
    """Whose figures its pages show; every output is held against it. None: nothing is held, for a book that is no
    report."""


@dataclass(frozen=True)
class SiteEntry:
    """What a site says, for the hub."""

    report: str
    """Key of the report: ``plan``, ``jobcenteroverblik``, ``investeringer``."""
    codes: tuple[str, ...]
    """The municipalities it is about; a joint job centre has several."""
    name: str
    """Of the municipality or job centre."""
    plan: str = ""
    """Key of the plan, for a report with goals."""
    # Goals met, goals in all, and goals that cannot be judged; none for a report without goals.
    met: int | None = None
    of: int | None = None
    unknown: int = 0
    newest: Period | None = None
    """The newest period that the site shows; none when it shows no figures."""
    basis: str = ""
    """What its figures stand on: ``real``, ``example-2024-01-15``."""
    sources: tuple[str, ...] = ()
    """Whose tables they are from: keys of :data:`helpers.catalogue.models.SOURCES`."""


@dataclass(frozen=True)
class Asked:
    """One variant that was asked for, and what the hub will say of its site."""

    variant: Variant
    entry: SiteEntry
    notes: tuple[str, ...] = ()
    """Which of its notebooks are behind the catalogue."""
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
                "--region", f'Unknown region "{request.region}".', f"Regions: {', '.join(regions)}."
            )
        return found
    if request.everyone:
        return list(catalogue.municipalities)
    if not request.municipalities:
        raise PlanError.of(
            f"plan {request.verb}",
            "No municipality is named.",
            f"Name one or more (plan {request.verb} Frederikssund), or take them all: plan {request.verb} --all",
        )
    return list({m.code: m for m in map(catalogue.municipality, request.municipalities)}.values())


# ------------------------------------------------------------ which plan each municipality shows where none is named

_FEW = 3
"""So many municipalities are named in a line."""

_ANOTHER = "Another: --plan."


def plans_asked(request: RenderRequest, catalogue: Catalogue) -> PlansAsked:
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


def told_plans(catalogue: Catalogue, asked: PlansAsked) -> Iterator[str]:
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
