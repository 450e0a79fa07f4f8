"""Share variants out: among processes of this machine, or among the workers of a cluster.

One loop for all: jobs go to an executor, and events and outcomes come back through one queue, so that whoever asked
hears of both in the thread that asked.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path

from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.render.job import (
    end_worker,
    end_worker_in_thread,
    render_job,
    render_job_in_thread,
    start_kernel,
)
from helpers.render.models import Event, Outcome, Progress, Step, Variant
from helpers.render.processes import ProcessDied, Processes
from helpers.render.worker import Setting

_STEPS = {"rendered": Step.PLACED, "unchanged": Step.UNCHANGED, "failed": Step.FAILED}
"""The event that an outcome ends with."""

Job = Callable[..., Outcome]

_early: list[Processes] = []
"""Processes for work to come."""


def start_early(project: Project, jobs: int, *, alone: bool) -> None:
    """Start what will render, this process's kernel or others, to import what it needs while the figures are read."""
    if alone:
        start_kernel(project)
        return
    _early.append(Processes(jobs))
    for _ in range(jobs):
        _early[0].submit(start_kernel, project)


def end_early() -> None:
    """End what was started and had nothing to do."""
    end_worker()
    while _early:
        _early.pop().shutdown(wait=False)


def share_out(
    setting: Setting,
    work: Sequence[tuple[Variant, Path]],
    *,
    jobs: int = 1,
    scheduler: str = "",
    on_event: Progress,
) -> list[Outcome]:
    """Render variants, each in its empty room on the disk of the output; one outcome each, in their order.

    Parameters
    ----------
    scheduler
        Address of a Dask cluster, ``tcp://host:8786``; it then renders, with as many workers as it has.

    Raises
    ------
    PlanError
        When the cluster cannot be reached.
    """
    if not scheduler and len(work) <= 1 and not _early:
        try:
            return [render_job(setting, variant, room, on_event) for variant, room in work]
        finally:
            end_worker()
    heard: queue.SimpleQueue[Event | Future[Outcome]] = queue.SimpleQueue()
    with _executor(min(jobs, len(work)), scheduler, heard.put) as (executor, job):
        places: dict[Future[Outcome], int] = {}
        for index, (variant, room) in enumerate(work):
            future = executor.submit(job, setting, variant, room)
            places[future] = index
            future.add_done_callback(heard.put)
        outcomes: dict[int, Outcome] = {}
        while len(outcomes) < len(work):
            news = heard.get()
            if isinstance(news, Event):
                on_event(news)
                continue
            variant = work[places[news]][0]
            outcome = outcomes[places[news]] = _outcome(variant, news)
            if scheduler or news.exception():
                on_event(Event(variant, _STEPS[outcome.status], 1, 1))
    return [outcomes[index] for index in range(len(work))]


@contextmanager
def _executor(jobs: int, scheduler: str, on_event: Progress) -> Iterator[tuple[Executor, Job]]:
    if scheduler:
        with cluster_executor(scheduler) as executor:
            yield executor, render_job_in_thread
        return
    processes = _early.pop() if _early else Processes(jobs)
    processes.on_event = on_event
    try:
        yield processes, render_job
    except BaseException:
        processes.shutdown(wait=False)
        raise
    processes.shutdown()


def _outcome(variant: Variant, future: Future[Outcome]) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, ProcessDied) or type(error).__name__ == "KilledWorker":
        problem = Problem(
            variant.slug,
            f"The process that rendered it ended by itself, most often because memory ran out ({error}).",
            "Render again with fewer --jobs; what is done is not done again.",
        )
    else:
        problem = Problem(variant.slug, f"The cluster gave it up: {type(error).__name__}: {error}")
    return Outcome(variant, "failed", problems=(problem,))


# ------------------------------------------------------------------- a Dask cluster (the optional extra `dask`)

CONNECT_SECONDS = 10
"""A scheduler that does not answer so long is taken to be unreachable."""


@contextmanager
def cluster_executor(scheduler: str) -> Iterator[Executor]:
    """An executor whose jobs run on the cluster; its workers' kernels end with it.

    Raises
    ------
    PlanError
        When `distributed` is not installed, the address is none, nobody answers there, or there are no workers.
    """
    try:
        import distributed
    except ImportError:
        raise PlanError.of(
            "--scheduler",
            "The package “distributed” is not installed.",
            "Install it: .venv/bin/python -m uv pip install distributed",
        ) from None
    secret = distributed.Security().get_connection_args("client").get("ssl_context")
    if scheduler.startswith("tls://") and not secret:
        raise PlanError.of(
            f"--scheduler {scheduler}",
            "Dask's own settings name no certificates, and this scheduler asks for one.",
            "Set distributed.comm.tls (docs/publishing.md shows how).",
        )
    try:
        client = distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise PlanError.of(
            f"--scheduler {scheduler}",
            f"No Dask scheduler can be reached there: {str(error).splitlines()[0] if str(error) else error!r}",
            "Start one (dask scheduler), and give its address as tcp://host:8786, or as tls://host:8786 with Dask's "
            "own settings for certificates (docs/publishing.md).",
        ) from None
    with client:
        if not client.nthreads():
            raise PlanError.of(
                f"--scheduler {scheduler}",
                "The scheduler has no workers.",
                f"Start some: dask worker {scheduler} --nworkers 2 --nthreads 1",
            )
        executor = client.get_executor(pure=False)
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False)
            raise
        executor.shutdown()
        client.run(end_worker_in_thread)
