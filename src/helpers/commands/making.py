"""``plan new`` and ``plan add``: a municipality's own plan, and goals and indicators to go into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import yaml
from pydantic import ValidationError

from helpers.analysis.targets import ResolvedTarget
from helpers.catalogue import Catalogue, load_catalogue
from helpers.catalogue.brand import brand_of, own_brand
from helpers.catalogue.documents import read_document
from helpers.catalogue.models import FromHand, Indicator, Municipality, Plan
from helpers.catalogue.targets import Target
from helpers.catalogue.writing import as_yaml, with_goal
from helpers.commands.notebooks import own_books, update_notebooks
from helpers.commands.writing import write_checked
from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.present.target_words import target_phrase
from helpers.present.words import one_stop
from helpers.project import Project
from helpers.sources.manual import manual_path, write_template

_HISTORY = ("number_printed", "note", "note_owner_only", "previous")
"""Keys of a goal that tell of the plan it is copied from."""

_HEAD = """\
# {owner}s plan for {year}. Ret titler, tekster og mål, så de er, som I har vedtaget dem.
# En linje, der begynder med #, læses ikke. Når noget er rettet: »plan check« siger, om alt er i orden, og ellers hvilken
# linje der er gal. Alle slags mål står i docs/catalogue.md, vejen fra start til slut i docs/kom-i-gang.md.

title: {title}
year: {year}
municipality: {slug}
source: {owner}.            # hvor målene står: udvalg, dato og punkt på dagsordenen
example_date: {today}       # den dag, opdigtede tal lader, som om de er hentet
{previous}figure_layout: panels

# Hvad tingene hedder på siderne. Ét ord, hvis bøjning er kendt: strategi, opfølgning; indsatsområde, tema, spor;
# indsatsmål, pejlemærke … Ellers de fire former: {{one: program, many: programmer, the: programmet, the_many: programmerne}}
names:
  document: plan
  area: fokusområde
  goal: resultatmål
  unit: Jobcenter {{kommune}}

# Et mål måles på en indikator (»plan list indicators«; nye med »plan add indicator«) og har et måltal (target).
# »plan add goal {key} 1 <indikator>« skriver et mål til.
"""

_BRAND = """\
# {owner}s farver, skrift og logo. Kun det, der skal være anderledes end i _brand.yml, skal stå her (docs/rendering.md).
color:
  primary: "{primary}"
# logo:
#   medium:
#     path: {slug}.svg          # en fil ved siden af denne
#     alt: {owner}
"""

_TEXTS_HEAD = """\
# {owner}s egne tekster til sine planer. De kommer kun på siderne, når de er skrevet (docs/catalogue.md).
"""

_TEXTS = """\

{key}:
  # index: >-
  #   Byrådet vedtog planen den …
  focus_areas: {{}}
  goals: {{}}
"""


def new_plan(
    project: Project, kommune: str, year: int, *, start: str = "", today: date | None = None
) -> Iterator[str]:
    """Write a municipality's own plan and all that goes with it; a line for each file, and what comes next.

    Raises
    ------
    PlanError
        When there is such a plan already, or no such municipality or plan to begin with.
    """
    catalogue = load_catalogue(project)
    area = catalogue.municipality(kommune)
    key = f"{area.slug}-{year}"
    path = project.catalogue / "plans" / f"{key}.yml"
    if path.exists():
        raise PlanError.of(
            project.relative(path),
            "The plan is there already, and is not overwritten.",
            f"Change it in the file, or write the plan of another year: plan new {area.name} --year {year + 1}",
        )
    source = catalogue.plan(start) if start else _beginning(catalogue, area, year)
    write_checked(project, path, lambda _: _plan_text(project, source, area, year, today))
    yield f"wrote {project.relative(path)}: {len(source.goals)} goals to change, from {source.key}"
    texts = project.catalogue / "texts" / f"{area.slug}.yml"
    catalogue = write_checked(
        project,
        texts,
        lambda old: f"{(old or _filled(_TEXTS_HEAD, area)).rstrip()}\n{_filled(_TEXTS, area, key=key)}",
    )
    yield f"wrote {project.relative(texts)}, for texts of your own"
    brand = own_brand(project, area.slug)
    if not brand.exists():
        primary = brand_of(project).colours["primary"]
        write_whole(brand, _filled(_BRAND, area, primary=primary).encode())
        yield f"wrote {project.relative(brand)}, for your colours and logo"
    plan = catalogue.plan(key)
    for typed in _typed_in(catalogue, plan):
        if not manual_path(project, area, typed).exists():
            written = write_template(project, catalogue, area, typed)
            yield f"wrote {project.relative(written)}, to type figures into"
    yield from update_notebooks(project, catalogue, key)
    if dated := _dated(project, key, year):
        yield f"These goals name an earlier year; see whether they still hold: {', '.join(dated)}"
    named = "" if plan == catalogue.default_plan(area) else f" --plan {key}"
    yield f"See it: plan render {area.name}{named}"


def _filled(text: str, area: Municipality, **words: object) -> str:
    return text.format(owner=area.long_name, slug=area.slug, **words)


def _beginning(catalogue: Catalogue, area: Municipality, year: int) -> Plan:
    """The plan whose goals a new one begins with: the municipality's newest before it, else the one for anybody."""
    before = (plan for plan in catalogue.own_plans(area) if plan.year < year)
    found = next(before, catalogue.shared_plan)
    if found is None:
        raise PlanError.of(
            "plan new", "There is no plan to begin with.", "Name one: --from, see `plan list plans`."
        )
    return found


