"""What Quarto's pages lack beside ours: verdicts in the sidebar, links to PDF and hub, and a Content-Security-Policy."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from helpers.present.theme import palette_from
from helpers.render.beside import FIGURES_MARK, SEARCH_MARK
from helpers.render.builtin.foot import foot
from helpers.render.builtin.pages import ChapterVerdict, environment, read_verdicts, relative_url
from helpers.render.copy import Copy
from helpers.render.drawings import with_drawings
from helpers.render.policy import QUARTO_POLICY

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
    folder = PurePosixPath(page).parent

    def entry(found: re.Match[str]) -> str:
        parts: list[str] = []
        for part in (folder / html.unescape(found[1]).split("#")[0]).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        verdict = verdicts.get("/".join(parts))
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
