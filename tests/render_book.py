"""A small book in a project of its own, in the forms that the report writes; for the tests of rendering.

Its numbers come from the parameters, so that a page that shows another municipality's can be told.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from helpers.project import Project
from helpers.render.models import Variant

CHECKOUT = Path(__file__).resolve().parents[1]

SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="720" height="380" viewBox="0 0 720 380">
<rect width="720" height="380" fill="#fff"/>
<text x="0" y="20" font-family="Source Sans Pro" font-size="16" font-weight="600">Andelen af A-dagpengemodtagere</text>
<polyline fill="none" stroke="#6b7780" stroke-width="2" points="50,120 150,110 250,130 350,100 450,105 550,90 650,95"/>
<polyline fill="none" stroke="#17506b" stroke-width="3" points="50,190 150,170 250,210 350,180 450,220 550,170 650,160"/>
<text x="656" y="99" font-family="Source Sans Pro" font-size="13">87,3</text>
<text x="656" y="164" font-family="Source Sans Pro" font-size="13">83,8</text>
</svg>"""
SPARK = """<svg xmlns="http://www.w3.org/2000/svg" width="90" height="24" viewBox="0 0 90 24">
<polyline fill="none" stroke="#17506b" stroke-width="2" points="2,20 20,12 40,16 60,6 88,4"/></svg>"""

OPENING = f'''from pathlib import Path
from IPython.display import Markdown

SEEDS = {{"Frederikssund": "83,8", "Hedensted": "91,2"}}
value = SEEDS.get(kommune, "50,0")
figures = Path("figures")
figures.mkdir(exist_ok=True)
(figures / "spark.svg").write_text("""{SPARK}""")


def figure(key):
    (figures / f"{{key}}.svg").write_text("""{SVG}""".replace("83,8", value))
    (figures / f"{{key}}.csv").write_text(f"periode;værdi\\n2023K2;{{value}}\\n", encoding="utf-8")
    rows = "".join(f'<tr><th scope="row">{{n}}. kvartal 2022</th><td class="num">{{n}}0,0</td><td class="num">{{value}}</td></tr>' for n in range(1, 10))
    return Markdown(f"""![Andelen af A-dagpengemodtagere i {{kommune}}, som har forladt ydelsen efter 13 uger](figures/{{key}}.svg){{{{#fig-{{key}} fig-alt="Linjefigur: {{kommune}} ender på {{value}} pct. i 2. kvartal 2023."}}}}

```{{{{=html}}}}
<details class="figure-numbers"><summary>Tal bag figuren</summary>
<table class="plan-table numbers" id="tal-{{key}}" data-quarto-disable-processing="true">
<caption class="visually-hidden">Tal bag figuren {{key}}</caption>
<thead><tr><th scope="col">Periode</th><th scope="col" class="num">Hele landet</th><th scope="col" class="num">{{kommune}}</th></tr></thead>
<tbody>{{rows}}</tbody></table>
<p class="downloads">Hent: <a href="figures/{{key}}.csv" download>Tal (CSV)</a></p>
</details>
```
""")


def goal(number, met):
    kind, word = ("met", "er opfyldt") if met else ("not-met", "er ikke opfyldt")
    sign = "✓" if met else "×"
    return Markdown(f"""::: {{{{.verdict .{{kind}}}}}}
**{{sign}} Mål {{number}} {{word}}.** {{value}} pct. havde forladt A-dagpenge efter 13 uger i 2. kvartal 2023. Det er 3,5 procentpoint under landsgennemsnittet på 87,3 pct.
:::""")
'''

