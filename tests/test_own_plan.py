"""Whose plan is shown where none is named, at which address, and where the addresses of before lead."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers import cli
from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.models import Plan
from helpers.errors import PlanError
from helpers.project import ROOT_VARIABLE, Project
from helpers.render.hub import read_sites, write_hub
from helpers.render.links import check_links
from helpers.render.moved import read_moved, write_moved
from helpers.render.publish import check_site
from helpers.render.workspace import building, put_in_place
from helpers.reports.base.request import RenderRequest, plans_asked, told_plans
from helpers.reports.plan.report import read_report
from hub_support import hub_project, place_site, plan_entry
from report_support import CHECKOUT

CATALOGUE = load_catalogue(Project(CHECKOUT))
SHARED = "noegletal-2026"
LAESOE = CATALOGUE.municipality("Læsø")


def with_plans(*changes: dict[str, object]) -> Catalogue:
    """The catalogue with plans of Læsø's besides."""
    base = CATALOGUE.plan(SHARED)
    more = [base.model_copy(update={"municipality": "laesoe", **change}) for change in changes]
    return replace(CATALOGUE, plans={**CATALOGUE.plans, **{plan.key: plan for plan in more}})


def keys(plans: list[Plan]) -> list[str]:
    return [plan.key for plan in plans]


def test_the_newest_own_plan_comes_first_and_else_the_one_for_all() -> None:
    assert CATALOGUE.plan_for(LAESOE).key == SHARED
    assert CATALOGUE.plan_for(CATALOGUE.municipality("Frederikssund")).key == "frederikssund-2023"
    assert CATALOGUE.plan_for(LAESOE, "frederikssund-2022").key == "frederikssund-2022"
    own = with_plans({"key": "laesoe-2026", "year": 2026}, {"key": "laesoe-2028", "year": 2028})
    assert own.plan_for(LAESOE).key == "laesoe-2028"


def test_of_one_year_the_last_decided_comes_first_and_then_the_alphabet() -> None:
    same = with_plans({"key": "laesoe-b", "year": 2027}, {"key": "laesoe-a", "year": 2027})
    assert keys(same.own_plans(LAESOE)) == ["laesoe-a", "laesoe-b"]
    decided = with_plans(
        {"key": "laesoe-a", "year": 2027}, {"key": "laesoe-b", "year": 2027, "decided": date(2026, 12, 1)}
    )
    assert keys(decided.own_plans(LAESOE)) == ["laesoe-b", "laesoe-a"]


def test_without_a_plan_for_all_one_must_be_named() -> None:
    owned = {key: plan for key, plan in CATALOGUE.plans.items() if plan.municipality}
    with pytest.raises(PlanError, match=r"Læsø has no plan of its own[\s\S]*plan new Læsø"):
        replace(CATALOGUE, plans=owned).plan_for(LAESOE)


def asked(catalogue: Catalogue, *municipalities: str, **more: object) -> dict[str, list[str]]:
    request = RenderRequest(Project(CHECKOUT), "plan", municipalities, **more)  # type: ignore[arg-type]
    return {key: [area.name for area in areas] for key, areas in plans_asked(request, catalogue).items()}


def test_each_municipality_that_is_named_shows_its_own() -> None:
    assert asked(CATALOGUE, "Læsø", "Frederikssund", "Vejle") == {
        SHARED: ["Læsø", "Vejle"], "frederikssund-2023": ["Frederikssund"],
    }  # fmt: skip
    assert asked(CATALOGUE, "Læsø", plan="frederikssund-2023") == {"frederikssund-2023": ["Læsø"]}


def test_without_a_name_it_is_the_projects_plan_or_the_named_ones_for_its_owner() -> None:
    assert asked(CATALOGUE) == {"frederikssund-2023": ["Frederikssund"]}
    own = with_plans({"key": "laesoe-2027", "year": 2027})
    assert asked(own, plan="laesoe-2027") == {"laesoe-2027": ["Læsø"]}
    with pytest.raises(PlanError, match="No municipality is named"):
        asked(CATALOGUE, plan=SHARED)


