"""A confirmed bulk action is carried out, and accounts for each schedule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from schedules import limits
from schedules.models import (
    BulkAction,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
    Status,
)
from schedules.services import fire_due
from schedules.services.bulk_actions import carrying_out
from tests.schedules.admin.bulk.conftest import all_asked, asked, bulk_page, messages
from tests.schedules.admin.conftest import MakeStaff, page
from tests.schedules.conftest import NOON, MakeSchedule

JSON = {"Accept": "application/json"}


def confirmed(site: Client, address: str, **inputs: str) -> str:
    """The account, as the browser shows it."""
    response = site.post(address, inputs, follow=True)
    assert response.status_code == 200
    return response.text


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one at once is too much for the request that confirms; slices of two."""
    monkeypatch.setattr(limits, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(carrying_out, "SLICE_ITEMS", 2)
    monkeypatch.setattr(carrying_out, "SLICE_SECONDS", 60.0)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("verb", "inputs", "title"),
    [
        ("pause", {}, "Paused 2 of 2 schedules"),
        ("run", {}, "Started a run of 2 of 2 schedules"),
        ("tag", {"add_tags": "etl, eu"}, "Tagged 2 of 2 schedules"),
        ("delete", {}, "Deleted 2 of 2 schedules"),
    ],
)
def test_up_to_500_are_carried_out_by_the_request_that_confirms(
    site: Client, boss: User, make_schedule: MakeSchedule, verb: str, inputs, title
) -> None:
    one, two, other = (make_schedule(name=name) for name in ("one", "two", "other"))
    text = confirmed(site, asked(site, verb, one, two), note="moving", **inputs)
    assert f"<h1>{title}</h1>" in text
    assert "“moving”" in text
    events = ScheduleEvent.objects.filter(note="moving", actor=boss)
    assert {event.schedule_name for event in events} == {"one", "two"}
    assert other.events.count() == 1


def test_resuming_takes_the_choice_of_catch_up(
    site: Client, make_schedule: MakeSchedule
) -> None:
    make_schedule(status="paused")
    text = confirmed(site, all_asked(site, "resume"), catch_up="latest")
    assert "Resumed 1 of 1 schedules" in text
    assert ScheduledRun.objects.filter(origin="catch_up").count() == 1


def test_tags_are_added_and_removed(site: Client, make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(tags=["old", "etl"])
    inputs = {"add_tags": " eu ,, nightly", "remove_tags": "old"}
    confirmed(site, asked(site, "tag", schedule), **inputs)
    schedule.refresh_from_db()
    assert schedule.tags == ["etl", "eu", "nightly"]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("verb", "inputs", "told"),
    [
        ("pause", {"note": "x" * 501}, "at most 500 characters"),
        ("pause", {"note": "\x00"}, "Null characters"),
        ("resume", {"catch_up": "everything"}, ""),
        ("tag", {}, "Give a tag to add or to remove."),
        ("tag", {"add_tags": "a", "remove_tags": "a"}, "among the tags to remove"),
        ("tag", {"add_tags": "x" * 51}, "1 to 50 characters"),
    ],
)
def test_wrong_inputs_are_shown_at_their_field_and_nothing_happens(
    site: Client, make_schedule: MakeSchedule, verb: str, inputs: dict, told: str
) -> None:
    schedule = make_schedule(status="paused" if verb == "resume" else "active")
    address = asked(site, verb, schedule)
    text = confirmed(site, address, **inputs)
    assert told in text
    assert BulkAction.objects.get().confirmed_at is None
    assert schedule.events.count() == 1


def test_the_account_tells_what_was_refused_with_reason_and_link(
    site: Client, make_schedule: MakeSchedule
) -> None:
    ended = make_schedule(name="ended", run_at=NOON + timedelta(seconds=1))
    fire_due(NOON + timedelta(seconds=2))
    make_schedule(name="fine")
    address = all_asked(site, "pause")
    text = confirmed(site, address)
    assert "Paused 1 of 2 schedules" in text
    assert "stopped (completed)" in text
    assert page(ended) in text
    done = site.get(f"{address}?outcome=done").text
    assert "fine" in done
    assert "stopped (completed)" not in done
    assert site.get(f"{address}?outcome=nonsense&p=x").status_code == 200


