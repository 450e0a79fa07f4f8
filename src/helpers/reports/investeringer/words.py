"""Investment projects in Danish: readings as printed, a standing in a word, a project in a line.

Comes in: catalogue entries and results of the analysis. Goes out: plain text; whoever puts it into Markdown
or HTML escapes it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from helpers.catalogue.models import Unit
from helpers.data.csv_files import CsvCell
from helpers.periods import Period
from helpers.present.words import (
    NBSP,
    UNKNOWN,
    as_decimal,
    capital,
    count,
    decimals_of,
    listed,
    lowered,
    number,
    rounded,
)
from helpers.reports.investeringer.models import InvestmentRow, Milestone, RowUnit
from helpers.reports.investeringer.months import Measurement
from helpers.reports.investeringer.status import BusinessCase, InvestmentStatus, Move, RowStanding, RowStatus

_STANDINGS = {
    RowStanding.REACHED: ("Nået", "✓", "verdict-met", "nået"),
    RowStanding.ON_TRACK: ("På sporet", "→", "verdict-met", "på sporet"),
    RowStanding.BEHIND: ("Bag efter planen", "×", "verdict-not-met", "bag efter planen"),
    RowStanding.NO_DATA: ("Ingen tal", "–", "verdict-unknown", "uden tal"),
    RowStanding.NOT_JUDGED: ("Vurderes ikke", "?", "verdict-unknown", "ikke vurderet"),
}
"""A standing's word; its sign, which stands beside the word, never alone, and is in Source Sans Pro; its class; how such rows are
counted."""

STANDING_WORDS, STANDING_SIGNS, STANDING_CLASSES, _COUNTED = (
    {standing: looks[place] for standing, looks in _STANDINGS.items()} for place in range(4)
)

FEW_BEHIND = 3
"""Up to so many rows that are behind are named in a project's line; the table shows them all."""

MOVE_WORDS = {
    Move.BETTER: "gået den rigtige vej",
    Move.WORSE: "gået den forkerte vej",
    Move.UP: "steget",
    Move.DOWN: "faldet",
    Move.SAME: "uændret",
}

ROW_AXIS_WORDS = {
    RowUnit.PERSONS: "Antal personer",
    RowUnit.COMPANIES: "Antal virksomheder",
    RowUnit.NUMBER: "Antal",
    RowUnit.WEEKS: "Antal uger",
    RowUnit.PERCENT: "Andel i pct.",
    RowUnit.COUNT_AND_SHARE: "Andel i pct.",
}

KRONER = "kr."


MOST_DECIMALS = 2
"""A figure pasted from a calculation is shown with no more."""


def decimals(value: Decimal) -> int:
    """How many decimals a figure is shown with, as it was printed: ``87.9`` one, ``58`` none."""
    return min(decimals_of(value.normalize()), MOST_DECIMALS)


def _catalogue_unit(unit: RowUnit | None, *, judged: bool = False) -> Unit | None:
    """The unit behind a figure; counts stand alone, because their row's label says what is counted."""
    if unit is RowUnit.PERCENT or (judged and unit is RowUnit.COUNT_AND_SHARE):
        return Unit.PERCENT
    return Unit.WEEKS if unit is RowUnit.WEEKS else None


def row_value(value: Decimal | None, unit: RowUnit | None, *, judged: bool = False) -> str:
    """A figure as it was printed: ``103``, ``87,9 pct.``, ``18,8 uger``.

    Parameters
    ----------
    judged
        The figure is in the unit of the targets: a percentage for ``count_and_share``.
    """
    return UNKNOWN if value is None else number(value, decimals(value), _catalogue_unit(unit, judged=judged))


def reading(value: Decimal | None, share: Decimal | None, unit: RowUnit | None) -> str:
    """A measurement: ``103``, ``17 (17 pct.)``, ``8 pct.`` where only the share is known."""
    if unit is not RowUnit.COUNT_AND_SHARE or share is None:
        return row_value(value, unit)
    shown = row_value(share, RowUnit.PERCENT)
    return shown if value is None else f"{number(value)} ({shown})"


