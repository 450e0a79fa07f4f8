"""What a goal may promise: one model for every kind of ``target:`` (docs/catalogue.md has a line for each).

The words a plan writes become a rule, what its number is taken from, when it is due and what it is judged on. What it
comes to for an area in a period is worked out in :mod:`helpers.analysis.targets`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from helpers.catalogue.fields import Direction, Key, Model, Number, PeriodId
from helpers.periods import Frequency, Period

RULES = ("at_least", "over", "at_most", "under")
"""The four directions a level can be written with."""


class Against(StrEnum):
    """What the number of a target is taken from where it is not written."""

    COUNTRY = "national"
    GROUP = "group"
    AREA = "area"
    EARLIER = "earlier"
    EXPECTED = "expected"


class Taken(StrEnum):
    """What of a group is the yardstick."""

    MEAN = "mean"
    BEST = "best"


class JudgeOn(StrEnum):
    """Which of a municipality's figures a goal is held against."""

    NEWEST = "newest"
    MEAN_12_MONTHS = "mean_12_months"
    YEAR_MEAN = "year_mean"
    YEAR_TOTAL = "year_total"

    @classmethod
    def _missing_(cls, value: object) -> JudgeOn | None:
        """``mean_12`` for short."""
        return cls.MEAN_12_MONTHS if value == "mean_12" else None


class Yardstick(Model):
    """Whose or which earlier figure a target's number is taken from."""

    against: Against
    name: str = ""
    """Of a group (``region``, ``group``, ``6-byerne``) or of a municipality."""
    since: Literal["last_year", "start"] | PeriodId | None = None
    """An earlier period of the municipality itself; ``last_year`` and ``start`` (the last period before the plan's
    year)."""


def _due(value: Any) -> Any:
    """A date, month, quarter or year as the last month that is over by then."""
    if not isinstance(value, str | int | date):
        return value
    text = str(value).strip()
    if re.fullmatch(r"\d{4}", text):
        return Period.month(int(text), 12)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = date.fromisoformat(text)
        month = Period.month(day.year, day.month)
        return month if day.day == monthrange(day.year, day.month)[1] else month.shift(-1)
    try:
        return Period.parse(text).last_month
    except ValueError:
        raise ValueError(
            f'"{text}" is no day to be judged on; write 2026M12, 2026Q04, 2026 or 2026-12-31'
        ) from None


Due = Annotated[Period, BeforeValidator(_due)]


