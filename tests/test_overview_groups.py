"""Comparison groups: nearest by framework conditions, from a file, or the region; never the area itself."""

from __future__ import annotations

import csv
import math
import shutil
import statistics
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.catalogue import load_catalogue
from helpers.errors import PlanError
from helpers.periods import window
from helpers.project import Project
from helpers.reports.jobcenteroverblik.groups import (
    GroupKind,
    computed_group,
    framework_conditions,
    group_for,
)
from helpers.reports.jobcenteroverblik.models import load_jobcenteroverblik
from helpers.reports.jobcenteroverblik.ranking import group_sentence
from overview_support import CHECKOUT, NEWEST, area, changed, clustered, shipped

LABELS = [variable.label for variable in shipped()[1].template.framework]
KIND = "sygedagpenge"
"""A kind that no variable is left out for."""


def conditions(seed: int = 1) -> pd.DataFrame:
    """Made-up framework conditions of every job centre and every municipality of a joint one."""
    _, jobcenteroverblik = shipped()
    slugs = dict.fromkeys(
        [*(c.slug for c in jobcenteroverblik.centres), *(m.slug for m in jobcenteroverblik.municipalities)]
    )
    drawn = np.random.default_rng(seed).normal(size=(len(slugs), len(LABELS)))
    return pd.DataFrame(drawn * [1, 10, 0.1, 3, 1], index=list(slugs), columns=LABELS)


def by_hand(frame: pd.DataFrame, own: str, labels: list[str]) -> list[str]:
    """The nearest ten, worked out without arrays."""
    _, jobcenteroverblik = shipped()
    rivals = [c.slug for c in jobcenteroverblik.competitors(area(own))]
    everyone = [area(own).slug, *rivals]
    gaps: dict[str, list[float]] = {slug: [] for slug in rivals}
    for label in labels:
        values = {slug: frame.at[slug, label] for slug in everyone}
        known = [value for value in values.values() if not math.isnan(value)]
        spread = statistics.pstdev(known)
        for slug in rivals:
            gap = (values[slug] - values[everyone[0]]) / spread
            if not math.isnan(gap):
                gaps[slug].append(gap**2)
    near = {slug: math.sqrt(sum(g) / len(g)) for slug, g in gaps.items() if len(g) >= len(labels) / 2}
    return sorted(near, key=lambda slug: (round(near[slug], 9), slug))[:10]


@pytest.mark.parametrize("name", ["Frederikssund", "København", "Vallensbæk/Ishøj", "Læsø"])
def test_the_computed_group_is_the_nearest_ten_worked_out_by_hand(name):
    frame = conditions()
    group = computed_group(shipped()[1], area(name), frame, KIND)
    assert [member.slug for member in group.members] == by_hand(frame, name, LABELS)
    assert group.kind is GroupKind.COMPUTED and group.variables == tuple(LABELS)


def test_the_same_figures_give_the_same_group_in_whatever_order_they_come():
    frame = conditions()
    shuffled = frame.sample(frac=1, random_state=3)
    first, second = (computed_group(shipped()[1], area("Vejle"), f, KIND) for f in (frame, shuffled))
    assert first == second


@pytest.mark.parametrize("seed", range(5))
def test_a_group_never_contains_the_area_itself_nor_the_joint_one_it_is_part_of(seed):
    jobcenteroverblik = shipped()[1]
    for name in ("Læsø", "Ishøj", "Vallensbæk/Ishøj", "Odense"):
        own = area(name)
        group = computed_group(jobcenteroverblik, own, conditions(seed), KIND)
        assert len(group.members) == 10
        assert not any(set(member.codes) & set(own.codes) for member in group.members)


def test_a_variable_that_has_no_figures_is_left_out_and_said_so():
    frame = conditions()
    frame[LABELS[2]] = np.nan
    group = computed_group(shipped()[1], area("Vejle"), frame, KIND)
    assert group.left_out == ((LABELS[2], "none"),)
    assert [m.slug for m in group.members] == by_hand(frame, "Vejle", [x for x in LABELS if x != LABELS[2]])


