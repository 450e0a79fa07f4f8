"""How steady every verdict is, reckoned here once more from the tidy table: no code of the project judges in between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.analysis.steadiness import Steadiness
from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.catalogue import fill
from helpers.catalogue.targets import JudgeOn
from helpers.data.processed import load_observations
from helpers.present.theme import palette_from
from helpers.present.words import capital, goals_met, number
from helpers.project import RENDERING_VARIABLE, Project
from helpers.reports.plan import short
from helpers.reports.plan.assurance import chance_sentence
from helpers.reports.plan.comparison import CountryComparison, compared
from helpers.reports.plan.opening import opening
from helpers.reports.plan.records import status_records
from helpers.reports.plan.report import PlanReport, read_reports
from helpers.reports.plan.words import without_persons
from report_support import copy_project
from sentence_patterns import PATTERNS, masked

PLANS = ("frederikssund-2023", "noegletal-2026")

RULES = ("at_least", "over", "at_most", "under")

Figures = dict[tuple[str, str, str, str], Fraction]
"""Indicator, series, area and period → what is known."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module", params=PLANS)
def country(project: Project, request: pytest.FixtureRequest) -> tuple[Catalogue, tuple[PlanReport, ...]]:
    catalogue = load_catalogue(project)
    return catalogue, read_reports(
        project, catalogue, catalogue.plan(request.param), catalogue.municipalities
    )


def months_before(period: str, count: int) -> list[str]:
    """The ids of `count` periods that end in one, oldest first."""
    kind = "QMAT" if "QMAT" in period else "M" if "M" in period else "Q"
    year, number = map(int, period.split(kind))
    found = []
    for _ in range(count):
        found.insert(0, f"{year}{kind}{number:02d}")
        year, number = (year, number - 1) if number > 1 else (year - 1, 12 if kind == "M" else 4)
    return found


def first_after(broken: str, kind: str) -> str:
    """A month of ``breaks.yml`` as an id of months or quarters."""
    year, month = map(int, broken.split("M"))
    return broken if kind == "M" else f"{year}Q{(month + 2) // 3:02d}"


