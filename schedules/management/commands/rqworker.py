"""`manage.py rqworker`: run the workflows of fired ticks.

For other queues only, it is django-rq's own command.
"""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, connections
from django_rq.management.commands import rqworker
from django_rq.queues import get_queues
from django_rq.utils import reset_db_connections
from django_rq.workers import get_exception_handlers, get_worker_class
from redis.exceptions import RedisError
from typing_extensions import override

from schedules import checks
from schedules.processes.cpus import usable_cpus
from schedules.processes.pool_worker import PoolWorker
from schedules.processes.worker import ScheduleWorker
from schedules.services.upkeep.session import use_worker_session
from workflows.execution.queue import (
    job_class,
    queue_config,
    queue_name,
    redis_setting,
)
from workflows.execution.redis_client import new_client
from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog

outages = OutageLog(get_logger(__name__))
RETRY_SECONDS = 2.0
MOST_PROCESSES = 64
MOST_BY_DEFAULT = 8
MOST_ON_SQLITE = 2  # it has one writer at a time


class Command(rqworker.Command):
    """django-rq's command, with this product's worker for our queue."""

    help = "Run a worker, which runs workflows. Several may run at once."
    requires_system_checks = (checks.TAG,)
    _stock_serializer = ""

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)  # type: ignore[no-untyped-call]
        self._stock_serializer = parser.get_default("serializer")
        parser.set_defaults(serializer=None)
        parser.add_argument(
            "--processes",
            metavar="N",
            help="how many runs it does at once; by default the CPUs that it may use, at "
            f"most {MOST_BY_DEFAULT}, and at most {MOST_ON_SQLITE} on SQLite",
        )
        parser.add_argument(
            "--fork",
            action="store_true",
            help="fork a process for each run, one run at a time: for code that leaves "
            "something behind",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        if options["fork"] and options["processes"]:
            raise CommandError("Give either --fork or --processes.")
        if options["processes"] is not None:
            options["processes"] = process_count(str(options["processes"]))
        queues = args or (queue_name(),)
        _must_exist(queues)
        if queue_name() not in queues:
            options["serializer"] = options["serializer"] or self._stock_serializer
            super().handle(*queues, **options)  # type: ignore[no-untyped-call]
            return
        _leave_pools()
        use_worker_session()
        options["serializer"] = (
            options["serializer"] or _serializer(queues) or self._stock_serializer
        )
        if options["pid"]:
            Path(options["pid"]).expanduser().write_text(str(os.getpid()))
        while not self._work(*queues, **options):
            time.sleep(RETRY_SECONDS)

    def _work(self, *queues: str, **options: Any) -> bool:
        """Work until the worker is asked to stop (True) or loses Redis (False)."""
        try:
            worker = _new_worker(queues, options)
            if isinstance(worker, PoolWorker):
                worker.processes = options["processes"] or default_processes()
            # The work processes must not inherit an open connection.
            reset_db_connections()
            worker.work(
                burst=options["burst"],
                with_scheduler=options["with_scheduler"],
                logging_level=_level(options["verbosity"]),
                max_jobs=options["max_jobs"],
                max_idle_time=options["max_idle_time"],
            )
        except RedisError as error:
            if options["burst"]:
                raise CommandError(_redis_away(error)) from error
            outages.warning("worker_lost_redis", error=str(error))
            return False
        is_stopped = getattr(worker, "stop_requested", True)
        patience = getattr(worker, "patience", None)
        lost = patience.error if patience else ""
        if lost and options["burst"] and not is_stopped:
            raise CommandError(_redis_away(lost))
        bounded = options["burst"] or options["max_jobs"] or options["max_idle_time"]
        return bool(bounded) or is_stopped


def process_count(text: str) -> int:
    """The number of work processes that was asked for."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_PROCESSES:
        return int(text)
    problem = f"--processes {text}: a worker has from 1 to {MOST_PROCESSES} processes."
    raise CommandError(problem)


def default_processes() -> int:
    """As many as there are CPUs for them, but few."""
    most = MOST_ON_SQLITE if connection.vendor == "sqlite" else MOST_BY_DEFAULT
    return min(usable_cpus(), most)


def _new_worker(queues: tuple[str, ...], options: dict[str, Any]) -> Any:
    """As django-rq makes it, with a Redis client of ours: its own waits for minutes, and
    repeats that, for a Redis that does not answer."""
    found = get_queues(  # type: ignore[no-untyped-call]
        *queues,
        queue_class=options["queue_class"],
        job_class=job_class(options["job_class"]),
        connection=new_client(queue_config()),
    )
    chosen = options["worker_class"] or _worker_class(options)
    worker_class = get_worker_class(chosen)  # type: ignore[no-untyped-call]
    return worker_class(
        found,
        connection=found[0].connection,
        exception_handlers=get_exception_handlers() or None,  # type: ignore[no-untyped-call]
        job_class=found[0].job_class,
        queue_class=type(found[0]),
        name=options["name"],
        worker_ttl=options["worker_ttl"],
        serializer=options["serializer"],
    )


def _redis_away(error: object) -> str:
    return f"Redis is away, and the queue may not be empty; see {redis_setting()}. ({error})"


def _worker_class(options: dict[str, Any]) -> type[ScheduleWorker]:
    return ScheduleWorker if options["fork"] else PoolWorker


def _leave_pools() -> None:
    """Have connections of our own: processes that are forked would share those of a pool."""
    for each in connections.all():
        each.close()
        if each.settings_dict["OPTIONS"].get("pool"):
            each.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL
            each.settings_dict["OPTIONS"]["pool"] = False


def _must_exist(queues: tuple[str, ...]) -> None:
    for name in queues:
        if name not in settings.RQ_QUEUES:
            raise CommandError(f"RQ_QUEUES has no queue {name!r}.")


def _serializer(queues: tuple[str, ...]) -> Any:
    """The serializer that `RQ_QUEUES` gives to these queues, for jobs that are not ours."""
    first, *others = (settings.RQ_QUEUES[name].get("SERIALIZER") for name in queues)
    if any(other != first for other in others):
        raise CommandError(
            "These queues have different serializers in RQ_QUEUES, and a worker reads all "
            "its queues with one. Run a worker for each queue, or give --serializer."
        )
    return first


def _level(verbosity: int) -> str:
    # RQ logs every step of every job at INFO. Our own log lines have what matters.
    return {0: "ERROR", 1: "WARNING", 2: "INFO"}.get(verbosity, "DEBUG")
