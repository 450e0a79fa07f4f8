"""A notebook as editors save it: read whatever its encoding, ids and tags, and refused with the line that is wrong."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers.errors import PlanError


def read_text(path: Path, where: str) -> NotebookNode:
    """A Markdown file as a notebook of a single cell."""
    text = _decoded(path.read_bytes(), where, "utf-8-sig")
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])


def read_notebook(path: Path, where: str) -> NotebookNode:
    """A notebook in format 4 whose cells have ids.

    Raises
    ------
    PlanError
        When the file is no notebook.
    """
    data = _parsed(notebook_text(path, where), where)
    if data.get("nbformat") == 4:
        _tidied(data, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.convert(nbformat.reader.reads(json.dumps(data)), 4)
            nbformat.validate(notebook)
    except _UNREADABLE as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise _no_notebook(where, said[0][:200]) from None
    return notebook


_UNREADABLE = (
    nbformat.ValidationError, nbformat.reader.NotJSONError, AttributeError, KeyError, TypeError, ValueError,
    RecursionError,
)  # fmt: skip
"""What nbformat raises for a file that has not the shape of a notebook."""


def notebook_text(path: Path, where: str) -> str:
    """The text of a notebook's file, in whichever Unicode encoding it is.

    Raises
    ------
    PlanError
        When it is no Unicode text.
    """
    content = path.read_bytes()
    return _decoded(content, where, json.detect_encoding(content))


def _no_notebook(where: str, why: str) -> PlanError:
    return PlanError.of(where, f"This is no readable notebook: {why} Save it again in JupyterLab or VS Code.")


def _decoded(content: bytes, where: str, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PlanError.of(
            where,
            f"The file is not UTF-8 text (line {line}); save it as UTF-8: in VS Code by Save with Encoding, in "
            "Notepad by Save as, Encoding.",
        ) from None


def _parsed(text: str, where: str) -> dict[str, Any]:
    """The JSON of a notebook."""
    try:
        data = json.loads(text)
        text.encode("utf-8")
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        merge = " It holds marks of an unfinished git merge." if "<<<<<<<" in text else ""
        raise _no_notebook(where, f"line {error.lineno} is no JSON ({error.msg}).{merge}") from None
    except (UnicodeEncodeError, RecursionError, ValueError):
        raise _no_notebook(where, "it holds what no text can hold.") from None
    if not isinstance(data, dict) or "nbformat" not in data:
        raise _no_notebook(where, "it is JSON, but says no nbformat.")
    return data


def _tidied(data: dict[str, Any], where: str) -> None:
    """Mend what editors leave out, so that nobody has to: ids, tags, outputs, metadata."""
    cells = data.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise _no_notebook(where, "it has no list of cells.")
    data["metadata"] = data["metadata"] if isinstance(data.get("metadata"), dict) else {}
    minor = data.get("nbformat_minor")
    data["nbformat_minor"] = max(5, minor) if isinstance(minor, int) else 5
    seen: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        own = cell.get("id")
        if not isinstance(own, str) or not re.fullmatch(r"[\w-]{1,64}", own, re.ASCII) or own in seen:
            cell["id"] = f"cell-{number}"
        seen.add(cell["id"])
        metadata = cell["metadata"] if isinstance(cell.get("metadata"), dict) else {}
        tags = metadata.get("tags")
        given = [tags] if isinstance(tags, str) else tags if isinstance(tags, list) else []
        kept = dict.fromkeys(tag.strip() for tag in given if isinstance(tag, str) and tag.strip())
        cell["metadata"] = {**metadata, "tags": list(kept)} if "tags" in metadata else metadata
        cell["source"] = cell.get("source") or ""
        if cell.get("cell_type") == "code":
            cell["outputs"] = cell["outputs"] if isinstance(cell.get("outputs"), list) else []
            cell.setdefault("execution_count", None)
