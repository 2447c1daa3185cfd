"""Explain: why a schedule did, or did not, run at a time; from ledger, events and timing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q

from schedules import timing
from schedules.models import (
    NEVER_RAN,
    TICK_ORIGINS,
    EventVerb,
    Origin,
    Reason,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    ScheduleEvent,
    Status,
)
from schedules.policy.early import first_left
from schedules.policy.types import MICROSECOND
from schedules.services.epochs.epochs import timing_of
from schedules.services.insight.sentences import (
    at_time,
    backfilled_sentence,
    by_whom,
    run_sentence,
    timing_text,
    utc,
)
from schedules.services.ledger.ahead import schedule_ahead
from schedules.services.ledger.early import early_ticks
from schedules.services.runs import line
from schedules.timing import ManualTiming, OnceTiming, Timing, TimingError, zones
from schedules.timing.english import lasting

SECOND = timedelta(seconds=1)
EPOCHS_AROUND = 100  # how far the ticks around a time are looked for
_LIMITED = (
    "It is not expected to run: max_runs allows {most}, and the ticks before this one will "
    "use them up unless some of those do not run."
)
_PRUNED = (
    "The ledger for that time has been pruned: it is no longer known what happened."
)
_RAN_EARLY = "It ran before its time, while a clock was ahead."
_TOO_SOON = (
    "It is not due yet. The ledger already holds it, because the ledger is {ahead} ahead "
    "of the clock. A scheduler withdraws it when it starts, or the next change of this "
    "schedule does; it then runs on time."
)

# Which verb is behind a tick that never ran for this reason.
BEHIND = {Reason.PAUSED: EventVerb.PAUSE, Reason.EDITED: EventVerb.UPDATE}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentence` is the answer, the rest are the facts behind it.

    `run` is the ledger row of the tick (of which it may be one of many), `event` what a
    person or the schedule itself did that decided it, `previous_tick` and `next_tick` the
    ticks around a time that is not one.
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
    """What is known of the time `at`, as of `now`.

    `at` is the nominal time of a tick, the time at which one fires, or that of a manual
    run; for any other time the answer names the ticks around it.
    """
    if at <= schedule.created_at:
        created = at_time(schedule.created_at)
        by_wrong_clock = " by a clock that was ahead" if at > now else ""
        why = (
            f"The schedule did not exist yet: it was created{created}{by_wrong_clock}."
        )
        return Explanation(at, why)
    epoch = _epoch_of(schedule, at)
    if epoch is None:
        return _while_stopped(schedule, at)
    try:
        of_epoch = timing_of(epoch)
    except TimingError as error:
        return Explanation(at, f"Its timing can no longer be read: {error}")
    case = _Case(schedule, epoch, of_epoch, now)
    if _is_tick(case, at):
        return _of_tick(case, at)
    fires = _tick_that_fires(case, at)
    if fires is not None:
        found = _of_tick(case, fires)
        whose = f"That is when the tick of {utc(fires)} fires. {found.sentence}"
        return replace(found, at=at, sentence=whose)
    return _by_hand(case, at) or _no_tick(case, at)


@dataclass(frozen=True, slots=True)
class _Case:
    """What is asked about: a schedule, as it was timed then."""

    schedule: ScheduledJob
    epoch: ScheduleEpoch
    timing: Timing
    now: datetime

    @property
    def text(self) -> str:
        return timing_text(self.timing, str(self.epoch.timing["timezone"]))


def _is_tick(case: _Case, at: datetime) -> bool:
    if timing.last_upto(case.timing, at) == at:
        return True
    # A row of its own counts even if newer tzdata has moved the ticks since.
    run = _row_of(case.schedule, at)
    return run is not None and run.scheduled_for == at


def _of_tick(case: _Case, at: datetime) -> Explanation:
    run, event = _row_of(case.schedule, at), None
    if run is None:
        sentence, event = _unrecorded(case, at)
    elif at > case.now:
        sentence = _recorded_too_soon(run, case)
        # What never ran is no run of a tick that has not come.
        run = run if run.started_at else None
    else:
        event = _event_behind(case.schedule, run)
        sentence = run_sentence(run, event, line.ahead_of(run))
        backfill = _backfill_of(case.schedule, at)
        if backfill is not None and run.status in NEVER_RAN:
            ahead = line.ahead_of(backfill)
            sentence = backfilled_sentence(run, event, backfill, ahead)
            run = backfill
    return Explanation(
        at, sentence, is_tick=True, run=run, event=event, timing_text=case.text
    )


def _recorded_too_soon(run: ScheduledRun, case: _Case) -> str:
    """Of a tick that the ledger holds before its time has come."""
    if run.started_at is not None:
        return f"{_RAN_EARLY} {run_sentence(run, None)}"
    beyond = schedule_ahead(case.schedule, case.now)
    return (
        _TOO_SOON.format(ahead=lasting(beyond)) if beyond else run_sentence(run, None)
    )


def _backfill_of(schedule: ScheduledJob, at: datetime) -> ScheduledRun | None:
    """The run by which a backfill took the tick up, unless that was withdrawn."""
    rows = ScheduledRun.objects.filter(
        schedule=schedule.pk, origin=Origin.BACKFILL, scheduled_for=at
    )
    return rows.exclude(status__in=NEVER_RAN).first()


def _tick_that_fires(case: _Case, at: datetime) -> datetime | None:
    """The tick that fires at `at`: its nominal time and its jitter."""
    schedule = case.schedule
    frontier = schedule.next_tick_at
    if frontier and schedule.next_run_at and _reads(at, schedule.next_run_at):
        return first_left(case.timing, frontier, early_ticks(schedule))
    tick = timing.last_upto(case.timing, at)
    jitter = case.epoch.timing.get("jitter_seconds") or 0
    if tick is None or tick <= case.epoch.from_at or not jitter:
        return None
    due = timing.due_at(case.timing, tick, seed=schedule.id.hex, jitter_seconds=jitter)
    return tick if _reads(at, due) else None


def _by_hand(case: _Case, at: datetime) -> Explanation | None:
    """The run that somebody asked for at that time."""
    runs = ScheduledRun.objects.filter(
        schedule=case.schedule.pk,
        origin=Origin.MANUAL,
        scheduled_for__gte=at,
        # No run lies later: the last seconds of the calendar have no second after them.
        scheduled_for__lt=min(at, zones.LATEST) + SECOND,
    ).order_by("scheduled_for")
    run = next((run for run in runs[:1] if _reads(at, run.scheduled_for)), None)
    if run is None:
        return None
    event = _last_event(case.schedule, EventVerb.RUN, before=run.created_at)
    sentence = f"A run was requested{by_whom(event)}. {run_sentence(run, event)}"
    return Explanation(at, sentence, run=run, event=event, timing_text=case.text)


def _reads(at: datetime, moment: datetime) -> bool:
    """Whether `at` is `moment`, in full or as it is shown, in whole seconds."""
    return at in (moment, moment.replace(microsecond=0))


def _epoch_of(schedule: ScheduledJob, at: datetime) -> ScheduleEpoch | None:
    """The epoch in which `at` lies; the open one reaches into the future. None lies between
    the end of a schedule and its revival."""
    epochs = ScheduleEpoch.objects.filter(schedule=schedule.pk, from_at__lt=at)
    return epochs.filter(Q(to_at=None) | Q(to_at__gte=at)).order_by("number").first()


def _while_stopped(schedule: ScheduledJob, at: datetime) -> Explanation:
    """Of a time between the end of the schedule and its revival."""
    revived = (
        ScheduleEvent.objects.filter(
            schedule=schedule.pk, verb=EventVerb.REVIVE, created_at__gte=at
        )
        .order_by("created_at", "id")
        .first()
    )
    before = revived.created_at if revived else at
    ended = _last_event(schedule, EventVerb.COMPLETE, before=before)
    why = f" ({ended.note})" if ended else ""
    return Explanation(
        at,
        f"It was not due then: the schedule had stopped{why} and was revived"
        f"{by_whom(revived)}.",
        event=ended,
    )


def _no_tick(case: _Case, at: datetime) -> Explanation:
    if isinstance(case.timing, ManualTiming):
        why = "It was not due then: it has no ticks and runs only on request."
        return Explanation(at, why, timing_text=case.text)
    previous, following = _before(case, at), _after(case, at)
    around = [f"the previous tick is{at_time(previous)}"] if previous else []
    around += [f"the next tick is{at_time(following)}"] if following else []
    named = f": {' and '.join(around)}" if around else ""
    was = "was" if at <= case.now else "is"
    return Explanation(
        at,
        f"It {was} not due then{named} ({case.text}).",
        previous_tick=previous,
        next_tick=following,
        timing_text=case.text,
    )


def _before(case: _Case, at: datetime) -> datetime | None:
    """The last tick that the schedule had before `at`, in whichever epoch."""
    epochs = ScheduleEpoch.objects.filter(
        schedule=case.schedule.pk, number__lte=case.epoch.number
    )
    for epoch in epochs.order_by("-number")[:EPOCHS_AROUND]:
        upto = min(at, epoch.to_at or at)
        tick = timing.last_upto(_timing_unless_broken(epoch), upto, epoch.from_at)
        if tick is not None:
            return None if _is_beyond(case, tick) else tick
    return None


def _after(case: _Case, at: datetime) -> datetime | None:
    """The first tick after `at` that the schedule had, or that it will have."""
    epochs = ScheduleEpoch.objects.filter(
        schedule=case.schedule.pk, number__gte=case.epoch.number
    )
    for epoch in epochs.order_by("number")[:EPOCHS_AROUND]:
        tick = timing.next_after(_timing_unless_broken(epoch), max(at, epoch.from_at))
        if tick is not None and tick <= (epoch.to_at or tick):
            return None if _is_beyond(case, tick) else tick
    return None


def _timing_unless_broken(epoch: ScheduleEpoch) -> Timing:
    """That of the epoch; one without ticks if it cannot be read any more."""
    try:
        return timing_of(epoch)
    except TimingError:
        return OnceTiming(zones.EARLIEST)


def _is_beyond(case: _Case, tick: datetime) -> bool:
    """Whether the schedule ends before this tick of the future, or may."""
    schedule = case.schedule
    if schedule.next_tick_at is None:
        return tick > case.now
    if tick < schedule.next_tick_at or schedule.max_runs is None:
        return False
    ahead = timing.count(schedule.timing, schedule.next_tick_at - MICROSECOND, tick)
    ahead -= sum(early <= tick for early in early_ticks(schedule))  # fired already
    return ahead > schedule.max_runs - schedule.fired_count


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
    schedule: ScheduledJob, verb: EventVerb, *, before: datetime
) -> ScheduleEvent | None:
    return ScheduleEvent.objects.filter(
        schedule=schedule.pk, verb=verb, created_at__lte=before + MICROSECOND
    ).first()


def _unrecorded(case: _Case, at: datetime) -> tuple[str, ScheduleEvent | None]:
    """Of a tick that the ledger does not hold."""
    schedule, epoch, now = case.schedule, case.epoch, case.now
    if epoch.pruned_upto and at <= epoch.pruned_upto:
        return _PRUNED, None
    if schedule.status == Status.STOPPED:
        event = _last_event(schedule, EventVerb.COMPLETE, before=now)
        why = schedule.reason_text or "ended"
        return f"It does not run: the schedule has stopped ({why}).", event
    if _is_beyond(case, at):
        most = f"{schedule.max_runs} run{'s' if schedule.max_runs != 1 else ''}"
        return _LIMITED.format(most=most), None
    if schedule.status == Status.PAUSED:
        event = _last_event(schedule, EventVerb.PAUSE, before=now)
        was = f"was paused{by_whom(event)} and still is"
        if at <= now:
            return f"It did not run: the schedule {was}.", event
        return f"It will not run unless the schedule is resumed: it {was}.", event
    if at > now:
        return "It is not due yet: the schedule is active and will run then.", None
    late = lasting(now - at)
    return (
        f"It has been due for {late} and has not fired: is a scheduler running?",
        None,
    )
