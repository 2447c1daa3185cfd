"""What the frame of the pages says of schedules: pulse, alarm, counts, zone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis import Redis

from schedules.admin import site_state
from schedules.models import ScheduledJob, Status, UserProfile
from schedules.rq.heartbeat import beat
from schedules.services.insight import health
from tests.api import staff
from tests.schedules.conftest import MakeSchedule

LIST = "/admin/ostinato_schedules/scheduledjob/"
RUNS = "/admin/ostinato_schedules/scheduledrun/"


@pytest.fixture
def site(admin_user: User) -> Client:
    return signed_in(admin_user)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def part(page: str, start: str, end: str) -> str:
    return page.split(start, 1)[1].split(end, 1)[0]


def pulse(page: str) -> str:
    return part(page, 'class="o-pulse"', "</a>")


@pytest.mark.django_db
def test_the_pulse_counts_the_processes_that_are_alive(
    site: Client, redis: Redis
) -> None:
    beat(redis, "scheduler", "one")
    beat(redis, "scheduler", "two")
    for name in ("a", "b", "c"):
        beat(redis, "worker", name)
        beat(redis, "worker:workflows", name)
    shown = pulse(site.get(RUNS).text)
    assert "2 schedulers, 3 workers" in shown
    assert "all is well" in shown
    assert "is-ok" in shown


@pytest.mark.django_db
def test_without_a_worker_the_pulse_is_red(site: Client, redis: Redis) -> None:
    beat(redis, "scheduler", "one")
    shown = pulse(site.get(RUNS).text)
    assert "1 scheduler, 0 workers" in shown
    assert "is-bad" in shown
    assert "all is well" not in shown


@pytest.mark.django_db
def test_without_redis_no_number_is_made_up(site: Client) -> None:
    assert "o-pulse" not in site.get(RUNS).text


@pytest.mark.django_db
def test_what_the_processes_said_is_kept_for_some_seconds(
    site: Client, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_state, "KEPT_SECONDS", 600.0)
    health.reset()
    site.get(RUNS)
    beat(redis, "scheduler", "one")
    assert "0 schedulers" in pulse(site.get(RUNS).text)
    monkeypatch.setattr(site_state, "KEPT_SECONDS", -1.0)
    assert "1 scheduler," in pulse(site.get(RUNS).text)


def counts(page: str) -> dict[str, str]:
    """The numbers of the side bar by the words beside them."""
    bar = part(page, 'id="nav-sidebar"', "</nav>")
    links = [link.split("</a>")[0] for link in bar.split("o-nav__text")[1:]]
    return {
        link[2:].split("<")[0]: link.split("o-nav__count")[1]
        .split(">")[1]
        .split("<")[0]
        for link in links
        if "o-nav__count" in link
    }


@pytest.mark.django_db
def test_the_side_bar_counts_what_the_user_sees(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="a")
    make_schedule(name="b")
    assert counts(site.get(RUNS).text) == {"Schedules": "2", "Workflows": "1"}


@pytest.mark.django_db
def test_a_number_is_bounded(
    site: Client, monkeypatch: pytest.MonkeyPatch, make_schedule: MakeSchedule
) -> None:
    monkeypatch.setattr(site_state, "MOST_COUNTED", 2)
    for name in "abcd":
        make_schedule(name=name)
    assert counts(site.get(RUNS).text)["Schedules"] == "2+"


@pytest.mark.django_db
@pytest.mark.both_databases
def test_who_may_not_see_schedules_learns_no_number(
    make_schedule: MakeSchedule,
) -> None:
    make_schedule(name="a")
    client = signed_in(staff("ostinato_triggers.view_webhook"))
    assert counts(client.get("/admin/ostinato_triggers/webhook/").text) == {}


@pytest.mark.django_db
@pytest.mark.both_databases
def test_proposals_are_counted(
    admin_user: User, rf, make_schedule: MakeSchedule
) -> None:
    make_schedule(name="a")
    proposal = make_schedule(name="b")
    ScheduledJob.objects.filter(pk=proposal.pk).update(
        status=Status.PAUSED, awaits_approval=True
    )
    request = rf.get(RUNS)
    request.user = admin_user
    waiting = site_state.counts(request)["ostinato_approvals"]
    assert (waiting.text, str(waiting.says), waiting.tone) == (
        "1",
        "to decide about",
        "ask",
    )


@pytest.mark.heavy
@pytest.mark.django_db
def test_the_frame_costs_the_same_queries_whatever_there_is(
    site: Client, make_schedule: MakeSchedule
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            site.get("/admin/auth/group/add/")
        return len(captured)

    make_schedule(name="first")
    queries()  # the first request of a process asks for more, once
    few = queries()
    for number in range(10):
        make_schedule(name=f"more {number}")
    assert queries() == few


@pytest.mark.django_db
def test_the_clock_is_that_of_the_users_zone(site: Client, admin_user: User) -> None:
    UserProfile.objects.create(user=admin_user, timezone="Asia/Kathmandu")
    clock = part(site.get(RUNS).text, "<summary", "</summary>")
    there = timezone.now() + timedelta(hours=5, minutes=45)
    assert "Kathmandu" in clock
    assert f"{there:%H:}" in clock or f"{there - timedelta(minutes=1):%H:}" in clock
