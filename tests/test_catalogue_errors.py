"""What a wrong catalogue says: every mistake at once, each with file, line and key, and what is allowed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.catalogue import check_catalogue, load_catalogue
from helpers.catalogue.documents import read_document
from helpers.errors import PlanError, Problem
from helpers.project import Project

ROOT = Path(__file__).resolve().parents[1]

MUNICIPALITIES = """\
code,name,slug,region
250,Frederikssund,frederikssund,Hovedstaden
766,Hedensted,hedensted,Midtjylland
"""

INDICATORS = """\
ledighed:
  title: Andelen af ledige
  finding: "{value} var ledige"
  unit: percent
  decimals: 1
  frequency: month
  direction: lower_is_better
  series:
    count:
      label: "{area} - antal"
      axis: count
      from: {table: y25i01, measure: Antal ledige personer}
      certainty: confirmed
    share:
      label: "{area} - andel"
      from:
        share_of: {table: y25i01, measure: Antal ledige personer, where: {_ygrpi09: A-dagpenge}}
        out_of: {table: y25i01, measure: Antal ledige personer}
      certainty: confirmed
  breaks: [reform]
  successors: [afgang]

afgang:
  title: Andelen med afgang
  unit: percent
  decimals: 1
  frequency: quarter
  direction: higher_is_better
  series:
    share: {label: "{area} - andel", from: {unknown: [afgang]}, certainty: unknown}
  breaks: [reform]
"""

SURVEYS = """\
tilfredshed:
  title: Tilfredshed
  questions:
    service: Hvordan var servicen fra {jobcenter}?
  headline: service
  answer: Tilfreds
"""

BREAKS = """\
reform: {period: 2025M08, text: Reform}
"""

BEFORE = """\
title: Plan 2025
year: 2025
example_date: 2025-01-15
focus_areas:
  - number: 1
    title: Tidlig indsats
    slug: tidlig
    intro: Nye ledige skal hurtigt i arbejde.
    goals:
      - number: 1a
        title: Ledighed
        text: Ledigheden skal være under landsgennemsnittet.
        indicator: ledighed
        target: {under: national}
      - number: 1b
        title: Afgang
        text: Mindst 40 pct. skal have forladt ydelsen.
        indicator: afgang
        target: {at_least: 40}
"""

PLAN = """\
title: Plan 2026
year: 2026
municipality: hedensted
source: Hedensted Kommune.
example_date: 2026-01-15
previous: plan-2025
published: plan-2026
focus_areas:
  - number: 1
    title: Tidlig indsats
    slug: tidlig
    intro: Nye ledige skal hurtigt i arbejde.
    goals:
      - number: 1a
        title: Ledighed
        text: Ledigheden skal være under landsgennemsnittet.
        indicator: ledighed
        target: {under: national}
        previous:
          goal: 1a
          remark: Fortsætter i Hedensted.
          owner_only: true
  - number: 2
    title: Virksomheder
    slug: virksomheder
    intro: Virksomhederne skal være tilfredse.
    goals:
      - number: 2a
        title: Tilfredshed
        text: Mindst 85 pct. skal være tilfredse.
        indicator: tilfredshed
        target: {at_least: 85}
dropped:
  - goal: 1b
    remark: Indgår ikke.
"""

PUBLISHED = """\
goal,indicator,period,national,municipality,gap,unit
1a,ledighed,2025M11,3.0,2.5,0.5,percent
"""

POINTS = """\
indicator,series,area,period,value
ledighed,count,766,2025M10,120
ledighed,count,dk,2025M11,90000
"""

FILES = {
    "areas/municipalities.csv": MUNICIPALITIES,
    "indicators.yml": INDICATORS,
    "surveys.yml": SURVEYS,
    "breaks.yml": BREAKS,
    "plans/plan-2025.yml": BEFORE,
    "plans/plan-2026.yml": PLAN,
    "published/plan-2026.csv": PUBLISHED,
    "published/plan-2026-series.csv": POINTS,
}

PLAN_FILE = "plans/plan-2026.yml"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A small catalogue without a mistake."""
    return small_project(tmp_path)


def small_project(folder: Path) -> Project:
    for name, text in FILES.items():
        path = folder / "catalogue" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project(folder)


def spoil(project: Project, name: str, old: str, new: str) -> None:
    """Replace a text that stands once in a file."""
    path = project.catalogue / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(project: Project, name: str, text: str) -> int:
    """Line (from 1) of the one place in the file that holds `text`."""
    lines = (project.catalogue / name).read_text(encoding="utf-8").splitlines()
    (line,) = [number for number, said in enumerate(lines, 1) if text in said]
    return line


