"""Run a book's notebooks for a municipality and lay out its site and PDF, with Quarto or the built-in engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.render.models import Event, Format, Outcome, Progress, Step, Variant
from helpers.reports.base.names import EngineName

if TYPE_CHECKING:
    from helpers.render.run import render_variants

__all__ = ["EngineName", "Event", "Format", "Outcome", "Progress", "Step", "Variant", "render_variants"]


def __getattr__(name: str) -> Any:
    # Imported on first use: nbformat and Typst take a while, and `plan --help` needs none of them.
    if name == "render_variants":
        from helpers.render.run import render_variants

        return render_variants
    raise AttributeError(f"module 'helpers.render' has no attribute {name!r}")
