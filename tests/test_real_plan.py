"""The plan of 2026 on real figures, from the API's answer to the page: for three municipalities, one of them tiny.

The oracle is the files as they were saved, read here with the standard library and reckoned with fractions; no
code of the project stands between them and the expected values.
"""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pypdf
import pytest
from typer.testing import CliRunner

from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.models import Municipality
from helpers.cli import app
from helpers.data.basis import plan_indicators
from helpers.data.revisions import Revision, changed_values
from helpers.project import RENDERING_VARIABLE, ROOT_VARIABLE, Project
from helpers.reports.plan.book import chapter_path, plan_contents
from helpers.reports.plan.report import PlanReport, read_report, read_reports
from helpers.reports.plan.revision_tables import revision_shown
from helpers.reports.plan.revisions import PlanRevision, compare_plan, revision_csv
from helpers.reports.plan.status import StatusRow
from helpers.sources.fetch import fetch_tables
from helpers.sources.settings import KEY_VARIABLE, URL_VARIABLE
from jobindsats_server import TOKEN, JobindsatsServer, Shape, changed, refusal
from jobindsats_support import new_client, serving
from jobindsats_tables import (
    CROSS_SECTION,
    FIRST_DAY,
    REFERENCE,
    SURVIVAL,
    WIDE,
    has_reference,
    reference,
)
from paper_support import assert_is_good_paper
from report_support import CHECKOUT, copy_project, table_cells, workshop_texts

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not has_reference(), reason=f"no reference data at {REFERENCE}"),
]

PLAN = "noegletal-2026"
WITH_FIGURES = ("y25i01", "y25i09", "y60a02", "y60c02", "y60c07", "y60j01")
BEFORE, AFTER = datetime(2026, 8, 19, 5, 3, tzinfo=UTC), datetime(2026, 8, 22, 7, 50, tzinfo=UTC)
COUNTRY = "Hele landet"
TOWNS = ("Frederikssund", "Hedensted", "Læsø")
SLUGS = dict(zip(TOWNS, ("frederikssund", "hedensted", "laesoe"), strict=True))

# ------------------------------------------------------------------- what the saved files say

Known = Fraction | None
Place = tuple[str, str]
"""Area by name and period."""

AS_SAVED = {
    ("ledighed-andel", "count"): "ledige_total_fuldtid",
    ("ledighed-andel", "share"): "ledige_total_pct_arbejdsstyrke",
    ("ledighed-dagpenge", "count"): "ledige_dagpenge_fuldtid",
    ("ledighed-dagpenge", "share"): "ledige_dagpenge_pct_arbejdsstyrke",
    ("langtidsledige-andel", "count"): "langtidsledige_total",
    ("langtidsledige-dagpenge", "count"): "langtidsledige_dagpenge",
    ("kontanthjaelp-andel", "count"): "kth_fuldtidspersoner",
    ("kontanthjaelp-andel", "share"): "kth_pct_befolkning",
    ("kontanthjaelp-ordinaere-timer", "count"): "kth_ordinaere_timer_personer",
    ("kontanthjaelp-ordinaere-timer", "share"): "kth_ordinaere_timer_andel",
    ("kontanthjaelp-aktiveret", "share"): "kth_andel_aktiveringsberoerte",
    ("kontanthjaelp-aktiveringsgrad", "share"): "kth_aktiveringsgrad",
}
"""Series → its column of the saved monthly figures."""

SHARES = {
    ("langtidsledige-andel", "share"): (("langtidsledige_total",), "ledige_total_fuldtid"),
    ("langtidsledige-dagpenge", "share"): (("langtidsledige_dagpenge",), "ledige_dagpenge_fuldtid"),
    ("kontanthjaelp-virksomhedsrettet", "share"): (("Løntilskud", "Virksomhedspraktik"), "kth_personer"),
    ("uddannelsesparate-andel", "share"): (("Uddannelsesparat",), "kth_fuldtidspersoner"),
}
"""Series that the project reckons itself → columns of the parts, and of the whole."""

SUMS = {
    ("kontanthjaelp-virksomhedsrettet", "count"): ("Løntilskud", "Virksomhedspraktik"),
    ("uddannelsesparate-andel", "count"): ("Uddannelsesparat",),
}


@cache
def saved() -> dict[str, dict[Place, Known]]:
    """Column → value of each area and month, as of 22 August 2026."""
    found: dict[str, dict[Place, Known]] = {}
    with WIDE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for column, text in row.items():
                if column not in ("area_code", "area", "period"):
                    found.setdefault(column, {})[row["area"], row["period"]] = (
                        Fraction(text) if text else None
                    )
    with CROSS_SECTION.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["measure"] in ("Antal aktiverede", "Antal fuldtidspersoner (visitationskategori)"):
                known = Fraction(row["value"]) if row["value"] else None
                found.setdefault(row["category"], {})[row["area"], row["period"]] = known
    return found


def rounded(value: Fraction, decimals: int = 1) -> Fraction:
    """Half up, as people round."""
    scale = 10**decimals
    return Fraction(math.floor(value * scale + Fraction(1, 2)), scale)


def expected(indicator: str, series: str, area: str, period: str) -> Known:
    """The figure that must be shown; none when the files have none, or one of its terms is none."""
    key, place = (indicator, series), (area, period)
    if key in AS_SAVED:
        return saved()[AS_SAVED[key]].get(place)
    if key in SUMS:
        return added(saved()[column].get(place) for column in SUMS[key])
    if key in SHARES:
        parts, whole = SHARES[key]
        part, base = added(saved()[name].get(place) for name in parts), saved()[whole].get(place)
        return None if part is None or not base else rounded(100 * part / base)
    if indicator == "a-dagpenge-afgang-13-uger":
        survival = json.loads(SURVIVAL.read_text(encoding="utf-8"))["funds"]["TOT"]["jobindsats"]["survival"]
        still = {item["label"]: item["value"] for item in survival["items"]}["13 uger"]
        return 100 - Fraction(str(still)) if place == (COUNTRY, survival["period"]) else None
    return None  # tables of which no figures are at hand


