"""What a municipality says of a goal at each follow-up: read from its files, shown with its date, missed where it lacks."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from helpers.catalogue import check_catalogue, load_catalogue
from helpers.catalogue.followups import follow_up_template, read_follow_ups
from helpers.commands.checks import check_everything
from helpers.errors import PlanError
from helpers.project import Project
from helpers.render.run import render_variants
from helpers.reports import wing
from helpers.reports.base.request import Selection
from helpers.reports.plan.report import PlanReport
from helpers.reports.plan.words import follow_up_paragraphs
from report_support import CHECKOUT, copy_project

PLAN = "frederikssund-2023"
NOT_MET = ["1a", "1b", "2a", "2b", "4a", "6a", "7a", "7b"]
"""As the municipality's own status table of 2023 has it."""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return copy_project(tmp_path)


def write(
    project: Project, text: str, goal: str = "1a", plan: str = PLAN, slug: str = "frederikssund"
) -> str:
    path = project.catalogue / "texts" / slug / plan / f"{goal}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return project.relative(path)


def report(project: Project, kommune: str = "Frederikssund", **figures: date) -> PlanReport:
    made = wing("plan").report(Selection(project, load_catalogue(project), PLAN, **figures), kommune)
    assert isinstance(made, PlanReport)
    return made


def documented() -> str:
    text = (CHECKOUT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- example: follow-up -->\n```markdown\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def test_the_documented_example_is_read_as_it_says(project: Project) -> None:
    write(project, documented())
    newest, older = report(project).follow_ups("1a")
    assert (newest.day, newest.until, newest.who) == (
        date(2023, 11, 15),
        date(2024, 3, 31),
        "Jobcenterchefen",
    )
    assert newest.why.startswith("Flere nyledige") and newest.action.endswith("uge 4.")
    assert (older.day, older.action, older.until) == (date(2023, 8, 15), "", None)
    assert follow_up_paragraphs(newest)[0] == "**Opfølgning den 15. november 2023**"
    assert follow_up_paragraphs(newest)[-1] == "Ansvarlig: Jobcenterchefen. Senest: 31. marts 2024"


def test_only_the_newest_follow_up_stands_open_and_all_are_the_municipalitys_own(project: Project) -> None:
    write(project, "## 2023-05-15\nGammel.\n\n## 2023-11-15\nNy.\n")
    shown = report(project).goal("1a").markdown
    new, old = shown.index("Ny."), shown.index("Gammel.")
    assert shown.index("ikke opfyldt") < new < shown.index("<details") < old < shown.index("</details>")
    assert "Ny." not in report(project, "Hedensted").goal("1a").markdown
    assert "<details" not in report(project).goal("1b").markdown


def test_as_of_a_day_nothing_later_is_shown(project: Project) -> None:
    write(project, "## 2023-05-15\nGammel.\n\n## 2023-11-15\nNy.\n")
    told = wing("plan").report(
        Selection(project, load_catalogue(project), PLAN, snapshot=date(2023, 6, 1)), "Frederikssund"
    )
    assert isinstance(told, PlanReport)
    assert [one.why for one in told.follow_ups("1a")] == ["Gammel."]


def test_a_new_follow_up_makes_the_pages_anew(project: Project) -> None:
    before = report(project).fingerprint
    write(project, "## 2023-11-15\nNy.\n")
    assert report(project).fingerprint != before


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("Uden dato.\n", 1, "stands under no date"),
        ("## Tredje kvartal\nx\n", 1, '"Tredje kvartal" is no date'),
        ("## 2023-02-30\nx\n", 1, "is no date"),
        ("## 2203-11-15\nx\n", 1, "the year 2203 cannot be"),
        ("##  \nx\n", 1, "is no date"),
        ("## 2023-11-15\nx\n\n## 15. november 2023\ny\n", 4, "already given"),
        ("## 2023-11-15\n### Baggrund\nx\n", 2, '"Baggrund" is no part'),
        ("## 2023-11-15\n### Handling\nx\n\nSenest: snart\n", 5, '"snart" is no date'),
        ("## 2023-11-15\n### Handling\nx\nSenest: 1.2.2024\nSenest: 2.2.2024\n", 5, "given twice"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_line(
    project: Project, text: str, line: int, said: str
) -> None:
    name = write(project, text)
    (problem,) = check_catalogue(project)
    assert problem.where == f"{name}:{line}" and said in problem.what


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (("9z", PLAN, "frederikssund"), 'has no goal "9z"'),
        (("1a", "frederikssund-2032", "frederikssund"), "is no plan"),
        (("1a", PLAN, "frederiksund"), "is no municipality"),
    ],
)
def test_a_file_for_what_there_is_not_is_told(
    project: Project, place: tuple[str, str, str], said: str
) -> None:
    name = write(project, "## 2023-11-15\nx\n", *place)
    (problem,) = check_catalogue(project)
    assert problem.where == name and said in problem.what


def test_a_file_in_the_wrong_folder_is_told(project: Project) -> None:
    path = project.catalogue / "texts" / "1a.md"
    path.parent.mkdir()
    path.write_text("## 2023-11-15\nx\n", encoding="utf-8")
    (problem,) = check_catalogue(project)
    assert problem.where == "catalogue/texts/1a.md" and "<municipality>/<plan>/<goal>.md" in problem.do


def test_html_in_a_follow_up_is_what_an_editor_would_write_and_links_are_checked(project: Project) -> None:
    name = write(
        project, '## 2023-11-15\n<b onclick="x()">Fed</b><script>x()</script>\n\nSe [her](#intet).\n'
    )
    (told,) = report(project).follow_ups("1a")
    assert told.why.startswith("<b>Fed</b>") and "script" not in told.why
    problems, _ = check_everything(project)
    assert [(p.where, "leads to #intet" in p.what) for p in problems] == [(f"{name}:1", True)]


def test_headings_and_fields_in_code_and_comments_are_no_structure(project: Project) -> None:
    name = write(project, "## 2023-11-15\n<!--\n## 2022-01-01\n-->\n```\n## kode\n```\n")
    found, problems = read_follow_ups(project, project.root / name)
    assert [(one.day, one.why) for one in found] == [
        (date(2023, 11, 15), "```\n## kode\n```")
    ] and not problems


def test_templates_are_made_for_the_goals_that_are_not_met_and_say_nothing_until_filled_in(
    project: Project,
) -> None:
    write(project, "## 2023-11-15\nDerfor.\n", "2a")
    chosen = Selection(project, load_catalogue(project), PLAN)
    lines = list(wing("plan").write_texts(chosen, "Frederikssund"))
    assert lines == [
        f"wrote catalogue/texts/frederikssund/{PLAN}/{goal}.md" for goal in NOT_MET if goal != "2a"
    ]
    assert not check_catalogue(project)
    assert not report(project).follow_ups("1a")
    again = list(wing("plan").write_texts(chosen, "Frederikssund"))
    assert len(again) == len(lines) and all(line.startswith("kept") for line in again)
    with pytest.raises(PlanError, match="no goals to judge"):
        wing("jobcenteroverblik").write_texts(chosen, "Frederikssund")


def test_plan_check_names_unmet_goals_without_a_text_once_one_is_written(project: Project) -> None:
    assert not any("without a text" in line for line in check_everything(project)[1])
    write(project, "## 2023-11-15\nDerfor.\n", "2a")
    problems, lines = check_everything(project)
    (hint,) = [line for line in lines if "without a text" in line]
    assert not problems
    assert f"{', '.join(goal for goal in NOT_MET if goal != '2a')}." in hint


def test_a_list_under_a_head_stays_a_list(project: Project) -> None:
    write(project, "## 2023-11-15\nx\n### Handling\n- først\n- så\n")
    (told,) = report(project).follow_ups("1a")
    assert "**Handling.**\n\n- først" in follow_up_paragraphs(told)[2]


def test_follow_ups_stand_in_pages_and_pdf(project: Project) -> None:
    pypdf = pytest.importorskip("pypdf")
    write(project, documented())
    made = report(project)
    contents = wing("plan").contents(project, load_catalogue(project), PLAN)
    from helpers.reports.base.bookfiles import BookFiles

    variant = made.asked(BookFiles(contents).laid()).variant
    (outcome,) = render_variants(project, [variant], engine="built-in", output=project.root / "_site")
    assert outcome.ok and outcome.folder and outcome.pdf, outcome.problems
    page = (outcome.folder / "notebooks" / "01-tidlig-indsats.html").read_text(encoding="utf-8")
    assert page.count('class="follow-up"') == 2
    assert page.index("Opfølgning den 15. november 2023") < page.index("Tidligere opfølgning på mål 1a")
    printed = " ".join(text.extract_text() for text in pypdf.PdfReader(outcome.pdf).pages)
    assert "Opfølgning den 15. november 2023" in printed and "Opfølgning den 15. august 2023" in printed


def test_a_template_names_the_day(project: Project) -> None:
    name = write(project, follow_up_template("Resultatmål 1a: Flere i job", date(2026, 8, 15)))
    assert read_follow_ups(project, project.root / name) == ((), [])
    text = (
        (project.root / name)
        .read_text(encoding="utf-8")
        .replace("<!-- Hvorfor er målet ikke nået? -->", "Nu.")
    )
    (project.root / name).write_text(text, encoding="utf-8")
    ((told,), _) = read_follow_ups(project, project.root / name)
    assert (told.day, told.why, told.until) == (date(2026, 8, 15), "Nu.", None)
