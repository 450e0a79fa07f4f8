"""The fonts of pages and PDF: Source Sans Pro from the wheel ``font-source-sans-pro``, nothing from the net."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path


@dataclass(frozen=True)
class Face:
    """One cut of the font, as a page asks for it."""

    file: str
    weight: int
    style: str = "normal"


FAMILY = "Source Sans Pro"
FACES = (
    Face("SourceSansPro-Regular.ttf", 400),
    Face("SourceSansPro-It.ttf", 400, "italic"),
    Face("SourceSansPro-Semibold.ttf", 600),
    Face("SourceSansPro-Bold.ttf", 700),
)


def font_folder() -> Path:
    """Where the font's files lie."""
    return Path(str(files("font_source_sans_pro") / "files"))
