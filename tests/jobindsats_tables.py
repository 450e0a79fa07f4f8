"""Tables for the loopback server: a small made-up set, and the real figures of all municipalities.

Ids, labels and shapes are those seen of the real API; what was not seen is marked ASSUMED.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from helpers.periods import Period

SHARED = Path(__file__).resolve().parents[2] / "shared"
REFERENCE = SHARED / "reference-data"
DASHBOARDS = REFERENCE / "AI-MichelKlos_kommunal-beskaeftigelsesindsats"
FIRST_DAY = DASHBOARDS / "dashboard-data_2026-08-19T0503Z_e3859d5.json"
WIDE = REFERENCE / "derived" / "jobindsats-monthly-98-kommuner-wide.csv"
CROSS_SECTION = REFERENCE / "derived" / "jobindsats-crosssection-2026M07.csv"
SURVIVAL = REFERENCE / "AI-MichelKlos_A-kasseindsigt-dashboard" / "dashboard-data_2026-08-22_ae7c7e2.json"
KNOWN_TABLES = SHARED / "api" / "jobindsats-tables.csv"

CATALOGUE_AREAS = Path(__file__).resolve().parents[1] / "catalogue" / "areas" / "municipalities.csv"

COUNTRY = "Hele landet"
NOWHERE = "Uoplyst område"

Number = int | float | None
Key = tuple[str, ...]
"""Period, area, then one member label for each dimension of the table."""


@dataclass(frozen=True)
class Measure:
    id: str
    label: str


@dataclass(frozen=True)
class Group:
    """Measures under one heading; with `prefixed` the heading stands in front of each column's label."""

    id: str
    label: str
    measures: tuple[Measure, ...]
    prefixed: bool = False

    def column(self, measure: Measure) -> str:
        return f"{self.label} : {measure.label}" if self.prefixed else measure.label


def single(group: str, label: str) -> Group:
    """A group of one measure. ASSUMED: the measure's id; one was seen ("measi14_1" in "mgrpy25i14_1")."""
    return Group(group, label, (Measure(group.replace("mgrp", "meas"), label),))


@dataclass(frozen=True)
class Level:
    id: str
    values: tuple[tuple[str, str], ...]
    """Value id and label."""


@dataclass(frozen=True)
class Hierarchy:
    id: str
    label: str
    levels: tuple[Level, ...]

    @property
    def labels(self) -> dict[str, str]:
        return {value: label for level in self.levels for value, label in level.values}


@dataclass(frozen=True)
class Dimension:
    id: str
    label: str
    hierarchies: tuple[Hierarchy, ...]


def dimension(name: str, label: str, total: str | None, members: Iterable[str]) -> Dimension:
    """A dimension whose only hierarchy has its own id. Value ids are paths ("/" for the total, "/2/")."""
    values = tuple((f"/{number}/", member) for number, member in enumerate(members, start=2))
    levels = (Level(name.strip("_"), values),)
    if total is not None:
        levels = (Level("alt", (("/", total),)), *levels)
    return Dimension(name, label, (Hierarchy(name, label, levels),))


def areas(names: Iterable[str], *, others: Iterable[Hierarchy] = ()) -> Dimension:
    """The area with its municipalities. ASSUMED: their value ids, here anything but their codes."""
    numbered = tuple((f"/{7 * number + 3}/", name) for number, name in enumerate(names))
    levels = (
        Level("hele_landet", (("/", COUNTRY),)),
        Level("kommune", (*numbered, ("/9999/", NOWHERE))),
    )
    return Dimension("_omrade", "Område", (Hierarchy("_nykom", "Kommuner", levels), *others))


def only(hierarchy: str, label: str, members: Iterable[str]) -> Hierarchy:
    """Another division of the country."""
    values = tuple((f"/{number}/", member) for number, member in enumerate(members, start=2))
    return Hierarchy(hierarchy, label, (Level("hele_landet", (("/", COUNTRY),)), Level(hierarchy, values)))


