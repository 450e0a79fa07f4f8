"""Names that every report and the rendering of it share."""

from typing import Literal

EngineName = Literal["auto", "quarto", "built-in"]

SNAPSHOT_VARIABLE = "PLAN_SNAPSHOT"
"""Environment variable with the day whose figures a rendered report shows (``plan render --snapshot``)."""

EXAMPLE_VARIABLE = "PLAN_EXAMPLE"
"""Environment variable that is ``1`` when example data are asked for (``plan render --example``)."""

VERDICT_FILE = "verdicts.json"
"""Written beside the index while rendering: per chapter how it stands, for the sidebar."""
