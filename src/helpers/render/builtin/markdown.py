"""From an executed notebook to the Markdown of its page, and from a place in that Markdown back to the cell.

Markdown cells and outputs follow each other as in the notebook; code is not shown. What Quarto would do and this
engine does not is found here by its looks, and in ``book.lua`` by its meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from nbformat import NotebookNode

from helpers.errors import Problem
from helpers.render.notebooks import cell_number, cell_tags
from helpers.render.strip import INJECTED

ADVICE = "docs/rendering.md lists what the built-in engine supports; with Quarto installed, --engine quarto renders the rest."

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_LOOKS = (
    (re.compile(r"\{\{<"), "the shortcode"),
    (re.compile(r"^\s*`{3,}\s*\{(?!=)"), "the code block that is to be run"),
    (re.compile(r"^\s*:{3,}\s*\{[^}]*\blayout"), "the layout of"),
)
_OPTION = re.compile(r"^#\|\s*(.*)")
_HARMLESS_OPTION = re.compile(r"echo:\s*false|tags:|warning:")


@dataclass(frozen=True)
class Piece:
    """The Markdown that one cell gives, and the cell's number (from 1, as it stands in the notebook)."""

    cell: int
    text: str


def _where(path: str, cell: int, line: int | None = None) -> str:
    return f"{path}, cell {cell}" + (f", line {line}" if line else "")


def _unsupported(path: str, cell: int, line: int | None, what: str) -> Problem:
    return placed(_where(path, cell, line), {"what": what})


def placed(where: str, found: Mapping[str, Any]) -> Problem:
    """A problem at its place; one of ``book.lua`` that would be wrong in Quarto too says ``mistake``."""
    if found.get("mistake"):
        return Problem(where, found["what"])
    return Problem(where, f"The built-in engine does not support {found['what']}.", ADVICE)


def looks(path: str, cell: int, text: str) -> Iterator[Problem]:
    """What the engine does not support, as far as a text's looks tell it."""
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence):
                fence = ""
            continue
        for pattern, what in _LOOKS:
            if pattern.search(line):
                yield _unsupported(path, cell, number, f"{what} {line.strip()[:60]}")
                break
        if found:
            fence = found[1]


def _front_matter(path: str, cell: int, text: str) -> tuple[str, list[Problem]]:
    """A raw cell (or the start of a page) with YAML between ``---``: its title becomes the page's heading."""
    match = re.fullmatch(r"\s*---\s*\n(.*?)\n---\s*", text, re.DOTALL)
    try:
        data = yaml.safe_load(match[1]) if match else None
    except (yaml.YAMLError, ValueError):
        data = None
    if not isinstance(data, dict) or set(data) != {"title"}:
        return "", [_unsupported(path, cell, None, "raw cells other than YAML with a title")]
    return f"# {data['title']}", []


def _output(path: str, cell: int, output: NotebookNode) -> tuple[str, list[Problem]]:
    if output.output_type == "stream":
        text = output.text.rstrip("\n")
        return (f"````\n{text}\n````" if text else ""), []
    data = output.get("data", {})
    if "text/markdown" in data:
        text = data["text/markdown"]
        return text, list(looks(path, cell, text))
    other = [kind for kind in data if kind != "text/plain"]
    if other:
        return "", [
            _unsupported(
                path, cell, None, f"an output of type {other[0]} alone; let the cell give text/markdown"
            )
        ]
    text = data.get("text/plain", "")
    return (f"````\n{text}\n````" if text else ""), []


def pieces(notebook: NotebookNode, path: str) -> tuple[list[Piece], list[Problem]]:
    """The Markdown of a notebook, cell by cell, with what is not supported by its looks."""
    found: list[Piece] = []
    problems: list[Problem] = []
    for place, cell in enumerate(notebook.cells, start=1):
        tags = cell_tags(cell)
        injected = INJECTED in tags
        number = cell_number(cell) or place
        if cell.cell_type == "markdown":
            problems += looks(path, number, cell.source)
            found.append(Piece(number, cell.source))
        elif cell.cell_type == "raw":
            if cell.source.strip():
                text, wrong = _front_matter(path, number, cell.source)
                problems += wrong
                found.append(Piece(number, text))
        elif not injected and "remove-cell" not in tags:
            for line, source in enumerate(cell.source.splitlines(), start=1):
                option = _OPTION.match(source)
                if option and not _HARMLESS_OPTION.match(option[1]):
                    problems.append(_unsupported(path, number, line, f"the cell option #| {option[1]}"))
            for output in cell.get("outputs", []):
                text, wrong = _output(path, number, output)
                problems += wrong
                if text:
                    found.append(Piece(number, text))
    return found, problems


def joined(found: list[Piece]) -> str:
    """One text, with a mark before each cell's part that ``book.lua`` reads and takes away."""
    return "\n\n".join(f"<!--plan:cell:{piece.cell}-->\n\n{piece.text}" for piece in found) + "\n"


def located(path: str, found: list[Piece], problem: Mapping[str, Any]) -> Problem:
    """A problem of ``book.lua`` with the line of the cell it stands in, as far as it can be found again.

    Parameters
    ----------
    problem
        ``cell`` (0: not known), ``snippet``, ``what``, and ``mistake`` when it would be wrong in Quarto too.
    """
    cell, snippet, line = problem["cell"], problem["snippet"], None
    for piece in found:
        if cell in (0, piece.cell) and snippet and snippet in piece.text:
            cell = piece.cell
            line = piece.text[: piece.text.index(snippet)].count("\n") + 1
            break
    return placed(_where(path, cell, line) if cell else path, problem)
