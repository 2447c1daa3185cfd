from __future__ import annotations

import asyncio
import csv
import re
from datetime import timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import AsyncRequestFactory, Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schedules.admin.trail import csv_export
from schedules.admin.trail.csv_export import csv_response, safe
from schedules.models import ScheduledJob, ScheduleEvent, UserProfile
from schedules.services import Actor, pause_schedule, update_schedule
from tests.schedules.conftest import NOON, MakeSchedule

LIST = "/admin/ostinato_schedules/scheduleevent/"
CSV = f"{LIST}trail.csv"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon(clock: None) -> Any:
    with time_machine.travel(NOON + 30 * MINUTE, tick=False):
        yield


@pytest.fixture
def job(make_schedule: MakeSchedule, alice: User) -> ScheduledJob:
    """Made at noon, changed five minutes later, and paused after ten."""
    schedule = make_schedule(name="evening")
    alice.first_name, alice.last_name = "Alice", "Adams"
    actor = Actor.person(alice)
    changes = {"max_retries": 3, "timeout_seconds": 90}
    update_schedule(schedule.pk, changes, actor=actor, now=NOON + 5 * MINUTE)
    pause_schedule(schedule.pk, actor=actor, now=NOON + 10 * MINUTE, note="=1+1")
    return schedule


@pytest.mark.parametrize(("zone", "listed"), [("UTC", 3), ("Asia/Kathmandu", 2)])
def test_the_last_month_is_that_of_the_persons_calendar(
    site: Client, boss: User, job: ScheduledJob, zone: str, listed: int
) -> None:
    """In Kathmandu it begins and ends a quarter to six hours earlier than in Greenwich."""
    UserProfile.objects.create(user=boss, timezone=zone)
    events = ScheduleEvent.objects.order_by("pk")
    times = ("2026-10-01T00:00Z", "2026-10-31T18:14Z", "2026-10-31T18:16Z")
    for event, at in zip(events, times, strict=True):
        events.filter(pk=event.pk).update(created_at=at)
    text = site.get(LIST).text
    (query,) = re.findall(r'href="\?([^"]*)"[^>]*>\s*last month', text)
    query = unescape(query)
    assert site.get(f"{LIST}?{query}").context["cl"].result_count == listed
    assert len(rows(site.get(f"{CSV}?{query}"))) == listed


def rows(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(StringIO(text)))


def test_the_list_shows_who_did_what_with_before_and_after(
    site: Client, job: ScheduledJob
) -> None:
    text = site.get(LIST).text
    assert "<h1>Audit trail</h1>" in text
    for part in ("paused it", "changed the settings", "created it", "12:10", "evening"):
        assert part in text
    assert "<del>0</del>" in text
    assert "<ins>3</ins>" in text
    assert "<del>10 min</del>" in text
    assert "<ins>1 min 30 s</ins>" in text
    assert text.count('class="o-diff"') == 2
    assert '<span class="o-quote">=1+1</span>' in text


def test_an_event_has_a_page_with_its_changes(site: Client, job: ScheduledJob) -> None:
    event = ScheduleEvent.objects.get(verb="update")
    address = reverse("admin:ostinato_schedules_scheduleevent_change", args=[event.pk])
    assert address in site.get(LIST).text
    text = site.get(address).text
    assert "<ins>3</ins>" in text
    assert "changed the settings" in text
    assert site.post(address, {"note": "x"}).status_code == 403


def test_the_export_has_what_the_list_finds(site: Client, job: ScheduledJob) -> None:
    query = "?verb__exact=update"
    page = site.get(f"{LIST}{query}")
    assert f'href="{CSV}{query}"' in page.text
    (row,) = rows(site.get(f"{CSV}{query}"))
    assert row["time"] == "2026-11-23T12:05:00Z"
    assert (row["schedule"], row["schedule_id"]) == ("evening", str(job.pk))
    assert (row["action"], row["actor_kind"], row["actor"]) == (
        "update",
        "user",
        "alice",
    )
    assert '"max_retries": 0' in row["before"]
    assert '"max_retries": 3' in row["after"]
    assert [each["action"] for each in rows(site.get(CSV))] == [
        "pause",
        "update",
        "create",
    ]
    assert rows(site.get(f"{CSV}?q=nowhere")) == []
    assert len(rows(site.get(f"{CSV}?when=hour"))) == 3
    assert site.get(f"{CSV}?verb__unknown=x").status_code == 302


def test_the_export_is_a_file_that_runs_no_formula(
    site: Client, job: ScheduledJob
) -> None:
    answer = site.get(CSV)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    name = 'attachment; filename="audit-trail-2026-11-23-1230.csv"'
    assert answer["Content-Disposition"] == name
    assert rows(answer)[0]["note"] == "'=1+1"
    for harmful in ("=cmd", "+1", "-1", "@SUM", "\tx", "\r=1", "\n=1"):
        assert safe(harmful) == f"'{harmful}"
    assert safe("harmless = 1") == "harmless = 1"
    assert safe("") == ""


@pytest.mark.both_databases
def test_slices_follow_each_other_without_gaps(
    site: Client, job: ScheduledJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "SLICE", 2)
    event = ScheduleEvent.objects.get(verb="pause")
    for number in range(7):  # at the same time: told apart by their ids
        event.pk, event.note = None, f"note {number}"
        event.save(force_insert=True)
    notes = [row["note"] for row in rows(site.get(CSV))]
    assert notes == [f"note {n}" for n in reversed(range(7))] + ["'=1+1", "", ""]


def test_the_export_ends_after_so_many_rows_and_says_so(
    site: Client, job: ScheduledJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "MOST_ROWS", 2)
    first, second, last = rows(site.get(CSV))
    assert (first["action"], second["action"]) == ("pause", "update")
    assert last["time"] == "Only the newest 2 rows: filter for the others."


@pytest.mark.django_db(transaction=True)
def test_an_asgi_server_gets_it_bit_by_bit(job: ScheduledJob) -> None:
    async def parts() -> list[bytes]:
        request = AsyncRequestFactory().get(CSV)
        answer = csv_response(request, ScheduleEvent.objects.all(), NOON)
        assert answer.is_async
        return [part async for part in answer]

    found = asyncio.run(parts())
    assert len(found) == 2
    assert b"".join(found).count(b"\r\n") == 4


def test_the_export_needs_the_permission_of_the_list(job: ScheduledJob) -> None:
    user = User.objects.create_user("staff", is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get(CSV).status_code == 403
    permission = Permission.objects.get(codename="view_scheduleevent")
    user.user_permissions.add(permission)
    assert client.get(CSV).status_code == 200
    assert Client().get(CSV).status_code == 302


@pytest.mark.heavy
def test_the_list_costs_the_same_queries_for_any_number_of_events(
    site: Client, job: ScheduledJob, alice: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert site.get(LIST).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(20):
        fields = {"max_retries": number % 2}
        now = NOON + 11 * MINUTE
        update_schedule(job.pk, fields, actor=Actor.person(alice), now=now)
    assert queries() == few <= 14
