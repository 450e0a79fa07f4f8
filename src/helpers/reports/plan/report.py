"""One municipality's employment plan: everything the notebooks of a plan ask for, one call a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from helpers.analysis.chance import Interval, around
from helpers.analysis.gaps import Verdict
from helpers.analysis.outlook import Backtest
from helpers.analysis.readings import Readings
from helpers.analysis.targets import Course, ResolvedTarget, areas_asked
from helpers.catalogue import Catalogue
from helpers.catalogue.catalogue import fill
from helpers.catalogue.followups import FollowUp
from helpers.catalogue.models import (
    NATIONAL,
    FocusArea,
    Goal,
    Indicator,
    Municipality,
    Plan,
    PublishedPoint,
    Survey,
)
from helpers.data.basis import shown_indicators, snapshot_days
from helpers.data.csv_files import Cell
from helpers.data.frames import Grounds, State
from helpers.data.printed import for_area, newest_printed
from helpers.data.processed import data_problems
from helpers.data.revisions import provisional_periods
from helpers.data.stopped import Stop, stopped
from helpers.data.suppression import plan_observations
from helpers.data.windows import figure_windows
from helpers.errors import PlanError, Problem
from helpers.periods import Period, danish_day
from helpers.present import figures, output, tables, target_words, words
from helpers.present.output import Shown, escape_markdown, join
from helpers.present.spark import Spark, spark
from helpers.present.tables import Column
from helpers.project import Project
from helpers.reports.base.analyst import Measured, to_mend, typed_at
from helpers.reports.base.brief import Brief
from helpers.reports.base.goals import AreasPage
from helpers.reports.base.notes import downloads
from helpers.reports.base.report import Report, Whom, derived, frame_hash
from helpers.reports.base.request import Asked, SiteEntry
from helpers.reports.plan import assurance, frames, sheets, short
from helpers.reports.plan import tables as plan_tables
from helpers.reports.plan import words as plan_words
from helpers.reports.plan.assurance import Assured
from helpers.reports.plan.backtests import backtests, year_ahead
from helpers.reports.plan.book import SINCE_LAST, chapter_path
from helpers.reports.plan.briefing import plan_brief
from helpers.reports.plan.changes import area_changes, plan_changes
from helpers.reports.plan.opening import opening
from helpers.reports.plan.outlook import outlook_of, start_of
from helpers.reports.plan.revision_tables import revision_shown, typed_csv_rows
from helpers.reports.plan.revisions import compare_plan, every_row, revision_csv
from helpers.reports.plan.side_by_side import others_of, side_by_side
from helpers.reports.plan.status import (
    GoalVerdict,
    Judge,
    StatusRow,
    Summary,
    VerdictChange,
    compare_verdicts,
    goal_verdicts,
    rows_of_all,
    status_rows,
    summary,
    survey_rows,
    unmeasured_rows,
)
from helpers.reports.plan.typed_changes import typed_revision
from helpers.sources.faults import Fault
from helpers.sources.fetch_status import fetch_rows
from helpers.sources.manual import SurveyAnswers, read_survey

if TYPE_CHECKING:
    from great_tables import GT

    from helpers.present.charts import Chart
    from helpers.reports.base.bookfiles import Laid

_SERIES_NAME = re.compile(r"([\w-]+)\.\w+")
"""``uddannelsesparate-aktiveret.share`` in the words of a problem."""


def measured_goals(catalogue: Catalogue, plan: Plan) -> Measured:
    """A plan's goals with the indicators that measure them; those of surveys have none."""
    known = catalogue.indicators
    return [(goal.number, [known[key] for key in goal.indicators if key in known]) for goal in plan.goals]


def read_report(
    project: Project,
    catalogue: Catalogue,
    plan: Plan,
    municipality: Municipality,
    *,
    bound: Period | None = None,
    snapshot: date | None = None,
    example: bool = False,
) -> PlanReport:
    """The plan of one municipality, for what is already found."""
    if snapshot is not None:
        project = replace(project, typed=snapshot.isoformat())
    return PlanReport(project, catalogue, plan, municipality, bound=bound, snapshot=snapshot, example=example)


def read_reports(
    project: Project, catalogue: Catalogue, plan: Plan, municipalities: Sequence[Municipality], **more: Any
) -> tuple[PlanReport, ...]:
    """A report of each municipality, equal to those of :func:`read_report`; figures are read and judged once for all."""
    reports = tuple(read_report(project, catalogue, plan, area, **more) for area in municipalities)
    if len(reports) < 2:
        return reports
    first = reports[0]
    everything = plan_observations(project, catalogue, plan, first.basis)
    by_area = {str(area): frame for area, frame in everything.groupby("area", sort=False)}
    nothing = everything.iloc[:0]
    rows = rows_of_all(catalogue, plan, everything, municipalities, first.bound)
    shared = {"basis": first.basis, "inputs": first.inputs, "indicators": first.indicators}
    for report in reports:
        code = report.municipality.code
        own = pd.concat([by_area.get(area, nothing) for area in (NATIONAL, code)], ignore_index=True)
        own = for_area(own, plan, report.municipality)
        report._held.update(shared, observations=own, rows=rows[code])
    return reports


