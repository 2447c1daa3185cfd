"""Create and update: what a schedule is.

Like every verb, each is one transaction that holds the schedule's row, writes one event,
and sets the alarm when it commits. Every door calls these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from schedules.decisions import Rules
from schedules.exceptions import InvalidSchedule, KeyReused, NodeInUse
from schedules.limits import IDEMPOTENCY_KEY_LENGTH, MOST_AT_ONCE
from schedules.messages import alarm_id
from schedules.models import ScheduledJob, ScheduleEvent, Status, Verb
from schedules.services import alarms, epochs, guardrails, quotas, reviving
from schedules.services.access import (
    hold_workflows,
    locked_schedule,
    refuse_stale,
    save_fields,
)
from schedules.services.actor import Actor
from schedules.services.agents import AgentLimits
from schedules.services.drafts.draft import (
    apply_fields,
    check_draft,
    check_first_tick,
    put_frontier,
)
from schedules.services.drafts.fields import TIMING_FIELDS
from schedules.services.drafts.snapshot import changes, snapshot
from schedules.services.drafts.validation import check_text
from schedules.services.due import rules_of
from schedules.services.events import new_event, record_event
from schedules.services.line import release_waiting
from schedules.services.starting import start_faults
from schedules.timing import Timing, TimingError
from workflows.models import WorkflowNode

# What a change of other fields brings with it.
FOLLOWING = ("next_tick_at", "next_run_at", "epoch", "status_reason")
BEGINS_AS = (Status.ACTIVE, Status.PAUSED)
NODE_DELETED = "Its trigger node was deleted: any trigger of its workflow that accepts it is started."


def create_schedule(
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None = None,
    status: str = Status.ACTIVE,
) -> ScheduledJob:
    """A new schedule, owned by the actor's user, with its first tick and alarm.

    It is active, or with that `status` paused until somebody resumes it. The same
    `idempotency_key` of the same owner returns the schedule it made before
    (`create_or_find` tells which it was). What an agent makes where agents propose is
    paused until a person resumes it. Raises `InvalidSchedule` with the faults by field,
    `AgentRefused` for what no agent may do; nothing is written then.
    """
    return create_or_find(
        fields, actor=actor, now=now, idempotency_key=idempotency_key, status=status
    ).schedule


@dataclass(frozen=True, slots=True)
class Created:
    """A schedule; whether it was made now, or by an earlier call with the same key."""

    schedule: ScheduledJob
    is_new: bool


def create_or_find(
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None = None,
    status: str = Status.ACTIVE,
) -> Created:
    """The same as `create_schedule`, which also tells what is new."""
    assert actor.user is not None, "a schedule has an owner"
    # An empty key is none: else every other would be its repeat.
    key = idempotency_key or None
    check_text("idempotency_key", key or "", most=IDEMPOTENCY_KEY_LENGTH)
    if status not in BEGINS_AS:
        why = f"A schedule begins as {' or '.join(BEGINS_AS)}."
        raise InvalidSchedule(errors={"status": [why]})
    limits = guardrails.check_switch(actor)
    guardrails.check_lineage(actor, limits)
    made = _made_before(actor, key)
    if made:
        return Created(made, is_new=False)
    try:
        draft = _make(
            fields, actor=actor, limits=limits, now=now, key=key, status=status
        )
        return Created(draft, is_new=True)
    except IntegrityError:
        # Two requests with one key raced: the other one made it.
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
    """Raises `KeyReused` if `schedule` was not made from `fields`, to begin with `status`, by
    an earlier call with the same key. What has been changed since does not matter: that
    call may be a retry."""
    made = schedule.events.filter(verb=Verb.CREATE).first()
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
            "This key has made another schedule, which differs in "
            f"{', '.join(other)}: give another key.",
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
) -> ScheduledJob:
    with transaction.atomic():
        hold_workflows(fields)
        draft = _drafted(
            fields, actor=actor, limits=limits, now=now, key=key, status=status
        )
        quotas.check_new(draft, actor, now=now)
        draft.save(force_insert=True)
        epochs.open_first(draft, now=now)
        record_event(
            draft,
            Verb.CREATE,
            actor=actor,
            now=now,
            note=draft.status_reason,
            after=snapshot(draft) | _beginning(draft),
        )
        alarms.set_on_commit(draft)
    return draft


def _drafted(
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    limits: AgentLimits | None,
    now: datetime,
    key: str | None,
    status: str,
) -> ScheduledJob:
    """The schedule as it is to be, with its first tick; nothing is written yet."""
    draft = ScheduledJob(
        status=status,
        owner=actor.user,
        created_by=actor.user,
        created_by_kind=actor.kind,
        created_by_execution=actor.execution_id,
        idempotency_key=key,
        created_at=now,
        updated_at=now,
    )
    apply_fields(draft, guardrails.with_an_end(fields, limits=limits, now=now), now=now)
    with guardrails.naming_the_end(draft, fields, limits=limits, now=now):
        timing = check_draft(draft, starts=True)
        guardrails.check_workflow(draft, actor)
        guardrails.check_timing(draft, timing, limits=limits, now=now)
        tick = check_first_tick(draft, timing, after=now)
    if limits and limits.propose:
        _propose(draft, actor)
    put_frontier(draft, tick)
    draft.rq_job_id = alarm_id(draft.id)
    return draft


def _propose(draft: ScheduledJob, actor: Actor) -> None:
    """A proposal begins paused, with a note that says so; nothing else has one."""
    draft.status, draft.awaits_approval = Status.PAUSED, True
    draft.status_reason = f"proposed by an agent for {actor.name}"


def _beginning(draft: ScheduledJob) -> dict[str, Any]:
    """What the event of its creation says of a schedule that is not active at once."""
    if draft.awaits_approval:
        return {"awaits_approval": True}
    return {"status": draft.status} if draft.status == Status.PAUSED else {}


def _made_before(actor: Actor, key: str | None) -> ScheduledJob | None:
    if not key:
        return None
    return ScheduledJob.objects.filter(owner=actor.user, idempotency_key=key).first()


def _rules_unless_broken(schedule: ScheduledJob) -> Rules | None:
    """None if the timing broke (a zone that left tzdata): an edit is what mends it."""
    try:
        return rules_of(schedule)
    except TimingError:
        return None


def update_schedule(
    schedule_id: UUID,
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> ScheduledJob:
    """Change fields. A change of timing closes the epoch and opens the next.

    A schedule that has ended is revived by a new timing, a later `end_at` or a higher
    `max_runs`: it is active again, from its next tick after now on. Raises `ScheduleEnded`
    for any other change of one, `StaleSchedule` if `version` is given and is not the
    current one, `InvalidSchedule` with the faults by field.
    """
    with transaction.atomic():
        hold_workflows(fields, of=schedule_id)
        schedule = locked_schedule(
            schedule_id, actor=actor, permission="change", now=now
        )
        refuse_stale(schedule, version)
        limits = guardrails.limits_on(actor)
        guardrails.check_lineage(actor, limits)
        guardrails.check_change(schedule, limits)
        before, old_rules = snapshot(schedule), _rules_unless_broken(schedule)
        must_start = _must_start(schedule, fields)
        apply_fields(schedule, fields, now=now)
        timing = check_draft(schedule, starts=must_start, had=before["cron_expression"])
        guardrails.check_workflow(schedule, actor)
        changed = changes(before, snapshot(schedule))
        has_ended = schedule.status == Status.STOPPED
        if has_ended:
            reviving.refuse_unless_revived(changed, schedule)
        if changed:
            _refuse_used_up(schedule)
            _follow(schedule, changed, timing, old_rules, limits, actor=actor, now=now)
            _write(schedule, before, changed, actor=actor, now=now, revived=has_ended)
            if changed.keys() & {"overlap_policy", "max_open_runs"}:
                release_waiting(schedule, now=now)
    return schedule


def _must_start(schedule: ScheduledJob, fields: Mapping[str, Any]) -> bool:
    """Whether the change may not leave the schedule without a trigger that accepts it.

    One that cannot start as it is may be renamed: that makes nothing worse.
    """
    aims = {
        name: fields[name] for name in ("workflow", "trigger_node") if name in fields
    }
    is_moved = any(
        getattr(aim, "pk", None) != getattr(schedule, f"{name}_id")
        for name, aim in aims.items()
    )
    if is_moved or schedule.status == Status.STOPPED:
        return True
    return "name" in fields and not any(start_faults(schedule))


def _refuse_used_up(schedule: ScheduledJob) -> None:
    fired = schedule.fired_count
    if schedule.max_runs is not None and schedule.max_runs <= fired:
        times = "once" if fired == 1 else f"{fired} times"
        why = f"It has fired {times} already: give more than {fired}, or null."
        raise InvalidSchedule(errors={"max_runs": [why]})


def _follow(
    schedule: ScheduledJob,
    changed: Mapping[str, Any],
    timing: Timing,
    old_rules: Rules | None,
    limits: AgentLimits | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Set what follows from the changed fields; the epochs are written."""
    if schedule.status == Status.STOPPED:
        reviving.revive(
            schedule, timing, old_rules, actor=actor, limits=limits, now=now
        )
    elif changed.keys() & set(TIMING_FIELDS):
        guardrails.check_timing(schedule, timing, limits=limits, now=now)
        _begin_epoch(schedule, timing, old_rules, now=now)
    if schedule.status_reason == NODE_DELETED and schedule.trigger_node_id:
        schedule.status_reason = ""


