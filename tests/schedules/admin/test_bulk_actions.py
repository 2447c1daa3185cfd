from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent, Status
from schedules.services import bulk, fire_due
from tests.schedules.admin.conftest import LIST, MakeStaff
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.kit import admin_lists


def act(
    site: Client, action: str, *schedules: ScheduledJob, **inputs: str
) -> list[str]:
    chosen = [str(schedule.pk) for schedule in schedules]
    form = {"action": action, "_selected_action": chosen, **inputs}
    response = site.post(LIST, form, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(
    ("action", "told", "status"),
    [
        ("pause", "Paused 2 schedules.", Status.PAUSED),
        ("resume", "Resumed 2 schedules.", Status.ACTIVE),
        ("run", "Requested a run of 2 schedules.", Status.ACTIVE),
    ],
)
def test_an_action_works_on_every_schedule_that_is_ticked(
    site: Client, make_schedule: MakeSchedule, action: str, told: str, status: str
) -> None:
    ticked, other = [make_schedule(), make_schedule()], make_schedule(name="other")
    assert act(site, action, *ticked) == [told]
    statuses = ScheduledJob.objects.exclude(pk=other.pk).values_list(
        "status", flat=True
    )
    assert {*statuses} == {status}
    assert other.events.count() == 1


def test_a_bulk_action_reports_what_failed_and_why(
    site: Client, make_schedule: MakeSchedule
) -> None:
    ended = make_schedule(name="ended", run_at=NOON + timedelta(seconds=1))
    fire_due(NOON + timedelta(seconds=2))
    done, failed = act(site, "pause", ended, make_schedule())
    assert done == "Paused 1 schedule."
    assert failed.startswith("Pause failed for 1 schedule. “ended”: ")
    assert "stopped (completed)" in failed


def test_the_same_page_sent_twice_runs_each_schedule_once(
    site: Client, make_schedule: MakeSchedule
) -> None:
    ticked = [make_schedule(), make_schedule()]
    for _ in range(2):
        act(site, "run", *ticked, request_id="page-1")
    assert ScheduledRun.objects.count() == 2


def test_too_many_at_once_are_refused_whole(
    site: Client, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 1)
    told = act(site, "pause", make_schedule(), make_schedule())
    assert told == ["At most 1 schedules at once: nothing was done."]
    assert not ScheduledJob.objects.filter(status=Status.PAUSED).exists()


@pytest.mark.parametrize("action", ["pause", "delete_selected", "nonsense"])
def test_a_tick_that_is_no_schedule_is_told(site: Client, action: str) -> None:
    form = {"action": action, "_selected_action": ["nonsense"]}
    response = site.post(LIST, form, follow=True)
    assert response.status_code == 200
    assert list(response.context["messages"])


def test_who_may_only_view_has_no_actions(
    make_staff: MakeStaff, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    act(make_staff("view"), "pause", schedule)
    assert schedule.events.count() == 1


def test_an_action_without_the_csrf_token_is_refused(
    boss: User, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    site = Client(enforce_csrf_checks=True)
    site.force_login(boss)
    form = {"action": "pause", "_selected_action": str(schedule.pk)}
    assert site.post(LIST, form).status_code == 403
    assert schedule.events.count() == 1


def test_deleting_stops_and_keeps_the_history(
    site: Client, boss: User, make_schedule: MakeSchedule
) -> None:
    ticked = [make_schedule(name="one"), make_schedule(name="two")]
    act(site, "run", *ticked)
    told = act(site, "delete_selected", *ticked, post="yes")
    assert told == ["Successfully deleted 2 schedules."]
    assert not ScheduledJob.objects.exists()
    stops = ScheduleEvent.objects.filter(verb="stop")
    assert {(stop.schedule_name, stop.actor) for stop in stops} == {
        ("one", boss),
        ("two", boss),
    }
    runs = ScheduledRun.objects.values_list("status", "reason")
    assert list(runs) == [("cancelled", "stopped")] * 2


def test_deleting_more_than_the_confirmation_can_carry_is_refused_before_it(
    site: Client, make_schedule: MakeSchedule, monkeypatch
) -> None:
    monkeypatch.setattr(admin_lists, "MAX_DELETED_AT_ONCE", 2)
    ticked = [make_schedule() for _ in range(3)]
    (why,) = act(site, "delete_selected", *ticked)
    assert why == "At most 2 schedules can be deleted at once. Nothing was deleted."
    assert act(site, "delete_selected", *ticked[:2], post="yes")
    assert [*ScheduledJob.objects.all()] == ticked[2:]


def test_the_confirmation_of_as_many_as_are_allowed_is_accepted(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    ids = [str(uuid.uuid4()) for _ in range(admin_lists.MAX_DELETED_AT_ONCE)]
    form = {"action": "delete_selected", "_selected_action": ids, "post": "yes"}
    assert site.post(LIST, form).status_code == 302
