"""The page "Ændringer siden sidst": what was corrected, what is new, and whether a verdict changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from helpers.catalogue.models import NATIONAL, Municipality
from helpers.data import csv_files
from helpers.data.frames import Grounds
from helpers.data.revisions import ChangeOfValue
from helpers.periods import Period, danish_day
from helpers.present import output, tables, words
from helpers.present.output import Shown, escape_markdown, join
from helpers.present.words import Value
from helpers.reports.base.notes import downloads
from helpers.reports.plan import words as plan_words
from helpers.reports.plan.revisions import PlanRevision
from helpers.reports.plan.status import VerdictChange
from helpers.reports.plan.typed_changes import TypedChange, TypedEntry, TypedPlace, TypedRevision

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

KIND_WORDS = {
    ChangeOfValue.CHANGED.value: "Rettet",
    ChangeOfValue.APPEARED.value: "Kommet til",
    ChangeOfValue.VANISHED.value: "Vises ikke mere",
}
_MOST_ROWS = 40
"""So many corrections are shown, the largest first; the CSV file has all."""


def revision_shown(
    revision: PlanRevision | None,
    catalogue: Catalogue,
    municipality: Municipality,
    csv_text: str,
    typed: TypedRevision | None = None,
    turned: Sequence[VerdictChange] = (),
) -> Shown:
    """The whole page: a summary, verdicts that changed, corrected figures, what was typed in, and all of it as CSV.

    Parameters
    ----------
    revision
        None when there are no two days to compare.
    typed
        None when nothing is typed in, or was never kept.
    turned
        Verdicts that changed with what was typed in.
    """
    parts, said = [], []
    if revision is not None:
        # What is typed in is compared with its own last edition, below.
        corrected = revision.corrected[~revision.corrected["typed_in"]].sort_values(
            # The municipality's own figures before the country's, each with the largest correction first.
            "area",
            key=lambda area: area.eq(NATIONAL),
            kind="stable",
            ignore_index=True,
        )
        said.append(
            f"Sammenlignet er tallene fra den {danish_day(revision.new)} med dem fra den {danish_day(revision.old)}. "
            f"Ud af {words.number(revision.compared)} tal er {_or_none(len(corrected))} rettet, kommet til eller forsvundet, og "
            f"{_or_none(revision.new_periods)} gælder en ny periode."
        )
        parts += _corrections(corrected, catalogue, municipality)
    if typed is not None:
        said.append(plan_words.typed_otherwise(len(typed.changes), typed.since))
        if typed.changes:
            parts.append(_typed_table(typed.changes, catalogue, municipality))
    changes = {(change.new.goal, change.new.part): change for change in turned}
    if revision is not None:
        for change in revision.verdicts.get(municipality, ()):
            changes.setdefault((change.new.goal, change.new.part), change)
    said += [plan_words.verdict_turned(change) for _, change in sorted(changes.items())]
    if not changes and (revision is not None or typed is not None):
        said.append("Ingen vurdering er ændret.")
    if said:
        text = (line if line.startswith("**") else escape_markdown(line) for line in said)
        parts.insert(0, output.text(*text))
    if csv_text:
        parts.append(downloads({"aendringer-siden-sidst.csv": ("Alle ændringer (CSV)", csv_text)}))
    return join(parts)


def _or_none(count: int) -> str:
    return words.number(count) if count else "ingen"


def _corrections(corrected: pd.DataFrame, catalogue: Catalogue, municipality: Municipality) -> list[Shown]:
    parts = []
    if len(corrected):
        rows = (
            RevisedFigure(
                TypedPlace(row["indicator"], row["series"], row["area"], row["period"]),
                ChangeOfValue(row["kind"]),
                *(
                    None if pd.isna(row[name]) else float(row[name])
                    for name in ("old_value", "new_value", "difference")
                ),
            )
            for row in corrected.head(_MOST_ROWS).to_dict("records")
        )
        cells = [_cells(row, catalogue, municipality) for row in rows]
        parts.append(_table(cells, "rettede-tal", "Tal, der er rettet siden sidst"))
    if len(corrected) > _MOST_ROWS:
        parts.append(
            output.text(
                f"{_MOST_ROWS} af ændringerne er vist, kommunens før landets og de største først; filen har dem alle."
            )
        )
    return parts


def _typed_table(changes: Sequence[TypedChange], catalogue: Catalogue, municipality: Municipality) -> Shown:
    cells = [
        _cells(
            RevisedFigure(change.place, change.kind, *change.figures, change.difference),
            catalogue,
            municipality,
        )
        if change.place.period
        else _words_of(change, catalogue, municipality)
        for change in changes
    ]
    return _table(cells, "indtastede-tal", "Kommunens egne oplysninger, der er ændret siden sidst")


class RevisedFigure(NamedTuple):
    """A figure that differs, in its series' unit."""

    place: TypedPlace
    kind: ChangeOfValue
    old: Value | None
    new: Value | None
    difference: Value | None


