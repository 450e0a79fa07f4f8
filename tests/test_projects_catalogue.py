"""The investment projects of Hedensted as the catalogue holds them, and what is said of wrong files."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import PlanError
from helpers.project import Project
from helpers.reports.investeringer.loader import check_investments, find_investments, load_investment_set
from helpers.reports.investeringer.models import Milestone, StartReading

ROOT = Path(__file__).parents[1]
KEY = "hedensted-2024-2025"

# The status tables of the document (seed 004), as printed: project, row, start, then its targets by month.
STATUS = """
klar-parat-i-job | a-dagpenge-i-alt | 644 |
klar-parat-i-job | kontaktforloeb-jobcenter | 435 |
klar-parat-i-job | kontaktforloeb-a-kasse | 209 |
klar-parat-i-job | henvist-i-a-kasseperioden | |
klar-parat-i-job | henviste-akkumuleret | |
klar-parat-i-job | afsluttet-til-job | |
klar-parat-i-job | varighed | 18.8* | 2024M08 18.8, 2025M01 18.8, 2026M01 18.8
flere-i-job | maalgruppe-aktivitetsparate | 103 | 2024M08 100, 2025M01 98, 2026M01 92
flere-i-job | maalgruppe-ressourceforloeb | 74 | 2024M08 70, 2025M01 66, 2026M01 62
flere-i-job | loentimer-aktivitetsparate | 17 (17) | 2024M08 18, 2025M01 19, 2026M01 20
flere-i-job | loentimer-ressourceforloeb | 4 (5) | 2024M08 5, 2025M01 6, 2026M01 7
flere-i-job | praktik-aktivitetsparate | 26 (26) | 2024M08 27, 2025M01 28, 2026M01 30
flere-i-job | praktik-ressourceforloeb | 20 (27) | 2024M08 28, 2025M01 29, 2026M01 31
flere-i-job | delaftale-aktivitetsparate | 87.9 | 2024M08 70, 2025M01 70, 2026M01 70
flere-i-job | delaftale-ressourceforloeb | 66.1 | 2024M08 70, 2025M01 70, 2026M01 70
flere-i-job | afsluttet-aktivitetsparate | 47* | 2024M08 50, 2025M01 53, 2026M01 57
flere-i-job | afsluttet-ressourceforloeb | 30* | 2024M08 32, 2025M01 34, 2026M01 36
kompetenceporten | behovsafdaekning | | 2024M08 30, 2024M12 50
kompetenceporten | virksomheder-i-droeftelser | | 2024M08 12, 2024M12 18, 2026M01 25
kompetenceporten | ledige-i-projektet | | 2024M08 10, 2024M12 18, 2026M01 30
kompetenceporten | afsluttet-til-uddannelse | | 2026M01 10
kompetenceporten | afsluttet-til-voksenlaere | | 2026M01 5
kompetenceporten | opkvalificeret | | 2026M01 30
haandholdt-indsats | jobparate-over-30 | 80 | 2024M08 72, 2024M12 64, 2026M01 48 [-40]
haandholdt-indsats | loentimer | 0 | 2024M08 5, 2024M12 7, 2026M01 10
haandholdt-indsats | loentilskud-eller-praktik | 0 | 2024M08 15, 2024M12 20, 2026M01 25
haandholdt-indsats | delaftale-26-uger | ** | 2024M08 50, 2024M12 70, 2026M01 85
haandholdt-indsats | afsluttet-til-job | 55.8* | 2024M08 58, 2024M12 62, 2026M01 68
haandholdt-indsats | afsluttet-til-uddannelse | 9.1* | 2024M08 10, 2024M12 11, 2026M01 12
haandholdt-indsats | vender-tilbage | 25 | 2024M08 22, 2024M12 20, 2026M01 15
unge-socialt-frikort | unge-med-frikort | |
unge-socialt-frikort | loentimer | 3 |
unge-socialt-frikort | loentimer-1-5 | |
unge-socialt-frikort | loentimer-6-10 | |
unge-socialt-frikort | loentimer-over-10 | |
unge-socialt-frikort | praktik-eller-loentilskud | 69 |
unge-socialt-frikort | tilfredshed-virksomheder | |
unge-socialt-frikort | afsluttet-til-fleksjob | |
unge-socialt-frikort | udviklingsfleksjob | |
unge-socialt-frikort | fleksjob-over-5-timer | |
"""

# The tables of target numbers: lines, then the total.
TARGET_NUMBERS = [
    ([650, -1], 649),
    ([197, -2, -1, -15, 238, -2, 10, -5, 13], 433),
    ([393, -3, 0, -12, 7], 385),  # the nought is the project that holds the level, a sentence in the document
    ([157, 225, 840, -10], 1212),
    ([75, -2, -15], 58),
]


@pytest.fixture(scope="module")
def hedensted():
    return load_investment_set(Project(ROOT), KEY)


def printed(row):
    """A row of the catalogue in the spelling of the table above."""
    start = ""
    if row.start is not None:
        start = "" if row.start.value is None else str(row.start.value)
        start += f" ({row.start.share})" if row.start.share is not None else ""
        start += row.start.footnote or ""
    goals = ", ".join(
        f"{month} {goal.value}" + (f" [{goal.change}]" if goal.change is not None else "")
        for month, goal in sorted(row.targets.items())
    )
    return f"{start} | {goals}".strip()


@pytest.mark.parametrize("line", STATUS.strip().splitlines(), ids=lambda line: line.split(" | ")[1])
def test_a_status_row_holds_what_the_document_prints(hedensted, line):
    project, row, figures = line.split(" | ", 2)
    assert printed(hedensted.projects[project].status.measures[row]) == figures.strip()


def test_the_status_tables_hold_no_other_rows(hedensted):
    found = [(key, row) for key, project in hedensted.projects.items() for row in project.status.measures]
    assert found == [tuple(line.split(" | ")[:2]) for line in STATUS.strip().splitlines()]


def test_a_row_is_better_when_lower_only_where_the_targets_fall(hedensted):
    for project in hedensted.projects.values():
        for row in project.status.measures.values():
            ends = [value for value in (row.start_judged, *row.target_values.values()) if value is not None]
            if row.targets and ends[0] != ends[-1] and row.key != "delaftale-aktivitetsparate":
                assert (ends[-1] < ends[0]) == (row.direction == "lower_is_better"), row.key


@pytest.mark.parametrize("number", range(5))
def test_target_numbers_are_the_documents_and_add_up(hedensted, number):
    lines, total = TARGET_NUMBERS[number]
    table = hedensted.target_numbers.tables[number]
    assert [line.amount for line in table.lines] == lines
    assert table.total.value == total == sum(lines) == table.sum


@pytest.mark.reference
def test_the_documents_texts_are_in_the_catalogue_word_for_word(hedensted):
    """Every sentence of the project pages of the document."""
    seed = next((ROOT.parent / "shared" / "seeds").glob("004_*.txt"), None)
    if seed is None:
        pytest.skip("../shared/seeds is not there")

    def words(text):
        text = re.sub(r"(?<=\w)-\s+(?=\w)", "-", text.replace("“", '"'))
        return re.findall(r"\w+", text.lower())

    ours = yaml.safe_load((ROOT / "catalogue" / "projects" / f"{KEY}.yml").read_text(encoding="utf-8"))

    def texts(node):
        for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else [node]:
            yield from texts(item) if isinstance(item, dict | list) else [str(item)]

    known = "".join(words(" ".join(texts(ours))))
    pages = seed.read_text(encoding="utf-8").replace("\u00a0", " ")
    pages = pages.split("primo 2024")[1].split("Måltal. Investeringsprojekter")[0]
    pages = pages.replace("skal løse er følgende:", "skal løse\n\n").replace("\n Den", "\n\n Den")
    lost = []
    for sentence in re.split(r"(?<=[.:])\s+|\n\s*\n", pages):
        bare = "".join(words(sentence))
        if len(bare) > 12 and bare not in known:
            lost.append(sentence)
    assert lost == []


@pytest.mark.parametrize(
    ("written", "value", "share"),
    [("103", "103", None), ("17 (17 pct.)", "17", "17"), ("4 (5,5 pct.)", "4", "5.5")],
)
def test_a_start_is_read_as_it_is_written(written, value, share):
    read = StartReading.model_validate(written)
    assert (read.value, read.share) == (Decimal(value), Decimal(share) if share else None)


@pytest.mark.parametrize(
    ("written", "number", "from_80"),
    [
        ("48", 48, 48),
        ("48 (-40 pct.)", 48, 48),
        ("48 (−40 pct.)", 48, 48),
        ("-40 pct.", None, 48),
        ("+5 pct.", None, 84),
    ],
)
def test_a_target_is_a_number_a_reduction_or_both(written, number, from_80):
    goal = Milestone.model_validate(written)
    assert goal.value == number
    assert goal.reached_from(Decimal(80)) == from_80


def test_a_reduction_without_a_start_is_no_number():
    assert Milestone.model_validate("-40 pct.").reached_from(None) is None


# ------------------------------------------------------------------------------------ files that are wrong


@pytest.fixture
def broken(tmp_path):
    """A project whose catalogue holds the file, changed by replacements that must each hit."""

    def make(*replacements):
        text = (ROOT / "catalogue" / "projects" / f"{KEY}.yml").read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        folder = tmp_path / "catalogue" / "projects"
        folder.mkdir(parents=True)
        (folder / f"{KEY}.yml").write_text(text, encoding="utf-8")
        return Project(tmp_path), text.splitlines()

    return make


WRONG = {
    "a sum that does not add up": (
        ("level: 197", "level: 198"),
        "total: {label: I alt, value: 433}",
        "add up to 434",
        "target_numbers.tables.2.total.value",
    ),
    "a reduction that is not the number": (
        ("48 (-40 pct.)", "50 (-40 pct.)"),
        "50 (-40 pct.)",
        "-40 per cent from 80 is 48, but the target says 50",
        "targets.2026M01",
    ),
    "a share that is not the count's": (
        ("start: 20 (27 pct.)", "start: 20 (72 pct.)"),
        "20 (72 pct.)",
        "20 of 74 (maalgruppe-ressourceforloeb) is 27 per cent, not 72",
        "start",
    ),
    "a start that is not the sum of its parts": (
        ("start: 435", "start: 436"),
        "start: 644",
        "the sum of kontaktforloeb-jobcenter, kontaktforloeb-a-kasse, which is 645",
        "start",
    ),
    "a target month that is no column": (
        ("2024M08: 100", "2024M09: 100"),
        "2024M09: 100",
        "2024M09 is no target month of this table",
        "targets.2024M09",
    ),
    "a share above a hundred": (
        ("start: 87.9, targets: {2024M08: 70", "start: 87.9, targets: {2024M08: 170"),
        "2024M08: 170",
        "170 is more than 100 per cent",
        "targets.2024M08",
    ),
    "a cumulative target that falls": (
        ("targets: {2024M08: 12, 2024M12: 18", "targets: {2024M08: 12, 2024M12: 8"),
        "2024M12: 8",
        "falls from 12 to 8",
        "targets.2024M12",
    ),
    "a focus area without a name": (
        ("focus_areas: [1, 5]", "focus_areas: [4, 5]"),
        "focus_areas: [4, 5]",
        "Focus area 4 is not named",
        "policy.focus_areas",
    ),
    "a target number of a project there is none of": (
        ("change: -15, project: haandholdt-indsats", "change: -15, project: haandholdt"),
        "project: haandholdt,",
        '"haandholdt" is no project of this file',
        "project",
    ),
    "a key that nobody knows": (
        ("when: Opfølgning primo måneden", "hvornaar: primo"),
        "hvornaar: primo",
        'Unknown key "hvornaar"',
        "status.hvornaar",
    ),
    "a direction that is none": (
        ("direction: lower_is_better, start: 103", "direction: lower_is_beter, start: 103"),
        "direction: lower_is_beter, start: 103",
        '"lower_is_beter" is not allowed. Did you mean "lower_is_better"?',
        "direction",
    ),
    "targets without a direction": (
        ("direction: lower_is_better, start: 103", "start: 103"),
        "start: 103",
        "needs a direction",
        "rows",
    ),
    "a footnote that is not there": (
        ('start: {value: 18.8, footnote: "*"', 'start: {value: 18.8, footnote: "#"'),
        'footnote: "#"',
        'There is no footnote "#"',
        "start.footnote",
    ),
    "a start that is text": (
        ("start: 17 (17 pct.)", "start: cirka 17"),
        "start: cirka 17",
        '"cirka 17" is no measurement',
        "start",
    ),
    "two rows of one name": (
        ("key: maalgruppe-ressourceforloeb,", "key: maalgruppe-aktivitetsparate,"),
        "key: maalgruppe-aktivitetsparate, label: Borgere i ressourceforløb",
        'Two rows are called "maalgruppe-aktivitetsparate"',
        "key",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_named_with_line_and_key(broken, name):
    replacement, at, said, key = WRONG[name]
    project, lines = broken(replacement)
    with pytest.raises(PlanError) as raised:
        load_investment_set(project, KEY)
    found = next(problem for problem in raised.value.problems if said in problem.what)
    line = next(number for number, text in enumerate(lines, start=1) if at in text)
    file, number, place = re.fullmatch(r"(.+\.yml):(\d+): (.+)", found.where).groups()
    assert file == f"catalogue/projects/{KEY}.yml"
    assert int(number) in range(line - 2, line + 1)
    assert key in place


def test_all_that_is_wrong_is_told_at_once(broken):
    project, _ = broken(
        ("level: 197", "level: 198"),
        ("48 (-40 pct.)", "50 (-40 pct.)"),
        ("focus_areas: [3, 2, 1]", "focus_areas: [9]"),
    )
    with pytest.raises(PlanError) as raised:
        load_investment_set(project, KEY)
    assert len(raised.value.problems) == 3


def test_a_broken_file_leaves_the_others_readable(broken):
    project, _ = broken(("level: 197", "level: 198"))
    good = (ROOT / "catalogue" / "projects" / f"{KEY}.yml").read_text(encoding="utf-8")
    (project.catalogue / "projects" / "nyby-2026.yml").write_text(good, encoding="utf-8")
    sets, problems = check_investments(project)
    assert "nyby-2026" in [one.key for one in sets]
    assert len(problems) == 1


def test_projects_are_found_by_their_municipality():
    assert find_investments(Project(ROOT), "hedensted").key == KEY


def test_a_municipality_without_projects_is_told_who_has_some():
    with pytest.raises(PlanError, match=r"no investment projects of laesoe[\s\S]*hedensted"):
        find_investments(Project(ROOT), "laesoe")


def test_another_municipalitys_projects_are_refused():
    with pytest.raises(PlanError, match="those of hedensted, not of laesoe"):
        find_investments(Project(ROOT), "laesoe", KEY)


def test_a_misspelt_file_gets_a_suggestion():
    with pytest.raises(PlanError, match='Did you mean "hedensted-2024-2025"'):
        load_investment_set(Project(ROOT), "hedensted-2024")


VALUES = st.sampled_from(
    ["", "1", "-1", "1e40", "0." + "1" * 40, "nan", "2024M08", "2024M13", "48 (-40 pct.)", "17 (170 pct.)", "-40 pct.",
     "[]", "{}", "[1, 2]", "{a: 1}", "true", "null", "x: y", "higher_is_better", "count_and_share", "varighed", "'"]
)  # fmt: skip


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_written_is_read_or_named_and_never_breaks(tmp_path, data):
    lines = (ROOT / "catalogue" / "projects" / f"{KEY}.yml").read_text(encoding="utf-8").splitlines()
    at = data.draw(st.sampled_from([i for i, line in enumerate(lines) if re.search(r"\w: \S", line)]))
    spots = list(re.finditer(r"(?<=[a-z0-9]: )[^,{}\[\]]+", lines[at]))
    spot = data.draw(st.sampled_from(spots)) if spots else None
    if spot is not None:
        lines[at] = lines[at][: spot.start()] + data.draw(VALUES) + lines[at][spot.end() :]
    folder = tmp_path / "catalogue" / "projects"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{KEY}.yml").write_text("\n".join(lines), encoding="utf-8")
    _, problems = check_investments(Project(tmp_path))
    assert all(problem.where.startswith(f"catalogue/projects/{KEY}.yml") for problem in problems)
