"""The strip above the pages of ours while nothing would fire or run."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis import Redis

from schedules.admin import site_state
from schedules.rq.heartbeat import beat
from schedules.services.insight import health
from tests.hanging_look import hanging_look, looking

__all__ = ["hanging_look"]
pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (
    "/admin/",
    "/admin/ostinato_schedules/scheduledjob/",
    "/admin/ostinato_schedules/scheduledjob/add/",
    "/admin/ostinato_workflows/workflow/",
    "/admin/ostinato_triggers/webhook/",
    "/admin/ostinato_accounts/apitoken/",
)
NO_SCHEDULER = "No scheduler is alive: nothing fires."


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def all_at_work(redis: Redis) -> None:
    for kind in ("scheduler", "worker", "worker:workflows"):
        beat(redis, kind, "somebody")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_says_that_no_process_is_alive_and_what_to_do(
    staff: Client, redis: Redis, address: str
) -> None:
    page = staff.get(address).text
    assert 'role="alert"' in page
    assert page.index(NO_SCHEDULER) < page.index("No worker is alive")
    assert "Run <code>manage.py rqscheduler</code>." in page


def test_it_says_the_cause_first_and_no_more_than_that(staff: Client) -> None:
    page = staff.get("/admin/").text
    assert "Redis does not answer." in page
    assert NO_SCHEDULER not in page


def test_no_page_waits_for_a_look_that_hangs(
    staff: Client,
    all_at_work: None,
    hanging_look: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(site_state, "WAIT_SECONDS", 0.1)
    assert staff.get("/admin/password_change/").status_code == 200
    assert looking()


def test_while_all_is_well_there_is_none(staff: Client, all_at_work: None) -> None:
    assert "o-alarm" not in staff.get("/admin/").text


def test_a_warning_is_no_alert(
    staff: Client, all_at_work: None, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        health.disk_probe, "probe", lambda now: {"disk": "disk_nearly_full"}
    )
    health.reset()
    page = staff.get("/admin/").text
    assert 'role="status"' in page
    assert "nearly full" in page


def test_it_costs_a_page_no_query(
    staff: Client, redis: Redis, all_at_work: None
) -> None:
    def queries() -> int:
        health.reset()
        with CaptureQueriesContext(connection) as captured:
            staff.get("/admin/")
        return len(captured)

    well = queries()
    redis.flushall()
    assert queries() == well
    assert NO_SCHEDULER in staff.get("/admin/").text


@pytest.mark.parametrize("address", ["/admin/login/", "/admin/logout/"])
def test_anonymous_users_see_no_causes(redis: Redis, address: str) -> None:
    assert NO_SCHEDULER not in Client().get(address, follow=True).text


def test_a_look_that_breaks_leaves_the_page(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr("schedules.admin.site_state.diagnose", broken)
    answer = staff.get("/admin/")
    assert answer.status_code == 200
    assert "o-alarm" not in answer.text
