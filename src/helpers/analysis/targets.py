"""What a target comes to for an area in a period: its number, whose or which earlier figure stands behind it, and the way there.

In: a plan's :class:`~helpers.catalogue.targets.Target` and :class:`~helpers.analysis.readings.Readings`. Out: a
:class:`Judgement`. Sentences, figures, status rows and files read the resolved :class:`ResolvedTarget`, never the target's keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from helpers.analysis.gaps import Verdict, gap, interval_gap, target_value, verdict
from helpers.analysis.groups import ComparisonGroup, comparison_group
from helpers.analysis.paths import PathPoint, as_good, path_value, straight_path
from helpers.analysis.ranks import Rank, Standing, last_of_top_third, rank
from helpers.analysis.readings import NOTHING, Readings, StatusReading
from helpers.catalogue import Catalogue
from helpers.catalogue.areas import Area
from helpers.catalogue.models import NATIONAL, Break, Direction, Indicator, Municipality, Plan
from helpers.catalogue.targets import Against, JudgeOn, Part, Taken, Target, Yardstick
from helpers.data.frames import State
from helpers.periods import Period


class Lacking(StrEnum):
    """Why there is no judgement, or no path."""

    NO_FIGURE = "no_figure"
    BREAK = "break"
    NO_GROUP = "no_group"
    NO_RANKING = "no_ranking"
    NOT_IN_FORCE = "not_in_force"


@dataclass(frozen=True)
class Lack:
    """What a judgement lacks."""

    obstacle: Lacking
    # Whose figure is not there, of when, and why; of an average, the first that is missing.
    period: Period
    area: str = ""
    state: State = State.MISSING
    broken: Break | None = None
    """The break that lies between figures that would be compared."""


@dataclass(frozen=True)
class Start:
    """What a goal sets out from; `given` in the plan, or read from the figures."""

    period: Period
    value: Decimal
    given: bool = False


@dataclass(frozen=True)
class ResolvedTarget:
    """A target as it stands for one area and period."""

    target: Target
    value: Decimal | None = None
    """The number asked for, in the indicator's unit; the lower end of an interval; the last place that meets a rank."""
    upper: Decimal | None = None
    """The upper end of an interval."""
    yardstick: Decimal | None = None
    """What the number was taken from, before the margin."""
    # Whom the yardstick is of, and how many of them have a figure.
    group: ComparisonGroup | None = None
    known: int = 0
    since: Period | None = None
    """The earlier period the yardstick is of."""
    place: Rank | None = None
    """Of a rank: where the area stands."""
    year: int | None = None
    """The year in force, where each has its own number."""
    other: Municipality | None = None
    """The municipality the yardstick is of."""
    # The period it is judged in, where there is one; until then by the path. Whether it is a total of the year.
    due: Period | None = None
    total: bool = False
    # What it sets out from, and where the path is in the period.
    start: Start | None = None
    path: Fraction | None = None
    lack: Lack | None = None
    """Why there is no number."""

    @classmethod
    def of(cls, target: Target, national: Decimal | None = None) -> ResolvedTarget:
        """A target whose number is written, or taken from the country's value."""
        yardstick = national if target.national else None
        return cls(target, target_value(target, national), target.upper, yardstick=yardstick)

    def distance(self, value: Decimal, wanted: Decimal, direction: Direction) -> Decimal:
        """How far an area's value is from the number wanted, positive on the better side; of a rank in places."""
        if self.place is not None:
            return wanted - (self.place.place or 0)
        if self.upper is not None:
            return interval_gap(value, wanted, self.upper)
        return gap(value, wanted, direction)


@dataclass(frozen=True)
class Judgement:
    """How one part of a goal stands for one area in one period."""

    period: Period
    # What is known of the area, as the goal is judged (`JudgeOn`), and of the country.
    ours: StatusReading
    national: StatusReading
    asked: ResolvedTarget
    gap: Decimal | None
    """Distance from the target, positive on the better side; of a rank in places. None when a term is unknown."""
    verdict: Verdict
    lack: Lack | None = None
    """Why it cannot be judged; or, with a verdict, why there is no path."""
    finer: Decimal | None = None
    """A `gap` that is printed as 0, from the counts and not rounded: what the verdict then goes by; else none."""

    @property
    def target(self) -> Decimal | None:
        """The number asked for."""
        return self.asked.value


