"""Hub and goal pages in a real browser: WCAG 2.1 A/AA by axe-core, no other host, phones, keyboard, no JavaScript."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.catalogue import load_catalogue
from helpers.render.goals import write_comparison
from helpers.render.hub import write_hub
from helpers.reports.base.request import SiteEntry
from hub_support import compared_country, hub_project, place_site, plan_entry

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}
HUB = "index.html"
GOALS = ("maal/frederikssund-2023/1a.html", "maal/frederikssund-2023/5b.html")
PAGES = (HUB, *GOALS)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH"),
    pytest.mark.xdist_group("hub-browser"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of all municipalities but Odder, with other reports for one and example data for all."""
    project = hub_project(tmp_path_factory.mktemp("project"))
    catalogue = load_catalogue(project)
    output = project.root / "_site"
    for number, area in enumerate(catalogue.municipalities):
        if area.slug != "odder":
            place_site(output, area.slug, plan_entry(area, number % 21, unknown=number % 3), example=True)
    other = SiteEntry("investeringer", ("766",), "Hedensted")
    place_site(output, "investeringer/hedensted", other, title="Investeringsprojekter", example=True)
    write_comparison(project, output, compared_country(catalogue))
    write_hub(project, output)
    return output


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Any, site: Path) -> Iterator[Any]:
    contexts = []

    def open_it(name: str = HUB, viewport: dict[str, int] = DESKTOP, **context: Any) -> Any:
        contexts.append(browser.new_context(viewport=viewport, bypass_csp=True, **context))
        page = contexts[-1].new_page()
        page.goto(f"{site.as_uri()}/{name}")
        return page

    yield open_it
    for context in contexts:
        context.close()


def shown(page: Any) -> list[str]:
    """Names of the municipalities that can be seen in the list."""
    names: list[str] = page.locator(".places > li:visible .site:not(.other) .name a").all_inner_texts()
    return names


LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "small": {"viewport": {"width": 320, "height": 640}},
    "night": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(open_page: Any, name: str, look: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    results = axe.run(open_page(name, **LOOKS[look]), options=RULES)
    assert not results.response["violations"], results.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_no_other_host_for_anything(browser: Any, site: Path, name: str):
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((site / name).as_uri(), wait_until="networkidle")
    context.close()
    assert not said  # nothing of the page's own is refused by its policy
    assert len(asked) > 1
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize(
    "viewport",
    [PHONE, {"width": 320, "height": 640}, {"width": 640, "height": 450}],
    ids=["phone", "small", "zoom"],
)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_screen(open_page: Any, name: str, viewport: dict[str, int]):
    # 640 pixels are a desktop at 200 per cent.
    page = open_page(name, viewport)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_list_is_there_without_javascript_and_the_search_is_not(open_page: Any):
    page = open_page(java_script_enabled=False)
    assert len(shown(page)) == 97
    assert not page.locator("#find").is_visible()
    page.get_by_role("link", name="Region Nordjylland").click()
    assert page.url.endswith("#region-nordjylland")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hedensted", ["Hedensted"]),
        ("HEDE", ["Hedensted"]),
        ("århus", ["Aarhus"]),
        ("aarhus kommune", ["Aarhus"]),
        ("kobenhavn", ["København"]),
        ("koebenhavn", ["København"]),
        ("ærø", ["Ærø"]),
        ("skjern", ["Ringkøbing-Skjern"]),
        ("250", ["Frederikssund"]),
        ("0250", ["Frederikssund"]),
        ("kbh", ["København"]),
        ("copenhagen", ["København"]),
        ("frederiks", ["Frederiksberg", "Frederikssund", "Halsnæs", "Frederikshavn"]),
        ("xyz", []),
    ],
)
def test_typing_leaves_the_municipalities_that_fit(open_page: Any, typed: str, found: list[str]):
    page = open_page()
    page.get_by_label("Kommune, region eller mål").fill(typed)
    assert shown(page) == found
    regions = page.locator(".region:visible").count()
    assert regions == len(
        {page.locator(f".region:has-text('{name}')").first.get_attribute("id") for name in found}
    )


