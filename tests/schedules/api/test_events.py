"""GET /api/v1/schedules/{id}/events/"""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.schedules.api.conftest import address, problems
from tests.schedules.conftest import MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_who_did_what_is_listed_newest_first(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    api.post(address(schedule, "pause"), {"note": "holidays"})
    answer = api.get(address(schedule, "events"))
    assert answer.status_code == 200
    paused, created = answer.json()["results"]
    assert (paused["verb"], created["verb"]) == ("pause", "create")
    assert (paused["note"], paused["actor_kind"]) == ("holidays", "user")
    assert paused["actor_name"] == "alice"
    assert (paused["before"]["status"], paused["after"]["status"]) == (
        "active",
        "paused",
    )


def test_they_are_narrowed_down_by_verb(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    api.post(address(schedule, "pause"), {})
    events = f"{address(schedule, 'events')}?verb="
    assert [e["verb"] for e in api.get(f"{events}create").json()["results"]] == [
        "create"
    ]
    assert problems(api.get(f"{events}explode")) == {"verb"}


def test_they_are_narrowed_down_by_the_code_of_their_reason(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    api.post(address(schedule, "pause"), {"note": "holidays"})
    events = f"{address(schedule, 'events')}?reason_code="
    (paused,) = api.get(f"{events}by_user").json()["results"]
    assert (paused["verb"], paused["reason_code"]) == ("pause", "by_user")
    assert api.get(f"{events}failures").json()["results"] == []
    assert problems(api.get(f"{events}holidays")) == {"reason_code"}


def test_anothers_events_are_not_shown(
    bobs_api: APIClient, make_schedule: MakeSchedule
) -> None:
    assert bobs_api.get(address(make_schedule(), "events")).status_code == 404
