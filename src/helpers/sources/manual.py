"""Figures that no table has, typed in by hand: series of an indicator, and answers to a survey.

In: ``data/raw/manual/<municipality>/<indicator or survey>.csv``, as Danish Excel saves it. Out: typed values;
what is wrong is named by file, row and column, and costs nothing but the cell it stands in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

from helpers.catalogue import Catalogue
from helpers.catalogue.catalogue import is_country
from helpers.catalogue.models import NATIONAL, NATIONAL_NAME, Indicator, Municipality, Survey, Unit
from helpers.data import csv_files
from helpers.data.editions import typed_folder
from helpers.data.files import write_whole
from helpers.data.text import fold
from helpers.errors import PlanError, Problem
from helpers.intake import BlankMark, Reading, TypedRow, TypedTable, Wrong, read_table, strays, typed_files
from helpers.intake.table import typed_ending, typed_file
from helpers.letters import did_you_mean
from helpers.periods import Period, window
from helpers.project import MANUAL, Project
from helpers.sources.milestones import MILESTONE_COLUMNS, milestones, read_milestones

SERIES_COLUMNS: Final = ("periode", "område", "serie", "værdi", "kilde")
SURVEY_COLUMNS: Final = ("spørgsmål", "svar", "kilde", "dato")
"""The head of a typed-in file; ``omraade``, ``vaerdi`` and ``spoergsmaal`` are the same words."""

_PROJECT_COLUMN: Final = "raekke"
"""Files of investment projects lie in the same folder; this column of theirs tells them apart."""

Read = TypeVar("Read")
_Seen = dict[object, tuple[Decimal | None, str]]
"""Place of a figure → its value, and where it stands."""

_SERIES_HEAD: Final = (("periode", "vaerdi"), ("omraade", "serie", "kilde"))


@dataclass(frozen=True)
class TypedValue:
    """One typed-in value of a series, in the series' unit."""

    indicator: str
    series: str
    area: str
    """The municipality's code, or ``dk``."""
    period: Period
    value: Decimal | None
    """None where it was typed in that the figure is suppressed (``*``, ``<3``)."""
    # Where it stands, for messages; the row as Excel counts.
    file: str
    row: int


