"""A book's files: what an analyst wrote in them, laid under the catalogue as it is now; and ``plan notebooks``.

A plan without notebooks of its own needs none: its pages are made from the catalogue, in the layout of the project's own
``_quarto.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import nbformat
import yaml
from nbformat import NotebookNode

from helpers.catalogue.documents import read_document
from helpers.data.files import write_whole
from helpers.errors import PlanError
from helpers.project import CONFIGURATION, is_file
from helpers.reports.base.merge import Changes, Merged, merge
from helpers.reports.base.notebooks import CELL_PREFIX, Contents, with_names
from helpers.reports.base.reading import read_notebook

IGNORED = ".gitignore"

REMOVE = "remove-cell"
"""Tag of a cell that no page shows; Quarto knows it too."""

NUMBER = "plan-cell"
"""Key in the metadata of a cell that is rendered: its number in its notebook, from 1."""

_MADE = "# Pages that `plan notebooks` makes from a notebook they share, for plain `quarto render`.\n"


def numbered(notebook: NotebookNode) -> NotebookNode:
    """A copy whose cells know their numbers, and headings their names."""
    made = deepcopy(notebook)
    for number, cell in enumerate(made.cells, start=1):
        cell.metadata[NUMBER] = number
        if cell.cell_type == "markdown":
            cell.source = with_names(cell.source)
    return made


@dataclass(frozen=True)
class Laid:
    """A book as it is rendered."""

    folder: Path
    """Holds the ``_quarto.yml`` it is laid out by."""
    pages: Mapping[str, str]
    """Chapter → its notebook as JSON; empty for a chapter that is taken as its file is."""
    notes: tuple[str, ...]
    """Files that are behind the catalogue, a sentence each."""


class BookFiles:
    """A book of the catalogue's and the files of it that there are.

    Raises
    ------
    PlanError
        When a notebook or the ``_quarto.yml`` cannot be read.
    """

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.folder = contents.folder
        self.settings = self.folder / CONFIGURATION
        self.own = self.settings.is_file()
        """Whether it has notebooks of its own."""

    def _name(self, path: str) -> str:
        return self.contents.project.relative(self.folder / path)

    @cached_property
    def _chapters(self) -> list[str] | None:
        """The chapters that its ``_quarto.yml`` names; none when there is no such file."""
        if not self.own:
            return None
        document = read_document(self.contents.project, self.settings)
        if document.problems:
            raise PlanError(document.problems)
        book = document.data.get("book")
        listed = book.get("chapters") if isinstance(book, dict) else None
        found = [item.get("file") if isinstance(item, dict) else item for item in listed or []]
        return [path for path in found if isinstance(path, str)]

    @cached_property
    def _there(self) -> dict[str, NotebookNode]:
        pages = (page.path for page in self.contents.pages)
        paths = dict.fromkeys((*self.contents.files, *pages, *(self._chapters or ())))
        return {
            path: read_notebook(self.folder / path, self._name(path))
            for path in paths
            if path.endswith(".ipynb") and is_file(self.folder / path)
        }

    @cached_property
    def _made(self) -> list[str]:
        """Pages that were written from a notebook they share, as the folder's ``.gitignore`` lists them."""
        path = self.folder / IGNORED
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        return text.removeprefix(_MADE).split() if text.startswith(_MADE) else []

    @cached_property
    def merged(self) -> Merged:
        """The book with the analyst's cells."""
        return merge(self.contents, self._there, self._chapters, self._made)

    @property
    def _shared(self) -> dict[str, NotebookNode]:
        """Pages made from a notebook they share, by path."""
        return {path: page for path, page in self.merged.pages.items() if path not in self.merged.notebooks}

    # ------------------------------------------------------------------------------------------ rendered

    def of_catalogue(self) -> Laid:
        """The book as the catalogue alone has it, in the layout of its own folder or else of the project's."""
        made = merge(self.contents, {}, None).pages
        folder = self.folder if self.own else self.contents.project.root
        return Laid(folder, {path: _shown(page) for path, page in made.items()}, ())

    def laid(self) -> Laid:
        """The book as it is rendered: cells from the catalogue as it is now, the analyst's where they stand."""
        if not self.own:
            return self.of_catalogue()
        found = {**self._there, **self.merged.pages}
        chapters = self.merged.chapters
        taken = {name: path for path, page in self.merged.pages.items() for name in _identifiers(page)}
        clashes = []
        for path in (path for path in chapters if path in self._there and path not in self.merged.pages):
            found[path] = deepcopy(found[path])
            for name in _identifiers(found[path]) & taken.keys():
                _drop_identifier(found[path], name)
                clashes.append(
                    f"{self._name(path)}: #{name} is what links to {self._name(taken[name])} lead to; "
                    "the heading goes without. Give it a name of its own."
                )
        pages = {path: _shown(found[path]) if path in found else "" for path in chapters}
        mend = (
            f"The pages show the catalogue; `plan notebooks {self.contents.key}` brings the file up to date."
        )
        return Laid(self.folder, pages, (*(f"{line} {mend}" for line in self._behind()), *clashes))

    # -------------------------------------------------------------------------------------------- checked

    def behind(self) -> Iterator[str]:
        """Each file that is behind the catalogue, with what brings it up to date."""
        if self.own:
            for line in self._behind():
                yield f"{line} Bring it up to date: plan notebooks {self.contents.key}"

    def _behind(self) -> Iterator[str]:
        for path, said in self.merged.changes.items():
            if said:
                what = "is not there yet" if "new" in said else "is behind the catalogue"
                told = _words(said)
                yield f"{self._name(path)} {what}{f' ({told})' if told else ''}."
        for path, page in self._shared.items():
            if path in self._there and _cells(page) != _cells(self._there[path]):
                yield f"{self._name(path)} is behind the notebook that it is made from."
        for path, cells in self.merged.gone.items():
            yield f"{self._name(path)}: the catalogue has no such page any more; {_cells_of_yours(cells)} in it."
        if self._settings_text() != self.settings.read_text(encoding="utf-8"):
            yield f"{self._name(CONFIGURATION)} has other chapters or another title than the catalogue."

    # -------------------------------------------------------------------------------------------- written

    def update(self) -> Iterator[str]:
        """Bring the files up to date, or write them where there are none; tells what changed, file by file."""
        merged, wrote = self.merged, 0
        files = {**merged.notebooks, **self._shared}
        olds = {new: old for old, new in merged.renamed.items()}
        for path, notebook in files.items():
            before = self._there.get(olds.get(path, path))
            if before is not None and before == notebook and path not in olds:
                continue
            text = nbformat.writes(notebook) + "\n"
            self._write(path, text)
            wrote += 1
            told = _words(merged.changes.get(path, {}))
            yield f"wrote {self._name(path)}" + (f" ({told})" if told else "")
        for old in merged.renamed:
            if old not in files:
                (self.folder / old).unlink()
        for path in self._made:
            if path not in files and path in self._there and path not in merged.gone:
                (self.folder / path).unlink()
                yield f"removed {self._name(path)}: the catalogue has no such page any more"
        for path, cells in merged.gone.items():
            if cells:
                yield f"kept {self._name(path)}: no page any more, but {_cells_of_yours(cells)} in it"
            else:
                (self.folder / path).unlink()
                yield f"removed {self._name(path)}: no page any more, and nothing of yours in it"
        ignored = "".join(f"{path}\n" for path in self._shared)
        for path, text in (
            (CONFIGURATION, self._settings_text()),
            (IGNORED, _MADE + ignored if ignored else ""),
        ):
            file = self.folder / path
            if text and (not file.is_file() or file.read_text(encoding="utf-8") != text):
                self._write(path, text)
                yield f"wrote {self._name(path)}"
                wrote += 1
        if not wrote:
            yield f"{self.contents.key}: all files are up to date"

    def _write(self, path: str, text: str) -> None:
        write_whole(self.folder / path, text.encode(), replace=True)

    def _settings_text(self) -> str:
        """The book's ``_quarto.yml`` with the chapters and title there are now, all else as it is."""
        if not self.own:
            return _new_settings(self.contents, self.merged.chapters)
        text = self.settings.read_text(encoding="utf-8")
        root = yaml.compose(text)
        book = _value(root, "book")
        chapters, title = _value(book, "chapters"), _value(book, "title")
        if isinstance(chapters, yaml.SequenceNode) and self._chapters != self.merged.chapters:
            text = _with_chapters(text, chapters, self.merged.chapters, self.merged.renamed)
        if isinstance(title, yaml.ScalarNode) and title.value != self.contents.title:
            start, end = title.start_mark.index, title.end_mark.index
            if chapters is None or start < chapters.start_mark.index:
                written = yaml.safe_dump(self.contents.title, allow_unicode=True, width=1000)
                text = text[:start] + written.removesuffix("\n...\n").rstrip("\n") + text[end:]
        return text


