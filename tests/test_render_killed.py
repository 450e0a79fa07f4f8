"""A render that is killed at any moment leaves the site as it was, and the next one clears up and completes it.

Run as a script, this file is the process that is killed: it forks once for each moment, so that Python starts once.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from helpers.project import Project
from helpers.render.models import Event
from helpers.render.run import render_variants
from helpers.render.workspace import PREFIX, put_in_place
from render_book import code, markdown, notebook, variant, write_book

MOMENTS = 30
"""Moments at which it is killed: as many in each stage of the work, spread evenly over all it does there."""

STAGES = ("queued", "notebooks", "pages", "pdf", "placing", "placed")


def book(word: str) -> dict[str, Any]:
    """A chapter with a figure, as small as a book can be."""
    return {
        "index.ipynb": notebook(
            f"# Planen kort {word} {{.unnumbered}}", code('figure("1a")'), markdown(f"Se @fig-1a. {word}")
        )
    }


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_site_is_whole_wherever_a_render_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, __file__, str(tmp_path / "project"), str(MOMENTS)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert ran.returncode == 0, ran.stderr
    *told, last = (json.loads(line) for line in ran.stdout.splitlines())
    assert len({found["step"] for found in told}) == MOMENTS
    assert all(found["killed"] for found in told)
    # Live work was hit: the folder in which it was made is still there, and only that of this render.
    assert {found["left"] for found in told} == {1}
    assert tuple(dict.fromkeys(found["stage"] for found in told)) == STAGES
    assert [found for found in told if found["site"] == "torn"] == []
    assert {found["site"] for found in told[: MOMENTS // 2]} == {"old"}
    assert last == {"rerun": True, "left": 0, "complete": True}


def contents(folder: Path) -> dict[str, bytes]:
    """What a reader can come to."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }


def in_a_child(do: Callable[[], object]) -> int:
    """Exit code of a forked process that does something (negative: the signal that ended it)."""
    child = os.fork()
    if child == 0:
        done = 1
        try:
            do()
            done = 0
        finally:
            os._exit(done)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def render(project: Project, told: Callable[[Event], None] = lambda _: None) -> None:
    (outcome,) = render_variants(
        project,
        [variant(project)],
        engine="built-in",
        output=project.root / "_site",
        force=True,
        progress=told,
    )
    if not outcome.ok:
        raise SystemExit(f"{outcome.problems}")


def rendering(project: Project, step: Callable[[str], None]) -> None:
    """Render, calling `step` with the stage before each call that the rendering room makes once its work lies on disk."""
    stage = ""

    def told(event: Event) -> None:
        nonlocal stage
        stage = event.step.value

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal stage
        if frame.f_code is put_in_place.__code__:
            stage = "placing"
        caller = frame if event == "c_call" else frame.f_back
        if event in ("call", "c_call") and stage and caller and "helpers/render" in caller.f_code.co_filename:
            step(stage)

    sys.setprofile(watch)
    render(project, told)
    sys.setprofile(None)


def stages_of(project: Project, kept: Path) -> list[str]:
    """The stage of each step of a whole render."""

    def count() -> None:
        stages: list[str] = []
        rendering(project, stages.append)
        kept.write_text("\n".join(stages), encoding="utf-8")

    if in_a_child(count) != 0:
        raise SystemExit("what is to be killed fails by itself")
    return kept.read_text(encoding="utf-8").splitlines()


def chosen(stages: list[str], moments: int) -> list[int]:
    """Steps at which it is killed, the same number in each stage."""
    known = list(dict.fromkeys(stages))
    found = []
    for number, stage in enumerate(known):
        steps = [at for at, of in enumerate(stages) if of == stage]
        share = moments // len(known) + (number < moments % len(known))
        found += [steps[n * (len(steps) - 1) // share] for n in range(share)]
    return found


def main(root: Path, moments: int) -> None:
    site = root / "_site"
    earlier = write_book(root, book("før"))
    if in_a_child(lambda: render(earlier)) != 0:
        raise SystemExit("the first render fails")
    before = root / "before"
    shutil.copytree(site, before)
    project = write_book(root, book("efter"))
    stages = stages_of(project, root / "stages")
    old, new = contents(before), contents(site)
    for limit in chosen(stages, moments):
        if contents(site) != old:  # the one before was killed when all was in place
            shutil.rmtree(site)
            shutil.copytree(before, site)
        at = 0

        def kill(stage: str, limit: int = limit) -> None:
            nonlocal at
            if at == limit:
                os.kill(os.getpid(), signal.SIGKILL)
            at += 1

        ended = in_a_child(lambda kill=kill: rendering(project, kill))
        now = contents(site)
        # Shared files carry their hash in their name: those of the new site may lie beside the old one's.
        found = next(
            (name for name, whole in (("old", old), ("new", new)) if whole.items() <= now.items()), "torn"
        )
        told = {
            "step": limit,
            "stage": stages[limit],
            "killed": ended == -signal.SIGKILL,
            "left": len(list(site.glob(f"{PREFIX}*"))),
            "site": found if now.keys() <= old.keys() | new.keys() else "torn",
        }
        print(json.dumps(told), flush=True)
    rerun = in_a_child(lambda: render(project)) == 0
    left = len(list(site.glob(f"{PREFIX}*")))
    print(json.dumps({"rerun": rerun, "left": left, "complete": contents(site) == new}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
