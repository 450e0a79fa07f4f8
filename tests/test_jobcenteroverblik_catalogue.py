"""The template of the Jobcenteroverblik, its areas, its cluster files and the page STAR printed."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.analysis.groups import comparison_group
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Certainty, Comparison
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.jobcenteroverblik.models import TemplateFigure, load_jobcenteroverblik
from jobcenteroverblik_support import shipped

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(Project(ROOT))


@pytest.fixture(scope="module")
def jobcenteroverblik(catalogue):
    return load_jobcenteroverblik(Project(ROOT), catalogue)


@pytest.fixture
def project(tmp_path):
    """A project of one's own, to spoil."""
    shutil.copytree(ROOT / "catalogue", tmp_path / "catalogue")
    return Project(tmp_path)


def problems(project: Project) -> str:
    with pytest.raises(PlanError) as caught:
        load_jobcenteroverblik(project, load_catalogue(project))
    return str(caught.value)


# -------------------------------------------------------------------------------- areas


def test_98_municipalities_have_94_job_centres_of_which_four_are_joint(jobcenteroverblik):
    assert len(jobcenteroverblik.centres) == 94
    assert sorted(code for centre in jobcenteroverblik.centres for code in centre.codes) == sorted(
        m.code for m in jobcenteroverblik.municipalities
    )
    assert {c.name: c.certainty for c in jobcenteroverblik.centres if c.joint} == {
        "Vallensbæk/Ishøj": Certainty.CONFIRMED,
        "Tårnby/Dragør": Certainty.UNKNOWN,
        "Esbjerg/Fanø": Certainty.UNKNOWN,
        "Frederikshavn/Læsø": Certainty.UNKNOWN,
    }


@pytest.mark.parametrize(
    "text",
    [
        "Vallensbæk/Ishøj",
        "ishøj/vallensbæk",
        "VALLENSBÆK OG ISHØJ",
        "vallensbaek-ishoej",
        "Jobcenter Vallensbæk/Ishøj",
    ],
)
def test_a_joint_job_centre_is_found_however_it_is_written(jobcenteroverblik, catalogue, text):
    assert jobcenteroverblik.area(text, catalogue).codes == ("187", "183")


def test_a_municipality_of_a_joint_job_centre_stands_for_itself(jobcenteroverblik, catalogue):
    area = jobcenteroverblik.area("Læsø Kommune", catalogue)
    assert (area.name, area.codes, area.joint) == ("Læsø", ("825",), False)
    rivals = comparison_group(catalogue, area, catalogue.centres, "country").members
    assert len(rivals) == 93 and "frederikshavn-laesoe" not in {rival.slug for rival in rivals}


def test_no_area_competes_with_itself(catalogue):
    for centre in catalogue.centres:
        rivals = comparison_group(catalogue, centre, catalogue.centres, "country").members
        assert len(rivals) == 93 and centre not in rivals


def test_a_misspelt_joint_job_centre_gets_a_suggestion(jobcenteroverblik, catalogue):
    with pytest.raises(PlanError, match="Vallensbæk/Ishøj"):
        jobcenteroverblik.area("Valensbæk/Ishøj", catalogue)


# -------------------------------------------------------------------------------- template


def test_the_template_has_26_figures_in_order_and_ten_tiles(jobcenteroverblik):
    assert [figure.number for figure in jobcenteroverblik.figures] == list(range(1, 27))
    assert len(jobcenteroverblik.template.tiles) == 10
    assert len(jobcenteroverblik.template.table.rows) == 17


def test_figures_decided_by_framework_conditions_are_compared_in_a_cluster_and_all_others_in_the_country(
    jobcenteroverblik, catalogue
):
    def rule(figure):
        own = catalogue.indicators.get(figure.indicator or "")
        return figure.comparison or (own.comparison if own else Comparison.EFFORT)

    # STAR: all figures but 3, 7, 11 and 15 measure effort; figure 1 and the table are compared in a cluster.
    framework = [
        f.number for f in jobcenteroverblik.figures if not f.table and rule(f) is Comparison.FRAMEWORK
    ]
    assert framework == [1, 3, 7, 11, 15]
    assert len({jobcenteroverblik.figure(number).cluster for number in framework}) == 5


def test_a_benefit_of_2017_that_is_gone_is_measured_by_its_successor_with_the_break_of_july_2025(
    jobcenteroverblik, catalogue
):
    for number in (3, 7, 10, 21, 22, 25):
        indicator = catalogue.indicators[jobcenteroverblik.figure(number).indicator]
        assert Period.parse("2025M07") in [broken.period for broken in indicator.breaks]
        assert jobcenteroverblik.figure(number).today


def test_what_is_only_near_or_gone_says_so_in_a_sentence_and_no_tile_shows_what_is_gone(jobcenteroverblik):
    near = {figure.number for figure in jobcenteroverblik.figures if figure.nearest}
    gone = {figure.number for figure in jobcenteroverblik.figures if figure.gone}
    assert gone == {5, 13, 20} and near == {8, 12, 16, 17, 19, 23, 24, 25, 26}
    for figure in jobcenteroverblik.figures:
        assert all(text.endswith(".") for text in (figure.today, figure.gone) if text)
    assert not gone & {tile.figure for tile in jobcenteroverblik.template.tiles}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "says why it is gone"),
        ({"indicator": "x", "gone": "Væk."}, "says why it is gone"),
        ({"gone": "Væk.", "nearest": "Nær."}, "goes with an indicator"),
        ({"indicator": "x", "short": "x", "nearest": "Nær.", "differs": "Anderledes."}, "one of them"),
        ({"indicator": "x"}, "short names the page"),
    ],
)
def test_a_figure_is_measured_or_the_table_or_gone(fields, said):
    with pytest.raises(ValueError, match=said):
        TemplateFigure(number=1, role="aim", heading="h", title="t", **fields)


