"""A book: the folder with a ``_quarto.yml`` of type book, its chapters, and what the two engines need of it.

Comes in: a folder. Goes out: a frozen :class:`Book`; every key the built-in engine would have to pass over is told
with its line (`unsupported_keys`), so that the two engines cannot drift apart unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from helpers.catalogue.brand import BRAND_FILE
from helpers.catalogue.documents import Document, Loc, read_document
from helpers.errors import PlanError, Problem
from helpers.letters import without_hidden
from helpers.project import CONFIGURATION, Project, is_file

LANGUAGE = {
    "crossref-fig-title": "Figur",
    "crossref-tbl-title": "Tabel",
    "crossref-sec-prefix": "Sektion",
    "crossref-ch-prefix": "Kapitel",
    "callout-note-title": "Note",
    "callout-tip-title": "Tip",
    "callout-warning-title": "Advarsel",
    "callout-important-title": "Vigtigt",
    "callout-caution-title": "Forsigtig",
    "toc-title-document": "Indholdsfortegnelse",
    "toc-title-website": "På denne side",
    "section-title-footnotes": "Fodnoter",
}
"""Quarto 1.9's Danish words (its ``_language-da.yml``) that the built-in engine uses; ``language:`` overrides them."""

_NUMBERED = {"toc": "truth", "toc-depth": "depth", "number-sections": "truth", "number-depth": "depth"}
_SETTINGS: Mapping[str, Any] = {
    "lang": "language", "plan": "text", "language": "texts", "brand": "text", "filters": "filters",
    "metadata-files": None, "jupyter": None,
    "project": {"type": "text", "output-dir": "folder", "resources": "list"},
    "book": {
        "title": "text", "subtitle": "text", "author": "list", "date": "text", "date-format": "text", "description": "text",
        "chapters": "chapters", "favicon": "text", "output-file": "text", "search": "truth", "page-navigation": "truth",
        "sidebar": None,
    },
    "format": {
        "html": {
            **_NUMBERED, "theme": "list", "css": "list", "toc-title": "text", "embed-resources": "truth", "page-layout": "word",
            "html-table-processing": "word", "include-after-body": "list", "lightbox": None, "link-external-newwindow": None,
            "code-copy": None,
        },
        "typst": {
            **_NUMBERED, "papersize": "word", "pdf-standard": "words", "template-partials": "list", "keep-typ": "truth",
            "font-paths": "list",
        },
        "docx": _NUMBERED,
    },
    "execute": dict.fromkeys(("enabled", "echo", "warning", "error", "freeze", "cache"), "truth"),
}  # fmt: skip
"""The keys that the built-in engine supports, with further keys or with what must stand there, whichever engine reads it
(none: anything)."""

_EXPECTED = {
    "text": "a text",
    "word": "a word such as a4 or none",
    "words": "a word such as ua-1, or a list of them",
    "texts": "keys with a text each",
    "list": "a text, or a list of texts",
    "filters": "a list of paths, or of `path:` and `at:`",
    "chapters": "a list of notebooks",
    "truth": "true or false",
    "depth": "a whole number from 1 to 6",
    "folder": "a folder inside the book's own",
    "language": "a language such as da",
}

_FALSE_ONLY = {
    ("format", "html", "embed-resources"),
    *(("execute", key) for key in ("echo", "freeze", "cache", "error")),
}


@dataclass(frozen=True)
class Chapter:
    """One page of the book.

    Attributes
    ----------
    path
        The notebook (or ``.md``), from the book's folder, with forward slashes.
    """

    path: str

    @property
    def href(self) -> str:
        """Where its page lies: the same name with ``.html``, as Quarto has it."""
        return re.sub(r"\.(ipynb|md|qmd)$", ".html", self.path)

    @property
    def is_index(self) -> bool:
        return self.path.startswith("index.")


@dataclass(frozen=True)
class Book:
    """What a ``_quarto.yml`` says, as far as rendering needs it.

    Attributes
    ----------
    files
        Everything the configuration names besides the chapters (css, theme, brand, filters, template parts),
        by the text that names it; paths are absolute.
    pages
        Chapters whose notebook is not taken from its file: path → the notebook as JSON.
    """

    folder: Path
    title: str
    subtitle: str
    author: str
    date: str
    lang: str
    chapters: tuple[Chapter, ...]
    css: tuple[Path, ...]
    after_body: tuple[Path, ...]
    brand: Path | None
    filters: tuple[Path, ...]
    files: Mapping[str, Path]
    toc_depth: int
    number_depth: int
    language: Mapping[str, str]
    output_file: str
    output_folder: str
    configuration: Mapping[str, Any] = field(repr=False)
    pages: Mapping[str, str] = field(default_factory=dict, repr=False)


