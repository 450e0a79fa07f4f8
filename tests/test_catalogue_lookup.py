"""What one asks the catalogue for: municipalities by any spelling, plans, texts filled in, and how it is read."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.catalogue import check_catalogue, load_catalogue
from helpers.catalogue.catalogue import fill
from helpers.catalogue.models import Goal, Indicator, Municipality, Plan, Series
from helpers.catalogue.targets import Target
from helpers.errors import PlanError
from helpers.periods import Period
from helpers.project import Project

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = load_catalogue(Project(ROOT))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the project's own catalogue."""
    shutil.copytree(ROOT / "catalogue", tmp_path / "catalogue")
    return Project(tmp_path)


# ------------------------------------------------------------------ breaks


@pytest.mark.parametrize(
    ("frequency", "broken", "one", "other", "crossed"),
    [
        ("month", "2025M07", "2025M06", "2025M07", True),
        ("month", "2025M07", "2025M07", "2025M06", True),
        ("month", "2025M07", "2025M05", "2025M06", False),
        ("month", "2025M07", "2025M07", "2026M07", False),
        ("month", "2025M07", "2025M07", "2025M07", False),
        ("quarter", "2025Q03", "2025Q02", "2025Q04", True),
        ("rolling_year", "2025QMAT03", "2025QMAT02", "2026QMAT02", True),
        ("rolling_year", "2025QMAT03", "2025QMAT03", "2025QMAT04", True),
        ("rolling_year", "2025QMAT03", "2025QMAT04", "2026QMAT02", True),
        ("rolling_year", "2025QMAT03", "2026QMAT02", "2026QMAT04", False),
    ],
)
def test_a_break_lies_between_two_periods_in_either_order(
    frequency: str, broken: str, one: str, other: str, crossed: bool
) -> None:
    item = Indicator.model_validate(
        {
            "key": "maalt", "title": "Målt", "unit": "percent", "decimals": 1, "frequency": frequency,
            "direction": "higher_is_better", "breaks": [{"period": broken, "text": "Nyt"}],
            "series": {"share": {"label": "{area}", "from": {"typed_in": "hånd"}, "certainty": "confirmed"}},
        }
    )  # fmt: skip
    assert item.breaks_between(Period.parse(one), Period.parse(other)) == (item.breaks if crossed else ())


# ------------------------------------------------------------------ names


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, Municipality]:
    municipality = draw(st.sampled_from(CATALOGUE.municipalities))
    text = draw(
        st.sampled_from(
            [
                municipality.name,
                municipality.slug,
                municipality.code,
                municipality.long_name,
                f"{municipality.name} Kommune",
            ]
        )
    )
    change = draw(st.sampled_from([str.lower, str.upper, str.title, str.swapcase, str]))
    pad = draw(st.sampled_from(["", " ", "  ", "\t"]))
    return pad + change(text).replace(" ", " " + pad) + pad, municipality


@settings(database=None)
@given(spelling=spellings())
def test_a_municipality_is_found_by_name_code_or_slug_in_any_case_with_or_without_kommune(
    spelling: tuple[str, Municipality],
) -> None:
    text, municipality = spelling
    assert CATALOGUE.municipality(text) is municipality


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Fredrikssund", "Frederikssund"),
        ("hedenstad kommune", "Hedensted"),
        ("Lasø", "Læsø"),
        ("koebenhaven", "København"),
        ("Ærö", "Ærø"),
    ],
)
def test_a_misspelt_municipality_gets_the_nearest_one(text: str, meant: str) -> None:
    with pytest.raises(PlanError) as error:
        CATALOGUE.municipality(text)
    municipality = CATALOGUE.municipality(meant)
    told = str(error.value)
    assert f'Did you mean "{municipality.name}"?' in told or f'Did you mean "{municipality.slug}"?' in told


@pytest.mark.parametrize("text", ["", "   ", "Kommune", "411", "Hele landet", "Region Hovedstaden"])
def test_what_is_no_municipality_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match="none of the 98 municipalities"):
        CATALOGUE.municipality(text)


def test_slugs_are_fit_for_folders_and_no_two_municipalities_share_a_spelling() -> None:
    spelt = [word for m in CATALOGUE.municipalities for word in {m.code, m.name.casefold(), m.slug}]
    assert len(spelt) == len(set(spelt))
    assert all(m.slug.isascii() for m in CATALOGUE.municipalities)