@dataclass(frozen=True)
class Table:
    """One table and its figures.

    Attributes
    ----------
    periods
        Period type → ids, in the order metadata tell them (newest first, unless a test says otherwise).
    values
        Figures in the order of the measures; a key that is absent is a row that the answer leaves out.
    order
        Which way answers are sorted: ``period``, ``area``, or ``mixed``.
    empty
        Nothing is known of its figures: every value, wherever it is asked for, is null.
    """

    id: str
    title: str
    area: Dimension
    groups: tuple[Group, ...]
    periods: dict[str, tuple[str, ...]]
    values: dict[Key, tuple[Number, ...]]
    dimensions: tuple[Dimension, ...] = ()
    subject: str = "Kontanthjælp"
    update_latest: str = "2026-08-19"
    update_next: str = "2026-09-18"
    frequency: str = "M"
    order: str = "period"
    empty: bool = False

    @property
    def measures(self) -> tuple[tuple[Group, Measure], ...]:
        return tuple((group, measure) for group in self.groups for measure in group.measures)


def newest_first(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids, key=Period.parse, reverse=True))


def run_of(newest: str, count: int) -> tuple[str, ...]:
    """So many periods, newest first."""
    last = Period.parse(newest)
    return tuple(last.shift(-step).id for step in range(count))


# ------------------------------------------------------------------------------------------- made up

NAMES = ("Albertslund", "Frederikssund", "Hedensted", "Læsø", "Aarhus")
"""Municipalities of the made-up set."""

OFFERS = (
    "Vejledning og opkvalificering i alt",
    "Ansættelse med løntilskud i alt",
    "Virksomhedspraktik i alt",
    "Nytteindsats i alt",
    "Særligt tilrettelagt nytteindsats i alt",
)
RATES = ("Forhøjet sats", "Grundsats", "Mindstesats omfattet af program", "Mindstesats øvrige")
VISITATION = (
    "Jobparat",
    "Aktivitetsparat",
    "Uddannelsesparat",
    "Åbenlys uddannelsesparat",
    "Uoplyst visitationskategori",
)
BENEFITS = ("A-dagpenge", "Kontanthjælp")
SURVIVAL_POINTS = (0, 4, 8, 13, 17, 21, 26, 30, 34, 39, 43, 47, 52)
SURVIVAL_LABEL = "Overlevelseskurve u. tilbagefald til den valgte ydelse"

A02 = (
    single("mgrpa02_1", "Antal personer"),
    single("mgrpa02_3", "Antal fuldtidspersoner"),
    single("mgrpa02_4b", "Fuldtidspersoner i pct. af arbejdsstyrken"),
    single("mgrpa02_5b", "Fuldtidspersoner i pct. af befolkningen"),
)
C02 = (
    single("mgrpc02_1", "Antal aktiveringsforløb"),
    single("mgrpc02_2", "Antal aktiverede"),
    single("mgrpc02_3", "Gnsn. antal aktiveringsforløb pr. aktiveret"),
)
# ASSUMED: ids of the groups of y25i01 and y25i09; the labels were seen.
I01 = (
    single("mgrpy25i01_1", "Antal ledige personer"),
    single("mgrpy25i01_2", "Antal ledige fuldtidspersoner"),
    single("mgrpy25i01_3", "Ledige fuldtidspersoner i pct. af arbejdsstyrken 16-66 år"),
    single("mgrpy25i01_4", "Ledige fuldtidspersoner i pct. af befolkningen 16-66 år"),
)
I09 = (
    single("mgrpy25i09_1", "Antal langtidsledige fuldtidspersoner"),
    single("mgrpy25i09_2", "Antal langtidsledige personer"),
    single("mgrpy25i09_3", "Antal bruttoledige personer"),
    single("mgrpy25i09_4", "Andel langtidsledige personer ift. bruttoledige personer"),
)
# Three groups with five measures were seen. ASSUMED: which measure is in which group, and the measures' ids.
Y28 = (
    Group(
        "mgrpa02_1_y28",
        "Antal personer på efterløn",
        (
            Measure("measa02_1_y28", "Antal personer på efterløn"),
            Measure("measa02_2_y28", "Antal personer med udbetalt efterløn"),
        ),
    ),
    single("mgrpa02_3_y28", "Antal fuldtidspersoner med udbetalt efterløn"),
    Group(
        "mgrpa02_4b_y28",
        "Fuldtidspersoner med udbetalt efterløn i pct.",
        (
            Measure("measa02_4b_y28", "Fuldtidspersoner i pct. af arbejdsstyrken"),
            Measure("measa02_5b_y28", "Fuldtidspersoner i pct. af befolkningen"),
        ),
    ),
)
# ASSUMED: one group of thirteen measures, and their ids; the full labels were seen.
B01 = (
    Group(
        "mgrpb01_1",
        SURVIVAL_LABEL,
        tuple(Measure(f"measb01_{weeks}", f"{weeks} uger") for weeks in SURVIVAL_POINTS),
        prefixed=True,
    ),
)


