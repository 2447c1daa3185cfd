"""What a work process starts next, of all that waits in ledger and executions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from copy import copy
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services.runs import claims
from schedules.services.runs.claims import Claim
from schedules.services.runs.turns import Look, Started, Turns, claim_next, look_ahead
from tests.at_once import at_once
from tests.graphs import saying
from tests.plans import knowing_the_rows
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.policies import MINUTE, SECOND
from workflows.execution import standalone
from workflows.execution.standalone import StartedExecution
from workflows.models import Workflow, WorkflowExecution
from workflows.services import save_graph

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
Of = Callable[..., ScheduledJob]


@pytest.fixture
def of(make_schedule: MakeSchedule) -> Of:
    """A schedule of this user, with as many pending runs, a minute apart from each other."""
    pattern = make_schedule()
    # Their turns are in the order of their ids.
    numbers = count(1)
    workflows: dict[User, Workflow] = {}

    def make(owner: User, runs: int = 1, **fields: Any) -> ScheduledJob:
        if owner not in workflows:
            workflows[owner] = Workflow.objects.create(name="drawn", owner=owner)
            graph = saying("Done.", trigger="trigger_schedule")
            save_graph(workflows[owner], graph, user=owner, now=NOON)
        schedule = copy(pattern)
        schedule.pk, schedule.owner = UUID(int=next(numbers)), owner
        schedule.workflow = workflows[owner]
        schedule.save(force_insert=True)
        add_runs(schedule, runs, **fields)
        return schedule

    return make


def add_runs(schedule: ScheduledJob, most: int, **fields: Any) -> None:
    known = schedule.runs.count()
    values = {
        "schedule": schedule,
        "owner_id": schedule.owner_id,
        "schedule_name": schedule.name,
        "epoch": 1,
        "origin": "schedule",
        "status": "pending",
        "created_at": NOON,
    } | fields
    times = [NOON - (1_000 - known - number) * MINUTE for number in range(most)]
    ScheduledRun.objects.bulk_create(
        ScheduledRun(**{"scheduled_for": at, "due_at": at, **values}) for at in times
    )


def execution_of(owner: User | None, at: datetime = NOON) -> WorkflowExecution:
    return WorkflowExecution.objects.create(
        owner=owner, workflow_name="", trigger_type="manual", created_at=at
    )


def claim(
    turns: Turns, *, now: datetime = NOON, look: Look | None = None
) -> Started | None:
    return claim_next(
        turns, token=uuid.uuid4(), now=now, taking=lambda kind, pk: None, look=look
    )


def told(started: Started | None) -> Any:
    """A run by its schedule, an execution by its owner, in words."""
    if isinstance(started, Claim):
        return started.schedule_id.int
    return f"execution of {started.execution.owner}" if started else None


def claimed(turns: Turns, most: int) -> list[Any]:
    return [told(claim(turns)) for _ in range(most)]


def test_owners_take_turns_and_inside_an_owner_schedules_do(
    of: Of, alice: User, bob: User
) -> None:
    one, two, three = of(alice, 3), of(alice, 2), of(bob, 2)
    a, b, c = (each.pk.int for each in (one, two, three))
    assert claimed(Turns(), 8) == [a, c, b, c, a, b, a, None]


def test_of_a_schedule_the_oldest_goes_first(of: Of, alice: User) -> None:
    schedule = of(alice, 3)
    turns = Turns()
    found = [claim(turns) for _ in range(3)]
    runs = schedule.runs.order_by("due_at").values_list("pk", flat=True)
    assert [each.run_id for each in found if isinstance(each, Claim)] == list(runs)


def test_fifty_that_wait_do_not_keep_another_owner_waiting(
    of: Of, alice: User, bob: User
) -> None:
    many = of(alice, 50)
    turns = Turns()
    claimed(turns, 5)
    live = of(bob)
    assert claimed(turns, 2) == [live.pk.int, many.pk.int]


def test_live_ticks_go_before_catch_up_and_that_before_a_backfill(
    of: Of, alice: User, bob: User
) -> None:
    backfill = of(alice, 1_000, origin="backfill")
    late, live = of(alice, origin="catch_up"), of(bob)
    order = [live.pk.int, late.pk.int, backfill.pk.int]
    assert claimed(Turns(), 3) == order


def test_a_retry_of_a_backfill_goes_with_the_live_ones(of: Of, alice: User) -> None:
    of(alice, 5, origin="backfill")
    again = of(alice, origin="backfill", attempt=2, failure_kind="node")
    assert claimed(Turns(), 1) == [again.pk.int]


def test_every_tenth_turn_is_that_of_the_highest_lane(of: Of, alice: User) -> None:
    backfill, live = of(alice, 5, origin="backfill"), of(alice, 20)
    expected = [live.pk.int] * 9 + [backfill.pk.int]
    assert claimed(Turns(), 20) == expected * 2


def test_executions_of_an_owner_count_as_one_more_schedule(
    of: Of, alice: User, bob: User
) -> None:
    one, two = of(alice, 2), of(alice, 2)
    for second in (2, 1):
        execution_of(alice, NOON + second * SECOND)
    execution_of(bob)
    a, b, own = one.pk.int, two.pk.int, "execution of alice"
    turns = Turns()
    assert claimed(turns, 8) == [a, "execution of bob", b, own, a, b, own, None]
    assert not WorkflowExecution.objects.filter(status="pending").exists()


def test_an_execution_is_claimed_with_its_lease(alice: User) -> None:
    row = execution_of(alice)
    started = claim(Turns())
    assert isinstance(started, StartedExecution)
    row.refresh_from_db()
    assert (started.execution, row.status, row.started_at) == (row, "running", NOON)
    assert started.execution.lease_until == row.lease_until
    assert started.lease.rows().get() == row


def test_what_is_not_due_yet_does_not_start(of: Of, alice: User) -> None:
    schedule = of(alice)
    ScheduledRun.objects.update(due_at=NOON + SECOND)
    turns = Turns()
    assert claim(turns) is None
    assert told(claim(turns, now=NOON + SECOND)) == schedule.pk.int


def test_what_waits_or_runs_is_not_claimed(of: Of, alice: User) -> None:
    of(alice, status="waiting")
    of(alice, status="skipped")
    assert claim(Turns()) is None


def test_a_run_without_an_owner_is_left_to_the_id_in_the_queue(
    of: Of, alice: User
) -> None:
    """Written by a process from before there were turns."""
    of(alice, owner_id=None)
    assert claim(Turns()) is None
    run = ScheduledRun.objects.get()
    assert claims.claim_run(run.pk, 1, token=uuid.uuid4(), now=NOON)


def test_a_run_whose_schedule_is_gone_is_cancelled_and_keeps_nobody_waiting(
    of: Of, alice: User
) -> None:
    first, gone, last = of(alice), of(alice), of(alice)
    ScheduledJob.objects.filter(pk=gone.pk)._raw_delete("default")
    turns = Turns()
    found = claimed(turns, 3)
    assert {first.pk.int, last.pk.int} < {*found, *claimed(turns, 1)}
    assert ScheduledRun.objects.get(schedule=gone.pk).status == "cancelled"


def test_runs_of_a_workflow_that_is_being_deleted_are_cancelled(
    of: Of, alice: User
) -> None:
    schedule = of(alice)
    Workflow.objects.update(deleting_since=NOON)
    assert claim(Turns()) is None
    assert schedule.runs.get().status == "cancelled"


def test_a_run_that_cannot_be_started_is_claimed_with_the_reason(
    of: Of, alice: User
) -> None:
    of(alice)
    ScheduledJob.objects.update(trigger_payload=[1])
    started = claim(Turns())
    assert isinstance(started, Claim)
    assert started.execution is None
    assert "not a JSON object" in started.refusal


def test_a_look_that_was_had_is_not_had_again(of: Of, alice: User, bob: User) -> None:
    first, _ = of(alice), of(bob)
    turns = Turns()
    look = look_ahead(turns, lambda: NOON)
    if look.can_commit:
        look.commit([])
    ScheduledRun.objects.filter(schedule=first).delete()
    # What it names may be gone meanwhile: then it looks again.
    assert told(claim(turns, look=look)) == 2
    assert told(claim(turns, look=look)) is None


def test_what_came_after_a_look_is_seen(of: Of, alice: User) -> None:
    turns = Turns()
    look = look_ahead(turns, lambda: NOON)
    if look.can_commit:
        look.commit([])
    of(alice)
    assert told(claim(turns, look=look)) == 1


def test_it_says_what_it_is_about_to_claim(of: Of, alice: User) -> None:
    of(alice)
    execution = execution_of(alice)
    turns, seen = Turns(), []
    for _ in range(2):
        claim_next(
            turns,
            token=uuid.uuid4(),
            now=NOON,
            taking=lambda kind, pk: seen.append((kind, pk)),
        )
    run = ScheduledRun.objects.get()
    assert seen == [("run", run.pk), ("execution", execution.pk)]


def test_a_claim_whose_answer_was_lost_is_found_again(of: Of, alice: User) -> None:
    of(alice, 2)
    execution_of(alice)
    turns = Turns()
    for _ in range(2):
        token = uuid.uuid4()
        first, again = (
            claim_next(turns, token=token, now=at, taking=lambda kind, pk: None)
            for at in (NOON, NOON + SECOND)
        )
        assert first
        assert again
        assert told(again) == told(first)
        assert again.lease.deadline == first.lease.deadline
    assert ScheduledRun.objects.filter(status="pending").count() == 1


@pytest.mark.parametrize("kind", ["run", "execution"])
def test_it_is_found_again_however_long_the_database_is_away(
    of: Of, alice: User, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    of(alice, 1) if kind == "run" else execution_of(alice)
    turns, token = Turns(), uuid.uuid4()
    first = claim_next(turns, token=token, now=NOON, taking=lambda kind, pk: None)

    def be_away(*args: object, **options: object) -> None:
        raise OperationalError

    with monkeypatch.context() as away:
        for module in (claims, standalone):
            away.setattr(module, "claimed_before", be_away)
        with pytest.raises(OperationalError):
            claim_next(turns, token=token, now=NOON, taking=lambda kind, pk: None)
    again = claim_next(turns, token=token, now=NOON, taking=lambda kind, pk: None)
    assert first
    assert again
    assert told(again) == told(first)


@pytest.mark.parametrize("waiting", [2, 300])
def test_a_claim_takes_four_statements_however_much_waits(
    of: Of, alice: User, bob: User, waiting: int
) -> None:
    for owner in (alice, bob):
        for origin in ("schedule", "catch_up", "backfill"):
            of(owner, waiting, origin=origin)
    turns = Turns()
    claimed(turns, 2)  # each graph is read once
    verbs = [sql.split()[0] for sql in statements_of(turns)]
    written = ["UPDATE", "INSERT", "COMMIT"]
    # SQLite has one writer at a time: it is not kept waiting while this one reads.
    begun_first = ["BEGIN", "SELECT", "SELECT", *written]
    begun_last = ["SELECT", "SELECT", "BEGIN", *written]
    assert verbs == (begun_last if connection.vendor == "sqlite" else begun_first)


def statements_of(turns: Turns) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        assert claim(turns)
    return [each["sql"] for each in seen]


def test_what_is_next_is_found_by_seeks_in_indexes(
    of: Of, alice: User, bob: User
) -> None:
    for owner in (alice, bob):
        for origin in ("schedule", "catch_up", "backfill"):
            for _ in range(3):
                of(owner, 300, origin=origin)
    for number in range(300):
        execution_of(bob if number % 2 else None, NOON + number * SECOND)
    turns = Turns()
    with knowing_the_rows():
        claimed(turns, 3)
        of_runs = statements_of(turns)
        of_runs = [sql for sql in of_runs if sql.lstrip().startswith("SELECT")][:2]
        of_executions = [
            sql
            for _ in range(2)
            for sql in statements_of(turns)
            if 'FROM "ostinato_workflows_workflowexecution"' in sql
        ]
        for sql in of_runs + of_executions:
            check_plan(sql)


def check_plan(sql: str) -> None:
    """Each look at what is pending is a seek that ends at the first row."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[3] for row in cursor.fetchall()]
            pending = [
                step
                for step in plan
                if "scheduledrun" in step or "U0" in step or "execution" in step
            ]
            assert pending
            for step in pending:
                assert step.startswith("SEARCH"), plan
                assert "_in_turn (" in step or "(id=?)" in step, plan
            assert not any("TEMP B-TREE" in step for step in plan), plan
            return
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}")
        plan = [row[0] for row in cursor.fetchall()]
    assert any("_in_turn" in step for step in plan), plan
    assert not any("Sort" in step or "Removed by Filter" in step for step in plan), plan
    assert not any("Seq Scan on ostinato_schedules_scheduledrun" in s for s in plan)


def test_processes_that_claim_at_once_never_claim_the_same(
    of: Of, alice: User, bob: User
) -> None:
    for owner in (alice, bob):
        of(owner, 10)
        for number in range(5):
            execution_of(owner, NOON + number * SECOND)

    def process() -> list[UUID]:
        turns, found = Turns(), []
        while started := claim(turns):
            run = isinstance(started, Claim)
            found.append(started.run_id if run else started.execution.pk)
        return found

    found = [pk for each in at_once([process] * 4) for pk in each]
    assert len(found) == len(set(found)) == 30


def test_what_another_process_is_claiming_is_passed_over(
    of: Of, alice: User, bob: User
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has a single writer: the other waits.")
    first, second = of(alice, 2), of(bob)
    execution_of(bob)

    def claimed_meanwhile() -> list[Any]:
        return claimed(Turns(), 4)

    with transaction.atomic():
        mine = claimed(Turns(), 2)
        (others,) = at_once([claimed_meanwhile])
    assert mine == [first.pk.int, second.pk.int]
    assert others == [first.pk.int, "execution of bob", None, None]
