"""An imagined country of 98 municipalities: how many people, on which benefits, month by month.

In: names of counts and rates. Out: smooth expected values, the same for the same name on every run. Nothing here
is a measurement: sizes and levels are rough, so that example data look like Danish figures and no more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from helpers.periods import Frequency, Period

SEED: Final = "beskæftigelsesplan"

EPOCH_YEAR: Final = 2012
"""Every series begins here, so that a month has the same value whatever day example data pretend to be from."""

WORKING_AGE_SHARE: Final = 0.63
"""16–66-year-olds of all inhabitants, roughly."""

LABOUR_FORCE_SHARE: Final = 0.8
"""Labour force of the 16–66-year-olds, roughly."""

_INHABITANTS: Final = {
    "101": 650_000, "751": 360_000, "851": 222_000, "461": 208_000, "561": 115_000, "147": 105_000,
    "730": 99_000, "615": 95_000, "250": 46_000, "766": 47_500, "155": 14_500, "187": 17_500, "183": 23_000,
    "482": 12_300, "492": 6_000, "741": 3_700, "563": 3_400, "825": 1_800,
}  # fmt: skip
"""The largest, the smallest and a few more, in round figures; the other sizes are drawn."""

_MEDIAN_INHABITANTS: Final = 45_000

PREVALENCE: Final = {
    "y01": 0.024, "y04": 0.0006, "y07": 0.020, "y08": 0.027, "y09": 0.0045, "y10": 0.064, "y11": 0.0035,
    "y12": 0.0045, "y14": 0.0010, "y25": 0.028, "y30": 0.195, "y28": 0.005, "y35": 0.0025, "y36": 0.017, "y38": 0.0085,
    "y60": 0.027, "ptv": 0.195,
}  # fmt: skip
"""Persons on a benefit per inhabitant of working age, by the first letters of its tables; rough."""

DEFAULT_PREVALENCE: Final = 0.004

OUTSIDE_BENEFITS: Final = ("beskaeftigede", "su-modtagere", "oevrige")
"""Registers that, with the benefits, make up all people of working age."""

BENEFITS: Final = ("y01", "y04", "y07", "y08", "y09", "y10", "y11", "y12", "y28", "y60")
"""The benefits that make up the tables on all benefits (ptv…), each person on one of them."""

MEMBER_SHARES: Final = {
    "Jobparat": 0.30, "Aktivitetsparat": 0.55, "Uddannelsesparat": 0.12, "Åbenlys uddannelsesparat": 0.02,
    "Mindstesats omfattet af program": 0.11, "Mindstesats øvrige": 0.08, "Grundsats": 0.5, "Forhøjet sats": 0.31,
    "A-dagpenge": 0.82, "Kontanthjælp": 0.18,
    "Ansættelse med løntilskud i alt": 0.35, "Virksomhedspraktik i alt": 0.42, "Nytteindsats i alt": 0.23,
    "Lønmodtagerbeskæftigelse": 0.65, "Uddannelse": 0.35,
}  # fmt: skip
"""A member's part of its total."""

DEFAULT_MEMBER_SHARE: Final = 0.25

_BENEFIT_MEMBERS: Final = {"Ressourceforløb": "y11", "Jobafklaringsforløb": "y12", "Ledighedsydelse": "y09"}
"""Members of the tables on all benefits (ptv…) that are a benefit with tables of its own."""

COMPANY_OFFERS: Final = {"y01": 0.050, "y09": 0.15, "y12": 0.12, "y35": 0.36, "y38": 0.16, "y60": 0.15}
"""Persons in a company-oriented offer per person on the benefit."""

DEFAULT_COMPANY_OFFERS: Final = 0.12

RATES: Final = (
    (r"y01b01.*13 uger", 14.0), (r"y60b01.*13 uger", 60.0), (r"b01.*26 uger", 5.0),
    (r"c07 mgrpc07_1", 17.0), (r"c07 mgrpc07_2", 45.0), (r"b15 ", 41.0),
    (r"^au(p0[12]|s08) ", 2.9), (r"^aulk04 ", 1.0), (r"^ras200 ", 61.0),
    (r"^y30r21 .*andel", 21.0), (r"^y25i08 .*3 m", 55.0), (r"^y25i08 .*6 m", 65.0), (r"^rm01 .*Job", 52.0),
    (r"^rm01 .*Uddannelse", 4.0), (r"^y01a27 ", 42.0), (r"^y07a07 ", 20.0), (r"^y60a27 ", 86.0), (r"^y01h01 ", 2.0),
    (r"samtaler", 86.0), (r"aktivt-tilbud", 78.0), (r"aktivitetsparate-andel", 2.9),
)  # fmt: skip
"""National level of a rate, in per cent, by a pattern of its table and measure."""

