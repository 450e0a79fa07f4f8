"""The months of investment projects, typed in by hand: one row per status row and month.

Comes in: a project's entry in the catalogue and its files ``data/raw/manual/<slug>/<project>.csv`` and
``<project>-<month>.csv``. Goes out: measurements, and every fault by file, row and column; the rest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from helpers.data import csv_files
from helpers.data.editions import typed_folder
from helpers.data.files import write_whole
from helpers.errors import PlanError, Problem
from helpers.intake import TypedRow, TypedTable, Wrong, read_table, typed_files
from helpers.intake.dates import PeriodColumn
from helpers.intake.marks import mark_of
from helpers.intake.numbers import NumberColumn
from helpers.letters import did_you_mean
from helpers.periods import Frequency, Period
from helpers.project import MANUAL, Project
from helpers.reports.investeringer.models import InvestmentProject, InvestmentRow, InvestmentSet, RowUnit

REQUIRED_COLUMNS = ("raekke", "maaned", "vaerdi")
OPTIONAL_COLUMNS = ("tekst", "andel", "bemaerkning")
TEMPLATE_COLUMNS = ("række", "tekst", "måned", "værdi", "andel", "bemærkning")
"""The head of a file. ``tekst`` repeats the row's label for whoever fills it in; it is not read."""

_MOST = 1_000_000_000
"""No figure of a municipality is as large."""

_WHOLE = (RowUnit.PERSONS, RowUnit.COMPANIES, RowUnit.COUNT_AND_SHARE)
_UNIT_HINTS = {
    RowUnit.PERSONS: "personer",
    RowUnit.COMPANIES: "virksomheder",
    RowUnit.NUMBER: "tal",
    RowUnit.WEEKS: "uger",
    RowUnit.PERCENT: "pct.",
    RowUnit.COUNT_AND_SHARE: "antal, og andel i pct.",
}


@dataclass(frozen=True)
class Measurement:
    """One figure of one status row in one month."""

    row: str
    month: Period
    value: Decimal | None
    """In the row's unit; the count for ``count_and_share``. None when only the share is known."""
    share: Decimal | None = None
    """Per cent, for ``count_and_share`` only."""
    source: str = MANUAL
    """``manual``, ``example``, or ``jobindsats:<table>``."""
    note: str | None = None

    def judged(self, unit: RowUnit | None) -> Decimal | None:
        """The figure in the unit of the targets; a count of zero is a share of zero."""
        if unit is not RowUnit.COUNT_AND_SHARE:
            return self.value
        return Decimal(0) if self.share is None and self.value == 0 else self.share


@dataclass(frozen=True)
class _Typed:
    """A measurement with the place it was typed at."""

    measured: Measurement
    table: TypedTable
    at: TypedRow

    def where(self, column: str) -> str:
        return self.table.where(self.at, column)


def month_files(project: Project, projects: InvestmentSet, key: str) -> tuple[Path, ...]:
    """The files typed in for a project: ``<key>.csv`` first, then ``<key>-2024M02.csv`` and so on."""
    folder = typed_folder(project, projects.municipality)
    its_own = re.compile(rf"{re.escape(key)}(-\d{{4}}M\d{{2}})?", re.IGNORECASE)
    return tuple(paths[0] for name, paths in sorted(typed_files(folder).items()) if its_own.fullmatch(name))


def read_months(
    project: Project, projects: InvestmentSet, key: str
) -> tuple[tuple[Measurement, ...], tuple[Problem, ...]]:
    """What was typed in for a project, oldest first, and what could not be used.

    A cell that is wrong costs that figure alone. A month typed twice with different figures is not used; a
    cumulative figure below an earlier one is not used; a start gives way to the catalogue's.

    Returns
    -------
    (measurements, problems)
        Problems name file, row and column. No file at all is no problem: nothing was measured yet.
    """
    entry = projects.projects[key]
    problems: list[Problem] = []
    typed: list[_Typed] = []
    for path in month_files(project, projects, key):
        (table, *_), found = read_table(
            path, project.relative(path), REQUIRED_COLUMNS, OPTIONAL_COLUMNS, sheets=[key]
        )
        problems += found
        columns = table.numbers("vaerdi", "andel"), table.periods("maaned")
        for at in table.rows:
            typed += _read_row(table, at, entry, *columns, problems)
    typed = _without_repeats(typed, problems)
    typed = _agreeing_with_start(typed, entry, problems)
    typed = _never_falling(typed, entry, problems)
    measured = _with_shares(typed, entry, problems)
    return tuple(sorted(measured, key=lambda m: (list(entry.status.measures).index(m.row), m.month))), tuple(
        problems
    )


