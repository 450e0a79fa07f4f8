"""The tidy table: rebuilt when what it is made from changes, whole at any moment, real and example apart."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data_support import (
    AREA,
    AREAS,
    DAY,
    PERIOD,
    catalogue,
    indicator,
    measure,
    store_counts,
    store_table,
    term,
    type_in,
)
from helpers.data.basis import Basis
from helpers.data.frames import OBSERVATION_COLUMNS, OBSERVATION_KEYS
from helpers.data.processed import data_inputs, data_problems, load_observations
from helpers.project import Project

REAL = Basis("real")
FLEKS = indicator("fleks", share={"share_of": term("ta"), "plus": term("tb")}, count_in=term("ta"))
TYPED = indicator("anke", share={"typed_in": "Ankestyrelsen"})
BOTH = catalogue(FLEKS, TYPED)
FIRST, SECOND = "2026-08-19T050320Z", "2026-08-22T061500Z"
MONTH = "2026M07"


@pytest.fixture
def project(tmp_path):
    store_counts(Project(tmp_path), "ta", {(MONTH, "Læsø"): 30, (MONTH, "Hele landet"): 900})
    store_counts(Project(tmp_path), "tb", {(MONTH, "Læsø"): 10, (MONTH, "Hele landet"): 100})
    return Project(tmp_path)


def value(frame: pd.DataFrame, series: str = "share", area: str = "825", item: str = "fleks") -> float | None:
    rows = frame[(frame["indicator"] == item) & (frame["series"] == series) & (frame["area"] == area)]
    return None if rows.empty or pd.isna(rows["value"].iloc[0]) else float(rows["value"].iloc[0])


def parquet(project: Project, basis: Basis = REAL) -> Path:
    return project.processed / basis.name / "observations.parquet"


def test_observations_have_the_documented_columns_and_each_place_once(project):
    frame = load_observations(project, BOTH, REAL)
    assert tuple(frame.columns) == OBSERVATION_COLUMNS
    assert not frame.duplicated(list(OBSERVATION_KEYS)).any()
    assert frame["published"].dtype == bool and frame["value"].dtype == float
    assert all(isinstance(text, str) for name in ("area", "period", "state") for text in frame[name])
    assert value(frame) == 75.0


def test_some_areas_are_the_same_rows_as_in_the_whole_table(project):
    everything = load_observations(project, BOTH, REAL)
    some = load_observations(project, BOTH, REAL, ("dk", "825"))
    wanted = everything[everything["area"].isin(["dk", "825"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, wanted)


def test_what_a_caller_does_to_its_frame_does_not_reach_others(project):
    mine = load_observations(project, BOTH, REAL)
    mine["value"] = -1.0
    assert value(load_observations(project, BOTH, REAL)) == 75.0


def test_the_table_is_not_made_again_when_nothing_has_changed(project):
    load_observations(project, BOTH, REAL)
    before = parquet(project).stat().st_mtime_ns
    load_observations(project, BOTH, REAL)
    assert parquet(project).stat().st_mtime_ns == before


def test_files_that_only_look_newer_do_not_make_the_table_again(project):
    load_observations(project, BOTH, REAL)
    before = parquet(project).stat().st_mtime_ns
    for path in project.raw.rglob("*.json"):
        path.touch()
    load_observations(project, BOTH, REAL)
    assert parquet(project).stat().st_mtime_ns == before


def test_a_new_snapshot_makes_the_table_again_and_a_day_turns_it_back(project):
    load_observations(project, BOTH, REAL)
    store_counts(
        project, "ta", {(MONTH, "Læsø"): 40, (MONTH, "Hele landet"): 900}, snapshot="2026-09-20T061500Z"
    )
    assert value(load_observations(project, BOTH, REAL)) == 80.0
    assert value(load_observations(project, BOTH, Basis("real", DAY))) == 75.0


def test_a_changed_catalogue_makes_the_table_again(project):
    load_observations(project, BOTH, REAL)
    rounder = indicator("fleks", decimals=0, share={"share_of": term("ta"), "out_of": term("tb")})
    assert value(load_observations(project, catalogue(rounder, hash="two"), REAL)) == 300.0


@pytest.mark.parametrize("name", ["observations.parquet", "datapackage.json", "observations.csv"])
def test_a_table_that_someone_deleted_or_cut_is_made_again(project, name):
    load_observations(project, BOTH, REAL)
    path = parquet(project).with_name(name)
    if name.endswith("parquet"):
        path.write_bytes(path.read_bytes()[:100])
    else:
        path.unlink()
    assert value(load_observations(project, BOTH, REAL)) == 75.0
    assert path.stat().st_size > 100


def test_a_damaged_snapshot_is_told_and_the_one_before_it_and_other_tables_stay_in_force(project):
    path = store_counts(project, "ta", {(MONTH, "Læsø"): 40}, snapshot="2026-09-20T061500Z")
    path.write_text(path.read_text().replace("40", "41"))
    frame = load_observations(project, BOTH, REAL)
    assert value(frame) == 75.0
    (problem,) = data_problems(project, BOTH, REAL)
    assert problem.where == "data/raw/jobindsats/ta/2026-09-20T061500Z.json"
    assert {item.snapshot for item in data_inputs(project, BOTH, REAL)} == {SECOND}


def test_an_answer_that_cannot_be_read_falls_back_on_the_last_good_one(project):
    columns = (PERIOD, AREA, measure("antal", "Antal personer"))
    store_table(project, "ta", columns, [["juli", "Læsø", 1]], snapshot="2026-09-20T061500Z")
    assert value(load_observations(project, BOTH, REAL)) == 75.0
    assert "juli" in data_problems(project, BOTH, REAL)[0].what


def test_a_table_without_any_good_answer_leaves_the_others_as_they_are(project):
    path = store_counts(project, "tc", {(MONTH, "Læsø"): 5})
    path.write_bytes(b"")
    items = catalogue(FLEKS, indicator("other", share=term("tc")))
    frame = load_observations(project, items, REAL)
    assert value(frame) == 75.0
    assert value(frame, item="other") is None
    assert [problem.where for problem in data_problems(project, items, REAL)] == [
        f"data/raw/jobindsats/tc/{SECOND}.json"
    ]


def test_areas_that_nobody_knows_are_told(project):
    store_counts(project, "ta", {(MONTH, "Århus"): 5, (MONTH, "Læsø"): 30}, snapshot="2026-09-20T061500Z")
    (problem,) = data_problems(project, BOTH, REAL)
    assert "Århus" in problem.what


def test_example_data_of_another_day_do_not_count(project):
    columns = (PERIOD, AREA, measure("antal", "Antal personer"))
    for table, number in (("ta", 30), ("tb", 90)):
        store_table(
            project,
            table,
            columns,
            [["2023M11", "Læsø", number]],
            snapshot="2024-01-15T000000Z",
            source="example",
        )
    assert value(load_observations(project, BOTH, Basis("example", date(2024, 1, 15)))) == 25.0
    assert load_observations(project, BOTH, Basis("example", date(2024, 6, 1))).empty


# ------------------------------------------------------------------------------------------- typed in

HEAD = "periode;område;serie;værdi;kilde\n"


def test_typed_in_figures_give_the_series_that_no_table_has(project):
    type_in(
        project, "laesoe", "anke", HEAD + f"{MONTH};Læsø;share;27,1;x\n{MONTH};Hele landet;share;23,1;x\n"
    )
    frame = load_observations(project, BOTH, REAL)
    assert value(frame, item="anke") == 27.1
    assert value(frame, item="anke", area="dk") == 23.1
    assert set(frame[frame["indicator"] == "anke"]["source"]) == {"manual"}


def test_a_tables_own_figures_come_before_typed_in_ones(project):
    type_in(project, "laesoe", "fleks", HEAD + f"{MONTH};Læsø;share;99,9;x\n2026M08;Læsø;share;99,9;x\n")
    frame = load_observations(project, BOTH, REAL)
    assert value(frame) == 75.0
    assert set(frame["source"]) == {"jobindsats:ta", "jobindsats:ta+tb"}


@pytest.mark.parametrize("numbers", [None, {(MONTH, "Læsø"): None}])
def test_typed_in_figures_stand_in_for_a_table_without_data(tmp_path, numbers):
    project = Project(tmp_path)
    if numbers is not None:
        store_counts(project, "ta", numbers)
    type_in(project, "laesoe", "fleks", HEAD + f"{MONTH};Læsø;count_in;12;x\n")
    frame = load_observations(project, BOTH, REAL)
    assert value(frame, series="count_in") == 12
    assert not frame.duplicated(list(OBSERVATION_KEYS)).any()


def test_typed_in_figures_are_real_beside_example_data_too(project):
    type_in(project, "laesoe", "anke", HEAD + f"{MONTH};Læsø;share;27,1;x\n")
    frame = load_observations(project, BOTH, Basis("example", DAY))
    assert value(frame, item="anke") == 27.1
    assert set(frame["source"]) == {"manual"}


def test_a_changed_typed_in_file_makes_the_table_again(project):
    for number in ("27,1", "28,1"):
        type_in(project, "laesoe", "anke", HEAD + f"{MONTH};Læsø;share;{number};x\n")
        assert value(load_observations(project, BOTH, REAL), item="anke") == float(number.replace(",", "."))


def test_two_municipalities_that_contradict_each_other_on_the_country_are_told_and_neither_is_used(project):
    for slug, number in (("laesoe", "23,1"), ("hedensted", "23,2")):
        type_in(project, slug, "anke", HEAD + f"{MONTH};Hele landet;share;{number};x\n{MONTH};;share;20;x\n")
    frame = load_observations(project, BOTH, REAL)
    assert value(frame, item="anke", area="dk") is None
    assert value(frame, item="anke", area="766") == 20
    (problem,) = data_problems(project, BOTH, REAL)
    assert "laesoe/anke.csv" in problem.where and "hedensted/anke.csv" in problem.what


def test_a_bad_typed_in_cell_is_told_with_the_data(project):
    type_in(project, "laesoe", "anke", HEAD + f"{MONTH};Læsø;share;x;x\n")
    (problem,) = data_problems(project, BOTH, REAL)
    assert problem.where == "data/raw/manual/laesoe/anke.csv: row 2, column vaerdi"


# ---------------------------------------------------------------------------------------- the package


def test_the_package_describes_and_seals_the_files_beside_it(project):
    type_in(project, "laesoe", "anke", HEAD + f"{MONTH};Læsø;share;27,1;x\n")
    load_observations(project, BOTH, REAL)
    folder = parquet(project).parent
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
    raw = {path.read_bytes() for path in project.raw.rglob("2*Z.json")}
    assert {item["sha256"] for item in package["inputs"]} == {
        hashlib.sha256(content).hexdigest() for content in raw
    }
    (typed,) = package["typed_in"]
    assert (
        typed["hash"] == f"sha256:{hashlib.sha256((project.root / typed['path']).read_bytes()).hexdigest()}"
    )


def test_the_csv_holds_what_the_package_says_and_the_same_as_the_parquet(project):
    frame = load_observations(project, BOTH, REAL)
    folder = parquet(project).parent
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    resource = next(item for item in package["resources"] if item["format"] == "csv")
    rows = list(csv.DictReader(io.StringIO((folder / resource["path"]).read_text(encoding="utf-8"))))
    assert (
        list(rows[0])
        == [field["name"] for field in resource["schema"]["fields"]]
        == list(OBSERVATION_COLUMNS)
    )
    assert len(rows) == resource["rows"] == len(frame)
    for row, (_, expected) in zip(rows, frame.iterrows(), strict=True):
        assert row["value"] == "" if pd.isna(expected["value"]) else float(row["value"]) == expected["value"]
        assert row["published"] == str(expected["published"]).lower()
        assert all(row[name] == expected[name] for name in ("indicator", "area", "period", "state", "source"))
    places = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in rows]
    assert len(set(places)) == len(places)


def test_the_inputs_tell_each_table_its_snapshot_and_newest_period(project):
    store_counts(
        project, "ta", {("2026M08", "Læsø"): 5, ("2026Q02", "Læsø"): 5}, snapshot="2026-09-20T061500Z"
    )
    inputs = {item.table: item for item in data_inputs(project, BOTH, REAL)}
    assert {str(period) for period in inputs["ta"].newest} == {"2026M08", "2026Q02"}
    assert inputs["ta"].fetched_at.date() == date(2026, 9, 20)
    assert inputs["tb"].title == "Tabel tb"


NURSERY = textwrap.dedent(
    """
    import os, signal, sys, time
    from pathlib import Path
    from data_support import catalogue, indicator, term
    from helpers.data.basis import Basis
    from helpers.data.processed import load_observations
    from helpers.project import Project

    # Imports once, then forks a child for each line read: "how many, version, kill after milliseconds or -1".
    for line in sys.stdin:
        count, version, milliseconds = line.split()
        children = []
        for _ in range(int(count)):
            child = os.fork()
            if child == 0:
                items = catalogue(
                    indicator("fleks", share={"share_of": term("ta"), "plus": term("tb")}, count_in=term("ta")),
                    indicator("anke", share={"typed_in": "Ankestyrelsen"}),
                    hash=version,
                )
                load_observations(Project(Path(sys.argv[1])), items, Basis("real"))
                os._exit(0)
            children.append(child)
        if int(milliseconds) >= 0:
            time.sleep(int(milliseconds) / 1000)
            for child in children:
                os.kill(child, signal.SIGKILL)
        print(*(os.waitpid(child, 0)[1] for child in children), flush=True)
    """
)

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")


@pytest.fixture
def nursery(project) -> Iterator[Callable[[int, str, int], list[int]]]:
    """Builds the table in so many other processes at once; gives how each ended (0: by itself, well)."""
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(project.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent,
    )
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None and stdout is not None

    def run(count: int, version: str, milliseconds: int = -1) -> list[int]:
        print(count, version, milliseconds, file=stdin, flush=True)
        return [int(text) for text in stdout.readline().split()]

    yield run
    stdin.close()
    assert process.wait() == 0


def many(project: Project) -> None:
    months = [f"{year}M{month:02d}" for year in range(2000, 2026) for month in range(1, 13)]
    names = ["Hele landet", *(area.name for area in AREAS)]
    for table in ("ta", "tb"):
        numbers = {(month, name): 10 for month in months for name in names}
        store_counts(project, table, numbers, snapshot="2026-10-20T061500Z")


@needs_fork
def test_a_build_that_is_killed_at_any_moment_leaves_a_whole_table_or_one_that_is_made_again(
    project, nursery
):
    many(project)
    expected = load_observations(project, BOTH, REAL)
    killed = 0
    for number, milliseconds in enumerate(range(0, 120, 8)):
        killed += nursery(1, f"version-{number}", milliseconds)[0] != 0
        pd.testing.assert_frame_equal(load_observations(project, BOTH, REAL), expected)
    assert killed


@needs_fork
def test_several_processes_may_build_at_once(project, nursery):
    many(project)
    assert nursery(4, "one") == [0, 0, 0, 0]
    built = parquet(project).stat().st_mtime_ns
    # A share, the count it is of and the one it is out of.
    assert len(load_observations(project, BOTH, REAL)) == 3 * 4 * 26 * 12
    assert parquet(project).stat().st_mtime_ns == built
    assert not list(parquet(project).parent.glob(".*.part"))
