"""What the ``plan`` command writes for an analyst: files for typed-in months, and changes of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.documents import catalogue_text
from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.letters import did_you_mean
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


def write_checked(project: Project, path: Path, change: Callable[[str], str]) -> Catalogue:
    """Change a file of the catalogue (or write a new one), and keep the change only when the catalogue is right with it.

    Parameters
    ----------
    change
        Its text (empty: there is none yet) → what it is to be.

    Raises
    ------
    PlanError
        With what would be wrong; the file is then as it was.
    """
    load_catalogue(project)  # what was wrong before is told as that
    before, problem = catalogue_text(project, path) if path.is_file() else ("", None)
    if problem:
        raise PlanError([problem])
    existed = path.is_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, change(before).encode(), replace=True)
    try:
        return load_catalogue(project)
    except PlanError as error:
        if existed:
            write_whole(path, before.encode(), replace=True)
        else:
            path.unlink()
        raise PlanError(error.problems, "Nothing was written.") from None
