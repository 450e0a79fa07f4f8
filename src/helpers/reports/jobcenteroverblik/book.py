"""The Jobcenteroverblik's notebooks as files: made from the template, then the analyst's own to edit.

In: the template. Out: the notebooks of ``notebooks/jobcenteroverblik``, without outputs and with ids that stay.
"""

from __future__ import annotations

from nbformat import NotebookNode

from helpers.reports.base.notebooks import OPENING, UNNUMBERED, CellText, make_notebook
from helpers.reports.jobcenteroverblik.models import (
    Jobcenteroverblik,
    JobCentre,
    TemplateFigure,
    TemplateSection,
)
from helpers.reports.jobcenteroverblik.ranking import heading_words
from helpers.reports.jobcenteroverblik.report import KEY, all_path, measured, section_path

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


def jobcenteroverblik_notebooks(jobcenteroverblik: Jobcenteroverblik) -> dict[str, NotebookNode]:
    """All notebooks of the book by name, in the order of its chapters."""
    pages: dict[str, _Cells] = {"index.ipynb": _INDEX}
    for section in jobcenteroverblik.template.sections:
        pages[section_path(jobcenteroverblik, section)] = _section(section)
    pages["alle-kommuner.ipynb"] = _ALL
    for figure in measured(jobcenteroverblik):
        pages[all_path(figure)] = _all_municipalities(figure)
    pages["data-og-metode.ipynb"] = _DATA
    example = _example_area(jobcenteroverblik).name
    parameters = f'kommune = "{example}"\nplan = "{KEY}"\nperiode = ""'
    return {
        name: make_notebook(cells, parameters=parameters, opening=OPENING) for name, cells in pages.items()
    }


def _example_area(jobcenteroverblik: Jobcenteroverblik) -> JobCentre:
    """The job centre that the notebooks open with: that of the printed report, else the first."""
    printed = {report.area for report in jobcenteroverblik.published}
    return next(
        (centre for centre in jobcenteroverblik.centres if centre.slug in printed),
        jobcenteroverblik.centres[0],
    )


def _section(section: TemplateSection) -> _Cells:
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


def _all_municipalities(figure: TemplateFigure) -> _Cells:
    return [
        ("title", "markdown", f"{UNNUMBERED}# Alle kommuner: figur {figure.number} {{.unnumbered}}"),
        ("fetch", "code", "report.fetch()"),
        ("heading", "markdown", figure.heading.rstrip(".") + "."),
        ("municipalities", "code", f"report.all_municipalities({figure.number})"),
    ]
