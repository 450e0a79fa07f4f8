"""Danish numbers, words and sentences in one place: a page, a table and an alternative text say the same.

Texts hold real minus signs, decimal commas and no-break spaces before units. They are plain text: whoever
puts them into Markdown or HTML escapes them there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from helpers.analysis.gaps import Verdict
from helpers.analysis.ranks import FEW
from helpers.analysis.steadiness import PERIODS, STEADY_FOR, Past, Steadiness
from helpers.catalogue.catalogue import fill
from helpers.catalogue.models import (
    JOBINDSATS,
    NATIONAL_NAME,
    SOURCES,
    Break,
    Direction,
    Indicator,
    Municipality,
    Unit,
)
from helpers.data.frames import Grounds, State, Stop
from helpers.periods import Frequency, Period
from helpers.prose import listed

MINUS = "−"
NBSP = "\u00a0"
UNKNOWN = "–"
"""What a table shows where there is no value; zero is shown as zero."""

_UNIT_WORDS: dict[Unit, tuple[str, str]] = {
    Unit.PERCENT: ("pct.", "pct."),
    Unit.PERSONS: ("person", "personer"),
    Unit.FULL_TIME: ("fuldtidsperson", "fuldtidspersoner"),
    Unit.WEEKS: ("uge", "uger"),
    Unit.RATIO: ("", ""),
    Unit.NUMBER: ("", ""),
}

POINTS = "procentpoint"
"""The unit of a difference between two percentages."""

_VERDICTS = {
    Verdict.MET: ("Opfyldt", "✓", "verdict-met", "er opfyldt"),
    Verdict.NOT_MET: ("Ikke opfyldt", "×", "verdict-not-met", "er ikke opfyldt"),
    Verdict.ON_TRACK: ("På sporet", "→", "verdict-met", "er på sporet"),
    Verdict.BEHIND: ("Bag efter planen", "!", "verdict-not-met", "er bag efter planen"),
    Verdict.NOT_DUE: ("Afgøres senere", "…", "verdict-unknown", "afgøres senere"),
    Verdict.FOLLOWED: ("Følges", "•", "verdict-unknown", "følges uden vurdering"),
    Verdict.CANNOT_BE_JUDGED: ("Kan ikke vurderes", "?", "verdict-unknown", "kan ikke vurderes"),
}
"""A verdict's word; its sign, which stands beside the word, never alone, and is in Source Sans Pro; its class; what a sentence
says of the goal."""

VERDICT_WORDS, VERDICT_SIGNS, VERDICT_CLASSES, _OUTCOMES = (
    {verdict: looks[place] for verdict, looks in _VERDICTS.items()} for place in range(4)
)

PARTLY, PARTLY_SIGN = "verdict-partly", "–"
"""Class and sign of what is met in part."""

STEADINESS_SIGNS = {Steadiness.STEADY: "=", Steadiness.NEW: "!", Steadiness.WAVERING: "±"}
"""Stand beside the word, as the verdicts' signs do."""

DIRECTION_WORDS = {Direction.HIGHER: "Højere er bedre", Direction.LOWER: "Lavere er bedre"}
DIRECTION_SIGNS = {Direction.HIGHER: "↑", Direction.LOWER: "↓"}

STATE_WORDS = {
    State.OK: "",
    State.SUPPRESSED: "diskretioneret eller ikke opgjort",
    State.MISSING: "ikke opgjort",
    State.NOT_PUBLISHED: "endnu ikke offentliggjort",
}

PROVISIONAL = "foreløbig"
"""Of a period whose figures the source is likely to correct."""

GROUNDS_WORDS = {
    Grounds.FETCHED: SOURCES[Grounds.FETCHED].name,
    Grounds.STATBANK: SOURCES[Grounds.STATBANK].name,
    Grounds.TYPED_IN: "oplyst af kommunen",
    Grounds.PRINTED: "trykt",
    Grounds.EXAMPLE: "eksempeldata",
    None: "",
}
"""What a figure stands on, for the column ``grundlag`` and for rows among others."""


