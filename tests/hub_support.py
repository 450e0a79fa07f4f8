"""What the tests of the hub share: sites that say what they are, and a country of made-up figures."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

from helpers.analysis.gaps import Verdict, gap, target_value, verdict
from helpers.catalogue import Catalogue
from helpers.catalogue.models import Goal, Indicator, Municipality
from helpers.periods import Frequency, Period
from helpers.present.theme import palette_from
from helpers.project import Project
from helpers.render.hub import Record, write_site_entry
from helpers.reports.base.goals import GoalComparison
from helpers.reports.base.request import SiteEntry
from helpers.reports.plan.comparison import CountryComparison, compared
from helpers.reports.plan.status import StatusRow

CHECKOUT = Path(__file__).resolve().parents[1]
PERIODS = {
    Frequency.MONTH: Period.parse("2023M11"),
    Frequency.QUARTER: Period.parse("2023Q02"),
    Frequency.ROLLING_YEAR: Period.parse("2023QMAT02"),
    Frequency.YEAR: Period.parse("2023Y01"),
}
SUPPRESSED = "825"
"""Læsø has no value for any goal of :func:`country`."""


def hub_project(folder: Path) -> Project:
    """The catalogue, styles and brand of the checkout, in `folder`."""
    for part in ("catalogue", "styles"):
        shutil.copytree(CHECKOUT / part, folder / part)
    shutil.copyfile(CHECKOUT / "_brand.yml", folder / "_brand.yml")
    return Project(folder)


def place_site(output: Path, slug: str, entry: SiteEntry | None, **changes: object) -> Path:
    """A small site with its two records; `changes` replace fields of its :class:`Record`."""
    folder = output / slug
    folder.mkdir(parents=True)
    given = {
        "slug": slug,
        "title": "Beskæftigelsesplan 2023",
        "subtitle": "",
        "municipality": f"{entry.name} Kommune" if entry else "",
        "area": slug.rsplit("/", 1)[-1],
        "engine": "built-in",
        "dated": "2024-01-15",
        "example": False,
        "pdf": "Beskæftigelsesplan-2023.pdf",
        "pages": ("index.html", "notebooks/01-tidlig.html"),
        "assets": (),
        "fingerprint": "x",
        **changes,
    }
    for page in given["pages"]:
        (folder / page).parent.mkdir(exist_ok=True)
        (folder / page).write_text(
            f'<!doctype html><html lang="da"><title>{slug}</title><h1>{slug}</h1></html>'
        )
    if given["pdf"]:
        (folder / given["pdf"]).write_bytes(b"%PDF-" + b"0" * 1_234_000)
    Record(**given).write(folder)
    if entry is not None:
        write_site_entry(folder, entry)
    return folder


def plan_entry(
    area: Municipality, met: int, *, of: int = 20, unknown: int = 0, plan: str = "frederikssund-2023"
) -> SiteEntry:
    return SiteEntry("plan", (area.code,), area.name, plan, met, of, unknown, Period.parse("2023M11"))


def country(catalogue: Catalogue, plan: str = "frederikssund-2023") -> CountryComparison:
    """Every municipality on every goal: the country has 50, the first municipality 20, the next 20.6 and so on."""
    chosen = catalogue.plan(plan)
    pairs = [
        (goal, catalogue.indicators[key])
        for goal in chosen.goals
        for key in goal.indicators
        if key in catalogue.indicators
    ]
    rows = {
        area.code: tuple(_row(goal, indicator, area, number) for goal, indicator in pairs)
        for number, area in enumerate(catalogue.municipalities)
    }
    return CountryComparison(chosen, catalogue.municipalities, rows, example=True, data_day=date(2024, 1, 15))


def _row(goal: Goal, indicator: Indicator, area: Municipality, number: int) -> StatusRow:
    national = Decimal("50.0")
    ours = None if area.code == SUPPRESSED else Decimal("20.0") + number * Decimal("0.6")
    target = target_value(goal.target, national)
    direction = goal.target.direction if goal.target.is_set else indicator.direction
    difference = None if ours is None or target is None else gap(ours, target, direction)
    judged = verdict(difference, goal.target)
    period = PERIODS[indicator.frequency]
    reason = f"Tallet for {area.name} for {period.danish} er diskretioneret eller ikke opgjort."
    return StatusRow(
        goal.number, indicator.key, indicator.unit, indicator.decimals, judged, direction, period=period, national=national,
        municipality=ours, target=target, gap=difference, reason=reason if judged is Verdict.CANNOT_BE_JUDGED else None,
    )  # fmt: skip


def compared_country(catalogue: Catalogue, comparison: CountryComparison | None = None) -> GoalComparison:
    """The goals' pages of a comparison, by default of :func:`country`."""
    found = compared(catalogue, comparison or country(catalogue), palette_from({}))
    assert found is not None
    return found
