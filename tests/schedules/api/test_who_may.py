"""Who may see a schedule, and who may change it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from platform_site.accounts.models import ApiToken
from schedules.models import ScheduledJob, ScheduleEvent
from tests.schedules.api.conftest import SCHEDULES, Body, StaffApi, address, json_client
from tests.schedules.conftest import MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

READS = [("get", "", None), ("get", "runs", None)]
CHANGES: list[tuple[str, str, Any]] = [
    ("patch", "", {"name": "mine now"}),
    ("post", "pause", {}),
    ("post", "resume", {}),
    ("post", "run", {}),
]
DELETE = ("delete", "", None)
EVERY_DOOR = [*READS, *CHANGES, DELETE]
of_every_door = pytest.mark.parametrize(("method", "verb", "sent"), EVERY_DOOR)


def knock(
    client: APIClient, schedule: ScheduledJob, method: str, verb: str, sent: Any
) -> int:
    answer = getattr(client, method)(address(schedule, verb), sent)
    return int(answer.status_code)


@of_every_door
def test_anonymous_requests_are_refused(
    make_schedule: MakeSchedule, method: str, verb: str, sent: Any
) -> None:
    assert knock(json_client(), make_schedule(), method, verb, sent) == 401


@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_requests_cannot_list_or_create(db: None, method: str) -> None:
    answer = getattr(json_client(), method)(SCHEDULES)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_opens_the_doors_of_its_user(
    alice: User, make_schedule: MakeSchedule
) -> None:
    _, token = ApiToken.objects.create(user=alice)
    program = json_client()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert knock(program, make_schedule(), "post", "pause", {}) == 200
    assert ScheduleEvent.objects.get(verb="pause").actor == alice


@of_every_door
def test_another_owners_schedule_does_not_exist_for_me(
    bobs_api: APIClient,
    make_schedule: MakeSchedule,
    method: str,
    verb: str,
    sent: Any,
) -> None:
    schedule = make_schedule()
    assert knock(bobs_api, schedule, method, verb, sent) == 404
    schedule.refresh_from_db()
    assert (schedule.name, schedule.version) == ("job", 1)


@of_every_door
@pytest.mark.parametrize("name", [str(UUID(int=7)), "17", "not-an-id", "%00"])
def test_an_unknown_schedule_is_not_found(
    api: APIClient, method: str, verb: str, sent: Any, name: str
) -> None:
    path = f"{SCHEDULES}{name}/{f'{verb}/' if verb else ''}"
    assert getattr(api, method)(path, sent).status_code == 404


@of_every_door
def test_staff_without_permission_are_like_anyone_else(
    staff_api: StaffApi,
    make_schedule: MakeSchedule,
    method: str,
    verb: str,
    sent: Any,
) -> None:
    assert knock(staff_api(), make_schedule(), method, verb, sent) == 404


@pytest.mark.parametrize(("method", "verb", "sent"), READS)
def test_staff_who_may_view_see_all(
    staff_api: StaffApi,
    make_schedule: MakeSchedule,
    method: str,
    verb: str,
    sent: Any,
) -> None:
    assert knock(staff_api("view"), make_schedule(), method, verb, sent) == 200


def test_staff_who_may_view_list_all(
    staff_api: StaffApi, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    assert len(staff_api("view").get(SCHEDULES).json()["results"]) == 1


@pytest.mark.parametrize(("method", "verb", "sent"), [*CHANGES, DELETE])
def test_staff_who_may_only_view_change_nothing(
    staff_api: StaffApi,
    make_schedule: MakeSchedule,
    method: str,
    verb: str,
    sent: Any,
) -> None:
    schedule = make_schedule()
    assert knock(staff_api("view"), schedule, method, verb, sent) == 403
    schedule.refresh_from_db()
    assert (schedule.status, schedule.version) == ("active", 1)


def test_the_refusal_names_the_missing_permission(
    staff_api: StaffApi, make_schedule: MakeSchedule
) -> None:
    row, viewer = address(make_schedule()), staff_api("view")
    changing = viewer.patch(row, {"name": "x"}).json()["detail"]
    assert (
        changing
        == "You may see this schedule, but you do not have permission to change it."
    )
    deleting = viewer.delete(row).json()["detail"]
    assert (
        deleting
        == "You may see this schedule, but you do not have permission to delete it."
    )


@pytest.mark.parametrize(("method", "verb", "sent"), CHANGES)
def test_staff_who_may_change_do(
    staff_api: StaffApi,
    make_schedule: MakeSchedule,
    method: str,
    verb: str,
    sent: Any,
) -> None:
    client = staff_api("view", "change")
    assert knock(client, make_schedule(), method, verb, sent) < 300


def test_staff_who_may_delete_do(
    staff_api: StaffApi, make_schedule: MakeSchedule
) -> None:
    assert knock(staff_api("view", "delete"), make_schedule(), *DELETE) == 204


def test_a_session_changes_nothing_without_its_csrf_token(
    alice: User, body: Body
) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.get(SCHEDULES).status_code == 200
    assert browser.post(SCHEDULES, body, format="json").status_code == 403
    assert not ScheduledJob.objects.exists()


def test_a_session_with_its_csrf_token_may(alice: User, body: Body) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(alice)
    browser.get("/admin/login/")  # any page with a form gives the cookie
    token = browser.cookies["csrftoken"].value
    answer = browser.post(
        SCHEDULES, body, format="json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 201
    assert ScheduleEvent.objects.get().actor == alice


@pytest.mark.parametrize("verb", ["", "pause", "resume", "run", "backfill"])
def test_a_hidden_schedule_is_not_found_for_any_body(
    bobs_api: APIClient, make_schedule: MakeSchedule, verb: str
) -> None:
    schedule = make_schedule()
    send = bobs_api.post if verb else bobs_api.patch
    assert send(address(schedule, verb), {"nope": 1}).status_code == 404


def test_staff_who_may_change_may_see(
    staff_api: StaffApi, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    operator = staff_api("change")
    assert len(operator.get(SCHEDULES).json()["results"]) == 1
    assert operator.post(address(schedule, "pause"), {}).status_code == 200
