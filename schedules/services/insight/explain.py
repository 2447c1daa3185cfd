"""Explain why a schedule did or did not run at a time, from ledger, events and timing."""

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
from schedules.services.runs import waiting
from schedules.timing import ManualTiming, Timing, TimingError, zones
from schedules.timing.english import in_words, listing
from workflows.kit.phrases import phrase, phrases

SECOND = timedelta(seconds=1)
EPOCHS_AROUND = 100  # how many epochs are searched for the ticks around a time
_LIMITED = phrase(
    "It is not expected to run: max_runs allows {runs}, and the ticks before this one will "
    "use them up unless some of those do not run."
)
_RUNS = phrases("{count} run", "{count} runs")
_PRUNED = phrase(
    "The ledger for that time has been pruned: it is no longer known what happened."
)
_RAN_EARLY = phrase("It ran before its time, while a clock was ahead.")
_TOO_SOON = phrase(
    "It is not due yet. It is already in the ledger, because the ledger is {ahead} ahead "
    "of the clock. The next start of a scheduler, or the next change of this schedule, "
    "withdraws it; it then runs on time."
)

_NOT_YET = phrase("It is not due yet: the schedule is active and will run then.")
_OVERDUE = phrase(
    "It has been due for {time} and has not fired: is a scheduler running?"
)