def test_plans_and_indicators_are_found_by_key_and_missed_with_the_nearest_one() -> None:
    assert CATALOGUE.plan("Frederikssund-2023.yml") is CATALOGUE.plans["frederikssund-2023"]
    with pytest.raises(PlanError, match='Did you mean "frederikssund-2023"'):
        CATALOGUE.plan("fredrikssund-2023")
    assert CATALOGUE.indicator("fleksjob-andel").key == "fleksjob-andel"
    with pytest.raises(PlanError, match='Did you mean "fleksjob-andel"'):
        CATALOGUE.indicator("fleksjob-andelen")


def test_a_goal_is_found_in_any_case_and_in_its_focus_area() -> None:
    plan = CATALOGUE.plan("frederikssund-2023")
    assert plan.goal("4C").number == "4c"
    assert plan.focus_area_of("4C").number == 4
    with pytest.raises(KeyError):
        plan.goal("9z")
    with pytest.raises(KeyError):
        plan.focus_area_of("9z")


# ------------------------------------------------------------------ texts


def test_words_in_braces_are_filled_in_and_others_left_alone() -> None:
    assert fill("{area} - antal i {kommune}", area="Hele landet") == "Hele landet - antal i {kommune}"
    assert fill("100 % {value}", value="{area}", area="x") == "100 % {area}"


def test_every_text_of_the_catalogue_can_be_filled_in_completely() -> None:
    words = dict.fromkeys(
        ("area", "kommune", "i_kommune", "jobcenter", "jobcenteret", "periode", "value"), "X"
    )

    def texts(entry: object) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        if isinstance(entry, dict):
            return [text for value in entry.values() for text in texts(value)]
        if isinstance(entry, list | tuple):
            return [text for value in entry for text in texts(value)]
        return []

    entries = [*CATALOGUE.indicators.values(), *CATALOGUE.surveys.values(), *CATALOGUE.plans.values()]
    for text in (text for entry in entries for text in texts(entry.model_dump())):
        assert "{" not in fill(text, **words), text


# ------------------------------------------------------------------ targets


@settings(database=None)
@given(
    rule=st.sampled_from(["at_least", "over", "at_most", "under"]),
    number=st.decimals(-1000, 1000, allow_nan=False, places=2),
)
def test_a_target_means_the_number_that_was_typed(rule: str, number: object) -> None:
    target = Target.model_validate({rule: str(number)})
    assert target.value == number
    assert not target.national
    assert target.is_set
    assert target.strict is (rule in ("over", "under"))
    assert target.direction.sign == (1 if rule in ("at_least", "over") else -1)
    assert Target.model_validate(target.model_dump()) == target


def test_models_of_the_catalogue_survive_being_written_and_read_again() -> None:
    for plan in CATALOGUE.plans.values():
        assert Plan.model_validate(plan.model_dump(by_alias=True)) == plan
        for goal in plan.goals:
            assert Goal.model_validate(goal.model_dump(by_alias=True)) == goal
    for key, indicator in CATALOGUE.indicators.items():
        again = type(indicator).model_validate(indicator.model_dump(by_alias=True))
        assert again == indicator, key


# ------------------------------------------------------------------ reading


def test_an_unchanged_catalogue_is_read_once() -> None:
    assert load_catalogue(Project(ROOT)) is CATALOGUE


def test_a_changed_file_is_read_again_and_changes_the_hash(project: Project) -> None:
    first = load_catalogue(project)
    path = project.catalogue / "surveys.yml"
    path.write_text(path.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    second = load_catalogue(project)
    assert second is not first
    assert second.hash != first.hash
    assert second.surveys == first.surveys


def test_a_file_that_is_mended_is_read_again_even_when_its_size_is_the_same(project: Project) -> None:
    path = project.catalogue / "plans" / "noegletal-2026.yml"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("year: 2026", "year: 20x6"), encoding="utf-8")
    assert len(check_catalogue(project)) == 1
    path.write_text(good, encoding="utf-8")
    later = time.time_ns() + 1_000_000_000
    os.utime(path, ns=(later, later))
    assert check_catalogue(project) == []


def test_the_hash_is_of_what_the_files_hold_and_not_of_when_they_were_written(project: Project) -> None:
    assert load_catalogue(project).hash == CATALOGUE.hash


def test_a_plan_of_ones_own_needs_one_new_file(project: Project) -> None:
    plans = project.catalogue / "plans"
    text = (plans / "noegletal-2026.yml").read_text(encoding="utf-8")
    text = text.replace("year: 2026\n", "year: 2027\nmunicipality: hedensted\nprevious: noegletal-2026\n", 1)
    (plans / "hedensted-2027.yml").write_text(text, encoding="utf-8")
    plan = load_catalogue(project).plan("hedensted-2027")
    assert plan.municipality == "hedensted"
    assert plan.previous == "noegletal-2026"
    assert [goal.number for goal in plan.goals] == [
        goal.number for goal in CATALOGUE.plan("noegletal-2026").goals
    ]


