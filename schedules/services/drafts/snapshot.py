"""A schedule's fields as plain JSON, for events and comparisons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from schedules.models import ScheduledJob
from schedules.services.drafts.fields import Door, FieldSpec, fields_at

_RECORDED = fields_at(Door.HISTORY)


def snapshot(
    schedule: ScheduledJob, fields: Sequence[FieldSpec] = _RECORDED
) -> dict[str, Any]:
    """The fields that people may set, as JSON: times in ISO 8601, references as ids. The
    workflow of a schedule that calls is none that people have set."""
    found = {field.name: _plain(getattr(schedule, field.attname)) for field in fields}
    if schedule.call and "workflow" in found:
        found["workflow"] = None
    return found


def _plain(value: Any) -> Any:
    if type(value) in _JSON:  # nearly all are
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


_JSON = {str, int, bool, type(None), dict, list}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of `after` that differ from `before`."""
    return {
        name: value
        for name, value in after.items()
        if value is not before[name] and not same(before[name], value)
    }


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: unlike in Python, true differs from 1, and 1 from 1.0."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            same(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one) is type(other) and one == other:
        return True
    return json.dumps(one) == json.dumps(other)
