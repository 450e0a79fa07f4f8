"""Danish municipal employment plans: figures from Jobindsats in, a site and a PDF out.

Notebooks need one name: ``from helpers import open_report``.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.reports import open_report

__all__ = ["open_report"]

# jsonschema, which Altair and nbformat load, looks for an optional checker of web addresses whose grammar takes
# seconds to build. Nothing here checks addresses; None makes that import fail at once, as jsonschema allows.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `plan --help` does not wait for pandas and Altair.
    if name == "open_report":
        from helpers.reports import open_report

        return open_report
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
