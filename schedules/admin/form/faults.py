"""What is wrong with a form, in the words that it has for its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from schedules.admin.form.words import label_of
from schedules.services.drafts.fields import FIELDS

# Not names that are words of their own, such as "name" or "workflow".
_NAMES = re.compile(
    rf"\b({'|'.join(name for name in FIELDS if '_' in name or name == 'timezone')})\b"
)


@dataclass(frozen=True, slots=True)
class FaultyField:
    """`place`: the id of its input, or of what is said below it."""

    label: str
    place: str


def in_words(faults: Iterable[object]) -> list[str]:
    """What the services say, who call fields by their names in the API."""
    return [
        _NAMES.sub(lambda name: f"“{label_of(name[0])}”", str(each)) for each in faults
    ]


def faulty(bound: Any) -> FaultyField:
    """A field with something wrong. A choice of several buttons has no input that is all of
    it."""
    return FaultyField(str(bound.label), bound.id_for_label or f"told-{bound.name}")
