"""Addresses that a plan's pages had before: each leads to where the page lies now.

A plan lies at ``<municipality>/`` where it is the one the municipality shows by default, and at ``<municipality>/<plan>/``
else. Before that it lay at ``<plan>/<municipality>/``; and which plan is the default changes when a municipality writes its
own. At an address that no page has any more stands a page that leads on; PDF and Word documents, which cannot lead anywhere, lie
there as well.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from helpers.data.files import write_whole
from helpers.project import Project, book_plan
from helpers.render.builtin.pages import environment, relative_url
from helpers.render.hub import RECORD, Site, read_sites

MOVED = ".moved.json"
"""At the top of the output: each old address, and where it leads."""

_SCRIPT = "<script>location.replace(document.links[0].href + location.hash)</script>"
"""Takes the anchor along, such as a goal's, which a refresh drops."""


def read_moved(output: Path) -> dict[str, str]:
    """The old addresses below the output, and where each leads; both as seen from there."""
    try:
        found = json.loads((output / MOVED).read_text(encoding="utf-8"))
        return {str(old): str(new) for old, new in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def write_moved(
    project: Project, output: Path, before: Collection[Site], placed: Collection[str], shared: Collection[str]
) -> None:
    """Let every address that a plan's files had lead on, and take away what is left of a site that has moved.

    Parameters
    ----------
    before
        The sites that lay in the output before this render.
    placed
        Slugs of those that lie where they belong: this render has put them there.
    shared
        Plans that are nobody's own: they lay at ``<plan>/<municipality>/``, in whatever output.
    """
    sites = read_sites(output)
    moved = {(site.plan, site.record.area) for site in sites if site.plan and site.record.slug in placed}
    left = [s for s in sites if (s.plan, s.record.area) in moved and s.record.slug not in placed]
    for site in left:
        _remove(output / site.record.slug)
    here = [site for site in sites if site not in left and _is_at_home(site)]
    old = read_moved(output)
    wanted = _from_rules(here, shared, book_plan(project.root))
    for address, target in _from_memory(here, (*before, *left), old):
        wanted.setdefault(address, target)
    there = {file for site in sites if site not in left for file in _files(site)}
    wanted = {address: target for address, target in wanted.items() if address not in there}
    for address in old.keys() - wanted.keys() - there:
        (output / address).unlink(missing_ok=True)
        _tidy((output / address).parent)
    for address, target in wanted.items():
        _write(output, address, target, known=old)
    if wanted:
        write_whole(output / MOVED, json.dumps(wanted, ensure_ascii=False, indent=0).encode(), replace=True)
    elif old:
        (output / MOVED).unlink(missing_ok=True)


def _is_at_home(site: Site) -> bool:
    """Whether a site is a plan's, and lies where plans lie."""
    area = site.record.area
    return bool(site.plan) and site.record.slug in (area, f"{area}/{site.plan}")


def _from_rules(sites: Iterable[Site], shared: Collection[str], main: str) -> dict[str, str]:
    """Addresses that a plan's files would have by another rule: old → new."""
    found: dict[str, str] = {}
    for site in sorted(sites, key=lambda site: site.plan != main):
        if site.record.example:
            continue  # nobody was ever given an address of those
        slug, area = site.record.slug, site.record.area
        above = [area, f"{site.plan}/{area}"] if site.plan in shared else [area]
        for file in _files(site):
            for folder in above:
                found.setdefault(f"{folder}/{file.removeprefix(f'{slug}/')}", file)
    return found


def _from_memory(
    sites: Collection[Site], before: Iterable[Site], old: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Addresses that files have had here: to the same file where the plan is still there, else to the first page."""
    now = {(site.plan, site.record.area): site for site in sites}
    first: dict[str, str] = {}
    for site in sorted(sites, key=lambda site: len(site.record.slug)):
        first.setdefault(site.record.area, next(_files(site)))
    for site in before:
        found = now.get((site.plan, site.record.area))
        there = set(_files(found)) if found else set()
        for file in _files(site):
            new = f"{found.record.slug if found else ''}/{file.removeprefix(f'{site.record.slug}/')}"
            yield from _leads(
                file, new if new in there else first.get(site.record.area, "") if site.plan else ""
            )
    files = {file for site in sites for file in _files(site)}
    for address, target in old.items():
        yield from _leads(address, target if target in files else first.get(target.partition("/")[0], ""))


def _leads(address: str, target: str) -> Iterator[tuple[str, str]]:
    """The pair, where a file at `address` can lead to `target`: only a page leads to another file."""
    if target and (address.endswith(".html") or address.rpartition(".")[2] == target.rpartition(".")[2]):
        yield address, target


def _files(site: Site) -> Iterator[str]:
    """A site's pages and documents, from the output."""
    for name in filter(None, (*site.record.pages, site.record.pdf, site.record.docx)):
        yield f"{site.record.slug}/{name}"


def _write(output: Path, address: str, target: str, *, known: Mapping[str, str]) -> None:
    place, file = output / address, output / target
    if place.exists():
        if address not in known:
            return  # somebody else's
        if known[address] == target and (address.endswith(".html") or place.samefile(file)):
            return
        place.unlink()
    place.parent.mkdir(parents=True, exist_ok=True)
    if address.endswith(".html"):
        page = environment().get_template("moved.html")
        url = quote(relative_url(address, target))
        place.write_text(page.render(url=url, script=_SCRIPT), encoding="utf-8")
        return
    try:
        place.hardlink_to(file)
    except OSError:  # another disk, or one that has no such links
        shutil.copyfile(file, place)


def _remove(site: Path) -> None:
    """Remove a site's folder, but for the sites in it."""
    inner = [record.parent for record in site.glob(f"*/**/{RECORD}")]
    for item in site.iterdir():
        if any(folder.is_relative_to(item) for folder in inner):
            continue
        shutil.rmtree(item) if item.is_dir() else item.unlink()
    _tidy(site)


def _tidy(folder: Path) -> None:
    while folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
