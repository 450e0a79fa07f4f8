"""What municipalities write themselves in ``catalogue/texts``, as it stands on the pages of a plan."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.catalogue import Catalogue
from helpers.catalogue.documents import read_document
from helpers.catalogue.models import OwnTexts, Plan
from helpers.project import Project
from helpers.reports.base.bookfiles import BookFiles
from helpers.reports.base.books import BookTexts, PlacedText
from helpers.reports.plan.book import chapter_path, plan_contents


def placed_texts(project: Project, catalogue: Catalogue) -> Iterator[BookTexts]:
    """The own texts of each plan's book."""
    by_plan: dict[str, list[PlacedText]] = {}
    for (slug, key), texts in catalogue.own_texts.items():
        document = read_document(project, project.catalogue / "texts" / f"{slug}.yml")
        for page, place, text in _placed(project, texts, catalogue.plan(key)):
            by_plan.setdefault(key, []).append(PlacedText(page, document.where((key, *place)), text))
    for key, placed in by_plan.items():
        plan = catalogue.plan(key)
        book = BookFiles(plan_contents(project, catalogue, plan)).laid()
        yield BookTexts(book, _figures(project, catalogue, plan), tuple(placed))


def _placed(project: Project, texts: OwnTexts, plan: Plan) -> Iterator[tuple[str, tuple[str, ...], str]]:
    if texts.index:
        yield "index.ipynb", ("index",), texts.index
    for area in plan.focus_areas:
        page = chapter_path(project, plan, area)
        if text := texts.focus_areas.get(area.number):
            yield page, ("focus_areas", str(area.number)), text
        for goal in area.goals:
            if text := texts.goals.get(goal.number):
                yield page, ("goals", goal.number), text


def _figures(project: Project, catalogue: Catalogue, plan: Plan) -> dict[str, str]:
    """Page → the figures and anchors that its cells will show."""
    pages = {"index.ipynb": "::: {#opfyldt}\nx\n:::"}
    for area in plan.focus_areas:
        names = [
            f"{goal.number}-{place + 1}" if place else goal.number
            for goal in area.goals
            if catalogue.survey(goal) is None
            for place in range(len(catalogue.figures(goal)) + len(catalogue.beside(goal)))
        ]
        drawn = (f'![x](figures/{name}.svg){{#fig-{name} fig-alt="x"}}' for name in names)
        pages[chapter_path(project, plan, area)] = "\n\n".join(drawn)
    return pages
