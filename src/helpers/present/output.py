"""One object, two faces: live in JupyterLab, Markdown while a report is being rendered.

What comes in are finished figures, tables and sentences; what goes out is a notebook output that Quarto and
the built-in engine both read, and the files of each figure beside it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.catalogue.brand import COLOURS
from helpers.present.draw import screen_bundle, svg_of
from helpers.present.stamp import STAMP_KEY, Stamp, marked_file
from helpers.present.still import drawn, with_source
from helpers.project import is_rendering

if TYPE_CHECKING:
    from helpers.present.charts import Chart

FIGURE_FOLDER = "figures"
"""Below the working folder of the notebook; links in the Markdown are relative to it."""

NARROW_MARK = "-smal"
"""At the end of the name of a drawing for phones, which is shown inside a page only."""

VERDICT_LOOKS = {
    "met": ("✓", COLOURS["success"]),
    "not-met": ("×", COLOURS["danger"]),
    "partly": ("–", COLOURS["warning"]),
    "unknown": ("?", COLOURS["secondary"]),
}
"""Class of a verdict → the sign beside it, and its colour in JupyterLab, where no style sheet is."""

HTML_ONLY = 'data-quarto-disable-processing="true"'
"""On a raw HTML table: for the web page only. Both engines then leave it out of the PDF."""

_NAMES = re.compile(r"^(#+ .*?) \{[^{}]*\}$", re.MULTILINE)
"""A heading and its name, which JupyterLab would show."""

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#~^$|@%&])")
_LIST_START = re.compile(r"^(\s*\(?\w+)([.)])(?=\s|$)")
_BULLET_START = re.compile(r"^(\s*)([-+:])(?=\s|$)")


def escape_markdown(text: str) -> str:
    """`text` as Markdown that shows exactly these characters, on one line.

    A straight double quote becomes ”, because quotes inside attributes are read differently by different
    readers; a number with a full stop at the start (``2. kvartal``) does not become a list.
    """
    flat = text.replace('"', "”").replace("\n", " ")
    flat = _MARKDOWN.sub(r"\\\1", flat)
    flat = _LIST_START.sub(r"\1\\\2", flat)
    return _BULLET_START.sub(r"\1\\\2", flat)


def escape_attribute(text: str) -> str:
    """`text` for the inside of ``fig-alt="…"``."""
    flat = re.sub(r"\s*\n\s*", " ", text).replace('"', "”")
    return flat.replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;")


def check_key(key: str) -> str:
    """`key` itself, when it can name a figure's files and anchor.

    Raises
    ------
    ValueError
        When it holds anything but lower-case letters a–z, digits and single hyphens.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(
            f'"{key}" cannot name a figure or table; use a–z, 0–9 and hyphens, as in 5b-formidling'
        )
    return key


def write_if_changed(path: Path, text: str | bytes) -> None:
    """Write `text` under a temporary name and rename it; a file that already says so is left alone."""
    content = text if isinstance(text, bytes) else text.encode("utf-8")
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def raw_html(markup: str) -> str:
    """A raw HTML block, with no blank line or run of backquotes left inside that could end it too early."""
    body = re.sub(r"\n\s*\n+", "\n", markup.strip()).replace("```", "&#96;&#96;&#96;")
    return f"```{{=html}}\n{body}\n```"


@dataclass(frozen=True, kw_only=True)
class StampedPart:
    """What every part has: whose figures it shows, and the files it needs."""

    stamp: Stamp | None = None

    def contents(self) -> Mapping[str, str | bytes]:
        """Names and contents of its files, in the folder of figures."""
        return {}

    def offers(self) -> Sequence[tuple[str, Sequence[str]]]:
        """What a reader can take along: a title, and names of files of :meth:`contents`."""
        return ()

    def write(self, folder: Path) -> dict[str, str]:
        """Write its files into `folder`, each with its basis in it; returns their names and sha256."""
        written = {}
        for name, text in self.contents().items():
            marked = text if isinstance(text, bytes) else self._marked(name, text)
            write_if_changed(folder / name, marked)
            written[name] = hashlib.sha256(marked).hexdigest()
        return written

    def _marked(self, name: str, text: str) -> bytes:
        return (marked_file(name, text, self.stamp) if self.stamp else text).encode("utf-8")


