"""A plan's notebooks as files: the page in short, one notebook per focus area, changes, data and method.

``plan notebooks`` writes them for a new plan; from then on they are the analyst's own to edit. A plan that
has no notebooks of its own is rendered from the same ones, written beside the site and thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode

from helpers.catalogue.models import FocusArea, Plan
from helpers.project import Project, book_plan
from helpers.reports.base.notebooks import (
    OPENING,
    UNNUMBERED,
    CellText,
    book_settings,
    make_notebook,
    write_new,
)

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

ANYBODY = "Kommunen"
"""Author of a book until `plan render` puts the municipality's name there; Quarto's PDF needs one."""


def chapter_path(project: Project, plan: Plan, area: FocusArea) -> str:
    """The focus area's notebook, seen from the book's folder (with forward slashes)."""
    return _path(project, plan, f"{area.number:02d}-{area.slug}")


def _path(project: Project, plan: Plan, name: str) -> str:
    return f"notebooks/{name}.ipynb" if book_plan(project.root) == plan.key else f"{name}.ipynb"


def _notebook(plan: Plan, municipality: str, cells: Iterable[CellText]) -> NotebookNode:
    return make_notebook(
        cells,
        parameters=f'kommune = "{municipality}"\nplan = "{plan.key}"\nperiode = ""',
        opening=OPENING,
    )


def _neutral(text: str) -> str:
    """A text as a markdown cell can hold it: without the placeholders that only the report can fill."""
    if "{" in text:
        raise ValueError(f"a notebook's own text cannot name the municipality: {text!r}")
    return text.strip()


def _focus_area(area: FocusArea) -> list[CellText]:
    cells = [
        ("title", "markdown", f"# {area.title} {{#sec-{area.number}}}"),
        ("fetch", "code", f"report.fetch({area.number})"),
        ("intro", "markdown", _neutral(area.intro)),
        ("verdicts", "code", f"report.focus_area({area.number})"),
    ]
    for goal in area.goals:
        heading = f"## Resultatmål {goal.number}: {goal.title} {{#maal-{goal.number} .unnumbered}}"
        cells += [
            (f"goal-{goal.number}-title", "markdown", heading),
            (f"goal-{goal.number}", "code", f'report.goal("{goal.number}")'),
            (f"figure-{goal.number}", "code", f'report.figure("{goal.number}")'),
        ]
    return cells


_INDEX = [
    ("title", "markdown", UNNUMBERED + "# Planen kort {.unnumbered}"),
    ("fetch", "code", "report.fetch()"),
    ("summary", "code", "report.summary()"),
    ("status-title", "markdown", "## Status på resultatmålene {#status-paa-maalene .unnumbered}"),
    ("status", "code", "report.status_table()"),
    ("surveys-title", "markdown", "## Mål, der følges med undersøgelser {#undersoegelser .unnumbered}"),
    ("surveys", "code", "report.survey_status()"),
]

_CHANGES = [
    ("title", "markdown", UNNUMBERED + "# Ændringer i forhold til sidste plan {.unnumbered}"),
    (
        "intro",
        "markdown",
        "Skemaet viser, hvilke fokusområder og resultatmål der er uændrede, nye, ændrede eller udgået i forhold til "
        "den forrige plan, og hvorfor. Det er beregnet ud fra de to planer.",
    ),
    ("summary", "code", "report.changes_summary()"),
    ("changes", "code", "report.changes_table()"),
]

_SINCE_LAST = [
    ("title", "markdown", UNNUMBERED + "# Ændringer siden sidst {.unnumbered}"),
    (
        "intro",
        "markdown",
        "Tallene på Jobindsats revideres løbende, fordi kommuner og a-kasser registrerer bagud. Her står, hvilke af "
        "kommunens tal der er ændret, kommet til eller forsvundet siden den forrige hentning, og om det ændrer en "
        "vurdering.",
    ),
    ("revisions", "code", "report.revisions()"),
]

_DATA = [
    ("title", "markdown", UNNUMBERED + "# Data og metode {.unnumbered}"),
    ("fetch", "code", "report.fetch()"),
    ("basis", "code", "report.basis_note()"),
    (
        "gap",
        "markdown",
        "## Sådan beregnes forskellen {#forskel .unnumbered}\n\n"
        "Forskellen er kommunens tal minus målet, når en højere værdi er bedre, og målet minus kommunens tal, når en "
        "lavere værdi er bedre. En forskel på nul eller derover betyder, at målet er opfyldt; står der »under« eller "
        "»over« i målet, skal forskellen være større end nul. Målet er landsgennemsnittet, landsgennemsnittet med et "
        "tillæg eller et fast tal. Forskelle mellem procenter er procentpoint.\n\n"
        "Et mål kan ikke vurderes, når et af tallene mangler, er diskretioneret eller gælder en anden periode.",
    ),
    ("remarks", "code", "report.remarks()"),
    (
        "states",
        "markdown",
        "## Tal, der ikke vises {#diskretion .unnumbered}\n\n"
        "Jobindsats viser ikke antal under 3. Kilden skelner ikke mellem et skjult og et manglende tal, så begge dele "
        "står som »diskretioneret eller ikke opgjort«. Nul er et tal og vises som 0. Intet beregnes af et skjult tal: "
        "ingen sum, ingen andel og ingen forskel.",
    ),
    ("series-title", "markdown", "## Serierne og deres kilder {#serier .unnumbered}"),
    ("series", "code", "report.sources()"),
    ("caveats-title", "markdown", "## Forbehold og databrud {#forbehold .unnumbered}"),
    ("caveats", "code", "report.caveats()"),
    ("downloads-title", "markdown", "## Hent tallene {#hent .unnumbered}"),
    ("downloads", "code", "report.downloads()"),
]


def example_municipality(project: Project, catalogue: Catalogue, plan: Plan) -> str:
    """Name of the municipality that a plan's notebooks open with; `plan render` and papermill replace it.

    The plan's own; for a plan anyone may use, that of the project's plan, else the catalogue's first.
    """
    main = catalogue.plans.get(book_plan(project.root))
    owner = plan.municipality or (main.municipality if main else None)
    found = [area for area in catalogue.municipalities if area.slug == owner]
    return (found or catalogue.municipalities)[0].name


def plan_notebooks(project: Project, plan: Plan, municipality: str) -> dict[str, NotebookNode]:
    """All notebooks of the plan's book, by path from the book's folder, in the order of its chapters."""
    pages: dict[str, list[CellText]] = {"index.ipynb": _INDEX}
    for area in plan.focus_areas:
        pages[chapter_path(project, plan, area)] = _focus_area(area)
    if plan.previous:
        pages[_path(project, plan, "aendringer")] = _CHANGES
    pages[_path(project, plan, "siden-sidst")] = _SINCE_LAST
    pages[_path(project, plan, "data-og-metode")] = _DATA
    return {path: _notebook(plan, municipality, cells) for path, cells in pages.items()}


def write_book(project: Project, plan: Plan, folder: Path, municipality: str) -> list[Path]:
    """Write the plan's notebooks and ``_quarto.yml`` below `folder`; returns what was written.

    Raises
    ------
    PlanError
        When one of the files is there already: an analyst's own text is never overwritten.
    """
    notebooks = plan_notebooks(project, plan, municipality)
    files = {folder / path: nbformat.writes(notebook) + "\n" for path, notebook in notebooks.items()}
    if folder != project.root:
        files[folder / "_quarto.yml"] = book_settings(
            project, folder, plan=plan.key, title=plan.title, author=ANYBODY, chapters=list(notebooks)
        )
    return write_new(project, files, of=plan.key)
