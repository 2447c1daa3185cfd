"""What a type annotation means for plain JSON data: its schema, and how a value is read.

`Annotated[int, keywords(minimum=1), "How many."]` adds keywords of JSON Schema and a
description.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from django.db.models import Model
from typing_extensions import is_typeddict

from workflows.exceptions import RegistrationError
from workflows.schemas.formats import FORMATS
from workflows.schemas.plain import SCALARS, enum_key
from workflows.schemas.references import Fetch, model_problem, reference
from workflows.schemas.validate import schema_problems

PLAIN = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    NoneType: "null",
}
LISTS = (list, Sequence, Iterable)
SETS = (set, frozenset, AbstractSet)
OBJECTS = (dict, Mapping)


class Unfit(ValueError):
    """A value does not fit its type. `path` leads to the value inside of the whole."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path

    def inside(self, step: str) -> Unfit:
        """The same, seen from the list or object that holds the value at `step`."""
        rest = self.path
        between = "." if rest and not rest.startswith("[") else ""
        return Unfit(self.reason, f"{step}{between}{rest}")


def _unchanged(value: Any, fetch: Fetch) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class ValueType:
    """The JSON schema of a type, and how a value that matches it becomes one of the type.

    `load` raises `Unfit`. It asks `fetch` for the objects of models. `is_plain`: the value
    of the type is the JSON itself.
    """

    schema: dict[str, Any]
    load: Callable[[Any, Fetch], Any] = _unchanged
    is_plain: bool = True

    def fits(self, value: Any) -> bool:
        if schema_problems(self.schema, value):
            return False
        try:
            self.load(value, lambda found: found)
        except Unfit:
            return False
        return True


def json_type(hint: Any) -> dict[str, Any]:
    """The JSON schema of a type. Raises `RegistrationError` if JSON cannot express it."""
    return value_type(hint).schema


def value_type(hint: Any) -> ValueType:
    """What a type annotation means. Raises `RegistrationError` if JSON cannot express it."""
    if hint is Any or hint is object:
        return ValueType({})
    if hint is None or hint in PLAIN:
        return _plain(NoneType if hint is None else hint)
    if hint in FORMATS:
        return _formatted(*FORMATS[hint])
    if renamed := getattr(hint, "__supertype__", getattr(hint, "__value__", None)):
        return value_type(renamed)  # NewType, and `type Name = ...`
    return _composed(hint, get_origin(hint), get_args(hint))


def _composed(hint: Any, origin: Any, inner: tuple[Any, ...]) -> ValueType:
    if origin is Annotated:
        return _annotated(*inner)
    if origin in (Union, UnionType):
        return _union([value_type(item) for item in inner])
    if origin is Literal:
        return _literal(inner)
    if is_typeddict(hint):
        return _typed_dict(hint)
    if isinstance(hint, type) and not inner:
        return _of_class(hint)
    return _collection(hint, origin, inner)


def object_schema(
    properties: Mapping[str, Any], required: Sequence[str], *, others: Any = False
) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": others,
        "required": list(required),
        "properties": dict(properties),
    }


def load_items(
    types: Mapping[str, ValueType], values: Mapping[str, Any], fetch: Fetch
) -> dict[str, Any]:
    """The values of an object, each read as its type; those without one are unchanged."""
    return {
        name: _inside(name, types[name].load, value, fetch) if name in types else value
        for name, value in values.items()
    }


def _inside(
    step: str, load: Callable[[Any, Fetch], Any], value: Any, fetch: Fetch
) -> Any:
    try:
        return load(value, fetch)
    except Unfit as unfit:
        raise unfit.inside(step) from unfit


def _plain(kind: type) -> ValueType:
    schema = {"type": PLAIN[kind]}
    # 3.0 is a whole number in JSON.
    return ValueType(
        schema, (lambda value, _: int(value)) if kind is int else _unchanged
    )


def _annotated(hint: Any, *notes: Any) -> ValueType:
    """Notes of other libraries mean nothing here."""
    kind = value_type(hint)
    schema = kind.schema
    for note in notes:
        if isinstance(note, str):
            schema = {**schema, "description": note}
        elif isinstance(note, frozenset):
            schema = {**schema, **dict(sorted(note))}
    return ValueType(schema, kind.load, kind.is_plain)


def _union(kinds: list[ValueType]) -> ValueType:
    """One of several types, the first that fits. The description of the first applies to
    the whole."""
    first, *others = [dict(kind.schema) for kind in kinds]
    about = {"description": first.pop("description")} if "description" in first else {}
    given = [kind for kind in kinds if kind.schema.get("type") != "null"]

    def load(value: Any, fetch: Fetch) -> Any:
        if value is None:
            return None
        fitting = (kind for kind in given if len(given) == 1 or kind.fits(value))
        kind = next(fitting, None)
        if kind is None:
            raise Unfit("This value is not valid here.")
        return kind.load(value, fetch)

    is_plain = all(kind.is_plain for kind in kinds)
    return ValueType({"anyOf": [first, *others], **about}, load, is_plain)


