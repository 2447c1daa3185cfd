"""Sentences made from data: what a timing means, and what happened to a run.

They are for people only: no code parses them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from schedules import timing
from schedules.models import (
    NEVER_RAN,
    Origin,
    Reason,
    RunStatus,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.policy.types import OpenRuns, Overlapped
from schedules.timing import Timing, zones
from schedules.timing.english import joined
from workflows.failures import FailureKind
from workflows.kit.phrases import Phrase, phrase, phrases

_HOW = {
    Origin.CATCH_UP: " as a catch-up",
    Origin.BACKFILL: " in a backfill",
    Origin.MANUAL: " on request",
}
_BECAUSE = {
    FailureKind.NODE: "a node failed",
    FailureKind.LOST: "its worker stopped or could not renew its lease",
    FailureKind.NO_TRIGGER: "no active trigger of its workflow accepted the schedule",
    FailureKind.NOT_ALLOWED: "the owner of the schedule may no longer run its workflow",
    FailureKind.BROKEN: "its workflow or its payload is broken",
    FailureKind.CRASH: "its process crashed",
}
_NOT_STARTED = {FailureKind.NO_TRIGGER, FailureKind.NOT_ALLOWED}
# The error text of these kinds adds nothing to the sentence.
_WITHOUT_ERROR = {FailureKind.TIMEOUT, FailureKind.LOST}
_STILL = {
    "running": phrase("running"),
    "retrying": phrase("waiting for its next attempt"),
    "pending": phrase("waiting in the queue"),
}
_WITHDRAWN = {
    Reason.PAUSED: " because the schedule was paused",
    Reason.STOPPED: " because the schedule was deleted",
    Reason.REPLACED: " because a newer run replaced it",
}


def timing_text(rule: Timing, zone: str) -> str:
    """The timing in English. A one-off also gets its local time in `zone`, unless tzdata no
    longer has that zone."""
    return timing.describe(rule, zone if zone in zones.timezone_names() else "UTC")


def run_sentence(
    run: ScheduledRun, event: ScheduleEvent | None, ahead: OpenRuns | None = None
) -> str:
    """What happened to the run.

    `event` is the action that decided it, if any; `ahead` are the runs open now, if this one
    waits for them.
    """
    if run.status in NEVER_RAN:
        return f"It did not run: {_why_not(run, event)}."
    if ahead is not None and ahead.open:
        still = _STILL[_furthest_state(ahead)]
        return f"It is waiting for an earlier run, which is still {still}."
    return _OF_STATUS[RunStatus(run.status)](run)


def backfilled_sentence(
    run: ScheduledRun,
    event: ScheduleEvent | None,
    backfill: ScheduledRun,
    ahead: OpenRuns | None,
) -> str:
    """What happened to a tick that did not run when it was due, and to its backfill."""
    now = run_sentence(backfill, None, ahead)
    return f"{now} When it was due, it did not run: {_why_not(run, event)}."


def reason_text(run: ScheduledRun) -> str:
    """The reason of a run in a few words: the open runs, or the kind of failure."""
    if run.reason == Reason.OVERLAP and run.overlap:
        return f"{run.reason}: {overlapped(run)}"
    return ", ".join(filter(None, (run.reason, run.get_failure_kind_display().lower())))


def _why_not(run: ScheduledRun, event: ScheduleEvent | None) -> str:
    return {
        Reason.NONE: "no reason was recorded",
        Reason.OVERLAP: f"{overlapped(run)}; overlapping ticks are skipped",
        Reason.PAUSED: f"the schedule was paused{by_whom(event)}",
        Reason.EDITED: f"its timing was changed{by_whom(event)} before it fired",
        Reason.LIMIT: "the schedule had already fired as often as max_runs allows",
        Reason.WINDOW: "it was found too late, outside the catch-up window",
        Reason.POLICY: "it was found late, and the catch-up policy did not choose it",
        Reason.STOPPED: "the schedule was deleted",
        Reason.REPLACED: "a newer run replaced it",
    }[Reason(run.reason)]


_BEHIND = phrases(
    "and another was waiting for it", "and {count} others were waiting for it"
)


def overlapped(run: ScheduledRun) -> Phrase:
    """The runs that were open when the tick was skipped."""
    if not run.overlap:  # not recorded
        return phrase("an earlier run was still open")
    found = Overlapped(**run.overlap)
    if found.rule == "max_open_runs":
        counted = [
            what.fill(count=count)
            for count, what in (
                (found.running, phrase("{count} running")),
                (found.pending, phrase("{count} waiting in the queue")),
                (found.retrying, phrase("{count} waiting for a retry")),
            )
            if count
        ]
        return phrase(
            "as many runs were open as max_open_runs allows ({runs})",
            runs=joined(counted),
        )
    still = phrase(
        "an earlier run was still {state}", state=_STILL[_furthest_state(found)]
    )
    if found.rule == "max_waiting":
        behind = phrase(
            "and {count} ticks, the most allowed, were waiting for it",
            count=found.waiting,
        )
    elif found.waiting:
        behind = _BEHIND.of(found.waiting)
    else:
        return still
    return phrase("{still}, {behind}", still=still, behind=behind)


def _furthest_state(found: Overlapped | OpenRuns) -> str:
    """The state of the open run; of several, that of the run that has come furthest."""
    if found.running:
        return "running"
    return "retrying" if found.retrying else "pending"


def by_whom(event: ScheduleEvent | None) -> str:
    """When, by whom and with which note, to follow a participle: "paused at ... by alice"."""
    if event is None:
        return ""
    return phrase(
        "{at} by {who}{note}",
        at=at_time(event.created_at),
        who=event.actor_name or event.actor_kind,
        note=f' ("{event.note}")' if event.note else "",
    )


def _how(run: ScheduledRun) -> str:
    return _HOW.get(Origin(run.origin), "")


def _pending(run: ScheduledRun) -> str:
    has, joined = "has not been sent to the queue yet", "but"
    if run.enqueued_at:
        has = f"has been waiting for a worker since {utc(run.enqueued_at)}"
        joined = "and"
    who = f"It fired{_how(run)} {joined}"
    if run.attempt > 1:
        who = f"Attempt {run.attempt}"
    return f"{who} {has}.{_failed_before(run)}"


def _waiting(run: ScheduledRun) -> str:
    if run.not_before:
        due = f"Attempt {run.attempt} is due{at_time(run.not_before)}."
        return f"{due}{_failed_before(run)}"
    return "It is waiting for an earlier run of the schedule to end."


def _running(run: ScheduledRun) -> str:
    who = f"Attempt {run.attempt}" if run.attempt > 1 else "It"
    since = utc(run.started_at) if run.started_at else "an unknown time"
    asked = ""
    if run.cancel_requested_at:
        newer = " for a newer run" if run.reason == Reason.REPLACED else ""
        asked = f" It was asked to stop{newer}{at_time(run.cancel_requested_at)}."
    return (
        f"{who} has been running{_how(run)} since {since}.{asked}{_failed_before(run)}"
    )


def _ran(run: ScheduledRun, attempt: int) -> str:
    who = f"attempt {attempt}" if attempt > 1 else "it"
    return f"It ran{_how(run)}: {who} started{at_time(run.started_at)}"


def _succeeded(run: ScheduledRun) -> str:
    return f"{_ran(run, run.attempt)} and succeeded{at_time(run.finished_at)}."


def _failed(run: ScheduledRun) -> str:
    withdrawn = _WITHDRAWN.get(Reason(run.reason), "")
    when, then, attempt = at_time(run.finished_at), "", run.attempt
    if withdrawn and not run.cancel_requested_at:
        # A retry was withdrawn before it started: it is the attempt before that failed.
        then = f" Attempt {attempt} was cancelled{when}{withdrawn}."
        when, attempt = "", attempt - 1
    text = f"{_ran(run, attempt)} and failed"
    if run.failure_kind in _NOT_STARTED and not run.execution_id:
        who = f"Attempt {attempt}" if attempt > 1 else f"It fired{_how(run)} but"
        text = f"{who} could not start"
    return f"{text}{when} because {_failure(run)}.{then}{_error(run)}"


def _failed_before(run: ScheduledRun) -> str:
    """Why the attempt before this one failed, if there was one."""
    if not run.failure_kind:
        return ""
    return f" Attempt {run.attempt - 1} failed because {_failure(run)}.{_error(run)}"


def _failure(run: ScheduledRun) -> str:
    kind = FailureKind(run.failure_kind)
    if kind == FailureKind.NOT_ALLOWED and run.execution_id:
        return "the owner of its workflow may not do what a node does"
    if kind != FailureKind.TIMEOUT:
        return _BECAUSE[kind]
    if not (run.started_at and run.deadline_at):
        return "it timed out"
    return (
        f"it timed out after {(run.deadline_at - run.started_at).total_seconds():g} s"
    )


def _error(run: ScheduledRun) -> str:
    """The recorded error, as the last sentence."""
    if not run.error or run.failure_kind in _WITHOUT_ERROR:
        return ""
    return f" Error: {run.error}"


def _cancelled(run: ScheduledRun) -> str:
    end = f"was cancelled{at_time(run.finished_at)}{_WITHDRAWN.get(Reason(run.reason), '')}."
    if run.started_at is None:
        return f"It never started: it {end}"
    if run.attempt > 1 and run.reason and not run.cancel_requested_at:
        return f"Attempt {run.attempt - 1} failed, and attempt {run.attempt} {end}"
    return f"{_ran(run, run.attempt)} and {end}"


_OF_STATUS: dict[RunStatus, Callable[[ScheduledRun], str]] = {
    RunStatus.PENDING: _pending,
    RunStatus.WAITING: _waiting,
    RunStatus.RUNNING: _running,
    RunStatus.SUCCEEDED: _succeeded,
    RunStatus.FAILED: _failed,
    RunStatus.CANCELLED: _cancelled,
}


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def at_time(moment: datetime | None) -> str:
    """The time to follow a verb; empty if it was not recorded."""
    return phrase(" at {time}", time=utc(moment)) if moment else ""


def passed_sentence(passed: int, caught_up: int) -> str:
    """How many ticks passed during a pause, and how many of them a resume catches up."""
    ticks = "1 tick" if passed == 1 else f"{passed} ticks"
    return f"{ticks} passed during the pause; {caught_up or 'none'} will be caught up."
