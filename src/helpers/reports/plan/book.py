"""The book of a plan: the page in short, one for each focus area, changes, data and method."""

from __future__ import annotations

from dataclasses import replace

from helpers.catalogue import Catalogue
from helpers.catalogue.models import FocusArea, Plan
from helpers.catalogue.names import Names
from helpers.present.words import capital
from helpers.project import Project, book_plan
from helpers.reports.base.books import book_folder
from helpers.reports.base.notebooks import BookCell, BookPage, Contents, code, markdown, named

ANYBODY = "Kommunen"
"""Author of a book until `plan render` puts the municipality's name there; Quarto's PDF needs one."""


SINCE_LAST = "siden-sidst"
"""Name of the page on what was corrected since last."""


def chapter_path(project: Project, plan: Plan, area: FocusArea) -> str:
    """The focus area's notebook, seen from the book's folder (with forward slashes)."""
    return _path(project, plan, f"{area.number:02d}-{area.slug}")


def _path(project: Project, plan: Plan, name: str) -> str:
    return f"notebooks/{name}.ipynb" if book_plan(project.root) == plan.key else f"{name}.ipynb"


def _focus_area(plan: Plan, area: FocusArea) -> tuple[BookCell, ...]:
    cells = [
        markdown("plan-title", named(f"# {area.title}", f"#sec-{area.number}")),
        code("plan-fetch", f"report.fetch({area.number})"),
        markdown("plan-intro", area.intro.strip()),
        code("plan-verdicts", f"report.focus_area({area.number})"),
    ]
    for goal in area.goals:
        heading = f"## {plan.names.goal.title} {goal.number}: {goal.title}"
        cells += [
            markdown(f"plan-goal-{goal.number}-title", named(heading, f"#maal-{goal.number} .unnumbered")),
            code(f"plan-goal-{goal.number}", f'report.goal("{goal.number}")'),
            code(f"plan-figure-{goal.number}", f'report.figure("{goal.number}")'),
        ]
    return tuple(cells)


def _index(names: Names, *, surveys: bool) -> tuple[BookCell, ...]:
    cells = (
        markdown("title", named(f"# {capital(names.document.the)} kort", ".unnumbered")),
        code("fetch", "report.fetch()"),
        code("summary", "report.summary()"),
        markdown(
            "status-title", named(f"## Status på {names.goal.the_many}", "#status-paa-maalene .unnumbered")
        ),
        code("status", "report.status_table()"),
        markdown(
            "surveys-title", named("## Mål, der følges med undersøgelser", "#undersoegelser .unnumbered")
        ),
        code("surveys", "report.survey_status()"),
    )
    return cells if surveys else cells[:-2]


def _changes(names: Names) -> tuple[BookCell, ...]:
    document = names.document
    return (
        markdown("plan-title", named(f"# Ændringer i forhold til sidste {document.one}", ".unnumbered")),
        markdown(
            "intro",
            f"Skemaet viser, hvilke {names.area.many} og {names.goal.many} der er uændrede, nye, ændrede eller udgået i "
            f"forhold til den forrige {document.one}, og hvorfor. Det er beregnet ud fra de to {document.many}.",
        ),
        code("plan-summary", "report.changes_summary()"),
        code("plan-changes", "report.changes_table()"),
    )


_SINCE_LAST = (
    markdown("title", named("# Ændringer siden sidst", ".unnumbered")),
    markdown(
        "intro",
        "Tallene på Jobindsats revideres løbende, fordi kommuner og a-kasser registrerer bagud. Her står, hvilke af "
        "kommunens tal der er ændret, kommet til eller forsvundet siden den forrige hentning, og om det ændrer en "
        "vurdering.",
    ),
    code("revisions", "report.revisions()"),
)

