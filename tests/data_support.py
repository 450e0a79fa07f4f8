"""What the tests of data share: small catalogues, answers written as the source would, projects in temp folders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from helpers.catalogue import Catalogue
from helpers.catalogue.models import Indicator, Municipality, Plan
from helpers.data.raw import AnswerColumn, RawStore, Sidecar, snapshot_moment
from helpers.project import Project
from helpers.sources.example import write_example_tables

CHECKOUT = Path(__file__).parents[1]
REFERENCE = CHECKOUT.parent / "shared" / "reference-data"

AREAS = (
    Municipality(code="250", name="Frederikssund", slug="frederikssund", region="Hovedstaden"),
    Municipality(code="766", name="Hedensted", slug="hedensted", region="Midtjylland"),
    Municipality(code="825", name="Læsø", slug="laesoe", region="Nordjylland"),
)

PERIOD = AnswerColumn(role="period", id="period", label="Periode")
AREA = AnswerColumn(role="area", id="area", label="Område")


def dimension(key: str, label: str, total: str | None = None) -> AnswerColumn:
    return AnswerColumn(role="dimension", id=key, label=label, total=total)


def measure(key: str, label: str | None = None) -> AnswerColumn:
    return AnswerColumn(role="measure", id=key, label=label or key)


def answer(columns: Sequence[AnswerColumn], rows: Iterable[Sequence[Any]]) -> bytes:
    """An answer as the source sends it: labels, never ids."""
    content = {"columns": [column.label for column in columns], "rows": [list(row) for row in rows]}
    return json.dumps(content, ensure_ascii=False).encode()


def sidecar(
    table: str, columns: Sequence[AnswerColumn], snapshot: str = "2026-08-22T061500Z", **more: Any
) -> Sidecar:
    return Sidecar(
        source=more.pop("source", "jobindsats"),
        table=table,
        title=f"Tabel {table}",
        snapshot=snapshot,
        fetched_at=snapshot_moment(snapshot),
        columns=tuple(columns),
        cells=1,
        **more,
    )


def store_table(
    project: Project,
    table: str,
    columns: Sequence[AnswerColumn],
    rows: Iterable[Sequence[Any]],
    *,
    snapshot: str = "2026-08-22T061500Z",
    source: str = "jobindsats",
) -> Path:
    """Write one snapshot as a fetch would; returns where the answer lies."""
    store = RawStore(project.raw)
    store.write(answer(columns, rows), sidecar(table, columns, snapshot, source=source))
    return store.path(source, table, snapshot)


def store_counts(
    project: Project,
    table: str,
    values: Mapping[tuple[str, str], Any],
    *,
    snapshot: str = "2026-08-22T061500Z",
) -> Path:
    """A table with the one measure ``antal``: (period, name of area) → value."""
    columns = (PERIOD, AREA, measure("antal", "Antal personer"))
    rows = [(period, area, value) for (period, area), value in values.items()]
    return store_table(project, table, columns, rows, snapshot=snapshot)


def indicator(key: str, *, frequency: str = "month", decimals: int = 1, **series: Any) -> Indicator:
    """An indicator; each series is its ``from``. The first is the headline; ``count…`` is on the count axis."""
    return Indicator.model_validate(
        {
            "key": key,
            "title": key,
            "unit": "percent",
            "decimals": decimals,
            "frequency": frequency,
            "direction": "higher_is_better",
            "headline": next(iter(series)),
            "series": {
                name: {
                    "label": f"{name} {{area}}",
                    "from": origin,
                    "certainty": "confirmed",
                    **({"axis": "count"} if name.startswith("count") else {}),
                }
                for name, origin in series.items()
            },
        }
    )


def catalogue(*indicators: Indicator, hash: str = "one", areas: Sequence[Municipality] = AREAS) -> Catalogue:
    return Catalogue(
        indicators={found.key: found for found in indicators},
        surveys={},
        plans={},
        municipalities=tuple(areas),
        hash=hash,
    )


def term(table: str, name: str = "antal", **where: Any) -> dict[str, Any]:
    return {"table": table, "measure": name, **({"where": where} if where else {})}


def real_catalogue_project(root: Path) -> Project:
    """A project with the checkout's own catalogue and nothing else."""
    shutil.copytree(CHECKOUT / "catalogue", root / "catalogue")
    return Project(root)


def write_example(project: Project, catalogue: Catalogue, plan: Plan) -> tuple[str, ...]:
    """The example data that a plan needs on its `example_date`; the tables that were written."""
    keys = {key for goal in plan.goals for key in goal.indicators}
    indicators = [indicator for key, indicator in catalogue.indicators.items() if key in keys]
    return write_example_tables(RawStore(project.raw), catalogue, indicators, plan.example_date)


def type_in(project: Project, slug: str, key: str, text: str | bytes) -> Path:
    """Write a typed-in file."""
    path = project.raw / "manual" / slug / f"{key}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


DAY = date(2026, 8, 22)
