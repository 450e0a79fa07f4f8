"""Small texts and cells that only the pages of a plan need: counts, certainty, downloads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from helpers.catalogue.followups import ACTION, UNTIL, WHO, WHY, FollowUp
from helpers.catalogue.models import Certainty, FromHand, Indicator, Municipality, Plan
from helpers.catalogue.names import Names, Noun
from helpers.catalogue.targets import Against, Taken, Target
from helpers.data.frames import Grounds
from helpers.periods import danish_day
from helpers.present.words import (
    VERDICT_WORDS,
    capital,
    count,
    listed,
    number,
    sentence,
    source_names,
    verdict_heading,
)
from helpers.reports.plan.changes import AreaChange, AreaChangeKind, ChangeKind, ChangeRow
from helpers.sources.milestones import MilestoneState

if TYPE_CHECKING:
    from datetime import date

    from helpers.reports.plan.status import StatusRow, VerdictChange

CERTAINTY_WORDS = {
    Certainty.CONFIRMED: "Bekræftet",
    Certainty.PROBABLE: "Ikke bekræftet",
    Certainty.UNKNOWN: "Ikke fundet",
}
"""How sure the catalogue is of a series' source."""


def source_doubt(indicator: Indicator, grounds: Grounds | None) -> str | None:
    """What a reader must know of an indicator whose source is not certain; none where it is, or its document printed it.

    ``Tallet er fra kommunens egen plan; vi har ikke kunnet finde det på Jobindsats.``
    """
    headline, source = indicator.series[indicator.headline], source_names([indicator])
    if isinstance(headline.origin, FromHand):
        return f"Tallene findes ikke på {source}. Kilde: {sentence(headline.origin.typed_in)}"
    if headline.certainty is Certainty.PROBABLE and grounds is not Grounds.PRINTED:
        return f"Det er ikke bekræftet, at tallet svarer helt til det, som {source} opgør."
    if headline.certainty is not Certainty.UNKNOWN:
        return None
    origin = {Grounds.PRINTED: "fra kommunens egen plan", Grounds.TYPED_IN: "oplyst af kommunen"}.get(
        grounds or Grounds.EXAMPLE
    )
    if origin is None:
        return f"Vi har ikke kunnet finde tallet på {source}."
    return f"Tallet er {origin}; vi har ikke kunnet finde det på {source}."


_CHANGED = (ChangeKind.REWORDED, ChangeKind.TARGET_CHANGED, ChangeKind.MEASURE_CHANGED)


OWN_SURVEY = "Tallet er fra kommunens egen undersøgelse."
"""What a goal stands on that no table follows."""


def nothing_before(plan: Plan) -> str:
    """That nothing is known of the time that the short edition compares with."""
    return f"Der er ingen tal fra før {plan.names.document.the} eller fra en tidligere hentning at sammenligne med."


def without_persons(goals: Sequence[str]) -> str:
    """Which gaps are in no persons: ``For mål 1a og 3c kan afstanden ikke gøres op i personer, …``"""
    said = "kan afstanden ikke gøres op i personer, fordi det ikke er kendt, hvor mange tallet bygger på"
    return f"For mål {listed(goals)} {said}."


def followed_by_surveys(goals: Sequence[str]) -> str:
    """Which goals a status table leaves out: ``Mål 4d og 5a følges med kommunens egne undersøgelser …``"""
    said = "følges med kommunens egne undersøgelser og står under tabellen"
    return f"Mål {listed(goals)} {said}."


def _kind(target: Target) -> str:
    """What kind of a target it is: ``landsgennemsnittet``; empty for one that was never set."""
    if target.against is None or target.rule == "rank":
        return {
            "none_set": "",
            "between": "et interval",
            "rank": "en placering blandt kommunerne",
            "milestone": "en milepæl med en frist",
            "direction": "en retning, der følges uden vurdering",
        }.get(target.rule, "et tal for hvert år" if target.years else "et fast tal")
    among = "den bedste" if target.taken is Taken.BEST else "gennemsnittet"
    more = " med et tillæg eller et fradrag" if target.margin or target.percent is not None else ""
    return {
        Against.COUNTRY: "landsgennemsnittet",
        Against.GROUP: f"{among} af andre kommuner",
        Against.AREA: "en anden kommunes tal",
        Against.EARLIER: "kommunens eget tidligere tal",
        Against.EXPECTED: "det forventede tal",
    }[target.against.against] + more


