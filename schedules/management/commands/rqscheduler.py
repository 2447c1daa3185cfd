"""`manage.py rqscheduler`: registers the active schedules, then fires what is due."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import structlog
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from django_rq.management.commands import rqscheduler
from typing_extensions import override

from schedules import checks
from schedules.processes.clock_guard import ClockGuard
from schedules.processes.loop import AHEAD_SECONDS, Loop
from schedules.rq.messages import OUTAGES
from schedules.scheduler import SchedulerService, get_scheduler_service
from schedules.services.clocks.jumps import Jumps
from schedules.services.clocks.other_clocks import leads
from schedules.services.clocks.withdrawing import withdraw_batch
from schedules.services.runs.firing import fire_due
from schedules.services.runs.sweep import sweep
from schedules.services.upkeep.commits import leave_the_disk_to_claims
from schedules.services.upkeep.pruning import Pruned, prune
from schedules.services.upkeep.retiming import retime_batch
from workflows.execution.guard import LEASE
from workflows.execution.queue import QUEUE_NAME
from workflows.execution.steps import mend_one
from workflows.services import deletions_wait, finish_deletions

logger = structlog.get_logger(__name__)


class Command(rqscheduler.Command):
    """Runs a scheduler. Any number may run at once, on any number of machines."""

    help = "Runs a scheduler: fires the due ticks of all schedules. Run as many as you like."
    requires_system_checks = (checks.TAG,)

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)  # type: ignore[no-untyped-call]
        parser.set_defaults(queue=QUEUE_NAME, interval=5)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if options["queue"] != QUEUE_NAME:
            raise CommandError(f"--queue takes {QUEUE_NAME!r} only: all runs go there.")
        if options["interval"] < 1:
            raise CommandError("--interval is at least 1 second.")
        if options["pid"]:
            Path(options["pid"]).expanduser().write_text(str(os.getpid()))
        leave_the_disk_to_claims()
        service = get_scheduler_service()
        register(service)
        new_loop(service, interval=options["interval"]).run()


def register(service: SchedulerService) -> None:
    """Set the alarms of all active schedules, by difference; the sweep repeats it."""
    try:
        mended = service.sync_jobs_on_startup()
    except OUTAGES as error:
        logger.warning("schedules_not_registered", error=str(error))
    else:
        logger.info("schedules_registered", **asdict(mended))


def clock() -> datetime:
    """The one place where the scheduler reads the clock."""
    return timezone.now()  # noqa: TID251 an entry point


def new_loop(
    service: SchedulerService,
    *,
    interval: float,
    clock: Callable[[], datetime] = clock,
    guarded: bool = True,
) -> Loop:
    """The loop, handed the services that it does not know. Not `guarded`: by a `clock`
    that is none."""
    suspects: Counter[UUID] = Counter()
    jumps = Jumps()
    chores = Chores(may_prune=lambda: not jumps.lately())
    recovery = Recovery(jumps)
    guard = ClockGuard(leads=partial(leads, clock), on_jump=jumps.note)

    def hold(until: datetime) -> None:
        early = (until - clock()).total_seconds()
        time.sleep(max(0.0, min(early, AHEAD_SECONDS)))

    def fire(now: datetime) -> float | None:
        ahead = now > clock()
        return fire_due(now, suspects=suspects, hold=hold if ahead else None).rest

    def mend(now: datetime, seen_for: float) -> None:
        sweep(now, judge_leases=seen_for > LEASE.total_seconds())
        mend_one(now, chores.do)

    return Loop(
        service,
        fire=fire,
        sweep=mend,
        clock=clock,
        interval=interval,
        guard=guard if guarded else None,
        recover=recovery.go_on,
    )


class Recovery:
    """When the clock is right again, what it wrote while it was ahead is withdrawn."""

    def __init__(self, jumps: Jumps) -> None:
        self._jumps = jumps
        self._started = False
        self._tried: set[UUID] = set()

    def go_on(self, now: datetime) -> bool:
        """Put some schedules right; whether there are more."""
        if not self._started:
            self._started = True
            self._jumps.note_start(now)
        if withdraw_batch(now, self._tried):
            return True
        self._tried.clear()
        return False


class Chores:
    """What is not urgent: a little of it with each sweep."""

    PRUNE_EVERY = timedelta(minutes=10)
    # Of each sweep, which is every few seconds.
    PRUNE_SECONDS = 0.05

    def __init__(self, may_prune: Callable[[], bool] = lambda: True) -> None:
        self._may_prune = may_prune
        self._retiming = True
        self._pruning: Iterator[Pruned] | None = None
        self._prune_at: datetime | None = None
        self._deleting = Deleting()

    def do(self, now: datetime) -> None:
        self._deleting.go_on()
        if self._retiming:
            self._retiming = retime_batch(now) > 0
        if self._pruning is None and self._is_time_to_prune(now):
            self._pruning = prune(now)
        if not self._pruning:
            return
        if not self._may_prune() or self._is_pruned(self._pruning):
            self._pruning = None
            self._prune_at = now + self.PRUNE_EVERY

    def _is_time_to_prune(self, now: datetime) -> bool:
        at = self._prune_at
        # Later than that it was put off by a clock that was ahead.
        return at is None or not at - self.PRUNE_EVERY <= now < at

    def _is_pruned(self, steps: Iterator[Pruned]) -> bool:
        """Goes on for a little while; whether that was the end."""
        until = time.monotonic() + self.PRUNE_SECONDS
        return all(time.monotonic() < until for _ in steps)


class Deleting:
    """Takes away the workflows that are marked, in a thread beside the loop."""

    def __init__(self) -> None:
        self._thread: Thread | None = None

    def go_on(self) -> None:
        """Begin, if there is something to do and nothing is under way."""
        if (self._thread is None or not self._thread.is_alive()) and deletions_wait():
            self._thread = Thread(target=self._finish, daemon=True, name="deleting")
            self._thread.start()

    def _finish(self) -> None:
        try:
            for _ in finish_deletions():
                pass
        except Exception:
            # The next sweep begins again where this one came to.
            logger.warning("deletion_interrupted", exc_info=True)
        finally:
            connection.close()
