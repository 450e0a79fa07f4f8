"""The notebooks of investment projects as files: front page, one per project, target numbers, data and method.

A set of projects without notebooks of its own is rendered from these, written beside the site and thrown away.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.project import Project
from helpers.reports.base.notebooks import UNNUMBERED, CellText, book_settings, make_notebook, write_new
from helpers.reports.investeringer.models import InvestmentProject, InvestmentSet
from helpers.reports.investeringer.report import notebook_of

_OPENING = "from helpers import open_report\n\nreport = open_report(kommune, plan, periode, eksempel)"

_INDEX: list[CellText] = [
    ("title", "markdown", UNNUMBERED + "# Status kort {.unnumbered}"),
    ("fetch", "code", "report.fetch()"),
    ("summary", "code", "report.summary()"),
    ("overview-title", "markdown", "## Projekterne {#alle-projekter .unnumbered}"),
    ("overview", "code", "report.overview()"),
    ("policy-title", "markdown", "## Kommunens beskæftigelsespolitik {#beskaeftigelsespolitik .unnumbered}"),
    (
        "policy-intro",
        "markdown",
        "Projekterne understøtter fokusmålene for kommunens beskæftigelsespolitik. Skemaet viser de fokusområder, som "
        "projekterne selv nævner ved nummer.",
    ),
    ("policy", "code", "report.policy()"),
]

_TARGETS: list[CellText] = [
    ("title", "markdown", UNNUMBERED + "# Måltal {#sec-maaltal .unnumbered}"),
    ("fetch", "code", "report.fetch()"),
    (
        "intro",
        "markdown",
        "Måltallene viser, hvor mange fuldtidspersoner der regnes med på hver ydelse, og hvad investeringsprojekterne "
        "ændrer. Summerne er regnet efter.",
    ),
    ("targets", "code", "report.target_numbers()"),
    ("effects-title", "markdown", "## Projekternes bidrag {#projekternes-bidrag .unnumbered}"),
    ("effects", "code", "report.effects()"),
    ("held-title", "markdown", "## Niveauet fastholdes {#niveauet-fastholdes .unnumbered}"),
    (
        "held-intro",
        "markdown",
        "Et projekt kan skulle fastholde et niveau i stedet for at sænke det. Linjen viser startmålingen holdt uændret.",
    ),
    ("held", "code", "report.held_levels()"),
]

_DATA: list[CellText] = [
    ("title", "markdown", UNNUMBERED + "# Data og metode {.unnumbered}"),
    ("fetch", "code", "report.fetch()"),
    (
        "path",
        "markdown",
        "## Vejen og status {#vejen-og-status .unnumbered}\n\n"
        "Vejen er en lige linje fra startmålingen til det første mindste mål, derfra til det næste og så videre, måned "
        "for måned. Er startmålingen allerede bedre end målet, ligger vejen på målet: det skal holdes. En række, der "
        "tælles sammen fra projektets start, begynder ved 0, når den ikke har en startmåling. Andre rækker uden "
        "startmåling har først en vej fra det første mindste mål.\n\n"
        "- **Nået**: det nyeste tal opfylder det sidste mindste mål. Opfyldte startmålingen det allerede, er rækken "
        "på sporet, så længe niveauet holdes, og nået, når målets måned er kommet.\n"
        "- **På sporet**: det nyeste tal ligger på vejen eller på den gode side af den.\n"
        "- **Bagud**: det nyeste tal ligger på den anden side af vejen. Der rundes ikke af, før der sammenlignes.\n"
        "- **Ingen tal**: der er ingen måling efter startmålingen.\n"
        "- **Vurderes ikke**: kilden har intet mindste mål for rækken, eller der mangler et tal at sammenligne med.",
    ),
    (
        "shares",
        "markdown",
        "## Antal og andele {#antal-og-andele .unnumbered}\n\n"
        "»17 (17 pct.)« er et antal med sin andel af målgruppen. Målene gælder andelen. Er andelen ikke tastet ind, "
        "beregnes den kun, når hele gruppens antal er tastet ind for samme måned. Et mål skrevet som »48 (−40 pct.)« "
        "er både et antal og en ændring fra startmålingen; de to er regnet efter og siger det samme.\n\n"
        "## Kan det betale sig? {#kan-det-betale-sig .unnumbered}\n\n"
        "Besparelsen er antallet af sparede fuldtidspersoner i måltallene gange den årlige udgift pr. fuldtidsperson. "
        "Udgiften vises kun, når den er angivet med sin kilde; ellers vises kun personer. Intet er skønnet.",
    ),
    ("sources-title", "markdown", "## Rækkerne og deres kilder {#raekkernes-kilder .unnumbered}"),
    ("sources", "code", "report.sources()"),
    ("remarks-title", "markdown", "## Bemærkninger til kilden {#bemaerkninger .unnumbered}"),
    ("remarks", "code", "report.remarks()"),
    ("downloads-title", "markdown", "## Hent tallene {#hent .unnumbered}"),
    ("downloads", "code", "report.downloads()"),
]


def _project(entry: InvestmentProject) -> list[CellText]:
    key = entry.key

    def part(name: str, heading: str, method: str) -> list[CellText]:
        return [
            (f"{name}-title", "markdown", f"## {heading} {{#{name}-{key}-afsnit .unnumbered}}"),
            (name, "code", f'report.{method}("{key}")'),
        ]

    return [
        ("title", "markdown", f"# {entry.title} {{#sec-{key}}}"),
        ("fetch", "code", "report.fetch()"),
        ("standing", "code", f'report.project_status("{key}")'),
        *part("status", "Status", "status_table"),
        *part("skema", "Skema til månedsvis opfølgning", "form"),
        *part("baggrund", "Baggrund og målgruppe", "background"),
        *part("organisering", "Organisering", "organisation"),
        *part("aktiviteter", "Aktiviteter", "activities"),
        *part("succes", "Succeskriterier", "success"),
        *part("betaler-sig", "Kan det betale sig?", "business_case"),
        *part("figurer", "Vejen og de målte måneder", "figures"),
    ]


def investment_notebooks(projects: InvestmentSet, kommune: str) -> dict[str, NotebookNode]:
    """All notebooks of the book, by path from its folder, in the order of its chapters."""
    pages: dict[str, list[CellText]] = {"index.ipynb": _INDEX}
    for key, entry in projects.projects.items():
        pages[notebook_of(key)] = _project(entry)
    if projects.target_numbers is not None:
        pages["maaltal.ipynb"] = _TARGETS
    pages["data-og-metode.ipynb"] = _DATA
    parameters = f'kommune = "{kommune}"\nplan = "{projects.key}"\nperiode = ""\neksempel = ""'
    return {
        path: make_notebook(cells, parameters=parameters, opening=_OPENING) for path, cells in pages.items()
    }


def write_investment_book(
    project: Project, projects: InvestmentSet, folder: Path, *, kommune: str, author: str
) -> list[Path]:
    """Write the set's notebooks and ``_quarto.yml`` into `folder`; returns what was written.

    Parameters
    ----------
    kommune, author
        The municipality's name, and the name it calls itself by: ``Hedensted``, ``Hedensted Kommune``.

    Raises
    ------
    PlanError
        When one of the files is there already: an analyst's own text is never overwritten.
    """
    notebooks = investment_notebooks(projects, kommune)
    files = {folder / path: nbformat.writes(notebook) + "\n" for path, notebook in notebooks.items()}
    files[folder / "_quarto.yml"] = book_settings(
        project, folder, plan=projects.key, title=projects.title, author=author, chapters=list(notebooks)
    )
    return write_new(project, files, of=projects.key)