def measurement(one: Measurement | None, unit: RowUnit | None) -> str:
    """As :func:`reading`, of a measurement; ``–`` where there is none."""
    return UNKNOWN if one is None else reading(one.value, one.share, unit)


def start(row: InvestmentRow) -> str:
    """The start as the document prints it, with its footnote's mark: ``18,8 uger*``; empty without one."""
    if row.start is None:
        return ""
    mark = row.start.footnote or ""
    return mark if row.start.value is None else reading(row.start.value, row.start.share, row.unit) + mark


def target(goal: Milestone | None, row: InvestmentRow) -> str:
    """A minimum target as the document prints it: ``92``, ``48 (−40 pct.)``; empty without one."""
    if goal is None:
        return ""
    change = None if goal.change is None else number(goal.change, decimals(goal.change), "pct.", signed=True)
    if goal.value is None:
        value = goal.reached_from(row.start_judged)
        shown = UNKNOWN if value is None else row_value(rounded(value, 1), row.unit, judged=True)
        return f"{shown} ({change})"
    shown = row_value(goal.value, row.unit, judged=True)
    return f"{shown} ({change})" if change else shown


def difference(value: Decimal | None, unit: RowUnit | None) -> str:
    """A change in the unit of the targets: ``−2``, ``+3 procentpoint``, ``0``."""
    if value is None:
        return UNKNOWN
    return number(value, decimals(value), _catalogue_unit(unit, judged=True), signed=True)


def on_path(value: Fraction | None, row: InvestmentRow) -> str:
    """Where the path is: with one decimal, unless it is whole: ``101,7``, ``100``."""
    if value is None:
        return UNKNOWN
    return row_value(path_decimal(value), row.unit, judged=True)


def path_decimal(value: Fraction, decimals: int = 1) -> Decimal:
    """Where the path is as a decimal number."""
    return rounded(as_decimal(value), decimals)


def month_cells(status: RowStatus, months: Iterable[Period]) -> Iterator[tuple[CsvCell, ...]]:
    """How a row of a CSV file ends, for each month: its id and name, figure, share, path, target, and where the figure is from."""
    measured = {one.month: one for one in status.measured}
    path = {point.period: path_decimal(point.value) for point in status.path}
    targets = status.row.target_values
    for month in months:
        one = measured.get(month)
        figure = (one.value, one.share) if one else (None, None)
        yield (
            month.id,
            month.danish,
            *figure,
            path.get(month),
            targets.get(month),
            one.source if one else None,
        )


def standing(status: RowStatus) -> str:
    """Sign and word: ``✓ Nået``; empty for a heading."""
    if status.standing is None:
        return ""
    # One piece, so that a narrow column does not part it.
    return f"{STANDING_SIGNS[status.standing]} {STANDING_WORDS[status.standing]}".replace(" ", NBSP)


def trend_words(status: RowStatus) -> str:
    """The development in words, for whoever does not see the small figure.

    ``Fra 103 i januar 2024 til 101 i april 2024, gået den rigtige vej siden forrige måling.``
    """
    known = [one for one in status.measured if one.value is not None or one.share is not None]
    if not known:
        return "Ingen målinger."
    unit = status.row.unit
    last = known[-1]
    if len(known) == 1:
        return f"{measurement(last, unit)} i {last.month.danish}."
    text = (
        f"Fra {measurement(known[0], unit)} i {known[0].month.danish} til {measurement(last, unit)} i "
        f"{last.month.danish}"
    )
    moved = f", {MOVE_WORDS[status.move]} siden forrige måling" if status.move else ""
    return f"{text}{moved}.".replace("..", ".")


def targets(many: int) -> str:
    """``1 minimumsmål``, ``10 minimumsmål``"""
    return count(many, "minimumsmål", "minimumsmål")


def standings(found: Iterable[RowStatus]) -> str:
    """``7 på sporet og 3 bag efter planen``"""
    stands = [row.standing for row in found]
    return listed(f"{number(stands.count(s))} {word}" for s, word in _COUNTED.items() if s in stands)


NO_MEASUREMENTS = "Der er ingen målinger"


