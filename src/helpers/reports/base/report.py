"""What any report is: a book for one municipality or job centre, on one basis of figures.

A wing (``reports/<report>/``) derives its report from :class:`Report` and says what is its own; opening, basis,
inputs, fingerprint, fetching, notes on the data and what rendering needs are made here, once.
"""

from __future__ import annotations

import hashlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import date
from functools import wraps
from inspect import isfunction
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, overload

import pandas as pd

from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.documents import unknown
from helpers.catalogue.models import SOURCES, Indicator, Municipality
from helpers.catalogue.names import Noun
from helpers.data.basis import Basis, basis_for
from helpers.data.package import Input
from helpers.data.processed import data_inputs
from helpers.data.raw import RawStore
from helpers.errors import PlanError, Problem
from helpers.letters import address_part
from helpers.periods import Period, danish_day, require_figures
from helpers.present import output
from helpers.present.output import FigurePart, Shown, write_if_changed
from helpers.present.stamp import EXAMPLE_MARK, STAMP_KEY, Stamp
from helpers.present.words import count, listed, source_names
from helpers.present.workbook import WorkSheet, workbook_bytes
from helpers.project import Project, find_project, is_rendering
from helpers.reports.base.names import EXAMPLE_VARIABLE, SNAPSHOT_VARIABLE, VERDICT_FILE
from helpers.reports.base.notes import Measured, bullets, fetched_note, note, shortfall
from helpers.reports.base.own import own_shown
from helpers.reports.base.request import Asked, Selection, SiteEntry, Variant
from helpers.sources.fetch_status import failures_in_danish, fetch_rows

if TYPE_CHECKING:
    from helpers.present.charts import Chart
    from helpers.reports.base.bookfiles import Laid
    from helpers.reports.base.brief import Brief

_PLUMBING = (
    "asked", "entry", "fingerprint", "folder", "kind", "known_periods", "parameters", "problems", "project", "rows",
    "areas_page", "drawing", "drawings", "figure_names", "measured", "own_to_mend", "part_name", "sheets", "snapshot", "stamp",
    "standing_lines", "survey_rows", "window",
)  # fmt: skip
"""Public names of reports that commands and tables need, and nobody who reads a plan."""

T = TypeVar("T")
R = TypeVar("R", bound="Report")


