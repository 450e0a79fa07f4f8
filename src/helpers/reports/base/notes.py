"""What every report says of its figures at the top of a page: when they were fetched, and whether any are missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from helpers.catalogue.models import JOBINDSATS, SOURCES, Indicator
from helpers.catalogue.names import Noun
from helpers.data.raw import snapshot_day
from helpers.periods import Period, danish_day
from helpers.present import output
from helpers.present.output import FIGURE_FOLDER, Shown, TextPart, escape_markdown
from helpers.present.words import listed
from helpers.sources.faults import Fault
from helpers.sources.fetch_status import FetchOutcome, FetchRow

Measured = Sequence[tuple[str, Sequence[Indicator]]]
"""What a report counts (goals, figures, projects): each one's name, and the indicators that measure it."""


def bullets(texts: Iterable[str]) -> str:
    """A list in Markdown; empty without an item."""
    return "\n".join(f"- {escape_markdown(text)}" for text in texts)


def note(kind: Literal["data-note", "source-note"], *texts: str) -> Shown:
    """A small box of plain paragraphs: which figures a page shows, or where they are from; nothing without a text."""
    return output.box(*map(escape_markdown, texts), classes=(kind,)) if texts else Shown()


def fetched_note(
    days: Iterable[date], rows: Iterable[FetchRow], snapshot: date | None, beside: Iterable[str] = ()
) -> Shown:
    """When real figures were fetched.

    Parameters
    ----------
    days
        Of the snapshots that the page's figures come from.
    rows
        How the last fetch of each of its tables went.
    snapshot
        The day whose figures are shown; none for the newest.
    beside
        What else there is to say of the figures.
    """
    told = [text for text in beside if text]
    fetched = sorted(days)
    found = dict.fromkeys(row.source for row in rows if row.source in SOURCES) or (JOBINDSATS,)
    names = listed(SOURCES[source].name for source in found)
    if not fetched:
        return note("data-note", f"Der er endnu ingen tal fra {names} til siden.", *told)
    first, last = fetched[0], fetched[-1]
    when = (
        f"den {danish_day(last)}"
        if first == last
        else f"fra den {danish_day(first)} til den {danish_day(last)}"
    )
    said = f"Tal fra {names}, hentet {when}."
    if snapshot is not None:
        said += f" Siden viser tallene, som de stod den {danish_day(snapshot)}."
    return note("data-note", said, *told)


def shortfall(rows: Iterable[FetchRow], measured: Sequence[Collection[Indicator]], counted: Noun) -> str:
    """What a reader must know of fetches that failed, in one line; empty when none did.

    ``Tallene for 3 af 15 mål er fra juni 2026; nyere kunne ikke hentes.``

    Parameters
    ----------
    measured
        The indicators of each goal, figure or project.
    counted
        What those are called.
    """
    by_table = {row.table: row for row in rows if not row.ok}
    found: dict[str, list[list[FetchRow]]] = {}
    for indicators in measured:
        hit = [
            row
            for indicator in indicators
            for table in indicator.tables
            if (row := by_table.get(table)) and (not row.concerned or indicator.key in row.concerned)
        ]
        if hit:
            found.setdefault(min(map(_trouble, hit), key=list(_TROUBLES).index), []).append(hit)
    said = []
    for kind, words in _TROUBLES.items():
        if hits := found.get(kind):
            newest = _newest(row for hit in hits for row in hit if _trouble(row) == kind)
            said.append(f"{_whose(len(hits), len(measured), counted)} {words.format(newest=newest)}.")
    return " ".join(said)


_TROUBLES = {
    "none": "kunne ikke hentes",
    "stopped": "offentliggøres ikke længere; de seneste er fra {newest}",
    "kept": "er fra {newest}; nyere kunne ikke hentes",
    "partly": "kunne kun hentes delvis",
}
"""What can be wrong with a table's figures, the worst first."""


def _trouble(row: FetchRow) -> str:
    if row.outcome in (FetchOutcome.FETCHED, FetchOutcome.UNCHANGED):
        return "partly"
    if row.snapshot is None:
        return "none"
    return "stopped" if row.fault is Fault.NOT_FOUND else "kept"


def _whose(count: int, of: int, counted: Noun) -> str:
    if of == 1:
        return f"Tallene for {counted.the}"
    return f"Tallene for {f'alle {of}' if count == of else f'{count} af {of}'} {counted.many}"


def _newest(rows: Iterable[FetchRow]) -> str:
    """The newest periods of tables: ``juni 2026``, ``maj 2026 og juni 2026``, ``april 2026 eller senere``."""
    days = (
        Period.parse(row.newest) if row.newest else Period.month(day.year, day.month)
        for row in rows
        if row.snapshot and (day := snapshot_day(row.snapshot))
    )
    periods = sorted(set(days), key=lambda period: period.last_month.ordinal)
    if len(periods) > MOST_PERIODS:
        return f"{periods[0].danish} eller senere"
    return listed(period.danish for period in periods)


MOST_PERIODS = 2
"""So many periods are named in a line."""


@dataclass(frozen=True)
class _Downloads(TextPart):
    """A list of links, and the files they lead to."""

    links: Mapping[str, tuple[str, str | bytes]] = field(default_factory=dict)

    def _name(self, name: str) -> str:
        return f"{self.stamp.prefix if self.stamp else ''}{name}"

    def markdown(self) -> str:
        return "\n".join(
            f"- [{text}]({FIGURE_FOLDER}/{self._name(name)})" for name, (text, _) in self.links.items()
        )

    def live(self) -> dict[str, Any]:
        return {"text/markdown": self.markdown(), "text/plain": self.markdown()}

    def offers(self) -> Sequence[tuple[str, Sequence[str]]]:
        return [(text.partition(" (")[0], [self._name(name)]) for name, (text, _) in self.links.items()]

    def contents(self) -> dict[str, str | bytes]:
        return {self._name(name): content for name, (_, content) in self.links.items()}


def downloads(files: Mapping[str, tuple[str, str | bytes]]) -> Shown:
    """Links to files that are written beside the page.

    Parameters
    ----------
    files
        File name → the link's text and the file's content.
    """
    return Shown([_Downloads((), links=files)])
