"""What a plan's first page says before its tables: three sentences that a chair can read aloud.

In: a report's rows and verdicts. Out: what is met, what turned since last time, and where most is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from helpers.analysis.gaps import Verdict, joint_verdict
from helpers.analysis.steadiness import Steadiness
from helpers.catalogue.models import Unit
from helpers.present.words import distance, goals_met_by, listed, number, sentence
from helpers.reports.plan.assurance import persons_missing
from helpers.reports.plan.numbers import PlanNumbers
from helpers.reports.plan.status import GoalVerdict, goal_verdicts


def opening(report: PlanNumbers) -> tuple[str, str]:
    """The first sentence, and the others: nothing is said of what is not known."""
    who = report.municipality.long_name
    first = goals_met_by(who, report.summary_of(report.plan.goals))
    rest = (turned_sentences(goal_verdicts(report.rows).values()), largest_gap(report))
    return first, " ".join(filter(None, rest))


def turned_sentences(judged: Collection[GoalVerdict]) -> str:
    """Which goals turned since the period before, and whether that is steady; empty where no two may be compared.

    ``Siden forrige opgørelse er mål 4a blevet opfyldt, mens mål 6b ikke længere er opfyldt. Vurderingen er ny for mål
    4a og på vippen for mål 6b.``; ``Ingen vurderinger er ændret siden forrige opgørelse. 15 er varige, og 2 er på vippen.``
    """
    compared = [goal for goal in judged if all(row.before is not None for row in goal.rows)]
    turned = [
        goal
        for goal in compared
        if joint_verdict(row.before for row in goal.rows if row.before) is not goal.verdict
    ]
    if not turned:
        told = f"Ingen vurderinger er ændret siden forrige opgørelse. {_steady_counted(judged)}"
        return told.strip() if compared else ""
    met = [goal.goal for goal in turned if goal.verdict is Verdict.MET]
    lost = [goal.goal for goal in turned if goal.verdict is not Verdict.MET]
    return f"{turned_since('forrige opgørelse', met, lost)} {_how_steady(turned)}".strip()


def turned_since(since: str, met: Collection[str], lost: Collection[str]) -> str:
    """``Siden forrige opgørelse er mål 4a blevet opfyldt, mens mål 6b ikke længere er opfyldt.``"""
    if met and lost:
        said = f"er mål {listed(met)} blevet opfyldt, mens mål {listed(lost)} ikke længere er opfyldt"
    elif met:
        said = f"er mål {listed(met)} blevet opfyldt"
    else:
        said = (
            f"er mål {listed(lost)} ikke længere opfyldt"
            if lost
            else "er ingen mål gået fra ikke opfyldt til opfyldt eller omvendt"
        )
    return f"Siden {since} {said}."


def _how_steady(turned: Collection[GoalVerdict]) -> str:
    """``Vurderingen er ny for mål 4a og på vippen for mål 6b.``; of those whose past is known."""
    of: dict[Steadiness, list[str]] = {Steadiness.NEW: [], Steadiness.WAVERING: []}
    for goal in turned:
        words = {row.past.steadiness if row.past else None for row in goal.rows if row.turned}
        if words and None not in words:
            of[Steadiness.NEW if words == {Steadiness.NEW} else Steadiness.WAVERING].append(goal.goal)
    one = len(turned) == 1
    forms = {Steadiness.NEW: "ny" if one else "nye", Steadiness.WAVERING: "på vippen"}
    known = [word for word in of if of[word]]
    if len(known) == 1 and len(of[known[0]]) == len(turned):
        return f"Vurderingen er {forms[known[0]]}." if one else f"Vurderingerne er {forms[known[0]]}."
    parts = [
        f"{'ny' if word is Steadiness.NEW else forms[word]} for mål {listed(of[word])}" for word in known
    ]
    return f"Vurderingen er {' og '.join(parts)}." if parts else ""


def _steady_counted(judged: Iterable[GoalVerdict]) -> str:
    """``15 er varige, og 2 er på vippen.``; the verdicts of all rows that have a past."""
    counted = Counter(row.past.steadiness for goal in judged for row in goal.rows if row.past)
    steady, wavering = counted[Steadiness.STEADY], counted[Steadiness.WAVERING]
    parts = [f"{number(steady)} er {'varig' if steady == 1 else 'varige'}"] if steady else []
    parts += [f"{number(wavering)} er på vippen"] if wavering else []
    return sentence(", og ".join(parts))


def largest_gap(report: PlanNumbers) -> str:
    """Where most is missing, in persons where those are known; empty where nothing is."""
    missing = [row for row in report.rows if row.verdict is Verdict.NOT_MET and row.gap and not row.is_ranked]
    sizes = {row: abs(row.persons) for row in missing if row.persons}
    if sizes:
        row = max(sizes, key=sizes.__getitem__)
        told = persons_missing(row, report.catalogue.indicators[row.indicator])
        return sentence(f"målt i personer er afstanden størst i mål {row.goal}{told}")
    apart = {row: abs(row.gap) for row in missing if row.gap and row.unit is Unit.PERCENT}
    if not apart:
        return ""
    row = max(apart, key=apart.__getitem__)
    return f"Afstanden til målet er størst i mål {row.goal}: {distance(apart[row], row.decimals, row.unit)}."
