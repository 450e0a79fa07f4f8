"""The reference document: what a Word document looks like, its page, headers and footers.

Pandoc and Quarto take styles and page from it and nothing else. It is the municipality's own
(``catalogue/brands/<slug>.docx``) or pandoc's, dressed in the brand.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from helpers.catalogue.brand import Brand
from helpers.present.still import drawn
from helpers.present.theme import shown_colours
from helpers.render.builtin.pandoc import executable

NORMAL = "Normal"
MARKED = "Eksempeldata. Tallene er opdigtede."
"""On every page of a document with made-up figures."""

INSTEAD = "Calibri"
"""What Word shows where the brand's font is not installed."""

A4_WIDTH, A4_HEIGHT = Mm(210), Mm(297)
MARGIN, TOP = Mm(24), Mm(27)
LOGO_HEIGHT = Mm(16)
LOGO_WIDTH = 80
"""Millimetres that the picture of an SVG logo is drawn for."""

_HEAD_FILL, _GROUP_FILL, _LINE = "E7EEF2", "F2F5F7", "CFD8DE"


@dataclass(frozen=True)
class Look:
    """A paragraph style of the plan's own."""

    size: float = 10.5
    bold: bool = False
    # Colours of the text and behind it; empty: as around it.
    ink: str = ""
    paper: str = ""
    bar: bool = False
    """Whether a bar in the ink's colour stands at its left, as in the boxes of the pages."""
    keep: bool = False
    before: float = 0
    after: float = 6


_VERDICTS = {
    "opfyldt": ("1C6B3F", "E9F4ED"),
    "ikke opfyldt": ("9D2B25", "FBECEB"),
    "delvist opfyldt": ("8A5A00", "FDF3DE"),
    "kan ikke vurderes": ("51606B", "EFF2F4"),
}
"""Verdicts look the same for every municipality; the inks of ``styles/plan.typ``."""

LOOKS = {
    **{f"Plan Mål {word}": Look(paper=paper, ink=ink, bar=True, keep=True) for word, (ink, paper) in _VERDICTS.items()},
    **{f"Plan Flise {word}": Look(9.5, ink=ink, paper=paper, after=2) for word, (ink, paper) in _VERDICTS.items()},
    **{f"Plan Tabel {word}": Look(8.2, bold=True, ink=ink, after=0) for word, (ink, _) in _VERDICTS.items()},
    "Plan Tabel": Look(8.2, after=0),
    "Plan Tabelforspalte": Look(8.2, bold=True, after=0),
    "Plan Tabelhoved": Look(8.2, bold=True, paper=_HEAD_FILL, after=0, keep=True),
    "Plan Tabelgruppe": Look(8.2, bold=True, paper=_GROUP_FILL, after=0, keep=True),
    "Plan Tabelnote": Look(7.8, ink="51606B", after=0),
    "Plan Eksempeldata": Look(9.5, ink="8A5A00", paper="FDF3DE", bar=True),
    "Plan Note": Look(10, ink="51606B", paper="EFF2F4", bar=True),
    "Plan Kilde": Look(9, ink="51606B"),
    "Plan Målnote": Look(9.5, ink="51606B", keep=True),
    "Plan Måltekst": Look(keep=True),
    "Plan Resumé": Look(12),
    "Plan Opfølgning": Look(bar=True),
    "Plan Udfyldes": Look(paper="FFF6C9", before=6),
}  # fmt: skip
"""What ``styles/plan.lua`` names; a reference document that has one of these keeps its own."""


