"""From a Vega-Lite specification to an SVG that any page and any PDF shows alike.

Drawing is what costs most when a report is rendered, so equal specifications are drawn once, and texts with a
fixed place are set here: vl-convert measures each of them, which takes longer than all the rest of a chart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import vl_convert

from helpers.present import fonts
from helpers.present.theme import FORMAT_LOCALE, TIME_LOCALE

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
"""What the specifications say they are: Altair's own version of Vega-Lite."""

VEGALITE_MIME = "application/vnd.vegalite.v5+json"
"""JupyterLab 4 draws Vega-Lite under this name; it knows none of Altair's newer one."""

WORDS = "words"
"""Name of the dataset whose rows are texts with a fixed place: ``x, y, text, colour, size, weight, align``.

Places are pixels from the plot's upper left corner. A specification shows the dataset in a text layer of its
own, drawn last.
"""

_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_GEOMETRY = re.compile(r'(?<= )(?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"]*"')
_LONG_DECIMALS = re.compile(r"(\d\.\d)\d+")
_EMPTY = re.compile(r'<path class="(?:fore|back)ground"[^>]*?d="(?:M0,0h0v0h0Z)?"[^>]*/>')
_ROLES = re.compile(r' (?:(?:aria-[a-z]+|role|class|pointer-events)="[^"]*"|opacity="1")')


def svg_of(spec: Mapping[str, Any], *, font: bool = True) -> str:
    """The specification drawn as SVG; equal ones are drawn once in a process.

    Parameters
    ----------
    font
        With its font inside, as a file needs it that is shown anywhere; a drawing inside a page has the page's.
    """
    return _svg(json.dumps(spec, ensure_ascii=False, separators=(",", ":")), font)


@lru_cache(maxsize=128)
def _svg(text: str, font: bool) -> str:
    spec = json.loads(text)
    words = spec.get("datasets", {}).pop(WORDS, [])
    if words:
        spec["layer"] = [layer for layer in spec["layer"] if layer.get("data", {}).get("name") != WORDS]
    fonts.register()
    drawn = vl_convert.vegalite_to_svg(
        spec, format_locale=FORMAT_LOCALE, time_format_locale=TIME_LOCALE, show_warnings=False
    )
    start, end = drawn.index(">") + 1, drawn.rindex("</svg>")
    body = _ROLES.sub("", _EMPTY.sub("", drawn[start:end]))
    style = f"<style>{fonts.embedded()}</style>" if font and (words or "<text" in body) else ""
    picture = f"{drawn[:start]}{style}{body}{_texts(words, spec.get('padding', {}))}</svg>"
    return _GEOMETRY.sub(lambda found: _LONG_DECIMALS.sub(r"\1", found[0]), picture)


def _texts(words: Iterable[Mapping[str, Any]], padding: Mapping[str, float]) -> str:
    rows = "".join(
        f'<text x="{row["x"]}" y="{row["y"]}" font-size="{row["size"]}" font-weight="{row["weight"]}" '
        f'text-anchor="{_ANCHORS[row["align"]]}" fill={quoteattr(row["colour"])}>{escape(row["text"])}</text>'
        for row in words
    )
    if not rows:
        return ""
    place = f"translate({padding.get('left', 0)},{padding.get('top', 0)})"
    return f'<g transform="{place}" font-family="{fonts.STACK}">{rows}</g>'


def spec_for_screen(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The specification as JupyterLab is to show it: Danish formats, and no menu of links to other hosts."""
    options = {"formatLocale": FORMAT_LOCALE, "timeFormatLocale": TIME_LOCALE, "actions": False}
    return {
        **spec,
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "usermeta": {"embedOptions": options},
    }


def screen_bundle(spec: Mapping[str, Any], text: str = "Figur (Vega-Lite)") -> dict[str, Any]:
    """A specification as JupyterLab shows it; `text` is said where no chart can be shown."""
    return {VEGALITE_MIME: spec_for_screen(spec), "text/plain": text}