_IDENTIFIER = re.compile(r"^(#+ .*\{)#([\w-]+) *(.*\})$", re.MULTILINE)
"""A heading with a name that links lead to: ``# Test {#sec-1 .unnumbered}``."""


def _identifiers(page: NotebookNode) -> set[str]:
    """The names of a notebook's headings."""
    texts = (with_names(cell.source) for cell in page.cells if cell.cell_type == "markdown")
    return {found[2] for text in texts for found in _IDENTIFIER.finditer(text)}


def _drop_identifier(page: NotebookNode, name: str) -> None:
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = _IDENTIFIER.sub(
                lambda found: f"{found[1]}{found[3]}".removesuffix(" {}") if found[2] == name else found[0],
                with_names(cell.source),
            )


def _words(changes: Changes) -> str:
    said = (f"{kind} {', '.join(cells)}" for kind, cells in changes.items() if kind != "new")
    return "; ".join(said).strip()


def _cells_of_yours(count: int) -> str:
    return f"{count} {'cell' if count == 1 else 'cells'} of yours"


def _cells(notebook: NotebookNode) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def _shown(notebook: NotebookNode) -> str:
    """The notebook as JSON, without text and catalogue cells that are tagged as not shown."""
    made = numbered(notebook)
    made.cells = [
        cell
        for cell in made.cells
        if REMOVE not in cell.metadata.get("tags", ())
        or (cell.cell_type == "code" and not cell.id.startswith(CELL_PREFIX))
    ]
    return str(nbformat.writes(made))


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _with_chapters(
    text: str, node: yaml.SequenceNode, chapters: list[str], renamed: Mapping[str, str]
) -> str:
    """A ``_quarto.yml`` with other chapters: those that stay keep their lines and remarks."""
    if node.flow_style or not node.value:
        made = "[" + ", ".join(chapters) + "]"
        return text[: node.start_mark.index] + made + text[node.end_mark.index :]
    lines = text.splitlines(keepends=True)
    starts = [item.start_mark.line for item in node.value]
    last = node.value[-1].end_mark
    end = last.line + 1 if last.column else last.line
    indent = lines[starts[0]][: node.start_mark.column]
    there = {}
    for item, start, stop in zip(node.value, starts, [*starts[1:], end], strict=True):
        named = _value(item, "file") if isinstance(item, yaml.MappingNode) else item
        old = str(getattr(named, "value", ""))
        new = renamed.get(old, old)
        there[new] = "".join(lines[start:stop]).replace(old, new, 1)
    made = "".join(there.get(path, f"{indent}- {path}\n") for path in chapters)
    return "".join(lines[: starts[0]]) + made + "".join(lines[end:])


def _new_settings(contents: Contents, chapters: list[str]) -> str:
    """A new book's ``_quarto.yml``: the project's own with another title and chapters, paths seen from its folder."""
    project = contents.project
    own = project.root / CONFIGURATION
    if not own.is_file():
        raise PlanError.of(
            own.name,
            "The file is missing; every book takes its settings from it.",
            "Take it back from version control: git checkout _quarto.yml",
        )
    up = PurePosixPath(*[".."] * len(contents.folder.relative_to(project.root).parts))
    text = re.sub(r"(?<![\w./-])(styles/|_brand\.yml)", rf"{up}/\1", own.read_text(encoding="utf-8"))
    settings = yaml.safe_load(text)
    settings["plan"] = contents.key
    settings["book"].update(title=contents.title, author=contents.author, chapters=chapters)
    return str(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False, width=110))
