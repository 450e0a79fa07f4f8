"""One variant as a job: what a process, of this machine or of a cluster, does when it is handed one.

A process keeps its worker, with engine, books and kernel, from job to job.
"""

from __future__ import annotations

import atexit
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from helpers.errors import Problem
from helpers.project import Project
from helpers.render.execute import Kernel
from helpers.render.models import Outcome, Progress, Variant
from helpers.render.worker import Setting, Worker

_workers: list[Worker] = []
"""The worker of this process, once there is one."""

_early: list[Kernel] = []
"""A kernel for the worker to come."""


def render_job(
    setting: Setting, variant: Variant, room: Path, on_event: Progress = lambda _: None
) -> Outcome:
    """Render one variant with this process's worker; a variant that fails is told in the outcome.

    Parameters
    ----------
    room
        An empty folder to build in, on the disk of the output.
    """
    if not _workers or _workers[0].setting != setting:
        while _workers:
            _workers.pop().close()
        _workers.append(Worker(setting, _early.pop() if _early else None))
    return _workers[0].render(variant, room, on_event)


def start_kernel(project: Project, on_event: Progress = lambda _: None) -> None:
    """Start the kernel of this process's worker, to import what it needs while the figures are read."""
    _early.append(Kernel(project))
    _early[0].start(early=True)


@atexit.register
def end_worker() -> None:
    """End this process's worker, and its kernel with it."""
    while _workers:
        _workers.pop().close()
    while _early:
        _early.pop().stop()


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="plan-render")


def render_job_in_thread(setting: Setting, variant: Variant, room: Path) -> Outcome:
    """:func:`render_job` for a process that may be handed several at once: they are done one after the other.

    A kernel and a Typst compiler work for one at a time.
    """
    if not room.is_dir():
        problem = Problem(
            str(room),
            "The worker of the cluster does not see this folder.",
            "Let --output lie in a folder that all workers share, at the same path (docs/publishing.md).",
        )
        return Outcome(variant, "failed", problems=(problem,))
    return _thread().submit(render_job, setting, variant, room).result()


def end_worker_in_thread() -> None:
    """:func:`end_worker` for workers made by :func:`render_job_in_thread`."""
    _thread().submit(end_worker).result()
