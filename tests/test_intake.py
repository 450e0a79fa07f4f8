"""One reader for what people type: files, numbers, periods and marks, each decided by its whole column."""

from __future__ import annotations

import io
import random
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from helpers.intake.dates import PeriodColumn
from helpers.intake.files import decode
from helpers.intake.marks import BlankMark, mark_of
from helpers.intake.numbers import NumberColumn, Reading, Wrong
from helpers.intake.table import read_table, strays, typed_files

HEAD = "periode;område;serie;værdi;kilde"
COLUMNS = ("periode", "vaerdi"), ("omraade", "serie", "kilde")
GOOD = "\r\n".join(
    [
        HEAD,
        "2023Q03;Frederikssund;share;27,1;Ankestyrelsen",
        "3. kvartal 2023;Hele landet;share;23,1;Årsopgørelse",
        "",
    ]
)


def read(tmp_path: Path, content: str | bytes, name: str = "x.csv", **more: object):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    tables, problems = read_table(path, name, *COLUMNS, **more)
    return tables[0], problems


def cells(table):
    return [[row[name] for name in ("periode", "omraade", "serie", "vaerdi", "kilde")] for row in table.rows]


WANTED = [
    ["2023Q03", "Frederikssund", "share", "27,1", "Ankestyrelsen"],
    ["3. kvartal 2023", "Hele landet", "share", "23,1", "Årsopgørelse"],
]

# ---------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "cp1252",
        "mac_roman",
        "cp850",
        "cp865",
    ],
)
def test_a_file_is_read_in_every_encoding_that_people_save(tmp_path, encoding):
    table, problems = read(tmp_path, GOOD.encode(encoding))
    assert problems == [] and cells(table) == WANTED


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("first", ["", "sep={}", "Sep={}", "sep={}{}{}{}", '"sep={}"', "SEP = {}"])
def test_line_ends_separators_and_excels_own_line_do_no_harm(tmp_path, newline, separator, first):
    text = GOOD.replace(";", separator)
    said = first.replace("{}", separator) + "\r\n" if first else ""
    table, problems = read(tmp_path, (said + text).replace("\r\n", newline))
    assert problems == [] and cells(table) == WANTED
    assert table.where(table.rows[0], "vaerdi") == "x.csv: row 2, column vaerdi"


def test_decomposed_letters_are_the_same_letters(tmp_path):
    table, problems = read(tmp_path, unicodedata.normalize("NFD", GOOD))
    assert problems == [] and cells(table) == WANTED


def test_what_is_in_no_known_encoding_is_refused_and_not_guessed():
    from helpers.intake.files import Unreadable

    with pytest.raises(Unreadable, match="neither UTF-8"):
        decode(b"omr\x81de;v\xd0rdi;\xfe\xfd\n")


@pytest.mark.parametrize(
    ("head", "named", "meant"),
    [
        ("periode;kommune;serie;værdi", "kommune", "område"),
        ("periode;område;serie;værdii", "værdii", "værdi"),
        ("kvartal;område;serie;værdi", "kvartal", "periode"),
        ("periode;område;serie;tal", "tal", "værdi"),
    ],
)
def test_a_file_with_a_column_nobody_reads_is_not_used_and_its_head_is_named(tmp_path, head, named, meant):
    table, problems = read(tmp_path, f"{head}\n2026Q02;Hele landet;share;23,1\n")
    assert table.rows == ()
    assert any(f'"{named}" is not read' in p.what and f'Did you mean "{meant}"?' in p.what for p in problems)


def test_a_row_that_does_not_fit_its_head_is_not_used(tmp_path):
    table, problems = read(
        tmp_path, HEAD.replace(";", ",") + "\n2023Q03,Frederikssund,share,27,1,Ankestyrelsen\n"
    )
    assert table.rows == () and problems[0].where == "x.csv: row 2"


def test_titles_above_the_head_and_a_source_below_the_rows_are_skipped(tmp_path):
    table, problems = read(tmp_path, f"Ankesager 2023\n\n{GOOD}\r\nKilde: Ankestyrelsen, 2024\r\n")
    assert problems == [] and cells(table) == WANTED
    assert [row.number for row in table.rows] == [4, 5]


