"""How long a fetch takes, how much of that is the client's own work, and how much memory it needs.

``python -m benchmarks.bench_fetch``: the server of the tests runs in a process of its own, with the real figures
where they lie beside the checkout, and with a few made-up tables of the same size elsewhere.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from helpers.catalogue import load_catalogue
from helpers.project import Project
from helpers.sources.fetch import fetch_tables
from helpers.sources.fetch_status import FetchOutcome
from helpers.sources.jobindsats import Client
from helpers.sources.settings import ApiKey, Settings

CHECKOUT = Path(__file__).resolve().parents[1]
SERVER = CHECKOUT / "tests" / "jobindsats_server.py"
REFERENCE = CHECKOUT.parent / "shared" / "reference-data"
KEY = "benchmark-key-0123456789"
RUNS = 3


def client(url: str, root: Path, day: int) -> None:
    """One fetch in this process; prints what it took."""
    started, cpu = time.perf_counter(), time.process_time()
    project = Project(root)
    catalogue = load_catalogue(project)
    loaded, loaded_cpu = time.perf_counter(), time.process_time()
    now = datetime(2026, 8, 22, tzinfo=UTC) + timedelta(days=day)
    with Client(Settings(url=url, key=ApiKey(KEY), waits=())) as asking:
        report = fetch_tables(project, catalogue, client=asking, now=now, reload_waits=())
    print(
        json.dumps(
            {
                "start": loaded - started,
                "start_cpu": loaded_cpu - cpu,
                "wall": time.perf_counter() - loaded,
                "cpu": time.process_time() - loaded_cpu,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "tables": len(report.rows),
                "fetched": sum(row.outcome is FetchOutcome.FETCHED for row in report.rows),
                "cells": sum(row.cells or 0 for row in report.rows if row.outcome is FetchOutcome.FETCHED),
            }
        )
    )


def _one(url: str, root: Path, day: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.bench_fetch", "client", url, str(root), str(day)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=CHECKOUT)
    return json.loads(ran.stdout.splitlines()[-1])


def bare(url: str, root: Path) -> float:
    """Seconds that the same calls take when nothing is done with the answers."""
    calls = [("tables", {"format": "json"})]
    for path in sorted((root / "data" / "raw" / "jobindsats").glob("[a-z]*/*.meta.json")):
        queries = [dict(query) for query in json.loads(path.read_bytes())["query"]]
        calls.append((queries[0]["path"].replace("data", "table"), {"format": "json"}))
        calls.extend((query.pop("path"), query) for query in queries)
    started = time.perf_counter()
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {KEY}"
        for address, query in calls:
            session.get(f"{url}/{address}", params=query, timeout=60).raise_for_status()
    return time.perf_counter() - started


def main() -> None:
    """Fetch everything the catalogue asks for, then once more when nothing has moved."""
    arguments = [sys.executable, str(SERVER), "--port", "0", "--token", KEY]
    if REFERENCE.is_dir():
        arguments.append("--reference")
    with (
        subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        try:
            lines = (server.stdout.readline() for _ in range(6)) if server.stdout else iter(())
            url = next(word.split("=", 1)[1] for line in lines for word in line.split() if "API_URL=" in word)
            first, again, served = [], [], []
            for run in range(RUNS):
                root = Path(folder) / str(run)
                shutil.copytree(CHECKOUT / "catalogue", root / "catalogue")
                first.append(_one(url, root, 0))
                again.append(_one(url, root, 1))
                served.append(bare(url, root))
        finally:
            server.terminate()
    best, unchanged = (min(runs, key=lambda run: run["wall"]) for runs in (first, again))
    print(f"fetch, {best['fetched']} of {best['tables']} tables, {best['cells']:,} cells, best of {RUNS}")
    print(f"  whole fetch                    {best['wall']:6.2f} s")
    print(f"  the same calls, nothing done   {min(served):6.2f} s")
    print(
        f"  client's own work              {best['cpu']:6.2f} s ({1e6 * best['cpu'] / best['cells']:.1f} µs a cell)"
    )
    print(f"  peak memory                    {max(run['memory'] for run in first):6.0f} MB")
    print(f"fetch when nothing has moved     {unchanged['wall']:6.2f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["client"]:
        client(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
