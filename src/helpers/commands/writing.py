"""What the ``plan`` command writes for an analyst to fill in: files for typed-in months."""

from __future__ import annotations

from pathlib import Path

from helpers.catalogue.documents import did_you_mean
from helpers.errors import PlanError
from helpers.project import Project
from helpers.reports import wings


def write_month(project: Project, key: str, *, plan: str = "", month: str = "") -> Path:
    """Write an empty file for a project's next month (or `month`); returns its path.

    Raises
    ------
    PlanError
        For an unknown project or month, or when the file is there already.
    """
    known: list[str] = []
    for wing in wings():
        own = wing.typed_in(project)
        if key in own:
            return wing.template(project, key, plan=plan, month=month)
        known += own
    raise PlanError.of(
        f"project {key}",
        f'Unknown project "{key}". {did_you_mean(key, known)}'.strip(),
        f"Projects are: {', '.join(known) or 'none'}.",
    )
