"""How many people a gap is, how far chance moves a figure, and whether it will hold, in Danish.

In: rows of the status and what was reckoned of them. Out: sentences; nothing is said of what is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from helpers.analysis.gaps import Verdict
from helpers.analysis.outlook import Backtest, Method
from helpers.analysis.persons import in_kroner
from helpers.analysis.targets import Start
from helpers.catalogue.models import BASE, Direction, Indicator, Municipality, Price, Unit
from helpers.present.words import (
    NBSP,
    capital,
    count,
    distance,
    number,
    sentence,
    trend_phrase,
    unit_word,
    when_words,
)
from helpers.reports.plan.outlook import NoOutlook, Outlook
from helpers.reports.plan.status import StatusRow

FEW_WORD = "få personer"
"""The mark of a row whose figure chance alone may move past its target."""

FEW_NOTE = (
    "Få personer: Tallet bygger på under 30 personer, eller målet ligger inden for det, som tilfældige udsving alene "
    "kan give."
)
"""Below a table with such a mark."""


def persons_sentence(
    row: StatusRow, indicator: Indicator, price: Price | None = None, *, what: str = "Det"
) -> str:
    """What a row's gap comes to in persons, and in kroner where a price is given.

    Parameters
    ----------
    what
        The sentence's subject: ``Forskellen`` where nothing before it speaks of one.

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
        return f"{what} svarer til {kroner}" if kroner else ""
    if row.persons == 0:
        return f"{what} svarer til mindre end én person."
    who = _more_or_fewer(row, indicator)
    more = row.direction is Direction.HIGHER
    if row.gap > 0:
        said = f"{what} svarer til {who}, end målet {'kræver' if more else 'tillader'}."
    elif indicator.in_persons:
        said = f"{what} svarer til, at {who} {indicator.in_persons}."
    else:
        said = f"{what} svarer til {who}."
    return f"{said} Det er {kroner}" if kroner else said


def persons_words(row: StatusRow, indicator: Indicator) -> str:
    """The same for a cell below the gap: ``18 personer``, ``under 1 fuldtidsperson``; empty where it is unknown."""
    if row.persons is None or not row.gap or row.unit is not Unit.PERCENT:
        return ""
    said = number(max(abs(row.persons), 1), 0, indicator.unit_of(BASE))
    return said if row.persons else f"under {said}"


def persons_missing(row: StatusRow, indicator: Indicator) -> str:
    """What a gap asks for, after the goal's number: ``, hvor 23 flere skulle være i et fleksjob``; ``: 23 flere``."""
    if row.unit is not Unit.PERCENT:
        return f": {distance(row.gap or 0, row.decimals, row.unit)}"
    who = _more_or_fewer(row, indicator)
    return f", hvor {who} {indicator.in_persons}" if indicator.in_persons else f": {who}"


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
        f"omkring {round_kroner(in_kroner(persons, price.amount))} om året, skønnet ud fra {amount} pr. fuldtidsperson "
        f"({price.year}: {price.source.rstrip('.')})."
    )


def round_kroner(kroner: Decimal) -> str:
    """``140.000 kr.``, ``3,2 mio. kr.``, ``25 mio. kr.``"""
    if kroner < 1_000_000:
        return number(kroner, 0, "kr.")
    millions = kroner / 1_000_000
    return number(millions, 0 if millions == millions.to_integral_value() else 1, f"mio.{NBSP}kr.")


def chance_sentence(row: StatusRow, *, asked: bool = False) -> str:
    """How far chance alone moves a row's figure, where that matters (`few`) or a band was asked for; else empty.

    ``Tilfældige udsving alene kan flytte tallet mellem 27,7 og 34,9 pct. Målet ligger inden for de to tal.``
    """
    if not (row.few or asked):
        return ""
    if row.chance is None:
        return f"Tallet bygger på {FEW_WORD} og kan svinge tilfældigt." if row.few else ""
    low, high = (number(end, row.decimals) for end in (row.chance.low, row.chance.high))
    if low == high:
        return "Tilfældige udsving alene flytter tallet med mindre end afrundingen."
    high = number(row.chance.high, row.decimals, row.unit)
    said = sentence(f"tilfældige udsving alene kan flytte tallet mellem {low} og {high}")
    if row.target is not None and row.chance.holds(row.target):
        return f"{said} Målet ligger inden for de to tal."
    return said


def since_sentence(row: StatusRow, start: Start | None) -> str:
    """What became of a figure since the plan began, ``Siden december 2025 er tallet steget fra 29,1 pct. til 31,2 pct.``"""
    if start is None or row.municipality is None:
        return ""
    went = trend_phrase(start.value, row.municipality, row.decimals, row.unit)
    return sentence(f"siden {start.period.danish} er tallet {went}")


