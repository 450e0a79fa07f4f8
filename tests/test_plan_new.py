"""A municipality's own plan from the command line: `plan new`, `plan add`, and the guide that leads there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers import cli
from helpers.catalogue import load_catalogue
from helpers.catalogue.writing import as_yaml, with_goal
from helpers.commands.checks import check_everything
from helpers.commands.indicators import add_indicator
from helpers.commands.making import add_goal, new_plan
from helpers.errors import PlanError
from helpers.project import ROOT_VARIABLE, Project
from helpers.sources.find import save, search
from jobindsats_support import new_client, serving
from jobindsats_tables import made_up
from report_support import CHECKOUT, copy_project

GUIDE = CHECKOUT / "docs" / "kom-i-gang.md"
NOT_RUN = ("make", ".", "plan fetch")
"""Commands of the guide that set up, or ask a source: other tests do."""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return copy_project(tmp_path)


def files(project: Project) -> dict[str, str]:
    parts = ("catalogue", "notebooks", "data/raw/manual")
    found = (path for part in parts for path in (project.root / part).rglob("*") if path.is_file())
    return {path.relative_to(project.root).as_posix(): path.read_text(encoding="utf-8") for path in found}


def refused(project: Project, *words: object, **more: str) -> str:
    """What `plan add goal` says when it refuses; nothing is written then."""
    before = files(project)
    with pytest.raises(PlanError) as found:
        list(add_goal(project, *words, **more))  # type: ignore[arg-type]
    assert files(project) == before
    return str(found.value)


def test_a_new_plan_is_whole_and_valid(project: Project) -> None:
    before = files(project)
    said = list(new_plan(project, "Læsø", 2027))
    written = set(files(project)) - set(before)
    assert {
        "catalogue/plans/laesoe-2027.yml",
        "catalogue/texts/laesoe.yml",
        "catalogue/brands/laesoe.yml",
        "notebooks/laesoe-2027/index.ipynb",
    } <= written
    assert all(
        any(name in line for line in said)
        for name in written
        if not name.startswith("notebooks/laesoe-2027/.")
    )
    problems, _ = check_everything(project)
    assert problems == []
    catalogue = load_catalogue(project)
    plan, source = catalogue.plan("laesoe-2027"), catalogue.plan("noegletal-2026")
    assert (plan.title, plan.year, plan.municipality) == ("Beskæftigelsesplan 2027", 2027, "laesoe")
    assert [(g.number, g.text, g.target) for g in plan.goals] == [
        (g.number, g.text, g.target) for g in source.goals
    ]


def test_the_next_plan_begins_with_the_one_before_and_tells_what_it_continues(project: Project) -> None:
    list(new_plan(project, "Læsø", 2027))
    list(new_plan(project, "Læsø", 2028))
    catalogue = load_catalogue(project)
    plan = catalogue.plan("laesoe-2028")
    assert plan.previous == "laesoe-2027"
    assert all(goal.previous and goal.previous.goal == goal.number for goal in plan.goals)
    texts = (project.catalogue / "texts" / "laesoe.yml").read_text(encoding="utf-8")
    assert texts.count("laesoe-2027:") == texts.count("laesoe-2028:") == 1
    assert texts.count("egne tekster") == 1


def test_another_towns_plan_gives_its_goals_without_its_history_and_files_to_type_into(
    project: Project,
) -> None:
    said = list(new_plan(project, "Læsø", 2027, start="frederikssund-2023"))
    plan = load_catalogue(project).plan("laesoe-2027")
    assert len(plan.goals) == 20 and plan.previous is None and plan.published is None
    assert not any(goal.previous or goal.target.was for goal in plan.goals)
    typed = {path.name for path in (project.root / "data/raw/manual/laesoe").iterdir()}
    assert {"ankesager-omgjort.csv", "virksomhedstilfredshed.csv"} <= typed
    assert any("ankesager-omgjort.csv" in line for line in said)


def test_a_plan_that_is_there_is_not_written_over(project: Project) -> None:
    list(new_plan(project, "Læsø", 2027))
    before = files(project)
    with pytest.raises(PlanError, match=r"laesoe-2027\.yml\n.*there already"):
        list(new_plan(project, "Læsø", 2027))
    assert files(project) == before


@pytest.mark.parametrize(
    ("kommune", "start", "told"), [("Lesø", "", "Læsø"), ("Læsø", "noegletal", "noegletal-2026")]
)
def test_what_is_not_there_is_named_with_the_nearest(
    project: Project, kommune: str, start: str, told: str
) -> None:
    before = files(project)
    with pytest.raises(PlanError, match=told):
        list(new_plan(project, kommune, 2027, start=start))
    assert files(project) == before


def test_a_goal_is_added_at_the_end_of_its_focus_area_and_nothing_else_is_touched(project: Project) -> None:
    list(new_plan(project, "Læsø", 2027))
    path = project.catalogue / "plans" / "laesoe-2027.yml"
    before = path.read_text(encoding="utf-8").splitlines()
    said = list(add_goal(project, "laesoe-2027", 1, "sygedagpenge-andel"))
    after = path.read_text(encoding="utf-8").splitlines()
    added = [line for line in after if line not in before or "1d" in line]
    assert [line for line in after if line not in added][:20] == before[:20]
    goal = load_catalogue(project).plan("laesoe-2027").goal("1d")
    assert goal.target.rule == "at_most" and goal.target.national
    assert goal.text.endswith(": højst på niveau med landsgennemsnittet.")
    line = int(re.search(r"laesoe-2027\.yml:(\d+): goal 1d", said[0])[1])  # type: ignore[index]
    assert after[line - 1] == "      - number: 1d"
    page = (project.root / "notebooks/laesoe-2027/01-tidlig-indsats.ipynb").read_text(encoding="utf-8")
    assert "plan-goal-1d" in page


def test_comments_and_blank_lines_of_a_plan_stay(project: Project) -> None:
    text = "# top\nfocus_areas:\n  - number: 1\n    goals:\n      - number: 1a\n        text: >-\n          a\n\n          b\n\n  # between\n  - number: 2\n    goals:\n    - {number: 2a}\n"
    first, line = with_goal(text, "x.yml", 1, {"number": "1b", "text": "c: d", "target": {"at_least": "5"}})
    assert line == 10
    assert first == text.replace(
        "\n\n  # between",
        "\n      - number: 1b\n        text: 'c: d'\n        target: {at_least: 5}\n\n  # between",
    )
    second, line = with_goal(text.rstrip(), "x.yml", 2, {"number": "2b"})
    assert second == text + "    - {number: 2b}\n"


def test_a_long_text_may_hold_a_colon() -> None:
    text = "Det gælder: " + "a " * 60
    assert as_yaml({"text": text.strip()}).startswith("text: >-\n  Det gælder: a")


@pytest.mark.parametrize(
    ("words", "more", "told"),
    [
        (("laesoe-2027", 9, "sygedagpenge-andel"), {}, "no focus area 9. There are: 1, 2"),
        (("laesoe-2027", 1, "sygedagpenge-andl"), {}, 'Did you mean "sygedagpenge-andel"'),
        (("laesoe-2026", 1, "sygedagpenge-andel"), {}, "laesoe-2027"),
        (("laesoe-2027", 1, "sygedagpenge-andel"), {"target": "mindst 5"}, '"mindst 5" is no target'),
        (("laesoe-2027", 1, "sygedagpenge-andel"), {"target": "at_leas: 5"}, "at_least"),
        (("laesoe-2027", 1, "sygedagpenge-andel"), {"target": "at_least: mange", "text": "Mange."}, "target"),
        (("laesoe-2027", 1), {"target": "at_least: 5"}, "--title"),
        (("laesoe-2027", 1, "sygedagpenge-andel"), {"target": "under: region"}, "Say them with --text"),
    ],
)  # fmt: skip
def test_a_goal_that_cannot_be_is_refused_and_nothing_is_written(
    project: Project, words: tuple[object, ...], more: dict[str, str], told: str
) -> None:
    list(new_plan(project, "Læsø", 2027))
    assert told in refused(project, *words, **more)


def test_an_indicator_is_filled_in_from_the_metadata(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JOBINDSATS_API_TOKEN", raising=False)
    with serving(made_up()) as server:
        client = new_client(server)
        save(project, search(project, ["y60a02"], client).tables, client)
    with pytest.raises(PlanError, match="--better"):
        list(add_indicator(project, "y60a02"))
    with pytest.raises(PlanError, match="say which") as several:
        list(add_indicator(project, "y60a02", better="lower"))
    measure = re.findall(r"--measure (\S+)", str(several.value))[0]
    with pytest.raises(PlanError, match=r"_viskat_1int has no \"Parat\""):
        list(add_indicator(project, "y60a02", measure, where=["_viskat_1int=Parat"], better="lower"))
    said = list(
        add_indicator(
            project, "Y60A02", measure, where=["_viskat_1int=Jobparat"], better="lower", key="parate"
        )
    )
    text = (project.catalogue / "indicators" / "egne.yml").read_text(encoding="utf-8")
    assert "table: y60a02" in text and "_viskat_1int: Jobparat" in text and f"measure: {measure}" in text
    assert "lower_is_better" in text and said[0].startswith("wrote catalogue/indicators/egne.yml: parate")
    with pytest.raises(PlanError, match="of that key"):
        list(add_indicator(project, "y60a02", measure, better="lower", key="parate"))


def test_the_guide_leads_to_a_plan(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    monkeypatch.chdir(project.root)
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    commands = [line for block in blocks for line in block.splitlines()]
    run = [line for line in commands if not line.startswith(NOT_RUN)]
    assert len(run) >= 7
    for command in run:
        result = CliRunner().invoke(cli.app, shlex.split(command)[1:])
        assert result.exit_code == 0, (command, result.output, result.exception)
    assert (project.root / "_site").is_dir()
    said = re.findall(
        r"`(catalogue/\S+\.yml|data/raw/manual/viborg/|notebooks/viborg-2027/)`",
        GUIDE.read_text(encoding="utf-8"),
    )
    assert all((project.root / name).exists() for name in said)
