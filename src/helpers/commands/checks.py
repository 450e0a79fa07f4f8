"""``plan check``: the whole catalogue, every snapshot and every typed-in file, all mistakes at once."""

from __future__ import annotations

from helpers.catalogue import check, load_catalogue
from helpers.commands.investeringer import check_investments
from helpers.commands.jobcenteroverblik import check_overview
from helpers.commands.notebooks import own_books
from helpers.data.basis import REAL_SOURCE
from helpers.data.raw import RawStore
from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.sources.manual import read_series, read_survey


def check_everything(project: Project) -> tuple[list[Problem], list[str]]:
    """What is wrong, and one line for each part that was looked at.

    Typed-in files are read only when the catalogue is right: their rows are named in it.
    """
    problems = list(check(project))
    if problems:
        return problems, []
    catalogue = load_catalogue(project)
    lines = [
        f"catalogue: {len(catalogue.indicators)} indicators, {len(catalogue.surveys)} surveys, "
        f"{len(catalogue.plans)} plans, {len(catalogue.municipalities)} municipalities"
    ]
    for part in (check_investments, check_overview):
        wrong, said = part(project, catalogue)
        problems += wrong
        lines += said
    try:
        for book in own_books(project, catalogue) if not problems else ():
            lines += book.behind()
    except PlanError as error:
        problems += error.problems
    store = RawStore(project.raw)
    problems += store.problems(REAL_SOURCE)
    lines.append(f"fetched: {len(store.tables(REAL_SOURCE))} tables")
    for folder in sorted((project.raw / "manual").glob("*/")):
        municipality = next((m for m in catalogue.municipalities if m.slug == folder.name), None)
        if municipality is None:
            problems.append(
                Problem(
                    project.relative(folder),
                    f'"{folder.name}" is no municipality\'s slug.',
                    "Name the folder after one of `plan list municipalities`.",
                )
            )
            continue
        series = read_series(project, catalogue, municipality)
        problems.extend(series.problems)
        answered = [
            read
            for survey in catalogue.surveys
            if (read := read_survey(project, catalogue, municipality, survey)) is not None
        ]
        problems.extend(problem for read in answered for problem in read.problems)
        lines.append(
            f"typed in for {municipality.name}: {len(series.values)} figures, {len(answered)} surveys"
        )
    return problems, lines
