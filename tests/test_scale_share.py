"""Many variants: shared out among processes or a cluster, killed, broken off and taken up again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from helpers.errors import PlanError
from helpers.render import share
from helpers.render.job import render_job_in_thread
from helpers.render.models import Step
from helpers.render.run import render_variants
from helpers.render.share import end_early, start_early
from helpers.render.worker import Setting
from helpers.render.workspace import PREFIX
from render_book import code, notebook, sample_notebooks, variant, write_book

NAMES = ("Frederikssund", "Greve", "Hedensted")
PATIENCE = 60


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def render(project, names=NAMES, output="_site", **changes):
    given = {"to": ("html",), "engine": "built-in", "jobs": 2, **changes}
    variants = [variant(project, name, inputs="the same") for name in names]
    return render_variants(project, variants, output=project.root / output, **given)


def statuses(outcomes) -> list[str]:
    return [outcome.status for outcome in outcomes]


def short_book(folder: Path, *cells: str):
    """A book of one page; its cells know `kommune` and the project's folder as `root`."""
    opening = f"from pathlib import Path\nimport os, signal, time\nroot = Path({str(folder)!r})"
    index = notebook("# Forord", parameters=False)
    index.cells += [code('kommune = ""\nplan = ""\nperiode = ""', "parameters"), code(opening)]
    index.cells += [code(cell) for cell in (*cells, "print(kommune)")]
    return write_book(folder, {"index.ipynb": index})


def test_sites_made_in_parallel_are_those_made_one_by_one_here(tmp_path: Path):
    project = write_book(tmp_path, sample_notebooks())
    for name in NAMES:
        assert statuses(render(project, [name], "alone")) == ["rendered"]
    assert statuses(render(project, output="parallel")) == ["rendered"] * 3
    assert contents(tmp_path / "parallel") == contents(tmp_path / "alone")


def test_a_process_that_is_killed_costs_its_own_variant_and_a_rerun_makes_only_that(tmp_path: Path):
    project = short_book(
        tmp_path,
        "if kommune == 'Greve' and (root / 'kill').exists():\n    os.kill(os.getppid(), signal.SIGKILL)\n    time.sleep(60)",
    )
    (tmp_path / "kill").touch()
    names = ("Greve", *NAMES[::2], "Odense")
    events = []
    outcomes = render(project, names, progress=events.append)
    assert statuses(outcomes) == ["failed", "rendered", "rendered", "rendered"]
    assert "ended by itself" in str(outcomes[0].problems[0])
    assert [event.variant.slug for event in events if event.step is Step.FAILED] == ["greve"]
    assert not list((tmp_path / "_site").glob(f"{PREFIX}*"))
    (tmp_path / "kill").unlink()
    # Notebooks and numbers are as they were: only what has no site is made.
    assert statuses(render(project, names)) == ["rendered", "unchanged", "unchanged", "unchanged"]
    assert (tmp_path / "_site" / "greve" / "index.html").is_file()


def children() -> list[psutil.Process]:
    """All processes below this one but the one that Python keeps for semaphores."""
    found = psutil.Process().children(recursive=True)
    return [child for child in found if "resource_tracker" not in str(child.cmdline())]


def test_what_is_started_while_figures_are_read_renders_them_or_ends(tmp_path: Path):
    project = write_book(tmp_path, sample_notebooks())
    start_early(project, 2, alone=False)
    assert statuses(render(project)) == ["rendered"] * 3
    assert share._early == children() == []
    for alone in (True, False):
        start_early(project, 2, alone=alone)
        end_early()
        assert psutil.wait_procs(children(), PATIENCE)[1] == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a process group")
def test_ctrl_c_while_figures_are_read_is_heard_once(tmp_path: Path):
    project = write_book(tmp_path, sample_notebooks())
    script = (
        "import sys, time; from pathlib import Path; from helpers.project import Project\n"
        "from helpers.render.share import end_early, start_early\n"
        "if __name__ == '__main__':\n"
        "    try:\n"
        "        start_early(Project(Path(sys.argv[1])), 2, alone=False)\n"
        "        print('begun', flush=True)\n"
        "        time.sleep(60)\n"
        "    finally: end_early()"
    )
    command = [sys.executable, "-c", script, str(project.root)]
    with subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "begun\n"
        until = time.monotonic() + PATIENCE
        while len(psutil.Process(process.pid).children(recursive=True)) < 4:
            assert time.monotonic() < until
        begun = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=PATIENCE)[1]
    assert said.count("KeyboardInterrupt") == 1, said
    assert psutil.wait_procs(begun, PATIENCE)[1] == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a process group")
