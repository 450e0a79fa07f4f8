"""What the tests of fetching share: a project in a temporary folder, a small catalogue, and quick clients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from helpers.catalogue import Catalogue
from helpers.catalogue.models import Indicator, Municipality
from helpers.data.raw import RawStore
from helpers.project import Project
from helpers.sources.checks import Place, stored_values
from helpers.sources.jobindsats import Client
from helpers.sources.settings import ApiKey, Settings
from jobindsats_server import TOKEN, JobindsatsServer
from jobindsats_tables import NAMES, SURVIVAL_LABEL


def new_project(root: Path, indicators: dict[str, Any] | None = None) -> Project:
    """An empty project whose catalogue says `indicators`."""
    (root / "catalogue").mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(indicators or {}, allow_unicode=True, sort_keys=False)
    (root / "catalogue" / "indicators.yml").write_text(text, encoding="utf-8")
    return Project(root)


def entry(frequency: str = "month", **series: Any) -> dict[str, Any]:
    """An indicator's entry; each series is its `from`, or a pair of it and a certainty."""
    found = {}
    for key, origin in series.items():
        source, certainty = origin if isinstance(origin, tuple) else (origin, "confirmed")
        found[key] = {"label": "{area}", "from": source, "certainty": certainty}
    return {
        "title": "En indikator",
        "unit": "number",
        "decimals": 1,
        "frequency": frequency,
        "direction": "higher_is_better",
        "series": found,
        "headline": next(iter(found)),
    }


UNEMPLOYED = {"table": "y25i01", "measure": "Antal ledige fuldtidspersoner"}
ON_BENEFIT = {"table": "y60a02", "measure": "mgrpa02_1"}
SURVIVING = {"table": "y01b01", "measure": f"{SURVIVAL_LABEL}: 13 uger", "complement": True}
ENTRIES = {
    "ledige": entry(share=UNEMPLOYED),
    "kontanthjaelp": entry(share=ON_BENEFIT),
    "afgang": entry("quarter", share=SURVIVING),
}
"""Three indicators of three tables, one of them quarterly."""


def new_catalogue(entries: dict[str, Any] | None = None, names: Sequence[str] = NAMES) -> Catalogue:
    found = {
        key: Indicator.model_validate({"key": key, **value}) for key, value in (entries or ENTRIES).items()
    }
    municipalities = tuple(
        Municipality(code=f"{number:03d}", name=name, slug=f"m{number}", region="Nord")
        for number, name in enumerate(names, start=101)
    )
    return Catalogue(indicators=found, surveys={}, plans={}, municipalities=municipalities, hash="0")


class Sleeps(list[float]):
    """Instead of waiting: how long would have been waited."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def new_client(server: JobindsatsServer, *, sleep: Sleeps | None = None, **settings: Any) -> Client:
    """A client that does not wait."""
    chosen = {"url": server.url, "key": ApiKey(TOKEN), "waits": (1, 2, 4), "read_timeout": 20, **settings}
    return Client(Settings(**chosen), sleep=Sleeps() if sleep is None else sleep)


@contextmanager
def serving(tables: Any, **options: Any) -> Iterator[JobindsatsServer]:
    with JobindsatsServer(tables, **options) as server:
        yield server


def in_force(project: Project, table: str) -> dict[Place, int | float | None]:
    """The values of a table's newest snapshot; none when there is no snapshot."""
    store = RawStore(project.raw)
    snapshot = store.newest("jobindsats", table)
    if snapshot is None:
        return {}
    return stored_values(
        store.read("jobindsats", table, snapshot), store.sidecar("jobindsats", table, snapshot)
    )


def files_below(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