@dataclass(frozen=True)
class Course:
    """What a figure draws of a target: its number in each period that it has one for."""

    asked: ResolvedTarget
    points: tuple[tuple[Period, Fraction], ...]
    varies: bool
    """Whether it is another one from period to period: a line then, and else a level."""


@dataclass(frozen=True)
class _Case:
    """What is asked of whom: a target, the indicator it is of, and an area."""

    indicator: Indicator
    target: Target
    area: str

    @property
    def direction(self) -> Direction:
        return self.target.direction or self.indicator.direction

    @property
    def is_total(self) -> bool:
        return self.indicator.cumulative or self.target.judge_on is JudgeOn.YEAR_TOTAL

    def last_of(self, year: int) -> Period:
        """The last period of a year."""
        frequency = self.indicator.frequency
        return Period(frequency, (year + 1) * frequency.per_year - 1)


@dataclass(frozen=True)
class _Measured:
    reading: StatusReading
    lack: Lack | None = None


class Targets:
    """The targets of a plan, resolved and judged for any area and period; each question is a look-up."""

    def __init__(self, catalogue: Catalogue, plan: Plan, readings: Readings) -> None:
        self.catalogue = catalogue
        self.plan = plan
        self.year = plan.year
        self.readings = readings
        self._areas = {area.code: area for area in catalogue.municipalities}
        self._known: dict[tuple[str, str, Period, JudgeOn, str], _Measured] = {}
        self._groups: dict[tuple[str, str, str], ComparisonGroup] = {}

    def as_told(
        self, indicator: Indicator, period: Period, values: Mapping[str, Decimal], document: str
    ) -> Targets:
        """The same targets with what a document tells of an indicator in one period: area → value."""
        told = {
            (indicator.key, area, period): StatusReading(value, State.OK, document, published=True)
            for area, value in values.items()
        }
        return Targets(self.catalogue, self.plan, self.readings.instead(told))

    # ------------------------------------------------------------------------------------ judging

    def newest(self, part: Part, area: str) -> Period | None:
        """The newest period that counts: published for the area or, where it is compared, the country; none after it is due."""
        case = self._case(part, area)
        areas = (area, NATIONAL) if case.indicator.is_compared else (area,)
        found = self.readings.newest(case.indicator, *areas)
        return None if found is None else self._capped(case, found)

    def _case(self, part: Part, area: str) -> _Case:
        return _Case(self.catalogue.indicators[part.indicator], part.target, area)

    def _capped(self, case: _Case, period: Period) -> Period:
        """Later figures change nothing in what was judged on its day."""
        last = self._due(case, period)
        if case.target.years:
            last = case.last_of(max(case.target.years))
        return period if last is None else min(period, last)

    def judge(self, part: Part, area: str, period: Period) -> Judgement:
        """How a part of a goal stands for an area (``dk`` or a municipality's code) in a period."""
        case = self._case(part, area)
        indicator, target = case.indicator, case.target
        period = self._capped(case, period)
        ours = self._measured(indicator, area, period, target.judge_on)
        national = NOTHING
        if indicator.is_compared:
            national = self._measured(indicator, NATIONAL, period, target.judge_on).reading
        asked = self.asked(part, area, period)
        if not target.is_set or target.way:
            found = Verdict.FOLLOWED if target.way else Verdict.CANNOT_BE_JUDGED
            return Judgement(period, ours.reading, national, asked, None, found, ours.lack)
        lack = ours.lack or asked.lack
        if ours.reading.value is None or asked.value is None:
            return Judgement(period, ours.reading, national, asked, None, Verdict.CANNOT_BE_JUDGED, lack)
        difference = asked.distance(ours.reading.value, asked.value, case.direction)
        found = verdict(difference, target)
        if asked.due is not None and period < asked.due:
            found = self._before_due(found, asked, case, ours.reading.value)
        return Judgement(period, ours.reading, national, asked, difference, found, lack)

    @staticmethod
    def _before_due(now: Verdict, asked: ResolvedTarget, case: _Case, value: Decimal) -> Verdict:
        """The verdict until the day: by the path; only what can never turn back is settled earlier."""
        if case.is_total:
            settled = Verdict.MET if case.direction is Direction.HIGHER else Verdict.NOT_MET
            if now is settled:
                return settled
        if asked.path is None:
            return Verdict.NOT_DUE
        return Verdict.ON_TRACK if as_good(value, asked.path, case.direction) else Verdict.BEHIND

    # ---------------------------------------------------------------------------------- resolving

    def asked(self, part: Part, area: str, period: Period) -> ResolvedTarget:
        """What a part asks of an area in a period."""
        case = self._case(part, area)
        found = self._asked(case, period)
        return replace(found, total=True) if case.is_total else found

    def _asked(self, case: _Case, period: Period) -> ResolvedTarget:
        target, due = case.target, self._due(case, period)
        if not target.is_set:
            return ResolvedTarget(target)
        if target.way:
            return ResolvedTarget(target, start=self._start(case, period, None))
        if target.rule == "rank":
            return self._rank(case, period, due)
        if target.years:
            return self._of_year(case, period, due)
        if case.is_total and period.year < self.year and not target.due:
            return ResolvedTarget(target, due=due, lack=Lack(Lacking.NOT_IN_FORCE, period))
        asked = (
            self._against(case, target.against, period, due)
            if target.against
            else ResolvedTarget(target, target.value, target.upper, due=due)
        )
        if asked.value is None or (due is None and target.given is None and target.baseline is None):
            return asked
        start = self._start(case, period, asked)
        path, lack = None, None
        if due is not None and target.upper is None:
            path, lack = self._path(case, asked, start, period, due)
        return replace(asked, start=start, path=path, lack=lack)

    def _due(self, case: _Case, period: Period) -> Period | None:
        """The period a target is judged in: its own, or the last of the year for a year's total or mean."""
        target = case.target
        due = target.due_in(case.indicator.frequency)
        if due is None and (case.is_total or target.judge_on is JudgeOn.YEAR_MEAN):
            year = min(max(period.year, min(target.years)), max(target.years)) if target.years else self.year
            return case.last_of(year)
        return due

    @staticmethod
    def _of_year(case: _Case, period: Period, due: Period | None) -> ResolvedTarget:
        """The number of the year in force: the period's own, or the last one before it."""
        target = case.target
        if (year := _year_in_force(target, period)) is None:
            return ResolvedTarget(target, due=due, lack=Lack(Lacking.NOT_IN_FORCE, period))
        value = target.years[year]
        start, path = None, None
        if due is not None:
            start = Start(case.last_of(due.year - 1), Decimal(0))
            path = (
                path_value(straight_path((start.period, start.value), {due: value}, None), period)
                if case.is_total
                else Fraction(value)
            )
        return ResolvedTarget(target, value, year=year, due=due, path=path)

    def _against(
        self, case: _Case, yardstick: Yardstick, period: Period, due: Period | None
    ) -> ResolvedTarget:
        """A number that is taken from the country, others, an earlier period or what was expected."""
        indicator, target, area = case.indicator, case.target, case.area
        on = target.judge_on
        told: dict[str, Any] = {}
        if yardstick.against is Against.EARLIER:
            since = self._since(yardstick, case, due or period)
            found = self._measured(indicator, area, since, on)
            lack = found.lack or _across(indicator, since, period)
            told["since"] = since
            basis = None if lack else found.reading.value
        elif yardstick.against is Against.GROUP:
            group = self.group(yardstick.name, indicator, area)
            values = self._values(indicator, group.codes, period, on)
            known = [value for value in values.values() if value is not None]
            basis = _of_group(known, target.taken, case.direction, indicator.decimals)
            lack = None if known else Lack(Lacking.NO_GROUP, period)
            told.update(group=group, known=len(known))
        else:
            whose = NATIONAL if yardstick.against is Against.COUNTRY else area
            if yardstick.against is Against.AREA:
                other = self.catalogue.find_municipality(yardstick.name)
                whose = other.code if other else ""
                told["other"] = other
            series = "expected" if yardstick.against is Against.EXPECTED else ""
            found = self._measured(indicator, whose, period, on, series)
            basis, lack = found.reading.value, found.lack
        if basis is not None:
            told.update(yardstick=basis, value=_moved(basis, target, indicator.decimals))
        return ResolvedTarget(target, due=due, lack=lack, **told)

    def _since(self, yardstick: Yardstick, case: _Case, period: Period) -> Period:
        since = yardstick.since
        if isinstance(since, Period):
            return since
        if since == "last_year":
            return period.shift(-case.indicator.frequency.per_year)
        return case.last_of(self.year - 1)

    def _rank(self, case: _Case, period: Period, due: Period | None) -> ResolvedTarget:
        indicator, target, area = case.indicator, case.target, case.area
        group = self.group(target.among, indicator, area)
        values = self._values(indicator, (area, *group.codes), period, target.judge_on)
        found = rank(values, area, indicator.direction)
        if found.standing in (Standing.NO_VALUE, Standing.NO_DATA):
            return ResolvedTarget(
                target, group=group, due=due
            )  # the area's own figure is missing, which is told as that
        if found.standing is Standing.ALONE:
            return ResolvedTarget(target, group=group, due=due, lack=Lack(Lacking.NO_RANKING, period))
        limit = target.value if target.value is not None else Decimal(last_of_top_third(found.of))
        return ResolvedTarget(target, limit, group=group, known=found.of, place=found, due=due)

    def group(self, name: str, indicator: Indicator, area: str) -> ComparisonGroup:
        """Whom an area is compared with under a name (``group``, ``region``, a list, ``country``)."""
        key = (name, indicator.key, area)
        if key not in self._groups:
            own, others = Area.of(self._areas[area]), map(Area.of, self.catalogue.municipalities)
            self._groups[key] = comparison_group(self.catalogue, own, others, name, indicator=indicator.key)
        return self._groups[key]

    def _values(
        self, indicator: Indicator, areas: Iterable[str], period: Period, on: JudgeOn
    ) -> dict[str, Decimal | None]:
        return {code: self._measured(indicator, code, period, on).reading.value for code in areas}

    def _measured(
        self, indicator: Indicator, area: str, period: Period, on: JudgeOn, series: str = ""
    ) -> _Measured:
        """An area's figure as the goal is judged: of the period, or the mean or sum of those up to it."""
        place = indicator.key, area, period, on, series
        if place not in self._known:
            self._known[place] = self._measure(indicator, area, period, on, series)
        return self._known[place]

    def _measure(
        self, indicator: Indicator, area: str, period: Period, on: JudgeOn, series: str
    ) -> _Measured:
        if on is JudgeOn.NEWEST or (indicator.cumulative and on is JudgeOn.YEAR_TOTAL):
            found = self.readings.at(indicator, area, period, series)
            return _Measured(found, _missing(area, period, found))
        count = indicator.frequency.per_year if on is JudgeOn.MEAN_12_MONTHS else period.number
        periods = [period.shift(step) for step in range(1 - count, 1)]
        readings = [self.readings.at(indicator, area, one, series) for one in periods]
        lack = next(
            (_missing(area, one, r) for one, r in zip(periods, readings, strict=True) if r.value is None),
            None,
        )
        lack = lack or _across(indicator, periods[0], period)
        last = readings[-1]
        if lack is not None:
            return _Measured(StatusReading(None, lack.state, last.source), lack)
        total = sum((reading.value or Decimal(0) for reading in readings), Decimal(0))
        value = (
            total if on is JudgeOn.YEAR_TOTAL else _rounded(total / len(readings), max(1, indicator.decimals))
        )
        return _Measured(StatusReading(value, State.OK, last.source, last.published))

    def _start(self, case: _Case, period: Period, asked: ResolvedTarget | None) -> Start | None:
        """What the goal sets out from; none where it is not given and no figure can be compared with it."""
        target = case.target
        if case.is_total and target.given is None:
            due = self._due(case, period)
            return Start(case.last_of((due or period).year - 1), Decimal(0))
        at = target.baseline or (asked.since if asked and asked.since else case.last_of(self.year - 1))
        if target.given is not None:
            return Start(at, target.given, given=True)
        if asked is not None and asked.since == at and asked.yardstick is not None:
            return Start(at, asked.yardstick)
        found = self._measured(case.indicator, case.area, at, target.judge_on)
        if found.reading.value is None or at >= period or _across(case.indicator, at, period):
            return None
        return Start(at, found.reading.value)

    def _path(
        self, case: _Case, asked: ResolvedTarget, start: Start | None, period: Period, due: Period
    ) -> tuple[Fraction | None, Lack | None]:
        """Where the path is in a period, or why there is none."""
        indicator, target = case.indicator, case.target
        if target.path == "last_year":
            year = indicator.frequency.per_year
            if (lack := _across(indicator, period.shift(-year), period)) is not None:
                return None, lack
            on = JudgeOn.YEAR_TOTAL if case.is_total else target.judge_on
            then, last = (self._measured(indicator, case.area, at.shift(-year), on) for at in (period, due))
            if then.lack or last.lack or not last.reading.value or then.reading.value is None:
                return None, then.lack or last.lack
            part_of_year = Fraction(then.reading.value) / Fraction(last.reading.value)
            return part_of_year * Fraction(asked.value or 0), None
        return path_value(self._points(case, asked, start, due), period), None

    @staticmethod
    def _points(
        case: _Case, asked: ResolvedTarget, start: Start | None, due: Period
    ) -> tuple[PathPoint, ...]:
        target, direction = case.target, case.direction
        begin: tuple[Period, Decimal | None] = (start.period, start.value) if start else (due, None)
        if isinstance(target.path, dict):
            given = dict(sorted(target.path.items()))
            if begin[1] is not None and begin[0] >= next(iter(given)):
                begin = (due, None)
            return straight_path(begin, given, direction, held=False)
        if target.judge_on is JudgeOn.YEAR_MEAN:  # a mean is held against the same number all the year
            begin = (case.last_of(due.year - 1), asked.value)
        if begin[1] is None or asked.value is None or begin[0] >= due:
            return ()
        return straight_path(begin, {due: asked.value}, direction)

    # ------------------------------------------------------------------------------------ drawing

    def courses(self, part: Part, area: str, periods: Sequence[Period]) -> tuple[Course, ...]:
        """What a figure of these periods draws of a target: its level, its path, or its yardstick as it moved.

        The country is drawn for itself, and places cannot be drawn on the axis of what is measured.
        """
        target = part.target
        plain_country = target.national and not target.due
        if not periods or not target.is_set or target.way or target.rule == "rank" or plain_country:
            return ()
        if target.against and target.against.against is Against.EXPECTED:
            return ()  # its series is drawn
        case = self._case(part, area)
        asked = self.asked(part, area, self._capped(case, periods[-1]))
        if asked.due is not None and not target.years and target.upper is None:
            return self._dated(case, asked, periods)
        found = [(period, self.asked(part, area, period)) for period in periods]
        ends = [lambda one: one.value, *([lambda one: one.upper] if target.upper is not None else [])]
        courses = []
        for end in ends:
            points = tuple((period, Fraction(end(one))) for period, one in found if end(one) is not None)
            if points:
                varies = len({value for _, value in points}) > 1 or len(points) < len(periods)
                courses.append(Course(asked, points, varies))
        return tuple(courses)

    def _dated(self, case: _Case, asked: ResolvedTarget, periods: Sequence[Period]) -> tuple[Course, ...]:
        assert asked.due is not None
        if asked.value is None:
            return ()
        if asked.target.path == "last_year":
            year = case.last_of(asked.due.year - 1)
            found = [
                (period, self._path(case, asked, None, period, asked.due)[0])
                for period in periods
                if year < period <= asked.due
            ]
            points = tuple((period, value) for period, value in found if value is not None)
        else:
            way = self._points(case, asked, asked.start, asked.due)
            points = tuple((one.period, one.value) for one in way if periods[0] <= one.period <= periods[-1])
        if not points:
            return (Course(asked, tuple((period, Fraction(asked.value)) for period in periods), False),)
        return (Course(asked, points, True),)


