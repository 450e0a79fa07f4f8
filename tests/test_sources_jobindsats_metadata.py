"""What metadata say: look-ups by whole ids and labels, calls built from them, and answers held against them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.catalogue import Catalogue
from helpers.data.answers import AnswerError, parse_json
from helpers.errors import PlanError
from helpers.periods import Frequency, Period
from helpers.sources.checks import Misfit, Place, changes_between, doubts, values_of
from helpers.sources.faults import Fault, SourceError
from helpers.sources.jobindsats import query_of
from helpers.sources.jobindsats_source import columns_of
from helpers.sources.metadata import TableInfo, parse_table, parse_tables
from helpers.sources.queries import Call, Lacks, Places, plan_queries, wanted_by_table
from helpers.sources.settings import Settings
from jobindsats_server import JobindsatsServer, Request, Shape
from jobindsats_support import ENTRIES, entry, new_catalogue, new_project
from jobindsats_tables import BENEFITS, NAMES, OFFERS, SURVIVAL_LABEL, made_up

SERVER = JobindsatsServer(made_up())
SERVER.server_close()  # its answers are used without the network


def body(path: str, query: str = "", shape: Shape | None = None) -> bytes:
    SERVER.shape = shape or Shape()
    parameters = dict(part.split("=", 1) for part in query.split("&") if part)
    headers = {"Authorization": f"Bearer {SERVER.token}"}
    return SERVER.answer(Request(f"/v3/{path}", {**parameters, "format": "json"}, headers)).body


def table(name: str) -> TableInfo:
    return parse_table(body(f"table/{name}"))


# ------------------------------------------------------------------------------------------- look-ups


@pytest.mark.parametrize(
    ("name", "word", "group", "measure"),
    [
        ("y60a02", "mgrpa02_1", "mgrpa02_1", "measa02_1"),
        ("y60a02", "measa02_3", "mgrpa02_3", "measa02_3"),
        ("y60a02", "antal  FULDTIDSPERSONER ", "mgrpa02_3", "measa02_3"),
        (
            "y25i01",
            "Ledige fuldtidspersoner i pct. af arbejdsstyrken16-66 år",
            "mgrpy25i01_3",
            "measy25i01_3",
        ),
        ("y01b01", f"{SURVIVAL_LABEL}: 13 uger", "mgrpb01_1", "measb01_13"),
        ("y01b01", f"{SURVIVAL_LABEL} : 13 uger", "mgrpb01_1", "measb01_13"),
        ("y28a02", "mgrpa02_3", "mgrpa02_3_y28", "measa02_3_y28"),
        ("y28a02", "Fuldtidspersoner i pct. af befolkningen", "mgrpa02_4b_y28", "measa02_5b_y28"),
    ],
)
def test_a_measure_is_found_by_group_id_measure_id_or_whole_label(
    name: str, word: str, group: str, measure: str
) -> None:
    found_group, found = table(name).measure(word)
    assert found is not None
    assert (found_group.id, found.id) == (group, measure)


@pytest.mark.parametrize("word", ["Antal", "fuldtidspersoner", "mgrpa02", "mgrpa02_10", "13 uger igen"])
def test_a_part_of_a_label_or_id_finds_nothing_and_lists_what_there_is(word: str) -> None:
    with pytest.raises(PlanError) as caught:
        table("y60a02").measure(word)
    for known in ("mgrpa02_1", "Antal personer", "mgrpa02_5b"):
        assert known in str(caught.value)


def test_a_group_of_several_measures_is_not_guessed_at() -> None:
    with pytest.raises(PlanError, match="stands for 2 measures") as caught:
        table("y28a02").measure("mgrpa02_1")
    assert "measa02_2_y28" in str(caught.value)


def test_members_become_value_ids_by_their_whole_label() -> None:
    _, hierarchy, values = table("y60c02").members(
        "_tilb_2ptv", ["ansættelse med  LØNTILSKUD i alt", OFFERS[2]]
    )
    assert hierarchy.id == "_tilb_2ptv"
    assert [value.id for value in values] == ["/3/", "/4/"]


def test_an_unknown_member_or_dimension_lists_what_there_is() -> None:
    with pytest.raises(PlanError) as caught:
        table("y60c02").members("_tilb_2ptv", ["Løntilskud"])
    assert all(offer in str(caught.value) for offer in OFFERS)
    with pytest.raises(PlanError, match="_viskat_1int"):
        table("y60c02").members("_viskat", ["Jobparat"])


def test_a_hierarchy_other_than_the_one_of_the_dimensions_id_is_found_by_its_members() -> None:
    described = json.loads(body("table/y60c02"))
    offers = next(d for d in described["dimensions"] if d["dimension_id"] == "_tilb_2ptv")
    other = {
        "hierarchy_id": "_tilb_kort",
        "hierarchy_name": "",
        "levels": [
            {"level_id": "a", "values": [{"value_id": "/77/", "value_name": "Virksomhedsrettet i alt"}]}
        ],
    }
    offers["hierarchies"].append(other)
    found = parse_table(json.dumps(described).encode())
    _, hierarchy, values = found.members("_tilb_2ptv", ["Virksomhedsrettet i alt"])
    assert (hierarchy.id, values[0].id) == ("_tilb_kort", "/77/")


@pytest.mark.parametrize(
    ("name", "told"), [("jo01", ["Jobcenter (jobcent)", "RAR (rar)"]), ("y25i14", ["Region (_region)"])]
)
def test_a_table_without_municipalities_says_which_areas_it_has(name: str, told: list[str]) -> None:
    with pytest.raises(SourceError) as caught:
        table(name).areas(NAMES)
    assert caught.value.fault is Fault.AREAS
    for area in told:
        assert area in str(caught.value)


def test_the_hierarchy_of_municipalities_is_known_by_its_members_whatever_its_id() -> None:
    described = json.loads(body("table/y25i01"))
    described["dimensions"][0]["hierarchies"][0]["hierarchy_id"] = "_kommuner2027"
    assert parse_table(json.dumps(described).encode()).areas(NAMES).id == "_kommuner2027"


def test_a_kind_of_period_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(PlanError, match="QMAT"):
        table("y30r21").period_type(Frequency.MONTH)


def test_periods_are_sorted_whatever_their_order_and_gaps_stay_gaps() -> None:
    assert table("y30r21").period_type(Frequency.ROLLING_YEAR).ids == (
        "2025QMAT02",
        "2025QMAT04",
        "2026QMAT02",
    )
    months = table("y25i01").period_type(Frequency.MONTH).periods
    assert list(months) == sorted(months)


@pytest.mark.parametrize(
    ("parse", "content"),
    [
        (parse_tables, b"{}"),
        (parse_tables, b"[]"),
        (parse_tables, b'[{"table_groups": [{"tables": [{"table_name": "no id"}]}]}]'),
        (parse_table, b"[]"),
        (parse_table, b'{"table_id": "y1", "mgroups": [{"mgroup_name": "no id"}]}'),
        (parse_table, b"<html>"),
        (parse_json, b'{"columns": ["a"], "rows": [[NaN]]}'),
    ],
)
def test_metadata_of_another_shape_are_refused(parse: Any, content: bytes) -> None:
    with pytest.raises(AnswerError):
        parse(content)


def test_a_table_under_two_subjects_is_listed_once_and_ids_may_be_numbers() -> None:
    listed = json.loads(body("tables"))
    listed.append({"subject_id": 9, "subject_name": "Andet", "table_groups": listed[0]["table_groups"]})
    listed.append({"subject_id": 10, "subject_name": "Tomt", "table_groups": None})
    assert len(parse_tables(json.dumps(listed).encode())) == len(made_up())


@pytest.mark.parametrize("day", [None, "", "ukendt", "2026-13-45"])
def test_a_release_day_that_is_none_is_not_told(day: str | None) -> None:
    described = {**json.loads(body("table/y25i01")), "update_latest": day}
    assert parse_table(json.dumps(described).encode()).update_latest is None


# ---------------------------------------------------------------------------------------------- calls


def planned(
    entries: dict[str, Any], name: str, tmp_path: Path, **settings: Any
) -> tuple[tuple[Call, ...], Lacks]:
    catalogue: Catalogue = new_catalogue(entries)
    wanted = wanted_by_table(catalogue)[name]
    lacking = Lacks(Places(new_project(tmp_path, entries)))
    return plan_queries(table(name), wanted, NAMES, Settings(**settings), lacking), lacking


def test_terms_of_one_table_share_a_call_where_their_dimensions_agree(tmp_path: Path) -> None:
    offers = {"table": "y60c02", "measure": "mgrpc02_2"}
    entries = {
        "praktik": entry(
            share={
                "share_of": {**offers, "where": {"_tilb_2ptv": OFFERS[2]}},
                "out_of": {**offers, "measure": "mgrpc02_1"},
            }
        ),
        "tilskud": entry(count={**offers, "where": {"_tilb_2ptv": [OFFERS[1], OFFERS[2]]}}),
        "jobparat": entry(count={**offers, "where": {"_tilb_2ptv": OFFERS[1], "_viskat_1int": "Jobparat"}}),
    }
    calls = planned(entries, "y60c02", tmp_path)[0]
    assert [call.hierarchy_query for call in calls] == [
        {"_nykom": "*", "_tilb_2ptv": "/4/,/3/"},
        {"_nykom": "*"},
        {"_nykom": "*", "_tilb_2ptv": "/3/", "_viskat_1int": "/2/"},
    ]
    assert [call.measure_query for call in calls] == [
        {"mgrpc02_2": "measc02_2"},
        {"mgrpc02_1": "measc02_1"},
        {"mgrpc02_2": "measc02_2"},
    ]
    assert {str(call.periods) for call in calls} == {"36 months"}


def test_measures_of_one_group_are_asked_for_together(tmp_path: Path) -> None:
    entries = {
        f"uger-{weeks}": entry(
            "quarter", share={"table": "y01b01", "measure": f"{SURVIVAL_LABEL}: {weeks} uger"}
        )
        for weeks in (13, 26)
    }
    (call,) = planned(entries, "y01b01", tmp_path)[0]
    assert call.measure_query == {"mgrpb01_1": "measb01_13,measb01_26"}
    assert planned(entries, "y01b01", tmp_path, all_measures=True)[0][0].measure_query == {"*": "*"}


def test_no_call_asks_for_more_cells_than_the_limit_and_together_they_ask_for_every_period(
    tmp_path: Path,
) -> None:
    entries = {
        "ledige": entry(share={"table": "y25i01", "measure": "mgrpy25i01_2", "where": {"_ygrpi09": BENEFITS}})
    }
    limit = 200
    calls = planned(entries, "y25i01", tmp_path, cell_limit=limit)[0]
    areas = len(NAMES) + 2
    assert all(areas * len(BENEFITS) * len(call.periods) <= limit for call in calls)
    asked = [period for call in calls for period in call.periods.ids]
    assert asked == sorted(made_up()[0].periods["M"])


def test_a_limit_below_one_period_still_asks_one_period_at_a_time(tmp_path: Path) -> None:
    calls = planned(ENTRIES, "y25i01", tmp_path, cell_limit=1)[0]
    assert {len(call.periods) for call in calls} == {1}


def test_a_confirmed_term_that_is_not_there_is_a_problem_and_a_probable_one_a_remark(tmp_path: Path) -> None:
    entries = {
        "ledige": entry(
            share={"table": "y25i01", "measure": "mgrpy25i01_2"},
            gone={"table": "y25i01", "measure": "mgrpy25i01_9"},
            guess=({"table": "y25i01", "measure": "mgrpy25i01_8"}, "probable"),
        )
    }
    calls, lacking = planned(entries, "y25i01", tmp_path)
    assert len(calls) == 1
    ((problem,), (remark,)) = lacking.problems, lacking.remarks
    assert "mgrpy25i01_9" in problem.what
    assert "mgrpy25i01_8" in remark.what
    assert lacking.concerned == {"ledige"}
    text = (tmp_path / "catalogue" / "indicators.yml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, words in enumerate(text, start=1) if words.strip() == "gone:")
    assert problem.where == f"catalogue/indicators.yml:{line}: ledige.series.gone: y25i01"


def test_one_measure_under_its_id_and_its_label_is_asked_for_once(tmp_path: Path) -> None:
    entries = {
        "ledige": entry(
            share={"table": "y25i01", "measure": "mgrpy25i01_2"},
            again={"table": "y25i01", "measure": "Antal ledige fuldtidspersoner"},
        )
    }
    (call,), lacking = planned(entries, "y25i01", tmp_path)
    assert not lacking.problems
    assert call.measure_query == {"mgrpy25i01_2": "measy25i01_2"}
    (measure,) = [c for c in columns_of(call, parse_json(answered(call))) if c.role == "measure"]
    assert measure.words == ("mgrpy25i01_2", "Antal ledige fuldtidspersoner")


def test_a_table_or_indicator_that_the_catalogue_does_not_use_is_named() -> None:
    with pytest.raises(PlanError, match=r"y99x99[\s\S]*y25i01"):
        wanted_by_table(new_catalogue(), tables=["y99x99"])
    with pytest.raises(PlanError, match="lediga"):
        wanted_by_table(new_catalogue(), indicators=["lediga"])
    assert list(wanted_by_table(new_catalogue(), tables=["Y60A02"])) == ["y60a02"]


# -------------------------------------------------------------------------------------------- answers


def answered(call: Call, shape: Shape | None = None) -> bytes:
    query = query_of(call.measure_query, call.hierarchy_query, call.periods)
    return body(f"data/{call.table.id}", "&".join(f"{n}={v}" for n, v in query.items()), shape)


OFFER_ENTRIES = {
    "tilbud": entry(
        count={
            "table": "y60c02",
            "measure": "mgrpc02_2",
            "where": {"_tilb_2ptv": [OFFERS[1], OFFERS[2]], "_viskat_1int": "Jobparat"},
        },
        forloeb={
            "table": "y60c02",
            "measure": "mgrpc02_1",
            "where": {"_tilb_2ptv": OFFERS[1], "_viskat_1int": "Jobparat"},
        },
    )
}


@pytest.mark.parametrize("shape", [Shape(), Shape(old_area_label=True), Shape(stray_blanks=True)])
def test_columns_get_their_meaning_from_metadata(tmp_path: Path, shape: Shape) -> None:
    (call,) = planned(OFFER_ENTRIES, "y60c02", tmp_path)[0]
    columns = columns_of(call, parse_json(answered(call, shape)))
    assert [(column.role, column.id, column.total) for column in columns] == [
        ("period", "period", None),
        ("area", "area", None),
        ("dimension", "_viskat_1int", "Visitationskategori i alt"),
        ("dimension", "_tilb_2ptv", "Tilbud i alt"),
        ("measure", "mgrpc02_1", None),
        ("measure", "mgrpc02_2", None),
    ]


def test_labels_with_their_groups_heading_in_front_are_the_same_measures(tmp_path: Path) -> None:
    entries = {
        f"uger-{weeks}": entry(
            "quarter", share={"table": "y01b01", "measure": f"{SURVIVAL_LABEL}: {weeks} uger"}
        )
        for weeks in (13, 26)
    }
    (call,) = planned(entries, "y01b01", tmp_path)[0]
    columns = columns_of(call, parse_json(answered(call)))
    assert [column.label for column in columns[2:]] == [
        f"{SURVIVAL_LABEL} : 13 uger",
        f"{SURVIVAL_LABEL} : 26 uger",
    ]
    assert [column.id for column in columns[2:]] == [
        f"{SURVIVAL_LABEL}: 13 uger",
        f"{SURVIVAL_LABEL}: 26 uger",
    ]


def test_a_dimension_under_another_label_is_known_by_what_its_column_holds(tmp_path: Path) -> None:
    (call,) = planned(OFFER_ENTRIES, "y60c02", tmp_path)[0]
    found = json.loads(answered(call))
    found["columns"][2:4] = ["Redskab", "Gruppe"]
    for row in found["rows"]:
        row[2], row[3] = row[3], row[2]
    columns = columns_of(call, parse_json(json.dumps(found).encode()))
    assert [column.id for column in columns[2:4]] == ["_tilb_2ptv", "_viskat_1int"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda found: found["columns"].__setitem__(0, "Tid"), "no column with the period"),
        (lambda found: found["columns"].__setitem__(1, "Sted"), "no column with the area"),
        (lambda found: found["columns"].__setitem__(4, "Antal"), "Antal aktiveringsforløb"),
        (lambda found: found["columns"].__setitem__(4, found["columns"][5]), "surely"),
        (
            lambda found: (found["columns"].append("Ekstra"), [row.append(1) for row in found["rows"]]),
            "not asked for",
        ),
        (lambda found: [row.__setitem__(3, "Kaffepause") for row in found["rows"]], "members of _tilb_2ptv"),
    ],
    ids=["no period", "no area", "no measure", "measure twice", "one too many", "unknown members"],
)
def test_an_answer_to_another_question_is_refused(tmp_path: Path, spoil: Any, told: str) -> None:
    (call,) = planned(OFFER_ENTRIES, "y60c02", tmp_path)[0]
    found = json.loads(answered(call))
    spoil(found)
    with pytest.raises(Misfit, match=told):
        columns_of(call, parse_json(json.dumps(found).encode()))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["2026M01", "Aarhus", "ukendt"], "where a number should be"),
        (["januar", "Aarhus", 5], "where a period should be"),
        (["2026M01", 751, 5], "where the name of an area should be"),
        (["2026M02", "Aarhus", 6], "two values"),
    ],
)
def test_a_cell_that_its_column_cannot_hold_is_named(row: list[Any], told: str, tmp_path: Path) -> None:
    (call,) = planned(ENTRIES, "y25i01", tmp_path)[0]
    columns = columns_of(call, parse_json(answered(call)))
    with pytest.raises(Misfit, match=told):
        values_of(columns, [["2026M02", "Aarhus", 5], row])


def place(area: str, period: str, measure: str = "m") -> Place:
    return Place(measure, "", area, period)


OLD = {place(f"a{n}", f"2026M{m:02d}"): 10 * n + m for n in range(20) for m in range(1, 7)}


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ({}, "no values"),
        ({p: v for p, v in OLD.items() if p.area != "a0"}, "country is missing"),
        ({p: v for p, v in OLD.items() if p.period < "2026M06"}, "ends at 2026M05"),
        ({p: v for p, v in OLD.items() if p.area not in ("a3", "a4", "a5")}, "3 of 20 areas are missing"),
        ({p: None if p.period > "2026M04" else v for p, v in OLD.items()}, "40 of 120 values"),
    ],
    ids=["empty", "no country", "shorter", "fewer areas", "values gone"],
)
def test_an_answer_that_lost_much_is_doubted(new: dict[Place, int | None], told: str) -> None:
    assert told in "; ".join(doubts(new, OLD, "a0", None))


def test_an_answer_like_the_one_before_is_not_doubted() -> None:
    oldest = Period.parse("2026M02")
    later = {place(p.area, Period.parse(p.period).shift(1).id): v for p, v in OLD.items()}
    fewer = {p: v for p, v in OLD.items() if p.area not in ("a3", "a4")}
    for new in (OLD, later, fewer):
        assert doubts(new, OLD, "a0", oldest) == ()
    assert doubts({place("a0", "2026M01"): None}, {}, "a0", None) == ()
    assert doubts({place("a0", "2026M01", "n"): 1}, OLD, "a0", None) == ()


def test_what_differs_is_counted_and_periods_that_fell_out_of_the_window_are_not() -> None:
    new = {place(p.area, Period.parse(p.period).shift(1).id): v for p, v in OLD.items()}
    new[place("a1", "2026M03")] = None
    del new[place("a2", "2026M04")]
    found = changes_between(new, OLD, Period.parse("2026M02"))
    # Every value moved by a month, so that each of the 5 months both have differs, but for the one taken out.
    assert (found.changed, found.new, found.vanished) == (20 * 5 - 1, 20, 1)
