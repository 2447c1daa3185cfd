"""What can be wrong with a schedule's fields: every rule, in one place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from schedules import limits
from schedules.exceptions import InvalidSchedule
from schedules.models import (
    CatchupPolicy,
    OverlapPolicy,
    ScheduledJob,
    ScheduleType,
)
from schedules.services.actor import Actor
from schedules.services.fields import NULLABLE, WHEN_FIELD
from workflows.json_value import UNSTORABLE, problem
from workflows.models import Workflow

Faults = Iterator[tuple[str, str]]


def faults(draft: ScheduledJob) -> Faults:
    """Each fault of the draft's fields, with the name of the field.

    What is wrong with its timing is said by the timing itself.
    """
    for check in _CHECKS:
        yield from check(draft)


def workflow_faults(draft: ScheduledJob, actor: Actor) -> Faults:
    """Whether the actor may run the workflow: asked when one is chosen."""
    if draft.workflow_id is None:
        yield "workflow", "This field is required."
    elif actor.user and not Workflow.objects.runnable_by(actor.user).filter(
        pk=draft.workflow_id
    ):
        yield "workflow", "You have no such workflow."


def _check_texts(draft: ScheduledJob) -> Faults:
    if not draft.name.strip():
        yield "name", "This field may not be blank."
    if wrong := line_fault(draft.name, limits.NAME_LENGTH):
        yield "name", wrong
    if wrong := text_fault(draft.description, limits.DESCRIPTION_LENGTH):
        yield "description", wrong


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
        return
    for tag in tags:
        wrong = "Each tag is a text."
        if isinstance(tag, str):
            wrong = line_fault(tag, limits.TAG_LENGTH) or ""
        if wrong or not tag:
            yield "tags", wrong or "A tag may not be empty."
            return


def _check_trigger_node(draft: ScheduledJob) -> Faults:
    node = draft.trigger_node
    if node and node.workflow_id != draft.workflow_id:
        yield "trigger_node", "This node belongs to another workflow."
    elif node and node.component_type != "trigger_schedule":
        yield "trigger_node", "This node is no trigger_schedule node."


_CHECKS: tuple[Callable[[ScheduledJob], Faults], ...] = (
    _check_texts,
    _check_numbers,
    _check_choices,
    _check_when,
    _check_payload,
    _check_tags,
    _check_trigger_node,
)


def check_note(note: str) -> None:
    """Raises `InvalidSchedule` for a note that is too long or cannot be stored."""
    if wrong := text_fault(note, limits.NOTE_LENGTH):
        raise InvalidSchedule(errors={"note": [wrong]})


def text_fault(text: str, longest: int) -> str | None:
    """Why this text cannot be stored; None if it can."""
    if len(text) > longest:
        return f"At most {longest} characters."
    if UNSTORABLE.search(text):
        return "It holds a character that cannot be stored."
    return None


def line_fault(text: str, longest: int) -> str | None:
    """The same for a text of one line."""
    if any(unicodedata.category(char) == "Cc" for char in text):
        return "Control characters are not allowed."
    return text_fault(text, longest)
