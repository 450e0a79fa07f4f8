"""Ranks, groups and reasons in Danish: the words of the Jobcenteroverblik's tiles, figures and tables."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from helpers.analysis.groups import ComparisonGroup
from helpers.analysis.ranks import Rank, Standing, Third
from helpers.catalogue.areas import Area
from helpers.catalogue.models import Comparison
from helpers.catalogue.names import Noun
from helpers.periods import Period
from helpers.present.group_words import scope, small
from helpers.present.words import FEW_MARK, FEW_WORDS, MINUS, NBSP, count, listed, lowered, number, when_words
from helpers.reports.jobcenteroverblik.boards import Obstacle
from helpers.reports.jobcenteroverblik.standings import FigureStanding

UNDER_PREPARATION = "Figuren er under udarbejdelse"
"""What the report of February 2017 printed in a tile without a figure."""

NO_FIGURES = "Tal mangler"
"""What stands there today where a measure has no data."""

THIRD_WORDS = {
    Third.TOP: "Øverste tredjedel",
    Third.MIDDLE: "Midterste tredjedel",
    Third.BOTTOM: "Nederste tredjedel",
}
THIRD_SIGNS = {Third.TOP: "▲", Third.MIDDLE: "●", Third.BOTTOM: "▼"}
"""Stand before the word, never alone."""

THIRD_CLASSES = {
    Third.TOP: "verdict-met",
    Third.MIDDLE: "verdict-partly",
    Third.BOTTOM: "verdict-not-met",
    None: "verdict-unknown",
}


_OBSTACLES = {
    Obstacle.NO_RULE: "de antal, som andelen beregnes af, ikke er offentliggjort",
    Obstacle.PART: "antallet er diskretioneret eller ikke opgjort for mindst en af dem",
    Obstacle.BASE: "befolkningen mellem 16 og 66 år, som andelen er beregnet af, ikke er oplyst",
    Obstacle.MISMATCH: "de indtastede befolkningstal ikke giver kommunernes egne offentliggjorte andele",
}


def place_words(place: int, of: int, where: str, office: Noun) -> str:
    """``Nr. 3 af 22 jobcentre i klyngen``"""
    return f"Nr. {number(place)} af {count(of, office.one, office.many)} i {where}"


def moved_words(places: int | None) -> str:
    """``3 pladser lavere end ved forrige opgørelse``; empty when it is not known."""
    if places is None:
        return ""
    if places == 0:
        return "Samme placering som ved forrige opgørelse"
    word = "højere" if places > 0 else "lavere"
    return f"{count(abs(places), 'plads', 'pladser')} {word} end ved forrige opgørelse"


def printed_moved_words(places: int | None) -> str:
    """The same in the words of the report of February 2017: ``3 pladser dårligere siden sidste opgørelse``."""
    if not places:
        return "" if places is None else "Samme placering som sidste opgørelse"
    word = "bedre" if places > 0 else "dårligere"
    return f"{count(abs(places), 'plads', 'pladser')} {word} siden sidste opgørelse"


def without_words(rank: Rank) -> str:
    """``1 uden tal``; empty when all have one."""
    return f"{number(rank.without)} uden tal" if rank.without else ""


def rank_words(rank: Rank, group: ComparisonGroup, office: Noun) -> str:
    """The place in words, or why there is none."""
    where = scope(group)
    if rank.standing is Standing.RANKED and rank.place is not None:
        return place_words(rank.place, rank.of, where, office)
    if rank.standing is Standing.ALL_EQUAL:
        return f"Alle {count(rank.of, office.one, office.many)} i {where} har samme værdi"
    if group.kind is None:
        return "Ingen placering: der er ingen gruppe at sammenligne med"
    if rank.standing is Standing.ALONE:
        if not group.members:
            return f"Der er ingen andre {office.many} i {where} at sammenligne med"
        return f"Ingen af de andre {office.many} i {where} har et tal"
    if rank.standing is Standing.NO_VALUE:
        return "Ingen placering: tallet er diskretioneret eller ikke opgjort"
    none = office.agreeing("intet", "ingen")
    return f"Ingen placering: {none} {office.one} i {where} har et tal"


def parts_words(standing: FigureStanding) -> list[str]:
    """The municipalities' own places, where they stand side by side: ``Ishøj: nr. 3 af 11 jobcentre i …``."""
    without, said = [], []
    for area, rank in standing.ranks:
        if rank.standing in (Standing.NO_VALUE, Standing.NO_DATA):
            without.append(area.name)
            continue
        words = rank_words(rank, standing.group, standing.office)
        mark = FEW_MARK if area in standing.few and rank.place is not None else ""
        said.append(f"{area.name}: {lowered(words)}{mark}")
    return [*said, *([f"Ingen tal for {listed(without)}"] if without else [])]


