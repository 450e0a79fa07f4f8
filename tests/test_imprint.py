"""``site.yml``: who publishes, at the foot of every page; the accessibility statement; what is missing before publication."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest
from typer.testing import CliRunner

from helpers.catalogue.brand import read_brand
from helpers.catalogue.imprint import FILE, Imprint, imprint_problems, read_imprint
from helpers.cli import app
from helpers.errors import PlanError
from helpers.project import ROOT_VARIABLE, Project
from helpers.render.book import read_book
from helpers.render.builtin.pages import statement_page
from helpers.render.copy import make_copy
from helpers.render.goals import write_comparison
from helpers.render.hub import write_hub
from helpers.render.links import check_links
from helpers.render.publish import check_site
from helpers.render.quarto import finish_pages
from helpers.render.statement import write_statements
from hub_support import compared_country, hub_project, place_site, plan_entry
from render_book import copy_project, sample_notebooks, variant, write_book
from test_quarto_parts import PAGE

WHOLE = """\
publisher: Viborg Kommune
contact: {name: Job og Velfærd, phone: "+45 87 87 87 87", email: job@viborg.example}
accessibility:
  status: partly
  method: Kommunen har selv gennemgået siderne.
  made: 2026-03-01
  exceptions: [Figurernes kurver kan ikke læses med tastaturet; tallene står i en tabel under hver figur.]
