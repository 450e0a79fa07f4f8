"""What all pages of a site share: one stylesheet per brand, the fonts, the icon, the logos; once in ``<output>/assets/``.

Names carry a hash of the content, so a site rendered last month goes on with the files it was made for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpers.catalogue.brand import Brand
from helpers.errors import PlanError
from helpers.present.fonts import FAMILY, subset_of
from helpers.present.fonts import FOLDER as FONTS
from helpers.present.theme import palette_from, readable, shown_colours
from helpers.present.tilemap import tile_colours
from helpers.project import Project
from helpers.render.drawings import figure_colours

ASSETS_FOLDER = "assets"
HASH_LENGTH = 10

SITE_CSS, FAVICON = "site.css", "favicon.svg"
"""In ``styles/``."""


@dataclass(frozen=True)
class Face:
    """One cut of the font, as a page asks for it."""

    file: str
    weight: int
    style: str = "normal"


FACES = (
    Face("SourceSansPro-Regular.ttf", 400),
    Face("SourceSansPro-It.ttf", 400, "italic"),
    Face("SourceSansPro-Semibold.ttf", 600),
    Face("SourceSansPro-Bold.ttf", 700),
)

_LETTERS = (
    *range(0x20, 0x180),  # Latin with all letters of Danish names
    *range(0x2010, 0x2045),  # dashes, quotes, dots
    0x20AC, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
    0x25B2, 0x25BC, 0x25CF, 0x2713, 0x2717,
)  # fmt: skip


@dataclass(frozen=True)
class Assets:
    """Names of the shared files below ``assets/``; the logo may be none."""

    stylesheet: str
    favicon: str
    logo: str | None

    def names(self) -> list[str]:
        return [name for name in (self.stylesheet, self.favicon, self.logo) if name]

    def urls(self, above: str) -> dict[str, str | None]:
        """Where they lie, seen from a page `above` the output folder."""
        return {role: f"{above}{ASSETS_FOLDER}/{name}" if name else None for role, name in vars(self).items()}


def _hashed(name: str, content: bytes) -> str:
    stem, suffix = name.rsplit(".", 1)
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:HASH_LENGTH]}.{suffix}"


def _write(folder: Path, name: str, content: bytes) -> None:
    target = folder / name
    if target.is_file():
        return
    # Several workers may write the same file; each renames a whole one into place.
    temporary = folder / f"{name}.{os.getpid()}.tmp"
    temporary.write_bytes(content)
    temporary.replace(target)


@cache
def _subset(face: Face) -> bytes:
    return subset_of(FONTS / face.file, _LETTERS, ["kern", "liga", "tnum", "lnum", "pnum"])


@cache
def _font_name(face: Face) -> str:
    # Named after its source and what is kept of it, so that the subset need not be made to know its name.
    source = (FONTS / face.file).read_bytes() + repr(_LETTERS).encode()
    return _hashed(f"{Path(face.file).stem}.woff", source)


def _font_css() -> str:
    rules = (
        f'@font-face{{font-family:"{FAMILY}";font-weight:{face.weight};font-style:{face.style};'
        f'font-display:swap;src:url("{_font_name(face)}") format("woff")}}'
        for face in FACES
    )
    return "\n".join(rules)


def write_font_css(styles: Path) -> str:
    """Write the fonts and a stylesheet for them into a private copy; its name as seen from the copy."""
    for face in FACES:
        (styles / _font_name(face)).write_bytes(_subset(face))
    (styles / "fonts.css").write_text(_font_css(), encoding="utf-8")
    return f"{styles.name}/fonts.css"


NIGHT = {"background": "#12181d", "foreground": "#e6ebee", "light": "#1d272e", "dark": "#e6ebee"}
"""Paper and ink of pages on a screen whose reader asks for dark ones."""


NIGHT_CONTRAST = 7.0
"""Of a brand's colours by night: enough for text on the tinted rows and boxes, too (WCAG 2.1 asks for 4.5)."""


def _properties(colours: Mapping[str, str]) -> dict[str, str]:
    tiles = tile_colours(colours["link"], colours["background"])
    return {**{f"--plan-{role}": colour for role, colour in colours.items()}, **tiles}


def _brand_css(brand: Brand) -> str:
    """The brand as CSS properties, by day and by night: by night each colour is as light as can be read."""
    by_day = shown_colours(brand.colours)
    night = {role: readable(colour, NIGHT["background"], NIGHT_CONTRAST) for role, colour in by_day.items()}
    by_night = {**night, **NIGHT}
    day, dark = (
        "".join(f"{name}:{colour};" for name, colour in properties.items())
        for properties in (
            _properties(by_day),
            {**_properties(by_night), **figure_colours(palette_from(by_night))},
        )
    )
    return (
        f':root{{color-scheme:light dark;{day}--plan-font:"{brand.font}"}}\n'
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PlanError.of(
            str(path), "There is no such stylesheet.", "It is part of the project; get it back with git."
        ) from None


def write_assets(project: Project, output: Path, brand: Brand, css: Iterable[Path]) -> Assets:
    """Write the shared files that are not there yet.

    Parameters
    ----------
    css
        Stylesheets of the book (``format.html.css``), for the content.

    Raises
    ------
    PlanError
        When a stylesheet is missing.
    """
    folder = output / ASSETS_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        name = _font_name(face)
        if not (folder / name).is_file():
            _write(folder, name, _subset(face))
    text = "\n".join([_font_css(), _brand_css(brand), *map(_read, (*css, project.styles / SITE_CSS))])
    stylesheet = _hashed("site.css", text.encode())
    _write(folder, stylesheet, text.encode())
    icon = _read(project.styles / FAVICON).replace("#17506b", brand.colours["primary"]).encode()
    _write(folder, icon_name := _hashed("favicon.svg", icon), icon)
    logo = None
    if brand.logo is not None:
        content = brand.logo_bytes()
        _write(folder, logo := _hashed(f"logo{brand.logo.suffix}", content), content)
    return Assets(stylesheet, icon_name, logo)
