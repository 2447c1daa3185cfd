"""A process that dies between any two steps loses nothing and doubles nothing.

The steps are what leaves the process: each statement to the database and each message to
Redis. The crash comes before the first of them, then before the second, and so on, until
the work gets through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from redis import Redis
from redis.connection import Connection

from schedules import jobs
from schedules.models import ScheduledJob, ScheduledRun
from schedules.scheduler import get_scheduler_service
from schedules.services import fire_due, sweep
from schedules.services.insight.audit import audit
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.kit import database_retry
from workflows.models import WorkflowExecution

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DUE = NOON + MINUTE
QUEUE = "rq:queue:workflows"
MOST_STEPS = 100


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


class Steps:
    """Counts the steps of the body, and crashes before the one numbered `last`."""

    def __init__(self, last: int, redis_sends: Callable[..., Any]) -> None:
        self.last = last
        self.taken: list[str] = []
        self._redis_sends = redis_sends

    def _step(self, what: str) -> None:
        if len(self.taken) == self.last:
            raise Crash(what)
        self.taken.append(what)

    def to_database(
        self, execute: Any, statement: str, params: Any, many: Any, context: Any
    ) -> Any:
        self._step(statement)
        return execute(statement, params, many, context)

    def to_redis(self, redis: Connection, command: Any, *args: Any) -> Any:
        self._step("redis")
        return self._redis_sends(redis, command, *args)


@contextmanager
def crash_before(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    """The body dies before its step number `step`, if it has as many."""
    steps = Steps(step, Connection.send_packed_command)
    with monkeypatch.context() as patch:
        patch.setattr(
            Connection,
            "send_packed_command",
            lambda *args, **kwargs: steps.to_redis(*args),
        )
        try:
            with connection.execute_wrapper(steps.to_database):
                yield steps
        except Crash:
            # What the operating system does for a process that is gone.
            connection.close()
            get_scheduler_service().connection.connection_pool.disconnect()
        else:
            steps.last = -1


def every_crash(
    monkeypatch: pytest.MonkeyPatch, work: Callable[[int], object]
) -> Iterator[int]:
    """Yields after each crash, the number of the step; ends when `work` gets through."""
    for step in range(MOST_STEPS):
        with crash_before(step, monkeypatch) as steps:
            work(step)
        yield step
        if steps.last == -1:
            assert step > 5, "hardly a step was seen"
            return
    pytest.fail(f"more than {MOST_STEPS} steps")


def test_a_scheduler_that_dies_anywhere_while_it_fires_loses_and_doubles_nothing(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_scheduler_service().mark_alive()
    for overlap in ("allow", "skip", "queue", "replace"):
        make_schedule(overlap_policy=overlap, catchup_policy="all")
    make_schedule(run_at=DUE)

    def fire(step: int) -> None:
        fire_due(DUE + step * MINUTE)

    for step in every_crash(monkeypatch, fire):
        now = DUE + step * MINUTE
        fire_due(now + SECOND)  # another scheduler, a second later
        sweep(now + 10 * SECOND, judge_leases=True)
        assert_nothing_lost_or_doubled(redis, f"crash before step {step}")


def assert_nothing_lost_or_doubled(redis: Redis, when: str) -> None:
    faults = [fault for account in audit() for fault in account.problems]
    assert not faults, when
    rows = Counter(ScheduledRun.objects.values_list("schedule_id", "scheduled_for"))
    assert max(rows.values()) == 1, when
    # Some of the ids are those of runs that were replaced meanwhile: only the number counts.
    pending = ScheduledRun.objects.filter(status="pending")
    assert pending.count() <= redis.llen(QUEUE), when
    assert get_scheduler_service().alarms_out_of_sync() == (0, 0), when
    due = ScheduledJob.objects.filter(status="active", next_run_at__lte=DUE)
    assert not due.exists(), when


@pytest.mark.slow
def test_a_worker_that_dies_anywhere_starts_no_attempt_twice(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_scheduler_service().mark_alive()
    schedule = make_schedule(overlap_policy="allow", max_retries=1)
    runs: list[ScheduledRun] = []

    def work(step: int) -> None:
        execute(runs[-1])

    def next_run(step: int) -> None:
        fire_due(DUE + step * MINUTE)
        runs.append(ScheduledRun.objects.latest("scheduled_for"))

    next_run(0)
    for step in every_crash(monkeypatch, work):
        now = jobs.clock()
        sweep(now + 20 * SECOND, judge_leases=True)
        sweep(now + 120 * SECOND, judge_leases=True)
        run = runs[-1]
        run.refresh_from_db()
        if run.status == "pending":
            execute(run)  # sent once more: the same attempt if it never started
            run.refresh_from_db()
        assert run.status == "succeeded", f"crash before step {step}: {run.error}"
        assert run.attempt <= 2
        next_run(step + 1)
    attempts = Counter(
        WorkflowExecution.objects.values_list("event__scheduled_for", "event__attempt")
    )
    assert set(attempts.values()) == {1}
    assert not [fault for account in audit([schedule.pk]) for fault in account.problems]


def test_a_database_that_is_away_for_a_moment_anywhere_in_a_run_costs_nothing(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_retry, "PAUSE_SECONDS", 0.0)
    make_schedule(overlap_policy="allow")
    for step in range(MOST_STEPS):
        fire_due(DUE + step * MINUTE)
        run = ScheduledRun.objects.latest("scheduled_for")
        fault = AwayOnce(step)
        with connection.execute_wrapper(fault):
            execute(run)
        run.refresh_from_db()
        assert (run.status, run.attempt) == ("succeeded", 1), f"before step {step}"
        if not fault.happened:
            break
    assert WorkflowExecution.objects.count() == ScheduledRun.objects.count()


class AwayOnce:
    """Refuses one statement, the one numbered `step`."""

    def __init__(self, step: int) -> None:
        self.left = step
        self.happened = False

    def __call__(self, execute: Any, *statement: Any) -> Any:
        if self.left == 0:
            self.left, self.happened = -1, True
            raise OperationalError("the database is away")
        self.left -= 1
        return execute(*statement)


def execute(run: ScheduledRun) -> None:
    jobs.execute_scheduled_trigger(
        str(run.schedule_id), run.scheduled_for.isoformat(), str(run.pk), run.attempt
    )
