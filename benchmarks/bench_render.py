"""How long rendering takes for one municipality and for many, against what an analyst would script and against the floor.

``python -m benchmarks.bench_render`` prints the whole table of docs/performance.md, in one run and in turn: this project's
verbs, papermill and nbconvert a notebook at a time, `quarto render` where there is one on PATH, and the floor (each
figure's drawing, one pandoc and one Typst, nothing else). ``--quick``: three municipalities instead of ten, and not the country.
``growth``: how a municipality's time and the memory change from 10 to 98 to 980 (ten plans); about half an hour.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psutil

CHECKOUT = Path(__file__).resolve().parents[1]
PLAN = "frederikssund-2023"
ALL, SOME, FEW = 98, 10, 3
"""Municipalities that are rendered; with ``--quick`` the few and none of more."""

JOBS = 2
_LOOK = 1.0
"""Seconds to the first looks at the memory of all processes, which hold these up: then a twentieth of the time gone by."""


@dataclass(frozen=True)
class Cost:
    """What some commands took: wall-clock and processor seconds, and the memory of all processes at their peak (MB)."""

    wall: float
    cpu: float
    memory: float
    out: str = ""


def _memory(process: psutil.Process) -> float:
    """Memory of a process and all below it, shared pages shared out (MB)."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            used = one.memory_full_info()
        except psutil.Error:
            continue
        total += getattr(used, "pss", used.uss)
    return total / 1e6


