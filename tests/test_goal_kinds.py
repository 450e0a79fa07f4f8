"""Every kind of target of docs/catalogue.md, copied from there: it loads, is judged, said, drawn and written."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest

from data_support import type_in
from helpers.analysis.gaps import Verdict
from helpers.catalogue import check_catalogue, load_catalogue
from helpers.catalogue.targets import KINDS
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.present.words import VERDICT_WORDS
from helpers.project import Project
from helpers.reports.plan.opening import largest_gap
from helpers.reports.plan.records import status_csv, status_for_people
from helpers.reports.plan.report import PlanReport, read_report
from helpers.sources.manual import typed_problems, write_template
from helpers.sources.milestones import read_milestones
from report_support import CHECKOUT, EXAMPLE_PLAN, copy_project

MANUAL = (CHECKOUT / "docs" / "catalogue.md").read_text(encoding="utf-8")
TABLE = MANUAL.split("<!-- targets -->")[1].split("\n\n")[0]
SNIPPETS = re.findall(r"^\|[^|]*\| `(\{.+?\})` \|", TABLE, re.MULTILINE)
LOWER, HIGHER = "kontanthjaelp-andel", "kontanthjaelp-ordinaere-timer"


def indicator_of(target: str) -> str:
    if target == "{at_most: expected}":
        return "forsoergede-forventet"
    if "year_total" in target and "because" not in target:
        return "eksempel-aftaler"
    if "450" in target:
        return "eksempel-antal"
    lower = re.search(r"at_most|under|down_by", target) and "indicator:" not in target
    return LOWER if lower else HIGHER


def goal(number: str, target: str) -> str:
    named = (
        ""
        if "milestone" in target and "all" not in target
        else f"        indicator: {indicator_of(target)}\n"
    )
    return f"      - number: {number}\n        title: Eksempel\n        text: Et opdigtet mål.\n{named}        target: {target}\n"


def letters(place: int) -> str:
    return chr(ord("a") + place)


COUNT = """
eksempel-antal:
  title: Antal i eksemplet
  unit: full_time_persons
  decimals: 0
  frequency: month
  direction: lower_is_better
  headline: count
  series:
    count:
      label: "{area} - Antal"
      from: {table: y25i01, measure: Antal fuldtidsledige}
      certainty: confirmed