def only(project: Project) -> Problem:
    problems = check_catalogue(project)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def test_a_catalogue_without_mistakes_has_no_problems(project: Project) -> None:
    assert check_catalogue(project) == []
    assert load_catalogue(project).plan("plan-2026").municipality == "hedensted"


def test_the_projects_own_catalogue_has_no_problems() -> None:
    assert check_catalogue(Project(ROOT)) == []


# name of the file, what is replaced, by what, text on the line that is told, key, parts of the message
MISTAKES = {
    "an unknown indicator": (
        PLAN_FILE, "indicator: ledighed", "indicator: ledigheden", "indicator: ledigheden",
        "goals.1a.indicator", ['"ledigheden" is no indicator.', 'Did you mean "ledighed"?', "indicators.yml"],
    ),
    "a goal without an indicator": (
        PLAN_FILE, "        indicator: ledighed\n", "", "number: 1a",
        "goals.1a.indicator", ["The goal has no indicator."],
    ),
    "a goal with an empty indicator": (
        PLAN_FILE, "indicator: ledighed", "indicator:", "indicator:\n",
        "goals.1a.indicator", ["The goal has no indicator."],
    ),
    "a goal with an empty list of indicators": (
        PLAN_FILE, "indicator: ledighed", "indicator: []", "indicator: []",
        "goals.1a.indicator", ["The goal has no indicator."],
    ),
    "an indicator named twice": (
        PLAN_FILE, "indicator: ledighed", "indicator: [ledighed, ledighed]", "[ledighed, ledighed]",
        "goals.1a.indicator", ["named twice"],
    ),
    "a goal without a target": (
        PLAN_FILE, "        target: {under: national}\n", "", "number: 1a",
        "goals.1a.target", ["The goal has no target.", "at_least: national"],
    ),
    "a target without a direction": (
        PLAN_FILE, "target: {under: national}", "target: {margin: -0.2}", "margin: -0.2",
        "goals.1a.target", ["exactly one direction", "at_least, over, at_most or under"],
    ),
    "a bare number as a target": (
        PLAN_FILE, "target: {at_least: 85}", "target: 85", "target: 85",
        "goals.2a.target", ["exactly one direction"],
    ),
    "a target with two directions": (
        PLAN_FILE, "target: {at_least: 85}", "target: {at_least: 85, over: 80}", "over: 80",
        "goals.2a.target", ["exactly one direction"],
    ),
    "a target that is neither the country nor a number": (
        PLAN_FILE, "target: {under: national}", "target: {under: natonal}", "natonal",
        "goals.1a.target.under", ['"natonal" is neither national nor a number', 'Did you mean "national"?'],
    ),
    "a decimal comma": (
        PLAN_FILE, "target: {under: national}", 'target: {under: national, margin: "0,2"}', '"0,2"',
        "goals.1a.target.margin", ['"0,2" is not a number with a decimal point'],
    ),
    "a margin on a fixed number": (
        PLAN_FILE, "target: {at_least: 85}", "target: {at_least: 85, margin: 1}", "margin: 1",
        "goals.2a.target", ["A margin is for a number that is taken from somewhere"],
    ),
    "a target that contradicts the indicator's direction": (
        PLAN_FILE, "target: {under: national}", "target: {at_least: national}", "{at_least: national}",
        "goals.1a.target", ['"at_least" contradicts ledighed, which is lower', "at_most or under"],
    ),
    "the country as the target of a survey": (
        PLAN_FILE, "target: {at_least: 85}", "target: {at_least: national}", "{at_least: national}",
        "goals.2a.target", ["A survey has no figure for the whole country", "{at_least: 85}"],
    ),
    "a survey beside an indicator": (
        PLAN_FILE, "indicator: tilfredshed", "indicator: [tilfredshed, afgang]", "[tilfredshed, afgang]",
        "goals.2a.indicator", ["names that survey alone"],
    ),
    "two goals with one number": (
        PLAN_FILE, "- number: 2a\n", "- {number: 2a, title: x, text: y, indicator: afgang, target: {over: 1}}\n"
        "      - number: 2a # again\n", "# again",
        "goals.2a.number", ["There are two goals with the number 2a; the first one is in line"],
    ),
    "a goal in another focus area than its number says": (
        PLAN_FILE, "number: 2a", "number: 3a", "number: 3a",
        "goals.3a.number", ["Goal 3a stands in focus area 2."],
    ),
    "a number that is none": (
        PLAN_FILE, "number: 2a", "number: 2A", "number: 2A",
        "goals.2A.number", ["such as 4c"],
    ),
    "two focus areas with one number": (
        PLAN_FILE, "number: 2\n", "number: 1 # again\n", "# again",
        "focus_areas.1.number", ["two focus areas with the number 1"],
    ),
    "two focus areas with one page": (
        PLAN_FILE, "slug: virksomheder", "slug: tidlig # again", "# again",
        "focus_areas.2.slug", ["two focus areas with the slug tidlig"],
    ),
    "a focus area without goals": (
        "plans/plan-2025.yml", BEFORE[BEFORE.index("    goals:"):], "    goals: []\n", "- number: 1",
        "focus_areas.1", ["goals_missing"],
    ),
    "an unknown key": (
        PLAN_FILE, "        text: Mindst", "        txt: x\n        text: Mindst", "txt: x",
        "goals.2a.txt", ['Unknown key "txt".', 'Did you mean "text"?', "Allowed: number, number_printed"],
    ),
    "an unknown key of a target": (
        PLAN_FILE, "target: {at_least: 85}", "target: {at_least: 85, wass: 80}", "wass: 80",
        "goals.2a.target.wass", ['Unknown key "wass".', 'Did you mean "was"?', "at_least, over, at_most"],
    ),
    "a key given twice": (
        PLAN_FILE, "        text: Mindst", "        title: again\n        text: Mindst", "title: again",
        "goals.2a.title", ['"title" is already given in line'],
    ),
    "a missing key": (
        PLAN_FILE, "    intro: Virksomhederne skal være tilfredse.\n", "", "- number: 2\n",
        "focus_areas.2.intro", ['"intro" is missing.'],
    ),
    "a year that is no number": (
        PLAN_FILE, "year: 2026", "year: i år", "year: i år",
        "year", ['"i år" is not a whole number.'],
    ),
    "a day that no month has": (
        PLAN_FILE, "example_date: 2026-01-15", "example_date: 2026-02-30", "2026-02-30",
        "example_date", ["is not a date such as 2024-01-15"],
    ),
    "a text where a list should be": (
        PLAN_FILE, "dropped:\n  - goal: 1b\n    remark: Indgår ikke.\n", "dropped: 1b\n", "dropped: 1b",
        "dropped", ["is not a list"],
    ),
    "a misspelt layout": (
        PLAN_FILE, "year: 2026", "year: 2026\nfigure_layout: panel", "layout: panel",
        "figure_layout", ['"panel" is not allowed.', 'Did you mean "panels"?', "Allowed: combined, panels."],
    ),
    "an unknown municipality": (
        PLAN_FILE, "municipality: hedensted", "municipality: hedenstad", "municipality: hedenstad",
        "municipality", ['"hedenstad" is no municipality.', 'Did you mean "hedensted"?'],
    ),
    "an unknown plan before": (
        PLAN_FILE, "previous: plan-2025", "previous: plan-2024", "previous: plan-2024",
        "previous", ['"plan-2024" is no plan.', "plan-2025, plan-2026"],
    ),
    "a plan that comes before itself": (
        "plans/plan-2025.yml", "year: 2025", "year: 2025\nprevious: plan-2025", "previous: plan-2025",
        "previous", ["cannot come before itself"],
    ),
    "a goal that the plan before has not": (
        PLAN_FILE, "goal: 1a\n", "goal: 1c\n", "goal: 1c",
        "goals.1a.previous.goal", ['plan-2025 has no goal "1c".', "It has 1a, 1b."],
    ),
    "a dropped goal that is continued": (
        PLAN_FILE, "- goal: 1b", "- goal: 1a # dropped", "# dropped",
        "dropped.1a.goal", ["Goal 1a is not dropped: 1a continues it."],
    ),
    "two goals that go on with the same one": (
        PLAN_FILE, "number: 2a", "number: 2a\n        previous: {goal: 1a} # twice", "# twice",
        "goals.2a.previous.goal", ["Goal 1a is continued by 1a already.", "goes on as one"],
    ),
    "a focus area that replaces none": (
        PLAN_FILE, "slug: virksomheder", "slug: virksomheder\n    replaces: Tidlig indsat", "replaces:",
        "focus_areas.2.replaces", ["no focus area of that title", 'Did you mean "Tidlig indsats"?'],
    ),
    "a text of a plan that names its municipality": (
        PLAN_FILE, "text: Mindst 85 pct.", "text: Mindst 85 pct. af Hedensteds virksomheder", "Hedensteds",
        "goals.2a.text", ['names "Hedensted"', "{kommune}"],
    ),
    "a word in braces that nothing fills in": (
        "surveys.yml", "{jobcenter}", "{jobcentr}", "{jobcentr}",
        "tilfredshed.questions.service", ["{jobcentr} is not filled in", 'Did you mean "jobcenter"?'],
    ),
    "a brace that stands alone": (
        "surveys.yml", "{jobcenter}", "{jobcenter", "{jobcenter?",
        "tilfredshed.questions.service", ["A brace stands alone."],
    ),
    "a question that is not asked": (
        "surveys.yml", "headline: service", "headline: servicen", "tilfredshed:",
        "tilfredshed", ['Headline "servicen" is none of the questions: service'],
    ),
    "a text of an indicator that names a municipality": (
        "indicators.yml", "title: Andelen med afgang", "title: Andelen med afgang i Hedensted", "Hedensted",
        "afgang.title", ['names "Hedensted"', "every municipality"],
    ),
    "a key with capital letters": (
        "indicators.yml", "afgang:\n", "Afgang:\n", "Afgang:",
        "Afgang.key", ["small letters"],
    ),
    "an unknown form of a series": (
        "indicators.yml", "{unknown: [afgang]}", "{tabel: y01b01}", "tabel:",
        "afgang.series.share.from", ["does not say where", 'Did you mean "table"?', "typed_in"],
    ),
    "a share without a base": (
        "indicators.yml", "        out_of: {table: y25i01, measure: Antal ledige personer}\n", "", "from:\n",
        "ledighed.series.share.from", ["a share needs a base".capitalize()],
    ),
    "a table id in capitals": (
        "indicators.yml", "from: {table: y25i01", "from: {table: Y25I01", "Y25I01",
        "ledighed.series.count.from.table", ["A table id in small letters"],
    ),
    "a dimension that is none": (
        "indicators.yml", "_ygrpi09", "ygrpi09", "from:\n",
        "ledighed.series.share.from", ['"ygrpi09" is no dimension.', "underscore"],
    ),
    "a certainty that is none": (
        "indicators.yml", "certainty: unknown", "certainty: unknow", "unknow}",
        "afgang.series.share.certainty", ['Did you mean "unknown"?', "confirmed, probable, unknown"],
    ),
    "a headline that is no series": (
        "indicators.yml", "frequency: quarter", "frequency: quarter\n  headline: andel", "afgang:\n",
        "afgang", ['Headline "andel" is none of the series: share'],
    ),
    "a finding without its value": (
        "indicators.yml", '"{value} var ledige"', "var ledige", "var ledige",
        "ledighed.finding", ["must hold {value}"],
    ),
    "an unknown successor": (
        "indicators.yml", "successors: [afgang]", "successors: [afgange]", "successors:",
        "ledighed.successors", ['"afgange" is no indicator.', 'Did you mean "afgang"?'],
    ),
    "an unknown break": (
        "indicators.yml", "breaks: [reform]\n  successors", "breaks: [reformen]\n  successors", "[reformen]",
        "ledighed.breaks.1", ['"reformen" is no break.', 'Did you mean "reform"?', "breaks.yml"],
    ),
    "an end in another kind of period": (
        "indicators.yml", "frequency: quarter", "frequency: quarter\n  valid_to: 2025M06", "afgang:\n",
        "afgang", ["2025M06 is a month, but the indicator is published by quarter"],
    ),
    "a period that is none": (
        "indicators.yml", "frequency: quarter", "frequency: quarter\n  valid_to: 2025Q5", "2025Q5",
        "afgang.valid_to", ['"2025Q5" is no period'],
    ),
    "a key that is an indicator and a survey": (
        "surveys.yml", "tilfredshed:", "afgang:", "afgang:",
        "afgang", ["is an indicator too"],
    ),
    "a file of printed figures that is not there": (
        PLAN_FILE, "published: plan-2026", "published: plan-2025", "published: plan-2025",
        "published", ["There is no catalogue/published/plan-2025.csv."],
    ),
    "a printed row of an unknown goal": (
        "published/plan-2026.csv", "1a,ledighed", "1c,ledighed", "1c,",
        "goal", ['plan-2026 has no goal "1c".', "It has 1a, 2a."],
    ),
    "a printed row of another goal's indicator": (
        "published/plan-2026.csv", "1a,ledighed", "1a,afgang", "1a,",
        "indicator", ['Goal 1a is not judged by "afgang".', "Allowed: ledighed."],
    ),
    "a printed row of another kind of period": (
        "published/plan-2026.csv", "2025M11", "2025Q03", "2025Q03",
        "period", ["2025Q03 is a quarter, but ledighed is published by month"],
    ),
    "a printed row in another unit": (
        "published/plan-2026.csv", "percent", "ratio", "ratio",
        "unit", ["The unit of ledighed is percent, not ratio."],
    ),
    "a printed value that is no number": (
        "published/plan-2026.csv", "3.0", "3.0x", "3.0x",
        "national", ['"3.0x" is no number'],
    ),
    "a printed value that is missing": (
        "published/plan-2026.csv", "3.0", "", "2025M11",
        "national", ["is missing"],
    ),
    "a printed row given twice": (
        "published/plan-2026.csv", "unit\n", "unit\n1a,ledighed,2025M10,3.1,2.4,0.7,percent\n", "2025M11",
        "goal", ["Goal 1a and ledighed are already given in", "plan-2026.csv:2"],
    ),
    "a row with too many columns": (
        "published/plan-2026.csv", "0.5,percent", "0,5,percent", "2025M11",
        "", ["The row has 8 cells, but the file has 7 columns"],
    ),
    "a missing column": (
        "published/plan-2026.csv", ",gap,", ",", "goal,",
        "", ['The column "gap" is missing.'],
    ),
    "an unknown column": (
        "published/plan-2026-series.csv", "period,value", "period,value,notes", "notes",
        "notes", ['"notes" is not read.', 'Did you mean "note"?'],
    ),
    "a survey that counts for a while, in other words": (
        PLAN_FILE, "target: {under: national}", "target: {under: national}\n        valid_for: et år", "valid_for",
        "goals.1a.valid_for", ['Write it as "12 months" or "2 years"'],
    ),
    "a length of time where no survey is": (
        PLAN_FILE, "target: {under: national}", "target: {under: national}\n        valid_for: 12 months", "valid_for",
        "goals.1a.valid_for", ["Only a goal that is followed by a survey has it."],
    ),
    "a printed point of an unknown area": (
        "published/plan-2026-series.csv", "766", "767", "767",
        "area", ['"767" is no area.', "dk"],
    ),
    "a printed point of an unknown series": (
        "published/plan-2026-series.csv", "count,766", "antal,766", "antal",
        "series", ['ledighed has no series "antal".', "Allowed: count, share."],
    ),
    "a printed point of an unknown indicator": (
        "published/plan-2026-series.csv", "ledighed,count,766", "ledig,count,766", "ledig,",
        "indicator", ['"ledig" is no indicator.', 'Did you mean "ledighed"?'],
    ),
    "a printed point given twice": (
        "published/plan-2026-series.csv", "dk,2025M11,90000", "766,2025M10,121", "121",
        "period", ["already given in catalogue/published/plan-2026-series.csv:2"],
    ),
    "a municipality given twice": (
        "areas/municipalities.csv", "766,Hedensted,hedensted", "250,Hedensted,hedensted", "Hedensted",
        "", ['"250" is already given'],
    ),
    "a municipality's code without its zeros": (
        "areas/municipalities.csv", "766,Hedensted", "76,Hedensted", "Hedensted",
        "code", ["Three digits"],
    ),
}  # fmt: skip
"""Mistake → file, what is replaced, by what, a text on the line told, the key, parts of the message."""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_file_line_key_and_what_is_allowed(project: Project, mistake: str) -> None:
    name, old, new, on_line, key, parts = MISTAKES[mistake]
    spoil(project, name, old, new)
    lines = (project.catalogue / name).read_text(encoding="utf-8").splitlines(keepends=True)
    line = next(number for number, text in enumerate(lines, 1) if on_line in text)
    wanted = f"catalogue/{name}:{line}" + (f": {key}" if key else "")
    told = [problem for problem in check_catalogue(project) if problem.where == wanted]
    assert told, "\n".join(map(str, check_catalogue(project)))
    text = str(told[0])
    assert all(part in text for part in parts), text
    with pytest.raises(PlanError) as error:
        load_catalogue(project)
    assert list(error.value.problems) == check_catalogue(project)


