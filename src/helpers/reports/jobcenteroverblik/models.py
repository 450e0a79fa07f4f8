"""The Jobcenteroverblik as a template: job centres, clusters, sections, 26 figures, ten tiles and the table.

In: ``catalogue/overview.yml``, ``areas/jobcentres.csv``, ``areas/clusters/<kind>.csv`` and ``published/``.
Out: one frozen :class:`Jobcenteroverblik`, its references checked; what is wrong is told with file and line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from helpers.catalogue.documents import Document, Loc, did_you_mean, read_document
from helpers.catalogue.explain import read_entry
from helpers.catalogue.models import (
    Certainty,
    Comparison,
    Model,
    Municipality,
    Number,
    PeriodId,
)
from helpers.catalogue.tables import read_rows
from helpers.errors import PlanError, Problem
from helpers.project import Project

if TYPE_CHECKING:
    from helpers.catalogue import Catalogue

M = TypeVar("M", bound=Model)

FIGURES = 26
"""Figures of the template, as in STAR's report of February 2017."""

_CENTRES = ("jobcentre", "slug", "municipalities", "certainty", "source")
_CENTRE_FIELDS = {"jobcentre": "name", "municipalities": "codes"}
_CLUSTERS = ("cluster", "municipality")
_ROWS = ("row", "full_time_persons", "share", "group_share", "change", "group_change")
_TILES = ("figure", "place", "of", "printed_scope", "scope", "change")


