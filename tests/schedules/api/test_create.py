"""POST /api/v1/schedules/"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils.dateparse import parse_datetime
from pytest_django import Settings
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduleEvent
from tests.schedules.api.conftest import SCHEDULES, Body
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_new_schedule_is_active_and_shows_its_next_run(
    api: APIClient, body: Body, alice: User, workflow: Workflow
) -> None:
    answer = api.post(SCHEDULES, body)
    assert answer.status_code == 201
    made = answer.json()
    assert made["status"] == "active"
    assert made["workflow"] == str(workflow.id)
    assert made["owner"] == made["created_by"] == alice.pk
    assert made["created_by_kind"] == "user"
    assert made["version"] == 1
    assert made["timing_text"] == "Every minute"
    assert made["last_run"] is None
    due = parse_datetime(made["next_run_at"])
    assert due
    made_at = parse_datetime(made["created_at"])
    assert made_at
    assert made_at < due <= made_at + timedelta(seconds=60)


def test_everything_that_can_be_set_is_kept(
    api: APIClient, body: Body, workflow: Workflow
) -> None:
    node = workflow.nodes.get(node_id="start")
    wanted = body | {
        "description": "every night",
        "trigger_node": node.pk,
        "trigger_payload": {"name": "ada", "deep": [1, {"a": None}]},
        "tags": ["nightly", "reports"],
        "anchor_at": "2086-01-01T00:00:00Z",
        "start_at": "2087-01-01T00:00:00Z",
        "end_at": "2088-01-01T00:00:00Z",
        "jitter_seconds": 5,
        "catchup_policy": "all",
        "catchup_window_seconds": 60,
        "overlap_policy": "queue",
        "max_open_runs": 12,
        "max_runs": 7,
        "max_retries": 3,
        "retry_backoff_seconds": 10,
        "timeout_seconds": 60,
        "pause_after_failures": 4,
    }
    made = api.post(SCHEDULES, wanted).json()
    assert {name: made[name] for name in wanted} == wanted
    assert api.get(f"{SCHEDULES}{made['id']}/").json() == made


def test_a_cron_expression_is_described_in_its_zone(api: APIClient, body: Body) -> None:
    del body["interval_seconds"]
    timing = {"cron_expression": "0 9 * * 1-5", "timezone": "Europe/Berlin"}
    made = api.post(SCHEDULES, body | timing).json()
    assert made["schedule_type"] == "cron"
    assert made["timing_text"] == "At 09:00, Monday to Friday (Europe/Berlin)"


def test_a_local_time_is_read_in_the_zone_of_the_schedule(
    api: APIClient, body: Body
) -> None:
    del body["interval_seconds"]
    timing = {"run_at": "2040-01-15T09:00:00", "timezone": "America/New_York"}
    made = api.post(SCHEDULES, body | timing).json()
    assert made["run_at"] == "2040-01-15T14:00:00Z"


def test_a_time_with_an_offset_is_that_instant(api: APIClient, body: Body) -> None:
    del body["interval_seconds"]
    timing = {"run_at": "2040-01-15T09:00:00+01:00", "timezone": "America/New_York"}
    made = api.post(SCHEDULES, body | timing).json()
    assert made["run_at"] == "2040-01-15T08:00:00Z"


def test_the_fields_of_other_types_may_be_given_as_null(
    api: APIClient, body: Body
) -> None:
    unset = {"run_at": None, "anchor_at": None, "max_runs": None, "trigger_node": None}
    assert api.post(SCHEDULES, body | unset).status_code == 201


def test_the_same_idempotency_key_makes_one_schedule(
    api: APIClient, body: Body
) -> None:
    body["idempotency_key"] = "order-17"
    first, second = (api.post(SCHEDULES, body).json() for _ in range(2))
    assert first["id"] == second["id"]
    assert ScheduledJob.objects.count() == 1


def test_an_empty_idempotency_key_is_none(api: APIClient, body: Body) -> None:
    body["idempotency_key"] = ""
    first, second = (api.post(SCHEDULES, body).json() for _ in range(2))
    assert first["id"] != second["id"]


def test_the_events_name_the_creator(api: APIClient, body: Body, alice: User) -> None:
    api.post(SCHEDULES, body)
    event = ScheduleEvent.objects.get()
    assert (event.verb, event.actor, event.actor_kind) == ("create", alice, "user")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_an_end_at_the_last_day_of_the_calendar_is_returned_unchanged(
    api: APIClient, body: Body, settings: Settings, zone: str
) -> None:
    settings.TIME_ZONE = zone
    ever = {"start_at": "0001-01-01T00:00:00Z", "end_at": "9999-12-31T23:59:59Z"}
    for timing in ({}, {"interval_seconds": None, "cron_expression": "@daily"}):
        made = api.post(SCHEDULES, body | ever | timing)
        assert made.status_code == 201
        assert made.json() | ever == made.json()
    (shown, _) = api.get(SCHEDULES).json()["results"]
    assert shown | ever == shown
