"""The pages that compare all municipalities on one goal each: what a report hands to rendering."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from helpers.present.output import Shown


@dataclass(frozen=True, kw_only=True)
class ComparedArea:
    """One municipality's row in the table, its texts as shown.

    Attributes
    ----------
    value_key
        The value as a number; none where there is none.
    """

    # ``dk`` and nothing for the whole country, which stands where it belongs among the municipalities.
    code: str
    slug: str = ""
    name: str
    region: str = ""
    place: str = ""
    """``12``; empty without a value. Equal values share a place."""
    value: str
    """With a mark where it is of few persons."""
    expected: str = ""
    """What was to be expected; shown where `columns` of its table has a head for it."""
    value_key: Decimal | None
    gap: str = ""
    sign: str = ""
    verdict: str = ""
    steadiness: str = ""
    """``= varigt``; empty where there is no past to tell of."""
    kind: str
    """CSS class of the verdict."""
    remark: str = ""
    """Why it cannot be judged, or that its figure is from another period; else empty."""


@dataclass(frozen=True)
class ComparedIndicator:
    """One indicator of a goal; most goals have one."""

    key: str
    suffix: str
    """After a municipality's slug, the id of its row in this indicator's table; empty for the goal's first."""
    heading: str
    """Its short name, where the goal has several; else empty."""
    period: str
    summary: tuple[str, ...]
    """Danish sentences: how many meet the target, the country, the target, the direction."""
    # The picture as SVG for screens and phones; empty when nobody has a value.
    wide: str
    narrow: str
    alternative: str
    columns: tuple[str, ...]
    """Heads of value and gap, with their units; between them that of what was to be expected, where there is such."""
    standings: tuple[ComparedArea, ...]
    """Best first; without a value last, in the Danish alphabet."""
    few: bool
    """Whether a value has the mark of few persons."""
    csv_name: str
    csv: str
    """The same as text with semicolons and decimal commas, to be saved as `csv_name`."""


@dataclass(frozen=True)
class GoalPage:
    """The page of one goal."""

    number: str
    title: str
    wording: str
    focus_area: str
    owner: str
    """Whose target it is, where the plan is one municipality's own; else empty."""
    # How many municipalities meet the goal (all its indicators together).
    met: int
    not_met: int
    unknown: int
    parts: tuple[ComparedIndicator, ...]

    @property
    def of(self) -> int:
        return self.met + self.not_met + self.unknown


@dataclass(frozen=True)
class GoalComparison:
    """All municipalities on the goals of a plan, on one basis of figures."""

    # Key and title of the plan.
    plan: str
    title: str
    owner: str
    """Whose goals they are, in a sentence; empty for a plan that is nobody's own."""
    example: bool
    data_day: date | None
    """The day of the figures; none when it is not known."""
    pages: tuple[GoalPage, ...]


@dataclass(frozen=True)
class AreasPage:
    """Chosen municipalities side by side on one goal: what ``plan compare-areas`` writes."""

    title: str
    """Of the plan."""
    # Of the goal.
    number: str
    heading: str
    wording: str
    names: str
    """``Frederikssund, Halsnæs og Gribskov``."""
    slug: str
    """Its folder: plan, goal and municipalities."""
    example: bool
    data_day: date | None
    shown: Shown
