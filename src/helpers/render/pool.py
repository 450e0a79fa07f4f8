"""Many variants in parallel: worker processes with a warm kernel each, one stream of events.

A worker takes one variant after the other; a slow municipality holds up nobody. Ctrl-C ends the workers at once, and what
they had under way is thrown away with the building folder.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.queues import Queue
from multiprocessing.util import Finalize
from pathlib import Path

from helpers.errors import Problem
from helpers.render.models import Event, Outcome, Progress, Variant
from helpers.render.worker import Setting, Worker

_BREATH = 0.2
"""Seconds between two looks at the events while variants are worked on."""

_worker: Worker | None = None
_events: Queue[Event] | None = None


def _begin(setting: Setting, events: Queue[Event]) -> None:
    global _worker, _events
    # Ctrl-C reaches the whole group; the process that started us decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker, _events = Worker(setting), events
    Finalize(None, _worker.close, exitpriority=10)


def _work(variant: Variant, room: Path) -> Outcome:
    assert _worker is not None
    assert _events is not None
    return _worker.render(variant, room, _events.put)


def _tell(events: Queue[Event], told: Progress) -> None:
    while not events.empty():
        told(events.get())


def render_parallel(
    setting: Setting, variants: Sequence[Variant], rooms: Sequence[Path], jobs: int, told: Progress
) -> list[Outcome]:
    """Render variants in `jobs` processes; one outcome each, in their order.

    Parameters
    ----------
    rooms
        An empty folder for each variant, on the disk of the output.
    """
    context = multiprocessing.get_context("spawn")
    events: Queue[Event] = context.Queue()
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(setting, events))
    try:
        waiting: dict[Future[Outcome], int] = {
            pool.submit(_work, variant, room): index
            for index, (variant, room) in enumerate(zip(variants, rooms, strict=True))
        }
        outcomes: dict[int, Outcome] = {}
        while waiting:
            done, _ = wait(waiting, timeout=_BREATH, return_when=FIRST_COMPLETED)
            _tell(events, told)
            for future in done:
                index = waiting.pop(future)
                try:
                    outcomes[index] = future.result()
                except BrokenProcessPool:
                    outcomes[index] = Outcome(
                        variants[index], "failed", setting.engine, problems=(_died(variants[index]),)
                    )
        _tell(events, told)
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return [outcomes[index] for index in range(len(variants))]


def _died(variant: Variant) -> Problem:
    return Problem(
        variant.slug,
        "The process that rendered it ended by itself, most often because memory ran out.",
        "Render again with fewer --jobs; what is done is not done again.",
    )
