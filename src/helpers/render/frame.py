"""Pages that belong to no book: the hub, goals, comparisons, statements, and what a site has beside its chapters."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from helpers.catalogue.brand import Brand, brand_of
from helpers.catalogue.imprint import Imprint, read_imprint
from helpers.project import Project
from helpers.render.assets import write_assets
from helpers.render.builtin.pages import environment, foot

HUB = "index.html"

BOOK_CSS, HUB_CSS = "plan.css", "hub.css"
"""In ``styles/``."""

FIND_SCRIPT = "find.html"
"""In ``styles/``: makes a list shrink as one types."""


def framed(
    template: str,
    project: Project,
    output: Path,
    above: str,
    *,
    brand: Brand | None = None,
    imprint: Imprint | None = None,
    scripts: Iterable[str] = (),
    **told: object,
) -> str:
    """A page by one of the templates that extend ``country.html``.

    Parameters
    ----------
    above
        From the page to the output folder: ``../../``.
    brand, imprint
        The project's, when none is given.
    scripts
        Files in ``styles/`` that the page ends with.
    """
    brand = brand or brand_of(project)
    styles = project.styles
    css = [path for path in (styles / BOOK_CSS, styles / HUB_CSS) if path.is_file()]
    given = {
        "assets": write_assets(project, output, brand, css).urls(above),
        "logo_alt": brand.logo_alt,
        "hub": f"{above}{HUB}",
        "sources": (),
        "example": False,
        "some_example": False,
        "script": "\n".join((styles / name).read_text(encoding="utf-8").strip() for name in scripts),
        **foot(imprint or read_imprint(project), above),
    }
    return environment().get_template(template).render({**given, **told})
