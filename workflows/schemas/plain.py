"""Python values as plain JSON data: what `workflows.schemas.types` reads back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.duration import duration_iso_string
from django.utils.functional import Promise

from workflows.schemas.references import reference_to

SCALARS = (str, int, float, bool, type(None))


def plain(value: Any) -> Any:
    """`value` as plain JSON data. Raises `ValueError`, with a sentence, if it is none."""
    for kind, convert in CONVERSIONS.items():
        if isinstance(value, kind):
            return convert(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    raise ValueError(f"A value of the type {type(value).__name__} is not JSON.")


def enum_key(member: Enum) -> Any:
    """What stands for the member of an enumeration: its value, or its name if some value of
    the enumeration is not JSON."""
    by_value = all(
        type(each.value) in SCALARS or _is_scalar(each) for each in type(member)
    )
    return plain(member.value) if by_value else member.name


def _is_scalar(member: Enum) -> bool:
    return isinstance(member.value, SCALARS)


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    for name in value:
        if not isinstance(name, str):
            raise ValueError("The names of a JSON object must be texts.")
    return {str(name): plain(item) for name, item in value.items()}


def _list(value: Any) -> list[Any]:
    return [plain(item) for item in value]


def _sorted(value: Any) -> list[Any]:
    """Equal sets are equal lists, in every process."""
    return sorted(_list(value), key=lambda item: json.dumps(item, sort_keys=True))


# The first that fits: a member of an IntEnum is an int, too.
CONVERSIONS: dict[Any, Callable[[Any], Any]] = {
    Enum: enum_key,
    bool | None: lambda value: value,
    str | Promise: str,
    int: int,
    float: float,
    date | time: lambda value: value.isoformat(),
    timedelta: duration_iso_string,
    UUID | Decimal: str,
    Model: reference_to,
    Mapping: _object,
    list | tuple: _list,
    set | frozenset: _sorted,
}