def made_up_value(table: str, measure: int, members: Iterable[str], area: str, period: str) -> Number:
    """The figure at a place of the made-up set; a count below 3 is suppressed, as it is in Jobindsats."""
    size = 1000 if area == COUNTRY else 1 + sum(area.encode()) % 40
    word = f"{table}|{measure}|{'|'.join(members)}"
    count = size * (1 + sum(word.encode()) % 7) * (10 + Period.parse(period).ordinal % 9) // 20
    if area == "Læsø":
        count = count % 7
    if measure % 2 == 0:
        return None if count < 3 else count
    return round(count / size, 1)


@cache
def made_up(names: tuple[str, ...] = NAMES, newest: str = "2026M06", months: int = 36) -> tuple[Table, ...]:
    """A small set with every peculiarity that was seen of the real tables."""
    area = areas(names)
    benefits = dimension("_ygrpi09", "Ydelsesgrupper", "Ydelsesgrupper i alt", BENEFITS)
    funds = dimension("_akassebl", "A-kasse", "I alt", ("3F", "HK"))
    offers = dimension("_tilb_2ptv", "Tilbud", "Tilbud i alt", OFFERS)
    visitation = dimension("_viskat_1int", "Visitationskategori", "Visitationskategori i alt", VISITATION)
    sorting = dimension("_var13uger", "Arbejdsfordelingstype", None, ("op til 13 uger", "over 13 uger"))
    centres = Dimension(
        "_omrade",
        "Område",
        (
            only("_hele_landet", "Hele landet", ()),
            only("rar", "RAR", ("Hovedstaden", "Sjælland")),
            only("jobcent", "Jobcenter", ("Vallensbæk/Ishøj", "Frederikssund")),
        ),
    )
    regions = Dimension("_omrade", "Område", (only("_region", "Region", ("Region Sjælland",)),))
    monthly = {"M": run_of(newest, months)}
    quarterly = {"Q": run_of("2025Q02", 12)}
    jo01 = tuple(
        single(f"mgrpjo01_{number}", label)
        for number, label in enumerate(("Antal oprettede jobordrer", "Antal stillinger"), start=1)
    )
    tables = [
        Table("y25i01", "Ledighed: Faktiske antal ledige", area, I01, monthly, {}, (benefits, funds)),
        Table(
            "y60c02", "Antal aktiverede og forløb", area, C02, monthly, {}, (visitation, offers), order="area"
        ),
        Table(
            "y60a02",
            "Antal personer og fuldtidspersoner",
            area,
            A02,
            monthly,
            {},
            (visitation,),
            order="mixed",
        ),
        Table("y01b01", "Overlevelseskurver", area, B01, quarterly, {}, frequency="Q"),
        Table("y28a02", "Antal personer og fuldtidspersoner på efterløn", area, Y28, monthly, {}),
        Table(
            "y30r21",
            "Forventet og faktisk antal",
            area,
            (single("mgrpy30r21_1", "Faktisk antal"),),
            {"QMAT": ("2026QMAT02", "2025QMAT04", "2025QMAT02")},
            {},
            frequency="Q",
        ),
        Table(
            "y25i06",
            "Antal arbejdsfordelinger",
            area,
            (single("mgrpy25i06_1", "Antal sager"),),
            monthly,
            {},
            (sorting,),
        ),
        Table(
            "y25i14", "Forgæves rekruttering", regions, (single("mgrpy25i14_1", "Jobopslag"),), monthly, {}
        ),
        Table("jo01", "Antal oprettede jobordrer", centres, jo01, monthly, {}),
    ]
    days = {"update_latest": "2026-07-20", "update_next": "2026-08-19"}
    return tuple(replace(table, values=_made_up_values(table), **days) for table in tables)


