"""A work process that stays: it runs what is in the queue, one run after the other."""

from __future__ import annotations

import contextvars
import gc
import os
import re
import time
import uuid
from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID

from redis.exceptions import RedisError

from schedules import jobs
from schedules.policy.turns import Turns
from schedules.processes.orders import Orders
from schedules.services.runs.claims import Claim
from schedules.services.runs.claims import claim_or_find as claim_run_or_find
from schedules.services.runs.turns import Look, Started, claim_next, look_ahead
from workflows.execution import jobs as execution_jobs
from workflows.execution import standalone
from workflows.execution.guard import watch
from workflows.execution.inbox import Inbox, Taken
from workflows.execution.process_state import ProcessState, at_work
from workflows.execution.queue import connection, disconnect
from workflows.execution.standalone import token_at
from workflows.kit.commits import settle
from workflows.kit.conf import conf
from workflows.kit.database_retry import retry_while_away
from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog
from workflows.kit.sqlite_write_lock import use_queue
from workflows.processes.surroundings import Surroundings

logger = get_logger(__name__)
outages = OutageLog(logger)
PAUSE_SECONDS = 0.1
REDIS_PAUSE_SECONDS = 1.0
MEGABYTE = 1024 * 1024
RUNS_BETWEEN_WEIGHINGS = 100
# An alarm, an execution, or an attempt of a run, as they are sent.
JOB_ID = re.compile(
    r"(?P<kind>schedule|execution|run)-(?P<row>[0-9a-f-]{36})"
    r"(-(?P<attempt>\d{1,5}))?(-\d{1,9})?"
)
MEMORY = "/proc/self/statm"