class Target(Model):
    """What a goal promises, or a part of it (``all:`` and ``any:``).

    Exactly one of :data:`KINDS` is written; which other keys go with it says :func:`_allowed`.
    """

    model_config = ConfigDict(populate_by_name=True)

    rule: Literal[
        "at_least", "over", "at_most", "under", "between", "rank", "milestone", "direction", "none_set"
    ]
    """Which way the target binds; ``direction`` is followed without a verdict, and ``none_set`` was never set."""
    # The number; of an interval its ends; of a rank the last place that meets it (none for the best third).
    value: Number | None = None
    upper: Number | None = None
    years: dict[int, Number] = Field(default_factory=dict)
    """Year → its number, where each year has its own."""
    # What the number is taken from, where it is not written.
    against: Yardstick | None = None
    taken: Taken = Field(default=Taken.MEAN, alias="of")
    # What is added to that: in the indicator's unit, or per cent of it.
    margin: Number = Decimal(0)
    percent: Number | None = None
    among: str = "country"
    """The group a rank is in."""
    # The last month or the day by which it is to be so; judged then, and until then by the path.
    due: Due | None = Field(default=None, alias="by")
    milestone: date | None = None
    # The value and the period the goal sets out from; ``from`` in the file.
    given: Number | None = Field(default=None, alias="from")
    baseline: PeriodId | None = None
    path: Literal["straight", "last_year"] | dict[PeriodId, Number] = "straight"
    """How one gets there: a straight line, as last year went, or given values."""
    judge_on: JudgeOn = JudgeOn.NEWEST
    way: Literal["up", "down", "words"] | None = None
    """Of a goal that gives a direction only: which way, or in words alone."""
    # The number before it was changed, and why, in Danish; of ``none_set`` the reason.
    was: Number | None = None
    because: str | None = None
    indicator: Key | None = None
    """Of which of the goal's indicators, within ``all:`` and ``any:``."""

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, data: Any) -> Any:
        if isinstance(data, Target):
            return data
        if isinstance(data, dict) and "rule" in data:
            bare = data["rule"] in RULES and not {"value", "years", "against"} & data.keys()
            return {**data, "against": Yardstick(against=Against.COUNTRY)} if bare else data
        found = [key for key in KINDS if key in data] if isinstance(data, dict) else []
        if len(found) != 1:
            others = ", ".join(kind for kind in KINDS if kind not in RULES)
            said = f"; {' and '.join(found)} are there" if found else ""
            raise ValueError(
                f"a target needs exactly one direction (at_least, over, at_most or under) or one of {others}{said}"
            )
        kind = found[0]
        if data[kind] in (None, "", {}, []):
            raise ValueError(f"nothing is written after {kind}; write {KINDS[kind].example}")
        rest = {key: value for key, value in data.items() if key != kind}
        own = KINDS[kind].read(kind, data[kind], rest)
        allowed = _allowed(kind, own)
        for key in rest:
            if key not in KEYS and key in cls.model_fields:
                raise ValueError(f'there is no key "{key}"; these go with {kind}: {", ".join(allowed)}')
            if key in KEYS and key not in allowed:
                if key == "margin" and "value" in own:
                    raise ValueError(
                        "a margin is for a number that is taken from somewhere; put it into the number"
                    )
                raise ValueError(
                    f"{key} does not go with {kind} as it stands here; these do: {', '.join(allowed)}"
                )
        return {**{key: value for key, value in rest.items() if key != "since"}, **own}

    def __hash__(self) -> int:
        return hash((self.rule, self.value, self.against, self.margin, self.due, self.milestone))

    @property
    def is_set(self) -> bool:
        """Whether there is a target at all; without one a goal cannot be judged."""
        return self.rule != "none_set"

    @property
    def national(self) -> bool:
        """Whether the country is the yardstick."""
        return self.against is not None and self.against.against is Against.COUNTRY

    @property
    def direction(self) -> Direction | None:
        """Which way is better by the goal's own words; none where they do not say so: ask the indicator then."""
        if self.rule in ("at_least", "over") or self.way == "up":
            return Direction.HIGHER
        return Direction.LOWER if self.rule in ("at_most", "under") or self.way == "down" else None

    @property
    def strict(self) -> bool:
        """Whether a gap of exactly 0 is *not* met ("under", "over")."""
        return self.rule in ("over", "under")

    @property
    def promise(self) -> Target:
        """What is promised, without its history and whose part it is."""
        return self.model_copy(update={"was": None, "because": None, "indicator": None})

    def due_in(self, frequency: Frequency) -> Period | None:
        """The last period of a frequency that is over when the target is due; none when it has no date."""
        month = self.due
        if month is None and isinstance(self.path, dict):
            month = max(period.last_month for period in self.path)
        if month is None:
            return None
        months = 12 // frequency.per_year
        return Period(frequency, (month.ordinal + 1) // months - 1)


_NUMBER = re.compile(
    r"[-+]?[\d.,\s]*(?:\d|\.inf|\.nan)(?:e[\d+-]+|\s*(?:%|pct\.?|procent(?:point)?))?", re.IGNORECASE
)
"""What is meant as a number, be it none that can be read."""
_PER_CENT = re.compile(r"([\d.]+)\s*(?:%|pct\.?)")


def _level(kind: str, named: Any, rest: dict[str, Any]) -> dict[str, Any]:
    """``at_least: 85``, ``national``, ``group``, ``last_year``, ``2025M12``, ``{area: …}``, ``{2026: 40, 2027: 45}``."""
    if isinstance(named, dict):
        if all(re.fullmatch(r"(19|20)\d\d", str(key)) for key in named):
            return {"rule": kind, "years": named}
        if list(named) == ["area"] and isinstance(named["area"], str):
            return {"rule": kind, "against": {"against": Against.AREA, "name": named["area"]}}
        raise ValueError(
            f"after {kind} stand years with their numbers, {{2026: 40, 2027: 45}}, or one municipality, {{area: …}}"
        )
    if isinstance(named, list | tuple):
        raise ValueError(f"after {kind} stands one number; an interval is written as between: [40, 45]")
    if not isinstance(named, str) or _NUMBER.fullmatch(named):
        return {"rule": kind, "value": named}
    against: dict[str, Any] = {"against": Against.GROUP, "name": named}
    if named in (Against.COUNTRY, Against.EXPECTED):
        against = {"against": named}
    elif (since := _since(named)) is not None:
        against = {"against": Against.EARLIER, "since": since}
    return {"rule": kind, "against": against}


def _since(text: str) -> str | Period | None:
    if text in ("last_year", "start"):
        return text
    try:
        return Period.parse(text)
    except ValueError:
        return None


def _change(kind: str, named: Any, rest: dict[str, Any]) -> dict[str, Any]:
    """``down_by: 5 %``, ``up_by: 2``, each with ``since``."""
    since = _since(str(rest.get("since", "")))
    if since is None:
        raise ValueError(f"{kind} needs since: start, last_year or a period such as 2025M12")
    share = _PER_CENT.fullmatch(str(named).strip())
    size = share[1] if share else str(named)
    if not re.fullmatch(r"\d+(\.\d+)?", size) or not Decimal(size):
        raise ValueError(
            f'"{named}" is no size of a change; write {kind}: 2 (in the indicator\'s unit) or {kind}: 5 %'
        )
    signed = size if kind == "up_by" else f"-{size}"
    return {
        "rule": "at_least" if kind == "up_by" else "at_most",
        "against": {"against": Against.EARLIER, "since": since},
        "percent" if share else "margin": signed,
    }


def _between(kind: str, named: Any, rest: dict[str, Any]) -> dict[str, Any]:
    """``between: [40, 45]``"""
    if not isinstance(named, list | tuple) or len(named) != 2:
        raise ValueError("an interval is two numbers, the least first: between: [40, 45]")
    return {"rule": kind, "value": named[0], "upper": named[1]}


def _rank(kind: str, named: Any, rest: dict[str, Any]) -> dict[str, Any]:
    """``rank: best_third``, ``rank_at_most: 10``"""
    if kind == "rank":
        if named != "best_third":
            raise ValueError(
                f'"{named}" is no part of a ranking; write rank: best_third, or rank_at_most: 10'
            )
        return {"rule": "rank"}
    if not re.fullmatch(r"[1-9]\d?", str(named)):
        raise ValueError(f'"{named}" is no place; write rank_at_most: 10')
    return {"rule": "rank", "value": str(named)}


def _plain(field: str) -> Callable[[str, Any, dict[str, Any]], dict[str, Any]]:
    return lambda kind, named, rest: {"rule": kind, field: named}


class _Kind(NamedTuple):
    """How a kind of target is written: what reads it, an example, and the keys that go with it (:func:`_allowed`)."""

    read: Callable[[str, Any, dict[str, Any]], dict[str, Any]]
    example: str
    goes_with: tuple[str, ...] = ()


_JUDGED = ("by", "judge_on", "because", "indicator")
_CHANGED = ("since", "by", "path", "judge_on", "because", "indicator")
_DATED = ("by", "path", "from", "baseline", "judge_on")

KINDS = {
    **{rule: _Kind(_level, f"{rule}: national, or a number") for rule in RULES},
    "up_by": _Kind(_change, "up_by: 2, with since", _CHANGED),
    "down_by": _Kind(_change, "down_by: 5 %, with since", _CHANGED),
    "between": _Kind(_between, "between: [40, 45]", _JUDGED),
    "rank": _Kind(_rank, "rank: best_third", ("among", *_JUDGED)),
    "rank_at_most": _Kind(_rank, "rank_at_most: 10", ("among", *_JUDGED)),
    "milestone": _Kind(_plain("milestone"), "milestone: 2027-06-30", ("because",)),
    "direction": _Kind(
        _plain("way"), "direction: up, down or words", ("from", "baseline", "because", "indicator")
    ),
    "none_set": _Kind(_plain("because"), "none_set with the reason why no target was set"),
}
"""The keys that say what kind a target is."""

KEYS = (*KINDS, "of", "margin", "since", "among", *_DATED, "was", "because", "indicator")
"""Everything that can stand in a ``target:``."""


def _allowed(kind: str, own: dict[str, Any]) -> tuple[str, ...]:
    """The keys that go with a kind, as it was read."""
    if kind not in RULES:
        return KINDS[kind].goes_with
    if "years" in own:
        return ("judge_on", "because", "indicator")
    if "value" in own:
        return (*_DATED, "was", "because", "indicator")
    of = ("of",) if own["against"]["against"] is Against.GROUP else ()
    return (*of, "margin", *_DATED, "because", "indicator")


class Several(Model):
    """Several targets and one verdict: ``{all: […]}`` or ``{any: […]}``."""

    all_of: tuple[Target, ...] = Field(default=(), alias="all")
    any_of: tuple[Target, ...] = Field(default=(), alias="any")

    @model_validator(mode="after")
    def _one_of_them(self) -> Several:
        if bool(self.all_of) == bool(self.any_of):
            raise ValueError("write all: or any:, and a list of targets after it")
        return self

    @property
    def targets(self) -> tuple[Target, ...]:
        return self.all_of or self.any_of


def _form(value: Any) -> str:
    if isinstance(value, Several) or (isinstance(value, dict) and {"all", "any"} & value.keys()):
        return "(several)"
    return "(one)"


OneOrSeveral = Annotated[
    Annotated[Target, Tag("(one)")] | Annotated[Several, Tag("(several)")], Discriminator(_form)
]


class Part(NamedTuple):
    """One thing a goal promises: an indicator (or survey), by its key, and the target it is held against.

    A milestone, and a goal in words alone, has no indicator.
    """

    indicator: str
    target: Target
