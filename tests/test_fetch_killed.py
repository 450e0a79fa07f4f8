"""A fetch or a processing that is killed at any step leaves all whole behind, and a rerun completes it.

Run as a script, this file is the process that is killed: it forks once for each step, so that Python starts once.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from helpers.data.basis import Basis
from helpers.data.processed import load_observations
from helpers.data.raw import RawStore
from helpers.project import Project
from helpers.sources.fetch import fetch_tables
from helpers.sources.jobindsats import Client
from helpers.sources.settings import ApiKey, Settings
from jobindsats_server import TOKEN
from jobindsats_support import ENTRIES, in_force, new_catalogue, new_project, serving
from jobindsats_tables import made_up

POINTS = 30
"""Steps at which it is killed, spread evenly over all it takes."""

NAMES = ("Frederikssund", "Læsø")
TABLES = ("y25i01", "y60a02", "y01b01")
FIRST = datetime(2026, 7, 20, 6, 15, tzinfo=UTC)
SECOND = datetime(2026, 8, 19, 8, 0, tzinfo=UTC)
AFTERWARDS = datetime(2026, 8, 19, 9, 0, tzinfo=UTC)

WATCHED = (
    *("write_whole", "_move_unless_there", "writing", "locked", "write", "keep", "_get", "_one", "_take"),
    *(
        "build",
        "_tables",
        "_ensure",
        "parquet_bytes",
        "csv_pieces",
        "describe",
        "read_cells",
        "frame",
        "observe",
    ),
)
"""Functions whose calls of the interpreter's own functions (open, write, flush, link, unlink …) are the steps."""


@dataclass
class Told:
    """What was found after one kill."""

    step: int
    killed: bool
    damaged: list[str]
    torn: list[str]
    rerun: str
    asked: int = 0


def day_two() -> list[Any]:
    from dataclasses import replace

    return [
        replace(table, update_latest="2026-08-19", update_next="2026-09-18")
        for table in made_up(NAMES, newest="2026M07", months=4)
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("there_before", [False, True], ids=["first fetch", "second day"])
def test_the_store_is_whole_wherever_a_fetch_is_killed(tmp_path: Path, there_before: bool) -> None:
    project = new_project(tmp_path / "start", ENTRIES)
    with serving(made_up(NAMES, newest="2026M06", months=4)) as server:
        if there_before:
            fetch(project, server.url, FIRST)
        server.put(day_two())
        told = killed("fetch", tmp_path, server.url)
    # Some before anything was asked, some after all was: most while it was under way.
    assert sum(found.asked > 0 for found in told) > POINTS / 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("there_before", [False, True], ids=["first time", "after a new fetch"])
def test_the_tidy_table_is_whole_wherever_processing_is_killed(tmp_path: Path, there_before: bool) -> None:
    project = new_project(tmp_path / "start", ENTRIES)
    with serving(made_up(NAMES, newest="2026M06", months=4)) as server:
        fetch(project, server.url, FIRST)
        if there_before:
            process(project)
            server.put(day_two())
            fetch(project, server.url, SECOND)
    killed("process", tmp_path)


def killed(what: str, root: Path, url: str = "") -> list[Told]:
    """What was found after each kill, held to: killed at its step, nothing damaged, nothing torn, mended by a rerun."""
    command = [sys.executable, __file__, what, url, str(root / "start"), str(root / "killed"), str(POINTS)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    told = [Told(**json.loads(line)) for line in ran.stdout.splitlines()]
    assert len({found.step for found in told}) == POINTS
    assert all(found.killed for found in told)
    assert [found for found in told if found.damaged or found.torn] == []
    assert {found.rerun for found in told} == {"ok"}
    return told


def process(project: Project) -> bool:
    return len(load_observations(project, new_catalogue(ENTRIES, NAMES), Basis("real"))) > 0


def tidy(project: Project) -> dict[str, bytes]:
    """The three files of the tidy table, when what is there would be used; else none."""
    folder = project.processed / "real"
    names = ("observations.parquet", "observations.csv", "datapackage.json")
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}


def fetch(project: Project, url: str, now: datetime) -> bool:
    client = Client(Settings(url=url, key=ApiKey(TOKEN), waits=()))
    return fetch_tables(project, new_catalogue(ENTRIES, NAMES), client=client, now=now, reload_waits=()).ok


def in_a_child(do: Callable[[], object]) -> int:
    """Exit code of a forked process that does something (negative: the signal that ended it)."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            do()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def counting(limit: int | None, counted: list[int]) -> Callable[[FrameType, str, Any], None]:
    """Counts the watched steps, and ends the process without further ado before step `limit`."""

    def step(frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call" and frame.f_code.co_name in WATCHED and "helpers" in frame.f_code.co_filename:
            counted[0] += 1
            if counted[0] == limit:
                os.kill(os.getpid(), signal.SIGKILL)

    return step


def until(do: Callable[[], bool], limit: int | None, counted: list[int]) -> None:
    sys.setprofile(counting(limit, counted))
    ok = do()
    sys.setprofile(None)
    if not ok:
        raise SystemExit(2)


def all_whole(project: Project) -> list[str]:
    found = RawStore(project.raw).problems("jobindsats")
    metadata = RawStore(project.raw / "jobindsats" / "_metadata")
    kinds = ("tables", "table")
    return [str(problem) for problem in (*found, *(p for kind in kinds for p in metadata.problems(kind)))]


def main(what: str, url: str, start: Path, root: Path, points: int) -> None:
    run, rerun = {
        "fetch": (lambda p: fetch(p, url, SECOND), lambda p: fetch(p, url, AFTERWARDS)),
        "process": (process, process),
    }[what]
    state = {
        "fetch": lambda p: {table: in_force(p, table) for table in TABLES},
        "process": lambda p: {"tidy": tidy(p)},
    }[what]
    before = state(Project(start))
    project = copy_of(start, root)
    steps = root / "steps"

    def count() -> None:
        counted = [0]
        until(lambda: run(project), None, counted)
        steps.write_text(str(counted[0]), encoding="utf-8")

    if in_a_child(count) != 0:
        raise SystemExit("what is to be killed fails by itself")
    after = state(project)
    total = int(steps.read_text(encoding="utf-8"))
    for point in range(points):
        limit = 1 + point * (total - 1) // points
        project = copy_of(start, root)
        code = in_a_child(lambda project=project, limit=limit: until(lambda: run(project), limit, [0]))
        found, damaged = state(project), all_whole(project)
        ran = in_a_child(lambda project=project: rerun(project))
        complete = state(project) == after and not all_whole(project)
        told = Told(
            step=limit,
            killed=code == -signal.SIGKILL,
            damaged=damaged,
            # Of a fetch each table is of one day; the tidy table's file that counts is written last.
            torn=[name for name in found if found[name] not in (before[name], after[name])]
            if what == "fetch"
            else [
                name
                for name in found["tidy"]
                if found["tidy"][name] not in (before["tidy"].get(name), after["tidy"][name])
            ],
            rerun="ok" if ran == 0 and complete else f"code {ran}, complete: {complete}",
            asked=len(list(project.raw.glob("jobindsats/*/*/*/*.json"))),
        )
        print(json.dumps(asdict(told)), flush=True)


def copy_of(start: Path, root: Path) -> Project:
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(start, root)
    return Project(root)


if __name__ == "__main__":
    # A killed process loses nothing that it has written; only a machine that stops does.
    os.fsync = lambda handle: None
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))
