"""`plan check` on what pages look like: brands, logos, `_quarto.yml`, the map; and on heaps of broken files."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.catalogue import check_catalogue, load_catalogue
from helpers.catalogue.brand import clean_svg, read_brand
from helpers.commands.checks import check_looks
from helpers.errors import Problem
from helpers.project import Project
from render_book import copy_project

SEED = 20260101
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_project(tmp_path_factory.mktemp("looks"))


@pytest.fixture
def project(shared: Project) -> Iterator[Project]:
    """A checkout whose files are put back after each test."""
    names = ("_brand.yml", "_quarto.yml", "catalogue/areas/tilemap.csv")
    kept = {name: (shared.root / name).read_bytes() for name in names}
    yield shared
    for name, content in kept.items():
        (shared.root / name).write_bytes(content)


def problems(project: Project) -> list[Problem]:
    return check_looks(project, load_catalogue(project))[0]


def test_the_project_s_own_looks_are_in_order(project: Project) -> None:
    assert problems(project) == []


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ('petroleum: "#17506b"', "petroleum: bluish", "_brand.yml: color.palette.petroleum", "is no colour"),
        ('petroleum: "#17506b"', "petroleum: [1, 2]", "_brand.yml: color.palette.petroleum", "a list stands here"),
        ("primary: petroleum", "primary: '#12345'", "_brand.yml: color.primary", "is no colour"),
        ("primary: petroleum", "primary: {a: b}", "_brand.yml: color.primary", "must be a text"),
        ("primary: petroleum", "primry: petroleum", "_brand.yml: color.primry", 'Did you mean "primary"'),
        ("family: Source Sans Pro\n    line", "family: 'x\";}body{background:url(//x.dk)'\n    line", "_brand.yml: typography.base.family", "is no font"),
        ("family: Source Sans Pro\n    line", "family: [A, B]\n    line", "_brand.yml: typography.base.family", "a list stands here"),
        ("line-height: 1.55", "line-height: 'url(x)'", "_brand.yml: typography.base.line-height", "is no line-height"),
        ("- family: Source Sans Pro", "- family: [A]", "_brand.yml: typography.fonts.1.family", "a list stands here"),
        ("- family: Source Sans Pro", "- family: 'x\"}'", "_brand.yml: typography.fonts.1.family", "is no family"),
        ("source: file", "source: flie", "_brand.yml: typography.fonts.1.source", 'Did you mean "file"'),
        ("styles/fonts/SourceSansPro-It.ttf", "/etc/hosts", "_brand.yml: typography.fonts.1.files.2.path", "outside the project"),
        ("styles/fonts/SourceSansPro-It.ttf", "styles/plan.css", "_brand.yml: typography.fonts.1.files.2.path", "is no font"),
        ("styles/fonts/SourceSansPro-It.ttf", "nej.ttf", "_brand.yml: typography.fonts.1.files.2.path", "no file nej.ttf"),
        ("styles/fonts/SourceSansPro-It.ttf", "x" * 300, "_brand.yml: typography.fonts.1.files.2.path", "no file x"),
        ("color:\n", "logo: ../../etc/passwd\ncolor:\n", "_brand.yml: logo", "outside the project"),
        ("color:\n", "logo: nej.png\ncolor:\n", "_brand.yml: logo", "no file nej.png"),
        ("color:\n", "logo: {medium: [a]}\ncolor:\n", "_brand.yml: logo.medium", "a list stands here"),
        ("color:\n", "logo: README.md\ncolor:\n", "_brand.yml: logo", "no"),
        ("color:\n", "logo: false.png\ncolor:\n", "_brand.yml: logo", "is no PNG picture"),
        ("color:\n", "logo: false.svg\ncolor:\n", "_brand.yml: logo", "is no SVG picture"),
        ("color:\n", "colour: {}\ncolor:\n", "_brand.yml: colour", 'Did you mean "color"'),
        ("color:\n", "color:\n\u00a0 x: y\n", "_brand.yml", "no-break space"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_brand_is_told_with_file_line_and_key(
    project: Project, old: str, new: str, where: str, said: str
) -> None:
    (project.root / "false.png").write_bytes(b"GIF89a")
    (project.root / "false.svg").write_text("<html><body/></html>")
    path = project.root / "_brand.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    path.write_text(changed, encoding="utf-8")
    # The key that is wrong stands in the first line that differs, or in the line after a heading that was put in.
    pairs = zip(text.splitlines(), changed.splitlines(), strict=False)
    line = next(number for number, (a, b) in enumerate(pairs, 1) if a != b)
    name, key = where.split(":", maxsplit=1)[0], where.partition(": ")[2]
    found = problems(project)
    places = {f"{name}:{at}" + (f": {key}" if key else "") for at in (line, line + 1)}
    assert any(one.where in places and said in one.what for one in found), "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("title: Beskæftigelsesplan 2023", "title: [a, b]", "book.title", "must be a text"),
        ("lang: da", "lang: [da]", "lang", "a language such as da"),
        ("lang: da", "lang: '\"><script>'", "lang", "a language such as da"),
        ("toc-depth: 2", "toc-depth: -inf", "format.html.toc-depth", "a whole number from 1 to 6"),
        ("output-dir: _book", "output-dir: ../../elsewhere", "project.output-dir", "inside the book's own"),
        ("css: styles/plan.css", "css: ../../../etc/hostname.conf", "format.html.css", "outside the project"),
        ("    - index.ipynb\n", "    - ../index.ipynb\n", "book.chapters", "no notebook of this book"),
        ("css: styles/plan.css", "css: styles/overview.css", "format.html.css", "no file styles/overview.css"),
        ("toc: true", "toc: [true]", "format.html.toc", "true or false"),
        ("  echo: false", "  echo: maybe", "execute.echo", "true or false"),
        ("language:\n  crossref-sec-prefix: Afsnit", "language: {crossref-sec-prefix: [a]}", "language", "keys with a text"),
        ("plan: frederikssund-2023", "plan: [a]", "plan", "must be a text"),
        ("plan: frederikssund-2023", "plan: frederikssund-2032", "plan", 'Did you mean "frederikssund-2023"'),
        ("06-unge.ipynb", "99-nej.ipynb", "book.chapters", "There is no file notebooks/99-nej.ipynb"),
        ("    - index.ipynb", "    - " + "9" * 400 + ".ipynb", "book.chapters", "needs index.ipynb"),
        ("favicon: styles/favicon.svg", "favicon: " + "9" * 400, "book.favicon", "There is no file 999"),
        ("favicon: styles/favicon.svg", "favicon: styles/nej.svg", "book.favicon", "no file styles/nej.svg"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_book_s_settings_is_told_with_its_key(
    project: Project, old: str, new: str, where: str, said: str
) -> None:
    path = project.root / "_quarto.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = problems(project)
    assert any(where in one.where and "_quarto.yml" in one.where and said in one.what for one in found), found


@pytest.mark.parametrize(
    "row", ["400,11,9999,Bornholm", "400,-1,1,Bornholm", "400,1,1," + "x" * 40, "999,1,1,X"]
)
def test_a_mistake_in_the_map_is_told_with_its_line(project: Project, row: str) -> None:
    path = project.catalogue / "areas" / "tilemap.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("400,11,17,Bornholm", row), encoding="utf-8")
    assert problems(project)[0].where.startswith("catalogue/areas/tilemap.csv:")


def test_a_colour_that_pages_show_otherwise_is_told_with_its_line_and_what_to_change(
    project: Project,
) -> None:
    path = project.root / "_brand.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("primary: petroleum", "primary: '#ffd400'"), encoding="utf-8"
    )
    wrong, said = check_looks(project, load_catalogue(project))
    told = [line for line in said if line.startswith("_brand.yml:")]
    assert wrong == [] and len(told) == 2 and all("color.primary" in line for line in told)
    assert "text needs 4.5:1, graphics 3:1. Pages show #1d2a33" in told[0]
    assert "links and curves are #17506b and headings #1d2a33. Give color.link" in told[1]


def test_a_sound_logo_is_taken_as_it_is(tmp_path: Path) -> None:
    for name, content in (("a.png", PNG), ("b.svg", SVG.encode())):
        (tmp_path / name).write_bytes(content)
        (tmp_path / "_brand.yml").write_text(f"logo: {{medium: {{path: {name}, alt: Byvåben}}}}\n")
        brand = read_brand(tmp_path / "_brand.yml")
        assert (brand.logo, brand.logo_alt) == (tmp_path / name, "Byvåben")
        assert brand.logo_bytes()[:4] == content[:4]


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml' onload='x()'/></foreignObject>",
        "<path onclick='x()' d='M0 0'/>",
        "<image href='https://example.org/x.png'/>",
        "<image xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='//example.org/x.png'/>",
        "<a href='javascript:x()'><path d='M0 0'/></a>",
        "<style>@import url(https://example.org/x.css);</style>",
        "<rect style='fill:url(https://example.org/x#a)'/>",
        "<set attributeName='onload' to='x()'/>",
        "<animate attributeName='href' values='javascript:x()'/>",
        "<image href='data:image/svg+xml,&lt;svg onload=x()&gt;'/>",
    ],
)
def test_an_svg_logo_loses_what_runs_or_comes_from_elsewhere(bad: str) -> None:
    told = clean_svg(SVG.replace("<path", f"{bad}<path", 1).encode()).decode()
    assert not any(word in told for word in ("script", "onl", "onclick", "x()", "example.org", "foreign"))
    assert 'd="M0 0h9v9z"' in told


def test_an_svg_with_entities_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    doctype = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    told = clean_svg((doctype + SVG.replace("<path", "<text>&x;</text><path")).encode())
    assert b"geheim" not in told


# ------------------------------------------------------------------------------------------- heaps

NONSENSE: tuple[Any, ...] = (
    ["a", "b"], {"a": "b"}, "-.inf", "\x1b[31m", "javascript:alert(1)", "../../../../etc/passwd", "\u202eabc", "x" * 30_000,
    '";}body{background:url(//example.org/x)}',
)  # fmt: skip


def _places(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, dict | list):
            yield from _places(value, (*at, key))
        else:
            yield (*at, key)


def _with(data: Any, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    return (
        {key: _with(item, at[1:], value) if key == at[0] else item for key, item in data.items()}
        if isinstance(data, dict)
        else [_with(item, at[1:], value) if key == at[0] else item for key, item in enumerate(data)]
    )


FREE = {
    ("book", "title"),
    ("book", "author"),
    ("language", "crossref-sec-prefix"),
    ("brand",),
    ("filters", 0, "at"),
}
"""Where any text, or a list of texts, may stand."""


@pytest.mark.parametrize("name", ["_brand.yml", "_quarto.yml"])
def test_nonsense_in_any_place_of_a_settings_file_is_refused(project: Project, name: str) -> None:
    path = project.root / name
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    chance = random.Random(SEED)
    accepted, tried = [], 0
    for at in _places(data):
        for value in chance.sample(NONSENSE, 3):
            hidden = isinstance(value, str) and ("\x1b" in value or "\u202e" in value or len(value) > 20_000)
            if (at in FREE and not hidden) or (
                at[-1] in ("theme", "css", "pdf-standard") and isinstance(value, list)
            ):
                continue
            path.write_text(yaml.safe_dump(_with(data, at, value), allow_unicode=True), encoding="utf-8")
            tried += 1
            if not problems(project):
                accepted.append((at, value))
    assert tried > 60
    assert not accepted


@pytest.mark.parametrize("name", ["_brand.yml", "_quarto.yml", "catalogue/areas/tilemap.csv"])
def test_no_heap_of_bytes_ends_in_a_traceback(project: Project, name: str) -> None:
    path = project.root / name
    content = path.read_bytes()
    chance = random.Random(SEED)
    bits = [b"[", b"{", b"*a", b"&a ", b": ", b"\n", b"- ", b"\xff", b"\x00", b"\x1b[", b"\xc2\xa0", b'"', b"9" * 400, b",", b";", b"!!python/object:os.system"]  # fmt: skip
    told = 0
    for _ in range(60):
        spoiled = bytearray(content)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(spoiled))
            spoiled[at : at + chance.choice((0, 0, 1, 30))] = chance.choice(bits)
        path.write_bytes(bytes(spoiled))
        told += bool(problems(project))
    assert told > 30


def test_no_heap_of_bytes_in_own_texts_ends_in_a_traceback(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    path = project.catalogue / "texts" / "frederikssund.yml"
    path.parent.mkdir(exist_ok=True)
    content = b"frederikssund-2023:\n  index: Hej **alle**.\n  focus_areas:\n    1: >-\n      15. juni\n  goals:\n    1a: '<b>x</b>'\n"
    chance = random.Random(SEED)
    bits = [b"[", b"{", b"*a", b"&a ", b": ", b"\n", b"- ", b"\xff", b"\x00", b"\x1b[", b"\xc2\xa0", b'"', b"<", b"<script", b"`", b"]("]  # fmt: skip
    for _ in range(80):
        spoiled = bytearray(content)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(spoiled))
            spoiled[at : at + chance.choice((0, 0, 1, 5))] = chance.choice(bits)
        path.write_bytes(bytes(spoiled))
        for problem in check_catalogue(project):
            assert problem.where.startswith("catalogue/texts/frederikssund.yml")
