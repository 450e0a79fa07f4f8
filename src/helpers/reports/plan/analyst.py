"""What the analyst can mend of a plan's figures and no reader needs: for `plan status -v` and the page "For analytikeren".

In: a report. Out: lines of Danish with ids of tables, keys of the catalogue and paths of files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.catalogue.models import Certainty, FromHand, FromUnknown, Plan, Series, Survey
from helpers.present.words import listed, sentence
from helpers.reports.plan.numbers import PlanNumbers
from helpers.sources.fetch_status import fetch_rows
from helpers.sources.manual import manual_path

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue


def unsure(catalogue: Catalogue, plan: Plan) -> Iterator[str]:
    """The goals of a plan whose source is not certain, in a line of English for `plan check`."""
    found: dict[Certainty, dict[str, None]] = {Certainty.PROBABLE: {}, Certainty.UNKNOWN: {}}
    for goal in plan.goals:
        for key in goal.indicators:
            if (indicator := catalogue.indicators.get(key)) and indicator.certainty in found:
                found[indicator.certainty][goal.number] = None
    said = [f"{kind.value} for {', '.join(goals)}" for kind, goals in found.items() if goals]
    if said:
        yield f"{plan.key}: sources are {' and '.join(said)} (plan status KOMMUNE --plan {plan.key} -v says why)"


def to_mend(report: PlanNumbers) -> Iterator[str]:
    """Sources that are not certain, figures that may be typed in, and what of the data could not be used."""
    told: dict[tuple[str, str], dict[str, None]] = {}
    for goal in report.plan.goals:
        if (survey := report.catalogue.survey(goal)) and not _answered(report, survey):
            path = _typed_at(report, survey.key)
            yield f"Mål {goal.number}: undersøgelsens resultat kan indtastes i {path}."
        for key in goal.indicators:
            indicator = report.catalogue.indicators.get(key)
            for name, series in indicator.series.items() if indicator else ():
                if said := _series_words(report, key, series):
                    told.setdefault((key, said), {})[name] = None
    for (key, said), names in told.items():
        yield f"{key} ({listed(names)}): {said}"
    if not report.is_example:
        rows = fetch_rows(report.project, report.indicators, report.snapshot)
        yield from (f"{row.table}: {row.problem}" for row in rows if row.problem)
    yield from (f"{problem.where}: {problem.what}" for problem, _ in report.unusable())


def _answered(report: PlanNumbers, survey: Survey) -> bool:
    answers = report.answers[survey.key]
    return answers is not None and bool(answers.answers)


def _series_words(report: PlanNumbers, key: str, series: Series) -> str:
    note = sentence(series.note or "")
    path = _typed_at(report, key)
    if isinstance(series.origin, FromHand):
        return f"indtastes i {path}. {sentence(series.origin.typed_in)} {note}".strip()
    if isinstance(series.origin, FromUnknown):
        find = f'plan find "{" ".join(series.origin.unknown)}"'
        return f"tabellen er ikke kendt. Søg med {find}; indtil da kan tallene indtastes i {path}. {note}".strip()
    if series.certainty is Certainty.CONFIRMED:
        return ""
    tables = listed(dict.fromkeys(term.table for term in series.origin.terms))
    return f"tabel {tables} er sandsynlig, men ikke bekræftet. {note}".strip()


def _typed_at(report: PlanNumbers, key: str) -> str:
    return report.project.relative(manual_path(report.project, report.municipality, key))
