"""The pages that compare all municipalities on one goal each: what a report hands to rendering."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from helpers.present.output import Shown


@dataclass(frozen=True)
class ComparedArea:
    """One municipality's row in the table, its texts as shown.

    Attributes
    ----------
    code, slug
        ``dk`` and nothing for the whole country, which stands where it belongs among the municipalities.
    place
        ``12``; empty without a value. Equal values share a place.
    value_key, gap_key
        What the columns are sorted by; none where there is no number.
    steadiness
        ``= varigt``; empty where there is no past to tell of.
    kind
        CSS class of the verdict.
    remark
        Why it cannot be judged, or that its figure is from another period; else empty.
    """

    code: str
    slug: str
    name: str
    region: str
    place: str
    value: str
    value_key: Decimal | None
    gap: str
    gap_key: Decimal | None
    sign: str
    verdict: str
    steadiness: str
    kind: str
    remark: str


@dataclass(frozen=True)
class ComparedIndicator:
    """One indicator of a goal; most goals have one.

    Attributes
    ----------
    heading
        Its short name, where the goal has several; else empty.
    summary
        Danish sentences: how many meet the target, the country, the target, the direction.
    wide, narrow
        The picture as SVG for screens and phones; empty when nobody has a value.
    columns
        Heads of the value and gap columns, with their units.
    standings
        Best first; without a value last, in the Danish alphabet.
    csv
        The same as text with semicolons and decimal commas, to be saved as `csv_name`.
    """

    key: str
    heading: str
    period: str
    summary: tuple[str, ...]
    wide: str
    narrow: str
    alternative: str
    columns: tuple[str, str]
    standings: tuple[ComparedArea, ...]
    csv_name: str
    csv: str


@dataclass(frozen=True)
class GoalPage:
    """The page of one goal.

    Attributes
    ----------
    owner
        Whose target it is, where the plan is one municipality's own; else empty.
    met, not_met, unknown
        How many municipalities meet the goal (all its indicators together).
    """

    number: str
    title: str
    wording: str
    focus_area: str
    owner: str
    met: int
    not_met: int
    unknown: int
    parts: tuple[ComparedIndicator, ...]

    @property
    def of(self) -> int:
        return self.met + self.not_met + self.unknown


@dataclass(frozen=True)
class GoalComparison:
    """All municipalities on the goals of a plan, on one basis of figures.

    Attributes
    ----------
    plan, title
        Key and title of the plan.
    owner
        Whose goals they are, in a sentence; empty for a plan that is nobody's own.
    data_day
        The day of the figures; none when it is not known.
    """

    plan: str
    title: str
    owner: str
    example: bool
    data_day: date | None
    pages: tuple[GoalPage, ...]


@dataclass(frozen=True)
class AreasPage:
    """Chosen municipalities side by side on one goal: what ``plan compare-areas`` writes.

    Attributes
    ----------
    title
        Of the plan.
    number, heading, wording
        Of the goal.
    names
        ``Frederikssund, Halsnæs og Gribskov``.
    slug
        Its folder: plan, goal and municipalities.
    """

    title: str
    number: str
    heading: str
    wording: str
    names: str
    slug: str
    example: bool
    data_day: date | None
    shown: Shown
