"""Targets in Danish: what a goal promises, how a value stands to it, and how far it is on the way.

In: what :mod:`helpers.analysis.targets` resolved. Out: plain text, as in :mod:`helpers.present.words`.
"""

from __future__ import annotations

from decimal import Decimal

from helpers.analysis.gaps import Verdict
from helpers.analysis.steadiness import Past
from helpers.analysis.targets import Course, ResolvedTarget
from helpers.catalogue.models import Municipality, Unit
from helpers.catalogue.targets import Against, JudgeOn, Taken, Target
from helpers.periods import Frequency, Period, danish_day
from helpers.present.group_words import scope
from helpers.present.words import (
    COUNTRY_AVERAGE,
    RULE_WORDS,
    Value,
    as_decimal,
    by_counts,
    decimals_of,
    distance,
    exact,
    measured,
    number,
    one_stop,
    past_sentences,
    position,
    rounded,
    sentence,
    trend_phrase,
    verdict_heading,
    when_words,
)


def target_phrase(asked: ResolvedTarget, decimals: int, unit: Unit) -> str:
    """The target in words, after "målet er": with its number where that is known, and when it is judged.

    ``mindst 85 pct.``, ``under landsgennemsnittet på 23,1 pct.``, ``højst 0,5 pct.``, ``mindst 15 pct. i december 2026``
    """
    target = asked.target
    if target.milestone:
        return f"at være nået senest den {danish_day(target.milestone)}"
    if target.way or not target.is_set:
        return {"up": "at tallet stiger", "down": "at tallet falder"}.get(target.way or "", "ikke sat i tal")
    if target.rule == "rank":
        whose = "landet" if asked.group is None and target.among == "country" else scope_of(asked)
        if target.value is not None:
            return f"en plads som nummer {number(target.value)} eller bedre i {whose}"
        limit = (
            ""
            if asked.value is None
            else f" (nummer {number(asked.value)} eller bedre af {number(asked.known)})"
        )
        return f"en plads i den bedste tredjedel af {whose}{limit}"
    when = _judged_when(asked)
    if target.upper is not None and target.value is not None:
        return f"mellem {_plain(target.value, decimals)} og {_plain(target.upper, decimals, unit)}{when}"
    rule = RULE_WORDS[target.rule]
    if target.against is None:
        value = asked.value if asked.value is not None else next(iter(target.years.values()), target.value)
        return f"{rule} {_plain(value or Decimal(0), decimals, unit)}{when}"
    if not target.margin and target.percent is None:
        yardstick = _yardstick(asked, decimals, unit)
        level = target.rule.startswith("at_") and "niveau" not in yardstick
        return f"{rule} {'på niveau med ' if level else ''}{yardstick}{when}"
    if asked.value is None:
        return f"{rule} {_moved(target, decimals, unit)} {yardstick_words(asked)}{when}"
    return f"{rule} {number(asked.value, max(decimals, decimals_of(asked.value)), unit)}{when}"


def short_target(asked: ResolvedTarget, decimals: int, unit: Unit) -> tuple[str, str] | None:
    """The target in two short lines for a table: ``mindst`` and ``87,3 pct.``; none where its number is not known."""
    target = asked.target
    if target.milestone:
        return "senest", danish_day(target.milestone)
    if asked.value is None:
        return None
    if target.rule == "rank":
        return f"nr. {number(asked.value)}", "eller bedre"
    if asked.upper is not None:
        return "mellem", f"{_plain(asked.value, decimals)} og {_plain(asked.upper, decimals, unit)}"
    written = target.against is None
    shown = (
        _plain(asked.value, decimals, unit)
        if written
        else number(asked.value, max(decimals, decimals_of(asked.value)), unit)
    )
    return RULE_WORDS[target.rule], shown


