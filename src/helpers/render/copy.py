"""The private copy of a book: notebooks run in it and Quarto writes in it, so that the sources stay as they are."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from nbformat import NotebookNode

from helpers.catalogue.brand import BRAND_FILE, WORD, Brand
from helpers.catalogue.catalogue import fill
from helpers.catalogue.imprint import Imprint
from helpers.letters import without_hidden
from helpers.periods import danish_day
from helpers.present.theme import shown_colours
from helpers.project import CONFIGURATION
from helpers.prose import without_false_lists
from helpers.render.book import Book, pdf_name
from helpers.render.models import Variant
from helpers.render.named import bring_files
from helpers.render.notebooks import chapter_notebook
from helpers.reports.base.notebooks import CELL_PREFIX

STYLES = "styles"
"""All files that ``_quarto.yml`` names lie in this folder of the copy, wherever they come from."""


_NOBODY = Imprint()

_EXAMPLE = re.compile(r"[{\s\".]example-(?:data|note)\b")


@dataclass(frozen=True)
class Copy:
    """One variant's private copy.

    Attributes
    ----------
    notebooks
        The chapters as notebooks, by path from the folder; executed ones replace them. A chapter that is a
        Markdown file is a notebook of one cell.
    """

    folder: Path
    book: Book
    brand: Brand
    variant: Variant
    notebooks: dict[str, NotebookNode]
    imprint: Imprint = _NOBODY

    @property
    def title(self) -> str:
        return self.variant.title or self.book.title

    @property
    def subtitle(self) -> str:
        return self.variant.subtitle or self.variant.municipality or self.book.subtitle

    @property
    def author(self) -> str:
        return self.variant.municipality or self.book.author

    @property
    def date(self) -> str:
        """The day on its first page, in Danish."""
        return danish_day(self.variant.dated) if self.variant.dated else self.book.date

    @property
    def is_example(self) -> bool:
        """Whether the pages show made-up figures: as the stamp says, or an output with the class ``example-data``."""
        if self.variant.stamp is not None:
            return self.variant.stamp.is_example
        outputs = (
            output
            for notebook in self.notebooks.values()
            for cell in notebook.cells
            if cell.cell_type == "code"
            for output in cell.get("outputs", [])
        )
        return any(_EXAMPLE.search(one.get("data", {}).get("text/markdown", "")) for one in outputs)

    @property
    def address(self) -> str:
        """Where the site is read, with a slash at its end; empty when ``site.yml`` does not say."""
        base = self.imprint.address
        return f"{base.rstrip('/')}/{quote(self.variant.slug)}/" if base else ""

    @property
    def timestamp(self) -> int:
        """When the PDF says it was made: noon of the plan's day, so that the same book gives the same bytes."""
        day = self.variant.dated or date(1970, 1, 1)
        return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())

    @property
    def full_title(self) -> str:
        """The title with whose it is, once: a file that is mailed or printed says both."""
        return self._with_whose(self.title, ", ")

    def _with_whose(self, title: str, between: str) -> str:
        whose = self.variant.municipality
        return title if whose in title else f"{title}{between}{whose}"

    @property
    def pdf_name(self) -> str:
        return pdf_name(self._with_whose(self.book.output_file or self.title, " "))

    @property
    def word_name(self) -> str:
        return self.pdf_name.removesuffix(".pdf") + WORD


def settle_prose(copy: Copy) -> None:
    """Make the texts of all cells and outputs say what they look like: no false lists, nothing that nobody sees."""
    for notebook in copy.notebooks.values():
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = without_false_lists(without_hidden(cell.source))
            for output in cell.get("outputs", ()):
                if output.output_type == "stream":
                    output.text = without_hidden(output.text)
                data = output.get("data", {})
                for kind in ("text/plain", "text/markdown"):
                    if kind in data:
                        data[kind] = without_hidden(data[kind])
                if "text/markdown" in data:
                    data["text/markdown"] = without_false_lists(data["text/markdown"])


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same configuration with file names as they are in the copy."""
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


DATE_FORMAT = "D. MMMM YYYY"
"""How Quarto spells the date, with the names of the book's language: 15. januar 2024."""


def make_copy(book: Book, brand: Brand, variant: Variant, folder: Path, imprint: Imprint = _NOBODY) -> Copy:
    """Lay the book into `folder`: notebooks, configuration, brand and the files they name, nothing else.

    Title, subtitle, author and date of the variant are written into the copy's ``_quarto.yml``, whose paths all lead
    into the copy.
    """
    styles = folder / STYLES
    styles.mkdir(parents=True)
    names: dict[str, str] = {}
    for text, path in book.files.items():
        target = styles / path.name
        if not target.exists():
            shutil.copyfile(path, target)
        names[text] = f"{STYLES}/{path.name}"
    configuration = _renamed(dict(book.configuration), names)
    brand_data = dict(brand.data)
    shown = shown_colours(brand.colours)
    if brand_data:
        # The paths of fonts are seen from elsewhere; each engine is given them in its own way.
        typography = {key: value for key, value in brand_data.get("typography", {}).items() if key != "fonts"}
        brand_data["typography"] = {**typography, "link": {"color": shown["link"]}}
        texts = {role: shown[role] for role in ("foreground", "primary", "secondary", "link")}
        said = brand_data.get("color", {})
        palette = {**(said.get("palette") or {}), "cover": shown["cover"]}
        brand_data["color"] = {**said, **texts, "palette": palette}
    if brand.logo is not None:
        logo = styles / f"logo{brand.logo.suffix}"
        logo.write_bytes(brand.logo_bytes())
        brand_data["logo"] = {"medium": {"path": f"{STYLES}/{logo.name}", "alt": brand.logo_alt}}
    if brand_data:
        (folder / BRAND_FILE).write_text(_yaml(brand_data), encoding="utf-8")
        configuration["brand"] = BRAND_FILE
    copy = Copy(folder, book, brand, variant, {}, imprint)
    head = {"title": copy.title, "subtitle": copy.subtitle, "author": copy.author}
    head["output-file"] = copy.pdf_name.removesuffix(".pdf")
    if variant.dated is not None:
        head |= {"date": variant.dated.isoformat(), "date-format": DATE_FORMAT}
    if variant.edition:
        configuration["plan-edition"] = variant.edition
    configuration["book"] = {**configuration["book"], **{key: value for key, value in head.items() if value}}
    (folder / CONFIGURATION).write_text(_yaml(configuration), encoding="utf-8")
    for chapter in book.chapters:
        (folder / chapter.path).parent.mkdir(parents=True, exist_ok=True)
        notebook = chapter_notebook(book, chapter.path)
        for cell in notebook.cells:
            if cell.cell_type == "markdown" and cell.id.startswith(CELL_PREFIX):
                cell["source"] = fill(cell.source, kommune=variant.parameters.get("kommune", "{kommune}"))
        bring_files(notebook, chapter.path, book.folder, folder)
        copy.notebooks[chapter.path] = notebook
    return copy


def _yaml(data: Any) -> str:
    text: str = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)
    return text
