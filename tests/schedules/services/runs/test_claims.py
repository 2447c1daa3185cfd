"""A run attempt is started at most once, and never after it was withdrawn."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    stop_schedule,
    sweep,
)
from schedules.services.runs.claims import Claim, claim_run
from schedules.services.runs.outcomes import record_outcome
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import outcome_of, renew
from workflows.failures import FailureKind
from workflows.models import Workflow, WorkflowExecution, WorkflowNode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
DUE = NOON + timedelta(minutes=1)


@pytest.fixture
def fired(redis: Redis, make_schedule: MakeSchedule) -> ScheduledRun:
    """A run that waits in the queue."""
    make_schedule(trigger_payload={"name": "world"}, timeout_seconds=90)
    fire_due(DUE)
    return ScheduledRun.objects.get()


def claim(run: ScheduledRun, attempt: int = 1) -> Claim | None:
    try:
        return claim_run(run.id, attempt, token=uuid.uuid4(), now=DUE)
    finally:
        connection.close()


def test_a_claim_starts_the_workflow_with_the_tick(fired: ScheduledRun) -> None:
    claimed = claim(fired)
    assert claimed is not None
    fired.refresh_from_db()
    assert (fired.status, fired.started_at) == ("running", DUE)
    assert fired.deadline_at == DUE + timedelta(seconds=90)
    execution = WorkflowExecution.objects.get(pk=claimed.execution_id)
    assert execution.status == "running"
    assert execution.event["scheduled_for"] == DUE.isoformat()
    assert execution.event["payload"] == {"name": "world"}


def test_of_many_claims_at_once_one_wins(fired: ScheduledRun) -> None:
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(claim, [fired] * 8))
    assert sum(won is not None for won in claims) == 1
    assert WorkflowExecution.objects.count() == 1


def test_a_stale_attempt_starts_nothing(fired: ScheduledRun) -> None:
    assert claim(fired, attempt=2) is None
    assert WorkflowExecution.objects.count() == 0


def test_a_paused_run_is_never_started(fired: ScheduledRun) -> None:
    actor = Actor.person(fired.schedule.owner)
    pause_schedule(fired.schedule_id, actor=actor, now=DUE)
    assert claim(fired) is None
    fired.refresh_from_db()
    assert (fired.status, fired.reason) == ("skipped", "paused")


def test_a_stopped_schedules_run_is_never_started(fired: ScheduledRun) -> None:
    actor = Actor.person(fired.schedule.owner)
    stop_schedule(fired.schedule_id, actor=actor, now=DUE)
    assert claim(fired) is None
    fired.refresh_from_db()
    assert (fired.status, fired.reason) == ("cancelled", "stopped")


def test_without_a_trigger_the_claim_says_exactly_that(fired: ScheduledRun) -> None:
    WorkflowNode.objects.filter(node_id="start").update(is_active=False)
    claimed = claim(fired)
    assert claimed is not None
    assert (claimed.execution_id, claimed.kind) == (None, FailureKind.NO_TRIGGER)
    assert "nightly" in claimed.refusal
    assert "trigger_schedule" in claimed.refusal


def test_a_lease_is_renewed_only_by_who_holds_it(fired: ScheduledRun) -> None:
    claimed = claim(fired)
    assert claimed is not None
    later = DUE + timedelta(seconds=5)
    assert not renew(fired.id, uuid.uuid4(), now=later).held
    assert renew(fired.id, claimed.token, now=later).held
    fired.refresh_from_db()
    assert fired.lease_until == later + timedelta(seconds=10)


def test_an_inactive_workflow_is_said_and_is_an_attempt_like_any_other(
    fired: ScheduledRun,
) -> None:
    Workflow.objects.update(is_active=False)
    claimed = claim(fired)
    assert claimed is not None
    assert (claimed.execution_id, claimed.kind) == (None, FailureKind.NO_TRIGGER)
    assert "not active" in claimed.refusal


def test_a_retry_without_a_trigger_does_not_run_the_old_execution_again(
    fired: ScheduledRun,
) -> None:
    ScheduledJob.objects.update(max_retries=1, retry_backoff_seconds=0)
    first = claim(fired)
    assert first is not None
    failed = outcome_of("failed", "no luck")
    record_outcome(fired.id, token=first.token, outcome=failed, now=DUE)
    sweep(DUE, judge_leases=False)
    WorkflowNode.objects.filter(node_id="start").update(is_active=False)
    second = claim(fired, attempt=2)
    assert second is not None
    assert (second.attempt, second.execution_id) == (2, None)
    assert WorkflowExecution.objects.count() == 1
