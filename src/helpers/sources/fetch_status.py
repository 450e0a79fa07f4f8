"""How the last fetches went, table by table, so that a page can say whether its figures are the newest.

In: the outcome of each run. Out: one file for each run under ``data/raw/<source>/_runs``, never changed
afterwards, and the state of each table as the runs left it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from helpers.catalogue.models import JOBINDSATS, SOURCES, Indicator
from helpers.data.files import write_whole
from helpers.data.raw import next_name, snapshot_day, snapshot_order
from helpers.periods import danish_day
from helpers.project import Project
from helpers.prose import listed
from helpers.sources.faults import Fault

_RUNS: Final = "_runs"
_RUN: Final = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{6}Z(?:_\d+)?)-\w+\.json")


class FetchOutcome(StrEnum):
    """What a fetch came to for one table.

    ``fetched``: a new snapshot. ``unchanged``: the source has nothing newer. ``kept``: it failed, and the
    snapshot before stays in force. ``failed``: it failed, and there is no figure yet. ``skipped``: the source
    does not have it, or not for municipalities, and only series that are called probable ask for it.
    """

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    FAILED = "failed"
    SKIPPED = "skipped"


class FetchRow(BaseModel):
    """One table of a run."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    table: str
    source: str = JOBINDSATS
    outcome: FetchOutcome
    at: datetime
    snapshot: str | None = None
    """The snapshot in force afterwards; none when there is none."""
    newest: str | None = None
    """Newest period with a value in it."""
    update_next: date | None = None
    cells: int | None = None
    """Measure cells of the snapshot in force."""
    # Against the snapshot before; none when there was none, or nothing was fetched.
    changed: int | None = None
    new: int | None = None
    vanished: int | None = None
    # Kind and full words of what went wrong; of a table that was fetched, what of it could not be.
    fault: Fault | None = None
    problem: str = ""
    concerned: tuple[str, ...] = ()
    """Of a table that was fetched in part: the indicators that lack something."""
    remarks: tuple[str, ...] = ()
    """What is worth knowing and is no fault, one line each."""

    @property
    def ok(self) -> bool:
        """Whether all that the catalogue is sure of has come."""
        return self.outcome is FetchOutcome.SKIPPED or (
            self.outcome in (FetchOutcome.FETCHED, FetchOutcome.UNCHANGED) and not self.problem
        )


