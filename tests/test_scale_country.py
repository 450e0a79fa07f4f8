"""All municipalities: each shows its own numbers, and only what has changed is rendered again."""

from __future__ import annotations

import csv
import random
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import lxml.html
import nbformat
import pytest

import helpers.render.fingerprint as fingerprints
from helpers.catalogue import load_catalogue
from helpers.render.run import render_variants
from helpers.render.worker import Setting, Worker
from helpers.reports import wing
from helpers.reports.base.request import RenderRequest
from helpers.reports.plan.report import read_report, read_reports
from render_book import CHECKOUT, code, copy_project, notebook, plain_notebooks, variant, write_book

PLAN = "frederikssund-2023"
CHAPTERS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))


def asked(project, **changes):
    given = {
        "project": project, "report": "plan", "municipalities": (), "plan": PLAN, "bound": None, "snapshot": None,
        "to": ("html",), "engine": "built-in", "output": project.root / "_site", "everyone": True, "region": "",
        "jobs": 2, "force": False, "example": False, "scheduler": "", **changes,
    }  # fmt: skip
    return wing("plan").asked(RenderRequest(**given), load_catalogue(project))


def inputs(project) -> dict[str, str]:
    """Slug → hash of the numbers it shows."""
    return {item.variant.slug: item.variant.inputs for item in asked(project)}


@pytest.fixture(scope="module")
def plan_project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("plan") / "project")


@cache
def tidy(root: Path) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    """Indicator, series and area → period and value as they stand in the tidy table's CSV."""
    (path,) = (root / "data" / "processed").glob("example-*/observations.csv")
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["state"] == "ok":
                key = (row["indicator"], row["series"], row["area"])
                found.setdefault(key, []).append((row["period"], row["value"]))
    return found


def headings(path: Path) -> nbformat.NotebookNode:
    """A chapter's headings alone."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    lines = [line for cell in cells for line in cell.source.splitlines() if line.startswith("#")]
    return notebook("\n\n".join(lines), parameters=False)


def spelled(value: str, decimals: int) -> str:
    return f"{Decimal(value):.{decimals}f}".replace(".", ",")


def digits(cell: str) -> str:
    return re.sub(r"[^\d,−]", "", cell)


def test_reports_read_together_are_those_read_one_by_one(plan_project):
    catalogue = load_catalogue(plan_project)
    plan = catalogue.plan(PLAN)
    together = read_reports(plan_project, catalogue, plan, catalogue.municipalities)
    for report in random.Random(6).sample(together, 4):
        alone = read_report(plan_project, catalogue, plan, report.municipality)
        assert report.fingerprint == alone.fingerprint
        assert report.rows == alone.rows
        assert report.observations.equals(alone.observations)
        assert (report.data_day, report.newest_period) == (alone.data_day, alone.newest_period)


def test_ten_municipalities_pages_show_their_own_numbers(plan_project, tmp_path: Path):
    """Each number of the status table against the newest value in the tidy table's CSV, read with nothing of ours."""
    index = notebook("# Forord", parameters=False)
    index.cells += [
        code('kommune = "Frederikssund"\nplan = ""\nperiode = ""', "parameters"),
        code("from helpers.reports import open_report\nreport = open_report(kommune, plan, periode)"),
        code("report.status_table()"),
    ]
    book = tmp_path / "book"
    # The table links to the plan's chapters, so their headings are there.
    write_book(
        book, {"index.ipynb": index, **{f"notebooks/{path.name}": headings(path) for path in CHAPTERS}}
    )
    chosen = random.Random(98).sample(asked(plan_project), 10)
    outcomes = render_variants(
        plan_project,
        [replace(item.variant, book=book) for item in chosen],
        to=("html",), engine="built-in", output=tmp_path / "_site", jobs=2,
    )  # fmt: skip
    assert [outcome.problems for outcome in outcomes] == [()] * 10
    catalogue = load_catalogue(plan_project)
    checked = 0
    for item, outcome in zip(chosen, outcomes, strict=True):
        page = lxml.html.parse(str(outcome.folder / "index.html"))
        area = catalogue.municipality(item.variant.area)
        (table,) = page.xpath('//table[contains(@class, "status")]')
        assert table.xpath("./thead//th")[4].text_content() == area.name
        shown = [row for row in table.xpath("./tbody/tr") if "group" not in row.get("class", "")]
        goals = [
            (goal, catalogue.indicators.get(key))
            for goal in catalogue.plan(PLAN).goals
            for key in goal.indicators
        ]
        assert len(shown) >= len([indicator for _, indicator in goals if indicator])
        by_goal: dict[str, list] = {}
        for row in shown:
            by_goal.setdefault(row.xpath("./th")[0].text_content().strip(), []).append(row)
        for goal, indicator in goals:
            if indicator is None or len(goal.indicators) > 1:
                continue
            (row,) = by_goal[goal.number]
            own = tidy(plan_project.root).get((indicator.key, indicator.headline, area.code), [])
            country = dict(tidy(plan_project.root).get((indicator.key, indicator.headline, "dk"), []))
            newest = max([period for period, _ in own] + list(country), default=None)
            cells = [digits(cell.text_content()) for cell in row.xpath("./td")]
            for cell, values in ((cells[3], dict(own)), (cells[2], country)):
                if newest in values:
                    # A thousands point is no part of the number.
                    assert cell == spelled(values[newest], indicator.decimals), (area.name, goal.number)
                    checked += 1
    assert checked > 10 * 20


