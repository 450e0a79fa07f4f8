"""Groups, places, ties and thirds of all 94 job centres, held against a calculation of its own: example data, and real figures.

The oracle reads the lists and the figures itself, counts by hand and shares no code with what it judges.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter

import pandas as pd
import pytest

from helpers.analysis.groups import GroupKind, comparison_group, framework_conditions
from helpers.analysis.ranks import Third
from helpers.catalogue.areas import Area
from helpers.data.frames import State
from helpers.data.processed import load_observations
from helpers.periods import Period
from helpers.present.group_words import group_sentence
from helpers.reports import wing
from helpers.reports.base.request import RenderRequest
from helpers.reports.jobcenteroverblik.numbers import KEY
from helpers.reports.jobcenteroverblik.pieces import verdict_box
from helpers.reports.jobcenteroverblik.report import JobcenteroverblikReport
from jobcenteroverblik_support import CHECKOUT, SIZE, by_hand, observations, shipped
from jobindsats_tables import REFERENCE, has_reference
from report_support import copy_project
from sentence_patterns import OVERVIEW_PATTERNS, masked

FRAMEWORK, EFFORT = (1, 3, 7, 11, 15), (6, 14, 18, 22, 25)
LABELS = {v.label: v for v in shipped()[0].grouping.rules.framework}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[JobcenteroverblikReport]:
    project = copy_project(tmp_path_factory.mktemp("everyone"))
    request = RenderRequest(
        project, KEY, (), "", None, None, ("html",), "built-in", project.root / "_site", True, "", 1, False, False, ""
    )  # fmt: skip
    return list(wing(KEY).reports(request, shipped()[0]))


def official() -> dict[str, str]:
    """Municipality's name → Statistics Denmark's group, from the file."""
    with (CHECKOUT / "catalogue/areas/kommunegrupper.csv").open(encoding="utf-8", newline="") as file:
        return {row["municipality"]: row["cluster"] for row in csv.DictReader(file, delimiter=";")}


def conditions(report: JobcenteroverblikReport) -> pd.DataFrame:
    """The conditions of every area, worked out from the figures by hand."""
    frame = load_observations(report.project, report.catalogue, report.basis)
    newest = report.standings.newest
    assert newest is not None
    first = [newest.shift(back).id for back in range(-24, -12)]
    columns = {}
    for label, variable in LABELS.items():
        rows = frame[(frame["indicator"] == variable.indicator) & (frame["series"] == variable.series)]
        rows = rows[rows["period"].isin(first) & (rows["state"] == "ok")]
        columns[label] = {
            m.slug: rows[rows["area"] == m.code]["value"].mean() for m in report.catalogue.municipalities
        }
    found = pd.DataFrame(columns)
    slugs = {m.code: m.slug for m in report.catalogue.municipalities}
    for centre in report.catalogue.centres:
        if centre.joint:
            parts = found.loc[[slugs[code] for code in centre.codes]]
            total = parts[SIZE].sum()
            for label in LABELS:
                found.loc[centre.slug, label] = (
                    total if label == SIZE else (parts[label] * parts[SIZE]).sum() / total
                )
    return found


def expected_group(report: JobcenteroverblikReport, kind: str, known: pd.DataFrame) -> set[str]:
    catalogue, own = report.catalogue, report.area
    names = {m.code: m.name for m in catalogue.municipalities}
    listed = official()
    ours = {listed[names[code]] for code in own.codes}
    others = [centre for centre in catalogue.centres if not set(centre.codes) & set(own.codes)]
    same = {c.slug for c in others if ours & {listed[names[code]] for code in c.codes}}
    if len(same) >= 5:
        return same
    labels = [label for label, variable in LABELS.items() if kind not in variable.not_for]
    near = {slug for slug, _ in by_hand(known, own, list(catalogue.centres), labels)}
    if near:
        return near
    regions = {m.code: m.region for m in catalogue.municipalities}
    return {c.slug for c in others if regions[c.codes[0]] == regions[own.codes[0]]}


def expected_third(place: int, sharing: int, of: int) -> Third:
    """The third of the middle of the places that one shares, counted from the top and, as a check, from the bottom."""

    def cut(middle: float) -> str:
        return "outer" if middle < of / 3 - 1e-9 else "inner" if middle <= 2 * of / 3 + 1e-9 else "far"

    taken = range(place, place + sharing + 1)
    middle = sum(n - 0.5 for n in taken) / len(taken)
    above, below = cut(middle), cut(of - middle)
    assert {"outer": "far", "inner": "inner", "far": "outer"}[above] == below
    return {"outer": Third.TOP, "inner": Third.MIDDLE, "far": Third.BOTTOM}[above]


def test_groups_places_ties_and_thirds_of_all_job_centres_on_example_data(reports):
    assert len(reports) == 94
    known = conditions(reports[0])
    kinds, ties, marked = Counter(), 0, 0
    for report in reports:
        own = report.area
        for number in (*FRAMEWORK, *EFFORT):
            found = report.standings.standing(number)
            figure = found.figure
            members = {member.slug for member in found.group.members}
            if number in FRAMEWORK:
                assert members == expected_group(report, figure.cluster, known), (own.name, number)
                kinds[found.group.kind] += 1
            else:
                assert len(members) == 93 and own.slug not in members
            board = report.boards(figure.indicator)
            values = {slug: board.value(slug, found.newest) for slug in (own.slug, *members)}
            have = {slug: value for slug, value in values.items() if value is not None}
            assert found.rank.without == sum(values[slug] is None for slug in members)
            if own.slug not in have or len(have) == 1:
                assert found.rank.place is None
                continue
            order = sorted(have.values(), reverse=found.indicator.direction.sign > 0)
            place = order.index(have[own.slug]) + 1
            sharing = order.count(have[own.slug]) - 1
            assert (found.rank.place, found.rank.of, found.rank.sharing) == (place, len(order), sharing)
            ties += sharing > 0
            if sharing + 1 < len(order):
                assert found.rank.third is expected_third(place, sharing, len(order))
            rule = report.jobcenteroverblik.template.joint.of_counts.get(figure.indicator)
            names = rule.base if rule else [s for s in found.indicator.series if s == "base"]
            if names:
                bases = [report.boards(figure.indicator, name) for name in names]
                values_ = [base.value(own.slug, found.newest) for base in bases]
                hidden = any(base.state(own.slug, found.newest) is State.SUPPRESSED for base in bases)
                small = None not in values_ and sum(filter(None, values_)) < 30
                assert (own in found.few) == (hidden or small), (own.name, number)
                marked += own in found.few
    assert kinds[GroupKind.OFFICIAL] > 400 and kinds[GroupKind.COMPUTED] and ties > 50 and marked


def test_whoever_shares_a_value_in_a_group_has_the_same_place_and_third(reports):
    by_figure: dict[tuple[int, frozenset[str]], dict[str, tuple]] = {}
    for report in reports:
        for number in EFFORT:
            found = report.standings.standing(number)
            value = report.boards(found.indicator.key).value(report.area.slug, found.newest)
            if value is not None:
                everyone = frozenset({report.area.slug, *(m.slug for m in found.group.members)})
                told = (found.rank.place, found.rank.third)
                assert by_figure.setdefault((number, everyone), {}).setdefault(str(value), told) == told
    assert len(by_figure) == len(EFFORT)


# ------------------------------------------------------------------------- real figures


def plain(name: str) -> str:
    folded = unicodedata.normalize("NFC", name).casefold().strip()
    return {"copenhagen": "københavn"}.get(folded, folded)


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    """Observations of three real conditions: unemployment, kontanthjælp, and the population."""
    wide = pd.read_csv(
        REFERENCE / "derived" / "jobindsats-monthly-98-kommuner-wide.csv", dtype={"area_code": str}
    )
    wide = wide.dropna(subset="area_code").set_index(["area_code", "period"])
    people = pd.read_csv(
        REFERENCE / "statbank" / "folk1am_population_by_municipality.csv", sep=";", encoding="utf-8-sig"
    )
    latest = people[people["TID"] == people["TID"].max()].set_index("OMRÅDE")["INDHOLD"]
    named = {plain(str(name)): float(value) for name, value in latest.items()}
    months = sorted(wide.index.get_level_values("period").unique())[-26:]
    catalogue = shipped()[0]
    figures: dict[tuple[str, str], dict[str, list[float | None]]] = {
        ("ledighed-andel", "share"): {}, ("kontanthjaelp-andel", "share"): {}, ("befolkning-16-66", "count"): {},
    }  # fmt: skip
    columns = {
        "ledighed-andel": "ledige_total_pct_arbejdsstyrke",
        "kontanthjaelp-andel": "kth_pct_befolkning",
    }
    for area in catalogue.municipalities:
        for key, column in columns.items():
            values = wide.loc[area.code][column].reindex(months)
            figures[key, "share"][area.code] = [None if pd.isna(v) else float(v) for v in values]
        figures["befolkning-16-66", "count"][area.code] = [named[plain(area.name)]] * len(months)
    return observations(figures, newest=Period.parse(months[-1]))


@pytest.mark.reference
@pytest.mark.skipif(not has_reference(), reason=f"no reference data at {REFERENCE}")
@pytest.mark.parametrize("whom", ["municipalities", "job centres"])
def test_computed_groups_of_the_whole_country_on_real_figures(real, whom):
    catalogue = shipped()[0]
    areas = (
        list(map(Area.of, catalogue.municipalities)) if whom == "municipalities" else list(catalogue.centres)
    )
    known = framework_conditions(catalogue, real, Period.parse(real["period"].max()))
    labels = [label for label in LABELS if known[label].notna().any()]
    assert len(labels) == 3 and known[labels].notna().all(axis=None)
    sizes = Counter()
    for own in areas:
        made = comparison_group(catalogue, own, areas, "computed", conditions=known)
        expected = by_hand(known, own, areas, labels)
        assert {(m.slug, d) for m, d in zip(made.members, made.distances, strict=True)} == set(expected), (
            own.name
        )
        sizes[len(made.members)] += 1
    assert sizes[10] > 40 and sizes[0]  # København resembles nobody
    # Læsø is not put beside the biggest towns any more, whatever the figure.
    names = {area.slug: area.name for area in areas}
    laesoe = next((one for one in areas if one.slug == "laesoe"), None)
    if laesoe is not None:
        group = comparison_group(catalogue, laesoe, areas, "computed", conditions=known)
        assert not {names[m.slug] for m in group.members} & {"København", "Aarhus", "Odense", "Aalborg"}


SPOKESMEN = ("Aalborg", "Tårnby/Dragør", "Ærø")
"""Between them, all that is said of any of the 94."""
NAME = "|".join(sorted((re.escape(m.name) for m in shipped()[0].municipalities), key=len, reverse=True))
GROUP = r"[A-ZÆØÅ]\w+"
WORDS = (
    (r"[▲●▼] \w+ tredjedel", "<tredjedel>"),
    (rf"(?:{NAME})(?:(?:, | og |/)(?:{NAME}))*", "<jobcenter>"),
    (
        rf"kommunegruppe(?:n|r|rne)? {GROUP}(?: og {GROUP})?|Region {GROUP}|(?<=i )(?:den beregnede gruppe|landet)",
        "<gruppe>",
    ),
    (r"\b(?:fire|fem|seks|syv|otte|ni|ti)\b(?= jobcentre| rammevilkår)", "#"),
    (r"(?<=Nærmeste måling i dag: ).*", "<måling>"),
)


def test_no_sentence_of_any_job_centre_is_of_a_kind_that_nobody_has_read(
    reports: list[JobcenteroverblikReport],
) -> None:
    found: dict[str, str] = {}
    for report in (one for one in reports if one.area.name in SPOKESMEN):
        for figure in report.jobcenteroverblik.figures:
            standing = report.standings.standing(figure.number)
            if standing is None or not standing.has_data:
                continue
            box = [text for part in verdict_box(standing, report.area).parts for text in part.paragraphs]
            for text in (*box, group_sentence(standing.group, standing.office.many)):
                for said in masked(text.replace("**", ""), WORDS):
                    found.setdefault(said, f"{report.area.name}, figur {figure.number}")
    assert {said: who for said, who in found.items() if said not in OVERVIEW_PATTERNS} == {}
    assert set(found) >= OVERVIEW_PATTERNS, "no longer said by these"