def test_ctrl_c_ends_at_once_leaves_whole_sites_and_a_rerun_completes(tmp_path: Path):
    project = short_book(
        tmp_path,
        "if kommune in ('Greve', 'Odense') and (root / 'gate').exists():\n"
        "    (root / ('at-' + kommune)).write_text(str(os.getpid()))\n    time.sleep(600)",
    )
    (tmp_path / "gate").touch()
    names = ("Frederikssund", "Hedensted", "Greve", "Odense")
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);\n"
        "from test_scale_share import render; from helpers.project import Project\n"
        "if __name__ == '__main__': render(Project(Path(sys.argv[2])), sys.argv[3:])"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path), *names]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE) as process:
        marks = [tmp_path / "at-Greve", tmp_path / "at-Odense"]
        until = time.monotonic() + PATIENCE
        while not all(mark.is_file() and mark.read_text() for mark in marks):
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(PATIENCE) != 0
    output = tmp_path / "_site"
    kernels = [int(mark.read_text()) for mark in marks]
    until = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{pid}").exists() for pid in kernels):
        assert time.monotonic() < until, "a kernel was left behind"
        time.sleep(0.1)
    assert sorted(p.name for p in output.iterdir() if p.name != "assets") == ["frederikssund", "hedensted"]
    (tmp_path / "gate").unlink()
    whole = contents(output / "frederikssund")
    outcomes = render(project, names)
    assert statuses(outcomes) == ["unchanged", "unchanged", "rendered", "rendered"]
    assert contents(output / "frederikssund") == whole
    assert set(contents(output / "greve")) == set(whole)


def test_two_workers_of_a_cluster_make_the_same_sites(tmp_path: Path):
    distributed = pytest.importorskip("distributed")
    project = write_book(tmp_path, sample_notebooks())
    events = []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        outcomes = render(project, scheduler=address, progress=events.append)
        assert statuses(outcomes) == ["rendered"] * 3
        assert statuses(render(project, scheduler=address)) == ["unchanged"] * 3
    assert [event.step for event in events].count(Step.PLACED) == 3
    render(project, output="here")
    assert contents(tmp_path / "_site") == contents(tmp_path / "here")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-made certificate with its key in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on PATH to make a certificate with")
    made = tmp_path / "dask.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=plan"]
    command += ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    made.write_text((tmp_path / "key.pem").read_text() + (tmp_path / "cert.pem").read_text())
    return made


def test_a_cluster_with_tls_is_reached_by_dask_s_own_settings_and_not_without_them(
    tmp_path: Path, certificate: Path
):
    distributed = pytest.importorskip("distributed")
    dask = pytest.importorskip("dask")
    project = short_book(tmp_path)
    at = "distributed.comm.tls."
    pem = str(certificate)
    files = {
        f"{at}{whose}.{what}": pem for whose in ("client", "scheduler", "worker") for what in ("cert", "key")
    }
    settings = {**files, f"{at}ca-file": pem, "distributed.comm.require-encryption": True}
    with dask.config.set(settings):
        security = distributed.Security()
        with distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None,
            protocol="tls://", security=security,
        ) as cluster:  # fmt: skip
            address = cluster.scheduler_address
            assert address.startswith("tls://")
            assert statuses(render(project, ["Greve", "Hedensted"], scheduler=address)) == ["rendered"] * 2
            told = {address: "no certificates", address.replace("tls://", "tcp://"): "can be reached"}
            for other, says in told.items():
                bare = dict.fromkeys(settings)
                with (
                    dask.config.set(bare),
                    pytest.raises(PlanError, match=says),
                ):
                    render(project, ["Greve"], scheduler=other, force=True)


def test_a_cluster_that_cannot_be_reached_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("distributed")
    project = short_book(tmp_path)
    monkeypatch.setattr("helpers.render.share.CONNECT_SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(PlanError, match="scheduler"):
            render(project, scheduler=address)
    assert not (tmp_path / "_site" / "index.html").exists()


def test_a_missing_distributed_is_told_with_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    project = short_book(tmp_path)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(PlanError, match="pip install distributed"):
        render(project, scheduler="tcp://127.0.0.1:8786")


def test_a_cluster_s_worker_that_shares_no_folder_says_so(tmp_path: Path):
    project = short_book(tmp_path)
    setting = Setting(project, tmp_path / "_site", "built-in", "", frozenset({"html"}))
    outcome = render_job_in_thread(setting, variant(project), tmp_path / "elsewhere")
    assert outcome.status == "failed"
    assert "does not see this folder" in str(outcome.problems[0])