def _read_row(
    table: TypedTable,
    at: TypedRow,
    entry: InvestmentProject,
    numbers: NumberColumn,
    months: PeriodColumn,
    problems: list[Problem],
) -> Iterator[_Typed]:
    """The row's measurement, if it can be used; a row without a figure is one that was not filled in."""

    def wrong(column: str, what: str, do: str = "") -> None:
        problems.append(Problem(table.where(at, column), what, do))

    measures = entry.status.measures
    row = measures.get(at["raekke"].lower())
    if row is None:
        wrong(
            "raekke",
            f'"{at["raekke"]}" is no row of {entry.key}. {did_you_mean(at["raekke"], measures)}'.strip(),
            f"Rows are: {', '.join(measures)}.",
        )
        return
    assert row.key is not None and row.unit is not None
    if all(mark_of(at[column]) for column in ("vaerdi", "andel")):
        return
    if row.indicator is not None:
        wrong(
            "raekke",
            f'"{row.key}" comes from Jobindsats ({row.indicator}) and is not typed in.',
            "Delete the row, or take indicator: out of the catalogue.",
        )
        return
    read = months.read(at["maaned"])
    month = None if isinstance(read, Wrong) else read
    if isinstance(read, Wrong):
        wrong("maaned", read.what, read.do)
    if month is not None and (month.frequency is not Frequency.MONTH or month < entry.status.start.period):
        first = entry.status.start.period
        wrong("maaned", f"{month} is not a month from {first} on, where the project starts.")
        month = None
    value = _cell(table, at, "vaerdi", row, numbers, problems)
    share = _cell(table, at, "andel", row, numbers, problems)
    if month is not None and (value is not None or share is not None):
        yield _Typed(Measurement(row.key, month, value, share, note=at["bemaerkning"] or None), table, at)


def _cell(
    table: TypedTable,
    at: TypedRow,
    column: str,
    row: InvestmentRow,
    numbers: NumberColumn,
    problems: list[Problem],
) -> Decimal | None:
    """The number in a cell, if it can be a figure of the row."""
    per_cent = column == "andel" or row.unit is RowUnit.PERCENT
    read = numbers.read(
        at[column], whole=not per_cent and row.unit in _WHOLE, most=Decimal(100) if per_cent else None
    )
    if isinstance(read, Wrong):
        problems.append(
            Problem(table.where(at, column), read.what, read.do or "Text belongs in the column bemaerkning.")
        )
        return None
    number = read.value
    if number is None:
        return None
    is_share = column == "andel"
    what = do = ""
    if is_share and row.unit is not RowUnit.COUNT_AND_SHARE:
        what, do = f'"{row.key}" has no share; it is counted in {row.unit}.', "Leave the cell empty."
    elif number < 0:
        what = f"{at[column]} is below zero."
    elif number >= _MOST:
        what, do = f"{at[column]} is too long a number to be right.", "Round it, or mend it."
    elif number > 100 and (is_share or row.unit is RowUnit.PERCENT):
        what = f"{at[column]} is more than 100 per cent."
    elif not is_share and row.unit in _WHOLE and number != number.to_integral_value():
        what = (
            f'{at[column]} is no whole number, but "{row.key}" counts {_UNIT_HINTS[row.unit].split(",")[0]}.'
        )
    if what:
        problems.append(Problem(table.where(at, column), what, do))
        return None
    return number


def _without_repeats(typed: list[_Typed], problems: list[Problem]) -> list[_Typed]:
    """A month typed twice is named; used only when both say the same."""
    kept: dict[tuple[str, Period], _Typed | None] = {}
    first: dict[tuple[str, Period], _Typed] = {}
    for one in typed:
        at = (one.measured.row, one.measured.month)
        if at not in first:
            first[at] = kept[at] = one
            continue
        other = first[at]
        same = (one.measured.value, one.measured.share) == (other.measured.value, other.measured.share)
        used = "They say the same, so it is used once." if same else "They differ, so neither is used."
        problems.append(
            Problem(
                one.where("maaned"),
                f'{one.measured.month} of "{one.measured.row}" is typed twice; first at '
                f"{other.where('maaned')}. {used}",
                "Delete one of the two rows.",
            )
        )
        if not same:
            kept[at] = None
    return [one for one in kept.values() if one is not None]


def _agreeing_with_start(
    typed: list[_Typed], entry: InvestmentProject, problems: list[Problem]
) -> list[_Typed]:
    """In the start month the catalogue's start measurement holds; a typed one that differs is named."""
    kept = []
    for one in typed:
        start = entry.status.measures[one.measured.row].start
        if start is not None and one.measured.month == entry.status.start.period:
            differs = [
                (column, typed_number, printed)
                for column, typed_number, printed in (
                    ("vaerdi", one.measured.value, start.value),
                    ("andel", one.measured.share, start.share),
                )
                if None not in (typed_number, printed) and typed_number != printed
            ]
            problems += [
                Problem(
                    one.where(column),
                    f'The start of "{one.measured.row}" is {printed} in the catalogue, but '
                    f"{typed_number} here. The catalogue's is used.",
                    "Mend the one that is wrong.",
                )
                for column, typed_number, printed in differs
            ]
            if differs:
                continue
        kept.append(one)
    return kept