def target_kinds(targets: Iterable[Target]) -> str:
    """``Målet er landsgennemsnittet eller et fast tal.``: the kinds that a plan has, each once; empty when it has none."""
    kinds = filter(None, dict.fromkeys(map(_kind, targets)))
    said = listed(kinds, "eller")
    return f"Målet er {said}." if said else ""


def how_judged(rows: Iterable[StatusRow]) -> list[str]:
    """How goals are judged that are held against something else than the country or a number, one sentence a kind."""
    found = [row.asked for row in rows if row.asked]
    said = {
        "Mål med en dag eller et år afgøres, når dagen er kommet eller året er omme. Indtil da er de på sporet, når tallet er "
        "mindst lige så godt som vejen dertil, ellers bag efter planen; uden et udgangspunkt er der ingen vej.": any(
            asked.due for asked in found
        ),
        "Et gennemsnit af andre kommuner er det simple gennemsnit af dem, der har et tal; kommunen selv er ikke med.": any(
            asked.target.against and asked.target.against.name and asked.group for asked in found
        ),
        "En placering regnes blandt de kommuner, der har et tal for samme periode; lige gode deler plads.": any(
            asked.target.rule == "rank" for asked in found
        ),
        "Milepæle er opfyldt, når de er indberettet som nået senest på dagen.": any(
            asked.target.milestone for asked in found
        ),
    }
    return [text for text, used in said.items() if used]


def places_apart(gap: Decimal) -> str:
    """A gap of a rank: ``−2 pladser``, ``+1 plads``, ``0 pladser``."""
    return number(gap, 0, "plads" if abs(gap) == 1 else "pladser", signed=True)


def milestone_words(row: StatusRow) -> str:
    """How far a milestone is: ``i gang den 12. maj 2026``; empty where nobody has said."""
    told = row.milestone
    return f"{told.state.value} den {danish_day(told.day)}" if told else ""


def unmeasured_sentences(row: StatusRow) -> tuple[str, ...]:
    """A milestone, or a direction in words: the heading first, then what there is to say."""
    said = [verdict_heading(row.goal, row.verdict)]
    deadline = row.asked.target.milestone if row.asked else None
    if deadline is None:
        return (said[0], sentence(row.reason)) if row.reason else (said[0],)
    if row.reason:
        said.append(sentence(row.reason))
    else:
        told = milestone_words(row)
        late = row.milestone is not None and row.milestone.day > deadline
        reached = row.milestone is not None and row.milestone.state is MilestoneState.REACHED
        verb = "blev" if reached else "var"
        limit = f"fristen {'var' if late or reached else 'er'} den {danish_day(deadline)}"
        said.append(
            sentence(
                f"Milepælen {verb} {told}; {limit}" if told else f"{limit}, og der er ikke indberettet noget"
            )
        )
    if row.milestone and row.milestone.remark:
        said.append(sentence(row.milestone.remark))
    return tuple(said)


def _new(noun: Noun) -> str:
    return "nyt" if noun.the.endswith("t") else "ny"


FETCHED_ONCE = "Tallene er kun hentet én gang, så der er endnu intet at sammenligne med."
NOTHING_BEFORE = "Der er endnu intet at sammenligne med."
NO_REVISIONS = "Eksempeldata bliver ikke rettet, så her er intet at sammenligne."


def typed_otherwise(changed: int, since: date) -> str:
    """How much of what a municipality typed in is other than on a day."""
    if not changed:
        return f"Det, kommunen selv har oplyst, er ikke ændret siden den {danish_day(since)}."
    of = f"{number(changed)} af kommunens egne oplysninger"
    return f"{of} er rettet, kommet til eller fjernet siden den {danish_day(since)}."


def verdict_turned(change: VerdictChange) -> str:
    """``**Mål 5a**: vurderingen er ændret fra »ikke opfyldt« til »opfyldt«.``, as Markdown."""
    old, new = (VERDICT_WORDS[row.verdict].lower() for row in (change.old, change.new))
    return f"**Mål {change.new.goal}**: vurderingen er ændret fra »{old}« til »{new}«."


