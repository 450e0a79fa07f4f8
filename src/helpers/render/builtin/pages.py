"""The pages around the content: header, chapters with their verdicts, contents, previous and next, footer."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from helpers.catalogue.imprint import Imprint
from helpers.errors import PlanError, Problem
from helpers.periods import danish_day
from helpers.present.output import VERDICT_LOOKS
from helpers.present.theme import palette_from
from helpers.present.words import example_note
from helpers.render.assets import Assets
from helpers.render.builtin.pandoc import Converted, Page
from helpers.render.copy import Copy
from helpers.render.drawings import with_drawings
from helpers.render.policy import policy
from helpers.reports.base.names import VERDICT_FILE

_NUMBERED = re.compile(r"(.+)-\d+\.html")

STATEMENTS = "tilgaengelighed"
"""Folder of the accessibility statements that are pages of the site: ``index.html`` and one for each municipality of its own."""


def sign_of(kind: str) -> str:
    """The sign beside a verdict of that class; empty for a class that is none."""
    return VERDICT_LOOKS[kind][0] if kind in VERDICT_LOOKS else ""


@dataclass(frozen=True)
class ChapterVerdict:
    """The verdict beside a chapter in the list of chapters: ``0 af 2 mål opfyldt``."""

    word: str
    kind: str

    @property
    def sign(self) -> str:
        return sign_of(self.kind)


@cache
def environment() -> Environment:
    """The templates of pages and hub."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    made.globals.update(policy=policy, example_note=example_note)
    return made


def read_verdicts(folder: Path) -> Mapping[str, ChapterVerdict]:
    """The verdicts that the index notebook wrote into the copy, by notebook; none when it wrote none."""
    path = folder / VERDICT_FILE
    if not path.is_file():
        return {}
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {
        notebook: ChapterVerdict(str(entry["word"]), str(entry.get("class", "unknown")))
        for notebook, entry in data.items()
    }


def relative_url(from_page: str, to: str) -> str:
    """The way from one page to a file, both seen from the same folder."""
    return posixpath.relpath(to, posixpath.dirname(from_page) or ".")


def part_of(href: str, hrefs: Collection[str]) -> str:
    """The page, without ``.html``, that lists a numbered one and its fellows (``alle`` of ``alle-01.html``); else empty.

    The list of chapters shows these only on that page and on each other, like a folded branch.
    """
    found = _NUMBERED.fullmatch(href)
    return found[1] if found and f"{found[1]}.html" in hrefs else ""


def _entry(pages: tuple[Page, ...], index: int, current: str) -> dict[str, str] | None:
    if not 0 <= index < len(pages):
        return None
    page = pages[index]
    number = f"{page.number}\u00a0 " if page.number else ""
    return {"url": relative_url(current, page.href), "title": number + page.title_html}


def statement_page(imprint: Imprint) -> str | None:
    """The page of the statement, from the output folder; none where it lies elsewhere or there is none."""
    if imprint.accessibility is None or imprint.accessibility.address:
        return None
    return f"{STATEMENTS}/{imprint.key or 'index'}.html"


def foot(imprint: Imprint, above: str) -> dict[str, object]:
    """What the template ``foot.html`` wants to know, for a page `above` the output folder."""
    page, said = statement_page(imprint), imprint.next_update
    elsewhere = imprint.accessibility.address if imprint.accessibility else None
    return {
        "imprint": imprint,
        "statement": above + page if page else elsewhere,
        "next_update": danish_day(said) if isinstance(said, date) else said,
    }


def write_pages(
    copy: Copy,
    converted: Converted,
    site: Path,
    assets: Assets,
    *,
    files: Mapping[str, str | None],
) -> None:
    """Write all pages of a book into `site`, and beside them the files they show and link to.

    Parameters
    ----------
    files
        Names of the whole book's files in `site`, ``pdf`` and ``docx``; none for one that is not there.

    Raises
    ------
    PlanError
        For a file that a page names and no notebook has written.
    """
    template = environment().get_template("page.html")
    verdicts = read_verdicts(copy.folder)
    up = "../" * len(PurePosixPath(copy.variant.slug).parts)
    municipality = copy.variant.municipality or copy.subtitle or copy.title
    after_body = "\n".join(path.read_text(encoding="utf-8").strip() for path in copy.book.after_body)
    colours, example = palette_from(copy.brand.colours), copy.is_example
    missing: list[Problem] = []
    hrefs = [page.href for page in converted.pages]
    for index, page in enumerate(converted.pages):
        # Each page lies as deep as its notebook; the hub and the shared files lie above the book.
        above = "../" * (len(PurePosixPath(page.href).parts) - 1) + up
        is_index = page.href == "index.html"
        text = template.render(
            lang=copy.book.lang,
            words=copy.book.language,
            title=copy.title,
            subtitle=copy.subtitle,
            municipality=municipality,
            date=copy.date,
            head_title=" · ".join(
                part for part in (None if is_index else page.title, copy.title, municipality) if part
            ),
            description=f"{page.title}: {copy.title} for {municipality}",
            page=page,
            page_is_index=is_index,
            body=with_drawings(page.html, (copy.folder / page.href).parent, colours),
            after_body=after_body,
            entries=[
                {
                    "url": relative_url(page.href, other.href),
                    "title": other.title_html,
                    "number": other.number,
                    "current": other is page,
                    "verdict": verdicts.get(other.source),
                }
                for other in converted.pages
                if page.href.startswith(part_of(other.href, hrefs))
            ],
            previous=_entry(converted.pages, index - 1, page.href),
            next=_entry(converted.pages, index + 1, page.href),
            home=relative_url(page.href, "index.html"),
            hub=f"{above}index.html",
            **foot(copy.imprint, above),
            example=example,
            document=copy.variant.document,
            files={kind: relative_url(page.href, name) if name else None for kind, name in files.items()},
            logo_alt=copy.brand.logo_alt,
            assets=assets.urls(above),
        )
        target = site / page.href
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        for resource in page.resources:
            if resource.startswith("../") and resource.endswith("/index.html"):
                continue  # another report of the site: publishing sees whether it is there
            source = copy.folder / resource
            if not source.is_file() or resource.startswith(".."):
                missing.append(
                    Problem(
                        page.source,
                        f"The page names the file {resource}, and there is no such file.",
                        "Correct the path; it is seen from the notebook.",
                    )
                )
                continue
            to = site / resource
            to.parent.mkdir(parents=True, exist_ok=True)
            if not to.exists():
                shutil.copyfile(source, to)
    if missing:
        raise PlanError(missing)
