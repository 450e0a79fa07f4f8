"""What a page says of fetches that failed: one plain line for its readers, and what failed for those who ask."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_support import store_counts
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Indicator
from helpers.catalogue.names import Noun
from helpers.project import RENDERING_VARIABLE
from helpers.reports import wing as open_wing
from helpers.reports.base.notes import shortfall
from helpers.reports.base.request import Selection
from helpers.sources.faults import Fault
from helpers.sources.fetch_status import (
    FetchOutcome,
    FetchReport,
    FetchRow,
    failures_in_danish,
    keep_report,
)
from report_support import CHECKOUT, copy_project

AT = datetime(2026, 8, 22, 6, tzinfo=UTC)
JUNE, MAY, QUARTER = "2026M06", "2026M05", "2025Q02"


def measured(*tables: str) -> Indicator:
    """An indicator of some tables; its key is made of theirs."""
    terms = [{"table": table, "measure": "m"} for table in tables]
    series = {
        "label": "{area}",
        "from": {"sum_of": terms} if len(terms) > 1 else terms[0],
        "certainty": "confirmed",
    }
    told = {"key": "-".join(tables), "title": "T", "unit": "persons", "decimals": 0, "frequency": "month"}
    return Indicator.model_validate({**told, "direction": "higher_is_better", "series": {"share": series}})


def row(
    table: str, newest: str | None = JUNE, *, fault: Fault | None = Fault.UNREACHABLE, **more: object
) -> FetchRow:
    """A table whose fetch failed; without a `newest` there was none before."""
    kept = FetchOutcome.KEPT if newest else FetchOutcome.FAILED
    snapshot = "2026-07-20T061500Z" if newest else None
    told = {
        "table": table,
        "outcome": kept,
        "at": AT,
        "snapshot": snapshot,
        "newest": newest,
    }
    return FetchRow.model_validate({**told, "fault": fault, "problem": "It failed.", **more})


def good(table: str) -> FetchRow:
    return row(table, outcome=FetchOutcome.UNCHANGED, fault=None, problem="")


GOALS = [[measured(f"y{place}")] for place in range(1, 16)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], ""),
        ([good("y1")], ""),
        ([row("y1")], "Tallene for 1 af 15 mål er fra juni 2026; nyere kunne ikke hentes."),
        ([row(f"y{n}") for n in (1, 2, 3)], "Tallene for 3 af 15 mål er fra juni 2026; nyere kunne ikke hentes."),
        ([row(f"y{n}") for n in range(1, 16)], "Tallene for alle 15 mål er fra juni 2026; nyere kunne ikke hentes."),
        ([row("y1"), row("y2", MAY)], "Tallene for 2 af 15 mål er fra maj 2026 og juni 2026; nyere kunne ikke hentes."),
        ([row("y1"), row("y2", MAY), row("y3", QUARTER)],
         "Tallene for 3 af 15 mål er fra 2. kvartal 2025 eller senere; nyere kunne ikke hentes."),
        ([row("y1", None)], "Tallene for 1 af 15 mål kunne ikke hentes."),
        ([row("y1", fault=Fault.NOT_FOUND)],
         "Tallene for 1 af 15 mål offentliggøres ikke længere; de seneste er fra juni 2026."),
        ([row("y1", outcome=FetchOutcome.FETCHED)], "Tallene for 1 af 15 mål kunne kun hentes delvis."),
        ([row("y1", outcome=FetchOutcome.FETCHED, concerned=("another",))], ""),
        ([row("y1"), row("y2", None)],
         "Tallene for 1 af 15 mål kunne ikke hentes. Tallene for 1 af 15 mål er fra juni 2026; nyere kunne ikke hentes."),
        ([row("of-no-goal")], ""),
    ],
)  # fmt: skip
def test_what_is_missing_is_one_line_that_counts_goals(rows: list[FetchRow], said: str) -> None:
    assert shortfall(rows, GOALS, Noun.model_validate("mål")) == said


def test_a_goal_of_several_tables_is_counted_once_and_by_the_worst() -> None:
    goals = [[measured("y1", "y2")], [measured("y3")]]
    assert (
        shortfall([row("y1"), row("y2", None)], goals, Noun.model_validate("mål"))
        == "Tallene for 1 af 2 mål kunne ikke hentes."
    )
    assert (
        shortfall([row("y1"), row("y2")], goals[:1], Noun.model_validate("mål"))
        == "Tallene for målet er fra juni 2026; nyere kunne ikke hentes."
    )


@pytest.mark.parametrize(
    ("counted", "of", "said"),
    [
        ("figur", 25, "Tallene for 3 af 25 figurer er fra juni 2026; nyere kunne ikke hentes."),
        ("figur", 3, "Tallene for alle 3 figurer er fra juni 2026; nyere kunne ikke hentes."),
        ("projekt", 7, "Tallene for 3 af 7 projekter er fra juni 2026; nyere kunne ikke hentes."),
        ("projekt", 1, "Tallene for projektet er fra juni 2026; nyere kunne ikke hentes."),
        ("pejlemærke", 15, "Tallene for 3 af 15 pejlemærker er fra juni 2026; nyere kunne ikke hentes."),
    ],
)
def test_the_line_counts_what_a_report_has(counted: str, of: int, said: str) -> None:
    rows = [row(f"y{n}") for n in (1, 2, 3)]
    assert (
        shortfall(rows, [[measured(f"y{n}")] for n in range(1, of + 1)], Noun.model_validate(counted)) == said
    )


def test_the_jobcenteroverblik_counts_figures_and_its_page_on_data_tells_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RENDERING_VARIABLE, "1")
    project = copy_project(tmp_path)
    store_counts(project, "y01a02", {("2026M06", "Hele landet"): 900})
    keep_report(project, FetchReport(started=AT, rows=(row("y01a02"),)))
    selection = Selection(project, load_catalogue(project))
    report = open_wing("jobcenteroverblik").report(selection, "Hedensted")
    assert "Tallene for 3 af 23 figurer er fra juni 2026; nyere kunne ikke hentes." in report.fetch().markdown
    assert "Seneste hentning af tabel y01a02 den 22. august 2026 mislykkedes" in report.sources().markdown


def test_the_projects_are_counted_and_their_page_on_data_tells_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RENDERING_VARIABLE, "1")
    project = copy_project(tmp_path)
    manual = (CHECKOUT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    example = re.search(r"<!-- example: projects -->\n```yaml\n(.+?)```", manual, re.DOTALL)[1]
    (project.catalogue / "projects" / "laesoe-2026.yml").write_text(example, encoding="utf-8")
    keep_report(project, FetchReport(started=AT, rows=(row("y60a02"),)))
    report = open_wing("investeringer").report(Selection(project, load_catalogue(project)), "Læsø")
    assert "Tallene for projektet er fra juni 2026; nyere kunne ikke hentes." in report.fetch().markdown
    assert "y60a02" not in report.fetch().markdown
    assert "Seneste hentning af tabel y60a02 den 22. august 2026 mislykkedes" in report.sources().markdown


def test_what_failed_alike_is_told_once_for_all_tables() -> None:
    told = failures_in_danish([row("y1"), row("y2"), good("y3"), row("y4"), row("y5", None)])
    assert told == (
        "Seneste hentning af tabel y1, y2 og y4 den 22. august 2026 mislykkedes: Jobindsats kunne ikke nås. "
        "Tallene er fra den 20. juli 2026.",
        "Seneste hentning af tabel y5 den 22. august 2026 mislykkedes: Jobindsats kunne ikke nås. "
        "Der er endnu ingen tal derfra.",
    )
