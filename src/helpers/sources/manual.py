"""Figures that no table has, typed in by hand: series of an indicator, and answers to a survey.

In: ``data/raw/manual/<municipality>/<indicator or survey>.csv``, as Danish Excel saves it. Out: typed values;
what is wrong is named by file, row and column, and costs nothing but the cell it stands in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from helpers.catalogue.catalogue import fill
from helpers.catalogue.models import NATIONAL, NATIONAL_NAME, Indicator, Municipality, Survey, Unit
from helpers.data import csv_files
from helpers.data.files import write_whole
from helpers.data.text import fold
from helpers.errors import PlanError, Problem
from helpers.periods import Period, window
from helpers.project import Project
from helpers.sources.danish_csv import Row, Table, parse_period, read_table

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

SERIES_COLUMNS: Final = ("periode", "område", "serie", "værdi", "kilde")
SURVEY_COLUMNS: Final = ("spørgsmål", "svar", "kilde", "dato")
"""The head of a typed-in file; ``omraade``, ``vaerdi`` and ``spoergsmaal`` are the same words."""

_PROJECT_COLUMN: Final = "raekke"
"""Files of investment projects lie in the same folder; this column of theirs tells them apart."""

_BLANK_MARKS: Final = frozenset({"-", "–", "—", ".", "..", "..."})
"""Written where there is no number; such a cell counts as not filled in, never as zero."""


@dataclass(frozen=True)
class TypedValue:
    """One typed-in value of a series, in the series' unit.

    Attributes
    ----------
    area
        The municipality's code, or ``dk``.
    source
        Where it was taken from, in the typist's words; none when not told.
    file, row
        Where it stands, for messages; the row as Excel counts.
    """

    indicator: str
    series: str
    area: str
    period: Period
    value: Decimal
    source: str | None
    file: str
    row: int


@dataclass(frozen=True)
class TypedSeries:
    """What a municipality typed in for indicators, and what could not be read."""

    values: tuple[TypedValue, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class SurveyAnswers:
    """The newest round of a survey.

    Attributes
    ----------
    period
        The month it was made; none when no date was typed in.
    answers
        Question key → share of satisfied answers, in the survey's unit; absent where there is no answer.
    source
        Where the answers were taken from, in the typist's words.
    file
        ``data/raw/manual/frederikssund/virksomhedstilfredshed.csv``
    """

    survey: str
    period: Period | None
    answers: Mapping[str, Decimal]
    source: str | None
    file: str
    problems: tuple[Problem, ...]


def manual_folder(project: Project, municipality: Municipality) -> Path:
    """``data/raw/manual/<slug>``"""
    return project.raw / "manual" / municipality.slug


def manual_path(project: Project, municipality: Municipality, key: str) -> Path:
    """Where the figures of an indicator or survey are typed in."""
    return manual_folder(project, municipality) / f"{key}.csv"


def read_series(project: Project, catalogue: Catalogue, municipality: Municipality) -> TypedSeries:
    """Everything a municipality typed in for indicators.

    Returns
    -------
    TypedSeries
        Every value that could be read, in the files' order, each place once; and every problem.
    """
    values: list[TypedValue] = []
    problems: list[Problem] = []
    for path in sorted(manual_folder(project, municipality).glob("*.csv")):
        name = project.relative(path)
        if path.stem in catalogue.surveys:
            continue
        table, found = read_table(path, name, ("periode", "vaerdi"), ("omraade", "serie", "kilde"))
        if _PROJECT_COLUMN in table.columns:
            continue
        indicator = catalogue.indicators.get(path.stem)
        if indicator is None:
            problems.append(_no_such_key(name, path.stem, catalogue))
            continue
        problems.extend(found)
        reader = _SeriesReader(table, indicator, municipality)
        values.extend(reader.values())
        problems.extend(reader.problems)
    return TypedSeries(tuple(values), tuple(problems))


def read_survey(
    project: Project,
    catalogue: Catalogue,
    municipality: Municipality,
    survey: Survey | str,
    *,
    bound: Period | None = None,
) -> SurveyAnswers | None:
    """The newest round of a survey, no later than `bound`; none when nothing is typed in.

    Raises
    ------
    PlanError
        When the catalogue has no such survey.
    """
    chosen = catalogue.surveys.get(survey) if isinstance(survey, str) else survey
    if chosen is None:
        raise PlanError(_no_such_key("catalogue/surveys.yml", str(survey), catalogue))
    path = manual_path(project, municipality, chosen.key)
    if not path.is_file():
        return None
    name = project.relative(path)
    table, problems = read_table(path, name, ("spoergsmaal", "svar"), ("kilde", "dato"))
    reader = _SurveyReader(table, chosen, municipality)
    rounds = reader.rounds()
    problems.extend(reader.problems)
    wanted = [period for period in rounds if bound is None or period is None or period.within(bound)]
    if not wanted:
        return SurveyAnswers(chosen.key, None, {}, None, name, tuple(problems))
    newest = max(wanted, key=lambda period: -1 if period is None else period.ordinal)
    answers, source = rounds[newest]
    return SurveyAnswers(chosen.key, newest, answers, source, name, tuple(problems))


def write_template(
    project: Project,
    catalogue: Catalogue,
    municipality: Municipality,
    key: str,
    *,
    today: date | None = None,
) -> Path:
    """Write an empty file for an indicator or survey, with a row for each figure to fill in.

    Parameters
    ----------
    key
        Of an indicator or a survey of the catalogue.
    today
        The rows of a series end in the last period that is over by this day.

    Returns
    -------
    Path
        Of the new file. Rows that stay without a figure are passed over when it is read.

    Raises
    ------
    PlanError
        When there is no such indicator or survey, or the file exists (it is never overwritten).
    """
    path = manual_path(project, municipality, key)
    name = project.relative(path)
    if (survey := catalogue.surveys.get(key)) is not None:
        head: Sequence[str] = SURVEY_COLUMNS
        rows = [[question, "", "", ""] for question in filled(survey, municipality).values()]
    elif (indicator := catalogue.indicators.get(key)) is not None:
        head = SERIES_COLUMNS
        rows = _series_rows(indicator, municipality, today or date.today())
    else:
        raise PlanError(_no_such_key(name, key, catalogue))
    try:
        write_whole(path, csv_files.for_people(head, rows).encode())
    except FileExistsError:
        raise PlanError.of(
            name,
            "The file exists already and is not overwritten.",
            "Add your rows to it, or move it away first.",
        ) from None
    return path


def filled(survey: Survey, municipality: Municipality) -> dict[str, str]:
    """The questions of a survey as the municipality asked them: key → question."""
    words = {"jobcenter": f"Jobcenter {municipality.name}", "kommune": municipality.name}
    return {key: fill(question, **words) for key, question in survey.questions.items()}


class _Reader:
    """What the two kinds of typed-in files have in common: problems are collected, never raised."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.problems: list[Problem] = []

    def wrong(self, row: Row, column: str, what: str, do: str = "") -> None:
        self.problems.append(Problem(self.table.where(row, column), what, do))

    def number(self, row: Row, column: str, unit: Unit) -> Decimal | None:
        """The number in a cell; none when it is not filled in, or wrong (which is noted)."""
        if row[column] in _BLANK_MARKS:
            return None
        try:
            value = self.table.number(row, column)
        except ValueError as error:
            self.wrong(row, column, f"{error}.")
            return None
        if value is not None and (value < 0 or (unit is Unit.PERCENT and value > 100)):
            limits = "between 0 and 100 per cent" if unit is Unit.PERCENT else "0 or more"
            self.wrong(
                row, column, f'"{row[column]}" cannot be: the figure is {limits}.', "Is a comma missing?"
            )
            return None
        return value

    def period(self, row: Row, column: str) -> Period | None:
        try:
            return parse_period(row[column])
        except ValueError as error:
            self.wrong(row, column, f"{error}.")
            return None

    def choice(self, row: Row, column: str, choices: Mapping[str, str], shown: Iterable[str]) -> str | None:
        """The key that a cell names, among folded names → keys."""
        found = choices.get(fold(row[column]))
        if found is None:
            allowed = list(shown)
            near = get_close_matches(row[column], allowed, n=1)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            what = f'"{row[column]}" is unknown.' if row[column] else "The cell is empty."
            self.wrong(row, column, f"{what}{hint}", f"Write one of: {', '.join(allowed)}.")
        return found

    def once(
        self, seen: dict[object, tuple[Decimal, int]], place: object, value: Decimal, row: Row, column: str
    ) -> bool:
        """Whether a place is met for the first time; two different values for it are a problem."""
        earlier = seen.setdefault(place, (value, row.number))
        if earlier[1] != row.number and earlier[0] != value:
            self.wrong(
                row,
                column,
                f"Row {earlier[1]} says {earlier[0]} for the same figure; that one is used.",
                "Remove one of the two rows.",
            )
        return earlier[1] == row.number


