"""From executed notebooks to a site folder: one pandoc process, one Typst compile, one Word document."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from helpers.render.assets import Assets
from helpers.render.builtin.pages import write_pages
from helpers.render.builtin.pandoc import convert
from helpers.render.builtin.pdf import write_pdf
from helpers.render.copy import Copy
from helpers.render.models import Step
from helpers.render.word import finish, prepare


def render_built_in(
    copy: Copy, site: Path, assets: Assets, to: Collection[str], on_step: Callable[[Step, str], None]
) -> None:
    """Write the pages, the PDF and the Word document of an executed private copy into `site`.

    Raises
    ------
    PlanError
        For anything that docs/rendering.md does not list, by notebook, cell and line.
    """
    on_step(Step.PAGES, "")
    word = prepare(copy) if "docx" in to else None
    converted = convert(copy, sorted(to), word)
    site.mkdir(parents=True, exist_ok=True)
    if word is not None:
        on_step(Step.WORD, copy.word_name)
        finish(word.target, author=copy.author, title=copy.full_title, timestamp=copy.timestamp)
        shutil.move(word.target, site / copy.word_name)
    if "html" in to:
        names = {"pdf": copy.pdf_name, "docx": copy.word_name}
        files = {kind: name if kind in to else None for kind, name in names.items()}
        write_pages(copy, converted, site, assets, files=files)
    if "pdf" in to:
        on_step(Step.PDF, copy.pdf_name)
        write_pdf(copy, converted.typst, site / copy.pdf_name)
