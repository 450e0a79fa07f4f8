"""What changed between two snapshots, for a terminal and as CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pandas as pd
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from helpers.catalogue.models import Municipality
from helpers.reports.plan.revisions import PlanRevision, area_names, revision_csv

MOST_ROWS = 40
"""So many differences are printed, the largest first; CSV and JSON have all."""


def comparison_text(revision: PlanRevision, municipalities: Sequence[Municipality], form: str) -> str:
    """The comparison for machines, as ``csv`` or ``json``."""
    if form == "csv":
        return revision_csv(revision, municipalities)
    changes = json.loads(revision.found.changes.to_json(orient="records", force_ascii=False))
    verdicts = [
        {
            "municipality": municipality.name,
            "goal": change.new.goal,
            "indicator": change.new.indicator,
            "old": change.old.verdict.value,
            "new": change.new.verdict.value,
        }
        for municipality, found in revision.verdicts.items()
        for change in found
    ]
    told = {
        "old": revision.old.isoformat(),
        "new": revision.new.isoformat(),
        "compared": revision.compared,
        "basis": "real",
        "changes": changes,
        "verdicts": verdicts,
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def comparison_screen(
    revision: PlanRevision, municipalities: Sequence[Municipality]
) -> Iterator[RenderableType]:
    """The comparison for a terminal: counts, the largest corrections, and changed verdicts."""
    corrected = revision.corrected
    yield Text(f"{revision.old} → {revision.new}", style="bold")
    yield (
        f"{len(corrected):,} of {revision.compared:,} figures were corrected, came or went; "
        f"{revision.new_periods:,} are for new periods."
    )
    if len(corrected):
        names = area_names(municipalities)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in ("Area", "Indicator", "Series", "Period"):
            # Folded, because the ends of keys are what tells them apart.
            table.add_column(heading, overflow="fold")
        for heading in ("Before", "Now", "Change"):
            table.add_column(heading, justify="right")
        for row in corrected.head(MOST_ROWS).to_dict("records"):
            cells = [_number(row[name]) for name in ("old_value", "new_value", "difference")]
            table.add_row(names[row["area"]], row["indicator"], row["series"], row["period"], *cells)
        yield table
        if len(corrected) > MOST_ROWS:
            yield f"The {MOST_ROWS} largest are shown; --format csv gives all."
    if not revision.verdicts:
        yield "No verdict changed."
    for municipality, found in revision.verdicts.items():
        for change in found:
            yield Text(
                f"{municipality.name}, goal {change.new.goal}: {change.old.verdict.value} → {change.new.verdict.value}",
                style="yellow",
            )


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:,.10g}"
