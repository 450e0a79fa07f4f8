"""Denmark as tiles: one square for each municipality, in about its place, with a number in it.

In: ``catalogue/areas/tilemap.csv`` (where each tile lies, drawn by hand) and a count for each municipality. Out: an
SVG picture, its legend and its text. The count stands in the tile, so that colour is never the only sign.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from helpers.catalogue.models import Municipality
from helpers.catalogue.tables import CatalogueRow, read_rows
from helpers.errors import PlanError, Problem
from helpers.present.theme import contrast, mix
from helpers.present.words import NBSP, count, listed, number
from helpers.project import Project

TILES = "areas/tilemap.csv"
"""Below the catalogue: code of the municipality, row and column (from 0, north-west first), and its short name."""

PITCH, SIZE = 52, 50
"""From one tile to the next, and its side, in the picture's units."""

NAME_SIZE = 11
"""Of the short names, in the picture's units; the rest of the type is in ``styles/hub.css``."""

STEPS = (0.10, 0.30, 0.52, 0.76, 1.0)
"""How much of the brand's colour each class holds: a fifth of the judged goals each, from none met to all."""

UNSURE, ABSENT = "unsure", "absent"
"""Classes of a municipality of whose goals fewer than half can be judged, and of one that is not on the site."""

_COLUMNS = ("code", "row", "column", "short")


_FARTHEST = 60
"""Rows and columns of the map: Denmark takes half of them."""

_LONGEST_NAME = 14


@dataclass(frozen=True)
class Tile:
    """Where a municipality's tile lies; row 0 is north, column 0 west."""

    code: str
    row: int
    column: int
    short: str


