"""The Jobcenteroverblik as a template: job centres, clusters, sections, 26 figures, ten tiles and the table.

In: ``catalogue/jobcenteroverblik.yml`` and ``published/``, with the catalogue's job centres.
Out: one frozen :class:`Jobcenteroverblik`, its references checked; what is wrong is told with file and line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import Field, model_validator

from helpers.catalogue.areas import Area, JobCentre, fold_area
from helpers.catalogue.catalogue import INDICATORS_ARE, fill
from helpers.catalogue.documents import Document, read_document
from helpers.catalogue.explain import read_entry, read_row
from helpers.catalogue.models import (
    Comparison,
    Model,
    Municipality,
    Number,
    PeriodId,
)
from helpers.catalogue.names import Noun
from helpers.catalogue.tables import read_rows
from helpers.errors import PlanError, Problem
from helpers.letters import did_you_mean
from helpers.present.words import capital
from helpers.project import Project

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

M = TypeVar("M", bound=Model)

_FILE = "jobcenteroverblik.yml"

_FIGURES = 26
"""Figures of the template, as in STAR's report of February 2017."""

_ROWS = ("row", "full_time_persons", "share", "group_share", "change", "group_change")
_TILES = ("figure", "place", "of", "printed_scope", "scope", "change")


class TemplateFigure(Model):
    """One of the 26 figures."""

    number: int = Field(ge=1, le=_FIGURES)
    role: Literal["overview", "aim", "step", "minister"]
    """``aim`` (sigtelinje), ``step`` (implementeringsindikator), ``minister`` (ministermål) or ``overview``."""
    short: str | None = None
    """What the page of all municipalities is called; none for a figure without one."""
    # As printed in 2017: what is to be achieved, what is measured, and the remark on it.
    heading: str
    title: str
    note: str | None = None
    comparison: Comparison | None = None
    """Whom it is compared with; none when the indicator's own rule holds."""
    cluster: str | None = None
    """Kind of cluster, for a framework figure."""
    # What is measured today, and how that differs from the printed title, or why it is only the nearest there is.
    indicator: str | None = None
    differs: str | None = None
    nearest: str | None = None
    gone: str | None = None
    """Why nothing measures it any more."""
    table: bool = False
    """Whether it is the table of figure 2."""

    @model_validator(mode="after")
    def _one_source(self) -> TemplateFigure:
        if sum((self.indicator is not None, self.gone is not None, self.table)) != 1:
            raise ValueError("a figure has an indicator, is the table, or says why it is gone")
        if (self.short is None) is not (self.indicator is None):
            raise ValueError(
                "short names the page of all municipalities, which a figure with an indicator has"
            )
        if (self.nearest or self.differs) and (self.indicator is None or (self.nearest and self.differs)):
            raise ValueError("differs or nearest, one of them, goes with an indicator")
        return self

    @property
    def today(self) -> str | None:
        """How what is measured today differs from the printed title; none where it does not."""
        return self.differs or self.nearest


class TemplateSection(Model):
    """A chapter: its text in Danish, its aims and steps, its figures."""

    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    intro: tuple[str, ...]
    aims: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    figures: tuple[TemplateFigure, ...] = Field(min_length=1)


class TemplateTile(Model):
    """A tile of the front page: its heading, and the figure whose rank it shows."""

    figure: int
    heading: str


class TemplateRow(Model):
    """A row of the table in figure 2."""

    key: str
    label: str
    """As printed in 2017."""
    indicator: str
    today: str | None = None
    """What stands there today, where that is part of another benefit."""
    # Whether the group's columns and the share are shown.
    grouped: bool = True
    shared: bool = True


class TemplateTable(Model):
    """Rows, printed footnote and today's remark of figure 2."""

    rows: tuple[TemplateRow, ...] = Field(min_length=1)
    footnote: str
    today: str


