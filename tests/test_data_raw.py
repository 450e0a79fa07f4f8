"""The raw store: whole or not at all, never overwritten, and damage is named."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from data_support import AREA, PERIOD, measure, sidecar
from helpers.data import files
from helpers.data.raw import RawStore, joined_answers, snapshot_day, snapshot_id, snapshot_moment
from helpers.errors import PlanError

COLUMNS = (PERIOD, AREA, measure("antal"))
FIRST, SECOND = "2026-08-19T050320Z", "2026-08-22T061500Z"


@pytest.fixture
def store(tmp_path: Path) -> RawStore:
    return RawStore(tmp_path / "data" / "raw")


def keep(store: RawStore, snapshot: str = SECOND, content: bytes = b'{"columns": [], "rows": []}') -> Path:
    store.write(content, sidecar("y25i01", COLUMNS, snapshot))
    return store.path("jobindsats", "y25i01", snapshot)


def test_what_was_written_is_read_back_word_for_word(store):
    content = '\ufeff{"columns": ["Område"],  "rows": [] }\r\n'.encode()
    path = keep(store, content=content)
    assert path.read_bytes() == content == store.read("jobindsats", "y25i01", SECOND)


def test_the_sidecar_seals_the_answer_and_tells_all_it_was_given(store):
    given = sidecar(
        "y25i01", COLUMNS, SECOND, query=({"period.M": "latest:25"},), update_latest=date(2026, 8, 19)
    )
    kept = store.write(b"{}", given)
    assert store.sidecar("jobindsats", "y25i01", SECOND) == kept
    assert kept.model_copy(update={"sha256": "", "size": 0}) == given
    assert kept.size == 2


def test_another_answer_under_the_same_name_is_refused_and_the_first_stays(store):
    path = keep(store, content=b"[1]")
    with pytest.raises(PlanError, match="never overwritten"):
        keep(store, content=b"[2]")
    assert path.read_bytes() == b"[1]"
    assert store.newest("jobindsats", "y25i01") == SECOND


def test_the_same_answer_again_changes_nothing(store):
    path = keep(store)
    before = path.stat().st_mtime_ns
    keep(store)
    assert path.stat().st_mtime_ns == before


def test_the_newest_snapshot_is_in_force_and_a_day_turns_back_to_the_one_of_that_day(store):
    for snapshot in (SECOND, FIRST):
        keep(store, snapshot)
    assert store.snapshots("jobindsats", "y25i01") == (FIRST, SECOND)
    assert store.newest("jobindsats", "y25i01") == SECOND
    assert store.newest("jobindsats", "y25i01", date(2026, 8, 21)) == FIRST
    assert store.newest("jobindsats", "y25i01", date(2026, 8, 22)) == SECOND
    assert store.newest("jobindsats", "y25i01", date(2026, 8, 18)) is None


@pytest.mark.parametrize("content", [b'{"columns": [], "rows": [1]}', b"", b'{"columns": [], "rows": [ ]}'])
def test_an_edited_answer_is_named_and_the_snapshot_before_it_stays_in_force(store, content):
    keep(store, FIRST)
    path = keep(store, SECOND)
    path.write_bytes(content)
    assert store.newest("jobindsats", "y25i01") == FIRST
    (problem,) = store.problems("jobindsats")
    assert problem.where == f"data/raw/jobindsats/y25i01/{SECOND}.json"
    assert "backup" in problem.do
    with pytest.raises(PlanError, match="seal"):
        store.read("jobindsats", "y25i01", SECOND)


@pytest.mark.parametrize("change", ["{", '{"source": "jobindsats"}', None])
def test_a_damaged_sidecar_is_named_and_other_tables_are_read_as_ever(store, change):
    path = keep(store)
    store.write(b"{}", sidecar("y60a02", COLUMNS, SECOND))
    meta = path.with_name(f"{SECOND}.meta.json")
    if change is None:
        meta.write_text(meta.read_text().replace("y25i01", "y25i09"))
    else:
        meta.write_text(change)
    (problem,) = store.problems("jobindsats")
    assert problem.where == f"data/raw/jobindsats/y25i01/{SECOND}.meta.json"
    assert store.newest("jobindsats", "y25i01") is None
    assert store.read("jobindsats", "y60a02", SECOND) == b"{}"


def test_an_answer_without_its_sidecar_is_no_snapshot_and_no_problem(store):
    path = keep(store)
    path.with_name(f"{SECOND}.meta.json").unlink()
    assert store.snapshots("jobindsats", "y25i01") == ()
    assert store.problems("jobindsats") == ()


def test_a_sidecar_without_its_answer_is_a_problem(store):
    keep(store).unlink()
    (problem,) = store.problems("jobindsats")
    assert "cannot be read" in problem.what
    assert store.newest("jobindsats", "y25i01") is None


def test_an_answer_that_was_cut_off_before_its_sidecar_gives_way(store):
    path = store.path("jobindsats", "y25i01", SECOND)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half of an ans")
    keep(store)
    assert store.newest("jobindsats", "y25i01") == SECOND
    assert path.read_bytes() == b'{"columns": [], "rows": []}'


def test_the_last_one_written_is_the_newest_whatever_the_clock_said(store):
    moments = [
        "2026-08-19",
        "2036-08-19",
        "2026-08-20",
        "2026-08-21",
        "2026-08-21",
        "2010-01-01",
        "2026-08-22",
    ]
    written = []
    for number, day in enumerate(moments):
        moment = datetime.fromisoformat(f"{day}T06:15:00+00:00")
        snapshot = store.next_snapshot("jobindsats", "y25i01", moment)
        keep(store, snapshot, f'{{"columns": [], "rows": [{number}]}}'.encode())
        written.append(snapshot)
        assert store.newest("jobindsats", "y25i01") == snapshot
        assert snapshot_day(snapshot).isoformat() == day
        assert snapshot_moment(snapshot) == moment
    assert store.snapshots("jobindsats", "y25i01") == tuple(written)
    assert store.newest("jobindsats", "y25i01", date(2026, 8, 20)) == written[5]
    assert store.in_force("jobindsats", "y25i01", before=written[3])[0] == written[2]
    # A store from before there were numbers is read in the order of its clock.
    assert written[:2] == ["2026-08-19T061500Z", "2036-08-19T061500Z"]


def test_half_written_files_of_dead_processes_are_cleaned_up_and_fresh_ones_left(store, monkeypatch):
    path = keep(store, FIRST)
    old = path.with_name(f".{SECOND}.json.123-abcd{files.TEMPORARY_SUFFIX}")
    old.write_bytes(b"half")
    files.remove_stale(path.parent)
    assert old.exists()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + files.STALE_SECONDS + 60)
    keep(store, SECOND)
    assert not old.exists()
    assert store.snapshots("jobindsats", "y25i01") == (FIRST, SECOND)


def test_a_place_that_cannot_be_written_is_told_in_one_line_and_leaves_nothing(tmp_path):
    (tmp_path / "raw").write_text("a file where the folder should be")
    with pytest.raises(PlanError, match="could not be written"):
        keep(RawStore(tmp_path / "raw"))


def test_a_full_disk_leaves_no_half_file_behind(store, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(PlanError, match="Free some space"):
        keep(store)
    monkeypatch.undo()
    assert [path for path in store.root.rglob("*") if path.is_file() and path.name != ".lock"] == []


@pytest.mark.parametrize("name", ["../y25i01", "y25 i01", "", "a/b", "Y25I01"])
def test_names_that_could_leave_the_store_are_refused(store, name):
    with pytest.raises(ValueError, match="no name"):
        store.path("jobindsats", name, SECOND)


def test_metadata_are_no_table(store):
    keep(store)
    (store.root / "jobindsats" / "_metadata").mkdir()
    assert store.tables("jobindsats") == ("y25i01",)


def test_only_made_up_answers_can_be_discarded(store):
    path = keep(store)
    store.write(b"{}", sidecar("y25i01", COLUMNS, SECOND, source="example"))
    store.discard_made_up("y25i01", SECOND)
    assert store.snapshots("example", "y25i01") == ()
    assert path.exists()


def test_a_snapshot_is_named_by_its_moment_in_universal_time():
    danish = datetime(2026, 8, 22, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert snapshot_id(danish) == "2026-08-21T233000Z"
    assert snapshot_moment("2026-08-21T233000Z") == danish
    assert snapshot_day("2026-08-21T233000Z") == date(2026, 8, 21)
    with pytest.raises(ValueError, match="time zone"):
        snapshot_id(datetime(2026, 8, 22))
    assert snapshot_id(datetime(2026, 8, 22, tzinfo=UTC)) == "2026-08-22T000000Z"


def test_answers_of_several_calls_are_kept_word_for_word_in_one_file():
    parts = [b'\xef\xbb\xbf{"columns":["\xc3\x85"], "rows":[]}\r\n', b'{"columns":[],"rows":[ ]}']
    whole = joined_answers(parts)
    assert whole.startswith(b'{"answers": [')
    for part in parts:
        assert part.removeprefix(b"\xef\xbb\xbf").strip() in whole
    assert joined_answers(parts[:1]) == parts[0]


WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from data_support import AREA, PERIOD, measure, sidecar
    from helpers.data.raw import RawStore

    store = RawStore(Path(sys.argv[1]))
    content = b'{"columns": [], "rows": [' + b"1," * 200_000 + b"1]}"
    print("ready", flush=True)
    for second in range(60):
        snapshot = f"2026-08-22T0615{second:02d}Z"
        store.write(content, sidecar("y25i01", (PERIOD, AREA, measure("a")), snapshot))
    """
)


def start(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent,
    )


def test_a_write_that_is_killed_at_any_moment_leaves_only_whole_snapshots_and_a_rerun_completes(store):
    moments = random.Random(4).sample(range(150), 8)
    for milliseconds in moments:
        process = start(WRITER, str(store.root))
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for snapshot in store.snapshots("jobindsats", "y25i01"):
            store.read("jobindsats", "y25i01", snapshot)
        assert store.problems("jobindsats") == ()
    finished = start(WRITER, str(store.root))
    assert finished.wait() == 0
    assert len(store.snapshots("jobindsats", "y25i01")) == 60
    assert store.problems("jobindsats") == ()


def test_processes_that_write_the_same_answer_at_once_agree(store):
    processes = [start(WRITER, str(store.root)) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert len(store.snapshots("jobindsats", "y25i01")) == 60
    assert store.problems("jobindsats") == ()
