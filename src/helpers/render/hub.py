"""The first page of the site: all plans and reports that lie in the output, whenever they were rendered."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers.render.assets import FOLDER, Assets
from helpers.render.builtin.pages import environment

RECORD = "render.json"
"""Lies in every site: what it is, so that the hub and the next render can read it."""


@dataclass(frozen=True)
class Record:
    """What a rendered site says of itself.

    Attributes
    ----------
    fingerprint
        Of all it was made of; empty when that is not known.
    assets
        Shared files it needs.
    """

    slug: str
    title: str
    subtitle: str
    municipality: str
    area: str
    engine: str
    dated: str
    example: bool
    pdf: str | None
    pages: tuple[str, ...]
    assets: tuple[str, ...]
    fingerprint: str

    def write(self, site: Path) -> None:
        """Put it into the site's folder."""
        (site / RECORD).write_text(
            json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def read_record(site: Path) -> Record | None:
    """What the site in that folder says of itself; none when there is no site, or one of another kind."""
    try:
        data = json.loads((site / RECORD).read_text(encoding="utf-8"))
        return Record(**{**data, "pages": tuple(data["pages"]), "assets": tuple(data["assets"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_hub(output: Path, assets: Assets) -> Path:
    """Write ``<output>/index.html`` from the records of all sites below the output."""
    records = sorted(
        (record for path in output.glob(f"[!.]*/**/{RECORD}") if (record := read_record(path.parent))),
        key=lambda record: (record.title, record.municipality),
    )
    groups: dict[str, list[dict[str, str | bool | None]]] = defaultdict(list)
    for record in records:
        groups[record.title].append(
            {
                "url": f"{record.slug}/index.html" if record.pages else f"{record.slug}/{record.pdf}",
                "municipality": record.municipality or record.subtitle or record.slug,
                "pdf": f"{record.slug}/{record.pdf}" if record.pdf else None,
                "example": record.example,
            }
        )
    text = (
        environment()
        .get_template("hub.html")
        .render(
            groups=[{"title": title, "sites": sites} for title, sites in groups.items()],
            assets={"stylesheet": f"{FOLDER}/{assets.stylesheet}", "favicon": f"{FOLDER}/{assets.favicon}"},
        )
    )
    target = output / "index.html"
    temporary = output / f".index-{os.getpid()}.tmp"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(target)
    return target