@dataclass(frozen=True)
class FigurePart(StampedPart):
    """A figure: a Vega-Lite specification, its texts and its numbers."""

    key: str
    """Names the files and the anchor ``#fig-<key>``; unique in a book."""
    spec: Mapping[str, Any]
    """Vega-Lite as Altair wrote it."""
    caption: str
    alt: str
    numbers: str | None = None
    """The same numbers as a table (HTML), or none."""
    csv: str | None = None
    """The same numbers as :func:`helpers.data.csv_files.for_people` writes them, or none."""
    chart: Callable[[], Chart] | None = field(default=None, compare=False)
    """Makes the Altair chart that JupyterLab shows and an analyst goes on with; none shows `spec`."""
    heading: str = "Tal bag figuren"
    source: str = ""
    """``Kilde: …``, plain text that a picture carries where it stands without its page."""
    narrow: Mapping[str, Any] | None = None
    """The same drawn for a phone; none where there is only one drawing."""
    title: str = ""
    """What it is called where it is only named: links to its files. Default is the caption."""

    def __post_init__(self) -> None:
        check_key(self.key)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.title or self.caption

    @property
    def anchor(self) -> str:
        """Of the figure on the page; the engines number those that begin with ``fig-``."""
        return f"fig-{self.key}"

    @property
    def file(self) -> str:
        """What its files are called, without their endings."""
        return f"{self.stamp.prefix if self.stamp else ''}{self.key}"

    @property
    def still(self) -> str:
        """The SVG as it stands alone, with its source inside."""
        return with_source(svg_of(self.spec), self.source)

    def contents(self) -> dict[str, str | bytes]:
        """``<key>.svg`` (and one for phones), ``.png`` (with its source inside), ``.json`` and, when there are numbers, ``.csv``."""
        spec = dict(self.spec)
        if self.stamp:
            spec["usermeta"] = self.stamp.mark()
        made: dict[str, str | bytes] = {
            f"{self.file}.svg": (svg := svg_of(self.spec)),
            f"{self.file}.png": drawn(with_source(svg, self.source), "png"),
            f"{self.file}.json": json.dumps(spec, ensure_ascii=False, separators=(",", ":")),
        }
        if self.narrow is not None:
            made[f"{self.file}{NARROW_MARK}.svg"] = svg_of(self.narrow, font=False)
        if self.csv is not None:
            made[f"{self.file}.csv"] = self.csv
        return made

    def offers(self) -> Sequence[tuple[str, Sequence[str]]]:
        forms = ["png", "svg", *(["csv"] if self.csv is not None else [])]
        return [(self.name, [f"{self.file}.{form}" for form in forms])]

    def markdown(self) -> str:
        path = f"{FIGURE_FOLDER}/{self.file}"
        image = (
            f"![{escape_markdown(self.caption)}]({path}.svg)"
            f'{{#{self.anchor}{" .also-narrow" if self.narrow else ""} fig-alt="{escape_attribute(self.alt)}"}}'
        )
        return "\n\n".join([image, *([raw_html(self.details())] if self.numbers or self.csv else [])])

    def details(self) -> str:
        """The opening block under the figure: its numbers and its files.

        For the web page only: on paper the figure with its last values and alternative text speaks for
        itself, and files cannot be clicked.
        """
        path = f"{FIGURE_FOLDER}/{self.file}"
        named = html.escape(self.name, quote=True)
        links = [f'<a href="{path}.json" download aria-label="Figur (JSON): {named}">Figur (JSON)</a>']
        if self.csv is not None:
            links.insert(0, f'<a href="{path}.csv" download aria-label="Tal (CSV): {named}">Tal (CSV)</a>')
        return (
            f'<details class="figure-numbers"><summary>{html.escape(self.heading)}</summary>\n'
            f"{self.numbers or ''}\n"
            f'<p class="downloads">Hent: {" · ".join(links)}</p>\n</details>'
        )

    def live(self) -> dict[str, Any]:
        spec = self.chart().to_dict() if self.chart else self.spec
        return screen_bundle(spec, self.alt)


