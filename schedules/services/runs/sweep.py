"""The sweep: completes what a crash or a flushed Redis has left undone. Each step finds its
rows by an index.

Every step is idempotent, and harmless if two schedulers take it at once.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction

from schedules.models import RunStatus, ScheduledJob, ScheduledRun
from schedules.policy.decide import RETRY_BACKOFF_CAP_SECONDS
from schedules.rq.messages import redis_errors
from schedules.scheduler import get_scheduler_service
from schedules.services.ledger.ahead import SLACK
from schedules.services.runs.sending import RUNS
from schedules.services.runs.waiting import release_waiting, stuck_schedules
from workflows.execution import abandon, outbox
from workflows.execution.steps import fix_each, fix_one
from workflows.kit.logs import get_logger

logger = get_logger(__name__)
# Alarms are compared with the database this far ahead of time.
ALARMS_AHEAD = timedelta(seconds=15)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each kind one sweep has repaired."""

    runs_sent: int = 0
    retries_released: int = 0
    waiting_released: int = 0
    workers_lost: int = 0
    alarms_set: int = 0
    alarms_removed: int = 0


def sweep(now: datetime, *, judge_leases: bool) -> Swept:
    """Repair what a crash or a flushed Redis has left. Returns how much it was.

    `judge_leases`: the caller has seen the database without interruption for longer than a
    lease, so that an expired lease means a dead worker and not a blind scheduler. Raises
    `RedisAway` if Redis is unavailable or refuses writes, after the steps that need only
    the database.
    """
    service = get_scheduler_service()
    fix_one(now, abandon.shorten_future_leases)
    fix_one(now, _pull_back_retries)
    counts = {
        "workers_lost": fix_one(now, abandon.close_lost) if judge_leases else 0,
        "retries_released": fix_one(now, release_retries),
        "waiting_released": fix_one(now, _release_waiting),
    }
    service.check_writable()
    flushed = service.was_flushed()
    witness = service.witness() if flushed else None
    with redis_errors():
        counts["runs_sent"] = outbox.send_again(now, flushed=flushed)
    if flushed:
        alarms = service.sync_jobs_on_startup()
        service.mark_alive(witness)
    else:
        alarms = service.repair_alarms(now + ALARMS_AHEAD)
    swept = Swept(**counts, alarms_set=alarms.set, alarms_removed=alarms.removed)
    if any(asdict(swept).values()):
        logger.info("swept", flushed=flushed, **asdict(swept))
    return swept


def release_retries(now: datetime) -> int:
    """Send the runs whose retry is due. Returns how many."""
    due = ScheduledRun.objects.filter(status=RunStatus.WAITING, not_before__lte=now)

    def release(run: ScheduledRun) -> int:
        with transaction.atomic():
            mine = ScheduledRun.objects.filter(
                pk=run.pk, status=RunStatus.WAITING, not_before=run.not_before
            ).update(status=RunStatus.PENDING, not_before=None)
            if mine:
                run.status = RunStatus.PENDING
                RUNS.send_on_commit([run], now=now)
        return mine

    return fix_each(due.order_by("not_before")[:BATCH], release)


def _release_waiting(now: datetime) -> int:
    """Release runs that wait for a run that has ended, which its outcome normally does."""

    def release(schedule_id: UUID) -> int:
        with transaction.atomic():
            schedule = ScheduledJob.objects.locked_or_none(schedule_id)
            return release_waiting(schedule, now=now) if schedule else 0

    return fix_each(list(islice(stuck_schedules(), BATCH)), release)


def _pull_back_retries(now: datetime) -> int:
    """Make retries due now that are further ahead than any retry can be: a clock that was
    ahead has written them."""
    longest = timedelta(seconds=RETRY_BACKOFF_CAP_SECONDS)
    return ScheduledRun.objects.filter(
        status=RunStatus.WAITING, not_before__gt=now + longest + SLACK
    ).update(not_before=now)
