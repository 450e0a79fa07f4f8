"""The catalogue says what the documents say: plans, figures' titles and legends, and printed figures.

The documents themselves (seeds 000–002) and the notes on the API are the oracle where they are at hand.
"""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.catalogue import load_catalogue
from helpers.catalogue.catalogue import fill
from helpers.catalogue.models import (
    NATIONAL_NAME,
    Certainty,
    Direction,
    FromHand,
    FromMeasure,
    FromUnknown,
    Goal,
    Indicator,
    Plan,
    PublishedRow,
    Series,
    Unit,
)
from helpers.periods import Frequency, Period
from helpers.project import Project

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
CATALOGUE = load_catalogue(Project(ROOT))
PLAN_2022 = CATALOGUE.plan("frederikssund-2022")
PLAN_2023 = CATALOGUE.plan("frederikssund-2023")
CURRENT = CATALOGUE.plan("noegletal-2026")
OWNER = CATALOGUE.municipality("frederikssund")
KONTANTHJAELP = re.compile(r"y(35|36|38|60)[a-z]")
"""Tables of the benefits that the reform of 1 July 2025 made one."""


def seed(number: str) -> str:
    path = next((SHARED / "seeds").glob(f"{number}_*.txt"), None)
    if path is None:
        pytest.skip("../shared/seeds is not there")
    return path.read_text(encoding="utf-8")


def reference(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"../shared/{name} is not there")
    return path


def bare(text: str) -> str:
    """Text without what taking it out of a PDF changes: blanks, line breaks, hyphens at line ends, stops."""
    text = re.sub(r"-\s*\n", "", text).replace("%", "pct")
    return re.sub(r"[\s.,…\-–]", "", text).casefold()


def goals_of(plan: Plan) -> list[Goal]:
    return list(plan.goals)


def measured(plan: Plan) -> list[Indicator]:
    keys = dict.fromkeys(key for goal in plan.goals for key in goal.indicators)
    return [CATALOGUE.indicators[key] for key in keys if key in CATALOGUE.indicators]


# ------------------------------------------------------------------ the plans against the documents


@pytest.mark.reference
@pytest.mark.parametrize("goal", goals_of(PLAN_2023), ids=lambda goal: goal.number)
def test_every_goal_of_2023_is_worded_as_a_document_words_it(goal: Goal) -> None:
    assert any(bare(goal.text) in bare(seed(number)) for number in ("000", "001", "002"))


@pytest.mark.reference
@pytest.mark.parametrize("goal", goals_of(PLAN_2023), ids=lambda goal: goal.number)
def test_every_goal_of_2023_has_the_heading_of_the_proposal(goal: Goal) -> None:
    proposal = bare(seed("002").replace("med det forløbet/", "med forløbet/"))
    assert bare(f"Resultatmål {goal.number}: {goal.title}") in proposal


@pytest.mark.reference
def test_plan_2023_has_just_the_goals_of_the_proposal_and_its_seven_focus_areas() -> None:
    proposal = dict.fromkeys(re.findall(r"Resultatmål (\d[a-z]):", seed("002")))
    assert [goal.number for goal in PLAN_2023.goals] == list(proposal)
    status = bare(seed("000"))
    for area in PLAN_2023.focus_areas:
        assert bare(f"Fokusområde {area.number} - {area.title}") in status


@pytest.mark.reference
@pytest.mark.parametrize(
    "goal", [goal for goal in PLAN_2022.goals if goal.number_printed], ids=lambda goal: goal.number
)
def test_a_printed_number_of_2022_stands_in_the_annex_with_its_wording(goal: Goal) -> None:
    annex = bare(seed("001"))
    continued = [new for new in PLAN_2023.goals if new.previous and new.previous.goal == goal.number]
    same = bool(continued) and continued[0].text == goal.text
    assert bare(f"{goal.number}: {goal.text}") in annex or (
        same and bare(f"Identisk med mål {goal.number}") in annex
    )


