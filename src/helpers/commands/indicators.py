"""``plan add indicator``: an entry of the catalogue for a table that ``plan find`` found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from helpers.catalogue import load_catalogue
from helpers.catalogue.writing import as_yaml
from helpers.commands.writing import write_checked
from helpers.data.text import tidy
from helpers.errors import PlanError
from helpers.letters import address_part
from helpers.periods import Frequency
from helpers.project import Project
from helpers.sources import find
from helpers.sources.metadata import AREA_DIMENSION, Dimension, TableInfo

_MEMBERS_SHOWN = 8
_FILE = "indicators/egne.yml"
_HEAD = """\
# Indikatorer, som er føjet til med »plan add indicator«. Ret titler og tekster; nøgler er forklaret i docs/catalogue.md.

"""


def add_indicator(
    project: Project,
    table: str,
    measure: str = "",
    *,
    where: Sequence[str] = (),
    better: str = "",
    key: str = "",
    title: str = "",
) -> Iterator[str]:
    """Write an indicator for a table of Jobindsats, with its measure, frequency and dimensions from the metadata.

    Parameters
    ----------
    measure
        Id or label; may be left out where the table has one only.
    where
        Members chosen of dimensions, each as ``_dimension=Member``; a dimension that is not named is at its total.
    better
        ``higher`` or ``lower``: the metadata do not say which way is better.

    Raises
    ------
    PlanError
        When there is no such table, measure, dimension or member (lists what there is), or the key is taken.
    """
    if better not in ("higher", "lower"):
        raise PlanError.of(
            "--better", "Which way is better is not said.", "Write --better higher or --better lower."
        )
    info = find.metadata_of(project, table)
    measures = [(group, one) for group in info.groups for one in (group.measures or (None,))]
    if not measure and len(measures) > 1:
        raise PlanError.of(
            info.id,
            f"The table has {len(measures)} measures; say which.",
            "\n".join(
                f'--measure {(one or group).id}   "{tidy((one or group).label)}"' for group, one in measures
            ),
        )
    group, one = info.measure(measure) if measure else measures[0]
    label = tidy((one or group).label)
    chosen: dict[str, list[str]] = {}
    for pair in where:
        dimension, _, member = pair.partition("=")
        if not member:
            raise PlanError.of("--where", f'"{pair}" is no choice.', 'Write "_dimension=Member".')
        chosen.setdefault(dimension.strip(), []).append(member.strip())
    for dimension, members in chosen.items():
        info.members(dimension, members)
    title = title or f"{tidy(info.title)}: {label}"
    key = key or address_part(title)
    if key in load_catalogue(project).indicators:
        raise PlanError.of(f"indicator {key}", "There is an indicator of that key.", "Choose another: --key")
    unit, decimals = _unit(label)
    origin: dict[str, Any] = {"table": info.id, "measure": (one or group).id}
    if chosen:
        origin["where"] = {name: found[0] if len(found) == 1 else found for name, found in chosen.items()}
    share = unit == "percent"
    entry = {
        "title": title,
        "definition": f"{label}, tabel {info.id} på Jobindsats.",
        "unit": unit,
        "decimals": str(decimals),
        "frequency": _frequency(info),
        "direction": f"{better}_is_better",
        "headline": "share" if share else "count",
        "series": {
            "share" if share else "count": {
                "label": f"{{area}} - {label}",
                "from": origin,
                "certainty": "confirmed",
            }
        },
    }
    path = project.catalogue / _FILE
    others = [d for d in info.dimensions if d.id not in {*chosen, AREA_DIMENSION}]
    left = "".join(f"#   {d.id}: {tidy(d.label)}{_some_members(d)}\n" for d in others)
    remark = (
        f"# Øvrige inddelinger i {info.id}, som her er i alt (where: vælger et medlem):\n{left}"
        if left
        else ""
    )

    def added(before: str) -> str:
        return (f"{before.rstrip()}\n\n" if before else _HEAD) + remark + as_yaml({key: entry})

    write_checked(project, path, added)
    yield f"wrote {project.relative(path)}: {key} ({label}, {unit}, {better} is better)"
    yield f"Use it: plan add goal <plan> <focus area> {key}"


def _some_members(dimension: Dimension) -> str:
    labels = [tidy(value.label) for hierarchy in dimension.hierarchies[:1] for value in hierarchy.values]
    shown = "; ".join(labels[:_MEMBERS_SHOWN])
    return f" ({shown}{'; …' if len(labels) > _MEMBERS_SHOWN else ''})" if labels else ""


def _unit(label: str) -> tuple[str, int]:
    """Unit and decimals that a measure's label speaks of."""
    words = label.casefold()
    if re.search(r"andel|pct|procent|grad\b", words):
        return "percent", 1
    if "fuldtid" in words:
        return "full_time_persons", 0
    if re.search(r"\buger?\b|varighed", words):
        return "weeks", 1
    return ("persons", 0) if re.search(r"antal|personer", words) else ("number", 1)


def _frequency(info: TableInfo) -> str:
    """The most frequent of the periods that the table has."""
    codes = {periods.code for periods in info.period_types}
    found = next((frequency for frequency in Frequency if frequency.code in codes), None)
    if found is None:
        kinds = ", ".join(sorted(codes)) or "none"
        raise PlanError.of(info.id, f"The table has no months, quarters or years. Its periods: {kinds}.")
    return found.value
