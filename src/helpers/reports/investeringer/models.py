"""What a file of investment projects (``catalogue/projects/*.yml``) may say: frozen pydantic models.

Nothing here reads a file; rules that concern several entries are in :mod:`helpers.reports.investeringer.loader`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from helpers.catalogue.models import Direction, Model, Number, PeriodId
from helpers.periods import Frequency, Period

_KEY = r"^[a-z0-9]+(-[a-z0-9]+)*$"
"""Keys of projects, rows and benefits: they name files, anchors and cells of typed-in files."""

PrintedNumber = Annotated[Number, Field(max_digits=15)]
"""A number of a document; more digits than a spreadsheet tells are a slip of the hand."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_COUNT_AND_SHARE = re.compile(r"(?P<value>\d+)\s*\(\s*(?P<share>\d+(?:[.,]\d+)?)\s*pct\.?\s*\)")
_REDUCTION = re.compile(
    r"(?:(?P<value>\d+(?:[.,]\d+)?)\s*\(\s*)?(?P<change>[+−–-]\s*\d+(?:[.,]\d+)?)\s*pct\.?\s*\)?"
)


def _danish(text: str) -> str:
    return text.replace(",", ".").replace("−", "-").replace("–", "-").replace(" ", "")


def _is_number(data: Any) -> bool:
    """Whether YAML, or a text as it stands in the file, is a plain number."""
    if isinstance(data, str):
        return _NUMBER.fullmatch(data.strip()) is not None
    return isinstance(data, int | float | Decimal) and not isinstance(data, bool)


class RowUnit(StrEnum):
    """What a status row counts; ``count_and_share`` is persons and their share of the target group."""

    PERSONS = "persons"
    COMPANIES = "companies"
    NUMBER = "number"
    WEEKS = "weeks"
    PERCENT = "percent"
    COUNT_AND_SHARE = "count_and_share"

    @property
    def judged_as_share(self) -> bool:
        """Whether the row's targets are percentages."""
        return self in (RowUnit.PERCENT, RowUnit.COUNT_AND_SHARE)


class StartReading(Model):
    """A start measurement as printed: ``103``, ``17 (17 pct.)``, with a footnote, or the footnote alone."""

    value: PrintedNumber | None = None
    """In the row's unit; the count for ``count_and_share``."""
    share: PrintedNumber | None = None
    """Per cent of the target group, for ``count_and_share``."""
    footnote: str | None = None
    """The mark of a footnote: ``*``."""
    measured: str | None = None
    """When it was measured, where that is not the start itself: ``3. kvartal 2023``."""

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, data: Any) -> Any:
        if _is_number(data):
            return {"value": data}
        if isinstance(data, str):
            found = _COUNT_AND_SHARE.fullmatch(data.strip())
            if found is None:
                raise ValueError(
                    f'"{data}" is no measurement; write a number, or a count with its share: 17 (17 pct.)'
                )
            return {"value": found["value"], "share": _danish(found["share"])}
        return data


class Milestone(Model):
    """A minimum target at a date: a number, a reduction in per cent of the start, or both.

    Written ``48``, ``48 (-40 pct.)`` or ``-40 pct.``; the two kinds are checked against each other.
    """

    value: PrintedNumber | None = None
    change: PrintedNumber | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, data: Any) -> Any:
        if _is_number(data):
            return {"value": data}
        if isinstance(data, str):
            found = _REDUCTION.fullmatch(data.strip())
            if found is None:
                raise ValueError(f'"{data}" is no target; write a number, a change, or both: 48 (-40 pct.)')
            return {
                "value": _danish(found["value"]) if found["value"] else None,
                "change": _danish(found["change"]),
            }
        return data

    @model_validator(mode="after")
    def _says_something(self) -> Milestone:
        if self.value is None and self.change is None:
            raise ValueError("a target needs a number or a change in per cent")
        return self

    def reached_from(self, start: Decimal | None) -> Decimal | None:
        """The target as a number: as printed, or the change applied to `start`; none when not known."""
        if self.value is not None or start is None or self.change is None:
            return self.value
        return start * (100 + self.change) / 100


