"""Read the catalogue's files into one checked :class:`Catalogue`, and tell all that is wrong at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from helpers.catalogue.areas import read_job_centres
from helpers.catalogue.catalogue import Catalogue
from helpers.catalogue.checks import (
    Known,
    check_indicators,
    check_plan,
    check_points,
    check_published,
    check_texts,
    goal_measures,
)
from helpers.catalogue.documents import Document, read_document, unknown
from helpers.catalogue.explain import read_entry, read_row
from helpers.catalogue.followups import FollowUp, read_follow_ups
from helpers.catalogue.grouping import Grouping, read_grouping
from helpers.catalogue.models import (
    Break,
    Indicator,
    Municipality,
    OwnTexts,
    Plan,
    PublishedPoint,
    PublishedRow,
    Survey,
)
from helpers.catalogue.tables import MUNICIPALITY_COLUMNS, MUNICIPALITY_OPTIONS, read_rows
from helpers.errors import PlanError, Problem
from helpers.letters import did_you_mean, fold_name
from helpers.periods import Frequency, Period
from helpers.project import Project

_PUBLISHED = ("goal", "indicator", "period", "national", "municipality", "gap", "unit")
_SERIES = ("indicator", "series", "area", "period", "value")
_FILES = (
    "indicators.yml", "surveys.yml", "breaks.yml", "groups.yml", "areas/municipalities.csv", "areas/jobcentres.csv",
    "areas/kommunegrupper.csv", "indicators/*.yml", "plans/*.yml", "texts/*.yml", "texts/*/*/*.md", "published/*.csv", "areas/clusters/*.csv",
)  # fmt: skip
_SINGLE = ("indicators.yml", "surveys.yml", "breaks.yml", "groups.yml", "jobcenteroverblik.yml")
_FORMER = {"overview.yml": "jobcenteroverblik.yml"}
"""What files of the catalogue were called before → what they are called now."""
_ENDING = {
    ".": ".yml", "indicators": ".yml", "plans": ".yml", "texts": ".yml", "projects": ".yml", "brands": ".yml", "published": ".csv",
    "areas": ".csv", "areas/clusters": ".csv",
}  # fmt: skip
_KINDS = {".yml", ".yaml", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".json"}
"""Folders of the catalogue and how their files end; other kinds of files (notes, pictures) may lie there."""

_NUMBERS = frozenset({"national", "municipality", "gap", "value"})

_Stamp = tuple[tuple[str, int, int], ...]
_read_of: dict[Path, tuple[_Stamp, Catalogue | None, tuple[Problem, ...]]] = {}
"""What was read below a folder: each notebook of a book opens the project anew, and a read takes 90 ms."""


def load_catalogue(project: Project) -> Catalogue:
    """The catalogue of the project, read once a process and again when one of its files has moved.

    Raises
    ------
    PlanError
        With every problem of every file, each with file, line and key.
    """
    catalogue, problems = _load(project)
    if catalogue is None:
        raise PlanError(problems)
    return catalogue


def check_catalogue(project: Project) -> list[Problem]:
    """Everything that is wrong with the catalogue (for ``plan check``); empty when nothing is."""
    return list(_load(project)[1])


def catalogue_files(project: Project) -> tuple[Path, ...]:
    """The files the catalogue is read from, those that exist, in a fixed order."""
    found = (path for pattern in _FILES for path in sorted(project.catalogue.glob(pattern)))
    return tuple(path for path in found if path.is_file())


def _load(project: Project) -> tuple[Catalogue | None, tuple[Problem, ...]]:
    files = catalogue_files(project)
    stamp = tuple((path.as_posix(), path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    known = _read_of.get(project.root)
    if known is None or known[0] != stamp:
        known = (stamp, *_Reading(project).catalogue())
        _read_of[project.root] = known
    return known[1], known[2]


class _Reading:
    """One pass over all files; problems are gathered, and the catalogue is made only when there are none."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.documents: list[Document] = []
        self.problems: list[Problem] = []

    def catalogue(self) -> tuple[Catalogue | None, tuple[Problem, ...]]:
        municipalities = self._municipalities()
        breaks = self._breaks()
        more = [f"indicators/{path.name}" for path in self._glob("indicators/*.yml")]
        indicator_files = [self._document(name) for name in ("indicators.yml", *more)]
        indicators: dict[str, Indicator | None] = {}
        for file in indicator_files:
            for key in indicators.keys() & file.data.keys():
                file.problem((key,), f'"{key}" is in another file too.', "Give one of the two another key.")
            indicators |= self._indicators(file, breaks)
        surveys_file = self._document("surveys.yml", needed=False)
        surveys: dict[str, Survey | None] = {
            key: read_entry(Survey, data, surveys_file, (key,), {"key": key})
            for key, data in surveys_file.data.items()
        }
        plan_files = {path.stem: self._document(f"plans/{path.name}") for path in self._glob("plans/*.yml")}
        plans = {
            key: read_entry(Plan, file.data, file, given={"key": key}) if file.data else None
            for key, file in plan_files.items()
        }
        complete = all(file.data or not file.problems for file in (*indicator_files, surveys_file))
        # With a row of municipalities unread, no area can be missed.
        areas = () if self.problems else municipalities
        centres = read_job_centres(self.project, areas, self.problems) if areas else ()
        groups_file = self._document("groups.yml", needed=False)
        grouping = (
            read_grouping(self.project, groups_file, indicators, centres, areas, self.problems)
            if areas and complete
            else Grouping()
        )
        groups = grouping.names if areas and complete else ()
        known = Known(indicators, surveys, plans, areas, groups, complete)

        for file in (*indicator_files, surveys_file):
            check_texts(file, known.names, "It is shown for every municipality.")
        for file in indicator_files:
            check_indicators(file, {key: indicators[key] for key in file.data}, indicators)
        for both in sorted(set(indicators) & set(surveys)):
            surveys_file.problem(
                (both,), f'"{both}" is an indicator too.', "Give one of the two another key."
            )
        for key, file in plan_files.items():
            check_plan(file, key, known)
        self._strays()
        published, points = self._published(plan_files, known)
        texts = self._texts(known)
        follow_ups = self._follow_ups(known)

        problems = (*self.problems, *(problem for file in self.documents for problem in file.problems))
        if problems:
            return None, tuple(sorted(dict.fromkeys(problems), key=_place))
        return (
            Catalogue(
                indicators=_read(indicators),
                surveys=_read(surveys),
                plans=_read(plans),
                municipalities=municipalities,
                hash=self._hash(),
                breaks=breaks,
                published=published,
                points=points,
                own_texts=texts,
                centres=centres,
                grouping=grouping,
                follow_ups=follow_ups,
            ),
            (),
        )

    def _glob(self, pattern: str) -> list[Path]:
        return sorted(self.project.catalogue.glob(pattern))

    def _strays(self) -> None:
        """Files of the catalogue's kinds whose name or place keeps them from being read."""
        for path in self._glob("**/*"):
            place = path.relative_to(self.project.catalogue)
            kinds = {suffix.casefold() for suffix in path.suffixes}
            if not path.is_file() or path.name.startswith((".", "~")) or not kinds & _KINDS:
                continue
            folder = place.parent.as_posix()
            ending = _ENDING.get(folder, ".yml")
            if path.suffix == ending and folder in _ENDING and (folder != "." or path.name in _SINGLE):
                continue
            if now := _FORMER.get(place.as_posix()):
                what = f"The file is called {now} now; under this name it is not read."
                do = f"Bring what you changed in it into catalogue/{now}, and delete it."
            elif path.suffix != ending and kinds & {ending, ".yaml", ".txt"}:
                said = "".join(path.suffixes)
                what = f'Files that end in "{said}" are not read here.'
                do = f"Name it {path.name.removesuffix(said)}{ending}."
            else:
                what = "A file that lies here, or is called so, is not read."
                do = f"The catalogue reads {', '.join(_SINGLE)}, and the files in {', '.join(list(_ENDING)[1:])}."
            self.problems.append(Problem(self.project.relative(path), what, do))

    def _document(self, name: str, needed: bool = True) -> Document:
        path = self.project.catalogue / name
        if not needed and not path.is_file():
            return Document(self.project.relative(path))
        document = read_document(self.project, path)
        self.documents.append(document)
        return document

    def _hash(self) -> str:
        digest = hashlib.sha256()
        for path in catalogue_files(self.project):
            content = path.read_bytes()
            digest.update(f"{self.project.relative(path)}\n{len(content)}\n".encode())
            digest.update(content)
        return digest.hexdigest()

    def _municipalities(self) -> tuple[Municipality, ...]:
        rows = self._rows(
            "areas/municipalities.csv", Municipality, MUNICIPALITY_COLUMNS, MUNICIPALITY_OPTIONS
        )
        seen: dict[str, str] = {}
        for where, municipality in rows:
            for value in dict.fromkeys(map(fold_name, (municipality.code, *municipality.names))):
                if value in seen and seen[value] != where:
                    self.problems.append(Problem(where, f'"{value}" is already given in {seen[value]}.'))
                seen.setdefault(value, where)
        return tuple(municipality for _, municipality in rows)

    def _breaks(self) -> dict[str, Break]:
        document = self._document("breaks.yml", needed=False)
        found = {}
        for key, data in document.data.items():
            entry = read_entry(Break, data, document, (key,), {"name": key})
            if entry and entry.period.frequency is not Frequency.MONTH:
                document.problem(
                    (key, "period"), f"{entry.period} is no month.", "Write a month such as 2025M07."
                )
            elif entry:
                found[key] = entry
        return found

    def _indicators(self, document: Document, breaks: Mapping[str, Break]) -> dict[str, Indicator | None]:
        found: dict[str, Indicator | None] = {}
        for key, data in document.data.items():
            entry = data
            if isinstance(data, dict) and isinstance(data.get("breaks"), list):
                named = [
                    _named_break(document, (key, "breaks", n), item, breaks, data.get("frequency"))
                    for n, item in enumerate(data["breaks"])
                ]
                entry = {**data, "breaks": [item for item in named if item is not None]}
            found[key] = read_entry(Indicator, entry, document, (key,), {"key": key})
        return found

    def _rows(
        self,
        name: str,
        model: type[Any],
        columns: tuple[str, ...],
        optional: tuple[str, ...] = (),
        whole: Callable[[Mapping[str, str]], bool] = lambda _: False,
    ) -> list[tuple[str, Any]]:
        rows, problems = read_rows(
            self.project,
            self.project.catalogue / name,
            columns,
            optional,
            numbers=_NUMBERS.intersection(columns),
            periods={"period"}.intersection(columns),
            whole=whole,
        )
        self.problems += problems
        found = [(row.where, read_row(model, row.cells, row.where, self.problems)) for row in rows]
        return [(where, entry) for where, entry in found if entry is not None]

    def _published(
        self, plan_files: Mapping[str, Document], known: Known
    ) -> tuple[dict[str, tuple[PublishedRow, ...]], dict[str, tuple[PublishedPoint, ...]]]:
        published: dict[str, tuple[PublishedRow, ...]] = {}
        points: dict[str, tuple[PublishedPoint, ...]] = {}
        named: dict[str, list[str]] = {}
        for key, plan in known.plans.items():
            name = plan.published if plan else plan_files[key].data.get("published")
            if isinstance(name, str):
                named.setdefault(name, []).append(key)
        present = {path.stem for path in self._glob("published/*.csv")}
        for name, keys in named.items():
            if name not in present:
                near = did_you_mean(name, present)
                plan_files[keys[0]].problem(
                    ("published",),
                    f"There is no catalogue/published/{name}.csv. {near}".strip(),
                    "Leave the line out when no document printed figures for the plan.",
                )
        for path in self._glob("published/*.csv"):
            stem = path.stem.removesuffix("-series")
            if stem not in named:
                # Figures of other documents lie here too; one named after a plan is likely a slip.
                if any(stem.startswith(key) for key in known.plans) and all(
                    f.data for f in plan_files.values()
                ):
                    name = self.project.relative(path)
                    what = f"No plan says `published: {stem}`, so nothing shows this file."
                    do = "Name it <published>.csv or <published>-series.csv, or write the line in the plan."
                    self.problems.append(Problem(name, what, do))
                continue
            file = f"published/{path.name}"
            if path.stem.endswith("-series"):
                found = self._rows(file, PublishedPoint, _SERIES, ("note",), known.counts)
                self.problems += check_points(found, known)
                points[stem] = tuple(point for _, point in found)
            else:
                found = self._rows(file, PublishedRow, _PUBLISHED, ("note",))
                plans = {key: goals for key in named[stem] if (goals := goal_measures(plan_files[key]))}
                self.problems += check_published(plans, found, known)
                published[stem] = tuple(row for _, row in found)
        return published, points

    def _texts(self, known: Known) -> dict[tuple[str, str], OwnTexts]:
        found: dict[tuple[str, str], OwnTexts] = {}
        for path in self._glob("texts/*.yml"):
            document = self._document(f"texts/{path.name}")
            if known.slugs:
                document.known((), "municipality", path.stem, known.slugs, "Name the file after a slug.")
            for key, data in document.data.items():
                if not document.known((key,), "plan", key, known.plans, known.plans_are):
                    continue
                texts = read_entry(OwnTexts, data, document, (key,))
                plan = known.plans[key]
                if texts and plan:
                    _check_own(document, key, texts, plan)
                    found[path.stem, key] = texts
        return found

    def _follow_ups(self, known: Known) -> dict[tuple[str, str, str], tuple[FollowUp, ...]]:
        """By municipality, plan and goal; every Markdown file below ``texts`` is read or named."""
        found: dict[tuple[str, str, str], tuple[FollowUp, ...]] = {}
        for path in self._glob("texts/**/*.md"):
            where = self.project.relative(path)
            place = path.relative_to(self.project.catalogue / "texts").parts
            if len(place) != 3:
                do = "A follow-up lies in texts/<municipality>/<plan>/<goal>.md."
                self.problems.append(Problem(where, "A file that lies here is not read.", do))
                continue
            slug, key, goal = place[0], place[1], path.stem
            plan = known.plans.get(key)
            if known.slugs and slug not in known.slugs:
                what = unknown("municipality", slug, known.slugs)
                self.problems.append(Problem(where, what, "Name the folder after a slug."))
            elif key not in known.plans:
                self.problems.append(Problem(where, unknown("plan", key, known.plans), known.plans_are))
            elif plan and goal not in (goals := [one.number for one in plan.goals]):
                what = f'{key} has no goal "{goal}".'
                self.problems.append(Problem(where, what, f"It has {', '.join(goals)}."))
            else:
                told, problems = read_follow_ups(self.project, path)
                self.problems += problems
                if told:
                    found[slug, key, goal] = told
        return found