@dataclass(frozen=True, eq=False, repr=False)
class PlanReport(Report):
    """A plan for one municipality on one basis of figures; every public method is a cell of a notebook."""

    kind: ClassVar[str] = "plan"
    _sheets: ClassVar[Any] = sheets
    plan: Plan
    municipality: Municipality

    @property
    def key(self) -> str:
        return self.plan.key

    @property
    def title(self) -> str:
        return self.plan.title

    @property
    def whom(self) -> Whom:
        return Whom.municipality(self.municipality)

    @property
    def example_date(self) -> date:
        return self.plan.example_date

    def _surveys(self) -> list[str]:
        return [key for goal in self.plan.goals for key in goal.indicators if key in self.catalogue.surveys]

    @property
    def folder(self) -> str:
        """The municipality's own address for the plan it shows by default; another plan lies below that."""
        slug, default = self.municipality.slug, self.catalogue.default_plan(self.municipality)
        return slug if self.plan == default else f"{slug}/{self.plan.key}"

    @property
    def entry(self) -> SiteEntry:
        counted = self.summary_of(self.plan.goals)
        return replace(
            super().entry,
            plan=self.plan.key,
            met=counted.met,
            of=counted.total,
            unknown=counted.cannot_be_judged,
            newest=self.newest_period,
        )

    def asked(self, book: Laid) -> Asked:
        """As every report, without the page on what was corrected where the figures are made up."""
        if self.is_example:
            pages = {
                path: page for path, page in book.pages.items() if PurePosixPath(path).stem != SINCE_LAST
            }
            book = replace(book, pages=pages)
        found = super().asked(book)
        return replace(found, variant=replace(found.variant, document=self.plan.names.document.the))

    # ------------------------------------------------------------------------------------ the numbers

    @property
    def is_mixed(self) -> bool:
        """Whether typed-in figures stand beside made-up ones, so that each row must say which it is."""
        return self.is_example and any(row.grounds is Grounds.TYPED_IN for row in self.rows)

    @derived
    def observations(self) -> pd.DataFrame:
        """Observations of the municipality and the country."""
        areas = (NATIONAL, self.municipality.code)
        found = plan_observations(self.project, self.catalogue, self.plan, self.basis, areas)
        return for_area(found, self.plan, self.municipality)

    @derived
    def rows(self) -> tuple[StatusRow, ...]:
        """The rows of the status table, in the plan's order."""
        return status_rows(self.catalogue, self.plan, self._judged_from, self.municipality, self.bound)

    @derived
    def _others_asked(self) -> bool:
        """Whether a goal is held against other municipalities than the country."""
        return len(areas_asked(self.catalogue, self.plan, self.municipality)) > 2

    @derived
    def _judged_from(self) -> pd.DataFrame:
        """The observations that goals are judged by: others' too, where a goal is held against them."""
        if not self._others_asked:
            return self.observations
        areas = areas_asked(self.catalogue, self.plan, self.municipality)
        return plan_observations(self.project, self.catalogue, self.plan, self.basis, areas)

    @derived
    def _judge(self) -> Judge:
        found = for_area(self._judged_from, self.plan, self.municipality)
        return Judge(self.catalogue, self.plan, found, self.bound)

    @derived
    def answers(self) -> dict[str, SurveyAnswers | None]:
        """Survey key → the newest round typed in."""
        surveys = [survey for goal in self.plan.goals if (survey := self.catalogue.survey(goal))]
        return {
            survey.key: read_survey(self.project, self.catalogue, self.municipality, survey, bound=self.bound)
            for survey in surveys
        }

    @derived
    def survey_rows(self) -> tuple[StatusRow, ...]:
        """The goals that are followed by surveys, which the status table leaves out."""
        now = self.bound or Period.month(self.data_day.year, self.data_day.month)
        return survey_rows(self.project, self.catalogue, self.plan, self.municipality, now, self.bound)

    @derived
    def verdicts(self) -> dict[str, GoalVerdict]:
        """Number of each goal → whether it is met, all its rows together."""
        return goal_verdicts(self.all_rows, self.plan)

    @derived
    def unmeasured_rows(self) -> tuple[StatusRow, ...]:
        """The goals that nothing measures: milestones, and directions in words."""
        day = min(self.data_day, self._last_day) if self._last_day else self.data_day
        return unmeasured_rows(self.project, self.plan, self.municipality, day, until=self._last_day)

    @property
    def _last_day(self) -> date | None:
        """The last day of what the report shows, where it is bound; of a snapshot, its day."""
        if self.bound is None:
            return self.snapshot
        return self.bound.last_month.shift(1).first_day - timedelta(days=1)

    @property
    def all_rows(self) -> tuple[StatusRow, ...]:
        """Every row of every goal, in the plan's order."""
        order = {goal.number: place for place, goal in enumerate(self.plan.goals)}
        rows = (*self.rows, *self.survey_rows, *self.unmeasured_rows)
        return tuple(sorted(rows, key=lambda row: (order[row.goal], row.part)))

    @derived
    def _observation_rows(self) -> tuple[tuple[Cell, ...], ...]:
        """What is known, a row a figure, for the CSV file and the workbook."""
        return tuple(sheets.observation_rows(self))

    @derived
    def indicators(self) -> tuple[Indicator, ...]:
        return shown_indicators(self.catalogue, self.plan)

    @derived
    def provisional(self) -> dict[str, frozenset[Period]]:
        """Indicator → its newest months, which Jobindsats is likely to correct; nothing for example data."""
        if self.is_example:
            return {}
        return {i.key: provisional_periods(self.observations, i) for i in self.indicators}

    @property
    def known_periods(self) -> set[Period]:
        shown = self.observations["indicator"].isin([indicator.key for indicator in self.indicators])
        known = self.observations["state"].isin([State.OK, State.SUPPRESSED])
        return {Period.parse(text) for text in self.observations[shown & known]["period"].unique()}

    @derived
    def stopped(self) -> dict[str, Stop]:
        """Indicator → what of it its source has stopped."""
        if self.is_example:
            return {}
        rows = fetch_rows(self.project, self.indicators, self.snapshot)
        gone = {row.table for row in rows if row.fault is Fault.NOT_FOUND and not row.ok}
        found = ((i.key, stopped(self.observations, i, self.inputs, gone)) for i in self.indicators)
        return {key: stop for key, stop in found if stop}

    def stopped_words(self, row: StatusRow) -> str | None:
        """That the source has stopped what a row is about, and of when its last figure is; none while it goes on."""
        stop = self.stopped.get(row.indicator)
        if stop is None or row.period is None:
            return None
        indicator = self.catalogue.indicators[row.indicator]
        then = [self.catalogue.indicators[key].title for key in indicator.successors]
        filled = (fill(title, kommune=self.municipality.name) for title in then)
        return words.stopped_sentences(stop, indicator, row.period, filled)

    @derived
    def readings(self) -> Readings:
        """The figures the goals are judged by, to be looked up."""
        return Readings(self.observations, self.bound)

    def _tried(self, indicator: str, horizon: int) -> Backtest | None:
        return backtests(
            self.project, self.catalogue, self.plan, self.basis, [(indicator, horizon)], self.bound
        )[indicator, horizon]

    @derived
    def _assured_rows(self) -> dict[tuple[str, int], Assured]:
        return {}

    def assured(self, row: StatusRow) -> Assured:
        """What is known of a row beside its figures."""
        indicator = self.catalogue.indicators.get(row.indicator)
        if indicator is None:
            return Assured()
        key = row.goal, row.part
        if key not in self._assured_rows:
            code = self.municipality.code
            self._assured_rows[key] = Assured(
                self.plan.price_of(self.plan.goal(row.goal), indicator),
                start_of(row, indicator, self.plan, self.readings, code),
                outlook_of(row, indicator, self.readings, code, self._tried),
            )
        return self._assured_rows[key]

    def is_provisional(self, row: StatusRow) -> bool:
        """Whether the row's figures are among those that are likely to be corrected."""
        known = row.national is not None or row.municipality is not None
        return known and row.period in self.provisional.get(row.indicator, ())

    def is_printed(self, row: StatusRow) -> bool:
        """Whether a row shows what the plan's document printed; example data are pinned to that, and say so."""
        return row.grounds is Grounds.PRINTED and not self.is_example

    def summary_of(self, goals: Iterable[Goal]) -> Summary:
        """How many of the goals are met, are not, and cannot be judged."""
        return summary(self.verdicts[goal.number] for goal in goals)

    def _shown(self) -> tuple[object, ...]:
        shown = {indicator.key for indicator in self.indicators}
        frame = self.observations[self.observations["indicator"].isin(shown)]
        # Of a table its pages tell the dates; its other municipalities' figures (its sha256) are not on them.
        dates = [(i.table, i.title, i.fetched_at.date(), i.update_latest, i.update_next) for i in self.inputs]
        told = (
            self.basis.name,
            self.bound,
            self.rows if self._others_asked else (),
            self.survey_rows,
            self.unmeasured_rows,
            self.answers,
            dates,
            fetch_rows(self.project, self.indicators, self.snapshot),
        )
        return (self.catalogue.hash, *told, self._unusable(), frame_hash(frame))

    # ------------------------------------------------------------------------------------- to go on with

    def chart(self, number: str) -> Chart:
        """The goal's figure as an Altair chart; `chart.data` holds its numbers (`helpers.present.charts`)."""
        from helpers.present.charts import below_each_other

        goal = self._goal(number)
        drawn = self.figure(number).charts() or frames.survey_charts(self, goal)
        return below_each_other(drawn, f"goal {goal.number}")

    def frame(self, number: str = "") -> pd.DataFrame:
        """The numbers of a goal's figure (default: of all goals), tidy: `helpers.reports.plan.frames.FRAME_COLUMNS`."""
        return frames.goal_frame(self, [self._goal(number)] if number else self.plan.goals)

    def status(self) -> pd.DataFrame:
        """The status table as a frame: `helpers.reports.plan.frames.STATUS_COLUMNS`."""
        return frames.status_frame(self)

    def gt(self) -> GT:
        """The status table as a Great Table, to change or save."""
        return frames.status_gt(self)

    # ------------------------------------------------------------------------------------- what is shown

    def fetch(self, *focus_areas: int) -> Shown:
        """Bring in what has moved for these focus areas (default: all), and say which figures the page shows.

        Without a key nothing is asked for; while a report is being rendered neither.
        """
        chosen = [area for area in self.plan.focus_areas if not focus_areas or area.number in focus_areas]
        return self._fetched(key for area in chosen for goal in area.goals for key in goal.indicators)

    def _example_note(self) -> str:
        said = (
            f"**Eksempeldata.** Tallene er opdigtede og viser kun, hvordan {self.plan.names.document.the} kan se ud. "
            f"De er ikke {escape_markdown(self.municipality.long_name)}s tal."
        )
        if self.municipality.slug == self.plan.municipality:
            said += " Kun tal, som kommunen selv har offentliggjort, er rigtige; de er markeret med \\* og ○."
        if self.is_mixed:
            said += " Tal, som kommunen har oplyst, er også rigtige; statustabellen viser hvilke."
        return said

    def _data_note(self) -> Shown:
        return super()._data_note() + self._whose()

    def _whose(self) -> Shown:
        """Whose goals these are, where they are another municipality's; nothing otherwise."""
        owner = self.plan.municipality
        if owner is None or owner == self.municipality.slug:
            return Shown()
        said = plan_words.borrowed(self.plan, self.catalogue.municipality(owner), self.municipality)
        return output.box(escape_markdown(said), classes=("data-note",))

    def brief(self) -> Brief:
        """What it knows of an agenda item on the plan's follow-up."""
        return self._brief

    @derived
    def _brief(self) -> Brief:
        return plan_brief(self, self._data_note())

    @derived
    def _office(self) -> dict[str, str]:
        return self.catalogue.office(self.municipality)

    def short_met(self) -> Shown:
        """The short edition: how many goals are met, and each in a line."""
        return short.met(self)

    def short_turned(self) -> Shown:
        """The short edition: what turned since the last fetch, or else since the plan began."""
        return short.turned(self)

    def short_gaps(self) -> Shown:
        """The short edition: where most is missing, in persons."""
        return short.gaps(self)

    def short_areas(self) -> Shown:
        """The short edition: the trends of each focus area's goals."""
        return short.areas(self)

    def summary(self) -> Shown:
        """How many goals are met, in all and in each focus area, with a jump to each."""
        self._write_verdicts(self._chapters())
        own = self.catalogue.texts(self.municipality, self.plan).index
        return join(
            [
                output.text(own) if own else Shown(),
                output.box(self._first_words(), classes=("summary",), anchor="opfyldt"),
                tables.simple_table(
                    [
                        Column(self.plan.names.area.title, row_head=True),
                        Column("Mål opfyldt"),
                    ],
                    [self._area_cells(area) for area in self.plan.focus_areas if area.goals],
                    id="fokusomraader",
                    caption=f"Mål opfyldt i hvert {self.plan.names.area.one}",
                ),
            ]
        )

    def _first_words(self) -> str:
        """What is met, what turned, and where most is missing: three sentences to read aloud."""
        first, rest = map(escape_markdown, opening(self))
        return f"**{first}** {rest}".strip()

    def _met_words(self, goals: Sequence[Goal]) -> str:
        counted = self.summary_of(goals)
        met = plan_words.goals_counted(counted)
        return f"**{escape_markdown(met)}**"

    def _area_cells(self, area: FocusArea) -> tuple[tables.Cell, ...]:
        sign, said, kind = self.standing(area)
        return (
            tables.linked(f"{area.number}. {area.title}", self._page(area)),
            tables.Html(f"{sign} {said}", kind),
        )

    def standing(self, area: FocusArea) -> tuple[str, str, str]:
        """Sign, words and class of a focus area's goals together."""
        counted = self.summary_of(area.goals)
        return words.joint_standing(
            counted.met, counted.not_met, counted.cannot_be_judged, **counted.on_the_way
        )

    def _page(self, area: FocusArea) -> str:
        """The focus area's page, seen from the index."""
        return self._notebook(area).removesuffix(".ipynb") + ".html"

    def _notebook(self, area: FocusArea) -> str:
        return chapter_path(self.project, self.plan, area)

    def _goal_page(self, number: str) -> str:
        return f"{self._page(self.plan.focus_area_of(number))}#maal-{number}"

    def _chapters(self) -> dict[str, dict[str, object]]:
        """Notebook of each focus area → how it stands, for the sidebar."""
        chapters: dict[str, dict[str, object]] = {}
        for area in self.plan.focus_areas:
            if area.goals:
                _, said, kind = self.standing(area)
                chapters[self._notebook(area)] = {
                    "met": self.summary_of(area.goals).met,
                    "of": self.summary_of(area.goals).total,
                    "word": said,
                    "class": kind.removeprefix("verdict-"),
                }
        return chapters

    @derived
    def sparks(self) -> dict[str, Spark]:
        """Indicator → its small trend; none of one without figures."""
        area, example = self.municipality, self.is_example
        drawn = ((i.key, spark(i.key, i, self.window(i), area, example=example)) for i in self.indicators)
        return {key: made for key, made in drawn if made}

    def status_table(self) -> Shown:
        """The status table (seed 000): period, country, municipality and gap of each goal, with its verdict."""
        surveys = [row.goal for row in self.survey_rows]
        return plan_tables.status_table(
            [row for row in self.all_rows if row.kind != "survey"],
            self.plan,
            self.municipality,
            names={i.key: i.name for i in self.indicators if i.name},
            sparks=self.sparks,
            goal_links=self._goal_page,
            area_links=lambda number: self._page(self._area(number)),
            published=self._printed,
            notes=[plan_words.followed_by_surveys(surveys)] if surveys else [],
            published_note=plan_tables.PUBLISHED_NOTE if self.is_example else self._printed_note,
            provisional={row.indicator for row in self.rows if self.is_provisional(row)},
            grounds=self.is_mixed,
            persons=lambda row: (
                assurance.persons_words(row, self.catalogue.indicators[row.indicator])
                if row.indicator
                else ""
            ),
            starts={(row.goal, row.part): self.assured(row).start for row in self.rows}
            if "since" in self.plan.columns
            else None,
        )

    @property
    def _printed(self) -> set[str]:
        """Indicators whose shown figures a document printed, where the others are example data or fetched."""
        if self.is_example:
            return {row.indicator for row in self.rows if row.published_gap is not None}
        return {row.indicator for row in self.rows if self.is_printed(row)}

    @property
    def _printed_note(self) -> str:
        last = newest_printed(self.catalogue, self.plan)
        as_printed = self.bound is not None and last is not None and self.bound.within(last)
        said = plan_words.as_printed_note if as_printed else plan_words.printed_note
        return said(self.plan, self.municipality)

    def _printed_words(self) -> str:
        if self.is_example or not self._printed:
            return ""
        shown = len([row for row in self.rows if row.indicator in self._printed])
        return plan_words.printed_counted(shown, len(self.rows), self.plan, self.municipality)

    def survey_status(self) -> Shown:
        """The goals that are followed by surveys, one sentence each."""
        if not self.survey_rows:
            return output.text(
                f"{words.capital(self.plan.names.document.the)} har ingen mål, der følges med undersøgelser."
            )
        said = []
        for row in self.survey_rows:
            link = f"[{self.plan.names.goal.title} {row.goal}]({self._goal_page(row.goal)})"
            said.append(f"{link}: {escape_markdown(' '.join(self._sentences(row)))}")
        return output.text(*said)

    def focus_area(self, number: int) -> Shown:
        """How many of a focus area's goals are met, and what the municipality adds in its own words."""
        area = self._area(number)
        own = self.catalogue.texts(self.municipality, self.plan).focus_areas.get(number)
        if not area.goals:
            return output.text(area.goals_missing or "")
        met = output.box(self._met_words(area.goals), classes=("summary",))
        return join([output.text(own) if own else Shown(), met])

    def goal(self, number: str) -> Shown:
        """A goal's wording and its verdict in plain Danish."""
        goal = self._goal(number)
        rows = [row for row in self.all_rows if row.goal == goal.number]
        same = goal.text.strip(" .").lower() == goal.title.strip(" .").lower()
        said = [output.box(escape_markdown(goal.text), classes=("goal-text",))] if not same else []
        for row in rows:
            heading, *rest = self._sentences(row)
            if row.kind == "survey" and row.municipality is not None:
                rest.append(plan_words.OWN_SURVEY)
            if row.period and self.is_provisional(row) and row.municipality is not None:
                rest.append(f"Tallet for {row.period.danish} er foreløbigt.")
            rest += filter(None, [self.stopped_words(row)])
            rest += self._assured(goal, row)
            told = " ".join((f"**{escape_markdown(heading)}**", escape_markdown(" ".join(rest))))
            said.append(output.box(told, classes=("verdict", words.VERDICT_CLASSES[row.verdict])))
        notes = [row.note for row in rows if row.note]
        if goal.note and self.plan.shows(goal.note_owner_only, self.municipality):
            notes.append(goal.note)
        own = self.catalogue.texts(self.municipality, self.plan).goals.get(goal.number)
        said += [output.box(escape_markdown(note), classes=("goal-note",)) for note in dict.fromkeys(notes)]
        return join([*said, output.text(own) if own else Shown(), self._followed_up(goal)])

    def follow_ups(self, number: str) -> tuple[FollowUp, ...]:
        """What the municipality said of a goal, newest first; of a snapshot, only what was said by then."""
        found = self.catalogue.follow_ups.get((self.municipality.slug, self.plan.key, number), ())
        return tuple(one for one in found if self.snapshot is None or one.day <= self.snapshot)

    def unexplained(self) -> list[Goal]:
        """The goals that are not met and of which the municipality says nothing."""
        own = self.catalogue.texts(self.municipality, self.plan).goals
        return [
            goal
            for goal in self.plan.goals
            if self.verdicts[goal.number].verdict is Verdict.NOT_MET
            and not own.get(goal.number)
            and not self.follow_ups(goal.number)
        ]

    def _followed_up(self, goal: Goal) -> Shown:
        """The newest follow-up, and the older ones folded."""
        boxes = [
            output.box(*plan_words.follow_up_paragraphs(told), classes=("follow-up",))
            for told in self.follow_ups(goal.number)
        ]
        if len(boxes) < 2:
            return join(boxes)
        return boxes[0] + output.folded(f"Tidligere opfølgning på mål {goal.number}", join(boxes[1:]))

    def figure(self, number: str) -> Shown:
        """A goal's figures as in its document, or the table of its survey."""
        goal = self._goal(number)
        survey = self.catalogue.survey(goal)
        if survey is not None:
            return self._survey(survey)
        drawn = []
        for place, figure in enumerate(self.catalogue.figures(goal)):
            drawn.append(
                figures.trend_figure(
                    figure.indicators,
                    [self.window(indicator) for indicator in figure.indicators],
                    self.municipality,
                    key=goal.number if place == 0 else f"{goal.number}-{place + 1}",
                    plan_layout=self.plan.figure_layout,
                    example=self.is_example,
                    courses=self._courses(goal, figure.indicators[0]),
                    goal=goal,
                    verdict=words.verdict_heading(goal.number, self.verdicts[goal.number].verdict),
                    provisional=self.provisional,
                    band=self._band(figure.indicators[0])
                    if goal.band and len(figure.indicators) == 1
                    else None,
                ).sourced(self._source_line(figure.indicators))
            )
        notes = self._source_notes(goal)
        noted = output.box(*notes, classes=("source-note",)) if notes else Shown()
        return join([*drawn, noted, *self._unplaced(goal), *self._beside(goal, len(drawn))])

    def _band(self, indicator: Indicator) -> dict[Period, Interval]:
        """What chance alone may make of each figure of an indicator's window."""
        periods = map(Period.parse, self.window(indicator)["period"].unique())
        found = {
            period: around(self.readings, indicator, self.municipality.code, period) for period in periods
        }
        return {period: interval for period, interval in found.items() if interval}

    def compare(self, number: str, kommuner: Sequence[str]) -> Shown:
        """A goal in chosen municipalities side by side: ``report.compare("1a", ["Halsnæs", "Gribskov"])``."""
        names = [kommuner] if isinstance(kommuner, str) else kommuner
        return side_by_side(self, self._goal(number), others_of(self, names))

    def areas_page(self, number: str, kommuner: Sequence[str]) -> AreasPage:
        """What :meth:`compare` shows, as a page of its own."""
        goal, areas = self._goal(number), (self.municipality, *others_of(self, kommuner))
        return AreasPage(
            self.plan.title,
            goal.number,
            goal.title,
            words.sentence(fill(goal.text, kommune=self.municipality.name)),
            words.listed(area.name for area in areas),
            "-".join((self.plan.key, goal.number, *(area.slug for area in areas))),
            self.is_example,
            self.data_day,
            self.compare(number, kommuner),
        )

    def _unplaced(self, goal: Goal) -> Iterator[Shown]:
        """What the plan's document printed for a goal without saying when it is from: in the printed order."""
        found: dict[tuple[str, str], list[PublishedPoint]] = {}
        for point in self.catalogue.published_points(self.plan):
            own = point.area == self.municipality.code and self.municipality.slug == self.plan.municipality
            if point.period is None and own and point.indicator in goal.indicators:
                found.setdefault((point.indicator, point.series), []).append(point)
        for (key, name), points in found.items():
            indicator = self.catalogue.indicators[key]
            yield plan_tables.unplaced_table(
                indicator.series[name].label.replace("{area}", self.municipality.name),
                [words.number(point.value, indicator.decimals_of(name)) for point in points],
                id=f"trykt-{goal.number}-{name}",
                notes=[
                    *dict.fromkeys(point.note for point in points if point.note),
                    "De vises her, som de står, og er ikke med i figuren.",
                ],
            )

    def _courses(self, goal: Goal, indicator: Indicator) -> list[Course]:
        """What the figure of an indicator draws of the goal's targets."""
        periods = [Period.parse(text) for text in dict.fromkeys(self.window(indicator)["period"])]
        return [
            course
            for part in goal.parts
            if part.indicator == indicator.key
            for course in self._judge.targets.courses(part, self.municipality.code, periods)
        ]

    def _beside(self, goal: Goal, drawn: int) -> Iterator[Shown]:
        """Figures to compare with, each with what sets it apart; nothing of one that has no figures."""
        for place, item in enumerate(self.catalogue.beside(goal), start=drawn + 1):
            indicator = self.catalogue.indicators[item.indicator]
            grid = self.window(indicator)
            if grid["value"].isna().all():
                continue
            yield output.text(f"**Til sammenligning.** {escape_markdown(item.difference)}")
            yield figures.trend_figure(
                [indicator],
                [grid],
                self.municipality,
                key=f"{goal.number}-{place}",
                plan_layout=self.plan.figure_layout,
                example=self.is_example,
                goal=goal,
                provisional=self.provisional,
            ).sourced(self._source_line([indicator]))
            source = f"Kilde: {self._source_words(indicator, ids=False)}."
            yield output.box(escape_markdown(source), classes=("source-note",))

    def _survey(self, survey: Survey) -> Shown:
        answers = self.answers[survey.key]
        if answers is None or not answers.answers:
            return Shown()
        said = []
        if survey.heading and answers.period:
            said.append(fill(survey.heading, periode=answers.period.danish, **self._office))
        source = [f"Kilde: {answers.source}"] if answers.source else []
        return join(
            [
                output.text(*(escape_markdown(text) for text in said)),
                plan_tables.survey_table(
                    survey,
                    answers.answers,
                    words=self._office,
                    period=answers.period,
                ),
                *(output.box(escape_markdown(text), classes=("source-note",)) for text in source),
            ]
        )

    def _source_notes(self, goal: Goal) -> list[str]:
        """Where the figures of a goal come from; the data page tells how sure that is."""
        said: dict[str, list[str]] = {}
        for row in self.rows:
            if row.goal == goal.number:
                indicator = self.catalogue.indicators[row.indicator]
                note = f"Kilde: {self._row_source(row, ids=False)}."
                when = row.period.danish if row.period else "ingen tal endnu"
                if self.is_provisional(row):
                    when += f" ({words.PROVISIONAL})"
                said.setdefault(note, []).append(
                    f"{indicator.name.lower()} {when}" if indicator.name else when
                )
        return [
            escape_markdown(f"{note} Nyeste periode: {words.listed(when)}.") for note, when in said.items()
        ]

    def _row_source(self, row: StatusRow, *, ids: bool = True) -> str:
        """Where a row's figures come from."""
        if self.is_printed(row):
            return f"trykt i {plan_words.document_words(self.plan, self.municipality)}"
        return self._source_words(self.catalogue.indicators[row.indicator], ids=ids)

    def _typed_in_words(self, indicator: Indicator) -> str:
        areas = self._typed_in.get(indicator.key, ())
        if self.municipality.code in areas:
            return f"oplyst af {self.municipality.long_name}"
        return "oplyst af kommunerne" if areas else ""

    @derived
    def _typed_in(self) -> dict[str, set[str]]:
        """Indicator → the areas of which somebody typed in figures."""
        typed = self.observations[self.observations["source"] == "manual"]
        return {str(key): set(rows["area"]) for key, rows in typed.groupby("indicator")}

    @derived
    def _windows(self) -> dict[str, pd.DataFrame]:
        return figure_windows(self.observations, self.indicators, self.municipality.code, self.bound)

    def window(self, indicator: Indicator) -> pd.DataFrame:
        """The full grid of the indicator's figure, with the columns of `helpers.data.frames.WINDOW_COLUMNS`."""
        return self._windows[indicator.key]

    def _sentences(self, row: StatusRow) -> tuple[str, ...]:
        goal = self.plan.goal(row.goal)
        if not row.indicator:
            return plan_words.unmeasured_sentences(row)
        indicator = self.catalogue.indicators.get(row.indicator)
        measured = indicator or self.catalogue.surveys[row.indicator]
        return target_words.status_sentences(
            goal=row.goal,
            verdict=row.verdict,
            asked=row.asked or ResolvedTarget.of(goal.parts[row.part].target),
            period=row.period,
            municipality=row.municipality,
            national=row.national,
            decimals=row.decimals,
            unit=row.unit,
            area=self.municipality,
            what=measured.title,
            finding=measured.finding and fill(measured.finding, **self._office),
            reason=row.reason,
            finer=row.finer,
            past=row.past,
            part=indicator.name.lower()
            if indicator and indicator.name and len(goal.indicators) > 1
            else None,
            beside=assurance.persons_sentence(row, indicator, self.plan.price_of(goal, indicator))
            if indicator
            else "",
        )

    def _assured(self, goal: Goal, row: StatusRow) -> list[str]:
        """How sure a row's figure is, what became of it and what will, in sentences."""
        indicator = self.catalogue.indicators.get(row.indicator)
        if indicator is None:
            return []
        more = self.assured(row)
        said = (
            assurance.chance_sentence(row, asked=goal.band == "chance"),
            assurance.since_sentence(row, more.start),
            assurance.outlook_sentence(more.outlook, row, indicator, self.municipality),
        )
        return [text for text in said if text]

    def _goal(self, number: str) -> Goal:
        try:
            return self.plan.goal(number)
        except KeyError:
            there = ", ".join(goal.number for goal in self.plan.goals)
            raise PlanError.of(
                f"{self.plan.key}: goal {number}",
                f'The plan has no goal "{number}".',
                f"Its goals are {there}.",
            ) from None

    def _area(self, number: int) -> FocusArea:
        for area in self.plan.focus_areas:
            if area.number == number:
                return area
        there = ", ".join(str(area.number) for area in self.plan.focus_areas)
        raise PlanError.of(
            f"{self.plan.key}: focus area {number}",
            f"The plan has no focus area {number}.",
            f"Its focus areas are {there}.",
        )

    # ------------------------------------------------------------------------------- changes and data

    def _previous(self) -> Plan:
        if self.plan.previous is None:
            raise PlanError.of(self.plan.key, "The plan names no plan before it (previous).")
        return self.catalogue.plan(self.plan.previous)

    def changes_summary(self) -> Shown:
        """What became of the focus areas, and how many goals are identical, new, changed and dropped."""
        before = self._previous()
        said = [
            *plan_words.areas_changed(area_changes(self.plan, before), self.plan.names),
            plan_words.changes_counted(plan_changes(self.plan, before), self.plan.names),
        ]
        return output.text(*(escape_markdown(text) for text in said))

    def changes_table(self) -> Shown:
        """The annex (seed 001): every goal beside the one it continues, with the remarks."""
        before = self._previous()
        rows = plan_changes(self.plan, before)
        return plan_tables.changes_table(rows, self.plan, before, self.municipality)

    def revisions(self) -> Shown:
        """What changed in the figures since the snapshot before, or in what was typed in, and which verdicts with it."""
        if self.is_example:
            return output.text(plan_words.NO_REVISIONS)
        project, catalogue, plan, area = self.project, self.catalogue, self.plan, self.municipality
        until = self.snapshot or date.max
        revision, typed = None, None
        turned: tuple[VerdictChange, ...] = ()
        if len([day for day in snapshot_days(project) if day <= until]) > 1:
            revision = compare_plan(project, catalogue, plan, [area], new=self.snapshot, bound=self.bound)
        if self.snapshot is None:
            areas = areas_asked(catalogue, plan, area)
            typed = typed_revision(project, catalogue, plan, area, self.basis, areas)
        if typed is not None:
            before = every_row(typed.then, catalogue, plan, typed.before, area, self.bound, self.data_day)
            turned = compare_verdicts(before, self.all_rows)
        more = tuple(typed_csv_rows(typed, area)) if typed is not None else ()
        csv_text = revision_csv(revision, [area], published=True, more=more) if revision or more else ""
        shown = revision_shown(revision, catalogue, area, csv_text, typed, turned)
        if revision is None and self.inputs:
            return output.text(plan_words.FETCHED_ONCE) + shown
        return shown or output.text(plan_words.NOTHING_BEFORE)

    def basis_note(self) -> Shown:
        """What could not be fetched or used, and where the goals are from."""
        said = [self._troubles()]
        if told := "\n".join(f"- {escape_markdown(text)}" for text in self._unusable()):
            said.append(output.text("Disse tal kunne ikke bruges:", told))
        if self.plan.source and self.municipality.slug == self.plan.municipality:
            said.append(
                output.text(
                    f"{words.capital(self.plan.names.document.the)}s mål er fra: {escape_markdown(self.plan.source)}"
                )
            )
            if self.plan.decided:
                who = words.capital(self.plan.names.document.the)
                said.append(output.text(f"{who} er vedtaget den {danish_day(self.plan.decided)}."))
        return join(said)

    def unusable(self) -> Iterator[tuple[Problem, list[str]]]:
        """What of the figures this plan shows could not be used, with the goals it concerns; none for what was typed in."""
        for problem in data_problems(self.project, self.catalogue, self.basis):
            # A problem names the series it concerns, or a file; other plans' and municipalities' are not told.
            named = set(_SERIES_NAME.findall(problem.what)) & self.catalogue.indicators.keys()
            parts = problem.where.split(":")[0].split("/")
            table = next((name for name in parts if name in self._tables), None)
            goals = [
                number
                for number, indicators in self.measured
                for indicator in indicators
                if (indicator.key in named if named else table in indicator.tables)
            ]
            if table is not None and goals:
                yield problem, list(dict.fromkeys(goals))
            elif table is None and self.municipality.slug in parts and (goals or not named):
                yield problem, []

    def _unusable(self) -> tuple[str, ...]:
        """The same in a reader's words, one sentence for the goals of each source."""
        told = (
            f"Mål {words.listed(goals)}: En del af tallene kunne ikke læses." if goals
            else "Nogle af de tal, kommunen har oplyst, kunne ikke læses."
            for _, goals in self.unusable()
        )  # fmt: skip
        return tuple(dict.fromkeys(told))

    @property
    def measured(self) -> Measured:
        return measured_goals(self.catalogue, self.plan)

    def own_to_mend(self) -> Iterator[str]:
        """Surveys that were not typed in, and what of the data could not be used."""
        for goal in self.plan.goals:
            survey = self.catalogue.survey(goal)
            typed = self.answers[survey.key] if survey else None
            if survey and not (typed and typed.answers):
                yield f"Mål {goal.number}: undersøgelsens resultat kan indtastes i {typed_at(self, survey.key)}."
        yield from (f"{problem.where}: {problem.what}" for problem, _ in self.unusable())

    def analyst(self) -> Shown:
        """What the analyst can mend, for a page that a plan asks for (`analyst_page`)."""
        said = [f"- {escape_markdown(text)}" for text in to_mend(self)]
        return output.text("\n".join(said) or "Alle kilder er bekræftet, og alle tal kunne bruges.")

    def remarks(self) -> Shown:
        """What kinds of targets there are, where a document printed another gap, and what the targets were before."""
        kinds = plan_words.target_kinds(part.target for goal in self.plan.goals for part in goal.parts)
        said = []
        for row in self.rows:
            if row.published_gap is not None and row.published_gap != row.gap:
                printed = words.number(row.published_gap, row.decimals, row.unit, signed=True)
                ours = words.number(row.gap, row.decimals, row.unit, signed=True)
                said.append(
                    f"Mål {row.goal}: reglen giver {ours}; dokumentet trykte {printed}. {row.note or ''}"
                )
        for goal in self.plan.goals:
            for key, target in goal.parts:
                measured = self.catalogue.indicators.get(key) or self.catalogue.surveys.get(key)
                if measured and (
                    history := target_words.target_history(target, measured.decimals, measured.unit)
                ):
                    said.append(f"Mål {goal.number}: {history}")
        said += plan_words.how_judged(self.all_rows)
        listed = "\n".join(f"- {escape_markdown(text.strip())}" for text in dict.fromkeys(said))
        return output.text(*filter(None, (kinds, listed)))

    def sources(self) -> Shown:
        """Every series of the plan: goal, definition, source table, how sure, newest period, when fetched."""
        rows = []
        for row in self.rows:
            indicator = self.catalogue.indicators[row.indicator]
            rows.append(
                (
                    row.goal,
                    plan_words.explained(
                        fill(indicator.title, kommune=self.municipality.name), indicator.definition
                    ),
                    words.capital(self._row_source(row)),
                    plan_words.CERTAINTY_WORDS[indicator.series[indicator.headline].certainty],
                    tables.period_cell(row.period, provisional=self.is_provisional(row)),
                )
            )
        columns = ["Mål", "Serie", "Kilde", "Kildens sikkerhed", "Nyeste periode"]
        return tables.simple_table(
            [Column(label, row_head=label == "Mål") for label in columns],
            rows,
            id="kilder",
            caption="Planens serier og deres kilder",
        )

    def caveats_of(self, measured: Indicator | Survey) -> list[str]:
        """What to mind with an indicator or survey: caveats, breaks in its data, doubts about its source."""
        if not isinstance(measured, Indicator):
            return list(measured.caveats)
        # A break that is years ahead of the figures says nothing of them.
        near = (broken for broken in measured.breaks if broken.period.year <= self.data_day.year + 1)
        breaks = map(words.break_sentence, near)
        grounds = next((row.grounds for row in self.rows if row.indicator == measured.key), None)
        doubt = plan_words.source_doubt(measured, grounds)
        return [*measured.caveats, *breaks, *([doubt] if doubt else [])]

    def backtest(self) -> Shown:
        """How forecasts that stand still have turned out: those the goals with a date ask for, else a year ahead.

        Of example data only the former: what was made up says nothing of how often a forecast is right.
        """
        ahead = [
            (row.indicator, row.asked.due.ordinal - row.period.ordinal)
            for row in self.rows
            if row.asked and row.asked.due and row.period and row.asked.due > row.period
        ]
        asks = ahead or ([] if self.is_example else year_ahead(self.indicators))
        found = (
            backtests(self.project, self.catalogue, self.plan, self.basis, asks, self.bound) if asks else {}
        )
        if not any(found.values()):
            return Shown()
        heads = assurance.BACKTEST_HEADS
        table = tables.simple_table(
            [
                Column(label, row_head=place == 0, number=2 <= place < len(heads) - 2)
                for place, label in enumerate(heads)
            ],
            [
                assurance.backtest_cells(self.catalogue.indicators[key], horizon, one)
                for (key, horizon), one in found.items()
            ],
            id="prognosetal",
            caption="Hvor langt prognoser har været fra det, der kom",
        )
        heading = "## Hvis intet ændrer sig {#prognoser .unnumbered}"
        return join([output.text(heading, assurance.BACKTEST_NOTE), table])

    def caveats(self) -> Shown:
        """The caveats and breaks of each indicator, each told once."""
        told: dict[str, list[str]] = {}
        for goal in self.plan.goals:
            for key in (*goal.indicators, *(more.indicator for more in self.catalogue.beside(goal))):
                for text in self.caveats_of(
                    self.catalogue.indicators.get(key) or self.catalogue.surveys[key]
                ):
                    told.setdefault(text, []).append(goal.number)
        listed = "\n".join(
            f"- {escape_markdown(text)} (mål {escape_markdown(words.listed(dict.fromkeys(goals)))})"
            for text, goals in told.items()
        )
        return output.text(listed or "Der er ingen særlige forbehold.")

    def downloads(self) -> Shown:
        """The workbook, the status table and all series of the report as files."""
        return downloads(
            {
                self.workbook_name: ("Alle tal (Excel)", self.workbook()),
                "status.csv": ("Statustabellen (CSV)", sheets.status_for_people(self)),
                "observationer.csv": (
                    "Alle serier for kommunen og hele landet (CSV)",
                    sheets.observations_for_people(self),
                ),
            }
        )

    @property
    def figure_names(self) -> tuple[str, ...]:
        """The goals that are not followed by surveys."""
        return tuple(goal.number for goal in self.plan.goals if self.catalogue.survey(goal) is None)

    def _drawing(self, name: str) -> Shown:
        return self.figure(name)

    @property
    def newest_period(self) -> Period | None:
        """The newest period of any goal; none when there are no figures."""
        periods = [row.period for row in self.all_rows if row.period]
        return max(periods, key=lambda period: period.end, default=None)
