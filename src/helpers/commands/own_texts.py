"""``plan check`` on what municipalities write themselves: each text read as the page it stands on will be."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat

from helpers.catalogue import Catalogue
from helpers.catalogue.documents import read_document
from helpers.catalogue.models import OwnTexts, Plan
from helpers.errors import Problem
from helpers.project import Project
from helpers.render.builtin.texts import PlacedText, text_problems
from helpers.render.notebooks import read_notebook
from helpers.reports.base.bookfiles import Book
from helpers.reports.plan.book import book_folder, chapter_path, plan_contents


def check_own_texts(project: Project, catalogue: Catalogue) -> tuple[list[Problem], list[str]]:
    """What is wrong with the texts of ``catalogue/texts``, and one line that says how many were read."""
    problems: list[Problem] = []
    count = 0
    by_plan: dict[str, list[PlacedText]] = {}
    for (slug, key), texts in catalogue.own_texts.items():
        document = read_document(project, project.catalogue / "texts" / f"{slug}.yml")
        plan = catalogue.plan(key)
        for page, place, text in _placed(texts, plan):
            by_plan.setdefault(key, []).append(PlacedText(page, document.where((key, *place)), text))
    for key, placed in by_plan.items():
        plan = catalogue.plan(key)
        problems += text_problems(_pages(project, catalogue, plan), placed, book_folder(project, plan))
        count += len(placed)
    return problems, [f"own texts: {count}"] if count else []


def _placed(texts: OwnTexts, plan: Plan) -> Iterator[tuple[str, tuple[str, ...], str]]:
    if texts.index:
        yield "index.ipynb", ("index",), texts.index
    for area in plan.focus_areas:
        if text := texts.focus_areas.get(area.number):
            yield chapter_path(area, plan), ("focus_areas", str(area.number)), text
        for goal in area.goals:
            if text := texts.goals.get(goal.number):
                yield chapter_path(area, plan), ("goals", goal.number), text


def _pages(project: Project, catalogue: Catalogue, plan: Plan) -> dict[str, str]:
    """Each page's headings as its notebook has them, and the figures that its cells will show."""
    laid = Book(plan_contents(project, plan)).laid()
    pages = {}
    for path, text in laid.pages.items():
        notebook = nbformat.reads(text, as_version=4) if text else read_notebook(laid.folder / path, path)
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
        drawn = [goal for area in plan.focus_areas if chapter_path(area, plan) == path for goal in area.goals]
        for goal in drawn:
            for place in range(len(catalogue.figures(goal)) if catalogue.survey(goal) is None else 0):
                name = f"{goal.number}-{place + 1}" if place else goal.number
                cells.append(f'![x](figures/{name}.svg){{#fig-{name} fig-alt="x"}}')
        if path == "index.ipynb":
            cells.append("::: {#opfyldt}\nx\n:::")
        pages[path] = "\n\n".join(cells)
    return pages
