"""Update: change fields. A new timing opens a new epoch, and can revive a stopped schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, Status
from schedules.policy.types import Rules
from schedules.services import transitions
from schedules.services.access import (
    lock_workflows,
    locked_schedule,
    refuse_stale,
    refuse_stopped,
)
from schedules.services.actor import Actor
from schedules.services.agents import guardrails, quotas
from schedules.services.drafts.calls import attach_workflows, check_caller
from schedules.services.drafts.draft import (
    OF_CALL,
    apply_fields,
    check_draft,
    check_first_tick,
)
from schedules.services.drafts.facts import Facts
from schedules.services.drafts.fields import TIMING_FIELDS
from schedules.services.drafts.snapshot import changes, same, snapshot
from schedules.services.drafts.starting import start_problems
from schedules.services.due import rules_of
from schedules.services.epochs.closing import Closing, close_all
from schedules.services.runs.waiting import release_waiting
from schedules.services.transitions import NewTiming
from schedules.timing import TimingError
from workflows.services import remove_unused

TIMING = frozenset(TIMING_FIELDS)
# Fields that can give a stopped schedule new ticks.
REVIVING = TIMING | {"max_runs"}
# Fields by which the workflow of a call is found.
CALLED = {"call", "run_on"}
# Fields that can let waiting runs start.
MAKES_ROOM = {"overlap_policy", "max_open_runs"}


def update_schedule(
    schedule_id: UUID,
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> ScheduledJob:
    """Change fields. A change of timing closes the epoch and opens the next.

    A new timing, a later `end_at` or a higher `max_runs` revives a stopped schedule from its
    next tick after `now` on. Raises `ScheduleStopped` for any other change of a stopped
    schedule, `StaleSchedule` if `version` is given and is not the current one,
    `InvalidSchedule` with the problems by field.
    """
    with transaction.atomic():
        lock_workflows(fields, of=schedule_id)
        schedule = locked_schedule(schedule_id, actor=actor, now=now)
        refuse_stale(schedule, version)
        limits = guardrails.check_change(schedule, actor)
        before, old_rules = snapshot(schedule), rules_unless_broken(schedule)
        starts, had = must_start(schedule, fields), schedule.workflow_id
        apply_fields(schedule, fields, now=now)
        check_caller(schedule, actor)
        timing = check_draft(schedule, starts=starts, had=before["cron_expression"])
        guardrails.check_target(schedule, actor)
        changed = changes(before, snapshot(schedule))
        if not REVIVING & changed.keys():
            refuse_stopped(schedule, "changed")
        if changed:
            refuse_max_runs_reached(schedule)
            begins = None
            if schedule.status == Status.STOPPED or TIMING & changed.keys():
                guardrails.check_timing(schedule, timing, limits=limits, now=now)
                begins = new_timing(schedule, old_rules, now=now)
                quotas.check_revived(schedule, actor, now=now)
            if CALLED & changed.keys():
                attach_workflows([schedule], now=now)
            transitions.edit(schedule, before, changed, begins, actor=actor, now=now)
            if schedule.workflow_id != had:
                remove_unused([had], now=now)
            if MAKES_ROOM & changed.keys():
                release_waiting(schedule, now=now)
    return schedule


def must_start(
    schedule: ScheduledJob, fields: Mapping[str, Any], facts: Facts | None = None
) -> bool:
    """Whether a trigger must accept the schedule after the change.

    A schedule that cannot start may still be renamed: that makes nothing worse.
    """
    aims = {
        name: fields[name] for name in ("workflow", "trigger_node") if name in fields
    }
    is_moved = any(
        getattr(aim, "pk", None) != getattr(schedule, f"{name}_id")
        for name, aim in aims.items()
    ) or any(
        name in fields and not same(fields[name], getattr(schedule, name))
        for name in OF_CALL
    )
    if is_moved or schedule.status == Status.STOPPED:
        return True
    return "name" in fields and not any(start_problems(schedule, facts))


def refuse_max_runs_reached(schedule: ScheduledJob) -> None:
    """Raises `InvalidSchedule` if it has fired as often as it may."""
    fired = schedule.fired_count
    if schedule.max_runs is not None and schedule.max_runs <= fired:
        times = "once" if fired == 1 else f"{fired} times"
        why = (
            f"The schedule has already fired {times}: give more than {fired}, or null."
        )
        raise InvalidSchedule(errors={"max_runs": [why]})


def new_timing(
    schedule: ScheduledJob, old_rules: Rules | None, *, now: datetime
) -> NewTiming:
    """Close the epoch of the old timing. The new one begins there; for a stopped schedule
    after now, since the time in between has no ticks."""
    return new_timings([Closing(schedule, old_rules)], now=now)[0]


def new_timings(closings: Sequence[Closing], *, now: datetime) -> list[NewTiming]:
    """The same for many schedules."""
    return [
        NewTiming(at, check_first_tick(schedule, schedule.timing, after=at))
        for (schedule, _), at in zip(
            closings, close_all(closings, now=now), strict=True
        )
    ]


def rules_unless_broken(schedule: ScheduledJob) -> Rules | None:
    """None if the timing is no longer valid (its zone has left tzdata): an update fixes it."""
    try:
        return rules_of(schedule)
    except TimingError:
        return None
