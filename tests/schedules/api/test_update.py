"""PATCH /api/v1/schedules/{id}/"""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, Status
from tests.schedules.api.conftest import address
from tests.schedules.conftest import MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_only_what_is_given_changes(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(description="as it was")
    answer = api.patch(address(schedule), {"name": "renamed"})
    assert answer.status_code == 200
    changed = answer.json()
    assert changed["name"] == "renamed"
    assert changed["description"] == "as it was"
    assert changed["interval_seconds"] == 60
    assert changed["version"] == 2


def test_another_timing_replaces_the_old_one(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    changed = api.patch(address(schedule), {"cron_expression": "0 0 * * *"}).json()
    assert changed["schedule_type"] == "cron"
    assert changed["interval_seconds"] is None
    assert changed["anchor_at"] is None
    assert changed["next_run_at"].endswith("T00:00:00Z")


def test_the_same_instant_written_otherwise_changes_nothing(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    api.patch(address(schedule), {"end_at": "2040-01-01T00:00:00Z"})
    same = api.patch(address(schedule), {"end_at": "2040-01-01T01:00:00+01:00"}).json()
    assert same["version"] == 2


def test_the_version_that_was_read_is_accepted(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    answer = api.patch(address(schedule), {"name": "mine", "version": 1})
    assert answer.status_code == 200


def test_a_stale_version_is_refused(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    api.patch(address(schedule), {"name": "theirs"})
    answer = api.patch(address(schedule), {"name": "mine", "version": 1})
    assert answer.status_code == 409
    assert "changed by someone else" in answer.content.decode()
    schedule.refresh_from_db()
    assert schedule.name == "theirs"


def test_an_ended_schedule_cannot_be_changed(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    ScheduledJob.objects.update(status=Status.STOPPED, status_reason="completed")
    answer = api.patch(address(schedule), {"name": "again"})
    assert answer.status_code == 409
    assert "stopped (completed)" in answer.content.decode()


def test_there_is_no_put(api: APIClient, make_schedule: MakeSchedule) -> None:
    assert api.put(address(make_schedule()), {"name": "x"}).status_code == 405