def changes_counted(rows: Iterable[ChangeRow], names: Names) -> str:
    """``13 resultatmål er identiske med den forrige plan, 4 er nye, 4 er ændrede, og 2 er udgået.``"""
    found = Counter(row.kind for row in rows)
    same = found[ChangeKind.IDENTICAL] + found[ChangeKind.RENUMBERED]
    others = (
        (found[ChangeKind.NEW], f"er {_new(names.goal)}", "er nye"),
        (sum(found[kind] for kind in _CHANGED), "er ændret", "er ændrede"),
        (found[ChangeKind.DROPPED], "er udgået", "er udgået"),
    )
    parts = [
        f"{count(same, f'{names.goal.one} er identisk', f'{names.goal.many} er identiske')} med den forrige {names.document.one}",
        *(count(many, *forms) for many, *forms in others if many),
    ]
    return sentence(", og ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])))


def areas_changed(changes: Sequence[AreaChange], names: Names) -> list[str]:
    """How many focus areas go on, and what became of each of the others, in sentences."""
    total = sum(change.new is not None for change in changes)
    kept = sum(change.kind is AreaChangeKind.KEPT for change in changes)
    many = f"{number(total)} {names.area.one if total == 1 else names.area.many}"
    said = [
        f"Alle {many} er uændrede." if kept == total > 1
        else f"{capital(names.area.the)} er uændret." if kept == total
        else f"Ingen af de {many} er uændrede." if not kept
        else f"{number(kept)} af de {many} er {'uændret' if kept == 1 else 'uændrede'}."
    ]  # fmt: skip
    the = capital(names.area.the)
    for change in changes:
        after, before = (f"»{area.title}«" if area else "" for area in (change.new, change.old))
        told = {
            AreaChangeKind.KEPT: "",
            AreaChangeKind.RETITLED: f"{the} {before} hedder nu {after}.",
            AreaChangeKind.REPLACED: f"{the} {before} er erstattet af {after}.",
            AreaChangeKind.NEW: f"{the} {after} er {_new(names.area)}.",
            AreaChangeKind.DROPPED: f"{the} {before} er udgået.",
        }[change.kind]
        missing = change.old.goals_missing if change.old and change.kind is not AreaChangeKind.KEPT else None
        said.append(" ".join(filter(None, (told, missing))))
    return [text for text in said if text]


def borrowed(plan: Plan, owner: Municipality, municipality: Municipality) -> str:
    """Whose goals a page shows, where they are another municipality's."""
    goals = capital(plan.names.goal.the_many)
    return f"{goals} er {owner.long_name}s egne, fra {plan.title}. De er ikke vedtaget af {municipality.long_name}."


def document_words(plan: Plan, municipality: Municipality) -> str:
    """Where a printed figure stands: ``Frederikssund Kommunes egen status på Beskæftigelsesplan 2023``."""
    return f"{municipality.long_name}s egen status på {plan.title}"


def printed_note(plan: Plan, municipality: Municipality) -> str:
    """What the star in a status table means where the other figures are real."""
    return f"* Trykt i {document_words(plan, municipality)}. Der er ikke hentet nyere tal."


def as_printed_note(plan: Plan, municipality: Municipality) -> str:
    """… where the page shows how things stood when the document was printed, whatever was fetched since."""
    return f"* Trykt i {document_words(plan, municipality)}; siden viser tallene, som de stod dengang."


def printed_counted(shown: int, of: int, plan: Plan, municipality: Municipality) -> str:
    """How much of a status table rests on the document: ``18 af 19 rækker viser tal, der er trykt i …``"""
    said = f"{number(shown)} af {number(of)} rækker i statustabellen viser tal, der er"
    return f"{said} trykt i {document_words(plan, municipality)}. De er mærket med *."


def follow_up_paragraphs(told: FollowUp) -> tuple[str, ...]:
    """A follow-up as paragraphs of Markdown: its day, why, what is done, by whom and until when."""
    who = f"{WHO}: {told.who}" if told.who else ""
    until = f"{UNTIL}: {danish_day(told.until)}" if told.until else ""
    said = [f"**Opfølgning den {danish_day(told.day)}**"]
    for head, text in ((WHY, told.why), (ACTION, told.action)):
        # A list, a quotation or a table begins on a line of its own.
        apart = " " if text[:1].isalpha() else "\n\n"
        said += [f"**{head}.**{apart}{text}"] if text else []
    return (*said, *filter(None, [". ".join(filter(None, [who, until]))]))
