"""Processes of this machine that variants are shared out among, each with a warm worker of its own.

Python's own pool gives up all its work when one process dies. Here a death is told for the job it happened under, and
another process takes the next one. Each process has a pipe of its own, so that one that is killed holds up no other.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from helpers.render.models import Event, Progress

_GRACE = 2.0
"""Seconds a process has to end its kernel when work is broken off."""

_SPAWN = multiprocessing.get_context("spawn")


class ProcessDied(Exception):
    """The process ended while it was at this job."""


def _serve(pipe: Connection) -> None:
    """Do the jobs that come through the pipe, until it is closed; runs in a process of its own."""
    # Ctrl-C reaches the whole group; the process that started us decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # An ordinary exit, so that the kernel is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with suppress(EOFError, BrokenPipeError):
        while True:
            call, arguments = pipe.recv()
            pipe.send(call(*arguments, pipe.send))


class _Hand:
    """One process and the way to it."""

    def __init__(self) -> None:
        self.pipe, far = _SPAWN.Pipe()
        # Ctrl-C is for the process that started us, also while the new one imports; this thread hears of it never.
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self.process = _SPAWN.Process(target=_serve, args=(far,), daemon=True)
        self.process.start()
        far.close()

    def do(self, call: Callable[..., Any], arguments: tuple[Any, ...], on_event: Progress) -> Any:
        try:
            self.pipe.send((call, arguments))
            while isinstance(answer := self.pipe.recv(), Event):
                on_event(answer)
        except (EOFError, OSError) as error:
            self.end()
            raise ProcessDied(f"exit code {self.process.exitcode}") from error
        return answer

    def end(self) -> None:
        self.pipe.close()
        self.process.join(_GRACE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Processes(Executor):
    """An executor whose jobs run in `count` processes; they are called with a further argument, to tell events with.

    Attributes
    ----------
    on_event
        Hears of the events; to be set before jobs that tell any.
    """

    def __init__(self, count: int) -> None:
        self.on_event: Progress = lambda _: None
        self._own = threading.local()
        self._hands: set[_Hand] = set()
        self._threads = ThreadPoolExecutor(count)
        self._ended = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have ``fn(*args, on_event)`` done; the future raises :class:`ProcessDied` when its process ends before it is."""
        return self._threads.submit(self._do, fn, args)

    def _do(self, call: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        hand: _Hand | None = getattr(self._own, "hand", None)
        if hand is None:
            hand = self._own.hand = _Hand()
            self._hands.add(hand)
            if self._ended:
                hand.process.terminate()
        try:
            return hand.do(call, arguments, self.on_event)
        except ProcessDied:
            self._own.hand = None
            self._hands.discard(hand)
            raise

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all processes: when their jobs are done, or at once (``wait=False``)."""
        self._ended = True
        if not wait:
            for hand in list(self._hands):
                hand.process.terminate()
        self._threads.shutdown(wait=True, cancel_futures=cancel_futures or not wait)
        for hand in list(self._hands):
            hand.end()