privacy: {text: Siderne sætter ingen cookies, address: "https://viborg.example/privatliv"}
next_update: 2026-12-15
licence: {text: CC BY 4.0, address: "https://creativecommons.org/licenses/by/4.0/"}
"""
LINES = [
    "Udgiver: Viborg Kommune",
    "Kontakt: Job og Velfærd, telefon +45 87 87 87 87, job@viborg.example",
    "Tilgængelighedserklæring",
    "Siderne sætter ingen cookies",
    "Næste opdatering: 15. december 2026",
    "Licens: CC BY 4.0",
]


def foot(page: Path) -> list[str]:
    """The lines at the foot of a page."""
    found = lxml.html.fromstring(page.read_text(encoding="utf-8")).xpath("//footer//p")
    return [" ".join(line.text_content().split()) for line in found]


def write(project: Project, text: str) -> Project:
    (project.root / FILE).write_text(text, encoding="utf-8")
    return project


def plan(project: Project, *words: str) -> str:
    done = CliRunner(env={ROOT_VARIABLE: str(project.root)}).invoke(app, words)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return hub_project(tmp_path / "project")


# ------------------------------------------------------------------------------------------ the file


def test_without_a_file_nothing_is_said_and_nobody_is_made_up(project: Project) -> None:
    found = read_imprint(project)
    assert found == Imprint() and statement_page(found) is None
    assert imprint_problems(project, []) == []
    assert set(found.lacking) >= {"publisher", "contact.phone", "contact.email", "accessibility"}


def test_a_municipality_s_own_values_replace_single_ones(project: Project) -> None:
    write(
        project, WHOLE + "municipalities:\n  laesoe: {publisher: Læsø Kommune, licence: Alle rettigheder}\n"
    )
    own, other = read_imprint(project, "laesoe"), read_imprint(project, "viborg")
    assert (own.publisher, own.licence.text) == ("Læsø Kommune", "Alle rettigheder")
    assert own.contact == other.contact and other.publisher == "Viborg Kommune"
    assert (statement_page(own), statement_page(other)) == (
        "tilgaengelighed/laesoe.html",
        "tilgaengelighed/index.html",
    )
    assert read_imprint(project).lacking == ()


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("publisher:", "publicher:", "site.yml:1: publicher", 'Unknown key "publicher". Did you mean "publisher"?'),
        ("job@viborg.example", "job", "site.yml:2: contact.email", '"job" does not look as it should'),
        ('"+45 87 87 87 87"', "ring!", "site.yml:2: contact.phone", '"ring!" does not look as it should'),
        ("partly", "delvist", "site.yml:4: accessibility.status", "Allowed: fully, partly, not."),
        ("  made: 2026-03-01\n", "", "site.yml:3: accessibility", "status, method and made"),
        ("https://viborg.example/privatliv", "javascript:alert(1)", "site.yml:8: privacy.address", "does not look"),
        ("  status: partly\n", "  status: partly\n  address: https://a.example\n", "site.yml:3", "Either the address"),
        ("made: 2026-03-01\n  exceptions", "made: 2026-03-01\n  exception", "site.yml:7", "Did you mean"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_key(
    project: Project, old: str, new: str, where: str, said: str
) -> None:
    assert old in WHOLE
    write(project, WHOLE.replace(old, new))
    told = imprint_problems(project, ["viborg"])
    assert any(p.where.startswith(where) and said in f"{p.what} {p.do}" for p in told), told
    with pytest.raises(PlanError):
        read_imprint(project)


def test_a_municipality_that_is_none_and_its_mistakes_are_told_in_their_own_lines(project: Project) -> None:
    write(project, WHOLE + "municipalities:\n  viborgg: {publisher: X}\n")
    (told,) = imprint_problems(project, ["viborg"])
    assert told.where == "site.yml:12: municipalities.viborgg" and 'Did you mean "viborg"?' in told.what
    write(project, WHOLE + "municipalities:\n  viborg:\n    publisher: X\n    contact: {email: nej}\n")
    (told,) = imprint_problems(project, ["viborg"])
    assert told.where.startswith("site.yml:14"), told


# ------------------------------------------------------------------------------------------ the pages


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Path]:
    """Halsnæs, with a publisher of its own, by the built-in engine."""
    project = copy_project(tmp_path_factory.mktemp("imprint"))
    write(project, WHOLE + "municipalities:\n  halsnaes: {publisher: Halsnæs Kommune}\n")
    output = project.root / "_site"
    plan(
        project, "render", "Halsnæs", "--plan", "noegletal-2026", "--to", "html", "--engine", "built-in",
        "--output", str(output), "--jobs", "1",
    )  # fmt: skip
    return project, output


def test_every_page_says_at_its_foot_who_publishes_it(rendered: tuple[Project, Path]) -> None:
    _, output = rendered
    pages = sorted((output / "halsnaes").rglob("*.html"))
    assert len(pages) > 5
    for page in pages:
        lines = foot(page)
        assert ["Udgiver: Halsnæs Kommune", *LINES[1:]] == lines[-6:], page
    assert foot(output / "index.html")[-6:] == LINES
    assert foot(output / "index.html")[0].startswith("Kilde: Styrelsen for Arbejdsmarked og Rekruttering")
    assert not check_links(output)
    assert check_site(output, example=True)


def test_the_statement_has_the_parts_that_the_law_asks_for(rendered: tuple[Project, Path]) -> None:
    _, output = rendered
    for name, publisher in (("index", "Viborg Kommune"), ("halsnaes", "Halsnæs Kommune")):
        page = lxml.html.parse(output / "tilgaengelighed" / f"{name}.html")
        said = " ".join(page.find(".//main").text_content().split())
        assert f"{publisher} forpligter sig til at gøre dette websted tilgængeligt" in said
        assert "overholder delvist standarden EN 301 549" in said
        assert "Figurernes kurver kan ikke læses med tastaturet" in said
        assert "udarbejdet den 1. marts 2026. Kommunen har selv gennemgået siderne." in said
        assert "+45 87 87 87 87 eller på job@viborg.example" in said and "Digitaliseringsstyrelsen" in said
        heads = [head.text_content() for head in page.xpath("//main//h2")]
        assert heads == [
            "Overholdelsesstatus", "Indhold, der ikke er tilgængeligt", "Sådan er erklæringen lavet", "Henvendelser",
            "Tilsyn",
        ]  # fmt: skip


def test_another_publisher_is_another_site(rendered: tuple[Project, Path]) -> None:
    project, output = rendered
    words = ["render", "Halsnæs", "--plan", "noegletal-2026", "--to", "html", "--engine", "built-in"]
    words += ["--output", str(output), "--jobs", "1"]
    assert "unchanged" in plan(project, *words)
    text = (project.root / FILE).read_text(encoding="utf-8")
    write(project, text.replace("Halsnæs Kommune", "Halsnæs Byråd"))
    assert "rendered" in plan(project, *words)
    assert "Udgiver: Halsnæs Byråd" in foot(output / "halsnaes" / "index.html")


def test_a_statement_that_lies_elsewhere_is_linked_and_ours_is_taken_away(
    project: Project, tmp_path: Path
) -> None:
    output = tmp_path / "_site"
    output.mkdir()
    assert write_statements(write(project, WHOLE), output)
    address = "https://www.was.digst.dk/viborg-example"
    start, end = WHOLE.index("accessibility"), WHOLE.index("privacy")
    write(project, f"{WHOLE[:start]}accessibility: {{address: {address}}}\n{WHOLE[end:]}")
    assert write_statements(project, output) == () and not list(output.rglob("tilgaengelighed/*.html"))
    (link,) = lxml.html.parse(write_hub(project, output)).xpath('//footer//a[.="Tilgængelighedserklæring"]')
    assert link.get("href") == address


def test_goals_pages_have_it_too_and_without_a_file_no_page_names_anybody(
    project: Project, tmp_path: Path
) -> None:
    from helpers.catalogue import load_catalogue

    catalogue, output = load_catalogue(project), tmp_path / "_site"
    area = catalogue.municipality("Viborg")
    place_site(output, "viborg", plan_entry(area, 3))
    for text in ("", WHOLE):
        if text:
            write(project, text)
        (page, *_) = write_comparison(project, output, compared_country(catalogue))
        for shown in (page, write_hub(project, output)):
            said = foot(shown)
            assert (
                said[-6:] == LINES if text else not {"Udgiver", "Kontakt"} & {s.split(":")[0] for s in said}
            )


def test_quarto_s_pages_have_the_same_foot(tmp_path: Path) -> None:
    project = write(write_book(tmp_path / "project", sample_notebooks()), WHOLE)
    made_for = variant(project, slug="noegletal-2026/frederikssund")
    book = read_book(project.root)
    for imprint in (read_imprint(project), Imprint()):
        name = imprint.publisher or "nobody"
        copy = make_copy(book, read_brand(book.brand), made_for, tmp_path / name / "copy", imprint)
        site = tmp_path / name / "made"
        (site / "notebooks").mkdir(parents=True)
        for page, up in (("index.html", "./"), ("notebooks/01-tidlig.html", "../")):
            (site / page).write_text(PAGE.format(up=up), encoding="utf-8")
        finish_pages(copy, site, files={})
        for page, up in (("index.html", ""), ("notebooks/01-tidlig.html", "../")):
            assert foot(site / page) == (LINES if imprint.publisher else [])
            text = (site / page).read_text(encoding="utf-8")
            assert (f'href="{up}../../tilgaengelighed/index.html"' in text) is bool(imprint.publisher)
            assert text.rstrip().endswith("</body></html>")


# ------------------------------------------------------------------------------------- before publication


def test_check_says_what_is_missing_before_publication(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    said = plan(project, "check")
    assert "site.yml: before publication it should say publisher, contact.phone" in said
    write(project, WHOLE)
    assert "site.yml" not in plan(project, "check")
    write(project, WHOLE.replace("partly", "maybe"))
    with pytest.raises(PlanError, match=r"site\.yml:4: accessibility\.status"):
        plan(project, "check")