def _made_up_values(table: Table) -> dict[Key, tuple[Number, ...]]:
    labels = [
        [label for hierarchy in d.hierarchies for label in hierarchy.labels.values()]
        for d in (table.area, *table.dimensions)
    ]
    places: list[tuple[str, ...]] = [()]
    for members in labels:
        places = [(*place, member) for place in places for member in dict.fromkeys(members)]
    return {
        (period, *place): tuple(
            made_up_value(table.id, number, place[1:], place[0], period)
            for number in range(len(table.measures))
        )
        for ids in table.periods.values()
        for period in ids
        for place in places
    }


# ---------------------------------------------------------------------------------------------- real

REAL_OFFERS = {
    "Vejledning og opkvalificering": OFFERS[0],
    "Løntilskud": OFFERS[1],
    "Virksomhedspraktik": OFFERS[2],
    "Nytteindsats": OFFERS[3],
    "Særligt tilrettelagt nytteindsats": OFFERS[4],
    "Tilbud i alt": "Tilbud i alt",
}
"""Names in the saved cross-section → labels of the API."""

UNEMPLOYMENT = (
    ("Ydelsesgrupper i alt", "total"),
    ("A-dagpenge", "dagpenge"),
    ("Kontanthjælp", "kontanthjaelp"),
)


def has_reference() -> bool:
    return WIDE.is_file()


def all_names() -> tuple[str, ...]:
    """The 98 municipalities as the project's own catalogue names them."""
    with CATALOGUE_AREAS.open(encoding="utf-8") as file:
        return tuple(row["name"] for row in csv.DictReader(file))


@cache
def municipality_names() -> tuple[str, ...]:
    with (REFERENCE / "derived" / "municipalities-98.csv").open(encoding="utf-8") as file:
        return tuple(row["name"] for row in csv.DictReader(file))


@cache
def wide_rows() -> tuple[dict[str, str], ...]:
    """The saved monthly figures: one row for each area and month."""
    with WIDE.open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def cross_section() -> tuple[dict[str, str], ...]:
    with CROSS_SECTION.open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def reference(day: str = "2026-08-22") -> tuple[Table, ...]:
    """The real figures as they stood on 19 or 22 August 2026, in the tables they come from.

    y25i01 and y25i09 differ between the days; of the others only the second day is known. Further tables
    of the API that are known by id and title are there with their metadata, and with empty figures.
    """
    area = areas(municipality_names())
    first = day <= "2026-08-19"
    tables = [*_ledighed(area, first), *_kontanthjaelp(area), _survival(area)]
    held = {table.id for table in tables}
    return (*tables, *(table for table in _known_by_name(area) if table.id not in held))