"""


AGREED = (
    COUNT.replace("antal:", "aftaler:", 1)
    .replace("lower_is", "higher_is")
    .replace("full_time_persons", "number")
)


def project_with(folder: Path, targets: list[str]) -> Project:
    """A project whose plan ``eksempel`` has one goal for each target, in focus areas of twenty."""
    project = copy_project(folder)
    with (project.catalogue / "indicators.yml").open("a", encoding="utf-8") as file:
        file.write(COUNT + AGREED)
    text = EXAMPLE_PLAN
    for place, target in enumerate(targets):
        area = place // 20 + 1
        if place and place % 20 == 0:
            text += f"  - number: {area}\n    title: Flere {area}\n    slug: flere-{area}\n    intro: Flere.\n    goals:\n"
        text += goal(f"{area}{letters(place % 20)}", target)
    (project.catalogue / "plans" / "eksempel.yml").write_text(text, encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> PlanReport:
    project = project_with(tmp_path_factory.mktemp("kinds"), SNIPPETS)
    assert check_catalogue(project) == []
    catalogue = load_catalogue(project)
    return read_report(project, catalogue, catalogue.plan("eksempel"), catalogue.municipality("Viborg"))


def number_of(target: str) -> str:
    place = SNIPPETS.index(target)
    return f"{place // 20 + 1}{letters(place % 20)}"


def said(report: PlanReport, number: str) -> str:
    parts = "\n".join(part.markdown() for part in report.goal(number).parts)
    return parts.replace("\u00a0", " ").replace("\\", "")


def test_the_table_has_every_kind_that_can_be_written() -> None:
    assert {kind for kind in KINDS if not any(f"{kind}:" in text for text in SNIPPETS)} == set()
    assert len(SNIPPETS) == len(set(SNIPPETS)) > 30


@pytest.mark.parametrize("target", SNIPPETS)
def test_every_kind_is_judged_said_drawn_and_written(report: PlanReport, target: str) -> None:
    number = number_of(target)
    rows = [row for row in report.all_rows if row.goal == number]
    assert len(rows) == (2 if target.startswith(("{all", "{any")) else 1)
    text = said(report, number)
    for row in rows:
        if row.verdict is not Verdict.CANNOT_BE_JUDGED:
            assert not row.reason or row.verdict is Verdict.NOT_DUE
    assert "None" not in text and ".." not in text and "procentpoint under målet på under" not in text
    verdict = report.verdicts[number].verdict
    heads = {Verdict.MET: "er opfyldt", Verdict.NOT_MET: "er ikke opfyldt", Verdict.ON_TRACK: "er på sporet",
             Verdict.BEHIND: "er bag efter planen", Verdict.NOT_DUE: "afgøres senere", Verdict.FOLLOWED: "følges uden vurdering",
             Verdict.CANNOT_BE_JUDGED: "kan ikke vurderes"}  # fmt: skip
    assert any(heads[row.verdict] in text for row in rows), (verdict, text)
    for part in report.figure(number).parts:
        assert part.markdown()
    record = [line for line in csv.DictReader(io.StringIO(status_csv(report))) if line["goal"] == number]
    assert [line["verdict"] for line in record] == [row.verdict.value for row in rows]
    people = [line for line in status_for_people(report).splitlines() if line.startswith(f"{number};")]
    assert all(VERDICT_WORDS[row.verdict].lower() in line for row, line in zip(rows, people, strict=True))


def test_every_kind_stands_in_the_status_table(report: PlanReport) -> None:
    table = report.status_table().parts[0].markdown()
    assert all(f'maal-{number_of(target)}"' in table for target in SNIPPETS)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("{at_least: region}", "gennemsnittet i Region Midtjylland på"),
        ("{at_least: region, of: best}", "det bedste niveau i Region Midtjylland på"),
        ("{at_most: {area: Halsnæs}}", "niveauet i Halsnæs på"),
        ("{rank: best_third, among: region}", "en plads i den bedste tredjedel af Region Midtjylland (nummer"),
        ("{rank_at_most: 10, among: country}", "Målet er en plads som nummer 10 eller bedre i landet."),
        ("{at_most: 450, by: 2026M12}", "målet på højst 450 fuldtidspersoner i december 2026"),
        ("{at_most: 450, path: {2026M03: 480, 2026M06: 470, 2026M12: 450}}", "Efter planens egen kurve skulle tallet nu være højst"),
        ("{at_most: 450, by: 2026M12, path: last_year}", "forløber som sidste år"),
        ("{at_least: 15, from: 12, baseline: 2025M12, by: 2026M12}", "Efter en lige linje fra 12 pct. i december 2025 skulle tallet nu være mindst 13,5 pct."),
        ("{between: [40, 45]}", "målet på mellem 40 og 45 pct."),
        ("{at_least: {2026: 40, 2027: 45, 2028: 50}}", "målet på mindst 40 pct. i 2026"),
        ("{at_least: 40, judge_on: year_mean}", "målet på mindst 40 pct. i gennemsnit i 2026"),
        ("{at_least: 40, judge_on: year_mean}", "målet afgøres først i december 2026"),
        ("{milestone: 2027-06-30}", "Fristen er den 30. juni 2027, og der er ikke indberettet noget."),
        ("{direction: up}", "følges uden vurdering"),
        ("{at_most: expected}", "det forventede niveau på"),
        ("{at_least: 60, judge_on: year_total}", "målet på mindst 60 i alt i 2026"),
        ("{at_least: 2025M12}", "niveauet i december 2025 på"),
    ],
)  # fmt: skip
def test_each_kind_has_its_own_sentence(report: PlanReport, target: str, words: str) -> None:
    assert words in said(report, number_of(target))


def test_several_are_judged_together_and_each_part_is_shown(report: PlanReport) -> None:
    for target, any_suffices in (("{all: [{at_least: national}, {at_least: 40}]}", False),):
        found = report.verdicts[number_of(target)]
        assert len(found.rows) == 2
        assert (found.verdict is Verdict.MET) == (
            any(row.verdict is Verdict.MET for row in found.rows)
            if any_suffices
            else all(row.verdict is Verdict.MET for row in found.rows)
        )


# --------------------------------------------------------------------------------------- milestones

MILESTONE = "{milestone: 2026-07-01}"


@pytest.fixture
def with_milestone(tmp_path: Path) -> Project:
    return project_with(tmp_path, [MILESTONE, "{at_least: national}"])


def milestone(project: Project, day: str | None = None) -> tuple[Verdict, str]:
    catalogue = load_catalogue(project)
    found = read_report(
        project, catalogue, catalogue.plan("eksempel"), catalogue.municipality("Viborg"),
        bound=Period.parse(day) if day else None,
    )  # fmt: skip
    return found.verdicts["1a"].verdict, said(found, "1a")


def typed(project: Project, *rows: str) -> None:
    path = project.raw / "manual" / "viborg" / "eksempel.csv"
    path.unlink(missing_ok=True)
    type_in(project, "viborg", "eksempel", "\n".join(["mål;status;dato;bemærkning", *rows, ""]))


@pytest.mark.parametrize(
    ("rows", "bound", "verdict", "words"),
    [
        ((), None, Verdict.CANNOT_BE_JUDGED, "Fristen var den 1. juli 2026, og det er ikke indberettet"),
        ((), "2026M05", Verdict.NOT_DUE, "Fristen er den 1. juli 2026, og der er ikke indberettet noget"),
        (("1a;i gang;12-05-2026;Aftalen er i høring.",), "2026M05", Verdict.NOT_DUE, "Milepælen var i gang den 12. maj 2026"),
        (("1a;i gang;12-05-2026;",), None, Verdict.CANNOT_BE_JUDGED, "den seneste indberetning er fra før fristen (i gang den 12. maj 2026)"),
        (("1a;i gang;12-05-2026;", "1a;nået;2026-06-20;Aftalen er underskrevet"), None, Verdict.MET, "Aftalen er underskrevet."),
        (("1a;nået;2026-06-20;",), "2026M05", Verdict.NOT_DUE, "ikke indberettet noget"),
        (("1a;nået;3. august 2026;",), None, Verdict.NOT_MET, "Milepælen blev nået den 3. august 2026; fristen var den 1. juli 2026."),
        (("1a;Ikke begyndt;2026-07-15;",), None, Verdict.NOT_MET, "ikke begyndt den 15. juli 2026"),
    ],
)  # fmt: skip
def test_a_milestone_is_met_when_it_was_reported_as_reached_in_time(
    with_milestone: Project, rows: tuple[str, ...], bound: str | None, verdict: Verdict, words: str
) -> None:
    if rows:
        typed(with_milestone, *rows)
    found, text = milestone(with_milestone, bound)
    assert found is verdict
    assert words in text


def test_the_template_has_a_row_for_each_milestone_and_reads_as_nothing_said(with_milestone: Project) -> None:
    catalogue = load_catalogue(with_milestone)
    town, plan = catalogue.municipality("Viborg"), catalogue.plan("eksempel")
    path = write_template(with_milestone, catalogue, town, "eksempel")
    assert path.read_text(encoding="utf-8-sig").splitlines() == ["mål;status;dato;bemærkning", "1a;;;"]
    assert typed_problems(with_milestone, catalogue, town) == ()
    assert read_milestones(with_milestone, town, plan).newest == {}
    with pytest.raises(PlanError, match="no milestone"):
        write_template(with_milestone, catalogue, town, "noegletal-2026")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("1z;nået;2026-05-01;", '"1z" is no milestone of eksempel'),
        ("1a;naaet nok;2026-05-01;", "is no state"),
        ("1a;nået;;", "The day is missing"),
        ("1a;nået;31-02-2026;", "is no day"),
        ("1a;nået;2999-01-01;", "still to come"),
    ],
)
def test_what_cannot_be_used_of_a_milestone_is_named_by_row(
    with_milestone: Project, row: str, what: str
) -> None:
    typed(with_milestone, row)
    catalogue = load_catalogue(with_milestone)
    (problem,) = typed_problems(with_milestone, catalogue, catalogue.municipality("Viborg"))
    assert "eksempel.csv: row 2" in problem.where and what in problem.what


# ------------------------------------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    ("target", "where", "what"),
    [
        ("{at_leest: 40}", "target", "exactly one direction"),
        ("{at_least: 40, by: 2026M12, margin: 1}", "target", "A margin is for a number that is taken from somewhere"),
        ("{at_least: 40, baselin: 2025M12}", "target.baselin", 'Did you mean "baseline"?'),
        ("{at_least: 40, due: 2026M12}", "target", 'there is no key "due"'),
        ("{at_least: regoin}", "target.at_least", 'Did you mean "region"?'),
        ("{rank: best_half}", "target", "rank: best_third"),
        ("{rank_at_most: 0}", "target", "is no place"),
        ("{rank: best_third, among: klubben}", "target.among", "is no group"),
        ("{rank: best_third, among: computed}", "target.among", "held against a computed group"),
        ("{at_least: computed}", "target.at_least", "others next month"),
        ("{at_least: {area: Halsnes}}", "target", 'Did you mean "Halsnæs"?'),
        ("{down_by: 5 %}", "target", "down_by needs since"),
        ("{up_by: lidt, since: start}", "target", "is no size of a change"),
        ("{between: [45, 40]}", "target.between", "the least"),
        ("{between: 40}", "target", "An interval is two numbers"),
        ("{at_least: 40, baseline: 2025Q04, by: 2026M12}", "target.baseline", "is a quarter"),
        ("{at_least: 40, baseline: 2026M12, by: 2026M06}", "target.by", "is not after"),
        ("{at_least: 40, by: snart}", "target.by", "is no day to be judged on"),
        ("{at_least: {2026: 40, 2027: 101}}", "target.at_least", "cannot be"),
        ("{at_least: 40, judge_on: mean}", "target.judge_on", '"mean" is not allowed'),
        ("{at_least: 60, judge_on: year_total, because: x}", "target.judge_on", "a sum of shares"),
        ("{at_most: expected, because: at_least}", "target", "has no series `expected`"),
        ("{direction: down}", "target", "contradicts"),
        ("{all: [{at_least: 40}], any: [{at_least: 40}]}", "target", "all: or any:"),
        ("{all: [{indicator: ukendt, at_least: 40}]}", "target.all.1.indicator", '"ukendt" is no indicator'),
        ("{milestone: i morgen}", "target.milestone", "not a date"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_what_is_allowed(
    tmp_path: Path, target: str, where: str, what: str
) -> None:
    problems = check_catalogue(project_with(tmp_path, [target]))
    told = [(problem.where, f"{problem.what} {problem.do}") for problem in problems]
    assert any(
        place.endswith(f"goals.1a.{where}") and what.lower() in text.lower() for place, text in told
    ), told
    assert all("eksempel.yml:" in place for place, _ in told)


def test_a_milestone_names_no_indicator_and_a_count_is_held_against_nobody(tmp_path: Path) -> None:
    project = project_with(tmp_path, [MILESTONE])
    path = project.catalogue / "plans" / "eksempel.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "        target: ", f"        indicator: {HIGHER}\n        target: "
        ),
        encoding="utf-8",
    )
    (problem,) = check_catalogue(project)
    assert "A milestone is not measured" in problem.what
    counted = project_with(tmp_path / "count", ["{at_most: 450}"])
    path = counted.catalogue / "plans" / "eksempel.yml"
    text = path.read_text(encoding="utf-8")
    for held, what in (("region", "counts persons"), ("national", "has no national series")):
        path.write_text(text.replace("{at_most: 450}", f"{{at_most: {held}}}"), encoding="utf-8")
        (problem,) = check_catalogue(counted)
        assert what in problem.what


def test_the_day_of_a_report_is_its_own_and_not_todays(with_milestone: Project) -> None:
    catalogue = load_catalogue(with_milestone)
    found = read_report(
        with_milestone, catalogue, catalogue.plan("eksempel"), catalogue.municipality("Viborg")
    )
    assert found.data_day == date(2026, 8, 22)


def test_the_first_page_says_how_much_is_missing_of_a_count_too(tmp_path: Path) -> None:
    project = project_with(tmp_path, ["{at_most: 1}"])
    path = project.catalogue / "plans" / "eksempel.yml"
    text = path.read_text(encoding="utf-8").replace(f"indicator: {LOWER}", "indicator: eksempel-antal")
    path.write_text(text, encoding="utf-8")
    catalogue = load_catalogue(project)
    found = read_report(project, catalogue, catalogue.plan("eksempel"), catalogue.municipality("Viborg"))
    (row,) = found.rows
    assert (
        largest_gap(found)
        .replace("\u00a0", " ")
        .endswith(f"størst i mål 1a: {int(row.municipality or 0) - 1} fuldtidspersoner.")
    )
