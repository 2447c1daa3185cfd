"""GET /api/v1/schedules/{id}/explain/?at="""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from schedules.models import ScheduledRun, ScheduleEpoch
from schedules.services import (
    Actor,
    backfill,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    update_schedule,
)
from tests.schedules.api.conftest import address, explained, problems, sentence
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


def test_a_time_before_the_schedule_was_created_is_explained(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    found = explained(api, make_schedule(), NOON - MINUTE)
    assert found["sentence"] == (
        "The schedule did not exist yet: it was created at 2026-11-23 12:00:00 UTC."
    )
    assert found["is_tick"] is False


def test_a_time_between_ticks_has_ticks_around_it(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    found = explained(api, make_schedule(), NOON + 1.5 * MINUTE)
    assert found["sentence"].startswith("It was not due then: the previous tick is at ")
    assert found["previous_tick"] == "2026-11-23T12:01:00Z"
    assert found["next_tick"] == "2026-11-23T12:02:00Z"


def test_a_run_that_waits_for_a_worker_and_one_that_succeeded(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    found = explained(api, schedule, NOON + MINUTE)
    assert found["sentence"].startswith("It fired ")
    assert found["run"]["status"] == "pending"
    ScheduledRun.objects.update(
        status="succeeded",
        started_at=NOON + MINUTE,
        finished_at=NOON + MINUTE,
    )
    assert sentence(api, schedule, NOON + MINUTE) == (
        "It ran: it started at 2026-11-23 12:01:00 UTC and succeeded at "
        "2026-11-23 12:01:00 UTC."
    )


def test_a_failed_run_is_explained_with_its_error(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    ScheduledRun.objects.update(
        status="failed",
        failure_kind="lost",
        error="worker lost",
        started_at=NOON + MINUTE,
        finished_at=NOON + MINUTE,
    )
    found = explained(api, schedule, NOON + MINUTE)
    assert found["run"]["failure_kind"] == "lost"
    assert found["sentence"] == (
        "It ran: it started at 2026-11-23 12:01:00 UTC and failed at "
        "2026-11-23 12:01:00 UTC because its worker stopped or could not renew its lease."
    )


def test_late_ticks_that_did_not_run_are_explained(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    fire_due(NOON + 9 * MINUTE)
    found = explained(api, schedule, NOON + 5 * MINUTE)
    assert "the catch-up policy did not choose it" in found["sentence"]
    assert found["run"]["tick_count"] > 1
    fire_due(NOON + 200 * MINUTE)
    assert "outside the catch-up window" in sentence(api, schedule, NOON + 20 * MINUTE)


def test_a_pause_is_explained_with_who_and_why(
    api: APIClient, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule, actor = make_schedule(), Actor.person(alice)
    pause_schedule(schedule.id, actor=actor, now=NOON + MINUTE / 2, note="holidays")
    paused = 'the schedule was paused at 2026-11-23 12:00:30 UTC by alice ("holidays") and still'
    assert paused in sentence(api, schedule, NOON + MINUTE)
    resume_schedule(schedule.id, actor=actor, now=NOON + 5 * MINUTE / 2)
    found = explained(api, schedule, NOON + MINUTE)
    assert (
        'paused at 2026-11-23 12:00:30 UTC by alice ("holidays")' in found["sentence"]
    )
    assert found["event"]["verb"] == "pause"


def test_a_change_of_the_timing_is_explained(
    api: APIClient, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    update_schedule(
        schedule.id,
        {"interval_seconds": 3600},
        actor=Actor.person(alice),
        now=NOON + 2 * MINUTE,
    )
    found = explained(api, schedule, NOON + MINUTE)
    assert "its timing was changed at " in found["sentence"]
    assert found["event"]["verb"] == "update"
    assert found["timing_text"] == "Every minute"


def test_what_is_still_to_come_and_what_should_have_come(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(now=timezone.now().replace(microsecond=0))
    first = schedule.next_tick_at
    assert "It is not due yet" in sentence(api, schedule, first)
    overdue = make_schedule(now=NOON)
    assert "is a scheduler running?" in sentence(api, overdue, NOON + MINUTE)


def test_pruned_history_is_no_longer_known(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    ScheduledRun.objects.all().delete()
    ScheduleEpoch.objects.update(
        pruned_upto=NOON + MINUTE, pruned_counts={"succeeded": 1}
    )
    assert "has been pruned" in sentence(api, schedule, NOON + MINUTE)


def test_a_tick_that_was_skipped_and_backfilled_ran_by_the_backfill(
    api: APIClient, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule, actor = make_schedule(), Actor.person(alice)
    pause_schedule(schedule.id, actor=actor, now=NOON)
    resume_schedule(schedule.id, actor=actor, now=NOON + 3.5 * MINUTE)
    at = NOON + 2 * MINUTE
    backfill(schedule.id, from_at=at, to_at=at, actor=actor, now=NOON + 4 * MINUTE)
    ScheduledRun.objects.filter(origin="backfill").update(
        status="succeeded",
        started_at=NOON + 4 * MINUTE,
        finished_at=NOON + 4 * MINUTE,
    )
    found = explained(api, schedule, at)
    assert found["sentence"].startswith(
        "It ran in a backfill: it started at 2026-11-23 12:04:00 UTC and succeeded at "
        "2026-11-23 12:04:00 UTC. When it was due, it did not run: the schedule was paused"
    )
    assert found["run"]["origin"] == "backfill"
    assert "It did not run" in sentence(api, schedule, NOON + MINUTE)


def test_the_time_of_a_run_by_hand_finds_that_run(
    api: APIClient, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    now = NOON + timedelta(seconds=90, microseconds=123456)
    run = run_now(schedule.id, actor=Actor.person(alice), now=now, note="again")
    for at in (run.scheduled_for, now.replace(microsecond=0)):
        found = explained(api, schedule, at)
        assert found["sentence"].startswith(
            "A run was requested at 2026-11-23 12:01:30 UTC by alice "
            '("again"). It fired on request '
        )
        assert (found["run"]["id"], found["is_tick"]) == (str(run.id), False)
        assert found["event"]["verb"] == "run"
    assert "not due then" in sentence(api, schedule, now - timedelta(seconds=1))


def test_the_time_at_which_a_tick_fires_finds_the_tick(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(jitter_seconds=50)
    assert schedule.next_run_at
    fire_due(schedule.next_run_at)
    (run,) = ScheduledRun.objects.all()
    schedule.refresh_from_db()
    assert run.due_at != run.scheduled_for
    for at in (run.due_at, run.due_at.replace(microsecond=0)):
        assert explained(api, schedule, at)["run"]["id"] == str(run.id)
    assert sentence(api, schedule, run.due_at).startswith(
        "That is when the tick of 2026-11-23 12:01:00 UTC fires. It fired "
    )
    assert schedule.next_run_at
    found = explained(api, schedule, schedule.next_run_at)
    assert (found["is_tick"], found["run"]) == (True, None)
    assert "the tick of 2026-11-23 12:02:00 UTC" in found["sentence"]


def test_no_tick_is_promised_beyond_max_runs_or_the_end(
    api: APIClient, make_schedule: MakeSchedule
) -> None:
    start = timezone.now().replace(microsecond=0)
    schedule = make_schedule(
        now=start, anchor_at=start, max_runs=2, end_at=start + 9 * MINUTE
    )
    assert "will run then" in sentence(api, schedule, start + 2 * MINUTE)
    assert "max_runs allows 2 runs" in sentence(api, schedule, start + 3 * MINUTE)
    found = explained(api, schedule, start + 2.5 * MINUTE)
    assert found["previous_tick"]
    assert found["next_tick"] is None
    after = explained(api, schedule, start + 10 * MINUTE)
    assert after["sentence"].startswith("It is not due then")
    assert after["next_tick"] is None


def test_the_ticks_around_a_time_are_those_that_the_schedule_had(
    api: APIClient, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    first = explained(api, schedule, NOON + MINUTE / 2)
    assert first["previous_tick"] is None  # noon was before it was made
    fields = {"interval_seconds": 600, "anchor_at": NOON}
    update_schedule(
        schedule.id, fields, actor=Actor.person(alice), now=NOON + 2.5 * MINUTE
    )
    before = explained(api, schedule, NOON + 2.2 * MINUTE)
    assert before["next_tick"] == "2026-11-23T12:10:00Z"
    after = explained(api, schedule, NOON + 3 * MINUTE)
    assert after["previous_tick"] == "2026-11-23T12:02:00Z"


@pytest.mark.parametrize(
    "at", ["", "?at=", "?at=noon", "?at=2026-11-23T12:00:00", "?at=2026-11-23%00"]
)
def test_a_time_that_cannot_be_read_is_refused(
    api: APIClient, make_schedule: MakeSchedule, at: str
) -> None:
    assert problems(api.get(address(make_schedule(), "explain") + at)) == {"at"}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_the_ends_of_the_calendar_are_times_too(
    api: APIClient, make_schedule: MakeSchedule, settings: Settings, at: str, zone: str
) -> None:
    settings.TIME_ZONE = zone
    schedule = make_schedule(cron_expression="0 9 * * *", timezone="Europe/Berlin")
    answer = api.get(f"{address(schedule, 'explain')}?at={at}")
    assert (answer.status_code, answer.json()["at"]) == (200, at)


@pytest.mark.parametrize("path", ["explain/?at=", "runs/?since=", "runs/?until="])
def test_a_plus_that_became_a_space_is_explained(
    api: APIClient, make_schedule: MakeSchedule, path: str
) -> None:
    when = "2026-12-31T09:00:00"
    row = address(make_schedule()) + path
    assert "%2B" in api.get(f"{row}{when}+01:00").json()["detail"]
    assert "%2B" not in api.get(f"{row}{when}").json()["detail"]
    assert api.get(f"{row}{when}%2B01:00").status_code == 200


@pytest.mark.parametrize("query", ["", "?at=", "?at=%20"])
def test_the_time_is_required(
    api: APIClient, make_schedule: MakeSchedule, query: str
) -> None:
    answer = api.get(address(make_schedule(), "explain") + query)
    assert answer.json()["errors"] == {"at": ["This parameter is required."]}


def test_anothers_schedule_is_not_explained(
    bobs_api: APIClient, make_schedule: MakeSchedule
) -> None:
    url = f"{address(make_schedule(), 'explain')}?at=2026-11-23T12:01:00Z"
    assert bobs_api.get(url).status_code == 404