class JointShare(Model):
    """Counts that a joint job centre's share is made of: series of the same indicator."""

    part: tuple[str, ...] = Field(min_length=1)
    base: tuple[str, ...] = Field(min_length=1)


class JointRules(Model):
    """How shares of joint job centres are made; see ``jobcenteroverblik.yml``."""

    population: str = Field(pattern=r"^[a-z0-9-]+\.[a-z_]+$")
    of_population: tuple[str, ...] = ()
    of_counts: dict[str, JointShare] = Field(default_factory=dict)

    @property
    def population_series(self) -> tuple[str, str]:
        """Key of the indicator, and name of its series, that counts the population."""
        indicator, _, series = self.population.partition(".")
        return indicator, series


class Printed(Model):
    """Which report is kept as it was printed, the names of its files, and what it calls itself and a job centre."""

    title: str
    office: Noun
    area: str
    period: PeriodId
    table_period: PeriodId
    files: str


class TemplateMethod(Model):
    """Danish paragraphs (Markdown) of the page on data and method; braces hold the template's own numbers."""

    delayed: str
    undelayed: str
    text: tuple[str, ...]
    clusters: str
    official: str
    computed: str


class Template(Model):
    """``catalogue/jobcenteroverblik.yml``, with the names that its texts have in braces filled in."""

    key: str
    title: str
    office: Noun
    """What a job centre is called; a joint one is it and its name (``Jobcenter Vallensbæk/Ishøj``)."""
    example_date: date
    source: str
    published: tuple[Printed, ...] = ()
    delay_months: int = Field(ge=0, le=12)
    ten_best: int = Field(ge=1)
    joint: JointRules
    introduction: tuple[str, ...]
    method: TemplateMethod
    tiles: tuple[TemplateTile, ...] = Field(min_length=1)
    table: TemplateTable
    sections: tuple[TemplateSection, ...] = Field(min_length=1)


class PrintedRow(Model):
    """A row of the printed table; none where it shows a dash. A change of "−0,0" keeps its sign."""

    row: str
    full_time_persons: Number | None = None
    share: Number | None = None
    group_share: Number | None = None
    change: Number | None = None
    group_change: Number | None = None


class PrintedTile(Model):
    """A printed tile.

    Attributes
    ----------
    place, of, change
        None where the tile says that the figure is being prepared. `change` is positive for places gained.
    """

    figure: int
    place: int | None = None
    of: int | None = None
    printed_scope: str | None = None
    """The word printed after "i": *klyngen* or *landet*."""
    scope: str | None = None
    """Our reading, where the number and the rule of comparison say otherwise; ``uvis`` when those disagree."""
    change: int | None = None


class PrintedReport(Printed):
    """One report as printed."""

    rows: tuple[PrintedRow, ...]
    tiles: tuple[PrintedTile, ...]

    @property
    def suffix(self) -> str:
        """What its folder has after the area's name: ``-2017m02``."""
        return f"-{self.period.id.lower()}"


