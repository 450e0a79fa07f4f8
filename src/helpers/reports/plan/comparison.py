"""A goal's page: all municipalities against one goal, in Danish words, a picture, a table and a CSV file.

In: a :class:`~helpers.reports.plan.comparison.CountryComparison`. Out: what :mod:`helpers.reports.base.goals` describes,
its texts ready to be put on a page; nothing is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from helpers.analysis.gaps import Verdict
from helpers.analysis.ranks import places
from helpers.analysis.steadiness import Steadiness
from helpers.analysis.targets import ResolvedTarget
from helpers.catalogue.models import NATIONAL, NATIONAL_NAME, Direction, Goal, Indicator, Municipality, Plan
from helpers.catalogue.targets import Against, Target
from helpers.data import csv_files
from helpers.periods import Period
from helpers.present.target_words import target_history, target_phrase
from helpers.present.theme import Palette
from helpers.present.words import (
    DIRECTION_WORDS,
    FEW_MARK,
    GROUNDS_WORDS,
    VERDICT_CLASSES,
    VERDICT_SIGNS,
    VERDICT_WORDS,
    capital,
    count,
    decimals_of,
    listed,
    number,
    sentence,
    steadiness_words,
    unit_word,
)
from helpers.reports.base.goals import ComparedArea, ComparedIndicator, GoalComparison, GoalPage
from helpers.reports.plan.comparison_figure import (
    NARROW_SIZE,
    WIDE_SIZE,
    GoalDot,
    GoalLine,
    Ranked,
    alternative,
    comparison_svg,
)
from helpers.reports.plan.status import StatusRow, goal_verdicts, summary

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

_CSV_COLUMNS = (
    "maal", "ordlyd", "placering", "kommunekode", "kommune", "region", "periode", "periode_navn", "vaerdi", "enhed",
    "hele_landet", "krav", "forskel",
    "vurdering", "varighed", "begrundelse", "faa_personer", "grundlag",
)  # fmt: skip


@dataclass(frozen=True)
class CountryComparison:
    """Every municipality's status on a plan, on one basis of figures."""

    plan: Plan
    municipalities: tuple[Municipality, ...]
    rows: Mapping[str, tuple[StatusRow, ...]]
    """Code of each municipality → its status rows, in the plan's order; goals with a survey are not among them."""
    example: bool = False
    """The figures are example data."""
    data_day: date | None = None
    """The day of the figures; none when it is not known."""

    def of(self, goal: str, indicator: str) -> dict[str, StatusRow]:
        """Code of each municipality → its row for one goal and indicator, in the catalogue's order."""
        return {
            code: row
            for code, rows in self.rows.items()
            for row in rows
            if (row.goal, row.indicator) == (goal, indicator)
        }


def compared(catalogue: Catalogue, comparison: CountryComparison, colour: Palette) -> GoalComparison | None:
    """A page for each goal that is followed by indicators; none for a plan without one.

    A municipality's own survey has nothing to compare with.
    """
    plan, owner = comparison.plan, owner_words(comparison.plan, comparison.municipalities)
    verdicts = [goal_verdicts(rows, plan) for rows in comparison.rows.values()]
    pages = []
    for goal in plan.goals:
        keys = [
            key
            for key in goal.indicators
            if key in catalogue.indicators and catalogue.indicators[key].is_compared
        ]
        if not keys:
            continue
        joint = summary(found[goal.number] for found in verdicts)
        pages.append(
            GoalPage(
                number=goal.number,
                title=goal.title,
                wording=sentence(goal.text),
                focus_area=plan.focus_area_of(goal.number).title,
                owner=owner,
                **_sides(joint),
                parts=tuple(
                    _part(
                        comparison,
                        goal,
                        catalogue.indicators[key],
                        colour,
                        several=len(keys) > 1,
                        suffix=f"-{key}" if at else "",
                    )
                    for at, key in enumerate(keys)
                ),
            )
        )
    if not pages:
        return None
    return GoalComparison(plan.key, plan.title, owner, comparison.example, comparison.data_day, tuple(pages))


def owner_words(plan: Plan, municipalities: Iterable[Municipality]) -> str:
    """Whose goals a plan holds: ``Målene er sat af Frederikssund Kommune …``; empty for a plan that is nobody's own."""
    owner = next((area for area in municipalities if area.slug == plan.municipality), None)
    if owner is None:
        return ""
    return (
        f"Målene er {owner.long_name}s egne, fra {plan.title}. For de øvrige kommuner vises, hvordan de ligger, når "
        "de holdes op mod de samme mål."
    )


def alphabetical(name: str) -> str:
    """A key that puts names in the order of the Danish alphabet: æ, ø and å (also written aa) come last."""
    return name.casefold().replace("aa", "å").translate(str.maketrans("æøå", "{|}"))


