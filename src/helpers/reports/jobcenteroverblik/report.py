"""The Jobcenteroverblik of one job centre or municipality: what its notebooks ask for, one call a cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from helpers.analysis.groups import ComparisonGroup, GroupKind
from helpers.analysis.ranks import FEW, places
from helpers.catalogue.areas import Area
from helpers.catalogue.models import NATIONAL, Break, Certainty, FromHand
from helpers.errors import PlanError
from helpers.present import output, tables
from helpers.present.group_words import passed_words, quality_words, scope, small
from helpers.present.output import Shown, escape_markdown, join
from helpers.present.words import NBSP, capital, example_note, listed, number, sentence
from helpers.reports.base.bookfiles import Laid
from helpers.reports.base.notes import bullets, downloads, note
from helpers.reports.base.report import Sheets
from helpers.reports.base.request import Asked, Selection
from helpers.reports.jobcenteroverblik import pieces, ranking, sheets
from helpers.reports.jobcenteroverblik.models import (
    Jobcenteroverblik,
    TemplateFigure,
    TemplateSection,
    TemplateTile,
    read_jobcenteroverblik,
)
from helpers.reports.jobcenteroverblik.numbers import JobcenteroverblikNumbers
from helpers.reports.jobcenteroverblik.standings import AreaLine, FigureStanding

ALL = "alle-kommuner"
"""How the notebooks of all municipalities are called."""


def jobcenteroverblik_report(selection: Selection, kommune: str) -> JobcenteroverblikReport:
    """The Jobcenteroverblik of a job centre (``Vallensbæk/Ishøj``) or municipality by name, code or slug.

    A month whose report the catalogue holds as it was printed (``2017M02``) shows that.

    Raises
    ------
    PlanError
        When the area or template is unknown, with the nearest name; or the template has mistakes.
    """
    jobcenteroverblik = read_jobcenteroverblik(selection.project, selection.catalogue)
    if selection.plan not in ("", jobcenteroverblik.template.key):
        raise PlanError.of(
            "plan",
            f'Unknown template "{selection.plan}".',
            f"The template's key is {jobcenteroverblik.template.key}.",
        )
    return report_of(selection, jobcenteroverblik, jobcenteroverblik.area(kommune, selection.catalogue))


def report_of(
    selection: Selection, jobcenteroverblik: Jobcenteroverblik, area: Area
) -> JobcenteroverblikReport:
    """As :func:`jobcenteroverblik_report`, for what is already found."""
    return JobcenteroverblikReport(
        selection.project, selection.catalogue, jobcenteroverblik, area, **selection.figures
    )


class JobcenteroverblikReport(JobcenteroverblikNumbers):
    """The Jobcenteroverblik as its notebooks show it: every public method is a cell of one."""

    _sheets: ClassVar[Sheets] = sheets

    def asked(self, book: Laid) -> Asked:
        """As every report; a printed month is shown without the pages of all municipalities, which it does not have."""
        if self.printed:
            pages = {path: page for path, page in book.pages.items() if not path.startswith(ALL)}
            book = replace(book, pages=pages)
        return super().asked(book)

    def _section(self, slug: str) -> TemplateSection:
        slugs = [section.slug for section in self.jobcenteroverblik.template.sections]
        if slug not in slugs:
            raise PlanError.of(
                f"section {slug}", f'There is no section "{slug}".', f"Sections: {', '.join(slugs)}."
            )
        return self.jobcenteroverblik.section(slug)

    def _figure(self, number: int) -> TemplateFigure:
        if not any(figure.number == number for figure in self.jobcenteroverblik.figures):
            last = len(self.jobcenteroverblik.figures)
            raise PlanError.of(
                f"figure {number}", f"There is no figure {number}.", f"Figures are 1 to {last}."
            )
        return self.jobcenteroverblik.figure(number)

    # ------------------------------------------------------------------------------------ every page

    def fetch(self, section: str = "") -> Shown:
        """Bring in what has moved for a section (default: all), and say which figures the page shows.

        Without a key nothing is asked for; while a report is being rendered neither.
        """
        if self.printed:
            return self._cover() + self._data_note()
        return self._fetched(
            self._keys(self._section(section)) if section else self.jobcenteroverblik.indicators
        )

    def _keys(self, section: TemplateSection) -> tuple[str, ...]:
        found = [figure.indicator for figure in section.figures if figure.indicator]
        if any(figure.table for figure in section.figures):
            found += [row.indicator for row in self.jobcenteroverblik.template.table.rows]
        return tuple(dict.fromkeys(found))

    def _data_note(self) -> Shown:
        if self.printed:
            said = ranking.printed_words(self.area.name, self.printed.period)
            return note("data-note", *said)
        return super()._data_note()

    def _example_note(self) -> str:
        return f"{example_note(what='rapporten')} Placeringer og grupper siger derfor intet om kommunerne."

    # ------------------------------------------------------------------------------------ front page

    def introduction(self) -> Shown:
        """What the report is, and whom it is about."""
        said = [*self.jobcenteroverblik.template.introduction, *self._about_area()]
        if not self.printed:
            for report in self.jobcenteroverblik.printed_of(self.area):
                address = f"../{self.area.slug}{report.suffix}/index.html"
                said.append(f"[{ranking.printed_link(report.period)}]({address})")
        return output.text(*said)

    def _about_area(self) -> list[str]:
        names = escape_markdown(self.area.name)
        centre = self.jobcenteroverblik.centre_of(self.area.codes[0])
        if self.area.joint:
            parts = escape_markdown(listed(part.name for part in self.standings.parts))
            article = self._office.agreeing("et", "en")
            return [f"{names} er {article} fælles {self._office.one} for {parts}. Antal er lagt sammen."]
        if not centre.joint:
            return []
        return [
            f"{names} har fælles {self._office.one} med andre: {escape_markdown(centre.name)}. "
            f"Rapporten viser kommunens egne tal og sammenligner dem med de øvrige {self._office.many}s."
        ]

    def tiles(self) -> Shown:
        """The ten tiles, each leading to its section."""
        made = []
        for tile in self.jobcenteroverblik.template.tiles:
            section = self.jobcenteroverblik.section_of(tile.figure)
            link = f"{section_path(self.jobcenteroverblik, section)}#figur-{tile.figure}"
            if self.printed:
                printed = next(found for found in self.printed.tiles if found.figure == tile.figure)
                made.append(pieces.printed_tile(tile.heading, link, printed, self._office))
            else:
                made.append(self._tile(tile, link))
        return pieces.tiles(made) + pieces.thirds_legend(self._office)

    def _tile(self, tile: TemplateTile, link: str = "") -> pieces.FigureTile:
        return pieces.standing_tile(tile.heading, link, self.standings.standing(tile.figure), self.area)

    def standing_lines(self) -> Iterator[str]:
        for tile in () if self.printed else self.jobcenteroverblik.template.tiles:
            yield f"{sentence(tile.heading)} {sentence(self._tile(tile).place)}"

    def own_to_mend(self) -> Iterator[str]:
        """Joint job centres that nobody confirmed."""
        for code in self.area.codes[:1]:
            centre = self.jobcenteroverblik.centre_of(code)
            if centre.certainty is not Certainty.CONFIRMED:
                yield f"{centre.name}: At {self._office.the} er fælles, er ikke bekræftet. Det står i catalogue/areas/jobcentres.csv."

    # ------------------------------------------------------------------------------------ sections

    def section(self, slug: str) -> Shown:
        """A section's text, its aim and its steps."""
        section = self._section(slug)
        said = list(section.intro)
        if section.aims:
            heads = "Sigtelinje" if len(section.aims) == 1 else "Sigtelinjer"
            said.append(f"**{heads}**\n\n" + bullets(section.aims))
        if section.steps:
            kind = "Mål" if not section.aims else "Implementeringsindikatorer"
            said.append(f"**{kind}**\n\n" + bullets(section.steps))
        return output.text(*said)

    def figure(self, number: int) -> Shown:
        """A figure with its place, its comparison and its notes; figure 2 is a table."""
        figure = self._figure(number)
        if figure.table:
            return self._status_table()
        if self.printed:
            return self._definition(figure) + output.box(
                "Kurven i den trykte rapport er et billede; tallene bag den står ikke i teksten.",
                classes=("no-figure",),
            )
        standing = self.standings.standing(number)
        if standing is None:
            return self._gone(figure)
        if not standing.has_data:
            return self._definition(figure) + output.box(f"**{ranking.NO_FIGURES}.**", classes=("no-figure",))
        return join(
            [
                # What is measured today is not what the title of 2017 says: both are told before the figure.
                self._definition(figure) if figure.today else Shown(),
                pieces.verdict_box(standing, self.area),
                pieces.standing_figure(
                    standing, self.area, self._counts(standing), example=self._made_up(standing.indicator)
                ).sourced(self._source_line([standing.indicator])),
                pieces.notes(
                    self._figure_notes(standing), f"[Figur {number} i alle kommuner]({all_path(figure)})"
                ),
            ]
        )

    def _definition(self, figure: TemplateFigure) -> Shown:
        when = " i 2017" if figure.today and not self.printed else ""
        said = [f"**Figur {figure.number}{when}.** {escape_markdown(sentence(figure.title))}"]
        if figure.note:
            said.append(escape_markdown(f"Note i 2017: {figure.note}"))
        if figure.today and not self.printed:
            head = "Nærmeste måling i dag" if figure.nearest else "I dag"
            said.append(f"**{head}.** {escape_markdown(figure.today)}")
        return output.text(" ".join(said))

    def _gone(self, figure: TemplateFigure) -> Shown:
        said = f"- **Figur {figure.number}. {escape_markdown(figure.title.rstrip('.'))}.** {escape_markdown(figure.gone or '')}"
        return output.text(said)

    def gone(self, section: str) -> Shown:
        """The figures of a section that nothing measures any more, one line for each."""
        figures = [figure for figure in self._section(section).figures if figure.gone]
        return join([self.figure(f.number) if self.printed else self._gone(f) for f in figures])

    def _counts(self, standing: FigureStanding) -> dict[str, AreaLine]:
        """The number behind each of the area's shares, where the indicator has one."""
        if "count" not in standing.indicator.series:
            return {}
        counts = self.boards(standing.indicator.key, "count")
        return {
            area.name: AreaLine(
                tuple(counts.value(area.slug, period) for period in standing.periods),
                tuple(counts.state(area.slug, period) for period in standing.periods),
                (area,),
            )
            for area, _ in standing.own
        }

    def _figure_notes(self, standing: FigureStanding) -> list[str]:
        figure, indicator = standing.figure, standing.indicator
        said = [f"Note i 2017: {figure.note}" if figure.note and not figure.today else ""]
        if standing.apart:
            parts = [area for area, _ in standing.own]
            said.append(ranking.apart_words(standing.apart, parts, self._office))
        compared = self._group_words(standing.group, figure)
        if standing.group.kind is GroupKind.COUNTRY and standing.yardstick.areas:
            names = listed(area.name for area in standing.yardstick.areas)
            compared += f" De {small(len(standing.yardstick.areas))} bedste: {names}."
        said.append(compared)
        said += indicator.caveats
        said.append(self._source_line([indicator]))
        return list(dict.fromkeys(said))

    # ------------------------------------------------------------------------------------ figure 2

    def _status_table(self) -> Shown:
        template = self.jobcenteroverblik.template.table
        figure = next(figure for figure in self.jobcenteroverblik.figures if figure.table)
        if self.printed:
            labels = {row.key: row.label for row in template.rows}
            caption = f"Figur 2. {figure.title} {capital(self.printed.table_period.danish)}"
            return pieces.printed_area_table(
                self.printed, labels, footnotes=[template.footnote], caption=caption
            )
        found = self.standings.table()
        if found.period is None:
            return self._definition(figure) + output.box(ranking.NO_FIGURES, classes=("no-figure",))
        notes = [template.today, self._group_words(found.group, figure)]
        if found.apart:
            notes.append(ranking.apart_words(found.apart, self.standings.parts, self._office))
        if any(cell.value is None for row in found.rows for cell in (*row.count, *row.share)):
            notes.append("En streg betyder, at tallet er diskretioneret, ikke er opgjort eller ikke vises.")
        older = sorted({row.period.danish for row in found.rows if row.period and row.period != found.period})
        if older:
            notes.append(f"Indtastede tal er fra {listed(older)}.")
        group = "øvrige klynge" if found.group.kind is GroupKind.CLUSTER else scope(found.group)
        caption = f"Figur 2. {figure.title} {capital(found.period.danish)}"
        return pieces.area_table(found, group_name=group, footnotes=notes, caption=caption)

    # ------------------------------------------------------------------------------------ files

    def downloads(self) -> Shown:
        """The workbook; nothing for a month that is shown as it was printed."""
        if self.printed:
            return Shown()
        return downloads({self.workbook_name: ("Alle tal (Excel)", self.workbook())})

    def _drawing(self, name: str) -> Shown:
        return self.figure(int(name))

    # ------------------------------------------------------------------------------------ all municipalities

    def all_municipalities(self, number: int) -> Shown:
        """Every municipality's newest value in one figure: a dot plot, and a table that can be sorted."""
        if self.printed:
            return output.text("Den trykte rapport viser ikke alle kommuner.")
        figure = self._figure(number)
        standing = self.standings.standing(number)
        if standing is None:
            return self._gone(figure)
        on = self.boards(standing.indicator.key)
        areas = self.standings.municipalities
        newest = standing.newest or on.newest([area.slug for area in areas], self.bound)
        if newest is None:
            return output.box(f"**{ranking.NO_FIGURES}.**", classes=("no-figure",))
        values = on.column(areas, newest)
        ranked = places(values, standing.indicator.direction)
        before = on.column(areas, newest.shift(-newest.frequency.per_year))
        own = set(self.area.codes)
        members = () if standing.group.kind is GroupKind.COUNTRY else standing.group.members
        grouped = {code for member in members for code in member.codes}
        region = {m.code: m.region for m in self.jobcenteroverblik.municipalities}
        rows = [
            pieces.Listed(
                name=area.name,
                region=region[area.codes[0]],
                value=values[area.slug],
                state=on.state(area.slug, newest),
                place=ranked[area.slug],
                change=_difference(values[area.slug], before[area.slug]),
                mark="own" if own & set(area.codes) else "group" if grouped & set(area.codes) else "other",
            )
            for area in areas
        ]
        rows.sort(key=lambda row: (row.place is None, row.place or 0, row.name))
        return pieces.all_municipalities(
            standing,
            rows,
            period=newest,
            country=on.value(NATIONAL, newest),
            own_name=self.area.name,
            group_name=capital(scope(standing.group)) if grouped else "",
            example=self._made_up(standing.indicator),
        ).sourced(self._source_line([standing.indicator])) + pieces.notes(
            [
                f"{'Nærmeste måling i dag' if figure.nearest else 'I dag'}: {figure.today}"
                if figure.today
                else "",
                self._source_line([standing.indicator]),
            ]
        )

    def all_figures(self) -> Shown:
        """Links to the pages of all municipalities, one for each figure that has a table."""
        rows = [
            f"- [Figur {figure.number}. {escape_markdown(figure.title)}]({all_path(figure)})"
            for figure in measured_figures(self.jobcenteroverblik)
        ]
        return output.text("\n".join(rows))

    # ------------------------------------------------------------------------------------ data and method

    def method(self) -> Shown:
        """How the figures are made and compared."""
        texts = self.jobcenteroverblik.template.method
        late = texts.delayed if self.jobcenteroverblik.template.delay_months else texts.undelayed
        return output.text(*map(self._filled, (late, *texts.text)), self._centres_words())

    def _filled(self, text: str) -> str:
        """A method text with the template's numbers in words."""
        template = self.jobcenteroverblik.template
        delay = template.delay_months
        rules = self.catalogue.grouping.rules
        words = {
            "{ten}": small(template.ten_best),
            "{size}": small(rules.size),
            "{least}": small(rules.least),
            "{variables}": small(rules.variables),
            "{farthest}": number(rules.farthest, 1),
            "{few}": number(FEW),
            "{months}": small(rules.months),
            "{delay}": "en måned" if delay == 1 else f"{small(delay)} måneder",
        }
        for brace, word in words.items():
            text = text.replace(brace, word)
        return text

    def _centres_words(self) -> str:
        joint = [centre for centre in self.jobcenteroverblik.centres if centre.joint]
        sure = listed(c.name for c in joint if c.certainty is Certainty.CONFIRMED)
        unsure = listed(c.name for c in joint if c.certainty is not Certainty.CONFIRMED)
        many = number(len(self.jobcenteroverblik.centres)), number(len(self.jobcenteroverblik.municipalities))
        return (
            f"Der er {many[0]} {self._office.many} for {many[1]} kommuner. Fælles er {sure} (bekræftet af STARs rapport fra "
            f"februar 2017) og {unsure} (ikke bekræftet)."
        )

    def groups(self) -> Shown:
        """The five comparison groups: how each was made, and who is in it."""
        method = self.jobcenteroverblik.template.method
        if self.printed:
            return output.text(method.clusters)
        kinds: dict[ComparisonGroup, list[str]] = {}
        for key, kind in self.catalogue.grouping.rules.clusters.items():
            kinds.setdefault(self.standings.group(key), []).append(kind.title)
        used = {group.kind for group in kinds} | {tried for group in kinds for tried, _ in group.passed_over}
        said = [method.clusters]
        said += [method.official] if GroupKind.OFFICIAL in used else []
        said += [method.computed] if GroupKind.COMPUTED in used else []
        columns = tables.columns("Type", "Gruppe", capital(self._office.many), "Grundlag")
        rows = [
            (
                listed(titles),
                "Ingen"
                if group.kind is None
                else f"Klynge {group.name}"
                if group.kind is GroupKind.CLUSTER
                else capital(scope(group)),
                listed(member.name for member in group.members) or "ingen",
                _basis_words(group),
            )
            for group, titles in kinds.items()
        ]
        shown = output.text(*map(self._filled, said))
        if GroupKind.COMPUTED in used:
            labels = bullets(variable.label for variable in self.catalogue.grouping.rules.framework)
            shown += output.text(f"Vilkårene er:\n\n{labels}")
        return shown + tables.simple_table(
            columns,
            rows,
            id="grupper",
            caption="Sammenligningsgrupperne",
            caption_shown=True,
            classes="cards",
        )

    def sources(self) -> Shown:
        """Every figure: what it measures today, from which table, and how sure that is."""
        heads = ("Figur", "Måling i dag", "Tabel", "Sammenlignes med", "Nyeste viste periode")
        columns = tables.columns(*heads)
        rows = [self._source_row(figure) for figure in self.jobcenteroverblik.figures]
        return self._troubles() + tables.simple_table(
            columns,
            rows,
            id="kilder",
            caption="Figurerne og deres kilder",
            caption_shown=True,
            classes="cards",
        )

    def _source_row(self, figure: TemplateFigure) -> tuple[str, ...]:
        name = f"Figur{NBSP}{figure.number}"
        if figure.table:
            used = [
                self.catalogue.indicators[row.indicator] for row in self.jobcenteroverblik.template.table.rows
            ]
            names = listed(dict.fromkeys(table for indicator in used for table in indicator.tables))
            hand = listed(
                row.label
                for row, indicator in zip(self.jobcenteroverblik.template.table.rows, used, strict=True)
                if all(isinstance(s.origin, FromHand) for s in indicator.series.values())
            )
            period = None if self.printed else self.standings.table().period
            shown = "" if self.printed else period.danish if period else "–"
            return name, f"Tabellen; oplyst af kommunerne: {hand}", names, "gruppen", shown
        if figure.gone:
            return name, "Findes ikke længere", "–", "–", "–"
        standing = None if self.printed else self.standings.standing(figure.number)
        indicator = self.catalogue.indicators[figure.indicator or ""]
        rule = "gruppen" if figure.cluster else f"de {small(self.jobcenteroverblik.template.ten_best)} bedste"
        newest = standing.newest.danish if standing and standing.newest else "–"
        sure = "" if indicator.certainty is Certainty.CONFIRMED else " (ikke bekræftet)"
        where = f"{listed(indicator.tables)}{sure}" if indicator.tables else "ikke fundet"
        title = f"{indicator.title} (nærmeste måling)" if figure.nearest else indicator.title
        return name, title, where, rule, newest

    def caveats(self) -> Shown:
        """Breaks in the data and caveats of the report's measures."""
        breaks: dict[str, Break] = {}
        for indicator in self.indicators:
            for one in indicator.breaks:
                breaks.setdefault(one.text, one)
        said = [
            f"**{escape_markdown(b.text)}** (fra {b.period.danish}). {escape_markdown(b.meaning or '')}"
            for b in sorted(breaks.values(), key=lambda one: one.period.end)
        ]
        return output.text(*said)


