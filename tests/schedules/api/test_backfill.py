"""POST /api/v1/schedules/{id}/backfill/"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import fire_due
from tests.schedules.api.conftest import address, problems
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
RANGE = {"from": "2026-11-23T12:01:00Z", "to": "2026-11-23T13:10:00+01:00"}


@pytest.fixture
def missed(make_schedule: MakeSchedule) -> ScheduledJob:
    """A schedule of which nine ticks were missed and the tenth fired."""
    schedule = make_schedule(catchup_policy="none")
    fire_due(NOON + 10 * MINUTE)
    return schedule


def test_the_ticks_that_did_not_run_are_run(
    api: APIClient, missed: ScheduledJob
) -> None:
    answer = api.post(address(missed, "backfill"), RANGE | {"note": "after the move"})
    assert answer.status_code == 202
    body = answer.json()
    assert body["runs"] == 9
    assert body["ticks"][0] == "2026-11-23T12:01:00Z"
    assert body["ticks"][-1] == "2026-11-23T12:09:00Z"
    assert ScheduledRun.objects.filter(origin="backfill").count() == 9
    assert ScheduleEvent.objects.filter(verb="backfill", note="after the move").exists()


def test_what_was_backfilled_is_not_backfilled_again(
    api: APIClient, missed: ScheduledJob
) -> None:
    api.post(address(missed, "backfill"), RANGE)
    assert problems(api.post(address(missed, "backfill"), RANGE)) == {"from"}
    assert ScheduledRun.objects.filter(origin="backfill").count() == 9


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"from", "to"}),
        (RANGE | {"from": "2026-11-23T12:01:00"}, {"from"}),
        (RANGE | {"from": "0001-01-01T00:00:00+14:00"}, {"from"}),
        (RANGE | {"to": 5}, {"to"}),
        (RANGE | {"to": "2026-11-23T11:00:00Z"}, {"to"}),
        (RANGE | {"from_at": "2026-11-23T11:00:00Z"}, {"from_at"}),
        ({"from": "1999-01-01T00:00:00Z", "to": "1999-12-31T00:00:00Z"}, {"from"}),
    ],
)
def test_a_range_that_cannot_be_is_refused_at_its_field(
    api: APIClient, missed: ScheduledJob, body: dict[str, Any], wrong: set[str]
) -> None:
    assert problems(api.post(address(missed, "backfill"), body)) == wrong
    assert not ScheduledRun.objects.filter(origin="backfill").exists()


def test_the_whole_past_can_be_backfilled(api: APIClient, missed: ScheduledJob) -> None:
    ever = {"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59.999999Z"}
    answer = api.post(address(missed, "backfill"), ever)
    assert (answer.status_code, answer.json()["runs"]) == (202, 9)
    assert problems(api.post(address(missed, "backfill"), ever)) == {"from"}


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_the_calendar_have_no_tick(
    api: APIClient, missed: ScheduledJob, end: str
) -> None:
    answer = api.post(address(missed, "backfill"), {"from": end, "to": end})
    assert problems(answer) == {"from"}


def test_backfilling_someone_elses_schedule_is_refused(
    bobs_api: APIClient, missed: ScheduledJob
) -> None:
    assert bobs_api.post(address(missed, "backfill"), RANGE).status_code == 404
