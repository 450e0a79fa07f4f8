"""What is typed in has a history: each edition is kept, and what became of it since stands on the page of changes."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_support import type_in
from helpers.catalogue import load_catalogue
from helpers.data.editions import edition_before, editions, keep_typed, typed_folder
from helpers.project import Project
from helpers.reports.plan.report import read_report
from report_support import EXAMPLE_PLAN, copy_project, table_cells

GOALS = """\
      - {number: 1a, title: Ankesager, text: Højst 30 pct., indicator: ankesager-omgjort, target: {at_most: 30}}
      - {number: 1b, title: Virksomheder, text: Mindst 80 pct., indicator: virksomhedstilfredshed, target: {at_least: 80}}
      - {number: 1c, title: Aftalen, text: Den er indgået., target: {milestone: 2026-06-30}}
"""
SERIES = "periode;område;serie;værdi;kilde\n"
SURVEY = "spørgsmål;svar;kilde;dato\nservice;{};Egen;{}\n"
MILESTONE = "mål;status;dato;bemærkning\n1c;{};{};\n"


def moment(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 8, day, hour, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = copy_project(tmp_path)
    (found.catalogue / "plans" / "eksempel.yml").write_text(EXAMPLE_PLAN + GOALS, encoding="utf-8")
    return found


def write(project: Project, series: str, answer: tuple[object, str], state: tuple[str, str]) -> None:
    type_in(project, "viborg", "ankesager-omgjort", SERIES + series)
    type_in(project, "viborg", "virksomhedstilfredshed", SURVEY.format(*answer))
    type_in(project, "viborg", "eksempel", MILESTONE.format(*state))


def first(project: Project) -> None:
    rows = "2025Q04;Viborg;share;31;\n2026Q01;Viborg;share;28;\n2025Q04;Viborg;count;9;\n"
    write(project, rows, (87, "maj 2026"), ("i gang", "2026-05-12"))


def second(project: Project) -> None:
    rows = "2025Q04;Viborg;share;61;\n2026Q01;Viborg;share;41;\n2026Q02;Viborg;share;;\n2026Q01;Viborg;count;12;\n"
    write(project, rows, (61, "juni 2026"), ("nået", "2026-06-20"))


def page(project: Project) -> tuple[str, list[list[str]], list[list[str]]]:
    """The page's text, the rows of what was typed in, and the file's rows."""
    catalogue = load_catalogue(project)
    report = read_report(project, catalogue, catalogue.plan("eksempel"), catalogue.municipality("Viborg"))
    shown = report.revisions()
    files = [
        content for part in shown.parts for name, content in part.contents().items() if name.endswith(".csv")
    ]
    told = list(csv.reader(io.StringIO("".join(map(str, files)).lstrip("\ufeff")), delimiter=";"))
    rows = [row for row in table_cells(shown.markdown, "indtastede-tal") if row][1:]
    return shown.markdown.replace("\u00a0", " "), rows, told


def test_an_edition_is_kept_word_for_word_whenever_the_files_differ(project: Project) -> None:
    first(project)
    keep_typed(project, ["viborg", "odense"], moment(1))
    keep_typed(project, ["viborg", "odense"], moment(2))
    before = (typed_folder(project, "viborg") / "ankesager-omgjort.csv").read_bytes()
    second(project)
    keep_typed(project, ["viborg", "odense"], moment(3))
    assert editions(project, "viborg") == ("2026-08-01T100000Z", "2026-08-03T100000Z")
    assert editions(project, "odense") == ("2026-08-01T100000Z",)
    for day in ("2026-08-02", "2026-07-01"):  # the first edition is all that is known of the days before it
        kept = typed_folder(replace(project, typed=day), "viborg")
        assert (kept / "ankesager-omgjort.csv").read_bytes() == before
    keep_typed(project, ["odense"], moment(1))  # a clock that was set back
    (project.raw / "manual" / "viborg" / "eksempel.csv").unlink()
    keep_typed(project, ["viborg"], moment(1))
    assert editions(project, "viborg")[-1] == "2026-08-01T100000Z_1"


def test_what_is_mended_twice_in_a_day_is_compared_with_the_day_before(project: Project) -> None:
    assert edition_before(project, "viborg") is None
    for place, at in enumerate((moment(1), moment(3, 9), moment(3, 11))):
        type_in(project, "viborg", "ankesager-omgjort", f"{SERIES}2026Q01;Viborg;share;{20 + place};\n")
        keep_typed(project, ["viborg"], at)
    assert edition_before(project, "viborg") == "2026-08-01T100000Z"


def test_the_page_tells_what_was_typed_in_otherwise_and_the_verdicts_that_turned(project: Project) -> None:
    first(project)
    text, rows, told = page(project)
    assert text.strip() == "Der er endnu intet at sammenligne med." and not rows and not told
    keep_typed(project, ["viborg"], moment(1))
    text, rows, _ = page(project)
    assert "Det, kommunen selv har oplyst, er ikke ændret siden den 1. august 2026." in text
    assert not rows and "Ingen vurdering er ændret." in text
    second(project)
    text, rows, told = page(project)
    assert (
        "6 af kommunens egne oplysninger er rettet, kommet til eller fjernet siden den 1. august 2026."
        in text
    )
    found = {(row[0].split(" - ")[-1], row[1]): row[2:] for row in rows}
    share, count = "Andelen af omgørelser de seneste 4 kvartaler", "Antal omgørelser i de seneste 4 kvartaler"
    spaced = {key: [cell.replace("\u00a0", " ") for cell in cells] for key, cells in found.items()}
    assert spaced == {
        (share, "4. kvartal 2025"): ["31,0 pct.", "61,0 pct.", "+30,0 procentpoint", "Rettet"],
        (share, "1. kvartal 2026"): ["28,0 pct.", "41,0 pct.", "+13,0 procentpoint", "Rettet"],
        (count, "1. kvartal 2026"): ["–", "12", "–", "Kommet til"],
        # What is no longer shown is not shown here either.
        (count, "4. kvartal 2025"): ["–", "–", "–", "Vises ikke mere"],
        ("Hvordan oplevede du servicen fra Jobcenter Viborg?", "Juni 2026"): [
            "87 pct. (maj 2026)",
            "61 pct.",
            "−26 procentpoint",
            "Rettet",
        ],
        ("Milepælen 1c", "20. juni 2026"): ["i gang (12. maj 2026)", "nået", "–", "Rettet"],
    }
    assert "**Mål 1a**: vurderingen er ændret fra »opfyldt« til »ikke opfyldt«." in text
    assert "**Mål 1b**: vurderingen er ændret fra »opfyldt« til »ikke opfyldt«." in text
    assert "**Mål 1c**: vurderingen er ændret fra »kan ikke vurderes« til »opfyldt«." in text
    assert [
        "791",
        "Viborg",
        "ankesager-omgjort",
        "share",
        "2025Q04",
        "changed",
        "31",
        "61",
        "30",
        "oplyst af kommunen",
    ] in told
    assert len(told) == 1 + len(rows)
