"""Figures typed in by hand: what Danish Excel saves is read, and what is wrong costs only its own cell."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from data_support import CHECKOUT, real_catalogue_project, type_in
from helpers.catalogue import load_catalogue
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.project import Project
from helpers.sources.manual import manual_path, misplaced, read_series, read_survey, write_template

HEAD = "periode;område;serie;værdi;kilde"
APPEALS = "ankesager-omgjort"
SURVEY = "virksomhedstilfredshed"


@pytest.fixture
def project(tmp_path):
    return real_catalogue_project(tmp_path)


@pytest.fixture
def catalogue(project):
    return load_catalogue(project)


@pytest.fixture
def here(catalogue):
    return catalogue.municipality("Frederikssund")


@pytest.fixture
def read(project, catalogue, here):
    """Type in a file for the appeals and read it."""

    def typed(content, key=APPEALS):
        type_in(project, here.slug, key, content)
        return read_series(project, catalogue, here)

    return typed


def rows(*lines, head=HEAD):
    return "\r\n".join([head, *lines, ""])


def figures(found):
    return {(value.series, value.area, value.period.id): value.value for value in found.values}


TWO_ROWS = {
    ("share", "250", "2023Q03"): Decimal("27.1"),
    ("share", "dk", "2023Q03"): Decimal("23.1"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_what_danish_excel_saves_is_read_in_any_encoding_and_separator(read, encoding, separator, newline):
    text = rows(
        "2023Q03;Frederikssund;share;27,1;Ankestyrelsen",
        "3. kvartal 2023;Hele landet;share;23,1;Årsopgørelse",
    )
    found = read(text.replace(";", separator).replace("\r\n", newline).encode(encoding))
    assert found.problems == ()
    assert figures(found) == TWO_ROWS


def test_a_comma_separated_file_is_read_with_quoted_decimal_commas_and_with_points(read):
    text = 'periode,område,serie,værdi,kilde\n2023Q03,Frederikssund,share,"27,1",x\n2023Q03,Hele landet,share,23.1,x\n'
    found = read(text)
    assert found.problems == ()
    assert figures(found) == TWO_ROWS


@pytest.mark.parametrize(
    ("written", "value"),
    [("1.234", "1234"), ("1.234,0", "1234.0"), ("0", "0"), ("17 ", "17"), ("1 234", "1234")],
)
def test_numbers_are_read_as_danes_write_them_and_zero_is_a_value(read, written, value):
    found = read(rows(f"2023Q03;Frederikssund;count;{written};"))
    assert found.problems == ()
    assert [typed.value for typed in found.values] == [Decimal(value)]


@pytest.mark.parametrize("area", ["Frederikssund", "frederikssund kommune", "250", ""])
@pytest.mark.parametrize(
    "series", ["share", "SHARE", "Frederikssund - Andelen af omgørelser de seneste 4 kvartaler"]
)
def test_area_and_series_may_be_named_as_the_page_names_them(read, area, series):
    found = read(rows(f"2023Q03;{area};{series};27,1;"))
    assert figures(found) == {("share", "250", "2023Q03"): Decimal("27.1")}


@pytest.mark.parametrize("blank", ["", "-", "..", "–"])
def test_a_cell_that_is_not_filled_in_is_passed_over_and_is_not_zero(read, blank):
    found = read(rows(f"2023Q03;Frederikssund;share;{blank};", "2023Q02;Frederikssund;share;30;"))
    assert found.problems == ()
    assert list(figures(found)) == [("share", "250", "2023Q02")]


def test_every_bad_cell_is_named_at_once_and_good_rows_are_kept(read):
    found = read(
        rows(
            "2023Q03;Frederikssund;share;27,x;",
            "2023Q05;Frederikssund;share;27;",
            "2023M05;Frederikssund;share;27;",
            "2023Q03;Frederikshavn;share;27;",
            "2023Q03;Frederikssund;andel;27;",
            "2023Q03;Frederikssund;share;271;",
            "2023Q03;Frederikssund;count;-3;",
            "2023Q03;Hele landet;share;23,1;",
        )
    )
    name = "data/raw/manual/frederikssund/ankesager-omgjort.csv"
    assert [problem.where for problem in found.problems] == [
        f"{name}: row 2, column vaerdi",
        f"{name}: row 3, column periode",
        f"{name}: row 4, column periode",
        f"{name}: row 5, column omraade",
        f"{name}: row 6, column serie",
        f"{name}: row 7, column vaerdi",
        f"{name}: row 8, column vaerdi",
    ]
    assert "Frederikssund, Hele landet" in found.problems[3].do
    assert "count, share" in found.problems[4].do
    assert figures(found) == {("share", "dk", "2023Q03"): Decimal("23.1")}


def test_a_row_with_several_bad_cells_has_them_all_named(read):
    found = read(rows("kvartal 3;Mars;andel;x;"))
    assert [problem.where.rsplit(" ", 1)[1] for problem in found.problems] == ["serie", "omraade", "periode"]


def test_the_same_figure_twice_is_no_matter_but_two_figures_for_one_place_are(read):
    found = read(
        rows(
            "2023Q03;Frederikssund;share;27,1;",
            "3. kvartal 2023;;share;27,1;",
            "2023Q03;Frederikssund;share;27,2;",
        )
    )
    (problem,) = found.problems
    assert "row 4" in problem.where and "Row 2 says 27.1" in problem.what
    assert figures(found) == {("share", "250", "2023Q03"): Decimal("27.1")}


def test_a_file_that_belongs_to_no_indicator_is_named_with_the_nearest_key(read):
    found = read(rows("2023Q03;Frederikssund;share;27,1;"), key="ankesager-omgjorte")
    (problem,) = found.problems
    assert 'Did you mean "ankesager-omgjort"?' in problem.what
    assert found.values == ()


def test_files_of_investment_projects_and_surveys_are_left_to_their_readers(project, catalogue, here):
    type_in(project, here.slug, "flere-i-job", "række;måned;værdi\r\nx;2024M02;1\r\n")
    type_in(project, here.slug, SURVEY, "spørgsmål;svar\r\nservice;87\r\n")
    assert read_series(project, catalogue, here).problems == ()


@pytest.mark.parametrize("content", ["", "periode;område\r\n2023Q03;x\r\n", b"PK\x03\x04workbook"])
def test_a_file_that_is_no_such_table_is_named_and_stops_no_other(project, catalogue, here, read, content):
    type_in(project, here.slug, "samtaler-12-maaneder", rows("2023M10;Frederikssund;share;92,8;"))
    found = read(content)
    assert found.problems[0].where.startswith("data/raw/manual/frederikssund/ankesager-omgjort.csv")
    assert [value.indicator for value in found.values] == ["samtaler-12-maaneder"]


def test_nothing_typed_in_is_nothing_wrong(project, catalogue, here):
    assert read_series(project, catalogue, here) == type(read_series(project, catalogue, here))((), ())
    assert read_survey(project, catalogue, here, catalogue.surveys[SURVEY]) is None


# --------------------------------------------------------------------------------------------- surveys


def test_the_shipped_survey_has_the_answers_that_the_proposal_for_plan_2023_prints():
    project = Project(CHECKOUT)
    catalogue = load_catalogue(project)
    found = read_survey(project, catalogue, catalogue.municipality("250"), catalogue.surveys[SURVEY])
    assert found is not None and found.problems == ()
    printed = {"servicen": 87, "kommunikationen": 88, "oplyst": 79, "anbefale": 85}
    questions = catalogue.questions(catalogue.surveys[SURVEY], catalogue.municipality("250"))
    for word, value in printed.items():
        (key,) = [key for key, question in questions.items() if word in question]
        assert found.answers[key] == value
    assert found.period == Period.month(2021, 12)
    assert "mål 5a" in (found.source or "")


def test_no_result_of_the_dignity_survey_is_shipped_because_none_is_printed():
    project = Project(CHECKOUT)
    catalogue = load_catalogue(project)
    assert (
        read_survey(
            project, catalogue, catalogue.municipality("250"), catalogue.surveys["vaerdig-sagsbehandling"]
        )
        is None
    )


def survey_rows(*lines):
    return rows(*lines, head="spørgsmål;svar;kilde;dato")


@pytest.mark.parametrize(
    "question",
    [
        "service",
        "Hvordan oplevede du servicen fra Jobcenter Frederikssund?",
        "Hvordan oplevede du servicen fra {jobcenter}?",
    ],
)
def test_a_question_is_known_by_its_key_and_by_its_words(project, catalogue, here, question):
    type_in(project, here.slug, SURVEY, survey_rows(f"{question};87 %;Kommunen;12-2021"))
    found = read_survey(project, catalogue, here, catalogue.surveys[SURVEY])
    assert found is not None and found.problems == ()
    assert found.answers == {"service": 87}


def test_the_newest_round_counts_and_a_bound_turns_back_to_the_one_before(project, catalogue, here):
    type_in(
        project,
        here.slug,
        SURVEY,
        survey_rows(
            "service;87;A;december 2021", "service;90;B;december 2023", "anbefale;80;B;december 2023"
        ),
    )
    newest = read_survey(project, catalogue, here, catalogue.surveys[SURVEY])
    before = read_survey(project, catalogue, here, catalogue.surveys[SURVEY], bound=Period.month(2023, 11))
    assert newest is not None and (newest.answers, newest.source) == ({"service": 90, "anbefale": 80}, "B")
    assert before is not None and (before.answers, before.source) == ({"service": 87}, "A")


def test_a_bad_answer_is_named_and_the_others_are_kept(project, catalogue, here):
    type_in(
        project,
        here.slug,
        SURVEY,
        survey_rows(
            "service;mange;;2021-12", "venner;87;;2021-12", "oplyst;79;;i fjor", "anbefale;85;;2021-12"
        ),
    )
    found = read_survey(project, catalogue, here, catalogue.surveys[SURVEY])
    assert found is not None
    assert [problem.where.split(": ")[1] for problem in found.problems] == [
        "row 2, column svar",
        "row 3, column spoergsmaal",
        "row 4, column dato",
    ]
    assert found.answers == {"anbefale": 85}


def test_a_template_of_an_unknown_survey_is_an_error_with_the_nearest_key(project, catalogue, here):
    with pytest.raises(PlanError, match='Did you mean "virksomhedstilfredshed"'):
        write_template(project, catalogue, here, "virksomhedstilfreds")


# ------------------------------------------------------------------------------------------- templates


def test_a_template_has_a_row_for_each_figure_and_is_read_without_a_word_before_it_is_filled_in(
    project, catalogue, here
):
    path = write_template(project, catalogue, here, APPEALS, today=date(2024, 1, 15))
    assert path == manual_path(project, here, APPEALS)
    lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[0] == HEAD
    assert {line.split(";")[0] for line in lines[1:-1]} == {
        period.id for period in (Period.parse("2023Q04").shift(-step) for step in range(9))
    }
    assert {tuple(line.split(";")[1:3]) for line in lines[1:-1]} == {
        ("Frederikssund", "count"),
        ("Frederikssund", "share"),
        ("Hele landet", "share"),
    }
    found = read_series(project, catalogue, here)
    assert (found.values, found.problems) == ((), ())


def test_a_filled_in_template_is_read(project, catalogue, here):
    path = write_template(project, catalogue, here, SURVEY)
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("?;;;", "?;87;Kommunen;december 2023"), encoding="utf-8-sig")
    found = read_survey(project, catalogue, here, catalogue.surveys[SURVEY])
    assert found is not None and found.problems == ()
    assert list(found.answers) == list(catalogue.surveys[SURVEY].questions)


def test_a_template_never_overwrites_what_was_typed_in(project, catalogue, here):
    path = type_in(project, here.slug, APPEALS, rows("2023Q03;Frederikssund;share;27,1;"))
    before = path.read_bytes()
    with pytest.raises(PlanError, match="not overwritten"):
        write_template(project, catalogue, here, APPEALS)
    assert path.read_bytes() == before


def test_a_template_for_an_unknown_key_is_refused_with_the_nearest_one(project, catalogue, here):
    with pytest.raises(PlanError, match='Did you mean "ankesager-omgjort"'):
        write_template(project, catalogue, here, "ankesager")


# ------------------------------------------------------------------------------- by the whole column


def test_a_thousands_point_in_a_count_and_decimals_in_a_share_are_read_side_by_side(read):
    found = read(rows("2023Q03;Frederikssund;count;1.017;", "2023Q03;Frederikssund;share;27,1;"))
    assert found.problems == ()
    assert set(figures(found).values()) == {Decimal(1017), Decimal("27.1")}


def test_a_percentage_typed_as_a_fraction_is_asked_about(read, project, catalogue, here):
    found = read(rows("2023Q03;Frederikssund;share;0,271;", "2023Q02;Frederikssund;share;0,264;"))
    assert found.values == () and len(found.problems) == 2
    assert "27,1 per cent" in found.problems[0].what and "0,271 %" in found.problems[0].do
    found = read(rows("2023Q03;Frederikssund;share;0,271 %;", "2023Q02;Frederikssund;share;0,3;"))
    assert found.problems == () and len(found.values) == 2
    type_in(project, here.slug, SURVEY, survey_rows("service;0,87;;", "anbefale;85;;"))
    answers = read_survey(project, catalogue, here, catalogue.surveys[SURVEY])
    assert answers.answers == {"anbefale": 85} and "87 per cent" in answers.problems[0].what


@pytest.mark.parametrize("mark", ["*", "<3"])
def test_a_figure_typed_in_as_hidden_is_suppressed_and_not_missing(read, mark):
    found = read(rows(f"2023Q03;Frederikssund;count;{mark};"))
    assert found.problems == () and [value.value for value in found.values] == [None]


@pytest.mark.parametrize("mark", ["…", "..", "−", "-", "#I/T"])
def test_marks_for_no_number_are_passed_over(read, mark):
    assert read(rows(f"2023Q03;Frederikssund;count;{mark};")) == type(read(rows()))((), ())


def test_a_figure_of_a_period_to_come_is_refused_and_an_empty_row_of_it_is_not(read):
    year = date.today().year + 1
    found = read(
        rows(f"{year}Q04;Frederikssund;share;9,9;", f"{year}Q03;Frederikssund;share;;", "2203Q02;;share;9,9;")
    )
    assert found.values == ()
    assert sorted(problem.where.split(": ")[1] for problem in found.problems) == [
        "row 2, column periode",
        "row 4, column periode",
    ]


@pytest.mark.parametrize("country", ["Hele landet", "hele landet", "Danmark", "Landet", "0", "dk"])
def test_the_country_is_known_under_its_names(read, country):
    assert list(figures(read(rows(f"2023Q03;{country};share;23,1;")))) == [("share", "dk", "2023Q03")]


@pytest.mark.parametrize("area", ["0250", "Frederikssunds Kommune", "FREDERIKSSUND"])
def test_the_municipality_is_known_as_people_write_it(read, area):
    assert list(figures(read(rows(f"2023Q03;{area};share;27,1;")))) == [("share", "250", "2023Q03")]


def test_a_decimal_comma_without_quotes_in_a_file_of_commas_is_refused(read):
    found = read("periode,område,serie,værdi,kilde\n2023Q03,Frederikssund,share,27,1\n")
    assert found.values == () and '"27,1" is two cells' in found.problems[0].what


def test_two_files_for_one_key_and_files_of_other_kinds_are_named(project, catalogue, here, read):
    folder = manual_path(project, here, APPEALS).parent
    good = rows("2023Q03;Frederikssund;share;27,1;")
    read(good)
    (folder / "ankesager-omgjort.CSV").write_text(good, encoding="utf-8")
    (folder / "noter.yml").write_text("x: 1", encoding="utf-8")
    found = read_series(project, catalogue, here)
    assert len(found.values) == 1
    assert {problem.where.rsplit("/", 1)[1] for problem in found.problems} == {
        "noter.yml",
        "ankesager-omgjort.csv",
    }


def test_a_file_one_folder_too_high_and_a_folder_under_another_name_are_named(project, catalogue):
    manual = project.raw / "manual"
    for name in ("frederikssund-tal.csv", "Frederikssund Kommune/ankesager-omgjort.csv"):
        (manual / name).parent.mkdir(parents=True, exist_ok=True)
        (manual / name).write_text("x", encoding="utf-8")
    found = misplaced(project, catalogue)
    assert [problem.where.rsplit("/", 1)[1] for problem in found] == [
        "Frederikssund Kommune",
        "frederikssund-tal.csv",
    ]
    assert 'Did you mean "frederikssund"?' in found[0].what


def test_a_workbook_gives_the_same_figures_as_the_csv_file(project, catalogue, here):
    book = openpyxl.Workbook()
    for row in [
        HEAD.split(";"),
        ["2023Q03", "Frederikssund", "share", 27.1, "A"],
        ["2023Q03", "Danmark", "share", 23.1, "A"],
    ]:
        book.active.append(row)
    path = manual_path(project, here, APPEALS).with_suffix(".xlsx")
    path.parent.mkdir(parents=True)
    book.save(path)
    found = read_series(project, catalogue, here)
    assert found.problems == () and figures(found) == TWO_ROWS


_FAULTS = (
    "0.075", "1.017", "27.1", "0,87", "…", "*", "<3", "#VÆRDI!", "-5", "271", "1e5", "9" * 40, "2203Q02", "2099M01", "2/1/2024",
    "2023M05", "Q3 2023", "3. kvt. 23", "Aarhus", "Danmark", "0250", "share;share", "andel", '"', "\u0000", "\u202e", "=1+1", "",
)  # fmt: skip


def test_no_fault_in_a_typed_in_file_ends_in_a_traceback_or_in_a_figure_that_cannot_be(read):
    chance = random.Random(11)
    lines = [f"2023Q0{n};Frederikssund;share;2{n},1;A" for n in (1, 2, 3)] + [
        "2023Q03;Hele landet;share;23,1;A"
    ]
    kept = 0
    for _ in range(400):
        table = [line.split(";") for line in lines]
        for _ in range(chance.randint(1, 3)):
            row = chance.choice(table)
            row[chance.randrange(len(row))] = chance.choice(_FAULTS)
        found = read(rows(*map(";".join, table)).encode(chance.choice(["utf-8", "utf-16", "utf-8-sig"])))
        for value in found.values:
            assert value.area in ("250", "dk") and 1990 <= value.period.year <= date.today().year
            assert value.value is None or 0 <= value.value <= 100 or value.series == "count"
            assert value.value != 75 and value.value != Decimal("1.017")
        kept += len(found.values)
    assert kept > 400
