"""Denmark as tiles: where they lie, what they say, and what is wrong with a map that somebody changed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpers.catalogue import Catalogue, load_catalogue
from helpers.errors import PlanError
from helpers.present.fonts import text_width
from helpers.present.theme import contrast
from helpers.present.tilemap import NAME_SIZE, SIZE, Tally, Tile, TileMap, read_tiles, tile_map
from helpers.project import Project
from hub_support import CHECKOUT, hub_project

SVG = "{http://www.w3.org/2000/svg}"

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
    return draw(catalogue, tiles)


def draw(catalogue: Catalogue, tiles: dict[str, Tile], *, without: tuple[str, ...] = ()) -> TileMap:
    tallies = {
        area.code: Tally(area.name, area.slug, number % 21, 20, number % 3)
        for number, area in enumerate(catalogue.municipalities)
        if area.name not in without
    }
    names = {area.code: area.name for area in catalogue.municipalities}
    return tile_map(tiles.values(), tallies, names=names, colour="#17506b")


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
        assert text_width(tile.short, NAME_SIZE) <= SIZE - 2, tile


def test_the_number_of_goals_met_stands_in_every_tile(catalogue: Catalogue, drawn: TileMap):
    root = ElementTree.fromstring(drawn.svg)
    found = {
        tile.get("data-slug"): [text.text for text in tile.iter(f"{SVG}text")]
        for tile in root.iter(f"{SVG}g")
        if tile.get("class") == "tile"
    }
    for number, area in enumerate(catalogue.municipalities):
        assert found[area.slug][1] == str(number % 21), area.name


def test_a_tile_s_words_can_be_read_on_its_colour(drawn: TileMap):
    root = ElementTree.fromstring(drawn.svg)
    groups = [group for group in root if group.tag == f"{SVG}g"]
    assert len(groups) == len(drawn.legend) == 5
    for group in groups:
        assert contrast(str(group.get("fill")), str(group.get("color"))) >= 4.5, group.get("class")
    assert all(text.get("fill") == "currentColor" for text in root.iter(f"{SVG}text"))


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
    assert Tally("Odder", "odder", met, 20, unknown).step == step


def test_where_fewer_than_half_can_be_judged_the_tile_is_hatched(
    catalogue: Catalogue, tiles: dict[str, Tile]
):
    names = {area.code: area.name for area in catalogue.municipalities}
    tallies = {
        area.code: Tally(area.name, area.slug, 4, 20, 11 if area.name == "Læsø" else 10)
        for area in catalogue.municipalities
    }
    drawn = tile_map(tiles.values(), tallies, names=names, colour="#17506b")
    root = ElementTree.fromstring(drawn.svg)
    (pattern,) = root.iter(f"{SVG}pattern")
    (hatched,) = (group for group in root if group.get("class") == "unsure")
    assert hatched.get("fill") == f"url(#{pattern.get('id')})"
    assert [tile.get("data-slug") for tile in hatched] == ["laesoe"]
    assert drawn.legend[-1].label == "Under halvdelen af målene kan vurderes"
    assert drawn.legend[-1].municipalities == 1
    assert "I 1 kommune kan under halvdelen" in drawn.text.replace("\u00a0", " ")


def test_the_map_tells_in_words_who_meets_most_and_fewest(catalogue: Catalogue, tiles: dict[str, Tile]):
    names = {area.code: area.name for area in catalogue.municipalities}
    tallies = {
        area.code: Tally(area.name, area.slug, {"Hedensted": 17, "Fanø": 1}.get(area.name, 9), 20)
        for area in catalogue.municipalities
    }
    text = tile_map(tiles.values(), tallies, names=names, colour="#17506b").text
    assert "Flest mål opfylder Hedensted (17)." in text
    assert "Færrest mål opfylder Fanø (1)." in text
    assert "i 96\u00a0kommuner" in text


def test_a_municipality_that_is_not_on_the_site_is_drawn_empty_and_counted(
    catalogue: Catalogue, tiles: dict[str, Tile]
):
    drawn = draw(catalogue, tiles, without=("Odder", "Samsø"))
    assert "<title>Odder: ikke på siden</title>" in drawn.svg
    assert 'data-slug="odder"' not in drawn.svg
    assert drawn.legend[-1].label == "Ikke på siden"
    assert drawn.legend[-1].municipalities == 2
    assert "2 kommuner er ikke på siden." in drawn.text.replace("\u00a0", " ")


def test_zero_goals_met_is_a_number_and_not_an_empty_tile(catalogue: Catalogue, tiles: dict[str, Tile]):
    names = {area.code: area.name for area in catalogue.municipalities}
    tallies = {area.code: Tally(area.name, area.slug, 0, 20) for area in catalogue.municipalities}
    drawn = tile_map(tiles.values(), tallies, names=names, colour="#17506b")
    assert drawn.svg.count(">0</text>") == 98
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
