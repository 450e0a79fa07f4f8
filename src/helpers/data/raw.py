"""What a source said, word for word, and when: answers as received, each sealed with a sidecar.

In: the bytes of an answer and what is known about it. Out: ``data/raw/<source>/<table>/<snapshot>.json`` and
``<snapshot>.meta.json``, which no program changes afterwards.
"""

from __future__ import annotations

import hashlib
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from helpers.data.files import locked, remove_stale, write_whole
from helpers.errors import PlanError, Problem

ANSWER_SUFFIX = ".json"
SIDECAR_SUFFIX = ".meta.json"

_SNAPSHOT_FORMAT = "%Y-%m-%dT%H%M%SZ"
_SNAPSHOT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z(_[1-9]\d{0,5})?")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_SOURCE = re.compile(rf"{_NAME.pattern}(/_quarantine)?")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AnswerColumn(_Frozen):
    """What one column of an answer holds; answers carry labels only."""

    role: Literal["period", "area", "dimension", "measure"]
    id: str
    """``period``, ``area``, a dimension id (``_tilb_2ptv``), or the word by which the catalogue asks for the measure.
    """
    label: str
    """As in the answer; compared with blanks and case folded."""
    total: str | None = None
    """For a dimension: the label of its total ("Tilbud i alt"). Rows of the total count as not broken down."""
    also: tuple[str, ...] = ()
    """For a measure: other words by which the catalogue asks for it (its id here, its label there)."""
    members: tuple[tuple[str, str], ...] = ()
    """For a dimension of StatBank: the catalogue's words for its members → the codes in the answer; empty for the
    total."""

    @property
    def words(self) -> tuple[str, ...]:
        return (self.id, *self.also)


class Mark(_Frozen):
    """One example value that a document printed: an observation, named by its keys."""

    indicator: str
    series: str
    area: str
    period: str


class Sidecar(_Frozen):
    """What is known about one answer: where it came from, what its columns mean, and its seal."""

    source: str
    """``jobindsats``, ``statbank`` or ``example``; ``jobindsats/_quarantine`` for an answer that is not put in force.
    """
    # Id and name of the table; in example data of an indicator without a known table, the indicator's.
    table: str
    title: str
    snapshot: str
    """``2026-08-22T061500Z``: when it was fetched (UTC), see :func:`next_name`. For example data the day they pretend
    to be from."""
    fetched_at: datetime
    """The same moment in full; for example data too."""
    query: tuple[dict[str, str], ...] = ()
    """What was asked, one mapping for each call, never with the token."""
    columns: tuple[AnswerColumn, ...]
    """Every column of every part of the answer."""
    # The source's own release days, when it tells them.
    update_latest: date | None = None
    update_next: date | None = None
    cells: int = Field(ge=0)
    """Number of measure cells in the answer, empty ones included."""
    # Seal of the answer as stored; filled in by :meth:`RawStore.write`.
    sha256: str = ""
    size: int = 0
    published: tuple[Mark, ...] = ()
    """Example data only: the values that a document printed."""
    made_from: str | None = None
    """Example data only: fingerprint of what the generator was given, so that it is not run in vain."""
    refused: str = ""
    """Quarantine only: why the answer is not in force."""


