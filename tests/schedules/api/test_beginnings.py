"""Over REST: begun paused, without ticks, revived, and copied."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from schedules.api.serializers import NewSchedule
from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services import fire_due
from tests.schedules.api.conftest import SCHEDULES, address, problems
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def body(workflow: Workflow) -> dict[str, Any]:
    return {"name": "job", "workflow": str(workflow.pk), "interval_seconds": 60}


@pytest.fixture
def over(make_schedule: MakeSchedule) -> ScheduledJob:
    schedule = make_schedule(max_runs=1)
    fire_due(NOON + MINUTE)
    schedule.refresh_from_db()
    return schedule


def test_a_schedule_is_created_paused(api: APIClient, body: dict[str, Any]) -> None:
    tried = api.post(f"{SCHEDULES}?dry_run=true", body | {"status": "paused"}).json()
    assert (tried["after"]["status"], tried["next_ticks"]) == ("paused", [])
    assert not ScheduledJob.objects.exists()
    key = {"idempotency_key": "k"}
    made = api.post(SCHEDULES, body | key | {"status": "paused"})
    assert (made.status_code, made.json()["status"]) == (201, "paused")
    assert made.json()["next_run_at"] is None
    again = api.post(SCHEDULES, body | key | {"status": "paused"}).json()
    assert again["id"] == made.json()["id"]
    api.post(f"{SCHEDULES}{again['id']}/resume/", {})
    assert api.post(SCHEDULES, body | key | {"status": "paused"}).status_code == 201
    for other in ({}, {"status": "active"}):
        refused = api.post(SCHEDULES, body | key | other)
        assert (refused.status_code, ScheduledJob.objects.count()) == (422, 1)
        assert "differs in status" in refused.json()["detail"]


def test_a_schedule_that_runs_only_on_request_is_created(
    api: APIClient, body: dict[str, Any]
) -> None:
    del body["interval_seconds"]
    assert "schedule_type manual" in api.post(SCHEDULES, body).json()["detail"]
    made = api.post(SCHEDULES, body | {"schedule_type": "manual"}).json()
    assert (made["schedule_type"], made["timing_text"]) == ("manual", "Only on request")
    row = f"{SCHEDULES}{made['id']}/"
    assert api.post(f"{row}run/", {}).status_code == 202
    assert api.get(f"{row}preview/").json()["ticks"] == []
    listed = api.get(SCHEDULES, {"ordering": "next_run_at"}).json()["results"]
    assert [each["id"] for each in listed] == [made["id"]]
    preview = api.post(f"{SCHEDULES}preview/", {"schedule_type": "manual"}).json()
    assert (preview["text"], preview["ticks"]) == ("Only on request", [])
    tried = api.patch(f"{row}?dry_run=true", {"cron_expression": "@daily"}).json()
    assert (tried["after"]["schedule_type"], len(tried["next_ticks"])) == ("cron", 5)
    assert problems(api.patch(row, {"max_runs": 3})) == {"max_runs"}


def test_a_patch_revives_what_has_stopped(api: APIClient, over: ScheduledJob) -> None:
    row = address(over)
    refused = api.patch(row, {"name": "new"})
    assert (refused.status_code, refused.json()["code"]) == (409, "schedule_stopped")
    assert "a higher max_runs revives it" in refused.json()["detail"]
    tried = api.patch(f"{row}?dry_run=true", {"max_runs": 5}).json()
    assert (tried["before"]["status"], tried["after"]["status"]) == (
        "stopped",
        "active",
    )
    assert len(tried["next_ticks"]) == 4  # of five runs one is used up
    over.refresh_from_db()
    assert over.status == "stopped"
    assert problems(api.patch(row, {"jitter_seconds": 5})) == {"max_runs"}
    assert api.patch(row, {"max_runs": 5}).json()["status"] == "active"
    events = api.get(f"{row}events/", {"verb": "revive"}).json()["results"]
    assert [event["after"]["max_runs"] for event in events] == [5]
    assert api.post(f"{row}resume/", {}).status_code == 200


@pytest.mark.parametrize(
    "timing",
    [
        {"interval_seconds": 3600, "jitter_seconds": 7},
        {"cron_expression": "0 9 * * mon", "timezone": "Asia/Tokyo", "max_runs": 3},
        {"run_at": "2099-01-01T09:00:00+00:00"},
        {"schedule_type": "manual"},
    ],
)
def test_what_is_read_makes_a_copy_when_it_is_sent_back(
    api: APIClient, body: dict[str, Any], timing: dict[str, Any]
) -> None:
    del body["interval_seconds"]
    more = {"tags": ["a"], "trigger_payload": {"a": 1}, "description": "d"}
    made = api.post(SCHEDULES, body | more | timing).json()
    settable = NewSchedule().fields.keys() - {"status"}
    sent = {name: value for name, value in made.items() if name in settable}
    copy = api.post(SCHEDULES, sent)
    assert copy.status_code == 201, copy.json()
    assert {name: copy.json()[name] for name in sent} == sent
    assert copy.json()["id"] != made["id"]


def test_a_copy_of_what_has_stopped_is_active(
    api: APIClient, over: ScheduledJob
) -> None:
    stopped = api.get(address(over)).json()
    settable = NewSchedule().fields.keys() - {"status"}
    sent = {name: value for name, value in stopped.items() if name in settable}
    made = api.post(SCHEDULES, sent).json()
    assert (made["status"], made["fired_count"], made["max_runs"]) == ("active", 0, 1)
    assert made["anchor_at"] == stopped["anchor_at"]
    assert made["next_tick_at"] > timezone.now().isoformat()
    # Its status is not taken along by mistake.
    assert problems(api.post(SCHEDULES, sent | {"status": "stopped"})) == {"status"}
    assert ScheduleEvent.objects.filter(verb="create").count() == 2
