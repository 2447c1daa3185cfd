"""The tools that change schedules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.db import transaction

from schedules import limits, services
from schedules.models import ActorKind, ScheduledJob, Status
from schedules.services.drafts.draft import differing
from schedules.services.drafts.fields import FIELDS, Door, fields_at
from schedules.tools.arguments import (
    CatchUp,
    Note,
    ScheduleId,
    actor_of,
    fields_of,
    id_of,
    own_schedule,
    zone_of,
)
from schedules.tools.declaration import schedule_tool
from schedules.tools.results import Counts, Standing, counts, standing, utc
from workflows.schemas.declare import keywords
from workflows.scopes import Scope
from workflows.tools import Hints, ToolContext

CHANGES = {"read_only": False, "open_world": False}


@schedule_tool(
    "Create a schedule",
    Scope.EDIT,
    Hints(destructive=False, idempotent=False, **CHANGES),
    fields_at(Door.TOOLS),
)
def schedule_create(
    context: ToolContext,
    *,
    status: Annotated[
        Literal["active", "paused"], "A paused one runs only once it is resumed."
    ] = "active",
    idempotency_key: Annotated[
        str | None,
        keywords(maxLength=limits.IDEMPOTENCY_KEY_LENGTH),
        "A word of your own: the same word again gives the same schedule, not a second.",
    ] = None,
    dry_run: Annotated[
        bool, "Only check, and tell what would be; write nothing."
    ] = False,
    **asked: Any,
) -> Standing:
    """Have a workflow run later, once or again and again.

    Give exactly one of cron_expression, interval_seconds and run_at, or the schedule_type
    manual: that says what kind of schedule it is. Look with schedule_list first whether the
    user has one like it already, and with dry_run whether the sentence and the next ticks
    are what the user wants. Every schedule with times that you create ends by itself. Where
    the user wants to approve, it is a proposal (awaits_approval) that runs only once a
    person has resumed it: say so.
    """
    fields = fields_of(asked, context)
    fields["timezone"] = fields.get("timezone") or zone_of(context)
    # One transaction, so that a dry run is the same work, taken back.
    with transaction.atomic():
        made = services.create_or_find(
            fields,
            actor=actor_of(context),
            now=context.clock(),
            # A dry run checks what is asked, also where the key has been used.
            idempotency_key=None if dry_run else idempotency_key,
            status=status,
        )
        notes = _dry(dry_run=dry_run)
        if not made.is_new:
            notes = _found(made.schedule, fields, status)
        result = standing(made.schedule, context, notes=notes)
        if dry_run:
            transaction.set_rollback(True)
            result["id"] = None
    return result


@schedule_tool(
    "Pause a schedule",
    Scope.OPERATE,
    Hints(destructive=False, idempotent=True, **CHANGES),
)
def schedule_pause(
    context: ToolContext, *, schedule_id: ScheduleId, note: Note = ""
) -> Standing:
    """Keep a schedule from running until it is resumed.

    Runs that wait to start are skipped; what is under way goes on. Nothing is lost: prefer
    this to schedule_stop whenever the user may want it back.
    """
    schedule = services.pause_schedule(
        id_of(schedule_id), actor=actor_of(context), now=context.clock(), note=note
    )
    return standing(schedule, context)


@schedule_tool(
    "Resume a schedule",
    Scope.OPERATE,
    Hints(destructive=False, idempotent=True, **CHANGES),
)
def schedule_resume(
    context: ToolContext,
    *,
    schedule_id: ScheduleId,
    catch_up: CatchUp = "none",
    note: Note = "",
) -> Standing:
    """Let a paused schedule run again, from its next tick on.

    What was due while it was paused does not run, unless catch_up says so. A proposal
    (awaits_approval) is resumed by a person only.
    """
    resumed = services.resume_schedule(
        id_of(schedule_id),
        actor=actor_of(context),
        now=context.clock(),
        note=note,
        catch_up=catch_up,
    )
    notes = []
    if resumed.passed:
        notes = [
            f"{resumed.passed} ticks passed while it was paused; {resumed.caught_up} of "
            "them run now."
        ]
    return standing(resumed.schedule, context, notes=notes)


class Stopped(Counts):
    id: str
    name: str
    status: Annotated[Literal["deleted"], "It is gone for good; its history stays."]


@schedule_tool(
    "Stop a schedule for good",
    Scope.EDIT,
    Hints(destructive=True, idempotent=True, **CHANGES),
)
def schedule_stop(
    context: ToolContext, *, schedule_id: ScheduleId, note: Note = ""
) -> Stopped:
    """Delete a schedule for good. This cannot be undone; schedule_pause can.

    Runs that wait to start are cancelled, what is under way finishes, and the history
    stays. Do it only if the user wants the schedule gone.
    """
    schedule = own_schedule(context, schedule_id)
    actor = actor_of(context)
    services.stop_schedule(schedule.pk, actor=actor, now=context.clock(), note=note)
    return {
        "id": str(id_of(schedule_id)),
        "name": schedule.name,
        "status": "deleted",
        **counts(actor),
    }


def _dry(*, dry_run: bool) -> list[str]:
    return ["This was a dry run: nothing was written."] if dry_run else []


# Left out, each means what the schedule says, or the latest that is allowed.
OPEN = ("schedule_type", "cron_expression", "interval_seconds", "run_at", "end_at")


def _found(schedule: ScheduledJob, fields: Mapping[str, Any], status: str) -> list[str]:
    """What is told of a key that has made a schedule before."""
    asked = {
        field.name: fields.get(field.name, field.column.get_default())
        for field in fields_at(Door.TOOLS)
        if field.name in fields or field.name not in OPEN
    }
    who = "an agent" if schedule.created_by_kind == ActorKind.AGENT else "a person"
    notes = [
        f"Nothing was made: with this idempotency_key {who} made the schedule below on "
        f"{utc(schedule.created_at)}, which is {schedule.status}."
    ]
    other = differing(schedule, asked, now=schedule.created_at)
    if status == Status.PAUSED and schedule.status == Status.ACTIVE:
        other.append("status")
    if other:
        named = ", ".join(
            FIELDS[name].argument if name in FIELDS else name for name in other
        )
        notes.append(
            f"It differs from what was asked for in {named}. Another idempotency_key makes "
            "another schedule."
        )
    return notes