def test_how_many_fit_is_said_when_the_typing_rests(open_page: Any):
    page = open_page()
    said = page.get_by_role("status")
    page.wait_for_function(
        "document.getElementById('find-svar').textContent === '97 kommuner og 18 mål på siden.'"
    )
    page.get_by_label("Kommune, region eller mål").press_sequentially("hedensted")
    page.wait_for_function("document.getElementById('find-svar').textContent === '1 kommune vises.'")
    page.get_by_label("Kommune, region eller mål").fill("xyz")
    page.wait_for_function("document.getElementById('find-svar').textContent.startsWith('Intet på siden')")
    assert "»xyz«" in said.inner_text()


def test_enter_leads_to_the_only_one_that_fits(open_page: Any):
    page = open_page()
    page.get_by_label("Kommune, region eller mål").fill("hede")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hedensted/index.html")


def test_enter_leads_to_the_one_that_is_spelled_out_though_others_fit(open_page: Any):
    page = open_page()
    field = page.get_by_label("Kommune, region eller mål")
    field.fill("sol")
    assert shown(page) == ["Solrød"]
    field.fill("vej")
    assert set(shown(page)) == {"Vejen", "Vejle"}
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Vejen"
    field.fill("Vejle")
    field.press("Enter")
    page.wait_for_url("**/vejle/index.html")


def test_escape_brings_all_back(open_page: Any):
    page = open_page()
    field = page.get_by_label("Kommune, region eller mål")
    field.fill("hede")
    field.press("Escape")
    assert field.input_value() == ""
    assert len(shown(page)) == 97


def test_a_tile_leads_to_its_municipality_and_fades_when_it_does_not_fit(open_page: Any):
    page = open_page()
    page.get_by_label("Kommune, region eller mål").fill("hede")
    assert page.locator(".tile.away").count() == 96
    assert "away" not in str(page.locator('[data-slug="hedensted"]').get_attribute("class"))
    page.locator('[data-slug="hedensted"]').click()
    page.wait_for_url("**/hedensted/index.html")


def test_a_region_leaves_its_municipalities_and_a_goal_its_page(open_page: Any):
    page = open_page()
    field = page.get_by_label("Kommune, region eller mål")
    field.fill("Midtjylland")
    assert len(shown(page)) == 18  # all but Odder
    field.fill("fleksjob")
    assert shown(page) == []
    assert page.locator(".goals > li:visible").count() == 1
    field.press("Enter")
    page.wait_for_url("**/maal/frederikssund-2023/7a.html")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_map_is_a_list_of_links_with_names_at_every_width(open_page: Any, viewport: dict[str, int]):
    page = open_page(HUB, viewport, java_script_enabled=False)
    tiles = page.locator("a.tile")
    assert tiles.count() == 97
    link = page.get_by_role("link", name="Hedensted: 6 af 20 mål er opfyldt")
    assert link.get_attribute("href") == "hedensted/index.html"
    assert link.inner_text().split()[:2] == (["Hedenst.", "6"] if viewport is DESKTOP else ["Hedensted", "6"])
    trouble = page.evaluate("""(() => [...document.querySelectorAll("a.tile")].filter((tile) => {
        const box = tile.getBoundingClientRect(), word = tile.firstElementChild;
        return box.height < 24 || box.width < 24 || word.scrollWidth > box.width;
    }).map((tile) => tile.textContent))()""")
    assert trouble == []


def test_regions_are_folded_on_a_phone_and_unfold_for_what_is_looked_for(open_page: Any):
    page = open_page(HUB, PHONE)
    assert page.locator("details.region[open]").count() == 0
    page.get_by_label("Kommune, region eller mål").fill("hede")
    assert shown(page) == ["Hedensted"]
    page = open_page(f"{HUB}#hedensted", PHONE)
    assert page.locator("#hedensted").is_visible()
    assert page.locator("details.region[open]").count() == 1


