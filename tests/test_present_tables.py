"""Tables: rows as in the documents, heads to read by, and nothing that a style sheet cannot change."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from helpers.analysis.gaps import Verdict, gap, target_value, verdict
from helpers.analysis.steadiness import Past, Steadiness
from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.models import Plan
from helpers.present import tables
from helpers.present.spark import Spark
from helpers.present.tables import Column, Group, Html
from helpers.present.words import MINUS, NBSP, number
from helpers.project import Project
from helpers.reports.plan import tables as plan_tables
from helpers.reports.plan.changes import plan_changes
from helpers.reports.plan.status import StatusRow
from present_frames import TOWN

ROOT = Path(__file__).resolve().parents[1]
VOID = {"br", "img", "col", "hr"}


class Reader(HTMLParser):
    """The table as rows of (tag, attributes, text), when every tag is closed in its turn."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[tuple[str, dict[str, str | None], str]]] = []
        self.row_attributes: list[dict[str, str | None]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
            self.row_attributes.append(dict(attrs))
        if tag in ("td", "th"):
            self.rows[-1].append((tag, dict(attrs), ""))
        if tag == "br" and self.rows and self.rows[-1]:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and {"td", "th"} & set(self.open):
            tag, attributes, text = self.rows[-1][-1]
            self.rows[-1][-1] = (tag, attributes, text + data)

    def texts(self) -> list[list[str]]:
        return [[" ".join(text.split()) for _, _, text in row] for row in self.rows]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(Project(ROOT))


@pytest.fixture(scope="module")
def plan(catalogue: Catalogue) -> Plan:
    return catalogue.plan("frederikssund-2023")


@pytest.fixture(scope="module")
def rows(catalogue: Catalogue, plan: Plan) -> list[StatusRow]:
    """The rows of seed 000, from the figures it printed."""
    made = []
    for printed in catalogue.published_rows(plan):
        goal, indicator = plan.goal(printed.goal), catalogue.indicators[printed.indicator]
        target = target_value(goal.target, printed.national)
        assert target is not None
        difference = gap(printed.municipality, target, goal.target.direction)
        made.append(
            StatusRow(
                goal=printed.goal,
                indicator=printed.indicator,
                period=printed.period,
                national=printed.national,
                municipality=printed.municipality,
                target=target,
                gap=difference,
                unit=indicator.unit,
                decimals=indicator.decimals,
                direction=goal.target.direction,
                verdict=verdict(difference, goal.target),
                note=printed.note,
            )
        )
    return made


def markup(shown: object) -> str:
    (part,) = shown.parts  # type: ignore[attr-defined]
    return part.markup


# ------------------------------------------------------------------------------- the status table


def test_the_status_table_shows_every_printed_figure_in_the_documents_order(
    catalogue: Catalogue, plan: Plan, rows: list[StatusRow]
) -> None:
    shown = Reader(markup(plan_tables.status_table(rows, plan, TOWN))).texts()
    body = [cells for cells in shown if len(cells) == 8][1:]
    printed = catalogue.published_rows(plan)
    assert [cells[0] for cells in body] == [row.goal for row in printed]
    for cells, row in zip(body, printed, strict=True):
        indicator = catalogue.indicators[row.indicator]
        expected = [
            number(value, indicator.decimals, indicator.unit) for value in (row.national, row.municipality)
        ]
        assert cells[3:5] == [text.replace(NBSP, " ") for text in expected]
        assert cells[2].lower() == row.period.danish
        if row.goal != "4b":
            assert cells[6].split()[0] == number(row.gap, indicator.decimals, signed=True)


def test_focus_areas_head_their_goals(plan: Plan, rows: list[StatusRow]) -> None:
    shown = Reader(
        markup(plan_tables.status_table(rows, plan, TOWN, area_links=lambda number: f"side-{number}.html"))
    )
    heads = [
        row
        for row, attributes in zip(shown.rows, shown.row_attributes, strict=True)
        if attributes.get("class") == "group"
    ]
    assert [text for ((_, _, text),) in heads] == [
        f"Fokusområde {a.number} - {a.title}" for a in plan.focus_areas
    ]
    assert all(
        attributes["scope"] == "colgroup" and attributes["colspan"] == "8" for ((_, attributes, _),) in heads
    )
    assert ("a", {"href": "side-3.html"}) in shown.tags


def test_a_verdict_is_a_sign_a_word_and_a_class(plan: Plan, rows: list[StatusRow]) -> None:
    shown = Reader(markup(plan_tables.status_table(rows, plan, TOWN)))
    cells = {row[0][2]: row for row in shown.rows if len(row) == 8}
    assert cells["1a"][7][1:] == ({"class": "verdict-not-met"}, "× Ikke opfyldt")
    assert cells["3a"][7][1:] == ({"class": "verdict-met"}, "✓ Opfyldt")
    # Which way is better is told by what is asked for …
    assert cells["1a"][5][2].startswith("mindst ")
    assert cells["4a"][5][2].startswith("under ")
    # … and in words where nothing is.
    unset = replace(rows[0], target=None, gap=None, verdict=Verdict.CANNOT_BE_JUDGED)
    lines = Reader(markup(plan_tables.status_table([unset], plan, TOWN))).texts()
    assert next(line for line in lines if line[0] == "1a")[7] == "? Kan ikke vurderes ↑ højere er bedre"


def test_a_changed_target_is_told_in_its_row(plan: Plan, rows: list[StatusRow]) -> None:
    cells = {
        row[0]: row
        for row in Reader(markup(plan_tables.status_table(rows, plan, TOWN))).texts()
        if len(row) == 8
    }
    assert "Forskel til målet (+ er bedre)" in cells["Mål nr."]
    assert cells["4c"][4:7] == ["75,1 pct.", "mindst 75 pct.", "+0,1 procentpoint"]
    assert cells["4c"][1].endswith("Målet er sat ned fra 85 til 75 pct., fordi STAR har ændret opgørelsen.")
    assert cells["6a"][5] == "højst 0,5 pct."
    assert cells["4a"][5] == "under 23,1 pct."


@pytest.mark.parametrize(
    ("word", "said"),
    [(Steadiness.STEADY, "= varigt"), (Steadiness.NEW, "! nyt"), (Steadiness.WAVERING, "± på vippen")],
)
def test_how_steady_a_verdict_is_stands_below_it(
    plan: Plan, rows: list[StatusRow], word: Steadiness, said: str
) -> None:
    row = replace(rows[0], past=Past(word, run=1, met=3, level=False))
    cells = Reader(markup(plan_tables.status_table([row], plan, TOWN))).texts()
    assert next(cell for cell in cells if cell[0] == "1a")[7] == f"× Ikke opfyldt {said}"


def test_what_cannot_be_judged_says_why_and_shows_a_dash(plan: Plan, rows: list[StatusRow]) -> None:
    hidden = replace(
        rows[0], municipality=None, gap=None, verdict=Verdict.CANNOT_BE_JUDGED,
        reason="tallet for Frederikssund er diskretioneret eller ikke opgjort",
    )  # fmt: skip
    shown = Reader(markup(plan_tables.status_table([hidden], plan, TOWN))).texts()
    cells = next(row for row in shown if row[0] == "1a")
    assert cells[4:7] == ["–", "mindst 87,3 pct.", "–"]
    assert cells[7].startswith("? Kan ikke vurderes")
    assert cells[1].endswith("Tallet for Frederikssund er diskretioneret eller ikke opgjort.")


def test_zero_is_shown_as_zero_and_not_as_a_dash(plan: Plan, rows: list[StatusRow]) -> None:
    nothing = Decimal("0.0")
    level = replace(rows[0], national=nothing, municipality=nothing, target=nothing, gap=nothing)
    cells = next(
        row for row in Reader(markup(plan_tables.status_table([level], plan, TOWN))).texts() if row[0] == "1a"
    )
    assert cells[3:7] == ["0,0 pct.", "0,0 pct.", "mindst 0,0 pct.", "0,0 procentpoint"]


def test_a_goal_with_two_indicators_is_worded_once_and_names_both(
    catalogue: Catalogue, plan: Plan, rows: list[StatusRow]
) -> None:
    names = {key: entry.name for key, entry in catalogue.indicators.items() if entry.name}
    shown = Reader(markup(plan_tables.status_table(rows, plan, TOWN, names=names))).texts()
    first, second = (row for row in shown if row[0] == "5b")
    assert first[1].endswith("Formidlingsgrad") and plan.goal("5b").text in first[1]
    assert second[1] == "Besættelsesgrad"


def test_the_note_on_a_printed_difference_stands_with_its_goal(plan: Plan, rows: list[StatusRow]) -> None:
    cells = next(
        row for row in Reader(markup(plan_tables.status_table(rows, plan, TOWN))).texts() if row[0] == "4b"
    )
    assert cells[5:7] == ["mindst 90 pct.", "+2,8 procentpoint"]
    assert "+2,0" in cells[1].replace(MINUS, "-")


def test_published_figures_are_marked_when_the_rest_is_example(plan: Plan, rows: list[StatusRow]) -> None:
    some = markup(plan_tables.status_table(rows, plan, TOWN, published={rows[0].indicator}))
    assert some.count("pct.*") == 2
    assert plan_tables.PUBLISHED_NOTE in some
    assert plan_tables.PUBLISHED_NOTE not in markup(plan_tables.status_table(rows, plan, TOWN))


def test_a_small_trend_has_a_text_and_only_those_that_are_used_are_files(
    plan: Plan, rows: list[StatusRow]
) -> None:
    small = {
        rows[0].indicator: Spark("trend-1a.svg", "<svg/>", 'Steget "meget"'),
        "another": Spark("x.svg", "", ""),
    }
    shown = plan_tables.status_table(rows, plan, TOWN, sparks=small)
    images = [attributes for tag, attributes in Reader(markup(shown)).tags if tag == "img"]
    assert images == [
        {"src": "figures/trend-1a.svg", "alt": 'Steget "meget"', "width": "104", "height": "28"}
    ]
    assert list(shown.parts[0].files) == ["trend-1a.svg"]  # type: ignore[union-attr]


# ------------------------------------------------------------------------------- any table


@pytest.fixture(scope="module")
def plain_table() -> str:
    groups = [
        Group([("a & b", "1", None), ("<c>", "0", Html("<b>fed</b>"))], "Gruppe <1>"),
        Group([("d", "2", "x")]),
    ]
    columns = [Column("Navn", row_head=True), Column("Antal", number=True), Column("Andet")]
    return tables.build(columns, groups, id="min-tabel", caption="Tabel <over> noget", foot=["Note & mere"])


def test_a_table_has_its_id_a_caption_and_heads_with_scope(plain_table: str) -> None:
    read = Reader(plain_table)
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert ids == ["min-tabel"]
    heads = [attributes.get("scope") for tag, attributes in read.tags if tag == "th"]
    assert heads == ["col", "col", "col", "colgroup", "row", "row", "row"]
    assert "<caption" in plain_table and "Tabel &lt;over&gt; noget" in plain_table


def test_cells_are_escaped_unless_they_are_markup(plain_table: str) -> None:
    for expected in ("a &amp; b", "&lt;c&gt;", "<b>fed</b>", "Gruppe &lt;1&gt;", "Note &amp; mere"):
        assert expected in plain_table


def test_a_style_sheet_alone_decides_how_a_table_looks(plain_table: str) -> None:
    for forbidden in ("style", "gt_", "headers="):
        assert forbidden not in plain_table
    numbers = [cell for row in Reader(plain_table).rows for cell in row if cell[1].get("class") == "num"]
    assert [text for _, _, text in numbers] == ["Antal", "1", "0", "2"]


def test_an_id_that_is_no_anchor_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot name"):
        tables.simple_table([Column("a")], [("b",)], id="Æ ø", caption="x")


# ------------------------------------------------------------------------------- changes and surveys


def test_the_changes_are_told_in_the_annexs_words(catalogue: Catalogue, plan: Plan) -> None:
    before = catalogue.plan("frederikssund-2022")
    owner = catalogue.municipality("Frederikssund")
    shown = markup(plan_tables.changes_table(plan_changes(plan, before), plan, before, owner))
    rows = Reader(shown).texts()
    assert rows[0] == ["Resultatmål 2023", "Resultatmål 2022", "Ændring", "Bemærkninger"]
    by_goal = {cells[0][:2]: cells for cells in rows if re.match(r"\d[A-Z]:", cells[0])}
    assert list(by_goal) == [goal.number.upper() for goal in plan.goals]
    assert by_goal["1A"][1:3] == ["Identisk", ""]
    assert {row[2] for row in by_goal.values()} == {
        "", "Nyt mål", "Nyt nummer", "Ændret måltal", "Ændret måling og måltal",
    }  # fmt: skip
    assert [by_goal[goal][2] for goal in ("3A", "4B", "4C", "4D", "7B")] == [
        "Nyt mål", "Ændret måling og måltal", "Ændret måling og måltal", "Ændret måltal", "Nyt nummer",
    ]  # fmt: skip
    assert by_goal["3A"][1] == "Nyt i 2023"
    assert by_goal["7B"][1] == "Identisk med mål 7C"
    assert "80 pct." in by_goal["4D"][1] and "ambitiøst" in by_goal["4D"][3]
    dropped = [cells[1][:2] for cells in rows if cells[0] == "Indgår ikke"]
    assert dropped[:1] == ["1A"] and "7B" in dropped


def test_a_remark_on_the_owner_is_left_out_for_another(catalogue: Catalogue, plan: Plan) -> None:
    before = catalogue.plan("frederikssund-2022")
    changes = plan_changes(plan, before)
    own_only = [row.remark for row in changes if row.owner_only and row.remark]
    assert own_only, "the annex has one (6D)"
    other = markup(plan_tables.changes_table(changes, plan, before, catalogue.municipality("Hedensted")))
    own = markup(plan_tables.changes_table(changes, plan, before, catalogue.municipality("Frederikssund")))
    for remark in own_only:
        assert remark not in other
        assert remark in own


def test_a_survey_shows_its_four_answers_as_printed(catalogue: Catalogue) -> None:
    survey = next(entry for entry in catalogue.surveys.values() if len(entry.questions) == 4)
    answers = dict(zip(survey.questions, map(Decimal, (87, 88, 79, 85)), strict=True))
    shown = markup(
        plan_tables.survey_table(survey, answers, words={"jobcenter": "Jobcenter Ishøj", "kommune": "Ishøj"})
    )
    rows = Reader(shown).texts()[1:]
    assert [row[1] for row in rows] == ["87 pct.", "88 pct.", "79 pct.", "Ja: 85 pct."]
    assert all("Jobcenter Ishøj" in row[0] for row in rows)
    assert "{" not in shown


def test_an_unanswered_question_has_a_dash(catalogue: Catalogue) -> None:
    survey = next(iter(catalogue.surveys.values()))
    rows = Reader(markup(plan_tables.survey_table(survey, {}, words={}))).texts()[1:]
    assert {row[1] for row in rows} == {"–"}


def test_a_phone_card_has_its_heads_from_the_table_whatever_they_hold() -> None:
    markup = tables.build(
        [Column("Nr.", row_head=True), Column("Den's \\ «mål»"), Column(Html("Værdi, <br>pct. &amp; «x»"))],
        [Group([("1", "a", "b")])], id="kort", caption=None, classes="cards",
    )  # fmt: skip
    ((_, attributes, _),) = re.findall(r'(<table[^>]*style=")([^"]*)(">)', markup)
    assert html.unescape(attributes) == r"--k2:'Den\'s \\ «mål»';--k3:'Værdi, pct. & «x»'"
    styles = (Path(__file__).parents[1] / "styles" / "plan.css").read_text(encoding="utf-8")
    assert "td:nth-child(3)::before { content: var(--k3); }" in styles
