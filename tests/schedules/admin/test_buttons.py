from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun, Status
from schedules.services import Actor, fire_due, pause_schedule
from tests.schedules.admin.conftest import LIST, MakeStaff, page
from tests.schedules.conftest import NOON, MakeSchedule

VERBS = ["pause", "resume", "run"]


def messages(response: object) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def press(site: Client, schedule: ScheduledJob, verb: str, **inputs: str) -> list[str]:
    response = site.post(page(schedule, verb), inputs, follow=True)
    assert response.status_code == 200
    schedule.refresh_from_db()
    return messages(response)


@pytest.fixture
def ended(make_schedule: MakeSchedule) -> ScheduledJob:
    schedule = make_schedule(run_at=NOON + timedelta(seconds=1))
    fire_due(NOON + timedelta(seconds=2))
    return schedule


def test_pause_pauses_with_the_note(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    told = press(site, schedule, "pause", note="until Monday")
    assert told == ["Paused “job”. No runs start until someone resumes it."]
    assert (schedule.status, schedule.status_reason) == ("paused", "until Monday")
    event = schedule.events.get(verb="pause")
    assert (event.verb, event.actor, event.note) == ("pause", boss, "until Monday")


def test_resuming_shows_the_next_run_in_the_zone_of_the_person(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(cron_expression="0 9 * * *", timezone="Asia/Kathmandu")
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=NOON)
    [told] = press(site, schedule, "resume")
    assert schedule.status == Status.ACTIVE
    assert told.startswith("Resumed “job”. Next run ")
    assert "03:15 UTC" in told  # that of the site: this person has chosen none


def test_resuming_shows_how_many_ticks_passed(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    # All of it lies in the past of the clock that the admin reads.
    long_ago = NOON - timedelta(days=365 * 10)
    schedule = make_schedule(long_ago, interval_seconds=86_400)
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=long_ago)
    [told] = press(site, schedule, "resume", catch_up="latest")
    assert "missed runs was caught up" in told


def test_resuming_without_ticks_left_reports_the_end(
    site: Client, make_schedule: MakeSchedule, alice: User
) -> None:
    long_ago = NOON - timedelta(days=365 * 10)
    schedule = make_schedule(long_ago, run_at=long_ago + timedelta(days=1))
    pause_schedule(schedule.pk, actor=Actor.person(alice), now=long_ago)
    [told] = press(site, schedule, "resume")
    assert "It has ended: missed." in told
    assert schedule.status == Status.STOPPED


def test_run_now_makes_a_manual_run(site: Client, make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    [told] = press(site, schedule, "run")
    run = ScheduledRun.objects.get()
    assert told.startswith("Started a run of “job”. <a href=")
    assert str(run.pk) in told
    assert (run.schedule_id, run.origin, run.status) == (
        schedule.pk,
        "manual",
        "pending",
    )


@pytest.mark.django_db(transaction=True)
def test_run_now_hands_the_run_to_the_queue(
    redis: Redis, site: Client, make_schedule: MakeSchedule
) -> None:
    press(site, make_schedule(), "run")
    assert redis.llen("rq:queue:workflows") == 1
    assert ScheduledRun.objects.get().enqueued_at is not None


@pytest.mark.heavy
def test_a_double_click_makes_one_run(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    press(site, schedule, "run", request_id="page-1")
    [told] = press(site, schedule, "run", request_id="page-1")
    assert "already" in told
    assert ScheduledRun.objects.count() == 1
    press(site, schedule, "run", request_id="page-2")
    assert ScheduledRun.objects.count() == 2


@pytest.mark.heavy
@pytest.mark.parametrize("verb", VERBS)
def test_a_schedule_that_ended_answers_with_its_state(
    site: Client, ended: ScheduledJob, verb: str
) -> None:
    [told] = press(site, ended, verb)
    assert "stopped (completed)" in told
    assert ended.status == Status.STOPPED


@pytest.mark.heavy
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "inputs",
    [
        {"note": "x" * 501},
        {"note": "\x00"},
        {"catch_up": "everything"},
        {"request_id": "x" * 101},
        {"request_id": "\x00"},
    ],
)
def test_broken_input_is_reported_or_ignored_and_never_crashes(
    site: Client, make_schedule: MakeSchedule, verb: str, inputs: dict[str, str]
) -> None:
    assert press(site, make_schedule(), verb, **inputs)


@pytest.mark.parametrize("verb", VERBS)
def test_a_get_never_changes_anything(
    site: Client, make_schedule: MakeSchedule, verb: str
) -> None:
    schedule = make_schedule()
    assert site.get(page(schedule, verb)).status_code == 405
    assert site.head(page(schedule, verb)).status_code == 405
    assert schedule.events.count() == 1
    assert not ScheduledRun.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_a_press_without_the_csrf_token_is_refused(
    boss: User, make_schedule: MakeSchedule, verb: str
) -> None:
    schedule = make_schedule()
    site = Client(enforce_csrf_checks=True)
    site.force_login(boss)
    assert site.post(page(schedule, verb)).status_code == 403
    assert schedule.events.count() == 1


@pytest.mark.parametrize("verb", VERBS)
def test_staff_who_may_only_view_are_refused(
    make_staff: MakeStaff, make_schedule: MakeSchedule, verb: str
) -> None:
    schedule = make_schedule()
    assert make_staff("view").post(page(schedule, verb)).status_code == 403
    assert schedule.events.count() == 1


def test_staff_without_permission_to_view_learn_nothing(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    assert make_staff("delete").post(page(schedule, "pause")).status_code == 404


def test_staff_who_may_change_may_press(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    press(make_staff("change"), schedule, "pause")
    assert schedule.status == Status.PAUSED


def test_staff_may_press_the_buttons_of_their_own_schedules(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    mine, other = make_schedule(name="mine"), make_schedule(name="other")
    staff = make_staff("view")
    ScheduledJob.objects.filter(pk=mine.pk).update(
        owner=User.objects.get(username="staff")
    )
    text = staff.get(LIST).text
    assert f'formaction="{mine.pk}/pause/"' in text
    assert f'formaction="{other.pk}/pause/"' not in text
    press(staff, mine, "pause")
    assert mine.status == Status.PAUSED


def test_people_who_are_no_staff_are_sent_to_the_login(
    alice: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    client = Client()
    client.force_login(alice)
    response = client.post(page(schedule, "pause"))
    assert response.status_code == 302
    assert response.url.startswith("/admin/login/")
    assert schedule.events.count() == 1


def test_a_schedule_that_never_was_is_not_found(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    other = page(schedule, "pause").replace(str(schedule.pk), str(uuid4()))
    assert site.post(other).status_code == 404


@pytest.mark.parametrize(
    ("given", "lands_on"),
    [
        (f"{LIST}?status__exact=active&p=2", f"{LIST}?status__exact=active&p=2"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_a_press_leads_back_to_its_page_and_never_off_the_site(
    site: Client, make_schedule: MakeSchedule, given: str, lands_on: str | None
) -> None:
    schedule = make_schedule()
    response = site.post(page(schedule, "pause"), {"next": given})
    assert response.url == (lands_on or page(schedule))
