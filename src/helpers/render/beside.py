"""What a site has beside its chapters: a page to search it by, and all its figures on one page; for both engines alike.

In: the pages of a site that is laid out. Out: ``soeg.html``, which holds every heading with the text below it (without a
script it is a list of links), ``figurer.html`` with each figure's drawing for phones, and a field and a link on every page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import html
from lxml.html import HtmlElement

from helpers.project import Project
from helpers.render.builtin.pages import environment, relative_url, sign_of
from helpers.render.copy import Copy
from helpers.render.drawings import apart
from helpers.render.frame import FIND_SCRIPT, framed

SEARCH, FIGURES = "soeg.html", "figurer.html"

SEARCH_MARK, FIGURES_MARK = "<!--plan:soeg-->", "<!--plan:figurer-->"
"""Where the field and the link go on a page."""

LONGEST = 1500
"""Letters of the text below one heading that can be searched: a site of eleven pages has 50 kB of them."""

_PARTS = {"header", "div", "section", "details", "ul", "ol", "dl", "blockquote", "main", "article"}
_PASSED = {"nav", "table", "svg", "script", "style", "form", "search"}
_PASSED_CLASSES = {
    "take-along",
    "downloads",
    "visually-hidden",
    "on-page-short",
    "example-data",
    "example-note",
}
_DRAWING = re.compile(r'<svg class="drawing (wide|narrow)".*?</svg>', re.DOTALL)


@dataclass
class Section:
    """A heading with its text, and where it stands, from the site's folder."""

    url: str
    title: str
    page: str = ""
    text: str = ""


@dataclass(frozen=True)
class SheetFigure:
    """A figure on the page of all: what it stands under, its number and caption, the verdict above it, and its drawing."""

    url: str
    heading: str
    caption: str
    verdict: str
    kind: str
    drawing: str

    @property
    def name(self) -> tuple[str, str]:
        """What of the heading is shown, and what is read aloud with it: a goal's title stands in its drawing."""
        number, _, title = self.heading.partition(": ")
        return (number, title) if re.search(r"\d", number) else (self.heading, "")

    @property
    def sign(self) -> str:
        return sign_of(self.kind)


def add_search_and_figures(copy: Copy, site: Path, project: Project, output: Path) -> None:
    """Write the two pages, and put what leads to them on the others."""
    sections: list[Section] = []
    figures: list[SheetFigure] = []
    pages = [site / chapter.href for chapter in copy.book.chapters if (site / chapter.href).is_file()]
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    for page, text in texts.items():
        reading = PageReading(page.relative_to(site).as_posix(), text)
        sections += reading.sections
        figures += reading.figures
    above = "../" * len(PurePosixPath(copy.variant.slug).parts)
    made: dict[str, dict[str, Any]] = {SEARCH: {"scripts": (FIND_SCRIPT,), "sections": sections}}
    if figures:
        made[FIGURES] = {"figures": figures, "apart": apart}
    told: dict[str, Any] = {
        "title": copy.title,
        "municipality": copy.variant.municipality,
        "example": copy.variant.stamp is not None and copy.variant.stamp.is_example,
        "brand": copy.brand,
        "imprint": copy.imprint,
    }
    for name, holds in made.items():
        # The templates are called as the pages are.
        (site / name).write_text(framed(name, project, output, above, **told, **holds), encoding="utf-8")
    for page, text in texts.items():
        where = page.relative_to(site).as_posix()
        form = environment().get_template("find.html").render(address=relative_url(where, SEARCH))
        link = f'<li><a href="{relative_url(where, FIGURES)}"><span class="name">Alle figurer</span></a></li>'
        done = text.replace(SEARCH_MARK, form).replace(FIGURES_MARK, link if figures else "")
        page.write_text(done, encoding="utf-8")


class PageReading:
    """One page: its headings with their texts, and its figures."""

    def __init__(self, href: str, text: str) -> None:
        self.href = href
        self.figures: list[SheetFigure] = []
        self._drawings = iter([found[0] for found in _DRAWING.finditer(text) if found[1] == "narrow"])
        self._verdict = "", ""
        # Of a drawing only its place is read; a page's drawings are four fifths of it.
        tree = html.document_fromstring(_DRAWING.sub(r'<svg class="drawing \1"></svg>', text))
        self._here = Section(href, " ".join((tree.findtext(".//title") or "").split()))
        self.sections = [self._here]
        for main in tree.iter("main"):
            self._read(main)
        title = self.sections[0].title
        for section in self.sections[1:]:
            section.page = title

    def _read(self, part: HtmlElement) -> None:
        for element in part.iterchildren("*"):
            classes = set((element.get("class") or "").split())
            if element.tag in _PASSED or classes & _PASSED_CLASSES:
                continue
            if element.tag in {"h1", "h2", "h3"}:
                self._begin(element)
            elif element.tag == "figure":
                self._figure(element)
            elif element.tag in _PARTS:
                if "verdict" in classes:
                    self._judged(element, classes)
                self._read(element)
            elif text := _words(element):
                self._here.text = f"{self._here.text} {text}"[:LONGEST].strip()

    def _begin(self, heading: HtmlElement) -> None:
        # Quarto puts the id of a heading on the section around it.
        anchor = heading.get("id") or (heading.getparent().get("id") if heading.tag != "h1" else "")
        number = heading.find("span")
        title = _words(heading)
        if number is not None and "number" in (number.get("class") or ""):
            title = title.removeprefix(_words(number)).strip()
        self._verdict = "", ""
        if heading.tag == "h1":
            self._here.title = title
            return
        self._here = Section(f"{self.href}#{anchor}" if anchor else self.href, title)
        self.sections.append(self._here)

    def _judged(self, box: HtmlElement, classes: set[str]) -> None:
        strong = box.find(".//strong")
        kind = next((name for name in classes if name.startswith("verdict-")), "").removeprefix("verdict-")
        said, before = self._verdict
        told = f"{said} {_words(strong) if strong is not None else ''}".strip()
        self._verdict = told, kind if before in ("", kind) else "partly"

    def _figure(self, figure: HtmlElement) -> None:
        caption = figure.find(".//figcaption")
        said = _words(caption) if caption is not None else ""
        self._here.text = f"{self._here.text} {said}"[:LONGEST].strip()
        for _ in figure.iterfind('.//svg[@class="drawing narrow"]'):
            drawing = next(self._drawings)
            if self._here is self.sections[0]:
                continue  # the one figure of a page, which the list of chapters names
            anchor = figure.get("id") or (figure.getparent().get("id") or "")
            url = f"{self.href}#{anchor}" if anchor else self.href
            self.figures.append(SheetFigure(url, self._here.title, said, *self._verdict, drawing))


def _words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())
