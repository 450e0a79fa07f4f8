"""What docs/notebooks.md promises an analyst in JupyterLab: objects to go on with, and six recipes that run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
import vl_convert
from great_tables import GT

from helpers import open_report
from helpers.errors import PlanError
from helpers.present.charts import CHART_COLUMNS
from helpers.present.draw import spec_for_screen
from helpers.reports.base.report import Report
from helpers.reports.plan.frames import FRAME_COLUMNS, STATUS_COLUMNS
from report_support import CHECKOUT

GUIDE = (CHECKOUT / "docs" / "notebooks.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^### (.+?)\n.*?```python\n(.*?)```", GUIDE, flags=re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def report() -> Report:
    return open_report("Frederikssund", "frederikssund-2023")


def test_the_guide_has_six_recipes_that_run_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(RECIPES) == 6
    monkeypatch.setenv("PLAN_ROOT", str(CHECKOUT))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for title, code in RECIPES.items():
        exec(compile(code, title, "exec"), names)
    assert (tmp_path / "1a.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "1a.svg").read_text(encoding="utf-8")
    assert (tmp_path / "1a.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(";")[0] == "goal"


def test_a_report_in_a_cell_is_one_line_can_be_a_key_and_completes_to_what_a_reader_asks_for(
    report: Report,
) -> None:
    assert "\n" not in repr(report) and len(repr(report)) < 120 and "Frederikssund" in repr(report)
    assert {report: 1}[open_report("Frederikssund", "frederikssund-2023")] == 1
    offered = dir(report)
    assert {"chart", "frame", "status", "gt", "goal", "figure", "summary"} <= set(offered)
    assert not {"fingerprint", "asked", "parameters"} & set(offered)
    assert all(hasattr(report, name) for name in offered)


def test_an_altair_chart_of_ones_own_is_shown_with_danish_numbers_and_from_no_other_host(
    report: Report,
) -> None:
    own = alt.Chart(report.frame("1a")).mark_line().encode(x="month:T", y="value:Q")
    shown = json.dumps(own._repr_mimebundle_(), default=str)
    assert '"decimal": ","' in shown and "cdn" not in shown and "jsdelivr" not in shown


@pytest.mark.parametrize(
    ("kommune", "plan", "name"),
    [("Vallensbæk/Ishøj", "jobcenteroverblik", 1), ("Hedensted", "hedensted-2024-2025", "flere-i-job")],
)
def test_other_reports_give_charts_and_numbers_too(kommune: str, plan: str, name: object) -> None:
    other = open_report(kommune, plan)
    assert isinstance(other.chart(name), (alt.LayerChart, alt.VConcatChart))
    numbers = other.frame(name)
    assert tuple(numbers.columns) == CHART_COLUMNS and numbers["værdi"].notna().sum() > 3


def test_the_frame_of_a_goal_is_tidy_and_holds_the_documents_last_figures(report: Report) -> None:
    frame = report.frame("1a")
    assert tuple(frame.columns) == FRAME_COLUMNS
    last = frame[frame["period"] == "2023Q02"].set_index("area")
    assert (last.loc["dk", "value"], last.loc["250", "value"]) == (87.3, 83.8)
    assert frame.groupby(["series", "area"]).size().tolist() == [9, 9]
    assert frame["month"].iloc[-1] == pd.Timestamp("2023-06-01")


def test_the_frame_of_the_plan_holds_every_goal(report: Report) -> None:
    assert set(report.frame()["goal"]) == {goal.number for goal in report.plan.goals} - {"4d"}


def test_the_status_frame_says_what_the_status_table_says(report: Report) -> None:
    status = report.status()
    assert tuple(status.columns) == STATUS_COLUMNS
    row = status.set_index("goal").loc["1a"]
    assert (row["period"], row["national"], row["municipality"], row["gap"]) == ("2023Q02", 87.3, 83.8, -3.5)
    assert row["verdict"] == "not_met"
    assert list(dict.fromkeys(status["goal"])) == [goal.number for goal in report.plan.goals]


def test_the_great_table_has_danish_numbers_and_typed_columns(report: Report) -> None:
    table = report.gt()
    assert isinstance(table, GT)
    text = table.as_raw_html()
    for expected in ("87,3 pct.", "−11,2", "+0,01", "× Ikke opfyldt", "2. kvartal 2023"):
        assert expected in text
    assert table._tbl_data["gap"].dtype == float


@pytest.mark.parametrize("number", ["1a", "2a", "5a", "5b", "6d"])
def test_a_goals_chart_is_altairs_with_its_numbers_and_can_be_drawn(report: Report, number: str) -> None:
    chart = report.chart(number)
    assert isinstance(chart, (alt.LayerChart, alt.VConcatChart))
    spec = spec_for_screen(chart.to_dict())
    # JupyterLab's Vega-Lite is one version behind Altair's.
    assert "<svg" in vl_convert.vegalite_to_svg(spec, vl_version="5.20")


def test_a_chart_says_what_the_gap_is_in_persons_where_the_verdict_does(report: Report) -> None:
    said = {number: report.chart(number).title.to_dict()["subtitle"] for number in ("1a", "2a", "6b")}
    assert said["1a"] == ["(Andelen er opgjort uden tilbagefald til ydelsen)", "Eksempeldata"]
    assert said["2a"][0] == "Forskellen svarer til, at 29 flere skulle være i et virksomhedsrettet tilbud."
    assert said["6b"][0] == "Forskellen svarer til 13 flere, end målet kræver."


def test_a_charts_data_are_the_frames(report: Report) -> None:
    data, frame = report.chart("2a").data, report.frame("2a")
    assert tuple(data.columns) == CHART_COLUMNS
    known = frame.dropna(subset="value")
    both = data.dropna(subset="værdi").merge(
        known, left_on=["serie", "måned", "værdi"], right_on=["label", "month", "value"]
    )
    assert len(both) == len(known) > 50


def test_a_chart_and_a_table_of_ones_own_can_stand_on_a_page_and_are_named_as_such(report: Report) -> None:
    chart = alt.Chart(report.frame("1a")).mark_line().encode(x="month:T", y="value:Q", color="area_name:N")
    shown = report.show(chart, caption="Min egen kurve", alt="Kurven falder.")
    assert "![Min egen kurve](figures/egen-min-egen-kurve.svg)" in shown.markdown
    assert "egen opstilling" in shown.markdown and shown.stamps == [report.stamp.data()]
    table = report.show(
        pd.DataFrame({"Mål": ["1a"], "Forskel": [-3.5], "Andet": [None]}), caption="Egen tabel"
    )
    assert "−3,5</td>" in table.markdown and "–</td>" in table.markdown
    with pytest.raises(PlanError, match="do not see it"):
        report.show(chart, caption="Uden tekst")
    with pytest.raises(PlanError, match="DataFrame"):
        report.show(report.gt(), caption="x")
