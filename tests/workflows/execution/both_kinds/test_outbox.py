"""What was committed reaches the queue, and again if it got lost there; of both kinds."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import OperationalError, connection
from redis import Redis

from schedules.rq.messages import RedisAway
from schedules.scheduler import get_scheduler_service
from schedules.services import sweep
from tests.schedules.conftest import NOON
from tests.workflows.execution.both_kinds.kinds import QUEUE, SECOND, Kind, Scheduled
from triggers.manual import run_workflow
from workflows.execution.outbox import LOST_AFTER
from workflows.execution.queue import queued_ids
from workflows.models import Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def settled(redis: Redis) -> Redis:
    """A Redis that this site has marked as its own."""
    get_scheduler_service().mark_alive()
    return redis


def sent_by_the_sweep(after: float) -> int:
    return sweep(NOON + after * SECOND, judge_leases=False).runs_sent


def test_what_is_asked_for_is_in_the_queue_when_it_is_committed(
    settled: Redis, kind: Kind
):
    kind.ask()
    assert queued_ids() == {kind.job_id()}
    assert (kind.row.status, kind.row.enqueued_at) == ("pending", NOON)


def test_what_is_committed_is_not_refused_because_its_send_cannot_be_recorded(
    settled: Redis, kind: Kind
):
    """A caller that reads “Nothing was done” would ask again, and it would run twice."""

    def fail(execute: Any, sql: str, *others: Any) -> Any:
        if sql.startswith("UPDATE") and '"enqueued_at" = ' in sql.partition("WHERE")[0]:
            raise OperationalError("database is locked")
        return execute(sql, *others)

    with connection.execute_wrapper(fail):
        kind.ask()
    assert queued_ids() == {kind.job_id()}
    assert (kind.row.status, kind.row.enqueued_at) == ("pending", None)
    assert sent_by_the_sweep(after=10) == 1


def test_without_redis_it_waits_until_the_sweep_can_send_it(
    kind: Kind, request: pytest.FixtureRequest
):
    kind.ask()
    with pytest.raises(RedisAway):
        sent_by_the_sweep(after=10)
    assert (kind.row.send_count, kind.row.enqueued_at) == (0, None)
    request.getfixturevalue("settled")
    assert sent_by_the_sweep(after=11) == 1
    assert sent_by_the_sweep(after=12) == 0
    assert queued_ids() == {kind.job_id()}
    assert kind.row.enqueued_at == NOON + 11 * SECOND


def test_what_a_worker_took_and_never_claimed_is_sent_again(settled: Redis, kind: Kind):
    kind.ask()
    taken = kind.job_id()
    assert settled.lpop(QUEUE) == taken.encode()  # its worker is killed now
    assert settled.exists(f"rq:job:{taken}")
    after = LOST_AFTER.total_seconds()
    assert sent_by_the_sweep(after=after - 1) == 0, "a worker may be about to claim it"
    assert sent_by_the_sweep(after=after) == 1
    # Under an id never used before: a known id would overwrite a running job's hash.
    assert queued_ids() == {kind.job_id()} != {taken}


def test_what_waits_in_the_queue_is_not_sent_again(settled: Redis, kind: Kind):
    kind.ask()
    assert sent_by_the_sweep(after=3600) == 0


def test_what_waits_needs_some_id_in_the_queue_not_its_own(settled: Redis, kind: Kind):
    """A process took one id, and started what another id was for."""
    kind.ask()
    taken = kind.job_id()
    other = taken.replace(str(kind.row.pk), str(uuid.uuid4()))
    settled.lset(QUEUE, 0, other)
    assert sent_by_the_sweep(after=3600) == 0
    assert queued_ids() == {other}


@pytest.mark.parametrize(
    "job_id", ["of-another-program", f"schedule-{uuid.UUID(int=1)}"]
)
def test_an_id_of_another_job_says_nothing_about_what_waits(
    settled: Redis, kind: Kind, job_id: str
):
    kind.ask()
    settled.lset(QUEUE, 0, job_id)
    assert sent_by_the_sweep(after=3600) == 1


def test_as_many_are_sent_again_as_ids_are_missing(settled: Redis, workflow: Workflow):
    started = [
        run_workflow(workflow, {}, user=workflow.owner, now=NOON) for _ in range(6)
    ]
    scheduled = Scheduled(workflow)
    scheduled.ask()
    for _ in range(4):  # the processes that took them have started two others
        settled.lpop(QUEUE)
    ends = {"status": "cancelled", "finished_at": NOON}
    of_others = [each.pk for each in started[-2:]]
    WorkflowExecution.objects.filter(pk__in=of_others).update(**ends)
    assert sent_by_the_sweep(after=3600) == 2
    assert settled.llen(QUEUE) == 5
    assert sent_by_the_sweep(after=7200) == 0


def test_what_a_flush_lost_is_sent_again_at_once(settled: Redis, kind: Kind):
    kind.ask()
    settled.flushall()
    assert sent_by_the_sweep(after=1) == 1
    assert queued_ids() == {kind.job_id()}


def test_of_two_senders_that_found_the_same_rows_one_sends_them(
    settled: Redis, kind: Kind
):
    kind.ask()
    found = kind.outbox.messages([kind.row])
    for sent in (1, 0):
        assert kind.outbox.send_again(found, now=NOON + 10 * SECOND) == sent
    assert kind.row.send_count == 1


def test_what_was_claimed_meanwhile_is_not_sent(settled: Redis, kind: Kind):
    kind.ask()
    found = kind.outbox.messages([kind.row])
    kind.claim(NOON + 10 * SECOND)
    assert kind.outbox.send_again(found, now=NOON + 10 * SECOND) == 0


def test_a_job_that_comes_twice_runs_once(settled: Redis, kind: Kind):
    kind.ask()
    kind.run()
    assert kind.row.status == "succeeded"
    nodes = kind.execution().node_runs.count()
    kind.run()
    assert kind.execution().node_runs.count() == nodes
