"""The book of investment projects: front page, one page for each, target numbers, data and method."""

from __future__ import annotations

from helpers.catalogue.models import Municipality
from helpers.project import Project
from helpers.reports.base.books import book_folder
from helpers.reports.base.notebooks import BookCell, BookPage, Contents, code, markdown, named
from helpers.reports.investeringer.models import InvestmentProject, InvestmentSet
from helpers.reports.investeringer.report import notebook_of

_SHARED = "projekt.ipynb"
"""The notebook that the pages of all projects are made from."""

_INDEX = (
    markdown("title", named("# Status kort", ".unnumbered")),
    code("fetch", "report.fetch()"),
    code("summary", "report.summary()"),
    markdown("overview-title", named("## Projekterne", "#alle-projekter .unnumbered")),
    code("overview", "report.overview()"),
    markdown(
        "policy-title", named("## Kommunens beskæftigelsespolitik", "#beskaeftigelsespolitik .unnumbered")
    ),
    markdown(
        "policy-intro",
        "Projekterne understøtter fokusmålene for kommunens beskæftigelsespolitik. Skemaet viser de fokusområder, som "
        "projekterne selv nævner ved nummer.",
    ),
    code("policy", "report.policy()"),
)

_TARGETS = (
    markdown("plan-title", named("# Måltal", "#sec-maaltal .unnumbered")),
    code("fetch", "report.fetch()"),
    markdown(
        "intro",
        "Måltallene viser, hvor mange fuldtidspersoner der regnes med på hver ydelse, og hvad investeringsprojekterne "
        "ændrer.",
    ),
    code("plan-targets", "report.target_numbers()"),
    markdown("effects-title", named("## Projekternes bidrag", "#projekternes-bidrag .unnumbered")),
    code("plan-effects", "report.effects()"),
    markdown("held-title", named("## Niveauet fastholdes", "#niveauet-fastholdes .unnumbered")),
    markdown(
        "held-intro",
        "Et projekt kan skulle fastholde et niveau i stedet for at sænke det. Linjen viser startmålingen holdt uændret.",
    ),
    code("plan-held", "report.held_levels()"),
)

_DATA = (
    markdown("title", named("# Data og metode", ".unnumbered")),
    code("fetch", "report.fetch()"),
    markdown(
        "path",
        named("## Forventet udvikling og status", "#forventet-og-status .unnumbered") + "\n\n"
        "Det forventede er en lige linje fra startmålingen til det første minimumsmål, derfra til det næste og så videre, "
        "måned for måned. Er startmålingen allerede bedre end målet, ligger linjen på målet: det skal holdes. Et tal, der "
        "tælles sammen fra projektets start, begynder ved 0, når det ikke har en startmåling. Andre tal uden "
        "startmåling har først en linje fra det første minimumsmål.\n\n"
        "- **Nået**: det nyeste tal opfylder det sidste minimumsmål. Opfyldte startmålingen det allerede, er målet "
        "på sporet, så længe niveauet holdes, og nået, når målets måned er kommet.\n"
        "- **På sporet**: det nyeste tal ligger på linjen eller på den gode side af den.\n"
        "- **Bag efter planen**: det nyeste tal ligger på den anden side af linjen. Der rundes ikke af, før der sammenlignes.\n"
        "- **Ingen tal**: der er ingen måling efter startmålingen.\n"
        "- **Vurderes ikke**: kilden har intet minimumsmål, eller der mangler et tal at sammenligne med.",
    ),
    markdown(
        "shares",
        named("## Antal og andele", "#antal-og-andele .unnumbered") + "\n\n"
        "»17 (17 pct.)« er et antal med sin andel af målgruppen. Målene gælder andelen. Er andelen ikke oplyst, "
        "beregnes den kun, når hele gruppens antal er oplyst for samme måned. Et mål skrevet som »48 (−40 pct.)« "
        "er både et antal og en ændring fra startmålingen; de to er regnet efter og siger det samme.\n\n"
        + named("## Kan det betale sig?", "#kan-det-betale-sig .unnumbered")
        + "\n\n"
        "Besparelsen er antallet af sparede fuldtidspersoner i måltallene gange den årlige udgift pr. fuldtidsperson. "
        "Udgiften vises kun, når den er angivet med sin kilde; ellers vises kun personer. Intet er skønnet.",
    ),
    markdown("sources-title", named("## Tallene og deres kilder", "#raekkernes-kilder .unnumbered")),
    code("sources", "report.sources()"),
    markdown("remarks-title", named("## Bemærkninger til kilden", "#bemaerkninger .unnumbered")),
    code("remarks", "report.remarks()"),
    markdown("downloads-title", named("## Hent tallene", "#hent .unnumbered")),
    code("downloads", "report.downloads()"),
)


def _project(entry: InvestmentProject) -> tuple[BookCell, ...]:
    def part(name: str, heading: str, method: str) -> tuple[BookCell, BookCell]:
        return (
            markdown(f"plan-{name}-title", named(f"## {heading}", f"#{name}-{entry.key}-afsnit .unnumbered")),
            code(f"plan-{name}", f"report.{method}(projekt)"),
        )

    return (
        markdown("plan-title", named(f"# {entry.title}", f"#sec-{entry.key}")),
        code("plan-fetch", "report.fetch()"),
        code("plan-standing", "report.project_status(projekt)"),
        *part("status", "Status", "status_table"),
        *part("skema", "Skema til månedsvis opfølgning", "form"),
        *part("baggrund", "Baggrund og målgruppe", "background"),
        *part("organisering", "Organisering", "organisation"),
        *part("aktiviteter", "Aktiviteter", "activities"),
        *part("succes", "Succeskriterier", "success"),
        *part("betaler-sig", "Kan det betale sig?", "business_case"),
        *part("figurer", "Udvikling mod målet", "figures"),
    )


def investment_contents(project: Project, projects: InvestmentSet, area: Municipality) -> Contents:
    """The set's book as the catalogue has it; `area` is the municipality whose projects they are."""
    pages = [BookPage("index.ipynb", _INDEX)]
    pages += [
        BookPage(notebook_of(key), _project(entry), _SHARED, f'projekt = "{key}"')
        for key, entry in projects.projects.items()
    ]
    if projects.target_numbers is not None:
        pages.append(BookPage("maaltal.ipynb", _TARGETS))
    pages.append(BookPage("data-og-metode.ipynb", _DATA))
    return Contents(
        project,
        projects.key,
        book_folder(project, projects.key),
        title=projects.title,
        author=area.long_name,
        pages=tuple(pages),
        parameters=f'kommune = "{area.name}"\nplan = "{projects.key}"\nperiode = ""\neksempel = ""',
        opening="from helpers import open_report\n\nreport = open_report(kommune, plan, periode, eksempel)",
    )
