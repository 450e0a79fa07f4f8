"""How labels are compared and how numbers written by people or machines are read."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from helpers.intake import MISSING_MARKS
from helpers.letters import without_hidden

NO_NUMBER = MISSING_MARKS
"""What tables write where they have no number: the same list as for what people type. None of them is zero."""

_GROUPED_BY_DOT = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
_GROUPED_BY_COMMA = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+\.\d+")
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_DANISH = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+),\d+")


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


def parse_number(text: str) -> Decimal | None:
    """Read a number as Danes and machines write it; none where there is none.

    ``1.234`` is one thousand two hundred and thirty-four (Danish), ``12.3`` and ``12,3`` are twelve and three
    tenths, ``1.234,5`` and ``1,234.5`` are the same number. Blanks (no-break ones too) are passed over.

    Raises
    ------
    ValueError
        When `text` is something else.

    Examples
    --------
    >>> parse_number("1.234,5")
    Decimal('1234.5')
    >>> parse_number("..") is None
    True
    """
    packed = "".join(text.split())
    if packed in NO_NUMBER:
        return None
    number = packed.replace("−", "-").replace("–", "-")
    if _GROUPED_BY_DOT.fullmatch(number):
        return Decimal(number.replace(".", ""))
    if _DANISH.fullmatch(number):
        return Decimal(number.replace(".", "").replace(",", "."))
    if _GROUPED_BY_COMMA.fullmatch(number):
        return Decimal(number.replace(",", ""))
    if _PLAIN.fullmatch(number):
        return Decimal(number)
    raise ValueError(f'"{text.strip()}" is no number')