def write_reference(target: Path, brand: Brand, *, head: str, foot: str, example: bool) -> None:
    """Write the reference document of one render.

    Parameters
    ----------
    head, foot
        At the top and bottom of each page: whose document, and which. A municipality's own document keeps the headers and
        footers that it has.
    """
    document = docx.Document(str(brand.word) if brand.word else BytesIO(_default()))
    if brand.word is None:
        _dress(document, brand)
    for name, look in LOOKS.items():
        if name not in [style.name for style in document.styles]:
            _add(document, name, look)
    for section in document.sections:
        if brand.word is None:
            _letterhead(section, brand, head)
        pages = [(section.header, section.footer)]
        if section.different_first_page_header_footer:
            pages.append((section.first_page_header, section.first_page_footer))
        if document.settings.odd_and_even_pages_header_footer:
            pages.append((section.even_page_header, section.even_page_footer))
        for header, footer in pages:
            if not footer._element.xpath(".//w:t | .//w:drawing | .//w:fldSimple | .//w:instrText"):
                _page_number(footer.paragraphs[0], foot, section)
            if example:
                header.add_paragraph(MARKED, document.styles["Plan Eksempeldata"])
    document.save(str(target))


def _default() -> bytes:
    """Pandoc's own reference document, which has every style that pandoc names."""
    asked = [executable(), "--print-default-data-file=reference.docx"]
    return subprocess.run(asked, capture_output=True, check=True).stdout


def _dress(document: Document, brand: Brand) -> None:
    """Page, fonts and colours of the brand."""
    section = document.sections[0]
    section.page_width, section.page_height = A4_WIDTH, A4_HEIGHT
    section.left_margin = section.right_margin = MARGIN
    section.top_margin, section.bottom_margin = TOP, Mm(25)
    section.header_distance = section.footer_distance = Cm(1.1)
    shown = shown_colours(brand.colours)
    ink = shown["foreground"]
    styles = {style.name: style for style in document.styles if style.type == WD_STYLE_TYPE.PARAGRAPH}
    for style in styles.values():
        _font(style, brand.font)
    sizes = {
        "Normal": 10.5, "Title": 32, "Subtitle": 17, "Date": 11, "Heading 1": 22, "Heading 2": 14.5, "Heading 3": 12,
        "TOC Heading": 17, "Image Caption": 9, "Table Caption": 10, "toc 1": 10.5, "toc 2": 9.5,
    }  # fmt: skip
    for name in ("toc 1", "toc 2", "toc 3"):
        styles[name] = _add(document, name, Look())
        styles[name].paragraph_format.left_indent = Mm(5 * (int(name[-1]) - 1))
    for name, size in sizes.items():
        styles[name].font.size = Pt(size)
    for name in ("Title", "Heading 1", "TOC Heading"):
        _coloured(styles[name], shown["primary"])
    for name in ("Subtitle", "Heading 2", "Heading 3", "Heading 4", "Date", "Normal"):
        _coloured(styles[name], ink)
    for name in ("Image Caption", "Table Caption"):
        _coloured(styles[name], shown["secondary"])
        styles[name].font.italic = False
    spaces = {
        "Title": (150, 6), "Subtitle": (0, 6), "Date": (6, 18), "Heading 1": (0, 14), "Heading 2": (18, 6),
        "Heading 3": (14, 4), "Body Text": (0, 7), "First Paragraph": (0, 7), "Image Caption": (3, 12), "Table Caption": (12, 4),
        "TOC Heading": (18, 8), "toc 1": (5, 1), "toc 2": (0, 1), "Compact": (0, 2), "Captioned Figure": (10, 0),
    }  # fmt: skip
    for name, (before, after) in spaces.items():
        given = styles[name].paragraph_format
        given.space_before, given.space_after = Pt(before), Pt(after)
    for name in ("Title", "Subtitle", "Date"):
        styles[name].paragraph_format.alignment = None
        _left(styles[name])
    styles["toc 1"].font.bold = True
    styles["Table Caption"].font.bold = True
    styles["Table Caption"].paragraph_format.keep_with_next = True
    for name in ("Heading 1", "TOC Heading"):
        styles[name].paragraph_format.page_break_before = name == "Heading 1"
    for name in ("Heading 1", "Heading 2", "Heading 3", "Title", "Subtitle"):
        styles[name].font.bold = name != "Subtitle"
    _table_style(document)
    # Where the brand's font is not installed, Word takes this one.
    for part in document.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            named = f'<w:font w:name="{brand.font}"><w:altName w:val="{INSTEAD}"/><w:family w:val="swiss"/></w:font>'
            part._blob = part.blob.replace(b"</w:fonts>", named.encode() + b"</w:fonts>")


