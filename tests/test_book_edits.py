"""The catalogue changes and an analyst writes in the notebooks: the pages follow the one and keep the other."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat import NotebookNode
from typer.testing import CliRunner

from helpers import open_report
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import FocusArea, Goal, Plan
from helpers.cli import app
from helpers.project import ROOT_VARIABLE, Project
from helpers.reports import wing, wings
from helpers.reports.base.bookfiles import BookFiles
from helpers.reports.base.notebooks import with_names
from helpers.reports.plan.book import plan_contents
from report_support import CHECKOUT, copy_project

KEY = "frederikssund-2023"
CATALOGUE = load_catalogue(Project(CHECKOUT))
PLAN = CATALOGUE.plan(KEY)
AREA = "notebooks/03-flygtninge.ipynb"
EDITED = "kept below as a remark: what you wrote in"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return copy_project(tmp_path)


def edited(*areas: FocusArea) -> Plan:
    return PLAN.model_copy(update={"focus_areas": areas})


def area(number: int, /, **changes: object) -> FocusArea:
    return next(a for a in PLAN.focus_areas if a.number == number).model_copy(update=changes)


def goal(number: str, /, **changes: object) -> Goal:
    return PLAN.goal(number).model_copy(update=changes)


def with_area(changed: FocusArea) -> Plan:
    return edited(*(changed if a.number == changed.number else a for a in PLAN.focus_areas))


def read(project: Project, path: str) -> NotebookNode:
    return nbformat.read(project.root / path, as_version=4)


def write_own(project: Project, path: str, after: str, text: str) -> None:
    """An analyst's cell after the one with that id; at the top without one."""
    notebook = read(project, path)
    ids = [cell.id for cell in notebook.cells]
    notebook.cells.insert(ids.index(after) + 1 if after else 0, nbformat.v4.new_markdown_cell(text))
    nbformat.write(notebook, project.root / path)


def edit(project: Project, path: str, identifier: str, text: str) -> None:
    notebook = read(project, path)
    next(cell for cell in notebook.cells if cell.id == identifier)["source"] = text
    nbformat.write(notebook, project.root / path)


def book(project: Project, plan: Plan = PLAN) -> BookFiles:
    return BookFiles(plan_contents(project, CATALOGUE, plan))


def update(project: Project, plan: Plan = PLAN) -> list[str]:
    told = list(book(project, plan).update())
    assert list(book(project, plan).behind()) == [], "what was brought up to date is up to date"
    return told


def rendered(project: Project, plan: Plan = PLAN) -> dict[str, list[str]]:
    """Chapter → the texts of its cells, as they are rendered."""
    pages = book(project, plan).laid().pages
    return {
        path: [cell.source for cell in nbformat.reads(text, as_version=4).cells] if text else []
        for path, text in pages.items()
    }


def both(project: Project, plan: Plan, path: str) -> list[str]:
    """The texts of a page: as it is rendered before and after the files were brought up to date."""
    before = rendered(project, plan)
    update(project, plan)
    assert rendered(project, plan) == before
    assert [with_names(cell.source) for cell in read(project, path).cells] == before[path]
    return before[path]


def in_order(texts: list[str], *parts: str) -> None:
    """Each part stands in exactly one cell, and they follow each other."""
    places = [[index for index, text in enumerate(texts) if part in text] for part in parts]
    assert all(len(place) == 1 for place in places), dict(zip(parts, places, strict=True))
    assert places == sorted(places), dict(zip(parts, places, strict=True))


# ---------------------------------------------------------------------------------- what is committed


def test_the_committed_notebooks_are_up_to_date_with_the_catalogue():
    here = Project(CHECKOUT)
    for contents in (
        report.contents(here, CATALOGUE, key) for report in wings() for key in report.plans(here, CATALOGUE)
    ):
        book = BookFiles(contents)
        if not book.own:
            continue
        assert [page.path for page in contents.pages if page.path not in book.merged.chapters] == []
        # An analyst's cells, and what she wrote into one of the catalogue's, fail no test.
        for path, said in book.merged.changes.items():
            written = said.pop(EDITED, [])
            assert {kind: cells for kind, cells in said.items() if cells != written} == {}, path


