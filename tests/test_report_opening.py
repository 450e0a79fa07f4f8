"""What a plan's first page says before its tables, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from helpers.analysis.gaps import Verdict
from helpers.analysis.steadiness import Past, Steadiness
from helpers.catalogue import load_catalogue
from helpers.project import Project
from helpers.reports.plan.opening import largest_gap, opening, turned_sentences
from helpers.reports.plan.report import PlanReport, read_report
from helpers.reports.plan.status import GoalVerdict, StatusRow
from report_support import copy_project


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> PlanReport:
    project: Project = copy_project(tmp_path_factory.mktemp("project"))
    catalogue = load_catalogue(project)
    return read_report(project, catalogue, catalogue.plan("noegletal-2026"), catalogue.municipality("Læsø"))


STEADY, NEW, WAVERING = (Past(word, run=1, met=5, level=False) for word in Steadiness)
MET, NOT_MET = Verdict.MET, Verdict.NOT_MET


def goal(
    report: PlanReport, number: str, verdict: Verdict, before: Verdict | None, past: Past | None
) -> GoalVerdict:
    row = replace(report.rows[0], goal=number, verdict=verdict, before=before, past=past)
    return GoalVerdict(number, verdict, (row,))


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        ([("1a", MET, MET, STEADY), ("1b", NOT_MET, NOT_MET, WAVERING)],
         "Ingen vurderinger er ændret siden forrige opgørelse. 1 er varig, og 1 er på vippen."),
        ([("1a", MET, MET, STEADY), ("1b", NOT_MET, NOT_MET, STEADY)],
         "Ingen vurderinger er ændret siden forrige opgørelse. 2 er varige."),
        ([("1a", MET, MET, None)], "Ingen vurderinger er ændret siden forrige opgørelse."),
        ([("1a", MET, None, None)], ""),
        ([("1a", MET, NOT_MET, NEW)],
         "Siden forrige opgørelse er mål 1a blevet opfyldt. Vurderingen er ny."),
        ([("1a", NOT_MET, MET, WAVERING)],
         "Siden forrige opgørelse er mål 1a ikke længere opfyldt. Vurderingen er på vippen."),
        ([("1a", NOT_MET, MET, None)], "Siden forrige opgørelse er mål 1a ikke længere opfyldt."),
        ([("1a", MET, NOT_MET, NEW), ("1b", MET, NOT_MET, NEW)],
         "Siden forrige opgørelse er mål 1a og 1b blevet opfyldt. Vurderingerne er nye."),
        ([("1a", MET, NOT_MET, NEW), ("1b", NOT_MET, MET, WAVERING), ("2a", MET, MET, STEADY)],
         "Siden forrige opgørelse er mål 1a blevet opfyldt, mens mål 1b ikke længere er opfyldt. "
         "Vurderingen er ny for mål 1a og på vippen for mål 1b."),
        ([("1a", MET, NOT_MET, NEW), ("1b", NOT_MET, MET, None)],
         "Siden forrige opgørelse er mål 1a blevet opfyldt, mens mål 1b ikke længere er opfyldt. "
         "Vurderingen er ny for mål 1a."),
    ],
)  # fmt: skip
def test_what_turned_is_told_with_whether_it_is_steady(
    report: PlanReport, goals: list[tuple[str, Verdict, Verdict | None, Past | None]], said: str
) -> None:
    assert turned_sentences([goal(report, *one) for one in goals]) == said


def test_a_goal_of_two_indicators_turns_only_with_its_joint_verdict(report: PlanReport) -> None:
    one = replace(report.rows[0], goal="5b", verdict=MET, before=NOT_MET, past=NEW)
    other = replace(report.rows[0], goal="5b", verdict=NOT_MET, before=NOT_MET, past=STEADY)
    said = turned_sentences([GoalVerdict("5b", NOT_MET, (one, other))])
    assert said.startswith("Ingen vurderinger er ændret")
    both = replace(other, verdict=MET, past=WAVERING)
    assert turned_sentences([GoalVerdict("5b", MET, (one, both))]) == (
        "Siden forrige opgørelse er mål 5b blevet opfyldt. Vurderingen er på vippen."
    )


def missing(report: PlanReport, *found: tuple[str, int | None, str]) -> PlanReport:
    """A report in which these goals are not met: number, persons and gap."""
    rows: list[StatusRow] = [
        replace(
            next(row for row in report.rows if row.goal == number),
            verdict=NOT_MET,
            persons=persons,
            gap=Decimal(gap),
        )
        for number, persons, gap in found
    ]
    other = replace(report)
    other._held.update(rows=tuple(rows))
    return other


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([("4a", -6, "-22.1"), ("4b", None, "-30.0"), ("6c", -2, "-40.0")],
         "Målt i personer er afstanden størst i mål 4a, hvor 6 flere skulle være berørt af aktivering."),
        ([("4a", -1, "-2.1")],
         "Målt i personer er afstanden størst i mål 4a, hvor én mere skulle være berørt af aktivering."),
        ([("4b", None, "-3.0"), ("1a", None, "-0.4")],
         "Afstanden til målet er størst i mål 4b: 3,0 procentpoint."),
        ([("4b", 0, "-0.1")], "Afstanden til målet er størst i mål 4b: 0,1 procentpoint."),
        ([], ""),
    ],
)  # fmt: skip
def test_where_most_is_missing_is_told_in_persons_where_they_are_known(
    report: PlanReport, found: list[tuple[str, int | None, str]], said: str
) -> None:
    assert largest_gap(missing(report, *found)).replace("\u00a0", " ") == said


def test_the_first_sentence_counts_the_goals_of_the_table(report: PlanReport) -> None:
    first, rest = opening(report)
    counted = report.summary_of(report.plan.goals)
    assert first.startswith(f"Læsø Kommune har opfyldt {counted[Verdict.MET]} af {counted.total()} mål.")
    assert "opgørelse" in rest