class FetchReport(BaseModel):
    """One run of ``plan fetch``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    started: datetime
    source: str = JOBINDSATS
    rows: tuple[FetchRow, ...]
    """One for each table, in the order of the catalogue."""
    stopped: str = ""
    """Why the run ended before its end (a refused key, no network); empty when it did not."""
    interrupted: bool = False
    """Whether the user stopped it; tables that were not reached have no row."""
    remarks: tuple[str, ...] = ()
    """What is worth knowing of the run as a whole: the list of tables was not to be had, the clock is wrong."""

    @property
    def ok(self) -> bool:
        """Whether the exit code is 0."""
        return not self.stopped and not self.interrupted and all(row.ok for row in self.rows)

    @property
    def came(self) -> bool:
        """Whether the source answered for any table at all."""
        return any(row.outcome in (FetchOutcome.FETCHED, FetchOutcome.UNCHANGED) for row in self.rows)

    @property
    def failed(self) -> tuple[FetchRow, ...]:
        return tuple(row for row in self.rows if not row.ok)

    @property
    def problems(self) -> tuple[str, ...]:
        """What to print about the failures; what stopped the run is told once and not for every table."""
        told = (
            row.problem for row in self.failed if not (self.stopped and row.fault and row.fault.ends_the_run)
        )
        return tuple(dict.fromkeys(filter(None, (self.stopped, *told))))


def keep_report(project: Project, report: FetchReport) -> None:
    """Write down how a run went."""
    folder = project.raw / report.source / _RUNS
    name = next_name(report.started, [moment for moment, _ in _runs(folder)])
    content = report.model_dump_json(indent=1, exclude_defaults=True)
    # Two runs of different projects' copies may begin in the same second.
    write_whole(folder / f"{name}-{secrets.token_hex(3)}.json", f"{content}\n".encode())


def fetch_status(project: Project, as_of: date | None = None) -> dict[str, FetchRow]:
    """How the last fetch of each table went.

    Parameters
    ----------
    as_of
        Count runs up to this day only (UTC), as for a report that is rebuilt as it stood then.

    Returns
    -------
    dict
        Table id → its row in the last run that reached it. A file that cannot be read is passed over.
    """
    status: dict[str, FetchRow] = {}
    for _, path in (run for folder in sorted(project.raw.glob(f"*/{_RUNS}")) for run in _runs(folder)):
        try:
            if as_of is not None and date.fromisoformat(path.name[:10]) > as_of:
                continue
            report = FetchReport.model_validate_json(path.read_bytes())
        except (OSError, ValueError, ValidationError):
            continue
        status.update({row.table: row for row in report.rows})
    return status


def fetch_rows(
    project: Project, indicators: Iterable[Indicator], as_of: date | None = None
) -> tuple[FetchRow, ...]:
    """How the last fetch went of the tables of some indicators; what only others lack of a table is left out."""
    wanted = {indicator.key: indicator.tables for indicator in indicators}
    tables = {table for used in wanted.values() for table in used}
    rows = fetch_status(project, as_of).values()
    return tuple(
        row
        for row in rows
        if row.table in tables and (not row.concerned or not wanted.keys().isdisjoint(row.concerned))
    )


REASONS: Final = {
    Fault.KEY: "nøglen til {source} mangler eller blev afvist",
    Fault.FORBIDDEN: "nøglen giver ikke adgang til tabellen",
    Fault.NOT_FOUND: "{source} har ingen tabel med det nummer",
    Fault.REFUSED: "{source} afviste forespørgslen",
    Fault.RELOADING: "tabellen var ved at blive indlæst på ny",
    Fault.BUSY: "{source} kunne ikke svare",
    Fault.LOST: "forbindelsen blev afbrudt, før svaret var helt",
    Fault.UNREACHABLE: "{source} kunne ikke nås",
    Fault.CONTENT: "svaret var ikke det, der blev spurgt om",
    Fault.IMPLAUSIBLE: "det nye svar manglede for meget til at være rigtigt",
    Fault.VALUES: "svaret havde værdier, som ikke kan være rigtige",
    Fault.MOVED: "det nye svar ændrede for mange tal på én gang og er holdt tilbage",
    Fault.CATALOGUE: "nogle opdelinger findes ikke længere hos {source}",
    Fault.AREAS: "tabellen har ikke tal for kommuner, kun for andre områder",
    Fault.STORE: "svaret kunne ikke gemmes",
}
"""What went wrong, in words for the reader of a plan."""


def _failure(row: FetchRow) -> str | None:
    """What a reader is told of a table's last fetch, with ``{tables}`` for its id; none when there is nothing to tell."""
    publisher = SOURCES.get(row.source)
    reason = REASONS[row.fault] if row.fault else "årsagen er ikke kendt"
    reason = reason.format(source=publisher.name if publisher else row.source)
    if row.outcome is FetchOutcome.SKIPPED:
        return f"Der er ingen tal fra tabel {{tables}}: {reason}."
    if row.ok:
        return None
    if row.outcome in (FetchOutcome.FETCHED, FetchOutcome.UNCHANGED):
        return f"Tabel {{tables}} blev kun hentet delvis: {reason}."
    tried = danish_day(row.at.astimezone(UTC).date())
    failed = f"Seneste hentning af tabel {{tables}} den {tried} mislykkedes: {reason}"
    if row.snapshot is None:
        return f"{failed}. Der er endnu ingen tal derfra."
    return f"{failed}. Tallene er fra den {danish_day(snapshot_day(row.snapshot))}."


def failures_in_danish(status: Iterable[FetchRow]) -> tuple[str, ...]:
    """What went wrong at the last fetch of some tables, and from when their figures are.

    ``Seneste hentning af tabel y01b01 og y60a02 den 22. august 2026 mislykkedes: Jobindsats kunne ikke nås. Tallene er fra …``:
    one sentence for all tables of which the same is to be told.
    """
    told: dict[str, list[str]] = {}
    for row in status:
        if said := _failure(row):
            told.setdefault(said, []).append(row.table)
    return tuple(said.format(tables=listed(tables)) for said, tables in told.items())


def _runs(folder: Path) -> list[tuple[str, Path]]:
    """The moments and files of all runs, in the order they were written, whatever the clock said."""
    found = [(match[1], path) for path in folder.glob("*.json") if (match := _RUN.fullmatch(path.name))]
    return sorted(found, key=lambda run: (snapshot_order(run[0]), run[1].name))
