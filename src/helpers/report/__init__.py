"""Everything one municipality's notebooks ask for: the plan, the Jobcenteroverblik, the investment projects."""

from helpers.report.plan import Report, open_report

__all__ = ["Report", "open_report"]
