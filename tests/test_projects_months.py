"""Months typed in for investment projects: what is read, and how every kind of bad file is named."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import PlanError
from helpers.periods import Period
from helpers.project import Project
from helpers.reports.investeringer.examples import EXAMPLE, example_months
from helpers.reports.investeringer.loader import load_investment_set
from helpers.reports.investeringer.months import read_months, write_project_template

ROOT = Path(__file__).parents[1]
KEY = "hedensted-2024-2025"
HEAD = "række;tekst;måned;værdi;andel;bemærkning"
FEB, MAR, APR = (Period.month(2024, number) for number in (2, 3, 4))


@pytest.fixture
def place(tmp_path):
    """A project with Hedensted's catalogue and nothing typed in."""
    shutil.copytree(ROOT / "catalogue" / "projects", tmp_path / "catalogue" / "projects")
    return Project(tmp_path)


@pytest.fixture
def hedensted(place):
    return load_investment_set(place, KEY)


@pytest.fixture
def typed(place, hedensted):
    """Write a project's file and read it; rows as text, without or with the head."""

    def read(content, project="flere-i-job", name=None, encoding="utf-8-sig"):
        folder = place.raw / "manual" / "hedensted"
        folder.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode(encoding)
        (folder / (name or f"{project}.csv")).write_bytes(data)
        return read_months(place, hedensted, project)

    return read


def rows(*lines):
    return "\r\n".join([HEAD, *lines])


def figures(measured):
    return {(one.row, one.month.id): (one.value, one.share) for one in measured}


def where(problems):
    return [problem.where.removeprefix("data/raw/manual/hedensted/") for problem in problems]


