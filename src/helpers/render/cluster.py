"""A Dask cluster that variants are handed to (``--scheduler``); needs the optional extra ``dask``."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from helpers.errors import PlanError
from helpers.render.job import end_worker_in_thread

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
