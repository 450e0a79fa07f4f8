"""From a Vega-Lite specification to an SVG that any page and any PDF shows alike.

This house's own figures are drawn here, whatever an analyst's chart holds by vl-convert, which takes 40 times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.present import fonts
from helpers.present.placed import drawing, is_placed
from helpers.present.theme import FORMAT_LOCALE, TIME_LOCALE

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
"""What the specifications say they are: Altair's own version of Vega-Lite."""

VEGALITE_MIME = "application/vnd.vegalite.v5+json"
"""JupyterLab 4 draws Vega-Lite under this name; it knows none of Altair's newer one."""


def svg_of(spec: Mapping[str, Any], *, font: bool = True) -> str:
    """The specification drawn as SVG.

    Parameters
    ----------
    font
        With its font inside, as a file needs it that is shown anywhere; a drawing inside a page has the page's.
    """
    style = f"<style>{fonts.embedded()}</style>" if font else ""
    return drawing(spec, style) if is_placed(spec) else _by_vega(spec, style)


def _by_vega(spec: Mapping[str, Any], style: str) -> str:
    import vl_convert  # tens of megabytes, which most reports do not need

    vl_convert.register_font_directory(str(fonts.FOLDER))
    drawn: str = vl_convert.vegalite_to_svg(
        dict(spec), format_locale=FORMAT_LOCALE, time_format_locale=TIME_LOCALE, show_warnings=False
    )
    start = drawn.index(">") + 1
    return f"{drawn[:start]}{style}{drawn[start:]}"


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