def test_the_country_is_compared_on_the_plan_for_all_and_own_plans_come_beside_it() -> None:
    found = asked(CATALOGUE, everyone=True)
    assert {key: len(names) for key, names in found.items()} == {SHARED: 98, "frederikssund-2023": 1}
    assert list(asked(CATALOGUE, region="Sjælland")) == [SHARED]
    area = CATALOGUE.municipality("Frederikssund")
    folders = [read_report(Project(CHECKOUT), CATALOGUE, CATALOGUE.plan(key), area).folder for key in found]
    assert folders == [f"frederikssund/{SHARED}", "frederikssund"]
    assert read_report(Project(CHECKOUT), CATALOGUE, CATALOGUE.plan(SHARED), LAESOE).folder == "laesoe"


def test_the_terminal_says_which_plan_was_taken() -> None:
    own = with_plans({"key": "laesoe-2027", "year": 2027}, {"key": "laesoe-2026", "year": 2026})
    request = RenderRequest(Project(CHECKOUT), "plan", ("Læsø", "Vejle"))
    assert list(told_plans(own, plans_asked(request, own))) == [
        "Plan: laesoe-2027, the own plan of Læsø (besides laesoe-2026). Another: --plan.",
        f"Plan: {SHARED}, the one for all; Vejle has none of its own. Another: --plan.",
    ]
    (first, second) = told_plans(CATALOGUE, plans_asked(replace(request, municipalities=(), everyone=True), CATALOGUE))  # fmt: skip
    assert first.startswith(f"Plan: {SHARED}, the one for all: ") and "and 95 more" in first
    assert "frederikssund-2023" in second


def test_status_tells_people_and_not_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(CHECKOUT))
    shown = CliRunner().invoke(cli.app, ["list", "goals"])
    assert shown.exit_code == 0 and "landsgennemsnittet" in shown.output
    told = CliRunner().invoke(cli.app, ["status", "Frederikssund"])
    assert "Plan: frederikssund-2023, the own plan of Frederikssund" in told.output
    assert "Plan: " not in CliRunner().invoke(cli.app, ["status", "Frederikssund", "--format", "json"]).output


# ------------------------------------------------------------------------------- addresses of before


def leads(output: Path, address: str) -> str:
    """Where a page that leads on leads to, from the output; the link, the refresh and the canonical address say the same."""
    text = (output / address).read_text(encoding="utf-8")
    said = {
        *re.findall(r'<link rel="canonical" href="([^"]+)"', text),
        *re.findall(r'content="0; url=([^"]+)"', text),
        *re.findall(r'<a href="([^"]+)"', text),
    }
    (url,) = said
    return (output / address).parent.joinpath(url).resolve().relative_to(output.resolve()).as_posix()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = hub_project(tmp_path)
    (project.root / "_quarto.yml").write_text("plan: frederikssund-2023\n", encoding="utf-8")
    return project


def rendered(project: Project, slug: str, plan: str, **more: object) -> Path:
    """What `plan render` does at its end, with a site of Viborg's that it has just put there."""
    output = project.root / "_site"
    before = read_sites(output)
    output.mkdir(exist_ok=True)
    entry = plan_entry(CATALOGUE.municipality("Viborg"), 3, plan=plan)
    with building(output) as room:
        made = place_site(room, slug, entry, area="viborg", pdf=f"{plan}.pdf", **more)
        put_in_place(made, output, slug, room)
    write_moved(project, output, before, [slug], [SHARED])
    write_hub(project, output)
    assert check_links(output) == []
    return output


