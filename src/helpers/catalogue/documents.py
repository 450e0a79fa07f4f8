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
"""A place in a file: keys of dicts and positions in lists, from the outside in."""


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

    def where(self, loc: Loc, line: int | None = None) -> str:
        """``catalogue/plans/x.yml:48: goals.4c.indicator``."""
        key = self.key(loc)
        return f"{self.name}:{line or self.line(loc)}" + (f": {key}" if key else "")

    def key(self, loc: Loc) -> str:
        """The place in words: entries of lists by number or name, goals without their focus area."""
        words: list[str] = []
        here: Any = self.data
        for step in loc:
            if isinstance(here, list) and isinstance(step, int):
                here = here[step] if step < len(here) else None
                words.append(_name_of(here, step))
            else:
                here = here.get(str(step)) if isinstance(here, dict) else None
                words.append(str(step))
        if words[:1] == ["focus_areas"] and words[2:3] == ["goals"] and len(words) > 3:
            words = words[2:]
        return ".".join(words)

    def settle(self, loc: Iterable[str | int]) -> Loc:
        """A model's `loc` as a place in this file.

        Steps that the file has not are left out (pydantic's tags, and position 0 of a single entry where a
        list could stand), except the name of a key that is missing.
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

    def problem(self, loc: Loc, what: str, do: str = "", line: int | None = None) -> None:
        """Note that something is wrong at a place."""
        self.problems.append(Problem(self.where(loc, line), what, do))


def _name_of(entry: Any, position: int) -> str:
    names = [entry.get(key) for key in _NAMED_BY] if isinstance(entry, dict) else []
    return next((name for name in names if isinstance(name, str)), str(position + 1))


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
        document.problems.append(
            Problem(document.name, f"The file is no YAML: {' '.join(str(error).split())}.")
        )
        return document
    if root is None:
        document.problems.append(Problem(f"{document.name}:1", "The file is empty."))
        return document
    builder = _Builder(document)
    data = builder.build(root, ())
    if isinstance(data, dict):
        document.data = data
    else:
        document.problem((), "The file must hold keys with values (`key: value`), one a line.")
    for loc, line, what, do in builder.found:
        document.problem(loc, what, do, line)
    return document


class _Builder:
    """Plain data from YAML nodes; what is wrong is told once all data stand, so that it is named rightly."""

    def __init__(self, document: Document) -> None:
        self.lines = document.lines
        self.found: list[tuple[Loc, int, str, str]] = []
        self.open: set[int] = set()

    def build(self, node: yaml.Node, loc: Loc) -> Any:
        if isinstance(node, yaml.ScalarNode):
            if node.tag == _NULL:
                return None
            return node.value.strip() if node.style in ("|", ">") else node.value
        if id(node) in self.open:
            what = "This entry contains itself (an alias, *, points to what it is part of)."
            self.found.append((loc, node.start_mark.line + 1, what, "Write the entry out."))
            return None
        self.open.add(id(node))
        data = self._dict(node, loc) if isinstance(node, yaml.MappingNode) else self._list(node, loc)
        self.open.remove(id(node))
        return data

    def _list(self, node: yaml.Node, loc: Loc) -> list[Any]:
        items: list[Any] = []
        for position, item in enumerate(node.value):
            inside = (*loc, position)
            self.lines[inside] = item.start_mark.line + 1
            items.append(self.build(item, inside))
        return items

    def _dict(self, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                do = 'A text that begins with { must stand in quotation marks: "{…}".'
                self.found.append((loc, line, "A key must be a single word.", do))
                continue
            key = key_node.value
            inside = (*loc, key)
            if key in data:
                what = f'"{key}" is already given in line {self.lines[inside]}.'
                self.found.append(
                    (inside, line, what, "Keep one of the two; the later one would silently win.")
                )
                continue
            self.lines[inside] = line
            data[key] = self.build(value_node, inside)
        return data


def _broken(name: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    said = " ".join(part for part in (error.context, error.problem) if part)
    lines = text.splitlines()
    shown = lines[line - 1] if line <= len(lines) else ""
    if "\t" in shown[: len(shown) - len(shown.lstrip())]:
        return Problem(
            f"{name}:{line}", "The line begins with a tab.", "Indent with blanks (two for each step)."
        )
    if "mapping values are not allowed" in said:
        do = 'A text with a colon and a blank in it (": ") must stand in quotation marks: "…".'
    elif "cannot start any token" in said or "quoted scalar" in said or "alias" in said:
        do = "A text that begins with one of { } [ ] & * # ? | > ! % @ ` must stand in quotation marks."
    elif "expected <block end>" in said or "could not find expected ':'" in said:
        do = "The line is probably indented otherwise than its neighbours, or a colon is missing."
    else:
        do = "Look at the indentation, the colons and the quotation marks here and in the line before."
    return Problem(f"{name}:{line}", f"The file is no valid YAML here: {said}.\n{shown.strip()[:100]}", do)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean "x"?`` for the nearest known word, or nothing when none is near."""
    folded = {key.casefold(): key for key in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f'Did you mean "{folded[near[0]]}"?' if near else ""


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """``"x" is no indicator. Did you mean "y"?``"""
    return f'"{word}" is no {kind}. {did_you_mean(word, known)}'.strip()