def test_a_change_in_one_municipality_s_numbers_moves_its_own_hash_alone(tmp_path: Path):
    project = copy_project(tmp_path / "project")
    before = inputs(project)
    assert len(before) == 98
    assert len(set(before.values())) == 98
    assert inputs(project) == before
    survey = project.raw / "manual" / "frederikssund" / "virksomhedstilfredshed.csv"
    survey.write_text(survey.read_text(encoding="utf-8").replace(";87;", ";71;", 1), encoding="utf-8")
    after = inputs(project)
    assert [slug for slug in before if before[slug] != after[slug]] == ["frederikssund"]


def test_a_change_in_the_catalogue_moves_every_hash(tmp_path: Path):
    project = copy_project(tmp_path / "project")
    before = inputs(project)
    path = project.catalogue / "plans" / f"{PLAN}.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Tidlig indsats", "Tidligere indsats", 1), encoding="utf-8"
    )
    after = inputs(project)
    assert [slug for slug in before if before[slug] == after[slug]] == []


def test_a_change_in_any_input_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    project = write_book(tmp_path, plain_notebooks())
    first = variant(project, inputs="numbers")
    setting = Setting(project, tmp_path / "_site", "built-in", "1", frozenset({"html"}))

    def stamp(asked=first, of=setting) -> str:
        return Worker(of).fingerprint(asked)

    stamps = [stamp()]
    assert stamp() == stamps[0]

    def changed(found: str) -> None:
        assert found not in stamps
        stamps.append(found)

    changed(stamp(replace(first, inputs="other numbers")))
    changed(stamp(replace(first, parameters={**first.parameters, "periode": "2023M11"})))
    changed(stamp(replace(first, dated=date(2024, 2, 1))))
    changed(stamp(replace(first, environment={"PLAN_SNAPSHOT": "2024-01-01"})))
    changed(stamp(of=replace(setting, engine="quarto")))
    changed(stamp(of=replace(setting, version="2")))
    changed(stamp(of=replace(setting, to=frozenset({"html", "pdf"}))))
    for path in (
        tmp_path / "styles" / "plan.css",
        tmp_path / "styles" / "plan.typ",
        tmp_path / "styles" / "plan.lua",
        tmp_path / "styles" / "site.css",
    ):
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        changed(stamp())
    brand = tmp_path / "_brand.yml"
    brand.write_text(brand.read_text(encoding="utf-8").replace("#17506b", "#003366"), encoding="utf-8")
    changed(stamp())
    own = project.catalogue / "brands" / "frederikssund.yml"
    own.parent.mkdir()
    own.write_text('color: {primary: "#440022"}\n', encoding="utf-8")
    changed(stamp())
    edited = nbformat.read(tmp_path / "index.ipynb", as_version=4)
    edited.cells[0].source += "\n\nMere."
    nbformat.write(edited, tmp_path / "index.ipynb")
    changed(stamp())
    configuration = tmp_path / "_quarto.yml"
    configuration.write_text(configuration.read_text(encoding="utf-8") + "\n# .\n", encoding="utf-8")
    changed(stamp())
    # The code's own hash: of another copy of the package with one line more.
    monkeypatch.setattr(fingerprints, "code_hash", lambda: "another")
    changed(stamp())


def test_the_code_s_hash_moves_with_code_templates_and_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("__init__.py", "book.lua", "page.html"):
        (tmp_path / name).write_text("first")
    monkeypatch.setattr(fingerprints.helpers, "__file__", str(tmp_path / "__init__.py"))
    stamps = [fingerprints.code_hash.__wrapped__()]
    for name in ("__init__.py", "book.lua", "page.html"):
        (tmp_path / name).write_text("second")
        stamps.append(fingerprints.code_hash.__wrapped__())
    monkeypatch.setattr(fingerprints, "version", lambda name: "0.0")
    stamps.append(fingerprints.code_hash.__wrapped__())
    assert len(set(stamps)) == len(stamps)