class Oracle:
    """The rule of steadiness, in plain loops over the files and the tidy table."""

    def __init__(self, project: Project, reports: tuple[PlanReport, ...]) -> None:
        first = reports[0]
        read = lambda name: yaml.safe_load((project.catalogue / name).read_text(encoding="utf-8"))  # noqa: E731
        plan = read(f"plans/{first.plan.key}.yml")
        self.goals = {goal["number"]: goal for area in plan["focus_areas"] for goal in area["goals"]}
        self.entries: dict[str, Any] = read("indicators.yml")
        self.breaks = {key: entry["period"] for key, entry in read("breaks.yml").items()}
        frame = load_observations(project, first.catalogue, first.basis)
        columns = (frame[name] for name in ("indicator", "series", "area", "period", "value", "state"))
        self.figures: Figures = {
            (indicator, series, area, period): Fraction(repr(value))
            for indicator, series, area, period, value, state in zip(*columns, strict=True)
            if state == "ok"
        }

    def away(self, goal: str, own: Fraction | None, national: Fraction | None) -> Fraction | None:
        """How far from the target, positive on the better side."""
        target = self.goals[goal]["target"]
        rule = next(key for key in target if key in RULES)
        asked = target[rule]
        if asked == "national":
            asked = None if national is None else national + Fraction(str(target.get("margin", 0)))
        if own is None or asked is None:
            return None
        return (own - Fraction(asked)) * (1 if rule in ("at_least", "over") else -1)

    def gap(self, goal: str, indicator: str, area: str, period: str) -> Fraction | None:
        own, national = (self.figures.get((indicator, "share", place, period)) for place in (area, "dk"))
        return self.away(goal, own, national)

    def met(self, goal: str, indicator: str, area: str, period: str, gap: Fraction) -> bool:
        target = self.goals[goal]["target"]
        if gap == 0 and (finer := self.by_counts(goal, indicator, area, period)) is not None:
            gap = finer
        return gap > 0 if "under" in target or "over" in target else gap >= 0

    def by_counts(self, goal: str, indicator: str, area: str, period: str) -> Fraction | None:
        """The gap of the shares that the counts come to, where there is one count and one base that come to them."""
        series = self.entries[indicator]["series"]
        counts = [name for name, one in series.items() if one.get("axis") == "count" and name != "base"]
        origin = series["share"]["from"]
        if "share_of" in origin:
            part = origin["share_of"]
            counts = [
                name
                for name in counts
                if series[name]["from"] == part or series[name]["from"].get("sum_of") == part
            ]
        if len(counts) != 1:
            return None
        exact = []
        for place in (area, "dk"):
            count, base, share = (
                self.figures.get((indicator, name, place, period)) for name in (counts[0], "base", "share")
            )
            if count is None or not base or share is None:
                exact.append(None)
                continue
            found = 100 * count / base
            tenths = 10 ** self.entries[indicator]["decimals"]
            agrees = Fraction((found * tenths + Fraction(1, 2)).__floor__(), tenths) == share
            exact.append(found if agrees else None)
        return self.away(goal, *exact)

    def word(self, goal: str, indicator: str, area: str, period: str) -> tuple[str | None, int]:
        """The word, and in how many of the twelve periods the goal was met."""
        periods = months_before(period, 12)
        kind = "M" if "M" in period else "Q"
        for name in self.entries[indicator].get("breaks", []):
            month = name["period"] if isinstance(name, dict) else first_after(self.breaks[name], kind)
            if periods[0] < month <= periods[-1]:
                return None, 0
        gaps = [self.gap(goal, indicator, area, one) for one in periods]
        if None in gaps:
            return None, 0
        known = [gap for gap in gaps if gap is not None]
        met = [self.met(goal, indicator, area, one, gap) for one, gap in zip(periods, known, strict=True)]
        mean = sum(known, Fraction(0)) / 12
        target = self.goals[goal]["target"]
        mean_met = mean > 0 if "under" in target or "over" in target else mean >= 0
        if known[-1] == 0:
            said = "på vippen"
        elif met[-6:] == [met[-1]] * 6 and mean_met == met[-1]:
            said = "varigt"
        elif met[-6:-1] == [not met[-1]] * 5:
            said = "nyt"
        else:
            said = "på vippen"
        return said, sum(met)


def test_the_word_of_every_goal_and_municipality_is_the_one_reckoned_from_the_table(
    project: Project, country: tuple[Catalogue, tuple[PlanReport, ...]]
) -> None:
    _, reports = country
    oracle = Oracle(project, reports)
    told: dict[str | None, int] = {}
    assert len(reports) == 98
    for report in reports:
        for row in report.rows:
            place = (report.municipality.name, row.goal)
            target = oracle.goals[row.goal].get("target", {})
            asked = next((target[key] for key in RULES if key in target), None)
            if row.period is None or "QMAT" in row.period.id:  # twice a year only: there are no twelve
                assert row.past is None, place
                continue
            if asked is None or (isinstance(asked, str) and asked != "national"):
                continue
            said, met = oracle.word(row.goal, row.indicator, report.municipality.code, row.period.id)
            assert (row.past.steadiness.value if row.past else None) == said, place
            if row.past is not None:
                assert row.past.met == met, place
            told[said] = told.get(said, 0) + 1
    assert set(told) == {"varigt", "nyt", "på vippen", None}, "each word is tried"
    assert told["nyt"] > 20
    assert any(row.finer is not None for report in reports for row in report.rows), "counts decide somewhere"


