"""What a municipality calls its plan, the plan's parts and the office behind it: nouns with their Danish forms."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

_FORMS = {
    "mål": ("", "", "et", "ene"),
    "mærke": ("", "r", "t", "rne"),
    "område": ("", "r", "t", "rne"),
    "tema": ("", "er", "et", "erne"),
    "spor": ("", "", "et", "ene"),
    "løfte": ("", "r", "t", "rne"),
    "plan": ("", "er", "en", "erne"),
    "strategi": ("", "er", "en", "erne"),
    "politik": ("", "ker", "ken", "kerne"),
    "opfølgning": ("", "er", "en", "erne"),
    "aftale": ("", "r", "n", "rne"),
    "indsats": ("", "er", "en", "erne"),
    "prioritet": ("", "er", "en", "erne"),
    "figur": ("", "er", "en", "erne"),
    "projekt": ("", "er", "et", "erne"),
    "kommune": ("", "r", "n", "rne"),
}
"""Last part of a compound → endings of *one*, *many*, *the one* and *the many*: a compound is declined as its last part."""

_IRREGULAR = {"center": ("center", "centre", "centret", "centrene")}


class Noun(BaseModel):
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

    model_config = ConfigDict(frozen=True, extra="forbid")

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
        for last, (one, many, the, the_many) in _FORMS.items():
            if word.endswith(last):
                return {
                    "one": word + one,
                    "many": word + many,
                    "the": word + the,
                    "the_many": word + the_many,
                }
        for last, forms in _IRREGULAR.items():
            if word.endswith(last):
                stem = word.removesuffix(last)
                return dict(
                    zip(("one", "many", "the", "the_many"), (stem + form for form in forms), strict=True)
                )
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


def noun(word: str) -> Noun:
    """The noun with its forms.

    Raises
    ------
    pydantic.ValidationError
        When its ending is not known.
    """
    return Noun.model_validate(word)


class Names(BaseModel):
    """What a plan and its parts are called on the pages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: Noun = noun("plan")
    """``plan``, ``strategi``, ``opfølgning``: what texts call the document; its title is the plan's own."""
    # ``fokusområde`` and ``resultatmål`` as in Frederikssund's plan; ``pejlemærke``, ``indsatsmål`` …
    area: Noun = noun("fokusområde")
    goal: Noun = noun("resultatmål")
    unit: str | None = Field(default=None, min_length=1)
    """The office whose work it is, ``Job & Borger`` or ``Arbejdsmarkedscenter {kommune}``; fills ``{jobcenter}``. None:
    ``Jobcenter`` and the municipality's name."""
