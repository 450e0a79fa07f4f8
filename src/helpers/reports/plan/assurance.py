"""How many people a gap is, how far chance moves a figure, and whether it will hold, in Danish.

In: rows of the status and what was reckoned of them. Out: sentences; nothing is said of what is not known.
"""

from __future__ import annotations

from decimal import Decimal

from helpers.analysis.chance import Interval
from helpers.analysis.persons import in_kroner
from helpers.catalogue.models import BASE, Direction, Indicator, Price, Unit
from helpers.data import csv_files
from helpers.present.words import NBSP, number, sentence
from helpers.reports.plan.status import StatusRow

FEW_WORD = "få personer"
"""The mark of a row whose figure chance alone may move past its target."""

FEW_NOTE = (
    "Få personer: Tallet bygger på under 30 personer, eller målet ligger inden for det, som tilfældige udsving alene "
    "kan give."
)
"""Below a table with such a mark."""


def persons_sentence(row: StatusRow, indicator: Indicator, price: Price | None = None) -> str:
    """What a row's gap comes to in persons, and in kroner where a price is given.

    Returns
    -------
    str
        ``Det svarer til, at 23 flere skulle være i et fleksjob.``; ``Det svarer til 23 flere, end målet kræver.``; empty
        without a number of persons, at a gap of 0, and for a goal that counts persons by itself and has no price.
    """
    if row.persons is None or not row.gap:
        return ""
    kroner = _kroner(row.persons, price)
    if row.unit is not Unit.PERCENT:
        return f"Det svarer til {kroner}" if kroner else ""
    if row.persons == 0:
        return "Det svarer til mindre end én person."
    who = _more_or_fewer(row, indicator)
    more = row.direction is Direction.HIGHER
    if row.gap > 0:
        said = f"Det svarer til {who}, end målet {'kræver' if more else 'tillader'}."
    elif indicator.in_persons:
        said = f"Det svarer til, at {who} {indicator.in_persons}."
    else:
        said = f"Det svarer til {who}."
    return f"{said} Det er {kroner}" if kroner else said


def persons_words(row: StatusRow, indicator: Indicator) -> str:
    """The same for a cell below the gap: ``18 personer``, ``1 person``, ``23 fuldtidspersoner``; empty where it is unknown."""
    if row.persons is None or not row.gap or row.unit is not Unit.PERCENT:
        return ""
    return number(abs(row.persons), 0, indicator.unit_of(BASE))


def _more_or_fewer(row: StatusRow, indicator: Indicator) -> str:
    """``23 flere``, ``én mere``, ``23 færre fuldtidspersoner``: what a goal asks for, or has beyond it."""
    assert row.persons is not None
    more = row.direction is Direction.HIGHER
    full_time = indicator.unit_of(BASE) is Unit.FULL_TIME
    if abs(row.persons) == 1:
        return f"{'én fuldtidsperson' if full_time else 'én'} {'mere' if more else 'færre'}"
    said = f"{number(abs(row.persons))} {'flere' if more else 'færre'}"
    return f"{said} fuldtidspersoner" if full_time else said


def _kroner(persons: int, price: Price | None) -> str:
    """``omkring 3,2 mio. kr. om året, skønnet ud fra 140.000 kr. pr. fuldtidsperson (2026, kilde).``"""
    if price is None or persons == 0:
        return ""
    amount = number(price.amount, 0, "kr.")
    return (
        f"omkring {money(in_kroner(persons, price.amount))} om året, skønnet ud fra {amount} pr. fuldtidsperson "
        f"({price.year}: {price.source.rstrip('.')})."
    )


def money(kroner: Decimal) -> str:
    """``140.000 kr.``, ``3,2 mio. kr.``, ``25 mio. kr.``"""
    if kroner < 1_000_000:
        return number(kroner, 0, "kr.")
    millions = kroner / 1_000_000
    return number(millions, 0 if millions == millions.to_integral_value() else 1, f"mio.{NBSP}kr.")


def chance_sentence(row: StatusRow, *, asked: bool = False) -> str:
    """How far chance alone moves a row's figure, where that matters (`few`) or a band was asked for; else empty.

    ``Tilfældige udsving alene kan flytte tallet mellem 27,7 og 34,9 pct. Målet ligger inden for.``
    """
    if not (row.few or asked):
        return ""
    if row.chance is None:
        return f"Tallet bygger på {FEW_WORD} og kan svinge tilfældigt." if row.few else ""
    said = sentence(f"tilfældige udsving alene kan flytte tallet {_between(row.chance, row)}")
    if row.target is not None and row.chance.holds(row.target):
        return f"{said} Målet ligger inden for."
    return said


def _between(chance: Interval, row: StatusRow) -> str:
    low, high = (number(end, row.decimals) for end in (chance.low, chance.high))
    return (
        f"mellem {low} og {number(chance.high, row.decimals, row.unit)}" if low != high else f"omkring {high}"
    )


RECORD = {
    "base": "antal_i_alt",
    "persons": "forskel_i_personer",
    "kroner": "forskel_i_kroner",
    "chance_low": "udsving_fra",
    "chance_high": "udsving_til",
    "few_persons": "faa_personer",
}
"""What the status tells of it: columns for programs, and for people."""


def reckoned(row: StatusRow, price: Price | None) -> tuple[Decimal | bool | None, ...]:
    """A row's persons, kroner and chance, in the order of :data:`RECORD`."""
    kroner = in_kroner(row.persons, price.amount) if price and row.persons is not None else None
    persons = None if row.persons is None else Decimal(row.persons)
    low, high = (row.chance.low, row.chance.high) if row.chance else (None, None)
    return row.base, persons, kroner, low, high, row.few


def record(row: StatusRow, price: Price | None) -> dict[str, str | None]:
    """The same for programs: numbers as text with a decimal point, ``true`` and ``false``."""
    found = zip(RECORD, reckoned(row, price), strict=True)
    return {key: _text(value) for key, value in found}


def cells(row: StatusRow, price: Price | None) -> tuple[csv_files.Cell, ...]:
    """The same for people: ``ja`` and ``nej``."""
    found = reckoned(row, price)
    return tuple(("nej", "ja")[value] if isinstance(value, bool) else value for value in found)


def _text(value: Decimal | bool | None) -> str | None:
    if value is None or isinstance(value, bool):
        return None if value is None else str(value).lower()
    return f"{value:f}"
