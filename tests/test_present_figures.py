"""Figures: what is drawn, where it lies, what is left out, and what is said to those who do not see it."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import ValidationError

from helpers.analysis.chance import Interval
from helpers.analysis.targets import Course, ResolvedTarget
from helpers.catalogue.brand import COLOURS, read_brand
from helpers.catalogue.models import Break, Indicator
from helpers.catalogue.targets import Target
from helpers.data.frames import WINDOW_COLUMNS, Grounds
from helpers.errors import PlanError
from helpers.periods import Frequency, Period
from helpers.present import describe, draw, figures, fonts, layout, theme
from helpers.present.draw import VEGALITE_MIME
from helpers.present.output import FigurePart, Shown
from helpers.present.spark import SPARK_HEIGHT, SPARK_WIDTH, spark
from helpers.present.traces import Picture, picture
from helpers.present.words import NBSP
from present_frames import SECRET, TOWN, bars, frame, indicator, share, with_bars

SVG = "{http://www.w3.org/2000/svg}"
LINE = [20.0 + step / 2 for step in range(25)]
COUNTRY = [30.0 - step / 4 for step in range(25)]


def part(shown: Shown) -> FigurePart:
    (only,) = shown.parts
    assert isinstance(only, FigurePart)
    return only


def lay(drawn: Picture, *, example: bool = False, **more: Any) -> layout.Layout:
    return layout.lay_out(replace(drawn, example=example), **more)


def simple() -> tuple[Indicator, Any]:
    entry = indicator()
    return entry, frame(entry, "2023M11", {("share", "dk"): COUNTRY, ("share", "own"): LINE})


def counted(**more: Any) -> tuple[Indicator, Any]:
    entry = with_bars()
    values: dict[tuple[str, str], Any] = {
        ("count", "own"): 40.0,
        ("share", "dk"): COUNTRY,
        ("share", "own"): LINE,
    }
    return entry, frame(entry, "2023M11", values, **more)


def stacked(**more: Any) -> tuple[Indicator, Any]:
    series = {
        "in": bars("{area} - i job", stack="alle"),
        "out": bars("{area} - på ydelse", stack="alle"),
        "share": share(),
    }
    entry = indicator("stablet", series=series)
    values: dict[tuple[str, str], Any] = {
        ("in", "own"): 400.0, ("out", "own"): 75.0, ("share", "dk"): 86.4, ("share", "own"): 84.6,
    }  # fmt: skip
    return entry, frame(entry, "2023M08", values, **more)


def pair() -> tuple[list[Indicator], list[Any]]:
    """Two indicators of one goal in one figure: two sets of bars and four lines, the second two months behind."""
    first = indicator(
        "formidling", unit="ratio", decimals=2,
        series={"orders": bars("{area} - jobordrer", unit="number"), "jobs": bars("{area} - stillinger", unit="number"),
                "share": share("Formidlingsgrad - {area}")},
    )  # fmt: skip
    second = indicator(
        "besaettelse", unit="ratio", decimals=2, series={"share": share("Besættelsesgrad - {area}")}
    )
    return [first, second], [
        frame(first, "2023M10", {("orders", "own"): 60.0, ("jobs", "own"): 80.0, ("share", "dk"): 0.82, ("share", "own"): 0.83}),
        frame(second, "2023M08", {("share", "dk"): 0.35, ("share", "own"): 0.50}),
    ]  # fmt: skip


def quarterly(**more: Any) -> tuple[Indicator, Any]:
    entry = with_bars(frequency="quarter")
    counts = [17.0, 28.0, 37.0, 28.0, 16.0, 34.0, 22.0, 24.0, 20.0]
    values: dict[tuple[str, str], Any] = {
        ("count", "own"): counts,
        ("share", "dk"): 43.4,
        ("share", "own"): 45.9,
    }
    return entry, frame(entry, "2023Q01", values, **more)


KINDS = {
    "lines": simple,
    "bars and lines": counted,
    "stacked": stacked,
    "a pair": pair,
    "quarters": quarterly,
}


# ------------------------------------------------------------------------------- the specification


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("plan_layout", ["combined", "panels"])
def test_every_kind_of_figure_is_valid_vega_lite(kind: str, plan_layout: str) -> None:
    entries, frames = KINDS[kind]()
    many = (entries, frames) if isinstance(entries, list) else ([entries], [frames])
    drawn = picture("x", *many, TOWN)
    places = lay(drawn, panels=plan_layout == "panels", target=60.0, target_text="Mål: mindst 60 pct.")
    colour = theme.palette_from({})
    spec = figures.figure_spec(drawn, places, colour)
    alt.LayerChart.from_dict(spec, validate=True)
    assert spec["$schema"] == alt.SCHEMA_URL
    wrong = {**spec, "layer": [{**spec["layer"][0], "mark": {"type": "bars"}}, *spec["layer"][1:]]}
    with pytest.raises(ValidationError):
        alt.LayerChart.from_dict(wrong, validate=True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_holds_one_value_per_line_and_period_of_its_window(kind: str) -> None:
    entries, frames = KINDS[kind]()
    spec = part(figures.trend_figure(entries, frames, TOWN)).spec
    rows = [(row["serie"], row["period"]) for row in spec["datasets"]["lines"]]
    assert len(rows) == len(set(rows))
    names = {name for name, _ in rows}
    length = {"quarters": 9}.get(kind, 25)
    assert len(rows) == length * len(names)


def test_lines_and_bars_come_in_the_documents_order() -> None:
    entries, frames = pair()
    drawn = picture("x", entries, frames, TOWN)
    assert [trace.label for trace in drawn.traces] == [
        "Frederikssund - jobordrer",
        "Frederikssund - stillinger",
        "Formidlingsgrad - Hele landet",
        "Formidlingsgrad - Frederikssund",
        "Besættelsesgrad - Hele landet",
        "Besættelsesgrad - Frederikssund",
    ]


def test_the_four_lines_of_a_pair_differ_in_more_than_colour() -> None:
    entries, frames = pair()
    drawn = picture("x", entries, frames, TOWN)
    looks = [(figures.shape(line), tuple(figures.dash(line))) for line in drawn.lines]
    assert len({shape for shape, _ in looks}) == 4
    assert len({dash for _, dash in looks}) == 4


def test_months_and_quarters_do_not_share_a_figure() -> None:
    one, other = simple(), quarterly()
    with pytest.raises(PlanError, match="side by side"):
        figures.trend_figure([one[0], other[0]], [one[1], other[1]], TOWN)


def test_lines_of_different_units_do_not_share_an_axis() -> None:
    ratio = indicator("grad", unit="ratio", decimals=2)
    values = frame(ratio, "2023M11", {("share", "dk"): 0.5, ("share", "own"): 0.6})
    entry, window = simple()
    with pytest.raises(PlanError, match="percent and ratio"):
        figures.trend_figure([entry, ratio], [window, values], TOWN)


def test_two_indicators_with_different_newest_periods_end_with_the_latest() -> None:
    entries, frames = pair()
    drawn = picture("x", entries, frames, TOWN)
    assert (drawn.periods[0].id, drawn.periods[-1].id, len(drawn.periods)) == ("2021M10", "2023M10", 25)
    assert not describe.gap_notes(drawn), "what is not published yet is no gap"
    ends = {end.trace.label: end.text for end in lay(drawn).ends if end.trace}
    assert ends["Besættelsesgrad - Frederikssund"] == "0,50 (aug. 23)"
    assert ends["Formidlingsgrad - Frederikssund"] == "0,83"


# ------------------------------------------------------------------------------- gaps


GAPS = {("share", "own"): {5: "suppressed", 6: "missing", 20: "suppressed"}}


def everything(one: FigurePart) -> dict[str, str]:
    """All texts that a reader or a program can get hold of."""
    return {
        "svg": draw.svg_of(one.spec),
        "spec": json.dumps(one.spec, ensure_ascii=False),
        "screen": json.dumps(one.live(), ensure_ascii=False),
        "csv": one.csv or "",
        "table": one.numbers or "",
        "alt": one.alt,
    }


@pytest.mark.parametrize("series", ["share", "count"])
@pytest.mark.parametrize("state", ["suppressed", "missing", "not_published"])
def test_a_value_that_is_not_ok_comes_out_nowhere(series: str, state: str) -> None:
    entry, window = counted(states={(series, "own"): {7: state, 24: state}})
    assert SECRET in window["value"].tolist()
    for where, text in everything(part(figures.trend_figure(entry, window, TOWN))).items():
        words = re.sub(r"<style>.*?</style>", "", text)
        for spelling in (str(SECRET), str(SECRET).replace(".", ","), f"{SECRET:.0f} personer"):
            assert spelling not in words, where


def subpaths(svg: str, colour: str) -> list[int]:
    """Number of points in each piece of the line of that colour."""
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        if group.get("stroke") == colour and group.get("stroke-width") == "2.5":
            pieces = group[0].get("d", "").split("M")[1:]
            return [1 + piece.count("L") for piece in pieces]
    raise AssertionError(f"no line in {colour}")


def test_a_line_has_a_gap_where_values_are_missing() -> None:
    entry, window = counted(states=GAPS)
    svg = draw.svg_of(part(figures.trend_figure(entry, window, TOWN)).spec)
    colour = theme.palette()
    assert subpaths(svg, colour.accent) == [5, 13, 4]
    assert subpaths(svg, colour.country) == [25]


def test_each_missing_value_has_a_sign_on_the_baseline_and_is_named() -> None:
    entry, window = counted(states=GAPS)
    drawn = picture("x", [entry], [window], TOWN)
    signs = lay(drawn).gap_signs
    assert len(signs) == 3
    notes = describe.gap_notes(drawn)
    assert notes == (
        "Diskretioneret eller ikke opgjort: april 2022 og juli 2023 (Frederikssund - andel).",
        "Ikke opgjort: maj 2022 (Frederikssund - andel).",
    )
    one = part(figures.trend_figure(entry, window, TOWN))
    assert notes[0] in one.alt and len(one.alt) <= describe.ALT_LETTERS
    said = " ".join(row["text"] for row in one.spec["datasets"]["words"])
    assert all(note in said for note in notes)


def test_a_gap_of_all_the_municipalitys_series_is_told_once() -> None:
    states = {("share", "own"): {5: "suppressed"}, ("count", "own"): {5: "suppressed"}}
    entry, window = counted(states=states)
    drawn = picture("x", [entry], [window], TOWN)
    assert describe.gap_notes(drawn) == ("Diskretioneret eller ikke opgjort: april 2022 (Frederikssund).",)


def test_neighbouring_gaps_are_told_as_a_span() -> None:
    periods = [Period.parse(text) for text in ("2022M05", "2022M06", "2022M07", "2022M10")]
    assert layout.spans(periods) == "maj 2022–juli 2022 og oktober 2022"


def test_a_point_between_two_gaps_is_a_dot() -> None:
    states = {("share", "own"): {9: "suppressed", 11: "suppressed"}}
    entry, window = counted(states=states)
    points = part(figures.trend_figure(entry, window, TOWN)).spec["datasets"]["points"]
    alone = [row["period"] for row in points if row["serie"] == "Frederikssund - andel"]
    assert alone == ["2022M09", "2023M11"]


def test_a_stack_with_an_unknown_part_is_left_out_whole() -> None:
    entry, window = stacked(states={("out", "own"): {3: "suppressed"}})
    drawn = part(figures.trend_figure(entry, window, TOWN)).spec["datasets"]["bars"]
    assert len([row for row in drawn if row["period"] == "2021M11"]) == 0
    assert len([row for row in drawn if row["period"] == "2021M12"]) == 2


def test_a_figure_without_any_number_says_so_instead() -> None:
    entry = indicator()
    window = frame(
        entry,
        "2023M11",
        {("share", "own"): 1.0},
        states={("share", "own"): dict.fromkeys(range(25), "suppressed")},
    )
    shown = figures.trend_figure(entry, window, TOWN)
    assert "Der er ingen tal til figuren »Andelen af prøver« for Frederikssund." in shown.markdown
    assert "![" not in shown.markdown


def test_a_series_without_any_number_is_named_under_the_figure() -> None:
    entry, window = counted(states={("count", "own"): dict.fromkeys(range(25), "suppressed")})
    one = part(figures.trend_figure(entry, window, TOWN))
    assert "bars" not in one.spec["datasets"]
    assert "Frederikssund - antal: diskretioneret eller ikke opgjort i hele perioden." in one.alt


def test_zero_is_drawn_as_a_value() -> None:
    entry = with_bars()
    values: dict[tuple[str, str], Any] = {("count", "own"): 0.0, ("share", "dk"): 1.5, ("share", "own"): 0.0}
    one = part(figures.trend_figure(entry, frame(entry, "2023M11", values), TOWN))
    own = [row["value"] for row in one.spec["datasets"]["lines"] if row["serie"] == "Frederikssund - andel"]
    assert own == [0.0] * 25
    assert len(one.spec["datasets"]["bars"]) == 25
    assert one.numbers is not None
    assert '<td class="num">0,0</td>' in one.numbers


# ------------------------------------------------------------------------------- axes and places


@given(
    st.lists(st.floats(0, 300), min_size=1, max_size=8),
    st.floats(5, 30),
)
def test_labels_are_pushed_apart_keep_their_order_and_stay_inside(wanted: list[float], least: float) -> None:
    low, high = 0.0, 300.0
    placed = layout.push_apart(wanted, least, low, high)
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    for one, next_one in pairwise(order):
        assert placed[next_one] - placed[one] >= least - 1e-6
    if least * len(wanted) <= high - low:
        assert min(placed) >= low - 1e-6
        assert max(placed) <= high + 1e-6


def test_labels_that_are_apart_already_stay_where_they_are() -> None:
    assert layout.push_apart([10, 200, 100], 16, 0, 236) == [10, 200, 100]


@given(st.floats(0, 1e6), st.floats(0.001, 1e6), st.integers(2, 8))
def test_an_axis_holds_its_values_and_has_few_round_ticks(low: float, span: float, about: int) -> None:
    axis = layout.nice_axis(low, low + span, about=about, least=1e-9, top=0, bottom=200, title="")
    slack = 1e-5 * max(1, low + span)
    assert axis.low <= low + slack
    assert axis.high >= low + span - slack
    assert 2 <= len(axis.ticks) <= 2 * about + 3
    steps = [b - a for a, b in pairwise(axis.ticks)]
    assert max(steps) - min(steps) <= 1e-5 * max(steps) + 1e-5


@given(st.lists(st.integers(0, 5000), min_size=25, max_size=25))
def test_bars_always_begin_at_zero(counts: list[int]) -> None:
    entry = with_bars()
    values: dict[tuple[str, str], Any] = {
        ("count", "own"): [float(value) for value in counts],
        ("share", "own"): 50.0,
    }
    axis = lay(picture("x", [entry], [frame(entry, "2023M11", values)], TOWN)).count
    assert axis is not None
    assert axis.low == 0
    assert axis.high >= max(counts)


@given(st.floats(0, 90), st.lists(st.floats(0, 10), min_size=25, max_size=25), st.booleans())
def test_an_axis_that_does_not_begin_at_zero_is_marked_and_never_shares_a_base_line_with_bars(
    least: float, more: list[float], has_bars: bool
) -> None:
    values = [round(least + step, 1) for step in more]
    entry = with_bars() if has_bars else indicator()
    given_values: dict[tuple[str, str], Any] = {("share", "own"): values}
    if has_bars:
        given_values["count", "own"] = 40.0
    drawn = picture("x", [entry], [frame(entry, "2023M11", given_values)], TOWN)
    places = lay(drawn)
    axis = places.share
    assert axis is not None
    assert axis.low <= min(values)
    assert axis.high >= max(values)
    said = [word.text for word in places.words if "ikke ved 0" in word.text]
    assert len(said) == (axis.low != 0)
    spec = figures.figure_spec(drawn, places, theme.palette_from({}))
    foot = [row for row in spec["datasets"]["rules"] if row["y"] != row["y2"] and row["x"] <= 0]
    assert bool(foot) == (axis.low != 0)
    if axis.low != 0 and places.count:
        assert not places.count_right and places.count.bottom > axis.bottom


def test_a_flat_series_is_drawn_flat() -> None:
    entry = indicator()
    values: dict[tuple[str, str], Any] = {("share", "dk"): 87.3, ("share", "own"): [87.3, 87.4] * 12 + [87.3]}
    axis = lay(picture("x", [entry], [frame(entry, "2023M11", values)], TOWN)).share
    assert axis is not None
    assert abs(axis.pixel(87.4) - axis.pixel(87.3)) < 5


def text_boxes(places: layout.Layout, spec: Any) -> list[tuple[float, float, float, float, str]]:
    """Each text's left, right, top and bottom, in pixels of the plot."""
    boxes = []
    for row in spec["datasets"]["words"]:
        width = fonts.text_width(row["text"], row["size"], row["weight"])
        x = row["x"] - {"left": 0, "center": width / 2, "right": width}[row["align"]]
        boxes.append((x, x + width, row["y"] - 0.7 * row["size"], row["y"], row["text"]))
    return boxes


