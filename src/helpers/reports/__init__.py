"""Everything one municipality's notebooks ask for: plan, Jobcenteroverblik, investment projects."""

from helpers.reports.plan.report import Report, open_report

__all__ = ["Report", "open_report"]
