"""The pages that compare all municipalities on one goal each: ``<output>/maal/<plan>/<number>.html`` with a CSV file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from helpers.catalogue.brand import brand_of
from helpers.periods import danish_day
from helpers.present.stamp import EXAMPLE_MARK
from helpers.present.theme import Palette, palette_from
from helpers.present.words import FEW_WORDS
from helpers.project import Project
from helpers.render.drawings import coloured
from helpers.render.frame import framed
from helpers.render.hub import (
    COMPARISONS,
    GOALS,
    homes,
    read_municipalities,
    read_sites,
    source_owners,
)
from helpers.render.workspace import put_texts
from helpers.reports.base.goals import ComparedIndicator, GoalComparison, GoalPage

SCRIPTS = "sort.html", "goal.html"
"""In ``styles/``: they make the heads of sortable tables buttons, and show the municipality that an address names."""

_ABOVE = "../../"
"""From a goal's page to the hub."""


def write_comparison(
    project: Project, output: Path, comparison: GoalComparison, *, marked: bool = False
) -> tuple[Path, ...]:
    """Write the goals' pages of a plan, all or none; :func:`helpers.render.hub.write_hub` then lists them.

    Names of municipalities that have a site in the output are links to it.

    Parameters
    ----------
    marked
        Example data were asked for: titles and file names say EKSEMPEL.

    Returns
    -------
    tuple of Path
        The pages, in the plan's order.

    Raises
    ------
    PlanError
        When the output cannot be written.
    """
    colours = palette_from(brand_of(project).colours)
    pages = tuple(
        replace(page, parts=tuple(_on_page(part, colours, marked) for part in page.parts))
        for page in comparison.pages
    )
    sites = read_sites(output)
    links = homes(sites, read_municipalities(project))
    files = {GOALS: json.dumps(_index(comparison), ensure_ascii=False, indent=1) + "\n"}
    for index, page in enumerate(pages):
        files[f"{page.number}.html"] = framed(
            "goal.html",
            project,
            output,
            _ABOVE,
            scripts=SCRIPTS,
            page=page,
            previous=_at(pages, index - 1),
            next=_at(pages, index + 1),
            sources=source_owners(s for s in sites if s.plan == comparison.plan),
            homes={slug: f"{_ABOVE}{url}" for slug, url in links.items()},
            comparison=comparison,
            example=comparison.example,
            mark=f"{EXAMPLE_MARK} " if marked else "",
            few=FEW_WORDS,
            date=danish_day(comparison.data_day) if comparison.data_day else "",
        )
        files |= {part.csv_name: part.csv for part in page.parts}
    folder = put_texts(files, output, f"{COMPARISONS}/{comparison.plan}")
    return tuple(folder / f"{page.number}.html" for page in pages)


def _on_page(part: ComparedIndicator, colours: Palette, marked: bool) -> ComparedIndicator:
    name = f"{EXAMPLE_MARK}-{part.csv_name}" if marked else part.csv_name
    return replace(
        part, wide=coloured(part.wide, colours), narrow=coloured(part.narrow, colours), csv_name=name
    )


def _at(pages: Sequence[GoalPage], index: int) -> GoalPage | None:
    return pages[index] if 0 <= index < len(pages) else None


def _index(comparison: GoalComparison) -> dict[str, object]:
    return {
        "plan": comparison.plan,
        "title": comparison.title,
        "owner": comparison.owner,
        "example": comparison.example,
        "basis": "example" if comparison.example else "real",
        "goals": [
            {"number": p.number, "title": p.title, "url": f"{p.number}.html", "met": p.met, "of": p.of}
            for p in comparison.pages
        ],
    }