LONG = "Andelen af aktivitetsparate borgere på kontant- og uddannelseshjælp samt i ressourceforløb, der er i et tilbud"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("plan_layout", ["combined", "panels"])
@pytest.mark.parametrize("town", ["Frederikssund", "Lyngby-Taarbæk", "Ishøj"])
@pytest.mark.parametrize("long", [False, True])
def test_texts_do_not_cover_each_other_or_leave_the_figure(
    kind: str, plan_layout: str, town: str, long: bool
) -> None:
    entries, frames = KINDS[kind]()
    many = (entries, frames) if isinstance(entries, list) else ([entries], [frames])
    place = TOWN.model_copy(update={"name": town})
    drawn = picture("x", *many, place)
    first = drawn.periods[len(drawn.periods) // 2]
    changed = {"breaks": (Break(period=first, text="Kontanthjælpsreform 1. juli 2025"),)}
    if long:
        changed |= {"title": f"{LONG} {LONG}", "subtitle": LONG}
    drawn = Picture(**{**vars(drawn), **changed})  # type: ignore[arg-type]
    target = 0.5 if kind == "a pair" else 60.0
    places = lay(
        drawn, panels=plan_layout == "panels", example=True, target=target, target_text="Mål: mindst 60 pct.",
        published_text=figures.REAL_TEXTS[Grounds.PRINTED],
    )  # fmt: skip
    spec = figures.figure_spec(drawn, places, theme.palette_from({}))
    boxes = text_boxes(places, spec)
    for left, right, top, bottom, text in boxes:
        assert left >= -places.left - 0.5, text
        assert right <= places.width + places.right + 0.5, text
        assert top >= -places.top - 0.5, text
        assert bottom <= places.height + places.bottom, text
    for index, (left, right, top, bottom, text) in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top
            assert apart, f"{text!r} covers {other[4]!r}"


def test_the_newest_period_is_always_named_on_the_axis_and_in_danish() -> None:
    for newest in ("2023M11", "2024M01", "2023Q02", "2024QMAT03", "2025Y01"):
        period = Period.parse(newest)
        labels = layout.period_labels(
            [period.shift(step) for step in range(1 - period.frequency.window, 1)], 24
        )
        assert labels[-1] == (period, period.short.replace(" ", NBSP))
    months = layout.period_labels([Period.parse("2023M11").shift(step) for step in range(-24, 1)], 24)
    assert [text.replace(NBSP, " ") for _, text in months][:3] == ["nov. 21", "feb. 22", "maj 22"]


@given(st.integers(1, 80), st.sampled_from(["2023M11", "2023Q02", "2024QMAT03"]))
def test_names_of_periods_have_room_however_long_a_figure_is(length: int, newest: str) -> None:
    periods = [Period.parse(newest).shift(step) for step in range(1 - length, 1)]
    band = 600 / length
    labels = layout.period_labels(periods, band)
    assert labels[-1][0] == periods[-1]
    for (one, text), (other, next_text) in pairwise(labels):
        needed = (
            fonts.text_width(text, layout.SMALL_SIZE) + fonts.text_width(next_text, layout.SMALL_SIZE)
        ) / 2
        assert (other.ordinal - one.ordinal) * band > needed


def test_a_break_is_drawn_between_the_periods_it_parts() -> None:
    entry, window = simple()
    broken = entry.model_copy(update={"breaks": (Break(period=Period.parse("2022M11"), text="Nyt mål"),)})
    drawn = picture("x", [broken], [window], TOWN)
    places = lay(drawn)
    (x,) = places.breaks
    assert places.centre(11, 25) < x < places.centre(12, 25)
    assert "Nyt mål" in [word.text for word in places.words]
    assert "Databrud fra november 2022." in describe.alt_text(drawn)


def test_no_trend_in_words_or_line_crosses_a_break() -> None:
    entry, window = simple()
    broken = entry.model_copy(update={"breaks": (Break(period=Period.parse("2022M11"), text="Nyt mål"),)})
    drawn = picture("x", [broken], [window], TOWN)
    own = next(trace for trace in drawn.traces if trace.area == TOWN.code)
    assert drawn.comparable(own)[0][0].period.id == "2022M11"
    assert len(drawn.comparable(own)) == 13 and len(own.known) == 25
    said = describe.alt_text(drawn)
    assert "i november 2022" in said and "2021" not in said.split(". ", 1)[1]
    small = spark("1a", broken, window, TOWN)
    assert small is not None and small.alt.startswith("Udvikling november 2022 til november 2023")
    assert small.alt.endswith("; tal fra før november 2022 kan ikke sammenlignes med dem.")
    paths = [node.get("d", "") for node in ET.fromstring(small.svg).iter(f"{SVG}path")]
    assert [path.count("M") for path in paths] == [2, 2]


def test_what_comes_twice_a_year_is_one_line() -> None:
    entry, _ = simple()
    twice = entry.model_copy(
        update={
            "frequency": Frequency.ROLLING_YEAR, "published_in": (2, 4),
            "breaks": (Break(period=Period.parse("2025QMAT03"), text="Nyt"),),
        }
    )  # fmt: skip
    periods = ("2024QMAT02", "2024QMAT04", "2025QMAT02", "2025QMAT04", "2026QMAT02")
    rows = [
        ("share", TOWN.code, p, 20.0 + n, "ok", False, "jobindsats:y30r21") for n, p in enumerate(periods)
    ]
    drawn = picture("x", [twice], [pd.DataFrame(rows, columns=list(WINDOW_COLUMNS))], TOWN)
    assert tuple(period.id for period in drawn.periods) == periods
    (own,) = drawn.traces
    assert len(own.known) == 5 and not own.gaps()
    # Four quarters up to the end of 2025 are half before and half after: like neither side.
    assert [point.period.id for point, _ in drawn.comparable(own)] == ["2026QMAT02"]
    places = lay(drawn)
    assert places.centre(2, 5) < places.breaks[0] < places.centre(3, 5)


def test_a_break_before_or_at_the_start_of_the_window_is_not_drawn() -> None:
    entry, window = simple()
    early = entry.model_copy(update={"breaks": (Break(period=Period.parse("2021M11"), text="Nyt mål"),)})
    assert not picture("x", [early], [window], TOWN).breaks


def level(number: int) -> Course:
    """A fixed target as a figure is given it."""
    asked = ResolvedTarget.of(Target.model_validate({"at_least": number}))
    return Course(asked, ((Period.parse("2023M11"), Fraction(number)),), False)


def test_a_path_to_a_target_is_a_line_of_its_own_in_the_figure_its_numbers_and_its_words() -> None:
    entry, window = counted()
    target = Target.model_validate({"at_least": 60, "by": "2024M06"})
    periods = [Period.parse("2023M11").shift(step) for step in range(-4, 1)]
    asked = ResolvedTarget(target, Decimal(60), due=Period.parse("2024M06"))
    course = Course(asked, tuple((one, Fraction(50 + at)) for at, one in enumerate(periods)), True)
    drawn = part(figures.trend_figure(entry, window, TOWN, courses=[course]))
    label = "Vejen til målet: mindst 60 pct. i juni 2024"
    assert label in drawn.alt.replace(NBSP, " ") and label in drawn.numbers.replace(NBSP, " ")
    rows = [
        row
        for row in csv.reader(io.StringIO(drawn.csv.removeprefix("\ufeff")), delimiter=";")
        if label in [cell.replace(NBSP, " ") for cell in row]
    ]
    told = [row for row in rows if "54,0" in row]
    assert len(rows) == 5 and told[0][-1] == ""  # a target stands on no figure


def test_a_target_of_bars_is_drawn_on_their_axis() -> None:
    entry = indicator(
        "antal", unit="persons", decimals=0, headline="count", series={"count": bars("{area} - antal")}
    )
    window = frame(entry, "2023M11", {("count", "own"): 400.0})
    drawn = picture("x", [entry], [window], TOWN)
    places = lay(drawn, target=450.0, target_text="Mål: højst 450 personer", target_on_bars=True)
    assert places.count is not None and places.share is None
    assert places.target == places.count.pixel(450.0) and places.count.high >= 450
    assert [end.text for end in places.ends] == ["Mål: højst 450 personer"]
    shown = part(figures.trend_figure(entry, window, TOWN, courses=[level(450)]))
    assert any(
        row["y"] == row["y2"] and row["colour"] == theme.palette().ink
        for row in shown.spec["datasets"]["rules"]
    )


def test_a_fixed_target_is_a_line_with_its_name_and_the_country_as_target_is_not() -> None:
    entry, window = simple()
    fixed = part(figures.trend_figure(entry, window, TOWN, courses=[level(25)]))
    texts = [row["text"].replace(NBSP, " ") for row in fixed.spec["datasets"]["words"]]
    assert "Mål: mindst 25 pct." in texts
    national = part(figures.trend_figure(entry, window, TOWN))
    assert not [row for row in national.spec["datasets"]["words"] if row["text"].startswith("Mål")]


def test_panels_put_counts_below_shares() -> None:
    entry, window = counted()
    drawn = picture("x", [entry], [window], TOWN)
    stacked_up, together = lay(drawn, panels=True), lay(drawn)
    assert stacked_up.share is not None and stacked_up.count is not None
    assert stacked_up.share.bottom < stacked_up.count.top
    assert together.share is not None and together.count is not None
    assert together.share.bottom == together.count.bottom
    assert together.count_right and not stacked_up.count_right


# ------------------------------------------------------------------------------- example data


def test_example_data_say_so_in_the_figure_and_ring_what_was_published() -> None:
    entry, window = quarterly(published={("count", "own"): range(9), ("share", "own"): [8]})
    one = part(figures.trend_figure(entry, window, TOWN, example=True))
    texts = [row["text"] for row in one.spec["datasets"]["words"]]
    assert layout.BADGE in texts
    assert figures.REAL_TEXTS[Grounds.PRINTED] in texts
    assert len(one.spec["datasets"]["rings"]) == 1 + 9, "one in the legend, one on each bar"
    paper = theme.palette().paper
    rings = [row["period"] for row in one.spec["datasets"]["points"] if row["fill"] == paper]
    assert rings == ["2023Q01"]
    assert "Tallene er eksempeldata." in one.alt


def test_real_data_are_neither_marked_nor_ringed() -> None:
    entry, window = quarterly()
    one = part(figures.trend_figure(entry, window, TOWN))
    texts = [row["text"] for row in one.spec["datasets"]["words"]]
    assert layout.BADGE not in texts
    assert "rings" not in one.spec["datasets"]


def test_on_real_data_what_a_document_printed_is_ringed_and_named() -> None:
    entry, window = quarterly(published={("count", "own"): range(9)})
    one = part(figures.trend_figure(entry, window, TOWN))
    texts = [row["text"] for row in one.spec["datasets"]["words"]]
    assert figures.REAL_TEXTS[Grounds.PRINTED] in texts and layout.BADGE not in texts
    assert len(one.spec["datasets"]["rings"]) == 1 + 9, "one in the legend, one on each bar"
    assert "eksempeldata" not in one.alt.lower()


def test_the_nine_counts_of_a_quarterly_figure_are_printed_on_its_bars() -> None:
    entry, window = quarterly()
    spec = part(figures.trend_figure(entry, window, TOWN)).spec
    printed = [
        row["text"] for row in spec["datasets"]["words"] if row["align"] == "center" and row["text"].isdigit()
    ]
    assert printed == ["17", "28", "37", "28", "16", "34", "22", "24", "20"]


# ------------------------------------------------------------------------------- words and numbers beside it


def test_the_alternative_text_tells_what_newest_values_verdict_and_development() -> None:
    entry, window = counted()
    said = part(
        figures.trend_figure(entry, window, TOWN, courses=[level(25)], verdict="Mål 1a er opfyldt.")
    ).alt
    assert said.replace(NBSP, " ") == (
        "Andelen af prøver. November 2023: Frederikssund 32,0 pct. og hele landet 24,0 pct. Mål 1a er opfyldt. "
        "Målet er mindst 25 pct. Frederikssund: steget fra 20,0 pct. i november 2021."
    )


@given(st.text(st.sampled_from("abcæøå  "), max_size=400), st.lists(st.text("ab ", max_size=90), max_size=3))
def test_an_alternative_text_is_never_longer_than_it_may_be(title: str, more: list[str]) -> None:
    said = ["November 2023: Frederikssund 32,0 pct.", "Mål 1a er opfyldt.", "Tallene er eksempeldata"]
    text = describe.fitted(title, said, more)
    assert len(text) <= describe.ALT_LETTERS and all(part in text for part in said)


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_has_a_short_alternative_text(kind: str) -> None:
    entries, frames = KINDS[kind]()
    one = part(figures.trend_figure(entries, frames, TOWN, example=True, verdict="Mål 1a er opfyldt."))
    assert len(one.alt) <= describe.ALT_LETTERS and "Mål 1a er opfyldt." in one.alt and ".." not in one.alt


# Newest values of the municipality and the country, and whether their names then stand at the lines' ends.
ENDS = {"far apart": (60.0, 30.0, True), "together": (60.0, 60.0, False), "a hair apart": (60.0, 59.5, False)}


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("width", [layout.WIDTH, layout.NARROW])
def test_lines_are_named_at_their_ends_and_in_a_legend_only_where_these_meet(ends: str, width: float) -> None:
    own, country, named = ENDS[ends]
    entry = indicator()
    window = frame(
        entry, "2023M11", {("share", "dk"): [10.0] * 24 + [country], ("share", "own"): [20.0] * 24 + [own]}
    )
    places = lay(picture("x", [entry], [window], TOWN), width=width)
    assert [entry.text for entry in places.legend] == ([] if named else ["Hele landet", "Frederikssund"])
    apart = " " if width == layout.WIDTH else "\n"
    names = [f"Hele landet{apart}", f"Frederikssund{apart}"] if named else ["", ""]
    values = [describe.number(value, 1, "pct.") for value in (country, own)]
    assert [end.text for end in places.ends] == [f"{n}{v}" for n, v in zip(names, values, strict=True)]


def test_jupyterlab_s_chart_has_the_band_on_the_axis_of_the_lines() -> None:
    entry, window = counted()
    band = {
        Period.parse("2023M11"): Interval(Decimal(20), Decimal(40)),
        Period.parse("2023M10"): Interval(Decimal(21), Decimal(41)),
    }
    made = part(figures.trend_figure(entry, window, TOWN, courses=[level(25)], band=band)).live()[
        VEGALITE_MIME
    ]
    bars, shares = made["layer"]
    assert [one["mark"]["type"] for one in shares["layer"]] == ["area", "line", "rule"]
    assert bars["mark"]["type"] == "bar" and made["resolve"]["scale"]["y"] == "independent"
    edges = made["datasets"][shares["layer"][0]["data"]["name"]]
    assert [(row["lavest"], row["højest"]) for row in edges] == [(21, 41), (20, 40)]


def test_the_csv_holds_every_point_with_its_state() -> None:
    entry, window = counted(states=GAPS)
    rows = list(
        csv.DictReader(
            io.StringIO((part(figures.trend_figure(entry, window, TOWN)).csv or "").removeprefix("\ufeff")),
            delimiter=";",
        )
    )
    assert len(rows) == 3 * 25
    own = {row["periode"]: row for row in rows if row["serie"] == "Frederikssund - andel"}
    assert own["2023M11"]["vaerdi"] == "32,0"
    assert own["2023M11"]["periode_navn"] == "november 2023"
    assert (own["2022M04"]["vaerdi"], own["2022M04"]["status"]) == ("", "diskretioneret eller ikke opgjort")
    assert (own["2022M05"]["vaerdi"], own["2022M05"]["status"]) == ("", "ikke opgjort")
    assert {row["offentliggjort"] for row in rows if row["vaerdi"]} == {"ja"}


def test_the_csv_tells_published_from_invented_numbers() -> None:
    entry, window = quarterly(published={("count", "own"): [8]})
    text = part(figures.trend_figure(entry, window, TOWN, example=True)).csv or ""
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["periode"] for row in rows if row["offentliggjort"] == "ja"] == ["2023Q01"]


