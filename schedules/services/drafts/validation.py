"""Validation of a schedule's fields and of free text: each problem, with its field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import TextField

from schedules import limits, timing
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleType
from schedules.services.drafts.facts import TRIGGER, Facts
from schedules.services.drafts.fields import FIELDS, WHEN_FIELD, FieldSpec, Kind
from schedules.timing import TimingError
from workflows.kit.json_value import problem, text_problem
from workflows.run_on import RunOn

Problems = Iterator[tuple[str, str]]
# One text for rows that do not exist and for rows of others, so that neither is revealed.
NO_WORKFLOW = "This is not the id of a workflow that the owner of the schedule may run."
NO_NODE = "This is not the id of a node of the workflow."
TAGS = f"Give a list of at most {limits.TAGS} words."
NO_TICKS = "A schedule of type manual has no ticks: leave {field} out."
NO_TARGET = (
    "Give exactly one of workflow and call: a workflow to run, or the name of a function, a "
    "task or a management command to call."
)
NO_CALL = "Only a schedule that calls has arguments: give call, or {} for a workflow."
NO_TEXT = "Give a text, or leave it out: not {given!r:.100}."
NO_TYPE = (
    "Give exactly one of cron_expression, interval_seconds and run_at, or schedule_type "
    "manual for a schedule that runs only on request."
)


def _values(draft: ScheduledJob) -> Problems:
    """Values that the table of fields rules out: too long, out of bounds, not a choice."""
    for field, attname, rule in _CHECKED:
        for why in rule(field, getattr(draft, attname)):
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
        yield "Give a whole number."
    elif field.bounds and not field.bounds[0] <= value <= field.bounds[1]:
        low, high = field.bounds
        unit = " seconds" if field.name.endswith("_seconds") else ""
        yield f"Must be between {low:,} and {high:,}{unit}."


def _choice(field: FieldSpec, value: object) -> Iterator[str]:
    if value not in field.choices:
        yield not_a_choice(field.choices)


def not_a_choice(choices: Iterable[str]) -> str:
    """The problem of any value that is not one of `choices`."""
    return f"This is not a valid choice: give one of {', '.join(choices)}."


_BY_KIND: dict[Kind, Callable[[FieldSpec, Any], Iterator[str]]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.CHOICE: _choice,
}
_CHECKED = [
    (field, field.attname, _BY_KIND[field.kind])
    for field in FIELDS.values()
    if field.kind in _BY_KIND and not field.implied
]


def _timezone(draft: ScheduledJob) -> Problems:
    """Required for every type: the times of an interval are shown in it, too."""
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
        yield WHEN_FIELD[kind], f"A schedule of type {kind} requires this field."
    if draft.anchor_at and kind != ScheduleType.INTERVAL:
        yield (
            "anchor_at",
            f"A schedule of type {kind} has no anchor: leave anchor_at out.",
        )
    if draft.start_at and draft.end_at and draft.end_at < draft.start_at:
        yield "end_at", "Must not be before start_at."


def _of_ticks(draft: ScheduledJob) -> Problems:
    """Fields that are meaningless without ticks."""
    for field in FIELDS.values():
        name = field.name
        if field.of_ticks and getattr(draft, name) != field.column.get_default():
            yield name, NO_TICKS.format(field=name)


def _payload(draft: ScheduledJob) -> Problems:
    for name, words in (
        ("trigger_payload", "The payload {}."),
        ("arguments", "This value {}."),
    ):
        value = getattr(draft, name)
        if not isinstance(value, dict):
            yield name, words.format("must be a JSON object")
        elif value and (found := problem(value, max_bytes=limits.PAYLOAD_BYTES)):
            yield name, words.format(found)


def _tags(draft: ScheduledJob) -> Problems:
    for why in tag_problems(draft.tags):
        yield "tags", why


def tag_problems(tags: object) -> Iterator[str]:
    """Why these cannot be the tags of a schedule. Yields nothing if they can."""
    if not isinstance(tags, list | tuple) or len(tags) > limits.TAGS:
        yield TAGS
    elif not all(map(_is_tag, tags)):
        why = f"A tag is one line of 1 to {limits.TAG_LENGTH} characters"
        yield f"{why}, without white space at either end."
    elif len(set(tags)) < len(tags):
        yield "Each tag may be given only once."


def _is_tag(tag: object) -> bool:
    if not isinstance(tag, str) or not tag or tag != tag.strip():
        return False
    return not any(text_problems(tag, most=limits.TAG_LENGTH, one_line=True))


def _call(draft: ScheduledJob) -> Problems:
    """Fields that belong to a call, of a schedule that runs a workflow, and the reverse."""
    if not draft.call:
        if draft.arguments:
            yield "arguments", NO_CALL.format("trigger_payload")
        if draft.run_on != RunOn.WORKER:
            yield "run_on", "Only what is called runs elsewhere: leave it out."
        return
    if draft.trigger_payload:
        why = "A schedule that calls has no payload: give arguments instead."
        yield "trigger_payload", why
    if draft.trigger_node_id is not None:
        yield "trigger_node", "A schedule that calls has no trigger node: leave it out."


def _workflow(draft: ScheduledJob, facts: Facts) -> Problems:
    if draft.call:
        return  # its workflow is made by the system
    if draft.workflow_id is None:
        yield "workflow", NO_TARGET
        return
    # The owner's rights count, not the actor's: the schedule runs on behalf of its owner.
    if not facts.may_run(draft.owner, draft.workflow_id):
        yield "workflow", NO_WORKFLOW
        return
    if draft.trigger_node_id is None:
        return
    # A removed node stays the trigger node of its schedules; none can choose it.
    node = facts.node(draft.trigger_node_id, draft.workflow_id)
    if node is None:
        yield "trigger_node", NO_NODE
    elif node.component_type != TRIGGER:
        yield (
            "trigger_node",
            f"This node is not a {TRIGGER} node: give one that is, or none.",
        )


_RULES: tuple[Callable[[ScheduledJob], Problems], ...] = (
    _values,
    _timezone,
    _when,
    _payload,
    _tags,
    _call,
)


def problems(draft: ScheduledJob, facts: Facts | None = None) -> Problems:
    """Each problem of the draft, with the name of its field.

    Except those of the timing, which are found when the timing is made.
    """
    for rule in _RULES:
        yield from rule(draft)
    yield from _workflow(draft, facts or Facts())


def own_problems(draft: ScheduledJob) -> Problems:
    """The problems of those fields in which schedules differ that are otherwise alike."""
    for field in (FIELDS["name"], FIELDS["description"]):
        for why in _text(field, getattr(draft, field.name)):
            yield field.name, why
    yield from _payload(draft)
    yield from _call(draft)


def text_problems(
    text: str, *, most: int | None, one_line: bool = False
) -> Iterator[str]:
    """Why `text` cannot be saved. Yields nothing if it can."""
    if most is not None and len(text) > most:
        yield f"Give at most {most} characters."
    if why := text_problem(text, one_line=one_line):
        yield why


def check_text(field: str, text: str, *, most: int, one_line: bool = False) -> None:
    """Raises `InvalidSchedule` for a text that is too long or cannot be stored, and for what
    is none."""
    given: object = text
    if not isinstance(given, str):
        raise InvalidSchedule(errors={field: [NO_TEXT.format(given=given)]})
    found = list(text_problems(text, most=most, one_line=one_line))
    if found:
        raise InvalidSchedule(errors={field: found})


def check_note(note: str) -> None:
    """Raises `InvalidSchedule` for a note that is too long or not one line of text."""
    check_text("note", note, most=limits.NOTE_LENGTH, one_line=True)
