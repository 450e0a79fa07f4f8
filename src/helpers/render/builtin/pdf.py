"""The PDF: pandoc's Typst laid out by ``styles/plan.typ``, tagged (PDF/UA-1), fonts scanned once per process."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import typst

from helpers.errors import PlanError
from helpers.present.theme import shown_colours
from helpers.present.typesetting import compiler, forget, quoted
from helpers.render.copy import STYLES, Copy

TEMPLATE = "plan.typ"
STANDARD: Literal["ua-1"] = "ua-1"
MAIN = "book.typ"


def _string(text: str) -> str:
    line = quoted(text.replace("\n", " "))
    return f'"{line}"'


def _main(copy: Copy, body: str) -> str:
    shown = shown_colours(copy.brand.colours)
    colours = ", ".join(
        f'{role}: rgb("{shown[role]}")'
        for role in ("primary", "foreground", "secondary", "light", "link", "cover")
    )
    logo = "none"
    if copy.brand.logo is not None:
        alt = _string(copy.brand.logo_alt or copy.author)
        logo = f'image("/{STYLES}/logo{copy.brand.logo.suffix}", alt: {alt}, height: 18mm)'
    arguments = {
        "title": _string(copy.title),
        "subtitle": _string(copy.subtitle),
        "author": _string(copy.author),
        "date": _string(copy.date),
        "lang": _string(copy.book.lang),
        "keywords": f"({_string(copy.title)}, {_string(copy.author)})",
        "example": str(copy.is_example).lower(),
        "short": str(bool(copy.variant.edition)).lower(),
        "logo": logo,
        "font": f"({_string(copy.brand.font)}, {_string('Source Sans Pro')})",
        "colours": f"({colours})",
    }
    given = ",\n".join(f"  {name}: {value}" for name, value in arguments.items())
    return f'#import "/{STYLES}/{TEMPLATE}": *\n\n#show: plan-book.with(\n{given},\n)\n\n{body}\n'


def write_pdf(copy: Copy, body: str, target: Path) -> None:
    """Compile the book's chapters to a tagged PDF.

    Parameters
    ----------
    body
        All chapters as Typst, from :func:`helpers.render.builtin.pandoc.convert`.

    Raises
    ------
    PlanError
        With Typst's own words, when the document cannot be compiled or would not be accessible (PDF/UA-1).
    """
    main = copy.folder / MAIN
    main.write_text(_main(copy, body), encoding="utf-8")
    try:
        compiler().compile(
            input=str(main),
            root=str(copy.folder),
            output=str(target),
            format="pdf",
            pdf_standards=[STANDARD],
            timestamp=copy.timestamp,
        )
    except typst.TypstError as error:
        hints = "".join(f"\nHint: {hint}" for hint in error.hints)
        where = (
            next((line.strip() for line in error.diagnostic.splitlines() if "┌─" in line), "")
            .replace("┌─", "")
            .strip()
        )
        raise PlanError.of(
            f"the PDF of {copy.variant.slug}", f"Typst: {error.message} {where}{hints}"
        ) from None
    forget()
