"""Lay a book as the catalogue has it over the notebooks an analyst works in: theirs stays, ours is as it is now.

Cells from the catalogue have ids that begin with ``plan-`` and stand in its order. Every other cell is the analyst's: it
follows the cell of the catalogue that it followed, also to another page, and where that one is gone the nearest before it
that is left. Nothing is read or written here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from uuid import uuid4

import nbformat
from nbformat import NotebookNode

from helpers.reports.base.notebooks import (
    CELL_PREFIX,
    STAMP,
    BookCell,
    BookPage,
    Contents,
    make_notebook,
    stamp,
    subject,
)

_ATTRIBUTES = re.compile(r"(?:\s*(?:\{[^{}]*\}|<!-- #[^<>]*-->))+\s*$")
_NUMBER = re.compile(r"\b\d+[a-z]?\b")

CellPlace = tuple[str, str]
"""A notebook, and the id of the cell of the catalogue that an analyst's cell follows; empty for the top."""


Changes = dict[str, list[str]]


@dataclass
class Merged:
    """A book laid over what was there."""

    notebooks: dict[str, NotebookNode] = field(default_factory=dict)
    """The files an analyst edits, by path."""
    pages: dict[str, NotebookNode] = field(default_factory=dict)
    """The notebook of each of the catalogue's pages that is a chapter, by path."""
    chapters: list[str] = field(default_factory=list)
    """Paths of all chapters in their order, the analyst's own among them."""
    changes: dict[str, Changes] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    """File → kind of change → the cells it concerns; none for a file that is up to date."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Old path → new path."""
    gone: dict[str, int] = field(default_factory=dict)
    """File of a page that the catalogue no longer has → how many cells of the analyst's it holds."""


def merge(
    contents: Contents,
    there: Mapping[str, NotebookNode],
    chapters: Sequence[str] | None,
    made: Iterable[str] = (),
) -> Merged:
    """Merge a book with the notebooks that lie in its folder.

    Parameters
    ----------
    there
        Notebooks by path: those of the book, and those of its chapters.
    chapters
        As its ``_quarto.yml`` names them; none for a book without notebooks of its own.
    made
        Paths of pages that were written from a notebook they share; an unedited one is written anew.
    """
    made = {path for path in made if path not in there or is_made(there[path])}
    wanted = dict(contents.files)
    for page in contents.pages:
        if page.source and page.path in there and page.path not in made:
            wanted[page.path] = contents.cells(page)
    there = {path: notebook for path, notebook in there.items() if path not in made}
    merged = Merged()
    homes = _homes(wanted, there)
    merged.renamed = {old: new for old, new in homes.items() if old != new}
    walked = _Walk(wanted, there, homes, merged)
    static = {cell.text for cells in wanted.values() for cell in cells if not cell.ours}
    for path in walked.strays:
        merged.gone[path] = sum(node.source not in static for node in walked.left[path])
    kept = None
    if chapters is not None:
        dropped = {*merged.gone, *(made - {page.path for page in contents.pages})}
        kept = [merged.renamed.get(path, path) for path in chapters if path not in dropped]
    merged.chapters = _arranged(
        [page.path for page in contents.pages if page.ours or kept is None], kept or []
    )
    olds = {new: old for old, new in homes.items()}
    unused = {page.path for page in contents.pages if page.path not in merged.chapters}
    for path, cells in wanted.items():
        if path not in unused:
            merged.notebooks[path] = walked.composed(path, cells, there.get(olds.get(path, "")))
            if olds.get(path, path) != path:
                merged.changes[path]["renamed from"].append(olds[path])
    for page in contents.pages:
        if page.path not in unused:
            own = merged.notebooks.get(page.path)
            merged.pages[page.path] = (
                expanded(contents, page, merged.notebooks[page.source]) if own is None else own
            )
    return merged


def is_made(notebook: NotebookNode) -> bool:
    """Whether a page was written from a notebook it shares, and nobody has edited it since."""
    given = {"parameters", "injected-parameters"}
    cells = (cell for cell in notebook.cells if not given & {*cell.metadata.get("tags", ())})
    return STAMP in notebook.metadata and all(
        cell.metadata.get(STAMP) == stamp(cell.source) for cell in cells
    )


def expanded(contents: Contents, page: BookPage, source: NotebookNode) -> NotebookNode:
    """A page's notebook, made from the one that it shares: its own cells of the catalogue, all of the analyst's."""
    nodes: dict[str, NotebookNode] = {}
    kept: dict[str, list[NotebookNode]] = defaultdict(list)
    after = ""
    for node in source.cells:
        if node.id.startswith(CELL_PREFIX):
            after, nodes[node.id] = node.id, node
        else:
            kept[after].append(deepcopy(node))
    cells = kept[""]
    for cell in contents.cells(page):
        if cell.ours:
            cells.append(_fresh(cell, nodes.get(cell.id)))
            cells += kept[cell.id]
    for node in cells:
        node.metadata[STAMP] = stamp(node.source)
    found = make_notebook(cells)
    found.metadata[STAMP] = {"source": page.source}
    return found