def added(terms: Iterable[Known]) -> Known:
    known = list(terms)
    return None if None in known else sum((term for term in known if term is not None), Fraction(0))


def danish(value: Fraction, decimals: int) -> str:
    """``-3.5`` → ``−3,5``; thousands are parted by a full stop."""
    text = f"{float(abs(value)):,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    return f"−{text}" if value < 0 else text


# ------------------------------------------------------------------- what was fetched and rendered


@dataclass(frozen=True)
class World:
    """A project fetched on both days, and the sites rendered from it."""

    project: Project
    catalogue: Catalogue
    then: Path
    now: Path
    rebuilt: Path

    def site(self, town: str) -> Path:
        return self.now / self.report(town).folder

    def report(self, town: str, snapshot: date | None = None) -> PlanReport:
        area = self.catalogue.municipality(town)
        plan = self.catalogue.plan(PLAN)
        return read_report(self.project, self.catalogue, plan, area, snapshot=snapshot)


def plan_command(root: Path, *arguments: str, **env: str) -> Any:
    """The `plan` command in a project folder."""
    return CliRunner().invoke(app, list(arguments), env={ROOT_VARIABLE: str(root), "COLUMNS": "200", **env})


def render(project: Project, output: Path, *arguments: str) -> None:
    done = plan_command(
        project.root,
        *("render", *arguments, "--plan", PLAN, "--engine", "built-in", "--jobs", "1"),
        *("--output", str(output)),
    )
    assert done.exit_code == 0, done.output


def fetch(project: Project, server: JobindsatsServer, now: datetime) -> None:
    catalogue = load_catalogue(project)
    keys = [indicator.key for indicator in plan_indicators(catalogue, catalogue.plan(PLAN))]
    # Rows without any figure are absent, as Jobindsats does at times; tables wholly without come last.
    for tables, absent in ((WITH_FIGURES, True), (None, False)):
        server.shape = Shape(absent_rows=absent)
        client = new_client(server)
        assert fetch_tables(project, catalogue, tables=tables, indicators=keys, client=client, now=now).ok


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    project = copy_project(tmp_path_factory.mktemp("real"))
    sites = tmp_path_factory.mktemp("sites")
    with serving(reference("2026-08-19")) as server:
        fetch(project, server, BEFORE)
        render(project, sites / "then", "Læsø", "--to", "html")
        server.put(reference("2026-08-22"))
        fetch(project, server, AFTER)
    render(project, sites / "now", *TOWNS, "--to", "html,pdf")
    render(project, sites / "rebuilt", "Læsø", "--to", "html", "--snapshot", "2026-08-19")
    return World(project, load_catalogue(project), sites / "then", sites / "now", sites / "rebuilt")


