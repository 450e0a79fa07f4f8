"""How long raw answers take to become the tidy table, how soon one municipality is read, and how much memory that needs.

``python -m benchmarks.bench_data``: every table the catalogue asks for, 98 municipalities and the country, 60 months
(or 21 quarters), made up in the shape of the source and read by the code that reads real answers.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
DAY = date(2026, 8, 22)
MONTHS, QUARTERS = 60, 21
RUNS = 5


def make(root: Path) -> None:
    """Write the raw answers; prints how many cells they have and how long they took."""
    from helpers.catalogue import load_catalogue
    from helpers.data.raw import RawStore
    from helpers.periods import Frequency
    from helpers.project import Project
    from helpers.sources import example

    example.HISTORY.update({Frequency.MONTH: MONTHS, Frequency.QUARTER: QUARTERS})
    project = Project(root)
    catalogue = load_catalogue(project)
    store = RawStore(project.raw)
    started = time.perf_counter()
    tables = example.write_example_tables(store, catalogue, catalogue.indicators.values(), DAY)
    seconds = time.perf_counter() - started
    kept = [store.sidecar("example", table, store.snapshots("example", table)[-1]) for table in tables]
    measures = sum(sum(column.role == "measure" for column in sidecar.columns) for sidecar in kept)
    print(
        json.dumps(
            {
                "tables": len(kept),
                "measures": measures,
                "cells": sum(sidecar.cells for sidecar in kept),
                "bytes": sum(sidecar.size for sidecar in kept),
                "seconds": seconds,
            }
        )
    )


def read(root: Path) -> None:
    """Load one municipality in this process; prints what it took, the table's making included where needed."""
    from helpers.catalogue import load_catalogue
    from helpers.data.basis import Basis
    from helpers.data.processed import load_observations
    from helpers.project import Project

    started = time.perf_counter()
    project = Project(root)
    catalogue = load_catalogue(project)
    loaded, cpu = time.perf_counter(), time.process_time()
    basis = Basis("example", DAY)
    load_observations(project, catalogue, basis, ("dk", "250"))
    first, cpu = time.perf_counter(), time.process_time() - cpu
    load_observations(project, catalogue, basis, ("dk", "766"))
    second = time.perf_counter()
    load_observations(project, catalogue, basis, ("dk", "766"))
    third = time.perf_counter()
    print(
        json.dumps(
            {
                "catalogue": loaded - started,
                "first": first - loaded,
                "cpu": cpu,
                "second": second - first,
                "third": third - second,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def _run(what: str, root: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.bench_data", what, str(root)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=CHECKOUT)
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Make the raw answers once, then the tidy table from nothing and with nothing changed, each several times."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(CHECKOUT / "catalogue", root / "catalogue")
        made = _run("make", root)
        built, unchanged = [], []
        for _ in range(RUNS):
            shutil.rmtree(root / "data" / "processed", ignore_errors=True)
            built.append(_run("read", root))
            unchanged.append(_run("read", root))
        tidy = next((root / "data" / "processed").glob("*/datapackage.json"))
        rows = json.loads(tidy.read_bytes())["resources"][0]["rows"]
    best = min(built, key=lambda run: run["first"])
    print(
        f"{made['tables']} tables, {made['measures']} measures, {made['cells']:,} cells, "
        f"{made['bytes'] / 1e6:.1f} MB of raw answers; {rows:,} observations; best of {RUNS}"
    )
    print(
        f"  raw to tidy                            {best['first']:6.2f} s ({best['cpu']:.2f} s of processor)"
    )
    print(f"  peak memory of the process             {max(run['memory'] for run in built):6.0f} MB")
    print(f"  one municipality, new process          {1000 * min(run['first'] for run in unchanged):6.0f} ms")
    print(
        f"  the next municipality                  {1000 * min(run['second'] for run in unchanged):6.0f} ms"
    )
    print(f"  the same again                         {1000 * min(run['third'] for run in unchanged):6.0f} ms")
    print(f"  memory of a process that only reads    {max(run['memory'] for run in unchanged):6.0f} MB")
    print(f"  making the example answers             {made['seconds']:6.2f} s")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        {"make": make, "read": read}[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