def rank_notes(standing: FigureStanding) -> tuple[str, ...]:
    """What belongs to a place: its move, who shares it, and how many are without a value."""
    rank, office = standing.rank, standing.office
    without = without_words(rank)
    other, others = f"{office.agreeing('andet', 'anden')} {office.one}", f"andre {office.many}"
    if rank.standing is Standing.NO_VALUE:
        has = f"{count(rank.of, other, others)} i {scope(standing.group)} har et tal"
        return tuple(filter(None, (has, without)))
    if rank.place is None:
        return tuple(filter(None, (without,)))
    shared = ""
    if rank.standing is Standing.RANKED and rank.sharing:
        shared = f"Delt med {count(rank.sharing, other, others)}"
    return tuple(filter(None, (moved_words(standing.moved), shared, without)))


NAMED = 4
"""Of more job centres than these, few persons stand behind so many that only their number is told."""


def few_words(standing: FigureStanding, area: Area) -> str:
    """That places stand on few persons: the area's own, or others'; empty when none does."""
    own = {area.slug, *(one.slug for one, _ in standing.own)}
    others = [one.name for one in standing.few if one.slug not in own]
    said = []
    if len(others) < len(standing.few):
        said.append(f"{FEW_WORDS}; pladsen kan skifte med en enkelt person")
    if others:
        names = listed(others) if len(others) <= NAMED else f"{number(len(others))} andre"
        said.append(f"Få personer bag {'tallet' if len(others) == 1 else 'tallene'} for {names}")
    return ". ".join(said)


def third_words(third: Third | None) -> str:
    """``▲ Øverste tredjedel``; empty without a third."""
    return "" if third is None else f"{THIRD_SIGNS[third]}{NBSP}{THIRD_WORDS[third]}"


def value_words(standing: FigureStanding, area: Area) -> str:
    """An area's newest value: ``17,0 pct. i juni 2026``; empty when there is none."""
    line = next((line for own, line in standing.own if own.slug == area.slug), None)
    if line is None or standing.newest is None or line.values[-1] is None:
        return ""
    indicator = standing.indicator
    return f"{number(line.values[-1], indicator.decimals, indicator.unit)} {when_words(standing.newest)}"


def apart_words(obstacle: Obstacle, parts: Sequence[Area], office: Noun) -> str:
    """Why two municipalities stand side by side where one job centre was asked for."""
    names = listed(part.name for part in parts)
    return (
        f"{names} har fælles {office.one}, men vises hver for sig: en fælles andel kan ikke beregnes, fordi "
        f"{_OBSTACLES[obstacle]}."
    )


def yardstick_name(standing: FigureStanding) -> str:
    """Legend name of the third line."""
    areas = standing.yardstick.areas
    if standing.rule is Comparison.FRAMEWORK:
        named = f" ({areas[0].name})" if areas else ""
        return f"Bedste i {scope(standing.group)}{named}"
    return f"Gennemsnit af de {small(len(areas))} bedste i landet"


def yardstick_short(standing: FigureStanding) -> str:
    """The same at the line's end: ``Bedst: Nyborg``, ``De ti bedste``."""
    areas = standing.yardstick.areas
    if standing.rule is Comparison.FRAMEWORK:
        return f"Bedst: {areas[0].name}" if areas else "Bedst i gruppen"
    return f"De {small(len(areas))} bedste"


def in_table(value: Decimal | None, decimals: int) -> str:
    """A number of figure 2: a dash for none."""
    return "-" if value is None else number(value, decimals)


def change_as_printed(value: Decimal | None) -> str:
    """A change as the table of February 2017 prints it: with its sign also where it rounds to nought, −0,0."""
    text = in_table(value, 1)
    kept = value is not None and value.is_signed() and not text.startswith(MINUS)
    return f"{MINUS}{text}" if kept else text


def heading_words(role: str, heading: str) -> str:
    """A figure's heading: ``Sigtelinje: Flest muligt skal i arbejde og forsørge sig selv``."""
    return f"Sigtelinje: {heading}" if role == "aim" else heading


def printed_link(period: Period) -> str:
    """Of the link from today's report to a printed one."""
    return f"Sådan så rapporten ud, da STAR trykte den for {period.danish}"


def printed_words(name: str, period: Period) -> tuple[str, ...]:
    """What of a printed month's pages is STAR's, and what is this project's."""
    return (
        f"Siden gengiver STARs rapport for {name}, {period.danish}. Trykt er felternes overskrifter, tal og placeringer, "
        "tabellen med sin fodnote og figurernes titler, definitioner og noter.",
        "Vores er den løbende tekst, tredjedelene (regnet ud af placeringen) og læsningen af, hvilken overskrift der hører "
        "til hvilket tal: i den trykte tekst løber de sammen. Kurverne er billeder, så tallene bag dem kendes ikke.",
    )
