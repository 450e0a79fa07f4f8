"""What a PDF is like on paper and aloud: how much of each page stays empty, what its tags say, what a browser prints together."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest

EMPTY = 0.4
"""Of the height of a page's text: with more at its foot a page wastes paper."""

TOP, BOTTOM = 21 / 297, 18 / 297
"""The margins of ``styles/plan.typ``."""


def empty_feet(pdf: Path) -> list[float]:
    """How much of the room for text stays empty at the foot of each page, from 0 to 1."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("no pdftoppm (poppler-utils) on PATH to draw pages with")
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", "24", "-gray", str(pdf), f"{folder}/page"]
        subprocess.run(command, check=True, timeout=120)
        return [_empty(path.read_bytes()) for path in sorted(Path(folder).iterdir())]


def _empty(pgm: bytes) -> float:
    _, size, _, dots = pgm.split(b"\n", 3)
    width, height = map(int, size.split())
    page = np.frombuffer(dots, dtype=np.uint8).reshape(height, width)
    text = page[int(height * TOP) : int(height * (1 - BOTTOM))]
    inked = np.nonzero((text < 245).any(axis=1))[0]
    return 1 - (int(inked[-1]) + 1) / len(text) if len(inked) else 1.0


def wasted(pdf: Path) -> list[int]:
    """The pages of which more than :data:`EMPTY` is empty at the foot; the first is page 1."""
    return [page for page, empty in enumerate(empty_feet(pdf), start=1) if empty > EMPTY]


@dataclass
class Tags:
    """A PDF's tag tree.

    Attributes
    ----------
    headings
        Level of each, in the order they are read.
    alts
        The text of each figure.
    tables
        Of each table the scopes of its heads.
    """

    headings: list[int] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)
    tables: list[list[str]] = field(default_factory=list)


def read_tags(pdf: Path) -> Tags:
    found = Tags()

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for part in node:
                walk(part.get_object())
        elif isinstance(node, dict):
            kind = str(node.get("/S", ""))
            if kind[:2] == "/H" and kind[2:].isdigit():
                found.headings.append(int(kind[2:]))
            elif kind == "/Figure":
                found.alts.append(str(node.get("/Alt", "")))
            elif kind == "/Table":
                found.tables.append([])
            elif kind == "/TH":
                said = node["/A"].get_object()
                owned = [part.get_object() for part in (said if isinstance(said, list) else [said])]
                found.tables[-1] += [str(part["/Scope"]) for part in owned if "/Scope" in part]
            walk(node["/K"].get_object() if "/K" in node else [])

    walk(pypdf.PdfReader(pdf).trailer["/Root"]["/StructTreeRoot"]["/K"].get_object())
    return found


def parted(pdf: Path) -> list[str]:
    """Numbered chapters, which hold goals, whose heading stands on another page than their first goal."""
    reader = pypdf.PdfReader(pdf)
    outline = reader.outline
    pairs = [(at, below[0]) for at, below in pairwise(outline) if isinstance(below, list)]
    page = reader.get_destination_page_number
    return [at.title for at, first in pairs if at.title[0].isdigit() and page(at) != page(first)]


FIGURES_IN_ORDER = """() => {
  const found = []; let verdict = [];
  for (const node of document.querySelectorAll('main h2, main .verdict, main svg.drawing.wide')) {
    if (node.matches('h2')) verdict = []
    else if (node.matches('.verdict')) verdict = [node.textContent.slice(0, 25)]
    else {
      const texts = [...node.querySelectorAll('text')].map(text => text.textContent)
      found.push([...verdict, texts.find(text => text != 'Eksempeldata')])
      verdict = []
    }
  }
  return found
}"""
"""Of each figure the verdict right above it, and its title's first line."""


def figures_apart_in_print(page: Any) -> tuple[int, list[list[str]]]:
    """How many figures a browser's page has, and those that it prints on another sheet than their verdict."""
    figures = page.evaluate(FIGURES_IN_ORDER)
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    sheets = ["".join(sheet.extract_text().split()) for sheet in printed.pages]
    wanted = [["".join(text.split()) for text in figure] for figure in figures]
    return len(figures), [
        figure for figure in wanted if not any(all(text in sheet for text in figure) for sheet in sheets)
    ]


def assert_is_good_paper(pdf: Path, title: str, whose: str) -> None:
    """The PDF names whose it is, reads aloud in order, keeps together what belongs so, and wastes fewer than a tenth of its pages."""
    assert whose.replace(" ", "-").replace("/", "-") in pdf.name
    reader = pypdf.PdfReader(pdf)
    root = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert (root["/Lang"], reader.metadata.title) == ("da", f"{title}, {whose}")
    tags = read_tags(pdf)
    assert tags.headings[:2] == [1, 1], "the cover's title and the contents"
    steps = zip(tags.headings, tags.headings[1:], strict=False)
    assert all(below <= above + 1 for above, below in steps), tags.headings
    assert tags.alts and all(tags.alts)
    assert tags.tables and all("/Column" in scopes for scopes in tags.tables)
    pages = len(reader.pages)
    contents = [n for n, page in enumerate(reader.pages) if " . . . " in page.extract_text()]
    assert contents == [1], "the contents are on one page"
    poor = wasted(pdf)
    assert len(poor) < 0.1 * pages, f"{len(poor)} of {pages} pages are mostly empty: {poor}"
    assert not parted(pdf)