class _SeriesReader(_Reader):
    def __init__(self, table: Table, indicator: Indicator, municipality: Municipality) -> None:
        super().__init__(table)
        self.indicator = indicator
        self.areas = {
            fold(NATIONAL_NAME): NATIONAL,
            fold(municipality.name): municipality.code,
            fold(municipality.long_name): municipality.code,
            fold(municipality.code): municipality.code,
            fold(""): municipality.code,
        }
        self.area_names = (municipality.name, NATIONAL_NAME)
        self.series = {fold(key): key for key in indicator.series}
        for key, series in indicator.series.items():
            for name in (municipality.name, NATIONAL_NAME):
                self.series.setdefault(fold(series.label.replace("{area}", name)), key)
        if len(indicator.series) == 1:
            self.series[fold("")] = next(iter(indicator.series))

    def values(self) -> list[TypedValue]:
        found = []
        seen: dict[object, tuple[Decimal, int]] = {}
        for row in self.table.rows:
            series = self.choice(row, "serie", self.series, self.indicator.series)
            area = self.choice(row, "omraade", self.areas, self.area_names)
            period = self.period(row, "periode")
            if period is not None and period.frequency is not self.indicator.frequency:
                self.wrong(
                    row,
                    "periode",
                    f'"{row["periode"]}" is a {period.frequency.value}, '
                    f"but {self.indicator.key} is published by {self.indicator.frequency.value}.",
                )
                period = None
            if series is None:
                continue
            value = self.number(row, "vaerdi", self.indicator.unit_of(series))
            if area is None or period is None or value is None:
                continue
            if self.once(seen, (series, area, period), value, row, "vaerdi"):
                found.append(
                    TypedValue(
                        self.indicator.key,
                        series,
                        area,
                        period,
                        value,
                        row["kilde"] or None,
                        self.table.name,
                        row.number,
                    )
                )
        return found