# -------------------------------------------------------------------------------- the printed page


def test_the_printed_table_adds_up_as_the_document_does(jobcenteroverblik):
    (printed,) = jobcenteroverblik.published
    of_row = {row.row: row for row in printed.rows}
    benefits = printed.rows[1:13]
    assert sum(row.full_time_persons for row in benefits) == of_row["ydelsesmodtagere"].full_time_persons
    population = of_row["befolkning"].full_time_persons
    for row in printed.rows[:-1]:
        share = (100 * row.full_time_persons / population).quantize(Decimal("0.1"))
        assert abs(share - row.share) <= Decimal("0.1"), row.row


def test_a_printed_change_of_minus_nought_keeps_its_sign(jobcenteroverblik):
    (printed,) = jobcenteroverblik.published
    of_row = {row.row: row for row in printed.rows}
    assert str(of_row["foertidspension"].change) == "-0.0"
    assert str(of_row["fleksjob"].change) == "0.0"


# -------------------------------------------------------------------------------- bad cluster files


def clusters(project: Project, kind: str, change) -> Path:
    """A whole and sound cluster file, changed by `change` (list of rows in, list of rows out)."""
    municipalities = shipped()[0].municipalities
    rows = [f"{place % 8};{m.name}" for place, m in enumerate(municipalities)]
    # The municipalities of a joint job centre belong together.
    together = {"Ishøj": "Vallensbæk", "Dragør": "Tårnby", "Fanø": "Esbjerg", "Læsø": "Frederikshavn"}
    number = {row.split(";")[1]: row.split(";")[0] for row in rows}
    rows = [f"{number[together.get(name, name)]};{name}" for name in number]
    path = project.catalogue / "areas" / "clusters" / f"{kind}.csv"
    path.write_text("\n".join(["cluster;municipality", *change(rows)]) + "\n", encoding="utf-8")
    return path


def test_a_sound_cluster_file_is_taken(project):
    clusters(project, "kontanthjaelp", lambda rows: rows)
    found = load_catalogue(project).grouping.clusters
    assert set(found) == {"kontanthjaelp"}
    assert found["kontanthjaelp"]["187"] == found["kontanthjaelp"]["183"]


def test_a_job_centre_in_a_cluster_file_stands_for_its_municipalities(project):
    def joined(rows):
        return [
            *(row for row in rows if "Ishøj" not in row and "Vallensbæk" not in row),
            "3;Ishøj/Vallensbæk",
        ]

    clusters(project, "sygedagpenge", joined)
    found = load_catalogue(project).grouping.clusters["sygedagpenge"]
    assert (found["187"], found["183"]) == ("3", "3")


def test_an_unknown_municipality_in_a_cluster_file_is_named_with_its_line(project):
    clusters(project, "a-dagpenge", lambda rows: ["1;Albertslunt", *rows[1:]])
    said = problems(project)
    assert "catalogue/areas/clusters/a-dagpenge.csv:2" in said and 'Did you mean "Albertslund"?' in said


def test_a_municipality_named_twice_in_a_kind_is_named_with_both_lines(project):
    clusters(project, "a-dagpenge", lambda rows: [*rows, "9;Aalborg"])
    said = problems(project)
    assert (
        "a-dagpenge.csv:100" in said
        and "Aalborg is already in cluster" in said
        and "a-dagpenge.csv:99" in said
    )


def test_a_municipality_left_out_of_a_kind_is_named(project):
    clusters(project, "a-dagpenge", lambda rows: rows[:-1])
    said = problems(project)
    assert "a-dagpenge.csv:98" in said and "Left out: Aalborg" in said


def test_a_joint_job_centre_cannot_lie_in_two_clusters(project):
    clusters(
        project, "a-dagpenge", lambda rows: [f"99;{r.split(';')[1]}" if "Ishøj" in r else r for r in rows]
    )
    assert "Vallensbæk/Ishøj share a job centre" in problems(project)


def test_a_cluster_file_of_an_unknown_kind_is_not_passed_over(project):
    clusters(project, "kontanthjelp", lambda rows: rows)
    said = problems(project)
    assert "kontanthjelp.csv" in said and 'Did you mean "kontanthjaelp"?' in said


def test_every_mistake_of_several_files_is_told_at_once(project):
    clusters(project, "a-dagpenge", lambda rows: rows[:-1])
    clusters(project, "kontanthjaelp", lambda rows: [*rows, "1;Atlantis"])
    rules = project.catalogue / "groups.yml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("ledighed-andel", "ledighed-andele"), encoding="utf-8")
    said = problems(project)
    assert "Aalborg" in said and "Atlantis" in said and 'Did you mean "ledighed-andel"?' in said
    assert "catalogue/groups.yml:" in said
