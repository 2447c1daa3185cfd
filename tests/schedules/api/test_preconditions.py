"""Safe retries by headers: ETag, If-Match and Idempotency-Key."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from schedules.exceptions import StaleSchedule
from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services import Actor, fire_due, stop_schedule
from tests.schedules.api.conftest import SCHEDULES, address, problems
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


def test_a_schedule_comes_with_its_tag(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    assert api.get(address(schedule)).headers["ETag"] == '"v1"'
    assert api.post(address(schedule, "pause"), {}).headers["ETag"] == '"v2"'
    assert "ETag" not in api.get(SCHEDULES).headers


@pytest.mark.heavy
@pytest.mark.parametrize(
    "tag",
    ['"v1"', "*", '"v7", "v1"', '"v1" ', ', "v1",,"é"', '"x,y","v1"', 'W/"v1","v1"'],
)
def test_a_change_of_what_was_read_is_made(
    api: APIClient, make_schedule: MakeSchedule, tag: str
) -> None:
    schedule = make_schedule()
    answer = api.patch(address(schedule), {"name": "new"}, headers={"If-Match": tag})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"v2"')


@pytest.mark.parametrize(
    "tag", ['"v2"', '"v0"', '"v11"', '"v0001"', 'W/"v1"', '"x"', '""', '"v2", "v3"']
)
def test_a_change_of_something_else_is_refused(
    api: APIClient, make_schedule: MakeSchedule, tag: str
) -> None:
    schedule = make_schedule()
    answer = api.patch(address(schedule), {"name": "new"}, headers={"If-Match": tag})
    assert answer.status_code == 412
    assert answer.json()["code"] == "precondition_failed"
    schedule.refresh_from_db()
    assert schedule.name == "job"


@pytest.mark.parametrize(
    "tag",
    [
        "v1",
        "1",
        "",
        "é",
        "\x01",
        "garbage",
        '"x"v1""',
        '"v1"-gzip',
        '"v1" "v2"',
    ],
)
def test_an_invalid_if_match_header_is_refused_by_name(
    api: APIClient, make_schedule: MakeSchedule, tag: str
) -> None:
    schedule = make_schedule()
    answer = api.patch(address(schedule), {"name": "new"}, headers={"If-Match": tag})
    assert problems(answer) == {"If-Match"}
    assert '"v1"' in answer.json()["detail"]
    schedule.refresh_from_db()
    assert schedule.name == "job"


WHEN = {"from": "2026-11-23T12:01:00Z", "to": "2026-11-23T13:10:00Z"}
VERBS: list[tuple[str, str, dict[str, str]]] = [
    ("delete", "", {}),
    ("post", "pause", {}),
    ("post", "resume", {}),
    ("post", "run", {}),
    ("post", "backfill", WHEN),
]


@pytest.mark.parametrize(("method", "verb", "sent"), VERBS)
def test_every_action_requires_the_version_that_was_read(
    api: APIClient, make_schedule: MakeSchedule, method: str, verb: str, sent: Any
) -> None:
    schedule = make_schedule(catchup_policy="none")
    fire_due(NOON + timedelta(minutes=3))
    do = partial(getattr(api, method), address(schedule, verb), sent or None)
    for tag, status in (('"v2"', 412), ("v1", 400)):
        assert do(headers={"If-Match": tag}).status_code == status
    assert not ScheduleEvent.objects.exclude(verb="create").exists()
    assert do(headers={"If-Match": '"v1"'}).status_code in (200, 202, 204)


def test_a_deletion_of_what_has_just_changed_is_refused(
    alice: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    with pytest.raises(StaleSchedule):
        stop_schedule(schedule.id, actor=Actor.person(alice), now=NOON, version=2)
    assert ScheduledJob.objects.exists()


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
    assert problems(answer) == {"idempotency_key"}


def test_a_key_that_is_too_long_is_refused(api: APIClient, workflow: Workflow) -> None:
    body = {"name": "job", "workflow": str(workflow.id), "interval_seconds": 60}
    answer = api.post(SCHEDULES, body, headers={"Idempotency-Key": "k" * 201})
    assert problems(answer) == {"idempotency_key"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"name": "other"}, "name"),
        ({"interval_seconds": 61}, "interval_seconds"),
        ({"max_runs": 3, "tags": ["x"]}, "max_runs, tags"),
    ],
)
def test_a_key_that_is_used_for_something_else_is_refused(
    api: APIClient, workflow: Workflow, changes: dict[str, Any], named: str
) -> None:
    body = {"name": "job", "workflow": str(workflow.id), "interval_seconds": 60}
    key = {"Idempotency-Key": "k1"}
    api.post(SCHEDULES, body, headers=key)
    for url in (SCHEDULES, f"{SCHEDULES}?dry_run=true"):
        answer = api.post(url, body | changes, headers=key)
        assert answer.status_code == 422
        assert answer.json()["code"] == "idempotency_key_reused"
        assert f"differs in {named}: give a new key" in answer.json()["detail"]
    assert ScheduledJob.objects.count() == 1


def test_a_retry_after_a_change_is_still_a_retry(
    api: APIClient, workflow: Workflow
) -> None:
    body = {"name": "job", "workflow": str(workflow.id), "interval_seconds": 60}
    key = {"Idempotency-Key": "k1"}
    made = api.post(SCHEDULES, body, headers=key).json()
    api.patch(f"{SCHEDULES}{made['id']}/", {"name": "renamed", "max_runs": 5})
    again = api.post(SCHEDULES, body, headers=key)
    assert (again.status_code, again.json()["name"]) == (201, "renamed")
