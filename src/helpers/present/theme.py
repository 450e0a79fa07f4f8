"""Colours and number formats of everything drawn.

The colours come from the project's ``_brand.yml``, which the page styles read as well; where it is silent,
from the constants here. A brand colour that is too pale to be read is darkened until it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from colorsys import rgb_to_hsv
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from helpers.catalogue.brand import BRAND_FILE, COLOURS, read_brand
from helpers.periods import MONTHS, SHORT_MONTHS

TEXT_CONTRAST = 4.5
"""Least contrast of text against its background (WCAG 2.1, 1.4.3)."""

MARK_CONTRAST = 3.0
"""Least contrast of a line, point or outline against its background (WCAG 2.1, 1.4.11)."""

FORMAT_LOCALE = {
    "decimal": ",",
    "thousands": ".",
    "grouping": [3],
    "currency": ["", "\u00a0kr."],
    "minus": "−",
}
"""Danish numbers for d3-format."""

TIME_LOCALE = {
    "dateTime": "%A den %d. %B %Y %X",
    "date": "%d.%m.%Y",
    "time": "%H:%M:%S",
    "periods": ["AM", "PM"],
    "days": ["søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"],
    "shortDays": ["søn.", "man.", "tirs.", "ons.", "tors.", "fre.", "lør."],
    "months": list(MONTHS),
    "shortMonths": list(SHORT_MONTHS),
}
"""Danish months and days for d3-time-format."""


@dataclass(frozen=True)
class Palette:
    """Colours by what they mean, as ``#rrggbb``."""

    ink: str
    paper: str
    # The municipality and the country: lines, points and their labels.
    accent: str
    country: str
    # The same for a second pair of lines in one figure (goal 5b).
    second: str
    second_country: str
    # Counts: no darker than can be told from the paper, so that lines before them are; and a number on them.
    bar: str
    bar_edge: str
    on_bar: str
    # The second set of bars, which are hollow: so the two differ as much as bars and paper do.
    bar2: str
    bar2_edge: str
    grid: str
    quiet: str
    unknown: str


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = [c / 255 for c in _channels(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1, "contrast ratio")."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """`share` of `colour` and the rest of `other`."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


@cache
def readable(colour: str, paper: str, least: float) -> str:
    """`colour`, darkened (lightened on dark paper) until its contrast against `paper` is `least` or more."""
    towards = "#000000" if _luminance(paper) > 0.18 else "#ffffff"
    for step in range(0, 101, 2):
        candidate = mix(towards, colour, step / 100)
        if contrast(candidate, paper) >= least:
            return candidate
    return towards


def _pale(colour: str, paper: str, least: float) -> str:
    """The palest mixture of `colour` and `paper` with that contrast against `paper`."""
    mixtures = (mix(colour, paper, step / 100) for step in range(20, 101, 2))
    return next((mixed for mixed in mixtures if contrast(mixed, paper) >= least), colour)


_TEXTS = ("foreground", "primary", "secondary", "second")
"""Roles of a brand that texts, lines and outlines are drawn in."""

_OF_VERDICTS = range(-30, 175)
"""Hues from red over amber to green, in degrees: what stands in them reads as met, partly met or not met."""

_LEAST_COLOUR, _LEAST_LIGHT = 0.3, 0.25
"""Saturation and value (0 to 1) below which a colour is the country's grey, or the ink of plain text."""


def _reads_as(colour: str) -> Literal["verdict", "text", "itself"]:
    """What a link or a curve in that colour is taken for: a verdict; the country or plain text; or nothing else."""
    hue, saturation, value = rgb_to_hsv(*(channel / 255 for channel in _channels(colour)))
    if saturation < _LEAST_COLOUR or value < _LEAST_LIGHT:
        return "text"
    degrees = round(hue * 360)
    return "verdict" if degrees in _OF_VERDICTS or degrees - 360 in _OF_VERDICTS else "itself"


def shown_colours(colours: Mapping[str, str]) -> dict[str, str]:
    """A brand's colours as pages and print show them, with ``link``, and ``brand`` and ``cover`` for what is only decoration.

    Texts are dark enough to be read. Links and curves have the colour ``link``, or the primary one, unless that reads as a
    verdict (red, amber, green) or as plain text (grey, black): then they have the project's own. Headings are in the primary one,
    or in ink where that reads as a verdict. ``cover`` is the primary one as white letters stand on it.
    """
    named = {**COLOURS, **colours}
    paper, light = named["background"], named["light"]
    grounds = [paper, light] if contrast(paper, light) < 1.5 else [paper]

    def text(colour: str) -> str:
        for ground in grounds:
            colour = readable(colour, ground, TEXT_CONTRAST)
        return colour

    wanted = (named[role] for role in ("link", "primary") if role in named)
    link = next((told for told in wanted if _reads_as(told) == "itself"), COLOURS["primary"])
    texts = {role: text(named[role]) for role in _TEXTS if role in named}
    cover = texts["primary"]
    if _reads_as(named["primary"]) == "verdict":
        texts["primary"] = texts["foreground"]
    return {**named, **texts, "link": text(link), "brand": named["primary"], "cover": cover}


def brand_doubts(colours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What pages show otherwise than a brand says, by role: what is wrong, and which value to change."""
    shown = shown_colours(colours)
    paper = shown["background"]
    of_verdicts = _reads_as(colours["primary"]) == "verdict"
    for role in (role for role in _TEXTS if role in colours):
        told = colours[role]
        if told != shown[role] and not (role == "primary" and of_verdicts and told == shown["cover"]):
            yield (
                role,
                f"{told} has a contrast of {contrast(told, paper):.1f}:1 against {paper}; text needs {TEXT_CONTRAST}:1, "
                f"graphics {MARK_CONTRAST:g}:1. Pages show {shown[role]}; write that, or another as far from the background.",
            )
    role = "link" if "link" in colours else "primary"
    if _reads_as(colours[role]) != "itself":
        yield (
            role,
            f"{colours[role]} would read as a verdict or as plain text, so links and curves are {shown['link']}"
            f"{' and headings ' + shown['primary'] if of_verdicts else ''}. Give color.link the blue or violet that they shall have.",
        )


def palette_from(colours: Mapping[str, str]) -> Palette:
    """The palette that follows from the brand's colours (:data:`helpers.catalogue.brand.COLOURS` names them), or from shown ones."""
    named = colours if "brand" in colours else shown_colours(colours)
    paper = named["background"]

    def text(name: str) -> str:
        return readable(named[name], paper, TEXT_CONTRAST)

    accent, country = named["link"], text("secondary")
    ink, bar = text("foreground"), _pale(accent, paper, MARK_CONTRAST)
    return Palette(
        ink=ink,
        paper=paper,
        accent=accent,
        country=country,
        second=text("second") if "second" in named else readable("#9a4a16", paper, TEXT_CONTRAST),
        second_country=readable("#7d7263", paper, TEXT_CONTRAST),
        bar=bar,
        bar_edge=_pale(accent, paper, TEXT_CONTRAST),
        on_bar=readable(ink, bar, TEXT_CONTRAST),
        bar2=paper,
        bar2_edge=accent,
        grid=mix(named["foreground"], paper, 0.12),
        quiet=readable(mix(named["foreground"], paper, 0.62), paper, TEXT_CONTRAST),
        unknown=text("warning"),
    )


@lru_cache(maxsize=8)
def _palette_of(path: Path, stamp: int) -> Palette:
    return palette_from(read_brand(path).said if stamp else {})


def palette() -> Palette:
    """The palette of the book that the working folder lies in; the defaults outside of any.

    A municipality's book is rendered in a copy of its own, whose brand may not be the project's.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        path = folder / BRAND_FILE
        if path.is_file():
            return _palette_of(path, path.stat().st_mtime_ns)
    return _palette_of(Path(), 0)
