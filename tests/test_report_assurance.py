"""What is said of persons, kroner and chance: nothing, none, one, many, either direction, and hidden."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from helpers.analysis.chance import Interval
from helpers.analysis.gaps import Verdict
from helpers.analysis.outlook import Backtest, Method
from helpers.analysis.targets import Start
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Break, Direction, Price, Unit
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.present.words import NBSP
from helpers.project import Project
from helpers.reports.plan.assurance import (
    BACKTEST_HEADS,
    Assured,
    backtest_cells,
    chance_sentence,
    hit_words,
    outlook_sentence,
    persons_sentence,
    persons_words,
    round_kroner,
    since_sentence,
)
from helpers.reports.plan.outlook import NoOutlook, Outlook
from helpers.reports.plan.records import RECKONED, for_program, for_reader, reckoned
from helpers.reports.plan.status import StatusRow
from report_support import CHECKOUT, copy_project

CATALOGUE = load_catalogue(Project(CHECKOUT))
PLAN = CATALOGUE.plan("noegletal-2026")
ACTIVATED = CATALOGUE.indicators["kontanthjaelp-aktiveret"]
LONG = CATALOGUE.indicators["langtidsledige-andel"]
PRICE = Price(amount=Decimal(140_000), source="Økonomiafdelingen.", year=2026)


def row(gap: str | None, persons: int | None, *, lower: bool = False, unit: Unit = Unit.PERCENT) -> StatusRow:
    given = None if gap is None else Decimal(gap)
    judged = Verdict.CANNOT_BE_JUDGED if given is None else Verdict.MET if given >= 0 else Verdict.NOT_MET
    return StatusRow(
        goal="4a", indicator="kontanthjaelp-aktiveret", period=None, national=Decimal("34.0"),
        municipality=Decimal("31.2"), target=Decimal("34.0"), gap=given, unit=unit, decimals=1, verdict=judged,
        direction=Direction.LOWER if lower else Direction.HIGHER, persons=persons,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (row("-2.8", -18), "Det svarer til, at 18 flere skulle være berørt af aktivering."),
        (row("-0.2", -1), "Det svarer til, at én mere skulle være berørt af aktivering."),
        (row("-0.1", 0), "Det svarer til mindre end én person."),
        (row("0.0", 0), ""),
        (row("2.8", 1018), "Det svarer til 1.018 flere, end målet kræver."),
        (row("0.2", 1), "Det svarer til én mere, end målet kræver."),
        (row("-2.8", None), ""),
        (row(None, None), ""),
        (row("-12", -12, unit=Unit.FULL_TIME), ""),
    ],
)
def test_more_are_asked_for_or_more_than_enough(found, said):
    assert persons_sentence(found, ACTIVATED) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            row("-2.8", -18, lower=True),
            "Det svarer til, at 18 færre fuldtidspersoner skulle være i langtidsledighed.",
        ),
        (
            row("-0.2", -1, lower=True),
            "Det svarer til, at én fuldtidsperson færre skulle være i langtidsledighed.",
        ),
        (row("2.8", 18, lower=True), "Det svarer til 18 færre fuldtidspersoner, end målet tillader."),
        (row("0.2", 1, lower=True), "Det svarer til én fuldtidsperson færre, end målet tillader."),
    ],
)
def test_fewer_full_time_persons_are_asked_for_or_fewer_than_allowed(found, said):
    assert persons_sentence(found, LONG) == said


def test_without_words_of_its_own_an_indicator_says_how_many():
    bare = ACTIVATED.model_copy(update={"in_persons": None})
    assert persons_sentence(row("-2.8", -18), bare) == "Det svarer til 18 flere."


def test_a_price_tells_kroner_as_an_estimate_with_its_source():
    said = persons_sentence(row("-2.8", -23, lower=True), LONG, PRICE).replace(NBSP, " ")
    assert said == (
        "Det svarer til, at 23 færre fuldtidspersoner skulle være i langtidsledighed. Det er omkring 3,2 mio. kr. om "
        "året, skønnet ud fra 140.000 kr. pr. fuldtidsperson (2026: Økonomiafdelingen)."
    )
    counted = persons_sentence(row("-1", -1, lower=True, unit=Unit.FULL_TIME), LONG, PRICE).replace(NBSP, " ")
    assert counted.startswith("Det svarer til omkring 140.000 kr. om året, skønnet ud fra")


def test_a_price_is_told_only_of_goals_about_full_time_persons():
    goal = PLAN.goals[0]
    priced, plan = goal.model_copy(update={"price": PRICE}), PLAN.model_copy(update={"price": PRICE})
    counted = LONG.model_copy(update={"unit": Unit.FULL_TIME})
    assert PLAN.price_of(priced, LONG) == PRICE
    assert PLAN.price_of(priced, ACTIVATED) is None
    assert plan.price_of(goal, LONG) is None  # who leaves a group may stay on the benefit
    assert plan.price_of(goal, counted) == PRICE


def test_plan_check_names_a_price_that_says_nothing(tmp_path):
    project = copy_project(tmp_path)
    path = project.catalogue / "plans" / "noegletal-2026.yml"
    text, price = path.read_text(encoding="utf-8"), "price: {amount: 140000, source: Kommunen, year: 2026}"
    line = "        indicator: kontanthjaelp-aktiveret\n"
    path.write_text(text.replace(line, f"{line}        {price}\n"), encoding="utf-8")
    with pytest.raises(PlanError, match="not about full-time persons") as told:
        load_catalogue(project)
    assert "goals.4a.price" in str(told.value)
    line = "        indicator: langtidsledige-andel\n"
    path.write_text(text.replace(line, f"{line}        {price}\n"), encoding="utf-8")
    assert load_catalogue(project).plan("noegletal-2026").goal("2a").price is not None


@pytest.mark.parametrize(
    ("kroner", "said"),
    [
        (140_000, "140.000 kr."),
        (1_000_000, "1 mio. kr."),
        (3_200_000, "3,2 mio. kr."),
        (25_000_000, "25 mio. kr."),
    ],
)
def test_money_is_said_briefly(kroner, said):
    assert round_kroner(Decimal(kroner)).replace(NBSP, " ") == said


def test_a_cell_says_how_many_persons():
    said = [
        persons_words(found, ACTIVATED).replace(NBSP, " ")
        for found in (row("-2.8", -18), row("0.2", 1), row("-0.1", 0), row("0.0", 0), row("-2.8", None))
    ]
    assert said == ["18 personer", "1 person", "under 1 person", "", ""]


AROUND = Interval(Decimal("27.7"), Decimal("34.9"))


@pytest.mark.parametrize(
    ("found", "asked", "said"),
    [
        (replace(row("-2.8", -18), chance=AROUND, few=True), False, "Tilfældige udsving alene kan flytte tallet mellem 27,7 og 34,9 pct. Målet ligger inden for de to tal."),
        (replace(row("-2.8", -18), chance=AROUND), False, ""),
        (replace(row("-2.8", -18), chance=AROUND, target=Decimal("40.0")), True, "Tilfældige udsving alene kan flytte tallet mellem 27,7 og 34,9 pct."),
        (replace(row("-5.4", None), few=True), False, "Tallet bygger på få personer og kan svinge tilfældigt."),
        (row("-5.4", None), True, ""),
        (replace(row("-2.8", -18), chance=Interval(Decimal("31.18"), Decimal("31.21"))), True, "Tilfældige udsving alene flytter tallet med mindre end afrundingen."),
    ],
)  # fmt: skip
def test_chance_is_told_where_it_matters_or_was_asked_for(found, asked, said):
    assert chance_sentence(found, asked=asked).replace(NBSP, " ") == said


def test_programs_and_people_get_the_same():
    found = replace(row("-2.8", -18), base=Decimal(641), chance=AROUND, few=True)
    told = {key: for_program(value) for key, value in reckoned(found, Assured(start=DECEMBER)).items()}
    assert {key: value for key, value in told.items() if value is not None} == {
        "base": "641", "persons": "-18", "chance_low": "27.7", "chance_high": "34.9", "few_persons": "true",
        "start_period": "2025M12", "start": "29.1", "change": "2.1",
    }  # fmt: skip
    assert [for_reader(value) for value in reckoned(found, Assured(PRICE)).values()][:6] == [
        Decimal(641), Decimal(-18), Decimal(2_500_000), AROUND.low, AROUND.high, "ja"
    ]  # fmt: skip
    assert tuple(told) == tuple(RECKONED)
    assert reckoned(row(None, None), Assured(PRICE))["kroner"] is None


DECEMBER = Start(Period.parse("2025M12"), Decimal("29.1"))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("29.1", "Siden december 2025 er tallet steget fra 29,1 pct. til 31,2 pct."),
        ("31.2", "Siden december 2025 er tallet uændret 31,2 pct."),
        ("33.0", "Siden december 2025 er tallet faldet fra 33,0 pct. til 31,2 pct."),
    ],
)
def test_what_became_of_a_figure_since_the_plan_began(value, said):
    start = Start(DECEMBER.period, Decimal(value))
    assert since_sentence(row("-2.8", -18), start).replace(NBSP, " ") == said
    assert since_sentence(row("-2.8", -18), None) == ""


TRIED = Backtest(
    5,
    1000,
    dict.fromkeys(Method, 0.5),
    Method.LAST_YEAR,
    Decimal("0.3"),
    899,
    {"250": (12, 20), "825": (3, 9)},
)
DUE = Period.parse("2026M12")
FREDERIKSSUND, LAESOE = (CATALOGUE.municipality(name) for name in ("Frederikssund", "Læsø"))
HIT = "Prognoser af den slags har ramt inden for ± 0,3 procentpoint i 8 af 10 tilfælde i alle kommuner"


@pytest.mark.parametrize(
    ("found", "area", "said"),
    [
        (Outlook(DUE, Decimal("36.0"), Verdict.MET, backtest=TRIED), FREDERIKSSUND,
         f"Hvis intet ændrer sig, er tallet 36,0 pct. i december 2026, og så er målet nået. Det er tallet for samme periode året før. {HIT} og i 6 af 10 i Frederikssund."),
        (Outlook(DUE, Decimal("30.0"), Verdict.NOT_MET, backtest=TRIED), LAESOE,
         f"Hvis intet ændrer sig, er tallet 30,0 pct. i december 2026, og så er målet ikke nået. Det er tallet for samme periode året før. {HIT}."),
        (Outlook(DUE, Decimal("33.8"), Verdict.NOT_MET, close=True, backtest=TRIED), LAESOE,
         f"Hvis intet ændrer sig, er tallet 33,8 pct. i december 2026, så tæt på målet, at det kan falde ud til begge sider. Det er tallet for samme periode året før. {HIT}."),
        (Outlook(DUE, Decimal("33.8"), backtest=TRIED), LAESOE,
         f"Hvis intet ændrer sig, er tallet 33,8 pct. i december 2026. Det er tallet for samme periode året før. {HIT}."),
        (Outlook(DUE, none=NoOutlook.FEW_PERIODS, broken=Break(period="2025M07", text="Reform"), periods=13), LAESOE,
         "Om målet er nået i december 2026, kan der ikke siges noget om, fordi der kun er tal for 13 måneder efter databruddet i juli 2025."),
        (Outlook(DUE, none=NoOutlook.FEW_PERIODS, periods=1), LAESOE,
         "Om målet er nået i december 2026, kan der ikke siges noget om, fordi der kun er tal for 1 måned."),
        (Outlook(DUE, none=NoOutlook.BREAK_AHEAD, broken=Break(period="2026M10", text="Ny lov")), LAESOE,
         "Om målet er nået i december 2026, kan der ikke siges noget om, fordi tallene ikke kan sammenlignes hen over oktober 2026: Ny lov."),
        (Outlook(DUE, none=NoOutlook.UNTRIED, periods=30), LAESOE,
         "Om målet er nået i december 2026, kan der ikke siges noget om, fordi der er for få tal til at prøve en prognose af."),
        (None, LAESOE, ""),
    ],
)  # fmt: skip
def test_whether_a_goal_will_be_met_is_said_with_how_often_that_was_right(found, area, said):
    assert outlook_sentence(found, row("-2.8", -18), ACTIVATED, area).replace(NBSP, " ") == said


def test_what_is_never_right_and_what_always_is():
    assert [hit_words(hits, 20) for hits in (0, 1, 19, 20)] == ["0 af 10", "0 af 10", "9 af 10", "10 af 10"]


def test_a_row_of_the_table_of_forecasts():
    told = [cell and cell.replace(NBSP, " ") for cell in backtest_cells(ACTIVATED, 5, TRIED)]
    assert told == [
        ACTIVATED.title, "5 måneder", "1.000", "0,50", "0,50", "0,50", "0,50", "Samme periode året før",
        "inden for ± 0,3 procentpoint i 8 af 10 tilfælde",
    ]  # fmt: skip
    assert backtest_cells(ACTIVATED, 1, None)[1:3] == (f"1{NBSP}måned", "For få")
    assert len(told) == len(BACKTEST_HEADS)
