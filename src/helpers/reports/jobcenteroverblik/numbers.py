"""What the Jobcenteroverblik knows of one area: the template, the figures of all areas, and the area's standing among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from helpers.analysis.groups import ComparisonGroup
from helpers.catalogue import Catalogue
from helpers.catalogue.areas import Area
from helpers.catalogue.models import Indicator
from helpers.catalogue.names import Noun
from helpers.data.processed import data_fingerprint, load_observations
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.present.group_words import group_sentence
from helpers.present.words import listed
from helpers.reports.base.notes import Measured
from helpers.reports.base.report import Report, Whom, derived
from helpers.reports.jobcenteroverblik.models import (
    Jobcenteroverblik,
    PrintedReport,
    TemplateFigure,
)
from helpers.reports.jobcenteroverblik.standings import Boards, Standings

KEY = "jobcenteroverblik"
"""What ``plan`` is in the notebooks' parameters; also the folder of the book below ``notebooks/``."""


def measures(catalogue: Catalogue, jobcenteroverblik: Jobcenteroverblik) -> Measured:
    """The figures that something measures, with their indicators."""
    rows = [row.indicator for row in jobcenteroverblik.template.table.rows]
    used = {
        str(figure.number): rows if figure.table else [figure.indicator or ""]
        for figure in jobcenteroverblik.figures
        if figure.table or figure.indicator
    }
    return [(name, [catalogue.indicators[key] for key in keys]) for name, keys in used.items()]


@dataclass(frozen=True, eq=False, repr=False)
class JobcenteroverblikNumbers(Report):
    """The Jobcenteroverblik for one area on one basis of figures, of which nothing is laid out yet."""

    kind: ClassVar[str] = KEY
    jobcenteroverblik: Jobcenteroverblik
    area: Area

    def _identity(self) -> tuple[object, ...]:
        # The template is read anew when one of its files has moved.
        return (*super()._identity(), id(self.jobcenteroverblik))

    @property
    def key(self) -> str:
        return self.jobcenteroverblik.template.key

    @property
    def title(self) -> str:
        """``Jobcenteroverblik``; with its month where it is shown as it was printed."""
        if self.printed:
            return f"{self.printed.title}, {self.printed.period.danish}"
        return self.jobcenteroverblik.template.title

    @property
    def _office(self) -> Noun:
        """What a job centre is called; on a printed month's pages in the document's own word."""
        return (self.printed or self.jobcenteroverblik.template).office

    @property
    def whom(self) -> Whom:
        area = self.area
        if not area.joint:
            return Whom.municipality(self.catalogue.municipality(area.slug))
        return Whom(area.name, f"{self._office.title} {area.name}", area.slug, area.codes)

    @property
    def example_date(self) -> date:
        return self.jobcenteroverblik.template.example_date

    @property
    def folder(self) -> str:
        return f"{KEY}/{self.area.slug}{self.printed.suffix if self.printed else ''}"

    @derived
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators of the report, each once."""
        return tuple(self.catalogue.indicators[key] for key in self.jobcenteroverblik.indicators)

    _counted: ClassVar[Noun] = Noun.model_validate("figur")

    @property
    def measured(self) -> Measured:
        return measures(self.catalogue, self.jobcenteroverblik)

    def _made_up(self, indicator: Indicator) -> bool:
        """Whether an indicator's figures are example data: not when anybody typed them in."""
        return self.is_example and indicator.key not in self.boards.typed_in

    @derived
    def boards(self) -> Boards:
        """Figures of all areas that can be ranked."""
        found = self.project, self.catalogue, self.basis
        return self.catalogue.kept(
            "boards",  # all areas of a country share them: a hundred reports in one process read the figures once
            (self.project.root, self.jobcenteroverblik, self.basis, data_fingerprint(*found)),
            lambda: Boards(self.catalogue, self.jobcenteroverblik, load_observations(*found)),
        )

    @derived
    def standings(self) -> Standings:
        """The area among those it can be compared with."""
        return Standings(self.boards, self.area, self.bound)

    @derived
    def printed(self) -> PrintedReport | None:
        """The report as it was printed, when that month is asked for."""
        return self.jobcenteroverblik.printed(self.area, self.bound)

    @property
    def known_periods(self) -> set[Period]:
        return set() if self.printed else self.boards.periods

    def check_period(self) -> None:
        """Refuse a period without figures, and the month of a printed report of another job centre."""
        others = [report for report in self.jobcenteroverblik.published if report.period == self.bound]
        if others and not self.printed:
            names = [self.jobcenteroverblik.area(report.area, self.catalogue).name for report in others]
            raise PlanError.of(
                f"--period {self.bound}",
                f"The catalogue holds the printed report of {listed(names, 'and')} for that month, and none of "
                f"{self.area.name}.",
                f'Name "{names[0]}", or leave --period out for today\'s report.',
            )
        super().check_period()

    @property
    def _basis_name(self) -> str:
        """A printed month stands on its document."""
        return f"printed-{self.printed.period.id}" if self.printed else super()._basis_name

    @property
    def data_day(self) -> date:
        return self.snapshot or super().data_day

    @property
    def _dated(self) -> date | None:
        return None if self.printed else self.data_day

    def _shown(self) -> tuple[object, ...]:
        # The pages rank all areas: any area's figures count.
        return (
            self.catalogue.hash,
            self.boards.digest,
            self.basis.name,
            self.area,
            self.bound,
            self.snapshot,
        )

    def _group_words(self, group: ComparisonGroup, figure: TemplateFigure) -> str:
        kind = self.catalogue.grouping.rules.clusters.get(figure.cluster or "")
        return group_sentence(group, self._office.many, kind.title.lower() if kind else "")

    def _typed_in_words(self, indicator: Indicator) -> str:
        return "oplyst af kommunerne" if indicator.key in self.boards.typed_in else ""

    @property
    def figure_names(self) -> tuple[str, ...]:
        """Numbers of the figures that something is measured by."""
        return tuple(str(figure.number) for figure in self.jobcenteroverblik.figures if figure.indicator)