def test_bringing_up_to_date_what_is_so_writes_nothing(project: Project):
    stamps = {path: path.stat().st_mtime_ns for path in project.root.rglob("*.ipynb")}
    assert update(project) == [f"{KEY}: all files are up to date"]
    assert {path: path.stat().st_mtime_ns for path in project.root.rglob("*.ipynb")} == stamps


# ------------------------------------------------------------------------------------ goals that change


def test_a_title_changed_in_the_catalogue_is_on_the_page_at_once_and_the_file_is_named(project: Project):
    plan = with_area(area(3, goals=(goal("3a", title="En ny titel"), goal("3b"), goal("3c"))))
    assert "## Resultatmål 3a: En ny titel {#maal-3a .unnumbered}" in rendered(project, plan)[AREA]
    (line,) = book(project, plan).behind()
    assert line.startswith(f"{AREA} is behind the catalogue (changed plan-goal-3a-title)")
    assert line.endswith(f"plan notebooks {KEY}")
    assert update(project, plan) == [f"wrote {AREA} (changed plan-goal-3a-title)"]


def test_a_goal_added_to_the_catalogue_has_its_cells_and_the_anchor_that_links_lead_to(project: Project):
    plan = with_area(area(3, goals=(*area(3).goals, goal("3a", number="3d", title="Et nyt mål"))))
    write_own(project, AREA, "plan-figure-3c", "min slutning")
    texts = both(project, plan, AREA)
    in_order(texts, "min slutning", "{#maal-3d .unnumbered}", 'report.goal("3d")', 'report.figure("3d")')


def test_a_goal_added_between_others_stands_where_the_catalogue_has_it(project: Project):
    new = goal("3a", number="3d", title="Et nyt mål")
    plan = with_area(area(3, goals=(goal("3a"), new, goal("3b"), goal("3c"))))
    write_own(project, AREA, "plan-figure-3a", "om 3a")
    in_order(both(project, plan, AREA), 'figure("3a")', "om 3a", 'figure("3d")', "#maal-3b", 'figure("3c")')


def test_a_goal_taken_out_of_the_catalogue_goes_and_what_was_written_about_it_stays(project: Project):
    plan = with_area(area(3, goals=(goal("3a"), goal("3c"))))
    for after, text in (
        ("", "først"),
        ("plan-figure-3a", "om 3a"),
        ("plan-goal-3b", "om 3b"),
        ("plan-figure-3c", "sidst"),
    ):
        write_own(project, AREA, after, text)
    texts = both(project, plan, AREA)
    in_order(
        texts, "først", "{#sec-3}", 'figure("3a")', "om 3a", "om 3b", "#maal-3c", 'figure("3c")', "sidst"
    )
    assert not any("3b" in text and text != "om 3b" for text in texts)


def test_goals_that_change_places_take_what_was_written_about_them_along(project: Project):
    plan = with_area(area(3, goals=(goal("3b", number="3a"), goal("3a", number="3b"), goal("3c"))))
    write_own(project, AREA, "plan-goal-3a", "om den første")
    write_own(project, AREA, "plan-figure-3b", "om den anden")
    texts = both(project, plan, AREA)
    in_order(
        texts, f"3a: {goal('3b').title}", 'figure("3a")', "om den anden", f"3b: {goal('3a').title}",
        'goal("3b")', "om den første", 'figure("3b")',
    )  # fmt: skip


def test_a_goal_moved_to_another_area_takes_what_was_written_about_it_along(project: Project):
    moved = goal("3b", number="4e")
    plan = edited(
        *(
            area(3, goals=(goal("3a"), goal("3c"))) if a.number == 3
            else area(4, goals=(*a.goals, moved)) if a.number == 4
            else a
            for a in PLAN.focus_areas
        )
    )  # fmt: skip
    write_own(project, AREA, "plan-goal-3b", "om 3b")
    write_own(project, AREA, "plan-figure-3c", "om 3c")
    target = "notebooks/04-vaerdigt-forloeb.ipynb"
    assert any("your cells moved to" in line for line in book(project, plan).behind())
    texts = both(project, plan, target)
    in_order(texts, f"4e: {moved.title}", 'goal("4e")', "om 3b", 'figure("4e")')
    rest = [cell.source for cell in read(project, AREA).cells]
    in_order(rest, 'figure("3c")', "om 3c")
    assert "om 3b" not in rest


# --------------------------------------------------------------------------------- focus areas that change


