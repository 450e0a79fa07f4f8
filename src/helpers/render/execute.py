"""Run notebooks: one warm kernel for all notebooks of a worker, parameters put in, outputs kept in the private copy.

A kernel start costs a second or two and the imports as much again, so a kernel is kept from notebook to notebook
and from municipality to municipality. Its names are cleared before each notebook: nothing of one municipality can be
left for the next to show.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.translators import papermill_translators

from helpers.data.files import NO_ROOM
from helpers.errors import PlanError, Problem
from helpers.project import RENDERING_VARIABLE, ROOT_VARIABLE, Project
from helpers.render.copy import Copy
from helpers.render.notebooks import cell_place, is_parameters, parameter_problems, strip_outputs
from helpers.render.strip import INJECTED

CELL_TIMEOUT = 300
"""Seconds a single cell may take; a rendered cell draws a chart or a table and takes well under one."""

STARTUP_TIMEOUT = 120

_SECRET = re.compile(
    r"(?:^|_)(?:TOKEN|KEY|APIKEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PAT)S?(?:_|$)", re.IGNORECASE
)
"""Names of variables that the kernel does not get: what a cell prints stands on a page."""

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

# Runs in the kernel before each notebook. `reset` leaves imported modules loaded, which is what makes it warm. It also
# collects garbage, and would look through all modules each time (half of a notebook's time) were they not set aside.
_PREPARE = """
import os as _os
_os.chdir({folder!r})
_os.environ.update({environment!r})
for _name in {absent!r}:
    _os.environ.pop(_name, None)
if {frozen!r}:
    import gc as _gc
    _gc.freeze()
get_ipython().reset(new_session=True)
"""


_SET_ASIDE = (2, 12)
"""Before these notebooks of a kernel all that is loaded is set aside: after the first, and after a whole book."""


class _OwnInterpreter(KernelSpecManager):
    """The kernel is this very Python: a kernel of the same name that a user installed may lack our packages."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [
            sys.executable,
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
            "--HistoryManager.enabled=False",
        ]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


class Kernel:
    """A running kernel; use it as a context manager, so that none is left behind."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._manager: AsyncKernelManager | None = None
        self._channel: Any = None
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._variables: set[str] = set()
        self._begun = 0

    def __enter__(self) -> Kernel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="plan-kernel-")
        environment = {
            **{name: value for name, value in os.environ.items() if not _SECRET.search(name)},
            RENDERING_VARIABLE: "1",
            ROOT_VARIABLE: str(self._project.root),
            # Neither a user's start-up files nor their history take part in a report.
            "IPYTHONDIR": self._home.name,
            "PYTHONIOENCODING": "utf-8",
        }
        # Sockets as files need no free port, so workers that start together cannot take each other's.
        transport = "tcp" if sys.platform == "win32" else "ipc"
        self._manager = AsyncKernelManager(
            kernel_spec_manager=_OwnInterpreter(),
            transport=transport,
            connection_file=str(Path(self._home.name) / "kernel.json"),
        )
        client = self._client(NotebookNode(cells=[], metadata={}))
        run_sync(client.async_start_new_kernel)(env=environment, cwd=str(self._project.root))
        run_sync(client.async_start_new_kernel_client)()
        self._channel = client.kc

    def _client(self, notebook: NotebookNode) -> NotebookClient:
        return NotebookClient(
            notebook,
            km=self._manager,
            timeout=CELL_TIMEOUT,
            startup_timeout=STARTUP_TIMEOUT,
            record_timing=False,
            store_widget_state=False,
            shutdown_kernel="immediate",
        )

    def stop(self) -> None:
        """End the kernel, if one runs."""
        if self._channel is not None:
            self._channel.stop_channels()
        if self._manager is not None and self._manager.has_kernel:
            run_sync(self._manager.shutdown_kernel)(now=True)
        self._manager = self._channel = None
        if self._home is not None:
            self._home.cleanup()
            self._home = None

    def run(self, notebook: NotebookNode, folder: Path, environment: Mapping[str, str]) -> None:
        """Run all code cells of a notebook; their outputs are stored in it.

        Parameters
        ----------
        folder
            The working folder its cells see.
        environment
            Variables they see; those of the notebook before are taken away.

        Raises
        ------
        CellExecutionError, CellTimeoutError, DeadKernelError
            As nbclient says them. After a timeout or a death the kernel is gone, and the next call starts another.
        """
        if self._manager is None:
            self._start()
        absent = sorted(self._variables - set(environment))
        self._variables = set(environment)
        self._begun += 1
        prepare = _PREPARE.format(
            folder=str(folder),
            environment=dict(environment),
            absent=absent,
            frozen=self._begun in _SET_ASIDE,
        )
        client = self._client(notebook)
        client.kc = self._channel
        try:
            run_sync(self._prepare)(prepare)
            client.execute(cleanup_kc=False)
        except (TimeoutError, CellTimeoutError, DeadKernelError):
            self.stop()
            raise

    async def _prepare(self, code: str) -> None:
        reply = await self._channel.execute_interactive(
            code, silent=True, store_history=False, allow_stdin=False, timeout=CELL_TIMEOUT
        )
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"the kernel could not be prepared: {reply['content'].get('evalue')}")


def inject(notebook: NotebookNode, parameters: Mapping[str, str], where: str) -> None:
    """Put a cell with the variant's values after the cell tagged ``parameters``, as papermill does.

    Raises
    ------
    PlanError
        When the notebook has code but not one such cell: it would show the numbers of another municipality.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not code or not parameters:
        return
    if problems := parameter_problems(notebook, where):
        raise PlanError(problems)
    place = next(
        i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and is_parameters(cell)
    )
    translator = papermill_translators.find_translator("python3", "python")
    source = translator.codify(dict(parameters), "Values put in by plan render")
    cell = NotebookNode(
        cell_type="code", id=INJECTED, metadata={"tags": [INJECTED]}, source=source, outputs=[], execution_count=None
    )  # fmt: skip
    notebook.cells.insert(place + 1, cell)