def test_a_variable_unknown_for_the_area_itself_is_left_out_and_said_so():
    frame = conditions()
    frame.loc["vejle", LABELS[0]] = np.nan
    group = computed_group(shipped()[1], area("Vejle"), frame, KIND)
    assert group.left_out == ((LABELS[0], "own"),)


def test_a_job_centre_with_some_variables_unknown_is_judged_by_the_rest_and_one_with_few_is_left_out():
    frame = conditions()
    nearest = computed_group(shipped()[1], area("Vejle"), frame, KIND).members[0].slug
    frame.loc[nearest, LABELS[:2]] = np.nan
    assert [m.slug for m in computed_group(shipped()[1], area("Vejle"), frame, KIND).members] == by_hand(
        frame, "Vejle", LABELS
    )
    frame.loc[nearest, LABELS[:3]] = np.nan
    group = computed_group(shipped()[1], area("Vejle"), frame, KIND)
    assert nearest not in {member.slug for member in group.members}


def test_a_variable_that_is_the_same_for_all_divides_nothing_by_nought():
    frame = conditions()
    frame[LABELS[1]] = 4.0
    group = computed_group(shipped()[1], area("Vejle"), frame, KIND)
    assert group.left_out == ((LABELS[1], "equal"),) and len(group.members) == 10


def test_without_any_figures_the_group_is_empty():
    group = computed_group(shipped()[1], area("Vejle"), conditions() * np.nan, KIND)
    assert group.members == () and {reason for _, reason in group.left_out} == {"none"}


@pytest.mark.parametrize("kind", list(shipped()[1].template.clusters))
def test_a_condition_that_is_what_the_figure_shows_is_left_out_for_that_kind(kind):
    group = computed_group(shipped()[1], area("Vejle"), conditions(), kind)
    shown = [v.label for v in shipped()[1].template.framework if kind in v.not_for]
    assert group.left_out == tuple((label, "same") for label in shown)


def test_framework_conditions_are_means_over_the_oldest_year_of_the_window():
    _, jobcenteroverblik = shipped()
    months = [period.id for period in window(NEWEST)]
    values = {}
    for variable in jobcenteroverblik.template.framework:
        frame = pd.DataFrame(5.0, index=["vejle"], columns=months)
        frame.loc["vejle", months[:12]] = [float(n) for n in range(1, 13)]
        values[variable.indicator, variable.series] = frame
    found = framework_conditions(jobcenteroverblik, values, NEWEST).loc["vejle"]
    for variable in jobcenteroverblik.template.framework:
        assert found[variable.label] == pytest.approx(math.log(6.5) if variable.log else 6.5)


def test_a_cluster_file_goes_before_the_computed_group_and_leaves_the_area_out():
    jobcenteroverblik = clustered(KIND, ["Vejle", "Horsens", "Vallensbæk/Ishøj"])
    group = group_for(jobcenteroverblik, area("Vejle"), KIND, conditions())
    assert (group.kind, group.name) == (GroupKind.CLUSTER, "A")
    assert [member.name for member in group.members] == ["Vallensbæk/Ishøj", "Horsens"]
    assert (
        group_for(jobcenteroverblik, area("Vejle"), "kontanthjaelp", conditions()).kind is GroupKind.COMPUTED
    )


def test_a_cluster_of_one_has_nobody_to_compare_with():
    group = group_for(clustered(KIND, ["Vejle"]), area("Vejle"), KIND, conditions())
    assert group.members == ()


def test_the_region_can_be_the_group_instead():
    jobcenteroverblik = changed(default_group="region")
    group = group_for(jobcenteroverblik, area("Læsø"), KIND, conditions())
    regions = {m.code: m.region for m in jobcenteroverblik.municipalities}
    assert (group.kind, group.name) == (GroupKind.REGION, "Nordjylland")
    assert {regions[member.codes[0]] for member in group.members} == {"Nordjylland"}
    assert "frederikshavn-laesoe" not in {member.slug for member in group.members}
    assert len(group.members) == 9