def _difference(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    return None if now is None or then is None else now - then


def _basis_words(group: ComparisonGroup) -> str:
    """What a group stands on: whose list, or which conditions, how near, and what was left out."""
    said = {
        GroupKind.CLUSTER: "Indlagt liste over STARs klynger.",
        GroupKind.OFFICIAL: "Danmarks Statistiks inddeling.",
        GroupKind.COMPUTED: f"{quality_words(group)} Brugt: {'; '.join(group.variables)}.",
    }.get(group.kind or GroupKind.COUNTRY, "")
    left_out = "; ".join(f"{label} ({_LEFT_OUT[reason]})" for label, reason in group.left_out)
    parts = [said, f"Ikke brugt: {left_out}." if left_out else "", passed_words(group)]
    return " ".join(filter(None, parts)) or "–"


_LEFT_OUT = {
    "same": "viser det samme som figuren",
    "none": "ingen tal",
    "own": "intet tal for området selv",
    "equal": "ens for alle",
}


# ---------------------------------------------------------------------------------------------- paths


def section_path(jobcenteroverblik: Jobcenteroverblik, section: TemplateSection) -> str:
    """A section's notebook, seen from the book's folder."""
    place = jobcenteroverblik.template.sections.index(section) + 1
    return f"{place:02d}-{section.slug}.ipynb"


def all_path(figure: TemplateFigure) -> str:
    """The notebook that shows a figure for all municipalities."""
    return f"{ALL}-{figure.number:02d}.ipynb"


def measured_figures(jobcenteroverblik: Jobcenteroverblik) -> tuple[TemplateFigure, ...]:
    """The figures that have a page for all municipalities: those that something measures."""
    return tuple(figure for figure in jobcenteroverblik.figures if figure.indicator)
