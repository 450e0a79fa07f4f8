"""A fetch that is killed at any step leaves a whole store behind, and a rerun completes it.

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

from helpers.data.raw import RawStore
from helpers.project import Project
from helpers.sources.fetch import fetch_tables
from helpers.sources.jobindsats import Client
from helpers.sources.settings import Key, Settings
from jobindsats_server import TOKEN
from jobindsats_support import ENTRIES, in_force, new_catalogue, new_project, serving
from jobindsats_tables import made_up

POINTS = 24
"""Steps at which it is killed, spread evenly over all it takes."""

NAMES = ("Frederikssund", "Læsø")
TABLES = ("y25i01", "y60a02", "y01b01")
FIRST = datetime(2026, 7, 20, 6, 15, tzinfo=UTC)
SECOND = datetime(2026, 8, 19, 8, 0, tzinfo=UTC)
AFTERWARDS = datetime(2026, 8, 19, 9, 0, tzinfo=UTC)

WATCHED = ("write_whole", "_move_unless_there", "writing", "_get", "_one")
"""Functions whose calls of the interpreter's own functions (open, write, flush, link, unlink …) are the steps."""


@dataclass
class Told:
    """What was found after one kill."""

    step: int
    killed: bool
    damaged: list[str]
    torn: list[str]
    rerun: str


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
        command = [
            sys.executable,
            __file__,
            server.url,
            str(project.root),
            str(tmp_path / "killed"),
            str(POINTS),
        ]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    told = [Told(**json.loads(line)) for line in ran.stdout.splitlines()]
    assert len(told) == POINTS
    assert all(found.killed for found in told)
    assert [found for found in told if found.damaged or found.torn] == []
    assert {found.rerun for found in told} == {"ok"}


def fetch(project: Project, url: str, now: datetime) -> bool:
    client = Client(Settings(url=url, key=Key(TOKEN), waits=()))
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


def fetch_until(project: Project, url: str, limit: int | None, counted: list[int]) -> None:
    sys.setprofile(counting(limit, counted))
    ok = fetch(project, url, SECOND)
    sys.setprofile(None)
    if not ok:
        raise SystemExit(2)


def all_whole(project: Project) -> list[str]:
    found = RawStore(project.raw).problems("jobindsats")
    metadata = RawStore(project.raw / "jobindsats" / "_metadata")
    kinds = ("tables", "table")
    return [str(problem) for problem in (*found, *(p for kind in kinds for p in metadata.problems(kind)))]


def main(url: str, start: Path, root: Path, points: int) -> None:
    before = {table: in_force(Project(start), table) for table in TABLES}
    project = copy_of(start, root)
    steps = root / "steps"

    def count() -> None:
        counted = [0]
        fetch_until(project, url, None, counted)
        steps.write_text(str(counted[0]), encoding="utf-8")

    if in_a_child(count) != 0:
        raise SystemExit("the fetch that is to be killed fails by itself")
    after = {table: in_force(project, table) for table in TABLES}
    total = int(steps.read_text(encoding="utf-8"))
    for point in range(points):
        limit = 1 + point * (total - 1) // points
        project = copy_of(start, root)
        code = in_a_child(lambda project=project, limit=limit: fetch_until(project, url, limit, [0]))
        found = {table: in_force(project, table) for table in TABLES}
        damaged = all_whole(project)
        rerun = in_a_child(lambda project=project: fetch(project, url, AFTERWARDS))
        complete = {table: in_force(project, table) for table in TABLES} == after and not all_whole(project)
        told = Told(
            step=limit,
            killed=code == -signal.SIGKILL,
            damaged=damaged,
            torn=[table for table in TABLES if found[table] not in (before[table], after[table])],
            rerun="ok" if rerun == 0 and complete else f"code {rerun}, complete: {complete}",
        )
        print(json.dumps(asdict(told)), flush=True)


def copy_of(start: Path, root: Path) -> Project:
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(start, root)
    return Project(root)


if __name__ == "__main__":
    # A killed process loses nothing that it has written; only a machine that stops does.
    os.fsync = lambda handle: None
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