def _never_falling(typed: list[_Typed], entry: InvestmentProject, problems: list[Problem]) -> list[_Typed]:
    """A cumulative figure below an earlier month's is named and left out."""
    highest: dict[str, _Typed] = {}
    kept = []
    for one in sorted(typed, key=lambda item: item.measured.month):
        row, value = one.measured.row, one.measured.value
        if entry.status.measures[row].cumulative and value is not None:
            before = highest.get(row)
            if before is not None and before.measured.value is not None and value < before.measured.value:
                problems.append(
                    Problem(
                        one.where("vaerdi"),
                        f'"{row}" is cumulative and cannot fall: {before.measured.value} in '
                        f"{before.measured.month} ({before.where('vaerdi')}), {value} in "
                        f"{one.measured.month}. The later one is not used.",
                        "Type in the figure since the project's start; or mend the earlier one.",
                    )
                )
                continue
            highest[row] = one
        kept.append(one)
    return kept


def _with_shares(
    typed: Iterable[_Typed], entry: InvestmentProject, problems: list[Problem]
) -> list[Measurement]:
    """Shares not typed, computed where the whole of the same month is known; typed ones checked by it."""
    typed = list(typed)
    wholes = {(one.measured.row, one.measured.month): one.measured.value for one in typed}
    for key, row in entry.status.measures.items():
        if row.start is not None and row.start.value is not None:
            wholes.setdefault((key, entry.status.start.period), row.start.value)
    result = []
    for one in typed:
        measured = one.measured
        whole = wholes.get((entry.status.measures[measured.row].share_of or "", measured.month))
        if whole and measured.value is not None:
            exact = 100 * measured.value / whole
            if exact > 100:
                problems.append(
                    Problem(one.where("vaerdi"), f"{measured.value} is more than the whole group, {whole}.")
                )
                continue
            decimals = measured.share.as_tuple().exponent if measured.share is not None else 0
            share = exact.quantize(Decimal(1).scaleb(int(decimals)), rounding=ROUND_HALF_UP)
            if measured.share not in (None, share):
                problems.append(
                    Problem(
                        one.where("andel"),
                        f"{measured.value} of {whole} is {share} per cent, not {measured.share}. "
                        "The computed share is used.",
                        "Mend the count or the share.",
                    )
                )
            measured = replace(measured, share=share)
        result.append(measured)
    return result


def check_months(project: Project, projects: InvestmentSet) -> tuple[int, tuple[Problem, ...]]:
    """How many figures are typed in for all projects of a set, and what is wrong with any of its files."""
    found = [read_months(project, projects, key) for key in projects.projects]
    return sum(len(measured) for measured, _ in found), tuple(p for _, problems in found for p in problems)


# ------------------------------------------------------------------------------------------- templates


def write_project_template(
    project: Project, projects: InvestmentSet, key: str, month: Period | None = None
) -> Path:
    """Write an empty file with the rows of one month to fill in; returns its path.

    The first file of a project is ``<key>.csv``; a later one is ``<key>-<month>.csv`` beside it, because what
    was typed in is never changed by a program. All of them are read together.

    Parameters
    ----------
    month
        Default: the month after the newest that was typed in, or after the start.

    Raises
    ------
    PlanError
        When there is such a file already, or no row of the project is typed in.
    """
    entry = projects.projects[key]
    folder = project.raw / "manual" / projects.municipality
    measured, _ = read_months(project, projects, key)
    newest = max([entry.status.start.period, *(one.month for one in measured)])
    month = month or newest.shift(1)
    first = folder / f"{key}.csv"
    path = folder / f"{key}-{month}.csv" if first.exists() else first
    rows = [row for row in entry.status.measures.values() if row.indicator is None]
    if not rows:
        raise PlanError.of(f"{projects.key}: {key}", "All rows of this project come from Jobindsats.")
    lines = []
    for row in rows:
        assert row.key is not None and row.unit is not None
        label = entry.status.label_of(row.key)
        lines.append([row.key, f"{label} [{_UNIT_HINTS[row.unit]}]", month.id, None, None, None])
    try:
        write_whole(path, csv_files.for_people(TEMPLATE_COLUMNS, lines).encode())
    except FileExistsError:
        raise PlanError.of(
            project.relative(path),
            "There is a file already, and what was typed in is never overwritten.",
            "Fill it in, or name another month.",
        ) from None
    return path


def unclaimed(project: Project, sets: Iterable[InvestmentSet]) -> list[Problem]:
    """Files with the columns of investment projects that are named after no project of their municipality."""
    found = []
    sets = tuple(sets)
    for folder in sorted((project.raw / "manual").glob("*/")):
        read = {
            path
            for projects in sets
            if projects.municipality == folder.name
            for key in projects.projects
            for path in month_files(project, projects, key)
        }
        known = [
            key for projects in sets if projects.municipality == folder.name for key in projects.projects
        ]
        for key, paths in typed_files(folder).items():
            for path in set(paths) - read:
                name = project.relative(path)
                tables, _ = read_table(path, name, ("raekke", "maaned", "vaerdi"))
                if "raekke" in tables[0].columns:
                    what = f'Unknown investment project "{key}" of {folder.name}. {did_you_mean(key, known)}'.strip()
                    do = "Name the file after a project: <project>.csv, or <project>-2026M03.csv."
                    found.append(Problem(name, what, do))
    return found
