"""What the page of a schedule shows in each of its states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schedules.admin.page.clock import Clock
from schedules.admin.page.coming import coming_card
from schedules.models import ScheduledJob, ScheduledRun, UserProfile
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    run_now,
    update_schedule,
)
from tests.schedules.admin.conftest import MakeStaff, page
from tests.schedules.conftest import NOON, MakeSchedule

YEARS_AGO = NOON - timedelta(days=3650)
DAY = timedelta(days=1)


def shown(site: Client, schedule: ScheduledJob, query: str = "") -> str:
    answer = site.get(page(schedule) + query)
    assert answer.status_code == 200
    return answer.text


def add_runs(schedule: ScheduledJob, count: int, **fields: object) -> None:
    times = [NOON - number * DAY for number in range(count)]
    values = {"status": "succeeded", "origin": "schedule", "epoch": 1} | fields
    ScheduledRun.objects.bulk_create(
        ScheduledRun(
            schedule=schedule,
            schedule_name=schedule.name,
            scheduled_for=at,
            due_at=at,
            started_at=at + timedelta(seconds=1),
            finished_at=at + timedelta(seconds=49),
            created_at=at,
            **values,
        )
        for at in times
    )


def test_an_active_schedule_shows_what_comes(
    site: Client, make_schedule: MakeSchedule
) -> None:
    text = shown(site, make_schedule(cron_expression="30 2 * * *"))
    assert "Next 10 runs" in text
    assert text.count('<span class="o-end">in ') == 10
    assert '<b class="o-strong">alice</b> created it' in text
    assert "No runs yet." in text


def test_a_paused_one_shows_who_paused_it_and_what_resuming_would_do(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(YEARS_AGO, interval_seconds=86_400)
    actor = Actor.person(alice)
    pause_schedule(schedule.pk, actor=actor, now=YEARS_AGO, note="marketing is late")
    text = shown(site, schedule)
    assert '<b class="o-strong">alice</b> paused it' in text
    assert '<span class="o-quote">marketing is late</span>' in text
    assert "None while paused" in text
    assert "runs were missed while it was paused, the latest" in text
    for words in ("Run none of them", "Run the latest", "Run them all"):
        assert words in text
    assert "Oldest first, one at a time: 100 runs" in text
    assert "Next runs, if resumed now" in text


def test_one_that_runs_on_request_and_one_that_has_ended_say_so(
    site: Client, make_schedule: MakeSchedule
) -> None:
    text = shown(site, make_schedule(schedule_type="manual"))
    assert "It has no times of its own." in text
    ended = make_schedule(run_at=NOON + timedelta(seconds=1))
    fire_due(NOON + timedelta(seconds=2))
    text = shown(site, ended)
    assert "No more runs." in text
    assert "Ended" in text
    assert page(ended, "run") not in text


@pytest.mark.heavy
def test_one_whose_zone_is_gone_is_still_shown(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(cron_expression="@daily")
    ScheduledJob.objects.filter(pk=schedule.pk).update(timezone="Mars/Olympus")
    for query in ("", "?at=2026-11-20T10:00:00", "?zone=Mars/Olympus"):
        assert "not a valid time zone" in shown(site, schedule, query)
    pause_schedule(schedule.pk, actor=Actor.person(schedule.owner), now=NOON)
    assert "not a valid time zone" in shown(site, schedule)


def test_a_name_with_markup_is_shown_whole_and_harmless(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(name="<b>x</b> שלום 🎉", tags=["<i>"])
    note = "<script>alert(1)</script>"
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON, note=note)
    text = shown(site, schedule)
    assert "<h1>&lt;b&gt;x&lt;/b&gt; שלום 🎉</h1>" in text
    for markup in ("<b>x", "<i>", "<script>alert"):
        assert markup not in text


def test_a_schedule_that_calls_a_function_shows_what_it_calls(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    name = "workflows.example_functions.text_summary"
    alice.is_superuser = True
    alice.save()
    call = {"call": name, "arguments": {"text": "words"}, "workflow": None}
    text = shown(site, make_schedule(**call))
    assert f"Calls <code>{name}</code>" in text


def test_times_are_those_of_the_user_and_the_coming_ones_of_a_zone_of_choice(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    UserProfile.objects.create(user=boss, timezone="Asia/Tokyo")
    schedule = make_schedule(cron_expression="30 2 * * *", timezone="Europe/Berlin")
    run_now(schedule.pk, actor=Actor.person(boss), now=NOON)
    assert "21:00</time>" in shown(site, schedule)
    clock = Clock(NOON, "Asia/Tokyo")
    first = {
        zone: coming_card(schedule, clock, zone).lines[0].shown
        for zone in ("", "Asia/Tokyo", "UTC", "nonsense")
    }
    assert first == {
        "": "Tue 24 Nov, 02:30",
        "Asia/Tokyo": "Tue 24 Nov, 10:30",
        "UTC": "Tue 24 Nov, 01:30",
        "nonsense": "Tue 24 Nov, 02:30",
    }


def test_a_clock_change_stands_before_the_run_that_it_moves(
    make_schedule: MakeSchedule,
) -> None:
    now = datetime(2027, 3, 27, 20, tzinfo=UTC)
    schedule = make_schedule(cron_expression="30 2 * * *", timezone="Europe/Berlin")
    card = coming_card(schedule, Clock(now, "Europe/Berlin"))
    change, run = card.lines[:2]
    assert f"{change.head}{change.about}" == (
        "Clocks go forward, 02:00 CET becomes 03:00 CEST. 02:30 does not exist that "
        "night, so it runs at the first moment after."
    )
    assert run.shown == "Sun 28 Mar, 03:00"
    assert card.moved_from == "02:30"


def test_runs_are_filtered_by_outcome(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    add_runs(schedule, 5)
    error = {"failure_kind": "node", "error": "no route to bank.example"}
    add_runs(schedule, 2, status="failed", origin="manual", **error)
    text = shown(site, schedule, "?outcome=failed")
    assert 'Failed <span class="o-count">2</span>' in text
    rows = text.partition('<table class="o-table o-runs">')[2]
    assert rows.count("no route to bank.example") == 2
    assert "Succeeded" not in rows.partition("</table>")[0]
    assert 'Succeeded <span class="o-count">5</span>' in text


def test_a_change_is_shown_with_old_and_new_value(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(timeout_seconds=600)
    fields = {"timeout_seconds": 120, "overlap_policy": "queue"}
    update_schedule(schedule.pk, fields, actor=Actor.person(alice), now=NOON)
    text = shown(site, schedule)
    assert "<del>10 min</del>" in text
    assert "<ins>2 min</ins>" in text
    assert "<del>skip</del>" in text
    assert "<ins>queue</ins>" in text


def test_who_may_only_view_gets_no_buttons(
    make_staff: MakeStaff, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    staff = make_staff("view")
    for _ in range(2):
        text = shown(staff, schedule)
        for words in ("Run now", "Pause now", "Save as new", "Delete", "Backfill"):
            assert words not in text
        assert "Next" in text
        pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON)


def test_pages_that_one_may_not_see_are_not_linked(
    make_staff: MakeStaff, site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    add_runs(schedule, 3)
    linked = ("/scheduledrun/", "/scheduleevent/", "/scheduleepoch/", "/canvas/")
    seen = shown(site, schedule, "?at=2026-11-23T12:00:00")
    unseen = shown(make_staff("view"), schedule, "?at=2026-11-23T12:00:00")
    for address in linked:
        assert address in seen
        assert address not in unseen.partition('id="content"')[2]


@pytest.mark.heavy
def test_the_number_of_queries_is_the_same_for_any_history(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    actor = Actor.person(alice)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(site, schedule, "?at=2026-11-20T12:00:00")
        return len(captured)

    run_now(schedule.pk, actor=actor, now=NOON)
    update_schedule(schedule.pk, {"max_retries": 1}, actor=actor, now=NOON)
    few = queries()
    add_runs(schedule, 150)
    for number in range(30):
        now = NOON + timedelta(seconds=number)
        run_now(schedule.pk, actor=actor, now=now)
        update_schedule(schedule.pk, {"max_retries": number}, actor=actor, now=now)
    assert queries() <= few + 1, "the run that has been found may have its own events"
    assert few < 45


@pytest.mark.heavy
@pytest.mark.parametrize("query", ["?at=nonsense", "?at=", "?outcome=x&zone=%00"])
def test_broken_questions_are_answered(
    site: Client, make_schedule: MakeSchedule, query: str
) -> None:
    assert "Why did it run, or not?" in shown(site, make_schedule(), query)


def test_the_page_stays_light(site: Client, make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    add_runs(schedule, 150, error="x" * 5_000)
    text = shown(site, schedule)
    assert len(text.encode()) < 300_000
    assert "style=" not in text
