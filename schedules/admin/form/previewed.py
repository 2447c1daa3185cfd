"""What the form means as it is filled in: the coming runs, or what is wrong with the timing.

Nothing is saved, and a form that cannot be saved yet for other reasons is previewed as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from schedules.admin.form.schedule_form import ScheduleForm, of_chosen_type
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleType
from schedules.services.drafts.fields import FIELDS, TIMING_FIELDS, WHEN_FIELD
from schedules.services.insight.preview import (
    PreviewedChange,
    preview_change,
    preview_draft,
)

RUNS = 5
OF_POLICIES = (
    "timeout_seconds",
    "max_retries",
    "retry_backoff_seconds",
    "pause_after_failures",
    "overlap_policy",
    "max_open_runs",
    "catchup_policy",
    "catchup_window_seconds",
)
READ = (*TIMING_FIELDS, "jitter_seconds", "max_runs", *OF_POLICIES)
Faults = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Previewed:
    """`found` is None if the timing is not complete, or has `faults`. `values`: those of the
    fields that are valid. `suggestion`: fields that mean the same as an expression in the
    syntax of another program."""

    values: Mapping[str, Any]
    found: PreviewedChange | None = None
    faults: Faults = field(default_factory=dict)
    suggestion: Mapping[str, Any] = field(default_factory=dict)


def previewed(form: ScheduleForm) -> Previewed:
    """The preview of the form as it is filled in."""
    values, faults = _read(form, READ)
    values = of_chosen_type(values)
    shown = {*of_chosen_type(dict.fromkeys(READ) | values), "schedule_type"}
    faults = {name: why for name, why in faults.items() if name in shown}
    if faults.keys() & {*TIMING_FIELDS, "jitter_seconds", "max_runs"}:
        return Previewed(values, faults=faults)
    if not _is_complete(values):
        return Previewed(values, faults=faults)
    try:
        return Previewed(values, _found(form, values), faults)
    except InvalidSchedule as error:
        suggestion = (error.details or {}).get("suggestion", {})
        wrong = {name: [*why] for name, why in error.errors.items() if name in FIELDS}
        return Previewed(values, faults=faults | wrong, suggestion=suggestion)


def _read(form: ScheduleForm, names: Iterable[str]) -> tuple[dict[str, Any], Faults]:
    """The values of these fields, and what is wrong with the others."""
    values: dict[str, Any] = {}
    faults: Faults = {}
    for name in names:
        if name not in form.fields:
            continue
        try:
            values[name] = form.fields[name].clean(form[name].value())
        except ValidationError as error:
            faults[name] = error.messages
    return values, faults


def _is_complete(values: Mapping[str, Any]) -> bool:
    chosen = values.get("schedule_type")
    if not chosen or chosen == ScheduleType.MANUAL:
        return bool(chosen)
    return values.get(WHEN_FIELD[ScheduleType(chosen)]) not in (None, "")


def _found(form: ScheduleForm, values: Mapping[str, Any]) -> PreviewedChange:
    actor, now = form.press.actor, form.press.now
    if form.instance._state.adding:
        filled = {name: v for name, v in values.items() if v not in (None, "")}
        return preview_draft(filled, count=RUNS, actor=actor, now=now)
    changed = form.changed_of(values)
    return preview_change(form.instance, changed, count=RUNS, now=now)


def fault_of(form: forms.BaseForm, name: str) -> list[str]:
    """What is wrong with the value of one field by itself."""
    return _read(form, [name])[1].get(name, [])  # type: ignore[arg-type]


def draft_of(form: ScheduleForm, found: Previewed) -> ScheduledJob | None:
    return found.found.draft if found.found else None
