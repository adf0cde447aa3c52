"""What pydantic finds wrong with a configuration, in words with line, key and cure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from corridors.config.document import Document, KeyPath, dotted
from corridors.config.section import MONTH_DAY
from corridors.foundation.errors import Fault
from corridors.foundation.faults import did_you_mean

_EXPECTED = {
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "date_type": "a date such as 2020-05-31, without quotes",
    "date_from_datetime_inexact": "a date without a time",
    "dict_type": "keys below this one",
    "model_type": "keys below this one",
    "tuple_type": "a list",
    "finite_number": "a finite number",
    "missing": "a value",
}

# Last keys of one that has moved -> where it is now.
_MOVED = {
    "segment.pictures": "publish.pictures",
    "rank.prior_encounters": "rank.prior_trials",
}
_BY_SEASON = "delete it: rank is by migrations, rank_all by the whole year"
# Keys that are gone -> their last default, which says nothing, and what to do about another value.
_GONE = {
    "clean.mortality_step_m": (
        50.0,
        "delete it: occurrence.location_error_m says now whether a collar lies still",
    ),
    "intersect.held_prior": (
        10.0,
        "delete it: intersect.held_sd says now how much barriers may change passages",
    ),
    "intersect.encounter_h": (36.0, "delete it: a visit to a barrier has no longest length"),
    "rank.min_encounters": (0.1, "delete it: intersect.trials says who met a barrier"),
    "rank.least_blocked_frac": (0.01, "delete it: a place counts if something is missing there"),
    "rank.weight_jitter": (50.0, _BY_SEASON),
    "rank.season_weights": ({}, _BY_SEASON),
}


def at_new_place(content: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration with the keys that have moved at their new place.

    A key of one herd, or one that stands at both places, is left to be refused; so is a key that
    is gone, but for its last default.

    Examples
    --------
    >>> at_new_place({"segment": {"pictures": "none", "n_starts": 2}})
    {'segment': {'n_starts': 2}, 'publish': {'pictures': 'none'}}
    """
    out = dict(content)
    for old, new in _MOVED.items():
        (above, key), (section, name) = old.split("."), new.split(".")
        there, here = out.get(above), out.get(section) or {}
        if isinstance(there, dict) and isinstance(here, dict) and key in there and name not in here:
            out[above] = {own: value for own, value in there.items() if own != key}
            out[section] = {**here, name: there[key]}
    for gone, (default, _) in _GONE.items():
        above, key = gone.split(".")
        there = out.get(above)
        if isinstance(there, dict) and there.get(key) == default:
            out[above] = {own: value for own, value in there.items() if own != key}
    return out


