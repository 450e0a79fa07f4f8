"""The sheets of the investment projects' workbook: how each row stands, every month, and where the figures come from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from helpers.data import csv_files
from helpers.present.words import capital
from helpers.present.workbook import Amount, Head, Month, SheetCell, WorkSheet
from helpers.reports.investeringer import words
from helpers.reports.investeringer.numbers import InvestmentNumbers
from helpers.reports.investeringer.status import InvestmentStatus, RowStatus, start_value

_STATUS = (
    Head("Projekt", 30), Head("Række", 44), Head("Kommune", 18), Head("Startmåling", 12), Head("Nyeste måned", 14),
    Head("Nyeste tal", 12), Head("Ændring siden start", 14), Head("Forventet nu", 12), Head("Næste mål", 12),
    Head("Næste mål gælder", 14), Head("Enhed", 12), Head("Status", 18), Head("Bemærkning", 44),
)  # fmt: skip

_HOW = "Ændring siden start = nyeste tal − startmåling. Andele står i pct. og ændres i procentpoint."


def _rows(report: InvestmentNumbers) -> Iterator[tuple[InvestmentStatus, RowStatus]]:
    for status in report.statuses.values():
        for row in status.rows:
            if row.row.key is not None:
                yield status, row


def status_sheet(report: InvestmentNumbers) -> WorkSheet:
    """A row for each row of a project, in the unit of its targets."""
    rows = [_status_cells(report, status, row) for status, row in _rows(report)]
    return WorkSheet("Status", f"{report.title}: {report.whom.long_name}", _STATUS, rows, (_HOW,))


def _amount(value: Decimal | None, *, signed: bool = False, formula: str = "") -> Amount:
    return Amount(value, words.decimals(value) if value is not None else 0, signed, formula)


def _status_cells(
    report: InvestmentNumbers, status: InvestmentStatus, row: RowStatus
) -> tuple[SheetCell, ...]:
    assert row.row.key is not None
    share = row.row.unit is not None and row.row.unit.judged_as_share

    first = start_value(row.row, status.project.status.start.period, row.measured)
    newest = row.newest.judged(row.row.unit) if row.newest else None
    traced = row.change is not None and first is not None and newest is not None
    due, goal = row.next_target or (None, None)
    return (
        status.project.title,
        status.project.status.label_of(row.row.key),
        report.municipality.name,
        _amount(first),
        Month(row.newest.month.first_day) if row.newest else None,
        _amount(newest),
        _amount(row.change, signed=True, formula="=ROUND(F{r}-D{r},9)" if traced else ""),
        _amount(words.path_decimal(row.path_now) if row.path_now is not None else None),
        _amount(goal),
        Month(due.first_day) if due else None,
        "pct." if share else None,
        words.STANDING_WORDS[row.standing] if row.standing else None,
        row.reason,
    )


MONTH_HEADS = (
    "kommune", "projekt_navn", "projekt", "raekke", "tekst", "maaned", "maaned_navn", "vaerdi", "andel", "vej",
    "mindste_maal", "kilde",
)  # fmt: skip
"""Heads of the file with every month that has a figure or a target."""


def months_for_people(report: InvestmentNumbers) -> str:
    """Every month that has a figure or a target, as CSV for Danish Excel: the columns of `MONTH_HEADS`."""
    return csv_files.for_people(MONTH_HEADS, _months(report))


def _months(report: InvestmentNumbers) -> Iterator[tuple[csv_files.CsvCell, ...]]:
    for status, row in _rows(report):
        assert row.row.key is not None
        label = status.project.status.label_of(row.row.key)
        named = (report.municipality.name, status.project.title, status.project.key, row.row.key, label)
        months = sorted({*(one.month for one in row.measured), *row.row.target_values})
        yield from ((*named, *cells) for cells in words.month_cells(row, months))


_MONTHS = (
    Head("Kommune", 18), Head("Projekt", 30), Head("Projektets nøgle", 18), Head("Rækkens nøgle", 18), Head("Række", 44),
    Head("Månedens id", 11), Head("Måned", 16), Head("Værdi", 12), Head("Andel i pct.", 12), Head("Forventet", 12),
    Head("Mindste mål", 12), Head("Kilde", 16),
)  # fmt: skip


def number_sheets(report: InvestmentNumbers) -> list[WorkSheet]:
    """Every month that has a figure or a target."""
    rows = [
        [_amount(cell) if isinstance(cell, Decimal) else None if cell is None else str(cell) for cell in row]
        for row in _months(report)
    ]
    return [WorkSheet("Måneder", f"{report.title}: alle startmålinger, måneder, veje og mål", _MONTHS, rows)]


_SOURCES = (
    Head("Projekt", 30),
    Head("Række", 44),
    Head("Kilde", 44),
    Head("Nyeste måned", 16),
    Head("Bemærkning", 60),
)


def sources_sheet(report: InvestmentNumbers) -> WorkSheet:
    """Where the figures of every row come from, and the document's remarks."""
    rows: list[tuple[SheetCell, ...]] = [
        (
            status.project.title,
            status.project.status.label_of(row.row.key or ""),
            report._row_source(row),
            capital(row.newest.month.danish) if row.newest else None,
            row.row.note,
        )
        for status, row in _rows(report)
    ]
    for status in report.statuses.values():
        rows += [(status.project.title, None, None, None, remark) for remark in status.project.status.remarks]
    said = (f"Kilde: {report.projects.source}.", *report.projects.remarks)
    return WorkSheet("Kilder og noter", f"{report.title}: kilder og noter", _SOURCES, rows, (), said)
