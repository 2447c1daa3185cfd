"""Every rule on a schedule's fields and on free text: each fault, with its field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import TextField

from schedules import limits, timing
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleType
from schedules.services.drafts.fields import FIELDS, WHEN_FIELD, FieldSpec, Kind
from schedules.timing import TimingError
from triggers.resolver import TriggerResolver
from workflows.kit.json_value import problem, text_problem
from workflows.models import Workflow, WorkflowNode

Problems = Iterator[tuple[str, str]]
TRIGGER = TriggerResolver.component_types["schedule"]
# The same for what does not exist and for what is someone else's: neither is given away.
NO_WORKFLOW = "The owner of the schedule has no such workflow."
NO_NODE = "The workflow has no such node."
NO_TYPE = (
    "Give exactly one of cron_expression, interval_seconds and run_at; or schedule_type "
    "manual, for a schedule that runs only when asked."
)


def _values(draft: ScheduledJob) -> Problems:
    """By the table alone: what is too long, out of bounds or none of the choices."""
    for field in FIELDS.values():
        value = getattr(draft, field.column.attname)
        if (rule := _BY_KIND.get(field.kind)) and not field.implied:
            for why in rule(field, value):
                yield field.name, why


def _text(field: FieldSpec, value: str) -> Iterator[str]:
    if field.required and not value.strip():
        yield "This field may not be blank."
    yield from text_problems(
        value,
        most=field.column.max_length,
        one_line=not isinstance(field.column, TextField),
    )


def _number(field: FieldSpec, value: object) -> Iterator[str]:
    if value is None and field.column.null:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        yield "A whole number is required."
    elif field.bounds and not field.bounds[0] <= value <= field.bounds[1]:
        yield f"Must be between {field.bounds[0]} and {field.bounds[1]}."


def _choice(field: FieldSpec, value: object) -> Iterator[str]:
    if value not in field.choices:
        yield f"Must be one of {', '.join(field.choices)}."


_BY_KIND: dict[Kind, Callable[[FieldSpec, Any], Iterator[str]]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.CHOICE: _choice,
}


def _timezone(draft: ScheduledJob) -> Problems:
    """Of every type: people read the times of an interval in it, too."""
    try:
        timing.check_timezone(draft.timezone)
    except TimingError as error:
        yield error.field, str(error)


def _when(draft: ScheduledJob) -> Problems:
    if not draft.schedule_type:
        yield "schedule_type", NO_TYPE
        return
    kind = ScheduleType(draft.schedule_type)
    if kind == ScheduleType.MANUAL:
        yield from _of_ticks(draft)
    elif getattr(draft, WHEN_FIELD[kind]) in (None, ""):
        yield WHEN_FIELD[kind], f"A schedule of type {kind} needs it."
    if draft.anchor_at and kind != ScheduleType.INTERVAL:
        yield "anchor_at", "Only a schedule of type interval has an anchor."
    if draft.start_at and draft.end_at and draft.end_at < draft.start_at:
        yield "end_at", "Must not be before start_at."


def _of_ticks(draft: ScheduledJob) -> Problems:
    """What has no meaning where there are no ticks."""
    for field in FIELDS.values():
        name = field.name
        if field.of_ticks and getattr(draft, name) != field.column.get_default():
            yield name, f"A schedule of type manual has no ticks: leave {name} out."


def _payload(draft: ScheduledJob) -> Problems:
    payload = draft.trigger_payload
    if not isinstance(payload, dict):
        yield "trigger_payload", "Must be a JSON object."
        return
    if wrong := problem(payload, max_bytes=limits.PAYLOAD_BYTES):
        yield "trigger_payload", f"The payload {wrong}."


def _tags(draft: ScheduledJob) -> Problems:
    tags = draft.tags
    if not isinstance(tags, list) or len(tags) > limits.TAGS:
        yield "tags", f"Must be a list of at most {limits.TAGS} words."
    elif not all(map(_is_tag, tags)):
        why = f"Each tag is one line of 1 to {limits.TAG_LENGTH} characters"
        yield "tags", f"{why}, without white space at its ends."
    elif len(set(tags)) < len(tags):
        yield "tags", "No tag may come twice."


def _is_tag(tag: object) -> bool:
    if not isinstance(tag, str) or not tag or tag != tag.strip():
        return False
    return not any(text_problems(tag, most=limits.TAG_LENGTH, one_line=True))


def _workflow(draft: ScheduledJob) -> Problems:
    if draft.workflow_id is None:
        yield "workflow", "This field is required."
        return
    # The owner, not the actor: nobody's schedule starts what its owner may not run.
    mine = Workflow.objects.runnable_by(draft.owner)
    if not mine.filter(pk=draft.workflow_id).exists():
        yield "workflow", NO_WORKFLOW
        return
    if draft.trigger_node_id is None:
        return
    node = WorkflowNode.objects.filter(
        pk=draft.trigger_node_id, workflow=draft.workflow_id
    ).first()
    if node is None:
        yield "trigger_node", NO_NODE
    elif node.component_type != TRIGGER:
        yield "trigger_node", f"This node is not a {TRIGGER} node."


_RULES: tuple[Callable[[ScheduledJob], Problems], ...] = (
    _values,
    _timezone,
    _when,
    _payload,
    _tags,
    _workflow,
)


def problems(draft: ScheduledJob) -> Problems:
    """Each fault of the draft's fields, with the name of the field.

    What is wrong with its timing is said by the timing itself.
    """
    for rule in _RULES:
        yield from rule(draft)


def text_problems(
    text: str, *, most: int | None, one_line: bool = False
) -> Iterator[str]:
    """Why `text` cannot be saved; nothing if it can."""
    if most is not None and len(text) > most:
        yield f"At most {most} characters."
    if why := text_problem(text, one_line=one_line):
        yield why


def check_text(field: str, text: str, *, most: int, one_line: bool = False) -> None:
    """Raises `InvalidSchedule` for a text that is too long or cannot be stored."""
    problems = list(text_problems(text, most=most, one_line=one_line))
    if problems:
        raise InvalidSchedule(errors={field: problems})


def check_note(note: str) -> None:
    """Raises `InvalidSchedule` for a note that is too long or no line of text."""
    check_text("note", note, most=limits.NOTE_LENGTH, one_line=True)