@pytest.mark.parametrize(
    "mistake",
    [
        "a target without a direction",
        "an unknown key",
        "a key given twice",
        "two goals with one number",
        "an unknown municipality",
        "an unknown form of a series",
        "a printed row in another unit",
        "a target that contradicts the indicator's direction",
    ],
)
def test_one_mistake_is_told_once(project: Project, mistake: str) -> None:
    name, old, new, *_ = MISTAKES[mistake]
    spoil(project, name, old, new)
    only(project)


def test_all_mistakes_of_all_files_are_told_at_once_in_the_order_of_the_files(project: Project) -> None:
    spoil(project, PLAN_FILE, "indicator: tilfredshed", "indicator: tilfredsheden")
    spoil(project, PLAN_FILE, "year: 2026", "year: x")
    spoil(project, "indicators.yml", "frequency: quarter", "frequency: quartr")
    spoil(project, "surveys.yml", "{jobcenter}", "{jobcentre}")
    spoil(project, "published/plan-2026.csv", "3.0", "tre")
    spoil(project, "areas/municipalities.csv", "766", "76")
    problems = check_catalogue(project)
    places = [problem.where.split(": ")[0] for problem in problems]
    assert [place.split(":")[0].removeprefix("catalogue/") for place in places] == [
        "areas/municipalities.csv",
        "indicators.yml",
        PLAN_FILE,
        PLAN_FILE,
        "published/plan-2026.csv",
        "surveys.yml",
    ]
    lines = [int(place.split(":")[1]) for place in places if PLAN_FILE in place]
    assert lines == sorted(lines)


