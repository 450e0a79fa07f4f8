"""`plan render --edition kort`: four pages, of the same numbers as the whole plan."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pytest
import yaml
from typer.testing import CliRunner

from helpers.analysis.gaps import Verdict
from helpers.catalogue import load_catalogue
from helpers.cli import app
from helpers.periods import Period
from helpers.present.words import number
from helpers.project import Project
from helpers.render.models import Outcome
from helpers.render.run import render_variants
from helpers.reports import wing
from helpers.reports.base.request import RenderRequest
from helpers.reports.plan import short
from helpers.reports.plan.briefing import missing
from helpers.reports.plan.opening import opening, turned_since
from helpers.reports.plan.report import PlanReport, read_report
from helpers.reports.plan.words import without_persons
from paper_support import read_tags
from report_support import copy_project

OWN, NEWER, SMALL = "frederikssund-2023", "noegletal-2026", "enkelt"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """With a plan of one focus area beside those that ship."""
    project = copy_project(tmp_path_factory.mktemp("short"))
    plans = project.catalogue / "plans"
    plan = yaml.safe_load((plans / f"{NEWER}.yml").read_text(encoding="utf-8"))
    plan |= {"title": "Ét fokusområde", "focus_areas": plan["focus_areas"][:1], "starting_point": False}
    (plans / f"{SMALL}.yml").write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    return project


def read(project: Project, plan: str, place: str = "Frederikssund") -> PlanReport:
    catalogue = load_catalogue(project)
    return read_report(project, catalogue, catalogue.plan(plan), catalogue.municipality(place))


@pytest.fixture(scope="module")
def sites(project: Project) -> dict[str, Outcome]:
    catalogue = load_catalogue(project)
    asked = [
        wing("plan").asked(
            RenderRequest(project, "plan", ("Frederikssund",), plan, edition="kort"), catalogue
        )[0]
        for plan in (OWN, NEWER, SMALL)
    ]
    made = render_variants(
        project,
        [one.variant for one in asked],
        engine="built-in",
        output=project.root / "_site",
        jobs=1,
        to=("pdf",),
    )
    assert all(outcome.ok for outcome in made), [outcome.problems for outcome in made]
    return dict(zip((OWN, NEWER, SMALL), made, strict=True))


@pytest.mark.parametrize("plan", [OWN, NEWER, SMALL])
def test_it_is_four_pages_beside_the_whole_plan(sites: dict[str, Outcome], plan: str) -> None:
    made = sites[plan]
    assert made.folder is not None and made.pdf is not None
    assert made.folder.name.endswith("-kort")
    assert made.pdf.name.endswith("-kort-udgave-Frederikssund-Kommune.pdf")
    pages = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(made.pdf).pages]
    assert len(pages) == 4
    heads = (
        "Hvad er opfyldt?",
        "Hvad er vendt?",
        "Hvor er afstanden størst i personer?",
        "Hvordan går det i hvert fokusområde?",
    )
    assert [head in page for head, page in zip(heads, pages, strict=True)] == [True] * 4
    assert all("Eksempeldata" in page for page in pages), "a mark on every page"
    assert sum("Tallene er opdigtede" in page for page in pages) == 1, "and the box once"
    tags = read_tags(made.pdf)
    assert (tags.headings, all(tags.alts)) == ([1, 2, 2, 2, 2], True)


def test_it_shows_the_numbers_of_the_whole_plan(project: Project, sites: dict[str, Outcome]) -> None:
    report = read(project, OWN)
    assert sites[OWN].pdf is not None
    pages = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(sites[OWN].pdf).pages]
    assert opening(report)[0] in pages[0]
    for row in report.rows:
        if row.municipality is not None:
            value = " ".join(number(row.municipality, row.decimals, row.unit).split())
            assert value in pages[0] and value in pages[3], row.goal
    assert "Siden planens begyndelse (december 2022)" in pages[1]
    record = json.loads((sites[OWN].folder / "render.json").read_text(encoding="utf-8"))  # type: ignore[operator]
    assert record["title"] == "Beskæftigelsesplan 2023, kort udgave"


def test_what_turned_is_told_since_the_plan_began_where_nothing_was_fetched_before(project: Project) -> None:
    report = read(project, OWN)
    then, since = short.before(report) or (report, "")
    assert (then.bound, since) == (Period.parse("2022M12"), "planens begyndelse (december 2022)")
    turned = {
        goal
        for goal, now in report.verdicts.items()
        if (now.verdict is Verdict.MET) != (then.verdicts[goal].verdict is Verdict.MET)
    }
    said = re.sub(r"<[^>]*>|\*", "", short.turned(report).markdown)
    assert turned and all(goal in said.split("Dengang")[0] for goal in turned - {"4d", "5a"})


def test_what_turned_is_told_since_the_last_fetch_where_there_was_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = (date(2026, 8, 1), date(2026, 8, 19), date(2026, 8, 22))
    monkeypatch.setattr(short, "snapshot_days", lambda _: days)
    monkeypatch.setattr(PlanReport, "is_example", False)
    report = read(project, NEWER)
    then, since = short.before(report) or (report, "")
    assert (then.snapshot, since) == (days[1], "hentningen den 19. august 2026")
    then, since = short.before(replace(report, snapshot=days[1])) or (report, "")
    assert (then.snapshot, since) == (days[0], "hentningen den 1. august 2026")


def test_nothing_is_compared_where_nothing_is_known_from_then(project: Project) -> None:
    report = replace(read(project, OWN), bound=Period.parse("2022M12"))
    assert short.before(report) is None
    assert short.turned(report).markdown == (
        "Der er ingen tal fra før planen eller fra en tidligere hentning at sammenligne med.\n"
    )


def test_the_largest_gaps_come_first_and_those_without_a_base_are_named(project: Project) -> None:
    report = read(project, OWN)
    rows = [row for row in missing(report) if row.persons][: short.MOST_GAPS]
    shown = short.gaps(report).markdown
    order = re.findall(r'<th scope="row">(\w+)</th>', shown)
    assert order[: len(rows)] == [row.goal for row in rows]
    assert [abs(row.persons or 0) for row in rows] == sorted(
        (abs(r.persons or 0) for r in rows), reverse=True
    )
    without = [row.goal for row in missing(report) if row.persons is None]
    assert without and all(f"{goal}" in shown.split("gøres op i personer")[0] for goal in without)


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        (["1a"], "For mål 1a kan afstanden ikke gøres op i personer, fordi det ikke er kendt, hvor mange tallet bygger på."),
        (["1a", "3c"], "For mål 1a og 3c kan afstanden ikke gøres op i personer, fordi det ikke er kendt, hvor mange tallet bygger på."),
    ],
)  # fmt: skip
def test_gaps_without_a_base_in_words(goals: list[str], said: str) -> None:
    assert without_persons(goals) == said


def test_nothing_turned_in_words() -> None:
    assert turned_since("hentningen den 1. maj 2026", [], []) == (
        "Siden hentningen den 1. maj 2026 er ingen mål gået fra ikke opfyldt til opfyldt eller omvendt."
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--edition", "lang"], '"lang" is no edition of the report plan. It has kort.'),
        (["--edition", "kort", "--report", "jobcenteroverblik"], '"kort" is no edition of the report jobcenteroverblik.'),
        (["--edition", "kort", "--report", "investeringer"], "It has the whole alone: leave --edition out."),
    ],
)  # fmt: skip
def test_an_unknown_edition_is_refused(
    project: Project, options: list[str], said: str, tmp_path: Path
) -> None:
    command = ["render", "Hedensted", *options, "--output", str(tmp_path / "_site")]
    done = CliRunner().invoke(app, command, env={"PLAN_ROOT": str(project.root), "COLUMNS": "200"})
    told = str(done.exception) + done.output
    assert done.exit_code != 0 and said.split(". ", maxsplit=1)[0] in " ".join(told.split())
    assert not (tmp_path / "_site" / "hedensted").exists()
