"""What code wants of one schedule: its declaration, as the columns of a schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model

from schedules.declared import Schedule, When
from schedules.exceptions import InvalidSchedule
from schedules.limits import KEY_LENGTH, OBJECT_ID_LENGTH
from schedules.models import WhenObjectGone
from schedules.services.drafts.draft import OWN
from schedules.services.drafts.fields import FIELDS
from schedules.services.drafts.validation import Problems, not_a_choice, text_problems
from schedules.services.keyed.site import models_of_objects
from workflows.kit.json_encoder import encoder
from workflows.kit.json_value import MAX_DEPTH
from workflows.schemas.plain import plain

NO_SCHEDULE = "Give a Schedule(key, …) for each item."
NO_TIMING = "Give cron(…), every(…) or once(…)."
NOT_A_USER = "Give a user who is saved in the database."
NOT_SAVED = "Give an object that is saved in the database."
NOT_NAMED = (
    'Schedules cannot be for objects of the model {label}: name it in OSTINATO["OBJECTS"], '
    "so that they end together with their object."
)
TOO_LONG = (
    f"The primary key of this object has more than {OBJECT_ID_LENGTH} characters."
)


@dataclass(slots=True)
class Wanted:
    """`fields` are those that are given, of the table of fields; `columns` the others.
    `digest` is equal if and only if all of these are, and `shape` if all fields are that
    are not `OWN`. Both are empty if they are not JSON: then they will be refused."""

    key: str
    owner: Any
    fields: dict[str, Any]
    columns: dict[str, str]
    shape: str
    digest: str

    @property
    def told(self) -> dict[str, str]:
        """What the event of a new schedule tells besides the fields."""
        return {"key": self.key, **self.columns}


def wanted(declared: object, owner: Any) -> Wanted:
    """What is declared. `owner` counts if none is given. Raises `InvalidSchedule` for what
    does not become a column; the fields are checked with the draft."""
    if not isinstance(declared, Schedule):
        raise InvalidSchedule(errors={"schedule": [NO_SCHEDULE]})
    errors: dict[str, list[str]] = {}
    for field, why in _problems(declared):
        errors.setdefault(field, []).append(why)
    if errors:
        raise InvalidSchedule(errors=errors)
    fields = dict(_given(declared))
    if isinstance(fields.get("arguments"), dict):
        fields["arguments"] = _data(fields["arguments"])
    columns = _columns(declared)
    own = {name: fields[name] for name in OWN if name in fields}
    shared = {name: value for name, value in fields.items() if name not in own}
    shape, rest = _text(shared), _text([own, columns])
    return Wanted(
        key=declared.key,
        owner=owner if declared.owner is None else declared.owner,
        fields=fields,
        columns=columns,
        shape=shape,
        digest=_digest(shape + rest) if shape and rest else "",
    )


def _problems(declared: Schedule) -> Problems:
    key: Any = declared.key
    if not isinstance(key, str) or not key.strip():
        yield "key", "Give a key: a text that no other schedule of the site has."
    else:
        for why in text_problems(key, most=KEY_LENGTH, one_line=True):
            yield "key", why
    if not isinstance(declared.timing, When):
        yield "timing", NO_TIMING
    owner = declared.owner
    if owner is not None and not (_is_saved(owner) and _is_user(owner)):
        yield "owner", NOT_A_USER
    gone = declared.when_object_gone
    if gone is not None and gone not in WhenObjectGone.values:
        yield "when_object_gone", not_a_choice(WhenObjectGone.values)
    for why in _object_problems(declared.for_object):
        yield "for_object", why


def _is_user(owner: Any) -> bool:
    return isinstance(owner, get_user_model())


def _is_saved(row: Any) -> bool:
    return isinstance(row, Model) and row.pk is not None and not row._state.adding


def _object_problems(instance: object) -> Iterator[str]:
    if instance is None:
        return
    if not isinstance(instance, Model) or not _is_saved(instance):
        yield NOT_SAVED
    elif label_of(instance) not in models_of_objects():
        yield NOT_NAMED.format(label=instance._meta.label)
    elif len(str(instance.pk)) > OBJECT_ID_LENGTH:
        yield TOO_LONG


def label_of(instance: Model) -> str:
    """The name under which schedules refer to objects of its model; of a proxy, that of the
    model whose rows it shows."""
    # Asked of the object, since the type of a lazy one, as request.user, is no model.
    concrete = instance._meta.concrete_model
    assert concrete is not None, "abstract models have no objects"
    return concrete._meta.label_lower


def _given(declared: Schedule) -> Iterator[tuple[str, Any]]:
    values = (*_of_schedule(declared), *_of_timing(declared.timing))
    for name, value in zip(_NAMES, values, strict=True):
        if value is not None:
            yield name, _plain(value)


_OF_SCHEDULE = [name for name in FIELDS if name in Schedule.__dataclass_fields__]
_OF_TIMING = [name for name in FIELDS if name in When.__dataclass_fields__]
_NAMES = (*_OF_SCHEDULE, *_OF_TIMING)
_of_schedule, _of_timing = attrgetter(*_OF_SCHEDULE), attrgetter(*_OF_TIMING)


def _plain(value: Any) -> Any:
    """Any sequence and mapping of Python, as a column takes it."""
    if isinstance(value, (str, list, dict, int)):  # nearly all are
        return value
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, Sequence) else value


def _data(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as plain JSON data: dates, decimals, objects and the like as they are stored.
    Raises `InvalidSchedule` for a value that cannot be."""
    found, errors = {}, {}
    for name, value in arguments.items():
        try:
            found[name] = plain(value)
        except ValueError as error:
            errors[f"arguments.{name}"] = [str(error)]
        except RecursionError:  # also of a list that holds itself
            errors[f"arguments.{name}"] = [
                f"This value is nested more than {MAX_DEPTH} levels deep."
            ]
    if errors:
        raise InvalidSchedule(errors=errors)
    return found


def _columns(declared: Schedule) -> dict[str, str]:
    instance = declared.for_object
    gone = declared.when_object_gone or WhenObjectGone.STOP
    return {
        "object_model": "" if instance is None else label_of(instance),
        "object_id": "" if instance is None else str(instance.pk),
        "when_object_gone": str(gone),
    }


def _text(what: Any) -> str:
    try:
        return _encode(what)
    except (TypeError, ValueError, RecursionError):
        return ""


def _digest(text: str) -> str:
    return blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()


def _reference(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value.pk) if isinstance(value, Model) else repr(value)


_encode = encoder(sort_keys=True, default=_reference)
