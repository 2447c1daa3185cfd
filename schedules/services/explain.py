"""Explain: why a schedule did, or did not, run at a time; from ledger, events and timing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from schedules import timing
from schedules.decisions import MICROSECOND
from schedules.models import (
    TICK_ORIGINS,
    Origin,
    Reason,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    ScheduleEvent,
    Status,
    Verb,
)
from schedules.services.epochs import timing_of
from schedules.timing import Timing, TimingError

# Which verb is behind a tick that never ran for this reason.
BEHIND = {Reason.PAUSED: Verb.PAUSE, Reason.EDITED: Verb.UPDATE}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentence` is the answer, the rest are the facts behind it.

    `run` is the ledger row of the tick (of which it may be one of many), `event` what a
    person or the schedule itself did that decided it, `previous_tick` and `next_tick` the
    ticks around a time that is none.
    """

    at: datetime
    sentence: str
    is_tick: bool = False
    run: ScheduledRun | None = None
    event: ScheduleEvent | None = None
    previous_tick: datetime | None = None
    next_tick: datetime | None = None
    timing_text: str = ""


def explain(schedule: ScheduledJob, *, at: datetime, now: datetime) -> Explanation:
    """What is known of the time `at`, as it stands at `now`."""
    if at <= schedule.created_at:
        made = _utc(schedule.created_at)
        return Explanation(at, f"The schedule did not exist yet: it was made {made}.")
    epoch = _epoch_of(schedule, at)
    try:
        of_epoch = timing_of(epoch)
    except TimingError as error:
        return Explanation(at, f"Its timing cannot be read any more: {error}")
    text = timing.describe(of_epoch)
    run = _row_of(schedule, at)
    # A row of its own counts even if newer tzdata has moved the ticks since.
    if not (run and run.scheduled_for == at) and timing.last_upto(of_epoch, at) != at:
        return _no_tick(of_epoch, at, text)
    if run is not None:
        event = _event_behind(schedule, run)
        sentence = _told(run, event)
    else:
        sentence, event = _unrecorded(schedule, epoch, at, now)
    return Explanation(
        at, sentence, is_tick=True, run=run, event=event, timing_text=text
    )


def _epoch_of(schedule: ScheduledJob, at: datetime) -> ScheduleEpoch:
    """The epoch in which `at` lies; the open one reaches into the future."""
    epochs = ScheduleEpoch.objects.filter(schedule=schedule.pk, from_at__lt=at)
    return epochs.filter(Q(to_at=None) | Q(to_at__gte=at)).order_by("number")[0]


def _no_tick(of_epoch: Timing, at: datetime, text: str) -> Explanation:
    previous = timing.last_upto(of_epoch, at)
    following = timing.next_after(of_epoch, at)
    around = [f"the one before is {_utc(previous)}"] if previous else []
    around += [f"the next is {_utc(following)}"] if following else []
    told = f": {' and '.join(around)}" if around else ""
    return Explanation(
        at,
        f"It was not due then{told} ({text}).",
        previous_tick=previous,
        next_tick=following,
        timing_text=text,
    )


def _row_of(schedule: ScheduledJob, at: datetime) -> ScheduledRun | None:
    """The row that holds the tick: its own, or that of the range in which it lies."""
    row = (
        ScheduledRun.objects.filter(
            schedule=schedule.pk, origin__in=TICK_ORIGINS, scheduled_for__lte=at
        )
        .order_by("-scheduled_for")
        .first()
    )
    return row if row and at <= (row.range_end or row.scheduled_for) else None


def _event_behind(schedule: ScheduledJob, run: ScheduledRun) -> ScheduleEvent | None:
    verb = BEHIND.get(Reason(run.reason))
    if verb is None:
        return None
    return _last_event(schedule, verb, before=run.finished_at or run.created_at)


def _last_event(
    schedule: ScheduledJob, verb: Verb, *, before: datetime
) -> ScheduleEvent | None:
    return ScheduleEvent.objects.filter(
        schedule=schedule.pk, verb=verb, created_at__lte=before + MICROSECOND
    ).first()


