"""Colours, fonts and logo from ``_brand.yml``, with a municipality's own values laid over them. The only reader."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from helpers.catalogue.documents import Document, Loc, read_document
from helpers.errors import PlanError, Problem
from helpers.letters import did_you_mean
from helpers.project import Project, is_file

BRAND_FILE = "_brand.yml"

OVERRIDES = "brands"
"""Folder in the catalogue with one ``<slug>.yml`` per municipality that has a brand of its own."""

WORD = ".docx"
"""Ending of a municipality's reference document, which lies in that folder too."""

COLOURS = {
    "foreground": "#1d2a33",
    "background": "#ffffff",
    "primary": "#17506b",
    "secondary": "#51606b",
    "success": "#1c6b3f",
    "danger": "#9d2b25",
    "warning": "#8a5a00",
    "info": "#17506b",
    "light": "#f2f5f7",
    "dark": "#1d2a33",
}
"""The roles of ``color:``, and what holds where it is silent."""

_FAMILY = "Source Sans Pro"
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_FONT = re.compile(r"[\w][\w .-]{0,60}")
_MEASURE = re.compile(r"[\w#][\w .%#-]{0,40}")
_PICTURES = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".svg": (),
}
"""Endings of a logo, and how such a file begins."""
_FONT_FILES = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf", b"wOFF", b"wOF2")
"""How a file of a font begins: TrueType, OpenType, collections, WOFF."""
_FONT_SOURCES = ("file", "google", "bunny", "system")
_LARGEST_LOGO = 5_000_000

Rule = Callable[[str, str, Document], tuple[str, str] | None]
"""What is wrong with the text under a key of a file, and what to do; none when nothing is."""


@dataclass(frozen=True)
class Brand:
    """What a municipality looks like."""

    colours: Mapping[str, str] = field(default_factory=lambda: dict(COLOURS))
    """The roles of ``_brand.yml`` (``primary``, ``foreground`` …) as ``#rrggbb``."""
    said: Mapping[str, str] = field(default_factory=dict)
    """The roles that a file sets itself, ``second`` among them."""
    font: str = _FAMILY
    """Family of the running text and headings."""
    logo: Path | None = None
    """Absolute path of the logo (SVG, PNG, JPEG or GIF), with its alternative text."""
    logo_alt: str = ""
    word: Path | None = None
    """Absolute path of the municipality's own reference document for Word, if there is one."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The whole merged file, for Quarto."""

    def logo_bytes(self) -> bytes:
        """The logo as pages and PDF carry it: an SVG without anything that runs or comes from elsewhere."""
        assert self.logo is not None
        content = self.logo.read_bytes()
        return clean_svg(content) if self.logo.suffix.lower() == ".svg" else content


def own_brand(project: Project, slug: str) -> Path:
    """Where a municipality's own values lie, if it has any; its reference document for Word lies beside it."""
    return project.catalogue / OVERRIDES / f"{slug}.yml"


def brand_of(project: Project, slug: str = "") -> Brand:
    """The project's brand, with a municipality's own values over it."""
    return read_brand(project.root / BRAND_FILE, own_brand(project, slug))


def read_brand(path: Path | None, override: Path | None = None) -> Brand:
    """The brand of the book, or of a municipality.

    Parameters
    ----------
    path
        The book's ``_brand.yml``; none gives the project's own sober colours.
    override
        ``catalogue/brands/<slug>.yml``: any part of the same file, laid over it key by key. A logo's path is seen
        from the file that names it. A Word document of the same name beside it is the reference document.

    Raises
    ------
    PlanError
        With everything that is wrong, by file, line and key: a colour that is none, a text that is no text, a logo
        that is no picture or lies outside the project.
    """
    data: dict[str, Any] = {}
    logo_path, logo_alt = None, ""
    documents: list[Document] = []
    for file in (path, override):
        if file is None or not file.is_file():
            continue
        root = _root_of(file)
        document = read_document(Project(root), file)
        _hold(document, (), document.data, _SCHEMA)
        documents.append(document)
        if document.problems:
            continue
        data = _merge(data, document.values(file))
        at, text, alt = _logo(document.data)
        if text:
            logo_path, logo_alt = (file.parent / text).resolve(), alt
            if wrong := _no_logo(logo_path, text, root):
                document.problem(at, *wrong)
        for at, text in _font_paths(document):
            if wrong := _no_font((file.parent / text).resolve(), text, root):
                document.problem(at, *wrong)
    problems = [problem for document in documents for problem in document.problems]
    word = override.with_suffix(WORD) if override and override.with_suffix(WORD).is_file() else None
    if word is not None and not _is_word(word):
        where = Project(_root_of(word)).relative(word)
        problems.append(Problem(where, "This is no Word document.", f"Save it in Word again, as {WORD}."))
    if problems:
        raise PlanError(problems)
    palette = (data.get("color") or {}).get("palette") or {}
    said = {}
    for role in (*COLOURS, "second", "link"):
        value = (data.get("color") or {}).get(role, palette.get("second") if role == "second" else None)
        if value is not None and (resolved := _resolved(str(value), palette)):
            said[role] = resolved
        elif value is not None:
            document = next(d for d in reversed(documents) if role in (d.data.get("color") or {}))
            document.problem(("color", role), *_no_colour(str(value)))
            raise PlanError(document.problems)
    base = (data.get("typography") or {}).get("base") or {}
    family = base if isinstance(base, str) else base.get("family")
    return Brand({**COLOURS, **said}, said, str(family or _FAMILY), logo_path, logo_alt, word, data)