@pytest.mark.parametrize(
    "goal", [goal for goal in PLAN_2022.goals if not goal.number_printed], ids=lambda goal: goal.number
)
def test_a_goal_of_2022_without_a_printed_number_is_one_that_2023_repeats_word_for_word(goal: Goal) -> None:
    (new,) = [new for new in PLAN_2023.goals if new.previous and new.previous.goal == goal.number]
    assert (new.text, new.target, new.indicators) == (goal.text, goal.target, goal.indicators)


@pytest.mark.reference
def test_the_remarks_are_those_of_the_annex() -> None:
    annex = seed("001").replace("adressers", "adresseres").replace("overvågning  f ", "overvågning af ")
    remarks = [goal.previous.remark for goal in PLAN_2023.goals if goal.previous and goal.previous.remark]
    remarks += [dropped.remark for dropped in PLAN_2023.dropped]
    assert len(remarks) == 7
    for remark in remarks:
        said = remark.replace("Det er væsentligt", "Væsentligt").replace("Det er en", "Er en")
        assert bare(said) in bare(annex)


def test_every_goal_of_2022_is_either_continued_or_dropped_once() -> None:
    continued = [goal.previous.goal for goal in PLAN_2023.goals if goal.previous and goal.previous.goal]
    dropped = [entry.goal for entry in PLAN_2023.dropped]
    assert sorted(continued + dropped) == sorted(goal.number for goal in PLAN_2022.goals)


def test_the_focus_area_that_was_replaced_is_in_both_plans_and_its_unknown_goals_are_not_made_up() -> None:
    (new,) = [area for area in PLAN_2023.focus_areas if area.replaces]
    (old,) = [area for area in PLAN_2022.focus_areas if area.title == new.replaces]
    assert old.number == new.number
    assert old.goals == ()
    assert old.goals_missing
    assert [area.title for area in PLAN_2022.focus_areas if area is not old] == [
        area.title for area in PLAN_2023.focus_areas if area is not new
    ]


def test_a_goal_that_was_decided_without_a_target_says_so_and_why() -> None:
    target = PLAN_2022.goal("5B").target
    assert not target.is_set
    assert not target.national
    assert target.because
    assert target.direction is None


def test_remarks_that_concern_one_municipality_only_are_marked() -> None:
    marked = {
        goal.number: goal.previous for goal in PLAN_2023.goals if goal.previous and goal.previous.remark
    }
    assert "Ungekontakten" in (marked["6d"].remark or "")
    assert marked["6d"].owner_only
    assert PLAN_2023.shows(True, OWNER)
    assert not PLAN_2023.shows(True, CATALOGUE.municipality("Hedensted"))
    assert PLAN_2023.shows(False, CATALOGUE.municipality("Hedensted"))


@pytest.mark.parametrize("plan", [PLAN_2022, PLAN_2023, CURRENT], ids=lambda plan: plan.key)
def test_the_rule_of_a_target_is_the_one_its_wording_has(plan: Plan) -> None:
    for goal in plan.goals:
        if not goal.target.is_set:
            continue
        lower = re.search(r"højst|skal være under|lavere", goal.text) is not None
        assert goal.target.direction is (Direction.LOWER if lower else Direction.HIGHER), goal.number
        assert goal.target.national is ("landsgennemsnittet" in goal.text), goal.number
        assert goal.target.strict is ("skal være under" in goal.text), goal.number
        margin = re.search(r"mindst (\d+,\d+) procentpoint lavere", goal.text)
        assert goal.target.margin == (-Decimal(margin[1].replace(",", ".")) if margin else 0), goal.number
        number = re.search(r"(\d+) pct\.", goal.text)
        if number:
            written = goal.target.was if goal.number == "4c" and plan is PLAN_2023 else goal.target.value
            assert written == Decimal(number[1]), goal.number


