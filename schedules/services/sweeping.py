"""The sweep: mends, by index, what a crash or a flushed Redis left undone.

Every step is idempotent, and harmless when two schedulers take it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from schedules.messages import OUTAGES, Send
from schedules.models import RunStatus, ScheduledJob, ScheduledRun
from schedules.policy import RETRY_BACKOFF_CAP_SECONDS
from schedules.scheduler import get_scheduler_service
from schedules.services import sending
from schedules.services.ahead import SLACK
from schedules.services.batch import update_rows
from schedules.services.line import held_up, release_waiting
from schedules.services.outcomes import WORKER_LOST, Outcome, record_outcome
from workflows.failures import FailureKind
from workflows.lease import LEASE

logger = structlog.get_logger(__name__)
# A run committed this long ago without being sent lost its sender; before, it may be on
# its way. Sending twice would be harmless, only wasteful.
UNSENT_AFTER = timedelta(seconds=3)
# A run sent this long ago that no worker claimed is looked for in the queue. A worker that
# died with it in its hands leaves its job in Redis, under a state that RQ corrects only
# after minutes: so what is not queued is sent again.
LOST_AFTER = timedelta(seconds=5)
# Alarms are compared with the database this far ahead, long before they are needed.
ALARMS_AHEAD = timedelta(seconds=15)
# So many of them are compared with the queue; those that are queued cost next to nothing.
LOOKED_FOR = 50_000
BATCH = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each kind one sweep mended."""

    runs_sent: int = 0
    retries_released: int = 0
    queued_released: int = 0
    workers_lost: int = 0
    alarms_set: int = 0
    alarms_removed: int = 0


def sweep(now: datetime, *, judge_leases: bool) -> Swept:
    """Mend what is broken; returns what was.

    `judge_leases`: the caller has seen the database without a break for longer than a
    lease, so that a lease which ran out means a dead worker and not a blind scheduler.
    Raises `RedisAway` when Redis is away or refuses to write; what needs only the database is done before.
    """
    service = get_scheduler_service()
    _step(_pull_back, now)
    counts = {
        "workers_lost": _step(_fail_lost_workers, now) if judge_leases else 0,
        "retries_released": _step(_release_retries, now),
        "queued_released": _step(_release_queued, now),
    }
    service.check_writable()
    flushed = service.was_flushed()
    witness = service.witness() if flushed else None
    counts["runs_sent"] = _step(_send_all if flushed else _send_unsent, now)
    counts["runs_sent"] += _step(_send_lost, now)
    if flushed:
        alarms = service.sync_jobs_on_startup()
        service.mark_alive(witness)
    else:
        alarms = service.mend_alarms(now + ALARMS_AHEAD)
    swept = Swept(**counts, alarms_set=alarms.set, alarms_removed=alarms.removed)
    if any(asdict(swept).values()):
        logger.info("swept", flushed=flushed, **asdict(swept))
    return swept


def _step(mend: Callable[[datetime], int], now: datetime) -> int:
    """What one step mended; a step that fails must not keep the others from mending."""
    try:
        return mend(now)
    except OUTAGES:
        raise
    except Exception:
        # Logged each time: what it could not mend is still broken.
        logger.exception("sweep_step_failed", step=mend.__name__)
        return 0


def _each(items: Iterable[T], mend: Callable[[T], int]) -> int:
    """What was mended of `items`; one that cannot be must not keep the others from it."""
    mended = 0
    for item in items:
        try:
            mended += mend(item)
        except OUTAGES:
            raise
        except Exception:
            logger.exception("not_mended", step=mend.__qualname__, item=str(item))
    return mended


def _send_unsent(now: datetime) -> int:
    """Pending runs that were never sent."""
    unsent = _pending().filter(
        _before_or_never("created_at", now, UNSENT_AFTER), enqueued_at=None
    )
    return _resend(list(unsent), now=now)


def _before_or_never(field: str, now: datetime, since: timedelta) -> Q:
    """That long ago; or in a future that only a clock which was ahead has seen."""
    return Q(**{f"{field}__lte": now - since}) | Q(**{f"{field}__gt": now + SLACK})


def _send_all(now: datetime) -> int:
    """After a flush: every pending run, wherever it was before."""
    return _resend(list(_pending()), now=now)