def _is_word(file: Path) -> bool:
    return zipfile.is_zipfile(file) and "word/document.xml" in zipfile.ZipFile(file).namelist()


def _root_of(file: Path) -> Path:
    """The project folder that a brand lies in; in a book's private copy its own folder."""
    above = (
        folder for folder in file.resolve().parents if (folder / "catalogue" / "indicators.yml").is_file()
    )
    return next(above, file.resolve().parent)


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _resolved(value: str, palette: Mapping[str, Any]) -> str | None:
    for _ in range(len(palette) + 1):
        if value not in palette:
            break
        value = str(palette[value])
    if not _HEX.fullmatch(value):
        return None
    digits = value[1:].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def _no_colour(value: str) -> tuple[str, str]:
    return f'"{value}" is no colour.', "Write it as #rrggbb, or the name of a colour in color.palette."


def _is(pattern: re.Pattern[str], kind: str = "{}", do: str = "") -> Rule:
    """A text that is written into stylesheets, so that it holds nothing else."""
    return lambda text, key, _: (
        None if pattern.fullmatch(text) else (f'"{text[:80]}" is no {kind.format(key)}.', do)
    )


def _is_colour(text: str, key: str, document: Document) -> tuple[str, str] | None:
    return None if _resolved(text, document.data["color"]["palette"]) else _no_colour(text)


def _is_source(text: str, key: str, document: Document) -> tuple[str, str] | None:
    if text in _FONT_SOURCES:
        return None
    what = f'"{text[:80]}" is no source of a font. {did_you_mean(text, _FONT_SOURCES)}'.strip()
    return what, f"Allowed: {', '.join(_FONT_SOURCES)}."


_ANY: Rule = lambda text, key, document: None  # noqa: E731
_NAMED = _is(_FONT, "font", "Letters, digits, blanks and hyphens only.")
_PICTURE = (_ANY, {"*": _ANY})
_OF_FONT = _is(_MEASURE, "{} of a font")
_FILE = {"path": _ANY, "weight": _OF_FONT, "style": _OF_FONT}
_SCHEMA = {
    "meta": None,
    "logo": (_ANY, {**dict.fromkeys(("small", "medium", "large"), _PICTURE), "images": {"*": _PICTURE}}),
    "color": {**dict.fromkeys((*COLOURS, "second", "tertiary", "link"), _ANY), "palette": {"*": _is_colour}},
    "typography": {
        "fonts": [{"family": _is(_FONT, "family of a font"), "source": _is_source, "files": [_FILE]}],
        **dict.fromkeys(
            ("base", "headings", "monospace", "monospace-inline", "monospace-block", "link"),
            (_NAMED, {"family": _NAMED, "*": _is(_MEASURE)}),
        ),
    },
    "defaults": None,
}
"""What may stand in a brand's file: key → a rule for its text, further keys (``*``: any), or a list of such; a pair of the
first two where either may stand, none for what is Quarto's alone."""

_NEEDED = {"family", "source", "path"}
"""Keys that an entry of a list must have."""


def _hold(document: Document, loc: Loc, value: Any, schema: Any) -> None:
    """Note everything in a brand's file that is not what its key needs."""
    rule = schema[isinstance(value, dict)] if isinstance(schema, tuple) else schema
    if rule is None or (value is None and (isinstance(rule, dict | list) or len(loc) == 1)):
        return
    if isinstance(rule, list) and isinstance(value, list):
        for number, entry in enumerate(value):
            needed = dict.fromkeys(rule[0].keys() & _NEEDED)
            whole = {**needed, **entry} if isinstance(entry, dict) else str(entry)
            _hold(document, (*loc, number), whole, rule[0])
    elif isinstance(rule, dict) and isinstance(value, dict):
        for key, inside in value.items():
            if key in rule or "*" in rule:
                _hold(document, (*loc, key), inside, rule.get(key, rule.get("*")))
            else:
                hint = f'Unknown key "{key}". {did_you_mean(key, rule)}'.strip()
                document.problem((*loc, key), hint, f"Allowed: {', '.join(rule)}.")
    elif isinstance(rule, list):
        document.problem(loc, "Here must be a list, each entry after a hyphen.")
    elif isinstance(rule, dict):
        document.problem(loc, "Here must be keys with values, one a line and indented.")
    elif not isinstance(value, str) or not value.strip():
        what = "a list" if isinstance(value, list) else "keys" if isinstance(value, dict) else "nothing"
        document.problem(loc, f"Here must be a text; {what} stands here.")
    elif wrong := rule(value, str(loc[-1]), document):
        document.problem(loc, *wrong)


