"""One pandoc process for one book: Markdown in, pages, Typst and Word out (``book.lua`` does the work)."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pypandoc

from helpers.errors import PlanError, Problem
from helpers.render.book import LANGUAGE
from helpers.render.builtin.markdown import joined, located, pieces
from helpers.render.copy import STYLES, Copy

SCRIPT = Path(__file__).with_name("book.lua")

PANDOC_TIMEOUT = 300
"""Seconds; a book takes about one."""

_HEAP = ("+RTS", "-H1m", "-A16m", "-RTS")
"""Instead of its own 64 MB to begin with: 40 MB less for a book, in the same time."""


@dataclass(frozen=True)
class Heading:
    """An entry of “På denne side”."""

    level: int
    id: str
    html: str
    number: str | None = None


@dataclass(frozen=True)
class Page:
    """A chapter as HTML."""

    source: str
    href: str
    id: str
    title: str
    title_html: str
    contents: tuple[Heading, ...]
    html: str
    resources: tuple[str, ...]
    """Local files the page shows or links to, from the book's folder."""
    number: str | None = None


@dataclass(frozen=True)
class Converted:
    """What pandoc made of a book: its pages, and all chapters as Typst."""

    pages: tuple[Page, ...]
    typst: str


@dataclass(frozen=True)
class WordJob:
    """The Word document that is to be written beside the pages."""

    # The file to write, and the one whose styles and page it takes.
    target: Path
    reference: Path
    lang: str
    timestamp: int
    """When the file says it was made."""
    # What stands on its first page; without a title it begins with the text.
    title: str = ""
    subtitle: str = ""
    date: str = ""
    contents: str = ""
    """Heading of the table of contents; empty for none."""


@cache
def executable() -> str:
    """Where pandoc lies."""
    path: str = pypandoc.get_pandoc_path()
    return path


_JOB: Mapping[str, Any] = {
    "words": LANGUAGE, "filters": (), "toc_depth": 2, "number_depth": 6, "html": True, "typst": False, "address": "",
}  # fmt: skip
"""What a job is, where it does not say otherwise."""


def run(job: Mapping[str, Any], folder: Path, word: WordJob | None = None) -> Any:
    """What ``book.lua`` makes of a job: ``chapters``, and what of the rest is to be otherwise."""
    environment = dict(os.environ)
    job = {**_JOB, **job}
    if word is not None:
        job = {**job, "docx": {key: str(value) for key, value in asdict(word).items()}}
        environment["SOURCE_DATE_EPOCH"] = str(word.timestamp)
    try:
        done = subprocess.run(
            [executable(), *_HEAP, "lua", str(SCRIPT)],
            input=json.dumps(job, ensure_ascii=False).encode(),
            capture_output=True,
            cwd=folder,
            env=environment,
            timeout=PANDOC_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PlanError.of(
            "pandoc", f"pandoc took longer than {PANDOC_TIMEOUT} seconds and was stopped."
        ) from None
    if done.returncode != 0:
        raise PlanError.of(
            "pandoc", done.stderr.decode(errors="replace").strip() or f"pandoc ended with {done.returncode}."
        )
    return json.loads(done.stdout)


def convert(copy: Copy, to: Sequence[str], word: WordJob | None = None) -> Converted:
    """Convert the executed notebooks of a private copy.

    Parameters
    ----------
    to
        ``html``, ``pdf`` or both; what is not asked for stays empty.

    Raises
    ------
    PlanError
        With everything the built-in engine does not support, each by notebook, cell and line.
    """
    book = copy.book
    problems: list[Problem] = []
    parts = {}
    for chapter in book.chapters:
        parts[chapter.path], wrong = pieces(copy.notebooks[chapter.path], chapter.path)
        problems += wrong
    if problems:
        raise PlanError(problems)
    result = run(
        {
            "chapters": [
                {"source": chapter.path, "href": chapter.href, "markdown": joined(parts[chapter.path])}
                for chapter in book.chapters
            ],
            "words": dict(book.language),
            "filters": [f"{STYLES}/{path.name}" for path in book.filters],
            "toc_depth": book.toc_depth,
            "number_depth": book.number_depth,
            "html": "html" in to,
            "typst": "pdf" in to,
            "address": copy.address,
        },
        copy.folder,
        word,
    )
    for found in result["problems"] or ():
        path = found["chapter"]
        problems.append(located(path, parts[path], found))
    if problems:
        raise PlanError(dict.fromkeys(problems))
    pages = []
    for chapter, page in zip(book.chapters, result["chapters"], strict=True):
        contents = tuple(Heading(**item) for item in page.pop("contents") or ())
        resources = tuple(page.pop("resources") or ())
        pages.append(Page(href=chapter.href, contents=contents, resources=resources, **page))
    return Converted(tuple(pages), result["typst"])
