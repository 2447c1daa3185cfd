"""POST /api/v1/schedules/{id}/run/"""

from __future__ import annotations

import pytest
from redis import Redis
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduledRun, Status
from tests.schedules.api.conftest import address
from tests.schedules.conftest import MakeSchedule

pytestmark = pytest.mark.both_databases


@pytest.mark.django_db(transaction=True)
def test_a_manual_run_is_queued_at_once(
    api: APIClient, make_schedule: MakeSchedule, redis: Redis
) -> None:
    schedule = make_schedule()
    answer = api.post(address(schedule, "run"), {"note": "just once"})
    assert answer.status_code == 202
    run = answer.json()
    assert (run["schedule"], run["origin"]) == (str(schedule.id), "manual")
    jobs = redis.lrange("rq:queue:workflows", 0, -1)
    assert jobs == [f"run-{run['id']}-1-0".encode()]


@pytest.mark.django_db
def test_a_paused_schedule_can_be_run(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    api.post(address(schedule, "pause"))
    assert api.post(address(schedule, "run")).json()["status"] == "pending"
    assert api.get(address(schedule)).json()["status"] == "paused"


@pytest.mark.django_db
def test_a_repeated_request_makes_one_run(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    request = (address(make_schedule(), "run"), {"request_id": "click-1"})
    first, second = (api.post(*request).json() for _ in range(2))
    assert first == second
    assert ScheduledRun.objects.count() == 1


@pytest.mark.django_db
def test_an_ended_schedule_cannot_be_run(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    ScheduledJob.objects.update(status=Status.STOPPED, status_reason="completed")
    answer = api.post(address(schedule, "run"))
    assert answer.status_code == 409
    assert "stopped (completed)" in answer.content.decode()
