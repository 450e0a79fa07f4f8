"""Catalogue files as plain data that remember their lines: which line of which file says this?

A YAML file goes in, nested dicts and lists of text come out, with the line of every key. All scalars stay
text until the models read them, so that ``no``, ``1:30`` or ``0.20`` mean what their author wrote.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from helpers.errors import Problem
from helpers.letters import did_you_mean, find_hidden, find_odd_blank, name_of
from helpers.project import Project

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"
_LARGEST_FILE = 4_000_000
"""Bytes; the catalogue's own files have 40 kB at most."""
_LONGEST_TEXT = 20_000
"""Letters of one text: some eight pages."""
_DEEPEST = 40
"""Levels of keys and lists within each other; the catalogue's own files have 9."""
_MOST_ENTRIES = 200_000
"""Keys and items of one file, those an alias repeats included."""
_NAMED_BY = ("number", "goal", "table", "period", "name")
"""Keys that name an entry of a list better than its position does."""

Loc = tuple[str | int, ...]
"""A place in a file: keys of dicts and positions in lists, from the outside in."""


@dataclass
class Document:
    """One catalogue file, read."""

    name: str
    """As a user types it from the project folder, ``catalogue/plans/x.yml``."""
    data: dict[str, Any] = field(default_factory=dict)
    """Dicts, lists, text and None; empty when the file could not be read."""
    lines: dict[Loc, int] = field(default_factory=dict)
    """Place → line (from 1): of the key for a dict's entry, of its first line for a list's item."""
    problems: list[Problem] = field(default_factory=list)
    """What is wrong with the file itself."""

    def line(self, loc: Loc) -> int:
        """Line of a place, or of the nearest place around it that exists."""
        return next((self.lines[loc[:n]] for n in range(len(loc), -1, -1) if loc[:n] in self.lines), 1)

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

    def values(self, path: Path) -> dict[str, Any]:
        """What the file holds as YAML means it (numbers, dates); nothing, and noted, where that cannot be made."""
        try:
            found = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)
        except (yaml.MarkedYAMLError, ValueError) as error:  # a tag of another language, the 31st of February
            mark, said = getattr(error, "problem_mark", None), getattr(error, "problem", None) or error
            self.problem(
                (),
                f"A value is none: {said}.",
                "Write tags (!) and impossible dates in quotation marks.",
                mark and mark.line + 1,
            )
            return {}
        return found if isinstance(found, dict) else {}

    def known(self, loc: Loc, kind: str, word: str, there: Collection[str], do: str = "") -> bool:
        """Whether a word is one of those there are; another one is noted, with the nearest."""
        if word not in there:
            self.problem(loc, unknown(kind, word, there), do)
        return word in there


def _name_of(entry: Any, position: int) -> str:
    names = [entry.get(key) for key in _NAMED_BY] if isinstance(entry, dict) else []
    return next((name for name in names if isinstance(name, str)), str(position + 1))


def catalogue_text(project: Project, path: Path) -> tuple[str, Problem | None]:
    """The text of a catalogue file, or what is wrong with it.

    A byte order mark is passed over. A file that is not UTF-8 is refused: read as Windows-1252 it might be
    right, but a guess would be written into every page.
    """
    name = project.relative(path)
    try:
        if (size := path.stat().st_size) > _LARGEST_FILE:
            what = f"The file has {size // 1_000_000} MB; no file of the catalogue has more than {_LARGEST_FILE // 1_000_000}."
            return "", Problem(f"{name}:1", what, "Take out what does not belong here.")
        content = path.read_bytes()
    except OSError as error:
        return "", Problem(name, f"The file cannot be read: {error.strerror}.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return "", Problem(
            f"{name}:{line}",
            "The file is not UTF-8; it was probably saved as Windows-1252 (ANSI).",
            'Save it again with the encoding "UTF-8".',
        )
    if hidden := find_hidden(text):
        line = text.count("\n", 0, hidden.start()) + 1
        what = f"The line holds a character that cannot be seen: {name_of(hidden[0])}."
        return "", Problem(f"{name}:{line}", what, "Type the line again.")
    return text, None


