"""What the catalogue may say: frozen pydantic models for indicators, plans, areas and published figures.

The YAML files are written for people; these models are what they mean. Nothing here reads a file.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from helpers.periods import Frequency, Period


class Model(BaseModel):
    """A frozen catalogue entry; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _decimal(value: Any) -> Any:
    # YAML reads 0.2 as a float; its shortest spelling is what the author typed.
    return str(value) if isinstance(value, float | int) and not isinstance(value, bool) else value


def _period(value: Any) -> Any:
    return Period.parse(value) if isinstance(value, str) else value


Number = Annotated[Decimal, BeforeValidator(_decimal)]
PeriodId = Annotated[Period, BeforeValidator(_period)]


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher_is_better"
    LOWER = "lower_is_better"

    @property
    def sign(self) -> int:
        """+1 when higher is better, −1 when lower is better: the sign of the gap rule."""
        return 1 if self is Direction.HIGHER else -1


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


class Term(Model):
    """One measure of one Jobindsats table, for every area and period.

    Attributes
    ----------
    table
        Table id in lower case, ``y08a02``.
    measure
        A measure group id (``mgrpa02_1``), a measure id (``measi14_1``), or the measure's exact label.
    where
        Dimension id → member label, or several member labels whose values are added. A dimension that is
        not named is at its total.
    """

    table: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    measure: str
    where: dict[str, Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]] = {}


Terms = Annotated[tuple[Term, ...], BeforeValidator(_one_or_many)]


class FromMeasure(Term):
    """The measure as it stands, or ``100 − measure`` when `complement` is set (seed 002, goals 1a and 1b)."""

    complement: bool = False

    @property
    def terms(self) -> tuple[Term, ...]:
        return (Term(table=self.table, measure=self.measure, where=self.where),)


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

    unknown: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]

    @property
    def terms(self) -> tuple[Term, ...]:
        return ()


Origin = FromMeasure | FromShare | FromSum | FromHand | FromUnknown


class Series(Model):
    """One line or one set of bars of a figure.

    Attributes
    ----------
    label
        Legend name as in seed 002; ``{area}`` becomes ``Hele landet`` or the municipality's name.
    axis
        ``share`` (left axis, lines) or ``count`` (right axis, bars).
    national
        Whether the country is drawn beside the municipality. Counts are the municipality's own.
    stack
        Bars with the same word are stacked on each other.
    """

    label: str
    unit: Unit | None = None
    axis: Literal["share", "count"] = "share"
    mark: Literal["line", "bar"] = "line"
    national: bool = True
    stack: str | None = None
    origin: Origin = Field(alias="from")
    certainty: Certainty
    note: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _counts_are_bars(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("axis") == "count":
            return {"mark": "bar", "national": False, **data}
        return data


class Break(Model):
    """A break in the data from `period` on; drawn in every figure that spans it."""

    period: PeriodId
    text: str


class Indicator(Model):
    """A measured series behind a goal.

    Attributes
    ----------
    key
        English-neutral identifier, the key in ``catalogue/indicators.yml``; also the name of its files.
    title, subtitle
        As printed over the figure in seed 002.
    headline
        Key of the series that goals are judged by.
    unit, decimals
        Of the headline series. Differences of percentages are percentage points.
    order
        Series in the order of the figure's legend.
    """

    key: str
    title: str
    subtitle: str | None = None
    definition: str | None = None
    unit: Unit
    decimals: int = Field(ge=0, le=3)
    frequency: Frequency
    direction: Direction
    comparison: Comparison = Comparison.EFFORT
    share_axis: str | None = None
    count_axis: str | None = None
    series: dict[str, Series]
    headline: str = "share"
    breaks: tuple[Break, ...] = ()
    caveats: tuple[str, ...] = ()
    valid_to: PeriodId | None = None
    successors: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _headline_exists(self) -> Indicator:
        if self.headline not in self.series:
            raise ValueError(f'headline "{self.headline}" is none of the series: {", ".join(self.series)}')
        return self

    @property
    def certainty(self) -> Certainty:
        """The least sure of its series."""
        found = {series.certainty for series in self.series.values()}
        return next(c for c in (Certainty.UNKNOWN, Certainty.PROBABLE, Certainty.CONFIRMED) if c in found)

    @property
    def tables(self) -> tuple[str, ...]:
        """Ids of the source tables, in the order they are first used."""
        return tuple(dict.fromkeys(t.table for s in self.series.values() for t in s.origin.terms))

    def unit_of(self, series: str) -> Unit:
        """Unit of one series: its own, or the indicator's on the share axis, or persons on the count axis."""
        item = self.series[series]
        return item.unit or (self.unit if item.axis == "share" else Unit.PERSONS)

    def decimals_of(self, series: str) -> int:
        """Decimals of one series; counts have none."""
        return self.decimals if self.series[series].axis == "share" else 0


class Survey(Model):
    """A survey that the municipality made itself (goals 4d and 5a): questions with a share of satisfied answers.

    The answers are typed in at ``data/raw/manual/<slug>/<key>.csv``.
    """

    key: str
    title: str
    questions: dict[str, str]
    headline: str
    answer: str
    unit: Unit = Unit.PERCENT
    decimals: int = 0
    caveats: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _headline_exists(self) -> Survey:
        if self.headline not in self.questions:
            raise ValueError(f'headline "{self.headline}" is none of the questions: {", ".join(self.questions)}')
        return self


class Target(Model):
    """What a goal promises: at least, over, at most or under the country (with a margin) or a fixed number.

    Written as ``{at_least: national}``, ``{under: national}``, ``{at_most: national, margin: -0.2}``,
    ``{at_least: 75, was: 85, because: …}``. Exactly one of the four rules is given; it is also the direction.
    """

    rule: Literal["at_least", "over", "at_most", "under"]
    value: Number | None = None
    margin: Number = Decimal(0)
    was: Number | None = None
    because: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "rule" in data:
            return data
        rules = [key for key in ("at_least", "over", "at_most", "under") if key in data]
        if len(rules) != 1:
            raise ValueError("a target needs a direction: exactly one of at_least, over, at_most, under")
        rest = {key: value for key, value in data.items() if key not in rules}
        named = data[rules[0]]
        if named != "national":
            if rest.get("margin") is not None:
                raise ValueError("a margin goes with national only; put it into the number instead")
            rest["value"] = named
        return {"rule": rules[0], **rest}

    @property
    def national(self) -> bool:
        """Whether the country is the yardstick."""
        return self.value is None

    @property
    def direction(self) -> Direction:
        return Direction.HIGHER if self.rule in ("at_least", "over") else Direction.LOWER

    @property
    def strict(self) -> bool:
        """Whether a gap of exactly 0 is *not* met ("under", "over")."""
        return self.rule in ("over", "under")


class Replaces(Model):
    """What a goal was called in the plan before it, and what the annex (seed 001) says of the change."""

    goal: str | None = None
    remark: str | None = None


class Goal(Model):
    """One goal (resultatmål) of a plan.

    Attributes
    ----------
    number
        ``1a``; unique in the plan.
    title
        The heading over its figure: what is measured.
    text
        The goal's wording as decided.
    indicators
        Keys of the indicators (or the one survey) it is judged by. ``5b`` has two.
    previous
        The goal of the plan before that it continues; none for a new one.
    """

    number: str = Field(pattern=r"^\d{1,2}[a-z]$")
    title: str
    text: str
    indicators: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)] = Field(alias="indicator", min_length=1)
    target: Target
    previous: Replaces | None = None
    note: str | None = None


