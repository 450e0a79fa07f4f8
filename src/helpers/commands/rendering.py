"""``plan render``: which variants are asked for, and what the terminal shows while they are made."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.imprint import FILE, read_imprint
from helpers.catalogue.models import NATIONAL, Certainty
from helpers.commands.lastrun import LastRun, SaidLine, tell
from helpers.commands.typed import refuse_typed
from helpers.data.basis import choose_basis, keyless, plan_indicators, shown_indicators, snapshot_days
from helpers.data.editions import keep_typed
from helpers.data.memory import give_back
from helpers.data.processed import load_observations
from helpers.data.revisions import provisional_periods
from helpers.errors import PlanError
from helpers.project import Project, holds_project
from helpers.render.goals import write_comparison
from helpers.render.hub import COMPARISONS, Site, read_goals, read_sites, write_hub, write_site_entry
from helpers.render.models import Event, Format, Outcome
from helpers.render.moved import write_moved
from helpers.render.run import choose_engine, render_variants
from helpers.render.share import end_early, start_early
from helpers.render.statement import write_statements
from helpers.render.workspace import output_lock
from helpers.reports import wing
from helpers.reports.base.request import Asked, RenderRequest, Variant

TARGETS = ("html", "pdf", "docx")
_CORES = os.cpu_count() or 1


def render_reports(request: RenderRequest, out: Console, err: Console, last: LastRun | None = None) -> int:
    """Render what is asked for; returns how many variants failed.

    Parameters
    ----------
    last
        Remembers the run, when all of it was rendered.

    Raises
    ------
    PlanError
        When nothing can be rendered: an unknown municipality, plan or format, a catalogue with mistakes.
    """
    request.check(TARGETS)
    if holds_project(request.output):
        raise PlanError.of(
            "--output",
            f"The site would lie among a project's own files, in {request.output.resolve()}.",
            "Name a folder of its own: --output _site",
        )
    catalogue = load_catalogue(request.project)
    with request.holding:
        if not request.output.exists() and not request.scheduler:
            most = _CORES if request.many else min(_CORES, len(request.municipalities))
            alone = len(request.municipalities) <= 1 and not request.many
            request.holding.callback(end_early)
            start_early(request.project, request.jobs or most, alone=alone)
        busy = f"Another plan render is at work in {request.output}; this one waits for it."
        request.holding.enter_context(output_lock(request.output, partial(request.say, busy)))
        with err.status("reading the figures"):
            refuse_typed(request.project, catalogue)
            asked = wing(request.report).asked(request, catalogue)
        notes = dict.fromkeys(note for item in asked for note in item.notes)
        said = [(True, f"[yellow]![/] {escape(note)}") for note in notes]
        variants = [item.variant for item in asked]
        before = read_sites(request.output)
        _hold_example_back(request, catalogue, variants)
        _hold_unsigned_back(request, variants)
        said.append((False, f"Figures: {_basis_words(variants)}"))
        made_up = any(variant.stamp and variant.stamp.is_example for variant in variants)
        if not request.snapshot:
            real = {v.area for v in variants if v.area and not (v.stamp and v.stamp.is_example)}
            keep_typed(request.project, sorted(real))
        if request.for_readers:
            said += [(True, escape(line)) for line in unsettled(request, catalogue, asked)]
        if made_up and (words := keyless_words(request.project, catalogue)):
            said.append((True, escape(words)))
        jobs = request.jobs or min(_CORES, len(variants))
        engine, _, words = choose_engine(request.engine, many=request.many)
        if words:
            said.append((True, escape(words)))
        tell(said, out, err)
        sound = [item.variant for item in asked if not item.problems]
        give_back()  # what the figures took: from here on others work
        made = iter(_with_progress(replace(request, engine=engine), sound, jobs, err))
        outcomes = [
            Outcome(item.variant, "failed", problems=item.problems) if item.problems else next(made)
            for item in asked
        ]
        with err.status("writing the list of municipalities"):
            _publish(request, catalogue, asked, outcomes, before)
        failed = sum(not outcome.ok for outcome in outcomes)
        if last is not None and not failed:
            again = [replace(outcome, status="unchanged", warnings=()) for outcome in outcomes]
            last.keep([*said, *_told(request, again)])
    tell(_told(request, outcomes), out, err)
    return failed


def _publish(
    request: RenderRequest,
    catalogue: Catalogue,
    asked: Sequence[Asked],
    outcomes: Sequence[Outcome],
    before: Sequence[Site],
) -> None:
    """Tell the hub of each site; for many municipalities, write a page for each goal that compares them all."""
    for item, outcome in zip(asked, outcomes, strict=True):
        if outcome.folder is not None:
            write_site_entry(outcome.folder, item.entry)
    if request.verb == "render":
        placed = [item.variant.slug for item, outcome in zip(asked, outcomes, strict=True) if outcome.folder]
        shared = [key for key, plan in catalogue.plans.items() if plan.municipality is None]
        write_moved(request.project, request.output, before, placed, shared)
    compared = request.many and "html" in request.to and not request.edition
    comparison = wing(request.report).comparison(request, catalogue) if compared else None
    if comparison is not None:
        write_comparison(request.project, request.output, comparison, marked=request.example)
    write_statements(request.project, request.output)
    write_hub(request.project, request.output, base_url="" if request.example else request.base_url)


def _hold_example_back(request: RenderRequest, catalogue: Catalogue, variants: Sequence[Variant]) -> None:
    """Refuse a render for readers that would show example data nobody asked for, or leave some in the output."""
    if not request.for_readers or request.example:
        return
    made_up = [variant for variant in variants if variant.stamp and variant.stamp.is_example]
    if made_up:
        key = made_up[0].parameters["plan"]
        fetch = f"plan fetch -p {key}" if key in catalogue.plans else "plan fetch"
        raise PlanError.of(
            f"plan render ({request.report} {key})",
            f"{len(made_up)} of {len(variants)} would show example data: made-up figures are not for readers, and "
            "none of its tables has been fetched.",
            f"Fetch first: {fetch}. To show made-up figures, marked as such: --example.",
        )
    slugs = {variant.slug for variant in variants}
    there = [
        s.record.slug for s in read_sites(request.output) if s.record.example and s.record.slug not in slugs
    ]
    # Those that have a plan of their own come after: the goals' pages compare on the first.
    goals = {variant.parameters["plan"] for variant in variants[:1] if request.everyone}
    there += [
        f"{COMPARISONS}/{g.plan}" for g in read_goals(request.output) if g.example and g.plan not in goals
    ]
    if there:
        raise PlanError.of(
            f"--output {request.output}",
            f"Pages of example data lie there: {', '.join(there[:5])}{' …' if len(there) > 5 else ''}",
            "Delete them, or name a folder of its own with --output.",
        )


def _hold_unsigned_back(request: RenderRequest, variants: Sequence[Variant]) -> None:
    """Refuse a publication whose pages name no accessibility statement, as the law wants of public bodies."""
    if not request.for_publication or request.example:
        return
    areas = dict.fromkeys(variant.area for variant in variants)
    without = [area for area in areas if not read_imprint(request.project, area).accessibility]
    if without:
        raise PlanError.of(
            FILE,
            f"It names no accessibility statement for {', '.join(without[:_FEW])}{' …' if without[_FEW:] else ''}.",
            "Write accessibility: {address: …}, or what a page of it is filled from (docs/publishing.md).",
        )


def unsettled(request: RenderRequest, catalogue: Catalogue, asked: Sequence[Asked]) -> Iterator[str]:
    """What readers of a site should know is not settled: missing verdicts, provisional figures, unconfirmed sources."""
    if missing := read_imprint(request.project).lacking:
        yield f"Missing: {FILE} does not say {', '.join(missing)}."
    lacking = [item.entry for item in asked if item.entry.unknown]
    for entry in lacking[:_FEW]:
        yield f"Missing: {entry.name} has no verdict for {entry.unknown} of {entry.of} goals."
    if len(lacking) > _FEW:
        yield f"Missing: {len(lacking) - _FEW} more have goals without a verdict."
    for key in dict.fromkeys(item.entry.plan for item in asked if item.entry.plan in catalogue.plans):
        plan = catalogue.plan(key)
        basis = choose_basis(request.project, catalogue, plan, request.snapshot, example=request.example)
        country = load_observations(request.project, catalogue, basis, (NATIONAL,))
        known, judged = set(country[country["value"].notna()]["indicator"]), plan_indicators(catalogue, plan)
        indicators = [i for i in shown_indicators(catalogue, plan) if i in judged or i.key in known]
        early = [i for i in indicators if provisional_periods(country, i)]
        newest = [i.key for i in early if not i.provisional]
        if newest:
            yield f"Provisional: the newest months of {', '.join(newest)} are likely to be corrected."
        if whole := [i.key for i in early if i.provisional]:
            yield f"Provisional: all figures of {', '.join(whole)}, as the source says itself."
        series = [
            f"{indicator.key}.{name}"
            for indicator in indicators
            for name, series in indicator.series.items()
            if series.certainty is not Certainty.CONFIRMED
        ]
        if series:
            yield f"Unconfirmed: the source of {len(series)} series of {key}: {', '.join(series)}."


def keyless_words(project: Project, catalogue: Catalogue) -> str:
    """Where real figures are to be had without a key; empty once any have been fetched."""
    plans = (p for p in catalogue.plans.values() if keyless(plan_indicators(catalogue, p)))
    plan = next(plans, None)
    if plan is None or snapshot_days(project):
        return ""
    key = plan.key
    return (
        "Real figures without a key are one command away: plan fetch --source statbank, then "
        f"plan render KOMMUNE --plan {key}"
    )


def _basis_words(variants: Sequence[Variant]) -> str:
    """What the render stands on, in a line: ``real figures of 2026-08-22``."""
    told = Counter(
        "example data, made up"
        if variant.stamp and variant.stamp.is_example
        else "as printed"
        if variant.stamp and variant.stamp.basis.startswith("printed")
        else f"real figures of {variant.dated}"
        for variant in variants
    )
    if len(told) == 1:
        return next(iter(told))
    newest = ", ".join(f"{words} ({count})" for words, count in told.most_common(3))
    return newest + (" …" if len(told) > 3 else "")


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
    parts: dict[str, float] = {}
    with bar:
        task = bar.add_task("rendering", total=len(variants))

        def on_event(event: Event) -> None:
            slug, words = event.variant.slug, event.what or event.step.value
            part = event.done / event.total if event.total else 0.0
            bar.update(
                task,
                advance=part - parts.get(slug, 0.0),
                description=escape(f"{event.variant.municipality or slug}: {words}"),
            )
            parts[slug] = part

        return render_variants(
            request.project,
            variants,
            to=cast("tuple[Format, ...]", request.to),
            engine=request.engine,
            output=request.output,
            jobs=jobs,
            scheduler=request.scheduler,
            force=request.force,
            progress=on_event,
        )


_FEW = 5
"""So many variants are told one by one; of more, only those that failed."""


def _told(request: RenderRequest, outcomes: Sequence[Outcome]) -> Iterator[SaidLine]:
    """What came of it, line by line."""
    failed = [outcome for outcome in outcomes if not outcome.ok]
    for outcome in outcomes:
        if outcome.ok and len(outcomes) <= _FEW:
            yield False, f"{outcome.status}  {escape(str(outcome.folder))}/index.html"
            for file in filter(None, (outcome.pdf, outcome.docx)):
                yield False, f"{'':9} {escape(str(file))}"
        for warning in outcome.warnings:
            yield True, f"[yellow]![/] {escape(outcome.variant.slug)}: {escape(warning)}"
    for outcome in failed:
        for problem in outcome.problems:
            yield True, f"[bold red]✗[/] {escape(outcome.variant.slug)}: {escape(str(problem))}"
    counts = {name: sum(o.status == name for o in outcomes) for name in ("rendered", "unchanged", "failed")}
    if len(outcomes) > _FEW or failed:
        yield False, ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    yield False, f"Open {escape(str(request.output / 'index.html'))}"
