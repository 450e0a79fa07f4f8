"""Figures as part of the page: in the page's font, in its colours by day and night, and drawn anew for a phone."""

from __future__ import annotations

import html
import re
from pathlib import Path

from helpers.present.output import NARROW_MARK
from helpers.present.theme import Palette

_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]+)\.svg"[^>]*>')
_ALT = re.compile(r'\balt="([^"]*)"')
_ROOT = re.compile(r"^.*?<svg\b([^>]*)>", re.DOTALL)
_SIZE = re.compile(r'\b(width|height|viewBox)="([^"]*)"')
_ELSEWHERE = re.compile(r"<style\b.*?</style>|<metadata\b.*?</metadata>|<desc\b.*?</desc>", re.DOTALL)
_ID = re.compile(r' id="([^"]+)"|url\(#([^)]+)\)|href="#([^"]+)"')
_COLOUR = re.compile(r'="(#[0-9a-f]{6})"')


def figure_colours(palette: Palette) -> dict[str, str]:
    """Colour of each part of a figure, by the CSS property that stands for it on a page: ``--figure-accent``."""
    return {f"--figure-{name.replace('_', '-')}": colour for name, colour in vars(palette).items()}


def with_drawings(markup: str, folder: Path, palette: Palette) -> str:
    """A page whose figures stand in it, each wide and narrow; CSS shows one of the two.

    Parameters
    ----------
    folder
        Where the page's paths lead from. A picture without a drawing for phones stays as it is.
    palette
        Of the brand that the figures were drawn in.
    """

    def drawn(found: re.Match[str]) -> str:
        wide, narrow = (folder / f"{html.unescape(found[1])}{mark}.svg" for mark in ("", NARROW_MARK))
        if not narrow.is_file() or not wide.is_file():
            return found[0]
        said = _ALT.search(found[0])
        alt = said[1] if said else ""
        return f'<span class="drawings">{"".join(_inside(file, kind, alt, palette) for file, kind in ((wide, "wide"), (narrow, "narrow")))}</span>'

    return _IMAGE.sub(drawn, markup)


def coloured(svg: str, palette: Palette) -> str:
    """A drawing whose colours follow the page's, by day, by night and where a reader has forced others."""
    names = {colour: name for name, colour in reversed(figure_colours(palette).items())}
    return _COLOUR.sub(
        lambda found: f'="var({names[found[1]]},{found[1]})"' if found[1] in names else found[0], svg
    )


def apart(svg: str, prefix: str) -> str:
    """A drawing with ids of its own: a page holds several."""
    return _ID.sub(lambda found: _apart(found, prefix), svg)


def _inside(file: Path, kind: str, alt: str, palette: Palette) -> str:
    text = _ELSEWHERE.sub("", file.read_text(encoding="utf-8"))
    root = _ROOT.match(text)
    assert root is not None, file
    size = " ".join(f'{name}="{value}"' for name, value in _SIZE.findall(root[1]))
    body = coloured(apart(text[root.end() :].strip(), f"{file.stem}-{kind}"), palette)
    return f'<svg class="drawing {kind}" data-figure="{file.stem.removesuffix(NARROW_MARK)}" role="img" aria-label="{alt}" {size}>{body}'


def _apart(found: re.Match[str], prefix: str) -> str:
    """An identifier of a drawing, told apart from those of the page's other drawings."""
    name = next(filter(None, found.groups()))
    return found[0].replace(name, f"{prefix}-{name}")
