"""What a rendered site was made of, as one hash: when nothing of it has changed, nothing is rendered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import helpers
from helpers.catalogue.brand import Brand
from helpers.project import CONFIGURATION
from helpers.render.book import Book
from helpers.render.models import Variant
from helpers.render.named import named_files
from helpers.render.notebooks import chapter_notebook

_PACKAGES = (
    "altair",
    "great-tables",
    "vl-convert-python",
    "typst",
    "pypandoc_binary",
    "pandas",
    "python-docx",
    "XlsxWriter",
)
"""Packages whose version shows in what is rendered."""


def _content(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@cache
def code_hash() -> str:
    """Of this package's own code and templates, and of the packages that draw and set."""
    folder = Path(helpers.__file__).parent
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".lua", ".html"})
    versions = json.dumps({name: version(name) for name in _PACKAGES})
    return hashlib.sha256((_content(files) + versions).encode()).hexdigest()


def book_hash(book: Book, brand: Brand, styles: Path) -> str:
    """Of a book's notebooks and the files they name, configuration, brand and styles."""
    unlaid = [chapter.path for chapter in book.chapters if not book.pages.get(chapter.path)]
    files = [book.folder / CONFIGURATION, *(book.folder / path for path in unlaid)]
    for chapter in book.chapters:
        notebook = chapter_notebook(book, chapter.path)
        named = (book.folder / found.path for found in named_files(notebook, chapter.path))
        files += sorted({path for path in named if path.is_file()})
    files += sorted({*book.files.values(), *(path for path in styles.glob("*") if path.is_file())})
    files += [file for file in (brand.logo, brand.word) if file is not None]
    look = json.dumps([brand.data, dict(brand.colours)], sort_keys=True, default=str)
    look += json.dumps(dict(book.pages))
    return hashlib.sha256((_content(files) + look).encode()).hexdigest()


def fingerprint(variant: Variant, book: str, engine: str, to: Collection[str]) -> str:
    """Of everything a variant's site is made of; empty when its numbers are not known (``variant.inputs``)."""
    if not variant.inputs:
        return ""
    parts = [
        variant.inputs,
        variant.slug,
        sorted(variant.parameters.items()),
        [
            variant.title,
            variant.subtitle,
            variant.municipality,
            variant.area,
            variant.document,
            str(variant.dated),
        ],
        sorted(variant.environment.items()),
        book,
        code_hash(),
        engine,
        sorted(to),
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
