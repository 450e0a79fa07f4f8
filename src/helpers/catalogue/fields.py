"""What all models of the catalogue are made of: the frozen base, numbers and periods as people write them, keys."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from helpers.periods import Period


class Model(BaseModel):
    """A frozen catalogue entry; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def one_or_many(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def parted(mark: str) -> BeforeValidator:
    """A text of a CSV file's cell as the words that a mark parts."""
    return BeforeValidator(
        lambda value: tuple(map(str.strip, value.split(mark))) if isinstance(value, str) else value
    )


def _decimal(value: Any) -> Any:
    # YAML reads 0.2 as a float; its shortest spelling is what the author typed.
    return str(value) if isinstance(value, float | int) and not isinstance(value, bool) else value


def _period(value: Any) -> Any:
    return Period.parse(value) if isinstance(value, str) else value


Number = Annotated[
    Decimal, BeforeValidator(_decimal), Field(ge=-(10**12), le=10**12, allow_inf_nan=False, decimal_places=9)
]
"""A number that an employment plan can hold."""


def _months(value: Any) -> Any:
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{1,3}) (month|year)s?", value.strip())):
        return int(found[1]) * (12 if found[2] == "year" else 1)
    if isinstance(value, int):
        return value
    raise ValueError('write it as "12 months" or "2 years"')


Months = Annotated[int, BeforeValidator(_months), Field(ge=1)]
"""A length of time in months, written ``12 months`` or ``2 years``."""
PeriodId = Annotated[Period, BeforeValidator(_period)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
"""Key of an indicator, survey or plan; files are named after it."""
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""Key of a series or question within an indicator or survey."""


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher_is_better"
    LOWER = "lower_is_better"

    @property
    def sign(self) -> int:
        """+1 when higher is better, −1 when lower is better: the sign of the gap rule."""
        return 1 if self is Direction.HIGHER else -1