def _arranged(ours: Sequence[str], there: Sequence[str]) -> list[str]:
    """`ours` in their order, and what else is `there` after the one that it follows."""
    after, kept = "", defaultdict(list)
    for item in there:
        if item in ours:
            after = item
        else:
            kept[after].append(item)
    return [*kept[""], *(found for item in ours for found in (item, *kept[item]))]


# ------------------------------------------------------------------------------------------ what is what


def _homes(wanted: Mapping[str, Sequence[BookCell]], there: Mapping[str, NotebookNode]) -> dict[str, str]:
    """File → the path it has in the book now: its own, or that of a page with its name, title or goals."""
    homes = {path: path for path in there if path in wanted}
    title = f"{CELL_PREFIX}title"
    pairs = []
    for new in (path for path in wanted if path not in there):
        heads = dict(_headings((cell.id, cell.text) for cell in wanted[new]))
        for path, notebook in there.items():
            old = dict(_headings((node.id, node.source) for node in notebook.cells))
            same_title = title in old and old[title] == heads.get(title)
            likeness = (_name(path) == _name(new), same_title, len({*old.values()} & {*heads.values()}))
            if path not in homes and old and any(likeness):
                pairs.append((likeness, path, new))
    for _, path, new in sorted(pairs, reverse=True):
        if path not in homes and new not in homes.values():
            homes[path] = new
    return homes


def _name(path: str) -> str:
    return re.sub(r"^\d+-", "", PurePosixPath(path).stem)


