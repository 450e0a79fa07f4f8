"""``plan check``: the whole catalogue, every snapshot and every typed-in file, all mistakes at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from helpers.catalogue import Catalogue, check_catalogue, load_catalogue
from helpers.catalogue.brand import BRAND_FILE, OVERRIDES, brand_problems, read_brand
from helpers.catalogue.documents import read_document, unknown
from helpers.catalogue.imprint import FILE, imprint_problems, read_imprint
from helpers.catalogue.models import SOURCES
from helpers.catalogue.targets import Target
from helpers.commands.notebooks import own_books
from helpers.commands.typed import unread
from helpers.data.editions import typed_folder
from helpers.data.raw import RawStore
from helpers.data.text import fold
from helpers.errors import PlanError, Problem
from helpers.present.theme import brand_doubts
from helpers.present.tilemap import TILES, read_tiles
from helpers.project import CONFIGURATION, Project
from helpers.render.book import read_book, unsupported_keys
from helpers.render.builtin.texts import text_problems
from helpers.render.notebooks import check_notebooks, read_chapter
from helpers.render.quarto import find_quarto
from helpers.reports import wings
from helpers.reports.base.books import BookTexts
from helpers.sources.manual import read_series, read_survey, typed_problems
from helpers.sources.queries import wanted_by_table

_LOWER, _HIGHER = re.compile(r"\b(lavere|under|mindre|færre)\b"), re.compile(r"\b(højere|over|mere|flere)\b")
"""How a goal's text says which way its margin goes."""


def check_looks(project: Project, catalogue: Catalogue) -> tuple[list[Problem], list[str]]:
    """What is wrong with brands, books' settings and the map of the country, and one line on what was read."""
    problems = list(brand_problems(project, tuple(m.slug for m in catalogue.municipalities)))
    settings = [project.root / CONFIGURATION, *sorted(project.notebooks.glob(f"*/{CONFIGURATION}"))]
    books = [path for path in settings if path.is_file()]
    try:
        made = {
            book.folder: [path for path, page in book.laid().pages.items() if page]
            for book in own_books(project, catalogue)
        }
    except PlanError as error:
        return [*problems, *error.problems], []
    for path in books:
        where = project.relative(path)
        problems += _no_plan(project, catalogue, path)
        try:
            read_book(path.parent, where, made=made.get(path.parent, ()))
            if find_quarto() is None:
                problems += unsupported_keys(path.parent, where)
        except PlanError as error:
            problems += error.problems
    if (project.catalogue / TILES).is_file():
        try:
            read_tiles(project, catalogue.municipalities)
        except PlanError as error:
            problems += error.problems
    problems += imprint_problems(project, [m.slug for m in catalogue.municipalities])
    own = len(list((project.catalogue / OVERRIDES).glob("*.yml")))
    said = [f"looks: {len(books)} books, {own} brands of municipalities"]
    if not problems:
        said += _brand_doubts(project)
    if not problems and (lacking := read_imprint(project).lacking):
        said.append(f"{FILE}: before publication it should say {', '.join(lacking)} (docs/publishing.md)")
    return problems, said


def _brand_doubts(project: Project) -> Iterator[str]:
    """What pages show otherwise than a brand asks for, with file and line."""
    base = project.root / BRAND_FILE
    for file in (base, *sorted((project.catalogue / OVERRIDES).glob("*.yml"))):
        if not file.is_file():
            continue
        document = read_document(project, file)
        for role, what in brand_doubts(read_brand(base, None if file == base else file).colours):
            if role in (document.data.get("color") or {}):
                yield f"{document.where(('color', role))}\n  {what}"


def _no_plan(project: Project, catalogue: Catalogue, settings: Path) -> Iterator[Problem]:
    """What is wrong with the plan that a book's settings name."""
    document = read_document(project, settings)
    plan = document.data.get("plan")
    known = [key for wing in wings() for key in wing.plans(project, catalogue)]
    if isinstance(plan, str) and plan not in known:
        yield Problem(
            document.where(("plan",)), unknown("plan", plan, known), f"Plans are: {', '.join(known)}."
        )


