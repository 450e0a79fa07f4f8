"""A figure that stands alone, in a slide or a paper: its source below it, and the same letters on every machine.

In: the SVG of a page. Out: an SVG with the source line in it, and that as PNG and PDF. Typst draws them: its PNG takes a
quarter of the time of vl-convert's, and its PDF carries the font.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal
from xml.sax.saxutils import escape

from helpers.present import fonts
from helpers.present.shapes import as_typst
from helpers.present.theme import palette
from helpers.present.typesetting import compiler, quoted

MILLIMETRES: Final = 160.0
"""Width of a figure that stands alone, if nothing else is asked for: the text of an A4 page."""

DOTS: Final = 228.6
"""Dots an inch of a page's PNG: 1440 across, twice a page's own width."""

_SIZE: Final = re.compile(
    r'(<svg\b[^>]*?) width="([\d.]+)" height="([\d.]+)" viewBox="[-\d.]+ [-\d.]+ [\d.]+ [\d.]+"'
)
_STYLE: Final = re.compile(r"<style>.*?</style>", re.DOTALL)
_MARGIN, _LINE, _LETTERS = 16, 16, 12
"""Pixels around the picture, from one source line to the next, and the height of their letters."""


def with_source(svg: str, source: str) -> str:
    """The SVG on paper, with its source in a line (or more) below; without one, only on paper."""
    found = _SIZE.search(svg)
    if found is None:
        raise ValueError("This is no SVG of a figure: it has no width, height and viewBox.")
    width, height = float(found[2]), float(found[3])
    lines = fonts.wrap(source, width, _LETTERS)
    grown = height + len(lines) * _LINE + 2 * _MARGIN
    wide = width + 2 * _MARGIN
    colour = palette()
    texts = "".join(
        f'<text x="0" y="{height + (place + 1) * _LINE:g}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    )
    box = f'viewBox="{-_MARGIN} {-_MARGIN} {wide:g} {grown:g}"'
    start = svg.index(">", found.end()) + 1
    paper = f'<rect x="{-_MARGIN}" y="{-_MARGIN}" width="{wide:g}" height="{grown:g}" fill="{colour.paper}"/>'
    told = f'<g font-family="{fonts.STACK}" font-size="{_LETTERS}" fill="{colour.quiet}">{texts}</g>'
    return (
        f'{svg[: found.start()]}{found[1]} width="{wide:g}" height="{grown:g}" {box}{svg[found.end() : start]}'
        f"{paper}{svg[start : svg.rindex('</svg>')]}{told if lines else ''}</svg>"
    )


def sized(svg: str, width: float) -> str:
    """The SVG of :func:`with_source` with its width in millimetres, for programs that place it in that size."""

    def told(found: re.Match[str]) -> str:
        across, down = float(found[2]), float(found[3])
        box = found[0][found[0].index(" viewBox") :]
        return f'{found[1]} width="{width:g}mm" height="{width * down / across:.2f}mm"{box}'

    return _SIZE.sub(told, svg, count=1)


def drawn(svg: str, form: Literal["png", "pdf"], *, width: float = MILLIMETRES, dots: float = DOTS) -> bytes:
    """The SVG as a PNG, or as a one-page PDF with its fonts inside; equal ones are made once in a process."""
    return _drawn(svg, form, width, dots)


@lru_cache(maxsize=64)
def _drawn(svg: str, form: Literal["png", "pdf"], width: float, dots: float) -> bytes:
    # Typst has the font; to read the one inside takes a sixth of the time.
    bare = _STYLE.sub("", svg)
    page = as_typst(bare, width) or _as_image(bare, width)
    # A day of no meaning: a figure says itself which period it is for, and equal ones shall give equal bytes.
    made = compiler().compile(input=page.encode(), format=form, ppi=dots, timestamp=0)
    assert isinstance(made, bytes)
    return made


def _as_image(svg: str, width: float) -> str:
    image = f'#image(bytes("{quoted(svg)}"), format: "svg", width: 100%)'
    return f"#set page(width: {width:g}mm, height: auto, margin: 0pt)\n{image}"
