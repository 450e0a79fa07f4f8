"""What is read out of a finished page for the search and for the page of all figures."""

from __future__ import annotations

from helpers.render.beside import LONGEST, PageReading

PAGE = """<!doctype html><html lang="da"><head><title>Titel · Plan</title></head><body><nav><p>Menu</p></nav><main>
<nav class="trail">Brødkrummer</nav><header class="title-block"><h1>Plan</h1></header>
<h1 id="sec-1"><span class="chapter-number">1</span> Tidlig indsats</h1>
<div class="data-note example-data"><p>Opdigtet</p></div><p>Indledning om A-dagpenge.</p>
<h2 id="maal-1a">Resultatmål 1a: Andelen</h2>
<div class="verdict verdict-not-met"><p><strong>Mål 1a er ikke opfyldt.</strong> 83,8 pct.</p></div>
<figure id="fig-1a"><svg class="drawing wide"><text>bred</text></svg><svg class="drawing narrow" viewBox="0 0 1 1"><text>smal</text></svg>
<figcaption>Figur 1.1: 2021 til 2023</figcaption></figure>
<details><summary>Tal bag figuren</summary><table><tr><td>12345</td></tr></table></details>
<h2 id="mere">Mere</h2><figure id="fig-x"><svg class="drawing narrow"></svg></figure><ul><li>Et <b>punkt</b></li></ul>
</main></body></html>"""


def test_headings_and_the_text_below_them_are_read_and_tables_drawings_and_menus_are_not():
    reading = PageReading("notebooks/01.html", PAGE)
    assert [(s.url, s.title, s.page, s.text) for s in reading.sections] == [
        ("notebooks/01.html", "Tidlig indsats", "", "Indledning om A-dagpenge."),
        (
            "notebooks/01.html#maal-1a", "Resultatmål 1a: Andelen", "Tidlig indsats",
            "Mål 1a er ikke opfyldt. 83,8 pct. Figur 1.1: 2021 til 2023 Tal bag figuren",
        ),
        ("notebooks/01.html#mere", "Mere", "Tidlig indsats", "Et punkt"),
    ]  # fmt: skip


def test_a_figure_has_the_drawing_for_phones_and_the_verdict_above_it_alone():
    first, other = PageReading("notebooks/01.html", PAGE).figures
    assert (first.url, first.caption) == ("notebooks/01.html#fig-1a", "Figur 1.1: 2021 til 2023")
    assert (first.sign, first.verdict, first.kind) == ("×", "Mål 1a er ikke opfyldt.", "not-met")
    assert first.drawing == '<svg class="drawing narrow" viewBox="0 0 1 1"><text>smal</text></svg>'
    assert (other.verdict, other.sign) == ("", "")
    assert [one.name for one in (first, other)] == [("Resultatmål 1a", "Andelen"), ("Mere", "")]


def test_a_figure_of_two_verdicts_is_not_shown_as_the_last_of_them():
    second = '<div class="verdict verdict-met"><p><strong>Mål 1a, grad, er opfyldt.</strong></p></div><figure id="fig-1a">'
    first, other = PageReading("x.html", PAGE.replace('<figure id="fig-1a">', second)).figures
    assert (first.verdict, first.kind) == ("Mål 1a er ikke opfyldt. Mål 1a, grad, er opfyldt.", "partly")
    assert other.verdict == ""


def test_the_figure_of_a_page_that_is_named_after_it_is_not_shown_again():
    alone = PAGE.replace(
        "<p>Indledning", '<figure id="fig-0"><svg class="drawing narrow">0</svg></figure><p>Indledning'
    )
    assert PageReading("x.html", alone).figures == PageReading("x.html", PAGE).figures


def test_of_a_long_text_only_its_beginning_can_be_searched():
    long = PAGE.replace("Indledning", "ord " * LONGEST)
    assert len(PageReading("x.html", long).sections[0].text) <= LONGEST