def _unrecorded(
    schedule: ScheduledJob, epoch: ScheduleEpoch, at: datetime, now: datetime
) -> tuple[str, ScheduleEvent | None]:
    """Of a tick that the ledger does not hold."""
    if epoch.pruned_upto and at <= epoch.pruned_upto:
        return "The ledger of that time has been pruned: nobody knows any more.", None
    if schedule.status == Status.PAUSED:
        event = _last_event(schedule, Verb.PAUSE, before=now)
        verdict = "did not run" if at <= now else "will not run unless it is resumed"
        return (
            f"It {verdict}: the schedule was paused{_by(event)}, and still is.",
            event,
        )
    if schedule.status == Status.STOPPED:
        event = _last_event(schedule, Verb.COMPLETE, before=now)
        why = schedule.status_reason or "ended"
        return f"It does not run: the schedule has stopped ({why}).", event
    if at > now:
        return "It has not come yet: the schedule is active and will run then.", None
    late = f"{(now - at).total_seconds():,.0f} seconds"
    return f"It is due and has not fired for {late}: is a scheduler running?", None


def _told(run: ScheduledRun, event: ScheduleEvent | None) -> str:
    if run.status in {RunStatus.SKIPPED, RunStatus.MISSED}:
        return f"It did not run: {_why_not(run, event)}."
    return _OF_STATUS[RunStatus(run.status)](run)


def _why_not(run: ScheduledRun, event: ScheduleEvent | None) -> str:
    return {
        Reason.OVERLAP: "an earlier run was still open, and ticks that overlap are not "
        "run",
        Reason.PAUSED: f"the schedule was paused{_by(event)}",
        Reason.EDITED: f"its timing was changed before it fired{_by(event)}",
        Reason.LIMIT: "as many runs as max_runs allows had fired",
        Reason.WINDOW: "it was found too late, outside the catch-up window",
        Reason.POLICY: "it was found late, and the catch-up policy did not choose it",
    }.get(Reason(run.reason), run.reason)


def _by(event: ScheduleEvent | None) -> str:
    if event is None:
        return ""
    note = f' ("{event.note}")' if event.note else ""
    who = event.actor_name or event.actor_kind
    return f" {_utc(event.created_at)} by {who}{note}"


def _ran(run: ScheduledRun, end: str) -> str:
    caught_up = ", caught up" if run.origin == Origin.CATCH_UP else ""
    if run.started_at is None:
        return f"It never started, and {end}."
    return f"It ran{caught_up}: it started {_utc(run.started_at)} and {end}."


def _waits(run: ScheduledRun) -> str:
    if run.not_before:
        return (
            f"Attempt {run.attempt} waits for its time, {_utc(run.not_before)}, after "
            f"the one before failed: {run.error}"
        )
    return "It waits for an earlier run of the schedule to end."


_OF_STATUS: dict[RunStatus, Callable[[ScheduledRun], str]] = {
    RunStatus.PENDING: lambda run: (
        "It fired, and waits for a worker"
        + (f" since {_utc(run.enqueued_at)}." if run.enqueued_at else " to be sent to.")
    ),
    RunStatus.WAITING: _waits,
    RunStatus.RUNNING: lambda run: f"It runs since {_utc(run.started_at)}.",
    RunStatus.SUCCEEDED: lambda run: _ran(run, f"succeeded {_utc(run.finished_at)}"),
    RunStatus.FAILED: lambda run: _ran(
        run, f"failed {_utc(run.finished_at)} at attempt {run.attempt}: {run.error}"
    ),
    RunStatus.CANCELLED: lambda run: _ran(
        run,
        f"was cancelled {_utc(run.finished_at)}"
        + (" for a newer one" if run.reason == Reason.REPLACED else ""),
    ),
}


def _utc(moment: datetime | None) -> str:
    return f"at {moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "never"