def test_the_shipped_files_hold_the_start_figures_and_nothing_else():
    project = Project(ROOT)
    hedensted = load_investment_set(project, KEY)
    for key, entry in hedensted.projects.items():
        measured, problems = read_months(project, hedensted, key)
        assert not problems
        starts = {
            row: (one.start.value, one.start_judged if one.unit == "count_and_share" else None)
            for row, one in entry.status.measures.items()
            if one.start is not None and one.start.value is not None
        }
        assert {one.row: (one.value, one.share) for one in measured} == starts
        assert {one.month for one in measured} <= {Period.month(2024, 1)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_danish_excels_files_are_read_in_every_encoding(typed, encoding, separator):
    text = rows("delaftale-ressourceforloeb;Ressourceforløb – alle;2024M02;67,5;;målt primo").replace(
        ";", separator
    )
    measured, problems = typed(text.replace("–", "-"), encoding=encoding)
    assert not problems
    assert figures(measured) == {("delaftale-ressourceforloeb", "2024M02"): (Decimal("67.5"), None)}
    assert measured[0].note == "målt primo"


@pytest.mark.parametrize(
    "month", ["2024M02", "feb-24", "februar 2024", "01-02-2024", "2024-02", "10.02.2024"]
)
def test_a_month_is_read_as_excel_makes_it(typed, month):
    measured, problems = typed(rows(f"maalgruppe-aktivitetsparate;;{month};102;;"))
    assert not problems
    assert [one.month for one in measured] == [FEB]


def test_english_excels_file_is_read(typed):
    measured, problems = typed("række,måned,værdi\ndelaftale-ressourceforloeb,2024M02,67.5")
    assert not problems
    assert measured[0].value == Decimal("67.5")


def test_a_row_that_was_not_filled_in_is_no_figure(typed):
    measured, problems = typed(
        rows("maalgruppe-aktivitetsparate;;2024M02;;;", "maalgruppe-ressourceforloeb;;2024M02;–;;")
    )
    assert (measured, problems) == ((), ())


def test_zero_is_a_figure(typed):
    measured, _ = typed(rows("loentimer;;2024M02;0;;"), project="haandholdt-indsats")
    assert (measured[0].value, measured[0].judged(_unit("loentimer"))) == (0, 0)


def _unit(row):
    return load_investment_set(Project(ROOT), KEY).projects["haandholdt-indsats"].status.measures[row].unit


GOOD = "maalgruppe-aktivitetsparate;;2024M02;102;;"

BAD = {
    "an unknown row": (
        ["maalgruppe-aktivitetsparat;;2024M02;99;;"],
        "row 3, column raekke",
        'Did you mean "maalgruppe-aktivitetsparate"?',
    ),
    "a month typed twice": (
        ["maalgruppe-ressourceforloeb;;2024M02;70;;", "maalgruppe-ressourceforloeb;;feb-24;71;;"],
        "row 4, column maaned",
        "typed twice; first at data/raw/manual/hedensted/flere-i-job.csv: row 3, column maaned",
    ),
    "text in a number": (
        ["maalgruppe-ressourceforloeb;;2024M02;ca. 70;;"],
        "row 3, column vaerdi",
        '"ca. 70" is no number',
    ),
    "a share above a hundred": (
        ["delaftale-ressourceforloeb;;2024M02;166,1;;"],
        "row 3, column vaerdi",
        "more than 100 per cent",
    ),
    "a share of persons above a hundred": (
        ["praktik-aktivitetsparate;;2024M02;26;126;"],
        "row 3, column andel",
        "more than 100 per cent",
    ),
    "a negative count": (["maalgruppe-ressourceforloeb;;2024M02;-3;;"], "row 3, column vaerdi", "below zero"),
    "a number beyond all measure": (
        ["maalgruppe-ressourceforloeb;;2024M02;99999999999999999999999999999999;;"],
        "row 3, column vaerdi",
        "too long a number",
    ),
    "half a person": (
        ["maalgruppe-ressourceforloeb;;2024M02;70,5;;"],
        "row 3, column vaerdi",
        "no whole number",
    ),
    "a month that is none": (
        ["maalgruppe-ressourceforloeb;;2024M13;70;;"],
        "row 3, column maaned",
        "no period",
    ),
    "a quarter": (
        ["maalgruppe-ressourceforloeb;;2024Q02;70;;"],
        "row 3, column maaned",
        "is not a month from",
    ),
    "a month before the start": (
        ["maalgruppe-ressourceforloeb;;2023M12;70;;"],
        "row 3, column maaned",
        "is not a month from 2024M01 on",
    ),
    "a share where there is none": (
        ["maalgruppe-ressourceforloeb;;2024M02;;12;"],
        "row 3, column andel",
        "has no share",
    ),
    "a start that differs from the catalogue": (
        ["maalgruppe-ressourceforloeb;;2024M01;75;;"],
        "row 3, column vaerdi",
        "is 74 in the catalogue, but 75 here",
    ),
    "more cells than columns": (
        ["maalgruppe-ressourceforloeb;;2024M02;;;;;glemt"],
        "row 3",
        "8 cells, but the file has 6 columns",
    ),
    "more persons than the group": (
        ["maalgruppe-ressourceforloeb;;2024M02;70;;", "loentimer-ressourceforloeb;;2024M02;71;;"],
        "row 4, column vaerdi",
        "more than the whole group, 70",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_named_by_file_row_and_column_and_the_rest_is_kept(typed, name):
    lines, at, said = BAD[name]
    measured, problems = typed(rows(GOOD, *lines))
    assert where(problems) == [f"flere-i-job.csv: {at}"]
    assert said in problems[0].what
    assert figures(measured)["maalgruppe-aktivitetsparate", "2024M02"] == (102, None)
    bad_row = lines[-1].split(";")[0]
    assert bad_row not in {one.row for one in measured} or bad_row == "praktik-aktivitetsparate"


def test_a_share_that_cannot_be_leaves_the_count(typed):
    measured, _ = typed(rows("praktik-aktivitetsparate;;2024M02;26;126;"))
    assert figures(measured) == {("praktik-aktivitetsparate", "2024M02"): (26, None)}


def test_a_month_typed_twice_with_the_same_figure_is_named_and_used(typed):
    measured, problems = typed(rows(GOOD, GOOD))
    assert len(problems) == len(measured) == 1


def test_a_cumulative_figure_that_falls_is_named_with_both_places(typed):
    lines = [
        "virksomheder-i-droeftelser;;2024M02;5;;",
        "virksomheder-i-droeftelser;;2024M03;9;;",
        "virksomheder-i-droeftelser;;2024M04;7;;",
        "virksomheder-i-droeftelser;;2024M05;9;;",
    ]
    measured, problems = typed(rows(*lines), project="kompetenceporten")
    assert where(problems) == ["kompetenceporten.csv: row 4, column vaerdi"]
    assert "9 in 2024M03 (data/raw/manual/hedensted/kompetenceporten.csv: row 3" in problems[0].what
    assert [(one.month.id, one.value) for one in measured] == [("2024M02", 5), ("2024M03", 9), ("2024M05", 9)]


def test_a_figure_that_may_fall_is_not_held_to_its_earlier_months(typed):
    lines = ["ledige-i-projektet;;2024M02;5;;", "ledige-i-projektet;;2024M03;3;;"]
    measured, problems = typed(rows(*lines), project="kompetenceporten")
    assert not problems
    assert [one.value for one in measured] == [5, 3]


def test_a_file_with_a_column_nobody_knows_is_named_and_not_used(typed):
    measured, problems = typed("række;måned;værdi;antal\nmaalgruppe-aktivitetsparate;2024M02;102;4")
    assert where(problems) == ["flere-i-job.csv: row 1, column antal"]
    assert 'Did you mean "værdi"' in problems[0].what and not measured


def test_a_missing_column_is_named(typed):
    measured, problems = typed("række;måned\nmaalgruppe-aktivitetsparate;2024M02")
    assert not measured
    assert 'The column "vaerdi" is missing.' in [problem.what for problem in problems]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and so on", "Excel workbook"),
        (b"", "empty"),
        (b"r\x81kke;m\x8dned", "neither UTF-8"),
    ],
)
def test_a_file_that_is_no_csv_is_named(typed, content, said):
    measured, problems = typed(content)
    assert not measured
    assert where(problems) == ["flere-i-job.csv"]
    assert said in problems[0].what


WORDS = st.sampled_from(
    ["maalgruppe-aktivitetsparate", "virksomheder-i-droeftelser", "2024M02", "feb-24", "12", "1.234,5", "101 %", "–",
     "-3", "x", "", '"', ";", "\t", ",", "\r\n", "række", "måned", "værdi", "andel", "1e400", "9" * 40, "\u0000"]
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(WORDS, max_size=60).map(";".join), st.sampled_from(["utf-8", "utf-16", "cp1252"]), st.booleans()
)
def test_whatever_is_typed_is_read_or_named_and_never_breaks(typed, words, encoding, with_head):
    text = f"{HEAD}\r\n{words}" if with_head else words
    measured, problems = typed(text.encode(encoding, errors="replace"), project="kompetenceporten")
    assert all(
        problem.where.startswith("data/raw/manual/hedensted/kompetenceporten.csv") for problem in problems
    )
    assert all(one.value is None or 0 <= one.value < 10**9 for one in measured)


def test_a_missing_share_is_computed_from_the_same_months_group_only(typed):
    measured, problems = typed(
        rows(
            "maalgruppe-ressourceforloeb;;2024M02;71;;",
            "loentimer-ressourceforloeb;;2024M02;6;;",
            "loentimer-ressourceforloeb;;2024M03;6;;",
            "loentimer-aktivitetsparate;;2024M02;18;;",
        )
    )
    assert not problems
    found = figures(measured)
    assert found["loentimer-ressourceforloeb", "2024M02"] == (6, 8)  # 6 of 71 is 8.45 per cent
    assert found["loentimer-ressourceforloeb", "2024M03"] == (6, None)
    assert found["loentimer-aktivitetsparate", "2024M02"] == (18, None)  # of an unknown number over 30


def test_a_share_that_is_not_the_counts_is_named_and_computed(typed):
    measured, problems = typed(
        rows("maalgruppe-ressourceforloeb;;2024M02;71;;", "loentimer-ressourceforloeb;;2024M02;6;80;")
    )
    assert where(problems) == ["flere-i-job.csv: row 3, column andel"]
    assert figures(measured)["loentimer-ressourceforloeb", "2024M02"] == (6, 8)


def test_several_files_of_a_project_are_read_together(typed, place, hedensted):
    typed(rows(GOOD))
    measured, problems = typed(
        rows("maalgruppe-aktivitetsparate;;2024M03;101;;"), name="flere-i-job-2024M03.csv"
    )
    assert not problems
    assert [one.month for one in measured] == [FEB, MAR]
    _, problems = typed(rows(GOOD.replace("102", "99")), name="flere-i-job-2024M04.csv")
    assert where(problems) == ["flere-i-job-2024M04.csv: row 2, column maaned"]


def test_a_row_that_jobindsats_has_is_not_typed_in(place, tmp_path):
    file = tmp_path / "catalogue" / "projects" / f"{KEY}.yml"
    text = file.read_text(encoding="utf-8")
    old = "{key: maalgruppe-ressourceforloeb,"
    assert old in text
    file.write_text(text.replace(old, old + " indicator: ressourceforloeb-antal,"), encoding="utf-8")
    folder = tmp_path / "data" / "raw" / "manual" / "hedensted"
    folder.mkdir(parents=True)
    (folder / "flere-i-job.csv").write_text(
        rows(GOOD, "maalgruppe-ressourceforloeb;;2024M02;70;;"), encoding="utf-8"
    )
    measured, problems = read_months(place, load_investment_set(place, KEY), "flere-i-job")
    assert [one.row for one in measured] == ["maalgruppe-aktivitetsparate"]
    assert "comes from Jobindsats" in problems[0].what


# -------------------------------------------------------------------------------------------- templates


def test_a_template_holds_a_row_for_each_status_row_and_no_figures(place, hedensted):
    path = write_project_template(place, hedensted, "flere-i-job")
    assert path.name == "flere-i-job.csv"
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0] == HEAD
    assert [line.split(";")[0] for line in lines[1:]] == list(
        hedensted.projects["flere-i-job"].status.measures
    )
    assert "Målgruppeantal: Borgere i ressourceforløb [personer]" in lines[2]
    assert read_months(place, hedensted, "flere-i-job") == ((), ())