def test_old_addresses_lead_on(project: Project) -> None:
    output = rendered(project, "viborg", SHARED)
    assert leads(output, f"{SHARED}/viborg/index.html") == "viborg/index.html"
    assert leads(output, f"{SHARED}/viborg/notebooks/01-tidlig.html") == "viborg/notebooks/01-tidlig.html"
    assert (output / SHARED / "viborg" / f"{SHARED}.pdf").read_bytes().startswith(b"%PDF")
    assert check_site(output)
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*.html")}
    write_moved(project, output, read_sites(output), ["viborg"], [SHARED])
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*.html")} == before


def test_another_plans_address_stands_in_while_the_default_is_not_there(project: Project) -> None:
    output = rendered(project, "viborg/viborg-2026", "viborg-2026")
    assert leads(output, "viborg/index.html") == "viborg/viborg-2026/index.html"
    assert not (output / "viborg-2026").exists(), "an own plan never lay there"
    output = rendered(project, "viborg", SHARED)
    assert "Siden er flyttet" not in (output / "viborg" / "index.html").read_text(encoding="utf-8")
    assert (output / "viborg" / "viborg-2026" / "index.html").is_file()


def test_what_lay_at_an_address_of_before_goes_and_its_address_leads_on(project: Project) -> None:
    output = project.root / "_site"
    entry = plan_entry(CATALOGUE.municipality("Viborg"), 3, plan=SHARED)
    place_site(output, f"{SHARED}/viborg", entry)
    rendered(project, "viborg", SHARED)
    assert [site.record.slug for site in read_sites(output)] == ["viborg"]
    assert leads(output, f"{SHARED}/viborg/notebooks/01-tidlig.html") == "viborg/notebooks/01-tidlig.html"


def test_when_a_municipality_writes_its_own_plan_nothing_of_the_other_stays_at_its_address(
    project: Project,
) -> None:
    rendered(project, "viborg", SHARED, pages=("index.html", "notebooks/07-forventet.html"))
    output = rendered(project, "viborg", "viborg-2027")
    assert [(site.record.slug, site.plan) for site in read_sites(output)] == [("viborg", "viborg-2027")]
    for gone in ("viborg/notebooks/07-forventet.html", f"{SHARED}/viborg/notebooks/07-forventet.html"):
        assert leads(output, gone) == "viborg/index.html"
    assert not (output / "viborg" / f"{SHARED}.pdf").exists()
    rendered(project, f"viborg/{SHARED}", SHARED, pages=("index.html", "notebooks/07-forventet.html"))
    for gone in ("viborg/notebooks/07-forventet.html", f"{SHARED}/viborg/notebooks/07-forventet.html"):
        assert leads(output, gone) == f"viborg/{SHARED}/notebooks/07-forventet.html"
    assert "<h1>viborg</h1>" in (output / "viborg" / "index.html").read_text(encoding="utf-8")
    # The plan goes again, and the one for all is the default as before.
    output = rendered(project, "viborg", SHARED, pages=("index.html", "notebooks/07-forventet.html"))
    assert [(site.record.slug, site.plan) for site in read_sites(output)] == [("viborg", SHARED)]
    assert leads(output, f"viborg/{SHARED}/index.html") == "viborg/index.html"


def test_an_address_that_leads_nowhere_any_more_goes(project: Project) -> None:
    output = rendered(project, "viborg", SHARED)
    for item in (output / "viborg").rglob("*"):
        if item.is_file():
            item.unlink()
    write_moved(project, output, (), [], [SHARED])
    assert not (output / SHARED).exists() and read_moved(output) == {}


def test_made_up_figures_have_no_address_of_before(project: Project) -> None:
    output = rendered(project, "viborg", SHARED, example=True)
    assert read_moved(output) == {}


def test_the_page_that_leads_on_can_be_read_and_takes_the_goal_along(project: Project) -> None:
    output = rendered(project, "viborg", SHARED)
    text = (output / SHARED / "viborg" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="da">' in text and "<main>" in text and "<h1>Siden er flyttet</h1>" in text
    assert "location.hash" in text and "script-src &#39;sha256-" in text
