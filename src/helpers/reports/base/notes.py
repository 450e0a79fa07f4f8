"""What every report says of its figures at the top of a page: when they were fetched, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from helpers.catalogue.models import JOBINDSATS, SOURCES
from helpers.periods import danish_day
from helpers.present import output
from helpers.present.output import FIGURE_FOLDER, Shown, TextPart, escape_markdown
from helpers.present.words import listed
from helpers.sources.fetch_status import FetchRow, failures_in_danish


def fetched_note(
    days: Iterable[date], rows: Iterable[FetchRow], snapshot: date | None, printed: str = ""
) -> Shown:
    """When real figures were fetched, and which fetches failed since.

    Parameters
    ----------
    printed
        What there is to say of figures that a document printed.
    """
    beside = [escape_markdown(printed)] if printed else []
    fetched, rows = sorted(days), tuple(rows)
    found = dict.fromkeys(row.source for row in rows if row.source in SOURCES) or (JOBINDSATS,)
    names = listed(SOURCES[source].name for source in found)
    if not fetched:
        return output.box(f"Der er endnu ingen tal fra {names} til siden.", *beside, classes=("data-note",))
    first, last = fetched[0], fetched[-1]
    when = (
        f"den {danish_day(last)}"
        if first == last
        else f"fra den {danish_day(first)} til den {danish_day(last)}"
    )
    said = f"Tal fra {names}, hentet {when}."
    if snapshot is not None:
        said += f" Siden viser tallene, som de stod den {danish_day(snapshot)}."
    failures = failures_in_danish(rows)
    return output.box(said, *beside, *(escape_markdown(text) for text in failures), classes=("data-note",))


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