def test_a_table_is_sorted_by_the_buttons_in_its_head_and_without_a_figure_stays_last(open_page: Any):
    page = open_page(GOALS[0])
    names = page.locator("tbody th")
    assert names.first.inner_text() != "Albertslund"
    page.get_by_role("button", name="Kommune", exact=True).click()
    assert names.first.inner_text() == "Albertslund"
    assert page.locator("thead th").nth(1).get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="Værdi").click()
    assert names.last.inner_text() == "Læsø"
    page.get_by_role("button", name="Værdi").click()
    assert names.last.inner_text() == "Læsø"


@pytest.mark.parametrize(("viewport", "wide"), [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone"])
def test_a_goal_s_picture_is_drawn_for_the_screen_it_is_on(
    open_page: Any, viewport: dict[str, int], wide: bool
):
    page = open_page(GOALS[0], viewport)
    assert page.locator("svg.comparison.wide").is_visible() is wide
    assert page.locator("svg.comparison.narrow").is_visible() is not wide
    assert page.locator("svg.comparison:visible").get_attribute("aria-label").startswith("Prikplot med 97")


def test_dots_are_links_that_arrow_keys_pass_and_the_address_marks_one(open_page: Any):
    page = open_page(GOALS[0])
    dots = page.locator("svg.comparison.wide a")
    dots.first.focus()
    page.keyboard.press("ArrowRight")
    second = dots.nth(1).locator("title").text_content()
    page.keyboard.press("Enter")
    assert second.startswith(page.locator("tr:target th").inner_text())
    assert page.locator("svg.comparison.wide .own-name").text_content() == second
    page = open_page(f"{GOALS[1]}#hedensted", PHONE)
    assert page.locator("svg.comparison.narrow .own").count() == 2  # one for each of its indicators
    assert "Hedensted" in page.locator("svg.comparison.narrow .own-name").first.text_content()


@pytest.mark.parametrize(
    "context", [{"color_scheme": "dark"}, {"forced_colors": "active"}], ids=["night", "forced"]
)
def test_map_and_dots_take_the_page_s_colours(open_page: Any, context: dict[str, str]):
    for name, shown in ((GOALS[0], "'svg.comparison.wide a > *'"), (HUB, "'.tile.step-4'")):
        colours = f"(({{ stroke, backgroundColor }}) => stroke + backgroundColor)(getComputedStyle(document.querySelector({shown})))"
        assert open_page(name, **context).evaluate(colours) != open_page(name).evaluate(colours)


def test_the_words_of_a_picture_do_not_cover_each_other_or_leave_it(open_page: Any):
    for name in (GOALS[0], "maal/frederikssund-2023/6a.html", "maal/frederikssund-2023/3c.html"):
        for viewport in (DESKTOP, PHONE):
            page = open_page(name, viewport)
            page.evaluate("document.fonts.ready")
            trouble = page.evaluate("""(() => {
                const svg = [...document.querySelectorAll('svg.comparison')].find(s => s.clientWidth);
                const box = svg.getBoundingClientRect(), found = [];
                const words = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
                words.forEach(([text, a], i) => {
                    if (a.left < box.left - 1 || a.right > box.right + 1) found.push(text + ' leaves the picture');
                    for (const [other, b] of words.slice(i + 1))
                        if (a.left < b.right && b.left < a.right && a.top + 4 < b.bottom && b.top + 4 < a.bottom)
                            found.push(text + ' covers ' + other);
                });
                return found;
            })()""")
            assert trouble == [], name


def test_paper_gets_the_list_and_the_map_without_the_search(open_page: Any):
    page = open_page()
    page.emulate_media(media="print")
    assert not page.locator(".find").is_visible()
    assert page.locator(".tile-map").is_visible()
    assert len(shown(page)) == 97
