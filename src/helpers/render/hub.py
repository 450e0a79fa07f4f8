"""The first page of the site: all municipalities whose plans and reports lie in the output, whenever they were rendered.

Every site carries two small files: ``render.json`` (how it was made) and ``site.json`` (what it says: goals met, newest
period). The hub is written from those and from the comparisons under ``maal/``, so rendering one municipality again
keeps all the others listed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from helpers.catalogue.models import SOURCES, Municipality
from helpers.catalogue.tables import MUNICIPALITY_COLUMNS, MUNICIPALITY_OPTIONS, read_rows
from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.letters import address_part
from helpers.periods import Period
from helpers.present.stamp import EXAMPLE_MARK
from helpers.present.tilemap import TILES, Tally, TileMap, read_tiles, tile_map
from helpers.project import Project
from helpers.render.downloads import size_words
from helpers.render.frame import FIND_SCRIPT, HUB, framed
from helpers.reports.base.request import SiteEntry

RECORD = "render.json"
"""Lies in every site: how it was made, so that the hub and the next render can read it."""

ENTRY = "site.json"
"""Lies beside it: what the site says, in numbers for the hub."""

COMPARISONS = "maal"
"""Folder of the pages that compare all municipalities, one folder for each plan."""

AREAS, AREAS_RECORD = "sammenlign", "areas.json"
"""Folder of the pages that show chosen municipalities side by side, and what lies beside each: whether it is example data."""

GOALS = "goals.json"
"""Lies in the folder of a plan's comparison: its goals and how many municipalities meet them."""

MAP_FROM = 10
"""From so many municipalities on a map is drawn; of fewer it would be an empty one."""


