"""The link check over a whole site: every file, anchor and style that a page names is there, and nothing is asked of
other hosts.

In: the output folder. Out: a :class:`LinkReport`. Nothing is requested: links to other hosts are listed, not tried.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from lxml import etree

from helpers.errors import Problem

_LINKS = ("href", "src", "srcset", "poster", "data", "action")
"""Attributes that name a file or an address."""

_IDENTIFIERS = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "headers")
"""Attributes that name other elements of the page."""

_TEXT_LINKS = {"a", "area"}
"""Elements whose link a reader follows; all others are asked for by the page itself."""

_NOT_LOADED = {"canonical", "alternate", "license", "author"}
"""``rel`` of `link` elements that only name an address."""

_WITH_LINKS = etree.XPath("//*[{}]".format(" or ".join(f"@{name}" for name in _LINKS)))
_XLINKS = etree.XPath("//@*[name()='xlink:href']")
_ALL_IDS = etree.XPath("//@id | //a/@name")
_WITH_IDENTIFIERS = etree.XPath("//*[{}]".format(" or ".join(f"@{name}" for name in _IDENTIFIERS)))
_STYLES = etree.XPath("//style/text() | //@style[contains(., 'url(')]")

_IMPORT = re.compile(r"""@import\s+["']([^"']+)""")
_SVG_LINK = re.compile(r"""\b(?:xlink:)?href\s*=\s*["']([^"']+)""")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

_TOP = "top"
"""The anchor that every page has."""

_QUIET_SCHEMES = ("data", "mailto", "tel")

_NO_ID, _NO_SCHEME = "there is no id", "links with"
_ONLY_WORSE = (_NO_ID, _NO_SCHEME, "links to other hosts")
"""How troubles begin after which a page still shows all it has."""


@dataclass(frozen=True)
class LinkReport:
    """What the links of a site come to."""

    problems: tuple[Problem, ...]
    """By page; none when every link leads somewhere and nothing is asked of another host."""
    missing: tuple[Problem, ...]
    """Those of them for which a file is not there, or is asked of another host."""
    external: Mapping[str, tuple[str, ...]]
    """Address on another host → the pages that link to it."""
    # How many were read.
    pages: int
    links: int


@dataclass
class _Page:
    """What one page has and names."""

    path: str
    ids: set[str] = field(default_factory=set)
    links: list[tuple[str, str, bool]] = field(default_factory=list)
    """Element and attribute, address, and whether a reader follows it."""
    wrong: list[tuple[str, str]] = field(default_factory=list)


def check_links(output: Path) -> list[Problem]:
    """What is wrong with the links of the site in `output`; empty when nothing is."""
    return list(read_links(output).problems)


def read_links(output: Path) -> LinkReport:
    """Read every page, stylesheet and picture below `output` and follow their links within it.

    A link must be relative, stay inside the output, and name a file in just these letters, upper and lower case (a
    site that works on Windows must work on a web server), and an anchor that is there. Folders whose names begin
    with a full stop are passed over.
    """
    files = set(site_files(output))
    pages = {path: _read_page(output, path) for path in sorted(files) if path.endswith(".html")}
    problems: list[Problem] = []
    missing: list[Problem] = []
    external: dict[str, dict[str, None]] = defaultdict(dict)
    count = 0
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    for page in (*pages.values(), *_read_others(output, files)):
        told: dict[str, None] = {}
        for what, text in page.wrong:
            told[f"{what} {text}"] = None
        for what, address, followed in page.links:
            count += 1
            trouble = _trouble(page.path, address, followed, files, folders, pages)
            if trouble:
                told[f'{what}="{address}": {trouble}'] = None
                if not trouble.startswith(_ONLY_WORSE):
                    missing.append(Problem(page.path, f'{what}="{address}": {trouble}'))
            elif urlsplit(address).scheme == "https":
                external[address][page.path] = None
        problems += [Problem(page.path, text) for text in told]
    named = {address: tuple(found) for address, found in sorted(external.items())}
    return LinkReport(tuple(problems), tuple(dict.fromkeys(missing)), named, len(pages), count)


def site_files(output: Path) -> Iterator[str]:
    """The files of a site, from its folder; what begins with a full stop is not part of it."""
    for folder, folders, names in os.walk(output):
        folders[:] = [name for name in folders if not name.startswith(".")]
        above = Path(folder).relative_to(output)
        yield from ((above / name).as_posix() for name in names if not name.startswith("."))


def _read_page(output: Path, path: str) -> _Page:
    page = _Page(path)
    content = (output / path).read_bytes()
    root = etree.fromstring(content, etree.HTMLParser(encoding="utf-8")) if content.strip() else None
    if root is None:
        page.wrong.append(("The page", "is empty."))
        return page
    ids = Counter(map(str, _ALL_IDS(root)))
    page.ids = set(ids)
    page.wrong += [("id", f'"{name}" is there {times} times.') for name, times in ids.items() if times > 1]
    for element in _WITH_LINKS(root):
        followed = element.tag in _TEXT_LINKS or (
            element.tag == "link" and not _NOT_LOADED.isdisjoint((element.get("rel") or "").split())
        )
        for name in _LINKS:
            value = element.get(name)
            if value is None or (name == "data" and element.tag != "object"):
                continue
            for address in _addresses(name, value):
                page.links.append((f"{element.tag} {name}", address, followed))
    page.links += [("xlink:href", str(value).strip(), False) for value in _XLINKS(root)]
    for element in _WITH_IDENTIFIERS(root):
        for name in _IDENTIFIERS:
            for wanted in (element.get(name) or "").split():
                if wanted not in ids:
                    page.wrong.append(
                        (f'{element.tag} {name}="{wanted}":', "there is no such id on the page.")
                    )
    for style in _STYLES(root):
        page.links += [("style", address, False) for address in _css_addresses(str(style))]
    return page


def _addresses(name: str, value: str) -> list[str]:
    if name != "srcset":
        return [value.strip()]
    return [part.split()[0] for part in value.split(",") if part.strip()]


def _css_addresses(text: str) -> list[str]:
    bare = _COMMENT.sub("", text) if "/*" in text else text
    found = _IMPORT.findall(bare) if "@import" in bare else []
    for part in bare.split("url(")[1:]:
        # Most are fonts inside the file, tens of thousands of letters each.
        start = part[:8].strip(" \"'")
        if not start.startswith("data:"):
            found.append(part.partition(")")[0].strip(" \"'"))
    return found


def _read_others(output: Path, files: Iterable[str]) -> Iterator[_Page]:
    """Stylesheets and pictures, which may ask for files too."""
    for path in sorted(files):
        if path.endswith((".css", ".svg")):
            text = (output / path).read_text(encoding="utf-8", errors="replace")
            found = [("url", address, False) for address in _css_addresses(text)]
            if path.endswith(".svg") and "href" in text:
                found += [("href", address, False) for address in _SVG_LINK.findall(text)]
            # An anchor within the file itself (a gradient, a clip path) is its own affair.
            yield _Page(path, links=[link for link in found if not link[1].startswith("#")])


def _trouble(
    path: str,
    address: str,
    followed: bool,
    files: set[str],
    folders: set[str],
    pages: Mapping[str, _Page],
) -> str:
    """Why a link leads nowhere, or where it must not; empty when it is in order."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "this is no address."
    if parts.scheme in _QUIET_SCHEMES:
        return ""
    if parts.scheme or parts.netloc:
        if parts.scheme not in ("http", "https", ""):
            return f"{_NO_SCHEME} {parts.scheme}: are not used."
        if not followed:
            return "the page asks another host for it; a site must carry all it shows."
        return "" if parts.scheme == "https" else "links to other hosts must begin with https://."
    if parts.path.startswith("/"):
        return "the link begins at the root of the host, and the site may lie in a folder; write it relative."
    target = _resolved(path, unquote(parts.path)) if parts.path else path
    if target is None:
        return "the link leads out of the site."
    if parts.path.endswith("/") or target == "":
        target = f"{target}/index.html".lstrip("/")
    if target not in files:
        if target in folders:
            return "this is a folder; name the page in it."
        near = next((name for name in files if name.casefold() == target.casefold()), None)
        return f"the file is called {near}; upper and lower case count." if near else "there is no such file."
    anchor = unquote(parts.fragment)
    if anchor and anchor != _TOP and target in pages and anchor not in pages[target].ids:
        return f'{_NO_ID} "{anchor}" on {target}.'
    return ""


def _resolved(page: str, link: str) -> str | None:
    """Where a relative link leads, from the output; none when that is outside of it."""
    found = posixpath.normpath(posixpath.join(posixpath.dirname(page), link))
    if found == ".." or found.startswith("../"):
        return None
    return "" if found == "." else found