def _send_lost(now: datetime) -> int:
    """Pending runs that were sent long ago and are no longer in the queue.

    One that a worker claims just now is sent in vain: the job finds it claimed.
    """
    old = _pending().filter(_before_or_never("enqueued_at", now, LOST_AFTER))
    ids = old.values_list("schedule_id", "id", "scheduled_for", "attempt", "send_count")
    by_job = {send.job_id: send.run_id for send in map(Send._make, ids[:LOOKED_FOR])}
    lost = get_scheduler_service().not_queued(list(by_job)) if by_job else []
    found = ScheduledRun.objects.in_bulk([by_job[job_id] for job_id in lost[:BATCH]])
    return _resend(list(found.values()), now=now)


def _pending() -> QuerySet[ScheduledRun]:
    return ScheduledRun.objects.filter(status=RunStatus.PENDING).order_by("enqueued_at")


def _resend(runs: Sequence[ScheduledRun], *, now: datetime) -> int:
    """Send again, under job ids never used before.

    The count moves on before the send: a second scheduler that read the same rows loses
    the race for them, and a crash in between costs nothing but a number.
    """
    sent = 0
    for start in range(0, len(runs), BATCH):
        batch = runs[start : start + BATCH]
        with transaction.atomic():
            mine = [run for run in batch if _next_send(run)]
        if mine and not sending.send(mine, now=now):
            break  # Redis is away: the next sweep goes on from here
        sent += len(mine)
    return sent


def _next_send(run: ScheduledRun) -> bool:
    moved = update_rows(
        ScheduledRun,
        match=("id", "status", "attempt", "send_count"),
        change=("send_count",),
        rows=[
            (run.id, RunStatus.PENDING, run.attempt, run.send_count, run.send_count + 1)
        ],
    )
    run.send_count += 1
    return moved == 1


def _release_retries(now: datetime) -> int:
    """Runs whose time to be tried again has come."""
    due = ScheduledRun.objects.filter(status=RunStatus.WAITING, not_before__lte=now)

    def release(run: ScheduledRun) -> int:
        with transaction.atomic():
            mine = ScheduledRun.objects.filter(
                pk=run.pk, status=RunStatus.WAITING, not_before=run.not_before
            ).update(status=RunStatus.PENDING, not_before=None)
            if mine:
                run.status = RunStatus.PENDING
                sending.send_on_commit([run], now=now)
        return mine

    return _each(due.order_by("not_before")[:BATCH], release)


def _release_queued(now: datetime) -> int:
    """Runs that wait behind an open run that is over: normally its outcome frees them."""

    def release(schedule_id: UUID) -> int:
        with transaction.atomic():
            schedule = (
                ScheduledJob.objects.select_for_update(no_key=True)
                .filter(pk=schedule_id)
                .first()
            )
            return release_waiting(schedule, now=now) if schedule else 0

    return _each(list(islice(held_up(), BATCH)), release)


def _pull_back(now: datetime) -> int:
    """What no rule puts so far ahead was written by a clock that was: leases, and the
    times of retries. They begin now."""
    running = ScheduledRun.objects.filter(status=RunStatus.RUNNING)
    pulled = running.filter(lease_until__gt=now + LEASE + SLACK).update(
        lease_until=now + LEASE
    )
    longest = timedelta(seconds=RETRY_BACKOFF_CAP_SECONDS)
    waiting = ScheduledRun.objects.filter(
        status=RunStatus.WAITING, not_before__gt=now + longest + SLACK
    )
    return pulled + waiting.update(not_before=now)


def _fail_lost_workers(now: datetime) -> int:
    """Runs whose lease ran out: their worker is gone, or has killed itself by now."""
    lost = ScheduledRun.objects.filter(
        status=RunStatus.RUNNING, lease_until__lt=now
    ).order_by("lease_until")

    def fail(run: ScheduledRun) -> int:
        assert run.token is not None  # a running run holds one: a constraint
        return record_outcome(
            run.id,
            token=run.token,
            outcome=Outcome("failed", WORKER_LOST, FailureKind.LOST, lost=True),
            now=now,
            lease_ended_before=now,
        )

    return _each(lost[:BATCH], fail)
