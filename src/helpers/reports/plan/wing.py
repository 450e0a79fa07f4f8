"""The employment plan, as the rest of the house knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from helpers.catalogue import Catalogue
from helpers.catalogue.brand import brand_of
from helpers.catalogue.models import Plan
from helpers.data.basis import choose_basis, plan_indicators
from helpers.data.suppression import plan_observations
from helpers.errors import Problem
from helpers.present.theme import palette_from
from helpers.project import Project
from helpers.reports.base.analyst import unsure
from helpers.reports.base.books import BookTexts
from helpers.reports.base.goals import AreasPage, GoalComparison
from helpers.reports.base.notebooks import Contents
from helpers.reports.base.report import Report
from helpers.reports.base.request import RenderRequest, Selection, chosen_plan, plans_asked, told_plans
from helpers.reports.base.wing import Wing
from helpers.reports.plan.backtests import backtests, year_ahead
from helpers.reports.plan.book import plan_contents, short_contents
from helpers.reports.plan.comparison import CountryComparison, compared
from helpers.reports.plan.numbers import measured_goals
from helpers.reports.plan.own_texts import placed_texts, unexplained_lines, write_follow_ups
from helpers.reports.plan.records import status_csv
from helpers.reports.plan.report import PlanReport, judged_once, read_report, read_reports
from helpers.reports.plan.revisions import compare_plan
from helpers.reports.plan.short import EDITION

if TYPE_CHECKING:
    from rich.console import RenderableType


class PlanWing(Wing):
    """A municipality's employment plan: how each of its goals stands."""

    key: ClassVar[str] = PlanReport.kind
    editions: ClassVar[Mapping[str, str]] = MappingProxyType({EDITION: "kort udgave"})

    def owns(self, project: Project, plan: str) -> bool:
        return (project.catalogue / "plans" / f"{plan}.yml").is_file()

    def report(self, selection: Selection, kommune: str) -> PlanReport:
        project, catalogue = selection.project, selection.catalogue
        area = catalogue.municipality(kommune)
        plan = catalogue.plan_for(area, selection.plan)
        return read_report(project, catalogue, plan, area, **selection.figures)

    def reports(self, request: RenderRequest, catalogue: Catalogue) -> Sequence[Report]:
        figures = request.selection(catalogue).figures
        asked = plans_asked(request, catalogue)
        if not request.plan:
            for line in told_plans(catalogue, asked):
                request.say(line)
        return [
            report
            for key, areas in asked.items()
            for report in read_reports(request.project, catalogue, catalogue.plan(key), areas, **figures)
        ]

    def contents(self, project: Project, catalogue: Catalogue, plan: str) -> Contents:
        return plan_contents(project, catalogue, catalogue.plan(plan))

    def edition(self, project: Project, catalogue: Catalogue, plan: str, edition: str) -> Contents:
        return short_contents(project, catalogue, catalogue.plan(plan))

    def plans(self, project: Project, catalogue: Catalogue) -> Iterable[str]:
        return catalogue.plans

    def comparison(self, request: RenderRequest, catalogue: Catalogue) -> GoalComparison | None:
        plan = _plan(request.selection(catalogue))
        selection = replace(request.selection(catalogue), plan=plan.key)
        first = self.report(selection, catalogue.municipalities[0].name)
        observations = plan_observations(request.project, catalogue, plan, first.basis)
        country = CountryComparison(
            plan,
            catalogue.municipalities,
            judged_once(first, observations, catalogue.municipalities),
            example=first.is_example,
            data_day=first.data_day,
        )
        colours = palette_from(brand_of(request.project).said)
        return compared(catalogue, country, colours)

    def side_by_side(self, selection: Selection, goal: str, kommuner: Sequence[str]) -> AreasPage:
        own, *others = kommuner
        report = self.report(selection, own)
        report.check_period()
        return report.areas_page(goal, others)

    def screen(self, report: Report, form: str, width: int, *, verbose: bool) -> Iterator[RenderableType]:
        from helpers.reports.plan.terminal import status_json, status_screen

        assert isinstance(report, PlanReport)
        if form == "table":
            yield from status_screen(report, width, verbose=verbose)
        else:
            yield {"csv": status_csv, "json": status_json}[form](report)

    def revisions(
        self, selection: Selection, kommune: str, old: date | None, new: date | None, form: str
    ) -> Iterator[RenderableType]:
        from helpers.reports.plan.terminal import comparison_screen, comparison_text

        catalogue = selection.catalogue
        areas = [catalogue.municipality(kommune)] if kommune else catalogue.municipalities
        found = compare_plan(selection.project, catalogue, _plan(selection), areas, old, new)
        if form == "table":
            yield from comparison_screen(found, areas)
        else:
            yield comparison_text(found, areas, form)

    def check(self, project: Project, catalogue: Catalogue) -> tuple[list[Problem], list[str]]:
        sources = (
            line
            for plan in catalogue.plans.values()
            for line in unsure(plan.key, measured_goals(catalogue, plan))
        )
        return [], [*unexplained_lines(project, catalogue), *sources]

    def write_texts(self, selection: Selection, kommune: str) -> Iterator[str]:
        return write_follow_ups(self.report(selection, kommune))

    def backtest(self, selection: Selection, ahead: int, form: str) -> Iterator[RenderableType]:
        from helpers.reports.plan.terminal import backtest_screen, backtest_text

        project, catalogue, plan = selection.project, selection.catalogue, _plan(selection)
        basis = choose_basis(project, catalogue, plan, selection.snapshot)
        indicators = plan_indicators(catalogue, plan)
        asks = [(key, ahead or a_year) for key, a_year in year_ahead(indicators)]
        found = backtests(project, catalogue, plan, basis, asks, selection.bound)
        if form == "table":
            yield from backtest_screen(catalogue, plan, found, example=basis.kind == "example")
        else:
            yield backtest_text(plan, found, form, basis.kind)

    def own_texts(self, project: Project, catalogue: Catalogue) -> Iterator[BookTexts]:
        return placed_texts(project, catalogue)


def _plan(selection: Selection) -> Plan:
    """The plan that nobody's name decides."""
    key, _ = chosen_plan(selection.project, selection.catalogue, everyone=True)
    return selection.catalogue.plan(selection.plan or key)


WING = PlanWing()
