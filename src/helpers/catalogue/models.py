"""What the catalogue may say: frozen pydantic models for indicators, plans, areas and published figures.

The YAML files are written for people; these models are what they mean. Nothing here reads a file.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from helpers.catalogue.fields import (
    Direction,
    Key,
    Model,
    Months,
    Name,
    Number,
    PeriodId,
    one_or_many,
    parted,
)
from helpers.catalogue.names import Names
from helpers.catalogue.targets import OneOrSeveral, Part, Several
from helpers.periods import Frequency, Period


class Unit(StrEnum):
    """What a value counts. Differences between shares (``percent``) are percentage points."""

    PERCENT = "percent"
    PERSONS = "persons"
    FULL_TIME = "full_time_persons"
    RATIO = "ratio"
    WEEKS = "weeks"
    NUMBER = "number"


class Certainty(StrEnum):
    """How sure the catalogue is of a series' source (docs/data.md lists what would settle it)."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    UNKNOWN = "unknown"


class Comparison(StrEnum):
    """Whom an indicator is fairly compared with (seed 003, "Indledning")."""

    FRAMEWORK = "framework"
    EFFORT = "effort"


class Publisher(NamedTuple):
    """Who publishes tables: what the catalogue, ``data/raw`` and the pages call it."""

    # As a page names the source, and whose figures they are.
    name: str
    owner: str
    url: str
    asked_by: str
    """The class that asks it (:class:`helpers.sources.source.Source`)."""
    measure: str | None = None
    """What a term that names no measure asks for; none where each must name one."""
    needs_key: bool = False
    """Whether nothing is to be had without a key."""


JOBINDSATS, STATBANK = "jobindsats", "statbank"

SOURCES = {
    JOBINDSATS: Publisher(
        "Jobindsats",
        "Styrelsen for Arbejdsmarked og Rekruttering, Jobindsats.dk",
        "https://jobindsats.dk",
        "helpers.sources.jobindsats_source:Jobindsats",
        needs_key=True,
    ),
    STATBANK: Publisher(
        "Statistikbanken",
        "Danmarks Statistik, Statistikbanken (CC BY 4.0)",
        "https://statistikbanken.dk",
        "helpers.sources.statbank_source:Statbank",
        "INDHOLD",
    ),
}
"""The sources figures are fetched from, by the name of their folder in ``data/raw``."""


class Term(Model):
    """One measure of one table, for every area and period."""

    table: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    """Table id in lower case, ``y08a02`` or ``aup02``."""
    measure: str
    """A measure group id (``mgrpa02_1``), a measure id (``measi14_1``), or the measure's exact label. Tables of
    StatBank have but one."""
    where: dict[str, Annotated[tuple[str, ...], BeforeValidator(one_or_many)]] = Field(default_factory=dict)
    """Dimension id → member label, or several member labels whose values are added. A dimension that is not named is at
    its total. In StatBank a member is named by its code or its text (``FL|Fleksjob``: the first of them that there is),
    or a span of whole numbers by ``16..66``."""
    source: str = JOBINDSATS
    """One of :data:`SOURCES`; written as ``{statbank: AUP02}`` instead of ``{table: y08a02}``."""

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        named = [key for key in SOURCES if isinstance(data, dict) and key in data]
        if not named:
            return data
        if len(named) > 1 or "table" in data:
            raise ValueError("a term is of one table of one source")
        key = named[0]
        rest = {name: value for name, value in data.items() if name != key}
        table = data[key].lower() if isinstance(data[key], str) else data[key]
        return {"measure": SOURCES[key].measure, **rest, "table": table, "source": key}


Terms = Annotated[tuple[Term, ...], BeforeValidator(one_or_many)]


class FromMeasure(Term):
    """The measure as it stands, or ``100 − measure`` when `complement` is set (seed 002, goals 1a and 1b)."""

    complement: bool = False

    @property
    def terms(self) -> tuple[Term, ...]:
        return (Term(table=self.table, measure=self.measure, where=self.where, source=self.source),)


