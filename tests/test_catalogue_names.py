"""What a plan, its parts and the office behind it are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from helpers.catalogue import load_catalogue
from helpers.catalogue.names import Names, Noun
from helpers.reports.plan.book import plan_contents
from helpers.reports.plan.report import read_report
from report_support import copy_project


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("resultatmål", ("resultatmål", "resultatmål", "resultatmålet", "resultatmålene")),
        ("Pejlemærke", ("pejlemærke", "pejlemærker", "pejlemærket", "pejlemærkerne")),
        ("indsatsområde", ("indsatsområde", "indsatsområder", "indsatsområdet", "indsatsområderne")),
        ("beskæftigelsesplan", ("beskæftigelsesplan", "beskæftigelsesplaner", "beskæftigelsesplanen", "beskæftigelsesplanerne")),
        ("beskæftigelsespolitik", ("beskæftigelsespolitik", "beskæftigelsespolitikker", "beskæftigelsespolitikken", "beskæftigelsespolitikkerne")),
        ("jobcenter", ("jobcenter", "jobcentre", "jobcentret", "jobcentrene")),
    ],
)  # fmt: skip
def test_a_compound_is_declined_as_its_last_part(word: str, forms: tuple[str, ...]) -> None:
    found = Noun.model_validate(word)
    assert (found.one, found.many, found.the, found.the_many) == forms


def test_a_word_of_unknown_ending_asks_for_its_four_forms() -> None:
    with pytest.raises(ValidationError, match="write all four"):
        Noun.model_validate("program")
    forms = {"one": "program", "many": "programmer", "the": "programmet", "the_many": "programmerne"}
    assert Names.model_validate({"document": forms}).document.the == "programmet"


def test_a_plan_says_what_it_its_parts_and_the_office_are_called(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    plan = project.catalogue / "plans" / "noegletal-2026.yml"
    names = (
        "names: {document: strategi, area: indsatsområde, goal: pejlemærke, unit: 'Job & Borger {kommune}'}\n"
    )
    own = plan.read_text(encoding="utf-8").replace(
        "year: 2026\n", f"year: 2026\nmunicipality: viborg\n{names}"
    )
    (plan.parent / "viborg-2026.yml").write_text(own, encoding="utf-8")
    catalogue = load_catalogue(project)
    pages = "\n".join(
        cell.text
        for page in plan_contents(project, catalogue, catalogue.plan("viborg-2026")).pages
        for cell in page.cells
    )
    assert "# Strategien kort" in pages and "## Pejlemærke 1a: Ledigheden" in pages
    assert "## Status på pejlemærkerne" in pages
    report = read_report(project, catalogue, catalogue.plan("viborg-2026"), catalogue.municipality("Viborg"))
    shown = report.status_table().markdown + report.summary().markdown
    assert "Indsatsområde 1 - Tidlig indsats" in shown and "Pejlemærke" in shown
    assert "resultatmål" not in shown.lower() and "fokusområde" not in shown.lower()
    survey = catalogue.surveys["virksomhedstilfredshed"]
    for place, office in (("Viborg", "Job & Borger Viborg"), ("Hedensted", "Jobcenter Hedensted")):
        assert (
            f"servicen fra {office}?" in catalogue.questions(survey, catalogue.municipality(place))["service"]
        )
    said = {
        place: catalogue.office(catalogue.municipality(place))["jobcenteret"]
        for place in ("Viborg", "Hedensted")
    }
    assert said == {"Viborg": "Job & Borger Viborg", "Hedensted": "jobcenteret"}