def _check_own(document: Document, key: str, texts: OwnTexts, plan: Plan) -> None:
    areas, goals = [area.number for area in plan.focus_areas], [goal.number for goal in plan.goals]
    for number in texts.focus_areas:
        if number not in areas:
            document.problem(
                (key, "focus_areas", str(number)),
                f"{key} has no focus area {number}.",
                f"It has {', '.join(map(str, areas))}.",
            )
    for goal in texts.goals:
        if goal not in goals:
            document.problem(
                (key, "goals", goal), f'{key} has no goal "{goal}".', f"It has {', '.join(goals)}."
            )


def _read(entries: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry for key, entry in entries.items() if entry is not None}


def _named_break(
    document: Document, loc: tuple[str | int, ...], entry: Any, breaks: Mapping[str, Break], frequency: Any
) -> Any:
    """A break's name replaced by the break, in the indicator's own frequency."""
    if not isinstance(entry, str):
        return entry
    do = f"Breaks are the keys of catalogue/breaks.yml: {', '.join(breaks) or 'none yet'}."
    if not document.known(loc, "break", entry, breaks, do):
        return None
    wanted = next((one for one in Frequency if one == frequency), None)
    if wanted is None:
        return None
    known = breaks[entry]
    months = 12 // wanted.per_year
    return known.model_copy(update={"period": Period(wanted, known.period.ordinal // months)})


def _place(problem: Problem) -> tuple[str, int]:
    """File and line, to tell problems in the order in which they stand."""
    name, _, rest = problem.where.partition(":")
    line = rest.split(":")[0]
    return name, int(line) if line.isdigit() else 0


__all__ = ["catalogue_files", "check_catalogue", "load_catalogue"]