def source_names(indicators: Iterable[Indicator]) -> str:
    """The sources that indicators come from, as a page names them."""
    found = dict.fromkeys(s for indicator in indicators for s in indicator.table_sources.values())
    return listed(SOURCES[source].name for source in found or (JOBINDSATS,))


RULE_WORDS = {"at_least": "mindst", "over": "over", "at_most": "højst", "under": "under"}

COUNTRY_AVERAGE = "landsgennemsnittet"

Value = Decimal | float | int


def exact(value: Value) -> Decimal:
    """`value` as the decimal that was published (a float's shortest spelling)."""
    return Decimal(repr(value) if isinstance(value, float) else value)


def as_decimal(value: Fraction) -> Decimal:
    """A fraction as a decimal number."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def rounded(value: Value, decimals: int) -> Decimal:
    """`value` with so many decimals; a half is rounded away from zero, as Excel and Jobindsats do."""
    result = exact(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(result) if result.is_zero() else result


def decimals_of(value: Decimal | None) -> int:
    """How many decimals a number is written with; 0 for none."""
    return 0 if value is None else max(0, -int(value.as_tuple().exponent))


def unit_word(unit: Unit | str | None, value: Value = 2, *, difference: bool = False) -> str:
    """The word after a number: singular after exactly 1; percentage points for a difference of shares."""
    if unit is None:
        return ""
    if not isinstance(unit, Unit):
        return unit
    if unit is Unit.PERCENT and difference:
        return POINTS
    one, many = _UNIT_WORDS[unit]
    shown = exact(value)
    return one if abs(shown) == 1 and shown.as_tuple().exponent == 0 else many


def number(
    value: Value | None, decimals: int = 0, unit: Unit | str | None = None, *, signed: bool = False
) -> str:
    """A number as Danish readers write it.

    Parameters
    ----------
    value
        None gives `UNKNOWN`.
    unit
        A catalogue unit, or a word (``"kr."``) that is put behind as it stands.
    signed
        The number is a difference: it gets its sign (none for zero), and percent becomes percentage points.

    Examples
    --------
    >>> number(Decimal("83.8"), 1, Unit.PERCENT).replace(NBSP, " ")
    '83,8 pct.'
    >>> number(Decimal("-3.5"), 1, Unit.PERCENT, signed=True).replace(NBSP, " ")
    '−3,5 procentpoint'
    >>> number(12345, 0, "kr.").replace(NBSP, " ")
    '12.345 kr.'
    """
    if value is None:
        return UNKNOWN
    shown = rounded(value, decimals)
    digits = f"{abs(shown):,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    sign = MINUS if shown < 0 else "+" if signed and shown > 0 else ""
    word = unit_word(unit, shown, difference=signed)
    return f"{sign}{digits}{NBSP}{word}" if word else f"{sign}{digits}"


def distance(value: Value, decimals: int, unit: Unit | str | None = None) -> str:
    """The size of a difference, without its sign: ``3,5 procentpoint``."""
    return number(abs(exact(value)), decimals, unit, signed=True).removeprefix("+")


def count(value: int, one: str, many: str) -> str:
    """A counted thing: ``1 mål``, ``0 målinger``, ``12 målinger``."""
    return f"{number(value)}{NBSP}{one if abs(value) == 1 else many}"


FEW_MARK = "°"
FEW_WORDS = f"{FEW_MARK} Andelen er af færre end {FEW} personer eller af et skjult antal"
"""Stands at a figure or a place that few persons make, and what it means."""


def example_note(which: str = "Tallene", what: str = "siden") -> str:
    """What pages of example data say of it: ``Tallene er opdigtede og viser kun, hvordan siden kan se ud.``"""
    return f"{which} er opdigtede og viser kun, hvordan {what} kan se ud."


def capital(text: str) -> str:
    """`text` with its first letter in upper case, the rest untouched."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """`text` as it stands within a sentence: a small letter first, but in ``A-dagpenge``."""
    return text if text[1:2] == "-" else text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """`text` as a sentence: a capital first and a full stop last, if it has none."""
    text = capital(text.strip())
    return text if not text or text[-1] in ".!?…" else f"{text}."


def break_sentence(broken: Break) -> str:
    """``Databrud fra juli 2025: Kontanthjælpsreform 1. juli 2025. Den 1. juli …``, with its source where that is known."""
    said = [f"Databrud fra {broken.period.danish}: {sentence(broken.text)}", broken.meaning or ""]
    return " ".join(filter(None, [*said, f"Kilde: {sentence(broken.source)}" if broken.source else ""]))


def stopped_sentences(stop: Stop, indicator: Indicator, last: Period, then: Iterable[str] = ()) -> str:
    """``Jobindsats har stoppet denne opdeling. Det seneste tal er for december 2026.``

    Parameters
    ----------
    then
        Titles of the indicators to look at instead.
    """
    source = source_names([indicator])
    said = {
        Stop.TABLE: f"{source} har stoppet denne tabel.",
        Stop.DIVISION: f"{source} har stoppet denne opdeling.",
        Stop.BENEFIT: "Opgørelsen er ophørt.",
    }[stop]
    instead = listed(f"»{title}«" for title in then)
    after = f" Se i stedet {instead}." if instead else ""
    return f"{said} Det seneste tal er for {last.danish}.{after}"


def position(value: Value, yardstick: Value, decimals: int, unit: Unit, named: str) -> str:
    """Where a value lies: ``3,5 procentpoint under landsgennemsnittet``, ``på niveau med …``.

    The two values are rounded first, so that the words agree with the two numbers as the page shows them.
    """
    difference = rounded(value, decimals) - rounded(yardstick, decimals)
    if difference == 0:
        return f"på niveau med {named}"
    return f"{distance(difference, decimals, unit)} {'over' if difference > 0 else 'under'} {named}"


def trend(first: Value, last: Value, decimals: int) -> str:
    """``steget``, ``faldet`` or ``uændret``, as far as the shown decimals can tell."""
    difference = rounded(last, decimals) - rounded(first, decimals)
    return "steget" if difference > 0 else "faldet" if difference < 0 else "uændret"


def trend_phrase(first: Value, last: Value, decimals: int, unit: Unit | str | None) -> str:
    """``steget fra 79,5 pct. til 83,8 pct.``, ``uændret 83,8 pct.``"""
    word = trend(first, last, decimals)
    if word == "uændret":
        return f"uændret {number(last, decimals, unit)}"
    return f"{word} fra {number(first, decimals, unit)} til {number(last, decimals, unit)}"


def verdict_heading(goal: str, verdict: Verdict, what: str | None = None) -> str:
    """``Mål 1a er ikke opfyldt.``; with `what`: ``Mål 5b, formidlingsgrad, er opfyldt.``"""
    middle = f", {what}," if what else ""
    return f"Mål{NBSP}{goal}{middle} {_OUTCOMES[verdict]}."


def measured(
    value: Value,
    decimals: int,
    unit: Unit,
    *,
    period: Period,
    area: Municipality,
    what: str,
    finding: str | None = None,
) -> str:
    """The value in a sentence.

    Parameters
    ----------
    what
        What was measured, as a noun: ``Andelen af unge på uddannelseshjælp``; used when there is no finding.
    finding
        The catalogue's own words, ``{value} af ledige {i_kommune} havde forladt ydelsen``; they give ``83,8 pct. af ledige
        i Frederikssund havde forladt ydelsen i 2. kvartal 2023.``

    Notes
    -----
    A noun that ends in a subordinate clause (``…, som har forladt ydelsen``) gets the closing comma that
    Danish asks for.
    """
    shown = number(value, decimals, unit)
    when = when_words(period)
    if finding:
        return capital(f"{fill(finding, value=shown, kommune=area.name, i_kommune=area.place)} {when}.")
    comma = "," if ", " in what else ""
    return f"{capital(what)}{comma} var {shown} {area.place} {when}."


def when_words(period: Period) -> str:
    """The period with its preposition: ``i 2. kvartal 2023``, ``i de 4 kvartaler til og med …``."""
    name = period.danish
    return f"i de {name}" if "kvartaler" in name else f"i {name}"


def one_stop(text: str) -> str:
    """A sentence that ends in an abbreviation ("pct.") has one full stop, not two."""
    return text.replace("..", ".")


def by_counts(finer: Value | None, verdict: Verdict, decimals: int, unit: Unit) -> str:
    """What decided a verdict whose printed gap is 0: ``Regnet ud fra antallene er tallet 0,03 procentpoint …``

    Parameters
    ----------
    finer
        The gap as the counts have it, positive on the better side; without one nothing is said.
    decimals
        Of the printed figures; so many more are shown as it takes.
    """
    if finer is None:
        return ""
    so = "er derfor opfyldt" if verdict is Verdict.MET else "er derfor ikke opfyldt"
    if exact(finer) == 0:
        return f"Også regnet ud fra antallene er forskellen 0, og målet {so}."
    shown = next((d for d in range(decimals + 1, 9) if rounded(finer, d)), 9)
    side = "bedre" if exact(finer) > 0 else "dårligere"
    return (
        f"Regnet ud fra antallene er tallet {distance(finer, shown, unit)} {side} end målet, og målet {so}."
    )


_ORDINALS = (
    "første", "anden", "tredje", "fjerde", "femte", "sjette", "syvende", "ottende", "niende", "tiende", "ellevte",
    "tolvte",
)  # fmt: skip
_PERIOD_WORDS = {
    Frequency.MONTH: ("måned", "måneder"),
    Frequency.QUARTER: ("kvartal", "kvartaler"),
    Frequency.ROLLING_YEAR: ("opgørelse", "opgørelser"),
    Frequency.YEAR: ("år", "år"),
}
_FIVE = {5: "fem"}[STEADY_FOR - 1]


def past_sentences(past: Past, verdict: Verdict, frequency: Frequency) -> str:
    """How steady a verdict is, in plain Danish.

    ``Målet er opfyldt for sjette måned i træk og var opfyldt i 8 af de seneste 12 måneder.``;
    ``Vurderingen er ny: Målet var ikke opfyldt i de fem måneder før. Det var opfyldt i 4 af de seneste 12 måneder.``
    """
    one, many = _PERIOD_WORDS[frequency]
    newest = f"de seneste {PERIODS} {many}"
    often = {
        0: f"var ikke opfyldt i nogen af {newest}.",
        PERIODS: f"var opfyldt i alle {newest}.",
    }.get(past.met, f"var opfyldt i {past.met} af {newest}.")
    met = verdict is Verdict.MET
    if past.steadiness is Steadiness.NEW:
        before = "ikke opfyldt" if met else "opfyldt"
        return f"Vurderingen er ny: Målet var {before} i de {_FIVE} {many} før. Det {often}"
    if past.steadiness is Steadiness.WAVERING:
        why = ", fordi forskellen er mindre end afrundingen" if past.level else ""
        return f"Vurderingen er på vippen{why}. Målet {often}"
    if past.run == PERIODS:
        return f"Målet {often}"
    run = f"for {_ORDINALS[past.run - 1]} {one} i træk"
    if met:
        return f"Målet er opfyldt {run} og {often}"
    return f"Målet er {run} ikke opfyldt. Det {often}"


def steadiness_words(past: Past | None) -> str:
    """``= varigt``; empty where there is no past to tell of."""
    if past is None:
        return ""
    return f"{STEADINESS_SIGNS[past.steadiness]} {past.steadiness.value}".replace(" ", NBSP)


def goals_met(counted: Counter[Verdict]) -> str:
    """``8 af 20 mål er opfyldt, 2 er på sporet, og 1 kan ikke vurderes.``; ``Ingen af de 3 mål er opfyldt.``"""
    met, of, said = counted[Verdict.MET], counted.total(), _counted(counted, *_OTHERS)
    if of == 0:
        return "Målene følges uden vurdering."
    if of == 1:
        return f"Målet {_OUTCOMES[next(iter(+counted))]}."
    if counted[Verdict.CANNOT_BE_JUDGED] == of:
        return f"Ingen af de {number(of)} mål kan vurderes."
    if met == of:
        return f"Alle {number(of)} mål er opfyldt."
    text = f"{f'{number(met)} af' if met else 'Ingen af de'} {number(of)} mål er opfyldt"
    return f"{', '.join([text, *said[:-1]])}, og {said[-1]}." if said else f"{text}."


_OTHERS = (Verdict.ON_TRACK, Verdict.BEHIND, Verdict.NOT_DUE, Verdict.CANNOT_BE_JUDGED)
"""Of goals that are neither met nor not met."""


def _counted(counted: Counter[Verdict], *verdicts: Verdict) -> list[str]:
    """How many goals have each verdict: ``2 er på sporet``; nothing of one that none has."""
    return [f"{number(counted[one])} {_OUTCOMES[one]}" for one in verdicts if counted[one]]


def goals_met_by(who: str, counted: Counter[Verdict]) -> str:
    """``Frederikssund Kommune har opfyldt 11 af 20 mål. 8 er ikke opfyldt, og 1 kan ikke vurderes.``"""
    met, of, others = counted[Verdict.MET], counted.total(), _counted(counted, *_OTHERS)
    if counted[Verdict.CANNOT_BE_JUDGED] == of:
        return f"Ingen af målene for {who} kan vurderes."
    if met == of:
        return f"{who} har opfyldt {f'alle {number(of)}' if of > 1 else 'sit'} mål."
    if met == 0:
        if not counted[Verdict.NOT_MET]:
            return f"{who} har {number(of)} mål: {listed(others)}."
        said = f"{who} har ikke opfyldt {f'nogen af sine {number(of)}' if of > 1 else 'sit'} mål."
        return f"{said} {capital(listed(others))}." if others else said
    rest = [*_counted(counted, Verdict.NOT_MET), *others]
    told = f"{', '.join(rest[:-1])}, og {rest[-1]}" if len(rest) > 1 else rest[0]
    return f"{who} har opfyldt {number(met)} af {number(of)} mål. {told}."


def joint_standing(counted: Counter[Verdict]) -> tuple[str, str, str]:
    """Sign, words and class of several goals together: ``–``, ``3 af 4 opfyldt``, ``verdict-partly``.

    Red only when none is met or on its way, green only when all are met; a goal that cannot be judged is no failure.
    """
    met, unknown, of = counted[Verdict.MET], counted[Verdict.CANNOT_BE_JUDGED], counted.total()
    if unknown == of:
        found = Verdict.CANNOT_BE_JUDGED if of else Verdict.FOLLOWED
        return VERDICT_SIGNS[found], VERDICT_WORDS[found], VERDICT_CLASSES[found]
    said = ", ".join([f"{number(met)} af {number(of)} opfyldt", *_counted(counted, *_OTHERS)])
    if met == of or (met == 0 and counted[Verdict.NOT_MET] + unknown == of):
        found = Verdict.MET if met else Verdict.NOT_MET
        return VERDICT_SIGNS[found], said, VERDICT_CLASSES[found]
    return PARTLY_SIGN, said, PARTLY


def area_name(area: str, municipality: str) -> str:
    """``Hele landet`` for the country's code, otherwise the municipality's name."""
    return NATIONAL_NAME if area == "dk" else municipality
