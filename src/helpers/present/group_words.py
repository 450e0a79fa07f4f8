"""Comparison groups in Danish: what each is called, who is in it, how good it is, and why another was not used."""

from __future__ import annotations

from helpers.analysis.groups import TYPICAL, ComparisonGroup, GroupKind, PassedOver
from helpers.present.words import capital, listed, number

_SMALL = ("nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv")

_PASSED = {
    (GroupKind.OFFICIAL, PassedOver.FEW_MEMBERS): "Danmarks Statistiks kommunegruppe har for få andre",
    (GroupKind.REGION, PassedOver.FEW_MEMBERS): "regionen har for få andre",
    (GroupKind.COMPUTED, PassedOver.NO_SIZE): "der ikke er tal for befolkningens størrelse",
    (GroupKind.COMPUTED, PassedOver.FEW_VARIABLES): "for få rammevilkår har tal",
    (GroupKind.COMPUTED, PassedOver.FAR): "for få andre har lignende rammevilkår",
}


def small(value: int) -> str:
    """A number up to twelve in letters: ``ti``."""
    return _SMALL[value] if value < len(_SMALL) else number(value)


def scope(group: ComparisonGroup) -> str:
    """Where one has a place: ``klyngen``, ``kommunegruppen Landkommuner``, ``Region Hovedstaden``, ``landet``."""
    several = "kommunegrupperne" if " og " in group.name else "kommunegruppen"
    return {
        None: "gruppen",
        GroupKind.CLUSTER: "klyngen",
        GroupKind.OFFICIAL: f"{several} {group.name}",
        GroupKind.COMPUTED: "den beregnede gruppe",
        GroupKind.REGION: f"Region {group.name}",
        GroupKind.LISTED: group.name,
        GroupKind.COUNTRY: "landet",
    }[group.kind]


def passed_words(group: ComparisonGroup) -> str:
    """Why the group is not one of those that are tried earlier; empty when it is the first."""
    reasons = ", og fordi ".join(_PASSED[one] for one in group.passed_over if one in _PASSED)
    if not reasons:
        return ""
    if group.kind is None:
        return f"Der er ingen gruppe at sammenligne med, fordi {reasons}."
    return f"{capital(scope(group))} er valgt, fordi {reasons}."


def quality_words(group: ComparisonGroup) -> str:
    """What a computed group stands on: conditions, distance, ties; of another one why it was taken, else empty."""
    if group.kind is not GroupKind.COMPUTED:
        return passed_words(group)
    near, far = number(group.distances[0], 2), number(group.distances[-1], 2)
    said = (
        f"Beregnet af {small(len(group.variables))} rammevilkår; medlemmernes afstand er {near} til {far}, mens to "
        f"tilfældige ligger {number(TYPICAL, 1)} fra hinanden."
    )
    if group.tied:
        said += f" {capital(small(group.tied))} mere end ellers er med, fordi flere ligger lige så tæt på som den sidste."
    return said


def group_sentence(group: ComparisonGroup, many: str, cluster: str = "") -> str:
    """Which group it is, and who is in it: `many` are ``jobcentre`` or ``kommuner``, `cluster` a kind such as ``kontanthjælp``."""
    names = listed(member.name for member in group.members)
    why = f" {passed_words(group)}" if group.passed_over else ""
    if group.kind is None:
        return passed_words(group) or "Der er ingen gruppe at sammenligne med."
    if group.kind is GroupKind.COUNTRY:
        return f"Sammenlignet med alle andre {many} i landet."
    if group.kind is GroupKind.CLUSTER:
        return f"Klynge {group.name} ({cluster}): {names}." if cluster else f"Klynge {group.name}: {names}."
    if group.kind is GroupKind.COMPUTED:
        return (
            f"Den beregnede gruppe er ikke en af STARs klynger, men de {small(len(group.members))} {many}, hvis "
            f"rammevilkår ligner mest: {names}. {quality_words(group)}{why}"
        )
    where = scope(group)
    if group.kind is GroupKind.OFFICIAL:
        where = f"Danmarks Statistiks kommunegruppe{'r' if ' og ' in group.name else ''} {group.name}"
    return f"Sammenlignet med de andre {many} i {where}: {names}.{why}"