def test_the_table_of_numbers_has_the_newest_period_first_and_heads_to_read_by() -> None:
    entry, window = counted(states=GAPS)
    table = part(figures.trend_figure(entry, window, TOWN)).numbers
    assert table is not None
    heads = re.findall(r'<th scope="row">(.*?)</th>', table)
    assert (heads[0], heads[-1], len(heads)) == ("November 2023", "November 2021", 25)
    assert table.count('scope="col"') == 4
    assert table.count("diskretioneret eller ikke opgjort") == 2
    assert '<th class="num" scope="col">Frederikssund - andel (pct.)</th>' in table


# ------------------------------------------------------------------------------- the drawing


def texts_of(svg: str) -> set[tuple[str, float, float]]:
    """Each text with the place its own coordinates and the groups around it give."""
    found = set()

    def moved(node: ET.Element) -> tuple[float, float]:
        shift = re.match(r"translate\(([-\d.]+),\s*([-\d.]+)\)", node.get("transform", ""))
        return (float(shift[1]), float(shift[2])) if shift else (0.0, 0.0)

    def walk(node: ET.Element, x: float, y: float) -> None:
        dx, dy = moved(node)
        x, y = x + dx, y + dy
        if node.tag == f"{SVG}text" and node.text:
            place = (x + float(node.get("x", 0)), y + float(node.get("y", 0)))
            found.add((node.text, round(place[0]), round(place[1])))
        for child in node:
            walk(child, x, y)

    walk(ET.fromstring(svg), 0, 0)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_texts_stand_where_vega_would_have_put_them(kind: str) -> None:
    entries, frames = KINDS[kind]()
    spec = part(figures.trend_figure(entries, frames, TOWN, example=True)).spec
    vl_convert.register_font_directory(str(fonts.FOLDER))
    by_vega = texts_of(vl_convert.vegalite_to_svg(spec))
    ours = texts_of(draw.svg_of(spec))
    assert {text for text, _, _ in ours} == {text for text, _, _ in by_vega}
    for text, x, y in ours:
        assert any(t == text and abs(x - vx) <= 1 and abs(y - vy) <= 1 for t, vx, vy in by_vega), text