def _literal(values: tuple[Any, ...]) -> ValueType:
    members = {_scalar(value): value for value in values}
    return _one_of(members)


def _one_of(members: Mapping[Any, Any]) -> ValueType:
    is_plain = not any(isinstance(member, Enum) for member in members.values())
    schema = {"enum": list(members)}
    return ValueType(schema, lambda value, _: members[value], is_plain)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return enum_key(value)
    if isinstance(value, SCALARS):
        return value
    raise RegistrationError(f"The value {value!r} cannot be expressed in JSON.")


def _of_class(hint: type) -> ValueType:
    if issubclass(hint, Enum):
        return _one_of({enum_key(member): member for member in hint})
    if issubclass(hint, Model):
        return _model(hint)
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint)
    if hint in (tuple, *SETS, *LISTS):
        return _many(hint, ValueType({}))
    if hint in OBJECTS:
        return ValueType({"type": "object"})
    raise RegistrationError(
        f"The type {hint.__qualname__} cannot be expressed in JSON."
    )


def _model(model: type[Model]) -> ValueType:
    label = model._meta.label_lower
    if problem := model_problem(model):
        raise RegistrationError(f"The model {model._meta.label} {problem}.")

    def load(value: Any, fetch: Fetch) -> Any:
        try:
            found = reference(value, model)
        except ValueError as error:
            raise Unfit(str(error)) from error
        return fetch(found)

    return ValueType({"type": "string", "x-model": label}, load, is_plain=False)


def _formatted(
    kinds: list[str], format_: str, read: Callable[[str], Any], example: str
) -> ValueType:
    def load(value: Any, fetch: Fetch) -> Any:
        try:
            found = read(str(value))
        except (ValueError, ArithmeticError):
            found = None
        if found is None:
            raise Unfit(f"Must be {example}.")
        return found

    kind = kinds[0] if len(kinds) == 1 else kinds
    return ValueType({"type": kind, "format": format_}, load, is_plain=False)


def _typed_dict(hint: Any) -> ValueType:
    hints = get_type_hints(hint, include_extras=True)
    kinds: dict[str, ValueType] = {}
    required = []
    for name, item in hints.items():
        whole = item
        if get_origin(item) in (NotRequired, Required):
            (whole,) = get_args(item)
        if name in hint.__required_keys__:
            required.append(name)
        kinds[name] = value_type(whole)
    return _object(kinds, required, dict)


def _dataclass(hint: Any) -> ValueType:
    hints = get_type_hints(hint, include_extras=True)
    fields = [each for each in dataclasses.fields(hint) if each.init]
    required = [
        each.name
        for each in fields
        if each.default is each.default_factory is dataclasses.MISSING
    ]
    return _object(
        {each.name: value_type(hints[each.name]) for each in fields}, required, hint
    )


def _object(
    kinds: Mapping[str, ValueType], required: list[str], make: Callable[..., Any]
) -> ValueType:
    def load(value: Any, fetch: Fetch) -> Any:
        items = load_items(kinds, value, fetch)
        try:
            return make(**items)
        except Exception as error:  # of the class: it may check what it is given
            raise Unfit(f"{type(error).__name__}: {error}") from error

    schema = object_schema({name: kinds[name].schema for name in kinds}, required)
    is_plain = make is dict and all(kind.is_plain for kind in kinds.values())
    return ValueType(schema, load, is_plain)


def _collection(hint: Any, origin: Any, inner: tuple[Any, ...]) -> ValueType:
    if origin in (*LISTS, *SETS):
        return _many(origin, value_type(inner[0]))
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return _many(tuple, value_type(inner[0]))
    if origin in OBJECTS and inner[0] is str:
        item = value_type(inner[1])
        schema = {"type": "object", "additionalProperties": item.schema}

        def load(value: Any, fetch: Fetch) -> Any:
            return load_items(dict.fromkeys(value, item), value, fetch)

        return ValueType(schema, load, item.is_plain)
    raise RegistrationError(f"The type {hint} cannot be expressed in JSON.")


def _many(origin: Any, item: ValueType) -> ValueType:
    make: Any = tuple if origin is tuple else frozenset if origin is frozenset else list
    if origin in (set, AbstractSet):
        make = set
    schema = {"type": "array", "items": item.schema}

    def load(value: Any, fetch: Fetch) -> Any:
        return make(_items(value, item, fetch))

    return ValueType(schema, load, make is list and item.is_plain)


def _items(values: list[Any], item: ValueType, fetch: Fetch) -> Iterator[Any]:
    for index, value in enumerate(values):
        yield _inside(f"[{index}]", item.load, value, fetch)