def _part(
    comparison: CountryComparison,
    goal: Goal,
    indicator: Indicator,
    colour: Palette,
    *,
    several: bool,
    suffix: str,
) -> ComparedIndicator:
    rows = comparison.of(goal.number, indicator.key)
    areas = {area.code: area for area in comparison.municipalities}
    usual = _usual(rows.values())
    period = usual.period
    # What is expected differs from one to another: who is best is told by the distance to it, as on the state's own list.
    expected = _is_expected(usual)
    direction = Direction.HIGHER if expected else usual.direction
    told = {code: row.gap if expected else row.municipality for code, row in rows.items()}
    ranking = places(told, direction)

    def order(code: str) -> tuple[bool, Decimal, str]:
        value = told[code]
        return value is None, -direction.sign * (value or Decimal(0)), alphabetical(areas[code].name)

    codes = sorted(rows, key=order)
    standings = [_standing(areas[code], rows[code], ranking[code], period) for code in codes]
    if usual.national is not None and not expected:
        country = _country(usual)
        better = sum(
            direction.sign * (s.value_key - usual.national) > 0 for s in standings if s.value_key is not None
        )
        standings.insert(better, country)
    dots = tuple(
        GoalDot(
            areas[code].name,
            value,
            _DOTS.get(rows[code].verdict),
            f"{areas[code].slug}{suffix}",
        )
        for code in codes
        if (value := told[code]) is not None
    )
    lines = (GoalLine("Som forventet", Decimal(0), dashed=True),) if expected else _lines(goal, usual)
    ranked = Ranked(dots, lines, indicator.unit, indicator.decimals, signed=expected)
    said = alternative(ranked) if dots else ""
    file = f"{goal.number}-{indicator.key}" if several else goal.number
    return ComparedIndicator(
        key=indicator.key,
        suffix=suffix,
        heading=capital(indicator.name or indicator.title) if several else "",
        period=period.danish if period else "",
        summary=_summary(goal, usual, rows.values()),
        wide=comparison_svg(ranked, colour, WIDE_SIZE, classes="comparison wide", label=said) if dots else "",
        narrow=comparison_svg(ranked, colour, NARROW_SIZE, classes="comparison narrow", label=said)
        if dots
        else "",
        alternative=said,
        columns=_columns(indicator, expected=expected),
        standings=tuple(standings),
        few=any(row.scarce for row in rows.values()),
        csv_name=f"{file}.csv",
        csv=_csv(goal, codes, areas, rows, ranking, indicator),
    )


_DOTS = {
    Verdict.MET: True, Verdict.ON_TRACK: True, Verdict.NOT_MET: False, Verdict.BEHIND: False,
}  # fmt: skip
"""Whether a municipality's dot is filled; where there is no verdict it is a square."""


def _is_expected(usual: StatusRow) -> bool:
    """Whether each municipality is held against what was to be expected of it."""
    against = usual.asked and usual.asked.target.against
    return bool(against and against.against is Against.EXPECTED)


def _is_a_level(usual: StatusRow) -> bool:
    """Whether the target can be drawn across the picture: one number of what is measured, the same for all."""
    target = usual.asked.target if usual.asked else None
    return target is None or not (target.rule == "rank" or target.upper is not None or has_own(target))


def _usual(rows: Iterable[StatusRow]) -> StatusRow:
    """A row of the period that most municipalities have: the one the country and the target are shown for."""
    found = list(rows)
    most = Counter(row.period for row in found).most_common(1)[0][0]
    return next(row for row in found if row.period == most)


def everybodys(goal: Goal, usual: StatusRow) -> ResolvedTarget:
    """A target in the words that hold for all municipalities: without the group, start or earlier figure of one."""
    asked = usual.asked or ResolvedTarget.of(goal.parts[usual.part].target, usual.national)
    if has_own(asked.target):
        return replace(asked, group=None, value=None, yardstick=None, known=0, start=None, path=None)
    return replace(asked, start=None, path=None)


def has_own(target: Target) -> bool:
    """Whether each municipality is held against another number."""
    if target.rule == "rank":
        return target.among != "country"
    return target.against is not None and target.against.against in (
        Against.GROUP,
        Against.EARLIER,
        Against.EXPECTED,
    )


def _lines(goal: Goal, usual: StatusRow) -> tuple[GoalLine, ...]:
    lines = []

    def shown(value: Decimal, decimals: int) -> str:
        return number(value, decimals, usual.unit)

    if usual.national is not None:
        same = usual.target == usual.national
        text = f"Hele landet{', målet' if same else ''}: {shown(usual.national, usual.decimals)}"
        lines.append(GoalLine(text, usual.national, dashed=True))
    if usual.target is not None and usual.target != usual.national and _is_a_level(usual):
        text = f"Målet: {target_phrase(everybodys(goal, usual), usual.decimals, usual.unit)}"
        lines.append(GoalLine(text, usual.target, dashed=False))
    return tuple(lines)