@pytest.mark.parametrize("kind", KINDS)
def test_an_svg_is_whole_carries_its_font_and_names_no_other_host(kind: str) -> None:
    entries, frames = KINDS[kind]()
    svg = draw.svg_of(part(figures.trend_figure(entries, frames, TOWN)).spec)
    root = ET.fromstring(svg)
    assert float(root.get("width", 0)) == pytest.approx(layout.WIDTH, abs=1)
    assert "@font-face" in svg
    assert not re.findall(r"(?:href|src|url)\s*[=(]\s*[\"']?https?:", svg)
    numbers = re.findall(r'(?<= )(?:d|transform)="([^"]*)"', svg)
    assert not re.search(r"\d\.\d{3}", " ".join(numbers)), "coordinates need no more than a tenth of a pixel"


def test_thousands_in_a_text_survive_the_shortening_of_coordinates() -> None:
    entry = with_bars(title='Antal 1.234.567 og 0.123456 <tegn> & "citat"')
    values: dict[tuple[str, str], Any] = {("count", "own"): 123456.0, ("share", "own"): 50.0}
    svg = draw.svg_of(part(figures.trend_figure(entry, frame(entry, "2023M11", values), TOWN)).spec)
    texts = [node.text for node in ET.fromstring(svg).iter(f"{SVG}text")]
    assert 'Antal 1.234.567 og 0.123456 <tegn> & "citat"' in texts
    assert "100.000" in texts


