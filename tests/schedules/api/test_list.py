"""GET /api/v1/schedules/"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from schedules.services import Actor, create_schedule, fire_due
from tests.schedules.api.conftest import SCHEDULES, address
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def names(api: APIClient, **query: Any) -> list[str]:
    answer = api.get(SCHEDULES, query)
    assert answer.status_code == 200
    return [schedule["name"] for schedule in answer.json()["results"]]


def test_the_newest_schedule_comes_first(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="old")
    make_schedule(name="new", now=NOON + timedelta(hours=1))
    assert names(api) == ["new", "old"]


def test_only_ones_own_are_listed(
    api: APIClient, bobs_api: APIClient, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="alice's")
    assert names(api) == ["alice's"]
    assert names(bobs_api) == []


def test_the_list_is_narrowed_by_status(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="awake")
    asleep = make_schedule(name="asleep")
    api.post(address(asleep, "pause"))
    assert names(api, status="active") == ["awake"]
    assert names(api, status="paused") == ["asleep"]
    assert names(api, status="stopped") == []


def test_the_list_is_narrowed_by_workflow(
    api: APIClient, make_schedule: MakeSchedule, alice: User, workflow: Workflow
) -> None:
    other = Workflow.objects.create(name="other", owner=alice)
    make_schedule(name="here")
    make_schedule(name="there", workflow=other)
    assert names(api, workflow=str(other.id)) == ["there"]


def test_a_search_looks_into_name_and_description(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="Nightly report")
    make_schedule(name="backup", description="after the NIGHTLY report")
    make_schedule(name="100% unrelated")
    assert sorted(names(api, search="nightly")) == ["Nightly report", "backup"]
    assert names(api, search="0% un") == ["100% unrelated"]
    assert names(api, search="nothing of the kind") == []


def test_filters_are_combined(api: APIClient, make_schedule: MakeSchedule) -> None:
    make_schedule(name="report")
    api.post(address(make_schedule(name="second report"), "pause"))
    assert names(api, status="paused", search="report") == ["second report"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "asleep"}, "status"),
        ({"workflow": "not-an-id"}, "workflow"),
        ({"search": "\x00"}, "search"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "abc"}, "page_size"),
        ({"page_size": "201"}, "page_size"),
    ],
)
def test_a_wrong_filter_is_refused_by_name(
    api: APIClient, query: dict[str, str], field: str
) -> None:
    answer = api.get(SCHEDULES, query)
    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_pages_follow_one_another(api: APIClient, make_schedule: MakeSchedule) -> None:
    for number in range(5):
        make_schedule(name=f"{number}", now=NOON + timedelta(seconds=number))
    seen, page = [], f"{SCHEDULES}?page_size=2"
    while page:
        answer = api.get(page).json()
        seen += [schedule["name"] for schedule in answer["results"]]
        page = answer["next"]
    assert seen == ["4", "3", "2", "1", "0"]


def test_each_shows_its_last_run(api: APIClient, make_schedule: MakeSchedule) -> None:
    make_schedule()
    for minute in (1, 2):
        fire_due(NOON + timedelta(minutes=minute))
    (listed,) = api.get(SCHEDULES).json()["results"]
    assert listed["last_run"] == {
        "status": "skipped",
        "scheduled_for": "2026-11-23T12:02:00Z",
        "finished_at": "2026-11-23T12:02:00Z",
    }


def test_a_long_list_costs_no_more_queries_than_a_short_one(
    api: APIClient, alice: User, workflow: Workflow
) -> None:
    for number in range(10):
        fields = {"name": f"{number}", "workflow": workflow, "interval_seconds": 60}
        create_schedule(fields, actor=Actor.person(alice), now=NOON)
    fire_due(NOON + timedelta(minutes=1))
    counts = []
    for size in (1, 10):
        with CaptureQueriesContext(connection) as queries:
            listed = api.get(SCHEDULES, {"page_size": size}).json()["results"]
        assert len(listed) == size
        assert all(schedule["last_run"] for schedule in listed)
        counts.append(len(queries))
    assert counts[0] == counts[1]
