"""A book: the folder with a ``_quarto.yml`` of type book, its chapters, and what the two engines need of it.

Comes in: a folder. Goes out: a frozen :class:`Book`; every key the built-in engine would have to pass over is told
with its line (`unsupported_keys`), so that the two engines cannot drift apart unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from helpers.errors import PlanError, Problem
from helpers.letters import without_hidden

CONFIGURATION = "_quarto.yml"

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

_SUPPORTED = {
    "": {"project", "lang", "language", "book", "brand", "format", "execute", "filters", "metadata-files", "jupyter", "plan"},
    "project": {"type", "output-dir", "resources"},
    "book": {
        "title", "subtitle", "author", "date", "date-format", "description", "chapters", "favicon",
        "output-file", "search", "sidebar", "page-navigation",
    },
    "format": {"html", "typst"},
    "format.html": {
        "theme", "css", "toc", "toc-depth", "toc-title", "number-sections", "number-depth", "lightbox", "page-layout",
        "embed-resources", "link-external-newwindow", "code-copy", "html-table-processing", "include-after-body",
    },
    "format.typst": {
        "papersize", "toc", "toc-depth", "number-sections", "number-depth", "pdf-standard", "template-partials",
        "keep-typ", "font-paths",
    },
    "execute": {"enabled", "echo", "warning", "error", "freeze", "cache"},
}  # fmt: skip
_FALSE_ONLY = {
    "execute.echo",
    "execute.freeze",
    "execute.cache",
    "execute.error",
    "format.html.embed-resources",
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

    @property
    def pdf_name(self) -> str:
        return pdf_name(self.output_file or self.title)


def pdf_name(title: str) -> str:
    """The name Quarto gives a book's PDF: the title, with what TeX and shells dislike turned into hyphens.

    Quotation marks become hyphens too; :func:`helpers.render.copy.make_copy` tells Quarto of these names.
    """
    return re.sub(r"[ <>()|:&;#?*'\"’‘“”„«»\\/]", "-", without_hidden(title)) + ".pdf"


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


def load_yaml(path: Path, where: str) -> Any:
    """A YAML file, or a :class:`PlanError` that names its line.

    Parameters
    ----------
    where
        What to call the file in the error.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanError.of(where, "There is no such file.") from None
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise PlanError.of(f"{where}{line}", f"This is no valid YAML: {error.problem}.") from None
    except UnicodeDecodeError:
        raise PlanError.of(where, "The file is not UTF-8 text.", "Save it as UTF-8.") from None


def read_book(folder: Path, where: str = CONFIGURATION, pages: Mapping[str, str] | None = None) -> Book:
    """Read a book's ``_quarto.yml``.

    Parameters
    ----------
    pages
        Its chapters, instead of those the file names (see :attr:`~helpers.render.models.Variant.pages`).
    where
        What to call the file in errors: its path from the project's folder.

    Raises
    ------
    PlanError
        When it is no book, a chapter or another named file is missing, or a value has the wrong shape.
    """
    data = load_yaml(folder / CONFIGURATION, where)
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
        if not pages.get(chapter.path) and not (folder / chapter.path).is_file()
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
            # Words such as `default` or `none` name no file.
            if not Path(text).suffix:
                continue
            path = (folder / text).resolve()
            if not path.is_file():
                problems.append(Problem(f"{where}: {key}", f"There is no file {text}."))
            files[text] = path
            found.append(path)
        return tuple(found)

    css = named(html.get("css"), "format.html.css")
    after_body = named(html.get("include-after-body"), "format.html.include-after-body")
    named(html.get("theme"), "format.html.theme")
    named(typst.get("template-partials"), "format.typst.template-partials")
    named(book.get("favicon"), "book.favicon")
    filters = named(data.get("filters"), "filters")
    brand_text = data.get("brand", "_brand.yml")
    brand = (folder / brand_text).resolve() if isinstance(brand_text, str) else None
    if brand is not None and not brand.is_file():
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


def unsupported_keys(folder: Path, where: str = CONFIGURATION) -> list[Problem]:
    """Keys of ``_quarto.yml`` that the built-in engine does not know, each with its line."""
    root = yaml.compose((folder / CONFIGURATION).read_text(encoding="utf-8"))
    problems: list[Problem] = []

    def look(node: yaml.Node | None, prefix: str) -> None:
        if not isinstance(node, yaml.MappingNode):
            return
        for key_node, value_node in node.value:
            key = f"{prefix}.{key_node.value}".lstrip(".")
            place = f"{where}:{key_node.start_mark.line + 1}: {key}"
            if key_node.value not in _SUPPORTED[prefix]:
                known = ", ".join(sorted(_SUPPORTED[prefix]))
                problems.append(
                    Problem(
                        place,
                        f"The built-in engine does not support this key; it knows: {known}.",
                        "Take it out, or install Quarto.",
                    )
                )
            elif key in _FALSE_ONLY and getattr(value_node, "value", "") != "false":
                problems.append(
                    Problem(
                        place,
                        "The built-in engine supports only `false` here.",
                        "Write false, or install Quarto.",
                    )
                )
            elif key in _SUPPORTED:
                look(value_node, key)

    look(root, "")
    return problems
