"""The second word beside a verdict, against cases worked out by hand and the rule read aloud."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.gaps import verdict
from helpers.analysis.readings import NOTHING
from helpers.analysis.steadiness import Steadiness, past_of
from helpers.analysis.targets import Judgement, ResolvedTarget
from helpers.catalogue.models import Indicator
from helpers.catalogue.targets import Target
from helpers.periods import Period

NEWEST = Period.parse("2026M07")
AT_LEAST = Target.model_validate({"at_least": "national"})
UNDER = Target.model_validate({"under": "national"})


def indicator(frequency: str = "month", breaks: tuple[str, ...] = ()) -> Indicator:
    return Indicator.model_validate(
        {
            "key": "andel",
            "title": "Andel",
            "unit": "percent",
            "decimals": 1,
            "frequency": frequency,
            "direction": "higher_is_better",
            "series": {"share": {"label": "x", "from": {"typed_in": "y"}, "certainty": "confirmed"}},
            "breaks": [{"period": period, "text": "brud"} for period in breaks],
        }
    )


def judged(gaps: str, newest: Period = NEWEST, target: Target = AT_LEAST) -> list[Judgement]:
    """Tenths, oldest first, the last one of `newest`; ``?`` cannot be judged."""
    found = [None if text == "?" else Decimal(text).scaleb(-1) for text in gaps.split()]
    asked = ResolvedTarget(target)
    return [
        Judgement(newest.shift(place + 1 - len(found)), NOTHING, NOTHING, asked, gap, verdict(gap, target))
        for place, gap in enumerate(found)
    ]


def word(gaps: str, target: Target = AT_LEAST, **more: object) -> str | None:
    found = past_of(judged(gaps, target=target), target, indicator(**more))  # type: ignore[arg-type]
    return None if found is None else found.steadiness.value


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ("5 5 5 5 5 5 5 5 5 5 5 5", "varigt"),
        ("-1 -1 -1 -1 -1 -1 1 1 1 1 1 2", "varigt"),  # the mean of twelve is a twelfth above
        ("-9 -1 -1 -1 -1 -1 1 1 1 1 1 1", "på vippen"),  # six in a row, and the mean on the other side
        ("-1 -1 -1 -1 -1 -1 1 1 1 1 1 1", "varigt"),  # a mean of exactly 0 is met too
        ("5 5 5 5 5 5 5 5 5 5 5 -1", "nyt"),
        ("-5 5 -5 5 -5 5 -5 -5 -5 -5 -5 1", "nyt"),
        ("5 5 5 5 5 5 5 5 5 5 -1 -1", "på vippen"),  # turned two periods ago
        ("5 5 5 5 5 5 5 5 -5 5 5 -1", "på vippen"),  # the five before do not agree
        ("5 5 5 5 5 5 5 5 5 5 5 0", "på vippen"),  # 0 has no certain sign
        ("-5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 0", "på vippen"),
        ("5 5 5 5 5 5 5 5 5 5 0 5", "varigt"),  # an earlier 0 keeps its verdict
        ("5 5 5 5 5 5 5 5 5 5 5", None),  # eleven
        ("? 5 5 5 5 5 5 5 5 5 5 5", None),
        ("5 5 5 5 5 5 5 5 5 5 5 ?", None),
        ("? 5 5 5 5 5 5 5 5 5 5 5 5", "varigt"),  # what lies before the twelve does not matter
    ],
)
def test_the_word_follows_the_rule(gaps: str, said: str | None) -> None:
    assert word(gaps) == said


def test_under_is_not_met_by_a_mean_of_nothing() -> None:
    assert word("-1 -1 -1 -1 -1 -1 1 1 1 1 1 1", UNDER) == "på vippen"


def test_how_long_and_how_often_is_told() -> None:
    found = past_of(judged("5 -5 5 -5 5 -5 5 5 5 5 5 5"), AT_LEAST, indicator())
    assert found is not None
    assert (found.run, found.met, found.level) == (6, 9, False)
    level = past_of(judged("5 5 5 5 5 5 5 5 5 5 5 0"), AT_LEAST, indicator())
    assert level is not None
    assert (level.run, level.met, level.level) == (12, 12, True)


def test_a_gap_in_the_months_leaves_no_past() -> None:
    months = judged("5 " * 13)
    assert past_of(months, AT_LEAST, indicator()) is not None
    assert past_of([*months[:6], *months[7:]], AT_LEAST, indicator()) is None


@pytest.mark.parametrize(("broken", "there"), [("2025M07", True), ("2025M08", True), ("2025M09", False)])
def test_a_past_lies_on_one_side_of_a_break(broken: str, *, there: bool) -> None:
    # Twelve months up to July 2026 begin in August 2025: a break from that month on is before them all.
    assert (word("5 " * 14, breaks=(broken,)) == "varigt") is there
    assert (word("5 " * 14, breaks=(broken,)) is None) is not there


def test_twelve_quarters_are_counted_as_twelve_months_are() -> None:
    quarters = judged("5 " * 12, Period.parse("2026Q02"))
    found = past_of(quarters, AT_LEAST, indicator("quarter"))
    assert found is not None
    assert found.steadiness is Steadiness.STEADY
    assert past_of(quarters[1:], AT_LEAST, indicator("quarter")) is None


GAPS = st.lists(st.integers(-3, 3), min_size=12, max_size=15)


@given(GAPS, st.sampled_from([AT_LEAST, UNDER]))
def test_every_past_has_the_word_of_the_rule_read_aloud(tenths: list[int], target: Target) -> None:
    met = [(gap > 0 if target.strict else gap >= 0) for gap in tenths][-12:]
    mean = sum(tenths[-12:])
    in_mean = mean > 0 if target.strict else mean >= 0
    if tenths[-1] == 0:
        said = "på vippen"
    elif len(set(met[-6:])) == 1 and in_mean == met[-1]:
        said = "varigt"
    elif len(set(met[-6:-1])) == 1 and met[-2] != met[-1]:
        said = "nyt"
    else:
        said = "på vippen"
    assert word(" ".join(map(str, tenths)), target) == said