_DATA = (
    markdown("title", named("# Data og metode", ".unnumbered")),
    code("fetch", "report.fetch()"),
    code("basis", "report.basis_note()"),
    markdown(
        "gap",
        named("## Sådan beregnes forskellen", "#forskel .unnumbered") + "\n\n"
        "Forskellen er kommunens tal minus målet, når en højere værdi er bedre, og målet minus kommunens tal, når en "
        "lavere værdi er bedre. En forskel på nul eller derover betyder, at målet er opfyldt; står der »under« eller "
        "»over« i målet, skal forskellen være større end nul. Forskelle mellem procenter er procentpoint.\n\n"
        "Et mål kan ikke vurderes, når et af tallene mangler, er diskretioneret eller gælder en anden periode.",
    ),
    code("remarks", "report.remarks()"),
    markdown(
        "states",
        named("## Tal, der ikke vises", "#diskretion .unnumbered") + "\n\n"
        "Jobindsats viser ikke antal under 3. Kilden skelner ikke mellem et skjult og et manglende tal, så begge dele "
        "står som »diskretioneret eller ikke opgjort«. Nul er et tal og vises som 0. Intet beregnes af et skjult tal: "
        "ingen sum, ingen andel og ingen forskel.",
    ),
    markdown(
        "chance",
        named("## Få personer og tilfældige udsving", "#udsving .unnumbered") + "\n\n"
        "Små tal svinger, også når intet har ændret sig. Hvor det er kendt, hvor mange et tal bygger på, er det beregnet, hvor langt "
        "tilfældige udsving alene kan flytte det i 95 af 100 tilfælde: for andele med Wilsons interval, for antal og for andele af befolkningen "
        "med Byars. »Få personer« betyder, at målet ligger inden for de udsving, eller at tallet bygger på under 30 personer. Vurderingen ændres "
        "ikke af det.\n\n"
        "Det er ikke en stikprøveusikkerhed, for alle er talt med, og det er et skøn: De samme personer går igen fra måned til måned, "
        "fuldtidspersoner er ikke personer, og landstallet tages, som det er. Intet af det vises, hvor antallet er ukendt eller diskretioneret, eller "
        "hvor det ville røbe et skjult antal; det samme gælder forskellen i personer.",
    ),
    markdown("series-title", named("## Serierne og deres kilder", "#serier .unnumbered")),
    code("series", "report.sources()"),
    code("outlook", "report.backtest()"),
    markdown("caveats-title", named("## Forbehold og databrud", "#forbehold .unnumbered")),
    code("caveats", "report.caveats()"),
    markdown("downloads-title", named("## Hent tallene", "#hent .unnumbered")),
    code("downloads", "report.downloads()"),
)


_ANALYST = (
    markdown("plan-title", named("# For analytikeren", ".unnumbered")),
    markdown(
        "intro",
        "Siden er for dem, der vedligeholder tallene: hvor kilden ikke er sikker, hvad der kan indtastes, og hvad der ikke kunne "
        "læses.",
    ),
    code("plan-analyst", "report.analyst()"),
)


_SHORT = (
    ("met", "Hvad er opfyldt?"),
    ("turned", "Hvad er vendt?"),
    ("gaps", "Hvor er afstanden størst i personer?"),
    ("areas", "Hvordan går det i hvert {area}?"),
)
"""The pages of the short edition, as :data:`helpers.reports.plan.short.PAGES` names them, and their headings."""


def _short_page(names: Names, name: str, heading: str) -> tuple[BookCell, ...]:
    said = heading.format(area=names.area.one)
    return (
        markdown(f"{name}-title", f"::: {{.short-page}}\n:::\n\n## {said} {{#{name} .unnumbered}}"),
        code(name, f'report.short("{name}")'),
    )


def short_contents(project: Project, catalogue: Catalogue, plan: Plan) -> Contents:
    """The plan's short edition: one page on the screen, four on paper."""
    names = plan.names
    cells = (
        markdown("title", named(f"# {capital(names.document.the)} på fire sider", ".unnumbered")),
        code("fetch", "report.fetch()"),
        *(cell for name, heading in _SHORT for cell in _short_page(names, name, heading)),
    )
    return replace(plan_contents(project, catalogue, plan), pages=(BookPage("index.ipynb", cells),))


def example_municipality(project: Project, catalogue: Catalogue, plan: Plan) -> str:
    """Name of the municipality that a plan's notebooks open with; `plan render` and papermill replace it.

    The plan's own; for a plan anyone may use, that of the project's plan, else the catalogue's first.
    """
    main = catalogue.plans.get(book_plan(project.root))
    owner = plan.municipality or (main.municipality if main else None)
    found = [area for area in catalogue.municipalities if area.slug == owner]
    return (found or catalogue.municipalities)[0].name


def plan_contents(project: Project, catalogue: Catalogue, plan: Plan) -> Contents:
    """The plan's book as the catalogue has it."""
    surveys = any(catalogue.survey(goal) for goal in plan.goals)
    pages = [BookPage("index.ipynb", _index(plan.names, surveys=surveys))]
    pages += [
        BookPage(chapter_path(project, plan, area), _focus_area(plan, area)) for area in plan.focus_areas
    ]
    if plan.previous:
        pages.append(BookPage(_path(project, plan, "aendringer"), _changes(plan.names)))
    pages.append(BookPage(_path(project, plan, SINCE_LAST), _SINCE_LAST))
    pages.append(BookPage(_path(project, plan, "data-og-metode"), _DATA))
    if plan.analyst_page:
        pages.append(BookPage(_path(project, plan, "for-analytikeren"), _ANALYST))
    municipality = example_municipality(project, catalogue, plan)
    return Contents(
        project,
        plan.key,
        book_folder(project, plan.key),
        title=plan.title,
        author=ANYBODY,
        pages=tuple(pages),
        parameters=f'kommune = "{municipality}"\nplan = "{plan.key}"\nperiode = ""',
    )