ChangeCells = tuple[str | None, ...]


def _cells(row: RevisedFigure, catalogue: Catalogue, municipality: Municipality) -> ChangeCells:
    indicator, series = catalogue.indicators[row.place.key], row.place.series
    decimals, unit = indicator.decimals_of(series), indicator.unit_of(series)
    area = words.area_name(row.place.area, municipality.name)
    label = indicator.series[series].label.replace("{area}", area)
    # What is no longer shown is not shown here either: the source may have hidden it since.
    gone = row.kind is ChangeOfValue.VANISHED
    old, new, difference = (
        None if gone or value is None else words.number(value, decimals, unit, signed=signed)
        for value, signed in ((row.old, False), (row.new, False), (row.difference, True))
    )
    period = words.capital(Period.parse(row.place.period).danish)
    return label, period, old, new, difference, KIND_WORDS[row.kind.value]


def _words_of(change: TypedChange, catalogue: Catalogue, municipality: Municipality) -> ChangeCells:
    """The cells of an answer to a survey, or of a milestone: each state with its own day or month."""
    survey = catalogue.surveys.get(change.place.key)
    what = (
        catalogue.questions(survey, municipality)[change.place.series]
        if survey
        else f"Milepælen {change.place.series}"
    )
    said: list[str | None] = []
    for entry, figure in zip((change.old, change.new), change.figures, strict=True):
        unit = (survey.decimals, survey.unit) if survey else ()
        said.append(
            words.number(figure, *unit) if figure is not None else str(entry.value) if entry else None
        )
    before, now = (_when(entry) for entry in (change.old, change.new))
    old, new = said
    if old and new and before and before != now:
        old = f"{old} ({before})"
    change_of = change.difference
    difference = (
        words.number(change_of, survey.decimals, survey.unit, signed=True)
        if survey and change_of is not None
        else None
    )
    return what, words.capital(now or before or "–"), old, new, difference, KIND_WORDS[change.kind.value]


def _when(entry: TypedEntry | None) -> str | None:
    when = entry.when if entry else None
    return when.danish if isinstance(when, Period) else danish_day(when) if when else None


def typed_csv_rows(
    typed: TypedRevision, municipality: Municipality
) -> Iterator[tuple[csv_files.CsvCell, ...]]:
    """What was typed in otherwise, as rows of the page's file (:data:`~helpers.reports.plan.revisions.CSV_COLUMNS`)."""
    for change in typed.changes:
        place, gone = change.place, change.kind is ChangeOfValue.VANISHED and change.figures != (None, None)
        old, new = (entry.value if entry else None for entry in (change.old, change.new))
        entry = change.new or change.old
        yield (
            place.area,
            words.area_name(place.area, municipality.name),
            place.key,
            place.series,
            place.period or (_when(entry) if entry else None),
            change.kind.value,
            None if gone else old,
            new,
            change.difference,
            words.GROUNDS_WORDS[Grounds.TYPED_IN],
        )


def _table(cells: Sequence[ChangeCells], id: str, caption: str) -> Shown:
    columns = tables.columns("Serie", "Periode", "Før", "Nu", "Ændring", "Hvad", numbers=(2, 3, 4))
    return tables.simple_table(columns, cells, id=id, caption=caption, classes="cards")
