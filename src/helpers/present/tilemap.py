"""Denmark as tiles: one for each municipality, in about its place, with a number in it.

In: ``catalogue/areas/tilemap.csv`` (where each tile lies, drawn by hand) and a count for each municipality. Out: what
each tile shows, and a legend. The count stands in the tile, so that colour is never the only sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpers.catalogue.models import Municipality
from helpers.catalogue.tables import read_rows
from helpers.errors import PlanError, Problem
from helpers.present.theme import contrast, mix
from helpers.present.words import NBSP, count, listed, number
from helpers.project import Project

TILES = "areas/tilemap.csv"
"""Below the catalogue: code of the municipality, row and column (from 0, north-west first), and its short name."""

STEPS = (0.10, 0.30, 0.52, 0.76, 1.0)
"""How much of the brand's colour each class holds: a fifth of the judged goals each, from none met to all."""

UNSURE, ABSENT = "unsure", "absent"
"""Classes of a municipality of whose goals fewer than half can be judged, and of one that is not on the site."""

_COLUMNS = ("code", "row", "column", "short")


_FARTHEST = 60
"""Rows and columns of the map: Denmark takes half of them."""

_LONGEST_NAME = 14

_NAMED = 5
"""So many municipalities that share the first or last place are named."""


@dataclass(frozen=True)
class Tile:
    """Where a municipality's tile lies; row 0 is north, column 0 west."""

    code: str
    row: int
    column: int
    short: str


@dataclass(frozen=True)
class Tally:
    """What a municipality's tile says, and the page it leads to, from the hub."""

    name: str
    url: str
    # Goals met, and goals in all.
    met: int
    of: int
    unknown: int = 0

    @property
    def kind(self) -> str:
        """The class by the share of judged goals that are met: ``step-3``; its own where fewer than half can be judged."""
        judged = self.of - self.unknown
        if 2 * judged < self.of or not judged:
            return UNSURE
        return f"step-{min(len(STEPS) * self.met // judged, len(STEPS) - 1)}"

    @property
    def words(self) -> str:
        """``Hedensted: 8 af 20 mål er opfyldt, 2 kan ikke vurderes``"""
        said = f"{self.name}: {number(self.met)} af {number(self.of)} mål er opfyldt"
        return f"{said}, {number(self.unknown)} kan ikke vurderes" if self.unknown else said


@dataclass(frozen=True)
class MapTile:
    """A municipality on the map; one that is not on the site has no tally."""

    tile: Tile
    area: Municipality
    tally: Tally | None

    @property
    def kind(self) -> str:
        return self.tally.kind if self.tally else ABSENT


@dataclass(frozen=True)
class LegendEntry:
    """One class of the map: its words and how many municipalities are in it."""

    kind: str
    label: str
    municipalities: int


@dataclass(frozen=True)
class TileMap:
    """The map: its tiles by region, its legend, and who meets most and fewest goals, in words."""

    regions: Mapping[str, tuple[MapTile, ...]]
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
        cells = row.cells
        if wrong := next(_mistakes(cells, names), None):
            problems.append(Problem(f"{row.where}: {wrong[0]}", wrong[1]))
            continue
        tile = Tile(cells["code"], int(cells["row"]), int(cells["column"]), cells["short"])
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


def _mistakes(cells: Mapping[str, str], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a row, each with its column; the first one decides."""
    yield from ((column, "The cell is empty.") for column in _COLUMNS if column not in cells)
    if cells["code"] not in names:
        yield "code", f'"{cells["code"]}" is no municipality.'
    for column in ("row", "column"):
        text = cells[column]
        if not text.isdecimal() or len(text) > 3 or int(text) > _FARTHEST:
            yield column, f'"{text}" is no whole number from 0 to {_FARTHEST}.'
    if len(cells["short"]) > _LONGEST_NAME:
        yield (
            "short",
            f'"{cells["short"][:40]}" is too long for a tile; {_LONGEST_NAME} letters are the most.',
        )


def tile_map(
    tiles: Iterable[Tile], municipalities: Iterable[Municipality], tallies: Mapping[str, Tally]
) -> TileMap:
    """The map of all municipalities, from the tally of each that is on the site, by its code."""
    placed = {tile.code: tile for tile in tiles}
    regions: dict[str, list[MapTile]] = {}
    for area in municipalities:
        shown = MapTile(placed[area.code], area, tallies.get(area.code))
        regions.setdefault(area.region, []).append(shown)
    kinds = [shown.kind for those in regions.values() for shown in those]
    labels = {f"step-{step}": _span(step) for step in range(len(STEPS))}
    labels |= {UNSURE: "Under halvdelen af målene kan vurderes", ABSENT: "Ikke på siden"}
    return TileMap(
        {name: tuple(those) for name, those in regions.items()},
        tuple(
            LegendEntry(kind, label, kinds.count(kind))
            for kind, label in labels.items()
            if kind in kinds or kind.startswith("step")
        ),
        _extremes(tallies.values()),
    )


def tile_colours(colour: str, paper: str) -> dict[str, str]:
    """Fill of each class of tile, and black or white for the words on it, as CSS properties."""
    fills = [mix(colour, paper, share) for share in STEPS]
    words = [max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, fill)) for fill in fills]
    return {
        f"--{role}-{step}": found
        for role, those in (("tile", fills), ("on-tile", words))
        for step, found in enumerate(those)
    }


def _span(step: int) -> str:
    """``Under 20 pct. opfyldt``, ``20–39 pct. opfyldt``, ``80–100 pct. opfyldt``"""
    width = 100 // len(STEPS)
    low, high = step * width, (step + 1) * width
    if step == 0:
        return f"Under {high}{NBSP}pct. opfyldt"
    return f"{low}–{high if high == 100 else high - 1}{NBSP}pct. opfyldt"


def _extremes(tallies: Iterable[Tally]) -> str:
    """``Flest mål opfylder Hedensted (17). Færrest mål opfylder Fanø (1).``; nothing where more than five share the place."""
    found = list(tallies)
    said = []
    for word, pick in (("Flest", max), ("Færrest", min)):
        value = pick((tally.met for tally in found), default=0)
        called = [tally.name for tally in found if tally.met == value]
        if 0 < len(called) <= _NAMED:
            said.append(f"{word} mål opfylder {listed(called)} ({number(value)}).")
    return " ".join(said)
