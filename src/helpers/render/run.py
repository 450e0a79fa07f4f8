"""Render many variants: private copy, notebooks, engine, and the whole site moved to its place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from helpers.errors import PlanError
from helpers.project import Project
from helpers.render.models import EngineName, Outcome, Progress, Target, Variant


def render_variants(
    project: Project,
    variants: Sequence[Variant],
    *,
    to: Collection[Target] = ("html", "pdf"),
    engine: EngineName = "auto",
    output: Path,
    jobs: int = 1,
    force: bool = False,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Render each variant to ``<output>/<slug>/`` and the hub to ``<output>/index.html``.

    Parameters
    ----------
    to
        ``html``, ``pdf`` or both.
    engine
        ``quarto``, ``built-in``, or ``auto``: Quarto when it is on PATH and new enough.
    jobs
        Number of worker processes.
    force
        Render also what is unchanged.
    progress
        Called in this process for every :class:`Event`.

    Returns
    -------
    list of Outcome
        One per variant, in their order; a failed one stops no other.

    Raises
    ------
    PlanError
        When nothing can be rendered at all: an unreadable ``_quarto.yml``, no such engine, an output folder
        that cannot be written.
    """
    raise PlanError.of("helpers.render", "Rendering is not wired yet.")