@dataclass(frozen=True)
class TablePart(StampedPart):
    """A table as HTML with its own ``id``; `files` are small pictures in its cells: name → SVG."""

    markup: str
    text: str = "Tabel"
    files: Mapping[str, str] = field(default_factory=dict)

    def contents(self) -> Mapping[str, str]:
        return self.files

    def markdown(self) -> str:
        return raw_html(self.markup)

    def live(self) -> dict[str, Any]:
        markup = self.markup
        for name, content in self.files.items():
            # JupyterLab has no figures folder to read from, so the small pictures travel inside the output.
            inside = f"data:image/svg+xml;base64,{base64.b64encode(content.encode()).decode()}"
            markup = markup.replace(f'src="{FIGURE_FOLDER}/{name}"', f'src="{inside}"')
        return {"text/html": markup, "text/plain": self.text}


@dataclass(frozen=True)
class TextPart(StampedPart):
    """Paragraphs of Markdown, in a box (a fenced div) when `classes` are given."""

    paragraphs: tuple[str, ...]
    classes: tuple[str, ...] = ()
    anchor: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()

    def markdown(self) -> str:
        body = "\n\n".join(self.paragraphs)
        if not self.classes:
            return body
        told = [f"#{self.anchor}"] if self.anchor else []
        told += [f".{name}" for name in self.classes]
        told += [f'{name}="{escape_attribute(text)}"' for name, text in self.attributes]
        return f"::: {{{' '.join(told)}}}\n{body}\n:::"

    def live(self) -> dict[str, Any]:
        body = told = _NAMES.sub(r"\1", "\n\n".join(self.paragraphs))
        kind = next((kind for kind in VERDICT_LOOKS if {kind, f"verdict-{kind}"} & {*self.classes}), None)
        if kind and "verdict" in self.classes:
            sign, colour = VERDICT_LOOKS[kind]
            told = f"{sign} {told}"
            body = f'<div style="border-left: 5px solid {colour}; padding-left: 12px">\n\n{told}\n\n</div>'
        elif self.classes:
            body = "\n".join(f"> {line}" for line in body.splitlines())
        return {"text/markdown": body, "text/plain": told}


@dataclass(frozen=True)
class FoldedPart(StampedPart):
    """Texts that a page opens on a click."""

    summary: str
    parts: tuple[TextPart, ...]

    def markdown(self) -> str:
        return self._around('<details class="older">', [part.markdown() for part in self.parts])

    def live(self) -> dict[str, Any]:
        lives = [part.live() for part in self.parts]
        body = self._around("<details>", [live["text/markdown"] for live in lives])
        return {
            "text/markdown": body,
            "text/plain": "\n\n".join([self.summary, *(live["text/plain"] for live in lives)]),
        }

    def _around(self, opening: str, bodies: Sequence[str]) -> str:
        head = f"{opening}\n\n<summary>\n\n{escape_markdown(self.summary)}\n\n</summary>"
        return "\n\n".join([head, *bodies, "</details>"])


ShownPart = FigurePart | TablePart | TextPart | FoldedPart


