"""What a municipality says of a goal at each follow-up: why it stands so, and what is done about it.

In: ``catalogue/texts/<municipality>/<plan>/<goal>.md``, one heading with a date for each follow-up. Out: frozen
:class:`FollowUp`; whatever cannot be meant is a problem with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from helpers.catalogue.documents import catalogue_text
from helpers.errors import Problem
from helpers.intake.dates import EARLIEST_YEAR, read_day
from helpers.project import Project
from helpers.prose import clean_markdown

WHY: Final = "Forklaring"
ACTION: Final = "Handling"
WHO: Final = "Ansvarlig"
UNTIL: Final = "Senest"

_HEADING: Final = re.compile(r"(#{1,3})[ \t]+(.*?)[ \t#]*")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FENCE: Final = re.compile(r"\s*(`{3,}|~{3,})")
_FIELD: Final = re.compile(rf"({WHO}|{UNTIL})[ \t]*:[ \t]*(.*)", re.IGNORECASE)


@dataclass(frozen=True)
class FollowUp:
    """What is said of a goal on a day."""

    day: date
    where: str
    """File and line of its heading."""
    # Markdown: why the goal stands so, and what is done; empty when it is not said.
    why: str = ""
    action: str = ""
    # Who does it, as plain text, and the last day.
    who: str = ""
    until: date | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """All that was written, as Markdown."""
        return tuple(filter(None, (self.why, self.action, self.who)))


def follow_up_template(heading: str, day: date) -> str:
    """A file with one follow-up to fill in, under a heading such as ``Resultatmål 1a: Flere i job``; unfilled it says nothing."""
    return (
        f"# {heading}\n\n"
        "<!-- Den nyeste opfølgning øverst. Næste gang: kopiér alt fra datoen og ned, og ret datoen. -->\n\n"
        f"## {day.isoformat()}\n\n"
        f"### {WHY}\n\n<!-- Hvorfor er målet ikke nået? -->\n\n"
        f"### {ACTION}\n\n<!-- Hvad gør kommunen? -->\n\n"
        f"{WHO}:\n{UNTIL}:\n"
    )


def read_follow_ups(project: Project, path: Path) -> tuple[tuple[FollowUp, ...], list[Problem]]:
    """The follow-ups of one goal, newest first, and what is wrong with the file; unfilled ones are left out."""
    name = project.relative(path)
    text, problem = catalogue_text(project, path)
    if problem:
        return (), [problem]
    problems: list[Problem] = []
    found: dict[date, FollowUp] = {}
    for line, title, body in _dated(_COMMENT.sub(lambda m: "\n" * m[0].count("\n"), text)):
        where = f"{name}:{line}"
        if title is None:
            if any(words.strip() for _, words in body):
                first = next(at for at, words in body if words.strip())
                what = "This text stands under no date."
                do = "Write the date over it: ## 2026-08-15"
                problems.append(Problem(f"{name}:{first}", what, do))
            continue
        day = _day(title, where, problems)
        read = _read(day or date.min, name, where, body, problems)
        if day in found:
            problems.append(
                Problem(where, f"{title} is already given in {found[day].where}.", "Keep one of the two.")
            )
        elif day is not None:
            found[day] = read
    told = (one for _, one in sorted(found.items(), reverse=True) if one.why or one.action)
    return tuple(told), problems


_Lines = list[tuple[int, str]]


def _headings(lines: _Lines) -> Iterator[tuple[int, str, int, str]]:
    """Each line with its number, the level of its heading (0: none) and the heading's words."""
    fence = ""
    for number, line in lines:
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        elif mark:
            fence = mark[1]
        elif found := _HEADING.fullmatch(line):
            yield number, line, len(found[1]), found[2].strip()
            continue
        yield number, line, 0, ""


def _dated(text: str) -> Iterator[tuple[int, str | None, _Lines]]:
    """Line, heading and lines of each follow-up; without a heading what stands above the first."""
    start: int = 1
    title: str | None = None
    body: _Lines = []
    for number, line, level, words in _headings(list(enumerate(text.splitlines(), start=1))):
        if level == 2:
            yield start, title, body
            start, title, body = number, words, []
        elif level != 1:
            body.append((number, line))
    yield start, title, body


def _day(text: str, where: str, problems: list[Problem]) -> date | None:
    day = read_day(text)
    if day is None:
        what = f'"{text}" is no date.' if text else "Here is no date."
        problems.append(Problem(where, what, "Write it as 2026-08-15 or 15. august 2026."))
    elif not EARLIEST_YEAR <= day.year <= date.today().year + 20:
        problems.append(Problem(where, f"{text}: the year {day.year:04d} cannot be.", "Mend the year."))
        return None
    return day


def _read(day: date, name: str, where: str, body: _Lines, problems: list[Problem]) -> FollowUp:
    parts: dict[str, list[str]] = {WHY: [], ACTION: []}
    fields: dict[str, str] = {}
    until: date | None = None
    part = WHY
    for number, line, level, words in _headings(body):
        here = f"{name}:{number}"
        if level:
            known = next((key for key in parts if key.casefold() == words.rstrip(":").casefold()), None)
            if known is None:
                what = f'"{words}" is no part of a follow-up.'
                do = f"Its parts are ### {WHY} and ### {ACTION}; deeper headings begin with ####."
                problems.append(Problem(here, what, do))
            part = known or part
        elif part == ACTION and (found := _FIELD.fullmatch(line.strip())):
            key = found[1].capitalize()
            if key in fields:
                problems.append(Problem(here, f'"{key}" is given twice.', "Keep one of the two."))
            fields[key] = found[2].strip()
            if key == UNTIL and fields[key]:
                until = _day(fields[key], here, problems)
        else:
            parts[part].append(line)
    why, action = (clean_markdown("\n".join(lines)).strip() for lines in parts.values())
    return FollowUp(day, where, why, action, clean_markdown(fields.get(WHO, "")), until)