def test_an_area_is_not_missed_while_the_list_of_areas_is_wrong(project: Project) -> None:
    spoil(project, "areas/municipalities.csv", "766", "76")
    assert only(project).where == "catalogue/areas/municipalities.csv:3: code"


def test_a_wrong_key_does_not_hide_an_unknown_indicator_of_the_same_plan(project: Project) -> None:
    spoil(project, PLAN_FILE, "year: 2026", "yeer: 2026")
    spoil(project, PLAN_FILE, "indicator: ledighed", "indicator: ledigheden")
    told = {problem.where.split(": ")[1] for problem in check_catalogue(project)}
    assert {"yeer", "year", "goals.1a.indicator"} <= told


def test_an_indicator_that_is_wrong_itself_is_not_missed_by_the_goals_that_name_it(project: Project) -> None:
    spoil(project, "indicators.yml", "frequency: quarter", "frequency: quartr")
    assert "frequency" in only(project).where


def test_a_missing_national_series_is_told_where_the_country_is_the_target(project: Project) -> None:
    share = '    share:\n      label: "{area} - andel"\n'
    spoil(project, "indicators.yml", share, share + "      national: false\n")
    told = check_catalogue(project)
    assert {problem.where.split(": ")[1] for problem in told} == {"goals.1a.target"}
    assert all("has no national series" in problem.what for problem in told)


