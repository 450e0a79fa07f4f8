"""What commands, the hub and notebooks ask of a report, whichever it is: one :class:`Wing` for each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from helpers.errors import PlanError, Problem
from helpers.project import Project
from helpers.reports.base.books import BookTexts
from helpers.reports.base.notebooks import Contents
from helpers.reports.base.request import Asked, RenderRequest, Selection, chosen_municipalities

if TYPE_CHECKING:
    from rich.console import RenderableType

    from helpers.catalogue import Catalogue
    from helpers.reports.base.bookfiles import Laid
    from helpers.reports.base.goals import AreasPage, GoalComparison
    from helpers.reports.base.report import Report


class Wing(ABC):
    """A report as the rest of the house knows it.

    A new report is a folder of ``helpers/reports`` with a ``wing.py`` that holds its ``WING``, and its name in
    :data:`helpers.reports.REPORTS`.
    """

    key: ClassVar[str]
    """What ``--report`` calls it; also the folder below ``helpers/reports``."""

    editions: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """What ``--edition`` calls its shorter forms, and what pages call them."""

    @abstractmethod
    def owns(self, project: Project, plan: str) -> bool:
        """Whether `plan` is the key of something that this report shows."""

    @abstractmethod
    def report(self, selection: Selection, kommune: str) -> Report:
        """The report of one municipality or job centre.

        Raises
        ------
        PlanError
            When the municipality or plan is unknown, with the nearest name.
        """

    @abstractmethod
    def contents(self, project: Project, catalogue: Catalogue, plan: str) -> Contents:
        """The book of one of its plans, as the catalogue has it now.

        Raises
        ------
        PlanError
            When nothing has that key.
        """

    @abstractmethod
    def plans(self, project: Project, catalogue: Catalogue) -> Iterable[str]:
        """Keys of everything that this report shows."""

    def listed_as(self, project: Project, catalogue: Catalogue) -> Iterator[str]:
        """What ``plan list reports`` says of it."""
        yield self.key

    def reports(self, request: RenderRequest, catalogue: Catalogue) -> Sequence[Report]:
        """The reports that are asked for; by default one for each municipality."""
        selection = request.selection(catalogue)
        return [self.report(selection, area.name) for area in chosen_municipalities(request, catalogue)]

    def asked(self, request: RenderRequest, catalogue: Catalogue) -> list[Asked]:
        """The variants that are asked for, and what the hub will say of each.

        Raises
        ------
        PlanError
            When nothing can be rendered: an unknown municipality or plan, or nobody is named.
        """
        edition = request.edition
        if edition and edition not in self.editions:
            raise _no_edition(self, edition)
        books: dict[str, Laid] = {}
        found = []
        for report in self.reports(request, catalogue):
            if report.key not in books:
                report.check_period()
                books[report.key] = self._laid(report, edition)
            asked = report.asked(books[report.key])
            if edition:
                asked = _as_edition(asked, edition, self.editions[edition])
            found.append(replace(asked, problems=self.typed_problems(report)))
        if len(found) == 1 and found[0].problems:
            raise PlanError(found[0].problems)
        return found

    def _laid(self, report: Report, edition: str) -> Laid:
        from helpers.reports.base.bookfiles import BookFiles

        given = report.project, report.catalogue, report.key
        if edition:
            return BookFiles(self.edition(*given, edition)).of_catalogue()
        return BookFiles(self.contents(*given)).laid()

    def edition(self, project: Project, catalogue: Catalogue, plan: str, edition: str) -> Contents:
        """The book of one of its `editions`, for one of its plans."""
        raise _no_edition(self, edition)

    def behind(self, report: Report) -> tuple[str, ...]:
        """Files of the report's own book that are behind the catalogue, with what brings them up to date."""
        from helpers.reports.base.bookfiles import BookFiles

        return tuple(BookFiles(self.contents(report.project, report.catalogue, report.key)).behind())

    def typed_problems(self, report: Report) -> tuple[Problem, ...]:
        """What is wrong with the typed-in files whose figures the report shows."""
        from helpers.sources.manual import typed_problems

        catalogue, codes = report.catalogue, report.whom.codes
        areas = [area for area in catalogue.municipalities if area.code in codes]
        return tuple(p for area in areas for p in typed_problems(report.project, catalogue, area))

    def unread(self, project: Project) -> list[Problem]:
        """Typed-in files that look like this report's, and that it does not read."""
        return []

    def comparison(self, request: RenderRequest, catalogue: Catalogue) -> GoalComparison | None:
        """All municipalities on each goal, for pages of their own; none for a report without goals."""
        return None

    def side_by_side(self, selection: Selection, goal: str, kommuner: Sequence[str]) -> AreasPage:
        """Municipalities side by side on one goal; the first is the one that the page is about."""
        raise _cannot("compare-areas", selection)

    def status(
        self, selection: Selection, kommune: str, form: str, width: int, *, verbose: bool = False
    ) -> Iterator[RenderableType]:
        """How one municipality stands: parts of a screen, or one text for machines.

        Parameters
        ----------
        form
            ``table``, ``csv`` or ``json``.
        width
            Of the screen, in columns.
        verbose
            Whether the screen also says what an analyst can mend.

        Raises
        ------
        PlanError
            When the period or what was typed in is wrong, or the report has no such form.
        """
        report = self.report(selection, kommune)
        report.check_period()
        if problems := self.typed_problems(report):
            raise PlanError(problems)
        yield from self.screen(report, form, width, verbose=verbose)

    def screen(self, report: Report, form: str, width: int, *, verbose: bool) -> Iterator[RenderableType]:
        """How a report stands, for :meth:`status`; of one without goals for the screen alone."""
        from helpers.reports.base.analyst import screen

        if form != "table":
            raise PlanError.of(
                "plan status", f'"{report.key}" has no goals, so there is no {form}.', "Leave --format out."
            )
        yield from screen(report, verbose=verbose)

    def revisions(
        self, selection: Selection, kommune: str, old: date | None, new: date | None, form: str
    ) -> Iterator[RenderableType]:
        """What changed between two snapshots, for one municipality or (without a name) for all."""
        raise _cannot("compare", selection)

    def backtest(self, selection: Selection, ahead: int, form: str) -> Iterator[RenderableType]:
        """How forecasts that stand still have turned out, for each series."""
        raise _cannot("backtest", selection)

    def check(self, project: Project, catalogue: Catalogue) -> tuple[list[Problem], list[str]]:
        """What is wrong with its own files of the catalogue, and lines that sum them up."""
        return [], []

    def own_texts(self, project: Project, catalogue: Catalogue) -> Iterator[BookTexts]:
        """What municipalities wrote themselves in ``catalogue/texts``, by the book that it stands in."""
        return iter(())

    def write_texts(self, selection: Selection, kommune: str) -> Iterator[str]:
        """Write a file for each goal that its municipality has to explain; says each in a line."""
        raise _cannot("template", selection)

    def listed(self, project: Project) -> Iterator[str]:
        """One line for each thing that its files describe, for ``plan list projects``."""
        return iter(())

    def typed_in(self, project: Project) -> Sequence[str]:
        """Keys of what can be typed in month by month, for ``plan project template``."""
        return ()

    def template(self, project: Project, key: str, *, plan: str = "", month: str = "") -> Path:
        """Write an empty file for the next month (or `month`) of one of :meth:`typed_in`; returns its path.

        Raises
        ------
        PlanError
            For an unknown month, or when the file is there already.
        """
        raise NotImplementedError


def _no_edition(wing: Wing, edition: str) -> PlanError:
    there = (
        f"It has {', '.join(wing.editions)}."
        if wing.editions
        else "It has the whole alone: leave --edition out."
    )
    return PlanError.of("--edition", f'"{edition}" is no edition of the report {wing.key}.', there)


def _as_edition(asked: Asked, key: str, name: str) -> Asked:
    """The same variant under an address and a title of its own, so that it lies beside the whole one."""
    variant = asked.variant
    made = replace(variant, slug=f"{variant.slug}-{key}", title=f"{variant.title}, {name}", edition=name)
    return replace(asked, variant=made, entry=replace(asked.entry, plan=""))


def _cannot(verb: str, selection: Selection) -> PlanError:
    return PlanError.of(
        f"plan {verb}", f'"{selection.plan}" has no goals to judge.', "Name a plan: plan list plans."
    )
