"""Comparison groups: cluster, official, nearest, region; never the area itself, never by name or order."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.analysis.groups import (
    ComparisonGroup,
    GroupKind,
    PassedOver,
    comparison_group,
    framework_conditions,
)
from helpers.catalogue import Catalogue, check_catalogue, load_catalogue
from helpers.catalogue.areas import Area
from helpers.errors import PlanError
from helpers.present.group_words import group_sentence, passed_words, quality_words, scope
from helpers.project import Project
from jobcenteroverblik_support import CHECKOUT, NEWEST, SIZE, area, by_hand, clustered, observations, shipped

RULES = shipped()[0].grouping.rules
LABELS = [variable.label for variable in RULES.framework]
KIND = "sygedagpenge"
"""A kind that no condition is left out for."""

FEW = tuple(sorted({"Aarhus", "Odense", "Aalborg"}))
"""Statistics Denmark's Storbykommuner."""


def conditions(seed: int = 1) -> pd.DataFrame:
    """Made-up framework conditions of every job centre and every municipality of a joint one."""
    catalogue = shipped()[0]
    slugs = dict.fromkeys([*(c.slug for c in catalogue.centres), *(m.slug for m in catalogue.municipalities)])
    drawn = np.random.default_rng(seed).normal(size=(len(slugs), len(LABELS)))
    # Close to each other, so that most areas have somebody near.
    frame = pd.DataFrame(drawn * [1, 10, 0.1, 3, 0.4], index=list(slugs), columns=LABELS)
    frame[SIZE] = np.exp(10 + frame[SIZE])
    return frame


def ruled(**rules: object) -> Catalogue:
    """The shipped catalogue with other rules of comparison."""
    catalogue = shipped()[0]
    grouping = catalogue.grouping.model_copy(update={"rules": RULES.model_copy(update=rules)})
    return replace(catalogue, grouping=grouping)


def group(
    name: str,
    among: str = "computed",
    frame: pd.DataFrame | None = None,
    kind: str = KIND,
    catalogue: Catalogue | None = None,
) -> ComparisonGroup:
    own = catalogue or shipped()[0]
    return comparison_group(own, area(name), own.centres, among, kind=kind, conditions=frame)


def found(group: ComparisonGroup) -> list[tuple[str, float]]:
    return [(member.slug, distance) for member, distance in zip(group.members, group.distances, strict=True)]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_computed_group_of_all_94_job_centres_is_the_one_worked_out_by_hand(seed):
    frame, catalogue = conditions(seed), shipped()[0]
    none = 0
    for centre in catalogue.centres:
        made = comparison_group(catalogue, centre, catalogue.centres, "computed", kind=KIND, conditions=frame)
        assert found(made) == by_hand(frame, centre, list(catalogue.centres), LABELS), centre.name
        none += made.kind is None
    assert 0 < none < 94  # the draw has both: those with neighbours, and those without


def test_municipalities_can_be_grouped_as_well_as_job_centres():
    frame, catalogue = conditions(), shipped()[0]
    areas = [Area.of(municipality) for municipality in catalogue.municipalities]
    own = next(one for one in areas if one.name == "Dragør")
    made = comparison_group(catalogue, own, areas, "computed", conditions=frame)
    assert found(made) == by_hand(frame, own, areas, LABELS)
    assert comparison_group(catalogue, own, areas).name == "Hovedstadskommuner"
    assert set(comparison_group(catalogue, own, areas, "6-byerne").codes) == set(
        catalogue.grouping.lists["6-byerne"]
    )


def test_neither_the_order_of_the_figures_nor_that_of_the_areas_decides_who_is_in_it():
    frame, catalogue = conditions(), shipped()[0]
    shuffled = frame.sample(frac=1, random_state=3)
    turned = comparison_group(
        catalogue, area("Vejle"), catalogue.centres[::-1], "computed", kind=KIND, conditions=shuffled
    )
    straight = group("Vejle", frame=frame)
    assert {*found(turned)} == {*found(straight)} and turned.distances == straight.distances