def test_the_words_are_in_every_place_that_tells_a_verdict(
    country: tuple[Catalogue, tuple[PlanReport, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RENDERING_VARIABLE, "1")
    monkeypatch.chdir(tmp_path)
    _, reports = country
    for report in reports[::7]:
        table = report.status_table().markdown
        records = {(one["goal"], one["indicator"]): one for one in status_records(report)}
        frame = report.status().set_index(["goal", "indicator"])["steadiness"]
        for row in report.rows:
            word = row.past.steadiness.value if row.past else None
            assert records[row.goal, row.indicator]["steadiness"] == word
            assert frame[row.goal, row.indicator] == word or word is None
            sentences = report.goal(row.goal).markdown
            assert ("af de seneste 12" in sentences or "alle de seneste 12" in sentences) is (
                any(other.past for other in report.rows if other.goal == row.goal)
            )
        assert table.count('class="steadiness"') == sum(row.past is not None for row in report.rows)


def test_a_goal_that_is_judged_on_its_mean_turns_with_the_mean(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("means") / "project"
    shutil.copytree(project.root, root)
    path = root / "catalogue" / "plans" / "noegletal-2026.yml"
    text = path.read_text(encoding="utf-8")
    changed = text.replace("target: {at_most: national}", "target: {at_most: national, judge_on: mean_12}", 1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    catalogue = load_catalogue(Project(root))
    plan = catalogue.plan("noegletal-2026")
    goal = next(goal for goal in plan.goals if goal.target.judge_on is JudgeOn.MEAN_12_MONTHS)
    plain = read_reports(project, catalogue, load_catalogue(project).plan(plan.key), catalogue.municipalities)
    means = read_reports(Project(root), catalogue, plan, catalogue.municipalities)
    turns = []
    for reports in (plain, means):
        rows = [row for report in reports for row in report.rows if row.goal == goal.number]
        turns.append(sum(row.past.steadiness is Steadiness.WAVERING for row in rows if row.past))
    assert turns[1] < turns[0], "a mean wavers less than a month does"
    said = means[0]._sentences(next(row for row in means[0].rows if row.goal == goal.number))
    assert "12 måneder" in " ".join(said).replace("\u00a0", " ")


# ------------------------------------------------------------------------- what is said, in all of the country


def pattern(text: str, report: PlanReport, *catalogued: tuple[str, str]) -> Iterator[str]:
    """The sentences of a text, with the catalogue's words, names, periods, goals and numbers replaced by tokens."""
    for words, token in catalogued:
        text = text.replace(capital(words), token).replace(words, token)
    for name in (report.municipality.long_name, report.municipality.name):
        text = text.replace(name, "<kommune>")
    yield from masked(text)


def test_no_sentence_of_any_municipality_is_of_a_kind_that_nobody_has_read(
    country: tuple[Catalogue, tuple[PlanReport, ...]],
) -> None:
    catalogue, reports = country
    wanted = sorted({i.in_persons for i in catalogue.indicators.values() if i.in_persons}, key=len)
    found: dict[str, str] = {}
    for place, report in enumerate(reports):
        area = report.municipality

        def take(text: str, *catalogued: tuple[str, str], report: PlanReport = report) -> None:
            for said in pattern(text, report, *((words, "<skulle>") for words in wanted[::-1]), *catalogued):
                found.setdefault(said, report.municipality.name)

        for text in opening(report):
            take(text)
        for focus in report.plan.focus_areas:
            take(goals_met(report.summary_of(focus.goals)))
        for row in report.all_rows:
            measured = catalogue.indicators.get(row.indicator) or catalogue.surveys[row.indicator]
            value = number(row.municipality, row.decimals, row.unit)
            told = fill(
                measured.finding or measured.title, value=value, kommune=area.name, i_kommune=area.place
            )
            take(" ".join(report._sentences(row)), (told, "<måling>"))
            take(chance_sentence(row))
            # What became of a figure is of three kinds, and slow to reckon for all.
            if place % 14 == 0:
                take(" ".join(report._assured(report.plan.goal(row.goal), row)))
        if place % 14 == 0:
            for part in short.turned(report).parts:
                take(" ".join(getattr(part, "paragraphs", ())).replace("**", ""))
            take(without_persons([goal.number for goal in report.plan.goals]))
    # What the goals' pages say of all of them.
    first = reports[0]
    rows = {report.municipality.code: report.rows for report in reports}
    country = CountryComparison(first.plan, catalogue.municipalities, rows)
    for page in compared(catalogue, country, palette_from({})).pages:
        for told_of in page.parts:
            for said in pattern(" ".join(told_of.summary), first):
                found.setdefault(said, f"mål {page.number}")
    assert {said: who for said, who in found.items() if said and said not in PATTERNS} == {}
