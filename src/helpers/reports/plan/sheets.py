"""A plan's numbers for people: the rows of its CSV files, and the sheets of its workbook with the gap as a formula.

In: a report. Out: heads and rows; how they are written is told in :mod:`helpers.data.csv_files` and
:mod:`helpers.present.workbook`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from helpers.catalogue.models import Direction, Goal, Unit
from helpers.data import csv_files
from helpers.data.frames import State
from helpers.periods import Period
from helpers.present import words
from helpers.present.workbook import Amount, Head, Month, SheetCell, WorkSheet
from helpers.reports.plan import words as plan_words
from helpers.reports.plan.frames import goal_rows
from helpers.reports.plan.numbers import OBSERVATION_HEADS, PlanNumbers
from helpers.reports.plan.records import known, title

WORDING, TITLE = 44, 40
"""Widths of columns of sentences and of titles, in letters."""


def observations_for_people(report: PlanNumbers) -> str:
    """All series of the municipality and the country as CSV for Danish Excel: the columns of `OBSERVATION_HEADS`."""
    return csv_files.for_people(OBSERVATION_HEADS, report.observation_rows)


# ---------------------------------------------------------------------------------------------- the workbook

_STATUS = (
    Head("Mål", 6), Head("Ordlyd", WORDING), Head("Kommune", 16), Head("Periode", 16), Head("Hele landet", 10),
    Head("Kommunens tal", 11), Head("Krav", 10), Head("Forskel", 10), Head("Forskellens enhed", 14), Head("Forskel i personer", 12),
    Head("Vurdering", 16), Head("Varighed", 12), Head("Tillæg til landstallet", 12), Head("Fortegn", 9), Head("Opfyldt når", 16), Head("Trykt forskel", 10),
    Head("Bemærkning", WORDING), Head("Grundlag", 15), Head("Til og med", 10), Head("Måling", TITLE), Head("Fokusområde", 28),
)  # fmt: skip
_LETTER = {head.label: "ABCDEFGHIJKLMNOPQRSTU"[place] for place, head in enumerate(_STATUS)}
_TARGET = f"=ROUND({_LETTER['Hele landet']}{{r}}+{_LETTER['Tillæg til landstallet']}{{r}},%d)"
_GAP = f"=ROUND({_LETTER['Fortegn']}{{r}}*({_LETTER['Kommunens tal']}{{r}}-{_LETTER['Krav']}{{r}}),%d)"

HOW_THE_GAP = (
    "Forskel = fortegn × (kommunens tal − krav). Fortegnet er 1, når højere er bedre, og −1, når lavere er bedre. "
    "Kravet er landstallet med tillæg eller et fast tal."
)


def status_cells(report: PlanNumbers) -> Iterator[tuple[SheetCell, ...]]:
    """The rows of the sheet *Status*: what was measured as numbers, the target and the gap as formulas."""
    for row in report.all_rows:
        told, target = known(report, row), report.plan.goal(row.goal).parts[row.part].target
        # Terms may have more decimals than are shown (a margin of 0,25); the formula loses none.
        measured_otherwise = row.is_ranked or target.upper is not None
        exact = max(row.decimals, *(words.decimals_of(value) for value in (row.municipality, row.target)))
        yield (
            told["goal"],
            told["text"],
            told["area"],
            words.capital(row.period.danish) if row.period else None,
            Amount(row.national, row.decimals),
            Amount(row.municipality, row.decimals),
            Amount(row.target, row.decimals, formula=_TARGET % exact if target.national else ""),
            Amount(
                row.gap,
                row.decimals,
                signed=True,
                formula=_GAP % exact if row.gap is not None and not measured_otherwise else "",
            ),
            words.unit_word(row.unit, difference=True),
            Amount(row.persons, signed=True),
            words.VERDICT_WORDS[row.verdict],
            told["steadiness"],
            Amount(target.margin, max(row.decimals, words.decimals_of(target.margin)), signed=True)
            if target.national
            else None,
            1 if row.direction is Direction.HIGHER else -1,
            ("forskel over 0" if target.strict else "forskel mindst 0") if target.is_set else None,
            Amount(row.published_gap, row.decimals, signed=True),
            told["note"],
            words.GROUNDS_WORDS[row.grounds],
            _month(row.period),
            told["title"],
            told["focus_area"],
        )


def _month(period: Period | None) -> Month | None:
    return Month(period.last_month.first_day) if period else None


def _whose(report: PlanNumbers) -> str:
    return f"{report.plan.title}: {report.municipality.long_name}"


def status_sheet(report: PlanNumbers) -> WorkSheet:
    """What the status table says, to be traced."""
    met = words.goals_met(report.summary_of(report.plan.goals))
    heading = f"{_whose(report)}. Status på målene"
    return WorkSheet("Status", heading, _STATUS, list(status_cells(report)), (HOW_THE_GAP,), (met,))


def number_sheets(report: PlanNumbers) -> list[WorkSheet]:
    """A sheet for each goal with its window, and one with all observations."""
    return [*(_goal_sheet(report, goal) for goal in report.plan.goals), _observations_sheet(report)]


def _goal_sheet(report: PlanNumbers, goal: Goal) -> WorkSheet:
    """A row for each period of the goal's window, a column for each series."""
    found = list(goal_rows(report, [goal]))
    series = list(dict.fromkeys((row.indicator, row.series, row.area, row.label) for row in found))
    periods = sorted({row.month for row in found if row.month}, key=lambda period: period.end)
    decimals: dict[tuple[str, str], int] = {}
    heads = [Head("Periode", 18), Head("Til og med", 11)]
    for key, name, _, label in series:
        indicator = report.catalogue.indicators.get(key)
        survey = report.catalogue.surveys.get(key)
        unit = indicator.unit_of(name) if indicator else survey.unit if survey else None
        heads.append(Head(_with_unit(label, unit), 22))
        decimals[key, name] = indicator.decimals_of(name) if indicator else survey.decimals if survey else 0
    cells: dict[tuple[str, str, str, Period | None], SheetCell] = {
        (row.indicator, row.series, row.area, row.month): words.STATE_WORDS[State(row.state)]
        if isnan(row.value)
        else Amount(row.value, decimals[row.indicator, row.series])
        for row in found
    }
    rows = [
        (words.capital(period.danish), _month(period), *(cells.get((*one[:3], period)) for one in series))
        for period in periods
    ]
    said = [" ".join(report._sentences(row)) for row in report.all_rows if row.goal == goal.number]
    return WorkSheet(goal.number, f"Mål {goal.number}: {goal.title}", heads, rows, (), (goal.text, *said))


