"""The font of figures: how wide a text is, and a small copy of the font to carry inside an SVG.

A page shows an SVG as a picture, and a picture cannot use the page's fonts; without its own copy the reader's
browser would set it in another font, wider than the place that was measured for it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import font_source_sans_pro

from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.project import find_project

FAMILY = "Source Sans Pro"

STACK = f"{FAMILY}, Segoe UI, Helvetica, Arial, sans-serif"
"""With what to take where the font is not installed and the picture's own copy is not read."""

FOLDER = Path(font_source_sans_pro.font_directory)

WEIGHTS = {400: "SourceSansPro-Regular", 600: "SourceSansPro-Semibold"}

LETTERS = (
    "".join(chr(code) for code in range(0x20, 0x7F))
    + "ÆØÅæøåÉéÈèÜüÖöÄäÓóÁáÍíÐðÞþ§°½«»“”‘’„–—−·•…≥≤±×✓→←↑↓▲▼\u00a0\u202f"
)
"""What a Danish figure may hold; a text with another letter is still shown, in the reader's own font."""


@lru_cache(maxsize=4)
def _advances(weight: int) -> tuple[dict[int, float], float]:
    """Width of each letter, and of an unknown one, as a part of the font size."""
    from fontTools.ttLib import TTFont

    with TTFont(FOLDER / f"{WEIGHTS[weight]}.ttf", lazy=True) as font:
        per_em = font["head"].unitsPerEm
        widths = font["hmtx"].metrics
        table = {code: widths[name][0] / per_em for code, name in font.getBestCmap().items()}
        return table, widths[".notdef"][0] / per_em


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: int = 400) -> float:
    """Width of `text` in pixels at `size` pixels; without kerning, so a hair too wide."""
    table, unknown = _advances(weight)
    return size * sum(table.get(ord(letter), unknown) for letter in text)


def wrap(text: str, width: float, size: float, weight: int = 400) -> tuple[str, ...]:
    """`text` broken into lines no wider than `width` pixels; a single word is never broken."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


@lru_cache(maxsize=1)
def embedded() -> str:
    """CSS that defines the font from a subset of its letters, about 26 kB."""
    return "".join(
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};'
        f"src:url(data:font/woff;base64,{base64.b64encode(_subset(weight)).decode()}) format('woff')}}"
        for weight in WEIGHTS
    )


def _subset(weight: int) -> bytes:
    return subset_of(FOLDER / f"{WEIGHTS[weight]}.otf", map(ord, LETTERS), ["kern"])


def subset_of(font: Path, letters: Iterable[int], features: Sequence[str]) -> bytes:
    """A font file with these letters and layout features alone, as WOFF; always the same bytes.

    To cut it takes a sixth of a second, so the project keeps it in ``.plan/fonts``.
    """
    letters = sorted(letters)
    made_of = repr((version("fonttools"), letters, features)).encode() + font.read_bytes()
    try:
        kept = find_project().root / f".plan/fonts/{hashlib.sha256(made_of).hexdigest()}.woff"
    except PlanError:  # there is no project
        return _cut(font, letters, features)
    with suppress(OSError):
        return kept.read_bytes()
    cut = _cut(font, letters, features)
    with suppress(PlanError, FileExistsError):  # nobody may write there; another process was faster
        write_whole(kept, cut)
    return cut


def _cut(font: Path, letters: Iterable[int], features: Sequence[str]) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.layout_features = list(features)
    options.hinting = False
    options.desubroutinize = True
    options.name_IDs = []
    options.flavor = "woff"
    with TTFont(font, lazy=True, recalcTimestamp=False) as whole:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=letters)
        subsetter.subset(whole)
        whole.flavor = "woff"
        target = BytesIO()
        whole.save(target)
    return target.getvalue()
