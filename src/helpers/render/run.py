"""Render many variants: choose the engine and share out the work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import pypandoc
import typst

from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.render.models import Event, Format, Outcome, Progress, Step, Variant
from helpers.render.quarto import find_quarto, is_new_enough, require_quarto
from helpers.render.share import share_out
from helpers.render.worker import BUILT_IN, QUARTO, Setting, Worker
from helpers.render.workspace import building
from helpers.reports.base.names import EngineName


def choose_engine(wanted: EngineName, *, many: bool = False) -> tuple[EngineName, str, str]:
    """Name of the engine, its version, and a line for the user where a Quarto on PATH made it a choice.

    ``auto`` is Quarto when one is on PATH that is new enough, and the built-in engine otherwise.

    Parameters
    ----------
    many
        Whether a region or the whole country is rendered: ``auto`` is then the built-in engine (docs/rendering.md has
        what each costs).

    Raises
    ------
    PlanError
        When Quarto is asked for and there is none, or only an older one.
    """
    if wanted == QUARTO:
        return QUARTO, require_quarto()[1], ""
    found = find_quarto() if wanted == "auto" else None
    said = ""
    if found and not is_new_enough(found[1]):
        said = f"Engine: built-in. The Quarto on PATH is {found[1]}, too old for books as PDF."
    elif found and many:
        said = "Engine: built-in, which takes a third of the time; --engine quarto takes Quarto."
    elif found:
        said = f"Engine: Quarto {found[1]}, as it is on PATH; --engine built-in does without."
        return QUARTO, found[1], said
    version = f"pandoc {pypandoc.get_pandoc_version()}, typst {getattr(typst, '__version__', '')}"
    return BUILT_IN, version, said


def _check(variants: Sequence[Variant]) -> None:
    problems = [
        Problem(
            slug,
            f"{count} of the sites asked for would lie in this folder.",
            "Render them one after the other, or elsewhere.",
        )
        for slug, count in Counter(variant.slug for variant in variants).items()
        if count > 1
    ]
    if problems:
        raise PlanError(problems)


def render_variants(
    project: Project,
    variants: Sequence[Variant],
    *,
    to: Collection[Format] = ("html", "pdf"),
    engine: EngineName = "auto",
    output: Path,
    jobs: int = 1,
    scheduler: str = "",
    force: bool = False,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Render each variant to ``<output>/<slug>/``; :func:`helpers.render.hub.write_hub` then lists them.

    Parameters
    ----------
    scheduler
        Address of a Dask cluster that renders instead, ``tcp://host:8786``.

    Returns
    -------
    list of Outcome
        One per variant, in their order; a failed one stops no other.

    Raises
    ------
    PlanError
        When nothing can be rendered at all: an unreadable ``_quarto.yml``, no such engine, an output folder
        that cannot be written, a cluster that cannot be reached.
    """
    _check(variants)
    on_event = progress or (lambda _: None)
    name, version, _ = choose_engine(engine)
    setting = Setting(project, output.resolve(), name, version, frozenset(to), force)
    # A book that cannot be read fails the whole run before anything is begun.
    worker = Worker(setting)
    for variant in variants:
        worker.book(variant)
    settled = {index: done for index, variant in enumerate(variants) if (done := worker.settled(variant))}
    with building(setting.output) as build:
        work = []
        for index, variant in enumerate(variants):
            total = worker.steps(variant)
            if index in settled:
                on_event(Event(variant, Step.UNCHANGED, total, total))
                continue
            room = build / str(index)
            room.mkdir()
            on_event(Event(variant, Step.QUEUED, 0, total))
            work.append((variant, room))
        rendered = iter(share_out(setting, work, jobs=jobs, scheduler=scheduler, on_event=on_event))
        outcomes = [settled.get(index) or next(rendered) for index in range(len(variants))]
    return outcomes
