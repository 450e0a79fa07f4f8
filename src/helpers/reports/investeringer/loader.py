"""Reads ``catalogue/projects/*.yml`` and checks what no entry knows alone: keys, sums, shares, reductions.

Comes in: the files. Goes out: a :class:`InvestmentSet` each, or one :class:`PlanError` with all that is wrong,
each with file, line and key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from helpers.catalogue.catalogue import INDICATORS_ARE
from helpers.catalogue.documents import Document, Loc, read_document
from helpers.catalogue.explain import read_entry
from helpers.errors import PlanError, Problem
from helpers.letters import did_you_mean
from helpers.project import Project
from helpers.reports.investeringer.models import (
    InvestmentProject,
    InvestmentRow,
    InvestmentSet,
    InvestmentTable,
    RowUnit,
)

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

_FOLDER = "projects"
"""Below ``catalogue/``; each file in it is one set of projects, and its name is the set's key."""


def investment_files(project: Project) -> dict[str, Path]:
    """Key → file of every set of projects in the catalogue, by key."""
    return {path.stem: path for path in sorted((project.catalogue / _FOLDER).glob("*.yml"))}


def load_investments(project: Project) -> dict[str, InvestmentSet]:
    """Read and check every set of projects: key → set.

    Raises
    ------
    PlanError
        With all that is wrong in any of them, each with file, line and key.
    """
    sets, problems = check_investments(project)
    if problems:
        raise PlanError(problems)
    return {found.key: found for found in sets}


def load_investment_set(project: Project, key: str, catalogue: Catalogue | None = None) -> InvestmentSet:
    """Read and check one set of projects, whatever is wrong with others.

    Raises
    ------
    PlanError
        With all that is wrong in it; or when there is no such file, with the nearest name.
    """
    files = investment_files(project)
    if key not in files:
        raise PlanError.of(
            f"catalogue/{_FOLDER}/{key}.yml",
            f'There are no investment projects "{key}". {did_you_mean(key, files)}'.strip(),
            f"There are: {_listed(files)}.",
        )
    return _sound(read_document(project, files[key]), catalogue)


def _sound(document: Document, catalogue: Catalogue | None) -> InvestmentSet:
    found, problems = _checked(document, catalogue)
    if found is None or problems:
        raise PlanError(problems)
    return found


def check_investments(
    project: Project, catalogue: Catalogue | None = None
) -> tuple[list[InvestmentSet], list[Problem]]:
    """Every set of projects that can be read, and all that is wrong with any of them.

    Parameters
    ----------
    catalogue
        When given, municipalities and the indicators that rows come from are checked against it as well.
    """
    files = investment_files(project).values()
    checked = [_checked(read_document(project, path), catalogue) for path in files]
    return [found for found, _ in checked if found is not None], [
        one for _, wrong in checked for one in wrong
    ]


def find_investments(
    project: Project, municipality: str, key: str = "", catalogue: Catalogue | None = None
) -> InvestmentSet:
    """The projects of a municipality: those called `key`, or its only (else its last) file.

    Raises
    ------
    PlanError
        When the municipality has none, or the named ones are another's.
    """
    if key:
        chosen = load_investment_set(project, key, catalogue)
        if chosen.municipality != municipality:
            raise PlanError.of(
                f"catalogue/{_FOLDER}/{key}.yml",
                f"These projects are those of {chosen.municipality}, not of {municipality}.",
                "Name the municipality whose projects they are, or its own projects.",
            )
        return chosen
    documents = {name: read_document(project, path) for name, path in investment_files(project).items()}
    owners = {name: document.data.get("municipality") for name, document in documents.items()}
    own = [name for name, owner in owners.items() if owner == municipality]
    if not own:
        raise PlanError.of(
            f"catalogue/{_FOLDER}",
            f"There are no investment projects of {municipality}.",
            f"There are those of {_listed(f'{owner} ({name})' for name, owner in owners.items())}; "
            "docs/catalogue.md says how to describe your own.",
        )
    return _sound(documents[own[-1]], catalogue)