def test_those_as_near_as_the_last_one_are_taken_in_together():
    frame = conditions()
    near = found(group("Vejle", frame=frame))
    others = [c.slug for c in shipped()[0].centres if c.slug not in {"vejle", *(slug for slug, _ in near)}]
    for slug in others[-3:]:  # from the end of the alphabet
        frame.loc[slug] = frame.loc[near[8][0]]
    made = group("Vejle", frame=frame)
    assert {*others[-3:], near[8][0]} <= {member.slug for member in made.members}
    assert made.tied == len(made.members) - 10 > 0
    assert made.distances[9:] == (made.distances[9],) * (made.tied + 1)
    assert found(made) == by_hand(frame, area("Vejle"), list(shipped()[0].centres), LABELS)
    assert "mere end ellers er med" in quality_words(made)


@pytest.mark.parametrize("seed", range(5))
def test_a_group_never_contains_the_area_itself_nor_the_joint_one_it_is_part_of(seed):
    for name in ("Læsø", "Ishøj", "Vallensbæk/Ishøj", "Odense"):
        own = area(name)
        for among in ("group", "computed", "kommunegruppe", "region", "country", "6-byerne"):
            made = group(name, among, conditions(seed))
            assert not any(set(member.codes) & set(own.codes) for member in made.members)


# ------------------------------------------------------------------------- what makes no group


def test_a_condition_that_has_no_figures_is_left_out_and_said_so():
    frame = conditions()
    frame[LABELS[2]] = np.nan
    made = group("Vejle", frame=frame)
    assert made.left_out == ((LABELS[2], "none"),)
    assert made.variables == tuple(label for label in LABELS if label != LABELS[2])
    assert found(made) == by_hand(
        frame, area("Vejle"), list(shipped()[0].centres), [x for x in LABELS if x != LABELS[2]]
    )


def test_a_condition_unknown_for_the_area_itself_is_left_out_and_said_so():
    frame = conditions()
    frame.loc["vejle", LABELS[0]] = np.nan
    assert group("Vejle", frame=frame).left_out == ((LABELS[0], "own"),)


@pytest.mark.parametrize("labels", [[SIZE], LABELS[:3]])
def test_without_its_size_or_three_conditions_there_is_no_computed_group(labels):
    frame = conditions()
    frame[labels] = np.nan
    made = group("Vejle", frame=frame)
    why = PassedOver.NO_SIZE if labels == [SIZE] else PassedOver.FEW_VARIABLES
    assert (made.kind, made.members) == (None, ())
    assert made.passed_over == ((GroupKind.COMPUTED, why),)
    assert "Der er ingen gruppe at sammenligne med, fordi" in group_sentence(made, "jobcentre")


def test_without_any_figures_at_all_there_is_no_computed_group():
    assert group("Vejle", frame=None).passed_over == ((GroupKind.COMPUTED, PassedOver.NO_SIZE),)


def test_a_job_centre_whose_size_is_unknown_is_nobodys_neighbour():
    frame = conditions()
    nearest = found(group("Vejle", frame=frame))[0][0]
    frame.loc[nearest, SIZE] = np.nan
    made = group("Vejle", frame=frame)
    assert nearest not in {member.slug for member in made.members}
    assert found(made) == by_hand(frame, area("Vejle"), list(shipped()[0].centres), LABELS)


def test_who_resembles_nobody_has_no_computed_group_and_is_compared_with_its_region():
    frame = conditions()
    frame.loc["vejle"] = frame.max() * 3
    assert group("Vejle", frame=frame).passed_over == ((GroupKind.COMPUTED, PassedOver.FAR),)
    made = group("Vejle", "group", frame, catalogue=ruled(order=("computed", "region")))
    assert (made.kind, made.name) == (GroupKind.REGION, "Syddanmark")
    assert passed_words(made) == "Region Syddanmark er valgt, fordi for få andre har lignende rammevilkår."


def test_a_condition_that_is_the_same_for_all_divides_nothing_by_nought():
    frame = conditions()
    frame[LABELS[1]] = 4.0
    made = group("Vejle", frame=frame)
    assert made.left_out == ((LABELS[1], "equal"),) and len(made.members) >= 10


@pytest.mark.parametrize("kind", list(RULES.clusters))
def test_a_condition_that_is_what_the_figure_shows_is_left_out(kind):
    made = group("Vejle", frame=conditions(), kind=kind)
    shown = [v for v in RULES.framework if kind in v.not_for]
    assert made.left_out == tuple((v.label, "same") for v in shown)
    for variable in shown:
        catalogue = shipped()[0]
        alone = comparison_group(
            catalogue,
            area("Vejle"),
            catalogue.centres,
            "computed",
            indicator=variable.indicator,
            conditions=conditions(),
        )
        assert (variable.label, "same") in alone.left_out