def test_a_goal_may_be_decided_without_a_target_when_it_says_why(project: Project) -> None:
    spoil(
        project,
        "plans/plan-2025.yml",
        "target: {at_least: 40}",
        "target: {none_set: Der fandtes ingen måling.}",
    )
    target = load_catalogue(project).plan("plan-2025").goal("1b").target
    assert not target.is_set
    assert target.because == "Der fandtes ingen måling."


def test_without_a_reason_none_set_is_no_target(project: Project) -> None:
    spoil(project, "plans/plan-2025.yml", "target: {at_least: 40}", "target: {none_set: }")
    assert only(project).where.endswith("goals.1b.target")


def test_a_note_for_the_owner_alone_may_name_her_but_the_goal_may_not(project: Project) -> None:
    note = "        note: Kun i Hedensted.\n        note_owner_only: true\n"
    spoil(project, PLAN_FILE, "        text: Mindst 85 pct.", note + "        text: Mindst 85 pct.")
    assert check_catalogue(project) == []
    spoil(project, PLAN_FILE, "title: Tilfredshed", "title: Tilfredshed i Hedensted")
    assert only(project).where.endswith(": goals.2a.title")
    spoil(project, PLAN_FILE, "title: Tilfredshed i Hedensted", "title: Tilfredshed")
    spoil(project, PLAN_FILE, "note_owner_only: true", "note_owner_only: false")
    assert only(project).where.endswith(": goals.2a.note")