def _ledighed(area: Dimension, first: bool) -> list[Table]:
    benefits = dimension("_ygrpi09", "Ydelsesgrupper", "Ydelsesgrupper i alt", BENEFITS)
    i01: dict[Key, tuple[Number, ...]] = {}
    i09: dict[Key, tuple[Number, ...]] = {}
    if first:
        found = json.loads(FIRST_DAY.read_text(encoding="utf-8"))
        areas_found = {COUNTRY: found["national"]}
        areas_found |= {entry["name"]: entry for entry in found["municipalities"].values() if "name" in entry}
        for name in (COUNTRY, *municipality_names()):
            unemployment, longterm = areas_found[name]["unemployment"], areas_found[name]["longterm"]
            for benefit, key in UNEMPLOYMENT:
                for at, period in enumerate(unemployment["labels"]):
                    i01[period, name, benefit] = (
                        None,
                        unemployment[key][at],
                        unemployment[f"{key}Rate"][at],
                        None,
                    )
                for at, period in enumerate(longterm["labels"]):
                    i09[period, name, benefit] = (longterm[key][at], None, None, None)
    else:
        for row in wide_rows():
            for benefit, key in UNEMPLOYMENT:
                place = (row["period"], row["area"], benefit)
                count, rate = row[f"ledige_{key}_fuldtid"], row[f"ledige_{key}_pct_arbejdsstyrke"]
                if row["period"] >= "2021M08":
                    i01[place] = (None, _count(count), _share(rate), None)
                if row["period"] >= "2023M08":
                    i09[place] = (_count(row[f"langtidsledige_{key}"]), None, None, None)
    # ASSUMED: the day of the release before.
    released, coming = ("2026-07-20", "2026-08-19") if first else ("2026-08-19", "2026-09-18")
    return [
        Table(
            name,
            title,
            area,
            groups,
            {"M": newest_first({key[0] for key in values})},
            values,
            (benefits,),
            subject="Ledigheds- og jobindikatorer",
            update_latest=released,
            update_next=coming,
            order=order,
        )
        for name, title, groups, values, order in (
            ("y25i01", "Ledighed: Faktiske antal ledige og fuldtidsledige", I01, i01, "mixed"),
            ("y25i09", "Antal langtidsledige personer", I09, i09, "area"),
        )
    ]


def _kontanthjaelp(area: Dimension) -> list[Table]:
    visitation = dimension("_viskat_1int", "Visitationskategori", "Visitationskategori i alt", VISITATION)
    offers = dimension("_tilb_2ptv", "Tilbud", "Tilbud i alt", OFFERS)
    rates = dimension("_kth_sats", "Kontanthjælpssats", "Kontanthjælpssatser i alt", RATES)
    no_visitation, no_rate = "Visitationskategori i alt", "Kontanthjælpssatser i alt"
    a02: dict[Key, tuple[Number, ...]] = {}
    c07: dict[Key, tuple[Number, ...]] = {}
    j01: dict[Key, tuple[Number, ...]] = {}
    c02: dict[Key, tuple[Number, ...]] = {}
    for row in wide_rows():
        period, name = row["period"], row["area"]
        if period >= "2021M08":
            a02[period, name, no_visitation, no_rate] = (
                _count(row["kth_personer"]),
                _count(row["kth_fuldtidspersoner"]),
                _share(row["kth_pct_arbejdsstyrke"]),
                _share(row["kth_pct_befolkning"]),
            )
            c07[period, name, no_visitation, no_rate] = (
                _share(row["kth_aktiveringsgrad"]),
                _share(row["kth_andel_aktiveringsberoerte"]),
            )
        if period <= "2026M06":
            j01[period, name] = (
                _count(row["kth_ordinaere_timer_personer"]),
                _share(row["kth_ordinaere_timer_andel"]),
            )
    offered: dict[tuple[str, str], dict[str, Number]] = {}
    for row in cross_section():
        if row["table"] == "y60a02":
            label = "Uoplyst visitationskategori" if row["category"] == "Uoplyst" else row["category"]
            a02[row["period"], row["area"], label, no_rate] = (None, _count(row["value"]), None, None)
        else:
            place = (row["area"], REAL_OFFERS[row["category"]])
            offered.setdefault(place, {})[row["measure"]] = _count(row["value"])
    for (name, offer), measured in offered.items():
        c02["2026M07", name, no_visitation, offer, no_rate] = (
            measured["Antal aktiveringsforløb"],
            measured["Antal aktiverede"],
            None,
        )
    c07_groups = (single("mgrpc07_1", "Aktiveringsgrad"), single("mgrpc07_2", "Andel aktiveringsberørte"))
    j01_groups = (
        single("mgrpj01_1", "Antal personer med ordinære timer"),
        single("mgrpj01_2", "Andel personer med ordinære timer"),
    )
    months = {"M": run_of("2026M07", 60)}
    j01_title = "Antal og andel personer med ordinære timer"
    return [
        Table(
            "y60a02",
            "Antal personer og fuldtidspersoner",
            area,
            A02,
            months,
            a02,
            (visitation, rates),
            order="mixed",
        ),
        Table(
            "y60c07",
            "Aktiveringsgrad og andel aktiveringsberørte",
            area,
            c07_groups,
            months,
            c07,
            (visitation, rates),
        ),
        Table(
            "y60c02",
            "Antal aktiverede og forløb",
            area,
            C02,
            months,
            c02,
            (visitation, offers, rates),
            order="area",
        ),
        Table("y60j01", j01_title, area, j01_groups, {"M": run_of("2026M06", 60)}, j01, order="area"),
    ]


