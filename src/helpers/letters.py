"""Characters that nobody sees and that change what is seen: control codes, ESC sequences, marks of writing direction.

They come from servers, files and arguments. None of them reaches a terminal, a page, a PDF or a file name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_CLASS: Final = (
    "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f"  # control codes but tab and line ends
    "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069"  # writing direction
    "\\u2028\\u2029\\ufeff\\ufff9-\\ufffc\\ufffe\\uffff\\ud800-\\udfff"
)
_HIDDEN: Final = re.compile(f"[{_CLASS}]")
_ODD_BLANK: Final = re.compile("[\\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u3000]")
_ESCAPE: Final = re.compile(
    "(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor (CSI)
    "|(?:\\x1b\\]|\\x9d)[^\\x07\\x1b\\x9c]*(?:\\x07|\\x1b\\\\|\\x9c)?"  # titles, links (OSC)
    "|\\x1b[ -/]*[0-~]"
)
_DANISH: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
_NAMES: Final = {"\x00": "a null byte", "\x1b": "ESC", "\x9b": "CSI", "\ufeff": "a byte order mark"}


def without_hidden(text: str) -> str:
    """`text` without control codes, escape sequences and marks of writing direction; tabs and line ends stay.

    Examples
    --------
    >>> without_hidden("\\x1b[31mLæsø\\x1b[0m\\u202e")
    'Læsø'
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub("", _ESCAPE.sub("", text))


def find_hidden(text: str) -> re.Match[str] | None:
    """The first character of `text` that nobody sees and that does not belong into a text."""
    return _HIDDEN.search(text)


def find_odd_blank(text: str) -> re.Match[str] | None:
    """The first blank of `text` that is not an ordinary one: no-break, thin, of width zero …"""
    return _ODD_BLANK.search(text)


def name_of(character: str) -> str:
    """A character in words: ``a no-break space (U+00A0)``.

    Examples
    --------
    >>> name_of("\\x1b")
    'ESC (U+001B)'
    """
    named = _NAMES.get(character) or unicodedata.name(character, "a control character").lower()
    if character not in _NAMES and not named.startswith("a "):
        named = f"{'an' if named[0] in 'aeiou' else 'a'} {named}"
    return f"{named} (U+{ord(character):04X})"


def plain(text: str) -> str:
    """`text` as Danes write it without their letters, case folded: ``Læsø`` becomes ``laesoe``."""
    return unicodedata.normalize("NFC", text).casefold().translate(_DANISH)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean "x"?`` for the nearest known word, or nothing when none is near."""
    folded = {" ".join(plain(key).split()): key for key in known}
    near = get_close_matches(" ".join(plain(word).split()), folded, n=1)
    return f'Did you mean "{folded[near[0]]}"?' if near else ""


def address_part(name: str) -> str:
    """A name as an address or identifier can hold it: ``Nordsjælland 2`` becomes ``nordsjaelland-2``."""
    return "-".join(re.findall("[a-z0-9]+", plain(name)))


def fold_name(text: str) -> str:
    """A municipality's name as people may write it, brought to one form.

    Case, blanks, hyphens, å and aa, and "Kommune" do not matter.

    Examples
    --------
    >>> fold_name("Fåborg-Midtfyn Kommune"), fold_name("Høje Taastrup")
    ('faaborgmidtfyn', 'hoejetaastrup')
    """
    letters = re.sub(r"\s+(regions)?kommune\s*$|^\s*kommunen?\s+", "", plain(text))
    return re.sub(r"[\W_]+", "", letters)
