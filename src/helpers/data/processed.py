"""The tidy table of one basis in ``data/processed``: made from raw when anything it is made from has changed.

In: raw snapshots, typed-in files and the catalogue. Out: ``observations.parquet`` and ``.csv``, described by
``datapackage.json``; and, for whoever asks, the frame *Observations*.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from helpers.catalogue import Catalogue
from helpers.catalogue.models import NATIONAL
from helpers.data.basis import Basis, tables_of
from helpers.data.cells import area_codes, read_cells
from helpers.data.editions import typed_folder
from helpers.data.files import PACKAGE, remove_stale, write_whole
from helpers.data.frames import OBSERVATION_TEXTS
from helpers.data.observations import OK, SUPPRESSED, CellTable, Grid, Observed, observe
from helpers.data.package import (
    CSV,
    MADE_FROM,
    PARQUET,
    Input,
    arrow_table,
    csv_pieces,
    data_package,
    parquet_bytes,
)
from helpers.data.raw import RawStore, Sidecar, snapshot_day
from helpers.errors import PlanError, Problem
from helpers.periods import Period
from helpers.project import Project
from helpers.sources.manual import TypedValue, read_series

OLDER_LOOKED_AT: Final = 12
"""How many snapshots back is looked for what the source no longer shows."""

_CHECKED: Final = ".checked"

# Arrow's own keeps what was freed: 100 MB once all areas have been read.
pa.set_memory_pool(pa.system_memory_pool())


def load_observations(
    project: Project, catalogue: Catalogue, basis: Basis, areas: Collection[str] | None = None
) -> pd.DataFrame:
    """The frame *Observations* of a basis, made anew when raw, typed-in files, catalogue or code changed.

    Parameters
    ----------
    areas
        Area codes to keep (``dk`` and a municipality's, say); default all. Few areas load in milliseconds.

    Raises
    ------
    PlanError
        When ``data/processed`` cannot be written. What is wrong with single tables is no error here:
        :func:`data_problems` tells it.
    """
    data_fingerprint(project, catalogue, basis)
    table = _read(_folder(project, basis) / PARQUET, areas)
    for name in OBSERVATION_TEXTS:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, pc.cast(table.column(name), pa.string()))
    return table.to_pandas().copy()  # Arrow's own memory cannot be written to


def _read(path: Path, areas: Collection[str] | None) -> pa.CellTable:
    """The table, or the row groups of some areas: each area has one of its own."""
    file = pq.ParquetFile(path)
    if areas is None:
        return file.read()
    place = file.schema_arrow.get_field_index("area")
    groups = []
    for group in range(file.metadata.num_row_groups):
        statistics = file.metadata.row_group(group).column(place).statistics
        if statistics is not None and statistics.has_min_max and statistics.min in areas:
            groups.append(group)
    return file.read_row_groups(groups)


def data_problems(project: Project, catalogue: Catalogue, basis: Basis) -> tuple[Problem, ...]:
    """What kept figures of a basis from being used: damaged snapshots, unreadable cells, contradictions."""
    data_fingerprint(project, catalogue, basis)
    return tuple(Problem(p["where"], p["what"], p["do"]) for p in _package(project, basis)["problems"])


def data_inputs(project: Project, catalogue: Catalogue, basis: Basis) -> tuple[Input, ...]:
    """The tables that the observations of a basis are made from, with the snapshot in force of each."""
    data_fingerprint(project, catalogue, basis)
    return tuple(map(Input.model_validate, _package(project, basis)["inputs"]))


def _folder(project: Project, basis: Basis) -> Path:
    return project.processed / basis.name


def _package(project: Project, basis: Basis) -> dict[str, Any]:
    package: dict[str, Any] = json.loads((_folder(project, basis) / PACKAGE).read_bytes())
    return package


# ------------------------------------------------------------------------------------- is it still right?


def data_fingerprint(project: Project, catalogue: Catalogue, basis: Basis) -> str:
    """A hash of what the observations of a basis are made from; their table is made anew unless it is of just that.

    Looking at every byte of raw would take longer than the report itself. Names, sizes and times of the files
    are therefore looked at first; only when they differ from last time are the contents compared.
    """
    folder = _folder(project, basis)
    glance = _glance(project, catalogue, basis)
    made_from = _made_from(folder)
    seen = folder / _CHECKED
    if made_from is not None and seen.is_file() and seen.read_text() == f"{glance} {made_from}":
        return made_from
    needed = _Needed.of(project, catalogue, basis)
    if made_from != needed.fingerprint:
        needed.build(folder)
    write_whole(seen, f"{glance} {needed.fingerprint}".encode(), replace=True)
    return needed.fingerprint


def _made_from(folder: Path) -> str | None:
    """The fingerprint that an existing table carries; none when there is none, or it is not whole."""
    path = folder / PARQUET
    if not all((folder / name).is_file() for name in (PARQUET, PACKAGE, CSV)):
        return None
    try:
        metadata = pq.read_schema(path).metadata or {}
    except pa.ArrowInvalid:  # not whole, or no parquet at all: someone wrote over it
        return None
    found = metadata.get(MADE_FROM)
    return None if found is None else found.decode()


def _glance(project: Project, catalogue: Catalogue, basis: Basis) -> str:
    store = RawStore(project.raw)
    seen = [catalogue.hash, _code(), basis.name]
    made_up = basis.kind == "example"
    for table, source in tables_of(catalogue.indicators.values(), made_up=made_up).items():
        folder = basis.folder(source)
        names = [
            name
            for name in store.snapshots(folder, table)
            if basis.as_of is None or snapshot_day(name) <= basis.as_of
        ]
        seen.append(f"{table} {' '.join(names)}")
        # Two, because the newest may be damaged and the one before it in force.
        for name in names[-2:]:
            seen += [_status(store.path(folder, table, name))]
            seen += [_status(store.sidecar_path(folder, table, name))]
    seen += [_status(path) for path in _typed_files(_as_typed(project, basis), catalogue)]
    return _hash(seen)


def _status(path: Path) -> str:
    try:
        status = path.stat()
    except FileNotFoundError:  # taken away since the folder was listed
        return f"{path.name} gone"
    return f"{path.name} {status.st_size} {status.st_mtime_ns}"


def _as_typed(project: Project, basis: Basis) -> Project:
    """The project with the files that count on a basis: those that were typed in by its day."""
    day = basis.as_of if basis.kind == "real" else None
    return project if day is None else replace(project, typed=day.isoformat())


def _typed_files(project: Project, catalogue: Catalogue) -> list[Path]:
    folders = (typed_folder(project, municipality.slug) for municipality in catalogue.municipalities)
    there = (folder for folder in folders if folder.is_dir())  # few are
    return sorted(path for folder in there for path in folder.iterdir() if path.is_file())


def _seal(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _code() -> str:
    """Fingerprint of the modules that observations are made by, so that changed code makes them anew."""
    package = Path(__file__).parents[1]
    files = [
        *sorted((package / "data").glob("*.py")),
        package / "catalogue" / "models.py",
        *sorted((package / "intake").glob("*.py")),
        package / "sources" / "manual.py",
        package / "periods.py",
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


# --------------------------------------------------------------------------------------------- making it


@dataclass
class _Needed:
    """What the table of one basis is made from."""

    project: Project
    catalogue: Catalogue
    basis: Basis
    store: RawStore
    tables: dict[str, str]
    fingerprint: str
    read_before: dict[str, CellTable] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, catalogue: Catalogue, basis: Basis) -> _Needed:
        store = RawStore(project.raw)
        made_up = basis.kind == "example"
        tables = tables_of(catalogue.indicators.values(), made_up=made_up)
        parts = [catalogue.hash, _code(), basis.name]
        for table, source in tables.items():
            snapshot, problems = basis.in_force(store, table, source)
            folder = basis.folder(source)
            seal = store.sidecar(folder, table, snapshot).sha256 if snapshot is not None else ""
            parts += [f"{table} {snapshot} {seal}", *map(str, problems)]
        project = _as_typed(project, basis)
        parts += [f"{project.relative(path)} {_seal(path)}" for path in _typed_files(project, catalogue)]
        return cls(project, catalogue, basis, store, tables, _hash(parts))

    def build(self, folder: Path) -> None:
        """Write the three files; the parquet file last, since its fingerprint says that all are right."""
        remove_stale(folder)
        problems: list[Problem] = []
        tables = self._tables(problems)
        areas = [NATIONAL, *(municipality.code for municipality in self.catalogue.municipalities)]
        made_up = self.basis.kind == "example"
        observed = observe(self.catalogue.indicators.values(), tables, areas, made_up=made_up)
        problems += observed.problems
        self._add_typed(observed, problems)
        table = arrow_table(observed.frame(), self.fingerprint)
        csv, parquet = folder / CSV, parquet_bytes(table)
        write_whole(csv, csv_pieces(table), replace=True)
        described = data_package(
            name=self.basis.name,
            example=made_up,
            made_from=self.fingerprint,
            rows=table.num_rows,
            files={
                CSV: (_seal(csv), csv.stat().st_size),
                PARQUET: (hashlib.sha256(parquet).hexdigest(), len(parquet)),
            },
            sidecars=[(found.sidecar, found.period_ids) for found in tables.values()],
            typed_in={self.project.relative(p): _seal(p) for p in _typed_files(self.project, self.catalogue)},
            problems=problems,
        )
        write_whole(folder / PACKAGE, described, replace=True)
        write_whole(folder / PARQUET, parquet, replace=True)

    def _tables(self, problems: list[Problem]) -> dict[str, CellTable]:
        """Every table in force, taken apart; one that cannot be read falls back on its last good answer."""
        found = {name: next(self._read(source, name, problems), None) for name, source in self.tables.items()}
        return {name: table for name, table in found.items() if table is not None}

    def _read(
        self, source: str, name: str, problems: list[Problem], before: str | None = None
    ) -> Iterator[CellTable]:
        """A table by its snapshots, newest first, as far as they can be read; takes in what is wrong with them."""
        folder, areas = self.basis.folder(source), area_codes(self.catalogue.municipalities)
        while True:
            before, passed_over = self.basis.in_force(self.store, name, source, before=before)
            problems += passed_over
            if before is None:
                return
            key = f"{folder}/{name}/{before}"
            if key not in self.read_before:
                try:
                    sidecar = self.store.sidecar(folder, name, before)
                    cells = read_cells(self.store.read(folder, name, before), sidecar, areas)
                except PlanError as error:
                    problems += error.problems
                    continue
                if cells.unknown_areas:
                    problems.append(_unknown_areas(sidecar, cells.unknown_areas))
                older = partial(self._older, source, name, before) if folder == source else tuple
                self.read_before[key] = CellTable(sidecar, cells.frame, older)
            yield self.read_before[key]

    def _older(self, source: str, name: str, newest: str) -> Iterator[CellTable]:
        return islice(self._read(source, name, [], newest), OLDER_LOOKED_AT)

    def _add_typed(self, observed: Observed, problems: list[Problem]) -> None:
        """Add what was typed in for series of which no fetched table gives a value.

        An indicator that anybody typed in has no made-up figures, for no series and no area: only what a
        document printed stays beside them.
        """
        made_up = self.basis.kind == "example"
        values: dict[tuple[str, str, str, Period], TypedValue] = {}
        contradicted = set()
        for municipality in self.catalogue.municipalities:
            if not typed_folder(self.project, municipality.slug).is_dir():
                continue
            typed = read_series(self.project, self.catalogue, municipality)
            problems += typed.problems
            for value in typed.values:
                if not made_up and observed.knows(value.indicator, value.series):
                    continue
                place = (value.indicator, value.series, value.area, value.period)
                earlier = values.setdefault(place, value)
                if earlier.value != value.value:
                    contradicted.add(place)
                    problems.append(_contradiction(earlier, value))
        replaced: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for value in values.values():
            if made_up:
                for series in self.catalogue.indicators[value.indicator].series:
                    replaced.setdefault((value.indicator, series), set())
            replaced.setdefault((value.indicator, value.series), set()).add((value.area, value.period.id))
        for (indicator, series), known in replaced.items():
            observed.discard(indicator, series, known)
        for place, value in values.items():
            if place not in contradicted:
                number, state = (np.nan, SUPPRESSED) if value.value is None else (float(value.value), OK)
                grid = Grid(np.array([[number]]), np.array([[state]], dtype=np.int8))
                key = (value.indicator, value.series)
                observed.add(key, [value.area], [value.period], grid, source="manual", snapshot="")


def _unknown_areas(sidecar: Sidecar, names: Sequence[str]) -> Problem:
    return Problem(
        f"data/raw/{sidecar.source}/{sidecar.table}/{sidecar.snapshot}.json",
        f"{len(names)} areas are neither the country nor a municipality of the catalogue: "
        f"{', '.join(names[:5])}{' …' if len(names) > 5 else ''}. Their rows are left out.",
        "When one of them is a municipality under another name, correct catalogue/areas/municipalities.csv.",
    )


def _contradiction(first: TypedValue, second: TypedValue) -> Problem:
    return Problem(
        f"{second.file}: row {second.row}, column vaerdi",
        f"{first.file}, row {first.row}, says {first.value} for the same figure of the whole country; "
        f"here it is {second.value}. Neither is used.",
        "Correct one of the two.",
    )
