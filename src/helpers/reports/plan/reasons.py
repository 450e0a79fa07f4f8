"""Why a goal cannot be judged, and that its figure is newer than the printed one, in Danish."""

from __future__ import annotations

from datetime import date

from helpers.analysis.targets import Judgement, Lack, Lacking
from helpers.catalogue.models import FromHand, FromUnknown, Indicator, Municipality, Plan, PublishedRow
from helpers.catalogue.targets import Target
from helpers.periods import Period, danish_day
from helpers.present.words import count, number, source_names
from helpers.sources.milestones import MilestoneReport

NO_TARGET = "Der er ikke fastsat et mål."
NO_DATE = "Det er ikke oplyst, hvornår undersøgelsen er lavet."


def no_answers(plan: Plan, municipality: Municipality) -> str:
    """Nobody typed in a survey's result: whose plan it is will have one, another municipality never."""
    if plan.municipality in (None, municipality.slug):
        return "Der er ikke oplyst et resultat af undersøgelsen."
    return "Kommunen har ikke en undersøgelse af dette."


def hidden(name: str, period: Period) -> str:
    """The source holds a figure back, or has none: it does not say which."""
    return f"Tallet for {name} for {period.danish} er diskretioneret eller ikke opgjort."


def other_period(name: str, period: Period, earlier: Period, other: str) -> str:
    """The newest figures of the municipality and the country are of unequal periods."""
    return (
        f"Seneste tal for {name} er fra {earlier.danish}, mens {other} er fra {period.danish}. "
        "Kun tal for samme periode kan sammenlignes."
    )


def no_figure(name: str, period: Period) -> str:
    """Nobody speaks of the place."""
    return f"Der er ingen tal for {name} for {period.danish}."


def lacking(lack: Lack, found: Judgement) -> str:
    """There is a figure, but nothing that it may be held against."""
    if lack.broken is not None:
        return (
            f"Der er databrud fra {lack.broken.period.danish} ({lack.broken.text}), så tal fra før og efter kan ikke "
            "sammenlignes."
        )
    if lack.obstacle is Lacking.NO_GROUP:
        return f"Der er ingen at sammenligne med, som har tal for {found.period.danish}."
    if lack.obstacle is Lacking.NO_RANKING:
        return f"Ingen andre har tal for {found.period.danish}, så der er ingen placering."
    return not_in_force(found.asked.target, lack.period)


def not_in_force(target: Target, period: Period) -> str:
    """The newest figure is of a time before the target."""
    first = f" fra {min(target.years)}" if target.years else ""
    return f"Målet gælder først{first}, og det nyeste tal er for {period.danish}."


def milestone_unknown(deadline: date, told: MilestoneReport | None) -> str:
    """A milestone's day has gone by, and nobody has said since whether it was reached."""
    if told is None:
        return f"Fristen var den {danish_day(deadline)}, og det er ikke indberettet, om milepælen er nået."
    return (
        f"Fristen var den {danish_day(deadline)}, og den seneste indberetning er fra før fristen "
        f"({told.state.value} den {danish_day(told.day)})."
    )


def no_figures(indicator: Indicator, *, asked: bool) -> str:
    """There is no figure of any period; `asked`: though a source was asked."""
    origin = indicator.series[indicator.headline].origin
    if isinstance(origin, FromHand):
        return "Tallene findes ikke på Jobindsats, og kommunen har ikke oplyst dem."
    if isinstance(origin, FromUnknown):
        return "Vi har ikke kunnet finde tallene på Jobindsats, og kommunen har ikke oplyst dem."
    if asked:
        return f"Tallene er ikke med i det, der er hentet fra {source_names([indicator])}."
    return f"Der er ikke hentet tal fra {source_names([indicator])}."


def before_plan(made: Period, year: int) -> str:
    """A survey from before the plan's year, where the plan does not say how long one counts."""
    return f"Undersøgelsen er fra {made.danish} og tæller ikke med i en plan for {year}."


def too_old(made: Period, months: int) -> str:
    """A survey that is older than the plan allows."""
    return f"Undersøgelsen er fra {made.danish} og er mere end {count(months, 'måned', 'måneder')} gammel."


def overtaken(printed: PublishedRow, decimals: int, *, same_period: bool) -> str:
    """That a source has a newer figure than the document printed, and what it printed."""
    told = (
        f"I kommunens egen status for {printed.period.danish} stod {number(printed.municipality, decimals, printed.unit)} "
        f"(hele landet {number(printed.national, decimals, printed.unit)})"
    )
    return f"{told}; tallene er rettet siden." if same_period else f"{told}; her er et nyere tal."
