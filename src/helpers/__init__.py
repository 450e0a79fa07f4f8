"""Danish municipal employment plans: figures from Jobindsats in, a site and a PDF out.

Notebooks need one name: ``from helpers import open_report``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.report import open_report

__all__ = ["open_report"]


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `plan --help` does not wait for pandas and Altair.
    if name == "open_report":
        from helpers.report import open_report

        return open_report
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
