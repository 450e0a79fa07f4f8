"""What a municipality calls its plan, the plan's parts and the office behind it: nouns with their Danish forms."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from helpers.catalogue.fields import Model

_FORMS = {
    "mål": ("mål", "mål", "målet", "målene"),
    "mærke": ("mærke", "mærker", "mærket", "mærkerne"),
    "område": ("område", "områder", "området", "områderne"),
    "tema": ("tema", "temaer", "temaet", "temaerne"),
    "spor": ("spor", "spor", "sporet", "sporene"),
    "løfte": ("løfte", "løfter", "løftet", "løfterne"),
    "plan": ("plan", "planer", "planen", "planerne"),
    "strategi": ("strategi", "strategier", "strategien", "strategierne"),
    "politik": ("politik", "politikker", "politikken", "politikkerne"),
    "opfølgning": ("opfølgning", "opfølgninger", "opfølgningen", "opfølgningerne"),
    "aftale": ("aftale", "aftaler", "aftalen", "aftalerne"),
    "indsats": ("indsats", "indsatser", "indsatsen", "indsatserne"),
    "prioritet": ("prioritet", "prioriteter", "prioriteten", "prioriteterne"),
    "figur": ("figur", "figurer", "figuren", "figurerne"),
    "projekt": ("projekt", "projekter", "projektet", "projekterne"),
    "kommune": ("kommune", "kommuner", "kommunen", "kommunerne"),
    "center": ("center", "centre", "centret", "centrene"),
}
"""Last part of a compound → *one*, *many*, *the one* and *the many*: a compound is declined as its last part."""


class Noun(Model):
    """A Danish noun: ``pejlemærke, pejlemærker, pejlemærket, pejlemærkerne``.

    In a file it is one word where its ending is known (a compound of ``mål``, ``område``, ``plan`` …), else its four
    forms: ``{one: program, many: programmer, the: programmet, the_many: programmerne}``.

    Examples
    --------
    >>> Noun.model_validate("Beskæftigelsesstrategi").the
    'beskæftigelsesstrategien'
    >>> Noun.model_validate("arbejdsmarkedscenter").the_many
    'arbejdsmarkedscentrene'
    """

    one: str = Field(min_length=1)
    many: str = Field(min_length=1)
    the: str = Field(min_length=1)
    the_many: str = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _declined(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        word = data.strip().lower()
        for last, forms in _FORMS.items():
            if word.endswith(last):
                stem = word.removesuffix(last)
                return {key: stem + form for key, form in zip(cls.model_fields, forms, strict=True)}
        raise ValueError(
            f'the forms of "{data}" are not known; write all four: {{one: {word}, many: …, the: …, the_many: …}}'
        )

    @property
    def title(self) -> str:
        """The one, with a capital: ``Resultatmål``."""
        return self.one[:1].upper() + self.one[1:]

    def agreeing(self, neuter: str, common: str) -> str:
        """The form of another word that goes with the noun: ``intet`` center, ``ingen`` afdeling."""
        return neuter if self.the.endswith("t") else common


class Names(Model):
    """What a plan and its parts are called on the pages."""

    document: Noun = Noun.model_validate("plan")
    """``plan``, ``strategi``, ``opfølgning``: what texts call the document; its title is the plan's own."""
    # ``fokusområde`` and ``resultatmål`` as in Frederikssund's plan; ``pejlemærke``, ``indsatsmål`` …
    area: Noun = Noun.model_validate("fokusområde")
    goal: Noun = Noun.model_validate("resultatmål")
    unit: str | None = Field(default=None, min_length=1)
    """The office whose work it is, ``Job & Borger`` or ``Arbejdsmarkedscenter {kommune}``; fills ``{jobcenter}``. None:
    ``Jobcenter`` and the municipality's name."""
