"""From an answer to cells: whatever order, spelling or gaps the answer comes with."""

from __future__ import annotations

import json
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_support import AREA, AREAS, PERIOD, answer, dimension, measure, sidecar
from helpers.data.answers import as_number
from helpers.data.cells import Cells, area_codes, read_cells
from helpers.data.raw import joined_answers
from helpers.data.text import fold
from helpers.errors import PlanError
from helpers.intake.marks import MISSING_MARKS

PERSONS = measure("mgrpa02_1", "Antal personer")
SHARE = measure("mgrpa02_5b", "Fuldtidspersoner i pct. af befolkningen 16-66 år")
CODES = area_codes(AREAS)


def read(content: bytes, *columns) -> Cells:
    return read_cells(content, sidecar("y60a02", columns), CODES)


def values(cells: Cells) -> dict[tuple[str, ...], float | None]:
    frame = cells.frame
    return {
        (row.measure, row.members, row.area, row.period): (None if row.state == "suppressed" else row.value)
        for row in frame.itertuples()
    }


def test_every_cell_is_found_by_measure_area_and_period():
    rows = [["2026M07", "Hele landet", 97709, 2.5], ["2026M07", "Frederikssund", 641, 2.2]]
    found = values(read(answer((PERIOD, AREA, PERSONS, SHARE), rows), PERIOD, AREA, PERSONS, SHARE))
    assert found == {
        ("mgrpa02_1", "", "dk", "2026M07"): 97709,
        ("mgrpa02_5b", "", "dk", "2026M07"): 2.5,
        ("mgrpa02_1", "", "250", "2026M07"): 641,
        ("mgrpa02_5b", "", "250", "2026M07"): 2.2,
    }


@given(st.randoms(use_true_random=False), st.permutations([0, 1, 2, 3]))
def test_the_order_of_rows_and_columns_does_not_matter(shuffler: random.Random, order: list[int]):
    columns = [PERIOD, AREA, dimension("_kon", "Køn", "Køn i alt"), PERSONS]
    rows = [
        [f"2026M{month:02d}", area.name, kon, month * 100 + number]
        for month in range(1, 13)
        for number, area in enumerate(AREAS)
        for kon in ("Køn i alt", "Kvinder")
    ]
    plain = values(read(answer(columns, rows), *columns))
    shuffler.shuffle(rows)
    turned = [columns[place] for place in order]
    mixed = answer(turned, [[row[place] for place in order] for row in rows])
    assert values(read(mixed, *columns)) == plain


def test_null_is_suppressed_and_zero_is_a_value():
    rows = [["2026M07", "Læsø", None], ["2026M06", "Læsø", 0]]
    frame = read(answer((PERIOD, AREA, PERSONS), rows), PERIOD, AREA, PERSONS).frame
    states = dict(zip(frame["period"], frame["state"], strict=True))
    assert states == {"2026M07": "suppressed", "2026M06": "ok"}
    assert frame.set_index("period")["value"]["2026M06"] == 0
    assert frame.set_index("period")["value"].isna()["2026M07"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234", 1234),
        ("12,3", 12.3),
        ("1.234,5", 1234.5),
        ("12.3", 12.3),
        ("0.123", 0.123),
        ("1\u00a0234", 1234),
        (" 17 ", 17),
        ("−3,5", -3.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567),
        *((text, None) for text in sorted(MISSING_MARKS)),
        ("\u00a0", None),
    ],
)
def test_numbers_as_danish_text_are_read_and_no_sign_of_absence_becomes_zero(text, value):
    rows = [["2026M07", "Læsø", text], ["2026M06", "Læsø", 5]]
    found = values(read(answer((PERIOD, AREA, PERSONS), rows), PERIOD, AREA, PERSONS))
    assert found["mgrpa02_1", "", "825", "2026M07"] == value


