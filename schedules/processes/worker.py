"""The RQ worker: it has a heartbeat of its own, its work processes (RQ calls them work
horses) die with it and leave nothing behind, and the end of each is recorded."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from redis.client import PubSub, PubSubWorkerThread
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from typing_extensions import override

from schedules.processes.endings import (
    CRASHED,
    STOPPED_IN_RQ,
    WORKER_STOPPED,
    record_job,
)
from schedules.processes.forked import begin
from schedules.processes.heartbeats import Heartbeat
from schedules.processes.latest_end import LATEST_END_SECONDS, SIGNALS
from schedules.processes.overdue import Overdue
from schedules.processes.patience import Patience
from schedules.processes.reaper import Reaper
from workflows.execution.endings import Ending, ending_of_status
from workflows.execution.process_state import ProcessState, Work
from workflows.execution.queue import OURS
from workflows.execution.redis_client import TIMEOUTS
from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog
from workflows.processes.leftovers import log_ended
from workflows.processes.session import end_session

if TYPE_CHECKING:
    from redis.client import Pipeline

logger = get_logger(__name__)
outages = OutageLog(logger)
# Before the latest end.
GRACE_SECONDS = LATEST_END_SECONDS - 2.0
WAIT_SECONDS = 1
NOT_ANSWERED = "Redis does not answer."


class ScheduleWorker(Worker):
    """The worker class of `manage.py rqworker`."""

    # The longest pause between attempts to reach Redis, in seconds; RQ's own cap is a minute.
    max_connection_wait_time = 2.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("job_monitoring_interval", 5)
        super().__init__(*args, **kwargs)
        queues = [f"worker:{name}" for name in self.queue_names()]
        self._heartbeat = Heartbeat(self.connection, ["worker", *queues], self.show)
        self._reaper = Reaper()
        self._job: Job | None = None
        self._job_id = ""
        self._process_state = ProcessState()
        self._before_reaping = threading.RLock()
        self._wait_status = 0
        self._killed_as: Ending | None = None
        self._timers: list[threading.Timer] = []
        self.patience = Patience()

    @property
    @override
    def dequeue_timeout(self) -> int:
        """How long it waits for a job at a time. RQ waits for minutes, and as long for a Redis
        that hangs."""
        return WAIT_SECONDS

    @property
    @override
    def connection_timeout(self) -> int:
        return int(TIMEOUTS["socket_timeout"])

    @override
    def work(self, burst: bool = False, *args: Any, **kwargs: Any) -> bool:
        self.patience.is_short = burst
        handlers = {signum: signal.getsignal(signum) for signum in SIGNALS}
        self._reaper = Reaper()
        self._reaper.start()
        overdue = Overdue(
            lambda: [(self._process_state, self.horse_pid)],
            lambda pid: self._kill(),
            self._before_reaping,
        )
        try:
            return super().work(burst, *args, **kwargs)
        except StopRequested:  # the signal came when it was about to end
            return True
        finally:
            self._heartbeat.stop()
            self._reaper.stop()
            overdue.stop()
            for timer in self._timers:
                timer.cancel()
            # Until the next worker has its own: this one would take a signal, and nobody end.
            for signum, handler in handlers.items():
                signal.signal(signum, handler)

    @override
    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        # Not earlier: as soon as it is reported alive, it may be signalled to end.
        self._heartbeat.start()

    @override
    def teardown(self) -> None:
        if self.is_horse:
            return
        self._heartbeat.stop()  # first: it would register the worker again
        try:
            if self._heartbeat.is_answered:
                self._heartbeat.remove()
                super().teardown()  # type: ignore[no-untyped-call]
                return
            error = NOT_ANSWERED
        except RedisError as raised:
            error = str(raised)
        # What says that it is alive expires.
        outages.warning("worker_not_signed_off", error=error)
        if self.scheduler:
            self.stop_scheduler()  # type: ignore[no-untyped-call]
        if self.pubsub_thread:
            self.pubsub_thread.stop()

    def show(self) -> None:
        """Called by the heartbeat every second."""

    @property
    def stop_requested(self) -> bool:
        """Whether a signal ended the work, and not an error."""
        return self._stop_requested or self._shutdown_requested_date is not None

    @override
    def handle_warm_shutdown_request(self) -> None:
        """Give running work `GRACE_SECONDS`; then end it and record it as lost."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        # Even if there is no work process at this moment: one may be about to be forked.
        self._in(GRACE_SECONDS, self._kill_all)
        self._in(LATEST_END_SECONDS, self._end_now)

    def _in(self, seconds: float, do: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, do)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def _kill_all(self) -> None:
        self.kill_horse()

    def _end_now(self) -> None:
        """In a thread: the main thread waits for an answer of the database or of Redis. What is
        not on record then, the sweep closes."""
        if left_open := self._left_open():
            logger.error("worker_ended_unanswered", left_open=left_open)
        else:
            outages.warning("worker_not_signed_off", error=NOT_ANSWERED)
        sys.stderr.flush()
        os._exit(1 if left_open else 0)

    def _left_open(self) -> str:
        """What is at work, or was, and may not be on record."""
        is_open = self._process_state.work in (Work.AT_WORK, Work.RAISED)
        return self._job_id if is_open else ""

    @override
    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        with self.patience.whether_it_answers():
            super().set_state(state, pipeline)

    @override
    def set_shutdown_requested_date(self) -> None:
        """Called by the handler of the signal: an exception would end the run."""
        with self.patience.whether_it_answers():
            super().set_shutdown_requested_date()  # type: ignore[no-untyped-call]

    @override
    def _pubsub_exception_handler(
        self, exc: Exception, pubsub: PubSub, pubsub_thread: PubSubWorkerThread
    ) -> None:
        """RQ's thread would end after a time-out, and the worker not hear of jobs to stop."""
        if isinstance(exc, RedisTimeoutError):
            exc = RedisConnectionError(str(exc))
        super()._pubsub_exception_handler(exc, pubsub, pubsub_thread)

    @override
    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        with self._before_reaping:
            self._job, self._job_id = job, job.id
            self._killed_as = None
            if self._stopped_job_id != job.id:
                self._stopped_job_id = None
        self._process_state.wipe()
        self._wait_status = 0
        worker = os.getpid()
        child = self._reaper.fork()
        os.environ["RQ_WORKER_ID"] = self.name
        os.environ["RQ_JOB_ID"] = job.id
        if child == 0:
            begin(
                worker,
                self._process_state,
                self._reaper,
                lambda: self.main_work_horse(job, queue),
            )
        self._horse_pid = child
        self.procline(f"Forked {child} at {time.time()}")  # type: ignore[no-untyped-call]
        if self._stopped_job_id == job.id:  # before there was anything to kill
            self.kill_horse()

    @override
    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """For a job of others, Redis has as long to answer as RQ gives it: a job whose end was
        not noted is taken for failed."""
        if not OURS.match(job.id):
            options = self.connection.connection_pool.connection_kwargs
            options["socket_timeout"] = self.worker_ttl
        super().main_work_horse(job, queue)

    @override
    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next job. Waits while Redis refuses to give it, as while it cannot be reached."""
        # Redis may refuse this, and answer all else.
        refused = Patience(is_short=self.patience.is_short)
        while True:
            try:
                return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            except ResponseError as error:
                refused.note_error(error)
                self._bear(error)
                if refused.is_over:
                    raise StopRequested from error
                self._wait_for_redis()

    @override
    def check_for_suspension(self, burst: bool) -> None:
        self._patiently(partial(super().check_for_suspension, burst))

    @override
    def heartbeat(
        self, timeout: int | None = None, pipeline: Pipeline | None = None
    ) -> None:
        beat = partial(super().heartbeat, timeout, pipeline)
        if pipeline is not None:  # which is sent later
            beat()
            return
        self._patiently(beat)

    @override
    def run_maintenance_tasks(self) -> None:
        """RQ's upkeep, which can wait."""
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        except RedisError as error:
            self._bear(error)

    @override
    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job of RQ. RQ would end the worker if Redis was away; what is left undone of
        the job, RQ's upkeep mends."""
        with self.patience.whether_it_answers():
            super().execute_job(job, queue)

    def _patiently(self, ask: Callable[[], None]) -> None:
        """Ask Redis, again and again while it is away: RQ would end the worker, and forget the
        job that it has taken. Not while a job runs, or when it is to end."""
        while True:
            try:
                ask()
            except RedisError as error:
                self._bear(error)
            else:
                self.patience.note_answer()
                return
            if self.horse_pid or self._stop_requested:
                return
            self._wait_for_redis()

    def _bear(self, error: RedisError) -> None:
        """Go on without Redis, unless the worker was to end and has waited for long."""
        self.patience.note_error(error)
        if self.patience.is_over:
            raise StopRequested from error

    def _wait_for_redis(self) -> None:
        time.sleep(self.max_connection_wait_time)

    @override
    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Keep the run going while Redis fails: RQ would quit here and abandon its work process."""
        with self.patience.whether_it_answers("heartbeat_not_sent"):
            super().maintain_heartbeats(job, execution)
            self.patience.note_answer()

    @override
    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """Kill the work process and all processes that it has started.

        A job that is being stopped through RQ may have ended already: the job that has taken
        its place is left alone.
        """
        with self._before_reaping:
            stopped = self._stopped_job_id
            if stopped and stopped != self._job_id:
                self._stopped_job_id = None
                return
            if self.horse_pid:
                self._killed_as = STOPPED_IN_RQ if stopped else WORKER_STOPPED
                self._kill(sig)

    def _kill(self, sig: signal.Signals = signal.SIGKILL) -> None:
        with self._before_reaping:  # afterwards the pid may belong to another process
            if horse := self.horse_pid:
                os.kill(horse, sig)
                log_ended(end_session(horse), job=self._job_id)

    @override
    def wait_for_horse(self) -> tuple[int | None, int | None, Any]:
        """Wait until the work process ends, and end the processes that it left behind.

        It is reaped last, because until then its session id is not reused. An exit
        status of 0 in the middle of the work is hidden from RQ, which would take it for
        success.
        """
        if not (horse := self.horse_pid):
            return None, None, None
        usage = None
        can_wait_unreaped = hasattr(os, "waitid")  # not on macOS before Python 3.13
        with suppress(ChildProcessError):
            if can_wait_unreaped:
                os.waitid(os.P_PID, horse, os.WEXITED | os.WNOWAIT)
            else:
                _, self._wait_status, usage = os.wait4(horse, 0)
        signal.alarm(0)  # RQ's alarm must not interrupt what follows
        with self._before_reaping:
            self._reaper.end(horse, job=self._job_id)
            self._horse_pid = 0
        with suppress(ChildProcessError):
            if can_wait_unreaped:
                _, self._wait_status, usage = os.wait4(horse, 0)
        status = self._wait_status
        is_credible = status or self._process_state.work != Work.AT_WORK
        # Before RQ's bookkeeping, for which Redis must answer.
        if self._job and self._process_state.work in (Work.AT_WORK, Work.RAISED):
            self._record_end(self._job)
        return horse, status if is_credible else None, usage

    @override
    def monitor_work_horse(self, job: Job, queue: Queue, execution: Execution) -> None:
        try:
            super().monitor_work_horse(job, queue, execution)
        finally:
            if self.horse_pid:  # an unexpected exception came between
                self._kill()
                self.wait_for_horse()

    def _record_end(self, job: Job) -> None:
        """Record the end of a work process that has not recorded it itself."""
        ending = self._killed_as or ending_of_status(self._wait_status)
        if self._process_state.work == Work.RAISED:
            ending = CRASHED
        record_job(job, ending)
        self._process_state.work = Work.ON_RECORD
