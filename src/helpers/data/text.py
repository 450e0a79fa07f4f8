"""How labels are compared and shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from helpers.letters import without_hidden


def fold(label: str) -> str:
    """A label as it is compared: without blanks, and with case and spelling of letters folded.

    Jobindsats moves blanks between releases ("befolkningen16-66 år", "jobsamtaler : 3+"); labels are compared
    whole, never by a part.
    """
    return "".join(unicodedata.normalize("NFC", label).split()).casefold()


def tidy(label: str) -> str:
    """A label as it is shown: stray blanks removed, others single."""
    return " ".join(label.split())


def short(value: object, most: int = 40) -> str:
    """A cell or label for a message: without what is hidden in it, and of thousands of signs only the first."""
    text = "no value" if value is None else without_hidden(str(value))
    return text if len(text) <= most else f"{text[:12]}… ({len(text):,} signs)"


def shortened(words: Iterable[str], most: int = 12) -> str:
    """So many words for a message, and how many more there are."""
    listed = list(words)
    shown = ", ".join(listed[:most])
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown or "none"
