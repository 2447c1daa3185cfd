"""DELETE /api/v1/schedules/{id}/"""

from __future__ import annotations

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduleEvent
from tests.schedules.api.conftest import SCHEDULES, StaffApi, address, problems
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


def test_the_history_of_a_deleted_schedule_is_kept(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    run = api.post(address(schedule, "run")).json()
    api.delete(address(schedule))
    (row,) = schedule.runs.model.objects.all()
    assert (str(row.id), row.status, row.reason) == (run["id"], "cancelled", "stopped")
    assert ScheduleEvent.objects.filter(schedule=schedule.id, verb="stop").exists()


@pytest.mark.parametrize("kind", ["runs", "events"])
def test_its_history_can_still_be_read_by_whoever_could_see_it(
    api: APIClient,
    bobs_api: APIClient,
    staff_api: StaffApi,
    make_schedule: MakeSchedule,
    kind: str,
) -> None:
    schedule = make_schedule()
    api.post(address(schedule, "run"))
    api.delete(address(schedule))
    history = address(schedule, kind)
    assert api.get(history).json()["results"][0]["schedule"] == str(schedule.id)
    assert staff_api("view").get(history).status_code == 200
    assert bobs_api.get(history).status_code == 404
    assert api.get(f"{SCHEDULES}{uuid4()}/{kind}/").status_code == 404


def test_staff_without_the_permission_see_no_history_of_others(
    api: APIClient, staff_api: StaffApi, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    api.delete(address(schedule))
    assert staff_api().get(address(schedule, "runs")).status_code == 404


@pytest.mark.parametrize(
    ("body", "wrong"), [({"version": 1, "x": 2}, {"version", "x"}), ([1], {"body"})]
)
def test_a_body_is_refused(
    api: APIClient, make_schedule: MakeSchedule, body: object, wrong: set[str]
) -> None:
    assert problems(api.delete(address(make_schedule()), body)) == wrong
    assert ScheduledJob.objects.count() == 1
    assert api.delete(address(ScheduledJob.objects.get()), {}).status_code == 204