class _SurveyReader(_Reader):
    def __init__(self, table: Table, survey: Survey, municipality: Municipality) -> None:
        super().__init__(table)
        self.survey = survey
        self.shown = filled(survey, municipality)
        self.questions = {
            fold(text): key
            for texts in (self.shown, survey.questions, {key: key for key in survey.questions})
            for key, text in texts.items()
        }

    def rounds(self) -> dict[Period | None, tuple[dict[str, Decimal], str | None]]:
        """The month of each round → its answers and their source."""
        found: dict[Period | None, tuple[dict[str, Decimal], str | None]] = {}
        seen: dict[object, tuple[Decimal, int]] = {}
        for row in self.table.rows:
            question = self.choice(row, "spoergsmaal", self.questions, self.shown.values())
            value = self.number(row, "svar", self.survey.unit)
            month = self.period(row, "dato") if row["dato"] else None
            if question is None or value is None or (row["dato"] and month is None):
                continue
            if self.once(seen, (question, month), value, row, "svar"):
                answers, source = found.get(month, ({}, None))
                answers[question] = value
                found[month] = (answers, source or row["kilde"] or None)
        return found


def _no_such_key(where: str, key: str, catalogue: Catalogue) -> Problem:
    keys = [*catalogue.indicators, *catalogue.surveys]
    near = get_close_matches(key, keys, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return Problem(
        where,
        f'"{key}" is no indicator and no survey.{hint}',
        "A typed-in file is named after a key of catalogue/indicators.yml or catalogue/surveys.yml; "
        "`plan list indicators` prints them.",
    )


def _series_rows(indicator: Indicator, municipality: Municipality, today: date) -> list[list[str]]:
    now = Period.month(today.year, today.month)
    newest = Period(indicator.frequency, now.ordinal * indicator.frequency.per_year // 12).shift(-1)
    return [
        [period.id, area, key, "", ""]
        for key, series in indicator.series.items()
        for area in ((municipality.name, NATIONAL_NAME) if series.national else (municipality.name,))
        for period in window(newest)
    ]
