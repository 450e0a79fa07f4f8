"""What municipalities write themselves in ``catalogue/texts``, as it stands on the pages of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from helpers.catalogue import Catalogue
from helpers.catalogue.documents import read_document
from helpers.catalogue.followups import follow_up_template
from helpers.catalogue.models import OwnTexts, Plan
from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.project import Project
from helpers.reports.base.books import BookTexts, PlacedText
from helpers.reports.plan.book import chapter_path, plan_contents
from helpers.reports.plan.report import PlanReport, read_report


def placed_texts(project: Project, catalogue: Catalogue) -> Iterator[BookTexts]:
    """The own texts of each plan's book."""
    from helpers.reports.base.bookfiles import BookFiles

    by_plan: dict[str, list[PlacedText]] = {}
    for (_, key, goal), told in catalogue.follow_ups.items():
        plan = catalogue.plan(key)
        page = chapter_path(project, plan, plan.focus_area_of(goal))
        by_plan.setdefault(key, []).extend(
            PlacedText(page, one.where, text) for one in told for text in one.texts
        )
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


def write_follow_ups(report: PlanReport) -> Iterator[str]:
    """Write a file with a date and empty parts for each goal that is not met and of which nothing is said.

    Nothing that is there is touched; says in a line of each file what became of it.
    """
    folder = report.project.catalogue / "texts" / report.municipality.slug / report.plan.key
    goals = report.unexplained()
    for goal in goals:
        path = folder / f"{goal.number}.md"
        try:
            made = follow_up_template(f"Resultatmål {goal.number}: {goal.title}", date.today())
            write_whole(path, made.encode())
            yield f"wrote {report.project.relative(path)}"
        except FileExistsError:
            yield f"kept  {report.project.relative(path)}, which is not filled in yet"
    if not goals:
        yield f"nothing to write: no goal of {report.plan.key} is unmet and without a text"


def unexplained_lines(project: Project, catalogue: Catalogue) -> Iterator[str]:
    """For each municipality's own plan, the goals that are not met and of which it says nothing.

    Made-up figures are not explained, unless somebody began to.
    """
    for plan in catalogue.plans.values():
        owner = next((m for m in catalogue.municipalities if m.slug == plan.municipality), None)
        if owner is None:
            continue
        begun = {(slug, key) for slug, key, _ in catalogue.follow_ups}
        report = read_report(project, catalogue, plan, owner)
        try:
            goals = report.unexplained() if not report.is_example or (owner.slug, plan.key) in begun else []
        except PlanError:
            continue  # what keeps the figures from being read is told where they are checked
        if goals:
            yield (
                f"catalogue/texts/{owner.slug}/{plan.key}\n"
                f"  Not met and without a text: {', '.join(goal.number for goal in goals)}. "
                f"plan template {owner.slug} texts --plan {plan.key} writes the files."
            )