@pytest.mark.reference
def test_the_target_of_4c_was_lowered_as_the_status_says() -> None:
    said = re.search(
        r"Mindst (\d+) pct\. \(nu (\d+)% pga\. af ændret \s*målingsopgørelse fra STAR\)", seed("000")
    )
    assert said
    target = PLAN_2023.goal("4c").target
    assert (target.was, target.value) == (Decimal(said[1]), Decimal(said[2]))
    assert "STAR" in (target.because or "")


# ------------------------------------------------------------------ the figures against the proposal


def label(series: Series, area: str) -> str:
    if area == NATIONAL_NAME and series.label_national:
        return series.label_national
    return fill(series.label, area=area)


MENDED = {
    "opkvalificering-paabegyndt": ("uddannelesehjælp", "uddannelseshjælp"),
    "flygtninge-virksomhedsrettet": (
        "Hele landet - Antal i virksomhedsrettet tilbud",
        "Hele landet - Andel i virksomhedsrettet tilbud",
    ),
}
"""Indicator → what the proposal prints wrongly, and what is meant (said in a comment in the catalogue)."""


@pytest.mark.reference
@pytest.mark.parametrize("indicator", measured(PLAN_2023), ids=lambda indicator: indicator.key)
def test_title_legend_and_axes_are_those_of_the_figure_in_the_proposal(indicator: Indicator) -> None:
    proposal = bare(seed("002"))
    printed, meant = MENDED.get(indicator.key, ("", ""))
    assert bare(printed) in proposal
    figure = proposal.replace(bare(printed), bare(meant)) if printed else proposal
    texts = [indicator.title, indicator.subtitle, indicator.share_axis, indicator.count_axis]
    for series in indicator.series.values():
        # The text lacks a few of the municipality's own lines; the country's are all there.
        texts.append(label(series, NATIONAL_NAME if series.national else OWNER.name))
    for text in filter(None, texts):
        assert bare(fill(text, kommune=OWNER.name, i_kommune=OWNER.place)) in figure, text


@pytest.mark.reference
def test_the_questions_of_the_company_survey_are_those_of_the_proposal() -> None:
    survey = CATALOGUE.surveys["virksomhedstilfredshed"]
    proposal = bare(seed("002"))
    for key, question in survey.questions.items():
        assert bare(fill(question, jobcenter="Jobcenter Frederikssund")) in proposal
        assert bare(survey.answers.get(key, survey.answer)) in proposal
    assert len(survey.questions) == 4


def test_5b_is_one_figure_with_two_sets_of_bars_and_lines_for_two_measures() -> None:
    (figure,) = CATALOGUE.figures(PLAN_2023.goal("5b"))
    assert figure.key == "jobordrer"
    drawn = [(indicator.name, indicator.series[key]) for indicator, key in figure.series]
    assert [(name, series.mark, series.national) for name, series in drawn] == [
        ("Formidlingsgrad", "bar", False),
        ("Formidlingsgrad", "bar", False),
        ("Formidlingsgrad", "line", True),
        ("Besættelsesgrad", "line", True),
    ]
    assert {indicator.unit for indicator in figure.indicators} == {Unit.RATIO}
    assert {indicator.decimals for indicator in figure.indicators} == {2}


def test_7a_stacks_fleksjob_and_ledighedsydelse() -> None:
    series = CATALOGUE.indicators["fleksjob-andel"].series
    stacked = [item for item in series.values() if item.mark == "bar"]
    assert len(stacked) == 2
    assert len({item.stack for item in stacked}) == 1
    assert stacked[0].stack


def test_a_goal_that_is_judged_by_a_survey_has_no_figure() -> None:
    assert CATALOGUE.figures(PLAN_2023.goal("5a")) == ()
    assert CATALOGUE.survey(PLAN_2023.goal("5a")) is CATALOGUE.surveys["virksomhedstilfredshed"]
    assert CATALOGUE.survey(PLAN_2023.goal("1a")) is None