class derived(Generic[T]):
    """A value that follows from a report's figures: made on first use, and anew once others are fetched."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, report: None, owner: type) -> derived[T]: ...

    @overload
    def __get__(self, report: Report, owner: type) -> T: ...

    def __get__(self, report: Report | None, owner: type) -> derived[T] | T:
        if report is None:
            return self
        held, name = report._held, self.make.__name__
        if name not in held:
            held[name] = self.make(report)
        found: T = held[name]
        return found


@dataclass(frozen=True)
class Whom:
    """Whom a report is about."""

    name: str
    long_name: str
    """On the cover: ``Frederikssund Kommune``, ``Jobcenter Vallensbæk/Ishøj``."""
    slug: str
    codes: tuple[str, ...]
    """Of its municipalities; a joint job centre has several."""

    @classmethod
    def municipality(cls, area: Municipality) -> Whom:
        """A municipality."""
        return cls(area.name, area.long_name, area.slug, (area.code,))


class Sheets(Protocol):
    """What the module ``sheets.py`` of a report offers, each for a report of its own kind."""

    def status_sheet(self, report: Any) -> WorkSheet:
        """How everything stands, a row each; one of its columns says for whom."""

    def number_sheets(self, report: Any) -> list[WorkSheet]:
        """The numbers behind it."""

    def sources_sheet(self, report: Any) -> WorkSheet:
        """Where the numbers come from, and what to mind."""


def _stamping(method: Callable[..., Shown]) -> Callable[..., Shown]:
    @wraps(method)
    def shown(self: Report, *given: Any, **named: Any) -> Shown:
        return method(self, *given, **named).stamped(self.stamp)

    return shown


@dataclass(frozen=True, eq=False, repr=False)
class Report(ABC):
    """A report for one municipality or job centre; its public methods are cells of a notebook.

    Reports of the same plan, area, period and basis are equal and hash alike. Methods that give a :class:`Shown` stamp it; they
    are found by their return type.
    """

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        for name, method in list(vars(cls).items()):
            shows = isfunction(method) and method.__annotations__.get("return") in (
                "Shown",
                "output.Shown",
                Shown,
            )
            if shows and not name.startswith("_"):
                setattr(cls, name, _stamping(method))

    kind: ClassVar[str]
    """Key of the report in the registry."""

    project: Project
    catalogue: Catalogue
    _: KW_ONLY
    bound: Period | None = None
    """Newest period to show; none for all."""
    snapshot: date | None = None
    """The day whose figures are shown; none for the newest."""
    example: bool = False
    """Example data are shown, whatever was fetched or typed in, and file names say so."""
    _held: dict[str, Any] = field(default_factory=dict, init=False)

    # ------------------------------------------------------------------------- what each report says

    @property
    @abstractmethod
    def key(self) -> str:
        """What the notebooks' parameter ``plan`` holds."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Title of the book."""

    @property
    @abstractmethod
    def whom(self) -> Whom:
        """Whom the report is about."""

    @property
    @abstractmethod
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators whose figures the report shows, each once."""

    @property
    @abstractmethod
    def example_date(self) -> date:
        """The day that example data pretend to be from."""

    @property
    @abstractmethod
    def folder(self) -> str:
        """Folder of its site below the output, with forward slashes."""

    @abstractmethod
    def _example_note(self) -> str:
        """What the pages say of example data (:func:`helpers.present.words.example_note`), as Markdown."""

    @abstractmethod
    def _shown(self) -> tuple[object, ...]:
        """Everything that decides what the pages show; frames as :func:`frame_hash`."""

    # ------------------------------------------------------------------------------------- identity

    def _identity(self) -> tuple[object, ...]:
        asked = self.bound, self.snapshot, self.example
        return (self.kind, self.project.root, self.catalogue.hash, self.key, self.whom.slug, *asked)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Report) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        basis = "eksempeldata" if self.is_example else f"tal fra {danish_day(self.data_day)}"
        return f"<{self.title}: {self.whom.long_name}, {basis}>"

    def __dir__(self) -> list[str]:
        """What a reader of the report would ask for, for tab completion; the rest can still be called."""
        hidden = {*_PLUMBING, *dir(object)}
        return [name for name in super().__dir__() if not name.startswith("_") and name not in hidden]

    # ------------------------------------------------------------------------------------ the numbers

    @derived
    def basis(self) -> Basis:
        """Real figures (perhaps as of a day) or example data; never both."""
        basis = basis_for(
            self.project,
            self.indicators,
            self.example_date,
            self.snapshot,
            self._surveys(),
            example=self.example,
        )
        if basis.kind == "example":
            self._make_example()
        return basis

    def _make_example(self) -> None:
        from helpers.sources.example import write_example_tables

        given = RawStore(self.project.raw), self.catalogue, self.indicators, self.example_date
        # Once: the generator looks at every one of its snapshots to see whether they are still right.
        name = "example", self.example_date, *(indicator.key for indicator in self.indicators)
        self.catalogue.kept(name, self.project.root, lambda: write_example_tables(*given))

    def _surveys(self) -> Sequence[str]:
        """Keys of the surveys whose answers the report shows."""
        return ()

    @property
    def stamp(self) -> Stamp:
        """Whose figures the report shows."""
        return Stamp(self.kind, self.whom.slug, self.key, self._basis_name, marked=self.example)

    @property
    def _basis_name(self) -> str:
        return self.basis.name

    @property
    def is_example(self) -> bool:
        return self.basis.kind == "example"

    @derived
    def inputs(self) -> tuple[Input, ...]:
        """The tables that the report's figures come from, with when they were fetched."""
        needed = self._tables | {indicator.key for indicator in self.indicators}
        found = data_inputs(self.project, self.catalogue, self.basis)
        return tuple(item for item in found if item.table in needed)

    @property
    def _tables(self) -> frozenset[str]:
        return frozenset(table for indicator in self.indicators for table in indicator.tables)

    @property
    def known_periods(self) -> set[Period]:
        """The periods that any of the report's figures is for."""
        return set()

    def check_period(self) -> None:
        """Refuse a newest period to show that lies outside all figures there are."""
        if self.bound is not None:
            require_figures(self.bound, self.known_periods)

    @property
    def data_day(self) -> date:
        """The report's date: the day of its newest figures, or the one that example data pretend to be from."""
        return max((item.fetched_at.date() for item in self.inputs), default=self.example_date)

    @property
    def fingerprint(self) -> str:
        """A hash over all that the pages show: it moves when one of their numbers does."""
        return hashlib.sha256(repr(self._shown()).encode()).hexdigest()

    @_stamping
    def show(self, made: Any, *, caption: str, alt: str = "") -> Shown:
        """Show a chart or table of one's own on the page; without it, a page refuses what no report made.

        Parameters
        ----------
        made
            A chart of Altair's, or a DataFrame, whose columns are the table's heads.
        alt
            What a chart shows, in a sentence or two, for those who do not see it.
        """
        return own_shown(made, caption, alt)

    # ------------------------------------------------------------------------------------ every page

    def _fetched(self, indicators: Iterable[str]) -> Shown:
        """Bring in what has moved for some indicators, and say which figures the page shows.

        Without a key nothing is asked for; while a report is being rendered neither.
        """
        keys = [key for key in indicators if key in self.catalogue.indicators]
        if is_rendering() or not keys or self.example:
            return self._cover() + self._data_note()
        from helpers.sources.fetch import fetch_for_notebook

        told = fetch_for_notebook(self.project, self.catalogue, keys)
        if told.report is not None:
            self._held.clear()
        return output.text(told.text) + self._data_note()

    @property
    def _dated(self) -> date | None:
        """The date on the cover; none where there is none."""
        return self.data_day

    def _cover(self) -> Shown:
        """Whose page it is, for cover, running head and page title; nothing but while rendering."""
        if not is_rendering():
            return Shown()
        dated = danish_day(self._dated) if self._dated else ""
        return output.cover(self.title, self.whom.long_name, dated)

    def _data_note(self) -> Shown:
        if self.is_example:
            return output.box(
                f"**Eksempeldata.** {self._example_note()}", classes=("data-note", "example-data")
            )
        if not self._tables:
            return note("data-note", f"Tallene er oplyst af {self.whom.long_name}.")
        days = (item.fetched_at.date() for item in self.inputs)
        rows = fetch_rows(self.project, self.indicators, self.snapshot)
        return fetched_note(days, rows, self.snapshot, (self._printed_words(), self._shortfall()))

    _counted: ClassVar[Noun] = Noun.model_validate("mål")
    """What :attr:`measured` counts."""

    @property
    def measured(self) -> Measured:
        """What the report counts, with the indicators that measure it; by default those themselves."""
        return [(indicator.key, [indicator]) for indicator in self.indicators]

    def _shortfall(self) -> str:
        """What a reader must know of fetches that failed, in one line; empty when none did."""
        rows = fetch_rows(self.project, self.indicators, self.snapshot)
        return shortfall(rows, [indicators for _, indicators in self.measured], self._counted)

    def _troubles(self) -> Shown:
        """What failed, table by table, for the page on data and method; nothing when nothing did."""
        told = bullets(self.failures())
        return output.text("Ikke alle tal kunne hentes:", told) if told else Shown()

    def standing_lines(self) -> Iterable[str]:
        """How it stands, line by line, for a terminal."""
        return ()

    def own_to_mend(self) -> Iterable[str | Problem]:
        """What an analyst can mend of it besides its sources, line by line."""
        return ()

    def failures(self) -> tuple[str, ...]:
        """How the last fetches failed, for the page on data and method; nothing where example data are shown."""
        if self.is_example:
            return ()
        return failures_in_danish(fetch_rows(self.project, self.indicators, self.snapshot))

    def _printed_words(self) -> str:
        """How many of the figures a document printed; empty when none."""
        return ""

    def _typed_in_words(self, indicator: Indicator) -> str:
        """That somebody typed in an indicator's figures; empty when nobody did."""
        return ""

    def _source_words(self, indicator: Indicator, *, ids: bool = True) -> str:
        """``Jobindsats, tabel y01b01, hentet den 22. august 2026``; without the tables' `ids` where readers need none."""
        if typed_in := self._typed_in_words(indicator):
            return typed_in
        if self.is_example:
            real = listed(indicator.tables)
            named = f"{source_names([indicator])}, tabel {real}"
            return f"eksempeldata (rigtige tal: {named})" if real and ids else "eksempeldata"
        if not indicator.tables:
            return f"oplyst af {self.whom.name}"
        fetched = {item.table: item.fetched_at.date() for item in self.inputs}
        told: dict[str, list[str]] = {}
        by_day: dict[tuple[str, date | None], list[str]] = {}
        for table, source in indicator.table_sources.items():
            by_day.setdefault((source, fetched.get(table)), []).append(table)
        for (source, day), tables in by_day.items():
            when = "endnu ikke hentet" if day is None else f"hentet den {danish_day(day)}"
            told.setdefault(source, []).append(f"tabel {listed(tables)}, {when}" if ids else when)
        return "; ".join(f"{SOURCES[source].name}, {'; '.join(parts)}" for source, parts in told.items())

    def _source_line(self, indicators: Iterable[Indicator]) -> str:
        """``Kilde: Jobindsats, tabel y01b01, hentet den 22. august 2026.``, each source once."""
        told = dict.fromkeys(map(self._source_words, indicators))
        return f"Kilde: {'; '.join(told)}."

    # ------------------------------------------------------------------------ the figures one by one

    @property
    def figure_names(self) -> tuple[str, ...]:
        """What ``plan figure`` calls the report's figures."""
        return ()

    def _drawing(self, name: str) -> Shown:
        """What the pages show under one of these names."""
        raise NotImplementedError

    def chart(self, name: Any) -> Chart:
        """A figure as an Altair chart to go on with; several of one name stand below each other."""
        from helpers.present.charts import below_each_other

        return below_each_other(self._drawing(str(name)).charts(), f"{self.key}: {name}")

    def frame(self, name: Any) -> pd.DataFrame:
        """The numbers of a figure: `helpers.present.charts.CHART_COLUMNS`."""
        from helpers.present.charts import numbers_of

        return numbers_of(self._drawing(str(name)).charts())

    def drawings(self, name: str) -> tuple[FigurePart, ...]:
        """The figures of one of these names; none when there is nothing to draw."""
        return self._drawing(name).stamped(self.stamp).figures

    def drawing(self, name: str) -> tuple[FigurePart, ...]:
        """The figures of a name that somebody typed.

        Raises
        ------
        PlanError
            When there are none of that name, or they have no numbers.
        """
        where = f"{self.key}: {name}"
        if name not in self.figure_names:
            there = f"Its figures are {', '.join(self.figure_names)}."
            raise PlanError.of(where, unknown("figure of this report", name, self.figure_names), there)
        found = self.drawings(name)
        if not found:
            raise PlanError.of(where, f"There is nothing to draw here for {self.whom.name}.")
        return found

    # ---------------------------------------------------------------------------------- the workbook

    _sheets: ClassVar[Sheets | None] = None
    """None for a report that has no workbook."""

    @property
    def sheets(self) -> Sheets:
        """The module that makes the sheets of its workbook.

        Raises
        ------
        PlanError
            Of a report that has no workbook.
        """
        if self._sheets is None:
            raise PlanError.of(f"plan export ({self.kind})", "This report has no workbook.")
        return self._sheets

    @property
    def workbook_name(self) -> str:
        """Name of the file, without what says that it is made of example data."""
        return f"{self.whom.slug}-{address_part(self.title)}.xlsx"

    def workbook(self) -> bytes:
        """All of it as an Excel workbook."""
        made = self.sheets
        sheets = [made.status_sheet(self), *made.number_sheets(self), made.sources_sheet(self)]
        return workbook_of([self], sheets)

    # -------------------------------------------------------------------------------- the agenda item

    def brief(self) -> Brief:
        """What it knows of an agenda item.

        Raises
        ------
        PlanError
            Of a report that has none.
        """
        raise PlanError.of(
            f"plan brief ({self.kind})",
            "This report judges no goals of a municipality's own, so there is no agenda item to fill in.",
            "Take the whole report along as Word: plan render --to docx.",
        )

    # ---------------------------------------------------------------------------------- for rendering

    @property
    def parameters(self) -> dict[str, str]:
        """Values for the parameters cell of its notebooks."""
        period = self.bound.id if self.bound else ""
        return {"kommune": self.whom.name, "plan": self.key, "periode": period}

    @property
    def _environment(self) -> dict[str, str]:
        told = {SNAPSHOT_VARIABLE: self.snapshot.isoformat()} if self.snapshot else {}
        return {**told, EXAMPLE_VARIABLE: "1"} if self.example else told

    @property
    def entry(self) -> SiteEntry:
        """What the hub says of its site."""
        sources = dict.fromkeys(s for i in self.indicators for s in i.table_sources.values())
        return SiteEntry(self.kind, self.whom.codes, self.whom.name, sources=tuple(sources))

    def asked(self, book: Laid) -> Asked:
        """The report as the rendering room wants it, in a book that was laid out."""
        variant = Variant(
            book=book.folder,
            pages=book.pages,
            slug=self.folder,
            parameters=self.parameters,
            title=f"{EXAMPLE_MARK} {self.title}" if self.stamp.prefix else self.title,
            municipality=self.whom.long_name,
            dated=self._dated,
            environment=self._environment,
            area=self.whom.slug if len(self.whom.codes) == 1 else "",
            inputs=self.fingerprint,
            stamp=self.stamp,
        )
        return Asked(variant, replace(self.entry, basis=self._basis_name), book.notes)

    def _write_verdicts(self, verdicts: Mapping[str, Mapping[str, object]]) -> None:
        """Write how each chapter stands, for the sidebar: notebook → its word and class; only while rendering."""
        if is_rendering():
            told = {notebook: {**entry, STAMP_KEY: self.stamp.data()} for notebook, entry in verdicts.items()}
            write_if_changed(Path.cwd() / VERDICT_FILE, json.dumps(told, ensure_ascii=False, indent=1))