def _font_paths(document: Document) -> Iterator[tuple[Loc, str]]:
    """Every font file that a sound brand names, with its place."""
    for number, font in enumerate((document.data.get("typography") or {}).get("fonts") or ()):
        for at, file in enumerate(font.get("files") or ()):
            yield ("typography", "fonts", number, "files", at, "path"), file["path"]


def _not_there(path: Path, text: str, root: Path, do: str) -> tuple[str, str] | None:
    """Why a file cannot be read from a brand; none when it can."""
    if not path.is_relative_to(root):
        return f"{text} lies outside the project.", do
    return (
        None
        if is_file(path)
        else (f"There is no file {text}.", "Correct the path; it is seen from this file.")
    )


def _no_font(path: Path, text: str, root: Path) -> tuple[str, str] | None:
    """Why a file can be no font; none when it can."""
    if wrong := _not_there(path, text, root, "Copy the font into the project."):
        return wrong
    with path.open("rb") as file:
        if not file.read(4).startswith(_FONT_FILES):
            return f"{text} is no font.", "Name a file that ends in .ttf, .otf, .woff or .woff2."
    return None


def _logo(data: Mapping[str, Any]) -> tuple[Loc, str, str]:
    """Where a file names its logo, the path and the alternative text; empty when it names none."""
    logo = data.get("logo") or {}
    if isinstance(logo, str):
        return ("logo",), logo, ""
    size = next((size for size in ("medium", "small", "large") if logo.get(size)), "")
    item = logo.get(size, "")
    at: Loc = ("logo", size)
    images = logo.get("images") or {}
    if isinstance(item, str) and item in images:
        item, at = images[item], ("logo", "images", item)
    return (
        (at, item, "") if isinstance(item, str) else (at, str(item.get("path", "")), str(item.get("alt", "")))
    )


def _no_logo(path: Path, text: str, root: Path) -> tuple[str, str] | None:
    """Why a file can be no logo; none when it can."""
    if wrong := _not_there(path, text, root, "Copy the picture into the project, beside this file."):
        return wrong
    begins = _PICTURES.get(path.suffix.lower())
    if begins is None:
        return f"{text} is no picture that pages and PDF can show.", f"Take one of {', '.join(_PICTURES)}."
    if path.stat().st_size > _LARGEST_LOGO:
        return f"{text} has more than {_LARGEST_LOGO // 1_000_000} MB.", "Take a smaller picture."
    content = path.read_bytes()
    try:
        if content.startswith(begins) if begins else clean_svg(content):
            return None
    except ValueError:
        pass
    return f"{text} is no {path.suffix[1:].upper()} picture.", "Save it again as a picture."


_SVG = "{http://www.w3.org/2000/svg}"
_RUNNING = {
    "script",
    "foreignObject",
    "iframe",
    "object",
    "embed",
    "audio",
    "video",
    "handler",
    "listener",
    "set",
}
_ANIMATED = {"animate", "animateMotion", "animateTransform"}


def clean_svg(content: bytes) -> bytes:
    """An SVG picture without scripts, handlers, HTML and references to other files.

    Raises
    ------
    ValueError
        When it is no SVG.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, load_dtd=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None
    if root.tag not in (f"{_SVG}svg", "svg"):
        raise ValueError("no svg element")
    for element in list(root.iter()):
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if not name or name in _RUNNING or (name in _ANIMATED and _elsewhere(element)):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        for key, value in list(element.attrib.items()):
            bare = etree.QName(key).localname.lower()
            if bare.startswith("on") or (bare in ("href", "src") and not _inside(value)) or _loads(value):
                del element.attrib[key]
        if name == "style" and element.text and _loads(element.text):
            element.text = ""
    return etree.tostring(root, encoding="utf-8")


def _elsewhere(element: etree._Element) -> bool:
    changed = str(element.get("attributeName", "")).lower()
    return changed.endswith("href") or changed.startswith("on")


def _inside(url: str) -> bool:
    return url.startswith("#") or re.match(r"data:image/(?:png|jpeg|gif|webp);", url) is not None


def _loads(style: str) -> bool:
    """Whether a style asks for a file."""
    urls = re.findall(r"url\(\s*['\"]?([^)'\"]*)", style, re.IGNORECASE)
    return "@import" in style.lower() or "\\" in style or not all(map(_inside, urls))


def brand_problems(project: Project, slugs: tuple[str, ...]) -> Iterator[Problem]:
    """Everything that is wrong with the project's brand and the municipalities' own."""
    base = project.root / BRAND_FILE
    files = (project.catalogue / OVERRIDES).glob("[!~]*")  # ~$….docx: open in Word just now
    own = sorted({file.with_suffix(".yml") for file in files if file.suffix in (".yml", WORD)})
    told: set[str] = set()
    for override in (None, *own):
        if override is not None and override.stem not in slugs:
            there = next(f for f in (override, override.with_suffix(WORD)) if f.is_file())
            document = Document(project.relative(there))
            document.problem(
                (), f'"{override.stem}" is no municipality\'s slug.', did_you_mean(override.stem, slugs)
            )
            yield from document.problems
        try:
            read_brand(base, override)
        except PlanError as error:
            yield from (problem for problem in error.problems if str(problem) not in told)
            told |= {str(problem) for problem in error.problems}