def chapters(project: Project, folder: str = ".") -> list[str]:
    text = (project.root / folder / "_quarto.yml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text)["book"]["chapters"])


def test_a_new_area_is_a_new_chapter_before_the_pages_that_follow_the_areas(project: Project):
    new = area(7, number=8, title="Grøn omstilling", slug="groen", goals=(goal("7a", number="8a"),))
    plan = edited(*PLAN.focus_areas, new)
    path = "notebooks/08-groen.ipynb"
    order = list(rendered(project, plan))
    assert order[order.index(path) - 1 : order.index(path) + 2] == [
        "notebooks/07-psykisk-saarbare.ipynb", path, "notebooks/aendringer.ipynb"
    ]  # fmt: skip
    in_order(
        both(project, plan, path), "# Grøn omstilling {#sec-8}", 'plan = "frederikssund-2023"', 'goal("8a")'
    )
    assert chapters(project) == order
    settings = (project.root / "_quarto.yml").read_text(encoding="utf-8")
    assert settings.replace(f"    - {path}\n", "") == (CHECKOUT / "_quarto.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", ["flygtninge", "integration"])
def test_a_renamed_area_keeps_what_was_written_in_it(project: Project, slug: str):
    write_own(project, AREA, "plan-figure-3b", "min tekst")
    plan = with_area(area(3, title="Integration", slug=slug))
    path = f"notebooks/03-{slug}.ipynb"
    in_order(both(project, plan, path), "# Integration {#sec-3}", 'figure("3b")', "min tekst", "#maal-3c")
    assert AREA in chapters(project) or not (project.root / AREA).exists()


def test_reordered_areas_are_reordered_pages_with_what_was_written_in_them(project: Project):
    def at(number: int, old: int) -> FocusArea:
        letters = "abcdef"
        goals = tuple(
            g.model_copy(update={"number": f"{number}{letters[i]}"}) for i, g in enumerate(area(old).goals)
        )
        return area(old, number=number, goals=goals)

    plan = edited(area(1), area(2), at(3, 4), at(4, 3), *PLAN.focus_areas[4:])
    write_own(project, AREA, "plan-title", "om flygtninge")
    write_own(project, AREA, "plan-figure-3b", "om mål 3b")
    write_own(project, "notebooks/04-vaerdigt-forloeb.ipynb", "plan-goal-4a", "om forløb")
    in_order(
        both(project, plan, "notebooks/04-flygtninge.ipynb"),
        "{#sec-4}", "om flygtninge", "report.fetch(4)", 'figure("4b")', "om mål 3b",
    )  # fmt: skip
    in_order(rendered(project, plan)["notebooks/03-vaerdigt-forloeb.ipynb"], 'goal("3a")', "om forløb")
    assert not (project.root / AREA).exists()
    assert chapters(project)[3:5] == ["notebooks/03-vaerdigt-forloeb.ipynb", "notebooks/04-flygtninge.ipynb"]


def without_three() -> Plan:
    return edited(*(a for a in PLAN.focus_areas if a.number != 3))


def test_an_area_that_goes_takes_its_untouched_file_along_and_says_so(project: Project):
    assert AREA not in rendered(project, without_three())
    told = update(project, without_three())
    assert told == [
        f"removed {AREA}: no page any more, and nothing of yours in it", "wrote _quarto.yml"
    ]  # fmt: skip
    assert not (project.root / AREA).exists()
    assert AREA not in chapters(project)


def test_an_own_cell_in_an_area_that_goes_is_kept_named_and_back_when_the_area_is(project: Project):
    write_own(project, AREA, "plan-goal-3b", "mit")
    before = (project.root / AREA).read_bytes()
    (line, *_) = book(project, without_three()).laid().notes
    assert line.startswith(f"{AREA}: the catalogue has no such page any more; 1 cell of yours in it.")
    told = update(project, without_three())
    assert f"kept {AREA}: no page any more, but 1 cell of yours in it" in told
    assert (project.root / AREA).read_bytes() == before
    update(project, PLAN)
    in_order(rendered(project)[AREA], 'goal("3b")', "mit", 'figure("3b")')
    assert chapters(project) == yaml.safe_load((CHECKOUT / "_quarto.yml").read_text())["book"]["chapters"]


def test_a_goal_saved_from_an_area_that_goes_takes_its_texts_along(project: Project):
    write_own(project, AREA, "plan-figure-3b", "om 3b")
    rest = [a for a in PLAN.focus_areas if a.number not in (3, 7)]
    plan = edited(*rest, area(7, goals=(*area(7).goals, goal("3b", number="7z"))))
    in_order(both(project, plan, "notebooks/07-psykisk-saarbare.ipynb"), 'figure("7z")', "om 3b")


def test_the_page_of_changes_is_there_as_long_as_there_is_a_plan_before(project: Project):
    plan = PLAN.model_copy(update={"previous": None})
    path = "notebooks/aendringer.ipynb"
    assert path not in rendered(project, plan)
    update(project, plan)
    assert path not in chapters(project)
    assert path in rendered(project, PLAN)


# ------------------------------------------------------------------------------------- what is one's own


def test_cells_and_pages_of_ones_own_stay_where_they_were_put(project: Project):
    for after, text in (("", "allerførst"), ("plan-intro", "midt i"), ("plan-figure-3c", "til slut")):
        write_own(project, AREA, after, text)
    edit(project, "index.ipynb", "status-title", "## Sådan går det {#status-paa-maalene .unnumbered}")
    (project.notebooks / "forord.md").write_text("# Forord\n", encoding="utf-8")
    file = project.root / "_quarto.yml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("    - notebooks/siden-sidst.ipynb\n", "")
    file.write_text(
        text.replace(f"    - {AREA}\n", f"    - {AREA}\n    - notebooks/forord.md # min egen\n"),
        encoding="utf-8",
    )
    assert list(book(project).behind()) == []
    pages = book(project).laid().pages
    order = list(pages)
    assert order[order.index(AREA) + 1] == "notebooks/forord.md"
    assert pages["notebooks/forord.md"] == ""
    assert "notebooks/siden-sidst.ipynb" not in order
    in_order(rendered(project)[AREA], "allerførst", "{#sec-3}", "midt i", 'figure("3c")', "til slut")
    assert any("Sådan går det" in cell for cell in rendered(project)["index.ipynb"])
    update(project, with_area(area(4, slug="forloeb")))
    assert "    - notebooks/forord.md # min egen\n" in file.read_text(encoding="utf-8")


def test_what_is_written_into_a_cell_of_the_catalogue_is_told_and_kept_as_a_remark(project: Project):
    edit(project, AREA, "plan-goal-3a-title", "## Min overskrift --> og mere")
    edit(project, AREA, "plan-figure-3b", 'report.chart("3b")')
    shown = rendered(project)[AREA]
    assert 'report.figure("3b")' in shown
    assert not any(text.startswith("## Min overskrift") for text in shown)
    (note,) = book(project).laid().notes
    assert f"{EDITED} plan-goal-3a-title, plan-figure-3b" in note
    (told,) = update(project)
    assert told.startswith(f"wrote {AREA} (changed plan-goal-3a-title, plan-figure-3b; kept below")
    kept = [cell.source for cell in read(project, AREA).cells if cell.source.startswith("<!--")]
    assert [text.count("-->") for text in kept] == [1, 1]
    assert "## Min overskrift" in kept[0]
    assert 'report.chart("3b")' in kept[1]


def test_a_cell_of_the_catalogue_is_left_out_by_a_tag_and_not_by_deleting_it(project: Project):
    notebook = read(project, AREA)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["plan-figure-3a"].metadata["tags"] = ["remove-cell"]
    notebook.cells.remove(cells["plan-figure-3b"])
    nbformat.write(notebook, project.root / AREA)
    shown = rendered(project)[AREA]
    assert 'report.figure("3a")' not in shown
    assert 'report.figure("3b")' in shown
    update(project)
    assert rendered(project)[AREA] == shown
    assert (
        read(project, AREA)
        .cells[[c.id for c in read(project, AREA).cells].index("plan-figure-3a")]
        .metadata.tags
    )


def test_a_cell_of_the_catalogue_that_was_cut_and_pasted_is_not_shown_twice(project: Project):
    notebook = read(project, AREA)
    place = [cell.id for cell in notebook.cells].index("plan-figure-3a")
    pasted = notebook.cells.pop(place)
    pasted["id"] = "0a1b2c3d"
    notebook.cells.append(pasted)
    nbformat.write(notebook, project.root / AREA)
    shown = both(project, PLAN, AREA)
    in_order(shown, 'goal("3a")', 'figure("3a")', "#maal-3b")


def test_a_notebook_of_before_cells_had_ids_is_read(project: Project):
    path = project.root / AREA
    data = json.loads(path.read_text(encoding="utf-8"))
    data["nbformat_minor"] = 4
    for cell in data["cells"]:
        del cell["id"], cell["metadata"]
        cell["metadata"] = {"tags": ["parameters"]} if "kommune" in cell["source"][0] else {}
    path.write_text(json.dumps(data), encoding="utf-8")
    assert rendered(project)[AREA] == rendered(copy_project(project.root / "other"))[AREA]


# --------------------------------------------------------------------- plans without notebooks, shared ones


def test_a_plan_without_notebooks_has_its_pages_and_gets_files_on_request(project: Project):
    plan = load_catalogue(project).plan("noegletal-2026")
    laid = book(project, plan).laid()
    assert laid.folder == project.root
    assert not (project.root / ".plan").exists()
    told = update(project, plan)
    assert [line.split()[-1] for line in told] == [
        *(f"notebooks/{plan.key}/{path}" for path in laid.pages), f"notebooks/{plan.key}/_quarto.yml"
    ]  # fmt: skip
    assert chapters(project, f"notebooks/{plan.key}") == list(laid.pages)
    settings = (project.notebooks / plan.key / "_quarto.yml").read_text(encoding="utf-8")
    assert "../../styles/plan.css" in settings
    assert plan.title in settings
    assert rendered(project, plan) == {
        path: [c.source for c in nbformat.reads(text, as_version=4).cells]
        for path, text in laid.pages.items()
    }


def investments(project: Project) -> BookFiles:
    return BookFiles(wing("investeringer").contents(project, CATALOGUE, "hedensted-2024-2025"))


FOLDER = "notebooks/investeringer"


def sources(text: str) -> list[str]:
    return [cell.source for cell in nbformat.reads(text, as_version=4).cells]


@pytest.fixture
def fresh(project: Project) -> Project:
    """As a checkout is: without the pages that are made from a notebook they share."""
    for folder in ("investeringer", "jobcenteroverblik"):
        for name in (project.notebooks / folder / ".gitignore").read_text(encoding="utf-8").splitlines()[1:]:
            (project.notebooks / folder / name).unlink(missing_ok=True)
    return project


def test_one_notebook_makes_the_pages_of_all_projects_with_what_was_written_in_it(fresh: Project):
    write_own(fresh, f"{FOLDER}/projekt.ipynb", "plan-status", "Læs mere på hedensted.dk.")
    pages = investments(fresh).laid().pages
    assert list(pages) == chapters(fresh, FOLDER)
    for key in ("flere-i-job", "kompetenceporten"):
        in_order(
            sources(pages[f"{key}.ipynb"]),
            f"{{#sec-{key}}}", "kommune =", f'\nprojekt = "{key}"'.strip(), "report.status_table(projekt)",
            "Læs mere", f"{{#skema-{key}-afsnit .unnumbered}}",
        ) if key != "klar-parat-i-job" else None  # fmt: skip


def test_made_pages_are_written_for_plain_quarto_ignored_by_git_and_follow_their_source(fresh: Project):
    told = list(investments(fresh).update())
    page = fresh.root / FOLDER / "flere-i-job.ipynb"
    assert f"wrote {FOLDER}/flere-i-job.ipynb" in told
    assert "flere-i-job.ipynb" in (page.parent / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert all((page.parent / path).is_file() for path in chapters(fresh, FOLDER))
    write_own(fresh, f"{FOLDER}/projekt.ipynb", "plan-status", "ny tekst")
    assert any("flere-i-job.ipynb is behind the notebook" in line for line in investments(fresh).behind())
    list(investments(fresh).update())
    assert "ny tekst" in page.read_text(encoding="utf-8")


def test_a_made_page_that_was_written_in_becomes_a_page_of_its_own(fresh: Project):
    list(investments(fresh).update())
    path = f"{FOLDER}/flere-i-job.ipynb"
    write_own(fresh, path, "plan-status", "kun for dette projekt")
    write_own(fresh, f"{FOLDER}/projekt.ipynb", "plan-status", "for alle")
    list(investments(fresh).update())
    pages = investments(fresh).laid().pages
    assert "kun for dette projekt" in sources(pages["flere-i-job.ipynb"])
    assert "for alle" not in sources(pages["flere-i-job.ipynb"])
    assert "for alle" in sources(pages["kompetenceporten.ipynb"])
    ignored = (fresh.root / FOLDER / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "flere-i-job.ipynb" not in ignored
    assert "kompetenceporten.ipynb" in ignored
    assert list(investments(fresh).behind()) == []


def test_a_figure_that_gets_a_table_has_its_page_of_all_municipalities(fresh: Project):
    contents = wing("jobcenteroverblik").contents(fresh, CATALOGUE, "jobcenteroverblik")
    fewer = [page for page in contents.pages if page.path != "alle-kommuner-07.ipynb"]
    less = type(contents)(**{**vars(contents), "pages": tuple(fewer)})
    list(BookFiles(less).update())
    assert "alle-kommuner-07.ipynb" not in chapters(fresh, "notebooks/jobcenteroverblik")
    pages = BookFiles(contents).laid().pages
    in_order(
        sources(pages["alle-kommuner-07.ipynb"]),
        "Alle kommuner: kontanthjælp",
        "figur = 1",
        "figur = 7",
        "(figur)",
    )


# ------------------------------------------------------------------------------------------- from the terminal


def test_an_edited_catalogue_is_on_the_pages_at_once(project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    file = project.catalogue / "plans" / f"{KEY}.yml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    refugees = data["focus_areas"][2]
    refugees["goals"][0]["title"] = "En anden titel"
    refugees["goals"].append({**refugees["goals"][1], "number": "3d", "title": "Et nyt mål"})
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    write_own(project, AREA, "plan-figure-3a", "Min egen tekst.")
    run = CliRunner().invoke
    checked = run(app, ["check"])
    assert checked.exit_code == 0, checked.output
    said = "changed plan-goal-3a-title; added plan-goal-3d-title, plan-goal-3d, plan-figure-3d"
    assert (
        f"{AREA} is behind the catalogue ({said}). Bring it up to date: plan notebooks {KEY}"
        in checked.output
    )
    out = project.root / "_site"
    done = run(app, ["render", "Frederikssund", "--to", "html", "--engine", "built-in", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert f"{AREA} is behind the catalogue" in done.stderr
    page = (out / "frederikssund" / "notebooks" / "03-flygtninge.html").read_text(encoding="utf-8")
    assert "Resultatmål 3a: En anden titel" in page
    assert 'id="maal-3d"' in page
    assert page.index('id="fig-3a"') < page.index("Min egen tekst.") < page.index('id="maal-3b"')
    assert "03-flygtninge.html#maal-3d" in (out / "frederikssund" / "index.html").read_text(encoding="utf-8")
    updated = run(app, ["notebooks", KEY])
    assert updated.exit_code == 0
    assert updated.output == f"wrote {AREA} ({said})\n"
    assert "behind" not in run(app, ["check"]).output


def test_a_notebook_that_is_behind_the_catalogue_says_so_when_its_report_is_opened(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        open_report("Hedensted", KEY)
    path = project.catalogue / "plans" / f"{KEY}.yml"
    text = path.read_text(encoding="utf-8")
    title = f"title: {PLAN.goal('3a').title}"
    assert title in text
    path.write_text(text.replace(title, "title: En anden overskrift"), encoding="utf-8")
    with pytest.warns(UserWarning, match=rf"{AREA} is behind .*plan notebooks {KEY}"):
        open_report("Hedensted", KEY)


def test_a_page_of_ones_own_that_takes_a_chapters_name_is_shown_without_it_and_told(project: Project):
    text = (project.root / "_quarto.yml").read_text(encoding="utf-8")
    own = text.replace("    - index.ipynb\n", "    - index.ipynb\n    - notebooks/egen.ipynb\n")
    (project.root / "_quarto.yml").write_text(own, encoding="utf-8")
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Egen {#sec-1}\n\n## Del {#del}")])
    nbformat.write(page, project.root / "notebooks" / "egen.ipynb")
    laid = book(project).laid()
    assert nbformat.reads(laid.pages["notebooks/egen.ipynb"], as_version=4).cells[0].source == (
        "# Egen\n\n## Del {#del}"
    )
    assert any("#sec-1" in note and "notebooks/egen.ipynb" in note for note in laid.notes)
    assert "{#sec-1}" in laid.pages["notebooks/01-tidlig-indsats.ipynb"]
