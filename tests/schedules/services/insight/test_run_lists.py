from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import Actor, run_now
from schedules.services.insight import run_lists
from schedules.services.insight.run_lists import (
    newest_of,
    newest_runs,
    outcomes,
    requests_of,
)
from tests.plans import plan_of
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import end, fire, start

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def ran(make_schedule: MakeSchedule) -> ScheduledJob:
    """Minutes 1 and 3 ran, the second failed; minutes 4 to 9 were missed, 10 was caught up."""
    schedule = make_schedule()
    for minute, status in ((1, "succeeded"), (2, "failed"), (3, "succeeded")):
        fire(minute)
        end(start(schedule, minute), minute, status)
    fire(10.75)
    return schedule


def test_outcomes_are_counted_a_range_with_all_its_ticks(ran: ScheduledJob) -> None:
    found = outcomes(ran.pk)
    assert found.by_status == {"succeeded": 2, "failed": 1, "missed": 6, "pending": 1}
    assert (found.total, found.are_all) == (10, True)


def test_only_the_newest_are_counted_and_filtered(
    ran: ScheduledJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_lists, "MOST_COUNTED", 3)
    found = outcomes(ran.pk)
    assert found.by_status == {"pending": 1, "missed": 6, "succeeded": 1}
    assert not found.are_all
    assert newest_of(ran.pk, "failed", among=found, count=5) == []


def test_the_newest_runs_come_first_and_may_be_of_one_outcome(
    ran: ScheduledJob,
) -> None:
    assert [run.status for run in newest_runs(ran.pk, count=2)] == ["pending", "missed"]
    [failed] = newest_of(ran.pk, "failed", among=outcomes(ran.pk), count=9)
    assert failed.scheduled_for == NOON + timedelta(minutes=2)
    assert len(newest_runs(ran.pk, count=9)) == 5


def test_only_the_index_of_the_schedule_is_read(ran: ScheduledJob) -> None:
    # With few schedules PostgreSQL may as well read all.
    ScheduledRun.objects.bulk_create(
        ScheduledRun(
            schedule_id=uuid4(),
            schedule_name="deleted",
            epoch=1,
            origin="schedule",
            scheduled_for=NOON - timedelta(minutes=number),
            due_at=NOON,
            status="succeeded",
            created_at=NOON,
        )
        for number in range(3_000)
    )
    with CaptureQueriesContext(connection) as queries:
        found = outcomes(ran.pk)
        newest_runs(ran.pk, count=9)
        newest_of(ran.pk, "failed", among=found, count=9)
    assert len(queries) == 4
    for query in queries:
        # Those that have failed are few, whoever's they are: they have an index of their own.
        few = "run_ended_otherwise" if "'failed'" in query["sql"] else "run_of_schedule"
        plan = plan_of(query["sql"])
        assert "run_of_schedule" in plan or few in plan, plan


def test_manual_runs_are_told_with_who_asked_for_them(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    assert requests_of(newest_runs(schedule.pk, count=9)) == {}
    for number in range(3):
        now = NOON + timedelta(seconds=number)
        note = f"note {number}"
        run_now(schedule.pk, actor=Actor.person(alice), now=now, note=note)
    runs = newest_runs(schedule.pk, count=2)
    with CaptureQueriesContext(connection) as queries:
        found = requests_of(runs)
    assert len(queries) == 1
    assert [found[run.id].note for run in runs] == ["note 2", "note 1"]
