"""The Quarto engine: `quarto render` on a private copy whose notebooks hold their outputs already.

Quarto executes nothing here (``--no-execute``), so it needs no Jupyter of its own and shows what the built-in engine shows.
"""

from __future__ import annotations

import html
import os
import posixpath
import re
import shutil
import subprocess
from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
import yaml

from helpers.errors import PlanError
from helpers.letters import without_hidden
from helpers.present import fonts
from helpers.present.theme import palette_from
from helpers.project import CONFIGURATION
from helpers.render.assets import write_font_css
from helpers.render.beside import FIGURES_MARK, SEARCH_MARK
from helpers.render.builtin.pages import ChapterVerdict, environment, foot, read_verdicts, relative_url
from helpers.render.builtin.pandoc import WordJob
from helpers.render.copy import STYLES, Copy
from helpers.render.drawings import with_drawings
from helpers.render.models import Step
from helpers.render.policy import QUARTO_POLICY
from helpers.render.word import finish, prepare

OLDEST = (1, 9)
"""Typst books came with Quarto 1.9."""

QUARTO_TIMEOUT = 900
"""Seconds for one book; it takes five to ten."""

SHOWN_LINES = 25
"""How much of what a failed Quarto wrote is shown; its error stands at the end."""

NO_INDEX = '<meta name="robots" content="noindex">'
"""For pages of example data; the built-in engine's templates say the same."""

_FORMATS = {"html": "html", "pdf": "typst", "docx": "docx"}

_UNNUMBERED_TITLE = re.compile(r"#\s.*\{[^}]*\.unnumbered")


@cache
def find_quarto() -> tuple[str, str] | None:
    """Path and version of the ``quarto`` on PATH, or none."""
    program = shutil.which("quarto")
    if program is None:
        return None
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return program, done.stdout.strip()


def is_new_enough(version: str) -> bool:
    """Whether that Quarto can make Typst books."""
    numbers = re.findall(r"\d+", version)[:2]
    return tuple(int(number) for number in numbers) >= OLDEST


def require_quarto() -> tuple[str, str]:
    """Path and version of a Quarto that is new enough.

    Raises
    ------
    PlanError
        When there is none on PATH, or an older one.
    """
    found = find_quarto()
    if found is None:
        raise PlanError.of(
            "--engine quarto",
            "There is no quarto on PATH that answers.",
            "Install it (`make quarto`, or from quarto.org), or render with --engine built-in.",
        )
    if not is_new_enough(found[1]):
        oldest = ".".join(str(number) for number in OLDEST)
        raise PlanError.of(
            f"--engine quarto ({found[0]})",
            f"This is Quarto {found[1]}; books as PDF through Typst need {oldest} or newer.",
            "Update it, or render with --engine built-in.",
        )
    return found


def _formats(
    configuration: dict[str, Any], to: Collection[str], css: str, word: WordJob | None
) -> dict[str, Any]:
    """The formats asked for and no other: one call then makes them all."""
    given = configuration.get("format")
    values = given if isinstance(given, dict) else {}
    asked = (name for target, name in _FORMATS.items() if target in to)
    formats = {name: dict(value) if isinstance(value := values.get(name), dict) else {} for name in asked}
    if "html" in formats:
        named = formats["html"].get("css") or []
        formats["html"]["css"] = [*([named] if isinstance(named, str) else named), css]
    if "typst" in formats:
        formats["typst"]["font-paths"] = [str(fonts.FOLDER)]
    if word is not None:
        formats["docx"]["reference-doc"] = f"{STYLES}/{word.reference.name}"
    return formats


def _prepare(copy: Copy, to: Collection[str], word: WordJob | None) -> None:
    """Store the executed notebooks, and write into ``_quarto.yml`` what only the outputs know."""
    for path, notebook in copy.notebooks.items():
        if not path.endswith(".ipynb"):
            (copy.folder / path).write_text(notebook.cells[0].source, encoding="utf-8")
            continue
        first = next((cell for cell in notebook.cells if cell.source.strip()), None)
        if (
            first is not None
            and first.cell_type == "markdown"
            and _UNNUMBERED_TITLE.match(first.source.lstrip())
        ):
            # Quarto takes a heading at the very start of a notebook for its title and forgets `.unnumbered`.
            first.source = "<!-- -->\n\n" + first.source.lstrip()
        nbformat.write(notebook, copy.folder / path)
    file = copy.folder / CONFIGURATION
    configuration = yaml.safe_load(file.read_text(encoding="utf-8"))
    # These pages have a search of their own (render/beside.py); Quarto's is for plain `quarto render`.
    configuration["book"] = {**(configuration.get("book") or {}), "search": False}
    configuration["execute"] = {**(configuration.get("execute") or {}), "enabled": False}
    configuration["format"] = _formats(configuration, to, write_font_css(copy.folder / STYLES), word)
    if copy.is_example and (html := configuration["format"].get("html")) is not None:
        named = html.get("include-in-header") or []
        header = named if isinstance(named, list) else [named]
        html["include-in-header"] = [*header, {"text": NO_INDEX}]
    file.write_text(
        yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8"
    )


