"""A plan as a municipality writes it for 2026, with nine goals of six kinds, on the figures that were published.

The oracle is the saved files, read with the standard library and reckoned with fractions.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from helpers.analysis.gaps import Verdict
from helpers.catalogue import check_catalogue, load_catalogue
from helpers.data.basis import plan_indicators
from helpers.project import Project
from helpers.reports.plan.report import PlanReport, read_report
from helpers.sources.fetch import fetch_tables
from jobindsats_server import Shape
from jobindsats_support import new_client, serving
from jobindsats_tables import REFERENCE, WIDE, has_reference, reference
from report_support import CHECKOUT, copy_project

WANTED = REFERENCE.parent / "inputs" / "viborg-2026"
KEY, TOWN, COUNTRY = "viborg-2026", "Viborg", "Hele landet"
MET, NOT, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.CANNOT_BE_JUDGED

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not has_reference() or not WANTED.is_dir(), reason="no ../shared beside the checkout"),
]


@cache
def saved(column: str) -> Mapping[tuple[str, str], Fraction]:
    with WIDE.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row[column]]
    return {(row["area"], row["period"]): Fraction(row[column]) for row in rows}


def newest(column: str) -> str:
    return max(period for area, period in saved(column) if area == TOWN)


def share(area: str, period: str) -> Fraction:
    """Long-term unemployed in per cent, rounded half up as a published share is."""
    place = area, period
    exact = 100 * saved("langtidsledige_total")[place] / saved("ledige_total_fuldtid")[place]
    return Fraction(int(exact * 10 + Fraction(1, 2)), 10)


def project_with_plan(folder: Path) -> Project:
    project = copy_project(folder)
    added: dict[str, list[str]] = {}
    name = ""
    for line in (WANTED / "catalogue.diff").read_text(encoding="utf-8").splitlines():
        if line.startswith("+++ b/"):
            name = line.removeprefix("+++ b/")
        elif line.startswith("+"):
            added.setdefault(name, []).append(line[1:])
    for file, lines in added.items():
        with (project.root / file).open("a", encoding="utf-8") as text:
            text.write("\n".join(["", *lines, ""]))
    shutil.copy(WANTED / "wanted-viborg-2026.yml", project.catalogue / "plans" / f"{KEY}.yml")
    manual = project.raw / "manual" / "viborg"
    manual.mkdir(parents=True)
    for file_name in ("borgertilfredshed.csv", "voksenlaerlinge.csv"):
        shutil.copy(WANTED / file_name, manual)
    return project


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> PlanReport:
    project = project_with_plan(tmp_path_factory.mktemp("wanted"))
    assert check_catalogue(project) == []
    catalogue = load_catalogue(project)
    plan = catalogue.plan(KEY)
    keys = [indicator.key for indicator in plan_indicators(catalogue, plan)]
    with serving(reference("2026-08-22")) as server:
        server.shape = Shape(absent_rows=True)
        now = datetime(2026, 8, 22, 7, 50, tzinfo=UTC)
        tables = ("y25i01", "y25i09", "y60c07", "y60j01")
        assert fetch_tables(
            project, catalogue, tables=tables, indicators=keys, client=new_client(server), now=now
        ).ok
    return read_report(project, catalogue, plan, catalogue.municipality(TOWN))


def test_every_goal_is_judged_as_the_saved_figures_say(report: PlanReport) -> None:
    unemployed, hours = "ledige_total_pct_arbejdsstyrke", "kth_ordinaere_timer_andel"
    month, hours_month = newest(unemployed), newest(hours)
    ours, country = (saved(unemployed)[area, month] for area in (TOWN, COUNTRY))
    with (CHECKOUT / "catalogue" / "areas" / "kommunegrupper.csv").open(encoding="utf-8") as file:
        groups = {row["municipality"]: row["cluster"] for row in csv.DictReader(file, delimiter=";")}
    others = [area for area in groups if area != TOWN and groups[area] == groups[TOWN]]
    known = [share(area, month) for area in others if (area, month) in saved("langtidsledige_total")]
    mean = Fraction(int(sum(known) / len(known) * 10 + Fraction(1, 2)), 10)
    gone = (int(hours_month[:4]) - 2025) * 12 + int(hours_month[5:]) - 12
    path = 12 + Fraction(3 * gone, 12)
    expected = {
        "1a": MET if ours <= country - Fraction(1, 5) else NOT,
        "1b": MET if saved("langtidsledige_total")[TOWN, month] <= 450 else NOT,
        "1c": MET if share(TOWN, month) < mean else NOT,
        "2a": Verdict.ON_TRACK if saved(hours)[TOWN, hours_month] >= path else Verdict.BEHIND,
        "2b": MET if saved("kth_ordinaere_timer_personer")[TOWN, hours_month] >= 250 else NOT,
        "2c": MET if saved("kth_aktiveringsgrad")[TOWN, newest("kth_aktiveringsgrad")] >= 20 else NOT,
        "3a": NOT,
        "3b": UNKNOWN,
        "3c": MET,
    }
    assert {number: found.verdict for number, found in report.verdicts.items()} == expected
    rows = {row.goal: row for row in report.all_rows}
    assert rows["1c"].target == mean
    assert rows["2a"].asked is not None and rows["2a"].asked.path == path
    assert rows["1b"].national is None and rows["3c"].national is None


def told(report: PlanReport, number: str) -> str:
    parts = "\n".join(part.markdown() for part in report.goal(number).parts)
    return parts.replace("\u00a0", " ").replace("\\", "")


def test_a_count_is_never_held_against_the_country(report: PlanReport) -> None:
    for number in ("1b", "2b", "3c"):
        assert "landsgennemsnittet" not in told(report, number)
        assert COUNTRY not in report.figure(number).parts[0].csv  # type: ignore[union-attr]


def test_the_page_says_what_each_goal_is_held_against(report: PlanReport) -> None:
    assert "gennemsnittet i kommunegruppen" in told(report, "1c")
    assert "mindst 15 pct. i december 2026" in told(report, "2a") and "12 pct. i december 2025" in told(
        report, "2a"
    )
    assert "mindst 20 pct. i 2026" in told(report, "2c")
    assert "det er ikke indberettet, om milepælen er nået" in told(report, "3b")
