"""How long it takes to read, judge and keep ten StatBank tables of 98 municipalities, the country and 60 months.

``python -m benchmarks.bench_statbank``: answers are made beforehand and no server is asked, so that only own work counts.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Limits
from helpers.data.answers import parse_json
from helpers.data.cells import COUNTRY_NUMBER, area_codes, read_cells
from helpers.data.raw import AnswerColumn, RawStore
from helpers.periods import Period
from helpers.project import Project
from helpers.sources.checks import values_of
from helpers.sources.keeping import About, Gathered, Keeper

CHECKOUT = Path(__file__).resolve().parents[1]
TABLES, MONTHS = 10, 60
COLUMNS = (
    AnswerColumn(role="area", id="area", label="OMRÅDE"),
    AnswerColumn(role="period", id="period", label="Tid"),
    AnswerColumn(role="measure", id="INDHOLD", label="INDHOLD"),
)


def main() -> None:
    catalogue = load_catalogue(Project(CHECKOUT))
    codes = [COUNTRY_NUMBER, *(m.code for m in catalogue.municipalities)]
    months = [Period.month(2021, 1).shift(step).id for step in range(MONTHS)]
    lines = [f"{c};{m};{2 + (int(c) + n) % 30 / 10}" for c in codes for n, m in enumerate(months)]
    kept = {
        "format": "CSV",
        "time": "Tid",
        "periods": months,
        "asked": {"OMRÅDE": {code: code for code in codes}},
        "text": "\ufeff" + "\r\n".join(["OMRÅDE;TID;INDHOLD", *lines, ""]),
    }
    content = json.dumps(kept, ensure_ascii=False).encode()
    started, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        store = RawStore(Path(folder))
        keeper = Keeper(store, "statbank", datetime(2026, 8, 22, tzinfo=UTC), {})
        for number in range(TABLES):
            answer = parse_json(content)
            values = values_of(COLUMNS, answer.rows)
            gathered = Gathered([answer], dict.fromkeys(COLUMNS), values, len(values))
            about = About(
                table=f"t{number}", title="", country=COUNTRY_NUMBER, names=codes[1:], asked=len(codes) - 1,
                limits={"INDHOLD": Limits(0, 100)}, oldest=Period.parse(months[0]), promised=Period.parse(months[-1]),
                update_latest=None, update_next=None,
            )  # fmt: skip
            sidecar = keeper.keep(about, gathered, None, accept=False).sidecar
            stored = store.read("statbank", sidecar.table, sidecar.snapshot)
            read_cells(stored, sidecar, area_codes(catalogue.municipalities))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall, own = time.perf_counter() - started, time.process_time() - cpu
    print(
        f"{TABLES} tables, {TABLES * len(lines):,} cells: {own:.2f} s of own work, {wall:.2f} s, {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