def render_quarto(copy: Copy, site: Path, to: Collection[str], on_step: Callable[[Step, str], None]) -> None:
    """Write the pages, the PDF and the Word document of an executed private copy into `site`, by Quarto.

    Raises
    ------
    PlanError
        When Quarto fails: with what it wrote to stderr.
    """
    program, _ = require_quarto()
    on_step(Step.PAGES, "")
    word = prepare(copy) if "docx" in to else None
    _prepare(copy, to, word)
    command = [program, "render", str(copy.folder), "--no-execute"]
    where = f"quarto render ({copy.variant.slug})"
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=QUARTO_TIMEOUT,
            cwd=copy.folder,
            check=False,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(copy.timestamp)},
        )
    except subprocess.TimeoutExpired:
        raise PlanError.of(
            where, f"Quarto took longer than {QUARTO_TIMEOUT} seconds and was stopped."
        ) from None
    said = [line for line in without_hidden(done.stderr).splitlines() if line.strip()]
    if done.returncode != 0:
        raise PlanError.of(where, "\n".join(said[-SHOWN_LINES:]) or "Quarto failed and said nothing.")
    made = copy.folder / copy.book.output_folder
    if not made.is_dir():
        raise PlanError.of(
            where, f"Quarto left no folder {copy.book.output_folder}.", "\n".join(said[-SHOWN_LINES:])
        )
    if "pdf" in to:
        on_step(Step.PDF, copy.pdf_name)
    if (made / copy.word_name).is_file():
        on_step(Step.WORD, copy.word_name)
        finish(made / copy.word_name, author=copy.author, title=copy.full_title, timestamp=copy.timestamp)
    if "html" in to:
        names = {"Hent som PDF": copy.pdf_name, "Word": copy.word_name}
        finish_pages(
            copy, made, files={words: name for words, name in names.items() if (made / name).is_file()}
        )
    shutil.move(made, site)


# ------------------------------------- what its pages lack beside ours: verdicts, links to PDF and hub, a policy

SEARCH_INDEX = "search.json"
"""Quarto writes it also where search is off."""

_HEAD = re.compile(r"<head[^>]*>")
_POLICY = f'<meta http-equiv="Content-Security-Policy" content="{QUARTO_POLICY}">'
_SIDEBAR = re.compile(r'<nav\b[^>]*\bid="quarto-sidebar".*?</nav>', re.DOTALL)
_MENU = re.compile(r'(?=<div class="sidebar-menu-container">)')
_ENTRY = re.compile(r'<a\b(?=[^>]*\bsidebar-link\b)[^>]*\bhref="([^"]*)"[^>]*>.*?(?=</a>)', re.DOTALL)


def finish_pages(copy: Copy, site: Path, *, files: Mapping[str, str]) -> None:
    """Complete the pages that Quarto made in `site`."""
    (site / SEARCH_INDEX).unlink(missing_ok=True)
    verdicts = read_verdicts(copy.folder)
    told = {
        chapter.href: verdicts[chapter.path] for chapter in copy.book.chapters if chapter.path in verdicts
    }
    up = "../" * len(PurePosixPath(copy.variant.slug).parts)
    colours = palette_from(copy.brand.colours)
    for chapter in copy.book.chapters:
        page = site / chapter.href
        if not page.is_file():
            continue
        above = "../" * (len(PurePosixPath(chapter.href).parts) - 1) + up
        links = [(relative_url(chapter.href, name), words) for words, name in files.items()]
        links.append((f"{above}index.html", "Alle planer"))
        text = with_drawings(page.read_text(encoding="utf-8"), (copy.folder / chapter.href).parent, colours)
        done = _SIDEBAR.sub(lambda found: _sidebar(found[0], chapter.href, told, links), text, count=1)  # noqa: B023
        lines = environment().get_template("foot.html").render(**foot(copy.imprint, above)).strip()
        if lines:
            before, end, after = done.rpartition("</body>")
            done = f'{before}<footer class="plan-foot">\n{lines}\n</footer>\n{end}{after}'
        page.write_text(_HEAD.sub(rf"\g<0>\n{_POLICY}", done, count=1), encoding="utf-8")


def _sidebar(
    text: str, page: str, verdicts: Mapping[str, ChapterVerdict], links: list[tuple[str, str]]
) -> str:
    def entry(found: re.Match[str]) -> str:
        path = posixpath.join(posixpath.dirname(page), html.unescape(found[1]).split("#")[0])
        verdict = verdicts.get(posixpath.normpath(path))
        if verdict is None:
            return found[0]
        said = html.escape(f"{verdict.sign} {verdict.word}")
        return f'{found[0]} <span class="plan-verdict {html.escape(verdict.kind)}">{said}</span>'

    listed = " ".join(f'<a href="{html.escape(url)}">{html.escape(word)}</a>' for url, word in links)
    return _MENU.sub(
        f'{SEARCH_MARK}<div class="plan-links">{listed}</div><ul class="plan-links">{FIGURES_MARK}</ul>\n',
        _ENTRY.sub(entry, text),
        count=1,
    )
