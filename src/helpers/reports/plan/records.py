"""A row of the status as data, said once: for people's CSV file, programs' CSV and JSON, and the frame of JupyterLab.

In: a report. Out: a dict for each row, of which each form takes its columns and spells them its own way.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from helpers.analysis.gaps import Verdict
from helpers.analysis.persons import in_kroner
from helpers.catalogue.catalogue import fill
from helpers.catalogue.models import Unit
from helpers.data import csv_files
from helpers.data.frames import Grounds
from helpers.present import words
from helpers.present.target_words import target_note
from helpers.reports.plan import words as plan_words
from helpers.reports.plan.assurance import Assured
from helpers.reports.plan.numbers import PlanNumbers
from helpers.reports.plan.status import StatusRow

RECKONED = {
    "base": "antal_i_alt",
    "persons": "forskel_i_personer",
    "kroner": "forskel_i_kroner",
    "chance_low": "udsving_fra",
    "chance_high": "udsving_til",
    "few_persons": "faa_personer",
    "start_period": "start_periode",
    "start": "start",
    "change": "aendring_siden_start",
    "due": "opfyldes_senest",
    "outlook": "prognose",
    "outlook_verdict": "prognose_vurdering",
    "outlook_within": "prognose_rammer_inden_for",
    "outlook_hits": "prognose_ramt_i_pct",
}
"""What is reckoned of a row beside its figures: columns for programs, and for people."""

HEADS = {
    "goal": "maal", "text": "ordlyd", "title": "maaling", "indicator": "indikator", "area": "kommune", "period": "periode",
    "period_name": "periode_navn", "national": "hele_landet", "municipality": "kommunens_tal", "target": "krav", "gap": "forskel",
    "unit": "enhed", "verdict": "vurdering", "steadiness": "varighed", "published_gap": "trykt_forskel", "note": "note",
    "basis": "grundlag", **RECKONED,
}  # fmt: skip
"""Columns of the status table as CSV for people, and their heads there."""

COLUMNS = (
    "goal", "indicator", "period", "national", "municipality", "target", "gap", "unit", "verdict", "steadiness", "published_gap",
    "note", "basis", *RECKONED,
)  # fmt: skip
"""Columns of ``plan status --format csv`` and keys of its JSON."""


def told(report: PlanNumbers) -> Iterator[dict[str, Any]]:
    """Every row of every goal: all that any form tells of it."""
    for row in report.all_rows:
        yield {**known(report, row), **reckoned(row, report.assured(row))}


def known(report: PlanNumbers, row: StatusRow) -> dict[str, Any]:
    """What is known of a row without reckoning, numbers as published."""
    area = report.plan.focus_area_of(row.goal)
    return {
        "goal": row.goal,
        "focus_area": f"{area.number}. {area.title}",
        "text": report.plan.goal(row.goal).text,
        "title": title(report, row),
        "indicator": row.indicator,
        "area": report.municipality.name,
        "period": row.period.id if row.period else None,
        "period_name": row.period.danish if row.period else None,
        "national": row.national,
        "municipality": row.municipality,
        "target": row.target,
        "gap": row.gap,
        "unit": row.unit,
        "decimals": row.decimals,
        "verdict": row.verdict,
        "steadiness": row.past.steadiness.value if row.past else None,
        "published_gap": row.published_gap,
        "note": row_note(report, row),
        "basis": row.grounds,
    }


def reckoned(row: StatusRow, more: Assured) -> dict[str, Any]:
    """A row's persons, kroner, chance, start and outlook: the keys of :data:`RECKONED`."""
    price, start, ahead = more.price, more.start, more.outlook
    tried = ahead.backtest if ahead else None
    return {
        "base": row.base,
        "persons": None if row.persons is None else Decimal(row.persons),
        "kroner": in_kroner(row.persons, price.amount) if price and row.persons is not None else None,
        "chance_low": row.chance.low if row.chance else None,
        "chance_high": row.chance.high if row.chance else None,
        "few_persons": row.few,
        "start_period": start.period.id if start else None,
        "start": start.value if start else None,
        "change": row.municipality - start.value if start and row.municipality is not None else None,
        "due": ahead.due.id if ahead else None,
        "outlook": ahead.value if ahead else None,
        "outlook_verdict": ahead.verdict.value if ahead and ahead.verdict else None,
        "outlook_within": tried.within if tried else None,
        "outlook_hits": Decimal(100 * tried.hits // tried.forecasts) if tried else None,
    }


def title(report: PlanNumbers, row: StatusRow) -> str:
    """What a row measures: its indicator or survey, else its goal."""
    if not row.indicator:
        return report.plan.goal(row.goal).title
    known = report.catalogue.indicators.get(row.indicator) or report.catalogue.surveys[row.indicator]
    return fill(known.title, kommune=report.municipality.name)


def row_note(report: PlanNumbers, row: StatusRow) -> str | None:
    """What a reader of the row must know; none when there is nothing."""
    counted = words.by_counts(row.finer, row.verdict, row.decimals, row.unit)
    aim = target_note(row.asked, row.verdict, row.decimals, row.unit)
    far = plan_words.milestone_words(row), row.milestone.remark if row.milestone else ""
    said = [text for text in (aim, *far, row.note, row.reason, report.stopped_words(row), counted) if text]
    if report.is_provisional(row):
        said.append(f"{words.PROVISIONAL}t tal")
    return " ".join(words.sentence(text) for text in said) or None


def status_for_people(report: PlanNumbers) -> str:
    """The status table as CSV for Danish Excel, under :data:`HEADS`."""
    rows = ([for_reader(row[name]) for name in HEADS] for row in told(report))
    return csv_files.for_people(list(HEADS.values()), rows)


def for_reader(value: Any) -> csv_files.CsvCell:
    """A value in Danish words, where it is none that Excel reckons with."""
    match value:
        case bool():
            return "ja" if value else "nej"
        case Unit():
            return words.unit_word(value)
        case Verdict():
            return words.VERDICT_WORDS[value].lower()
        case Grounds():
            return words.GROUNDS_WORDS[value]
    known: csv_files.CsvCell = value
    return known


def status_records(report: PlanNumbers) -> list[dict[str, str | None]]:
    """Every goal for machines, surveys' too: numbers as text with a decimal point, exactly as published; ``true`` and ``false``."""
    return [{name: for_program(row[name]) for name in COLUMNS} for row in told(report)]


def for_program(value: Decimal | bool | str | None) -> str | None:
    """A value as text."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def status_csv(report: PlanNumbers) -> str:
    """:func:`status_records` as CSV for programs."""
    return csv_files.for_programs(COLUMNS, (list(row.values()) for row in status_records(report)))
