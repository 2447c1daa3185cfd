"""GET /api/v1/schedules/{id}/runs/"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
)
from tests.schedules.api.conftest import address
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.failures import FailureKind

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def fired(make_schedule: MakeSchedule) -> Callable[[int], ScheduledJob]:
    """A schedule that has fired so many times, once a minute."""

    def fire(times: int) -> ScheduledJob:
        schedule = make_schedule(overlap_policy="allow")
        for minute in range(1, times + 1):
            fire_due(NOON + minute * MINUTE)
        return schedule

    return fire


def test_the_ledger_is_listed_newest_first(
    api: APIClient, fired: Callable[[int], ScheduledJob]
) -> None:
    answer = api.get(address(fired(3), "runs"))
    assert answer.status_code == 200
    page = answer.json()
    assert (page["next"], page["previous"]) == (None, None)
    assert [run["scheduled_for"] for run in page["results"]] == [
        "2026-11-23T12:03:00Z",
        "2026-11-23T12:02:00Z",
        "2026-11-23T12:01:00Z",
    ]


def test_a_run_shows_its_outcome_and_nothing_secret(
    api: APIClient, fired: Callable[[int], ScheduledJob]
) -> None:
    schedule = fired(1)
    (run,) = api.get(address(schedule, "runs")).json()["results"]
    assert run | {"id": "", "enqueued_at": ""} == {
        "id": "",
        "schedule": str(schedule.id),
        "schedule_name": "job",
        "origin": "schedule",
        "status": "pending",
        "reason": "",
        "overlap": None,
        "failure_kind": "",
        "attempt": 1,
        "scheduled_for": "2026-11-23T12:01:00Z",
        "range_end": None,
        "tick_count": 1,
        "due_at": "2026-11-23T12:01:00Z",
        "not_before": None,
        "enqueued_at": "",
        "started_at": None,
        "deadline_at": None,
        "finished_at": None,
        "cancel_requested_at": None,
        "error": "",
        "execution": None,
        "request_id": None,
        "created_at": "2026-11-23T12:01:00Z",
    }


def test_pages_follow_one_another_without_gap_or_overlap(
    api: APIClient, fired: Callable[[int], ScheduledJob]
) -> None:
    seen, page = [], address(fired(5), "runs") + "?page_size=2"
    while page:
        answer = api.get(page).json()
        seen += [run["scheduled_for"] for run in answer["results"]]
        page = answer["next"]
    assert len(seen) == 5
    assert seen == sorted(set(seen), reverse=True)


def test_other_schedules_runs_are_not_in_it(
    api: APIClient,
    fired: Callable[[int], ScheduledJob],
    make_schedule: MakeSchedule,
) -> None:
    fired(1)
    assert api.get(address(make_schedule(), "runs")).json()["results"] == []


def test_a_long_page_costs_no_more_queries_than_a_short_one(
    api: APIClient, fired: Callable[[int], ScheduledJob], alice: User
) -> None:
    schedule = fired(8)
    assert ScheduledRun.objects.count() == 8
    counts = []
    for size in (1, 8):
        with CaptureQueriesContext(connection) as queries:
            api.get(address(schedule, "runs") + f"?page_size={size}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_runs_are_narrowed_down_to_a_kind_of_failure(
    api: APIClient, fired: Callable[[int], ScheduledJob]
) -> None:
    """Also those that are tried again: what failed is their last attempt."""
    runs = address(fired(3), "runs")
    lost, tried_again, _ = ScheduledRun.objects.order_by("scheduled_for")
    change = ScheduledRun.objects.filter
    change(pk=lost.pk).update(status="failed", failure_kind="lost")
    change(pk=tried_again.pk).update(attempt=2, failure_kind="lost")

    def found(query: str) -> list[str]:
        return [run["id"] for run in api.get(f"{runs}?{query}").json()["results"]]

    assert found("failure_kind=lost") == [str(tried_again.pk), str(lost.pk)]
    assert found("failure_kind=lost&status=failed") == [str(lost.pk)]
    assert found("failure_kind=node") == []
    (why,) = api.get(f"{runs}?failure_kind=gone").json()["errors"]["failure_kind"]
    assert all(kind in why for kind in FailureKind)


@pytest.mark.parametrize(
    ("asked", "minutes"),
    [
        ("status=pending", [3, 2, 1]),
        ("status=missed", []),
        ("origin=schedule", [3, 2, 1]),
        ("origin=manual", []),
        ("since=2026-11-23T12:02:00Z", [3, 2]),
        ("until=2026-11-23T13:02:00%2B01:00", [1]),
        ("since=2026-11-23T12:02:00Z&until=2026-11-23T12:03:00Z", [2]),
    ],
)
def test_runs_are_narrowed_down(
    api: APIClient,
    fired: Callable[[int], ScheduledJob],
    asked: str,
    minutes: list[int],
) -> None:
    answer = api.get(f"{address(fired(3), 'runs')}?{asked}")
    found = [run["scheduled_for"][14:16] for run in answer.json()["results"]]
    assert [int(minute) for minute in found] == minutes


@pytest.mark.parametrize(
    ("since", "ticks"),
    [
        ("12:00:30", [5, 3, 1]),
        ("12:01:00", [5, 3, 1]),
        ("12:02:00", [5, 3, 1]),
        ("12:04:00", [5, 3, 1]),
        ("12:04:01", [5]),
    ],
)
def test_a_row_of_many_ticks_is_found_by_each_of_them(
    api: APIClient,
    make_schedule: MakeSchedule,
    alice: User,
    since: str,
    ticks: list[int],
) -> None:
    schedule, actor = make_schedule(), Actor.person(alice)
    pause_schedule(schedule.id, actor=actor, now=NOON)
    run_now(schedule.id, actor=actor, now=NOON + 3 * MINUTE)  # no part of the range
    resume_schedule(schedule.id, actor=actor, now=NOON + 4.5 * MINUTE)
    fire_due(NOON + 5 * MINUTE)
    answer = api.get(address(schedule, "runs") + f"?since=2026-11-23T{since}Z")
    found = [int(run["scheduled_for"][14:16]) for run in answer.json()["results"]]
    expected = [tick for tick in ticks if tick != 3 or since <= "12:03:00"]
    assert found == expected
    paused = api.get(
        address(schedule, "runs") + f"?since=2026-11-23T{since}Z&status=skipped"
    )
    assert len(paused.json()["results"]) == (1 if 1 in ticks else 0)


@pytest.mark.parametrize(
    "asked",
    [
        "status=unknown",
        "origin=moon",
        "since=yesterday",
        "until=0001-01-01T00:00:00%2B14:00",
        "since=9999-12-31T23:59:59-14:00",
        "since=2026-11-23T12:02:00%00",
    ],
)
def test_a_filter_that_cannot_be_is_refused_by_name(
    api: APIClient, fired: Callable[[int], ScheduledJob], asked: str
) -> None:
    answer = api.get(f"{address(fired(1), 'runs')}?{asked}")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {asked.split("=")[0]}
