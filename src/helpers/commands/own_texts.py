"""``plan check`` on what municipalities write themselves: each text read as the page it stands on will be."""

from __future__ import annotations

import nbformat

from helpers.catalogue import Catalogue
from helpers.errors import Problem
from helpers.project import Project
from helpers.render.builtin.texts import text_problems
from helpers.render.notebooks import read_notebook
from helpers.reports import wings
from helpers.reports.base.books import BookTexts


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
        path: nbformat.reads(text, as_version=4) if text else read_notebook(laid.folder / path, path)
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
