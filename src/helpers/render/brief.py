"""An agenda item as a Word document and as one HTML file that needs nothing beside it; by the built-in engine alone."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from helpers.catalogue.brand import Brand
from helpers.present.draw import svg_of
from helpers.present.output import FIGURE_FOLDER
from helpers.present.theme import shown_colours
from helpers.project import Project
from helpers.render.builtin.pages import environment
from helpers.render.builtin.pandoc import WordJob, run
from helpers.render.word import WORD_LANGUAGE, finish
from helpers.render.word_reference import write_reference
from helpers.reports.base.brief import Brief

DOCX, HTML, MD = "docx", "html", "md"
FORMS = (DOCX, HTML, MD)
"""What an agenda item comes as."""

_IMAGE = re.compile(r'(<img[^>]* src=")([^"]+)(")')
_STYLES = ("plan.css", "brief.css")
_FILTER = "plan.lua"


def brief_files(
    project: Project, brief: Brief, brand: Brand, forms: Collection[str], *, example: bool, day: date
) -> Mapping[str, bytes]:
    """The item in each of these forms: ending → content."""
    made: dict[str, bytes] = {}
    if MD in forms:
        made[MD] = brief.plain().encode()
    if not {DOCX, HTML} & set(forms):
        return made
    with tempfile.TemporaryDirectory(prefix="plan-brief-") as name:
        folder = Path(name)
        (folder / FIGURE_FOLDER).mkdir()
        for part in brief.shown_figures:
            (folder / FIGURE_FOLDER / f"{part.file}.svg").write_text(svg_of(part.spec), encoding="utf-8")
        noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
        word = WordJob(folder / "brief.docx", folder / "reference.docx", WORD_LANGUAGE, noon)
        if DOCX in forms:
            write_reference(word.reference, brand, head=brief.whom, foot=brief.title, example=example)
        chapter = {"source": "index.md", "href": "index.html", "markdown": brief.markdown()}
        job = {"chapters": [chapter], "filters": [str(project.styles / _FILTER)], "html": HTML in forms}
        result = run(job, folder, word if DOCX in forms else None)
        assert not result["problems"], result["problems"]
        if DOCX in forms:
            finish(word.target, author=brief.whom, title=brief.title, timestamp=noon)
            made[DOCX] = word.target.read_bytes()
        if HTML in forms:
            made[HTML] = _page(project, brief, brand, result["chapters"][0]["html"], folder, example).encode()
    return made


def _page(project: Project, brief: Brief, brand: Brand, body: str, folder: Path, example: bool) -> str:
    def inside(found: re.Match[str]) -> str:
        content = base64.b64encode((folder / found[2]).read_bytes()).decode()
        return f"{found[1]}data:image/svg+xml;base64,{content}{found[3]}"

    styles = "\n".join((project.styles / name).read_text(encoding="utf-8") for name in _STYLES)
    return environment().get_template("brief.html").render(
        brief=brief, body=_IMAGE.sub(inside, body), styles=styles, colours=shown_colours(brand.colours), font=brand.font, example=example
    )  # fmt: skip