def pdf_name(title: str) -> str:
    """The name of a book's PDF: its title, with spaces and what shells dislike turned into hyphens."""
    return re.sub(r"[ ,<>()|:&;#?*'\"’‘“”„«»\\/-]+", "-", without_hidden(title)).strip("-") + ".pdf"


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _chapter(item: Any, where: str) -> Chapter:
    path = (item.get("file") or item.get("href")) if isinstance(item, dict) else item
    if not isinstance(path, str):
        raise PlanError.of(
            where,
            f"{item!r} is no chapter.",
            "Write the notebook's path. Parts and appendices are not supported.",
        )
    return Chapter(path)


def _fits(value: Any, kind: str) -> bool:
    """Whether a value, its scalars still text, is of a kind."""
    texts = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
    match kind:
        case "truth":
            return value in ("true", "false", "auto", "refresh")
        case "depth":
            return isinstance(value, str) and value in "123456"
        case "language":
            return (
                isinstance(value, str) and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value) is not None
            )
        case "folder":
            return isinstance(value, str) and re.fullmatch(r"(?!/|.*\.\.)[\w./ -]+", value) is not None
        case "texts":
            return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
        case "text":
            return isinstance(value, str)
        case "word" | "words":
            words = _listed(value) if kind == "words" else [value]
            return all(isinstance(word, str) and re.fullmatch(r"\w[\w.-]*", word) for word in words)
        case "list":
            return isinstance(value, str) or (isinstance(value, list) and len(texts) == len(value))
        case "filters":
            paths = [item.get("path") if isinstance(item, dict) else item for item in _listed(value)]
            return not isinstance(value, dict) and all(isinstance(path, str) for path in paths)
        case _:
            return isinstance(value, list)


def _read_settings(folder: Path, where: str) -> tuple[Document, dict[str, Any]]:
    """A ``_quarto.yml`` with its lines, and as YAML means it.

    Raises
    ------
    PlanError
        When it is no YAML, or something stands where another kind of thing belongs.
    """
    if not (folder / CONFIGURATION).is_file():
        raise PlanError.of(where, "There is no such file.")
    document = read_document(Project(folder), folder / CONFIGURATION)
    document.problems = [
        replace(problem, where=where + problem.where.removeprefix(CONFIGURATION))
        for problem in document.problems
    ]
    document.name = where
    _hold(document, document.data, _SETTINGS, ())
    data = {} if document.problems else document.values(folder / CONFIGURATION)
    if document.problems:
        raise PlanError(dict.fromkeys(document.problems))
    return document, data


def _hold(document: Document, here: Mapping[str, Any], settings: Mapping[str, Any], at: Loc) -> None:
    """Note what is of another kind than its key needs."""
    for key, kind in settings.items():
        place, value = (*at, key), here.get(key)
        if value is None or kind is None:
            continue
        if isinstance(kind, str):
            if not _fits(value, kind):
                document.problem(place, f"Here must be {_EXPECTED[kind]}.")
        elif isinstance(value, dict):
            _hold(document, value, kind, place)
        elif place[0] != "format":  # whose name may stand alone
            document.problem(place, "Here must be keys with values, one a line and indented.")


