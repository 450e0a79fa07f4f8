"""Pages in a real browser: WCAG 2.1 A/AA by axe-core, no request to another host, phones, large text, keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.render.hub import write_hub
from helpers.render.run import render_variants
from paper_support import figures_apart_in_print
from render_book import copy_project, variant, write_book

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}
PAGES = (
    "index.html",
    "notebooks/01-tidlig.html",
    "notebooks/02-unge.html",
    "notebooks/data.html",
    "soeg.html",
    "../index.html",
)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
SEEN: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE},
    "320": {"viewport": {"width": 320, "height": 640}},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "forced": {"viewport": DESKTOP, "forced_colors": "active"},
}
"""How pages are looked at."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = write_book(tmp_path_factory.mktemp("project"))
    (outcome,) = render_variants(
        project, [variant(project)], engine="built-in", output=project.root / "_site"
    )
    assert outcome.ok, outcome.problems
    assert outcome.folder is not None
    write_hub(project, project.root / "_site")
    return outcome.folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Any, folder: Path) -> Iterator[Any]:
    contexts = []

    def open_it(name: str, viewport: dict[str, int] = DESKTOP, **context: Any) -> Any:
        contexts.append(browser.new_context(viewport=viewport, bypass_csp=True, **context))
        page = contexts[-1].new_page()
        page.goto((folder / name).resolve().as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation_on_any_page(open_page: Any, name: str, seen: dict[str, Any]):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(name, **seen)
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
    results = axe.run(page, options=RULES)
    assert not results.response["violations"], results.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_no_other_host_for_anything(browser: Any, folder: Path, name: str):
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((folder / name).resolve().as_uri(), wait_until="networkidle")
    context.close()
    assert not said  # nothing of the page's own is refused by its policy
    assert len(asked) > 1
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize(
    "bad",
    [
        "<script>document.title = 'owned'</script>",
        "<img src='x' onerror=\"document.title = 'owned'\">",
        "<svg onload=\"document.title = 'owned'\"></svg>",
        "<iframe srcdoc=\"<script>parent.document.title = 'owned'</script>\"></iframe>",
        "<script src='owned.js'></script>",
        "<img src='https://example.org/x.png'>",
        "<link rel='stylesheet' href='https://example.org/x.css'>",
    ],
)
def test_what_slipped_into_a_page_does_not_run_and_asks_nobody(browser: Any, folder: Path, bad: str):
    page_file = folder / "index.html"
    sound = page_file.read_text(encoding="utf-8")
    (folder / "owned.js").write_text("document.title = 'owned'")
    page_file.write_text(sound.replace("<main", f"{bad}<main", 1), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: asked.append(request.url) if request.failure != "csp" else None)
    page.goto(page_file.resolve().as_uri(), wait_until="networkidle")
    title = page.title()
    context.close()
    page_file.write_text(sound, encoding="utf-8")
    assert title != "owned"
    assert not [url for url in asked if "example.org" in url]


def test_the_page_s_own_font_is_used(open_page: Any):
    page = open_page("index.html")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px \"Source Sans Pro\"')")
    assert page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').length") >= 2


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_the_whole_width_of_the_page(open_page: Any, name: str):
    page = open_page(name, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", PAGES)
def test_at_twice_the_size_nothing_is_cut_off(open_page: Any, name: str):
    # A desktop zoomed to 200 per cent has half as many CSS pixels.
    page = open_page(name, {"width": 640, "height": 450}, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_wide_table_scrolls_in_itself_and_by_keyboard(open_page: Any):
    page = open_page("index.html", PHONE)
    table = page.locator(".table-scroll").first
    assert table.evaluate("item => item.scrollWidth > item.clientWidth")
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.table-scroll').scrollLeft > 0")


def test_the_first_tab_leads_past_the_menu_to_the_content(open_page: Any):
    page = open_page("notebooks/01-tidlig.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "indhold"


def test_the_chapters_open_on_a_phone_without_javascript(browser: Any, folder: Path):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "index.html").resolve().as_uri())
    link = page.locator(".menu a", has_text="Flere unge")
    assert not link.is_visible()
    page.locator(".menu > summary").click()
    assert link.is_visible()
    link.click()
    assert page.locator("main h1").first.inner_text().endswith("Flere unge skal have en uddannelse")
    context.close()


def test_print_leaves_out_what_only_a_screen_can_use(open_page: Any):
    page = open_page("notebooks/01-tidlig.html")
    page.emulate_media(media="print")
    assert not page.locator(".sidebar").is_visible()
    assert not page.locator(".pages-nav").is_visible()
    assert page.locator("main h1").is_visible()


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own plan, for the municipality whose plan it is."""
    project = copy_project(tmp_path_factory.mktemp("plan"))
    given = {"kommune": "Frederikssund", "plan": "frederikssund-2023", "periode": ""}
    (outcome,) = render_variants(
        project, [variant(project, parameters=given)], engine="built-in", output=project.root / "_site"
    )
    assert outcome.ok, outcome.problems
    assert outcome.folder is not None
    return outcome.folder


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_every_page_of_the_plan_itself_passes_axe_and_asks_no_other_host(
    browser: Any, plan: Path, seen: dict[str, Any]
):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(**seen)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    pages = sorted(plan.rglob("*.html"))
    assert len(pages) >= 10
    for path in pages:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")
        results = axe.run(page, options=RULES)
        assert not results.response["violations"], f"{path.name}: {results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path.name
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("width", [320, 375, 768])
def test_what_a_verdict_needs_lies_on_the_screen(browser: Any, plan: Path, width: int):
    """The verdict, both newest figures and the mark of example data, without scrolling to the side."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((plan / "notebooks" / "06-unge.html").as_uri())
    drawings = [item for item in page.query_selector_all(".drawing") if item.is_visible()]
    assert drawings
    for item in drawings:
        for text in item.query_selector_all("text"):
            box = text.bounding_box()
            assert box and box["x"] >= -1 and box["x"] + box["width"] <= width + 1, text.text_content()
    for verdict in page.query_selector_all(".verdict"):
        box = verdict.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
    page.close()


def test_a_goal_s_figure_is_printed_on_the_sheet_of_its_verdict(browser: Any, plan: Path):
    page = browser.new_page()
    page.goto((plan / "notebooks" / "06-unge.html").as_uri())
    assert figures_apart_in_print(page) == (4, [])
    page.close()


def test_what_is_typed_on_a_page_is_found_on_the_page_of_the_search(browser: Any, folder: Path):
    page = browser.new_page()
    page.goto((folder / "notebooks" / "01-tidlig.html").as_uri())
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.get_by_label("Søg på siderne").fill("TIDLIG")
    page.keyboard.press("Enter")
    page.locator("#find-svar").filter(has_text="vises.").wait_for()
    first = page.locator(".found li:visible a").first
    assert "tidlig" in first.inner_text().lower()
    address = first.get_attribute("href")
    page.get_by_label("Søg i ").fill("findes slet ikke")
    page.locator("#find-svar").filter(has_text="Intet på siden").wait_for()
    page.keyboard.press("Escape")
    page.locator(f'.found a[href="{address}"]').click()
    page.wait_for_url(f"**/{address}")
    assert said == []
    page.close()
