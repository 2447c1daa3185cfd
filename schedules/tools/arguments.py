"""What the tools take: types with what a model reads of them, and how they are read.

The fields of a schedule are taken as the table of the fields says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from schedules import limits
from schedules.exceptions import ScheduleNotFound
from schedules.models import ScheduledJob, UserProfile
from schedules.services import Actor
from schedules.services.drafts.fields import Door, FieldSpec, Kind, fields_at
from schedules.timing import zones
from workflows.exceptions import ToolRefused
from workflows.models import Workflow
from workflows.schemas.declare import keywords
from workflows.services.definition import MAX_NAME
from workflows.tools import ToolContext

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_NAMED = 20

ScheduleId = Annotated[
    str, keywords(maxLength=36), "The id of the schedule, as schedule_list gives it."
]
WorkflowName = Annotated[
    str,
    keywords(minLength=1, maxLength=MAX_NAME),
    "The workflow: its id, or its exact name, as schedule_list gives them.",
]
Note = Annotated[
    str, keywords(maxLength=limits.NOTE_LENGTH), "Why; people read it in the history."
]
CatchUp = Annotated[
    Literal["none", "latest"],
    "Whether the latest of the ticks that passed meanwhile runs now; the others are "
    "recorded as skipped. Refused where the next tick is too near.",
]


def argument(field: FieldSpec) -> dict[str, Any]:
    """The JSON schema of a field of the table: null is the same as leaving it out."""
    low, high = field.bounds or (None, None)
    kinds: dict[Kind, dict[str, Any]] = {
        Kind.TEXT: {"type": "string", "maxLength": field.column.max_length},
        Kind.TIME: {"type": "string", "maxLength": 40},
        Kind.NUMBER: {"type": "integer", "minimum": low, "maximum": high},
        Kind.CHOICE: {"enum": field.choices},
        Kind.WORKFLOW: {"type": "string", "maxLength": MAX_NAME},
        Kind.OBJECT: {"type": "object", "additionalProperties": {}},
    }
    said = field.help_at(Door.TOOLS)
    if field.kind is Kind.TIME:
        said += " 2026-01-31T09:00:00+01:00, or without offset in `timezone`."
    if field.required:
        return {**kinds[field.kind], "minLength": 1, "description": said}
    return {"anyOf": [kinds[field.kind], {"type": "null"}], "description": said}


def fields_of(asked: Mapping[str, Any], context: ToolContext) -> dict[str, Any]:
    """The arguments as the services take them, without those that were left out."""
    fields: dict[str, Any] = {}
    for field in fields_at(Door.TOOLS):
        value = asked.get(field.argument)
        if value is not None and field.kind is Kind.TIME:
            value = instant(field.name, value)
        elif value is not None and field.kind is Kind.WORKFLOW:
            value = workflow_of(context.user, value)
        if value is not None:
            fields[field.name] = value
    return fields


def actor_of(context: ToolContext) -> Actor:
    """Whoever calls a tool is an agent, even a step that a person has drawn."""
    return Actor.agent(context.user, context.execution_id)


def id_of(schedule_id: str) -> UUID:
    """Raises `ToolRefused` for what is no id."""
    try:
        return UUID(schedule_id)
    except ValueError:
        raise ToolRefused(
            "This is no id of a schedule.",
            code="invalid_arguments",
            field="schedule_id",
            remedy="schedule_list gives the ids.",
        ) from None


def own_schedule(context: ToolContext, schedule_id: str) -> ScheduledJob:
    """The user's own schedule, to be read. Raises `ScheduleNotFound`."""
    mine = ScheduledJob.objects.filter(owner=context.user).select_related("workflow")
    schedule = mine.filter(pk=id_of(schedule_id)).first()
    if schedule is None:
        raise ScheduleNotFound
    return schedule


def instant(field: str, text: str | None) -> datetime | None:
    """A time as it was written, with an offset or without one."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
        as_utc = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except ValueError:
        raise _no_time(field, "is no date and time") from None
    except OverflowError:
        raise _no_time(field, "is outside the calendar") from None
    if not zones.EARLIEST <= as_utc <= zones.LATEST:
        raise _no_time(field, "is outside the calendar")
    return time


def _no_time(field: str, why: str) -> ToolRefused:
    return ToolRefused(
        f"{field} {why}.",
        code="invalid_arguments",
        field=field,
        remedy="Give it like 2026-01-31T09:00:00+01:00.",
    )


def zone_of(context: ToolContext) -> str | None:
    """The user's own zone; None where the site's is used."""
    profile = UserProfile.objects.filter(user=context.user).first()
    return profile.timezone if profile and profile.timezone else None


def workflow_of(user: User, id_or_name: str) -> Workflow:
    """The user's own workflow. Raises `ToolRefused`, which names those there are."""
    mine = Workflow.objects.filter(owner=user)
    found = list(mine.filter(name=id_or_name)[:2]) or _by_id(user, id_or_name)
    if len(found) == 1:
        return found[0]
    named = [f"{each.name} ({each.pk})" for each in mine.order_by("name")[:MOST_NAMED]]
    raise ToolRefused(
        "More than one workflow has this name."
        if found
        else "The user has no such workflow.",
        code="no_workflow",
        field="workflow",
        remedy=f"Give the id of one of: {', '.join(named) or 'none, make one first'}.",
    )


def _by_id(user: User, text: str) -> list[Workflow]:
    try:
        return list(Workflow.objects.filter(owner=user, pk=UUID(text)))
    except ValueError:
        return []