def read_book(
    folder: Path,
    where: str = CONFIGURATION,
    pages: Mapping[str, str] | None = None,
    *,
    made: Collection[str] = (),
) -> Book:
    """Read a book's ``_quarto.yml``.

    Parameters
    ----------
    pages
        Its chapters, instead of those the file names (see :attr:`~helpers.render.models.Variant.pages`).
    made
        Chapters that are made when the book is rendered, and need no file.
    where
        What to call the file in errors: its path from the project's folder.

    Raises
    ------
    PlanError
        When it is no book, a chapter or another named file is missing, or a value has the wrong shape.
    """
    _, data = _read_settings(folder, where)
    if not isinstance(data, dict) or (data.get("project") or {}).get("type") != "book":
        raise PlanError.of(
            where,
            "This is no book.",
            "It needs `project: {type: book}` and `book: {title: …, chapters: […]}`.",
        )
    book = data.get("book") or {}
    pages = pages or {}
    listed = list(pages) or _listed(book.get("chapters"))
    chapters = tuple(_chapter(item, f"{where}: book.chapters") for item in listed)
    problems = [
        Problem(
            f"{where}: book.chapters",
            f"There is no file {chapter.path}.",
            "Correct the path, or take the chapter out.",
        )
        for chapter in chapters
        if not pages.get(chapter.path) and chapter.path not in made and not is_file(folder / chapter.path)
    ]
    problems += [
        Problem(
            f"{where}: book.chapters",
            f"{chapter.path} is no notebook of this book.",
            "Name .ipynb or .md files here.",
        )
        for chapter in chapters
        if ".." in Path(chapter.path).parts or Path(chapter.path).suffix not in (".ipynb", ".md", ".qmd")
    ]
    if not any(chapter.is_index for chapter in chapters):
        problems.append(Problem(f"{where}: book.chapters", "A book needs index.ipynb as its first chapter."))
    formats = data.get("format") or {}
    formats = formats if isinstance(formats, dict) else {str(formats): {}}
    html, typst = (value if isinstance(value := formats.get(key), dict) else {} for key in ("html", "typst"))

    files: dict[str, Path] = {}

    def named(value: Any, key: str) -> tuple[Path, ...]:
        found = []
        for item in _listed(value):
            text = str(item.get("path", "")) if isinstance(item, dict) else str(item)
            # Words such as `default` or `quarto` name no file.
            if key in ("format.html.theme", "filters") and re.fullmatch(r"[a-z][a-z-]*", text):
                continue
            path = (folder / text).resolve()
            if not path.is_relative_to(_root_of(folder)):
                problems.append(Problem(f"{where}: {key}", f"{text} lies outside the project."))
            elif not is_file(path):
                there = ", ".join(sorted(one.name for one in path.parent.glob(f"*{path.suffix}")))
                do = f"{Path(text).parent} has {there}." if there else ""
                problems.append(Problem(f"{where}: {key}", f"There is no file {text}.", do))
            files[text] = path
            found.append(path)
        return tuple(found)

    css = named(html.get("css"), "format.html.css")
    after_body = named(html.get("include-after-body"), "format.html.include-after-body")
    named(html.get("theme"), "format.html.theme")
    named(typst.get("template-partials"), "format.typst.template-partials")
    named(book.get("favicon"), "book.favicon")
    filters = named(data.get("filters"), "filters")
    brand_text = data.get("brand", BRAND_FILE)
    brand = (folder / brand_text).resolve() if isinstance(brand_text, str) else None
    if brand is not None and not is_file(brand):
        if "brand" in data:
            problems.append(Problem(f"{where}: brand", f"There is no file {brand_text}."))
        brand = None
    if problems:
        raise PlanError(problems)
    return Book(
        folder=folder,
        title=str(book.get("title") or ""),
        subtitle=str(book.get("subtitle") or ""),
        author=", ".join(str(item) for item in _listed(book.get("author"))),
        date=str(book.get("date") or ""),
        lang=str(data.get("lang") or "en"),
        chapters=chapters,
        css=css,
        after_body=after_body,
        brand=brand,
        filters=filters,
        files=files,
        toc_depth=int(html.get("toc-depth") or 3),
        number_depth=int(html.get("number-depth") or 6),
        language={**LANGUAGE, **(data.get("language") or {})},
        output_file=str(book.get("output-file") or ""),
        output_folder=str((data.get("project") or {}).get("output-dir") or "_book"),
        configuration=data,
        pages=pages,
    )


def _root_of(folder: Path) -> Path:
    """The project that a book lies in; without one, the folder above the book's."""
    above = (one for one in (folder, *folder.parents) if (one / "catalogue").is_dir())
    return next(above, folder.parent).resolve()


def unsupported_keys(folder: Path, where: str = CONFIGURATION) -> list[Problem]:
    """Keys of ``_quarto.yml`` that the built-in engine does not know, each with its line."""
    document, _ = _read_settings(folder, where)
    problems: list[Problem] = []

    def look(here: Any, settings: Mapping[str, Any], at: Loc) -> None:
        for name, value in here.items() if isinstance(here, dict) else ():
            place = (*at, name)
            if name not in settings:
                known = ", ".join(sorted(settings))
                what = f"The built-in engine does not support this key; it knows: {known}."
                problems.append(Problem(document.where(place), what, "Take it out, or install Quarto."))
            elif place in _FALSE_ONLY and value != "false":
                what = "The built-in engine supports only `false` here."
                problems.append(Problem(document.where(place), what, "Write false, or install Quarto."))
            elif isinstance(settings[name], dict):
                look(value, settings[name], place)

    look(document.data, _SETTINGS, ())
    return problems
