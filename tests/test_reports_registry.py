"""The registry: what every report can be asked, and that a new one is one folder and one name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import lxml.html
import pytest

import helpers
from helpers.catalogue import load_catalogue
from helpers.errors import PlanError
from helpers.project import ROOT_VARIABLE, Project, book_plan
from helpers.reports import REPORTS, open_report, wing, wing_of, wings
from helpers.reports.base.report import Report
from helpers.reports.base.request import Selection
from report_support import CHECKOUT, copy_project

OPENED = {
    "plan": ("Hedensted", ""),
    "jobcenteroverblik": ("Vallensbæk/Ishøj", "jobcenteroverblik"),
    "investeringer": ("Hedensted", "hedensted-2024-2025"),
}
"""Report → whose, and what the notebooks call it."""

TOY_WING = '''
"""How many municipalities each region has: a report as small as one can be."""

from typing import ClassVar

from helpers.reports.base.books import book_folder
from helpers.reports.base.notebooks import Contents, BookPage, code, markdown
from helpers.reports.base.report import Report, Whom
from helpers.reports.base.wing import Wing
from helpers.present import output

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, eq=False, repr=False)
class ToyReport(Report):
    kind: ClassVar[str] = "toy"
    kommune: str

    key = "regioner"
    title = "Regioner"
    indicators = ()
    example_date = date(2026, 1, 1)

    @property
    def whom(self):
        area = self.catalogue.municipality(self.kommune)
        return Whom(area.name, area.long_name, area.slug, (area.code,))

    @property
    def folder(self):
        return f"regioner/{self.whom.slug}"

    def _example_note(self):
        return "**Eksempeldata.**"

    def _shown(self):
        return (self.catalogue.hash, self.kommune)

    def region(self) -> output.Shown:
        own = self.catalogue.municipality(self.kommune).region
        count = sum(area.region == own for area in self.catalogue.municipalities)
        return output.text(f"Region {own} har {count} kommuner.")


class ToyWing(Wing):
    key = "toy"

    def owns(self, project, plan):
        return plan == "regioner"

    def report(self, wanted, kommune, **more):
        return ToyReport(wanted.project, wanted.catalogue, kommune, **wanted.figures)

    def plans(self, project, catalogue):
        return ("regioner",)

    def contents(self, project, catalogue, plan):
        cells = markdown("plan-title", "# Regionen {.unnumbered}"), code("plan-region", "report.region()")
        return Contents(
            project,
            plan,
            book_folder(project, plan),
            title="Regioner",
            author="Kommunen",
            pages=(BookPage("index.ipynb", cells),),
            parameters='kommune = ""\\nplan = "regioner"\\nperiode = ""',
        )


WING = ToyWing()
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def opened(project: Project, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Report:
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    return open_report(*OPENED[request.param])


def test_the_registry_names_the_folders_that_have_a_wing() -> None:
    folders = {path.parent.name for path in Path(helpers.__file__).parent.glob("reports/*/wing.py")}
    folders.discard("base")
    assert set(REPORTS) == folders
    assert [found.key for found in wings()] == list(REPORTS)


@pytest.mark.parametrize("opened", REPORTS, indirect=True)
def test_a_notebook_opens_every_report_by_the_key_of_its_plan(opened: Report) -> None:
    assert opened.kind in REPORTS
    assert opened.whom.name == OPENED[opened.kind][0]


@pytest.mark.parametrize("opened", REPORTS, indirect=True)
def test_equal_reports_hash_alike_and_are_told_in_one_line(opened: Report, project: Project) -> None:
    again = open_report(*OPENED[opened.kind])
    assert again is not opened
    assert again == opened and hash(again) == hash(opened)
    assert again.fingerprint == opened.fingerprint
    other = open_report(*OPENED[opened.kind], eksempel="ja")
    assert other != opened
    assert len(repr(opened)) < 120 and "\n" not in repr(opened)
    assert opened.whom.long_name in repr(opened)


def test_without_a_plan_a_municipality_opens_its_own(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    assert open_report("Frederikssund").key == project.plan == book_plan(CHECKOUT)
    assert open_report("Læsø").key == load_catalogue(project).shared_plan.key


def test_a_project_without_a_plan_says_where_to_name_one(project: Project, tmp_path: Path) -> None:
    (tmp_path / "_quarto.yml").write_text("lang: da\n", encoding="utf-8")
    with pytest.raises(PlanError, match="does not say which plan"):
        _ = Project(tmp_path).plan


def test_a_key_that_nobody_knows_is_told_by_the_plan_with_the_nearest_name(project: Project) -> None:
    catalogue = load_catalogue(project)
    wanted = Selection(project, catalogue, "noegletal-2062")
    with pytest.raises(PlanError, match="noegletal-2026"):
        wing_of(project, wanted.plan).report(wanted, "Hedensted")


def test_values_made_from_figures_are_made_once_and_anew_after_a_fetch(project: Project) -> None:
    report = wing("plan").report(Selection(project, load_catalogue(project), project.plan), "Hedensted")
    rows = report.rows
    assert report.rows is rows
    report._held.clear()
    assert report.rows is not rows and report.rows == rows


def test_a_new_report_is_one_folder_and_one_name(tmp_path: Path) -> None:
    """In a copy of the package: the folder is added, its name is put into the registry, and it is rendered."""
    project = copy_project(tmp_path / "project")
    package = tmp_path / "src" / "helpers"
    shutil.copytree(Path(helpers.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    toy = package / "reports" / "toy"
    toy.mkdir()
    (toy / "__init__.py").touch()
    (toy / "wing.py").write_text(TOY_WING, encoding="utf-8")
    registry = package / "reports" / "__init__.py"
    text = registry.read_text(encoding="utf-8")
    registry.write_text(text.replace("REPORTS = (", 'REPORTS = ("toy", '), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "helpers",
        "render",
        "Læsø",
        "--report",
        "toy",
        "--to",
        "html",
        "--jobs",
        "1",
    ]
    code = "import sys; from helpers.cli import main; sys.argv = sys.argv[1:]; main()"
    environment = {**os.environ, "PYTHONPATH": str(package.parent), ROOT_VARIABLE: str(project.root)}
    done = subprocess.run(
        [sys.executable, "-c", code, "plan", *command[3:], "--engine", "built-in", "--output", str(tmp_path / "_site")],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    page = lxml.html.parse(tmp_path / "_site" / "regioner" / "laesoe" / "index.html").getroot()
    assert "Region Nordjylland har 11 kommuner." in page.text_content()
    hub = (tmp_path / "_site" / "index.html").read_text(encoding="utf-8")
    assert "regioner/laesoe/index.html" in hub