class FromShare(Model):
    """``100 × Σ share_of / Σ base``; the base is `out_of`, or `share_of` and `plus` together."""

    share_of: Terms
    plus: Terms = ()
    out_of: Terms = ()

    @model_validator(mode="after")
    def _one_base(self) -> FromShare:
        if bool(self.plus) == bool(self.out_of):
            raise ValueError("a share needs a base: give either plus (base = share_of + plus) or out_of")
        return self

    @property
    def base(self) -> tuple[Term, ...]:
        return self.out_of or (*self.share_of, *self.plus)

    @property
    def terms(self) -> tuple[Term, ...]:
        return (*self.share_of, *self.plus, *self.out_of)


class FromSum(Model):
    """The sum of several measures; unknown as soon as one of them is."""

    sum_of: Terms

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.sum_of


class FromHand(Model):
    """No table has it: typed in at ``data/raw/manual/<slug>/<indicator>.csv``; `typed_in` says from where."""

    typed_in: str

    @property
    def terms(self) -> tuple[Term, ...]:
        return ()


class FromUnknown(Model):
    """A table has it, but its id is not known: the words to give to ``plan find``; until then typed in."""

    unknown: Annotated[tuple[str, ...], BeforeValidator(one_or_many)]

    @property
    def terms(self) -> tuple[Term, ...]:
        return ()


ORIGIN_FORMS = {
    "table": "(measure)",
    **dict.fromkeys(SOURCES, "(measure)"),
    "share_of": "(share)",
    "sum_of": "(sum)",
    "typed_in": "(hand)",
    "unknown": "(unknown)",
}
"""The key that tells the ways a series can come about apart, and pydantic's tag for each."""


def _origin_tag(value: Any) -> str | None:
    written = value if isinstance(value, dict) else type(value).model_fields
    return next((tag for key, tag in ORIGIN_FORMS.items() if key in written), None)


Origin = Annotated[
    Annotated[FromMeasure, Tag("(measure)")]
    | Annotated[FromShare, Tag("(share)")]
    | Annotated[FromSum, Tag("(sum)")]
    | Annotated[FromHand, Tag("(hand)")]
    | Annotated[FromUnknown, Tag("(unknown)")],
    Discriminator(
        _origin_tag,
        custom_error_type="origin_form",
        custom_error_message="a series comes from one of: {table: …, measure: …}, {share_of: …, out_of: …}, "
        "{share_of: …, plus: …}, {sum_of: …}, {typed_in: …}, {unknown: …}",
    ),
]


