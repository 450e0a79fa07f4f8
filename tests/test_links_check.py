"""The link check: what it finds on a small site, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.render.links import check_links, read_links

HEAD = '<!doctype html><html lang="da"><head><meta charset="utf-8"><title>Side</title>{head}</head><body>{body}</body></html>'


def write(output: Path, name: str, body: str = "", head: str = "") -> None:
    path = output / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD.format(head=head, body=body) if name.endswith(".html") else body, encoding="utf-8")


def told(output: Path) -> list[str]:
    return [str(problem) for problem in check_links(output)]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site in order: pages that link to each other, a style with a font, a picture, a PDF with a Danish name."""
    write(tmp_path, "index.html", '<a href="hedensted/index.html#maal-1a">Hedensted</a><a href="hedensted/">Samme</a>',
          '<link rel="stylesheet" href="assets/site.css">')  # fmt: skip
    write(tmp_path, "hedensted/index.html", '<h2 id="maal-1a">1a</h2><a href="../index.html">Alle</a><a href="#maal-1a">Op</a>'
          '<a href="#top">Top</a><a href="Besk%C3%A6ftigelsesplan.pdf#page=2">PDF</a><img src="1a.svg?v=2" alt="">'
          '<a href="mailto:a@example.org">Skriv</a><a href="https://jobindsats.dk">Kilde</a>')  # fmt: skip
    write(
        tmp_path,
        "hedensted/1a.svg",
        '<svg xmlns="http://www.w3.org/2000/svg"><use href="#a"/><style>@font-face{src:url(data:font/woff;base64,AAAA)}</style></svg>',
    )
    write(tmp_path, "hedensted/Beskæftigelsesplan.pdf", "%PDF")
    write(
        tmp_path, "assets/site.css", '/* url(gone.png) */ @font-face { src: url("font.woff") format("woff") }'
    )
    write(tmp_path, "assets/font.woff", "font")
    return tmp_path


def test_a_site_in_order_has_no_problems(site: Path):
    report = read_links(site)
    assert report.problems == ()
    assert report.pages == 2
    assert report.links >= 10


def test_links_to_other_hosts_are_listed_with_their_pages(site: Path):
    assert read_links(site).external == {"https://jobindsats.dk": ("hedensted/index.html",)}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('<a href="gone.html">x</a>', "there is no such file"),
        ('<a href="hedensted/index.html#maal-9z">x</a>', 'no id "maal-9z" on hedensted/index.html'),
        ('<a href="#gone">x</a>', 'no id "gone" on page.html'),
        ('<a href="Hedensted/index.html">x</a>', "the file is called hedensted/index.html"),
        ('<a href="hedensted">x</a>', "this is a folder"),
        ('<a href="../index.html">x</a>', "leads out of the site"),
        ('<a href="/index.html">x</a>', "root of the host"),
        ('<a href="http://jobindsats.dk">x</a>', "must begin with https://"),
        ('<a href="javascript:alert(1)">x</a>', "javascript: are not used"),
        ('<a href="file:///etc/passwd">x</a>', "file: are not used"),
        ('<a href="https://[x">x</a>', "this is no address"),
        ('<img src="gone.svg" alt="">', "there is no such file"),
        ('<img src="https://example.org/a.png" alt="">', "asks another host"),
        ('<img src="//example.org/a.png" alt="">', "asks another host"),
        ('<img srcset="assets/font.woff 1x, gone.png 2x" alt="">', 'img srcset="gone.png"'),
        ('<script src="https://example.org/a.js"></script>', "asks another host"),
        ('<iframe src="https://example.org/"></iframe>', "asks another host"),
        ('<object data="gone.pdf"></object>', "there is no such file"),
        ('<form action="https://example.org/"></form>', "asks another host"),
        ('<svg><image xlink:href="https://example.org/a.png"/></svg>', "asks another host"),
        ('<p style="background: url(gone.png)">x</p>', "there is no such file"),
        ('<style>@import "https://example.org/a.css";</style>', "asks another host"),
        ('<p id="a">x</p><p id="a">y</p>', '"a" is there 2 times'),
        ('<p aria-describedby="gone">x</p>', 'aria-describedby="gone"'),
        ('<label for="gone">x</label>', 'label for="gone"'),
    ],
)
def test_a_link_that_is_wrong_is_told_with_its_page(site: Path, body: str, what: str):
    write(site, "page.html", body)
    (problem,) = check_links(site)
    assert problem.where == "page.html"
    assert what in problem.what


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="stylesheet" href="https://example.org/a.css">',
        '<link rel="preconnect" href="https://example.org">',
    ],
)
def test_a_page_s_head_may_not_ask_another_host(site: Path, head: str):
    write(site, "page.html", head=head)
    assert "asks another host" in told(site)[0]


def test_an_address_of_the_page_itself_may_be_whole(site: Path):
    write(site, "page.html", head='<link rel="canonical" href="https://example.org/page.html">')
    assert told(site) == []


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("assets/site.css", "body { background: url(gone.png) }", "gone.png"),
        ("assets/site.css", '@import url("https://fonts.example.org/a.css");', "asks another host"),
        ("hedensted/1a.svg", '<svg><image href="https://example.org/a.png"/></svg>', "asks another host"),
    ],
)
def test_stylesheets_and_pictures_are_read_too(site: Path, name: str, text: str, what: str):
    write(site, name, text)
    (problem,) = check_links(site)
    assert problem.where == name
    assert what in problem.what


def test_what_stands_in_a_comment_or_in_text_is_no_link(site: Path):
    write(
        site,
        "page.html",
        '<!-- <a href="gone.html">x</a> --><p>Skriv &lt;a href="gone.html"&gt;</p><script>const a = \'<img src="gone.png">\';</script>',
    )
    assert told(site) == []


def test_the_same_wrong_link_is_told_once_a_page(site: Path):
    write(site, "page.html", '<a href="gone.html">x</a>' * 3)
    write(site, "other.html", '<a href="gone.html">x</a>')
    assert [problem.where for problem in check_links(site)] == ["other.html", "page.html"]


def test_an_empty_page_is_a_problem(site: Path):
    (site / "page.html").write_text("")
    assert "is empty" in told(site)[0]


def test_a_site_that_is_being_built_is_passed_over(site: Path):
    write(site, ".building-x/page.html", '<a href="gone.html">x</a>')
    assert told(site) == []


def test_entities_and_escapes_in_an_address_are_read_as_a_browser_reads_them(site: Path):
    write(site, "a b&c.html")
    write(site, "page.html", '<a href="a%20b&amp;c.html">x</a><a href="a b&#38;c.html">x</a>')
    assert told(site) == []