def _checked(document: Document, catalogue: Catalogue | None) -> tuple[InvestmentSet | None, list[Problem]]:
    """The set that a file describes, if it can be read, and all that is wrong with it."""
    data = document.data
    if not data:
        return None, document.problems
    entries = data.get("projects")
    if isinstance(entries, dict):
        named = {
            name: {**entry, "key": name} if isinstance(entry, dict) else entry
            for name, entry in entries.items()
        }
        data = {**data, "projects": named}
    found = read_entry(InvestmentSet, data, document, given={"key": PurePosixPath(document.name).stem})
    if found is not None:
        _check_entries(document, found)
        if catalogue is not None:
            _against(catalogue, found, document)
    return found, document.problems


def _against(catalogue: Catalogue, projects: InvestmentSet, document: Document) -> None:
    """The municipality and the indicators that the file names must be the catalogue's."""
    slugs = [municipality.slug for municipality in catalogue.municipalities]
    do = "Write its slug; `plan list municipalities` prints them."
    document.known(("municipality",), "municipality", projects.municipality, slugs, do)
    for key, project in projects.projects.items():
        for at, row in _walk(project.status.rows, ("projects", key, "status", "rows")):
            if row.indicator is None:
                continue
            if not document.known(
                (*at, "indicator"), "indicator", row.indicator, catalogue.indicators, INDICATORS_ARE
            ):
                continue
            there = catalogue.indicators[row.indicator].series
            if row.series is not None:
                document.known(
                    (*at, "series"),
                    f"series of {row.indicator}",
                    row.series,
                    there,
                    f"Its series are: {_listed(there)}.",
                )


def _rounded(value: Decimal, like: Decimal) -> Decimal:
    """`value` with as many decimals as `like` is printed with, a half away from zero."""
    return value.quantize(Decimal(1).scaleb(int(like.as_tuple().exponent)), rounding=ROUND_HALF_UP)


def _listed(keys: Iterable[object]) -> str:
    return ", ".join(str(key) for key in keys) or "none"


def _check_entries(document: Document, projects: InvestmentSet) -> None:
    """Name all that is wrong between the entries of one file."""
    for key, project in projects.projects.items():
        _project(document, projects, project, ("projects", key))
    for key in projects.yearly_costs:
        if key not in projects.benefits:
            document.problem(
                ("yearly_costs", key),
                f'"{key}" is no benefit of this file.',
                f"Benefits are: {_listed(projects.benefits)}.",
            )
    if projects.target_numbers is not None:
        _target_numbers(document, projects)


def _project(document: Document, projects: InvestmentSet, project: InvestmentProject, path: Loc) -> None:
    for i, number in enumerate(project.policy.focus_areas):
        if number not in projects.policy:
            document.problem(
                (*path, "policy", "focus_areas", i),
                f"Focus area {number} is not named under policy:.",
                f"Named are: {_listed(projects.policy)}.",
            )
    _status(document, project.status, (*path, "status"))


def _status(document: Document, status: InvestmentTable, path: Loc) -> None:
    for month in status.target_months:
        if month <= status.start.period:
            document.problem(
                (*path, "target_months", str(month)),
                f"The target month {month} does not come after the start, {status.start.period}.",
            )
    seen: set[str] = set()
    for row_path, row in _walk(status.rows, (*path, "rows")):
        if row.key is not None and row.key in seen:
            document.problem(
                (*row_path, "key"), f'Two rows are called "{row.key}".', "Give each row its own key."
            )
        seen.add(row.key or "")
        _row(document, status, row, row_path)


def _walk(rows: tuple[InvestmentRow, ...], path: Loc) -> Iterator[tuple[Loc, InvestmentRow]]:
    for i, row in enumerate(rows):
        yield (*path, i), row
        yield from _walk(row.rows, (*path, i, "rows"))


def _row(document: Document, status: InvestmentTable, row: InvestmentRow, path: Loc) -> None:
    start = row.start
    if start is not None and start.footnote is not None and start.footnote not in status.footnotes:
        document.problem(
            (*path, "start", "footnote"),
            f'There is no footnote "{start.footnote}".',
            f"Footnotes of this table are: {_listed(status.footnotes)}.",
        )
    for name in ("value", "share"):
        number = getattr(start, name, None)
        if number is not None:
            _bounds(document, row, number, (*path, "start"), share=name == "share")
    measures = status.measures
    for name, key in (
        *((("share_of", row.share_of),) if row.share_of else ()),
        *(("sum_of", k) for k in row.sum_of),
    ):
        if key not in measures or key == row.key:
            document.problem(
                (*path, name),
                f'"{key}" is no other row of this table.',
                f"Rows with figures are: {_listed(measures)}.",
            )
    _parts(document, row, measures, path)
    _targets(document, status, row, path)


