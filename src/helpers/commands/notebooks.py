"""``plan notebooks``: the books of all reports, by key."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.catalogue import Catalogue
from helpers.project import Project
from helpers.reports import wing_of, wings
from helpers.reports.base.bookfiles import BookFiles


def own_books(project: Project, catalogue: Catalogue) -> Iterator[BookFiles]:
    """Every book that has notebooks of its own."""
    for wing in wings():
        for key in wing.plans(project, catalogue):
            book = BookFiles(wing.contents(project, catalogue, key))
            if book.own:
                yield book


def update_notebooks(project: Project, catalogue: Catalogue, key: str) -> Iterator[str]:
    """Write a book's notebooks or bring them up to date (every book's without a key); a line for each change.

    Raises
    ------
    PlanError
        For an unknown key, or a notebook that cannot be read.
    """
    if not key:
        books = own_books(project, catalogue)
    else:
        books = iter([BookFiles(wing_of(project, key).contents(project, catalogue, key))])
    for book in books:
        yield from book.update()