@given(st.integers(0, 10**9), st.integers(0, 2))
def test_a_number_written_the_danish_way_is_read_as_what_it_was(whole: int, decimals: int):
    exact = Decimal(whole).scaleb(-decimals)
    danish = f"{exact:,f}".translate(str.maketrans(",.", ".,"))
    assert as_number(danish) == float(exact)


@pytest.mark.parametrize("wrong", ["cirka 5", "5 6x", True, "1.23.4"])
def test_what_is_no_number_is_an_error_that_names_file_and_column(wrong):
    with pytest.raises(PlanError) as caught:
        read(answer((PERIOD, AREA, PERSONS), [["2026M07", "Læsø", wrong]]), PERIOD, AREA, PERSONS)
    problem = caught.value.problems[0]
    assert problem.where == "data/raw/jobindsats/y60a02/2026-08-22T061500Z.json"
    assert "Antal personer" in problem.what


def test_labels_are_found_whatever_blanks_and_case_they_come_with():
    sent = json.dumps(
        {
            "columns": [
                "periode",
                "Område ",
                "ANTAL  personer",
                "Fuldtidspersoner i pct. af befolkningen16-66 år",
            ],
            "rows": [["2026M07", " Frederikssund ", 641, 2.2]],
        }
    ).encode()
    found = values(read(sent, PERIOD, AREA, PERSONS, SHARE))
    assert found["mgrpa02_1", "", "250", "2026M07"] == 641


def test_labels_are_never_matched_by_a_part_of_them():
    sent = json.dumps({"columns": ["Periode", "Område", "Antal"], "rows": []}).encode()
    with pytest.raises(PlanError, match="does not say what the columns Antal are"):
        read(sent, PERIOD, AREA, PERSONS)


def test_two_measures_with_one_label_are_taken_in_order():
    twice = (measure("first", "6 m"), measure("second", "6 m"))
    found = values(read(answer((PERIOD, AREA, *twice), [["2026M07", "Læsø", 1, 2]]), PERIOD, AREA, *twice))
    assert found["first", "", "825", "2026M07"] == 1
    assert found["second", "", "825", "2026M07"] == 2


def test_people_without_a_municipality_are_left_out_and_strange_areas_are_told():
    rows = [["2026M07", name, 1] for name in ("Uoplyst område", "Region Sjælland", "Læsø")]
    cells = read(answer((PERIOD, AREA, PERSONS), rows), PERIOD, AREA, PERSONS)
    assert set(cells.frame["area"]) == {"825"}
    assert cells.unknown_areas == ("Region Sjælland",)


def test_the_total_of_a_dimension_counts_as_not_broken_down():
    offers = dimension("_tilb_2ptv", "Tilbud", "Tilbud i alt")
    status = dimension("_viskat_1int", "Visitationskategori")
    rows = [
        ["2026M07", "Læsø", tilbud, viskat, number]
        for number, (tilbud, viskat) in enumerate(
            (t, v)
            for t in ("Tilbud i alt", "Virksomhedspraktik i alt")
            for v in ("Visitationskategori i alt", "Jobparat")
        )
    ]
    columns = (PERIOD, AREA, offers, status, PERSONS)
    found = {key[1]: value for key, value in values(read(answer(columns, rows), *columns)).items()}
    assert found == {
        "": 0,
        "_viskat_1int=Jobparat": 1,
        "_tilb_2ptv=Virksomhedspraktik i alt": 2,
        "_tilb_2ptv=Virksomhedspraktik i alt;_viskat_1int=Jobparat": 3,
    }


def test_a_byte_order_mark_does_not_matter():
    content = answer((PERIOD, AREA, PERSONS), [["2026M07", "Læsø", 4]])
    assert values(read(b"\xef\xbb\xbf" + content, PERIOD, AREA, PERSONS)) == values(
        read(content, PERIOD, AREA, PERSONS)
    )


