"""What a notebook's text names travels with it: files beside it and pictures pasted into it."""

from __future__ import annotations

import base64
import binascii
import html
import posixpath
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from nbformat import NotebookNode

from helpers.errors import PlanError, Problem
from helpers.render.notebooks import cell_number, cell_place

PASTED = "vedhaeftet"
"""Folder beside a notebook, in the copy, that its pasted pictures are put into."""

_ENDINGS = {
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/svg+xml": "svg",
    "application/pdf": "pdf",
}  # fmt: skip
"""What can be pasted."""

_ATTACHMENT = re.compile(r"<attachment:([^>\n]+)>|attachment:([^)\s\"'>\]]+)")
_TARGET = re.compile(
    r"""\]\(\s*(?:<([^>\n]+)>|([^)\s]+))|^\s{0,3}\[(?!\^)[^\]\n]+\]:\s*<?([^\s>]+)|\b(?:src|href)\s*=\s*["']([^"']+)["']""",
    re.MULTILINE,
)
_CODE = re.compile(r"^(`{3,}|~{3,})(?!\s*\{=html\}).*?^\1|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"<img\b([^<>]*?)/?>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_PAGES = (".ipynb", ".md", ".qmd", ".html")


@dataclass(frozen=True)
class Named:
    """A file that a text names."""

    cell: NotebookNode
    text: str
    """As it is written."""
    path: str
    """From the book's folder, with forward slashes."""


def named_files(notebook: NotebookNode, path: str) -> Iterator[Named]:
    """The files that the Markdown cells of a notebook name; pages, anchors and other hosts are not among them."""
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for found in _TARGET.finditer(_CODE.sub("", cell.source)):
            text = next(part for part in found.groups() if part)
            target = unquote(text.partition("#")[0].partition("?")[0])
            if (
                not target
                or target.startswith(("/", "@"))
                or re.match(r"[a-z][\w+.-]+:", target, re.IGNORECASE)
            ):
                continue
            if not target.endswith(_PAGES):
                yield Named(cell, text, posixpath.normpath(posixpath.join(posixpath.dirname(path), target)))


def bring_files(notebook: NotebookNode, path: str, source: Path, copy: Path) -> None:
    """Put what a notebook names into the copy: files from beside it, and its pasted pictures as files.

    Raises
    ------
    PlanError
        For a pasted picture that is not there, and a file that may not leave, by notebook and cell.
    """
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "<table" not in cell.source.casefold():
            cell.source = _outside_code(cell.source, lambda text: _PICTURE.sub(_as_markdown, text))
    problems = list(_unpack(notebook, path, copy))
    root = source.resolve()
    for named in named_files(notebook, path):
        file = source / named.path
        if not file.is_file():
            continue
        if named.path.startswith("..") or not file.resolve().is_relative_to(root):
            what, do = f"The file {named.text} lies outside the book's folder.", "Put it beside the notebook."
            problems.append(Problem(cell_place(path, named.cell), what, do))
        elif any(part.startswith(".") for part in PurePosixPath(named.path).parts):
            what = f"The file {named.text} is hidden, and would be published."
            problems.append(Problem(cell_place(path, named.cell), what, "Take it out of the text."))
        elif not (to := copy / named.path).exists():
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to)
    if problems:
        raise PlanError(problems)


def missing_files(notebook: NotebookNode, path: str, copy: Path) -> Iterator[Problem]:
    """Files that the text of an executed notebook names, and that neither lay beside it nor were made."""
    for named in named_files(notebook, path):
        if not (copy / named.path).is_file():
            yield Problem(
                cell_place(path, named.cell),
                f"The text names the file {named.text}, and there is no such file.",
                f"Put it at {named.path}, or correct the text; its path is seen from the notebook.",
            )


def _outside_code(source: str, change: Callable[[str], str]) -> str:
    """The same text, changed everywhere but in code."""
    parts, end = [], 0
    for found in _CODE.finditer(source):
        parts += [change(source[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, change(source[end:])])


def _as_markdown(found: re.Match[str]) -> str:
    """A picture in HTML as Markdown, which both engines print too."""
    given = {name.casefold(): "".join(value) for name, *value in _ATTRIBUTE.findall(found[1])}
    source, alt = given.get("src", ""), html.unescape(given.get("alt", "")).replace('"', "”")
    if not source or source.startswith("data:") or ">" in source:
        return found[0]
    size = "".join(
        f' {name}="{value}"'
        for name in ("width", "height")
        if re.fullmatch(r"\d+(\.\d+)?(px|%)?", value := given.get(name, ""))
    )
    return f'![](<{source}>){{fig-alt="{alt}"{size}}}'


def _unpack(notebook: NotebookNode, path: str, copy: Path) -> Iterator[Problem]:
    """Write pasted pictures as files, and let the text name those."""
    for place, cell in enumerate(notebook.cells, start=1):
        pasted = cell.pop("attachments", None) or {}
        if cell.cell_type != "markdown" or "attachment:" not in cell.source:
            continue
        names: dict[str, str] = {}
        for found in _ATTACHMENT.finditer(_CODE.sub("", cell.source)):
            name = found[1] or found[2]
            bundle = pasted.get(unquote(name)) or pasted.get(name) or {}
            kind = next((kind for kind in bundle if kind in _ENDINGS), None)
            content = _content(bundle[kind]) if kind else None
            if kind is None or content is None:
                yield Problem(
                    cell_place(path, cell),
                    f"The text shows the pasted picture {name}, and the cell holds "
                    f"{'no picture' if bundle else 'none'} of that name.",
                    "Paste it again, or put the file beside the notebook and name that.",
                )
                continue
            stem = PurePosixPath(path).stem
            file = f"{PASTED}/{stem}-{cell_number(cell) or place}-{len(names) + 1}.{_ENDINGS[kind]}"
            to = copy / PurePosixPath(path).parent / names.setdefault(name, file)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(content)
        cell.source = _ATTACHMENT.sub(
            lambda found, names=names: names.get(found[1] or found[2], found[0]),  # type: ignore[misc]
            cell.source,
        )


def _content(data: object) -> bytes | None:
    """The bytes of a pasted picture: base64, or the text of an SVG; none when it is neither."""
    text = "".join(data) if isinstance(data, list) else str(data)
    if text.lstrip().startswith("<"):
        return text.encode("utf-8")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
