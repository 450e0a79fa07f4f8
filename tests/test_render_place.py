"""A reader sees the previous site or the new one, whatever happens in between."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pypdf
import pytest

from helpers.errors import PlanError
from helpers.project import Project
from helpers.render import workspace
from helpers.render.models import Step
from helpers.render.run import render_variants
from helpers.render.workspace import PREFIX, building, output_lock, put_in_place
from render_book import CHECKOUT, code, notebook, plain_notebooks, sample_notebooks, variant, write_book

PATIENCE = 60
"""Seconds a test waits for another process to come to a point; it takes one or two."""


def contents(folder: Path) -> dict[str, str]:
    """All files below a folder, by hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def rendered(project: Project, **changes) -> Path:
    (outcome,) = render_variants(
        project, [variant(project, **changes)], engine="built-in", output=project.root / "_site"
    )
    assert outcome.ok, outcome.problems
    return outcome.folder


def leftovers(project: Project) -> list[Path]:
    return list((project.root / "_site").glob(f"{PREFIX}*"))


def test_the_previous_site_stays_when_a_render_is_interrupted(tmp_path: Path):
    project = write_book(tmp_path, plain_notebooks())
    site = rendered(project)
    before = contents(project.root / "_site")
    # The same book, now with a cell that says it has begun and never ends.
    slow = {**plain_notebooks(), "notebooks/slow.ipynb": notebook("# Langsom", code(
        f"import time\nopen({str(tmp_path / 'begun')!r}, 'w').close()\ntime.sleep(600)"
    ))}  # fmt: skip
    write_book(tmp_path, slow)
    script = (
        "import sys; sys.path[:0] = [sys.argv[1], sys.argv[2]]\n"
        "from pathlib import Path\n"
        "from helpers.project import Project\n"
        "from helpers.render.run import render_variants\n"
        "from render_book import variant\n"
        "project = Project(Path(sys.argv[3]))\n"
        "render_variants(project, [variant(project)], engine='built-in', output=project.root / '_site')\n"
    )
    command = [sys.executable, "-c", script, str(CHECKOUT / "src"), str(CHECKOUT / "tests"), str(tmp_path)]
    with subprocess.Popen(command) as process:
        for _ in range(PATIENCE * 20):
            if (tmp_path / "begun").exists():
                break
            time.sleep(0.05)
        assert (tmp_path / "begun").exists()
        os.kill(process.pid, signal.SIGKILL)
    assert leftovers(project), "the killed render had something under way"
    now = contents(project.root / "_site")
    assert {path: now[path] for path in before} == before
    # The next render clears away what the killed one left.
    write_book(tmp_path, plain_notebooks())
    rendered(project)
    assert not leftovers(project)
    assert contents(site)


def test_the_previous_site_stays_when_a_render_fails(tmp_path: Path):
    project = write_book(tmp_path, plain_notebooks())
    site = rendered(project)
    before = contents(site)
    write_book(tmp_path, {**plain_notebooks(), "index.ipynb": notebook("# Forord\n\n$x$", parameters=False)})
    (outcome,) = render_variants(
        project, [variant(project)], engine="built-in", output=project.root / "_site"
    )
    assert outcome.status == "failed"
    assert contents(site) == before
    assert not leftovers(project)


def test_one_failure_stops_no_other(tmp_path: Path):
    made = {
        "index.ipynb": notebook("# Forord", code("if kommune == 'Greve':\n    raise ValueError(kommune)"))
    }
    project = write_book(tmp_path, made)
    names = ("Frederikssund", "Greve", "Hedensted")
    outcomes = render_variants(
        project,
        [variant(project, name) for name in names],
        to=("html",),
        engine="built-in",
        output=tmp_path / "_site",
    )
    assert [outcome.status for outcome in outcomes] == ["rendered", "failed", "rendered"]


def test_pages_that_are_no_longer_in_the_book_go_with_the_old_site(tmp_path: Path):
    project = write_book(tmp_path, plain_notebooks())
    site = rendered(project)
    assert (site / "notebooks" / "data.html").is_file()
    write_book(tmp_path, {"index.ipynb": plain_notebooks()["index.ipynb"]})
    rendered(project)
    assert not (site / "notebooks").exists()


@pytest.mark.parametrize("exchange", [True, False], ids=["in-one-step", "in-two-renames"])
def test_a_site_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool):
    if not exchange:
        monkeypatch.setattr(workspace, "_exchange", lambda *_: False)
    output = tmp_path / "_site"
    for text in ("old", "new"):
        with building(output) as build:
            (build / "site").mkdir()
            (build / "site" / "a.html").write_text(text)
            put_in_place(build / "site", output, "greve", build)
    assert (output / "greve" / "a.html").read_text() == "new"
    assert sorted(path.name for path in output.iterdir()) == ["greve"]


def test_a_site_set_aside_by_a_killed_render_is_put_back(tmp_path: Path):
    output = tmp_path / "_site"
    aside = output / f"{PREFIX}x" / "aside" / "1"
    (aside / "site").mkdir(parents=True)
    (aside / "site" / "a.html").write_text("old")
    (aside / "slug").write_text("greve")
    with building(output):
        pass
    assert (output / "greve" / "a.html").read_text() == "old"
    assert not list(output.glob(f"{PREFIX}*"))


