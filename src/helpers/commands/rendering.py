"""``plan render``: which variants are asked for, and what the terminal shows while they are made."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from helpers.catalogue import Catalogue, load_catalogue
from helpers.commands.investeringer import INVESTMENTS, investments_asked
from helpers.commands.jobcenteroverblik import OVERVIEW, overview_asked
from helpers.commands.request import Asked, RenderRequest, chosen_municipalities
from helpers.commands.typed import refuse_typed
from helpers.data import choose_basis, load_observations
from helpers.errors import PlanError
from helpers.periods import require_figures
from helpers.render import Event, Outcome, Variant, render_variants
from helpers.render.goals import write_comparison
from helpers.render.hub import PLAN, SiteEntry, write_hub, write_site_entry
from helpers.render.models import EngineName, Target
from helpers.render.workspace import output_lock
from helpers.reports.base.bookfiles import Book, Laid
from helpers.reports.base.names import SNAPSHOT_VARIABLE
from helpers.reports.plan.book import plan_contents
from helpers.reports.plan.country import CountryComparison, country_status
from helpers.reports.plan.report import Report, read_reports
from helpers.sources.manual import typed_problems

DEFAULT_PLAN = "frederikssund-2023"
TARGETS = ("html", "pdf")


def render_reports(request: RenderRequest, out: Console, err: Console) -> int:
    """Render what is asked for; returns how many variants failed.

    Raises
    ------
    PlanError
        When nothing can be rendered: an unknown municipality, plan or format, a catalogue with mistakes.
    """
    request.check()
    unknown = [part for part in request.to if part not in TARGETS]
    if unknown or not request.to:
        raise PlanError.of("--to", f'"{",".join(request.to)}" is none of html, pdf or html,pdf.')
    if any((request.output / name).exists() for name in ("catalogue", "_quarto.yml")):
        raise PlanError.of(
            "--output",
            f"The site would lie among a project's own files, in {request.output.resolve()}.",
            "Name a folder of its own: --output _site",
        )
    catalogue = load_catalogue(request.project)
    with request.holding:
        busy = f"Another plan render is at work in {request.output}; this one waits for it."
        request.holding.enter_context(output_lock(request.output, partial(request.told, busy)))
        with err.status("reading the figures"):
            asked = _asked(request, catalogue)
        for note in dict.fromkeys(note for item in asked for note in item.notes):
            err.print(f"[yellow]![/] {escape(note)}", soft_wrap=True)
        jobs = request.jobs or min(os.cpu_count() or 1, len(asked))
        made = iter(_with_progress(request, [item.variant for item in asked if not item.problems], jobs, err))
        outcomes = [
            Outcome(item.variant, "failed", problems=item.problems) if item.problems else next(made)
            for item in asked
        ]
        if "html" in request.to:
            with err.status("writing the list of municipalities"):
                _publish(request, catalogue, asked, outcomes)
    return _tell(request, outcomes, out, err)


def _asked(request: RenderRequest, catalogue: Catalogue) -> list[Asked]:
    if request.report == OVERVIEW:
        return overview_asked(request, catalogue)
    if request.report == INVESTMENTS:
        return investments_asked(request, catalogue)
    plan = catalogue.plan(request.plan or DEFAULT_PLAN)
    book = Book(plan_contents(request.project, plan)).laid()
    municipalities = chosen_municipalities(request, catalogue)
    refuse_typed(request.project, catalogue, municipalities if len(municipalities) == 1 else ())
    reports = read_reports(
        request.project,
        catalogue,
        plan,
        municipalities,
        bound=request.bound,
        snapshot=request.snapshot,
    )
    require_figures(request.bound, {period for report in reports[:1] for period in report.known_periods})
    return [
        replace(
            plan_asked(request, report, book),
            problems=typed_problems(request.project, catalogue, report.municipality),
        )
        for report in reports
    ]


def _publish(
    request: RenderRequest, catalogue: Catalogue, asked: Sequence[Asked], outcomes: Sequence[Outcome]
) -> None:
    """Tell the hub of each site; for many municipalities, a page for each goal that compares them all."""
    for item, outcome in zip(asked, outcomes, strict=True):
        if outcome.folder is not None:
            write_site_entry(outcome.folder, item.entry)
    if request.report == PLAN and (request.everyone or request.region):
        plan = catalogue.plan(request.plan or DEFAULT_PLAN)
        basis = choose_basis(request.project, catalogue, plan, request.snapshot)
        observations = load_observations(request.project, catalogue, basis)
        comparison = CountryComparison(
            plan,
            catalogue.municipalities,
            country_status(catalogue, plan, observations, request.bound),
            example=basis.kind == "example",
            data_day=asked[0].variant.dated,
        )
        write_comparison(request.project, request.output, catalogue, comparison)
    write_hub(request.project, request.output, base_url=request.base_url)


def plan_asked(request: RenderRequest, report: Report, book: Laid) -> Asked:
    """One municipality's plan as the rendering room wants it."""
    plan, municipality = report.plan, report.municipality
    slug = municipality.slug if plan.key == DEFAULT_PLAN else f"{plan.key}/{municipality.slug}"
    variant = Variant(
        book=book.folder,
        pages=book.pages,
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
        stamp=report.stamp,
    )
    counted = report.summary_of(plan.goals)
    entry = SiteEntry(
        PLAN,
        (municipality.code,),
        municipality.name,
        plan=plan.key,
        met=counted.met,
        of=len(plan.goals),
        unknown=counted.cannot_be_judged,
        newest=report.newest_period,
    )
    return Asked(variant, entry, book.notes)


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
            scheduler=request.scheduler,
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
