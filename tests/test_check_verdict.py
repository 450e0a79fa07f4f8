"""How `plan check` ends: with a verdict, what is to be fetched, and what is to be thought about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers import cli
from helpers.catalogue import load_catalogue
from helpers.errors import PlanError
from helpers.project import ROOT_VARIABLE, Project
from helpers.sources.fetch import fetch_tables
from jobindsats_support import new_client, serving
from jobindsats_tables import Table, areas, run_of, single
from report_support import copy_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    return copy_project(tmp_path)


def check() -> list[str]:
    result = CliRunner().invoke(cli.app, ["check"])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_the_last_line_says_that_all_is_in_order(project: Project) -> None:
    assert check()[-1] == "All is in order."


def test_the_last_line_counts_what_is_wrong(project: Project) -> None:
    path = project.catalogue / "indicators.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("direction: lower", "direction: lwoer", 1), encoding="utf-8"
    )
    result = CliRunner().invoke(cli.app, ["check"])
    assert isinstance(result.exception, PlanError)
    assert result.exception.verdict == f"{len(result.exception.problems)} to mend."


def test_a_margin_whose_sign_is_not_the_texts_is_asked_about(project: Project) -> None:
    path = project.catalogue / "plans" / "frederikssund-2023.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("margin: -0.2", "margin: 0.2"), encoding="utf-8")
    line = next(n for n, line in enumerate(text.splitlines(), start=1) if "margin: -0.2" in line)
    *_, where, asked, verdict = check()
    assert where == f"catalogue/plans/frederikssund-2023.yml:{line}: goals.6a.target.margin"
    assert asked == '  Is +0.2 right? The text says "lavere"; -0.2 would be that.'
    assert verdict == "Nothing is wrong; 1 above to think about."


def test_what_a_new_indicator_needs_is_named_once_anything_was_fetched(project: Project) -> None:
    assert not [line for line in check() if "not fetched yet" in line]
    catalogue = load_catalogue(project)
    names = [municipality.name for municipality in catalogue.municipalities]
    values = {("2026M06", area): (5, 1.5) for area in ("Hele landet", *names)}
    table = Table(
        "y10a02",
        "Førtidspension",
        areas(names),
        (single("mgrpa02_3", "Antal fuldtidspersoner"), single("mgrpa02_5b", "Pct. af befolkningen")),
        {"M": run_of("2026M06", 1)},
        values,
    )
    with serving([table]) as server:
        client = new_client(server)
        now = datetime(2026, 8, 1, tzinfo=UTC)
        report = fetch_tables(project, catalogue, tables=["y10a02"], client=client, now=now)
        assert report.ok, report.problems
    told = [line for line in check() if "not fetched yet" in line]
    assert "not fetched yet: y12c02 for jobafklaring-virksomhedsrettet (plan fetch --table y12c02)" in told
    assert not [line for line in told if "y10a02 for udsatte-paa-ydelse" in line]
