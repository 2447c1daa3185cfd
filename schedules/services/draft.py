"""Checking what someone asks for: every rule on a schedule's fields, in one place.

A draft is an unsaved `ScheduledJob` with the wanted fields. All faults are collected,
each under the name of its field, before anything is refused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from schedules import limits, timing
from schedules.exceptions import InvalidSchedule
from schedules.models import (
    CatchupPolicy,
    OverlapPolicy,
    ScheduledJob,
    ScheduleType,
)
from schedules.services.actor import Actor
from schedules.timing import Timing, TimingError
from workflows.json_value import problem
from workflows.models import Workflow, WorkflowNode

TIMING_FIELDS = (
    "schedule_type",
    "cron_expression",
    "timezone",
    "interval_seconds",
    "anchor_at",
    "run_at",
    "start_at",
    "end_at",
    "jitter_seconds",
)
OTHER_FIELDS = (
    "name",
    "description",
    "workflow",
    "trigger_node",
    "trigger_payload",
    "tags",
    "catchup_policy",
    "catchup_window_seconds",
    "overlap_policy",
    "max_runs",
    "max_retries",
    "retry_backoff_seconds",
    "timeout_seconds",
    "pause_after_failures",
)
WRITABLE_FIELDS = frozenset(TIMING_FIELDS + OTHER_FIELDS)

# The field that says when, for each type; giving one of them implies the type.
WHEN_FIELD = {
    ScheduleType.CRON: "cron_expression",
    ScheduleType.INTERVAL: "interval_seconds",
    ScheduleType.ONCE: "run_at",
}
NULLABLE = {"max_runs", "interval_seconds"}
NEVER_NULL = {"name", "description"}
TEXTS = ("name", "description", "cron_expression", "timezone")
TIMES = ("run_at", "start_at", "end_at", "anchor_at")
KINDS: dict[str, tuple[type, str]] = {
    **dict.fromkeys(TEXTS, (str, "text")),
    **dict.fromkeys(TIMES, (datetime, "date and time")),
    "workflow": (Workflow, "workflow"),
    "trigger_node": (WorkflowNode, "node"),
}
Faults = Iterator[tuple[str, str]]


def apply_fields(
    draft: ScheduledJob, fields: Mapping[str, Any], *, now: datetime
) -> None:
    """Put `fields` on the draft, with what they imply (type, zone, anchor) filled in.

    Raises `InvalidSchedule` when the timing fields contradict each other.
    """
    unknown = sorted(set(fields) - WRITABLE_FIELDS)
    if unknown:
        raise InvalidSchedule(errors={name: ["Unknown field."] for name in unknown})
    was = draft.schedule_type
    draft.schedule_type = _schedule_type(draft, fields)
    faults = dict(_wrong_kinds(fields))
    if faults:
        raise InvalidSchedule(errors={name: [why] for name, why in faults.items()})
    for name, value in fields.items():
        if name != "schedule_type":
            setattr(draft, name, value)
    if draft.schedule_type != was:
        _clear_other_types(draft, fields)
    draft.cron_expression = draft.cron_expression or ""
    draft.timezone = draft.timezone or settings.TIME_ZONE
    _settle_times(draft)
    if draft.schedule_type == ScheduleType.INTERVAL and not draft.anchor_at:
        begun = draft.created_at if draft.schedule_type == was else now
        draft.anchor_at = draft.start_at or begun.replace(microsecond=0)


def _wrong_kinds(fields: Mapping[str, Any]) -> Faults:
    """What is no text, time or row, found before any rule is asked about it."""
    for name, value in fields.items():
        kind, what = KINDS.get(name, (object, ""))
        if value is None and name not in NEVER_NULL:
            continue
        if not isinstance(value, kind):
            yield name, f"A {what} is required."


def _schedule_type(draft: ScheduledJob, fields: Mapping[str, Any]) -> str:
    """The type that is named, or that the one given timing field implies."""
    given = [kind for kind, name in WHEN_FIELD.items() if fields.get(name)]
    if len(given) > 1:
        names = " and ".join(WHEN_FIELD[kind] for kind in given)
        why = f"Give exactly one of cron_expression, interval_seconds and run_at, not {names}."
        raise InvalidSchedule(errors={WHEN_FIELD[kind]: [why] for kind in given})
    named = fields.get("schedule_type")
    if named and named not in ScheduleType.values:
        why = f"Must be one of {', '.join(ScheduleType.values)}."
        raise InvalidSchedule(errors={"schedule_type": [why]})
    if named and given and named != given[0]:
        wanted, other = WHEN_FIELD[ScheduleType(named)], WHEN_FIELD[given[0]]
        why = f"A schedule of type {named} takes {wanted}, not {other}."
        raise InvalidSchedule(errors={other: [why]})
    return named or (given[0] if given else draft.schedule_type)


def _clear_other_types(draft: ScheduledJob, fields: Mapping[str, Any]) -> None:
    """A change of type drops what belonged to the old one, unless it was just given."""
    empty = {"cron_expression": "", "interval_seconds": None, "run_at": None}
    for kind, name in WHEN_FIELD.items():
        if kind != draft.schedule_type:
            setattr(draft, name, empty[name])
    if draft.schedule_type != ScheduleType.INTERVAL and "anchor_at" not in fields:
        draft.anchor_at = None


def _settle_times(draft: ScheduledJob) -> None:
    """Whole seconds everywhere; a wall-clock time becomes an instant of the zone."""
    faults: dict[str, list[str]] = {}
    for name in TIMES:
        value = getattr(draft, name)
        if not isinstance(value, datetime):
            continue
        try:
            setattr(draft, name, _instant(value, draft.timezone))
        except TimingError as error:
            # What is wrong with a local time is always said of `run_at`.
            field = name if error.field == "run_at" else error.field
            faults[field] = [str(error).replace("run_at", name, 1)]
    if faults:
        raise InvalidSchedule(errors=faults)


def _instant(value: datetime, zone: str) -> datetime:
    value = value.replace(microsecond=0)
    if value.tzinfo is None:
        return timing.resolve_local(value, zone)
    return value


def check_draft(draft: ScheduledJob, *, actor: Actor) -> Timing:
    """The draft's timing, if every field is right.

    Raises `InvalidSchedule` with all faults by field.
    """
    errors: dict[str, list[str]] = {}
    for check in _CHECKS:
        for field, why in check(draft):
            errors.setdefault(field, []).append(why)
    for field, why in _check_workflow(draft, actor):
        errors.setdefault(field, []).append(why)
    if not errors.keys() & set(TIMING_FIELDS):
        try:
            timing_of_draft = draft.timing
        except TimingError as error:
            errors.setdefault(error.field, []).append(str(error))
    if errors:
        raise InvalidSchedule(errors=errors)
    return timing_of_draft


def _check_name(draft: ScheduledJob) -> Faults:
    if not draft.name.strip():
        yield "name", "This field may not be blank."
    elif len(draft.name) > limits.NAME_LENGTH:
        yield "name", f"At most {limits.NAME_LENGTH} characters."
    elif any(unicodedata.category(char) == "Cc" for char in draft.name):
        yield "name", "Control characters are not allowed."
    if len(draft.description) > limits.DESCRIPTION_LENGTH:
        yield "description", f"At most {limits.DESCRIPTION_LENGTH} characters."
    elif "\x00" in draft.description:
        yield "description", "Null characters are not allowed."


def _check_numbers(draft: ScheduledJob) -> Faults:
    for name, (low, high) in limits.NUMBERS.items():
        value = getattr(draft, name)
        if value is None and name in NULLABLE:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            yield name, "A whole number is required."
        elif not low <= value <= high:
            yield name, f"Must be between {low} and {high}, not {value}."


def _check_choices(draft: ScheduledJob) -> Faults:
    for name, choices in (
        ("catchup_policy", CatchupPolicy),
        ("overlap_policy", OverlapPolicy),
    ):
        if getattr(draft, name) not in choices.values:
            yield name, f"Must be one of {', '.join(choices.values)}."


def _check_when(draft: ScheduledJob) -> Faults:
    if not draft.schedule_type:
        why = "Give exactly one of cron_expression, interval_seconds and run_at."
        yield "schedule_type", why
        return
    kind = ScheduleType(draft.schedule_type)
    if getattr(draft, WHEN_FIELD[kind]) in (None, ""):
        yield WHEN_FIELD[kind], f"A schedule of type {kind} needs it."
    if draft.anchor_at and kind != ScheduleType.INTERVAL:
        yield "anchor_at", "Only a schedule of type interval has an anchor."
    if draft.start_at and draft.end_at and draft.end_at < draft.start_at:
        yield "end_at", "Must not be before start_at."


def _check_payload(draft: ScheduledJob) -> Faults:
    payload = draft.trigger_payload
    if not isinstance(payload, dict):
        yield "trigger_payload", "Must be a JSON object."
        return
    if wrong := problem(payload, max_bytes=limits.PAYLOAD_BYTES):
        yield "trigger_payload", f"The payload {wrong}."


def _check_tags(draft: ScheduledJob) -> Faults:
    tags = draft.tags
    if not isinstance(tags, list) or len(tags) > limits.TAGS:
        yield "tags", f"Must be a list of at most {limits.TAGS} words."
    elif not all(
        isinstance(tag, str)
        and 0 < len(tag) <= limits.TAG_LENGTH
        and not any(unicodedata.category(char) == "Cc" for char in tag)
        for tag in tags
    ):
        yield "tags", f"Each tag is a text of 1 to {limits.TAG_LENGTH} characters."


def _check_workflow(draft: ScheduledJob, actor: Actor) -> Faults:
    if draft.workflow_id is None:
        yield "workflow", "This field is required."
        return
    if actor.user and not Workflow.objects.runnable_by(actor.user).filter(
        pk=draft.workflow_id
    ):
        yield "workflow", "You have no such workflow."
        return
    node = draft.trigger_node
    if node and node.workflow_id != draft.workflow_id:
        yield "trigger_node", "This node belongs to another workflow."
    elif node and node.component_type != "trigger_schedule":
        yield "trigger_node", "This node is no trigger_schedule node."


_CHECKS: tuple[Callable[[ScheduledJob], Faults], ...] = (
    _check_name,
    _check_numbers,
    _check_choices,
    _check_when,
    _check_payload,
    _check_tags,
)


def check_first_tick(
    draft: ScheduledJob, found: Timing, *, after: datetime
) -> datetime:
    """The first tick after `after`. Raises `InvalidSchedule` when there is none."""
    tick = timing.next_after(found, after)
    if tick is not None:
        return tick
    if draft.schedule_type == ScheduleType.ONCE:
        field, why = "run_at", "This time has passed: give one in the future."
        if draft.run_at and draft.run_at > after:
            why = "This time lies outside start_at and end_at."
    else:
        field, why = (
            "end_at",
            "No tick is left before it: the schedule would never run.",
        )
    raise InvalidSchedule(errors={field: [why]})


def check_note(note: str) -> None:
    """Raises `InvalidSchedule` for a note that is too long or cannot be stored."""
    if len(note) > limits.NOTE_LENGTH:
        raise InvalidSchedule(
            errors={"note": [f"At most {limits.NOTE_LENGTH} characters."]}
        )
    if "\x00" in note:
        raise InvalidSchedule(errors={"note": ["Null characters are not allowed."]})