@dataclass(frozen=True)
class Tally:
    """What a municipality's tile says."""

    name: str
    slug: str
    # Goals met, and goals in all.
    met: int
    of: int
    unknown: int = 0

    @property
    def step(self) -> int | None:
        """The class by the share of judged goals that are met; none where fewer than half can be judged."""
        judged = self.of - self.unknown
        if 2 * judged < self.of or not judged:
            return None
        return min(len(STEPS) * self.met // judged, len(STEPS) - 1)

    @property
    def words(self) -> str:
        """``Hedensted: 8 af 20 mål er opfyldt, 2 kan ikke vurderes``"""
        said = f"{self.name}: {number(self.met)} af {number(self.of)} mål er opfyldt"
        return f"{said}, {number(self.unknown)} kan ikke vurderes" if self.unknown else said


@dataclass(frozen=True)
class LegendEntry:
    """One class of the map: its colours, its words and how many municipalities are in it."""

    kind: str
    fill: str
    label: str
    municipalities: int


@dataclass(frozen=True)
class TileMap:
    """The picture as SVG for the inside of a page, its legend, and its text alternative (also inside the SVG)."""

    svg: str
    legend: tuple[LegendEntry, ...]
    text: str


def read_tiles(project: Project, municipalities: Sequence[Municipality]) -> tuple[Tile, ...]:
    """The tiles of ``catalogue/areas/tilemap.csv``, one for each municipality.

    Raises
    ------
    PlanError
        For every row that names no municipality or no place, and for tiles that are missing, twice there, or on
        top of each other.
    """
    path = project.catalogue / TILES
    rows, problems = read_rows(project, path, _COLUMNS)
    names = {municipality.code: municipality.name for municipality in municipalities}
    tiles: list[Tile] = []
    for row in rows:
        tile = _tile(row, names, problems)
        if tile is None:
            continue
        for other in tiles:
            if other.code == tile.code:
                problems.append(Problem(f"{row.where}: code", f"{names[tile.code]} has a tile already."))
            elif (other.row, other.column) == (tile.row, tile.column):
                problems.append(Problem(row.where, f"{names[tile.code]} lies on top of {names[other.code]}."))
        tiles.append(tile)
    placed = {tile.code for tile in tiles}
    missing = [name for code, name in names.items() if code not in placed]
    if missing and not problems:
        where = project.relative(path)
        problems.append(
            Problem(where, f"{count(len(missing), 'tile', 'tiles')} missing: {', '.join(missing)}.")
        )
    if problems:
        raise PlanError(problems)
    return tuple(tiles)


def _tile(row: CatalogueRow, names: Mapping[str, str], problems: list[Problem]) -> Tile | None:
    cells = row.cells
    empty = [name for name in _COLUMNS if name not in cells]
    if empty:
        problems.append(Problem(f"{row.where}: {empty[0]}", "The cell is empty."))
        return None
    if cells["code"] not in names:
        problems.append(Problem(f"{row.where}: code", f'"{cells["code"]}" is no municipality.'))
        return None
    for name in ("row", "column"):
        if not cells[name].isdecimal() or len(cells[name]) > 3 or int(cells[name]) > _FARTHEST:
            what = f'"{cells[name]}" is no whole number from 0 to {_FARTHEST}.'
            problems.append(Problem(f"{row.where}: {name}", what))
            return None
    if len(cells["short"]) > _LONGEST_NAME:
        what = f'"{cells["short"][:40]}" is too long for a tile; {_LONGEST_NAME} letters are the most.'
        problems.append(Problem(f"{row.where}: short", what))
        return None
    return Tile(cells["code"], int(cells["row"]), int(cells["column"]), cells["short"])


def tile_map(
    tiles: Iterable[Tile],
    tallies: Mapping[str, Tally],
    *,
    names: Mapping[str, str],
    colour: str,
    paper: str = "#ffffff",
    ink: str = "#1d2a33",
    identifier: str = "danmarkskort",
) -> TileMap:
    """Draw the map.

    Parameters
    ----------
    tallies
        Code → what its tile says; a municipality without one is drawn empty.
    """
    placed = tuple(tiles)
    fills = {f"step-{step}": mix(colour, paper, share) for step, share in enumerate(STEPS)}
    kinds = {tile.code: _kind(tallies.get(tile.code)) for tile in placed}
    width = (max(tile.column for tile in placed) + 1) * PITCH
    height = (max(tile.row for tile in placed) + 1) * PITCH
    groups = [
        _group(kind, fill, _on(fill, paper, ink), "none")
        + "".join(_drawn(t, tallies[t.code]) for t in placed if kinds[t.code] == kind)
        + "</g>"
        for kind, fill in fills.items()
    ]
    hatched = f"url(#{identifier}-skravering)"
    edge = mix(ink, paper, 0.45)
    unsure = [tile for tile in placed if kinds[tile.code] == UNSURE]
    if unsure:
        drawn = "".join(_drawn(tile, tallies[tile.code]) for tile in unsure)
        groups.append(_hatching(f"{identifier}-skravering", paper, mix(ink, paper, 0.25)))
        groups.append(_group(UNSURE, hatched, ink, edge) + drawn + "</g>")
    absent = [tile for tile in placed if kinds[tile.code] == ABSENT]
    if absent:
        drawn = "".join(_empty(tile, names[tile.code]) for tile in absent)
        groups.append(_group(ABSENT, paper, ink, edge) + drawn + "</g>")
    found = list(kinds.values())
    legend = tuple(
        LegendEntry(kind, fill, label, found.count(kind))
        for kind, fill, label in (
            *((f"step-{step}", fill, _span(step)) for step, fill in enumerate(fills.values())),
            (UNSURE, paper, "Under halvdelen af målene kan vurderes"),
            (ABSENT, paper, "Ikke på siden"),
        )
        if kind in fills or kind in found
    )
    text = _text(tallies, legend)
    svg = (
        f'<svg class="tile-map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'text-anchor="middle" aria-labelledby="{identifier}-titel" aria-describedby="{identifier}-tekst">'
        f'<title id="{identifier}-titel">Kort over Danmark med en flise for hver kommune</title>'
        f'<desc id="{identifier}-tekst">{html.escape(text)}</desc>{"".join(groups)}</svg>'
    )
    return TileMap(svg, legend, text)


def _kind(tally: Tally | None) -> str:
    if tally is None:
        return ABSENT
    return UNSURE if tally.step is None else f"step-{tally.step}"


def _span(step: int) -> str:
    """``Under 20 pct. opfyldt``, ``20–39 pct. opfyldt``, ``80–100 pct. opfyldt``"""
    width = 100 // len(STEPS)
    low, high = step * width, (step + 1) * width
    if step == 0:
        return f"Under {high}{NBSP}pct. opfyldt"
    return f"{low}–{high if high == 100 else high - 1}{NBSP}pct. opfyldt"


def _hatching(identifier: str, paper: str, line: str) -> str:
    return (
        f'<defs><pattern id="{identifier}" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="7" height="7" fill="{paper}"/>'
        f'<path d="M0 0V7" stroke="{line}" stroke-width="3"/></pattern></defs>'
    )


def _on(fill: str, paper: str, ink: str) -> str:
    """The colour of words on a tile: the one of the page's two that is easier to read there."""
    return max((paper, ink), key=lambda colour: contrast(colour, fill))


def _group(kind: str, fill: str, words: str, edge: str) -> str:
    # `color` is what the words take: fill="currentColor".
    return f'<g class="{kind}" fill="{fill}" color="{words}" stroke="{edge}">'


def _drawn(tile: Tile, tally: Tally) -> str:
    return _square(tile, tally.words, number(tally.met), f' data-slug="{html.escape(tally.slug)}"')


def _empty(tile: Tile, name: str) -> str:
    return _square(tile, f"{name}: ikke på siden", "–", "")


def _square(tile: Tile, title: str, shown: str, data: str) -> str:
    x, y = tile.column * PITCH + 1, tile.row * PITCH + 1
    centre = SIZE / 2
    return (
        f'<g class="tile"{data} transform="translate({x} {y})"><title>{html.escape(title)}</title>'
        f'<rect width="{SIZE}" height="{SIZE}" rx="3"/>'
        f'<text class="tile-name" font-size="{NAME_SIZE}" fill="currentColor" stroke="none" x="{centre:g}" y="17">{html.escape(tile.short)}</text>'
        f'<text class="tile-count" fill="currentColor" stroke="none" x="{centre:g}" y="39">{shown}</text></g>'
    )


def _text(tallies: Mapping[str, Tally], legend: Iterable[LegendEntry]) -> str:
    """The map for those who do not see it."""
    classes = [
        f"{entry.label[0].lower()}{entry.label[1:]} i {count(entry.municipalities, 'kommune', 'kommuner')}"
        for entry in legend
        if entry.municipalities and entry.kind not in (UNSURE, ABSENT)
    ]
    said = []
    if classes:
        said.append(
            f"Farven viser, hvor stor en del af de mål, der kan vurderes, er opfyldt: {listed(classes)}."
        )
    for entry in legend:
        those = count(entry.municipalities, "kommune", "kommuner")
        if entry.kind == UNSURE:
            said.append(f"I {those} kan under halvdelen af målene vurderes; de er skraverede.")
        if entry.kind == ABSENT:
            said.append(f"{those} er ikke på siden.")
    if tallies:
        most, fewest = (pick(tally.met for tally in tallies.values()) for pick in (max, min))
        for word, value in (("Flest", most), ("Færrest", fewest)):
            called = [tally.name for tally in tallies.values() if tally.met == value]
            if len(called) <= 5:
                said.append(f"{word} mål opfylder {listed(called)} ({number(value)}).")
    said.append("De samme tal står i listen over kommuner.")
    return " ".join(said)
