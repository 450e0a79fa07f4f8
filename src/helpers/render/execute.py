"""Run notebooks: one warm kernel for all notebooks of a worker, parameters put in, outputs kept in the private copy.

A kernel is a process of its own (``shell.py``). To start one and import all it needs takes two seconds, so it is kept from
notebook to notebook and from municipality to municipality. Its names are cleared before each notebook: nothing of one
municipality can be left for the next to show.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.data.files import NO_ROOM
from helpers.errors import PlanError, Problem
from helpers.letters import without_hidden
from helpers.project import RENDERING_VARIABLE, ROOT_VARIABLE, Project
from helpers.render.copy import Copy
from helpers.render.notebooks import (
    MAY_FAIL,
    cell_place,
    cell_tags,
    code_cells,
    is_parameters,
    parameter_problems,
    strip_outputs,
)
from helpers.render.strip import INJECTED

CELL_TIMEOUT = 300
"""Seconds a single cell may take; a rendered cell draws a chart or a table and takes well under one."""

_SECRET = re.compile(
    r"(?:^|_)(?:TOKEN|KEY|APIKEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PAT)S?(?:_|$)", re.IGNORECASE
)
"""Names of variables that the kernel does not get: what a cell prints stands on a page."""


class Kernel:
    """A process that runs notebooks, from the first of them on until it is stopped."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._process: subprocess.Popen[bytes] | None = None
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self._variables: set[str] = set()

    def start(self, *, early: bool = False) -> subprocess.Popen[bytes]:
        """The process, started if none runs; an early one imports the reports while its caller goes on."""
        if self._process is not None:
            return self._process
        self._home = tempfile.TemporaryDirectory(prefix="plan-kernel-")
        environment = {
            **{name: value for name, value in os.environ.items() if not _SECRET.search(name)},
            RENDERING_VARIABLE: "1",
            ROOT_VARIABLE: str(self._project.root),
            # Neither a user's start-up files nor their history take part in a report.
            "IPYTHONDIR": self._home.name,
            "PYTHONIOENCODING": "utf-8",
            # As in Jupyter, where an analyst's own figures are drawn into the page.
            "MPLBACKEND": os.environ.get("MPLBACKEND", "module://matplotlib_inline.backend_inline"),
        }
        # -P: what lies in the project folder is not taken for a module of Python's.
        command = [sys.executable, "-P", "-m", "helpers.render.shell", *(["--early"] if early else [])]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=self._project.root
        )
        return self._process

    def stop(self) -> None:
        """End the process, if one runs."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._home is not None:
            self._home.cleanup()
            self._home = None

    def run(self, notebook: NotebookNode, folder: Path, environment: Mapping[str, str]) -> None:
        """Run the code cells of a notebook, up to one that fails; their outputs are stored in it.

        Parameters
        ----------
        folder
            The working folder its cells see.
        environment
            Variables they see; those of the notebook before are taken away.

        Raises
        ------
        TimeoutError
            When a cell took too long.
        ChildProcessError
            When the process ended by itself. In both cases the next call starts another.
        """
        process = self.start()
        assert process.stdin is not None and process.stdout is not None and self._home is not None
        slow = Path(self._home.name) / "slow.txt"
        cells = list(code_cells(notebook))
        asked = {
            "cells": [{"source": cell.source, "may_fail": MAY_FAIL in cell_tags(cell)} for cell in cells],
            "folder": str(folder),
            "environment": dict(environment),
            "absent": sorted(self._variables - set(environment)),
            "timeout": CELL_TIMEOUT,
            "slow": str(slow),
        }
        self._variables = set(environment)
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        if not answer:
            stopped = slow.exists() and slow.stat().st_size > 0
            self.stop()
            raise TimeoutError if stopped else ChildProcessError
        for cell, ran in zip(cells, json.loads(answer), strict=False):
            cell.update(nbformat.from_dict(ran))


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
    lines = ["# Values put in by plan render", *(f"{name} = {value!r}" for name, value in parameters.items())]
    source = "\n".join(lines)
    cell = NotebookNode(
        cell_type="code", id=INJECTED, metadata={"tags": [INJECTED]}, source=source, outputs=[], execution_count=None
    )  # fmt: skip
    notebook.cells.insert(place + 1, cell)


def _failed(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """Cells that failed, and the error: also one met in showing something, of which IPython's own reply says nothing."""
    for cell in notebook.cells:
        if MAY_FAIL not in cell_tags(cell):
            yield from ((cell, o) for o in cell.get("outputs", ()) if o.output_type == "error")


def _failure(path: str, cell: NotebookNode, error: NotebookNode) -> Problem:
    """One message for a failed cell: which, and the problem; our own traceback only when the fault may be ours."""
    where = cell_place(path, cell)
    message = without_hidden(error.evalue).strip()
    if error.ename == "PlanError":
        return Problem(where, message)
    trace = without_hidden("\n".join(error.traceback)).strip().splitlines()
    lines = [line for line in trace if line.strip()][-12:]
    return Problem(
        where,
        "\n".join([f"{error.ename}: {message}", *lines[:-1]]),
        "Correct the cell, and try it with Run All in JupyterLab.",
    )


def run_notebooks(
    copy: Copy, kernel: Kernel, on_page: Callable[[str], None] = lambda _: None
) -> tuple[str, ...]:
    """Run all notebooks of a private copy in the kernel; their outputs are stored in ``copy.notebooks``.

    Parameters
    ----------
    on_page
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
        on_page(path)
        strip_outputs(notebook, path)
        if not any(code_cells(notebook)):
            continue
        inject(notebook, copy.variant.parameters, path)
        try:
            kernel.run(notebook, (copy.folder / path).parent, environment)
        except TimeoutError:
            raise PlanError.of(
                path, f"A cell took longer than {CELL_TIMEOUT} seconds and was stopped."
            ) from None
        except ChildProcessError:
            raise PlanError.of(
                path,
                "The Python that runs the notebooks ended by itself, most often because memory ran out.",
                "Render with fewer --jobs, or run the notebook in JupyterLab to see which cell it is.",
            ) from None
        for cell, failed in _failed(notebook):
            # What a cell shows writes files too; the disk's fault may lie under another one in the traceback.
            trace = without_hidden("\n".join((failed.evalue, *failed.traceback)))
            faults = re.findall(r"\[Errno (\d+)\] ", trace)
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
