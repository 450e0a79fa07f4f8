"""What a plan's report knows of one municipality: its figures, how each goal stands by them, and the same in sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import ClassVar

import pandas as pd

from helpers.analysis.gaps import Verdict
from helpers.analysis.outlook import Backtest
from helpers.analysis.readings import Readings
from helpers.analysis.targets import ResolvedTarget, areas_asked
from helpers.catalogue import Catalogue
from helpers.catalogue.catalogue import fill
from helpers.catalogue.followups import FollowUp
from helpers.catalogue.models import (
    BASE,
    NATIONAL,
    NATIONAL_NAME,
    FocusArea,
    Goal,
    Indicator,
    Municipality,
    Plan,
    Survey,
)
from helpers.data.basis import shown_indicators
from helpers.data.csv_files import CsvCell
from helpers.data.frames import OBSERVATION_COLUMNS, OBSERVATION_KEYS, Grounds, State, Stop
from helpers.data.printed import for_area
from helpers.data.processed import data_problems
from helpers.data.revisions import provisional_periods
from helpers.data.stopped import stopped
from helpers.data.suppression import plan_observations
from helpers.data.windows import figure_windows
from helpers.errors import PlanError, Problem
from helpers.periods import Period
from helpers.present import target_words, words
from helpers.present.spark import Spark, spark
from helpers.reports.base.notes import Measured
from helpers.reports.base.report import Report, Whom, derived, frame_hash
from helpers.reports.base.request import SiteEntry
from helpers.reports.plan import assurance
from helpers.reports.plan import words as plan_words
from helpers.reports.plan.assurance import Assured
from helpers.reports.plan.backtests import backtests
from helpers.reports.plan.outlook import outlook_of, start_reading
from helpers.reports.plan.status import (
    Answers,
    GoalVerdict,
    Judge,
    StatusRow,
    goal_verdicts,
    status_rows,
    summary,
    survey_answers,
    survey_rows,
    unmeasured_rows,
)
from helpers.sources.faults import Fault
from helpers.sources.fetch_status import fetch_rows

_SERIES_NAME = re.compile(r"([\w-]+)\.\w+")
"""``uddannelsesparate-aktiveret.share`` in the words of a problem."""


OBSERVATION_HEADS = (
    "maal", "ordlyd", "maaling", "indikator", "serie", "betegnelse", "omraade", "kommune", "periode", "periode_navn", "vaerdi",
    "enhed", "status", "kilde", "hentet", "offentliggjort",
)  # fmt: skip
"""Heads of the file with all series of a report."""


def measured_goals(catalogue: Catalogue, plan: Plan) -> Measured:
    """A plan's goals with the indicators that measure them; those of surveys have none."""
    known = catalogue.indicators
    return [(goal.number, [known[key] for key in goal.indicators if key in known]) for goal in plan.goals]


