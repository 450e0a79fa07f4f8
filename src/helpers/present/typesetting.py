"""Typst, once a process: its fonts are scanned once, and what it is given comes out as PDF or PNG."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from helpers.present import fonts

if TYPE_CHECKING:
    import typst


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(fonts.FOLDER)]
    )


@cache
def _of_process(process: int) -> typst.Compiler:
    import typst

    return typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True)


def compiler() -> typst.Compiler:
    """The compiler of this process: one that was made before a fork is not to be used after it."""
    return _of_process(os.getpid())


def forget() -> None:
    """Let go of the documents before: Typst keeps what it made of the last ten, which is 50 MB a book."""
    for _ in range(10):
        compiler().compile(input=b"", format="pdf")


def quoted(text: str) -> str:
    """The text as it stands within a string of Typst's."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
