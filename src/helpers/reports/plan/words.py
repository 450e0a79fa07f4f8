"""Small texts and cells that only the pages of a plan need: counts, certainty, downloads."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable

from helpers.catalogue.followups import ACTION, UNTIL, WHO, WHY, FollowUp
from helpers.catalogue.models import Certainty
from helpers.catalogue.names import Names
from helpers.present.tables import Html
from helpers.present.words import count, number, sentence
from helpers.reports.plan.changes import ChangeKind, ChangeRow
from helpers.sources.fetch_status import danish_day

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


def changes_counted(rows: Iterable[ChangeRow], names: Names) -> str:
    """``13 resultatmål er identiske, 4 er nye, 4 er ændret, og 2 er udgået.``"""
    found = Counter(row.kind for row in rows)
    same = found[ChangeKind.IDENTICAL] + found[ChangeKind.RENUMBERED]
    parts = [
        f"{count(same, f'{names.goal.one} er identisk', f'{names.goal.many} er identiske')} med den forrige {names.document.one}",
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


def follow_up_paragraphs(told: FollowUp) -> tuple[str, ...]:
    """A follow-up as paragraphs of Markdown: its day, why, what is done, by whom and until when."""
    who = f"{WHO}: {told.who}" if told.who else ""
    until = f"{UNTIL}: {danish_day(told.until)}" if told.until else ""
    said = [f"**Opfølgning den {danish_day(told.day)}**"]
    for head, text in ((WHY, told.why), (ACTION, told.action)):
        # A list, a quotation or a table begins on a line of its own.
        apart = " " if text[:1].isalpha() else "\n\n"
        said += [f"**{head}.**{apart}{text}"] if text else []
    return (*said, *filter(None, [". ".join(filter(None, [who, until]))]))
