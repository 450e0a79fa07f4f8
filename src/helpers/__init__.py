"""Danish municipal employment plans: figures from Jobindsats in, a site and a PDF out.

Notebooks need one name: ``from helpers import open_report`` (or ``open_investments``).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.report import open_report
    from helpers.report.investments import open_investments

__all__ = ["open_investments", "open_report"]

# jsonschema, which Altair and nbformat load, looks for an optional checker of web addresses whose grammar takes
# seconds to build. Nothing here checks addresses; None makes that import fail at once, as jsonschema allows.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `plan --help` does not wait for pandas and Altair.
    if name == "open_report":
        from helpers.report import open_report

        return open_report
    if name == "open_investments":
        from helpers.report.investments import open_investments

        return open_investments
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
