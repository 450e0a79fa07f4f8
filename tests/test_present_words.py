"""Danish numbers and sentences: what a reader of the plan sees, letter for letter."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.gaps import Verdict
from helpers.analysis.steadiness import Past, Steadiness
from helpers.analysis.targets import ResolvedTarget
from helpers.catalogue import load_catalogue
from helpers.catalogue.models import Break, Indicator, Municipality, Unit
from helpers.catalogue.targets import Target
from helpers.data.frames import State, Stop
from helpers.periods import Frequency, Period
from helpers.present import target_words, words
from helpers.present.fonts import FOLDER, LETTERS, WEIGHTS
from helpers.present.words import MINUS, NBSP, number
from helpers.project import Project
from helpers.reports.plan.words import target_kinds
from report_support import CHECKOUT

NUMBERS = st.decimals(min_value=-10_000_000, max_value=10_000_000, places=4, allow_nan=False)
QUARTER = Period.parse("2023Q02")
TOWN = Municipality(code="250", name="Frederikssund", slug="frederikssund", region="Hovedstaden")
ISLAND = Municipality(code="825", name="Læsø", slug="laesoe", region="Nordjylland", preposition="på")


def plain(text: str) -> str:
    """With ordinary spaces, so that expectations can be read."""
    return text.replace(NBSP, " ")


def by_hand(value: Decimal, decimals: int) -> str:
    """A Danish number made from whole numbers only: thousands by slicing, halves away from zero."""
    tenths, rest = divmod(abs(int(value * 10**6)), 10 ** (6 - decimals))
    if rest * 2 >= 10 ** (6 - decimals):
        tenths += 1
    digits = str(tenths).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    groups = []
    while whole:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    text = ".".join(groups) + ("," + fraction if fraction else "")
    return MINUS + text if value < 0 and tenths else text


@given(NUMBERS, st.integers(0, 3))
def test_a_number_is_written_with_decimal_comma_thousands_dot_and_real_minus(
    value: Decimal, decimals: int
) -> None:
    assert number(value, decimals) == by_hand(value, decimals)


@given(st.floats(min_value=-1e6, max_value=1e6, allow_nan=False), st.integers(0, 3))
def test_a_float_is_read_as_the_decimal_it_was_published_as(value: float, decimals: int) -> None:
    assert number(value, decimals) == number(Decimal(repr(value)), decimals)


@given(NUMBERS, st.integers(0, 3))
def test_a_signed_number_has_a_sign_unless_it_shows_as_zero(value: Decimal, decimals: int) -> None:
    shown = number(value, decimals, signed=True)
    if set(shown) <= set("0,"):
        return
    assert shown[0] == ("+" if value > 0 else MINUS)


def test_zero_is_shown_as_zero_and_not_as_a_dash() -> None:
    assert number(0, 1) == "0,0"
    assert number(Decimal("-0.04"), 1) == "0,0"
    assert number(None, 1) == "–"


@pytest.mark.parametrize(
    ("value", "decimals", "unit", "signed", "shown"),
    [
        (Decimal("83.8"), 1, Unit.PERCENT, False, "83,8 pct."),
        (Decimal("-3.5"), 1, Unit.PERCENT, True, "−3,5 procentpoint"),
        (20, 0, Unit.PERCENT, True, "+20 procentpoint"),
        (Decimal("0.15"), 2, Unit.RATIO, True, "+0,15"),
        (1, 0, Unit.PERSONS, False, "1 person"),
        (0, 0, Unit.PERSONS, False, "0 personer"),
        (-1, 0, Unit.FULL_TIME, True, "−1 fuldtidsperson"),
        (1234, 0, Unit.FULL_TIME, False, "1.234 fuldtidspersoner"),
        (1, 0, Unit.WEEKS, False, "1 uge"),
        (Decimal("1.0"), 1, Unit.WEEKS, False, "1,0 uger"),
        (2500000, 0, "kr.", False, "2.500.000 kr."),
    ],
)
def test_units_follow_their_number(
    value: Decimal, decimals: int, unit: Unit, signed: bool, shown: str
) -> None:
    said = number(value, decimals, unit, signed=signed)
    assert plain(said) == shown
    assert " " not in said, "a number never parts from its unit at a line's end"


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a og b"), (["a", "b", "c"], "a, b og c")]
)
def test_a_list_ends_with_og(items: list[str], text: str) -> None:
    assert words.listed(items) == text


@given(NUMBERS, NUMBERS, st.integers(0, 2))
def test_a_distance_in_words_agrees_with_the_two_numbers_as_shown(
    one: Decimal, two: Decimal, decimals: int
) -> None:
    def read(text: str) -> Decimal:
        return Decimal(text.replace(".", "").replace(",", ".").replace(MINUS, "-"))

    shown = read(number(one, decimals)), read(number(two, decimals))
    said = plain(words.position(one, two, decimals, Unit.PERCENT, "målet"))
    if shown[0] == shown[1]:
        assert said == "på niveau med målet"
    else:
        size, side = said.split(" procentpoint ")
        assert read(size) == abs(shown[0] - shown[1])
        assert side == ("over målet" if shown[0] > shown[1] else "under målet")


@pytest.mark.parametrize(
    ("target", "value", "national", "decimals", "unit", "said"),
    [
        ({"at_least": "national"}, "83.8", "87.3", 1, Unit.PERCENT,
         "Det er 3,5 procentpoint under landsgennemsnittet på 87,3 pct."),
        ({"at_least": "national"}, "49.4", "49.3", 1, Unit.PERCENT,
         "Det er 0,1 procentpoint over landsgennemsnittet på 49,3 pct."),
        ({"at_least": "national"}, "49.4", "49.4", 1, Unit.PERCENT,
         "Det er på niveau med landsgennemsnittet på 49,4 pct."),
        ({"under": "national"}, "27.1", "23.1", 1, Unit.PERCENT,
         "Det er 4,0 procentpoint over landsgennemsnittet på 23,1 pct."),
        ({"under": "national"}, "23.1", "23.1", 1, Unit.PERCENT,
         "Det er på niveau med landsgennemsnittet på 23,1 pct., men målet er at ligge under."),
        ({"over": "national"}, "23.1", "23.1", 1, Unit.PERCENT,
         "Det er på niveau med landsgennemsnittet på 23,1 pct., men målet er at ligge over."),
        ({"at_most": "national", "margin": -0.2}, "0.6", "0.7", 1, Unit.PERCENT,
         "Det er 0,1 procentpoint over målet på højst 0,5 pct. "
         "Målet er sat 0,2 procentpoint under landsgennemsnittet på 0,7 pct."),
        ({"at_least": 90}, "92.8", "90.8", 1, Unit.PERCENT,
         "Det er 2,8 procentpoint over målet på mindst 90 pct. "
         "og 2,0 procentpoint over landsgennemsnittet på 90,8 pct."),
        ({"at_least": 85}, "87", None, 0, Unit.PERCENT, "Det er 2 procentpoint over målet på mindst 85 pct."),
        ({"at_least": 40}, "40", None, 0, Unit.PERCENT, "Det er på niveau med målet på mindst 40 pct."),
        ({"under": 13}, "13.0", None, 1, Unit.WEEKS,
         "Det er på niveau med målet på under 13 uger, men målet er at ligge under."),
        ({"at_least": "national"}, "0.83", "0.82", 2, Unit.RATIO, "Det er 0,01 over landsgennemsnittet på 0,82."),
        ({"at_most": 12.5}, "11.5", None, 1, Unit.WEEKS, "Det er 1,0 uger under målet på højst 12,5 uger."),
    ],
)  # fmt: skip
def test_every_kind_of_target_is_compared_in_one_sentence(
    target: dict[str, object], value: str, national: str | None, decimals: int, unit: Unit, said: str
) -> None:
    rule = Target.model_validate(target)
    country = None if national is None else Decimal(national)
    assert (
        plain(
            target_words.comparison(Decimal(value), ResolvedTarget.of(rule, country), country, decimals, unit)
        )
        == said
    )


def test_nothing_is_compared_with_an_unknown_country() -> None:
    with pytest.raises(ValueError, match="no number"):
        target_words.comparison(
            Decimal(1),
            ResolvedTarget.of(Target.model_validate({"at_least": "national"})),
            None,
            1,
            Unit.PERCENT,
        )


def _sentences(**more: object) -> str:
    given: dict[str, object] = {
        "goal": "1a",
        "verdict": Verdict.NOT_MET,
        "target": Target.model_validate({"at_least": "national"}),
        "period": QUARTER,
        "municipality": Decimal("83.8"),
        "national": Decimal("87.3"),
        "decimals": 1,
        "unit": Unit.PERCENT,
        "area": TOWN,
        "what": "andelen af dem, som er kommet videre",
    }
    told = {**given, **more}
    target, national = told.pop("target"), told["national"]
    asked = ResolvedTarget.of(target, national)  # type: ignore[arg-type]
    return plain(" ".join(target_words.status_sentences(asked=asked, **told)))  # type: ignore[arg-type]


def test_a_verdict_reads_as_the_examples_of_the_documents_do() -> None:
    finding = "{value} af A-dagpengemodtagerne {i_kommune} havde forladt ydelsen efter 13 uger"
    assert _sentences(finding=finding) == (
        "Mål 1a er ikke opfyldt. 83,8 pct. af A-dagpengemodtagerne i Frederikssund havde forladt ydelsen "
        "efter 13 uger i 2. kvartal 2023. "
        "Det er 3,5 procentpoint under landsgennemsnittet på 87,3 pct."
    )


def test_without_words_of_its_own_an_indicator_is_told_by_its_title() -> None:
    said = _sentences()
    assert "Andelen af dem, som er kommet videre, var 83,8 pct. i Frederikssund i 2. kvartal 2023." in said
    assert "Andelen var 83,8 pct. i Frederikssund" in _sentences(what="andelen")
    assert "Andelen var 83,8 pct. på Læsø i 2. kvartal" in _sentences(what="andelen", area=ISLAND)


def test_a_goal_that_cannot_be_judged_says_why_and_compares_nothing() -> None:
    said = _sentences(
        verdict=Verdict.CANNOT_BE_JUDGED, national=None, reason="tallet for hele landet er ikke opgjort"
    )
    assert said.startswith("Mål 1a kan ikke vurderes. Tallet for hele landet er ikke opgjort.")
    assert "landsgennemsnittet" not in said
    nothing = _sentences(verdict=Verdict.CANNOT_BE_JUDGED, municipality=None, period=None)
    assert nothing == "Mål 1a kan ikke vurderes. Der er ingen tal for Frederikssund."


@pytest.mark.parametrize(
    ("was", "because", "said"),
    [
        (
            85,
            "fordi STAR har ændret opgørelsen",
            "sat ned fra 85 til 75 pct., fordi STAR har ændret opgørelsen.",
        ),
        (85, "på baggrund af en undersøgelse", "sat ned fra 85 til 75 pct. på baggrund af en undersøgelse."),
        (70, "STAR har ændret opgørelsen.", "sat op fra 70 til 75 pct. STAR har ændret opgørelsen."),
        (72.5, None, "sat op fra 72,5 til 75 pct."),
    ],
)
def test_a_changed_target_tells_its_history(was: float, because: str | None, said: str) -> None:
    target = Target.model_validate({"at_least": 75, "was": was, "because": because})
    sentences = _sentences(
        target=target, verdict=Verdict.MET, municipality=Decimal("75.1"), national=Decimal("80.0")
    )
    assert sentences.endswith(f"Målet er {said}")


def test_one_of_two_indicators_is_named_in_the_verdict() -> None:
    assert _sentences(verdict=Verdict.MET, part="formidlingsgrad").startswith(
        "Mål 1a, formidlingsgrad, er opfyldt."
    )


@pytest.mark.parametrize("period", ["2023M11", "2023Q02", "2024QMAT03", "2025Y01"])
def test_a_period_stands_in_a_sentence(period: str) -> None:
    said = words.when_words(Period.parse(period))
    assert said.startswith("i ")
    assert said.endswith(Period.parse(period).danish)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [("79.5", "83.8", "steget fra 79,5 pct. til 83,8 pct."), ("2", "1", "faldet fra 2,0 pct. til 1,0 pct."),
     ("83.81", "83.79", "uændret 83,8 pct.")],
)  # fmt: skip
def test_a_trend_is_told_as_far_as_the_shown_decimals_can_tell(first: str, last: str, said: str) -> None:
    assert plain(words.trend_phrase(Decimal(first), Decimal(last), 1, Unit.PERCENT)) == said


def counted(met: int, not_met: int, unknown: int, **more: int) -> Counter[Verdict]:
    found = {"met": met, "not_met": not_met, "cannot_be_judged": unknown, **more}
    return Counter({Verdict(name): count for name, count in found.items()})


def test_goals_met_are_counted_in_words() -> None:
    assert words.goals_met(counted(11, 9, 0)) == "11 af 20 mål er opfyldt."
    assert words.goals_met(counted(11, 7, 2)) == "11 af 20 mål er opfyldt, og 2 kan ikke vurderes."
    assert words.goals_met(counted(4, 0, 1, on_track=2, behind=1, not_due=1)) == (
        "4 af 9 mål er opfyldt, 2 er på sporet, 1 er bag efter planen, 1 afgøres senere, og 1 kan ikke vurderes."
    )
    assert words.goals_met(counted(0, 3, 0)) == "Ingen af de 3 mål er opfyldt."
    assert words.goals_met(counted(0, 2, 1)) == "Ingen af de 3 mål er opfyldt, og 1 kan ikke vurderes."
    assert words.goals_met(counted(0, 0, 2)) == "Ingen af de 2 mål kan vurderes."
    assert words.goals_met(counted(3, 0, 0)) == "Alle 3 mål er opfyldt."
    assert words.goals_met(counted(1, 0, 0)) == "Målet er opfyldt."
    assert words.goals_met(counted(0, 1, 0)) == "Målet er ikke opfyldt."
    assert words.goals_met(counted(0, 0, 1)) == "Målet kan ikke vurderes."
    assert words.goals_met(counted(0, 0, 0, behind=1)) == "Målet er bag efter planen."
    assert words.goals_met(counted(0, 0, 0)) == "Målene følges uden vurdering."


def test_every_verdict_has_its_own_word_and_sign_and_one_of_three_classes() -> None:
    for table in (words.VERDICT_WORDS, words.VERDICT_SIGNS):
        assert len(set(table.values())) == len(Verdict)
    assert set(words.VERDICT_CLASSES) == set(Verdict)
    assert set(words.VERDICT_CLASSES.values()) == {"verdict-met", "verdict-not-met", "verdict-unknown"}


def test_every_state_but_ok_has_words() -> None:
    assert all(words.STATE_WORDS[state] for state in State if state is not State.OK)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_font_has_every_sign_that_is_used(weight: int) -> None:
    used = {
        *LETTERS,
        *"".join(words.VERDICT_SIGNS.values()),
        *"".join(words.DIRECTION_SIGNS.values()),
        MINUS,
        NBSP,
    }
    with TTFont(FOLDER / f"{WEIGHTS[weight]}.ttf", lazy=True) as font:
        missing = sorted(sign for sign in used if ord(sign) not in font.getBestCmap())
    assert not missing


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Databrud fra juli 2025: Ny opgørelse."),
        ({"meaning": "Før er ikke efter."}, "Databrud fra juli 2025: Ny opgørelse. Før er ikke efter."),
        ({"source": "Lov nr. 1"}, "Databrud fra juli 2025: Ny opgørelse. Kilde: Lov nr. 1."),
    ],
)
def test_a_break_is_told_with_its_meaning_and_its_source(more: dict[str, str], said: str) -> None:
    broken = Break(period=Period.month(2025, 7), text="Ny opgørelse", **more)
    assert words.break_sentence(broken) == said


@pytest.mark.parametrize(
    ("stop", "then", "said"),
    [
        (Stop.DIVISION, [], "Jobindsats har stoppet denne opdeling. Det seneste tal er for december 2026."),
        (Stop.TABLE, [], "Jobindsats har stoppet denne tabel. Det seneste tal er for december 2026."),
        (
            Stop.BENEFIT,
            ["Andelen på kontanthjælp"],
            "Opgørelsen er ophørt. Det seneste tal er for december 2026. Se i stedet »Andelen på kontanthjælp«.",
        ),
        (
            Stop.DIVISION,
            ["A", "B"],
            "Jobindsats har stoppet denne opdeling. Det seneste tal er for december 2026. Se i stedet »A« og »B«.",
        ),
    ],
)
def test_what_a_source_has_stopped_is_told_with_its_last_figure(
    stop: Stop, then: list[str], said: str
) -> None:
    item = Indicator.model_validate(
        {
            "key": "x", "title": "X", "unit": "percent", "decimals": 1, "frequency": "month",
            "direction": "lower_is_better",
            "series": {"share": {"label": "{area}", "from": {"table": "y60a02", "measure": "m"}, "certainty": "confirmed"}},
        }
    )  # fmt: skip
    assert words.stopped_sentences(stop, item, Period.month(2026, 12), then) == said


# ------------------------------------------------------------------------------- how steady, how many


def _past(word: Steadiness, run: int, met: int, *, level: bool = False) -> Past:
    return Past(word, run, met, level)


@pytest.mark.parametrize(
    ("past", "verdict", "said"),
    [
        (_past(Steadiness.STEADY, 12, 12), Verdict.MET, "Målet var opfyldt i alle de seneste 12 måneder."),
        (_past(Steadiness.STEADY, 12, 0), Verdict.NOT_MET,
         "Målet var ikke opfyldt i nogen af de seneste 12 måneder."),
        (_past(Steadiness.STEADY, 6, 8), Verdict.MET,
         "Målet er opfyldt for sjette måned i træk og var opfyldt i 8 af de seneste 12 måneder."),
        (_past(Steadiness.STEADY, 11, 1), Verdict.NOT_MET,
         "Målet er for ellevte måned i træk ikke opfyldt. Det var opfyldt i 1 af de seneste 12 måneder."),
        (_past(Steadiness.NEW, 1, 4), Verdict.MET,
         "Vurderingen er ny: Målet var ikke opfyldt i de fem måneder før. "
         "Det var opfyldt i 4 af de seneste 12 måneder."),
        (_past(Steadiness.NEW, 1, 11), Verdict.NOT_MET,
         "Vurderingen er ny: Målet var opfyldt i de fem måneder før. "
         "Det var opfyldt i 11 af de seneste 12 måneder."),
        (_past(Steadiness.WAVERING, 2, 7), Verdict.MET,
         "Vurderingen er på vippen. Målet var opfyldt i 7 af de seneste 12 måneder."),
        (_past(Steadiness.WAVERING, 12, 12, level=True), Verdict.MET,
         "Vurderingen er på vippen, fordi forskellen er mindre end afrundingen. "
         "Målet var opfyldt i alle de seneste 12 måneder."),
    ],
)  # fmt: skip
def test_how_steady_a_verdict_is_reads_as_danish(past: Past, verdict: Verdict, said: str) -> None:
    assert words.past_sentences(past, verdict, Frequency.MONTH) == said
    assert said in _sentences(verdict=verdict, past=past, period=Period.parse("2026M07"))


def test_quarters_are_counted_as_quarters() -> None:
    said = words.past_sentences(_past(Steadiness.STEADY, 7, 9), Verdict.MET, Frequency.QUARTER)
    assert (
        said == "Målet er opfyldt for syvende kvartal i træk og var opfyldt i 9 af de seneste 12 kvartaler."
    )


@pytest.mark.parametrize(
    ("finer", "verdict", "said"),
    [
        ("-0.0312", Verdict.NOT_MET,
         "Regnet ud fra antallene er tallet 0,03 procentpoint dårligere end målet, og målet er derfor ikke opfyldt."),
        ("0.0004", Verdict.MET,
         "Regnet ud fra antallene er tallet 0,0004 procentpoint bedre end målet, og målet er derfor opfyldt."),
        ("0", Verdict.MET, "Også regnet ud fra antallene er forskellen 0, og målet er derfor opfyldt."),
        (None, Verdict.MET, ""),
    ],
)  # fmt: skip
def test_what_decided_a_gap_of_zero_is_told(finer: str | None, verdict: Verdict, said: str) -> None:
    exact = None if finer is None else Decimal(finer)
    assert plain(words.by_counts(exact, verdict, 1, Unit.PERCENT)) == said


@pytest.mark.parametrize(
    ("met", "not_met", "unknown", "said"),
    [
        (11, 8, 1, "Assens Kommune har opfyldt 11 af 20 mål. 8 er ikke opfyldt, og 1 kan ikke vurderes."),
        (7, 8, 0, "Assens Kommune har opfyldt 7 af 15 mål. 8 er ikke opfyldt."),
        (6, 0, 9, "Assens Kommune har opfyldt 6 af 15 mål. 9 kan ikke vurderes."),
        (20, 0, 0, "Assens Kommune har opfyldt alle 20 mål."),
        (1, 0, 0, "Assens Kommune har opfyldt sit mål."),
        (0, 15, 0, "Assens Kommune har ikke opfyldt nogen af sine 15 mål."),
        (0, 1, 0, "Assens Kommune har ikke opfyldt sit mål."),
        (0, 10, 5, "Assens Kommune har ikke opfyldt nogen af sine 15 mål. 5 kan ikke vurderes."),
        (0, 0, 15, "Ingen af målene for Assens Kommune kan vurderes."),
    ],
)
def test_what_a_municipality_has_met_is_one_sentence_or_two(
    met: int, not_met: int, unknown: int, said: str
) -> None:
    assert words.goals_met_by("Assens Kommune", counted(met, not_met, unknown)) == said


@pytest.mark.parametrize(
    ("met", "not_met", "unknown", "sign", "said", "css"),
    [
        (4, 0, 0, "✓", "4 af 4 opfyldt", "verdict-met"),
        (3, 1, 0, "–", "3 af 4 opfyldt", "verdict-partly"),
        (3, 0, 1, "–", "3 af 4 opfyldt, 1 kan ikke vurderes", "verdict-partly"),
        (0, 4, 0, "×", "0 af 4 opfyldt", "verdict-not-met"),
        (0, 1, 3, "×", "0 af 4 opfyldt, 3 kan ikke vurderes", "verdict-not-met"),
        (0, 0, 4, "?", "Kan ikke vurderes", "verdict-unknown"),
    ],
)
def test_a_focus_area_is_red_only_when_no_goal_is_met(
    met: int, not_met: int, unknown: int, sign: str, said: str, css: str
) -> None:
    assert words.joint_standing(counted(met, not_met, unknown)) == (sign, said, css)


def test_the_kinds_of_targets_that_a_plan_has_are_named_and_no_other():
    catalogue = load_catalogue(Project(CHECKOUT))

    def kinds(plan: str) -> str:
        return target_kinds(part.target for goal in catalogue.plan(plan).goals for part in goal.parts)

    assert kinds("frederikssund-2023") == (
        "Målet er landsgennemsnittet, et fast tal eller landsgennemsnittet med et tillæg eller et fradrag."
    )
    assert kinds("noegletal-2026") == (
        "Målet er landsgennemsnittet, det forventede tal eller en retning, der følges uden vurdering."
    )
    read = [
        {"rank_at_most": 10, "among": "country"},
        {"milestone": "2026-06-30"},
        {"over": "group", "of": "best"},
    ]
    assert target_kinds(map(Target.model_validate, read)) == (
        "Målet er en placering blandt kommunerne, en milepæl med en frist eller den bedste af andre kommuner."
    )
    assert target_kinds([Target.model_validate({"none_set": "Målet er ikke sat."})]) == ""