# ------------------------------------------------------------------------- framework conditions


def test_framework_conditions_are_means_over_the_oldest_year_of_the_window():
    catalogue = shipped()[0]
    rising = [None, *(float(n) for n in range(1, 13)), *[99.0] * 13]
    figures = {(v.indicator, v.series): {"630": rising} for v in RULES.framework}
    made = framework_conditions(catalogue, observations(figures), NEWEST)
    assert list(made.loc["vejle"]) == [pytest.approx(6.5)] * len(LABELS)
    assert made.loc["horsens"].isna().all()


def test_a_size_that_was_counted_later_in_the_window_counts_and_anything_else_does_not():
    late = [None] * 20 + [float(n) for n in range(6)]
    figures = {(v.indicator, v.series): {"630": late} for v in RULES.framework}
    made = framework_conditions(shipped()[0], observations(figures), NEWEST).loc["vejle"]
    assert made[SIZE] == 2.5 and made.drop(SIZE).isna().all()


def test_a_joint_job_centre_is_the_sum_in_size_and_otherwise_the_mean_by_size():
    figures = {
        (v.indicator, v.series): {"187": 10_000.0, "183": 30_000.0, "185": 5.0} if v.size
        else {"187": 2.0, "183": 4.0, "185": 3.0, "155": 3.0}
        for v in RULES.framework
    }  # fmt: skip
    made = framework_conditions(shipped()[0], observations(figures), NEWEST)
    assert made.loc["vallensbaek-ishoej", SIZE] == 40_000
    assert list(made.loc["vallensbaek-ishoej"].drop(SIZE)) == [3.5] * (len(LABELS) - 1)
    assert made.loc["taarnby-dragoer"].isna().all()


def test_without_a_period_nothing_is_known():
    figures = {(v.indicator, v.series): {"630": 1.0} for v in RULES.framework}
    assert framework_conditions(shipped()[0], observations(figures), None).isna().all(axis=None)


# ------------------------------------------------------------------------- what goes first


def test_a_cluster_file_goes_first_and_leaves_the_area_out():
    catalogue = clustered(KIND, ["Vejle", "Horsens", "Vallensbæk/Ishøj"])
    made = group("Vejle", "group", conditions(), catalogue=catalogue)
    assert (made.kind, made.name) == (GroupKind.CLUSTER, "A")
    assert [member.name for member in made.members] == ["Vallensbæk/Ishøj", "Horsens"]
    assert group("Vejle", "group", kind="kontanthjaelp", catalogue=catalogue).kind is GroupKind.OFFICIAL
    assert group("Vejle", KIND, kind="", catalogue=catalogue).members == made.members
    by_indicator = comparison_group(
        catalogue, area("Vejle"), catalogue.centres, indicator="sygedagpenge-andel"
    )
    assert by_indicator == made


def test_a_cluster_of_one_has_nobody_to_compare_with():
    assert group("Vejle", "group", catalogue=clustered(KIND, ["Vejle"])).members == ()


