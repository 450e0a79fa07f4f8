"""What the terminal can take: signs for old code pages, bytes for machines, a pipe whose reader has gone."""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from collections.abc import Iterator
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from helpers.letters import without_hidden

_HANDLER: Final = "plan-stand-in"

_STAND_INS: Final = {
    "−": "-",
    "–": "-",
    "—": "-",
    "·": "-",
    "•": "-",
    "→": "->",
    "…": "...",
    "✓": "v",
    "×": "x",
    "✗": "x",
    "“": '"',
    "”": '"',
    "’": "'",
    "æ": "ae",
    "ø": "oe",
    "å": "aa",
    "Æ": "AE",
    "Ø": "OE",
    "Å": "AA",
}
"""What is written where the terminal's encoding has no such sign (Windows-1252 has no real minus)."""


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_plain(sign) for sign in error.object[error.start : error.end]), error.end


def _plain(sign: str) -> str:
    bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode("ascii")
    return _STAND_INS.get(sign) or bare or "?"


class PlainConsole(Console):
    """A console to which no text brings escape sequences of its own: titles of servers, names of files, arguments."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(without_hidden(segment.text), segment.style)


def accept_any_terminal() -> None:
    """Let stdout and stderr write every sign, by a stand-in where their encoding lacks it."""
    codecs.register_error(_HANDLER, _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def for_machines(text: str) -> str | bytes:
    """CSV and JSON as they are written: UTF-8 in files and pipes, whatever the terminal's encoding."""
    return text if sys.stdout.isatty() else text.encode("utf-8")


def reader_has_gone() -> None:
    """Write what is left to nowhere: the reader of the pipe (`plan status … | head`) has seen enough."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())
