"""Create: a new schedule, at most one per idempotency key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from schedules.exceptions import InvalidSchedule, KeyReused
from schedules.limits import IDEMPOTENCY_KEY_LENGTH
from schedules.models import EventVerb, ScheduledJob, Status
from schedules.rq.messages import alarm_id
from schedules.services import transitions
from schedules.services.access import lock_workflows
from schedules.services.actor import Actor
from schedules.services.agents import guardrails, quotas
from schedules.services.agents.limits import AgentLimits
from schedules.services.drafts.calls import attach_workflows, check_caller
from schedules.services.drafts.draft import apply_fields, check_draft, check_first_tick
from schedules.services.drafts.snapshot import changes, snapshot
from schedules.services.drafts.validation import check_note, check_text

BEGINS_AS = (Status.ACTIVE, Status.PAUSED)


def create_schedule(
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None = None,
    status: str = Status.ACTIVE,
) -> ScheduledJob:
    """Create a schedule that the actor's user owns, with its first tick and its alarm.

    `status` is `active` or `paused`. Where agents propose, a schedule of an agent is paused
    until a person resumes it. A repeated `idempotency_key` of the same owner returns the
    schedule that it has created before (`create_or_find` also returns which it was).
    Raises `InvalidSchedule` with the problems by field, `AgentRefused` for what an agent
    may not do; then nothing has been written.
    """
    return create_or_find(
        fields, actor=actor, now=now, idempotency_key=idempotency_key, status=status
    ).schedule


@dataclass(frozen=True, slots=True)
class Created:
    """A schedule, and whether this call or an earlier one with the same key created it."""

    schedule: ScheduledJob
    is_new: bool


def create_or_find(
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None = None,
    status: str = Status.ACTIVE,
    note: str = "",
    schedule_id: UUID | None = None,
) -> Created:
    """As `create_schedule`, and return whether the schedule is new.

    `note` says why it begins paused. `schedule_id` is its id, if that is needed before.
    """
    assert actor.user is not None, "a schedule has an owner"
    check_note(note)
    # An empty key is no key: otherwise every second call without one would repeat it.
    key = idempotency_key or None
    check_text("idempotency_key", key or "", most=IDEMPOTENCY_KEY_LENGTH)
    if status not in BEGINS_AS:
        why = f"Give {' or '.join(BEGINS_AS)}: a new schedule has one of these states."
        raise InvalidSchedule(errors={"status": [why]})
    limits = guardrails.check_switch(actor)
    guardrails.check_lineage(actor, limits)
    made = _made_before(actor, key)
    if made:
        return Created(made, is_new=False)
    try:
        draft = _make(
            fields,
            actor=actor,
            limits=limits,
            now=now,
            key=key,
            status=status,
            note=note,
            schedule_id=schedule_id,
        )
        return Created(draft, is_new=True)
    except IntegrityError:
        # A concurrent request with the same key has created it.
        made = _made_before(actor, key)
        if made is None:
            raise
        return Created(made, is_new=False)


def refuse_other_content(
    schedule: ScheduledJob,
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    status: str = Status.ACTIVE,
) -> None:
    """Raises `KeyReused` unless the earlier call that created `schedule` with the same key
    had the same `fields` and `status`. Later changes of the schedule do not matter: the
    present call may be a retry."""
    made = schedule.events.filter(verb=EventVerb.CREATE).first()
    if made is None:
        return
    at = schedule.created_at
    draft = ScheduledJob(owner=actor.user, created_at=at, updated_at=at)
    apply_fields(draft, fields, now=at)
    wanted = {
        name: value for name, value in snapshot(draft).items() if name in made.after
    }
    begun = made.after.get("status", Status.ACTIVE)
    other = sorted(changes(made.after, wanted)) + ["status"] * (begun != status)
    if other:
        raise KeyReused(
            "This key has already created another schedule, which differs in "
            f"{', '.join(other)}: give a new key.",
            field="idempotency_key",
        )


def _make(
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    limits: AgentLimits | None,
    now: datetime,
    key: str | None,
    status: str,
    note: str,
    schedule_id: UUID | None,
) -> ScheduledJob:
    proposed = bool(limits and limits.propose)
    with transaction.atomic():
        lock_workflows(fields)
        draft = ScheduledJob(
            **({"id": schedule_id} if schedule_id else {}),
            owner=actor.user,
            created_by=actor.user,
            created_by_kind=actor.kind,
            created_by_execution=actor.execution_id,
            idempotency_key=key,
            created_at=now,
            updated_at=now,
        )
        tick = _fill(draft, fields, actor=actor, limits=limits, now=now)
        attach_workflows([draft], now=now)
        counts = proposed or status == Status.ACTIVE
        quotas.check_new(actor, counts=counts, now=now)
        transitions.begin(
            draft,
            tick,
            status=status,
            proposed=proposed,
            actor=actor,
            now=now,
            note=note,
        )
    return draft


def _fill(
    draft: ScheduledJob,
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    limits: AgentLimits | None,
    now: datetime,
) -> datetime | None:
    """Put the fields on the draft and validate it. Returns its first tick. Writes nothing."""
    apply_fields(draft, guardrails.with_an_end(fields, limits=limits, now=now), now=now)
    draft.rq_job_id = alarm_id(draft.id)
    check_caller(draft, actor)
    with guardrails.explain_the_end_limit(draft, fields, limits=limits, now=now):
        timing = check_draft(draft, starts=True)
        guardrails.check_target(draft, actor)
        guardrails.check_timing(draft, timing, limits=limits, now=now)
        return check_first_tick(draft, timing, after=now)


def _made_before(actor: Actor, key: str | None) -> ScheduledJob | None:
    if not key:
        return None
    return ScheduledJob.objects.filter(owner=actor.user, idempotency_key=key).first()
