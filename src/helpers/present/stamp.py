"""Whose figures an output shows: set where the output is made, and held against the page before a site is placed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self
from xml.sax.saxutils import escape

from helpers.data.csv_files import with_column

STAMP_KEY = "plan-stamp"
"""Key in the metadata of a notebook output and in ``verdicts.json``."""

EXAMPLE_MARK = "EKSEMPEL"
"""Before titles and names of files that a reader asked to be made of example data (``plan render --example``)."""

BASIS_COLUMN = "grundlag"
"""Last column of every CSV file that is made for readers."""

BASIS_WORDS = {"example": "eksempeldata", "real": "rigtige tal"}
"""What that column says, by :attr:`Stamp.kind`."""


@dataclass(frozen=True)
class Stamp:
    """What a figure, table or sentence was made for."""

    report: str
    """``plan``, ``jobcenteroverblik`` or ``investeringer``."""
    area: str
    """Slug of the municipality or job centre."""
    plan: str
    """Key of the plan, the template or the set of projects."""
    basis: str
    """``real``, ``real-2026-08-22`` (as the figures stood then), ``example-2024-01-15``, or ``printed-2017M02``."""
    compared: tuple[str, ...] = ()
    """Slugs of the other areas that a comparison shows on purpose."""
    marked: bool = False
    """Whether titles and file names say :data:`EXAMPLE_MARK`."""

    @property
    def is_example(self) -> bool:
        return self.basis.startswith("example")

    @property
    def kind(self) -> Literal["example", "real"]:
        return "example" if self.is_example else "real"

    @property
    def prefix(self) -> str:
        """What names of files begin with: ``EKSEMPEL-`` or nothing."""
        return f"{EXAMPLE_MARK}-" if self.marked and self.is_example else ""

    def fits(self, page: Stamp) -> bool:
        """Whether it may stand on a page of that stamp; a comparison may, when it was made for the page's area."""
        return replace(self, compared=(), marked=False) == replace(page, compared=(), marked=False)

    def told(self) -> str:
        """Its parts for a message: ``hedensted, plan frederikssund-2023, example-2024-01-15``."""
        return f"{self.area}, {self.report} {self.plan}, {self.basis}"

    def data(self) -> dict[str, Any]:
        """As it is kept in the metadata of a notebook's output."""
        return {**asdict(self), "compared": list(self.compared)}

    def mark(self) -> dict[str, str]:
        """What a file that leaves says of itself; a plan's key may name another municipality, so it is left out."""
        return {"basis": self.kind, "area": self.area, "report": self.report}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """What :meth:`data` gave, also after a way through JSON."""
        return cls(**{**data, "compared": tuple(data["compared"])})


def marked_file(name: str, text: str, stamp: Stamp) -> str:
    """The text of a file with its basis in it: a ``metadata`` element in SVG, a last column in CSV that has none yet."""
    if name.endswith(".svg"):
        start = text.index(">", text.index("<svg")) + 1
        told = escape(json.dumps(stamp.mark(), ensure_ascii=False))
        return f"{text[:start]}<metadata>{told}</metadata>{text[start:]}"
    if not name.endswith(".csv"):
        return text
    return with_column(text, BASIS_COLUMN, BASIS_WORDS[stamp.kind], unless={BASIS_COLUMN, "basis"})
