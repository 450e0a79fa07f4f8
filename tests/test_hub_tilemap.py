"""Denmark as tiles: where they lie, what they say, and what is wrong with a map that somebody changed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from helpers.catalogue import Catalogue, load_catalogue
from helpers.errors import PlanError
from helpers.present.fonts import text_width
from helpers.present.theme import contrast
from helpers.present.tilemap import Tally, Tile, TileMap, read_tiles, tile_colours, tile_map
from helpers.project import Project
from hub_support import CHECKOUT, hub_project

# Municipalities that border on each other by land (a map of Denmark shows it). Not all: those one would look for.
BORDERS = """
Hjørring-Frederikshavn Hjørring-Brønderslev Hjørring-Jammerbugt Brønderslev-Jammerbugt Brønderslev-Aalborg
Jammerbugt-Aalborg Jammerbugt-Thisted Jammerbugt-Vesthimmerlands Aalborg-Rebild Aalborg-Vesthimmerlands
Aalborg-Mariagerfjord Rebild-Mariagerfjord Rebild-Vesthimmerlands Vesthimmerlands-Viborg Mariagerfjord-Randers
Struer-Lemvig Struer-Holstebro Lemvig-Holstebro Holstebro-Skive Holstebro-Viborg Holstebro-Herning
Skive-Viborg Viborg-Silkeborg Viborg-Favrskov Herning-Silkeborg
Randers-Favrskov Randers-Norddjurs Randers-Syddjurs Norddjurs-Syddjurs Syddjurs-Aarhus Favrskov-Aarhus
Favrskov-Silkeborg Silkeborg-Skanderborg Skanderborg-Aarhus Skanderborg-Horsens Skanderborg-Odder Odder-Aarhus
Odder-Horsens Horsens-Hedensted Hedensted-Vejle Vejle-Billund Vejle-Fredericia Vejle-Kolding Vejle-Vejen
Kolding-Fredericia Kolding-Vejen Kolding-Haderslev Vejen-Billund Vejen-Esbjerg Vejen-Haderslev Varde-Esbjerg
Varde-Billund Esbjerg-Tønder Tønder-Aabenraa Tønder-Haderslev Haderslev-Aabenraa Aabenraa-Sønderborg
Middelfart-Nordfyns Middelfart-Assens Nordfyns-Odense Assens-Odense Odense-Kerteminde Odense-Nyborg
Kerteminde-Nyborg Nyborg-Svendborg Odense-Faaborg-Midtfyn Assens-Faaborg-Midtfyn Svendborg-Faaborg-Midtfyn
Gribskov-Helsingør Gribskov-Hillerød Gribskov-Halsnæs Gribskov-Fredensborg Helsingør-Fredensborg
Hillerød-Fredensborg Hillerød-Allerød Hillerød-Frederikssund Halsnæs-Hillerød Halsnæs-Frederikssund
Fredensborg-Hørsholm Allerød-Rudersdal Allerød-Furesø Allerød-Egedal Hørsholm-Rudersdal Rudersdal-Furesø
Rudersdal-Lyngby-Taarbæk Egedal-Frederikssund Egedal-Furesø Egedal-Ballerup Egedal-Roskilde Ballerup-Herlev
Herlev-Gladsaxe Gladsaxe-Gentofte Gladsaxe-Lyngby-Taarbæk Gentofte-Lyngby-Taarbæk Gentofte-København
Frederiksberg-København Rødovre-Hvidovre Rødovre-Brøndby Rødovre-Glostrup Rødovre-Herlev Glostrup-Albertslund
Glostrup-Brøndby Glostrup-Vallensbæk Albertslund-Høje-Taastrup Albertslund-Ballerup Vallensbæk-Ishøj
Vallensbæk-Brøndby Brøndby-Hvidovre Ishøj-Greve Høje-Taastrup-Roskilde Høje-Taastrup-Greve Høje-Taastrup-Ishøj
København-Tårnby Tårnby-Dragør Greve-Solrød Solrød-Køge Køge-Stevns Køge-Faxe Køge-Ringsted Stevns-Faxe
Roskilde-Lejre Lejre-Holbæk Lejre-Ringsted Holbæk-Odsherred Holbæk-Kalundborg Holbæk-Sorø Odsherred-Kalundborg
Kalundborg-Slagelse Slagelse-Sorø Slagelse-Næstved Sorø-Ringsted Sorø-Næstved Ringsted-Næstved Næstved-Faxe
Næstved-Vordingborg Faxe-Vordingborg Lolland-Guldborgsund
""".split()  # noqa: SIM905


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(Project(CHECKOUT))


@pytest.fixture(scope="module")
def tiles(catalogue: Catalogue) -> dict[str, Tile]:
    """Name → tile."""
    names = {area.code: area.name for area in catalogue.municipalities}
    return {names[tile.code]: tile for tile in read_tiles(Project(CHECKOUT), catalogue.municipalities)}


@pytest.fixture(scope="module")
def drawn(catalogue: Catalogue, tiles: dict[str, Tile]) -> TileMap:
    return draw(catalogue, tiles, lambda number, _: (number % 21, number % 3))


def draw(
    catalogue: Catalogue, tiles: dict[str, Tile], says: Callable[[int, str], tuple[int, int] | None]
) -> TileMap:
    """The map where each municipality meets so many of 20 goals and so many cannot be judged; none: not on the site."""
    tallies = {
        area.code: Tally(area.name, f"{area.slug}/index.html", said[0], 20, said[1])
        for number, area in enumerate(catalogue.municipalities)
        if (said := says(number, area.name))
    }
    return tile_map(tiles.values(), catalogue.municipalities, tallies)


def split(border: str, names: set[str]) -> tuple[str, str]:
    (pair,) = [
        (border[:at], border[at + 1 :])
        for at, letter in enumerate(border)
        if letter == "-" and border[:at] in names and border[at + 1 :] in names
    ]
    return pair


def test_every_municipality_has_one_tile_and_no_two_share_a_place(
    catalogue: Catalogue, tiles: dict[str, Tile]
):
    assert {tile.code for tile in tiles.values()} == {area.code for area in catalogue.municipalities}
    assert len({(tile.row, tile.column) for tile in tiles.values()}) == len(tiles) == 98


def test_neighbours_on_the_map_of_denmark_are_neighbours_on_the_tiles(tiles: dict[str, Tile]):
    apart = []
    for border in BORDERS:
        one, other = (tiles[name] for name in split(border, set(tiles)))
        if max(abs(one.row - other.row), abs(one.column - other.column)) > 1:
            apart.append(border)
    assert len(apart) <= len(BORDERS) * 0.15, apart


def test_the_parts_of_the_country_lie_as_on_a_map(catalogue: Catalogue, tiles: dict[str, Tile]):
    regions: dict[str, list[Tile]] = {}
    for area in catalogue.municipalities:
        regions.setdefault(area.region, []).append(tiles[area.name])
    middle = {
        name: (sum(t.row for t in found) / len(found), sum(t.column for t in found) / len(found))
        for name, found in regions.items()
    }
    for north, south in pairwise(("Nordjylland", "Midtjylland", "Syddanmark")):
        assert middle[north][0] < middle[south][0]
    for west, east in pairwise(("Midtjylland", "Syddanmark", "Sjælland", "Hovedstaden")):
        assert middle[west][1] < middle[east][1]
    assert tiles["Bornholm"].column == max(tile.column for tile in tiles.values())
    east_of_the_belt = min(t.column for t in (*regions["Sjælland"], *regions["Hovedstaden"]))
    assert all(
        t.column < east_of_the_belt
        for name in ("Nordjylland", "Midtjylland", "Syddanmark")
        for t in regions[name]
    )


@pytest.mark.parametrize("island", ["Læsø", "Samsø", "Ærø", "Langeland", "Bornholm"])
def test_an_island_has_water_on_all_four_sides(tiles: dict[str, Tile], island: str):
    own = tiles[island]
    beside = [t for t in tiles.values() if abs(t.row - own.row) + abs(t.column - own.column) == 1]
    assert beside == []


def test_a_short_name_fits_its_tile_and_is_nobody_else_s(tiles: dict[str, Tile]):
    assert len({tile.short for tile in tiles.values()}) == len(tiles)
    for tile in tiles.values():
        assert text_width(tile.short, 11.7) <= 50, tile  # styles/hub.css: 18 columns in 61rem


def test_the_map_has_every_municipality_under_its_region_with_its_words(catalogue: Catalogue, drawn: TileMap):
    found = [shown for those in drawn.regions.values() for shown in those]
    assert [shown.area for shown in found] == list(catalogue.municipalities)
    for number, shown in enumerate(found):
        assert shown.tally is not None
        assert shown.tally.words.startswith(f"{shown.area.name}: {number % 21} af 20 mål er opfyldt")
        assert shown.area.region in drawn.regions


@pytest.mark.parametrize("colour", ["#17506b", "#c00000", "#00704a", "#000000", "#e0b000"])
@pytest.mark.parametrize("paper", ["#ffffff", "#12181d"])
def test_a_tile_s_words_can_be_read_on_its_colour(colour: str, paper: str):
    found = tile_colours(colour, paper)
    assert len(found) == 10
    for step in range(5):
        assert contrast(found[f"--tile-{step}"], found[f"--on-tile-{step}"]) >= 4.5, step


def test_the_colour_is_the_share_of_the_goals_that_can_be_judged(
    catalogue: Catalogue, tiles: dict[str, Tile], drawn: TileMap
):
    steps = [0] * 5
    for number, _ in enumerate(catalogue.municipalities):
        judged = 20 - number % 3
        steps[next(step for step in range(5) if (number % 21) * 5 < (step + 1) * judged or step == 4)] += 1
    assert [entry.municipalities for entry in drawn.legend] == steps
    assert sum(steps) == 98
    assert [entry.label.replace("\u00a0", " ") for entry in drawn.legend] == [
        "Under 20 pct. opfyldt",
        *(f"{low}–{low + 19} pct. opfyldt" for low in (20, 40, 60)),
        "80–100 pct. opfyldt",
    ]


@pytest.mark.parametrize(
    ("met", "unknown", "step"),
    [(0, 0, 0), (20, 0, 4), (16, 0, 4), (15, 0, 3), (10, 10, 4), (2, 10, 1), (9, 11, None), (0, 20, None)],
)
def test_a_municipality_is_coloured_by_what_can_be_judged(met: int, unknown: int, step: int | None):
    kind = "unsure" if step is None else f"step-{step}"
    assert Tally("Odder", "odder/index.html", met, 20, unknown).kind == kind


def test_where_fewer_than_half_can_be_judged_the_tile_has_no_colour(
    catalogue: Catalogue, tiles: dict[str, Tile]
):
    drawn = draw(catalogue, tiles, lambda _, name: (4, 11 if name == "Læsø" else 10))
    unsure = [
        shown.area.name for those in drawn.regions.values() for shown in those if shown.kind == "unsure"
    ]
    assert unsure == ["Læsø"]
    assert drawn.legend[-1].label == "Under halvdelen af målene kan vurderes"
    assert drawn.legend[-1].municipalities == 1


def test_the_map_tells_in_words_who_meets_most_and_fewest(catalogue: Catalogue, tiles: dict[str, Tile]):
    drawn = draw(catalogue, tiles, lambda _, name: ({"Hedensted": 17, "Fanø": 1}.get(name, 9), 0))
    assert drawn.text == "Flest mål opfylder Hedensted (17). Færrest mål opfylder Fanø (1)."
    assert draw(catalogue, tiles, lambda *_: (9, 0)).text == ""


def test_a_municipality_that_is_not_on_the_site_is_drawn_empty_and_counted(
    catalogue: Catalogue, tiles: dict[str, Tile]
):
    drawn = draw(catalogue, tiles, lambda _, name: None if name in ("Odder", "Samsø") else (3, 0))
    absent = [shown.area.name for those in drawn.regions.values() for shown in those if shown.tally is None]
    assert absent == ["Odder", "Samsø"]
    assert drawn.legend[-1].label == "Ikke på siden"
    assert drawn.legend[-1].municipalities == 2


def test_zero_goals_met_is_a_number_and_not_an_empty_tile(catalogue: Catalogue, tiles: dict[str, Tile]):
    drawn = draw(catalogue, tiles, lambda *_: (0, 0))
    assert [entry.municipalities for entry in drawn.legend] == [98, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("400,11,17,Bornholm", "400,9,17,Bornholm", "catalogue/areas/tilemap.csv:", "lies on top of"),
        ("400,11,17,Bornholm", "401,11,17,Bornholm", "code", '"401" is no municipality'),
        ("400,11,17,Bornholm\n", "", "catalogue/areas/tilemap.csv", "1\u00a0tile missing: Bornholm"),
        ("400,11,17,Bornholm", "400,south,17,Bornholm", "row", '"south" is no whole number'),
        ("400,11,17,Bornholm", "400,11,17,", "short", "The cell is empty"),
        ("400,11,17,Bornholm", "400,11,17,Bornholm\n400,0,0,B", "code", "Bornholm has a tile already"),
    ],
)
def test_a_mistake_in_the_map_is_told_with_its_line(
    tmp_path: Path, catalogue: Catalogue, old: str, new: str, where: str, what: str
):
    project = hub_project(tmp_path)
    path = project.catalogue / "areas" / "tilemap.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_tiles(project, catalogue.municipalities)
    assert any(where in problem.where and what in problem.what for problem in caught.value.problems), (
        caught.value
    )
