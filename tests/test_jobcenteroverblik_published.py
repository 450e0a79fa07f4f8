"""The page that STAR printed for Vallensbæk/Ishøj in February 2017, reproduced to the digit (seed 003)."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from helpers.periods import Period
from helpers.project import Project
from helpers.reports.jobcenteroverblik.models import load_jobcenteroverblik
from helpers.reports.jobcenteroverblik.report import JobcenteroverblikReport
from jobcenteroverblik_support import CHECKOUT, area, shipped

SEEDS = CHECKOUT.parent / "shared" / "seeds"
SEED = next(SEEDS.glob("003_*.txt"), None) if SEEDS.is_dir() else None

TABLE = """
Ydelsesmodtagere 4.145 17,0 19,0 0,1 0,4
A-dagpenge mv. 718 2,9 1,9 0,0 0,1
Kontanthjælp 689 2,8 2,0 -0,2 -0,0
Uddannelseshjælp 208 0,9 1,0 -0,0 0,0
Integrationsydelse 54 0,2 0,8 0,0 -0,0
Sygedagpenge 416 1,7 2,0 0,2 -0,0
Jobafklaringsforløb 117 0,5 0,6 0,0 0,0
Revalidering og forrevalidering 25 0,1 0,2 -0,0 -0,0
Ressourceforløb 117 0,5 0,5 0,0 0,0
Ledighedsydelse 50 0,2 0,4 0,0 -0,0
Fleksjob 247 1,0 2,0 0,0 0,0
Førtidspension 1.132 4,6 5,7 -0,0 -0,0
Efterløn 372 1,5 2,0 0,1 0,0
Beskæftigede 14.574 59,8 - 1,4 -
SU-modtagere 1.843 7,6 - 1,3 -
Øvrige 3.494 14,3 - -0,7 -
Befolkning (16-66 år) 24.361 - - - -
""".strip().splitlines()
"""The table of figure 2 as the document prints it."""

TILES = """
NR. 3 AF 22 JOBCENTRE I KLYNGEN Samme placering som sidste opgørelse
NR. 2 AF 22 JOBCENTRE I KLYNGEN Samme placering som sidste opgørelse
NR. 73 AF 94 JOBCENTRE I KLYNGEN 3 pladser dårligere siden sidste opgørelse
NR. 1 AF 6 JOBCENTRE I KLYNGEN Samme placering som sidste opgørelse
NR. 1 AF 22 JOBCENTRE I LANDET 2 pladser bedre siden sidste opgørelse
NR. 5 AF 11 JOBCENTRE I KLYNGEN Samme placering som sidste opgørelse
NR. 86 AF 94 JOBCENTRE I KLYNGEN 5 pladser bedre siden sidste opgørelse
NR. 11 AF 13 JOBCENTRE I KLYNGEN Samme placering som sidste opgørelse
Figuren er under udarbejdelse
Figuren er under udarbejdelse
""".strip().splitlines()
"""The ten tiles in their order, number and move as the document prints them."""


@pytest.fixture(scope="module")
def report() -> JobcenteroverblikReport:
    catalogue, jobcenteroverblik = shipped()
    month = Period.parse("2017M02")
    return JobcenteroverblikReport(
        Project(CHECKOUT), catalogue, jobcenteroverblik, area("Vallensbæk/Ishøj"), bound=month
    )


def plain(text: str) -> str:
    return " ".join(text.replace("−", "-").replace("\u00a0", " ").split())


def table_rows(report: JobcenteroverblikReport) -> list[str]:
    """Rows of the table as a reader sees them, cells apart by a blank."""
    markup = report.figure(2).parts[0].markup
    rows = re.findall(r"<tr>(.*?)</tr>", markup.split("<tbody", 1)[1], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [plain(html.unescape(" ".join(re.sub(r"<[^>]+>", "", cell) for cell in row))) for row in cells]


def tile_words(report: JobcenteroverblikReport) -> list[tuple[str, str, str]]:
    """Heading, place and move of each tile as a reader sees them."""
    return [
        (t.heading, plain(t.place), plain(t.notes[0] if t.notes else ""))
        for t in report.tiles().parts[0].tiles
    ]


def test_the_table_is_the_printed_one_to_the_digit(report):
    assert table_rows(report) == TABLE


def test_the_tiles_are_the_printed_ones(report):
    shown = [f"{place} {move}".strip() for _, place, move in tile_words(report)]
    assert [line.casefold() for line in shown] == [line.casefold() for line in TILES]


def test_each_tile_leads_to_the_section_of_its_figure(report):
    for tile, place in zip(
        report.tiles().parts[0].tiles, report.jobcenteroverblik.template.tiles, strict=True
    ):
        section = report.jobcenteroverblik.section_of(place.figure)
        assert tile.link.endswith(f"-{section.slug}.ipynb#figur-{place.figure}")


def test_every_rank_of_94_lies_on_a_measure_of_effort_and_the_two_unready_ones_on_refugees(report):
    # What decides our reading of the run-together text: see the comment over the tiles in jobcenteroverblik.yml.
    of_94 = [tile.figure for tile in report.printed.tiles if tile.of == 94]
    assert {report.jobcenteroverblik.figure(number).role for number in of_94} == {"minister"}
    unready = [tile.figure for tile in report.printed.tiles if tile.place is None]
    assert unready == [26, 19]
    assert all("flygtninge" in report.jobcenteroverblik.figure(number).title for number in unready)


def test_a_tile_whose_printed_word_cannot_be_right_says_so(report):
    said = [note for tile in report.tiles().parts[0].tiles for note in tile.notes]
    assert said.count("Trykt »i klyngen«; 94 er alle landets jobcentre") == 2
    assert said.count("Trykt »i landet«, men 22 er en klynges størrelse") == 1


def test_the_printed_page_shows_no_figures_of_today(report, tmp_path: Path):
    for number in (1, 7, 25):
        assert "er et billede" in report.figure(number).markdown
    assert "Eksempeldata" not in report.fetch().markdown
    assert report.title == "Jobcenteroverblik, februar 2017"


def test_another_area_or_month_is_not_the_printed_page():
    catalogue, jobcenteroverblik = shipped()
    assert jobcenteroverblik.printed(area("Ishøj"), Period.parse("2017M02")) is None
    assert jobcenteroverblik.printed(area("Vallensbæk/Ishøj"), Period.parse("2017M03")) is None
    assert load_jobcenteroverblik(Project(CHECKOUT), catalogue).published


# -------------------------------------------------------------------------------- against the document itself

needs_seed = [
    pytest.mark.reference,
    pytest.mark.skipif(SEED is None, reason=f"the document is not at {SEEDS}"),
]


def document() -> str:
    assert SEED is not None
    # The signs before the moves (an arrow or a dash) are left of a font of symbols.
    return " ".join(re.sub("[\ue000-\uf8ff]", " ", SEED.read_text(encoding="utf-8")).split())


@pytest.mark.parametrize(
    "line", [pytest.param(line, marks=needs_seed, id=line.split(" ")[0]) for line in TABLE]
)
def test_the_row_stands_in_the_document(line):
    text = document().replace(
        "Kontanthjælp Lp 689", "Kontanthjælp 689"
    )  # "Lp" is left over from the extraction
    assert line in text


@pytest.mark.reference
@pytest.mark.skipif(SEED is None, reason=f"the document is not at {SEEDS}")
def test_places_and_moves_stand_in_the_document_in_this_order():
    found = re.findall(
        r"NR\. \d+ AF \d+ JOBCENTRE I (?:KLYNGEN|LANDET) (?:Samme placering|\d pladser \w+) (?:som|siden) sidste opgørelse",
        document(),
    )
    assert found == TILES[:8]


@pytest.mark.reference
@pytest.mark.skipif(SEED is None, reason=f"the document is not at {SEEDS}")
def test_titles_notes_and_footnote_of_the_template_stand_in_the_document(report):
    # Words break over lines in the document; blanks and hyphens are therefore passed over.
    def bare(text: str) -> str:
        return re.sub(r"[\s\-–]", "", text).casefold().rstrip(".:")

    text = bare(document())
    for figure in report.jobcenteroverblik.figures:
        assert bare(figure.title) in text, figure.number
        assert figure.note is None or bare(figure.note) in text, figure.number
    assert bare(report.jobcenteroverblik.template.table.footnote) in text
