"""From raw answers to observations: what notebooks and commands ask this room for.

The names are imported on first use, so that whoever needs the raw store alone does not wait for pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.data.basis import (
        Basis,
        basis_for,
        choose_basis,
        plan_indicators,
        shown_indicators,
        snapshot_days,
    )
    from helpers.data.processed import (
        Input,
        data_fingerprint,
        data_inputs,
        data_problems,
        load_observations,
    )
    from helpers.data.windows import figure_window, figure_windows, newest_period

__all__ = [
    "Basis",
    "Input",
    "basis_for",
    "choose_basis",
    "data_fingerprint",
    "data_inputs",
    "data_problems",
    "figure_window",
    "figure_windows",
    "load_observations",
    "newest_period",
    "plan_indicators",
    "shown_indicators",
    "snapshot_days",
]

_HOME = {
    **dict.fromkeys(
        ("Basis", "basis_for", "choose_basis", "plan_indicators", "shown_indicators", "snapshot_days"),
        "basis",
    ),
    **dict.fromkeys(
        ("Input", "data_fingerprint", "data_inputs", "data_problems", "load_observations"), "processed"
    ),
    **dict.fromkeys(("figure_window", "figure_windows", "newest_period"), "windows"),
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"helpers.data.{_HOME[name]}"), name)
    raise AttributeError(f"module 'helpers.data' has no attribute {name!r}")