def test_a_template_filled_in_is_read(place, hedensted):
    path = write_project_template(place, hedensted, "flere-i-job")
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(
        text.replace("[personer];2024M02;;", "[personer];2024M02;71;"), encoding="cp1252", errors="replace"
    )
    measured, problems = read_months(place, hedensted, "flere-i-job")
    assert not problems
    assert {(one.row, one.value) for one in measured} == {
        ("maalgruppe-aktivitetsparate", 71),
        ("maalgruppe-ressourceforloeb", 71),
    }


def test_the_next_template_is_for_the_month_after_the_newest_and_lies_beside(typed, place, hedensted):
    typed(rows(GOOD))
    path = write_project_template(place, hedensted, "flere-i-job")
    assert path.name == "flere-i-job-2024M03.csv"


def test_a_template_never_overwrites(place, hedensted):
    write_project_template(place, hedensted, "flere-i-job", APR)
    write_project_template(place, hedensted, "flere-i-job", APR)
    with pytest.raises(PlanError, match="never overwritten"):
        write_project_template(place, hedensted, "flere-i-job", APR)


# --------------------------------------------------------------------------------------------- examples


def test_example_months_are_always_the_same_and_called_examples(hedensted):
    for key in hedensted.projects:
        made = example_months(hedensted, key)
        assert made == example_months(hedensted, key)
        assert {one.source for one in made} == {EXAMPLE}
        assert min(one.month for one in made) == FEB  # the start is the document's own


def test_example_months_are_figures_that_could_be_typed_in(hedensted, typed):
    for key in hedensted.projects:
        made = example_months(hedensted, key)
        lines = [
            f"{one.row};;{one.month};{str(one.value).replace('.', ',')};"
            f"{'' if one.share is None else str(one.share).replace('.', ',')};"
            for one in made
        ]
        measured, problems = typed(rows(*lines), project=key)
        assert not problems
        assert len(measured) == len(made)
