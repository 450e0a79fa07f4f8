"""The accessibility statement as a page of the site, filled from ``site.yml``."""

from __future__ import annotations

from pathlib import Path

from helpers.catalogue.imprint import own_imprints, read_imprint
from helpers.data.files import write_whole
from helpers.periods import danish_day
from helpers.project import Project
from helpers.render.builtin.pages import STATEMENTS, statement_page
from helpers.render.frame import framed

_ABOVE = "../"
"""From a statement to the hub."""


def write_statements(project: Project, output: Path) -> tuple[Path, ...]:
    """Write the statements that are pages of the site, and remove those that are none any more.

    Raises
    ------
    PlanError
        When ``site.yml`` has mistakes.
    """
    written = []
    for slug in ("", *own_imprints(project)):
        imprint = read_imprint(project, slug)
        page, told = statement_page(imprint), imprint.accessibility
        if page is None or told is None:
            continue
        days = {name: danish_day(day) for name in ("made", "reviewed") if (day := getattr(told, name))}
        text = framed("statement.html", project, output, _ABOVE, imprint=imprint, told=told, days=days)
        target = output / page
        target.parent.mkdir(exist_ok=True)
        write_whole(target, text.encode(), replace=True)
        written.append(target)
    for old in (output / STATEMENTS).glob("*.html"):
        if old not in written:
            old.unlink()
    return tuple(written)
