"""What a figure says of an area: its place, its three lines, its delay, and what stands there without figures."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from helpers.analysis.groups import GroupKind
from helpers.analysis.ranks import Standing
from helpers.catalogue.models import Comparison
from helpers.data.frames import State
from helpers.periods import Period
from helpers.reports.jobcenteroverblik import ranking
from helpers.reports.jobcenteroverblik.boards import Obstacle
from helpers.reports.jobcenteroverblik.pieces import shown_title, standing_figure, standing_tile, tiles
from jobcenteroverblik_support import NEWEST, area, changed, clustered, codes, shipped, standings

SHARE = ("kontanthjaelp-andel", "share")
EFFORT = ("kontanthjaelp-aktiveret", "share")
FRAMEWORK_FIGURE, EFFORT_FIGURE = 7, 25
CLUSTER = ["Vejle", "Horsens", "Randers", "Odder"]
VEJLE, HORSENS, RANDERS, ODDER = "630", "615", "730", "727"


def alone(name: str = "Vejle", **figures: object):
    """Figure 7 in a cluster of four, with the given values by municipality code."""
    catalogue = clustered("kontanthjaelp", CLUSTER)
    return standings(name, {SHARE: figures}, catalogue=catalogue)


def everyone(start: float = 10.0) -> dict[str, float]:
    """A value for every municipality, higher down the list."""
    return {code: round(start + place / 10, 1) for place, code in enumerate(codes())}


# -------------------------------------------------------------------------------- places


def test_a_framework_figure_is_compared_with_the_cluster_and_its_best():
    found = standings(
        "Vejle",
        {SHARE: {"dk": 2.5, VEJLE: 2.0, HORSENS: 1.5, RANDERS: 3.0, ODDER: 1.8, "101": 0.1}},
        catalogue=clustered("kontanthjaelp", CLUSTER),
    ).standing(FRAMEWORK_FIGURE)
    assert found.rule is Comparison.FRAMEWORK and found.group.kind is GroupKind.CLUSTER
    assert (found.rank.place, found.rank.of) == (3, 4)
    assert [best.name for best in found.yardstick.areas] == ["Horsens"]
    assert found.yardstick.values == (Decimal("1.5"),) * 25
    assert found.country.values[-1] == Decimal("2.5")


def test_an_effort_figure_is_compared_with_the_unweighted_mean_of_the_ten_best_in_the_country():
    values = everyone()
    found = standings("Albertslund", {EFFORT: values}).standing(EFFORT_FIGURE)
    # The job centres with the highest ten values; joint ones have no share of their own here.
    joint = {code for centre in shipped()[1].centres if centre.joint for code in centre.codes}
    ten = sorted((value for code, value in values.items() if code not in joint), reverse=True)[:10]
    assert found.rule is Comparison.EFFORT and len(found.yardstick.areas) == 10
    assert found.yardstick.values[-1] == sum(map(Decimal, map(str, ten))) / 10
    assert (found.rank.place, found.rank.of, found.rank.without) == (90, 90, 4)


def test_the_best_area_is_not_compared_with_itself():
    values = everyone()
    best = max(values, key=lambda code: values[code])
    name = next(m.name for m in shipped()[1].municipalities if m.code == best)
    found = standings(name, {EFFORT: values}).standing(EFFORT_FIGURE)
    assert found.rank.place == 1
    assert name not in {member.name for member in found.yardstick.areas}


def test_the_ten_best_are_chosen_in_the_newest_month_and_followed_back():
    rising = {code: [float(n)] * 26 for n, code in enumerate(codes())}
    rising["101"] = [0.0] * 24 + [500.0, 500.0]
    found = standings("Albertslund", {EFFORT: rising}).standing(EFFORT_FIGURE)
    koebenhavn = found.yardstick.areas[0]
    assert koebenhavn.name == "København"
    assert found.yardstick.values[0] < found.yardstick.values[-1]


def test_change_in_places_is_against_the_month_before():
    found = alone(**{VEJLE: [3.0] * 24 + [1.0, 1.0], HORSENS: 2.0, RANDERS: 2.5}).standing(FRAMEWORK_FIGURE)
    assert (found.rank.place, found.moved) == (1, 2)
    assert ranking.moved_words(found.moved) == "2\u00a0pladser højere end ved forrige opgørelse"


# -------------------------------------------------------------------------------- the delay and the window


def test_figures_stay_one_month_behind_the_newest_and_show_25_months():
    found = alone(**{VEJLE: 2.0, HORSENS: 1.0}).standing(FRAMEWORK_FIGURE)
    assert found.newest == NEWEST.shift(-1)
    assert len(found.periods) == 25 and found.periods[0] == Period.parse("2024M06")


@pytest.mark.parametrize("delay", [0, 1, 3])
def test_the_delay_can_be_switched(delay):
    template = standings("Vejle", {SHARE: {VEJLE: 2.0}}, jobcenteroverblik=changed(delay_months=delay))
    assert template.standing(FRAMEWORK_FIGURE).newest == NEWEST.shift(-delay)


def test_a_month_that_is_asked_for_ends_the_window():
    bound = Period.parse("2025M12")
    found = standings("Vejle", {SHARE: {VEJLE: 2.0}}, bound=bound).standing(FRAMEWORK_FIGURE)
    assert found.newest == bound


def test_the_break_of_july_2025_lies_in_the_windows_of_benefits_that_were_merged():
    found = alone(**{VEJLE: 2.0}).standing(FRAMEWORK_FIGURE)
    assert [b.period for b in found.indicator.breaks if b.period in found.periods] == [
        Period.parse("2025M07")
    ]


# -------------------------------------------------------------------------------- tiles without a place


def tile(found, name: str = "Vejle") -> str:
    made = standing_tile("Kontanthjælp", "x.ipynb#figur-7", found, area(name))
    return " | ".join((made.place, *made.notes)).replace("\u00a0", " ")


def test_a_tile_says_place_move_third_ties_and_how_many_are_without_a_value():
    found = alone(**{VEJLE: 2.0, HORSENS: 2.0, RANDERS: 3.0, ODDER: None}).standing(FRAMEWORK_FIGURE)
    made = standing_tile("Kontanthjælp", "", found, area("Vejle"))
    assert made.place.replace("\u00a0", " ") == "Nr. 1 af 3 jobcentre i klyngen"
    # Two of three cannot both be in the top third: they stand in the middle of places 1 and 2.
    assert ranking.third_words(made.third) == "●\u00a0Midterste tredjedel"
    assert "verdict-partly" in made.classes
    assert [note.replace("\u00a0", " ") for note in made.notes] == [
        "Samme placering som ved forrige opgørelse",
        "Delt med 1 andet jobcenter",
        "1 uden tal",
        "2,0 pct. i juni 2026",
    ]


def test_a_tile_without_a_known_table_or_without_figures_lacks_them():
    assert tile(None) == "Tal mangler"
    assert tile(standings("Vejle", {EFFORT: everyone()}).standing(FRAMEWORK_FIGURE)) == "Tal mangler"


def test_an_area_alone_in_its_cluster_is_told_so():
    catalogue = clustered("kontanthjaelp", ["Vejle"])
    found = standings("Vejle", {SHARE: {VEJLE: 2.0, HORSENS: 1.0}}, catalogue=catalogue).standing(
        FRAMEWORK_FIGURE
    )
    assert found.rank.standing is Standing.ALONE and not found.yardstick.known
    assert tile(found).startswith("Der er ingen andre jobcentre i klyngen at sammenligne med")


def test_a_group_without_data_gives_no_place():
    found = alone(**{VEJLE: 2.0, HORSENS: State.MISSING, RANDERS: None, ODDER: State.MISSING}).standing(7)
    assert tile(found).startswith("Ingen af de andre jobcentre i klyngen har et tal | 3 uden tal")


def test_when_all_values_are_equal_the_tile_says_so_and_has_no_third():
    found = alone(**dict.fromkeys((VEJLE, HORSENS, RANDERS, ODDER), 2.0)).standing(FRAMEWORK_FIGURE)
    assert found.rank.third is None
    assert tile(found).startswith("Alle 4 jobcentre i klyngen har samme værdi")


def test_when_all_values_are_suppressed_the_tile_says_so():
    figures = {SHARE: {"dk": 2.0, **dict.fromkeys((VEJLE, HORSENS, RANDERS, ODDER))}}
    found = standings("Vejle", figures, catalogue=clustered("kontanthjaelp", CLUSTER)).standing(
        FRAMEWORK_FIGURE
    )
    assert found.all_hidden
    assert tile(found) == "Ingen placering: alle tal i klyngen er diskretioneret eller ikke opgjort"


def test_a_suppressed_value_of_ones_own_gives_no_place_but_keeps_the_figure():
    found = alone(**{VEJLE: None, HORSENS: 1.0, RANDERS: 2.0}).standing(FRAMEWORK_FIGURE)
    assert found.has_data and found.yardstick.known
    assert tile(found).startswith("Ingen placering: tallet er diskretioneret eller ikke opgjort")


PROGRAMME, OF = ("integrationsprogram-jobparate", "share"), ("integrationsprogram-jobparate", "base")


@pytest.mark.parametrize(
    ("bases", "words"),
    [
        ({VEJLE: 30, HORSENS: 300}, ""),
        ({VEJLE: 29, HORSENS: 300}, "° Andelen er af færre end 30 personer eller af et skjult antal; pladsen kan skifte med en enkelt person"),
        ({VEJLE: None, HORSENS: 300}, "° Andelen er af færre end 30 personer eller af et skjult antal; pladsen kan skifte med en enkelt person"),
        ({VEJLE: 300, HORSENS: 3}, "Få personer bag tallet for Horsens"),
        ({VEJLE: 300, HORSENS: 3, RANDERS: None}, "Få personer bag tallene for Horsens og Randers"),
        ({VEJLE: 300, **dict.fromkeys(("615", "730", "727", "101", "147"), 3)}, "Få personer bag tallene for 5 andre"),
    ],
)  # fmt: skip
def test_a_place_that_few_persons_stand_behind_is_marked(bases, words):
    shares = {code: 40.0 + place for place, code in enumerate(bases)}
    found = standings("Vejle", {PROGRAMME: shares, OF: bases}).standing(22)
    assert found.rank.place is not None
    made = standing_tile("x", "", found, area("Vejle"))
    assert made.place.endswith("landet°") is words.startswith("°")
    assert ranking.few_words(found, area("Vejle")).replace("\u00a0", " ") == words
    assert not words or words in " | ".join(made.notes).replace("\u00a0", " ")


# -------------------------------------------------------------------------------- joint job centres


def test_a_joint_job_centre_whose_share_cannot_be_made_shows_its_municipalities_side_by_side():
    found = standings(
        "Vallensbæk/Ishøj",
        {SHARE: {"187": 0.9, "183": 3.0, HORSENS: 2.0}},
        catalogue=clustered("kontanthjaelp", ["Vallensbæk/Ishøj", "Horsens"]),
    ).standing(FRAMEWORK_FIGURE)
    assert found.apart is Obstacle.PART
    assert [own.name for own, _ in found.own] == ["Vallensbæk", "Ishøj"]
    assert [(own.name, rank.place, rank.of) for own, rank in found.ranks] == [
        ("Vallensbæk", 1, 2),
        ("Ishøj", 2, 2),
    ]
    assert tile(found, "Vallensbæk/Ishøj") == (
        "Ingen fælles placering | Vallensbæk: nr. 1 af 2 jobcentre i klyngen | Ishøj: nr. 2 af 2 jobcentre i klyngen"
    )


def test_a_joint_job_centre_is_ranked_as_one_where_its_share_can_be_made():
    found = standings(
        "Vallensbæk/Ishøj",
        {
            SHARE: {"187": 0.9, "183": 3.0, HORSENS: 2.0},
            ("kontanthjaelp-andel", "count"): {"187": 107, "183": 655},
            ("befolkning-16-66", "count"): {"187": 11_500, "183": 22_000},
        },
        catalogue=clustered("kontanthjaelp", ["Vallensbæk/Ishøj", "Horsens"]),
    ).standing(FRAMEWORK_FIGURE)
    assert found.apart is None and [own.name for own, _ in found.own] == ["Vallensbæk/Ishøj"]
    assert (found.rank.place, found.rank.of) == (2, 2)


# -------------------------------------------------------------------------------- figure 2


def table_of(name: str = "Vejle"):
    total, benefit = "offentlig-forsoergelse", "sygedagpenge-andel"
    a_year_ago = NEWEST.shift(-13)
    place = 25 - (NEWEST.ordinal - a_year_ago.ordinal)

    def risen(before: float, now: float) -> list[float]:
        return [before if n <= place else now for n in range(26)]

    figures = {
        (total, "count"): {VEJLE: 4145, HORSENS: 5000},
        (total, "share"): {VEJLE: risen(16.9, 17.0), HORSENS: risen(18.0, 18.6), RANDERS: risen(19.0, 19.2)},
        (benefit, "count"): {VEJLE: None},
        (benefit, "share"): {VEJLE: None, HORSENS: 2.0},
        ("befolkning-16-66", "count"): {
            VEJLE: [State.MISSING] * 10 + [24_300] + [State.MISSING] * 11 + [24_361] * 4
        },
        ("beskaeftigede", "count"): {VEJLE: [State.MISSING] * 22 + [14_574] * 4},
    }
    own = standings(name, figures, catalogue=clustered("offentlig-forsoergelse", CLUSTER))
    return {row.row.key: row for row in own.table().rows}, own.table()


def test_the_table_shows_count_share_group_mean_and_both_changes_against_the_year_before():
    rows, table = table_of()
    total = rows["ydelsesmodtagere"]
    assert table.period == NEWEST.shift(-1)
    assert total.count[0].value == 4145
    assert total.share[0].value == Decimal("17.0")
    assert total.group_share == (Decimal("18.6") + Decimal("19.2")) / 2  # Odder has no figure and is left out
    assert total.change[0].value == Decimal("0.1")
    assert total.group_change == Decimal("0.4")


def test_a_suppressed_cell_of_the_table_is_a_dash_and_never_a_zero():
    rows, _ = table_of()
    assert rows["sygedagpenge"].count[0].value is None
    assert ranking.in_table(rows["sygedagpenge"].count[0].value, 0) == "-"
    assert rows["sygedagpenge"].group_share == Decimal("2.0")


def test_typed_in_rows_are_shares_of_the_typed_in_population():
    rows, _ = table_of()
    assert rows["befolkning"].count[0].value == 24_361 and rows["befolkning"].share == ()
    assert rows["beskaeftigede"].share[0].value == Decimal("59.8")  # 14,574 of 24,361, as printed in 2017
    assert rows["beskaeftigede"].group_share is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0.1", "0,1"),
        ("-0.02", "−0,0"),
        ("-0.0", "−0,0"),
        ("0.0", "0,0"),
        ("0.04", "0,0"),
        ("-0.2", "−0,2"),
        (None, "-"),
    ],
)
def test_a_fall_that_rounds_to_nought_keeps_its_minus_as_the_printed_table_does(value, shown):
    change = None if value is None else Decimal(value)
    assert ranking.change_as_printed(change) == shown
    assert ranking.in_table(change, 1) == shown.replace("−0,0", "0,0")  # today's has no minus before nought


# -------------------------------------------------------------------------------- what the figure is called


def test_a_figure_that_measures_something_else_today_is_called_what_it_measures():
    different = standings("Vejle", {EFFORT: everyone()}).standing(EFFORT_FIGURE)
    assert shown_title(different) == "Andelen af kontanthjælpsmodtagere, der er berørt af aktivering"
    same = standings("Vejle", {("offentlig-forsoergelse", "share"): everyone()}).standing(1)
    assert shown_title(same) == "Andel på offentlig forsørgelse ud af befolkningen (16-66 år)"


# -------------------------------------------------------------------------------- what leaves the house


def test_a_suppressed_month_is_in_no_file_of_the_figure():
    hidden = [2.0] * 10 + [None] * 3 + [2.5] * 13
    found = alone(**{VEJLE: hidden, HORSENS: 1.0, RANDERS: 1.5}).standing(FRAMEWORK_FIGURE)
    (part,) = standing_figure(found, area("Vejle"), {}, example=False).parts
    rows = [row for row in csv.DictReader(part.csv.splitlines(), delimiter=";") if row["serie"] == "Vejle"]
    months = {
        period.id
        for period, value in zip(found.periods, found.own[0][1].values, strict=True)
        if value is None
    }
    assert len(months) == 3
    assert {row["periode"] for row in rows if row["vaerdi"] == ""} == months
    drawn = [point for point in part.spec["datasets"]["lines"] if point["serie"] == "Vejle"]
    assert {point["period"] for point in drawn if point["value"] is None} == months


def test_a_live_notebook_shows_charts_and_tiles_without_the_marks_of_a_page(monkeypatch):
    monkeypatch.delenv("PLAN_RENDERING", raising=False)
    monkeypatch.delenv("QUARTO_BIN_PATH", raising=False)
    found = alone(**{VEJLE: 2.0, HORSENS: 1.0}).standing(FRAMEWORK_FIGURE)
    chart = standing_figure(found, area("Vejle"), {}, example=False)._repr_mimebundle_()
    assert any(kind.startswith("application/vnd.vegalite") for kind in chart)
    shown = tiles([standing_tile("Kontanthjælp", "x.ipynb", found, area("Vejle"))])._repr_mimebundle_()
    assert ":::" not in shown["text/markdown"] and "2 af 2 jobcentre" in shown["text/markdown"].replace(
        "\u00a0", " "
    )


def test_all_that_is_measured_has_example_figures_and_lacks_real_ones_until_they_are_there(
    tmp_path,
):
    from data_support import store_counts
    from helpers.catalogue import load_catalogue
    from helpers.reports.jobcenteroverblik.models import load_jobcenteroverblik
    from helpers.reports.jobcenteroverblik.report import JobcenteroverblikReport
    from report_support import copy_project

    project = copy_project(tmp_path)
    catalogue = load_catalogue(project)
    template = load_jobcenteroverblik(project, catalogue)
    area = template.area("Hedensted", catalogue)
    numbers = [figure.number for figure in template.figures if figure.indicator]
    assert len(numbers) == 22
    example = JobcenteroverblikReport(project, catalogue, template, area)
    assert all(example.standings.standing(number).has_data for number in numbers)
    store_counts(project, "y01a02", {("2026M07", "Hele landet"): 900})
    real = JobcenteroverblikReport(project, catalogue, template, area)
    assert not real.is_example
    assert all("Tal mangler" in str(real.figure(number)._repr_mimebundle_()) for number in numbers)
    assert "under udarbejdelse" not in str(real.figure(5)._repr_mimebundle_())