def _begin_epoch(
    schedule: ScheduledJob, timing: Timing, old_rules: Rules | None, *, now: datetime
) -> None:
    """The old timing ends where it has come to, and the new one begins there."""
    closed = epochs.close(schedule, old_rules, now=now)
    put_frontier(schedule, check_first_tick(schedule, timing, after=closed))
    epochs.open_next(schedule, from_at=closed)


def _write(
    schedule: ScheduledJob,
    before: Mapping[str, Any],
    changed: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    revived: bool,
) -> None:
    """The row, the event, and the alarm that is set when the transaction commits."""
    old = {name: before[name] for name in changed}
    new = dict(changed)
    verb = Verb.REVIVE if revived else Verb.UPDATE
    also = reviving.SET_BY_REVIVAL if revived else ()
    if revived:
        old, new = old | {"status": Status.STOPPED}, new | {"status": Status.ACTIVE}
    save_fields(schedule, *changed, *FOLLOWING, *also, now=now)
    record_event(schedule, verb, actor=actor, now=now, before=old, after=new)
    alarms.set_on_commit(schedule)


def forget_trigger_node(node: WorkflowNode, *, now: datetime) -> None:
    """Before `node` is deleted: its schedules lose it, as an update that the system makes.

    From then on they start at whichever trigger of their workflow accepts them. Three
    queries, however many they are. Raises `NodeInUse` if they are too many for that.
    """
    rows = ScheduledJob.objects.select_for_update(no_key=True).filter(trigger_node=node)
    schedules = list(rows.order_by("pk")[: MOST_AT_ONCE + 1])
    if len(schedules) > MOST_AT_ONCE:
        raise NodeInUse(
            f"More than {MOST_AT_ONCE} schedules start at the node “{node.node_id}”: let "
            "them start elsewhere first."
        )
    held = ScheduledJob.objects.filter(pk__in=[schedule.pk for schedule in schedules])
    held.update(trigger_node=None, version=F("version") + 1, updated_at=now)
    # A schedule that has ended says why it did.
    held.exclude(status=Status.STOPPED).update(status_reason=NODE_DELETED)
    ScheduleEvent.objects.bulk_create(
        new_event(
            schedule,
            Verb.UPDATE,
            actor=Actor.system(),
            now=now,
            note=NODE_DELETED,
            before={"trigger_node": node.pk},
            after={"trigger_node": None},
        )
        for schedule in schedules
    )