class Jobcenteroverblik(Model):
    """The template with its job centres and printed reports."""

    template: Template
    centres: tuple[JobCentre, ...]
    """The job centres, in the order of the municipalities."""
    municipalities: tuple[Municipality, ...]
    framework: tuple[str, ...] = ()
    """Indicators that computed groups are made by."""
    published: tuple[PrintedReport, ...] = ()

    @property
    def figures(self) -> tuple[TemplateFigure, ...]:
        return tuple(figure for section in self.template.sections for figure in section.figures)

    def figure(self, number: int) -> TemplateFigure:
        return next(figure for figure in self.figures if figure.number == number)

    def section(self, slug: str) -> TemplateSection:
        return next(section for section in self.template.sections if section.slug == slug)

    def section_of(self, number: int) -> TemplateSection:
        return next(s for s in self.template.sections if any(f.number == number for f in s.figures))

    @property
    def indicators(self) -> tuple[str, ...]:
        """Keys of all indicators that the report needs, each once."""
        found = [figure.indicator for figure in self.figures if figure.indicator]
        found += [row.indicator for row in self.template.table.rows]
        found += self.framework
        found.append(self.template.joint.population_series[0])
        return tuple(dict.fromkeys(found))

    def centre_of(self, code: str) -> JobCentre:
        """The job centre of a municipality."""
        return next(centre for centre in self.centres if code in centre.codes)

    def printed(self, area: Area, period: object) -> PrintedReport | None:
        """The report of that area and month as it was printed, where the catalogue holds it."""
        return next((p for p in self.printed_of(area) if p.period == period), None)

    def printed_of(self, area: Area) -> tuple[PrintedReport, ...]:
        """The reports of that area that the catalogue holds as they were printed."""
        return tuple(report for report in self.published if report.area == area.slug)

    def area(self, text: str, catalogue: Catalogue) -> Area:
        """A job centre or municipality by name, code or slug, in any case.

        A municipality that shares its job centre stands for itself; the joint one has a name of its own
        (``Vallensbæk/Ishøj``, in either order).

        Raises
        ------
        PlanError
            With the nearest names, when there is no such area.
        """
        wanted = fold_area(text)
        for centre in self.centres:
            if wanted in (fold_area(centre.name), centre.slug.replace("-", "")) or wanted == fold_area(
                "/".join(reversed(centre.name.split("/")))
            ):
                return centre
        if "/" in text:
            known = [centre.name for centre in self.centres if centre.joint]
            raise PlanError.of(
                text,
                f'"{text}" is no joint job centre. {did_you_mean(text, known)}'.strip(),
                f"Joint job centres (catalogue/areas/jobcentres.csv): {', '.join(known)}.",
            )
        municipality = catalogue.municipality(text)
        centre = self.centre_of(municipality.code)
        if not centre.joint:
            return centre
        return Area.of(municipality)


# ---------------------------------------------------------------------------------------------- reading