# ------------------------------------------------------------------ files that cannot be read


BROKEN = {
    "a tab": ("    slug: tidlig", "\tslug: tidlig", "begins with a tab", "Indent with blanks"),
    "a colon in a text": (
        "title: Ledighed",
        "title: Ledighed: hvor mange",
        "no valid YAML",
        "quotation marks",
    ),
    "an open quotation mark": ("title: Ledighed", 'title: "Ledighed', "no valid YAML", ""),
    "an open bracket": ("target: {under: national}", "target: {under: national", "no valid YAML", ""),
    "another indentation": ("    slug: tidlig", "     slug: tidlig", "no valid YAML", ""),
    "a percent sign first": ("title: Ledighed", "title: %Ledighed", "no valid YAML", "quotation marks"),
    "a text where keys should be": (PLAN, "bare en tekst\n", "must hold keys with values", ""),
    "an alias that is not set": ("title: Ledighed", "title: *ledig", "no valid YAML", ""),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_file_that_is_no_yaml_is_told_with_its_line_and_in_plain_words(
    project: Project, fault: str
) -> None:
    old, new, what, do = BROKEN[fault]
    spoil(project, PLAN_FILE, old, new)
    told = [
        problem for problem in check_catalogue(project) if problem.where.startswith(f"catalogue/{PLAN_FILE}:")
    ]
    assert len(told) == 1
    assert what in told[0].what
    assert do in told[0].do
    assert told[0].where.split(":")[1].isdigit()


def test_the_line_of_a_tab_is_told(project: Project) -> None:
    spoil(project, PLAN_FILE, "    slug: tidlig", "\tslug: tidlig")
    assert only(project).where == f"catalogue/{PLAN_FILE}:{line_of(project, PLAN_FILE, 'slug: tidlig')}"


def test_an_entry_that_contains_itself_is_told(project: Project) -> None:
    spoil(project, "surveys.yml", "  questions:\n", "  questions: &q\n    again: *q\n")
    assert any("contains itself" in problem.what for problem in check_catalogue(project))


def test_a_file_saved_as_windows_1252_is_refused_with_its_line(project: Project) -> None:
    path = project.catalogue / PLAN_FILE
    path.write_bytes(PLAN.encode("cp1252"))
    told = only(project)
    first = next(number for number, text in enumerate(PLAN.splitlines(), 1) if not text.isascii())
    assert told.where == f"catalogue/{PLAN_FILE}:{first}"
    assert "Windows-1252" in told.what
    assert "UTF-8" in told.do


def test_a_byte_order_mark_does_no_harm(project: Project) -> None:
    for name, text in FILES.items():
        (project.catalogue / name).write_text(text, encoding="utf-8-sig")
    assert check_catalogue(project) == []


def test_windows_line_ends_do_no_harm_and_lines_are_counted_rightly(project: Project) -> None:
    for name, text in FILES.items():
        (project.catalogue / name).write_bytes(text.replace("\n", "\r\n").encode())
    assert check_catalogue(project) == []
    path = project.catalogue / PLAN_FILE
    path.write_bytes(path.read_bytes().replace(b"year: 2026", b"year: x"))
    assert only(project).where == f"catalogue/{PLAN_FILE}:{line_of(project, PLAN_FILE, 'year: x')}: year"


def test_printed_figures_saved_by_danish_excel_mean_the_same(project: Project) -> None:
    before = load_catalogue(project).published
    path = project.catalogue / "published" / "plan-2026.csv"
    path.write_text(PUBLISHED.replace(",", ";").replace(".", ","), encoding="utf-8-sig")
    assert load_catalogue(project).published == before


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (b"", "empty"),
        (b"\x00\x00\x00", "null bytes"),
        (PUBLISHED.replace("1a", '"1a').encode(), "never closed"),
        ("mål;æøå\n".encode("cp1252"), '"mål" is not read'),
        (b"\x81\x8d\xff;\xfe\n", "neither UTF-8"),
    ],
    ids=["empty", "null bytes", "an open quotation mark", "windows-1252", "no encoding"],
)  # fmt: skip
def test_a_damaged_csv_file_is_told(project: Project, damage: bytes, what: str) -> None:
    (project.catalogue / "published" / "plan-2026.csv").write_bytes(damage)
    told = check_catalogue(project)
    assert all(problem.where.startswith("catalogue/published/plan-2026.csv") for problem in told)
    assert any(what in problem.what for problem in told), told


