"""The process that cells run in: an IPython shell at the end of a pipe, which is told of a notebook and tells all its outputs.

In: a line of JSON on standard input for each notebook, with its code and where it runs. Out: a line of JSON for each, with
outputs as nbformat has them. A kernel across sockets says each output in a message of its own, which took an eighth of a
render's processor time.
"""

from __future__ import annotations

import base64
import faulthandler
import gc
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import TextIOBase
from pathlib import Path
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from helpers.reports import wings

Output = dict[str, Any]
"""As nbformat has it: ``stream``, ``display_data``, ``execute_result`` or ``error``."""


def _texts(data: Mapping[str, Any]) -> dict[str, Any]:
    """A bundle as a notebook holds it: pictures as base64."""
    return {
        kind: base64.b64encode(content).decode("ascii") if isinstance(content, bytes) else content
        for kind, content in data.items()
    }


class _Stream(TextIOBase):
    """What a cell prints, as outputs in their place among the others."""

    encoding = "utf-8"

    def __init__(self, shell: Shell, name: str) -> None:
        self._shell, self._name = shell, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        outputs = self._shell.outputs
        if outputs and outputs[-1].get("name") == self._name:
            outputs[-1]["text"] += text
        elif text:
            outputs.append({"output_type": "stream", "name": self._name, "text": text})
        return len(text)


class _Publisher(DisplayPublisher):
    """What a cell displays."""

    shell: Shell

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **more: Any,
    ) -> None:
        told = {"data": _texts(data), "metadata": metadata or {}}
        name = str((transient or {}).get("display_id") or "")
        if update:
            self.shell.displays.get(name, {}).update(told)
            return
        output = {"output_type": "display_data", **told}
        self.shell.outputs.append(output)
        if name:
            self.shell.displays[name] = output

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class _Hook(DisplayHook):
    """What a cell's last expression is."""

    shell: Shell

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.shell.outputs.append(
            {
                "output_type": "execute_result",
                "data": _texts(format_dict),
                "metadata": md_dict or {},
                "execution_count": self.prompt_count,
            }
        )

    def finish_displayhook(self) -> None:
        pass

    def flush(self) -> None:
        """Forget results, without looking through all that is loaded for garbage: that takes half of a notebook's time."""
        self.shell.user_ns.get("_oh", {}).clear()
        self._ = self.__ = self.___ = ""


class Shell(InteractiveShell):
    """An IPython shell without a terminal, a history and start-up files of the user's.

    Attributes
    ----------
    outputs
        Of the cell that runs.
    displays
        Outputs of the notebook that were given a name, to be changed later.
    """

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    # What a program writes that a cell starts with ! stands among the cell's outputs.
    system = InteractiveShell.system_piped

    def __init__(self, **more: Any) -> None:
        self.outputs: list[Output] = []
        self.displays: dict[str, Output] = {}
        super().__init__(
            config=Config(HistoryManager={"enabled": False}, InteractiveShell={"colors": "nocolor"}), **more
        )

    def _showtraceback(
        self, etype: type[BaseException], evalue: BaseException | None, stb: list[str]
    ) -> None:
        told = {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb}
        self.outputs.append({"output_type": "error", **told})

    def ask_exit(self) -> None:
        """Nothing: the notebook after this one needs the shell."""

    def ran(
        self,
        cells: Sequence[Mapping[str, Any]],
        folder: str,
        environment: Mapping[str, str],
        absent: Sequence[str],
        timeout: float,
        slow: str = os.devnull,
    ) -> list[Output]:
        """Run a notebook's cells, up to the first that fails; no name of the notebook before is left.

        Parameters
        ----------
        timeout, slow
            Seconds that a cell may take: one that takes longer ends the process, and where it hung is written to this file.

        Returns
        -------
        list of dict
            Of each cell that ran: its ``outputs`` and ``execution_count``.
        """
        os.chdir(folder)
        os.environ.update(environment)
        for name in absent:
            os.environ.pop(name, None)
        self.reset(new_session=True)
        self.displays = {}
        told = []
        with Path(slow).open("w") as hung:
            for cell in cells:
                self.outputs = []
                # By a thread that needs no turn of Python's: a cell may hang in a library. It ends the process.
                faulthandler.dump_traceback_later(timeout, exit=True, file=hung)
                with redirect_stdout(_Stream(self, "stdout")), redirect_stderr(_Stream(self, "stderr")):
                    result = self.run_cell(cell["source"], store_history=True)
                faulthandler.cancel_dump_traceback_later()
                told.append({"outputs": self.outputs, "execution_count": self.execution_count - 1})
                if not result.success and not cell["may_fail"]:
                    break
        return told


def main() -> None:
    """Run one notebook after the other, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; who started us decides.
    asked, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    # As in Jupyter, a notebook may import what lies beside it.
    sys.path.append("")
    shell = Shell.instance()
    if "--early" in sys.argv:  # there is no notebook yet
        list(wings())
    for line in asked:
        told.write(json.dumps(shell.ran(**json.loads(line)), default=repr).encode() + b"\n")
        told.flush()
        if not gc.get_freeze_count():
            # What the first notebook brought in stays: to look through it for garbage again takes an eighth of the time.
            gc.collect()
            gc.freeze()


if __name__ == "__main__":
    main()