# The event that decided that a tick did not run, by the reason of the run.
DECIDED_BY = {Reason.PAUSED: EventVerb.PAUSE, Reason.EDITED: EventVerb.UPDATE}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentence` is the answer; the other fields are the facts behind it.

    `run` is the ledger row of the tick, which may be a range row. `event` is the action that
    decided it. `previous_tick` and `next_tick` are the ticks around a time that is not a
    tick. All times are in UTC.
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
    """Explain what happened, or will happen, at the time `at`, as of `now`.

    `at` is the nominal time of a tick, the time at which it fires, or that of a manual run.
    For any other time the answer names the ticks around it.
    """
    if at <= schedule.created_at:
        sentence = phrase("The schedule did not exist yet: it was created{at}.")
        if at > now:
            sentence = phrase(
                "The schedule did not exist yet: it was created{at} by a clock that was "
                "ahead."
            )
        return Explanation(at, sentence.fill(at=at_time(schedule.created_at)))
    epoch = _epoch_of(schedule, at)
    if epoch is None:
        return _explain_while_stopped(schedule, at)
    try:
        past_timing = timing_of(epoch)
    except TimingError as error:
        return Explanation(
            at, phrase("Its timing is no longer valid: {why}", why=str(error))
        )
    case = _Case(schedule, epoch, past_timing, now)
    if _is_tick(case, at):
        return _explain_tick(case, at)
    fires = _tick_that_fires(case, at)
    if fires is not None:
        found = _explain_tick(case, fires)
        sentence = phrase(
            "That is when the tick of {time} fires. {what}",
            time=utc(fires),
            what=found.sentence,
        )
        return replace(found, at=at, sentence=sentence)
    return _explain_manual_run(case, at) or _explain_no_tick(case, at)


@dataclass(frozen=True, slots=True)
class _Case:
    """A schedule with the epoch and the timing that it had at the time in question."""

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
    # A row of its own makes it a tick, even if newer tzdata has moved the ticks since.
    run = _row_of(case.schedule, at)
    return run is not None and run.scheduled_for == at


def _explain_tick(case: _Case, at: datetime) -> Explanation:
    run, event = _row_of(case.schedule, at), None
    if run is None:
        sentence, event = _unrecorded(case, at)
    elif at > case.now:
        sentence = _recorded_too_soon(run, case)
        # A run that never started does not belong to a tick that is still to come.
        run = run if run.started_at else None
    else:
        event = _deciding_event(case.schedule, run)
        sentence = run_sentence(run, event, waiting.ahead_of(run))
        backfill = _backfill_of(case.schedule, at)
        if backfill is not None and run.status in NEVER_RAN:
            ahead = waiting.ahead_of(backfill)
            sentence = backfilled_sentence(run, event, backfill, ahead)
            run = backfill
    return Explanation(
        at, sentence, is_tick=True, run=run, event=event, timing_text=case.text
    )


def _recorded_too_soon(run: ScheduledRun, case: _Case) -> str:
    """The sentence for a tick that is in the ledger before its time."""
    if run.started_at is not None:
        ran = run_sentence(run, None)
        return phrase("{early} {ran}", early=_RAN_EARLY, ran=ran)
    beyond = schedule_ahead(case.schedule, case.now)
    return (
        _TOO_SOON.fill(ahead=in_words(beyond.total_seconds()))
        if beyond
        else run_sentence(run, None)
    )


def _backfill_of(schedule: ScheduledJob, at: datetime) -> ScheduledRun | None:
    """The run of the tick in a backfill, unless it was withdrawn."""
    rows = ScheduledRun.objects.filter(
        schedule=schedule.pk, origin=Origin.BACKFILL, scheduled_for=at
    )
    return rows.exclude(status__in=NEVER_RAN).first()


def _tick_that_fires(case: _Case, at: datetime) -> datetime | None:
    """The nominal time of the tick that fires at `at`, jitter included."""
    schedule = case.schedule
    frontier = schedule.next_tick_at
    if frontier and schedule.next_run_at and _matches(at, schedule.next_run_at):
        return first_left(case.timing, frontier, early_ticks(schedule))
    tick = timing.last_upto(case.timing, at)
    jitter = case.epoch.timing.get("jitter_seconds") or 0
    if tick is None or tick <= case.epoch.from_at or not jitter:
        return None
    due = timing.due_at(case.timing, tick, seed=schedule.id.hex, jitter_seconds=jitter)
    return tick if _matches(at, due) else None


def _explain_manual_run(case: _Case, at: datetime) -> Explanation | None:
    """Explain the run that was requested at that time, if there is one."""
    runs = ScheduledRun.objects.filter(
        schedule=case.schedule.pk,
        origin=Origin.MANUAL,
        scheduled_for__gte=at,
        # The last second of the calendar has no second after it, and no run lies later.
        scheduled_for__lt=min(at, zones.LATEST) + SECOND,
    ).order_by("scheduled_for")
    run = next((run for run in runs[:1] if _matches(at, run.scheduled_for)), None)
    if run is None:
        return None
    event = _last_event(case.schedule, EventVerb.RUN, before=run.created_at)
    sentence = f"A run was requested{by_whom(event)}. {run_sentence(run, event)}"
    return Explanation(at, sentence, run=run, event=event, timing_text=case.text)


def _matches(at: datetime, moment: datetime) -> bool:
    """Whether `at` is `moment`, exactly or cut to whole seconds, as times are displayed."""
    return at in (moment, moment.replace(microsecond=0))


def _epoch_of(schedule: ScheduledJob, at: datetime) -> ScheduleEpoch | None:
    """The epoch that contains `at`; the open one has no end. None while the schedule was
    stopped, before its revival."""
    epochs = ScheduleEpoch.objects.filter(schedule=schedule.pk, from_at__lt=at)
    return epochs.filter(Q(to_at=None) | Q(to_at__gte=at)).order_by("number").first()


def _explain_while_stopped(schedule: ScheduledJob, at: datetime) -> Explanation:
    """Explain a time between the end of the schedule and its revival."""
    revived = (
        ScheduleEvent.objects.filter(
            schedule=schedule.pk, verb=EventVerb.REVIVE, created_at__gte=at
        )
        .order_by("created_at", "id")
        .first()
    )
    before = revived.created_at if revived else at
    ended = _last_event(schedule, EventVerb.COMPLETE, before=before)
    sentence = phrase(
        "It was not due then: the schedule had stopped{reason} and was revived{by}.",
        reason=f" ({ended.note})" if ended else "",
        by=by_whom(revived),
    )
    return Explanation(at, sentence, event=ended)


def _explain_no_tick(case: _Case, at: datetime) -> Explanation:
    if isinstance(case.timing, ManualTiming):
        sentence = phrase(
            "It was not due then: it has no ticks and runs only on request."
        )
        return Explanation(at, sentence, timing_text=case.text)
    previous, following = _before(case, at), _after(case, at)
    before, after = phrase("the previous tick is{at}"), phrase("the next tick is{at}")
    around = [before.fill(at=at_time(previous))] if previous else []
    around += [after.fill(at=at_time(following))] if following else []
    was = (
        phrase("It was not due then")
        if at <= case.now
        else phrase("It is not due then")
    )
    if around:
        was = phrase("{what}: {ticks}", what=was, ticks=listing(around))
    return Explanation(
        at,
        phrase("{what} ({timing}).", what=was, timing=case.text),
        previous_tick=previous,
        next_tick=following,
        timing_text=case.text,
    )


def _before(case: _Case, at: datetime) -> datetime | None:
    """The last tick that the schedule had before `at`, in any epoch."""
    epochs = ScheduleEpoch.objects.filter(
        schedule=case.schedule.pk, number__lte=case.epoch.number
    )
    for epoch in epochs.order_by("-number")[:EPOCHS_AROUND]:
        upto = min(at, epoch.to_at or at)
        tick = timing.last_upto(_valid_timing(epoch), upto, epoch.from_at)
        if tick is not None:
            return None if _is_beyond(case, tick) else tick
    return None


def _after(case: _Case, at: datetime) -> datetime | None:
    """The first tick after `at` that the schedule had or will have, in any epoch."""
    epochs = ScheduleEpoch.objects.filter(
        schedule=case.schedule.pk, number__gte=case.epoch.number
    )
    for epoch in epochs.order_by("number")[:EPOCHS_AROUND]:
        tick = timing.next_after(_valid_timing(epoch), max(at, epoch.from_at))
        if tick is not None and tick <= (epoch.to_at or tick):
            return None if _is_beyond(case, tick) else tick
    return None


def _valid_timing(epoch: ScheduleEpoch) -> Timing:
    """The timing of the epoch; one without ticks if it is no longer valid."""
    try:
        return timing_of(epoch)
    except TimingError:
        return ManualTiming()


def _is_beyond(case: _Case, tick: datetime) -> bool:
    """Whether the schedule will, or may, end before this future tick."""
    schedule = case.schedule
    if schedule.next_tick_at is None:
        return tick > case.now
    if tick < schedule.next_tick_at or schedule.max_runs is None:
        return False
    ahead = timing.count(schedule.timing, schedule.next_tick_at - MICROSECOND, tick)
    ahead -= sum(early <= tick for early in early_ticks(schedule))  # fired already
    return ahead > schedule.max_runs - schedule.fired_count


def _row_of(schedule: ScheduledJob, at: datetime) -> ScheduledRun | None:
    """The ledger row of the tick: its own, or the range row that contains it."""
    row = (
        ScheduledRun.objects.filter(
            schedule=schedule.pk, origin__in=TICK_ORIGINS, scheduled_for__lte=at
        )
        .order_by("-scheduled_for")
        .first()
    )
    return row if row and at <= (row.range_end or row.scheduled_for) else None


def _deciding_event(schedule: ScheduledJob, run: ScheduledRun) -> ScheduleEvent | None:
    verb = DECIDED_BY.get(Reason(run.reason))
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
    """The sentence, and the event, for a tick that is not in the ledger."""
    schedule, epoch, now = case.schedule, case.epoch, case.now
    if epoch.pruned_upto and at <= epoch.pruned_upto:
        return _PRUNED, None
    if schedule.status == Status.STOPPED:
        event = _last_event(schedule, EventVerb.COMPLETE, before=now)
        reason = schedule.reason_text or phrase("ended")
        stopped = phrase("It does not run: the schedule has stopped ({reason}).")
        return stopped.fill(reason=reason), event
    if _is_beyond(case, at):
        return _LIMITED.fill(runs=_RUNS.of(schedule.max_runs or 0)), None
    if schedule.status == Status.PAUSED:
        event = _last_event(schedule, EventVerb.PAUSE, before=now)
        paused = phrase(
            "It will not run unless the schedule is resumed: it was paused{by} and still is."
        )
        if at <= now:
            paused = phrase("It did not run: the schedule was paused{by} and still is.")
        return paused.fill(by=by_whom(event)), event
    if at > now:
        return _NOT_YET, None
    late = in_words((now - at).total_seconds())
    return _OVERDUE.fill(time=late), None