def measure(commands: Sequence[Sequence[str]], folder: Path, environment: Mapping[str, str]) -> Cost:
    """Run commands one after the other."""
    # A user's Python keeps compiled modules; where it may not, every process compiles the project's anew.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, begun, peak, out = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0.0, ""
    for command in commands:
        with tempfile.TemporaryFile("w+") as told:
            process = psutil.Popen(
                command, cwd=folder, env={**inherited, **environment}, stdout=told, stderr=subprocess.STDOUT
            )
            code, started = None, time.perf_counter()
            while code is None:
                try:
                    code = process.wait(max(_LOOK, (time.perf_counter() - started) / 20))
                except psutil.TimeoutExpired:
                    peak = max(peak, _memory(process))
            told.seek(0)
            out = told.read()
            if code != 0:
                raise SystemExit(f"{' '.join(command)}\n{out[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - begun, cpu, peak, out)


def copy_project(root: Path) -> None:
    """The project's own plan in a folder of its own; nothing is written into the checkout."""
    for name in ("catalogue", "notebooks", "styles", "data/raw/manual"):
        shutil.copytree(CHECKOUT / name, root / name, ignore=shutil.ignore_patterns("figures", ".*"))
    for name in ("index.ipynb", "_quarto.yml", "_brand.yml"):
        shutil.copyfile(CHECKOUT / name, root / name)


def plan(*words: str) -> list[str]:
    """The command of this checkout, whatever is on PATH."""
    return [sys.executable, "-c", "from helpers.cli import main; main()", *words]


def _names(count: int) -> list[str]:
    from helpers.catalogue import load_catalogue
    from helpers.project import Project

    return [area.name for area in load_catalogue(Project(CHECKOUT)).municipalities[:count]]


def render(root: Path, output: Path, count: int, *more: str, key: str = PLAN) -> Cost:
    """Render so many municipalities of a plan."""
    whom = ["--all"] if count == ALL else _names(count)
    words = ["--plan", key, "--engine", "built-in", "--jobs", str(JOBS), "--output", str(output), "--example"]
    return measure([plan("render", *whom, *words, *more)], root, {})


def _scripted(root: Path, folder: Path) -> Cost:
    """One municipality: papermill and nbconvert for every notebook, each a process with a kernel of its own."""
    commands = []
    for source in (root / "index.ipynb", *sorted((root / "notebooks").glob("*.ipynb"))):
        executed = folder / source.name
        run = [sys.executable, "-m", "papermill", str(source), str(executed), "-p", "kommune", "Greve"]
        page = [sys.executable, "-m", "nbconvert", "--to", "html", "--no-input", str(executed)]
        commands += [[*run, "--no-progress-bar"], page]
    return measure(commands, folder, {"PLAN_ROOT": str(root)})


def _quarto(root: Path, quarto: str) -> Cost:
    """One municipality as `quarto render` does it: it executes every notebook with a kernel of its own."""
    command = [quarto, "render", "--to", "html", "-P", "kommune:Greve"]
    return measure([command], root, {"QUARTO_PYTHON": sys.executable, "PLAN_ROOT": str(root)})


def _floor(root: Path, folder: Path, count: int) -> Cost:
    command = [sys.executable, "-m", "benchmarks.floor"]
    measure([[*command, "keep", str(root), str(folder)]], CHECKOUT, {})
    return measure([[*command, "run", str(folder), str(count)]], CHECKOUT, {})


def _line(label: str, cost: Cost, municipalities: int = 1) -> None:
    each = f"{cost.wall / municipalities:.1f} s | {cost.cpu / municipalities:.1f} s"
    print(f"| {label} | {cost.wall:.1f} s | {cost.cpu:.1f} s | {each} | {cost.memory:,.0f} MB |", flush=True)


def _project(folder: Path) -> Path:
    """A copy of the project whose example data and tidy table are made."""
    root = folder / "project"
    root.mkdir()
    copy_project(root)
    render(root, folder / "first", 1)
    return root


HEAD = """| in one run, in turn | wall | processor | each: wall | processor | peak memory |
| --- | ---: | ---: | ---: | ---: | ---: |"""


def main(*, quick: bool = False) -> None:
    """All in turn; prints a Markdown table, and ratios below it."""
    count = FEW if quick else SOME
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        root = _project(folder)
        print(f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n\n{HEAD}")
        for words in (["--help"], ["list", "plans"], ["status", "Greve", "--plan", PLAN]):
            _line(f"`plan {' '.join(words[:2])}`", measure([plan(*words)], root, {}))
        _line("`plan render`, one, HTML and PDF, from nothing", render(root, folder / "one", 1))
        _line("… again, nothing changed", render(root, folder / "one", 1))
        html = render(root, folder / "html", count, "--to", "html")
        _line(f"{count}, HTML, {JOBS} processes", html, count)
        _line(f"{count}, HTML and PDF", both := render(root, folder / "both", count), count)
        if not quick:
            _line(f"`plan render --all`, {ALL}, HTML and PDF", both := render(root, folder / "all", ALL), ALL)
            _line("… again, nothing changed", render(root, folder / "all", ALL), ALL)
            count = ALL
        others = {"papermill and nbconvert, one, HTML": _scripted(root, folder)}
        if quarto := shutil.which("quarto"):
            others["`quarto render`, one, HTML"] = _quarto(root, quarto)
        for label, cost in others.items():
            _line(label, cost)
        repeats = FEW if quick else SOME
        _line(
            f"the floor, {repeats}, HTML and PDF, one process",
            least := _floor(root, folder / "floor", repeats),
            repeats,
        )
    print()
    for label, cost in others.items():
        print(f"{cost.cpu / (html.cpu / (FEW if quick else SOME)):.0f} times our processor time: {label}")
    print(
        f"{both.cpu / count / (least.cpu / repeats):.1f} times the floor's processor time: a municipality of {count}"
    )


def growth() -> None:
    """From 10 to 98 to 980: the time a municipality takes, and the memory of all processes."""
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        root = _project(folder)
        print(HEAD)
        for count in (SOME, ALL):
            _line(f"{count}, HTML and PDF", render(root, folder / str(count), count), count)
        spent = Cost(0, 0, 0)
        text = (root / f"catalogue/plans/{PLAN}.yml").read_text(encoding="utf-8")
        for number in range(10):
            key = f"{PLAN}-{number}"
            (root / f"catalogue/plans/{key}.yml").write_text(text, encoding="utf-8")
            cost = render(root, folder / "980", ALL, key=key)
            spent = Cost(spent.wall + cost.wall, spent.cpu + cost.cpu, max(spent.memory, cost.memory))
            _line(f"{(number + 1) * ALL}, ten plans in one site", spent, (number + 1) * ALL)


if __name__ == "__main__":
    growth() if "growth" in sys.argv[1:] else main(quick="--quick" in sys.argv[1:])