def workbook_of(reports: Sequence[Report], sheets: Iterable[WorkSheet]) -> bytes:
    """Sheets of one report or of several as a workbook, dated by their figures."""
    first = reports[0]
    return workbook_bytes(
        sheets,
        title=first.title,
        author=first.whom.long_name if len(reports) == 1 else "",
        day=max(report.data_day for report in reports),
        example=any(report.is_example for report in reports),
    )


def country_workbook(reports: Sequence[Report]) -> bytes:
    """All reports in one table, and the sources of the first."""
    status = [report.sheets.status_sheet(report) for report in reports]
    title = f"{reports[0].title}: {count(len(reports), 'kommune eller jobcenter', 'kommuner og jobcentre')}"
    rows = [row for sheet in status for row in sheet.rows]
    together = WorkSheet(status[0].name, title, status[0].heads, rows, status[0].notes)
    return workbook_of(reports, [together, reports[0].sheets.sources_sheet(reports[0])])


def frame_hash(frame: pd.DataFrame) -> str:
    """A hash over a frame's rows, without its index."""
    return hashlib.sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()).hexdigest()


def selected_by_notebook(plan: str, periode: str, *, example: bool = False) -> Selection:
    """What a notebook's parameters ask for, in the project it lies in.

    Raises
    ------
    PlanError
        When the period is none, or the catalogue has mistakes: all of them.
    """
    project = find_project()
    catalogue = load_catalogue(project)
    try:
        bound = Period.parse(periode) if periode.strip() else None
    except ValueError as error:
        raise PlanError.of("periode", f"{error}.") from None
    day = os.environ.get(SNAPSHOT_VARIABLE, "")
    example = example or os.environ.get(EXAMPLE_VARIABLE) == "1"
    return Selection(
        project, catalogue, plan.strip(), bound, date.fromisoformat(day) if day else None, example
    )


def rendered_once(report: R) -> R:
    """While rendering, the report that an earlier notebook of the book opened, if it is an equal one.

    A book's notebooks run in one process on figures that stand still: they share what was read and judged.
    """

    def opened() -> R:
        report.check_period()
        return report

    if is_rendering():
        return report.catalogue.kept("report", report, opened)
    from helpers.present.charts import use_danish_charts

    use_danish_charts()
    return opened()