def _failed(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """Cells that failed, and the error: also one met in showing something, of which IPython's own reply says nothing."""
    for cell in notebook.cells:
        if "raises-exception" not in (cell.metadata.get("tags") or ()):
            yield from ((cell, o) for o in cell.get("outputs", ()) if o.output_type == "error")


def _failure(path: str, cell: NotebookNode, error: NotebookNode) -> Problem:
    """One message for a failed cell: which, and the problem; our own traceback only when the fault may be ours."""
    where = cell_place(path, cell)
    message = _ESCAPES.sub("", error.evalue).strip()
    if error.ename == "PlanError":
        return Problem(where, message)
    trace = _ESCAPES.sub("", "\n".join(error.traceback)).strip().splitlines()
    lines = [line for line in trace if line.strip()][-12:]
    return Problem(
        where,
        "\n".join([f"{error.ename}: {message}", *lines[:-1]]),
        "Correct the cell, and try it with Run All in JupyterLab.",
    )


def run_notebooks(
    copy: Copy, kernel: Kernel, told: Callable[[str], None] = lambda _: None
) -> tuple[str, ...]:
    """Run all notebooks of a private copy in the kernel; their outputs are stored in ``copy.notebooks``.

    Parameters
    ----------
    told
        Called with each notebook's path before it is run.

    Returns
    -------
    tuple of str
        What the notebooks wrote to stderr (warnings), each text once; it is taken out of the outputs.

    Raises
    ------
    PlanError
        When a cell fails: one problem, for the first notebook that failed.
    """
    warnings: dict[str, None] = {}
    environment = {**copy.variant.environment, RENDERING_VARIABLE: "1"}
    for path, notebook in copy.notebooks.items():
        told(path)
        strip_outputs(notebook, path)
        if not any(cell.cell_type == "code" and cell.source.strip() for cell in notebook.cells):
            continue
        inject(notebook, copy.variant.parameters, path)
        try:
            kernel.run(notebook, (copy.folder / path).parent, environment)
        except CellExecutionError as error:
            if next(_failed(notebook), None) is None:
                raise PlanError.of(path, f"{error.ename}: {error.evalue}") from None
        except (TimeoutError, CellTimeoutError):
            raise PlanError.of(
                path, f"A cell took longer than {CELL_TIMEOUT} seconds and was stopped."
            ) from None
        except DeadKernelError:
            raise PlanError.of(
                path,
                "The Python that runs the notebooks ended by itself, most often because memory ran out.",
                "Render with fewer --jobs, or run the notebook in JupyterLab to see which cell it is.",
            ) from None
        for cell, failed in _failed(notebook):
            # What a cell shows writes files too; the disk's fault may lie under another one in the traceback.
            faults = re.findall(
                r"\[Errno (\d+)\] ", _ESCAPES.sub("", "\n".join((failed.evalue, *failed.traceback)))
            )
            if faults and int(faults[-1]) in NO_ROOM:
                raise OSError(int(faults[-1]), os.strerror(int(faults[-1])))
            raise PlanError(_failure(path, cell, failed))
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            for output in cell.outputs:
                if output.output_type == "stream" and output.name == "stderr":
                    warnings[output.text.strip()] = None
            cell.outputs = [
                output
                for output in cell.outputs
                if not (output.output_type == "stream" and output.name == "stderr")
            ]
    return tuple(warnings)
