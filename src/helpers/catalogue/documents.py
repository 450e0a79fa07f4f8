"""Catalogue files as plain data that remember their lines: which line of which file says this?

A YAML file goes in, nested dicts and lists of text come out, with the line of every key. All scalars stay
text until the models read them, so that ``no``, ``1:30`` or ``0.20`` mean what their author wrote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from helpers.errors import Problem
from helpers.project import Project

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"
_NAMED_BY = ("number", "goal", "table", "period", "name")
"""Keys that name an entry of a list better than its position does."""

Loc = tuple[str | int, ...]


@dataclass
class Document:
    """One catalogue file, read.

    Attributes
    ----------
    name
        As a user types it from the project folder, ``catalogue/plans/x.yml``.
    data
        Dicts, lists, text and None; empty when the file could not be read.
    lines
        Place → line (from 1): of the key for a dict's entry, of its first line for a list's item.
    problems
        What is wrong with the file itself.
    """

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Loc, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, loc: Loc) -> int:
        """Line of a place, or of the nearest place around it that exists."""
        return next((self.lines[loc[:n]] for n in range(len(loc), 0, -1) if loc[:n] in self.lines), 1)

    def where(self, loc: Loc) -> str:
        """``catalogue/plans/x.yml:48: goals.4c.indicator``."""
        key = self.key(loc)
        return f"{self.name}:{self.line(loc)}" + (f": {key}" if key else "")

    def key(self, loc: Loc) -> str:
        """The place in words: entries of lists by their number or name, and goals without their focus area."""
        words: list[str] = []
        here: Any = self.data
        for step in loc:
            inside = (
                here[step] if isinstance(here, list) and isinstance(step, int) and step < len(here) else None
            )
            words.append(_name_of(inside, step) if isinstance(here, list) else str(step))
            here = here.get(str(step)) if isinstance(here, dict) else inside
        if words[:1] == ["focus_areas"] and words[2:3] == ["goals"] and len(words) > 3:
            words = words[2:]
        return ".".join(words)

    def settle(self, loc: Iterable[str | int]) -> Loc:
        """`loc` of a model as a place in this file.

        Steps that the file has not (pydantic's tags, position 0 of a single entry that may also be a list)
        are left out, but for a last one that is missing in a dict.
        """
        here: Any = self.data
        place: list[str | int] = []
        for step in loc:
            if isinstance(here, dict) and isinstance(step, str) and not step.startswith("("):
                place.append(step)
                here = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                place.append(step)
                here = here[step]
        return tuple(place)

    def problem(self, loc: Loc, what: str, do: str = "") -> None:
        """Note that something is wrong at a place."""
        self.problems.append(Problem(self.where(loc), what, do))


def _name_of(entry: Any, position: int | str) -> str:
    if isinstance(entry, dict):
        for key in _NAMED_BY:
            if isinstance(entry.get(key), str):
                return str(entry[key])
    return str(position + 1 if isinstance(position, int) else position)


def read_text(project: Project, path: Path) -> tuple[str, Problem | None]:
    """The text of a catalogue file, or what is wrong with it.

    A byte order mark is passed over. A file that is not UTF-8 is refused: read as Windows-1252 it might be
    right, but a guess would be written into every page.
    """
    name = project.relative(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        return "", Problem(name, f"The file cannot be read: {error.strerror}.")
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return "", Problem(
            f"{name}:{line}",
            "The file is not UTF-8; it was probably saved as Windows-1252 (ANSI).",
            'Save it again with the encoding "UTF-8".',
        )


def read_document(project: Project, path: Path) -> Document:
    """Read one YAML file; its problems are in the document, none is raised."""
    document = Document(project.relative(path))
    text, problem = read_text(project, path)
    if problem:
        document.problems.append(problem)
        return document
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        document.problems.append(_broken(document.name, text, error))
        return document
    except yaml.YAMLError as error:
        document.problems.append(Problem(document.name, f"The file is no YAML: {error}"))
        return document
    if root is None:
        document.problems.append(Problem(f"{document.name}:1", "The file is empty."))
        return document
    data = _build(root, (), document, frozenset())
    if isinstance(data, dict):
        document.data = data
    else:
        document.problems.append(
            Problem(f"{document.name}:1", "The file must hold keys with values (`key: value`), one a line.")
        )
    return document


def _build(node: yaml.Node, loc: Loc, document: Document, above: frozenset[int]) -> Any:
    if id(node) in above:
        document.problem(loc, "This entry contains itself (an alias * points to what it is part of).")
        return None
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                document.problem(loc, f"A key must be a single word (line {line}).")
                continue
            key = key_node.value
            inside = (*loc, key)
            if key in found:
                first = document.lines[inside]
                document.problems.append(
                    Problem(
                        f"{document.name}:{line}: {document.key(inside)}",
                        f'"{key}" is already given in line {first}.',
                        "Keep one of the two; a later one would silently win.",
                    )
                )
                continue
            document.lines[inside] = line
            found[key] = _build(value_node, inside, document, above | {id(node)})
            if not loc:
                document.data[key] = found[key]
        return found
    if isinstance(node, yaml.SequenceNode):
        items: list[Any] = []
        for position, item in enumerate(node.value):
            inside = (*loc, position)
            document.lines[inside] = item.start_mark.line + 1
            items.append(_build(item, inside, document, above | {id(node)}))
        return items
    if node.tag == _NULL:
        return None
    return node.value.strip() if node.style in ("|", ">") else node.value


def _broken(name: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    said = " ".join(part for part in (error.context, error.problem) if part)
    lines = text.splitlines()
    shown = lines[line - 1] if line <= len(lines) else ""
    before = lines[line - 2] if 2 <= line <= len(lines) + 1 else ""
    if "\t" in shown[: len(shown) - len(shown.lstrip())]:
        return Problem(
            f"{name}:{line}", "The line begins with a tab.", "Indent with blanks (two for each step)."
        )
    if "mapping values are not allowed" in said:
        do = 'A text with a colon and a blank in it (": ") must stand in quotation marks: "…".'
    elif "found character" in said or "found unexpected end of stream" in said or "quoted scalar" in said:
        do = 'A text that begins with one of { } [ ] & * # ? | > ! % @ ` or a quotation mark must stand in "…".'
    elif "expected <block end>" in said or "could not find expected ':'" in said:
        do = "The line is probably indented otherwise than its neighbours, or a colon is missing."
    else:
        do = "Look at the indentation, the colons and the quotation marks here and in the line before."
    if before and not shown:
        shown = before
    return Problem(
        f"{name}:{line}", f"The file is no valid YAML here: {said}.\n{shown.strip()[:100]}".rstrip(), do
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean "x"?`` for the nearest known word, or nothing when none is near."""
    folded = {key.casefold(): key for key in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f'Did you mean "{folded[near[0]]}"?' if near else ""