# ------------------------------------------------------------------ printed figures

MONTH_NUMBERS = {"august": 8, "september": 9, "oktober": 10, "november": 11, "aug.": 8, "okt.": 10}
"""The months of the status table, as it spells them."""


def printed_rows() -> dict[str, list[tuple[str, Decimal, Decimal, Decimal]]]:
    """Goal → period, country, municipality and gap, read out of the text of the status table (seed 000)."""
    rows = {}
    chunks = re.split(r"(?m)^ ?(\d[a-d]) (?=[A-ZÆØÅ])", re.sub(r"(?m)^Fokusområde.*$", "", seed("000")))
    for goal, chunk in zip(chunks[1::2], chunks[2::2], strict=True):
        quarter = re.search(r"(\d)\. kvartal\s+(\d{4})", chunk)
        months = re.findall(rf"(?i)\b({'|'.join(map(re.escape, MONTH_NUMBERS))})\s+(\d{{4}})", chunk)
        periods = [f"{year}M{MONTH_NUMBERS[name.casefold()]:02d}" for name, year in months]
        periods = [f"{quarter[2]}Q{int(quarter[1]):02d}"] if quarter else periods
        number = r"\d+(?:,\d+)?"
        gaps = re.findall(rf"[+-]{number}(?=\s)", chunk)
        values = re.findall(rf"({number}) ?%", chunk)[-2:] if len(periods) == 1 else []
        if not values:  # 5b: two rows run into each other, column by column
            plain = re.findall(r"(?<![+\-\d,])(0,\d+)", chunk)
            rows[goal] = [(periods[n], dec(plain[n]), dec(plain[n + 2]), dec(gaps[n])) for n in (0, 1)]
        else:
            rows[goal] = [(periods[0], dec(values[0]), dec(values[1]), dec(gaps[-1]))]
    return rows


