"""The RQ worker: its own heartbeat, work horses that die with it, and lost runs recorded."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection as database
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.job import Job
from typing_extensions import override

from schedules import heartbeat
from schedules.job_fields import ENTRY_POINT
from schedules.jobs import job_token
from schedules.services.outcomes import WORKER_LOST, Outcome, record_outcome
from workflows.lost import WORKER_LOST as EXECUTION_LOST
from workflows.lost import abandon_execution

logger = structlog.get_logger(__name__)
GRACE_SECONDS = 10.0
PR_SET_PDEATHSIG = 1
RUN_ARGUMENTS = 4
EXECUTION_ENTRY_POINT = "workflows.jobs.run_execution"


class ScheduleWorker(Worker):
    """What `manage.py rqworker` runs."""

    # How long the worker stays away when Redis is: RQ's own cap is a minute.
    max_connection_wait_time = 2.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("job_monitoring_interval", 5)
        super().__init__(*args, **kwargs)
        queues = [f"worker:{name}" for name in self.queue_names()]
        self._beats = _Beats(self.connection, ["worker", *queues])

    @override
    def work(self, *args: Any, **kwargs: Any) -> bool:
        try:
            return super().work(*args, **kwargs)
        finally:
            self._beats.stop()

    @override
    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        # Not before: who is told that it is alive may ask it to end.
        self._beats.start()

    @property
    def stop_requested(self) -> bool:
        """Whether a signal ended the work, and not a fault."""
        return self._stop_requested or self._shutdown_requested_date is not None

    @override
    def handle_warm_shutdown_request(self) -> None:
        """Running work gets some seconds; then it is ended, and recorded as lost."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            timer = threading.Timer(GRACE_SECONDS, self.kill_horse)
            timer.daemon = True
            timer.start()

    @override
    def main_work_horse(self, job: Job, queue: Queue) -> None:
        _die_with_parent()
        super().main_work_horse(job, queue)

    @override
    def handle_work_horse_killed(
        self, job: Job, retpid: Any, ret_val: Any, rusage: Any
    ) -> None:
        """A horse that was killed runs no callback: record its run as lost for it."""
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)  # type: ignore[no-untyped-call]
        try:
            _record_lost(job, now=timezone.now())  # noqa: TID251 an entry point
        except Exception:
            # The sweep will find it by its lease.
            logger.exception("lost_run_not_recorded", job=job.id)
        finally:
            database.close()  # the next fork must not share it


class _Beats:
    """A thread of the worker (never of its horses) that says that it is alive."""

    def __init__(self, redis: Redis, kinds: Sequence[heartbeat.Kind]) -> None:
        self._redis = redis
        self._kinds = kinds
        self._name = heartbeat.process_name()
        self._over = threading.Event()

    def start(self) -> None:
        self._over.clear()
        threading.Thread(target=self._beat, daemon=True, name="heartbeat").start()

    def stop(self) -> None:
        self._over.set()
        with suppress(RedisError):  # forgotten in a quarter of a minute anyway
            for kind in self._kinds:
                heartbeat.farewell(self._redis, kind, self._name)

    def _beat(self) -> None:
        while not self._over.is_set():
            try:
                for kind in self._kinds:
                    heartbeat.beat(self._redis, kind, self._name)
            except RedisError as error:
                logger.warning("heartbeat_not_sent", error=str(error))
            self._over.wait(heartbeat.EVERY_SECONDS)


def _record_lost(job: Job, *, now: datetime) -> None:
    """What the job was doing has failed: a run of a schedule, or an execution by hand."""
    if job.func_name == EXECUTION_ENTRY_POINT:
        abandon_execution(UUID(job.args[0]), error=EXECUTION_LOST, now=now)
    elif run_id := _run_id(job):
        record_outcome(
            run_id,
            token=job_token(job.id),
            outcome=Outcome("failed", WORKER_LOST),
            now=now,
        )


def _run_id(job: Job) -> UUID | None:
    """The run that the job was to start, if it is one of ours."""
    if job.func_name != ENTRY_POINT or len(job.args) < RUN_ARGUMENTS:
        return None
    return UUID(job.args[2])


def _die_with_parent() -> None:
    """End the work horse when its worker ends, however that ended.

    Else it would work on unseen, while its run is judged lost and tried again.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)
    if sys.platform != "linux":
        threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)