def project_line(status: InvestmentStatus) -> str:
    """How a project stands, in one or two sentences."""
    judged = status.judged
    table = status.project.status
    nothing = f"{NO_MEASUREMENTS} efter startmålingen." if status.has_start else f"{NO_MEASUREMENTS} endnu."
    if not judged:
        newest = nothing
        if status.newest is not None:
            newest = f"Den seneste måling er fra {status.newest.danish}."
        return f"Statusskemaet har {count(len(table.measures), 'tal', 'tal')} uden minimumsmål. {newest}"
    if status.newest is None:
        return f"Projektet har {targets(len(judged))}. {nothing}"
    line = f"Af {targets(len(judged))} er {standings(judged)} i {status.newest.danish}."
    behind = [row.row.key for row in judged if row.standing is RowStanding.BEHIND and row.row.key]
    if not 0 < len(behind) <= FEW_BEHIND:
        return line
    return f"{line} Bag efter planen: {listed(f'»{table.label_of(key)}«' for key in behind)}."


def before_any(status: InvestmentStatus) -> str:
    """What there is of a project that nothing was measured of after its start."""
    return "kun startmåling" if status.has_start else "ingen tal endnu"


OVERVIEW_HEADS = ("Antal mål", *STANDING_WORDS.values(), "Nyeste måned")


def overview_cells(status: InvestmentStatus) -> tuple[str, ...]:
    """How many targets a project has, how they stand, and its newest month: under :data:`OVERVIEW_HEADS`."""
    counted = (number(status.count(standing)) for standing in RowStanding)
    newest = status.newest.danish if status.newest else before_any(status)
    return number(len(status.judged)), *counted, capital(newest)


def kroner(amount: Decimal) -> str:
    """``1.500.000 kr.``, with a real minus sign when negative."""
    return number(amount, 0, KRONER)


def persons(value: Decimal) -> str:
    """``15 fuldtidspersoner``, ``1 fuldtidsperson``."""
    return number(value, decimals(value), Unit.FULL_TIME)


def _on_benefits(case: BusinessCase, benefits: Mapping[str, str]) -> str:
    """``2 fuldtidspersoner færre på kontanthjælp og 10 fuldtidspersoner flere på uddannelseshjælp``"""
    parts = []
    for one in case.savings:
        if one.persons:
            name = lowered(benefits.get(one.benefit, one.benefit))
            parts.append(f"{persons(abs(one.persons))} {'færre' if one.persons > 0 else 'flere'} på {name}")
    return listed(parts)


def business_line(case: BusinessCase, benefits: Mapping[str, str]) -> str:
    """Whether a project pays, in one to three sentences; persons only where no cost is given."""
    if not case.savings:
        return "Måltallene knytter ingen ændring i antal fuldtidspersoner til projektet."
    if not any(one.persons for one in case.savings):
        return (
            "Projektet skal fastholde niveauet og sænker ikke måltallet; der er ingen besparelse at regne på."
        )
    first = f"Måltallene regner med {_on_benefits(case, benefits)} om året."
    if case.saved is None:
        names = listed(lowered(benefits.get(key, key)) for key in case.missing)
        return (
            f"{first} Der er ikke angivet, hvad en fuldtidsperson koster om året ({names}), så der vises kun "
            "personer."
        )
    second = f"Med de angivne årlige udgifter svarer det til {kroner(abs(case.saved))} om året"
    second += " i sparede udgifter." if case.saved >= 0 else " i flere udgifter."
    if case.balance is None:
        return f"{first} {second} Projektets egen udgift er ikke angivet."
    if case.balance == 0:
        return f"{first} {second} Det er det samme som projektets egen udgift."
    side = "mere" if case.balance > 0 else "mindre"
    return f"{first} {second} Det er {kroner(abs(case.balance))} {side} end projektets egen udgift."


def signed_line(amount: Decimal, *, is_level: bool) -> str:
    """A line of target numbers: a level as it is, a change with its sign: ``650``, ``−1``, ``+10``."""
    return number(amount, decimals(amount), signed=not is_level)
