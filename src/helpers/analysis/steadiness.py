"""Whether a verdict is steady: the second word beside it, which leaves the verdict itself as it is printed.

In: how one goal and area was judged period by period. Out: *varigt*, *nyt* or *på vippen*, and how often the goal
was met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import takewhile
from typing import TYPE_CHECKING

from helpers.analysis.gaps import Verdict, verdict
from helpers.catalogue.models import Indicator
from helpers.catalogue.targets import Target

if TYPE_CHECKING:
    from helpers.analysis.targets import Judgement

PERIODS = 12
"""How many periods a verdict's past is told for."""

STEADY_FOR = 6
"""For so many periods in a row a steady verdict has been the same."""


DECIDED = (Verdict.MET, Verdict.NOT_MET)
"""The verdicts that have a past: a goal that is not due, or only followed, has not turned."""


class Steadiness(StrEnum):
    """How far one can build on a verdict."""

    STEADY = "varigt"
    NEW = "nyt"
    WAVERING = "på vippen"


@dataclass(frozen=True)
class Past:
    """What the last twelve periods say of a verdict."""

    steadiness: Steadiness
    run: int
    """For how many periods in a row, the newest included, the verdict has been this one; twelve is "at least twelve".
    """
    met: int
    """In how many of the twelve the goal was met."""
    level: bool
    """The newest printed gap is 0, so that its sign was lost in rounding."""


def past_of(judged: Sequence[Judgement], target: Target, indicator: Indicator) -> Past | None:
    """What the last twelve periods say of the newest verdict.

    Parameters
    ----------
    target
        Says what a gap of 0 means, also for the mean of the twelve gaps.

    Returns
    -------
    Past or None
        None where the last twelve periods are not all there, one after the other, each with a verdict and all on
        one side of every break. Twelve quarters are three years; a year's figure has no such past.

    Notes
    -----
    The rule is the project's own. *Varigt*: the same verdict in each of the last six periods, and with the mean of
    the last twelve. *Nyt*: the newest differs from the five before, which agree. *På vippen*: anything else, and
    whenever the printed gap is 0: two figures rounded to one decimal lie less than two units of it apart from their
    printed difference, so a gap of one unit has a certain sign, and a gap of 0 has none. Measured on real figures of
    98 municipalities, a verdict against the country turns from one month to the next in 23.1 per cent of cases for
    ordinary hours and in 2.4 for kontanthjælp; with a mean of twelve months in 3.0 for ordinary hours.
    """
    last = judged[-PERIODS:]
    gaps = [one.gap for one in last if one.gap is not None and one.verdict in DECIDED]
    if len(gaps) < PERIODS:
        return None
    first, newest = last[0].period, last[-1]
    if newest.period != first.shift(PERIODS - 1) or indicator.breaks_between(first, newest.period):
        return None
    run = sum(1 for _ in takewhile(lambda one: one.verdict is newest.verdict, reversed(last)))
    before = {one.verdict for one in last[-STEADY_FOR:-1]}
    level = newest.gap == 0
    if level:
        word = Steadiness.WAVERING
    elif run >= STEADY_FOR and verdict(sum(gaps, Decimal(0)) / PERIODS, target) is newest.verdict:
        word = Steadiness.STEADY
    elif run == 1 and len(before) == 1:
        word = Steadiness.NEW
    else:
        word = Steadiness.WAVERING
    return Past(word, run, sum(one.verdict is Verdict.MET for one in last), level)
