"""The book of the Jobcenteroverblik: tiles, one page for each section, one for each figure of all municipalities."""

from __future__ import annotations

from helpers.catalogue.areas import JobCentre
from helpers.project import Project
from helpers.reports.base.books import book_folder
from helpers.reports.base.notebooks import BookCell, BookPage, Contents, code, markdown, named
from helpers.reports.jobcenteroverblik.models import (
    Jobcenteroverblik,
    TemplateFigure,
    TemplateSection,
)
from helpers.reports.jobcenteroverblik.numbers import KEY
from helpers.reports.jobcenteroverblik.ranking import heading_words
from helpers.reports.jobcenteroverblik.report import ALL, all_path, measured_figures, section_path

SHARED = f"{ALL}-figur.ipynb"
"""The notebook that the pages of all municipalities are made from, one for each figure."""

_INDEX = (
    markdown("title", named("# Placeringer", ".unnumbered")),
    code("fetch", "report.fetch()"),
    code("tiles", "report.tiles()"),
    markdown("introduction-title", named("## Indledning", "#indledning .unnumbered")),
    code("introduction", "report.introduction()"),
)

_ALL = (
    markdown("title", named("# Alle kommuner", ".unnumbered")),
    markdown(
        "intro",
        "En side for hver figur viser alle 98 kommuners nyeste tal: som prikker langs en akse og som en tabel, der kan "
        "sorteres. Kommunens egen prik er fremhævet, og gruppen, den sammenlignes med, er mærket.",
    ),
    code("figures", "report.all_figures()"),
)

_DATA = (
    markdown("title", named("# Data og metode", ".unnumbered")),
    code("fetch", "report.fetch()"),
    code("method", "report.method()"),
    markdown("groups-title", named("## Grupperne, der sammenlignes med", "#grupper-afsnit .unnumbered")),
    code("groups", "report.groups()"),
    markdown("sources-title", named("## Figurerne og deres kilder", "#kilder-afsnit .unnumbered")),
    code("sources", "report.sources()"),
    markdown("caveats-title", named("## Databrud", "#databrud .unnumbered")),
    code("caveats", "report.caveats()"),
    markdown("plan-downloads-title", named("## Hent tallene", "#hent .unnumbered")),
    code("plan-downloads", "report.downloads()"),
)


def jobcenteroverblik_contents(project: Project, jobcenteroverblik: Jobcenteroverblik) -> Contents:
    """The book as the template has it."""
    template = jobcenteroverblik.template
    example = _example_area(jobcenteroverblik).name
    sections = [
        BookPage(section_path(jobcenteroverblik, section), _section(section)) for section in template.sections
    ]
    figures = [
        BookPage(all_path(figure), _all_municipalities(figure), SHARED, f"figur = {figure.number}")
        for figure in measured_figures(jobcenteroverblik)
    ]
    front, data = BookPage("index.ipynb", _INDEX), BookPage("data-og-metode.ipynb", _DATA)
    return Contents(
        project,
        KEY,
        book_folder(project, KEY),
        title=template.title,
        author=example,
        pages=(front, *sections, BookPage(f"{ALL}.ipynb", _ALL), *figures, data),
        parameters=f'kommune = "{example}"\nplan = "{KEY}"\nperiode = ""',
    )


def _example_area(jobcenteroverblik: Jobcenteroverblik) -> JobCentre:
    """The job centre that the notebooks open with: that of the printed report, else the first."""
    printed = {report.area for report in jobcenteroverblik.published}
    return next(
        (centre for centre in jobcenteroverblik.centres if centre.slug in printed),
        jobcenteroverblik.centres[0],
    )


def _section(section: TemplateSection) -> tuple[BookCell, ...]:
    cells = [
        markdown("plan-title", named(f"# {section.title}", ".unnumbered")),
        code("plan-fetch", f'report.fetch("{section.slug}")'),
        code("plan-section", f'report.section("{section.slug}")'),
    ]
    for figure in section.figures:
        if figure.gone:
            continue
        heading = heading_words(figure.role, figure.heading)
        cells += [
            markdown(
                f"plan-figure-{figure.number}-title",
                named(f"## {heading}", f"#figur-{figure.number} .unnumbered"),
            ),
            code(f"plan-figure-{figure.number}", f"report.figure({figure.number})"),
        ]
    if any(figure.gone for figure in section.figures):
        cells += [
            markdown("plan-gone-title", named("## Findes ikke længere", "#findes-ikke-laengere .unnumbered")),
            code("plan-gone", f'report.gone("{section.slug}")'),
        ]
    return tuple(cells)


def _all_municipalities(figure: TemplateFigure) -> tuple[BookCell, ...]:
    return (
        markdown("plan-title", named(f"# Alle kommuner: {figure.short}", ".unnumbered")),
        code("plan-fetch", "report.fetch()"),
        markdown("plan-heading", figure.heading.rstrip(".") + "."),
        code("plan-municipalities", "report.all_municipalities(figur)"),
    )
