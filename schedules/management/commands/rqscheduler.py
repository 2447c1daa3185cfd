"""`manage.py rqscheduler`: register the active schedules, then fire their ticks."""

from __future__ import annotations

import gc
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import CommandError
from django_rq import get_queue, get_scheduler
from django_rq.management.commands import rqscheduler
from rq_scheduler.utils import setup_loghandlers
from typing_extensions import override

from schedules import checks
from schedules.processes.latest_end import LatestEnd
from schedules.processes.loop import Loop, register
from schedules.scheduler import get_scheduler_service
from schedules.services.upkeep.session import use_scheduler_session
from workflows.execution.queue import job_class, queue_name
from workflows.kit.logs import get_logger

logger = get_logger(__name__)
INTERVAL_SECONDS = 5


class Command(rqscheduler.Command):
    """Run a scheduler. Several may run at once, on one or more machines.

    For another queue (`--queue`) it does what django-rq's own command does.
    """

    help = "Run a scheduler, which fires the due ticks of all schedules. Several may run at once."
    requires_system_checks = (checks.TAG,)
    _stock_interval = 0

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)  # type: ignore[no-untyped-call]
        self._stock_interval = parser.get_default("interval")
        parser.set_defaults(queue=None, interval=None)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if options["interval"] is not None and options["interval"] < 1:
            raise CommandError("--interval must be at least 1 second.")
        if options["pid"]:
            Path(options["pid"]).expanduser().write_text(str(os.getpid()))
        if options["queue"] not in {None, queue_name()}:
            _run_stock(
                options["queue"],
                interval=options["interval"] or self._stock_interval,
                verbosity=options["verbosity"],
            )
            return
        with LatestEnd(_end_now):
            _run(interval=options["interval"] or INTERVAL_SECONDS)


def _run(*, interval: float) -> None:
    use_scheduler_session()
    service = get_scheduler_service()
    register(service)
    # The code and the caches that are here stay: to look at all of them for garbage, every
    # few thousand ticks, would delay one by a tenth of a second.
    gc.freeze()
    Loop(service, interval=interval).run()


def _end_now() -> NoReturn:
    """In the middle of a round, whose transaction is undone or done as a whole: what it has
    not fired or not sent, the next scheduler does."""
    logger.warning("scheduler_ended_unanswered")
    sys.stderr.flush()
    os._exit(0)


def _run_stock(name: str, *, interval: int, verbosity: int) -> None:
    """Run rq-scheduler for another queue, as django-rq's command does.

    It reads jobs as our worker does: in the same Redis our alarms are in the same set, and
    its loop would end at a job that it cannot read.
    """
    if name not in settings.RQ_QUEUES:
        raise CommandError(
            f"RQ_QUEUES has no queue {name!r}. Without --queue this command fires the "
            f"schedules, whose queue is {queue_name()!r}."
        )
    setup_loghandlers(_level(verbosity))
    queue = get_queue(name, job_class=job_class())
    get_scheduler(name, queue=queue, interval=interval).run()


def _level(verbosity: int) -> str:
    return {0: "WARNING", 1: "INFO"}.get(verbosity, "DEBUG")