def read_document(project: Project, path: Path) -> Document:
    """Read one YAML file; its problems are in the document, none is raised."""
    document = Document(project.relative(path))
    text, problem = catalogue_text(project, path)
    if problem:
        document.problems.append(problem)
        return document
    try:
        if deep := _too_deep(text):
            what = f"More than {_DEEPEST} levels of keys and lists begin here, one within the other."
            document.problems.append(Problem(f"{document.name}:{deep}", what, "Write it out flat."))
            return document
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        document.problems.append(_odd_indentation(document.name, text) or _broken(document.name, text, error))
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
    try:
        data = builder.build(root, ())
    except _TooMuch as error:
        what = f"Aliases (*) make more than {_MOST_ENTRIES:,} entries of this file."
        document.problems.append(Problem(f"{document.name}:{error.line}", what, "Write the entries out."))
        document.lines.clear()
        return document
    if isinstance(data, dict):
        document.data = data
    else:
        document.problem((), "The file must hold keys with values (`key: value`), one a line.")
    for loc, line, what, do in builder.found:
        document.problem(loc, what, do, line)
    return document


def _too_deep(text: str) -> int | None:
    """The line in which the file goes deeper than any catalogue does, found without going there."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                mark: Any = event.start_mark  # the stubs allow a start without one
                return int(mark.line) + 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


class _TooMuch(Exception):
    """An alias of aliases of aliases."""

    def __init__(self, line: int) -> None:
        self.line = line


class _Builder:
    """Plain data from YAML nodes; what is wrong is told once all data stand, so that it is named rightly."""

    def __init__(self, document: Document) -> None:
        self.lines = document.lines
        self.found: list[tuple[Loc, int, str, str]] = []
        self.open: set[int] = set()
        self.entries = 0

    def build(self, node: yaml.Node, loc: Loc) -> Any:
        self.entries += 1
        if self.entries > _MOST_ENTRIES:
            raise _TooMuch(node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            if node.tag == _NULL:
                return None
            if hidden := find_hidden(node.value):
                what = f"The text holds a character that cannot be seen: {name_of(hidden[0])}."
                self.found.append((loc, node.start_mark.line + 1, what, "Type it again, without."))
            if len(node.value) > _LONGEST_TEXT:
                what = f"The text has {len(node.value):,} letters; {_LONGEST_TEXT:,} are the most."
                self.found.append((loc, node.start_mark.line + 1, what, "Make a notebook of it."))
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
            if odd := find_odd_blank(key) or find_hidden(key):
                inside = (*loc, key.strip())
                what = f"The key holds {name_of(odd[0])}."
                self.found.append((inside, line, what, "Type ordinary blanks there."))
                continue
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


_ODD_INDENTATION = re.compile(r"^(\s*(?:- *|[\w.-]+: *)*)([^\S \n\r\t])", re.MULTILINE)


def _odd_indentation(name: str, text: str) -> Problem | None:
    """What to say when a file is no YAML for a blank that only looks like one, in an indentation or after a colon."""
    found = [match for match in _ODD_INDENTATION.finditer(text) if find_odd_blank(match[0])]
    if not found:
        return None
    odd = find_odd_blank(found[0][0])
    assert odd is not None
    line = text.count("\n", 0, found[0].start() + len(found[0][1])) + 1
    lines = {text.count("\n", 0, match.end()) + 1 for match in found}
    more = f" So do {len(lines) - 1} other lines of the file." if len(lines) > 1 else ""
    what = f"The line is indented with {name_of(odd[0])}, which YAML does not take for a blank.{more}"
    return Problem(
        f"{name}:{line}", what, "Replace it by ordinary blanks; it often comes with text from a web page."
    )


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


def unknown(kind: str, word: str, known: Iterable[str]) -> str:
    """``"x" is no indicator. Did you mean "y"?``"""
    return f'"{word}" is no {kind}. {did_you_mean(word, known)}'.strip()