@dataclass(frozen=True)
class Record:
    """What a rendered site says of itself."""

    slug: str
    title: str
    subtitle: str
    municipality: str
    area: str
    engine: str
    dated: str
    example: bool
    pdf: str | None
    pages: tuple[str, ...]
    assets: tuple[str, ...]
    """Shared files it needs."""
    fingerprint: str
    """Of all it was made of; empty when that is not known."""
    docx: str | None = None

    def files(self, site: Path) -> tuple[Path | None, Path | None]:
        """Its PDF and its Word document."""
        return site / self.pdf if self.pdf else None, site / self.docx if self.docx else None

    def write(self, site: Path) -> None:
        """Put it into the site's folder."""
        (site / RECORD).write_text(
            json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def read_record(site: Path) -> Record | None:
    """What the site in that folder says of itself; none when there is no site, or one of another kind."""
    try:
        data = json.loads((site / RECORD).read_text(encoding="utf-8"))
        return Record(**{**data, "pages": tuple(data["pages"]), "assets": tuple(data["assets"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


@dataclass(frozen=True)
class Site:
    """A site that lies in the output: how it was made and, when it was told, what it says."""

    record: Record
    entry: SiteEntry | None = None

    @property
    def url(self) -> str:
        """Its first page (the PDF or Word document, when there are no pages), from the hub."""
        return f"{self.record.slug}/index.html" if self.record.pages else self.pdf or self.docx or ""

    @property
    def pdf(self) -> str | None:
        """Its PDF, from the hub."""
        return f"{self.record.slug}/{quote(self.record.pdf)}" if self.record.pdf else None

    @property
    def docx(self) -> str | None:
        """Its Word document, from the hub."""
        return f"{self.record.slug}/{quote(self.record.docx)}" if self.record.docx else None

    @property
    def plan(self) -> str:
        """Key of the plan; empty for reports without goals and for a site that told nothing of itself."""
        return self.entry.plan if self.entry is not None else ""


def write_site_entry(folder: Path, entry: SiteEntry) -> None:
    """Write ``site.json`` into a site's folder, whole or not at all."""
    data = {**asdict(entry), "newest": entry.newest.id if entry.newest else None}
    write_whole(
        folder / ENTRY, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode(), replace=True
    )


def read_site_entry(folder: Path) -> SiteEntry | None:
    """What the site in that folder says; none when nobody told.

    Raises
    ------
    PlanError
        When the file is there and cannot be read.
    """
    path = folder / ENTRY
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        newest = Period.parse(data["newest"]) if data["newest"] else None
        listed = {key: tuple(data.get(key, ())) for key in ("codes", "sources")}
        return SiteEntry(**{**data, **listed, "newest": newest})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        raise PlanError.of(
            str(path), "This file cannot be read.", "Delete it and render that municipality again."
        ) from None


def read_sites(output: Path) -> tuple[Site, ...]:
    """All sites below the output, by folder."""
    found = []
    for path in sorted(output.glob(f"[!.]*/**/{RECORD}")):
        record = read_record(path.parent)
        if record is not None and (record.pages or record.pdf or record.docx):
            found.append(Site(record, read_site_entry(path.parent)))
    return tuple(found)


@dataclass(frozen=True)
class Goals:
    """A plan's comparison that lies in the output."""

    plan: str
    title: str
    owner: str
    """Whose goals they are, in a sentence; empty for a plan that is nobody's own."""
    example: bool
    goals: tuple[Mapping[str, Any], ...]
    """Each with ``number``, ``title``, ``url`` (from the hub), ``met`` and ``of``."""


def read_goals(output: Path) -> tuple[Goals, ...]:
    """The comparisons below the output, by plan.

    Raises
    ------
    PlanError
        When a ``goals.json`` cannot be read.
    """
    found = []
    for path in sorted((output / COMPARISONS).glob(f"*/{GOALS}")):
        above = f"{COMPARISONS}/{path.parent.name}"
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            goals = tuple({**goal, "url": f"{above}/{goal['url']}"} for goal in data["goals"])
            found.append(Goals(data["plan"], data["title"], data["owner"], data["example"], goals))
        except (OSError, ValueError, TypeError, KeyError):
            raise PlanError.of(
                str(path), "This file cannot be read.", "Delete its folder and render again."
            ) from None
    return tuple(found)


@dataclass(frozen=True)
class ListedPlace:
    """A municipality in the list: its first site, its others, and the words by which it is found."""

    slug: str
    name: str
    found_by: str
    main: Site
    others: tuple[Site, ...]


@dataclass(frozen=True)
class HubRegion:
    """A group of the list."""

    slug: str
    title: str
    places: tuple[ListedPlace, ...]


def write_hub(project: Project, output: Path, *, base_url: str = "") -> Path:
    """Write ``<output>/index.html`` from what lies in the output, and ``sitemap.xml`` when its address is known.

    Parameters
    ----------
    base_url
        Where the site will be read, ``https://example.org/plan/``. A sitemap must name whole addresses, so without
        one there is none, and one that was written before is removed.

    Raises
    ------
    PlanError
        For an address that is none, a ``site.json`` that cannot be read, or mistakes in the tile map.
    """
    sites, goals = read_sites(output), read_goals(output)
    municipalities = read_municipalities(project)
    regions = _regions(sites, municipalities)
    places = [place for region in regions for place in region.places]
    plan = _main_plan(sites)
    example = [site.record.example for site in sites]
    text = framed(
        "hub.html",
        project,
        output,
        "",
        scripts=(FIND_SCRIPT,),
        sources=source_owners(sites),
        regions=regions,
        places=places,
        goals=goals,
        map=_map(project, municipalities, sites, plan),
        map_title=next((site.record.title for site in sites if plan and site.plan == plan), ""),
        common_title=_common_title(places),
        owner=next((found.owner for found in goals if found.plan == plan), ""),
        example=bool(example) and all(example),
        mark=f"{EXAMPLE_MARK} "
        if sites and all(s.record.example and s.record.title.startswith(EXAMPLE_MARK) for s in sites)
        else "",
        some_example=any(example) and not all(example),
        sizes={
            site.pdf: size_words(path.stat().st_size)
            for site in sites
            if (path := site.record.files(output / site.record.slug)[0]) and path.is_file()
        },
    )
    target = output / HUB
    write_whole(target, text.encode(), replace=True)
    _write_sitemap(output, base_url, [site for site in sites if not site.record.example], goals)
    return target


def source_owners(sites: Iterable[Site]) -> list[str]:
    """Whose figures the sites show, as a page names them."""
    used = {source for site in sites if site.entry for source in site.entry.sources}
    return [publisher.owner for source, publisher in SOURCES.items() if source in used]


def read_municipalities(project: Project) -> tuple[Municipality, ...]:
    """The catalogue's municipalities, without the rest of it; none where the project has no list of them."""
    path = project.catalogue / "areas" / "municipalities.csv"
    if not path.is_file():
        return ()
    rows, problems = read_rows(project, path, MUNICIPALITY_COLUMNS, MUNICIPALITY_OPTIONS)
    if problems:
        raise PlanError(problems)
    return tuple(Municipality.model_validate(row.cells) for row in rows)


def homes(sites: Iterable[Site], municipalities: Iterable[Municipality]) -> dict[str, str]:
    """Slug of each municipality that has a site → its first page, from the hub."""
    regions = _regions(tuple(sites), tuple(municipalities))
    return {place.slug: place.main.url for region in regions for place in region.places}


def _regions(sites: Sequence[Site], municipalities: Sequence[Municipality]) -> tuple[HubRegion, ...]:
    """The list: by region, in the catalogue's order; a municipality without a site is not in it."""
    by_slug = {area.slug: area.code for area in municipalities}
    found: dict[str, list[Site]] = {}
    strangers = []
    for site in sites:
        codes = site.entry.codes if site.entry else tuple(filter(None, [by_slug.get(site.record.area)]))
        for code in codes:
            found.setdefault(code, []).append(site)
        if not codes:
            strangers.append(site)
    grouped: dict[str, list[ListedPlace]] = {}
    for area in municipalities:
        if area.code in found:
            # Statistics Denmark writes the code with a nought before it.
            words = " ".join((*area.names, area.code, f"0{area.code}", area.region))
            grouped.setdefault(area.region, []).append(_place(area.slug, area.name, words, found[area.code]))
    regions = [
        HubRegion(f"region-{address_part(name)}", f"Region {name}", tuple(places))
        for name, places in grouped.items()
    ]
    if strangers:
        places = [_place(address_part(s.record.slug), _name(s), _name(s), [s]) for s in strangers]
        regions.append(HubRegion("oevrige", "Øvrige" if regions else "Kommuner", tuple(places)))
    return tuple(regions)


def _place(slug: str, name: str, found_by: str, sites: Sequence[Site]) -> ListedPlace:
    # A plan at the municipality's own address goes first, then other plans, then other reports.
    ordered = sorted(sites, key=lambda s: (not s.plan, "/" in s.record.slug, s.record.title, s.record.slug))
    return ListedPlace(slug, name, found_by, ordered[0], tuple(ordered[1:]))


def _name(site: Site) -> str:
    named = site.entry.name if site.entry else ""
    return named or site.record.municipality or site.record.subtitle or site.record.slug


def _common_title(places: Iterable[ListedPlace]) -> str:
    """The title that all municipalities' first sites have, so that it need not be said of each; else empty."""
    titles = {place.main.record.title for place in places}
    return titles.pop() if len(titles) == 1 else ""


def _main_plan(sites: Iterable[Site]) -> str:
    """The plan that most municipalities have: the one the map shows."""
    keys = Counter(site.plan for site in sites if site.plan)
    return keys.most_common(1)[0][0] if keys else ""


def _map(
    project: Project, municipalities: Sequence[Municipality], sites: Iterable[Site], plan: str
) -> TileMap | None:
    names = {area.code: area.name for area in municipalities}
    tallies = {
        code: Tally(names[code], site.url, entry.met, entry.of, entry.unknown)
        for site in sites
        if (entry := site.entry) and plan and site.plan == plan and entry.met is not None and entry.of
        for code in entry.codes
        if code in names
    }
    if len(tallies) < MAP_FROM or not (project.catalogue / TILES).is_file():
        return None
    return tile_map(read_tiles(project, municipalities), municipalities, tallies)


def _write_sitemap(output: Path, base_url: str, sites: Iterable[Site], goals: Iterable[Goals]) -> None:
    path = output / "sitemap.xml"
    if not base_url:
        path.unlink(missing_ok=True)
        return
    if not base_url.startswith(("https://", "http://")):
        raise PlanError.of(
            "base address", f'"{base_url}" is no address.', "Write it whole: https://example.org/plan/"
        )
    base = base_url.rstrip("/")
    pages: list[tuple[str, str]] = [("", "")]
    for site in sites:
        for page in site.record.pages:
            # A folder's own address, as readers and links have it.
            name = f"{site.record.slug}/{page}".removesuffix("index.html")
            pages.append((name, site.record.dated))
    pages += [(goal["url"], "") for plan in goals for goal in plan.goals]
    rows = [
        f"<url><loc>{escape(f'{base}/{quote(name)}')}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>"
        for name, day in pages
    ]
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    write_whole(path, (text + "\n".join(rows) + "\n</urlset>\n").encode(), replace=True)
