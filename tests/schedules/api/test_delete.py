"""DELETE /api/v1/schedules/{id}/"""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduleEvent
from tests.schedules.api.conftest import address
from tests.schedules.conftest import MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_deleted_schedule_is_gone(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    answer = api.delete(address(schedule))
    assert (answer.status_code, answer.content) == (204, b"")
    assert not ScheduledJob.objects.exists()
    assert api.get(address(schedule)).status_code == 404
    assert api.delete(address(schedule)).status_code == 404


def test_its_history_stays(api: APIClient, make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    run = api.post(address(schedule, "run")).json()
    api.delete(address(schedule))
    (row,) = schedule.runs.model.objects.all()
    assert (str(row.id), row.status, row.reason) == (run["id"], "cancelled", "stopped")
    assert ScheduleEvent.objects.filter(schedule=schedule.id, verb="stop").exists()
