"""The reports, each in a wing of its own, and the registry by which the rest of the house knows them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.project import Project
    from helpers.reports.base.wing import Wing

REPORTS = ("plan", "jobcenteroverblik", "investeringer")
"""Folders of this room with a ``wing.py``. A report more is one folder, and its name here."""


def wing(key: str) -> Wing:
    """The report of that key; imported on first use, so that `plan --help` does not wait for pandas."""
    found: Wing = import_module(f"{__name__}.{key}.wing").WING
    return found


def wings() -> Iterator[Wing]:
    """All reports, in the order of the registry."""
    return map(wing, REPORTS)


def wing_of(project: Project, plan: str) -> Wing:
    """The report that a plan's key belongs to; the first for a key that nobody knows, which then says so."""
    return next((found for found in wings() if found.owns(project, plan)), wing(REPORTS[0]))


def open_report(kommune: str, plan: str = "", periode: str = "", eksempel: str | bool = False) -> Any:
    """The report of one municipality (or job centre), for its notebooks.

    Parameters
    ----------
    kommune
        A municipality by name, code or slug, in any case, with or without "Kommune"; for the Jobcenteroverblik
        also a joint job centre.
    plan
        Key of a plan, of a set of investment projects, or ``jobcenteroverblik``; empty for the municipality's newest plan,
        else the one for all.
    periode
        The newest period to show, as ``2023M11`` or ``2023Q02``; empty for the newest there is.
    eksempel
        ``ja`` shows example data, marked as such, whatever was fetched or typed in.

    Raises
    ------
    PlanError
        When the municipality, the plan or the period is unknown, with the nearest name; or when the catalogue
        has mistakes, all of them.
    """
    from helpers.project import RENDERING_VARIABLE
    from helpers.reports.base.report import rendered_once, selected_by_notebook

    example = str(eksempel).strip().lower() in ("ja", "true", "1", "yes")
    selection = selected_by_notebook(plan, periode, example=example)
    chosen = wing_of(selection.project, selection.plan)
    report = chosen.report(selection, kommune)
    if os.environ.get(RENDERING_VARIABLE) != "1":
        # `plan render` takes the catalogue's cells as they are now; JupyterLab and Quarto show the file's.
        for line in chosen.behind(report):
            warnings.warn(line, stacklevel=2)
    return rendered_once(report)