def _headings(cells: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Id and words of each heading from the catalogue, without the number it has at the moment."""
    for identifier, text in cells:
        words = _ATTRIBUTES.sub("", text)
        if identifier == f"{CELL_PREFIX}title":
            yield identifier, words
        elif subject(identifier) and identifier.endswith("-title"):
            yield identifier, _NUMBER.sub("", words, count=1)


def _numbered(
    wanted: Mapping[str, Sequence[BookCell]], known: Iterable[tuple[str, NotebookNode]]
) -> dict[str, str]:
    """Number of a goal in the files → its number now: that of the same title, else the same one with another."""

    def subjects(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
        return {number: text for identifier, text in _headings(cells) if (number := subject(identifier))}

    now = subjects((cell.id, cell.text) for cells in wanted.values() for cell in cells)
    then = subjects((identifier, node.source) for identifier, node in known)
    same = {old: old for old, text in then.items() if now.get(old) == text}
    for old, text in then.items():
        if old not in same:
            free = (new for new, other in now.items() if other == text and new not in same.values())
            if (found := next(free, None)) is not None:
                same[old] = found
    for old in then:
        if old not in same and old in now and old not in same.values():
            same[old] = old
    return same


def _known(notebook: NotebookNode, cells: Sequence[BookCell]) -> Iterator[tuple[str, NotebookNode]]:
    """Each cell with its id in the catalogue; empty for the analyst's own.

    A cell that was cut and pasted has another id and is known by its text.
    """
    ours = {cell.id: cell.text.strip() for cell in cells if cell.ours}
    has = {node.id for node in notebook.cells}
    lost = {text: identifier for identifier, text in ours.items() if identifier not in has}
    bare = not any(identifier.startswith(CELL_PREFIX) for identifier in has)
    seen: set[str] = set()
    for node in notebook.cells:
        identifier = node.id if node.id.startswith(CELL_PREFIX) else lost.get(node.source.strip(), "")
        # Books of before the prefix have the same ids without it.
        if not identifier and bare and CELL_PREFIX + node.id in ours:
            identifier = CELL_PREFIX + node.id
        identifier = "" if identifier in seen else identifier
        seen.add(identifier)
        yield identifier, node


# --------------------------------------------------------------------------------------- where all goes


class _Walk:
    """Once through all notebooks: which cell goes where."""

    def __init__(
        self,
        wanted: Mapping[str, Sequence[BookCell]],
        there: Mapping[str, NotebookNode],
        homes: Mapping[str, str],
        merged: Merged,
    ) -> None:
        self.nodes: dict[CellPlace, NotebookNode] = {}
        self.kept: dict[CellPlace, list[NotebookNode]] = defaultdict(list)
        self.left: dict[str, list[NotebookNode]] = defaultdict(list)
        """What stays in the file of a page that is gone."""
        self.strays = [
            path
            for path, notebook in there.items()
            if path not in homes and any(node.id.startswith(CELL_PREFIX) for node in notebook.cells)
        ]
        self._changes = merged.changes
        self._wanted = wanted
        self._where = {c.id: path for path, cells in wanted.items() for c in cells if subject(c.id)}
        self._orders: dict[str, list[str]] = defaultdict(list)
        known = {
            path: list(_known(there[path], wanted.get(homes.get(path, ""), ())))
            for path in (*homes, *self.strays)
        }
        self._numbers = _numbered(wanted, (found for cells in known.values() for found in cells))
        for path, cells in known.items():
            self._walk(homes.get(path, ""), path, cells)

    def _walk(self, home: str, path: str, cells: Sequence[tuple[str, NotebookNode]]) -> None:
        here = after = (home, "")
        said = self._changes[home] if home else defaultdict(list)
        for identifier, node in cells:
            place = self._place(home, identifier) if identifier else None
            if place is not None:
                self.nodes[place] = node
                after = place
                if place[0] == home:
                    here = place
                    self._orders[home].append(place[1])
                else:
                    said[f"moved to {place[0]}"].append(identifier)
                if place[1] != identifier and place[0] == home:
                    said["renumbered"].append(f"{identifier} to {place[1]}")
                continue
            if identifier:
                after = here
                said["removed"].append(identifier)
                if not _edited(node):
                    continue
            kept = _as_remark(node, identifier) if identifier else node
            if not after[0]:
                self.left[path].append(kept)
                continue
            self.kept[after].append(kept)
            if after[0] != home:
                said[f"your cells moved to {after[0]}"].append(_first(node))
                self._changes[after[0]][f"your cells from {path}"].append(_first(node))

    def _place(self, home: str, identifier: str) -> CellPlace | None:
        number = subject(identifier)
        if not number:
            ours = any(cell.id == identifier for cell in self._wanted.get(home, ()))
            return (home, identifier) if ours else None
        now = self._numbers.get(number)
        if now is None:
            return None
        new = re.sub(rf"-{number}(?=(-title)?$)", f"-{now}", identifier)
        return (self._where[new], new) if new in self._where else None

    def composed(self, path: str, cells: Sequence[BookCell], there: NotebookNode | None) -> NotebookNode:
        """The notebook as it is to be; what is otherwise than in the file is noted."""
        said = self._changes[path]
        made = list(self.kept[path, ""])
        for cell in cells:
            node = self.nodes.get((path, cell.id))
            if cell.ours:
                made.append(_fresh(cell, node))
                if node is None and there is not None:
                    said["added"].append(cell.id)
                elif node is not None and node.source.strip() != cell.text.strip():
                    said["changed"].append(cell.id)
                    if _edited(node):
                        made.append(_as_remark(node, cell.id))
                        said["kept below as a remark: what you wrote in"].append(cell.id)
            elif there is None:
                made.append(cell.node())
            made += self.kept[path, cell.id]
        order = [cell.id for cell in cells if cell.id in self._orders[path]]
        if order != self._orders[path]:
            said["in the order of"].append("the catalogue")
        if there is None:
            said["new"] = []
            return make_notebook(made)
        found: NotebookNode = NotebookNode({**there, "cells": _unique(made)})
        return found


def _edited(node: NotebookNode) -> bool:
    """Whether somebody wrote in a cell of the catalogue's."""
    return bool(node.metadata.get(STAMP) != stamp(node.source))


def _fresh(cell: BookCell, node: NotebookNode | None) -> NotebookNode:
    """The cell as the catalogue has it; tags and the like stay as they were."""
    if node is None or node.cell_type != cell.kind:
        return cell.node()
    made = deepcopy(node)
    made["id"] = cell.id
    made.metadata[STAMP] = stamp(cell.text)
    if node.source.strip() != cell.text.strip():
        made["source"] = cell.text
        if cell.kind == "code":
            made["outputs"], made["execution_count"] = [], None
    return made


def _as_remark(node: NotebookNode, identifier: str) -> NotebookNode:
    """What somebody wrote in a cell of the catalogue's, as a cell of theirs that no page shows."""
    text = node.source.replace("-->", "--&gt;")
    made: NotebookNode = nbformat.v4.new_markdown_cell(
        f"<!-- Stod i {identifier}, som kommer fra kataloget. Vises ikke.\n\n{text}\n\n-->"
    )
    return made


def _unique(nodes: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The same cells, none with another's id."""
    seen: set[str] = set()
    for node in nodes:
        if node.id in seen:
            node["id"] = uuid4().hex[:8]
        seen.add(node.id)
    return list(nodes)


def _first(node: NotebookNode) -> str:
    lines = [line.strip() for line in node.source.splitlines() if line.strip()]
    return f"“{lines[0][:60]}”" if lines else "(empty)"