class InvestmentRow(Model):
    """A row of a status table: a measure, or a heading (without `unit`) over rows by target group."""

    key: str | None = Field(default=None, pattern=_KEY)
    """Names the row in the typed-in file; unique in its project."""
    label: str
    unit: RowUnit | None = None
    direction: Direction | None = None
    """Which way is better; needed where there are targets."""
    cumulative: bool = False
    """Counted together from the project's start: the figure cannot fall. Without a start measurement it starts from
    zero."""
    start: StartReading | None = None
    """The start measurement; a row without one has a path only between its targets."""
    targets: dict[PeriodId, Milestone] = Field(default_factory=dict)
    """Month → minimum target. Percentages for ``percent`` and ``count_and_share``."""
    share_of: str | None = None
    """Key of the row that holds the whole, for ``count_and_share``: a share that was not typed is computed."""
    sum_of: tuple[str, ...] = ()
    """Keys of the rows whose start measurements add up to this one's."""
    hold: str | None = None
    """Why the start level is drawn forward unchanged, for a row without targets."""
    # The row comes from this indicator of ``catalogue/indicators.yml`` and is not typed in.
    indicator: str | None = None
    series: str | None = None
    note: str | None = None
    rows: tuple[InvestmentRow, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> InvestmentRow:
        if self.unit is None:
            self._check_heading()
            return self
        if self.key is None:
            raise ValueError("a row with a unit needs a key; it names the row in the typed-in file")
        if self.targets and self.direction is None:
            raise ValueError("a row with targets needs a direction: higher_is_better or lower_is_better")
        if self.hold and (self.targets or self.start is None):
            raise ValueError("hold is for a row with a start measurement and without targets")
        if self.share_of and self.unit is not RowUnit.COUNT_AND_SHARE:
            raise ValueError("share_of goes with unit: count_and_share")
        if self.cumulative and (self.unit.judged_as_share or self.unit is RowUnit.WEEKS):
            raise ValueError(f"a row in {self.unit.value} cannot be cumulative; only counts add up")
        if self.cumulative and self.direction is Direction.LOWER:
            raise ValueError("a cumulative row cannot be lower_is_better: its figure cannot fall")
        return self

    def _check_heading(self) -> None:
        if not self.rows:
            raise ValueError("a row needs a unit, or rows of its own when it is a heading")
        given = self.model_fields_set - {"label", "rows", "note"}
        if given:
            raise ValueError(f"a heading (no unit) has no {', '.join(sorted(given))}")

    @property
    def is_heading(self) -> bool:
        return self.unit is None

    @property
    def start_judged(self) -> Decimal | None:
        """The start in the unit of the targets; a count of zero is a share of zero."""
        if self.start is None:
            return None
        if self.unit is not RowUnit.COUNT_AND_SHARE:
            return self.start.value
        return Decimal(0) if self.start.share is None and self.start.value == 0 else self.start.share

    @property
    def target_values(self) -> dict[Period, Decimal]:
        """Month → target as a number, oldest first."""
        values = (
            (month, goal.reached_from(self.start_judged)) for month, goal in sorted(self.targets.items())
        )
        return {month: value for month, value in values if value is not None}


class StartPoint(Model):
    """When a project's start was measured: a day, or a month; and how the document heads that column."""

    day: date | None = Field(default=None, alias="date")
    month: PeriodId | None = None
    label: str

    @model_validator(mode="after")
    def _one_of_them(self) -> StartPoint:
        if (self.day is None) == (self.month is None):
            raise ValueError("a start needs either date: 2024-01-10 or month: 2024M01")
        if self.month is not None and self.month.frequency is not Frequency.MONTH:
            raise ValueError(f"a start is a month, and {self.month} is none")
        return self

    @property
    def period(self) -> Period:
        """The month that the path starts in."""
        if self.month is not None:
            return self.month
        assert self.day is not None
        return Period.month(self.day.year, self.day.month)


class InvestmentTable(Model):
    """A project's status table: its columns (start and target months), rows, sources and footnotes."""

    title: str
    when: str | None = None
    """When in the month it is measured, in Danish."""
    start: StartPoint
    target_months: dict[PeriodId, str] = Field(default_factory=dict)
    """Month → how the document heads the column."""
    sources: tuple[str, ...] = ()
    footnotes: dict[str, str] = Field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    rows: tuple[InvestmentRow, ...] = Field(min_length=1)

    def walk(self) -> Iterator[tuple[int, InvestmentRow]]:
        """Every row with its level (0: top), headings included, in the order of the table."""

        def below(rows: tuple[InvestmentRow, ...], level: int) -> Iterator[tuple[int, InvestmentRow]]:
            for row in rows:
                yield level, row
                yield from below(row.rows, level + 1)

        return below(self.rows, 0)

    @property
    def measures(self) -> dict[str, InvestmentRow]:
        """The rows that hold figures, by key, in the order of the table."""
        return {row.key: row for _, row in self.walk() if row.key is not None}

    def label_of(self, key: str) -> str:
        """A row's label with the headings over it: ``Målgruppeantal: Borgere i ressourceforløb``."""
        above: list[str] = []
        for level, row in self.walk():
            above[level:] = [row.label.rstrip(":")]
            if row.key == key:
                return ": ".join(above)
        raise KeyError(key)

    @property
    def last_month(self) -> Period:
        """The last target month; the start's own when there are no targets."""
        return max([self.start.period, *self.target_months])


class Background(Model):
    """What the project starts from, under the document's own heading."""

    heading: str
    paragraphs: tuple[str, ...] = Field(min_length=1)


class PolicyText(Model):
    """Which focus areas of the policy a project serves: their numbers and the document's words."""

    focus_areas: tuple[int, ...] = ()
    text: str


class Cost(Model):
    """An amount in kroner that the user gives, with where it stands."""

    amount: PrintedNumber = Field(gt=0)
    source: str = Field(min_length=1)
    year: int | None = None


class InvestmentProject(Model):
    """One investment project: a page, a status table and a typed-in file named after its key."""

    key: str = Field(pattern=_KEY)
    title: str
    subtitle: str | None = None
    background: Background
    purpose: tuple[str, ...] = ()
    target_group: str
    policy: PolicyText
    set_up: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    success_first_year: tuple[str, ...] = ()
    success_end: tuple[str, ...] = ()
    investment: Cost | None = None
    """What the project costs a year, for "does it pay"; only when the user gives it with its source."""
    status: InvestmentTable


class TargetLine(Model):
    """A line of target numbers: a level, a change, or a project that holds the level (a change of zero)."""

    label: str
    level: PrintedNumber | None = None
    change: PrintedNumber | None = None
    hold: bool = False
    # Whose change it is, and on which benefit; both keys.
    project: str | None = None
    benefit: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> TargetLine:
        if [self.level is not None, self.change is not None, self.hold].count(True) != 1:
            raise ValueError("a line is exactly one of level, change, or hold: true")
        if self.project and not self.benefit:
            raise ValueError("a project's line needs the benefit it concerns")
        return self

    @property
    def amount(self) -> Decimal:
        """What the line adds to the total."""
        return self.level if self.level is not None else self.change or Decimal(0)


class Total(Model):
    """The printed sum of a table."""

    label: str
    value: PrintedNumber


class TargetTable(Model):
    """A table of target numbers; its lines must add up to the total it prints."""

    title: str
    lines: tuple[TargetLine, ...] = Field(min_length=1)
    total: Total

    @property
    def sum(self) -> Decimal:
        """The lines added up."""
        return sum((line.amount for line in self.lines), Decimal(0))


class TargetNumbers(Model):
    """The tables of target numbers (Måltal) of all projects together."""

    title: str
    unit: str
    intro: tuple[str, ...] = ()
    tables: tuple[TargetTable, ...] = Field(min_length=1)


class InvestmentSet(Model):
    """The investment projects of one municipality and period: one file, one report."""

    key: str = Field(pattern=_KEY)
    title: str
    subtitle: str | None = None
    municipality: str
    """Slug of the municipality."""
    committee: str | None = None
    source: str
    remarks: tuple[str, ...] = ()
    policy: dict[int, str] = Field(default_factory=dict)
    """Number → title of the focus areas of its policy, as far as the projects name them."""
    benefits: dict[str, str] = Field(default_factory=dict)
    """Key → name, for target numbers and costs."""
    yearly_costs: dict[str, Cost] = Field(default_factory=dict)
    """Benefit → what a full-time person on it costs a year; without one, pages show persons only."""
    projects: dict[Annotated[str, Field(pattern=_KEY)], InvestmentProject] = Field(min_length=1)
    target_numbers: TargetNumbers | None = None

    @property
    def start(self) -> Period:
        """The month the first of the projects starts in."""
        return min(project.status.start.period for project in self.projects.values())
