"""What pandoc and Quarto leave open in a Word document: language, rows that stay whole, pictures that every Word opens."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu, Pt
from docx.table import Table
from docx.text.run import Run

from helpers.catalogue.brand import WORD
from helpers.present.still import drawn
from helpers.render.builtin.pandoc import WordJob
from helpers.render.copy import STYLES, Copy
from helpers.render.word_reference import A4_HEIGHT, element_of, shading, write_reference

WORD_LANGUAGE = "da-DK"
"""Of proofing."""

CONTENTS = "Indhold"

_SVG_NAMESPACE = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
"""Of the element that holds a picture's SVG beside its PNG ([MS-ODRAWXML])."""

SMALL_FROM = 8
"""Tables of so many columns have small letters, or words would not fit their columns (``styles/plan.lua`` counts on it)."""

_SMALL, _NARROW = Pt(7), 35
"""Size of their letters, and room at the sides of their cells (twentieths of a point)."""

_TALLEST = 0.85
"""So much of a page's height a picture takes at most; its caption stands below it."""


def prepare(copy: Copy) -> WordJob:
    """Lay the reference document into the private copy, and say what is to be written where."""
    reference = copy.folder / STYLES / f"reference{WORD}"
    write_reference(reference, copy.brand, head=copy.subtitle, foot=copy.title, example=copy.is_example)
    return WordJob(
        target=copy.folder / copy.word_name,
        reference=reference,
        lang=WORD_LANGUAGE,
        timestamp=copy.timestamp,
        title=copy.title,
        subtitle=copy.subtitle,
        date=copy.date,
        contents=CONTENTS,
    )


def finish(file: Path, *, author: str, title: str, timestamp: int) -> None:
    """Complete a document that pandoc or Quarto wrote; the same document always gives the same bytes."""
    document = docx.Document(str(file))
    _speak_danish(document)
    _settle_tables(document)
    _settle_pictures(document)
    day = datetime.fromtimestamp(timestamp, UTC)
    about = document.core_properties
    about.author, about.title, about.language = author, title, WORD_LANGUAGE
    about.last_modified_by, about.created, about.modified = author, day, day
    made = BytesIO()
    document.save(made)
    _write_zip(file, made)


def _write_zip(file: Path, made: BytesIO) -> None:
    with zipfile.ZipFile(made) as read, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            entry = zipfile.ZipInfo(name)  # of no day: a report without one would be older than a zip can be
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, read.read(name))


def _speak_danish(document: Document) -> None:
    """Danish for all text, whatever styles and runs said before."""
    for root in (document.styles.element, document.element):
        for lang in root.xpath("//w:lang"):
            lang.getparent().remove(lang)
    (defaults,) = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")
    defaults.append(element_of("w:lang", val=WORD_LANGUAGE, eastAsia="x-none", bidi="x-none"))
    for element in document.settings.element.xpath("w:themeFontLang"):
        element.set(qn("w:val"), WORD_LANGUAGE)


def _settle_tables(document: Document) -> None:
    """Rows stay whole, head rows are repeated, and a cell is as coloured as the style of its text."""
    shades = {
        style.style_id: shade[0].get(qn("w:fill"))
        for style in document.styles
        if (shade := style.element.xpath("w:pPr/w:shd"))
    }
    for row in document.element.body.xpath(".//w:tr"):
        given = row.get_or_add_trPr()
        if not given.xpath("w:cantSplit"):
            given.insert(0, OxmlElement("w:cantSplit"))
    for table in document.tables:
        if len(table.columns) >= SMALL_FROM:
            _make_small(table)
    for cell in document.element.body.xpath(".//w:tc"):
        styles = {str(name) for name in cell.xpath("w:p/w:pPr/w:pStyle/@w:val")}
        fills = {shades[name] for name in styles if name in shades}
        if len(styles) == 1 and fills:
            cell.get_or_add_tcPr().append(shading(fills.pop()))


def _make_small(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(element_of(f"w:{side}", w=str(_NARROW), type="dxa"))
    # Before its look and caption, as the schema has it.
    after = table._tbl.tblPr.xpath("w:tblLook | w:tblCaption | w:tblDescription")
    after[0].addprevious(margins) if after else table._tbl.tblPr.append(margins)
    for run in table._tbl.xpath(".//w:r"):
        Run(run, table).font.size = _SMALL


def _settle_pictures(document: Document) -> None:
    """Every SVG gets a PNG beside it, every picture its text in both places, and none is taller than a page."""
    section = document.sections[0]
    margins = (section.top_margin or 0) + (section.bottom_margin or 0)
    room = int(_TALLEST * ((section.page_height or A4_HEIGHT) - margins))
    for frame in document.element.body.xpath(".//wp:inline"):
        (said,) = frame.xpath("wp:docPr/@descr") or [""]
        for picture in frame.xpath(".//pic:cNvPr"):
            picture.set("descr", said)
        for blip in frame.xpath(".//a:blip"):
            (extent,) = frame.xpath("wp:extent")
            _with_png(document, blip, Emu(int(extent.get("cx"))).mm)
        sizes = frame.xpath("wp:extent | .//a:xfrm/a:ext")
        tall = max(int(size.get("cy")) for size in sizes)
        for size in sizes if tall > room else ():
            for side in ("cx", "cy"):
                size.set(side, str(int(size.get(side)) * room // tall))


def _with_png(document: Document, blip: BaseOxmlElement, width: float) -> None:
    """The picture's PNG, which Word before 2016 and most other programs show, where only its SVG is there.

    Parameters
    ----------
    width
        Of the picture on paper, in millimetres.
    """
    embedded = qn("r:embed")
    for svg in blip.iter(f"{{{_SVG_NAMESPACE}}}svgBlip"):
        if not blip.get(embedded):
            content: bytes = document.part.related_parts[svg.get(embedded)].blob
            name, _ = document.part.get_or_add_image(BytesIO(drawn(content.decode(), "png", width=width)))
            blip.set(embedded, name)