def _bounds(document: Document, row: InvestmentRow, number: Decimal, path: Loc, *, share: bool) -> None:
    if number < 0:
        document.problem(path, f"{number} is below zero.")
    elif number > 100 and (share or row.unit is RowUnit.PERCENT):
        document.problem(path, f"{number} is more than 100 per cent.")


def _parts(document: Document, row: InvestmentRow, measures: dict[str, InvestmentRow], path: Loc) -> None:
    """A start measurement against the rows it is the sum of, or a share of."""
    start = row.start
    if start is None or start.value is None:
        return
    known = {key: found.start.value for key, found in measures.items() if found.start is not None}
    parts = [known.get(key) for key in row.sum_of]
    added = sum((part for part in parts if part is not None), Decimal(0))
    if parts and None not in parts and added != start.value:
        document.problem(
            (*path, "start"),
            f"The start {start.value} is not the sum of {_listed(row.sum_of)}, which is {added}.",
        )
    whole = known.get(row.share_of or "")
    if whole and start.share is not None:
        share = _rounded(100 * start.value / whole, start.share)
        if share != start.share:
            document.problem(
                (*path, "start"),
                f"{start.value} of {whole} ({row.share_of}) is {share} per cent, not {start.share}.",
                "Mend the share or the count; leave share_of out where the whole is another group.",
            )


def _targets(document: Document, status: InvestmentTable, row: InvestmentRow, path: Loc) -> None:
    before: Decimal | None = None
    for month, goal in sorted(row.targets.items()):
        at = (*path, "targets", str(month))
        if month not in status.target_months:
            document.problem(
                at,
                f"{month} is no target month of this table.",
                f"Target months are: {_listed(status.target_months)}.",
            )
        if goal.change is not None:
            computed = goal.model_copy(update={"value": None}).reached_from(row.start_judged)
            if computed is None:
                document.problem(at, f"A change of {goal.change} per cent needs a start measurement.")
            elif (
                row.start_judged
                and goal.value is not None
                and not _same(goal.value, goal.change, row.start_judged)
            ):
                document.problem(
                    at,
                    f"{goal.change} per cent from {row.start_judged} is {_rounded(computed, goal.value)}, "
                    f"but the target says {goal.value}.",
                    "Mend the number or the per cent.",
                )
        value = goal.reached_from(row.start_judged)
        if value is None:
            continue
        _bounds(document, row, value, at, share=row.unit is RowUnit.COUNT_AND_SHARE)
        if row.cumulative and before is not None and value < before:
            document.problem(
                at, f"The target falls from {before} to {value}, but a cumulative figure cannot fall."
            )
        before = value


def _same(value: Decimal, change: Decimal, start: Decimal) -> bool:
    """Whether number and change say the same, rounded as printed (seed 004: 48 (−40 pct.) of 80)."""
    by_value = _rounded(start * (100 + change) / 100, value) == value
    by_change = _rounded(100 * (value - start) / start, change) == change
    return by_value or by_change


def _target_numbers(document: Document, projects: InvestmentSet) -> None:
    assert projects.target_numbers is not None
    for i, table in enumerate(projects.target_numbers.tables):
        path: Loc = ("target_numbers", "tables", i)
        if table.sum != table.total.value:
            document.problem(
                (*path, "total", "value"),
                f'The lines of "{table.title}" add up to {table.sum}, but "{table.total.label}" says '
                f"{table.total.value}.",
                "Mend the line or the total.",
            )
        for j, line in enumerate(table.lines):
            for name, key, known in (
                ("project", line.project, projects.projects.keys()),
                ("benefit", line.benefit, projects.benefits.keys()),
            ):
                if key is not None and key not in known:
                    document.problem(
                        (*path, "lines", j, name),
                        f'"{key}" is no {name} of this file.',
                        f"{name.capitalize()}s are: {_listed(known)}.",
                    )