class Shown:
    """What a notebook cell shows.

    In JupyterLab it is a live chart or an HTML table. While a report is being rendered
    (:func:`helpers.project.is_rendering`) it is ``text/markdown`` and nothing else, and the files of its
    figures are written to ``figures/`` below the working folder. Several are joined with ``+`` or
    :func:`join`.
    """

    def __init__(self, parts: Iterable[ShownPart] = ()) -> None:
        self.parts: tuple[ShownPart, ...] = tuple(parts)

    def __add__(self, other: Shown) -> Shown:
        return Shown((*self.parts, *other.parts))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def stamped(self, stamp: Stamp) -> Shown:
        """The same, with the stamp on every part that has none."""
        return Shown(part if part.stamp else replace(part, stamp=stamp) for part in self.parts)

    def sourced(self, source: str) -> Shown:
        """The same, with a source on every figure that has none."""
        return Shown(
            replace(part, source=source) if isinstance(part, FigurePart) and not part.source else part
            for part in self.parts
        )

    @property
    def figures(self) -> tuple[FigurePart, ...]:
        """Its figures."""
        return tuple(part for part in self.parts if isinstance(part, FigurePart))

    def write(self, folder: Path | None = None) -> dict[str, str]:
        """Write the files of all parts into `folder` (default: ``figures/`` below the working folder)."""
        target = folder or Path.cwd() / FIGURE_FOLDER
        return {name: digest for part in self.parts for name, digest in part.write(target).items()}

    def charts(self) -> tuple[Chart, ...]:
        """The Altair charts of its figures, for an analyst to go on with."""
        return tuple(part.chart() for part in self.figures if part.chart)

    @cached_property
    def markdown(self) -> str:
        """The face that both engines read; writes nothing."""
        return "\n\n".join(part.markdown() for part in self.parts) + "\n"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if is_rendering():
            self.write()
            return {"text/markdown": self.markdown}
        if len(self.parts) == 1:
            return self.parts[0].live()
        return {"text/plain": "\n\n".join(part.live()["text/plain"] for part in self.parts)}

    def _ipython_display_(self) -> None:
        # IPython would add a plain text to the bundle, and has room for one part only.
        from IPython.display import display

        if not is_rendering():
            for part in self.parts:
                display(part.live(), raw=True)
            return
        offers = [offer for part in self.parts for offer in part.offers()]
        told = {"stamps": self.stamps, "files": self.write(), "offers": offers}
        display({"text/markdown": self.markdown}, raw=True, metadata={STAMP_KEY: told})

    @property
    def stamps(self) -> list[dict[str, Any] | None]:
        """The stamps of its parts, each once; none for a part that has none."""
        found: list[dict[str, Any] | None] = []
        for part in self.parts:
            told = part.stamp.data() if part.stamp else None
            if told not in found:
                found.append(told)
        return found

    def __repr__(self) -> str:
        return f"Shown({', '.join(type(part).__name__ for part in self.parts)})"


def table(markup: str, *, text: str = "Tabel", files: Mapping[str, str] | None = None) -> Shown:
    """A table from HTML that carries its own ``id``; see :class:`TablePart`."""
    return Shown([TablePart(markup, text, files or {})])


def text(*paragraphs: str) -> Shown:
    """Paragraphs of Markdown; escape what comes from data with :func:`escape_markdown`."""
    return Shown([TextPart(paragraphs)])


def box(*paragraphs: str, classes: Iterable[str], anchor: str | None = None) -> Shown:
    """A box: a fenced div with `classes`, such as ``("verdict", "met")`` or ``("example-note",)``."""
    return Shown([TextPart(paragraphs, tuple(classes), anchor)])


def folded(summary: str, shown: Shown) -> Shown:
    """Texts that a page opens on a click; on paper they stand below their summary."""
    return Shown([FoldedPart(summary, tuple(part for part in shown.parts if isinstance(part, TextPart)))])


def join(items: Iterable[Shown]) -> Shown:
    """Several, one after the other."""
    return Shown(part for item in items for part in item.parts)


def cover(title: str, municipality: str, dated: str) -> Shown:
    """Whose page it is, for cover, running head and page title: ``styles/plan.lua`` takes it from the page."""
    told = (("plan-title", title), ("plan-municipality", municipality), ("plan-dated", dated))
    return Shown([TextPart((), ("plan-cover",), attributes=told)])