def target_note(asked: ResolvedTarget | None, verdict: Verdict, decimals: int, unit: Unit) -> str:
    """What a row of a table must say of its target beside the number: whose figure it is, when it is judged, the way there.

    Empty for the country and for a plain number, of which the columns tell all.
    """
    if asked is None or asked.target.milestone or asked.target.way or not asked.target.is_set:
        return ""
    target = asked.target
    said = []
    plain = target.against is None or target.national
    if not plain or asked.due or asked.year or target.judge_on is not JudgeOn.NEWEST or target.rule == "rank":
        said.append(f"Målet er {target_phrase(asked, decimals, unit)}.")
    if asked.place is not None and asked.place.place is not None:
        said.append(f"Placeringen er nummer {number(asked.place.place)} af {number(asked.known)}.")
    said += _on_the_way(verdict, asked, decimals, unit, None) if verdict is not Verdict.NOT_DUE else []
    return one_stop(" ".join(said))


def yardstick_words(asked: ResolvedTarget) -> str:
    """Whose or which earlier figure the target is taken from: ``landsgennemsnittet``, ``niveauet i december 2025``."""
    against = asked.target.against
    if against is None or against.against is Against.COUNTRY:
        return COUNTRY_AVERAGE
    if against.against is Against.GROUP:
        best = asked.target.taken is Taken.BEST
        return f"{'det bedste niveau' if best else 'gennemsnittet'} i {scope_of(asked)}"
    if against.against is Against.AREA:
        return f"niveauet {asked.other.place if asked.other else against.name}"
    if against.against is Against.EXPECTED:
        return "det forventede niveau"
    if asked.since is not None:
        return f"niveauet {when_words(asked.since)}"
    return "niveauet et år før" if against.since == "last_year" else "niveauet før planens år"


def scope_of(asked: ResolvedTarget) -> str:
    """The group: ``klyngen``, ``Region Midtjylland``; where it is each municipality's own, ``kommunens egen gruppe``."""
    return scope(asked.group) if asked.group is not None else "kommunens egen gruppe"


def _yardstick(asked: ResolvedTarget, decimals: int, unit: Unit) -> str:
    name = yardstick_words(asked)
    return name if asked.yardstick is None else f"{name} på {number(asked.yardstick, decimals, unit)}"


def _moved(target: Target, decimals: int, unit: Unit) -> str:
    """``0,2 procentpoint under``, ``5 pct. over``"""
    size = target.margin if target.percent is None else target.percent
    side = "under" if size < 0 else "over"
    if target.percent is not None:
        return f"{_plain(abs(size), decimals, Unit.PERCENT)} {side}"
    return f"{distance(size, max(decimals if decimals_of(size) else 0, decimals_of(size)), unit)} {side}"


def _judged_when(asked: ResolvedTarget) -> str:
    """What the number is of, where it is not simply the newest: `` i december 2026``, `` i alt i 2026``."""
    on, due = asked.target.judge_on, asked.due
    if on is JudgeOn.YEAR_MEAN and due is not None:
        return f" i gennemsnit i {due.year}"
    if asked.total and due is not None:
        whole = due.number == due.frequency.per_year
        return f" i alt i {due.year}" if whole else f" i alt i {due.year} til og med {_name(due)}"
    mean = " i gennemsnit over 12 måneder" if on is JudgeOn.MEAN_12_MONTHS else ""
    if due is not None:
        return f"{mean} {when_words(due)}"
    return f"{mean} i {asked.year}" if asked.year else mean


def _name(due: Period) -> str:
    return due.danish if due.frequency is not Frequency.MONTH else due.danish.removesuffix(f" {due.year}")


def _plain(value: Decimal, decimals: int, unit: Unit | None = None) -> str:
    """A target as it was promised: ``85 pct.``, not ``85,0 pct.``"""
    whole = value == value.to_integral_value()
    return number(value, 0 if whole else max(decimals, decimals_of(value)), unit)


