"""Every rule on a schedule's fields. Each yields the field and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schedules import limits, timing
from schedules.models import (
    CatchupPolicy,
    OverlapPolicy,
    ScheduledJob,
    ScheduleType,
)
from schedules.services.fields import NULLABLE, OF_TICKS, WHEN_FIELD
from schedules.services.texts import text_faults
from schedules.timing import TimingError
from workflows.json_value import problem
from workflows.models import Workflow, WorkflowNode

Faults = Iterator[tuple[str, str]]
# The same for what does not exist and for what is someone else's: neither is given away.
NO_WORKFLOW = "The owner of the schedule has no such workflow."
NO_NODE = "The workflow has no such node."
NO_TYPE = (
    "Give exactly one of cron_expression, interval_seconds and run_at; or schedule_type "
    "manual, for a schedule that runs only when asked."
)


def _texts(draft: ScheduledJob) -> Faults:
    if not draft.name.strip():
        yield "name", "This field may not be blank."
    for why in text_faults(draft.name, most=limits.NAME_LENGTH, one_line=True):
        yield "name", why
    for why in text_faults(draft.description, most=limits.DESCRIPTION_LENGTH):
        yield "description", why


def _numbers(draft: ScheduledJob) -> Faults:
    for name, (low, high) in limits.NUMBERS.items():
        value = getattr(draft, name)
        if value is None and name in NULLABLE:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            yield name, "A whole number is required."
        elif not low <= value <= high:
            yield name, f"Must be between {low} and {high}."


def _choices(draft: ScheduledJob) -> Faults:
    for name, choices in (
        ("catchup_policy", CatchupPolicy),
        ("overlap_policy", OverlapPolicy),
    ):
        if getattr(draft, name) not in choices.values:
            yield name, f"Must be one of {', '.join(choices.values)}."


def _timezone(draft: ScheduledJob) -> Faults:
    """Of every type: people read the times of an interval in it, too."""
    try:
        timing.check_timezone(draft.timezone)
    except TimingError as error:
        yield error.field, str(error)


def _when(draft: ScheduledJob) -> Faults:
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


def _of_ticks(draft: ScheduledJob) -> Faults:
    """What has no meaning where there are no ticks."""
    for name, nothing in OF_TICKS.items():
        if getattr(draft, name) != nothing:
            yield name, f"A schedule of type manual has no ticks: leave {name} out."


def _payload(draft: ScheduledJob) -> Faults:
    payload = draft.trigger_payload
    if not isinstance(payload, dict):
        yield "trigger_payload", "Must be a JSON object."
        return
    if wrong := problem(payload, max_bytes=limits.PAYLOAD_BYTES):
        yield "trigger_payload", f"The payload {wrong}."


def _tags(draft: ScheduledJob) -> Faults:
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
    return not any(text_faults(tag, most=limits.TAG_LENGTH, one_line=True))


def _workflow(draft: ScheduledJob) -> Faults:
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
    elif node.component_type != "trigger_schedule":
        yield "trigger_node", "This node is no trigger_schedule node."


_RULES: tuple[Callable[[ScheduledJob], Faults], ...] = (
    _texts,
    _numbers,
    _choices,
    _timezone,
    _when,
    _payload,
    _tags,
    _workflow,
)


def faults(draft: ScheduledJob) -> Faults:
    """Each fault of the draft's fields, with the name of the field.

    What is wrong with its timing is said by the timing itself.
    """
    for rule in _RULES:
        yield from rule(draft)