WAITS = """
import sys
from pathlib import Path
from helpers.render.workspace import building, output_lock

output = Path(sys.argv[1])
with output_lock(output, lambda: print('waits', flush=True)), building(output) as build:
    print("builds", flush=True)
"""


def test_a_second_render_into_the_same_folder_waits_and_says_so(tmp_path: Path):
    output = tmp_path / "_site"
    with building(output) as build:
        command = [sys.executable, "-c", WAITS, str(output)]
        second = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert second.stdout is not None
        assert second.stdout.readline() == "waits\n"
        assert build.is_dir(), "what is being built is left alone"
        assert second.poll() is None
    said, _ = second.communicate(timeout=PATIENCE)
    assert said == "builds\n"


def test_a_lock_of_a_killed_render_holds_up_nobody(tmp_path: Path):
    output = tmp_path / "_site"
    script = WAITS.replace('print("builds", flush=True)', 'print("builds", flush=True); input()')
    command = [sys.executable, "-c", script, str(output)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "builds\n"
        first.kill()
    told: list[str] = []
    with output_lock(output, lambda: told.append("waits")), building(output):
        assert told == []
    assert list(output.iterdir()) == []


def test_a_report_may_lie_in_another_s_folder(tmp_path: Path):
    project = write_book(tmp_path, plain_notebooks())
    inner = rendered(project, slug="frederikssund/investeringer")
    before = contents(inner)
    rendered(project)
    rendered(project)
    assert contents(inner) == before
    assert (project.root / "_site" / "frederikssund" / "index.html").is_file()


def test_two_sites_in_one_folder_are_refused(tmp_path: Path):
    project = write_book(tmp_path, plain_notebooks())
    with pytest.raises(PlanError, match="greve"):
        render_variants(
            project,
            [variant(project, "Greve"), variant(project, "Greve")],
            engine="built-in",
            output=tmp_path / "_site",
        )


def test_an_output_that_cannot_be_written_is_one_clear_line(tmp_path: Path):
    project = write_book(tmp_path, plain_notebooks())
    (tmp_path / "file").write_text("")
    with pytest.raises(PlanError, match="cannot be written"):
        render_variants(project, [variant(project)], engine="built-in", output=tmp_path / "file" / "_site")


def test_workers_in_parallel_give_the_same_sites_as_one(tmp_path: Path):
    made = {
        "index.ipynb": notebook(
            "# Forord", code("if kommune == 'Greve':\n    raise ValueError(kommune)\nprint(kommune)")
        )
    }
    project = write_book(tmp_path, made)
    names = ("Frederikssund", "Greve", "Hedensted")
    events = []
    found = {}
    for jobs in (1, 2):
        outcomes = render_variants(
            project,
            [variant(project, name) for name in names],
            to=("html",), engine="built-in", output=tmp_path / f"_site-{jobs}", jobs=jobs, progress=events.append,
        )  # fmt: skip
        assert [outcome.status for outcome in outcomes] == ["rendered", "failed", "rendered"]
        assert [outcome.variant.slug for outcome in outcomes] == ["frederikssund", "greve", "hedensted"]
        found[jobs] = contents(tmp_path / f"_site-{jobs}")
    assert found[1] == found[2]
    assert [event.step for event in events].count(Step.PLACED) == 4


def test_the_same_inputs_give_the_same_bytes_pdf_included(tmp_path: Path):
    project = write_book(tmp_path, sample_notebooks())
    found = []
    for output in (tmp_path / "_site-1", tmp_path / "_site-2"):
        (outcome,) = render_variants(project, [variant(project)], engine="built-in", output=output)
        assert outcome.ok, outcome.problems
        found.append(contents(output))
    assert found[0] == found[1]
    made = pypdf.PdfReader(outcome.pdf).metadata
    assert made.creation_date.date() == variant(project).dated


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_is_told_as_such_wherever_it_is_met_and_the_previous_site_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
):
    project = write_book(tmp_path, plain_notebooks())
    before = contents(rendered(project))
    full = f"import os\nraise OSError({fault}, os.strerror({fault}), '/somewhere/.building-x/0/copy/figures/1a.svg')"
    write_book(tmp_path, {**plain_notebooks(), "index.ipynb": notebook("# Forord {.unnumbered}", code(full))})
    (outcome,) = render_variants(project, [variant(project)], engine="built-in", output=tmp_path / "_site")
    told = [str(problem) for problem in outcome.problems]

    def refuse(*_: object, **__: object) -> None:
        raise OSError(fault, os.strerror(fault), str(tmp_path / "_site" / ".building-x" / "0" / "site"))

    write_book(tmp_path, plain_notebooks())
    monkeypatch.setattr("helpers.render.worker.put_in_place", refuse)
    (again,) = render_variants(
        project, [variant(project)], engine="built-in", output=tmp_path / "_site", force=True
    )
    told += [str(problem) for problem in again.problems]
    assert [outcome.status, again.status] == ["failed", "failed"]
    for said in told:
        assert os.strerror(fault) in said
        assert "still in place" in said
        assert "Correct the cell" not in said
        assert PREFIX not in said
    assert contents(tmp_path / "_site" / "frederikssund") == before