def comparison(value: Value, asked: ResolvedTarget, national: Value | None, decimals: int, unit: Unit) -> str:
    """How a value stands to its target, for every kind of target and either direction.

    Returns
    -------
    str
        ``Det er 3,5 procentpoint under landsgennemsnittet på 87,3 pct.``;
        ``Det er 0,1 procentpoint over målet på højst 0,5 pct. Målet er sat 0,2 procentpoint under
        landsgennemsnittet på 0,7 pct.``; ``Det er 2,8 procentpoint over målet på mindst 90 pct. og
        2,0 procentpoint over landsgennemsnittet på 90,8 pct.``; ``Det giver en plads som nummer 12 af 98 i landet.
        Målet er en plads som nummer 10 eller bedre i landet.``

    Raises
    ------
    ValueError
        When the target has no number: then nothing can be said, only why.
    """
    target = asked.target
    if asked.value is None:
        raise ValueError("the target has no number, so nothing can be said of the distance to it")
    if asked.place is not None and asked.place.place is not None:
        shared = " sammen med andre" if asked.place.sharing else ""
        place = f"nummer {number(asked.place.place)} af {number(asked.known)} i {scope_of(asked)}{shared}"
        return one_stop(f"Det giver en plads som {place}. Målet er {target_phrase(asked, decimals, unit)}.")
    named = f"målet på {target_phrase(asked, decimals, unit)}"
    if asked.upper is not None:
        nearest = min(max(exact(value), asked.value), asked.upper)
        text = f"ligger inden for {named}"
        if nearest != exact(value):
            text = f"er {position(value, nearest, decimals, unit, named)}"
        return one_stop(f"Det {text}.")
    level = exact(value) == asked.value
    but = ""
    if level and target.strict:
        but = f", men målet er at ligge {RULE_WORDS[target.rule]}"
    plain = target.against is not None and not target.margin and target.percent is None
    when = _judged_when(asked) if plain else ""
    if plain and not when:
        yardstick = _yardstick(asked, decimals, unit)
        place = position(value, asked.value, decimals, unit, yardstick)
        if "niveau" in yardstick:
            place = place.replace("på niveau med", "det samme som")
        text = f"Det er {place}{but}."
        return one_stop(text)
    text = f"Det er {position(value, asked.value, max(decimals, decimals_of(asked.value)), unit, named)}"
    if not target.national and national is not None:
        average = f"{COUNTRY_AVERAGE} på {number(national, decimals, unit)}"
        text += f" og {position(value, national, decimals, unit, average)}"
    text = f"{text}{but}."
    if asked.yardstick is not None and not plain:
        text += f" Målet er sat {_moved(target, decimals, unit)} {_yardstick(asked, decimals, unit)}."
    return one_stop(text)


def _on_the_way(
    verdict: Verdict, asked: ResolvedTarget, decimals: int, unit: Unit, reason: str | None
) -> list[str]:
    """Until a goal is judged: where the path is; and what it set out from, where the plan says so."""
    if verdict is Verdict.NOT_DUE and asked.due is not None:
        return [f"Målet afgøres {when_words(asked.due)}.", *([sentence(reason)] if reason else [])]
    if verdict not in (Verdict.ON_TRACK, Verdict.BEHIND) or asked.path is None or asked.due is None:
        start = asked.start
        if start is None or not (start.given or asked.target.baseline):
            return []
        return [one_stop(f"Udgangspunktet var {start_words(asked, decimals, unit)}.")]
    here = number(rounded(as_decimal(asked.path), decimals), decimals, unit)
    rule = "mindst" if asked.target.rule in ("at_least", "over") else "højst"
    if asked.target.judge_on is JudgeOn.YEAR_MEAN:
        return [f"Året er ikke omme, så målet afgøres først {when_words(asked.due)}."]
    if asked.target.path == "last_year":
        way = "Hvis året forløber som sidste år, skulle"
    elif isinstance(asked.target.path, dict):
        way = "Efter planens egen kurve skulle"
    else:
        begun = f" fra {start_words(asked, decimals, unit)}" if asked.start and not asked.total else ""
        way = f"Efter en lige linje{begun} skulle"
    return [one_stop(f"{way} tallet nu være {rule} {here}.")]


def start_words(asked: ResolvedTarget, decimals: int, unit: Unit) -> str:
    """``12 pct. i december 2025``; empty without a start."""
    start = asked.start
    if start is None:
        return ""
    shown = _plain(start.value, decimals, unit) if start.given else number(start.value, decimals, unit)
    return f"{shown} {when_words(start.period)}"


