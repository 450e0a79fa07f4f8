"""Write entries into the catalogue's YAML files, as people write them, and leave the rest of a file as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from helpers.errors import PlanError

_WIDTH = 110
_LONG = 70


class _Writer(yaml.SafeDumper):
    """Plain words without quotation marks: every scalar of the catalogue is read as text."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        # Below a >- a text may hold what it will: a colon in a plain one breaks the file when somebody adds it.
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=">" if len(data) > _LONG else None)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Writer.add_representer(str, _Writer.represent_str)
_Writer.yaml_implicit_resolvers = {}


def as_yaml(data: Any, indent: int = 0) -> str:
    """An entry as YAML: innermost keys on one line, lists indented, Danish letters as they are."""
    text: str = yaml.dump(
        data, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=None
    )
    return "".join(f"{' ' * indent}{line}" if line.strip() else line for line in text.splitlines(True))


def with_goal(text: str, name: str, area: int, goal: Mapping[str, Any]) -> tuple[str, int]:
    """A plan's text with one more goal at the end of a focus area, and the line that the goal begins in.

    Raises
    ------
    PlanError
        When there is no such focus area, or its goals are not written one below the other.
    """
    areas = _entry(yaml.compose(text, Loader=yaml.SafeLoader), "focus_areas")
    numbered = {_scalar(_entry(node, "number")): node for node in (areas.value if areas else ())}
    if str(area) not in numbered:
        raise PlanError.of(
            f"{name}: focus_areas",
            f"There is no focus area {area}. There are: {', '.join(map(str, numbered)) or 'none'}.",
            "Add it to the file by hand, with number, title, slug and intro.",
        )
    goals = _entry(numbered[str(area)], "goals")
    if not isinstance(goals, yaml.SequenceNode) or goals.flow_style or not goals.value:
        raise PlanError.of(
            f"{name}:{(goals or numbered[str(area)]).start_mark.line + 1}: focus_areas.{area}",
            "The goals of the focus area do not stand below each other, each after a hyphen.",
            'Write the first one by hand (docs/catalogue.md, "Add or change a goal").',
        )
    lines = text.splitlines(keepends=True)
    end = _end(goals.value[-1])
    while end and not lines[end - 1].strip():
        end -= 1
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    block = as_yaml([dict(goal)], goals.value[0].start_mark.column - 2)
    return "".join([*lines[:end], block, *lines[end:]]), end + 1


def _entry(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs: Sequence[tuple[yaml.Node, yaml.Node]] = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _scalar(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _end(node: yaml.Node) -> int:
    """How many lines of the text there are up to the end of a node."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.line + (node.end_mark.column > 0))
