"""GET /api/v1/schedules/{id}/preview/ and POST /api/v1/schedules/preview/"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from schedules.models import ScheduledJob, ScheduleEvent
from tests.schedules.api.conftest import SCHEDULES, address, problems
from tests.schedules.conftest import MakeSchedule

pytestmark = pytest.mark.django_db
PREVIEW = f"{SCHEDULES}preview/"
BERLIN = {"cron_expression": "30 2 * * *", "timezone": "Europe/Berlin"}


def preview(api: APIClient, **body: Any) -> dict[str, Any]:
    answer = api.post(PREVIEW, body)
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def test_a_timing_is_shown_in_words_and_in_both_times(api: APIClient) -> None:
    found = preview(
        api,
        cron_expression="0 9 * * mon-fri",
        timezone="Europe/Berlin",
        start_at="2086-01-07T00:00:00Z",
        count=2,
    )
    assert found["text"] == "At 09:00, Monday to Friday (Europe/Berlin)"
    assert found["timezone"] == "Europe/Berlin"
    assert found["ticks"] == [
        {
            "scheduled_for": f"2086-01-0{day}T08:00:00Z",
            "local": f"2086-01-0{day}T09:00:00+01:00",
            "offset": "+01:00",
            "due_at": f"2086-01-0{day}T08:00:00Z",
            "moved_by_gap": False,
            "first_of_two": False,
        }
        for day in (7, 8)
    ]


def test_what_clock_changes_do_is_marked(api: APIClient) -> None:
    spring = preview(api, **BERLIN, start_at="2086-03-31T00:00:00Z", count=1)
    (tick,) = spring["ticks"]
    assert (tick["local"], tick["moved_by_gap"]) == ("2086-03-31T03:00:00+02:00", True)
    autumn = preview(api, **BERLIN, start_at="2086-10-27T00:00:00Z", count=1)
    (tick,) = autumn["ticks"]
    assert (tick["local"], tick["first_of_two"]) == ("2086-10-27T02:30:00+02:00", True)


@pytest.mark.parametrize(
    ("run_at", "local", "marks"),
    [
        ("2099-03-29T02:30:00", "2099-03-29T03:00:00+02:00", (True, False)),
        ("2099-03-29T03:00:00", "2099-03-29T03:00:00+02:00", (False, False)),
        ("2099-10-25T02:30:00", "2099-10-25T02:30:00+02:00", (False, True)),
        ("2099-10-25T02:30:00+01:00", "2099-10-25T02:30:00+01:00", (False, False)),
        ("2099-10-25T03:30:00", "2099-10-25T03:30:00+01:00", (False, False)),
    ],
)
def test_what_clock_changes_do_to_a_one_off_is_marked(
    api: APIClient, run_at: str, local: str, marks: tuple[bool, bool]
) -> None:
    (tick,) = preview(api, run_at=run_at, timezone="Europe/Berlin")["ticks"]
    assert tick["local"] == local
    assert (tick["moved_by_gap"], tick["first_of_two"]) == marks


def test_a_single_run_is_shown_in_its_time_zone_and_in_utc(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    fields = {"run_at": "2090-01-05T09:00:00", "timezone": "Europe/Berlin"}
    told = "Once, on 2090-01-05 at 09:00 (Europe/Berlin), which is 08:00 UTC"
    assert preview(api, **fields)["text"] == told
    run_at = datetime.fromisoformat(fields["run_at"])
    schedule = make_schedule(**fields | {"run_at": run_at})
    assert api.get(address(schedule)).json()["timing_text"] == told
    in_utc = preview(api, run_at="2090-01-05T09:00:00Z", timezone="UTC")["text"]
    assert in_utc == "Once, on 2090-01-05 at 09:00 (UTC)"


def test_a_preview_needs_no_name_and_no_workflow_and_writes_nothing(
    api: APIClient,
) -> None:
    ignored = {"name": 5, "workflow": "none yet", "idempotency_key": ["x"]}
    assert len(preview(api, interval_seconds=60, **ignored)["ticks"]) == 10
    assert not ScheduledJob.objects.exists()
    assert not ScheduleEvent.objects.exists()


def test_five_hundred_ticks_are_the_most(api: APIClient) -> None:
    assert len(preview(api, interval_seconds=60, count=500)["ticks"]) == 500


def test_no_tick_comes_after_the_end_or_the_last_run(api: APIClient) -> None:
    assert len(preview(api, interval_seconds=60, max_runs=3)["ticks"]) == 3
    assert len(preview(api, run_at="2086-01-01T00:00:00Z")["ticks"]) == 1


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"schedule_type"}),
        ({"cron_expression": "61 * * * *"}, {"cron_expression"}),
        ({"cron_expression": "* * * * *", "timezone": "Moon/Base"}, {"timezone"}),
        ({"interval_seconds": 0}, {"interval_seconds"}),
        ({"interval_seconds": 60, "overlap_policy": "maybe"}, {"overlap_policy"}),
        ({"interval_seconds": 60, "colour": "red"}, {"colour"}),
        ({"interval_seconds": 60, "count": 0}, {"count"}),
        ({"interval_seconds": 60, "count": 501}, {"count"}),
        ({"interval_seconds": 60, "count": "5"}, {"count"}),
        ({"run_at": "2001-01-01T00:00:00Z"}, {"run_at"}),
    ],
)
def test_what_could_not_be_created_is_refused_at_its_field(
    api: APIClient, body: dict[str, Any], wrong: set[str]
) -> None:
    assert problems(api.post(PREVIEW, body)) == wrong


def test_the_next_ticks_of_a_schedule(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(now=timezone.now(), jitter_seconds=20)
    answer = api.get(f"{address(schedule, 'preview')}?count=3")
    assert answer.status_code == 200
    ticks = answer.json()["ticks"]
    assert len(ticks) == 3
    assert ticks[0]["due_at"] > ticks[0]["scheduled_for"]


def test_a_schedule_that_has_ended_has_none(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    ScheduledJob.objects.update(status="stopped", next_run_at=None, next_tick_at=None)
    assert api.get(address(schedule, "preview")).json()["ticks"] == []


@pytest.mark.parametrize("count", ["0", "501", "-1", "many", "1.5", "%00"])
def test_a_count_that_cannot_be_is_refused(
    api: APIClient, make_schedule: MakeSchedule, count: str
) -> None:
    answer = api.get(f"{address(make_schedule(), 'preview')}?count={count}")
    assert problems(answer) == {"count"}


def test_a_schedule_without_its_time_zone_is_reported(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(cron_expression="0 9 * * *", timezone="Europe/Berlin")
    ScheduledJob.objects.update(timezone="Mars/Olympus")
    assert problems(api.get(address(schedule, "preview"))) == {"timezone"}


def test_anothers_schedule_is_not_previewed(
    bobs_api: APIClient, make_schedule: MakeSchedule
) -> None:
    assert bobs_api.get(address(make_schedule(), "preview")).status_code == 404