def _since_start(value: Value, asked: ResolvedTarget, decimals: int, unit: Unit) -> list[str]:
    if asked.start is None:
        return []
    moved = trend_phrase(asked.start.value, value, decimals, unit)
    return [one_stop(f"Siden {asked.start.period.danish} er tallet {moved}.")]


def course_words(course: Course, decimals: int, unit: Unit) -> str:
    """What a figure calls the line of a target: ``Mål: mindst 85 pct.``, ``Vejen til målet: mindst 15 pct. i december 2026``."""
    asked = course.asked
    target = asked.target
    if target.upper is not None:
        upper = course.points[0][1] == target.upper
        return f"Målets {'øvre' if upper else 'nedre'} grænse: {_plain(target.upper if upper else target.value or Decimal(0), decimals, unit)}"
    if target.years:
        return "Målet, år for år"
    if course.varies and asked.due is not None:
        return f"Vejen til målet: {target_phrase(asked, decimals, unit)}"
    if course.varies:
        moved = f"{_moved(target, decimals, unit)} " if target.margin or target.percent is not None else ""
        return f"Mål: {moved}{yardstick_words(asked)}"
    return f"Mål: {target_phrase(asked, decimals, unit)}"


def target_history(target: Target, decimals: int, unit: Unit) -> str | None:
    """``Målet er sat ned fra 85 til 75 pct., fordi STAR …``; none when it never changed.

    What the plan says of why goes on the sentence, or is one of its own when it begins with a capital.
    """
    if target.was is None or target.value is None:
        return None
    word = "op" if target.value > target.was else "ned"
    said = (
        f"Målet er sat {word} fra {_plain(target.was, decimals)} til {_plain(target.value, decimals, unit)}"
    )
    why = target.because or ""
    if why[:1].isupper():
        return one_stop(f"{said}. {sentence(why)}")
    return sentence(f"{said}{',' if why.startswith('fordi ') else ''} {why}")


def status_sentences(
    *,
    goal: str,
    verdict: Verdict,
    asked: ResolvedTarget,
    period: Period | None,
    municipality: Value | None,
    national: Value | None,
    decimals: int,
    unit: Unit,
    area: Municipality,
    what: str,
    finding: str | None = None,
    reason: str | None = None,
    part: str | None = None,
    beside: str = "",
    finer: Value | None = None,
    past: Past | None = None,
) -> tuple[str, ...]:
    """A goal's verdict in plain Danish: the heading first, then one to three sentences.

    Parameters
    ----------
    asked
        The target as it stands in `period`.
    what, finding
        See :func:`measured`.
    reason
        Why the goal cannot be judged; used only then.
    part
        Which of a goal's indicators, where it has two: ``formidlingsgrad``.
    beside
        What follows the comparison with the target; used only where there is one.
    finer
        See :func:`by_counts`; none where the printed figures decide.
    past
        See :func:`past_sentences`.

    Examples
    --------
    ``Mål 1a er ikke opfyldt.`` ``83,8 pct. af A-dagpengemodtagerne i Frederikssund havde
    forladt ydelsen efter 13 uger i 2. kvartal 2023.`` ``Det er 3,5 procentpoint under landsgennemsnittet på 87,3 pct.``
    """
    said = [verdict_heading(goal, verdict, part)]
    if verdict is Verdict.CANNOT_BE_JUDGED:
        said.append(sentence(reason or f"der er ingen tal for {area.name}"))
    if municipality is not None and period is not None:
        said.append(
            measured(municipality, decimals, unit, period=period, area=area, what=what, finding=finding)
        )
        if verdict is Verdict.FOLLOWED:
            said += _since_start(municipality, asked, decimals, unit)
        elif verdict is not Verdict.CANNOT_BE_JUDGED:
            said.append(comparison(municipality, asked, national, decimals, unit))
            said += [by_counts(finer, verdict, decimals, unit), beside]
            said += _on_the_way(verdict, asked, decimals, unit, reason)
            if past is not None:
                said.append(past_sentences(past, verdict, period.frequency))
    said.append(target_history(asked.target, decimals, unit) or "")
    return tuple(filter(None, said))
