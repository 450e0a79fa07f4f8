"""The base of every report: what a cell of a notebook shows carries the stamp of the report that made it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import isfunction
from pathlib import Path
from typing import Any

from helpers.present.output import Shown, write_if_changed
from helpers.present.stamp import STAMP_KEY, Stamp
from helpers.reports.base.names import VERDICT_FILE


class Stamped:
    """A report whose public methods that give a :class:`Shown` stamp it; they are found by their return type."""

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        for name, method in list(vars(cls).items()):
            shows = isfunction(method) and method.__annotations__.get("return") in (
                "Shown",
                "output.Shown",
                Shown,
            )
            if shows and not name.startswith("_"):
                setattr(cls, name, _stamping(method))

    @property
    def stamp(self) -> Stamp:
        """Whose figures the report shows."""
        raise NotImplementedError


def _stamping(method: Callable[..., Shown]) -> Callable[..., Shown]:
    @wraps(method)
    def shown(self: Stamped, *given: Any, **named: Any) -> Shown:
        return method(self, *given, **named).stamped(self.stamp)

    return shown


def write_verdicts(verdicts: Mapping[str, Mapping[str, Any]], stamp: Stamp) -> None:
    """Write the verdicts beside the chapters' names, by notebook, with the stamp of the report."""
    told = {notebook: {**entry, STAMP_KEY: stamp.data()} for notebook, entry in verdicts.items()}
    write_if_changed(Path.cwd() / VERDICT_FILE, json.dumps(told, ensure_ascii=False, indent=1))