class WorkProcess:
    """Takes runs until it is told to stop, or has to be replaced."""

    def __init__(self, state: ProcessState, orders: Orders) -> None:
        self._state = state
        self._orders = orders
        self._inbox = Inbox(connection())
        use_queue(orders.write_queue)
        self._turns = Turns(begins_after=uuid.uuid4())
        self._turns.go_on(state.note)
        # What the last outcome brought along, and what was taken while it was written.
        self._look: Look | None = None
        self._early: Taken | None = None
        # Why it ends, once it does.
        self._reason = ""
        watch()
        gc.freeze()  # what was there before the first run will not become garbage
        self._surroundings = Surroundings(disconnect)

    def serve(self) -> None:
        """Run what is in the queue. Returns when this process is to end."""
        try:
            while not (self._orders.stop or self._reason):
                self._serve_one()
        finally:
            settle()
            self._put_back()

    def _serve_one(self) -> None:
        try:
            self._take_one()
        except RedisError as error:
            if self._state.held:
                raise
            outages.warning("worker_lost_redis", error=str(error))
            self._no_claim_follows()
            self._pause(REDIS_PAUSE_SECONDS)

    def _take_one(self) -> None:
        if not self._state.has_permit and not self._orders.take_permit():
            self._is_done()
            return
        self._state.has_permit = True
        early, self._early = self._early, None
        taken = early or self._inbox.take() or self._wait()
        if taken is None:
            return
        self._state.has_permit = False
        if not taken.is_ours:
            self._orders.report(taken.job_id)
            return
        self._work(taken)
        self._end_if_due()

    def _is_done(self) -> None:
        self._reason = "nothing is left to do"
        self._state.is_done = True

    def _wait(self) -> Taken | None:
        """Wait for work, at most a second."""
        self._no_claim_follows()
        if self._orders.burst:
            self._is_done()
            return None
        if self._orders.others_wait:
            time.sleep(PAUSE_SECONDS)
            return None
        return self._inbox.wait(partial(setattr, self._state, "client_id"))

    def _no_claim_follows(self) -> None:
        """What the last success left to the next claim is not left any longer."""
        settle()
        self._look = None

    def _work(self, taken: Taken) -> None:
        state = self._state
        began = state.since = time.monotonic()
        try:
            contextvars.copy_context().run(self._run, taken)
            state.release()  # after an exception the worker records the end of what it holds
        finally:
            state.since = time.monotonic()
            state.runs += 1
            state.seconds += state.since - began

    def _run(self, taken: Taken) -> None:
        if not (parts := JOB_ID.fullmatch(taken.job_id)):
            logger.error("job_not_readable", job=taken.job_id)
            return
        kind, row = parts["kind"], UUID(parts["row"])
        if kind == "schedule":
            self._look = None
            jobs.execute_scheduled_trigger(str(row))
            return
        with at_work():
            attempt = int(parts["attempt"] or 1)
            claimed = self._claim(kind, row, attempt, is_last=not taken.left)
            if isinstance(claimed, Claim):
                jobs.wait_until(claimed.scheduled_for)
                if taken.left:
                    self._look = look_ahead(self._turns, jobs.clock, self._take_early)
                jobs.run_claimed(claimed, ahead=self._look)
            elif claimed:
                execution_jobs.run_claimed(*claimed)

    def _claim(
        self, kind: str, row: UUID, attempt: int, *, is_last: bool
    ) -> Started | None:
        """What is next in turn; or what the id from the queue names, if it is the last one,
        or if nobody's turn is found."""
        token = uuid.uuid4()
        look, self._look = self._look, None

        def taking(now: datetime, kind: str, row: UUID) -> None:
            self._state.hold(kind, row, token if kind == "run" else token_at(now))
            self._state.note = self._turns.note

        def named() -> Started | None:
            if kind == "run":
                taking(jobs.clock(), kind, row)
                return claim_run_or_find(row, attempt, token=token, clock=jobs.clock)
            about_to = partial(taking, kind=kind, row=row)
            return standalone.claim_or_find(row, clock=jobs.clock, taking=about_to)

        def next_in_turn() -> Started | None:
            now = jobs.clock()
            about_to = partial(taking, now)
            return claim_next(
                self._turns, token=token, now=now, taking=about_to, look=look
            )

        in_turn = partial(retry_while_away, next_in_turn)
        first, second = (named, in_turn) if is_last else (in_turn, named)
        return first() or second()

    def _take_early(self) -> None:
        """Take the next id while the database writes an outcome: one at a time, and not if this
        process may end after the outcome, or needs a permit for each piece of work."""
        runs = self._state.runs + 1
        may_end = (
            self._orders.stop
            or self._state.was_interrupted
            or self._is_to_weigh(runs)
            or runs >= conf.WORK_PROCESS_RUNS
        )
        if self._early or may_end or self._orders.is_limited:
            return
        with suppress(RedisError):  # asked again, and noted, if it lasts
            self._early = self._inbox.take()

    def _put_back(self) -> None:
        if self._early:
            with suppress(RedisError):  # a hint
                self._inbox.put_back(self._early)

    def _end_if_due(self) -> None:
        """End after a run that leaves something behind, and after many runs."""
        if self._state.was_interrupted:
            self._reason = "its run was interrupted"
        elif self._state.had_effects:
            self._reason = self._surroundings.put_back()
        if not self._reason and self._state.runs >= conf.WORK_PROCESS_RUNS:
            self._reason = f"it has ended {self._state.runs:.0f} runs"
        if not self._reason and self._is_to_weigh(self._state.runs):
            used = _megabytes()
            if used > conf.WORK_PROCESS_MEGABYTES:
                self._reason = f"it uses {used:.0f} MB of memory"
        if self._reason:
            logger.info("work_process_replaced", why=self._reason)

    def _is_to_weigh(self, runs: float) -> bool:
        """Whether to look at its memory: code of others may have taken any, and many small
        runs take some."""
        return bool(self._state.had_effects or runs % RUNS_BETWEEN_WEIGHINGS == 0)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._orders.stop and time.monotonic() < until:
            time.sleep(PAUSE_SECONDS)


def _megabytes() -> float:
    """The memory that this process has in use; 0 where the system does not tell."""
    try:
        with open(MEMORY) as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    except OSError:
        return 0.0
