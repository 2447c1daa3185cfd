"""How close together agents schedule runs that no interval holds apart.

A single run has no interval; nor has one schedule that takes the place of another. Both
keep the user's minimum from what runs once, and from what ran last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from schedules import timing
from schedules.exceptions import AgentRefused
from schedules.models import (
    TICK_ORIGINS,
    ActorKind,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
    ScheduleType,
    Status,
    Verb,
)
from schedules.services.actor import Actor

SECOND = timedelta(seconds=1)
MOST_STEPS = 50


def check_spacing(
    schedule: ScheduledJob,
    tick: datetime | None,
    *,
    least: timedelta,
    over: Iterable[datetime],
) -> None:
    """The next tick of what an agent writes is `least` away from all single runs that agents
    have made, if it is one itself; and from `over`, the last runs of what is no more.
    """
    if tick is None:
        return
    beside = _single_runs(schedule, tick - least) if is_single(schedule) else ()
    taken = sorted([*over, *beside])
    if _first_free(tick, taken, least) == tick:
        return
    field = "run_at" if schedule.schedule_type == ScheduleType.ONCE else "start_at"
    seconds = f"{least.total_seconds():.0f} seconds"
    free = _free_tick(schedule, tick, taken, least)
    raise AgentRefused(
        "interval",
        f"Single runs that agents schedule are at least {seconds} apart, and as far from the "
        f"last run of a schedule that is over; one is closer to {tick.isoformat()}.",
        limit=seconds,
        remedy=f"Give {field} as {free.isoformat()}, which is free."
        if free
        else "None of its next ticks is free before its end. Give another time, or stop what "
        "is no longer needed; schedule_list shows it.",
        field=field,
    )


def _free_tick(
    schedule: ScheduledJob, tick: datetime, taken: Sequence[datetime], least: timedelta
) -> datetime | None:
    """The first time from `tick` on at which it could run first; None if it is too late
    then, or if none is found in a few steps."""
    for _ in range(MOST_STEPS):
        free = _first_free(tick, taken, least)
        if schedule.end_at and free > schedule.end_at:
            return None
        if schedule.schedule_type != ScheduleType.CRON:
            return free  # it runs when it is told to
        found = timing.next_after(schedule.timing, free - SECOND)
        if found is None or found == free:
            return found
        tick = found
    return None


def is_single(schedule: ScheduledJob) -> bool:
    """Whether it runs but once, of its kind or by `max_runs`."""
    return schedule.schedule_type == ScheduleType.ONCE or schedule.max_runs == 1


def _single_runs(schedule: ScheduledJob, after: datetime) -> Iterator[datetime]:
    """When agents have single runs of the owner's later than `after`, past ones included."""
    others = ScheduledJob.objects.filter(
        owner=schedule.owner_id, created_by_kind=ActorKind.AGENT
    ).exclude(pk=schedule.pk)
    once = others.filter(schedule_type=ScheduleType.ONCE, run_at__gt=after)
    first_of_one = others.filter(max_runs=1, next_tick_at__gt=after).exclude(
        status=Status.STOPPED
    )
    # Two questions in one, as each has an index of its own.
    times = (
        once.order_by()
        .values_list("run_at", flat=True)
        .union(first_of_one.order_by().values_list("next_tick_at", flat=True))
    )
    return (time for time in times if time)


def last_runs(actor: Actor, *, within: timedelta, now: datetime) -> list[datetime]:
    """When those schedules of agents ran last, less than `within` ago, that have ended or
    were deleted since. The ledger and the events outlive them."""
    over = ScheduleEvent.objects.filter(
        verb__in=(Verb.STOP, Verb.COMPLETE), created_at__gt=now - within
    )
    made = ScheduleEvent.objects.filter(
        verb=Verb.CREATE,
        actor_kind=ActorKind.AGENT,
        actor=actor.user,
        schedule__in=over.order_by().values("schedule"),
    )
    fired = (
        ScheduledRun.objects.filter(
            schedule=OuterRef("schedule"), origin__in=TICK_ORIGINS
        )
        # What was withdrawn or never ran has ended without a start.
        .exclude(started_at=None, finished_at__isnull=False)
        .order_by("-scheduled_for")
        .values("created_at")
    )
    times = made.order_by().values_list(Subquery(fired[:1]), flat=True)
    # Ticks are whole seconds, and fire some milliseconds later.
    return [
        time.replace(microsecond=0) for time in times if time and time > now - within
    ]


def _first_free(
    wanted: datetime, taken: Iterable[datetime], least: timedelta
) -> datetime:
    """The first time from `wanted` on that is `least` away from all of `taken`, sorted."""
    for time in taken:
        if time - wanted >= least:
            break
        if wanted - time < least:
            wanted = time + least
    return wanted
