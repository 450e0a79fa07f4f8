"""Danish dates as Quarto writes them with ``lang: da``."""

from __future__ import annotations

from datetime import date

from helpers.periods import Period


def danish_date(day: date) -> str:
    """``15. januar 2024``."""
    return f"{day.day}. {Period.month(day.year, day.month).danish}"