def test_runs_and_deleted_schedules_are_linked(
    site: Client, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    text = confirmed(site, asked(site, "run", schedule))
    run = ScheduledRun.objects.get()
    name = "admin:ostinato_schedules_scheduledrun_change"
    assert reverse(name, args=[run.pk]) in text
    text = confirmed(site, asked(site, "delete", schedule))
    assert f"scheduleevent/?schedule__id__exact={schedule.pk}" in text
    assert page(schedule) not in text
    assert ScheduledRun.objects.get().status == "cancelled"


def test_a_page_that_is_sent_twice_acts_once(
    site: Client, make_schedule: MakeSchedule
) -> None:
    address = asked(site, "run", make_schedule(), make_schedule())
    for _ in range(2):
        confirmed(site, address)
    assert ScheduledRun.objects.count() == 2


def test_more_are_carried_on_in_slices_one_post_each(
    site: Client, make_schedule: MakeSchedule, slow: None
) -> None:
    for number in range(3):
        make_schedule(name=f"s{number}")
    address = all_asked(site, "pause")
    response = site.post(address)
    assert response.url == f"{address}#start"
    assert not ScheduledJob.objects.filter(status=Status.PAUSED).exists()
    text = site.get(address).text
    assert "Pausing 3 schedules" in text
    assert '<progress class="o-progress" max="3" value="0"' in text
    action = BulkAction.objects.get()
    on = bulk_page("continue", action)
    assert site.post(on).url == address  # without a script
    assert "2 of 3 schedules" in site.get(address).text
    assert site.post(on, headers=JSON).json() == {
        "place": 3,
        "total": 3,
        "text": "3 of 3 schedules",
        "is_unfinished": False,
        "failed": "",
    }
    assert "Paused 3 of 3 schedules" in site.get(address).text
    assert ScheduledJob.objects.filter(status=Status.PAUSED).count() == 3


def test_an_unfinished_one_is_found_and_taken_up_again(
    site: Client, make_schedule: MakeSchedule, slow: None
) -> None:
    make_schedule(), make_schedule()
    address = all_asked(site, "pause")
    site.post(address)
    listed = reverse("admin:ostinato_bulk_actions")
    text = site.get(listed).text
    assert address in text
    assert "Unfinished, 0 of 2: continue" in text
    list_page = site.get(reverse("admin:ostinato_schedules_scheduledjob_changelist"))
    assert list_page.context["unfinished_bulk"] == 1
    assert "Continue" in site.get(address).text
    site.post(bulk_page("continue", BulkAction.objects.get()))
    assert "Finished" in site.get(listed).text


def test_the_rest_can_be_left(
    site: Client, make_schedule: MakeSchedule, slow: None
) -> None:
    for _ in range(3):
        make_schedule()
    address = all_asked(site, "delete")
    site.post(address)
    action = BulkAction.objects.get()
    site.post(bulk_page("continue", action))
    assert site.post(bulk_page("leave", action)).url == address
    text = site.get(address).text
    assert "Deleted 2 of 3 schedules" in text
    assert "1 schedule was left as it was." in text
    site.post(bulk_page("continue", action))
    assert ScheduledJob.objects.count() == 1


def test_rights_are_checked_for_each_row_in_each_slice(
    make_staff: MakeStaff, make_schedule: MakeSchedule, slow: None
) -> None:
    for number in range(4):
        make_schedule(name=f"s{number}")
    staff = make_staff("view", "change")
    address = all_asked(staff, "pause")
    staff.post(address)
    action = BulkAction.objects.get()
    staff.post(bulk_page("continue", action))
    user = User.objects.get(username="staff")
    user.user_permissions.remove(
        *user.user_permissions.filter(codename__startswith="c")
    )
    staff.post(bulk_page("continue", action))
    text = staff.get(address).text
    assert "Paused 2 of 4 schedules" in text
    assert "do not have permission" in text
    assert ScheduledJob.objects.filter(status=Status.PAUSED).count() == 2


def test_a_busy_database_is_told_and_the_slice_can_be_tried_again(
    site: Client,
    make_schedule: MakeSchedule,
    slow: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from django.db import OperationalError

    make_schedule(), make_schedule()
    address = all_asked(site, "pause")
    site.post(address)
    on = bulk_page("continue", BulkAction.objects.get())

    def busy(*given: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(carrying_out, "act_on", busy)
        response = site.post(on, headers=JSON)
        assert response.status_code == 503
        assert "Try again" in response.json()["failed"]
        (told,) = messages(site.post(on, follow=True))
        assert "Try again" in told
    assert site.post(on, headers=JSON).json()["place"] == 2


@pytest.mark.parametrize("name", ["continue", "leave"])
def test_a_get_or_a_forged_request_changes_nothing(
    site: Client, boss: User, make_schedule: MakeSchedule, slow: None, name: str
) -> None:
    make_schedule(), make_schedule()
    address = all_asked(site, "pause")
    site.post(address)
    action = BulkAction.objects.get()
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(boss)
    where = bulk_page(name, action)
    assert site.get(where).status_code == 405
    assert forged.post(where).status_code == 403
    action.refresh_from_db()
    assert (action.place, action.finished_at) == (0, None)


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["action", "continue", "leave"])
def test_the_action_of_another_is_not_found(
    site: Client, make_staff: MakeStaff, make_schedule: MakeSchedule, slow: None, name
) -> None:
    make_schedule(), make_schedule()
    site.post(all_asked(site, "pause"))
    where = bulk_page(name, BulkAction.objects.get())
    assert make_staff("view", "change").post(where).status_code == 404
    assert BulkAction.objects.get().place == 0


def test_people_who_are_no_staff_are_sent_to_the_login(
    site: Client, alice: User, make_schedule: MakeSchedule
) -> None:
    address = asked(site, "pause", make_schedule())
    client = Client()
    client.force_login(alice)
    for where in (address, reverse("admin:ostinato_bulk_actions")):
        assert client.get(where).url.startswith("/admin/login/")


@pytest.mark.heavy
def test_the_account_has_as_many_queries_and_rows_for_any_number(
    site: Client,
    make_schedule: MakeSchedule,
    django_assert_num_queries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from schedules.admin.bulk import account

    monkeypatch.setattr(account, "ROWS", 3)
    for number in range(7):
        make_schedule(name=f"s{number}")
    address = all_asked(site, "pause")
    site.post(address)
    for number, rows in ((1, 3), (3, 1), (99, 1)):
        with django_assert_num_queries(8):
            response = site.get(f"{address}?p={number}")
        assert response.text.count('<th scope="row">') == rows