def test_a_joint_job_centre_without_a_figure_of_its_own_resembles_the_mean_of_its_municipalities():
    _, jobcenteroverblik = shipped()
    months = [period.id for period in window(NEWEST)]
    slugs = ["vallensbaek", "ishoej", "vallensbaek-ishoej", "taarnby", "dragoer", "taarnby-dragoer"]
    values = {}
    for variable in jobcenteroverblik.template.framework:
        frame = pd.DataFrame([2.0, 4.0, np.nan, 2.0, np.nan, np.nan], index=slugs, columns=["x"])
        values[variable.indicator, variable.series] = pd.concat(
            [frame["x"].rename(m) for m in months], axis=1
        )
    found = framework_conditions(jobcenteroverblik, values, NEWEST)
    plain = [variable.label for variable in jobcenteroverblik.template.framework if not variable.log]
    assert (found.loc["vallensbaek-ishoej", plain] == 3.0).all()
    assert found.loc["taarnby-dragoer"].isna().all()


# ------------------------------------------------------------------------- Statistics Denmark's five groups


def asking_for_the_five(root: Path) -> Project:
    shutil.copytree(CHECKOUT / "catalogue", root / "catalogue")
    path = root / "catalogue" / "overview.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("default_group: computed", "default_group: kommunegruppe"), encoding="utf-8")
    return Project(root)


@pytest.mark.parametrize("name", ["Frederikssund", "Esbjerg/Fanø", "Vallensbæk/Ishøj", "Tårnby/Dragør"])
def test_an_overview_can_compare_within_the_five_groups_of_statistics_denmark(tmp_path, name):
    project = asking_for_the_five(tmp_path)
    catalogue = load_catalogue(project)
    overview = load_jobcenteroverblik(project, catalogue)
    with (CHECKOUT / "catalogue/areas/kommunegrupper.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["municipality"]: row["cluster"] for row in csv.DictReader(file, delimiter=";")}
    names = {m.code: m.name for m in catalogue.municipalities}
    chosen = next(centre for centre in overview.centres if centre.name == name)
    group = group_for(overview, chosen, KIND, conditions())
    own = {listed[names[code]] for code in chosen.codes}
    expected = {
        centre.name
        for centre in overview.centres
        if centre.name != name and own & {listed[names[code]] for code in centre.codes}
    }
    assert group.kind is GroupKind.OFFICIAL and {member.name for member in group.members} == expected
    assert set(group.name.split(" og ")) == own
    said = group_sentence(group, "sygedagpenge")
    assert "Danmarks Statistiks kommunegruppe" in said and "STAR" not in said


def test_a_supplied_cluster_goes_before_the_five_groups(tmp_path):
    project = asking_for_the_five(tmp_path)
    catalogue = load_catalogue(project)
    rows = "".join(f"A;{m.name}\n" for m in catalogue.municipalities)
    path = project.catalogue / "areas" / "clusters" / f"{KIND}.csv"
    path.write_text("cluster;municipality\n" + rows, encoding="utf-8")
    overview = load_jobcenteroverblik(project, catalogue)
    assert group_for(overview, overview.centres[0], KIND).kind is GroupKind.CLUSTER
    assert group_for(overview, overview.centres[0], "a-dagpenge").kind is GroupKind.OFFICIAL


def test_the_five_groups_are_asked_for_by_name_when_their_file_is_gone(tmp_path):
    project = asking_for_the_five(tmp_path)
    (project.catalogue / "areas" / "kommunegrupper.csv").unlink()
    with pytest.raises(PlanError) as told:
        load_jobcenteroverblik(project, load_catalogue(project))
    assert "overview.yml" in str(told.value) and "kommunegrupper.csv" in str(told.value)