@pytest.mark.parametrize("name", ["indicators.yml", "areas/municipalities.csv"])
def test_a_missing_file_is_named(project: Project, name: str) -> None:
    (project.catalogue / name).unlink()
    assert only(project).where == f"catalogue/{name}"


def test_a_catalogue_may_do_without_surveys_breaks_and_printed_figures(project: Project) -> None:
    shutil.rmtree(project.catalogue / "published")
    for name in ("surveys.yml", "breaks.yml"):
        (project.catalogue / name).unlink()
    spoil(project, PLAN_FILE, "published: plan-2026\n", "")
    spoil(project, PLAN_FILE, "indicator: tilfredshed", "indicator: afgang")
    path = project.catalogue / "indicators.yml"
    path.write_text(INDICATORS.replace("  breaks: [reform]\n", ""), encoding="utf-8")
    assert check_catalogue(project) == []


def test_a_file_with_the_longer_ending_is_not_passed_over_in_silence(project: Project) -> None:
    (project.catalogue / PLAN_FILE).rename(project.catalogue / "plans" / "plan-2026.yaml")
    assert any(
        problem.where == "catalogue/plans/plan-2026.yaml" and ".yml" in problem.do
        for problem in check_catalogue(project)
    )


def test_figures_named_after_a_plan_that_does_not_show_them_are_told(project: Project) -> None:
    folder = project.catalogue / "published"
    (folder / "plan-2026-series.csv").rename(folder / "plan-2026-serie.csv")
    assert only(project).where == "catalogue/published/plan-2026-serie.csv"


# ------------------------------------------------------------------ a municipality's own texts


OWN = "catalogue/texts/hedensted.yml"