def figure_rows(world: World, town: str) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Indicator, series, area and row of every figure's CSV file of a municipality's site."""
    plan = world.catalogue.plan(PLAN)
    for goal in plan.goals:
        path = world.site(town) / "figures" / f"{goal.number}.csv"
        if path.exists():
            names = labels(world, goal.indicators, town)
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file, delimiter=";"):
                    yield (*names[row["serie"]], row)


def labels(world: World, keys: Iterable[str], town: str) -> dict[str, tuple[str, str, str]]:
    """Name in the legend → indicator, series, area."""
    found = {}
    for key in keys:
        for name, series in world.catalogue.indicators[key].series.items():
            for area in (COUNTRY, town):
                found[series.label.replace("{area}", area)] = (key, name, area)
    return found


# ------------------------------------------------------------------------------- every number


@pytest.mark.parametrize("town", TOWNS)
def test_every_number_of_every_figure_is_the_one_in_the_files(world: World, town: str) -> None:
    seen: set[tuple[str, str, str]] = set()
    shown = 0
    for indicator, series, area, row in figure_rows(world, town):
        wanted = expected(indicator, series, area, row["periode"])
        place = (indicator, series, area, row["periode"])
        if row["vaerdi"]:
            assert Fraction(row["vaerdi"].replace(",", ".")) == wanted, place
            assert row["status"] in ("ok", "foreløbig"), place
            shown += 1
        else:
            assert wanted is None, place
            assert row["status"] not in ("ok", "foreløbig", ""), place
        seen.add((indicator, series, area))
    assert shown > 300
    # A series that is not drawn has no figure in the window.
    window = [f"{2024 + (6 + n) // 12}M{(6 + n) % 12 + 1:02d}" for n in range(25)]
    for indicator, series in {*AS_SAVED, *SHARES, *SUMS}:
        if series == "share" and (indicator, series, town) not in seen:
            assert all(expected(indicator, series, town, period) is None for period in window)


def spelled(number: str) -> Fraction:
    return Fraction(number.replace(",", "."))


@pytest.mark.parametrize("town", TOWNS)
def test_every_number_of_the_status_table_is_the_one_in_the_files(world: World, town: str) -> None:
    plan = world.catalogue.plan(PLAN)
    with (world.site(town) / "figures" / "status.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["maal"]: row for row in csv.DictReader(file, delimiter=";")}
    cells = table_cells((world.site(town) / "index.html").read_text(encoding="utf-8"), "status")
    printed = {cell[0]: cell for cell in cells if cell and cell[0] in rows}
    assert list(rows) == list(printed) == [goal.number for goal in plan.goals]
    judged = 0
    for goal in plan.goals:
        row, cell = rows[goal.number], printed[goal.number]
        (indicator,) = goal.indicators
        values = []
        for column, area, text in (("hele_landet", COUNTRY, cell[3]), ("kommunens_tal", town, cell[4])):
            wanted = expected(indicator, "share", area, row["periode"])
            assert (spelled(row[column]) if row[column] else None) == wanted, (goal.number, area)
            said = "–" if wanted is None else f"{danish(wanted, 1)}\u00a0pct."
            assert text.removesuffix("få personer") == said, (goal.number, area)
            values.append(wanted)
        national, own = values
        if national is None or own is None:
            # A goal that names a direction only is followed, and never judged.
            word = "følges" if goal.target.way else "kan ikke vurderes"
            assert (row["forskel"], row["vurdering"], cell[6]) == ("", word, "–")
            continue
        judged += 1
        gap = own - national if goal.target.rule == "at_least" else national - own
        assert spelled(row["forskel"]) == gap
        assert row["vurdering"] == ("opfyldt" if gap >= 0 else "ikke opfyldt")
        sign = "+" if gap > 0 else ""
        assert cell[6].startswith(f"{sign}{danish(gap, 1)}")
    assert judged >= 6


@pytest.mark.parametrize("town", TOWNS)
def test_the_workbook_has_the_numbers_of_the_page(world: World, town: str) -> None:
    folder = world.site(town) / "figures"
    with (folder / "status.csv").open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file, delimiter=";"))
    sheet = openpyxl.load_workbook(
        folder / f"{SLUGS[town]}-noegletal-for-beskaeftigelsesindsatsen-2026.xlsx", data_only=True
    )["Status"]
    lines = [line for line in sheet.values if line[0]]
    head = next(at for at, line in enumerate(lines) if line[0] == "Mål")
    rows = [dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 :]]
    assert len(rows) == len(told) and not any("Eksempeldata" in str(line[0]) for line in lines)
    for row, csv_row in zip(rows, told, strict=True):
        assert (row["Mål"], row["Kommune"]) == (csv_row["maal"], town)
        assert row["Vurdering"].lower() == csv_row["vurdering"]
        for name, column in (
            ("Hele landet", "hele_landet"),
            ("Kommunens tal", "kommunens_tal"),
            ("Krav", "krav"),
            ("Forskel", "forskel"),
        ):
            wanted = float(spelled(csv_row[column])) if csv_row[column] else None
            assert row[name] == (None if wanted is None else pytest.approx(wanted)), (csv_row["maal"], name)


OUT_OF = {
    "kontanthjaelp-aktiveret": "kth_personer",
    "kontanthjaelp-ordinaere-timer": "kth_personer",
    "kontanthjaelp-virksomhedsrettet": "kth_personer",
    "langtidsledige-andel": "ledige_total_fuldtid",
    "langtidsledige-dagpenge": "ledige_dagpenge_fuldtid",
    "uddannelsesparate-andel": "kth_fuldtidspersoner",
}
"""Indicator → the column of what its share is out of."""


def wilson(share: Fraction, out_of: Fraction) -> tuple[float, float]:
    """The roots of |p − share| = z·√(p(1 − p) / n), which is how Wilson put it."""
    z, n, found = 1.959964, float(out_of), float(share / 100)
    a, b, c = 1 + z * z / n, -(2 * found + z * z / n), found * found
    root = math.sqrt(b * b - 4 * a * c)
    return 100 * (-b - root) / (2 * a), 100 * (-b + root) / (2 * a)


def test_persons_and_chance_of_every_municipality_are_those_of_the_files(world: World) -> None:
    catalogue = world.catalogue
    told = hidden = marked = 0
    for report in read_reports(world.project, catalogue, catalogue.plan(PLAN), catalogue.municipalities):
        for row in report.rows:
            period = row.period.id if row.period else ""
            place = report.municipality.name, period
            out_of = saved()[OUT_OF[row.indicator]].get(place) if row.indicator in OUT_OF else None
            share = expected(row.indicator, "share", *place)
            if out_of is None or share is None:
                assert (row.base, row.persons) == (None, None), (place, row.goal)
                continue
            parts = (out_of * share / 100, out_of - out_of * share / 100)
            if any(Fraction(1, 2) < part < Fraction(5, 2) for part in parts):
                hidden += 1
                assert (row.base, row.persons, row.chance) == (None, None, None), (place, row.goal)
                assert row.few is (out_of < 30), (place, row.goal)
                continue
            told += 1
            gap = Fraction(row.gap) * out_of / 100
            assert row.base == out_of, (place, row.goal)
            assert row.persons == (1 if gap > 0 else -1) * math.floor(abs(gap) + Fraction(1, 2)), (
                place,
                row.goal,
            )
            low, high = (math.floor(end * 10 + 0.5) / 10 for end in wilson(share, out_of))
            assert (float(row.chance.low), float(row.chance.high)) == (low, high), (place, row.goal)
            assert row.few is (out_of < 30 or low <= float(row.target) <= high), (place, row.goal)
            marked += row.few
    assert told > 400 and hidden > 2 and 100 < marked < told, (told, hidden, marked)


def test_a_page_tells_persons_and_chance_and_nothing_of_a_hidden_count(world: World) -> None:
    told = {}
    for town in TOWNS:
        with (world.site(town) / "figures" / "status.csv").open(encoding="utf-8-sig", newline="") as file:
            row = next(r for r in csv.DictReader(file, delimiter=";") if r["maal"] == "4a")
        page = (world.site(town) / "04-aktiv-indsats.html").read_text("utf-8").split('id="maal-4a"')[1]
        told[town] = row, page.split('id="maal-4b"')[0].replace("\u00a0", " ")
    row, page = told["Frederikssund"]
    assert (row["udsving_fra"], row["udsving_til"]) == ("27,7", "34,9")
    assert "skulle være berørt af aktivering" in page or "end målet kræver" in page
    row, page = told["Hedensted"]
    assert (row["udsving_fra"], row["udsving_til"]) == ("44,7", "53,0")
    row, page = told["Læsø"]  # 2 of 7
    names = ("antal_i_alt", "forskel_i_personer", "udsving_fra", "udsving_til")
    assert (row["kommunens_tal"], *(row[name] for name in names)) == ("28,6", "", "", "", "")
    assert "Tallet bygger på få personer" in page and "Det svarer til" not in page


# ------------------------------------------------------------------------------- how steady it is

COUNTED = {
    **SHARES,
    ("kontanthjaelp-ordinaere-timer", "share"): (("kth_ordinaere_timer_personer",), "kth_personer"),
}
"""Shares whose counts are in the files → columns of the parts, and of the whole."""


def exactly(indicator: str, area: str, period: str) -> Known:
    """The share that the counts come to, where that is the printed one when rounded."""
    if (indicator, "share") not in COUNTED:
        return None
    parts, whole = COUNTED[indicator, "share"]
    part, base = (
        added(saved()[name].get((area, period)) for name in parts),
        saved()[whole].get((area, period)),
    )
    if part is None or not base:
        return None
    found = 100 * part / base
    return found if rounded(found) == expected(indicator, "share", area, period) else None


def steadiness(indicator: str, sign: int, area: str, newest: str) -> tuple[str | None, int, bool | None]:
    """The word, how many of twelve months were met, and whether the newest was, from the files alone."""
    year, month = int(newest[:4]), int(newest[5:])
    months = [
        f"{(year * 12 + month - 1 - n) // 12}M{(year * 12 + month - 1 - n) % 12 + 1:02d}" for n in range(12)
    ]
    gaps, met = [], []
    for period in months:
        own, national = (expected(indicator, "share", place, period) for place in (area, COUNTRY))
        # The reform of July 2025 changed what is counted.
        if own is None or national is None or (period < "2025M07" <= newest):
            break
        gap = decisive = sign * (own - national)
        finer = [exactly(indicator, place, period) for place in (area, COUNTRY)]
        if gap == 0 and finer[0] is not None and finer[1] is not None:
            decisive = sign * (finer[0] - finer[1])
        gaps.append(gap)
        met.append(decisive >= 0)
    if len(gaps) < 12:
        return None, 0, met[0] if met else None
    if gaps[0] == 0:
        word = "på vippen"
    elif len(set(met[:6])) == 1 and (sum(gaps) >= 0) is met[0]:
        word = "varigt"
    elif len(set(met[1:6])) == 1 and met[0] is not met[1]:
        word = "nyt"
    else:
        word = "på vippen"
    return word, sum(met), met[0]


def test_the_steadiness_of_every_goal_and_municipality_is_that_of_the_files(world: World) -> None:
    catalogue = world.catalogue
    plan = catalogue.plan(PLAN)
    told: dict[str | None, int] = {}
    level = 0
    for report in read_reports(world.project, catalogue, plan, catalogue.municipalities):
        for row in report.rows:
            if (row.indicator, "share") not in {*AS_SAVED, *SHARES} or row.period is None:
                continue
            sign = 1 if plan.goal(row.goal).target.rule == "at_least" else -1
            word, met, newest = steadiness(row.indicator, sign, report.municipality.name, row.period.id)
            place = (report.municipality.name, row.goal)
            assert (row.past.steadiness.value if row.past else None) == word, place
            assert row.past is None or row.past.met == met, place
            assert row.verdict.value == {True: "met", False: "not_met", None: "cannot_be_judged"}[newest], (
                place
            )
            told[word] = told.get(word, 0) + 1
            level += row.gap == 0
    assert told["varigt"] > 400 and told["på vippen"] > 50 and told["nyt"] > 5, told
    assert level > 10, "the rounding decides in many places"


def test_the_table_of_numbers_under_a_figure_says_what_its_file_says(world: World) -> None:
    for town in TOWNS:
        page = (world.site(town) / "03-kontanthjaelp.html").read_text(encoding="utf-8")
        for goal in ("3a", "3b"):
            head, *rows = [row for row in table_cells(page, f"tal-{goal}") if row]
            names = labels(world, world.catalogue.plan(PLAN).goal(goal).indicators, town)
            assert len(rows) == 25
            for row in rows:
                period = period_id(row[0])
                for column, text in zip(head[1:], row[1:], strict=True):
                    indicator, series, area = names[re.sub(r" \([a-zæøå. -]+\)$", "", column)]
                    wanted = expected(indicator, series, area, period)
                    decimals = 0 if series == "count" else 1
                    if wanted is None:
                        assert text in ("diskretioneret eller ikke opgjort", "ikke opgjort")
                    else:
                        assert text == danish(wanted, decimals)


MONTHS = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
]


def period_id(text: str) -> str:
    month, year = text.split()[:2]
    return f"{year}M{MONTHS.index(month.casefold()) + 1:02d}"


# ------------------------------------------------------------------------------- what pages say


def every_text(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".svg", ".csv", ".json"):
            yield path, path.read_text(encoding="utf-8")
        elif path.suffix == ".pdf":
            yield path, "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def test_nothing_is_called_example_data(world: World) -> None:
    kinds = set()
    for path, text in every_text(world.now):
        assert "eksempel" not in text.casefold(), path
        kinds.add(path.suffix)
    assert kinds == {".html", ".svg", ".csv", ".json", ".pdf"}


def test_pages_name_table_day_and_newest_period_of_every_figure(world: World) -> None:
    plan = world.catalogue.plan(PLAN)
    sources = (world.site("Hedensted") / "data-og-metode.html").read_text("utf-8")
    for area in plan.focus_areas:
        page = (
            world.site("Hedensted") / chapter_path(world.project, plan, area).replace(".ipynb", ".html")
        ).read_text("utf-8")
        assert "Tal fra Jobindsats, hentet" in page
        for goal in area.goals:
            indicator = world.catalogue.indicators[goal.indicators[0]]
            for table in indicator.tables:
                assert re.search(rf"\b{table}\b[^.]*hentet\sden\s\d+\.", sources), goal.number
        assert re.search(r"Kilde: Jobindsats, hentet\sden\s\d+\.", page)
        assert page.count("Nyeste periode:") == len(area.goals)
    early = (world.site("Hedensted") / "01-tidlig-indsats.html").read_text("utf-8")
    assert "Kilde: Jobindsats, hentet den 22." in early
    late = (world.site("Hedensted") / "03-kontanthjaelp.html").read_text("utf-8")
    assert "Kilde: Jobindsats, hentet den 19." in late
    assert "Kontanthjælpsreform 1. juli 2025" in (world.site("Hedensted") / "figures/3a.svg").read_text(
        "utf-8"
    )


def test_the_newest_month_is_provisional_and_nothing_else_is(world: World) -> None:
    for indicator, _, _, row in figure_rows(world, "Frederikssund"):
        newest = "2026M06" if indicator == "kontanthjaelp-ordinaere-timer" else "2026M07"
        known = bool(row["vaerdi"]) and indicator != "a-dagpenge-afgang-13-uger"
        assert (row["status"] == "foreløbig") == (known and row["periode"] == newest), row
    page = (world.site("Frederikssund") / "01-tidlig-indsats.html").read_text(encoding="utf-8")
    assert page.count("Tallet for juli 2026 er foreløbigt.") == 2
    assert "Nyeste periode: juli 2026 (foreløbig)" in page
    assert "2. kvartal 2025 (foreløbig)" not in page
    status = table_cells((world.site("Frederikssund") / "index.html").read_text("utf-8"), "status")
    periods = {row[0]: row[2] for row in status if len(row) > 2}
    assert periods["1a"] == "Juli 2026foreløbig"
    assert periods["1c"] == "2. kvartal 2025"
    assert periods["6a"] == "Juli 2026"  # there is no figure that could be corrected


def test_what_an_answer_lacks_is_told_in_danish_and_only_for_this_plan(world: World) -> None:
    page = (world.site("Hedensted") / "data-og-metode.html").read_text(encoding="utf-8")
    assert "Mål 5b og 6c: En del af tallene kunne ikke læses." in page
    assert "The snapshot" not in page
    assert "integrationsprogram" not in page


def test_that_a_source_is_unsure_is_told_in_a_readers_words_and_on_the_data_page_only(world: World) -> None:
    plan = world.catalogue.plan("frederikssund-2023")
    town = world.catalogue.municipality("Hedensted")
    report = read_report(world.project, world.catalogue, plan, town)
    said = "".join(report.figure(goal.number).markdown for goal in plan.goals)
    origins = {
        series.certainty.value
        for goal in plan.goals
        for key in goal.indicators
        if key in world.catalogue.indicators
        for series in world.catalogue.indicators[key].series.values()
    }
    assert origins == {"confirmed", "probable", "unknown"}
    doubts = (
        "Det er ikke bekræftet, at tallet svarer helt til",
        "Vi har ikke kunnet finde tallet på Jobindsats",
    )
    assert not any(doubt in said for doubt in doubts)
    assert all(doubt in report.caveats().markdown for doubt in doubts)
    assert "ingen tal endnu" in report.figure("3a").markdown
    assert "ksempeldata" not in said + report.status_table().markdown
    # The plan's own municipality has figures that its document printed: their source is known.
    own = read_report(world.project, world.catalogue, plan, world.catalogue.municipality("Frederikssund"))
    assert "Kilde: trykt i" in own.figure("2a").markdown
    told = own.caveats().markdown
    assert "Tallet er fra kommunens egen plan; vi har ikke kunnet finde det på Jobindsats." in told
    assert doubts[0] not in told


# ------------------------------------------------------------------------------- as it stood then


def test_a_report_is_rebuilt_to_the_numbers_that_were_published_then(world: World) -> None:
    def files(site: Path) -> dict[str, bytes]:
        folder = site / "laesoe" / "figures"
        return {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix in (".csv", ".json", ".svg")}

    then, rebuilt, now = files(world.then), files(world.rebuilt), files(world.now)
    assert then == rebuilt
    assert then["1a.csv"] != now["1a.csv"]
    page = (world.rebuilt / "laesoe" / "index.html").read_text(encoding="utf-8")
    assert "Siden viser tallene, som de stod den 19. august 2026." in page
    dashboard = json.loads(FIRST_DAY.read_text(encoding="utf-8"))["municipalities"]["laesoe"]["unemployment"]
    saved_then = dict(zip(dashboard["labels"], dashboard["total"], strict=True))
    with (world.rebuilt / "laesoe" / "figures" / "1a.csv").open(encoding="utf-8-sig") as file:
        own = [row for row in csv.DictReader(file, delimiter=";") if row["serie"].startswith("Læsø - Antal")]
    assert {row["periode"]: int(row["vaerdi"]) for row in own} == {
        row["periode"]: saved_then[row["periode"]] for row in own
    }


def test_the_page_of_changes_counts_what_differs_between_the_days(world: World) -> None:
    revision = compare_plan(
        world.project,
        world.catalogue,
        world.catalogue.plan(PLAN),
        [world.catalogue.municipality("Hedensted")],
    )
    assert (revision.old, revision.new) == (BEFORE.date(), AFTER.date())
    old = json.loads(FIRST_DAY.read_text(encoding="utf-8"))
    changed = 0
    for name, area in ((COUNTRY, old["national"]), ("Hedensted", old["municipalities"]["hedensted"])):
        for columns, section, keys in (
            (("ledige_total", "ledige_dagpenge"), "unemployment", ("total", "dagpenge")),
            (("langtidsledige_total", "langtidsledige_dagpenge"), "longterm", ("total", "dagpenge")),
        ):
            for column, key in zip(columns, keys, strict=True):
                full = column if section == "longterm" else f"{column}_fuldtid"
                now = {p: v for (a, p), v in saved()[full].items() if a == name and v is not None}
                then = dict(zip(area[section]["labels"], area[section][key], strict=True))
                changed += sum(p in now and v is not None and now[p] != v for p, v in then.items())
    corrected = revision.corrected
    assert (corrected["series"].eq("count") & corrected["kind"].eq("changed")).sum() == changed > 0
    # The month before the first is no longer asked for; nothing has vanished.
    assert set(corrected["kind"]) == {"changed"}
    page = (world.site("Hedensted") / "siden-sidst.html").read_text(encoding="utf-8")
    assert f" tal er {len(corrected)} rettet, kommet til eller forsvundet, og " in page
    rows = table_cells(page, "rettede-tal")
    firsts = [row[0].split(" - ")[0] for row in rows if len(row) > 1][1:]
    assert firsts == sorted(firsts, key=lambda name: name == COUNTRY)


# ------------------------------------------------------------------------------- suppression


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d{3})*(?:,\d+)?", text))


@pytest.mark.parametrize("town", ["Læsø"])
def test_no_hidden_number_stands_in_any_file_beside_a_figure(world: World, town: str) -> None:
    plan = world.catalogue.plan(PLAN)
    hidden = checked = 0
    for goal in plan.goals:
        names = labels(world, goal.indicators, town)
        path = world.site(town) / "figures" / f"{goal.number}.json"
        if not path.exists():
            continue
        for rows in json.loads(path.read_text(encoding="utf-8"))["datasets"].values():
            for row in rows:
                if "serie" not in row or "period" not in row:
                    continue
                indicator, series, area = names[row["serie"]]
                wanted = expected(indicator, series, area, row["period"])
                value = row["high"] - row["low"] if "high" in row else row["value"]
                assert (None if value is None else Fraction(str(value))) == wanted
                hidden += wanted is None
                checked += 1
    assert hidden > 10
    assert checked > 300
    with (world.site(town) / "figures" / "observationer.csv").open(encoding="utf-8-sig", newline="") as file:
        code = world.catalogue.municipality(town).code
        for row in csv.DictReader(file, delimiter=";"):
            area = town if row["omraade"] == code else COUNTRY
            wanted = expected(row["indikator"], row["serie"], area, row["periode"])
            assert (spelled(row["vaerdi"]) if row["vaerdi"] else None) == wanted, row
            assert (row["status"] == "ok") == (wanted is not None), row


def test_the_projects_own_arithmetic_gives_no_hidden_term_away(world: World) -> None:
    """Whatever this project reckoned can be reckoned from figures that the source itself shows.

    Jobindsats shows a share beside the hidden count it is made from, and a total beside all its parts but the
    hidden one (docs/data.md): such pairs are shown as they came. What is reckoned here must add nothing to them.
    """
    attacked = 0
    for town in TOWNS:
        for indicator, series, area, row in figure_rows(world, town):
            key, place = (indicator, series), (area, row["periode"])
            terms = [*SHARES[key][0], SHARES[key][1]] if key in SHARES else SUMS.get(key)
            if terms is not None and row["vaerdi"]:
                # All terms are shown by the source: multiplying back, or subtracting, finds nothing new.
                assert all(saved()[term].get(place) is not None for term in terms), place
                attacked += 1
    assert attacked > 100
    # Where a term is hidden, neither gap nor verdict, sentence nor trend tells on which side of the country it is.
    learnt = world.report("Læsø")
    for status in learnt.rows:
        if expected(status.indicator, "share", "Læsø", status.period.id if status.period else "") is None:
            word = "followed" if learnt.plan.goal(status.goal).target.way else "cannot_be_judged"
            assert (status.municipality, status.gap, status.verdict.value) == (None, None, word)


def test_the_words_of_a_figure_name_no_number_that_is_not_shown(world: World) -> None:
    plan = world.catalogue.plan(PLAN)
    for goal in plan.goals:
        path = world.site("Læsø") / "figures" / f"{goal.number}.svg"
        if not path.exists():
            continue
        hidden_only = [
            text
            for text in re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))
            if text.endswith("pct.")
        ]
        known = {
            f"{danish(value, 1)}\u00a0pct."
            for name, series, area in labels(world, goal.indicators, "Læsø").values()
            if series == "share"
            for period in periods_of(name)
            if (value := expected(name, series, area, period)) is not None
        }
        assert {text.replace(" ", "\u00a0") for text in hidden_only if text[0].isdigit()} <= known, (
            goal.number
        )


def periods_of(indicator: str) -> list[str]:
    months = [f"{year}M{month:02d}" for year in range(2021, 2027) for month in range(1, 13)]
    return ["2025Q02"] if indicator == "a-dagpenge-afgang-13-uger" else months


def test_a_number_that_the_source_took_back_is_not_repeated_by_the_page_of_changes(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town = world.catalogue.municipality("Læsø")
    before = world.report("Læsø").observations
    after = before.copy()
    gone = (
        (after["indicator"] == "ledighed-andel")
        & (after["area"] == town.code)
        & after["period"].eq("2025M03")
    )
    after.loc[gone & after["series"].eq("count"), ["value", "state"]] = [None, "suppressed"]
    changes = changed_values(before, after, catalogue=world.catalogue)
    assert list(changes["kind"]) == ["vanished"]
    value = int(changes["old_value"].iloc[0])
    revision = PlanRevision(Revision(BEFORE.date(), AFTER.date(), changes), {}, 1)
    told = revision_csv(revision, [town], published=True)
    monkeypatch.setenv(RENDERING_VARIABLE, "1")
    monkeypatch.chdir(tmp_path)
    shown = revision_shown(revision, world.catalogue, town, told)
    shown.write()
    (row,) = [cells for cells in table_cells(shown.markdown, "rettede-tal") if "Marts 2025" in cells]
    assert row[2:] == ["–", "–", "–", "Vises ikke mere"]
    assert str(value) not in numbers_in(told.splitlines()[1].split("vanished")[1])
    # The analyst's own comparison on the command line still tells it.
    assert f",{value}," in revision_csv(revision, [town])


# ------------------------------------------------------------------------------- faults, no key


@pytest.fixture
def copied(world: World, tmp_path: Path) -> World:
    """The project again, for a test that fetches."""
    root = tmp_path / "project"
    shutil.copytree(world.project.root, root, ignore=shutil.ignore_patterns("processed"))
    (root / "data" / "processed").mkdir()
    return replace(world, project=Project(root))


def facts(row: StatusRow) -> tuple[object, ...]:
    return row.goal, row.period, row.national, row.municipality, row.gap, row.verdict


def test_a_fault_leaves_the_last_good_figures_in_force_and_is_named(
    copied: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = copied.report("Læsø").rows
    with serving(reference()) as server:
        server.fail("data/y60a02", refusal(403, "No."))
        server.fail("data/y60c07", changed(lambda found: found["rows"][5].__setitem__(-1, 250)))
        done = plan_command(
            copied.project.root,
            *("fetch", "--plan", PLAN, "--force"),
            **{URL_VARIABLE: server.url, KEY_VARIABLE: TOKEN},
        )
    assert done.exit_code != 0
    assert "y60a02" in done.output
    assert ": 250 (outside 0 to 100)" in done.output
    assert TOKEN not in done.output
    status = plan_command(copied.project.root, "status", "Læsø", "--plan", PLAN)
    assert "tabel y60a02" in status.output and "værdier, som ikke kan være rigtige" in status.output
    report = copied.report("Læsø")
    assert [facts(row) for row in report.rows] == [facts(row) for row in before]
    monkeypatch.setenv(RENDERING_VARIABLE, "1")
    monkeypatch.chdir(tmp_path)
    for number in (1, 3):
        said = unquote(report.fetch(number).markdown)
        assert "Tallene for 8 af 17 mål er fra juli 2026; nyere kunne ikke hentes." in said
        assert "y60a02" not in said
    told = report.basis_note().markdown
    assert "Seneste hentning af tabel y60a02" in told
    assert "nøglen giver ikke adgang til tabellen" in told
    assert "Tallene er fra den 19. august 2026." in told


def test_without_a_key_and_without_figures_the_plan_shows_example_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_project(tmp_path)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    refused = plan_command(project.root, "fetch", "--plan", PLAN)
    assert refused.exit_code != 0
    assert KEY_VARIABLE in refused.output
    catalogue = load_catalogue(project)
    report = read_report(project, catalogue, catalogue.plan(PLAN), catalogue.municipality("Hedensted"))
    assert "Eksempeldata" in report.fetch().markdown
    assert all(row.municipality is not None for row in report.rows)
    assert not any(report.is_provisional(row) for row in report.rows)
    assert "foreløbig" not in report.status_table().markdown


# ------------------------------------------------------------------------------- a notebook, live


def run_cells(plan: str, municipality: Municipality, catalogue: Catalogue) -> dict[str, Any]:
    """The code cells of the first focus area's notebook, one after the other as in JupyterLab."""
    chosen = catalogue.plan(plan)
    contents = plan_contents(Project(CHECKOUT), catalogue, chosen)
    path = chapter_path(contents.project, chosen, chosen.focus_areas[0])
    names: dict[str, Any] = {}
    for cell in contents.files[path]:
        if cell.kind != "code":
            continue
        if cell.text.startswith("report."):
            names[cell.text] = eval(cell.text, names)
            assert names[cell.text]._repr_mimebundle_()
        else:
            exec(cell.text, names)
            names["kommune"] = municipality.name
    return names


