"""The worker whose work processes stay: they take the runs, and it looks after them.

What else is in its queues it runs as RQ does, in a process of its own for each job.
"""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress
from datetime import timedelta
from types import FrameType
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.timeouts import HorseMonitorTimeoutException
from rq.utils import now as rq_now
from typing_extensions import override

from schedules.processes.endings import WORKER_STOPPED
from schedules.processes.forked import has_ended
from schedules.processes.latest_end import SAME_SIGNAL_SECONDS
from schedules.processes.orders import Orders
from schedules.processes.pool import Pool
from schedules.processes.shown import show_worker
from schedules.processes.worker import ScheduleWorker
from workflows.execution.inbox import Inbox
from workflows.execution.queue import queue_name
from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog

logger = get_logger(__name__)
outages = OutageLog(logger)
# How often it looks after its processes at least, and for jobs of others: while all processes
# are busy, and while there are other queues to look at.
LOOK_EVERY_SECONDS = 1.0
LOOK_WHEN_BUSY_SECONDS = 0.25
LOOK_AT_QUEUES_SECONDS = 0.1


class PoolWorker(ScheduleWorker):
    """The worker class of `manage.py rqworker`."""

    # How many work processes it keeps.
    processes = 1
    _pool: Pool | None = None

    @override
    def work(  # type: ignore[override]  # the rest is RQ's own
        self,
        burst: bool = False,
        max_jobs: int | None = None,
        **options: Any,
    ) -> bool:
        self._heartbeat.at_once = self.processes
        self._orders = Orders(burst=burst, most=max_jobs)
        self._inbox = Inbox(self.connection)
        self._other_jobs: list[str] = []
        self._look_at = 0.0
        self._woken, waking = os.pipe()
        for end in (self._woken, waking):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        try:
            return super().work(burst=burst, max_jobs=max_jobs, **options)
        finally:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(self._woken)
            os.close(waking)
            self._orders.close()

    @override
    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()
        signal.signal(signal.SIGCHLD, lambda signum, frame: None)  # it wakes us

    @override
    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """The first signal: the processes end their runs, for which they have a while."""
        self._shutdown_requested_date = rq_now()
        self._stop_requested = True
        signal.signal(signal.SIGINT, self.request_force_stop)
        signal.signal(signal.SIGTERM, self.request_force_stop)
        self._orders.stop = True
        self.handle_warm_shutdown_request()

    @override
    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """The second signal: they end at once."""
        asked = self._shutdown_requested_date
        if asked and rq_now() - asked >= timedelta(seconds=SAME_SIGNAL_SECONDS):
            self._kill_all()

    @override
    def teardown(self) -> None:
        if not self.is_horse:
            self._end_pool()
        super().teardown()

    @override
    def _kill_all(self) -> None:
        if self._pool:
            self._pool.kill(WORKER_STOPPED)
        super()._kill_all()

    @override
    def _left_open(self) -> str:
        held = self._pool.held if self._pool else []
        return " ".join(
            filter(None, [*(str(each.id) for each in held), super()._left_open()])
        )

    @override
    def check_for_suspension(self, burst: bool) -> None:
        """The processes look themselves, so that this one can look after them."""
        if burst:
            super().check_for_suspension(burst)

    @override
    def _wait_for_redis(self) -> None:
        if self._pool:
            self._pool.tend()
        self._other_jobs += (
            self._orders.reported()
        )  # unread, they would end each wait at once
        self._wait_for_news()

    @override
    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Look after the work processes until there is a job of others to run."""
        if self._pool is None:
            self._pool = Pool(self.processes, self._orders, self._reaper)
        self._pool.begin_again()
        began = time.monotonic()
        self._orders.others_wait = bool(self._other_jobs)
        while not (self._stop_requested or self.patience.is_over):
            self._orders.give_permits()
            self._pool.tend()
            if found := self._other_job():
                self._orders.others_wait = True
                return found
            if self._is_done or self._has_idled(max_idle_time, began):
                return None
            self._wait_for_news()
        self._end_pool()
        return None

    @property
    def _is_done(self) -> bool:
        """Whether nothing is left to do. In burst mode, Redis must have said so."""
        is_unsure = self.patience.is_short and self.patience.error
        return self._pool is not None and self._pool.is_done and not is_unsure

    def _has_idled(self, seconds: int | None, began: float) -> bool:
        if seconds is None or self._pool is None:
            return False
        since = self._pool.idle_since
        return since is not None and time.monotonic() - max(since, began) >= seconds

    def _other_job(self) -> tuple[Job, Queue] | None:
        """A job of others; None if there is none, or if Redis is away."""
        with self.patience.whether_it_answers():
            self._other_jobs += self._orders.reported()
            if not self._other_jobs and self._is_time_to_look():
                self._look_at = time.monotonic() + self._pause()
                if self.should_run_maintenance_tasks:
                    self.run_maintenance_tasks()
                found = self._looked_for()
                self.patience.note_answer()
                if found:
                    return found
            while self._other_jobs:
                if found := self._fetched(self._other_jobs[0]):
                    del self._other_jobs[0]
                    return found
                del self._other_jobs[0]
                self._orders.return_permit()
                if self._pool:  # its processes may have ended for want of a permit
                    self._pool.begin_again()
            self._orders.others_wait = False
        return None

    def _is_time_to_look(self) -> bool:
        """Now and then; and always before it ends since nothing is left to do."""
        is_done = self._pool is not None and self._pool.is_done
        return is_done or time.monotonic() >= self._look_at

    def _looked_for(self) -> tuple[Job, Queue] | None:
        """The first job of others in one of the other queues; one in our queue is then among
        those that were taken."""
        if not self._waits_for_us() or not self._orders.take_permit():
            return None
        is_used = False
        try:
            if (job_id := self._inbox.take_other()) is not None:
                self._other_jobs.append(job_id)
                is_used = True
                return None
            found = self._taken_elsewhere()
            is_used = found is not None
            return found
        finally:
            if not is_used:  # another worker was faster, or Redis is away
                self._orders.return_permit()

    def _waits_for_us(self) -> bool:
        """Whether a job of others seems to be in the queues."""
        return self._inbox.has_other() or any(
            queue.count for queue in self._other_queues
        )

    def _taken_elsewhere(self) -> tuple[Job, Queue] | None:
        if not self._other_queues:
            return None
        found = self.queue_class.dequeue_any(
            self._other_queues,
            None,
            connection=self.connection,
            job_class=self.job_class,
            serializer=self.serializer,
            death_penalty_class=self.death_penalty_class,
        )
        if found:
            self._begins(found[0])
        return found

    def _fetched(self, job_id: str) -> tuple[Job, Queue] | None:
        """A job of others that was taken from our queue; None if it cannot be read."""
        queue = self._own_queue
        try:
            job = self.job_class.fetch(job_id, self.connection, self.serializer)
        except NoSuchJobError:
            queue.intermediate_queue.remove(job_id)
            return None
        except (RedisConnectionError, RedisTimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 whatever others have put there
            logger.error("job_not_readable", job=job_id, error=str(error))
            queue.intermediate_queue.remove(job_id)
            return None
        self._begins(job)
        return job, queue

    def _begins(self, job: Job) -> None:
        job.redis_server_version = self.get_redis_server_version()  # type: ignore[no-untyped-call]

    @property
    def _own_queue(self) -> Queue:
        return next(each for each in self.queues if each.name == queue_name())

    @property
    def _other_queues(self) -> list[Queue]:
        return [each for each in self._ordered_queues if each.name != queue_name()]

    def _pause(self) -> float:
        """How many seconds until it looks for jobs of others again."""
        if self._other_queues:
            return LOOK_AT_QUEUES_SECONDS
        is_busy = self._pool and self._pool.idle_since is None
        return LOOK_WHEN_BUSY_SECONDS if is_busy else LOOK_EVERY_SECONDS

    def _wait_for_news(self) -> None:
        """Wait until a signal comes, a process ends, or a process has found a job of others."""
        select.select([self._woken, self._orders.fileno()], [], [], self._pause())
        with suppress(BlockingIOError):
            while os.read(self._woken, 512):
                pass

    @override
    def wait_for_horse(self) -> tuple[int | None, int | None, Any]:
        """Look after the work processes while a job of others runs."""
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return super().wait_for_horse()
        signal.alarm(0)  # RQ's own alarm would come anywhere
        until = time.monotonic() + self.job_monitoring_interval
        while self._pool and self.horse_pid and not has_ended(self.horse_pid):
            self._orders.give_permits()
            self._pool.tend(replace=not self._stop_requested)
            self._give_back()
            if time.monotonic() >= until:
                raise HorseMonitorTimeoutException
            self._wait_for_news()
        return super().wait_for_horse()

    def _give_back(self) -> None:
        """Leave jobs that processes have taken to other workers: this one is busy, or ends."""
        self._other_jobs += self._orders.reported()
        try:
            while self._other_jobs:
                self._inbox.give_back(self._other_jobs[-1])
                self._other_jobs.pop()
                self._orders.return_permit()
        except RedisError as error:
            outages.warning("worker_lost_redis", error=str(error))

    def _end_pool(self) -> None:
        """Wait until all processes have ended. Since a signal, they have a while to do so."""
        if self._pool is None:
            return
        self._orders.stop = True
        if self._heartbeat.is_answered:  # they look every second anyway
            self._pool.unblock(self.connection)
        while True:
            self._pool.tend(replace=False)
            if self._pool.is_empty:
                break
            select.select([self._woken], [], [], LOOK_AT_QUEUES_SECONDS)
            with suppress(BlockingIOError):
                os.read(self._woken, 512)
        self._give_back()
        self._pool.close()
        self._pool = None

    @override
    def show(self) -> None:
        if pool := self._pool:
            show_worker(self, pool)