def _survival(area: Dimension) -> Table:
    """y01b01: of the whole country, and of its newest quarter, all thirteen points are known."""
    found = json.loads(SURVIVAL.read_text(encoding="utf-8"))["funds"]["TOT"]["jobindsats"]["survival"]
    points = {item["label"]: item["value"] for item in found["items"]}
    values = {(found["period"], COUNTRY): tuple(points[f"{weeks} uger"] for weeks in SURVIVAL_POINTS)}
    return Table(
        "y01b01",
        "Overlevelseskurver",
        area,
        B01,
        {"Q": run_of(found["period"], 21)},
        values,
        subject="A-dagpenge",
        frequency="Q",
        update_latest="2026-06-30",
    )


_GROUPS: dict[str, tuple[Group, ...]] = {"y28a02": Y28, "a02": A02, "c02": C02, "b01": B01}
_TYPES = re.compile(r"QMAT|M|Q|Y")
_NEWEST = {"M": "2026M07", "Q": "2026Q01", "QMAT": "2026QMAT02", "Y": "2025Y01"}
_MEMBERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "_tilb_2ptv": ("Tilbud i alt", OFFERS),
    "_viskat_1int": ("Visitationskategori i alt", VISITATION),
    "_ygrpi09": ("Ydelsesgrupper i alt", BENEFITS),
    "_kth_sats": ("Kontanthjælpssatser i alt", RATES),
    "_amstatusb15": ("I alt", ("Lønmodtagerbeskæftigelse", "Uddannelse", "A-dagpenge")),
}


def _known_by_name(area: Dimension) -> list[Table]:
    """Tables known by id, title and dimensions, without figures: every value is empty."""
    found = []
    with KNOWN_TABLES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            certain = row["confidence"].startswith("høj") and "erstattet" not in row["confidence"]
            if certain:
                found.append(_empty_table(row, area))
    return found


def _empty_table(row: dict[str, str], area: Dimension) -> Table:
    name = row["table_id"]
    suffix = re.search(r"[a-z]\d{2}$", name)
    groups = _GROUPS.get(name) or (_GROUPS.get(suffix[0]) if suffix else None)
    if groups is None:
        ending = suffix[0] if suffix else name
        labels = [re.sub(r"^mgrp\S+ ", "", label.strip()) for label in row["measures"].split("|")]
        groups = tuple(
            single(f"mgrp{ending}_{n}", label or row["title"]) for n, label in enumerate(labels, start=1)
        )
    if suffix and suffix[0] == "b15":
        groups = tuple(
            single(f"mgrpb15_{number}", f"Status {months} mdr. efter afsluttet forløb, pct.")
            for number, months in ((6, 3), (7, 6), (8, 12))
        )
    dimensions = tuple(
        dimension(word, word.strip("_").capitalize(), *_MEMBERS.get(word, ("I alt", ())))
        for word in dict.fromkeys(re.findall(r"(?<!\w)_\w+", row["dimensions"]))
        if word != "_omrade"
    )
    kind = _TYPES.match(row["period types"])
    code = kind[0] if kind else "M"
    periods = run_of(_NEWEST[code], {"M": 60, "Y": 6}.get(code, 21))
    return Table(
        name,
        row["title"],
        area,
        groups,
        {code: periods},
        {},
        dimensions,
        "Andre",
        frequency=code[0],
        empty=True,
    )


def _count(text: str) -> Number:
    return int(text) if text else None


def _share(text: str) -> Number:
    return float(text) if text else None
