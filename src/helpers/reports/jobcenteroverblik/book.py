"""The book of the Jobcenteroverblik: tiles, one page for each section, one for each figure of all municipalities."""

from __future__ import annotations

from pathlib import Path

from helpers.project import Project
from helpers.reports.base.notebooks import UNNUMBERED, Cell, Contents, Page, code, markdown
from helpers.reports.jobcenteroverblik.models import Overview, OverviewFigure, OverviewSection
from helpers.reports.jobcenteroverblik.ranking import heading_words
from helpers.reports.jobcenteroverblik.report import KEY, all_path, measured, section_path

EXAMPLE_AREA = "Vallensbæk/Ishøj"
"""What the parameters cell holds: the job centre of STAR's report of February 2017."""

SHARED = "alle-kommuner-figur.ipynb"
"""The notebook that the pages of all municipalities are made from, one for each figure."""

_INDEX = (
    markdown("title", f"{UNNUMBERED}# Placeringer {{.unnumbered}}"),
    code("fetch", "report.fetch()"),
    code("tiles", "report.tiles()"),
    markdown("introduction-title", "## Indledning {#indledning .unnumbered}"),
    code("introduction", "report.introduction()"),
)

_ALL = (
    markdown("title", f"{UNNUMBERED}# Alle kommuner {{.unnumbered}}"),
    markdown(
        "intro",
        "En side for hver figur viser alle 98 kommuners nyeste tal: som prikker langs en akse og som en tabel, der kan "
        "sorteres. Kommunens egen prik er fremhævet, og gruppen, den sammenlignes med, er mærket.",
    ),
    code("figures", "report.all_figures()"),
)

_DATA = (
    markdown("title", f"{UNNUMBERED}# Data og metode {{.unnumbered}}"),
    code("fetch", "report.fetch()"),
    code("method", "report.method()"),
    markdown("groups-title", "## Grupperne, der sammenlignes med {#grupper-afsnit .unnumbered}"),
    code("groups", "report.groups()"),
    markdown("sources-title", "## Figurerne og deres kilder {#kilder-afsnit .unnumbered}"),
    code("sources", "report.sources()"),
    markdown("caveats-title", "## Databrud {#databrud .unnumbered}"),
    code("caveats", "report.caveats()"),
)


def overview_folder(project: Project) -> Path:
    """Where the book lies."""
    return project.notebooks / KEY


def overview_contents(project: Project, overview: Overview) -> Contents:
    """The book as the template has it."""
    sections = overview.template.sections
    return Contents(
        project,
        KEY,
        overview_folder(project),
        title=overview.template.title,
        author=EXAMPLE_AREA,
        pages=(
            Page("index.ipynb", _INDEX),
            *(Page(section_path(overview, section), _section(section)) for section in sections),
            Page("alle-kommuner.ipynb", _ALL),
            *(
                Page(all_path(figure), _all_municipalities(figure), SHARED, f"figur = {figure.number}")
                for figure in measured(overview)
            ),
            Page("data-og-metode.ipynb", _DATA),
        ),
        parameters=f'kommune = "{EXAMPLE_AREA}"\nplan = "{KEY}"\nperiode = ""',
        opening="from helpers import open_overview\n\nreport = open_overview(kommune, plan, periode)",
    )


def _section(section: OverviewSection) -> tuple[Cell, ...]:
    cells = [
        markdown("plan-title", f"{UNNUMBERED}# {section.title} {{.unnumbered}}"),
        code("plan-fetch", f'report.fetch("{section.slug}")'),
        code("plan-section", f'report.section("{section.slug}")'),
    ]
    for figure in section.figures:
        heading = heading_words(figure.role, figure.heading)
        anchor = f"{{#figur-{figure.number} .unnumbered}}"
        cells += [
            markdown(f"plan-figure-{figure.number}-title", f"## {heading} {anchor}"),
            code(f"plan-figure-{figure.number}", f"report.figure({figure.number})"),
        ]
    return tuple(cells)


def _all_municipalities(figure: OverviewFigure) -> tuple[Cell, ...]:
    return (
        markdown("plan-title", f"{UNNUMBERED}# Alle kommuner: figur {figure.number} {{.unnumbered}}"),
        code("plan-fetch", "report.fetch()"),
        markdown("plan-heading", figure.heading.rstrip(".") + "."),
        code("plan-municipalities", "report.all_municipalities(figur)"),
    )
