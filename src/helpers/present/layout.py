"""Where things lie in a figure: axes, ticks, legend rows and labels that do not cover each other.

In: a :class:`~helpers.present.traces.Picture`. Out: plain numbers in pixels. Altair is not known here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from helpers.catalogue.models import Unit
from helpers.data.frames import State
from helpers.periods import Frequency, Period
from helpers.present.fonts import text_width, wrap
from helpers.present.traces import Picture, Trace, place_of
from helpers.present.words import NBSP, STATE_WORDS, capital, listed, number

WIDTH = 720
"""Pixels; a figure fills the text column of a page and of an A4 sheet."""

NARROW = 340
"""Pixels of the drawing that a phone shows: its letters are as large as on the wide one."""

PLOT_HEIGHT = 236
PANEL_HEIGHTS = (176, 96)
"""Of shares and counts, when they are stacked."""

LOW = 0.76
"""How much of that the narrow drawing has: two of them, each beside its text, share a sheet of A4."""

PANEL_GAP = 46

BAR_SHARE = 0.52
"""How much of the height bars may take where lines are drawn above them."""

TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 17, 13, 12
LINE = 1.35
"""Height of a text line as a part of its size."""

BADGE = "Eksempeldata"
ZERO_RULE = 0.4
"""An axis that would begin below this part of its end begins at 0."""

FEW_PERIODS = 12
"""Up to so many periods, every point has a marker and every bar its number."""

LABEL_GAP = 16
"""Least distance between two labels at the lines' ends, in pixels; lines whose ends are half as near share a legend."""

NAME_SHARE = (0.24, 0.36)
"""Most of a figure's width that a name at a line's end may take: beside its value, and above it on a phone."""

BAND_PADDING = 0.3
"""The part of a period's band that its bars leave free."""

SYMBOL = 26
"""Width of a symbol in the legend."""


@dataclass(frozen=True)
class Axis:
    """A value axis: its end points, ticks and their labels, and the pixels they are drawn between."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int
    top: float
    bottom: float
    title: str

    def pixel(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(number(tick, self.decimals) for tick in self.ticks)

    @property
    def label_width(self) -> float:
        return max(text_width(label, SMALL_SIZE) for label in self.labels)


@dataclass(frozen=True)
class Words:
    """A text in the figure; `x` and `y` are pixels from the plot's upper left corner."""

    x: float
    y: float
    text: str
    size: float = TEXT_SIZE
    weight: int = 400
    align: str = "left"
    colour: str = "ink"


@dataclass(frozen=True)
class Entry:
    """A legend entry: its trace (none for the sign of published figures) and where its symbol begins."""

    trace: Trace | None
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class EndLabel:
    """The newest value of a line (or the target), beside its end; on a phone its name has a line of its own."""

    trace: Trace | None
    x: float
    y: float
    text: str

    @property
    def width(self) -> float:
        return max(text_width(line, TEXT_SIZE, 600) for line in self.text.split("\n"))


@dataclass(frozen=True)
class Layout:
    """Everything about a figure that is a number of pixels."""

    width: float
    height: float
    left: float
    top: float
    right: float
    bottom: float
    bands: float
    share: Axis | None
    count: Axis | None
    count_right: bool
    words: tuple[Words, ...]
    legend: tuple[Entry, ...]
    ends: tuple[EndLabel, ...]
    period_labels: tuple[tuple[Period, str], ...]
    breaks: tuple[float, ...] = ()
    target: float | None = None
    gap_signs: tuple[tuple[float, float], ...] = ()
    rings: bool = False

    def axes(self) -> tuple[tuple[Axis, float, str], ...]:
        """The value axes, each with where its labels are and which way they are aligned."""
        found: list[tuple[Axis, float, str]] = []
        if self.share:
            found.append((self.share, -8.0, "right"))
        if self.count:
            found.append(
                (self.count, self.width + 8, "left") if self.count_right else (self.count, -8.0, "right")
            )
        return tuple(found)

    def centre(self, index: int, of: int) -> float:
        """The middle of a period's band."""
        return (index + 0.5) * self.bands / of

    def bar_width(self, of: int) -> float:
        """How much of a period's band its bars take."""
        return self.bands / of * (1 - BAND_PADDING)


