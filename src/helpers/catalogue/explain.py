"""What pydantic found wrong with a catalogue entry, in the words of someone who writes YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

from helpers.catalogue.documents import Document, Loc
from helpers.catalogue.models import ORIGIN_FORMS, Model
from helpers.catalogue.targets import KEYS, KINDS, RULES, Target
from helpers.errors import Problem
from helpers.letters import did_you_mean
from helpers.prose import clean_texts

M = TypeVar("M", bound=Model)

NEEDED = {
    "indicator": (
        "The goal has no indicator.",
        "Name a key of catalogue/indicators.yml or catalogue/surveys.yml.",
    ),
    "target": (
        "The goal has no target.",
        "Write one: {at_least: national}, {at_most: national} or {at_least: 85}.",
    ),
}
"""What to say when one of these keys is missing or empty."""

_NAMES = {
    "string_type": "a text",
    "dict_type": "keys with values, one a line and indented",
    "model_type": "keys with values, one a line and indented",
    "model_attributes_type": "keys with values, one a line and indented",
    "tuple_type": "a list (each entry on a line of its own after a hyphen)",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "decimal_parsing": "a number with a decimal point, such as 0.2",
    "decimal_type": "a number",
    "date_from_datetime_parsing": "a date such as 2024-01-15",
    "date_parsing": "a date such as 2024-01-15",
    "date_type": "a date such as 2024-01-15",
}


def read_entry(
    model: type[M], data: Any, document: Document, at: Loc = (), given: Mapping[str, Any] | None = None
) -> M | None:
    """Make a model of an entry, HTML in its texts cleaned, or note its problems with file, line and key.

    Parameters
    ----------
    given
        Fields that the file does not write in the entry itself, such as its key.
    """
    if not isinstance(data, dict):
        document.problem(at, "Here must be keys with values, one a line and indented.")
        return None
    extra = dict(given or {})
    hidden = [name for name in extra if name in data]
    for name in hidden:
        document.problem((*at, name), f'Unknown key "{name}"; it is taken from the entry\'s own name.')
    try:
        return model.model_validate({**clean_texts(data), **extra})
    except ValidationError as error:
        for found in error.errors(include_url=False):
            if found["type"] == "too_short" and found["input"]:
                continue  # not empty: its entries are wrong, and each of them is told
            loc = _as_written(document, document.settle((*at, *found["loc"])))
            document.problem(loc, *explain(model, found, str(loc[-1]) if loc else ""))
    return None


def read_row(model: type[M], cells: Mapping[str, str], where: str, problems: list[Problem]) -> M | None:
    """One row of a CSV file (``file:line``) as a model, or its problems with file, line and column."""
    file, _, line = where.rpartition(":")
    lines: dict[Loc, int] = {(column,): int(line) for column in cells}
    document = Document(file, data=dict(cells), lines={(): int(line), **lines})
    entry = read_entry(model, document.data, document)
    problems.extend(document.problems)
    return entry


_UNDER_THE_KIND = {"value", "upper", "years", "way", "milestone"}
"""Fields of a target that stand in the file under the key of its kind: ``at_least: 75``."""


def _as_written(document: Document, loc: Loc) -> Loc:
    """A place of a target's field as the file has it: its number stands under its rule, not under `value`."""
    for at, step in enumerate(loc):
        if step in _UNDER_THE_KIND and loc[: at + 1] not in document.lines:
            kinds = [(*loc[:at], kind) for kind in KINDS if (*loc[:at], kind) in document.lines]
            return (*kinds[0], *loc[at + 1 :]) if kinds else loc
    return loc