@dataclass(frozen=True, eq=False, repr=False)
class PlanNumbers(Report):
    """A plan for one municipality on one basis of figures, of which nothing is laid out yet."""

    kind: ClassVar[str] = "plan"
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
            met=counted[Verdict.MET],
            of=counted.total(),
            unknown=counted[Verdict.CANNOT_BE_JUDGED],
            newest=self.newest_period,
        )

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
    def answers(self) -> Answers:
        """What was typed in of the plan's surveys."""
        return survey_answers(self.project, self.catalogue, self.plan, self.municipality, self.bound)

    @derived
    def survey_rows(self) -> tuple[StatusRow, ...]:
        """The goals that are followed by surveys, which the status table leaves out."""
        now = self.bound or Period.month(self.data_day.year, self.data_day.month)
        return survey_rows(self.catalogue, self.plan, self.municipality, self.answers, now)

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
                start_reading(row, indicator, self.plan, self.readings, code),
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

    def summary_of(self, goals: Iterable[Goal]) -> Counter[Verdict]:
        """How many of the goals have each verdict."""
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

    @derived
    def _office(self) -> dict[str, str]:
        return self.catalogue.office(self.municipality)

    def standing(self, area: FocusArea) -> tuple[str, str, str]:
        """Sign, words and class of a focus area's goals together."""
        return words.joint_standing(self.summary_of(area.goals))

    @derived
    def sparks(self) -> dict[str, Spark]:
        """Indicator → its small trend; none of one without figures."""
        area, example = self.municipality, self.is_example
        drawn = ((i.key, spark(i.key, i, self.window(i), area, example=example)) for i in self.indicators)
        return {key: made for key, made in drawn if made}

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

    def part_name(self, row: StatusRow) -> str:
        """The short name of a row's indicator, where its goal is followed by several; else empty."""
        indicator = self.catalogue.indicators.get(row.indicator)
        several = len(self.plan.goal(row.goal).indicators) > 1
        return indicator.name or "" if indicator and several else ""

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
            part=self.part_name(row).lower() or None,
            beside=assurance.persons_sentence(row, indicator, self.plan.price_of(goal, indicator))
            if indicator
            else "",
        )

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

    @derived
    def _data_problems(self) -> tuple[Problem, ...]:
        return data_problems(self.project, self.catalogue, self.basis)

    def unusable(self) -> Iterator[tuple[Problem, list[str]]]:
        """What of the figures this plan shows could not be used, with the goals it concerns; none for what was typed in."""
        for problem in self._data_problems:
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

    @property
    def figure_names(self) -> tuple[str, ...]:
        """The goals that are not followed by surveys."""
        return tuple(goal.number for goal in self.plan.goals if self.catalogue.survey(goal) is None)

    @property
    def newest_period(self) -> Period | None:
        """The newest period of any goal; none when there are no figures."""
        periods = [row.period for row in self.all_rows if row.period]
        return max(periods, key=lambda period: period.end, default=None)

    @derived
    def observation_rows(self) -> tuple[tuple[CsvCell, ...], ...]:
        """What is known, a row a figure: the columns of `OBSERVATION_HEADS`."""
        return tuple(self._observation_rows())

    def _observation_rows(self) -> Iterator[tuple[CsvCell, ...]]:
        """All series of the municipality and the country: the columns of `OBSERVATION_HEADS`."""
        goals: dict[str, list[Goal]] = {}
        for goal in self.plan.goals:
            for key in (*goal.indicators, *(item.indicator for item in self.catalogue.beside(goal))):
                goals.setdefault(key, []).append(goal)
        own = self.municipality
        names = {NATIONAL: NATIONAL_NAME, own.code: own.name}
        states = {state.value: word or "ok" for state, word in words.STATE_WORDS.items()}
        by_key = {indicator.key: indicator for indicator in self.indicators}
        drawn = self.observations["series"] != BASE  # beside a share, it may tell a hidden count
        frame = self.observations[self.observations["indicator"].isin(list(by_key)) & drawn]
        frame = frame.sort_values(list(OBSERVATION_KEYS))

        @cache
        def of_line(key: str, name: str, area: str) -> tuple[tuple[CsvCell, ...], str | None]:
            """What every row of a series and area says, and its unit."""
            indicator = by_key[key]
            series = indicator.series[name]
            label = series.label_national if area == NATIONAL and series.label_national else series.label
            said = (
                words.listed(dict.fromkeys(goal.number for goal in goals[key])),
                " / ".join(dict.fromkeys(goal.text for goal in goals[key])),
                fill(indicator.title, kommune=own.name), key, name, fill(label, area=names[area], kommune=own.name), area,
                names[area],
            )  # fmt: skip
            return said, words.unit_word(indicator.unit_of(name))

        for key, name, area, period, value, state, source, snapshot, published in zip(
            *(frame[column].astype(object).tolist() for column in OBSERVATION_COLUMNS), strict=True
        ):
            said, unit = of_line(key, name, area)
            yield (
                *said, period, Period.parse(period).danish, None if pd.isna(value) else float(value), unit, states[state],
                source, snapshot or None, "ja" if published else "nej",
            )  # fmt: skip
