"""The page that ``plan compare-areas`` writes: ``<output>/sammenlign/<plan>-<goal>-<areas>/index.html`` with its numbers as CSV."""

from __future__ import annotations

import json
from pathlib import Path

from helpers.catalogue.brand import brand_of
from helpers.periods import danish_day
from helpers.present.draw import svg_of
from helpers.present.output import FigurePart, TablePart, TextPart
from helpers.present.stamp import EXAMPLE_MARK
from helpers.present.theme import palette_from
from helpers.project import Project
from helpers.render.drawings import apart, coloured
from helpers.render.frame import HUB, framed
from helpers.render.hub import AREAS, AREAS_RECORD
from helpers.render.workspace import put_texts
from helpers.reports.base.goals import AreasPage

_ABOVE = "../../"
"""From the page to the hub."""


def write_areas(project: Project, output: Path, page: AreasPage) -> Path:
    """Write the page with its CSV files, and say where it lies; what was there before goes when it is whole.

    Raises
    ------
    PlanError
        When the output cannot be written.
    """
    colours = palette_from(brand_of(project).colours)
    blocks: list[dict[str, object]] = []
    files: dict[str, str] = {}
    for part in page.shown.parts:
        if isinstance(part, FigurePart):
            name = f"{EXAMPLE_MARK}-{part.key}.csv" if page.example else f"{part.key}.csv"
            files[name] = part.csv or ""
            drawings = [
                coloured(apart(svg_of(spec, font=False), kind), colours)
                for kind, spec in (("bred", part.spec), ("smal", part.narrow))
                if spec is not None
            ]
            told = {"alt": part.alt, "caption": part.caption, "csv": name, "source": part.source}
            blocks.append({"figure": drawings, **told})
        elif isinstance(part, TablePart):
            blocks.append({"table": part.markup, "label": part.text})
        elif isinstance(part, TextPart):
            blocks.append({"text": " ".join(part.paragraphs)})
    files[HUB] = framed(
        "areas.html",
        project,
        output,
        _ABOVE,
        page=page,
        example=page.example,
        blocks=blocks,
        hub=f"{_ABOVE}{HUB}" if (output / HUB).is_file() else "",
        mark=f"{EXAMPLE_MARK} " if page.example else "",
        date=danish_day(page.data_day) if page.data_day else "",
    )
    files[AREAS_RECORD] = json.dumps({"example": page.example}) + "\n"
    return put_texts(files, output, f"{AREAS}/{page.slug}") / HUB