def judge_answer(
    target: Target, value: Decimal | None, period: Period | None, direction: Direction
) -> tuple[ResolvedTarget, Decimal | None, Verdict]:
    """What a target comes to for one answer of a survey, which has no earlier ones and nobody to be compared with.

    Returns
    -------
    (asked, gap, verdict)
        As in :class:`Judgement`. A year's own number is that of the year the survey was made in.
    """
    asked = ResolvedTarget(target, target.value, target.upper, due=target.due)
    if target.years and period is not None:
        year = _year_in_force(target, period)
        asked = (
            ResolvedTarget(target, lack=Lack(Lacking.NOT_IN_FORCE, period))
            if year is None
            else ResolvedTarget(target, target.years[year], year=year)
        )
    if target.way:
        return asked, None, Verdict.FOLLOWED
    if value is None or asked.value is None:
        return asked, None, Verdict.CANNOT_BE_JUDGED
    difference = asked.distance(value, asked.value, direction)
    if asked.due is not None and (period is None or period < asked.due):
        return asked, difference, Verdict.NOT_DUE
    return asked, difference, verdict(difference, target)


def _year_in_force(target: Target, period: Period) -> int | None:
    """The year whose number holds in a period: its own, or the last one before it."""
    return max((year for year in target.years if year <= period.year), default=None)


