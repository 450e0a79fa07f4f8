"""Why a goal cannot be judged, in Danish."""

from __future__ import annotations

from helpers.catalogue.models import FromHand, FromUnknown, Indicator
from helpers.periods import Period
from helpers.present.words import count, source_names

NO_TARGET = "Der er ikke fastsat et mål."
NO_ANSWERS = "Undersøgelsens resultat er ikke indtastet."
NO_DATE = "Det er ikke indtastet, hvornår undersøgelsen er lavet."
NO_COUNTRY = "Der er intet landstal for en undersøgelse, som kommunen selv har lavet."


def hidden(name: str, period: Period) -> str:
    """The source holds a figure back, or has none: it does not say which."""
    return f"Tallet for {name} for {period.danish} er diskretioneret eller ikke opgjort."


def other_period(name: str, period: Period, earlier: Period) -> str:
    """The newest figures of the municipality and the country are of unequal periods."""
    return (
        f"Det nyeste tal for {name} er for {earlier.danish}, og det nyeste tal i øvrigt er for {period.danish}. "
        "Kun tal for samme periode kan sammenlignes."
    )


def no_figure(name: str, period: Period) -> str:
    """Nobody speaks of the place."""
    return f"Der er intet tal for {name} for {period.danish}."


def no_figures(indicator: Indicator, *, asked: bool) -> str:
    """There is no figure of any period; `asked`: though a source was asked."""
    origin = indicator.series[indicator.headline].origin
    if isinstance(origin, FromHand):
        return "Tallene findes ikke på Jobindsats, og de er ikke indtastet."
    if isinstance(origin, FromUnknown):
        return "Det er ikke bekræftet, hvilken tabel på Jobindsats tallene står i, og de er ikke indtastet."
    if asked:
        return f"Tallene er ikke med i det, der er hentet fra {source_names([indicator])}."
    return f"Der er ikke hentet tal fra {source_names([indicator])}."


def before_plan(made: Period, year: int) -> str:
    """A survey from before the plan's year, where the plan does not say how long one counts."""
    return f"Undersøgelsen er fra {made.danish} og tæller ikke med i en plan for {year}."


def too_old(made: Period, months: int) -> str:
    """A survey that is older than the plan allows."""
    return f"Undersøgelsen er fra {made.danish} og er mere end {count(months, 'måned', 'måneder')} gammel."
