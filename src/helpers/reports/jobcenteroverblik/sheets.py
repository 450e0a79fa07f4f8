"""The sheets of the Jobcenteroverblik's workbook: each figure's place and distance, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from helpers.catalogue.models import NATIONAL_NAME, Certainty, Direction
from helpers.errors import PlanError
from helpers.present import words
from helpers.present.workbook import Amount, Head, Month, SheetCell, WorkSheet
from helpers.reports.jobcenteroverblik import ranking
from helpers.reports.jobcenteroverblik.numbers import JobcenteroverblikNumbers
from helpers.reports.jobcenteroverblik.standings import AreaLine, FigureStanding

_STATUS = (
    Head("Figur", 8), Head("Måling", 50), Head("Periode", 18), Head("Til og med", 11),
    Head("Eget tal", 11), Head("Hele landet", 11), Head("Sammenligningen", 18), Head("Enhed", 14), Head("Fortegn", 9),
    Head("Forskel til landet", 12), Head("Forskel til sammenligningen", 18), Head("Placering", 10), Head("Ud af", 8),
    Head("Sammenlignes med", 34), Head("Bemærkning", 40),
)  # fmt: skip

_HOW = (
    "Forskel = fortegn × (eget tal − det, der sammenlignes med). Fortegnet er 1, når højere er bedre, og −1, når lavere er "
    "bedre. Gennemsnit er ikke afrundet."
)


def _standings(report: JobcenteroverblikNumbers) -> Iterator[FigureStanding]:
    if report.printed:
        raise PlanError.of(
            "plan export", "A month that is shown as it was printed has no workbook.", "Leave --period out."
        )
    for figure in report.jobcenteroverblik.figures:
        standing = report.standings.standing(figure.number)
        if standing is not None:
            yield standing


def status_sheet(report: JobcenteroverblikNumbers) -> WorkSheet:
    """A row for each figure; for each municipality where those of a joint job centre stand side by side."""
    rows = [cells for standing in _standings(report) for cells in _status_cells(report, standing)]
    whom = Head(f"{report.jobcenteroverblik.template.office.title} eller kommune", 24)
    heads = (*_STATUS[:2], whom, *_STATUS[2:])
    return WorkSheet("Status", f"{report.title}: {report.whom.long_name}", heads, rows, (_HOW,))


def _status_cells(
    report: JobcenteroverblikNumbers, standing: FigureStanding
) -> Iterator[tuple[SheetCell, ...]]:
    indicator, newest = standing.indicator, standing.newest
    decimals = indicator.decimals
    ranks = {area.slug: rank for area, rank in standing.ranks}
    country, best = _last(standing.country), _last(standing.yardstick)
    sign = 1 if indicator.direction is Direction.HIGHER else -1
    for area, line in standing.own:
        own, rank = _last(line), ranks.get(area.slug, standing.rank)

        def gap(column: str, other: Decimal | None, own: Decimal | None = own) -> Amount:
            if own is None or other is None:
                return Amount(None)
            return Amount(
                sign * (own - other), decimals, signed=True, formula=f"=J{{r}}*(F{{r}}-{column}{{r}})"
            )

        yield (
            str(standing.figure.number),
            indicator.title,
            area.name,
            words.capital(newest.danish) if newest else None,
            Month(newest.last_month.first_day) if newest else None,
            Amount(own, decimals),
            Amount(country, decimals),
            Amount(best, decimals),
            words.unit_word(indicator.unit),
            sign,
            gap("G", country),
            gap("H", best),
            rank.place,
            rank.of or None,
            report._group_words(standing.group, standing.figure),
            None if standing.has_data else ranking.NO_FIGURES,
        )


def _last(line: AreaLine) -> Decimal | None:
    return line.values[-1] if line.values else None


_NUMBERS = (
    Head("Figur", 8), Head("Måling", 50), Head("Serie", 30), Head("Periode", 18), Head("Til og med", 11), Head("Værdi", 12),
    Head("Enhed", 14), Head("Status", 24),
)  # fmt: skip


def number_sheets(report: JobcenteroverblikNumbers) -> list[WorkSheet]:
    """The windows of all figures, one row per line and period."""
    rows: list[tuple[SheetCell, ...]] = []
    for standing in _standings(report):
        lines = [(area.name, line) for area, line in standing.own]
        lines += [(NATIONAL_NAME, standing.country), ("Sammenligningen", standing.yardstick)]
        indicator = standing.indicator
        for name, line in lines:
            for period, value, state in zip(standing.periods, line.values, line.states, strict=True):
                rows.append(
                    (
                        str(standing.figure.number), indicator.title, name, words.capital(period.danish),
                        Month(period.last_month.first_day), Amount(value, indicator.decimals), words.unit_word(indicator.unit),
                        words.STATE_WORDS[state] if value is None else "ok",
                    )
                )  # fmt: skip
    return [WorkSheet("Tal bag figurerne", f"{report.title}: tal bag figurerne", _NUMBERS, rows)]


_SOURCES = (
    Head("Figur", 8), Head("Måling", 50), Head("Definition", 50), Head("Kilde", 40), Head("Kildens sikkerhed", 18),
    Head("Forbehold", 60),
)  # fmt: skip


def sources_sheet(report: JobcenteroverblikNumbers) -> WorkSheet:
    """Where each figure comes from, and what to mind."""
    rows = []
    for standing in _standings(report):
        indicator = standing.indicator
        sure = "Bekræftet" if indicator.certainty is Certainty.CONFIRMED else "Ikke bekræftet"
        caveats = [*indicator.caveats, *map(words.break_sentence, indicator.breaks)]
        rows.append(
            (
                str(standing.figure.number),
                indicator.title,
                indicator.definition,
                words.capital(report._source_words(indicator)),
                sure,
                " ".join(caveats) or None,
            )
        )
    return WorkSheet("Kilder og noter", f"{report.title}: kilder og noter", _SOURCES, rows)