def _plan_text(project: Project, source: Plan, area: Municipality, year: int, today: date | None) -> str:
    follows = source.municipality == area.slug
    document = read_document(project, project.catalogue / "plans" / f"{source.key}.yml")
    areas = [_copied(one, follows) for one in document.data["focus_areas"]]
    title = re.sub(r"\b(19|20)\d\d\b", str(year), source.title) if follows else f"Beskæftigelsesplan {year}"
    head = _filled(
        _HEAD,
        area,
        key=f"{area.slug}-{year}",
        year=year,
        title=title,
        today=today or date.today(),
        previous=f"previous: {source.key}\n" if follows else "",
    )
    return head + re.sub(r"(?<!focus_areas:)\n(?=  - number: )", "\n\n", as_yaml({"focus_areas": areas}))


def _copied(area: Mapping[str, Any], follows: bool) -> dict[str, Any]:
    """A focus area as it begins in the next plan: what tells of the plan before it is left out."""
    kept = {key: value for key, value in area.items() if key not in ("replaces", "goals")}
    goals = []
    for goal in area.get("goals") or ():
        copied = {key: value for key, value in goal.items() if key not in _HISTORY}
        if isinstance(copied.get("target"), dict):
            copied["target"] = {k: v for k, v in copied["target"].items() if k not in ("was", "because")}
        goals.append({**copied, "previous": {"goal": goal["number"]}} if follows else copied)
    return {**kept, "goals": goals}


def _typed_in(catalogue: Catalogue, plan: Plan) -> Iterator[str]:
    """Keys of the plan's surveys and of its indicators that a person types in, each once."""
    for key in dict.fromkeys(key for goal in plan.goals for key in goal.indicators):
        found = catalogue.indicators.get(key)
        if found is None or any(isinstance(series.origin, FromHand) for series in found.series.values()):
            yield key


def _dated(project: Project, key: str, year: int) -> list[str]:
    """Numbers of the goals whose wording or target names a year before the plan's."""
    document = read_document(project, project.catalogue / "plans" / f"{key}.yml")
    goals = [goal for area in document.data["focus_areas"] for goal in area["goals"]]
    years = {goal["number"]: re.findall(r"\b20\d\d", f"{goal['text']} {goal['target']}") for goal in goals}
    return [number for number, found in years.items() if any(int(one) < year for one in found)]


def add_goal(
    project: Project,
    key: str,
    number: int,
    indicator: str = "",
    *,
    target: str = "",
    title: str = "",
    text: str = "",
) -> Iterator[str]:
    """Write one more goal into a focus area of a plan; says where, and brings its notebooks up to date.

    Parameters
    ----------
    indicator
        Key of an indicator or a survey; empty for a goal that is followed without one.
    target
        As in the file, without braces: ``at_least: 85``; default: the country, in the indicator's direction.
    title, text
        Default: the indicator's title, and the target in words where it is the country or a number.

    Raises
    ------
    PlanError
        When something named is not there, or the plan would not be right with the goal.
    """
    catalogue = load_catalogue(project)
    plan = catalogue.plan(key)
    path = project.catalogue / "plans" / f"{plan.key}.yml"
    measured = None if indicator in catalogue.surveys or not indicator else catalogue.indicator(indicator)
    promised = _target(target, measured)
    title = title or (measured.title if measured else catalogue.surveys[indicator].title if indicator else "")
    if not text and measured and promised.keys().isdisjoint(("all", "any")):
        aim = _promised(promised)
        # Any other is worded by those who decided it: its words need figures, or a group's name.
        if aim.national or (aim.rule != "rank" and aim.against is None and aim.value is not None):
            phrase = target_phrase(ResolvedTarget.of(aim), measured.decimals, measured.unit)
            text = one_stop(f"{title}: {phrase}.")
    if not title or not text:
        missing = "--title" if not title else "--text"
        raise PlanError.of(
            missing, "The goal's heading and wording are not known.", f"Say them with {missing}."
        )
    goal: dict[str, Any] = {"number": _next_number(plan, number), "title": title, "text": text}
    if indicator:
        goal["indicator"] = indicator
    goal["target"] = promised
    line = 0

    def added(before: str) -> str:
        nonlocal line
        after, line = with_goal(before, project.relative(path), number, goal)
        return after

    catalogue = write_checked(project, path, added)
    yield f"wrote {project.relative(path)}:{line}: goal {goal['number']}, {text}"
    if any(book.contents.key == plan.key for book in own_books(project, catalogue)):
        yield from update_notebooks(project, catalogue, plan.key)


def _target(text: str, indicator: Indicator | None) -> dict[str, Any]:
    """A target as the file has it; text only, since the catalogue reads every scalar as text."""
    if not text and indicator is not None:
        return {"at_least" if indicator.direction.sign > 0 else "at_most": "national"}
    try:
        whole = text.strip()
        found = yaml.load(whole if whole.startswith("{") else f"{{{whole}}}", Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict) or not found or None in found.values() or "" in found.values():
        raise PlanError.of("--target", f'"{text}" is no target.', 'Write it as in the file: "at_least: 85".')
    return found


def _promised(target: Mapping[str, Any]) -> Target:
    try:
        return Target.model_validate(target)
    except ValidationError as error:
        what = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise PlanError.of(
            "--target", f"{what[:1].upper()}{what[1:]}.", "docs/catalogue.md lists all kinds."
        ) from None


def _next_number(plan: Plan, area: int) -> str:
    letters = [goal.number[-1] for one in plan.focus_areas if one.number == area for goal in one.goals]
    last = max(letters, default="`")
    if last == "z":
        raise PlanError.of(plan.key, f"Focus area {area} has a goal {area}z; there is no letter after it.")
    return f"{area}{chr(ord(last) + 1)}"