HIDDEN_BASES: Final = {
    "flygtninge-beskaeftigelse": 0.006, "ukrainere-beskaeftigelse": 0.005, "ankesager-omgjort": 0.0018,
    "unge-uddannelse-job-3-maaneder": 0.0017, "aktivitetsparate-tilbud-timer": 0.016,
}  # fmt: skip
"""People, per inhabitant of working age, that a count or rate is about whose table is not known."""

DEFAULT_HIDDEN_BASE: Final = 0.004

REGISTERS: Final = {
    **{"folk1am": 1.0, "folk1a": 1.0, "lbesk69": 0.7},
    **{"beskaeftigede": 0.74, "su-modtagere": 0.07, "oevrige": 0.06},
}
"""Counts of all people of working age, and of parts of them, that change slowly; per inhabitant of working age."""

_FULL_TIME: Final = 0.93
"""Full-time persons per person on a benefit."""

_LONG_TERM: Final = 0.19
_ORDINARY_HOURS: Final = 0.085
_MONTHLY_MEMORY: Final = 0.86
_QUARTERLY_MEMORY: Final = 0.6


@dataclass(frozen=True, order=True)
class ExampleCell:
    """One measure of one table, broken down to one member of some dimensions."""

    table: str
    measure: str
    members: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """What its random numbers are drawn by: with another text, all example data would be others."""
        return f"Cell(table={self.table!r}, measure={self.measure!r}, members={self.members!r})"

    @property
    def family(self) -> str:
        """First letters of the table: the benefit it is about."""
        if self.table.startswith("ptv"):
            named = [_BENEFIT_MEMBERS[m] for _, m in self.members if m in _BENEFIT_MEMBERS]
            return named[0] if named else "ptv"
        return self.table[:3]

    @property
    def topic(self) -> str:
        """Rest of the table's id: what it tells of the benefit (``a02``, ``c02``, ``b01``)."""
        return self.table.removeprefix("ptv_").removeprefix("ptv")[-3:]

    @property
    def kind(
        self,
    ) -> Literal["count", "full_time", "of_population", "of_labour_force", "of_persons", "place", "other"]:
        """What the measure is, as far as its id or label tells."""
        name = self.measure.casefold()
        if name.endswith("_5b") or "pct. af befolkningen" in name:
            return "of_population"
        if name.endswith("_4b") or "pct. af arbejdsstyrken" in name:
            return "of_labour_force"
        if name == "mgrpj01_2":
            return "of_persons"
        if name.startswith("placering"):
            return "place"
        if (self.topic == "a02" and name == "mgrpa02_3") or "fuldtidspersoner" in name:
            return "full_time"
        return "count" if name.startswith(("mgrpa02_1", "mgrpj01_1", "antal")) else "other"

    @property
    def counted(self) -> ExampleCell:
        """The count that a share of the population, of the labour force or of the persons is made from."""
        if self.kind == "of_persons":
            return ExampleCell(self.table, "mgrpj01_1", self.members)
        measure = _FULL_TIME_LABELS.get(self.table, "Antal fuldtidspersoner")
        return ExampleCell(
            self.table, "mgrpa02_3" if self.measure.startswith("mgrp") else measure, self.members
        )


def parts_of(total: ExampleCell) -> tuple[ExampleCell, ...]:
    """The counts that add up to one: each benefit's full-time persons to those on any benefit."""
    if total.family != "ptv" or total.topic != "a02" or total.kind != "full_time" or total.members:
        return ()
    tables = [f"{family}a02" for family in BENEFITS]
    return tuple(ExampleCell(table, _FULL_TIME_LABELS.get(table, "mgrpa02_3")) for table in tables)


_FULL_TIME_LABELS: Final = {
    "y25i01": "Antal ledige fuldtidspersoner",
    "y28a02": "Antal fuldtidspersoner med udbetalt efterløn",
}


