"""The tidy table as files: Parquet for programs, CSV for whoever wants it, and a Frictionless description of both.

In: the frame *Observations*. Out: bytes, with the seal of everything they were made from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from helpers.catalogue.fields import Model, PeriodId
from helpers.catalogue.models import SOURCES
from helpers.data.frames import OBSERVATION_KEYS, OBSERVATION_TEXTS
from helpers.data.raw import Sidecar
from helpers.errors import Problem
from helpers.periods import Period

PARQUET: Final = "observations.parquet"
CSV: Final = "observations.csv"

MADE_FROM: Final = b"made_from"
"""Key of the Parquet file's metadata with the fingerprint of what it was made from."""

_CSV_ROWS: Final = 50_000

_FIELDS: Final = {
    "indicator": ("string", "Key of the indicator in catalogue/indicators.yml"),
    "series": ("string", "Key of the series within the indicator"),
    "area": ("string", "Three-digit code of the municipality, or dk for the whole country"),
    "period": ("string", "2023M11 (month), 2023Q02 (quarter), 2024QMAT03 (four quarters), 2025Y01 (year)"),
    "value": ("number", "In the series' unit; empty unless the state is ok"),
    "state": ("string", "ok, suppressed, missing or not_published"),
    "source": ("string", "Where it comes from: jobindsats:<tables>, example:<tables> or manual"),
    "snapshot": ("string", "The oldest snapshot the value was computed from; empty for typed-in figures"),
    "published": ("boolean", "Whether a document printed the value"),
}

_FORMS: Final = {CSV: ("csv", "text/csv"), PARQUET: ("parquet", "application/vnd.apache.parquet")}


class Input(Model):
    """One table that the observations of a basis are made from."""

    source: str
    table: str
    title: str
    snapshot: str
    fetched_at: datetime
    """When the source was asked (UTC); for example data, the day they pretend to be from."""
    # The source's own release days, when it told them.
    update_latest: date | None
    update_next: date | None
    newest: tuple[PeriodId, ...]
    """Newest period of each kind in the answer."""
    cells: int
    sha256: str


def arrow_table(frame: pd.DataFrame, made_from: str) -> pa.Table:
    """The frame *Observations*, its texts as categories, with the fingerprint of what it was made from."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return table.replace_schema_metadata({MADE_FROM: made_from.encode()})


def csv_pieces(table: pa.Table) -> Iterator[bytes]:
    """The table as CSV, some rows at a time: as text it is many times as large as in categories."""
    for start in range(0, max(table.num_rows, 1), _CSV_ROWS):
        part = table.slice(start, _CSV_ROWS)
        plain = pa.table(
            {
                name: pc.cast(part.column(name), pa.string())
                if name in OBSERVATION_TEXTS
                else part.column(name)
                for name in part.column_names
            }
        )
        sink = pa.BufferOutputStream()
        pa_csv.write_csv(plain, sink, pa_csv.WriteOptions(include_header=start == 0, quoting_style="needed"))
        yield sink.getvalue().to_pybytes()


def parquet_bytes(table: pa.Table) -> bytes:
    """Parquet with a row group for each area, so that one municipality is read without the others."""
    sink = pa.BufferOutputStream()
    areas = table.column("area").combine_chunks()
    codes = areas.indices.to_numpy()
    starts = [0, *(np.flatnonzero(np.diff(codes)) + 1), len(codes)] if len(codes) else [0, 0]
    with pq.ParquetWriter(sink, table.schema, compression="zstd") as writer:
        for start, end in pairwise(starts):
            writer.write_table(table.slice(start, end - start))
    return sink.getvalue().to_pybytes()


def data_package(
    *,
    name: str,
    example: bool,
    made_from: str,
    rows: int,
    files: Mapping[str, tuple[str, int]],
    sidecars: Iterable[tuple[Sidecar, Sequence[str]]],
    typed_in: Mapping[str, str],
    problems: Iterable[Problem],
) -> bytes:
    """The Frictionless data package, with the seals of all it was made from.

    Parameters
    ----------
    files
        SHA-256 and size of each.
    sidecars
        Of every table in force, with the ids of the periods its answer speaks of.
    typed_in
        Path and SHA-256 of every typed-in file.
    """
    fields = [
        {"name": field, "type": kind, "description": text}
        | ({"constraints": {"required": True}} if field in OBSERVATION_KEYS else {})
        for field, (kind, text) in _FIELDS.items()
    ]
    schema = {"fields": fields, "primaryKey": list(OBSERVATION_KEYS), "missingValues": [""]}
    package = {
        "profile": "tabular-data-package",
        "name": f"observations-{name}",
        "title": "Eksempeldata" if example else "Observations",
        "basis": "example" if example else "real",
        "description": (
            "Made-up figures, pinned to those that documents printed; they describe no municipality."
            if example
            else "Figures from public sources and typed-in ones, as the catalogue computes them."
        ),
        "sources": [
            {"title": SOURCES[source].owner, "path": SOURCES[source].url}
            for source in dict.fromkeys([sidecar.source for sidecar, _ in sidecars])
            if source in SOURCES
        ]
        or [{"title": "Eksempeldata" if example else "Typed in"}],
        "resources": [_resource(file, *sealed, schema, rows) for file, sealed in files.items()],
        "made_from": made_from,
        "inputs": [_input(sidecar, periods) for sidecar, periods in sidecars],
        "typed_in": [{"path": path, "hash": f"sha256:{seal}"} for path, seal in typed_in.items()],
        "problems": [asdict(problem) for problem in dict.fromkeys(problems)],
    }
    return f"{json.dumps(package, ensure_ascii=False, indent=1)}\n".encode()


def _resource(file: str, seal: str, size: int, schema: Mapping[str, Any], rows: int) -> dict[str, Any]:
    kind, media = _FORMS[file]
    text = {"encoding": "utf-8", "dialect": {"delimiter": ",", "header": True}} if file == CSV else {}
    return {
        "name": f"observations-{kind}",
        "profile": "tabular-data-resource" if file == CSV else "data-resource",
        "path": file,
        "format": kind,
        "mediatype": media,
        **text,
        "hash": f"sha256:{seal}",
        "bytes": size,
        "rows": rows,
        "schema": schema,
    }


def _input(sidecar: Sidecar, period_ids: Sequence[str]) -> dict[str, Any]:
    newest: dict[str, Period] = {}
    for period in map(Period.parse, period_ids):
        newest[period.frequency] = max(period, newest.get(period.frequency, period))
    return {
        **sidecar.model_dump(mode="json", include=set(Input.model_fields)),
        "newest": sorted(period.id for period in newest.values()),
    }