def outlook_sentence(found: Outlook | None, row: StatusRow, indicator: Indicator, area: Municipality) -> str:
    """Whether a goal with a date will be met if nothing changes, and how often such a forecast has been right.

    ``Hvis intet ændrer sig, er tallet 2,4 pct. i december 2026, og så er målet nået. Det er tallet for samme periode året før.
    Prognoser af den slags har ramt inden for ± 0,3 procentpoint i 8 af 10 tilfælde i alle kommuner og i 7 af 10 i Ringsted.``
    """
    if found is None:
        return ""
    when = when_words(found.due)
    if found.value is None or found.backtest is None:
        return _no_outlook(found, indicator, when)
    value = number(found.value, row.decimals, row.unit)
    if found.verdict is None:
        said = sentence(f"hvis intet ændrer sig, er tallet {value} {when}")
    elif found.close:
        said = f"Hvis intet ændrer sig, er tallet {value} {when}, så tæt på målet, at det kan falde ud til begge sider."
    else:
        reached = "nået" if found.verdict is Verdict.MET else "ikke nået"
        said = f"Hvis intet ændrer sig, er tallet {value} {when}, og så er målet {reached}."
    tried = found.backtest
    within = number(tried.within, row.decimals, unit_word(row.unit, difference=True))
    hit = f"inden for ± {within} i {hit_words(tried.hits, tried.forecasts)} tilfælde i alle kommuner"
    hits, made = tried.own.get(area.code, (0, 0))
    if made >= LEAST_OWN:
        hit += f" og i {hit_words(hits, made)} {area.place}"
    return f"{said} {_METHOD_SENTENCES[tried.chosen]} Prognoser af den slags har ramt {hit}."


def _no_outlook(found: Outlook, indicator: Indicator, when: str) -> str:
    said = f"Om målet er nået {when}, kan der ikke siges noget om"
    if found.none is NoOutlook.BREAK_AHEAD and found.broken:
        return sentence(
            f"{said}, fordi tallene ikke kan sammenlignes hen over {found.broken.period.danish}: {found.broken.text}"
        )
    if found.none is NoOutlook.FEW_PERIODS:
        ahead = ahead_words(found.periods, indicator.frequency.per_year)
        since = f" efter databruddet i {found.broken.period.danish}" if found.broken else ""
        return f"{said}, fordi der kun er tal for {ahead}{since}."
    return f"{said}, fordi der er for få tal til at prøve en prognose af."


LEAST_OWN = 10
"""Of fewer forecasts for the municipality itself it is not told how often they were right."""

_METHOD_SENTENCES = {
    Method.LAST: "Det er det seneste tal igen.",
    Method.LAST_YEAR: "Det er tallet for samme periode året før.",
    Method.MEAN: "Det er gennemsnittet af det seneste år.",
}

METHOD_WORDS = {
    Method.LAST: "seneste tal",
    Method.LAST_YEAR: "samme periode året før",
    Method.MEAN: "gennemsnit af det seneste år",
    Method.TREND: "fremskrevet udvikling",
}
"""How the future is taken to be like the past."""

BACKTEST_HEADS = (
    "Måling", "Frem", "Prognoser", *(f"Fejl: {word}" for word in METHOD_WORDS.values()), "Bruges", "Har ramt",
)  # fmt: skip


BACKTEST_NOTE = (
    "Prøvet på alle kommuner, der er tal for: Hvad ville prognosen have sagt, og hvor langt var den fra det, der kom? Fejlen er den "
    "gennemsnitlige afstand. Den metode, hvis fejl er mindst, bruges; en fremskrevet udvikling bruges aldrig. Ingen prognose går hen "
    "over et databrud."
)


def ahead_words(horizon: int, per_year: int) -> str:
    """``12 måneder``, ``1 kvartal``."""
    one, many = {12: ("måned", "måneder"), 4: ("kvartal", "kvartaler")}.get(per_year, ("år", "år"))
    return count(horizon, one, many)


def hit_words(hits: int, made: int) -> str:
    """``8 af 10 tilfælde``, never rounded up."""
    return f"{10 * hits // made} af 10"


def backtest_cells(indicator: Indicator, horizon: int, found: Backtest | None) -> tuple[str | None, ...]:
    """A row of the table with :data:`BACKTEST_HEADS`; errors are mean distances in the indicator's unit."""
    ahead = ahead_words(horizon, indicator.frequency.per_year)
    title = indicator.name or indicator.title
    if found is None:
        return (title, ahead, "For få", *([None] * len(METHOD_WORDS)), None, None)
    within = number(found.within, indicator.decimals, unit_word(indicator.unit, difference=True))
    return (
        title,
        ahead,
        number(found.forecasts),
        *(number(found.errors[method], indicator.decimals + 1) for method in METHOD_WORDS),
        capital(METHOD_WORDS[found.chosen]),
        f"inden for ± {within} i {hit_words(found.hits, found.forecasts)} tilfælde",
    )


@dataclass(frozen=True)
class Assured:
    """What is known of a row beside its figures: its price, what it set out from, and where it will stand."""

    price: Price | None = None
    start: Start | None = None
    outlook: Outlook | None = None