class FocusArea(Model):
    """One focus area (fokusområde): a chapter of the plan and a notebook.

    Attributes
    ----------
    slug
        Name of its notebook and page: ``notebooks/<number as two digits>-<slug>.ipynb``.
    intro
        A paragraph or two in Danish that hold for any municipality.
    replaces
        Title of the focus area of the plan before whose place it took (seed 001).
    """

    number: int = Field(ge=1)
    title: str
    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    intro: str
    replaces: str | None = None
    goals: tuple[Goal, ...] = Field(min_length=1)


class Dropped(Model):
    """A goal of the plan before that is not continued, with the annex's remark (seed 001)."""

    goal: str
    remark: str


class Plan(Model):
    """An employment plan.

    Attributes
    ----------
    municipality
        Slug of the municipality whose plan it is; none for a plan anyone may use as it stands.
    example_date
        The day the example data pretend to have been fetched, when there are no real ones.
    previous
        Key of the plan it is compared with on the page of changes.
    published
        Name of the file in ``catalogue/published/`` that holds the figures the document printed.
    figure_layout
        ``combined``: bars on the right axis, lines on the left, as in seed 002; ``panels``: stacked.
    """

    key: str
    title: str
    year: int
    municipality: str | None = None
    decided: date | None = None
    source: str | None = None
    example_date: date
    previous: str | None = None
    published: str | None = None
    figure_layout: Literal["combined", "panels"] = "combined"
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
        return next(area for area in self.focus_areas if any(g.number == number for g in area.goals))


NATIONAL = "dk"
"""Area code of the whole country (Hele landet) in every frame."""

NATIONAL_NAME = "Hele landet"


class Municipality(Model):
    """One of the 98; `code` is the official three digits as text, `slug` names its folder and never changes."""

    code: str = Field(pattern=r"^\d{3}$")
    name: str
    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    region: str

    @property
    def long_name(self) -> str:
        """``Frederikssund Kommune``; Københavns and Bornholm are as they call themselves in the catalogue."""
        return f"{self.name} Kommune"


class PublishedRow(Model):
    """One row of a published status table (seed 000), as printed."""

    goal: str
    indicator: str
    period: PeriodId
    national: Number
    municipality: Number
    gap: Number
    unit: str


class PublishedPoint(Model):
    """One value that a document printed in a figure (the nine counts of 6d in seed 002)."""

    indicator: str
    series: str
    area: str
    period: PeriodId
    value: Number