STATUS = '''rows = ""
for area in range(1, 3):
    rows += f'<tr class="group"><th colspan="8" scope="rowgroup">Fokusområde {area} – Tidlig indsats for at få nye ledige tilbage i beskæftigelse</th></tr>'
    for letter, met in (("a", True), ("b", False), ("c", None)):
        kind, sign, word = {True: ("met", "✓", "Opfyldt"), False: ("not-met", "×", "Ikke opfyldt"), None: ("unknown", "?", "Kan ikke vurderes")}[met]
        rows += (
            f'<tr><th scope="row">{area}{letter}</th><td>Andelen af A-dagpengemodtagere, som har forladt ydelsen efter 13 uger, '
            f'skal mindst være på niveau med landsgennemsnittet.</td><td>2. kvartal 2023</td><td class="num">87,3\\u00a0pct.</td>'
            f'<td class="num">{value}\\u00a0pct.</td><td class="num">−3,5</td><td class="verdict-{kind}">{sign} {word}</td>'
            f'<td><img src="figures/spark.svg" alt="Stigende" width="90" height="24"></td></tr>'
        )
Markdown(f"""::: {{#tbl-status}}
```{{=html}}
<table class="plan-table status" id="statustabel"><thead><tr><th scope="col">Mål</th><th scope="col">Resultatmål</th><th scope="col">Periode</th><th scope="col" class="num">Landet</th><th scope="col" class="num">{kommune}</th><th scope="col" class="num">Forskel</th><th scope="col">Vurdering</th><th scope="col">Udvikling</th></tr></thead><tbody>{rows}</tbody></table>
```

Status på resultatmålene i {kommune}
:::""")'''

VERDICTS = '''import json
Path("verdicts.json").write_text(json.dumps({
    "notebooks/01-tidlig.ipynb": {"met": 0, "of": 2, "word": "0 af 2 mål opfyldt", "class": "not-met"},
    "notebooks/02-unge.ipynb": {"met": 2, "of": 2, "word": "2 af 2 mål opfyldt", "class": "met"},
}))
Markdown("""::: {.example-data}
**Eksempeldata.** Tallene er lavet til formålet og er ikke kommunens virkelige tal.
:::""")'''


def markdown(text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text)


def code(text: str, *tags: str) -> NotebookNode:
    cell = nbformat.v4.new_code_cell(text)
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


def notebook(first: str, *cells: NotebookNode, parameters: bool = True) -> NotebookNode:
    opening = (
        [code('kommune = "Greve"\nplan = "p"\nperiode = ""', "parameters"), code(OPENING)]
        if parameters
        else []
    )
    made = nbformat.v4.new_notebook(cells=[markdown(first), *opening, *cells])
    made.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made.metadata["language_info"] = {"name": "python"}
    return made


def sample_notebooks() -> dict[str, NotebookNode]:
    """The chapters of the sample book."""
    return {
        "index.ipynb": notebook(
            "<!-- forord -->\n\n# Planen kort {.unnumbered}",
            code(VERDICTS),
            markdown(
                "Planen har 7 fokusområder. Se @fig-1a, @sec-1, @sec-1a, @tbl-status og kapitlet om "
                "[tidlig indsats](notebooks/01-tidlig.ipynb#sec-1a). Tallene er fra »Jobindsats«.[^1]\n\n[^1]: Hentet i januar."
            ),
            markdown("## Status på resultatmålene {#status .unnumbered}"),
            code(STATUS),
        ),
        "notebooks/01-tidlig.ipynb": notebook(
            "# Tidlig indsats for at få nye ledige tilbage i beskæftigelse {#sec-1}",
            markdown("Nye ledige skal hurtigt tilbage i beskæftigelse. " * 6),
            markdown("## Resultatmål 1a {#sec-1a}"),
            code('goal("1a", False)'),
            code('figure("1a")'),
            markdown(
                "### Baggrund\n\nSom det ses af @fig-1a, er der langt igen.\n\n- et punkt\n- et punkt til\n"
            ),
            markdown("## Resultatmål 1b"),
            code('goal("1b", True)'),
            code('figure("1b")'),
            markdown(
                "::: {.callout-note}\n## Bemærk\nTallene er opgjort **uden** tilbagefald.\n:::\n\n"
                "| Ydelse | Antal |\n|:--|--:|\n| A-dagpenge | 1.234 |\n| Kontanthjælp | 56 |\n\n: Antal modtagere {#tbl-antal}"
            ),
        ),
        "notebooks/02-unge.ipynb": notebook(
            "# Flere unge skal have en uddannelse {#sec-2}",
            code('goal("6a", True)'),
            code('figure("6a")'),
            markdown("Se @fig-1b og @tbl-antal."),
        ),
        "notebooks/data.ipynb": notebook(
            "<!-- data -->\n\n# Data og metode {.unnumbered #sec-data}",
            markdown("## Kilder\n\nAlle tal er fra Jobindsats.\n\n1. Første\n2. Anden"),
            parameters=False,
        ),
    }


