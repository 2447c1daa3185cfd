"""Work whose process is gone is closed in one way, of both kinds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from redis import Redis

from schedules.rq.messages import RedisAway
from schedules.services import sweep
from tests.schedules.conftest import NOON
from tests.workflows.execution.both_kinds.kinds import SECOND, Kind, Scheduled
from workflows.execution.abandon import close_job
from workflows.execution.endings import CANCELLED, WORKER_LOST, Ending
from workflows.execution.guard import LEASE
from workflows.failures import FailureKind
from workflows.models import NodeRun

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
LOST_AT = NOON + LEASE + SECOND
KILLED = Ending("failed", "The work process was killed.", FailureKind.CRASH)


def begin(kind: Kind) -> None:
    """It is at its node."""
    kind.ask()
    kind.claim()
    NodeRun.objects.create(execution=kind.execution(), sequence=1, node_id="work")


def told(kind: Kind) -> tuple[set[tuple[str, str]], set[str]]:
    """How it ended by the row, its execution and the node, and the kind of failure."""
    row, execution = kind.row, kind.execution()
    (node,) = execution.node_runs.all()
    kinds = {row.failure_kind, execution.failure_kind}
    return {(each.status, each.error) for each in (row, execution, node)}, kinds


def test_what_no_worker_holds_is_closed_although_redis_is_away(kind: Kind):
    begin(kind)
    with pytest.raises(RedisAway):
        sweep(LOST_AT, judge_leases=True)
    assert told(kind) == ({("failed", WORKER_LOST.error)}, {"lost"})
    assert kind.execution().failed_node == "work"


def test_nothing_is_closed_by_one_that_did_not_look_long_enough(
    redis: Redis, kind: Kind
):
    begin(kind)
    assert sweep(LOST_AT, judge_leases=False).workers_lost == 0
    assert sweep(LOST_AT, judge_leases=True).workers_lost == 1


def test_who_renews_the_lease_is_left_alone(redis: Redis, kind: Kind):
    kind.ask()
    lease = kind.claim()
    assert sweep(NOON + LEASE, judge_leases=True).workers_lost == 0
    assert lease.renew(now=NOON + 9 * SECOND).held
    assert sweep(LOST_AT, judge_leases=True).workers_lost == 0
    assert kind.row.status == "running"


def test_who_was_closed_holds_nothing_any_more(redis: Redis, kind: Kind):
    kind.ask()
    lease = kind.claim()
    sweep(LOST_AT, judge_leases=True)
    assert not lease.renew(now=LOST_AT).held


def test_a_lease_of_a_clock_that_was_ahead_begins_now(redis: Redis, kind: Kind):
    kind.ask()
    kind.claim(NOON + timedelta(days=2))
    for now in (NOON, LOST_AT):
        sweep(now, judge_leases=True)
    assert kind.row.status == "failed"


def close(kind: Kind, job_id: str, now: datetime) -> None:
    """Its worker has seen the process end."""
    entry_point, args = kind.outbox.entry_point, kind.arguments()
    close_job(entry_point, job_id, args, observed=KILLED, now=now)


def test_a_process_that_its_worker_saw_end_is_closed_at_once(redis: Redis, kind: Kind):
    begin(kind)
    close(kind, kind.job_id(), NOON + SECOND)
    assert told(kind) == ({("failed", KILLED.error)}, {"crash"})
    close(kind, kind.job_id(), NOON + 2 * SECOND)
    assert kind.row.finished_at == NOON + SECOND


def test_what_was_cancelled_is_so_however_its_process_ended(redis: Redis, kind: Kind):
    begin(kind)
    type(kind.row).objects.update(cancel_requested_at=NOON + SECOND)
    close(kind, kind.job_id(), NOON + 2 * SECOND)
    assert told(kind) == ({("cancelled", CANCELLED.error)}, {""})


def test_what_was_past_its_deadline_timed_out(redis: Redis, kind: Kind):
    begin(kind)
    close(kind, kind.job_id(), NOON + 600 * SECOND)
    assert told(kind) == ({("failed", "Timed out after 600 s.")}, {"timeout"})


@pytest.mark.parametrize("kind", [Scheduled], indirect=True)
def test_a_job_that_had_not_claimed_the_run_closes_nothing(redis: Redis, kind: Kind):
    begin(kind)
    close(kind, f"{kind.job_id()}0", NOON + SECOND)
    assert kind.row.status == "running"
