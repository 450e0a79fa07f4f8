"""What runs leave in a notebook, taken out: outputs, counts, another run's values. The analyst's text stays as it is.

Needs nothing but Python, and is its own program: ``python3 -I src/helpers/render/strip.py`` cleans a notebook from stdin
to stdout, as a git filter (.gitattributes) asks for it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

INJECTED = "injected-parameters"
"""Tag of a cell with another run's values; papermill and ``quarto render -P`` leave them in the notebook."""

_TIMES = ("execution", "papermill", "ExecuteTime")
"""What runs write into the metadata of cells."""


def tags_of(cell: dict[str, Any]) -> list[Any]:
    """The tags of a cell, whatever an editor wrote there."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return [tags] if isinstance(tags, str) else tags if isinstance(tags, list) else []


def strip(text: str) -> tuple[str, Counter[str]]:
    """A notebook's text without what runs left in it, and what that was; the same text when there was nothing.

    Raises
    ------
    ValueError
        When it is no notebook.

    Examples
    --------
    >>> cell = '{"cell_type": "code", "execution_count": 3, "metadata": {}, "outputs": [], "source": "1"}'
    >>> strip(f'{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4}}')[1]
    Counter({'execution count': 1})
    """
    data = json.loads(text.removeprefix("\ufeff"))
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise ValueError("this is no notebook")
    found: Counter[str] = Counter()
    data["cells"] = [cell for cell in cells if INJECTED not in tags_of(cell)]
    found["injected cell"] = len(cells) - len(data["cells"])
    for cell in data["cells"]:
        if cell.get("cell_type") == "code":
            outputs = cell.get("outputs")
            found["output"] += len(outputs) if isinstance(outputs, list) else outputs is not None
            found["execution count"] += cell.get("execution_count") is not None
            cell["outputs"], cell["execution_count"] = [], None
        found["note of a run"] += _drop(cell.get("metadata"), _TIMES)
    metadata = data.get("metadata")
    found["note of a run"] += _drop(metadata, ("papermill", "widgets"))
    if isinstance(metadata, dict):
        found["note of a run"] += _drop(metadata.get("kernelspec"), ("path",))
        language = metadata.get("language_info")
        if isinstance(language, dict):
            found["note of a run"] += _drop(language, tuple(set(language) - {"name"}))
    found = +found
    if not found:
        return text, found
    return json.dumps(data, ensure_ascii=False, indent=1) + ("\n" if text.endswith("\n") else ""), found


def _drop(metadata: Any, keys: tuple[str, ...]) -> int:
    gone = [key for key in keys if isinstance(metadata, dict) and key in metadata]
    for key in gone:
        del metadata[key]
    return bool(gone)


def main() -> None:
    """Clean stdin to stdout; what is no notebook passes unchanged, so that git never loses anything."""
    content = sys.stdin.buffer.read()
    try:
        cleaned = strip(content.decode("utf-8"))[0].encode("utf-8")
    except (ValueError, RecursionError):
        cleaned = content
    sys.stdout.buffer.write(cleaned)


if __name__ == "__main__":
    main()
