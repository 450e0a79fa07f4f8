"""Job centres: what is ranked beside municipalities, and which municipalities share one.

In: ``areas/jobcentres.csv`` beside the municipalities. Out: :class:`Area` and :class:`JobCentre`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from helpers.catalogue.explain import read_row
from helpers.catalogue.fields import Model, parted
from helpers.catalogue.models import Certainty, Municipality
from helpers.catalogue.tables import read_rows
from helpers.errors import Problem
from helpers.letters import fold_name
from helpers.project import Project

_COLUMNS = ("jobcentre", "slug", "municipalities", "certainty", "source")
_FIELDS = {"jobcentre": "name", "municipalities": "codes"}


class Area(Model):
    """What is ranked: a job centre, or one municipality."""

    name: str
    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    """Names its folder; unique among job centres and municipalities."""
    codes: Annotated[tuple[str, ...], parted("+")] = Field(min_length=1)
    """The three-digit codes of its municipalities."""

    @property
    def joint(self) -> bool:
        """Whether several municipalities share it, so that its figures have to be put together."""
        return len(self.codes) > 1

    @classmethod
    def of(cls, municipality: Municipality) -> Area:
        """A municipality, standing for itself."""
        return Area(name=municipality.name, slug=municipality.slug, codes=(municipality.code,))


class JobCentre(Area):
    """One of the 94. `certainty` and `source` say how well it is known that a joint one is joint."""

    certainty: Certainty | None = None
    source: str | None = None


def fold_area(text: str) -> str:
    """A name of a job centre or municipality as people may write it, brought to one form.

    Examples
    --------
    >>> fold_area("Jobcenter Vallensbæk og Ishøj")
    'vallensbaek/ishoej'
    """
    names = text.casefold().removeprefix("jobcenter").replace(" og ", "/")
    return "/".join(map(fold_name, names.split("/")))


def codes_by_name(
    centres: Iterable[JobCentre], municipalities: Iterable[Municipality]
) -> dict[str, tuple[str, ...]]:
    """Folded names of municipalities and joint job centres (in either order) → the codes they stand for."""
    names: dict[str, tuple[str, ...]] = {}
    for centre in centres:
        if centre.joint:
            names[fold_area(centre.name)] = centre.codes
            names[fold_area("/".join(reversed(centre.name.split("/"))))] = centre.codes
    for municipality in municipalities:
        for text in (municipality.name, municipality.code, municipality.slug):
            names[fold_area(text)] = (municipality.code,)
    return names


def read_job_centres(
    project: Project, municipalities: tuple[Municipality, ...], problems: list[Problem]
) -> tuple[JobCentre, ...]:
    """The job centres, in the order of the file; without one, each municipality has its own."""
    path = project.catalogue / "areas" / "jobcentres.csv"
    if not path.is_file():
        return tuple(JobCentre(**Area.of(municipality).model_dump()) for municipality in municipalities)
    known = {municipality.code for municipality in municipalities}
    rows, found = read_rows(project, path, _COLUMNS)
    problems.extend(found)
    seen: dict[str, str] = {}
    centres: list[JobCentre] = []
    for row in rows:
        entry = {_FIELDS.get(column, column): text for column, text in row.cells.items()}
        centre = read_row(JobCentre, entry, row.where, problems)
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
