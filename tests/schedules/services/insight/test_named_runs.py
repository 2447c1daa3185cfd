"""The runs of schedules by name, without reading all runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services.insight import named_runs
from schedules.services.insight.named_runs import runs_named
from tests.plans import plan_of
from tests.schedules.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ran(make_schedule):
    """Make a schedule with so many runs, each recorded under its name at that time."""

    def ran(name, runs=3, *, once=None):
        job = make_schedule(NOON, name=name)
        ScheduledRun.objects.bulk_create(
            ScheduledRun(
                schedule=job,
                schedule_name=once or name,
                epoch=1,
                origin="schedule",
                scheduled_for=NOON - number * MINUTE,
                due_at=NOON,
                status="succeeded",
                created_at=NOON,
            )
            for number in range(runs)
        )
        return job

    return ran


@pytest.fixture(params=["few", "many"])
def few(request, monkeypatch):
    if request.param == "many":
        monkeypatch.setattr(named_runs, "FEW_SCHEDULES", 0)
    return request.param


def found(*words):
    return runs_named(ScheduledRun.objects.all(), words).count()


def test_all_words_are_in_the_name(ran, few):
    ran("Nightly export")
    ran("nightly import", 2)
    assert found("NIGHT") == 5
    assert found("night", "export") == 3
    assert found("export", "import") == 0
    assert found() == 5


def test_the_name_is_that_of_today(ran, few):
    ran("new name", once="old name")
    assert (found("new"), found("old")) == (3, 0)


def test_a_deleted_schedule_is_found_by_its_last_name(ran, few):
    ran("Ärger", 1)
    gone = ran("ärgerlich", 2)
    ScheduledJob.objects.filter(pk=gone.pk).delete()
    assert (found("ÄRGER"), found("lich")) == (3, 2)


# With a commit: rows that are rolled back stay in the file, by whose size PostgreSQL plans.
@pytest.mark.django_db(transaction=True)
def test_runs_of_few_schedules_are_read_by_schedule(ran):
    ran("wanted")
    ran("other", 3_000)  # or PostgreSQL may as well read all
    with CaptureQueriesContext(connection) as captured:
        assert len(runs_named(ScheduledRun.objects.all(), ["wanted"])) == 3
    assert len(captured) == 3
    plan = plan_of(captured.captured_queries[-1]["sql"])
    assert "run_of_schedule" in plan


def test_more_runs_than_are_few_are_found_all_the_same(ran, monkeypatch):
    ran("one", 4)
    ran("one more", 4)
    monkeypatch.setattr(named_runs, "FEW_RUNS", 7)
    assert (found("one"), found("more")) == (8, 4)