def _standing(area: Municipality, row: StatusRow, place: int | None, usual: Period | None) -> ComparedArea:
    remark = row.reason or ""
    if not remark and row.period is not None and row.period != usual:
        remark = f"Tallet er for {row.period.danish}."
    return ComparedArea(
        code=area.code,
        slug=area.slug,
        name=area.name,
        region=area.region,
        place="" if place is None else number(place),
        value=number(row.municipality, row.decimals) + (FEW_MARK if row.scarce else ""),
        expected=number(row.target, row.decimals),
        value_key=row.municipality,
        gap=number(row.gap, max(row.decimals, decimals_of(row.gap)), signed=True),
        sign=VERDICT_SIGNS[row.verdict],
        verdict=VERDICT_WORDS[row.verdict],
        steadiness=steadiness_words(row.past),
        kind=VERDICT_CLASSES[row.verdict],
        remark=remark,
    )


def _country(usual: StatusRow) -> ComparedArea:
    return ComparedArea(
        code=NATIONAL,
        name=NATIONAL_NAME,
        value=number(usual.national, usual.decimals),
        value_key=usual.national,
        kind="country",
    )


def _columns(indicator: Indicator, *, expected: bool) -> tuple[str, ...]:
    unit, apart = unit_word(indicator.unit), unit_word(indicator.unit, difference=True)
    heads = [("Værdi", unit), *([("Forventet", unit)] if expected else []), ("Forskel", apart)]
    return tuple(f"{head}, {of}" if of else head for head, of in heads)


def _summary(goal: Goal, usual: StatusRow, rows: Iterable[StatusRow]) -> tuple[str, ...]:
    found = list(rows)
    said = [_tally(summary(found)), *_steady_tally(found)]
    if usual.period is not None:
        said.append(f"Tallene er for {usual.period.danish}.")
    target = goal.parts[usual.part].target
    if target.is_set and not target.way:
        phrase = target_phrase(everybodys(goal, usual), usual.decimals, usual.unit)
        said.append(f"Målet er {phrase}.".replace("..", "."))
    if usual.national is not None and not target.national:
        said.append(
            f"Hele landet ligger på {number(usual.national, usual.decimals, usual.unit)}.".replace("..", ".")
        )
    history = target_history(target, usual.decimals, usual.unit)
    said += [history] if history else []
    said.append(f"{DIRECTION_WORDS[usual.direction]}.")
    if _is_expected(usual):
        said.append("Kommunerne står i rækkefølge efter forskellen til det forventede.")
    return tuple(said)


def _sides(counted: Counter[Verdict]) -> dict[str, int]:
    """How many are met or on track, not met or behind, and unknown as yet."""
    return {
        "met": counted[Verdict.MET] + counted[Verdict.ON_TRACK],
        "not_met": counted[Verdict.NOT_MET] + counted[Verdict.BEHIND],
        "unknown": counted[Verdict.CANNOT_BE_JUDGED] + counted[Verdict.NOT_DUE],
    }


def _tally(counted: Counter[Verdict]) -> str:
    of, (met, not_met, unknown) = counted.total(), _sides(counted).values()
    if not of:
        return "Målet følges uden vurdering."
    if met == of:
        return f"Alle {count(of, 'kommune', 'kommuner')} opfylder målet."
    if unknown == of:
        return "Målet kan ikke vurderes for nogen kommune."
    said = f"{number(met) if met else 'Ingen'} af {'' if met else 'de '}{count(of, 'kommune', 'kommuner')} opfylder målet"
    if met and not_met:
        said += f", {number(not_met)} gør det ikke"
    return f"{said}, og {number(unknown)} kan ikke vurderes." if unknown else f"{said}."


def _steady_tally(rows: Iterable[StatusRow]) -> Iterable[str]:
    """``Vurderingen er varig for 60 kommuner, ny for 3 og på vippen for 12.``"""
    counted = Counter(row.past.steadiness for row in rows if row.past)
    forms = {Steadiness.STEADY: "varig", Steadiness.NEW: "ny", Steadiness.WAVERING: "på vippen"}
    said = [f"{form} for {number(counted[one])}" for one, form in forms.items() if counted[one]]
    if said:
        first, *rest = said
        unit = "kommune" if first.endswith(" 1") else "kommuner"
        yield f"Vurderingen er {listed([f'{first} {unit}', *rest])}."


def _csv(
    goal: Goal,
    codes: Iterable[str],
    areas: Mapping[str, Municipality],
    rows: Mapping[str, StatusRow],
    ranking: Mapping[str, int | None],
    indicator: Indicator,
) -> str:
    unit = unit_word(indicator.unit)
    return csv_files.for_people(
        _CSV_COLUMNS,
        (
            (
                goal.number, goal.text, ranking[code], code, areas[code].name, areas[code].region,
                row.period.id if row.period else "", row.period.danish if row.period else "",
                row.municipality, unit, row.national, row.target, row.gap, VERDICT_WORDS[row.verdict].lower(),
                row.past.steadiness.value if row.past else None, row.reason,
                "ja" if row.scarce else None, GROUNDS_WORDS[row.grounds],
            )
            for code in codes
            for row in (rows[code],)
        ),
    )  # fmt: skip
