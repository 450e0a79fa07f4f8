"""Danish municipal employment plans: figures from Jobindsats in, a site and a PDF out.

Notebooks need one name: ``from helpers import open_report`` (or ``open_overview``, ``open_investments``).
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.reports import open_report
    from helpers.reports.investeringer.report import open_investments
    from helpers.reports.jobcenteroverblik.report import open_overview

__all__ = ["open_investments", "open_overview", "open_report"]

_HOMES = {
    "open_report": "helpers.reports",
    "open_overview": "helpers.reports.jobcenteroverblik.report",
    "open_investments": "helpers.reports.investeringer.report",
}

# jsonschema, which Altair and nbformat load, looks for an optional checker of web addresses whose grammar takes
# seconds to build. Nothing here checks addresses; None makes that import fail at once, as jsonschema allows.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `plan --help` does not wait for pandas and Altair.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
