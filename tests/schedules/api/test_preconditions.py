"""Safe retries by headers: ETag, If-Match and Idempotency-Key."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from schedules.models import ScheduledJob
from tests.schedules.api.conftest import SCHEDULES, address, faults
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


def test_a_schedule_comes_with_its_tag(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    assert api.get(address(schedule)).headers["ETag"] == '"v1"'
    assert api.post(address(schedule, "pause"), {}).headers["ETag"] == '"v2"'
    assert "ETag" not in api.get(SCHEDULES).headers


@pytest.mark.parametrize("tag", ['"v1"', "*", '"v7", "v1"', '"v1" '])
def test_a_change_of_what_was_read_is_made(
    api: APIClient, make_schedule: MakeSchedule, tag: str
) -> None:
    schedule = make_schedule()
    answer = api.patch(address(schedule), {"name": "new"}, headers={"If-Match": tag})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"v2"')


@pytest.mark.parametrize("tag", ['"v2"', '"v0"', "v1", "1", "", '"v11"', "é", "\x01"])
def test_a_change_of_something_else_is_refused(
    api: APIClient, make_schedule: MakeSchedule, tag: str
) -> None:
    schedule = make_schedule()
    answer = api.patch(address(schedule), {"name": "new"}, headers={"If-Match": tag})
    assert answer.status_code == 412
    assert answer.json()["code"] == "precondition_failed"
    schedule.refresh_from_db()
    assert schedule.name == "job"


def test_without_the_header_a_stale_version_is_a_conflict(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    answer = api.patch(address(make_schedule()), {"name": "new", "version": 7})
    assert answer.status_code == 409


def test_a_creation_that_is_sent_again_makes_nothing_more(
    api: APIClient, workflow: Workflow
) -> None:
    body = {"name": "job", "workflow": str(workflow.id), "interval_seconds": 60}
    first, again = (
        api.post(SCHEDULES, body, headers={"Idempotency-Key": "k1"}) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    in_body = api.post(SCHEDULES, body | {"idempotency_key": "k1"})
    assert in_body.json()["id"] == first.json()["id"]
    assert ScheduledJob.objects.count() == 1


def test_two_different_keys_are_refused(api: APIClient, workflow: Workflow) -> None:
    body = {
        "name": "job",
        "workflow": str(workflow.id),
        "interval_seconds": 60,
        "idempotency_key": "k2",
    }
    answer = api.post(SCHEDULES, body, headers={"Idempotency-Key": "k1"})
    assert faults(answer) == {"idempotency_key"}


def test_a_key_that_is_too_long_is_refused(api: APIClient, workflow: Workflow) -> None:
    body = {"name": "job", "workflow": str(workflow.id), "interval_seconds": 60}
    answer = api.post(SCHEDULES, body, headers={"Idempotency-Key": "k" * 201})
    assert faults(answer) == {"idempotency_key"}
