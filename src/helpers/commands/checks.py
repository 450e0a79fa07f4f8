"""``plan check``: the whole catalogue, every snapshot and every typed-in file, all mistakes at once."""

from __future__ import annotations

from helpers.catalogue import check, load_catalogue
from helpers.commands.investeringer import check_investments
from helpers.commands.jobcenteroverblik import check_overview
from helpers.commands.typed import unread
from helpers.data.basis import REAL_SOURCE
from helpers.data.raw import RawStore
from helpers.errors import Problem
from helpers.project import Project
from helpers.sources.manual import manual_folder, read_series, read_survey, typed_problems


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
    store = RawStore(project.raw)
    problems += store.problems(REAL_SOURCE)
    lines.append(f"fetched: {len(store.tables(REAL_SOURCE))} tables")
    problems += unread(project, catalogue)
    for municipality in catalogue.municipalities:
        if not manual_folder(project, municipality).is_dir():
            continue
        series = read_series(project, catalogue, municipality)
        surveys = [read_survey(project, catalogue, municipality, survey) for survey in catalogue.surveys]
        problems += typed_problems(project, catalogue, municipality)
        lines.append(
            f"typed in for {municipality.name}: {len(series.values)} figures, "
            f"{sum(answers is not None for answers in surveys)} surveys"
        )
    return problems, lines