# ------------------------------------------------------------------ the manual


def example(name: str) -> str:
    """The YAML block of docs/catalogue.md that follows the remark with this name."""
    manual = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    _, _, rest = manual.partition(f"<!-- example: {name} -->\n")
    indent = rest[: len(rest) - len(rest.lstrip(" "))]
    block = rest.partition("```yaml\n")[2].partition(f"{indent}```")[0]
    return "".join(line.removeprefix(indent) for line in block.splitlines(keepends=True))


def test_who_follows_the_manual_to_the_letter_gets_an_indicator_a_goal_a_plan_and_texts(
    project: Project,
) -> None:
    folder = project.catalogue
    indicators = (folder / "indicators.yml").read_text(encoding="utf-8")
    (folder / "indicators.yml").write_text(f"{indicators}\n{example('indicator')}", encoding="utf-8")
    copied = (folder / "plans" / "noegletal-2026.yml").read_text(encoding="utf-8")
    body = copied[copied.index("focus_areas:") :]
    plan = f"{example('plan')}\n{body}{example('goal')}"
    (folder / "plans" / "hedensted-2027.yml").write_text(plan, encoding="utf-8")
    (folder / "texts").mkdir(exist_ok=True)
    (folder / "texts" / "hedensted.yml").write_text(example("texts"), encoding="utf-8")

    assert [str(problem) for problem in check_catalogue(project)] == []
    catalogue = load_catalogue(project)
    goal = catalogue.plan("hedensted-2027").goal("7c")
    assert catalogue.figures(goal)[0].indicators[0].tables == ("y07c07",)
    hedensted = catalogue.municipality("hedensted")
    assert set(catalogue.texts(hedensted, catalogue.plan("noegletal-2026")).goals) == {"1a", "3b"}


def test_the_manual_names_every_key_that_an_entry_may_have() -> None:
    manual = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    keys = {
        info.alias or name for m in (Plan, Goal, Indicator, Series) for name, info in m.model_fields.items()
    }
    assert {key for key in keys - {"key"} if f"`{key}`" not in manual and f"{key}: " not in manual} == set()


# ------------------------------------------------------------------ names as people write them


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Århus", "Aarhus"), ("Åbenrå", "Aabenraa"), ("Ålborg Kommune", "Aalborg"), ("Høje Taastrup", "Høje-Taastrup"),
        ("Nordfyn", "Nordfyns"), ("Vesthimmerland", "Vesthimmerlands"), ("Brønderslev-Dronninglund", "Brønderslev"),
        ("Ringkøbing Skjern", "Ringkøbing-Skjern"), ("Fåborg-Midtfyn", "Faaborg-Midtfyn"), ("Thy", "Thisted"),
        ("Frederikssunds Kommune", "Frederikssund"), ("Bornholms Regionskommune", "Bornholm"), ("0250", "Frederikssund"),
        ("250", "Frederikssund"), ("KBH", "København"), ("kbh.", "København"), ("A\u030arhus", "Aarhus"),
        ("Københavns Kommune", "København"), ("koege", "Køge"), ("  læsø  ", "Læsø"), ("Assens", "Assens"),
    ],
)  # fmt: skip
def test_a_municipality_is_found_as_people_write_it(text: str, meant: str) -> None:
    assert load_catalogue(Project(ROOT)).municipality(text).name == meant


@pytest.mark.parametrize("text", ["", "Danmark", "Nord", "Midtjylland", "Frederiks", "99", "2500"])
def test_what_no_single_municipality_is_called_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        load_catalogue(Project(ROOT)).municipality(text)


def test_every_name_code_and_slug_finds_its_own_municipality() -> None:
    items = load_catalogue(Project(ROOT))
    for municipality in items.municipalities:
        for text in (municipality.code, *municipality.names, f"{municipality.name}s Kommune"):
            assert items.municipality(text) is municipality


def test_a_place_has_the_preposition_that_danish_gives_it() -> None:
    places = {area.name: area.place for area in CATALOGUE.municipalities}
    islands = ("Læsø", "Bornholm", "Fanø", "Samsø", "Ærø", "Langeland", "Lolland")
    assert {name: places[name] for name in islands} == {name: f"på {name}" for name in islands}
    assert places["Frederikssund"] == "i Frederikssund"
    assert places["Nordfyns"] == "i Nordfyns Kommune"
    assert sum(place.startswith("på ") for place in places.values()) < 10