class Series(Model):
    """One line or one set of bars of a figure."""

    label: str
    """Legend name as in seed 002; ``{area}`` becomes ``Hele landet`` or the municipality's name."""
    label_national: str | None = None
    """Legend name of the country where it is not `label` with ``Hele landet`` put in."""
    unit: Unit | None = None
    axis: Literal["share", "count"] = "share"
    """``share`` (left axis, lines) or ``count`` (right axis, bars)."""
    mark: Literal["line", "bar"] = "line"
    national: bool = True
    """Whether the country is drawn beside the municipality. Counts of persons are the municipality's own by themselves.
    """
    stack: str | None = None
    """Bars with the same word are stacked on each other."""
    origin: Origin = Field(alias="from")
    certainty: Certainty
    note: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _counts_are_bars(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("axis") == "count":
            return {"mark": "bar", "national": False, **data}
        return data

    @model_validator(mode="after")
    def _one_source(self) -> Series:
        found = dict.fromkeys(term.source for term in self.origin.terms)
        if len(found) > 1:
            raise ValueError(
                f"two sources never share a line, and these terms are from {' and '.join(found)}: "
                "make one series of each"
            )
        return self


class Break(Model):
    """A break in the data from `period` on; drawn in every figure that spans it."""

    period: PeriodId
    """First period after the break, of the indicator's frequency."""
    text: str
    """Short name for the figure, in Danish."""
    meaning: str | None = None
    """What changed, in Danish sentences for the page on data."""
    source: str | None = None
    """Where that is to be read."""
    name: str | None = None
    """Its key in ``catalogue/breaks.yml`` where several indicators share it."""

    @property
    def over(self) -> Period:
        """The first period that lies wholly after it: four quarters are mixed until the break is in the first."""
        return self.period.shift(3 if self.period.frequency is Frequency.ROLLING_YEAR else 0)


class Limits(NamedTuple):
    """What a measure may hold."""

    # The least and the largest value that can be right.
    low: float
    high: float
    whole: bool = False
    """It counts persons, so that it has no fraction."""
    part: bool = False
    """What an area has is a part of what the country has."""

    def both(self, other: Limits | None) -> Limits:
        """What may be held to satisfy another's limits too."""
        if other is None:
            return self
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Limits(low, high, self.whole or other.whole, self.part or other.part)

    def against(self, value: float) -> str:
        """Why a value cannot be right; empty when it can."""
        if not self.low <= value <= self.high:  # a number that is none is in no range
            return f"outside {self.low:,.12g} to {self.high:,.12g}"
        return "a count of persons with a fraction" if self.whole and value != int(value) else ""


_PEOPLE = 10_000_000
"""More than live in the country."""

LIMITS = {
    Unit.PERCENT: Limits(0, 100),
    Unit.PERSONS: Limits(0, _PEOPLE, whole=True, part=True),
    Unit.FULL_TIME: Limits(0, _PEOPLE, part=True),
    Unit.RATIO: Limits(0, 100_000),
    Unit.WEEKS: Limits(0, 10_000),
    Unit.NUMBER: Limits(0, 1e9),
}
"""What values of a unit may be, unless the indicator says otherwise (`value_range`)."""


BASE = "base"
"""The series that holds how many a share is out of: for reckoning, never drawn (docs/catalogue.md)."""


class Beside(Model):
    """An indicator, often of another source, that is shown under another's figure: in a figure of its own, unjudged."""

    indicator: Key
    difference: str
    """What sets the two apart, in Danish sentences for the page; it is told nowhere else."""


class Indicator(Model):
    """A measured series behind a goal."""

    key: Key
    """English-neutral identifier, the key in ``catalogue/indicators.yml``; also the name of its files."""
    # As printed over the figure in seed 002.
    title: str
    subtitle: str | None = None
    name: str | None = None
    """Short name, for a goal that is judged by several indicators (``5b``: Formidlingsgrad)."""
    finding: str | None = Field(default=None, pattern=r"\{value\}")
    """The newest value as the start of a Danish sentence: ``{value} havde forladt A-dagpenge``."""
    in_persons: str | None = Field(default=None, pattern=r"^skulle ")
    """What those do or are of whom a goal asks for more or fewer: ``skulle være i et fleksjob``, the same for one and
    many."""
    figure: str | None = None
    """Indicators of one goal with the same word here share one figure, drawn with the first one's title."""
    definition: str | None = None
    # Of the headline series. Differences of percentages are percentage points.
    unit: Unit
    decimals: int = Field(ge=0, le=3)
    frequency: Frequency
    direction: Direction
    comparison: Comparison = Comparison.EFFORT
    # Axis titles where seed 002 prints them.
    share_axis: str | None = None
    count_axis: str | None = None
    series: dict[Name, Series]
    """In the order of the figure's legend."""
    headline: str = "share"
    """Key of the series that goals are judged by."""
    breaks: tuple[Break, ...] = ()
    caveats: tuple[str, ...] = ()
    published_in: tuple[int, ...] = ()
    """Numbers of the periods of a year that the source publishes, ``[2, 4]`` for half-yearly quarters; default: all."""
    beside: Annotated[tuple[Beside, ...], BeforeValidator(one_or_many)] = ()
    """What is shown under its figure, to compare with."""
    cumulative: bool = False
    """Counted from 1 January, and anew each year."""
    provisional: bool = False
    """Whether the source itself calls all of its figures provisional (foreløbig opgørelse)."""
    value_range: tuple[float, float] | None = None
    """The least and the largest value that can be right, where the unit's own range (:data:`LIMITS`) is too narrow: a
    growth in per cent, ``[-100, 400]``."""
    valid_to: PeriodId | None = None
    """Last period for which the benefit existed; `successors` are the indicators to use after it."""
    successors: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _counts_are_ones_own(cls, data: Any) -> Any:
        """How many persons an area has is not compared with the country, unless a series says so."""
        series = data.get("series") if isinstance(data, dict) else None
        if not isinstance(series, dict) or data.get("unit") not in (Unit.PERSONS, Unit.FULL_TIME):
            return data
        own = {
            name: {"national": False, **item} if isinstance(item, dict) and "unit" not in item else item
            for name, item in series.items()
        }
        return {**data, "series": own}

    @model_validator(mode="after")
    def _fits_together(self) -> Indicator:
        if self.headline not in self.series:
            raise ValueError(f'headline "{self.headline}" is none of the series: {", ".join(self.series)}')
        periods = [broken.period for broken in self.breaks] + ([self.valid_to] if self.valid_to else [])
        for period in periods:
            if period.frequency is not self.frequency:
                raise ValueError(
                    f"{period} is a {period.frequency.value}, "
                    f"but the indicator is published by {self.frequency.value}"
                )
        if any(not 1 <= number <= self.frequency.per_year for number in self.published_in):
            raise ValueError(f"published_in: a year has {self.frequency.per_year} periods of this frequency")
        if self.value_range and not -1e12 <= self.value_range[0] < self.value_range[1] <= 1e12:
            raise ValueError("value_range is two numbers, the least first, such as [-100, 400]")
        return self

    @property
    def certainty(self) -> Certainty:
        """The least sure of its series."""
        return max((series.certainty for series in self.series.values()), key=list(Certainty).index)

    @property
    def is_compared(self) -> bool:
        """Whether its headline is held against the country."""
        return self.series[self.headline].national

    @property
    def tables(self) -> tuple[str, ...]:
        """Ids of the source tables, in the order they are first used."""
        return tuple(self.table_sources)

    @property
    def table_sources(self) -> dict[str, str]:
        """Source of each table."""
        return {t.table: t.source for s in self.series.values() for t in s.origin.terms}

    @property
    def drawn(self) -> dict[str, Series]:
        """The series that a figure shows."""
        return {name: series for name, series in self.series.items() if name != BASE}

    @property
    def counts(self) -> tuple[str, ...]:
        """The series that are bars: the counts beside a share."""
        return tuple(name for name, series in self.drawn.items() if series.axis == "count")

    @property
    def has_base(self) -> bool:
        """Whether it is known what the headline is a share of."""
        return self.unit is Unit.PERCENT and BASE in self.observed

    @cached_property
    def counted(self) -> str | None:
        """The series that counts those whom the headline is the share of; none where no series is known to."""
        share = self.series[self.headline].origin
        found = [
            name
            for name in self.counts
            if not isinstance(share, FromShare) or self.series[name].origin.terms == share.share_of
        ]
        return found[0] if self.has_base and len(found) == 1 else None

    @property
    def of_full_time(self) -> bool:
        """Whether its headline counts full-time persons, or is a share of them."""
        return self.unit is Unit.FULL_TIME or (self.has_base and self.unit_of(BASE) is Unit.FULL_TIME)

    @cached_property
    def observed(self) -> dict[str, Series]:
        """The series, and what the headline is a share of where its own terms say so."""
        share = self.series[self.headline]
        if BASE in self.series or not isinstance(share.origin, FromShare):
            return self.series
        counts = (series for series in self.drawn.values() if series.origin.terms == share.origin.share_of)
        unit = next((series.unit for series in counts), None)
        out_of = FromSum(sum_of=share.origin.base)
        made = {
            "label": share.label,
            "axis": "count",
            "unit": unit,
            "from": out_of,
            "certainty": share.certainty,
        }
        return {**self.series, BASE: Series.model_validate(made)}

    def unit_of(self, series: str) -> Unit:
        """Unit of one series: its own, or the indicator's on the share axis, or persons on the count axis."""
        item = self.observed[series]
        return item.unit or (self.unit if item.axis == "share" else Unit.PERSONS)

    def breaks_between(self, one: Period, other: Period) -> tuple[Break, ...]:
        """The breaks for which values of two periods, in either order, may not be compared.

        Four quarters that a break lies within are like neither those before nor those after.
        """
        first, last = sorted((one, other))
        return tuple(b for b in self.breaks if first < last and first < b.over and b.period <= last)

    def limits_of(self, series: str) -> Limits:
        """What the measures may hold that a series is made from."""
        unit, origin = self.unit_of(series), self.series[series].origin
        if isinstance(origin, FromShare):  # of counts, of whomever
            return Limits(0, _PEOPLE)
        limits = LIMITS[unit]
        if self.value_range and unit is self.unit:
            low, high = self.value_range
            if isinstance(origin, FromMeasure) and origin.complement:
                low, high = 100 - high, 100 - low
            limits = limits._replace(low=low, high=high)
        return limits

    def decimals_of(self, series: str) -> int:
        """Decimals of one series; counts have none."""
        return self.decimals if self.observed[series].axis == "share" else 0


class Survey(Model):
    """A survey that the municipality made itself (4d and 5a): questions with a share of satisfied answers.

    The answers are typed in at ``data/raw/manual/<slug>/<key>.csv``.
    """

    key: Key
    title: str
    heading: str | None = None
    """Line over the table; ``{periode}`` becomes the month it was made (``december 2021``)."""
    finding: str | None = Field(default=None, pattern=r"\{value\}")
    questions: dict[Name, str] = Field(min_length=1)
    """Key → the question as asked; ``{jobcenter}``, ``{jobcenteret}`` and ``{kommune}`` are filled in (:meth:`Catalogue.office`)."""
    headline: str
    answer: str
    """What counts as a satisfied answer (head of the table's column)."""
    answers: dict[str, str] = Field(default_factory=dict)
    """The satisfied answer of a question where it is another one (seed 002, 5a: ``Ja``)."""
    unit: Unit = Unit.PERCENT
    decimals: int = Field(default=0, ge=0, le=3)
    caveats: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _headline_exists(self) -> Survey:
        if self.headline not in self.questions:
            raise ValueError(
                f'headline "{self.headline}" is none of the questions: {", ".join(self.questions)}'
            )
        strange = [key for key in self.answers if key not in self.questions]
        if strange:
            raise ValueError(f'answers: "{strange[0]}" is none of the questions: {", ".join(self.questions)}')
        return self


class Replaces(Model):
    """What a goal was called in the plan before it, and what the annex (seed 001) says of the change."""

    goal: str | None = None
    """Its number in the plan before; none when that plan has no such goal."""
    remark: str | None = None
    """In Danish, full sentences."""
    owner_only: bool = False
    """Whether the remark concerns the plan's own municipality only (it names an office of it, say): it is left out when
    the plan is shown for another."""


class Price(Model):
    """What a full-time person on a benefit costs in a year: an estimate, with its source."""

    amount: Number = Field(gt=0)
    """In kroner of the prices of `year`."""
    source: str = Field(min_length=1)
    """Who reckoned it, in Danish, for the page."""
    year: int = Field(ge=1990, le=2100)


class Goal(Model):
    """One goal (resultatmål) of a plan."""

    number: str = Field(pattern=r"^\d{1,2}[a-z]$")
    """``1a``; unique in the plan."""
    number_printed: bool = True
    """False where the number is ours, because the document tells of the goal without its number."""
    title: str
    """The heading over its figure: what is measured."""
    text: str
    """The goal's wording as decided."""
    named: Annotated[tuple[str, ...], BeforeValidator(one_or_many)] = Field(default=(), alias="indicator")
    """Keys of the indicators (or the one survey) it is judged by. ``5b`` has two; a milestone needs none."""
    target: OneOrSeveral
    previous: Replaces | None = None
    """The goal of the plan before that it continues; none for a new one."""
    note: str | None = None
    """A Danish sentence for the page; left out for other municipalities when `note_owner_only`."""
    note_owner_only: bool = False
    valid_for: Months | None = None
    """How old a survey may be and still be judged by; by default one counts that is from the plan's year or later."""
    price: Price | None = None
    """Of a full-time person, for a share that is counted in full-time persons."""
    band: Literal["chance"] | None = None
    """``chance``: the figure shows how far chance alone moves the municipality's line."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is judged, each by itself, in the order of the goal's rows."""
        targets = self.target.targets if isinstance(self.target, Several) else (self.target,)
        return tuple(
            Part(key, target)
            for target in targets
            for key in ([target.indicator] if target.indicator else [] if target.milestone else self.named)
            or [""]
        )

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators (or the one survey) of its parts, each once."""
        return tuple(dict.fromkeys(part.indicator for part in self.parts if part.indicator))

    @property
    def any_suffices(self) -> bool:
        """Whether one part that is met is enough."""
        return isinstance(self.target, Several) and bool(self.target.any_of)


class FocusArea(Model):
    """One focus area (fokusområde): a chapter of the plan and a notebook."""

    number: int = Field(ge=1, le=99)
    title: str
    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    """Name of its notebook and page: ``notebooks/<number as two digits>-<slug>.ipynb``."""
    intro: str
    """A paragraph or two in Danish that hold for any municipality."""
    replaces: str | None = None
    """Title of the focus area of the plan before whose place it took (seed 001)."""
    goals: tuple[Goal, ...] = ()
    goals_missing: str | None = None
    """Why the goals are not given, for a focus area whose goals no document tells (plan 2022, number 3)."""

    @model_validator(mode="after")
    def _has_goals(self) -> FocusArea:
        if not self.goals and not self.goals_missing:
            raise ValueError("a focus area needs goals, or goals_missing: why they are not known")
        return self


class Dropped(Model):
    """A goal of the plan before that is not continued, with the annex's remark (seed 001)."""

    goal: str
    remark: str
    owner_only: bool = False


class Plan(Model):
    """An employment plan."""

    key: Key
    title: str
    year: int = Field(ge=1990, le=2100)
    municipality: str | None = None
    """Slug of the municipality whose plan it is; none for a plan anyone may use as it stands."""
    source: str | None = None
    decided: date | None = None
    """The day it was decided."""
    example_date: date
    """The day the example data pretend to have been fetched, when there are no real ones."""
    previous: str | None = None
    """Key of the plan it is compared with on the page of changes."""
    published: str | None = None
    """Name of the file in ``catalogue/published/`` that holds the figures the document printed."""
    figure_layout: Literal["combined", "panels"] = "panels"
    """``panels``: counts below the lines; ``combined``: behind them, as in seed 002, wherever both axes begin at 0."""
    suppression: Literal["source", "secondary"] = "source"
    """``source``: what the source shows is shown; ``secondary``: a figure that gives a hidden count away is hidden too.
    """
    price: Price | None = None
    """Of a full-time person, for the goals that count full-time persons."""
    columns: tuple[Literal["since"], ...] = ()
    """Of the status table, beside those it always has: ``since`` (the value at the plan's start, and the change since).
    """
    analyst_page: bool = False
    """Whether the book has a page "For analytikeren": unsure sources, what may be typed in, what could not be used."""
    names: Names = Names()
    """What the plan, its focus areas, its goals and the office behind it are called."""
    starting_point: bool = False
    """Whether it is shown for municipalities that have no plan of their own, and `plan new` begins with its goals."""
    focus_areas: tuple[FocusArea, ...] = Field(min_length=1)
    dropped: tuple[Dropped, ...] = ()

    @property
    def goals(self) -> tuple[Goal, ...]:
        return tuple(goal for area in self.focus_areas for goal in area.goals)

    def goal(self, number: str) -> Goal:
        """The goal with that number, in any case.

        Raises
        ------
        KeyError
            When the plan has no such goal.
        """
        for goal in self.goals:
            if goal.number == number.lower():
                return goal
        raise KeyError(number)

    def focus_area_of(self, number: str) -> FocusArea:
        """The focus area a goal stands in; KeyError when the plan has no such goal."""
        wanted = self.goal(number)
        return next(area for area in self.focus_areas if wanted in area.goals)

    def price_of(self, goal: Goal, indicator: Indicator) -> Price | None:
        """What a full-time person costs whom a goal is about; none for a goal that is not about full-time persons."""
        if not indicator.of_full_time:
            return None
        # A share may rise or fall within a benefit, which saves nothing: only the goal's own price speaks of it.
        return goal.price or (self.price if indicator.unit is Unit.FULL_TIME else None)

    def area_title(self, area: FocusArea) -> str:
        """A focus area's heading in tables: ``Fokusområde 1 - Tidlig indsats``."""
        return f"{self.names.area.title} {area.number} - {area.title}"

    def shows(self, owner_only: bool, municipality: Municipality) -> bool:
        """Whether a text is shown for `municipality`: always, unless it concerns the plan's owner only."""
        return not owner_only or municipality.slug == self.municipality


NATIONAL = "dk"
"""Area code of the whole country (Hele landet) in every frame."""

NATIONAL_NAME = "Hele landet"


_LONG_NAMES = {"101": "Københavns Kommune", "400": "Bornholms Regionskommune"}
_GENITIVES = {"480", "820"}
"""Municipalities whose short name is a genitive, and no name of a place."""


class Municipality(Model):
    """One of the 98; `code` is its three digits as text, `slug` names its folder and never changes.

    `aliases` are other names people use, parted by ``|`` in the file; `preposition` is what Danish puts before the name
    of the place, ``på`` for islands.
    """

    code: str = Field(pattern=r"^\d{3}$")
    name: str
    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    region: str
    aliases: Annotated[tuple[str, ...], parted("|")] = ()
    preposition: Literal["i", "på"] = "i"

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called in typed-in files and on the command line."""
        return self.name, self.slug, self.long_name, *self.aliases

    @property
    def long_name(self) -> str:
        """``Frederikssund Kommune``; two call themselves otherwise."""
        return _LONG_NAMES.get(self.code, f"{self.name} Kommune")

    @property
    def place(self) -> str:
        """``i Frederikssund``, ``på Læsø``, ``i Nordfyns Kommune``."""
        return f"{self.preposition} {self.long_name if self.code in _GENITIVES else self.name}"


class PublishedRow(Model):
    """One row of a published status table (seed 000), as printed."""

    goal: str
    indicator: str
    period: PeriodId
    national: Number
    municipality: Number
    gap: Number
    unit: Unit
    note: str | None = None


class PublishedPoint(Model):
    """One value that a document printed in a figure (the nine counts of 6d in seed 002)."""

    indicator: str
    series: str
    area: str
    period: Annotated[PeriodId | None, BeforeValidator(lambda text: text or None)] = None
    """None where the document does not print it: the values of the file then stand in the printed order."""
    value: Number
    note: str | None = None


class OwnTexts(Model):
    """What one municipality adds to one plan in its own words (``catalogue/texts/<slug>.yml``)."""

    index: str | None = None
    """Markdown for the first page."""
    # Number → Markdown, shown under the focus area's introduction or under the goal's wording.
    focus_areas: dict[int, str] = Field(default_factory=dict)
    goals: dict[str, str] = Field(default_factory=dict)
