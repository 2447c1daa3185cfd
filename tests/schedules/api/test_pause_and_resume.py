"""POST /api/v1/schedules/{id}/pause/ and resume/"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent, Status
from tests.schedules.api.conftest import address, problems
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def half_an_hour_later() -> Iterator[None]:
    with time_machine.travel(NOON + timedelta(minutes=30, seconds=30), tick=False):
        yield


def test_a_paused_schedule_has_no_next_run(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    answer = api.post(address(schedule, "pause"), {"note": "moving house"})
    assert answer.status_code == 200
    paused = answer.json()
    assert paused["status"] == "paused"
    assert paused["status_reason"] == "moving house"
    assert paused["next_run_at"] is None
    assert ScheduleEvent.objects.get(verb="pause").note == "moving house"


def test_pausing_needs_no_body_and_may_be_repeated(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    first, second = (api.post(address(schedule, "pause")) for _ in range(2))
    assert first.json() == second.json()


def test_resuming_returns_how_many_ticks_passed(
    api: APIClient, make_schedule: MakeSchedule, half_an_hour_later: None
) -> None:
    schedule = make_schedule()
    api.post(address(schedule, "pause"))
    answer = api.post(address(schedule, "resume"), {"note": "back"})
    assert answer.status_code == 200
    resumed = answer.json()
    assert resumed["status"] == "active"
    assert resumed["next_run_at"] == "2026-11-23T12:31:00Z"
    assert (resumed["ticks_passed"], resumed["ticks_caught_up"]) == (30, 0)
    assert not ScheduledRun.objects.filter(status="pending").exists()


def test_what_passed_is_caught_up_when_asked(
    api: APIClient, make_schedule: MakeSchedule, half_an_hour_later: None
) -> None:
    schedule = make_schedule()
    api.post(address(schedule, "pause"))
    resumed = api.post(address(schedule, "resume"), {"catch_up": "latest"}).json()
    assert (resumed["ticks_passed"], resumed["ticks_caught_up"]) == (30, 1)
    assert resumed["last_run"]["scheduled_for"] == "2026-11-23T12:30:00Z"
    assert resumed["last_run"]["status"] in {"pending", "waiting"}


def test_resuming_an_active_schedule_changes_nothing(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    resumed = api.post(address(make_schedule(), "resume")).json()
    assert (resumed["version"], resumed["ticks_passed"]) == (1, 0)


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_an_ended_schedule_stays_ended(
    api: APIClient, make_schedule: MakeSchedule, verb: str
) -> None:
    schedule = make_schedule()
    ScheduledJob.objects.update(status=Status.STOPPED, status_reason="completed")
    answer = api.post(address(schedule, verb))
    assert answer.status_code == 409
    assert "stopped (completed)" in answer.content.decode()


@pytest.mark.parametrize("verb", ["pause", "resume", "run"])
def test_a_note_is_one_line(
    api: APIClient, make_schedule: MakeSchedule, verb: str
) -> None:
    answer = api.post(address(make_schedule(), verb), {"note": "a\x1b[2Jb"})
    assert problems(answer) == {"note"}