def test_a_notebook_with_a_key_fetches_its_own_tables_and_shows_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_project(tmp_path)
    catalogue = load_catalogue(project)
    town = catalogue.municipality("Hedensted")
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    monkeypatch.delenv(RENDERING_VARIABLE, raising=False)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    made_up = run_cells(PLAN, town, catalogue)
    assert "Eksempeldata" in made_up["report.fetch(1)"].markdown
    with serving(reference()) as server:
        monkeypatch.setenv(URL_VARIABLE, server.url)
        monkeypatch.setenv(KEY_VARIABLE, TOKEN)
        real = run_cells(PLAN, town, catalogue)
        asked = {call.path.rsplit("/", 1)[1] for call in server.calls("/data/")}
    assert asked == {"y25i01", "y01b01"}
    assert "Eksempeldata" not in "".join(
        shown.markdown for name, shown in real.items() if name.startswith("report.")
    )
    wanted = expected("ledighed-andel", "share", "Hedensted", "2026M07")
    assert wanted is not None
    assert f"{danish(wanted, 1)}\u00a0pct. af arbejdsstyrken" in real['report.goal("1a")'].markdown
    assert made_up['report.goal("1a")'].markdown != real['report.goal("1a")'].markdown
    assert TOKEN not in str({name: shown for name, shown in real.items() if name.startswith("report.")})