def snapshot_id(moment: datetime) -> str:
    """``2026-08-22T061500Z`` for a moment with a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a snapshot's moment needs a time zone")
    return moment.astimezone(UTC).strftime(_SNAPSHOT_FORMAT)


def snapshot_moment(snapshot: str) -> datetime:
    """The moment (UTC) that a snapshot id spells."""
    return datetime.strptime(snapshot.partition("_")[0], _SNAPSHOT_FORMAT).replace(tzinfo=UTC)


def snapshot_order(snapshot: str) -> tuple[int, str]:
    """What snapshots of one table are sorted by; the newest is the last one written, whatever the clock said."""
    moment, _, turn = snapshot.partition("_")
    return int(turn or 0), moment


def next_name(moment: datetime, there: Iterable[str]) -> str:
    """The id of a new snapshot: its moment, and a number where the clock alone would put it in the wrong place.

    Examples
    --------
    >>> next_name(datetime(2026, 8, 22, 6, 15, tzinfo=UTC), ["2026-08-19T050300Z"])
    '2026-08-22T061500Z'
    >>> next_name(datetime(2026, 8, 22, 6, 15, tzinfo=UTC), ["2026-08-19T050300Z", "2036-08-19T050300Z"])
    '2026-08-22T061500Z_1'
    """
    name = snapshot_id(moment)
    turn, last = max(map(snapshot_order, there), default=(0, ""))
    turn += name <= last
    return f"{name}_{turn}" if turn else name


def snapshot_day(snapshot: str) -> date:
    """The day (UTC) of a snapshot: what ``--snapshot 2026-08-22`` is compared with."""
    return date.fromisoformat(snapshot[:10])


def joined_answers(answers: Sequence[bytes]) -> bytes:
    """One file for the answers of several calls (periods or dimensions asked for apart), word for word."""
    if len(answers) == 1:
        return answers[0]
    return (
        b'{"answers": [' + b",\n".join(answer.removeprefix(BOM_UTF8).strip() for answer in answers) + b"]}\n"
    )


class RawStore:
    """The folder ``data/raw``: dated answers by source and table.

    A snapshot counts when its answer and its sidecar both lie there and the seal holds. Both are written
    beside their place and moved when whole, the answer first, so that a crash between them leaves an answer
    without a sidecar, which is no snapshot.

    An answer is JSON: ``{"columns": […], "rows": [[…], …]}`` as Jobindsats sends it, or several such answers
    of one fetch in ``{"answers": […]}`` (:func:`joined_answers`).
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, source: str, table: str, snapshot: str) -> Path:
        """Where the answer of a snapshot lies (or would lie)."""
        for kind, name, pattern in (
            ("source", source, _SOURCE),
            ("table", table, _NAME),
            ("snapshot", snapshot, _SNAPSHOT),
        ):
            if not pattern.fullmatch(name):
                raise ValueError(f'"{name}" is no name of a {kind}')
        return self.root / source / table / f"{snapshot}{ANSWER_SUFFIX}"

    def sidecar_path(self, source: str, table: str, snapshot: str) -> Path:
        answer = self.path(source, table, snapshot)
        return answer.with_name(f"{snapshot}{SIDECAR_SUFFIX}")

    def write(self, content: bytes, sidecar: Sidecar) -> Sidecar:
        """Keep an answer for good, where its sidecar says.

        Parameters
        ----------
        content
            The answer as received (or the parts of a split answer, see :mod:`helpers.data.cells`).
        sidecar
            Its `sha256` and `size` are filled in here.

        Raises
        ------
        PlanError
            When there is already another answer under that name, or the disk refuses. Writing the same answer
            again changes nothing and is no error.
        """
        source, table, snapshot = sidecar.source, sidecar.table, sidecar.snapshot
        answer_path = self.path(source, table, snapshot)
        sidecar_path = self.sidecar_path(source, table, snapshot)
        seal = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        sealed = sidecar.model_copy(update=seal)
        with locked(self.root / source):
            remove_stale(answer_path.parent)
            if sidecar_path.exists():
                stored = self.sidecar(source, table, snapshot)
                if stored.sha256 != sealed.sha256:
                    raise PlanError.of(
                        self._told(answer_path),
                        "Another answer is already kept under that name, and a snapshot is never overwritten.",
                        "Run the command again: the next snapshot gets a name of its own.",
                    )
                if answer_path.exists():
                    return stored
            # An answer without a sidecar is the trace of a write that was cut off.
            write_whole(answer_path, content, replace=True)
            write_whole(sidecar_path, f"{sealed.model_dump_json(indent=1)}\n".encode(), replace=True)
        return sealed

    def next_snapshot(self, source: str, table: str, moment: datetime) -> str:
        """The id of a snapshot that is to be the newest, whatever the clock."""
        folder = self.root / source / table
        names = (path.name.split(".")[0] for path in folder.iterdir()) if folder.is_dir() else ()
        return next_name(moment, filter(_SNAPSHOT.fullmatch, names))

    def tables(self, source: str) -> tuple[str, ...]:
        """Tables of a source that have a folder."""
        folders = (path for path in (self.root / source).glob("*/") if _NAME.fullmatch(path.name))
        return tuple(sorted(folder.name for folder in folders))

    def snapshots(self, source: str, table: str) -> tuple[str, ...]:
        """Snapshots of which both files are there, in the order they were written; no seal is tried here."""
        folder = self.root / source / table
        if not folder.is_dir():
            return ()
        names = {path.name for path in folder.iterdir()}
        sealed = (name.removesuffix(SIDECAR_SUFFIX) for name in names if name.endswith(SIDECAR_SUFFIX))
        whole = (name for name in sealed if _SNAPSHOT.fullmatch(name) and f"{name}{ANSWER_SUFFIX}" in names)
        return tuple(sorted(whole, key=snapshot_order))

    def newest(self, source: str, table: str, as_of: date | None = None) -> str | None:
        """The snapshot in force: the newest whole one, no later than the day `as_of`; none if there is none.

        A damaged snapshot is passed over; :meth:`in_force` and :meth:`problems` tell of it.
        """
        return self.in_force(source, table, as_of)[0]

    def in_force(
        self, source: str, table: str, as_of: date | None = None, *, before: str | None = None
    ) -> tuple[str | None, tuple[Problem, ...]]:
        """The snapshot in force, and what is wrong with newer ones that were passed over for it.

        Parameters
        ----------
        as_of
            The last day (UTC) that counts.
        before
            A snapshot: only older ones count.
        """
        passed_over: list[Problem] = []
        for snapshot in reversed(self.snapshots(source, table)):
            if (as_of is not None and snapshot_day(snapshot) > as_of) or (
                before is not None and snapshot_order(snapshot) >= snapshot_order(before)
            ):
                continue
            problem = self._problem(source, table, snapshot)
            if problem is None:
                return snapshot, tuple(passed_over)
            passed_over.append(problem)
        return None, tuple(passed_over)

    def sidecar(self, source: str, table: str, snapshot: str) -> Sidecar:
        """The sidecar of a snapshot; an error when it is absent or no longer what this program wrote."""
        path = self.sidecar_path(source, table, snapshot)
        try:
            sidecar = Sidecar.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            what = (
                f"The sidecar cannot be read: {error.strerror}."
                if isinstance(error, OSError)
                else "The sidecar is no longer what was written beside the answer "
                f"({error.error_count()} of its entries do not fit)."
            )
            raise PlanError(self._damage(path, what)) from error
        if (sidecar.source, sidecar.table, sidecar.snapshot) != (source, table, snapshot):
            raise PlanError(
                self._damage(
                    path,
                    f"The sidecar belongs to {sidecar.source}/{sidecar.table}/{sidecar.snapshot}: "
                    "the file was moved or renamed.",
                )
            )
        return sidecar

    def read(self, source: str, table: str, snapshot: str) -> bytes:
        """The answer of a snapshot, its seal tried; an error when either file is absent, damaged or was edited."""
        problem = self._problem(source, table, snapshot)
        if problem is not None:
            raise PlanError(problem)
        return self.path(source, table, snapshot).read_bytes()

    def problems(self, source: str) -> tuple[Problem, ...]:
        """Every damaged snapshot of a source, newest of each table first."""
        found: list[Problem | None] = []
        for table in self.tables(source):
            names = (
                path.name.removesuffix(SIDECAR_SUFFIX)
                for path in (self.root / source / table).glob(f"*{SIDECAR_SUFFIX}")
            )
            snapshots = sorted(filter(_SNAPSHOT.fullmatch, names), reverse=True)
            found += [self._problem(source, table, snapshot) for snapshot in snapshots]
        return tuple(filter(None, found))

    def discard_made_up(self, table: str, snapshot: str) -> None:
        """Remove example data that newer example data replace; real answers cannot be removed."""
        # The sidecar first: without it the answer is no snapshot.
        self.sidecar_path("example", table, snapshot).unlink(missing_ok=True)
        self.path("example", table, snapshot).unlink(missing_ok=True)

    def _problem(self, source: str, table: str, snapshot: str) -> Problem | None:
        path = self.path(source, table, snapshot)
        try:
            sidecar, status = self.sidecar(source, table, snapshot), path.stat()
            sealed = (status.st_size, _seal(path, status.st_size, status.st_mtime_ns))
        except PlanError as error:
            return error.problems[0]
        except OSError as error:
            return self._damage(path, f"The answer cannot be read: {error.strerror}.")
        if sealed == (sidecar.size, sidecar.sha256):
            return None
        return self._damage(
            path,
            "The file is not the answer that was received: its content does not fit the seal in its sidecar "
            f"({status.st_size:,} bytes, {sidecar.size:,} when sealed).",
        )

    def _damage(self, path: Path, what: str) -> Problem:
        return Problem(
            self._told(path),
            what,
            "Put the file back from a backup, or move both files of this snapshot out of data/raw. "
            "Until then it does not count, and the snapshot before it stays in force. Raw files are never "
            "edited: a figure typed in by hand goes to data/raw/manual.",
        )

    def _told(self, path: Path) -> str:
        # As a user would type it from the project folder: the store lies at data/raw.
        return Path("data/raw", path.relative_to(self.root)).as_posix()


@lru_cache(maxsize=4096)
def _seal(path: Path, size: int, changed: int) -> str:
    # Size and time of change are part of the key: an edited file is read again.
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
