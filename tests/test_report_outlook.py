"""Goals with a date: what is forecast of real-looking figures, and what is not; kept until the figures change."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import yaml
from typer.testing import CliRunner

from helpers.analysis.gaps import Verdict
from helpers.analysis.outlook import Method
from helpers.catalogue import load_catalogue
from helpers.cli import app
from helpers.periods import Period
from helpers.project import ROOT_VARIABLE, Project
from helpers.reports.plan import backtests as kept
from helpers.reports.plan.backtests import backtests
from helpers.reports.plan.outlook import NoOutlook
from helpers.reports.plan.report import PlanReport, read_report
from report_support import copy_project

PLAN = "noegletal-2026"
DATED = {
    "1b": {"at_most": 2.4, "by": "2026M12"},
    "2b": {"at_most": "national", "by": "2026M12"},
    "3a": {"at_most": 2, "by": "2026M12"},
    "5b": {"at_least": 40, "by": "2027M06"},
    "6b": {"at_least": 90, "by": "2026M12"},
}
"""Goal → a target with a date; 3a is judged by figures that a break has parted, and 5b by some that one will part."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = copy_project(tmp_path_factory.mktemp("outlook") / "project")
    path = made.catalogue / "plans" / f"{PLAN}.yml"
    plan = yaml.safe_load(path.read_text(encoding="utf-8"))
    for area in plan["focus_areas"]:
        for goal in area["goals"]:
            goal["target"] = DATED.get(goal["number"], goal["target"])
    plan["columns"] = ["since"]
    path.write_text(yaml.safe_dump(plan, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def report(project: Project) -> PlanReport:
    catalogue = load_catalogue(project)
    return read_report(project, catalogue, catalogue.plan(PLAN), catalogue.municipality("Frederikssund"))


def row_of(report: PlanReport, goal: str):
    return next(row for row in report.rows if row.goal == goal)


def test_a_goal_with_a_date_is_forecast_by_what_did_best(report):
    row = row_of(report, "1b")
    found = report.assured(row).outlook
    assert found is not None and found.backtest is not None
    assert found.backtest.horizon == 5
    assert found.backtest.chosen is min(
        (m for m in Method if m is not Method.TREND), key=lambda m: found.backtest.errors[m]
    )
    frame = report.observations
    own = frame[
        (frame["indicator"] == row.indicator) & (frame["series"] == "share") & (frame["area"] == "250")
    ].set_index("period")["value"]
    said = {
        Method.LAST: own["2026M07"],
        Method.LAST_YEAR: own["2025M12"],
        Method.MEAN: own["2025M08":"2026M07"].mean(),
    }[found.backtest.chosen]
    assert abs(float(found.value) - said) <= 0.05 + 1e-9
    away = Decimal("2.4") - found.value
    assert found.verdict is (Verdict.MET if away >= 0 else Verdict.NOT_MET)
    assert found.close is (abs(away) <= found.backtest.within)


def test_a_target_that_is_the_countrys_is_forecast_alike(report):
    found = report.assured(row_of(report, "2b")).outlook
    assert found is not None and found.value is not None and found.verdict in (Verdict.MET, Verdict.NOT_MET)


@pytest.mark.parametrize(("goal", "why"), [("3a", NoOutlook.FEW_PERIODS), ("5b", NoOutlook.BREAK_AHEAD)])
def test_nothing_is_forecast_across_a_break(report, goal, why):
    found = report.assured(row_of(report, goal)).outlook
    assert found is not None
    assert (found.value, found.none) == (None, why)
    if why is NoOutlook.FEW_PERIODS:
        assert found.periods == 13


def test_a_goal_without_a_date_is_not_forecast_and_none_starts_on_the_other_side_of_a_break(report):
    assert report.assured(row_of(report, "6a")).outlook is None
    start = report.assured(row_of(report, "6a")).start
    assert start is not None and start.period.id == "2025M12"
    # The figures of the survival curves are of before the plan began.
    assert report.assured(row_of(report, "1c")).start is None


def test_the_status_table_has_the_column_that_was_asked_for(report):
    assert "Siden start" in report.status_table().markdown
    assert "(dec. 25)" in report.status_table().markdown


def test_the_data_page_shows_how_the_forecasts_have_turned_out(report):
    shown = report.backtest().markdown
    assert "## Hvis intet ændrer sig" in shown and "tilfælde" in shown
    assert shown.count("5\u00a0måneder") >= 3


def test_what_was_reckoned_is_kept_until_the_figures_change(project, report, monkeypatch):
    asks = [("ledighed-dagpenge", 5), ("ledighed-dagpenge", 60)]
    args = (project, report.catalogue, report.plan, report.basis, asks)
    first = backtests(*args)
    assert first["ledighed-dagpenge", 5] is not None

    def reckoned(*_: object, **__: object):
        raise AssertionError("reckoned again")

    monkeypatch.setattr(kept, "backtest", reckoned)
    assert backtests(*args) == first
    path = project.processed / report.basis.name / "backtests.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "made_from": "others"}), "utf-8")
    with pytest.raises(AssertionError, match="reckoned again"):
        backtests(*args)


def test_later_figures_are_not_looked_at(project, report):
    asks = [("ledighed-dagpenge", 5)]
    args = (project, report.catalogue, report.plan, report.basis, asks)
    now, then = backtests(*args), backtests(*args, Period.parse("2025M07"))
    assert then[asks[0]].forecasts == now[asks[0]].forecasts - 98 * 12


def test_without_a_figure_there_is_no_forecast(project, report):
    asks = [("ledighed-dagpenge", 5)]
    args = (project, report.catalogue, report.plan, report.basis, asks)
    assert backtests(*args, Period.parse("2001M01")) == {asks[0]: None}


def command(project: Project, *arguments: str):
    return CliRunner().invoke(app, list(arguments), env={ROOT_VARIABLE: str(project.root), "COLUMNS": "160"})


def test_the_command_prints_the_table_for_people_and_for_programs(project):
    shown = command(project, "backtest", "--plan", PLAN)
    assert shown.exit_code == 0, shown.output
    assert "Eksempeldata" in shown.output and "ledighed-dagpenge" in shown.output and "For få" in shown.output
    text = command(project, "backtest", "--plan", PLAN, "--ahead", "5", "--format", "csv")
    assert text.output.splitlines()[0].startswith(
        "indicator,horizon,forecasts,error_last,error_last_year,error_mean"
    )
    found = json.loads(command(project, "backtest", "--plan", PLAN, "--format", "json").output)
    assert found["basis"] == "example"
    assert {row["horizon"] for row in found["rows"]} == {4, 12}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--plan", "nothing"], "nothing"),
        (["--ahead", "-1"], "--ahead"),
        (["--plan", "jobcenteroverblik"], "goals"),
    ],
)
def test_a_wrong_word_is_told(project, arguments, said):
    done = command(project, "backtest", *arguments)
    assert done.exit_code != 0
    assert said in f"{done.output}{done.exception}"