# ------------------------------------------------------------------------------- secondary suppression


@pytest.fixture(scope="module")
def careful(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The region of Læsø, with goal pages and hub, of a plan that hides what would give a hidden count away."""
    root = tmp_path_factory.mktemp("careful") / "project"
    shutil.copytree(world.project.root, root, ignore=shutil.ignore_patterns("_site", ".plan", "processed"))
    path = root / "catalogue" / "plans" / f"{PLAN}.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\nsuppression: secondary\n", encoding="utf-8")
    project = Project(root)
    render(project, root / "_site", "--region", "Nordjylland", "--to", "html")
    render(project, root / "_site", "Læsø", "--to", "html,pdf", "--force")
    return root / "_site"


def rest_of(town: str, period: str) -> Known:
    """The unemployed who are not on A-dagpenge: total less part."""
    total, part = (
        saved()[name].get((town, period)) for name in ("ledige_total_fuldtid", "ledige_dagpenge_fuldtid")
    )
    return None if total is None or part is None else total - part


@pytest.mark.parametrize("town", TOWNS)
def test_the_pdf_of_real_figures_is_good_paper(world: World, town: str) -> None:
    (pdf,) = world.site(town).glob("*.pdf")
    title = world.catalogue.plan(PLAN).title
    assert_is_good_paper(pdf, title, world.catalogue.municipality(town).long_name)


def test_no_hidden_count_can_be_worked_out_from_a_careful_plan(world: World, careful: Path) -> None:
    town, site = "Læsø", careful / "laesoe"
    months = [f"{2024 + (6 + n) // 12}M{(6 + n) % 12 + 1:02d}" for n in range(25)]
    attacked = [month for month in months if (rest := rest_of(town, month)) is not None and 0 < rest < 3]
    assert "2026M07" in attacked and len(attacked) > 3
    # CSV: beside the total, neither the part nor its share.
    found: dict[tuple[str, str], dict[str, str]] = {}
    with (site / "figures" / "observationer.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["omraade"] == "825":
                found.setdefault((row["indikator"], row["serie"]), {})[row["periode"]] = row["vaerdi"]
    for month in attacked:
        assert found["ledighed-andel", "count"][month]
        assert (
            not found["ledighed-dagpenge", "count"][month] and not found["ledighed-dagpenge", "share"][month]
        )
    quiet = [month for month in months if (rest := rest_of(town, month)) is not None and rest >= 3]
    assert all(found["ledighed-dagpenge", "count"][month] for month in quiet), "nothing else is hidden"
    # The figure: its CSV, its Vega-Lite and the numbers on the page.
    with (site / "figures" / "1b.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["serie"].startswith(town) and row["periode"] in attacked:
                assert (row["vaerdi"], row["status"]) == ("", "diskretioneret eller ikke opgjort")
    drawn = json.loads((site / "figures" / "1b.json").read_text(encoding="utf-8"))
    rows = [row for data in drawn.get("datasets", {}).values() for row in data if isinstance(row, dict)]
    told = [
        row for row in rows if row.get("period") in attacked and str(row.get("serie", "")).startswith(town)
    ]
    assert told and all(row.get("value") is None for row in told)
    # Status table, goal page, list of all and comparison: the newest month is one of those.
    share = saved()["ledige_dagpenge_pct_arbejdsstyrke"][town, "2026M07"]
    assert share is not None
    number = f"{danish(share, 1)}\u00a0pct."
    cells = {row[0]: row for row in table_cells((site / "index.html").read_text("utf-8"), "status") if row}
    assert cells["1b"][4] == "–" and "Kan ikke vurderes" in cells["1b"][7]
    page = (site / "01-tidlig-indsats.html").read_text("utf-8").split('id="maal-1b"')[1].split('id="maal-')[0]
    assert number not in page.split("<details")[0]
    # The table of numbers under the figure, newest first, and the list of all municipalities.
    heads, newest, *_ = [row[1:] for row in table_cells(page, "tal-1b") if row]
    own = [place for place, head in enumerate(heads) if head.startswith(town)]
    assert own and all(newest[place] == "diskretioneret eller ikke opgjort" for place in own), newest
    assert number not in (careful / "index.html").read_text("utf-8")
    (compared,) = careful.glob(f"maal/{PLAN}/1b.html")
    assert number not in re.search(r'<tr[^>]*id="laesoe".*?</tr>', compared.read_text("utf-8"), re.DOTALL)[0]
    with compared.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = [row for row in csv.DictReader(file, delimiter=";") if row["kommune"] == town]
    assert not row["vaerdi"] and not row["forskel"]
    (pdf,) = site.glob("*.pdf")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)
    part = text.split("på A-dagpenge i procent af arbejdsstyrken")[-1][:900]
    assert f"{danish(share, 1)} pct." not in part.replace("\u00a0", " ")
    # The same plan without the setting shows all of it.
    plain = table_cells((world.site(town) / "index.html").read_text("utf-8"), "status")
    assert next(row for row in plain if row and row[0] == "1b")[4] == number


def test_no_page_on_fetched_figures_says_what_only_its_makers_need(world: World) -> None:
    assert [text for town in TOWNS for text in workshop_texts(world.site(town))] == []
