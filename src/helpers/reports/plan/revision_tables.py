"""The page "Ændringer siden sidst": what was corrected, what is new, and whether a verdict changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from helpers.catalogue.models import NATIONAL, Municipality
from helpers.data.revisions import ChangeOfValue
from helpers.periods import Period
from helpers.present import output, tables, words
from helpers.present.output import Shown, escape_markdown, join
from helpers.present.tables import Column
from helpers.reports.base.notes import downloads
from helpers.reports.plan.status import VerdictChange
from helpers.sources.fetch_status import danish_day

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

KIND_WORDS = {
    ChangeOfValue.CHANGED.value: "Rettet",
    ChangeOfValue.APPEARED.value: "Kommet til",
    ChangeOfValue.VANISHED.value: "Vises ikke mere",
}
MOST_ROWS = 40
"""So many corrections are shown, the largest first; the CSV file has all."""


class Revised(Protocol):
    """What is shown of a comparison between two days."""

    @property
    def old(self) -> date: ...
    @property
    def new(self) -> date: ...
    @property
    def corrected(self) -> pd.DataFrame: ...
    @property
    def new_periods(self) -> int: ...
    @property
    def compared(self) -> int: ...
    @property
    def verdicts(self) -> Mapping[Municipality, tuple[VerdictChange, ...]]: ...


def revision_shown(
    revision: Revised, catalogue: Catalogue, municipality: Municipality, csv_text: str
) -> Shown:
    """The whole page: a summary, verdicts that changed, corrected figures, and all of it as CSV."""
    # The municipality's own figures before the country's, each with the largest correction first.
    corrected = revision.corrected.sort_values(
        "area", key=lambda area: area.eq(NATIONAL), kind="stable", ignore_index=True
    )
    said = [
        f"Sammenlignet er tallene fra den {danish_day(revision.new)} med dem fra den {danish_day(revision.old)}. "
        f"Ud af {words.number(revision.compared)} tal er {words.number(len(corrected)) if len(corrected) else 'ingen'} rettet, kommet "
        f"til eller forsvundet, og {words.number(revision.new_periods) if revision.new_periods else 'ingen'} gælder en ny periode."
    ]
    changes = revision.verdicts.get(municipality, ())
    if changes:
        said += [
            f"**Mål {change.new.goal}**: vurderingen er ændret fra »{words.VERDICT_WORDS[change.old.verdict].lower()}« "
            f"til »{words.VERDICT_WORDS[change.new.verdict].lower()}«."
            for change in changes
        ]
    else:
        said.append("Ingen vurdering er ændret.")
    parts = [output.text(*(text if text.startswith("**") else escape_markdown(text) for text in said))]
    if len(corrected):
        parts.append(_table(corrected.head(MOST_ROWS), catalogue, municipality))
        if len(corrected) > MOST_ROWS:
            parts.append(
                output.text(
                    f"{MOST_ROWS} af ændringerne er vist, kommunens før landets og de største først; filen har dem alle."
                )
            )
    return join([*parts, downloads({"aendringer-siden-sidst.csv": ("Alle ændringer (CSV)", csv_text)})])


def _table(rows: pd.DataFrame, catalogue: Catalogue, municipality: Municipality) -> Shown:
    cells = []
    for row in rows.to_dict("records"):
        indicator = catalogue.indicators[row["indicator"]]
        decimals, unit = indicator.decimals_of(row["series"]), indicator.unit_of(row["series"])
        area = words.area_name(row["area"], municipality.name)
        label = indicator.series[row["series"]].label.replace("{area}", area)
        # What is no longer shown is not shown here either: the source may have hidden it since.
        gone = row["kind"] == ChangeOfValue.VANISHED.value
        old, new, difference = (
            None
            if gone or pd.isna(row[name])
            else words.number(float(row[name]), decimals, unit, signed=name == "difference")
            for name in ("old_value", "new_value", "difference")
        )
        period = words.capital(Period.parse(row["period"]).danish)
        cells.append((label, period, old, new, difference, KIND_WORDS[row["kind"]]))
    columns = [
        Column("Serie"),
        Column("Periode"),
        Column("Før", number=True),
        Column("Nu", number=True),
        Column("Ændring", number=True),
        Column("Hvad"),
    ]
    return tables.simple_table(columns, cells, id="rettede-tal", caption="Tal, der er rettet siden sidst")