def nice_step(span: float, about: int, least: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts `span` into roughly `about` pieces."""
    raw = max(span / about, least)
    power = 10 ** math.floor(math.log10(raw))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= raw * (1 - 1e-9))


def nice_axis(
    low: float, high: float, *, about: int, least: float, top: float, bottom: float, title: str
) -> Axis:
    """An axis that holds `low` and `high` and ends on ticks."""
    step = nice_step(high - low, about, least)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(index * step, 6) for index in range(first, last + 1))
    needed = max(0, -math.floor(math.log10(step) + 1e-9))
    return Axis(ticks[0], ticks[-1], ticks, needed, top, bottom, title)


BAND_NOTE = "Det lyse bånd viser, hvor langt tilfældige udsving alene kan flytte kommunens tal."
"""Below a figure with a band."""

AXIS_WORDS = {
    Unit.PERCENT: "Andel i pct.",
    Unit.PERSONS: "Antal personer",
    Unit.FULL_TIME: "Antal fuldtidspersoner",
    Unit.RATIO: "Grad",
    Unit.WEEKS: "Antal uger",
    Unit.NUMBER: "Antal",
}


def share_axis(
    picture: Picture, target: float | None, top: float, bottom: float, *, above_bars: bool
) -> Axis | None:
    """The left axis. It need not begin at 0 (:func:`cut_note`), but then no bars stand on its base line."""
    lines = picture.lines
    if not lines:
        return None
    values = [float(value) for line in lines for _, value in line.known]
    if target is not None:
        values.append(target)
    values += [float(end) for _, interval in picture.band for end in (interval.low, interval.high)]
    decimals, unit = lines[0].decimals, lines[0].unit
    low, high = min(values), max(values)
    # A flat series stays flat: the axis never shows less than a tenth of the values' size.
    span = max(high - low, 0.1 * abs(high), 4 * 10.0**-decimals)
    middle = (low + high) / 2
    low, high = min(low, middle - span / 2), max(high, middle + span / 2)
    # With bars below, the lines are kept in the upper half of the plot.
    low -= span * (0.9 if above_bars else 0.12)
    high += span * 0.08
    if unit is Unit.PERCENT:
        high = max(min(high, 100.0), *values)
    if min(values) >= 0 and low < ZERO_RULE * high:
        low = 0.0
    title = picture.share_axis or AXIS_WORDS[unit]
    return nice_axis(low, high, about=5, least=10.0**-decimals, top=top, bottom=bottom, title=title)


def cut_note(axis: Axis | None, *, of_lines: bool) -> tuple[str, ...]:
    """That an axis does not begin at 0, and where; nothing of one that does."""
    if axis is None or axis.low == 0:
        return ()
    whose = "Kurvernes akse" if of_lines else "Aksen"
    return (f"{whose} begynder ved {number(axis.low, axis.decimals)}, ikke ved 0.",)


def stacks(picture: Picture) -> tuple[tuple[Trace, ...], ...]:
    """Sets of bars that stand on each other, each from below; a set without a stack word is its own."""
    groups: dict[str, list[Trace]] = {}
    for bar in picture.bars:
        groups.setdefault(bar.stack or f"{bar.label}\n", []).append(bar)
    return tuple(tuple(group) for group in groups.values())


def stack_tops(stack: Sequence[Trace], index: int) -> tuple[float, ...] | None:
    """Upper ends of the bars of one period, from below; none when a part is unknown, as the whole is then."""
    total, tops = 0.0, []
    for bar in stack:
        value = bar.points[index].value
        if value is None:
            return None
        total += float(value)
        tops.append(total)
    return tuple(tops)


def count_axis(picture: Picture, top: float, bottom: float, target: float | None = None) -> Axis | None:
    """The axis of bars; it always begins at 0."""
    bars = picture.bars
    if not bars:
        return None
    heights = [
        tops[-1]
        for stack in stacks(picture)
        for index in range(len(picture.periods))
        if (tops := stack_tops(stack, index)) is not None
    ]
    highest = max([*heights, target or 0.0, 1.0])
    title = picture.count_axis or AXIS_WORDS[bars[0].unit]
    if len(bars) == 1:
        title = bars[0].label if "antal" in bars[0].label.lower() else bars[0].headed
    least = 1.0 if bars[0].decimals == 0 else 10.0 ** -bars[0].decimals
    about = 3 if bottom - top < PLOT_HEIGHT * 0.7 else 5
    return nice_axis(0.0, highest, about=about, least=least, top=top, bottom=bottom, title=title)


def push_apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Positions as near as can be to the wanted ones, in the same order, at least `least` apart.

    Notes
    -----
    Neighbours that are too close are moved as one block around their common middle, until none are; the
    blocks then stay between `low` and `high` as far as there is room.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    blocks: list[tuple[float, list[int]]] = []
    for index in order:
        blocks.append((wanted[index], [index]))
        while len(blocks) > 1:
            (above, first), (below, second) = blocks[-2], blocks[-1]
            needed = least * (len(first) + len(second)) / 2
            if below - above >= needed - 1e-9:
                break
            members = first + second
            middle = sum(wanted[i] for i in members) / len(members)
            blocks[-2:] = [(middle, members)]
    placed = [0.0] * len(wanted)
    floor = low
    for middle, members in blocks:
        start = max(middle - least * (len(members) - 1) / 2, floor)
        for step, index in enumerate(members):
            placed[index] = start + step * least
        floor = placed[members[-1]] + least
    ceiling = high
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - least
    return placed


def flow(texts: Iterable[str], width: float) -> list[tuple[float, int, tuple[str, ...]]]:
    """Legend entries in rows: for each its x, its row, and its lines (a long one takes rows of its own)."""
    placed: list[tuple[float, int, tuple[str, ...]]] = []
    x, row = 0.0, 0
    for text in texts:
        lines = wrap(text, width - SYMBOL - 8, TEXT_SIZE)
        wide = SYMBOL + 8 + max(text_width(line, TEXT_SIZE) for line in lines)
        if x and x + wide > width:
            x, row = 0.0, row + 1
        placed.append((x, row, lines))
        if len(lines) > 1:
            x, row = 0.0, row + len(lines)
        else:
            x += wide + 22
    return placed


PERIOD_ROOM = 54
"""Least distance between the middles of two period names on the axis, in pixels."""


def period_labels(periods: Sequence[Period], band: float) -> tuple[tuple[Period, str], ...]:
    """The periods that are named on the axis: counted back from the newest, so that it always is.

    Parameters
    ----------
    band
        Pixels from one period to the next. Months are named by quarter, half-year or year, as there is room.
    """
    steps = (3, 6, 12, 24) if periods[-1].frequency is Frequency.MONTH else (1, 2, 4, 8)
    step = next((step for step in steps if step * band >= PERIOD_ROOM), len(periods))
    chosen = periods[(len(periods) - 1) % step :: step]
    return tuple((period, period.short.replace(" ", NBSP)) for period in chosen)


def spans(periods: Sequence[Period]) -> str:
    """Periods in words, neighbours joined: ``maj 2022–juli 2022 og oktober 2022``."""
    runs: list[list[Period]] = []
    for period in sorted(periods):
        if runs and period.ordinal == runs[-1][-1].ordinal + 1:
            runs[-1].append(period)
        else:
            runs.append([period])
    return listed(run[0].danish if len(run) == 1 else f"{run[0].danish}–{run[-1].danish}" for run in runs)


MANY_LETTERS = 70
"""Longer lists of periods are given as a number of periods instead."""


def gap_notes(picture: Picture) -> tuple[str, ...]:
    """Which values are missing, and why: one sentence per reason and set of periods, naming the traces."""
    found: dict[tuple[State, tuple[Period, ...]], list[Trace]] = {}
    for trace in picture.traces:
        for state in (State.SUPPRESSED, State.MISSING):
            periods = tuple(point.period for point in trace.gaps() if point.state is state)
            if periods:
                found.setdefault((state, periods), []).append(trace)
    notes = []
    for (state, periods), traces in found.items():
        named = spans(periods)
        if len(named) > MANY_LETTERS:
            named = f"{number(len(periods))} af {number(len(picture.periods))} perioder"
        of_municipality = [trace for trace in picture.traces if not trace.national]
        whose = picture.municipality if traces == of_municipality else listed(trace.label for trace in traces)
        notes.append(f"{capital(STATE_WORDS[state])}: {named} ({whose}).")
    none = {State.SUPPRESSED: f"{STATE_WORDS[State.SUPPRESSED]} i hele perioden"}
    return (
        *notes,
        *(f"{label}: {none.get(state, 'ingen tal i perioden')}." for label, state in picture.empty),
    )


def lay_out(
    picture: Picture,
    *,
    panels: bool = False,
    target: float | None = None,
    target_text: str = "",
    published_text: str = "",
    target_on_bars: bool = False,
    width: float = WIDTH,
) -> Layout:
    """Places for everything in a figure.

    Parameters
    ----------
    panels
        Shares above, counts below, instead of bars behind lines; so it always is where there is no room for two axes.
    target
        The fixed number a goal asks for; drawn as a line across.
    target_on_bars
        Whether that number is of the bars.
    published_text
        Legend name of the ring around figures that a document printed; empty when there are none.
    """
    low = LOW if width < WIDTH else 1
    plot_height, panel_heights = PLOT_HEIGHT * low, [part * low for part in PANEL_HEIGHTS]
    both = bool(picture.lines and picture.bars)
    on_lines, on_bars = (None, target) if target_on_bars else (target, None)
    # Bars stand on 0, so lines share their plot only where they do, too, and where there is room for two axes.
    behind = share_axis(picture, on_lines, 0, plot_height, above_bars=both)
    panels = both and (panels or width < WIDTH or (behind is not None and behind.low != 0))
    count_right = both and not panels
    if panels:
        share = share_axis(picture, on_lines, 0, panel_heights[0], above_bars=False)
        named_bars = count_axis(picture, 0, panel_heights[1], on_bars)
        lines_of_title = len(wrap(named_bars.title, width, SMALL_SIZE)) if named_bars else 1
        height = sum(panel_heights) + PANEL_GAP + (lines_of_title - 1) * SMALL_SIZE * LINE
        count = count_axis(picture, height - panel_heights[1], height, on_bars)
    else:
        height, share = plot_height, behind
        count = count_axis(picture, height * (1 - BAR_SHARE) if both else 0, height, on_bars)
    left_axes = [axis for axis in (share, None if count_right else count) if axis]
    left = math.ceil(max((axis.label_width for axis in left_axes), default=0) + 10)
    right = math.ceil(count.label_width + 10) if count_right and count else 2
    plot = width - left - right

    target_axis = count if target_on_bars else share
    level = target_axis.pixel(target) if target_axis and target is not None else None
    named = _can_be_named(picture.lines, share, rows := 1 if width == WIDTH else 2, width)
    ends = _ends(picture, share, level, target_text, height, rows=rows if named else 0)
    label_width = max((end.width for end in ends), default=0)
    bands = plot - math.ceil(label_width + 14 if ends else 0)
    half_band = bands / len(picture.periods) / 2
    label_x = bands - half_band + 12 if half_band > 12 else bands + 4
    ends = tuple(EndLabel(end.trace, label_x, end.y, end.text) for end in ends)

    # A single set of bars is named by its axis.
    keyed = (*(picture.lines if not named else ()), *(picture.bars if len(picture.bars) > 1 else ()))
    names = [trace.called for trace in keyed]
    badge = text_width(BADGE, SMALL_SIZE, 600) + 24 if picture.example else 0
    words, symbols, head = header(
        picture.title, picture.subtitle or "", names, width, badge=badge, indent=SYMBOL + 6
    )
    # The header was laid out from the figure's upper left corner; from here on 0, 0 is the plot's.
    count_title = (
        f"{count.title} (søjler, højre akse)" if count and count_right else count.title if count else ""
    )
    titles = [
        title
        for title in (share.title if share else "", count_title if count_right or not share else "")
        if title
    ]
    beside = len(titles) > 1 and sum(text_width(title, SMALL_SIZE) for title in titles) + 24 > width
    room = (width - 24) / 2 if beside else width
    above_plot = max((len(wrap(title, room, SMALL_SIZE)) for title in titles), default=1)
    axis_row = 20 + SMALL_SIZE * LINE * (above_plot - 1)
    break_row = 18 if picture.breaks else 0
    top = math.ceil(head + axis_row + break_row + 6)
    words = [Words(w.x - left, w.y - top, w.text, w.size, w.weight, w.align, w.colour) for w in words]
    legend = [
        Entry(trace, x - left, y - top, text) for trace, (x, y, text) in zip(keyed, symbols, strict=True)
    ]
    over = -10.0 - break_row
    if share:
        words += _over(share.title, room, -left, over)
    if count and count_right:
        words += _over(count_title, room, plot + right, over, "right")
    elif count:
        words += _over(count_title, room, -left, count.top - 10.0 if share else over)

    breaks = []
    for broken in picture.breaks:
        x = place_of(broken, picture.periods) * bands / len(picture.periods)
        breaks.append(x)
        near_end = x + text_width(broken.text, SMALL_SIZE) + 8 > plot
        side, away = ("right", -5) if near_end else ("left", 5)
        words.append(Words(x + away, -9, broken.text, SMALL_SIZE, align=side, colour="quiet"))

    bottom = 34.0
    if published_text:
        bottom += SMALL_SIZE * LINE
        legend.append(Entry(None, -left - SYMBOL / 2 + 5, height + bottom - 10, published_text))
        words.append(Words(-left + 14, height + bottom - 6, published_text, SMALL_SIZE, colour="quiet"))
    said = (*(f"× {note}" for note in gap_notes(picture)), *cut_note(share, of_lines=both))
    said += (BAND_NOTE,) if picture.band else ()
    notes = [line for note in said for line in wrap(note, width, SMALL_SIZE)]
    for line in notes:
        bottom += SMALL_SIZE * LINE
        words.append(Words(-left, height + bottom - 6, line, SMALL_SIZE, colour="quiet"))
    return Layout(
        width=plot,
        height=height,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        bands=bands,
        share=share,
        count=count,
        count_right=count_right,
        words=tuple(words),
        legend=tuple(legend),
        ends=ends,
        period_labels=period_labels(picture.periods, bands / len(picture.periods)),
        breaks=tuple(breaks),
        target=level,
        rings=bool(published_text),
        gap_signs=_gap_signs(picture, bands, share, count, height, panels=panels),
    )


def _over(title: str, room: float, x: float, base: float, align: str = "left") -> list[Words]:
    """An axis' title above its plot, its last line at `base`."""
    lines = wrap(title, room, SMALL_SIZE)
    return [
        Words(x, base - above * SMALL_SIZE * LINE, line, SMALL_SIZE, align=align, colour="quiet")
        for above, line in enumerate(reversed(lines))
    ]


def _can_be_named(lines: Sequence[Trace], share: Axis | None, rows: int, width: float) -> bool:
    """Whether the name of each line can stand at its end, and nobody takes one for another."""
    room = width * NAME_SHARE[rows - 1]
    if share is None or not all(0 < text_width(line.name, TEXT_SIZE, 600) < room for line in lines):
        return False
    ends = sorted(share.pixel(float(line.known[-1][1])) for line in lines)
    return all(below - above >= rows * LABEL_GAP / 2 for above, below in pairwise(ends))


def _ends(
    picture: Picture, share: Axis | None, level: float | None, target_text: str, height: float, *, rows: int
) -> tuple[EndLabel, ...]:
    """Newest values beside the lines' ends, pushed apart; one older than the figure's end says its period.

    Parameters
    ----------
    level
        Where the target is drawn; its label stands beside it.
    rows
        Of a label that names its line; 0 where the legend does.
    """
    found: list[tuple[Trace | None, float, str]] = []
    apart = "\n" if rows > 1 else " "
    for line in picture.lines if share else ():
        point, value = line.known[-1]
        text = number(value, line.decimals, line.unit if line.unit is Unit.PERCENT else None)
        if point.period != picture.periods[-1]:
            text = f"{text} ({point.period.short})"
        if rows:
            text = f"{line.name}{apart}{text}"
        found.append((line, share.pixel(float(value)) if share else 0, text))
    if level is not None:
        found.append((None, level, target_text.replace(": ", f":{apart}", 1)))
    low, high = (share.top, share.bottom) if share else (0, height)
    least = LABEL_GAP * max(rows, 1) + (4 if rows > 1 else 0)
    inside = (least - LABEL_GAP) / 2
    places = push_apart([y for _, y, _ in found], least, low + inside, max(high, level or 0) - inside)
    return tuple(EndLabel(trace, 0, y, text) for (trace, _, text), y in zip(found, places, strict=True))


def header(
    title: str, subtitle: str, names: Sequence[str], width: float, *, badge: float, indent: float
) -> tuple[list[Words], list[tuple[float, float, str]], float]:
    """Title, subtitle and legend, from the upper left corner; each name with where its symbol begins; and how high they are.

    Parameters
    ----------
    badge
        The room that :data:`BADGE` takes; none, and it is not there.
    indent
        From where a symbol begins to its name.
    """
    words: list[Words] = []
    y = 0.0
    if badge:
        words.append(Words(width, TITLE_SIZE, BADGE, SMALL_SIZE, 600, "right", "unknown"))
    for line in wrap(title, width - badge, TITLE_SIZE, 600):
        y += TITLE_SIZE * LINE
        words.append(Words(0, y - 6, line, TITLE_SIZE, 600))
    for line in wrap(subtitle, width - badge, TEXT_SIZE):
        y += TEXT_SIZE * LINE
        words.append(Words(0, y - 4, line, TEXT_SIZE, colour="quiet"))
    y += 8
    row_height = TEXT_SIZE * LINE + 2
    legend, rows = [], 0
    for x, row, lines in flow(names, width):
        for step, line in enumerate(lines):
            words.append(Words(x + indent, y + (row + step + 1) * row_height - 5, line))
        legend.append((x, y + (row + 1) * row_height - 9.5, " ".join(lines)))
        rows = max(rows, row + len(lines))
    return words, legend, y + rows * row_height + 4


def _gap_signs(
    picture: Picture, bands: float, share: Axis | None, count: Axis | None, height: float, *, panels: bool
) -> tuple[tuple[float, float], ...]:
    """A small sign on the baseline wherever a value is withheld or not measured."""
    signs: dict[tuple[float, float], None] = {}
    for trace in picture.traces:
        axis = share if trace.mark == "line" else count
        floor = axis.bottom if panels and axis else height
        for index, point in enumerate(trace.points):
            if point.value is None and point.state is not State.NOT_PUBLISHED:
                signs[(index + 0.5) * bands / len(trace.points), floor - 4] = None
    return tuple(signs)