def explain(model: type[Model], found: Any, name: str) -> tuple[str, str]:
    """What is wrong and what is allowed, for one error that pydantic found under the key `name`."""
    kind, given = found["type"], found.get("input")
    context = found.get("ctx") or {}
    if name in NEEDED and (kind in ("missing", "too_short") or given is None):
        return NEEDED[name]
    if kind == "missing":
        return f'"{name}" is missing.', ""
    if kind == "extra_forbidden":
        allowed = _allowed_keys(model, found["loc"][:-1])
        return (
            f'Unknown key "{name}". {did_you_mean(name, allowed)}'.strip(),
            f"Allowed: {', '.join(allowed)}.",
        )
    if kind in ("enum", "literal_error"):
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return (
            f'"{given}" is not allowed. {did_you_mean(str(given), allowed)}'.strip(),
            f"Allowed: {', '.join(allowed)}.",
        )
    if kind == "origin_form":
        words = given if isinstance(given, dict) else ()
        near = next((hint for word in words if (hint := did_you_mean(word, ORIGIN_FORMS))), "")
        return f"This does not say where the series comes from. {near}".strip(), _sentence(found["msg"])
    if kind == "value_error":
        return f"{_sentence(str(context.get('error', found['msg'])))}", ""
    if kind == "too_short":
        return "At least one entry is needed here.", ""
    if kind == "string_pattern_mismatch":
        return f'"{given}" does not look as it should.', _pattern_hint(name, context)
    if given is None and kind in _NAMES:
        return f"Nothing is written here; expected {_NAMES[kind]}.", ""
    if kind.startswith("decimal") and isinstance(given, str) and name in RULES:
        return (
            f'"{given}" is neither national nor a number. {did_you_mean(given, ["national"])}'.strip(),
            "Write national, or a number with a decimal point.",
        )
    if kind in ("greater_than_equal", "less_than_equal", "finite_number") or kind.startswith("decimal_max"):
        least, most = context.get("ge"), context.get("le")
        limit = f"at least {least}" if least is not None else f"at most {most}" if most is not None else ""
        return f'"{given}" cannot be.', f"Write a number{' of ' + limit if limit else ''}."
    if kind in _NAMES:
        shown = f'"{given}"' if isinstance(given, str) else "What stands here"
        return f"{shown} is not {_NAMES[kind]}.", ""
    return _sentence(found["msg"]), ""


def _sentence(text: str) -> str:
    text = text.removeprefix("Value error, ")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _pattern_hint(key: str, context: Mapping[str, Any]) -> str:
    hints = {
        "number": "A goal's number is a number and a small letter, such as 4c.",
        "slug": "Small letters a–z, digits and hyphens only, such as tidlig-indsats.",
        "table": "A table id in small letters, such as y08a02.",
        "finding": "The text must hold {value}, where the newest value is to stand.",
        "code": "Three digits, such as 250.",
        "key": "The name must be of small letters a–z, digits and hyphens, such as fleksjob-andel.",
    }
    return hints.get(key, f"Expected the pattern {context.get('pattern', '')}.")


def _allowed_keys(model: Any, loc: tuple[Any, ...]) -> list[str]:
    """Keys that the model at `loc` knows, as they are written in the file."""
    for step in loc:
        model = _inside(model, step)
        if model is None:
            return []
    model = _bare(model)
    if model is Target:
        return list(KEYS)
    if isinstance(model, type) and issubclass(model, BaseModel):
        names = [info.alias or name for name, info in model.model_fields.items()]
        return [name for name in names if name != "key"]
    return []


def _bare(annotation: Any) -> Any:
    """The annotation without Annotated and without "or None"."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, UnionType):
            rest = [item for item in get_args(annotation) if item is not type(None)]
            if len(rest) != 1:
                return annotation
            annotation = rest[0]
        else:
            return annotation


def _inside(annotation: Any, step: Any) -> Any:
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, info in annotation.model_fields.items():
            if step in (name, info.alias):
                return info.annotation
        return None
    if get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            tags = [item.tag for item in get_args(member)[1:] if isinstance(item, Tag)]
            if step in tags:
                return member
        return None
    arguments = [item for item in get_args(annotation) if item is not Ellipsis]
    return arguments[-1] if arguments and get_origin(annotation) is not Literal else None
