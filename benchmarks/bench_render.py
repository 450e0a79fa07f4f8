"""How long rendering takes for one municipality and for many, against what an analyst would script.

``python -m benchmarks.bench_render [--quick]``: the plan's book on example data, HTML, in turn by this project, by
papermill and nbconvert a notebook at a time, and by `quarto render` where there is one on PATH. The three run one after
the other on the same machine, so that their ratios tell more than their seconds.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

CHECKOUT = Path(__file__).resolve().parents[1]
MANY, FEW = 10, 3
"""Municipalities that are rendered by this project; with ``--quick`` the few."""

JOBS = 2
_LOOK = 0.5
"""Seconds between two looks at the memory of all processes."""


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
    before, begun, peak, out = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0.0, ""
    for command in commands:
        with tempfile.TemporaryFile("w+") as told:
            process = psutil.Popen(
                command, cwd=folder, env={**os.environ, **environment}, stdout=told, stderr=subprocess.STDOUT
            )
            while process.poll() is None:
                try:
                    peak = max(peak, _memory(process))
                except psutil.Error:
                    break
                time.sleep(_LOOK)
            code = process.wait()
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


def ours(root: Path, output: Path, count: int, jobs: int, to: str) -> None:
    """Render the first municipalities in this process; prints seconds a step and the size of a site."""
    from helpers.catalogue import load_catalogue
    from helpers.project import Project
    from helpers.render import Variant, render_variants
    from helpers.reports.plan.report import read_reports

    project = Project(root)
    begun = time.process_time()
    catalogue = load_catalogue(project)
    plan = catalogue.plan("frederikssund-2023")
    reports = read_reports(project, catalogue, plan, catalogue.municipalities[:count])
    variants = [
        Variant(
            book=root,
            slug=report.municipality.slug,
            parameters={"kommune": report.municipality.name, "plan": plan.key, "periode": ""},
            municipality=report.municipality.long_name,
            dated=report.data_day,
            inputs=report.fingerprint,
        )
        for report in reports
    ]
    prepared = time.process_time() - begun
    outcomes = render_variants(
        project, variants, to=to.split(","), engine="built-in", output=output, jobs=jobs, force=True
    )
    assert all(outcome.ok for outcome in outcomes), [outcome.problems for outcome in outcomes]
    steps = {step: sum(o.seconds.get(step, 0) for o in outcomes[jobs:]) for step in outcomes[0].seconds}
    sizes = [
        sum(path.stat().st_size for path in outcome.folder.rglob("*") if path.is_file())
        for outcome in outcomes
        if outcome.folder
    ]
    print(json.dumps({"prepare": prepared, "steps": steps, "megabytes": max(sizes) / 1e6}))


def _ours(root: Path, output: Path, count: int, jobs: int, to: str) -> Cost:
    command = [sys.executable, "-m", "benchmarks.bench_render", "ours", str(root), str(output), str(count)]
    return measure([[*command, str(jobs), to]], CHECKOUT, {})


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


def _line(label: str, cost: Cost, municipalities: float = 1) -> None:
    wall, cpu = cost.wall / municipalities, cost.cpu / municipalities
    print(f"  {label:<44}{wall:8.1f} s {cpu:8.1f} s {cost.memory:8.0f} MB", flush=True)


def main(*, quick: bool = False) -> None:
    """All in turn; prints seconds a municipality, ratios, memory and the share of each step."""
    count = FEW if quick else MANY
    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        root = folder / "project"
        root.mkdir()
        copy_project(root)
        _ours(root, folder / "first", 1, 1, "html")  # makes the example data and the tidy table
        print(
            f"a municipality's plan, HTML; load {os.getloadavg()[0]:.1f}{'':9}wall     processor   peak memory"
        )
        cold = _ours(root, folder / "one", 1, 1, "html")
        _line("this project, one, from nothing", cold)
        many = _ours(root, folder / "many", count, JOBS, "html")
        _line(f"this project, {count} with {JOBS} processes, each", many, count)
        both = _ours(root, folder / "both", count, JOBS, "html,pdf")
        _line("  … and PDF", both, count)
        others = {"papermill and nbconvert": _scripted(root, folder)}
        if quarto := shutil.which("quarto"):
            others["quarto render"] = _quarto(root, quarto)
        for label, cost in others.items():
            _line(label, cost)
        for label, cost in others.items():
            print(f"  ratio to {label}: {cost.cpu / (many.cpu / count):.1f} in processor time", end=", ")
            print(f"{cost.wall / (many.wall / count):.1f} by the clock ({JOBS} processes against one)")
    told = json.loads(both.out.splitlines()[-1])
    steps, whole = told["steps"], sum(told["steps"].values())
    shares = ", ".join(f"{step} {seconds / whole:.0%}" for step, seconds in steps.items())
    print(f"  share of each step, warm, HTML and PDF: {shares}")
    print(
        f"  largest site {told['megabytes']:.1f} MB; reading and judging {count}: {told['prepare']:.1f} s of processor"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["ours"]:
        ours(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])
    else:
        main(quick="--quick" in sys.argv[1:])