def workbook(rows, *, title="Ark1", merge=(), sheets=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for place in merge:
        sheet.merge_cells(place)
    for name, more in sheets:
        other = book.create_sheet(name)
        for row in more:
            other.append(row)
    return book


def saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEADS = HEAD.split(";")


def test_a_workbook_is_read_as_csv_is_with_its_numbers_dates_and_percentages_exact(tmp_path):
    book = workbook(
        [HEADS, [date(2023, 7, 1), "Frederikssund", "share", 0.271, "A"], ["2023M08", "", "count", 1017, ""]]
    )
    book.active["D2"].number_format = "0.0%"
    table, problems = read(tmp_path, saved(book), "x.xlsx")
    assert problems == []
    assert [row["vaerdi"] for row in table.rows] == ["27,1 %", "1017"]
    assert str(table.periods("periode").read(table.rows[0]["periode"])) == "2023M07"
    assert "sheet Ark1" in table.name


def test_a_workbooks_titles_and_source_are_skipped_and_merged_cells_are_told(tmp_path):
    rows = [["Ankesager"], HEADS, ["2023Q03", "Frederikssund", "share", 27.1, "A"], ["Kilde: Ankestyrelsen"]]
    table, problems = read(tmp_path, saved(workbook(rows, merge=["A1:E1"])), "x.xlsx")
    assert problems == [] and len(table.rows) == 1
    table, problems = read(tmp_path, saved(workbook(rows, merge=["B3:B4"])), "x.xlsx")
    assert table.rows == () and "merged" in problems[0].what


def test_the_sheet_named_as_the_series_is_read_before_the_first(tmp_path):
    other = [("Share", [HEADS, ["2023Q03", "", "share", 27.1, ""]])]
    table, problems = read(tmp_path, saved(workbook([["noter"]], sheets=other)), "x.xlsx", sheets=["share"])
    assert problems == [] and table.sheet == "Share"


@pytest.mark.parametrize("content", [b"PK\x03\x04 and so on", b"\xd0\xcf\x11\xe0 old", b"PK\x03\x04"])
def test_a_damaged_or_old_workbook_is_refused_in_one_line(tmp_path, content):
    _, (problem,) = read(tmp_path, content, "x.xlsx")
    assert problem.where == "x.xlsx" and ".xls" in problem.what


def test_a_formula_that_was_never_worked_out_is_named(tmp_path):
    _, (problem,) = read(tmp_path, saved(workbook([HEADS, ["2023Q03", "", "share", "=1+1", ""]])), "x.xlsx")
    assert "D2" in problem.what


def test_every_file_of_a_folder_is_read_or_named(tmp_path):
    for name in (
        "a.CSV",
        "b.txt",
        "c.csv.txt",
        "d.XLSX",
        "e.yml.txt",
        "f.yml",
        "g.ods",
        ".DS_Store",
        "~$a.xlsx",
        "README.md",
    ):
        (tmp_path / name).write_text("x")
    (tmp_path / "gammelt").mkdir()
    assert set(typed_files(tmp_path)) == {"a", "b", "c", "d", "e.yml"}
    assert [problem.where for problem in strays(tmp_path, "m")] == ["m/f.yml", "m/g.ods", "m/gammelt"]


# -------------------------------------------------------------------------------------------- numbers


def numbers(texts, **more):
    english = more.pop("english", False)
    column = NumberColumn.of(texts, english=english)
    return [
        None if isinstance(found, Wrong) else found.value
        for found in (column.read(text, **more) for text in texts)
    ]


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["0.075", "23,1"], ["0.075", "23.1"]),
        (["27,1", "87.9"], ["27.1", "87.9"]),
        (["1.234", "1.234,5", "1 234", "17 %", "−3,5", "83,8 pct."], ["1234", "1234.5", "1234", "17", "-3.5", "83.8"]),
        (["27.1", "1.125"], ["27.1", "1.125"]),
        (["1.125", "0,5"], ["1125", "0.5"]),
        (["1.234.567", "1.017"], ["1234567", "1017"]),
        (["1,234.5", "1,017"], ["1234.5", "1017"]),
        (["1\u00a0017", "1\u202f017"], ["1017", "1017"]),
    ],
)  # fmt: skip
def test_a_number_is_read_as_its_column_writes_numbers(texts, values):
    assert numbers(texts) == [Decimal(value) for value in values]


@pytest.mark.parametrize("english", [False, True])
def test_a_point_of_thousands_is_read_where_whole_numbers_are_expected(english):
    assert numbers(["1.017", "998"], whole=True, english=english) == [1017, 998]


def test_what_two_readings_are_left_for_is_refused_with_both():
    for texts, more in (
        (["1.017", "27,1", "27.1"], {}),
        (["1.017", "12.5"], {"whole": True}),
        (["1,017"], {"whole": True}),
        (["1.017"], {"most": Decimal(100)}),
    ):
        found = NumberColumn.of(texts).read(texts[0], **more)
        assert isinstance(found, Wrong) and "1017 and as 1,017" in found.what


@pytest.mark.parametrize("text", ["", " ", "-", "–", "—", "−", ".", "..", "...", "…", "#I/T", "#N/A", "n/a"])
def test_marks_for_no_number_are_known(text):
    assert NumberColumn().read(text) == Reading(None, BlankMark.MISSING)


@pytest.mark.parametrize("text", ["*", "<3", "< 5", "1-2", "diskretioneret"])
def test_marks_for_a_hidden_number_are_known(text):
    assert mark_of(text) is BlankMark.SUPPRESSED


@pytest.mark.parametrize(
    "text",
    ["#DIVISION/0!", "#VÆRDI!", "12x", "1e9", "nan0", "١٢", "1'234", "9" * 30, "--5", "1,2,3", "O,5", "½"],
)
def test_what_is_no_number_is_refused(text):
    assert isinstance(NumberColumn().read(text), Wrong)


# -------------------------------------------------------------------------------------------- periods

TODAY = date(2026, 8, 22)