def test_parts_of_an_answer_are_put_together_and_may_overlap_where_they_agree():
    kon = dimension("_kon", "Køn", "Køn i alt")
    parts = [
        answer((PERIOD, AREA, PERSONS), [["2026M07", "Læsø", 7], ["2026M06", "Læsø", None]]),
        answer(
            (PERIOD, AREA, kon, PERSONS),
            [["2026M07", "Læsø", "Køn i alt", 7], ["2026M07", "Læsø", "Mænd", 4]],
        ),
        answer((PERIOD, AREA, PERSONS), [["2026M06", "Læsø", None]]),
    ]
    assert values(read(joined_answers(parts), PERIOD, AREA, kon, PERSONS)) == {
        ("mgrpa02_1", "", "825", "2026M07"): 7,
        ("mgrpa02_1", "", "825", "2026M06"): None,
        ("mgrpa02_1", "_kon=Mænd", "825", "2026M07"): 4,
    }


@pytest.mark.parametrize("second", [8, None])
def test_two_different_values_for_one_place_are_an_error_that_names_it(second):
    rows = [["2026M07", "Læsø", 7], ["2026M07", "Læsø", second]]
    with pytest.raises(PlanError, match="mgrpa02_1, 825, 2026M07"):
        read(answer((PERIOD, AREA, PERSONS), rows), PERIOD, AREA, PERSONS)


def test_quarters_are_read_with_one_digit_or_two():
    rows = [["2023Q1", "Læsø", 1], ["2023Q02", "Læsø", 2], ["2024QMAT03", "Læsø", 3], ["2025Y01", "Læsø", 4]]
    frame = read(answer((PERIOD, AREA, PERSONS), rows), PERIOD, AREA, PERSONS).frame
    assert list(frame["period"]) == ["2023Q01", "2023Q02", "2024QMAT03", "2025Y01"]


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html>",
        b'{"columns": ["Periode"]',
        b'{"columns": []}',
        b"[]",
        b"\xff\xfe",
        b'{"answers": []}',
        b'{"columns": ["Periode", "Omr\xc3\xa5de", "Antal personer"], "rows": [["2026M07", "L\xc3\xa6s\xc3\xb8", NaN]]}',
        b'{"columns": ["Periode", "Omr\xc3\xa5de", "Antal personer"], "rows": [["2026M07", "L\xc3\xa6s\xc3\xb8"]]}',
        b'{"columns": ["Periode", "Omr\xc3\xa5de", "Antal personer"], "rows": [["juli", "L\xc3\xa6s\xc3\xb8", 1]]}',
        b'{"columns": ["Periode", "Omr\xc3\xa5de", "Antal personer"], "rows": [["2026M07", "L\xc3\xa6s\xc3\xb8", [1]]]}',
        b'{"columns": ["Periode", "Omr\xc3\xa5de", "Antal personer"], "rows": [["2026M07", "L\xc3\xa6s\xc3\xb8", 1e999]]}',
        b'{"columns": ["Periode", "Omr\xc3\xa5de", "Antal personer"], "rows": [["2026M07", "L\xc3\xa6s\xc3\xb8", %d]]}'
        % 10**3999,
        b"[" * 200_000,
        b'{"columns": ["Periode", "Antal personer"], "rows": []}',
        b'{"columns": ["Periode", "Omr\xc3\xa5de"], "rows": []}',
    ],
)
def test_what_is_no_answer_is_an_error_that_names_the_raw_file(content):
    with pytest.raises(PlanError, match=r"data/raw/jobindsats/y60a02/2026-08-22T061500Z\.json"):
        read(content, PERIOD, AREA, PERSONS)


def test_an_answer_without_rows_has_no_cells():
    assert read(answer((PERIOD, AREA, PERSONS), []), PERIOD, AREA, PERSONS).frame.empty


@given(st.text(alphabet="aÅå \u00a0\t", max_size=8))
def test_folding_forgets_blanks_and_case_and_nothing_else(label):
    assert fold(label) == fold(f" {label.upper()}\n")
    assert fold(label + "b") != fold(label)
