"""The tools that change schedules: `schedule_create`, `_pause`, `_resume`, `_stop`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.db import transaction

from schedules import limits, services
from schedules.models import ActorKind, ScheduledJob, Status
from schedules.services.drafts.draft import differing
from schedules.services.drafts.fields import FIELDS, Door, fields_at
from schedules.services.insight.sentences import passed_sentence
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
from schedules.tools.results import Counts, State, counts, state_of, utc
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
        Literal["active", "paused"],
        "A paused schedule does not run until someone resumes it.",
    ] = "active",
    idempotency_key: Annotated[
        str | None,
        keywords(maxLength=limits.IDEMPOTENCY_KEY_LENGTH),
        "A key that you choose. A retry with the same key returns the same schedule.",
    ] = None,
    dry_run: Annotated[
        bool, "Check the request and return the result without saving anything."
    ] = False,
    **given: Any,
) -> State:
    """Schedule a workflow to run, or a function to be called, later, once or repeatedly.

    Give either workflow, or call with arguments. Give exactly one of cron_expression, interval_seconds and run_at, or schedule_type
    manual. First check with schedule_list that there is no similar schedule, and with
    dry_run that the sentence and the next ticks are what the user wants. Every schedule with
    times that you create has an end. If the user must approve schedules, it is a proposal
    (awaits_approval) that does not run until a person approves it: inform the user.
    """
    fields = fields_of(given, context)
    fields["timezone"] = fields.get("timezone") or zone_of(context)
    return _create(fields, context, status, idempotency_key, dry_run=dry_run)


def _create(
    fields: dict[str, Any],
    context: ToolContext,
    status: str,
    idempotency_key: str | None,
    *,
    dry_run: bool,
) -> State:
    # One transaction, so that a dry run does the same and is rolled back.
    with transaction.atomic():
        made = services.create_or_find(
            fields,
            actor=actor_of(context),
            now=context.clock(),
            # A dry run checks the request even if the key has been used.
            idempotency_key=None if dry_run else idempotency_key,
            status=status,
        )
        notes = ["This was a dry run: nothing was saved."] if dry_run else []
        if not made.is_new:
            notes = _found(made.schedule, fields, status)
        result = state_of(made.schedule, context, notes=notes)
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
) -> State:
    """Pause a schedule until it is resumed.

    Runs that have not started are skipped; running ones continue. The schedule is kept:
    prefer this to schedule_stop if the user may want it again.
    """
    schedule = services.pause_schedule(
        id_of(schedule_id), actor=actor_of(context), now=context.clock(), note=note
    )
    return state_of(schedule, context)


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
) -> State:
    """Resume a paused schedule from its next tick on.

    Ticks that passed during the pause do not run, unless catch_up is latest. A
    proposal (awaits_approval) is not resumed: only a person approves it.
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
        notes = [passed_sentence(resumed.passed, resumed.caught_up)]
    return state_of(resumed.schedule, context, notes=notes)


class Stopped(Counts):
    id: str
    name: str
    status: Annotated[Literal["deleted"], "It cannot be restored; its history is kept."]


@schedule_tool(
    "Stop a schedule for good",
    Scope.EDIT,
    Hints(destructive=True, idempotent=True, **CHANGES),
)
def schedule_stop(
    context: ToolContext, *, schedule_id: ScheduleId, note: Note = ""
) -> Stopped:
    """Delete a schedule for good. This cannot be undone; schedule_pause can.

    Runs that have not started are cancelled, running ones finish, and the history is kept.
    Do this only if the user wants the schedule deleted.
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


# If left out, these follow from the other fields or from the limits of agents.
DERIVED = ("schedule_type", "cron_expression", "interval_seconds", "run_at", "end_at")


def _found(schedule: ScheduledJob, fields: Mapping[str, Any], status: str) -> list[str]:
    """Notes on a schedule that an earlier request with the same key has created."""
    requested = {
        field.name: fields.get(field.name, field.column.get_default())
        for field in fields_at(Door.TOOLS)
        if field.name in fields or field.name not in DERIVED
    }
    who = "an agent" if schedule.created_by_kind == ActorKind.AGENT else "a person"
    notes = [
        f"Nothing was created: {who} used this idempotency_key at "
        f"{utc(schedule.created_at)} to create this schedule, which is {schedule.status}."
    ]
    other = differing(schedule, requested, now=schedule.created_at)
    if status == Status.PAUSED and schedule.status == Status.ACTIVE:
        other.append("status")
    if other:
        named = ", ".join(
            FIELDS[name].argument if name in FIELDS else name for name in other
        )
        notes.append(
            f"It differs from this request in {named}. To create another schedule, use "
            "another idempotency_key."
        )
    return notes
