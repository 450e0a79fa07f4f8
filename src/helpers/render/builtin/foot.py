"""The foot of every page: who publishes it, whom to turn to, and what the law wants linked from there."""

from __future__ import annotations

from datetime import date

from helpers.catalogue.imprint import Imprint
from helpers.periods import danish_day

STATEMENTS = "tilgaengelighed"
"""Folder of the accessibility statements that are pages of the site: ``index.html`` and one for each municipality of its own."""


def statement_page(imprint: Imprint) -> str | None:
    """The page of the statement, from the output folder; none where it lies elsewhere or there is none."""
    if imprint.accessibility is None or imprint.accessibility.address:
        return None
    return f"{STATEMENTS}/{imprint.key or 'index'}.html"


def foot(imprint: Imprint, above: str) -> dict[str, object]:
    """What the template ``foot.html`` wants to know, for a page `above` the output folder."""
    page, said = statement_page(imprint), imprint.next_update
    elsewhere = imprint.accessibility.address if imprint.accessibility else None
    return {
        "imprint": imprint,
        "statement": above + page if page else elsewhere,
        "next_update": danish_day(said) if isinstance(said, date) else said,
    }
