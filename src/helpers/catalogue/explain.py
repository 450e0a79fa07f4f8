"""What pydantic found wrong with a catalogue entry, in the words of someone who writes YAML."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

from helpers.catalogue.documents import Document, Loc, did_you_mean
from helpers.catalogue.models import RULES, Model, Target

M = TypeVar("M", bound=Model)

_TARGET_KEYS = (*RULES, "none_set", "margin", "was", "because")

_NAMES = {
    "string_type": "a text",
    "dict_type": "keys with values, one a line and indented",
    "model_type": "keys with values, one a line and indented",
    "model_attributes_type": "keys with values, one a line and indented",
    "tuple_type": "a list",
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
    """Make a model of an entry, or note its problems with file, line and key.

    Parameters
    ----------
    data
        The entry as it stands in the file at the place `at`.
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
        return model.model_validate({**data, **extra})
    except ValidationError as error:
        for found in error.errors(include_url=False):
            loc = document.settle((*at, *found["loc"]))
            what, do = _explain(model, found, loc)
            document.problem(loc, what, do)
    return None


def _explain(model: type[Model], found: Any, loc: Loc) -> tuple[str, str]:
    kind, given = found["type"], found.get("input")
    context = found.get("ctx") or {}
    if kind == "missing":
        name = str(found["loc"][-1])
        if name == "indicator":
            return (
                "The goal has no indicator.",
                "Name one: `indicator: <key of catalogue/indicators.yml or surveys.yml>`.",
            )
        if name == "target":
            return (
                "The goal has no target.",
                "Write one: `target: {at_least: national}` or `target: {at_least: 85}`.",
            )
        return f'"{name}" is missing.', ""
    if kind == "extra_forbidden":
        allowed = _allowed_keys(model, found["loc"][:-1])
        name = str(found["loc"][-1])
        return (
            f'Unknown key "{name}". {did_you_mean(name, allowed)}'.strip(),
            f"Allowed: {', '.join(allowed)}.",
        )
    if kind in ("enum", "literal_error"):
        allowed = _choices(str(context.get("expected", "")))
        return (
            f'"{given}" is not allowed. {did_you_mean(str(given), allowed)}'.strip(),
            f"Allowed: {', '.join(allowed)}.",
        )
    if kind == "value_error":
        return f"{_sentence(str(context.get('error', found['msg'])))}", ""
    if kind == "too_short":
        return "At least one entry is needed here.", ""
    if kind == "string_pattern_mismatch":
        return f'"{given}" does not look as it should.', _pattern_hint(str(loc[-1]) if loc else "", context)
    if given is None and kind in _NAMES:
        return f"Nothing is written here; expected {_NAMES[kind]}.", ""
    if kind.startswith("decimal") and isinstance(given, str) and loc and loc[-1] in RULES:
        return (
            f'"{given}" is neither national nor a number. {did_you_mean(given, ["national"])}'.strip(),
            "Write national, or a number with a decimal point.",
        )
    if kind in _NAMES:
        shown = f'"{given}"' if isinstance(given, str) else "What stands here"
        return f"{shown} is not {_NAMES[kind]}.", ""
    return _sentence(found["msg"]), ""


def _sentence(text: str) -> str:
    text = text.removeprefix("Value error, ")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _choices(expected: str) -> list[str]:
    return [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",") if word.strip()]


def _pattern_hint(key: str, context: Mapping[str, Any]) -> str:
    hints = {
        "number": "A goal's number is a number and a small letter, such as 4c.",
        "slug": "Small letters a–z, digits and hyphens only, such as tidlig-indsats.",
        "table": "A table id in small letters, such as y08a02.",
        "finding": "The text must hold {value}, where the newest value is to stand.",
        "code": "Three digits, such as 250.",
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
        return list(_TARGET_KEYS)
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
