"""What a page says of fetches that failed: one plain line for its readers, and what failed for those who ask."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpers.catalogue.models import Indicator
from helpers.reports.base.notes import shortfall
from helpers.sources.faults import Fault
from helpers.sources.fetch_status import FetchOutcome, FetchRow, failures_in_danish

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
        "at": datetime(2026, 8, 22, 6, tzinfo=UTC),
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
    assert shortfall(rows, GOALS) == said


def test_a_goal_of_several_tables_is_counted_once_and_by_the_worst() -> None:
    goals = [[measured("y1", "y2")], [measured("y3")]]
    assert shortfall([row("y1"), row("y2", None)], goals) == "Tallene for 1 af 2 mål kunne ikke hentes."
    assert (
        shortfall([row("y1"), row("y2")], goals[:1])
        == "Tallene for målet er fra juni 2026; nyere kunne ikke hentes."
    )


def test_a_report_without_goals_counts_none() -> None:
    assert shortfall([good("y1"), row("y2")]) == "Nogle af tallene er fra juni 2026; nyere kunne ikke hentes."


def test_what_failed_alike_is_told_once_for_all_tables() -> None:
    told = failures_in_danish([row("y1"), row("y2"), good("y3"), row("y4"), row("y5", None)])
    assert told == (
        "Seneste hentning af tabel y1, y2 og y4 den 22. august 2026 mislykkedes: Jobindsats kunne ikke nås. "
        "Tallene er fra den 20. juli 2026.",
        "Seneste hentning af tabel y5 den 22. august 2026 mislykkedes: Jobindsats kunne ikke nås. "
        "Der er endnu ingen tal derfra.",
    )