def _add(document: Document, name: str, look: Look) -> ParagraphStyle:
    style: ParagraphStyle = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles[NORMAL]
    style.quick_style = True
    style.font.size = Pt(look.size)
    if look.bold:
        style.font.bold = True
    if look.ink:
        _coloured(style, f"#{look.ink}")
    given = style.paragraph_format
    given.space_before, given.space_after = Pt(look.before), Pt(look.after)
    given.keep_with_next = look.keep or None
    properties = style.element.get_or_add_pPr()
    if look.bar:
        given.left_indent = given.right_indent = Mm(3)
        bar = OxmlElement("w:pBdr")
        bar.append(element_of("w:left", val="single", sz="24", space="6", color=look.ink or _LINE))
        properties.insert_element_before(bar, "w:shd", "w:spacing", "w:ind", "w:jc")
    if look.paper:
        properties.insert_element_before(shading(look.paper), "w:spacing", "w:ind", "w:jc")
    return style


def element_of(tag: str, **attributes: str) -> Any:
    """An element of Word's with its attributes: ``w:shd``."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def shading(colour: str) -> Any:
    """What lies behind a paragraph or in a cell."""
    return element_of("w:shd", val="clear", color="auto", fill=colour)


def _font(style: ParagraphStyle, family: str) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()
    for kind in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{kind}"), family)


def _coloured(style: ParagraphStyle, colour: str) -> None:
    style.font.color.rgb = RGBColor.from_string(colour.removeprefix("#").upper())


def _left(style: ParagraphStyle) -> None:
    for jc in style.element.xpath(".//w:jc"):
        jc.getparent().remove(jc)


def _table_style(document: Document) -> None:
    """Hairlines between rows, room in the cells."""
    (style,) = (style for style in document.styles if style.name == "Table")
    table = style.element.find(qn("w:tblPr"))
    borders = OxmlElement("w:tblBorders")
    for side in ("bottom", "insideH"):
        borders.append(element_of(f"w:{side}", val="single", sz="4", space="0", color=_LINE))
    table.insert(1, borders)
    for side, width in (("top", "50"), ("bottom", "50"), ("left", "70"), ("right", "70")):
        table.find(qn("w:tblCellMar")).find(qn(f"w:{side}")).set(qn("w:w"), width)


def _letterhead(section: Any, brand: Brand, head: str) -> None:
    """The logo on the first page, whose document it is on all others."""
    section.different_first_page_header_footer = True
    _small(section.header.paragraphs[0], head)
    first = section.first_page_header.paragraphs[0]
    if brand.logo is not None:
        content = brand.logo_bytes()
        if brand.logo.suffix.lower() == ".svg":
            content = drawn(content.decode("utf-8"), "png", width=LOGO_WIDTH)
        first.add_run().add_picture(BytesIO(content), height=LOGO_HEIGHT)
        for found in first._p.iter(qn("wp:docPr")):
            found.set("descr", brand.logo_alt)


def _small(paragraph: Paragraph, text: str) -> Paragraph:
    paragraph.style = NORMAL
    run = paragraph.add_run(text)
    run.font.size = Pt(8.5)
    return paragraph


def _page_number(paragraph: Paragraph, text: str, section: Any) -> None:
    """``Beskæftigelsesplan 2023        Side 3 af 24``."""
    width: Length = section.page_width - section.left_margin - section.right_margin
    paragraph.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
    _small(paragraph, f"{text}\tSide ")
    for code, after in (("PAGE", " af "), ("NUMPAGES", "")):
        field = element_of("w:fldSimple", instr=f" {code} ")
        run = _small(paragraph, "1").runs[-1]
        paragraph._p.append(field)
        field.append(run._r)
        _small(paragraph, after)
