"""Own texts read as the built-in engine reads them, without rendering anything: what would stop a render is told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers.errors import Problem
from helpers.prose import without_false_lists
from helpers.render.book import Chapter
from helpers.render.builtin.markdown import looks, placed
from helpers.render.builtin.pandoc import run
from helpers.reports.base.books import PlacedText

_FIRST = 1_000_000
"""Cells of own texts are numbered from here, those of the pages stand below."""


def text_problems(pages: Mapping[str, str], texts: Sequence[PlacedText], folder: Path) -> list[Problem]:
    """What the engine would say of the texts: unknown references, links that lead nowhere, what it does not support.

    Parameters
    ----------
    pages
        Every page of the book with its headings and anchors as Markdown, by path from the book's folder.
    """
    found = [
        Problem(one.where, problem.what, problem.do)
        for one in texts
        for problem in looks(one.where, 0, one.text)
    ]
    chapters = []
    for path, markdown in pages.items():
        own = "".join(
            f"\n\n<!--plan:cell:{_FIRST + at}-->\n\n{without_false_lists(one.text)}\n"
            for at, one in enumerate(texts)
            if one.page == path
        )
        chapters.append({"source": path, "href": Chapter(path).href, "markdown": markdown + own})
    result = run({"chapters": chapters}, Path(__file__).parent)
    for told in result["problems"] or ():
        at = int(told["cell"]) - _FIRST
        snippet = told["snippet"]
        if at < 0 and snippet:  # links and references of raw HTML are met without their cell
            at = next(
                (n for n, one in enumerate(texts) if one.page == told["chapter"] and snippet in one.text), -1
            )
        if at >= 0:
            found.append(placed(texts[at].where, told))
    for page in result["chapters"]:
        for resource in page["resources"] or ():
            name = Path(resource).name
            named = [one for one in texts if one.page == page["source"] and name in one.text]
            if named and not (folder / resource).is_file():
                found.append(
                    Problem(named[0].where, f"The text names the file {resource}, and there is no such file.")
                )
    return list(dict.fromkeys(found))
