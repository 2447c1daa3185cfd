"""The arguments of the tools: their types, their descriptions for models, and their parsing.

The fields of a schedule come from the field table.
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
    from workflows.kit.users import User

MOST_NAMED = 20

ScheduleId = Annotated[
    str, keywords(maxLength=36), "The id of the schedule, as returned by schedule_list."
]
WorkflowName = Annotated[
    str,
    keywords(minLength=1, maxLength=MAX_NAME),
    "The id or the exact name of the workflow, as returned by schedule_list.",
]
Note = Annotated[
    str,
    keywords(maxLength=limits.NOTE_LENGTH),
    "The reason, for people who read the history.",
]
CatchUp = Annotated[
    Literal["none", "latest"],
    "latest: run the latest of the runs that were missed during the pause now; the others "
    "are recorded as skipped. Refused if the next run is too close.",
]


def argument(field: FieldSpec) -> dict[str, Any]:
    """The JSON schema of a field of the table. Null means the same as leaving it out."""
    low, high = field.bounds or (None, None)
    kinds: dict[Kind, dict[str, Any]] = {
        Kind.TEXT: {"type": "string", "maxLength": field.column.max_length},
        Kind.TIME: {"type": "string", "maxLength": 40},
        Kind.NUMBER: {"type": "integer", "minimum": low, "maximum": high},
        Kind.CHOICE: {"enum": field.choices},
        Kind.WORKFLOW: {"type": "string", "maxLength": MAX_NAME},
        Kind.OBJECT: {"type": "object", "additionalProperties": {}},
    }
    description = field.help_at(Door.TOOLS)
    if field.kind is Kind.TIME:
        description += " ISO 8601, such as 2026-01-31T09:00:00+01:00; in the time zone if it has no offset."
    if field.required:
        return {**kinds[field.kind], "minLength": 1, "description": description}
    return {"anyOf": [kinds[field.kind], {"type": "null"}], "description": description}


def fields_of(arguments: Mapping[str, Any], context: ToolContext) -> dict[str, Any]:
    """The arguments as the services take them, without those that are missing or null."""
    fields: dict[str, Any] = {}
    for field in fields_at(Door.TOOLS):
        value = arguments.get(field.argument)
        if value is not None and field.kind is Kind.TIME:
            value = instant(field.name, value)
        elif value is not None and field.kind is Kind.WORKFLOW:
            value = workflow_of(context.user, value)
        if value is not None:
            fields[field.name] = value
    return fields


def actor_of(context: ToolContext) -> Actor:
    """Every caller of a tool counts as an agent, even a step that a person has added."""
    return Actor.agent(context.user, context.execution_id)


def id_of(schedule_id: str) -> UUID:
    """Parse the id. Raises `ToolRefused` if it is not a UUID."""
    try:
        return UUID(schedule_id)
    except ValueError:
        raise ToolRefused(
            f"{schedule_id!r} is not a valid schedule id.",
            code="invalid_arguments",
            field="schedule_id",
            remedy="schedule_list returns the ids.",
        ) from None


def own_schedule(context: ToolContext, schedule_id: str) -> ScheduledJob:
    """The user's own schedule. Raises `ScheduleNotFound`."""
    mine = ScheduledJob.objects.filter(owner=context.user).select_related("workflow")
    schedule = mine.filter(pk=id_of(schedule_id)).first()
    if schedule is None:
        raise ScheduleNotFound
    return schedule


def instant(field: str, text: str | None) -> datetime | None:
    """Parse a time in ISO 8601, with or without an offset. Raises `ToolRefused`."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
        as_utc = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except ValueError:
        raise _invalid_time(field, "is not a valid date and time") from None
    except OverflowError:
        raise _invalid_time(field, "is outside the calendar") from None
    if not zones.EARLIEST <= as_utc <= zones.LATEST:
        raise _invalid_time(field, "is outside the calendar")
    return time


def _invalid_time(field: str, problem: str) -> ToolRefused:
    return ToolRefused(
        f"{field} {problem}.",
        code="invalid_arguments",
        field=field,
        remedy="Give a time such as 2026-01-31T09:00:00+01:00.",
    )


def zone_of(context: ToolContext) -> str | None:
    """The time zone of the user's profile; None if the site's applies."""
    profile = UserProfile.objects.filter(user=context.user).first()
    return profile.timezone if profile and profile.timezone else None


def workflow_of(user: User, id_or_name: str) -> Workflow:
    """The user's own workflow. Raises `ToolRefused`, which lists the user's workflows."""
    mine = Workflow.objects.drawn().filter(owner=user)
    found = list(mine.filter(name=id_or_name)[:2]) or _by_id(user, id_or_name)
    if len(found) == 1:
        return found[0]
    named = [f"{each.name} ({each.pk})" for each in mine.order_by("name")[:MOST_NAMED]]
    raise ToolRefused(
        "More than one workflow has this name."
        if found
        else "The user has no workflow with this id or name.",
        code="no_workflow",
        field="workflow",
        remedy=f"Give the id of one of these: {', '.join(named)}."
        if named
        else "Ask the user to create a workflow first.",
    )


def _by_id(user: User, text: str) -> list[Workflow]:
    try:
        return list(Workflow.objects.drawn().filter(owner=user, pk=UUID(text)))
    except ValueError:
        return []
