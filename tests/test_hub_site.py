"""The hub as a file: who is listed, what is said of them, and what stays when one municipality is rendered again."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import html as parser

from helpers.analysis.gaps import Verdict
from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.models import Municipality
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.project import Project
from helpers.render.goals import write_comparison
from helpers.render.hub import read_site_entry, read_sites, write_hub, write_site_entry
from helpers.render.links import check_links
from helpers.reports.base.request import SiteEntry
from hub_support import CHECKOUT, compared_country, country, hub_project, place_site, plan_entry


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return hub_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(Project(CHECKOUT))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "_site"


def areas(catalogue: Catalogue, *names: str) -> list[Municipality]:
    return [catalogue.municipality(name) for name in names]


def hub(project: Project, output: Path) -> parser.HtmlElement:
    return parser.fromstring(write_hub(project, output).read_bytes())


def line(page: parser.HtmlElement, slug: str) -> str:
    """What is said of a municipality, as one line."""
    (item,) = page.xpath(f'//ul[@class="places"]/li[@id="{slug}"]')
    return " ".join(item.text_content().split())


def test_what_a_site_says_is_read_as_it_was_written(tmp_path: Path):
    for entry in (
        SiteEntry("plan", ("766",), "Hedensted", "frederikssund-2023", 8, 20, 2, Period.parse("2023M11")),
        SiteEntry("jobcenteroverblik", ("187", "183"), "Vallensbæk/Ishøj"),
    ):
        write_site_entry(tmp_path, entry)
        assert read_site_entry(tmp_path) == entry


def test_a_site_entry_that_cannot_be_read_is_named(output: Path, catalogue: Catalogue, project: Project):
    (area,) = areas(catalogue, "Hedensted")
    folder = place_site(output, "hedensted", plan_entry(area, 8))
    (folder / "site.json").write_text('{"report": "plan"')
    with pytest.raises(PlanError, match=r"hedensted/site\.json"):
        write_hub(project, output)


def test_a_municipality_is_listed_with_goals_period_and_pdf(
    output: Path, catalogue: Catalogue, project: Project
):
    (area,) = areas(catalogue, "Hedensted")
    place_site(output, "hedensted", plan_entry(area, 8, unknown=2))
    page = hub(project, output)
    assert line(page, "hedensted") == (
        "Hedensted 8 af 20 mål opfyldt, 2 kan ikke vurderes Nyeste tal: november 2023 "
        "PDF: Beskæftigelsesplan 2023, Hedensted (1,2 MB)"
    )
    links = page.xpath('//li[@id="hedensted"]//a/@href')
    assert links == ["hedensted/index.html", "hedensted/Besk%C3%A6ftigelsesplan-2023.pdf"]
    assert [heading.text for heading in page.xpath('//details[@class="region"]/summary/h3')] == [
        "Region Midtjylland"
    ]


def test_rendering_one_municipality_again_keeps_the_others_listed(
    output: Path, catalogue: Catalogue, project: Project
):
    for area in areas(catalogue, "Aarhus", "Hedensted", "Greve", "Bornholm"):
        place_site(output, area.slug, plan_entry(area, 5))
    hub(project, output)
    write_site_entry(output / "hedensted", plan_entry(catalogue.municipality("Hedensted"), 11))
    page = hub(project, output)
    assert page.xpath('//ul[@class="places"]/li/@id') == ["bornholm", "greve", "hedensted", "aarhus"]
    assert "11 af 20" in line(page, "hedensted")
    assert "5 af 20" in line(page, "greve")


def test_regions_and_municipalities_stand_in_the_catalogue_s_order(
    output: Path, catalogue: Catalogue, project: Project
):
    for area in reversed(catalogue.municipalities):
        place_site(output, area.slug, plan_entry(area, 5), pdf=None)
    page = hub(project, output)
    assert page.xpath('//ul[@class="places"]/li/@id') == [area.slug for area in catalogue.municipalities]
    assert page.xpath('//nav[@aria-label="Regioner"]//a/text()') == [
        "Region Hovedstaden", "Region Sjælland", "Region Syddanmark", "Region Midtjylland", "Region Nordjylland",
    ]  # fmt: skip


def test_other_plans_and_reports_stand_under_their_municipality(
    output: Path, catalogue: Catalogue, project: Project
):
    hedensted, ishoej, vallensbaek = areas(catalogue, "Hedensted", "Ishøj", "Vallensbæk")
    place_site(
        output,
        "investeringer/hedensted",
        SiteEntry("investeringer", ("766",), "Hedensted"),
        title="Investeringer",
    )
    place_site(
        output,
        "noegletal-2026/hedensted",
        plan_entry(hedensted, 3, of=12, plan="noegletal-2026"),
        title="Nøgletal 2026",
    )
    place_site(output, "hedensted", plan_entry(hedensted, 8))
    joint = SiteEntry("jobcenteroverblik", (ishoej.code, vallensbaek.code), "Vallensbæk/Ishøj")
    place_site(output, "jobcenteroverblik/vallensbaek", joint, title="Jobcenteroverblik", pdf=None)
    page = hub(project, output)
    assert page.xpath('//li[@id="hedensted"]//p[@class="name"]/a/@href') == [
        "hedensted/index.html", "noegletal-2026/hedensted/index.html", "investeringer/hedensted/index.html",
    ]  # fmt: skip
    assert "3 af 12 mål opfyldt" in line(page, "hedensted")
    for slug in ("ishoej", "vallensbaek"):
        assert page.xpath(f'//li[@id="{slug}"]//a/@href') == ["jobcenteroverblik/vallensbaek/index.html"]


def test_a_site_that_told_nothing_of_itself_is_found_by_its_municipality(
    output: Path, catalogue: Catalogue, project: Project
):
    place_site(output, "hedensted", None, municipality="Hedensted Kommune")
    place_site(output, "et-sted", None, municipality="Et Sted")
    page = hub(project, output)
    assert line(page, "hedensted").startswith("Hedensted")
    assert "mål opfyldt" not in line(page, "hedensted")
    assert line(page, "et-sted").startswith("Et Sted")


def test_a_site_of_a_pdf_alone_is_linked_to_its_pdf(output: Path, catalogue: Catalogue, project: Project):
    (area,) = areas(catalogue, "Hedensted")
    place_site(output, "hedensted", plan_entry(area, 8), pages=())
    page = hub(project, output)
    assert page.xpath('//li[@id="hedensted"]//a/@href') == ["hedensted/Besk%C3%A6ftigelsesplan-2023.pdf"]


def test_sites_that_are_being_built_are_not_listed(output: Path, catalogue: Catalogue, project: Project):
    (area,) = areas(catalogue, "Hedensted")
    place_site(output, ".building-x/0/site", plan_entry(area, 8))
    assert read_sites(output) == ()
    assert hub(project, output).xpath('//ul[@class="places"]') == []


def test_example_data_are_marked_once_when_all_are_and_one_by_one_otherwise(
    output: Path, catalogue: Catalogue, project: Project
):
    one, other = areas(catalogue, "Hedensted", "Greve")
    place_site(output, one.slug, plan_entry(one, 8), example=True)
    page = hub(project, output)
    assert len(page.xpath('//header//span[@class="badge"]')) == 1
    assert page.xpath('//div[@class="example-data"]')
    place_site(output, other.slug, plan_entry(other, 8), example=False)
    page = hub(project, output)
    assert not page.xpath('//header//span[@class="badge"]')
    assert page.xpath('//li[.//span[@class="badge"]]/@id') == ["hedensted"]
    assert "Tal, der er mærket »Eksempeldata«, er opdigtede" in page.text_content()


def test_real_data_are_not_marked(output: Path, catalogue: Catalogue, project: Project):
    (area,) = areas(catalogue, "Hedensted")
    place_site(output, area.slug, plan_entry(area, 8))
    assert "ksempeldata" not in write_hub(project, output).read_text(encoding="utf-8")


def test_the_map_shows_the_plan_that_most_municipalities_have(
    output: Path, catalogue: Catalogue, project: Project
):
    for number, area in enumerate(catalogue.municipalities[:30]):
        place_site(output, area.slug, plan_entry(area, number % 20), pdf=None)
    for area in catalogue.municipalities[:5]:
        other = plan_entry(area, 99, of=99, plan="noegletal-2026")
        place_site(output, f"noegletal-2026/{area.slug}", other, pdf=None, title="Nøgletal 2026")
    page = hub(project, output)
    (drawn,) = page.xpath('//figure[@class="map"]')
    assert len(drawn.xpath(".//a[@data-slug]")) == 30
    assert drawn.xpath('.//a[@data-slug="alleroed"]/@href') == ["alleroed/index.html"]
    assert "Beskæftigelsesplan 2023" in drawn.text_content()
    assert "99" not in drawn.text_content()


def test_a_few_municipalities_give_no_map(output: Path, catalogue: Catalogue, project: Project):
    for area in catalogue.municipalities[:3]:
        place_site(output, area.slug, plan_entry(area, 8), pdf=None)
    page = hub(project, output)
    assert not page.xpath('//figure[@class="map"]')
    assert not page.xpath('//a[@href="#kort"]')


def test_goals_link_to_their_pages_and_every_link_of_the_site_leads_somewhere(
    output: Path, catalogue: Catalogue, project: Project
):
    for area in catalogue.municipalities[:12]:
        place_site(output, area.slug, plan_entry(area, 8))
    comparison = country(catalogue)
    written = write_comparison(project, output, compared_country(catalogue, comparison))
    page = hub(project, output)
    assert [output / href for href in page.xpath('//ul[@class="goals"]//a/@href')] == list(written)
    met = sum(rows[0].verdict is Verdict.MET for rows in comparison.rows.values())
    assert page.xpath('//ul[@class="goals"]/li[1]//strong/text()') == [str(met)]
    assert check_links(output) == []


def test_a_goal_s_page_links_to_those_who_have_a_site(output: Path, catalogue: Catalogue, project: Project):
    (area,) = areas(catalogue, "Hedensted")
    place_site(output, area.slug, plan_entry(area, 8))
    (page, *_) = write_comparison(project, output, compared_country(catalogue))
    links = parser.fromstring(page.read_bytes()).xpath("//tbody//a/@href")
    assert links == ["../../hedensted/index.html"]


def test_a_comparison_takes_the_place_of_the_one_before_whole(
    output: Path, catalogue: Catalogue, project: Project
):
    comparison = country(catalogue)
    write_comparison(project, output, compared_country(catalogue, comparison))
    folder = output / "maal" / "frederikssund-2023"
    stale = folder / "9z.html"
    stale.write_text("a goal the plan no longer has")
    write_comparison(project, output, compared_country(catalogue, comparison))
    assert not stale.exists()
    assert sorted(path.name for path in folder.glob("1*")) == ["1a.csv", "1a.html", "1b.csv", "1b.html"]
    assert not list(output.glob(".building-*"))


def test_the_hub_keeps_the_comparison_when_it_is_written_again(
    output: Path, catalogue: Catalogue, project: Project
):
    (area,) = areas(catalogue, "Hedensted")
    place_site(output, area.slug, plan_entry(area, 8))
    write_comparison(project, output, compared_country(catalogue))
    first = write_hub(project, output).read_text(encoding="utf-8")
    assert write_hub(project, output).read_text(encoding="utf-8") == first
    assert "maal/frederikssund-2023/7b.html" in first


def test_a_comparison_that_cannot_be_read_is_named(output: Path, project: Project):
    folder = output / "maal" / "frederikssund-2023"
    folder.mkdir(parents=True)
    (folder / "goals.json").write_text('{"plan": "frederikssund-2023"}')
    with pytest.raises(PlanError, match=r"frederikssund-2023/goals\.json"):
        write_hub(project, output)


def test_the_sitemap_names_every_page_by_its_whole_address(
    output: Path, catalogue: Catalogue, project: Project
):
    (area,) = areas(catalogue, "Hedensted")
    place_site(output, area.slug, plan_entry(area, 8))
    written = write_comparison(project, output, compared_country(catalogue))
    write_hub(project, output, base_url="https://example.org/plan/")
    root = ElementTree.parse(output / "sitemap.xml").getroot()
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    found = [loc.text for loc in root.findall("s:url/s:loc", names)]
    assert found[:3] == [
        "https://example.org/plan/",
        "https://example.org/plan/hedensted/",
        "https://example.org/plan/hedensted/notebooks/01-tidlig.html",
    ]
    assert len(found) == len(set(found)) == 3 + len(written)
    for address in found:
        name = str(address).removeprefix("https://example.org/plan/")
        assert (output / (name + "index.html" if name.endswith("/") or not name else name)).is_file(), address


def test_without_an_address_there_is_no_sitemap_and_an_old_one_goes(
    output: Path, catalogue: Catalogue, project: Project
):
    (area,) = areas(catalogue, "Hedensted")
    place_site(output, area.slug, plan_entry(area, 8))
    write_hub(project, output, base_url="https://example.org")
    assert (output / "sitemap.xml").is_file()
    write_hub(project, output)
    assert not (output / "sitemap.xml").exists()


def test_an_address_without_a_scheme_is_refused(output: Path, project: Project):
    with pytest.raises(PlanError, match="Write it whole"):
        write_hub(project, output, base_url="example.org/plan")


def test_a_name_cannot_break_out_of_the_page(output: Path, project: Project):
    place_site(output, "et-sted", None, municipality='<script>alert("x")</script>', title="<b>Plan</b>")
    text = write_hub(project, output).read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "<b>Plan" not in text
    assert len(re.findall("<script", text)) == 1
