"""The Jobcenteroverblik's notebooks as files: made from the template, then the analyst's own to edit.

In: the template. Out: the notebooks of ``notebooks/jobcenteroverblik``, without outputs and with ids that stay.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.project import Project
from helpers.reports.base.notebooks import UNNUMBERED, CellText, make_notebook
from helpers.reports.jobcenteroverblik.models import Overview, OverviewFigure, OverviewSection
from helpers.reports.jobcenteroverblik.ranking import heading_words
from helpers.reports.jobcenteroverblik.report import KEY, all_path, measured, section_path

EXAMPLE_AREA = "Vallensbæk/Ishøj"
"""What the parameters cell holds: the job centre of STAR's report of February 2017."""

_OPENING = """\
from helpers import open_overview

report = open_overview(kommune, plan, periode)"""

_Cells = list[CellText]

_INDEX: _Cells = [
    ("title", "markdown", f"{UNNUMBERED}# Placeringer {{.unnumbered}}"),
    ("fetch", "code", "report.fetch()"),
    ("tiles", "code", "report.tiles()"),
    ("introduction-title", "markdown", "## Indledning {#indledning .unnumbered}"),
    ("introduction", "code", "report.introduction()"),
]

_ALL: _Cells = [
    ("title", "markdown", f"{UNNUMBERED}# Alle kommuner {{.unnumbered}}"),
    (
        "intro",
        "markdown",
        "En side for hver figur viser alle 98 kommuners nyeste tal: som prikker langs en akse og som en tabel, der kan "
        "sorteres. Kommunens egen prik er fremhævet, og gruppen, den sammenlignes med, er mærket.",
    ),
    ("figures", "code", "report.all_figures()"),
]

_DATA: _Cells = [
    ("title", "markdown", f"{UNNUMBERED}# Data og metode {{.unnumbered}}"),
    ("fetch", "code", "report.fetch()"),
    ("method", "code", "report.method()"),
    ("groups-title", "markdown", "## Grupperne, der sammenlignes med {#grupper-afsnit .unnumbered}"),
    ("groups", "code", "report.groups()"),
    ("sources-title", "markdown", "## Figurerne og deres kilder {#kilder-afsnit .unnumbered}"),
    ("sources", "code", "report.sources()"),
    ("caveats-title", "markdown", "## Databrud {#databrud .unnumbered}"),
    ("caveats", "code", "report.caveats()"),
]


def overview_notebooks(overview: Overview) -> dict[str, NotebookNode]:
    """All notebooks of the book by name, in the order of its chapters."""
    pages: dict[str, _Cells] = {"index.ipynb": _INDEX}
    for section in overview.template.sections:
        pages[section_path(overview, section)] = _section(section)
    pages["alle-kommuner.ipynb"] = _ALL
    for figure in measured(overview):
        pages[all_path(figure)] = _all_municipalities(figure)
    pages["data-og-metode.ipynb"] = _DATA
    parameters = f'kommune = "{EXAMPLE_AREA}"\nplan = "{KEY}"\nperiode = ""'
    return {
        name: make_notebook(cells, parameters=parameters, opening=_OPENING) for name, cells in pages.items()
    }


def overview_folder(project: Project) -> Path:
    """Where the book lies."""
    return project.notebooks / KEY


def write_overview_notebooks(project: Project, overview: Overview) -> list[Path]:
    """Write those notebooks that are not there yet; what is there is the analyst's own and stays."""
    written = []
    for name, notebook in overview_notebooks(overview).items():
        path = overview_folder(project) / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
            written.append(path)
    return written


def _section(section: OverviewSection) -> _Cells:
    cells: _Cells = [
        ("title", "markdown", f"{UNNUMBERED}# {section.title} {{.unnumbered}}"),
        ("fetch", "code", f'report.fetch("{section.slug}")'),
        ("section", "code", f'report.section("{section.slug}")'),
    ]
    for figure in section.figures:
        heading = heading_words(figure.role, figure.heading)
        anchor = f"{{#figur-{figure.number} .unnumbered}}"
        cells += [
            (f"figure-{figure.number}-title", "markdown", f"## {heading} {anchor}"),
            (f"figure-{figure.number}", "code", f"report.figure({figure.number})"),
        ]
    return cells


def _all_municipalities(figure: OverviewFigure) -> _Cells:
    return [
        ("title", "markdown", f"{UNNUMBERED}# Alle kommuner: figur {figure.number} {{.unnumbered}}"),
        ("fetch", "code", "report.fetch()"),
        ("heading", "markdown", figure.heading.rstrip(".") + "."),
        ("municipalities", "code", f"report.all_municipalities({figure.number})"),
    ]
