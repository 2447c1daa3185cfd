"""Objects of models in plain data: the text "billing.invoice:42" names one by its key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Reference:
    """The object of a model that has this primary key, whether it exists or not."""

    model: type[models.Model]
    key: Any

    @override
    def __str__(self) -> str:
        return f"{self.model._meta.label_lower}:{self.key}"


# Takes what a text refers to, and returns what stands for it in the arguments.
Fetch = Callable[[Reference], Any]


def model_problem(model: type[models.Model]) -> str:
    """Why no text can refer to an object of `model`; empty if one can."""
    meta = model._meta
    if meta.abstract:
        return "is abstract"
    if meta.swapped:
        return f"has been replaced by {meta.swapped}"
    if meta.pk.column is None:
        return "has no primary key of one column"
    return ""


def reference(text: Any, model: type[models.Model]) -> Reference:
    """What `text` refers to. Raises `ValueError` if it is not an object of `model`."""
    meta = model._meta
    label, found, key = str(text).partition(":")
    refused = ValueError(
        f'Must be an object by its key, such as "{meta.label_lower}:1".'
    )
    if not found or label.lower() != meta.label_lower or not key:
        raise refused
    try:
        wanted = meta.pk.to_python(key)
        number = getattr(meta.pk, "target_field", meta.pk)
        if isinstance(number, models.IntegerField):
            number.run_validators(wanted)  # a database fails on one beyond its range
        return Reference(model, wanted)
    except ValidationError as error:
        raise refused from error


def reference_to(instance: models.Model) -> str:
    """The text that refers to `instance`. Raises `ValueError` for one that is not saved."""
    if instance.pk is None:
        raise ValueError("This object has no key yet: save it first.")
    return str(Reference(type(instance), instance.pk))


def fetched(references: Iterable[Reference]) -> dict[Reference, models.Model]:
    """The objects that exist, in one query for each model."""
    keys: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
    for each in references:
        keys[each.model].add(each.key)
    return {
        Reference(model, key): instance
        for model, wanted in keys.items()
        for key, instance in model._default_manager.in_bulk(wanted).items()
    }
