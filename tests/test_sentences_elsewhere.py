"""Sentences of the hub and of investment projects: none of a kind that nobody has read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html as parser

from helpers.catalogue import Catalogue, load_catalogue
from helpers.project import Project
from helpers.render.goals import write_comparison
from helpers.render.hub import write_hub
from helpers.reports import wing
from helpers.reports.base.request import Selection
from helpers.reports.investeringer import words
from helpers.reports.investeringer.report import InvestmentReport
from helpers.reports.investeringer.status import business_case
from hub_support import CHECKOUT, compared_country, hub_project, place_site, plan_entry
from report_support import copy_project
from sentence_patterns import HUB_PATTERNS, PROJECT_PATTERNS, kinds, municipalities


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(Project(CHECKOUT))


def test_the_hub_of_all_municipalities(catalogue: Catalogue, tmp_path: Path) -> None:
    project, output = hub_project(tmp_path / "project"), tmp_path / "_site"
    for number, area in enumerate(catalogue.municipalities):
        entry = plan_entry(area, number % 21, unknown=number % 3 and min(number % 3, 20 - number % 21))
        place_site(output, area.slug, entry, pdf=None)
    write_comparison(project, output, compared_country(catalogue))
    page = parser.fromstring(write_hub(project, output).read_bytes())
    texts = [
        *(" ".join(found.text_content().split()) for found in page.xpath("//main//p | //main//summary | //main//li/span[@class='swatch']/..")),
        *page.xpath("//main//@title"),
    ]  # fmt: skip
    plans = tuple((re.escape(plan.title), "<plan>") for plan in catalogue.plans.values())
    found = kinds(texts, (*plans, municipalities(catalogue), (r"Region \w+", "<region>")))
    assert found == HUB_PATTERNS


def test_investment_projects_month_by_month(project: Project, catalogue: Catalogue) -> None:
    whole = read_projects(project, catalogue)
    months = sorted(
        {one.month for status in whole.statuses.values() for row in status.rows for one in row.measured}
    )
    benefits = "|".join(map(re.escape, whole.projects.benefits.values()))
    named = rf"(?:{benefits})"
    tokens = (
        (r"»[^«]*«(?:(?:, | og )»[^«]*«)*", "<rækker>"),
        (rf"(?i)\b{named}(?:(?:, | og ){named})*(?=\))", "<ydelser>"),
        (rf"(?i)\b{named}\b", "<ydelse>"),
        (r"\d+ fuldtidspersone?r? (?:færre|flere) på <ydelse>(?:(?:, | og )\d+ fuldtidspersone?r? (?:færre|flere) på <ydelse>)*", "<ændringer>"),
        (re.escape(whole.projects.title), "<projekter>"),
        municipalities(catalogue),
    )  # fmt: skip
    found: set[str] = set()
    for month in months:
        report = read_projects(project, catalogue, month)
        texts = [report._standing_words()]
        for key, status in report.statuses.items():
            case = business_case(report.projects, key)
            texts += [words.project_line(status), words.business_line(case, report.projects.benefits)]
            texts += [words.before_any(status), *map(words.trend_words, status.rows)]
        found |= kinds(texts, tokens)
    assert found == PROJECT_PATTERNS


def read_projects(project: Project, catalogue: Catalogue, bound: object = None) -> InvestmentReport:
    selection = Selection(project, catalogue, "hedensted-2024-2025", bound=bound, example=True)  # type: ignore[arg-type]
    report = wing("investeringer").report(selection, "Hedensted")
    assert isinstance(report, InvestmentReport)
    return report
