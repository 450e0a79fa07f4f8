"""What the analyst can mend of a report's figures and no reader needs: for `plan status -v`, `plan check` and the page "For analytikeren".

In: a report. Out: lines of Danish with ids of tables, keys of the catalogue and paths of files.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from helpers.catalogue.models import Certainty, FromHand, FromUnknown, Series
from helpers.present.words import listed, sentence
from helpers.reports.base.notes import Measured
from helpers.reports.base.report import Report
from helpers.sources.fetch_status import failures_in_danish, fetch_rows
from helpers.sources.manual import manual_path

UNREAD = "noget her kunne ikke bruges. plan status -v siger hvad."


def unsure(key: str, measured: Measured) -> Iterator[str]:
    """What of a report or plan has a source that is not certain, in a line of English for `plan check`."""
    found: dict[Certainty, dict[str, None]] = {Certainty.PROBABLE: {}, Certainty.UNKNOWN: {}}
    for name, indicators in measured:
        for indicator in indicators:
            if indicator.certainty in found:
                found[indicator.certainty][name] = None
    said = [f"{kind.value} for {', '.join(names)}" for kind, names in found.items() if names]
    if said:
        yield f"{key}: sources are {' and '.join(said)} (plan status KOMMUNE --plan {key} -v says why)"


def to_mend(report: Report, *, page: bool = False) -> Iterator[str]:
    """Sources that are not certain, figures that may be typed in, and what of the data could not be used.

    Parameters
    ----------
    page
        For a page, in Danish alone: what is wrong with a fetch or a file in English stands in the terminal.
    """
    for indicator in {found.key: found for found in report.indicators}.values():
        told: dict[str, list[str]] = {}
        for name, series in indicator.series.items():
            if said := _series_words(report, indicator.key, series):
                told.setdefault(said, []).append(name)
        yield from (f"{indicator.key} ({listed(names)}): {said}" for said, names in told.items())
    if not report.is_example:
        rows = fetch_rows(report.project, report.indicators, report.snapshot)
        yield from (
            failures_in_danish(rows) if page else (f"{r.table}: {r.problem}" for r in rows if r.problem)
        )
    for one in report.own_to_mend():
        yield one if isinstance(one, str) else f"{one.where}: {UNREAD if page else one.what}"


def screen(report: Report, *, verbose: bool) -> Iterator[Text]:
    """How a report stands, for a terminal, in Danish: its own lines, what failed, and (`verbose`) what to mend."""
    yield Text(f"{report.title} · {report.whom.long_name}", style="bold")
    if report.is_example:
        yield Text("Eksempeldata: tallene er opdigtede.", style="yellow")
    yield from map(Text, report.standing_lines())
    yield from below(report, verbose=verbose)


def below(report: Report, *, verbose: bool) -> Iterator[Text]:
    """What stands below how a report stands: fetches that failed, and (`verbose`) what to mend."""
    yield from (Text(sentence, style="yellow") for sentence in report.failures())
    if verbose:
        yield from (Text(line, style="dim") for line in to_mend(report))


def typed_at(report: Report, key: str) -> str:
    """The files in which an indicator or survey may be typed in for the report's municipalities."""
    areas = [area for area in report.catalogue.municipalities if area.code in report.whom.codes]
    return listed(report.project.relative(manual_path(report.project, area, key)) for area in areas)


def _series_words(report: Report, key: str, series: Series) -> str:
    note = sentence(series.note or "")
    if isinstance(series.origin, FromHand):
        return f"indtastes i {typed_at(report, key)}. {sentence(series.origin.typed_in)} {note}".strip()
    if isinstance(series.origin, FromUnknown):
        find = f'plan find "{" ".join(series.origin.unknown)}"'
        where = typed_at(report, key)
        return f"tabellen er ikke kendt. Søg med {find}; indtil da kan tallene indtastes i {where}. {note}".strip()
    if series.certainty is Certainty.CONFIRMED:
        return ""
    tables = listed(dict.fromkeys(term.table for term in series.origin.terms))
    return f"tabel {tables} er sandsynlig, men ikke bekræftet. {note}".strip()
