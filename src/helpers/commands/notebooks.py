"""``plan notebooks``, and what ``plan check`` tells of notebooks: which books there are, whatever report they are of."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.catalogue import Catalogue
from helpers.commands.investeringer import set_contents
from helpers.project import Project
from helpers.reports.base.bookfiles import Book
from helpers.reports.base.notebooks import Contents
from helpers.reports.investeringer.loader import load_projects, project_files
from helpers.reports.jobcenteroverblik.book import overview_contents
from helpers.reports.jobcenteroverblik.report import KEY, read_overview
from helpers.reports.plan.book import plan_contents


def book_contents(project: Project, catalogue: Catalogue, key: str) -> Contents:
    """The book of a plan, a set of investment projects or the Jobcenteroverblik.

    Raises
    ------
    PlanError
        When nothing has that key.
    """
    if key == KEY:
        return overview_contents(project, read_overview(project, catalogue))
    if key in project_files(project):
        return set_contents(project, catalogue, load_projects(project, catalogue)[key])
    return plan_contents(project, catalogue.plan(key))


def own_books(project: Project, catalogue: Catalogue) -> Iterator[Book]:
    """Every book that has notebooks of its own."""
    keys = (*catalogue.plans, KEY, *project_files(project))
    books = (Book(book_contents(project, catalogue, key)) for key in keys)
    return (book for book in books if book.own)


def notebooks_behind(project: Project, catalogue: Catalogue) -> list[str]:
    """Each file that is behind the catalogue, with what brings it up to date."""
    return [line for book in own_books(project, catalogue) for line in book.behind()]


def update_notebooks(project: Project, catalogue: Catalogue, key: str) -> Iterator[str]:
    """Write a book's notebooks or bring them up to date (every book's without a key); a line for each change."""
    books = [Book(book_contents(project, catalogue, key))] if key else own_books(project, catalogue)
    for book in books:
        yield from book.update()
