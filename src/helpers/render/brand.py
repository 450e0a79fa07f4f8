"""Colours, fonts and logo from ``_brand.yml``, with a municipality's own values laid over them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.errors import PlanError
from helpers.render.book import load_yaml

OVERRIDES = "brands"
"""Folder in the catalogue with one ``<slug>.yml`` per municipality that has a brand of its own."""

_COLOURS = {
    "foreground": "#1d2a33",
    "background": "#ffffff",
    "primary": "#17506b",
    "secondary": "#51606b",
    "success": "#1c6b3f",
    "danger": "#9d2b25",
    "warning": "#8a5a00",
    "info": "#17506b",
    "light": "#f2f5f7",
    "dark": "#1d2a33",
}
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Brand:
    """What a municipality looks like.

    Attributes
    ----------
    colours
        The ten roles of ``_brand.yml`` (``primary``, ``foreground`` …) as ``#rrggbb``.
    font
        Family of the running text and headings.
    logo
        Absolute path of the logo (SVG or PNG), with its alternative text.
    data
        The whole merged file, for Quarto.
    """

    colours: Mapping[str, str]
    font: str
    logo: Path | None
    logo_alt: str
    data: Mapping[str, Any]


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _logo(data: Mapping[str, Any]) -> tuple[str, str]:
    logo = data.get("logo") or {}
    if isinstance(logo, str):
        return logo, ""
    item = next((logo[size] for size in ("medium", "small", "large") if logo.get(size)), "")
    images = logo.get("images") or {}
    if isinstance(item, str):
        item = images.get(item, item)
    return (item, "") if isinstance(item, str) else (str(item.get("path", "")), str(item.get("alt", "")))


def read_brand(path: Path | None, override: Path | None = None) -> Brand:
    """The brand of the book, or of a municipality.

    Parameters
    ----------
    path
        The book's ``_brand.yml``; none gives the project's own sober colours.
    override
        ``catalogue/brands/<slug>.yml``: any part of the same file, laid over it key by key. A logo's path is seen
        from the file that names it.

    Raises
    ------
    PlanError
        For a colour that is no ``#rrggbb`` and no name in the palette, or a logo that is not there.
    """
    data: dict[str, Any] = {}
    logo_path, logo_alt = None, ""
    for file in (path, override):
        if file is None or not file.is_file():
            continue
        read = load_yaml(file, file.name) or {}
        text, alt = _logo(read)
        if text:
            logo_path, logo_alt = (file.parent / text).resolve(), alt
            if not logo_path.is_file():
                raise PlanError.of(f"{file.name}: logo", f"There is no file {text}.")
        data = _merge(data, read)
    colour = data.get("color") or {}
    palette = colour.get("palette") or {}
    colours = {}
    for role, usual in _COLOURS.items():
        value, steps = str(colour.get(role, usual)), 0
        while value in palette and steps < len(palette):
            value, steps = str(palette[value]), steps + 1
        if not _HEX.fullmatch(value):
            raise PlanError.of(
                f"{(override if override and override.is_file() else path or Path('_brand.yml')).name}: color.{role}",
                f'"{value}" is no colour.',
                "Write it as #rrggbb, or the name of a colour in color.palette.",
            )
        colours[role] = value.lower()
    typography = data.get("typography") or {}
    base = typography.get("base") or {}
    family = base if isinstance(base, str) else base.get("family")
    return Brand(colours, str(family or "Source Sans Pro"), logo_path, logo_alt, data)