def test_the_screens_figure_has_tooltips_in_danish_and_asks_no_other_host() -> None:
    entry, window = counted()
    bundle = part(figures.trend_figure(entry, window, TOWN)).live()
    spec = bundle["application/vnd.vegalite.v5+json"]
    assert spec["usermeta"]["embedOptions"]["formatLocale"]["decimal"] == ","
    rows = spec["datasets"][spec["data"]["name"]]
    row = next(row for row in rows if row["mark"] == "line")
    assert (row["periode"], row["tal"].replace(NBSP, " ")) == ("november 2021", "30,0 pct.")
    # JupyterLab's Vega-Lite is one version behind Altair's.
    assert vl_convert.vegalite_to_svg(spec, vl_version="5.20")


# ------------------------------------------------------------------------------- colours


HEX = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@given(HEX, HEX)
def test_any_brand_gives_readable_figures(primary: str, secondary: str) -> None:
    colour = theme.palette_from({"primary": primary, "secondary": secondary})
    for ink in (
        colour.ink,
        colour.accent,
        colour.country,
        colour.second,
        colour.quiet,
        colour.unknown,
    ):
        assert theme.contrast(ink, colour.paper) >= theme.TEXT_CONTRAST
    for edge in (colour.bar_edge, colour.bar2_edge):
        assert theme.contrast(edge, colour.paper) >= theme.MARK_CONTRAST
    assert theme.contrast(colour.on_bar, colour.bar) >= theme.TEXT_CONTRAST, "numbers stand on the bars"
    assert theme.contrast(colour.bar, colour.paper) >= theme.MARK_CONTRAST
    assert theme.contrast(colour.bar, colour.bar2) >= theme.MARK_CONTRAST, "two sets of bars"