def shown_decimals(target: Target, decimals: int) -> int:
    """Decimals of the figure that is judged: a mean of counts has one."""
    mean = target.judge_on in (JudgeOn.MEAN_12_MONTHS, JudgeOn.YEAR_MEAN)
    return max(1, decimals) if mean else decimals


def areas_asked(catalogue: Catalogue, plan: Plan, municipality: Municipality) -> tuple[str, ...]:
    """Codes of all whose figures a municipality's goals are judged with, itself and the country first."""
    codes = dict.fromkeys((NATIONAL, municipality.code))
    targets = Targets(catalogue, plan, Readings.none())
    for goal in plan.goals:
        for part in goal.parts:
            indicator, target = catalogue.indicators.get(part.indicator), part.target
            if indicator is None:
                continue
            if target.against and target.against.against is Against.AREA:
                other = catalogue.find_municipality(target.against.name)
                codes |= {other.code: None} if other else {}
            name = target.among if target.rule == "rank" else ""
            if target.against and target.against.against is Against.GROUP:
                name = target.against.name
            if name:
                codes |= dict.fromkeys(targets.group(name, indicator, municipality.code).codes)
    return tuple(codes)


def _missing(area: str, period: Period, found: StatusReading) -> Lack | None:
    return None if found.value is not None else Lack(Lacking.NO_FIGURE, period, area, found.state)


def _across(indicator: Indicator, one: Period, other: Period) -> Lack | None:
    """The break that lies between two periods, as what a comparison of them lacks."""
    breaks = indicator.breaks_between(one, other)
    return Lack(Lacking.BREAK, breaks[-1].period, broken=breaks[-1]) if breaks else None


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _of_group(known: Sequence[Decimal], taken: Taken, direction: Direction, decimals: int) -> Decimal | None:
    """The plain mean of the members, rounded as a published share is, or the best of them."""
    if not known:
        return None
    if taken is Taken.BEST:
        return max(known, key=lambda value: direction.sign * value)
    return _rounded(sum(known, Decimal(0)) / len(known), decimals)


def _moved(basis: Decimal, target: Target, decimals: int) -> Decimal:
    """The yardstick with the target's margin, or so many per cent of it more."""
    if target.percent is None:
        return basis + target.margin
    exact = basis * (100 + target.percent) / 100
    shown = _rounded(exact, decimals + 1)
    return _rounded(shown, decimals) if shown == _rounded(shown, decimals) else shown