@pytest.mark.parametrize("name", ["Frederikssund", "Esbjerg/Fanø", "Vallensbæk/Ishøj", "Tårnby/Dragør"])
def test_the_five_groups_of_statistics_denmark_come_before_the_computed_one(name):
    catalogue = shipped()[0]
    with (CHECKOUT / "catalogue/areas/kommunegrupper.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["municipality"]: row["cluster"] for row in csv.DictReader(file, delimiter=";")}
    names = {m.code: m.name for m in catalogue.municipalities}
    chosen = area(name)
    made = group(name, "group", conditions())
    own = {listed[names[code]] for code in chosen.codes}
    expected = {
        centre.name
        for centre in catalogue.centres
        if centre.name != name and own & {listed[names[code]] for code in centre.codes}
    }
    assert made.kind is GroupKind.OFFICIAL and {member.name for member in made.members} == expected
    assert set(made.name.split(" og ")) == own and made.passed_over == ()
    said = group_sentence(made, "jobcentre")
    assert said.startswith("Sammenlignet med de andre jobcentre i Danmarks Statistiks kommunegruppe")
    assert "STAR" not in said and all(member.name in said for member in made.members)


@pytest.mark.parametrize("name", FEW)
def test_an_official_group_of_too_few_gives_way_and_the_page_says_why(name):
    made = group(name, "group", conditions())
    assert made.passed_over[0] == (GroupKind.OFFICIAL, PassedOver.FEW_MEMBERS)
    assert made.kind in (GroupKind.COMPUTED, GroupKind.REGION)
    assert "fordi Danmarks Statistiks kommunegruppe har for få andre" in group_sentence(made, "jobcentre")
    assert group(name, "kommunegruppe").kind is None


def test_the_region_is_by_the_municipality_and_leaves_out_a_joint_one_it_is_part_of():
    made = group("Læsø", "region")
    regions = {m.code: m.region for m in shipped()[0].municipalities}
    assert (made.kind, made.name, scope(made)) == (GroupKind.REGION, "Nordjylland", "Region Nordjylland")
    assert {regions[member.codes[0]] for member in made.members} == {"Nordjylland"}
    assert "frederikshavn-laesoe" not in {member.slug for member in made.members}
    assert len(made.members) == 9


def test_where_nothing_serves_there_is_no_group_and_the_reasons_are_told():
    made = group("Aarhus", "group", catalogue=ruled(order=("kommunegruppe", "computed")))
    assert (made.kind, made.members) == (None, ())
    assert group_sentence(made, "jobcentre") == (
        "Der er ingen gruppe at sammenligne med, fordi Danmarks Statistiks kommunegruppe har for få andre, og fordi "
        "der ikke er tal for befolkningens størrelse."
    )


def test_a_group_that_nothing_is_called_is_told_with_the_nearest_name():
    with pytest.raises(PlanError) as told:
        group("Vejle", "6-byern")
    assert '"6-byerne"' in str(told.value) and "kommunegruppe" in str(told.value)
    with pytest.raises(PlanError) as told:
        group("Vejle", "a-dagpenge", kind="")
    assert "catalogue/areas/clusters/a-dagpenge.csv" in str(told.value)


# ------------------------------------------------------------------------- mistakes in groups.yml


@pytest.fixture
def project(tmp_path: Path) -> Project:
    shutil.copytree(CHECKOUT / "catalogue", tmp_path / "catalogue")
    return Project(tmp_path)


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("indicator: ledighed-andel", "indicator: ledighed-andle", 'Did you mean "ledighed-andel"?'),
        ("series: count", "series: counts", '"befolkning-16-66" has no series "counts"'),
        ("not_for: [a-dagpenge]", "not_for: [a-dagpeng]", 'Did you mean "a-dagpenge"?'),
        ("    size: true\n", "", "None of the conditions is the size of the area."),
        ("Randers]", "Ranners]", 'Did you mean "Randers"?'),
        ("  6-byerne:", "  region:", '"region" is already what another group is called.'),
        ("[ledighed-dagpenge,", "[ledighed-dagpeng,", 'Did you mean "ledighed-dagpenge"?'),
        ("variables: 3", "variables: 2", "at least 3"),
        ("order: [cluster,", "order: [klynge,", '"klynge" is not allowed'),
    ],
)
def test_a_mistake_in_the_rules_is_named_with_file_and_line(project, written, instead, said):
    path = project.catalogue / "groups.yml"
    text = path.read_text(encoding="utf-8")
    assert text.count(written) == 1
    path.write_text(text.replace(written, instead), encoding="utf-8")
    (problem,) = check_catalogue(project)
    assert problem.where.startswith("catalogue/groups.yml:") and said in str(problem)


def test_without_its_file_the_catalogue_compares_within_official_groups_and_regions(project):
    (project.catalogue / "groups.yml").unlink()
    (project.catalogue / "jobcenteroverblik.yml").unlink()
    catalogue = load_catalogue(project)
    assert catalogue.grouping.rules.order == ("kommunegruppe", "region")
    (project.catalogue / "areas" / "kommunegrupper.csv").unlink()
    catalogue = load_catalogue(project)
    own = Area.of(catalogue.municipality("Vejle"))
    assert comparison_group(catalogue, own, map(Area.of, catalogue.municipalities)).kind is GroupKind.REGION