# Primary colour, whether links and curves may have it, and what `plan check` says of it.
BRANDS = {
    "#c0101c": (False, "verdict"), "#0a7a3a": (False, "verdict"), "#000000": (False, "plain text"), "#6b7280": (False, "plain text"),
    "#ffd400": (False, "contrast of 1.4:1"), "#0057b8": (True, ""), "#5b2a86": (True, ""), "#9cd0f5": (True, "contrast of 1.6:1"),
}  # fmt: skip


@pytest.mark.parametrize("primary", BRANDS)
def test_a_brands_colour_never_reads_as_a_verdict_and_can_always_be_read(primary: str) -> None:
    serves, said = BRANDS[primary]
    colours = {**COLOURS, "primary": primary}
    shown = theme.shown_colours(colours)
    own = theme.readable(primary, "#ffffff", theme.TEXT_CONTRAST)
    assert (theme.contrast(shown["link"], own) < 1.3) == serves
    in_ink = primary in ("#c0101c", "#0a7a3a", "#ffd400")
    assert (shown["primary"] == shown["foreground"]) is in_ink, "a red, green or yellow heading is in ink"
    assert theme.contrast(shown["cover"], own) < 1.3 and theme.contrast(shown["cover"], "#ffffff") >= 4.5
    assert shown["brand"] == primary and theme.palette_from(colours).accent == shown["link"]
    assert theme.shown_colours(shown)["link"] == shown["link"], "a private copy says what was decided"
    for role in ("foreground", "primary", "secondary", "link"):
        assert all(theme.contrast(shown[role], shown[g]) >= 4.5 for g in ("background", "light"))
    told = " ".join(f"{role}: {what}" for role, what in theme.brand_doubts(colours))
    assert (said in told) if said else not told


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert theme.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_brand_file_names_the_colours(tmp_path: Any) -> None:
    path = tmp_path / "_brand.yml"
    path.write_text("color:\n  palette: {sea: '#0aF', deep: sea}\n  primary: deep\n", encoding="utf-8")
    assert read_brand(path).said == {"primary": "#00aaff"}
    path.write_text("color:\n  primary: blå\n", encoding="utf-8")
    with pytest.raises(PlanError, match=r"color\.primary"):
        read_brand(path)