def dec(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


@pytest.mark.reference
def test_the_published_rows_are_those_of_the_status_table() -> None:
    ours: dict[str, list[tuple[str, Decimal, Decimal, Decimal]]] = {}
    for row in CATALOGUE.published_rows(PLAN_2023):
        ours.setdefault(row.goal, []).append((row.period.id, row.national, row.municipality, row.gap))
    assert ours == printed_rows()


@pytest.mark.parametrize(
    "row", CATALOGUE.published_rows(PLAN_2023), ids=lambda row: f"{row.goal}-{row.indicator}"
)
def test_the_target_of_each_goal_gives_the_printed_gap(row: PublishedRow) -> None:
    target = PLAN_2023.goal(row.goal).target
    yardstick = row.national + target.margin if target.national else target.value
    assert yardstick is not None
    gap = target.direction.sign * (row.municipality - yardstick)
    # 4b was printed against the country instead of its target.
    assert gap == row.gap if row.goal != "4b" else row.municipality - row.national == row.gap != gap


def test_the_row_whose_printed_gap_is_another_says_what_was_printed() -> None:
    noted = [row for row in CATALOGUE.published_rows(PLAN_2023) if row.note]
    assert [row.goal for row in noted] == ["4b"]
    assert "+2,0" in (noted[0].note or "")


@pytest.mark.reference
def test_the_nine_counts_of_6d_are_those_of_the_figure_and_have_no_quarters_as_there() -> None:
    bars = re.search(r"tilbud indenfor 1 måned\s+((?:\d+\s+){9})0\n\n5\n", seed("002"))
    assert bars
    points = CATALOGUE.published_points(PLAN_2023)
    assert [point.value for point in points] == [Decimal(word) for word in bars[1].split()]
    (row,) = [row for row in CATALOGUE.published_rows(PLAN_2023) if row.goal == "6d"]
    assert {point.period for point in points} == {None}
    assert {(point.indicator, point.series, point.area) for point in points} == {
        (row.indicator, "count", OWNER.code)
    }
    assert all("ikke hvilke ni kvartaler" in (point.note or "") for point in points)


def test_a_plan_without_printed_figures_has_none() -> None:
    assert CATALOGUE.published_rows(CURRENT) == ()
    assert CATALOGUE.published_points(CURRENT) == ()


# ------------------------------------------------------------------ sources


@pytest.mark.reference
def test_a_confirmed_series_uses_only_tables_dimensions_and_members_that_were_seen() -> None:
    notes = reference("api/jobindsats-tables.md").read_text(encoding="utf-8")
    notes += reference("api/jobindsats-v3.md").read_text(encoding="utf-8")
    with reference("api/jobindsats-tables.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    columns = [name.casefold() for name in rows[0]]
    tables = {row[0]: dict(zip(columns, row, strict=True)) for row in rows[1:]}
    for indicator in {i.key: i for plan in (PLAN_2023, CURRENT) for i in measured(plan)}.values():
        for series in indicator.series.values():
            if series.certainty is not Certainty.CONFIRMED:
                continue
            for term in series.origin.terms:
                table = " | ".join(tables[term.table].values())
                assert tables[term.table][columns[-1]].startswith("høj"), term
                assert term.measure.split(": ")[0] in table + notes, term
                for dimension, members in term.where.items():
                    assert dimension in table, term
                    assert all(member in notes for member in members), term


@pytest.mark.reference
def test_labels_of_measures_are_those_of_real_answers() -> None:
    path = reference("reference-data/AI-MichelKlos_Dashboard-dak-jur/jur-api-probe_78da65f.json")
    answers = json.loads(path.read_text(encoding="utf-8"))["results"]
    seen = {label for answer in answers.values() for label in answer["columns"]}
    asked = {
        term.measure
        for indicator in measured(CURRENT)
        for series in indicator.series.values()
        for term in series.origin.terms
        if term.table in ("y25i01", "y25i09")
    }
    assert asked
    assert asked <= seen


def test_the_current_plan_rests_on_confirmed_series_and_the_country_alone() -> None:
    assert CURRENT.municipality is None
    assert 5 <= len(CURRENT.focus_areas) <= 7
    assert 12 <= len(CURRENT.goals) <= 18
    for goal in CURRENT.goals:
        expected = goal.indicators[0] in ("forsoergede-forventet", "benchmark-placering")
        assert goal.target.national is not expected, goal.number
        for key in goal.indicators:
            indicator = CATALOGUE.indicator(key)
            assert indicator.certainty is Certainty.CONFIRMED, key
            assert indicator.valid_to is None or indicator.valid_to.year >= CURRENT.year, key
            assert indicator.tables, key


def test_what_is_not_known_for_certain_is_not_said_to_be() -> None:
    for indicator in CATALOGUE.indicators.values():
        for key, series in indicator.series.items():
            if isinstance(series.origin, FromUnknown):
                assert series.certainty is Certainty.UNKNOWN, (indicator.key, key)
            elif series.certainty is Certainty.PROBABLE:
                assert series.note, (indicator.key, key)


def test_survival_at_13_weeks_becomes_the_share_that_has_left() -> None:
    for number, table in (("1a", "y01b01"), ("1b", "y60b01")):
        (key,) = PLAN_2023.goal(number).indicators
        origin = CATALOGUE.indicators[key].series["share"].origin
        assert isinstance(origin, FromMeasure)
        assert origin.table == table
        assert origin.complement
        assert origin.measure.endswith("13 uger")


def test_appeals_are_typed_in_because_no_table_has_them() -> None:
    (key,) = PLAN_2023.goal("4a").indicators
    assert all(isinstance(series.origin, FromHand) for series in CATALOGUE.indicators[key].series.values())


def test_the_quarterly_goals_are_1a_1b_4a_and_6d() -> None:
    quarterly = [
        goal.number
        for goal in PLAN_2023.goals
        if any(
            CATALOGUE.indicators[key].frequency is Frequency.QUARTER
            for key in goal.indicators
            if key in CATALOGUE.indicators
        )
    ]
    assert quarterly == ["1a", "1b", "4a", "6d"]


# ------------------------------------------------------------------ the reform of 1 July 2025


def test_every_series_of_kontanthjaelp_and_the_benefits_it_took_in_has_the_reform_as_a_break() -> None:
    touched = [
        indicator
        for plan in (PLAN_2022, PLAN_2023, CURRENT)
        for indicator in measured(plan)
        if any(KONTANTHJAELP.match(table) for table in indicator.tables)
    ]
    assert touched
    for indicator in touched:
        (reform,) = [item for item in indicator.breaks if item.name == "kontanthjaelpsreform"]
        assert reform.period.first_day.isoformat() == "2025-07-01", indicator.key
        assert reform.period.frequency is indicator.frequency
        assert reform.meaning


def test_what_ends_ends_at_a_break_of_the_reforms_and_points_to_what_goes_on() -> None:
    ended = [indicator for indicator in CATALOGUE.indicators.values() if indicator.valid_to]
    assert {"unge-uddannelseshjaelp", "flygtninge-virksomhedsrettet", "uddannelsesparate-andel"} <= {
        indicator.key for indicator in ended
    }
    for indicator in ended:
        assert indicator.valid_to is not None
        assert indicator.valid_to.shift(1) in [broken.period for broken in indicator.breaks], indicator.key
        assert indicator.successors, indicator.key
        for key in indicator.successors:
            later = CATALOGUE.indicators[key].valid_to
            assert later is None or later.last_month > indicator.valid_to.last_month, key


def test_whatever_is_divided_by_visitation_ends_with_it_and_every_break_has_its_text_and_source() -> None:
    for indicator in CATALOGUE.indicators.values():
        divided = {word for s in indicator.series.values() for t in s.origin.terms for word in t.where}
        if "_viskat_1int" in divided:
            assert indicator.valid_to is not None, indicator.key
            assert indicator.valid_to.last_month == Period.month(2026, 12), indicator.key
    months = {"2025M07", "2026M02", "2026M07", "2027M01"}
    assert {broken.period.id for broken in CATALOGUE.breaks.values()} == months
    assert all(broken.meaning and broken.source for broken in CATALOGUE.breaks.values())
    used = {b.name for indicator in CATALOGUE.indicators.values() for b in indicator.breaks}
    assert used == set(CATALOGUE.breaks)


def test_the_states_own_measure_has_actual_expected_and_place_half_yearly() -> None:
    measure = CATALOGUE.indicator("forsoergede-forventet")
    assert measure.headline == "share" and {"expected", "count", "expected_count"} <= set(measure.series)
    own = [i for i in CATALOGUE.indicators.values() if "y30r21" in i.tables]
    assert len(own) >= 5 and "benchmark-placering" in {i.key for i in own}
    for indicator in own:
        assert (indicator.frequency, indicator.published_in) == (Frequency.ROLLING_YEAR, (2, 4))
        assert indicator.key == "benchmark-placering" or "expected" in indicator.series


def test_an_indicator_of_closed_tables_has_an_end() -> None:
    for plan in (PLAN_2022, PLAN_2023):
        for indicator in measured(plan):
            if any(re.match(r"y(35|36|38)", table) for table in indicator.tables):
                assert indicator.valid_to, indicator.key


# ------------------------------------------------------------------ municipalities


@pytest.mark.reference
def test_the_municipalities_are_the_98_in_the_order_of_jobindsats() -> None:
    path = reference("reference-data/derived/municipalities-98.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["jobindsats_order"]))
    assert [(m.code, m.name, m.slug, m.region, m.long_name) for m in CATALOGUE.municipalities] == [
        (row["code"], row["name"], row["slug"], row["region_2007"], row["name_with_kommune"]) for row in rows
    ]