def _with_unit(label: str, unit: Unit | None) -> str:
    word = words.unit_word(unit)
    return f"{label} ({word})" if word and word not in label else label


_OBSERVATIONS = {
    "maal": Head("Mål", 8), "ordlyd": Head("Ordlyd", WORDING), "betegnelse": Head("Betegnelse", TITLE),
    "kommune": Head("Kommune", 18), "omraade": Head("Kommunekode", 13), "periode_navn": Head("Periode", 18),
    "periode": Head("Periodens id", 12), "vaerdi": Head("Værdi", 12), "enhed": Head("Enhed", 12), "status": Head("Status", 20),
    "kilde": Head("Kilde", 22), "hentet": Head("Hentet", 14), "offentliggjort": Head("Offentliggjort", 14),
}  # fmt: skip
"""Column of `OBSERVATION_HEADS` → its head in the workbook."""


def _observations_sheet(report: PlanNumbers) -> WorkSheet:
    decimals = {(i.key, name): i.decimals_of(name) for i in report.indicators for name in i.series}
    places = [OBSERVATION_HEADS.index(name) for name in _OBSERVATIONS]
    key, series = OBSERVATION_HEADS.index("indikator"), OBSERVATION_HEADS.index("serie")
    rows = [
        [
            Amount(cell, decimals[str(row[key]), str(row[series])])
            if isinstance(cell, float)
            else None
            if cell is None
            else str(cell)
            for cell in (row[place] for place in places)
        ]
        for row in report.observation_rows
    ]
    heading = f"{_whose(report)}. Alle serier for kommunen og hele landet"
    return WorkSheet("Observationer", heading, tuple(_OBSERVATIONS.values()), rows)


_SOURCES = (
    Head("Mål", 8), Head("Måling", TITLE), Head("Definition", WORDING), Head("Kilde", TITLE), Head("Kildens sikkerhed", 18),
    Head("Nyeste periode", 18), Head("Forbehold og databrud", 60),
)  # fmt: skip


def sources_sheet(report: PlanNumbers) -> WorkSheet:
    """Where each series comes from, how sure that is, and what to mind."""
    return WorkSheet(
        "Kilder og noter", f"{_whose(report)}. Kilder og noter", _SOURCES, list(_source_rows(report))
    )


def _source_rows(report: PlanNumbers) -> Iterator[tuple[SheetCell, ...]]:
    for row in (row for row in report.all_rows if row.indicator):
        indicator = report.catalogue.indicators.get(row.indicator)
        measured = indicator or report.catalogue.surveys[row.indicator]
        yield (
            row.goal,
            title(report, row),
            indicator.definition if indicator else None,
            words.capital(report._source_words(indicator)) if indicator else "; ".join(row.sources) or None,
            plan_words.CERTAINTY_WORDS[indicator.series[indicator.headline].certainty] if indicator else None,
            words.capital(row.period.danish) if row.period else None,
            " ".join(report.caveats_of(measured)) or None,
        )
