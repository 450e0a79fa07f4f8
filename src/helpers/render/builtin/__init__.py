"""The built-in engine: the same pages and PDF as Quarto makes of a book, by pandoc and Typst from wheels."""

from __future__ import annotations

from helpers.render.builtin.engine import render_built_in

__all__ = ["render_built_in"]
