"""Small texts and cells that only the pages of a plan need: counts, certainty, downloads."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.analysis.changes import ChangeKind, ChangeRow
from helpers.catalogue.models import Certainty
from helpers.present.output import CSV_BOM, FIGURE_FOLDER, Shown, TextPart
from helpers.present.tables import Html
from helpers.present.words import count, number, sentence

CERTAINTY_WORDS = {
    Certainty.CONFIRMED: "Bekræftet",
    Certainty.PROBABLE: "Sandsynlig",
    Certainty.UNKNOWN: "Ikke kendt",
}
"""How sure the catalogue is of a series' source."""

_CHANGED = (ChangeKind.REWORDED, ChangeKind.TARGET_CHANGED, ChangeKind.MEASURE_CHANGED)


def short_count(met: int, of: int) -> str:
    """``3 af 5``."""
    return f"{number(met)} af {number(of)}"


def changes_counted(rows: Iterable[ChangeRow]) -> str:
    """``13 resultatmål er identiske, 4 er nye, 4 er ændret, og 2 er udgået.``"""
    found = Counter(row.kind for row in rows)
    same = found[ChangeKind.IDENTICAL] + found[ChangeKind.RENUMBERED]
    parts = [
        f"{count(same, 'resultatmål er identisk', 'resultatmål er identiske')} med den forrige plan",
        count(found[ChangeKind.NEW], "er nyt", "er nye"),
        f"{number(sum(found[kind] for kind in _CHANGED))} er ændret",
        f"{number(found[ChangeKind.DROPPED])} er udgået",
    ]
    return sentence(f"{', '.join(parts[:-1])}, og {parts[-1]}")


def explained(title: str, definition: str | None) -> Html:
    """A cell with a title and, smaller, what it means."""
    text = html.escape(title, quote=False)
    if definition:
        text += (
            f'<br><small class="state-note">{html.escape(" ".join(definition.split()), quote=False)}</small>'
        )
    return Html(text)


@dataclass(frozen=True)
class _Downloads(TextPart):
    """A list of links, and the files they lead to."""

    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def _name(self, name: str) -> str:
        return f"{self.stamp.prefix if self.stamp else ''}{name}"

    def markdown(self) -> str:
        return "\n".join(
            f"- [{text}]({FIGURE_FOLDER}/{self._name(name)})" for name, (text, _) in self.links.items()
        )

    def live(self) -> dict[str, Any]:
        return {"text/markdown": self.markdown(), "text/plain": self.markdown()}

    def contents(self) -> dict[str, str]:
        return {
            self._name(name): content if content.startswith(CSV_BOM) else CSV_BOM + content
            for name, (_, content) in self.links.items()
        }


def downloads(files: Mapping[str, tuple[str, str]]) -> Shown:
    """Links to files that are written beside the page.

    Parameters
    ----------
    files
        File name → the link's text and the file's content.
    """
    return Shown([_Downloads((), links=files)])
