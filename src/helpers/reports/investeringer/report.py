"""One municipality's investment projects: everything their notebooks ask for, one call a cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from helpers.catalogue.models import SOURCES
from helpers.data.editions import typed_folder
from helpers.errors import Problem
from helpers.present import output
from helpers.present.output import Shown, escape_markdown, join
from helpers.present.words import count, example_note, listed
from helpers.reports.base.brief import Brief
from helpers.reports.base.notes import bullets, downloads, note
from helpers.reports.base.report import Sheets
from helpers.reports.base.request import Selection
from helpers.reports.investeringer import figures as project_figures
from helpers.reports.investeringer import sheets, words
from helpers.reports.investeringer import tables as project_tables
from helpers.reports.investeringer.briefing import projects_brief
from helpers.reports.investeringer.loader import find_investments
from helpers.reports.investeringer.numbers import InvestmentNumbers
from helpers.reports.investeringer.status import (
    InvestmentStatus,
    RowStanding,
    RowStatus,
    business_case,
    effects,
)


def investment_report(selection: Selection, kommune: str) -> InvestmentReport:
    """The investment projects of one municipality: those of the plan's key, else the municipality's own.

    Raises
    ------
    PlanError
        When the municipality or the projects are unknown, or the file has mistakes: all of them.
    """
    area = selection.catalogue.municipality(kommune)
    found = find_investments(selection.project, area.slug, selection.plan, selection.catalogue)
    return InvestmentReport(selection.project, selection.catalogue, found, area, **selection.figures)


class InvestmentReport(InvestmentNumbers):
    """The projects as their notebooks show them: every public method is a cell of one."""

    _sheets: ClassVar[Sheets] = sheets

    # ------------------------------------------------------------------------------------- what is shown

    def fetch(self) -> Shown:
        """Which figures the page shows, and what of the typed-in files could not be used.

        Rows that come from Jobindsats are asked for first, when a key is set; never while rendering.
        """
        return self._fetched(indicator.key for indicator in self.indicators)

    def _example_note(self) -> str:
        said = example_note("Månederne efter startmålingen", "siderne")
        return f"{said} Startmålinger, minimumsmål og måltal er kommunens egne."

    def _data_note(self) -> Shown:
        if self.example:
            return super()._data_note()
        who = self.municipality.long_name
        if self.newest is None:
            said = f"Der er kun startmålinger; {who} har endnu ikke indberettet månedstal."
        else:
            said = f"Tallene er indberettet af {who}. Nyeste måned er {self.newest.danish}."
        sources = dict.fromkeys(
            SOURCES[source].name
            for status in self.statuses.values()
            for row in status.rows
            for one in row.measured
            if (source := one.source.partition(":")[0]) in SOURCES
        )
        if sources:
            said += f" Nogle af dem er fra {listed(sources)}."
        return note("data-note", *filter(None, (said, self._shortfall()))) + self._problem_box()

    def _problem_box(self) -> Shown:
        if not self.problems:
            return Shown()
        said = count(len(self.problems), "oplysning", "oplysninger")
        return output.box(f"**{said} kunne ikke bruges** og er udeladt.", classes=("callout", "problems"))

    def summary(self) -> Shown:
        """Whose projects these are, and how they stand all together."""
        self._write_verdicts(self._chapters())
        committee = f"**{escape_markdown(self.projects.committee)}.** " if self.projects.committee else ""
        return output.box(committee + escape_markdown(self._standing_words()), classes=("summary",))

    def brief(self) -> Brief:
        """What it knows of an agenda item on the projects' status."""
        return projects_brief(self, self._data_note(), self._standing_words())

    def _standing_words(self) -> str:
        judged = [row for status in self.statuses.values() for row in status.judged]
        counted = words.standings(judged)
        many = count(len(self.statuses), "projekt", "projekter")
        said = f"{self.municipality.long_name} følger {many} med i alt {words.targets(len(judged))}."
        if self.newest is None:
            subtitle = f" {self.projects.subtitle}." if self.projects.subtitle else ""
            said += f"{subtitle} Der er ingen målinger efter startmålingerne endnu."
        else:
            said += f" Status i {self.newest.danish}: {counted}."
        return said

    def standing_lines(self) -> Iterator[str]:
        yield self._standing_words()
        for status in self.statuses.values():
            yield f"{status.project.title}: {words.project_line(status)}"

    def own_to_mend(self) -> Iterator[str | Problem]:
        """Where months are typed in, project by project, and what of them could not be used."""
        for key, status in self.statuses.items():
            months = [row.row for row in status.rows if row.row.key and row.row.indicator is None]
            if months:
                path = typed_folder(self.project, self.projects.municipality) / f"{key}.csv"
                newest = f"nyeste er {status.newest.danish}" if status.newest else words.before_any(status)
                yield (
                    f"{key}: {count(len(months), 'række', 'rækker')} indtastes i {self.project.relative(path)} ({newest}); "
                    f"plan project template {key} skriver en fil til næste måned."
                )
        yield from self.problems

    def overview(self) -> Shown:
        """All projects: the committee's status in one table, and one line for each."""
        lines = "\n".join(
            f"- [{escape_markdown(status.project.title)}]({page_of(key)}): "
            f"{escape_markdown(words.project_line(status))}"
            for key, status in self.statuses.items()
        )
        return project_tables.overview_table(self.statuses.values(), page_of) + output.text(lines)

    def _chapters(self) -> dict[str, dict[str, object]]:
        """Notebook of each project → how it stands, for the sidebar."""
        found: dict[str, dict[str, object]] = {}
        for key, status in self.statuses.items():
            fine = status.count(RowStanding.REACHED) + status.count(RowStanding.ON_TRACK)
            word = f"{fine} af {len(status.judged)} på sporet" if status.newest else words.before_any(status)
            found[notebook_of(key)] = {
                "word": word if status.judged else "ingen mål",
                "class": _kind(status),
            }
        return found

    def policy(self) -> Shown:
        """Which focus areas of the municipality's policy the projects serve."""
        return project_tables.policy_table(self.projects, page_of)

    def project_status(self, key: str) -> Shown:
        """How a project stands, in one line."""
        status = self._status(key)
        said = words.project_line(status)
        subtitle = status.project.subtitle
        return join(
            [
                output.text(f"*{escape_markdown(subtitle)}*") if subtitle else Shown(),
                output.box(f"**{escape_markdown(said)}**", classes=("verdict", _kind(status))),
            ]
        )

    def status_table(self, key: str) -> Shown:
        """Newest figure, change, path, trend and standing of every row."""
        return project_tables.project_status_table(self._status(key))

    def form(self, key: str) -> Shown:
        """The document's form with start, months and targets, its footnotes, sources and remarks."""
        status = self._status(key)
        table = status.project.status
        notes = [f"{mark} {text}" for mark, text in table.footnotes.items()]
        if table.when:
            notes.append(f"{table.when}.")
        notes.append(f"Datakilder: {'; '.join(table.sources)}.")
        notes += table.remarks
        notes += [f"{table.label_of(name)}: {row.note}" for name, row in table.measures.items() if row.note]
        said = (text.replace("..", ".") for text in notes)
        return project_tables.form_table(status) + note("source-note", *said)

    def figures(self, key: str) -> Shown:
        """The path and the measured months of every row that has targets or a level to hold."""
        status = self._status(key)
        drawn = [
            self._figure(status, row)
            for row in status.rows
            if row.row.key is not None and row.path  # the others' trend is in their table
        ]
        if drawn:
            return join(drawn)
        return output.text(
            "Projektet har ingen minimumsmål, så der er ingen forventet udvikling at tegne. Udviklingen står i statustabellen."
        )

    def _figure(self, status: InvestmentStatus, row: RowStatus, suffix: str = "") -> Shown:
        assert row.row.key is not None
        drawn = project_figures.row_figure(
            row,
            status.project.status.label_of(row.row.key),
            self.municipality.name,
            key=f"{status.project.key}-{row.row.key}{suffix}",
            example=self.example,
        ).sourced(f"Kilde: {self._row_source(row)}.")
        return drawn + note("source-note", row.row.hold) if row.row.hold else drawn

    def background(self, key: str) -> Shown:
        """Background or challenge, purpose, target group, and the policy it serves, in the document's words."""
        entry = self._status(key).project
        heading = escape_markdown(entry.background.heading)
        first, *rest = (escape_markdown(text) for text in entry.background.paragraphs)
        paragraphs = [f"**{heading}.** {first}", *rest]
        if entry.purpose:
            first, *rest = (escape_markdown(text) for text in entry.purpose)
            paragraphs += [f"**Formål.** {first}", *rest]
        paragraphs.append(f"**Målgruppe.** {escape_markdown(entry.target_group)}")
        paragraphs.append(f"**Kommunens politik.** {escape_markdown(entry.policy.text)}")
        return output.text(*paragraphs)

    def organisation(self, key: str) -> Shown:
        """What is set up."""
        return output.text(bullets(self._status(key).project.set_up))

    def activities(self, key: str) -> Shown:
        """What is done."""
        return output.text(bullets(self._status(key).project.activities))

    def success(self, key: str) -> Shown:
        """Success criteria for the first year and at the end."""
        entry = self._status(key).project
        parts = []
        for heading, criteria in (
            ("Efter det første år", entry.success_first_year),
            ("Ved projektets afslutning", entry.success_end),
        ):
            if criteria:
                parts += [
                    output.box(f"**{heading}**", classes=("goal-text",)),
                    output.text(bullets(criteria)),
                ]
        return join(parts)

    def business_case(self, key: str) -> Shown:
        """Whether the project pays: persons saved, and kroner where the user gave the costs."""
        self._status(key)
        case = business_case(self.projects, key)
        said = output.text(escape_markdown(words.business_line(case, self.projects.benefits)))
        if not any(one.persons for one in case.savings):
            return said
        project_cost = case.project.investment
        parts = [said, project_tables.business_table(case, self.projects.benefits)]
        if project_cost is not None:
            amount = words.kroner(project_cost.amount)
            told = f"Projektets egen udgift: {amount} om året ({project_cost.source})."
            parts.append(note("source-note", told))
        return join(parts)

    # ------------------------------------------------------------------------------- target numbers

    def target_numbers(self) -> Shown:
        """The tables of target numbers, each with its sum."""
        numbers = self.projects.target_numbers
        if numbers is None:
            return output.text("Der er ingen måltal for projekterne.")
        intro = output.text(*(escape_markdown(text) for text in numbers.intro))
        return join(
            [
                intro,
                *(
                    project_tables.target_table(table, numbers.unit, f"maaltal-{place}")
                    for place, table in enumerate(numbers.tables, start=1)
                ),
            ]
        )

    def effects(self) -> Shown:
        """What each project changes on each benefit."""
        return project_tables.effects_table(self.projects, effects(self.projects))

    def held_levels(self) -> Shown:
        """The projects that hold a level instead of lowering it: the level drawn forward unchanged."""
        drawn = [
            self._figure(status, row, "-fastholdt")
            for status in self.statuses.values()
            for row in status.rows
            if row.row.hold
        ]
        return join(drawn) if drawn else output.text("Ingen af projekterne skal fastholde et niveau.")

    # ------------------------------------------------------------------------------- data and method

    def sources(self) -> Shown:
        """Where the figures of every row come from, and its newest month."""
        return self._troubles() + project_tables.sources_table(self.statuses.values(), self._row_source)

    def remarks(self) -> Shown:
        """What readers should know of the document and of single projects."""
        found = [*self.projects.remarks]
        for entry in self.projects.projects.values():
            found += [f"{entry.title}: {remark}" for remark in entry.status.remarks]
            found += [
                f"{entry.title}, {entry.status.label_of(key)}: {row.note}"
                for key, row in entry.status.measures.items()
                if row.note
            ]
        return output.text(escape_markdown(f"Kilde: {self.projects.source}."), bullets(found))

    def downloads(self) -> Shown:
        """The workbook, and all measured months, paths and targets as one CSV file."""
        return downloads(
            {
                self.workbook_name: ("Alle tal (Excel)", self.workbook()),
                "investeringer.csv": (
                    "Alle startmålinger, måneder, forventninger og mål (CSV)",
                    sheets.months_for_people(self),
                ),
            }
        )

    def _drawing(self, name: str) -> Shown:
        return self.figures(name)


def _kind(status: InvestmentStatus) -> str:
    """The class of a project's box: met when nothing is behind, not-met when all is, unknown without data."""
    behind = status.count(RowStanding.BEHIND)
    fine = status.count(RowStanding.REACHED) + status.count(RowStanding.ON_TRACK)
    if not behind and not fine:
        return "unknown"
    return "partly" if behind and fine else "not-met" if behind else "met"


def notebook_of(key: str) -> str:
    """A project's notebook, seen from the book's folder."""
    return f"{key}.ipynb"


def page_of(key: str) -> str:
    """A project's page, seen from the index."""
    return f"{key}.html"