def _words(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


def _codes(value: object) -> object:
    return tuple(value.split("+")) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Area(Model):
    """What is ranked: a job centre, or one municipality of a joint one.

    Attributes
    ----------
    slug
        Names its folder; unique among job centres and municipalities.
    codes
        The three-digit codes of its municipalities.
    """

    name: str
    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    codes: Annotated[tuple[str, ...], BeforeValidator(_codes)] = Field(min_length=1)

    @property
    def joint(self) -> bool:
        """Whether several municipalities share it, so that its figures have to be put together."""
        return len(self.codes) > 1


class JobCentre(Area):
    """One of the 94. `certainty` and `source` say how well it is known that a joint one is joint."""

    certainty: Certainty | None = None
    source: str | None = None


class Missing(Model):
    """Why a figure cannot be shown, and the words to give to ``plan find``."""

    what: str
    find: Words


class TemplateFigure(Model):
    """One of the 26 figures.

    Attributes
    ----------
    role
        ``aim`` (sigtelinje), ``step`` (implementeringsindikator), ``minister`` (ministermål) or ``overview``.
    heading, title, note
        As printed in 2017: what is to be achieved, what is measured, and the remark on it.
    comparison
        Whom it is compared with; none when the indicator's own rule holds.
    cluster
        Kind of cluster, for a framework figure.
    indicator, differs
        What is measured today, and how that differs from the printed title.
    missing
        Why no table is known for the indicator; shown where it has no figures.
    table
        Whether it is the table of figure 2.
    """

    number: int = Field(ge=1, le=FIGURES)
    role: Literal["overview", "aim", "step", "minister"]
    heading: str
    title: str
    note: str | None = None
    comparison: Comparison | None = None
    cluster: str | None = None
    indicator: str | None = None
    differs: str | None = None
    missing: Missing | None = None
    table: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> TemplateFigure:
        if (self.indicator is not None) == self.table or (self.missing is not None and self.table):
            raise ValueError(
                "a figure has an indicator (with missing, where no table is known) or is the table"
            )
        return self


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
    """A row of the table in figure 2.

    Attributes
    ----------
    label
        As printed in 2017.
    today
        What stands there today, where that is part of another benefit.
    grouped, shared
        Whether the group's columns and the share are shown.
    """

    key: str
    label: str
    indicator: str
    today: str | None = None
    grouped: bool = True
    shared: bool = True


class TemplateTable(Model):
    """Rows, printed footnote and today's remark of figure 2."""

    rows: tuple[TemplateRow, ...] = Field(min_length=1)
    footnote: str
    today: str


class FrameworkVariable(Model):
    """A framework condition that computed groups are made by.

    Attributes
    ----------
    not_for
        Kinds of clusters it is left out for, because their figures show the same.
    log
        Whether its logarithm counts: for sizes, where ratios matter.
    """

    label: str
    indicator: str
    series: str
    not_for: tuple[str, ...] = ()
    log: bool = False


class JointShare(Model):
    """Counts that a joint job centre's share is made of: series of the same indicator."""

    part: tuple[str, ...] = Field(min_length=1)
    base: tuple[str, ...] = Field(min_length=1)


class JointRules(Model):
    """How shares of joint job centres are made; see ``overview.yml``."""

    population: str = Field(pattern=r"^[a-z0-9-]+\.[a-z_]+$")
    of_population: tuple[str, ...] = ()
    of_counts: dict[str, JointShare] = Field(default_factory=dict)


class Printed(Model):
    """Which report is kept as it was printed, and the names of its files."""

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
    computed: str


class Template(Model):
    """``catalogue/overview.yml`` as written."""

    key: str
    title: str
    example_date: date
    source: str
    published: tuple[Printed, ...] = ()
    delay_months: int = Field(ge=0, le=12)
    ten_best: int = Field(ge=1)
    default_group: Literal["computed", "region", "kommunegruppe"]
    group_size: int = Field(ge=1)
    group_months: int = Field(ge=1)
    clusters: dict[str, str] = Field(min_length=1)
    framework: tuple[FrameworkVariable, ...]
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
    printed_scope
        The word printed after "i": *klyngen* or *landet*.
    scope
        Our reading, where the number and the rule of comparison say otherwise; ``uvis`` when those disagree.
    """

    figure: int
    place: int | None = None
    of: int | None = None
    printed_scope: str | None = None
    scope: str | None = None
    change: int | None = None


class PrintedReport(Model):
    """One report as printed."""

    area: str
    period: PeriodId
    table_period: PeriodId
    rows: tuple[PrintedRow, ...]
    tiles: tuple[PrintedTile, ...]

    def row(self, key: str) -> PrintedRow | None:
        return next((row for row in self.rows if row.row == key), None)


class Jobcenteroverblik(Model):
    """The template with its job centres, cluster files and printed reports.

    Attributes
    ----------
    centres
        The job centres, in the order of the municipalities.
    memberships
        Kind → municipality's code → name of its cluster; only kinds with a file in ``areas/clusters/``.
    official
        Municipality's code → its group in ``areas/kommunegrupper.csv``, where figures are compared within these.
    """

    template: Template
    centres: tuple[JobCentre, ...]
    municipalities: tuple[Municipality, ...]
    memberships: dict[str, dict[str, str]] = Field(default_factory=dict)
    official: dict[str, str] = Field(default_factory=dict)
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
        found += [variable.indicator for variable in self.template.framework]
        found.append(self.template.joint.population.partition(".")[0])
        return tuple(dict.fromkeys(found))

    def centre_of(self, code: str) -> JobCentre:
        """The job centre of a municipality."""
        return next(centre for centre in self.centres if code in centre.codes)

    def printed(self, area: Area, period: object) -> PrintedReport | None:
        """The report of that area and month as it was printed, where the catalogue holds it."""
        return next((p for p in self.published if p.area == area.slug and p.period == period), None)

    def area(self, text: str, catalogue: Catalogue) -> Area:
        """A job centre or municipality by name, code or slug, in any case.

        A municipality that shares its job centre stands for itself; the joint one has a name of its own
        (``Vallensbæk/Ishøj``, in either order).

        Raises
        ------
        PlanError
            With the nearest names, when there is no such area.
        """
        wanted = _folded(text)
        for centre in self.centres:
            if wanted in (_folded(centre.name), centre.slug.replace("-", "")) or wanted == _folded(
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
        return Area(name=municipality.name, slug=municipality.slug, codes=(municipality.code,))

    def competitors(self, area: Area) -> tuple[Area, ...]:
        """The job centres that `area` is compared with: all but itself, and but a joint one it is part of."""
        return tuple(centre for centre in self.centres if not set(centre.codes) & set(area.codes))


def _folded(text: str) -> str:
    plain = text.casefold().removeprefix("jobcenter").replace(" og ", "/")
    return "".join(letter for letter in plain if letter.isalnum() or letter == "/").removesuffix("kommune")


# ---------------------------------------------------------------------------------------------- reading


def template_stamp(project: Project) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the files that the template is read from; moves when one of them does."""
    folder = project.catalogue
    patterns = (
        "overview.yml",
        "areas/jobcentres.csv",
        "areas/kommunegrupper.csv",
        "areas/clusters/*.csv",
        "published/*.csv",
    )
    files = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    return tuple((path.as_posix(), path.stat().st_mtime_ns, path.stat().st_size) for path in files)


def load_jobcenteroverblik(project: Project, catalogue: Catalogue) -> Jobcenteroverblik:
    """The Jobcenteroverblik's template, with all that belongs to it.

    Raises
    ------
    PlanError
        With every problem of its files, each with file, line and key.
    """
    document = read_document(project, project.catalogue / "overview.yml")
    problems = document.problems
    template = read_entry(Template, document.data, document) if not problems else None
    if template:
        _check_references(document, template, catalogue)
    municipalities = tuple(catalogue.municipalities)
    centres = _job_centres(project, municipalities, problems)
    memberships: dict[str, dict[str, str]] = {}
    published: list[PrintedReport] = []
    official: dict[str, str] | None = None
    if template and centres:
        if template.default_group == "kommunegruppe":
            path = project.catalogue / "areas" / "kommunegrupper.csv"
            official = _cluster_file(project, path, centres, municipalities, problems, whole=False)
            if official is None and not problems:
                document.problem(("default_group",), f"There is no {project.relative(path)}.")
        for kind in template.clusters:
            path = project.catalogue / "areas" / "clusters" / f"{kind}.csv"
            found = _cluster_file(project, path, centres, municipalities, problems)
            if found:
                memberships[kind] = found
        _strange_cluster_files(project, template, problems)
        for printed in template.published:
            published.append(_published(project, printed, template, problems))
    if problems or template is None:
        raise PlanError(problems)
    return Jobcenteroverblik(
        template=template,
        centres=centres,
        municipalities=municipalities,
        memberships=memberships,
        official=official or {},
        published=tuple(published),
    )


def _check_references(document: Document, template: Template, catalogue: Catalogue) -> None:
    def indicator(key: str, place: tuple[str | int, ...]) -> None:
        if key not in catalogue.indicators:
            document.problem(
                place,
                f'"{key}" is no indicator. {did_you_mean(key, catalogue.indicators)}'.strip(),
                "Indicators are the keys of catalogue/indicators.yml and catalogue/indicators/*.yml.",
            )

    def series(key: str, name: str, place: tuple[str | int, ...]) -> None:
        indicator(key, place)
        known = catalogue.indicators[key].series if key in catalogue.indicators else None
        if known is not None and name not in known:
            document.problem(place, f'"{key}" has no series "{name}".', f"It has: {', '.join(known)}.")

    def kind(name: str, place: tuple[str | int, ...]) -> None:
        if name not in template.clusters:
            document.problem(
                place,
                f'"{name}" is no kind of cluster. {did_you_mean(name, template.clusters)}'.strip(),
                f"Kinds are the keys under clusters: {', '.join(template.clusters)}.",
            )

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
            if rule is Comparison.FRAMEWORK and not figure.cluster and not figure.missing:
                document.problem(here, "A figure compared with a group needs to say which kind: cluster.")
    for at, tile in enumerate(template.tiles):
        if tile.figure not in numbers:
            document.problem(
                ("tiles", at, "figure"), f"There is no figure {tile.figure}.", "Tiles show figures."
            )
    for at, row in enumerate(template.table.rows):
        series(row.indicator, "count", ("table", "rows", at, "indicator"))
    for at, variable in enumerate(template.framework):
        series(variable.indicator, variable.series, ("framework", at, "indicator"))
        for name in variable.not_for:
            kind(name, ("framework", at, "not_for"))
    series(*_split(template.joint.population), ("joint", "population"))
    for at, key in enumerate(template.joint.of_population):
        series(key, "count", ("joint", "of_population", at))
    for key, rule_ in template.joint.of_counts.items():
        for name in (*rule_.part, *rule_.base):
            series(key, name, ("joint", "of_counts", key))


def _split(reference: str) -> tuple[str, str]:
    indicator, _, series = reference.partition(".")
    return indicator, series


def _job_centres(
    project: Project, municipalities: tuple[Municipality, ...], problems: list[Problem]
) -> tuple[JobCentre, ...]:
    known = {municipality.code for municipality in municipalities}
    path = project.catalogue / "areas" / "jobcentres.csv"
    rows, found = read_rows(project, path, _CENTRES)
    problems.extend(found)
    seen: dict[str, str] = {}
    centres: list[JobCentre] = []
    for row in rows:
        entry = {_CENTRE_FIELDS.get(column, column): text for column, text in row.cells.items()}
        centre = _read_row(JobCentre, entry, row.where, problems)
        if centre is None:
            continue
        for code in centre.codes:
            if code not in known:
                problems.append(Problem(row.where, f'"{code}" is no municipality\'s code.'))
            elif code in seen:
                problems.append(Problem(row.where, f"{code} is already in {seen[code]}."))
            seen.setdefault(code, row.where)
        centres.append(centre)
    absent = [municipality.name for municipality in municipalities if municipality.code not in seen]
    if absent and not problems:
        problems.append(
            Problem(project.relative(path), f"Municipalities without a job centre: {', '.join(absent)}.")
        )
    return tuple(centres)


def _cluster_file(
    project: Project,
    path: Path,
    centres: tuple[JobCentre, ...],
    municipalities: tuple[Municipality, ...],
    problems: list[Problem],
    *,
    whole: bool = True,
) -> dict[str, str] | None:
    """Cluster of every municipality's code; none when there is no file. Job centres lie in one cluster if `whole`."""
    if not path.is_file():
        return None
    rows, wrong = read_rows(project, path, _CLUSTERS)
    problems.extend(wrong)
    if wrong:
        return None
    names = _area_names(centres, municipalities)
    by_code = {municipality.code: municipality.name for municipality in municipalities}
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    before = len(problems)
    for row in rows:
        cluster, written = row.cells.get("cluster"), row.cells.get("municipality")
        if not cluster or not written:
            problems.append(Problem(row.where, "A row needs both a cluster and a municipality."))
            continue
        codes = names.get(_folded(written))
        if codes is None:
            hint = did_you_mean(written, [*by_code.values(), *(c.name for c in centres if c.joint)])
            problems.append(
                Problem(
                    row.where,
                    f'"{written}" is no municipality or job centre. {hint}'.strip(),
                    "Names are those of catalogue/areas/municipalities.csv.",
                )
            )
            continue
        for code in codes:
            if code in places:
                problems.append(
                    Problem(
                        row.where,
                        f"{by_code[code]} is already in cluster {found[code]} ({places[code]}).",
                        "In one kind, an area belongs to one cluster.",
                    )
                )
                continue
            found[code], places[code] = cluster, row.where
    absent = [name for code, name in by_code.items() if code not in found]
    if absent and len(problems) == before:
        problems.append(
            Problem(
                rows[-1].where if rows else project.relative(path),
                f"Left out: {', '.join(absent)}.",
                "Every municipality belongs to a cluster of each kind.",
            )
        )
    for centre in centres:
        placed = sorted({found[code] for code in centre.codes if code in found})
        if whole and len(placed) > 1:
            problems.append(
                Problem(
                    places[centre.codes[-1]],
                    f"{centre.name} share a job centre, but lie in the clusters {' and '.join(placed)}.",
                    "Put both into one, or write the job centre's name once.",
                )
            )
    return found


def _area_names(
    centres: tuple[JobCentre, ...], municipalities: tuple[Municipality, ...]
) -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for centre in centres:
        if centre.joint:
            names[_folded(centre.name)] = centre.codes
            names[_folded("/".join(reversed(centre.name.split("/"))))] = centre.codes
    for municipality in municipalities:
        for text in (municipality.name, municipality.code, municipality.slug):
            names[_folded(text)] = (municipality.code,)
    return names


def _strange_cluster_files(project: Project, template: Template, problems: list[Problem]) -> None:
    kinds = template.clusters
    for path in sorted((project.catalogue / "areas" / "clusters").glob("*.csv")):
        if path.stem not in kinds:
            problems.append(
                Problem(
                    project.relative(path),
                    f'"{path.stem}" is no kind of cluster. {did_you_mean(path.stem, kinds)}'.strip(),
                    f"Kinds are {', '.join(template.clusters)}.",
                )
            )


def _published(
    project: Project, printed: Printed, template: Template, problems: list[Problem]
) -> PrintedReport:
    rows = _printed_file(project, f"{printed.files}-table.csv", PrintedRow, _ROWS, problems)
    tiles = _printed_file(project, f"{printed.files}-tiles.csv", PrintedTile, _TILES, problems)
    _check_printed(printed, [row.row for row in rows], [row.key for row in template.table.rows], problems)
    figures = [str(tile.figure) for tile in template.tiles]
    _check_printed(printed, [str(tile.figure) for tile in tiles], figures, problems)
    return PrintedReport(
        area=printed.area,
        period=printed.period,
        table_period=printed.table_period,
        rows=tuple(rows),
        tiles=tuple(tiles),
    )


def _check_printed(
    printed: Printed, read: Sequence[str], known: Sequence[str], problems: list[Problem]
) -> None:
    strange = Counter(read) - Counter(known)
    if strange:
        problems.append(
            Problem(
                f"catalogue/published/{printed.files}",
                f"Not in catalogue/overview.yml, or given twice: {', '.join(strange)}.",
            )
        )


def _printed_file(
    project: Project, name: str, model: type[M], columns: tuple[str, ...], problems: list[Problem]
) -> list[M]:
    rows, wrong = read_rows(project, project.catalogue / "published" / name, columns)
    problems.extend(wrong)
    read = (_read_row(model, row.cells, row.where, problems) for row in rows)
    return [entry for entry in read if entry is not None]


def _read_row(model: type[M], cells: Mapping[str, str], where: str, problems: list[Problem]) -> M | None:
    """One row of a CSV file as a model, or its problems with file, line and column."""
    file, _, line = where.rpartition(":")
    lines: dict[Loc, int] = {(column,): int(line) for column in cells}
    document = Document(file, data=dict(cells), lines={(): int(line), **lines})
    entry = read_entry(model, document.data, document)
    problems.extend(document.problems)
    return entry
