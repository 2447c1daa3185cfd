"""What people do is in Django's log as well as in the audit trail, once, whatever the door."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import ScheduledJob
from schedules.services import Actor, pause_schedule
from tests.schedules.admin.conftest import LIST, page
from tests.schedules.api.conftest import address, json_client
from tests.schedules.conftest import MakeSchedule

pytestmark = pytest.mark.django_db
ADDED, CHANGED, DELETED = 1, 2, 3


def lines() -> list[tuple[str, int, str]]:
    found = LogEntry.objects.order_by("pk")
    return [(str(each.user), each.action_flag, each.change_message) for each in found]


def test_a_button_and_its_note_are_logged(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(name="nightly")
    LogEntry.objects.all().delete()
    site.post(page(schedule, "pause"), {"note": "holidays"})
    site.post(page(schedule, "pause"), {"note": "holidays"})  # which changes nothing
    site.post(page(schedule, "resume"))
    site.post(page(schedule, "run"))
    assert lines() == [
        ("boss", CHANGED, "Paused. holidays"),
        ("boss", CHANGED, "Resumed."),
        ("boss", CHANGED, "Run now."),
    ]
    entry = LogEntry.objects.all()[0]
    assert (entry.object_id, entry.object_repr) == (str(schedule.pk), "nightly")
    assert "Paused. holidays" in site.get(page(schedule, "history")).text


def test_a_deletion_is_logged_once(site: Client, make_schedule: MakeSchedule) -> None:
    one, other, third = make_schedule(), make_schedule(), make_schedule()
    LogEntry.objects.all().delete()
    site.post(page(one, "delete"), {"post": "yes"})
    assert lines() == [("boss", DELETED, "Deleted.")]
    chosen = [str(other.pk), str(third.pk)]
    asked = site.post(LIST, {"action": "delete", "_selected_action": chosen})
    site.post(asked.url)
    assert not ScheduledJob.objects.exists()
    assert lines() == [("boss", DELETED, "Deleted.")] * 3


def test_what_comes_over_the_api_is_logged_too(
    alice: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    api = json_client(alice)
    sent = {"name": "other", "max_retries": 3}
    api.patch(address(schedule), sent)
    api.patch(f"{address(schedule)}?dry_run=true", {"name": "tried"})
    assert lines() == [
        ("alice", ADDED, "Added."),
        ("alice", CHANGED, "Changed name, max retries."),
    ]


def test_agents_and_the_site_are_no_users_of_the_admin(
    alice: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    LogEntry.objects.all().delete()
    for actor in (Actor.agent(alice), Actor.system()):
        pause_schedule(schedule.pk, actor=actor, now=datetime.now(UTC))
    assert lines() == []
