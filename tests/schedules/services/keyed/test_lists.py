"""Lists of schedules: all problems at once, few statements, and slices that leave room."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from redis import Redis

from schedules import Schedule, cron, every, once, upsert
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduleEpoch, ScheduleEvent
from schedules.services.insight.audit import audit
from schedules.services.keyed import writing
from tests.graphs import startable
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ALARMS = "rq:scheduler:scheduled_jobs"


@pytest.fixture
def one(workflow: Workflow, alice: User) -> Any:
    def make(number: int, **fields: Any) -> Schedule:
        given: dict[str, Any] = {"workflow": workflow, "owner": alice}
        given |= {"timing": every(days=1)} | fields
        return Schedule(f"key {number}", **given)

    return make


def test_results_are_in_the_order_of_the_list(one: Any) -> None:
    upsert([one(2), one(3)])
    results = upsert([one(3, tags=["new"]), one(1), one(2)])
    assert [(each.key, each.outcome) for each in results] == [
        *[("key 3", "changed"), ("key 1", "created"), ("key 2", "unchanged")],
    ]


def test_all_problems_are_told_by_index_before_anything_is_written(
    one: Any, bob: User
) -> None:
    wrong = [
        one(0),
        one(1, timing=cron("* * *"), tags="word"),
        one(0),
        one(3, workflow=startable("of bob", bob)),
        one(4, timing=once(datetime(2020, 1, 1, tzinfo=UTC))),
        one(5, owner="alice"),
    ]
    with pytest.raises(InvalidSchedule) as refused:
        upsert(wrong)
    assert refused.value.errors.keys() == {
        *("[1].tags", "[1].cron_expression", "[2].key"),
        *("[3].workflow", "[4].run_at", "[5].owner"),
    }
    assert not ScheduledJob.objects.exists()


def test_what_is_no_schedule_is_refused(one: Any) -> None:
    with pytest.raises(InvalidSchedule, match="Give a Schedule") as refused:
        upsert([one(0), {"key": "a"}])  # type: ignore[list-item]
    assert refused.value.errors.keys() == {"[1].schedule"}
    with pytest.raises(TypeError, match="inside: not tags"):
        upsert([one(0)], tags=["a"])  # type: ignore[call-overload]
    assert upsert([]) == []


@pytest.mark.heavy
@pytest.mark.parametrize(
    "change",
    [{}, {"tags": ["new"]}, {"timing": cron("0 9 * * *")}, {"timing": every(days=1)}],
)
def test_a_long_list_takes_no_more_statements_than_a_short_one(
    one: Any, change: dict[str, Any]
) -> None:
    counts = []
    for start, size in ((0, 2), (100, 60)):
        numbers = range(start, start + size)
        if change:
            upsert([one(number) for number in numbers])
        with CaptureQueriesContext(connection) as queries:
            upsert([one(number, **change) for number in numbers])
        counts.append(len(queries))
    assert counts[0] == counts[1] < 25
    assert ScheduledJob.objects.count() == 62
    assert all(account.problems == [] for account in audit())


def test_each_schedule_has_one_event(one: Any) -> None:
    upsert([one(number) for number in range(30)], note="at the start")
    upsert([one(number, tags=["new"]) for number in range(20)], note="tagged")
    events = ScheduleEvent.objects.values_list("verb", "actor_kind", "note")
    assert sorted(events) == [
        *[("create", "system", "at the start")] * 30,
        *[("update", "system", "tagged")] * 20,
    ]


def test_in_a_transaction_it_is_all_or_nothing(
    one: Any, redis: Redis, django_capture_on_commit_callbacks: Any
) -> None:
    def fail() -> None:
        with transaction.atomic():
            upsert([one(number) for number in range(30)])
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert not ScheduledJob.objects.exists()
    with django_capture_on_commit_callbacks(execute=True) as called:
        upsert([one(number) for number in range(30)])
    assert (len(called), redis.zcard(ALARMS)) == (1, 30)


@pytest.mark.django_db(transaction=True)
def test_outside_of_one_it_is_repeatable_after_a_crash(
    one: Any, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "FIRST_SLICE", 10)
    monkeypatch.setattr(writing, "SLICE", 10)
    declared = [one(number) for number in range(35)]
    write, slices = writing.Writer._write, []

    def crash(self: Any, plans: Any, *rest: Any) -> Any:
        slices.append(len(plans))
        if len(slices) == 3:
            raise RuntimeError
        return write(self, plans, *rest)

    monkeypatch.setattr(writing.Writer, "_write", crash)
    with pytest.raises(RuntimeError):
        upsert(declared)
    written = ScheduledJob.objects.count()
    assert 0 < written < 35
    assert redis.zcard(ALARMS) == written
    outcomes = [each.outcome for each in upsert(declared)]
    assert outcomes.count("unchanged") == written
    assert outcomes.count("created") == 35 - written
    assert ScheduledJob.objects.count() == ScheduleEpoch.objects.count() == 35
    assert redis.zcard(ALARMS) == 35


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_others_can_write_meanwhile(one: Any, redis: Redis, bob: User) -> None:
    """A list of thousands is written in slices, and between two of them it is their turn."""
    done, seen = threading.Event(), set()

    def write() -> None:
        try:
            while not done.is_set():
                User.objects.filter(pk=bob.pk).update(first_name=str(len(seen)))
                seen.add(ScheduledJob.objects.count())
                time.sleep(0.01)
        finally:
            connection.close()

    other = threading.Thread(target=write)
    other.start()
    upsert([one(number) for number in range(3_000)])
    done.set()
    other.join()
    assert len(seen - {0, 3_000}) >= 2
