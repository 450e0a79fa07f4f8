"""What the projects know of an agenda item: how they stand, row by row in short, and what they pay.

In: a report. Out: a :class:`~helpers.reports.base.brief.Brief`. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator

from helpers.periods import danish_day
from helpers.present.output import FigurePart, Shown, escape_markdown
from helpers.present.words import NBSP, count, listed
from helpers.reports.base.brief import MOST_FIGURES, Brief, BriefRow, whole_report
from helpers.reports.investeringer import words
from helpers.reports.investeringer.numbers import InvestmentNumbers
from helpers.reports.investeringer.status import RowStanding, business_case


def projects_brief(report: InvestmentNumbers, note: Shown, opening: str) -> Brief:
    """What is known of the agenda item on the projects' status.

    Parameters
    ----------
    note, opening
        Which figures these are, and how the projects stand all together.
    """
    projects, who = report.projects, report.whom.long_name
    titles = [status.project.title for status in report.statuses.values()]
    *counted, newest = words.OVERVIEW_HEADS
    return Brief(
        title=f"Status på {projects.title}",
        whom=who,
        dated=danish_day(report.data_day),
        note=note,
        opening=opening,
        columns=("Projekt", counted[0], *(head.replace(" ", NBSP) for head in counted[1:]), newest),
        rows=tuple(
            BriefRow((status.project.title, *words.overview_cells(status)))
            for status in report.statuses.values()
        ),
        numbers=tuple(range(1, 1 + len(counted))),
        figures=tuple(_figures(report)),
        said=tuple(
            escape_markdown(f"{status.project.title}: {words.project_line(status)}")
            for status in report.statuses.values()
        ),
        background=(f"{projects.title} har {count(len(titles), 'projekt', 'projekter')}: {listed(titles)}.",),
        economy=tuple(
            f"{status.project.title}: {words.business_line(business_case(projects, key), projects.benefits)}"
            for key, status in report.statuses.items()
        ),
        annexes=(whole_report(projects.title, who),),
    )


def _figures(report: InvestmentNumbers) -> Iterator[FigurePart]:
    """One of each of the projects that have most rows behind their path."""
    behind = {key: status.count(RowStanding.BEHIND) for key, status in report.statuses.items()}
    for key in sorted((key for key in behind if behind[key]), key=lambda key: -behind[key])[:MOST_FIGURES]:
        yield from report.drawings(key)[:1]
