"""What the report of a municipality's investment projects knows: what was measured, and how each row stands by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from helpers.catalogue import Catalogue
from helpers.catalogue.models import Indicator, Municipality
from helpers.catalogue.names import Noun
from helpers.data.basis import Basis, snapshot_days
from helpers.data.frames import State
from helpers.data.processed import load_observations
from helpers.errors import PlanError, Problem
from helpers.periods import Period
from helpers.present.words import listed
from helpers.project import MANUAL
from helpers.reports.base.notes import Measured
from helpers.reports.base.report import Report, Whom, derived
from helpers.reports.investeringer.examples import EXAMPLE, example_months
from helpers.reports.investeringer.loader import load_investments
from helpers.reports.investeringer.models import InvestmentProject, InvestmentSet
from helpers.reports.investeringer.months import Measurement, read_months
from helpers.reports.investeringer.status import (
    InvestmentStatus,
    RowStatus,
    project_status,
)

if TYPE_CHECKING:
    import pandas as pd


def measured_projects(catalogue: Catalogue, projects: InvestmentSet) -> Measured:
    """A set's projects with the indicators that their rows come from; those that are typed in have none."""
    return [
        (
            key,
            [catalogue.indicators[row.indicator] for row in entry.status.measures.values() if row.indicator],
        )
        for key, entry in projects.projects.items()
    ]


@dataclass(frozen=True, eq=False, repr=False)
class InvestmentNumbers(Report):
    """A set of projects as it stands, of which nothing is laid out yet."""

    kind: ClassVar[str] = "investeringer"
    projects: InvestmentSet
    municipality: Municipality

    @property
    def key(self) -> str:
        return self.projects.key

    @property
    def title(self) -> str:
        return self.projects.title

    @property
    def whom(self) -> Whom:
        return Whom.municipality(self.municipality)

    @property
    def folder(self) -> str:
        """Named after the municipality; after the set where it has several."""
        owners = [found.municipality for found in load_investments(self.project).values()]
        several = owners.count(self.municipality.slug) > 1
        return f"{self.kind}/{self.key if several else self.municipality.slug}"

    @property
    def parameters(self) -> dict[str, str]:
        return {**super().parameters, "eksempel": "ja" if self.example else ""}

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Those that rows come from."""
        return tuple(indicator for _, indicators in self.measured for indicator in indicators)

    _counted: ClassVar[Noun] = Noun.model_validate("projekt")

    @property
    def measured(self) -> Measured:
        return measured_projects(self.catalogue, self.projects)

    @property
    def example_date(self) -> date:
        return self.data_day

    @property
    def is_example(self) -> bool:
        return self.example

    @property
    def _basis_name(self) -> str:
        return "example" if self.example else "real"

    @derived
    def _read(self) -> dict[str, tuple[tuple[Measurement, ...], tuple[Problem, ...]]]:
        """Project → its measurements, and what of the typed-in files could not be used."""
        if self.example:
            return {key: (example_months(self.projects, key), ()) for key in self.projects.projects}
        found = {}
        for key, entry in self.projects.projects.items():
            measured, problems = read_months(self.project, self.projects, key)
            found[key] = ((*measured, *self._from_jobindsats(entry)), problems)
        return found

    @derived
    def _observations(self) -> pd.DataFrame | None:
        """Real observations of the municipality; none before anything was fetched."""
        if not snapshot_days(self.project):
            return None
        return load_observations(self.project, self.catalogue, Basis("real"), (self.municipality.code,))

    def _from_jobindsats(self, entry: InvestmentProject) -> Iterable[Measurement]:
        """The rows that name an indicator, from the project's start on; a quarter counts in its last month."""
        start = entry.status.start.period
        for key, row in entry.status.measures.items():
            if row.indicator is None or self._observations is None:
                continue
            series = row.series or self.catalogue.indicators[row.indicator].headline
            frame = self._observations
            own = frame[
                (frame["indicator"] == row.indicator)
                & (frame["series"] == series)
                & (frame["area"] == self.municipality.code)
                & (frame["state"] == State.OK)
            ]
            for period, value, source in zip(own["period"], own["value"], own["source"], strict=True):
                month = Period.parse(period).last_month
                if month >= start:
                    yield Measurement(key, month, Decimal(repr(float(value))), source=source)

    @derived
    def statuses(self) -> dict[str, InvestmentStatus]:
        """Project → how its rows stand, in the order of the catalogue."""
        bound = self.bound.last_month if self.bound else None
        return {
            key: project_status(entry, self._read[key][0], bound)
            for key, entry in self.projects.projects.items()
        }

    @property
    def known_periods(self) -> set[Period]:
        return {measured.month for months, _ in self._read.values() for measured in months}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What of the typed-in files could not be used, by file, row and column."""
        return tuple(problem for _, problems in self._read.values() for problem in problems)

    @property
    def newest(self) -> Period | None:
        """The newest month after the start that is measured in any project."""
        return max((status.newest for status in self.statuses.values() if status.newest), default=None)

    @property
    def data_day(self) -> date:
        """The day the figures are from: the newest month's first, else the day the projects started."""
        starts = [entry.status.start for entry in self.projects.projects.values()]
        if self.newest is not None:
            return self.newest.first_day
        return max(start.day or start.period.first_day for start in starts)

    def _shown(self) -> tuple[object, ...]:
        return (self.projects.model_dump_json(), self._read, self.bound, self.example, self.municipality)

    def _status(self, key: str) -> InvestmentStatus:
        if key not in self.statuses:
            raise PlanError.of(
                f"{self.projects.key}: {key}",
                f'There is no project "{key}".',
                f"Its projects are {', '.join(self.statuses)}.",
            )
        return self.statuses[key]

    def _row_source(self, status: RowStatus) -> str:
        row = status.row
        if row.indicator is not None:
            known = listed(self.catalogue.indicators[row.indicator].tables)
            fetched = "" if status.measured else ", endnu ikke hentet"
            return f"Jobindsats, tabel {known}{fetched}"
        sources = {one.source for one in status.measured}
        if EXAMPLE in sources:
            return "Eksempeldata; startmålingen fra kommunens dokument" if row.start else "Eksempeldata"
        if MANUAL in sources:
            return f"Indberettet af {self.municipality.long_name}"
        return "Kommunens dokument" if "catalogue" in sources else "Endnu ingen tal"

    @property
    def figure_names(self) -> tuple[str, ...]:
        """The projects."""
        return tuple(self.statuses)
