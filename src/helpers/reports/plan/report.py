"""One municipality's employment plan: everything the notebooks of a plan ask for, one call a cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from helpers.analysis.chance import Interval, around
from helpers.analysis.gaps import Verdict
from helpers.analysis.targets import Course, areas_asked
from helpers.catalogue import Catalogue
from helpers.catalogue.catalogue import fill
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
from helpers.data.basis import snapshot_days
from helpers.data.printed import for_area, newest_printed
from helpers.data.processed import data_fingerprint
from helpers.data.suppression import plan_observations
from helpers.errors import PlanError, Problem
from helpers.periods import Period, danish_day
from helpers.present import figures, output, tables, target_words, words
from helpers.present.output import Shown, escape_markdown, join
from helpers.project import Project
from helpers.reports.base.analyst import to_mend, typed_at
from helpers.reports.base.brief import Brief
from helpers.reports.base.goals import AreasPage
from helpers.reports.base.notes import bullets, downloads, note
from helpers.reports.base.report import Sheets, derived
from helpers.reports.base.request import Asked
from helpers.reports.plan import assurance, frames, records, sheets, short
from helpers.reports.plan import tables as plan_tables
from helpers.reports.plan import words as plan_words
from helpers.reports.plan.backtests import backtests, year_ahead
from helpers.reports.plan.book import SINCE_LAST, chapter_path
from helpers.reports.plan.briefing import plan_brief
from helpers.reports.plan.changes import area_changes, plan_changes
from helpers.reports.plan.numbers import PlanNumbers
from helpers.reports.plan.opening import opening
from helpers.reports.plan.revision_tables import revision_shown, typed_csv_rows
from helpers.reports.plan.revisions import compare_plan, every_row, revision_csv
from helpers.reports.plan.side_by_side import others_of, side_by_side
from helpers.reports.plan.status import (
    StatusRow,
    VerdictChange,
    compare_verdicts,
    rows_of_all,
)
from helpers.reports.plan.typed_changes import typed_revision

if TYPE_CHECKING:
    from great_tables import GT

    from helpers.present.charts import Chart
    from helpers.reports.base.bookfiles import Laid


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
    rows = judged_once(first, everything, municipalities)
    # Slices of one frame in order of areas: to pick each area's rows out of it takes ten times as long.
    ordered = everything.sort_values("area", kind="stable")
    codes = ordered["area"].tolist()
    starts = {code: at for at, code in reversed(list(enumerate(codes)))}
    ends = {code: at for at, code in enumerate(codes, start=1)}
    by_area = {code: ordered.iloc[start : ends[code]] for code, start in starts.items()}
    nothing = everything.iloc[:0]
    shared = {name: getattr(first, name) for name in ("basis", "inputs", "indicators", "_data_problems")}
    for report in reports:
        code = report.municipality.code
        own = pd.concat([by_area.get(area, nothing) for area in (NATIONAL, code)], ignore_index=True)
        own = for_area(own, plan, report.municipality)
        report._held.update(shared, observations=own, rows=rows[code])
    return reports


def judged_once(
    report: PlanReport, observations: pd.DataFrame, areas: Sequence[Municipality]
) -> dict[str, tuple[StatusRow, ...]]:
    """As :func:`rows_of_all`: the country is judged once for its reports and for the pages that compare it."""
    catalogue, plan, bound = report.catalogue, report.plan, report.bound
    figures = data_fingerprint(report.project, catalogue, report.basis)
    key = report.project, plan.key, report.basis, figures, bound, [area.code for area in areas]
    return catalogue.kept("judged", key, lambda: rows_of_all(catalogue, plan, observations, areas, bound))


class PlanReport(PlanNumbers):
    """The plan as its notebooks show it: every public method is a cell of one."""

    _sheets: ClassVar[Sheets] = sheets

    def asked(self, book: Laid) -> Asked:
        """As every report, without the page on what was corrected where the figures are made up."""
        if self.is_example:
            pages = {
                path: page for path, page in book.pages.items() if PurePosixPath(path).stem != SINCE_LAST
            }
            book = replace(book, pages=pages)
        found = super().asked(book)
        return replace(found, variant=replace(found.variant, document=self.plan.names.document.the))

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
        said = words.example_note(what=self.plan.names.document.the)
        said += f" De er ikke {escape_markdown(self.municipality.long_name)}s tal."
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
        return note("data-note", said)

    def brief(self) -> Brief:
        """What it knows of an agenda item on the plan's follow-up."""
        return self._brief

    @derived
    def _brief(self) -> Brief:
        return plan_brief(self, self._data_note())

    def short(self, page: str) -> Shown:
        """A page of the short edition: a key of `helpers.reports.plan.short.PAGES`."""
        return short.PAGES[page](self)

    def summary(self) -> Shown:
        """How many goals are met, in all and in each focus area, with a jump to each."""
        self._write_verdicts(self._chapters())
        own = self.catalogue.texts(self.municipality, self.plan).index
        first, rest = map(escape_markdown, opening(self))
        rows: list[tuple[tables.Cell, ...]] = []
        for area in self.plan.focus_areas:
            if area.goals:
                sign, said, kind = self.standing(area)
                link = tables.linked(f"{area.number}. {area.title}", self._page(area))
                rows.append((link, tables.Html(f"{sign} {said}", kind)))
        return join(
            [
                output.text(own) if own else Shown(),
                output.box(f"**{first}** {rest}".strip(), classes=("summary",), anchor="opfyldt"),
                tables.simple_table(
                    tables.columns(self.plan.names.area.title, "Mål opfyldt"),
                    rows,
                    id="fokusomraader",
                    caption=f"Mål opfyldt i hvert {self.plan.names.area.one}",
                ),
            ]
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
                counted = self.summary_of(area.goals)
                chapters[self._notebook(area)] = {
                    "met": counted[Verdict.MET],
                    "of": counted.total(),
                    "word": said,
                    "class": kind.removeprefix("verdict-"),
                }
        return chapters

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
        counted = escape_markdown(words.goals_met(self.summary_of(area.goals)))
        met = output.box(f"**{counted}**", classes=("summary",))
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
                    beside=list(self._in_persons(goal, figure.indicators)),
                    provisional=self.provisional,
                    band=self._band(figure.indicators[0])
                    if goal.band and len(figure.indicators) == 1
                    else None,
                ).sourced(self._source_line(figure.indicators))
            )
        noted = note("source-note", *self._source_notes(goal))
        return join([*drawn, noted, *self._unplaced(goal), *self._beside(goal, len(drawn))])

    def _in_persons(self, goal: Goal, indicators: Sequence[Indicator]) -> Iterator[str]:
        """What the gaps of a figure's rows come to in persons; which row's, where there are several."""
        for indicator in indicators:
            what = "Forskellen" if len(indicators) == 1 else f"{indicator.name}: forskellen"
            for row in self.rows:
                if row.goal == goal.number and row.indicator == indicator.key:
                    yield assurance.persons_sentence(row, indicator, what=what)

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
            yield note("source-note", f"Kilde: {self._source_words(indicator, ids=False)}.")

    def _survey(self, survey: Survey) -> Shown:
        answers = self.answers[survey.key]
        if answers is None or not answers.answers:
            return Shown()
        said = []
        if survey.heading and answers.period:
            said.append(fill(survey.heading, periode=answers.period.danish, **self._office))
        return join(
            [
                output.text(*(escape_markdown(text) for text in said)),
                plan_tables.survey_table(
                    survey,
                    answers.answers,
                    words=self._office,
                    period=answers.period,
                ),
                note("source-note", *([f"Kilde: {answers.source}"] if answers.source else [])),
            ]
        )

    def _source_notes(self, goal: Goal) -> list[str]:
        """Where the figures of a goal come from; the data page tells how sure that is."""
        said: dict[str, list[str]] = {}
        for row in self.rows:
            if row.goal == goal.number:
                indicator = self.catalogue.indicators[row.indicator]
                source = f"Kilde: {self._row_source(row, ids=False)}."
                when = row.period.danish if row.period else "ingen tal endnu"
                if self.is_provisional(row):
                    when += f" ({words.PROVISIONAL})"
                said.setdefault(source, []).append(
                    f"{indicator.name.lower()} {when}" if indicator.name else when
                )
        return [f"{source} Nyeste periode: {words.listed(when)}." for source, when in said.items()]

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
        if told := bullets(self._unusable()):
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

    def own_to_mend(self) -> Iterator[str | Problem]:
        """Surveys that were not typed in, and what of the data could not be used."""
        for goal in self.plan.goals:
            survey = self.catalogue.survey(goal)
            typed = self.answers[survey.key] if survey else None
            if survey and not (typed and typed.answers):
                yield f"Mål {goal.number}: undersøgelsens resultat kan indtastes i {typed_at(self, survey.key)}."
        yield from (problem for problem, _ in self.unusable())

    def analyst(self) -> Shown:
        """What the analyst can mend, for a page that a plan asks for (`analyst_page`)."""
        said = bullets(to_mend(self, page=True))
        return output.text(said or "Alle kilder er bekræftet, og alle tal kunne bruges.")

    def remarks(self) -> Shown:
        """What kinds of targets there are, where a document printed another gap, and what the targets were before."""
        kinds = plan_words.target_kinds(part.target for goal in self.plan.goals for part in goal.parts)
        said = []
        for row in self.rows:
            if row.published_gap is not None and row.published_gap != row.gap:
                printed = words.number(row.published_gap, row.decimals, row.unit, signed=True)
                ours = words.number(row.gap, row.decimals, row.unit, signed=True)
                note = row.note or f"I dokumentet står {printed}."
                said.append(f"Mål {row.goal}: reglen giver {ours}. {note}")
        for goal in self.plan.goals:
            for key, target in goal.parts:
                measured = self.catalogue.indicators.get(key) or self.catalogue.surveys.get(key)
                if measured and (
                    history := target_words.target_history(target, measured.decimals, measured.unit)
                ):
                    said.append(f"Mål {goal.number}: {history}")
        said += plan_words.how_judged(self.all_rows)
        return output.text(*filter(None, (kinds, bullets(text.strip() for text in dict.fromkeys(said)))))

    def sources(self) -> Shown:
        """Every series of the plan: goal, definition, source table, how sure, newest period, when fetched."""
        rows = []
        for row in self.rows:
            indicator = self.catalogue.indicators[row.indicator]
            rows.append(
                (
                    row.goal,
                    tables.noted(
                        fill(indicator.title, kommune=self.municipality.name),
                        " ".join((indicator.definition or "").split()),
                    ),
                    words.capital(self._row_source(row)),
                    plan_words.CERTAINTY_WORDS[indicator.series[indicator.headline].certainty],
                    tables.period_cell(row.period, provisional=self.is_provisional(row)),
                )
            )
        return tables.simple_table(
            tables.columns("Mål", "Serie", "Kilde", "Kildens sikkerhed", "Nyeste periode"),
            rows,
            id="kilder",
            caption="Planens serier og deres kilder",
            classes="cards",
        )

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
            tables.columns(*heads, numbers=range(2, len(heads) - 2)),
            [
                assurance.backtest_cells(self.catalogue.indicators[key], horizon, one)
                for (key, horizon), one in found.items()
            ],
            id="prognosetal",
            caption="Hvor langt prognoser har været fra det, der kom",
            classes="cards",
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
        listed = (f"{text} (mål {words.listed(dict.fromkeys(goals))})" for text, goals in told.items())
        return output.text(bullets(listed) or "Der er ingen særlige forbehold.")

    def downloads(self) -> Shown:
        """The workbook, the status table and all series of the report as files."""
        return downloads(
            {
                self.workbook_name: ("Alle tal (Excel)", self.workbook()),
                "status.csv": ("Statustabellen (CSV)", records.status_for_people(self)),
                "observationer.csv": (
                    "Alle serier for kommunen og hele landet (CSV)",
                    sheets.observations_for_people(self),
                ),
            }
        )

    def _drawing(self, name: str) -> Shown:
        return self.figure(name)