# ------------------------------------------------------------------------------- small trends


def test_a_small_trend_has_gaps_a_dot_and_words_but_no_text_in_it() -> None:
    entry, window = counted(states=GAPS)
    small = spark("1a", entry, window, TOWN)
    assert small is not None
    root = ET.fromstring(small.svg)
    country, own = [node.get("d", "") for node in root.iter(f"{SVG}path")]
    assert (own.count("M"), country.count("M")) == (3, 1)
    assert len(list(root.iter(f"{SVG}circle"))) == 1
    assert not list(root.iter(f"{SVG}text"))
    assert str(SECRET).replace(".", ",") not in small.alt
    assert small.alt.replace(NBSP, " ") == (
        "Udvikling november 2021 til november 2023: steget fra 20,0 pct. til 32,0 pct.; 3 tal mangler."
    )


def test_a_small_trend_stays_inside_its_frame() -> None:
    entry = indicator()
    wild = [0.0, 100.0] * 12 + [100.0]
    small = spark("1a", entry, frame(entry, "2023M11", {("share", "dk"): 50.0, ("share", "own"): wild}), TOWN)
    assert small is not None
    places = [pair.split(",") for pair in re.findall(r"[ML]([\d.]+,[\d.]+)", small.svg)]
    assert all(0 < float(x) < SPARK_WIDTH and 0 < float(y) < SPARK_HEIGHT for x, y in places)


def test_there_is_no_small_trend_without_numbers() -> None:
    entry = indicator()
    states = {("share", "own"): dict.fromkeys(range(25), "suppressed")}
    window = frame(entry, "2023M11", {("share", "dk"): 50.0, ("share", "own"): 1.0}, states=states)
    assert spark("1a", entry, window, TOWN) is None
