"""A schedule that was deleted while a page of it was open."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services import Actor, stop_schedule
from tests.schedules.admin.conftest import LIST, MakeStaff, page
from tests.schedules.conftest import NOON, MakeSchedule


@pytest.fixture
def deleted(make_schedule: MakeSchedule, alice: User) -> ScheduledJob:
    schedule = make_schedule(name="<b>export</b>")
    actor = Actor.person(alice)
    stop_schedule(schedule.pk, actor=actor, now=NOON, note="not needed")
    schedule.pk = schedule.events.get(verb="stop").schedule_id
    return schedule


@pytest.mark.parametrize("verb", ["change", "delete", "history"])
def test_its_pages_lead_to_the_list_and_say_who_deleted_it(
    site: Client, deleted: ScheduledJob, verb: str
) -> None:
    answer = site.get(page(deleted, verb), follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    [told] = map(str, answer.context["messages"])
    assert told.startswith("“<b>export</b>” is gone: alice deleted it, ")
    assert told.endswith("“not needed”")
    assert "<b>export" not in answer.text


@pytest.mark.heavy
@pytest.mark.parametrize("verb", ["pause", "resume", "run", "backfill", "change"])
def test_so_do_its_buttons_and_its_form(
    site: Client, deleted: ScheduledJob, verb: str
) -> None:
    answer = site.post(page(deleted, verb), {"name": "x"}, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "is gone" in str(*answer.context["messages"])


def test_who_may_not_see_all_schedules_learns_nothing(
    make_staff: MakeStaff, deleted: ScheduledJob
) -> None:
    staff = make_staff()
    assert staff.post(page(deleted, "pause")).status_code == 404
    assert "gone" not in staff.get(page(deleted), follow=True).text


def test_the_list_is_shown_even_when_the_trail_knows_the_schedule_no_longer(
    make_staff: MakeStaff, deleted: ScheduledJob
) -> None:
    ScheduleEvent.objects.all().delete()
    answer = make_staff("view").get(page(deleted), follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "Perhaps it was deleted?" in str(*answer.context["messages"])