def own(project: Project, name: str, text: str) -> None:
    path = project.catalogue / "texts" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_municipalitys_own_texts_are_hers_alone(project: Project) -> None:
    own(
        project,
        "hedensted.yml",
        "plan-2026:\n  index: Velkommen.\n  focus_areas:\n    1: Hos os.\n  goals:\n    1a: Se her.\n",
    )
    catalogue = load_catalogue(project)
    plan = catalogue.plan("plan-2026")
    texts = catalogue.texts(catalogue.municipality("Hedensted"), plan)
    assert (texts.index, texts.focus_areas, texts.goals) == ("Velkommen.", {1: "Hos os."}, {"1a": "Se her."})
    other = catalogue.texts(catalogue.municipality("Frederikssund"), plan)
    assert (other.index, other.focus_areas, other.goals) == (None, {}, {})


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("hedenstad.yml", "plan-2026:\n  index: x\n", "catalogue/texts/hedenstad.yml:1"),
        ("hedensted.yml", "plan-2062:\n  index: x\n", OWN + ":1: plan-2062"),
        ("hedensted.yml", "plan-2026:\n  goals:\n    9z: x\n", OWN + ":3: plan-2026.goals.9z"),
        ("hedensted.yml", "plan-2026:\n  focus_areas:\n    9: x\n", OWN + ":3: plan-2026.focus_areas.9"),
        ("hedensted.yml", "plan-2026:\n  front: x\n", OWN + ":2: plan-2026.front"),
    ],
    ids=["municipality", "plan", "goal", "focus area", "key"],
)  # fmt: skip
def test_own_texts_for_what_there_is_not_are_told(project: Project, name: str, text: str, where: str) -> None:
    own(project, name, text)
    assert only(project).where == where


# ------------------------------------------------------------------ whatever stands in the files


@settings(max_examples=150, deadline=None, database=None)
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_read_or_told_and_never_a_traceback(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yml"
        path.write_bytes(content)
        document = read_document(Project(Path(folder)), path)
    assert document.problems or isinstance(document.data, dict)


@settings(max_examples=60, deadline=None, database=None)
@given(data=st.data())
def test_any_damage_to_any_file_is_told_or_harmless_and_never_a_traceback(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    text = FILES[name]
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    put = data.draw(
        st.one_of(st.just(""), st.text(max_size=12), st.sampled_from(["\n- ", ": ", "{", "[]", "\t"]))
    )
    with tempfile.TemporaryDirectory() as folder:
        project = small_project(Path(folder))
        damaged = text[:start] + put + text[start + length :]
        (project.catalogue / name).write_bytes(damaged.encode("utf-8", "surrogatepass"))
        for problem in check_catalogue(project):
            assert problem.where.startswith("catalogue/")
            assert problem.what.strip()


def test_deeply_nested_brackets_are_told(project: Project) -> None:
    (project.catalogue / PLAN_FILE).write_text("a: " + "[" * 5000, encoding="utf-8")
    assert check_catalogue(project)


@pytest.mark.parametrize("number", ["-.inf", ".nan", "1e40", "1e999999999", "-5", "100.1", "1" * 5000])
def test_a_number_that_cannot_be_is_refused_as_a_target(project: Project, number: str) -> None:
    spoil(project, PLAN_FILE, "{at_least: 85}", f"{{at_least: {number}}}")
    problem = only(project)
    assert problem.where.endswith("target.at_least")
    assert problem.where.startswith(f"catalogue/{PLAN_FILE}:")


def test_a_printed_share_of_more_than_everybody_is_refused(project: Project) -> None:
    spoil(project, "published/plan-2026.csv", "3.0,2.5", "3.0,250")
    assert only(project).where == "catalogue/published/plan-2026.csv:2: municipality"


@pytest.mark.parametrize(
    ("name", "do"),
    [
        ("plans/plan-2027.YML", "Name it plan-2027.yml."),
        ("plans/plan-2027.yml.txt", "Name it plan-2027.yml."),
        ("texts/hedensted.yaml", "Name it hedensted.yml."),
        ("published/plan-2026.CSV", "Name it plan-2026.csv."),
        ("plan-2026.csv", "The catalogue reads"),
        ("plan-2027.yml", "The catalogue reads"),
        ("published/plan-2026.xlsx", "The catalogue reads"),
        ("overview.yml", "into catalogue/jobcenteroverblik.yml"),
    ],
)
def test_a_catalogue_file_that_nobody_reads_is_named_with_what_to_do(
    project: Project, name: str, do: str
) -> None:
    path = project.catalogue / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x: 1\n", encoding="utf-8")
    told = only(project)
    assert told.where == f"catalogue/{name}" and do in told.do


@pytest.mark.parametrize(
    "name", ["README.md", "brands/hedensted.yml", "brands/logo.svg", ".plan.yml.swp", "areas/clusters/x.csv"]
)
def test_notes_pictures_and_other_readers_files_do_no_harm(project: Project, name: str) -> None:
    path = project.catalogue / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    assert check_catalogue(project) == []