def plain_notebooks() -> dict[str, NotebookNode]:
    """A book without code, for what needs no kernel."""
    return {
        "index.ipynb": notebook("# Forord {.unnumbered}\n\nTekst.", parameters=False),
        "notebooks/data.ipynb": notebook("# Data\n\nAlle tal er fra Jobindsats.", parameters=False),
    }


CONFIGURATION = {
    "project": {"type": "book", "output-dir": "_book"},
    "lang": "da",
    "book": {
        "title": "Beskæftigelsesplan 2023",
        "author": "Jobcentret",
        "favicon": "styles/favicon.svg",
        "search": False,
        "chapters": [],
    },
    "brand": "_brand.yml",
    "language": {"crossref-sec-prefix": "Afsnit"},
    "execute": {"enabled": True, "echo": False, "warning": False},
    "filters": [{"path": "styles/plan.lua", "at": "pre-ast"}],
    "format": {
        "html": {
            "theme": ["default", "styles/brand.scss"],
            "css": "styles/plan.css",
            "toc": True,
            "toc-depth": 2,
            "html-table-processing": "none",
        },
        "typst": {
            "papersize": "a4",
            "pdf-standard": "ua-1",
            "template-partials": ["styles/typst-show.typ", "styles/plan.typ", "styles/page.typ"],
        },
    },
}


def write_book(folder: Path, notebooks: dict[str, NotebookNode] | None = None, **changes: object) -> Project:
    """Write a project with one book; `changes` replace top-level keys of its configuration."""
    notebooks = sample_notebooks() if notebooks is None else notebooks
    (folder / "catalogue").mkdir(parents=True, exist_ok=True)
    (folder / "catalogue" / "indicators.yml").write_text("{}\n")
    shutil.copytree(CHECKOUT / "styles", folder / "styles", dirs_exist_ok=True)
    shutil.copyfile(CHECKOUT / "_brand.yml", folder / "_brand.yml")
    configuration = {**CONFIGURATION, **changes}
    configuration["book"] = {**CONFIGURATION["book"], "chapters": list(notebooks)}
    (folder / "_quarto.yml").write_text(yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False))
    for path, made in notebooks.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(made, folder / path)
    return Project(folder)


def variant(project: Project, name: str = "Frederikssund", **changes: object) -> Variant:
    """The sample book for a municipality."""
    given = {
        "book": project.root,
        "slug": name.lower(),
        "parameters": {"kommune": name, "plan": "p", "periode": ""},
        "municipality": f"{name} Kommune",
        "dated": date(2024, 1, 15),
        "area": name.lower(),
        **changes,
    }
    return Variant(**given)


def copy_project(folder: Path) -> Project:
    """The project's own plan in a folder of its own, so that a test writes nothing into the checkout."""
    for name in ("catalogue", "notebooks", "styles", "data/raw/manual"):
        shutil.copytree(
            CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("figures", ".ipynb_checkpoints")
        )
    for name in ("index.ipynb", "_quarto.yml", "_brand.yml"):
        shutil.copyfile(CHECKOUT / name, folder / name)
    return Project(folder)