def template_stamp(project: Project) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the files that the template is read from; moves when one of them does."""
    folder = project.catalogue
    files = [path for pattern in (_FILE, "published/*.csv") for path in sorted(folder.glob(pattern))]
    return tuple((path.as_posix(), path.stat().st_mtime_ns, path.stat().st_size) for path in files)


def read_jobcenteroverblik(project: Project, catalogue: Catalogue) -> Jobcenteroverblik:
    """The template, read once for a catalogue and again when one of its files has moved."""
    return catalogue.kept(
        "jobcenteroverblik", template_stamp(project), lambda: load_jobcenteroverblik(project, catalogue)
    )


def load_jobcenteroverblik(project: Project, catalogue: Catalogue) -> Jobcenteroverblik:
    """The Jobcenteroverblik's template, with all that belongs to it.

    Raises
    ------
    PlanError
        With every problem of its files, each with file, line and key.
    """
    document = read_document(project, project.catalogue / _FILE)
    problems = document.problems
    template = read_entry(Template, document.data, document) if not problems else None
    if template:
        template = Template.model_validate(_named(document.data, template))
        _check_references(document, template, catalogue)
    published = (
        [_published(project, printed, template, problems) for printed in template.published]
        if template
        else []
    )
    if problems or template is None:
        raise PlanError(problems)
    return Jobcenteroverblik(
        template=template,
        centres=catalogue.centres,
        municipalities=catalogue.municipalities,
        framework=tuple(variable.indicator for variable in catalogue.grouping.rules.framework),
        published=tuple(published),
    )


def _named(value: Any, template: Template) -> Any:
    """What is read from the template, with ``{titel}``, ``{enhed}``, ``{enheden}`` … ``{en}`` (et, en) in its texts filled in."""
    if isinstance(value, Mapping):
        return {key: _named(entry, template) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_named(entry, template) for entry in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    office = template.office
    words = {
        "enhed": office.one,
        "enheder": office.many,
        "enheden": office.the,
        "enhedens": f"{office.the}s",
        "enhederne": office.the_many,
        "enhedernes": f"{office.the_many}s",
        "en": office.agreeing("et", "en"),
    }
    words |= {name.capitalize(): capital(word) for name, word in words.items()}
    return fill(value, titel=template.title, **words)


def _check_references(document: Document, template: Template, catalogue: Catalogue) -> None:
    kinds = catalogue.grouping.rules.clusters

    def indicator(key: str, place: tuple[str | int, ...]) -> None:
        document.known(place, "indicator", key, catalogue.indicators, INDICATORS_ARE)

    def series(key: str, name: str, place: tuple[str | int, ...]) -> None:
        indicator(key, place)
        known = catalogue.indicators[key].series if key in catalogue.indicators else None
        if known is not None and name not in known:
            document.problem(place, f'"{key}" has no series "{name}".', f"It has: {', '.join(known)}.")

    def kind(name: str, place: tuple[str | int, ...]) -> None:
        there = f"Kinds are the keys under clusters of groups.yml: {', '.join(kinds)}."
        document.known(place, "kind of cluster", name, kinds, there)

    numbers: list[int] = []
    for place, section in enumerate(template.sections):
        for at, figure in enumerate(section.figures):
            here = ("sections", place, "figures", at)
            if figure.number in numbers:
                document.problem(
                    (*here, "number"), f"There are two figures {figure.number}.", "Renumber one of them."
                )
            numbers.append(figure.number)
            if figure.indicator:
                indicator(figure.indicator, (*here, "indicator"))
            if figure.cluster:
                kind(figure.cluster, (*here, "cluster"))
            own = catalogue.indicators.get(figure.indicator or "")
            rule = figure.comparison or (own.comparison if own else None)
            if rule is Comparison.FRAMEWORK and figure.indicator and not figure.cluster:
                document.problem(here, "A figure compared with a group needs to say which kind: cluster.")
    for at, tile in enumerate(template.tiles):
        if tile.figure not in numbers:
            document.problem(
                ("tiles", at, "figure"), f"There is no figure {tile.figure}.", "Tiles show figures."
            )
    for at, row in enumerate(template.table.rows):
        series(row.indicator, "count", ("table", "rows", at, "indicator"))
    series(*template.joint.population_series, ("joint", "population"))
    for at, key in enumerate(template.joint.of_population):
        series(key, "count", ("joint", "of_population", at))
    for key, rule_ in template.joint.of_counts.items():
        for name in (*rule_.part, *rule_.base):
            series(key, name, ("joint", "of_counts", key))


def _published(
    project: Project, printed: Printed, template: Template, problems: list[Problem]
) -> PrintedReport:
    rows = _printed_file(project, f"{printed.files}-table.csv", PrintedRow, _ROWS, problems)
    tiles = _printed_file(project, f"{printed.files}-tiles.csv", PrintedTile, _TILES, problems)
    _check_printed(printed, [row.row for row in rows], [row.key for row in template.table.rows], problems)
    figures = [str(tile.figure) for tile in template.tiles]
    _check_printed(printed, [str(tile.figure) for tile in tiles], figures, problems)
    return PrintedReport(**dict(printed), rows=tuple(rows), tiles=tuple(tiles))


def _check_printed(
    printed: Printed, read: Sequence[str], known: Sequence[str], problems: list[Problem]
) -> None:
    strange = Counter(read) - Counter(known)
    if strange:
        problems.append(
            Problem(
                f"catalogue/published/{printed.files}",
                f"Not in catalogue/{_FILE}, or given twice: {', '.join(strange)}.",
            )
        )


def _printed_file(
    project: Project, name: str, model: type[M], columns: tuple[str, ...], problems: list[Problem]
) -> list[M]:
    rows, wrong = read_rows(project, project.catalogue / "published" / name, columns)
    problems.extend(wrong)
    read = (read_row(model, row.cells, row.where, problems) for row in rows)
    return [entry for entry in read if entry is not None]