def periods(*texts, english=False):
    column = PeriodColumn.of(texts, english=english, today=TODAY)
    return [None if isinstance(found := column.read(text), Wrong) else found.id for text in texts]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2024M02", "2024M02"), ("2024m2", "2024M02"), ("feb-24", "2024M02"), ("feb. 24", "2024M02"),
        ("februar 2024", "2024M02"), ("02-2024", "2024M02"), ("2024-02", "2024M02"), ("10.02.2024", "2024M02"),
        ("2024-02-10", "2024M02"), ("1. februar 2024", "2024M02"), ("May-24", "2024M05"), ("maj-24", "2024M05"),
        ("Oct-24", "2024M10"), ("okt-24", "2024M10"), ("Mar-24", "2024M03"), ("December 2021", "2021M12"),
        ("2023K3", "2023Q03"), ("Q1 2023", "2023Q01"), ("3. kvt. 23", "2023Q03"), ("3. kvartal 2023", "2023Q03"),
        ("2023-Q2", "2023Q02"), ("2. kvt 2023", "2023Q02"), ("K4 2023", "2023Q04"), ("2023", "2023Y01"),
        ("4 kvartaler til og med 2. kvartal 2023", "2023QMAT02"), ("2024QMAT03", "2024QMAT03"),
    ],
)  # fmt: skip
def test_a_period_is_read_as_people_and_the_product_itself_write_it(text, period):
    assert periods(text) == [period]


def test_the_products_own_forms_are_all_read_back():
    from helpers.periods import Period

    for period in (Period.parse(text) for text in ("2024M05", "2023M06", "2023Q03", "2024QMAT01", "2025Y01")):
        assert periods(period.danish) == [period.id]
        if "QMAT" not in period.id:
            assert periods(period.short) == [period.id]


@pytest.mark.parametrize(
    "text",
    [
        "2203Q02",
        "0203Q02",
        "2099M01",
        "1889M01",
        "2024M13",
        "2023Q05",
        "45323",
        "24-feb",
        "i fjor",
        "31-02-2024",
        "",
    ],
)
def test_a_year_that_cannot_be_and_what_is_no_period_are_refused(text):
    assert periods(text) == [None]


def test_days_are_read_as_their_column_settles_it_and_refused_where_it_does_not():
    assert periods("2/1/2024", english=True) == [None]
    assert periods("2/1/2024", "2/13/2024", english=True) == ["2024M02", "2024M02"]
    assert periods("1/1/2024", "2/1/2024", "3/1/2024", english=True) == ["2024M01", "2024M02", "2024M03"]
    assert periods("1/1/2024", "1/2/2024", "1/3/2024", english=True) == ["2024M01", "2024M02", "2024M03"]
    assert periods("10-02-2024") == ["2024M02"]
    assert periods("13/2/2024", "2/13/2024") == [None, None]


# ----------------------------------------------------------------------------------------------- fuzz

_PIECES = (
    ";", ",", "\t", '"', "\n", "\r", "\x00", "\ufeff", "sep=", "…", "*", "<3", "-", "1.017", "0,87", "9" * 40, "1e5", "#I/T",
    "2099", "0203", "2/1/2024", "kommune", "Ø", "\u202e", "=1+1", "%", "-5", "inf", "nan", "½", "٣", "\x1b[31m",
)  # fmt: skip


def mutated(good: bytes, chance: random.Random) -> bytes:
    """A good file with one to four faults."""
    content = good
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content) + 1)
        kind = chance.randrange(6)
        if kind == 0:
            content = content[:place] + chance.choice(_PIECES).encode("utf-8", "replace") + content[place:]
        elif kind == 1:
            content = content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]
        elif kind == 2:
            content = content[:place] + content[place + chance.randint(1, 12) :]
        elif kind == 3:
            content = content.replace(b";", chance.choice([b",", b"\t", b"|", b";;", b""]))
        elif kind == 4:
            content = content.decode("utf-8", "replace").encode(
                chance.choice(["utf-16", "cp1252", "mac_roman", "cp850", "utf-16-be"]), "replace"
            )
        else:
            content = content.replace(
                *chance.choice([(b"27,1", b"0.075"), (b"2023", b"2203"), (b"share", b""), (b",", b".")])
            )
    return content


def test_no_mutation_of_a_good_file_ends_in_a_traceback_or_in_a_figure_that_cannot_be(tmp_path):
    chance = random.Random(9)
    read_back = 0
    for number in range(1500):
        table, problems = read(tmp_path, mutated(GOOD.encode(), chance), f"{number % 7}.csv")
        assert all(problem.where and problem.what for problem in problems)
        column, dated = table.numbers("vaerdi"), table.periods("periode")
        for row in table.rows:
            found, period = column.read(row["vaerdi"], most=Decimal(100)), dated.read(row["periode"])
            if isinstance(found, Reading) and found.value is not None:
                assert found.value.is_finite() and abs(found.value) < Decimal(10) ** 16
                read_back += 1
            if not isinstance(period, Wrong):
                assert 1990 <= period.year <= date.today().year + 1
    assert read_back > 500
