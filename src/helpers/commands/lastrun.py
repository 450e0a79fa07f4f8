"""The last ``plan render``, remembered: asked for again with no file moved since, it need not be looked into.

What decides a render is taken as it lay before anything was read; what a render writes itself, as it lay at the end. Files
are told apart by size and times, as snapshots are; the least difference, also in the environment or the day, means a
render that looks at everything.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import date
from pathlib import Path

from rich.console import Console

import helpers
from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.reports.base.request import RenderRequest

SaidLine = tuple[bool, str]
"""Whether something was said on stderr, and what, as rich has it."""


class LastRun:
    """What is remembered of the last render, against the one that is asked for now."""

    def __init__(self, request: RenderRequest) -> None:
        self.project = request.project
        self.file = self.project.root / ".plan" / "last-render.json"
        self.output = request.output.resolve()
        self._written = {self.output, *self.project.made}
        asked = ((field.name, getattr(request, field.name)) for field in fields(request) if field.compare)
        programs = shutil.which("quarto"), *(path for path in sys.path if path.endswith("-packages"))
        self._before = _hash(
            *asked, self.output, date.today(), sys.version, *sorted(os.environ.items()),
            *(_times(Path(path)) for path in programs if path),
            *_files(Path(helpers.__file__).parent, set()), *_files(self.project.root, self._written),
        )  # fmt: skip

    def _stamp(self) -> str:
        made = (found for folder in sorted(self._written) for found in _files(folder, set()))
        return _hash(self._before, *made)

    def told(self) -> list[SaidLine] | None:
        """What the same run would say, when nothing has moved since; none when it has to be made."""
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            said = [(bool(on_err), str(text)) for on_err, text in kept["said"]]
            return said if kept["stamp"] == self._stamp() else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def keep(self, said: Sequence[SaidLine]) -> None:
        """Remember that the run is done; while it still has its output to itself."""
        with suppress(PlanError):  # a project that nobody may write in is looked into each time
            write_whole(self.file, json.dumps({"stamp": self._stamp(), "said": said}).encode(), replace=True)


def tell(said: Iterable[SaidLine], out: Console, err: Console) -> None:
    """Say it to the user."""
    for on_err, text in said:
        (err if on_err else out).print(text, soft_wrap=True)


def _hash(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode(errors="surrogateescape")).hexdigest()


def _times(path: Path | os.DirEntry[str]) -> str:
    try:
        found = path.stat()
    except OSError:  # a link that leads nowhere, a file that has just gone
        return f"{os.fspath(path)} -"
    return f"{os.fspath(path)} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _files(folder: Path, without: set[Path]) -> Iterator[str]:
    """All files below a folder, but for hidden folders, locks and what Python keeps of its modules."""
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        path = Path(entry.path)
        round_about = entry.is_symlink() and path.resolve() in path.parents
        if not entry.is_dir():
            if not entry.name.endswith(".lock"):
                yield _times(entry)
        elif not (round_about or path in without or entry.name.startswith((".", "__pycache__"))):
            yield from _files(path, without)
