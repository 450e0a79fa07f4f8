"""``plan render``: which variants are asked for, and what the terminal shows while they are made."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.models import Municipality, Plan
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.project import Project
from helpers.render import Event, Outcome, Variant, render_variants
from helpers.render.models import EngineName, Target
from helpers.report.book import book_folder, has_book, write_book
from helpers.report.notebooks import fresh_folder
from helpers.report.plan import SNAPSHOT_VARIABLE, read_report

DEFAULT_PLAN = "frederikssund-2023"
TARGETS = ("html", "pdf")


@dataclass(frozen=True)
class RenderRequest:
    """What was typed after ``plan render``; every field is named as its option."""

    project: Project
    report: str
    municipalities: tuple[str, ...]
    plan: str
    bound: Period | None
    snapshot: date | None
    to: tuple[str, ...]
    engine: str
    output: Path
    everyone: bool
    region: str
    jobs: int
    force: bool
    example: bool
    scheduler: str


def render_reports(request: RenderRequest, out: Console, err: Console) -> int:
    """Render what is asked for; returns how many variants failed.

    Raises
    ------
    PlanError
        When nothing can be rendered: an unknown municipality, plan or format, a catalogue with mistakes.
    """
    unknown = [part for part in request.to if part not in TARGETS]
    if unknown or not request.to:
        raise PlanError.of("--to", f'"{",".join(request.to)}" is none of html, pdf or html,pdf.')
    catalogue = load_catalogue(request.project)
    with err.status("reading the figures"):
        variants = _variants(request, catalogue)
    jobs = request.jobs or min(os.cpu_count() or 1, len(variants))
    outcomes = _with_progress(request, variants, jobs, err)
    return _tell(request, outcomes, out, err)


def _variants(request: RenderRequest, catalogue: Catalogue) -> list[Variant]:
    if request.report == "jobcenteroverblik":
        from helpers.commands.overview import overview_variants

        return overview_variants(request, catalogue)
    if request.report == "investeringer":
        from helpers.commands.investments import investment_variants

        return investment_variants(request, catalogue)
    plan = catalogue.plan(request.plan or DEFAULT_PLAN)
    book = _book(request.project, plan)
    return [
        plan_variant(request, catalogue, plan, area, book)
        for area in chosen_municipalities(request, catalogue)
    ]


def chosen_municipalities(request: RenderRequest, catalogue: Catalogue) -> list[Municipality]:
    """The municipalities that were named, those of a region, or all 98; each once."""
    if request.region:
        wanted = request.region.casefold().removeprefix("region ").strip()
        regions = sorted({m.region for m in catalogue.municipalities})
        found = [m for m in catalogue.municipalities if m.region.casefold() == wanted]
        if not found:
            raise PlanError.of(
                "--region", f'"{request.region}" is no region.', f"Regions: {', '.join(regions)}."
            )
        return found
    if request.everyone:
        return list(catalogue.municipalities)
    if not request.municipalities:
        raise PlanError.of(
            "plan render",
            "No municipality is named.",
            "Name one or more (plan render Frederikssund), or take them all: plan render --all",
        )
    return list({m.code: m for m in map(catalogue.municipality, request.municipalities)}.values())


def _book(project: Project, plan: Plan) -> Path:
    if has_book(project, plan):
        return book_folder(project, plan)
    folder = fresh_folder(project, plan.key)
    write_book(project, plan, folder)
    return folder


def plan_variant(
    request: RenderRequest, catalogue: Catalogue, plan: Plan, municipality: Municipality, book: Path
) -> Variant:
    """One municipality's plan as the rendering room wants it."""
    report = read_report(
        request.project, catalogue, plan, municipality, bound=request.bound, snapshot=request.snapshot
    )
    slug = municipality.slug if plan.key == DEFAULT_PLAN else f"{plan.key}/{municipality.slug}"
    return Variant(
        book=book,
        slug=slug,
        parameters={
            "kommune": municipality.name,
            "plan": plan.key,
            "periode": request.bound.id if request.bound else "",
        },
        title=plan.title,
        municipality=municipality.long_name,
        dated=report.data_day,
        environment={SNAPSHOT_VARIABLE: request.snapshot.isoformat()} if request.snapshot else {},
        area=municipality.slug,
        inputs=report.fingerprint,
    )


def _with_progress(
    request: RenderRequest, variants: Sequence[Variant], jobs: int, console: Console
) -> list[Outcome]:
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=console,
        transient=True,
    )
    parts: dict[str, tuple[int, int]] = {variant.slug: (0, 1) for variant in variants}
    with bar:
        task = bar.add_task("rendering", total=len(variants))

        def told(event: Event) -> None:
            parts[event.variant.slug] = (event.done, event.total)
            done = sum(done / total for done, total in parts.values() if total)
            words = f"{event.variant.municipality or event.variant.slug}: {event.what or event.step.value}"
            bar.update(task, completed=done, description=escape(words))

        return render_variants(
            request.project,
            variants,
            to=cast("tuple[Target, ...]", request.to),
            engine=cast("EngineName", request.engine),
            output=request.output,
            jobs=jobs,
            force=request.force,
            progress=told,
        )


FEW = 5
"""So many variants are told one by one; of more, only those that failed."""


def _tell(request: RenderRequest, outcomes: Sequence[Outcome], out: Console, err: Console) -> int:
    failed = [outcome for outcome in outcomes if not outcome.ok]
    for outcome in outcomes:
        if outcome.ok and len(outcomes) <= FEW:
            out.print(f"{outcome.status}  {escape(str(outcome.folder))}/index.html", soft_wrap=True)
            if outcome.pdf:
                out.print(f"{'':9} {escape(str(outcome.pdf))}", soft_wrap=True)
        for warning in outcome.warnings:
            err.print(f"[yellow]![/] {escape(outcome.variant.slug)}: {escape(warning)}", soft_wrap=True)
    for outcome in failed:
        for problem in outcome.problems:
            err.print(
                f"[bold red]✗[/] {escape(outcome.variant.slug)}: {escape(str(problem))}", soft_wrap=True
            )
    counts = {name: sum(o.status == name for o in outcomes) for name in ("rendered", "unchanged", "failed")}
    if len(outcomes) > FEW or failed:
        out.print(", ".join(f"{count} {name}" for name, count in counts.items() if count))
    out.print(f"Open {escape(str(request.output / 'index.html'))}", soft_wrap=True)
    return len(failed)