@dataclass(frozen=True)
class TypedSeries:
    """What a municipality typed in for indicators, and what could not be read."""

    values: tuple[TypedValue, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class SurveyAnswers:
    """The newest round of a survey."""

    survey: str
    period: Period | None
    """The month it was made; none when no date was typed in."""
    answers: Mapping[str, Decimal]
    """Question key → share of satisfied answers, in the survey's unit; absent where there is no answer."""
    source: str | None
    """Where the answers were taken from, in the typist's words."""
    problems: tuple[Problem, ...]


def manual_path(project: Project, municipality: Municipality, key: str) -> Path:
    """Where the figures of an indicator or survey are typed in."""
    return typed_folder(project, municipality.slug) / f"{key}.csv"


def read_series(project: Project, catalogue: Catalogue, municipality: Municipality) -> TypedSeries:
    """Everything a municipality typed in for indicators.

    Returns
    -------
    TypedSeries
        Every value that could be read, in the files' order, each place once; and every problem, files that nobody reads
        among them.
    """
    folder = typed_folder(project, municipality.slug)
    values: list[TypedValue] = []
    problems = strays(folder, project.relative(folder))
    keys = {key.casefold(): key for key in (*catalogue.indicators, *catalogue.surveys)}
    for typed_key, paths in typed_files(folder).items():
        key = keys.get(typed_key.casefold(), typed_key)
        problems += [
            Problem(
                project.relative(path),
                f"{paths[0].name} holds the same figures, and is read instead.",
                "Keep one of the two files.",
            )
            for path in paths[1:]
        ]
        if key in catalogue.surveys or key.casefold() in catalogue.plans:
            continue
        path, name = paths[0], project.relative(paths[0])
        indicator = catalogue.indicators.get(key)
        sheets = [indicator.key, *_series_names(indicator, municipality)] if indicator else []
        tables, found = read_table(path, name, *_SERIES_HEAD, sheets=sheets)
        if any(_PROJECT_COLUMN in table.columns for table in tables):
            continue
        if indicator is None:
            problems.append(_no_such_key(name, typed_key, catalogue))
            continue
        problems += found
        seen: _Seen = {}
        for table in tables:
            reader = _SeriesReader(table, catalogue, indicator, municipality, seen)
            values.extend(reader.values())
            problems.extend(reader.problems)
    return TypedSeries(tuple(values), tuple(problems))


def read_survey(
    project: Project,
    catalogue: Catalogue,
    municipality: Municipality,
    survey: Survey,
    *,
    bound: Period | None = None,
) -> SurveyAnswers | None:
    """The newest round of a survey, no later than `bound`; none when nothing is typed in."""
    path = typed_file(typed_folder(project, municipality.slug), survey.key)
    if path is None:
        return None
    name = project.relative(path)
    tables, problems = read_table(path, name, ("spoergsmaal", "svar"), ("kilde", "dato"), sheets=[survey.key])
    reader = _SurveyReader(tables[0], catalogue, survey, municipality)
    rounds = reader.rounds()
    problems.extend(reader.problems)
    wanted = [period for period in rounds if bound is None or period is None or period.within(bound)]
    if not wanted:
        return SurveyAnswers(survey.key, None, {}, None, tuple(problems))
    newest = max(wanted, key=lambda period: -1 if period is None else period.ordinal)
    answers, source = rounds[newest]
    return SurveyAnswers(survey.key, newest, answers, source, tuple(problems))


def typed_problems(project: Project, catalogue: Catalogue, municipality: Municipality) -> tuple[Problem, ...]:
    """Everything that is wrong with what a municipality typed in for indicators and surveys."""
    found = list(read_series(project, catalogue, municipality).problems)
    for survey in catalogue.surveys.values():
        answers = read_survey(project, catalogue, municipality, survey)
        found += answers.problems if answers is not None else ()
    for plan in catalogue.plans.values():
        found += read_milestones(project, municipality, plan).problems
    return tuple(found)


def misplaced(project: Project, catalogue: Catalogue) -> list[Problem]:
    """Files that lie where no typed-in file is read: one folder too high, or in a folder of no municipality."""
    manual = project.raw / MANUAL
    slugs = {municipality.slug for municipality in catalogue.municipalities}
    problems = []
    for path in (*sorted(project.raw.glob("*.*")), *sorted(manual.glob("*"))):
        name = project.relative(path)
        if path.is_file() and typed_ending(path):
            do = "Move it into the folder of its municipality: data/raw/manual/<slug>/."
            problems.append(Problem(name, "A file that lies here is not read.", do))
        elif path.parent == manual and path.is_dir() and path.name not in slugs:
            meant = catalogue.find_municipality(path.name)
            near = f'Did you mean "{meant.slug}"?' if meant else did_you_mean(path.name, slugs)
            what = f'"{path.name}" is no municipality\'s slug. {near}'.strip()
            problems.append(Problem(name, what, "Name the folder after one of `plan list municipalities`."))
    return problems


def write_template(
    project: Project, catalogue: Catalogue, municipality: Municipality, key: str, *, today: date | None = None
) -> Path:
    """Write an empty file for an indicator or survey, with a row for each figure to fill in.

    Parameters
    ----------
    key
        Of an indicator or a survey of the catalogue, or of a plan: then for its milestones.
    today
        The rows of a series end in the last period that is over by this day.

    Raises
    ------
    PlanError
        When there is no such indicator or survey, or the file exists (it is never overwritten).
    """
    path = manual_path(project, municipality, key)
    name = project.relative(path)
    if (survey := catalogue.surveys.get(key)) is not None:
        head: Sequence[str] = SURVEY_COLUMNS
        rows = [[question, "", "", ""] for question in catalogue.questions(survey, municipality).values()]
    elif (indicator := catalogue.indicators.get(key)) is not None:
        head = SERIES_COLUMNS
        rows = _series_rows(indicator, municipality, today or date.today())
    elif (plan := catalogue.plans.get(key)) is not None:
        if not milestones(plan):
            raise PlanError.of(name, f"{key} has no milestone, so there is nothing to type in.")
        head, rows = MILESTONE_COLUMNS, [[name, "", "", ""] for name in milestones(plan)]
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


class _Reader:
    """What the two kinds of typed-in files have in common: problems are collected, never raised."""

    def __init__(self, table: TypedTable, numbers: str, periods: str) -> None:
        self.table = table
        self.problems: list[Problem] = []
        self._numbers, self._periods = table.numbers(numbers), table.periods(periods)

    def wrong(self, row: TypedRow, column: str, what: str, do: str = "") -> None:
        self.problems.append(Problem(self.table.where(row, column), what, do))

    def number(self, row: TypedRow, column: str, unit: Unit, decimals: int) -> Reading | None:
        """What a cell holds; none when it is wrong, which is noted."""
        most = Decimal(100) if unit is Unit.PERCENT else None
        whole = unit is Unit.PERSONS or decimals == 0
        found = self._read(row, column, self._numbers.read(row[column], whole=whole, most=most))
        if found is None or (value := found.value) is None:
            return found
        if value < 0 or (most is not None and value > most):
            limits = "between 0 and 100 per cent" if most is not None else "0 or more"
            self.wrong(
                row, column, f'"{row[column]}" cannot be: the figure is {limits}.', "Is a comma missing?"
            )
        elif unit is Unit.PERSONS and value != value.to_integral_value():
            self.wrong(row, column, f'"{row[column]}" is no whole number, but persons are counted.')
        elif found.percent and unit is not Unit.PERCENT:
            self.wrong(row, column, f'"{row[column]}" is in per cent, but the series counts in {unit.value}.')
        elif self.table.english and value == value.to_integral_value() and row["kilde"].isdigit():
            # 27,1 without quotes, in a file whose cells are parted by commas.
            both = f"{row[column]},{row['kilde']}"
            self.wrong(
                row, column, f'"{both}" is two cells here.', f'Write "{both}" in quotes, or with a point.'
            )
        else:
            return found
        return None

    def period(self, row: TypedRow, column: str) -> Period | None:
        return self._read(row, column, self._periods.read(row[column]))

    def _read(self, row: TypedRow, column: str, found: Read | Wrong) -> Read | None:
        if isinstance(found, Wrong):
            self.wrong(row, column, found.what, found.do)
            return None
        return found

    def choice(
        self, row: TypedRow, column: str, choices: Mapping[str, str], shown: Iterable[str]
    ) -> str | None:
        """The key that a cell names, among folded names → keys."""
        found = choices.get(fold(row[column]))
        if found is None:
            self.unknown(row, column, list(shown))
        return found

    def unknown(self, row: TypedRow, column: str, allowed: Sequence[str]) -> None:
        what = f'"{row[column]}" is unknown. {did_you_mean(row[column], allowed)}'.strip()
        self.wrong(
            row, column, what if row[column] else "The cell is empty.", f"Write one of: {', '.join(allowed)}."
        )

    def once(self, seen: _Seen, place: object, value: Decimal | None, row: TypedRow, column: str) -> bool:
        """Whether a place is met for the first time; two different values for it are a problem."""
        here = self.table.where(row, column)
        before, where = seen.setdefault(place, (value, here))
        if where != here and before != value:
            first = where.removeprefix(f"{self.table.name}: ").removesuffix(f", column {column}").capitalize()
            self.wrong(
                row,
                column,
                f"{first} says {before} for the same figure; that one is used.",
                "Remove one of the two rows.",
            )
        return where == here

    def fraction(self, row: TypedRow, column: str, value: Decimal) -> None:
        """Ask about a percentage that looks like a fraction."""
        meant = f"{(value * 100).normalize():f}".replace(".", ",")
        self.wrong(
            row,
            column,
            f'Is "{row[column]}" {meant} per cent, typed as a fraction? The figures are in per cent.',
            f'Write {meant}; or "{row[column]} %", if it is no more than one per cent.',
        )


class _SeriesReader(_Reader):
    def __init__(
        self,
        table: TypedTable,
        catalogue: Catalogue,
        indicator: Indicator,
        municipality: Municipality,
        seen: _Seen,
    ) -> None:
        super().__init__(table, "vaerdi", "periode")
        self.catalogue = catalogue
        self.indicator = indicator
        self.municipality = municipality
        self.seen = seen
        self.series = _series_names(indicator, municipality)
        sheet = self.series.get(fold(table.sheet))
        if sheet is not None or len(indicator.series) == 1:
            self.series[fold("")] = sheet or next(iter(indicator.series))

    def area(self, row: TypedRow) -> str | None:
        """The code of the municipality, or of the country; other areas are noted."""
        text = row["omraade"]
        if not text:
            return self.municipality.code
        if is_country(text):
            return NATIONAL
        if self.catalogue.find_municipality(text) == self.municipality:
            return self.municipality.code
        self.unknown(row, "omraade", (self.municipality.name, NATIONAL_NAME))
        return None

    def values(self) -> list[TypedValue]:
        groups: dict[tuple[str, str], list[tuple[TypedRow, TypedValue, bool]]] = {}
        for row in self.table.rows:
            read = self._row(row)
            if read is not None:
                groups.setdefault((read[1].series, read[1].area), []).append(read)
        kept = []
        for group in groups.values():
            asked = self._fractions(group)
            for row, value, _ in group:
                place = (value.series, value.area, value.period)
                if row in asked and value.value is not None:
                    self.fraction(row, "vaerdi", value.value)
                elif self.once(self.seen, place, value.value, row, "vaerdi"):
                    kept.append(value)
        return sorted(kept, key=lambda value: value.row)

    def _fractions(self, group: Sequence[tuple[TypedRow, TypedValue, bool]]) -> list[TypedRow]:
        """The rows of a percentage when all of it lies at one or below, with more decimals than the series has."""
        series = group[0][1].series
        known = [(row, value.value) for row, value, percent in group if value.value and not percent]
        if self.indicator.unit_of(series) is not Unit.PERCENT or any(value > 1 for _, value in known):
            return []
        finer = Decimal(1).scaleb(-self.indicator.decimals_of(series))
        return [row for row, _ in known] if any(value % finer for _, value in known) else []

    def _row(self, row: TypedRow) -> tuple[TypedRow, TypedValue, bool] | None:
        series = self.choice(row, "serie", self.series, self.indicator.series)
        area = self.area(row)
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
            return None
        unit, decimals = self.indicator.unit_of(series), self.indicator.decimals_of(series)
        found = self.number(row, "vaerdi", unit, decimals)
        if area is None or period is None or found is None or found.mark is BlankMark.MISSING:
            return None
        if period.first_day > date.today():
            self.wrong(
                row,
                "periode",
                f'"{row["periode"]}" is still to come, and cannot have a figure.',
                "Mend the period.",
            )
            return None
        value = TypedValue(
            self.indicator.key,
            series,
            area,
            period,
            found.value,
            self.table.name,
            row.number,
        )
        return row, value, found.percent


class _SurveyReader(_Reader):
    def __init__(
        self, table: TypedTable, catalogue: Catalogue, survey: Survey, municipality: Municipality
    ) -> None:
        super().__init__(table, "svar", "dato")
        self.survey = survey
        self.shown = catalogue.questions(survey, municipality)
        self.questions = {
            fold(text): key
            for texts in (self.shown, survey.questions, {key: key for key in survey.questions})
            for key, text in texts.items()
        }

    def rounds(self) -> dict[Period | None, tuple[dict[str, Decimal], str | None]]:
        """The month of each round → its answers and their source."""
        found: dict[Period | None, tuple[dict[str, Decimal], str | None]] = {}
        seen: _Seen = {}
        for row in self.table.rows:
            question = self.choice(row, "spoergsmaal", self.questions, self.shown.values())
            reading = self.number(row, "svar", self.survey.unit, self.survey.decimals)
            month = self.period(row, "dato") if row["dato"] else None
            if (
                question is None
                or reading is None
                or reading.value is None
                or (row["dato"] and month is None)
            ):
                continue
            value = reading.value
            if self.survey.unit is Unit.PERCENT and 0 < value <= 1 and not reading.percent:
                self.fraction(row, "svar", value)
            elif self.once(seen, (question, month), value, row, "svar"):
                answers, source = found.get(month, ({}, None))
                answers[question] = value
                found[month] = (answers, source or row["kilde"] or None)
        return found


def _series_names(indicator: Indicator, municipality: Municipality) -> dict[str, str]:
    """Folded names a series may be called by: its key, and its name in the figure's legend."""
    names = {fold(key): key for key in indicator.series}
    for key, series in indicator.series.items():
        for name in (municipality.name, NATIONAL_NAME):
            names.setdefault(fold(series.label.replace("{area}", name)), key)
    return names


def _no_such_key(where: str, key: str, catalogue: Catalogue) -> Problem:
    keys = [*catalogue.indicators, *catalogue.surveys]
    return Problem(
        where,
        f'"{key}" is no indicator and no survey. {did_you_mean(key, keys)}'.strip(),
        "A typed-in file is named after a key of catalogue/indicators.yml or catalogue/surveys.yml, or after a plan; "
        "`plan list indicators` prints them.",
    )


def _series_rows(indicator: Indicator, municipality: Municipality, today: date) -> list[list[str]]:
    now = Period.month(today.year, today.month)
    newest = Period(indicator.frequency, now.ordinal * indicator.frequency.per_year // 12).shift(-1)
    return [
        [period.id, area, key, "", ""]
        for key, series in indicator.series.items()
        for area in ((municipality.name, NATIONAL_NAME) if series.national else (municipality.name,))
        for period in window(newest, numbers=indicator.published_in)
    ]
