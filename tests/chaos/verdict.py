"""Whether a fault is mended, and what the ledger says after it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Count, Q
from django.utils import timezone

from schedules.models import RunStatus, ScheduledJob, ScheduledRun
from schedules.rq.messages import RedisAway
from schedules.scheduler import get_scheduler_service
from schedules.services.insight.audit import audit
from tests.chaos.report import Ticks
from tests.chaos.site import Site
from workflows.models import WorkflowExecution

MENDED_WITHIN_SECONDS = 15.0
GIVE_UP_SECONDS = 60.0
AWAY = (OperationalError, InterfaceError, RedisAway)
# An alarm moves a moment after its frontier: what is young is not yet out of step.
A_MOMENT = timedelta(seconds=1)
Check = Callable[[datetime], Iterator[str]]


def unmended(since: datetime) -> Iterator[str]:
    """What still keeps the site from working as if the fault had never been."""
    now = timezone.now()
    if ScheduledJob.objects.due(now - A_MOMENT).exists():
        yield "a schedule is overdue"
    old = ScheduledRun.objects.filter(created_at__lt=since)
    if old.filter(status=RunStatus.PENDING).exists():
        yield "a run of before has not started"
    if old.filter(status=RunStatus.WAITING, not_before__lt=since).exists():
        yield "a retry of before has not started"
    if old.filter(status=RunStatus.RUNNING, started_at__lt=since).exists():
        yield "a run of before has not ended"
    if not ScheduledRun.objects.filter(started_at__gt=since).exists():
        yield "no run has started since"
    yield from _alarms()


def unsent(since: datetime) -> Iterator[str]:
    """The same for a site without workers: every run is in the queue."""
    if ScheduledJob.objects.due(timezone.now() - A_MOMENT).exists():
        yield "a schedule is overdue"
    pending = ScheduledRun.objects.filter(status=RunStatus.PENDING)
    if pending.filter(enqueued_at=None, created_at__lt=since).exists():
        yield "a run of before was not sent"


def _alarms() -> Iterator[str]:
    wrong, alone = get_scheduler_service().alarms_out_of_sync()
    if wrong or alone:
        yield "alarms are out of step"


def seconds_to_mend(since: datetime, check: Check) -> tuple[float, list[str], bool]:
    """How long after `since` nothing was left to mend, what was last, and whether it was."""
    last = left = ["nothing could be asked"]
    while (waited := (timezone.now() - since).total_seconds()) < GIVE_UP_SECONDS:
        try:
            left = list(check(since))
        except AWAY:
            connection.close()
        if not left:
            return waited, last, True
        last = left
        time.sleep(0.1)
    return waited, last, False


def ticks() -> Ticks:
    """The audit of every schedule, summed up."""
    found = Ticks()
    counts: Counter[str] = Counter()
    for account in audit():
        found.expected += account.expected
        found.doubled += account.double
        found.lost += account.missing
        found.faults += [f"{account.name}: {fault}" for fault in account.problems]
        counts.update(account.counts)
    found.skipped = counts.pop(RunStatus.SKIPPED, 0)
    found.missed = counts.pop(RunStatus.MISSED, 0)
    found.fired = sum(counts.values())
    return found


def twice_started(site: Site) -> list[str]:
    """Attempts that started more than once, by their executions and by their nodes."""
    names = [f"event__{name}" for name in ("schedule_id", "scheduled_for", "origin")]
    executions = (
        WorkflowExecution.objects.order_by()
        .values_list(*names, "event__attempt")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    return [
        *(f"executions of one attempt: {row}" for row in executions),
        *(f"nodes of one attempt: {start}" for start in site.marks.doubled),
    ]


def not_in_queue(since: datetime) -> Iterator[str]:
    """Pending runs of a site without workers that no worker would ever get: each id in the
    queue lets one start, whosever it is."""
    queued = get_scheduler_service().connection.llen("rq:queue:workflows")
    pending = ScheduledRun.objects.filter(~Q(enqueued_at=None), status="pending")
    if (missing := pending.count() - queued) > 0:
        yield f"{missing} runs have no id in the queue"
