"""Figures typed in by hand: what Danish Excel saves is read, and what is wrong costs only its own cell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from data_support import CHECKOUT, real_catalogue_project, type_in
from helpers.catalogue import load_catalogue
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.project import Project
from helpers.sources.manual import filled, manual_path, read_series, read_survey, write_template

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
    assert [value.source for value in found.values] == ["Ankestyrelsen", "Årsopgørelse"]


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
    assert read_survey(project, catalogue, here, SURVEY) is None


# --------------------------------------------------------------------------------------------- surveys


def test_the_shipped_survey_has_the_answers_that_the_proposal_for_plan_2023_prints():
    project = Project(CHECKOUT)
    catalogue = load_catalogue(project)
    found = read_survey(project, catalogue, catalogue.municipality("250"), SURVEY)
    assert found is not None and found.problems == ()
    printed = {"servicen": 87, "kommunikationen": 88, "oplyst": 79, "anbefale": 85}
    questions = filled(catalogue.surveys[SURVEY], catalogue.municipality("250"))
    for word, value in printed.items():
        (key,) = [key for key, question in questions.items() if word in question]
        assert found.answers[key] == value
    assert found.period == Period.month(2021, 12)
    assert "mål 5a" in (found.source or "")


def test_no_result_of_the_dignity_survey_is_shipped_because_none_is_printed():
    project = Project(CHECKOUT)
    catalogue = load_catalogue(project)
    assert read_survey(project, catalogue, catalogue.municipality("250"), "vaerdig-sagsbehandling") is None


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
    found = read_survey(project, catalogue, here, SURVEY)
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
    before = read_survey(project, catalogue, here, SURVEY, bound=Period.month(2023, 11))
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
    found = read_survey(project, catalogue, here, SURVEY)
    assert found is not None
    assert [problem.where.split(": ")[1] for problem in found.problems] == [
        "row 2, column svar",
        "row 3, column spoergsmaal",
        "row 4, column dato",
    ]
    assert found.answers == {"anbefale": 85}


def test_an_unknown_survey_is_an_error_with_the_nearest_key(project, catalogue, here):
    with pytest.raises(PlanError, match='Did you mean "virksomhedstilfredshed"'):
        read_survey(project, catalogue, here, "virksomhedstilfreds")


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
    found = read_survey(project, catalogue, here, SURVEY)
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