def translate(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Fault]:
    """Return pydantic's errors as faults; the branches of a union become one."""
    merged: dict[tuple[KeyPath, bool], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        keys = tuple(key for key in detail["loc"] if key != "[key]")
        missing = detail["type"] == "missing"
        place = keys if missing else document.known_part(keys)
        merged.setdefault((place, missing), []).append(detail)
    return [_fault(keys, details, document, model) for (keys, _), details in merged.items()]


def _fault(
    keys: KeyPath, details: list[ErrorDetails], document: Document, model: type[BaseModel]
) -> Fault:
    first = details[0]
    there = Fault(
        "",
        file=str(document.path),
        row=document.line(keys) or 1,
        column=dotted(keys) or None,
    )
    match first["type"]:
        case "extra_forbidden" if moved := _MOVED.get(dotted(keys[-2:])):
            return replace(
                there,
                what="the key has moved",
                expected=moved,
                got=dotted(keys),
                cure=f"write {moved}, which is for all herds, and delete it here",
            )
        case "extra_forbidden" if gone := _GONE.get(dotted(keys)):
            return replace(there, what="the key is gone", got=dotted(keys), cure=gone[1])
        case "extra_forbidden":
            known = known_keys(model, keys[:-1])
            return replace(
                there,
                what="unknown key",
                expected=None if did_you_mean(keys[-1], known) else "one of: " + ", ".join(known),
                got=str(keys[-1]),
                cure=did_you_mean(keys[-1], known),
            )
        case "missing":
            return replace(there, what="a key is missing", expected=_description(model, keys))
        case "value_error":
            return replace(there, what=first["msg"].removeprefix("Value error, "))
        case _:
            expected = " or ".join(dict.fromkeys(_expected(detail) for detail in details))
            key_itself = "[key]" in first["loc"]
            return replace(
                there,
                what="the name cannot be used" if key_itself else "the value cannot be used",
                expected=expected,
                got=_shown(first["input"]),
                cure=_cure(first, keys),
            )


def _expected(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "literal_error":
            return str(context["expected"])
        case "greater_than":
            return f"a number above {context['gt']:g}"
        case "greater_than_equal":
            return f"a number of at least {context['ge']:g}"
        case "less_than":
            return f"a number below {context['lt']:g}"
        case "less_than_equal":
            return f"a number of at most {context['le']:g}"
        case "string_pattern_mismatch":
            return _PATTERNS.get(context["pattern"], f"text that fits {context['pattern']}")
        case "too_short" | "too_long":
            bound = context.get("min_length", context.get("max_length"))
            return f"{bound} values"
        case kind:
            return _EXPECTED.get(kind, detail["msg"].removeprefix("Value error, "))


_PATTERNS = {
    MONTH_DAY: "MM-DD of a day that every year has, e.g. 02-01",
    r"^[a-z0-9][a-z0-9-]{0,62}$": "small letters, digits and hyphens, at most 63",
    r"^[a-z0-9][a-z0-9_-]*$": "small letters, digits, hyphens and underscores",
}


def _cure(detail: ErrorDetails, keys: KeyPath) -> str | None:
    given = detail["input"]
    if detail["type"] == "literal_error" and isinstance(given, str):
        allowed = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
        return did_you_mean(given, allowed)
    if detail["type"] == "string_type" and isinstance(given, int | float):
        return f'put it in quotes: "{given}"'
    if detail["type"] == "tuple_type" and isinstance(given, dict | str):
        return f"begin the item below {keys[-1]} with a hyphen" if keys else None
    return None


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        text = text.lower()
    elif value is None:
        text = "nothing"
    return text if len(text) <= 80 else text[:77] + "..."


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models inside an annotation such as ``tuple[Herd, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not None:
        for argument in get_args(annotation):
            yield from _models(argument)


def _inner(annotation: Any) -> Any:
    """Return what a mapping or list holds."""
    origin = get_origin(annotation)
    if origin in {Union, UnionType}:
        for argument in get_args(annotation):
            if get_origin(argument) in {dict, tuple}:
                return _inner(argument)
    if origin is dict:
        return get_args(annotation)[1]
    if origin is tuple:
        return get_args(annotation)[0]
    return None


def _annotation(model: type[BaseModel], keys: KeyPath) -> Any:
    """Return the type at ``keys`` of ``model``, None where there is none."""
    annotation: Any = model
    for key in keys:
        inner = _inner(annotation)
        if inner is not None:
            annotation = inner
            continue
        owner = next(_models(annotation), None)
        if owner is None:
            return None
        fields = {field.alias or name: field for name, field in owner.model_fields.items()}
        if key not in fields:
            return None
        annotation = fields[str(key)].annotation
    return annotation


def known_keys(model: type[BaseModel], keys: KeyPath) -> list[str]:
    """Return the keys that ``model`` knows below ``keys``."""
    owner = next(_models(_annotation(model, keys)), None)
    if owner is None:
        return []
    return [field.alias or name for name, field in owner.model_fields.items()]


def _description(model: type[BaseModel], keys: KeyPath) -> str | None:
    owner = next(_models(_annotation(model, keys[:-1])), None)
    if owner is None:
        return None
    for name, field in owner.model_fields.items():
        if (field.alias or name) == keys[-1]:
            return field.description or "a value"
    return None