class World:
    """Expected values of one frequency, from the epoch to `last`."""

    def __init__(self, areas: Sequence[str], last: Period) -> None:
        self.areas = tuple(areas)
        self.frequency = last.frequency
        first = Period(last.frequency, EPOCH_YEAR * last.frequency.per_year)
        self.periods = tuple(first.shift(step) for step in range(last.ordinal - first.ordinal + 1))
        self._persons: dict[str, np.ndarray] = {}

    def place(self, period: Period) -> int:
        """Column of a period."""
        return period.ordinal - self.periods[0].ordinal

    @cached_property
    def population(self) -> np.ndarray:
        """Inhabitants of working age, by area and period, in whole people."""
        drawn = np.exp(_random("sizes", 0, len(self.areas))[0] * 0.45) * _MEDIAN_INHABITANTS
        people = np.array([_INHABITANTS.get(area, drawn[place]) for place, area in enumerate(self.areas)])
        growth = 1 + 0.004 * self._years
        return np.rint(people[:, None] * WORKING_AGE_SHARE * growth[None, :])

    def count(self, cell: ExampleCell) -> np.ndarray:
        """Expected number of a count cell, by area and period; parts stay below their total."""
        if cell.table in REGISTERS:
            return self.rate_base(cell)
        if cell.kind == "place":
            return 1.0 + self._wave(f"{cell}", memory=0.9).argsort(axis=0).argsort(axis=0)
        if cell.topic in ("c01", "c02", "c03"):
            return self._offers(cell)
        if cell.kind == "full_time":
            part = _FULL_TIME * np.exp(0.01 * self._wave(f"{cell.table} full time", spread=0.5))
            base = self._benefit(cell) * part
        elif cell.topic == "j01":
            base = self._benefit(cell) * _ORDINARY_HOURS * np.exp(0.2 * self._wave(f"{cell.table} hours"))
        else:
            base = self._benefit(cell)
        if cell.table == "y25i09":
            base = base * _LONG_TERM * np.exp(0.15 * self._wave(f"long term {cell.members}", memory=0.97))
        return base

    def rate(self, cell: ExampleCell, level: float, top: float) -> np.ndarray:
        """A rate around the national `level`, between 0 and `top`; noisy where it is about few people."""
        people = np.maximum(self.rate_base(cell), 1.0)
        odds = min(max(level / top, 0.01), 0.99)
        spread = odds * (1 - odds)
        lasting = _random(f"{cell} area", 0, len(self.areas))[0][:, None] * 0.25 * spread
        passing = self._wave(f"{cell}", memory=0.5) * np.sqrt(spread / np.minimum(people, 2000)) * 0.6
        common = (
            self._season(f"{cell}", 0.05)[None, :] * spread + self._drift(str(cell), 0.2)[None, :] * spread
        )
        return top * np.clip(odds + lasting + passing + common, 0.001, 0.999)

    def rate_base(self, cell: ExampleCell) -> np.ndarray:
        """Expected number of people that a rate is about."""
        if cell.table in REGISTERS:
            part = REGISTERS[cell.table]
            lasting = (
                0.0 if part == 1 else 0.05 * _random(f"{cell.table} area", 0, len(self.areas))[0][:, None]
            )
            return self.population * part * np.exp(lasting)
        known = cell.family in PREVALENCE and re.match(r"y\d\d[a-z]", cell.table) is not None
        hidden = self.population * HIDDEN_BASES.get(cell.table, DEFAULT_HIDDEN_BASE)
        people = self._benefit(cell) * 0.25 if known else hidden
        return people * np.exp(0.1 * self._wave(f"{cell.table} base"))

    def level(self, cell: ExampleCell, top: float) -> float:
        """National level of a rate of which nothing is printed."""
        name = f"{cell.table} {cell.measure}"
        for pattern, level in RATES:
            if re.search(pattern, name):
                return level * top / 100
        return top * (0.35 + 0.45 * _unit(f"level {name}"))

    def _benefit(self, cell: ExampleCell) -> np.ndarray:
        """Persons on the benefit that a cell is about, offers aside."""
        members = [
            (dimension, member)
            for dimension, member in cell.members
            if not dimension.startswith("_tilb") and member not in _BENEFIT_MEMBERS
        ]
        return self._part(self._family(cell.family), cell.family, members)

    def _family(self, family: str) -> np.ndarray:
        if family not in self._persons:
            prevalence = PREVALENCE.get(family) or DEFAULT_PREVALENCE * (0.5 + _unit(f"prevalence {family}"))
            lasting = np.exp(0.22 * _random(f"{family} area", 0, len(self.areas))[0])[:, None]
            common = np.exp(self._season(family, 0.07) + self._drift(family, 0.12))[None, :]
            expected = self.population * prevalence * lasting * common
            self._persons[family] = expected * self._noise(family, expected)
        return self._persons[family]

    def _offers(self, cell: ExampleCell) -> np.ndarray:
        people = self._benefit(cell)
        share = COMPANY_OFFERS.get(cell.family, DEFAULT_COMPANY_OFFERS)
        name = f"{cell.family} offers"
        lasting = np.exp(0.2 * _random(f"{name} area", 0, len(self.areas))[0])[:, None]
        summer = np.exp(self._holidays(0.18) + self._drift(name, 0.15))[None, :]
        expected = people * share * lasting * summer
        offers = [(d, m) for d, m in cell.members if d.startswith("_tilb")]
        return self._part(expected * self._noise(f"{name} {cell.members}", expected), name, offers)

    def _part(self, total: np.ndarray, name: str, members: Sequence[tuple[str, str]]) -> np.ndarray:
        for dimension, member in members:
            share = MEMBER_SHARES.get(member, DEFAULT_MEMBER_SHARE)
            key = f"{name} {dimension} {member}"
            lasting = np.exp(0.12 * _random(f"{key} area", 0, len(self.areas))[0])[:, None]
            part = share * lasting * np.exp(0.05 * self._wave(key)) * np.exp(self._drift(key, 0.06))[None, :]
            total = total * np.clip(part, 0.0, 0.97)
        return total

    def _noise(self, name: str, expected: np.ndarray) -> np.ndarray:
        """Noise that remembers the month before; the smaller the number, the larger its part."""
        size = np.minimum(0.02 + 0.5 / np.sqrt(np.maximum(expected.mean(axis=1), 1.0)), 0.3)
        return np.exp(size[:, None] * self._wave(name))

    def _wave(self, name: str, memory: float | None = None, spread: float = 1.0) -> np.ndarray:
        """Standard noise by area and period, autocorrelated."""
        if memory is None:
            memory = _MONTHLY_MEMORY if self.frequency is Frequency.MONTH else _QUARTERLY_MEMORY
        # Drawn period by period, so that later periods do not change earlier ones.
        shocks = _random(name, len(self.periods), len(self.areas))
        wave = np.empty_like(shocks)
        wave[0] = shocks[0]
        fresh = np.sqrt(1 - memory**2)
        for step in range(1, len(shocks)):
            wave[step] = memory * wave[step - 1] + fresh * shocks[step]
        return spread * wave.T

    @cached_property
    def _years(self) -> np.ndarray:
        return np.arange(len(self.periods)) / self.frequency.per_year

    def _season(self, name: str, size: float) -> np.ndarray:
        """More in winter, less in early autumn; the same every year."""
        shift = 0.08 * (_unit(f"season {name}") - 0.5)
        return size * np.cos(2 * np.pi * (self._years - 0.08 - shift))

    def _holidays(self, size: float) -> np.ndarray:
        """Fewer begin in July and December."""
        month = np.array([period.last_month.number for period in self.periods])
        return np.where(month == 7, -size, np.where(month == 12, -size / 2, 0.0))

    def _drift(self, name: str, size: float) -> np.ndarray:
        """Slow common movement: half a wave in four to eight years."""
        length, phase = 8 + 8 * _unit(f"length {name}"), _unit(f"phase {name}")
        return size * np.sin(2 * np.pi * (self._years / length + phase))


def _stream(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{SEED} {name}".encode()).digest()[:8], "big")


def _random(name: str, rows: int, columns: int) -> np.ndarray:
    """Standard normal numbers that depend on `name` alone; at least one row."""
    return np.random.default_rng(_stream(name)).standard_normal((max(rows, 1), columns))


def _unit(name: str) -> float:
    """A number between 0 and 1 that depends on `name` alone."""
    return _stream(name) / 2**64
