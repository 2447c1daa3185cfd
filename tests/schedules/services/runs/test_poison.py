"""A poisoned row never stops the others: it pauses itself, with the reason."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection
from redis import Redis

from schedules import jobs
from schedules.models import ScheduledJob, ScheduledRun
from schedules.scheduler import get_scheduler_service
from schedules.services import Actor, fire_due, pause_schedule, sweep, update_schedule
from schedules.services.ledger import ledger
from schedules.services.runs import outcomes
from schedules.services.runs.claims import claim_run
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import WorkflowNode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DUE = NOON + MINUTE


def spoil(schedule: ScheduledJob, column: str, text: str) -> None:
    """Write what no door would: SQLite keeps any text, PostgreSQL any JSON."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(
            f'UPDATE "ostinato_schedules_scheduledjob" SET "{column}" = %s WHERE "id" = %s',
            [text, schedule.pk.hex if connection.vendor == "sqlite" else schedule.pk],
        )
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def unreadable() -> str:
    return "{broken" if connection.vendor == "sqlite" else '"no object"'


def run_all() -> None:
    for run in ScheduledRun.objects.filter(status="pending"):
        jobs.execute_scheduled_trigger(
            str(run.schedule_id),
            run.scheduled_for.isoformat(),
            str(run.pk),
            run.attempt,
        )


def statuses() -> dict[str, str]:
    return dict(ScheduledRun.objects.values_list("schedule_name", "status"))


def test_a_payload_that_cannot_be_read_pauses_its_schedule_and_no_other(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    broken, healthy = make_schedule(name="broken"), make_schedule(name="healthy")
    spoil(broken, "trigger_payload", unreadable())
    assert fire_due(DUE).schedules == 2
    run_all()
    assert statuses() == {"broken": "failed", "healthy": "succeeded"}
    broken.refresh_from_db()
    assert broken.status == "paused"
    assert "payload" in broken.status_reason
    healthy.refresh_from_db()
    assert healthy.status == "active"


def test_a_payload_that_cannot_be_read_can_be_replaced(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    broken = make_schedule()
    spoil(broken, "trigger_payload", unreadable())
    actor = Actor.person(broken.owner)
    pause_schedule(broken.pk, actor=actor, now=NOON)
    update_schedule(broken.pk, {"trigger_payload": {"a": 1}}, actor=actor, now=NOON)
    broken.refresh_from_db()
    assert broken.trigger_payload == {"a": 1}


def test_a_broken_graph_pauses_its_schedule_with_the_reason(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    broken = make_schedule(max_retries=3)
    WorkflowNode.objects.filter(node_id="say").update(component_type="unheard_of")
    fire_due(DUE)
    run_all()
    broken.refresh_from_db()
    assert broken.status == "paused"
    assert "unheard_of" in broken.status_reason
    assert ScheduledRun.objects.get().status == "failed"


def test_a_row_that_cannot_even_be_read_is_paused_and_the_others_fire(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps no such rows")
    broken = make_schedule(name="broken")
    make_schedule(name="healthy")
    spoil(broken, "created_at", "yesterday")
    spoil(broken, "next_tick_at", "soon")
    suspects: Counter = Counter()
    for _ in range(3):
        fire_due(DUE, suspects=suspects)
    standing = ScheduledJob.objects.values_list("name", "status")
    assert dict(standing) == {"broken": "paused", "healthy": "active"}
    assert statuses() == {"healthy": "pending"}


def test_a_row_that_cannot_even_be_paused_keeps_no_other_from_firing(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps no such rows")
    broken = make_schedule(name="broken")
    make_schedule(name="healthy")
    spoil(broken, "next_tick_at", "soon")
    spoil(broken, "version", "newest")
    suspects: Counter = Counter()
    for minute in range(6):
        fire_due(DUE + minute * MINUTE, suspects=suspects)
    assert set(suspects) == {broken.pk}
    healthy = ScheduledRun.objects.filter(schedule_name="healthy")
    assert healthy.count() == 6
    assert not healthy.filter(status="pending", enqueued_at=None).exists()


def test_a_run_that_the_sweep_cannot_mend_does_not_keep_the_others(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_scheduler_service().mark_alive()
    poisoned = make_schedule(name="poisoned")
    make_schedule(name="other")
    fire_due(DUE)
    for run in ScheduledRun.objects.all():
        claim_run(run.pk, 1, token=run.pk, now=DUE)
    abandon = outcomes.abandon_execution

    def stumble(execution_id, *args, **kwargs):
        if ScheduledRun.objects.get(execution=execution_id).schedule_id == poisoned.pk:
            raise ValueError("poison")
        abandon(execution_id, *args, **kwargs)

    monkeypatch.setattr(outcomes, "abandon_execution", stumble)
    assert sweep(DUE + 11 * SECOND, judge_leases=True).workers_lost == 1
    assert statuses() == {"poisoned": "running", "other": "failed"}


def test_a_fault_of_the_whole_database_pauses_nobody(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while a roll-out has changed the tables before the code."""
    schedules = [make_schedule() for _ in range(3)]
    suspects: Counter[UUID] = Counter()

    def broken(*_: object, **__: object) -> None:
        raise ProgrammingError("a column is missing")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "insert_rows", broken)
        for _ in range(5):
            with pytest.raises(ProgrammingError):
                fire_due(NOON + MINUTE, suspects=suspects)
    assert not suspects
    assert fire_due(NOON + MINUTE, suspects=suspects).schedules == 3
    assert {
        type(schedule).objects.get(pk=schedule.pk).status for schedule in schedules
    } == {"active"}