def check_everything(project: Project) -> tuple[list[Problem], list[str]]:
    """What is wrong, and one line for each part that was looked at.

    Typed-in files are read only when the catalogue is right: their rows are named in it.
    """
    problems = list(check_catalogue(project))
    if problems:
        return problems, []
    catalogue = load_catalogue(project)
    lines = [
        f"catalogue: {len(catalogue.indicators)} indicators, {len(catalogue.surveys)} surveys, "
        f"{len(catalogue.plans)} plans, {len(catalogue.municipalities)} municipalities"
    ]
    for part in (check_looks, check_own_texts, *(wing.check for wing in wings())):
        wrong, said = part(project, catalogue)
        problems += wrong
        lines += said
    wrong, said = check_notebooks(project)
    problems += wrong
    lines += said
    if not problems:
        lines += [line for book in own_books(project, catalogue) for line in book.behind()]
    store = RawStore(project.raw)
    for source, publisher in SOURCES.items():
        problems += store.problems(source)
        lines.append(f"fetched from {publisher.name}: {len(store.tables(source))} tables")
    lines += _to_fetch(store, catalogue)
    problems += unread(project, catalogue)
    for municipality in catalogue.municipalities:
        if not typed_folder(project, municipality.slug).is_dir():
            continue
        series = read_series(project, catalogue, municipality)
        surveys = [
            read_survey(project, catalogue, municipality, survey) for survey in catalogue.surveys.values()
        ]
        problems += typed_problems(project, catalogue, municipality)
        lines.append(
            f"typed in for {municipality.name}: {len(series.values)} figures, "
            f"{sum(answers is not None for answers in surveys)} surveys"
        )
    lines += _questions(project, catalogue)
    return problems, lines


def check_own_texts(project: Project, catalogue: Catalogue) -> tuple[list[Problem], list[str]]:
    """What is wrong with the texts of ``catalogue/texts``, and one line that says how many were read."""
    found = [book for wing in wings() for book in wing.own_texts(project, catalogue)]
    problems = [p for book in found for p in text_problems(_pages(book), book.texts, book.book.folder)]
    count = sum(len(book.texts) for book in found)
    return problems, [f"own texts: {count}"] if count else []


def _pages(book: BookTexts) -> dict[str, str]:
    """Each page's headings as its notebook has them, and what its cells will show."""
    laid = book.book
    notebooks = {
        path: nbformat.reads(text, as_version=4) if text else read_chapter(laid.folder / path, path)
        for path, text in laid.pages.items()
    }
    return {
        path: "\n\n".join(
            [
                *(cell.source for cell in notebook.cells if cell.cell_type == "markdown"),
                *filter(None, [book.added.get(path)]),
            ]
        )
        for path, notebook in notebooks.items()
    }


def _to_fetch(store: RawStore, catalogue: Catalogue) -> Iterator[str]:
    """What the catalogue asks for that no fetch has brought yet, once there was one."""
    for table, wanted in wanted_by_table(catalogue).items():
        source = wanted[0].term.source
        if not store.tables(source):
            continue
        snapshot = store.newest(source, table)
        columns = store.sidecar(source, table, snapshot).columns if snapshot else ()
        known = {fold(word) for column in columns for word in (*column.words, column.label)}
        lacking = dict.fromkeys(
            item.indicator.key
            for item in wanted
            if item.judged and not {fold(item.term.measure), *map(fold, item.term.where)} <= known
        )
        if lacking:
            yield f"not fetched yet: {table} for {', '.join(lacking)} (plan fetch --table {table})"


def _questions(project: Project, catalogue: Catalogue) -> Iterator[str]:
    """What can be meant so, and probably is not: a margin whose sign is not the one of its goal's text."""
    for plan in catalogue.plans.values():
        document = read_document(project, project.catalogue / "plans" / f"{plan.key}.yml")
        for at, area in enumerate(plan.focus_areas):
            for number, goal in enumerate(area.goals):
                margin = goal.target.margin if isinstance(goal.target, Target) else None
                lower, higher = _LOWER.search(goal.text), _HIGHER.search(goal.text)
                said = lower or higher
                if margin and said and not (lower and higher) and (margin > 0) is bool(lower):
                    where = document.where(("focus_areas", at, "goals", number, "target", "margin"))
                    yield f'{where}\n  Is {margin:+} right? The text says "{said[1]}"; {-margin:+} would be that.'
